"""The shape of a CCSDS tracking data message in its keyword form: a header, then segments of metadata and data.

SOURCE: CCSDS 503.0-B-2, Tracking Data Message, June 2020 with corrigendum 1 of October 2021, sections 3 and 4.
Only the shape is read here, and it is read on when a delimiter is missing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from downrange.track.model import Fault

_DATUM: Final = re.compile(r"\s*([A-Z][A-Z0-9_]*)\s*=\s*(\S+)\s+(\S+)\s*")
_PAIR: Final = re.compile(r"\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*")
_USUAL: Final = frozenset(("RANGE", "ANGLE_1", "ANGLE_2", "DOPPLER_INSTANTANEOUS", "DOPPLER_INTEGRATED"))
_MARKS: Final = frozenset(("META_START", "META_STOP", "DATA_START", "DATA_STOP"))
_HEADER: Final = ("CCSDS_TDM_VERS", "CREATION_DATE", "ORIGINATOR")
_VERSIONS: Final = ("1.0", "2.0")


class Datum(NamedTuple):
    """One line of data: keyword = stamp number."""

    line: int
    key: str
    stamp: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The metadata that begins on line first, and the data under it."""

    first: int
    meta: dict[str, str] = field(default_factory=dict)
    data: list[Datum] = field(default_factory=list)

    def where(self, name: str) -> str:
        """Name the segment in a file of that name."""
        return f"{name}: lines {self.first} to {self.data[-1].line if self.data else self.first}"


class Shape:
    """A message while it is taken apart: line by line, state by state.

    segments: what was found
    faults:   what is wrong with its shape
    lines:    how many lines of data it has, broken ones too
    """

    __slots__ = ("_header", "_name", "_state", "faults", "lines", "segments")

    def __init__(self, name: str) -> None:
        self.segments: list[Segment] = []
        self.faults: list[Fault] = []
        self.lines = 0
        self._name = name
        self._header: dict[str, str] = {}
        self._state = "header"

    def read(self, text: str) -> None:
        """Take the whole text apart."""
        number = 0
        for number, line in enumerate(text.split("\n"), start=1):
            if self._state == "data":
                words = _words(line)
                if words is not None:
                    self.segments[-1].data.append(Datum(number, *words))
                    self.lines += 1
                    continue
            word = line.strip()
            if not word or word == "COMMENT" or word.startswith("COMMENT "):
                continue
            if word in _MARKS:
                self._mark(word, number)
            else:
                self._other(line, number)
        self._end(text, number)
        self._check_header()

    def _mark(self, word: str, number: int) -> None:
        """Go over into another state; say so where a delimiter on the way there is missing."""
        where = f"{self._name}: line {number}"
        expected = {"header": "META_START", "meta": "META_STOP", "stopped": "DATA_START", "data": "DATA_STOP"}
        due = "META_START" if self._state == "between" else expected[self._state]
        if word != due:
            seen = f"{word} where {due} is due"
            self.faults.append(
                Fault(where=where, key=due, seen=seen, cure=f"write {due} on a line of its own before it")
            )
        opened = self._state in {"meta", "stopped"}
        if word == "META_START" or (word != "DATA_STOP" and not opened):
            self.segments.append(Segment(first=number))
        self._state = {"META_START": "meta", "META_STOP": "stopped", "DATA_START": "data", "DATA_STOP": "between"}[word]

    def _other(self, line: str, number: int) -> None:
        """Take a pair of the header or the metadata; anything else is a fault."""
        where = f"{self._name}: line {number}"
        found = _PAIR.fullmatch(line)
        if found is not None and self._state in {"header", "meta"}:
            key, value = found.groups()
            if value:
                (self._header if self._state == "header" else self.segments[-1].meta)[key] = value
            return
        seen = f"{line.strip()[:60]!r}"
        if self._state == "data":
            self.lines += 1
            cure = (
                "write KEYWORD = time number, as RANGE = 2023-05-30T21:28:00.1 191.0005: the line may have been cut off"
            )
        else:
            cure = "write metadata between META_START and META_STOP, data between DATA_START and DATA_STOP"
        self.faults.append(Fault(where=where, key="", seen=seen, cure=cure))

    def _end(self, text: str, number: int) -> None:
        """Say so where the message ends before its end; a number that may have been cut is not used."""
        if self._state in {"header", "between"}:
            return
        where = f"{self._name}: line {number}"
        cure = "ask for the whole message; what came is used"
        self.faults.append(Fault(where=where, key="DATA_STOP", seen="missing: the message breaks off", cure=cure))
        data = self.segments[-1].data
        if data and data[-1].line == number and not text.endswith("\n"):
            last = data.pop()
            seen = f"{last.number!r} may have lost digits: the file ends inside the line"
            self.faults.append(Fault(where=where, key=last.key, seen=seen, cure=cure))

    def _check_header(self) -> None:
        """Say what the header lacks; the readings do not depend on it."""
        for key in _HEADER:
            if key not in self._header:
                cure = f"write {key} at the head of the file; the readings do not depend on it"
                self.faults.append(Fault(where=self._name, key=key, seen="missing", cure=cure))
        version = self._header.get("CCSDS_TDM_VERS", _VERSIONS[0])
        if version not in _VERSIONS:
            cure = f"look what it changed; it is read as version {_VERSIONS[-1]}"
            self.faults.append(Fault(where=self._name, key="CCSDS_TDM_VERS", seen=version, cure=cure))


def _words(line: str) -> tuple[str, str, str] | None:
    """Return keyword, stamp and number of a line of data; None where it is none."""
    words = line.split(" ")
    if len(words) == 4 and words[1] == "=" and words[0] in _USUAL and words[2] and words[3]:
        return words[0], words[2], words[3]  # ten times faster than the pattern, and nearly every line
    found = _DATUM.fullmatch(line)
    return None if found is None else (found[1], found[2], found[3])

"""The forms that mean elements come in: keyword = value, XML, JSON and a table with commas. Each gives the words.

SOURCE: CCSDS 502.0-B-3, sections 7 and 8; JSON and the table as celestrak.org and space-track.org write them.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Final

from downrange.base import InputError
from downrange.orbit._io_omm import META, NEEDED, TLE, UNITS, Words
from downrange.orbit._io_text import CUT, xml_root

_VERSION: Final = "CCSDS_OMM_VERS"
_KNOWN: Final = frozenset((*META, *NEEDED, *TLE))
_ROOM: Final = 60

Found = Iterator[tuple[str, Words]]


def words_of_kvn(text: str, where: str) -> Found:
    """Yield (line of its start, words) of each message in keyword = value notation."""
    words: dict[str, object] = {}
    start = 0
    for n, line in enumerate(text.splitlines(), 1):
        key, equals, value = line.partition("=")
        key = key.strip()
        if not equals:
            if key and not key.startswith("COMMENT"):
                raise InputError(where=where, key=f"line {n}", seen=f"{key[:_ROOM]!r} without '='", cure=CUT)
        elif key == _VERSION:
            if start:
                yield f"message at line {start}", words
            start, words = n, {}
        elif key in _KNOWN:
            if key in words:
                cure = f"start each message with {_VERSION}, and give each keyword once"
                raise InputError(where=where, key=f"line {n}: {key}", seen="given twice in one message", cure=cure)
            words[key] = _without_unit(key, value.strip(), f"line {n}", where)
    if start:
        yield f"message at line {start}", words


def words_of_xml(text: str, where: str) -> Found:
    """Yield (which message, words) of one message, or of many in an <ndm>. No entities, nothing from the network."""
    root = xml_root(text, where)
    count = 0
    for message in root.iter("{*}omm"):
        count += 1
        place = f"message {count}"
        words: dict[str, object] = {}
        for block in message.iter("{*}metadata", "{*}meanElements", "{*}tleParameters"):
            for field in block:
                key = str(field.tag).rpartition("}")[2]
                unit = field.get("units")
                if unit is not None:
                    _check_unit(key, unit, place, where)
                words[key] = field.text or ""
        yield place, words
    if not count:
        name = str(root.tag).rpartition("}")[2][:_ROOM]
        cure = "give an <omm>, or an <ndm> that holds some; an <oem> is an ephemeris: read_oem reads it"
        raise InputError(where=where, seen=f"XML of <{name}> without an <omm>", cure=cure)


def words_of_json(text: str, where: str) -> Found:
    """Yield (which object, words) of one object or a list of them."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise InputError(where=where, seen=f"broken JSON ({problem})", cure=CUT) from None
    for k, words in enumerate(content if isinstance(content, list) else [content], 1):
        if not isinstance(words, dict):
            seen = f"{str(words)[:_ROOM]!r} instead of an object"
            cure = "give one object, or a list of them, with the keywords of an OMM"
            raise InputError(where=where, key=f"object {k}", seen=seen, cure=cure)
        if "EPOCH" not in words:
            seen = f"no EPOCH, but {json.dumps(words)[:_ROOM]}"
            cure = "give objects with the keywords of an OMM, and check whether the download was an error message"
            raise InputError(where=where, key=f"object {k}", seen=seen, cure=cure)
        yield f"object {k}", words


def words_of_csv(text: str, where: str) -> Found:
    """Yield (line, words) of each row of a table with commas, whose first row has the keywords."""
    rows = csv.reader(text.splitlines(), strict=True)
    try:
        head = [name.strip() for name in next(rows)]
        missing = [name for name in NEEDED if name not in head]
        if missing:
            cure = "give a table whose first row has the keywords of an OMM, as catalogue sites write it"
            raise InputError(where=where, key=f"line 1: {missing[0]}", seen="no such column", cure=cure)
        for row in rows:
            if not row:
                continue
            if len(row) != len(head):
                seen = f"{len(row)} columns instead of {len(head)}"
                raise InputError(where=where, key=f"line {rows.line_num}", seen=seen, cure=CUT)
            yield f"line {rows.line_num}", dict(zip(head, row, strict=True))
    except csv.Error as problem:
        raise InputError(where=where, key=f"line {rows.line_num}", seen=f"{problem}", cure=CUT) from None


def _without_unit(key: str, value: str, place: str, where: str) -> str:
    """Return a value without its unit in brackets, which must be the standard's."""
    if not value.endswith("]") or key not in UNITS:
        return value
    number, _, unit = value[:-1].rpartition("[")
    _check_unit(key, unit.strip(), place, where)
    return number.strip()


def _check_unit(key: str, unit: str, place: str, where: str) -> None:
    """Refuse another unit than the standard's."""
    if key in UNITS and unit.lower() != UNITS[key].lower():
        cure = f"give it in {UNITS[key]}, as the standard has it"
        raise InputError(where=where, key=f"{place}: {key}", seen=f"in {unit}", cure=cure)

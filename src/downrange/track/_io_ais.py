"""AIS sentences (NMEA AIVDM and AIVDO): positions, names, and the time at which they were received.

Decoding is pyais's. The values that mean "not available" are those of ITU-R M.1371: latitude 91, longitude 181, course
360, speed 102.3 knots (1023 of an aircraft), height 4095 m, second 60 and above; in message 27, speed 63 and course 511.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, Final

from downrange.base import InputError, parse_utc, units, utc
from downrange.track.model import Fault
from downrange.track.traffic import Craft, CraftKind

_SENTENCE: Final = re.compile(r"[!$]\w\wVD[MO],[^*\\]*\*[0-9A-Fa-f]{2}")
_PLACED: Final = {1: "A", 2: "A", 3: "A", 9: "aircraft", 18: "B", 19: "B", 27: "A, long range"}
_NAMED: Final = frozenset({5, 19, 24})
_MOST_WAITING: Final = 1000
_KNOT_MPS: Final = units.KNOT
_Message = tuple[int, list[str], datetime | None]


def from_ais(lines: Iterable[str], where: str, *, untimed: datetime | None = None) -> tuple[list[Craft], list[Fault]]:
    """Read sentences, one a line; blank lines and lines that begin with # are passed over."""
    pyais = _pyais()
    late = None if untimed is None else utc(untimed)
    names: dict[str, str] = {}
    crafts: list[Craft] = []
    faults: list[Fault] = []
    for number, parts, received in _messages(lines, where, faults):
        place = f"{where}, line {number}"
        try:
            said = pyais.decode(*parts, error_if_checksum_invalid=True)
        except pyais.exceptions.AISBaseException as problem:
            cure = "the sentence was damaged on its way; the others are read"
            faults.append(Fault(where=place, key="sentence", seen=f"{type(problem).__name__}: {parts[0]}", cure=cure))
            continue
        mmsi = "" if said.mmsi is None else f"{said.mmsi:09}"
        if said.msg_type in _NAMED and (name := str(getattr(said, "shipname", None) or "").strip(" @")):
            names[mmsi] = name
        if said.msg_type in _PLACED:
            craft = _craft(said, mmsi, received or late, place)
            if craft is None:
                faults.append(Fault(where=place, key="sentence", seen="cut short", cure="the others are read"))
            else:
                crafts.append(craft)
    return [replace(craft, name=names.get(craft.id, "")) for craft in crafts], faults


def _pyais() -> ModuleType:
    """Return the module that decodes, or say how to get it."""
    try:
        import pyais
        import pyais.exceptions
    except ImportError:
        raise InputError(
            where="AIS", seen="pyais is not installed here", cure="install it: pip install 'downrange[ais]'"
        ) from None
    return pyais


def _messages(lines: Iterable[str], where: str, faults: list[Fault]) -> Iterator[_Message]:
    """Yield the sentences of each message with the line of its last and the time of its first."""
    waiting: dict[tuple[str, ...], dict[int, tuple[str, datetime | None, int]]] = {}
    for number, raw in enumerate(lines, start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = _SENTENCE.search(line)
        head = found[0].split(",") if found else []
        if found is None or len(head) != 7 or not (head[1].isdigit() and head[2].isdigit()):
            cure = "give one AIVDM or AIVDO sentence a line, with its checksum"
            faults.append(Fault(where=f"{where}, line {number}", key="sentence", seen=line[:60], cure=cure))
            continue
        when = _received(line[: found.start()], line[found.end() :])
        if head[1] == "1":
            yield number, [found[0]], when
            continue
        key = (head[0], head[1], head[3], head[4])
        parts = waiting.setdefault(key, {})
        if head[2] in {"1"} or int(head[2]) in parts:
            _lost(waiting.pop(key), where, faults)
            parts = waiting.setdefault(key, {})
        parts[int(head[2])] = (found[0], when, number)
        if len(parts) == int(head[1]):
            whole = [part for _, part in sorted(waiting.pop(key).items())]
            yield number, [text for text, _, _ in whole], next((t for _, t, _ in whole if t is not None), None)
        elif len(waiting) > _MOST_WAITING:
            _lost(waiting.pop(next(iter(waiting))), where, faults)
    for parts in waiting.values():
        _lost(parts, where, faults)


def _lost(parts: dict[int, tuple[str, datetime | None, int]], where: str, faults: list[Fault]) -> None:
    """Count a message of which a sentence never came."""
    for text, _, number in parts.values():
        cure = "a part of this message never came; the others are read"
        faults.append(Fault(where=f"{where}, line {number}", key="sentence", seen=text[:60], cure=cure))


def _received(before: str, after: str) -> datetime | None:
    r"""Return when a sentence was received: of its tag block, or written before it, or after it; None for none.

    >>> _received("\\s:rx,c:1685482020*5B\\", "")
    datetime.datetime(2023, 5, 30, 21, 27, tzinfo=datetime.timezone.utc)
    >>> _received("2023-05-30T21:27:00Z ", "") == _received("", ",b003669930,1685482020")
    True
    """
    tag = re.search(r"[\\,]c:(\d{9,13})", before)
    if tag:
        return _unix(tag[1])
    for text in (before.strip(" ,\t"), *reversed(after.strip(" ,\t").split(","))):
        if re.fullmatch(r"\d{9,13}(\.\d+)?", text):
            return _unix(text)
        if re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)$", text):
            try:
                return parse_utc(text.replace(" ", "T", 1))
            except InputError:
                return None
    return None


def _unix(text: str) -> datetime:
    """Return the moment of seconds, or milliseconds, since 1970."""
    value = float(text)
    return datetime.fromtimestamp(value / 1000.0 if value > 1e11 else value, UTC)


def _craft(said: Any, mmsi: str, received: datetime | None, where: str) -> Craft | None:  # noqa: ANN401 - one of pyais's many messages
    """Return the craft of a position message; None where the sentence is too short to hold one."""
    kind = said.msg_type
    lat, lon, speed, course = said.lat, said.lon, said.speed, said.course
    if not mmsi or lat is None or lon is None or speed is None or course is None:
        return None
    placed = abs(lat) <= 90.0 and abs(lon) <= 180.0
    aircraft, long_range = kind == 9, kind == 27
    alt = said.alt if aircraft else None
    return Craft(
        id=mmsi,
        kind=CraftKind.AIRCRAFT if aircraft else CraftKind.SHIP,
        t=None if received is None else _at_second(received, 60 if long_range else said.second),
        lat_deg=float(lat) if placed else None,
        lon_deg=(float(lon) + 180.0) % 360.0 - 180.0 if placed else None,
        alt_m=None if alt is None or alt >= 4095 else float(alt),
        speed_mps=None if speed >= (1023 if aircraft else 63 if long_range else 102.25) else speed * _KNOT_MPS,
        course_deg=None if course >= 360.0 else float(course),
        source=f"{where}: AIS message {kind} ({'search and rescue' if aircraft else 'class ' + _PLACED[kind]})",
    )


def _at_second(received: datetime, second: int | None) -> datetime:
    """Return the newest moment up to 5 s after the receipt that has this UTC second; the receipt where none is said.

    >>> _at_second(datetime(2023, 5, 30, 21, 27, 2, tzinfo=UTC), 58).isoformat()
    '2023-05-30T21:26:58+00:00'
    """
    if second is None or second > 59:
        return received
    moment = received.replace(second=int(second), microsecond=0)
    if moment > received + timedelta(seconds=5.0):
        moment -= timedelta(minutes=1)
    return moment

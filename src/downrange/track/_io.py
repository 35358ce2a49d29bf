"""Files of readings: JSON lines, CSV and CCSDS tracking data messages. One bad line never stops a stream."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from downrange.base import InputError, iso, write_text
from downrange.track._io_csv import Header, csv_text, header_of, row_reading
from downrange.track._io_json import reading_line, reading_of
from downrange.track._io_tdm import read_tdm
from downrange.track._io_tdm_write import tdm_text
from downrange.track._io_updates import update_row, write_updates
from downrange.track.model import Fault, Intake, Reading, Sensor

__all__ = [
    "read_readings",
    "reading_line",
    "reading_of",
    "update_row",
    "write_csv",
    "write_readings",
    "write_tdm",
    "write_updates",
]

_LINE: Final = re.compile(r": lines? (\d+)")
_LARGEST_BYTES: Final = 64_000_000  # an endless file must not fill the memory
_LOOKED_AT: Final = 1000
_TDM_SUFFIXES: Final = frozenset((".tdm", ".kvn"))
_JSON_SUFFIXES: Final = frozenset((".jsonl", ".json", ".ndjson"))


def read_readings(
    path: str | Path,
    *,
    sensors: Sequence[Sensor] = (),
    t0: datetime | None = None,
    max_gap_s: float = 3600.0,
    round_trip: Collection[str] = (),
) -> Intake:
    """Read a file of readings, in its order, and count what cannot be used; refused when nothing can.

    The form is told by the file itself: JSON lines, CSV with a header, or a CCSDS tracking data message. In the first two, empty lines and lines that begin with # are passed over. A reading's seq is its line.

    sensors:    who may speak; anybody when empty. A tracking data message with right ascensions needs their places
    t0:         lift-off, needed by lines that give seconds after it
    max_gap_s:  readings of one flight follow each other within this; those apart from the most are of a wrong date
    round_trip: sensors of a tracking data message whose ranges count the way there and back, not half of it
    """
    file = Path(path)
    lines = _lines(file)
    form = _form(lines, file)
    if form == "tdm":
        text = b"\n".join(lines).decode(errors="replace")
        intake = read_tdm(text, name=file.name, sensors=sensors, round_trip=round_trip)
        at = [reading.seq for reading in intake.readings]
    else:
        intake, at = _by_line(lines, file.name, form == "csv", sensors, t0)
    intake = _of_one_flight(intake, at, file.name, max_gap_s)
    if not intake.readings:
        raise _nothing(intake, file)
    return intake


def write_readings(path: str | Path, readings: Iterable[Reading]) -> None:
    """Write readings as JSON lines, the file whole or not at all."""
    write_text(path, "".join(reading_line(reading) + "\n" for reading in readings))


def write_csv(path: str | Path, readings: Iterable[Reading]) -> None:
    """Write readings as a table (CSV), the file whole or not at all."""
    write_text(path, csv_text(readings))


def write_tdm(
    path: str | Path, readings: Iterable[Reading], *, created: datetime | None = None, originator: str = "DOWNRANGE"
) -> None:
    """Write radar and optical readings as a CCSDS tracking data message, the file whole or not at all.

    created:    when the data were made; now when not given
    originator: who made them
    """
    write_text(path, tdm_text(readings, created=created or datetime.now(UTC), originator=originator))


def _lines(file: Path) -> list[bytes]:
    """Return the lines of a file as bytes: bad text in one must not spoil the others."""
    try:
        with file.open("rb") as opened:
            content = opened.read(_LARGEST_BYTES + 1)
    except OSError as problem:
        seen, cure = f"cannot be read: {problem.strerror}", "check the path and its permissions"
        raise InputError(where=str(file), seen=seen, cure=cure) from None
    if len(content) > _LARGEST_BYTES:
        seen = f"larger than {_LARGEST_BYTES // 1_000_000} MB"
        raise InputError(where=str(file), seen=seen, cure="split it and read the parts one after the other")
    content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\n\r", b"\n")
    return content.replace(b"\r", b"\n").split(b"\n")


def _form(lines: Sequence[bytes], file: Path) -> str:
    """Tell the form of a file: by its first line, else by its name, else by what follows."""
    words = [line.strip() for line in lines[:_LOOKED_AT] if line.strip() and not line.startswith(b"#")]
    first = words[0] if words else b""
    if first.startswith(b"<"):
        cure = "ask for its keyword form (KEYWORD = value); XML is not read"
        raise InputError(where=file.name, seen="an XML file", cure=cure)
    if first.startswith(b"CCSDS_TDM_VERS") or file.suffix.lower() in _TDM_SUFFIXES or b"META_START" in words:
        return "tdm"
    if file.suffix.lower() in _JSON_SUFFIXES or not words or any(word.startswith(b"{") for word in words):
        return "json"
    return "csv"


def _by_line(
    lines: Sequence[bytes], name: str, table: bool, sensors: Sequence[Sensor], t0: datetime | None
) -> tuple[Intake, list[int]]:
    """Read JSON lines, or a table: what was read, and from which lines."""
    known = {sensor.name for sensor in sensors}
    readings: list[Reading] = []
    at: list[int] = []
    faults: list[Fault] = []
    header: Header | None = None
    count = 0
    for number, raw in enumerate(lines, start=1):
        if not raw.strip() or raw.startswith(b"#"):
            continue
        where = f"{name}: line {number}"
        if table and header is None:
            header = header_of(_text(raw, where), where=where)
            faults.extend(header.faults)
            continue
        count += 1
        try:
            line = _text(raw, where)
            if header is None:
                reading = reading_of(line, where=where, t0=t0, seq=number)
            else:
                reading = row_reading(header, line, where=where, t0=t0, seq=number)
            _check_sensor(reading.sensor, known, where)
        except InputError as error:
            faults.append(Fault(where=error.where, key=error.key, seen=error.seen, cure=error.cure))
        else:
            readings.append(reading)
            at.append(number)
    return Intake(readings=tuple(readings), faults=tuple(faults), lines=count), at


def _check_sensor(name: str, known: Collection[str], where: str) -> None:
    """Refuse a sensor that the sensor file does not have."""
    if known and name not in known:
        seen = f"{name!r} is not in the sensor file"
        cure = f"add it there, or name one of {', '.join(sorted(known))}"
        raise InputError(where=where, key="sensor", seen=seen, cure=cure)


def _text(raw: bytes, where: str) -> str:
    """Return the text of a line."""
    try:
        return raw.decode()
    except UnicodeDecodeError as problem:
        seen = f"it is not UTF-8 text (byte {problem.start + 1})"
        raise InputError(where=where, seen=seen, cure="save the file as UTF-8") from None


def _of_one_flight(intake: Intake, at: Sequence[int], name: str, max_gap_s: float) -> Intake:
    """Take out readings of a wrong date: those that no chain of short gaps links to most of the others.

    Each is compared with all, not with the line before it, so that one wild stamp costs one reading. Of two groups of
    the same size the one that the stream begins with stays.
    """
    gap = timedelta(seconds=max_gap_s)
    order = sorted(range(len(intake.readings)), key=lambda i: intake.readings[i].t)
    groups: list[list[int]] = []
    for i in order:
        if not groups or intake.readings[i].t - intake.readings[groups[-1][-1]].t > gap:
            groups.append([])
        groups[-1].append(i)
    if len(groups) < 2:
        return _sorted(intake.readings, intake.faults, intake.lines)
    flight = max(groups, key=lambda group: (len(group), -min(group)))
    opens, closes = intake.readings[flight[0]].t, intake.readings[flight[-1]].t
    faults = list(intake.faults)
    for i in sorted(set(order) - set(flight)):
        reading = intake.readings[i]
        away_s = (opens - reading.t if reading.t < opens else reading.t - closes).total_seconds()
        side = "before" if reading.t < opens else "after"
        seen = f"{iso(reading.t)}, {_span(away_s)} {side} the other readings ({iso(opens)} to {iso(closes)})"
        cure = f"check the date and the time zone; readings of one flight follow each other within {max_gap_s:g} s"
        faults.append(Fault(where=f"{name}: line {at[i]}", key="t", seen=seen, cure=cure))
    return _sorted(tuple(intake.readings[i] for i in sorted(flight)), tuple(faults), intake.lines)


def _sorted(readings: tuple[Reading, ...], faults: tuple[Fault, ...], lines: int) -> Intake:
    """Return an intake with its faults in the order of the file; those of the whole file come last."""

    def line(fault: Fault) -> int:
        found = _LINE.search(fault.where)
        return int(found[1]) if found else 10**9

    return Intake(readings=readings, faults=tuple(sorted(faults, key=line)), lines=lines)


def _span(seconds: float) -> str:
    """Return a stretch of time in words."""
    for unit, size_s in (("days", 86_400.0), ("hours", 3600.0)):
        if seconds >= 2.0 * size_s:
            return f"{seconds / size_s:.1f} {unit}"
    return f"{seconds:.0f} s"


def _nothing(intake: Intake, file: Path) -> InputError:
    """Return the error for a file of which nothing can be used: its first fault, and how many there are."""
    if not intake.faults:
        cure = "give one JSON object on each line, a CSV table with a header, or a CCSDS tracking data message"
        return InputError(where=file.name, seen="no reading", cure=cure)
    fault = intake.faults[0]
    more = len(intake.faults) - 1
    seen = f"{fault.seen} (nothing in the file can be used{f'; {more} more faults' if more else ''})"
    return InputError(where=fault.where, key=fault.key, seen=seen, cure=fault.cure)

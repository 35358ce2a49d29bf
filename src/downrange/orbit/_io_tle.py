"""Two-line element sets, read with every checksum verified, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sgp4.api import Satrec

from downrange.base import InputError, utc
from downrange.orbit._io_columns import LINE, Figures, checksum, figures_of, five_columns
from downrange.orbit.model import LARGEST_NUMBER, ElementSet

_WHOLE: Final = LINE - 7  # a line as long as this is meant as one of the two
_STARTED: Final = re.compile(r"1 [ \dA-Z][ \d]{3}\d[A-Z ] |2 [ \dA-Z][ \d]{3}\d ")
_PLAIN: Final = re.compile(r"[ 0-9.+-]*")
_YEARS: Final = (1957, 2056)
_XP: Final = 4  # the ephemeris type of sets for SGP4-XP, which is another model
_DAY_STEP: Final = timedelta(microseconds=864)
AGAIN: Final = "copy the element set again"


def read_tle(text: str, *, where: str = "element sets") -> tuple[ElementSet, ...]:
    """Read two-line element sets, with or without name lines; each checksum is verified.

    Lines that start with # and empty lines are passed over.
    """
    found = [_element_set(name, pair, where) for name, pair in _pairs(text, where)]
    if not found:
        raise InputError(where=where, seen="no line that starts with '1 '", cure="give two-line element sets")
    return tuple(found)


def tle_text(sets: ElementSet | Iterable[ElementSet]) -> str:
    """Return element sets as two lines each, under the name where there is one.

    Sets that were read from two lines come out as they came; others are rounded to the digits that two lines hold
    (0.0001 deg, 0.9 ms of epoch), their set and revolution numbers counted on from 0 when the columns are full.
    """
    rows: list[str] = []
    for found in (sets,) if isinstance(sets, ElementSet) else sets:
        if found.name:
            rows.append(_name_line(found))
        rows.extend(found.lines or _lines(found))
    return "\n".join([*rows, ""])


def _pairs(text: str, where: str) -> Iterator[tuple[str, tuple[int, str, str]]]:
    """Yield (name, (number of the first line, line 1, line 2))."""
    lines = [(n, line.rstrip()) for n, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1)]
    lines = [(n, line) for n, line in lines if line.strip("\x00\x1a \t") and not line.startswith("#")]
    name, named_at, any_yet = "", 0, False
    k = 0
    while k < len(lines):
        n, line = lines[k]
        if line.startswith("1 ") and _meant(line):
            if k + 1 >= len(lines) or not lines[k + 1][1].startswith("2 "):
                raise InputError(where=where, key=f"line {n}", seen="a first line without its second", cure="add it")
            yield name, (n, line, lines[k + 1][1])
            name, any_yet, k = "", True, k + 2
        elif line.startswith("2 ") and _meant(line):
            raise InputError(where=where, key=f"line {n}", seen="a second line without its first", cure="add it")
        else:
            name, named_at, k = line.removeprefix("0 ").strip(), n, k + 1
    if name and any_yet:
        seen = f"{name[:40]!r} is no element set, and none follows"
        cure = "add its two lines, or take it out; the file may have been cut short"
        raise InputError(where=where, key=f"line {named_at}", seen=seen, cure=cure)


def _meant(line: str) -> bool:
    """Say whether a line is one of the two, though perhaps cut short, and not a name."""
    return len(line) >= _WHOLE or _STARTED.match(line) is not None


def _element_set(name: str, pair: tuple[int, str, str], where: str) -> ElementSet:
    """Return the record of two lines that prove sound."""
    n, line1, line2 = pair
    for offset, line in enumerate((line1, line2)):
        _check_line(line, f"line {n + offset}", where)
    if line1[2:7] != line2[2:7]:
        seen = f"catalogue numbers {line1[2:7]} and {line2[2:7]}"
        raise InputError(where=where, key=f"line {n}", seen=seen, cure="pair each first line with its own second")
    _check_figures(line2, f"line {n + 1}", where)
    figures = _figures(line1, line2, n, where)
    try:
        Satrec.twoline2rv(line1, line2)
    except ValueError as problem:
        seen = " ".join(str(problem).split())
        raise InputError(where=where, key=f"line {n}", seen=seen, cure=AGAIN) from problem
    return ElementSet(
        name=name,
        lines=(line1, line2),
        number=figures.number,
        designator=figures.designator,
        epoch=figures.epoch,
        inclination_deg=figures.inclination_deg,
        raan_deg=figures.raan_deg,
        e=figures.e,
        argp_deg=figures.argp_deg,
        mean_anomaly_deg=figures.mean_anomaly_deg,
        mean_motion_revpday=figures.mean_motion_revpday,
        bstar=figures.bstar,
        classification=figures.classification,
        element_set_number=figures.element_set_number,
        revolution=figures.revolution,
        mean_motion_dot=figures.mean_motion_dot,
        mean_motion_ddot=figures.mean_motion_ddot,
    )


def _figures(line1: str, line2: str, n: int, where: str) -> Figures:
    """Return the numbers of both lines, or say which line holds none."""
    for offset, rest in enumerate((line1[18:], line2[7:])):
        if not _PLAIN.fullmatch(rest):
            strange = next(c for c in rest if not _PLAIN.fullmatch(c))
            seen = f"{strange!r} among the figures"
            raise InputError(where=where, key=f"line {n + offset}", seen=seen, cure=AGAIN)
    try:
        figures = figures_of(line1, line2)
    except ValueError as problem:
        seen = f"columns that hold no number ({problem})"
        raise InputError(where=where, key=f"line {n}", seen=seen, cure=AGAIN) from None
    if figures.ephemeris_type == _XP:
        cure = "take the set for SGP4 of the same object: SGP4 would misread this one by kilometres"
        raise InputError(where=where, key=f"line {n}", seen="ephemeris type 4, a set for SGP4-XP", cure=cure)
    return figures


def _check_figures(line2: str, key: str, where: str) -> None:
    """Refuse a second line whose columns hold no numbers, or none of an orbit; SGP4 would read zeros there."""
    for name, columns, low, high in (
        ("inclination", slice(8, 16), 0.0, 180.0),
        ("node", slice(17, 25), 0.0, 360.0),
        ("eccentricity", slice(26, 33), 0.0, 9_999_999.0),
        ("argument of perigee", slice(34, 42), 0.0, 360.0),
        ("mean anomaly", slice(43, 51), 0.0, 360.0),
        ("mean motion", slice(52, 63), 0.01, 18.0),
    ):
        try:
            good = low <= float(line2[columns]) <= high
        except ValueError:
            good = False
        if not good:
            cure = f"{AGAIN}; columns {columns.start + 1} to {columns.stop} hold a number up to {high:g}"
            raise InputError(where=where, key=f"{key}: {name}", seen=repr(line2[columns]), cure=cure)


def _check_line(line: str, key: str, where: str) -> None:
    """Refuse a line of the wrong length, of strange characters, or whose checksum fails."""
    if not line.isascii():
        strange = next(c for c in line if not c.isascii())
        cure = f"{AGAIN}, as plain text; web pages and mails put other blanks and dashes in"
        raise InputError(where=where, key=key, seen=f"the character {strange!r}", cure=cure)
    if len(line) != LINE or not line[-1].isdigit():
        cure = f"{AGAIN}; columns count, and blanks may have been lost"
        raise InputError(where=where, key=key, seen=f"{len(line)} characters instead of {LINE}", cure=cure)
    if checksum(line) != int(line[-1]):
        seen = f"the checksum is {line[-1]} but the line adds up to {checksum(line)}"
        raise InputError(where=where, key=key, seen=seen, cure=f"{AGAIN}; a digit was changed")


def _name_line(found: ElementSet) -> str:
    """Return the line of the name, marked by a 0 where it could be taken for something else."""
    if not found.name.isprintable():
        raise InputError(where=found.label, key="name", seen=repr(found.name), cure="give one line of text")
    return f"0 {found.name}" if found.name.startswith(("0 ", "1 ", "2 ", "#")) else found.name


def _lines(found: ElementSet) -> tuple[str, str]:
    """Return the two lines of a set that has none."""
    _check_room(found)
    number = five_columns(found.number)
    line1 = (
        f"1 {number}{found.classification[:1] or 'U'} {found.designator:8} {_epoch(found.epoch)} "
        f"{_rate(found.mean_motion_dot)} {_power(found.mean_motion_ddot)} {_power(found.bstar)} 0 "
        f"{found.element_set_number % 10_000:4d}"
    )
    line2 = (
        f"2 {number} {found.inclination_deg:8.4f} {_angle(found.raan_deg)} {min(round(found.e * 1e7), 9_999_999):07d} "
        f"{_angle(found.argp_deg)} {_angle(found.mean_anomaly_deg)} {found.mean_motion_revpday:11.8f}"
        f"{found.revolution % 100_000:5d}"
    )
    return f"{line1}{checksum(line1)}", f"{line2}{checksum(line2)}"


def _check_room(found: ElementSet) -> None:
    """Refuse what two lines have no columns for."""
    year = utc(found.epoch).year
    for key, good, seen, holds in (
        ("number", found.number <= LARGEST_NUMBER, f"{found.number}", f"numbers up to {LARGEST_NUMBER}"),
        ("designator", len(found.designator) <= 8 and found.designator.isascii(), found.designator, "8 letters of it"),
        ("epoch", _YEARS[0] <= year <= _YEARS[1], f"{year}", f"the years {_YEARS[0]} to {_YEARS[1]}"),
        ("mean_motion_dot", abs(found.mean_motion_dot) < 0.999_999_995, f"{found.mean_motion_dot}", "less than 1"),
        ("bstar", abs(found.bstar) < 0.999_995e9, f"{found.bstar}", "less than 1e9"),
        ("mean_motion_ddot", abs(found.mean_motion_ddot) < 0.999_995e9, f"{found.mean_motion_ddot}", "less than 1e9"),
    ):
        if not good:
            cure = f"write a mean-elements message (OMM) instead: two lines hold {holds}"
            raise InputError(where=found.label, key=key, seen=seen, cure=cure)


def _epoch(moment: datetime) -> str:
    """Return a moment as YYDDD.DDDDDDDD."""
    moment = utc(moment)
    steps = round((moment - datetime(moment.year, 1, 1, tzinfo=UTC)) / _DAY_STEP)
    days, fraction = divmod(steps, 100_000_000)
    return f"{moment.year % 100:02d}{days + 1:03d}.{fraction:08d}"


def _angle(angle_deg: float) -> str:
    """Return degrees in eight columns, a full turn as none."""
    text = f"{angle_deg:8.4f}"
    return "  0.0000" if text == "360.0000" else text


def _rate(value: float) -> str:
    """Return a number below one in ten columns, without the zero before its point."""
    text = f"{abs(value):.8f}".removeprefix("0")
    return f"{'-' if value < 0.0 and text.strip('.0') else ' '}{text}"


def _power(value: float) -> str:
    """Return a number in eight columns with its point left out: -13525-3 is -0.13525e-3."""
    digits, power = f"{abs(value):.4e}".split("e")
    exponent = int(power) + 1
    whole = int(digits.replace(".", ""))
    if exponent < -9:
        whole, exponent = round(abs(value) * 1e14), -9
    if whole == 0:
        return " 00000+0"
    return f"{'-' if value < 0.0 else ' '}{whole:05d}{'-' if exponent < 0 else '+'}{abs(exponent)}"

"""The columns of a two-line element set, as numbers.

SOURCE: Spacetrack Report No. 3, 1980, and the alpha-5 numbers of space-track.org (letters without I and O).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

LINE: Final = 69
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # alpha-5: A is 10, Z is 33
_FIRST_YEAR: Final = 1957  # 57 to 99 are of the last century
_STEP: Final = timedelta(microseconds=864)  # a hundred-millionth of a day, exactly
_DIGITS: Final = bytes(byte - 48 if 48 <= byte <= 57 else int(byte == 45) for byte in range(256))  # a minus counts one


class Figures(NamedTuple):
    """What stands in the two lines; the units are those of an element set."""

    number: int
    designator: str
    epoch: datetime
    inclination_deg: float
    raan_deg: float
    e: float
    argp_deg: float
    mean_anomaly_deg: float
    mean_motion_revpday: float
    bstar: float
    classification: str
    ephemeris_type: int
    element_set_number: int
    revolution: int
    mean_motion_dot: float
    mean_motion_ddot: float


def checksum(line: str) -> int:
    """Return the checksum of the first 68 characters of an element line: digits, a minus counting one; mod 10.

    >>> checksum("1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991")
    1
    """
    return sum(line[: LINE - 1].encode("ascii", "replace").translate(_DIGITS)) % 10


def figures_of(line1: str, line2: str) -> Figures:
    """Return the numbers of two lines; ValueError where a column holds none."""
    return Figures(
        number_of(line1[2:7]),
        line1[9:17].strip(),
        _epoch(line1[18:32]),
        float(line2[8:16]),
        float(line2[17:25]),
        float("0." + line2[26:33].replace(" ", "0")),
        float(line2[34:42]),
        float(line2[43:51]),
        float(line2[52:63]),
        _with_exponent(line1[53:61]),
        line1[7].strip() or "U",
        int(line1[62].strip() or 0),
        int(line1[64:68].strip() or 0),
        int(line2[63:68].strip() or 0),
        float(line1[33:43].strip() or 0.0),
        _with_exponent(line1[44:52]),
    )


def number_of(text: str) -> int:
    """Return the catalogue number of five columns.

    >>> number_of("58400"), number_of("A0000"), number_of("Z9999")
    (58400, 100000, 339999)
    """
    if text[:1].isdigit() or text[:1] == " ":
        return int(text)
    return (_LETTERS.index(text[0]) + 10) * 10_000 + int(text[1:])


def five_columns(number: int) -> str:
    """Return a catalogue number up to 339999 in five columns.

    >>> five_columns(5), five_columns(100000)
    ('00005', 'A0000')
    """
    tens, rest = divmod(number, 10_000)
    return f"{number:05d}" if tens < 10 else f"{_LETTERS[tens - 10]}{rest:04d}"


def year_of(two_digits: int) -> int:
    """Return the year of its last two digits, 1957 to 2056."""
    return 1900 + two_digits + 100 * (two_digits < _FIRST_YEAR - 1900)


def _epoch(text: str) -> datetime:
    """Return the moment of YYDDD.DDDDDDDD; a day past the year's end is of the next year."""
    days, _, fraction = text[2:].partition(".")
    start = datetime(year_of(int(text[:2])), 1, 1, tzinfo=UTC)
    if not 1 <= int(days) <= 367:
        raise ValueError(text)
    return start + timedelta(days=int(days) - 1) + int(f"{fraction.strip():0<8}"[:8]) * _STEP


def _with_exponent(text: str) -> float:
    """Return a number written with its point and the letter of its power left out, as -13525-3."""
    if not text.strip():
        return 0.0
    return float(f"{text[0].strip()}0.{text[1:6].replace(' ', '0')}e{text[6:].replace(' ', '+')}")

"""Months with typing errors, date-time groups, and the year that navigational warnings leave out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from downrange.notice._tokens import Cursor, Lead, TokenKind

_MONTHS: Final = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE",
    "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_NUMBERS: Final = {name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in (3, len(name))} | {
    "SEPT": 9
}
_ZULU: Final = frozenset({"Z", "UTC", "GMT"})
_WEEKDAYS: Final = frozenset({"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"})
_NOT_A_YEAR: Final = _ZULU | set("-°º˚NSEW")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month as written: its number, what was printed when that is no month, and its place."""

    number: int
    typo: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A time as written: day of the month (None when it has none) and minutes after midnight."""

    day: int | None
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A complete date-time group: the moment and its place."""

    moment: datetime
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What a text tells about the year of its dates, and what its reader knows.

    issued:   its date-time group
    cancels:  when it cancels itself
    year:     the year in its number
    received: when the text came in
    """

    issued: datetime | None = None
    cancels: datetime | None = None
    year: int | None = None
    received: datetime | None = None


def month(cur: Cursor) -> Month | None:
    """Take a month; a name one letter off is the nearest month (same first letter before others) and says so."""
    token = cur.peek()
    if token.kind is not TokenKind.LETTERS:
        return None
    number, typo = _NUMBERS.get(token.text, 0), ""
    if not number and len(token.text) == 3 and token.text not in _WEEKDAYS:
        near = [name for name in _NUMBERS if len(name) == 3 and _misses(name, token.text) == 1]
        near.sort(key=lambda name: name[0] != token.text[0])
        if near:
            number, typo = _NUMBERS[near[0]], token.text
    if not number:
        return None
    cur.take()
    return Month(number=number, typo=typo, start=token.start, stop=token.stop)


def _misses(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))


def month_name(number: int) -> str:
    """Return the three letters of a month."""
    return _MONTHS[number - 1][:3]


def clock(cur: Cursor, *, zulu: bool = True) -> Clock | None:
    """Take hhmm or ddhhmm with Z, UTC or GMT behind it (without, when zulu is False)."""
    token = cur.peek()
    if token.kind is not TokenKind.DIGITS or len(token.text) not in {4, 6}:
        return None
    if zulu and cur.peek(1).text not in _ZULU:
        return None
    day = int(token.text[:2]) if len(token.text) == 6 else None
    hours, minutes = int(token.text[-4:-2]), int(token.text[-2:])
    if hours > 24 or minutes > 59 or hours * 60 + minutes > 1440:
        return None
    cur.take()
    cur.word(*_ZULU)
    return Clock(day=day, minutes=hours * 60 + minutes)


def year(cur: Cursor, *lengths: int, wrapped: bool = False) -> int | None:
    """Take a year of two or four digits, unless it is the number of a list or begins a time or a position.

    wrapped: two digits and a full stop on a new line are a year, not the number of a paragraph
    """
    token, after = cur.peek(), cur.peek(1)
    if token.kind is not TokenKind.DIGITS or len(token.text) not in lengths or after.text in _NOT_A_YEAR:
        return None
    value = int(token.text)
    if len(token.text) == 4 and not 1950 <= value < 2100:
        return None
    if not wrapped and len(token.text) == 2 and token.lead is Lead.BREAK and after.text == ".":
        return None
    cur.take()
    return value if value > 99 else century(value)


def century(value: int) -> int:
    """Return the full year of two digits: 57 and later lie in the last century, as in catalogue numbers."""
    return value + (1900 if value >= 57 else 2000)


def at(year_: int, month_: int, day: int, minutes: int = 0) -> datetime | None:
    """Return the UTC moment, None when the calendar has no such day."""
    try:
        midnight = datetime(year_, month_, day, tzinfo=UTC)
    except ValueError:
        return None
    return midnight + timedelta(minutes=minutes)


def stamp(cur: Cursor) -> Stamp | None:
    """Take a complete date-time group: ddhhmmZ MMM yy."""
    first, start = cur.at, cur.peek().start
    time = clock(cur)
    if time is not None and time.day is not None:
        named = month(cur)
        number = year(cur, 2, 4, wrapped=True) if named is not None else None
        if named is not None and number is not None:
            moment = at(number, named.number, time.day, time.minutes)
            if moment is not None:
                return Stamp(moment=moment, start=start, stop=cur.peek(-1).stop)
    cur.at = first
    return None


def packed_moment(digits: str) -> datetime | None:
    """Read yymmddhhmm, None when the calendar has no such moment.

    >>> packed_moment("2311302359").isoformat()
    '2023-11-30T23:59:00+00:00'
    """
    if len(digits) != 10 or not digits.isdecimal():
        return None
    hours, minutes = int(digits[6:8]), int(digits[8:])
    if minutes > 59 or hours * 60 + minutes > 1440:
        return None
    return at(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]), hours * 60 + minutes)


def infer_year(month_: int, day: int, anchor: Anchor) -> int | None:
    """Return the year of a day that has none: the first one after the issue, else the last before the cancel line.

    Failing both, the year of the number, else the year nearest to when the text was received.
    """
    if anchor.issued is not None:
        return _first_after(month_, day, anchor.issued.date())
    if anchor.cancels is not None:
        return _last_before(month_, day, anchor.cancels.date())
    if anchor.year is not None or anchor.received is None:
        return anchor.year
    today = anchor.received.date()
    days = [found for found in (_day(today.year + step, month_, day) for step in (-1, 0, 1)) if found is not None]
    return min(days, key=lambda found: abs(found - today)).year if days else None


def _day(year_: int, month_: int, day: int) -> date | None:
    moment = at(year_, month_, day)
    return None if moment is None else moment.date()


def _first_after(month_: int, day: int, limit: date) -> int | None:
    """Return the first year in which the day is not before the limit; up to eight years for a 29 February."""
    for year_ in range(limit.year, limit.year + 9):
        found = _day(year_, month_, day)
        if found is not None and found >= limit:
            return year_
    return None


def _last_before(month_: int, day: int, limit: date) -> int | None:
    """Return the last year in which the day is not after the limit."""
    for year_ in range(limit.year, limit.year - 9, -1):
        found = _day(year_, month_, day)
        if found is not None and found <= limit:
            return year_
    return None

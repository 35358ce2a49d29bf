"""Months with typing errors, date-time groups, and the year that navigational warnings leave out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from downrange.notice._tokens import Cursor, Lead, Token, TokenKind

_MONTHS: Final = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE",
    "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_NUMBERS: Final = {name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in (3, len(name))} | {
    "SEPT": 9
}
_ZULU: Final = frozenset({"Z", "UTC", "GMT", "UT", "ZULU"})
_GLUED: Final = {mark + name: number for mark in ("Z", "UTC") for name, number in _NUMBERS.items() if len(name) < 5}
_ALIKE: Final = str.maketrans("0158", "OLSB")
_MONTH_LENGTH: Final = 3
_MOST_MISSES: Final = 2
_PAST: Final = timedelta(days=31)
_FAR: Final = timedelta(days=300)
# Words of three letters that stand behind numbers in notices and are one letter off a month.
_NO_MONTH_WORDS: Final = (
    "ACT ANT APT ARE BAR BAY CAN CAR DAY DEG EAR FAR FED FEW FUN GUN JAM JET JUG MAN MAP MAS MAT MAX MON NET NON NOT OAR "
    "OUT PAR PAY PER RAN REC REP RUN SAN SAT SAY SEA SEC SET SUN TAN TUE VAN WAR WAY WEB WED FRI THU APP APC APU AUX OCL "
    "ART AIR ALT NAV TUG SEE AUS WAS HAS DEN OCC RAY"
)
_NO_MONTHS: Final = frozenset(_NO_MONTH_WORDS.split())
_NOT_A_YEAR: Final = _ZULU | set("-°º˚NSEW") | set(_GLUED)


class Month(NamedTuple):
    """A month as written: its number, what was printed when that is no month, and its place."""

    number: int
    typo: str
    start: int
    stop: int


class Clock(NamedTuple):
    """A time as written: day of the month (None when it has none) and minutes after midnight."""

    day: int | None
    minutes: int


class Day(NamedTuple):
    """A day as written: its number, and month and year where they are printed."""

    number: int
    month: Month | None = None
    year: int | None = None


class Days(NamedTuple):
    """The days from the first to the last; often they are the same."""

    first: Day
    last: Day


class Stamp(NamedTuple):
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


def is_month(text: str) -> bool:
    """Say whether a word is the name of a month, rightly spelt."""
    return text in _NUMBERS


def month(cur: Cursor) -> Month | None:
    """Take a month; a misspelt name is the nearest month (same first letter before others) and says so."""
    token = cur.peek()
    if token.kind is TokenKind.LETTERS:
        number = _NUMBERS.get(token.text) or (_GLUED.get(token.text, 0) if token.lead is Lead.GLUED else 0)
        if number:
            cur.take()
            return Month(number=number, typo="", start=token.start, stop=token.stop)
    elif token.kind is not TokenKind.DIGITS or len(token.text) > 1:
        return None
    return _mixed_month(cur) or _misspelt(cur)


def _misspelt(cur: Cursor) -> Month | None:
    """Take a name that is nearly a month."""
    token = cur.peek()
    if token.kind is not TokenKind.LETTERS or token.text in _NO_MONTHS:
        return None
    number = nearest_month(token.text)
    if not number:
        return None
    cur.take()
    return Month(number=number, typo=token.text, start=token.start, stop=token.stop)


def _mixed_month(cur: Cursor) -> Month | None:
    """Take a month in which digits stand for letters: `N0V`, `0CT`, `JU1`, `5EP`."""
    pieces = [cur.peek()]
    while len(pieces) < _MONTH_LENGTH and cur.peek(len(pieces)).lead is Lead.GLUED:
        after = cur.peek(len(pieces))
        if after.kind not in {TokenKind.LETTERS, TokenKind.DIGITS}:
            break
        pieces.append(after)
    text = "".join(piece.text for piece in pieces)
    number = _NUMBERS.get(text.translate(_ALIKE), 0)
    if len(pieces) == 1 or len(text) != _MONTH_LENGTH or not number:
        return None
    cur.at += len(pieces)
    return Month(number=number, typo=text, start=pieces[0].start, stop=pieces[-1].stop)


@lru_cache(maxsize=4096)
def nearest_month(text: str) -> int:
    """Return the month that a word of letters misspells, 0 when it is none.

    >>> nearest_month("SEB"), nearest_month("NVO"), nearest_month("FEBUARY"), nearest_month("AREA")
    (9, 11, 2, 0)
    """
    short = len(text) == _MONTH_LENGTH
    if not short and not 5 <= len(text) <= 11:
        return 0
    most = 1 if short or len(text) < 7 else _MOST_MISSES
    near = [name for name in _NUMBERS if (len(name) == _MONTH_LENGTH) is short and _misses(name, text) <= most]
    near = [name for name in near if short or name[0] == text[0]]
    near.sort(key=lambda name: (_misses(name, text), name[0] != text[0]))
    return _NUMBERS[near[0]] if near else 0


def _misses(one: str, other: str) -> int:
    """Return how many letters were changed, left out, added or swapped with their neighbour."""
    if abs(len(one) - len(other)) > _MOST_MISSES:
        return _MOST_MISSES + 1
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


def month_name(number: int) -> str:
    """Return the three letters of a month."""
    return _MONTHS[number - 1][:3]


def is_zulu(token: Token) -> bool:
    """Say whether a token can stand behind the digits of a date-time group."""
    return token.text in _ZULU or token.text in _GLUED


def clock(cur: Cursor, *, zulu: bool = True) -> Clock | None:
    """Take hhmm or ddhhmm with Z, UTC or GMT behind it (without, when zulu is False)."""
    token = cur.peek()
    if token.kind is not TokenKind.DIGITS or len(token.text) not in {4, 6}:
        return None
    if zulu and not is_zulu(cur.peek(1)):
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
    if token.kind is not TokenKind.DIGITS or len(token.text) not in lengths:
        return None
    apart = after.text == "-" and after.lead is not Lead.GLUED and len(token.text) == 4
    if after.text in _NOT_A_YEAR and not apart:
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
    first, token = cur.at, cur.peek()
    if token.kind is not TokenKind.DIGITS or len(token.text) != 6:
        return None
    start = token.start
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
    """Read yymmddhhmm or yyyymmddhhmm, None when the calendar has no such moment.

    >>> packed_moment("2311302359").isoformat()
    '2023-11-30T23:59:00+00:00'
    """
    if len(digits) not in {10, 12} or not digits.isdecimal():
        return None
    digits = digits if len(digits) == 12 else "20" + digits
    hours, minutes = int(digits[8:10]), int(digits[10:])
    if minutes > 59 or hours * 60 + minutes > 1440 or not 1950 <= int(digits[:4]) < 2100:
        return None
    return at(int(digits[:4]), int(digits[4:6]), int(digits[6:8]), hours * 60 + minutes)


def infer_year(month_: int, day: int, anchor: Anchor, *, past: bool = True) -> int | None:
    """Return the year of a day that has none: between issue and cancel line, else after the one or before the other.

    Failing both, the year of the number, else the year nearest to when the text was received.

    past: a day of the last weeks before the issue is taken as past, not as one in eleven months
    """
    if anchor.issued is not None:
        return _near_issue(month_, day, anchor, anchor.issued.date(), past=past)
    if anchor.cancels is not None:
        return _last_before(month_, day, anchor.cancels.date())
    if anchor.year is not None or anchor.received is None:
        return anchor.year
    today = anchor.received.date()
    days = [found for found in (_day(today.year + step, month_, day) for step in (-1, 0, 1)) if found is not None]
    return min(days, key=lambda found: abs(found - today)).year if days else None


def _near_issue(month_: int, day: int, anchor: Anchor, issued: date, *, past: bool) -> int | None:
    """Return the year that puts a day after the issue and before the cancel line, if one does."""
    if anchor.cancels is not None and anchor.cancels.date() >= issued:
        number = _last_before(month_, day, anchor.cancels.date())
        found = None if number is None else _day(number, month_, day)
        if found is not None and found >= issued:
            return number
    ahead, recent = _first_after(month_, day, issued), _first_after(month_, day, issued - _PAST)
    if past and ahead is not None and recent is not None and recent < ahead:
        found = _day(ahead, month_, day)
        return recent if found is not None and found - issued > _FAR else ahead
    return ahead


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

"""The lines of field D): days, days of the week and exceptions with their times, as printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from downrange.notice._calendar import Month, is_month, month, month_name, packed_moment
from downrange.notice._elements import week_days
from downrange.notice._tokens import Cursor, Token, TokenKind
from downrange.notice.model import Flag, FlagCode

_LONGEST_MONTH: Final = 31
_FILLER: Final = (
    "DAILY", "DLY", "BTN", "BETWEEN", "AND", "FM", "FROM", "UTC", "EVERY", "EACH", "DAY", "DAYS", "ON", "ACT", "ACTIVE", "H",
    "HR", "HRS", "HOURS", "Z", "TIME", "TIMES", "AT", "THE", "ONLY", "DURING",
)  # fmt: skip
_LINKS: Final = ("TO", "AND", "TILL", "TIL", "UNTIL", "THRU", "THROUGH")
_LIGHT: Final = {"HJ": ("SUNRISE", "SUNSET"), "HN": ("SUNSET", "SUNRISE")}
_SUN: Final = {"SR": "SUNRISE", "SS": "SUNSET", "SUNRISE": "SUNRISE", "SUNSET": "SUNSET"}
_EXCEPT: Final = ("EXC", "EXCEPT", "EXCL", "EXCLUDING")
_DAY_LINKS: Final = frozenset({"-", "/", "TO", "THRU", "THROUGH", "TILL", "UNTIL"})


class UnreadError(Exception):
    """The schedule goes on in a way this grammar does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time of the day: minutes after midnight, or after a rising or setting; day: of the month, where printed."""

    minutes: int = 0
    sun: str = ""
    day: int | None = None


_Days = tuple[tuple[int | None, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Days (month or None, first, last) and the times of each of them.

    week:        days of the week, 0 for Monday; empty for all
    except_days: days that are left out of the whole schedule
    except_week: days of the week that are
    """

    days: _Days = ()
    times: tuple[tuple[Moment, Moment], ...] = ()
    week: tuple[int, ...] = ()
    except_days: _Days = ()
    except_week: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A whole schedule: lines, windows between complete moments, flags, and its place."""

    lines: tuple[Line, ...]
    spans: tuple[tuple[datetime, datetime], ...]
    flags: tuple[Flag, ...]
    start: int
    stop: int


class _Reader:
    """The cursor and what was remarked."""

    def __init__(self, cur: Cursor) -> None:
        self.cur = cur
        self.flags: list[Flag] = []

    def unread(self) -> UnreadError:
        """Return the error that names the token here."""
        return UnreadError(f"the schedule in D) is not understood from {self.cur.peek().text!r} on")


def read_lines(cur: Cursor) -> Lines:
    """Read field D) to its end; raise UnreadError where it is not understood."""
    reader = _Reader(cur)
    start = cur.peek().start
    lines: list[Line] = []
    spans: list[tuple[datetime, datetime]] = []
    days_last = _days_last(cur)
    while _skip(cur):
        if _is(cur.peek(), 10, 12):
            spans.append(_moments(reader))
        elif cur.peek().text in _EXCEPT:
            lines.append(_exception(reader, lines[-1] if lines else None))
        else:
            lines.append(_line(reader, lines[-1] if lines else None, days_last=days_last))
    if lines and not spans and not any(line.times for line in lines):
        lines.append(Line(times=((Moment(minutes=0), Moment(minutes=1440)),)))
    return Lines(
        lines=tuple(lines), spans=tuple(spans), flags=tuple(reader.flags), start=start, stop=cur.peek(-1).stop
    )  # fmt: skip


def _days_last(cur: Cursor) -> bool:
    """Say whether days stand behind their times, as in `0900-1100 24 AND 26`: it begins with a time and has days."""
    first = cur.at
    _skip(cur)
    begins = (_is(cur.peek(), 4) and not is_month(cur.peek(1).text)) or cur.peek().text in _SUN
    days = excepted = False
    while begins and not (cur.done() or excepted):
        token = cur.take()
        excepted = token.text in _EXCEPT
        linked = cur.peek(-2).text == "-" and _is(cur.peek(-3), 4) and _is(cur.peek(), 4)
        linked = linked or cur.peek(-2).text in {"MINUS", "PLUS", "M", "P", "+", ":"} or cur.peek().text == ":"
        days = (_is(token, 1, 2) and not linked) or days or bool(week_days(cur.part(cur.at - 1, cur.at)))
    cur.at = first
    return begins and days


def _skip(cur: Cursor) -> bool:
    """Skip filling words and marks; say whether anything is left."""
    while not _is_h24(cur) and (cur.word(*_FILLER) or cur.mark(",.;:()&")):
        pass
    return not cur.done()


def _is_h24(cur: Cursor) -> bool:
    return cur.peek().text == "H" and cur.peek(1).text == "24"


def _is(token: Token, *lengths: int) -> bool:
    return token.kind is TokenKind.DIGITS and len(token.text) in lengths


def _moments(reader: _Reader) -> tuple[datetime, datetime]:
    """Read yymmddhhmm TO yymmddhhmm."""
    cur = reader.cur
    opens = packed_moment(cur.take().text)
    cur.word("UTC", "Z")
    linked = cur.word(*_LINKS) or cur.mark("-/")
    closes = packed_moment(cur.take().text) if linked and _is(cur.peek(), 10, 12) else None
    cur.word("UTC", "Z")
    if opens is None or closes is None or closes <= opens:
        raise reader.unread()
    return opens, closes


def _exception(reader: _Reader, before: Line | None) -> Line:
    """Read `EXC 26 27`, `EXC SAT SUN`; holidays cannot be known."""
    cur = reader.cur
    cur.take()
    week = week_days(cur)
    days = () if week else _days(reader, before)
    if not week and not days:
        raise reader.unread()
    return Line(except_days=days, except_week=week)


def _line(reader: _Reader, before: Line | None, *, days_last: bool) -> Line:
    """Read days with their times, in the order in which this schedule prints them."""
    cur = reader.cur
    week = week_days(cur)
    days = () if days_last else _days(reader, before)
    week = week or week_days(cur)
    times = _times(reader)
    if days_last:
        days = _days(reader, before)
        week = week or week_days(cur)
    if not times and (days or week) and cur.done():
        times = ((Moment(minutes=0), Moment(minutes=1440)),)
    if not times or (days_last and not (days or week)):
        raise reader.unread()
    line = Line(days=days, times=times, week=week)
    if before is not None and before.week and not week and not days:
        return replace(line, week=before.week)
    return line


def _days(reader: _Reader, before: Line | None) -> _Days:
    """Read `13`, `14-29`, `APR 24`, `24 26 28`, `24 APR`; the month of the line before holds on."""
    cur = reader.cur
    found: list[tuple[int | None, int, int]] = []
    number = before.days[-1][0] if before is not None and before.days else None
    while True:
        _ = _is(cur.peek(), 4) and cur.peek().text.startswith("20") and is_month(cur.peek(1).text) and cur.take()
        named = _month(reader)
        number = named.number if named is not None else number
        if not _is(cur.peek(), 1, 2) or (cur.peek(1).text == ":" and _is(cur.peek(2), 2)):
            return tuple(found)
        first = last = int(cur.take().text)
        cur.word("ST", "ND", "RD", "TH")
        behind = _month(reader) if named is None and not _is_range(cur) else None
        if behind is not None:
            number = behind.number
            found = [(number if month_ is None else month_, low, high) for month_, low, high in found]
        if cur.peek().text in _DAY_LINKS and (_is(cur.peek(1), 1, 2) or cur.peek(1).kind is TokenKind.LETTERS):
            cur.take()
            ending = _month(reader)
            if not _is(cur.peek(), 1, 2):
                raise reader.unread()
            last = int(cur.take().text)
            behind = _month(reader) if ending is None and named is None else None
            if behind is not None and number is None and first <= last:
                number = behind.number
            if last > _LONGEST_MONTH:
                raise reader.unread()
            found.append((number, first, last))
            number = ending.number if ending is not None else behind.number if behind is not None else number
        else:
            found.append((number, first, last))
        _between_days(cur)


def _is_range(cur: Cursor) -> bool:
    """Say whether a link and another day follow: `29-02`."""
    return cur.peek().text in _DAY_LINKS and _is(cur.peek(1), 1, 2)


def _month(reader: _Reader) -> Month | None:
    """Take a month; a misspelt one is flagged."""
    named = month(reader.cur)
    if named is not None and named.typo:
        message = f"{named.typo!r} is no month; read as {month_name(named.number)}"
        reader.flags.append(Flag(code=FlagCode.TYPO_MONTH, start=named.start, stop=named.stop, message=message))
    return named


def _between_days(cur: Cursor) -> None:
    """Take a comma or AND when another day follows."""
    here = cur.at
    cur.mark(",&/")
    cur.word("AND")
    if not _is(cur.peek(), 1, 2):
        cur.at = here


def _times(reader: _Reader) -> tuple[tuple[Moment, Moment], ...]:
    """Read `0000-1600 2100-2359`, with `/`, TO or AND as the link and UTC where it likes; `SR-SS`; `H24`."""
    cur = reader.cur
    found: list[tuple[Moment, Moment]] = []
    while True:
        here = cur.at
        cur.mark(",:/")
        while not _is_h24(cur) and cur.word(*_FILLER):
            pass
        if cur.words("H", "24"):
            found.append((Moment(minutes=0), Moment(minutes=1440)))
            continue
        light = cur.word(*_LIGHT)
        if light is not None:
            first, last = _LIGHT[light.text]
            found.append((Moment(sun=first), Moment(sun=last)))
            continue
        opens = _moment(reader)
        linked = opens is not None and (cur.mark("-/") or cur.word(*_LINKS))
        closes = _closing(reader) if linked else None
        if opens is None or closes is None:
            cur.at = here
            return tuple(found)
        found.append((opens, closes))


def _closing(reader: _Reader) -> Moment | None:
    """Take the second time, with the day before it in `24 0900-26 1100`."""
    cur = reader.cur
    day = cur.digits(1, 2) if _is(cur.peek(1), 4) else None
    found = _moment(reader)
    if found is None or day is None:
        return found
    return replace(found, day=int(day.text))


def _moment(reader: _Reader) -> Moment | None:
    """Take hhmm, hh:mm, or SR and SS with a shift in minutes."""
    cur = reader.cur
    token = cur.peek()
    if token.text in _SUN:
        cur.take()
        return Moment(minutes=_shift(cur), sun=_SUN[token.text])
    digits = _clock(cur)
    if not digits:
        return None
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    if minutes > 1440 or int(digits[2:]) > 59:
        cur.at -= 1
        raise reader.unread()
    cur.word("HRS", "HR", "H")
    cur.word("UTC", "Z", "GMT")
    return Moment(minutes=minutes)


def _clock(cur: Cursor) -> str:
    """Take the four digits of a time."""
    token = cur.digits(4)
    if token is not None:
        return token.text
    if _is(cur.peek(), 2) and cur.peek(1).text == ":" and _is(cur.peek(2), 2):
        text = cur.peek().text + cur.peek(2).text
        cur.at += 3
        return text
    return ""


def _shift(cur: Cursor) -> int:
    """Take `MINUS 30`, `PLUS 30`, `M30`, `+30`; not the dash before the next time."""
    here = cur.at
    sign = cur.word("MINUS", "PLUS", "M", "P") or cur.mark("+-")
    digits = cur.digits(1, 2, 3) if sign is not None else None
    if sign is None or digits is None:
        cur.at = here
        return 0
    cur.word("MIN", "MINS", "MINUTES")
    return int(digits.text) * (-1 if sign.text in {"MINUS", "M", "-"} else 1)

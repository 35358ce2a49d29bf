"""Times of navigational warnings: `ddhhmmZ TO ddhhmmZ MMM`, `hhmmZ TO hhmmZ DAILY dd THRU dd MMM`, lists, ALTERNATE.

The phrase is read first, then resolved: months run backward from the last one printed, the year comes from the
issue time, the cancel line or the number of the notice. Windows are half-open UTC intervals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from downrange.notice._calendar import Anchor, Clock, Month, at, clock, infer_year, month, month_name, year
from downrange.notice._tokens import Cursor, Lead, Token, TokenKind
from downrange.notice.model import Flag, FlagCode, NoticeWindow, Role

_SUN: Final = ("SUNSET", "SUNRISE")
_WEEKDAYS: Final = (
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
    "SATURDAY",
    "SUNDAY",
    "WEEKDAYS",
    "WEEKENDS",
)
_DAILY: Final = ("DAILY", "DLY")
_LEAP_YEAR: Final = 2024
_LONGEST_JOINT: Final = 6
_LONGEST: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A range of days on which a daily window opens; months as printed, or None."""

    first: int
    first_month: Month | None
    last: int
    last_month: Month | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """One window, or one daily window, as printed.

    role:   primary or alternate
    opens:  the first time
    closes: the second time; None when it is sunset or sunrise
    months: of the two times, or None
    days:   of a daily window
    year:   when printed
    vague:  what keeps it from being turned into moments, "" when nothing does
    """

    role: Role
    opens: Clock
    closes: Clock | None
    months: tuple[Month | None, Month | None]
    days: tuple[Days, ...]
    year: int | None
    vague: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """All periods of one time phrase."""

    periods: tuple[Period, ...]
    start: int
    stop: int


# ------------------------------------------------------------------------------------------ the phrase


def times(cur: Cursor) -> Times | None:
    """Read a time phrase: periods joined by commas, AND or ALTERNATE."""
    first, start = cur.at, cur.peek().start
    role, periods = Role.PRIMARY, list[Period]()
    while True:
        here = cur.at
        role = _joint(cur, role)
        period = _period(cur, role)
        if period is None:
            cur.at = here
            break
        periods.append(period)
    if not periods:
        cur.at = first
        return None
    return Times(periods=tuple(periods), start=start, stop=cur.peek(-1).stop)


def _joint(cur: Cursor, role: Role) -> Role:
    """Take what stands between periods: a few words at most."""
    for _ in range(_LONGEST_JOINT):
        if cur.word("ALTERNATE", "ALTERNATES", "ALTERNATIVE", "BACKUP"):
            role = Role.ALTERNATE
        elif not (cur.mark(",;") or cur.word("AND", "OR", "FROM", "FM")):
            break
    return role


def _period(cur: Cursor, role: Role) -> Period | None:
    """Read `time TO time`, with the days of a daily one."""
    first, start = cur.at, cur.peek().start
    opens = clock(cur)
    opening = month(cur) if opens is not None and not _is_link(cur.peek()) else None
    if opening is not None:
        year(cur, 4)
    if opens is None or not (cur.word("TO", "UNTIL", "THRU", "TILL") or cur.mark("-")):
        cur.at = first
        return None
    sun = cur.word(*_SUN)
    closes = None if sun else clock(cur)
    if sun is None and closes is None:
        cur.at = first
        return None
    closing = month(cur) if closes is not None and closes.day is not None else None
    number = year(cur, 2, 4) if closing is not None else None
    daily, vague = _daily(cur, opens)
    if sun is not None:
        vague = f"{sun.text.lower()} depends on the place and the day"
    if opens.day is None and not daily and not vague:
        vague = "no day stands with these times"
    return Period(
        role=role,
        opens=opens,
        closes=closes,
        months=(opening, closing),
        days=daily,
        year=number,
        vague=vague,
        start=start,
        stop=cur.peek(-1).stop,
    )


def _is_link(token: Token) -> bool:
    return token.text in {"TO", "UNTIL", "THRU", "TILL", "-"}


def _daily(cur: Cursor, opens: Clock) -> tuple[tuple[Days, ...], str]:
    """Read the days of a daily window; weekdays are read over and named as vague."""
    said = cur.word(*_DAILY)
    cur.word("EVERY", "EACH")
    if cur.peek().text in _WEEKDAYS:
        return _weekdays(cur)
    if said is None and opens.day is not None:
        return (), ""
    if said is None and cur.word("ON", "FROM") is None and not _is_day(cur.peek()):
        return (), ""
    return _days(cur), ""


def _weekdays(cur: Cursor) -> tuple[tuple[Days, ...], str]:
    """Read over a list of weekdays with its limits, as far as it goes; the limits are kept."""
    begin = cur.at
    limits: list[Days] = []
    while cur.word(*_WEEKDAYS, "THRU", "THROUGH", "TO", "AND", "UNTIL", "FROM", "EVERY") or cur.mark(","):
        if cur.peek().text not in _WEEKDAYS:
            limits.extend(_days(cur))
    row = [cur.peek(place - cur.at).text for place in range(begin, cur.at)]
    return tuple(limits), "days of the week: " + " ".join(row[:12]).lower()


def _is_day(token: Token) -> bool:
    return token.kind is TokenKind.DIGITS and len(token.text) <= 2 and 1 <= int(token.text) <= 31


def _days(cur: Cursor) -> tuple[Days, ...]:
    """Read a list of days: `06 THRU 15 MAR`, `14 APR THRU 07 MAY`, `19, 21 AND 24 APR`."""
    found: list[Days] = []
    while True:
        here = cur.at
        if found:
            cur.mark(",")
            cur.word("AND")
            if cur.at == here:
                break
        if not _is_day(cur.peek()) or (found and cur.peek(1).text in {"Z", "."} and cur.peek(1).lead is Lead.GLUED):
            cur.at = here
            break
        found.append(_range(cur))
    year(cur, 4)
    return tuple(found)


def _range(cur: Cursor) -> Days:
    """Read one day or a range of days."""
    first = int(cur.take().text)
    first_month = month(cur) if not _is_link(cur.peek()) and cur.peek().text != "AND" else None
    here = cur.at
    linked = cur.word("THRU", "THROUGH", "TO", "UNTIL") or cur.mark("-")
    if linked is None or not _is_day(cur.peek()):
        cur.at = here
        return Days(first=first, first_month=first_month, last=first, last_month=first_month)
    last = int(cur.take().text)
    last_month = month(cur) if cur.peek().text != "AND" else None
    return Days(first=first, first_month=first_month, last=last, last_month=last_month)


# ------------------------------------------------------------------------------------------ its meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Windows and what was remarked on the way."""

    windows: tuple[NoticeWindow, ...]
    flags: tuple[Flag, ...]


def resolve(phrase: Times, anchor: Anchor) -> Resolved:
    """Turn a phrase into windows."""
    periods = _with_months(phrase.periods, anchor)
    windows: list[NoticeWindow] = []
    flags = _typos(phrase.periods)
    inferred = False
    for period in periods:
        if period.vague:
            code = FlagCode.WINDOW_UNREAD if period.vague.startswith("no day") else FlagCode.WINDOW_OPEN
            flags.append(_flag(code, period, f"window not turned into moments: {period.vague}"))
            continue
        pieces = _pieces(period, anchor)
        if isinstance(pieces, Flag):
            if pieces.code not in {flag.code for flag in flags}:
                flags.append(pieces)
            continue
        windows.extend(pieces)
        inferred = inferred or period.year is None
    if inferred:
        message = f"no year is printed; {windows[0].opens.year} inferred from {_reason(anchor)}"
        flags.append(Flag(code=FlagCode.YEAR_INFERRED, start=phrase.start, stop=phrase.stop, message=message))
    return Resolved(windows=tuple(windows), flags=tuple(flags))


def _reason(anchor: Anchor) -> str:
    if anchor.issued is not None:
        return "the issue time"
    if anchor.cancels is not None:
        return "the cancel line"
    return "the number of the notice" if anchor.year is not None else "the time of receipt"


def _flag(code: FlagCode, period: Period, message: str) -> Flag:
    return Flag(code=code, start=period.start, stop=period.stop, message=message)


def _typos(periods: Sequence[Period]) -> list[Flag]:
    """Return a flag for every month that had to be guessed."""
    months = [name for period in periods for name in period.months]
    months += [name for period in periods for days in period.days for name in (days.first_month, days.last_month)]
    seen: dict[int, Flag] = {}
    for name in months:
        if name is not None and name.typo:
            message = f"{name.typo!r} is no month; read as {month_name(name.number)}"
            seen[name.start] = Flag(code=FlagCode.TYPO_MONTH, start=name.start, stop=name.stop, message=message)
    return list(seen.values())


def _last_known(anchor: Anchor) -> int | None:
    """Return the month to fall back on when a phrase has none."""
    moment = anchor.cancels or anchor.issued
    return None if moment is None else moment.month


def _with_months(periods: Sequence[Period], anchor: Anchor) -> list[Period]:
    """Give every day a month and every period a year where printed: both run backward from the next one printed."""
    filled: list[Period] = []
    number, next_day, printed = _last_known(anchor), 32, None
    for period in reversed(periods):
        printed = period.year or printed
        days: list[Days] = []
        for part in reversed(period.days):
            last_month, number = _backward(part.last_month, part.last, number, next_day)
            first_month, number = _backward(part.first_month, part.first, number, part.last)
            days.append(replace(part, first_month=first_month, last_month=last_month))
            next_day = part.first
        opening, closing = period.months
        if period.closes is not None and period.closes.day is not None:
            closing, number = _backward(closing, period.closes.day, number, next_day)
            next_day = period.closes.day
        if period.opens.day is not None:
            opening, number = _backward(opening, period.opens.day, number, next_day)
            next_day = period.opens.day
        filled.append(replace(period, months=(opening, closing), days=tuple(reversed(days)), year=printed))
    return filled[::-1]


def _backward(printed: Month | None, day: int, number: int | None, next_day: int) -> tuple[Month | None, int | None]:
    """Return the month of a day that comes before next_day of the month `number`."""
    if printed is not None or number is None:
        return printed, number if printed is None else printed.number
    if day > next_day:
        number = (number - 2) % 12 + 1
    return Month(number=number, typo="", start=0, stop=0), number


def _pieces(period: Period, anchor: Anchor) -> list[NoticeWindow] | Flag:
    """Return the windows of one period, or a flag that says why there are none."""
    if period.days:
        spans = [_daily_span(period, days, anchor) for days in period.days]
    else:
        spans = [_single_span(period, anchor)]
    found: list[NoticeWindow] = []
    for span in spans:
        if isinstance(span, str):
            code = FlagCode.YEAR_UNKNOWN if span.startswith("no year") else FlagCode.WINDOW_UNREAD
            return _flag(code, period, span)
        found.extend(NoticeWindow(opens=opens, closes=closes, role=period.role) for opens, closes in span)
    return found


_Spans = list[tuple[datetime, datetime]]


def _single_span(period: Period, anchor: Anchor) -> _Spans | str:
    """Return opening and closing of a window between two date-time groups."""
    opens, closes = period.opens, period.closes
    opening, closing = period.months
    if closes is None or opens.day is None:
        return "no day stands with these times"
    if closes.day is None:
        closes, closing = replace(closes, day=opens.day), opening
    if opening is None or closing is None or closes.day is None:
        return "no month stands with these times"
    number = period.year or infer_year(closing.number, closes.day, anchor)
    if number is None:
        return _no_year(closing.number, closes.day)
    ends = at(number, closing.number, closes.day, closes.minutes)
    begins = at(number - (opening.number > closing.number), opening.number, opens.day, opens.minutes)
    if begins is None or ends is None:
        return "the calendar has no such day"
    if ends <= begins and period.closes is not None and period.closes.day is None:
        ends += timedelta(days=1)
    if not begins < ends <= begins + _LONGEST:
        return "the window closes before it opens"
    return [(begins, ends)]


def _no_year(month_: int, day: int) -> str:
    """Say why no year was found for a day."""
    if at(_LEAP_YEAR, month_, day) is None:
        return "the calendar has no such day"
    return "no year: the text has neither issue time nor cancel line nor number"


def _daily_span(period: Period, days: Days, anchor: Anchor) -> _Spans | str:
    """Return one window a day; one that crosses midnight belongs to the day it opens."""
    if period.closes is None or days.first_month is None or days.last_month is None:
        return "no month stands with these days"
    number = period.year or infer_year(days.last_month.number, days.last, anchor)
    if number is None:
        return _no_year(days.last_month.number, days.last)
    last = at(number, days.last_month.number, days.last)
    first = at(number - (days.first_month.number > days.last_month.number), days.first_month.number, days.first)
    if first is None or last is None:
        return "the calendar has no such day"
    if not first <= last <= first + _LONGEST:
        return "the last day comes before the first"
    length = (period.closes.minutes - period.opens.minutes) % 1440 or 1440
    row: _Spans = []
    for count in range((last - first).days + 1):
        opens = first + timedelta(days=count, minutes=period.opens.minutes)
        row.append((opens, opens + timedelta(minutes=length)))
    return row


def in_order(windows: Iterable[NoticeWindow]) -> tuple[NoticeWindow, ...]:
    """Return the windows once each, in order of time, primary before alternate."""
    once = dict.fromkeys(windows)
    return tuple(sorted(once, key=lambda window: (window.opens, window.closes, window.role is Role.ALTERNATE)))

"""Field D) of a NOTAM: the daily pieces inside the envelope of B) and C).

`DAILY 2334-0259` · `24-28 1100-2100` · `13 2100-2359, 14-29 0000-1600 2100-2359` · `APR 24 0900-1100` ·
`0900-1100 24 AND 26` · `MON-FRI 0800-1600 EXC 26` · `SR-SS` · `24 0900-26 1100` · rows of `yymmddhhmm TO yymmddhhmm`.
Pieces that abut within a minute are one window.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from downrange.notice._lines import Line, Lines, Moment, UnreadError, read_lines
from downrange.notice._sunlight import SunError, midnight, sun_span
from downrange.notice._tokens import Cursor
from downrange.notice.model import Flag, FlagCode, NoticeWindow

_MOST: Final = 2_000
_LONGEST_SEARCH: Final = 800
_ABUTTING: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)

_Spans = list[tuple[datetime, datetime]]
_Place = tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What field D) gives.

    windows: pieces inside the envelope, empty when it is not understood
    problem: why it is not, "" when it is
    flags:   what was remarked on the way
    """

    windows: tuple[NoticeWindow, ...] = ()
    problem: str = ""
    flags: tuple[Flag, ...] = ()


def schedule(cur: Cursor, envelope: NoticeWindow, *, place: _Place = None) -> Schedule:
    """Read field D) to its end and put it into the envelope.

    place: latitude and longitude [deg] at which the Sun rises and sets
    """
    try:
        lines = read_lines(cur)
        spans = [*lines.spans, *_spread(lines.lines, envelope, place)]
    except UnreadError as unread:
        return Schedule(problem=str(unread))
    if len(spans) > _MOST:
        return Schedule(problem=f"more than {_MOST} windows")
    windows = _merged(spans, envelope)
    problem = "" if windows else "no piece of the schedule lies between B) and C)"
    return Schedule(windows=windows, problem=problem, flags=(*lines.flags, *_remarks(lines, windows, place)))


def _remarks(lines: Lines, windows: Sequence[NoticeWindow], place: _Place) -> list[Flag]:
    """Say where the Sun was computed, and what is left open."""
    found: list[Flag] = []
    if (
        place is not None
        and windows
        and any(moment.sun for line in lines.lines for pair in line.times for moment in pair)
    ):
        message = f"rising and setting of the Sun computed for {place[0]:.2f}, {place[1]:.2f}: assumed"
        found.append(Flag(code=FlagCode.WINDOW_FROM_SUN, start=lines.start, stop=lines.stop, message=message))
    return found


def daily(opens_min: int, closes_min: int, windows: Sequence[NoticeWindow]) -> tuple[NoticeWindow, ...]:
    """Return the daily pieces between two minutes of the day that lie inside the windows."""
    line = Line(times=((Moment(minutes=opens_min), Moment(minutes=closes_min)),))
    return tuple(piece for window in windows for piece in _merged(_spread([line], window, None), window))


def _spread(lines: Sequence[Line], envelope: NoticeWindow, place: _Place) -> _Spans:
    """Put every line on its days; days without a month come in order from B) on."""
    spans: _Spans = []
    first = envelope.opens.date()
    for line in lines:
        days = _named_dates(line, first, envelope) if line.days else _every_date(envelope)
        first = days[-1] if line.days and not line.week else first
        for day in days:
            if not line.week or day.weekday() in line.week:
                spans += [_piece(day, opens, closes, envelope, place) for opens, closes in line.times]
        if len(spans) > _MOST:
            break
    left_out = {day for line in lines for day in _left_out(line, envelope)}
    return [span for span in spans if span[0].date() not in left_out] if left_out else spans


def _left_out(line: Line, envelope: NoticeWindow) -> list[date]:
    """Return the days on which a line says that nothing happens."""
    named = [day for day in _every_date(envelope) if day.weekday() in line.except_week]
    if line.except_days:
        named += _named_dates(Line(days=line.except_days, times=()), envelope.opens.date(), envelope)
    return named


def _piece(
    day: date, opens: Moment, closes: Moment, envelope: NoticeWindow, place: _Place
) -> tuple[datetime, datetime]:
    """Return the piece of one day."""
    begin = midnight(day) + timedelta(minutes=opens.minutes)
    if opens.sun or closes.sun:
        return _by_sun(day, opens, closes, place)
    if closes.day is None:
        return begin, begin + timedelta(minutes=(closes.minutes - opens.minutes) % 1440 or 1440)
    last = _next(closes.day, None, day, envelope.closes.date())
    if last is None:
        raise UnreadError(f"day {closes.day} of D) does not lie between B) and C)")
    return begin, midnight(last) + timedelta(minutes=closes.minutes)


def _by_sun(day: date, opens: Moment, closes: Moment, place: _Place) -> tuple[datetime, datetime]:
    """Return a piece that begins or ends with the Sun."""
    if place is None:
        raise UnreadError("the schedule names the Sun, and the text no place")
    begin = None if opens.sun else midnight(day) + timedelta(minutes=opens.minutes)
    end = None if closes.sun else midnight(day) + timedelta(minutes=closes.minutes)
    try:
        return sun_span(*place, day, (opens.sun, opens.minutes, begin), (closes.sun, closes.minutes, end))
    except SunError as reason:
        raise UnreadError(str(reason)) from None


def _every_date(envelope: NoticeWindow) -> list[date]:
    """Return every day of the envelope, and the one before: its piece may cross midnight."""
    begin = envelope.opens.date() - _DAY
    days = min((envelope.closes.date() - begin).days + 1, _MOST + 1)
    return [begin + timedelta(days=count) for count in range(days)]


def _named_dates(line: Line, first: date, envelope: NoticeWindow) -> list[date]:
    """Return the days that a line names."""
    found: list[date] = []
    start, last = envelope.opens.date() - _DAY, envelope.closes.date()
    for number, low, high in line.days:
        day = _next(low, number, first, last) or _next(low, number, start, last)
        if day is None:
            raise UnreadError(f"day {low} of D) does not lie between B) and C)")
        found.append(day)
        while day.day != high:
            day += _DAY
            if day > last:
                raise UnreadError(f"day {high} of D) does not lie between B) and C)")
            found.append(day)
        first = day
    return found


def _next(number: int, month_: int | None, first: date, last: date) -> date | None:
    """Return the first date from `first` on with this day of the month, none behind `last`."""
    day = first
    for _ in range(_LONGEST_SEARCH):
        if day > last:
            return None
        if day.day == number and month_ in {None, day.month}:
            return day
        day += _DAY
    return None


def _merged(spans: Iterable[tuple[datetime, datetime]], envelope: NoticeWindow) -> tuple[NoticeWindow, ...]:
    """Cut the pieces to the envelope and join those that abut within a minute."""
    cut = [(max(opens, envelope.opens), min(closes, envelope.closes)) for opens, closes in spans]
    row: _Spans = []
    for opens, closes in sorted(span for span in cut if span[0] < span[1]):
        if row and opens - row[-1][1] <= _ABUTTING:
            row[-1] = (row[-1][0], max(row[-1][1], closes))
        else:
            row.append((opens, closes))
    return tuple(NoticeWindow(opens=opens, closes=closes) for opens, closes in row)

"""Windows of navigational warnings: from the periods of a time phrase to half-open UTC intervals.

Months and years that are not printed are inferred from the issue time, the cancel line, the number of the notice or
the time of receipt, and the windows say so. What gives no moments gives a flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from downrange.notice._calendar import Anchor, month_name
from downrange.notice._fill import Dated, filled, first_moment, last_moment
from downrange.notice._periods import Edge, Period, Times, typos
from downrange.notice._sunlight import SunError, midnight, sun_span
from downrange.notice._times import times
from downrange.notice.model import Flag, FlagCode, NoticeWindow, Role
from downrange.notice.schedule import daily

__all__ = ["Resolved", "Times", "in_order", "resolve", "times"]

_LONGEST: Final = timedelta(days=400)
_MOST_DAYS: Final = 1000
_UNREAD: Final = ("no day", "local time", "two time zones", "the first day")

_Spans = list[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Windows and what was remarked on the way."""

    windows: tuple[NoticeWindow, ...]
    flags: tuple[Flag, ...]


class _UnresolvedError(Exception):
    """A period gives no moments; the code and the reason are for its flag."""

    def __init__(self, code: FlagCode, message: str) -> None:
        self.code = code
        super().__init__(message)


class _Resolver:
    """What all periods of a phrase share."""

    def __init__(self, anchor: Anchor, envelope: Sequence[NoticeWindow], place: tuple[float, float] | None) -> None:
        self.anchor, self.envelope, self.place = anchor, envelope, place
        self.flags: list[Flag] = []

    def remark(self, code: FlagCode, period: Period, message: str) -> None:
        """Flag a period; the same words are said once."""
        if not any((flag.code, flag.message) == (code, message) for flag in self.flags):
            self.flags.append(Flag(code=code, start=period.start, stop=period.stop, message=message))


def resolve(
    phrase: Times,
    anchor: Anchor,
    *,
    envelope: Sequence[NoticeWindow] = (),
    place: tuple[float, float] | None = None,
) -> Resolved:
    """Turn a phrase into windows.

    envelope: windows given elsewhere, on whose days times without a day fall
    place:    latitude and longitude [deg] at which the Sun rises and sets
    """
    found = filled(phrase.periods, anchor, envelope)
    shared = _Resolver(anchor, envelope, place)
    shared.flags += _written(phrase)
    windows: list[NoticeWindow] = []
    for dated in found.rows:
        try:
            spans = _spans(dated, shared)
        except _UnresolvedError as reason:
            shared.remark(reason.code, dated.period, str(reason))
            continue
        windows.extend(
            NoticeWindow(opens=opens, closes=closes, role=dated.period.role) for opens, closes in spans if opens < closes
        )  # fmt: skip
    if windows and found.no_year:
        what = "neither month nor year is printed" if found.no_month else "no year is printed"
        message = f"{what}; {windows[0].opens:%Y} inferred from {_reason(anchor, envelope)}"
        if found.no_month:
            message = f"{what}; {windows[0].opens:%b %Y} inferred from {_reason(anchor, envelope)}"
        shared.flags.append(Flag(code=FlagCode.YEAR_INFERRED, start=phrase.start, stop=phrase.stop, message=message))
    return Resolved(windows=tuple(windows), flags=tuple(shared.flags))


def _reason(anchor: Anchor, envelope: Sequence[NoticeWindow]) -> str:
    if envelope:
        return "fields B) and C)"
    if anchor.issued is not None:
        return "the issue time"
    if anchor.cancels is not None:
        return "the cancel line"
    return "the number of the notice" if anchor.year is not None else "the time of receipt"


def _written(phrase: Times) -> list[Flag]:
    """Return flags for months that had to be guessed and for damaged times."""
    found = [
        Flag(
            code=FlagCode.TYPO_MONTH, start=named.start, stop=named.stop,
            message=f"{named.typo!r} is no month; read as {month_name(named.number)}",
        )
        for named in typos(phrase.periods)
    ]  # fmt: skip
    return found + [note for period in phrase.periods for note in period.notes]


def _spans(dated: Dated, shared: _Resolver) -> _Spans:
    """Return opening and closing of every window of one period."""
    period = dated.period
    if dated.problem:
        code = FlagCode.YEAR_UNKNOWN if dated.problem.startswith("no year") else FlagCode.WINDOW_UNREAD
        raise _UnresolvedError(code, dated.problem)
    if period.vague:
        code = FlagCode.WINDOW_UNREAD if period.vague.startswith(_UNREAD) else FlagCode.WINDOW_OPEN
        shared.remark(code, period, f"the window is left open: {period.vague}")
        if code is FlagCode.WINDOW_UNREAD or last_moment(shared.anchor, shared.envelope) is None:
            return []
    if period.opens is None or period.closes is None:
        return _one_ended(dated, shared)
    if period.recurs:
        return _recurring(dated, period.opens, period.closes, shared)
    return _single(dated, period.opens, period.closes, shared)


def _moment(day: date, edge: Edge, period: Period) -> datetime:
    """Return the moment of an end that is no event of the Sun."""
    offset_min = 0 if period.zone is None or period.zone.offset_min is None else period.zone.offset_min
    return midnight(day) + timedelta(minutes=edge.minutes - offset_min)


def _one_ended(dated: Dated, shared: _Resolver) -> _Spans:
    """Return a window of which one end, or none, is printed; the notice itself gives the other, where it can."""
    period = dated.period
    begin, end = first_moment(shared.anchor, shared.envelope), last_moment(shared.anchor, shared.envelope)
    if period.opens is not None:
        if dated.opens is None:
            return _daily_open(dated)
        begin = _moment(dated.opens, period.opens, period)
        which = "end"
    elif period.closes is not None and dated.closes is not None:
        end, which = _moment(dated.closes, period.closes, period), "beginning"
    else:
        return []
    if begin is None or end is None or end <= begin:
        raise _UnresolvedError(FlagCode.WINDOW_OPEN, f"the {which} of the window is not printed")
    taken = (
        "that of the notice is taken"
        if shared.envelope
        else ("issue time" if which == "beginning" else "cancel line") + " taken"
    )
    shared.remark(FlagCode.WINDOW_OPEN, period, f"the {which} of the window is not printed: {taken}")
    return _hourly([(begin, end)], period)


def _daily_open(dated: Dated) -> _Spans:
    """Say that a time of the day is open at its end and stands on no day."""
    code = FlagCode.WINDOW_OPEN if dated.period.vague else FlagCode.WINDOW_UNREAD
    raise _UnresolvedError(code, "a time of the day alone makes no window")


def _single(dated: Dated, opens: Edge, closes: Edge, shared: _Resolver) -> _Spans:
    """Return a window between two ends of which at least one has a date."""
    period, day = dated.period, dated.opens
    if day is None:
        raise _UnresolvedError(FlagCode.WINDOW_UNREAD, "no day stands with the first time")
    if opens.sun or closes.sun:
        return _by_sun([day], period, opens, closes, shared)
    begin = _moment(day, opens, period)
    end = _moment(dated.closes or day, closes, period)
    if dated.closes is None and end <= begin:
        end += timedelta(days=1)
    if not begin < end <= begin + _LONGEST:
        message = "the window closes before it opens" if end <= begin else "the window lasts more than 400 days"
        raise _UnresolvedError(FlagCode.WINDOW_UNREAD, message)
    if opens.whole or closes.whole:
        _remark_whole(period, shared)
    return _hourly([(begin, end)], period)


def _hourly(spans: _Spans, period: Period) -> _Spans:
    """Cut a window of several days to the hours and days of the week that it names."""
    if not period.hours and not period.week:
        return spans
    offset_min = 0 if period.zone is None or period.zone.offset_min is None else period.zone.offset_min
    around = [NoticeWindow(opens=opens, closes=closes) for opens, closes in spans]
    found: _Spans = []
    for opens_min, closes_min in period.hours or ((0, 1440),):
        shifted = ((opens_min - offset_min) % 1440, (closes_min - offset_min) % 1440 or 1440)
        found += (
            [(piece.opens, piece.closes) for piece in daily(*shifted, around)] if period.hours else _midnights(spans)
        )
    if period.week:
        found = [span for span in found if span[0].weekday() in period.week]
    return found


def _midnights(spans: _Spans) -> _Spans:
    """Cut windows at every midnight."""
    found: _Spans = []
    for opens, closes in spans:
        begin = opens
        while begin < closes:
            stop = min(closes, midnight(begin.date()) + timedelta(days=1))
            found.append((begin, stop))
            begin = stop
    return found


def _recurring(dated: Dated, opens: Edge, closes: Edge, shared: _Resolver) -> _Spans:
    """Return one window a day; one that crosses midnight belongs to the day it opens."""
    period = dated.period
    days = _days(dated, shared)
    if days is None:
        return _in_envelope(period, opens, closes, shared)
    if opens.whole:
        _remark_whole(period, shared)
        return _joined_days(days, period)
    if opens.sun or closes.sun:
        return _by_sun(days, period, opens, closes, shared)
    length = (closes.minutes - opens.minutes) % 1440 or 1440
    begins = [_moment(day, opens, period) for day in days]
    return [(begin, begin + timedelta(minutes=length)) for begin in begins]


def _joined_days(days: Sequence[date], period: Period) -> _Spans:
    """Return runs of whole days."""
    row: _Spans = []
    for day in sorted(days):
        opens = _moment(day, Edge(), period)
        if row and row[-1][1] == opens:
            row[-1] = (row[-1][0], opens + timedelta(days=1))
        else:
            row.append((opens, opens + timedelta(days=1)))
    return row


def _remark_whole(period: Period, shared: _Resolver) -> None:
    shared.remark(FlagCode.WINDOW_OPEN, period, "no time of the day is printed: whole days taken")


def _in_envelope(period: Period, opens: Edge, closes: Edge, shared: _Resolver) -> _Spans:
    """Return daily pieces inside the windows given elsewhere."""
    if not shared.envelope:
        raise _UnresolvedError(FlagCode.WINDOW_UNREAD, "no day stands with these times")
    if opens.sun or closes.sun:
        first, last = shared.envelope[0].opens.date(), shared.envelope[-1].closes.date()
        return _by_sun(_run(first - timedelta(days=1), last), period, opens, closes, shared)
    offset_min = 0 if period.zone is None or period.zone.offset_min is None else period.zone.offset_min
    minutes = ((opens.minutes - offset_min) % 1440, (closes.minutes - offset_min) % 1440 or 1440)
    pieces = daily(*minutes, shared.envelope)
    if not pieces:
        message = "these times of the day fall on no day of the notice"
        raise _UnresolvedError(FlagCode.WINDOW_CONFLICT, message)
    return [(piece.opens, piece.closes) for piece in pieces]


def _days(dated: Dated, shared: _Resolver) -> list[date] | None:
    """Return the days on which a period opens, None when it does not say."""
    period = dated.period
    found: list[date] = []
    for first, last in dated.days:
        if not first <= last <= first + _LONGEST:
            raise _UnresolvedError(FlagCode.WINDOW_UNREAD, "the last day comes before the first")
        found += _run(first, last)
    if dated.limit is not None or (not dated.days and (period.week or (period.vague and not shared.envelope))):
        found = [*_from_notice(dated, shared), *found]
    elif not dated.days:
        return None
    if period.week:
        found = [day for day in found if day.weekday() in period.week]
    left_out = {day for first, last in dated.except_ for day in _run(first, last)}
    return [day for day in dict.fromkeys(found) if day not in left_out]


def _from_notice(dated: Dated, shared: _Resolver) -> list[date]:
    """Return the days from the issue of the notice to the last one named, or to its end."""
    begin, end = first_moment(shared.anchor, shared.envelope), last_moment(shared.anchor, shared.envelope)
    last = dated.limit or (None if end is None else end.date())
    if begin is None or last is None:
        which = "first" if begin is None else "last"
        raise _UnresolvedError(FlagCode.WINDOW_OPEN, f"days are named, but not the {which} one")
    if not shared.envelope:
        code = FlagCode.YEAR_INFERRED if dated.limit is not None else FlagCode.WINDOW_OPEN
        missing = "first day is" if dated.limit is not None else "first and last day are"
        shared.remark(code, dated.period, f"the {missing} not printed: issue and cancel time of the notice taken")
    return _run(begin.date(), last)


def _run(first: date, last: date) -> list[date]:
    """Return the days from the first to the last."""
    return [first + timedelta(days=count) for count in range(min((last - first).days + 1, _MOST_DAYS))]


def _by_sun(days: Sequence[date], period: Period, opens: Edge, closes: Edge, shared: _Resolver) -> _Spans:
    """Return a window for every day that begins or ends with the Sun."""
    if not days:
        return []
    which = " and ".join(sorted({edge.sun.lower() for edge in (opens, closes) if edge.sun}))
    if shared.place is None:
        raise _UnresolvedError(FlagCode.WINDOW_OPEN, f"{which} depends on a place, and the text names none")
    lat_deg, lon_deg = shared.place
    found: _Spans = []
    try:
        for day in days:
            begin = None if opens.sun else _moment(day, opens, period)
            end = None if closes.sun else _moment(day, closes, period)
            found.append(
                sun_span(lat_deg, lon_deg, day, (opens.sun, opens.minutes, begin), (closes.sun, closes.minutes, end))
            )
    except SunError as reason:
        raise _UnresolvedError(FlagCode.WINDOW_UNREAD, str(reason)) from None
    finally:
        if found:
            message = (
                f"{which} computed for {lat_deg:.2f}, {lon_deg:.2f}, upper limb on a sea horizon, "
                "the days being those of UTC: assumed"
            )
            shared.remark(FlagCode.WINDOW_FROM_SUN, period, message)
    return found


def in_order(windows: Iterable[NoticeWindow]) -> tuple[NoticeWindow, ...]:
    """Return the windows once each, in order of time, primary before alternate."""
    once = {(window.opens, window.closes, window.role is Role.ALTERNATE): window for window in windows}
    return tuple(once[key] for key in sorted(once))

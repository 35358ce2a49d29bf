"""From the phrases of a body to the areas, windows and life cycle of its notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from downrange.base import iso
from downrange.notice._calendar import Anchor, at, infer_year
from downrange.notice._own import Own, middle, own_windows
from downrange.notice._phrases import Cancel, Issue, Mark, Part, Phrase, Sign, Span
from downrange.notice.areas import Draft, Drafted, draft
from downrange.notice.checks import QCircle, check_q_circle, check_ring, check_self_cancel, check_swapped
from downrange.notice.model import Area, Flag, FlagCode, NoticeWindow
from downrange.notice.windows import Times, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a body gives to its notice; the fields are those of `Notice`."""

    areas: tuple[Area, ...]
    windows: tuple[NoticeWindow, ...]
    flags: tuple[Flag, ...]
    issued: datetime | None
    cancels: tuple[str, ...]
    cancelled_by: str
    self_cancel: datetime | None
    press: bool


def build(
    row: Sequence[Phrase],
    anchor: Anchor,
    *,
    envelope: tuple[NoticeWindow, ...] = (),
    timed: bool = False,
    q_circle: QCircle | None = None,
    received: datetime | None = None,
) -> Body:
    """Put a body together.

    anchor:   what the header and the reader know about the year
    envelope: windows from fields outside the body
    timed:    those fields have had their say (with a flag where they failed)
    q_circle: circle to check the areas against
    received: when the text came in; windows that are over by then are flagged
    """
    anchor = _anchored(row, anchor)
    drafted = draft(row)
    own, flags = own_windows(drafted, anchor, envelope, sun_place(row, q_circle))
    flags.extend(drafted.flags)
    areas = tuple(_area(one, own) for one in drafted.drafts)
    theirs = [window for area in areas if area.windows == envelope for window in area.windows]
    windows = in_order([*theirs, *(window for place in own.windows.values() for window in place)] or envelope)
    cancels = [item for item in row if isinstance(item, Cancel)]
    flags.extend(_remarks(row, windows, flags, timed=timed))
    flags.extend(_past(row, windows, received or anchor.issued))
    flags.extend(_checks(drafted, windows, cancels, flags, q_circle, anchor))
    flags.extend(flag for area in areas for flag in area.flags)
    return Body(
        areas=areas,
        windows=windows,
        flags=tuple(flags),
        issued=anchor.issued,
        cancels=tuple(name for item in cancels for name in item.names),
        cancelled_by=next((item.by for item in cancels if item.by), ""),
        self_cancel=anchor.cancels,
        press=any(vertex.assumed for one in drafted.drafts for vertex in one.ring),
    )


def _anchored(row: Sequence[Phrase], anchor: Anchor) -> Anchor:
    """Add the issue time and the cancel time that the body prints."""
    kinds = set(map(type, row))
    for item in row if Issue in kinds else ():
        if isinstance(item, Issue):
            anchor = replace(anchor, issued=anchor.issued or item.moment)
    for item in row if Cancel in kinds else ():
        if isinstance(item, Cancel) and (item.moment is not None or item.day is not None):
            anchor = replace(anchor, cancels=anchor.cancels or cancel_moment(item, anchor))
    return anchor


def cancel_moment(item: Cancel, anchor: Anchor) -> datetime | None:
    """Return when a message cancels itself; a year that is not printed comes from the issue time or the number."""
    if item.moment is not None or item.day is None or item.day.month is None:
        return item.moment
    number = infer_year(item.day.month.number, item.day.number, replace(anchor, cancels=None))
    return None if number is None else at(number, item.day.month.number, item.day.number, item.minutes)


def sun_place(row: Iterable[Phrase], q_circle: QCircle | None) -> tuple[float, float] | None:
    """Return where the Sun is looked at: in the middle of the positions of a body, or of its Q circle."""
    return middle(row) or (None if q_circle is None else (q_circle.lat_deg, q_circle.lon_deg))


def _past(row: Iterable[Phrase], windows: Sequence[NoticeWindow], moment: datetime | None) -> list[Flag]:
    """Flag a notice whose last window ends before the notice was issued or came in."""
    if moment is None or not windows:
        return []
    last = max(window.closes for window in windows)
    if last > moment:
        return []
    said = next(((item.start, item.stop) for item in row if isinstance(item, Times | Span)), (0, 0))
    message = f"the last window ends {iso(last)}, before {iso(moment)}, when the notice was issued or came in"
    return [Flag(code=FlagCode.WINDOW_PAST, start=said[0], stop=said[1], message=message)]


def _area(one: Draft, own: Own) -> Area:
    """Return the area of a draft with its windows."""
    proposed_lat, proposed_lon = check_ring(one)
    return Area(
        label=one.label,
        shape=one.shape,
        lat_deg=tuple(vertex.lat_deg for vertex in one.ring),
        lon_deg=tuple(vertex.lon_deg for vertex in one.ring),
        radius_m=one.radius_m,
        windows=in_order(own.of(one.segment, one.ring)),
        flags=tuple(one.flags),
        start=one.start,
        stop=one.stop,
        proposed_lat_deg=proposed_lat,
        proposed_lon_deg=proposed_lon,
    )


def _remarks(
    row: Iterable[Phrase], windows: Sequence[NoticeWindow], flags: Sequence[Flag], *, timed: bool
) -> list[Flag]:
    """Flag vague and unread times, missing parts, and a body in which no time was found."""
    found: list[Flag] = []
    for item in row:
        if type(item) is Mark:
            found += _vague(item) if item.sign in _OPEN_TIMES else ()
        elif isinstance(item, Part) and item.of > 1:
            message = f"part {item.number} of {item.of}: the other parts are not in this text"
            found.append(_at(FlagCode.MULTI_PART_MISSING, item, message))
    silent = not any(flag.code in _ABOUT_TIME for flag in [*flags, *found])
    if not windows and silent and not timed:
        found.append(Flag(code=FlagCode.WINDOW_OPEN, start=0, stop=0, message="the text names no time"))
    return found


def _vague(item: Mark) -> list[Flag]:
    """Flag a time that is left open, or no window."""
    if item.sign is Sign.VAGUE_TIME:
        return [_at(FlagCode.WINDOW_OPEN, item, f"the time is left open: {item.text.lower()}")]
    if item.sign is Sign.MOMENT:
        return [_at(FlagCode.WINDOW_OPEN, item, f"a moment, not a window: {item.text.lower()}")]
    return [_at(FlagCode.WINDOW_UNREAD, item, f"the time {item.text} belongs to no window we can read")]


_OPEN_TIMES = (Sign.VAGUE_TIME, Sign.MOMENT, Sign.UNREAD_TIME)
_ABOUT_TIME = (FlagCode.WINDOW_OPEN, FlagCode.WINDOW_UNREAD, FlagCode.WINDOW_CONFLICT, FlagCode.YEAR_UNKNOWN)


def _at(code: FlagCode, item: Phrase, message: str) -> Flag:
    return Flag(code=code, start=item.start, stop=item.stop, message=message)


def _checks(
    drafted: Drafted,
    windows: Sequence[NoticeWindow],
    cancels: Sequence[Cancel],
    flags: Iterable[Flag],
    q_circle: QCircle | None,
    anchor: Anchor,
) -> list[Flag]:
    """Run the checks that need the whole notice."""
    found: list[Flag | None] = [note for item in cancels for note in item.notes]
    if q_circle is not None:
        found += (check_q_circle(q_circle, drafted.drafts), check_swapped(q_circle, drafted.drafts))
    complete = not any(flag.code in (*_ABOUT_TIME, FlagCode.WINDOW_FROM_SUN) for flag in flags)
    for item in cancels:
        moment = cancel_moment(item, anchor)
        if moment is not None and complete:
            found.append(check_self_cancel(moment, windows, item.start, item.stop))
        if item.by:
            found.append(_at(FlagCode.CANCELLED, item, f"marked as cancelled by {item.by}"))
    if not drafted.drafts and not any(flag.code is FlagCode.NO_AREA for flag in drafted.flags):
        found.append(Flag(code=FlagCode.NO_AREA, start=0, stop=0, message="the text holds no area"))
    return [flag for flag in found if flag is not None]

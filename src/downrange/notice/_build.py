"""From the phrases of a body to the areas, windows and life cycle of its notice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from downrange.notice._calendar import Anchor
from downrange.notice._phrases import Cancel, Hours, Issue, Mark, Part, Phrase, Sign, Span
from downrange.notice.areas import Draft, Drafted, Segment, draft
from downrange.notice.checks import QCircle, check_q_circle, check_ring, check_self_cancel
from downrange.notice.model import Area, Flag, FlagCode, NoticeWindow, Shape
from downrange.notice.schedule import daily
from downrange.notice.windows import Times, in_order, resolve


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
) -> Body:
    """Put a body together.

    anchor:   what the header and the reader know about the year
    envelope: windows from fields outside the body
    timed:    those fields have had their say (with a flag where they failed)
    q_circle: circle to check the areas against
    """
    anchor = _anchored(row, anchor)
    drafted = draft(row)
    own, flags = _own_windows(drafted.segments, anchor, envelope)
    flags.extend(drafted.flags)
    areas = tuple(_area(one, own, envelope) for one in drafted.drafts)
    theirs = [window for area in areas for window in area.windows]
    windows = in_order([*theirs, *(window for place in own.values() for window in place)] or envelope)
    cancels = [item for item in row if isinstance(item, Cancel)]
    flags.extend(_remarks(row, windows, flags, timed=timed))
    flags.extend(_checks(drafted, windows, cancels, flags, q_circle))
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


def _anchored(row: Iterable[Phrase], anchor: Anchor) -> Anchor:
    """Add the issue time and the cancel time that the body prints."""
    for item in row:
        if isinstance(item, Cancel) and item.moment is not None:
            anchor = replace(anchor, cancels=anchor.cancels or item.moment)
        elif isinstance(item, Issue):
            anchor = replace(anchor, issued=anchor.issued or item.moment)
    return anchor


_Own = dict[tuple[str, str], list[NoticeWindow]]


def _own_windows(
    segments: Iterable[Segment], anchor: Anchor, envelope: tuple[NoticeWindow, ...]
) -> tuple[_Own, list[Flag]]:
    """Return the windows of every segment by number and letter, cut to the envelope where there is one."""
    own: _Own = {}
    flags: list[Flag] = []
    for segment in segments:
        place = own.setdefault((segment.number, segment.letter), [])
        for item in segment.items:
            if not isinstance(item, Times | Span | Hours):
                continue
            found, remarks = _printed(item, anchor, envelope)
            flags.extend(remarks)
            inside = _inside(found, envelope) if envelope and not isinstance(item, Hours) else found
            if found and not inside:
                message = "the times in the text lie outside those of B), C) and D): both are kept"
                flags.append(_at(FlagCode.WINDOW_CONFLICT, item, message))
            place.extend(inside or (*envelope, *found))
    return own, flags


def _printed(
    item: Times | Span | Hours, anchor: Anchor, envelope: tuple[NoticeWindow, ...]
) -> tuple[tuple[NoticeWindow, ...], tuple[Flag, ...]]:
    """Return the windows of one phrase as printed."""
    if isinstance(item, Span):
        return (NoticeWindow(opens=item.opens, closes=item.closes),), ()
    if isinstance(item, Times):
        resolved = resolve(item, anchor)
        return resolved.windows, resolved.flags
    pieces = daily(item.opens_min, item.closes_min, envelope)
    if pieces:
        return pieces, ()
    code = FlagCode.WINDOW_CONFLICT if envelope else FlagCode.WINDOW_UNREAD
    return (), (_at(code, item, "these times of the day fall on no day of the notice"),)


def _inside(windows: Iterable[NoticeWindow], envelope: tuple[NoticeWindow, ...]) -> tuple[NoticeWindow, ...]:
    """Cut windows to the envelope."""
    found: list[NoticeWindow] = []
    for window in windows:
        for around in envelope:
            opens, closes = max(window.opens, around.opens), min(window.closes, around.closes)
            if opens < closes:
                found.append(replace(window, opens=opens, closes=closes))
    return tuple(found)


def _area(one: Draft, own: _Own, envelope: tuple[NoticeWindow, ...]) -> Area:
    """Return the area of a draft with its windows."""
    number, letter = one.segment.number, one.segment.letter
    windows = own.get((number, letter)) or own.get((number, "")) or own.get(("", "")) or envelope

    proposed_lat, proposed_lon = check_ring(one)
    return Area(
        label=one.label,
        shape=one.shape,
        lat_deg=tuple(vertex.lat_deg for vertex in one.ring),
        lon_deg=tuple(vertex.lon_deg for vertex in one.ring),
        radius_m=one.radius_m,
        windows=in_order(windows),
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
        if isinstance(item, Part) and item.of > 1:
            message = f"part {item.number} of {item.of}: the other parts are not in this text"
            found.append(_at(FlagCode.MULTI_PART_MISSING, item, message))
        elif isinstance(item, Mark) and item.sign is Sign.VAGUE_TIME:
            found.append(_at(FlagCode.WINDOW_OPEN, item, f"the time is left open: {item.text.lower()}"))
        elif isinstance(item, Mark) and item.sign is Sign.UNREAD_TIME:
            found.append(_at(FlagCode.WINDOW_UNREAD, item, f"the time {item.text}Z belongs to no window we can read"))
    silent = not any(flag.code in _ABOUT_TIME for flag in [*flags, *found])
    if not windows and silent and not timed:
        found.append(Flag(code=FlagCode.WINDOW_OPEN, start=0, stop=0, message="the text names no time"))
    return found


_ABOUT_TIME = (FlagCode.WINDOW_OPEN, FlagCode.WINDOW_UNREAD, FlagCode.WINDOW_CONFLICT, FlagCode.YEAR_UNKNOWN)


def _at(code: FlagCode, item: Phrase, message: str) -> Flag:
    return Flag(code=code, start=item.start, stop=item.stop, message=message)


def _checks(
    drafted: Drafted,
    windows: Sequence[NoticeWindow],
    cancels: Iterable[Cancel],
    flags: Iterable[Flag],
    q_circle: QCircle | None,
) -> list[Flag]:
    """Run the checks that need the whole notice."""
    found: list[Flag | None] = []
    if q_circle is not None:
        found.append(check_q_circle(q_circle, drafted.drafts))
    complete = not any(flag.code in _ABOUT_TIME for flag in flags)
    for item in cancels:
        if item.moment is not None and complete:
            found.append(check_self_cancel(item.moment, windows, item.start, item.stop))
        if item.by:
            found.append(_at(FlagCode.CANCELLED, item, f"marked as cancelled by {item.by}"))
    if not drafted.drafts and not any(flag.code is FlagCode.NO_AREA for flag in drafted.flags):
        found.append(Flag(code=FlagCode.NO_AREA, start=0, stop=0, message="the text holds no area"))
    return [flag for flag in found if flag is not None]

"""The windows that stand in a body: those of each labelled part, cut to the fields of the notice where it has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from downrange.notice._calendar import Anchor
from downrange.notice._geometry import centre
from downrange.notice._phrases import Circle, Phrase, Span
from downrange.notice.areas import Drafted, Segment
from downrange.notice.coordinates import Vertex
from downrange.notice.model import Flag, FlagCode, NoticeWindow
from downrange.notice.windows import Times, resolve

_Key = tuple[str, str]
_MOST: Final = 5_000
_MOST_SUNS: Final = 2_000
_SLACK: Final = timedelta(minutes=1)


class Own:
    """The windows of the segments by number and letter, and the phrases among them that name the Sun."""

    def __init__(self, anchor: Anchor, envelope: tuple[NoticeWindow, ...]) -> None:
        self.anchor, self.envelope = anchor, envelope
        self.windows: dict[_Key, list[NoticeWindow]] = {}
        self._sunny: dict[_Key, list[Times]] = {}
        self._steady: dict[_Key, list[NoticeWindow]] = {}
        self._sun_count = 0

    def add(self, key: _Key, item: Times | Span, found: Iterable[NoticeWindow]) -> None:
        """Keep the windows of a phrase."""
        row = list(found)
        self.windows[key].extend(row)
        if isinstance(item, Times) and any(period.by_sun for period in item.periods):
            self._sunny.setdefault(key, []).append(item)
        else:
            self._steady.setdefault(key, []).extend(row)

    def of(self, segment: Segment, ring: Sequence[Vertex]) -> Sequence[NoticeWindow]:
        """Return the windows of an area: its own, those of its paragraph, those of the body, those of the fields.

        Each area has its own Sun; in a text of very many the last ones share that of the whole.
        """
        for key in ((segment.number, segment.letter), (segment.number, ""), ("", "")):
            if self.windows.get(key):
                if key not in self._sunny or self._sun_count > _MOST_SUNS:
                    return self.windows[key]
                place = middle(ring)
                rows = [self._resolved(item, place) for item in self._sunny[key]]
                return [*self._steady.get(key, ()), *(window for row in rows for window in row)]
        return self.envelope

    def _resolved(self, item: Times, place: tuple[float, float] | None) -> Sequence[NoticeWindow]:
        found = resolve(item, self.anchor, envelope=self.envelope, place=place).windows
        self._sun_count += len(found)
        return (_inside(found, self.envelope) or found) if self.envelope else found


def own_windows(
    drafted: Drafted, anchor: Anchor, envelope: tuple[NoticeWindow, ...], place: tuple[float, float] | None
) -> tuple[Own, list[Flag]]:
    """Return the windows of every segment by number and letter, and what was remarked.

    envelope: windows of the fields
    place:    latitude and longitude [deg] at which the Sun rises and sets
    """
    own = Own(anchor, envelope)
    flags: list[Flag] = []
    count = 0
    for segment in drafted.segments:
        key = (segment.number, segment.letter)
        own.windows.setdefault(key, [])
        there = middle(segment.items) or place
        for item in segment.items:
            if not isinstance(item, Times | Span):
                continue
            if count > _MOST:
                message = f"more than {_MOST} windows: the times from here on are not read"
                flags.append(_at(FlagCode.WINDOW_UNREAD, item, message))
                return own, flags
            found = _printed(item, anchor, envelope or _above(own.windows, segment, item), there, flags)
            count += len(found)
            own.add(key, item, _fitted(found, item, envelope, flags))
    return own, flags


def middle(row: Iterable[Phrase]) -> tuple[float, float] | None:
    """Return a place in the middle of the positions of a row, where the Sun is looked at."""
    row = list(row)
    kinds = set(map(type, row))
    places = [item for item in row if isinstance(item, Vertex) and not item.problem] if Vertex in kinds else []
    if Circle in kinds:
        places += [item.centre for item in row if isinstance(item, Circle) and not item.centre.problem]
    return centre([item.lat_deg for item in places], [item.lon_deg for item in places]) if places else None


def _above(own: dict[_Key, list[NoticeWindow]], segment: Segment, item: Times | Span) -> Sequence[NoticeWindow]:
    """Return the windows of the paragraph, or of the whole body, for times that stand without a day."""
    if isinstance(item, Span) or not any(period.floats for period in item.periods):
        return ()
    return (own.get((segment.number, "")) if segment.letter else None) or own.get(("", "")) or ()


def _printed(
    item: Times | Span,
    anchor: Anchor,
    around: Sequence[NoticeWindow],
    place: tuple[float, float] | None,
    flags: list[Flag],
) -> tuple[NoticeWindow, ...]:
    """Return the windows of one phrase as printed."""
    if isinstance(item, Span):
        return (NoticeWindow(opens=item.opens, closes=item.closes),)
    resolved = resolve(item, anchor, envelope=around, place=place)
    flags.extend(resolved.flags)
    return resolved.windows


def _fitted(
    found: Sequence[NoticeWindow], item: Times | Span, envelope: tuple[NoticeWindow, ...], flags: list[Flag]
) -> Sequence[NoticeWindow]:
    """Cut windows to the fields; where they lie outside both are kept, and it is flagged."""
    if not envelope or not found:
        return found
    inside = _inside(found, envelope)
    if not inside:
        message = "the times in the text lie outside those of B), C) and D): both are kept"
        flags.append(_at(FlagCode.WINDOW_CONFLICT, item, message))
        return (*envelope, *found)
    first, last = envelope[0].opens - _SLACK, max(window.closes for window in envelope) + _SLACK
    if any(window.opens < first or window.closes > last for window in found):
        message = "the times in the text reach beyond those of B), C) and D): cut to them"
        flags.append(_at(FlagCode.WINDOW_CONFLICT, item, message))
    return inside


def _inside(windows: Iterable[NoticeWindow], envelope: tuple[NoticeWindow, ...]) -> tuple[NoticeWindow, ...]:
    """Cut windows to the envelope; both are in order of time."""
    found: list[NoticeWindow] = []
    begin = 0
    for window in sorted(windows, key=lambda one: one.opens):
        while begin < len(envelope) and envelope[begin].closes <= window.opens:
            begin += 1
        for around in envelope[begin:]:
            if around.opens >= window.closes:
                break
            opens, closes = max(window.opens, around.opens), min(window.closes, around.closes)
            if opens < closes:
                found.append(replace(window, opens=opens, closes=closes))
    return tuple(found)


def _at(code: FlagCode, item: Phrase, message: str) -> Flag:
    return Flag(code=code, start=item.start, stop=item.stop, message=message)

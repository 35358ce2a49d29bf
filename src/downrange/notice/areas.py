"""From phrases to areas: paragraphs, labels, rings, circles, bands, closing points, and what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from downrange.notice._drafts import Draft, Segment, is_sign
from downrange.notice._phrases import Count, Mark, Phrase, Reach, Sign
from downrange.notice._segments import cut, segments_of, vertex_lists
from downrange.notice._sizes import check_seas, check_sizes
from downrange.notice._walk import Mode, Walk
from downrange.notice.coordinates import Vertex
from downrange.notice.model import Flag, FlagCode

__all__ = ["Draft", "Drafted", "Segment", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """All areas of a body, its segments, and the flags that belong to no area."""

    drafts: tuple[Draft, ...]
    segments: tuple[Segment, ...]
    flags: tuple[Flag, ...]


def draft(row: Sequence[Phrase]) -> Drafted:
    """Build the areas of a body."""
    kept, flags = cut(row)
    segments = vertex_lists(segments_of(kept))
    drafts: list[Draft] = []
    mode, reach, number = Mode(), None, ""
    for segment in segments:
        if segment.number != number:
            mode, reach, number = Mode(), None, segment.number
        walk = Walk(segment, mode, reach)
        found = walk.run()
        reach = _carried(walk)
        drafts.extend(found)
        flags.extend(walk.flags)
        _check_counts(segment, found)
        _check_end(segment, found)
    flags.extend(_check_empty(segments, drafts))
    check_sizes(drafts)
    check_seas(row, drafts)
    _name(drafts)
    return Drafted(drafts=tuple(drafts), segments=tuple(segments), flags=tuple(flags))


def _carried(walk: Walk) -> Reach | None:
    """Return the radius that the labelled positions behind it share, if there is one."""
    return walk.reach if walk.reach is not None and walk.reach.many and not walk.ring else None


# ------------------------------------------------------------------------------------------ checks and names


def _check_counts(segment: Segment, drafts: Sequence[Draft]) -> None:
    """Compare n-POINT wording with the number of vertices."""
    counts = [item for item in segment.items if isinstance(item, Count)]
    if not counts:
        return
    rings = [draft for draft in drafts if len(draft.ring) > 2]
    if len(counts) != len(rings):
        counts = counts[:1] * len(rings)
    for number, ring in zip(counts, rings, strict=False):
        if number.number != len(ring.ring):
            message = f"{number.number} points announced, {len(ring.ring)} read"
            flag = Flag(code=FlagCode.POINT_COUNT, start=number.start, stop=number.stop, message=message)
            ring.flags.append(flag)


def _check_end(segment: Segment, drafts: Sequence[Draft]) -> None:
    """See whether a list with commas ends in a comma or without a full stop: its text may be cut off."""
    places = [here for here, item in enumerate(segment.items) if isinstance(item, Vertex)]
    if not drafts or len(places) < 3 or len(drafts[-1].ring) < 3:
        return
    commas = sum(
        is_sign(segment.items[here + 1], Sign.COMMA) for here in places[:-1] if here + 1 < len(segment.items)
    )  # fmt: skip
    after = segment.items[places[-1] + 1 : places[-1] + 3]
    closed = any(is_sign(item, Sign.CLOSE) for item in after) or (after and is_sign(after[0], Sign.FULL_STOP))
    if commas < 2 or closed:
        return
    ending = "ends with a comma" if after and is_sign(after[0], Sign.COMMA) else "has no full stop"
    drafts[-1].flag(FlagCode.POSSIBLY_INCOMPLETE, f"the list of positions {ending}: vertices may be missing")


def _check_empty(segments: Sequence[Segment], drafts: Sequence[Draft]) -> list[Flag]:
    """Flag lettered segments, and announced areas, that hold no position."""
    flags: list[Flag] = []
    drawn = {id(draft.segment) for draft in drafts}
    numbers = {draft.segment.number for draft in drafts}
    for segment in segments:
        announced = [item for item in segment.items if _calls_for_positions(item)]
        if segment.letter:
            satisfied = id(segment) in drawn
        else:
            satisfied = not announced or segment.number in numbers or (not segment.number and bool(drafts))
        if satisfied or segment.vertices():
            continue
        every = [item for item in segment.items if is_sign(item, Sign.ANNOUNCE)]
        start, stop = (every[0].start, every[-1].stop) if every else (segment.start, segment.stop)
        named = f"area {segment.number}{segment.letter}" if segment.letter else "an area"
        message = f"{named} is announced without coordinates"
        flags.append(Flag(code=FlagCode.NO_AREA, start=start, stop=stop, message=message))
    return flags


_CALLS: Final = frozenset(
    {"BOUND", "BOUNDED", "ENCLOSED", "DEFINED", "JOINING", "COORD", "COORDS", "COORDINATES", ":", "LINE"}
)


def _calls_for_positions(item: Phrase) -> bool:
    """Say whether an announcement promises positions, more than IN AREA does."""
    if type(item) is not Mark or item.sign is not Sign.ANNOUNCE:
        return False
    return not _CALLS.isdisjoint(item.text.split())


def _name(drafts: Sequence[Draft]) -> None:
    """Give every area a label of its own: the notice's where it has one, else its place in print."""
    several = len({draft.segment.number for draft in drafts}) > 1
    names = [(draft.segment.number if several else "") + draft.segment.letter for draft in drafts]
    total, seen = Counter(names), Counter[str]()
    for here, (draft, name) in enumerate(zip(drafts, names, strict=True), 1):
        seen[name] += 1
        if not name:
            draft.label = str(here)
        else:
            draft.label = f"{name}-{seen[name]}" if total[name] > 1 else name

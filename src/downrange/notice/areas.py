"""From phrases to areas: paragraphs, labels, rings, circles, closing points, and what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from downrange.notice._phrases import Arc, Circle, Count, Label, Mark, Phrase, Sign
from downrange.notice.coordinates import Angle, Vertex
from downrange.notice.model import Flag, FlagCode

_NAVAIDS: Final = ("VOR", "VORTAC", "NDB", "DME", "TACAN")
_BANDS: Final = ("TRACKLINE", "TRACKLINES", "EITHER")
_FIX_LENGTH: Final = 5


class Segment:
    """What stands behind one label: the number of its paragraph, its letter, and its phrases."""

    def __init__(self, number: str = "", letter: str = "", start: int = 0, stop: int = 0) -> None:
        self.number, self.letter = number, letter
        self.start, self.stop = start, stop
        self.items: list[Phrase] = []

    def vertices(self) -> list[Vertex]:
        """Return the positions of the segment."""
        return [item for item in self.items if isinstance(item, Vertex)]

    def circles(self) -> list[Circle]:
        """Return the circles of the segment."""
        return [item for item in self.items if isinstance(item, Circle)]


class Draft:
    """An area before it has windows: a ring, a circle (one vertex and a radius) or a point."""

    def __init__(
        self, segment: Segment, ring: list[Vertex], radius_m: float | None = None, flags: Iterable[Flag] = ()
    ) -> None:
        self.segment, self.ring, self.radius_m = segment, ring, radius_m
        self.label = ""
        self.flags = list(flags)

    @property
    def start(self) -> int:
        """First character of the first vertex."""
        return self.ring[0].start

    @property
    def stop(self) -> int:
        """First character after the last vertex."""
        return max(vertex.stop for vertex in self.ring)

    def flag(self, code: FlagCode, message: str) -> None:
        """Remark something about the whole area."""
        self.flags.append(Flag(code=code, start=self.start, stop=self.stop, message=message))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """All areas of a body, its segments, and the flags that belong to no area."""

    drafts: tuple[Draft, ...]
    segments: tuple[Segment, ...]
    flags: tuple[Flag, ...]


def draft(row: Sequence[Phrase]) -> Drafted:
    """Build the areas of a body."""
    kept, flags = _cut(row)
    segments = _vertex_lists(_segments(kept))
    drafts: list[Draft] = []
    for segment in segments:
        walk = _Walk(segment)
        found = walk.run()
        drafts.extend(found)
        flags.extend(walk.flags)
        _check_counts(segment, found)
        _check_end(segment, found)
    flags.extend(_check_empty(segments, drafts))
    _name(drafts)
    return Drafted(drafts=tuple(drafts), segments=tuple(segments), flags=tuple(flags))


# ------------------------------------------------------------------------------------------ what belongs to the areas


def _cut(row: Sequence[Phrase]) -> tuple[list[Phrase], list[Flag]]:
    """Leave out reroutes and remarks: from a cutting phrase to the end, or to the announcement of a first area."""
    kept: list[Phrase] = []
    dropped: list[Vertex] = []
    cutting: Mark | None = None
    seen = False
    for item in row:
        if isinstance(item, Mark) and item.sign is Sign.CUT:
            cutting = item
        elif isinstance(item, Mark) and item.sign is Sign.ANNOUNCE and not seen:
            cutting = None
        if cutting is None:
            kept.append(item)
            seen = seen or isinstance(item, Vertex | Circle)
        elif isinstance(item, Vertex):
            dropped.append(item)
        elif not isinstance(item, Mark | Label):
            kept.append(item)
    if not dropped:
        return kept, []
    message = f"{len(dropped)} positions behind a reroute or a remark were left out"
    return kept, [
        Flag(code=FlagCode.REROUTE_CUT, start=dropped[0].start, stop=dropped[-1].stop, message=message)
    ]  # fmt: skip


def _segments(row: Iterable[Phrase]) -> list[Segment]:
    """Cut the row at its labels."""
    segments = [Segment()]
    number = letter = ""
    for item in row:
        if not isinstance(item, Label):
            segments[-1].items.append(item)
            segments[-1].stop = item.stop
        elif item.text.isdigit() and (item.area or _counts_on(int(item.text), int(number or 0))):
            number, letter = item.text, ""
            segments.append(Segment(number, letter, item.start, item.stop))
        elif item.text.isalpha() and (item.area or item.text == "A" or item.text > (letter or "A")):
            letter = item.text
            segments.append(Segment(number, letter, item.start, item.stop))
    return segments


def _counts_on(number: int, before: int) -> bool:
    """Say whether a number can be the next label: 1, or one of the next three, as paragraphs get lost in copies."""
    return number == 1 or before < number <= before + 3


def _vertex_lists(segments: Sequence[Segment]) -> list[Segment]:
    """Join segments that hold one position each: their labels name the vertices of one area, not areas."""
    joined: list[Segment] = []
    for _, group in groupby(segments, key=lambda segment: (segment.number, bool(segment.letter))):
        row = list(group)
        joined.extend(_joined(row) if row[0].letter else row)
    numbered = [segment for segment in joined if segment.number and not segment.letter]
    if _are_vertices(numbered):
        rest = [segment for segment in joined if segment.letter or not segment.number]
        return rest + _joined(numbered)
    return joined


def _are_vertices(row: Sequence[Segment]) -> bool:
    return len(row) >= 3 and all(len(segment.vertices()) == 1 and not segment.circles() for segment in row)


def _joined(row: list[Segment]) -> list[Segment]:
    """Return one segment for labelled vertices, the segments themselves otherwise."""
    if not _are_vertices(row):
        return row
    items = [item for segment in row for item in segment.items if not _is_sign(item, Sign.FULL_STOP, Sign.COMMA)]
    number = row[0].number if row[0].letter else ""
    whole = Segment(number, "", row[0].start, row[-1].stop)
    whole.items.extend(items)
    return [whole]


def _is_sign(item: Phrase, *signs: Sign) -> bool:
    return isinstance(item, Mark) and item.sign in signs


# ------------------------------------------------------------------------------------------ from points to rings


class _Walk:
    """One way through the phrases of a segment, closing rings as they come."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.flags: list[Flag] = []
        self.drafts: list[Draft] = []
        self.ring: list[Vertex] = []
        self.notes: list[Flag] = []
        self.arc: Arc | None = None

    def run(self) -> list[Draft]:
        """Return the areas of the segment."""
        items = self.segment.items
        ahead = _vertices_ahead(items)
        for here, item in enumerate(items):
            if isinstance(item, Vertex):
                self._vertex(item)
            elif isinstance(item, Circle):
                self._circle(item)
            elif isinstance(item, Arc):
                self.arc = item
            elif isinstance(item, Angle):
                self._bad(item.start, item.stop, item.problem or "half a position")
            elif isinstance(item, Mark):
                self._mark(item, here, ahead[here + 1])
        self._end()
        return self.drafts

    def _bad(self, start: int, stop: int, problem: str) -> None:
        """Remark a position that cannot be used; the ring that it belongs to is incomplete."""
        self.flags.append(Flag(code=FlagCode.BAD_COORDINATE, start=start, stop=stop, message=problem))
        message = "a vertex could not be read: the ring is drawn without it"
        self.notes.append(Flag(code=FlagCode.INCOMPLETE_RING, start=start, stop=stop, message=message))

    def _vertex(self, vertex: Vertex) -> None:
        """Add a vertex, or close the ring on it."""
        ring = self.ring
        if vertex.problem:
            self._bad(vertex.start, vertex.stop, vertex.problem)
        elif not ring and self.drafts and _closes(self.drafts[-1], vertex):
            return
        elif len(ring) >= 3 and vertex.place == ring[0].place:
            self._step_arc(vertex)
            self._emit()
        elif len(ring) >= 4 and vertex.place == ring[1].place:
            message = "the ring closes on its second point: the first is taken as a centre and left out"
            centre = ring.pop(0)
            code = FlagCode.LEADING_CENTROID
            self.notes.append(Flag(code=code, start=centre.start, stop=centre.stop, message=message))
            self._emit()
        elif not ring or vertex.place != ring[-1].place:
            self._step_arc(vertex)
            ring.append(vertex)

    def _step_arc(self, vertex: Vertex) -> None:
        """Put the points of a waiting arc between the last vertex and this one."""
        arc, self.arc = self.arc, None
        if arc is None:
            return
        if not self.ring or arc.centre.problem:
            self._bad(arc.start, arc.stop, arc.centre.problem or "an arc with nothing before it")
            return
        from downrange.notice._geometry import arc_points

        points = arc_points(self.ring[-1].place, vertex.place, arc.centre.place, clockwise=arc.clockwise)
        self.ring += [Vertex(lat_deg=lat, lon_deg=lon, start=arc.start, stop=arc.stop) for lat, lon in points]
        message = f"arc of {arc.radius_m:.0f} m drawn with {len(points)} points in between"
        self.notes.append(Flag(code=FlagCode.ARC_STEPPED, start=arc.start, stop=arc.stop, message=message))

    def _circle(self, circle: Circle) -> None:
        """Add a circle."""
        if circle.centre.problem or circle.radius_m <= 0.0:
            problem = circle.centre.problem or "a circle without a radius"
            self.flags.append(
                Flag(code=FlagCode.BAD_COORDINATE, start=circle.start, stop=circle.stop, message=problem)
            )  # fmt: skip
            return
        self.drafts.append(Draft(self.segment, [circle.centre], circle.radius_m))

    def _mark(self, mark: Mark, here: int, ahead: int) -> None:
        """Close the ring on a phrase or the end of a sentence; see gaps in it."""
        ready = len(self.ring) >= 3
        if mark.sign in {Sign.CLOSE, Sign.ANNOUNCE}:
            if ready:
                self._emit()
        elif mark.sign is Sign.AND:
            if ready and ahead >= 3:
                self._emit()
        elif mark.sign is Sign.FULL_STOP:
            after = self.segment.items[here + 1 : here + 2]
            if ready and not (after and isinstance(after[0], Vertex)):
                self._emit()
        elif mark.text in _BANDS and ahead:
            message = "a band along a line is not drawn: its points are joined as if they were corners"
            self.notes.append(Flag(code=FlagCode.INCOMPLETE_RING, start=mark.start, stop=mark.stop, message=message))
        elif self.ring and ahead and self._is_fix(mark, here):
            message = f"{mark.text} stands among the vertices; its position is not in the text"
            self.notes.append(Flag(code=FlagCode.INCOMPLETE_RING, start=mark.start, stop=mark.stop, message=message))

    def _is_fix(self, mark: Mark, here: int) -> bool:
        """Say whether a word among the vertices is a navigation aid or a named fix."""
        if mark.sign is not Sign.WORD:
            return False
        items = self.segment.items
        between = all(
            0 <= place < len(items) and _is_sign(items[place], Sign.DASH) for place in (here - 1, here + 1)
        )  # fmt: skip
        return mark.text in _NAVAIDS or (len(mark.text) == _FIX_LENGTH and between)

    def _emit(self) -> None:
        """Close the ring."""
        self.drafts.append(Draft(self.segment, self.ring, flags=self.notes))
        self.ring, self.notes = [], []

    def _end(self) -> None:
        """Close the last ring, or say what is left over."""
        if self.arc is not None:
            self._bad(self.arc.start, self.arc.stop, "an arc with nothing behind it")
        if len(self.ring) >= 3:
            self._emit()
        elif len(self.ring) == 1 and not self.notes:
            point = Draft(self.segment, self.ring)
            point.flag(FlagCode.SINGLE_POINT, "one position alone: kept as a point, not as an area")
            self.drafts.append(point)
        elif self.ring or self.notes:
            start = self.ring[0].start if self.ring else self.notes[0].start
            stop = self.ring[-1].stop if self.ring else self.notes[-1].stop
            message = f"{len(self.ring)} usable positions make no area"
            self.flags.append(Flag(code=FlagCode.INCOMPLETE_RING, start=start, stop=stop, message=message))


def _closes(closed: Draft, vertex: Vertex) -> bool:
    """Say whether a vertex only repeats the closing of the ring just closed."""
    return closed.radius_m is None and len(closed.ring) > 2 and vertex.place == closed.ring[0].place


def _vertices_ahead(items: Sequence[Phrase]) -> list[int]:
    """Return for every place how many vertices follow before a ring must end (a full stop, AND or a close)."""
    ahead = [0] * (len(items) + 1)
    for here in range(len(items) - 1, -1, -1):
        if isinstance(items[here], Vertex):
            ahead[here] = ahead[here + 1] + 1
        elif not _is_sign(items[here], Sign.CLOSE, Sign.AND):
            ahead[here] = ahead[here + 1]
    return ahead


# ------------------------------------------------------------------------------------------ checks and names


def _check_counts(segment: Segment, drafts: Sequence[Draft]) -> None:
    """Compare n-POINT wording with the number of vertices."""
    counts = [item for item in segment.items if isinstance(item, Count)]
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
        _is_sign(segment.items[here + 1], Sign.COMMA) for here in places[:-1] if here + 1 < len(segment.items)
    )  # fmt: skip
    after = segment.items[places[-1] + 1 : places[-1] + 2]
    if commas < 2 or (after and _is_sign(after[0], Sign.FULL_STOP, Sign.CLOSE)):
        return
    ending = "ends with a comma" if after and _is_sign(after[0], Sign.COMMA) else "has no full stop"
    drafts[-1].flag(FlagCode.POSSIBLY_INCOMPLETE, f"the list of positions {ending}: vertices may be missing")


def _check_empty(segments: Sequence[Segment], drafts: Sequence[Draft]) -> list[Flag]:
    """Flag lettered segments, and announced areas, that hold no position."""
    flags: list[Flag] = []
    drawn = {id(draft.segment) for draft in drafts}
    numbers = {draft.segment.number for draft in drafts}
    for segment in segments:
        announced = [item for item in segment.items if _is_sign(item, Sign.ANNOUNCE)]
        if segment.letter:
            satisfied = id(segment) in drawn
        else:
            satisfied = not announced or segment.number in numbers or (not segment.number and bool(drafts))
        if satisfied or segment.vertices():
            continue
        start, stop = (announced[0].start, announced[-1].stop) if announced else (segment.start, segment.stop)
        named = f"area {segment.number}{segment.letter}" if segment.letter else "an area"
        message = f"{named} is announced without coordinates"
        flags.append(Flag(code=FlagCode.NO_AREA, start=start, stop=stop, message=message))
    return flags


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

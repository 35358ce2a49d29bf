"""What of a body belongs to its areas, and how its labels cut it: reroutes are left out, lettered vertices joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from downrange.notice._drafts import Segment, is_sign
from downrange.notice._phrases import Circle, Label, Mark, Phrase, Reach, Sign
from downrange.notice.coordinates import Angle, Vertex
from downrange.notice.model import Flag, FlagCode

_FARTHEST: Final = 6
_FEWEST_VERTICES: Final = 3
_LONGEST_LABELLED: Final = 40
_STRONG: Final = ("BOUND", "BOUNDED", "ENCLOSED", "JOINING")


def cut(row: Sequence[Phrase]) -> tuple[list[Phrase], list[Flag]]:
    """Leave out reroutes and remarks: from a cutting phrase to the end, or to the announcement of another area."""
    if not any(type(item) is Mark and item.sign is Sign.CUT for item in row):
        return list(row), []
    kept, dropped, seen = _parted(row)
    if not dropped:
        return kept, []
    if not seen and len(dropped) > _FEWEST_VERTICES and dropped[0].place == dropped[-1].place:
        return list(row), []
    message = f"{len(dropped)} positions behind a reroute or a remark were left out"
    flags = [Flag(code=FlagCode.REROUTE_CUT, start=dropped[0].start, stop=dropped[-1].stop, message=message)]
    if not seen:
        message = "the text holds only reroutes or remarks, no area: another notice announces it"
        flags.append(Flag(code=FlagCode.NO_AREA, start=dropped[0].start, stop=dropped[-1].stop, message=message))
    return kept, flags


def _parted(row: Sequence[Phrase]) -> tuple[list[Phrase], list[Vertex], bool]:
    """Return what is kept, the positions that are dropped, and whether any position is kept."""
    kept: list[Phrase] = []
    dropped: list[Vertex] = []
    cutting = seen = False
    for item in row:
        if isinstance(item, Mark) and item.sign is Sign.CUT:
            cutting = True
        elif cutting and _announces(item, seen=seen):
            cutting = False
        if not cutting:
            kept.append(item)
            seen = seen or isinstance(item, Vertex | Circle)
        elif isinstance(item, Vertex):
            dropped.append(item)
        elif not isinstance(item, Mark | Label | Angle | Circle | Reach):
            kept.append(item)
    return kept, dropped, seen


def _announces(item: Phrase, *, seen: bool) -> bool:
    """Say whether a phrase begins an area again: any announcement before the first area, a clear one later."""
    if isinstance(item, Label):
        return item.area
    if not isinstance(item, Mark) or item.sign is not Sign.ANNOUNCE:
        return False
    return not seen or item.text.split()[0] in _STRONG


def segments_of(row: Sequence[Phrase]) -> list[Segment]:
    """Cut the row at its labels; numbers that count the vertices of a named area are read over."""
    segments = [Segment()]
    number = letter = ""
    named, vertices = False, 0
    for here, item in enumerate(row):
        if type(item) is not Label:
            segment = segments[-1]
            segment.items.append(item)
            segment.stop = item.stop
        elif (
            named and not item.area and item.text == str(vertices + 1) and _holds_one(row, here, segments[-1], vertices)
        ):
            vertices += 1
        elif item.text.isdigit() and (item.area or _counts_on(int(item.text), int(number or 0))):
            number, letter = item.text, ""
            segments.append(Segment(number, letter, item.start, item.stop))
            named, vertices = item.area, 0
        elif item.text.isalpha() and (item.area or item.text == "A" or item.text > (letter or "A")):
            letter = item.text
            segments.append(Segment(number, letter, item.start, item.stop))
            named, vertices = item.area, 0
    return segments


def _holds_one(row: Sequence[Phrase], here: int, segment: Segment, before: int) -> bool:
    """Say whether one position stands behind a label, and as many before it in its segment as labels did."""
    found = 0
    for item in row[here + 1 : here + 1 + _LONGEST_LABELLED]:
        if isinstance(item, Label):
            break
        if isinstance(item, Circle):
            return False
        found += isinstance(item, Vertex)
    return found == 1 and (before > 0 or not segment.vertices())


def _counts_on(number: int, before: int) -> bool:
    """Say whether a number can be the next label: 1, or one of the next three, as paragraphs get lost in copies."""
    return number == 1 or before < number <= before + 3


def vertex_lists(segments: list[Segment]) -> list[Segment]:
    """Join segments that hold one position each: their labels name the vertices of one area, not areas."""
    if len(segments) <= _FEWEST_VERTICES:
        return segments
    joined: list[Segment] = []
    lists = _points_announced(segments)
    for _, group in groupby(segments, key=lambda segment: (segment.number, bool(segment.letter))):
        row = list(group)
        joined.extend(_joined(row) if row[0].letter and id(row[0]) not in lists else row)
    numbered = [segment for segment in joined if segment.number and not segment.letter]
    if _are_vertices(numbered) and id(numbered[0]) not in lists:
        rest = [segment for segment in joined if segment.letter or not segment.number]
        return rest + _joined(numbered)
    return joined


def _points_announced(segments: Sequence[Segment]) -> set[int]:
    """Return the segments that stand behind words for single positions (buoys, wrecks) or behind a radius for each."""
    found: set[int] = set()
    points = False
    for segment in segments:
        if points:
            found.add(id(segment))
        for item in segment.items:
            if type(item) is Mark:
                if item.sign is Sign.ANNOUNCE or item.sign is Sign.POINTS:
                    points = item.sign is Sign.POINTS
            elif type(item) is Reach:
                points = item.many and not item.line
    return found


def _are_vertices(row: Sequence[Segment]) -> bool:
    return len(row) >= _FEWEST_VERTICES and all(
        len(segment.vertices()) == 1 and not segment.circles() for segment in row
    )


def _joined(row: list[Segment]) -> list[Segment]:
    """Return one segment for labelled vertices, the segments themselves otherwise."""
    if not _are_vertices(row):
        return row
    items = [item for segment in row for item in segment.items if not is_sign(item, Sign.FULL_STOP, Sign.COMMA)]
    number = row[0].number if row[0].letter else ""
    whole = Segment(number, "", row[0].start, row[-1].stop)
    whole.items.extend(items)
    return [whole]


def boxes(items: list[Phrase]) -> list[Phrase]:
    """Take apart what looks like a position between a latitude and a longitude: two limits of each, not a corner."""
    if sum(type(item) is Angle for item in items) < 2:
        return items
    places = [here for here, item in enumerate(items) if not isinstance(item, Mark)]
    row = list(items)
    for before, here, after in zip(places, places[1:], places[2:], strict=False):
        south, middle, east = items[before], items[here], items[after]
        if not (isinstance(south, Angle) and isinstance(middle, Vertex) and isinstance(east, Angle)):
            continue
        if south.problem or middle.problem or east.problem or not south.latitude or east.latitude:
            continue
        if after - before <= _FARTHEST:
            north = replace(south, value_deg=middle.lat_deg, start=middle.start, stop=middle.stop)
            west = replace(east, value_deg=middle.lon_deg, start=middle.start, stop=middle.stop)
            row[here : here + 1] = [north, west]
            return row
    return row

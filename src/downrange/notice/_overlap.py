"""Which areas of different notices are one: drawn in an equal-area plane, compared in place and time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from downrange.notice import _spans
from downrange.notice.model import Area, Notice, Shape

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

WINDOWS_MEET: Final = 0.5  # part of the shorter windows that lies in the longer ones; a start value, to be tuned
_INSIDE: Final = 0.9  # part of the smaller area that lies in the larger one; a start value too


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One area of one notice: the place of the notice, the area, its outline in an equal-area plane, its moments."""

    place: int
    area: Area
    flat: BaseGeometry
    spans: _spans.Spans


def drawings(row: Sequence[Notice]) -> list[Drawing]:
    """Return the areas that have an extent."""
    found: list[Drawing] = []
    for place, notice in enumerate(row):
        for area in notice.areas:
            if area.shape is not Shape.POINT:
                spans = _spans.spans(area.windows or notice.windows)
                found.append(Drawing(place=place, area=area, flat=flat(area.geometry_lonlat()), spans=spans))
    return found


def flat(lonlat: BaseGeometry) -> BaseGeometry:
    """Return a geometry in the cylindrical equal-area plane: longitude, and the sine of latitude."""
    import numpy as np
    import shapely

    def turned(points: Any) -> Any:  # noqa: ANN401 - shapely gives and takes plain arrays
        return np.column_stack((points[:, 0], np.degrees(np.sin(np.radians(points[:, 1])))))

    return shapely.transform(lonlat, turned)


def pairs(drawn: Sequence[Drawing], overlap: float, sure: Sequence[bool]) -> list[tuple[int, int, float]]:
    """Return which drawings of different notices are one area, with their intersection over union.

    sure: by notice, whether it speaks of a launch or may; only such a notice is joined for lying inside another
    """
    from shapely import STRtree

    found: list[tuple[int, int, float]] = []
    tree = STRtree([one.flat for one in drawn])
    for first, second in tree.query([one.flat for one in drawn], predicate="intersects").T.tolist() if drawn else ():
        one, other = drawn[first], drawn[second]
        if first >= second or one.place == other.place or meeting(one.spans, other.spans) < WINDOWS_MEET:
            continue
        same, inside = shares(one.flat, other.flat)
        if same >= overlap or (sure[one.place] and sure[other.place] and inside >= _INSIDE):
            found.append((first, second, same))
    return found


def meeting(one: _spans.Spans, other: _spans.Spans) -> float:
    """Return which part of the shorter moments lies in the longer ones; 0 where one has none."""
    if not one or not other:
        return 0.0
    return _spans.length(_spans.common(one, other)) / min(_spans.length(one), _spans.length(other))


def shares(one: BaseGeometry, other: BaseGeometry) -> tuple[float, float]:
    """Return intersection over union, and intersection over the smaller area."""
    both = one.intersection(other).area
    return both / (one.area + other.area - both), both / min(one.area, other.area)


def groups(count: int, links: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the numbers below count in groups that links hold together, each in order."""
    lead = list(range(count))

    def top(number: int) -> int:
        while lead[number] != number:
            lead[number] = lead[lead[number]]
            number = lead[number]
        return number

    for one, other in links:
        first, second = sorted((top(one), top(other)))
        lead[second] = first
    found: dict[int, list[int]] = {}
    for number in range(count):
        found.setdefault(top(number), []).append(number)
    return list(found.values())

"""Leave one out: hide an announced area and let the others say in which direction it lies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from downrange.base import Array
from downrange.corridor.model import Area, AreaPlane, Basis, Hidden, Pad
from downrange.corridor.planes import one_plane, planes
from downrange.corridor.swaths import Swath, swaths

_COURSES = 129


def leave_one_out(site: Pad, areas: Sequence[Area]) -> tuple[Hidden, ...]:
    """Return, for each area that shows a direction, where the others say that it lies across its own range.

    Geometry does not say how far: each area is looked for at its own range. The others' one plane is used where they
    have one; else the course is carried from area to area in proportion to range, with the spread of both neighbours;
    beyond the last and before the first area, with the neighbour's alone, as if the flight did not turn there.
    """
    seen = sorted(zip(swaths(site, areas), areas, strict=True), key=lambda pair: pair[0].range_m)
    told = [(swath, area) for swath, area in seen if swath.thrown.informs]
    found = []
    for i, (swath, _) in enumerate(told):
        rest = told[:i] + told[i + 1 :]
        found.append(_judged(site, swath, *_course(site, swath, rest)))
    return tuple(found)


def _course(site: Pad, hidden: Swath, rest: Sequence[tuple[Swath, Area]]) -> tuple[Basis, float, float, float]:
    """Return (how, least, middle, greatest course) that the other areas allow at the hidden one's range."""
    if not rest:
        return Basis.NOTHING, np.nan, np.nan, np.nan
    others = [area for _, area in rest]
    fit = one_plane(site, others)
    if fit.accepted:
        course = fit.turning
        low = course.azimuth_deg - (course.azimuth_deg - course.low_deg) % 360.0
        high = course.azimuth_deg + (course.high_deg - course.azimuth_deg) % 360.0
        return Basis.ONE_PLANE, low, course.azimuth_deg, high
    alone = planes(site, others)
    range_m = np.array([swath.range_m for swath, _ in rest])
    after = int(np.searchsorted(range_m, hidden.range_m))
    if after in (0, len(rest)):
        one = alone[min(after, len(rest) - 1)]
        return Basis.DOG_LEG, one.course_low_deg, one.course_mid_deg, one.course_high_deg
    return Basis.DOG_LEG, *_between(alone[after - 1], alone[after], range_m[after - 1 : after + 1], hidden.range_m)


def _between(near: AreaPlane, far: AreaPlane, range_m: Array, at_m: float) -> tuple[float, float, float]:
    """Return (least, middle, greatest course) between two areas, in proportion to range; the limits are both areas'."""
    turn = (far.course_mid_deg - near.course_mid_deg + 180.0) % 360.0 - 180.0
    part = float((at_m - range_m[0]) / (range_m[1] - range_m[0]))
    shift = near.course_mid_deg + turn - far.course_mid_deg
    low = min(near.course_low_deg, far.course_low_deg + shift)
    high = max(near.course_high_deg, far.course_high_deg + shift)
    return low, near.course_mid_deg + part * turn, high


def _judged(site: Pad, hidden: Swath, basis: Basis, low: float, course: float, high: float) -> Hidden:
    """Return how far the hidden area lies from where the others put it."""
    if basis is Basis.NOTHING:
        miss_m = half_m = spread_m = np.nan
        inside = False
    else:
        courses = np.append(np.linspace(low, high, _COURSES), course)
        middle, half = hidden.thrown.miss_m(site, courses)
        miss_m, half_m = float(middle[-1]), float(half[-1])
        spread_m = 0.5 * abs(float(middle[0] - middle[-2]))
        inside = bool((np.abs(middle) <= half).any())
    return Hidden(
        label=hidden.label,
        basis=basis,
        course_low_deg=low,
        course_deg=course,
        course_high_deg=high,
        miss_m=miss_m,
        half_m=half_m,
        spread_m=spread_m,
        inside=inside,
    )

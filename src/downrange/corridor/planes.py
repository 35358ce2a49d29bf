"""Planes: which course, if any, leads from the pad through all announced areas, and which inclination each area implies.

Twice over: on the turning Earth, which is how bodies fall (`turning`), and along great circles fixed to the Earth, which
is how areas are drawn. The verdict is the turning Earth's. A course is the direction over the ground in which the flight
leaves the pad, as far as the falls tell it; whether a vehicle could fly it is for the inference, not for geometry.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from downrange.base import InputError, wgs84
from downrange.corridor.ascent import ORBIT_SPEED_MPS, inclination_at
from downrange.corridor.model import Area, AreaPlane, CourseFit, Pad, PlaneFit
from downrange.corridor.shapes import centre_of, outlines
from downrange.corridor.swaths import Spread, Swath, fit_course, swath_of, swaths
from downrange.corridor.turning import throws, tops_m
from downrange.earth import range_azimuth


def planes(site: Pad, areas: Sequence[Area], *, speed_mps: float = ORBIT_SPEED_MPS) -> tuple[AreaPlane, ...]:
    """Return what each area alone says of the flight's plane, in the order given.

    speed_mps: inertial speed at insertion, for inclination_*_deg only
    """
    return tuple(area_plane(site, swath_of(site, one), speed_mps=speed_mps) for one in outlines(site, areas))


def one_plane(site: Pad, areas: Sequence[Area], *, speed_mps: float = ORBIT_SPEED_MPS) -> PlaneFit:
    """Find the one plane from the pad through all areas, or show that there is none.

    The course found is the one whose worst area is missed by least, in units of that area's own half-width; so
    'refused' means that no course whatever ends in all of them, however long the bodies were in the air (within the
    tops of `turning`). Cross distances are those of a sphere.
    speed_mps: inertial speed at insertion, for the inclination only
    """
    return plane_through(site, swaths(site, areas), speed_mps=speed_mps)


def plane_through(site: Pad, seen: Sequence[Swath], *, speed_mps: float = ORBIT_SPEED_MPS) -> PlaneFit:
    """Return the one plane from the pad through areas as the pad sees them."""
    if not any(swath.thrown.informs for swath in seen):
        raise InputError(
            where="corridor",
            seen=f"areas that lie around {site.name} or its antipode, which every course passes",
            cure="give the areas down the range, where stages fall",
        )
    labels = tuple(swath.label for swath in seen)
    turning = fit_course(site, [swath.thrown for swath in seen])
    drawn = fit_course(site, [swath.drawn for swath in seen])
    low_deg, mid_deg, high_deg = inclinations(
        site, turning.low_deg, turning.azimuth_deg, turning.high_deg, speed_mps=speed_mps
    )
    return PlaneFit(
        accepted=turning.accepted,
        labels=labels,
        turning=turning,
        azimuth_deg=drawn.azimuth_deg,
        low_deg=drawn.low_deg,
        high_deg=drawn.high_deg,
        residual_m=drawn.residual_m,
        tolerance_m=drawn.tolerance_m,
        inclination_deg=mid_deg,
        inclination_low_deg=low_deg,
        inclination_high_deg=high_deg,
        sentence=_sentence(site, labels, turning, drawn, (low_deg, mid_deg, high_deg)) + _simplified_told(seen),
    )


def inclinations(
    site: Pad, low_deg: float, mid_deg: float, high_deg: float, *, speed_mps: float = ORBIT_SPEED_MPS
) -> tuple[float, float, float]:
    """Return the least, middle and greatest inclination of orbits entered along courses from low to high, clockwise."""
    width_deg = (high_deg - low_deg) % 360.0 if high_deg - low_deg < 360.0 else 360.0
    each = [
        inclination_at(site.lat_deg, float(one), speed_mps=speed_mps)
        for one in np.append(low_deg + np.linspace(0.0, width_deg, 33), mid_deg)
    ]
    return min(each), each[-1], max(each)


def area_plane(site: Pad, swath: Swath, *, speed_mps: float = ORBIT_SPEED_MPS) -> AreaPlane:
    """Return what one area, as the pad sees it, says of the flight's plane."""
    one = swath.outline
    lat0, lon0 = centre_of(one.lat_deg, one.lon_deg)
    range_m, azimuth_deg = (float(x) for x in range_azimuth(site.lat_deg, site.lon_deg, lat0, lon0))
    centre = throws(site, lat0, lon0, tops_m(range_m))
    azimuths = _around(swath.drawn, azimuth_deg)
    courses = _around(swath.thrown, float(centre.course_deg[1]))
    inclined = inclinations(site, courses[0], courses[1], courses[2], speed_mps=speed_mps)
    lat = np.arctan((1.0 - wgs84.E2) * np.tan(np.radians(site.lat_deg)))
    own = np.degrees(np.arccos(np.cos(lat) * np.sin(np.append(swath.thrown.heading_rad, centre.heading_rad[1]))))
    least, most = (float(own.min()), float(own.max())) if swath.thrown.informs else (inclined[0], inclined[2])
    flights = centre.flight_s
    return AreaPlane(
        label=one.label,
        informs=swath.thrown.informs,
        azimuth_low_deg=azimuths[0],
        azimuth_mid_deg=azimuths[1],
        azimuth_high_deg=azimuths[2],
        course_low_deg=courses[0],
        course_mid_deg=courses[1],
        course_high_deg=courses[2],
        flight_low_s=float(flights.min()),
        flight_mid_s=float(flights[1]),
        flight_high_s=float(flights.max()),
        inclination_low_deg=inclined[0],
        inclination_mid_deg=inclined[1],
        inclination_high_deg=inclined[2],
        own_inclination_low_deg=least,
        own_inclination_mid_deg=float(own[-1]),
        own_inclination_high_deg=most,
    )


def _around(spread: Spread, mid_deg: float) -> tuple[float, float, float]:
    """Return (least, middle, greatest) course, rising."""
    if not spread.informs:
        return mid_deg - 180.0, mid_deg, mid_deg + 180.0
    off = (spread.course_deg - mid_deg + 180.0) % 360.0 - 180.0
    return mid_deg + min(float(off.min()), 0.0), mid_deg, mid_deg + max(float(off.max()), 0.0)


def misses_told(labels: Sequence[str], fit: CourseFit) -> str:
    """Write by how much a course misses each area, in km and in half-widths."""
    return "; ".join(
        f"{label} {abs(middle) / 1e3:.0f} km {'right' if middle > 0 else 'left'} of it, half-width {half / 1e3:.0f} km"
        + (f", {abs(middle) / half:.1f} half-widths" if abs(middle) > half else "")
        for label, middle, half in zip(labels, fit.residual_m, fit.tolerance_m, strict=True)
    )


def _sentence(
    site: Pad,
    labels: Sequence[str],
    turning: CourseFit,
    drawn: CourseFit,
    inclination_deg: tuple[float, float, float],
) -> str:
    """Write the finding for a person."""
    if not turning.accepted:
        return (
            f"No single plane: a flight from {site.name} that does not turn, falling on the turning Earth, cannot end in "
            f"all the areas. The best course over the ground, {turning.azimuth_deg:.1f} deg, misses "
            f"({misses_told(labels, turning)}). {_drawn_told(labels, drawn)} A flight that ends in all of them turns on the way."
        )
    low, middle, high = inclination_deg
    course = f"{turning.azimuth_deg:.1f} deg over the ground ({turning.low_deg:.1f} to {turning.high_deg:.1f})"
    orbit = f"{middle:.1f} deg ({low:.1f} to {high:.1f})"
    if len(labels) == 1:
        return (
            f"One area gives a direction and no more: a flight from {site.name} that does not turn and falls on the "
            f"turning Earth ends in {labels[0]} when it leaves on course {course}. {_drawn_told(labels, drawn)} An "
            f"inclination of {orbit} follows only if the vehicle turns neither before nor after; the area cannot tell."
        )
    return (
        f"One plane: a flight from {site.name} on course {course} that does not turn, falling on the turning Earth, ends "
        f"in {'both' if len(labels) == 2 else f'all {len(labels)}'} areas ({misses_told(labels, turning)}). {_drawn_told(labels, drawn)} Kept to orbit, the "
        f"course gives an inclination of {orbit}."
    )


def _drawn_told(labels: Sequence[str], drawn: CourseFit) -> str:
    """Write what the map shows."""
    if drawn.accepted:
        return (
            f"On the map one great circle, azimuth {drawn.azimuth_deg:.1f} deg ({drawn.low_deg:.1f} to "
            f"{drawn.high_deg:.1f}), holds {'it' if len(labels) == 1 else 'them'}."
        )
    return (
        f"On the map the best great circle, azimuth {drawn.azimuth_deg:.1f} deg, misses ({misses_told(labels, drawn)})."
    )


def _simplified_told(seen: Sequence[Swath]) -> str:
    """Write which outlines were simplified, and by how much."""
    return "".join(
        f" The outline of {swath.label} is simplified, to {swath.outline.simplified_m / 1e3:.1f} km."
        for swath in seen
        if swath.outline.simplified_m > 0.0
    )

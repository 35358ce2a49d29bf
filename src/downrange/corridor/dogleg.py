"""The dog-leg: course by course from the pad through the announced areas, and what each course would orbit in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from downrange.base import InputError, east_of
from downrange.corridor.ascent import ORBIT_SPEED_MPS, azimuth_at, inclination_at
from downrange.corridor.model import Area, DogLeg, Leg, Pad, PlaneFit
from downrange.corridor.planes import one_plane
from downrange.corridor.shapes import centre_of, outline
from downrange.corridor.swaths import swaths
from downrange.earth import range_azimuth


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    """A point the course passes, and the corners around it as (range, azimuth) from that point."""

    label: str
    lat_deg: float
    lon_deg: float
    corner_m: tuple[float, ...]
    corner_deg: tuple[float, ...]
    radius_m: float

    def half_across(self, course_deg: float) -> float:
        """Return the largest distance [m] of the outline from the course through the point."""
        off = np.radians(np.asarray(self.corner_deg) - course_deg)
        return float(np.abs(np.asarray(self.corner_m) * np.sin(off)).max()) + self.radius_m


def dog_leg(
    site: Pad, areas: Sequence[Area], *, inclination_deg: float | None = None, speed_mps: float = ORBIT_SPEED_MPS
) -> DogLeg:
    """Return the geodesic legs from the pad through the areas' centres, nearest first, and the turns between them.

    A turn smaller than its spread is not determined by the areas: their own width could hide it.
    inclination_deg: when given, the turn that is left after the last area to reach it is worked out too, unless the
                     orbit stays below that latitude
    speed_mps:       inertial speed for which a course becomes an inclination. A lower stage is slower; its course
                     still points where the orbit would lie if no later stage turned.
    """
    sorted_areas = _down_range(site, areas)
    pad = _Stop(
        label=site.name,
        lat_deg=site.lat_deg,
        lon_deg=site.lon_deg,
        corner_m=(0.0,),
        corner_deg=(0.0,),
        radius_m=site.sigma_m,
    )
    stops = [_stop(area) for area in sorted_areas]
    legs: list[Leg] = []
    spread_before = 0.0
    for start, end in zip([pad, *stops[:-1]], stops, strict=True):
        leg, spread_before = _leg(start, end, legs[-1] if legs else None, spread_before, speed_mps)
        legs.append(leg)
    last_turn = None
    if inclination_deg is not None and abs(stops[-1].lat_deg) <= min(inclination_deg, 180.0 - inclination_deg):
        southbound = bool(np.cos(np.radians(legs[-1].arrival_deg)) < 0.0)
        wanted = azimuth_at(stops[-1].lat_deg, inclination_deg, speed_mps=speed_mps, southbound=southbound)
        last_turn = east_of(legs[-1].arrival_deg, wanted)
    first_plane = _first_plane(site, sorted_areas, speed_mps)
    return DogLeg(
        first_plane=first_plane,
        legs=tuple(legs),
        last_turn_deg=last_turn,
        inclination_deg=inclination_deg,
        sentence=_sentence(first_plane, legs, last_turn, inclination_deg),
    )


def _down_range(site: Pad, areas: Sequence[Area]) -> list[Area]:
    """Return the areas in order of range, without those around the pad or its antipode, which show no leg."""
    seen = sorted(zip(swaths(site, areas), areas, strict=True), key=lambda pair: pair[0].range_m)
    told = [area for swath, area in seen if swath.thrown.informs and not swath.around_pad]
    return told or [area for swath, area in seen if swath.thrown.informs] or [area for _, area in seen]


def _first_plane(site: Pad, areas: Sequence[Area], speed_mps: float) -> PlaneFit:
    """Return the plane through as many of the nearest areas as one holds; one area always has its own."""
    best = one_plane(site, areas[:1], speed_mps=speed_mps)
    for count in range(2, len(areas) + 1):
        fit = one_plane(site, areas[:count], speed_mps=speed_mps)
        if not fit.accepted:
            break
        best = fit
    return best


def _stop(area: Area) -> _Stop:
    """Return the centre of an area with its corners around it."""
    one = outline(area)
    lat_deg, lon_deg = centre_of(one.lat_deg, one.lon_deg)
    corner_m, corner_deg = range_azimuth(lat_deg, lon_deg, one.lat_deg, one.lon_deg)
    return _Stop(
        label=area.label,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        corner_m=tuple(float(x) for x in corner_m),
        corner_deg=tuple(float(x) for x in corner_deg),
        radius_m=one.radius_m,
    )


def _leg(start: _Stop, end: _Stop, before: Leg | None, spread_before_deg: float, speed_mps: float) -> tuple[Leg, float]:
    """Return the leg between two stops and how far [deg] their sizes could swing its course."""
    range_m, course_deg = range_azimuth(start.lat_deg, start.lon_deg, end.lat_deg, end.lon_deg)
    if range_m < 1.0:
        raise InputError(
            where="corridor",
            key=f"{start.label} and {end.label}",
            seen="both have the same centre",
            cure="give each area once; merge the notices that repeat it",
        )
    _, back_deg = range_azimuth(end.lat_deg, end.lon_deg, start.lat_deg, start.lon_deg)
    arrival_deg = (float(back_deg) + 180.0) % 360.0
    swing_m = start.half_across(float(course_deg)) + end.half_across(arrival_deg)
    spread_deg = float(np.degrees(np.arctan2(swing_m, range_m)))
    leg = Leg(
        start=start.label,
        end=end.label,
        range_m=float(range_m),
        course_deg=float(course_deg),
        arrival_deg=arrival_deg,
        turn_deg=east_of(before.arrival_deg, float(course_deg)) if before else 0.0,
        turn_spread_deg=spread_deg + spread_before_deg if before else 0.0,
        inclination_deg=inclination_at(start.lat_deg, float(course_deg), speed_mps=speed_mps),
    )
    return leg, spread_deg


def _sentence(plane: PlaneFit, legs: Sequence[Leg], last_turn_deg: float | None, inclination_deg: float | None) -> str:
    """Write the finding for a person."""
    shared = " and ".join(plane.labels)
    course = plane.turning
    opening = (
        f"one plane on course {course.azimuth_deg:.1f} deg ({course.low_deg:.1f} to {course.high_deg:.1f}) over the "
        f"turning Earth holds {shared} (an orbit of {plane.inclination_deg:.1f} deg if kept)"
    )
    words = [opening] + [
        f"{leg.start} to {leg.end} on course {leg.course_deg:.1f} deg"
        + (f" after a turn of {_turn(leg)}" if index else "")
        + f" (an orbit of {leg.inclination_deg:.1f} deg if kept)"
        for index, leg in enumerate(legs)
    ]
    text = "; ".join(words)
    if last_turn_deg is not None:
        side = "right" if last_turn_deg > 0.0 else "left"
        text += (
            f"; for {inclination_deg:.1f} deg whatever flies on must turn {abs(last_turn_deg):.1f} deg to the {side} "
            f"of the course to {legs[-1].end}"
        )
    elif inclination_deg is not None:
        text += f"; an orbit of {inclination_deg:.1f} deg never comes to the latitude of {legs[-1].end}"
    return f"{text[:1].upper()}{text[1:]}."


def _turn(leg: Leg) -> str:
    """Write a turn with its side, or that the areas do not show one."""
    side = "right" if leg.turn_deg > 0.0 else "left"
    text = f"{abs(leg.turn_deg):.1f} deg to the {side}, give or take {leg.turn_spread_deg:.1f}"
    return text if abs(leg.turn_deg) > leg.turn_spread_deg else f"{text}, which the areas do not prove"

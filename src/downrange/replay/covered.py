"""What a satellite that just reached its orbit can see: how often, how late, and what an assumed camera could tell.

Only a replay that reached orbit loads this module, and the rooms behind it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from downrange.base import iso
from downrange.coverage import (
    Accesses,
    Bounds,
    Cone,
    Figure,
    Points,
    Region,
    Revisit,
    Seen,
    Sensor,
    accesses,
    daylit,
    inside,
    load_region,
    revisit,
    scenario_of,
    see,
)
from downrange.orbit import Decay, ElementSet

DAYS: Final = 30.0  # from insertion on: as long as an element set may be carried on
_LEAST_DAYS: Final = 1.0
_ROOM_DAYS: Final = 2.0  # the way to the ground is followed a day beyond the span


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """How often the region is looked at when the satellite can turn so far off nadir.

    looks:  every window
    always: figures at any time of day; daylit: of looks with the sun high enough
    """

    angle_deg: float
    looks: Accesses
    always: Revisit
    daylit: Revisit

    def figure(self, name: str, *, by_day: bool) -> Figure:
        """Return one of looks_pday, mean_gap_s, max_gap_s, mean_wait_s, share_never."""
        found = getattr(self.daylit if by_day else self.always, name)
        if not isinstance(found, Figure):
            raise TypeError(f"{name} is no figure of a revisit")
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Covered:
    """What a satellite can see of a region from its insertion on.

    seen:      what the assumed camera could tell, how often, and when it is known on the ground
    region:    where; points: laid in it
    near, far: at the least and at the greatest reach of the assumed camera
    notes:     what to know before the figures are believed, a sentence each
    sources:   of region, camera, stations and sizes
    """

    seen: Seen
    region: Region
    points: Points
    near: Reach
    far: Reach
    notes: tuple[str, ...]
    sources: tuple[tuple[str, str], ...]

    def ends(self, name: str, *, by_day: bool) -> tuple[float, float] | None:
        """Return the ends of a figure over the reach; None where a part of it is UNKNOWN."""
        values = [reach.figure(name, by_day=by_day).value for reach in (self.near, self.far)]
        known = [value for value in values if value is not None and math.isfinite(value)]
        return (min(known), max(known)) if len(known) == len(values) else None


def covered(satellite: ElementSet, start: datetime, lasts: Decay, *, days: float = DAYS) -> Covered:
    """Return what a satellite can see; region, camera, station and daylight rule are those of `coverage see`.

    lasts: how long its orbit lasts: a span beyond that would be a fiction
    """
    span_days, notes = _span(lasts, days)
    scenario = scenario_of((satellite,), start=start, days=span_days)
    scenario = replace(scenario, sources=(f"element set through the flight's state at {iso(start)}, without drag",))
    region = load_region(scenario.region)
    points = inside(region, count=scenario.points)
    seen = see(scenario, points, region=region.title, satellites=(1,), max_age_days=span_days + _ROOM_DAYS)
    reach = seen.reach_deg
    near, far = (_reach(scenario.satellites, points, angle, seen) for angle in (reach.low, reach.high))
    return Covered(
        seen=seen,
        region=region,
        points=points,
        near=near,
        far=far,
        notes=(*notes, *_orbit_notes(), *seen.notes, *_flags(near, far, reach)),
        sources=_sources(seen, region),
    )


def _span(lasts: Decay, days: float) -> tuple[float, tuple[str, ...]]:
    """Return how many days to look ahead: not longer than the orbit surely lasts."""
    if lasts.days_low is None or lasts.days_low >= days:
        return days, ()
    span = max(_LEAST_DAYS, math.floor(lasts.days_low))
    return span, (f"the orbit may last only {lasts.days_low:.1f} days, so {span:g} are looked at, not {days:g}",)


def _orbit_notes() -> tuple[str, ...]:
    """Return what the orbit leaves out."""
    return (
        "the orbit is that of the recomputed flight, without drag or manoeuvre: times of single looks are not known",
    )


def _reach(satellites: tuple[ElementSet, ...], points: Points, angle_deg: float, seen: Seen) -> Reach:
    """Return how often, at one reach."""
    sensor = Sensor(field=Cone(half_angle_deg=angle_deg))
    looks = accesses(satellites, points, sensor, seen.start, seen.days, max_age_days=seen.days + _ROOM_DAYS)
    return Reach(
        angle_deg=angle_deg, looks=looks, always=revisit(looks), daylit=revisit(daylit(looks, seen.min_sun_deg))
    )


def _flags(near: Reach, far: Reach, reach: Bounds) -> tuple[str, ...]:
    """Return what the figures themselves say against being believed; one reach where both ends are the same."""
    ends = (near,) if reach.exact else (near, far)
    found = [
        f"{one.angle_deg:g}° off nadir{by_day}: {flag}"
        for one in ends
        for by_day, figures in (("", one.always), (", by day", one.daylit))
        for flag in figures.flags
    ]
    return tuple(found)


def _sources(seen: Seen, region: Region) -> tuple[tuple[str, str], ...]:
    """Return (what, source) of everything that came from the world or was assumed."""
    found = [(f"region {region.title}", region.source), ("reach of the camera", seen.reach_deg.source)]
    found += [(f"ground station {one.name}", one.source) for one in seen.stations]
    found += [("camera", source) for source in seen.camera.sources]
    found += [(f"size, {one.subject.title}", one.subject.source) for one in seen.what]
    return tuple(dict.fromkeys(found))

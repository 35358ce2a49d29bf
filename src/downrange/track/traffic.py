"""Who is inside the announced areas now: ships and aircraft against areas, their times and their heights.

A craft whose position is too old, or that does not say where, how high or which way, is UNKNOWN where it might be
inside: what is not known is never taken for clear. Positions come from `_io_traffic.read_traffic`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError, since, utc
from downrange.earth import destination, east_north, range_azimuth
from downrange.notice import Area, Notice


class CraftKind(StrEnum):
    """What a craft is."""

    SHIP = "ship"
    AIRCRAFT = "aircraft"


OLDEST_S: Final = {CraftKind.SHIP: 600.0, CraftKind.AIRCRAFT: 60.0}
"""From this age on a position says no more where the craft is; assumed."""
FASTEST_MPS: Final = {CraftKind.SHIP: 30.0, CraftKind.AIRCRAFT: 350.0}
"""Nobody of the kind is faster; assumed. It bounds how far an old position can be from the truth."""
_AHEAD_S: Final = 60.0  # a clock this far ahead of ours is a wrong clock
_MARGIN_M: Final = 300.0  # between a height by pressure and a height of an area; assumed


@dataclass(frozen=True, slots=True, kw_only=True)
class Craft:
    """The latest that is known of one ship or aircraft; None where it does not say.

    id:          MMSI of a ship, ICAO 24-bit address of an aircraft
    name:        name or call sign, "" where nobody said it
    t:           when it was at the position, UTC
    lat_deg, lon_deg: position, longitude in [-180, 180)
    alt_m:       of an aircraft: over the ellipsoid, or by pressure where only that is given
    on_ground:   of an aircraft
    speed_mps, course_deg: over the ground, clockwise from true north
    climb_mps:   of an aircraft, positive upwards
    source:      file and line, and what kind of message
    """

    id: str
    name: str = ""
    kind: CraftKind
    t: datetime | None
    lat_deg: float | None
    lon_deg: float | None
    alt_m: float | None = None
    on_ground: bool = False
    speed_mps: float | None = None
    course_deg: float | None = None
    climb_mps: float | None = None
    source: str

    def age_s(self, at: datetime) -> float | None:
        """Return how old the position is at a moment."""
        return None if self.t is None else since(self.t, at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """An announced area with its heights.

    floor_m, ceiling_m: None where the notice does not say: taken as the surface, and as no limit
    """

    name: str
    area: Area
    floor_m: float | None = None
    ceiling_m: float | None = None


class Presence(StrEnum):
    """What can be said of a craft and an area. Who is in no row is outside and stays so within the horizon."""

    INSIDE = "inside"
    ENTERING = "entering"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One craft and one area.

    zone:       None where nothing can be said of any area
    active:     whether the area is active now
    distance_m: from the craft to the area's nearest edge, 0 inside; None without a position
    enters_s:   how soon it is inside an active area on its present course, None for UNKNOWN
    reason:     the same in words
    """

    craft: Craft
    zone: Zone | None
    presence: Presence
    active: bool
    distance_m: float | None
    enters_s: float | None
    reason: str


def zones_of(notice: Notice) -> tuple[Zone, ...]:
    """Return the areas of a notice, each with the notice's heights."""
    return tuple(
        Zone(
            name=f"{notice.source_id} {area.label}".strip(),
            area=area,
            floor_m=notice.floor_m,
            ceiling_m=notice.ceiling_m,
        )
        for area in notice.areas
    )


def who_is_inside(
    crafts: Iterable[Craft], areas: Sequence[Area | Zone], *, at: datetime, horizon_s: float = 0.0
) -> tuple[Inside, ...]:
    """Return who is inside, who will be within the horizon on the present course, and of whom nobody can say.

    An area without times counts as active, one without heights reaches from the surface up without limit; one that is
    neither active nor opens within the horizon is left out. Rows come in the order inside, entering, unknown; then by
    time of entry, then by distance.
    """
    moment = utc(at)
    if not 0.0 <= horizon_s <= 86_400.0:
        raise InputError(where="horizon", key="horizon_s", seen=f"{horizon_s:g}", cure="give seconds from 0 to 86400")
    watched = [watch for area in areas if (watch := _watch(area, moment, horizon_s)) is not None]
    rows = [row for craft in crafts for row in _rows(craft, watched, moment, horizon_s)]
    order = list(Presence)
    rows.sort(
        key=lambda row: (
            order.index(row.presence), row.enters_s or 0.0, row.distance_m or 0.0, row.craft.id,
            row.zone.name if row.zone else "",
        )
    )  # fmt: skip
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """A zone, its shape, a circle around it, and when within the horizon it is active [s from now]."""

    zone: Zone
    shape: BaseGeometry
    lat_deg: float
    lon_deg: float
    radius_m: float
    spans_s: tuple[tuple[float, float], ...]

    @property
    def active(self) -> bool:
        """Whether it is active now."""
        return any(start <= 0.0 for start, _ in self.spans_s)


def _watch(area: Area | Zone, at: datetime, horizon_s: float) -> _Watch | None:
    """Prepare an area; None where it stays inactive up to the horizon."""
    zone = area if isinstance(area, Zone) else Zone(name=area.label, area=area)
    spans = [(since(at, window.opens), since(at, window.closes)) for window in zone.area.windows]
    near = tuple((start, end) for start, end in spans if end > 0.0 and start <= horizon_s)
    if spans and not near:
        return None
    shape = zone.area.geometry_lonlat()
    xy = shapely.get_coordinates(shape)
    if not xy.size:
        cure = "look at its coordinates in the notice"
        raise InputError(where=f"area {zone.name!r}", seen="it has no extent at all", cure=cure)
    far = [range_azimuth(xy[0, 1], xy[0, 0], lat, lon)[0] for lon, lat in xy]
    return _Watch(
        zone=zone, shape=shape, lat_deg=float(xy[0, 1]), lon_deg=float(xy[0, 0]), radius_m=float(max(far)),
        spans_s=near or ((-np.inf, np.inf),),
    )  # fmt: skip


def _rows(craft: Craft, watched: list[_Watch], at: datetime, horizon_s: float) -> list[Inside]:
    """Return what can be said of one craft."""
    age_s = craft.age_s(at)
    if craft.lat_deg is None or craft.lon_deg is None or age_s is None:
        reason = "it gives no position" if craft.lat_deg is None else "its position has no time"
        return [_unknown(craft, None, None, reason)] if watched else []
    if age_s < -_AHEAD_S:
        return [_unknown(craft, None, None, f"its position is of {-age_s:.0f} s from now: a wrong clock")]
    found = (_meet(craft, watch, max(age_s, 0.0), horizon_s) for watch in watched)
    return [row for row in found if row is not None]


def _unknown(craft: Craft, watch: _Watch | None, distance_m: float | None, reason: str) -> Inside:
    """Return a row that says that nobody can say."""
    return Inside(
        craft=craft,
        zone=watch.zone if watch else None,
        presence=Presence.UNKNOWN,
        active=watch.active if watch else False,
        distance_m=distance_m,
        enters_s=None,
        reason=reason,
    )


def _meet(craft: Craft, watch: _Watch, age_s: float, horizon_s: float) -> Inside | None:
    """Return what can be said of one craft and one area, None where it stays outside."""
    reach_m = FASTEST_MPS[craft.kind] * (age_s + horizon_s)
    lat, lon = float(craft.lat_deg or 0.0), float(craft.lon_deg or 0.0)
    # How high an aircraft was says nothing of how high it is once its position is too old.
    lost = craft.kind is CraftKind.AIRCRAFT and age_s > OLDEST_S[craft.kind]
    high_s = 0.0 if lost else _heights(craft, watch.zone, horizon_s)
    near_m = float(range_azimuth(lat, lon, watch.lat_deg, watch.lon_deg)[0]) - watch.radius_m
    if near_m > reach_m or (high_s is not None and high_s > horizon_s):
        return None
    said_m = _flat(watch.shape, lat, lon).distance(shapely.Point(0.0, 0.0))
    doubt = _doubt(craft, age_s, said_m)
    if doubt:
        return _unknown(craft, watch, said_m, doubt) if said_m <= reach_m else None
    cross = (0.0, np.inf, 0.0) if said_m == 0.0 else _cross(craft, watch.shape, age_s, horizon_s)
    if cross is None:
        return None
    enters_s, leaves_s, distance_m = cross
    if high_s is None:
        return _unknown(craft, watch, distance_m, "it gives no height")
    return _timed(craft, watch, max(enters_s, high_s), leaves_s, distance_m, horizon_s)


def _doubt(craft: Craft, age_s: float, said_m: float) -> str:
    """Say why a craft that was so far from an area cannot be followed, "" where it can."""
    if age_s > OLDEST_S[craft.kind]:
        return f"its position is {age_s:.0f} s old"
    if said_m > 0.0 and (craft.speed_mps is None or craft.course_deg is None):
        return "it gives no course or no speed"
    return ""


def _timed(
    craft: Craft, watch: _Watch, enters_s: float, leaves_s: float, distance_m: float, horizon_s: float
) -> Inside | None:
    """Return the row of a craft that is in an area's outline from one time to another, if the area is active then."""
    starts = [max(start, enters_s) for start, end in watch.spans_s if start < leaves_s and end > enters_s]
    if not starts or min(starts) > horizon_s:
        return None
    first_s = max(min(starts), 0.0)
    inside = first_s == 0.0
    untimed = "" if watch.zone.area.windows else "; the area gives no time, so it counts as active"
    what = "inside" if inside else f"inside an active area in {first_s:.0f} s on its present course"
    return Inside(
        craft=craft,
        zone=watch.zone,
        presence=Presence.INSIDE if inside else Presence.ENTERING,
        active=watch.active,
        distance_m=distance_m,
        enters_s=first_s,
        reason=what + untimed,
    )


def _heights(craft: Craft, zone: Zone, horizon_s: float) -> float | None:
    """Return how soon a craft is at the heights of a zone, infinite for not within the horizon, None for unknown."""
    low = (zone.floor_m or 0.0) - _MARGIN_M
    high = (np.inf if zone.ceiling_m is None else zone.ceiling_m) + _MARGIN_M
    if craft.kind is CraftKind.SHIP or craft.on_ground:
        return 0.0 if low <= 0.0 else np.inf
    if craft.alt_m is None:
        return 0.0 if low <= 0.0 and high == np.inf else None
    if low <= craft.alt_m <= high:
        return 0.0
    edge, climb = (low if craft.alt_m < low else high), craft.climb_mps or 0.0
    wait_s = (edge - craft.alt_m) / climb if climb != 0.0 else np.inf
    return float(wait_s) if 0.0 < wait_s <= horizon_s else float(np.inf)


def _flat(shape: BaseGeometry, lat_deg: float, lon_deg: float) -> BaseGeometry:
    """Return an area on the map around a point [m] that keeps distance and direction from it, across any meridian."""

    def turned(xy: Array) -> Array:
        return np.column_stack(east_north(lat_deg, lon_deg, xy[:, 1], xy[:, 0]))

    flat: BaseGeometry = shapely.transform(shape, turned)
    return flat


def _cross(craft: Craft, shape: BaseGeometry, age_s: float, horizon_s: float) -> tuple[float, float, float] | None:
    """Return when a craft outside on its course enters and leaves an area [s from now], and its distance now [m].

    The course is a geodesic, which on the map is a straight line from the point where the craft was.
    """
    lat, lon, speed = craft.lat_deg or 0.0, craft.lon_deg or 0.0, craft.speed_mps or 0.0
    way_m = speed * (age_s + horizon_s)
    if way_m == 0.0:
        return None
    course = np.radians(craft.course_deg or 0.0)
    flat = _flat(shape, lat, lon)
    way = shapely.LineString([(0.0, 0.0), (way_m * np.sin(course), way_m * np.cos(course))])
    met = shapely.get_coordinates(way.intersection(flat))
    if not met.size:
        return None
    far_m = np.hypot(met[:, 0], met[:, 1])
    enters_s, leaves_s = float(far_m.min()) / speed - age_s, float(far_m.max()) / speed - age_s
    now_lat, now_lon = destination(lat, lon, craft.course_deg or 0.0, speed * age_s)
    now_m = float(_flat(shape, float(now_lat), float(now_lon)).distance(shapely.Point(0.0, 0.0)))
    if leaves_s < 0.0:
        return None
    return enters_s, (np.inf if far_m.max() >= way_m * (1.0 - 1e-9) else leaves_s), now_m

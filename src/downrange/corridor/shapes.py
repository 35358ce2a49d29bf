"""Outlines of announced areas: corners, circles and bands to points on the map, simplified where nobody needs so many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from downrange.base import Array, InputError, east_of
from downrange.corridor.model import Area, Pad
from downrange.earth import destination, east_north, range_azimuth

NEAR_PAD_M: Final = 60_000.0
FIRST_FALL_M: Final = (
    7_000_000.0  # assumed: what a launch drops first came down 300 to 4,500 km away wherever it was told
)
MOST_CORNERS: Final = 128
_EDGE_POINTS, _MOST_EDGE_POINTS = 24, 2_400
_RIM_DEG = np.arange(0.0, 360.0, 10.0)
_FINEST_M, _COARSEST = 50.0, 0.01
_SAME_M = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The outline of an area.

    lat_deg, lon_deg: corners of a ring, points of a line, or one centre
    radius_m:         around every one of them; 0 for a ring
    simplified_m:     how far the outline may lie from the corners given; 0 when they are all there
    """

    label: str
    lat_deg: Array
    lon_deg: Array
    radius_m: float
    simplified_m: float = 0.0

    @property
    def is_ring(self) -> bool:
        """Say whether the points go round an area; otherwise they stand for a circle or a band."""
        return self.radius_m == 0.0

    def rim(self) -> tuple[Array, Array]:
        """Return the points that span the area: the corners, or what surrounds circles around the points."""
        if self.is_ring:
            return self.lat_deg, self.lon_deg
        lat, lon = _circles(self.lat_deg, self.lon_deg, self.radius_m)
        return (lat, lon) if self.lat_deg.size == 1 else _hull(lat, lon)

    def edge(self) -> tuple[Array, Array]:
        """Return points along the outline: geodesic edges of a ring, or circles along a line."""
        lat, lon = self.lat_deg, self.lon_deg
        if self.is_ring:
            order = _ring_order(lat, lon)
            return _along(np.append(lat[order], lat[order[0]]), np.append(lon[order], lon[order[0]]))
        return _circles(*(_along(lat, lon) if lat.size > 1 else (lat, lon)), self.radius_m)


def outline(area: Area) -> Outline:
    """Return the outline of an area, or say why it has none."""
    lat, lon = np.asarray(area.lat_deg, dtype=float), np.asarray(area.lon_deg, dtype=float)
    radius_m = area.radius_m or 0.0
    if lat.size == 0 or (lat.size < 3 and radius_m <= 0.0):
        raise InputError(
            where="area",
            key=area.label,
            seen=f"a {area.shape} of {lat.size} positions without a size",
            cure="give three corners or more, or a radius that says how large or how uncertain it is",
        )
    if not (np.isfinite(lon).all() and (np.abs(lat) <= 90.0).all()):
        raise InputError(
            where="area",
            key=area.label,
            seen="a corner that is no place on the Earth",
            cure="give latitudes from -90 to 90 and longitudes in degrees; the usual cause is that the two are swapped",
        )
    closed = radius_m <= 0.0
    lat, lon, off_m = _simplified(lat, lon, closed=closed) if lat.size > MOST_CORNERS else (lat, lon, 0.0)
    if closed and _flat_area_m2(lat, lon) < 1.0:
        raise InputError(
            where="area",
            key=area.label,
            seen=f"{lat.size} corners on one line, which enclose nothing",
            cure="compare with the notice; the usual cause is a corner given twice",
        )
    return Outline(label=area.label, lat_deg=lat, lon_deg=lon, radius_m=max(radius_m, 0.0), simplified_m=off_m)


def outlines(site: Pad, areas: Sequence[Area]) -> tuple[Outline, ...]:
    """Return the outlines of areas; refuse none at all, and areas that no launch from the site drops anything in first."""
    if not areas:
        raise InputError(where="corridor", seen="no areas", cure="give at least one area with coordinates")
    found = tuple(outline(area) for area in areas)
    near_m = [float(range_azimuth(site.lat_deg, site.lon_deg, *one.rim())[0].min()) for one in found]
    if min(near_m) > FIRST_FALL_M:
        which = f"the area {found[0].label} lies" if len(found) == 1 else f"all {len(found)} areas lie"
        raise InputError(
            where="corridor",
            seen=f"{which} {min(near_m) / 1e3:,.0f} km or more from {site.name}, on another side of the world",
            cure="name the site that the launch leaves from, and give the areas nearest to it too; the usual causes are "
            "another site, an exchanged hemisphere, or the area of an upper stage alone",
        )
    return found


def centre_of(lat: Array, lon: Array) -> tuple[float, float]:
    """Return the centroid of the corners' convex hull, whatever order they are printed in."""
    east = (lon - lon[0] + 180.0) % 360.0 - 180.0
    middle = shapely.MultiPoint(np.column_stack([east, lat])).convex_hull.centroid
    return float(middle.y), (float(lon[0]) + float(middle.x) + 180.0) % 360.0 - 180.0


def axis(one: Outline, lat0: float, lon0: float, course_deg: float) -> tuple[float, float, float]:
    """Return direction, length and width of the tightest rectangle around the corners."""
    flat = np.column_stack(east_north(lat0, lon0, *(one.rim())))
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.MultiPoint(flat)))
    if box.shape[0] < 4:
        return course_deg, float(2.0 * np.hypot(flat[:, 0], flat[:, 1]).max()), 0.0
    sides = np.diff(box[:3], axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    longest = sides[np.argmax(lengths)]
    towards_deg = float(np.degrees(np.arctan2(longest[0], longest[1]))) % 360.0
    if abs(east_of(towards_deg, course_deg)) > 90.0:
        towards_deg = (towards_deg + 180.0) % 360.0
    return towards_deg, float(lengths.max()), float(lengths.min())


def _circles(lat: Array, lon: Array, radius_m: float) -> tuple[Array, Array]:
    """Return points on circles around points."""
    shape = (lat.size, _RIM_DEG.size)
    lats, lons = np.broadcast_to(lat[:, None], shape), np.broadcast_to(lon[:, None], shape)
    rim_lat, rim_lon = destination(lats, lons, np.broadcast_to(_RIM_DEG, shape), np.full(shape, radius_m))
    return rim_lat.ravel(), rim_lon.ravel()


def _hull(lat: Array, lon: Array) -> tuple[Array, Array]:
    """Return the points on the convex hull."""
    flat = shapely.points(np.column_stack(east_north(*centre_of(lat, lon), lat, lon)))
    edge = shapely.boundary(shapely.convex_hull(shapely.multipoints(flat)))
    outer = shapely.distance(flat, edge) < _SAME_M
    return lat[outer], lon[outer]


def _along(lat: Array, lon: Array) -> tuple[Array, Array]:
    """Return points along the geodesics from each point to the next, ends included."""
    count = max(2, min(_EDGE_POINTS, _MOST_EDGE_POINTS // lat.size))
    range_m, azimuth_deg = range_azimuth(lat[:-1], lon[:-1], lat[1:], lon[1:])
    part = np.linspace(0.0, 1.0, count)[:, None]
    edge_lat, edge_lon = destination(lat[None, :-1], lon[None, :-1], azimuth_deg[None, :], part * range_m[None, :])
    return edge_lat.ravel(), edge_lon.ravel()


def _flat_area_m2(lat: Array, lon: Array) -> float:
    """Return the area of the corners' convex hull on a flat map."""
    return float(shapely.MultiPoint(np.column_stack(east_north(lat[0], lon[0], lat, lon))).convex_hull.area)


def _simplified(lat: Array, lon: Array, *, closed: bool) -> tuple[Array, Array, float]:
    """Return fewer corners of a ring, or points of a line, and how far [m] the old ones may lie from the new outline."""
    lat0, lon0 = centre_of(lat, lon)
    flat = np.column_stack(east_north(lat0, lon0, lat, lon))
    size_m = float(np.hypot(*np.ptp(flat, axis=0)))
    line = shapely.LineString(np.vstack([flat, flat[:1]]) if closed else flat)
    step_m, off_m = max(_FINEST_M, 1e-4 * size_m), 0.0
    most_m = _COARSEST * size_m if closed else np.inf
    while shapely.get_num_coordinates(line) > MOST_CORNERS and step_m < most_m:
        line = line.simplify(step_m, preserve_topology=False)  # of what is left, so that each round has less to do
        off_m += step_m
        step_m *= 2.0
    corners = shapely.get_coordinates(line)[:-1] if closed else shapely.get_coordinates(line)
    if closed and (not 3 <= len(corners) < MOST_CORNERS or not shapely.Polygon(corners).is_valid):
        around = shapely.MultiPoint(flat).convex_hull.simplify(most_m)  # ragged or crossing itself: what is around it
        corners = shapely.get_coordinates(around)[:-1]
        off_m = float(shapely.distance(shapely.points(flat), shapely.boundary(around)).max())
    azimuth_deg = np.degrees(np.arctan2(corners[:, 0], corners[:, 1]))
    new_lat, new_lon = destination(lat0, lon0, azimuth_deg, np.hypot(corners[:, 0], corners[:, 1]))
    return new_lat, new_lon, off_m


def _ring_order(lat: Array, lon: Array) -> NDArray[np.intp]:
    """Return the corners' order; when the ring as printed crosses itself, their order around the centre."""
    east = (lon - lon[0] + 180.0) % 360.0 - 180.0
    if shapely.Polygon(np.column_stack([east, lat])).is_valid:
        return np.arange(lat.size)
    angle = np.arctan2(lat - lat.mean(), (east - east.mean()) * np.cos(np.radians(lat.mean())))
    return np.argsort(angle)

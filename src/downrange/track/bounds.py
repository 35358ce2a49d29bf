"""Where the impact point of a sound flight may wander: the swath from the pad through the announced areas.

Everything is measured along and across one geodesic, from the pad through the farthest area: this knows no special
meridian and no pole. Beside the line lengths along it are too long, 1 % at 900 km from it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError
from downrange.earth import along_cross, destination, range_azimuth

_PAD_M = 20_000.0  # assumed: so near the pad an impact point is nobody's surprise
_MARGIN_M = 10_000.0  # assumed: areas are drawn for pieces that fall with air, the impact point is without
_ONWARD_M = 10_000_000.0  # beyond the last area, while the flight may reach orbit: the impact point leaves the Earth
_FAR_M = 10_000_000.0  # farther from the pad an impact point says nothing of the course
# The way onward gets so much wider on each side: the Earth turns under the fall by up to 0.46 km a second, and courses
# bend. A shipped flight that turns to a polar orbit behind its last area is 30 % beside the line there.
_WIDENS = 0.35
_BENDS = 0.06  # assumed: how far a course may bend out between two areas, as a share of the gap
_TRACE_M = 50_000.0  # assumed: how far a sound flight may sweep beside its plan
_SIDE_M = 25_000.0  # sides of an area are bent to the line at points so far apart
_ROUND, _RINGS = 36, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The swath, in metres along a geodesic and across it, positive to the right.

    lat_deg, lon_deg, azimuth_deg: where the geodesic begins, and which way
    flat_m:    the swath, pad to last area
    onward_m:  the same with the way on beyond the last area, to where an impact point vanishes
    source:    what it was made of
    """

    lat_deg: float
    lon_deg: float
    azimuth_deg: float
    flat_m: BaseGeometry
    onward_m: BaseGeometry
    source: str

    def along_across_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Array, Array]:
        """Return how far points lie along the line and to the right of it; NaN for those that are no numbers.

        Of the ground below a vehicle the second is how far it is off its plane, as the plane was at the pad.
        """
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float))
        along, across = np.full(lat.shape, np.nan), np.full(lat.shape, np.nan)
        there = np.isfinite(lat) & np.isfinite(lon)
        if there.any():
            along[there], across[there] = along_cross(
                lat[there], lon[there], self.lat_deg, self.lon_deg, self.azimuth_deg
            )
        return along, across

    def distance_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike, *, onward: bool = False) -> Array:
        """Return how far points lie outside the swath; negative inside, NaN for those that are no numbers.

        onward: the flight may still reach orbit, and beyond the last area is no more outside; then NaN also for points
            more than a quarter of the Earth away, which say nothing of the course any more
        """
        along, across = self.along_across_m(lat_deg, lon_deg)
        shape = self.onward_m if onward else self.flat_m
        out = np.full(along.shape, np.nan)
        there = np.isfinite(along) & ~(onward & (np.hypot(along, across) > _FAR_M))
        points = shapely.points(along[there], across[there])
        away = shapely.distance(shape.boundary, points)
        out[there] = np.where(shapely.contains(shape, points), -away, away)
        return out

    def p_outside(
        self,
        lat_deg: float,
        lon_deg: float,
        *,
        sigma_major_m: float,
        sigma_minor_m: float,
        axis_deg: float,
        onward: bool = False,
    ) -> float:
        """Return the probability that an impact point spread as this ellipse lies outside; NaN when there is none.

        The ellipse is one sigma, its long axis at this azimuth, as in `Impact`. Good to a percent. Onward as in
        `distance_m`.
        """
        known = np.isfinite([lat_deg, lon_deg, sigma_major_m, sigma_minor_m, axis_deg]).all()
        if not known or np.isnan(self.distance_m(lat_deg, lon_deg, onward=onward)):
            return math.nan
        along, across = self.along_across_m(*destination(lat_deg, lon_deg, axis_deg, np.array([0.0, 1_000.0])))
        axis = math.atan2(across[1] - across[0], along[1] - along[0])
        u, v = _cloud()
        major, minor = u * sigma_major_m, v * sigma_minor_m
        x = along[0] + major * math.cos(axis) - minor * math.sin(axis)
        y = across[0] + major * math.sin(axis) + minor * math.cos(axis)
        inside = shapely.contains_xy(self.onward_m if onward else self.flat_m, x, y)
        return float(1.0 - inside.mean())

    def share_outside(self, lat_deg: ArrayLike, lon_deg: ArrayLike, *, onward: bool = False) -> float:
        """Return the share of a crowd of impacts that lies outside; NaN rows are left out, and alone give NaN."""
        away = self.distance_m(lat_deg, lon_deg, onward=onward)
        there = np.isfinite(away)
        return float((away[there] > 0.0).mean()) if there.any() else math.nan

    def outline_latlon(self, *, onward: bool = False) -> tuple[tuple[Array, Array], ...]:
        """Return latitudes and longitudes of the edge of each part of the swath."""
        shape = shapely.segmentize(self.onward_m if onward else self.flat_m, _SIDE_M)
        rings = [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in shapely.get_parts(shape)]
        return tuple(self._on_earth(ring) for ring in rings)

    def _on_earth(self, flat_m: Array) -> tuple[Array, Array]:
        """Return latitude and longitude of points along and across the line."""
        along, across = flat_m.T
        lat0, lon0 = np.full(len(along), self.lat_deg), np.full(len(along), self.lon_deg)
        lat, lon = destination(lat0, lon0, self.azimuth_deg, along)
        _, back = range_azimuth(lat, lon, lat0, lon0)
        heading = np.where(along > 1.0, back + 180.0, np.where(along < -1.0, back, self.azimuth_deg))
        return destination(lat, lon, heading + 90.0, across)


def bounds_of(
    lat_deg: float,
    lon_deg: float,
    areas_lonlat: Sequence[BaseGeometry],
    *,
    pad_m: float = _PAD_M,
    margin_m: float = _MARGIN_M,
    trace: tuple[ArrayLike, ArrayLike] | None = None,
    trace_m: float = _TRACE_M,
    source: str = "announced areas",
) -> Bounds:
    """Return the swath from a pad through areas (shapely, longitude first, as `notice.Area.geometry_lonlat` gives them).

    pad_m: radius about the pad that belongs to it; margin_m: how much wider than the areas it is
    trace: latitudes and longitudes that the impact point of the planned flight sweeps, where somebody knows them; the
        swath then holds all within trace_m of it, too
    Neighbouring areas, in order of distance, are joined by all that lies between them, with room for a bend; so are the
    pad and the first, without.

    >>> bounds = bounds_of(0.0, 0.0, [shapely.box(-0.5, 8.0, 0.5, 9.0)])  # straight north
    >>> f"{bounds.distance_m(4.0, 0.0) / 1e3:.0f} km, {bounds.distance_m(4.0, 1.0) / 1e3:.0f} km"
    '-43 km, 68 km'
    """
    shapes = [area for area in areas_lonlat if not area.is_empty]
    if not shapes:
        raise InputError(where="bounds", seen="no area", cure="give at least one announced area")
    rims = [_rim(area) for area in shapes]
    middles = [_middle(*rim) for rim in rims]
    far = [float(range_azimuth(lat_deg, lon_deg, *middle)[0]) for middle in middles]
    last = middles[int(np.argmax(far))]
    azimuth_deg = float(range_azimuth(lat_deg, lon_deg, *last)[1])
    flat = [shapely.Point(0.0, 0.0).buffer(pad_m)]
    for i in np.argsort(far, kind="stable"):
        rim_lat, rim_lon = rims[i]
        along, across = along_cross(rim_lat, rim_lon, lat_deg, lon_deg, azimuth_deg)
        flat.append(shapely.MultiPoint(np.column_stack([along, across])).convex_hull.buffer(margin_m))
    swept = None
    if trace is not None:
        along, across = _swept(*trace, lat_deg, lon_deg, azimuth_deg)
        swept = shapely.LineString(np.column_stack([along, across])).buffer(trace_m) if along.size > 1 else None
    return _joined(lat_deg, lon_deg, azimuth_deg, flat, source, swept, bends=_BENDS)


def bounds_along(
    lat_deg: ArrayLike, lon_deg: ArrayLike, half_width_m: ArrayLike, *, source: str = "centre line"
) -> Bounds:
    """Return the swath about a centre line of points (n,), from the pad on, with half-widths (n,) or one for all."""
    lat, lon, half = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (lat_deg, lon_deg, half_width_m)))
    if lat.ndim != 1 or lat.size < 2 or not np.isfinite([lat, lon, half]).all() or (half <= 0.0).any():
        raise InputError(
            where="bounds",
            seen=f"a centre line of shape {lat.shape}",
            cure="give two points or more, in degrees, and half-widths above 0 m",
        )
    azimuth_deg = float(range_azimuth(lat[0], lon[0], lat[-1], lon[-1])[1])
    along, across = along_cross(lat, lon, float(lat[0]), float(lon[0]), azimuth_deg)
    flat = [shapely.Point(x, y).buffer(w) for x, y, w in zip(along, across, half, strict=True)]
    return _joined(float(lat[0]), float(lon[0]), azimuth_deg, flat, source)


def _swept(
    trace_lat_deg: ArrayLike, trace_lon_deg: ArrayLike, lat_deg: float, lon_deg: float, azimuth_deg: float
) -> tuple[Array, Array]:
    """Return a trace along and across the line, as far as it says anything."""
    lat, lon = np.asarray(trace_lat_deg, dtype=float), np.asarray(trace_lon_deg, dtype=float)
    there = np.isfinite(lat) & np.isfinite(lon)
    along, across = along_cross(lat[there], lon[there], lat_deg, lon_deg, azimuth_deg)
    near = np.hypot(along, across) < _FAR_M
    until = int(near.argmin()) if not near.all() else near.size
    return along[:until], across[:until]


def _joined(
    lat_deg: float,
    lon_deg: float,
    azimuth_deg: float,
    flat: list[BaseGeometry],
    source: str,
    swept: BaseGeometry | None = None,
    *,
    bends: float = 0.0,
) -> Bounds:
    """Return the swath through shapes in order: each with the next and all between them, and the way onward."""
    parts = [_between(a, b, bends if i else 0.0) for i, (a, b) in enumerate(pairwise(flat))] or flat
    _, left, end, right = flat[-1].bounds
    from_m = float(flat[-1].centroid.x)
    widen = _WIDENS * _ONWARD_M
    goes_on = shapely.Polygon(
        [(from_m, left), (from_m, right), (end + _ONWARD_M, right + widen), (end + _ONWARD_M, left - widen)]
    )
    onward = shapely.union_all([*parts, goes_on, *([] if swept is None else [swept])])
    if swept is not None:  # what it sweeps behind the last area belongs to the way onward
        parts.append(shapely.intersection(swept, shapely.box(-2.0 * _FAR_M, -2.0 * _FAR_M, end, 2.0 * _FAR_M)))
    swath = shapely.union_all(parts)
    shapely.prepare(swath)
    shapely.prepare(onward)
    return Bounds(
        lat_deg=lat_deg, lon_deg=lon_deg, azimuth_deg=azimuth_deg, flat_m=swath, onward_m=onward, source=source
    )


def _between(a: BaseGeometry, b: BaseGeometry, bends: float) -> BaseGeometry:
    """Return two shapes with all that lies between them, and room for a bend half way, as a share of the gap."""
    gap_m = float(shapely.distance(a, b))
    if bends * gap_m == 0.0:
        return shapely.union(a, b).convex_hull
    half_m = 0.25 * sum(box[3] - box[1] for box in (a.bounds, b.bounds))
    middle = shapely.shortest_line(a.centroid, b.centroid).centroid.buffer(half_m + bends * gap_m)
    return shapely.union_all([a, b, middle]).convex_hull


def _rim(area_lonlat: BaseGeometry) -> tuple[Array, Array]:
    """Return latitudes and longitudes along the edge of an area, close enough to follow its sides."""
    step_deg = _SIDE_M / 111_195.0
    xy = shapely.get_coordinates(shapely.segmentize(area_lonlat, step_deg))
    return xy[:, 1], xy[:, 0]


def _middle(lat_deg: Array, lon_deg: Array) -> tuple[float, float]:
    """Return the middle of points through unit vectors: no meridian is special."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    x, y = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean()
    return float(np.degrees(np.arctan2(np.sin(lat).mean(), np.hypot(x, y)))), float(np.degrees(np.arctan2(y, x)))


def _cloud() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points that stand for a normal distribution in the plane, each for as much of it as any other."""
    share = (np.arange(_RINGS * _ROUND) + 0.5) / (_RINGS * _ROUND)
    radius = np.sqrt(-2.0 * np.log1p(-share))
    turn = np.arange(_RINGS * _ROUND) * math.pi * (3.0 - math.sqrt(5.0))  # the golden angle: no spokes
    return radius * np.cos(turn), radius * np.sin(turn)

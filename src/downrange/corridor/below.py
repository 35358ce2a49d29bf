"""Who lies under the ground track, and in which minute of the flight."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError
from downrange.corridor.model import Below, Named
from downrange.earth import destination, range_azimuth

_STEP_M = 1_000.0  # spacing of the track between which distances are taken as straight


def below(
    t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike, places: Iterable[Named], *, within_m: float
) -> tuple[Below, ...]:
    """Return the places within a distance of the ground track, in the order in which it comes nearest to them.

    t_s, lat_deg, lon_deg: the track, shape (n,), times rising; geodesics join its points
    places:   records with name_en, lat_deg, lon_deg; where they have a geometry_lonlat the distance is to its edge
    within_m: how near counts

    Distances are taken in an azimuthal equidistant map around each place: true from its point, and within 0.1 %
    between points 500 km from it. Times are good to the time the track takes for a kilometre; a place passed over
    is nearest in the middle of the crossing.
    """
    times, lat, lon = _track(t_s, lat_deg, lon_deg)
    if not within_m > 0.0:
        raise InputError(where="corridor", key="within_m", seen=f"{within_m:g}", cure="give a distance above 0 metres")
    rows = (_one(times, lat, lon, place, within_m) for place in places)
    return tuple(sorted((row for row in rows if row is not None), key=lambda row: row.closest_t_s))


def _track(t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Array, Array, Array]:
    """Return the track with points at most a kilometre apart."""
    times, lat, lon = (np.asarray(x, dtype=float) for x in (t_s, lat_deg, lon_deg))
    same = times.ndim == 1 and times.shape == lat.shape == lon.shape and times.size >= 2
    if not (same and np.isfinite([times, lat, lon]).all() and (np.diff(times) > 0.0).all()):
        raise InputError(
            where="corridor",
            key="track",
            seen=f"times {times.shape}, latitudes {lat.shape}, longitudes {lon.shape}",
            cure="give two finite points or more, the times rising",
        )
    range_m, azimuth_deg = range_azimuth(lat[:-1], lon[:-1], lat[1:], lon[1:])
    pieces = np.maximum(np.ceil(range_m / _STEP_M), 1.0).astype(int)
    leg = np.repeat(np.arange(pieces.size), pieces)
    part = (np.arange(leg.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[leg]
    fine_lat, fine_lon = destination(lat[leg], lon[leg], azimuth_deg[leg], part * range_m[leg])
    fine_t = times[leg] + part * np.diff(times)[leg]
    return np.append(fine_t, times[-1]), np.append(fine_lat, lat[-1]), np.append(fine_lon, lon[-1])


def _one(times: Array, lat: Array, lon: Array, place: Named, within_m: float) -> Below | None:
    """Return the row of one place, or None when the track stays away."""
    range_m, azimuth_deg = range_azimuth(place.lat_deg, place.lon_deg, lat, lon)
    shape, reach_m = _flat_shape(place)
    if not float(range_m.min()) <= within_m + reach_m + _STEP_M:
        return None
    near = np.flatnonzero(range_m <= within_m + reach_m + 2.0 * _STEP_M)
    first, last = max(near[0] - 1, 0), min(near[-1] + 2, times.size)
    azimuth = np.radians(azimuth_deg[first:last])
    flat = range_m[first:last, None] * np.column_stack([np.sin(azimuth), np.cos(azimuth)])
    starts, ends = flat[:-1], flat[1:]
    steps = shapely.linestrings(np.stack([starts, ends], axis=1))
    step_m = shapely.distance(steps, shape)
    point_m = shapely.distance(shapely.points(flat), shape)
    inside = np.flatnonzero(step_m <= within_m)
    if inside.size == 0:
        return None
    t = times[first:last]
    best = int(np.argmin(step_m))
    within = np.flatnonzero(point_m <= within_m)
    at = float(t[best] + (t[best + 1] - t[best]) * _fraction(starts[best], ends[best], shape))
    over = np.flatnonzero(step_m == 0.0)
    if over.size > 1:
        at = 0.5 * float(t[over[0]] + t[over[-1] + 1])
    return Below(
        place=place,
        name=place.name_en,
        minute=int(at // 60.0),
        first_t_s=float(t[within[0]]) if within.size else at,
        closest_t_s=at,
        last_t_s=float(t[within[-1]]) if within.size else at,
        distance_m=float(step_m[best]),
    )


def _fraction(start: Array, end: Array, shape: BaseGeometry) -> float:
    """Return how far along a step [0, 1] the track is nearest to a shape."""
    step = shapely.LineString([start, end])
    if step.length == 0.0:
        return 0.0
    nearest = shapely.Point(shapely.get_coordinates(shapely.shortest_line(step, shape))[0])
    return float(step.project(nearest, normalized=True))


def _flat_shape(place: Named) -> tuple[BaseGeometry, float]:
    """Return the place on its own flat map, and how far [m] it reaches from its point."""
    geometry = getattr(place, "geometry_lonlat", None)
    if geometry is None or geometry.is_empty:
        return shapely.Point(0.0, 0.0), 0.0

    def flatten(lonlat: Array) -> Array:
        range_m, azimuth_deg = range_azimuth(place.lat_deg, place.lon_deg, lonlat[:, 1], lonlat[:, 0])
        azimuth = np.radians(azimuth_deg)
        return np.column_stack([range_m * np.sin(azimuth), range_m * np.cos(azimuth)])

    flat = shapely.transform(geometry, flatten)
    xy = shapely.get_coordinates(flat)
    return flat, float(np.hypot(xy[:, 0], xy[:, 1]).max())

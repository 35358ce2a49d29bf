"""Who lies under the ground track, and in which minute of the flight."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError
from downrange.corridor.model import Below, Named
from downrange.earth import destination, east_north, range_azimuth

_STEP_M = 1_000.0  # spacing of the track between which distances are taken as straight
LEAST_RADIUS_M = 6_335_000.0  # the meridian's radius of curvature at the equator: chords times this are never too long


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
    towards = unit(lat, lon)
    rows = (_one(times, lat, lon, towards, place, within_m) for place in places)
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


def unit(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Return unit vectors of a sphere, shape (..., 3), to sort out what is far without a geodesic."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def _one(times: Array, lat: Array, lon: Array, towards: Array, place: Named, within_m: float) -> Below | None:
    """Return the row of one place, or None when the track stays away."""
    away = np.linalg.norm(towards - unit(place.lat_deg, place.lon_deg), axis=-1) * LEAST_RADIUS_M
    near = np.flatnonzero(away <= within_m + reach(place) + 2.0 * _STEP_M)
    if near.size == 0:
        return None
    first, last = max(int(near[0]) - 1, 0), min(int(near[-1]) + 2, times.size)
    t = times[first:last]
    if t.size < 2:
        return None
    shape = flat_shape(place)
    flat = _flat(place, lat[first:last], lon[first:last])
    line = shapely.LineString(flat)
    distance_m = float(line.distance(shape))
    if distance_m > within_m:
        return None
    shapely.prepare(shape)
    at = _closest(t, flat, line, shape)
    within = np.flatnonzero(shapely.dwithin(shape, shapely.points(flat), within_m))
    return Below(
        place=place,
        name=place.name_en,
        minute=int(at // 60.0),
        first_t_s=float(t[within[0]]) if within.size else at,
        closest_t_s=at,
        last_t_s=float(t[within[-1]]) if within.size else at,
        distance_m=distance_m,
    )


def _closest(t_s: Array, flat: Array, line: BaseGeometry, shape: BaseGeometry) -> float:
    """Return when the track is nearest to a shape [s]; the middle of the crossing when it passes over."""
    over = np.flatnonzero(shapely.intersects(shape, shapely.linestrings(np.stack([flat[:-1], flat[1:]], axis=1))))
    if over.size > 1:
        return 0.5 * float(t_s[over[0]] + t_s[over[-1] + 1])
    nearest = shapely.Point(shapely.get_coordinates(shapely.shortest_line(line, shape))[0])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=1))])
    return float(np.interp(line.project(nearest), along, t_s))


def reach(place: Named) -> float:
    """Return a bound [m] on how far the place reaches from its point, from the corners of its box."""
    geometry = getattr(place, "geometry_lonlat", None)
    if geometry is None or geometry.is_empty:
        return 0.0
    west, south, east, north = geometry.bounds
    corners = unit([south, south, north, north], [west, east, east, west])
    chord = float(np.linalg.norm(corners - unit(place.lat_deg, place.lon_deg), axis=-1).max())
    return 1.02 * chord * LEAST_RADIUS_M


def _flat(place: Named, lat_deg: Array, lon_deg: Array) -> Array:
    """Return points (n, 2) in metres east and north on the flat map around the place."""
    return np.column_stack(east_north(place.lat_deg, place.lon_deg, lat_deg, lon_deg))


def flat_shape(place: Named) -> BaseGeometry:
    """Return the place on its own flat map."""
    geometry = getattr(place, "geometry_lonlat", None)
    if geometry is None or geometry.is_empty:
        return shapely.Point(0.0, 0.0)
    return shapely.transform(geometry, lambda lonlat: _flat(place, lonlat[:, 1], lonlat[:, 0]))

"""The trace of the instantaneous impact point: how long it stays over each cell and area, how fast it moves, how drag bends it."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, ModelError, wgs84
from downrange.earth import destination, range_azimuth
from downrange.fall.drop import drop, impact_point
from downrange.fall.grid import Cells, Grid

_STEPS_PER_CELL = 20.0  # a step's seconds are given to the cell of its middle
_NARROWEST = 0.01  # of a cell at the equator: nearer to a pole cells are not told apart so well
_MOST_STEPS = 2_000_000
_AREA_STEP_M = 100.0


def dwell_cells(grid: Grid, t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Cells, Array]:
    """Return (cells ascending, seconds over each) of an impact point given at times t_s (n,); NaN where there is none.

    Between two times it moves evenly along the geodesic. The seconds of all cells sum to the time that it was on the
    ground; how they are shared at the edge of a cell is right to a twentieth of the time over that cell.
    """
    far_deg = float(np.max(np.abs(lat_deg), initial=0.0, where=np.isfinite(lat_deg)))
    side_deg = min(grid.lat_step_deg, grid.lon_step_deg * max(np.cos(np.radians(far_deg)), _NARROWEST))
    step_m = side_deg * wgs84.METRES_PER_DEGREE / _STEPS_PER_CELL
    lat, lon, seconds = _steps(t_s, lat_deg, lon_deg, step_m)
    cells, at = np.unique(grid.cell_of(lat, lon), return_inverse=True)
    return cells, np.asarray(np.bincount(at, weights=seconds, minlength=len(cells)), dtype=float)


def dwell_inside(area_lonlat: BaseGeometry, t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> float:
    """Return the seconds for which an impact point lies inside an area, longitude first, cut at 180 degrees.

    Its way is walked in steps of 100 m at most, or of one two-millionth of it.
    """
    lat, lon, seconds = _steps(t_s, lat_deg, lon_deg, _AREA_STEP_M)
    shapely.prepare(area_lonlat)
    return float(seconds[shapely.intersects_xy(area_lonlat, lon, lat)].sum())


def trace_speed_mps(t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Return the speed of an impact point over the ground at times t_s (n,): mean of the ways before and after.

    NaN where a neighbour is missing.

    >>> trace_speed_mps([0.0, 10.0, 20.0], [0.0, 0.0, 0.0], [179.9, 180.0, -179.9]).round().tolist()
    [1113.0, 1113.0, 1113.0]
    """
    t, lat, lon = _trace(t_s, lat_deg, lon_deg)
    way, _ = range_azimuth(lat[:-1], lon[:-1], lat[1:], lon[1:])
    way = np.where(np.isfinite(lat[1:]) & np.isfinite(lat[:-1]), way, np.nan)
    before, after = np.concatenate([[0.0], way]), np.concatenate([way, [0.0]])
    span = np.diff(t)
    return np.asarray((before + after) / (np.concatenate([[0.0], span]) + np.concatenate([span, [0.0]])))


def impact_points(r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike, betas_kgpm2: ArrayLike) -> tuple[Array, Array, Array]:
    """Return latitude [deg], longitude [deg] and time to go [s], each (..., m), for a spread of ballistic coefficients (m,).

    r_ecef_m, v_ecef_mps: (..., 3), velocity relative to the Earth. With air, as `drop`; an infinite coefficient is the
    airless closed form of `impact_point`. NaN where the body stays up.
    """
    r, v = np.broadcast_arrays(np.asarray(r_ecef_m, dtype=float), np.asarray(v_ecef_mps, dtype=float))
    betas = np.atleast_1d(np.asarray(betas_kgpm2, dtype=float))
    if betas.ndim != 1 or not np.all(betas > 0.0):
        raise ModelError(f"ballistic coefficients {betas.tolist()}: give a list of positive ones, inf for no air")
    states = r.reshape(-1, 3), v.reshape(-1, 3)
    out = np.full((3, len(states[0]), len(betas)), np.nan)
    airless = np.isinf(betas)
    if airless.any():
        for into, values in zip(out, impact_point(*states), strict=True):
            into[:, airless] = values[:, None]
    count = int((~airless).sum())
    if count:
        r_each, v_each = (np.repeat(part, count, axis=0) for part in states)
        hit = drop(np.zeros(len(r_each)), r_each, v_each, np.tile(betas[~airless], len(states[0])))
        for into, values in zip(out, (hit.lat_deg, hit.lon_deg, hit.t_s), strict=True):
            into[:, ~airless] = values.reshape(-1, count)
    lat, lon, t = (part.reshape(*r.shape[:-1], len(betas)) for part in out)
    return lat, lon, t


def _trace(t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[Array, Array, Array]:
    """Return a trace as arrays, or say what is wrong with it."""
    t, lat, lon = (np.asarray(part, dtype=float) for part in (t_s, lat_deg, lon_deg))
    if t.ndim != 1 or not t.shape == lat.shape == lon.shape or len(t) < 2:
        raise ModelError(f"a trace of {t.shape}, {lat.shape} and {lon.shape}: give two points or more, as many of each")
    if not np.all(np.diff(t) > 0.0):
        raise ModelError("the times of a trace must rise from point to point. Are they sorted?")
    return t, lat, lon


def _steps(t_s: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike, step_m: float) -> tuple[Array, Array, Array]:
    """Return the middles of short steps along a trace and the seconds of each; parts that lead nowhere are left out."""
    t, lat, lon = _trace(t_s, lat_deg, lon_deg)
    known = np.isfinite(lat) & np.isfinite(lon)
    both = known[:-1] & known[1:]
    if not both.any():
        return np.empty(0), np.empty(0), np.empty(0)
    start = lat[:-1][both], lon[:-1][both]
    way, azimuth = range_azimuth(*start, lat[1:][both], lon[1:][both])
    step_m = max(step_m, float(way.sum()) / _MOST_STEPS)
    count = np.maximum(np.ceil(way / step_m), 1.0).astype(np.int64)
    leg = np.repeat(np.arange(len(count)), count)
    along = (np.arange(len(leg)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[leg]
    mid_lat, mid_lon = destination(start[0][leg], start[1][leg], azimuth[leg], along * way[leg])
    return np.asarray(mid_lat), np.asarray(mid_lon), np.diff(t)[both][leg] / count[leg]

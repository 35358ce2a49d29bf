"""When satellites can see points: the door of the search."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from downrange.base import Array, InputError, after, ecef_from_geodetic, units, utc, wgs84
from downrange.coverage._kernel.order import by_point
from downrange.coverage._kernel.passes import ELEVATION, ROUND_NADIR, TRUE_NADIR, find_passes
from downrange.coverage.model import Accesses, Cone, Nadir, Points, Sensor
from downrange.coverage.paths import Paths, paths_of
from downrange.orbit import ElementSet

_DEFLECTED = 0.0035  # the ellipsoid's normal is at most this far [rad] from the radius; wgs84.E2 / 2, rounded up
_BAND_RAD = math.radians(2.0)
_CHUNKS = 16  # of time; a fixed number, so that threads change nothing


def accesses(
    satellites: Sequence[ElementSet],
    points: Points,
    sensor: Sensor,
    start: datetime,
    days: float,
    *,
    max_age_days: float = 30.0,
    threads: int | None = None,
) -> Accesses:
    """Return when each satellite can see each point, between a UTC moment and so many days later.

    satellites:   element sets; SGP4 moves them, UT1 = UTC
    max_age_days: refuse a span farther than this from an element set's epoch, where SGP4 only guesses
    threads:      how many work; all cores when not given. The answer does not depend on it.
    Edges meet those of SGP4's own positions to 10 ms, and to 1 ms where a window does not graze its limit.
    """
    start = utc(start, where="start")
    span_s = days * units.DAY
    if not 0.0 < days < 36_525.0:
        raise InputError(where="days", seen=f"{days:g}", cure="give how many days to look, more than 0")
    #refuse_old(satellites, start, after(start, span_s), max_age_days)
    paths = paths_of(satellites, start, span_s, with_normal=needs_normal(sensor))
    satellite, point, start_s, end_s, open_start, open_end = windows(paths, index_of(points), sensor, threads=threads)
    return Accesses(
        satellites=paths.names,
        start=start,
        span_s=span_s,
        points=points,
        sensor=sensor,
        satellite=satellite,
        point=point,
        start_s=start_s,
        end_s=end_s,
        open_start=open_start,
        open_end=open_end,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PointIndex:
    """Points sorted for the search: by band of geocentric latitude, then by longitude.

    place:      (n,) where each stood as given
    rows:       (n, 8) x, y, z, |q|^2, upward normal (3), q.n: metres, Earth-fixed
    xyz:        (3, n) positions again, a row an axis
    lon:        (n,) [rad], -pi to pi
    band_start: (bands + 1,) where each band begins
    band_trig:  (bands + 1, 3) sine and cosine of each edge's latitude, and the latitude [rad]
    region:     (4,) direction of a cap that holds all, and its radius [rad]
    """

    place: np.ndarray
    rows: Array
    xyz: Array
    lon: Array
    band_start: np.ndarray
    band_trig: Array
    region: Array


def index_of(points: Points) -> PointIndex:
    """Sort points for the search; do it once for many calls of `windows`."""
    lat, lon = np.radians(points.lat_deg), np.radians(points.lon_deg)
    normal = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    q = ecef_from_geodetic(points.lat_deg, points.lon_deg, points.alt_m)
    squared = np.einsum("ni,ni->n", q, q)
    height = np.arcsin(q[:, 2] / np.sqrt(squared))
    round_lon = np.arctan2(q[:, 1], q[:, 0])
    south = math.floor(height.min() / _BAND_RAD)
    count = math.floor(height.max() / _BAND_RAD) - south + 1
    band = np.floor(height / _BAND_RAD).astype(np.int64) - south
    order = np.lexsort((round_lon, band))
    edges = _BAND_RAD * (south + np.arange(count + 1))
    rows = np.column_stack([q, squared, normal, np.einsum("ni,ni->n", q, normal)])[order]
    unit = q / np.sqrt(squared)[:, None]
    middle = unit.mean(axis=0)
    length = float(np.linalg.norm(middle))
    middle = middle / length if length > 1e-6 else np.array([0.0, 0.0, 1.0])
    radius = math.acos(float(np.clip((unit @ middle).min(), -1.0, 1.0))) + 1e-6
    return PointIndex(
        place=order,
        rows=np.ascontiguousarray(rows),
        xyz=np.ascontiguousarray(q[order].T),
        lon=round_lon[order],
        band_start=np.searchsorted(band[order], np.arange(count + 1)),
        band_trig=np.column_stack([np.sin(edges), np.cos(edges), edges]),
        region=np.array([*middle, radius]),
    )


def needs_normal(sensor: Sensor) -> bool:
    """Say whether a sensor's field hangs on the ellipsoid's normal, so that paths need its columns."""
    return sensor.nadir is Nadir.GEODETIC


def windows(
    paths: Paths, index: PointIndex, sensor: Sensor, *, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, Array, Array, np.ndarray, np.ndarray]:
    """Return satellite, point, start_s, end_s, open_start, open_end of all windows, sorted by point, then by start."""
    workers = threads or os.cpu_count() or 1
    plan = _plan(paths, index, sensor)
    edges = np.linspace(0.0, paths.span_s, _CHUNKS + 1)
    edges[0], edges[-1] = -1e12, 1e12

    def part(k: int) -> tuple[np.ndarray, np.ndarray]:
        return find_passes(
            edges[k], edges[k + 1], paths.span_s, plan.satellites, paths.coef, paths.first_arc, paths.begin_s,
            paths.arc_s, plan.caps, plan.limits, plan.limit_count, index.rows, index.xyz, index.lon,
            index.band_start, index.band_trig, plan.p_max_m, index.region,
        )  # fmt: skip

    if workers == 1:
        parts = [part(k) for k in range(_CHUNKS)]
    else:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(part, range(_CHUNKS)))
    spans = np.concatenate([p[0] for p in parts])
    whose = np.concatenate([p[1] for p in parts])
    return by_point(spans, whose, index.place, paths.span_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What the search needs to know of each satellite's limits."""

    satellites: np.ndarray
    caps: Array
    limits: Array
    limit_count: np.ndarray
    p_max_m: float


def _plan(paths: Paths, index: PointIndex, sensor: Sensor) -> _Plan:
    """Choose for each satellite which limits can matter, and how far from its foot anything is seen."""
    lengths = np.sqrt(index.rows[:, 3])
    low_m, high_m = float(lengths.min()), float(lengths.max())
    eta = math.radians(sensor.field.half_angle_deg) if isinstance(sensor.field, Cone) else 0.5 * math.pi
    el = math.radians(sensor.min_elevation_deg)
    m = len(paths)
    caps, limits, count = np.empty(m), np.zeros((m, 2, 3)), np.zeros(m, np.int64)
    for k in range(m):
        near, far = paths.lowest_m[k], paths.highest_m[k]
        horizon = _horizon_cap(far / low_m, el - _DEFLECTED)
        cone = _cone_cap(far / low_m, eta + _DEFLECTED)
        caps[k] = min(horizon, cone)
        if math.sin(eta) * near < high_m:
            kind = ROUND_NADIR if sensor.nadir is Nadir.GEOCENTRIC else TRUE_NADIR
            limits[k, count[k]] = kind, math.cos(eta), math.sin(eta) ** 2
            count[k] += 1
        if cone >= _horizon_cap(near / high_m, el + _DEFLECTED) - _DEFLECTED:
            limits[k, count[k]] = ELEVATION, math.sin(el), 0.0
            count[k] += 1
    return _Plan(satellites=np.arange(m), caps=caps, limits=limits, limit_count=count, p_max_m=high_m)


def _horizon_cap(ratio: float, el: float) -> float:
    """Return how far from the foot [rad] a satellite at so many Earth radii is at an elevation."""
    return math.acos(min(1.0, math.cos(el) / ratio)) - el


def _cone_cap(ratio: float, eta: float) -> float:
    """Return how far from the foot [rad] the edge of a cone meets the ground; as far as the limb where it misses."""
    reach = ratio * math.sin(min(eta, 0.5 * math.pi))
    return math.asin(reach) - eta if reach < 1.0 else math.acos(min(1.0, 1.0 / ratio))

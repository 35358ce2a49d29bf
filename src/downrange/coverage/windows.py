"""Windows of paths over indexed points: the fast search where an orbit is simple, samples where it is not.

A satellite low and nearly round passes a point once a revolution. Limits that hang on nadir or on the horizon are then
solved pass by pass. What else there is (fields that point elsewhere, a cone that touches the limb, the sun) is sampled
inside the windows of a wider field. High and long orbits are sampled throughout.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, julian_pair, units
from downrange.coverage._kernel.block import ELEVATION, ROUND_NADIR, TRUE_NADIR
from downrange.coverage._kernel.order import by_point
from downrange.coverage._kernel.passes import find_passes
from downrange.coverage._kernel.scan import scan_windows
from downrange.coverage._kernel.sight import ABOVE, CONE_FIELD, IN_FIELD, IN_SUN, NO_FIELD, RECTANGLE, REGARD
from downrange.coverage.indexed import PointIndex
from downrange.coverage.model import Cone, Nadir, Rectangle, Sensor
from downrange.coverage.paths import TURN_RADPS, Paths
from downrange.orbit import sun_direction

Found = tuple[np.ndarray, np.ndarray]  # windows (k, 2) [s], and (satellite, point) of each

_DEFLECTED = 0.0035  # the ellipsoid's normal is at most this far [rad] from the radius: half of wgs84.E2, rounded up
_NEAR_LIMB = 1e-3  # a cone whose edge comes this near the limb, as a share, is sampled
_CHUNKS = 16  # of time; a fixed number, so that the answer does not depend on the threads
_BLOCK = 512  # points of a high orbit that one thread takes at once
_FIELD_STEPS, _HIGH_STEPS, _SUN_STEP_S = 50, 10, 60.0  # samples in an arc of half a radian
_SUN_TABLE_S = 300.0


def needs_normal(sensor: Sensor) -> bool:
    """Say whether a sensor's field hangs on the ellipsoid's normal, so that paths need its columns."""
    return sensor.nadir is Nadir.GEODETIC


def windows(
    paths: Paths, index: PointIndex, sensor: Sensor, *, threads: int | None = None
) -> tuple[np.ndarray, np.ndarray, Array, Array, np.ndarray, np.ndarray]:
    """Return satellite, point, start_s, end_s, open_start, open_end of all windows, sorted by point, then by start."""
    plan = _plan(paths, index, sensor)
    workers = threads or os.cpu_count() or 1
    found: list[Found] = []
    with ThreadPoolExecutor(workers) as pool:
        apply = pool.map if workers > 1 else map
        if plan.simple.size:
            passes = _together(_passes(paths, index, plan, apply))
            parts = [passes] if not plan.sampled.any() else _sampled(passes, paths, index, plan, apply)
            found.extend(parts)
        found.extend(_high(paths, index, plan, apply))
    spans, whose = _together(found)
    return by_point(spans, whose, index.place, paths.span_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How each of m satellites is searched.

    simple, high:         numbers of those searched pass by pass, and of those sampled throughout
    caps:                 (m,) how far from the foot anything is seen [rad]
    limits, limit_count:  (m, 2, 3), (m,) limits of a pass, see `_kernel.passes`
    sampled:              (m,) what is sampled inside those windows, as `parts` of `_kernel.sight`; 0 for nothing
    field, sun:           see `_kernel.sight`
    """

    simple: np.ndarray
    high: np.ndarray
    caps: Array
    limits: Array
    limit_count: np.ndarray
    sampled: np.ndarray
    p_max_m: float
    sin_el: float
    field: Array
    sun: Array
    sin_sun: float


def _plan(paths: Paths, index: PointIndex, sensor: Sensor) -> _Plan:
    """Choose how to search, and what of the sensor's limits can matter."""
    lengths = np.sqrt(index.rows[:, 3])
    low_m, high_m = float(lengths.min()), float(lengths.max())
    field, outer = _field(sensor)
    about_nadir = isinstance(sensor.field, Cone) and sensor.field.about_nadir and sensor.agility is None
    tilt = _DEFLECTED if needs_normal(sensor) else 0.0
    el = math.radians(sensor.min_elevation_deg)
    sunlit = IN_SUN if sensor.min_sun_elevation_deg is not None else 0
    m = len(paths)
    caps, limits, count = np.empty(m), np.zeros((m, 2, 3)), np.zeros(m, np.int64)
    sampled = np.full(m, sunlit)
    for k in range(m):
        near, far = float(paths.lowest_m[k]), float(paths.highest_m[k])
        cone, horizon = _cone_cap(far / low_m, outer + _DEFLECTED), _horizon_cap(far / low_m, el - _DEFLECTED)
        inside = math.sin(outer - tilt) * near >= high_m * (1.0 + _NEAR_LIMB)  # the whole Earth is in the cone
        clear = math.sin(min(outer + tilt, 0.5 * math.pi)) * far <= low_m * (
            1.0 - _NEAR_LIMB
        )  # its edge meets the ground all the way round
        caps[k] = min(cone, horizon) if clear else horizon  # else the limb of a sphere, short of the ellipsoid's
        if clear:
            kind = TRUE_NADIR if needs_normal(sensor) else ROUND_NADIR
            limits[k, count[k]] = kind, math.cos(outer), math.sin(outer) ** 2
            count[k] += 1
        if not about_nadir or not (clear or inside):
            sampled[k] |= IN_FIELD
        if not clear or cone >= _horizon_cap(near / high_m, el + _DEFLECTED) - _DEFLECTED:
            limits[k, count[k]] = ELEVATION, math.sin(el), 0.0
            count[k] += 1
    return _Plan(
        simple=np.flatnonzero(paths.simple),
        high=np.flatnonzero(~paths.simple),
        caps=caps,
        limits=limits,
        limit_count=count,
        sampled=sampled,
        p_max_m=high_m,
        sin_el=math.sin(el),
        field=field,
        sun=_sun_table(paths) if sunlit else np.empty((0, 3)),
        sin_sun=math.sin(math.radians(sensor.min_sun_elevation_deg or 0.0)),
    )


def _field(sensor: Sensor) -> tuple[Array, float]:
    """Return the field as `_kernel.sight` wants it, and the largest angle off nadir [rad] in it, at most a right one."""
    shape, agility = sensor.field, sensor.agility
    roll, pitch = math.radians(shape.roll_deg), math.radians(shape.pitch_deg)
    if isinstance(shape, Cone):
        along = across = corner = math.radians(shape.half_angle_deg)
    else:
        along, across = math.radians(shape.along_deg), math.radians(shape.across_deg)
        corner = math.atan(math.hypot(math.tan(along), math.tan(across)))
    if agility is not None:
        most_roll = min(math.radians(agility.roll_deg) + across, 0.5 * math.pi)
        most_pitch = min(math.radians(agility.pitch_deg) + along, 0.5 * math.pi)
        cosine = math.cos(min(abs(roll) + most_roll, 0.5 * math.pi)) * math.cos(
            min(abs(pitch) + most_pitch, 0.5 * math.pi)
        )
        return np.array([REGARD, roll, pitch, most_pitch, most_roll]), math.acos(cosine)
    outer = min(math.acos(math.cos(roll) * math.cos(pitch)) + corner, 0.5 * math.pi)
    if isinstance(shape, Rectangle):
        return np.array([RECTANGLE, roll, pitch, math.tan(along), math.tan(across)]), outer
    kind = NO_FIELD if corner >= 0.5 * math.pi else CONE_FIELD
    return np.array([kind, roll, pitch, math.cos(corner), 0.0]), outer


def _horizon_cap(ratio: float, el: float) -> float:
    """Return how far from the foot [rad] a satellite at so many Earth radii is at an elevation."""
    return math.acos(min(1.0, math.cos(el) / ratio)) - el


def _cone_cap(ratio: float, eta: float) -> float:
    """Return how far from the foot [rad] the edge of a cone meets the ground; as far as the limb where it misses."""
    reach = ratio * math.sin(min(eta, 0.5 * math.pi))
    return math.asin(reach) - eta if reach < 1.0 else math.acos(min(1.0, 1.0 / ratio))


def _sun_table(paths: Paths) -> Array:
    """Return unit vectors to the sun, Earth-fixed, every 300 s from 300 s before the span to after its end."""
    t_s = _SUN_TABLE_S * np.arange(-1, math.ceil(paths.span_s / _SUN_TABLE_S) + 3)
    jd, fraction = julian_pair(paths.start)
    return sun_direction(np.full(t_s.shape, jd), fraction + t_s / units.DAY)


def _passes(paths: Paths, index: PointIndex, plan: _Plan, apply: Callable[..., Iterable[Found]]) -> list[Found]:
    """Return the windows of the simple orbits, by chunks of time."""
    edges = np.linspace(0.0, paths.span_s, _CHUNKS + 1)
    edges[0], edges[-1] = -1e12, 1e12
    flown = paths.coef, paths.first_arc, paths.begin_s, paths.arc_s
    limits = plan.caps, plan.limits, plan.limit_count, plan.p_max_m, index.region
    place = index.xyz, index.lon, index.band_start, index.band_trig

    def part(k: int) -> Found:
        found: Found = find_passes(
            edges[k], edges[k + 1], paths.span_s, plan.simple, flown, limits, index.rows, place
        )  # fmt: skip
        return found

    return list(apply(part, range(_CHUNKS)))


def _sampled(
    passes: Found, paths: Paths, index: PointIndex, plan: _Plan, apply: Callable[..., Iterable[Found]]
) -> list[Found]:
    """Return what is left of the windows of passes when the rest of the limits is looked at inside them."""
    spans, whose = np.clip(passes[0], 0.0, paths.span_s), passes[1]

    def part(k: int) -> Found:
        mine = whose[:, 0] == k
        if not plan.sampled[k]:
            return passes[0][mine], whose[mine]
        step_s = paths.arc_s[k] / _FIELD_STEPS if plan.sampled[k] & IN_FIELD else _SUN_STEP_S
        return _scan(k, spans[mine], whose[mine, 1].astype(np.int64), step_s, plan.sampled[k], paths, index, plan)

    return list(apply(part, plan.simple))


def _high(paths: Paths, index: PointIndex, plan: _Plan, apply: Callable[..., Iterable[Found]]) -> list[Found]:
    """Return the windows of high or long orbits, sampled over the whole span."""
    count = index.place.size
    work = [(k, first) for k in plan.high for first in range(0, count, _BLOCK)]

    def part(task: tuple[int, int]) -> Found:
        k, first = task
        points = np.arange(first, min(first + _BLOCK, count))
        spans = np.tile([0.0, paths.span_s], (points.size, 1))
        parts = ABOVE | IN_FIELD | plan.sampled[k]
        return _scan(k, spans, points, paths.arc_s[k] / _HIGH_STEPS, parts, paths, index, plan)

    return list(apply(part, work))


def _scan(
    k: int, spans: Array, points: np.ndarray, step_s: float, parts: int, paths: Paths, index: PointIndex, plan: _Plan
) -> Found:
    """Return the windows of one satellite inside spans."""
    if plan.field[0] == NO_FIELD:
        parts &= ~IN_FIELD
    coef = paths.coef[paths.first_arc[k] : paths.first_arc[k + 1]]
    look = (coef, paths.begin_s[k], paths.arc_s[k], TURN_RADPS, plan.sin_el, plan.field, plan.sun, plan.sin_sun)
    found: Found = scan_windows(
        np.ascontiguousarray(spans[:, 0]), np.ascontiguousarray(spans[:, 1]), points, k, step_s, int(parts), index.rows, look
    )  # fmt: skip
    return found


def _together(parts: list[Found]) -> Found:
    """Join windows found apart."""
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

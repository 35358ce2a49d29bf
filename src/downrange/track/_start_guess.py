"""A rough place and velocity from an arc of readings: near enough for `_start_arc.fit` to find the best ones.

Each sensor's sights and ranges are drawn as straight lines through time (median of slopes, Theil 1950 and Sen 1968, so
that up to a quarter of them may be nonsense) up to the moment of the newest reading; there the geometry is solved.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, geodetic_from_ecef
from downrange.track._start_arc import Arc, sight

_GRAZE: Final = 0.1  # a line this near to touching a sphere meets it at two places too alike
_POINTS: Final = 12  # of a series are enough for its line


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What one sensor says at the newest moment: from where, its value, and the value's rate."""

    sensor: int
    place: Array
    value: Array
    rate: Array


def guesses(arc: Arc) -> list[Array]:
    """Return states (9,) to begin with, most often one, with no specific force; none where the geometry gives none."""
    given: NDArray[np.bool_] = ~np.isnan(arc.z)
    radar: NDArray[np.bool_] = np.all(given[:, :3], axis=1)
    report: NDArray[np.bool_] = np.all(given[:, 4:7], axis=1)
    fixes = np.flatnonzero(radar | report)
    if fixes.size:
        frame = sight(arc.z[fixes], arc.axes[fixes])[:, 0]
        by_radar = arc.place[fixes] + arc.z[fixes, :1] * frame
        places = np.where(report[fixes, None], arc.z[fixes, 4:7], by_radar)
        r, v = _straight(arc.tau_s[fixes], places)
        fast = given[:, 7:10].all(axis=1)
        return [_state(r, np.median(arc.z[fast, 7:10], axis=0) if fast.any() else v)]
    sights = _lines(arc, given[:, 1] & given[:, 2], sight(arc.z, arc.axes)[:, 0])
    ranges = _lines(arc, given[:, 0], arc.z[:, :1])
    heights = _lines(arc, given[:, 10], arc.z[:, 10:11])
    return [_state(r, _speed(r, sights, ranges, heights)) for r in _places(sights, ranges, heights)]


def _state(r: Array, v: Array) -> Array:
    """Return the state (9,) with no force."""
    return np.concatenate([r, v, np.zeros(3)])


def _straight(tau_s: Array, y: Array) -> tuple[Array, Array]:
    """Return the value (c,) at tau 0 and the rate of a series (k, c), by medians."""
    pick = np.unique(np.linspace(0, tau_s.size - 1, min(tau_s.size, _POINTS)).round().astype(np.int64))
    t, y = tau_s[pick], y[pick]
    a, b = np.triu_indices(t.size, 1)
    apart = t[b] - t[a] > 1e-6
    if not apart.any():
        return np.median(y, axis=0), np.zeros(y.shape[1])
    slope = np.median((y[b] - y[a])[apart] / (t[b] - t[a])[apart, None], axis=0)
    return np.median(y - slope * t[:, None], axis=0), slope


def _lines(arc: Arc, which: NDArray[np.bool_], y: Array) -> list[_Line]:
    """Return a line for each sensor with at least two such readings."""
    out = []
    for s in np.unique(arc.sensor[which]).tolist():
        mine = np.flatnonzero(which & (arc.sensor == s))
        if mine.size > 1:
            value, rate = _straight(arc.tau_s[mine], y[mine])
            out.append(_Line(sensor=s, place=arc.place[mine[-1]], value=value, rate=rate))
    return out


def _places(sights: list[_Line], ranges: list[_Line], heights: list[_Line]) -> list[Array]:
    """Return where the object may be: lines of sight that meet, a sight with a sphere, or three spheres."""
    if len(sights) > 1:
        return _meeting(sights)
    if sights and ranges:
        return _on_sphere(sights[0], ranges[0].place, float(ranges[0].value[0]))
    if sights and heights:
        here = sights[0].place
        ground = np.linalg.norm(here) - float(geodetic_from_ecef(here)[2])
        return _on_sphere(sights[0], np.zeros(3), float(ground + heights[0].value[0]))
    return _three_spheres(ranges) if len(ranges) > 2 else []


def _across(u: Array) -> Array:
    """Return the projection (3, 3) across a direction."""
    u = u / np.linalg.norm(u)
    return np.eye(3) - np.outer(u, u)


def _meeting(sights: list[_Line]) -> list[Array]:
    """Return the point nearest to all lines; none where they run side by side."""
    total: Array = np.zeros((3, 3))
    moment: Array = np.zeros(3)
    for line in sights:
        across = _across(line.value)
        total += across
        moment += across @ line.place
    if np.linalg.eigvalsh(total)[0] < 1e-8:
        return []
    return [np.asarray(np.linalg.solve(total, moment), dtype=np.float64)]


def _on_sphere(line: _Line, centre: Array, radius_m: float) -> list[Array]:
    """Return the points of a line of sight, ahead of the sensor, at a distance from the centre; none where it grazes."""
    u = line.value / np.linalg.norm(line.value)
    off = line.place - centre
    middle = -float(u @ off)
    half = np.sqrt(max(0.0, middle**2 - float(off @ off) + radius_m**2))
    if half < _GRAZE * radius_m:
        return []
    return [line.place + d * u for d in (middle + half, middle - half) if d > 1.0]


def _three_spheres(ranges: list[_Line]) -> list[Array]:
    """Return the two points at three distances from the three sensors that stand widest apart."""
    widest = max(combinations(ranges, 3), key=lambda c: float(np.linalg.norm(_side(c))))
    a, b, c = widest
    normal = _side(widest)
    size = float(np.linalg.norm(normal))
    if size < 1.0:
        return []
    radius = [float(line.value[0]) for line in widest]
    # In the plane: the differences of the three spheres' equations are two planes.
    rows: Array = np.array([b.place - a.place, c.place - a.place, normal / size])
    right = [0.5 * (radius[0] ** 2 - radius[i] ** 2 + float(rows[i - 1] @ rows[i - 1])) for i in (1, 2)]
    foot = np.linalg.solve(rows, np.array([*right, 0.0]))
    out = np.sqrt(max(0.0, radius[0] ** 2 - float(foot @ foot)))
    return [a.place + foot + sign * out * normal / size for sign in (1.0, -1.0)]


def _side(lines: tuple[_Line, _Line, _Line]) -> Array:
    """Return the normal of a triangle of sensors, as long as twice its area."""
    a, b, c = lines
    return np.cross(b.place - a.place, c.place - a.place)


def _speed(r: Array, sights: list[_Line], ranges: list[_Line], heights: list[_Line]) -> Array:
    """Return the velocity that moves the lines as they move."""
    rows: list[Array] = []
    right: list[Array] = []
    for line in sights:
        across = _across(line.value)
        rows.append(across)
        right.append(across @ line.rate * float(np.linalg.norm(r - line.place)))
    for line in ranges:
        d = r - line.place
        rows.append(d[None, :] / float(np.linalg.norm(d)))
        right.append(line.rate)
    for line in heights:
        rows.append(r[None, :] / float(np.linalg.norm(r)))
        right.append(line.rate)
    v: Array = np.linalg.lstsq(np.vstack(rows), np.concatenate(right), rcond=None)[0]
    return v

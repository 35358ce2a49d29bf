"""Whether a sensor of any kind sees a point at one time: the smallest margin of all its limits, as sines and cosines.

The satellite's axes: down (against the radius, or the ellipsoid's normal), right of the motion against the stars, ahead.
A line of sight is rolled about ahead, then pitched about the rolled right axis.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from downrange.coverage._kernel.path import PLAIN, state_at, value_at

NO_FIELD, CONE_FIELD, RECTANGLE, REGARD = 0, 1, 2, 3
ABOVE, IN_FIELD, IN_SUN = 1, 2, 4  # which limits count; summed
_SUN_STEP_S = 300.0


@numba.njit(cache=True, nogil=True)
def _unit(x: float, y: float, z: float) -> tuple[float, float, float]:
    r = math.sqrt(x * x + y * y + z * z)
    return x / r, y / r, z / r


@numba.njit(cache=True, nogil=True)
def _cross(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float, float]:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@numba.njit(cache=True, nogil=True)
def _dot(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@numba.njit(cache=True, nogil=True)
def _field_margin(
    d: tuple[float, float, float], up: tuple[float, float, float], v: tuple[float, float, float], field: np.ndarray
) -> float:
    """Return the margin of the field. d: unit vector to the point; v: against the stars, any length.

    field: kind, roll and pitch [rad], then of CONE_FIELD the half angle's cosine, of RECTANGLE the tangents of the half
    angles along and across, of REGARD the sine of the largest pitch and the largest roll [rad], both ways
    """
    right = _cross(v, up)
    right = _unit(right[0], right[1], right[2])
    ahead = _cross(up, right)
    d_down, d_right, d_ahead = -_dot(d, up), _dot(d, right), _dot(d, ahead)
    cr, sr, cp, sp = math.cos(field[1]), math.sin(field[1]), math.cos(field[2]), math.sin(field[2])
    rolled = cr * d_down + sr * d_right  # toward the rolled line of sight
    side = cr * d_right - sr * d_down
    if field[0] == REGARD:
        roll = abs(math.atan2(side, rolled))
        pitch = math.asin(max(-1.0, min(1.0, d_ahead))) - field[2]
        return min(math.sin(min(max(field[4] - roll, -1.5), 1.5)), math.sin(field[3] - abs(pitch)))
    along = cp * d_ahead - sp * rolled
    sight = cp * rolled + sp * d_ahead
    if field[0] == CONE_FIELD:
        return float(sight - field[3])
    return float(min(field[3] * sight - abs(along), field[4] * sight - abs(side)))


@numba.njit(cache=True, nogil=True)
def _sun_margin(t_s: float, point: np.ndarray, sun: np.ndarray, sin_sun: float) -> float:
    """Return the sine of the sun's elevation less its limit. sun: (m, 3) unit vectors every 300 s from -300 s on."""
    x = t_s / _SUN_STEP_S + 1.0
    k = min(max(int(x), 1), sun.shape[0] - 3)
    u = x - k
    a = -u * (u - 1.0) * (u - 2.0) / 6.0
    b = (u + 1.0) * (u - 1.0) * (u - 2.0) / 2.0
    c = -(u + 1.0) * u * (u - 2.0) / 2.0
    d = (u + 1.0) * u * (u - 1.0) / 6.0
    value = 0.0
    for i in range(3):
        value += point[4 + i] * (a * sun[k - 1, i] + b * sun[k, i] + c * sun[k + 1, i] + d * sun[k + 2, i])
    return value - sin_sun


@numba.njit(cache=True, nogil=True)
def margin_at(t_s: float, parts: int, point: np.ndarray, look: tuple[Any, ...]) -> float:
    """Return the smallest margin of the limits in `parts` at a time.

    point: (x, y, z, |q|^2, nx, ny, nz, q.n)
    look:  coef (arcs, columns, terms) of one satellite, begin_s, arc_s, the Earth's rate [rad/s], the sine of the lowest
           elevation, field (see `_field_margin`), sun (see `_sun_margin`), the sine of the sun's lowest elevation
    """
    coef, begin_s, arc_s, turn_radps, sin_el, field, sun, sin_sun = look
    least = 9.0
    if parts & IN_SUN:
        least = _sun_margin(t_s, point, sun, sin_sun)
    if parts == IN_SUN:
        return least
    k = min(max(int((t_s - begin_s) / arc_s), 0), coef.shape[0] - 1)
    arc = coef[k]
    u = (t_s - begin_s) / arc_s - k - 0.5
    x, y, z, vx, vy, vz = state_at(arc, u)
    d = _unit(point[0] - x, point[1] - y, point[2] - z)
    if parts & ABOVE:
        least = min(least, -(d[0] * point[4] + d[1] * point[5] + d[2] * point[6]) - sin_el)
    if parts & IN_FIELD:
        up = _unit(x, y, z)
        if arc.shape[0] > PLAIN:
            up = _unit(value_at(arc[4], u), value_at(arc[5], u), value_at(arc[6], u))
        v = (vx / arc_s - turn_radps * y, vy / arc_s + turn_radps * x, vz / arc_s)
        least = min(least, _field_margin(d, up, v, field))
    return least

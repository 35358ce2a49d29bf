"""Gravity, air and wind for every flight and fall kernel. SI and radians, Earth-fixed axes, rotating with the Earth.

Height and up: one pass of Bowring's method (Survey Review 28, 1985). Height alone: its series in the flattening.
Zonal gravity: Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., section 8.7.1.
Air: the table of `downrange.earth.atmosphere.air_table`, rows [c0 c1 c2 c3 sound], density as a cubic in the part of
the way to the next knot, sound speed at the knot. Knots every 250 m from -5 to 86 km, then every 1 km to 1000 km.
Wind: rows [e0 e1 e2 e3 n0 n1 n2 n3], cubics in the height above the knot, knots every 1 km from 0 km.

No branch depends on a state, so that one function serves a float, eight floats side by side and a GPU thread.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

_GM_M3PS2 = 3.986004418e14
_RE_M = 6_378_137.0
_F = 1.0 / 298.257223563
_RP_M = _RE_M * (1.0 - _F)
_E2 = _F * (2.0 - _F)
_EP2 = _E2 / (1.0 - _E2)
_OMEGA_RADPS = 7.292115e-5
_LOWEST_M = -5_000.0
_BREAK_M = 86_000.0
_HIGHEST_M = 1_000_000.0
_FINE_M = 250.0
_COARSE_M = 1_000.0
_FINE_ROWS = 364.0
_WIND_STEP_M = 1_000.0


@numba.njit(cache=True, error_model="numpy")
def height_and_up(x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Return the height over the ellipsoid [m] and the unit vector along its normal; one Bowring pass."""
    p2 = x * x + y * y
    # Sine and cosine of the reduced latitude, then of the latitude; divided by p nothing is singular at the poles.
    iu = 1.0 / math.sqrt(z * z * (_RE_M * _RE_M) + p2 * (_RP_M * _RP_M))
    su, cu = z * _RE_M * iu, _RP_M * iu
    rise, run_per_p = z + _EP2 * _RP_M * su * su * su, 1.0 - _E2 * _RE_M * cu * cu * cu * p2
    il = 1.0 / math.sqrt(rise * rise + run_per_p * run_per_p * p2)
    sl, cl_per_p = rise * il, run_per_p * il
    height = p2 * cl_per_p + z * sl - _RE_M * math.sqrt(1.0 - _E2 * sl * sl)
    return height, cl_per_p * x, cl_per_p * y, sl


@numba.njit(cache=True, error_model="numpy")
def height(r: float, q: float, s: float) -> float:
    """Return the height over the ellipsoid [m]; r: distance from the centre, q = RE/r, s = (z/r)^2.

    The series in the flattening f, to f^4 (whose factor is taken at q = 1): 2e-6 m off at the ground, 1e-4 m at 1000 km.
    """
    c = s * (1.0 - s)
    f2 = _F * _F * (2.0 * q - 0.5)
    f3 = _F * _F * _F * (2.0 * q * (2.0 * q - 1.0) * (1.0 - 2.0 * s) - 0.5 * s)
    f4 = _F * _F * _F * _F * (2.5 - s * (15.875 - 17.375 * s))
    return r - _RE_M + _RE_M * (_F * s + c * (f2 + f3 + f4))


@numba.njit(cache=True, error_model="numpy")
def zonal(q: float, sine: float, j2: float, j3: float, j4: float) -> tuple[float, float]:
    """Return what central gravity is times: off the axis per distance from it, and along the axis; q = RE/r, sine = z/r."""
    s2 = sine * sine
    q2 = q * q
    k2 = 1.5 * j2 * q2
    k3 = 2.5 * j3 * q2 * q
    k4 = -1.875 * j4 * q2 * q2
    level = 1.0 + k2 * (1.0 - 5.0 * s2) + k3 * (3.0 - 7.0 * s2) * sine + k4 * (1.0 + s2 * (21.0 * s2 - 14.0))
    axial = 1.0 + k2 * (3.0 - 5.0 * s2) + k4 * (5.0 + s2 * (21.0 * s2 - 70.0 / 3.0))
    return level, sine * axial + k3 * (s2 * (6.0 - 7.0 * s2) - 0.6)


@numba.njit(cache=True, error_model="numpy")
def gravity(x: float, y: float, z: float, j2: float, j3: float, j4: float) -> tuple[float, float, float]:
    """Return the attraction of the Earth [m/s^2] with zonal harmonics, without the centrifugal part."""
    ir = 1.0 / math.sqrt(x * x + y * y + z * z)
    level, axial = zonal(_RE_M * ir, z * ir, j2, j3, j4)
    g = -_GM_M3PS2 * ir * ir
    return g * ir * x * level, g * ir * y * level, g * axial


@numba.njit(cache=True, error_model="numpy")
def pull(
    x: float, y: float, z: float, vx: float, vy: float, j2: float, j3: float, j4: float
) -> tuple[float, float, float]:
    """Return gravity, centrifugal and Coriolis acceleration [m/s^2] of a body seen from the turning Earth."""
    gx, gy, gz = gravity(x, y, z, j2, j3, j4)
    w = _OMEGA_RADPS
    return gx + w * w * x + 2.0 * w * vy, gy + w * w * y - 2.0 * w * vx, gz


@numba.njit(cache=True, error_model="numpy")
def pull_and_height(
    x: float, y: float, z: float, vx: float, vy: float, j2: float, j3: float, j4: float
) -> tuple[float, float, float, float]:
    """Return what `pull` does [m/s^2] and the height [m], with one root and one division for both."""
    r2 = x * x + y * y + z * z
    ir = 1.0 / math.sqrt(r2)
    q, sine = _RE_M * ir, z * ir
    level, axial = zonal(q, sine, j2, j3, j4)
    g = -_GM_M3PS2 * ir * ir
    w = _OMEGA_RADPS
    sideways = g * ir * level + w * w
    return sideways * x + 2.0 * w * vy, sideways * y - 2.0 * w * vx, g * axial, height(r2 * ir, q, sine * sine)


@numba.njit(cache=True, error_model="numpy")
def height_at(x: float, y: float, z: float) -> float:
    """Return the height over the ellipsoid [m] of a place."""
    r2 = x * x + y * y + z * z
    ir = 1.0 / math.sqrt(r2)
    sine = z * ir
    return height(r2 * ir, _RE_M * ir, sine * sine)


@numba.njit(cache=True, error_model="numpy")
def density(alt_m: float, table: NDArray[np.float64]) -> float:
    """Return the density of the air [kg/m^3]; heights outside the table are clamped to its ends."""
    # Rows below 86 km are nearer, so that the lesser of both counts is the row on either side of it.
    fine = (alt_m - _LOWEST_M) * (1.0 / _FINE_M)
    coarse = (alt_m - _BREAK_M) * (1.0 / _COARSE_M) + _FINE_ROWS
    row = min(max(min(fine, coarse), 0.0), table.shape[0] - 1.0)
    i = int(row)
    d = row - i
    rho: float = table[i, 0] + d * (table[i, 1] + d * (table[i, 2] + d * table[i, 3]))
    return rho


@numba.njit(cache=True, error_model="numpy")
def wind(alt_m: float, table: NDArray[np.float64]) -> tuple[float, float]:
    """Return the wind to the east and north [m/s] of (K, 8) rows; outside them the nearest, without rows none."""
    if table.shape[0] == 0:
        return 0.0, 0.0
    row = min(max(alt_m * (1.0 / _WIND_STEP_M), 0.0), table.shape[0] - 1.0)
    i = int(row)
    d = (row - i) * _WIND_STEP_M
    return (
        table[i, 0] + d * (table[i, 1] + d * (table[i, 2] + d * table[i, 3])),
        table[i, 4] + d * (table[i, 5] + d * (table[i, 6] + d * table[i, 7])),
    )


@numba.njit(cache=True, error_model="numpy")
def wind_of(alt_m: float, tables: NDArray[np.float64], which: int) -> tuple[float, float]:
    """Return what `wind` does from one of (M, K, 8) tables."""
    row = min(max(alt_m * (1.0 / _WIND_STEP_M), 0.0), tables.shape[1] - 1.0)
    i = int(row)
    d = (row - i) * _WIND_STEP_M
    t, k = tables, which
    return (
        t[k, i, 0] + d * (t[k, i, 1] + d * (t[k, i, 2] + d * t[k, i, 3])),
        t[k, i, 4] + d * (t[k, i, 5] + d * (t[k, i, 6] + d * t[k, i, 7])),
    )


@numba.njit(cache=True, error_model="numpy")
def east_north_in_ecef(east: float, north: float, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return a level vector at a place in Earth-fixed axes; at the very poles, where east has no meaning, zero."""
    _, ux, uy, uz = height_and_up(x, y, z)
    ip = 1.0 / math.sqrt(max(x * x + y * y, 1e-6))
    ex, ey = -y * ip, x * ip
    return east * ex - north * uz * ey, east * ey + north * uz * ex, north * (ux * ey - uy * ex)


@numba.njit(cache=True, error_model="numpy")
def sound_speed(alt_m: float, table: NDArray[np.float64]) -> float:
    """Return the speed of sound [m/s], linear between knots; above 86 km the value at 86 km."""
    h = min(max(alt_m, _LOWEST_M), _BREAK_M - 1.0)
    i = int((h - _LOWEST_M) / _FINE_M)
    part = (h - _LOWEST_M) / _FINE_M - i
    return float(table[i, 4] * (1.0 - part) + table[i + 1, 4] * part)

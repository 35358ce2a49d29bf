"""Gravity and air for every flight and fall kernel. SI and radians, Earth-fixed axes, rotating with the Earth.

Height: one pass of Bowring's method (Survey Review 28, 1985).
Zonal gravity: Vallado, Fundamentals of Astrodynamics and Applications, 4th ed., section 8.7.1.
Air: the table of `downrange.earth.atmosphere.air_table`, rows [c0 c1 c2 c3 sound], ln(density) as a cubic in the
height above the knot, sound speed at the knot. Knots every 250 m from -5 to 86 km, then every 1 km to 1000 km.
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
_FINE_ROWS = 364
_WIND_STEP_M = 1_000.0


@numba.njit(cache=True, error_model="numpy")
def height_and_up(x: float, y: float, z: float) -> tuple[float, float, float, float]:
    """Return the height over the ellipsoid [m] and the unit vector along its normal; one Bowring pass."""
    p = math.sqrt(x * x + y * y)
    if p < 1e-3:
        return abs(z) - _RP_M, 0.0, 0.0, math.copysign(1.0, z)
    tu = z * _RE_M / (p * _RP_M)
    cu = 1.0 / math.sqrt(1.0 + tu * tu)
    su = tu * cu
    tl = (z + _EP2 * _RP_M * su * su * su) / (p - _E2 * _RE_M * cu * cu * cu)
    cl = 1.0 / math.sqrt(1.0 + tl * tl)
    sl = tl * cl
    return p * cl + z * sl - _RE_M * math.sqrt(1.0 - _E2 * sl * sl), cl * x / p, cl * y / p, sl


@numba.njit(cache=True, error_model="numpy")
def gravity(x: float, y: float, z: float, j2: float, j3: float, j4: float) -> tuple[float, float, float]:
    """Return the attraction of the Earth [m/s^2] with zonal harmonics, without the centrifugal part."""
    r2 = x * x + y * y + z * z
    r = math.sqrt(r2)
    g = -_GM_M3PS2 / (r2 * r)
    q = _RE_M / r
    s = z / r
    s2 = s * s
    k2 = 1.5 * j2 * q * q
    k3 = 2.5 * j3 * q * q * q
    k4 = -1.875 * j4 * q * q * q * q
    level = 1.0 + k2 * (1.0 - 5.0 * s2) + k3 * (3.0 - 7.0 * s2) * s + k4 * (1.0 - 14.0 * s2 + 21.0 * s2 * s2)
    axial = 1.0 + k2 * (3.0 - 5.0 * s2) + k4 * (5.0 - 70.0 / 3.0 * s2 + 21.0 * s2 * s2)
    return g * x * level, g * y * level, g * z * axial + g * r * k3 * (6.0 * s2 - 7.0 * s2 * s2 - 0.6)


@numba.njit(cache=True, error_model="numpy")
def pull(
    x: float, y: float, z: float, vx: float, vy: float, j2: float, j3: float, j4: float
) -> tuple[float, float, float]:
    """Return gravity, centrifugal and Coriolis acceleration [m/s^2] of a body seen from the turning Earth."""
    gx, gy, gz = gravity(x, y, z, j2, j3, j4)
    w = _OMEGA_RADPS
    return gx + w * w * x + 2.0 * w * vy, gy + w * w * y - 2.0 * w * vx, gz


@numba.njit(cache=True, error_model="numpy")
def density(alt_m: float, table: NDArray[np.float64]) -> float:
    """Return the density of the air [kg/m^3]; heights outside the table are clamped to its ends."""
    h = min(max(alt_m, _LOWEST_M), _HIGHEST_M)
    if h < _BREAK_M:
        i = int((h - _LOWEST_M) / _FINE_M)
        d = h - _LOWEST_M - i * _FINE_M
    else:
        i = min(int((h - _BREAK_M) / _COARSE_M), table.shape[0] - _FINE_ROWS - 2)
        d = h - _BREAK_M - i * _COARSE_M
        i += _FINE_ROWS
    return math.exp(table[i, 0] + d * (table[i, 1] + d * (table[i, 2] + d * table[i, 3])))


@numba.njit(cache=True, error_model="numpy")
def sound_speed(alt_m: float, table: NDArray[np.float64]) -> float:
    """Return the speed of sound [m/s], linear between knots; above 86 km the value at 86 km."""
    h = min(max(alt_m, _LOWEST_M), _BREAK_M - 1.0)
    i = int((h - _LOWEST_M) / _FINE_M)
    part = (h - _LOWEST_M) / _FINE_M - i
    return float(table[i, 4] * (1.0 - part) + table[i + 1, 4] * part)


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

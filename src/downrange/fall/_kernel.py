"""Fall of unpowered bodies to the ellipsoid, and the closed-form impact point. SI and radians, Earth-fixed axes.

Integrator: Dormand and Prince 5(4), J. Comp. Appl. Math. 6 (1980) 19-26, first-same-as-last, on scalars.
Impact point: Ahn and Roh, J. Guidance, Control, and Dynamics 35 (2012) 645-648, doi 10.2514/1.56395.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.earth import _kernel as earth

_RE_M = 6_378_137.0
_F = 1.0 / 298.257223563
_E2 = _F * (2.0 - _F)
_GM_M3PS2 = 3.986004418e14
_OMEGA_RADPS = 7.292115e-5
_MAX_STEPS = 200_000


@numba.njit(cache=True, error_model="numpy")
def acceleration(
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    which: int,
) -> tuple[float, float, float]:
    """Return the acceleration [m/s^2] of a body seen from the turning Earth.

    drag: one half over its ballistic coefficient [m^2/kg]; winds: (M, K, 8) tables, none with M or K of zero.
    """
    ax, ay, az, alt_m = earth.pull_and_height(x, y, z, vx, vy, zonals[0], zonals[1], zonals[2])
    if winds.shape[0] * winds.shape[1] > 0:
        east_mps, north_mps = earth.wind_of(alt_m, winds, which)
        wx, wy, wz = earth.east_north_in_ecef(east_mps, north_mps, x, y, z)
        vx, vy, vz = vx - wx, vy - wy, vz - wz
    d = -drag * earth.density(alt_m, air) * math.sqrt(vx * vx + vy * vy + vz * vz)
    return ax + d * vx, ay + d * vy, az + d * vz


@numba.njit(cache=True, error_model="numpy")
def step(  # noqa: PLR0915 - the tableau, written out
    h: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    ax: float,
    ay: float,
    az: float,
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    which: int,
) -> tuple[float, float, float, float, float, float, float, float, float, float, float]:
    """Return the state a step later, its acceleration, and the errors of position [m] and velocity [m/s]."""
    p1x, p1y, p1z = x + h * 0.2 * vx, y + h * 0.2 * vy, z + h * 0.2 * vz
    v1x, v1y, v1z = vx + h * 0.2 * ax, vy + h * 0.2 * ay, vz + h * 0.2 * az
    b1x, b1y, b1z = acceleration(p1x, p1y, p1z, v1x, v1y, v1z, drag, air, zonals, winds, which)
    c1, c2 = h * 3 / 40, h * 9 / 40
    p2x, p2y, p2z = x + c1 * vx + c2 * v1x, y + c1 * vy + c2 * v1y, z + c1 * vz + c2 * v1z
    v2x, v2y, v2z = vx + c1 * ax + c2 * b1x, vy + c1 * ay + c2 * b1y, vz + c1 * az + c2 * b1z
    b2x, b2y, b2z = acceleration(p2x, p2y, p2z, v2x, v2y, v2z, drag, air, zonals, winds, which)
    c1, c2, c3 = h * 44 / 45, -h * 56 / 15, h * 32 / 9
    p3x = x + c1 * vx + c2 * v1x + c3 * v2x
    p3y = y + c1 * vy + c2 * v1y + c3 * v2y
    p3z = z + c1 * vz + c2 * v1z + c3 * v2z
    v3x = vx + c1 * ax + c2 * b1x + c3 * b2x
    v3y = vy + c1 * ay + c2 * b1y + c3 * b2y
    v3z = vz + c1 * az + c2 * b1z + c3 * b2z
    b3x, b3y, b3z = acceleration(p3x, p3y, p3z, v3x, v3y, v3z, drag, air, zonals, winds, which)
    c1, c2, c3, c4 = h * 19372 / 6561, -h * 25360 / 2187, h * 64448 / 6561, -h * 212 / 729
    p4x = x + c1 * vx + c2 * v1x + c3 * v2x + c4 * v3x
    p4y = y + c1 * vy + c2 * v1y + c3 * v2y + c4 * v3y
    p4z = z + c1 * vz + c2 * v1z + c3 * v2z + c4 * v3z
    v4x = vx + c1 * ax + c2 * b1x + c3 * b2x + c4 * b3x
    v4y = vy + c1 * ay + c2 * b1y + c3 * b2y + c4 * b3y
    v4z = vz + c1 * az + c2 * b1z + c3 * b2z + c4 * b3z
    b4x, b4y, b4z = acceleration(p4x, p4y, p4z, v4x, v4y, v4z, drag, air, zonals, winds, which)
    c1, c2, c3, c4, c5 = h * 9017 / 3168, -h * 355 / 33, h * 46732 / 5247, h * 49 / 176, -h * 5103 / 18656
    p5x = x + c1 * vx + c2 * v1x + c3 * v2x + c4 * v3x + c5 * v4x
    p5y = y + c1 * vy + c2 * v1y + c3 * v2y + c4 * v3y + c5 * v4y
    p5z = z + c1 * vz + c2 * v1z + c3 * v2z + c4 * v3z + c5 * v4z
    v5x = vx + c1 * ax + c2 * b1x + c3 * b2x + c4 * b3x + c5 * b4x
    v5y = vy + c1 * ay + c2 * b1y + c3 * b2y + c4 * b3y + c5 * b4y
    v5z = vz + c1 * az + c2 * b1z + c3 * b2z + c4 * b3z + c5 * b4z
    b5x, b5y, b5z = acceleration(p5x, p5y, p5z, v5x, v5y, v5z, drag, air, zonals, winds, which)
    c1, c3, c4, c5, c6 = h * 35 / 384, h * 500 / 1113, h * 125 / 192, -h * 2187 / 6784, h * 11 / 84
    nx = x + c1 * vx + c3 * v2x + c4 * v3x + c5 * v4x + c6 * v5x
    ny = y + c1 * vy + c3 * v2y + c4 * v3y + c5 * v4y + c6 * v5y
    nz = z + c1 * vz + c3 * v2z + c4 * v3z + c5 * v4z + c6 * v5z
    ux = vx + c1 * ax + c3 * b2x + c4 * b3x + c5 * b4x + c6 * b5x
    uy = vy + c1 * ay + c3 * b2y + c4 * b3y + c5 * b4y + c6 * b5y
    uz = vz + c1 * az + c3 * b2z + c4 * b3z + c5 * b4z + c6 * b5z
    nax, nay, naz = acceleration(nx, ny, nz, ux, uy, uz, drag, air, zonals, winds, which)
    c1, c3, c4 = h * 71 / 57600, -h * 71 / 16695, h * 71 / 1920
    c5, c6, c7 = -h * 17253 / 339200, h * 22 / 525, -h / 40
    ex = c1 * vx + c3 * v2x + c4 * v3x + c5 * v4x + c6 * v5x + c7 * ux
    ey = c1 * vy + c3 * v2y + c4 * v3y + c5 * v4y + c6 * v5y + c7 * uy
    ez = c1 * vz + c3 * v2z + c4 * v3z + c5 * v4z + c6 * v5z + c7 * uz
    gx = c1 * ax + c3 * b2x + c4 * b3x + c5 * b4x + c6 * b5x + c7 * nax
    gy = c1 * ay + c3 * b2y + c4 * b3y + c5 * b4y + c6 * b5y + c7 * nay
    gz = c1 * az + c3 * b2z + c4 * b3z + c5 * b4z + c6 * b5z + c7 * naz
    e_m, e_mps = math.sqrt(ex * ex + ey * ey + ez * ez), math.sqrt(gx * gx + gy * gy + gz * gz)
    return nx, ny, nz, ux, uy, uz, nax, nay, naz, e_m, e_mps


@numba.njit(cache=True, error_model="numpy")
def land(
    h: float,
    alt_m: float,
    new_alt_m: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    ax: float,
    ay: float,
    az: float,
    drag: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    which: int,
    ground_m: float,
) -> tuple[float, float, float, float, float, float, float]:
    """Return (step, state) where the step meets ground_m within 1 mm: regula falsi (Illinois) on the height."""
    low, high, f_low, f_high = 0.0, h, alt_m - ground_m, new_alt_m - ground_m
    part = h
    sx, sy, sz, svx, svy, svz = x, y, z, vx, vy, vz
    for _ in range(60):
        part = high - f_high * (high - low) / (f_high - f_low)
        sx, sy, sz, svx, svy, svz, _, _, _, _, _ = step(
            part, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which
        )
        f = earth.height_at(sx, sy, sz)
        f -= ground_m
        if abs(f) < 1e-3:
            break
        if f * f_high < 0.0:
            low, f_low = high, f_high
        else:
            f_low *= 0.5
        high, f_high = part, f
    return part, sx, sy, sz, svx, svy, svz


@numba.njit(cache=True, error_model="numpy")
def fall(
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    beta: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    which: int,
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
) -> tuple[float, float, float, float, float, float, float]:
    """Return (seconds, state) where the body comes down through ground_m; seconds NaN when it does not in limit_s."""
    t, h, drag = 0.0, 1.0, 0.5 / beta
    ax, ay, az = acceleration(x, y, z, vx, vy, vz, drag, air, zonals, winds, which)
    alt_m = earth.height_at(x, y, z)
    for _ in range(_MAX_STEPS):
        nx, ny, nz, ux, uy, uz, bx, by, bz, e_m, e_mps = step(
            h, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which
        )
        e = max(e_m / tol_m, e_mps / tol_mps)
        factor = 5.0 if e < 1e-10 else min(5.0, max(0.2, 0.9 * e**-0.2))
        if e > 1.0 or not math.isfinite(e):
            h *= min(factor, 0.9) if math.isfinite(e) else 0.2
            continue
        new_alt_m = earth.height_at(nx, ny, nz)
        if new_alt_m <= ground_m and alt_m > ground_m:
            part, x, y, z, vx, vy, vz = land(
                h, alt_m, new_alt_m, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which, ground_m
            )
            return t + part, x, y, z, vx, vy, vz
        t += h
        x, y, z, vx, vy, vz, ax, ay, az, alt_m = nx, ny, nz, ux, uy, uz, bx, by, bz, new_alt_m
        if t > limit_s or alt_m < ground_m:
            break
        h *= factor
    return math.nan, x, y, z, vx, vy, vz


@numba.njit(cache=True, error_model="numpy", nogil=True)
def fall_few(
    states: NDArray[np.float64],
    beta: NDArray[np.float64],
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    wind_of: NDArray[np.int64],
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
    out: NDArray[np.float64],
) -> None:
    """Do what fall_many does on this thread alone: below a few dozen bodies waking others costs more than it saves."""
    for i in range(states.shape[0]):
        s = states[i]
        which = wind_of[i] if winds.shape[0] > 0 else 0
        t, x, y, z, vx, vy, vz = fall(
            s[0], s[1], s[2], s[3], s[4], s[5], beta[i], air, zonals, winds, which, tol_m, tol_mps, ground_m, limit_s
        )
        o = out[i]
        o[0], o[1], o[2], o[3], o[4], o[5], o[6] = t, x, y, z, vx, vy, vz


@numba.njit(cache=True, parallel=True, nogil=True, error_model="numpy")
def fall_many(
    states: NDArray[np.float64],
    beta: NDArray[np.float64],
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    wind_of: NDArray[np.int64],
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
    out: NDArray[np.float64],
) -> None:
    """Drop (N, 6) states; fill out (N, 7): seconds, then the state at ground_m.

    winds: (M, K, 8) tables of the wind, of which body i falls through number wind_of[i]; with M or K of zero, none.
    """
    for i in numba.prange(states.shape[0]):
        j = i + 1
        fall_few(states[i:j], beta[i:j], air, zonals, winds, wind_of[i:j], tol_m, tol_mps, ground_m, limit_s, out[i:j])


@numba.njit(cache=True, error_model="numpy")
def impact_point(x: float, y: float, z: float, vx: float, vy: float, vz: float) -> tuple[float, float, float]:
    """Return geodetic latitude, longitude [rad] and time to go [s] of the airless impact; NaN when there is none."""
    wx, wy, wz = vx - _OMEGA_RADPS * y, vy + _OMEGA_RADPS * x, vz
    r0, v0 = math.sqrt(x * x + y * y + z * z), math.sqrt(wx * wx + wy * wy + wz * wz)
    if v0 <= 0.0:
        return math.nan, math.nan, math.nan
    lam = v0 * v0 * r0 / _GM_M3PS2
    sin_g = min(1.0, max(-1.0, (x * wx + y * wy + z * wz) / (r0 * v0)))
    cos_g = math.sqrt(max(1.0 - sin_g * sin_g, 1e-24))
    if lam >= 2.0:
        return math.nan, math.nan, math.nan
    c1, c2 = -sin_g / cos_g, 1.0 - 1.0 / (lam * cos_g * cos_g)
    rp, ux, uy, uz = 6_367_000.0, 0.0, 0.0, 0.0
    for _ in range(8):
        c3 = r0 / rp - 1.0 / (lam * cos_g * cos_g)
        room = c1 * c1 + c2 * c2 - c3 * c3
        if room < 0.0:
            return math.nan, math.nan, math.nan
        # Of the two places at that radius the one before perigee, where the body comes down.
        root = math.sqrt(room)
        phi = math.atan2(c1 * c3 - c2 * root, c2 * c3 + c1 * root)
        if phi < 0.0:
            phi += 2.0 * math.pi
        ka = (cos_g * math.cos(phi) - sin_g * math.sin(phi)) / (cos_g * r0)
        kb = math.sin(phi) / (cos_g * v0)
        ux, uy, uz = ka * x + kb * wx, ka * y + kb * wy, ka * z + kb * wz
        n = math.sqrt(ux * ux + uy * uy + uz * uz)
        ux, uy, uz = ux / n, uy / n, uz / n
        new = _RE_M * math.sqrt((1.0 - _E2) / (1.0 - _E2 * (1.0 - uz * uz)))
        change, rp = abs(new - rp), new
        if change < 1e-4:
            break
    sma = 1.0 / (2.0 / r0 - v0 * v0 / _GM_M3PS2)
    ecc = math.sqrt(max(0.0, 1.0 - (r0 * v0 * cos_g) ** 2 / (_GM_M3PS2 * sma)))
    e0 = math.atan2(r0 * v0 * sin_g / math.sqrt(_GM_M3PS2 * sma), 1.0 - r0 / sma)
    if e0 < 0.0:
        e0 += 2.0 * math.pi
    e1 = 2.0 * math.pi - math.acos(min(1.0, max(-1.0, (1.0 - rp / sma) / ecc)))
    t = ((e1 - ecc * math.sin(e1)) - (e0 - ecc * math.sin(e0))) * math.sqrt(sma**3 / _GM_M3PS2)
    lon = math.atan2(uy, ux) - _OMEGA_RADPS * t
    lon = (lon + math.pi) % (2.0 * math.pi) - math.pi
    return math.atan2(uz, (1.0 - _E2) * math.sqrt(ux * ux + uy * uy)), lon, t


@numba.njit(cache=True, error_model="numpy")
def impact_points(states: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Fill out (N, 3) with the impact points of (N, 6) states."""
    for i in range(states.shape[0]):
        s = states[i]
        out[i, 0], out[i, 1], out[i, 2] = impact_point(s[0], s[1], s[2], s[3], s[4], s[5])


@numba.njit(cache=True, error_model="numpy")
def path(
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    beta: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    which: int,
    tol_m: float,
    tol_mps: float,
    every_s: float,
    out: NDArray[np.float64],
) -> int:
    """Fill out (M, 7) with t and state every so many seconds until the ground; return how many rows."""
    t, rows, drag = 0.0, 0, 0.5 / beta
    while rows < out.shape[0]:
        o = out[rows]
        o[0], o[1], o[2], o[3], o[4], o[5], o[6] = t, x, y, z, vx, vy, vz
        rows += 1
        alt_m = earth.height_at(x, y, z)
        if alt_m <= 0.0 and rows > 1:
            break
        h, left = min(1.0, every_s), every_s
        while left > 1e-9:
            ax, ay, az = acceleration(x, y, z, vx, vy, vz, drag, air, zonals, winds, which)
            h = min(h, left)
            nx, ny, nz, ux, uy, uz, _, _, _, e_m, e_mps = step(
                h, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which
            )
            e = max(e_m / tol_m, e_mps / tol_mps)
            factor = 5.0 if e < 1e-10 else min(5.0, max(0.2, 0.9 * e**-0.2))
            if e <= 1.0:
                left -= h
                x, y, z, vx, vy, vz = nx, ny, nz, ux, uy, uz
            h *= factor if e <= 1.0 else min(factor, 0.9)
        t += every_s
    return rows

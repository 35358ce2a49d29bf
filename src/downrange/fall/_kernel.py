"""Fall of unpowered bodies to the ellipsoid, and the closed-form impact point. SI and radians, Earth-fixed axes.

Integrator: Dormand and Prince 5(4), J. Comp. Appl. Math. 6 (1980) 19-26, first-same-as-last, on scalars.
Impact point: Ahn and Roh, J. Guidance, Control, and Dynamics 35 (2012) 645-648, doi 10.2514/1.56395.

`acceleration`, `step` and `factor` serve one body (here), many side by side (`downrange.fall._crowd`) and a GPU.
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
MAX_STEPS = 200_000
MAX_LANDING = 60
NEAR_M2 = 1e-6  # the ground is met within 1 mm
# Heights at which the standard air bends: its layers' ends, and two above them. The error estimate of a step hardly sees
# a bend between two of its stages: across one it steps finely instead.
_BENDS_M = (11_019.1, 20_063.1, 32_161.9, 47_350.1, 51_412.5, 71_802.0, 86_000.0, 91_000.0)
_AROUND_M = 700.0
_FINE_M = 400.0


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
) -> tuple[float, float, float, float]:
    """Return the acceleration [m/s^2] of a body seen from the turning Earth, and its height [m].

    drag: one half over its ballistic coefficient [m^2/kg]; winds: (M, K, 8) tables, none with M or K of zero.
    """
    ax, ay, az, alt_m = earth.pull_and_height(x, y, z, vx, vy, zonals[0], zonals[1], zonals[2])
    if winds.shape[0] * winds.shape[1] > 0:
        east_mps, north_mps = earth.wind_of(alt_m, winds, which)
        wx, wy, wz = earth.east_north_in_ecef(east_mps, north_mps, x, y, z)
        vx, vy, vz = vx - wx, vy - wy, vz - wz
    d = -drag * earth.density(alt_m, air) * math.sqrt(vx * vx + vy * vy + vz * vz)
    return ax + d * vx, ay + d * vy, az + d * vz, alt_m


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
) -> tuple[float, float, float, float, float, float, float, float, float, float, float, float]:
    """Return the state a step later, its acceleration and height, the squares of the errors of position and velocity.

    Positions of the stages are written in accelerations alone: the tableau applied twice.
    """
    h2 = h * h
    hc = h * (1 / 5)
    px = x + hc * vx
    py = y + hc * vy
    pz = z + hc * vz
    c0 = h * (1 / 5)
    ux = vx + (c0 * ax)
    uy = vy + (c0 * ay)
    uz = vz + (c0 * az)
    k1x, k1y, k1z, _ = acceleration(px, py, pz, ux, uy, uz, drag, air, zonals, winds, which)
    hc = h * (3 / 10)
    c0 = h2 * (9 / 200)
    px = x + hc * vx + (c0 * ax)
    py = y + hc * vy + (c0 * ay)
    pz = z + hc * vz + (c0 * az)
    c0, c1 = h * (3 / 40), h * (9 / 40)
    ux = vx + (c0 * ax + c1 * k1x)
    uy = vy + (c0 * ay + c1 * k1y)
    uz = vz + (c0 * az + c1 * k1z)
    k2x, k2y, k2z, _ = acceleration(px, py, pz, ux, uy, uz, drag, air, zonals, winds, which)
    hc = h * (4 / 5)
    c0, c1 = h2 * (-12 / 25), h2 * (4 / 5)
    px = x + hc * vx + (c0 * ax + c1 * k1x)
    py = y + hc * vy + (c0 * ay + c1 * k1y)
    pz = z + hc * vz + (c0 * az + c1 * k1z)
    c0, c1, c2 = h * (44 / 45), h * (-56 / 15), h * (32 / 9)
    ux = vx + (c0 * ax + c1 * k1x + c2 * k2x)
    uy = vy + (c0 * ay + c1 * k1y + c2 * k2y)
    uz = vz + (c0 * az + c1 * k1z + c2 * k2z)
    k3x, k3y, k3z, _ = acceleration(px, py, pz, ux, uy, uz, drag, air, zonals, winds, which)
    hc = h * (8 / 9)
    c0, c1, c2 = h2 * (-12248 / 6561), h2 * (7208 / 2187), h2 * (-6784 / 6561)
    px = x + hc * vx + (c0 * ax + c1 * k1x + c2 * k2x)
    py = y + hc * vy + (c0 * ay + c1 * k1y + c2 * k2y)
    pz = z + hc * vz + (c0 * az + c1 * k1z + c2 * k2z)
    c0, c1, c2, c3 = h * (19372 / 6561), h * (-25360 / 2187), h * (64448 / 6561), h * (-212 / 729)
    ux = vx + (c0 * ax + c1 * k1x + c2 * k2x + c3 * k3x)
    uy = vy + (c0 * ay + c1 * k1y + c2 * k2y + c3 * k3y)
    uz = vz + (c0 * az + c1 * k1z + c2 * k2z + c3 * k3z)
    k4x, k4y, k4z, _ = acceleration(px, py, pz, ux, uy, uz, drag, air, zonals, winds, which)
    hc = h
    c0, c1, c2, c3 = h2 * (-533 / 264), h2 * (91 / 22), h2 * (-56 / 33), h2 * (7 / 88)
    px = x + hc * vx + (c0 * ax + c1 * k1x + c2 * k2x + c3 * k3x)
    py = y + hc * vy + (c0 * ay + c1 * k1y + c2 * k2y + c3 * k3y)
    pz = z + hc * vz + (c0 * az + c1 * k1z + c2 * k2z + c3 * k3z)
    c0, c1, c2, c3, c4 = h * (9017 / 3168), h * (-355 / 33), h * (46732 / 5247), h * (49 / 176), h * (-5103 / 18656)
    ux = vx + (c0 * ax + c1 * k1x + c2 * k2x + c3 * k3x + c4 * k4x)
    uy = vy + (c0 * ay + c1 * k1y + c2 * k2y + c3 * k3y + c4 * k4y)
    uz = vz + (c0 * az + c1 * k1z + c2 * k2z + c3 * k3z + c4 * k4z)
    k5x, k5y, k5z, _ = acceleration(px, py, pz, ux, uy, uz, drag, air, zonals, winds, which)
    c0, c2, c3, c4 = h2 * (35 / 384), h2 * (50 / 159), h2 * (25 / 192), h2 * (-243 / 6784)
    nx = x + h * vx + (c0 * ax + c2 * k2x + c3 * k3x + c4 * k4x)
    ny = y + h * vy + (c0 * ay + c2 * k2y + c3 * k3y + c4 * k4y)
    nz = z + h * vz + (c0 * az + c2 * k2z + c3 * k3z + c4 * k4z)
    c0, c2, c3, c4, c5 = h * (35 / 384), h * (500 / 1113), h * (125 / 192), h * (-2187 / 6784), h * (11 / 84)
    ux = vx + (c0 * ax + c2 * k2x + c3 * k3x + c4 * k4x + c5 * k5x)
    uy = vy + (c0 * ay + c2 * k2y + c3 * k3y + c4 * k4y + c5 * k5y)
    uz = vz + (c0 * az + c2 * k2z + c3 * k3z + c4 * k4z + c5 * k5z)
    bx, by, bz, alt_m = acceleration(nx, ny, nz, ux, uy, uz, drag, air, zonals, winds, which)
    c0, c2, c3, c4, c5 = (
        h2 * (611 / 230400),
        h2 * (-514 / 83475),
        h2 * (391 / 38400),
        h2 * (-4617 / 1356800),
        h2 * (-11 / 3360),
    )
    ex = c0 * ax + c2 * k2x + c3 * k3x + c4 * k4x + c5 * k5x
    ey = c0 * ay + c2 * k2y + c3 * k3y + c4 * k4y + c5 * k5y
    ez = c0 * az + c2 * k2z + c3 * k3z + c4 * k4z + c5 * k5z
    c0, c2, c3, c4, c5, c6 = (
        h * (71 / 57600),
        h * (-71 / 16695),
        h * (71 / 1920),
        h * (-17253 / 339200),
        h * (22 / 525),
        h * (-1 / 40),
    )
    gx = c0 * ax + c2 * k2x + c3 * k3x + c4 * k4x + c5 * k5x + c6 * bx
    gy = c0 * ay + c2 * k2y + c3 * k3y + c4 * k4y + c5 * k5y + c6 * by
    gz = c0 * az + c2 * k2z + c3 * k3z + c4 * k4z + c5 * k5z + c6 * bz
    return nx, ny, nz, ux, uy, uz, bx, by, bz, alt_m, ex * ex + ey * ey + ez * ez, gx * gx + gy * gy + gz * gz


@numba.njit(cache=True, error_model="numpy")
def factor(e2: float) -> float:
    """Return what to multiply a step by whose error is so many times (squared) what is allowed: by its eighth root."""
    return min(5.0, max(0.2, 0.95 / math.sqrt(math.sqrt(math.sqrt(math.sqrt(max(1e-20, e2)))))))


@numba.njit(cache=True, error_model="numpy")
def _free(alt_m: float, sign: float, bend_m: float) -> float:
    """Return how far a step may go [m] because of one bend: to near it, a little at a time across it, as far after it."""
    ahead_m = (bend_m - alt_m) * sign
    return max(_FINE_M, ahead_m - (_AROUND_M - 20.0)) + 1e6 * max(0.0, -_AROUND_M - ahead_m)


@numba.njit(cache=True, error_model="numpy")
def _fast(speed: float) -> float:
    """Return how fast something goes either way, not nothing."""
    either = max(speed, -speed)
    return max(1e-3, either)


@numba.njit(cache=True, error_model="numpy")
def fine(
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
    alt_m: float,
) -> float:
    """Return a step no longer than h that does not jump over a bend of the air."""
    up_z = z * (1.0 / (1.0 - _E2))
    per_m = 1.0 / math.sqrt(x * x + y * y + up_z * up_z)
    climb = (x * vx + y * vy + up_z * vz) * per_m
    level2 = vx * vx + vy * vy + vz * vz - climb * climb
    half = 0.5 * (x * ax + y * ay + up_z * az + level2) * per_m
    speed = climb + half * h
    fast = _fast(speed)
    sign = speed / fast
    a = min(_free(alt_m, sign, _BENDS_M[0]), _free(alt_m, sign, _BENDS_M[1]))
    b = min(_free(alt_m, sign, _BENDS_M[2]), _free(alt_m, sign, _BENDS_M[3]))
    c = min(_free(alt_m, sign, _BENDS_M[4]), _free(alt_m, sign, _BENDS_M[5]))
    d = min(_free(alt_m, sign, _BENDS_M[6]), _free(alt_m, sign, _BENDS_M[7]))
    ab, cd = min(a, b), min(c, d)
    free_m = min(ab, cd)
    return min(h, free_m / _fast(climb + half * min(h, free_m / fast)))


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
    for _ in range(MAX_LANDING):
        part = high - f_high * (high - low) / (f_high - f_low)
        sx, sy, sz, svx, svy, svz, _, _, _, f, _, _ = step(
            part, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which
        )
        f -= ground_m
        if f * f < NEAR_M2:
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
    per_m2, per_mps2 = 1.0 / (tol_m * tol_m), 1.0 / (tol_mps * tol_mps)
    ax, ay, az, alt_m = acceleration(x, y, z, vx, vy, vz, drag, air, zonals, winds, which)
    for _ in range(MAX_STEPS):
        part = fine(h, x, y, z, vx, vy, vz, ax, ay, az, alt_m)
        nx, ny, nz, ux, uy, uz, bx, by, bz, new_alt_m, e_m2, e_mps2 = step(
            part, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which
        )
        e2 = max(e_m2 * per_m2, e_mps2 * per_mps2)
        if not e2 <= 1.0:
            h = part * min(0.9, factor(e2))
            continue
        if new_alt_m <= ground_m and alt_m > ground_m:
            part, x, y, z, vx, vy, vz = land(
                part, alt_m, new_alt_m, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which, ground_m
            )
            return t + part, x, y, z, vx, vy, vz
        t += part
        x, y, z, vx, vy, vz, ax, ay, az, alt_m = nx, ny, nz, ux, uy, uz, bx, by, bz, new_alt_m
        if t > limit_s or alt_m < ground_m:
            break
        h = max(part * factor(e2), h if part < h else 0.0)
    return math.nan, x, y, z, vx, vy, vz


@numba.njit(cache=True, error_model="numpy", nogil=True)
def fall_each(
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
    """Drop (N, 6) states one after the other; fill out (N, 7): seconds, then the state at ground_m.

    It gives the bits of the crowd's lanes, slower, but is compiled in a fraction of their time: for a handful of bodies.
    """
    for i in range(states.shape[0]):
        s, o, which = states[i], out[i], wind_of[i] if winds.shape[0] > 0 else 0
        t, x, y, z, vx, vy, vz = fall(
            s[0], s[1], s[2], s[3], s[4], s[5], beta[i], air, zonals, winds, which, tol_m, tol_mps, ground_m, limit_s
        )
        o[0], o[1], o[2], o[3], o[4], o[5], o[6] = t, x, y, z, vx, vy, vz


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
            ax, ay, az, _ = acceleration(x, y, z, vx, vy, vz, drag, air, zonals, winds, which)
            h = min(h, left)
            nx, ny, nz, ux, uy, uz, _, _, _, _, e_m2, e_mps2 = step(
                h, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, which
            )
            e2 = max(e_m2 / (tol_m * tol_m), e_mps2 / (tol_mps * tol_mps))
            if e2 <= 1.0:
                left -= h
                x, y, z, vx, vy, vz = nx, ny, nz, ux, uy, uz
            h *= factor(e2) if e2 <= 1.0 else min(0.9, factor(e2))
        t += every_s
    return rows

"""How states move: gravity of an oblate turning Earth, thrust or drag as a slowly changing specific force.

A state is position, velocity, specific force x (9,) with covariance p (9, 9); a coasting one has no force: (6,), (6, 6).
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_GM = 3.986004418e14
_RE_M = 6_378_137.0
_OMEGA = 7.292115e-5
_J2 = 1.08262668355e-3
BOOST, COAST, JUMP, ENTRY = 0, 1, 2, 3
MODES = 4
STEP_S = 1.0  # longest single prediction; longer gaps are walked in equal steps
_SCALE_M = 7_000.0  # assumed: height over which air thins by e below 120 km; US Standard 1976 has 5.5 to 8.5 km there


@numba.njit(cache=True)
def field(px: float, py: float, pz: float, vx: float, vy: float, j2: float) -> tuple[float, float, float]:
    """Return gravity plus Coriolis and centrifugal acceleration [m/s2] in Earth-fixed axes; j2 = 1, or 0 for a sphere."""
    r2 = px * px + py * py + pz * pz
    k = _GM / (r2 * math.sqrt(r2))
    b = 1.5 * j2 * _J2 * _RE_M * _RE_M / r2
    s = 5.0 * pz * pz / r2
    flat = k * (1.0 + b * (1.0 - s)) - _OMEGA * _OMEGA
    return (
        -flat * px + 2.0 * _OMEGA * vy,
        -flat * py - 2.0 * _OMEGA * vx,
        -k * (1.0 + b * (3.0 - s)) * pz,
    )


@numba.njit(cache=True)
def move_mean(x: Array, dt: float, a0: float, a1: float, a2: float, j2: float) -> None:
    """Move position and velocity over dt under the force (a0, a1, a2) by two evaluations of the field (third order)."""
    g0, g1, g2 = field(x[0], x[1], x[2], x[3], x[4], j2)
    f0, f1, f2 = g0 + a0, g1 + a1, g2 + a2
    h = 0.5 * dt * dt
    n0, n1, n2 = field(
        x[0] + x[3] * dt + f0 * h,
        x[1] + x[4] * dt + f1 * h,
        x[2] + x[5] * dt + f2 * h,
        x[3] + f0 * dt,
        x[4] + f1 * dt,
        j2,
    )
    s = dt * dt / 6.0
    x[0] += x[3] * dt + (3.0 * a0 + 2.0 * g0 + n0) * s
    x[1] += x[4] * dt + (3.0 * a1 + 2.0 * g1 + n1) * s
    x[2] += x[5] * dt + (3.0 * a2 + 2.0 * g2 + n2) * s
    x[3] += (a0 + 0.5 * (g0 + n0)) * dt
    x[4] += (a1 + 0.5 * (g1 + n1)) * dt
    x[5] += (a2 + 0.5 * (g2 + n2)) * dt


@numba.njit(cache=True)
def transition(x: Array, dt: float, f: Array) -> None:
    """Fill the 6x6 transition of position and velocity: I + G dt2/2, I dt + C dt2/2; G dt, I + C dt."""
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    k = _GM / (r2 * math.sqrt(r2))
    h = 0.5 * dt * dt
    for i in range(3):
        for j in range(3):
            g = 3.0 * k * x[i] * x[j] / r2
            if i == j:
                g -= k
                if i < 2:
                    g += _OMEGA * _OMEGA
            f[i, j] = g * h
            f[3 + i, j] = g * dt
            f[i, 3 + j] = 0.0
            f[3 + i, 3 + j] = 0.0
        f[i, i] += 1.0
        f[i, 3 + i] = dt
        f[3 + i, 3 + i] = 1.0
    c = 2.0 * _OMEGA
    f[0, 4], f[1, 3] = c * h, -c * h
    f[3, 4], f[4, 3] = c * dt, -c * dt


@numba.njit(cache=True)
def _move_cov(p: Array, f: Array, dt: float, feels: float, keeps: float, t: Array) -> None:
    """Replace P by F P F' with F = [f6, feels (dt2/2, dt); 0, keeps]; one triangle is computed and mirrored."""
    c, d = 0.5 * dt * dt * feels, dt * feels
    for i in range(6):
        g = c if i < 3 else d
        for j in range(9):
            s = g * p[6 + i % 3, j]
            for k in range(6):
                s += f[i, k] * p[k, j]
            t[i, j] = s
    for i in range(6, 9):
        for j in range(9):
            t[i, j] = keeps * p[i, j]
    for i in range(9):
        for j in range(i, 9):
            if j < 6:
                s = (c if j < 3 else d) * t[i, 6 + j % 3]
                for k in range(6):
                    s += t[i, k] * f[j, k]
            else:
                s = keeps * t[i, j]
            p[i, j] = s
            p[j, i] = s


@numba.njit(cache=True)
def _add_noise(p: Array, dt: float, q: float, coast: bool) -> None:
    """Add white jerk q [m2/s5] or, when coasting, white acceleration q [m2/s3] and a nominal 1 (m/s2)2 of thrust."""
    d2, d3 = dt * dt, dt * dt * dt
    if coast:
        pp, pv, vv, pa, va, aa = q * d3 / 3.0, q * d2 / 2.0, q * dt, 0.0, 0.0, 1.0
    else:
        pp, pv, vv = q * d3 * d2 / 20.0, q * d2 * d2 / 8.0, q * d3 / 3.0
        pa, va, aa = q * d3 / 6.0, q * d2 / 2.0, q * dt
    for i in range(3):
        p[i, i] += pp
        p[3 + i, 3 + i] += vv
        p[6 + i, 6 + i] += aa
        p[i, 3 + i] += pv
        p[3 + i, i] += pv
        p[i, 6 + i] += pa
        p[6 + i, i] += pa
        p[3 + i, 6 + i] += va
        p[6 + i, 3 + i] += va


@numba.njit(cache=True)
def predict(x: Array, p: Array, dt: float, q: float, mode: int, j2: float, f: Array, t: Array) -> None:
    """Move one model's state and covariance over dt, in place; f (6, 6) and t (9, 9) are scratch.

    Boost and jump keep the force, coast drops it. Entry lets it grow as drag does, with the air's density and the
    square of the speed; its noise grows with it.
    """
    a0, a1, a2 = x[6], x[7], x[8]
    feels, keeps = 1.0, 1.0
    if mode == COAST:
        a0, a1, a2, feels, keeps = 0.0, 0.0, 0.0, 0.0, 0.0
    v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    r = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2])
    transition(x, dt, f)
    move_mean(x, dt, a0, a1, a2, j2)
    if mode == ENTRY:
        climb = math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]) - r
        faster = (x[3] * x[3] + x[4] * x[4] + x[5] * x[5]) / max(v2, 1.0)
        keeps = min(max(math.exp(-climb / _SCALE_M) * faster, 0.5), 2.0)
        q += 0.01 * (a0 * a0 + a1 * a1 + a2 * a2)
    x[6], x[7], x[8] = keeps * a0, keeps * a1, keeps * a2
    _move_cov(p, f, dt, feels, keeps, t)
    _add_noise(p, dt, q, mode == COAST)


@numba.njit(cache=True)
def predict_coast(x: Array, p: Array, dt: float, q: float, j2: float, f: Array, t: Array) -> None:
    """Move a coasting state x (6,) and covariance p (6, 6) over dt, in place; f, t (6, 6) are scratch.

    q: white acceleration [m2/s3]
    """
    transition(x, dt, f)
    move_mean(x, dt, 0.0, 0.0, 0.0, j2)
    for i in range(6):
        for j in range(6):
            s = 0.0
            for k in range(6):
                s += f[i, k] * p[k, j]
            t[i, j] = s
    for i in range(6):
        for j in range(i, 6):
            s = 0.0
            for k in range(6):
                s += t[i, k] * f[j, k]
            p[i, j] = s
            p[j, i] = s
    for i in range(3):
        p[i, i] += q * dt * dt * dt / 3.0
        p[3 + i, 3 + i] += q * dt
        p[i, 3 + i] += 0.5 * q * dt * dt
        p[3 + i, i] += 0.5 * q * dt * dt


@numba.njit(cache=True)
def carry(x: Array, p: Array, gap: float, q: float, coast: bool, j2: float) -> None:
    """Carry one state x (9,) and covariance p (9, 9) over a gap without readings, in place."""
    f, t = np.empty((6, 6)), np.empty((9, 9))
    steps = max(1, math.ceil(gap / STEP_S - 1e-9))
    for _ in range(steps):
        predict(x, p, gap / steps, q, COAST if coast else BOOST, j2, f, t)

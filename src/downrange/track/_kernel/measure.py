"""What a sensor would say of a state, and what a state learns from what it said.

A reading is a row of twelve numbers: range [m], azimuth, elevation [rad], range-rate [m/s], position (3) [m], velocity
(3) [m/s] in Earth-fixed axes, height over the ellipsoid [m], speed relative to the Earth [m/s]; NaN where not given.
They are taken in one at a time, angles before range and each about the newest state: with independent noises this is
the joint update, needs no inverse, takes missing fields, and keeps range honest when the cross-range is still wide.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.earth._kernel import height_and_up

Array = NDArray[np.float64]

NUMBERS = 12
_ORDER = (1, 2, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11)


@numba.njit(cache=True)
def look(x: Array, site: Array, axes: Array) -> tuple[float, float, float, float]:
    """Return range [m], azimuth [rad], elevation [rad] and range-rate [m/s] seen from site (6,): place and velocity."""
    d0, d1, d2 = x[0] - site[0], x[1] - site[1], x[2] - site[2]
    e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
    n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
    u = axes[2, 0] * d0 + axes[2, 1] * d1 + axes[2, 2] * d2
    rho = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    rate = (d0 * (x[3] - site[3]) + d1 * (x[4] - site[4]) + d2 * (x[5] - site[5])) / rho
    return rho, math.atan2(e, n), math.atan2(u, math.hypot(e, n)), rate


@numba.njit(cache=True)
def row(x: Array, site: Array, axes: Array, what: int, h: Array) -> float:
    """Fill the row h (6,) of number `what` and return its expected value."""
    for i in range(6):
        h[i] = 0.0
    if what >= 4:
        return _row_of_state(x, what, h)
    rho, az, el, rate = look(x, site, axes)
    if what == 0:
        for i in range(3):
            h[i] = (x[i] - site[i]) / rho
        return rho
    if what == 3:
        for i in range(3):
            d = (x[i] - site[i]) / rho
            h[i] = (x[3 + i] - site[3 + i] - rate * d) / rho
            h[3 + i] = d
        return rate
    sa, ca, se, ce = math.sin(az), math.cos(az), math.sin(el), math.cos(el)
    for i in range(3):
        if what == 1:
            h[i] = (ca * axes[0, i] - sa * axes[1, i]) / (rho * max(ce, 1e-6))
        else:
            h[i] = (-se * (sa * axes[0, i] + ca * axes[1, i]) + ce * axes[2, i]) / rho
    return az if what == 1 else el


@numba.njit(cache=True)
def _row_of_state(x: Array, what: int, h: Array) -> float:
    """Fill the row of a number that needs no site: a coordinate, height over the ellipsoid, or speed."""
    if what < 10:
        h[what - 4] = 1.0
        return float(x[what - 4])
    if what == 10:
        alt, h[0], h[1], h[2] = height_and_up(x[0], x[1], x[2])
        return alt
    speed = math.sqrt(x[3] * x[3] + x[4] * x[4] + x[5] * x[5])
    for i in range(3):
        h[3 + i] = x[3 + i] / max(speed, 1e-3)
    return speed


@numba.njit(cache=True)
def take_in(x: Array, p: Array, h: Array, innovation: float, var: float, ph: Array) -> tuple[float, float]:
    """Take in one number with row h (first six of x's n) in place: return (chi2, log-likelihood)."""
    s, size = var, x.shape[0]
    for i in range(size):
        ph[i] = 0.0
        for k in range(6):
            ph[i] += p[i, k] * h[k]
    for k in range(6):
        s += h[k] * ph[k]
    gain = 1.0 / s
    for i in range(size):
        x[i] += ph[i] * innovation * gain
        for j in range(i, size):
            p[i, j] -= ph[i] * ph[j] * gain
            p[j, i] = p[i, j]
    chi2 = innovation * innovation * gain
    return chi2, -0.5 * (chi2 + math.log(2.0 * math.pi * s))


@numba.njit(cache=True)
def update(
    x: Array, p: Array, z: Array, site: Array, axes: Array, var: Array, h: Array, ph: Array
) -> tuple[float, float]:
    """Take in one reading z (12,) with variances var (12,), in place: return (chi2, log-likelihood).

    x (n,), p (n, n) with n of 6 or 9; h (6,), ph (9,) are scratch.
    """
    chi2, loglik = 0.0, 0.0
    for what in _ORDER:
        if math.isnan(z[what]):
            continue
        innovation = z[what] - row(x, site, axes, what, h)
        if what == 1:
            innovation = (innovation + math.pi) % (2.0 * math.pi) - math.pi
        c, ll = take_in(x, p, h, innovation, var[what], ph)
        chi2 += c
        loglik += ll
    return chi2, loglik

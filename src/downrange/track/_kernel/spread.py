"""What a covariance means on the ground and in orbit: impact point and orbit figures with their spread.

Impact point: the closed form of the fall room.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.fall._kernel import impact_point

Array = NDArray[np.float64]

_GM = 3.986004418e14
_RE_M = 6_378_137.0
_F = 1.0 / 298.257223563
_E2 = _F * (2.0 - _F)
_OMEGA = 7.292115e-5


@numba.njit(cache=True)
def apsides(px: float, py: float, pz: float, vx: float, vy: float, vz: float) -> tuple[float, float]:
    """Return perigee and apogee heights [m] over the equatorial radius; apogee infinite when it escapes."""
    wx, wy = vx - _OMEGA * py, vy + _OMEGA * px
    r = math.sqrt(px * px + py * py + pz * pz)
    v2 = wx * wx + wy * wy + vz * vz
    h0, h1, h2 = py * vz - pz * wy, pz * wx - px * vz, px * wy - py * wx
    pp = (h0 * h0 + h1 * h1 + h2 * h2) / _GM
    inv_a = 2.0 / r - v2 / _GM
    e = math.sqrt(max(0.0, 1.0 - pp * inv_a))
    return pp / (1.0 + e) - _RE_M, (pp / (1.0 - e) - _RE_M if inv_a > 0.0 else math.inf)


@numba.njit(cache=True)
def root(p: Array, low: Array) -> None:
    """Fill the lower Cholesky factor of a 6x6 covariance; a pivot at or below zero counts as zero spread."""
    for i in range(6):
        for j in range(i + 1, 6):
            low[i, j] = 0.0
        for j in range(i + 1):
            s = p[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            if i == j:
                low[i, i] = math.sqrt(max(s, 0.0))
            elif low[j, j] > 0.0:
                low[i, j] = s / low[j, j]


@numba.njit(cache=True)
def inclination(px: float, py: float, pz: float, vx: float, vy: float, vz: float) -> float:
    """Return the inclination of the orbit [rad]."""
    wx, wy = vx - _OMEGA * py, vy + _OMEGA * px
    h0, h1, h2 = py * vz - pz * wy, pz * wx - px * vz, px * wy - py * wx
    return math.atan2(math.hypot(h0, h1), h2)


@numba.njit(cache=True)
def _orbit_over(x: Array, low: Array, points: Array, perigee_m: float, out: Array) -> None:
    """Fill out (7,) as orbit_spread does, from points (k, 6) in units of sigma."""
    y, count = np.empty(6), points.shape[0]
    above, m1, s1, m2, s2, m3, s3 = 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    base1, base2 = apsides(x[0], x[1], x[2], x[3], x[4], x[5])
    base3 = inclination(x[0], x[1], x[2], x[3], x[4], x[5])
    for d in range(count):
        for i in range(6):
            y[i] = x[i]
            for k in range(i + 1):
                y[i] += low[i, k] * points[d, k]
        lo, hi = apsides(y[0], y[1], y[2], y[3], y[4], y[5])
        tilt = inclination(y[0], y[1], y[2], y[3], y[4], y[5]) - base3
        above += lo > perigee_m
        m1 += lo - base1
        s1 += (lo - base1) ** 2
        m2 += hi - base2
        s2 += (hi - base2) ** 2
        m3 += tilt
        s3 += tilt * tilt
    m1, m2, m3 = m1 / count, m2 / count, m3 / count
    out[0] = above / count
    out[1], out[2] = base1 + m1, math.sqrt(max(0.0, s1 / count - m1 * m1))
    out[3], out[4] = base2 + m2, math.sqrt(max(0.0, s2 / count - m2 * m2))
    out[5], out[6] = base3 + m3, math.sqrt(max(0.0, s3 / count - m3 * m3))


@numba.njit(cache=True)
def orbit_spread(x: Array, p: Array, draws: Array, perigee_m: float, out: Array) -> None:
    """Fill out (n, 7): P(perigee height above perigee_m), mean and sigma of perigee, apogee [m] and inclination [rad].

    x (n, 6), p (n, 6, 6), draws (k, 6) standard normal numbers, the same for every row. Twelve points at sqrt(6) sigma
    (unscented transform without a centre) come first; only where the limit is within eight sigma are draws worth it.
    """
    low, star = np.empty((6, 6)), np.zeros((12, 6))
    for d in range(12):
        star[d, d // 2] = math.sqrt(6.0) if d % 2 == 0 else -math.sqrt(6.0)
    for n in range(x.shape[0]):
        root(p[n], low)
        _orbit_over(x[n], low, star, perigee_m, out[n])
        if not abs(out[n, 1] - perigee_m) > 8.0 * out[n, 2]:
            _orbit_over(x[n], low, draws, perigee_m, out[n])


@numba.njit(cache=True)
def _root_of(variance: float) -> float:
    """Return the square root; a rounding below zero is zero, NaN stays NaN."""
    return 0.0 if variance < 0.0 else math.sqrt(variance)


@numba.njit(cache=True)
def impact_spread(x: Array, p: Array, out: Array) -> None:
    """Fill out (n, 7): latitude, longitude [rad], time to go [s], sigma major and minor [m], axis [rad], sigma of time.

    x (n, 6), p (n, 6, 6). Twelve points at sqrt(6) sigma along the covariance's root (unscented transform without a
    centre). Spread is NaN as soon as one point stays in orbit: then there is no ellipse to speak of.
    """
    low, y = np.empty((6, 6)), np.empty(6)
    far = math.sqrt(6.0)
    for n in range(x.shape[0]):
        lat, lon, t = impact_point(x[n, 0], x[n, 1], x[n, 2], x[n, 3], x[n, 4], x[n, 5])
        root(p[n], low)
        s = 1.0 - _E2 * math.sin(lat) ** 2
        per_lat, per_lon = _RE_M * (1.0 - _E2) / s**1.5, _RE_M * math.cos(lat) / math.sqrt(s)
        ee, en, nn, tt, me, mn, mt = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for d in range(12):
            sign = far if d % 2 == 0 else -far
            for i in range(6):
                y[i] = x[n, i] + sign * low[i, d // 2]
            la, lo, ti = impact_point(y[0], y[1], y[2], y[3], y[4], y[5])
            east = ((lo - lon + math.pi) % (2.0 * math.pi) - math.pi) * per_lon
            north, late = (la - lat) * per_lat, ti - t
            me, mn, mt = me + east / 12.0, mn + north / 12.0, mt + late / 12.0
            ee, en, nn = ee + east * east / 12.0, en + east * north / 12.0, nn + north * north / 12.0
            tt += late * late / 12.0
        ee, en, nn = ee - me * me, en - me * mn, nn - mn * mn
        half, off = 0.5 * (ee + nn), math.hypot(0.5 * (ee - nn), en)
        out[n, 0], out[n, 1], out[n, 2] = lat, lon, t
        out[n, 3], out[n, 4] = _root_of(half + off), _root_of(half - off)
        out[n, 5] = 0.5 * math.atan2(2.0 * en, nn - ee) % math.pi
        out[n, 6] = _root_of(tt - mt * mt)

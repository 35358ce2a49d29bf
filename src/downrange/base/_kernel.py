"""Bare arithmetic shared by every kernel: counted random numbers and the ellipsoid. SI and radians.

Counter-based generator: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC11, doi 10.1145/2063384.2063405). Height: one pass of Bowring's method (Survey Review 28, 1985).
"""

from __future__ import annotations

import math

import numba
import numpy as np

_RE_M = 6_378_137.0
_F = 1.0 / 298.257223563
_RP_M = _RE_M * (1.0 - _F)
_E2 = _F * (2.0 - _F)
_EP2 = _E2 / (1.0 - _E2)


@numba.njit(cache=True)
def philox(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key of 32-bit words."""
    mask = np.uint64(0xFFFFFFFF)
    a0, a1, a2, a3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    b0, b1 = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * a0
        p1 = np.uint64(0xCD9E8D57) * a2
        a0, a1, a2, a3 = (
            (p1 >> np.uint64(32)) ^ a1 ^ b0,
            p1 & mask,
            (p0 >> np.uint64(32)) ^ a3 ^ b1,
            p0 & mask,
        )
        b0 = (b0 + np.uint64(0x9E3779B9)) & mask
        b1 = (b1 + np.uint64(0xBB67AE85)) & mask
    return a0, a1, a2, a3


@numba.njit(cache=True)
def uniform(seed: int, sample: int, draw: int) -> float:
    """Return the number in (0, 1) that belongs to (seed, sample, draw), whatever else is drawn."""
    mask = np.uint64(0xFFFFFFFF)
    s, n = np.uint64(seed), np.uint64(sample)
    w0, w1, _, _ = philox(n & mask, n >> np.uint64(32), np.uint64(draw), np.uint64(0), s & mask, s >> np.uint64(32))
    bits = ((w0 >> np.uint64(5)) << np.uint64(26)) | (w1 >> np.uint64(6))
    return (float(bits) + 0.5) / 9007199254740992.0


@numba.njit(cache=True)
def standard_normal(seed: int, sample: int, draw: int) -> float:
    """Return the standard normal number that belongs to (seed, sample, draw); Box and Muller, 1958."""
    u1 = uniform(seed, sample, 2 * draw + 1_000_000)
    u2 = uniform(seed, sample, 2 * draw + 1_000_001)
    return math.sqrt(-2.0 * math.log(u1)) * math.cos(2.0 * math.pi * u2)


@numba.njit(cache=True)
def height(x_ecef_m: float, y_ecef_m: float, z_ecef_m: float) -> float:
    """Return the height over the ellipsoid [m]; below 1 mm of error from -10 km to 10,000 km."""
    p = math.sqrt(x_ecef_m * x_ecef_m + y_ecef_m * y_ecef_m)
    if p < 1e-3:
        return abs(z_ecef_m) - _RP_M
    tu = z_ecef_m * _RE_M / (p * _RP_M)
    cu = 1.0 / math.sqrt(1.0 + tu * tu)
    su = tu * cu
    tl = (z_ecef_m + _EP2 * _RP_M * su * su * su) / (p - _E2 * _RE_M * cu * cu * cu)
    cl = 1.0 / math.sqrt(1.0 + tl * tl)
    sl = tl * cl
    return p * cl + z_ecef_m * sl - _RE_M * math.sqrt(1.0 - _E2 * sl * sl)


@numba.njit(cache=True)
def geodetic(x_ecef_m: float, y_ecef_m: float, z_ecef_m: float) -> tuple[float, float, float]:
    """Return geodetic latitude [rad], longitude [rad] and height [m]; Bowring, two passes."""
    p = math.sqrt(x_ecef_m * x_ecef_m + y_ecef_m * y_ecef_m)
    if p < 1e-3:
        return math.copysign(0.5 * math.pi, z_ecef_m), 0.0, abs(z_ecef_m) - _RP_M
    tu = z_ecef_m * _RE_M / (p * _RP_M)
    tl = tu
    for _ in range(2):
        cu = 1.0 / math.sqrt(1.0 + tu * tu)
        su = tu * cu
        tl = (z_ecef_m + _EP2 * _RP_M * su * su * su) / (p - _E2 * _RE_M * cu * cu * cu)
        tu = (1.0 - _F) * tl
    cl = 1.0 / math.sqrt(1.0 + tl * tl)
    sl = tl * cl
    alt = p * cl + z_ecef_m * sl - _RE_M * math.sqrt(1.0 - _E2 * sl * sl)
    return math.atan(tl), math.atan2(y_ecef_m, x_ecef_m), alt


@numba.njit(cache=True)
def ecef(lat_rad: float, lon_rad: float, alt_m: float) -> tuple[float, float, float]:
    """Return Earth-fixed x, y, z [m] of a geodetic position."""
    sl, cl = math.sin(lat_rad), math.cos(lat_rad)
    n = _RE_M / math.sqrt(1.0 - _E2 * sl * sl)
    return (
        (n + alt_m) * cl * math.cos(lon_rad),
        (n + alt_m) * cl * math.sin(lon_rad),
        (n * (1.0 - _E2) + alt_m) * sl,
    )

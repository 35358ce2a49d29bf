"""Bare arithmetic shared by every kernel: counted random numbers.

Counter-based generator: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC11, doi 10.1145/2063384.2063405).
"""

from __future__ import annotations

import math

import numba
import numpy as np


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

"""How far inside its limit a point is, from two polynomials in u: positive means seen.

Two forms serve all limits that do not depend on where the sensor points.
CONE: geocentric off-nadir angle at most eta. With p = r.q and w = |r|^2 the point q is inside the near part of the cone
  when p - s^2 w - c sqrt(w (|q|^2 - s^2 w)) >= 0, s = sin eta, c = cos eta: the arc from the foot of the satellite is at
  most asin(s |r| / |q|) - eta. The far part, beyond the horizon, is no solution of it. Needs s |r| < |q|.
SLANT: m - c sqrt(d2) >= 0 with d2 = |r - q|^2. Elevation over the ellipsoid's horizon: m = (r - q).n, n upward at the
  point, c = sin of the lowest elevation. Geodetic off-nadir angle: m = (r - q).N, N upward at the satellite, c = cos eta.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from downrange.coverage._kernel.path import TERMS

CONE, SLANT = 0, 1


@numba.njit(cache=True, nogil=True, error_model="numpy")
def with_rate(
    form: int, first: np.ndarray, second: np.ndarray, c: float, s2: float, pp: float, u: float
) -> tuple[float, float]:
    """Return the margin and its derivative by u. first: p or m; second: w or d2; pp: |q|^2 of a CONE."""
    a, da = first[TERMS - 1], 0.0
    b, db = second[TERMS - 1], 0.0
    for k in range(TERMS - 2, -1, -1):
        da = da * u + a
        a = a * u + first[k]
        db = db * u + b
        b = b * u + second[k]
    if form == CONE:
        room = pp - s2 * b
        root = math.sqrt(b * room)
        return a - s2 * b - c * root, da - s2 * db - c * db * (room - s2 * b) / (2.0 * root)
    if c == 0.0:
        return a, da
    root = math.sqrt(b)
    return a - c * root, da - c * db / (2.0 * root)

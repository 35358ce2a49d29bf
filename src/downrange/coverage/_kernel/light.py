"""Bare arithmetic of light: the height of the sun over many points at many moments, from a table of its directions."""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@numba.njit(cache=True)
def sun_elevations(up_ecef: Array, point: NDArray[np.int32], t_s: Array, knot_s: float, sun_ecef: Array) -> Array:
    """Return the sun's elevation [rad] over up_ecef[point] at t_s, (k,).

    up_ecef: (n, 3) unit vectors straight up; sun_ecef: (m, 3) unit vectors to the sun, every knot_s from 0 on.
    Between knots the height over the equator follows a straight line, and so does the way about the axis, stretched to
    the circle that is left: at 300 s that is 1e-5 deg off. A straight line alone would be 1e-3 deg off in summer.
    """
    out = np.empty(t_s.size)
    for k in range(t_s.size):
        at = t_s[k] / knot_s
        i = min(max(int(at), 0), sun_ecef.shape[0] - 2)
        b = at - i
        a, p = 1.0 - b, point[k]
        x = a * sun_ecef[i, 0] + b * sun_ecef[i + 1, 0]
        y = a * sun_ecef[i, 1] + b * sun_ecef[i + 1, 1]
        z = a * sun_ecef[i, 2] + b * sun_ecef[i + 1, 2]
        stretch = math.sqrt((1.0 - z * z) / (x * x + y * y))
        high = stretch * (x * up_ecef[p, 0] + y * up_ecef[p, 1]) + z * up_ecef[p, 2]
        out[k] = math.asin(min(1.0, max(-1.0, high)))
    return out

"""Paths of satellites as polynomials: thirteen positions determine degree 12 over the two steps in their middle.

The unit of u is an arc, two steps of the nodes, which are at u = -3, -2.5 ... 3; the arc is from -0.5 to 0.5. A column of
`coef` is a polynomial in u: x, y, z [m], |r|^2 [m^2], then, for geodetic nadir, the ellipsoid's upward normal N under the
satellite (three columns) and N.r [m]. Velocities of SGP4 are not used: they are no exact derivatives of its positions,
and Hermite polynomials through both miss by 2 m at eight minutes a step.
"""

from __future__ import annotations

import math

import numba
import numpy as np

TERMS = 13
EDGE = (TERMS - 3) // 2  # nodes before the first arc, and after the last
PLAIN, WITH_NORMAL = 4, 8


@numba.njit(cache=True, nogil=True, error_model="numpy")
def upward(x: float, y: float, z: float, a_m: float, e2: float) -> tuple[float, float, float]:
    """Return the ellipsoid's outward normal below a point; Bowring's step, Survey Review 28, 1985, then one of Newton's kind."""
    p = math.sqrt(x * x + y * y)
    if p < 1e-6:
        return 0.0, 0.0, math.copysign(1.0, z)
    b_m = a_m * math.sqrt(1.0 - e2)
    r = math.sqrt(p * p + z * z)
    tan_u = (b_m * z / (a_m * p)) * (1.0 + (e2 / (1.0 - e2)) * b_m / r)
    tan_lat = z / p
    for _ in range(3):
        cos_u = 1.0 / math.sqrt(1.0 + tan_u * tan_u)
        sin_u = tan_u * cos_u
        tan_lat = (z + (e2 / (1.0 - e2)) * b_m * sin_u**3) / (p - e2 * a_m * cos_u**3)
        tan_u = tan_lat * math.sqrt(1.0 - e2)
    cos_lat = 1.0 / math.sqrt(1.0 + tan_lat * tan_lat)
    return cos_lat * x / p, cos_lat * y / p, tan_lat * cos_lat


@numba.njit(cache=True, nogil=True, error_model="numpy")
def fit_arcs(
    r_teme_km: np.ndarray, turned: np.ndarray, lagrange: np.ndarray, a_m: float, e2: float, coef: np.ndarray
) -> None:
    """Fill coef (arcs, columns, 13) from nodes (2 arcs + 11, 3) in TEME, and the sidereal angle at each [rad].

    lagrange: (13, 13), from the values at thirteen nodes to the coefficients in u
    """
    count, wide = r_teme_km.shape[0], coef.shape[1]
    rows = np.empty((wide, count))
    for i in range(count):
        c, s = math.cos(turned[i]), math.sin(turned[i])
        x = 1e3 * (c * r_teme_km[i, 0] + s * r_teme_km[i, 1])
        y = 1e3 * (c * r_teme_km[i, 1] - s * r_teme_km[i, 0])
        z = 1e3 * r_teme_km[i, 2]
        rows[0, i], rows[1, i], rows[2, i] = x, y, z
        rows[3, i] = x * x + y * y + z * z
        if wide > PLAIN:
            n = upward(x, y, z, a_m, e2)
            rows[4, i], rows[5, i], rows[6, i] = n
            rows[7, i] = n[0] * x + n[1] * y + n[2] * z
    for arc in range(coef.shape[0]):
        for col in range(wide):
            for term in range(TERMS):
                coef[arc, col, term] = 0.0
            for m in range(TERMS):
                value = rows[col, 2 * arc + m]
                for term in range(TERMS):
                    coef[arc, col, term] += lagrange[m, term] * value


@numba.njit(cache=True, nogil=True, error_model="numpy")
def value_at(column: np.ndarray, u: float) -> float:
    """Return a polynomial at u."""
    value: float = column[TERMS - 1]
    for k in range(TERMS - 2, -1, -1):
        value = value * u + column[k]
    return value


@numba.njit(cache=True, nogil=True, error_model="numpy")
def rate_at(column: np.ndarray, u: float) -> float:
    """Return the derivative of a polynomial by u."""
    value: float = (TERMS - 1) * column[TERMS - 1]
    for k in range(TERMS - 2, 0, -1):
        value = value * u + k * column[k]
    return value


@numba.njit(cache=True, nogil=True, error_model="numpy")
def state_at(arc: np.ndarray, u: float) -> tuple[float, float, float, float, float, float]:
    """Return Earth-fixed position [m] and velocity [m per arc's time]."""
    return (
        value_at(arc[0], u), value_at(arc[1], u), value_at(arc[2], u),
        rate_at(arc[0], u), rate_at(arc[1], u), rate_at(arc[2], u),
    )  # fmt: skip

"""The windows of many points in one piece of a path, side by side: the same steps for all, which the compiler makes wide.

What does not come out in those steps (a window that grazes its limit, a start too far off) is solved by itself
(`solve.window`). Work arrays have a row a quantity and a column a point; BLOCK points are taken at once.
"""

from __future__ import annotations

import math

import numba
import numpy as np

from downrange.coverage._kernel.margin import CONE, SLANT
from downrange.coverage._kernel.path import TERMS
from downrange.coverage._kernel.solve import window

BLOCK = 64
ROUND_NADIR, ELEVATION, TRUE_NADIR = 0, 1, 2  # limits: off the radius, over the horizon, off the ellipsoid's normal
# rows of `lane`: the point (as in `margin`), the guess of its closest approach, what is worked out, the edges of all limits
X, Y, Z, QQ, NX, NY, NZ, QN, U, F, DF, A, B, TOP, HALF, LEFT, RIGHT, BEND, STEP, HOPE, FROM, TO = range(22)
LANE_ROWS = 22
_SURE = 2e-9  # a Newton step squared, per half window, leaves half of this as an error: a microsecond


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _cone_terms(arc: np.ndarray, lane: np.ndarray, n: int, first: np.ndarray, second: np.ndarray) -> None:
    """Write the polynomials r.q and |r|^2 for n points q."""
    for k in range(TERMS):
        cx, cy, cz, w = arc[0, k], arc[1, k], arc[2, k], arc[3, k]
        for i in range(n):
            first[k, i] = cx * lane[X, i] + cy * lane[Y, i] + cz * lane[Z, i]
            second[k, i] = w


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _distance_terms(arc: np.ndarray, lane: np.ndarray, n: int, second: np.ndarray) -> None:
    """Write the polynomial |r - q|^2."""
    for k in range(TERMS):
        cx, cy, cz, w = arc[0, k], arc[1, k], arc[2, k], arc[3, k]
        for i in range(n):
            second[k, i] = w - 2.0 * (cx * lane[X, i] + cy * lane[Y, i] + cz * lane[Z, i])
    for i in range(n):
        second[0, i] += lane[QQ, i]


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _elevation_terms(arc: np.ndarray, lane: np.ndarray, n: int, first: np.ndarray) -> None:
    """Write the polynomial (r - q).n, n upward at the point."""
    for k in range(TERMS):
        cx, cy, cz = arc[0, k], arc[1, k], arc[2, k]
        for i in range(n):
            first[k, i] = cx * lane[NX, i] + cy * lane[NY, i] + cz * lane[NZ, i]
    for i in range(n):
        first[0, i] -= lane[QN, i]


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _nadir_terms(arc: np.ndarray, lane: np.ndarray, n: int, first: np.ndarray) -> None:
    """Write the polynomial (r - q).N, N upward at the satellite."""
    for k in range(TERMS):
        cx, cy, cz, nr = arc[4, k], arc[5, k], arc[6, k], arc[7, k]
        for i in range(n):
            first[k, i] = nr - (cx * lane[X, i] + cy * lane[Y, i] + cz * lane[Z, i])


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _margins(
    form: int, first: np.ndarray, second: np.ndarray, c: float, s2: float, lane: np.ndarray, at: int, n: int
) -> None:
    """Write the margins F, their derivatives DF and the polynomials' values A and B at the times in row `at`."""
    for i in range(n):
        u = lane[at, i]
        a, da, b, db = first[TERMS - 1, i], 0.0, second[TERMS - 1, i], 0.0
        for k in range(TERMS - 2, -1, -1):
            da = da * u + a
            a = a * u + first[k, i]
            db = db * u + b
            b = b * u + second[k, i]
        lane[A, i], lane[B, i] = a, b
        lane[F, i], lane[DF, i] = da, db
    if form == CONE:
        for i in range(n):
            a, b, da, db = lane[A, i], lane[B, i], lane[F, i], lane[DF, i]
            room = lane[QQ, i] - s2 * b
            root = math.sqrt(b * room)
            lane[F, i] = a - s2 * b - c * root
            lane[DF, i] = da - s2 * db - 0.5 * c * db * (room - s2 * b) / root
    else:
        for i in range(n):
            a, b, da, db = lane[A, i], lane[B, i], lane[F, i], lane[DF, i]
            root = math.sqrt(b)
            lane[F, i] = a - c * root
            lane[DF, i] = da - 0.5 * c * db / root


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _bends(limit: int, arc: np.ndarray, c: float, rate: float, lane: np.ndarray, n: int) -> None:
    """Write BEND, -f'' at the closest approach; a point's nearness there goes as the cosine of an angle at `rate`."""
    if limit == ROUND_NADIR:
        for i in range(n):
            lane[BEND, i] = rate * rate * lane[A, i]
        return
    for i in range(n):
        u = lane[U, i]
        w, nr = arc[3, TERMS - 1], 0.0
        for k in range(TERMS - 2, -1, -1):
            w = w * u + arc[3, k]
        level = lane[A, i] + lane[QN, i]
        if limit == TRUE_NADIR:
            for k in range(TERMS - 1, -1, -1):
                nr = nr * u + arc[7, k]
            level = lane[A, i] - nr
        rq = 0.5 * (w + lane[QQ, i] - lane[B, i])
        lane[BEND, i] = rate * rate * (level + c * rq / math.sqrt(lane[B, i]))


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _edge(
    form: int, first: np.ndarray, second: np.ndarray, c: float, s2: float, lane: np.ndarray, n: int, at: int
) -> None:
    """Move the edges in row `at` by two steps of Newton's; LEFT or RIGHT is NaN where that is not sure to be the edge."""
    side = -1.0 if at == LEFT else 1.0
    for i in range(n):
        lane[at, i] = lane[TOP, i] + side * lane[HALF, i]
    for _ in range(2):
        _margins(form, first, second, c, s2, lane, at, n)
        for i in range(n):
            step = lane[F, i] / lane[DF, i]
            step = step if side * lane[DF, i] < 0.0 else math.nan
            lane[STEP, i] = step
            lane[at, i] -= step
    for i in range(n):
        out = side * (lane[at, i] - lane[TOP, i])
        if not (lane[STEP, i] ** 2 < _SURE * lane[HALF, i] and 0.3 < out / lane[HALF, i] < 3.0):
            lane[at, i] = math.nan


@numba.njit(cache=True, nogil=True, fastmath={"contract"}, error_model="numpy")
def _tops(lane: np.ndarray, n: int, rate: float, reach: float) -> bool:
    """Write TOP and HALF, where the margin is largest and how far from there the edges are; say whether any is seen.

    HOPE is 1 where two steps of Newton's will do, 0 where it is not sure, -1 where the margin stays far below zero.
    """
    some = False
    for i in range(n):
        bend = lane[BEND, i]
        step = lane[DF, i] / bend
        gain = lane[DF, i] * step
        height = lane[F, i] + 0.5 * gain
        z = min(max(height * rate * rate / bend, 1e-12), 1.0)  # 1 - cos of the angle from the top to an edge
        half = math.sqrt(2.0 * z) * (1.0 + z * (1.0 / 12.0 + z * (3.0 / 160.0))) / rate
        plain = height > 0.0 and abs(step) < 0.3 * half and half < reach
        hopeless = lane[F, i] + 2.0 * abs(gain) < 0.0
        lane[TOP, i], lane[HALF, i] = lane[U, i] + step, half
        lane[HOPE, i] = 1.0 if plain else (-1.0 if hopeless else 0.0)
        some |= not hopeless
    return some


@numba.njit(cache=True, nogil=True, error_model="numpy")
def limit_windows(
    limit: int,
    arc: np.ndarray,
    c: float,
    s2: float,
    rate: float,
    reach: float,
    lane: np.ndarray,
    n: int,
    first: np.ndarray,
    second: np.ndarray,
    work: np.ndarray,
) -> None:
    """Write LEFT and RIGHT of n points: from where to where (in u) their pass is inside one limit; (1, 0) for never.

    c, s2: cosine of the angle off nadir and its sine squared; for ELEVATION the sine of the lowest elevation
    rate:  how fast the satellite goes round, as an angle in one arc's time; reach: no edge is farther from the top
    first, second: (13, BLOCK), work: (2, 13), room to work in
    """  # fmt: skip
    form = CONE if limit == ROUND_NADIR else SLANT
    if limit == ROUND_NADIR:
        _cone_terms(arc, lane, n, first, second)
    else:
        _distance_terms(arc, lane, n, second)
        if limit == ELEVATION:
            _elevation_terms(arc, lane, n, first)
        else:
            _nadir_terms(arc, lane, n, first)
    _margins(form, first, second, c, s2, lane, U, n)
    _bends(limit, arc, c, rate, lane, n)
    if _tops(lane, n, rate, reach):
        _edge(form, first, second, c, s2, lane, n, LEFT)
        _edge(form, first, second, c, s2, lane, n, RIGHT)
    for i in range(n):
        if lane[HOPE, i] < 0.0:
            lane[LEFT, i], lane[RIGHT, i] = 1.0, 0.0
        elif not (lane[HOPE, i] > 0.0 and lane[LEFT, i] < lane[RIGHT, i]):
            for k in range(TERMS):
                work[0, k], work[1, k] = first[k, i], second[k, i]
            lane[LEFT, i], lane[RIGHT, i] = window(
                form, work[0], work[1], c, s2, lane[QQ, i], lane[U, i], lane[BEND, i], rate, reach
            )

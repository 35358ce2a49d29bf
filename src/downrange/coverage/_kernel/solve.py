"""The one window of a pass: where a margin that rises once and falls once is positive."""

from __future__ import annotations

import math

import numba
import numpy as np

from downrange.coverage._kernel.margin import with_rate

_TURNS = 40
_SURE = 1e-7  # of an arc's time (50 us): Newton's last step; the error left is its square


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _outward(
    form: int,
    first: np.ndarray,
    second: np.ndarray,
    c: float,
    s2: float,
    pp: float,
    top: float,
    way: float,
    reach: float,
) -> float:
    """Return the edge on one side by doubling a bracket and halving it: slow, for where Newton strays."""
    inside, step = top, 1e-4
    outside = top + way * step
    while step < reach and with_rate(form, first, second, c, s2, pp, outside)[0] > 0.0:
        inside = outside
        step = min(2.0 * step, reach)
        outside = top + way * step
    for _ in range(_TURNS):
        middle = 0.5 * (inside + outside)
        if with_rate(form, first, second, c, s2, pp, middle)[0] > 0.0:
            inside = middle
        else:
            outside = middle
    return 0.5 * (inside + outside)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _top(
    form: int, first: np.ndarray, second: np.ndarray, c: float, s2: float, pp: float, u: float, bend: float
) -> tuple[float, float]:
    """Return where the margin is largest, and how large; a guess u comes in, and the size of -f''.

    Stops at the first positive value: any place inside will do for what comes next.
    """
    f, df = with_rate(form, first, second, c, s2, pp, u)
    best_u, best = u, f
    for _ in range(_TURNS):
        step = df / bend
        if f > 0.0 and abs(step) < 0.02:
            return best_u, best
        if f + 2.0 * abs(df * step) < 0.0 or abs(step) < 1e-9:
            return best_u, best
        u += step
        f, df = with_rate(form, first, second, c, s2, pp, u)
        if f > best:
            best_u, best = u, f
    return best_u, best


@numba.njit(cache=True, nogil=True, error_model="numpy")
def window(
    form: int,
    first: np.ndarray,
    second: np.ndarray,
    c: float,
    s2: float,
    pp: float,
    u: float,
    bend: float,
    rate: float,
    reach: float,
) -> tuple[float, float]:
    """Return (from, to) in u where the margin is positive, or (1, 0) where it never is.

    u:     a guess of the closest approach
    bend:  -f'' there; rate: how fast the satellite goes round, as an angle in one arc's time
    reach: no edge is farther than this from the closest approach
    """  # fmt: skip
    top, height = _top(form, first, second, c, s2, pp, u, bend)
    if height <= 0.0:
        return 1.0, 0.0
    z = min(height * rate * rate / bend, 1.0)  # 1 - cos of the angle from the top to an edge
    half = min(math.sqrt(2.0 * z) * (1.0 + z / 12.0 + 3.0 * z * z / 160.0) / rate, reach)
    left, right = top - half, top + half
    left_step, right_step = 1.0, 1.0
    for _ in range(8):
        if abs(left_step) > _SURE:
            f, df = with_rate(form, first, second, c, s2, pp, left)
            left_step = f / df if df > 0.0 else 9.0
            left -= left_step
        if abs(right_step) > _SURE:
            f, df = with_rate(form, first, second, c, s2, pp, right)
            right_step = f / df if df < 0.0 else 9.0
            right -= right_step
        if abs(left_step) <= _SURE and abs(right_step) <= _SURE:
            break
        if max(abs(left_step), abs(right_step)) > 1.0:
            break
    if not (abs(left_step) <= _SURE and top - reach <= left <= top):
        left = _outward(form, first, second, c, s2, pp, top, -1.0, reach)
    if not (abs(right_step) <= _SURE and top <= right <= top + reach):
        right = _outward(form, first, second, c, s2, pp, top, 1.0, reach)
    return left, right

"""Windows of a margin of any shape: samples, the extremes between them, and the edges.

Where three samples turn, the extreme between them is searched, so that a window (or a gap) shorter than a step is found
as long as the margin turns only once within two steps.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from downrange.coverage._kernel.order import with_room
from downrange.coverage._kernel.sight import margin_at

_GOLDEN = 0.3819660112501051  # 2 minus the golden ratio
_FINE_S = 1e-6
_FINEST_S = 1e-5
_PER_STEP = 3  # edges that a step can add at most


@numba.njit(cache=True, nogil=True)
def _edge(a: float, b: float, inside_a: bool, parts: int, point: np.ndarray, look: tuple[Any, ...]) -> float:
    """Return where the margin changes its sign between two times."""
    while b - a > _FINE_S:
        half = 0.5 * (a + b)
        if (margin_at(half, parts, point, look) > 0.0) == inside_a:
            a = half
        else:
            b = half
    return 0.5 * (a + b)


@numba.njit(cache=True, nogil=True)
def _other_side(a: float, b: float, sign: float, parts: int, point: np.ndarray, look: tuple[Any, ...]) -> float:
    """Return a time between two where sign * margin is positive, or NaN where even its largest value is not."""
    c, d = a + _GOLDEN * (b - a), b - _GOLDEN * (b - a)
    fc, fd = sign * margin_at(c, parts, point, look), sign * margin_at(d, parts, point, look)
    while b - a > _FINEST_S and fc <= 0.0 and fd <= 0.0:
        if fc > fd:
            b, d, fd = d, c, fc
            c = a + _GOLDEN * (b - a)
            fc = sign * margin_at(c, parts, point, look)
        else:
            a, c, fc = c, d, fd
            d = b - _GOLDEN * (b - a)
            fd = sign * margin_at(d, parts, point, look)
    if fc > 0.0:
        return c
    return d if fd > 0.0 else math.nan


@numba.njit(cache=True, nogil=True)
def _turns(before: float, last: float, after: float) -> bool:
    """Say whether the middle of three samples is the one nearest to zero, and all three on one side; NaN: no sample."""
    sign = -1.0 if last > 0.0 else 1.0
    if sign * before > 0.0 or sign * after > 0.0:
        return False
    return not (sign * last < sign * before) and not (sign * last <= sign * after)


@numba.njit(cache=True, nogil=True)
def _scan(
    low_s: float, high_s: float, step_s: float, parts: int, point: np.ndarray, look: tuple[Any, ...], edges: np.ndarray
) -> int:
    """Write the times between two at which the margin changes its sign; return how many windows they bound."""
    count = max(2, math.ceil((high_s - low_s) / step_s))
    h = (high_s - low_s) / count
    before, last = math.nan, margin_at(low_s, parts, point, look)
    n = 0
    if last > 0.0:
        edges[0] = low_s
        n = 1
    for k in range(1, count + 2):
        t = min(low_s + k * h, high_s)
        f = margin_at(t, parts, point, look) if k <= count else math.nan
        if _turns(before, last, f):
            a = max(low_s, low_s + (k - 2) * h)
            inside = last > 0.0
            other = _other_side(a, t, -1.0 if inside else 1.0, parts, point, look)
            if not math.isnan(other):
                edges[n] = _edge(a, other, inside, parts, point, look)
                edges[n + 1] = _edge(other, t, not inside, parts, point, look)
                n += 2
        if k <= count and (f > 0.0) != (last > 0.0):
            edges[n] = _edge(t - h, t, last > 0.0, parts, point, look)
            n += 1
        before, last = last, f
    if n % 2:
        edges[n] = high_s
        n += 1
    return n // 2


@numba.njit(cache=True, nogil=True)
def scan_windows(
    low_s: np.ndarray,
    high_s: np.ndarray,
    point: np.ndarray,
    satellite: int,
    step_s: float,
    parts: int,
    points: np.ndarray,
    look: tuple[Any, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Return the windows (k, 2) and whose they are (k, 2) of one satellite within spans given with their points.

    low_s, high_s, point: (m,)
    """  # fmt: skip
    longest = 0.0
    for i in range(point.size):
        longest = max(longest, high_s[i] - low_s[i])
    edges = np.empty(_PER_STEP * (math.ceil(longest / step_s) + 4))
    spans, whose = np.empty((point.size + 16, 2)), np.empty((point.size + 16, 2), np.int32)
    n = 0
    for i in range(point.size):
        found = _scan(low_s[i], high_s[i], step_s, parts, points[point[i]], look, edges)
        spans, whose = with_room(spans, whose, n + found)
        for k in range(found):
            spans[n, 0], spans[n, 1] = edges[2 * k], edges[2 * k + 1]
            whose[n, 0], whose[n, 1] = satellite, point[i]
            n += 1
    return spans[:n], whose[:n]

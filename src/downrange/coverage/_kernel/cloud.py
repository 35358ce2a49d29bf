"""Bare arithmetic of looks that clouds take away: expectations over every sky, without drawing one.

Looks are kept point after point, `offset` (n + 1,) telling where each begins, their moments rising. A look is clear
with p_clear; after a cloudy look the next is clear with p_next. Both are exact sums over all skies, linear in looks.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_STEPS = 200
_CLOSE = 1e-10  # of the requests: where the search for a wait stops


@numba.njit(cache=True)
def cells_of(lat: Array, lon: Array, south: Array, north: Array, west: Array, east: Array) -> Ints:
    """Return the first cell that holds each point, -1 for none; degrees, a cell with west > east crosses 180."""
    out = np.full(lat.size, -1, np.int64)
    for k in range(lat.size):
        for c in range(south.size):
            if lat[k] < south[c] or lat[k] > north[c]:
                continue
            across = (lon[k] - west[c]) % 360.0
            if across <= (east[c] - west[c]) % 360.0 or east[c] - west[c] >= 360.0:
                out[k] = c
                break
    return out


@numba.njit(cache=True)
def after_cloud(offset: Ints, look_s: Array, p_clear: Array, correlation_s: float) -> Array:
    """Return p_next (k,): the chance of a clear look after a cloudy one; the sky forgets with exp(-time / correlation).

    Where p_clear differs from that of the look before, a month has ended and the sky is drawn anew.
    """
    out = p_clear.copy()
    if correlation_s <= 0.0:
        return out
    for p in range(offset.size - 1):
        for k in range(offset[p] + 1, offset[p + 1]):
            if p_clear[k] == p_clear[k - 1]:
                out[k] = -p_clear[k] * math.expm1(-(look_s[k] - look_s[k - 1]) / correlation_s)
    return out


@numba.njit(cache=True)
def expectations(
    offset: Ints, look_s: Array, p_clear: Array, p_next: Array, span_s: float
) -> tuple[Array, Array, Array]:
    """Return per point (clear looks in the span, mean wait, chance of none at all); the span's end closes the last gap."""
    points = offset.size - 1
    clear, wait, never = np.zeros(points), np.zeros(points), np.ones(points)
    for p in range(points):
        first, last = offset[p], offset[p + 1]
        after, rest, summed = span_s, 0.0, 0.0  # rest: expected wait from `after` on, when it is cloudy there
        for k in range(last - 1, first - 1, -1):
            gap = after - look_s[k]
            if k == last - 1:
                summed += 0.5 * gap * gap
                rest = gap
            else:
                summed += 0.5 * gap * gap + gap * (1.0 - p_clear[k + 1]) * rest
                rest = gap + (1.0 - p_next[k + 1]) * rest
            clear[p] += p_clear[k]
            never[p] *= 1.0 - (p_clear[k] if k == first else p_next[k])
            after = look_s[k]
        missed = (1.0 - p_clear[first]) * rest if last > first else 0.0
        wait[p] = (summed + 0.5 * after * after + after * missed) / span_s
    return clear, wait, never


@numba.njit(cache=True)
def misses(offset: Ints, p_next: Array) -> tuple[Array, Ints]:
    """Return running sums within each point: of log(1 - p_next), and of looks that are certain to be clear."""
    logs, certain = np.zeros(p_next.size), np.zeros(p_next.size, np.int64)
    for p in range(offset.size - 1):
        log, sure = 0.0, 0
        for k in range(offset[p], offset[p + 1]):
            if p_next[k] >= 1.0:
                sure += 1
            else:
                log += math.log1p(-p_next[k])
            logs[k], certain[k] = log, sure
    return logs, certain


@numba.njit(cache=True)
def _longer(
    look_s: Array, p_clear: Array, logs: Array, certain: Ints, first: int, last: int, span_s: float, wait_s: float
) -> float:
    """Return how many seconds of the span a request would wait longer than wait_s if it came then, over all skies.

    Such a request sees looks i to j - 1 cloudy, which change only where a look enters at its end or leaves behind it.
    """
    stop, now, total, i, j = span_s - wait_s, 0.0, 0.0, first, first
    while now < stop:
        until = stop
        if i < last:
            until = min(until, look_s[i])
        if j < last:
            until = min(until, look_s[j] - wait_s)
        if until > now:
            chance = 1.0
            if j > i:
                some = certain[j - 1] > certain[i]
                chance = 0.0 if some else (1.0 - p_clear[i]) * math.exp(logs[j - 1] - logs[i])
            total += chance * (until - now)
            now = until
        if i < j and look_s[i] <= now:
            i += 1
        if j < last and look_s[j] - wait_s <= now:
            j += 1
    return total


@numba.njit(cache=True)
def share_longer(
    offset: Ints, look_s: Array, p_clear: Array, logs: Array, certain: Ints, weight: Array, span_s: float, wait_s: float
) -> float:
    """Return the share of requests, to points drawn by weight, that wait longer than wait_s."""
    total, asked = 0.0, 0.0
    for p in range(offset.size - 1):
        if weight[p] > 0.0:
            seconds = _longer(look_s, p_clear, logs, certain, offset[p], offset[p + 1], span_s, wait_s)
            total += weight[p] * seconds
            asked += weight[p] * span_s
    return total / asked


@numba.njit(cache=True)
def wait_of_share(
    offset: Ints, look_s: Array, p_clear: Array, logs: Array, certain: Ints, weight: Array, span_s: float, share: Array
) -> Array:
    """Return the waits (q,) that shares of requests do not exceed, by regula falsi (Illinois) on `share_longer`."""
    out = np.zeros(share.size)
    for q in range(share.size):
        aim = 1.0 - share[q]
        low, high, f_low, f_high, side = 0.0, span_s, 1.0 - aim, -aim, 0
        for _ in range(_MOST_STEPS):
            if f_low <= _CLOSE or high - low <= 1e-12 * span_s:
                high = low
                break
            if f_high >= -_CLOSE and aim > 0.0:
                break
            middle = (low * f_high - high * f_low) / (f_high - f_low) if aim > 0.0 else 0.5 * (low + high)
            f = share_longer(offset, look_s, p_clear, logs, certain, weight, span_s, middle) - aim
            if f > 0.0:
                low, f_low = middle, f
                f_high *= 0.5 if side == 1 else 1.0
                side = 1
            else:
                high, f_high = middle, f
                f_low *= 0.5 if side == -1 else 1.0
                side = -1
        out[q] = high
    return out


@numba.njit(cache=True)
def waits(
    offset: Ints, look_s: Array, p_clear: Array, logs: Array, certain: Ints, span_s: float, share: Array
) -> Array:
    """Return the waits (n, q) that shares of the requests to each point do not exceed."""
    points = offset.size - 1
    out, alone, weight = np.zeros((points, share.size)), np.zeros(2, np.int64), np.ones(1)
    for p in range(points):
        alone[0], alone[1] = offset[p], offset[p + 1]
        out[p] = wait_of_share(alone, look_s, p_clear, logs, certain, weight, span_s, share)
    return out

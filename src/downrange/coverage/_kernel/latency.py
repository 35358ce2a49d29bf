"""Bare arithmetic of request to knowledge: requests at a random moment, answered by the look that is known first."""

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
def pieces(offset: Ints, look_s: Array, know_s: Array, span_s: float) -> tuple[Ints, Array, Array, NDArray[np.bool_]]:
    """Return (offset, shortest, longest wait, answered) of the requests between one look and the next.

    Requests spread evenly from one look to the next wait from longest to shortest, until the first of the later looks
    is known. What never is known, and what comes after the last look, waits at least until the span ends.
    """
    points = offset.size - 1
    out, shortest, longest = (
        np.zeros(points + 1, np.int64),
        np.empty(look_s.size + points),
        np.empty(look_s.size + points),
    )
    answered = np.zeros(look_s.size + points, np.bool_)
    for p in range(points):
        first, last, j = offset[p], offset[p + 1], offset[p + 1] + p
        known, closes = math.inf, span_s
        for k in range(last, first - 1, -1):
            opens = look_s[k - 1] if k > first else 0.0
            if k < last:
                known, closes = min(known, know_s[k]), look_s[k]
            answered[j] = known < math.inf
            until = known if answered[j] else span_s
            shortest[j], longest[j] = until - closes, until - opens
            j -= 1
        out[p + 1] = last + p + 1
    return out, shortest, longest, answered


@numba.njit(cache=True)
def share_within(
    offset: Ints,
    shortest: Array,
    longest: Array,
    answered: NDArray[np.bool_],
    weight: Array,
    span_s: float,
    wait: float,
) -> float:
    """Return the share of requests, to points drawn by weight, that know within a wait."""
    total = 0.0
    for p in range(offset.size - 1):
        for k in range(offset[p], offset[p + 1]):
            if answered[k]:
                total += weight[p] * max(0.0, min(wait, longest[k]) - shortest[k])
    share: float = total / (weight.sum() * span_s)
    return share


@numba.njit(cache=True)
def least_mean(offset: Ints, shortest: Array, longest: Array, weight: Array, span_s: float) -> float:
    """Return the mean wait, requests without an answer counted until the span ends."""
    total = 0.0
    for p in range(offset.size - 1):
        for k in range(offset[p], offset[p + 1]):
            total += weight[p] * 0.5 * (longest[k] - shortest[k]) * (longest[k] + shortest[k])
    mean: float = total / (weight.sum() * span_s)
    return mean


@numba.njit(cache=True)
def wait_of_share(
    offset: Ints,
    shortest: Array,
    longest: Array,
    answered: NDArray[np.bool_],
    weight: Array,
    span_s: float,
    share: float,
) -> float:
    """Return the wait that a share of requests does not exceed, infinity when fewer are answered at all; bisection."""
    high = 0.0
    for k in range(longest.size):
        if answered[k]:
            high = max(high, longest[k])
    if share_within(offset, shortest, longest, answered, weight, span_s, high) < share - _CLOSE:
        return math.inf
    low = 0.0
    for _ in range(_MOST_STEPS):
        middle = 0.5 * (low + high)
        if high - low <= 1e-9 * span_s:
            break
        if share_within(offset, shortest, longest, answered, weight, span_s, middle) < share - _CLOSE:
            low = middle
        else:
            high = middle
    return high

"""Bare arithmetic of revisit: moments of looks, gaps between them, and the wait of a request at a random moment.

Times are seconds after the start of the span. Windows come sorted by point, then by start. Many points are kept one
after the other, `offset` (n + 1,) telling where each begins. Everything is linear in the number of windows.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_STEPS = 200  # of Newton; it needs fewer than there are different gaps, and about ten in practice
_CLOSE = 1e-12  # of the span: where Newton stops


@numba.njit(cache=True)
def offsets(point: NDArray[np.int32], start_s: Array, points: int) -> Ints:
    """Return where each point's windows begin, (points + 1,); empty when the windows are not sorted or name no point."""
    offset = np.zeros(points + 1, np.int64)
    for k in range(point.size):
        if point[k] < 0 or point[k] >= points:
            return np.empty(0, np.int64)
        if k and (point[k] < point[k - 1] or (point[k] == point[k - 1] and start_s[k] < start_s[k - 1])):
            return np.empty(0, np.int64)
        offset[point[k] + 1] += 1
    for p in range(points):
        offset[p + 1] += offset[p]
    return offset


@numba.njit(cache=True)
def moments(offset: Ints, start_s: Array, end_s: Array, merged: bool) -> tuple[Ints, Array, Array]:
    """Return (offset, moments of looks rising within each point, seconds in view of each point).

    A look is the middle of a window; with merged, of a stretch of windows that touch or overlap.
    """
    points = offset.size - 1
    look_offset, look_s, in_view_s = np.zeros(points + 1, np.int64), np.empty(start_s.size), np.zeros(points)
    used = 0
    for p in range(points):
        opens, closes = 0.0, -1.0
        for k in range(offset[p], offset[p + 1]):
            if k > offset[p] and start_s[k] <= closes:
                in_view_s[p] += max(0.0, end_s[k] - closes)
                closes = max(closes, end_s[k])
            else:
                opens, closes = start_s[k], end_s[k]
                in_view_s[p] += closes - opens
                if merged:
                    used += 1
            if merged:
                look_s[used - 1] = 0.5 * (opens + closes)
                continue
            moment = 0.5 * (start_s[k] + end_s[k])
            j = used  # a short window inside a long one starts later but may have its middle earlier
            while j > look_offset[p] and look_s[j - 1] > moment:
                look_s[j] = look_s[j - 1]
                j -= 1
            look_s[j] = moment
            used += 1
        look_offset[p + 1] = used
    return look_offset, look_s[:used], in_view_s


@numba.njit(cache=True)
def gaps_between(look_offset: Ints, look_s: Array, span_s: float) -> tuple[Ints, Array, Array]:
    """Return (offset, opening, length) of the gaps from look to look, the two ends of the span counted as looks."""
    points = look_offset.size - 1
    offset, opens_s, gap_s = (
        np.zeros(points + 1, np.int64),
        np.empty(look_s.size + points),
        np.empty(look_s.size + points),
    )
    for p in range(points):
        before, j = 0.0, look_offset[p] + p
        for k in range(look_offset[p], look_offset[p + 1]):
            opens_s[j], gap_s[j] = before, look_s[k] - before
            before = look_s[k]
            j += 1
        opens_s[j], gap_s[j] = before, span_s - before
        offset[p + 1] = j + 1
    return offset, opens_s, gap_s


@numba.njit(cache=True)
def gaps_empty(offset: Ints, start_s: Array, end_s: Array, span_s: float) -> tuple[Ints, Array, Array]:
    """Return (offset, opening, length) of the stretches in which a point is in no window."""
    points = offset.size - 1
    gap_offset = np.zeros(points + 1, np.int64)
    opens_s, gap_s = np.empty(start_s.size + points), np.empty(start_s.size + points)
    used = 0
    for p in range(points):
        free = 0.0
        for k in range(offset[p], offset[p + 1]):
            if start_s[k] > free:
                opens_s[used], gap_s[used] = free, start_s[k] - free
                used += 1
            free = max(free, end_s[k])
        if free < span_s:
            opens_s[used], gap_s[used] = free, span_s - free
            used += 1
        gap_offset[p + 1] = used
    return gap_offset, opens_s[:used], gap_s[:used]


@numba.njit(cache=True)
def _waited(gap_s: Array, first: int, last: int, wait_s: float) -> tuple[float, int]:
    """Return (sum of min(gap, wait), number of gaps longer than the wait)."""
    total, longer = 0.0, 0
    for k in range(first, last):
        if gap_s[k] > wait_s:
            total += wait_s
            longer += 1
        else:
            total += gap_s[k]
    return total, longer


@numba.njit(cache=True)
def summaries(offset: Ints, gap_s: Array, span_s: float, share: Array) -> tuple[Array, Array, Array, Array]:
    """Return per point (mean gap, longest gap, mean wait, waits (n, q)) where `share` (q,) rises within 0 to 1.

    The wait of a request at a moment spread evenly over the span: P(wait <= w) = 1 - sum(max(0, gap - w)) / span. It is
    concave in w and made of straight pieces, so Newton from below ends at the exact value.
    """
    points = offset.size - 1
    mean_gap, longest, mean_wait = np.zeros(points), np.zeros(points), np.zeros(points)
    wait = np.zeros((points, share.size))
    for p in range(points):
        first, last = offset[p], offset[p + 1]
        total, squares = 0.0, 0.0
        for k in range(first, last):
            total += gap_s[k]
            squares += gap_s[k] * gap_s[k]
            longest[p] = max(longest[p], gap_s[k])
        if last > first:
            mean_gap[p] = total / (last - first)
        mean_wait[p] = 0.5 * squares / span_s
        w = 0.0
        for q in range(share.size):
            aim = total - (1.0 - share[q]) * span_s
            for _ in range(_MOST_STEPS):
                done, longer = _waited(gap_s, first, last, w)
                if longer == 0 or aim - done <= _CLOSE * span_s:
                    break
                w += (aim - done) / longer
            wait[p, q] = min(w, longest[p])
    return mean_gap, longest, mean_wait, wait


@numba.njit(cache=True)
def totals(offset: Ints, gap_s: Array, weight: Array) -> tuple[float, float, float, float]:
    """Return (weighted sum of gaps, of their squares, of their number; the longest gap of a point with any weight)."""
    total, squares, number, longest = 0.0, 0.0, 0.0, 0.0
    for p in range(offset.size - 1):
        one, two = 0.0, 0.0
        for k in range(offset[p], offset[p + 1]):
            one += gap_s[k]
            two += gap_s[k] * gap_s[k]
            if weight[p] > 0.0:
                longest = max(longest, gap_s[k])
        total += weight[p] * one
        squares += weight[p] * two
        number += weight[p] * (offset[p + 1] - offset[p])
    return total, squares, number, longest


@numba.njit(cache=True)
def wait_of_share(offset: Ints, gap_s: Array, weight: Array, span_s: float, share: Array) -> Array:
    """Return the waits (q,) of a request at a random moment and a point drawn by weight; `share` (q,) rises."""
    total, _, _, longest = totals(offset, gap_s, weight)
    asked = weight.sum() * span_s
    out, w = np.zeros(share.size), 0.0
    for q in range(share.size):
        aim = total - (1.0 - share[q]) * asked
        for _ in range(_MOST_STEPS):
            done, slope = 0.0, 0.0
            for p in range(offset.size - 1):
                if weight[p] > 0.0:
                    one, longer = _waited(gap_s, offset[p], offset[p + 1], w)
                    done += weight[p] * one
                    slope += weight[p] * longer
            if slope <= 0.0 or aim - done <= _CLOSE * asked:
                break
            w += (aim - done) / slope
        out[q] = min(w, longest)
    return out


@numba.njit(cache=True)
def share_within(offset: Ints, gap_s: Array, weight: Array, span_s: float, wait_s: Array) -> Array:
    """Return the share of requests that wait no longer than each of wait_s (m,), which rises from 0 or more."""
    number, summed = np.zeros(wait_s.size + 1), np.zeros(wait_s.size + 1)
    all_number, all_summed = 0.0, 0.0
    for p in range(offset.size - 1):
        for k in range(offset[p], offset[p + 1]):
            j = np.searchsorted(wait_s, gap_s[k])
            number[j] += weight[p]
            summed[j] += weight[p] * gap_s[k]
            all_number += weight[p]
            all_summed += weight[p] * gap_s[k]
    asked = weight.sum() * span_s
    out, ended, over = np.empty(wait_s.size), 0.0, 0.0
    for j in range(wait_s.size):
        ended += number[j]
        over += summed[j]
        left = (all_summed - over) - (all_number - ended) * wait_s[j]
        out[j] = min(1.0, max(0.0, 1.0 - left / asked))
    return out


@numba.njit(cache=True)
def blocks(
    offset: Ints, opens_s: Array, gap_s: Array, weight: Array, span_s: float, parts: int, wait_s: Array
) -> tuple[Array, Array]:
    """Return for requests of each equal part of the span (mean wait (parts,), share within wait_s (parts, m)).

    A request's wait ends where its gap ends, be that in a later part.
    """
    mean, within = np.zeros(parts), np.zeros((parts, wait_s.size))
    part_s = span_s / parts
    for p in range(offset.size - 1):
        for k in range(offset[p], offset[p + 1]):
            closes = opens_s[k] + gap_s[k]
            for b in range(min(parts - 1, int(opens_s[k] / part_s)), parts):
                first = max(opens_s[k], b * part_s)
                last = min(closes, (b + 1) * part_s)
                if last <= first:
                    break
                least, most = closes - last, closes - first
                mean[b] += weight[p] * 0.5 * (most * most - least * least)
                for j in range(wait_s.size):
                    within[b, j] += weight[p] * max(0.0, most - max(least, wait_s[j]))
    asked = weight.sum() * part_s
    return mean / asked, 1.0 - within / asked

"""Looks, the gaps between them, and the wait of a request: sorted windows in, exact figures out.

A look is one observation, at the middle of a window. Both ends of the span count as the edge of a gap, so that the
gaps of a point fill the span, and a point that is never seen has one gap, the span itself. With a short span that
makes waits look shorter than they are; `revisit` says when.
A request comes at a moment spread evenly over the span, and is answered when the gap that it falls into closes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError, units
from downrange.coverage._kernel import stats

PERCENTS = (50.0, 90.0, 95.0)
_SLACK_S = 1e-6


class Gap(StrEnum):
    """What a gap runs between.

    MIDDLES: from the middle of a window to the middle of the next: a look is a moment
    EMPTY:   from the end of a window to the start of the next: in view is no gap, and a request in view waits 0
    """

    MIDDLES = "middle-to-middle"
    EMPTY = "end-to-start"


class Overlap(StrEnum):
    """How windows over one point count that overlap in time, as those of two satellites may.

    SEPARATE: each window is a look
    MERGED:   a stretch of windows that touch or overlap is one look, at its middle
    """

    SEPARATE = "each window counts"
    MERGED = "overlapping windows count once"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gaps:
    """Looks and gaps of n points, kept point after point.

    span_s:      length of the span [s]
    gap, overlap: the rules they were counted by
    in_view_s:   (n,) how long each point is in at least one window [s]
    look_offset: (n + 1,) where each point's looks begin in look_s
    look_s:      moments of looks, seconds after the start, rising within a point
    gap_offset:  (n + 1,) where each point's gaps begin in opens_s and gap_s
    opens_s:     when each gap opens, seconds after the start
    gap_s:       how long each gap is [s]
    """

    span_s: float
    gap: Gap
    overlap: Overlap
    in_view_s: Array
    look_offset: NDArray[np.int64]
    look_s: Array
    gap_offset: NDArray[np.int64]
    opens_s: Array
    gap_s: Array

    @property
    def points(self) -> int:
        """How many points there are."""
        return self.look_offset.size - 1

    @property
    def looks(self) -> NDArray[np.int64]:
        """How many looks each point gets in the span, (n,)."""
        return np.diff(self.look_offset)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waits:
    """Figures of each of n points.

    looks_pday:   (n,) looks a day
    mean_gap_s:   (n,) sum of gaps over their number [s], the two at the span's ends among them
    max_gap_s:    (n,) longest gap [s]
    max_gap_open: (n,) whether the longest gap touches an end of the span, and so may be longer in truth
    mean_wait_s:  (n,) mean wait of a request [s]: sum(gap^2) / (2 span)
    percents:     (q,) of which wait_s tells
    wait_s:       (n, q) wait [s] that so many percent of requests do not exceed
    never:        (n,) whether the point is never seen
    """

    looks_pday: Array
    mean_gap_s: Array
    max_gap_s: Array
    max_gap_open: NDArray[np.bool_]
    mean_wait_s: Array
    percents: Array
    wait_s: Array
    never: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pooled:
    """Figures of all points together; a request comes at a random moment to a point drawn by its weight.

    looks_pday:  weighted mean of looks a day
    mean_gap_s:  weighted sum of gaps over their weighted number [s]
    max_gap_s:   longest gap of any point with a weight [s]
    mean_wait_s: sum(weight gap^2) / (2 span sum(weight)) [s]
    wait_s:      (q,) wait [s] that the percents asked for do not exceed
    share_never: weight of points never seen over the weight of all
    """

    looks_pday: float
    mean_gap_s: float
    max_gap_s: float
    mean_wait_s: float
    wait_s: Array
    share_never: float


def gaps_of(
    point: ArrayLike,
    start_s: ArrayLike,
    end_s: ArrayLike,
    *,
    points: int,
    span_s: float,
    gap: Gap = Gap.MIDDLES,
    overlap: Overlap = Overlap.SEPARATE,
) -> Gaps:
    """Return looks and gaps of windows sorted by point, then by start.

    point:          (k,) which of the points each window is over
    start_s, end_s: (k,) seconds after the start of the span, 0 to span_s
    points:         how many points there are, those never seen included

    >>> found = gaps_of([0, 0], [10.0, 70.0], [20.0, 90.0], points=2, span_s=100.0)
    >>> found.gap_s.tolist(), found.looks.tolist()
    ([15.0, 65.0, 20.0, 100.0], [2, 0])
    >>> gaps_of([0, 0], [10.0, 70.0], [20.0, 90.0], points=2, span_s=100.0, gap=Gap.EMPTY).gap_s.tolist()
    [10.0, 50.0, 10.0, 100.0]
    """
    which = np.ascontiguousarray(point, dtype=np.int32)
    start, end = (np.ascontiguousarray(x, dtype=np.float64) for x in (start_s, end_s))
    _check(which, start, end, points, span_s)
    offset = stats.offsets(which, start, points)
    if offset.size == 0:
        seen = f"points out of order, or outside 0 to {points - 1}"
        raise InputError(where="windows", seen=seen, cure="sort windows by point, then by start")
    look_offset, look_s, in_view_s = stats.moments(offset, start, end, overlap is Overlap.MERGED)
    if gap is Gap.MIDDLES:
        gap_offset, opens_s, gap_s = stats.gaps_between(look_offset, look_s, float(span_s))
    else:
        gap_offset, opens_s, gap_s = stats.gaps_empty(offset, start, end, float(span_s))
    return Gaps(
        span_s=float(span_s),
        gap=gap,
        overlap=overlap,
        in_view_s=in_view_s,
        look_offset=look_offset,
        look_s=look_s,
        gap_offset=gap_offset,
        opens_s=opens_s,
        gap_s=gap_s,
    )


def waits_of(gaps: Gaps, *, percents: Sequence[float] = PERCENTS) -> Waits:
    """Return the figures of each point.

    >>> found = waits_of(gaps_of([0], [40.0], [60.0], points=1, span_s=100.0), percents=[50])
    >>> found.mean_wait_s.tolist(), found.wait_s.tolist()
    ([25.0], [[25.0]])
    """
    asked, share, back = _shares(percents)
    mean_gap_s, max_gap_s, mean_wait_s, wait_s = stats.summaries(gaps.gap_offset, gaps.gap_s, gaps.span_s, share)
    looks = gaps.looks
    return Waits(
        looks_pday=looks / (gaps.span_s / units.DAY),
        mean_gap_s=mean_gap_s,
        max_gap_s=max_gap_s,
        max_gap_open=_longest_is_open(gaps, max_gap_s),
        mean_wait_s=mean_wait_s,
        percents=asked,
        wait_s=wait_s[:, back],
        never=looks == 0,
    )


def pooled(gaps: Gaps, *, weights: ArrayLike | None = None, percents: Sequence[float] = ()) -> Pooled:
    """Return the figures of all points together, quickly enough for a search over thousands of layouts.

    weights: (n,) what each point stands for, as its area; all alike when not given

    >>> found = pooled(gaps_of([0], [40.0], [60.0], points=2, span_s=100.0), percents=[50])
    >>> found.mean_wait_s, found.max_gap_s, found.share_never
    (37.5, 100.0, 0.5)
    """
    weight = weights_of(gaps.points, weights)
    _, share, back = _shares(percents)
    total_s, squares, number, longest_s = stats.totals(gaps.gap_offset, gaps.gap_s, weight)
    looks, all_weight = gaps.looks, float(weight.sum())
    wait_s = stats.wait_of_share(gaps.gap_offset, gaps.gap_s, weight, gaps.span_s, share)
    return Pooled(
        looks_pday=float(weight @ looks) / all_weight / (gaps.span_s / units.DAY),
        mean_gap_s=total_s / number if number else 0.0,
        max_gap_s=longest_s,
        mean_wait_s=squares / (2.0 * gaps.span_s * all_weight),
        wait_s=wait_s[back],
        share_never=float(weight[looks == 0].sum()) / all_weight,
    )


def share_within(gaps: Gaps, wait_s: ArrayLike, *, weights: ArrayLike | None = None) -> Array:
    """Return the share of requests (m,) that wait no longer than each wait [s] (m,): the distribution of waits, exact.

    >>> share_within(gaps_of([0], [40.0], [60.0], points=1, span_s=100.0), [0.0, 25.0, 50.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    asked = np.atleast_1d(np.asarray(wait_s, dtype=float))
    if asked.ndim != 1 or not (asked >= 0.0).all():
        raise InputError(where="share within", seen="waits below 0 or not in one row", cure="give seconds, 0 or more")
    order = np.argsort(asked, kind="stable")
    weight = weights_of(gaps.points, weights)
    out = np.empty(asked.size)
    out[order] = stats.share_within(gaps.gap_offset, gaps.gap_s, weight, gaps.span_s, asked[order])
    return out


def weights_of(points: int, weights: ArrayLike | None) -> Array:
    """Return the weights of points (n,), ones when there are none; refuse those that weigh nothing."""
    weight: Array = np.ones(points) if weights is None else np.ascontiguousarray(weights, dtype=np.float64)
    good = weight.shape == (points,) and np.isfinite(weight).all() and (weight >= 0.0).all() and weight.sum() > 0.0
    if not good:
        seen = f"{weight.shape} weights for {points} points, or some below 0, or all 0"
        raise InputError(where="weights", seen=seen, cure="give each point its area in m2, or none")
    return weight


def _check(point: NDArray[np.int32], start: Array, end: Array, points: int, span_s: float) -> None:
    """Refuse windows that are none, or outside the span."""
    if points < 1 or not 0.0 < span_s < np.inf:
        seen = f"{points} points and a span of {span_s:g} s"
        raise InputError(where="windows", seen=seen, cure="give at least one point and a span above 0 s")
    if not (point.ndim == 1 and point.shape == start.shape == end.shape):
        seen = f"points {point.shape}, starts {start.shape}, ends {end.shape}"
        raise InputError(where="windows", seen=seen, cure="give three arrays of one length")
    inside = (start >= -_SLACK_S) & (end >= start) & (end <= span_s + _SLACK_S)
    if not inside.all():
        k = int(np.flatnonzero(~inside)[0])
        seen = f"window {k} runs from {start[k]:g} to {end[k]:g} s in a span of {span_s:g} s"
        raise InputError(where="windows", seen=seen, cure="give seconds after the start of the span, start before end")


def _shares(percents: Sequence[float]) -> tuple[Array, Array, NDArray[np.int64]]:
    """Return (percents, shares of 1 rising, where each percent is among them)."""
    asked: Array = np.asarray(percents, dtype=float)
    if asked.ndim != 1 or not ((asked >= 0.0) & (asked <= 100.0)).all():
        raise InputError(where="percents", seen=f"{percents}", cure="give numbers from 0 to 100, as 50 90 95")
    order = np.argsort(asked, kind="stable")
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    return asked, asked[order] / 100.0, back


def _longest_is_open(gaps: Gaps, max_gap_s: Array) -> NDArray[np.bool_]:
    """Say of each point whether its longest gap touches an end of the span."""
    out = np.zeros(gaps.points, dtype=bool)
    some = np.flatnonzero(np.diff(gaps.gap_offset))
    for at in (gaps.gap_offset[:-1][some], gaps.gap_offset[1:][some] - 1):
        opens, length = gaps.opens_s[at], gaps.gap_s[at]
        edge = (opens <= _SLACK_S) | (opens + length >= gaps.span_s - _SLACK_S)
        out[some] |= edge & (length >= max_gap_s[some])
    return out

"""How often a region is seen and how long a request waits: per point and pooled by area, each figure with its rule.

What chance did: the span is cut into equal parts, a request belongs to the part that it comes in, and the scatter of
the parts gives low and high (95 %, Student's t). The parts of one orbit are not drawn by lot: where passes repeat with
a period near the length of a part, low and high are too close. They say what another such span may show, nothing
about errors of the orbit or of the sensor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, InputError
from downrange.coverage._kernel import stats
from downrange.coverage.figure import Figure
from downrange.coverage.gaps import PERCENTS, Gap, Gaps, Overlap, Pooled, Waits, gaps_of, pooled, share_within, waits_of
from downrange.coverage.model import Accesses

SPAN_PER_GAP = 10.0
"""A span shorter than so many mean gaps is flagged (assumed)."""

_LEVEL = 0.975
_CDF_KNOTS = 241
_FIRST_KNOT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Revisit:
    """Figures of the points of a region, and of all of them together.

    satellites:  their names
    span_s:      length of the span [s]
    gap, overlap: the rules that looks and gaps were counted by
    each:        figures of each point
    in_view_s:   (n,) how long each point is in view [s]
    weights:     (n,) what each point stands for in the pooled figures; its area [m2] unless all are alike
    looks_pday, mean_gap_s, max_gap_s, mean_wait_s: all points together
    wait_s:      one figure for each of each.percents
    share_never: share of the weight that is never seen
    cdf_wait_s, cdf_share: (m,) the distribution of waits: share of requests that wait no longer
    flags:       what to know before the figures are believed, a sentence each
    """

    satellites: tuple[str, ...]
    span_s: float
    gap: Gap
    overlap: Overlap
    each: Waits
    in_view_s: Array
    weights: Array
    looks_pday: Figure
    mean_gap_s: Figure
    max_gap_s: Figure
    mean_wait_s: Figure
    wait_s: tuple[Figure, ...]
    share_never: Figure
    cdf_wait_s: Array
    cdf_share: Array
    flags: tuple[str, ...]


def revisit(
    accesses: Accesses,
    *,
    gap: Gap = Gap.MIDDLES,
    overlap: Overlap = Overlap.SEPARATE,
    percents: Sequence[float] = PERCENTS,
    blocks: int = 10,
) -> Revisit:
    """Return how often the points are seen and how long a request waits.

    gap, overlap: what a gap runs between, and how windows that overlap count
    percents:     of requests, whose waits are asked for
    blocks:       into how many parts the span is cut for low and high; 2 or more
    """
    if blocks < 2:
        raise InputError(where="revisit", key="blocks", seen=f"{blocks}", cure="give 2 parts or more; 10 are usual")
    gaps = gaps_of(
        accesses.point,
        accesses.start_s,
        accesses.end_s,
        points=accesses.points.lat_deg.size,
        span_s=accesses.span_s,
        gap=gap,
        overlap=overlap,
    )
    weights = np.ascontiguousarray(accesses.points.area_m2, dtype=np.float64)
    together = pooled(gaps, weights=weights, percents=percents)
    each = waits_of(gaps, percents=percents)
    knots_s = _knots(together.max_gap_s)
    spread = _spread(gaps, weights, together, blocks)
    return Revisit(
        satellites=tuple(accesses.satellites),
        span_s=gaps.span_s,
        gap=gap,
        overlap=overlap,
        each=each,
        in_view_s=gaps.in_view_s,
        weights=weights,
        looks_pday=_figure(together.looks_pday, spread.looks_pday, "1/day", f"looks a day and point; {overlap.value}"),
        mean_gap_s=_figure(together.mean_gap_s, None, "s", f"sum of gaps over their number, {_ends(gap)}"),
        max_gap_s=_longest(together.max_gap_s, each, weights, gap),
        mean_wait_s=_figure(together.mean_wait_s, spread.mean_wait_s, "s", f"sum(gap^2) / (2 span), {_ends(gap)}"),
        wait_s=_percentiles(gaps, weights, together, percents, spread),
        share_never=_figure(together.share_never, None, "1", "share of the area without a look in the span"),
        cdf_wait_s=knots_s,
        cdf_share=share_within(gaps, knots_s, weights=weights),
        flags=_flags(gaps, together, spread),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spread:
    """Half widths of the 95 % interval; None where the parts are shorter than the gaps between looks."""

    blocks: int
    looks_pday: float | None
    mean_wait_s: float | None
    share: Array | None  # (q,) of requests within each of the pooled waits


def _spread(gaps: Gaps, weights: Array, together: Pooled, blocks: int) -> _Spread:
    """Return what the parts of the span tell of chance."""
    if gaps.span_s < blocks * together.mean_gap_s:
        return _Spread(blocks=blocks, looks_pday=None, mean_wait_s=None, share=None)
    from scipy.special import stdtrit

    factor = float(stdtrit(blocks - 1, _LEVEL)) / blocks**0.5
    mean_s, within = stats.blocks(
        gaps.gap_offset, gaps.opens_s, gaps.gap_s, weights, gaps.span_s, blocks, together.wait_s
    )
    part = np.minimum((gaps.look_s / gaps.span_s * blocks).astype(np.int64), blocks - 1)
    weighed: Array = np.bincount(part, np.repeat(weights, gaps.looks), blocks).astype(np.float64)
    looks = weighed * (together.looks_pday / float(weighed.mean())) if weighed.any() else weighed
    return _Spread(
        blocks=blocks,
        looks_pday=factor * float(looks.std(ddof=1)),
        mean_wait_s=factor * float(mean_s.std(ddof=1)),
        share=factor * within.std(axis=0, ddof=1),
    )


def _figure(value: float, half: float | None, unit: str, rule: str) -> Figure:
    """Return a figure that cannot be below 0."""
    low, high = (None, None) if half is None else (max(0.0, value - half), value + half)
    return Figure(value=value, low=low, high=high, unit=unit, rule=rule)


def _percentiles(
    gaps: Gaps, weights: Array, together: Pooled, percents: Sequence[float], spread: _Spread
) -> tuple[Figure, ...]:
    """Return the waits of percents; low and high are the waits of the shares that the parts differ by."""
    rule = f"wait of {{:g}} % of requests at a random moment, {_ends(gaps.gap)}"
    if spread.share is None:
        pairs = zip(percents, together.wait_s, strict=True)
        return tuple(_figure(float(value), None, "s", rule.format(q)) for q, value in pairs)
    shares = np.asarray(percents, dtype=float)
    half = 100.0 * spread.share
    asked = np.clip(np.concatenate([shares - half, shares + half]), 0.0, 100.0)
    low, high = np.split(pooled(gaps, weights=weights, percents=asked.tolist()).wait_s, 2)
    return tuple(
        Figure(value=float(v), low=float(lo), high=float(hi), unit="s", rule=rule.format(q))
        for q, v, lo, hi in zip(percents, together.wait_s, low, high, strict=True)
    )


def _longest(value: float, each: Waits, weights: Array, gap: Gap) -> Figure:
    """Return the longest gap, a least value: an end of the span may cut it, and another span may hold a longer one."""
    at = (each.max_gap_s >= value) & (weights > 0.0)
    cut = "cut by the span's end, so longer in truth; " if (each.max_gap_open & at).any() else ""
    rule = f"longest over the points, {_ends(gap)}; {cut}a longer span may hold a longer one"
    return Figure(value=value, low=value, high=None, unit="s", rule=rule)


def _ends(gap: Gap) -> str:
    """Say what gaps run between."""
    return f"gaps {gap.value}, both ends of the span count"


def _knots(longest_s: float) -> Array:
    """Return waits from 0 to the longest for the distribution, closer together where waits are short."""
    if longest_s <= _FIRST_KNOT_S:
        return np.linspace(0.0, max(longest_s, 1.0), _CDF_KNOTS)
    knots: Array = np.concatenate([[0.0], np.geomspace(_FIRST_KNOT_S, longest_s, _CDF_KNOTS - 1)])
    knots[-1] = longest_s
    return knots


def _flags(gaps: Gaps, together: Pooled, spread: _Spread) -> tuple[str, ...]:
    """Say what to know before the figures are believed."""
    flags: list[str] = []
    if gaps.span_s < SPAN_PER_GAP * together.mean_gap_s:
        flags.append(
            f"the span of {gaps.span_s / 86400.0:.3g} days is shorter than {SPAN_PER_GAP:g} mean gaps of "
            f"{together.mean_gap_s / 3600.0:.3g} h: waits are too short, take a longer span"
        )
    if together.share_never > 0.0:
        flags.append(
            f"{together.share_never:.1%} of the area is never seen in the span; its gap counts as the span, "
            "so that mean and longest are least values"
        )
    if spread.mean_wait_s is None:
        flags.append(f"low and high are UNKNOWN: a {spread.blocks}th of the span is shorter than the mean gap")
    return tuple(flags)

"""What cloud leaves of the looks, by a climatology that the user gives: expectations over every sky, none drawn.

A look at a point is clear with the chance of its month. Without a correlation time each look has a sky of its own.
With one, the sky is either clear or cloudy and forgets: after a cloudy look, the chance that the next is clear is
p (1 - exp(-time / correlation)); a new month draws the sky anew. A request comes at a moment spread evenly over the
span and knows nothing of the sky; it is answered by the first clear look, or by the end of the span, as in `gaps`.
Points may share their sky: that leaves every mean here as it is, but makes single days better or worse than it.
Gaps run from middle to middle, and each window is a look. Without a climatology every figure is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError, units, utc
from downrange.coverage._kernel import cloud
from downrange.coverage.climatology import Climatology
from downrange.coverage.figure import Figure
from downrange.coverage.gaps import PERCENTS, gaps_of, weights_of
from downrange.coverage.model import Accesses

_RULE = "expected over all skies; low and high from the range of clear skies that the climatology gives"


class Sky(StrEnum):
    """How much is known of the sky over the points."""

    KNOWN = "known"
    PARTLY = "partly known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clouded:
    """Looks and waits under cloud.

    sky, why:     how much is known of the sky, and what is missing
    source:       where the chances of a clear sky came from, their kind first
    correlation_s: the time over which looks share their sky [s]; 0: each has its own
    known:        (n,) whether every look at the point has a chance of a clear sky; the rest is left out below
    looks_pday:   (n,) clear looks a day; NaN where unknown
    mean_wait_s:  (n,) mean wait of a request for a clear look [s]; NaN where unknown
    p_never:      (n,) chance that no look of the whole span is clear; NaN where unknown
    percents, wait_s: (q,), (n, q) waits [s] that so many percent of requests do not exceed; NaN where unknown
    looks_pday_all, mean_wait_all_s, wait_all_s, p_never_all: the known points together, weighted by area
    """

    sky: Sky
    why: str
    source: str
    correlation_s: float
    known: NDArray[np.bool_]
    looks_pday: Array
    mean_wait_s: Array
    p_never: Array
    percents: Array
    wait_s: Array
    looks_pday_all: Figure
    mean_wait_all_s: Figure
    wait_all_s: tuple[Figure, ...]
    p_never_all: Figure


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloudyLooks:
    """Moments of looks point after point, and the chance that each is clear.

    offset:  (n + 1,) where each point's looks begin
    look_s:  (k,) seconds after the start, rising within a point
    p_clear: (k,) chance of a clear sky
    span_s, correlation_s: the span and the time over which looks share their sky [s]
    """

    offset: NDArray[np.int64]
    look_s: Array
    p_clear: Array
    span_s: float
    correlation_s: float


def clouded(
    accesses: Accesses, climatology: Climatology | None, *, percents: Sequence[float] = PERCENTS, by_point: bool = True
) -> Clouded:
    """Return what cloud leaves of the looks.

    climatology: how often the sky is clear; None: every figure is UNKNOWN
    by_point:    whether percentiles of each point are wanted too; they cost more than all the rest
    """
    points = accesses.points.lat_deg.size
    if climatology is None:
        return _unknown("no climatology was given", "", points, percents)
    gaps = gaps_of(accesses.point, accesses.start_s, accesses.end_s, points=points, span_s=accesses.span_s)
    cell = climatology.cells(accesses.points.lat_deg, accesses.points.lon_deg)
    at, month = np.repeat(cell, gaps.looks), months_of(accesses.start, gaps.look_s)
    chances = [_chance(table, at, month) for table in (climatology.p_clear, climatology.p_low, climatology.p_high)]
    known = cell >= 0
    known[np.repeat(np.arange(points), gaps.looks)[np.isnan(chances[0])]] = False
    source = f"{climatology.kind.value}: {climatology.source}"
    if not known.any():
        return _unknown(f"{climatology.name} does not cover the points and months", source, points, percents)
    skies = [
        CloudyLooks(
            offset=gaps.look_offset,
            look_s=gaps.look_s,
            p_clear=np.where(np.isnan(p), 0.0, p),
            span_s=gaps.span_s,
            correlation_s=climatology.correlation_s,
        )
        for p in (chances if climatology.ranged else chances[:1])
    ]
    weights = weights_of(points, accesses.points.area_m2)
    whole = bool(known.all())
    missing = float(weights[~known].sum() / weights.sum())
    why = "" if whole else f"{climatology.name} does not cover {missing:.1%} of the area in these months"
    return _found(skies, known, weights, percents, by_point, Sky.KNOWN if whole else Sky.PARTLY, why, source)


def expectations(looks: CloudyLooks) -> tuple[Array, Array, Array]:
    """Return per point (clear looks in the span, mean wait [s], chance of none), each (n,), over all skies.

    >>> looks = CloudyLooks(offset=np.array([0, 1]), look_s=np.array([50.0]), p_clear=np.array([0.5]), span_s=100.0,
    ...                     correlation_s=0.0)
    >>> [float(x[0]) for x in expectations(looks)]  # half of the time 25 s, half 50 s
    [0.5, 37.5, 0.5]
    """
    p_next = cloud.after_cloud(looks.offset, looks.look_s, looks.p_clear, looks.correlation_s)
    return cloud.expectations(looks.offset, looks.look_s, looks.p_clear, p_next, looks.span_s)


def waits(looks: CloudyLooks, percents: Sequence[float], *, weights: ArrayLike | None = None) -> Array:
    """Return the waits [s] (q,) that percents of requests do not exceed, over all skies and points drawn by weight."""
    logs, certain, share = _prepared(looks, percents)
    weight = weights_of(looks.offset.size - 1, weights)
    return cloud.wait_of_share(looks.offset, looks.look_s, looks.p_clear, logs, certain, weight, looks.span_s, share)


def share_longer(looks: CloudyLooks, wait_s: float, *, weights: ArrayLike | None = None) -> float:
    """Return the share of requests that wait longer than wait_s, over all skies and points drawn by weight."""
    logs, certain, _ = _prepared(looks, ())
    weight = weights_of(looks.offset.size - 1, weights)
    return cloud.share_longer(
        looks.offset, looks.look_s, looks.p_clear, logs, certain, weight, looks.span_s, float(wait_s)
    )


def months_of(start: datetime, look_s: Array) -> NDArray[np.int64]:
    """Return the month of each moment, UTC, 0 for January.

    >>> from datetime import UTC
    >>> months_of(datetime(2024, 1, 31, tzinfo=UTC), np.array([86399.0, 86400.0])).tolist()
    [0, 1]
    """
    origin = np.datetime64(utc(start).replace(tzinfo=None), "us")
    moments = origin + np.round(look_s * 1e6).astype("timedelta64[us]")
    return moments.astype("datetime64[M]").astype(np.int64) % 12


def _chance(table: Array, cell: NDArray[np.int64], month: NDArray[np.int64]) -> Array:
    """Return the chance of each look, NaN where there is no cell."""
    chance: Array = np.where(cell >= 0, table[np.maximum(cell, 0), month], np.nan)
    return chance


def _prepared(looks: CloudyLooks, percents: Sequence[float]) -> tuple[Array, NDArray[np.int64], Array]:
    """Return (running sums of misses, of certain looks, shares)."""
    share: Array = np.asarray(percents, dtype=float) / 100.0
    if not ((share >= 0.0) & (share <= 1.0)).all():
        raise InputError(where="percents", seen=f"{percents}", cure="give numbers from 0 to 100, as 50 90 95")
    p_next = cloud.after_cloud(looks.offset, looks.look_s, looks.p_clear, looks.correlation_s)
    logs, certain = cloud.misses(looks.offset, p_next)
    return logs, certain, share


def _found(
    skies: list[CloudyLooks],
    known: NDArray[np.bool_],
    weights: Array,
    percents: Sequence[float],
    by_point: bool,
    sky: Sky,
    why: str,
    source: str,
) -> Clouded:
    """Return the figures of points with a known sky; skies: as given, and if known the cloudiest and the clearest."""
    share = np.where(known, weights, 0.0)
    if not share.any():
        share = known.astype(float)
    best, days = skies[0], skies[0].span_s / units.DAY
    clear, wait_s, never = (np.where(known, x, np.nan) for x in expectations(best))
    each_s = np.full((known.size, len(percents)), np.nan)
    if by_point:
        logs, certain, q = _prepared(best, percents)
        each_s = cloud.waits(best.offset, best.look_s, best.p_clear, logs, certain, best.span_s, q)
        each_s[~known] = np.nan
    means = np.array([[float(share @ x) / share.sum() for x in expectations(one)] for one in skies])
    pooled_s = np.array([waits(one, percents, weights=share) for one in skies])
    return Clouded(
        sky=sky,
        why=why,
        source=source,
        correlation_s=best.correlation_s,
        known=known,
        looks_pday=clear / days,
        mean_wait_s=wait_s,
        p_never=never,
        percents=np.asarray(percents, dtype=float),
        wait_s=each_s,
        looks_pday_all=_figure(means[:, 0] / days, "1/day", "clear looks a day and point"),
        mean_wait_all_s=_figure(means[:, 1], "s", "mean wait for a clear look"),
        wait_all_s=tuple(
            _figure(column, "s", f"wait of {q:g} % of requests for a clear look")
            for q, column in zip(percents, pooled_s.T, strict=True)
        ),
        p_never_all=_figure(means[:, 2], "1", "chance that a point has no clear look in the span"),
    )


def _figure(values: Array, unit: str, what: str) -> Figure:
    """Return a figure of (best,) or (best, cloudiest, clearest)."""
    low, high = (float(values.min()), float(values.max())) if values.size > 1 else (None, None)
    return Figure(value=float(values[0]), low=low, high=high, unit=unit, rule=f"{what}, {_RULE}")


def _unknown(why: str, source: str, points: int, percents: Sequence[float]) -> Clouded:
    """Return figures that say nothing, and why."""
    blank: Array = np.full(points, np.nan)
    return Clouded(
        sky=Sky.UNKNOWN,
        why=why,
        source=source,
        correlation_s=0.0,
        known=np.zeros(points, dtype=bool),
        looks_pday=blank,
        mean_wait_s=blank,
        p_never=blank,
        percents=np.asarray(percents, dtype=float),
        wait_s=np.full((points, len(percents)), np.nan),
        looks_pday_all=Figure(value=None, unit="1/day", rule=f"UNKNOWN: {why}"),
        mean_wait_all_s=Figure(value=None, unit="s", rule=f"UNKNOWN: {why}"),
        wait_all_s=tuple(Figure(value=None, unit="s", rule=f"UNKNOWN: {why}") for _ in percents),
        p_never_all=Figure(value=None, unit="1", rule=f"UNKNOWN: {why}"),
    )

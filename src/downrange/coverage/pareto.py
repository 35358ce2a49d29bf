"""Fronts: what is not beaten in everything at once, satellites against waits and gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError
from downrange.coverage.search import Found, Tried
from downrange.coverage.search_score import STATISTICS, Statistic


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The layouts that no other one beats: as few satellites, as good in each statistic, and better in one.

    statistics: beside the number of satellites
    best:       rising in satellites, then in the first statistic
    naive:      for each number of satellites the naive layouts that no naive one of that number beats
    """

    statistics: tuple[Statistic, ...]
    best: tuple[Tried, ...]
    naive: tuple[Tried, ...]


def unbeaten(costs: ArrayLike) -> NDArray[np.bool_]:
    """Return which rows no other row beats, (m,): nowhere worse and somewhere better; less is better, NaN never wins.

    Of rows that are alike in all columns the first is kept.

    >>> unbeaten([[1, 9], [2, 5], [2, 6], [3, 5], [3, 1], [3, 1]]).tolist()
    [True, True, False, False, True, False]
    """
    cost: Array = np.atleast_2d(np.asarray(costs, dtype=float))
    if cost.ndim != 2:
        raise InputError(where="front", seen=f"costs of shape {cost.shape}", cure="give a row for each candidate")
    keep = np.zeros(len(cost), dtype=bool)
    sound = np.flatnonzero(~np.isnan(cost).any(axis=1))
    order = sound[np.lexsort((sound, *cost[sound].T[::-1]))]
    front = np.empty((0, cost.shape[1]))
    for k in order:  # whoever beats a row stands before it in this order
        if not (front <= cost[k]).all(axis=1).any():
            keep[k] = True
            front = np.vstack([front, cost[k]])
    return keep


def pareto(found: Found, statistics: Sequence[Statistic] = (Statistic.MEAN_WAIT,)) -> Front:
    """Return the front of satellites against one statistic or more, and the naive layouts beside it.

    More statistics make a longer front: a layout stays on it for any one in which it is not beaten.
    """
    asked = tuple(Statistic(one) for one in statistics)
    if not asked:
        raise InputError(where="front", key="statistics", seen="none", cure="name one: " + ", ".join(STATISTICS))
    cost = _costs(found, asked)
    naive = len(found.names)
    best = np.flatnonzero(unbeaten(cost))
    first = [
        places[unbeaten(cost[places, 1:])]
        for count in np.unique(found.satellites[:naive])
        for places in [np.flatnonzero(found.satellites[:naive] == count)]
    ]
    return Front(
        statistics=asked,
        best=tuple(found.tried(int(k)) for k in _sorted(best, cost)),
        naive=tuple(found.tried(int(k)) for k in _sorted(np.concatenate(first), cost)),
    )


def _costs(found: Found, statistics: tuple[Statistic, ...]) -> Array:
    """Return (satellites, each statistic turned so that less is better); NaN where nothing is known."""
    columns = [found.satellites.astype(float)]
    for one in statistics:
        values = found.values[:, STATISTICS.index(one)]
        columns.append(-values if one is Statistic.LOOKS else values)
    cost = np.stack(columns, axis=1)
    cost[np.isnan(found.rank)] = np.nan
    return cost


def _sorted(places: NDArray[np.int64], cost: Array) -> NDArray[np.int64]:
    """Return places by satellites, then by the first statistic."""
    return places[np.lexsort((places, cost[places, 1], cost[places, 0]))]

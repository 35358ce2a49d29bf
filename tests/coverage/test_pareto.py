"""Fronts: nothing on them is beaten, nothing beside them is not."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from downrange.base import InputError
from downrange.coverage.layouts import naive_patterns
from downrange.coverage.pareto import pareto, unbeaten
from downrange.coverage.search_limits import Limits
from downrange.coverage.search_score import STATISTICS, Statistic

sys.path.append(str(Path(__file__).parent))  # processes load it by its name
toy = importlib.import_module("search_toy").toy


@given(hnp.arrays(float, hnp.array_shapes(min_dims=2, max_dims=2, max_side=12), elements=st.integers(0, 4)))
def test_the_front_is_what_nobody_beats(costs):
    keep = unbeaten(costs)
    for k, row in enumerate(costs):
        beaten = any((other <= row).all() and (other < row).any() for other in costs)
        again = any((other == row).all() for other in costs[:k])
        assert keep[k] == (not beaten and not again)


def test_a_nan_never_wins():
    assert unbeaten([[1.0, np.nan], [2.0, 3.0], [np.nan, 0.0]]).tolist() == [False, True, False]


@pytest.fixture(scope="module")
def found():
    return toy(limits=Limits(satellites=(1, 4)), candidates=90)


def test_more_satellites_stand_on_the_front_only_where_they_pay(found):
    front = pareto(found)
    counts = [len(one.layout.slots) for one in front.best]
    waits = [one.mean_wait_s for one in front.best]
    assert counts == sorted(set(counts))
    assert waits == sorted(waits, reverse=True)
    assert waits[-1] == found.best().mean_wait_s
    for one in front.best:
        assert one == found.best(len(one.layout.slots))


def test_naive_layouts_stand_beside_it(found):
    front = pareto(found)
    assert [len(one.layout.slots) for one in front.naive] == [1, 2, 3, 4]
    assert all(one.naive for one in front.naive)
    assert {one.layout.name for one in front.naive} <= {p.name for n in range(1, 5) for p in naive_patterns(n)}
    for one in front.naive:
        assert one == found.best(len(one.layout.slots), naive=True)


def test_several_statistics_make_a_longer_front(found):
    both = pareto(found, (Statistic.MEAN_WAIT, Statistic.MAX_GAP, Statistic.LOOKS))
    assert len(both.best) > len(pareto(found).best)
    for asked in (Statistic.MEAN_WAIT, Statistic.MAX_GAP):
        for count in (2, 3, 4):
            values = found.values[found.satellites == count, STATISTICS.index(asked)]
            assert np.nanmin(values) >= min(o.value(asked) for o in both.best if len(o.layout.slots) <= count)


def test_what_sees_nothing_is_on_no_front(found):
    blind = replace(found, rank=np.full_like(found.rank, np.nan))
    assert pareto(blind).best == ()


def test_a_front_of_nothing_is_refused(found):
    with pytest.raises(InputError, match="Name one: mean wait, longest gap"):
        pareto(found, ())

"""The failure probability of a flight record against the table of the rule and the definition of its limits."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import InputError
from downrange.flight.record import failure_probability

RULE = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "flight_record.py")))


@pytest.mark.parametrize(("flights", "failures", "published"), RULE.PROBABILITY)
def test_the_probability_is_the_published_one(flights: int, failures: int, published: float) -> None:
    assert failure_probability(flights, failures).p == pytest.approx(published, abs=0.005)


@pytest.mark.parametrize(("flights", "failures", "low", "high"), RULE.LIMITS)
def test_the_limits_are_the_published_ones(flights: int, failures: int, low: float, high: float) -> None:
    found = failure_probability(flights, failures)
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize("flights", [1, 2, 5, 30, 400])
def test_none_and_all_follow_the_closed_form(flights: int) -> None:
    root = 0.2 ** (1.0 / flights)
    assert failure_probability(flights, 0).p == pytest.approx((1.0 - root) / 2.0, rel=1e-12)
    assert failure_probability(flights, flights).p == pytest.approx((1.0 + root) / 2.0, rel=1e-12)
    assert (failure_probability(flights, 0).low, failure_probability(flights, flights).high) == (0.0, 1.0)


def tail(n: int, k: int, p: float) -> float:
    """Return the chance of k or more failures in n flights."""
    return sum(math.comb(n, i) * p**i * (1.0 - p) ** (n - i) for i in range(k, n + 1))


@pytest.mark.parametrize(("n", "k"), [(3, 1), (7, 5), (12, 1), (40, 17)])
def test_at_each_limit_the_record_is_as_rare_as_a_fifth(n: int, k: int) -> None:
    found = failure_probability(n, k)
    assert tail(n, k, found.low) == pytest.approx(0.2, rel=1e-9)
    assert 1.0 - tail(n, k + 1, found.high) == pytest.approx(0.2, rel=1e-9)
    assert found.low < k / n < found.high


def test_the_record_says_what_it_was_made_from() -> None:
    found = failure_probability(np.int64(10), 1)
    assert (found.flights, found.failures) == (10, 1)
    assert "1 in 10" in found.source
    assert "417" in found.source


@pytest.mark.parametrize(
    ("flights", "failures", "key", "told"),
    [
        (0, 0, "flights", "comparable vehicles"),
        (3, 4, "failures", "the two exchanged"),
        (-1, 0, "flights", "0 or more"),
        (3, -1, "failures", "0 or more"),
        (3.5, 1, "flights", "whole number"),
        (3, math.nan, "failures", "whole number"),
        (10**12, 1, "flights", "at most 1000000"),
    ],
)
def test_a_record_that_cannot_be_is_refused(flights: int, failures: int, key: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        failure_probability(flights, failures)
    assert (caught.value.where, caught.value.key) == ("flight record", key)

"""The fit beside the record: every fact within its limit, and said so when it is not."""

from __future__ import annotations

import math
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.corridor import Check, checks, dog_leg_cost_mps, load_fits, load_record
from downrange.corridor.fit import predict

LIMITS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "fit_limits.py")))


@pytest.fixture(scope="module")
def rows() -> dict[str, Check]:
    return {row.fact: row for row in checks(load_record("chollima-1"), load_fits("chollima-1"))}


def test_every_fact_of_the_record_is_checked(rows: dict[str, Check]) -> None:
    assert set(rows) == set(LIMITS.CHECKS)


@pytest.mark.parametrize("fact", LIMITS.CHECKS)
def test_the_fit_holds_and_its_value_is_within_the_limit(rows: dict[str, Check], fact: str) -> None:
    low, high = LIMITS.CHECKS[fact]
    assert rows[fact].holds
    assert low <= rows[fact].value <= high
    assert rows[fact].source.strip()
    assert rows[fact].limit.strip()


def test_values_residuals_and_spreads_are_those_of_the_fits(rows: dict[str, Check]) -> None:
    record, fits = load_record("chollima-1"), load_fits("chollima-1")
    t_s = predict(record, fits).place["stage 1"][2]
    row = rows["fall of stage 1"]
    assert (row.value, row.residual, row.sigma) == pytest.approx((t_s[0], t_s[0] - 480.0, t_s[1:].std()))
    assert (row.unit, row.published) == ("s", "480 s")
    assert math.isnan(rows["cost of the dog-leg"].residual)
    assert rows["fairing reaches the sea"].residual == pytest.approx(rows["fairing reaches the sea"].value - 600.0)
    passes = [rows[f"fairing passes {km} km on its way down"].value for km in (30, 10)]
    assert passes[0] < passes[1] < rows["fairing reaches the sea"].value
    assert "impossible" in rows["fairing reaches the sea"].published


def test_a_vehicle_that_misses_is_said_to_miss() -> None:
    record, fits = load_record("chollima-1"), load_fits("chollima-1")
    away = np.hypot(*(np.subtract(predict(record, fits).place["stage 2"][:2], [[13.1751], [129.2903]])))
    worst = int(away.argmax())
    rows = {row.fact: row for row in checks(record, np.vstack([fits[worst], fits[1:]]))}
    assert not rows["stage 2 in area C, along its axis"].holds
    assert abs(rows["stage 2 in area C, along its axis"].value) > 201.0


def test_the_bends_cost_what_the_last_stage_would_have_left(rows: dict[str, Check]) -> None:
    cost_mps = dog_leg_cost_mps(load_record("chollima-1"), load_fits("chollima-1"))
    assert rows["cost of the dog-leg"].value == pytest.approx(cost_mps)

"""Residuals in sigmas, one column at a time, and the fit: from many starts, and of truths that we invent."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from downrange.base import Array, normals, wgs84
from downrange.corridor import Fit, Record, Starts, from_starts, load_fits, load_record, solve
from downrange.corridor.fit import bounds, offsets_m, orbit_columns, predict, residuals
from downrange.corridor.fit_model import Fact, crowd_from, names_of
from downrange.earth import destination, range_azimuth
from downrange.fall import drop
from downrange.flight import Failure, fly_crowd, orbit_of, troubles_of

NAMES = list(names_of(3))

LIMITS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "fit_limits.py")))
SOFT_RULES = 5


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record("chollima-1")


@pytest.fixture(scope="module")
def best() -> Array:
    return load_fits("chollima-1")[:1]


@pytest.fixture(scope="module")
def starts(record: Record) -> Starts:
    return from_starts(record, starts=10)


def with_fact(record: Record, fact: Fact, **changes: float | str) -> Record:
    """Return the record with that fact alone, changed."""
    return _replaced(record, (msgspec.structs.replace(fact, **changes),))


def _replaced(record: Record, facts: tuple[Fact, ...]) -> Record:
    return Record(**{name: getattr(record, name) for name in Record.__slots__} | {"facts": facts})


def named(record: Record, name: str) -> Fact:
    return next(fact for fact in record.facts if fact.name == name)


@pytest.mark.parametrize(("azimuth", "column", "sign"), [(90.0, 0, -1), (0.0, 1, -1), (270.0, 0, 1), (180.0, 1, 1)])
def test_a_place_counts_east_and_north_in_its_sigma(
    record: Record, best: Array, azimuth: float, column: int, sign: int
) -> None:
    lat, lon, _ = predict(record, best).place["stage 1"]
    fact = named(record, "stage 1 in area A")
    moved = destination(lat[0], lon[0], azimuth, 2.0 * fact.sigma_m)
    row = residuals(with_fact(record, fact, lat_deg=float(moved[0]), lon_deg=float(moved[1])), best)[0]
    assert row[column] == pytest.approx(2.0 * sign, abs=0.01)
    assert row[1 - column] == pytest.approx(0.0, abs=0.01)


def test_an_axis_counts_along_its_course_and_across(record: Record, best: Array) -> None:
    lat, lon, _ = predict(record, best).place["stage 2"]
    fact = named(record, "stage 2 in area C")
    behind = destination(lat[0], lon[0], fact.course_deg + 180.0, 50e3)
    there = with_fact(record, fact, lat_deg=float(behind[0]), lon_deg=float(behind[1]))
    assert residuals(there, best)[0, :2] == pytest.approx([50e3 / fact.sigma_along_m, 0.0], abs=1e-3)
    left = destination(lat[0], lon[0], fact.course_deg - 90.0, 30e3)
    there = with_fact(record, fact, lat_deg=float(left[0]), lon_deg=float(left[1]))
    assert residuals(there, best)[0, :2] == pytest.approx([0.0, 30e3 / fact.sigma_across_m], abs=1e-3)
    along, across = offsets_m(there.facts[0], predict(record, best))
    assert (along[0], across[0]) == pytest.approx((0.0, 30e3), abs=50.0)


def test_a_time_counts_in_its_sigma(record: Record, best: Array) -> None:
    fact = named(record, "fall of stage 2")
    t_s = float(predict(record, best).place["stage 2"][2][0])
    assert residuals(with_fact(record, fact, t_s=t_s - 60.0), best)[0, 0] == pytest.approx(60.0 / fact.sigma_s)


def test_the_insertion_counts_time_energy_radius_radial_speed_and_inclination(record: Record, best: Array) -> None:
    fact = named(record, "insertion")
    state = predict(record, best).flown.last
    radius = float(np.linalg.norm(state[0, 1:4]))
    perigee, apogee, inclination = (float(a[0]) for a in orbit_of(state))
    low = radius - wgs84.RE_M
    exact = {
        "t_s": float(state[0, 0]),
        "perigee_alt_m": low,
        "apogee_alt_m": perigee + apogee - low,
        "inclination_deg": inclination,
    }
    row = residuals(with_fact(record, fact, **exact), best)[0, :5]
    assert row[[0, 1, 2, 4]] == pytest.approx(np.zeros(4), abs=1e-6)
    assert abs(row[3]) < 1.0  # the radial speed is to be none
    changes = ("t_s", fact.sigma_s, 0), ("inclination_deg", fact.sigma_inclination_deg, 4)
    for name, sigma, column in changes:
        shifted = residuals(with_fact(record, fact, **(exact | {name: exact[name] + sigma})), best)[0, :5]
        assert shifted - row == pytest.approx(-np.eye(5)[column], abs=1e-6)
    higher = exact | {"apogee_alt_m": exact["apogee_alt_m"] + 2.0 * fact.sigma_sma_m}
    assert residuals(with_fact(record, fact, **higher), best)[0, 1] == pytest.approx(-1.0, rel=1e-3)


def test_the_insertion_columns_are_marked_and_the_soft_rules_come_last(record: Record, best: Array) -> None:
    marked = orbit_columns(record)
    assert residuals(record, best).shape == (1, len(marked))
    assert marked.sum() == 5
    assert marked[-SOFT_RULES - 5 : -SOFT_RULES].all()


def test_shift_moves_the_facts(record: Record, best: Array) -> None:
    shift = normals(1, 1, len(orbit_columns(record)))[0]
    assert residuals(record, best, shift) == pytest.approx(residuals(record, best) - shift)


def test_many_rows_are_one_by_one(record: Record) -> None:
    rows = load_fits("chollima-1")[:5]
    many = residuals(record, rows)
    assert all(np.array_equal(many[i], residuals(record, rows[i : i + 1])[0]) for i in range(5))


def test_what_never_comes_down_is_said_to_fall_where_it_was_let_go(record: Record, best: Array) -> None:
    far = best.copy()
    far[0, NAMES.index("isp_vac2_s")] = 700.0
    p = predict(record, far)
    assert p.place["stage 2"][2][0] == p.flown.parted(2)[0, 0]
    assert np.isfinite(residuals(record, far)).all()


def test_a_flight_of_no_numbers_is_very_wrong_not_missing(record: Record, best: Array) -> None:
    broken = best.copy()
    broken[0, NAMES.index("kick_deg")] = np.nan
    told = np.abs(residuals(record, broken)[0])
    assert np.isfinite(told).all()
    assert (told[orbit_columns(record)][1:] == 1e3).all()  # when it ends is known, where is not


def test_bounds_hold_the_coast_and_the_kick_above_what_flies(record: Record) -> None:
    low, high = (record.mean + record.sigma * b for b in bounds(record))
    assert low[NAMES.index("coast_s")] == pytest.approx(0.0)
    assert low[NAMES.index("kick_deg")] == pytest.approx(0.4)
    assert (high > low).all()
    assert (high <= record.mean + 5.0 * record.sigma + 1e-9).all()


def test_random_starts_reach_the_same_fit_at_the_promised_cost(starts: Starts) -> None:
    assert len(starts.chi2) == 10
    assert starts.agreeing >= LIMITS.STARTS_AGREEING
    assert starts.chi2[np.argsort(starts.chi2)[LIMITS.STARTS_AGREEING - 1]] <= starts.best.chi2 + LIMITS.SAME_CHI2
    assert starts.simulations.max() <= LIMITS.SIMULATIONS
    assert starts.best.chi2 <= starts.chi2.min()


def test_the_shipped_best_fit_is_a_fresh_one(record: Record, starts: Starts, best: Array) -> None:
    assert (starts.best.x - best[0]) / record.sigma == pytest.approx(np.zeros(len(NAMES)), abs=0.02)


def test_chi2_is_the_sum_of_squares_of_everything(record: Record, starts: Starts) -> None:
    x = starts.best.x
    prior = (x - record.mean) / record.sigma
    total = float((residuals(record, x[None]) ** 2).sum() + (prior**2).sum())
    assert starts.best.chi2 == pytest.approx(total, rel=1e-9)


def test_no_neighbour_of_the_fit_is_better(record: Record, starts: Starts) -> None:
    def chi2(x: Array) -> Array:
        return (residuals(record, x) ** 2).sum(axis=1) + (((x - record.mean) / record.sigma) ** 2).sum(axis=1)

    around = starts.best.x + 0.3 * record.sigma * normals(3, 300, len(NAMES))
    assert chi2(around).min() > starts.best.chi2


def stack_fall(record: Record, x: Array) -> tuple[float, float]:
    """Return where the stack falls when the second stage of vehicle x never lights."""
    crowd = crowd_from(record, x[None])
    state = fly_crowd(crowd, troubles_of(crowd, Failure.parse("stage2:no-ignition"))).last
    hit = drop(state[:, 0], state[:, 1:4], state[:, 4:7], crowd.beta_stack_kgpm2)
    return float(hit.lat_deg[0]), float(hit.lon_deg[0])


@pytest.mark.parametrize("row", [5, 40, 90])
def test_of_an_invented_truth_the_fit_predicts_what_it_was_not_told(record: Record, row: int) -> None:
    truth = load_fits("chollima-1")[row]
    told = residuals(record, truth[None])[0]
    told[-SOFT_RULES:] = 0.0  # rules are no data
    found: Fit = solve(record, shift=told)
    assert not np.allclose(found.x, truth, rtol=1e-3)  # many vehicles fly one record
    miss_m = range_azimuth(*stack_fall(record, found.x), *stack_fall(record, truth))[0]
    assert miss_m < LIMITS.RECOVERED_M

"""Crowds of what may come down: weights, draws that count, and the fall of 31 May 2023, which the fit never saw."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import Array, InputError, ModelError, ecef_from_geodetic, v_ecef_from_enu
from downrange.corridor import (
    Hazards,
    Record,
    case_falls,
    joined,
    launch_hazards,
    load_fits,
    load_record,
    tracked_falls,
)
from downrange.corridor.hazard import FAILING_EACH, STACK
from downrange.earth import range_azimuth
from downrange.fall import Falls, drop, footprint, load_debris
from downrange.flight import Failure, load_failures

LIMITS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "fit_limits.py")))
PLANNED = ("stage 1", "fairing", "stage 2")
LEFT = "stages 2-3 and payload"
PIECES = load_debris("assumed-launcher").classes
NAMES = tuple(piece.name for piece in PIECES)
FAILURES = load_failures("assumed", 3)
COLUMNS = ("lat_deg", "lon_deg", "t_s", "p", "body_index")
RUNS = 300


@pytest.fixture(scope="module")
def record() -> Record:
    return load_record("chollima-1")


@pytest.fixture(scope="module")
def fits() -> Array:
    return load_fits("chollima-1")


@pytest.fixture(scope="module")
def hazards(record: Record, fits: Array) -> Hazards:
    return launch_hazards(record, fits, runs=RUNS, seed=3)


def case(record: Record, fits: Array, text: str, *, runs: int = RUNS, seed: int = 1) -> Falls:
    return case_falls(record, fits, runs=runs, seed=seed, failure=Failure.parse(text))


def test_the_fall_of_31_may_is_found_without_having_been_told(record: Record, fits: Array) -> None:
    falls = case(record, fits, "stage2:no-ignition", runs=2_000)
    assert falls.bodies == ("stage 1", LEFT)
    stack = falls.of(LEFT)
    foot = footprint(stack.lat_deg, stack.lon_deg, stack.t_s, LEFT, stack.p)
    assert range_azimuth(foot.lat_deg, foot.lon_deg, *LIMITS.STACK_PLACE)[0] < LIMITS.STACK_NEAR_M
    away_m = range_azimuth(record.site.lat_deg, record.site.lon_deg, foot.lat_deg, foot.lon_deg)[0]
    assert LIMITS.STACK_RANGE_M[0] < away_m < LIMITS.STACK_RANGE_M[1]
    assert LIMITS.STACK_S[0] < foot.t_s < LIMITS.STACK_S[1]
    assert foot.p_lands == pytest.approx(1.0)


def test_rows_of_a_body_that_will_surely_fall_sum_to_one(record: Record, fits: Array, hazards: Hazards) -> None:
    assert hazards.planned.bodies == PLANNED
    for crowd in (hazards.planned, case_falls(record, fits, runs=RUNS, seed=1)):
        for body in PLANNED:
            assert crowd.of(body).p.sum() == pytest.approx(1.0)
            assert len(crowd.of(body).p) == RUNS
    assert hazards.planned.of("stage 1").p.max() == pytest.approx(1.0 / RUNS)


def test_a_failing_crowd_weighs_what_failures_do(hazards: Hazards) -> None:
    assert hazards.p_failure == FAILURES.p.value
    assert hazards.case_p.sum() == pytest.approx(hazards.p_failure)
    assert len(hazards.case_p) == FAILING_EACH * RUNS
    pieces = sum(mode.share for mode in FAILURES.modes if mode.leaves_pieces)
    share = {STACK: 1.0 - pieces, **dict.fromkeys(NAMES, pieces)}
    for body, part in share.items():
        rows = hazards.failing.of(body)
        assert len(rows.p) / len(hazards.case_p) == pytest.approx(part, abs=0.01)
        # A few failures come so late, or cost so little, that what is left reaches orbit: they weigh nothing.
        assert rows.p.sum() == pytest.approx(hazards.p_failure * part * np.isfinite(rows.lat_deg).mean(), rel=0.03)
        assert 0.7 < np.isfinite(rows.lat_deg).mean() <= 1.0


def test_each_kind_of_failure_takes_its_share_of_the_cases(hazards: Hazards) -> None:
    for stage in (1, 2, 3):
        share = sum(mode.share for mode in FAILURES.modes if mode.stage == stage)
        weight = hazards.case_p[hazards.case_stage == stage].sum()
        assert weight == pytest.approx(hazards.p_failure * share, abs=0.01)


def test_rows_of_a_case_fall_after_it_failed_and_only_what_flew_on_let_go_parts_later(hazards: Hazards) -> None:
    assert hazards.case.shape == hazards.failing.p.shape
    lands = np.isfinite(hazards.failing.t_s)
    names = np.array(hazards.failing.bodies)[hazards.failing.body_index]
    left = lands & ~np.char.endswith(names, "impaired flight")
    assert (hazards.failing.t_s[left] >= hazards.fails_s[left]).all()
    assert lands[~left & lands].any()
    at_once = np.unique(hazards.case[np.isin(names, NAMES)])
    assert not np.isin(at_once, hazards.case[names == STACK]).any()


def test_of_planned_flights_each_lets_everything_go_once(hazards: Hazards) -> None:
    assert hazards.flights == RUNS
    assert np.array_equal(np.bincount(hazards.planned_flight), np.full(RUNS, len(PLANNED)))


def test_another_catalogue_and_another_list_change_only_what_fails(record: Record, fits: Array) -> None:
    from dataclasses import replace

    breaks = next(mode for mode in FAILURES.modes if mode.name == "stage 2 break-up")
    only = replace(FAILURES, modes=(replace(breaks, share=1.0),), p=replace(FAILURES.p, value=0.02))
    debris = replace(load_debris("assumed-launcher"), classes=PIECES[:1])
    one = launch_hazards(record, fits, runs=30, seed=3, failures=only, debris=debris)
    other = launch_hazards(record, fits, runs=30, seed=3)
    assert np.array_equal(one.planned.lat_deg, other.planned.lat_deg)
    assert set(one.failing.bodies) == {STACK, NAMES[0]}
    assert (one.case_stage == 2).all()
    assert one.failing.p.sum() == pytest.approx(0.02)
    assert one.p_failed_by(60.0) == 0.0
    assert one.p_failed_by(1e4) == pytest.approx(0.02)


@pytest.mark.parametrize("t_s", [0.0, 60.0, 200.0, 400.0])
def test_ahead_is_what_is_left_when_nothing_has_failed_yet(hazards: Hazards, t_s: float) -> None:
    ahead = hazards.ahead(t_s)
    for body in PLANNED:
        assert ahead.of(body).p.sum() == pytest.approx(1.0)
    stack = hazards.failing.of(STACK)
    later = hazards.fails_s[: len(stack.p)] > t_s
    failed_by_now = hazards.case_p[hazards.case_ends_s <= t_s].sum()
    assert failed_by_now == hazards.p_failed_by(t_s)
    assert ahead.of(STACK).p.sum() == pytest.approx(stack.p[later].sum() / (1.0 - failed_by_now))
    assert np.nanmin(ahead.of(STACK).t_s) > t_s


def test_ahead_the_chance_of_a_failure_only_shrinks_and_ends(hazards: Hazards) -> None:
    def failing(t_s: float) -> float:
        return float(sum(hazards.ahead(t_s).of(body).p.sum() for body in hazards.failing.bodies))

    chances = [failing(t_s) for t_s in (0.0, 100.0, 200.0, 300.0, 500.0, 5_000.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] == 0.0
    # Half of the flights fail, in one piece or in six classes of pieces.
    assert chances[0] > 0.5


def test_let_go_is_what_had_left_by_then(hazards: Hazards) -> None:
    assert len(hazards.let_go(60.0).p) == 0
    after_stage_1 = hazards.let_go(150.0)
    assert after_stage_1.of("stage 1").p.sum() > 0.9
    assert after_stage_1.of("stage 2").p.sum() == 0.0
    whole = hazards.let_go(1_000.0)
    assert all(np.array_equal(getattr(whole, name), getattr(hazards.planned, name)) for name in COLUMNS)
    assert (hazards.let_go_s < hazards.planned.t_s).all()


def test_the_same_seed_makes_the_same_rows_and_another_other_ones(record: Record, fits: Array) -> None:
    first, again = (launch_hazards(record, fits, runs=40, seed=9) for _ in range(2))
    other = launch_hazards(record, fits, runs=40, seed=10)
    for crowd in ("planned", "failing"):
        for name in COLUMNS:
            assert np.array_equal(
                getattr(getattr(first, crowd), name), getattr(getattr(again, crowd), name), equal_nan=True
            )
    assert not np.isin(first.planned.lat_deg, other.planned.lat_deg).any()


@pytest.mark.parametrize("text", ["stage2:no-ignition", "stage1:break-up@70", "stage3:early-shutdown@30"])
def test_flight_i_is_the_same_however_many_fly(record: Record, fits: Array, text: str) -> None:
    few, many = case(record, fits, text, runs=25), case(record, fits, text, runs=60)
    assert few.bodies == many.bodies
    for body in few.bodies:
        assert np.array_equal(few.of(body).lat_deg, many.of(body).lat_deg[:25], equal_nan=True)
        assert np.array_equal(few.of(body).t_s, many.of(body).t_s[:25], equal_nan=True)


def test_hazards_do_not_depend_on_how_many_fly(record: Record, fits: Array, hazards: Hazards) -> None:
    few = launch_hazards(record, fits, runs=25, seed=3)
    assert np.array_equal(few.planned.of("stage 2").lat_deg, hazards.planned.of("stage 2").lat_deg[:25])
    for body in few.failing.bodies:
        mine = few.failing.of(body).lon_deg
        assert np.array_equal(mine, hazards.failing.of(body).lon_deg[: len(mine)], equal_nan=True)
    assert np.array_equal(few.case_ends_s, hazards.case_ends_s[: len(few.case_ends_s)])


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("stage1:early-shutdown@50", ("stages 1-3 and payload",)),
        ("stage1:break-up@50", NAMES),
        ("stage2:break-up@10", ("stage 1", *NAMES)),
        ("stage3:no-ignition", ("stage 1", "fairing", "stage 2", "stage 3 and payload")),
    ],
)
def test_each_failure_leaves_its_bodies(record: Record, fits: Array, text: str, bodies: tuple[str, ...]) -> None:
    falls = case(record, fits, text, runs=30)
    assert falls.bodies == bodies
    assert [falls.of(body).p.sum() for body in bodies] == pytest.approx([1.0] * len(bodies))


def test_a_shutdown_later_than_a_burn_comes_at_its_end(record: Record, fits: Array) -> None:
    falls = case(record, fits, "stage1:early-shutdown@400", runs=30)
    assert falls.bodies == ("stages 1-3 and payload",)
    assert falls.p.sum() == pytest.approx(1.0)


def test_light_pieces_fall_later_and_shorter_than_heavy_ones(record: Record, fits: Array) -> None:
    falls = case(record, fits, "stage2:break-up@10")
    prints = {
        piece.name: footprint(f.lat_deg, f.lon_deg, f.t_s, piece.name, f.p)
        for piece in PIECES
        for f in [falls.of(piece.name)]
    }
    times = [prints[piece.name].t_s for piece in reversed(PIECES)]
    ranges = [
        range_azimuth(record.site.lat_deg, record.site.lon_deg, prints[p.name].lat_deg, prints[p.name].lon_deg)[0]
        for p in reversed(PIECES)
    ]
    assert times == sorted(times)
    assert ranges == sorted(ranges, reverse=True)


def test_a_failure_somewhere_between_two_moments_spreads_the_falls(record: Record, fits: Array) -> None:
    failure = Failure.parse("stage3:early-shutdown@30")
    name = "stage 3 and payload"

    def spread(low: float, high: float) -> float:
        falls = case_falls(record, fits, runs=RUNS, seed=1, failure=failure, after_s=(low, high)).of(name)
        return footprint(falls.lat_deg, falls.lon_deg, falls.t_s, name, falls.p).sigma_major_m

    at_one = case_falls(record, fits, runs=RUNS, seed=1, failure=failure).of(name)
    alone = footprint(at_one.lat_deg, at_one.lon_deg, at_one.t_s, name, at_one.p).sigma_major_m
    assert spread(30.0, 30.0) == pytest.approx(alone)
    assert spread(0.0, 120.0) > 1.2 * alone


def test_without_randomised_fits_there_is_no_crowd(record: Record, fits: Array) -> None:
    with pytest.raises(ModelError, match="no randomised fits: run downrange corridor refit"):
        launch_hazards(record, fits[:1], runs=5, seed=1)


@pytest.mark.parametrize("runs", [0, -5])
def test_no_flights_are_refused(record: Record, fits: Array, runs: int) -> None:
    with pytest.raises(InputError, match="one planned flight or more"):
        launch_hazards(record, fits, runs=runs, seed=1)


def test_joined_bodies_of_one_name_share_an_index(record: Record, fits: Array) -> None:
    first, second = case(record, fits, "stage2:no-ignition", runs=5), case(record, fits, "stage3:no-ignition", runs=4)
    both = joined(first, second)
    assert both.bodies == ("stage 1", LEFT, "fairing", "stage 2", "stage 3 and payload")
    assert len(both.p) == len(first.p) + len(second.p)
    for name in ("lat_deg", "t_s", "p"):
        assert np.array_equal(
            getattr(both.of("stage 1"), name),
            np.concatenate([getattr(first.of("stage 1"), name), getattr(second.of("stage 1"), name)]),
        )
        assert np.array_equal(getattr(both.of("fairing"), name), getattr(second.of("fairing"), name))
    assert both.source == first.source


def tracked(covariance: Array, *, runs: int = 400, seed: int = 5) -> tuple[Array, Falls]:
    place = ecef_from_geodetic(38.0, 124.5, 70e3)
    state = np.concatenate([place, v_ecef_from_enu([-200.0, -1_500.0, 600.0], 38.0, 124.5)])
    return state, tracked_falls(150.0, state, covariance, 3_000.0, body="stack", runs=runs, seed=seed)


def test_what_is_tracked_falls_about_its_own_impact() -> None:
    state, falls = tracked(np.diag([100.0] * 3 + [1.0] * 3) ** 2)
    assert falls.bodies == ("stack",)
    assert falls.p.sum() == pytest.approx(1.0)
    middle = drop([150.0], [state[:3]], [state[3:]], [3_000.0])
    foot = footprint(falls.lat_deg, falls.lon_deg, falls.t_s, "stack", falls.p)
    assert range_azimuth(foot.lat_deg, foot.lon_deg, middle.lat_deg[0], middle.lon_deg[0])[0] < foot.sigma_major_m
    assert abs(foot.t_s - middle.t_s[0]) < foot.t_sigma_s


def test_a_worse_track_and_nothing_else_spreads_the_falls() -> None:
    def across_m(sigma_mps: float) -> float:
        _, falls = tracked(np.diag([1.0] * 3 + [sigma_mps] * 3) ** 2)
        return footprint(falls.lat_deg, falls.lon_deg, falls.t_s, "stack", falls.p).sigma_minor_m

    near, wide = across_m(5.0), across_m(50.0)
    seconds = 300.0  # about as long as it falls
    assert near == pytest.approx(5.0 * seconds, rel=0.4)
    assert wide == pytest.approx(10.0 * near, rel=0.15)


def test_a_covariance_that_lost_its_positiveness_still_draws() -> None:
    covariance = np.diag([1e4, 1e4, 1e4, 1.0, 1.0, -1e-9])
    _, falls = tracked(covariance, runs=20)
    assert np.isfinite(falls.lat_deg).all()


def test_tracked_rows_do_not_depend_on_how_many() -> None:
    covariance = np.diag([100.0] * 3 + [1.0] * 3) ** 2
    _, few = tracked(covariance, runs=10)
    _, many = tracked(covariance, runs=40)
    assert np.array_equal(few.lat_deg, many.lat_deg[:10])

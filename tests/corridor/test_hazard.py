"""Crowds of what may come down: weights, draws that count, and the fall of 31 May 2023, which the fit never saw."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import Array, ModelError, ecef_from_geodetic, v_ecef_from_enu
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
from downrange.corridor.hazard import P_BREAK_UP, P_FAILURE, PIECES
from downrange.earth import range_azimuth
from downrange.fall import Falls, drop, footprint
from downrange.flight import Failure

LIMITS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "fit_limits.py")))
PLANNED = ("stage 1", "fairing", "stage 2")
STACK = "stages 2-3 and payload"
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
    assert falls.bodies == ("stage 1", STACK)
    stack = falls.of(STACK)
    foot = footprint(stack.lat_deg, stack.lon_deg, stack.t_s, STACK, stack.p)
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
    assert hazards.failing.bodies == ("a stack", *(piece.name for piece in PIECES))
    for body in hazards.failing.bodies:
        share = (1.0 - P_BREAK_UP) if body == "a stack" else P_BREAK_UP
        rows = hazards.failing.of(body)
        # A few failures come so late that what is left reaches orbit: they weigh nothing.
        assert rows.p.sum() == pytest.approx(P_FAILURE * share * np.isfinite(rows.lat_deg).mean())
        assert 0.9 < np.isfinite(rows.lat_deg).mean() < 1.0


@pytest.mark.parametrize("t_s", [0.0, 60.0, 200.0, 400.0])
def test_ahead_is_what_is_left_when_nothing_has_failed_yet(hazards: Hazards, t_s: float) -> None:
    ahead = hazards.ahead(t_s)
    for body in PLANNED:
        assert ahead.of(body).p.sum() == pytest.approx(1.0)
    stack = hazards.failing.of("a stack")
    later = hazards.fails_s[: len(stack.p)] > t_s
    failed_by_now = P_FAILURE * (hazards.failing.p[hazards.fails_s <= t_s].sum() / hazards.failing.p.sum())
    assert ahead.of("a stack").p.sum() == pytest.approx(stack.p[later].sum() / (1.0 - failed_by_now))
    assert np.nanmin(ahead.of("a stack").t_s) > t_s


def test_ahead_the_chance_of_a_failure_only_shrinks_and_ends(hazards: Hazards) -> None:
    def failing(t_s: float) -> float:
        return float(sum(hazards.ahead(t_s).of(body).p.sum() for body in hazards.failing.bodies))

    chances = [failing(t_s) for t_s in (0.0, 100.0, 200.0, 300.0, 500.0, 1_000.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] == 0.0
    assert chances[0] > 0.9  # half of the flights fail: in one piece or in three classes of pieces


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
        assert np.array_equal(few.failing.of(body).lon_deg, hazards.failing.of(body).lon_deg[:25], equal_nan=True)
    assert np.array_equal(few.fails_s[:25], hazards.fails_s[:25])


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("stage1:early-shutdown@50", ("stages 1-3 and payload",)),
        ("stage1:break-up@50", ("heavy pieces", "middling pieces", "light pieces")),
        ("stage2:break-up@10", ("stage 1", "heavy pieces", "middling pieces", "light pieces")),
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
    times = [prints[piece.name].t_s for piece in PIECES]
    ranges = [
        range_azimuth(record.site.lat_deg, record.site.lon_deg, prints[p.name].lat_deg, prints[p.name].lon_deg)[0]
        for p in PIECES
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


def test_joined_bodies_of_one_name_share_an_index(record: Record, fits: Array) -> None:
    first, second = case(record, fits, "stage2:no-ignition", runs=5), case(record, fits, "stage3:no-ignition", runs=4)
    both = joined(first, second)
    assert both.bodies == ("stage 1", STACK, "fairing", "stage 2", "stage 3 and payload")
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

"""Simulated launches: the same for any number of workers, kept and read back, and scored as a hand would score them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from downrange.alert import load_policy
from downrange.base import InputError
from downrange.earth import places
from downrange.replay.score_alerts import trials_scored
from downrange.replay.trials import fly_trials
from downrange.replay.trials_figures import Covered, as_in_2023, figures, ours, whole_provinces
from downrange.replay.trials_fly import Range
from downrange.replay.trials_model import (
    Setup,
    Stay,
    Struck,
    Trial,
    Variant,
    Watchkeeping,
    trial_from_json,
    trial_to_json,
)

POLICY = load_policy()
SETUP = Setup(
    variants=(
        Variant(name="policy", policy=POLICY),
        Variant(name="p_warn=0.01", policy=replace(POLICY, p_warn=1e-2, p_lift=5e-3)),
    ),
    runs=300,
    seed=4,
)
NAN = math.nan


@pytest.fixture(scope="module")
def flown():
    return fly_trials(SETUP, 4)


def test_launches_differ_and_every_other_one_fails(flown) -> None:
    assert [trial.number for trial in flown] == [0, 1, 2, 3]
    assert [math.isfinite(trial.failed_s) for trial in flown] == [False, True, False, True]
    assert flown[0].ended_s != flown[2].ended_s
    assert flown[0].orbit
    assert flown[2].orbit


def test_no_place_is_missed_or_freed_too_soon(flown) -> None:
    found = figures("policy", flown, ours("policy"))
    assert found.misses == ()
    assert found.early == ()
    assert found.warned >= 2
    assert found.flaps == 0


def test_whoever_is_warned_is_freed_and_the_islands_are_warned_first(flown) -> None:
    for trial in flown:
        stays = trial.watch("policy").stays
        assert all(stay.ends_s > stay.warned_s for stay in stays)
        assert all(stay.lifted_s == stay.ends_s for stay in stays if not math.isnan(stay.lifted_s))
        if stays:
            assert {stay.code for stay in stays if stay.warned_s == stays[0].warned_s} >= {"KR-28720330"}
            assert "KR-11" not in {stay.province for stay in stays}


def test_a_run_that_was_broken_off_goes_on_and_gives_the_same(flown) -> None:
    told: list[int] = []
    kept = {trial.number: trial for trial in flown if trial.number != 3}
    again = fly_trials(SETUP, 4, kept=kept, tell=lambda trial: told.append(trial.number))
    assert told == [3]
    assert [repr(trial_to_json(trial)) for trial in again] == [repr(trial_to_json(trial)) for trial in flown]


def test_a_trial_comes_back_from_json_to_the_same_bits(flown) -> None:
    for trial in flown:
        back = trial_from_json(json.loads(json.dumps(trial_to_json(trial), allow_nan=False)))
        assert repr(back) == repr(trial)
        assert repr(back.watches) == repr(trial.watches)


def test_tables_document_and_picture(flown) -> None:
    scored = trials_scored(SETUP, flown)
    assert scored.tables[0].title == "Policy over 4 simulated launches, 2 of which failed"
    assert all(len(row) == len(table.columns) for table in scored.tables for row in table.rows)
    assert scored.document["launches"] == 4
    assert [rule["rule"] for rule in scored.document["rules"]] == ["policy", "as in 2023", "whole provinces"]
    assert json.loads(json.dumps(scored.document, allow_nan=False)) == scored.document
    assert scored.files["sensitivity.png"].startswith(b"\x89PNG")


@pytest.mark.parametrize(("runs", "workers"), [(0, 1), (1, 0), (10**6, 1)])
def test_impossible_counts_are_refused(runs, workers) -> None:
    with pytest.raises(InputError, match="trials"):
        fly_trials(SETUP, runs, workers=workers)


def test_setups_that_cannot_be_flown_are_refused() -> None:
    with pytest.raises(InputError, match="different names"):
        replace(SETUP, variants=SETUP.variants[:1] * 2)
    with pytest.raises(InputError, match="100 runs"):
        replace(SETUP, runs=10)


def test_what_falls_of_a_launch_is_what_was_let_go_and_each_body_adds_up_to_one() -> None:
    place = Range("chollima-1", "2023-invented", seed=4, period_s=5.0)
    for number in (1, 2):
        one = place.fly(number)
        names = {body.name for body in one.flight.bodies}
        sums = np.bincount(one.likely.body_index, one.likely.p)
        assert np.allclose(sums, 1.0, atol=0.01)
        assert names & set(one.likely.bodies)
        assert len(one.fallen.t_s) <= len(one.likely.t_s)
        assert set(one.fallen.bodies) == set(one.likely.bodies)
        assert one.orbit is (number == 2)


def stay(code, warned_s, ends_s, *, over_s, people=100.0, province="KR-28", inside=1.0):
    return Stay(code=code, country="KR", province=province, people=people, warned_s=warned_s, lifted_s=ends_s,
                ends_s=ends_s, free_s=ends_s - 20.0, over_s=over_s, inside=inside)  # fmt: skip


def struck(code, first_s, last_s, *, p=0.5, on=False):
    return Struck(code=code, people=100.0, p_near=p, p_on=0.0, near=True, on=on, first_s=first_s, last_s=last_s)


def trial(number, stays, hits, *, failed_s=NAN, passes_s=NAN):
    return Trial(
        number=number, mode="made up", ended_s=600.0, failed_s=failed_s, orbit=False, heard_s=50.0, called_s=NAN,
        false_s=NAN, passes_s=passes_s, struck=tuple(hits),
        watches=(Watchkeeping(variant="policy", stays=tuple(stays), messages=2),),
    )  # fmt: skip


def test_misses_early_lifts_and_people_as_counted_by_hand() -> None:
    good = trial(0, [stay("A", 60.0, 660.0, over_s=600.0)], [struck("A", 300.0, 600.0)], failed_s=100.0)
    late = trial(1, [stay("A", 360.0, 660.0, over_s=600.0)], [struck("A", 300.0, 600.0, on=True)])
    soon = trial(2, [stay("A", 60.0, 540.0, over_s=600.0, inside=0.5)], [struck("A", 300.0, 600.0)])
    none = trial(3, [], [struck("B", 300.0, 600.0), struck("C", 1.0, 2.0, p=1e-4)])
    found = figures("policy", [good, late, soon, none], ours("policy"))
    assert found.misses == ((1, "A"), (3, "B"))
    assert found.misses_on == 1
    assert found.early == ((2, "A"),)
    assert (found.launches, found.failed, found.warned, found.struck) == (4, 1, 3, 4)
    assert found.people == 100.0
    assert found.needless == 0.0
    assert found.over_alert == pytest.approx(300.0 / 250.0)
    assert found.person_minutes == pytest.approx(100.0 * (10.0 + 5.0 + 8.0) / 3.0)
    assert found.avoidable == pytest.approx(100.0 * (1.0 + 1.0) / 3.0)
    assert found.lead_s == (-60.0, 240.0)
    assert found.to_lift_s == (60.0, 60.0)


def test_a_place_warned_again_soon_after_a_lift_is_told() -> None:
    stays = [
        stay("A", 60.0, 300.0, over_s=200.0),
        stay("A", 350.0, 500.0, over_s=200.0),
        stay("A", 800.0, 900.0, over_s=200.0),
    ]
    assert figures("policy", [trial(0, stays, [])], ours("policy")).flaps == 1


def test_a_place_that_was_never_lifted_is_told_and_counts_until_it_expires() -> None:
    ever = replace(stay("A", 60.0, 3660.0, over_s=200.0), lifted_s=NAN)
    found = figures("policy", [trial(0, [ever], [])], ours("policy"))
    assert found.expired == 1
    assert found.person_minutes == pytest.approx(6000.0)
    assert found.avoidable == 0.0


def test_the_rule_of_2023_warns_all_of_okinawa_and_two_islands() -> None:
    by_code = {place.code: place for place in places()}
    rule = as_in_2023(by_code)
    gone = rule(trial(0, [], []))
    assert [(one.code, one.warned_s, one.ends_s) for one in gone] == [
        ("JP-47", 180.0, 600.0 + 29.0 * 60.0), ("KR-28720330", 120.0, 5640.0), ("KR-28720340", 120.0, 5640.0)]  # fmt: skip
    assert {"JP-47", "JP-47214", "JP-47201"} <= gone[0].codes
    passed = rule(trial(0, [], [], passes_s=560.0))
    assert passed[0].ends_s == 560.0 + 420.0
    assert rule(replace(trial(0, [], []), heard_s=NAN)) == ()


def test_whole_provinces_last_as_long_as_any_place_in_them() -> None:
    by_code = {place.code: place for place in places()}
    stays = [stay("JP-47214", 60.0, 300.0, over_s=200.0, province="JP-47"),
             stay("JP-47375", 80.0, 400.0, over_s=250.0, province="JP-47")]  # fmt: skip
    (whole,) = whole_provinces("policy", by_code)(trial(0, stays, []))
    assert isinstance(whole, Covered)
    assert (whole.code, whole.warned_s, whole.ends_s, whole.over_s) == ("JP-47", 60.0, 400.0, 250.0)
    assert whole.people == by_code["JP-47"].people_best
    assert whole.inside == pytest.approx(200.0 / whole.people)

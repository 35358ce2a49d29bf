"""The life of a warning: issued on probability, lifted on evidence only, never before the 99 % arrival."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.alert import Kind, Lift, Reason, assess, last_arrival_s, load_policy, look, watch
from downrange.alert.desk import Desk, decide
from downrange.base import InputError

POLICY = load_policy()
NORTH, SOUTH, ISLAND = (37.0, 125.0), (33.0, 125.5), (24.8, 125.3)


@pytest.fixture
def islets(place):
    return [
        place("N", *NORTH),
        place("S", *SOUTH),
        place("J", *ISLAND, country="JP"),
    ]


def around(where, t_s, p, *, rows=400, sigma_deg=0.05):
    """Return a body whose rows lie around a point, all times within a second, of total probability p."""
    k = np.arange(rows)
    turn, far = 2.399963 * k, sigma_deg * np.sqrt(2.0 * k / rows)
    return where[0] + far * np.sin(turn), where[1] + far * np.cos(turn), t_s + k / rows, p / rows


def told(actions):
    return [
        (action.kind, action.t_s, "".join(sorted(place.code for place in action.places)), action.reason, action.lift)
        for action in actions
    ]


def run(islets, steps, policy=POLICY):
    """Steps are (t_s, verdict, p, falls[, passed])."""
    return watch(
        policy,
        [
            look(falls, islets, policy, t_s=t_s, verdict=verdict, p=p, passed=rest[0] if rest else ())
            for t_s, verdict, p, falls, *rest in steps
        ],
    )[1]


def test_nobody_is_warned_below_the_threshold(islets, crowd):
    falls = crowd(around(NORTH, 300.0, 0.9e-3))
    assert run(islets, [(t_s, "nominal", 0.99, falls) for t_s in range(0, 600, 20)]) == ()


def test_places_are_warned_at_the_threshold_by_country_and_widened_by_an_update(islets, crowd):
    first = crowd(around(NORTH, 300.0, 0.01), around(ISLAND, 800.0, 0.005))
    wider = crowd(around(NORTH, 300.0, 0.01), around(SOUTH, 400.0, 0.02), around(ISLAND, 800.0, 0.005))
    actions = run(islets, [(60.0, "nominal", 0.99, first), (70.0, "nominal", 0.99, wider)])
    assert told(actions) == [
        (Kind.ISSUE, 60.0, "N", Reason.RISK, Lift.NONE),
        (Kind.ISSUE, 60.0, "J", Reason.RISK, Lift.NONE),
        (Kind.UPDATE, 70.0, "NS", Reason.WIDER, Lift.NONE),
    ]
    assert [place.code for place in actions[2].added] == ["S"]
    assert actions[2].last_arrival_s == pytest.approx(401.0, abs=0.1)
    assert actions[2].p == pytest.approx(0.02)


def test_not_knowing_is_no_reason_to_wait_with_a_warning(islets, crowd):
    (action,) = run(islets, [(60.0, "unknown", 0.0, crowd(around(NORTH, 300.0, 0.01)))])
    assert action.kind is Kind.ISSUE
    assert action.degraded


def test_a_fall_on_a_place_is_lifted_after_its_99_percent_arrival_as_passed(islets, crowd):
    falls = crowd(around(NORTH, 300.0, 1.0))
    actions = run(islets, [(float(t_s), "thrust lost", 0.99, falls) for t_s in range(200, 400, 2)])
    assert told(actions) == [
        (Kind.ISSUE, 200.0, "N", Reason.FALLING, Lift.NONE),
        (Kind.LIFT, 312.0, "N", Reason.ARRIVED, Lift.PASSED),
    ]


def test_an_island_the_wreck_cannot_reach_is_freed_when_all_is_down_as_not_coming(islets, crowd):
    """31 May in small: the island is warned for T+800 s, thrust is lost at T+150 s, the wreck is down at T+500 s."""
    ascent = crowd(around(NORTH, 300.0, 0.01), around(ISLAND, 800.0, 0.005))
    wreck = crowd(around((36.1, 123.76), 500.0, 1.0))
    steps = [(60.0, "nominal", 0.99, ascent)]
    steps += [(float(t_s), "thrust lost", 0.99, wreck) for t_s in range(150, 600, 5)]
    actions = run(islets, steps)
    assert told(actions)[2:] == [
        (Kind.LIFT, 515.0, "N", Reason.ARRIVED, Lift.PASSED),
        (Kind.LIFT, 515.0, "J", Reason.OUT_OF_REACH, Lift.NOT_COMING),
    ]
    hasty = run(islets, steps, replace(POLICY, lift_waits_for="place"))
    assert told(hasty)[2:] == [(Kind.LIFT, 160.0, "N", Reason.OUT_OF_REACH, Lift.NOT_COMING),
                               (Kind.LIFT, 160.0, "J", Reason.OUT_OF_REACH, Lift.NOT_COMING)]  # fmt: skip


def test_places_left_behind_are_freed_one_by_one(islets, crowd):
    """24 August in small: the vehicle flies on, what can still fall moves south, places are freed as they are passed."""
    north = crowd(around(NORTH, 300.0, 0.01), around(ISLAND, 800.0, 0.005))
    island = crowd(around(ISLAND, 800.0, 0.005))
    ahead = crowd(around((15.0, 128.0), 900.0, 0.3))
    steps = [(60.0, "nominal", 0.99, north)]
    steps += [(float(t_s), "nominal", 0.99, island, ("N",)) for t_s in range(150, 500, 5)]
    steps += [(float(t_s), "nominal", 0.99, ahead, ("N",)) for t_s in range(500, 600, 5)]
    steps += [(float(t_s), "nominal", 0.99, ahead, ("N", "J")) for t_s in range(600, 700, 5)]
    assert told(run(islets, steps))[2:] == [
        (Kind.LIFT, 160.0, "N", Reason.BEYOND, Lift.PASSED),
        (Kind.LIFT, 610.0, "J", Reason.BEYOND, Lift.PASSED),
    ]


def test_a_vehicle_under_thrust_frees_nobody_ahead_of_it(islets, crowd):
    """Nothing reaches the island any more by the crowd, but it was not passed and its time has not come: hold."""
    first = crowd(around(ISLAND, 800.0, 0.005))
    ahead = crowd(around((15.0, 128.0), 900.0, 0.3))
    steps = [(60.0, "nominal", 0.99, first)] + [(float(t_s), "nominal", 0.99, ahead) for t_s in range(100, 830, 5)]
    assert told(run(islets, steps))[1:] == [(Kind.LIFT, 815.0, "J", Reason.ARRIVED, Lift.PASSED)]


def test_orbit_frees_whom_no_spent_stage_can_reach(islets, crowd):
    first = crowd(around(ISLAND, 800.0, 0.005), around(SOUTH, 480.0, 0.02))
    stages = crowd(around(SOUTH, 900.0, 1.0))
    steps = [(60.0, "nominal", 0.99, first), *((t_s, "in orbit", 0.99, stages) for t_s in (720.0, 730.0, 740.0))]
    assert told(run(islets, steps))[2:] == [(Kind.LIFT, 730.0, "J", Reason.OUT_OF_REACH, Lift.NOT_COMING)]


@pytest.mark.parametrize(("verdict", "p"), [("unknown", 1.0), ("thrust lost", 0.5), ("in orbit", 0.89)])
def test_no_evidence_never_lifts(islets, crowd, verdict, p):
    steps = [(60.0, "nominal", 0.99, crowd(around(NORTH, 300.0, 0.01)))]
    steps += [(float(t_s), verdict, p, crowd()) for t_s in range(100, 3000, 50)]
    assert {action.kind for action in run(islets, steps)} == {Kind.ISSUE}


def test_doubt_in_between_starts_the_clock_again(islets, crowd):
    falls = crowd(around(NORTH, 300.0, 1.0))
    steps = [(200.0, "thrust lost", 0.99, falls), (302.0, "thrust lost", 0.99, falls), (308.0, "unknown", 0.0, falls)]
    assert len(run(islets, steps)) == 1
    steps += [(309.0, "thrust lost", 0.99, falls)]
    assert told(run(islets, steps))[1:] == []
    steps += [(318.0, "thrust lost", 0.99, falls)]
    assert told(run(islets, steps))[1:] == []
    steps += [(319.0, "thrust lost", 0.99, falls)]
    assert told(run(islets, steps))[1:] == [(Kind.LIFT, 319.0, "N", Reason.ARRIVED, Lift.PASSED)]


def test_a_warning_nobody_can_lift_is_renewed_before_it_expires(islets, crowd):
    steps = [(60.0, "nominal", 0.99, crowd(around(NORTH, 300.0, 0.01)))]
    steps += [(float(t_s), "unknown", 0.0, crowd()) for t_s in range(120, 9000, 60)]
    actions = run(islets, steps)
    assert {(action.kind, action.reason) for action in actions[1:]} == {(Kind.UPDATE, Reason.EXTENDED)}
    span_s = 3600.0
    ends = [max(action.t_s, action.last_arrival_s) + span_s for action in actions]
    assert all(later.t_s < end for later, end in zip(actions[1:], ends, strict=False))
    assert all(action.degraded for action in actions[1:])


def test_people_are_told_once_that_the_risk_is_now_a_fall(islets, crowd):
    risk, falling = crowd(around(NORTH, 300.0, 0.01)), crowd(around(NORTH, 320.0, 0.7))
    steps = [(60.0, "nominal", 0.99, risk)]
    steps += [(float(t_s), "thrust lost", 0.99, falling) for t_s in range(100, 200, 10)]
    assert told(run(islets, steps))[1:] == [(Kind.UPDATE, 100.0, "N", Reason.FALLING, Lift.NONE)]


def test_a_place_on_the_edge_is_not_warned_and_freed_in_turn(islets, crowd):
    high, low = crowd(around(NORTH, 900.0, 1.1e-3)), crowd(around(NORTH, 900.0, 0.9e-3))
    steps = [(float(t_s), "nominal", 0.99, high if t_s % 20 else low, ("N",)) for t_s in range(60, 860, 10)]
    assert [action.kind for action in run(islets, steps)] == [Kind.ISSUE]


def test_a_place_may_be_warned_again_after_a_lift(islets, crowd):
    falls = crowd(around(NORTH, 300.0, 1.0))
    again = crowd(around(NORTH, 900.0, 0.5))
    steps = [(t_s, "thrust lost", 0.99, falls) for t_s in (200.0, 320.0, 335.0)] + [(400.0, "broken up", 0.99, again)]
    assert [action.kind for action in run(islets, steps)] == [Kind.ISSUE, Kind.LIFT, Kind.ISSUE]


def test_situations_out_of_order_are_refused(islets, crowd):
    desk, _ = decide(Desk(policy=POLICY), look(crowd(), islets, POLICY, t_s=10.0, verdict="nominal", p=1.0))
    with pytest.raises(InputError, match="order of time"):
        decide(desk, look(crowd(), islets, POLICY, t_s=9.0, verdict="nominal", p=1.0))
    with pytest.raises(InputError, match="order of time"):
        decide(desk, look(crowd(), islets, POLICY, t_s=float("nan"), verdict="nominal", p=1.0))


BODY = st.tuples(
    st.sampled_from([NORTH, SOUTH, ISLAND, (36.1, 123.76), (15.0, 128.0)]),
    st.floats(100.0, 900.0),
    st.sampled_from([1e-4, 1e-3, 0.02, 0.6, 1.0]),
)
STEP = st.tuples(
    st.floats(1.0, 90.0),
    st.sampled_from(["nominal", "off nominal", "thrust lost", "broken up", "in orbit", "unknown"]),
    st.sampled_from([0.5, 0.95, 1.0]),
    st.lists(BODY, max_size=3),
    st.sets(st.sampled_from("NSJ")),
)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(STEP, min_size=1, max_size=25), waits=st.sampled_from(["all down", "place"]))
def test_laws_of_the_desk_hold_whatever_happens(place, crowd, steps, waits):
    """No lift before the 99 % arrival or on no evidence; lifted is a part of warned; every warning had its reason."""
    policy = replace(POLICY, lift_waits_for=waits)
    islets = [place("N", *NORTH), place("S", *SOUTH), place("J", *ISLAND, country="JP")]
    desk, warned, t_s = Desk(policy=policy), set(), 0.0
    for gap_s, verdict, p, bodies, passed in steps:
        t_s += gap_s
        falls = crowd(*(around(where, at_s, share, rows=60) for where, at_s, share in bodies))
        desk, actions = decide(desk, look(falls, islets, policy, t_s=t_s, verdict=verdict, p=p, passed=passed))
        risks = {one.place.code: one for one in assess(falls, islets, policy, t_s)}
        for action in actions:
            codes = {one.code for one in action.places}
            if action.kind is Kind.LIFT:
                assert codes <= warned
                assert verdict != "unknown"
                assert p >= policy.min_confidence
                for code in codes & {code for code, risk in risks.items() if risk.p_high >= policy.p_lift}:
                    assert t_s >= risks[code].last_arrival_s
                    assert risks[code].p < policy.p_lift
                if verdict in {"thrust lost", "broken up"} and waits == "all down" and not codes <= passed:
                    assert t_s >= last_arrival_s(falls)
                warned -= codes
            else:
                new = {one.code for one in action.added}
                assert new == codes - warned
                assert all(risks[code].p >= policy.p_warn for code in new)
                assert len({one.country for one in action.places}) == 1
                warned |= codes
        assert warned == {one.code for one in desk.places()}
        assert {code for code, risk in risks.items() if risk.p >= policy.p_warn} <= warned

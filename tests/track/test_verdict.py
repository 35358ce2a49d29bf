"""The judge alone: evidence in, words out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.track import Burn, Rules, Verdict
from downrange.track.verdict import Evidence, Judge, schedule

BURNS = schedule([(0.0, 120.0, 1), (125.0, 300.0, 2), (320.0, 600.0, 3)])


def course(burning: Iterable[tuple[float, float]], p_orbit=lambda _t: 0.0, burns=BURNS, until=700.0):
    """Return what is said each 0.1 s when thrust is seen in these intervals and nowhere else."""
    judge, out = Judge(burns, Rules()), []
    spans = list(burning)
    for t in np.arange(10.0, until, 0.1):
        on = any(a <= t < b for a, b in spans)
        evidence = Evidence(t_s=float(t), p_idle=0.001 if on else 0.999, p_orbit=p_orbit(t))
        out.append((float(t), *judge.say(evidence)))
    return out


def times(said, verdict) -> list[float]:
    return [t for t, v, _, _ in said if v is verdict]


FLOWN = [(0.0, 120.0), (125.0, 300.0), (320.0, 600.0)]


def test_a_flight_as_planned_is_nominal_until_orbit_is_sure() -> None:
    said = course(FLOWN, lambda t: 1.0 if t > 590.0 else 0.0)
    assert {v for t, v, _, _ in said if t < 590.0} == {Verdict.NOMINAL}
    assert {v for t, v, _, _ in said if 590.1 < t < 600.0} == {Verdict.WILL_REACH_ORBIT}
    assert {v for t, v, _, _ in said if t > 600.6} == {Verdict.IN_ORBIT}


def test_a_stage_that_never_lights_is_called_within_ten_seconds() -> None:
    said = course([(0.0, 120.0)])
    lost = times(said, Verdict.THRUST_LOST)
    assert 125.0 < lost[0] <= 135.0
    assert "stage 2 did not ignite" in next(r for t, _, _, r in said if t == lost[0])
    assert times(said, Verdict.WILL_NOT_REACH_ORBIT)[0] == pytest.approx(125.0 + 20.0, abs=0.11)
    assert said[-1][1] is Verdict.WILL_NOT_REACH_ORBIT


def test_a_stage_that_stops_early_is_said_to_have_stopped() -> None:
    said = course([(0.0, 120.0), (125.0, 200.0)])
    lost = times(said, Verdict.THRUST_LOST)
    assert lost[0] == pytest.approx(200.0, abs=0.11)
    assert "stage 2 stopped early" in next(r for t, _, _, r in said if t == lost[0])


def test_thrust_that_comes_back_is_off_nominal_for_good() -> None:
    said = course([(0.0, 120.0), (140.0, 300.0), (320.0, 600.0)])
    assert times(said, Verdict.THRUST_LOST)[-1] < 142.1
    assert {v for t, v, _, _ in said if 142.2 < t < 590.0} == {Verdict.OFF_NOMINAL}
    assert "thrust came back" in said[-1500][3]


def test_thrust_in_a_planned_coast_is_off_nominal_after_a_while() -> None:
    said = course([(0.0, 120.0), (125.0, 600.0)])
    late = times(said, Verdict.OFF_NOMINAL)
    assert 312.0 < late[0] < 315.0


def test_thrust_long_after_the_last_cut_off_is_off_nominal() -> None:
    said = course([*FLOWN, (600.0, 700.0)])
    assert times(said, Verdict.OFF_NOMINAL)[0] == pytest.approx(612.1, abs=0.2)


def test_an_orbit_too_low_after_the_last_cut_off_is_said() -> None:
    said = course(FLOWN, lambda _t: 0.0)
    assert times(said, Verdict.WILL_NOT_REACH_ORBIT)[0] == pytest.approx(605.1, abs=0.2)


def test_an_orbit_in_doubt_stays_unknown() -> None:
    said = course(FLOWN, lambda _t: 0.5)
    assert {v for t, v, _, _ in said if t > 600.0} == {Verdict.UNKNOWN}


def test_without_a_plan_only_orbit_is_said() -> None:
    said = course(FLOWN, lambda t: 1.0 if t > 590.0 else 0.0, burns=())
    assert {v for t, v, _, _ in said if t < 590.0} == {Verdict.UNKNOWN}
    assert said[-1][1] is Verdict.IN_ORBIT


@given(
    p_idle=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60),
    p_orbit=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60),
)
def test_whatever_comes_there_is_a_verdict_with_a_probability(p_idle, p_orbit) -> None:
    judge = Judge(BURNS, Rules())
    for i, (idle, orbit) in enumerate(zip(p_idle, p_orbit, strict=False)):
        verdict, p, reason = judge.say(Evidence(t_s=12.0 * i, p_idle=idle, p_orbit=orbit))
        assert 0.0 <= p <= 1.0
        assert reason
        assert verdict not in (Verdict.BROKEN_UP, Verdict.BALLISTIC)
        if verdict is Verdict.WILL_NOT_REACH_ORBIT:
            assert orbit < 0.01


@pytest.mark.parametrize("burns", [[(10.0, 5.0, 1)], [(0.0, 120.0, 1), (110.0, 300.0, 2)], [(float("nan"), 5.0, 1)]])
def test_a_plan_that_cannot_be_is_refused(burns) -> None:
    with pytest.raises(InputError, match="Give burns that end after they begin and do not overlap"):
        schedule(burns)


def test_burns_may_come_in_any_order() -> None:
    assert schedule([(125.0, 300.0, 2), (0.0, 120.0, 1)])[0] == Burn(0.0, 120.0, 1)


def lost_beside(burning, beside) -> list[float]:
    """Return when thrust is called lost while other objects are about, or not."""
    judge, out = Judge(BURNS, Rules()), []
    for t in np.arange(60.0, 250.0, 0.1):
        on = any(a <= t < b for a, b in burning)
        now = Evidence(t_s=float(t), p_idle=0.001 if on else 0.999, p_orbit=0.0, beside=beside)
        if judge.say(now)[0] is Verdict.THRUST_LOST:
            out.append(float(t))
    return out


def test_others_beside_it_delay_a_missed_ignition_and_nothing_else() -> None:
    alone, among = (lost_beside([(0.0, 120.0)], beside)[0] for beside in (False, True))
    assert alone == pytest.approx(130.0, abs=0.11)  # the grace of five seconds after T+125 s
    assert alone <= among <= 134.0
    assert lost_beside([(0.0, 120.0), (125.0, 200.0)], beside=True)[0] == pytest.approx(200.0, abs=0.11)


def test_a_break_up_that_was_none_is_taken_back() -> None:
    judge, said = Judge(BURNS, Rules()), []
    for t in np.arange(60.0, 110.0, 0.1):
        p = 0.999 if 80.0 <= t < 85.0 else 0.001
        said.append((t, *judge.say(Evidence(t_s=float(t), p_idle=0.001, p_orbit=0.0, p_broken=p, broken_why="pieces"))))
    assert {v for t, v, _, _ in said if 80.1 < t < 84.9} == {Verdict.BROKEN_UP}
    assert {v for t, v, _, _ in said if t > 85.1} == {Verdict.OFF_NOMINAL}
    assert "and was not" in said[-1][3]


@pytest.mark.parametrize(("burns", "needed"), [(BURNS, 0.99), ((), 0.95)])
def test_ballistic_is_said_from_its_own_probability_on(burns, needed) -> None:
    for p, expected in ((needed + 0.004, True), (needed - 0.004, False)):
        judge = Judge(schedule(burns), Rules())
        said = [judge.say(Evidence(t_s=60.0 + 0.1 * i, p_idle=0.001, p_orbit=0.0, p_ballistic=p))[0] for i in range(50)]
        assert (said[-1] is Verdict.BALLISTIC) is expected


def test_what_sinks_through_the_air_will_not_reach_orbit() -> None:
    judge = Judge((), Rules())
    said = [judge.say(Evidence(t_s=300.0 + i, p_idle=0.999, p_orbit=0.0, sinking=i >= 20)) for i in range(40)]
    assert said[10][0] is Verdict.UNKNOWN
    assert "coasting since" in said[10][2]
    assert said[-1][0] is Verdict.WILL_NOT_REACH_ORBIT


def test_slow_looks_are_no_breaks() -> None:
    judge = Judge(BURNS, Rules())
    said = [
        judge.say(Evidence(t_s=t, p_idle=0.001 if t < 200.0 else 0.999, p_orbit=0.0))[0]
        for t in np.arange(20.0, 240.0, 6.0).tolist()
    ]
    assert Verdict.THRUST_LOST in said

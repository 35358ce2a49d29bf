"""From readings to words on whole flights: lost thrust, orbit, no orbit, silence."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from downrange.base import InputError
from downrange.fall import impact_point
from downrange.track import Rules, Verdict, assess, decided, first, follow, load_sensors, simulate

S1_BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))
ALARMS = (Verdict.THRUST_LOST, Verdict.OFF_NOMINAL, Verdict.WILL_NOT_REACH_ORBIT)


@pytest.fixture(scope="module")
def ascend(climb, climb_burns, t0):
    """Return the updates of an ascent that fails at the given time, or does not."""

    def go(fails_at=None, seed=1):
        flight, sensors = climb(fails_at), load_sensors("2023-invented")
        readings = simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, sensors, t0, seed)
        return assess(follow(readings, sensors, t0, burns=climb_burns), climb_burns)

    return go


@pytest.mark.parametrize("seed", range(5))
def test_a_second_stage_that_never_lights_is_called_in_time(seed, radar, readings_of, t0) -> None:
    updates = assess(follow(readings_of(seed, 126.0), (radar,), t0, burns=S1_BURNS), S1_BURNS)
    lost = first(updates, Verdict.THRUST_LOST)
    assert lost is not None
    assert 126.0 < lost.t_s <= 136.0
    assert lost.p > 0.99
    assert updates[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT


@pytest.mark.parametrize("seed", range(5))
def test_the_nominal_flight_raises_no_alarm_while_it_burns(seed, radar, readings_of, t0) -> None:
    updates = assess(follow(readings_of(seed), (radar,), t0, burns=S1_BURNS), S1_BURNS)
    assert not [u for u in updates if u.verdict in ALARMS and u.t_s < 310.0]


def test_an_orbit_is_called_soon_after_cut_off(ascend) -> None:
    updates = ascend()
    there = first(updates, Verdict.IN_ORBIT)
    assert there is not None
    assert 705.0 < there.t_s < 765.0
    assert updates[-1].verdict is Verdict.IN_ORBIT
    assert updates[-1].perigee_m == pytest.approx(485e3, abs=30e3)  # 500 km over 20 N; the Earth is flat by 21 km
    nowhere = updates[-1].impact
    assert all(math.isnan(getattr(nowhere, name)) for name in nowhere.__slots__)
    assert not [u for u in updates if u.verdict in ALARMS]


@pytest.mark.parametrize("fails_at", [450.0, 520.0, 600.0, 680.0])
def test_a_third_stage_that_fails_never_makes_an_orbit(fails_at, ascend) -> None:
    updates = ascend(fails_at)
    lost = first(updates, Verdict.THRUST_LOST)
    assert lost is not None
    assert fails_at < lost.t_s < fails_at + 10.0
    assert first(updates, Verdict.IN_ORBIT) is None
    assert first(updates, Verdict.WILL_REACH_ORBIT) is None
    assert updates[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT
    assert updates[-1].p_orbit < 0.01


def test_the_impact_ellipse_holds_the_true_point(fly, radar, readings_of, t0) -> None:
    flight, inside, count = fly(200.0), 0, 0
    for seed in range(10):
        for update in assess(follow(readings_of(seed, 200.0), (radar,), t0), rules=Rules(every_s=20.0)):
            if update.t_s < 215.0:
                continue
            i = round(update.t_s / 0.02)
            lat_deg, lon_deg, _ = impact_point(flight.r_ecef_m[i], flight.v_ecef_mps[i])
            count += 1
            inside += within(update.impact, (float(lat_deg), float(lon_deg)), 2.0 * math.log(10.0))
    assert count > 50
    assert 0.75 < inside / count  # 90 % when the covariance is exact; ten runs are correlated in time


def within(impact, point, chi2) -> bool:
    """Say whether a point lies in the ellipse of this chi-square."""
    north = math.radians(point[0] - impact.lat_deg) * 6_371_000.0
    east = math.radians(point[1] - impact.lon_deg) * 6_371_000.0 * math.cos(math.radians(point[0]))
    s, c = math.sin(math.radians(impact.axis_deg)), math.cos(math.radians(impact.axis_deg))
    along, across = east * s + north * c, east * c - north * s
    return (along / impact.sigma_major_m) ** 2 + (across / impact.sigma_minor_m) ** 2 < chi2


def test_silence_ends_in_unknown_and_is_never_good_news(radar, readings_of, t0) -> None:
    track = follow(readings_of(0)[:1500], (radar,), t0, burns=S1_BURNS)
    end = float(track.t_s[-1])
    for wait in (10.0, 30.0, 3600.0):
        updates = assess(track, S1_BURNS, until_t_s=end + wait)
        assert updates[-1].verdict is Verdict.UNKNOWN
        assert updates[-1].read_s == pytest.approx(wait)
        assert "no reading for" in updates[-1].reason
        assert "nominal" in updates[-1].reason
    calm = decided(updates)
    assert calm is not None
    assert (calm.verdict, calm.t_s) == (Verdict.NOMINAL, end)


def test_before_the_clock_runs_out_the_last_word_stands(radar, readings_of, t0) -> None:
    track = follow(readings_of(0)[:1500], (radar,), t0, burns=S1_BURNS)
    last = assess(track, S1_BURNS, until_t_s=float(track.t_s[-1]) + 4.0)[-1]
    assert (last.verdict, last.read_s) == (Verdict.NOMINAL, pytest.approx(4.0))


def test_a_silence_in_the_middle_is_said_when_its_clock_runs_out(radar, readings_of, t0) -> None:
    readings = [r for r in readings_of(0) if not 150.0 < (r.t - t0).total_seconds() < 200.0]
    updates = assess(follow(readings, (radar,), t0, burns=S1_BURNS), S1_BURNS)
    (quiet,) = [u for u in updates if u.read_s > 0.0]
    assert (quiet.t_s, quiet.verdict) == (pytest.approx(160.0), Verdict.UNKNOWN)
    assert [u.t_s for u in updates] == sorted(u.t_s for u in updates)
    near = [u for u in updates if u.t_s < 150.0][-1]
    assert quiet.sigma_r_m[0] > 5.0 * near.sigma_r_m[0]


def test_what_was_lost_stays_remembered_through_a_silence(radar, readings_of, t0) -> None:
    readings = [r for r in readings_of(0, 200.0) if not 210.0 < (r.t - t0).total_seconds() < 240.0]
    updates = assess(follow(readings, (radar,), t0, burns=S1_BURNS), S1_BURNS)
    assert [u.verdict for u in updates if 206.0 < u.t_s < 210.0][-1] is Verdict.THRUST_LOST
    assert {u.verdict for u in updates if u.t_s > 240.0} == {Verdict.WILL_NOT_REACH_ORBIT}


def test_a_flight_nobody_saw_is_unknown(radar, t0) -> None:
    track = follow((), (radar,), t0)
    assert assess(track) == ()
    (only,) = assess(track, until_t_s=60.0)
    assert only.verdict is Verdict.UNKNOWN
    assert math.isinf(only.read_s)
    assert decided([only]) is None


def test_updates_come_at_a_beat_and_at_changes(radar, readings_of, t0) -> None:
    updates = assess(follow(readings_of(0, 200.0), (radar,), t0, burns=S1_BURNS), S1_BURNS, rules=Rules(every_s=5.0))
    t = np.array([u.t_s for u in updates])
    assert np.diff(t).max() < 5.01
    changes = sum(a.verdict is not b.verdict for a, b in itertools.pairwise(updates))
    assert t.size <= 61 + changes + 2


def test_the_same_seed_says_the_same(radar, readings_of, t0) -> None:
    track = follow(readings_of(0, 200.0), (radar,), t0, burns=S1_BURNS)
    assert repr(assess(track, S1_BURNS, seed=5)) == repr(assess(track, S1_BURNS, seed=5))


def test_a_now_before_the_last_reading_is_refused(radar, readings_of, t0) -> None:
    track = follow(readings_of(0)[:100], (radar,), t0)
    with pytest.raises(InputError, match=r"before the last reading\. Give a time after the last reading"):
        assess(track, until_t_s=41.0)

"""What must hold whatever the readings: judged from outside, through the doors that everybody uses."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import geodetic_from_ecef, inertial_velocity, since, wgs84
from downrange.fall import impact_point
from downrange.track import Reading, Rules, Sensor, Tracker, Update, Verdict, assess, follow, load_sensors, simulate

SILENCE_S = Rules().silence_s
FEW = settings(max_examples=4, derandomize=True, deadline=None)
Told = tuple[Update, ...]
Flown = Callable[..., tuple[Reading, ...]]


@pytest.fixture(scope="module")
def sensors() -> tuple[Sensor, ...]:
    """Return the four invented radars, at two looks a second."""
    return tuple(replace(sensor, period_s=0.5) for sensor in load_sensors("2023-invented"))


@pytest.fixture(scope="module")
def flown(climb: Callable[[float | None], Any], sensors: tuple[Sensor, ...], t0: datetime) -> Flown:
    """Return the readings of an ascent to orbit, or of one that fails."""

    @cache
    def fly(fails_at: float | None, wild: float = 0.0, seed: int = 3) -> tuple[Reading, ...]:
        flight = climb(fails_at)
        troubled = [replace(sensor, p_wild=wild) for sensor in sensors]
        return simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, troubled, t0, seed)

    return fly


@pytest.fixture(scope="module")
def tell(sensors: tuple[Sensor, ...], climb_burns: Any, t0: datetime) -> Callable[..., Told]:
    """Return what is said of readings, as a whole."""

    def go(readings: Sequence[Reading], until_t_s: float | None = None) -> Told:
        return assess(follow(readings, sensors, t0, burns=climb_burns), climb_burns, until_t_s=until_t_s)

    return go


@pytest.fixture(scope="module")
def follower(sensors: tuple[Sensor, ...], climb_burns: Any, t0: datetime) -> Callable[[], Tracker]:
    """Return a tracker that takes reading after reading."""
    return lambda: Tracker(sensors, t0, burns=climb_burns)


def words(updates: Told) -> list[str]:
    """Return updates so that equal means equal to the last bit, NaN included."""
    return [repr(update) for update in updates]


def changes(updates: Told) -> list[tuple[Verdict, float]]:
    """Return each new verdict with its moment."""
    runs = [(verdict, next(run).t_s) for verdict, run in itertools.groupby(updates, key=lambda u: u.verdict)]
    return [(verdict, t_s) for verdict, t_s in runs]


@given(seed=st.integers(0, 2**32), fails_at=st.sampled_from([None, 200.0, 520.0]))
@FEW
def test_the_order_of_arrival_changes_nothing(
    seed: int, fails_at: float | None, flown: Flown, tell: Callable[..., Told]
) -> None:
    readings = list(flown(fails_at))
    expected = words(tell(readings))
    random.Random(seed).shuffle(readings)  # noqa: S311  # seeded on purpose
    assert words(tell(readings)) == expected


@given(seed=st.integers(0, 2**32), late_s=st.floats(0.0, 60.0))
@FEW
def test_duplicates_change_nothing(seed: int, late_s: float, flown: Flown, tell: Callable[..., Told]) -> None:
    readings = flown(520.0)
    doubles = [
        replace(reading, received=reading.t + timedelta(seconds=late_s))
        for reading in random.Random(seed).sample(readings, len(readings) // 3)  # noqa: S311  # seeded on purpose
    ]
    assert words(tell([*readings, *doubles, *doubles[::2]])) == words(tell(readings))


@given(gap_s=st.floats(SILENCE_S, 1e5), fails_at=st.sampled_from([None, 200.0, 640.0]))
@FEW
def test_an_end_of_readings_ends_in_unknown(
    gap_s: float, fails_at: float | None, flown: Flown, tell: Callable[..., Told]
) -> None:
    readings = flown(fails_at)
    heard = tell(readings)
    told = tell(readings, heard[-1].t_s + gap_s)
    assert told[-1].verdict is Verdict.UNKNOWN
    assert told[-1].read_s == pytest.approx(gap_s)
    assert "no reading" in told[-1].reason
    silent = [update for update in told if update.read_s > 0.0]
    assert all(update.verdict is Verdict.UNKNOWN for update in silent if update.read_s >= SILENCE_S)
    assert min(update.read_s for update in silent if update.verdict is Verdict.UNKNOWN) <= SILENCE_S + 1e-6


@given(seed=st.integers(0, 2**32), fails_at=st.sampled_from([None, 520.0]))
@settings(max_examples=2, deadline=None, derandomize=True)
def test_a_restart_from_the_log_changes_nothing(
    seed: int, fails_at: float | None, flown: Flown, tell: Callable[..., Told], follower: Callable[[], Tracker]
) -> None:
    dice = random.Random(seed)  # noqa: S311  # seeded on purpose
    readings = [r for i, r in enumerate(flown(fails_at, 0.1)) if i % 8 == 0][:160]
    for i in range(10, len(readings), 10):  # some come late
        readings.insert(i, readings.pop(i - dice.randrange(10)))
    readings += dice.sample(readings, 10)  # and some twice
    stop = dice.randrange(20, len(readings))
    first, second = follower(), follower()
    for reading in readings[:stop]:
        first.push(reading)
    assert words(first.updates) == words(tell(readings[:stop]))
    for reading in (*first.log, *readings[stop:]):  # it crashed; another goes on from its log
        second.push(reading)
    assert words(second.updates) == words(tell(readings))
    end_s = second.updates[-1].t_s
    assert second.at(end_s + SILENCE_S).verdict is Verdict.UNKNOWN
    assert words((second.at(end_s + 1e4),)) == words(tell(readings, end_s + 1e4)[-1:])


@given(start_s=st.floats(15.0, 440.0), gap_s=st.floats(SILENCE_S + 1.0, 200.0), fails_at=st.sampled_from([None, 520.0]))
@FEW
def test_a_gap_of_any_length_is_unknown_while_it_lasts(
    start_s: float, gap_s: float, fails_at: float | None, flown: Flown, tell: Callable[..., Told], t0: datetime
) -> None:
    readings = flown(fails_at)
    start_s += since(t0, readings[0].t)
    heard = [r for r in readings if not start_s < since(t0, r.t) < start_s + gap_s]
    last_s = max(since(t0, r.t) for r in heard if since(t0, r.t) <= start_s)
    again_s = min((since(t0, r.t) for r in heard if since(t0, r.t) > start_s), default=math.inf)
    told = tell(heard, start_s + gap_s if math.isinf(again_s) else None)
    within = [u for u in told if last_s + SILENCE_S - 1e-6 <= u.t_s < again_s]
    assert within
    assert {update.verdict for update in within} == {Verdict.UNKNOWN}


@pytest.mark.parametrize("fails_at", [None, 200.0, 520.0, 640.0])
def test_one_wild_reading_in_ten_does_not_move_the_verdict(
    fails_at: float | None, flown: Flown, tell: Callable[..., Told]
) -> None:
    calm, rough = changes(tell(flown(fails_at))), changes(tell(flown(fails_at, 0.1)))
    settled = [one for one in calm if one[0] is not Verdict.UNKNOWN]
    shaken = [one for one in rough if one[0] is not Verdict.UNKNOWN]
    assert [verdict for verdict, _ in shaken] == [verdict for verdict, _ in settled]
    for (_, at_s), (_, then_s) in zip(settled, shaken, strict=True):
        assert abs(then_s - at_s) <= 4.0


@pytest.mark.parametrize("period_s", [1.0, 3.0, 8.0])
def test_lost_thrust_is_called_however_slowly_a_sensor_looks(
    period_s: float, climb: Any, climb_burns: Any, t0: datetime
) -> None:
    flight = climb(520.0)
    slow = [replace(sensor, period_s=period_s) for sensor in load_sensors("2023-invented")]
    readings = simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, slow, t0, 1)
    told = assess(follow(readings, slow, t0, burns=climb_burns), climb_burns)
    lost = next(update for update in told if update.verdict is Verdict.THRUST_LOST)
    assert 520.0 < lost.t_s < 525.0 + 3.0 * period_s
    after = [update for update in told if update.t_s > lost.t_s]
    assert {update.verdict for update in after} <= {Verdict.THRUST_LOST, Verdict.WILL_NOT_REACH_ORBIT}
    assert after[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT


def test_units_and_frames_of_what_is_said(flown: Flown, tell: Callable[..., Told], climb: Any) -> None:
    flight = climb(520.0)
    for update in tell(flown(520.0))[5::40]:
        r, v = np.array(update.r_ecef_m), np.array(update.v_ecef_mps)
        truth = [np.interp(update.t_s, flight.t_s, flight.r_ecef_m[:, i]) for i in range(3)]
        assert np.linalg.norm(r - truth) < 2_000.0  # metres, Earth-fixed
        speed = np.interp(update.t_s, flight.t_s, np.linalg.norm(flight.v_ecef_mps, axis=1))
        assert float(np.linalg.norm(v)) == pytest.approx(speed, abs=60.0)  # relative to the Earth, not to the stars
        lat, lon, togo = impact_point(r, v)
        assert update.impact.lat_deg == pytest.approx(float(lat), abs=1e-6)
        assert update.impact.lon_deg == pytest.approx(float(lon), abs=1e-6)
        assert update.impact.t_s == pytest.approx(update.t_s + float(togo), abs=1e-3)
        assert -180.0 <= update.impact.lon_deg < 180.0
        assert 0.0 <= update.impact.axis_deg < 180.0
        assert update.impact.sigma_major_m >= update.impact.sigma_minor_m > 0.0
        energy = float(np.sum(inertial_velocity(r, v) ** 2)) / 2.0 - wgs84.GM_M3PS2 / float(np.linalg.norm(r))
        axis = -wgs84.GM_M3PS2 / (2.0 * energy)
        both = update.perigee_m + update.apogee_m
        spread = 3.0 * (update.perigee_sigma_m + update.apogee_sigma_m)
        assert abs(both / 2.0 + wgs84.RE_M - axis) < spread + 1_000.0  # heights over the equator, in metres
        assert 0.0 <= update.p_orbit <= 1.0
        assert 0.0 <= update.p_idle <= 1.0
        assert 0.0 <= update.p <= 1.0
        assert all(0.0 < sigma < 1e5 for sigma in (*update.sigma_r_m, *update.sigma_v_mps))
        assert geodetic_from_ecef(r)[2] < 600_000.0

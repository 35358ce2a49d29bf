"""The growing track against the whole: whatever the order of arrival, the same words to the last bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.track import (
    Reading,
    Sensor,
    Tracker,
    Verdict,
    assess,
    follow,
    load_sensors,
    read_readings,
    simulate,
    write_readings,
)

BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))


@pytest.fixture(scope="module")
def told(readings_of) -> tuple[Reading, ...]:
    """Return 36 s of readings about the loss of thrust at T+200 s, numbered; four a second."""
    some = [r for i, r in enumerate(readings_of(1, 200.0)) if i % 2 == 0][680:860]
    return tuple(replace(reading, seq=i) for i, reading in enumerate(some, start=1))


def whole(readings, sensors, t0) -> list[str]:
    return [repr(update) for update in assess(follow(readings, sensors, t0, burns=BURNS), BURNS)]


def pushed(readings, sensors, t0) -> Tracker:
    tracker = Tracker(sensors, t0, burns=BURNS)
    for reading in readings:
        tracker.push(reading)
    return tracker


def test_reading_by_reading_is_the_whole(told, radar: Sensor, t0) -> None:
    tracker = pushed(told, (radar,), t0)
    assert [repr(update) for update in tracker.updates] == whole(told, (radar,), t0)
    assert any(update.verdict is Verdict.THRUST_LOST for update in tracker.updates)


@pytest.mark.parametrize("seed", range(3))
def test_late_and_doubled_readings_change_nothing(seed, told, radar: Sensor, t0) -> None:
    lateness = np.random.default_rng(seed).exponential(5.0, len(told) + 1)
    late = sorted(told, key=lambda reading: reading.seq + lateness[reading.seq]) + list(told[20:40])
    tracker = pushed(late, (radar,), t0)
    assert [repr(update) for update in tracker.updates] == whole(told, (radar,), t0)
    assert tracker.duplicates == 20
    assert tuple(tracker.log) == tuple(late)


def test_any_order_at_all_changes_nothing(told, radar: Sensor, t0) -> None:
    jumbled = [told[i] for i in np.random.default_rng(5).permutation(60)]
    tracker = pushed(jumbled, (radar,), t0)
    assert [repr(update) for update in tracker.updates] == whole(told[:60], (radar,), t0)


def test_a_restart_from_the_log_says_the_same(told, radar: Sensor, t0, tmp_path: Path) -> None:
    before = pushed(told[:120], (radar,), t0)
    write_readings(tmp_path / "log.jsonl", before.log)
    again = pushed(read_readings(tmp_path / "log.jsonl", sensors=(radar,), t0=t0).readings, (radar,), t0)
    assert [repr(update) for update in again.updates] == [repr(update) for update in before.updates]
    for reading in told[120:]:
        assert repr(again.push(reading)) == repr(before.push(reading))


def test_several_sensors_at_one_instant_and_a_ship(climb, climb_burns, t0) -> None:
    flight = climb(600.0)
    sensors = tuple(
        replace(s, period_s=0.5, speed_mps=8.0 if "ship" in s.name else 0.0) for s in load_sensors("2023-invented")
    )
    on = (flight.t_s > 560.0) & (flight.t_s < 625.0)
    readings = simulate(flight.t_s[on], flight.r_ecef_m[on], flight.v_ecef_mps[on], sensors, t0, 2)
    tracker = Tracker(sensors, t0, burns=climb_burns)
    for reading in readings[::-1][:40][::-1] + readings[:-40]:
        tracker.push(reading)
    want = assess(follow(readings, sensors, t0, burns=climb_burns), climb_burns)
    assert [repr(update) for update in tracker.updates] == [repr(update) for update in want]


def test_silence_is_told_when_asked(told, radar: Sensor, t0) -> None:
    tracker = Tracker((radar,), t0, burns=BURNS)
    assert tracker.at(10.0).verdict is Verdict.UNKNOWN
    for reading in told:
        tracker.push(reading)
    end = float(tracker.track.t_s[-1])
    assert tracker.at(end + 5.0).verdict is tracker.updates[-1].verdict
    assert tracker.at(end + 60.0).verdict is Verdict.UNKNOWN
    want = assess(follow(told, (radar,), t0, burns=BURNS), BURNS, until_t_s=end + 60.0)[-1]
    assert repr(tracker.at(end + 60.0)) == repr(want)


def test_a_reading_that_cannot_be_changes_nothing(told, radar: Sensor, t0) -> None:
    tracker = pushed(told[:50], (radar,), t0)
    before = [repr(update) for update in tracker.updates]
    with pytest.raises(InputError, match="reading 51: sensor: 'moon' is not in the sensor file"):
        tracker.push(replace(told[50], sensor="moon", seq=0))
    assert [repr(update) for update in tracker.updates] == before
    assert len(tracker.log) == 50
    assert np.isfinite(tracker.track.cov).all()

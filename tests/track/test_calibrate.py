"""What is wrong with sensors, found from their disagreement: right within the stated sigma, and honest about the rest."""

from __future__ import annotations

import dataclasses
import itertools
import math
from datetime import timedelta

import numpy as np
import pytest

from downrange.base import InputError, ModelError
from downrange.track import Reading, Sensor, load_sensors, simulate
from downrange.track.calibrate import Calibration, calibrate, calibrated
from downrange.track.model import SensorKind
from downrange.track.sensors import as_toml
from downrange.track.simulate import actual_errors

GENERIC = {sensor.name: sensor for sensor in load_sensors("generic")}
RADARS = tuple(dataclasses.replace(GENERIC[name], period_s=0.5) for name in ("coast", "coast-doppler", "ship"))


def misses(calibration: Calibration, sensors: tuple[Sensor, ...], seed: int) -> np.ndarray:
    """Return estimate less truth."""
    by_name = {sensor.name: sensor for sensor in sensors}
    truth = [
        actual_errors(by_name[e.sensor], seed)[e.key] - getattr(by_name[e.sensor], e.key) for e in calibration.estimates
    ]
    return np.array([e.value for e in calibration.estimates]) - truth


@pytest.fixture(scope="module")
def heard(fly, t0):
    """What sensors say of S1, told every half second."""
    flight = fly(None)
    rows = slice(None, None, 25)
    t, r, v = flight.t_s[rows], flight.r_ecef_m[rows], flight.v_ecef_mps[rows]

    def hear(sensors: tuple[Sensor, ...], seed: int) -> tuple[Reading, ...]:
        return simulate(t, r, v, sensors, t0, seed)

    return hear


def test_estimates_are_as_wrong_as_they_say(heard, t0) -> None:
    chi2, count = 0.0, 0
    for seed in range(5):
        found = calibrate(heard(RADARS, seed), RADARS, t0)
        assert found.settled
        miss = misses(found, RADARS, seed)
        assert np.abs(miss / [e.sigma for e in found.estimates]).max() < 3.7  # 70 numbers: once in 70 of such tests
        chi2 += miss @ np.linalg.solve(found.cov, miss)
        count += miss.size
    assert count == 70
    assert 43.0 < chi2 < 105.0  # 99 % of chi2 with 70 degrees of freedom


def test_afterwards_noise_is_all_that_remains(heard, t0) -> None:
    readings = heard(RADARS, 1)
    found = calibrate(readings, RADARS, t0)
    assert sum(a.readings for a in found.agreements) == len({(r.t, r.sensor) for r in readings})
    assert all(a.rms_after < a.rms_before for a in found.agreements)
    assert [a.rms_after for a in found.agreements] == pytest.approx([1.0] * 3, abs=0.1)
    assert all(a.left_out < 0.15 * a.readings for a in found.agreements)
    again = calibrate(readings, calibrated(RADARS, found), t0)
    # What was learned is taken off now; the rest is no larger than what was said to remain.
    shift = [abs(e.value) / f.sigma for e, f in zip(again.estimates, found.estimates, strict=True)]
    assert max(shift) < 1.5
    assert all(a.rms_before < 1.1 for a in again.agreements)


def test_what_was_found_goes_into_the_sensors_and_their_file(heard, t0, tmp_path) -> None:
    found = calibrate(heard(RADARS, 2), RADARS, t0)
    better = calibrated(RADARS, found)
    shift = found.of("coast-doppler", "bias_range_m")
    assert better[1].bias_range_m == -12.0 + shift.value
    assert better[1].sigma_bias_range_m == shift.sigma < 10.0
    assert better[2].clock_offset_s == found.of("ship", "clock_offset_s").value
    assert (better[1].lat_deg, better[1].sigma_range_m) == (RADARS[1].lat_deg, RADARS[1].sigma_range_m)
    path = tmp_path / "mine.toml"
    path.write_text(as_toml(better, title="after the flight"), encoding="utf-8")
    assert load_sensors(path) == better
    with pytest.raises(KeyError, match="ship: alt_m"):
        found.of("ship", "alt_m")


def test_a_single_radar_learns_next_to_nothing(heard, t0) -> None:
    alone = (dataclasses.replace(RADARS[0], period_s=1.0),)
    found = calibrate(heard(alone, 0), alone, t0)
    assert all(e.learned < 0.1 for e in found.estimates)
    assert all(abs(e.value) < 0.3 * e.prior_sigma for e in found.estimates)


def test_twins_learn_only_how_they_differ(heard, t0) -> None:
    """By hand: of two equal radars in one place each takes half of the difference, and keeps the root of half."""
    base = dataclasses.replace(
        RADARS[0], sigma_bias_range_m=500.0, sigma_bias_az_deg=0.0, sigma_bias_el_deg=0.0, sigma_clock_s=0.0
    )
    twins = (dataclasses.replace(base, name="one"), dataclasses.replace(base, name="two"))
    found = calibrate(heard(twins, 3), twins, t0)
    one, two = (actual_errors(twin, 3)["bias_range_m"] for twin in twins)
    assert len(found.estimates) == 2
    half, other = (e.value for e in found.estimates)
    assert half - other == pytest.approx(one - two, abs=8.0)
    assert abs(half + other) < 0.2 * 500.0
    assert [e.sigma for e in found.estimates] == pytest.approx([500.0 / math.sqrt(2.0)] * 2, rel=0.01)
    assert found.cov[0, 1] / 500.0**2 == pytest.approx(0.5, rel=0.02)


def test_cameras_links_and_screens_join_in(heard, t0) -> None:
    sensors = tuple(dataclasses.replace(GENERIC[name], period_s=0.5) for name in ("infra-red", "telemetry", "webcast"))
    found = calibrate(heard(sensors, 4), sensors, t0)
    assert {(e.sensor, e.key) for e in found.estimates} == {
        ("infra-red", "bias_az_deg"),
        ("infra-red", "bias_el_deg"),
        ("telemetry", "clock_offset_s"),
        ("webcast", "clock_offset_s"),
    }
    assert np.abs(misses(found, sensors, 4) / [e.sigma for e in found.estimates]).max() < 3.5
    assert all(e.learned > 0.9 for e in found.estimates)


def test_a_bad_day_in_any_order(heard, t0) -> None:
    """A tenth wild, a tenth doubled, a fifth missing, all of it late: still right; and the order says nothing."""
    kinds = {s.name: s for s in load_sensors("troubled")}
    sensors = tuple(dataclasses.replace(kinds[name], period_s=0.5) for name in ("coast", "coast-doppler"))
    readings = heard(sensors, 6)
    found = calibrate(readings, sensors, t0)
    assert np.abs(misses(found, sensors, 6) / [e.sigma for e in found.estimates]).max() < 3.5
    assert all(0.05 < a.left_out / a.readings < 0.25 for a in found.agreements)
    once = dict.fromkeys(dataclasses.replace(r, received=None, seq=0) for r in reversed(readings))
    assert len(once) < len(readings)
    same = calibrate(tuple(once), sensors, t0)
    assert [e.value for e in same.estimates] == [e.value for e in found.estimates]
    assert (same.cov == found.cov).all()


def test_large_errors_are_found_too(heard, t0) -> None:
    """A clock three seconds off, antennas a degree off: the flight first found is twenty kilometres wrong."""
    rough = dataclasses.replace(
        RADARS[0], sigma_bias_range_m=2_000.0, sigma_bias_az_deg=1.0, sigma_bias_el_deg=1.0, sigma_clock_s=3.0
    )
    sensors = (rough, RADARS[1])
    found = calibrate(heard(sensors, 0), sensors, t0)
    assert found.settled
    assert np.abs(misses(found, sensors, 0) / [e.sigma for e in found.estimates]).max() < 3.5
    assert found.agreements[0].rms_before > 10.0
    assert found.agreements[0].rms_after == pytest.approx(1.0, abs=0.1)


def test_a_long_silence_and_a_sensor_that_says_nothing(heard, t0) -> None:
    silent = dataclasses.replace(GENERIC["ship"], start_s=4000.0)
    sensors = (*RADARS[:2], silent)
    readings = [r for r in heard(sensors, 0) if not 150.0 < (r.t - t0).total_seconds() < 270.0]
    found = calibrate(readings, sensors, t0)
    assert found.settled
    assert np.abs(misses(found, sensors, 0) / [e.sigma for e in found.estimates]).max() < 3.5
    assert math.isnan(found.agreements[2].rms_after)
    assert (found.agreements[2].readings, found.of("ship", "bias_range_m").learned) == (0, 0.0)
    assert found.of("ship", "bias_range_m").value == 0.0


def test_nothing_to_ask_is_no_trouble(heard, t0) -> None:
    exact = tuple(
        dataclasses.replace(
            s,
            **{f"sigma_bias_{key}": 0.0 for key in ("range_m", "az_deg", "el_deg", "range_rate_mps")},
            sigma_clock_s=0.0,
        )
        for s in RADARS[:2]
    )
    readings = heard(exact, 0)
    found = calibrate(readings, exact, t0)
    assert found.settled
    assert found.estimates == ()
    assert found.cov.shape == (0, 0)
    assert calibrated(exact, found) == exact
    assert all(a.rms_after == pytest.approx(1.0, abs=0.1) for a in found.agreements)


def test_a_reading_of_a_stranger_is_refused(heard, t0) -> None:
    readings = heard(RADARS[:1], 0)
    with pytest.raises(InputError, match=r"reading 1: sensor: 'coast' is not in the sensor file. Add it there"):
        calibrate(readings, RADARS[1:], t0)


def test_several_objects_are_refused(heard, t0) -> None:
    slow = (dataclasses.replace(RADARS[0], period_s=10.0),)
    first, *rest = (dataclasses.replace(r, object_id="stage 1") for r in heard(slow, 0))
    with pytest.raises(
        InputError, match=r"sensor 'coast': object_id: readings of several objects: 'stage 1', 'stage 2'"
    ):
        calibrate([dataclasses.replace(first, object_id="stage 2"), *rest], slow, t0)
    assert calibrate([first, *rest], slow, t0).settled


def test_what_has_not_settled_is_not_used(heard, t0) -> None:
    found = calibrate(heard((dataclasses.replace(RADARS[0], period_s=10.0),), 0), RADARS, t0)
    with pytest.raises(ModelError, match="has not settled"):
        calibrated(RADARS, dataclasses.replace(found, settled=False))


def test_directions_alone_are_not_enough(heard, t0) -> None:
    camera = (GENERIC["infra-red"],)
    with pytest.raises(InputError, match="fewer than 4 readings that say by themselves where it is"):
        calibrate(heard((dataclasses.replace(camera[0], period_s=5.0),), 0), camera, t0)
    with pytest.raises(InputError, match="fewer than 4"):
        calibrate((), (), t0)


def test_a_wrong_date_is_refused(heard, t0) -> None:
    slow = (dataclasses.replace(RADARS[0], period_s=10.0),)
    first, *rest = heard(slow, 0)
    tomorrow = dataclasses.replace(first, t=first.t + timedelta(days=1))
    with pytest.raises(InputError, match=r"readings over 8\d{4} s, in steps of 2 s. Check the dates"):
        calibrate([tomorrow, *rest], slow, t0)
    with pytest.raises(InputError, match="in steps of 0 s"):
        calibrate([first, *rest], slow, t0, step_s=0.0)


def test_numbers_without_a_sigma_are_passed_over(heard, t0) -> None:
    """A link that also names a range, and a radar reading that is empty: neither is a number to use."""
    link = dataclasses.replace(GENERIC["telemetry"], period_s=1.0)
    assert link.kind is SensorKind.POSITION
    readings = heard((link,), 1)
    odd = [dataclasses.replace(r, range_m=5.0) for r in readings]
    empty = Reading(t=readings[0].t, sensor=RADARS[0].name)
    plain, mixed = calibrate(readings, (link,), t0), calibrate([*odd, empty], (link, RADARS[0]), t0)
    assert mixed.estimates[0].value == pytest.approx(plain.estimates[0].value, abs=1e-9)
    assert math.isnan(mixed.agreements[1].rms_after)


def test_sensors_may_come_in_any_order(heard, t0) -> None:
    few = tuple(dataclasses.replace(s, period_s=2.0) for s in RADARS)
    readings = heard(few, 0)
    values = [
        {(e.sensor, e.key): e.value for e in calibrate(readings, order, t0).estimates}
        for order in itertools.islice(itertools.permutations(few), 0, 6, 5)
    ]
    assert values[1] == pytest.approx(values[0], rel=1e-3, abs=1e-4)

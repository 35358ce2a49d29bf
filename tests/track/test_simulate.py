"""Simulated readings: right where the flight was, seen only when it can be, the same for the same seed."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from downrange.base import InputError, ecef_from_geodetic, enu_axes
from downrange.track import Reading, Sensor, load_sensors, simulate
from downrange.track.simulate import between, seen_from


@pytest.mark.parametrize(("lat", "lon"), [(40.0, 125.0), (-40.0, 125.0), (40.0, -70.0), (-40.0, -70.0), (10.0, 179.9)])
def test_what_stands_to_the_north_east_is_seen_there(lat, lon, radar) -> None:
    site = dataclasses.replace(radar, lat_deg=lat, lon_deg=lon, alt_m=0.0)
    enu = np.array([3_000.0, 4_000.0, 12_000.0])
    r = ecef_from_geodetic(lat, lon) + enu_axes(lat, lon).T @ enu
    v = enu_axes(lat, lon).T @ (enu / 13_000.0 * 250.0)
    got = np.array(seen_from(site, r, v))
    want = [13_000.0, math.degrees(math.atan2(3, 4)), math.degrees(math.asin(12 / 13)), 250.0]
    assert got == pytest.approx(want, abs=1e-6)


def test_hermite_gives_the_flight_back(fly) -> None:
    flight = fly(200.0)
    rows = slice(None, None, 25)  # half-second samples
    when = np.arange(130.0, 190.0, 0.1)
    r, v = between(when, flight.t_s[rows], flight.r_ecef_m[rows], flight.v_ecef_mps[rows])
    at = np.round(when / 0.02).astype(int)
    assert np.abs(r - flight.r_ecef_m[at]).max() < 0.01
    assert np.abs(v - flight.v_ecef_mps[at]).max() < 0.02


def test_two_rows_at_one_time_are_no_trouble() -> None:
    t = np.array([0.0, 1.0, 1.0, 2.0])
    r = np.array([[0.0, 0, 0], [1.0, 0, 0], [1.0, 0, 0], [2.0, 0, 0]])
    v = np.tile([1.0, 0, 0], (4, 1))
    got, speed = between(np.array([0.0, 0.5, 1.0, 1.5, 2.0]), t, r, v)
    assert got[:, 0] == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0])
    assert speed[:, 0] == pytest.approx(1.0)


def flown(flight, sensors, t0, seed=0) -> tuple[Reading, ...]:
    return simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, sensors, t0, seed)


def test_the_noise_has_the_size_the_sensor_states(climb, t0) -> None:
    flight = climb(None)
    sensor = load_sensors("2023-invented")[2]
    readings = flown(flight, (sensor,), t0)
    t = np.array([(r.t - t0).total_seconds() for r in readings])
    truth = np.array(seen_from(sensor, *between(t, flight.t_s, flight.r_ecef_m, flight.v_ecef_mps)))
    got = np.array([[r.range_m, r.az_deg, r.el_deg, r.range_rate_mps] for r in readings], dtype=float).T
    miss = got - truth
    miss[1] = (miss[1] + 180.0) % 360.0 - 180.0
    want = (sensor.sigma_range_m, sensor.sigma_az_deg, sensor.sigma_el_deg, sensor.sigma_range_rate_mps)
    # 3,500 readings: a standard deviation is known to 1.2 %, a mean to 1.7 % of it; four times that is allowed.
    assert miss.std(axis=1) == pytest.approx(np.array(want), rel=0.05)
    assert np.abs(miss.mean(axis=1) / want).max() < 0.07


def test_nothing_is_seen_out_of_reach(climb, t0) -> None:
    flight = climb(None)
    for sensor in load_sensors("2023-invented"):
        exact = dataclasses.replace(
            sensor, sigma_range_m=1e-3, sigma_az_deg=1e-6, sigma_el_deg=1e-6, sigma_range_rate_mps=None
        )
        for reading in flown(flight, (exact,), t0):
            assert reading.range_m < sensor.max_range_m + 1.0
            assert reading.el_deg > sensor.min_elevation_deg - 1e-4
            assert reading.range_rate_mps is None


def test_the_horizon_hides_even_when_the_antenna_looks_below(climb, radar, t0) -> None:
    flight = climb(None)
    low = dataclasses.replace(radar, alt_m=0.0, min_elevation_deg=-5.0, sigma_el_deg=1e-6)
    readings = flown(flight, (low,), t0)
    assert readings
    assert min(r.el_deg for r in readings) > -1e-4


def test_readings_depend_on_seed_and_name_and_nothing_else(climb, t0) -> None:
    flight, sensors = climb(None), load_sensors("2023-invented")
    whole = flown(flight, sensors, t0, 3)
    assert flown(flight, sensors[::-1], t0, 3) == whole
    assert tuple(r for r in whole if r.sensor == "miyako") == flown(flight, sensors[2:3], t0, 3)
    assert flown(flight, sensors, t0, 4) != whole
    assert [r.t for r in whole] == sorted(r.t for r in whole)


def test_a_sensor_that_starts_after_the_flight_sees_nothing(climb, radar, t0) -> None:
    assert flown(climb(None), (dataclasses.replace(radar, start_s=5000.0),), t0) == ()


@pytest.mark.parametrize(
    ("t", "r", "words"),
    [
        ([0.0], [[7e6, 0, 0]], "give times|Give times"),
        ([0.0, 1.0], [[7e6, 0, 0]], "Give times"),
        ([1.0, 0.0], [[7e6, 0, 0], [7e6, 0, 0]], "time going backwards"),
        ([0.0, 1.0], [[7e6, 0, 0], [float("nan"), 0, 0]], "NaN"),
    ],
)
def test_a_flight_that_is_none_is_refused(t, r, words, radar: Sensor, t0) -> None:
    with pytest.raises(InputError, match=words):
        simulate(t, r, r, (radar,), t0)

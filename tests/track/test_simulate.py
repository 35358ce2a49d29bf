"""Simulated readings: right where the flight was, seen only when it can be, the same for the same seed."""

from __future__ import annotations

import dataclasses
import math
from datetime import timedelta

import numpy as np
import pytest

from downrange.base import InputError, ecef_from_geodetic, enu_axes
from downrange.earth import destination, load_site
from downrange.flight import fly, load_vehicle_and_plan
from downrange.track import Reading, Sensor, load_sensors, simulate
from downrange.track.model import SensorKind
from downrange.track.simulate import (
    actual_errors,
    between,
    by_arrival,
    readings_of_body,
    readings_of_flight,
    seen_from,
)


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


def test_old_seeds_give_the_old_readings(climb, t0) -> None:
    """A replay of 2023 must not change because sensors learned new tricks."""
    readings = flown(climb(None), load_sensors("2023-invented"), t0, 3)
    assert len(readings) == 8437
    got = [(r.sensor, r.range_m, r.az_deg, r.el_deg, r.range_rate_mps) for r in (readings[0], readings[5000])]
    exact = (
        ("yellow-sea-ship", 899950.7316337302, 42.67189307776776, 17.762154361136382, -3294.313588633216),
        ("philippine-sea-ship", 1034297.7750356682, 355.68964965143624, 24.436301887024598, -5280.387542585531),
    )
    for have, want in zip(got, exact, strict=True):
        assert have[0] == want[0]
        assert have[1:] == pytest.approx(want[1:], rel=1e-12)
    assert all(r.received is None and r.object_id is None and r.seq == 0 for r in readings)


def hovering(r: np.ndarray, sensor: Sensor, t0, seed: int = 1, *, v=(0.0, 0.0, 0.0), until: float = 1000.0):
    """What a sensor says of a thing that stays where it is, whatever speed it claims."""
    rows = np.tile(r, (2, 1))
    return simulate([0.0, until], rows, np.tile(v, (2, 1)), (sensor,), t0, seed)


AT = ecef_from_geodetic(37.0, 125.0)
AXES = enu_axes(37.0, 125.0)
ABOVE = AT + AXES.T @ np.array([3_000.0, 4_000.0, 12_000.0])
FLOOR = {"sigma_range_m": 1e-3, "sigma_az_deg": 1e-6, "sigma_el_deg": 1e-6, "sigma_range_rate_mps": 1e-6}


def standing(kind: SensorKind = SensorKind.RADAR, **other) -> Sensor:
    given = {"lat_deg": 37.0, "lon_deg": 125.0, "period_s": 0.1, "source": "test"} | other
    return Sensor(name="s", title="S", kind=kind, **given)


def test_a_camera_gives_directions_and_nothing_else(t0) -> None:
    camera = standing(SensorKind.OPTICAL, sigma_az_deg=1e-6, sigma_el_deg=1e-6, min_elevation_deg=3.0)
    (first, *rest) = hovering(ABOVE, camera, t0)
    want = math.degrees(math.atan2(3, 4)), math.degrees(math.asin(12 / 13))
    assert (first.az_deg, first.el_deg) == pytest.approx(want, abs=1e-5)
    assert first.range_m is first.range_rate_mps is first.r_ecef_m is first.alt_m is None
    assert len(rest) == 10_000
    below = AT + AXES.T @ np.array([0.0, 100_000.0, 5_000.0])  # 2.9 deg up
    assert hovering(below, camera, t0) == ()


def test_a_link_gives_places_and_velocities(t0) -> None:
    link = standing(SensorKind.POSITION, sigma_position_m=20.0, sigma_velocity_mps=0.5)
    readings = hovering(-ABOVE, link, t0)  # at the other end of the Earth
    place, rate = (np.array([getattr(r, key) for r in readings]) for key in ("r_ecef_m", "v_ecef_mps"))
    assert np.abs(place.mean(axis=0) + ABOVE).max() < 4.0 * 20.0 / 100.0
    assert place.std(axis=0) == pytest.approx(20.0, rel=0.03)
    assert rate.std(axis=0) == pytest.approx(0.5, rel=0.03)
    assert np.abs(np.corrcoef(np.hstack([place, rate]).T) - np.eye(6)).max() < 0.045
    assert readings[0].range_m is readings[0].alt_m is None
    bare = hovering(ABOVE, dataclasses.replace(link, sigma_velocity_mps=None), t0)
    assert bare[0].v_ecef_mps is None


def test_a_screen_gives_height_and_speed(t0) -> None:
    screen = standing(SensorKind.WEBCAST, sigma_alt_m=1e-3, sigma_speed_mps=1e-6)
    r = ecef_from_geodetic(-33.0, 151.0, 123_456.0)
    (first, *_) = hovering(r, screen, t0, v=(3_000.0, 0.0, -4_000.0), until=1.0)
    assert (first.alt_m, first.speed_mps) == pytest.approx((123_456.0, 5_000.0), abs=0.01)
    assert first.range_m is first.r_ecef_m is None
    slow = hovering(r, dataclasses.replace(screen, sigma_speed_mps=5.0), t0)
    assert min(x.speed_mps for x in slow) >= 0.0


def test_a_range_rate_is_relative_to_the_ship(t0) -> None:
    # Ten minutes at 10 m/s due north: the ship is then where the thing stands 4 km north of it and 3 km up.
    ship = standing(**FLOOR, course_deg=0.0, speed_mps=10.0, start_s=600.0, period_s=600.0)
    lat, lon = destination(37.0, 125.0, 0.0, 6_000.0)
    thing = ecef_from_geodetic(lat, lon) + enu_axes(lat, lon).T @ np.array([0.0, 4_000.0, 3_000.0])
    (reading,) = hovering(thing, ship, t0)
    assert reading.range_m == pytest.approx(5_000.0, abs=0.01)
    assert reading.range_rate_mps == pytest.approx(-8.0, abs=1e-4)
    assert reading.el_deg == pytest.approx(math.degrees(math.asin(0.6)), abs=1e-4)


def test_known_and_drawn_errors_are_added_and_told(t0) -> None:
    known = {"bias_range_m": 250.0, "bias_az_deg": -1.0, "bias_el_deg": 0.5, "bias_range_rate_mps": 7.0}
    wrong = standing(**FLOOR, **known, clock_offset_s=-2.0)
    reading = next(r for r in hovering(ABOVE, wrong, t0) if r.t == t0 + timedelta(seconds=8.0))
    want = [13_250.0, math.degrees(math.atan2(3, 4)) - 1.0, math.degrees(math.asin(12 / 13)) + 0.5, 7.0]
    assert [reading.range_m, reading.az_deg, reading.el_deg, reading.range_rate_mps] == pytest.approx(want, abs=0.01)
    unsure = dataclasses.replace(wrong, sigma_bias_range_m=100.0, sigma_bias_el_deg=0.2, sigma_clock_s=0.5)
    told = actual_errors(unsure, 5)
    first, *_ = hovering(ABOVE, unsure, t0, 5)
    assert first.range_m == pytest.approx(13_000.0 + told["bias_range_m"], abs=0.01)
    assert (first.t - t0).total_seconds() == pytest.approx(told["clock_offset_s"], abs=1e-6)
    assert told["bias_az_deg"] == -1.0
    draws = np.array([list(actual_errors(unsure, seed).values()) for seed in range(400)])
    # 400 draws: a standard deviation is known to 3.5 %, a mean to 5 % of it; four times that is allowed.
    assert draws.std(axis=0) == pytest.approx(np.array([100.0, 0.0, 0.2, 0.0, 0.5]), rel=0.14)
    assert np.abs(draws.mean(axis=0) - [250.0, -1.0, 0.5, 7.0, -2.0]).max() < 20.0


def test_every_object_of_a_flight_is_seen_with_the_same_errors_and_its_own_noise(t0) -> None:
    radar = standing(**(FLOOR | {"sigma_range_m": 10.0}), sigma_bias_range_m=500.0)
    rows, still = np.tile(ABOVE, (2, 1)), np.zeros((2, 3))
    one, two = (simulate([0.0, 100.0], rows, still, (radar,), t0, 1, object_id=name) for name in ("one", "two"))
    a, b = (np.array([r.range_m for r in readings]) for readings in (one, two))
    assert {r.object_id for r in one} == {"one"}
    assert abs(a.mean() - b.mean()) < 4.0 * 10.0 * math.sqrt(2.0 / 1000.0)
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.13


def test_shares_of_missed_doubled_and_wild_looks(t0) -> None:
    radar = standing(**FLOOR, p_missed=0.2, p_doubled=0.1, p_wild=0.05, max_range_m=200_000.0, min_elevation_deg=5.0)
    readings = hovering(ABOVE, radar, t0)
    times = {r.t for r in readings}
    # 10,001 looks; four standard deviations of each share.
    assert len(times) == pytest.approx(8_000, abs=160)
    assert len(readings) - len(times) == pytest.approx(800, abs=110)
    wild = {r.t: r for r in readings if abs(r.range_m - 13_000.0) > 1.0}
    assert len(wild) == pytest.approx(400, abs=80)
    ranges, elevations, rates = np.array([(r.range_m, r.el_deg, r.range_rate_mps) for r in wild.values()]).T
    assert ranges.max() <= 200_000.0
    assert np.median(ranges) == pytest.approx(100_000.0, rel=0.2)
    assert elevations.min() >= 5.0
    assert np.abs(rates).max() <= 8_000.0
    copies = [r for r in readings if r.received is not None]
    assert len(copies) == len(readings) - len(times)
    assert all(r.received > r.t for r in copies)
    assert all(dataclasses.replace(r, received=None) in readings for r in copies[:20])


@pytest.mark.parametrize("kind", [SensorKind.POSITION, SensorKind.WEBCAST])
def test_links_and_screens_talk_nonsense_too(kind, t0) -> None:
    given = {"sigma_position_m": 1.0, "sigma_alt_m": 1.0, "sigma_speed_mps": 1.0}
    source = standing(kind, **given, p_wild=0.1)
    readings = hovering(ABOVE, source, t0)
    if kind is SensorKind.POSITION:
        off = np.linalg.norm(np.array([r.r_ecef_m for r in readings]) - ABOVE, axis=1)
    else:
        off = np.abs(np.array([r.alt_m for r in readings]) - 12_000.0)
    assert (off > 100.0).sum() == pytest.approx(1_000, abs=120)


def test_what_comes_late_comes_out_of_order(t0) -> None:
    radar = standing(**FLOOR, delay_s=2.0, p_doubled=0.1)
    readings = hovering(ABOVE, radar, t0)
    assert [r.received for r in readings] == sorted(r.received for r in readings)
    assert [r.t for r in readings] != sorted(r.t for r in readings)
    first = {}
    for r in readings:
        first.setdefault(r.t, (r.received - r.t).total_seconds())
    assert np.mean(list(first.values())) == pytest.approx(2.0, abs=4.0 * 2.0 / 100.0)
    assert min(first.values()) > 0.0


def test_over_the_zenith_it_is_seen_on_the_other_side(t0) -> None:
    radar = standing(sigma_range_m=1.0, sigma_az_deg=0.001, sigma_el_deg=1.0)
    readings = hovering(AT + AXES.T @ np.array([0.0, 1.0, 10_000.0]), radar, t0)
    assert max(r.el_deg for r in readings) <= 90.0
    south = [r for r in readings if abs(r.az_deg - 180.0) < 1.0]
    assert len(south) == pytest.approx(5_000, abs=250)


def test_a_flight_of_the_flight_room_and_what_it_lets_go(t0) -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan)
    radar = standing(**FLOOR, max_range_m=3e6, period_s=1.0)
    readings = readings_of_flight(flight, (radar,), t0)
    assert len(readings) > 100
    assert readings == simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, (radar,), t0)
    body = flight.bodies[0]
    fallen = readings_of_body(body, (radar,), t0)
    assert {r.object_id for r in fallen} == {body.name}
    assert (fallen[0].t - t0).total_seconds() >= body.t_s
    merged = by_arrival(readings + fallen)
    assert len(merged) == len(readings) + len(fallen)
    assert [r.t for r in merged] == sorted(r.t for r in merged)


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

"""Readings as arrays: what is known to be wrong is taken off, doubles go, ships move."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic
from downrange.track import Reading, Sensor, SensorKind
from downrange.track.rows import rows_of

RADAR = Sensor(
    name="r", title="r", lat_deg=30.0, lon_deg=130.0, alt_m=100.0, sigma_range_m=20.0, sigma_az_deg=0.1,
    sigma_el_deg=0.1, bias_range_m=50.0, bias_az_deg=0.2, bias_el_deg=-0.1, clock_offset_s=0.5, source="test",
)  # fmt: skip


def test_biases_and_the_clock_are_taken_off(t0) -> None:
    seen = Reading(t=t0 + timedelta(seconds=10.5), sensor="r", seq=7, range_m=1e5, az_deg=45.0, el_deg=10.0)
    rows = rows_of([seen], (RADAR,), t0)
    assert rows.t_s[0] == pytest.approx(10.0)
    assert rows.z[0, :3] == pytest.approx([99_950.0, math.radians(44.8), math.radians(10.1)])
    assert np.isnan(rows.z[0, 3:]).all()
    assert rows.seq[0] == 7


def test_only_what_says_the_same_is_a_double(t0) -> None:
    one = Reading(t=t0, sensor="r", range_m=1e5, az_deg=1.0, el_deg=2.0)
    rows = rows_of([one, one, replace(one, seq=9), replace(one, range_m=1.1e5)], (RADAR,), t0)
    assert rows.t_s.size == 2
    assert rows.doubles == 2


def test_numbers_a_sensor_cannot_give_and_azimuths_at_the_zenith_are_left_out(t0) -> None:
    up = Reading(t=t0, sensor="r", range_m=1e5, az_deg=1.0, el_deg=88.0, range_rate_mps=5.0)
    rows = rows_of([up], (RADAR,), t0)
    assert np.isnan(rows.z[0, [1, 3]]).all()
    assert np.isfinite(rows.z[0, [0, 2]]).all()


def test_a_ship_stands_elsewhere_at_each_reading(t0) -> None:
    ship = replace(RADAR, speed_mps=10.0, course_deg=90.0, clock_offset_s=0.0)
    readings = [
        Reading(t=t0 + timedelta(seconds=s), sensor=name, range_m=1e5) for s in (0.0, 100.0) for name in ("r", "land")
    ]
    rows = rows_of(readings, (ship, replace(RADAR, name="land", clock_offset_s=0.0)), t0)
    mine = rows.sites[rows.place[rows.sensor == 0]]
    assert np.linalg.norm(mine[1, :3] - mine[0, :3]) == pytest.approx(1_000.0, abs=0.1)
    assert np.linalg.norm(mine[:, 3:], axis=1) == pytest.approx([10.0, 10.0], abs=1e-3)
    fixed = rows.sites[rows.place[rows.sensor == 1]]
    assert np.array_equal(fixed[0], fixed[1])
    assert fixed[0, :3] == pytest.approx(ecef_from_geodetic(30.0, 130.0, 100.0))


def test_position_reports_and_screens_fill_their_own_columns(t0) -> None:
    link = Sensor(
        name="link",
        title="link",
        kind=SensorKind.POSITION,
        sigma_position_m=10.0,
        sigma_velocity_mps=0.1,
        source="test",
    )
    screen = Sensor(
        name="screen", title="screen", kind=SensorKind.WEBCAST, sigma_alt_m=50.0, sigma_speed_mps=0.3, source="test"
    )
    place, speed = (6.5e6, 1e5, 2e5), (1.0, 2.0, 3.0)
    rows = rows_of(
        [
            Reading(t=t0, sensor="link", r_ecef_m=place, v_ecef_mps=speed),
            Reading(t=t0, sensor="screen", alt_m=1e4, speed_mps=500.0),
        ],
        (link, screen),
        t0,
    )
    assert rows.z[0, 4:10].tolist() == [*place, *speed]
    assert rows.z[1, 10:].tolist() == [1e4, 500.0]
    assert rows.var[0, 4:10] == pytest.approx([100.0] * 3 + [0.01] * 3)

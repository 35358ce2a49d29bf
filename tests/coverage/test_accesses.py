"""The door: element sets and points in, windows out, clear words where that cannot be."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage import Cone, Sensor, accesses, points_at
from downrange.orbit import passes, read_tle

# SOURCE: public catalogue, element set of Malligyong-1 of 2024-06-07 (launch-facts, section 6)
MALLIGYONG = """1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
"""
START = datetime(2024, 6, 8, tzinfo=UTC)
PYONGYANG = points_at(39.0425, 125.71)
HORIZON = Sensor(field=Cone(half_angle_deg=90.0), min_elevation_deg=10.0)


def test_windows_are_the_passes_of_the_orbit_room():
    found = accesses(read_tle(MALLIGYONG), PYONGYANG, HORIZON, START, 3.0)
    stop = START + timedelta(days=3)
    seen = passes(read_tle(MALLIGYONG)[0].satellite(), 39.0425, 125.71, START, stop, min_elevation_deg=10.0)
    assert len(found) == len(seen) > 5
    for k, one in enumerate(seen):
        assert abs((one.rises - START).total_seconds() - found.start_s[k]) < 2e-3
        assert abs((one.sets - START).total_seconds() - found.end_s[k]) < 2e-3
    assert found.stop == stop
    assert found.satellites == ("58400",)


def test_nothing_seen_is_an_answer():
    pole = points_at(89.9, 0.0)
    equatorial = Sensor(field=Cone(half_angle_deg=5.0))
    found = accesses(read_tle(MALLIGYONG), pole, equatorial, START, 1.0)
    assert len(found) == 0
    assert found.start_s.shape == (0,)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(InputError, match="has no time zone"):
        accesses(read_tle(MALLIGYONG), PYONGYANG, HORIZON, datetime(2024, 6, 8), 1.0)  # noqa: DTZ001 - what is refused


def test_an_old_element_set_is_refused_with_its_age():
    with pytest.raises(InputError, match=r"58400.* days"):
        accesses(read_tle(MALLIGYONG), PYONGYANG, HORIZON, START + timedelta(days=120), 1.0)


def test_an_old_element_set_is_used_when_asked_for():
    late = START + timedelta(days=120)
    assert len(accesses(read_tle(MALLIGYONG), PYONGYANG, HORIZON, late, 1.0, max_age_days=200.0)) > 0


def test_no_days_and_no_satellites_are_refused():
    with pytest.raises(InputError, match="days: 0"):
        accesses(read_tle(MALLIGYONG), PYONGYANG, HORIZON, START, 0.0)
    with pytest.raises(InputError, match="satellites: none"):
        accesses([], PYONGYANG, HORIZON, START, 1.0)


def test_the_order_of_points_does_not_matter():
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(-80, 80, 200), rng.uniform(-180, 180, 200)
    order = rng.permutation(200)
    sensor = Sensor(field=Cone(half_angle_deg=40.0))
    one = accesses(read_tle(MALLIGYONG), points_at(lat, lon), sensor, START, 1.0)
    other = accesses(read_tle(MALLIGYONG), points_at(lat[order], lon[order]), sensor, START, 1.0)
    rows = np.lexsort((other.start_s, order[other.point]))
    assert np.array_equal(order[other.point][rows], one.point)
    assert np.array_equal(other.start_s[rows], one.start_s)

"""The orbit of Malligyong-1 (NORAD 58400, 2023-179A) as catalogued, and what others say of it.

SOURCE element sets: the public catalogue, epochs of June and July 2024, as published.
SOURCE orbit: 493 x 512 km, 97.4 deg (thespacereview.com/article/4753/1). Perigee raised by about 9 km in February 2024.
SOURCE passes: control centre 39.0425 N 125.71 E, passed at about 10:00 and 22:00 local time
(thespacereview.com/article/4772/1).
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from downrange.base import KST, units
from downrange.orbit import osculating_of, passes, positions, read_tle

CATALOGUE = """
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
1 58400U 23179A   24164.24788005  .00007135  00000+0  32465-3 0  9998
2 58400  97.4040  51.1823 0001996 152.6365 207.4976 15.21013721 30973
1 58400U 23179A   24189.90245992  .00005957  00000-0  26900-3 0  9999
2 58400  97.4012  76.4000 0003640 108.4471 251.7161 15.21338773 34872
"""
# mean heights over the equatorial radius, km, to the 0.1 km printed
HEIGHTS_KM = [(501.9, 504.1), (501.4, 504.2), (499.3, 504.3)]


def test_heights_of_the_three_sets():
    for found, (perigee_km, apogee_km) in zip(read_tle(CATALOGUE), HEIGHTS_KM, strict=True):
        assert found.perigee_alt_m / units.KILOMETRE == pytest.approx(perigee_km, abs=0.051)
        assert found.apogee_alt_m / units.KILOMETRE == pytest.approx(apogee_km, abs=0.051)
        assert found.inclination_deg == pytest.approx(97.4, abs=0.006)


def test_mean_is_not_osculating():
    found = read_tle(CATALOGUE)[0]
    instant = osculating_of(found.satellite())
    # J2 moves the instantaneous semi-major axis by some 9 km at this inclination and height; the plane hardly moves
    assert 1e3 < abs(instant.a_m - found.a_m) < 12e3
    assert instant.inclination_deg == pytest.approx(found.inclination_deg, abs=0.02)
    assert instant.raan_deg == pytest.approx(found.raan_deg, abs=0.02)


def test_the_three_sets_tell_of_one_satellite():
    first, second, third = read_tle(CATALOGUE)
    halfway = first.epoch + (second.epoch - first.epoch) / 2
    apart = positions(first.satellite(), halfway, [0.0]) - positions(second.satellite(), halfway, [0.0])
    assert np.linalg.norm(apart) < 20e3
    drift_deg = (third.raan_deg - first.raan_deg) / ((third.epoch - first.epoch).total_seconds() / units.DAY)
    assert drift_deg == pytest.approx(360.0 / 365.2422, abs=0.01)  # the node keeps step with the sun: 0.983 deg a day


def test_it_passes_its_control_centre_in_the_morning_and_late_in_the_evening():
    found = read_tle(CATALOGUE)[0].satellite()
    start = datetime(2024, 6, 8, tzinfo=UTC)
    rows = passes(found, 39.0425, 125.71, start, start + timedelta(days=10), min_elevation_deg=30.0)
    hours = np.array([row.culminates.astimezone(KST).hour + row.culminates.minute / 60.0 for row in rows])
    assert len(rows) >= 12
    assert ((np.abs(hours - 10.0) < 2.0) | (np.abs(hours - 22.0) < 2.0)).all()
    for row, hour in zip(rows, hours, strict=True):
        assert row.daylight == (hour < 15.0)
        northward = np.cos(np.radians(row.set_azimuth_deg)) - np.cos(np.radians(row.rise_azimuth_deg))
        # the node is 29 deg of right ascension behind the sun: going north in the morning, south in the evening
        assert (northward > 0.0) == (hour < 15.0)
        assert (row.sets - row.rises).total_seconds() < 400.0

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from downrange.corridor import Target
from downrange.corridor.swaths import fit_course, swaths
from downrange.earth import destination

PAD = SimpleNamespace(name="pad", lat_deg=0.0, lon_deg=0.0, sigma_m=0.0)


def at(label, azimuth_deg, range_m, radius_m=20e3):
    lat, lon = destination(PAD.lat_deg, PAD.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def test_as_drawn_an_area_lies_right_or_left_of_a_course_by_its_cross_distance():
    (one,) = swaths(PAD, [at("a", 90.0, 1_000e3)])
    middle_m, half_m = one.drawn.miss_m(PAD, np.array([85.0, 90.0, 95.0]))
    np.testing.assert_allclose(middle_m, [86.8e3, 0.0, -86.8e3], atol=500.0)
    np.testing.assert_allclose(half_m, 20e3, rtol=0.01)


def test_an_area_behind_the_pad_is_missed_by_all_its_range():
    (one,) = swaths(PAD, [at("a", 90.0, 1_000e3)])
    middle_m, half_m = one.drawn.miss_m(PAD, np.array([270.0]))
    assert abs(float(middle_m[0])) >= 1_000e3
    assert float(half_m[0]) == pytest.approx(20e3, rel=0.01)


def test_the_doubt_of_the_pad_widens_what_is_allowed():
    doubtful = SimpleNamespace(name="pad", lat_deg=0.0, lon_deg=0.0, sigma_m=15e3)
    (one,) = swaths(doubtful, [at("a", 90.0, 1_000e3)])
    assert float(one.drawn.miss_m(doubtful, np.array([90.0]))[1][0]) == pytest.approx(25e3, rel=0.01)


def test_a_miss_grows_with_the_angle_however_slanted_the_area_is_seen():
    (one,) = swaths(PAD, [at("a", 43.0, 500e3)])
    middle_m, half_m = one.thrown.miss_m(PAD, np.arange(45.0, 125.0, 2.0))
    ratio = np.abs(middle_m) / half_m
    assert (np.diff(ratio) > 0.0).all()


def test_the_fit_of_two_areas_lies_between_them_and_of_one_in_its_middle():
    one, two = (swath.drawn for swath in swaths(PAD, [at("a", 80.0, 1_000e3), at("b", 100.0, 1_000e3)]))
    assert fit_course(PAD, [one, two]).azimuth_deg == pytest.approx(90.0, abs=0.01)
    alone = fit_course(PAD, [one])
    assert alone.accepted
    assert alone.low_deg + alone.high_deg == pytest.approx(160.0, abs=0.05)

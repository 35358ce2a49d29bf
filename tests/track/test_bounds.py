"""The swath of announced areas: signs and distances in all four hemispheres, and the chance to be outside."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from downrange.base import InputError
from downrange.earth import buffered, destination
from downrange.notice import Area, Shape
from downrange.track.bounds import bounds_along, bounds_of

PAD = (39.66, 124.705)


def circle(range_m, azimuth_deg, radius_m, pad=PAD):
    lat, lon = destination(*pad, azimuth_deg, range_m)
    return Area(label="A", shape=Shape.CIRCLE, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def swath(pad=PAD, course=185.0, **how):
    areas = [circle(r, course, w, pad).geometry_lonlat() for r, w in ((350e3, 30e3), (900e3, 60e3), (2900e3, 80e3))]
    return bounds_of(*pad, areas, **how)


@pytest.mark.parametrize("pad", [PAD, (-39.3, 177.9), (28.5, -80.6), (-5.9, -35.3), (62.9, 179.9)])
@pytest.mark.parametrize("course", [5.0, 95.0, 185.0, 275.0])
def test_distances_are_those_of_the_ground_everywhere(pad, course):
    line = bounds_along(*zip(pad, destination(*pad, course, 2_000e3), strict=True), 50e3)
    lat, lon = destination(*pad, course, 1_000e3)
    foot = line.along_across_m(lat, lon)
    assert (foot[0], foot[1]) == (pytest.approx(1_000e3, abs=1.0), pytest.approx(0.0, abs=1.0))
    assert line.distance_m(lat, lon) == pytest.approx(-50e3, rel=1e-3)
    back = line.outline_latlon()[0]
    assert np.abs(line.distance_m(*back)).max() < 200.0


def test_right_is_positive():
    line = bounds_along((0.0, 10.0), (0.0, 0.0), 20e3)  # northwards: right is east
    assert line.along_across_m(5.0, 1.0)[1] == pytest.approx(110.9e3, rel=0.01)
    assert line.along_across_m(5.0, -1.0)[1] == pytest.approx(-110.9e3, rel=0.01)
    assert line.distance_m([5.0, 5.0], [1.0, -1.0]) == pytest.approx([91e3, 91e3], rel=0.02)


def test_the_swath_joins_pad_and_areas_and_ends_behind_the_last():
    bounds = swath()
    for range_m in (0.0, 100e3, 350e3, 600e3, 2_000e3, 2_900e3):
        assert bounds.distance_m(*destination(*PAD, 185.0, range_m)) < -15e3
    assert bounds.distance_m(*destination(*PAD, 185.0, 2_900e3)) == pytest.approx(-90e3, rel=0.01)
    for range_m, azimuth_deg in ((50e3, 5.0), (350e3, 200.0), (900e3, 195.0), (3_000e3, 185.0)):
        assert bounds.distance_m(*destination(*PAD, azimuth_deg, range_m)) > 0.0
    assert bounds.distance_m(*destination(*PAD, 185.0, 3_100e3)) == pytest.approx(110e3, rel=0.02)


def test_the_way_to_orbit_leads_out_of_the_last_area_only():
    bounds = swath()
    for range_m in (3_100e3, 5_000e3, 9_000e3):
        ahead = destination(*PAD, 185.0, range_m)
        assert bounds.distance_m(*ahead) > 100e3
        assert bounds.distance_m(*ahead, onward=True) < -50e3
        assert bounds.distance_m(*destination(*PAD, 230.0, range_m), onward=True) > 100e3
    inside = destination(*PAD, 185.0, 600e3)
    assert bounds.distance_m(*inside, onward=True) == pytest.approx(float(bounds.distance_m(*inside)), rel=0.01)


def test_the_plan_of_a_flight_may_sweep_beside_the_areas():
    lat, lon = destination(*PAD, np.linspace(185.0, 200.0, 30), np.linspace(100e3, 8_000e3, 30))
    lat[-1], lon[-1] = math.nan, math.nan  # in orbit
    plain, wider = swath(), swath(trace=(lat, lon))
    beside = (lat[8], lon[8])  # 2,300 km out
    assert plain.distance_m(*beside) > 5e3
    assert wider.distance_m(*beside) == pytest.approx(-50e3, rel=0.05)
    assert (wider.distance_m(lat[:-1], lon[:-1], onward=True) < -45e3).all()
    assert wider.distance_m(lat[20], lon[20]) > 100e3  # behind the last area it is still outside when nothing leads on
    assert swath(trace=([math.nan], [math.nan])).distance_m(*beside) == plain.distance_m(*beside)


def test_beyond_a_quarter_of_the_earth_the_way_onward_says_nothing():
    bounds = swath()
    far = destination(*PAD, 185.0, 12_000e3)
    assert math.isnan(bounds.distance_m(*far, onward=True))
    assert bounds.distance_m(*far) > 5_000e3
    ellipse = {"sigma_major_m": 1e3, "sigma_minor_m": 1e3, "axis_deg": 0.0}
    assert math.isnan(bounds.p_outside(*far, **ellipse, onward=True))
    assert bounds.p_outside(*far, **ellipse) == 1.0


def test_a_course_that_bends_is_followed():
    lat1, lon1 = destination(*PAD, 190.0, 900e3)
    lat2, lon2 = destination(lat1, lon1, 150.0, 900e3)
    areas = [buffered(shapely.Point(lon, lat), 40e3) for lat, lon in ((lat1, lon1), (lat2, lon2))]
    bounds = bounds_of(*PAD, areas)
    assert bounds.distance_m(*destination(lat1, lon1, 150.0, 450e3)) < -30e3
    straight = destination(*PAD, float(bounds.azimuth_deg), 900e3)
    assert bounds.distance_m(*straight) > 50e3


def test_the_chance_to_be_outside_follows_the_ellipse():
    bounds = swath()
    middle, edge, far = (destination(*PAD, 185.0, r) for r in (2_900e3, 2_990e3, 3_200e3))
    tight = {"sigma_major_m": 2e3, "sigma_minor_m": 1e3, "axis_deg": 185.0}
    assert bounds.p_outside(*middle, **tight) == 0.0
    assert bounds.p_outside(*edge, **tight) == pytest.approx(0.5, abs=0.02)
    assert bounds.p_outside(*far, **tight) == 1.0
    assert bounds.p_outside(*far, **tight, onward=True) == 0.0
    long = {"sigma_major_m": 45e3, "sigma_minor_m": 1e3}
    one_side = bounds.p_outside(*edge, **long, axis_deg=185.0)
    along_edge = bounds.p_outside(*middle, **long, axis_deg=185.0)
    assert one_side == pytest.approx(0.5, abs=0.05)
    assert along_edge == pytest.approx(0.0228, abs=0.01)  # two sigma, and the swath goes on at the other end


def test_a_crowd_is_counted_and_an_orbit_says_nothing():
    bounds = swath()
    lat, lon = destination(*PAD, 185.0, np.array([500e3, 2_900e3, 3_500e3, 4_000e3]))
    assert bounds.share_outside([*lat, math.nan], [*lon, math.nan]) == 0.5
    assert math.isnan(bounds.share_outside([math.nan], [math.nan]))
    assert np.isnan(bounds.distance_m([math.nan, 38.0], [math.nan, 124.6])).tolist() == [True, False]
    nothing = {"sigma_major_m": math.nan, "sigma_minor_m": math.nan, "axis_deg": math.nan}
    assert math.isnan(bounds.p_outside(math.nan, math.nan, **nothing))
    assert bounds.distance_m(np.empty(0), np.empty(0)).shape == (0,)


def test_an_area_across_the_half_way_meridian_is_one_area():
    pad = (62.0, 170.0)
    bounds = swath(pad, 90.0)
    lat, lon = destination(*pad, 90.0, 900e3)
    assert lon < 0.0
    assert bounds.distance_m(lat, lon) < -60e3


@pytest.mark.parametrize(
    "make",
    [
        lambda: bounds_of(*PAD, []),
        lambda: bounds_of(*PAD, [shapely.Polygon()]),
        lambda: bounds_along([39.0], [124.0], 10e3),
        lambda: bounds_along([39.0, 30.0], [124.0, 124.0], 0.0),
        lambda: bounds_along([39.0, math.nan], [124.0, 124.0], 10e3),
    ],
)
def test_what_makes_no_swath_is_refused(make):
    with pytest.raises(InputError, match="bounds"):
        make()

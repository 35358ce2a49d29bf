"""Announced areas as published, and what others found from them.

SOURCE zone C of 2023: Manila FIR (RPHI) notice text of November 2023, corners 14-54-10 N 128-40-06 E and so on.
SOURCE points A and B of 2023: intersections of published distances (A 253 km W of Taean, 220 km W of Eocheongdo; B
284 km W of Jindo, 270 km W of Jeju), so reference points with an uncertainty, not announced corners.
SOURCE areas of 2009: busan.fnnews.com 200903130938538007. SOURCE area of December 2012: corners in the order printed,
allthingsnuclear.org.
SOURCE azimuth of a direct ascent from Sohae to 97.4 deg: M. Molczan, SeeSat-L: 192.3 over the ground, 189.7 inertial.
SOURCE pads: Sohae 39-39-36 N 124-42-18 E (Wikipedia), Tonghae 40.85 N 129.6667 E (nagix/nk-missile-tests).
"""

from types import SimpleNamespace

import numpy as np
import pytest

from downrange.corridor import Target, azimuth_for, dog_leg, inclination_of, one_plane, ranges

SOHAE = SimpleNamespace(name="sohae", lat_deg=39.660, lon_deg=124.705, sigma_m=0.0)
COASTAL = SimpleNamespace(name="sohae-coastal", lat_deg=39.660, lon_deg=124.705, sigma_m=3_000.0)
TONGHAE = SimpleNamespace(name="tonghae", lat_deg=40.85, lon_deg=129.6667, sigma_m=0.0)
A = Target(label="A", lat_deg=(36.10,), lon_deg=(123.54,), radius_m=25_000.0)
B = Target(label="B", lat_deg=(33.45,), lon_deg=(123.50,), radius_m=40_000.0)
C = Target(
    label="C",
    lat_deg=(14.902778, 15.028333, 11.446944, 11.321667),
    lon_deg=(128.668333, 129.400833, 129.902222, 129.180556),
)
FIRST_2009 = Target(
    label="first stage",
    lat_deg=(40.695556, 40.456111, 40.276111, 40.514444),
    lon_deg=(135.579167, 138.511111, 138.506111, 135.573889),
)
SECOND_2009 = Target(
    label="second stage",
    lat_deg=(34.595, 31.372778, 29.931389, 33.154444),
    lon_deg=(164.678333, 172.31, 172.229722, 164.595),
)
FIRST_2012 = Target(
    label="first stage 2012",
    lat_deg=(35.735, 35.735278, 34.976667, 34.978611),
    lon_deg=(124.508333, 124.906389, 124.543333, 124.936389),
)
# The published ranges are great circles of a sphere of 6371.0088 km; ours are geodesics. Near a meridian the two
# differ by up to 0.35 % of the range and, here, 0.05 deg of azimuth.
ON_A_SPHERE = 3.5e-3


def test_zone_c_lies_where_it_was_published_to_lie():
    view = ranges(SOHAE, [C])[0]
    assert view.near_m == pytest.approx(2_778e3, rel=ON_A_SPHERE + 0.5 / 2778)
    assert view.centre_m == pytest.approx(2_979e3, rel=ON_A_SPHERE + 0.5 / 2979)
    assert view.far_m == pytest.approx(3_180e3, rel=ON_A_SPHERE + 0.5 / 3180)
    assert view.azimuth_deg == pytest.approx(170.06, abs=0.1)
    assert view.course_deg == pytest.approx(172.16, abs=0.1)
    assert view.axis_deg == pytest.approx(172.10, abs=0.1)
    assert view.length_m == pytest.approx(402e3, abs=1.5e3)
    assert view.width_m == pytest.approx(80e3, abs=1e3)


def test_the_published_ranges_are_those_of_the_middles_of_two_sides_on_a_sphere():
    lat, lon = np.radians(C.lat_deg).reshape(2, 2).mean(axis=1), np.radians(C.lon_deg).reshape(2, 2).mean(axis=1)
    lat0, lon0 = np.radians(SOHAE.lat_deg), np.radians(SOHAE.lon_deg)
    haversine = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    sphere_m = 2.0 * 6_371_008.8 * np.arcsin(np.sqrt(haversine))
    np.testing.assert_allclose(sphere_m, [2_778e3, 3_180e3], atol=0.5e3)
    view = ranges(SOHAE, [C])[0]
    assert view.near_m < sphere_m[0] < sphere_m[1]
    assert view.far_m < sphere_m[1]  # geodesics near a meridian at these latitudes are shorter than on that sphere


@pytest.mark.parametrize(
    ("area", "low_m", "high_m", "low_deg", "high_deg"),
    [(A, 393e3, 433e3, 193.8, 195.5), (B, 667e3, 732e3, 187.7, 191.2)],
)
def test_reference_points_lie_in_the_published_bands(area, low_m, high_m, low_deg, high_deg):
    view = ranges(SOHAE, [area])[0]
    assert low_m < view.centre_m < high_m
    assert low_deg < view.azimuth_deg < high_deg


def test_one_plane_refuses_the_three_areas_of_2023_and_shows_by_how_much():
    fit = one_plane(COASTAL, [A, B, C])
    assert not fit.accepted
    assert fit.labels == ("A", "B", "C")
    ratios = np.abs(fit.residual_m) / fit.tolerance_m
    assert ratios.max() > 5.0
    assert fit.residual_m[0] > 0.0 > fit.residual_m[2]  # A and B to the right, C to the left: no course holds both
    assert "No single plane" in fit.sentence
    for residual_m in (*fit.turning.residual_m, *fit.residual_m):
        assert f"{abs(residual_m) / 1e3:.0f} km" in fit.sentence


def test_one_plane_accepts_zone_c_alone():
    fit = one_plane(SOHAE, [C])
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(170.06, abs=0.1)
    assert fit.low_deg == pytest.approx(ranges(SOHAE, [C])[0].left_deg, abs=0.02)
    assert fit.high_deg == pytest.approx(ranges(SOHAE, [C])[0].right_deg, abs=0.02)


def test_a_and_b_hold_the_plane_of_the_orbit():
    fit = one_plane(COASTAL, [A, B])
    assert fit.accepted
    assert fit.low_deg < azimuth_for(COASTAL, 97.4) < fit.high_deg


def test_one_plane_accepts_the_two_areas_of_2009_near_92():
    fit = one_plane(TONGHAE, [SECOND_2009, FIRST_2009])
    assert fit.accepted
    assert fit.labels == ("first stage", "second stage")
    assert fit.azimuth_deg == pytest.approx(92.0, abs=0.5)
    first, second = ranges(TONGHAE, [FIRST_2009, SECOND_2009])
    assert first.near_m == pytest.approx(498e3, rel=ON_A_SPHERE)
    assert first.far_m == pytest.approx(749e3, rel=ON_A_SPHERE)
    assert second.near_m == pytest.approx(3_135e3, rel=ON_A_SPHERE)
    assert second.far_m == pytest.approx(4_001e3, rel=ON_A_SPHERE)
    assert first.azimuth_deg == pytest.approx(91.3, abs=0.05)
    assert second.azimuth_deg == pytest.approx(92.95, abs=0.1)


def test_corners_in_z_order_do_not_move_the_area():
    view = ranges(SOHAE, [FIRST_2012])[0]
    assert view.centre_m == pytest.approx(478e3, rel=ON_A_SPHERE)
    assert view.azimuth_deg == pytest.approx(179.8, abs=0.1)
    assert view.width_m == pytest.approx(36e3, abs=1e3)
    fit = one_plane(SOHAE, [FIRST_2012])
    assert fit.high_deg - fit.low_deg > 4.0  # one area gives a direction and its uncertainty, not more


def test_direct_ascent_to_the_orbit_of_malligyong():
    assert azimuth_for(SOHAE, 97.4) == pytest.approx(192.3, abs=0.05)
    assert azimuth_for(SOHAE, 97.4, rotating=False) == pytest.approx(189.7, abs=0.1)
    assert inclination_of(SOHAE, azimuth_for(SOHAE, 97.4)) == pytest.approx(97.4, abs=1e-9)


def test_the_flight_of_2023_is_a_double_dog_leg():
    found = dog_leg(COASTAL, [C, A, B], inclination_deg=97.4)
    assert [leg.end for leg in found.legs] == ["A", "B", "C"]
    assert found.first_plane.labels == ("A", "B")
    assert found.legs[2].turn_deg < -found.legs[2].turn_spread_deg  # east, and more than the areas' sizes can hide
    assert found.last_turn_deg is not None
    assert found.last_turn_deg > 15.0  # and back west, for the orbit
    assert abs(found.legs[1].turn_deg) < found.legs[1].turn_spread_deg  # A and B alone prove no turn
    assert "do not prove" in found.sentence

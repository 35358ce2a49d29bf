"""Planes carried back by SGP4's node rate: the three real element sets of Malligyong-1, and planes at random."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import ecef_from_geodetic, teme_from_ecef
from downrange.orbit import element_set, read_tle
from downrange.orbit.plane import (
    drift_degps,
    geocentric_lat_deg,
    node_deg,
    node_rate_degpday,
    off_plane_deg,
    plane_sigma_deg,
    share_of_planes,
    southbound,
)

T0 = datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC)  # KCNA
SOHAE = 39.660, 124.705  # the old pad
# Malligyong-1, NORAD 58400, three element sets of June and July 2024 as published
MALLIGYONG = """
1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
1 58400U 23179A   24164.24788005  .00007135  00000+0  32465-3 0  9998
2 58400  97.4040  51.1823 0001996 152.6365 207.4976 15.21013721 30973
1 58400U 23179A   24189.90245992  .00005957  00000-0  26900-3 0  9999
2 58400  97.4012  76.4000 0003640 108.4471 251.7161 15.21338773 34872
"""


def plane(raan_deg: float, inclination_deg: float = 97.4, epoch: datetime = T0):
    return element_set("invented", epoch, inclination_deg, raan_deg, 0.001, 0.0, 0.0, 15.21)


def test_three_real_sets_agree_at_the_launch_and_the_pad_lies_five_degrees_off() -> None:
    # both figures: knowledge of the project, derived from the same sets; 0.02 and 5.0 deg
    sets = read_tle(MALLIGYONG)
    nodes = [node_deg(one, T0) for one in sets]
    assert max(nodes) - min(nodes) < 0.03
    assert [off_plane_deg(one, *SOHAE, T0) for one in sets] == pytest.approx([-5.0] * 3, abs=0.05)
    later = T0 + timedelta(minutes=26)  # then the pad turns through the plane
    assert abs(off_plane_deg(sets[0], *SOHAE, later)) < 0.3


def test_the_rate_is_that_of_sgp4_itself() -> None:
    # the node of the osculating plane, averaged over revolutions, moves as the secular rate says
    found = read_tle(MALLIGYONG)[0]
    satellite = found.satellite()
    minutes = np.arange(0.0, 20 * 94.68, 0.5)
    _, r, v = satellite.sgp4_array(
        np.full(minutes.size, satellite.jdsatepoch), satellite.jdsatepochF + minutes / 1440.0
    )
    h = np.cross(r, v)
    node = np.unwrap(np.arctan2(h[:, 0], -h[:, 1]))
    rate = np.degrees(np.polyfit(minutes, node, 1)[0]) * 1440.0
    assert rate == pytest.approx(node_rate_degpday(found), rel=1e-3)


def test_a_point_of_the_orbit_lies_in_its_plane() -> None:
    from downrange.base import geodetic_from_ecef
    from downrange.orbit import positions

    found = read_tle(MALLIGYONG)[0]
    for minutes in (0.0, 31.0, 77.0):
        moment = found.epoch + timedelta(minutes=minutes)
        lat, lon, alt = (float(x[0]) for x in geodetic_from_ecef(positions(found.satellite(), moment, np.array([0.0]))))
        assert abs(off_plane_deg(found, lat, lon, moment, alt_m=alt)) < 0.03  # the periodic terms
        after_a_second = positions(found.satellite(), moment, np.array([0.0, 1.0]))
        south = bool(after_a_second[1][2] < after_a_second[0][2])
        assert southbound(found, lat, lon, moment, alt_m=alt) is south


@given(
    st.floats(0.0, 359.0), st.floats(20.0, 110.0), st.floats(-80.0, 80.0), st.floats(-180.0, 180.0), st.floats(0, 2e6)
)
def test_the_angle_is_that_of_the_vectors(raan: float, i: float, lat: float, lon: float, alt: float) -> None:
    r = teme_from_ecef(T0) @ ecef_from_geodetic(lat, lon, alt)
    o, tilt = np.radians([raan, i])
    normal = np.array([np.sin(o) * np.sin(tilt), -np.cos(o) * np.sin(tilt), np.cos(tilt)])
    expected = np.degrees(np.arcsin(normal @ r / np.linalg.norm(r)))
    assert off_plane_deg(plane(raan, i), lat, lon, T0, alt_m=alt) == pytest.approx(expected, abs=1e-4)


@settings(max_examples=20)
@given(st.floats(50.0, 110.0), st.floats(-75.0, 75.0), st.floats(0.5, 8.0), st.floats(-40.0, 40.0))
def test_planes_at_random_pass_as_often_as_stated(i: float, lat: float, half: float, middle: float) -> None:
    geocentric = geocentric_lat_deg(lat)
    nodes = np.arange(0.0, 360.0, 1.0)
    off = np.array([off_plane_deg(plane(node, i), lat, 20.0, T0) for node in nodes])
    passed = float(np.mean((off >= middle - half) & (off <= middle + half)))
    assert passed == pytest.approx(
        share_of_planes(middle - half, middle + half, geocentric, i), abs=0.012
    )  # 4 steps of 360


def test_nine_in_a_hundred_near_polar_planes_pass_a_pad_by_six_degrees() -> None:
    assert share_of_planes(-6.0, 6.0, 39.66, 97.4) == pytest.approx(0.09, abs=0.005)
    assert share_of_planes(-90.0, 90.0, 39.66, 97.4) == pytest.approx(1.0)
    assert share_of_planes(-1.0, 1.0, 80.0, 30.0) == 0.0  # such an orbit never comes near


def test_doubt_grows_with_the_days_between() -> None:
    sigmas = [plane_sigma_deg(plane(0.0, epoch=T0 + timedelta(days=days)), T0) for days in (0, 10, 200)]
    assert sigmas[0] == pytest.approx(0.02, abs=1e-6)
    assert sigmas == sorted(sigmas)
    assert 0.3 < sigmas[2] < 1.0
    # the node of the real object, three sets apart in time, differs by far less than that
    assert plane_sigma_deg(read_tle(MALLIGYONG)[2], T0) > 0.03


def test_the_earth_carries_a_point_across_a_plane() -> None:
    one = plane(30.0)
    angles = [off_plane_deg(one, 10.0, 5.0, T0 + timedelta(seconds=s)) for s in range(0, 86_400, 60)]
    fastest = np.abs(np.diff(angles)).max() / 60.0
    assert drift_degps(geocentric_lat_deg(10.0), 97.4) == pytest.approx(fastest, rel=0.02)

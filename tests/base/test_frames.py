"""Frames against pyproj, and there and back in all four hemispheres."""

import math
import warnings
from datetime import UTC, datetime, timedelta

import erfa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from downrange.base import (
    InputError,
    east_of,
    ecef_from_geodetic,
    enu_axes,
    gcrf_from_ecef,
    geodetic_from_ecef,
    inertial_velocity,
    julian_pair,
    teme_from_ecef,
    v_ecef_from_enu,
    v_enu_from_ecef,
    wgs84,
)

HEMISPHERES = pytest.mark.parametrize(
    ("north", "east"), [(1, 1), (1, -1), (-1, 1), (-1, -1)], ids=["NE", "NW", "SE", "SW"]
)
TO_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978")  # latitude, longitude, height to Earth-fixed
MOMENT = datetime(2023, 8, 23, 18, 50, 7, tzinfo=UTC)


@HEMISPHERES
@given(lat=st.floats(0.0, 89.9), lon=st.floats(0.0, 179.9), alt_m=st.floats(-400.0, 2_000e3))
def test_positions_are_those_of_proj_and_turn_back(north, east, lat, lon, alt_m):
    lat_deg, lon_deg = north * lat, east * lon
    r_ecef_m = ecef_from_geodetic(lat_deg, lon_deg, alt_m)
    assert tuple(r_ecef_m) == pytest.approx(TO_ECEF.transform(lat_deg, lon_deg, alt_m), abs=1e-6)
    back = [float(part) for part in geodetic_from_ecef(r_ecef_m)]
    assert back == pytest.approx([lat_deg, lon_deg, alt_m], abs=1e-6)
    assert abs(back[0] - lat_deg) < 1e-10


@HEMISPHERES
@given(lat=st.floats(0.1, 89.0), lon=st.floats(0.1, 179.0), v=st.tuples(*[st.floats(-8e3, 8e3)] * 3))
def test_velocities_turn_back_and_keep_their_length(north, east, lat, lon, v):
    here = north * lat, east * lon
    v_ecef_mps = v_ecef_from_enu(v, *here)
    assert np.linalg.norm(v_ecef_mps) == pytest.approx(math.hypot(*v), abs=1e-8)
    assert v_enu_from_ecef(v_ecef_mps, *here) == pytest.approx(np.array(v), abs=1e-8)


@HEMISPHERES
def test_local_axes_are_those_of_proj(north, east):
    lat_deg, lon_deg = north * 37.0, east * 124.0
    topocentric = Transformer.from_pipeline(f"+proj=topocentric +ellps=WGS84 +lat_0={lat_deg} +lon_0={lon_deg} +h_0=0")
    there = ecef_from_geodetic(lat_deg + 1.0, lon_deg - 2.0, 30e3)
    seen = enu_axes(lat_deg, lon_deg) @ (there - ecef_from_geodetic(lat_deg, lon_deg))
    assert seen == pytest.approx(np.array(topocentric.transform(*there)), abs=1e-6)


@HEMISPHERES
def test_east_north_and_up_go_where_their_names_say(north, east):
    lat_deg, lon_deg = north * 37.0, east * 124.0
    r_ecef_m = ecef_from_geodetic(lat_deg, lon_deg, 0.0)
    for axis, change in enumerate([(0.0, 1e-5, 0.0), (1e-5, 0.0, 0.0), (0.0, 0.0, 1.0)]):
        moved = ecef_from_geodetic(lat_deg + change[0], lon_deg + change[1], change[2]) - r_ecef_m
        local = v_enu_from_ecef(moved, lat_deg, lon_deg)
        assert local[axis] > 0.99 * np.linalg.norm(local)


def test_many_positions_are_the_positions_one_by_one():
    rng = np.random.default_rng(4)
    lat_deg, lon_deg, alt_m = rng.uniform(-90, 90, (5, 7)), rng.uniform(-180, 180, (5, 7)), rng.uniform(0, 1e5, (5, 7))
    many = ecef_from_geodetic(lat_deg, lon_deg, alt_m)
    assert many.shape == (5, 7, 3)
    one = [ecef_from_geodetic(*row) for row in zip(lat_deg.flat, lon_deg.flat, alt_m.flat, strict=True)]
    assert np.array_equal(many.reshape(-1, 3), np.array(one))
    assert enu_axes(lat_deg, lon_deg).shape == (5, 7, 3, 3)


@given(st.floats(-720.0, 720.0), st.floats(-720.0, 720.0))
def test_east_of_is_the_short_way_and_lands_on_the_meridian(lon_from_deg, lon_to_deg):
    east_deg = east_of(lon_from_deg, lon_to_deg)
    assert -180.0 <= east_deg < 180.0
    assert math.remainder(lon_from_deg + east_deg - lon_to_deg, 360.0) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("lon_deg", [180.0, -180.0, 540.0])
def test_the_date_line_has_one_name(lon_deg):
    _, back, _ = geodetic_from_ecef(ecef_from_geodetic(-17.0, lon_deg))
    assert float(back) == pytest.approx(-180.0, abs=1e-9)


def test_a_body_at_rest_on_the_equator_moves_with_the_earth():
    v = inertial_velocity([wgs84.RE_M, 0.0, 0.0], [0.0, 0.0, 0.0])
    assert v == pytest.approx([0.0, wgs84.OMEGA_RADPS * wgs84.RE_M, 0.0], abs=1e-9)


@pytest.mark.parametrize("turn", [gcrf_from_ecef, teme_from_ecef])
def test_inertial_frames_are_rotations_by_the_earths_rate(turn):
    one, later = turn(MOMENT), turn(MOMENT + timedelta(seconds=100))
    assert one @ one.T == pytest.approx(np.eye(3), abs=1e-14)
    assert np.linalg.det(one) == pytest.approx(1.0, abs=1e-14)
    moved = later @ one.T
    angle_rad = math.atan2(moved[1, 0] - moved[0, 1], moved[0, 0] + moved[1, 1])
    assert angle_rad == pytest.approx(wgs84.OMEGA_RADPS * 100.0, rel=1e-5)


def test_the_two_inertial_frames_differ_by_what_precession_has_done_since_2000():
    between = gcrf_from_ecef(MOMENT) @ teme_from_ecef(MOMENT).T
    angle_deg = math.degrees(math.acos((np.trace(between) - 1.0) / 2.0))
    assert angle_deg == pytest.approx(23.64 * 50.29 / 3600.0, abs=0.01)  # general precession, 50.29 arcsec a year


@pytest.mark.parametrize("year", [1957, 2030, 2060])
def test_years_that_erfa_calls_dubious_turn_without_a_warning(year):
    moment = datetime(year, 5, 1, 3, 0, tzinfo=UTC)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        turn = gcrf_from_ecef(moment)
    assert turn @ turn.T == pytest.approx(np.eye(3), abs=1e-14)
    between = turn @ teme_from_ecef(moment).T
    angle_deg = math.degrees(math.acos((np.trace(between) - 1.0) / 2.0))
    assert angle_deg == pytest.approx(abs(year + 1.0 / 3.0 - 2000.0) * 50.29 / 3600.0, abs=0.01)


def test_the_quiet_way_to_tai_is_erfas_own():
    utc1, utc2 = julian_pair(MOMENT)
    tt1, tt2 = erfa.taitt(*erfa.utctai(utc1, utc2))
    assert np.array_equal(gcrf_from_ecef(MOMENT), erfa.c2t06a(tt1, tt2, utc1, utc2, 0.0, 0.0).T)


@pytest.mark.parametrize("turn", [gcrf_from_ecef, teme_from_ecef])
def test_a_naive_time_is_refused(turn):
    with pytest.raises(InputError, match="has no time zone"):
        turn(MOMENT.replace(tzinfo=None))


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["north", "south"])
def test_the_poles_are_no_exception(side):
    lat_deg, _, alt_m = geodetic_from_ecef([0.0, 0.0, side * (wgs84.RP_M + 1_000.0)])
    assert float(lat_deg) == pytest.approx(side * 90.0, abs=1e-9)
    assert float(alt_m) == pytest.approx(1_000.0, abs=1e-6)

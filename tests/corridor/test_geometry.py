from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, east_of
from downrange.corridor import Target, one_plane, ranges
from downrange.earth import destination
from downrange.notice import read


def pad_at(lat_deg, lon_deg, sigma_m=0.0):
    return SimpleNamespace(name="pad", lat_deg=lat_deg, lon_deg=lon_deg, sigma_m=sigma_m)


def circle(label, pad, azimuth_deg, range_m, radius_m):
    lat, lon = destination(pad.lat_deg, pad.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


@settings(max_examples=60, deadline=None)
@given(
    lat=st.floats(-80, 80),
    lon=st.floats(-180, 179.99),
    azimuth=st.floats(0, 359.99),
    near=st.floats(100e3, 1_000e3),
    far=st.floats(1_200e3, 8_000e3),
    spread=st.floats(-0.9, 0.9),
)
def test_areas_strung_along_a_course_are_accepted_everywhere(lat, lon, azimuth, near, far, spread):
    pad = pad_at(lat, lon)
    off_deg = np.degrees(spread * 20e3 / 6_371e3 / np.sin(near / 6_371e3))
    areas = [circle("far", pad, azimuth, far, 30e3), circle("near", pad, azimuth + off_deg, near, 20e3)]
    fit = one_plane(pad, areas)
    assert fit.accepted
    assert fit.labels == ("near", "far")
    assert np.max(np.abs(fit.residual_m) / fit.tolerance_m) <= 1.0
    assert abs(east_of(azimuth, fit.azimuth_deg)) < 13.0
    assert east_of(fit.low_deg, fit.azimuth_deg) >= -1e-6
    assert east_of(fit.azimuth_deg, fit.high_deg) >= -1e-6


@settings(max_examples=60, deadline=None)
@given(lat=st.floats(-80, 80), lon=st.floats(-180, 179.99), azimuth=st.floats(0, 359.99), turn=st.floats(15, 80))
def test_areas_on_two_courses_are_refused_with_both_residuals(lat, lon, azimuth, turn):
    pad = pad_at(lat, lon, sigma_m=3e3)
    areas = [circle("near", pad, azimuth, 500e3, 20e3), circle("far", pad, azimuth + turn, 2_000e3, 40e3)]
    fit = one_plane(pad, areas)
    assert not fit.accepted
    assert fit.low_deg == fit.high_deg == fit.azimuth_deg
    near_m, far_m = fit.residual_m
    assert near_m < 0.0 < far_m  # the best course runs between the two
    assert abs(near_m) / fit.tolerance_m[0] == pytest.approx(abs(far_m) / fit.tolerance_m[1], rel=1e-2)


@pytest.mark.parametrize("turn", [90.0, 120.0, 180.0, 270.0])
def test_opposite_directions_are_refused(turn):
    pad = pad_at(40.0, 125.0)
    fit = one_plane(pad, [circle("south", pad, 180.0, 500e3, 20e3), circle("other", pad, 180.0 + turn, 900e3, 20e3)])
    assert not fit.accepted


def test_an_area_around_the_pad_fits_every_course():
    pad = pad_at(40.0, 125.0)
    home = Target(label="pad", lat_deg=(40.02,), lon_deg=(125.0,), radius_m=20e3)
    ring = Target(label="ring", lat_deg=(40.2, 40.2, 39.8, 39.8), lon_deg=(124.8, 125.2, 125.2, 124.8))
    far = circle("far", pad, 100.0, 2_000e3, 40e3)
    fit = one_plane(pad, [home, ring, far])
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(100.0, abs=0.01)


@pytest.mark.parametrize("lat", [-40.0, 40.0])
@pytest.mark.parametrize("lon", [-179.9, 125.0])
def test_ranges_of_a_circle_know_its_near_and_far_side(lat, lon):
    pad = pad_at(lat, lon)
    view = ranges(pad, [circle("a", pad, 93.0, 1_000e3, 50e3)])[0]
    assert view.near_m == pytest.approx(950e3, rel=1e-3)
    assert view.far_m == pytest.approx(1_050e3, rel=1e-3)
    assert view.azimuth_deg == pytest.approx(93.0, abs=1e-6)
    half_deg = np.degrees(50e3 / 6_371e3 / np.sin(1_000e3 / 6_371e3))
    assert east_of(view.left_deg, view.right_deg) == pytest.approx(2 * half_deg, rel=0.02)
    assert view.axis_deg is None
    assert view.length_m == view.width_m == 100e3


def test_the_nearest_point_may_lie_on_an_edge():
    pad = pad_at(0.0, 0.0)
    wall = Target(label="wall", lat_deg=(-5.0, 5.0, 5.0, -5.0), lon_deg=(10.0, 10.0, 11.0, 11.0))
    assert ranges(pad, [wall])[0].near_m == pytest.approx(10 * 111_319.5, rel=1e-3)


def test_an_area_across_180_degrees_has_its_centre_there():
    pad = pad_at(0.0, 170.0)
    area = Target(label="x", lat_deg=(-1.0, 1.0, 1.0, -1.0), lon_deg=(179.0, 179.0, -179.0, -179.0))
    view = ranges(pad, [area])[0]
    assert view.lon_deg == pytest.approx(-180.0)
    assert view.centre_m == pytest.approx(10 * 111_319.5, rel=1e-6)


def test_what_has_no_outline_is_refused():
    pad = pad_at(40.0, 125.0)
    with pytest.raises(InputError, match="no areas"):
        one_plane(pad, [])
    bare = SimpleNamespace(label="C", shape="point", lat_deg=(12.0,), lon_deg=(129.0,), radius_m=None)
    with pytest.raises(InputError, match="C: a point of 1 positions without a size"):
        one_plane(pad, [bare])
    with pytest.raises(InputError, match="2 corners"):
        Target(label="x", lat_deg=(1.0, 2.0), lon_deg=(1.0, 2.0))
    with pytest.raises(InputError, match="without a radius"):
        Target(label="x", lat_deg=(1.0,), lon_deg=(1.0,))
    with pytest.raises(InputError, match="one longitude for each"):
        Target(label="x", lat_deg=(1.0, 2.0, 3.0), lon_deg=(1.0,))


def test_the_areas_of_a_notice_go_in_as_they_were_read():
    text = (
        "X0001/23 NOTAMN\nQ) RPHI/QRALW/IV/NBO/W/000/999/1311N12917E114\nA) RPHI B) 2311220000 C) 2311302359\n"
        "E) WI 145410N 1284006E - 150142N 1292403E - 112649N 1295408E - 111918N 1291050E - 145410N 1284006E."
    )
    areas = [area for notice in read(text) for area in notice.areas]
    fit = one_plane(pad_at(39.66, 124.705), areas)
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(170.01, abs=0.01)

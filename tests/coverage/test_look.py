"""The geometry of one look."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError, ecef_from_geodetic, wgs84
from downrange.coverage.look import look_between, look_down


def test_straight_down():
    look = look_down(500e3, 0.0)
    assert (look.range_m, look.elevation_deg) == pytest.approx((500e3, 90.0))
    assert (look.across, look.along, look.growth) == pytest.approx((1.0, 1.0, 1.0))


@given(alt_m=st.floats(200e3, 2000e3), off_nadir_deg=st.floats(0.01, 45.0))
def test_the_triangle_of_centre_satellite_and_point_closes(alt_m, off_nadir_deg):
    look = look_down(alt_m, off_nadir_deg)
    a_m, radius_m, range_m = wgs84.MEAN_RADIUS_M + alt_m, wgs84.MEAN_RADIUS_M, look.range_m
    cosine = math.cos(math.radians(off_nadir_deg))
    assert a_m**2 + range_m**2 - 2.0 * a_m * range_m * cosine == pytest.approx(radius_m**2, rel=1e-9)
    across = a_m * math.sin(math.radians(off_nadir_deg))
    assert radius_m * math.cos(math.radians(look.elevation_deg)) == pytest.approx(across, rel=1e-9)
    assert look.along >= look.growth >= look.across >= 1.0 - 1e-9


def test_past_the_horizon_is_refused_with_the_horizon():
    with pytest.raises(InputError, match=r"Stay below 68\.0"):
        look_down(500e3, 70.0)
    with pytest.raises(InputError, match="does not meet"):
        look_down(500e3, -1.0)
    with pytest.raises(InputError, match="height in metres"):
        look_down(0.0, 10.0)


def test_straight_down_over_the_ellipsoid():
    look = look_between(ecef_from_geodetic(38.0, 127.0, 505e3), ecef_from_geodetic(38.0, 127.0, 5e3))
    assert look.range_m == pytest.approx(500e3, abs=0.01)
    assert look.alt_m == pytest.approx(500e3, abs=0.01)
    assert look.off_nadir_deg == pytest.approx(0.0, abs=1e-5)
    assert look.elevation_deg == pytest.approx(90.0, abs=1e-5)


def test_a_point_behind_the_horizon_is_refused():
    with pytest.raises(InputError, match="below the point's horizon"):
        look_between(ecef_from_geodetic(38.0, 127.0, 500e3), ecef_from_geodetic(38.0, -53.0, 0.0))

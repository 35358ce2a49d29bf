"""Kernels: the scalar versions agree with the array versions, in all four hemispheres and at the poles."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import _kernel, ecef_from_geodetic, geodetic_from_ecef, wgs84

LATITUDES = st.floats(-89.9, 89.9)
LONGITUDES = st.floats(-180.0, 179.999)
HEIGHTS = st.floats(-10e3, 2_000e3)


@given(LATITUDES, LONGITUDES, HEIGHTS)
def test_scalar_and_array_positions_agree(lat_deg, lon_deg, alt_m):
    r_ecef_m = ecef_from_geodetic(lat_deg, lon_deg, alt_m)
    assert _kernel.ecef(math.radians(lat_deg), math.radians(lon_deg), alt_m) == pytest.approx(tuple(r_ecef_m), abs=1e-6)
    lat_rad, lon_rad, back_m = _kernel.geodetic(*r_ecef_m)
    assert back_m == pytest.approx(alt_m, abs=1e-6)
    assert math.degrees(lat_rad) == pytest.approx(lat_deg, abs=1e-10)
    assert math.remainder(math.degrees(lon_rad) - lon_deg, 360.0) == pytest.approx(0.0, abs=1e-9)


@given(LATITUDES, LONGITUDES, st.floats(-10e3, 10_000e3))
def test_height_alone_is_good_to_a_millimetre(lat_deg, lon_deg, alt_m):
    assert _kernel.height(*ecef_from_geodetic(lat_deg, lon_deg, alt_m)) == pytest.approx(alt_m, abs=1e-3)


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["north", "south"])
def test_the_poles_are_no_exception(side):
    z = side * (wgs84.RP_M + 1_000.0)
    assert _kernel.height(0.0, 0.0, z) == pytest.approx(1_000.0, abs=1e-6)
    assert _kernel.geodetic(0.0, 0.0, z) == pytest.approx((side * math.pi / 2.0, 0.0, 1_000.0), abs=1e-6)
    _, _, alt = geodetic_from_ecef([0.0, 0.0, z])
    assert float(alt) == pytest.approx(1_000.0, abs=1e-6)


def test_a_draw_of_the_kernel_is_the_draw_of_the_door():
    from downrange.base import normals, uniforms

    assert uniforms(9, 3, 2)[2, 1] == _kernel.uniform(9, 2, 1)
    assert normals(9, 3, 2)[2, 1] == _kernel.standard_normal(9, 2, 1)

from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import east_of
from downrange.corridor import Target, ranges
from downrange.earth import destination


def pad_at(lat_deg, lon_deg, sigma_m=0.0):
    return SimpleNamespace(name="pad", lat_deg=lat_deg, lon_deg=lon_deg, sigma_m=sigma_m)


def circle(label, pad, azimuth_deg, range_m, radius_m):
    lat, lon = destination(pad.lat_deg, pad.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


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


def test_a_band_is_as_long_as_its_line_and_as_wide_as_it_says():
    pad = pad_at(0.0, 0.0)
    band = SimpleNamespace(label="b", shape="band", lat_deg=(0.0, 0.0), lon_deg=(5.0, 8.0), radius_m=20e3)
    view = ranges(pad, [band])[0]
    assert view.near_m == pytest.approx(5 * 111_319.5 - 20e3, rel=1e-3)
    assert view.far_m == pytest.approx(8 * 111_319.5 + 20e3, rel=1e-3)
    assert view.axis_deg == pytest.approx(90.0, abs=0.1)
    assert view.length_m == pytest.approx(3 * 111_319.5 + 40e3, rel=5e-3)
    assert view.width_m == pytest.approx(40e3, rel=5e-3)

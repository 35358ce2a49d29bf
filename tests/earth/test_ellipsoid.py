from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import ModelError
from downrange.earth import along_cross, area_m2, buffered, destination, range_azimuth, ring_area_m2

MILLIMETRE = 1e-3
lats = st.floats(-80.0, 80.0)
lons = st.floats(-180.0, 179.999)
azimuths = st.floats(0.0, 359.999)


@given(lats, lons, azimuths, st.floats(1.0, 15e6))
def test_there_and_back(lat_deg: float, lon_deg: float, azimuth_deg: float, range_m: float) -> None:
    lat2_deg, lon2_deg = destination(lat_deg, lon_deg, azimuth_deg, range_m)
    assert -180.0 <= lon2_deg < 180.0
    again_m, again_deg = range_azimuth(lat_deg, lon_deg, lat2_deg, lon2_deg)
    assert again_m == pytest.approx(range_m, abs=MILLIMETRE)
    off_deg = (float(again_deg) - azimuth_deg + 180.0) % 360.0 - 180.0
    assert abs(off_deg) * range_m < 1.0  # a millimetre's worth at any range


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg"), [(39.66, 124.705), (39.66, -124.705), (-39.66, 124.705), (-39.66, -70.0)]
)
@pytest.mark.parametrize("azimuth_deg", [0.0, 90.0, 170.06, 193.0, 300.0])
def test_along_and_cross_undo_a_walk_along_then_right(lat_deg: float, lon_deg: float, azimuth_deg: float) -> None:
    along_m = np.array([-5e6, -1e5, 0.0, 3e5, 2.9e6, 6e6])
    cross_m = np.array([-2e6, 40e3, -1e3, 5e5, -40e3, 1e6])
    foot_lat, foot_lon = destination(lat_deg, lon_deg, azimuth_deg, along_m)
    _, back_deg = range_azimuth(foot_lat, foot_lon, lat_deg, lon_deg)
    heading_deg = np.where(along_m > 0.0, back_deg + 180.0, np.where(along_m < 0.0, back_deg, azimuth_deg))
    there = destination(foot_lat, foot_lon, heading_deg + 90.0, cross_m)
    found_along_m, found_cross_m = along_cross(*there, lat_deg, lon_deg, azimuth_deg)
    assert found_along_m == pytest.approx(along_m, abs=MILLIMETRE)
    assert found_cross_m == pytest.approx(cross_m, abs=MILLIMETRE)


def test_scalars_in_scalars_out_and_arrays_broadcast() -> None:
    range_m, azimuth_deg = range_azimuth(0.0, 0.0, [0.0, 1.0], 1.0)
    assert range_m.shape == azimuth_deg.shape == (2,)
    assert np.ndim(range_azimuth(0.0, 0.0, 0.0, 1.0)[0]) == 0


def test_due_west_is_270_and_due_north_is_zero() -> None:
    _, azimuth_deg = range_azimuth([0.0, 0.0], [0.0, 0.0], [0.0, 1.0], [-1.0, 0.0])
    assert azimuth_deg == pytest.approx([270.0, 0.0])
    assert np.all(azimuth_deg < 360.0)


def test_right_of_an_eastward_track_is_south() -> None:
    _, cross_m = along_cross([-1.0, 1.0], [5.0, 5.0], 0.0, 0.0, 90.0)
    assert cross_m[0] == pytest.approx(-cross_m[1])
    assert cross_m[0] > 110e3


def test_area_of_the_whole_world_by_octants() -> None:
    """SOURCE: NIMA TR8350.2 table 3.3 and appendix: surface of WGS84 510,065,621.724 km2."""
    octant_m2 = ring_area_m2([0.0, 0.0, 90.0], [0.0, 90.0, 45.0])
    assert 8.0 * octant_m2 / 1e6 == pytest.approx(510_065_621.724, abs=0.01)


def test_area_ignores_orientation_and_takes_holes_out() -> None:
    outer, hole = shapely.box(126.0, 36.0, 128.0, 38.0), shapely.box(126.5, 36.5, 127.0, 37.0)
    assert area_m2(shapely.reverse(outer)) == pytest.approx(area_m2(outer))
    holed = shapely.Polygon(outer.exterior, [hole.exterior])
    assert area_m2(holed) == pytest.approx(area_m2(outer) - area_m2(hole))
    assert area_m2(shapely.MultiPolygon([holed, hole])) == pytest.approx(area_m2(outer))


@pytest.mark.parametrize(("lat_deg", "lon_deg"), [(37.96, 124.67), (0.0, 0.0), (-33.0, -70.0)])
def test_a_buffered_point_is_a_circle_of_that_radius(lat_deg: float, lon_deg: float) -> None:
    ring = shapely.get_coordinates(buffered(shapely.Point(lon_deg, lat_deg), 50e3))
    range_m, _ = range_azimuth(lat_deg, lon_deg, ring[:, 1], ring[:, 0])
    assert range_m == pytest.approx(np.full(len(ring), 50e3), abs=1.0)


@pytest.mark.parametrize(("half_m", "short"), [(1e3, 0.0), (1000e3, 0.004), (2000e3, 0.016)])
def test_far_from_its_middle_a_buffer_is_as_much_too_narrow_as_it_says(half_m: float, short: float) -> None:
    """A meridian through the equator: how far east of it the edge of its buffer lies beside its northern end."""
    lat_deg, _ = destination(0.0, 120.0, 0.0, half_m)
    edge = buffered(shapely.LineString([(120.0, -lat_deg), (120.0, lat_deg)]), 50e3).boundary
    beside = shapely.intersection(edge, shapely.LineString([(120.0, lat_deg - 1e-4), (122.0, lat_deg - 1e-4)]))
    width_m, _ = range_azimuth(lat_deg - 1e-4, 120.0, lat_deg - 1e-4, beside.x)
    assert width_m == pytest.approx(50e3 * (1.0 - short), rel=1e-3)


@pytest.mark.parametrize("lon_deg", [179.9, -179.8, -180.0])
def test_a_buffer_across_180_degrees_comes_in_two_pieces_and_loses_nothing(lon_deg: float) -> None:
    plain, cut = (buffered(shapely.Point(lon, 10.0), 50e3) for lon in (120.0, lon_deg))
    west, _, east, _ = cut.bounds
    assert (west, east) == (-180.0, 180.0)
    assert len(shapely.get_parts(cut)) == 2
    assert area_m2(cut) == pytest.approx(area_m2(plain), rel=1e-4)
    on_both_sides = shapely.points([[179.99, 10.0], [-179.99, 10.0], [120.0, 10.0]])
    assert list(shapely.contains(cut, on_both_sides)) == [True, True, False]


def test_buffering_by_nothing_changes_nothing_and_inwards_shrinks() -> None:
    box = shapely.box(126.0, 36.0, 128.0, 38.0)
    assert buffered(box, 0.0) is box
    assert buffered(box, -10e3).within(box)
    assert buffered(shapely.Point(124.67, 37.96), -1.0).is_empty


def test_an_area_across_180_degrees_is_refused_with_the_cure() -> None:
    with pytest.raises(ModelError, match="180 degrees"):
        buffered(shapely.MultiPolygon([shapely.box(-180, 0, -179, 1), shapely.box(179, 0, 180, 1)]), 1e3)

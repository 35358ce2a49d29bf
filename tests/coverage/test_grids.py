"""Grids: the page's two workloads, areas that sum to what they divide, points inside what they stand for."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.coverage._areas import EARTH_M2, areas_m2
from downrange.coverage.grids import every, fibonacci, inside, lat_lon
from downrange.coverage.regions import Region, load_region, region_of
from downrange.earth import area_m2, range_azimuth

WGS84_AREA_M2 = 510_065_621_724_088.0  # GeographicLib: the ellipsoid's whole area, to the m2


def region(shape_lonlat: shapely.Geometry) -> Region:
    return region_of(json.dumps(shapely.geometry.mapping(shape_lonlat)), where="mine.geojson")


def test_the_ellipsoid_is_as_large_as_others_say() -> None:
    assert pytest.approx(WGS84_AREA_M2, rel=1e-14) == EARTH_M2


def test_fibonacci_is_the_spiral_of_the_workload() -> None:
    points = fibonacci(10_000)
    i = np.arange(10_000)
    assert points.lat_deg == pytest.approx(np.degrees(np.arcsin(1.0 - 2.0 * (i + 0.5) / 10_000)), abs=1e-12)
    apart = (points.lon_deg - (i + 0.5) * 180.0 * (3.0 - np.sqrt(5.0))) % 360.0
    assert np.minimum(apart, 360.0 - apart).max() < 1e-8
    assert points.area_m2.sum() == pytest.approx(WGS84_AREA_M2, rel=1e-12)
    assert np.ptp(points.area_m2) / points.area_m2.mean() < 0.014  # the ellipsoid's, not the sphere's


@pytest.mark.parametrize("count", [1, 2, 7])
def test_few_points_still_stand_for_the_earth(count: int) -> None:
    assert fibonacci(count).area_m2.sum() == pytest.approx(WGS84_AREA_M2, rel=1e-12)


def test_points_of_the_spiral_lie_apart() -> None:
    points = fibonacci(500)
    lat, lon = np.meshgrid(points.lat_deg, points.lon_deg, indexing="ij")
    apart_m, _ = range_azimuth(points.lat_deg[:, None], points.lon_deg[:, None], lat.T, lon)
    np.fill_diagonal(apart_m, np.inf)
    assert apart_m.min() > 0.75 * np.sqrt(WGS84_AREA_M2 / 500)


def test_a_product_grid_is_latitude_major_as_the_workload() -> None:
    points = lat_lon(np.linspace(33, 43, 40), np.linspace(124, 131, 25))
    assert len(points) == 1000
    assert points.lat_deg[:25] == pytest.approx(33.0)
    assert points.lon_deg[:25] == pytest.approx(np.linspace(124, 131, 25))
    half_lat, half_lon = 5.0 / 39.0, 3.5 / 24.0
    whole = areas_m2(shapely.box(124 - half_lon, 33 - half_lat, 131 + half_lon, 43 + half_lat))[0]
    assert points.area_m2.sum() == pytest.approx(whole, rel=1e-12)
    assert points.area_m2[0] > points.area_m2[-1]


def test_a_cell_has_the_area_of_its_box() -> None:
    points = lat_lon([36.5, 37.5, 38.5], [124.5, 125.5])
    assert points.area_m2[2] == pytest.approx(
        area_m2(shapely.segmentize(shapely.box(124, 37, 125, 38), 0.01)), rel=1e-7
    )


def test_cells_stop_at_the_poles_and_meet_round_the_earth() -> None:
    points = lat_lon(np.linspace(-90, 90, 19), np.linspace(-180, 170, 36))
    assert points.area_m2.sum() == pytest.approx(WGS84_AREA_M2, rel=1e-12)
    assert every(5.0).area_m2.sum() == pytest.approx(WGS84_AREA_M2, rel=1e-12)
    across = lat_lon([-1.0, 1.0], [170.0, 180.0, 190.0])
    assert across.lon_deg[:3].tolist() == [170.0, -180.0, -170.0]


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "key"),
    [([1], [1, 2], "lat_deg"), ([2, 1], [1, 2], "lat_deg"), ([1, 2], [1, np.nan], "lon_deg"), ([80, 95], [1, 2], "lat_deg"), ([1, 2], [0, 360], "lon_deg")],
)  # fmt: skip
def test_rows_that_are_no_grid_are_refused(lat_deg: list[float], lon_deg: list[float], key: str) -> None:
    with pytest.raises(InputError) as caught:
        lat_lon(lat_deg, lon_deg)
    assert caught.value.key == key


def test_points_of_the_peninsula() -> None:
    korea = load_region("korea")
    points = inside(korea, spacing_m=25_000.0)
    assert korea.contains(points.lat_deg, points.lon_deg).all()
    assert points.area_m2.sum() == pytest.approx(korea.area_m2, rel=1e-12)
    whole = points.area_m2 > 0.99 * points.area_m2.max()
    assert np.sqrt(points.area_m2[whole]) == pytest.approx(25_000.0, rel=0.01)
    assert points.area_m2.min() > 0.0


@pytest.mark.parametrize("count", [1, 10, 200, 1000])
def test_a_wanted_count_is_met_nearly(count: int) -> None:
    points = inside(load_region("korea"), count=count)
    assert abs(len(points) - count) <= max(2, 0.01 * count)
    assert points.area_m2.sum() == pytest.approx(load_region("korea").area_m2, rel=1e-12)


def test_an_island_far_from_others_has_a_point_and_no_hole_has_one() -> None:
    land = shapely.box(10, 50, 14, 53).difference(shapely.box(11, 51, 13, 52))
    islands = [shapely.box(15 + 1.3 * i, 50, 15.02 + 1.3 * i, 50.01) for i in range(5)]
    many = region(shapely.MultiPolygon([land, *islands]))
    points = inside(many, spacing_m=60_000.0)
    assert many.contains(points.lat_deg, points.lon_deg).all()
    for island in islands:
        held = shapely.intersects_xy(island.buffer(1e-9), points.lon_deg, points.lat_deg)
        assert points.area_m2[held].sum() >= areas_m2(island)[0] * (1.0 - 1e-9)
    assert points.area_m2.sum() == pytest.approx(many.area_m2, rel=1e-12)


def test_over_180_degrees_and_over_a_pole() -> None:
    across = region(shapely.box(170, -20, 190, -10))
    points = inside(across, spacing_m=100_000.0)
    assert points.area_m2.sum() == pytest.approx(across.area_m2, rel=1e-12)
    assert len(points) == pytest.approx(across.area_m2 / 1e10, rel=0.15)
    assert (np.abs(points.lon_deg) >= 170.0).all()
    cap = region(shapely.box(-180, 75, 180, 90))
    polar = inside(cap, spacing_m=200_000.0)
    assert polar.area_m2.sum() == pytest.approx(cap.area_m2, rel=1e-12)
    assert polar.lat_deg.min() > 75.0
    assert polar.lat_deg.max() > 88.0


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), lat=st.floats(-75, 75), lon=st.floats(-180, 180), spacing_km=st.floats(20, 400))
def test_areas_sum_and_points_lie_inside_any_region(seed: int, lat: float, lon: float, spacing_km: float) -> None:
    rng = np.random.default_rng(seed)
    turn = 2.0 * np.pi * (np.arange(9) + rng.uniform(0.1, 0.9, 9)) / 9.0
    reach = rng.uniform(0.5, 5.0, 9)
    star = shapely.Polygon(np.column_stack([lon + reach * np.cos(turn), lat + reach * np.sin(turn)]))
    if star.is_valid and star.area > 0.5:
        some = region(star)
        points = inside(some, spacing_m=1e3 * spacing_km)
        assert some.contains(points.lat_deg, points.lon_deg).all()
        assert points.area_m2.sum() == pytest.approx(some.area_m2, rel=1e-9)
        fine = area_m2(shapely.segmentize(some.geometry_lonlat, 0.01))
        assert some.area_m2 == pytest.approx(fine, rel=1e-5)


def test_what_cannot_be_laid_out_is_refused() -> None:
    korea = load_region("korea")
    for asked in (
        {},
        {"spacing_m": 1e4, "count": 10},
        {"spacing_m": 0.0},
        {"spacing_m": np.nan},
        {"spacing_m": 10.0},
        {"count": 0},
    ):
        with pytest.raises(InputError):
            inside(korea, **asked)
    for step in (0.0, np.nan, 0.01, 100.0):
        with pytest.raises(InputError):
            every(step)
    for count in (0, -3, 10**9):
        with pytest.raises(InputError):
            fibonacci(count)

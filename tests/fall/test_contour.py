"""Regions: they hold what they say, wherever they lie, and their shapes are sound."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from downrange.base import Array, ModelError
from downrange.earth import area_m2, destination, east_north
from downrange.fall import (
    Body,
    Ensemble,
    Exposed,
    Grid,
    Mode,
    Region,
    Tally,
    Target,
    containment,
    grid_of,
    hazard_regions,
    region_above,
    regions_of,
    tally_of,
    window_of,
)
from downrange.fall.risk import hit_areas

PLACES = [(33.5, 123.5), (-33.5, -71.0), (33.5, 179.95), (-20.0, -179.99), (0.0, 0.0), (70.0, 10.0)]
POLES = [(89.9, 12.0), (-89.99, -50.0), (90.0, 0.0)]
MAJOR_M, MINOR_M = 60e3, 20e3


def crowd(lat: float, lon: float, count: int, seed: int = 7, size: float = 1.0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    along, across = rng.normal(0.0, MAJOR_M * size, count), rng.normal(0.0, MINOR_M * size, count)
    azimuth = 35.0 + np.degrees(np.arctan2(across, along))
    lats, lons = destination(np.full(count, lat), np.full(count, lon), azimuth, np.hypot(along, across))
    return np.asarray(lats), np.asarray(lons)


def counted(lat: Array, lon: Array, grid: Grid, *, harmful: bool = True) -> Tally:
    n = len(lat)
    return tally_of(
        grid,
        ("nominal", "break-up"),
        ("stage 1", "pieces"),
        [n, n],
        mode=np.zeros(n, int),
        body=np.zeros(n, int),
        lat_deg=lat,
        lon_deg=lon,
        t_s=np.full(n, 500.0),
        speed_mps=np.full(n, 100.0),
        harmful=np.full(n, harmful),
    )


def ensemble(grid: Grid, p_failure: float = 0.0, pieces: float = 1.0) -> Ensemble:
    return Ensemble(
        modes=(Mode(name="nominal", p=1.0 - p_failure, planned=True), Mode(name="break-up", p=p_failure)),
        bodies=(Body(name="stage 1", pieces=pieces, area_m2=20.0), Body(name="pieces", pieces=1.0, area_m2=1.0)),
        grid=grid,
        flights=0,
        seed=0,
        source="test",
    )


def share_inside(region: Region, lat: Array, lon: Array) -> float:
    """Return the share of places inside a region, on its edge too."""
    return float(shapely.intersects_xy(region.region_lonlat, (lon + 180.0) % 360.0 - 180.0, lat).mean())


def check_shape(region: Region) -> None:
    shape = region.region_lonlat
    assert shape.geom_type == "MultiPolygon"
    assert shape.is_valid
    west, south, east, north = shape.bounds
    assert -180.0 <= west <= east <= 180.0
    assert -90.0 <= south <= north <= 90.0
    for polygon in shape.geoms:
        assert polygon.exterior.is_ccw
        assert polygon.exterior.is_closed
        assert not any(hole.is_ccw for hole in polygon.interiors)
    assert region.area_m2 == pytest.approx(area_m2(shape))


@pytest.mark.parametrize(("lat", "lon"), PLACES + POLES)
@pytest.mark.parametrize("count", [50, 2_000])
def test_97_percent_of_the_impacts_lie_inside(lat: float, lon: float, count: int) -> None:
    grid = grid_of(5_000.0, lat if abs(lat) < 85.0 else 0.0)
    points = crowd(lat, lon, count)
    region = containment(counted(*points, grid), ensemble(grid), "stage 1")
    check_shape(region)
    assert region.reached >= 0.97
    assert share_inside(region, *points) >= 0.97
    if abs(lat) < 85.0 or count > 1_000:  # thin counts are not spread round a pole
        assert share_inside(region, *crowd(lat, lon, 20_000, seed=8)) >= 0.95  # impacts that it was not drawn from


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_the_region_is_nearly_the_smallest(lat: float, lon: float) -> None:
    # The smallest region of a normal distribution is an ellipse of -2 ln(0.03) = 7.0 times the product of its half axes.
    grid = grid_of(2_000.0, lat)
    region = containment(counted(*crowd(lat, lon, 20_000), grid), ensemble(grid), "stage 1")
    ellipse = math.pi * MAJOR_M * MINOR_M * -2.0 * math.log(0.03)
    assert ellipse < region.area_m2 < 1.15 * ellipse  # three quarters of a cell around, and the noise of the counts


def test_other_shares_give_other_regions() -> None:
    grid = grid_of(5_000.0, 33.5)
    tally = counted(*crowd(33.5, 123.5, 5_000), grid)
    half, most = (containment(tally, ensemble(grid), "stage 1", share=share) for share in (0.5, 0.97))
    assert half.area_m2 < 0.3 * most.area_m2
    assert most.region_lonlat.buffer(1e-6).contains(half.region_lonlat)
    everything = containment(tally, ensemble(grid), "stage 1", share=1.0)
    assert share_inside(everything, *crowd(33.5, 123.5, 5_000)) == 1.0


def test_two_heaps_are_two_regions() -> None:
    grid = grid_of(5_000.0, 30.0)
    here, there = crowd(30.0, 120.0, 2_000), crowd(36.0, 124.0, 2_000)
    both = counted(*(np.concatenate(pair) for pair in zip(here, there, strict=True)), grid)
    region = containment(both, ensemble(grid), "stage 1")
    assert len(region.region_lonlat.geoms) == 2
    assert not region.region_lonlat.intersects(shapely.Point(122.0, 33.0))


def test_a_footprint_smaller_than_a_cell_is_told() -> None:
    grid = grid_of(5_000.0, 33.5)
    points = crowd(33.5, 123.5, 500, size=0.001)
    region = containment(counted(*points, grid), ensemble(grid), "stage 1")
    assert share_inside(region, *points) >= 0.97
    assert "take smaller" in region.note


def test_only_planned_impacts_are_contained() -> None:
    grid = grid_of(5_000.0, 33.5)
    tally = counted(*crowd(33.5, 123.5, 100), grid)
    with pytest.raises(ModelError, match="planned"):
        containment(tally, ensemble(grid), "pieces")


@pytest.mark.parametrize("lon", [123.5, 179.9])
def test_hazard_regions_are_those_of_the_distribution_that_was_drawn_from(lon: float) -> None:
    grid = grid_of(5_000.0, 33.5)
    tally, weighed = counted(*crowd(33.5, lon, 20_000), grid), ensemble(grid, pieces=300.0)
    nearby = window_of(grid, np.unique(tally.keys % grid.cells), margin=5)
    lat, lon_all = (part.ravel() for part in np.meshgrid(nearby.lat_deg, nearby.lon_deg, indexing="ij"))
    east, north = east_north(33.5, lon, lat, lon_all)
    turn = math.radians(35.0)
    along, across = (
        east * math.sin(turn) + north * math.cos(turn),
        east * math.cos(turn) - north * math.sin(turn),
    )
    pdf_pm2 = np.exp(-0.5 * (along / MAJOR_M) ** 2 - 0.5 * (across / MINOR_M) ** 2) / (
        2.0 * math.pi * MAJOR_M * MINOR_M
    )
    for region in hazard_regions(tally, weighed):
        check_shape(region)
        area = hit_areas(tally, weighed, Target(region.kind))[0, 0]
        p = -np.expm1(-area * pdf_pm2)
        assert region.reached == pytest.approx(p.max(), rel=0.1)
        over, under = p > 1.5 * region.p, p < 0.25 * region.p  # counts of 18 % noise, and a cell around
        assert bool(over.any()) is (region.kind != "person")
        assert not over.any() or share_inside(region, lat[over], lon_all[over]) == 1.0
        assert share_inside(region, lat[under], lon_all[under]) < 0.01


def test_the_less_likely_the_smaller() -> None:
    grid = grid_of(5_000.0, 33.5)
    tally = counted(*crowd(33.5, 123.5, 20_000), grid)
    few, many = (hazard_regions(tally, ensemble(grid, pieces=n), targets=(Target.SHIP,))[0] for n in (100.0, 10_000.0))
    assert 0.0 < few.area_m2 < many.area_m2
    bigger = hazard_regions(tally, ensemble(grid, pieces=100.0), Exposed(ship_m2=5e4), targets=(Target.SHIP,))[0]
    assert bigger.area_m2 > few.area_m2


def test_where_no_limit_is_reached_there_is_no_region() -> None:
    grid = grid_of(5_000.0, 33.5)
    tally = counted(*crowd(33.5, 123.5, 1_000), grid)
    person = hazard_regions(tally, ensemble(grid), targets=(Target.PERSON,))[0]
    assert person.region_lonlat.is_empty
    assert 0.0 < person.reached < 1e-6
    assert person.area_m2 == 0.0


def test_harmless_pieces_endanger_only_aircraft() -> None:
    grid = grid_of(5_000.0, 33.5)
    tally = counted(*crowd(33.5, 123.5, 1_000), grid, harmful=False)
    reached = {region.kind: region.reached for region in hazard_regions(tally, ensemble(grid, pieces=1e3))}
    assert (reached["ship"], reached["person"]) == (0.0, 0.0)
    assert reached["aircraft"] > 1e-6


def test_nothing_down_is_no_danger() -> None:
    grid = grid_of(5_000.0, 33.5)
    tally = counted(np.full(10, np.nan), np.zeros(10), grid)
    regions = regions_of(tally, ensemble(grid))
    assert [region.kind for region in regions] == ["ship", "aircraft", "person"]
    assert all(region.region_lonlat.is_empty for region in regions)


def test_all_regions_together() -> None:
    grid = grid_of(5_000.0, 33.5)
    regions = regions_of(counted(*crowd(33.5, 123.5, 500), grid), ensemble(grid))
    assert [(region.kind, region.body) for region in regions] == [
        ("containment", "stage 1"),
        ("ship", ""),
        ("aircraft", ""),
        ("person", ""),
    ]


@pytest.mark.parametrize("lat", [0.5, 89.5, -89.5])
def test_a_ring_round_the_earth_is_closed_at_180(lat: float) -> None:
    grid = Grid(lat_rows=180, lon_columns=360)
    cells = grid.cell_of(np.full(360, lat), np.arange(-179.5, 180.0))
    window = window_of(grid, cells, margin=5)
    region = region_above(window, window.dense(cells, np.ones(360)), 0.5)
    assert region.is_valid
    lon = np.linspace(-180.0, 180.0, 721)
    assert shapely.intersects_xy(region, lon, np.full(721, lat)).all()
    if abs(lat) > 89.0:
        assert shapely.intersects_xy(region, lon, np.full(721, math.copysign(90.0, lat))).all()


def test_a_hole_stays_a_hole() -> None:
    grid = Grid(lat_rows=180, lon_columns=360)
    lat, lon = np.meshgrid(np.arange(10.5, 25.0), np.arange(20.5, 35.0))
    cells = grid.cell_of(lat.ravel(), lon.ravel())
    window = window_of(grid, cells, margin=2)
    values = np.where((abs(lat - 17.5) < 4.0) & (abs(lon - 27.5) < 4.0), 0.0, 1.0).ravel()
    region = region_above(window, window.dense(cells, values), 0.5)
    assert len(region.geoms) == 1
    assert len(region.geoms[0].interiors) == 1
    assert not region.contains(shapely.Point(27.5, 17.5))


@pytest.mark.parametrize(("lands", "meant"), [(0, False), (90, False), (499, False), (500, True), (1_000, True)])
def test_only_what_most_planned_flights_let_come_down_is_contained(lands: int, meant: bool) -> None:
    grid = grid_of(5_000.0, 33.5)
    lat, lon = crowd(33.5, 123.5, 1_000 + lands)
    body = np.repeat([0, 1], [1_000, lands])
    tally = tally_of(
        grid,
        ("nominal", "break-up"),
        ("stage 1", "pieces"),
        [1_000, 1_000],
        mode=np.zeros(len(lat), int),
        body=body,
        lat_deg=lat,
        lon_deg=lon,
        t_s=np.full(len(lat), 500.0),
        speed_mps=np.full(len(lat), 100.0),
        harmful=np.ones(len(lat), bool),
    )
    contained = [region.body for region in regions_of(tally, ensemble(grid)) if region.kind == "containment"]
    assert contained == (["stage 1", "pieces"] if meant else ["stage 1"])

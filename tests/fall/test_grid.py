"""The grid of cells: places, areas, the seams of the map."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import ModelError
from downrange.earth import range_azimuth, ring_area_m2
from downrange.fall import Grid, grid_of

# Surface of the WGS84 ellipsoid, Moritz (2000), Geodetic Reference System 1980 gives 5.10065622e14; closed form for WGS84.
WGS84_SURFACE_M2 = 5.100656217240885e14
GRID = Grid(lat_rows=1800, lon_columns=3600)


@given(lat=st.floats(-90.0, 90.0), lon=st.floats(-720.0, 720.0))
def test_every_place_lies_in_its_cell(lat: float, lon: float) -> None:
    south, north, west, east = GRID.edges(GRID.cell_of(lat, lon))
    assert south - 1e-9 <= lat <= north + 1e-9
    turned = (lon - west + 180.0) % 360.0 - 180.0
    assert -1e-9 <= turned <= east - west + 1e-9


@given(cell=st.integers(0, GRID.cells - 1))
def test_the_centre_of_a_cell_is_in_it(cell: int) -> None:
    assert GRID.cell_of(*GRID.centre(cell)) == cell


def test_all_cells_cover_the_ellipsoid_once() -> None:
    for grid in (GRID, Grid(lat_rows=1, lon_columns=1), Grid(lat_rows=3, lon_columns=7)):
        rows = np.arange(grid.lat_rows) * grid.lon_columns
        assert grid.area_m2(rows).sum() * grid.lon_columns == pytest.approx(WGS84_SURFACE_M2, rel=1e-12)


@pytest.mark.parametrize("lat", [-89.96, -45.0, 0.01, 34.0, 78.2])
def test_the_area_of_a_cell_is_that_of_its_outline(lat: float) -> None:
    cell = GRID.cell_of(lat, 12.3)
    south, north, west, east = (float(edge) for edge in GRID.edges(cell))
    along = np.linspace(west, east, 500)  # parallels are no geodesics: many corners
    ring = np.concatenate([np.full(500, south), np.full(500, north)]), np.concatenate([along, along[::-1]])
    assert float(GRID.area_m2(cell)) == pytest.approx(ring_area_m2(*ring), rel=1e-8)


def test_narrow_bands_lose_no_digits() -> None:
    fine, coarse = Grid(lat_rows=900_000, lon_columns=10), Grid(lat_rows=900, lon_columns=10)
    for row in (0, 300, 899):
        parts = fine.area_m2((np.arange(1000) + 1000 * row) * 10)
        assert parts.sum() == pytest.approx(float(coarse.area_m2(row * 10)), rel=1e-10)


def test_both_sides_of_180_degrees_are_neighbours_and_180_is_one_meridian() -> None:
    west, east = GRID.cell_of(10.0, 179.99), GRID.cell_of(10.0, -179.99)
    assert west - east == GRID.lon_columns - 1
    assert len({int(GRID.cell_of(10.0, lon)) for lon in (180.0, -180.0, 540.0, -540.0)}) == 1
    assert GRID.cell_of(0.0, np.nextafter(-180.0, -200.0)) % GRID.lon_columns == GRID.lon_columns - 1
    assert GRID.cell_of(0.0, -1e-20) >= 0


def test_the_poles_belong_to_the_first_and_the_last_row() -> None:
    assert GRID.cell_of(-90.0, -180.0) == 0
    assert GRID.cell_of(90.0, 179.99) == GRID.cells - 1


def test_what_is_not_known_is_nowhere() -> None:
    assert GRID.cell_of([np.nan, 1.0, np.inf], [1.0, np.nan, 1.0]).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("lat", [0.0, 34.0, -60.0])
def test_cells_are_as_large_as_asked_for(lat: float) -> None:
    grid = grid_of(5_000.0, lat)
    north, _ = range_azimuth(lat, 0.0, lat + grid.lat_step_deg, 0.0)
    east, _ = range_azimuth(lat, 0.0, lat, grid.lon_step_deg)
    assert float(north) == pytest.approx(5_000.0, rel=1e-3)
    assert float(east) == pytest.approx(5_000.0, rel=1e-3)


@pytest.mark.parametrize(("cell_m", "lat"), [(0.0, 0.0), (-5.0, 0.0), (float("nan"), 0.0), (5e3, 90.0), (1.0, 0.0)])
def test_cells_that_cannot_be_are_refused(cell_m: float, lat: float) -> None:
    with pytest.raises(ModelError, match="give"):
        grid_of(cell_m, lat)


def test_swapped_latitude_and_longitude_are_noticed() -> None:
    with pytest.raises(ModelError, match="Is it a longitude"):
        GRID.cell_of([123.5], [36.1])

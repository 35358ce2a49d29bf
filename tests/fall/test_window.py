"""Windows: dense views of a few cells, across 180 degrees, over the poles, and never too large."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import ModelError
from downrange.fall import Grid, window_of

GRID = Grid(lat_rows=180, lon_columns=360)
SITES = {
    "open sea": ([30.5, 33.5], [120.5, 124.5]),
    "across 180 degrees": ([30.5, 33.5], [178.5, -177.5]),
    "one cell": ([0.5], [0.5]),
    "north pole": ([89.5, 89.5, 88.5], [10.5, -110.5, 130.5]),
    "south pole": ([-89.5, -87.5], [10.5, 11.5]),
    "all round": ([0.5] * 4, [0.5, 90.5, 179.5, -90.5]),
}


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("margin", [0, 3])
@pytest.mark.parametrize("most", [1, 7, 50, 10_000])
def test_values_are_kept_where_they_lie(site: str, margin: int, most: int) -> None:
    lat, lon = SITES[site]
    cells = GRID.cell_of(lat, lon)
    window = window_of(GRID, cells, margin=margin, most_cells=most)
    assert window.rows * window.columns <= most
    values = np.arange(1.0, len(cells) + 1.0)
    dense = window.dense(cells, values)
    assert dense.shape == (window.rows, window.columns)
    assert dense.sum() == values.sum()
    row, column = window.place(cells)
    south, north, west, east = GRID.edges(cells)
    assert np.all(window.lat_edges_deg[row] <= south)
    assert np.all(window.lat_edges_deg[row + 1] >= north)
    lon_w, lon_e = window.lon_edges_deg[column], window.lon_edges_deg[column + 1]
    assert np.all((west - lon_w + 1e-9) % 360.0 <= lon_e - lon_w)
    assert np.all((east - lon_w - 1e-9) % 360.0 <= lon_e - lon_w)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("most", [3, 10_000])
def test_areas_are_those_of_the_cells_inside(site: str, most: int) -> None:
    cells = GRID.cell_of(*SITES[site])
    window = window_of(GRID, cells, margin=1, most_cells=most)
    low, high = (round(edge + 90.0) for edge in window.lat_edges_deg[[0, -1]])
    width = round(window.lon_edges_deg[-1] - window.lon_edges_deg[0])
    assert window.area_m2.sum() == pytest.approx(GRID.area_m2(np.arange(low, high) * 360).sum() * width, rel=1e-12)
    assert np.all(np.diff(window.lat_deg) > 0.0)
    assert np.all(np.diff(window.lon_deg) > 0.0)


def test_the_window_takes_the_shorter_way() -> None:
    window = window_of(GRID, GRID.cell_of(*SITES["across 180 degrees"]))
    assert (window.rows, window.columns, window.around) == (4, 5, False)
    assert window.lon_edges_deg[[0, -1]].tolist() == [178.0, 183.0]


def test_what_goes_all_round_begins_at_180_west() -> None:
    window = window_of(GRID, GRID.cell_of([0.5] * 3, [0.5, 120.5, -120.5]), margin=60)
    assert (window.around, window.columns) == (True, 360)
    assert window.lon_edges_deg[[0, -1]].tolist() == [-180.0, 180.0]


def test_a_coarser_window_says_so() -> None:
    cells = GRID.cell_of(*SITES["open sea"])
    assert window_of(GRID, cells).note == ""
    assert window_of(GRID, cells, most_cells=6).note == "cells of 2 by 2 cells of the grid, taken together"


@given(
    lat=st.lists(st.floats(-90.0, 90.0), min_size=1, max_size=9),
    lon=st.floats(-180.0, 180.0),
    most=st.integers(1, 5_000),
    margin=st.integers(0, 50),
)
def test_no_window_is_too_large(lat: list[float], lon: float, most: int, margin: int) -> None:
    cells = GRID.cell_of(lat, [(lon + 37.0 * i) % 360.0 - 180.0 for i in range(len(lat))])
    window = window_of(GRID, cells, margin=margin, most_cells=most)
    assert window.rows * window.columns <= most
    assert window.dense(cells, np.ones(len(cells))).sum() == len(cells)


def test_nothing_has_no_window_and_strangers_are_refused() -> None:
    with pytest.raises(ModelError, match="nothing came down"):
        window_of(GRID, np.empty(0, np.int64))
    window = window_of(GRID, GRID.cell_of([0.5], [0.5]))
    with pytest.raises(ModelError, match="outside the window"):
        window.dense(GRID.cell_of([50.5], [0.5]), np.ones(1))

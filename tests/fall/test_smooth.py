"""Smoothing: nothing lost, dense counts left sharp, thin ones spread."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.base import Array
from downrange.fall import Grid, Window, smoothed, window_of
from downrange.fall.smooth import MARGIN, few_spread, many_spread

GRID = Grid(lat_rows=3_600, lon_columns=7_200)


def around(lat: float, lon: float, counts: Array) -> tuple[Window, Array]:
    """Return a window with margins and a block of counts whose south-west corner is a place."""
    rows, columns = np.indices(counts.shape)
    step = GRID.lat_step_deg
    cells = GRID.cell_of(lat + step * rows.ravel(), lon + step * columns.ravel())
    window = window_of(GRID, cells, margin=MARGIN)
    return window, window.dense(cells, counts.ravel().astype(float))


@pytest.mark.parametrize(("lat", "lon"), [(0.01, 0.01), (60.01, 10.01), (-30.01, 179.91), (89.5, 20.0)])
@pytest.mark.parametrize("count", [1.0, 10.0, 1_000.0])
def test_the_sum_stays(lat: float, lon: float, count: float) -> None:
    window, counts = around(lat, lon, np.full((4, 5), count))
    assert smoothed(window, counts).sum() == pytest.approx(20.0 * count)


def test_a_single_count_is_spread_widely_and_many_are_not() -> None:
    for count, sigma in ((1.0, 16.0), (1_000.0, 1.0)):
        window, counts = around(0.01, 0.01, np.full((1, 1), count))
        surface = smoothed(window, counts)
        offset = np.arange(window.rows) - MARGIN
        spread = np.sqrt((surface.sum(axis=1) @ offset**2) / count)
        assert spread == pytest.approx(sigma, rel=0.05)  # kernels are cut off at three sigma


def test_kernels_are_round_on_the_ground() -> None:
    window, counts = around(60.0, 10.01, np.full((1, 1), 1.0))
    surface = smoothed(window, counts)
    north = np.sqrt(surface.sum(axis=1) @ (np.arange(window.rows) - MARGIN) ** 2)
    east = np.sqrt(surface.sum(axis=0) @ (np.arange(window.columns) - (window.columns - 1) / 2.0) ** 2)
    assert east / north == pytest.approx(2.0, abs=0.01)


def test_a_steep_edge_stays_steep() -> None:
    window, counts = around(0.01, 0.01, np.full((20, 20), 500.0))
    surface = smoothed(window, counts)
    middle = surface[MARGIN + 10]
    assert middle[MARGIN + 10] == pytest.approx(500.0, rel=1e-3)
    assert middle[MARGIN - 4] < 0.01 * 500.0


def test_no_counts_no_surface() -> None:
    window, counts = around(0.01, 0.01, np.full((2, 2), 1.0))
    assert not smoothed(window, np.zeros_like(counts)).any()


def test_columns_that_go_all_round_join_up() -> None:
    coarse = Grid(lat_rows=90, lon_columns=180)
    cells = coarse.cell_of([0.5] * 3, [-179.9, 0.5, 120.5])
    window = window_of(coarse, cells, margin=MARGIN)
    assert window.around
    surface = smoothed(window, window.dense(cells, np.array([1_000.0, 0.0, 0.0])))
    row = window.place(cells)[0][0]
    assert surface[row, -1] == pytest.approx(surface[row, 1])
    assert surface[row, -1] == pytest.approx(1_000.0 / (2.0 * np.pi) * np.exp(-0.5), rel=0.02)


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.7])
def test_cell_by_cell_is_the_filter(ratio: float) -> None:
    rng = np.random.default_rng(5)
    counts = np.zeros((300, 360))
    counts[rng.integers(90, 210, 60), rng.integers(100, 260, 60)] = rng.integers(1, 4, 60)
    counts[150:153, 170:174] = 40.0
    one, other = few_spread(counts, ratio), many_spread(counts, ratio, around=False)
    assert one.max() > 10.0
    assert one == pytest.approx(other, rel=1e-9, abs=1e-12)

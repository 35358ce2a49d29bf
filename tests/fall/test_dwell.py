"""Dwell time, speed of the trace, and how drag bends it."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from downrange.base import ModelError, ecef_from_geodetic, v_ecef_from_enu
from downrange.earth import range_azimuth
from downrange.fall import (
    Grid,
    drop,
    dwell_cells,
    dwell_inside,
    impact_point,
    impact_points,
    trace_speed_mps,
)

GRID = Grid(lat_rows=180, lon_columns=360)


def test_a_trace_along_a_meridian_stays_alike_over_alike_cells() -> None:
    # 4 degrees in 40 s: 10 s a cell, but for meridian degrees that grow by 0.02 % from the equator to 4 degrees
    cells, seconds = dwell_cells(GRID, [100.0, 140.0], [0.0, 4.0], [120.5, 120.5])
    assert cells.tolist() == [int(GRID.cell_of(lat, 120.5)) for lat in (0.5, 1.5, 2.5, 3.5)]
    assert seconds == pytest.approx([10.0] * 4, abs=0.5)  # a twentieth of a cell
    assert seconds.sum() == pytest.approx(40.0)


def test_a_trace_across_180_degrees_and_over_a_pole_loses_no_time() -> None:
    for trace in (([0.0, 0.0], [179.0, -179.0]), ([89.0, 89.0], [0.0, 180.0]), ([-89.0, -89.0], [10.0, 190.0])):
        _, seconds = dwell_cells(GRID, [0.0, 30.0], *trace)
        assert seconds.sum() == pytest.approx(30.0)
        assert len(seconds) >= 2


def test_time_without_an_impact_point_is_not_counted() -> None:
    lat = [0.5, 0.5, np.nan, 0.5, 0.5]
    _, seconds = dwell_cells(GRID, [0.0, 1.0, 2.0, 3.0, 4.0], lat, [0.5, 1.0, 1.5, 2.0, 2.5])
    assert seconds.sum() == pytest.approx(2.0)
    cells, seconds = dwell_cells(GRID, [0.0, 1.0], [np.nan, 0.5], [0.5, 0.5])
    assert (len(cells), len(seconds)) == (0, 0)


def test_a_point_that_stands_still_dwells() -> None:
    cells, seconds = dwell_cells(GRID, [0.0, 7.0], [0.5, 0.5], [0.5, 0.5])
    assert (cells.tolist(), seconds.tolist()) == ([int(GRID.cell_of(0.5, 0.5))], [7.0])


def test_seconds_inside_an_area_by_hand() -> None:
    # 3 degrees of the equator in 30 s; the island holds half a degree of them
    island = shapely.MultiPolygon([shapely.box(1.0, -1.0, 1.5, 1.0), shapely.box(50.0, 0.0, 60.0, 1.0)])
    trace = [0.0, 30.0], [0.0, 0.0], [0.0, 3.0]
    assert dwell_inside(island, *trace) == pytest.approx(5.0, abs=0.02)
    assert dwell_inside(shapely.box(-10.0, 10.0, 10.0, 20.0), *trace) == 0.0
    halves = [0.0, 10.0, 30.0], [0.0, 0.0, 0.0], [0.0, 1.0, 3.0]
    assert dwell_inside(island, *halves) == pytest.approx(5.0, abs=0.02)


def test_the_speed_of_a_trace() -> None:
    t = np.array([0.0, 10.0, 30.0, 40.0])
    lon = np.array([0.0, 1.0, 5.0, 5.0])
    degree = float(range_azimuth(0.0, 0.0, 0.0, 1.0)[0])
    want = degree * np.array([0.1, 5.0 / 30.0, 4.0 / 30.0, 0.0])
    assert trace_speed_mps(t, np.zeros(4), lon) == pytest.approx(want)
    assert np.isnan(trace_speed_mps(t, [0.0, np.nan, 0.0, 0.0], lon)).tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("trace", "says"),
    [
        (([0.0], [0.0], [0.0]), "two points"),
        (([0.0, 1.0], [0.0], [0.0, 1.0]), "as many of each"),
        (([1.0, 0.0], [0.0, 0.0], [0.0, 1.0]), "must rise"),
        (([0.0, np.nan], [0.0, 0.0], [0.0, 1.0]), "must rise"),
    ],
)
def test_a_trace_that_is_none_is_refused(trace: tuple[list[float], list[float], list[float]], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        trace_speed_mps(*trace)


R = ecef_from_geodetic([36.0, 30.0], [124.0, 125.0], [100e3, 180e3])
V = v_ecef_from_enu([[0.0, -2_500.0, 800.0], [100.0, -5_000.0, 300.0]], [36.0, 30.0], [124.0, 125.0])
BETAS = [30.0, np.inf, 300.0, 3_000.0]


def test_impact_points_are_those_of_single_falls() -> None:
    lat, lon, t_s = impact_points(R, V, BETAS)
    assert lat.shape == lon.shape == t_s.shape == (2, 4)
    airless = impact_point(R, V)
    for got, want in zip((lat, lon, t_s), airless, strict=True):
        assert got[:, 1].tolist() == want.tolist()
    for column, beta in ((0, 30.0), (2, 300.0), (3, 3_000.0)):
        hit = drop([0.0, 0.0], R, V, [beta, beta])
        assert lat[:, column].tolist() == hit.lat_deg.tolist()
        assert lon[:, column].tolist() == hit.lon_deg.tolist()
        assert t_s[:, column].tolist() == hit.t_s.tolist()


def test_more_drag_falls_shorter_and_no_air_farthest() -> None:
    lat, _, t_s = impact_points(R[0], V[0], [10.0, 100.0, 1_000.0, 10_000.0, np.inf])
    assert lat.shape == (5,)
    assert np.all(np.diff(lat) < 0.0)  # it flies south
    assert np.all(np.diff(t_s) < 0.0)


def test_what_is_in_orbit_has_no_impact_point() -> None:
    r = ecef_from_geodetic(0.0, 0.0, 1_500e3)
    lat, _, _ = impact_points(r, v_ecef_from_enu([0.0, 7_700.0, 0.0], 0.0, 0.0), [100.0, np.inf])
    assert np.isnan(lat).all()


@pytest.mark.parametrize("betas", [[0.0], [-5.0], [np.nan], [[1.0, 2.0]]])
def test_coefficients_that_cannot_be_are_refused(betas: list[float]) -> None:
    with pytest.raises(ModelError, match="positive"):
        impact_points(R, V, betas)


def test_narrow_cells_near_a_pole_get_their_seconds_as_well() -> None:
    """Along the 84th parallel, where a cell of one degree is 12 km wide: a degree a minute."""
    lon_deg = np.arange(0.37, 13.0, 3.0)
    _, seconds = dwell_cells(
        Grid(lat_rows=180, lon_columns=360), 60.0 * (lon_deg - 0.37), np.full(len(lon_deg), 84.2), lon_deg
    )
    assert np.abs(seconds[1:-1] / 60.0 - 1.0).max() < 0.06

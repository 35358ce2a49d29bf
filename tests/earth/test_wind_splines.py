"""Wind tables: read by a slow reference, against scipy's spline, and against the covariance they were drawn from."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from downrange.base import Array, Kind, normals
from downrange.earth import Wind, load_wind, mean_wind_table, no_wind, wind_tables
from downrange.earth import _kernel as k
from downrange.earth.wind_splines import STREAM

JET = load_wind("assumed-westerly-jet")


def blowing(alt_m: float, table: Array) -> tuple[float, float]:
    """Read a table as kernels do: the cubic above the knot at or below the height, clamped to the first and last."""
    if not len(table):
        return 0.0, 0.0
    h = min(max(alt_m, 0.0), (len(table) - 1) * 1_000.0)
    row = int(h // 1_000.0)
    d = h - 1_000.0 * row
    return tuple(float(sum(table[row, first + i] * d**i for i in range(4))) for first in (0, 4))


def profile(table: Array, alts_m: Array) -> Array:
    return np.array([blowing(alt_m, table) for alt_m in alts_m])


def a_wind(heights_m: list[float], east_mps: list[float], sigma_mps: float = 0.0) -> Wind:
    levels = len(heights_m)
    return Wind(
        name="made",
        title="made",
        heights_m=np.array(heights_m, dtype=float),
        east_mps=np.array(east_mps, dtype=float),
        north_mps=-2.0 * np.array(east_mps, dtype=float),
        covariance_m2ps2=sigma_mps**2 * np.eye(2 * levels),
        kind=Kind.ASSUMED,
        source="test",
        spread_kind=Kind.ASSUMED,
        spread_source="test",
    )


def test_still_air_has_no_rows() -> None:
    assert no_wind().shape == (0, 8)
    assert blowing(5e3, no_wind()) == (0.0, 0.0)


def test_kernels_read_the_tables_as_the_slow_reference_does() -> None:
    tables = wind_tables(JET, 2, 3)
    alts_m = np.concatenate([np.arange(-900.0, 130e3, 333.0), np.arange(0.0, 101e3, 1e3)])
    for which, table in enumerate(tables):
        expected = profile(table, alts_m)
        assert np.array([k.wind(alt_m, table) for alt_m in alts_m]) == pytest.approx(expected, abs=1e-9)
        assert np.array([k.wind_of(alt_m, tables, which) for alt_m in alts_m]) == pytest.approx(expected, abs=1e-9)
    assert k.wind(5e3, no_wind()) == (0.0, 0.0)


def test_the_mean_is_the_spline_of_scipy_through_the_levels() -> None:
    table = mean_wind_table(JET)
    knots_m = np.arange(len(table)) * 1e3
    alts_m = np.arange(0.0, 100_001.0, 137.0)
    for column, values in enumerate((JET.east_mps, JET.north_mps)):
        at_knots = np.interp(knots_m, JET.heights_m, values)
        spline = CubicSpline(knots_m, at_knots, bc_type=((2, 0.0), (1, 0.0)))
        assert profile(table, alts_m)[:, column] == pytest.approx(spline(alts_m), abs=1e-9)


def test_the_levels_are_met_where_they_lie_on_whole_kilometres() -> None:
    table = mean_wind_table(JET)
    expected = np.stack([JET.east_mps, JET.north_mps], axis=1)
    assert profile(table, JET.heights_m) == pytest.approx(expected, abs=1e-9)


def test_between_the_levels_the_wind_keeps_near_their_straight_line() -> None:
    alts_m = np.arange(0.0, 100e3, 97.0)
    miss = profile(mean_wind_table(JET), alts_m)[:, 0] - np.interp(alts_m, JET.heights_m, JET.east_mps)
    assert np.abs(miss).max() < 1.0  # beside the kink at the core of the jet


def test_value_slope_and_curvature_run_on_over_the_knots() -> None:
    t = mean_wind_table(JET)[:-1].reshape(-1, 2, 4)
    d = 1_000.0
    value = t[..., 0] + d * (t[..., 1] + d * (t[..., 2] + d * t[..., 3]))
    slope = t[..., 1] + d * (2.0 * t[..., 2] + 3.0 * d * t[..., 3])
    bend = 2.0 * t[..., 2] + 6.0 * d * t[..., 3]
    assert value[:-1] == pytest.approx(t[1:, :, 0], abs=1e-9)
    assert slope[:-1] == pytest.approx(t[1:, :, 1], abs=1e-12)
    assert bend[:-1] == pytest.approx(2.0 * t[1:, :, 2], abs=1e-15)
    assert slope[-1] == pytest.approx(0.0, abs=1e-12)  # joins the constant wind above


@pytest.mark.parametrize(
    ("heights_m", "knots"), [([500.0], 2), ([0.0, 2_500.0], 4), ([3_100.0, 7_400.0], 9), ([2_000.0, 12_000.0], 13)]
)
def test_outside_the_levels_the_wind_stays(heights_m: list[float], knots: int) -> None:
    wind = a_wind(heights_m, [8.0 + i for i in range(len(heights_m))])
    table = mean_wind_table(wind)
    assert table.shape == (knots, 8)
    low, high = profile(table, np.array([-500.0, 250e3]))
    assert low == pytest.approx([wind.east_mps[0], wind.north_mps[0]], abs=0.2)  # nearly: a corner between knots is cut
    assert high == pytest.approx([wind.east_mps[-1], wind.north_mps[-1]], abs=0.2)


def test_one_level_blows_everywhere() -> None:
    assert profile(mean_wind_table(a_wind([0.0], [7.0])), np.array([-1e3, 0.0, 333.0, 90e3])) == pytest.approx(
        np.tile([7.0, -14.0], (4, 1))
    )


def test_levels_between_the_kilometres_are_averaged_not_skipped() -> None:
    fine_m = np.arange(0.0, 10_001.0, 100.0)
    gusty = 20.0 + 10.0 * (fine_m % 1_000.0 == 500.0)  # a blade of 10 m/s, 200 m wide at its foot, in every kilometre
    found = profile(mean_wind_table(a_wind(fine_m.tolist(), gusty.tolist())), np.arange(0.0, 10e3, 50.0))[:, 0]
    assert found.mean() == pytest.approx(20.0 + 10.0 * 0.1, abs=0.05)
    assert np.ptp(found) < 1.0


def test_a_straight_line_comes_through_whatever_its_levels() -> None:
    heights_m = [0.0, 130.0, 1_777.0, 2_003.0, 6_000.0]
    table = mean_wind_table(a_wind(heights_m, [h / 200.0 for h in heights_m]))
    knots = profile(table, np.arange(0.0, 6_001.0, 1_000.0))[:, 0]
    assert knots == pytest.approx(np.arange(0.0, 31.0, 5.0), abs=1e-9)


def test_samples_have_the_mean_and_the_covariance_of_the_file() -> None:
    samples = 20_000
    tables = wind_tables(JET, 11, samples)
    rows = (JET.heights_m / 1e3).astype(int)
    drawn = np.concatenate([tables[:, rows, 0], tables[:, rows, 4]], axis=1)
    sigma = np.sqrt(np.diag(JET.covariance_m2ps2))
    mean = np.concatenate([JET.east_mps, JET.north_mps])
    assert np.abs((drawn.mean(axis=0) - mean) / sigma).max() < 4.5 / np.sqrt(samples)
    miss = (np.cov(drawn.T) - JET.covariance_m2ps2) / np.outer(sigma, sigma)
    assert np.abs(miss).max() < 5.0 * np.sqrt(2.0 / samples)


def test_a_full_covariance_ties_east_to_north() -> None:
    wind = a_wind([0.0, 5_000.0], [10.0, 20.0])
    tied = np.array([[9.0, 3, 9, 3], [3, 4, 3, 4], [9, 3, 9, 3], [3, 4, 3, 4]])  # north gusts are east gusts
    tables = wind_tables(dataclasses.replace(wind, covariance_m2ps2=tied), 3, 500)
    gusts = tables - mean_wind_table(wind)
    assert gusts[..., :4] == pytest.approx(gusts[..., 4:], abs=1e-9)
    assert gusts[:, 0, 0].std() == pytest.approx(3.0, rel=0.15)


def test_a_sure_wind_is_its_mean_in_every_sample() -> None:
    wind = a_wind([0.0, 9_000.0], [10.0, 30.0])
    assert (wind_tables(wind, 1, 4) == mean_wind_table(wind)).all()


@pytest.mark.parametrize("chunk", [1, 3, 16, 17, 100])
def test_sample_i_is_the_same_whatever_the_chunking(chunk: int) -> None:
    whole = wind_tables(JET, 5, 100)
    parts = [wind_tables(JET, 5, min(chunk, 100 - at), first=at) for at in range(0, 100, chunk)]
    assert (np.concatenate(parts) == whole).all()
    assert len({table.tobytes() for table in whole}) == 100


def test_seeds_differ_and_the_draws_are_nobody_elses() -> None:
    wind = a_wind([0.0], [0.0], sigma_mps=1.0)
    drawn = wind_tables(wind, 5, 50)[:, 0, 0]
    assert not np.isin(drawn, wind_tables(wind, 6, 50)[:, 0, 0]).any()
    assert not np.isin(drawn, normals(5, 50, 2_000)).any()
    assert np.isin(drawn, normals(5 ^ (STREAM << 32), 50, 2)).all()

"""Footprints out of exact sums, against those of the crowd itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import Array, ModelError, east_of
from downrange.earth import destination
from downrange.fall import Tally, footprint, grid_of, mean_speed_mps, merged, tally_footprint, tally_of, time_quantile_s
from downrange.fall.moments import mean_slowness

COUNT = 5_000
PLACES = [(33.5, 123.5), (-33.5, -71.0), (33.5, 179.95), (-20.0, -179.99), (89.9, 12.0), (-89.99, -50.0)]


def crowd(lat: float, lon: float, major_m: float) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(7)
    along, across = rng.normal(0.0, major_m, COUNT), rng.normal(0.0, major_m / 4.0, COUNT)
    azimuth = 35.0 + np.degrees(np.arctan2(across, along))
    lats, lons = destination(np.full(COUNT, lat), np.full(COUNT, lon), azimuth, np.hypot(along, across))
    return np.asarray(lats), np.asarray(lons), 500.0 + rng.normal(0.0, 12.0, COUNT)


def counted(lat: Array, lon: Array, t_s: Array, mode: int = 0) -> Tally:
    columns = {"lat_deg": lat, "lon_deg": lon, "t_s": t_s, "speed_mps": np.tile([50.0, 100.0], COUNT // 2)}
    return tally_of(
        grid_of(50_000.0),
        ("nominal", "late"),
        ("stage 1", "other"),
        [COUNT, COUNT],
        mode=np.full(COUNT, mode),
        body=np.zeros(COUNT, dtype=int),
        harmful=np.ones(COUNT, dtype=bool),
        **columns,
    )


@pytest.mark.parametrize(("lat", "lon"), PLACES)
# Half axes fall short by half the square of their angle at the Earth's centre, 0.03 % at 150 km; 0.38 m is the unit.
@pytest.mark.parametrize(("major_m", "share"), [(200.0, 1e-3), (20e3, 1e-4), (150e3, 5e-4)])
def test_a_tally_gives_the_footprint_of_its_crowd(lat: float, lon: float, major_m: float, share: float) -> None:
    points = crowd(lat, lon, major_m)
    want, got = footprint(*points, "stage 1"), tally_footprint(counted(*points), "stage 1")
    assert got.lat_deg == pytest.approx(want.lat_deg, abs=1e-6)
    assert east_of(want.lon_deg, got.lon_deg) * math.cos(math.radians(lat)) == pytest.approx(0.0, abs=1e-6)
    assert got.sigma_major_m == pytest.approx(want.sigma_major_m, rel=share)
    assert got.sigma_minor_m == pytest.approx(want.sigma_minor_m, rel=share)
    assert got.axis_deg == pytest.approx(want.axis_deg, abs=0.02)
    assert got.t_s == pytest.approx(want.t_s, abs=1e-3)
    assert got.t_sigma_s == pytest.approx(want.t_sigma_s, abs=1e-3)
    assert want.t_q99_s <= got.t_q99_s <= want.t_q99_s + 1.0
    assert (got.p_lands, got.samples) == (1.0, COUNT)


def test_modes_are_told_apart_and_taken_together() -> None:
    early, late = crowd(30.0, 120.0, 20e3), crowd(20.0, 120.0, 20e3)
    both = merged(counted(*early), counted(*late, mode=1))
    assert tally_footprint(both, "stage 1", mode="nominal").lat_deg == pytest.approx(30.0, abs=0.01)
    assert tally_footprint(both, "stage 1", mode="late").lat_deg == pytest.approx(20.0, abs=0.01)
    assert tally_footprint(both, "stage 1").lat_deg == pytest.approx(25.0, abs=0.05)
    assert tally_footprint(both, "stage 1").samples == 2 * COUNT


def test_what_never_lands_lowers_the_share_and_nothing_else() -> None:
    lat, lon, t_s = crowd(30.0, 120.0, 20e3)
    lat[::4] = np.nan
    foot = tally_footprint(counted(lat, lon, t_s), "stage 1")
    assert foot.p_lands == 0.75
    assert foot.samples == COUNT * 3 // 4
    with pytest.raises(ModelError, match="none of 0 samples"):
        tally_footprint(counted(lat, lon, t_s), "other")


def test_times_come_in_order() -> None:
    lat, lon, t_s = crowd(30.0, 120.0, 20e3)
    tally = counted(lat, lon, t_s)
    for q in (0.01, 0.5, 0.99):
        assert 0.0 <= time_quantile_s(tally, "stage 1", q) - np.quantile(t_s, q, method="inverted_cdf") <= 1.0
    assert time_quantile_s(tally, "stage 1", 1.0) == pytest.approx(t_s.max(), abs=1e-3)
    assert math.isnan(time_quantile_s(tally, "other", 0.5))


def test_speeds_are_averaged_and_so_are_their_inverses() -> None:
    tally = counted(*crowd(30.0, 120.0, 20e3))
    assert mean_speed_mps(tally, 0, 0) == pytest.approx(75.0)
    assert mean_slowness(tally, 0, 0) == pytest.approx(0.015, abs=1e-6)
    assert math.isnan(mean_speed_mps(tally, 1, 1))
    assert math.isnan(mean_slowness(tally, 1, 1))


@pytest.mark.parametrize(("body", "mode"), [("stage 9", None), ("stage 1", "never")])
def test_unknown_names_are_told(body: str, mode: str | None) -> None:
    with pytest.raises(ModelError, match="it has"):
        tally_footprint(counted(*crowd(30.0, 120.0, 20e3)), body, mode=mode)

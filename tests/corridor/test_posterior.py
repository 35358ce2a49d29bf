"""What weighted flights say, against numpy, against normal crowds, and across the date line."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2

from downrange.base import Array, normals
from downrange.corridor import load_record
from downrange.corridor.fit import Prediction, predict
from downrange.corridor.posterior import (
    Quantity,
    columns_of,
    credible_level,
    effective,
    flat_spread,
    normalised,
    picked,
    quantiles,
    quantities,
    sector,
)
from downrange.earth import destination

LEVELS = [0.05, 0.3, 0.5, 0.95]


def crowd(count: int, *, lat_deg: float, lon_deg: float, east_m: float, north_m: float, seed: int = 1):
    """Return places scattered normally east and north of one."""
    off = normals(seed, count, 2) * [east_m, north_m]
    azimuth = np.degrees(np.arctan2(off[:, 0], off[:, 1]))
    return destination(np.full(count, lat_deg), np.full(count, lon_deg), azimuth, np.hypot(*off.T))


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_quantiles_of_equal_rows_are_those_of_numpy(count: int) -> None:
    values = normals(1, count, 1)[:, 0]
    wanted = np.quantile(values, LEVELS, method="weibull")
    assert quantiles(values, np.full(count, 1.0 / count), LEVELS) == pytest.approx(wanted, abs=1e-12)
    assert quantiles(values, np.full(count, 7.0), LEVELS) == pytest.approx(wanted, abs=1e-12)


def test_quantiles_of_weighted_rows_are_those_of_the_density_that_they_stand_for() -> None:
    values = np.linspace(-6.0, 6.0, 20_001)
    weight = normalised(-0.5 * (values - 1.0) ** 2)
    assert quantiles(values, weight) == pytest.approx([1.0 - 1.6449, 1.0, 1.0 + 1.6449], abs=2e-3)
    order = np.random.default_rng(3).permutation(len(values))
    assert quantiles(values[order], weight[order]) == pytest.approx(quantiles(values, weight), abs=1e-12)


def test_rows_that_are_no_number_or_weigh_nothing_are_left_out_of_quantiles() -> None:
    values, weight = np.array([5.0, np.nan, 1.0, 900.0, 3.0]), np.array([1.0, 1.0, 1.0, 0.0, 1.0])
    assert (
        quantiles(values, weight, LEVELS).tolist() == quantiles(np.array([5.0, 1.0, 3.0]), np.ones(3), LEVELS).tolist()
    )
    assert np.isnan(quantiles(np.array([np.nan, 1.0]), np.array([1.0, 0.0]))).all()


def test_few_rows_give_no_interval_that_is_too_narrow() -> None:
    """A new number of the same kind lies between the 5 and 95 % quantiles of 19 others in 90 of 100 cases."""
    rows = normals(5, 40_000, 20)
    low, high = np.quantile(rows[:, :19], [0.05, 0.95], axis=1, method="weibull")
    assert quantiles(rows[0, :19], np.ones(19))[[0, 2]] == pytest.approx([low[0], high[0]])
    held = ((low <= rows[:, 19]) & (rows[:, 19] <= high)).mean()
    assert held == pytest.approx(0.9, abs=0.006)


def test_weights_are_normalised_whatever_their_size() -> None:
    some = np.append(np.full(30, -2_000.0), np.full(30, -2_000.0 - np.log(3.0)))
    weight = normalised(np.append(some, -np.inf))
    assert weight.sum() == pytest.approx(1.0)
    assert weight[:30] == pytest.approx(0.75 / 30.0)
    assert weight[30:60] == pytest.approx(0.25 / 30.0)
    assert weight[60] == 0.0
    assert normalised(np.array([-np.inf, -np.inf])).tolist() == [0.0, 0.0]


def test_one_weight_is_cut_at_the_root_of_their_number_times_their_mean() -> None:
    raw = np.array([1_000.0, *[1.0] * 98, 0.0])
    cut = 10.0 * raw.mean()  # 109.8
    assert normalised(np.log(raw, where=raw > 0.0, out=np.full(100, -np.inf))) == pytest.approx(
        np.minimum(raw, cut) / (cut + 98.0)
    )


@pytest.mark.parametrize(
    ("weight", "worth"),
    [([0.25] * 4, 4.0), ([1.0, 0.0, 0.0], 1.0), ([0.5, 0.25, 0.25], 1.0 / 0.375), ([0.0, 0.0], 0.0)],
)
def test_effective_number(weight: list[float], worth: float) -> None:
    assert effective(np.array(weight)) == pytest.approx(worth)


def test_rows_are_picked_as_often_as_their_weights_say() -> None:
    weight = np.array([0.1, 0.0, 0.4, 0.3, 0.2])
    for seed in range(20):
        rows = picked(weight, 1_000, seed=seed)
        count = np.bincount(rows, minlength=5)
        assert (np.abs(count - 1_000 * weight) <= 1.0).all()
        assert count[1] == 0
    assert picked(weight, 50, seed=3).tolist() == picked(2.0 * weight, 50, seed=3).tolist()
    assert len({tuple(picked(weight, 7, seed=seed)) for seed in range(20)}) > 1


@pytest.mark.parametrize("sigmas", [0.0, 0.5, 1.0, 2.0, 3.0])
@pytest.mark.parametrize(("lat_deg", "lon_deg"), [(-30.0, 179.9), (52.0, 5.0)])
def test_levels_of_a_normal_crowd_are_those_of_chi2(sigmas: float, lat_deg: float, lon_deg: float) -> None:
    lat, lon = crowd(20_000, lat_deg=lat_deg, lon_deg=lon_deg, east_m=30e3, north_m=120e3)
    weight = np.full(len(lat), 1.0 / len(lat))
    wanted = chi2.cdf(sigmas**2, 2)
    for azimuth, sigma_m in ((90.0, 30e3), (0.0, 120e3), (180.0, 120e3)):
        at = destination(lat_deg, lon_deg, azimuth, sigmas * sigma_m)
        level = credible_level(lat, lon, weight, float(at[0]), float(at[1]))
        assert level == pytest.approx(wanted, abs=0.02)


def test_levels_see_weights_and_not_the_places_that_have_none() -> None:
    lat, lon = crowd(4_000, lat_deg=10.0, lon_deg=20.0, east_m=50e3, north_m=50e3)
    far_lat, far_lon = crowd(4_000, lat_deg=14.0, lon_deg=20.0, east_m=50e3, north_m=50e3)
    both = np.append(lat, far_lat), np.append(lon, far_lon)
    weight = np.append(np.full(4_000, 1.0), np.zeros(4_000))
    assert credible_level(*both, weight, 14.0, 20.0) == pytest.approx(1.0)
    assert credible_level(*both, weight, 10.0, 20.0) < 0.05
    gone = np.append(lat, np.nan), np.append(lon, np.nan)
    assert credible_level(*gone, np.ones(4_001), 10.0, 20.0) < 0.05


@pytest.mark.parametrize("lon_deg", [20.0, 179.95, -180.0])
@pytest.mark.parametrize("lat_deg", [-45.0, 0.0, 75.0])
def test_spread_is_the_same_across_the_date_line(lat_deg: float, lon_deg: float) -> None:
    lat, lon = crowd(20_000, lat_deg=lat_deg, lon_deg=lon_deg, east_m=20e3, north_m=90e3)
    spread = flat_spread(lat, lon, np.ones(len(lat)))
    assert spread.lat_deg == pytest.approx(lat_deg, abs=0.02)
    assert (spread.lon_deg - lon_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.02)
    assert (spread.long_m, spread.short_m) == pytest.approx((90e3, 20e3), rel=0.02)


def test_spread_takes_the_weights() -> None:
    lat, lon = np.array([0.0, 0.0, 0.0, np.nan, 50.0]), np.array([179.0, -179.0, 180.0, 0.0, 50.0])
    spread = flat_spread(lat, lon, np.array([1.0, 1.0, 2.0, 5.0, 0.0]))
    assert (spread.lat_deg, abs(spread.lon_deg)) == pytest.approx((0.0, 180.0), abs=1e-6)
    assert spread.long_m == pytest.approx(111_319.5 * 0.5**0.5, rel=1e-4)  # 1 deg of the equator, half of the weight
    assert spread.short_m == pytest.approx(0.0, abs=1.0)


@pytest.mark.parametrize("azimuth_deg", [0.0, 137.0, 359.5])
def test_a_sector_holds_its_share_of_what_is_spread_by_range_and_azimuth(azimuth_deg: float) -> None:
    range_m, turn = (normals(4, 20_000, 2) * [30e3, 2.0]).T
    near_m, far_m, left, right = sector(500e3 + range_m, (azimuth_deg + turn) % 360.0, np.full(20_000, 5e-5), 0.81)
    assert right - left == pytest.approx(2.0 * 1.6449 * 2.0, rel=0.02)  # each holds 0.9
    assert (near_m, far_m) == pytest.approx((500e3 - 1.6449 * 30e3, 500e3 + 1.6449 * 30e3), abs=1.5e3)
    assert (0.5 * (left + right) - azimuth_deg + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=0.05)
    inside = (np.abs(range_m + 500e3 - 0.5 * (near_m + far_m)) < 0.5 * (far_m - near_m)) & (
        np.abs(turn) < 0.5 * (right - left)
    )
    assert inside.mean() == pytest.approx(0.81, abs=0.01)


@pytest.fixture(scope="module")
def flights() -> tuple[Array, Prediction]:
    record = load_record("chollima-1")
    x = record.x_of(0.3 * normals(2, 40, len(record.names)))
    return x, predict(record, x)


def test_every_number_of_interest_has_a_name_a_unit_and_a_row_a_flight(flights: tuple[Array, Prediction]) -> None:
    record = load_record("chollima-1")
    x, flown = flights
    columns = columns_of(record, x, flown)
    assert all(values.shape == (40,) for values in columns.values())
    assert {unit for _, unit in columns} == {"", "kg", "N", "s", "deg", "m"}
    assert columns["liftoff", "kg"].tolist() == x[:, record.names.index("liftoff_kg")].tolist()
    burn = flown.crowd.propellant_kg[:, 1] * 9.80665 * flown.crowd.isp_vac_s[:, 1] / flown.crowd.thrust_vac_n[:, 1]
    assert columns["stage 2 burn", "s"] == pytest.approx(burn)
    assert (columns["stage 1 fall: time", "s"] < columns["stage 2 fall: time", "s"]).all()
    assert (columns["perigee", "m"] <= columns["apogee", "m"]).all()


def test_what_the_weights_narrow_is_told(flights: tuple[Array, Prediction]) -> None:
    record = load_record("chollima-1")
    x, flown = flights
    even = {q.name: q for q in quantities(record, x, flown, x, flown, np.full(40, 0.025))}
    assert not any(q.told for q in even.values())
    assert all(q.posterior == pytest.approx(q.prior) for q in even.values())
    kick = columns_of(record, x, flown)["kick", "deg"]
    few = {q.name: q for q in quantities(record, x, flown, x, flown, (np.abs(kick - 4.0) < 0.3).astype(float))}
    assert few["kick"].told
    assert 3.7 <= few["kick"].posterior[0] <= few["kick"].posterior[2] <= 4.3


def test_told_begins_at_a_fifth_narrower() -> None:
    before = (0.0, 5.0, 10.0)
    assert Quantity(name="a", unit="", prior=before, posterior=(1.0, 5.0, 8.9)).told
    assert not Quantity(name="a", unit="", prior=before, posterior=(1.0, 5.0, 9.1)).told
    assert not Quantity(name="a", unit="", prior=before, posterior=(5.0, 5.0, 5.0)).told  # one flight alone


@pytest.mark.parametrize(("lon_deg", "azimuth_deg"), [(179.0, 90.0), (-179.0, 270.0), (30.0, 0.0), (30.0, 180.0)])
def test_longitudes_and_azimuths_do_not_jump_where_their_count_begins_anew(lon_deg: float, azimuth_deg: float) -> None:
    """Falls on both sides of the date line or of north: the middle lies among them, the interval is as wide as they."""
    record = load_record("chollima-1")
    site = replace(record.site, lat_deg=10.0, lon_deg=lon_deg)
    mean = record.mean.copy()
    mean[record.names.index("azimuth1_deg")] = azimuth_deg
    record = replace(record, site=site, mean=mean)
    x = record.x_of(0.1 * normals(2, 60, len(record.names)))
    flown = predict(record, x)
    azimuth = azimuth_deg + np.linspace(-4.0, 4.0, 60)
    lat, lon = destination(np.full(60, 10.0), np.full(60, lon_deg), azimuth, np.linspace(50e3, 400e3, 60))
    falls = flown.place | {"stage 1": (lat, lon, flown.place["stage 1"][2])}
    columns = columns_of(record, x, replace(flown, place=falls))
    seen = columns["stage 1 fall: azimuth", "deg"]
    assert seen == pytest.approx(azimuth, abs=1e-6)
    east = columns["stage 1 fall: longitude", "deg"]
    assert np.ptp(east) < 5.0
    assert (east - lon_deg) == pytest.approx((lon - lon_deg + 180.0) % 360.0 - 180.0, abs=1e-9)
    low, middle, high = quantiles(seen, np.ones(60))
    assert azimuth_deg - 5.0 < low < middle < high < azimuth_deg + 5.0

"""Footprints against the normal distribution that they are made from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from shapely import Polygon, contains_xy

from downrange.base import Array, ModelError, east_of
from downrange.earth import destination, range_azimuth
from downrange.fall import Footprint, footprint, holds, ring

SAMPLES, MAJOR_M, MINOR_M, AXIS_DEG = 40_000, 20e3, 5e3, 35.0
PLACES = [(33.5, 123.5), (-33.5, -71.0), (33.5, 179.95), (-20.0, -179.99), (0.0, 0.0)]


def sample(lat: float, lon: float, *, count: int = SAMPLES) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(7)
    along, across = rng.normal(0.0, MAJOR_M, count), rng.normal(0.0, MINOR_M, count)
    azimuth = AXIS_DEG + np.degrees(np.arctan2(across, along))
    lats, lons = destination(np.full(count, lat), np.full(count, lon), azimuth, np.hypot(along, across))
    return np.asarray(lats), np.asarray(lons), 500.0 + rng.normal(0.0, 12.0, count)


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_a_normal_crowd_gives_its_own_ellipse_back_wherever_it_falls(lat: float, lon: float) -> None:
    foot = footprint(*sample(lat, lon), "stage 1")
    # The error of a standard deviation from n samples is 1 / sqrt(2 n): 0.35 % here; five of them.
    assert foot.sigma_major_m == pytest.approx(MAJOR_M, rel=0.018)
    assert foot.sigma_minor_m == pytest.approx(MINOR_M, rel=0.018)
    assert foot.axis_deg == pytest.approx(AXIS_DEG, abs=0.5)
    assert range_azimuth(foot.lat_deg, foot.lon_deg, lat, lon)[0] < 5 * MAJOR_M / math.sqrt(SAMPLES)
    assert (foot.t_s, foot.t_sigma_s) == pytest.approx((500.0, 12.0), rel=0.018)
    assert foot.t_q99_s == pytest.approx(500.0 + 2.326 * 12.0, abs=1.0)
    assert (foot.body, foot.p_lands, foot.samples) == ("stage 1", 1.0, SAMPLES)


@pytest.mark.parametrize("probability", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_a_ring_holds_what_it_says(lat: float, lon: float, probability: float) -> None:
    lats, lons, t_s = sample(lat, lon)
    ring_lat, ring_lon = ring(footprint(lats, lons, t_s, "b"), probability)
    assert (ring_lat[0], ring_lon[0]) == pytest.approx((ring_lat[-1], ring_lon[-1]))
    area = Polygon([(east_of(lon, float(b)), float(a)) for a, b in zip(ring_lat, ring_lon, strict=True)])
    inside = contains_xy(area, [east_of(lon, float(b)) for b in lons], lats)
    assert inside.mean() == pytest.approx(probability, abs=0.01)


@pytest.mark.parametrize(("lat", "lon"), PLACES)
def test_a_point_of_the_ring_is_at_its_probability(lat: float, lon: float) -> None:
    foot = footprint(*sample(lat, lon), "b")
    for a, b in zip(*ring(foot, 0.9, corners=12), strict=True):
        assert holds(foot, float(a), float(b)) == pytest.approx(0.9, abs=1e-6)
    assert holds(foot, foot.lat_deg, foot.lon_deg) == pytest.approx(0.0, abs=1e-12)
    off = destination(foot.lat_deg, foot.lon_deg, AXIS_DEG + 90.0, 5 * MINOR_M)
    assert holds(foot, float(off[0]), float(off[1])) > 0.99999  # five sigmas across, though within two along


def test_weights_count_like_copies() -> None:
    lats, lons, t_s = sample(33.5, 123.5, count=500)
    times = np.where(np.arange(500) % 3 == 0, 3, 1)
    copied = footprint(*(np.repeat(a, times) for a in (lats, lons, t_s)), "b")
    weighted = footprint(lats, lons, t_s, "b", times / times.sum())
    for name in ("lat_deg", "lon_deg", "sigma_major_m", "sigma_minor_m", "axis_deg", "t_s", "t_sigma_s", "t_q99_s"):
        assert getattr(weighted, name) == pytest.approx(getattr(copied, name), rel=1e-9)


def test_what_never_lands_is_counted_and_left_out() -> None:
    lats, lons, t_s = sample(33.5, 123.5, count=400)
    some = lats.copy(), lons.copy(), t_s.copy()
    for column in some:
        column[300:] = np.nan
    foot = footprint(*some, "b")
    assert (foot.p_lands, foot.samples) == (0.75, 300)
    alone = footprint(lats[:300], lons[:300], t_s[:300], "b")
    assert (foot.lat_deg, foot.sigma_major_m, foot.t_s) == (alone.lat_deg, alone.sigma_major_m, alone.t_s)


def test_no_fall_at_all_is_no_footprint() -> None:
    nothing = np.full(9, np.nan)
    with pytest.raises(ModelError, match="fairing: none of 9 samples came down"):
        footprint(nothing, nothing, nothing, "fairing")


def test_one_fall_is_a_point() -> None:
    foot = footprint([33.0], [124.0], [480.0], "b")
    assert (foot.lat_deg, foot.lon_deg, foot.t_s) == pytest.approx((33.0, 124.0, 480.0))
    assert (foot.sigma_major_m, foot.sigma_minor_m, foot.t_sigma_s, foot.t_q99_s) == (0.0, 0.0, 0.0, 480.0)


def test_the_time_when_99_of_100_are_down() -> None:
    assert footprint(np.full(100, 33.0), np.full(100, 124.0), np.arange(100.0)[::-1], "b").t_q99_s == 98.0


def test_an_ellipse_has_its_half_axes() -> None:
    foot = Footprint(
        body="b",
        lat_deg=-35.0,
        lon_deg=20.0,
        sigma_major_m=3e3,
        sigma_minor_m=1e3,
        axis_deg=120.0,
        t_s=0.0,
        t_sigma_s=0.0,
        t_q99_s=0.0,
        p_lands=1.0,
        samples=2,
    )
    distance, azimuth = range_azimuth(np.full(73, -35.0), np.full(73, 20.0), *ring(foot, 0.9))
    scale = math.sqrt(-2.0 * math.log(0.1))
    assert distance.max() == pytest.approx(3e3 * scale, rel=1e-6)
    assert distance.min() == pytest.approx(1e3 * scale, rel=1e-6)
    assert azimuth[distance.argmax()] % 180.0 == pytest.approx(120.0, abs=1e-6)

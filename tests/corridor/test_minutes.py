"""Failures by minute of flight: regions hold their share, probabilities sum, islands come in their minutes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from downrange.base import Array, InputError, normals
from downrange.corridor import Hazards, Minute, by_minute, grounds, launch_hazards, load_fits, load_record
from downrange.corridor.minutes import covering, holding
from downrange.earth import area_m2
from downrange.fall import Falls

MARGIN_M = 50e3


@pytest.fixture(scope="module")
def hazards() -> Hazards:
    return launch_hazards(load_record("chollima-1"), load_fits("chollima-1"), runs=1_000, seed=5)


@pytest.fixture(scope="module")
def minutes(hazards: Hazards) -> tuple[Minute, ...]:
    return by_minute(hazards, grounds(), margin_m=MARGIN_M)


def cloud(lat0: float, lon0: float, sigma_deg: float, n: int = 4_000, seed: int = 3, p: Array | None = None) -> Falls:
    draws = normals(seed, n, 2) * sigma_deg
    return Falls(
        lat_deg=lat0 + draws[:, 0],
        lon_deg=(lon0 + draws[:, 1] / math.cos(math.radians(lat0)) + 180.0) % 360.0 - 180.0,
        t_s=np.arange(n, dtype=float),
        p=np.full(n, 1.0 / n) if p is None else p,
        body_index=np.zeros(n, dtype=np.int64),
        bodies=("a body",),
        source="made up",
    )


@pytest.mark.parametrize(("lat0", "lon0"), [(35.0, 124.0), (-40.0, 179.9), (0.0, 0.0), (60.0, -180.0)])
def test_regions_hold_what_they_say_of_falls_that_made_them_and_of_others(lat0: float, lon0: float) -> None:
    regions = holding(cloud(lat0, lon0, 0.5), (0.9, 0.99))
    others = cloud(lat0, lon0, 0.5, seed=4)
    for share, region in zip((0.9, 0.99), regions, strict=True):
        assert region.is_valid
        west, _, east, _ = region.bounds
        assert west >= -180.0
        assert east <= 180.0
        inside = shapely.intersects_xy(region, others.lon_deg, others.lat_deg).mean()
        assert inside == pytest.approx(share, abs=0.015)
    # The circle that holds 90 % of a normal distribution of 0.5 degrees has a radius of 2.146 x 0.5 x 111 km.
    assert area_m2(regions[0]) == pytest.approx(math.pi * (2.146 * 0.5 * 111.2e3) ** 2, rel=0.15)
    assert area_m2(regions[0]) < area_m2(regions[1])


def test_weights_count_not_rows() -> None:
    heavy, light = cloud(10.0, 20.0, 0.1, n=300), cloud(20.0, 20.0, 0.1, n=300)
    both = Falls(
        lat_deg=np.concatenate([heavy.lat_deg, light.lat_deg]),
        lon_deg=np.concatenate([heavy.lon_deg, light.lon_deg]),
        t_s=np.concatenate([heavy.t_s, light.t_s]),
        p=np.concatenate([np.full(300, 0.98 / 300), np.full(300, 0.02 / 300)]),
        body_index=np.zeros(600, dtype=np.int64),
        bodies=("a body",),
        source="made up",
    )
    ninety, nearly_all = holding(both, (0.9, 0.999))
    assert not ninety.intersects(shapely.box(19.0, 19.0, 21.0, 21.0))
    assert nearly_all.intersects(shapely.box(19.0, 19.0, 21.0, 21.0))


def test_nothing_makes_an_empty_region_and_a_wrong_share_is_refused() -> None:
    nowhere = cloud(0.0, 0.0, 1.0, n=5, p=np.zeros(5))
    assert all(region.is_empty for region in holding(nowhere, (0.9, 0.99)))
    for share in (0.0, 1.0, 1.5):
        with pytest.raises(InputError, match="between 0 and 1"):
            holding(nowhere, (share,))


def test_a_cover_covers_with_fewer_corners() -> None:
    (region,) = holding(cloud(35.0, 124.0, 0.5), (0.99,))
    cover = covering(region, 0.05)
    assert cover.is_valid
    assert shapely.covers(cover, region)
    assert len(shapely.get_coordinates(cover)) < len(shapely.get_coordinates(region))
    assert area_m2(cover) < 1.2 * area_m2(region)
    assert covering(shapely.MultiPolygon(), 0.05).is_empty
    at_the_line = shapely.MultiPolygon([shapely.box(179.0, 0.0, 180.0, 1.0), shapely.box(-180.0, 0.0, -179.5, 1.0)])
    west, _, east, _ = covering(at_the_line, 0.05).bounds
    assert (west, east) == (-180.0, 180.0)


@pytest.mark.parametrize("margin_m", [-1.0, float("nan"), 1e9])
def test_a_margin_that_is_none_is_refused(hazards: Hazards, margin_m: float) -> None:
    with pytest.raises(InputError, match="margin_m"):
        by_minute(hazards, grounds(), margin_m=margin_m)


def test_minutes_come_in_order_and_their_probabilities_sum(hazards: Hazards, minutes: tuple[Minute, ...]) -> None:
    numbers = [one.minute for one in minutes]
    assert numbers[-1] is None  # flights that go on impaired come last
    assert numbers[:-1] == list(range(12))  # the last burn ends in the twelfth minute
    assert math.fsum(one.p for one in minutes) == pytest.approx(hazards.p_failure)
    assert sum(one.cases for one in minutes) == len(hazards.case_p)


def test_what_falls_comes_after_the_failure_and_later_failures_fall_farther(minutes: tuple[Minute, ...]) -> None:
    lost = [one for one in minutes if one.minute is not None]
    for one in lost:
        assert one.first_t_s >= 60.0 * one.minute
        assert one.first_t_s < one.last_t_s
        assert 0.0 < one.p_lands <= 1.0
    firsts = [one.first_t_s for one in lost]
    assert firsts == sorted(firsts)
    south = [one.regions_lonlat[0].centroid.y for one in lost[:11]]
    assert south == sorted(south, reverse=True)


def test_regions_grow_with_the_share_and_hold_the_impacts(hazards: Hazards, minutes: tuple[Minute, ...]) -> None:
    for one in minutes[:11]:
        assert one.shares == (0.9, 0.99)
        assert area_m2(one.regions_lonlat[0]) <= area_m2(one.regions_lonlat[1])
        mine = (hazards.case_ends_s // 60.0 == one.minute) & ~hazards.case_flies_on
        rows = mine[hazards.case] & np.isfinite(hazards.failing.lat_deg)
        lat, lon = hazards.failing.lat_deg[rows], hazards.failing.lon_deg[rows]
        for share, region in zip(one.shares, one.regions_lonlat, strict=True):
            assert region.is_valid
            assert shapely.intersects_xy(region, lon, lat).mean() >= share - 0.01


def test_regions_hold_other_falls_as_well(minutes: tuple[Minute, ...]) -> None:
    other = launch_hazards(load_record("chollima-1"), load_fits("chollima-1"), runs=1_000, seed=99)
    for one in minutes[:6]:
        mine = (other.case_ends_s // 60.0 == one.minute) & ~other.case_flies_on
        rows = mine[other.case] & np.isfinite(other.failing.lat_deg)
        lat, lon = other.failing.lat_deg[rows], other.failing.lon_deg[rows]
        held = [shapely.intersects_xy(region, lon, lat).mean() for region in one.regions_lonlat]
        assert held[0] > 0.8
        assert held[1] > 0.95


def test_islands_are_reached_in_their_minutes_and_no_others(minutes: tuple[Minute, ...]) -> None:
    reached: dict[str, set[int | None]] = {}
    for one in minutes:
        for hit in one.hits:
            if hit.ground.kind == "island":
                reached.setdefault(hit.ground.name_en, set()).add(one.minute)
    for name in ("Baengnyeongdo", "Daecheongdo"):
        assert 1 in reached[name]
        assert reached[name] <= {1, 2, None}
    assert {3, 4} <= reached["Miyako"] <= {2, 3, 4, 5, None}
    assert {3, 4} & reached["Tarama"]
    assert reached["Tarama"] <= {3, 4, 5, None}
    assert "Ulleungdo" not in reached


def test_hits_are_sorted_and_likelier_than_nothing(minutes: tuple[Minute, ...]) -> None:
    first = next(one for one in minutes if one.minute == 1)
    assert [hit.p for hit in first.hits] == sorted((hit.p for hit in first.hits), reverse=True)
    assert 0.05 < first.hits[0].p < 0.2
    assert all(one.first_t_s <= hit.first_t_s <= hit.last_t_s <= one.last_t_s for one in minutes for hit in one.hits)


def test_people_keep_their_band_and_unknown_is_not_zero(minutes: tuple[Minute, ...]) -> None:
    for one in minutes:
        for people in one.people:
            if people.best is not None:
                assert people.low is not None
                assert people.high is not None
                assert people.low <= people.best <= people.high
    okinawa = next(one for one in minutes if one.minute == 3).people[1]
    assert okinawa.best is not None
    assert okinawa.best > 50_000.0  # Miyakojima lies in it
    philippines = next(one for one in minutes if one.minute == 7).people[1]
    assert philippines.best is not None
    assert philippines.best > 100_000.0  # the islands of the Visayas and of Luzon

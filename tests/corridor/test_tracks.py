"""Ground tracks of the crowd: the best fit as flown by itself, and the islands of Chollima-1 in their minutes."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from downrange.base import Array, InputError, geodetic_from_ecef
from downrange.corridor import (
    Ground,
    Overflight,
    Tracks,
    below,
    grounds,
    load_fits,
    load_record,
    overflights,
    people_below,
    tracks,
)
from downrange.corridor.tracks import MOST_M, STEP_S
from downrange.earth import destination, range_azimuth
from downrange.flight import fly, load_vehicle_and_plan

WITHIN_M = 100e3


@pytest.fixture(scope="module")
def found() -> Tracks:
    return tracks(load_record("chollima-1"), load_fits("chollima-1"), flights=60, seed=2)


@pytest.fixture(scope="module")
def passed(found: Tracks) -> dict[str, Overflight]:
    return {f"{row.ground.kind} {row.ground.name_en}": row for row in overflights(found, grounds(), within_m=WITHIN_M)}


def test_the_first_track_is_that_of_the_vehicle_file(found: Tracks) -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_record("chollima-1").site, plan)
    lat, lon, _ = geodetic_from_ecef(flight.r_ecef_m)
    known = np.isfinite(found.lat_deg[0])
    for mine, theirs in ((found.lat_deg[0], lat), (found.lon_deg[0], lon)):
        straight = np.interp(found.t_s[known], flight.t_s, theirs)
        assert np.abs(mine[known] - straight).max() < 0.002  # 200 m: between its rows the flight is taken as straight
    assert found.end_s[0] == pytest.approx(flight.t_s[-1], abs=0.5)


def test_tracks_begin_at_the_pad_and_end_with_the_last_burn(found: Tracks) -> None:
    site = load_record("chollima-1").site
    away_m, _ = range_azimuth(site.lat_deg, site.lon_deg, found.lat_deg[:, 0], found.lon_deg[:, 0])
    assert away_m[0] < 1.0
    assert 1e3 < away_m[1:].max() < 5.0 * site.sigma_m
    last_s = [found.t_s[np.isfinite(row)].max() for row in found.lat_deg]
    assert (found.end_s - last_s >= 0.0).all()
    assert (found.end_s - last_s < STEP_S + 1e-9).all()


def test_flight_i_is_the_same_however_many_fly(found: Tracks) -> None:
    few = tracks(load_record("chollima-1"), load_fits("chollima-1"), flights=5, seed=2)
    columns = min(len(few.t_s), len(found.t_s))
    assert np.array_equal(few.lat_deg[:, :columns], found.lat_deg[:6, :columns], equal_nan=True)


def test_the_best_fit_is_nearest_where_and_when_one_track_alone_says_so(found: Tracks) -> None:
    flown = np.isfinite(found.lat_deg[0])
    line = found.t_s[flown], found.lat_deg[0, flown], found.lon_deg[0, flown]
    spots = [one for one in grounds() if one.kind == "island"]
    alone = {row.name: row for row in below(*line, spots, within_m=WITHIN_M)}
    crowd = {row.ground.name_en: row for row in overflights(found, spots, within_m=WITHIN_M)}
    assert len(alone) > 10
    for name, row in alone.items():
        assert crowd[name].distance_m == pytest.approx(row.distance_m, abs=500.0)
        if row.distance_m > 1e3:
            assert crowd[name].closest_t_s == pytest.approx(row.closest_t_s, abs=2.0)


# 24 August 2023: 33 km west of Baengnyeong (Yonhap TV), between Okinawa and Miyako at about T+10 min (NTV, whole minutes).
def test_islands_are_passed_in_their_minutes(passed: dict[str, Overflight]) -> None:
    baengnyeong, daecheong = passed["island Baengnyeongdo"], passed["island Daecheongdo"]
    assert baengnyeong.share == daecheong.share == 1.0
    assert baengnyeong.minute == daecheong.minute == 3
    assert baengnyeong.low_m < 33e3 < 1.2 * baengnyeong.high_m
    assert baengnyeong.closest_t_s < daecheong.closest_t_s
    miyako = passed["island Miyako"]
    assert miyako.minute in {8, 9}
    assert 0.0 < miyako.share < 1.0
    assert miyako.earliest_t_s < miyako.closest_t_s < miyako.latest_t_s
    assert "island Yonaguni" not in passed
    assert "city Tokyo" not in passed


def test_an_island_and_its_municipality_are_passed_together(passed: dict[str, Overflight]) -> None:
    for island, place in (("Baengnyeongdo", "Baengnyeong-myeon"), ("Daecheongdo", "Daecheong-myeon")):
        assert passed[f"island {island}"].closest_t_s == pytest.approx(
            passed[f"municipality {place}"].closest_t_s, abs=10
        )


def test_rows_are_in_order_and_times_and_distances_too(passed: dict[str, Overflight]) -> None:
    rows = list(passed.values())
    assert [row.closest_t_s for row in rows] == sorted(row.closest_t_s for row in rows)
    for row in rows:
        assert row.earliest_t_s <= row.closest_t_s <= row.latest_t_s
        assert row.low_m <= row.high_m
        assert 0.0 < row.share <= 1.0
        assert row.minute == int(row.closest_t_s // 60.0)
        assert row.distance_m <= WITHIN_M


def flat(name: str, lat: float, lon: float) -> Ground:
    box = shapely.box(lon - 0.05, lat - 0.05, lon + 0.05, lat + 0.05)
    none = {"code": "", "within": "", "country": "", "low": None, "best": None, "high": None}
    return Ground(kind="island", name_en=name, lat_deg=lat, lon_deg=lon, geometry_lonlat=box, **none)


def straight(lat0: float, lon0: float, azimuths: Array) -> Tracks:
    t_s = np.arange(0.0, 405.0, STEP_S)
    lat, lon = destination(lat0, lon0, np.asarray(azimuths)[:, None], 5_000.0 * t_s[None, :])
    return Tracks(t_s=t_s, lat_deg=lat, lon_deg=lon, end_s=np.full(len(azimuths), 400.0))


@pytest.mark.parametrize("lon0", [125.0, 180.0, -179.5, 0.0])
def test_distances_over_made_up_tracks_by_hand(lon0: float) -> None:
    lat, lon = (float(x) for x in destination(10.0, lon0, 90.0, 1_000e3))
    here = flat("here", lat, lon)
    (row,) = overflights(straight(10.0, lon0, np.array([90.0, 89.0, 91.0, 95.0])), [here], within_m=30e3)
    # The first passes over it after 200 s; a degree aside is 17.4 km less the half of the box, 5.5 km, and the course
    # there, 93 degrees, brings the box's corner 0.3 km nearer than its side; five degrees are 87 km.
    assert row.share == 0.75
    assert row.distance_m == 0.0
    assert row.closest_t_s == pytest.approx(200.0, abs=0.5)
    assert row.minute == 3
    away = overflights(straight(10.0, lon0, np.array([91.0])), [here], within_m=30e3)
    assert away[0].distance_m == pytest.approx(11.6e3, abs=100.0)
    assert not overflights(straight(10.0, lon0, np.array([95.0])), [here], within_m=30e3)


def test_people_below_are_counted_by_minute_and_once_altogether(found: Tracks) -> None:
    strips = people_below(found, within_m=40e3)
    assert [strip.minute for strip in strips] == [*range(12), None]
    third, whole = strips[3].people, strips[-1].people
    # Baengnyeong and Daecheong lie 22 and 28 km from the best fit's track, in its fourth minute: some 6,800 people.
    assert {share.place.name_en for share in third.by_place} == {"Baengnyeong-myeon", "Daecheong-myeon"}
    assert third.best == pytest.approx(6_800, rel=0.05)
    named = [share.place.code for strip in strips[:-1] for share in strip.people.by_place]
    assert {share.place.code for share in whole.by_place} == set(named)
    assert whole.best is not None
    assert whole.best <= sum(strip.people.best or 0.0 for strip in strips[:-1]) + 1.0
    wider = people_below(found, within_m=80e3)[-1].people
    assert wider.best is not None
    assert wider.best > whole.best


def test_people_below_over_the_date_line() -> None:
    over = straight(-17.0, 176.0, np.array([90.0]))
    strips = people_below(over, within_m=50e3)
    assert [strip.minute for strip in strips] == [*range(7), None]  # Fiji, of which no figure is known
    assert strips[-1].people.best is None
    assert strips[-1].people.land_uncovered_m2 > 5e9


def test_nonsense_is_refused(found: Tracks) -> None:
    for metres in (0.0, -1.0, float("nan"), 2.0 * MOST_M):
        with pytest.raises(InputError, match="Give a distance above 0"):
            overflights(found, grounds(), within_m=metres)
        with pytest.raises(InputError, match="Give a distance above 0"):
            people_below(found, within_m=metres)
    with pytest.raises(InputError, match="one flight or more"):
        tracks(load_record("chollima-1"), load_fits("chollima-1"), flights=0)

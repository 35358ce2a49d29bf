"""Counting against a slow, obvious reference; what the band promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from downrange.earth import (
    Level,
    alert_places,
    area_m2,
    buffered,
    islands,
    people_in,
    people_of,
    places,
    places_meeting,
)
from downrange.earth._crowd import cut, dots, gap_m2
from downrange.earth._flat import flattened
from downrange.earth._overlap import edges_of
from downrange.earth._shapes import read_rings

BY_CODE = {place.code: place for place in places()}


def ellipse(lat_deg: float, lon_deg: float, along_m: float, across_m: float, corners: int = 64) -> shapely.Polygon:
    turn = np.linspace(0.0, 2.0 * math.pi, corners, endpoint=False)
    lat = lat_deg + along_m * np.cos(turn) / 111.2e3
    lon = lon_deg + across_m * np.sin(turn) / 111.2e3 / math.cos(math.radians(lat_deg))
    return shapely.Polygon(np.column_stack((lon, lat)))


AREAS = {
    "west of Korea": ellipse(36.3, 126.6, 75e3, 20e3),
    "Seoul": ellipse(37.55, 126.98, 20e3, 75e3),
    "star over Korea": shapely.Polygon(
        [
            (127.3 + r * math.sin(a), 36.3 + r * math.cos(a))
            for a, r in zip(
                np.linspace(0.0, 2.0 * math.pi, 1000, endpoint=False),
                0.5 + 0.1 * np.sin(np.linspace(0.0, 14.0 * math.pi, 1000, endpoint=False)),
                strict=True,
            )
        ]
    ),
    "with a hole": buffered(shapely.Point(127.0, 37.5), 40e3) - buffered(shapely.Point(127.0, 37.5), 15e3),
    "two pieces": shapely.union(ellipse(35.1, 126.8, 20e3, 9e3), ellipse(33.4, 126.6, 9e3, 30e3)),
    "Miyako": ellipse(24.7, 125.1, 40e3, 60e3),
}


def reference(area: BaseGeometry) -> dict[str, tuple[float, float]]:
    """Count Korea and Okinawa with GEOS and geodesic areas, one place and one kind of ground after the other."""
    kinds: dict[str, list[tuple[float, BaseGeometry]]] = {}
    import msgspec

    from downrange.earth._shapes import DATA

    rows = msgspec.json.decode((DATA / "kinds.json").read_bytes())
    for row, shape in zip(rows, read_rings("kinds"), strict=True):
        kinds.setdefault(row["code"], []).append((row["people_per_m2"], shape))
    found = {}
    for place in alert_places(("KR", "JP")):
        if place.code in {f"JP-{i:02d}" for i in range(1, 47)} or not place.geometry_lonlat.intersects(area):
            continue
        grounds = kinds.get(place.code, [(1.0, place.geometry_lonlat)])
        inside = [(weight, area_m2(shape.intersection(area)), area_m2(shape)) for weight, shape in grounds]
        share = sum(part for _, part, _ in inside) / sum(whole for _, _, whole in inside)
        crowd = sum(weight * part for weight, part, _ in inside) / sum(weight * whole for weight, _, whole in inside)
        assert place.people_best is not None
        found[place.code] = (share, place.people_best * crowd)
    return found


@pytest.mark.parametrize("name", AREAS)
def test_counts_agree_with_the_slow_reference(name: str) -> None:
    wanted, people = reference(AREAS[name]), people_in(AREAS[name])
    assert {share.place.code for share in people.by_place} == set(wanted)
    for share in people.by_place:
        ground, best = wanted[share.place.code]
        assert share.share == pytest.approx(ground, abs=0.002)
        assert share.best == pytest.approx(best, rel=0.01, abs=0.002 * (share.place.people_best or 0) + 1.0)
    assert people.best == pytest.approx(sum(best for _, best in wanted.values()), rel=0.002)


@pytest.mark.parametrize("name", AREAS)
def test_cutting_agrees_with_geos(name: str) -> None:
    from downrange.earth._crowd import crowd

    area, pieces = flattened(AREAS[name]), crowd().pieces
    near, inside_m2 = cut(pieces, area, edges_of(area))
    wanted = shapely.area(shapely.intersection(pieces.parts[near], area))
    assert len(near) > 0
    assert inside_m2 == pytest.approx(wanted, abs=0.01)


def test_every_share_names_its_place_in_three_languages() -> None:
    people = people_in(AREAS["west of Korea"])
    assert len(people.by_place) > 20
    for share in people.by_place:
        assert share.place.code.startswith("KR-")
        assert share.place.name_ko
        assert share.place.name_ja
        assert share.place.name_en
        assert 0.0 < share.share <= 1.0
        assert share.low <= share.best <= share.high


def test_towns_count_for_more_than_hills() -> None:
    """Half of Cheongju's ground is myeon: the dong in its middle hold most of its people."""
    middle = buffered(shapely.Point(127.47, 36.64), 8e3)
    (share,) = people_in(middle).by_place
    assert share.place.name_en == "Cheongju-si"
    assert share.best / (share.place.people_best or 1) > 2.0 * share.share


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "radius_m"), [(16.0, 120.9, 25e3), (14.6, 121.0, 30e3), (20.45, 121.97, 8e3)]
)
def test_barangays_count_as_points_do(lat_deg: float, lon_deg: float, radius_m: float) -> None:
    area = buffered(shapely.Point(lon_deg, lat_deg), radius_m)
    people, flat = people_in(area), flattened(area)
    found = 0.0
    for place in alert_places(("PH",)):
        towns = dots(place.code)
        assert towns is not None
        found += float(towns.people[shapely.contains_xy(flat, towns.x, towns.y)].sum())
    assert people.best == pytest.approx(found, rel=0.05)
    assert people.low is not None
    assert people.high is not None
    assert people.low <= found <= people.high


def test_the_dots_of_a_philippine_province_are_all_its_people() -> None:
    for place in alert_places(("PH",)):
        towns = dots(place.code)
        assert towns is not None
        assert towns.people.sum() == place.people_best
    assert dots("JP-13") is not None
    assert dots("KR-11110") is None


def test_a_place_without_a_figure_is_named_and_left_out() -> None:
    dong = [place for place in places(Level.TOWNSHIP) if place.parent_code == "KR-11110"]
    assert len(dong) > 50
    counted = people_of(dong)
    assert counted.best is None
    assert len(counted.unknown) == len(dong)


def test_land_without_a_place_is_unknown_and_never_zero() -> None:
    for lat_deg, lon_deg in [(39.0, 125.8), (31.2, 121.5), (25.0, 121.5), (43.1, 131.9), (40.7, -74.2), (-33.5, -70.7)]:
        people = people_in(buffered(shapely.Point(lon_deg, lat_deg), 20e3))
        assert people.best is None
        assert people.land_uncovered_m2 > 3e8


def test_gaps_begin_where_places_end() -> None:
    for place in (BY_CODE["KR-41"], BY_CODE["JP-42"], BY_CODE["PH-0200900000"], BY_CODE["KR-28720"]):
        ground = flattened(place.geometry_lonlat)
        assert gap_m2(ground, edges_of(ground)) == 0.0
    north = shapely.box(126.0, 38.3, 127.0, 38.8)
    flat = flattened(north)
    assert gap_m2(flat, edges_of(flat)) == pytest.approx(area_m2(north), rel=0.02)


def test_an_invalid_or_empty_area_is_counted_too() -> None:
    bow = shapely.Polygon([(126.9, 37.5), (127.1, 37.6), (127.1, 37.5), (126.9, 37.6)])
    assert not bow.is_valid
    assert people_in(bow).best == pytest.approx(people_in(shapely.make_valid(bow)).best)
    nobody = people_in(shapely.Polygon())
    assert (nobody.low, nobody.best, nobody.high, nobody.by_place) == (0.0, 0.0, 0.0, ())


def test_a_point_on_inhabited_ground_is_one_person_at_least() -> None:
    for lat_deg, lon_deg in [(37.56, 127.0), (34.5, 135.5), (14.6, 121.0)]:
        people = people_in(shapely.Point(lon_deg, lat_deg))
        assert people.best == 1.0
        assert people.high is not None
        assert people.high >= 1.0


@settings(max_examples=25, deadline=None)
@given(st.floats(31.0, 43.0), st.floats(130.0, 142.0), st.floats(2e3, 60e3))
def test_inside_and_outside_of_a_prefecture_add_up(lat_deg: float, lon_deg: float, radius_m: float) -> None:
    circle = buffered(shapely.Point(lon_deg, lat_deg), radius_m)
    for share in people_in(circle).by_place:
        rest = {one.place.code: one for one in people_in(share.place.geometry_lonlat - circle).by_place}
        if share.share < 0.98 and share.place.code in rest:
            total = share.best + rest[share.place.code].best
            assert total == pytest.approx(share.place.people_best, rel=0.02)
            assert share.low + rest[share.place.code].low <= (share.place.people_high or 0)


def test_what_is_warned_is_each_ground_once_and_known() -> None:
    chosen = alert_places()
    assert {place.country for place in chosen} == {"KR", "JP", "PH"}
    assert len(alert_places(("PH",))) == 83
    assert len([place for place in chosen if place.country == "JP" and place.level is Level.PROVINCE]) == 46
    assert all(place.people_best for place in chosen)
    parents = {place.parent_code for place in chosen}
    assert not parents & {place.code for place in chosen}
    names = {place.name_en for place in chosen}
    assert {"Baengnyeong-myeon", "Daecheong-myeon", "Miyakojima", "Tarama", "Jongno-gu", "Batanes"} <= names
    assert "Seoul" not in names


def test_every_korean_township_is_there_with_a_figure_or_unknown() -> None:
    found = places(Level.TOWNSHIP)
    assert len(found) == 5_026
    assert len({place.code for place in found}) == 5_026
    for place in found:
        assert place.name_en
        assert place.name_ja
        assert place.parent_code in BY_CODE
        assert place.people_best is None or place.people_best > 0
        assert (place.people_best is None) == (place.people_low is None) == (place.people_high is None)
    rural = [place for place in found if place.name_ko[-1] in "읍면"]
    assert len(rural) > 1_400
    assert all(place.people_best is not None for place in rural)
    assert shapely.is_valid([place.geometry_lonlat for place in found]).all()
    (myeon,) = places_meeting(shapely.Point(127.2, 36.93), level=Level.TOWNSHIP)
    assert myeon.parent_code == "KR-44130"


def test_every_island_with_a_label_belongs_to_somebody_or_is_known_not_to() -> None:
    left = {
        island.name_en
        for island in islands()
        if island.on_coast and not places_meeting(shapely.Point(island.lon_deg, island.lat_deg), 2_000.0)
    }
    assert left == {"Uotsuri", "Lanyu"}  # nobody lives there; Taiwan

from __future__ import annotations

import gzip
import struct
from importlib import resources

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import Kind
from downrange.earth import (
    Level,
    area_m2,
    buffered,
    cities,
    finest_places,
    islands,
    people_in,
    people_of,
    places,
    places_meeting,
)

BY_CODE = {place.code: place for place in places()}
BAENGNYEONG = shapely.Point(124.675, 37.953)


def square(lat_deg: float, lon_deg: float, half_m: float) -> shapely.Polygon:
    return shapely.box(*buffered(shapely.Point(lon_deg, lat_deg), half_m).bounds)


@pytest.mark.parametrize(
    ("island", "myeon"),
    [("Baengnyeongdo", "백령면"), ("Daecheongdo", "대청면"), ("Socheongdo", "대청면"), ("Yeonpyeongdo", "연평면")],
)
def test_the_four_myeon_of_the_western_sea(island: str, myeon: str) -> None:
    (point,) = [one for one in islands() if one.name_en == island]
    (found,) = places_meeting(shapely.Point(point.lon_deg, point.lat_deg), 2_000.0)
    assert (found.name_ko, found.parent_en, found.country) == (myeon, "Ongjin-gun", "KR")
    (county,) = places_meeting(shapely.Point(point.lon_deg, point.lat_deg), 2_000.0, Level.MUNICIPALITY)
    assert county.name_ko == "옹진군"
    (province,) = places_meeting(shapely.Point(point.lon_deg, point.lat_deg), 2_000.0, Level.PROVINCE)
    assert province.name_ko == "인천광역시"


def test_a_box_of_sixty_kilometres_around_baengnyeong_is_two_myeon_and_not_seoul() -> None:
    found = places_meeting(square(37.953, 124.675, 30e3))
    assert [place.name_ko for place in found] == ["백령면", "대청면"]
    assert not [
        place
        for place in places_meeting(square(37.953, 124.675, 30e3), level=Level.PROVINCE)
        if "서울" in place.name_ko
    ]


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "name_ja", "name_en", "name_ko"),
    [
        (24.79, 125.31, "宮古島市", "Miyakojima", "미야코지마시"),
        (24.83, 125.18, "宮古島市", "Miyakojima", "미야코지마시"),
        (24.722, 125.25, "宮古島市", "Miyakojima", "미야코지마시"),
        (24.655, 124.70, "多良間村", "Tarama", "다라마촌"),
        (24.752, 124.695, "多良間村", "Tarama", "다라마촌"),
        (24.41, 124.19, "石垣市", "Ishigaki", "이시가키시"),
        (24.06, 123.785, "竹富町", "Taketomi", "다케토미정"),
        (24.457, 122.985, "与那国町", "Yonaguni", "요나구니정"),
        (26.212, 127.679, "那覇市", "Naha", "나하시"),
        (26.345, 126.78, "久米島町", "Kumejima", "구메지마정"),
        (25.84, 131.24, "南大東村", "Minamidaito", "미나미다이토촌"),
    ],
)
def test_okinawa_by_island(lat_deg: float, lon_deg: float, name_ja: str, name_en: str, name_ko: str) -> None:
    (found,) = places_meeting(shapely.Point(lon_deg, lat_deg))
    assert (found.name_ja, found.name_en, found.name_ko) == (name_ja, name_en, name_ko)
    assert found.parent_en == "Okinawa Prefecture"


def test_invented_boundaries_say_so() -> None:
    assert "not the boundary" in BY_CODE["JP-47201"].source
    assert "discs" in BY_CODE["JP-47354"].source
    assert "not the boundary" not in BY_CODE["JP-47375"].source


def test_names_in_latin_letters_follow_the_korean_sound_changes() -> None:
    names = {place.name_ko: place.name_en for place in places() if place.country == "KR"}
    assert names["종로구"] == "Jongno-gu"
    assert names["강릉시"] == "Gangneung-si"
    assert names["울릉군"] == "Ulleung-gun"
    assert names["백령면"] == "Baengnyeong-myeon"
    assert names["신안군"] == "Sinan-gun"


def test_every_place_is_complete_and_every_parent_is_there() -> None:
    assert len(BY_CODE) == len(places())
    for place in places():
        assert place.name_en
        assert place.name_ko
        assert place.name_ja
        assert place.source
        assert place.geometry_lonlat.is_valid
        assert (place.parent_code in BY_CODE) != (place.level is Level.PROVINCE)
        assert shapely.Point(place.lon_deg, place.lat_deg).distance(place.geometry_lonlat) < 0.001
        assert place.people_low is not None
        assert place.people_best is not None
        assert place.people_high is not None
        assert 0 < place.people_low <= place.people_best <= place.people_high


def test_the_finest_places_cover_the_ground_once() -> None:
    provinces_m2 = sum(place.area_m2 for place in places() if place.level is Level.PROVINCE)
    finest_m2 = sum(place.area_m2 for place in finest_places())
    assert finest_m2 == pytest.approx(provinces_m2, rel=0.01)
    assert BY_CODE["KR-28720"] not in finest_places()
    assert BY_CODE["KR-28720330"] in finest_places()


def test_the_margin_reaches_over_water() -> None:
    sea = shapely.Point(124.2, 37.95)
    assert places_meeting(sea, 20e3) == ()
    assert [place.name_ko for place in places_meeting(sea, 39e3)] == ["백령면"]


def test_a_whole_island_counts_all_its_people_with_the_band_of_the_figure() -> None:
    people = people_in(square(37.953, 124.675, 8e3))
    place = BY_CODE["KR-28720330"]
    assert (people.low, people.best, people.high) == (place.people_low, place.people_best, place.people_high)
    assert people.by_place[0].share == 1.0


def test_half_an_island_counts_by_ground_and_widens_the_band() -> None:
    west, south, east, north = BY_CODE["KR-28720330"].geometry_lonlat.bounds
    half = shapely.box(west - 0.01, south - 0.01, (west + east) / 2.0, north + 0.01)
    people = people_in(half)
    (share,) = people.by_place
    inside_m2 = area_m2(share.place.geometry_lonlat.intersection(half))
    assert share.share == pytest.approx(inside_m2 / share.place.area_m2, rel=1e-3)
    assert people.best == pytest.approx(5_313 * share.share)
    assert people.low == 0.0
    assert people.high == 5_800.0


def test_an_inhabited_place_is_never_zero() -> None:
    people = people_in(buffered(shapely.Point(124.70, 24.655), 30.0))
    assert people.best == 1.0
    assert people.high is not None
    assert people.high > people.best


def test_the_open_sea_is_zero_and_ground_without_a_figure_is_unknown() -> None:
    sea = people_in(square(36.096, 123.757, 50e3))
    assert (sea.low, sea.best, sea.high, sea.land_uncovered_m2) == (0.0, 0.0, 0.0, 0.0)
    pyongyang = people_in(square(39.02, 125.75, 30e3))
    assert (pyongyang.low, pyongyang.best, pyongyang.high) == (None, None, None)
    assert pyongyang.land_uncovered_m2 > 3e9


def test_ground_left_out_is_said_beside_what_was_counted() -> None:
    people = people_in(square(37.9, 126.6, 40e3))  # both sides of the border
    assert people.best is not None
    assert people.best > 100_000
    assert people.land_uncovered_m2 > 1e9


def test_two_halves_add_up_to_the_whole_and_overlap_counts_once() -> None:
    left, right = shapely.box(126.0, 34.0, 127.0, 36.0), shapely.box(127.0, 34.0, 128.0, 36.0)
    whole = people_in(shapely.box(126.0, 34.0, 128.0, 36.0)).best
    assert whole is not None
    assert (people_in(left).best or 0.0) + (people_in(right).best or 0.0) == pytest.approx(whole, rel=1e-3)
    assert people_in(shapely.MultiPolygon([left, left])).best == pytest.approx(people_in(left).best)


def test_derived_townships_together_never_exceed_their_municipality() -> None:
    wando = [place for place in places() if place.parent_code == "KR-46890"]
    assert all(place.kind is Kind.DERIVED for place in wando)
    counted = people_of(wando)
    assert counted.high == BY_CODE["KR-46890"].people_high
    assert sum(place.people_high or 0 for place in wando) > counted.high


@settings(max_examples=25, deadline=None)
@given(st.floats(33.0, 38.0), st.floats(125.0, 129.0), st.floats(1e3, 80e3), st.floats(1.05, 2.0))
def test_a_larger_area_never_holds_fewer(lat_deg: float, lon_deg: float, radius_m: float, more: float) -> None:
    point = shapely.Point(lon_deg, lat_deg)
    small, large = people_in(buffered(point, radius_m)), people_in(buffered(point, radius_m * more))
    assert (large.best or 0.0) >= (small.best or 0.0) - 1e-6
    for people in (small, large):
        if people.best is not None:
            assert (people.low or 0.0) <= people.best <= (people.high or 0.0)


def test_labels_have_three_names_each() -> None:
    assert {"Seoul", "Pyongyang", "Shanghai", "Taipei", "Manila", "Naha", "Fukuoka", "Jeju", "Busan"} <= {
        city.name_en for city in cities()
    }
    for named in (*islands(), *cities()):
        assert named.name_en
        assert named.name_ko
        assert named.name_ja


def test_the_files_carry_no_date_and_are_whole() -> None:
    data = resources.files("downrange.earth") / "data"
    packed_files = [file for file in data.iterdir() if file.name.endswith(".gz")]
    assert len(packed_files) == 8
    for file in packed_files:
        packed = file.read_bytes()
        assert struct.unpack_from("<I", packed, 4)[0] == 0
        assert gzip.decompress(packed)

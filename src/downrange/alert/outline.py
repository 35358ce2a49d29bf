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
_DECIMALS: Final = 4  # 1e-4 deg is about 11 m
_SPLIT_M: Final = 300.0  # rather than growing more than this, a piece with too many points is cut in two
_HOLE: Final = 0.01  # of the area: a smaller hole is filled
_LEAST_DEG2: Final = 1e-12  # about a hundredth of a square metre: what is smaller has no over-cover worth the name
_WORLD_DEG: Final = 360.0
_LEAST_COS: Final = 0.01  # next to a pole metres east mean little; what counts is tested in degrees


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """Polygons that cover an area.

    polygons:   closed counter-clockwise rings of (lat_deg, lon_deg), none across the 180th meridian
    over_cover: area of the polygons over the area covered, minus one
    grown_m:    by how much the area, or of many islands the smaller ones, was grown before it was simplified
    """

    polygons: tuple[Ring, ...]
    over_cover: float
    grown_m: float


def outline(area_lonlat: Any, *, max_points: int = 100, max_polygons: int = 60) -> Outline:  # noqa: ANN401
    """Cover an area with few points: grow it, simplify by less, round, and test that it covers.

    The area is grown by 40 m; where it has too many pieces, its islets by more, until they join. Each piece is then
    grown on until its ring has at most max_points points, the closing one counted, or is cut in two. Coordinates are rounded to 1e-4 deg before
    the test, not after. A hole of a hundredth of the area or more stays out, for other people may live in it: its
    piece is cut in two there. Smaller holes are filled. Rings may overlap.

    >>> square = shapely.box(124.6, 37.9, 124.7, 38.0)
    >>> made = outline(square)
    >>> len(made.polygons[0]) <= 100, 0.0 < made.over_cover < 0.05
    (True, True)
    """
    _refuse_unusable(area_lonlat)
    wrapped = _unwrapped(area_lonlat)
    area_deg2, flat_map = max(_area(wrapped), _LEAST_DEG2), _flat_map(wrapped)
    flat = shapely.simplify(flat_map.metres(wrapped), _FIRST_M / 4.0)
    for grown_m, clusters in _grown(flat, max_polygons):
        made = [one for part in clusters for one in _covers(part, _FIRST_M, _HOLE * flat.area, flat_map, max_points)]
        cover = shapely.union_all(made)
        pieces = [piece for one in made for piece in _pieces(one)]
        if len(pieces) <= max_polygons and shapely.covers(cover, wrapped):
            return Outline(
                polygons=tuple(_ring(piece) for piece in pieces),
                over_cover=max(0.0, _area(cover) / area_deg2 - 1.0),
                grown_m=grown_m,
            )
    raise InputError(
        where="area",
        seen=f"cannot be covered by {max_polygons} polygons of {max_points} points",
        cure="give the area in parts, or allow more points",
    )


def _grown(flat: Any, max_polygons: int) -> Iterator[tuple[float, Any]]:  # noqa: ANN401
    """Yield by how much an area is grown, more and more, and its pieces then, whenever these are few enough.

    The largest pieces grow by 40 m only, while the islets around them grow together; if that will not do, all grow.
    """
    parts = sorted(shapely.get_parts(flat), key=lambda part: -part.area)
    for kept, tries in ((max_polygons // 3, _TRIES // 2), (0, _TRIES)):
        large, grown_m = _buffer(shapely.MultiPolygon(parts[:kept]), _FIRST_M), _FIRST_M
        for _ in range(tries):
            islets = _buffer(shapely.MultiPolygon(parts[kept:]), grown_m)
            clusters = shapely.get_parts(shapely.union(large, islets))
            if len(clusters) <= max_polygons:
                yield grown_m, clusters
            if not parts[kept:]:
                break
            grown_m *= _GROWTH


def _buffer(flat: Any, metres: float) -> Any:  # noqa: ANN401
    """Return a geometry grown by so much, with blunt corners."""
    return shapely.buffer(flat, metres, quad_segs=2, join_style="mitre", mitre_limit=2.0)


def _refuse_unusable(area_lonlat: Any) -> None:  # noqa: ANN401
    """Stop before an area that is empty, broken, flat as a line, or not on the map."""
    if area_lonlat.is_empty or not shapely.is_valid(area_lonlat):
        raise InputError(
            where="area", seen=shapely.is_valid_reason(area_lonlat), cure="repair the polygon with shapely.make_valid"
        )
    west, south, east, north = area_lonlat.bounds
    if not (area_lonlat.area > 0.0 and -_WORLD_DEG <= west <= east <= _WORLD_DEG and -90.0 <= south <= north <= 90.0):
        raise InputError(
            where="area",
            seen=f"area {area_lonlat.area:g} deg2, longitudes {west:g} to {east:g}, latitudes {south:g} to {north:g}",
            cure="give a polygon of (lon, lat) in degrees; grow a point or a line first",
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
        lonlat = shapely.transform(flat, lambda xy: xy / self.scale + self.centre)
        rounded = shapely.transform(lonlat, lambda xy: np.round(xy, _DECIMALS))
        if shapely.is_valid(rounded):
            return rounded
        return shapely.set_precision(lonlat, 10.0**-_DECIMALS)  # fifty times slower, and hardly ever needed


def _flat_map(lonlat: Any) -> _FlatMap:  # noqa: ANN401
    """Return the map around the centre of a geometry."""
    centre = lonlat.centroid
    cos = max(float(np.cos(np.radians(centre.y))), _LEAST_COS)
    scale = wgs84.METRES_PER_DEGREE * np.array([cos, 1.0])
    return _FlatMap(centre=np.array([centre.x, centre.y]), scale=scale)


def _without_holes(cluster: Any, hole_m2: float, grown_m: float) -> Iterator[Any]:  # noqa: ANN401
    """Yield polygons without holes that together are the cluster: large holes cut in two, small ones filled."""
    holes = [shapely.Polygon(ring) for ring in cluster.interiors]
    large = sorted((hole for hole in holes if hole.area >= hole_m2), key=lambda hole: -hole.area)
    for hole in large:
        cut_m = hole.centroid.x
        if hole.bounds[0] < cut_m - grown_m and hole.bounds[2] > cut_m + grown_m:
            for part in _cut(shapely.Polygon(cluster.exterior, [one.exterior for one in large]), cut_m, grown_m):
                yield from _without_holes(part, hole_m2, grown_m)
            return
    yield shapely.Polygon(cluster.exterior)


def _cut(polygon: Any, east_m: float, overlap_m: float) -> Iterator[Any]:  # noqa: ANN401
    """Yield the polygons west and east of a line from north to south, each reaching a little over it."""
    west, south, east, north = polygon.bounds
    halves = (shapely.box(west, south, east_m + overlap_m, north), shapely.box(east_m - overlap_m, south, east, north))
    for half in halves:
        yield from (
            part for part in shapely.get_parts(shapely.intersection(polygon, half)) if part.geom_type == "Polygon"
        )


def _halves(polygon: Any, overlap_m: float) -> Iterator[Any]:  # noqa: ANN401
    """Yield the halves of a polygon, cut across its longer side."""
    west, south, east, north = polygon.bounds
    if east - west >= north - south:
        yield from _cut(polygon, (west + east) / 2.0, overlap_m)
        return
    turned = shapely.transform(polygon, lambda xy: xy[:, ::-1])
    for half in _cut(turned, (south + north) / 2.0, overlap_m):
        yield shapely.transform(half, lambda xy: xy[:, ::-1])


def _covers(part: Any, grown_m: float, hole_m2: float, flat_map: _FlatMap, max_points: int) -> Iterator[Any]:  # noqa: ANN401
    """Yield simple polygons in (lon, lat) around a part already grown; grown on while one has too many points.

    Growing may close the mouth of a bay: what it shuts in is then a hole like any other.
    """
    more_m = 0.0
    for _ in range(_TRIES):
        wider = _buffer(part, more_m) if more_m else part
        whole = tuple(_without_holes(wider, hole_m2, grown_m))
        if len(whole) > 1:
            for one in whole:
                yield from _covers(one, grown_m + more_m, hole_m2, flat_map, max_points)
            return
        plain = shapely.simplify(whole[0], 0.9 * (grown_m + more_m))
        if shapely.get_num_coordinates(plain) <= max_points:
            rounded = flat_map.degrees(plain)
            if rounded.geom_type == "Polygon" and shapely.get_num_coordinates(rounded.exterior) <= max_points:
                yield shapely.Polygon(rounded.exterior)
                return
        more_m = more_m * _GROWTH or grown_m
        if more_m > max(_SPLIT_M, 2.0 * grown_m):
            for half in _halves(whole[0], grown_m):
                yield from _covers(half, grown_m, hole_m2, flat_map, max_points)
            return
    yield flat_map.degrees(shapely.box(*part.bounds))


def _unwrapped(area_lonlat: Any) -> Any:  # noqa: ANN401
    """Return the area with longitudes in [0, 360) when it lies on both sides of the 180th meridian."""
    west, _, east, _ = area_lonlat.bounds
    if east - west <= 180.0:
        return area_lonlat
    turned = shapely.transform(area_lonlat, lambda xy: np.column_stack((xy[:, 0] % 360.0, xy[:, 1])))
    return shapely.union_all(shapely.get_parts(shapely.make_valid(turned)))


def _pieces(cover: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the polygons of a cover, cut at the 180th meridian and the poles, each with longitudes within +-180."""
    for part in shapely.get_parts(cover):
        west, south, east, north = part.bounds
        if -180.0 <= west and east <= 180.0 and -90.0 <= south and north <= 90.0:
            yield part
            continue
        for turn_deg in (-360.0, 0.0, 360.0):
            world = shapely.box(-180.0 + turn_deg, -90.0, 180.0 + turn_deg, 90.0)
            for piece in shapely.get_parts(shapely.intersection(part, world)):
                if piece.geom_type == "Polygon" and piece.area > 0.0:
                    yield shapely.transform(piece, lambda xy, turn_deg=turn_deg: xy - np.array([turn_deg, 0.0]))


def _ring(piece: Any) -> Ring:  # noqa: ANN401
    """Return the outer ring, counter-clockwise, as (lat_deg, lon_deg) with the decimals of the grid."""
    shell = shapely.orient_polygons(piece).exterior
    rows = np.round(shapely.get_coordinates(shell), _DECIMALS).tolist()
    return tuple((lat_deg, lon_deg) for lon_deg, lat_deg in rows)


def _area(area_lonlat: Any) -> float:  # noqa: ANN401
    """Return the area [deg2] in the sinusoidal projection, which keeps areas; only ratios are used."""

    def equal_area(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack((xy[:, 0] * np.cos(np.radians(xy[:, 1])), xy[:, 1]))

    return float(shapely.transform(area_lonlat, equal_area).area)

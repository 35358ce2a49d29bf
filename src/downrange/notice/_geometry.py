"""Rings on the ellipsoid: the dateline, geodesic sides, circles, arcs, order. Loads shapely and pyproj when called.

Geodesics: pyproj.Geod on WGS 84 (Karney, "Algorithms for geodesics", J. Geodesy 87, 2013).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from shapely.geometry import Point, Polygon
    from shapely.geometry.base import BaseGeometry

_CIRCLE_SIDES: Final = 180
_ARC_STEP_DEG: Final = 1.0
_BAND_STEP_M: Final = 50_000.0
_CAP_SIDES: Final = 36
_NO_SIZE: Final = 1e-12  # square degrees


@cache
def _geod() -> Any:  # noqa: ANN401 - pyproj has no types
    from pyproj import Geod

    return Geod(ellps="WGS84")


def unwrap(lon_deg: Sequence[float]) -> list[float]:
    """Return longitudes without jumps: every side goes the shorter way round.

    >>> unwrap([170.0, -170.0, -160.0])
    [170.0, 190.0, 200.0]
    """
    row: list[float] = []
    for lon in lon_deg:
        if row:
            turns = round((row[-1] - lon) / 360.0)
            row.append(lon + 360.0 * turns)
        else:
            row.append(lon)
    return row


def is_simple(lat_deg: Sequence[float], lon_deg: Sequence[float]) -> bool:
    """Say whether the ring, drawn straight in longitude and latitude, neither crosses nor touches itself."""
    lat, lon = _with_poles(lat_deg, lon_deg)
    lon = unwrap(lon)
    if _is_convex(lat, lon):
        return True
    from shapely.geometry import Polygon

    return bool(Polygon(list(zip(lon, lat, strict=True))).is_valid)


def _is_convex(y: Sequence[float], x: Sequence[float]) -> bool:
    """Say whether a ring turns one way everywhere and goes round once: then it is simple, without more ado."""
    turn = flips = 0
    before = 0.0
    for here in range(-2, len(x) - 2):
        east, north = x[here + 1] - x[here], y[here + 1] - y[here]
        way = east * (y[here + 2] - y[here + 1]) - north * (x[here + 2] - x[here + 1])
        if way == 0.0 or (turn and (way > 0.0) != (turn > 0)):
            return False
        turn = 1 if way > 0.0 else -1
        flips += east * before < 0.0
        before = east or before
    first = next((x[n + 1] - x[n] for n in range(-2, len(x) - 2) if x[n + 1] != x[n]), 0.0)
    return flips + (first * before < 0.0) == 2


def convex_order(lat_deg: Sequence[float], lon_deg: Sequence[float]) -> list[int] | None:
    """Return the order in which the vertices make a convex ring, first vertex first; None when there is none."""
    lon = unwrap(lon_deg)
    lat_mid, lon_mid = sum(lat_deg) / len(lat_deg), sum(lon) / len(lon)
    order = sorted(range(len(lon)), key=lambda n: math.atan2(lat_deg[n] - lat_mid, lon[n] - lon_mid))
    for here in range(len(order)):
        a, b, c = (order[(here + step) % len(order)] for step in range(3))
        turn = (lon[b] - lon[a]) * (lat_deg[c] - lat_deg[b]) - (lat_deg[b] - lat_deg[a]) * (lon[c] - lon[b])
        if turn <= 0.0:
            return None
    first = order.index(0)
    order = order[first:] + order[:first]
    return order if order[1] == 1 else [order[0], *order[:0:-1]]


def centre(lat_deg: Sequence[float], lon_deg: Sequence[float]) -> tuple[float, float]:
    """Return latitude and longitude of the planar centroid of a ring, of its vertices when it has no size."""
    lon = unwrap(lon_deg)
    lat0, lon0 = lat_deg[0], lon[0]
    y, x = [lat - lat0 for lat in lat_deg], [one - lon0 for one in lon]
    twice = north = east = 0.0
    for here in range(len(x)):
        cross = x[here - 1] * y[here] - x[here] * y[here - 1]
        twice += cross
        east += cross * (x[here - 1] + x[here])
        north += cross * (y[here - 1] + y[here])
    if abs(twice) < _NO_SIZE:
        north, east = sum(y) / len(y), sum(x) / len(x)
    else:
        north, east = north / (3.0 * twice), east / (3.0 * twice)
    return lat0 + north, (lon0 + east + 180.0) % 360.0 - 180.0


def arc_points(
    start: tuple[float, float], stop: tuple[float, float], middle: tuple[float, float], *, clockwise: bool | None
) -> list[tuple[float, float]]:
    """Return points (lat, lon) between two ends of an arc, at most one degree of bearing apart.

    clockwise: None goes the shorter way round

    The radius runs evenly from the first end's distance to the second's: printed ends rarely lie on the circle.
    """
    geod = _geod()
    azimuth1_deg, _, range1_m = geod.inv(middle[1], middle[0], start[1], start[0])
    azimuth2_deg, _, range2_m = geod.inv(middle[1], middle[0], stop[1], stop[0])
    swept_deg = (azimuth2_deg - azimuth1_deg) % 360.0
    if clockwise is False or (clockwise is None and swept_deg > 180.0):
        swept_deg -= 360.0
    steps = math.ceil(abs(swept_deg) / _ARC_STEP_DEG)
    found: list[tuple[float, float]] = []
    for step in range(1, steps):
        part = step / steps
        lon, lat, _ = geod.fwd(
            middle[1], middle[0], azimuth1_deg + part * swept_deg, range1_m + part * (range2_m - range1_m)
        )
        found.append((lat, lon))
    return found


def sector_points(
    middle: tuple[float, float], radius_m: float, first_deg: float, last_deg: float
) -> list[tuple[float, float]]:
    """Return points (lat, lon) of an arc from one bearing clockwise to another, both ends included."""
    geod = _geod()
    swept_deg = (last_deg - first_deg) % 360.0 or 360.0
    steps = max(1, math.ceil(swept_deg / _ARC_STEP_DEG))
    ends = [geod.fwd(middle[1], middle[0], first_deg + swept_deg * n / steps, radius_m) for n in range(steps + 1)]
    return [(end[1], end[0]) for end in ends]


def _sides(lat_deg: Sequence[float], lon_deg: Sequence[float], side_m: float) -> tuple[list[float], list[float]]:
    """Put geodesic points into every side longer than side_m."""
    geod = _geod()
    lat: list[float] = []
    lon: list[float] = []
    for here in range(len(lat_deg)):
        there = (here + 1) % len(lat_deg)
        lat.append(lat_deg[here])
        lon.append(lon_deg[here])
        _, _, range_m = geod.inv(lon_deg[here], lat_deg[here], lon_deg[there], lat_deg[there])
        extra = math.ceil(range_m / side_m) - 1
        if extra > 0:
            points = geod.npts(lon_deg[here], lat_deg[here], lon_deg[there], lat_deg[there], extra)
            lon.extend(point[0] for point in points)
            lat.extend(point[1] for point in points)
    return lat, lon


def _with_poles(lat_deg: Sequence[float], lon_deg: Sequence[float]) -> tuple[list[float], list[float]]:
    """Give a vertex at a pole the longitudes of its neighbours: it is a side of the map, not a point of it."""
    lat, lon = list(lat_deg), list(lon_deg)
    if not any(abs(y) == 90.0 for y in lat) or len(lat) < 3:
        return lat, lon
    found: list[tuple[float, float]] = []
    for here, y in enumerate(lat):
        if abs(y) == 90.0:
            found += [(y, lon[here - 1]), (y, lon[(here + 1) % len(lon)])]
        else:
            found.append((y, lon[here]))
    return [y for y, _ in found], [x for _, x in found]


def _around_pole(lat: list[float], lon: list[float]) -> tuple[list[float], list[float]]:
    """Close a ring that runs once round a pole over that pole."""
    closing = unwrap([lon[-1], lon[0]])[1]
    if abs(closing - lon[0]) < 180.0:
        return lat, lon
    pole = math.copysign(90.0, sum(lat))
    return [*lat, lat[0], pole, pole], [*lon, closing, closing, lon[0]]


def polygon_lonlat(lat_deg: Sequence[float], lon_deg: Sequence[float], side_m: float) -> BaseGeometry:
    """Return the ring as a valid geometry with geodesic sides, cut at the 180th meridian."""
    from shapely.geometry import Polygon
    from shapely.validation import make_valid

    lat, lon = _sides(*_with_poles(lat_deg, lon_deg), side_m)
    lat, lon = _around_pole(lat, unwrap(lon))
    whole = Polygon(list(zip(lon, lat, strict=True)))
    return _cut(whole if whole.is_valid else make_valid(whole))


def _cut(whole: BaseGeometry) -> BaseGeometry:
    """Cut at the 180th meridian and shift the pieces into [-180, 180]."""
    from shapely.affinity import translate
    from shapely.geometry import box
    from shapely.ops import unary_union

    low, _, high, _ = whole.bounds
    if low >= -180.0 and high <= 180.0:
        return whole
    pieces: list[Polygon] = []
    for turn in range(math.floor((low + 180.0) / 360.0), math.floor((high + 180.0) / 360.0) + 1):
        piece = whole.intersection(box(360.0 * turn - 180.0, -90.0, 360.0 * turn + 180.0, 90.0))
        moved = translate(piece, xoff=-360.0 * turn)
        pieces.extend(part for part in getattr(moved, "geoms", [moved]) if part.geom_type == "Polygon" and part.area)
    return unary_union(pieces)


def circle_lonlat(lat_deg: float, lon_deg: float, radius_m: float) -> BaseGeometry:
    """Return the circle as a polygon of 180 sides, cut at the 180th meridian."""
    geod = _geod()
    bearings = [-360.0 * n / _CIRCLE_SIDES for n in range(_CIRCLE_SIDES)]
    ends = [geod.fwd(lon_deg, lat_deg, bearing, radius_m) for bearing in bearings]
    return polygon_lonlat([end[1] for end in ends], [end[0] for end in ends], math.inf)


def band_lonlat(lat_deg: Sequence[float], lon_deg: Sequence[float], radius_m: float) -> BaseGeometry:
    """Return all that lies within a distance of a line of geodesics, cut at the 180th meridian; the line itself for 0."""
    from shapely.ops import unary_union

    lat, lon = _along(lat_deg, lon_deg, _BAND_STEP_M)
    if radius_m <= 0.0:
        return _line(lat, unwrap(lon))
    ends = list(zip(lat, lon, strict=True))
    pieces = [_capsule(a, b, radius_m) for a, b in itertools.pairwise(ends)] or [circle_lonlat(*ends[0], radius_m)]
    return unary_union(pieces)


def _along(lat_deg: Sequence[float], lon_deg: Sequence[float], step_m: float) -> tuple[list[float], list[float]]:
    """Put geodesic points into every part of a line longer than a step."""
    lat, lon = _sides(lat_deg, lon_deg, step_m)
    last = len(lat) - 1 - next(n for n, y in enumerate(reversed(lat)) if y == lat_deg[-1])
    return lat[: last + 1], lon[: last + 1]


def _capsule(a: tuple[float, float], b: tuple[float, float], radius_m: float) -> BaseGeometry:
    """Return what lies within a distance of one short geodesic: two half circles and their tangents."""
    geod = _geod()
    there_deg, back_deg, range_m = geod.inv(a[1], a[0], b[1], b[0])
    if range_m == 0.0:
        return circle_lonlat(*a, radius_m)
    turns = [180.0 * n / _CAP_SIDES for n in range(_CAP_SIDES + 1)]
    caps = [geod.fwd(b[1], b[0], back_deg - 90.0 - turn, radius_m) for turn in turns]
    caps += [geod.fwd(a[1], a[0], there_deg - 90.0 - turn, radius_m) for turn in turns]
    return polygon_lonlat([end[1] for end in caps], [end[0] for end in caps], math.inf)


def _line(lat: list[float], lon: list[float]) -> BaseGeometry:
    """Return a line, cut at the 180th meridian."""
    from shapely.affinity import translate
    from shapely.geometry import LineString, Point, box
    from shapely.ops import unary_union

    if len(lat) < 2 or (len(set(lat)) == 1 and len(set(lon)) == 1):
        return Point(lon[0], lat[0])
    whole = LineString(list(zip(lon, lat, strict=True)))
    turns = range(math.floor((min(lon) + 180.0) / 360.0), math.floor((max(lon) + 180.0) / 360.0) + 1)
    pieces = [
        translate(whole.intersection(box(360.0 * n - 180.0, -90.0, 360.0 * n + 180.0, 90.0)), xoff=-360.0 * n)
        for n in turns
    ]
    return unary_union([piece for piece in pieces if piece.length])


def area_m2(whole_lonlat: BaseGeometry) -> float:
    """Return the area on the ellipsoid."""
    return abs(float(_geod().geometry_area_perimeter(whole_lonlat)[0]))


def point_lonlat(lat_deg: float, lon_deg: float) -> Point:
    """Return the point."""
    from shapely.geometry import Point

    return Point(lon_deg, lat_deg)

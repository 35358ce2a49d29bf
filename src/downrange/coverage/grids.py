"""Points to be observed, and the area each stands for: over the whole Earth, on a product grid, inside a region."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, wgs84
from downrange.coverage._areas import areas_m2, band_m2, per_radian_m2
from downrange.coverage.model import Bools, Points, points_at

if TYPE_CHECKING:
    from downrange.coverage.regions import Region

MOST_POINTS: Final = 1_000_000
"""More than that is a slip of the keyboard: a point every 20 km on the whole Earth."""

_GOLDEN: Final = math.pi * (3.0 - math.sqrt(5.0))
_LEAST: Final = 1e-12  # of the largest cell: what is smaller is a rounding of the cut, and has no inside
_TRIES: Final = 12  # spacings tried for a wanted count; beyond that they only jitter


def fibonacci(count: int) -> Points:
    """Return points spread evenly over the whole Earth on a spiral; each stands for the ellipsoid's band it winds through.

    Point i has sin(latitude) = 1 - 2 (i + 0.5) / count and lies i + 0.5 golden angles east.

    >>> points = fibonacci(10_000)
    >>> f"{points.lat_deg[0]:.4f} {points.lon_deg[1]:.4f} {points.area_m2.sum() / 1e12:.4f}"
    '89.1897 -153.7384 510.0656'
    """
    _check_count(count)
    i = np.arange(count, dtype=float)
    edge = 1.0 - 2.0 * np.arange(count + 1, dtype=float) / count
    lat_deg = np.degrees(np.arcsin(1.0 - 2.0 * (i + 0.5) / count))
    lon_deg = (np.degrees((i + 0.5) * _GOLDEN) + 180.0) % 360.0 - 180.0
    return points_at(lat_deg, lon_deg, area_m2=-2.0 * math.pi * np.diff(per_radian_m2(edge)))


def lat_lon(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Points:
    """Return the product of parallels and meridians, latitude-major; cells reach half-way to the neighbours.

    At the ends they reach as far out as in, never beyond a pole nor round the Earth on themselves.

    >>> points = lat_lon(np.linspace(33.0, 43.0, 40), np.linspace(124.0, 131.0, 25))
    >>> len(points.lat_deg), f"{points.lon_deg[1] - points.lon_deg[0]:.4f}"
    (1000, '0.2917')
    """
    lat, lon = _rising("lat_deg", lat_deg), _rising("lon_deg", lon_deg)
    if np.abs(lat).max() > 90.0:
        seen = f"a latitude of {lat[np.argmax(np.abs(lat))]:g}"
        raise InputError(where="grid", key="lat_deg", seen=seen, cure="exchange latitude and longitude")
    if lon[-1] - lon[0] >= 360.0:
        seen = f"meridians from {lon[0]:g} to {lon[-1]:g}"
        raise InputError(where="grid", key="lon_deg", seen=seen, cure="stay below one turn: 360 is 0 again")
    parallels = np.clip(_edges(lat), -90.0, 90.0)
    meridians = _edges(lon)
    if meridians[-1] - meridians[0] > 360.0:
        seam = 0.5 * (lon[-1] + lon[0] + 360.0)
        meridians[0], meridians[-1] = seam - 360.0, seam
    area_m2 = np.outer(band_m2(parallels[:-1], parallels[1:]), np.diff(meridians))
    return _product(lat, lon, area_m2)


def every(step_deg: float) -> Points:
    """Return the middles of cells of equal degrees over the whole Earth, about `step_deg` wide and high.

    >>> points = every(10.0)
    >>> len(points.lat_deg), float(points.lat_deg[0]), float(points.lon_deg[0])
    (648, -85.0, -175.0)
    """
    if not (math.isfinite(step_deg) and 0.0 < step_deg <= 90.0):
        raise InputError(where="grid", key="step_deg", seen=f"{step_deg:g}", cure="give degrees from 0.3 to 90")
    rows, columns = round(180.0 / step_deg), round(360.0 / step_deg)
    _check_count(rows * columns)
    parallels, meridians = np.linspace(-90.0, 90.0, rows + 1), np.linspace(-180.0, 180.0, columns + 1)
    area_m2 = np.outer(band_m2(parallels[:-1], parallels[1:]), np.diff(meridians))
    return _product(0.5 * (parallels[1:] + parallels[:-1]), 0.5 * (meridians[1:] + meridians[:-1]), area_m2)


def inside(region: Region, *, spacing_m: float | None = None, count: int | None = None) -> Points:
    """Return points inside a region, one in each of the cells, about `spacing_m` wide and high, that the region covers.

    A cell that the region's edge cuts keeps what lies inside, and its point moves there; each point stands for its part,
    so that the areas sum to the region's. Islands that share a cell share a point; one alone has its own, however small.

    count: instead of a spacing, about how many points to make
    """
    if (spacing_m is None) == (count is None):
        seen = "neither a spacing nor a count" if spacing_m is None else "a spacing and a count"
        raise InputError(where="grid", seen=seen, cure="give one of the two")
    if spacing_m is None:
        spacing_m = _spacing_for(region, count or 0)
    if not (math.isfinite(spacing_m) and spacing_m > 0.0):
        raise InputError(where="grid", key="spacing", seen=f"{spacing_m:g} m", cure="give a positive size in metres")
    cells, whole = _cells(region, spacing_m)
    return _points_of(region, cells, whole)


def _points_of(region: Region, cells: Any, whole: Bools) -> Points:  # noqa: ANN401 - shapely has no types
    """Return a point for each cell, moved into the region where the cell's middle is outside."""
    import shapely

    pieces = cells.copy()
    pieces[~whole] = _cut(region, cells[~whole])
    area_m2 = areas_m2(pieces)
    held = area_m2 > _LEAST * area_m2.max()
    pieces, cells, area_m2 = pieces[held], cells[held], area_m2[held]
    west, south, east, north = shapely.bounds(cells).T
    lon, lat = 0.5 * (west + east), 0.5 * (south + north)
    for better in (shapely.centroid, shapely.point_on_surface):
        out = ~shapely.intersects_xy(pieces, lon, lat)
        lon[out], lat[out] = shapely.get_coordinates(better(pieces[out])).T
    return points_at(lat, lon, area_m2=area_m2)


def _cut(region: Region, cells: Any) -> Any:  # noqa: ANN401 - as above
    """Return what the region covers of cells; a row at a time, since cutting costs as much as the outline is long."""
    import shapely

    sides: Array = shapely.bounds(cells)
    pieces = cells.copy()
    for south in np.unique(sides[:, 1]):
        mine = sides[:, 1] == south
        west, east, north = sides[mine, 0].min(), sides[mine, 2].max(), sides[mine, 3].max()
        row = shapely.intersection(region.geometry_lonlat, shapely.box(west, south, east, north))
        pieces[mine] = shapely.intersection(row, cells[mine])
    return pieces


def _cells(region: Region, spacing_m: float) -> tuple[Any, Bools]:
    """Return the cells that meet a region, from the south, and which of them it covers whole."""
    import shapely

    boxes = np.concatenate([_boxes(part.bounds, spacing_m) for part in shapely.get_parts(region.geometry_lonlat)])
    cells = shapely.box(*np.unique(boxes, axis=0)[:, [1, 0, 3, 2]].T)
    shapely.prepare(region.geometry_lonlat)
    cells = cells[shapely.intersects(region.geometry_lonlat, cells)]
    return cells, shapely.covers(region.geometry_lonlat, cells)


def _boxes(bounds_lonlat: tuple[float, ...], spacing_m: float) -> Array:
    """Return the cells (south, west, north, east) about a part of a region; one grid for all parts.

    Rows divide the way from pole to pole, and each row the whole parallel, so that cells meet at 180 degrees.
    """
    west, south, east, north = bounds_lonlat
    rows = max(round(math.pi * wgs84.MEAN_RADIUS_M / spacing_m), 1)
    first, last = (int((lat + 90.0) / 180.0 * rows) for lat in (south, north))
    found = []
    made = 0
    for row in range(first, min(last, rows - 1) + 1):
        low, high = (180.0 * (row + k) / rows - 90.0 for k in (0, 1))
        middle = math.radians(0.5 * (low + high))
        around_m = 2.0 * math.pi * wgs84.RE_M * math.cos(middle) / math.sqrt(1.0 - wgs84.E2 * math.sin(middle) ** 2)
        columns = max(round(around_m / spacing_m), 1)
        one, other = (int((lon + 180.0) / 360.0 * columns) for lon in (west, east))
        made += min(other, columns - 1) + 1 - one
        _check_count(made)
        meridians = 360.0 * np.arange(one, min(other, columns - 1) + 2) / columns - 180.0
        lows, highs = np.full(len(meridians) - 1, low), np.full(len(meridians) - 1, high)
        found.append(np.column_stack([lows, meridians[:-1], highs, meridians[1:]]))
    return np.concatenate(found)


def _spacing_for(region: Region, count: int) -> float:
    """Return the spacing [m] that gives about so many points."""
    _check_count(count)
    spacing_m = math.sqrt(region.area_m2 / count)
    best_m, best = spacing_m, math.inf
    for _ in range(_TRIES):
        found = len(_cells(region, spacing_m)[0])
        if abs(found - count) < best:
            best_m, best = spacing_m, abs(found - count)
        if found == count:
            break
        spacing_m *= math.sqrt(found / count)
    return best_m


def _product(lat: Array, lon: Array, area_m2: Array) -> Points:
    """Return the points of a product grid."""
    _check_count(len(lat) * len(lon))
    every_lat, every_lon = np.repeat(lat, len(lon)), np.tile((lon + 180.0) % 360.0 - 180.0, len(lat))
    return points_at(every_lat, every_lon, area_m2=area_m2.ravel())


def _rising(name: str, values: ArrayLike) -> Array:
    """Return the parallels or meridians of a grid, two or more in rising order."""
    found = np.atleast_1d(np.asarray(values, dtype=float))
    if found.ndim != 1 or len(found) < 2 or not np.isfinite(found).all() or not (np.diff(found) > 0.0).all():
        cure = "give two or more degrees, each above the one before; add 360 to what lies east of the 180th meridian"
        raise InputError(where="grid", key=name, seen="no rising row of degrees", cure=cure)
    return found


def _edges(middles: Array) -> Array:
    """Return the edges of cells about points on a line."""
    between = 0.5 * (middles[1:] + middles[:-1])
    return np.concatenate([[2.0 * middles[0] - between[0]], between, [2.0 * middles[-1] - between[-1]]])


def _check_count(count: int) -> None:
    """Refuse no points, and more than anybody wants."""
    if not 1 <= count <= MOST_POINTS:
        cure = f"give 1 to {MOST_POINTS:,} points, or a wider spacing"
        raise InputError(where="grid", key="count", seen=f"{count:,} points", cure=cure)

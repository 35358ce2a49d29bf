"""How much of many polygons one area covers, and how deep points lie in it: on a flat map, without building any polygon.

A polygon is the signed sum of the trapezoids below its edges. So the overlap of two polygons is the signed sum of the overlaps
of trapezoids, each of which is a short formula; and only edges above the same ground meet. The edges of the area are sorted
into columns once. Checked against GEOS in the tests; ten times faster where outlines are long.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from downrange.base import Array

_FEWEST, _MOST = 16, 1024
_TURN = np.arange(24) * (math.pi * (3.0 - math.sqrt(5.0)))  # the golden angle: a sunflower, even over a disc
_OUT = np.sqrt((np.arange(24) + 0.5) / 24.0)
PATTERN = np.stack((_OUT * np.cos(_TURN), _OUT * np.sin(_TURN)))
"""24 points spread evenly over a disc of radius 1: east, north."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """The edges of an area by columns of equal width.

    edges:  rows x0, y0, x1, y1, sign; x0 <= x1, sign +1 where the area lies below the edge
    first, listed: the edges of column i are listed[first[i] : first[i + 1]]
    west, width:   where the columns begin, how wide one is
    bounds: west, south, east, north of the area; area_m2: its size
    """

    edges: Array
    first: NDArray[np.int64]
    listed: NDArray[np.int64]
    west: float
    width: float
    bounds: tuple[float, float, float, float]
    area_m2: float


def edges_of(area: BaseGeometry) -> Edges | None:
    """Sort the edges of an area into columns; None for an area without any ground."""
    if not area.area > 0.0:
        return None
    edges, _ = signed_edges(np.array([area], dtype=object))
    columns = min(max(len(edges) // 2, _FEWEST), _MOST)
    west, east = float(edges[:, 0].min()), float(edges[:, 2].max())
    width = (east - west) / columns
    first, listed = _sorted_in(edges, west, width, columns)
    return Edges(edges=edges, first=first, listed=listed, west=west, width=width, bounds=area.bounds, area_m2=area.area)


def signed_edges(shapes: NDArray[np.object_]) -> tuple[Array, NDArray[np.int64]]:
    """Return the edges of all shapes, rows x0, y0, x1, y1, sign, and where each shape's begin."""
    parts, shape = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = shape[part]
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    tail, head = xy[:-1][same], xy[1:][same]
    whose = owner[ring[1:][same]]
    real = (tail != head).any(axis=1)
    tail, head, whose = tail[real], head[real], whose[real]
    back = head[:, 0] < tail[:, 0]
    left, right = np.where(back[:, None], head, tail), np.where(back[:, None], tail, head)
    edges = np.column_stack((left, right, np.where(back, 1.0, -1.0)))
    return edges, np.searchsorted(whose, np.arange(len(shapes) + 1)).astype(np.int64)


def overlaps_m2(area: Edges, edges: Array, first: NDArray[np.int64], chosen: NDArray[np.intp]) -> Array:
    """Return what the area covers of each chosen shape [m2]; edges and first as `signed_edges` gives them."""
    return _overlaps(area.edges, area.first, area.listed, area.west, area.width, edges, first, chosen)


def depths(area: Edges, x: Array, y: Array, east: Array, reach_m: Array) -> Array:
    """Return how deep points lie inside the area [m], negative outside, at most reach_m either way.

    east: true metres a metre of x at the point; a metre of y is as much more
    """
    return _depths(area.edges, area.first, area.listed, area.west, area.width, x, y, east, reach_m)


def sampled(area: Edges, x: Array, y: Array, east: Array, radius_m: Array) -> NDArray[np.bool_]:
    """Return which of the points of PATTERN lie inside the area, for discs around points; east as in `depths`."""
    east_of, north_of = PATTERN
    px = x[:, None] + radius_m[:, None] / east[:, None] * east_of
    py = y[:, None] + radius_m[:, None] * east[:, None] * north_of
    wide = np.broadcast_to(east[:, None], px.shape)
    deep = depths(area, px.ravel(), py.ravel(), wide.ravel(), np.full(px.size, 1e-3))
    return deep.reshape(px.shape) > 0.0


@numba.njit(cache=True)
def _column(x: float, west: float, width: float, columns: int) -> int:
    return min(max(int((x - west) / width), 0), columns - 1)


@numba.njit(cache=True)
def _sorted_in(edges: Array, west: float, width: float, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = np.zeros(columns + 1, dtype=np.int64)
    for i in range(len(edges)):
        for k in range(_column(edges[i, 0], west, width, columns), _column(edges[i, 2], west, width, columns) + 1):
            first[k + 1] += 1
    for k in range(columns):
        first[k + 1] += first[k]
    listed, at = np.empty(first[columns], dtype=np.int64), first.copy()
    for i in range(len(edges)):
        for k in range(_column(edges[i, 0], west, width, columns), _column(edges[i, 2], west, width, columns) + 1):
            listed[at[k]] = i
            at[k] += 1
    return first, listed


@numba.njit(cache=True)
def _lower_m2(a0: float, a1: float, b0: float, b1: float, run: float) -> float:
    """Integrate the lesser of two straight lines over a run, given their heights at both ends."""
    if a0 <= b0 and a1 <= b1:
        return 0.5 * (a0 + a1) * run
    if b0 <= a0 and b1 <= a1:
        return 0.5 * (b0 + b1) * run
    part = (a0 - b0) / ((a0 - b0) - (a1 - b1))
    meet = a0 + (a1 - a0) * part
    return 0.5 * run * ((min(a0, b0) + meet) * part + (meet + min(a1, b1)) * (1.0 - part))


@numba.njit(cache=True)
def _overlaps(
    own: Array,
    own_first: NDArray[np.int64],
    listed: NDArray[np.int64],
    west: float,
    width: float,
    edges: Array,
    first: NDArray[np.int64],
    chosen: NDArray[np.intp],
) -> Array:
    columns = len(own_first) - 1
    found = np.zeros(len(chosen))
    for c in range(len(chosen)):
        begin, end = first[chosen[c]], first[chosen[c] + 1]
        floor = min(np.min(own[:, 1]), np.min(own[:, 3]))
        for i in range(begin, end):
            floor = min(floor, edges[i, 1], edges[i, 3])
        total = 0.0
        for i in range(begin, end):
            x0, y0, x1, y1 = edges[i, 0], edges[i, 1], edges[i, 2], edges[i, 3]
            if x1 <= x0 or x1 <= west or x0 >= west + columns * width:
                continue
            slope = (y1 - y0) / (x1 - x0)
            for k in range(_column(x0, west, width, columns), _column(x1, west, width, columns) + 1):
                low = max(x0, west + k * width)
                high = min(x1, west + (k + 1) * width)
                for j in range(own_first[k], own_first[k + 1]):
                    u0, v0, u1, v1, sign = own[listed[j]]
                    left, right = max(low, u0), min(high, u1)
                    if right <= left:
                        continue
                    rise = (v1 - v0) / (u1 - u0)
                    total += (sign * edges[i, 4]) * _lower_m2(
                        y0 + slope * (left - x0) - floor,
                        y0 + slope * (right - x0) - floor,
                        v0 + rise * (left - u0) - floor,
                        v0 + rise * (right - u0) - floor,
                        right - left,
                    )
        found[c] = max(0.0, total)
    return found


@numba.njit(cache=True)
def _away2(x: float, y: float, east: float, u0: float, v0: float, u1: float, v1: float) -> float:
    """Return the square of the true distance from a point to an edge."""
    px, py = (x - u0) * east, (y - v0) / east
    dx, dy = (u1 - u0) * east, (v1 - v0) / east
    along = min(max((px * dx + py * dy) / (dx * dx + dy * dy), 0.0), 1.0)
    return (px - along * dx) ** 2 + (py - along * dy) ** 2


@numba.njit(cache=True)
def _depths(
    own: Array,
    first: NDArray[np.int64],
    listed: NDArray[np.int64],
    west: float,
    width: float,
    x: Array,
    y: Array,
    east: Array,
    reach_m: Array,
) -> Array:
    columns = len(first) - 1
    found = np.empty(len(x))
    for p in range(len(x)):
        side, near2 = 0.0, reach_m[p] ** 2
        span, rise = reach_m[p] / east[p], reach_m[p] * east[p]
        here = _column(x[p], west, width, columns)
        for k in range(_column(x[p] - span, west, width, columns), _column(x[p] + span, west, width, columns) + 1):
            for j in range(first[k], first[k + 1]):
                u0, v0, u1, v1, sign = own[listed[j]]
                if min(v0, v1) - y[p] < rise and y[p] - max(v0, v1) < rise:
                    near2 = min(near2, _away2(x[p], y[p], east[p], u0, v0, u1, v1))
                if k == here and u0 <= x[p] < u1 and v0 + (v1 - v0) / (u1 - u0) * (x[p] - u0) > y[p]:
                    side += sign
        found[p] = np.sqrt(near2) if side > 0.5 else -np.sqrt(near2)
    return found

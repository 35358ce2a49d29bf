"""Where people live, ready to be cut: ground on a flat map with people a square metre, and dots.

Ground: the places of `alert_places`; a Korean municipality that has eup or myeon beside dong is there by kind, with the mean
number of people on that much ground of that kind. Dots: in prefectures the towns of GeoNames, in Philippine provinces the
barangays, each a disc.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from downrange.base import Array
from downrange.earth._flat import equal_area, flattened
from downrange.earth._shapes import DATA, read_rings
from downrange.earth.model import Place
from downrange.earth.places import alert_places, places

if TYPE_CHECKING:
    from downrange.earth._overlap import Edges

Indices = NDArray[np.intp]
_SLIVER_M2: Final = 1e4


class _Ground(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    code: str
    people_per_m2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """Polygons on the flat map, ready to be cut: themselves, as a tree, their areas, and their edges (`_overlap`)."""

    parts: NDArray[np.object_]
    tree: shapely.STRtree
    area_m2: Array
    edges: Array
    first: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """All ground as polygons on the flat map; arrays over polygons, but the last two over places.

    pieces: the polygons
    owner:  index of the polygon's place in `chosen`
    weight: people a square metre, only compared within one place
    ground_m2, weighed: sums over the polygons of each place, of area and of weight times area
    """

    chosen: tuple[Place, ...]
    pieces: Pieces
    owner: Indices
    weight: Array
    ground_m2: Array
    weighed: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """People of one place as discs.

    x, y:   middles on the flat map [m]
    east:   true metres a metre of x there; a metre of y is as much more
    radius_m: of the discs
    own:    which of the points of PATTERN in the disc lie on the place's own ground: the rest is sea, or a neighbour's
    """

    x: Array
    y: Array
    east: Array
    radius_m: Array
    own: NDArray[np.bool_]
    people: Array


@cache
def crowd() -> Crowd:
    """Return the ground of all places."""
    chosen = alert_places()
    index = {place.code: i for i, place in enumerate(chosen)}
    kinds = msgspec.json.decode((DATA / "kinds.json").read_bytes(), type=list[_Ground])
    by_kind = {kind.code for kind in kinds}
    plain = [i for i, place in enumerate(chosen) if place.code not in by_kind]
    shapes = np.array([*(chosen[i].geometry_lonlat for i in plain), *read_rings("kinds")], dtype=object)
    owners = np.array([*plain, *(index[kind.code] for kind in kinds)], dtype=np.intp)
    weights = np.array([*(1.0 for _ in plain), *(kind.people_per_m2 for kind in kinds)])
    parts, shape = shapely.get_parts(flattened(shapes), return_index=True)
    pieces = _pieces(parts)
    owner, weight = owners[shape], weights[shape]
    return Crowd(
        chosen=chosen,
        pieces=pieces,
        owner=owner,
        weight=weight,
        ground_m2=np.bincount(owner, pieces.area_m2, len(chosen)).astype(float),
        weighed=np.bincount(owner, weight * pieces.area_m2, len(chosen)).astype(float),
    )


def cut(pieces: Pieces, area: BaseGeometry, edges: Edges | None) -> tuple[Indices, Array]:
    """Return which polygons an area touches and how much of each is inside [m2]; all on the flat map.

    edges: those of the area, None when it has no ground
    """
    if area.is_empty:
        return np.empty(0, dtype=np.intp), np.empty(0)
    shapely.prepare(area)
    near = pieces.tree.query(area)
    near = near[shapely.intersects(area, pieces.parts[near])]
    inside_m2 = pieces.area_m2[near]
    crossing = np.flatnonzero(~shapely.contains_properly(area, pieces.parts[near]))
    if edges is not None:
        from downrange.earth._overlap import overlaps_m2

        found_m2 = overlaps_m2(edges, pieces.edges, pieces.first, near[crossing])
        inside_m2[crossing] = np.minimum(inside_m2[crossing], found_m2)
    else:
        inside_m2[crossing] = 0.0
    return near, inside_m2


def _pieces(parts: NDArray[np.object_]) -> Pieces:
    from downrange.earth._overlap import signed_edges  # brings numba: only who counts pays for it

    edges, first = signed_edges(parts)
    return Pieces(
        parts=parts, tree=shapely.STRtree(parts), area_m2=shapely.area(parts).astype(float), edges=edges, first=first
    )


@cache
def _gaps() -> Pieces:
    return _pieces(shapely.get_parts(flattened(np.array(read_rings("gaps"), dtype=object))))


def gap_m2(area: BaseGeometry, edges: Edges | None) -> float:
    """Return how much land of an area on the flat map has no place [m2]; less than a hectare is none."""
    found_m2 = float(cut(_gaps(), area, edges)[1].sum())
    return found_m2 if found_m2 > _SLIVER_M2 else 0.0


@cache
def dots(code: str) -> Dots | None:
    """Return where the people of a place live, None when there are no dots."""
    if code not in _columns():
        return None
    from downrange.earth._overlap import edges_of, sampled

    x, y, east, radius_m, people = _columns()[code]
    ground = next(place.geometry_lonlat for place in alert_places() if place.code == code)
    edges = edges_of(flattened(ground))
    if edges is None:
        return None
    own = sampled(edges, x, y, east, radius_m)
    own[~own.any(axis=1)] = True  # a town that is drawn off its ground
    return Dots(x=x, y=y, east=east, radius_m=radius_m, own=own, people=people)


@cache
def _columns() -> dict[str, tuple[Array, Array, Array, Array, Array]]:
    """Read dots.gz: little-endian uint32 count, then columns: row of places.json (u2), people (u4), radius [m] (u2), 1e-4 degrees."""
    packed = gzip.decompress((DATA / "dots.gz").read_bytes())
    count, at = int(np.frombuffer(packed, "<u4", 1)[0]), 4
    columns = []
    for kind in ("<u2", "<u4", "<u2", "<i4", "<i4"):
        columns.append(np.frombuffer(packed, kind, count, at))
        at += count * np.dtype(kind).itemsize
    row, people, radius_m, lat, lon = columns
    xy = equal_area(np.column_stack((lon, lat)) / 1e4)
    east = np.cos(np.radians(lat / 1e4))
    edges = np.flatnonzero(np.diff(row)) + 1
    found = {}
    for first, last in zip((0, *edges), (*edges, count), strict=True):
        here = slice(first, last)
        numbers = (radius_m[here].astype(float), people[here].astype(float))
        found[places()[int(row[first])].code] = (xy[here, 0], xy[here, 1], east[here], *numbers)
    return found

"""Ground with a name: municipalities, islands with their outlines, cities, to be looked for under a flight."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from downrange.earth import Named, Place, buffered, cities, coast, finest_places, islands, people_in, people_of

MUNICIPALITY: Final = "municipality"
ISLAND: Final = "island"
CITY: Final = "city"
_OFF_DEG: Final = 0.02  # how far an island's label may lie from its outline: 2 km
_LARGEST_DEG2: Final = 2.0  # an outline larger than this is a mainland, not the island of the label
_UNDRAWN_M: Final = 1_000.0  # radius taken for what the coast does not draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A piece of ground with a name.

    kind:   municipality (the smallest place with a border), island or city (a point on a map)
    code:   of a municipality, as of `downrange.earth.Place`; "" for the others
    within: name of the next larger place, "" when not known
    low, best, high: people who live there; None: UNKNOWN, never to be read as zero
    geometry_lonlat: the outline; for a city, and an island that the coast does not draw, a disc of 1 km
    """

    kind: str
    code: str
    name_en: str
    within: str
    country: str
    lat_deg: float
    lon_deg: float
    low: float | None
    best: float | None
    high: float | None
    geometry_lonlat: BaseGeometry = field(repr=False, compare=False)


@cache
def grounds() -> tuple[Ground, ...]:
    """Return all ground with a name that comes with the program: municipalities, then islands, then cities.

    An island and the municipality on it are both listed: add people up over one kind only.
    """
    return (
        *(_municipality(place) for place in finest_places()),
        *(_island(point) for point in islands()),
        *(_point(CITY, point) for point in cities()),
    )


def _municipality(place: Place) -> Ground:
    """Return a place that can be warned."""
    people = people_of([place])
    return Ground(
        kind=MUNICIPALITY,
        code=place.code,
        name_en=place.name_en,
        within=place.parent_en,
        country=place.country,
        lat_deg=place.lat_deg,
        lon_deg=place.lon_deg,
        low=people.low,
        best=people.best,
        high=people.high,
        geometry_lonlat=place.geometry_lonlat,
    )


def _island(point: Named) -> Ground:
    """Return an island with the outline that the coast draws within 2 km of its label."""
    parts, tree = _coast()
    label = shapely.Point(point.lon_deg, point.lat_deg)
    nearest = int(tree.nearest(label))
    shape = parts[nearest]
    if not point.on_coast or shape.distance(label) > _OFF_DEG or shape.area > _LARGEST_DEG2:
        return _point(ISLAND, point)
    return _named(ISLAND, point, shape)


def _point(kind: str, point: Named) -> Ground:
    """Return a disc for a point."""
    return _named(kind, point, buffered(shapely.Point(point.lon_deg, point.lat_deg), _UNDRAWN_M))


def _named(kind: str, point: Named, shape: BaseGeometry) -> Ground:
    """Return ground known by its label; who lives on an island is counted from the municipalities there."""
    people = people_in(shape) if kind == ISLAND else None
    return Ground(
        kind=kind,
        code="",
        name_en=point.name_en,
        within="",
        country="",
        lat_deg=point.lat_deg,
        lon_deg=point.lon_deg,
        low=None if people is None else people.low,
        best=None if people is None else people.best,
        high=None if people is None else people.high,
        geometry_lonlat=shape,
    )


@cache
def _coast() -> tuple[list[BaseGeometry], shapely.STRtree]:
    """Return the pieces of land of the finer coast."""
    parts = list(shapely.get_parts(coast("10m")))
    return parts, shapely.STRtree(parts)

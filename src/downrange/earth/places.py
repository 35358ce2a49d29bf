"""Administrative places: what can be warned by name, what holds it, and every Korean township; names for maps.

The townships come from a file of their own, read when they are asked for.
"""

from __future__ import annotations

import gzip
from functools import cache
from typing import Final

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Kind
from downrange.earth._shapes import DATA, read_rings
from downrange.earth.ellipsoid import buffered
from downrange.earth.model import Level, Named, Place

_TOGETHER: Final = "동 지역"  # the dong of one municipality, warned as one place


class _Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    code: str
    country: str
    level: Level
    name_en: str
    name_ko: str
    name_ja: str
    parent: str
    parent_en: str
    people_best: int | None
    people_low: int | None
    people_high: int | None
    people_year: int | None
    kind: Kind
    source: str
    area_m2: float
    lat_deg: float
    lon_deg: float


class _Point(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    en: str
    ko: str
    ja: str
    lat: float
    lon: float
    coast: bool = True


class _Names(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    island: tuple[_Point, ...]
    city: tuple[_Point, ...]


@cache
def places(level: Level | None = None) -> tuple[Place, ...]:
    """Return places: what can be warned and what holds it, or all places of one level.

    level: None gives provinces and prefectures (Korea, Japan, the Philippines), municipalities (Korea, Okinawa Prefecture) and
    those Korean townships that are warned by name. Level.TOWNSHIP gives every eup, myeon and dong of Korea, the dong one by
    one even where they are warned together; most dong have no figure.
    """
    if level is None:
        return _base()
    chosen = tuple(place for place in _base() if place.level is level)
    if level is not Level.TOWNSHIP:
        return chosen
    named = tuple(place for place in chosen if not place.name_ko.endswith(_TOGETHER))
    return tuple(sorted((*named, *_townships()), key=lambda place: place.code))


@cache
def alert_places(countries: tuple[str, ...] = ("KR", "JP", "PH")) -> tuple[Place, ...]:
    """Return the places of some countries that are warned by name; together they are each ground once.

    Korea: municipalities, but townships on islands and along the western and southern coast. Japan: the municipalities of
    Okinawa Prefecture and the other 46 prefectures. The Philippines: 82 provinces and Metro Manila.
    """
    parents = {place.parent_code for place in _base()}
    return tuple(place for place in _base() if place.code not in parents and place.country in countries)


def finest_places() -> tuple[Place, ...]:
    """Return the smallest places that have a figure of their own, each ground once: those of `alert_places`.

    `people_in` counts them, and knows where in them the people live.
    """
    return alert_places()


def places_meeting(area_lonlat: BaseGeometry, margin_m: float = 0.0, level: Level | None = None) -> tuple[Place, ...]:
    """Return the places that an area touches, widened by `margin_m` on every side, in order of code.

    level: None gives those that are warned by name (`alert_places`), each ground once; or ask for provinces, municipalities
    or all Korean townships.

    >>> import shapely
    >>> [place.name_ko for place in places_meeting(shapely.Point(124.7, 37.96), 2_000.0)]
    ['백령면']
    """
    if area_lonlat.is_empty:
        return ()
    chosen, tree = _tree(level)
    hits = tree.query(buffered(area_lonlat, margin_m), predicate="intersects")
    return tuple(sorted((chosen[hit] for hit in hits), key=lambda place: place.code))


@cache
def islands() -> tuple[Named, ...]:
    """Return the islands under the corridors, for labels and for "what is below"."""
    return tuple(_named(point) for point in _names().island)


@cache
def cities() -> tuple[Named, ...]:
    """Return a few cities for orientation on a map."""
    return tuple(_named(point) for point in _names().city)


@cache
def _base() -> tuple[Place, ...]:
    return _read((DATA / "places.json").read_bytes(), "places")


@cache
def _townships() -> tuple[Place, ...]:
    return _read(gzip.decompress((DATA / "townships.json.gz").read_bytes()), "townships")


def _read(table: bytes, name: str) -> tuple[Place, ...]:
    rows = msgspec.json.decode(table, type=list[_Row])
    return tuple(
        Place(
            code=row.code,
            country=row.country,
            level=row.level,
            name_en=row.name_en,
            name_ko=row.name_ko,
            name_ja=row.name_ja,
            parent_code=row.parent,
            parent_en=row.parent_en,
            people_best=row.people_best,
            people_low=row.people_low,
            people_high=row.people_high,
            people_year=row.people_year,
            kind=row.kind,
            lat_deg=row.lat_deg,
            lon_deg=row.lon_deg,
            area_m2=row.area_m2,
            source=row.source,
            geometry_lonlat=shape,
        )
        for row, shape in zip(rows, read_rings(name), strict=True)
    )


@cache
def _tree(level: Level | None) -> tuple[tuple[Place, ...], shapely.STRtree]:
    chosen = alert_places() if level is None else places(level)
    return chosen, shapely.STRtree(np.array([place.geometry_lonlat for place in chosen], dtype=object))


@cache
def _names() -> _Names:
    return msgspec.toml.decode((DATA / "names.toml").read_bytes(), type=_Names)


def _named(point: _Point) -> Named:
    return Named(
        name_en=point.en,
        name_ko=point.ko,
        name_ja=point.ja,
        lat_deg=point.lat,
        lon_deg=point.lon,
        on_coast=point.coast,
    )

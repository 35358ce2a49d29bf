"""Notices as GeoJSON (RFC 7946): longitude first, outer rings counter-clockwise, cut at the 180th meridian."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from downrange.base import iso
from downrange.notice.model import About, Activity, Area, Flag, Notice, Shape

if TYPE_CHECKING:
    from shapely.geometry import Polygon
    from shapely.geometry.base import BaseGeometry

_DECIMALS: Final = 7


def to_geojson(notices: Iterable[Notice]) -> dict[str, Any]:
    """Return a FeatureCollection: one feature an area; a notice without areas is a feature without geometry.

    Outer rings run counter-clockwise and areas over the 180th meridian are cut there (RFC 7946, 3.1.6 and 3.1.9).
    """
    features: list[dict[str, Any]] = []
    for notice in notices:
        if not notice.areas:
            features.append(_feature(notice, None))
        features.extend(_feature(notice, area) for area in notice.areas)
    return {"type": "FeatureCollection", "features": features}


def _feature(notice: Notice, area: Area | None) -> dict[str, Any]:
    """Return one feature."""
    windows = notice.windows if area is None else area.windows
    flags = flags_of(notice, area)
    properties: dict[str, Any] = {
        "label": "" if area is None else area.label,
        "kind": str(notice.kind),
        "windows": [[iso(window.opens), iso(window.closes)] for window in windows],
        "window_roles": [str(window.role) for window in windows],
        "source_id": notice.source_id,
        "flags": [str(flag.code) for flag in flags],
        "flag_messages": [flag.message for flag in flags],
        "source": notice.source,
        **told_about(notice.about),
        **told_levels(notice),
    }
    if area is not None:
        properties |= _drawn(area)
    return {"type": "Feature", "geometry": None if area is None else geometry_of(area), "properties": properties}


def told_about(about: About) -> dict[str, Any]:
    """Return what a notice announces, with the probability of each activity."""
    return {
        "activity": str(about.activity),
        "p": {str(activity): round(p, 4) for activity, p in zip(Activity, about.p, strict=True)},
        "nation": about.nation,
    }


def told_levels(notice: Notice) -> dict[str, Any]:
    """Return the limits of height; JSON has no infinity, so no upper limit at all is said in words."""
    ceiling = notice.ceiling_m
    return {
        "floor_m": notice.floor_m,
        "ceiling_m": "unlimited" if ceiling is not None and math.isinf(ceiling) else ceiling,
    }


def _drawn(area: Area) -> dict[str, Any]:
    """Return how the area is drawn: what a reader cannot see from the geometry."""
    printed = [
        [round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in zip(area.lon_deg, area.lat_deg, strict=True)
    ]
    drawn: dict[str, Any] = {"shape": str(area.shape)}
    if area.shape is Shape.CIRCLE:
        return drawn | {"centre": printed[0], "radius_m": area.radius_m}
    if area.shape is Shape.BAND:
        return drawn | {"line": printed, "half_width_m": area.radius_m, "sides": "geodesic"}
    if area.shape is Shape.POINT:
        return drawn
    return drawn | {"sides": "geodesic"} | ({"printed": printed} if area.proposed_lat_deg else {})


def flags_of(notice: Notice, area: Area | None) -> tuple[Flag, ...]:
    """Return the flags that concern an area: those of the whole notice and its own, not those of its siblings."""
    others = {flag for other in notice.areas if other is not area for flag in other.flags}
    own = set(area.flags) if area is not None else set()
    return tuple(flag for flag in notice.flags if flag in own or flag not in others)


def geometry_of(area: Area) -> dict[str, Any]:
    """Return the geometry of an area in GeoJSON."""
    if area.shape is Shape.POINT:
        return {"type": "Point", "coordinates": [round(area.lon_deg[0], _DECIMALS), round(area.lat_deg[0], _DECIMALS)]}
    return polygons_geojson(area.geometry_lonlat())


def polygons_geojson(whole_lonlat: BaseGeometry) -> dict[str, Any]:
    """Return what has an extent of a geometry."""
    found = [_rings(polygon) for polygon in polygons(whole_lonlat)]
    if len(found) == 1:
        return {"type": "Polygon", "coordinates": found[0]}
    return {"type": "MultiPolygon", "coordinates": found}


def polygons(whole_lonlat: BaseGeometry) -> list[Polygon]:
    """Return the pieces of a geometry, outer rings counter-clockwise."""
    from shapely.geometry.polygon import orient

    parts = getattr(whole_lonlat, "geoms", [whole_lonlat])
    return [orient(part, 1.0) for part in parts if part.geom_type == "Polygon"]


def _rings(polygon: Polygon) -> list[list[list[float]]]:
    return [
        [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in ring.coords]
        for ring in (polygon.exterior, *polygon.interiors)
    ]

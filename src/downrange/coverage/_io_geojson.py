"""GeoJSON of a person: polygons in, longitude first, cut at 180 degrees, with an error where two readings are possible.

Edges are straight in longitude and latitude (RFC 7946, 3.1.1). A region over the 180th meridian may come cut there, as
3.1.9 asks, with longitudes past 180, or with an edge that jumps from one side to the other; a region over a pole as a
polygon with corners at longitude -180 and 180. A ring that merely runs round a pole could mean either side of it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError

_NO_AREA: Final = {"Point", "MultiPoint", "LineString", "MultiLineString"}
_HALF: Final = 180.0
_CRS84: Final = re.compile(r"CRS84$|EPSG:+(?:[\d.]*:)?4326$", re.IGNORECASE)
_REASONS: Final = {
    "Self-intersection": "its outline crosses itself",
    "Ring Self-intersection": "its outline touches or crosses itself",
    "Hole lies outside shell": "a hole lies outside the outline",
    "Holes are nested": "a hole lies within another hole",
    "Nested holes": "a hole lies within another hole",
    "Interior is disconnected": "a hole cuts the area in two",
    "Duplicate Rings": "a hole is the same as the outline or as another hole",
    "Too few points in geometry component": "it has too few corners that differ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What a GeoJSON text holds: polygons within [-180, 180], what a feature says of itself, what was done to them."""

    geometry_lonlat: shapely.MultiPolygon
    properties: dict[str, Any]
    notes: tuple[str, ...]


def read_geojson(text: str, *, where: str) -> Outline:
    """Read the polygons of a GeoJSON text as one area; points and lines beside them are refused, not dropped."""
    try:
        root = json.loads(text)
    except json.JSONDecodeError as problem:
        seen = f"it is not JSON ({problem.msg})"
        key = f"line {problem.lineno}"
        raise InputError(where=where, key=key, seen=seen, cure="give a GeoJSON file, or mend that line") from None
    except RecursionError:
        raise InputError(where=where, seen="it is nested too deeply", cure="give a plain GeoJSON file") from None
    _refuse_other_frames(root, where)
    found = _polygons(root, where, "")
    if not found:
        raise InputError(where=where, seen="it holds no polygon", cure="draw the area as a Polygon or a MultiPolygon")
    notes: list[str] = []
    parts = [_polygon(rings, where, key, notes) for key, rings in found]
    whole = shapely.union_all(parts)
    if sum(part.area for part in parts) > whole.area * (1.0 + 1e-9):
        notes.append("polygons overlap; what they share counts once")
    pieces = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    return Outline(
        geometry_lonlat=shapely.orient_polygons(shapely.MultiPolygon(pieces)),
        properties=_properties(root),
        notes=tuple(dict.fromkeys(notes)),
    )


def _refuse_other_frames(root: object, where: str) -> None:
    """Refuse what names a frame other than WGS 84, as files before RFC 7946 could."""
    named = root.get("crs") if isinstance(root, dict) else None
    if named is None:
        return
    name = str(named.get("properties", {}).get("name", named)) if isinstance(named, dict) else str(named)
    if not _CRS84.search(name.strip()):
        cure = "export the file in WGS 84, longitude and latitude in degrees (EPSG:4326)"
        raise InputError(where=where, key="crs", seen=f"coordinates in the frame {name[:80]!r}", cure=cure)


def _properties(root: dict[str, Any]) -> dict[str, Any]:
    """Return what the file's only feature says of itself."""
    features = root.get("features") if root.get("type") == "FeatureCollection" else None
    only = features[0] if isinstance(features, list) and len(features) == 1 else root
    said = only.get("properties")
    return said if isinstance(said, dict) else {}


def _polygons(node: object, where: str, key: str) -> list[tuple[str, list[Any]]]:
    """Return the polygons below a GeoJSON object, each with its place in the file."""
    if not isinstance(node, dict) or "type" not in node:
        cure = "give a Feature, a FeatureCollection, a Polygon or a MultiPolygon"
        raise InputError(where=where, key=key, seen="this is no GeoJSON object: it has no type", cure=cure)
    kind, at = str(node["type"]), f"{key}." if key else ""
    if kind in {"FeatureCollection", "GeometryCollection"}:
        name = "features" if kind == "FeatureCollection" else "geometries"
        members = _listed(node, name, where, at)
        return [one for i, member in enumerate(members) for one in _polygons(member, where, f"{at}{name}[{i}]")]
    if kind == "Feature":
        geometry = node.get("geometry")
        return [] if geometry is None else _polygons(geometry, where, f"{at}geometry")
    if kind == "Polygon":
        return [(key or "Polygon", _listed(node, "coordinates", where, at))]
    if kind == "MultiPolygon":
        members = _listed(node, "coordinates", where, at)
        return [(f"{at}coordinates[{i}]", one) for i, one in enumerate(members)]
    cure = "draw the area as a Polygon or a MultiPolygon"
    if kind in _NO_AREA:
        cure = "keep only polygons in this file; give points as a CSV file with --points"
    raise InputError(where=where, key=key, seen=f"{kind[:40]} has no area that can be observed", cure=cure)


def _listed(node: dict[str, Any], name: str, where: str, at: str) -> list[Any]:
    """Return a member that has to be a list."""
    found = node.get(name)
    if not isinstance(found, list):
        cure = f"give {name} as a list, as RFC 7946 shows"
        raise InputError(where=where, key=f"{at}{name}", seen="it is not there, or is no list", cure=cure)
    return found


def _polygon(rings: object, where: str, key: str, notes: list[str]) -> BaseGeometry:
    """Return one polygon, its holes taken out, cut at 180 degrees."""
    if not isinstance(rings, list) or not rings:
        raise InputError(where=where, key=key, seen="a polygon without an outline", cure="give its corners")
    outer, *holes = [_ring(ring, where, f"{key}, {_called(i)}", notes) for i, ring in enumerate(rings)]
    west, east = outer[:, 0].min(), outer[:, 0].max()
    inner = []
    for hole in holes:
        turns = [turn for turn in (-360.0, 0.0, 360.0) if _between(hole[:, 0] + turn, west, east)]
        inner.append(hole + np.array([turns[0] if turns else 0.0, 0.0]))
    polygon = shapely.Polygon(outer, inner)
    if not shapely.convex_hull(polygon).area > 0.0:
        cure = "give at least three corners that are not on one line"
        raise InputError(where=where, key=key, seen="it encloses no area", cure=cure)
    if not polygon.is_valid:
        _explain(polygon, where, key)
    return _cut(polygon)


def _called(i: int) -> str:
    """Return what a person calls a ring."""
    return "outline" if i == 0 else f"hole {i}"


def _between(lon_deg: Array, west: float, east: float) -> bool:
    return bool(lon_deg.min() >= west and lon_deg.max() <= east)


def _explain(polygon: shapely.Polygon, where: str, key: str) -> NoReturn:
    """Say what is wrong with an outline, and where."""
    told = shapely.is_valid_reason(polygon)
    reason, _, rest = told.partition("[")
    seen = _REASONS.get(reason, reason.lower())
    if rest:
        lon, lat = (float(part) for part in rest.rstrip("]").split()[:2])
        seen += f" at latitude {lat:.4f}, longitude {(lon + _HALF) % 360.0 - _HALF:.4f}"
    cure = "move the corner there, or repair the file in a map program (QGIS: Fix geometries)"
    raise InputError(where=where, key=key, seen=seen, cure=cure)


def _ring(positions: object, where: str, key: str, notes: list[str]) -> Array:
    """Return a closed ring whose longitudes run on without a jump."""
    lonlat = _positions(positions, where, key)
    if len(lonlat) and not np.array_equal(lonlat[0], lonlat[-1]):
        lonlat = np.vstack([lonlat, lonlat[:1]])
        notes.append(f"{key}: closed, its last corner was not its first")
    if len(lonlat) < 4:
        cure = "give at least three corners, and the first once more at the end"
        raise InputError(where=where, key=key, seen=f"{max(len(lonlat) - 1, 0)} corners enclose nothing", cure=cure)
    _refuse_odd(lonlat, where, key)
    return _unwrapped(lonlat, where, key, notes)


def _positions(positions: object, where: str, key: str) -> Array:
    """Return longitudes and latitudes as they stand; a height beside them is left out."""
    if not isinstance(positions, list):
        raise InputError(where=where, key=key, seen="it is no list of corners", cure="give [[lon, lat], ...]")
    for i, one in enumerate(positions):
        fine = isinstance(one, list) and len(one) >= 2
        if not fine or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in one[:2]):
            seen = f"corner {i + 1} is {json.dumps(one)[:60]}"
            raise InputError(where=where, key=key, seen=seen, cure="give each corner as [longitude, latitude], numbers")
    found = np.array([one[:2] for one in positions], dtype=float).reshape(-1, 2)
    if not np.isfinite(found).all():
        i = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise InputError(where=where, key=key, seen=f"corner {i + 1} is no finite number", cure="give degrees")
    return found


def _refuse_odd(lonlat: Array, where: str, key: str) -> None:
    """Refuse coordinates that are not degrees with longitude first."""
    lon, lat = np.abs(lonlat).T
    if lat.max() <= 90.0 and lon.max() <= 360.0:
        return
    i = int(np.argmax((lat > 90.0) | (lon > 360.0)))
    seen = f"corner {i + 1} is [{lonlat[i, 0]:g}, {lonlat[i, 1]:g}], and no latitude goes beyond 90 degrees"
    cure = "write longitude first, then latitude, in degrees"
    if lon.max() > 360.0:
        seen = f"corner {i + 1} is [{lonlat[i, 0]:g}, {lonlat[i, 1]:g}], and these are no degrees"
        cure = "export the file in WGS 84, longitude and latitude in degrees; projected metres are not GeoJSON"
    elif lon.max() <= 90.0 and lat.max() <= 180.0:
        cure = "exchange latitude and longitude: GeoJSON has longitude first"
    raise InputError(where=where, key=key, seen=seen, cure=cure)


def _unwrapped(lonlat: Array, where: str, key: str, notes: list[str]) -> Array:
    """Return the ring on one turn of longitude, or refuse it where it could mean two areas."""
    lon = lonlat[:, 0]
    step = np.diff(lon)
    wide = np.abs(step) > _HALF
    along = wide & (np.abs(lon[1:]) == _HALF) & (np.abs(lon[:-1]) == _HALF)
    if not along.any():
        return _crossing(lonlat, step, where, key, notes)
    if (wide & ~along).any():
        _refuse_wide(lonlat, int(np.flatnonzero(wide & ~along)[0]), where, key)
    seam = (step == 0.0) & (np.abs(lon[1:]) == _HALF) & (np.diff(lonlat[:, 1]) != 0.0)
    if not seam.any():
        _refuse_round(where, key)
    return lonlat


def _crossing(lonlat: Array, step: Array, where: str, key: str, notes: list[str]) -> Array:
    """Return a ring none of whose edges runs along a whole parallel; an edge over 180 degrees goes the short way."""
    if (np.abs(step) == _HALF).any():
        _refuse_wide(lonlat, int(np.flatnonzero(np.abs(step) == _HALF)[0]), where, key)
    lon = lonlat[:, 0] - 360.0 * np.concatenate([[0.0], np.cumsum(np.round(step / 360.0))])
    if abs(lon[-1] - lon[0]) > 1.0:
        _refuse_round(where, key)
    crosses = bool((np.abs(step) > _HALF).any())
    width = float(lon.max() - lon.min())
    if width > (_HALF if crosses else 360.0):
        _refuse_wide(lonlat, int(np.argmax(np.abs(step))), where, key)
    if crosses:
        notes.append(
            f"{key}: taken across the 180th meridian, {width:.4g} degrees wide; for the other way round, put a corner at "
            "least every 179 degrees of longitude"
        )
    return np.column_stack([lon, lonlat[:, 1]])


def _refuse_round(where: str, key: str) -> NoReturn:
    """Refuse a ring round the Earth, which has two sides."""
    seen = "the outline runs once round the Earth, so the area could lie on either side of it"
    cure = (
        "for the side with the pole add corners at longitude 180, at the pole and back: [180, lat], [180, 90], "
        "[-180, 90], [-180, lat], with -90 for the south pole"
    )
    raise InputError(where=where, key=key, seen=seen, cure=cure)


def _refuse_wide(lonlat: Array, i: int, where: str, key: str) -> NoReturn:
    """Refuse an edge that could run either way round the Earth."""
    seen = f"the edge from longitude {lonlat[i, 0]:g} to {lonlat[i + 1, 0]:g} could run either way round the Earth"
    cure = "put a corner on the way, or cut the area at 180 degrees as RFC 7946, 3.1.9, asks"
    raise InputError(where=where, key=key, seen=seen, cure=cure)


def _cut(polygon: shapely.Polygon) -> BaseGeometry:
    """Return a polygon within [-180, 180], in pieces where it goes beyond."""
    west, _, east, _ = polygon.bounds
    if west >= -_HALF and east <= _HALF:
        return polygon
    pieces = []
    for turn in range(-2, 3):
        inside = shapely.intersection(polygon, shapely.box(360.0 * turn - 180.0, -90.0, 360.0 * turn + 180.0, 90.0))
        moved = shapely.transform(inside, lambda xy, turn=turn: xy - np.array([360.0 * turn, 0.0]))
        pieces += [part for part in shapely.get_parts(moved) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(pieces)

"""Notices in other people's formats: GeoJSON (RFC 7946), KML 2.2, and the two text forms we can write ourselves.

The only place of this room with longitude first, nautical miles and two-digit years in print.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from downrange.base import InputError, iso, units, utc
from downrange.notice._calendar import month_name
from downrange.notice.model import Area, Flag, Notice, NoticeWindow, Role, Shape

if TYPE_CHECKING:
    from shapely.geometry import Polygon

_DECIMALS: Final = 7
_KML: Final = "http://www.opengis.net/kml/2.2"


# ------------------------------------------------------------------------------------------ GeoJSON and KML


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
    }
    if area is not None:
        properties |= _drawn(area)
    return {"type": "Feature", "geometry": None if area is None else _geometry(area), "properties": properties}


def _drawn(area: Area) -> dict[str, Any]:
    """Return how the area is drawn: what a reader cannot see from the geometry."""
    if area.radius_m is not None:
        return {
            "shape": str(area.shape),
            "centre": [round(area.lon_deg[0], _DECIMALS), round(area.lat_deg[0], _DECIMALS)],
            "radius_m": area.radius_m,
        }
    if area.shape is Shape.POINT:
        return {"shape": str(area.shape)}
    drawn: dict[str, Any] = {"shape": str(area.shape), "sides": "geodesic"}
    if area.proposed_lat_deg:
        pairs = zip(area.lon_deg, area.lat_deg, strict=True)
        drawn["printed"] = [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in pairs]
    return drawn


def flags_of(notice: Notice, area: Area | None) -> tuple[Flag, ...]:
    """Return the flags that concern an area: those of the whole notice and its own, not those of its siblings."""
    others = {flag for other in notice.areas if other is not area for flag in other.flags}
    own = set(area.flags) if area is not None else set()
    return tuple(flag for flag in notice.flags if flag in own or flag not in others)


def _geometry(area: Area) -> dict[str, Any]:
    """Return the geometry of an area in GeoJSON."""
    if area.shape is Shape.POINT:
        return {"type": "Point", "coordinates": [area.lon_deg[0], area.lat_deg[0]]}
    polygons = [_rings(polygon) for polygon in _polygons(area)]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def _polygons(area: Area) -> list[Polygon]:
    """Return the pieces of an area, outer rings counter-clockwise."""
    from shapely.geometry.polygon import orient

    whole = area.geometry_lonlat()
    parts = getattr(whole, "geoms", [whole])
    return [orient(part, 1.0) for part in parts if part.geom_type == "Polygon"]


def _rings(polygon: Polygon) -> list[list[list[float]]]:
    return [
        [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in ring.coords]
        for ring in (polygon.exterior, *polygon.interiors)
    ]


def to_kml(notices: Iterable[Notice]) -> str:
    """Return a KML document: a folder a notice, a placemark an area, windows and flags in its description."""
    root = ET.Element("kml", xmlns=_KML)
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = "Launch notices"
    for notice in notices:
        folder = ET.SubElement(document, "Folder")
        ET.SubElement(folder, "name").text = notice.source_id or str(notice.kind)
        for area in notice.areas:
            _placemark(folder, notice, area)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _placemark(folder: ET.Element, notice: Notice, area: Area) -> None:
    """Add one area."""
    mark = ET.SubElement(folder, "Placemark")
    ET.SubElement(mark, "name").text = f"{notice.source_id} {area.label}".strip()
    lines = [f"{iso(window.opens)} to {iso(window.closes)} ({window.role})" for window in area.windows]
    lines += [f"{flag.code}: {flag.message}" for flag in flags_of(notice, area)]
    ET.SubElement(mark, "description").text = "\n".join(lines)
    if area.windows:
        span = ET.SubElement(mark, "TimeSpan")
        ET.SubElement(span, "begin").text = iso(area.windows[0].opens)
        ET.SubElement(span, "end").text = iso(max(window.closes for window in area.windows))
    if area.shape is Shape.POINT:
        point = ET.SubElement(mark, "Point")
        ET.SubElement(point, "coordinates").text = f"{area.lon_deg[0]:.7f},{area.lat_deg[0]:.7f}"
        return
    polygons = _polygons(area)
    parent = ET.SubElement(mark, "MultiGeometry") if len(polygons) > 1 else mark
    for polygon in polygons:
        shape = ET.SubElement(parent, "Polygon")
        ET.SubElement(shape, "tessellate").text = "1"
        ring = ET.SubElement(ET.SubElement(shape, "outerBoundaryIs"), "LinearRing")
        row = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in polygon.exterior.coords)
        ET.SubElement(ring, "coordinates").text = row


# ------------------------------------------------------------------------------------------ text forms


def dms(value_deg: float, letters: str, width: int) -> str:
    """Write an angle as DDMMSS with its letter, to the nearest second.

    >>> dms(14.902778, "NS", 2), dms(-128.668333, "EW", 3)
    ('145410N', '1284006W')
    """
    seconds = round(abs(value_deg) * 3600.0)
    letter = letters[0] if value_deg >= 0.0 else letters[1]
    return f"{seconds // 3600:0{width}d}{seconds // 60 % 60:02d}{seconds % 60:02d}{letter}"


def decimal_minutes(value_deg: float, letters: str, width: int) -> str:
    """Write an angle as DD-MM.mm with its letter, to the nearest hundredth of a minute.

    >>> decimal_minutes(-59.71, "NS", 2), decimal_minutes(165.82, "EW", 3)
    ('59-42.60S', '165-49.20E')
    """
    hundredths = round(abs(value_deg) * 6000.0)
    letter = letters[0] if value_deg >= 0.0 else letters[1]
    return f"{hundredths // 6000:0{width}d}-{hundredths // 100 % 60:02d}.{hundredths % 100:02d}{letter}"


def to_notam(areas: Sequence[Area], windows: Sequence[NoticeWindow], *, name: str, fir: str) -> str:
    """Write areas and windows as a NOTAM: positions to the second, several windows as rows in D)."""
    first, last = _limits(windows, name)
    lines = [
        f"{name} NOTAMN",
        f"Q) {fir}/QRDCA/IV/BO/W/000/999/",
        f"A) {fir} B) {first:%y%m%d%H%M} C) {last:%y%m%d%H%M}",
    ]
    if len(windows) > 1:
        rows = [f"{utc(window.opens):%y%m%d%H%M} TO {utc(window.closes):%y%m%d%H%M}" for window in windows]
        lines.append("D) " + ", ".join(rows))
    lines.append("E) TEMPO DANGER AREA WI:")
    for number, area in enumerate(areas, 1):
        head = f"AREA{number}: " if len(areas) > 1 else ""
        points = [
            f"{dms(lat, 'NS', 2)} {dms(lon, 'EW', 3)}" for lat, lon in zip(area.lat_deg, area.lon_deg, strict=True)
        ]
        lines.append(f"{head}{_radius(area)}{' - '.join([*points, *points[: area.radius_m is None]])}.")
    return "\n".join([*lines, "F) SFC G) UNL", ""])


def to_navarea(areas: Sequence[Area], windows: Sequence[NoticeWindow], *, name: str, issued: datetime) -> str:
    """Write areas and windows as a navigational warning: positions to a hundredth of a minute, no year in the windows.

    The message cancels itself one hour after its last window.
    """
    _, last = _limits(windows, name)
    issued, cancels = utc(issued, where=f"{name}: issued"), last + timedelta(hours=1)
    lines = [
        f"{_group(issued)} {issued:%y}",
        f"{name}.",
        "1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING",
        f"   {_spoken(windows)}",
        "   IN AREAS:" if len(areas) > 1 else f"   IN AREA {_announced(areas[0])}",
    ]
    for letter, area in zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", areas, strict=False):
        head = f"{letter}. {_announced(area)} " if len(areas) > 1 else ""
        points = [
            f"{decimal_minutes(lat, 'NS', 2)} {decimal_minutes(lon, 'EW', 3)}"
            for lat, lon in zip(area.lat_deg, area.lon_deg, strict=True)
        ]
        lines.append(f"   {head}{', '.join(points)}.")
    return "\n".join([*lines, f"2. CANCEL THIS MSG {_group(cancels)} {cancels:%y}.", ""])


def _limits(windows: Sequence[NoticeWindow], name: str) -> tuple[datetime, datetime]:
    """Return the first opening and the last closing."""
    if not windows:
        raise InputError(where=name, key="windows", seen="no window to write", cure="give at least one window")
    return min(utc(window.opens) for window in windows), max(utc(window.closes) for window in windows)


def _announced(area: Area) -> str:
    return _radius(area).rstrip() or "BOUND BY"


def _radius(area: Area) -> str:
    """Return the words before the centre of a circle, "" for a ring."""
    if area.radius_m is None:
        return ""
    return f"WITHIN {area.radius_m / units.NAUTICAL_MILE:.10g} NM OF "


def _group(moment: datetime) -> str:
    moment = utc(moment)
    return f"{moment:%d%H%M}Z {month_name(moment.month)}"


def _spoken(windows: Sequence[NoticeWindow]) -> str:
    """Return the windows in words, primary ones first."""
    parts: list[str] = []
    for role in Role:
        rows = [f"{_group(window.opens)} TO {_group(window.closes)}" for window in windows if window.role is role]
        if rows:
            parts.append(("ALTERNATE " if role is Role.ALTERNATE else "") + ", ".join(rows))
    return ", ".join(parts)

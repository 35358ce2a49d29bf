"""Notices as KML 2.2: a folder a notice, a placemark an area, longitude first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from downrange.base import iso
from downrange.notice._io_geojson import flags_of, polygons
from downrange.notice.model import Area, Notice, Shape

if TYPE_CHECKING:
    from shapely.geometry import Polygon

_KML: Final = "http://www.opengis.net/kml/2.2"


def to_kml(notices: Iterable[Notice]) -> str:
    """Return a KML document: a folder a notice, a placemark an area, windows and flags in its description."""
    root = ET.Element("kml", xmlns=_KML)
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = "Launch notices"
    for notice in notices:
        folder = ET.SubElement(document, "Folder")
        ET.SubElement(folder, "name").text = _plain(notice.source_id or str(notice.kind))
        ET.SubElement(folder, "description").text = _plain("\n".join(_about(notice)))
        for area in notice.areas:
            _placemark(folder, notice, area)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _about(notice: Notice) -> list[str]:
    """Return what is said of a whole notice; one without areas says its flags here, it has no other place."""
    lines = [f"{notice.about.activity} ({notice.about.confidence:.0%})"]
    lines += [f"cancelled by {notice.cancelled_by}"] if notice.cancelled_by else []
    return lines + ([] if notice.areas else [f"{flag.code}: {flag.message}" for flag in notice.flags])


def _plain(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\t")


def _placemark(folder: ET.Element, notice: Notice, area: Area) -> None:
    """Add one area."""
    mark = ET.SubElement(folder, "Placemark")
    ET.SubElement(mark, "name").text = _plain(f"{notice.source_id} {area.label}".strip())
    lines = [f"{iso(window.opens)} to {iso(window.closes)} ({window.role})" for window in area.windows]
    lines += [f"{flag.code}: {flag.message}" for flag in flags_of(notice, area)]
    ET.SubElement(mark, "description").text = _plain("\n".join(lines))
    if area.windows:
        span = ET.SubElement(mark, "TimeSpan")
        ET.SubElement(span, "begin").text = iso(min(window.opens for window in area.windows))
        ET.SubElement(span, "end").text = iso(max(window.closes for window in area.windows))
    if area.shape is Shape.POINT:
        point = ET.SubElement(mark, "Point")
        ET.SubElement(point, "coordinates").text = f"{area.lon_deg[0]:.7f},{area.lat_deg[0]:.7f}"
        return
    pieces = polygons(area.geometry_lonlat())
    parent = ET.SubElement(mark, "MultiGeometry") if len(pieces) > 1 else mark
    for polygon in pieces:
        _polygon(parent, polygon)


def _polygon(parent: ET.Element, polygon: Polygon) -> None:
    """Add one polygon with its holes."""
    shape = ET.SubElement(parent, "Polygon")
    ET.SubElement(shape, "tessellate").text = "1"
    for place, ring in enumerate((polygon.exterior, *polygon.interiors)):
        boundary = ET.SubElement(shape, "innerBoundaryIs" if place else "outerBoundaryIs")
        row = " ".join(f"{lon:.7f},{lat:.7f}" for lon, lat in ring.coords)
        ET.SubElement(ET.SubElement(boundary, "LinearRing"), "coordinates").text = row

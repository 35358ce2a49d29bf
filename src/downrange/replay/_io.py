"""Files for other programs: CSV, GeoJSON (RFC 7946), KML 2.2, CZML. The only place here with longitude first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from lxml import etree
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, after, geodetic_from_ecef, iso
from downrange.fall import ring
from downrange.replay.model import Replay
from downrange.track import update_row

_KML = "http://www.opengis.net/kml/2.2"
_DEGREE_DIGITS = 5
_COLOURS = {"track": "ffb27200", "area": "ff241f1b", "fall": "ff005ed5", "reported": "ff8f4f9a", "warned": "ff739e00"}


def trajectory_csv(replay: Replay) -> bytes:
    """Return the flight shown, one row a step: SI units, Earth-fixed axes."""
    flight, t0 = replay.flight, replay.scenario.liftoff.t0
    lat, lon, alt = geodetic_from_ecef(flight.r_ecef_m)
    speed = np.linalg.norm(flight.v_ecef_mps, axis=1)
    thrust = np.linalg.norm(flight.f_ecef_mps2, axis=1)
    lines = ["t_s,utc,lat_deg,lon_deg,alt_m,speed_mps,q_pa,thrust_mps2,mass_kg,x_ecef_m,y_ecef_m,z_ecef_m"]
    for i, t_s in enumerate(flight.t_s):
        x, y, z = flight.r_ecef_m[i]
        lines.append(
            f"{t_s:.3f},{iso(after(t0, t_s), decimals=3)},{lat[i]:.6f},{lon[i]:.6f},{alt[i]:.1f},{speed[i]:.2f},"
            f"{flight.q_pa[i]:.1f},{thrust[i]:.3f},{flight.mass_kg[i]:.1f},{x:.1f},{y:.1f},{z:.1f}"
        )
    return _text(lines)


def impacts_csv(replay: Replay) -> bytes:
    """Return every possible fall of the crowd: place, time, body, probability of the row."""
    crowd = replay.crowd
    lines = ["lat_deg,lon_deg,t_s,body,p"]
    for i in range(len(crowd.lat_deg)):
        if np.isfinite(crowd.lat_deg[i]):
            body = crowd.bodies[int(crowd.body_index[i])]
            lines.append(f"{crowd.lat_deg[i]:.5f},{crowd.lon_deg[i]:.5f},{crowd.t_s[i]:.1f},{body},{crowd.p[i]:.8g}")
    return _text(lines)


def track_lines(replay: Replay) -> bytes:
    """Return what the track says, one JSON line an update."""
    rows = (update_row(update, replay.scenario.liftoff.t0) for update in replay.watched.updates)
    return _text(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)


def geojson(replay: Replay) -> bytes:
    """Return the launch as one FeatureCollection: track, areas, falls, reports, warned places."""
    features = [
        _feature(
            _line(replay.flight.r_ecef_m), "track", replay.scenario.title, t_s=[_r(t, 1) for t in replay.flight.t_s]
        )
    ]
    features += [
        _feature(shapely.Point(e.lon_deg, e.lat_deg, e.alt_m), "event", e.name, t_s=_r(e.t_s, 1))
        for e in replay.flight.events
    ]
    for area in replay.areas:
        kept = {"known_by": area.known_by, "what": area.what, "derivation": area.derivation, "source": area.source}
        features.append(_feature(area.geometry_lonlat, "area", area.label, **kept))
    for fall in replay.falls:
        foot = fall.footprint
        told = {"body": foot.body, "t_s": _r(foot.t_s, 1), "inside_area": fall.inside_area, "samples": foot.samples}
        features.append(_feature(shapely.Point(foot.lon_deg, foot.lat_deg), "fall", foot.body, **told))
        features.append(_feature(_ellipse(replay, foot.body), "footprint", f"{foot.body}, 90 %", p=0.9, **told))
    features += [
        _feature(one.geometry_lonlat, "reported", one.label, note=one.note, source=one.source)
        for one in replay.reported
    ]
    for place in _warned(replay):
        told = {
            "code": place["code"],
            "warned": iso(place["from"]),
            "lifted": iso(place["to"]) if place["to"] else None,
        }
        features.append(_feature(place["shape"], "warned", place["name"], **told))
    document = {"type": "FeatureCollection", "features": features}
    return (json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def kml(replay: Replay) -> bytes:
    """Return the launch as KML: the flight at its altitude, areas, 90 % ellipses, reports, warned places in time."""
    root = etree.Element(f"{{{_KML}}}kml", nsmap={None: _KML})  # type: ignore[dict-item] # None: the default one
    document = _sub(root, "Document")
    _sub(document, "name", replay.scenario.title)
    for kind, colour in _COLOURS.items():
        style = _sub(document, "Style", id=kind)
        line = _sub(style, "LineStyle")
        _sub(line, "color", colour)
        _sub(line, "width", "2.5")
        _sub(_sub(style, "PolyStyle"), "color", f"40{colour[2:]}")
    _placemark(document, "track", "flight", _line(replay.flight.r_ecef_m))
    for descent in replay.descents:
        _placemark(document, "fall", f"{descent.body}, falling", _line(descent.r_ecef_m))
    for area in replay.areas:
        _placemark(document, "area", f"area {area.label}: {area.what}", area.geometry_lonlat, about=area.derivation)
    for fall in replay.falls:
        _placemark(document, "fall", f"{fall.footprint.body}, 90 %", _ellipse(replay, fall.footprint.body))
    for report in replay.reported:
        _placemark(document, "reported", report.label, report.geometry_lonlat, about=report.note)
    for place in _warned(replay):
        _placemark(document, "warned", place["name"], place["shape"], span=(place["from"], place["to"]))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def czml(replay: Replay) -> bytes:
    """Return the launch as CZML: moving bodies with their paths, areas, ellipses, warned places while they are warned."""
    t0 = replay.scenario.liftoff.t0
    ends = [replay.flight.t_s[-1], *(descent.t_s[-1] for descent in replay.descents)]
    stop = max([after(t0, float(max(ends))), *(place["to"] for place in _warned(replay) if place["to"])])
    span = f"{iso(t0)}/{iso(stop)}"
    clock = {"interval": span, "currentTime": iso(t0), "multiplier": 10, "range": "CLAMPED"}
    packets: list[dict[str, Any]] = [
        {"id": "document", "name": replay.scenario.title, "version": "1.0", "clock": clock}
    ]
    packets.append(_moving("vehicle", "vehicle", replay.flight.t_s, replay.flight.r_ecef_m, t0, [0, 114, 178, 255]))
    packets += [_moving(d.body, d.body, d.t_s, d.r_ecef_m, t0, [213, 94, 0, 255]) for d in replay.descents]
    for area in replay.areas:
        packets += _flat(f"area-{area.label}", f"area {area.label}", area.geometry_lonlat, [27, 31, 36, 90], span)
    for fall in replay.falls:
        body = fall.footprint.body
        packets += _flat(f"fall-{body}", f"{body}, 90 %", _ellipse(replay, body), [213, 94, 0, 90], span)
    for place in _warned(replay):
        held = f"{iso(place['from'])}/{iso(place['to'] or stop)}"
        packets += _flat(f"warned-{place['code']}", place["name"], place["shape"], [0, 158, 115, 90], held)
    return (json.dumps(packets, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _text(lines: Iterable[str]) -> bytes:
    """Return lines as a file."""
    return ("\n".join(lines) + "\n").encode()


def _r(value: float, digits: int) -> float:
    """Round, without a negative zero."""
    return round(float(value), digits) + 0.0


def _line(r_ecef_m: Array) -> BaseGeometry:
    """Return a path as longitude, latitude, height."""
    lat, lon, alt = geodetic_from_ecef(r_ecef_m)
    return shapely.LineString(np.column_stack([lon, lat, np.maximum(alt, 0.0)]))


def _ellipse(replay: Replay, body: str) -> BaseGeometry:
    """Return the 90 % ellipse of a body as a polygon."""
    foot = next(fall.footprint for fall in replay.falls if fall.footprint.body == body)
    lat, lon = ring(foot, 0.90)
    return shapely.orient_polygons(shapely.Polygon(np.column_stack([lon, lat])))


def _warned(replay: Replay) -> list[dict[str, Any]]:
    """Return the places that were ever warned, each with its outline and the span of its warning."""
    from downrange.replay.alerts import spans

    return [
        {
            "code": span.place.code,
            "name": span.place.name_en,
            "from": span.sent,
            "to": span.lifted,
            "shape": shapely.simplify(span.place.geometry_lonlat, 0.002),
        }
        for span in spans(replay)
    ]


def _feature(shape: BaseGeometry, kind: str, name: str, **more: object) -> dict[str, Any]:
    """Return one GeoJSON feature, coordinates rounded to about a metre."""
    geometry = shapely.geometry.mapping(shapely.orient_polygons(shape))
    coordinates = _rounded(geometry["coordinates"])
    return {
        "type": "Feature",
        "geometry": {"type": geometry["type"], "coordinates": coordinates},
        "properties": {"kind": kind, "name": name, **more},
    }


def _rounded(coordinates: Any) -> Any:  # noqa: ANN401 - nested to any depth
    """Round coordinates, nested to any depth; heights to the decimetre."""
    if coordinates and isinstance(coordinates[0], float):
        return [_r(c, _DEGREE_DIGITS if i < 2 else 1) for i, c in enumerate(coordinates)]
    return [_rounded(part) for part in coordinates]


def _sub(parent: Any, tag: str, text: str = "", **attributes: str) -> Any:  # noqa: ANN401 - an lxml element
    """Add a KML element."""
    element = etree.SubElement(parent, f"{{{_KML}}}{tag}", attributes)
    element.text = text or None
    return element


def _placemark(
    parent: Any,  # noqa: ANN401 - an lxml element
    kind: str,
    name: str,
    shape: BaseGeometry,
    *,
    about: str = "",
    span: tuple[datetime, datetime | None] | None = None,
) -> None:
    """Add a placemark with its lines and polygons."""
    mark = _sub(parent, "Placemark")
    _sub(mark, "name", name)
    if about:
        _sub(mark, "description", about)
    if span is not None:
        when = _sub(mark, "TimeSpan")
        _sub(when, "begin", iso(span[0]))
        if span[1] is not None:
            _sub(when, "end", iso(span[1]))
    _sub(mark, "styleUrl", f"#{kind}")
    group = _sub(mark, "MultiGeometry")
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        if part.geom_type == "Polygon":
            polygon = _sub(group, "Polygon")
            outer = _sub(_sub(polygon, "outerBoundaryIs"), "LinearRing")
            _sub(outer, "coordinates", _kml_points(shapely.get_coordinates(part.exterior)))
        elif part.geom_type == "LineString":
            line = _sub(group, "LineString")
            _sub(line, "altitudeMode", "absolute")
            _sub(line, "coordinates", _kml_points(shapely.get_coordinates(part, include_z=part.has_z)))
        else:
            _sub(_sub(group, "Point"), "coordinates", _kml_points(shapely.get_coordinates(part)))


def _kml_points(points: Array) -> str:
    """Return coordinates as KML writes them."""
    return " ".join(
        ",".join(f"{_r(c, _DEGREE_DIGITS if i < 2 else 1):g}" if i > 1 else f"{_r(c, 5):.5f}" for i, c in enumerate(p))
        for p in points
    )


def _moving(name: str, label: str, t_s: Array, r_ecef_m: Array, t0: datetime, rgba: Sequence[int]) -> dict[str, Any]:
    """Return the packet of something that moves, in Earth-fixed metres."""
    keep = np.concatenate([[True], np.diff(t_s) > 0.0])
    rows = np.column_stack([t_s, r_ecef_m])[keep]
    return {
        "id": name,
        "name": label,
        "availability": f"{iso(after(t0, float(rows[0, 0])), decimals=3)}/{iso(after(t0, float(rows[-1, 0])), decimals=3)}",
        "position": {"epoch": iso(t0), "referenceFrame": "FIXED", "cartesian": [_r(x, 1) for x in rows.ravel()]},
        "point": {"pixelSize": 7, "color": {"rgba": list(rgba)}},
        "path": {"width": 2, "material": {"solidColor": {"color": {"rgba": list(rgba)}}}},
    }


def _flat(name: str, label: str, shape: BaseGeometry, rgba: Sequence[int], span: str) -> list[dict[str, Any]]:
    """Return the packets of an area on the ground."""
    packets = []
    for i, part in enumerate(shapely.get_parts(shapely.orient_polygons(shape))):
        points = shapely.get_coordinates(part.exterior)[:-1] if part.geom_type == "Polygon" else np.empty((0, 2))
        if len(points):
            flat = np.column_stack([points, np.zeros(len(points))]).ravel()
            fill = {"solidColor": {"color": {"rgba": list(rgba)}}}
            ground = {"positions": {"cartographicDegrees": [_r(x, _DEGREE_DIGITS) for x in flat]}, "material": fill}
            packets.append({"id": f"{name}-{i}", "name": label, "availability": span, "polygon": ground})
    return packets

"""What the map of a replay shows: which lines, rings and names, in which panels."""

from __future__ import annotations

import textwrap

import numpy as np
import shapely
from matplotlib.figure import Figure
from shapely.geometry.base import BaseGeometry

from downrange.base import KST, Array, geodetic_from_ecef, utc
from downrange.earth import cities, coast, islands, places
from downrange.fall import ring
from downrange.replay.alerts import spans
from downrange.replay.draw_map import Line, MapContent, Mark, Panel, Ring, draw_map
from downrange.replay.model import Replay

_NAMED = frozenset({"pad", "fall", "reference", "warned", "alerted"})
_SMALLEST_DEG2 = 0.002  # of an alerted part that is still outlined, some 20 km2
_CAPITALS = frozenset({"Seoul", "Pyongyang", "Shanghai", "Taipei", "Manila", "Naha", "Busan", "Fukuoka"})
_NEAR_DEG = 0.12


def figure_title(replay: Replay, what: str) -> str:
    """Return a title that names the scenario and its time."""
    t0 = replay.scenario.liftoff.t0
    lift = f"lift-off {utc(t0):%d %b %Y %H:%M} UTC, {t0.astimezone(KST):%d %b %H:%M} KST and JST"
    return f"{replay.scenario.name}: {what} ({lift})"


def map_figure(replay: Replay) -> Figure:
    """Draw the map: the whole corridor, the Yellow Sea, the last fall, Okinawa's islands."""
    lat, lon, _ = geodetic_from_ecef(replay.flight.r_ecef_m)
    lines = [Line(lat_deg=lat, lon_deg=lon, kind="track"), *_impact_lines(replay)]
    for path in replay.descents:
        lat, lon, _ = geodetic_from_ecef(path.r_ecef_m)
        lines.append(Line(lat_deg=lat, lon_deg=lon, kind="descent"))
    if replay.flight is not replay.planned:
        lat, lon, _ = geodetic_from_ecef(replay.planned.r_ecef_m)
        lines.append(Line(lat_deg=lat, lon_deg=lon, kind="planned"))
    content = MapContent(
        title=figure_title(replay, "falls and warnings"),
        lines=tuple(lines),
        rings=tuple(_rings(replay)),
        marks=tuple(_marks(replay)),
        note=(
            "Mercator. Coast: Natural Earth 1:50m, zooms 1:10m. Dashed circles are reference points derived from "
            "published distances, not announced corners."
        ),
        panels=_panels(replay),
    )
    return draw_map(content)


def map_caption(replay: Replay) -> str:
    """Say what the map shows."""
    crowd = f"{replay.runs:,} dispersed flights stand behind each ellipse".replace(",", " ")
    return (
        "Green: warned by Downrange, with the minutes until the lift. Yellow: alerted in history. Orange: where we "
        f"compute the falls. {crowd}."
    )


def _panels(replay: Replay) -> tuple[Panel, ...]:
    """Return the four panels: all, the Yellow Sea, where the last body falls, Okinawa's islands."""
    wide, fine = coast("50m"), coast("10m")
    south, north, west, east = _last_fall(replay)
    far = frozenset({"fall", "piece", "reported"})
    served = frozenset({"warned", "alerted"})
    inside = replay.falls[-1].inside_area
    last = f"Falls around area {inside}" if inside else f"Fall of {replay.falls[-1].footprint.body}"
    return (
        _panel("Whole corridor", (9.5, 41.0, 117.0, 134.0), wide, frozenset({"pad", "town", "fall", "region"})),
        _panel("Yellow Sea", (32.4, 40.2, 121.9, 128.2), fine, _NAMED | {"island", "event"}),
        _panel(last, (south, north, west, east), fine, far),
        _panel("Okinawa's islands", (23.7, 27.4, 122.6, 129.6), fine, far | served | {"island"}),
    )


def _panel(title: str, frame: tuple[float, float, float, float], land: object, names: frozenset[str]) -> Panel:
    """Return a panel; the frame is south, north, west, east."""
    south, north, west, east = frame
    return Panel(
        south_deg=south,
        north_deg=north,
        west_deg=west,
        east_deg=east,
        title=title,
        land_lonlat=land,
        names=names,
    )


def _last_fall(replay: Replay) -> tuple[float, float, float, float]:
    """Return south, north, west, east of the last body's 90 % ellipse, its report and its area, with some room."""
    last = replay.falls[-1].footprint
    lat, lon = ring(last, 0.90)
    bounds = [(float(lat.min()), float(lat.max()), float(lon.min()), float(lon.max()))]
    near = [one.geometry_lonlat for one in replay.reported if one.body == last.body]
    near += [area.geometry_lonlat for area in replay.areas if area.label == replay.falls[-1].inside_area]
    bounds += [(b[1], b[3], b[0], b[2]) for b in (shape.bounds for shape in near)]
    south, north = min(b[0] for b in bounds), max(b[1] for b in bounds)
    west, east = min(b[2] for b in bounds), max(b[3] for b in bounds)
    room = 0.15 * max(north - south, east - west)
    return south - room, north + room, west - room, east + room


def _impact_lines(replay: Replay) -> list[Line]:
    """Return where the tracked vehicle would have fallen, moment by moment, broken where it would not."""
    places = np.array([(u.impact.lat_deg, u.impact.lon_deg) for u in replay.watched.updates if u.read_s == 0.0])
    if not len(places):
        return []
    lat, lon = places[:, 0], places[:, 1]
    keep = np.isfinite(lat) & (np.abs(lat) < 60.0)
    return [Line(lat_deg=np.where(keep, lat, np.nan), lon_deg=np.where(keep, lon, np.nan), kind="impact")]


def _rings(replay: Replay) -> list[Ring]:
    """Return outlines: areas, ellipses, reported regions, warned places."""
    found = []
    for area in replay.areas:
        lat, lon = area.outline()
        where = area.centre()
        kind = "announced" if area.known_by == "polygon" else "reference"
        found.append(
            Ring(lat_deg=lat, lon_deg=lon, kind=kind, label=area.label, label_lat_deg=where[0], label_lon_deg=where[1])
        )
    for fall in replay.falls:
        lat, lon = ring(fall.footprint, 0.90)
        found.append(Ring(lat_deg=lat, lon_deg=lon, kind="footprint"))
    for report in replay.reported:
        for lat, lon in _outlines(report.geometry_lonlat):
            found.append(Ring(lat_deg=lat, lon_deg=lon, kind="reported"))
    for span in spans(replay):
        for lat, lon in _outlines(span.place.geometry_lonlat):
            found.append(Ring(lat_deg=lat, lon_deg=lon, kind="warned"))
    for _, shape in _alerted(replay):
        found += [
            Ring(lat_deg=lat, lon_deg=lon, kind="alerted")
            for part in shapely.get_parts(shapely.simplify(shape, 0.003))
            if part.area > _SMALLEST_DEG2
            for lat, lon in _outlines(part)
        ]
    return found


def _alerted(replay: Replay) -> list[tuple[Mark, BaseGeometry]]:
    """Return the places that history alerted: a mark with the name and the minutes, and the outline."""
    by_code = {place.code: place for place in places()}
    found = []
    for one in replay.history:
        told = "" if one.minutes is None else f", {one.minutes:.0f} min"
        error = ", in error" if one.alert.verdict == "error" else ""
        for i, code in enumerate(one.alert.places):
            place = by_code[code]
            label = f"history: {one.alert.area}\n{told[2:]}{error}" if i == 0 else ""
            found.append(
                (Mark(lat_deg=place.lat_deg, lon_deg=place.lon_deg, kind="alerted", label=label), place.geometry_lonlat)
            )
    return found


def _outlines(shape_lonlat: object) -> list[tuple[Array, Array]]:
    """Return latitudes and longitudes of each outer ring."""
    rings = [shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in shapely.get_parts(shape_lonlat)]
    return [(points[:, 1], points[:, 0]) for points in rings]


def _marks(replay: Replay) -> list[Mark]:
    """Return points with names, the most important first; an island under a warned place is named once."""
    marks = [
        Mark(
            lat_deg=replay.site.lat_deg,
            lon_deg=replay.site.lon_deg,
            kind="pad",
            label="Sohae" if "sohae" in replay.site.name else replay.site.name,
        )
    ]
    marks += [
        Mark(
            lat_deg=f.footprint.lat_deg,
            lon_deg=f.footprint.lon_deg,
            kind="piece" if f.footprint.body.endswith("pieces") else "fall",
            label=f.footprint.body,
        )
        for f in replay.falls
    ]
    marks += [
        Mark(lat_deg=r.point[0], lon_deg=r.point[1], kind="reported", label=_reported_label(r.label))
        for r in replay.reported
        if r.point is not None
    ]
    for one in replay.reported:
        if one.point is None:
            where = shapely.point_on_surface(one.geometry_lonlat)
            marks.append(Mark(lat_deg=where.y, lon_deg=where.x, kind="region", label=f"{one.body},\nas reported"))
    warned = [
        Mark(
            lat_deg=getattr(s.place, "lat_deg", np.nan),
            lon_deg=getattr(s.place, "lon_deg", np.nan),
            kind="warned",
            label=s.place.name_en + ("" if s.lifted is None else f", {s.minutes:.0f} min"),
        )
        for s in spans(replay)
    ]
    marks += [*(mark for mark, _ in _alerted(replay)), *warned]
    marks += [
        Mark(lat_deg=e.lat_deg, lon_deg=e.lon_deg, kind="event", label=e.name)
        for e in replay.flight.events
        if e.name not in {"lift-off", "largest dynamic pressure"}
    ]
    marks += [
        Mark(lat_deg=c.lat_deg, lon_deg=c.lon_deg, kind="town", label=c.name_en)
        for c in cities()
        if c.name_en in _CAPITALS
    ]
    marks += [
        Mark(lat_deg=i.lat_deg, lon_deg=i.lon_deg, kind="island", label=i.name_en)
        for i in islands()
        if not any(abs(w.lat_deg - i.lat_deg) + abs(w.lon_deg - i.lon_deg) < _NEAR_DEG for w in warned)
    ]
    return marks


def _reported_label(label: str) -> str:
    """Return the name of a reported point on two lines where it is long."""
    return "reported:\n" + "\n".join(textwrap.wrap(label, 18))

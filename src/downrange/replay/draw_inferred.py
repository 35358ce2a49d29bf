"""Map of an inferred flight: announced areas, flights that explain them, where their bodies fall."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from shapely.geometry.base import BaseGeometry

from downrange.base import Array
from downrange.corridor import Area
from downrange.notice import Area as Ring
from downrange.notice import Shape
from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, along, draw_area, frame_around
from downrange.replay.draw_sheet import new_sheet, write_legend, write_note
from downrange.replay.draw_track import place_names
from downrange.replay.figures import Drawn
from downrange.replay.inferred_model import Inferred
from downrange.replay.pictures import drawn

_LOOKS: Final[dict[str, dict[str, Any]]] = {
    "best": {"color": ink.BLUE, "lw": 1.6, "ls": "-", "label": "likeliest flight; a dot each minute"},
    "crowd": {"color": ink.BLUE, "lw": 0.5, "ls": "-", "alpha": 0.25, "label": "other flights, drawn by weight"},
    "announced": {"color": ink.INK, "lw": 1.6, "ls": "-", "label": "announced area"},
    "falls": {"color": ink.GREEN, "lw": 1.3, "ls": (0, (4, 1.5)), "label": "90 % of the inferred falls"},
    "pad": {"marker": "^", "ms": 6.5, "color": ink.INK, "ls": "", "label": "launch site"},
}


def inferred_picture(made: Inferred) -> Drawn:
    """Return the map of an inference."""
    caption = f"{made.case.outline.file.title}: announced areas, flights that explain them and 90 % of the falls of each body."
    return drawn("inferred", draw_inferred(made), caption)


def draw_inferred(made: Inferred) -> Figure:
    """Draw the map from the launch site to the last area and fall."""
    case, best = made.case, made.attribution.best
    areas = {area.label: area_lonlat(area) for area in case.areas}
    falls = {body: ring_lonlat(*best.sector_of(body)) for body in best.after.place}
    with ink.style():
        corners = [
            shapely.get_coordinates(part) for shape in (*areas.values(), *falls.values()) for part in _parts(shape)
        ]
        lonlat = np.concatenate([*corners, [[case.site.lon_deg, case.site.lat_deg]]])
        frame = frame_around(lonlat[:, 1], lonlat[:, 0])
        sheet = new_sheet(
            f"The flight that the areas tell of: {case.outline.file.title.split(':')[0]}", frame, used_in=1.9, small=0
        )
        write_legend(sheet, list(_LOOKS.values()))
        unnamed = _fill(sheet.axes, frame, made, areas, falls)
        note = (
            f"{best.flights:,} flights, seed {made.seed}, {best.effective:.0f} effective draws. Inferred from the areas and "
            "the outline, nothing measured. Falls without wind. Mercator. Coast: Natural Earth."
        )
        write_note(sheet, note, unnamed)
    return sheet.figure


def _fill(
    axes: Axes, frame: Frame, made: Inferred, areas: dict[str, BaseGeometry], falls: dict[str, BaseGeometry]
) -> list[str]:
    """Draw everything; return the names that found no room."""
    path, site = made.tracks, made.case.site
    for row in range(1, len(path)):
        flown = np.isfinite(path.lat_deg[row])
        axes.plot(*frame.line_xy(path.lat_deg[row, flown], path.lon_deg[row, flown]), zorder=3, **_plain("crowd"))
    flown = np.isfinite(path.lat_deg[0])
    x, y = frame.line_xy(path.lat_deg[0, flown], path.lon_deg[0, flown])
    axes.plot(x, y, zorder=8, **_plain("best"))
    clear = [along(frame, x, y)]
    names: list[labels.Label] = [_name(frame, site.lat_deg, site.lon_deg, site.name, ink.INK)]
    for minute in range(1, int(path.t_s[flown][-1] // 60.0) + 1):
        lat, lon = (
            float(np.interp(60.0 * minute, path.t_s[flown], line[0, flown])) for line in (path.lat_deg, path.lon_deg)
        )
        if frame.holds(lat, lon):
            axes.plot(*frame.xy(np.array([lat]), np.array([lon])), "o", ms=3.0, color=ink.BLUE, zorder=9)
            names.append(_name(frame, lat, lon, f"{minute} min", ink.BLUE, size_pt=6.5, must=False))
    for body, shape in falls.items():
        clear.append(draw_area(axes, frame, shape, fc="none", zorder=6, **_edge("falls")))
        names.append(_name(frame, shape.centroid.y, shape.centroid.x, body, ink.GREEN))
    for label, shape in areas.items():
        clear.append(draw_area(axes, frame, shape, fc="none", zorder=7, **_edge("announced")))
        corner = max(shapely.get_coordinates(shape), key=lambda lonlat: float(lonlat[1]))
        names.append(_name(frame, float(corner[1]), float(corner[0]), f"area {label}", ink.INK))
    axes.plot(*frame.xy(np.array([site.lat_deg]), np.array([site.lon_deg])), zorder=12, **_plain("pad"))
    return place_names(axes, frame, names, np.concatenate(clear))


def area_lonlat(area: Area) -> BaseGeometry:
    """Return an area as a geometry, longitude first, cut at the 180th meridian."""
    if isinstance(area, Ring):
        return area.geometry_lonlat()
    shape = Shape.POLYGON if area.radius_m is None else Shape.CIRCLE
    ring = Ring(
        label=area.label, shape=shape, lat_deg=tuple(area.lat_deg), lon_deg=tuple(area.lon_deg), radius_m=area.radius_m
    )
    return ring.geometry_lonlat()


def ring_lonlat(lat_deg: Array, lon_deg: Array) -> BaseGeometry:
    """Return a ring of corners as a geometry, longitude first, cut at the 180th meridian."""
    lat, lon = tuple(float(value) for value in lat_deg[:-1]), tuple(float(value) for value in lon_deg[:-1])
    return Ring(label="", shape=Shape.POLYGON, lat_deg=lat, lon_deg=lon).geometry_lonlat()


def _parts(shape: BaseGeometry) -> list[BaseGeometry]:
    return list(shapely.get_parts(shape))


def _name(
    frame: Frame, lat_deg: float, lon_deg: float, text: str, colour: str, *, size_pt: float = 7.2, must: bool = True
) -> labels.Label:
    """Return a name for a point."""
    x, y = frame.xy(np.array([lat_deg]), np.array([lon_deg]))
    weight = "bold" if must else "normal"
    return labels.Label(
        x=float(x[0]), y=float(y[0]), text=text, colour=colour, size_pt=size_pt, must=must, weight=weight
    )


def _plain(look: str) -> dict[str, Any]:
    return {key: value for key, value in _LOOKS[look].items() if key != "label"}


def _edge(look: str) -> dict[str, Any]:
    style = _plain(look)
    return {"ec": style.pop("color"), **style}

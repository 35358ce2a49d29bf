"""Footprint on the ground: expected pieces per square kilometre in steps of a grey-safe scale, outlines with their names."""

from __future__ import annotations

import re
import textwrap
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import BoundaryNorm, Colormap
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from downrange.base import Array
from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, along, draw_area, draw_ground, draw_shore, frame_around
from downrange.replay.draw_map import mercator
from downrange.replay.draw_sheet import Sheet, mark_small, new_sheet, write_legend, write_note
from downrange.replay.draw_track import place_names
from downrange.replay.footprint_content import Cells, FootprintContent, Zone, main_frame, readable, small_parts

OUTLINES: Final[dict[str, dict[str, Any]]] = {
    "containment": {"color": ink.INK, "lw": 1.9, "ls": "-"},
    "ships": {"color": ink.BLUE, "lw": 1.5, "ls": (0, (6, 2))},
    "aircraft": {"color": ink.ORANGE, "lw": 1.5, "ls": (0, (1.2, 1.2))},
    "person": {"color": ink.PURPLE, "lw": 1.5, "ls": (0, (6, 1.5, 1.2, 1.5))},
}
"""Outlines by kind: each has its own style of line."""

_MOST_SMALL = 3
_BAR_IN: Final = 0.75  # room of the scale
_NAMED_PX: Final = 150.0  # an outline smaller than this on the large map is named on the small ones
_DECADES: Final = 6  # below the densest cell; what is thinner gets the palest colour
_FINE_DECADES: Final = 4
_ANCHORS: Final = 48
_SLIM_PX: Final = 520.0  # a map less wide than this has names on short lines
_LINE: Final = 18
_CLEAR_PX: Final = 25.0
_CRUMBS: Final = 40
_MOST_LAT_DEG: Final = 84.0
_TRACK: Final[dict[str, Any]] = {
    "color": ink.INK,
    "lw": 1.0,
    "ls": (0, (8, 3, 1, 3)),
    "label": "planned flight over the ground",
}
_PAD: Final[dict[str, Any]] = {"marker": "^", "ms": 6.5, "color": ink.INK, "ls": "", "label": "launch site"}


def draw_footprint(content: FootprintContent) -> Figure:
    """Draw the map of a footprint, its legend and its scale; parts too small for it get maps of their own, A to C."""
    with ink.style():
        frame = main_frame(content)
        parts = sorted(small_parts(content, frame)[:_MOST_SMALL], key=lambda part: -part.bounds[3])
        looks = _legend(content)
        sheet = new_sheet(content.title, frame, used_in=0.19 * len(looks) + _BAR_IN, small=len(parts))
        write_legend(sheet, looks)
        coarse = readable(content.cells, frame, sheet.axes.get_window_extent().width)
        every = np.append(content.cells.density_pkm2, coarse.density_pkm2)
        levels = density_levels(every)
        if len(levels):
            _scale(sheet, 0.19 * len(looks), levels, every)
        letters: list[labels.Label] = []
        unnamed: list[str] = []
        for k, (letter, part) in enumerate(zip("ABC", parts, strict=False)):
            west, south, east, north = part.bounds
            ratios = sheet.ratio(k), sheet.ratio(k)
            near = frame_around(np.array([south, north]), np.array([west, east]), room=0.05, ratios=ratios)
            small = draw_ground(sheet.figure, sheet.small[k], near)
            small.set_title(letter, loc="left", pad=3.0, fontsize=8.5)
            unnamed += _fill(small, near, content, levels, [], 0.0)
            letters += mark_small(sheet.axes, frame, near, letter)
        unnamed += _fill(sheet.axes, frame, content, levels, letters, _NAMED_PX if letters else 0.0)
        in_legend = {zone.label for zone in content.zones}
        write_note(sheet, content.note, [name for name in unnamed if name not in in_legend])
    return sheet.figure


def _fill(
    axes: Axes, frame: Frame, content: FootprintContent, levels: Array, first: list[labels.Label], least_px: float
) -> list[str]:
    """Draw cells, track, outlines and launch site on a map, and name them; return the names that found no room.

    first: names that go before; least_px: size of an outline that gets a name
    """
    if len(levels):
        _draw_cells(axes, frame, content.cells, levels)
        draw_shore(axes, frame)
    clear = [np.empty((0, 2))]
    if content.track is not None:
        x, y = frame.line_xy(*content.track)
        axes.plot(x, y, zorder=9, path_effects=_halo(1.0), **{k: v for k, v in _TRACK.items() if k != "label"})
        clear.append(along(frame, x, y))
    outlines = [_draw_zone(axes, frame, zone) for zone in content.zones]
    loud = first + _zone_names(axes, content.zones, outlines, least_px)
    if content.pad is not None and frame.holds(content.pad.lat_deg, content.pad.lon_deg):
        x, y = frame.xy(np.array([content.pad.lat_deg]), np.array([content.pad.lon_deg]))
        axes.plot(x, y, zorder=12, **{k: v for k, v in _PAD.items() if k != "label"})
        name = content.pad.name
        loud.append(labels.Label(x=float(x[0]), y=float(y[0]), text=name, colour=ink.INK, must=True, weight="bold"))
    return place_names(axes, frame, loud, np.concatenate(clear + outlines))


def density_levels(density_pkm2: Array) -> Array:
    """Return the steps of the scale: powers of ten, with a 3 between them where there are few; empty without pieces.

    >>> [float(f"{v:.3g}") for v in density_levels(np.array([2e-6, 4e-4]))]
    [1e-06, 3.16e-06, 1e-05, 3.16e-05, 0.0001, 0.000316, 0.001]
    """
    some = density_pkm2[np.isfinite(density_pkm2) & (density_pkm2 > 0.0)]
    if not len(some):
        return np.empty(0)
    top = int(np.ceil(np.log10(some.max()) - 1e-9))
    bottom = max(min(int(np.floor(np.log10(some.min()) + 1e-9)), top - 1), top - _DECADES)
    step = 0.5 if top - bottom <= _FINE_DECADES else 1.0
    return np.asarray(10.0 ** np.arange(bottom, top + 0.5 * step, step))


def _colours(levels: Array) -> tuple[Colormap, BoundaryNorm]:
    """Return the colours of the cells, the denser the darker, and their steps."""
    colours = mpl.colormaps["cividis_r"].resampled(len(levels) - 1).with_extremes(under="#fff7d0")
    return colours, BoundaryNorm(levels, len(levels) - 1)


def _draw_cells(axes: Axes, frame: Frame, cells: Cells, levels: Array) -> None:
    """Draw the cells that hold anything, the densest last."""
    colours, steps = _colours(levels)
    shown = readable(cells, frame, axes.get_window_extent().width)
    order = np.argsort(shown.density_pkm2, kind="stable")
    half_lat = 0.5 * np.asarray(shown.cell_lat_deg)[order]
    half_lon = 0.5 * np.asarray(shown.cell_lon_deg)[order]
    lat, lon = shown.lat_deg[order], shown.lon_deg[order]
    _, low = mercator(np.clip(lat - half_lat, -_MOST_LAT_DEG, _MOST_LAT_DEG), lon)
    _, high = mercator(np.clip(lat + half_lat, -_MOST_LAT_DEG, _MOST_LAT_DEG), lon)
    west, east = lon - half_lon, lon + half_lon
    (x0, x1), (y0, y1) = frame.corners()
    seen = (east > x0) & (west < x1) & (high > y0) & (low < y1)
    corners = np.stack([np.stack(p, axis=-1) for p in ((west, low), (east, low), (east, high), (west, high))], axis=1)
    found = PolyCollection(list(corners[seen]), cmap=colours, norm=steps, lw=0.15, ec="face", zorder=2)
    found.set_array(shown.density_pkm2[order][seen])
    found.set_rasterized(True)
    axes.add_collection(found, autolim=False)


def _scale(sheet: Sheet, head_in: float, levels: Array, density_pkm2: Array) -> None:
    """Draw the scale of densities in the free column under the legend."""
    wide, tall = sheet.inches()
    box = sheet.column[0] + 0.1 / wide, sheet.column[1] - (head_in + 0.28) / tall, 2.6 / wide, 0.18 / tall
    colours, steps = _colours(levels)
    thin = bool((density_pkm2[density_pkm2 > 0.0] < levels[0]).any())
    whole = [float(v) for v in levels if abs(np.log10(v) - round(np.log10(v))) < 1e-6]
    bar = sheet.figure.colorbar(
        ScalarMappable(norm=steps, cmap=colours),
        cax=sheet.figure.add_axes(box),
        orientation="horizontal",
        extend="min" if thin else "neither",
        spacing="uniform",
        ticks=whole,
    )
    bar.ax.set_xticks([], minor=True)
    bar.ax.set_xticklabels([power(v) for v in whole])
    bar.set_label("expected pieces [1/km²]", labelpad=2.0)
    bar.ax.tick_params(length=2.5, pad=2.0)


def power(value: float) -> str:
    """Return a power of ten as a person writes it.

    >>> power(1e-6), power(1.0), power(1e12)
    ('10⁻⁶', '1', '10¹²')
    """
    exponent = round(np.log10(value))
    raised = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return "1" if exponent == 0 else f"10{raised}"


def _halo(line_pt: float) -> list[withStroke]:
    """Return the pale edge that keeps a line in sight on dark cells."""
    return [withStroke(linewidth=line_pt + 1.6, foreground="#ffffff")]


def _draw_zone(axes: Axes, frame: Frame, zone: Zone) -> Array:
    """Draw an outline, thinner where it is all crumbs; return points along it."""
    look = OUTLINES[zone.kind]
    parts = shapely.get_parts(zone.geometry_lonlat)
    thin = 0.5 if len(parts) > _CRUMBS else 1.0
    width = thin * float(look["lw"])
    line = {"ec": look["color"], "lw": width, "ls": look["ls"], "path_effects": _halo(width) if thin == 1.0 else None}
    points = draw_area(axes, frame, zone.geometry_lonlat, fc="none", zorder=10, **line)
    if not len(points):
        return points
    longest = shapely.get_coordinates(max(parts, key=lambda part: float(part.area)).exterior)
    return np.concatenate([points, along(frame, *frame.line_xy(longest[:, 1], longest[:, 0]))])


def _zone_names(axes: Axes, zones: tuple[Zone, ...], outlines: list[Array], least_px: float) -> list[labels.Label]:
    """Return one name for each outline, at the point of it that lies farthest from the others and from other names."""
    inside = axes.get_window_extent().padded(-30.0).extents
    deg_per_px = float(np.diff(axes.get_xlim())[0]) / axes.get_window_extent().width
    pixels = [axes.transData.transform(points) for points in outlines]
    named: list[labels.Label] = []
    taken: list[Array] = []
    for i, (zone, points, at) in enumerate(zip(zones, outlines, pixels, strict=True)):
        shown = np.flatnonzero((at > inside[:2]).all(axis=1) & (at < inside[2:]).all(axis=1)) if len(at) else at
        if not len(shown) or _largest_deg(zone) / deg_per_px < least_px:
            continue
        choice = shown[:: max(1, len(shown) // _ANCHORS)]
        away = [_distance(at[choice], other) for k, other in enumerate(pixels) if k != i and len(other)]
        score = np.minimum(np.min(away, axis=0), _CLEAR_PX) if away else np.zeros(len(choice))
        score = score + (0.2 * np.min([_distance(at[choice], one[None]) for one in taken], axis=0) if taken else 0.0)
        best = int(choice[np.argmax(score)])
        taken.append(at[best])
        colour = str(OUTLINES[zone.kind]["color"])
        x, y = (float(v) for v in points[best])
        whole = re.sub(r"(?<=\d) (?=\d{3})", "\N{NO-BREAK SPACE}", zone.label)  # a number stays on its line
        text = "\n".join(textwrap.wrap(whole, _LINE)) if axes.get_window_extent().width < _SLIM_PX else zone.label
        named.append(labels.Label(x=x, y=y, text=text, colour=colour, must=True, weight="bold", size_pt=7.5))
    return named


def _largest_deg(zone: Zone) -> float:
    """Return the longer side of the largest part of an outline."""
    west, south, east, north = max(shapely.get_parts(zone.geometry_lonlat), key=lambda part: float(part.area)).bounds
    return float(max(east - west, north - south))


def _distance(points: Array, others: Array) -> Array:
    """Return how far each point is from the nearest of others."""
    thin = others[:: max(1, len(others) // 2_000)]
    return np.asarray(np.sqrt(((points[:, None] - thin[None]) ** 2).sum(axis=2)).min(axis=1))


def _legend(content: FootprintContent) -> list[dict[str, Any]]:
    """Return the looks of the outlines, the track and the launch site with their names."""
    looks = [
        {"label": zone.label + (": nowhere" if zone.geometry_lonlat.is_empty else ""), **OUTLINES[zone.kind]}
        for zone in content.zones
    ]
    return looks + [_TRACK] * (content.track is not None) + [_PAD] * (content.pad is not None)

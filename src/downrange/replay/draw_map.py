"""The map: coast, announced areas, corridor, ground track, falls with their 90 % ellipses, warned places.

Mercator by hand (spherical, which distorts no angle and is what mariners read); one panel for the whole corridor and
zooms beside it. Everything comes in as plain points, so that any room can be drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Polygon
from matplotlib.path import Path
from numpy.typing import NDArray

from downrange.replay import ink, labels

Array = NDArray[np.float64]
_LEGEND_COLUMNS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line on the ground.

    lat_deg, lon_deg: (n,)
    kind:             "track" (where it flew), "planned", "descent" (of a falling body), "impact" (where it would fall)
    """

    lat_deg: Array
    lon_deg: Array
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A closed outline: kind is "announced", "reference", "footprint", "reported", "warned" or "alerted"."""

    lat_deg: Array
    lon_deg: Array
    kind: str
    label: str = ""
    label_lat_deg: float = float("nan")
    label_lon_deg: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point with a name: kind is a key of the table of marks below, such as "pad", "fall" or "warned"."""

    lat_deg: float
    lon_deg: float
    kind: str
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the map.

    south_deg, north_deg, west_deg, east_deg: its frame
    title:  over it
    names:  kinds of marks that get a label here
    land_lonlat: land to draw, in the detail that suits the panel
    """

    south_deg: float
    north_deg: float
    west_deg: float
    east_deg: float
    title: str
    land_lonlat: Any
    names: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapContent:
    """All that is drawn, in every panel where it falls; up to four panels."""

    title: str
    lines: tuple[Line, ...] = ()
    rings: tuple[Ring, ...] = ()
    marks: tuple[Mark, ...] = ()
    note: str = ""
    panels: tuple[Panel, ...] = field(default_factory=tuple)


_LINES: Final[dict[str, dict[str, Any]]] = {
    "track": {"color": ink.BLUE, "lw": 1.5, "ls": "-", "zorder": 8, "label": "flight over the ground"},
    "impact": {
        "color": ink.ORANGE,
        "lw": 1.0,
        "ls": (0, (1.2, 1.6)),
        "zorder": 7,
        "label": "where it would fall, each moment",
    },
    "planned": {
        "color": ink.FAINT,
        "lw": 0.9,
        "ls": (0, (6, 3)),
        "zorder": 5,
        "label": "planned flight over the ground",
    },
    "descent": {
        "color": ink.SKY,
        "lw": 1.0,
        "ls": (0, (3, 1)),
        "zorder": 6,
        "label": "bodies falling, over the ground",
    },
}
_RINGS: Final[dict[str, dict[str, Any]]] = {
    "announced": {
        "ec": ink.INK,
        "fc": "none",
        "lw": 1.3,
        "ls": "-",
        "hatch": None,
        "zorder": 6,
        "label": "announced area (published corners)",
    },
    "reference": {
        "ec": ink.INK,
        "fc": "none",
        "lw": 1.0,
        "ls": (0, (2, 2)),
        "hatch": None,
        "zorder": 6,
        "label": "reference point of an area, and its uncertainty",
    },
    "footprint": {
        "ec": ink.ORANGE,
        "fc": ink.ORANGE,
        "lw": 1.2,
        "ls": "-",
        "hatch": None,
        "zorder": 9,
        "label": "predicted fall, 90 % ellipse",
    },
    "reported": {
        "ec": ink.PURPLE,
        "fc": "none",
        "lw": 0.9,
        "ls": (0, (4, 1.5, 1, 1.5)),
        "hatch": "....",
        "zorder": 4,
        "label": "reported fall (region that fits the report)",
    },
    "warned": {
        "ec": ink.GREEN,
        "fc": ink.GREEN,
        "lw": 0.9,
        "ls": "-",
        "hatch": "//////",
        "zorder": 3,
        "label": "warned by Downrange",
    },
    "alerted": {
        "ec": ink.AMBER,
        "fc": ink.AMBER,
        "lw": 0.9,
        "ls": "-",
        "hatch": "....",
        "zorder": 2,
        "label": "alerted in history",
    },
}
_MARKS: Final[dict[str, dict[str, Any]]] = {
    "pad": {"marker": "^", "color": ink.INK, "ms": 6.0, "label": "pad"},
    "fall": {"marker": "x", "color": ink.ORANGE, "ms": 5.5, "label": "predicted fall, centre"},
    "reported": {"marker": "P", "color": ink.PURPLE, "ms": 5.5, "label": "reported fall (point)"},
    "event": {"marker": "o", "color": ink.BLUE, "ms": 3.5, "label": "event of the flight"},
    "piece": {"marker": "x", "color": ink.ORANGE, "ms": 5.5, "label": ""},
    "region": {"marker": "", "color": ink.PURPLE, "ms": 0.0, "label": ""},
    "warned": {"marker": "s", "color": ink.GREEN, "ms": 4.0, "label": ""},
    "alerted": {"marker": "d", "color": ink.AMBER, "ms": 4.0, "label": ""},
    "reference": {"marker": "+", "color": ink.INK, "ms": 6.0, "label": ""},
    "island": {"marker": ".", "color": ink.SHORE, "ms": 2.0, "label": ""},
    "town": {"marker": ".", "color": ink.FAINT, "ms": 2.5, "label": ""},
}
_ORDER: Final = (
    "pad",
    "warned",
    "alerted",
    "fall",
    "piece",
    "reported",
    "region",
    "reference",
    "event",
    "town",
    "island",
)
_LETTERS: Final = {ink.AMBER: ink.AMBER_TEXT}  # a fill may be too pale to be read as a text


def mercator(lat_deg: Array | float, lon_deg: Array | float) -> tuple[Array, Array]:
    """Return map coordinates in degrees of longitude: x east, y north.

    >>> x, y = mercator(60.0, 10.0)
    >>> f"{x:.1f} {y:.3f}"
    '10.0 75.456'
    """
    y = np.degrees(np.arcsinh(np.tan(np.radians(lat_deg))))
    return np.asarray(lon_deg, dtype=float), np.asarray(y, dtype=float)


def draw_map(content: MapContent) -> Figure:
    """Draw the panels side by side, the first one tall, with one legend under them."""
    with ink.style():
        figure = ink.new_figure(10.2, 8.6)
        for panel, axes in zip(content.panels, _frames(figure, len(content.panels)), strict=True):
            _draw_panel(axes, panel, content)
        figure.suptitle(content.title, x=0.055, y=0.985, ha="left", fontsize=10.5, fontweight="bold", color=ink.INK)
        figure.text(0.055, 0.008, content.note, fontsize=6.8, color=ink.FAINT, ha="left", va="bottom")
        _legend(figure, content)
    return figure


_FRAMES: Final = (
    (0.050, 0.125, 0.345, 0.815),
    (0.440, 0.470, 0.290, 0.470),
    (0.785, 0.470, 0.205, 0.470),
    (0.440, 0.125, 0.550, 0.285),
)


def _frames(figure: Figure, panels: int) -> list[Axes]:
    """Return the axes: one tall on the left; on the right two tall ones over a wide one."""
    return [figure.add_axes(frame) for frame in _FRAMES[:panels]]


def _draw_panel(axes: Axes, panel: Panel, content: MapContent) -> None:
    """Draw one panel: frame, land, rings, lines, marks, then the labels."""
    _frame(axes, panel)
    _land(axes, panel)
    clear = [_draw_line(axes, line) for line in content.lines]
    clear += [_draw_ring(axes, ring) for ring in content.rings if _shows(axes, ring)]
    for mark in content.marks:
        look = _MARKS[mark.kind]
        if not look["marker"]:
            continue
        x, y = mercator(mark.lat_deg, mark.lon_deg)
        if not (axes.get_xlim()[0] < x < axes.get_xlim()[1] and axes.get_ylim()[0] < y < axes.get_ylim()[1]):
            continue
        fill = "none" if look["marker"] in "x+" else look["color"]
        edge = look["color"] if look["marker"] in "x+" else "#ffffff"
        size = float(look["ms"])
        axes.plot(
            [x],
            [y],
            marker=look["marker"],
            ms=size,
            mfc=fill,
            mec=edge,
            mew=1.3 if fill == "none" else 0.5,
            ls="",
            zorder=12,
        )
    points = np.concatenate(clear) if clear else np.empty((0, 2))
    labels.place(axes, _labels(panel, content), points)


def _frame(axes: Axes, panel: Panel) -> None:
    """Set the limits so that the frame is filled without stretching, and draw the graticule."""
    (x0, x1), (y0, y1) = mercator(
        np.array([panel.south_deg, panel.north_deg]), np.array([panel.west_deg, panel.east_deg])
    )
    box = axes.get_window_extent()
    ratio = box.height / box.width
    wide, tall = x1 - x0, y1 - y0
    if tall / wide < ratio:
        y0, y1 = (y0 + y1 - wide * ratio) / 2.0, (y0 + y1 + wide * ratio) / 2.0
    else:
        x0, x1 = (x0 + x1 - tall / ratio) / 2.0, (x0 + x1 + tall / ratio) / 2.0
    axes.set_xlim(x0, x1)
    axes.set_ylim(y0, y1)
    axes.set_facecolor(ink.SEA)
    low, high = np.degrees(np.arctan(np.sinh(np.radians([y0, y1]))))
    lons, lats = _ticks(x0, x1, box.width, 75.0), _ticks(low, high, box.height, 60.0)
    axes.set_xticks(lons, [f"{abs(v):g}°{'E' if v >= 0 else 'W'}" for v in (lons + 180.0) % 360.0 - 180.0])
    axes.set_yticks(mercator(lats, 0.0 * lats)[1], [f"{abs(v):g}°{'N' if v >= 0 else 'S'}" for v in lats])
    axes.grid(color=ink.GRID, lw=0.5, zorder=0)
    axes.tick_params(length=2.5, pad=2.0)
    axes.set_title(panel.title, loc="left", pad=3.0, fontsize=8.5)


def _ticks(low: float, high: float, length_px: float, room_px: float) -> Array:
    """Return round degrees for a side of the frame, each with room for its label."""
    widest = max(length_px / room_px, 1.0)
    step = next((step for step in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0) if (high - low) / step <= widest), 10.0)
    first = int(np.ceil(low / step))
    return np.array([round(k * step, 3) for k in range(first, int(np.floor(high / step)) + 1)])


def _land(axes: Axes, panel: Panel) -> None:
    """Fill the land that the frame shows, drawn a little beyond it."""
    x0, x1 = axes.get_xlim()
    low, high = np.degrees(np.arctan(np.sinh(np.radians(axes.get_ylim()))))
    land = shapely.clip_by_rect(panel.land_lonlat, x0 - 0.5, low - 0.5, x1 + 0.5, high + 0.5)
    land = shapely.simplify(land, 0.6 * (x1 - x0) / axes.get_window_extent().width)
    vertices, codes = [], []
    for polygon in shapely.get_parts(land):
        for ring in (polygon.exterior, *polygon.interiors) if polygon.geom_type == "Polygon" else ():
            points = shapely.get_coordinates(ring)
            vertices.append(np.column_stack(mercator(points[:, 1], points[:, 0])))
            codes.append(np.array([Path.MOVETO] + [Path.LINETO] * (len(points) - 2) + [Path.CLOSEPOLY], dtype=np.uint8))
    if vertices:
        path = Path(np.concatenate(vertices), np.concatenate(codes))
        axes.add_patch(PathPatch(path, fc=ink.LAND, ec=ink.SHORE, lw=0.4, zorder=1))


def _draw_line(axes: Axes, line: Line) -> Array:
    """Draw a line and return points on it that labels should not cover."""
    look = {k: v for k, v in _LINES[line.kind].items() if k != "label"}
    x, y = mercator(line.lat_deg, line.lon_deg)
    axes.plot(x, y, **look)
    return _along(x, y)


def _shows(axes: Axes, ring: Ring) -> bool:
    """Say whether any of an outline can lie in the frame."""
    x, y = mercator(ring.lat_deg, ring.lon_deg)
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    return bool(x.max() > x0 and x.min() < x1 and y.max() > y0 and y.min() < y1)


def _draw_ring(axes: Axes, ring: Ring) -> Array:
    """Draw an outline and return points on it, and in it where it is filled, that labels should not cover."""
    look = _RINGS[ring.kind]
    x, y = mercator(np.append(ring.lat_deg, ring.lat_deg[0]), np.append(ring.lon_deg, ring.lon_deg[0]))
    colour, filled = str(look["ec"]), look["fc"] != "none"
    if filled:
        axes.add_artist(Polygon(np.column_stack([x, y]), fc=colour, ec="none", alpha=0.18, zorder=look["zorder"]))
    if look["hatch"]:
        hatched = {"fc": "none", "ec": colour, "lw": 0.0, "hatch": look["hatch"], "alpha": 0.45}
        axes.add_artist(Polygon(np.column_stack([x, y]), zorder=look["zorder"], **hatched))
    axes.add_artist(Line2D(x, y, color=colour, lw=look["lw"], ls=look["ls"], zorder=look["zorder"]))
    if ring.kind != "footprint":
        return _along(x, y)
    middle_x, middle_y = x.mean(), y.mean()
    inner = [_along(middle_x + k * (x - middle_x), middle_y + k * (y - middle_y)) for k in (0.4, 0.7, 1.0)]
    return np.concatenate(inner)


def _along(x: Array, y: Array) -> Array:
    """Return points spread along a polyline, about a hundred, for the labels to keep off."""
    keep = np.isfinite(x) & np.isfinite(y)
    x, y = x[keep], y[keep]
    if len(x) < 2:
        return np.empty((0, 2))
    run = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = np.linspace(0.0, run[-1], 120)
    return np.column_stack([np.interp(at, run, x), np.interp(at, run, y)])


def _labels(panel: Panel, content: MapContent) -> list[labels.Label]:
    """Return what is to be named in a panel, the most important first."""
    named = []
    for ring in content.rings:
        if ring.label and np.isfinite(ring.label_lat_deg):
            x, y = mercator(ring.label_lat_deg, ring.label_lon_deg)
            named.append(
                labels.Label(
                    x=float(x),
                    y=float(y),
                    text=ring.label,
                    colour=str(_RINGS[ring.kind]["ec"]),
                    size_pt=7.5,
                    must=True,
                    weight="bold",
                )
            )
    for kind in _ORDER:
        for mark in content.marks:
            if mark.kind == kind and mark.label and kind in panel.names:
                x, y = mercator(mark.lat_deg, mark.lon_deg)
                quiet = kind in {"island", "town"}
                colour = ink.FAINT if quiet else str(_MARKS[kind]["color"])
                named.append(
                    labels.Label(
                        x=float(x),
                        y=float(y),
                        text=mark.label,
                        colour=_LETTERS.get(colour, colour),
                        size_pt=6.3 if quiet else 7.0,
                        must=not quiet,
                        style="italic" if quiet else "normal",
                    )
                )
    return named


def _legend(figure: Figure, content: MapContent) -> None:
    """Put one legend of what is really drawn under the panels."""
    entries: list[Any] = []
    for kind, look in _LINES.items():
        if any(line.kind == kind for line in content.lines):
            entries.append(Line2D([], [], color=look["color"], lw=look["lw"], ls=look["ls"], label=look["label"]))
    for kind, look in _RINGS.items():
        if any(ring.kind == kind for ring in content.rings):
            hatch = look["hatch"]
            face = mpl.colors.to_rgba(str(look["ec"]), 0.18) if look["fc"] != "none" else "none"
            entries.append(
                Patch(fc=face, ec=look["ec"], lw=look["lw"], ls=look["ls"], hatch=hatch, label=look["label"])
            )
    for kind, look in _MARKS.items():
        if look["label"] and any(mark.kind == kind for mark in content.marks):
            entries.append(
                Line2D([], [], marker=look["marker"], ms=look["ms"], color=look["color"], ls="", label=look["label"])
            )
    figure.legend(
        handles=entries,
        loc="lower left",
        bbox_to_anchor=(0.05, 0.025),
        ncols=_LEGEND_COLUMNS,
        frameon=False,
        columnspacing=1.4,
        labelspacing=0.35,
        handlelength=2.2,
    )

"""Map of one flight: lines and named points on the ground, with a second map where the first of them crowd."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from downrange.base import Array
from downrange.earth import cities, islands
from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, along, draw_ground, frame_around, new_map

LOOKS: Final[dict[str, dict[str, Any]]] = {
    "track": {"color": ink.BLUE, "lw": 1.8, "ls": "-", "zorder": 8, "label": "flight over the ground"},
    "impact": {
        "color": ink.ORANGE,
        "lw": 1.2,
        "ls": (0, (1.2, 1.6)),
        "zorder": 7,
        "label": "where it would fall if thrust\nended there and then, no air",
    },
    "descent": {
        "color": ink.SKY,
        "lw": 1.2,
        "ls": (0, (4, 1.5)),
        "zorder": 6,
        "label": "bodies falling, over the ground",
    },
    "pad": {"marker": "^", "ms": 6.5, "color": ink.INK, "ls": "", "zorder": 12, "label": "launch site"},
    "event": {"marker": "o", "ms": 4.0, "color": ink.BLUE, "ls": "", "zorder": 12, "label": "event of the flight"},
    "down": {
        "marker": "x",
        "ms": 6.0,
        "mew": 1.5,
        "color": ink.ORANGE,
        "ls": "",
        "zorder": 13,
        "label": "fall of a body",
    },
}
"""Lines and marks by kind: they differ in style or shape, not in colour alone."""

_LINE: Final = 22  # characters
_TOUCH_PX: Final = 12.0
_LEGEND_IN: Final = 1.65
_QUIET_PX: Final = (110.0, 34.0)  # towns and islands nearer to another name than this stay unnamed
_MOST_QUIET: Final = 14
_CROWDED: Final = 0.36  # of the whole way: points nearer to the launch site get a map of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A line on the ground: kind is "track", "impact" or "descent"; lat_deg, lon_deg (n,), NaN for a gap."""

    kind: str
    lat_deg: Array
    lon_deg: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A point with a name: kind is "pad", "event" or "down"."""

    kind: str
    lat_deg: float
    lon_deg: float
    label: str


def draw_track(title: str, traces: tuple[Trace, ...], spots: tuple[Spot, ...], note: str = "") -> Figure:
    """Draw the map around the flown track and the spots, the first of which is where it starts."""
    with ink.style():
        flown = [trace for trace in traces if trace.kind == "track"]
        lat = np.concatenate([*(trace.lat_deg for trace in flown), [spot.lat_deg for spot in spots]])
        lon = np.concatenate([*(trace.lon_deg for trace in flown), [spot.lon_deg for spot in spots]])
        frame = frame_around(lat, lon)
        figure, axes, column = new_map(title, frame, note)
        _legend(figure, column, {trace.kind for trace in traces} | {spot.kind for spot in spots})
        near = _near(figure, column, frame, spots)
        far = spots
        if near is not None:
            box, small_frame = near
            small = draw_ground(figure, box, small_frame)
            small.set_title("Near the launch site", loc="left", pad=3.0, fontsize=8.5)
            _fill(small, small_frame, traces, spots, spots)
            far = tuple(
                spot for spot in spots if spot.kind == "pad" or not small_frame.holds(spot.lat_deg, spot.lon_deg)
            )
            _outline(axes, frame, small_frame)
        _fill(axes, frame, traces, spots, far)
    return figure


def quiet_names(axes: Axes, frame: Frame, loud: list[labels.Label]) -> list[labels.Label]:
    """Return names of cities and islands of the frame that stand clear of the loud names and of each other."""
    taken = [axes.transData.transform((label.x, label.y)) for label in loud]
    named: list[labels.Label] = []
    for place in (*cities(), *islands()):
        if len(named) >= _MOST_QUIET or not frame.holds(place.lat_deg, place.lon_deg):
            continue
        x, y = (float(v[0]) for v in frame.xy(np.array([place.lat_deg]), np.array([place.lon_deg])))
        at = axes.transData.transform((x, y))
        if all(np.any(np.abs(at - other) > _QUIET_PX) for other in taken):
            taken.append(at)
            named.append(labels.Label(x=x, y=y, text=place.name_en, colour=ink.FAINT, size_pt=6.3, style="italic"))
    return named


def _fill(
    axes: Axes, frame: Frame, traces: tuple[Trace, ...], spots: tuple[Spot, ...], named: tuple[Spot, ...]
) -> None:
    """Draw the lines and points that a frame shows, and name some of them."""
    clear = []
    for trace in traces:
        x, y = frame.line_xy(trace.lat_deg, trace.lon_deg)
        axes.plot(x, y, **LOOKS[trace.kind])
        clear.append(along(x, y))
    for spot in spots:
        axes.plot(*frame.xy(np.array([spot.lat_deg]), np.array([spot.lon_deg])), **LOOKS[spot.kind])
    loud = _loud(axes, frame, named)
    labels.place(axes, loud + quiet_names(axes, frame, loud), np.concatenate(clear))


def _loud(axes: Axes, frame: Frame, spots: tuple[Spot, ...]) -> list[labels.Label]:
    """Return the names of spots on short lines; spots of one kind that all but touch share a name."""
    groups: list[tuple[Spot, Array, list[str]]] = []
    for spot in spots:
        x, y = frame.xy(np.array([spot.lat_deg]), np.array([spot.lon_deg]))
        at = axes.transData.transform((float(x[0]), float(y[0])))
        lines = textwrap.wrap(spot.label, _LINE)
        for first, where, told in groups:
            if first.kind == spot.kind and np.hypot(*(at - where)) < _TOUCH_PX:
                told.extend(lines)
                break
        else:
            groups.append((spot, at, lines))
    named = []
    for spot, at, told in groups:
        x, y = axes.transData.inverted().transform(at)
        colour, weight = str(LOOKS[spot.kind]["color"]), "normal" if spot.kind == "event" else "bold"
        named.append(
            labels.Label(x=float(x), y=float(y), text="\n".join(told), colour=colour, must=True, weight=weight)
        )
    return named


def _near(
    figure: Figure, column: tuple[float, float, float, float], frame: Frame, spots: tuple[Spot, ...]
) -> tuple[tuple[float, float, float, float], Frame] | None:
    """Return box and frame of a second map of the spots near the first one; None when they do not crowd."""
    x, y = frame.xy(np.array([spot.lat_deg for spot in spots]), np.array([spot.lon_deg for spot in spots]))
    away = np.hypot(x - x[0], y - y[0])
    close = [spot for spot, far in zip(spots, away, strict=True) if far < _CROWDED * away.max()]
    wide, tall = (float(v) for v in figure.get_size_inches())
    left, bottom, width, height = column
    box = left + 0.42 / wide, bottom, width - 0.6 / wide, height - _LEGEND_IN / tall
    if len(close) < 4 or box[3] * tall < 1.5:
        return None
    ratio = box[3] * tall / (box[2] * wide)
    lat, lon = np.array([spot.lat_deg for spot in close]), np.array([spot.lon_deg for spot in close])
    found = frame_around(lat, lon, room=0.12, ratios=(ratio, ratio))
    return box, found


def _outline(axes: Axes, frame: Frame, small: Frame) -> None:
    """Show on a map where the second one lies."""
    x, y = frame.xy(np.array([small.south_deg, small.north_deg]), np.array([small.west_deg, small.east_deg]))
    axes.add_patch(Rectangle((x[0], y[0]), x[1] - x[0], y[1] - y[0], fc="none", ec=ink.FAINT, lw=0.7, zorder=5))


def _legend(figure: Figure, column: tuple[float, float, float, float], kinds: set[str]) -> None:
    """Name what is drawn, at the top of the free column."""
    shown = [{k: v for k, v in look.items() if k != "zorder"} for kind, look in LOOKS.items() if kind in kinds]
    figure.legend(
        handles=[Line2D([], [], **look) for look in shown],
        loc="upper left",
        bbox_to_anchor=(column[0], column[1] + column[3]),
        frameon=False,
        borderaxespad=0.0,
        borderpad=0.0,
        labelspacing=0.6,
        handlelength=2.8,
    )

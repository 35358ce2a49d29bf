"""Map of one flight: lines and named points on the ground, with a second map where the first of them crowd."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from downrange.base import Array
from downrange.earth import cities, islands
from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, along, draw_ground, frame_around
from downrange.replay.draw_sheet import mark_small, new_sheet, write_legend, write_note

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
_LEGEND_IN: Final = 1.3
_MANY: Final = 4
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
        close = _crowded(frame, spots)
        sheet = new_sheet(title, frame, used_in=_LEGEND_IN, small=1 if close else 0)
        kinds = {trace.kind for trace in traces} | {spot.kind for spot in spots}
        write_legend(sheet, [look for kind, look in LOOKS.items() if kind in kinds])
        far, unnamed = spots, []
        if close:
            near_lat, near_lon = np.array([spot.lat_deg for spot in close]), np.array([spot.lon_deg for spot in close])
            near = frame_around(near_lat, near_lon, room=0.2, ratios=(sheet.ratio(0), sheet.ratio(0)))
            small = draw_ground(sheet.figure, sheet.small[0], near)
            small.set_title("Near the launch site", loc="left", pad=3.0, fontsize=8.5)
            unnamed += _fill(small, near, traces, spots, spots)
            far = tuple(spot for spot in spots if spot.kind == "pad" or not near.holds(spot.lat_deg, spot.lon_deg))
            mark_small(sheet.axes, frame, near, "")
        unnamed += _fill(sheet.axes, frame, traces, spots, far)
        write_note(sheet, note, unnamed)
    return sheet.figure


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
) -> list[str]:
    """Draw the lines and points that a frame shows, and name some of them; return the names that found no room."""
    clear = []
    for trace in traces:
        x, y = frame.line_xy(trace.lat_deg, trace.lon_deg)
        axes.plot(x, y, **LOOKS[trace.kind])
        clear.append(along(frame, x, y))
    for spot in spots:
        axes.plot(*frame.xy(np.array([spot.lat_deg]), np.array([spot.lon_deg])), **LOOKS[spot.kind])
    loud = _loud(axes, frame, named)
    return place_names(axes, frame, loud, np.concatenate(clear))


def place_names(axes: Axes, frame: Frame, loud: list[labels.Label], clear: Array) -> list[str]:
    """Write the loud names and, where there is room, those of places; return the loud ones that found none."""
    left_out = set(labels.place(axes, loud + quiet_names(axes, frame, loud), clear))
    return [label.text.replace("\n", " ") for label in loud if label.text in left_out]


def _loud(axes: Axes, frame: Frame, spots: tuple[Spot, ...]) -> list[labels.Label]:
    """Return the names of spots on short lines; spots of one kind that all but touch share a name."""
    groups: list[tuple[Spot, Array, list[str]]] = []
    for spot in (spot for spot in spots if frame.holds(spot.lat_deg, spot.lon_deg)):
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


def _crowded(frame: Frame, spots: tuple[Spot, ...]) -> list[Spot]:
    """Return the spots near the first one, when there are enough of them to crowd each other."""
    x, y = frame.xy(np.array([spot.lat_deg for spot in spots]), np.array([spot.lon_deg for spot in spots]))
    away = np.hypot(x - x[0], y - y[0])
    close = [spot for spot, far in zip(spots, away, strict=True) if far < _CROWDED * away.max()]
    return close if len(close) >= _MANY else []

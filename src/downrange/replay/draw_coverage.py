"""Maps of how a region is observed: a figure for each point, as patches of the region or as dots, and satellites' tracks."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from shapely import affinity

from downrange.base import Array, ModelError
from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, draw_area, draw_ground, draw_shore, frame_around

_MOST_PANELS: Final = 3
_PANEL_IN: Final = {1: 5.6, 2: 4.4, 3: 3.25}  # width of a map, by how many there are
_TALLEST_IN: Final = 6.2
_LEFT_IN, _BETWEEN_IN, _RIGHT_IN = 0.55, 0.60, 0.25
_HEAD_IN, _LINE_IN = 0.42, 0.17  # over the maps: without the title, and each line of it
_FOOT_IN, _LEGEND_IN = 1.15, 0.32
_TITLE_LETTERS: Final = 10.5  # in an inch
_BAR_IN: Final = 0.13
_STEPS: Final = 9  # shades of a scale at most, so that a shade can be told from the next
_WIDE_DEG: Final = 60.0
_MERCATOR_DEG: Final = 84.0  # beyond it nothing is drawn
_FEW: Final = 40  # places that are shown as dots with their names
_GOLDEN: Final = float(np.pi * (3.0 - np.sqrt(5.0)))
_APART_DEG: Final = 1e-6  # a tenth of a metre
_NOTE_LETTERS: Final = 17.0  # of a note in an inch
_DASHES: Final[tuple[Any, ...]] = ("-", (0, (6, 2)), (0, (1.5, 1.5)), (0, (6, 1.5, 1.2, 1.5)), (0, (3, 1)), (0, (8, 3)))
_NEVER: Final[dict[str, Any]] = {"fc": "#ffffff", "ec": ink.ORANGE, "hatch": "xxxx"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shade:
    """A figure of each of n points.

    value:  (n,) in `unit`; NaN: the point is never seen, or the figure is not known
    title:  over the map, such as "Mean wait"
    unit:   such as "h"
    higher_is_better: whether the light end of the scale belongs to high values (looks a day) or low ones (waits)
    """

    value: Array
    title: str
    unit: str
    higher_is_better: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """A satellite's track over the ground: (n,) points in order; swath: edges of what it sees, each (n,) and (n,)."""

    lat_deg: Array
    lon_deg: Array
    label: str
    swath: tuple[tuple[Array, Array], ...] = ()


def draw_coverage(
    title: str,
    lat_deg: Array,
    lon_deg: Array,
    shades: Sequence[Shade],
    *,
    region_lonlat: Any = None,  # noqa: ANN401 - a shape has no type
    names: Sequence[str] = (),
    traces: Sequence[Trace] = (),
    note: str = "",
) -> Figure:
    """Draw one to three maps beside each other, each with its scale.

    region_lonlat: each point colours the part of it that is nearest; without it many points colour all that is about
                   them, and few are dots
    names:         of points, written where there are few
    traces:        drawn on maps up to 60 degrees wide
    """
    if not 1 <= len(shades) <= _MOST_PANELS or not len(lat_deg):
        raise ModelError(
            f"{len(lat_deg)} points and {len(shades)} figures: a map needs points and one to three figures"
        )
    frame = _frame(lat_deg, lon_deg, region_lonlat)
    whole = _around(frame, lat_deg, lon_deg) if region_lonlat is None and len(lat_deg) > _FEW else region_lonlat
    traces = [one for one in traces if _crosses(frame, one)]
    entries = _entries(shades, traces)
    with ink.style():
        figure, boxes = _sheet(title, frame, len(shades), _FOOT_IN + (_LEGEND_IN if entries else 0.0))
        cells = None if whole is None else _cells(frame, lat_deg, lon_deg, whole)
        for shade, box in zip(shades, boxes, strict=True):
            axes = draw_ground(figure, box, frame)
            axes.set_title(f"{shade.title} [{shade.unit}]", loc="left", pad=4.0)
            _draw_shade(axes, box, frame, shade, (lat_deg, lon_deg), cells)
            for i, trace in enumerate(traces):
                _draw_trace(axes, frame, trace, i)
            if names and len(names) <= _FEW:
                _write_names(axes, frame, lat_deg, lon_deg, names)
        _legend(figure, entries)
        polar = max(abs(frame.south_deg), abs(frame.north_deg)) > _MERCATOR_DEG
        _note(figure, f"{note} Nothing is drawn beyond {_MERCATOR_DEG:g}° of latitude." if polar else note)
    return figure


def _frame(lat_deg: Array, lon_deg: Array, region_lonlat: Any) -> Frame:  # noqa: ANN401 - as above
    """Return the frame around the points, and around the region where there is one."""
    lat, lon = np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float)
    if region_lonlat is not None:
        corners = shapely.get_coordinates(shapely.segmentize(region_lonlat, 5.0))
        lat, lon = np.append(lat, corners[:, 1]), np.append(lon, corners[:, 0])
    return frame_around(lat, lon, room=0.06, ratios=(0.5, 1.6))


def _crosses(frame: Frame, trace: Trace) -> bool:
    """Say whether a map shows any of a track itself; one so wide that tracks would cover all has none."""
    if frame.east_deg - frame.west_deg > _WIDE_DEG:
        return False
    lon = frame.lon_deg(trace.lon_deg)
    over = (trace.lat_deg > frame.south_deg) & (trace.lat_deg < frame.north_deg)
    return bool((over & (lon > frame.west_deg) & (lon < frame.east_deg)).any())


def _around(frame: Frame, lat_deg: Array, lon_deg: Array) -> Any:  # noqa: ANN401 - as above
    """Return the box about points, half a typical distance beyond them."""
    lon = frame.lon_deg(lon_deg)
    tall, wide = float(np.ptp(lat_deg)), float(np.ptp(lon))
    room = 0.5 * float(np.sqrt(max(tall * wide, 1e-6) / len(lon)))
    south, north = max(float(lat_deg.min()) - room, -90.0), min(float(lat_deg.max()) + room, 90.0)
    return shapely.box(float(lon.min()) - room, south, float(lon.max()) + room, north)


def _sheet(
    title: str, frame: Frame, panels: int, foot_in: float
) -> tuple[Figure, list[tuple[float, float, float, float]]]:
    """Return a figure and the boxes of its maps (left, bottom, width, height), as shares of it."""
    map_wide = max(min(_PANEL_IN[panels], _TALLEST_IN / frame.ratio), 2.4)
    map_tall = map_wide * frame.ratio
    wide = max(_LEFT_IN + panels * map_wide + (panels - 1) * _BETWEEN_IN + _RIGHT_IN, 5.0)
    lines = textwrap.wrap(title, int(_TITLE_LETTERS * wide))
    tall = _HEAD_IN + _LINE_IN * len(lines) + map_tall + foot_in
    figure = ink.new_figure(wide, tall)
    look: dict[str, Any] = {"ha": "left", "va": "top", "fontsize": 10.5, "fontweight": "bold", "color": ink.INK}
    figure.suptitle("\n".join(lines), x=0.12 / wide, y=1.0 - 0.10 / tall, **look)
    step = map_wide + _BETWEEN_IN
    boxes = [((_LEFT_IN + i * step) / wide, foot_in / tall, map_wide / wide, map_tall / tall) for i in range(panels)]
    return figure, boxes


def _cells(frame: Frame, lat_deg: Array, lon_deg: Array, region_lonlat: Any) -> NDArray[Any]:  # noqa: ANN401 - as above
    """Return for each point the part of the region that is nearest to it on the map, in degrees on the frame's turn."""
    turned = [affinity.translate(region_lonlat, turn) for turn in (-360.0, 0.0, 360.0)]
    seen = shapely.box(frame.west_deg - 1.0, -90.0, frame.east_deg + 1.0, 90.0)
    region = shapely.union_all([shapely.intersection(one, seen) for one in turned])
    if len(lat_deg) == 1:
        return np.array([region], dtype=object)
    squeeze = np.array([np.cos(np.radians(np.mean(lat_deg))), 1.0])
    turn = _GOLDEN * np.arange(len(lat_deg))
    apart_deg = _APART_DEG * np.column_stack([np.cos(turn), np.sin(turn)])  # points on one circle make bad cells
    flat = np.column_stack([frame.lon_deg(lon_deg), lat_deg]) * squeeze + apart_deg
    area = shapely.transform(region, lambda xy: xy * squeeze)
    about = shapely.box(*shapely.bounds(shapely.GeometryCollection([area, shapely.MultiPoint(flat)]))).buffer(1.0)
    found = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(flat), extend_to=about, ordered=True))
    bad = ~shapely.is_valid(found)
    found[bad] = shapely.make_valid(found[bad])
    shapely.prepare(area)
    return np.asarray(shapely.transform(shapely.intersection(found, area), lambda xy: xy / squeeze))


def _draw_shade(
    axes: Axes,
    box: tuple[float, ...],
    frame: Frame,
    shade: Shade,
    place: tuple[Array, Array],
    cells: NDArray[Any] | None,
) -> None:
    """Draw one figure and its scale under the map."""
    value = np.asarray(shade.value, dtype=float)
    known = np.isfinite(value)
    levels = _levels(value[known])
    colours = mpl.colormaps["cividis" if shade.higher_is_better else "cividis_r"]
    norm = BoundaryNorm(levels, colours.N)
    if cells is None:
        x, y = frame.xy(*place)
        size = 46.0 if len(value) <= _FEW else max(3.0, 9_000.0 / len(value))
        edge = {"edgecolors": ink.INK, "linewidths": 0.6} if len(value) <= _FEW else {"linewidths": 0.0}
        axes.scatter(x[known], y[known], c=colours(norm(value[known])), s=size, zorder=6, **edge)
        axes.scatter(
            x[~known], y[~known], c="#ffffff", marker="X", s=size, zorder=6, edgecolors=ink.ORANGE, linewidths=0.8
        )
    else:
        shown = norm(value)
        for step in np.unique(shown[known]):
            part = shapely.union_all(cells[known & (shown == step)])
            draw_area(axes, frame, part, fc=colours(int(step)), ec=colours(int(step)), lw=0.3, zorder=3)
        if (~known).any():
            draw_area(axes, frame, shapely.union_all(cells[~known]), lw=0.5, zorder=3, **_NEVER)
        draw_shore(axes, frame)
    _scale(axes.figure, box, colours, norm, levels)  # type: ignore[arg-type] # no sub-figures here


def _levels(value: Array) -> Array:
    """Return the edges of the shades: round numbers; where a few values lie far off, they share the last shade.

    >>> _levels(np.append(np.linspace(20.0, 40.0, 99), 152.0)).tolist()
    [20.0, 22.5, 25.0, 27.5, 30.0, 32.5, 35.0, 37.5, 40.0, 153.0]
    """
    if not len(value):
        return np.array([0.0, 1.0])
    low, high = float(value.min()), float(value.max())
    if high - low < 1e-9 * max(abs(high), 1.0):
        low, high = low - 0.05 * max(abs(low), 1.0), high + 0.05 * max(abs(high), 1.0)
    first, last = (float(one) for one in np.quantile(value, (0.04, 0.96)))
    if not 1e-9 * high < last - first < 0.5 * (high - low):
        first, last = low, high
    found = MaxNLocator(nbins=_STEPS, steps=[1, 2, 2.5, 5, 10]).tick_values(first, last)
    below = [_rounded(low, -1.0)] if low < found[0] else []
    above = [_rounded(high, 1.0)] if high > found[-1] else []
    return np.array([*below, *found, *above], dtype=float)


def _rounded(value: float, way: float) -> float:
    """Return a number moved outwards, up (1) or down (-1), to three digits."""
    if value == 0.0:
        return way * 1e-9
    step = 10.0 ** (np.floor(np.log10(abs(value))) - 2.0)
    return float(step * (np.floor(value / step + 1.0) if way > 0.0 else np.ceil(value / step - 1.0)))


def _scale(figure: Figure, box: tuple[float, ...], colours: Any, norm: BoundaryNorm, levels: Array) -> None:  # noqa: ANN401 - a colour map
    """Draw the scale of a map below it."""
    tall = float(figure.get_size_inches()[1])
    left, bottom, width, _ = box
    axes = figure.add_axes((left, bottom - 0.62 / tall, width, _BAR_IN / tall))
    bar = mpl.colorbar.ColorbarBase(axes, cmap=colours, norm=norm, orientation="horizontal", spacing="uniform")
    every = max(1, round(len(levels) / 9))
    shown = levels[::every].tolist()
    bar.set_ticks(shown, labels=[f"{level:.6g}" for level in shown])
    bar.ax.tick_params(length=2.0, pad=1.5)
    bar.outline.set_linewidth(0.5)


def _draw_trace(axes: Axes, frame: Frame, trace: Trace, i: int) -> None:
    """Draw a track, and the edges of what is seen from it."""
    for lat, lon in trace.swath:
        x, y = frame.line_xy(lat, lon)
        axes.plot(x, y, color=ink.SKY, lw=0.6, ls=(0, (3, 2)), zorder=7)
    x, y = frame.line_xy(trace.lat_deg, trace.lon_deg)
    axes.plot(x, y, color="#ffffff", lw=2.0, zorder=7.5, alpha=0.7)
    axes.plot(x, y, color=ink.BLUE, lw=1.1, ls=_DASHES[i % len(_DASHES)], zorder=8)


def _write_names(axes: Axes, frame: Frame, lat_deg: Array, lon_deg: Array, names: Sequence[str]) -> None:
    """Write the names of places."""
    x, y = frame.xy(lat_deg, lon_deg)
    told = [
        labels.Label(x=float(px), y=float(py), text=name, colour=ink.INK, size_pt=7.0, must=True)
        for px, py, name in zip(x, y, names, strict=True)
        if name
    ]
    labels.place(axes, told, np.column_stack([x, y]))


def _entries(shades: Sequence[Shade], traces: Sequence[Trace]) -> list[Any]:
    """Return the legend's entries: tracks, swaths and what is never seen."""
    entries: list[Any] = [
        Line2D([], [], color=ink.BLUE, lw=1.1, ls=_DASHES[i % len(_DASHES)], label=trace.label)
        for i, trace in enumerate(traces)
    ]
    if any(trace.swath for trace in traces):
        entries.append(Line2D([], [], color=ink.SKY, lw=0.6, ls=(0, (3, 2)), label="edge of what is seen"))
    if any(not np.isfinite(shade.value).all() for shade in shades):
        entries.append(Patch(label="never seen in the span", lw=0.5, **_NEVER))
    return entries


def _legend(figure: Figure, entries: Sequence[Any]) -> None:
    """Write the legend under the scales."""
    if entries:
        wide, tall = (float(v) for v in figure.get_size_inches())
        look: dict[str, Any] = {"frameon": False, "borderaxespad": 0.0, "borderpad": 0.0, "handlelength": 3.0}
        where = (_LEFT_IN / wide, 0.34 / tall)
        columns = max(1, min(len(entries), int(wide / 2.2)))
        figure.legend(handles=list(entries), loc="lower left", bbox_to_anchor=where, ncols=columns, **look)


def _note(figure: Figure, note: str) -> None:
    """Write the note under everything."""
    wide, tall = (float(v) for v in figure.get_size_inches())
    told = f"{note} Mercator. Coast: Natural Earth.".strip()
    text = "\n".join(textwrap.wrap(told, int(_NOTE_LETTERS * wide), max_lines=2, placeholder=" and more."))
    figure.text(0.12 / wide, 0.06 / tall, text, fontsize=6.8, color=ink.FAINT, ha="left", va="bottom", linespacing=1.1)

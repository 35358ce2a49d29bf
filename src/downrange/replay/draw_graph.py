"""Graphs over one time axis: several lines a strip, a second scale on the right, moments named over the top strip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from downrange.base import Array
from downrange.replay import ink

LOOKS: Final[tuple[dict[str, Any], ...]] = (
    {"color": ink.BLUE, "lw": 1.5, "ls": "-"},
    {"color": ink.ORANGE, "lw": 1.3, "ls": (0, (5, 2))},
    {"color": ink.GREEN, "lw": 1.3, "ls": (0, (1.2, 1.4))},
)
"""Lines of one strip, in order: they differ in black and white too."""

_WIDE_IN, _STRIP_IN, _FOOT_IN, _ROW_PT = 10.2, 1.5, 0.48, 11.0
_LEFT, _RIGHT = 0.075, 0.94
_NAME_PT = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One line of a strip: t_s, value (n,); label "" where the strip has no other line."""

    t_s: Array
    value: Array
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """One strip: what it shows, its unit, its lines; right: a second scale as (unit, how many of the first it is)."""

    name: str
    unit: str
    curves: tuple[Curve, ...]
    right: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A moment to be marked in every strip and named over the first."""

    t_s: float
    label: str


def draw_graphs(title: str, graphs: tuple[Graph, ...], stops: tuple[Stop, ...]) -> Figure:
    """Draw the strips over each other; the names of the moments stand in rows so that none runs into another."""
    with ink.style():
        wide_px = {stop: _wide_px(stop.label) for stop in stops}
        room_px = _WIDE_IN * (_RIGHT - _LEFT) * 150.0
        begin = min([0.0, *(float(curve.t_s[0]) for graph in graphs for curve in graph.curves)])
        end = max(float(curve.t_s[-1]) for graph in graphs for curve in graph.curves)
        ends = [begin + (stop.t_s - begin) / (1.0 - min(wide_px[stop] / room_px, 0.9)) for stop in stops]
        end = max([begin + 1.01 * (end - begin), *ends])
        rows = _rows(stops, {stop: wide * (end - begin) / room_px for stop, wide in wide_px.items()})
        head = 0.46 + (1 + max(rows.values(), default=-1)) * _ROW_PT / 72.0
        tall = head + _STRIP_IN * len(graphs) + _FOOT_IN
        figure = ink.new_figure(_WIDE_IN, tall)
        for i, graph in enumerate(graphs):
            bottom = _FOOT_IN + _STRIP_IN * (len(graphs) - 1 - i)
            axes = figure.add_axes((_LEFT, bottom / tall, _RIGHT - _LEFT, (_STRIP_IN - 0.12) / tall))
            _draw_graph(axes, graph, last=i == len(graphs) - 1)
            axes.set_xlim(begin, end)
            for stop in stops:
                axes.axvline(stop.t_s, color=ink.FAINT, lw=0.6, ls=(0, (1, 2)), zorder=1)
            if i == 0:
                _name(axes, rows)
        figure.suptitle(title, x=0.02, y=1.0 - 0.10 / tall, ha="left", va="top", fontsize=10.5, fontweight="bold")
    return figure


def _draw_graph(axes: Axes, graph: Graph, *, last: bool) -> None:
    """Draw one strip; a strip of several lines keeps room at its top for their names."""
    for curve, look in zip(graph.curves, LOOKS, strict=False):
        axes.plot(curve.t_s, curve.value, zorder=3, label=curve.label, **look)
    values = np.concatenate([curve.value for curve in graph.curves])
    low, high = min(0.0, float(np.nanmin(values))), float(np.nanmax(values))
    named = len(graph.curves) > 1
    span = max(high - low, 1e-9)
    axes.set_ylim(low - (0.05 * span if low < 0.0 else 0.0), high + (0.34 if named else 0.10) * span)
    if named:
        names = axes.legend(loc="upper left", ncols=len(graph.curves), borderpad=0.2, handlelength=2.8, framealpha=1.0)
        names.get_frame().set(facecolor=ink.SEA, edgecolor="none")
    axes.set_ylabel(f"{graph.name}\n[{graph.unit}]", fontsize=7.5)
    axes.yaxis.set_label_coords(-0.045, 0.5)
    axes.grid(color=ink.GRID, lw=0.5)
    axes.tick_params(length=2.5, labelbottom=last)
    axes.set_facecolor(ink.SEA)
    if graph.right is not None:
        unit, many = graph.right
        right = axes.secondary_yaxis("right", functions=(partial(np.multiply, 1.0 / many), partial(np.multiply, many)))
        right.set_ylabel(f"[{unit}]", fontsize=7.5)
        right.tick_params(length=2.5)
    if last:
        axes.set_xlabel("time since lift-off [s]")


def _wide_px(label: str) -> float:
    """Return how much a name takes with the gap before it and after it, at 150 dots an inch."""
    figure = ink.new_figure(1.0, 1.0)
    canvas = figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError("names are measured on an Agg canvas; make the figure with ink.new_figure")
    return float(figure.text(0.0, 0.0, label, fontsize=_NAME_PT).get_window_extent(canvas.get_renderer()).width) + 16.0


def _rows(stops: tuple[Stop, ...], wide_s: dict[Stop, float]) -> dict[Stop, int]:
    """Give each name a row: it starts at its line and stands over every later name that it would run into."""
    placed: dict[Stop, int] = {}
    for stop in sorted(stops, key=lambda s: -s.t_s):
        reach = stop.t_s + wide_s[stop]
        placed[stop] = max((row + 1 for later, row in placed.items() if later.t_s <= reach), default=0)
    return placed


def _name(axes: Axes, rows: dict[Stop, int]) -> None:
    """Write the names over the top strip, each in its row, to the right of a line down to it."""
    for stop, row in rows.items():
        high = 4.0 + _ROW_PT * row
        axes.annotate(
            "",
            (stop.t_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0.0, high + 8.0),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": ink.FAINT, "shrinkA": 0.0, "shrinkB": 0.0},
            annotation_clip=False,
        )
        axes.annotate(
            stop.label,
            (stop.t_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2.5, high),
            textcoords="offset points",
            fontsize=_NAME_PT,
            annotation_clip=False,
        )

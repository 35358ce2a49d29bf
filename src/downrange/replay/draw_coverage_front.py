"""Front of a search: satellites against mean wait and longest gap, naive layouts and the best of each number named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from downrange.base import Array, ModelError
from downrange.replay import ink, labels
from downrange.replay.draw_coverage_sheet import HOUR_S, LEGEND, WIDE_IN, new_chart, plain

_TRIED: Final[dict[str, Any]] = {"marker": ".", "ms": 2.5, "color": ink.FAINT, "alpha": 0.45, "ls": ""}
_BEST: Final[dict[str, Any]] = {"marker": "*", "ms": 13.0, "color": ink.GREEN, "ls": ""}
_NAMED: Final = ("s", "^", "D", "v", "P", "X", "p", "h")
_NAMED_LOOK: Final[dict[str, Any]] = {"ms": 5.5, "mfc": "#ffffff", "mew": 1.5, "ls": ""}
_EDGE: Final = {"naive": ink.ORANGE, "found": ink.BLUE}
_MANY: Final = 40  # dots that would hide each other are spread and small


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A layout with what it gave.

    kind:  "tried", "naive", "found" (by a search) or "best" (of those with as many satellites)
    label: of a naive or found layout its rule, which the legend names; of a best one what stands beside it; or ""
    """

    satellites: int
    mean_wait_s: float
    max_gap_s: float
    kind: str
    label: str = ""


def draw_pareto(title: str, layouts: Sequence[Tried], *, best: str = "best for that many", note: str = "") -> Figure:
    """Draw mean wait and longest gap over the number of satellites: all that was tried, the front, naive and best ones.

    best: what the stars are
    """
    if not layouts:
        raise ModelError("no layout was tried: there is nothing to draw")
    rules = list(dict.fromkeys((one.kind, one.label) for one in layouts if one.kind in _EDGE))
    with ink.style():
        entries = _pareto_legend(layouts, rules, best)
        legend_in = 0.19 * -(-len(entries) // 3)
        figure, left = new_chart(title, note, 5.0 + legend_in, right_in=4.35, foot_in=0.80 + legend_in)
        tall = float(figure.get_size_inches()[1])
        box = left.get_position()
        right = figure.add_axes(((WIDE_IN - 3.65) / WIDE_IN, box.y0, 3.45 / WIDE_IN, box.height))
        plain(right)
        for axes, name, told in ((left, "mean_wait_s", "mean wait [h]"), (right, "max_gap_s", "longest gap [h]")):
            _draw_front(axes, layouts, name, rules)
            axes.set_ylabel(told)
        where = (box.x0, 0.32 / tall)
        look = LEGEND | {"handlelength": 1.8, "columnspacing": 1.6}
        figure.legend(handles=entries, loc="lower left", bbox_to_anchor=where, ncols=3, **look)
    return figure


def _pareto_legend(layouts: Sequence[Tried], rules: Sequence[tuple[str, str]], best: str) -> list[Line2D]:
    """Return the legend: what was tried, the front, the best, each naive or found rule."""
    entries = [Line2D([], [], color=ink.GREEN, lw=1.4, label="front: none tried is better with as many or fewer")]
    if any(one.kind == "best" for one in layouts):
        entries.append(Line2D([], [], label=best, **_BEST))
    if any(one.kind == "tried" for one in layouts):
        entries.append(Line2D([], [], label="layout that was tried", **_TRIED | {"ms": 5.0}))
    for marker, (kind, rule) in zip(_NAMED, rules, strict=False):
        name = rule if kind == "found" else f"naive: {rule}" if rule else "naive layout"
        entries.append(Line2D([], [], marker=marker, mec=_EDGE[kind], label=name, **_NAMED_LOOK))
    return entries


def _draw_front(axes: Axes, layouts: Sequence[Tried], name: str, rules: Sequence[tuple[str, str]]) -> None:
    """Draw one of the two figures over the number of satellites."""
    count = np.array([one.satellites for one in layouts], dtype=float)
    value = np.array([getattr(one, name) for one in layouts]) / HOUR_S
    kinds = np.array([one.kind for one in layouts])
    tried, best = kinds == "tried", kinds == "best"
    many = int(tried.sum()) > _MANY
    golden = 0.36 * ((np.arange(len(layouts)) * 0.618_034) % 1.0 - 0.5) if many else np.zeros(len(layouts))
    dots = _TRIED if many else _TRIED | {"ms": 6.0, "alpha": 0.8}
    axes.plot((count + golden)[tried], value[tried], zorder=2, rasterized=many, **dots)
    axes.plot(count[best], value[best], zorder=5, **_BEST)
    for marker, rule in zip(_NAMED, rules, strict=False):
        mine = np.array([(one.kind, one.label) == rule for one in layouts])
        axes.plot(count[mine], value[mine], marker=marker, mec=_EDGE[rule[0]], zorder=6, **_NAMED_LOOK)
    numbers = np.arange(count.min(), count.max() + 1.0)
    front = np.array([value[count <= n].min() for n in numbers])
    x, y = np.append(numbers, numbers[-1] + 0.4), np.append(front, front[-1])
    axes.step(x, y, where="post", color=ink.GREEN, lw=1.4, zorder=4)
    _pareto_axes(axes, count, value)
    told = [
        labels.Label(x=float(n), y=float(v), text=one.label, colour=ink.GREEN, size_pt=6.8, must=True)
        for one, n, v in zip(layouts, count, value, strict=True)
        if one.label and one.kind == "best"
    ]
    named = np.column_stack([count, value])[~tried]
    labels.place(axes, told, np.concatenate([_steps(x, y), named]))


def _steps(x: Array, y: Array) -> Array:
    """Return points along a line of steps, for labels to keep off."""
    level = [
        np.column_stack([np.linspace(a, b, 12), np.full(12, v)]) for a, b, v in zip(x[:-1], x[1:], y, strict=False)
    ]
    down = [
        np.column_stack([np.full(12, a), np.geomspace(u, v, 12)]) for a, u, v in zip(x[1:], y[:-1], y[1:], strict=True)
    ]
    return np.concatenate([*level, *down])


def _pareto_axes(axes: Axes, count: Array, value: Array) -> None:
    """Set the scales: whole satellites, hours in powers."""
    axes.set_xlim(count.min() - 0.5, count.max() + 0.6)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("satellites")
    axes.set_yscale("log")
    axes.set_ylim(0.7 * value.min(), 1.35 * value.max())
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))

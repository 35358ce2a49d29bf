"""Strip charts: altitude, speed, dynamic pressure and thrust acceleration over the time since lift-off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from downrange.replay import ink

Array = NDArray[np.float64]
_MOST_POINTS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One quantity over time.

    name, unit: written beside it
    t_s, value: (n,)
    other:      a second line over the same time (dashed), as (name, t_s, value); None for none
    """

    name: str
    unit: str
    t_s: Array
    value: Array
    other: tuple[str, Array, Array] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A moment to be marked in every strip."""

    t_s: float
    label: str


def draw_strips(title: str, strips: tuple[Strip, ...], moments: tuple[Moment, ...]) -> Figure:
    """Draw the strips over each other with the moments as dotted lines, named over the top strip."""
    with ink.style():
        end = max(float(strip.t_s[-1]) for strip in strips)
        names = _rows(moments, end)
        end = max([end * 1.01] + [moment.t_s + _wide_s(moment, end) for moment in moments])
        head = 0.155 * (1 + max((row for row, _ in names), default=0)) + 0.42
        figure = ink.new_figure(10.2, head + 1.25 * len(strips) + 0.45)
        tall = float(figure.get_size_inches()[1])
        room = (tall - head - 0.45) / len(strips)
        for i, strip in enumerate(strips):
            bottom = (0.45 + room * (len(strips) - 1 - i)) / tall
            axes = figure.add_axes((0.075, bottom, 0.905, (room - 0.09) / tall))
            _draw_strip(axes, strip, end, last=i == len(strips) - 1)
            for moment in moments:
                axes.axvline(moment.t_s, color=ink.FAINT, lw=0.6, ls=(0, (1, 2)), zorder=1)
            if i == 0:
                _name_moments(axes, names)
        figure.suptitle(title, x=0.02, y=1.0 - 0.10 / tall, ha="left", va="top", fontsize=10.5, fontweight="bold")
    return figure


def _draw_strip(axes: Axes, strip: Strip, end_s: float, *, last: bool) -> None:
    """Draw one strip."""
    step = max(1, len(strip.t_s) // _MOST_POINTS)
    axes.plot(strip.t_s[::step], strip.value[::step], color=ink.BLUE, lw=1.4, zorder=3, label="recomputed")
    if strip.other is not None:
        name, t_s, value = strip.other
        step = max(1, len(t_s) // _MOST_POINTS)
        axes.plot(t_s[::step], value[::step], color=ink.ORANGE, lw=1.2, ls=(0, (4, 2)), zorder=4, label=name)
        axes.legend(loc="upper left", frameon=False, ncols=2)
    axes.set_xlim(0.0, end_s)
    axes.set_ylim(bottom=min(0.0, float(np.nanmin(strip.value))))
    axes.margins(y=0.1)
    axes.set_ylabel(f"{strip.name}\n[{strip.unit}]", fontsize=7.5)
    axes.yaxis.set_label_coords(-0.045, 0.5)
    axes.grid(color=ink.GRID, lw=0.5)
    axes.tick_params(length=2.5, labelbottom=last)
    axes.set_facecolor(ink.SEA)
    if last:
        axes.set_xlabel("time since lift-off [s]")


def _rows(moments: tuple[Moment, ...], end_s: float) -> list[tuple[int, Moment]]:
    """Give each name a row: it starts at its line and stands over every later name that it would run into."""
    placed: list[tuple[int, Moment]] = []
    for moment in sorted(moments, key=lambda m: -m.t_s):
        reach = moment.t_s + _wide_s(moment, end_s)
        row = max((above + 1 for above, later in placed if later.t_s <= reach), default=0)
        placed.append((row, moment))
    return placed


def _wide_s(moment: Moment, end_s: float) -> float:
    """Return how much of the time axis a name takes; about 140 characters fill it."""
    return (len(moment.label) + 2) / 140.0 * end_s


def _name_moments(axes: Axes, names: list[tuple[int, Moment]]) -> None:
    """Write the names over the top strip, each in its row, to the right of a line down to it."""
    for row, moment in names:
        high = 5.0 + 11.0 * row
        axes.annotate(
            "",
            (moment.t_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(0.0, high + 8.0),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "lw": 0.5, "color": ink.FAINT, "shrinkA": 0.0, "shrinkB": 0.0},
            annotation_clip=False,
        )
        axes.annotate(
            moment.label,
            (moment.t_s, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(2.5, high),
            textcoords="offset points",
            fontsize=7.0,
            annotation_clip=False,
        )

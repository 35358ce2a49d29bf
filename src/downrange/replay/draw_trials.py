"""Picture of how a policy's figures hang on its threshold: misses and early lifts, people warned, person-minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from downrange.base import ModelError
from downrange.replay import ink
from downrange.replay.trials_figures import Figures

_WIDE_IN: Final = 7.6
_HIGH_IN: Final = 6.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A threshold with the figures it gave."""

    p_warn: float
    figures: Figures


def draw_sensitivity(title: str, points: Sequence[Point], *, chosen: float) -> Figure:
    """Draw the figures over the threshold, logarithmic; chosen: the policy's own, marked."""
    if not points:
        raise ModelError("no threshold was tried: there is nothing to draw")
    ordered = sorted(points, key=lambda point: point.p_warn)
    x = [point.p_warn for point in ordered]
    found = [point.figures for point in ordered]
    with ink.style():
        figure = ink.new_figure(_WIDE_IN, _HIGH_IN)
        axes = figure.subplots(3, 1, sharex=True)
        figure.subplots_adjust(left=0.11, right=0.97, top=0.92, bottom=0.09, hspace=0.22)
        figure.suptitle(title, x=0.11, y=0.975, ha="left", fontsize=10.0, fontweight="bold", color=ink.INK)
        _lines(
            axes[0],
            x,
            [
                ("missed", [float(len(one.misses)) for one in found], ink.ORANGE, "o-"),
                ("freed too soon", [float(len(one.early)) for one in found], ink.BLUE, "s--"),
            ],
        )
        axes[0].set_ylabel("places")
        axes[0].yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        axes[0].set_ylim(bottom=-0.3, top=max(1.5, *(1.15 * max(len(one.misses), len(one.early)) for one in found)))
        _lines(axes[1], x, [("people warned over people inside", [one.over_alert for one in found], ink.GREEN, "o-")])
        axes[1].axhline(1.5, color=ink.FAINT, linewidth=0.8, linestyle=":")
        axes[1].text(x[0], 1.5, "goal: no more than 1.5", va="bottom", ha="left", fontsize=7.0, color=ink.FAINT)
        axes[1].set_ylabel("over-alert ratio")
        axes[1].set_ylim(bottom=1.0, top=max(1.6, 1.05 * max(one.over_alert for one in found)))
        _lines(
            axes[2],
            x,
            [
                ("all", [one.person_minutes / 1e6 for one in found], ink.PURPLE, "o-"),
                ("after nature had decided", [one.avoidable / 1e6 for one in found], ink.AMBER_TEXT, "s--"),
            ],
        )
        axes[2].set_ylabel("million person-minutes\na launch")
        axes[2].set_ylim(bottom=0.0)
        axes[2].set_xlabel("probability from which a place is warned")
        for one in axes:
            one.set_xscale("log")
            one.axvline(chosen, color=ink.INK, linewidth=0.8, linestyle="-.")
            one.grid(visible=True, color=ink.GRID, linewidth=0.5)
            one.spines[["top", "right"]].set_visible(False)
        axes[0].text(chosen, 1.0, " policy", transform=axes[0].get_xaxis_transform(), va="top", ha="left", fontsize=7.5)
    return figure


def _lines(axes: Axes, x: Sequence[float], lines: Sequence[tuple[str, Sequence[float], str, str]]) -> None:
    """Draw some lines with their markers, and name them when there are several."""
    for label, values, colour, form in lines:
        axes.plot(x, values, form, color=colour, label=label, linewidth=1.3, markersize=4.5)
    axes.legend(loc="best", frameon=True)

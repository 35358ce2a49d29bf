"""Sheet of a chart of coverage: title, note, one chart in the look of the house, and times in words."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from downrange.replay import ink

WIDE_IN: Final = 8.6
HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
_NOTE_LETTERS: Final = 140
LEGEND: Final[dict[str, Any]] = {"frameon": False, "borderaxespad": 0.0, "borderpad": 0.1, "handlelength": 3.0}


def new_chart(
    title: str,
    note: str,
    tall_in: float,
    *,
    right_in: float,
    left_in: float = 0.75,
    head_in: float = 0.5,
    foot_in: float = 0.95,
) -> tuple[Figure, Axes]:
    """Return a figure with a title, a note and one chart that leaves room on the right and below [in]."""
    lines = textwrap.wrap(title, int(10.5 * WIDE_IN))
    tall = tall_in + 0.17 * (len(lines) - 1)
    figure = ink.new_figure(WIDE_IN, tall)
    head = head_in + 0.17 * (len(lines) - 1)
    box = (
        left_in / WIDE_IN,
        foot_in / tall,
        (WIDE_IN - left_in - right_in) / WIDE_IN,
        (tall - foot_in - head) / tall,
    )
    axes = figure.add_axes(box)
    plain(axes)
    look: dict[str, Any] = {"ha": "left", "va": "top", "fontsize": 10.5, "fontweight": "bold", "color": ink.INK}
    figure.suptitle("\n".join(lines), x=0.12 / WIDE_IN, y=1.0 - 0.10 / tall, **look)
    told = "\n".join(textwrap.wrap(note, _NOTE_LETTERS, max_lines=2, placeholder=" and more."))
    small: dict[str, Any] = {"fontsize": 6.8, "color": ink.FAINT, "ha": "left", "va": "bottom", "linespacing": 1.1}
    figure.text(0.12 / WIDE_IN, 0.06 / tall, told, **small)
    return figure, axes


def plain(axes: Axes) -> None:
    """Give axes the look of the house."""
    axes.set_facecolor(ink.SEA)
    axes.grid(color=ink.GRID, lw=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(length=2.5)


def span_words(t_s: float) -> str:
    """Return a time as a person says it."""
    if not np.isfinite(t_s):
        return "unknown"
    for unit_s, name in ((DAY_S, "d"), (HOUR_S, "h")):
        if t_s >= 2.0 * unit_s:
            return f"{t_s / unit_s:.1f} {name}"
    return f"{t_s / 60.0:.0f} min"

"""Ink: the one palette of the figures, and how a figure becomes bytes (PNG, or SVG that follows the page's theme).

Colours after Okabe and Ito ("Color Universal Design", 2008), which people with colour-blindness tell apart; every
colour comes with its own line style or marker, so that a black-and-white print says the same.
"""

from __future__ import annotations

import io
import re
from contextlib import AbstractContextManager
from typing import Any, Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK: Final = "#1b1f24"
FAINT: Final = "#6a737d"
GRID: Final = "#d0d7de"
LAND: Final = "#e7e3d8"
SHORE: Final = "#8c8674"
SEA: Final = "#f7fafc"
BLUE: Final = "#0072b2"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
ORANGE: Final = "#d55e00"
AMBER: Final = "#e69f00"
AMBER_TEXT: Final = "#8a5a00"
PURPLE: Final = "#9a4f86"

_THEMED: Final = {
    INK: "var(--ink)",
    FAINT: "var(--faint)",
    GRID: "var(--grid)",
    LAND: "var(--land)",
    SHORE: "var(--shore)",
    SEA: "var(--sea)",
    BLUE: "var(--blue)",
    SKY: "var(--sky)",
    GREEN: "var(--green)",
    ORANGE: "var(--orange)",
    AMBER: "var(--amber)",
    AMBER_TEXT: "var(--honey)",
    PURPLE: "var(--purple)",
    "#ffffff": "var(--paper)",
}
_STYLE: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.framealpha": 1.0,
    "legend.edgecolor": GRID,
    "svg.fonttype": "none",
    "svg.hashsalt": "downrange",
}


def new_figure(width_in: float, height_in: float) -> Figure:
    """Return an empty white figure of a size in inches, with a canvas that can measure text."""
    figure = Figure(figsize=(width_in, height_in), dpi=150.0, facecolor="#ffffff")
    FigureCanvasAgg(figure)
    return figure


def style() -> AbstractContextManager[None]:
    """Return the context to draw in."""
    return mpl.rc_context(_STYLE)


def png(figure: Figure) -> bytes:
    """Return the figure as PNG at 150 dots an inch, the same bytes each time."""
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def svg(figure: Figure, title: str, prefix: str) -> str:
    """Return the figure as inline SVG whose colours follow the page; ids carry a prefix so that figures can share a page."""
    out = io.StringIO()
    with style():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\b(id="|href="#|url\(#)', rf"\g<1>{prefix}-", text)
    text = re.sub(r"(?<=\.\d\d)\d+", "", text)  # a hundredth of a point is enough
    for colour, themed in _THEMED.items():
        text = text.replace(colour, themed)
    head, rest = text.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    return f'{head} role="img" aria-label="{title}"><title>{title}</title>{rest}'

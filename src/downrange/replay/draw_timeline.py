"""The timeline: what happened, what Downrange sent, and what was really sent, on one time axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, MinuteLocator, date2num
from matplotlib.figure import Figure

from downrange.base import KST
from downrange.replay import ink

_ROW_IN = 0.30
_LABEL_CHARS = 38


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: from start to end (None: no end is known), with a text to the right.

    kind: "flight", "fall", "ours", "history" or "error"
    """

    start: datetime
    end: datetime | None
    label: str
    note: str
    kind: str


_LOOKS: dict[str, dict[str, Any]] = {
    "flight": {"color": ink.BLUE, "hatch": None, "marker": "o"},
    "fall": {"color": ink.ORANGE, "hatch": None, "marker": "X"},
    "ours": {"color": ink.GREEN, "hatch": None, "marker": "D"},
    "history": {"color": ink.AMBER, "hatch": "////", "marker": "s"},
    "error": {"color": ink.ORANGE, "hatch": "xxxx", "marker": "X"},
}


def draw_timeline(title: str, groups: tuple[tuple[str, tuple[Bar, ...]], ...]) -> Figure:
    """Draw the groups under each other; bars are alerts in force, marks are moments. UTC below, KST and JST above."""
    rows = sum(len(bars) + 1 for _, bars in groups)
    with ink.style():
        figure = ink.new_figure(10.2, 1.25 + _ROW_IN * rows)
        tall = float(figure.get_size_inches()[1])
        axes = figure.add_axes((0.245, 0.42 / tall, 0.735, 1.0 - 1.25 / tall))
        low, high = _span(groups)
        axes.set_xlim(date2num(low), date2num(high))
        axes.set_ylim(rows - 0.3, -0.6)
        y = 0
        for name, bars in groups:
            axes.text(
                -0.318, y, name, transform=axes.get_yaxis_transform(), fontweight="bold", va="center", fontsize=8.5
            )
            axes.axhline(y, color=ink.GRID, lw=0.6, zorder=0)
            y += 1
            for bar in bars:
                _draw_bar(axes, bar, y, low, high)
                y += 1
        _scales(axes, low, high)
        figure.suptitle(title, x=0.02, y=1.0 - 0.10 / tall, ha="left", va="top", fontsize=10.5, fontweight="bold")
    return figure


def _span(groups: tuple[tuple[str, tuple[Bar, ...]], ...]) -> tuple[datetime, datetime]:
    """Return the time to show: all bars, with room on both sides."""
    moments = [m for _, bars in groups for bar in bars for m in (bar.start, bar.end) if m is not None]
    room = (max(moments) - min(moments)) * 0.03 + timedelta(seconds=30)
    return min(moments) - room, max(moments) + 3.0 * room


def _draw_bar(axes: Axes, bar: Bar, y: int, low: datetime, high: datetime) -> None:
    """Draw one row: its name on the left, its bar or mark, its note beside it."""
    look = _LOOKS[bar.kind]
    start = float(date2num(bar.start))
    end = float(date2num(bar.end)) if bar.end is not None else start
    axes.text(-0.305, y, _cut(bar.label), transform=axes.get_yaxis_transform(), va="center", fontsize=7.5)
    if bar.end is not None:
        axes.barh(y, end - start, left=start, height=0.52, fc=look["color"], ec=look["color"], alpha=0.30, lw=0.0)
        axes.barh(y, end - start, left=start, height=0.52, fc="none", ec=look["color"], hatch=look["hatch"], lw=1.0)
    axes.plot([start], [y], marker=look["marker"], ms=4.5, color=look["color"], zorder=4)
    middle = 0.5 * (float(date2num(low)) + float(date2num(high)))
    if end > middle + 0.25 * (float(date2num(high)) - middle) and start > middle:
        axes.annotate(
            bar.note, (start, y), xytext=(-6, 0), textcoords="offset points", va="center", ha="right", fontsize=7.0
        )
    elif end > middle + 0.5 * (float(date2num(high)) - middle):
        plate = {"boxstyle": "square,pad=0.15", "fc": "#ffffff", "ec": "none"}
        axes.annotate(
            bar.note, (start, y), xytext=(9, 0), textcoords="offset points", va="center", fontsize=7.0, bbox=plate
        )
    else:
        axes.annotate(bar.note, (end, y), xytext=(6, 0), textcoords="offset points", va="center", fontsize=7.0)


def _cut(text: str) -> str:
    """Shorten a name that would run into the chart."""
    return text if len(text) <= _LABEL_CHARS else f"{text[: _LABEL_CHARS - 1]}…"


def _scales(axes: Axes, low: datetime, high: datetime) -> None:
    """Write UTC below and Korean and Japanese time above."""
    minutes = (high - low) / timedelta(minutes=1)
    step = next((s for s in (1, 2, 5, 10, 15, 20, 30) if minutes / s <= 14), 60)
    every = MinuteLocator(byminute=range(0, 60, step)) if step < 60 else MinuteLocator(byminute=[0])
    axes.xaxis.set_major_locator(every)
    axes.xaxis.set_major_formatter(DateFormatter("%H:%M"))
    axes.set_xlabel(f"UTC, {low:%d %B %Y}")
    axes.set_yticks([])
    axes.grid(axis="x", color=ink.GRID, lw=0.5)
    axes.set_axisbelow(True)
    axes.set_facecolor(ink.SEA)
    axes.tick_params(length=2.5)
    upper = axes.secondary_xaxis("top")
    upper.xaxis.set_major_locator(every)
    upper.xaxis.set_major_formatter(DateFormatter("%H:%M", tz=KST))
    upper.tick_params(length=2.5)
    upper.set_xlabel(f"KST and JST, {low.astimezone(KST):%d %B %Y}", fontsize=7.5)
    for side in ("left", "right"):
        axes.spines[side].set_visible(False)

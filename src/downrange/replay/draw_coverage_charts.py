"""Charts of coverage: how long requests wait, and the looks at a place over some days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from downrange.base import KST, Array, ModelError, after, utc
from downrange.replay import ink
from downrange.replay.draw_coverage_sheet import DAY_S, HOUR_S, LEGEND, new_chart, span_words

_TICKS_S: Final = (
    60.0,
    600.0,
    1_800.0,
    3_600.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    259_200.0,
    604_800.0,
    2_592_000.0,
)
_MARKERS: Final = ("o", "s", "^", "D", "v", "P")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waits:
    """How long requests wait: wait_s (m,) rising, share (m,) of requests that wait no longer.

    satellites: how many observe
    daylight:   whether looks by day alone count
    """

    satellites: int
    wait_s: Array
    share: Array
    daylight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Windows of one satellite over a place: seconds after the start; daylight: (k,) whether the Sun was up there."""

    satellite: str
    start_s: Array
    end_s: Array
    daylight: Array


def draw_waits(title: str, curves: Sequence[Waits], *, note: str = "") -> Figure:
    """Draw the share of requests answered within a time, a colour a number of satellites, by day alone dashed."""
    if not curves:
        raise ModelError("no distribution of waits was given: there is nothing to draw")
    counts = sorted({curve.satellites for curve in curves})
    colours = dict(zip(counts, _shades(len(counts)), strict=True))
    with ink.style():
        figure, axes = new_chart(title, note, 4.8, right_in=1.9, foot_in=0.78)
        for curve in curves:
            look: dict[str, Any] = {"ls": (0, (4, 2)), "lw": 1.1} if curve.daylight else {"ls": "-", "lw": 1.7}
            axes.plot(np.maximum(curve.wait_s, 1.0), 100.0 * curve.share, color=colours[curve.satellites], **look)
            half_s = _at(curve, 0.5)
            if np.isfinite(half_s):
                marker = _MARKERS[counts.index(curve.satellites) % len(_MARKERS)]
                face = "#ffffff" if curve.daylight else colours[curve.satellites]
                axes.plot([half_s], [50.0], marker, ms=5.0, mfc=face, mec=colours[curve.satellites], mew=1.0, zorder=6)
        _wait_axis(axes, curves)
        axes.set_ylim(0.0, 101.0)
        axes.set_ylabel("requests answered [%]")
        axes.axhline(50.0, color=ink.FAINT, lw=0.7, ls=(0, (1, 2)))
        axes.legend(
            handles=_waits_legend(curves, counts, colours), loc="upper left", bbox_to_anchor=(1.01, 1.0), **LEGEND
        )
    return figure


def _waits_legend(curves: Sequence[Waits], counts: Sequence[int], colours: dict[int, Any]) -> list[Line2D]:
    """Return the legend: numbers of satellites with their median waits, then what dashes mean."""
    entries = []
    for i, count in enumerate(counts):
        mine = [curve for curve in curves if curve.satellites == count]
        told = ", ".join(f"{'by day ' * curve.daylight}{span_words(_at(curve, 0.5))}" for curve in mine)
        name = f"{count} satellite{'s' * (count != 1)}: half within\n{told}"
        entries.append(
            Line2D([], [], color=colours[count], lw=1.7, marker=_MARKERS[i % len(_MARKERS)], ms=4.5, label=name)
        )
    if any(curve.daylight for curve in curves):
        entries.append(Line2D([], [], color=ink.INK, lw=1.7, label="any time of day"))
        entries.append(Line2D([], [], color=ink.INK, lw=1.1, ls=(0, (4, 2)), label="by day alone"))
    return entries


def _at(curve: Waits, share: float) -> float:
    """Return the wait that a share of requests does not exceed; NaN where the curve does not reach it."""
    if curve.share[-1] < share:
        return float("nan")
    k = int(np.argmax(curve.share >= share))
    return float(np.interp(share, curve.share[max(k - 1, 0) : k + 1], curve.wait_s[max(k - 1, 0) : k + 1]))


def _wait_axis(axes: Axes, curves: Sequence[Waits]) -> None:
    """Make waiting time the x axis: in powers, with the times that people say."""
    longest = max(float(curve.wait_s[-1]) for curve in curves)
    first = min(
        float(curve.wait_s[min(int(np.searchsorted(curve.share, 0.02)), len(curve.share) - 1)]) for curve in curves
    )
    low = max(60.0, min(first, longest / 30.0))
    axes.set_xscale("log")
    axes.set_xlim(low, longest * 1.05)
    axes.xaxis.set_major_locator(FixedLocator([t for t in _TICKS_S if low <= t <= longest * 1.05]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _tick(v)))
    axes.set_xlabel("wait from request to observation")


def _tick(t_s: float) -> str:
    """Return a round time."""
    for unit_s, name in ((DAY_S, "d"), (HOUR_S, "h")):
        if t_s >= unit_s:
            return f"{t_s / unit_s:g} {name}"
    return f"{t_s / 60.0:g} min"


def draw_looks(
    title: str,
    start: datetime,
    span_s: float,
    rows: Sequence[Looks],
    *,
    night_s: Sequence[tuple[float, float]] = (),
    note: str = "",
) -> Figure:
    """Draw when each satellite sees a place, and under them the gaps of all together; UTC below, Korean time above.

    night_s: spans when the Sun is too low there, shaded
    """
    if not rows or not span_s > 0.0:
        raise ModelError("no satellite or no span was given: there is nothing to draw")
    with ink.style():
        figure, axes = new_chart(title, note, 1.75 + 0.34 * (len(rows) + 1), right_in=0.3, left_in=1.75, head_in=0.75)
        zero = float(date2num(utc(start)))
        axes.set_xlim(zero, zero + span_s / DAY_S)
        axes.set_ylim(len(rows) + 0.6, -0.6)
        for begin_s, end_s in night_s:
            axes.axvspan(zero + begin_s / DAY_S, zero + end_s / DAY_S, fc=ink.GRID, ec="none", alpha=0.55, zorder=0)
        for y, row in enumerate(rows):
            _draw_row(axes, zero, y, row)
        _draw_gaps(axes, zero, len(rows), span_s, rows)
        axes.set_yticks(range(len(rows) + 1), [*(_cut(row.satellite) for row in rows), "longest gaps, all"])
        axes.tick_params(axis="y", length=0.0)
        _clocks(axes, start, span_s)
        figure.legend(
            handles=_looks_legend(night_s),
            loc="lower left",
            bbox_to_anchor=(axes.get_position().x0, 0.30 / float(figure.get_size_inches()[1])),
            ncols=3,
            **LEGEND,
        )
    return figure


_DAY_LOOK: Final[dict[str, Any]] = {"marker": "o", "ms": 5.5, "mfc": ink.AMBER, "mec": ink.INK, "mew": 0.6, "ls": ""}
_NIGHT_LOOK: Final[dict[str, Any]] = {"marker": "D", "ms": 4.2, "mfc": ink.INK, "mec": ink.INK, "mew": 0.6, "ls": ""}


def _draw_row(axes: Axes, zero: float, y: int, row: Looks) -> None:
    """Draw the looks of one satellite at the middles of their windows, which are too short to be seen as bars."""
    middle = zero + 0.5 * (row.start_s + row.end_s) / DAY_S
    axes.axhline(y, color=ink.GRID, lw=0.6, zorder=1)
    day = np.asarray(row.daylight, dtype=bool)
    axes.plot(middle[day], np.full(int(day.sum()), y), zorder=5, **_DAY_LOOK)
    axes.plot(middle[~day], np.full(int((~day).sum()), y), zorder=5, **_NIGHT_LOOK)


def _draw_gaps(axes: Axes, zero: float, y: int, span_s: float, rows: Sequence[Looks]) -> None:
    """Draw the longest gaps between looks of all satellites, with their lengths, as many as have room."""
    looks = np.sort(np.concatenate([[0.0, span_s], *(0.5 * (row.start_s + row.end_s) for row in rows)]))
    gaps = np.diff(looks)
    axes.axhline(y, color=ink.GRID, lw=0.6, zorder=1)
    for i in np.argsort(-gaps)[:6]:
        if gaps[i] < 0.045 * span_s:
            continue
        begin, end = zero + looks[i] / DAY_S, zero + looks[i + 1] / DAY_S
        axes.plot([begin, end], [y, y], color=ink.BLUE, lw=1.2, marker="|", ms=7.0, zorder=4)
        plate = {"boxstyle": "square,pad=0.12", "fc": "#ffffff", "ec": "none"}
        axes.text(
            0.5 * (begin + end),
            y,
            span_words(float(gaps[i])),
            ha="center",
            va="center",
            fontsize=7.0,
            bbox=plate,
            zorder=5,
        )


def _looks_legend(night_s: Sequence[tuple[float, float]]) -> list[Line2D]:
    """Return the legend of the timeline."""
    entries = [Line2D([], [], label="look by day", **_DAY_LOOK), Line2D([], [], label="look by night", **_NIGHT_LOOK)]
    if night_s:
        entries.append(Line2D([], [], color=ink.GRID, lw=7.0, alpha=0.8, label="Sun too low there"))
    return entries


def _clocks(axes: Axes, start: datetime, span_s: float) -> None:
    """Write UTC below and Korean and Japanese time above."""
    locator = AutoDateLocator(minticks=5, maxticks=13)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _clock(num2date(v))))
    axes.set_xlabel(f"UTC, {utc(start):%d %B %Y} to {after(start, span_s):%d %B}")
    upper = axes.secondary_xaxis("top")
    upper.xaxis.set_major_locator(AutoDateLocator(minticks=5, maxticks=13, tz=KST))
    upper.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _clock(num2date(v, tz=KST))))
    upper.tick_params(length=2.5)
    upper.set_xlabel("KST and JST", fontsize=7.5)


def _clock(moment: datetime) -> str:
    """Return the time of day, or the day at midnight."""
    return f"{moment:%H:%M}" if moment.hour or moment.minute else f"{moment.day} {moment:%b}"


def _cut(text: str, most: int = 22) -> str:
    """Shorten a name that would run out of its room."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _shades(count: int) -> list[Any]:
    """Return colours from light to dark, dark for many satellites; none so light that it is lost on white."""
    return [mpl.colormaps["viridis_r"](0.18 + 0.80 * i / max(count - 1, 1)) for i in range(count)]

"""Charts of an ensemble: how a number settles with the count of flights, and when bodies come down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from downrange.base import Array, ModelError
from downrange.replay import ink
from downrange.replay.draw_footprint import power

_WIDE_IN: Final = 7.6
_ROW_IN: Final = 1.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """A number estimated again and again while flights come in.

    flights, value, low, high: (k,) count of flights, estimate, ends of its confidence band
    quantity, unit: what it is; unit "" for a pure number
    confidence:     of the band, such as 0.95
    target:         the run may stop when half the band is no more than this share of the value; None: no such rule
    stopped:        flights after which it stopped; None: not marked
    """

    flights: Array
    value: Array
    low: Array
    high: Array
    quantity: str
    unit: str
    confidence: float = 0.95
    target: float | None = None
    stopped: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBins:
    """When one body comes down: edges_s (b + 1,) seconds after lift-off, expected (b,) impacts a launch between them."""

    body: str
    edges_s: Array
    expected: Array


def draw_convergence(title: str, run: Convergence) -> Figure:
    """Draw the estimate with its band over the count of flights, and under it half the band as a share of the estimate."""
    known = np.isfinite(run.value) & (run.flights > 0)
    if not known.any():
        raise ModelError("no estimate at any count of flights: there is no convergence to draw")
    n, value, low, high = (column[known] for column in (run.flights, run.value, run.low, run.high))
    scale, unit = _scaled(float(np.abs(value).max()), run.unit)
    with ink.style():
        figure = ink.new_figure(_WIDE_IN, 5.0)
        top, under = figure.add_axes((0.11, 0.44, 0.86, 0.46)), figure.add_axes((0.11, 0.10, 0.86, 0.28))
        band = f"{100.0 * run.confidence:g} % confidence band"
        top.fill_between(n, low / scale, high / scale, fc=ink.SKY, alpha=0.25, ec="none", zorder=2)
        for edge, name in ((low, band), (high, None)):
            top.plot(n, edge / scale, color=ink.FAINT, lw=0.9, ls=(0, (4, 2)), zorder=3, label=name)
        top.plot(n, value / scale, color=ink.BLUE, lw=1.6, marker="o", ms=2.5, zorder=4, label="estimate")
        top.set_ylabel(f"{run.quantity}\n[{unit}]")
        _floor_at_zero(top, float(np.nanmin(low) / scale))
        _spread(under, run, n, value, low, high)
        for axes in (top, under):
            _count_axis(axes, n)
            if run.stopped is not None:
                axes.axvline(run.stopped, color=ink.INK, lw=1.1, ls=(0, (1, 1.2)), zorder=5)
        top.tick_params(labelbottom=False)
        if run.stopped is not None:
            top.plot(
                [], [], color=ink.INK, lw=1.1, ls=(0, (1, 1.2)), label=f"stopped after {count(run.stopped)} flights"
            )
        for axes in (top, under):
            axes.legend(
                loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3, frameon=False, borderpad=0.1, handlelength=3.0
            )
        under.set_xlabel("flights [count]")
        figure.suptitle(title, x=0.02, y=0.985, ha="left", va="top", fontsize=10.5, fontweight="bold")
    return figure


def _spread(axes: Axes, run: Convergence, n: Array, value: Array, low: Array, high: Array) -> None:
    """Draw half the band over the estimate, the rule to stop, and how it would shrink with the root of the count."""
    share = np.full(len(n), np.nan)
    np.divide(0.5 * (high - low), np.abs(value), out=share, where=np.abs(value) > 0.0)
    good = np.isfinite(share) & (share > 0.0)
    axes.set_yscale("log")
    if good.any():
        axes.plot(n[good], share[good], color=ink.BLUE, lw=1.6, marker="o", ms=2.5, zorder=4, label="half the band")
        last = np.flatnonzero(good)[-1]
        root = share[last] * np.sqrt(n[last] / n[good])
        axes.plot(n[good], root, color=ink.FAINT, lw=0.9, ls=(0, (4, 2)), zorder=3, label="1/√flights")
    if run.target is not None:
        told = f"rule to stop, ±{100.0 * run.target:g} %"
        axes.axhline(run.target, color=ink.ORANGE, lw=1.2, ls=(0, (6, 1.5, 1.2, 1.5)), zorder=3, label=told)
    axes.set_ylabel("half the band\nover the estimate [%]")
    every = np.concatenate([share[good], [run.target] if run.target else []])
    every = every if len(every) else np.array([0.1, 1.0])
    axes.set_ylim(0.75 * every.min(), 1.3 * every.max())
    _few_ticks(axes, "y", every)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{100.0 * v:g}"))


def _count_axis(axes: Axes, n: Array) -> None:
    """Make the count of flights the x axis: in powers, written out."""
    axes.set_xscale("log")
    axes.set_xlim(n.min() / 1.1, n.max() * 1.15)
    _few_ticks(axes, "x", n)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: count(v)))
    axes.grid(color=ink.GRID, lw=0.5)
    axes.tick_params(length=2.5)
    axes.set_facecolor(ink.SEA)


def _few_ticks(axes: Axes, which: str, values: Array) -> None:
    """Put ticks on 1, 2, 5 where a scale of powers is short, on powers alone where it is long."""
    long = np.log10(values.max() / values.min()) > 2.2
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(subs=(1.0,) if long else (1.0, 2.0, 5.0), numticks=20))
    axis.set_minor_locator(NullLocator())


def _floor_at_zero(axes: Axes, low: float) -> None:
    """Keep the zero in sight when the band comes near it."""
    bottom, top = axes.get_ylim()
    if 0.0 <= low < 0.4 * top:
        axes.set_ylim(0.0, top)
    else:
        axes.set_ylim(bottom, top)


def _scaled(largest: float, unit: str) -> tuple[float, str]:
    """Return what to divide by so that figures are short, and the unit that then holds."""
    if largest == 0.0 or 1e-2 <= largest < 1e4:
        return 1.0, unit or "1"
    scale = 10.0 ** (3.0 * np.floor(np.log10(largest) / 3.0))
    return float(scale), f"{power(scale)} {unit}".strip()


def count(value: float) -> str:
    """Return a whole number with a thin gap between thousands.

    >>> count(1_200_000).replace(chr(0x2009), "_")
    '1_200_000'
    """
    return f"{value:,.0f}".replace(",", "\N{THIN SPACE}")


def draw_times(title: str, bodies: tuple[TimeBins, ...]) -> Figure:
    """Draw for each body how many come down a minute, over one time axis, with the times by which they are down."""
    if not bodies:
        raise ModelError("no body comes down: there are no times to draw")
    with ink.style():
        tall = 0.42 + _ROW_IN * len(bodies) + 0.45
        figure = ink.new_figure(_WIDE_IN, tall)
        begin = min(float(one.edges_s[0]) for one in bodies)
        end = max(float(one.edges_s[-1]) for one in bodies)
        for i, one in enumerate(bodies):
            bottom = 0.45 + _ROW_IN * (len(bodies) - 1 - i)
            axes = figure.add_axes((0.11, bottom / tall, 0.86, (_ROW_IN - 0.12) / tall))
            _draw_bins(axes, one)
            axes.set_xlim(begin - 0.01 * (end - begin), end + 0.01 * (end - begin))
            axes.tick_params(length=2.5, labelbottom=i == len(bodies) - 1)
        figure.axes[-1].set_xlabel("time since lift-off [s]")
        figure.text(0.012, 0.5, "expected impacts a launch [1/min]", rotation=90, va="center", ha="left", fontsize=7.5)
        figure.suptitle(title, x=0.02, y=1.0 - 0.10 / tall, ha="left", va="top", fontsize=10.5, fontweight="bold")
    return figure


def _draw_bins(axes: Axes, one: TimeBins) -> None:
    """Draw the times of one body; its name stands in the room kept at the top."""
    a_minute = one.expected / np.diff(one.edges_s) * 60.0
    axes.stairs(a_minute, one.edges_s, fill=True, fc=ink.SKY, ec="none", alpha=0.45, zorder=2)
    axes.stairs(a_minute, one.edges_s, color=ink.BLUE, lw=1.0, zorder=3)
    total = float(one.expected.sum())
    told = f"{one.body}: none comes down"
    if total > 0.0:
        half, nearly = (_by(one, share) for share in (0.5, 0.99))
        told = f"{one.body}: {total:.3g} a launch; half are down by {half:.0f} s, 99 % by {nearly:.0f} s"
        axes.axvline(half, color=ink.INK, lw=0.9, zorder=4)
        axes.axvline(nearly, color=ink.INK, lw=0.9, ls=(0, (4, 2)), zorder=4)
    axes.set_ylim(0.0, max(1.5 * float(a_minute.max(initial=0.0)), 1e-12))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
    name = {"boxstyle": "square,pad=0.15", "fc": ink.SEA, "ec": "none"}
    axes.text(0.99, 0.92, told, transform=axes.transAxes, ha="right", va="top", fontsize=7.5, zorder=6, bbox=name)
    axes.grid(color=ink.GRID, lw=0.5)
    axes.set_facecolor(ink.SEA)


def _by(one: TimeBins, share: float) -> float:
    """Return the time by which a share of the impacts is over."""
    down = np.concatenate([[0.0], np.cumsum(one.expected)])
    return float(np.interp(share * down[-1], down, one.edges_s))

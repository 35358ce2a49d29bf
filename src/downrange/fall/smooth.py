"""Counts made into a surface: each count spread as wide as the thinness of the counts around it asks for."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from downrange.base import Array
from downrange.fall.window import Window, stretch

# One standard deviation of the kernels, in cells. Tried and left: one width by Silverman's rule for all, which smears the
# steep edge of a long streak by a tenth of its length; and a width chosen where the surface is read instead of where the
# count lies, which gives every edge a thick tail.
SCALES = (1.0, 2.0, 4.0, 8.0, 16.0)
ENOUGH = 30.0  # counts that a kernel must hold: 18 % of noise
MARGIN = 48  # cells that a window must leave around the counts: three times the widest kernel
FEW = 400  # cells with counts, up to which each is spread by itself
_REACH = 3.0  # standard deviations at which a kernel is cut off


def smoothed(window: Window, counts: Array) -> Array:
    """Return counts (rows, columns) spread by Gaussian kernels; the sum stays.

    Each count takes the narrowest kernel of SCALES, counted in rows of cells, that holds ENOUGH counts around it, or the
    widest. Towards the poles cells get so narrow that kernels no longer reach as far east as they do north.
    """
    out = np.zeros_like(counts)
    rows, columns = np.nonzero(counts)
    if not len(rows):
        return out
    lat_deg = float(counts.sum(axis=1) @ window.lat_deg / counts.sum())
    ratio = stretch(window.grid, lat_deg)
    beside = math.ceil(MARGIN * ratio)
    top, bottom = max(rows.min() - MARGIN, 0), rows.max() + MARGIN + 1
    left, right = max(columns.min() - beside, 0), columns.max() + beside + 1
    if window.around:
        left, right = 0, window.columns
    part = counts[top:bottom, left:right]
    roomy = rows.min() >= MARGIN and rows.max() + MARGIN < window.rows
    roomy &= not window.around and columns.min() >= beside and columns.max() + beside < window.columns
    spread = few_spread(part, ratio) if roomy and len(rows) <= FEW else many_spread(part, ratio, around=window.around)
    out[top:bottom, left:right] = spread * (part.sum() / spread.sum())
    return out


def many_spread(counts: Array, ratio: float, *, around: bool) -> Array:
    """Return counts spread, by filters over the whole of them."""
    waiting, spread = counts > 0.0, np.zeros_like(counts)
    for scale in SCALES:
        held = _filtered(counts, scale, ratio, around) * (4.0 * np.pi * scale**2 * ratio)
        now = waiting & (held >= ENOUGH) if scale < SCALES[-1] else waiting
        if now.any():
            spread += _filtered(np.where(now, counts, 0.0), scale, ratio, around)
        waiting &= ~now
        if not waiting.any():
            break
    return spread


def few_spread(counts: Array, ratio: float) -> Array:
    """Return what `many_spread` does, cell by cell: far quicker for few cells. Room for the widest kernel lies about them."""
    rows, columns = np.nonzero(counts)
    value = counts[rows, columns]
    waiting, spread = np.ones(len(rows), dtype=bool), np.zeros_like(counts)
    apart = np.abs(rows[:, None] - rows[None, :]), np.abs(columns[:, None] - columns[None, :])
    for scale in SCALES:
        high, wide = _kernel(scale), _kernel(scale * ratio)
        reach = len(high) // 2, len(wide) // 2
        near = (apart[0] <= reach[0]) & (apart[1] <= reach[1])
        weight = high[reach[0] + np.minimum(apart[0], reach[0])] * wide[reach[1] + np.minimum(apart[1], reach[1])]
        held = np.where(near, weight, 0.0) @ value * (4.0 * np.pi * scale**2 * ratio)
        now = waiting & (held >= ENOUGH) if scale < SCALES[-1] else waiting
        patch = high[:, None] * wide[None, :]
        for row, column, count in zip(rows[now], columns[now], value[now], strict=True):
            spread[row - reach[0] : row + reach[0] + 1, column - reach[1] : column + reach[1] + 1] += count * patch
        waiting &= ~now
    return spread


def _kernel(scale: float) -> Array:
    """Return the weights of one direction, as the filter has them."""
    reach = int(_REACH * scale + 0.5)
    weight = np.exp(-0.5 * (np.arange(-reach, reach + 1) / scale) ** 2)
    return np.asarray(weight / weight.sum())


def _filtered(values: Array, scale: float, ratio: float, around: bool) -> Array:
    """Return values spread by one kernel; nothing is lost over the poles, and columns that go round join up."""
    from scipy.ndimage import gaussian_filter

    sideways: Literal["wrap", "constant"] = "wrap" if around else "constant"
    return np.asarray(gaussian_filter(values, (scale, scale * ratio), mode=("reflect", sideways), truncate=_REACH))

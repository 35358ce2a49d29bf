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
    waiting, spread = part > 0.0, np.zeros_like(part)
    for scale in SCALES:
        held = _filtered(part, scale, ratio, window.around) * (4.0 * np.pi * scale**2 * ratio)
        now = waiting & (held >= ENOUGH) if scale < SCALES[-1] else waiting
        if now.any():
            spread += _filtered(np.where(now, part, 0.0), scale, ratio, window.around)
        waiting &= ~now
        if not waiting.any():
            break
    out[top:bottom, left:right] = spread * (part.sum() / spread.sum())
    return out


def _filtered(values: Array, scale: float, ratio: float, around: bool) -> Array:
    """Return values spread by one kernel; nothing is lost over the poles, and columns that go round join up."""
    from scipy.ndimage import gaussian_filter

    sideways: Literal["wrap", "constant"] = "wrap" if around else "constant"
    return np.asarray(gaussian_filter(values, (scale, scale * ratio), mode=("reflect", sideways), truncate=_REACH))

"""Labels on a map: placed one after the other where they cover least, never on each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

Array = NDArray[np.float64]
_Across = Literal["left", "center", "right"]
_Up = Literal["bottom", "center", "top"]
_GAP_PT = 3.5
_FAR_PT = 13.0
_FARTHER_PT = 24.0
_FARTHEST_PT = 42.0
_PAD_PX = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text that belongs to a point of the map.

    x, y:     the point in data coordinates of the axes
    text:     what to write
    colour:   of the text
    size_pt:  of the text
    must:     draw it even where it has to cover a line (never another label)
    style:    "normal" or "italic"
    weight:   "normal" or "bold"
    """

    x: float
    y: float
    text: str
    colour: str
    size_pt: float = 7.0
    must: bool = False
    style: str = "normal"
    weight: str = "normal"


def place(axes: Axes, labels: list[Label], keep_clear: Array) -> list[str]:
    """Write the labels, in the order given, and return the texts that found no room.

    keep_clear: points (n, 2) in data coordinates that a label should not cover (lines, marks)
    """
    canvas = axes.figure.canvas
    if not isinstance(canvas, FigureCanvasAgg):
        raise TypeError("labels are measured on an Agg canvas; make the figure with ink.new_figure")
    frame = axes.get_window_extent(canvas.get_renderer())
    clear = axes.transData.transform(keep_clear) if len(keep_clear) else np.empty((0, 2))
    anchors = axes.transData.transform(np.array([(label.x, label.y) for label in labels]).reshape(-1, 2))
    clear = np.concatenate([clear, anchors])
    taken: list[Bbox] = []
    left_out = []
    for label, anchor in zip(labels, anchors, strict=True):
        if not frame.contains(*anchor) or not _place_one(axes, label, anchor, frame, clear, taken):
            left_out.append(label.text)
    return left_out


def _place_one(axes: Axes, label: Label, anchor: Array, frame: Bbox, clear: Array, taken: list[Bbox]) -> bool:
    """Write one label at the best free candidate; say whether there was one."""
    canvas = axes.figure.canvas
    renderer = canvas.get_renderer()  # type: ignore[attr-defined] # checked in place()
    text = axes.annotate(
        label.text,
        (label.x, label.y),
        fontsize=label.size_pt,
        color=label.colour,
        style=label.style,
        weight=label.weight,
        zorder=20,
        xytext=(0.0, 0.0),
        textcoords="offset points",
        bbox={"boxstyle": "square,pad=0.06", "fc": "#ffffff", "ec": "none", "alpha": 0.7},
    )
    box = text.get_window_extent(renderer)
    per_pt = axes.figure.dpi / 72.0
    best, best_cost = None, np.inf
    for dx, dy, ha, va in _candidates():
        spot = _box_at(anchor, dx * per_pt, dy * per_pt, box.width, box.height, ha, va)
        if not _within(spot, frame) or any(spot.overlaps(other) for other in taken):
            continue
        cost = _covered(spot, clear) + 0.02 * float(np.hypot(dx, dy))
        if cost < best_cost:
            best, best_cost = (dx, dy, ha, va, spot), cost
    if best is None or (best_cost > 3.0 and not label.must):
        text.remove()
        return False
    dx, dy, ha, va, spot = best
    text.set_position((dx, dy))
    text.set_horizontalalignment(ha)
    text.set_verticalalignment(va)
    if np.hypot(dx, dy) > _FAR_PT - 1.0:
        _leader(axes, label, dx, dy)
    taken.append(spot)
    return True


def _leader(axes: Axes, label: Label, dx: float, dy: float) -> None:
    """Draw the thin line from a point to a label that stands off."""
    axes.annotate(
        "",
        (label.x, label.y),
        xytext=(dx * 0.9, dy * 0.9),
        textcoords="offset points",
        arrowprops={"arrowstyle": "-", "lw": 0.5, "color": label.colour, "shrinkA": 0.0, "shrinkB": 1.5},
        zorder=19,
    )


def _candidates() -> list[tuple[float, float, _Across, _Up]]:
    """Return the places to try: offset right and up [pt], horizontal and vertical alignment; the best liked first."""
    near, far = _GAP_PT, 0.75 * _GAP_PT
    spots: list[tuple[float, float, _Across, _Up]] = [
        (near, 0.0, "left", "center"),
        (-near, 0.0, "right", "center"),
        (far, far, "left", "bottom"),
        (far, -far, "left", "top"),
        (-far, far, "right", "bottom"),
        (-far, -far, "right", "top"),
        (0.0, near, "center", "bottom"),
        (0.0, -near, "center", "top"),
    ]
    for reach in (_FAR_PT, _FARTHER_PT, _FARTHEST_PT):
        for angle in np.radians(np.arange(0.0, 360.0, 30.0)):
            dx, dy = reach * float(np.cos(angle)), reach * float(np.sin(angle))
            spots.append((dx, dy, "left" if dx > 0.1 else "right" if dx < -0.1 else "center", "center"))
    return spots


def _box_at(anchor: Array, dx_px: float, dy_px: float, width: float, height: float, ha: _Across, va: _Up) -> Bbox:
    """Return the box [px] that a text of that size takes at an offset from its anchor."""
    x = anchor[0] + dx_px - {"left": 0.0, "center": 0.5, "right": 1.0}[ha] * width
    y = anchor[1] + dy_px - {"bottom": 0.0, "center": 0.5, "top": 1.0}[va] * height
    return Bbox.from_extents(x - _PAD_PX, y - _PAD_PX, x + width + _PAD_PX, y + height + _PAD_PX)


def _within(inner: Bbox, outer: Bbox) -> bool:
    """Say whether a box lies inside another."""
    return bool(inner.x0 >= outer.x0 and inner.x1 <= outer.x1 and inner.y0 >= outer.y0 and inner.y1 <= outer.y1)


def _covered(box: Bbox, points: Array) -> float:
    """Return how many of the points a box covers."""
    inside = (points[:, 0] > box.x0) & (points[:, 0] < box.x1) & (points[:, 1] > box.y0) & (points[:, 1] < box.y1)
    return float(inside.sum())

"""Sheet of a map: the large map, a free column for legend and scale, and small maps in the column or in a row below."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from downrange.replay import ink, labels
from downrange.replay.draw_ground import Frame, draw_ground

_MAP_IN: Final = (6.6, 7.4)  # widest and tallest large map
_COLUMN_IN: Final = 3.1
_LEFT_IN, _HEAD_IN, _FOOT_IN, _BETWEEN_IN = 0.55, 0.42, 0.75, 0.3
_TICKS_IN: Final = 0.45  # left of a small map
_GAP_IN: Final = 0.50  # between small maps over each other: title, ticks, scale
_LEAST_IN: Final = 1.5  # lowest small map of a column
_ROW_IN: Final = 2.7  # height of the small maps of a row
_FLAT: Final = 0.8  # height over width of a large map under which small ones go
_NOTE_LETTERS: Final = 150  # a line of ten inches
_NOTE_LINES: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A figure with its large map; column: left edge and top of the free column, as shares of the figure.

    small: boxes for small maps (left, bottom, width, height), as shares of the figure
    """

    figure: Figure
    axes: Axes
    column: tuple[float, float]
    small: tuple[tuple[float, float, float, float], ...]

    def inches(self) -> tuple[float, float]:
        """Return width and height of the figure."""
        wide, tall = self.figure.get_size_inches()
        return float(wide), float(tall)

    def ratio(self, k: int) -> float:
        """Return height over width of a small map."""
        wide, tall = self.inches()
        return self.small[k][3] * tall / (self.small[k][2] * wide)


def new_sheet(title: str, frame: Frame, *, used_in: float, small: int) -> Sheet:
    """Return a sheet with the large map drawn; used_in: of the column, by legend and scale; small: how many small maps."""
    map_wide = min(_MAP_IN[0], _MAP_IN[1] / frame.ratio)
    map_tall = map_wide * frame.ratio
    wide = _LEFT_IN + map_wide + _BETWEEN_IN + _COLUMN_IN
    below = small > 0 and (frame.ratio < _FLAT or (map_tall - used_in) / small < _LEAST_IN + _GAP_IN)
    row = _ROW_IN + _FOOT_IN + 0.1 if below else 0.0
    tall = _HEAD_IN + max(map_tall, used_in) + _FOOT_IN + row
    figure = ink.new_figure(wide, tall)
    box = _LEFT_IN / wide, (tall - _HEAD_IN - map_tall) / tall, map_wide / wide, map_tall / tall
    axes = draw_ground(figure, box, frame)
    name = {"ha": "left", "va": "top", "fontsize": 10.5, "fontweight": "bold"}
    figure.suptitle(title, x=_LEFT_IN / wide, y=1.0 - 0.10 / tall, **name)
    column_in = _LEFT_IN + map_wide + _BETWEEN_IN
    boxes = _row(wide, small) if below else _stack(column_in, tall - _HEAD_IN - used_in, small)
    shares = tuple((left / wide, bottom / tall, width / wide, height / tall) for left, bottom, width, height in boxes)
    return Sheet(figure=figure, axes=axes, column=(column_in / wide, 1.0 - _HEAD_IN / tall), small=shares)


def _row(wide_in: float, small: int) -> list[tuple[float, float, float, float]]:
    """Return boxes [in] of small maps beside each other."""
    step = (wide_in - 0.2) / small
    return [(_LEFT_IN + i * step, _FOOT_IN, step - _LEFT_IN, _ROW_IN) for i in range(small)]


def _stack(left_in: float, top_in: float, small: int) -> list[tuple[float, float, float, float]]:
    """Return boxes [in] of small maps over each other, from the top."""
    step = (top_in - _FOOT_IN) / max(small, 1)
    width = _COLUMN_IN - _TICKS_IN - 0.25
    return [(left_in + _TICKS_IN, top_in - (i + 1) * step, width, step - _GAP_IN) for i in range(small)]


def write_legend(sheet: Sheet, looks: list[dict[str, Any]]) -> None:
    """Name lines and marks at the top of the free column."""
    if looks:
        sheet.figure.legend(
            handles=[Line2D([], [], **{k: v for k, v in look.items() if k != "zorder"}) for look in looks],
            loc="upper left",
            bbox_to_anchor=sheet.column,
            frameon=False,
            borderaxespad=0.0,
            borderpad=0.0,
            labelspacing=0.6,
            handlelength=3.2,
        )


def write_note(sheet: Sheet, note: str, unnamed: list[str]) -> None:
    """Write the note under the maps, and whatever name found no room on them."""
    missing = f" Not named for want of room: {'; '.join(unnamed)}." if unnamed else ""
    wide, tall = sheet.inches()
    letters = int(_NOTE_LETTERS * wide / 10.0)
    told = "\n".join(textwrap.wrap(f"{note}{missing}", letters, max_lines=_NOTE_LINES, placeholder=" and more."))
    sheet.figure.text(
        _LEFT_IN / wide, 0.06 / tall, told, fontsize=6.8, color=ink.FAINT, ha="left", va="bottom", linespacing=1.1
    )


def mark_small(axes: Axes, frame: Frame, small: Frame, letter: str) -> list[labels.Label]:
    """Show on the large map where a small one lies; return its letter as a name to place, none for no letter."""
    (x0, x1), (y0, y1) = small.corners()
    (left, right), (bottom, top) = frame.corners()
    axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fc="none", ec=ink.FAINT, lw=0.7, zorder=11))
    if not letter:
        return []
    x = min(max(float(x1), left + 0.02 * (right - left)), right - 0.02 * (right - left))
    y = min(max(float(y1), bottom + 0.02 * (top - bottom)), top - 0.02 * (top - bottom))
    return [labels.Label(x=x, y=y, text=letter, colour=ink.INK, must=True, weight="bold", size_pt=8.0)]

"""A dense, bounded view of part of a grid: for smoothing, contours and maps. Columns run on over 180 degrees."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, ModelError
from downrange.fall.grid import Cells, Grid

MOST_CELLS = 4_000_000
_WIDEST = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Rows and columns of a grid, each `factor` cells of it on a side.

    first_row, first_column: south-west cell of the grid; rows, columns: how many of the window's own cells
    around: whether the columns go all the way round, so that the first and the last are neighbours
    """

    grid: Grid
    first_row: int
    first_column: int
    rows: int
    columns: int
    factor: int
    around: bool

    @property
    def note(self) -> str:
        """What a reader must know of the cells, or ""."""
        return "" if self.factor == 1 else f"cells of {self.factor} by {self.factor} cells of the grid, taken together"

    @property
    def lat_edges_deg(self) -> Array:
        """Edges of the rows, south to north (rows + 1); the last row ends at the pole even where it is cut short."""
        edges = self.first_row + self.factor * np.arange(self.rows + 1)
        return np.asarray(180.0 * np.minimum(edges, self.grid.lat_rows) / self.grid.lat_rows - 90.0)

    @property
    def lon_edges_deg(self) -> Array:
        """Edges of the columns, west to east (columns + 1), ascending, past 180 degrees if need be."""
        edges = self.first_column + self.factor * np.arange(self.columns + 1)
        edges = np.minimum(edges, self.first_column + self.grid.lon_columns)
        return np.asarray(360.0 * edges / self.grid.lon_columns - 180.0)

    @property
    def lat_deg(self) -> Array:
        """Centres of the rows."""
        edges = self.lat_edges_deg
        return np.asarray((edges[1:] + edges[:-1]) / 2.0)

    @property
    def lon_deg(self) -> Array:
        """Centres of the columns."""
        edges = self.lon_edges_deg
        return np.asarray((edges[1:] + edges[:-1]) / 2.0)

    @property
    def area_m2(self) -> Array:
        """Area of a cell of each row and column, (rows, columns)."""
        edges = np.minimum(self.first_row + self.factor * np.arange(self.rows + 1), self.grid.lat_rows)
        bands = np.concatenate(
            [[0.0], np.cumsum(self.grid.area_m2(np.arange(self.grid.lat_rows) * self.grid.lon_columns))]
        )
        widths = np.diff(self.lon_edges_deg) / self.grid.lon_step_deg
        return np.asarray(np.diff(bands[edges])[:, None] * widths)

    def place(self, cells: Cells) -> tuple[Cells, Cells]:
        """Return row and column in the window of cells of the grid, all of which must lie in it."""
        row, column = np.divmod(cells, self.grid.lon_columns)
        row = (row - self.first_row) // self.factor
        column = (column - self.first_column) % self.grid.lon_columns // self.factor
        if np.any((row < 0) | (row >= self.rows) | (column >= self.columns)):
            raise ModelError("a cell lies outside the window. Was the window made for other cells?")
        return row, column

    def dense(self, cells: Cells, values: Array) -> Array:
        """Return (rows, columns): the values of cells added up where they lie, 0 elsewhere."""
        row, column = self.place(cells)
        flat = np.bincount(row * self.columns + column, weights=values, minlength=self.rows * self.columns)
        return np.asarray(flat, dtype=float).reshape(self.rows, self.columns)


def stretch(grid: Grid, lat_deg: float) -> float:
    """Return how many columns of a grid are as wide as a row is high, at a latitude: from 1/8 to 8, where smoothing ends.

    >>> f"{stretch(Grid(lat_rows=180, lon_columns=360), 60.0):.2f}"
    '2.00'
    """
    width = grid.lon_step_deg * max(float(np.cos(np.radians(lat_deg))), 1e-6)
    return min(max(grid.lat_step_deg / width, 1.0 / _WIDEST), _WIDEST)


def window_of(grid: Grid, cells: Cells, *, margin: int = 0, most_cells: int = MOST_CELLS) -> Window:
    """Return the smallest window around cells, `margin` of its own rows wider on every side, or columns of that width.

    It spans 180 degrees where that is the shorter way. When it would have more than `most_cells` cells, cells are taken
    together by the smallest whole factor that brings it below.
    """
    if not len(cells):
        raise ModelError("nothing came down, so there is nothing to draw")
    rows, columns = np.divmod(cells, grid.lon_columns)
    low, high = int(rows.min()), int(rows.max())
    lat_deg = max(abs(180.0 * (row + 0.5) / grid.lat_rows - 90.0) for row in (low, high))
    margins = margin, math.ceil(margin * stretch(grid, lat_deg))
    west, count = _shortest_arc(np.unique(columns), grid.lon_columns)
    factor = 1
    while True:
        window = _fitted(grid, (low, high), (west, count), margins, factor)
        if window.rows * window.columns <= most_cells:
            return window
        if window.rows * window.columns == 1:
            raise ModelError(f"a window of at most {most_cells} cells: give 1 or more")
        factor += 1


def _shortest_arc(columns: Cells, total: int) -> tuple[int, int]:
    """Return (western column, how many) of the shortest run of columns that holds all of these; across 180 if shorter."""
    gaps = np.diff(np.append(columns, columns[0] + total))
    widest = int(np.argmax(gaps))
    return int(columns[(widest + 1) % len(columns)]), total - int(gaps[widest]) + 1


def _fitted(grid: Grid, band: tuple[int, int], arc: tuple[int, int], margins: tuple[int, int], factor: int) -> Window:
    """Return the window with a margin at one factor; round the Earth when the margin closes the gap."""
    above, beside = (margin * factor for margin in margins)
    first, last = max(band[0] - above, 0), min(band[1] + above, grid.lat_rows - 1)
    around = arc[1] + 2 * beside >= grid.lon_columns
    count = grid.lon_columns if around else arc[1] + 2 * beside
    return Window(
        grid=grid,
        first_row=first,
        first_column=0 if around else (arc[0] - beside) % grid.lon_columns,
        rows=-(-(last - first + 1) // factor),
        columns=-(-count // factor),
        factor=factor,
        around=around,
    )

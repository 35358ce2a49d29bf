"""People as the caller gives them: a table of places, put into the cells of a grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from downrange.base import Array, InputError
from downrange.fall.grid import Cells, Grid

PEOPLE = "lat_deg,lon_deg,people"
_BOUNDS = {"lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 360.0), "people": (0.0, 2e10)}
_SHOWN = 100  # characters of a wrong line that a message repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """How many people are in each cell, spread evenly over it.

    cells: (k,) ascending; people: (k,)
    """

    grid: Grid
    cells: Cells
    people: Array
    source: str

    def density_pm2(self, cells: Cells) -> Array:
        """Return people per square metre in cells; 0 where nobody was given."""
        if not len(self.cells):
            return np.zeros(len(cells))
        at = np.minimum(np.searchsorted(self.cells, cells), len(self.cells) - 1)
        found = np.where(self.cells[at] == cells, self.people[at], 0.0)
        return np.asarray(found / self.grid.area_m2(cells))


def read_people(where: str, text: str, grid: Grid) -> Population:
    r"""Read people CSV: the header as in PEOPLE, then one place a line; people of one cell add up.

    Empty lines and lines that begin with # are passed over. Each row's people are taken to stand anywhere in the cell of
    their place: the rows of a raster should not lie farther apart than the cells are wide.

    >>> here = read_people("p.csv", PEOPLE + "\n36.1,123.5,10\n36.1,123.5,5\n", Grid(lat_rows=180, lon_columns=360))
    >>> here.people.tolist()
    [15.0]
    """
    numbered = ((n, line.strip()) for n, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1))
    lines = [(n, line) for n, line in numbered if line and not line.startswith("#")]
    if not lines or lines[0][1].replace(" ", "").replace('"', "") != PEOPLE:
        number, seen = (lines[0][0], _shown(lines[0][1])) if lines else (1, "an empty file")
        raise InputError(where=where, key=f"line {number}", seen=seen, cure=f"begin with {PEOPLE}")
    if len(lines) == 1:
        raise InputError(where=where, seen="a header and no people", cure="give one place a line below it")
    rows = np.array([_place(where, n, line) for n, line in lines[1:]])
    cells, at = np.unique(grid.cell_of(rows[:, 0], rows[:, 1]), return_inverse=True)
    people = np.asarray(np.bincount(at, weights=rows[:, 2], minlength=len(cells)), dtype=float)
    return Population(grid=grid, cells=cells, people=people, source=where)


def _place(where: str, number: int, line: str) -> list[float]:
    """Return the three numbers of a line, or say what is wrong with it."""
    key = f"line {number}"
    try:
        row = [float(cell) for cell in line.split(",")]
    except ValueError:
        row = []
    if len(row) != len(_BOUNDS):
        cure = "give three numbers divided by commas: latitude, longitude, people"
        raise InputError(where=where, key=key, seen=_shown(line), cure=cure)
    for value, (name, (low, high)) in zip(row, _BOUNDS.items(), strict=True):
        if not low <= value <= high:
            cure = f"give {name} from {low:g} to {high:g}; degrees, latitude before longitude"
            raise InputError(where=where, key=f"{key}: {name}", seen=f"{value:g}", cure=cure)
    return row


def _shown(line: str) -> str:
    """Return a line as a message can bear it."""
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")

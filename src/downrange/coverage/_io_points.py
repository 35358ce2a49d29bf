"""Points of a person: CSV with lat_deg, lon_deg and, if wanted, alt_m, area_m2, name; columns go by their names."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from downrange.base import InputError, read_text
from downrange.coverage.model import Points, points_at

_BOUNDS: Final = {
    "lat_deg": (-90.0, 90.0),
    "lon_deg": (-180.0, 360.0),
    "alt_m": (-500.0, 9_000.0),
    "area_m2": (0.0, 5.2e14),
}
_NEEDED: Final = ("lat_deg", "lon_deg")
_COLUMNS: Final = (*_BOUNDS, "name")
_SHOWN: Final = 100  # characters of a wrong line that a message repeats
_HEADER: Final = "begin with the header lat_deg,lon_deg and, if wanted, alt_m, area_m2, name"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFile:
    """Points that a person gave, in the order of the file.

    names: one a point, "" where it has none
    source: the file
    """

    points: Points
    names: tuple[str, ...]
    source: str


def read_points(path: str | Path) -> PointFile:
    """Read points from a CSV file."""
    return points_of(read_text(path), where=Path(path).name)


def points_of(text: str, *, where: str) -> PointFile:
    r"""Read points from CSV text: a header that names the columns, then one point a line.

    Empty lines and lines that begin with # are passed over; lines are counted as an editor does. Without alt_m a point
    lies on the ellipsoid, without area_m2 all points weigh alike.

    >>> points_of("lat_deg,lon_deg,name\n37.57,126.98,Seoul\n", where="towns.csv").names
    ('Seoul',)
    """
    lines = text.removeprefix("\ufeff").split("\n")
    kept = [(number, line) for number, line in enumerate(lines, start=1) if line.strip() and line.lstrip()[0] != "#"]
    if not kept:
        raise InputError(where=where, key="line 1", seen="an empty file", cure=_HEADER)
    header = _header(*kept[0], where)
    if len(kept) == 1:
        raise InputError(where=where, seen="a header and no point", cure="give one point a line below it")
    rows = [_row(line, number, header, where) for number, line in kept[1:]]
    columns = {name: np.array([row[i] for row in rows], dtype=float) for i, name in enumerate(header) if name != "name"}
    names = [row[header.index("name")] for row in rows] if "name" in header else [""] * len(rows)
    points = points_at(
        columns["lat_deg"],
        (columns["lon_deg"] + 180.0) % 360.0 - 180.0,
        columns.get("alt_m", 0.0),
        columns.get("area_m2", 1.0),
    )
    if not points.area_m2.sum() > 0.0:
        raise InputError(where=where, key="area_m2", seen="every point weighs nothing", cure="give areas above 0")
    return PointFile(points=points, names=tuple(str(name) for name in names), source=f"points of {where}")


def _header(number: int, line: str, where: str) -> list[str]:
    """Return the names of the columns."""
    key = f"line {number}"
    names = [cell.strip() for cell in _cells(line, key, where)]
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise InputError(where=where, key=key, seen=f"{_shown(line)} has no {missing[0]}", cure=_HEADER)
    odd = [name for name in names if name not in _COLUMNS]
    if odd:
        cure = f"use the columns {', '.join(_COLUMNS)}, or leave the others out"
        raise InputError(where=where, key=key, seen=f"there is no column {odd[0]!r}", cure=cure)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise InputError(where=where, key=key, seen=f"the column {twice} stands twice", cure="name each column once")
    return names


def _row(line: str, number: int, header: list[str], where: str) -> list[float | str]:
    """Return the values of a line in the order of the header."""
    key = f"line {number}"
    cells = _cells(line, key, where)
    if len(cells) != len(header):
        seen = f"{_shown(line)} has {len(cells)} fields, and the header {len(header)}"
        raise InputError(where=where, key=key, seen=seen, cure=f"give {','.join(header)}, with a point in numbers")
    return [
        cell.strip() if name == "name" else _number(cell, name, key, where)
        for name, cell in zip(header, cells, strict=True)
    ]


def _cells(line: str, key: str, where: str) -> list[str]:
    """Return the fields of one line."""
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error as problem:
        seen = f"{_shown(line)} is not CSV ({problem})"
        raise InputError(where=where, key=key, seen=seen, cure="close the quotes; a name stays on one line") from None


def _number(cell: str, name: str, key: str, where: str) -> float:
    """Return a number within its bounds."""
    low, high = _BOUNDS[name]
    try:
        value = float(cell)
    except ValueError:
        cure = f"give {name} as a number, with a point and without a unit"
        raise InputError(where=where, key=f"{key}: {name}", seen=_shown(cell.strip()), cure=cure) from None
    if not low <= value <= high:
        cure = f"give {name} from {low:g} to {high:g}"
        cure += "; latitude and longitude may be exchanged" if name == "lat_deg" and abs(value) <= 360.0 else ""
        raise InputError(where=where, key=f"{key}: {name}", seen=f"{value:g}", cure=cure)
    return value


def _shown(line: str) -> str:
    """Return a line as a message can bear it."""
    return repr(line if len(line) <= _SHOWN else f"{line[:_SHOWN]}...")

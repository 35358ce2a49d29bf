"""How often the sky is clear, as a file of the user's: a TOML file of cells, or a CSV file on a grid.

Nothing is shipped as true. The one file that comes with the package is invented and says so.
A CSV file has the columns lat_deg, lon_deg, month, p_clear, and if known p_low and p_high, one row a node and month;
lines `# name = ...`, `# kind = ...`, `# source = ...`, `# correlation_s = ...` stand before them. A node speaks for
half a step around it. A point outside all cells, or a month without a row, is UNKNOWN: NaN in the arrays here.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, Kind, read_text, read_toml, toml_names, toml_text
from downrange.coverage._kernel import cloud

_SHIPPED = resources.files("downrange.coverage") / "data" / "clouds"
_FORM = "compare with the shipped assumed-example.toml"
_COLUMNS = ("lat_deg", "lon_deg", "month", "p_clear")
_SPREAD = ("p_low", "p_high")
_HEAD = ("name", "title", "kind", "source", "correlation_s", "correlation_source")
_MOST_CELLS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Climatology:
    """How often the sky is clear, by cell and month.

    south_deg, north_deg, west_deg, east_deg: (c,) bounds of cells; west > east crosses 180
    p_clear:            (c, 12) chance that a look finds a point of the cell clear, January first; NaN: UNKNOWN
    p_low, p_high:      (c, 12) between what it may lie; as p_clear where the file does not say
    ranged:             whether the file gave low and high
    correlation_s:      two looks t apart share their sky with correlation exp(-t / correlation_s); 0: each has its own
    kind, source:       where the chances came from
    correlation_source: where the correlation came from
    """

    name: str
    title: str
    kind: Kind
    source: str
    correlation_s: float
    correlation_source: str
    south_deg: Array
    north_deg: Array
    west_deg: Array
    east_deg: Array
    p_clear: Array
    p_low: Array
    p_high: Array
    ranged: bool

    def cells(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> np.ndarray:
        """Return the cell of each point, (n,); -1 where none holds it."""
        lat, lon = (np.ascontiguousarray(x, dtype=np.float64) for x in (lat_deg, lon_deg))
        return cloud.cells_of(lat, lon, self.south_deg, self.north_deg, self.west_deg, self.east_deg)


class _Cell(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    p_clear: list[float]
    p_low: list[float] | None = None
    p_high: list[float] | None = None
    south_deg: float = -90.0
    north_deg: float = 90.0
    west_deg: float = -180.0
    east_deg: float = 180.0


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    kind: Kind
    source: str
    cells: list[_Cell]
    title: str = ""
    correlation_s: float = 0.0
    correlation_source: str = ""


def climatology_names() -> tuple[str, ...]:
    """Return the names of the files that come with the package: an invented example only.

    >>> climatology_names()
    ('assumed-example',)
    """
    return toml_names(_SHIPPED)


def load_climatology(name_or_path: str | Path) -> Climatology:
    """Read a climatology from a .toml or .csv file of the user's, or the invented example by its name.

    >>> found = load_climatology("assumed-example")
    >>> f"{found.p_clear[0, 6]} in July, {found.kind}"
    '0.33 in July, assumed'
    """
    if Path(name_or_path).suffix.lower() == ".csv":
        where, file = Path(name_or_path).name, _from_csv(Path(name_or_path).name, read_text(name_or_path))
    else:
        where, text = toml_text(name_or_path, folder=_SHIPPED, what="climatology")
        file = read_toml(where, text.removeprefix("\ufeff"), _File, missing=_FORM, wrong=_FORM)
    _check(where, file)
    return Climatology(
        name=file.name,
        title=file.title or file.name,
        kind=file.kind,
        source=file.source,
        correlation_s=file.correlation_s,
        correlation_source=file.correlation_source,
        south_deg=np.array([cell.south_deg for cell in file.cells]),
        north_deg=np.array([cell.north_deg for cell in file.cells]),
        west_deg=np.array([cell.west_deg for cell in file.cells]),
        east_deg=np.array([cell.east_deg for cell in file.cells]),
        p_clear=np.array([cell.p_clear for cell in file.cells]),
        p_low=np.array([cell.p_low or cell.p_clear for cell in file.cells]),
        p_high=np.array([cell.p_high or cell.p_clear for cell in file.cells]),
        ranged=any(cell.p_low is not None or cell.p_high is not None for cell in file.cells),
    )


def _check(where: str, file: _File) -> None:
    """Refuse a climatology without a parent, or with chances that are none."""
    for key, source in (("source", file.source), ("correlation_source", file.correlation_source)):
        if not source.strip() and (key == "source" or file.correlation_s):
            raise InputError(where=where, key=key, seen="no source", cure="name one, or say 'assumed'")
    if not 0.0 <= file.correlation_s < math.inf:
        cure = "give seconds, 0 for a sky of its own for each look"
        raise InputError(where=where, key="correlation_s", seen=f"{file.correlation_s:g}", cure=cure)
    if not 1 <= len(file.cells) <= _MOST_CELLS:
        cure = f"give 1 to {_MOST_CELLS} cells"
        raise InputError(where=where, key="cells", seen=f"{len(file.cells)} cells", cure=cure)
    for i, cell in enumerate(file.cells):
        _check_cell(where, f"cells[{i}]", cell)


def _check_cell(where: str, key: str, cell: _Cell) -> None:
    """Refuse bounds that are none and chances outside 0 to 1 or out of order; NaN stands for UNKNOWN."""
    if not -90.0 <= cell.south_deg < cell.north_deg <= 90.0:
        seen = f"from {cell.south_deg:g} to {cell.north_deg:g} degrees of latitude"
        cure = "give south below north, -90 to 90; the usual cause is latitude and longitude exchanged"
        raise InputError(where=where, key=key, seen=seen, cure=cure)
    if not all(-360.0 <= x <= 360.0 for x in (cell.west_deg, cell.east_deg)) or cell.west_deg == cell.east_deg:
        seen = f"from {cell.west_deg:g} to {cell.east_deg:g} degrees of longitude"
        raise InputError(where=where, key=key, seen=seen, cure="give west and east apart, in degrees east")
    low, high = cell.p_low or cell.p_clear, cell.p_high or cell.p_clear
    if not len(cell.p_clear) == len(low) == len(high) == 12:
        cure = "give one chance a month, January to December"
        raise InputError(where=where, key=f"{key}.p_clear", seen=f"{len(cell.p_clear)} numbers", cure=cure)
    for month, (a, b, c) in enumerate(zip(low, cell.p_clear, high, strict=True), 1):
        if not 0.0 <= a <= b <= c <= 1.0 and not math.isnan(b):
            cure = (
                "give fractions of 1, low below p_clear below high; the usual cause is percent, or the share of cloud"
            )
            raise InputError(where=where, key=f"{key}, month {month}", seen=f"{a:g}, {b:g}, {c:g}", cure=cure)


def _from_csv(where: str, text: str) -> _File:
    """Return the cells around the nodes of a grid."""
    head: dict[str, str] = {}
    lines = text.splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        key, _, value = lines.pop(0).lstrip("# ").partition("=")
        if key.strip() in _HEAD:
            head[key.strip()] = value.strip()
    for key in ("source", "kind"):
        if not head.get(key):
            raise InputError(where=where, key=key, seen="missing", cure=f"write a first line '# {key} = ...'")
    nodes, ranged = _nodes(where, lines, len(text.splitlines()) - len(lines))
    lat_step, lon_step = _step([lat for lat, _ in nodes]), _step([lon for _, lon in nodes])
    cells = [
        {
            "name": f"{lat:g}, {lon:g}",
            "south_deg": max(-90.0, lat - lat_step / 2.0),
            "north_deg": min(90.0, lat + lat_step / 2.0),
            "west_deg": lon - lon_step / 2.0,
            "east_deg": lon + lon_step / 2.0,
            "p_clear": months[0],
            "p_low": months[1] if ranged else None,
            "p_high": months[2] if ranged else None,
        }
        for (lat, lon), months in nodes.items()
    ]
    table = {"name": where, **head, "correlation_s": _number(where, "correlation_s", head.get("correlation_s", "0"))}
    try:
        return msgspec.convert({**table, "cells": cells}, _File)
    except msgspec.ValidationError as problem:
        raise InputError(where=where, seen=str(problem).replace("`", ""), cure=_FORM) from None


def _nodes(where: str, lines: list[str], above: int) -> tuple[dict[tuple[float, float], list[list[float]]], bool]:
    """Return (three lists of twelve chances for each node, whether low and high were given)."""
    rows = csv.reader(lines)
    columns = [name.strip() for name in next(rows, [])]
    if not set(_COLUMNS) <= set(columns):
        raise InputError(where=where, key="header", seen=", ".join(columns) or "nothing", cure=f"name {_COLUMNS}")
    given = [name for name in _SPREAD if name in columns]
    nodes: dict[tuple[float, float], list[list[float]]] = {}
    for row in rows:
        if not row:
            continue
        key = f"line {above + rows.line_num}"
        values = dict(zip(columns, row, strict=False))
        number = {name: _number(where, key, values.get(name, "")) for name in (*_COLUMNS, *given)}
        month, node = number["month"], (number["lat_deg"], number["lon_deg"])
        months = nodes.setdefault(node, [[math.nan] * 12 for _ in range(3)])
        if month not in range(1, 13) or not math.isnan(months[0][int(month) - 1]):
            seen = f"month {month:g} of {node[0]:g}, {node[1]:g}"
            raise InputError(where=where, key=key, seen=seen, cure="give each node one row a month, 1 to 12")
        for part, name in zip(months, ("p_clear", *_SPREAD), strict=True):
            part[int(month) - 1] = number.get(name, number["p_clear"])
    return nodes, bool(given)


def _number(where: str, key: str, text: str) -> float:
    """Return a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(where=where, key=key, seen=f"{text!r}", cure="write a number")
    return value


def _step(values: list[float]) -> float:
    """Return the step of a grid: the least difference between its values, 1 degree where there is but one."""
    unlike = np.diff(np.unique(values))
    return float(unlike.min()) if unlike.size else 1.0

"""Files that people give an alert desk: the launch it is about, what may come down, an area on a map."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from downrange.alert import Event
from downrange.base import InputError, read_text, read_toml
from downrange.fall import Falls

_NEEDED: Final = ("lat_deg", "lon_deg", "t_s")
_KNOWN: Final = (*_NEEDED, "p", "body", "speed_mps")
_BOUNDS: Final = {"lat_deg": (-90.0, 90.0), "lon_deg": (-180.0, 360.0), "t_s": (0.0, 1e6), "p": (0.0, 1.0)}
_SURELY: Final = 1.0 + 1e-6
_BODY: Final = "debris"  # the name of what comes down where the file gives none


class _EventFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What an event file holds."""

    code: str
    t0: datetime
    origin: dict[str, str]


def event_file(path: Path) -> Event:
    """Read the launch that messages are about: code, t0, and [origin] with who launched, by language."""
    found = read_toml(
        path.name, read_text(path), _EventFile, missing="give code, t0 (ISO 8601 with its zone) and [origin]"
    )
    if found.t0.tzinfo is None:
        raise InputError(where=path.name, key="t0", seen="no time zone", cure="add Z for UTC, or +09:00")
    return Event(code=found.code, t0=found.t0, origin=found.origin)


def falls_file(path: Path, let_go_s: float | None = None) -> tuple[Falls, tuple[str, ...]]:
    """Read what may come down: a row a possible impact; and what should be known of the file, in sentences.

    let_go_s: seconds after lift-off at which the pieces were let go, where the file's times count from there, as those
              that `downrange fall drop` prints
    """
    where = path.name
    columns = _columns(where, path)
    if "speed_mps" in columns and let_go_s is None:
        raise InputError(
            where=where,
            key="t_s",
            seen="impacts with a speed, whose times count from the release",
            cure="say with --let-go-s how many seconds after lift-off the pieces were let go",
        )
    names = columns.get("body", [_BODY] * len(columns["t_s"]))
    bodies = tuple(dict.fromkeys(names))
    index = np.array([bodies.index(name) for name in names], dtype=np.int64)
    counts = np.bincount(index, minlength=len(bodies))
    remarks: tuple[str, ...] = ()
    if "p" in columns:
        p = np.array(columns["p"])
        _refuse_more_than_sure(where, bodies, np.bincount(index, weights=p))
    else:
        p = 1.0 / counts[index]
        told = ", ".join(f"{name} {count}" for name, count in zip(bodies, counts, strict=True))
        remarks = (f"{where} gives no probabilities: each row counts as one in those of its body ({told} rows).",)
    falls = Falls(
        lat_deg=np.array(columns["lat_deg"]),
        lon_deg=np.array(columns["lon_deg"]),
        t_s=np.array(columns["t_s"]) + (let_go_s or 0.0),
        p=p,
        body_index=index,
        bodies=bodies,
        source=where,
    )
    return falls, remarks


def area_file(path: Path) -> BaseGeometry:
    """Read the polygons of a GeoJSON file as one area."""
    try:
        document = json.loads(read_text(path))
        shapes = [shapely.from_geojson(json.dumps(one)) for one in _geometries(document)]
    except (json.JSONDecodeError, ShapelyError, TypeError, KeyError, AttributeError) as problem:
        raise InputError(
            where=path.name, seen=f"no GeoJSON: {problem}", cure="give a polygon, a Feature or a FeatureCollection"
        ) from None
    polygons = [shape for shape in shapes if shape is not None and shape.geom_type in ("Polygon", "MultiPolygon")]
    if not polygons:
        raise InputError(where=path.name, seen="no polygon in it", cure="draw the area as a polygon, longitude first")
    area = shapely.union_all([shapely.make_valid(one) for one in polygons])
    west, south, east, north = area.bounds
    if not (-90.0 <= south <= north <= 90.0 and -180.0 <= west <= east <= 360.0):
        raise InputError(
            where=path.name, seen=f"latitudes from {south:g} to {north:g}", cure="write longitude before latitude"
        )
    return area


def _geometries(document: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - whatever JSON holds
    """Return the geometries of a GeoJSON document."""
    if document["type"] == "FeatureCollection":
        return [feature["geometry"] for feature in document["features"]]
    return [document["geometry"]] if document["type"] == "Feature" else [document]


def _columns(where: str, path: Path) -> dict[str, list[Any]]:
    """Return the columns of a CSV file by name: numbers, and the names of bodies."""
    numbered = ((n, line) for n, line in enumerate(read_text(path).splitlines(), start=1))
    lines = [(n, line) for n, line in numbered if line.strip() and not line.lstrip().startswith("#")]
    header = [name.strip() for name in next(csv.reader([lines[0][1]]))] if lines else []
    cure = f"begin with {','.join(_NEEDED)}, and p and body where they are known"
    missing = [name for name in _NEEDED if name not in header]
    if missing or set(header) - set(_KNOWN) or len(set(header)) < len(header):
        raise InputError(where=where, key="line 1", seen=repr(",".join(header)[:100]), cure=cure)
    if len(lines) == 1:
        raise InputError(where=where, seen="a header and no row", cure="give one possible impact a line below it")
    columns: dict[str, list[Any]] = {name: [] for name in header}
    for n, line in lines[1:]:
        cells = next(csv.reader([line]))
        if len(cells) != len(header):
            cure = f"give {len(header)} values, as the first line has"
            raise InputError(where=where, key=f"line {n}", seen=f"{len(cells)} values", cure=cure)
        for name, cell in zip(header, cells, strict=True):
            columns[name].append(_cell(where, n, name, cell.strip()))
    return columns


def _cell(where: str, n: int, name: str, cell: str) -> float | str:
    """Return a value of a line; a number that is missing or cannot be is refused: nobody is freed by a hole in a file."""
    if name == "body":
        return cell or _BODY
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    low, high = _BOUNDS.get(name, (-math.inf, math.inf))
    if not low <= value <= high and name != "speed_mps":
        raise InputError(
            where=where,
            key=f"line {n}: {name}",
            seen=repr(cell),
            cure=f"give a number from {low:g} to {high:g}; leave no piece out whose fall is not known",
        )
    return value


def _refuse_more_than_sure(where: str, bodies: tuple[str, ...], sums: Any) -> None:  # noqa: ANN401 - an array
    """Stop where a body would come down more than surely."""
    for name, total in zip(bodies, sums, strict=True):
        if total > _SURELY:
            raise InputError(
                where=where,
                key=f"p of {name}",
                seen=f"its rows sum to {total:.4g}",
                cure="let the rows of a body that surely falls sum to 1; name each body in a column body",
            )

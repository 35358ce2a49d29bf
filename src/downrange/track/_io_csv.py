"""Readings as a table: CSV with a header line; the column names are the field names of the JSON lines, units and all.

A vector stands in three columns: x_ecef_m, y_ecef_m, z_ecef_m; vx_ecef_mps, vy_ecef_mps, vz_ecef_mps. An empty cell
is no number. Each line is read by itself, so that a stray quotation mark spoils only its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from downrange.base import InputError, iso
from downrange.track._io_json import Line, reading_from
from downrange.track.model import Fault, Reading, Vector

_R: Final = ("x_ecef_m", "y_ecef_m", "z_ecef_m")
_V: Final = ("vx_ecef_mps", "vy_ecef_mps", "vz_ecef_mps")
_VECTORS: Final = {"r_ecef_m": _R, "v_ecef_mps": _V}
_PARTS: Final = frozenset((*_R, *_V))
_TEXTS: Final = {name: name for name in ("t", "sensor", "received", "object_id")} | {"object": "object_name"}
_FIELDS: Final = tuple(field.encode_name for field in msgspec.structs.fields(Line) if field.encode_name not in _VECTORS)
COLUMNS: Final = (*_FIELDS, *_R, *_V)
"""Every column that a table of readings may have."""

_WRITTEN: Final = (
    *("t", "sensor", "seq", "received", "object", "range_m", "az_deg", "el_deg", "range_rate_mps"),
    *(*_R, *_V, "alt_m", "speed_mps"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a table.

    columns: their names in order; None for one that means nothing here
    faults:  one for each of those
    """

    columns: tuple[str | None, ...]
    faults: tuple[Fault, ...]


def header_of(line: str, *, where: str) -> Header:
    """Read the header line, or say why the table under it cannot be read."""
    if "," not in line and (";" in line or "\t" in line):
        raise InputError(where=where, seen="columns without commas between them", cure="separate them with commas")
    names = [name.strip() for name in _cells(line, where)]
    for name in names:
        if name in COLUMNS and names.count(name) > 1:
            raise InputError(where=where, key=name, seen="a column that stands twice", cure="rename one of them")
    if not {"t", "t_s"} & set(names):
        cure = "begin with a header line such as t,sensor,range_m,az_deg,el_deg"
        raise InputError(where=where, seen=f"no column t or t_s in {line[:80]!r}", cure=cure)
    cure = f"rename it if it is one of {', '.join(COLUMNS)}; the unit is part of the name"
    seen = "an unknown column, passed over"
    return Header(
        columns=tuple(name if name in COLUMNS else None for name in names),
        faults=tuple(Fault(where=where, key=name, seen=seen, cure=cure) for name in names if name not in COLUMNS),
    )


def row_reading(header: Header, line: str, *, where: str, t0: datetime | None, seq: int) -> Reading:
    """Read one row, or say what is wrong with it."""
    cells = _cells(line, where)
    if len(cells) != len(header.columns):
        seen = f"{len(cells)} cells under {len(header.columns)} columns"
        raise InputError(
            where=where, seen=seen, cure="write every cell, also the empty ones: the line may have been cut off"
        )
    pairs = zip(header.columns, (text.strip() for text in cells), strict=True)
    row = {name: text for name, text in pairs if name is not None and text}
    given: dict[str, Any] = {key: _vector(row, parts, where) for key, parts in _VECTORS.items()}
    for name, text in row.items():
        if name in _TEXTS:
            given[_TEXTS[name]] = text
        elif name not in _PARTS:
            given[name] = _number(text, name, where)
    return reading_from(Line(**given), where=where, t0=t0, seq=seq)


def csv_text(readings: Iterable[Reading]) -> str:
    """Write readings as a table, numbers in full; columns that no reading fills are left out."""
    rows = [_row(reading) for reading in readings]
    for row in rows:
        for name in ("sensor", "object"):
            if len(str(row[name]).splitlines()) > 1:
                raise InputError(where="table", key=name, seen=repr(row[name]), cure="give it a name of one line")
    used = {name for row in rows for name, value in row.items() if value != ""} | {"t", "sensor"}
    columns = [name for name in _WRITTEN if name in used]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(columns)
    table.writerows([row[name] for name in columns] for row in rows)
    return out.getvalue()


def _row(reading: Reading) -> dict[str, object]:
    """Return the cells of one reading, empty ones too."""
    row: dict[str, object] = {
        "t": iso(reading.t, decimals=6),
        "sensor": reading.sensor,
        "seq": reading.seq or "",
        "received": "" if reading.received is None else iso(reading.received, decimals=6),
        "object": reading.object_id or "",
    }
    for name in ("range_m", "az_deg", "el_deg", "range_rate_mps", "alt_m", "speed_mps"):
        value = getattr(reading, name)
        row[name] = "" if value is None else value
    row.update(_spread(_R, reading.r_ecef_m))
    row.update(_spread(_V, reading.v_ecef_mps))
    return row


def _spread(names: Sequence[str], vector: Vector | None) -> Iterator[tuple[str, object]]:
    """Return the cells of a vector."""
    return zip(names, vector or ("", "", ""), strict=True)


def _cells(line: str, where: str) -> list[str]:
    """Split one line into its cells."""
    try:
        return next(csv.reader((line,), strict=True), [])
    except csv.Error as error:
        raise InputError(where=where, seen=f"no row of a table ({error})", cure="check the quotation marks") from None


def _vector(row: dict[str, str], parts: tuple[str, str, str], where: str) -> Vector | None:
    """Return a vector from its three cells, or None where all are empty."""
    given = [name for name in parts if name in row]
    if not given:
        return None
    if len(given) < len(parts):
        raise InputError(where=where, key=given[0], seen="not a whole vector", cure=f"give all of {', '.join(parts)}")
    x, y, z = (float(_number(row[name], name, where)) for name in parts)
    return x, y, z


def _number(text: str, name: str, where: str) -> float | int:
    """Read the number in a cell."""
    try:
        return int(text) if name == "seq" else float("no number" if "_" in text else text)
    except ValueError:
        cure = "write a plain number with a decimal point, or leave the cell empty"
        raise InputError(where=where, key=name, seen=f"{text[:40]!r} is no number", cure=cure) from None

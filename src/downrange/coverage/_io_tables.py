"""Tables of many rows as CSV and as GeoParquet; columns are arrays, and no row is ever an object of its own."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array

_CHUNK_ROWS: Final = 100_000
_WKB_POINT: Final = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """A column: what each row takes out of `values`, or the values themselves where `index` is None.

    values: numbers, truths, moments (datetime64, UTC) or a list of texts
    digits: decimals of numbers in CSV; None for as many as are needed to read the same number back
    meaning: what it is, with its unit, for whoever reads a file alone
    """

    name: str
    values: Any
    meaning: str
    index: NDArray[np.int32] | None = None
    digits: int | None = None

    def rows(self) -> int:
        """Return how many rows the column has."""
        return len(self.values if self.index is None else self.index)


# ------------------------------------------------------------------------------------------------------- CSV


def write_csv(file: BinaryIO, fields: Sequence[Field]) -> None:
    """Write the fields as CSV (RFC 4180, lines end as everywhere in this package with a line feed), some rows at a time."""
    file.write((",".join(field.name for field in fields) + "\n").encode())
    rows = fields[0].rows()
    labels = [None if field.index is None else np.array(_texts(field.values, field.digits), object) for field in fields]
    for first in range(0, rows, _CHUNK_ROWS):
        part = slice(first, min(first + _CHUNK_ROWS, rows))
        columns = [
            _texts(field.values[part], field.digits) if label is None else label[field.index[part]].tolist()  # type: ignore[index]
            for field, label in zip(fields, labels, strict=True)
        ]
        file.write(("\n".join(map(",".join, zip(*columns, strict=True))) + "\n").encode())


def _texts(values: Any, digits: int | None) -> list[str]:  # noqa: ANN401 - any column
    """Return values as they stand in CSV: moments to the millisecond with a Z, truths as 0 and 1, NaN as nothing."""
    if not isinstance(values, np.ndarray):
        return [_quoted(text) for text in values]
    if values.dtype.kind == "M":
        return [f"{text}Z" for text in np.datetime_as_string(values, unit="ms").tolist()]
    if values.dtype.kind == "b":
        return ["1" if value else "0" for value in values.tolist()]
    if values.dtype.kind == "f":
        form = "{!r}" if digits is None else f"{{:.{digits}f}}"
        return ["" if math.isnan(value) else form.format(value) for value in values.tolist()]
    return [str(value) for value in values.tolist()]


def _quoted(text: str) -> str:
    """Return a text as one CSV field, in quotes where it needs them."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([text])
    return out.getvalue()


# ------------------------------------------------------------------------------------------------ GeoParquet


def write_parquet(
    file: BinaryIO, fields: Sequence[Field], lat_deg: Array, lon_deg: Array, about: Mapping[str, str]
) -> None:
    """Write the fields and a column of points as GeoParquet 1.1; about: what the file says of itself, under "downrange"."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = [_arrow(field) for field in fields]
    schema = [
        pa.field(field.name, column.type, metadata={"meaning": field.meaning})
        for field, column in zip(fields, columns, strict=True)
    ]
    schema.append(pa.field("geometry", pa.binary(), nullable=False))
    columns.append(_points(lat_deg, lon_deg))
    told = {b"geo": json.dumps(_geo(lat_deg, lon_deg)).encode(), b"downrange": json.dumps(dict(about)).encode()}
    table = pa.Table.from_arrays(columns, schema=pa.schema(schema, metadata=told))
    pq.write_table(table, file, compression="zstd")


def _arrow(field: Field) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a field as an array of Arrow; what is taken out of a list of texts stays a dictionary."""
    import pyarrow as pa

    if field.index is not None and not isinstance(field.values, np.ndarray):
        return pa.DictionaryArray.from_arrays(
            pa.array(field.index, pa.int32()), pa.array(list(field.values), pa.string())
        )
    values = field.values if field.index is None else field.values[field.index]
    if not isinstance(values, np.ndarray):
        return pa.array(list(values), pa.string())
    if values.dtype.kind == "M":
        return pa.array(values.astype("datetime64[ms]").astype(np.int64)).cast(pa.timestamp("ms", tz="UTC"))
    return pa.array(values, from_pandas=True)  # NaN is null


def _points(lat_deg: Array, lon_deg: Array) -> Any:  # noqa: ANN401 - as above
    """Return points as well-known binary (little-endian, type 1), the way GeoParquet wants geometry: longitude first."""
    import pyarrow as pa

    packed = np.zeros(len(lat_deg), _WKB_POINT)
    packed["order"], packed["kind"], packed["lon"], packed["lat"] = 1, 1, lon_deg, lat_deg
    offsets = np.arange(len(packed) + 1, dtype=np.int32) * _WKB_POINT.itemsize
    return pa.Array.from_buffers(
        pa.binary(), len(packed), [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(packed.tobytes())]
    )


def _geo(lat_deg: Array, lon_deg: Array) -> dict[str, Any]:
    """Return the metadata of GeoParquet 1.1.0; without a "crs" it is WGS 84, longitude and latitude."""
    column: dict[str, Any] = {"encoding": "WKB", "geometry_types": ["Point"]}
    if len(lat_deg):
        column["bbox"] = [float(v) for v in (lon_deg.min(), lat_deg.min(), lon_deg.max(), lat_deg.max())]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}

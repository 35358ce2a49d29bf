"""Windows of access as files: CSV, GeoParquet or NetCDF by the ending. Moments in UTC to the millisecond in all but NetCDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

import downrange
from downrange.base import Array, InputError, iso, utc, written
from downrange.coverage._io_files import check_form
from downrange.coverage._io_netcdf import NetCdf, seconds_since
from downrange.coverage._io_tables import Field, write_csv, write_parquet

if TYPE_CHECKING:
    from downrange.coverage.model import Accesses

_MOMENT: Final = "UTC"
_PLAIN: Final = 4  # columns that every program expects
_CUT: Final = "1 where the window was already open when the span began", "1 where it was still open when the span ended"


def write_accesses(
    path: str | Path,
    accesses: Accesses,
    *,
    names: Sequence[str] = (),
    source: str = "",
    full: bool = False,
    created: datetime | None = None,
) -> Path:
    """Write windows to a .csv, .parquet or .nc file, whole or not at all; return its path.

    CSV: satellite,point,start,end; point counts from 0. The other two forms hold all there is.
    full:   CSV also with lat_deg,lon_deg,open_start,open_end and, with names, name
    names:  one a point
    source: where orbits and points came from; Parquet and NetCDF keep it
    """
    form = check_form(path)
    if names and len(names) != len(accesses.points.lat_deg):
        seen = f"{len(names)} names for {len(accesses.points.lat_deg)} points"
        raise InputError(where=str(path), key="names", seen=seen, cure="give one name a point")
    if form == ".nc":
        content = _netcdf(accesses, names, source, created or datetime.now(UTC))
        return written(path, lambda file: _write(file, content))
    fields = _fields(accesses, names)
    if form == ".csv":
        return written(path, lambda file: write_csv(file, fields if full else fields[:_PLAIN]))
    points, told = accesses.points, about(accesses, source)
    lat, lon = points.lat_deg[accesses.point], points.lon_deg[accesses.point]
    return written(path, lambda file: write_parquet(file, fields, lat, lon, told))


def about(accesses: Accesses, source: str) -> dict[str, str]:
    """Return what a file says of the windows in it."""
    return {
        "title": "Windows in which satellites can observe points",
        "source": source or "not told",
        "satellites": ", ".join(accesses.satellites),
        "span_start": iso(accesses.start, decimals=3),
        "span_s": f"{accesses.span_s:.3f}",
        "sensor": str(accesses.sensor),
        "written_by": f"downrange {downrange.__version__}",
    }


def moments(start: datetime, t_s: Array) -> NDArray[np.datetime64]:
    """Return UTC moments to the nearest millisecond.

    >>> moments(datetime(2024, 6, 1, tzinfo=UTC), np.array([0.0004, 86400.0006])).tolist()[1].isoformat()
    '2024-06-02T00:00:00.001000'
    """
    zero = np.datetime64(utc(start).replace(tzinfo=None), "us")
    whole = np.round(t_s * 1e6).astype(np.int64) + zero.astype(np.int64)
    return ((whole + 500) // 1000).astype("datetime64[ms]")


def _fields(accesses: Accesses, names: Sequence[str]) -> list[Field]:
    """Return the columns."""
    point, points = accesses.point, accesses.points
    fields = [
        Field(name="satellite", values=accesses.satellites, index=accesses.satellite, meaning="name of the satellite"),
        Field(name="point", values=point, meaning="which point, counted from 0 in the order given"),
        Field(
            name="start", values=moments(accesses.start, accesses.start_s), meaning=f"start of the window, {_MOMENT}"
        ),
        Field(name="end", values=moments(accesses.start, accesses.end_s), meaning=f"end of the window, {_MOMENT}"),
        Field(name="lat_deg", values=points.lat_deg, index=point, digits=6, meaning="latitude of the point, WGS 84"),
        Field(name="lon_deg", values=points.lon_deg, index=point, digits=6, meaning="longitude of the point, WGS 84"),
        Field(name="open_start", values=accesses.open_start, meaning=_CUT[0]),
        Field(name="open_end", values=accesses.open_end, meaning=_CUT[1]),
    ]
    if names:
        fields.append(Field(name="name", values=tuple(names), index=point, meaning="name of the point"))
    return fields


def _netcdf(accesses: Accesses, names: Sequence[str], source: str, created: datetime) -> bytes:
    """Return the windows as NetCDF: an indexed ragged array over points (CF 9.3.4)."""
    told = about(accesses, source)
    by = told.pop("written_by")
    file = NetCdf({**told, "history": f"{iso(created)} written by {by}"})
    points = accesses.points
    file.dimension(
        "window", len(accesses.point)
    )  # first: of no length it counts as unlimited, which the first alone may be
    file.add_points(points.lat_deg, points.lon_deg, points.alt_m, points.area_m2, names)
    file.dimension("satellite", len(accesses.satellites))
    file.add_texts("satellite_name", "satellite", accesses.satellites, long_name="name of the satellite")
    window = ("window",)
    file.add("point_index", window, accesses.point, long_name="which point, counted from 0", instance_dimension="point")
    file.add("satellite_index", window, accesses.satellite, long_name="which satellite, counted from 0")
    unit = seconds_since(accesses.start)
    for name, values in (("start", accesses.start_s), ("end", accesses.end_s)):
        look: dict[str, Any] = {"standard_name": "time", "units": unit, "calendar": "standard"}
        file.add(name, window, values, long_name=f"{name} of the window", **look)
    file.add("open_start", window, accesses.open_start, long_name=_CUT[0])
    file.add("open_end", window, accesses.open_end, long_name=_CUT[1])
    return file.content()


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)

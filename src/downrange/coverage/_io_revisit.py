"""Figures of each point as files: CSV, GeoParquet (which a map program opens as points) or NetCDF by the ending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

import downrange
from downrange.base import InputError, iso, written
from downrange.coverage._io_files import check_form
from downrange.coverage._io_netcdf import NetCdf
from downrange.coverage._io_tables import Field, write_csv, write_parquet

if TYPE_CHECKING:
    from downrange.coverage.model import Points
    from downrange.coverage.revisit import Revisit


def write_revisit(
    path: str | Path,
    revisit: Revisit,
    points: Points,
    *,
    names: Sequence[str] = (),
    source: str = "",
    created: datetime | None = None,
) -> Path:
    """Write the figures of each point to a .csv, .parquet or .nc file, whole or not at all; return its path.

    points: those that the figures are of; names: one a point
    source: where orbits, sensor and points came from; Parquet and NetCDF keep it, with the figures of all points together
    """
    form = check_form(path)
    if len(points.lat_deg) != len(revisit.weights) or (names and len(names) != len(revisit.weights)):
        seen = f"{len(revisit.weights)} figures for {len(points.lat_deg)} points and {len(names)} names"
        raise InputError(where=str(path), key="points", seen=seen, cure="give the points that the figures are of")
    told = _about(revisit, source)
    figures = _figures(revisit)
    if form == ".nc":
        content = _netcdf(points, figures, names, told, created or datetime.now(UTC))
        return written(path, lambda file: _write(file, content))
    place = [
        Field(name="point", values=np.arange(len(revisit.weights), dtype=np.int32), meaning="counted from 0"),
        Field(name="lat_deg", values=points.lat_deg, digits=6, meaning="latitude, WGS 84"),
        Field(name="lon_deg", values=points.lon_deg, digits=6, meaning="longitude, WGS 84"),
    ]
    area = Field(name="area_m2", values=points.area_m2, digits=1, meaning="what the point stands for in means [m2]")
    named = [Field(name="name", values=tuple(names), meaning="name of the point")] if names else []
    fields = [*place, *figures, area, *named]
    if form == ".csv":
        return written(path, lambda file: write_csv(file, fields))
    return written(path, lambda file: write_parquet(file, fields, points.lat_deg, points.lon_deg, told))


def _figures(revisit: Revisit) -> list[Field]:
    """Return the columns of figures."""
    each = revisit.each
    waits = [
        _seconds(
            f"wait_p{percent:g}_s".replace(".", "_"), each.wait_s[:, i], f"{percent:g} % of requests wait no longer [s]"
        )
        for i, percent in enumerate(each.percents)
    ]
    return [
        Field(name="looks_pday", values=each.looks_pday, digits=6, meaning="looks a day [1/day]"),
        _seconds("mean_gap_s", each.mean_gap_s, f"mean gap, {revisit.gap} [s]"),
        _seconds("max_gap_s", each.max_gap_s, f"longest gap, {revisit.gap} [s]"),
        Field(name="max_gap_open", values=each.max_gap_open, meaning="1 where an end of the span cuts the longest gap"),
        _seconds("mean_wait_s", each.mean_wait_s, "mean wait of a request at a random moment [s]"),
        *waits,
        _seconds("in_view_s", revisit.in_view_s, "time in view in the span [s]"),
        Field(name="never_seen", values=each.never, meaning="1 where the point is never seen in the span"),
    ]


def _seconds(name: str, values: NDArray[np.float64], meaning: str) -> Field:
    """Return a column of seconds to the millisecond."""
    return Field(name=name, values=values, digits=3, meaning=meaning)


def _about(revisit: Revisit, source: str) -> dict[str, str]:
    """Return what a file says of the figures in it, those of all points together among it."""
    pooled = {
        "looks_pday": revisit.looks_pday,
        "mean_gap_s": revisit.mean_gap_s,
        "max_gap_s": revisit.max_gap_s,
        "mean_wait_s": revisit.mean_wait_s,
        "share_never": revisit.share_never,
    }
    told = {f"all_points_{name}": _told(figure) for name, figure in pooled.items()}
    return {
        "title": "How often points are observed and how long a request waits",
        "source": source or "not told",
        "satellites": ", ".join(revisit.satellites),
        "span_s": f"{revisit.span_s:.3f}",
        "gaps": f"{revisit.gap}; {revisit.overlap}; both ends of the span count as the edge of a gap",
        "flags": " | ".join(revisit.flags),
        **told,
        "written_by": f"downrange {downrange.__version__}",
    }


def _told(figure: Any) -> str:  # noqa: ANN401 - a Figure of this room
    """Return a figure in words: value, unit, low and high, rule."""
    if figure.value is None:
        return f"UNKNOWN: {figure.rule}"
    ends = ["UNKNOWN" if end is None else f"{end:.6g}" for end in (figure.low, figure.high)]
    return f"{figure.value:.6g} {figure.unit} (low {ends[0]}, high {ends[1]}): {figure.rule}"


def _netcdf(
    points: Points, figures: Sequence[Field], names: Sequence[str], told: dict[str, str], created: datetime
) -> bytes:
    """Return the figures as NetCDF, one value a point."""
    by = told.pop("written_by")
    file = NetCdf({**told, "history": f"{iso(created)} written by {by}"})
    file.add_points(points.lat_deg, points.lon_deg, points.alt_m, points.area_m2, names)
    for field in figures:
        look: dict[str, Any] = {"coordinates": "lat lon", "grid_mapping": "crs"}
        if field.values.dtype.kind == "f":
            look["units"] = "day-1" if field.name.endswith("_pday") else "s"
        file.add(field.name, ("point",), field.values, long_name=field.meaning, **look)
    return file.content()


def _write(file: BinaryIO, content: bytes) -> None:
    file.write(content)

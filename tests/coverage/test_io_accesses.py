"""Windows as files: each form read back by a reader that is not ours, whole or not there, fast."""

from __future__ import annotations

import csv
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from scipy.io import netcdf_file

from downrange.base import InputError
from downrange.coverage import _io_tables
from downrange.coverage._io_accesses import moments, write_accesses
from downrange.coverage._io_files import check_form
from downrange.coverage.model import Accesses, Cone, Points, Sensor, points_at

START = datetime(2024, 5, 31, 23, 59, 58, 765_432, tzinfo=UTC)
NAMES = ('SAT-1, "the first"', "만리경-1")


def made(windows: int, points: Points | None = None) -> Accesses:
    points = points or points_at([37.5, -12.25, 80.0], [126.98, -179.5, 0.0])
    rng = np.random.default_rng(3)
    point = np.sort(rng.integers(0, len(points), windows)).astype(np.int32)
    start_s = np.sort(rng.uniform(0.0, 6.9 * 86_400.0, windows))
    return Accesses(
        satellites=NAMES,
        start=START,
        span_s=7.0 * 86_400.0,
        points=points,
        sensor=Sensor(field=Cone(half_angle_deg=35.0)),
        satellite=rng.integers(0, 2, windows).astype(np.int32),
        point=point,
        start_s=start_s,
        end_s=start_s + rng.uniform(0.001, 120.0, windows),
        open_start=rng.random(windows) < 0.1,
        open_end=rng.random(windows) < 0.1,
    )


def check_moment(text: str, t_s: float) -> None:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo is not None
    assert len(text) == len("2024-06-01T00:00:00.000Z")
    assert abs(moment - START - timedelta(seconds=t_s)) <= timedelta(microseconds=501)


def test_csv_read_back(tmp_path: Path) -> None:
    found = made(300)
    path = write_accesses(tmp_path / "windows.csv", found, names=("Seoul", "", "the, north"), full=True)
    content = path.read_bytes()
    assert content.endswith(b"\n")
    assert b"\r" not in content
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["satellite", "point", "start", "end"]
    assert list(rows[0])[4:] == ["lat_deg", "lon_deg", "open_start", "open_end", "name"]
    assert len(rows) == 300
    for i, row in enumerate(rows):
        assert row["satellite"] == NAMES[found.satellite[i]]
        assert int(row["point"]) == found.point[i]
        assert row["name"] == ("Seoul", "", "the, north")[found.point[i]]
        assert float(row["lat_deg"]) == found.points.lat_deg[found.point[i]]
        assert float(row["lon_deg"]) == found.points.lon_deg[found.point[i]]
        assert (row["open_start"], row["open_end"]) == (str(int(found.open_start[i])), str(int(found.open_end[i])))
        check_moment(row["start"], found.start_s[i])
        check_moment(row["end"], found.end_s[i])


def test_csv_in_several_strokes_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = made(1_000)
    at_once = write_accesses(tmp_path / "once.csv", found).read_bytes()
    monkeypatch.setattr(_io_tables, "_CHUNK_ROWS", 333)
    assert write_accesses(tmp_path / "more.csv", found).read_bytes() == at_once


def test_parquet_is_geoparquet(tmp_path: Path) -> None:
    found = made(200)
    path = write_accesses(tmp_path / "windows.parquet", found, source="a test")
    table = pq.read_table(path)
    assert table.column_names[:4] == ["satellite", "point", "start", "end"]
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"][geo["primary_column"]]["encoding"] == "WKB"
    assert geo["columns"]["geometry"]["geometry_types"] == ["Point"]
    west, south, east, north = geo["columns"]["geometry"]["bbox"]
    places = shapely.from_wkb(np.array(table["geometry"].to_pylist(), dtype=object))
    assert shapely.get_x(places) == pytest.approx(found.points.lon_deg[found.point], abs=0.0)
    assert shapely.get_y(places) == pytest.approx(found.points.lat_deg[found.point], abs=0.0)
    assert (west, south, east, north) == tuple(shapely.total_bounds(places))
    assert table["satellite"].to_pylist() == [NAMES[i] for i in found.satellite]
    assert table["open_end"].to_pylist() == found.open_end.tolist()
    assert str(table.schema.field("start").type) == "timestamp[ms, tz=UTC]"
    told = [moment - START for moment in table["start"].to_pylist()]
    assert [one.total_seconds() for one in told] == pytest.approx(found.start_s, abs=0.000_501)
    about = json.loads(table.schema.metadata[b"downrange"])
    assert about["source"] == "a test"
    assert "35" in about["sensor"]
    assert table.schema.field("start").metadata[b"meaning"].endswith(b"UTC")


def opened(path: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]], dict[str, Any]]:
    """Return values, attributes and global attributes of a NetCDF file."""
    with netcdf_file(str(path), mmap=False) as file:
        values = {name: np.array(variable[:]) if variable.shape else None for name, variable in file.variables.items()}
        looks = {name: dict(variable._attributes) for name, variable in file.variables.items()}
        return values, looks, dict(file._attributes)


def test_netcdf_with_cf_attributes(tmp_path: Path) -> None:
    found = made(150)
    created = datetime(2024, 7, 1, tzinfo=UTC)
    path = write_accesses(tmp_path / "w.nc", found, names=("Seoul", "서울", ""), source="a test", created=created)
    values, looks, about = opened(path)
    assert about["Conventions"] == b"CF-1.8"
    assert about["source"] == b"a test"
    assert about["history"].startswith(b"2024-07-01T00:00:00Z written by downrange")
    for name in ("start", "end"):
        assert looks[name]["units"] == b"seconds since 2024-05-31 23:59:58.765432 UTC"
        assert looks[name]["standard_name"] == b"time"
        assert values[name] == pytest.approx(getattr(found, f"{name}_s"), abs=0.0)
    assert looks["point_index"]["instance_dimension"] == b"point"
    assert values["point_index"].tolist() == found.point.tolist()
    assert values["satellite_index"].tolist() == found.satellite.tolist()
    assert values["lat"] == pytest.approx(found.points.lat_deg)
    assert looks["lon"]["units"] == b"degrees_east"
    assert looks["crs"]["grid_mapping_name"] == b"latitude_longitude"
    assert values["open_start"].tolist() == found.open_start.astype(int).tolist()
    assert looks["open_start"]["flag_meanings"] == b"no yes"
    names = [b"".join(row).rstrip(b"\0").decode() for row in values["satellite_name"]]
    assert names == list(NAMES)
    assert [b"".join(row).rstrip(b"\0").decode() for row in values["point_name"]] == ["Seoul", "서울", ""]
    assert (
        path.read_bytes()
        == write_accesses(
            tmp_path / "again.nc", found, names=("Seoul", "서울", ""), source="a test", created=created
        ).read_bytes()
    )


@pytest.mark.parametrize("form", [".csv", ".parquet", ".nc"])
def test_no_window_is_a_file_too(tmp_path: Path, form: str) -> None:
    path = write_accesses(tmp_path / f"none{form}", made(0))
    if form == ".csv":
        assert path.read_text(encoding="utf-8") == "satellite,point,start,end\n"
        path = write_accesses(path, made(0), full=True)
        assert path.read_text(encoding="utf-8") == "satellite,point,start,end,lat_deg,lon_deg,open_start,open_end\n"
    elif form == ".parquet":
        assert pq.read_table(path).num_rows == 0
    else:
        assert opened(path)[0]["start"].shape == (0,)


def test_moments_are_rounded_to_the_millisecond() -> None:
    zero = datetime(2024, 6, 1, tzinfo=UTC)
    told = moments(zero, np.array([0.000_499, 0.000_501, 59.999_6]))
    assert np.datetime_as_string(told).tolist() == [
        "2024-06-01T00:00:00.000",
        "2024-06-01T00:00:00.001",
        "2024-06-01T00:01:00.000",
    ]


# ---------------------------------------------------------------------------------- whole or not there


def test_endings_say_the_form() -> None:
    assert [check_form(name) for name in ("a.csv", "b.PARQUET", "c.d.nc")] == [".csv", ".parquet", ".nc"]
    for name in ("a", "a.txt", "a.xlsx", ".csv"):
        with pytest.raises(InputError, match=r"choose the form by the ending|Choose the form by the ending"):
            check_form(name)


def test_without_pyarrow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"downrange\[parquet\]"):
        write_accesses(tmp_path / "a.parquet", made(3))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", [".csv", ".parquet", ".nc"])
def test_a_folder_that_is_not_there_is_told(tmp_path: Path, form: str) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_accesses(tmp_path / "no" / f"a{form}", made(3))


def test_names_must_fit(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 names for 3 points"):
        write_accesses(tmp_path / "a.csv", made(3), names=("a", "b"))


def test_the_windows_of_a_week_are_written_at_once(tmp_path: Path) -> None:
    points = points_at(np.linspace(33.0, 43.0, 1_000), np.linspace(124.0, 131.0, 1_000))
    found = made(25_000, points)
    spent = []
    for _ in range(3):
        begin = time.process_time()
        write_accesses(tmp_path / "week.csv", found)
        spent.append(time.process_time() - begin)
    assert min(spent) < 0.3

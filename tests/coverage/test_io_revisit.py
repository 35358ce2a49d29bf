"""Revisit figures as files: each form read back, with what was counted and how beside the numbers."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely
from scipy.io import netcdf_file

from downrange.base import InputError
from downrange.coverage._io_revisit import write_revisit
from downrange.coverage.model import Accesses, Cone, Sensor, points_at
from downrange.coverage.revisit import Revisit, revisit

POINTS = points_at([37.5, 39.0, 41.5], [127.0, 125.75, 129.5], 0.0, [2e9, 3e9, 5e9])
WINDOWS = [(0, 3_600.0), (0, 50_000.0), (1, 7_200.0), (1, 90_000.0), (1, 160_000.0)]


@pytest.fixture(scope="module")
def found() -> Revisit:
    point, start_s = (np.array(column) for column in zip(*WINDOWS, strict=True))
    return revisit(
        Accesses(
            satellites=("ONE",),
            start=datetime(2024, 6, 1, tzinfo=UTC),
            span_s=2.0 * 86_400.0,
            points=POINTS,
            sensor=Sensor(field=Cone(half_angle_deg=35.0)),
            satellite=np.zeros(5, np.int32),
            point=point.astype(np.int32),
            start_s=start_s,
            end_s=start_s + 60.0,
            open_start=np.zeros(5, bool),
            open_end=np.zeros(5, bool),
        )
    )


def test_csv(found: Revisit, tmp_path: Path) -> None:
    path = write_revisit(tmp_path / "r.csv", found, POINTS, names=("a", "b", "c"))
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["looks_pday"]) for row in rows] == [1.0, 1.5, 0.0]
    assert [row["never_seen"] for row in rows] == ["0", "0", "1"]
    assert [row["name"] for row in rows] == ["a", "b", "c"]
    assert [float(row["area_m2"]) for row in rows] == [2e9, 3e9, 5e9]
    assert float(rows[2]["max_gap_s"]) == 172_800.0
    assert float(rows[0]["in_view_s"]) == 120.0
    for name, values in (("mean_wait_s", found.each.mean_wait_s), ("wait_p90_s", found.each.wait_s[:, 1])):
        assert [float(row[name]) for row in rows] == pytest.approx(values, abs=0.000_6)


def test_parquet_opens_as_points(found: Revisit, tmp_path: Path) -> None:
    table = pq.read_table(write_revisit(tmp_path / "r.parquet", found, POINTS, source="a test"))
    assert json.loads(table.schema.metadata[b"geo"])["primary_column"] == "geometry"
    places = shapely.from_wkb(np.array(table["geometry"].to_pylist(), dtype=object))
    assert shapely.get_coordinates(places).tolist() == [[127.0, 37.5], [125.75, 39.0], [129.5, 41.5]]
    assert table["max_gap_s"].to_pylist() == found.each.max_gap_s.tolist()
    about = json.loads(table.schema.metadata[b"downrange"])
    assert about["source"] == "a test"
    assert "middle-to-middle" in about["gaps"]
    assert about["all_points_share_never"].startswith("0.5 1 ")
    assert "never seen" in about["flags"]
    assert b"90 % of requests" in table.schema.field("wait_p90_s").metadata[b"meaning"]


def test_netcdf(found: Revisit, tmp_path: Path) -> None:
    path = write_revisit(tmp_path / "r.nc", found, POINTS, created=datetime(2024, 7, 1, tzinfo=UTC))
    with netcdf_file(str(path), mmap=False) as file:
        assert file.variables["looks_pday"].units == b"day-1"
        assert file.variables["mean_wait_s"].units == b"s"
        assert file.variables["mean_wait_s"].coordinates == b"lat lon"
        assert np.array(file.variables["mean_wait_s"][:]) == pytest.approx(found.each.mean_wait_s, abs=0.0)
        assert np.array(file.variables["never_seen"][:]).tolist() == [0, 0, 1]
        assert file.source == b"not told"


def test_other_points_are_refused(found: Revisit, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="3 figures for 1 points"):
        write_revisit(tmp_path / "r.csv", found, points_at(1.0, 2.0))
    with pytest.raises(InputError, match="1 names"):
        write_revisit(tmp_path / "r.csv", found, POINTS, names=("a",))
    assert list(tmp_path.iterdir()) == []

"""The risk of an ensemble's folder: tables for people, a document for programs, maps."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.fall import Body, Ensemble, Grid, Mode, ensemble_text, save_tally, tally_of
from downrange.replay import json_text, launch_risk, risk_files, risk_shown

GRID = Grid(lat_rows=1800, lon_columns=3600)
FLIGHTS = 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write an ensemble: stage 1 falls around 30 N 120 E, pieces of broken flights around 31 N."""
    rng = np.random.default_rng(1)
    ensemble = Ensemble(
        modes=(
            Mode(name="nominal", p=0.9, planned=True),
            Mode(name="break-up", p=0.1),
            Mode(name="never", p=0.0),
        ),
        bodies=(Body(name="stage 1", pieces=1.0, area_m2=30.0), Body(name="pieces", pieces=100.0, area_m2=0.5)),
        grid=GRID,
        flights=2 * FLIGHTS,
        seed=1,
        source="by hand",
    )
    tally = tally_of(
        GRID,
        ("nominal", "break-up", "never"),
        ("stage 1", "pieces"),
        [FLIGHTS, FLIGHTS, 0],
        mode=np.repeat([0, 1], FLIGHTS),
        body=np.repeat([0, 1], FLIGHTS),
        lat_deg=np.repeat([30.0, 31.0], FLIGHTS) + rng.normal(0.0, 0.1, 2 * FLIGHTS),
        lon_deg=120.0 + rng.normal(0.0, 0.1, 2 * FLIGHTS),
        t_s=np.full(2 * FLIGHTS, 400.0),
        speed_mps=np.full(2 * FLIGHTS, 80.0),
        harmful=np.ones(2 * FLIGHTS, bool),
    )
    save_tally(tmp_path / "tally.npz", tally)
    (tmp_path / "ensemble.json").write_text(ensemble_text(ensemble))
    rows = (f"{lat:.2f},120.05,20000" for lat in np.arange(30.55, 31.5, 0.1))
    (tmp_path / "people.csv").write_text("\n".join(["lat_deg,lon_deg,people", *rows]) + "\n")
    return tmp_path


def test_tables_and_document_tell_the_same(folder: Path) -> None:
    tables, document = risk_shown(launch_risk(folder, folder / "people.csv"))
    modes, limits, regions = tables
    assert [row[0] for row in modes.rows] == ["nominal", "break-up", "never"]
    assert modes.rows[2][4] == "unknown ± unknown"
    hurt = document["casualties"]
    assert f"{hurt['ec']:.2g}" in limits.rows[0][1]
    assert hurt["ec"] == pytest.approx(sum(mode["weighted"] for mode in hurt["modes"]))
    assert hurt["verdict"] == limits.rows[0][3]
    assert [mode["ec"] is None for mode in hurt["modes"]] == [False, False, True]
    assert "pieces: 100%" in limits.note
    assert [region["kind"] for region in document["regions"]] == ["containment", "ship", "aircraft", "person"]
    assert len(regions.rows) == 4
    assert document["flights"] == 2 * FLIGHTS
    assert json.loads(json_text(document)) == document


def test_another_probability_of_failure_changes_the_answer(folder: Path) -> None:
    _, low = risk_shown(launch_risk(folder, folder / "people.csv", p_failure=0.01))
    _, high = risk_shown(launch_risk(folder, folder / "people.csv", p_failure=0.5))
    assert high["casualties"]["ec"] == pytest.approx(50.0 * low["casualties"]["ec"], rel=1e-6)
    # 200 planned flights without a hit do not yet prove that planned flights hurt nobody
    assert low["casualties"]["verdict"] == "not decided: fly more"
    assert high["casualties"]["verdict"] == "over"


def test_without_people_only_regions_are_told(folder: Path) -> None:
    tables, document = risk_shown(launch_risk(folder, None))
    assert [table.title for table in tables] == ["Regions"]
    assert document["casualties"] is None
    assert document["people"] is None


def test_people_far_away_are_not_decided_by_few_flights(folder: Path) -> None:
    (folder / "far.csv").write_text("lat_deg,lon_deg,people\n-30,10,2000000\n")
    tables, document = risk_shown(launch_risk(folder, folder / "far.csv"))
    assert document["casualties"]["ec"] == 0.0
    assert document["casualties"]["verdict"] == "not decided: fly more"
    assert "nobody in danger" in tables[1].rows[2][0]


def test_maps_are_made_for_other_programs(folder: Path) -> None:
    risk = launch_risk(folder, folder / "people.csv")
    files = risk_files(risk, title="Trial", created=datetime(2026, 1, 1, tzinfo=UTC))
    assert sorted(files) == ["density.nc", "regions.geojson", "regions.kml", "risk.json"]
    assert files["density.nc"].startswith(b"CDF\x02")
    assert len(json.loads(files["regions.geojson"])["features"]) == 4
    assert json.loads(files["risk.json"]) == risk_shown(risk)[1]


def test_what_is_missing_or_wrong_is_told(folder: Path) -> None:
    with pytest.raises(InputError, match="--p-failure"):
        launch_risk(folder, None, p_failure=2.0)
    with pytest.raises(InputError, match=r"people\.csv"):
        launch_risk(folder, folder / "no" / "people.csv")
    text = (folder / "ensemble.json").read_text()
    (folder / "ensemble.json").write_text(text.replace("pieces", "bits", 1))
    with pytest.raises(InputError, match=r"bodies\[0\]\.pieces: missing"):
        launch_risk(folder, None)
    (folder / "ensemble.json").write_text(text.replace("stage 1", "stage 2"))
    with pytest.raises(InputError, match=r"ensemble\.json: modes: .* of different ensembles"):
        launch_risk(folder, None)
    (folder / "ensemble.json").write_text(text)
    (folder / "tally.npz").write_bytes(b"")
    with pytest.raises(InputError, match=r"tally\.npz: no whole tally"):
        launch_risk(folder, None)
    (folder / "tally.npz").unlink()
    with pytest.raises(InputError, match="no such file"):
        launch_risk(folder, None)

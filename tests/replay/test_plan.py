"""The plan before a launch, from a notice to its folder and tables; what a person may get wrong."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import shapely

from downrange.base import DownrangeError, InputError
from downrange.replay import Planned, plan_launch, plan_shown, write_plan
from downrange.replay.plan import window_of

# The second-stage area and the window of August 2023, in the public syntax.
NOTICE = """
211950Z AUG 23
NAVAREA XI.
1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING
   FROM 231500 UTC AUG 2023 TO 301500 UTC AUG 2023
   IN AREA BOUND BY
   14-54-10N 128-40-06E, 15-01-42N 129-24-03E, 11-26-49N 129-54-08E, 11-19-18N 129-10-50E.
2. CANCEL THIS MSG 301600Z AUG 23.
"""
SITE, VEHICLE, RUNS = "sohae-coastal", "chollima-1", 300


@pytest.fixture(scope="module")
def notice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notice") / "navarea.txt"
    path.write_text(NOTICE)
    return path


@pytest.fixture(scope="module")
def made(notice: Path) -> Planned:
    return plan_launch(notice=notice, site=SITE, vehicle=VEHICLE, runs=RUNS)


def test_the_folder_holds_the_plan_the_places_the_closures_and_the_map(made: Planned, tmp_path: Path) -> None:
    write_plan(made, tmp_path / "plan")
    names = sorted(path.name for path in (tmp_path / "plan").iterdir())
    assert names == ["closures.geojson", "places.csv", "plan.json", "plan.png", "plan.svg"]
    document = json.loads((tmp_path / "plan" / "plan.json").read_text())
    assert document == plan_shown(made)[1]
    assert document["windows"] == [["2023-08-23T15:00:00Z", "2023-08-30T15:00:00Z"]]
    places = list(csv.DictReader(io.StringIO((tmp_path / "plan" / "places.csv").read_text())))
    assert {"Baengnyeong-myeon", "Daecheong-myeon", "Miyakojima"} <= {row["name"] for row in places}
    features = json.loads((tmp_path / "plan" / "closures.geojson").read_text())["features"]
    announced = [one for one in features if one["properties"]["kind"] == "announced"]
    assert [one["properties"]["unit"] for one in announced] == ["ship", "aircraft"]
    assert shapely.geometry.shape(announced[0]["geometry"]).contains(shapely.Point(129.3, 13.2))
    assert (tmp_path / "plan" / "plan.png").read_bytes()[:4] == b"\x89PNG"


def test_the_tables_answer_the_questions_in_order(made: Planned) -> None:
    tables, _ = plan_shown(made)
    titles = [table.title for table in tables]
    assert titles == [
        "The announced areas",
        "Who is below, as planned",
        "If it fails",
        "Whom to warn if it flies",
        "Sea and air to keep clear",
    ]
    for table in tables:
        assert table.rows
        assert all(len(row) == len(table.columns) for row in table.rows)
    areas, below, fails, warn, _ = tables
    assert "stage 2" in areas.rows[0][1]
    assert ("Baengnyeongdo", "3") in [row[:2] for row in below.rows]
    assert [row[0] for row in fails.rows] == [*(str(k) for k in range(12)), "flies on impaired"]
    assert "Baengnyeong-myeon" in fails.rows[1][-1]
    assert "Baengnyeong-myeon" in [row[1] for row in warn.rows]
    assert "unknown" in {row[3] for row in fails.rows}


def test_a_window_on_the_command_goes_before_that_of_the_notice(notice: Path) -> None:
    text = "2023-08-24T00:00Z/2023-08-24T09:00+09:00"
    with pytest.raises(InputError, match="window"):
        plan_launch(notice=notice, site=SITE, vehicle=VEHICLE, window=text, runs=20)
    found = plan_launch(notice=notice, site=SITE, vehicle=VEHICLE, window=text.replace("09:00+", "18:00+"), runs=RUNS)
    assert [(one.opens.hour, one.closes.hour) for one in found.plan.windows] == [(0, 9)]


@pytest.mark.parametrize("text", ["", "2023-08-24", "2023-08-24T00:00/2023-08-25T00:00", "now/later", "a/b/c"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        window_of(text)


def test_areas_that_nothing_from_there_can_reach_are_refused(notice: Path) -> None:
    with pytest.raises(InputError, match="belong to one launch"):
        plan_launch(notice=notice, site="lc-39a", vehicle=VEHICLE, runs=50)


def test_another_pad_than_that_of_the_fits_is_told(notice: Path) -> None:
    found = plan_launch(notice=notice, site="sohae", vehicle=VEHICLE, runs=50)
    assert found.fitted_from
    assert "fitted to flights from" in plan_shown(found)[0][0].note


@pytest.mark.parametrize(("key", "value"), [("vehicle", "no-such"), ("site", "nowhere"), ("notice", Path("none.txt"))])
def test_names_that_are_none_are_refused(notice: Path, key: str, value: str | Path) -> None:
    words = {"notice": notice, "site": SITE, "vehicle": VEHICLE} | {key: value}
    with pytest.raises(DownrangeError):
        plan_launch(**words, runs=20)  # type: ignore[arg-type]


def test_a_folder_with_something_else_in_it_stays_as_it_is(made: Planned, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="--out"):
        write_plan(made, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

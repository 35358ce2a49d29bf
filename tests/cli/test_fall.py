"""`downrange fall risk` reads the folder of an ensemble, and says what the ensemble said."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from downrange.cli import app

ENSEMBLE = ["flight", "ensemble", "chollima-1", "--site", "sohae-coastal", "--runs", "600", "--cell-km", "50"]
PEOPLE = "lat_deg,lon_deg,people\n39.65,124.7,20000\n36.15,123.6,300\n13.7,129.2,100\n"


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ensemble with people; what it printed is beside it."""
    here = tmp_path_factory.mktemp("risk")
    (here / "people.csv").write_text(PEOPLE, encoding="utf-8")
    code, printed, said = run(*ENSEMBLE, "--people", str(here / "people.csv"), "--json", "--out", str(here / "out"))
    assert code == 0, said
    (here / "printed.json").write_text(printed, encoding="utf-8")
    return here


def told(folder: Path, *words: str) -> dict[str, object]:
    code, printed, said = run("fall", "risk", str(folder / "out"), *words, "--json")
    assert code == 0, said
    assert said == ""
    document: dict[str, object] = json.loads(printed)
    return document


def test_the_figures_are_those_that_the_ensemble_printed(folder: Path) -> None:
    printed = json.loads((folder / "printed.json").read_text())
    document = told(folder, "--people", str(folder / "people.csv"))
    assert document == printed["risk"]
    assert document == json.loads((folder / "out" / "risk.json").read_text())
    assert document["casualties"]["ec"] > 0.0  # type: ignore[index]


def test_the_tables_are_those_that_the_ensemble_printed(folder: Path, tmp_path: Path) -> None:
    people = ["--people", str(folder / "people.csv")]
    _, whole, _ = run(*ENSEMBLE, *people, "--out", str(tmp_path / "out"))
    _, part, _ = run("fall", "risk", str(folder / "out"), *people)
    for title in ("Expected casualties", "Against the limits", "Regions"):
        assert title in part
    assert re.sub(r"\s+", " ", part).strip() in re.sub(r"\s+", " ", whole)


def test_without_people_there_are_only_regions(folder: Path) -> None:
    document = told(folder)
    assert document["casualties"] is None
    assert [region["kind"] for region in document["regions"]][-3:] == ["ship", "aircraft", "person"]  # type: ignore[attr-defined]


def test_another_probability_of_failure_changes_the_casualties(folder: Path) -> None:
    people = ["--people", str(folder / "people.csv")]
    low, high = (told(folder, *people, "--p-failure", p)["casualties"]["ec"] for p in ("0.01", "1"))  # type: ignore[index]
    assert 0.0 < low < high


WRONG = {
    "no folder": ("nowhere", "nowhere/ensemble.json: cannot be read: No such file"),
    "a folder of something else": (".", "ensemble.json: cannot be read: No such file"),
    "a probability of 2": ("out --p-failure 2", "--p-failure: 2. Give a probability, 0 to 1"),
    "no probability": ("out --p-failure nan", "--p-failure: nan. Give a probability"),
    "people that are letters": ("out --people letters.csv", "letters.csv: line 2: '39,125,many'"),
    "no people": ("out --people none.csv", "none.csv: cannot be read"),
    "half a tally": ("broken", "tally.npz"),
    "a broken record": ("scrawl", "ensemble.json"),
    "the tally of another": ("other", "modes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_read_is_told_by_its_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    for name in ("out", "broken", "scrawl", "other"):
        (tmp_path / name).mkdir()
        for file in ("tally.npz", "ensemble.json"):
            shutil.copy(folder / "out" / file, tmp_path / name / file)
    tally = tmp_path / "broken" / "tally.npz"
    tally.write_bytes(tally.read_bytes()[:2_000])
    (tmp_path / "scrawl" / "ensemble.json").write_text('{"modes": [')
    record = tmp_path / "other" / "ensemble.json"
    record.write_text(record.read_text().replace("stage 2 no-ignition", "stage 2 no-fuel"))
    (tmp_path / "letters.csv").write_text("lat_deg,lon_deg,people\n39,125,many\n")
    monkeypatch.chdir(tmp_path)
    words, message = WRONG[case]
    code, printed, said = run("fall", "risk", *words.split())
    assert code == 2
    assert printed == ""
    assert said.startswith("downrange: ")
    assert message in said
    assert re.search(r"\. [A-Z]\w+ .{3}", said)

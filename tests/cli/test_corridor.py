"""The inference of the room `corridor` as people use it: in a process of its own, but for its mistakes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest
from typer.testing import CliRunner

from downrange.cli import app

AREAS = (
    "A. 40-41-44N 135-34-45E, 40-27-22N 138-30-40E, 40-16-34N 138-30-22E, 40-30-52N 135-34-26E.\n"
    "B. 34-35-42N 164-40-42E, 31-22-22N 172-18-36E, 29-55-53N 172-13-47E, 33-09-16N 164-35-42E.\n"
)  # what fell on 5 April 2009, tests/authority/test_corridor_areas.py
WARNING = (
    "NAVAREA XI 123/09. SEA OF JAPAN. NORTH PACIFIC.\n1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING 0200Z TO 0700Z DAILY "
    f"04 THRU 08 APR 2009 IN AREAS BOUND BY:\n{AREAS}2. CANCEL THIS MSG 080800Z APR 09.\n"
)


def run(*words: str, where: Path) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"COLUMNS": "120", "TERM": "dumb"}
    code = "from downrange.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "corridor", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=where,
        env=env,
    )


def test_a_flight_is_inferred_from_a_notice_the_same_on_one_thread_and_two(tmp_path: Path) -> None:
    (tmp_path / "n.txt").write_text(WARNING)
    words = ("fit", "--notice", "n.txt", "--site", "tonghae", "--vehicle", "three-stages", "--runs", "1000", "--json")
    bodies = ("--body", "A=stage 1", "--body", "B=stage 2")
    one, two = (run(*words, *bodies, "--threads", count, where=tmp_path) for count in ("1", "2"))
    assert one.returncode == 0, one.stderr
    assert one.stdout == two.stdout
    found = json.loads(one.stdout)
    assert found["single_plane"] is True
    inferred = found["inferred"]
    assert inferred["explained"] is True
    assert inferred["assignments"] == [{"bodies": ["stage 1", "stage 2"], "p": 1.0, "chi2": inferred["chi2"]}]
    course = next(one for one in inferred["quantities"] if one["name"] == "azimuth1")["posterior_90"]
    assert 87.0 < course[0] < course[2] < 93.0


def test_a_folder_gets_everything_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("mine")
    words = ("fit", "--launch", "canaveral-2022-11", "--vehicle", "two-stages", "--runs", "1000", "--out")
    done = run(*words, "mine", where=tmp_path)
    assert done.returncode == 2
    assert "holds files" in done.stderr
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["diary.txt"]
    assert run(*words, "new", where=tmp_path).returncode == 0
    assert (tmp_path / "new" / "inferred.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        (("fit", "--site", "tonghae"), "no notice"),
        (("fit", "--notice", "n.txt"), "no site"),
        (("fit", "--notice", "n.txt", "--site", "tonghae", "--vehicle", "saturn-ix"), "three-stages"),
        (("fit", "--notice", "n.txt", "--site", "mahia", "--vehicle", "three-stages"), "another side of the world"),
        (("fit", "--launch", "1969-07-16"), "2009-04-05"),
        (("fit", "--launch", "2009-04-05", "--vehicle", "two-stages", "--body", "2=stage 2"), "stage 1, fairing"),
        (("fit", "--launch", "2009-04-05", "--vehicle", "three-stages", "--cluster", "tcp://127.0.0.1:9"), "--cluster"),
    ],
)
def test_a_mistake_is_told_in_one_paragraph(tmp_path: Path, words: tuple[str, ...], seen: str) -> None:
    (tmp_path / "n.txt").write_text(WARNING)
    with chdir(tmp_path):
        done = CliRunner().invoke(app, ["corridor", *words])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2, done.stdout[-500:]
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert seen in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["n.txt"]


def test_a_rehearsal_counts_what_was_held(tmp_path: Path) -> None:
    done = run(
        "rehearse", "two-stages", "--site", "lc-39a", "--launches", "3", "--runs", "1000", "--json", where=tmp_path
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["launches"] + found["failed"] == 3
    assert 0.5 < found["overall"] <= 1.0  # tests/corridor/test_rehearse.py asks for more, of more
    assert {"stage 1 fall: range", "azimuth1"} <= {one["name"] for one in found["held"]}

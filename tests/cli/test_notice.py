"""The commands of the room `notice`, as people use them: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from downrange.notice import read

RING = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-25.0N 175-30.0E, 14-06.0N 174-55.0E"
WARNING = (
    "141352Z APR 26 HYDROPAC 7/26(81). 1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING 0631Z TO 1337Z DAILY 19 AND 20 APR "
    f"IN AREA BOUND BY {RING}. 2. CANCEL THIS MSG 201437Z APR 26.\n"
)
TWIN = (
    WARNING.replace("141352Z", "141353Z")
    .replace("7/26", "8/26")
    .replace("1337Z", "1437Z")
    .replace("201437Z", "201537Z")
)


def run(*words: str, where: Path, given: bytes | None = None, columns: int = 120) -> subprocess.CompletedProcess[bytes]:
    env = os.environ | {"COLUMNS": str(columns), "TERM": "dumb"}
    code = "from downrange.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "notice", *words],
        capture_output=True,
        check=False,
        cwd=where,
        env=env,
        input=given,
    )


def told(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the one paragraph of an error."""
    assert (done.returncode, done.stdout) == (2, b""), done.stderr
    text = done.stderr.decode()
    assert "Traceback" not in text
    assert text.startswith("downrange: ")
    assert len(text.strip().splitlines()) == 1
    return text


def test_the_table_shows_what_it_is_about_and_what_holds(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(WARNING)
    done = run("read", "one.txt", "--at", "2026-04-19T07:00Z", where=tmp_path)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "space launch" in text
    assert "%" in text
    assert "What holds at 2026-04-19T07:00:00Z" in text
    assert "in force" in text
    assert "year-inferred" in text
    assert all(len(line) <= 140 for line in text.splitlines())


def test_standard_input_is_a_file(tmp_path: Path) -> None:
    done = run("read", "-", "--format", "json", where=tmp_path, given=WARNING.encode("utf-16"))
    (notice,) = json.loads(done.stdout)["notices"]
    assert (notice["source_id"], notice["source"]) == ("HYDROPAC 7/26", "standard input")
    assert notice["life"]["state"] == "in force"


@pytest.mark.parametrize("form", ["notam", "navarea"])
def test_what_is_written_again_is_read_the_same(tmp_path: Path, form: str) -> None:
    (tmp_path / "two.txt").write_text(f"{WARNING}\n{TWIN}")
    done = run("read", "two.txt", "--format", form, where=tmp_path)
    again = read(done.stdout.decode())
    for old, new in zip(read(f"{WARNING}\n{TWIN}"), again, strict=True):
        assert new.windows == old.windows
        assert [area.lat_deg for area in new.areas] == [area.lat_deg for area in old.areas]


def test_what_cannot_be_written_again_is_named(tmp_path: Path) -> None:
    (tmp_path / "vague.txt").write_text("INTERMITTENT OPERATIONS WITHIN 5 NM OF 10-00N 020-00W.")
    assert "no window to write" in told(run("read", "vague.txt", "--format", "notam", where=tmp_path))
    (tmp_path / "one.txt").write_text(WARNING)
    done = run("read", "one.txt", "vague.txt", "--format", "notam", where=tmp_path)
    assert done.returncode == 0
    assert b"not written: vague.txt: windows: no window" in done.stderr


def test_a_window_without_a_year_is_dated_by_the_day_of_receipt(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(f"ROCKET LAUNCHING 190631Z TO 191337Z APR IN AREA BOUND BY {RING}.")
    done = run("read", "one.txt", "--received", "2027-04-10T00:00Z", "--format", "geojson", where=tmp_path)
    (feature,) = json.loads(done.stdout)["features"]
    assert feature["properties"]["windows"] == [["2027-04-19T06:31:00Z", "2027-04-19T13:37:00Z"]]


def test_launches_out_of_many_notices(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(WARNING)
    (tmp_path / "two.txt").write_text(TWIN)
    done = run("merge", "one.txt", "two.txt", "--out", "launches", where=tmp_path)
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "Where sources disagree" in text
    assert "window of area 1" in text
    document = json.loads((tmp_path / "launches" / "launches.json").read_text())
    assert document["launches"][0]["name"] == "HYDROPAC 7/26 + HYDROPAC 8/26"
    assert json.loads(run("merge", "one.txt", "two.txt", "--json", where=tmp_path).stdout) == document
    drawn = json.loads(run("merge", "one.txt", "two.txt", "--format", "geojson", where=tmp_path).stdout)
    assert drawn == json.loads((tmp_path / "launches" / "launches.geojson").read_text())


def test_files_go_into_a_new_folder(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(WARNING)
    done = run("read", "one.txt", "--out", "made", where=tmp_path)
    assert done.returncode == 0
    assert sorted(path.name for path in (tmp_path / "made").iterdir()) == [
        "notices.geojson",
        "notices.json",
        "notices.kml",
    ]


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "a PDF document"),
        (b"\x89PNG\r\n", "a picture"),
        ("NAVAREA XI 위성".encode("cp949"), "byte 11 is 0xC0"),
        (b"B1/26 " * 9 + b"\0", "byte 54 is 0x00"),
        (b'{"rows": []}', "JSON in which no notice was found"),
    ],
)
def test_what_is_no_notice_is_explained(tmp_path: Path, content: bytes, seen: str) -> None:
    (tmp_path / "bad.txt").write_bytes(content)
    for command in ("read", "merge"):
        assert seen in told(run(command, "bad.txt", where=tmp_path))


def test_options_are_explained(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(WARNING)
    assert "--at" in told(run("read", "one.txt", "--at", "soon", where=tmp_path))
    assert "has no time zone" in told(run("merge", "one.txt", "--received", "2026-04-01T00:00", where=tmp_path))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    assert "--out" in told(run("read", "one.txt", "--out", "mine", where=tmp_path))
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"

"""The commands of the room `coverage` as people use them: access, revisit, design, see; and the transcripts of its page."""

from __future__ import annotations

import csv
import doctest
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from downrange.cli import app
from downrange.replay import DesignAsked, LookAsked, SensorAsked, design_asked

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "coverage"
ORBITS, POINTS = EXAMPLES / "orbits.tle", EXAMPLES / "points.csv"
SPAN = ("--start", "2024-06-01T00:00Z", "--days", 1)
LOOKS = ("access", ORBITS, "--points", POINTS, *SPAN, "--max-off-nadir-deg", 35)
MALLIGYONG = ("revisit", "malligyong-1", "--region", "korea", "--spacing-km", 150)
SEE = ("see", "--spacing-km", 150, "--satellites", "1,3", "--days", 10)
PARALLEL = '{"type":"Polygon","coordinates":[[[0,80],[90,80],[180,80],[-90,80],[0,80]]]}'
ACROSS = '{"type":"Polygon","coordinates":[[[170,-20],[-170,-20],[-170,-10],[170,-10],[170,-20]]]}'
# invented: a height of 200 km with a drag that brings it down within hours
FALLING = """1 90001U          24153.00000000  .00000000  00000-0  50000-1 0    04
2 90001  97.0000  17.1887 0010000   5.7296  11.4592 16.40000000    03
"""


def run(*words: object) -> Result:
    done = CliRunner().invoke(app, ["coverage", *map(str, words)], env={"COLUMNS": "140"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def document(*words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def paragraph(done: Result) -> str:
    """The error alone: exit 2, nothing on standard output."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return done.stderr.strip().splitlines()[-1]


def test_windows_come_by_satellite_and_as_rows(tmp_path: Path) -> None:
    found = document(*LOOKS)
    assert found["windows"] == len(found["rows"]) == sum(found["by_satellite"])
    assert found["sensor"]["nadir"] == "geocentric"
    assert found["sensor"]["horizon_masked"] is True
    first = found["rows"][0]
    assert set(first) == {"satellite", "point", "name", "start", "end", "open_start", "open_end"}
    assert re.fullmatch(r"2024-06-01T\d\d:\d\d:\d\d\.\d{3}Z", first["start"])
    told = run(*LOOKS).stdout
    for words in ("Windows of 5 satellites over 3 points of points.csv", "UTC", "[s]", "35° off geocentric nadir"):
        assert words in told
    assert max(map(len, told.splitlines())) <= 140


def test_the_file_has_the_columns_and_the_rows_of_the_document(tmp_path: Path) -> None:
    target = tmp_path / "windows.csv"
    found = document(*LOOKS, "--out", target)
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:4] == ["satellite", "point", "start", "end"]
    assert [(row["satellite"], row["start"], row["end"]) for row in rows] == [
        (row["satellite"], row["start"], row["end"]) for row in found["rows"]
    ]
    assert found["out"] == str(target)
    assert run(*LOOKS, "--out", tmp_path / "windows.parquet").exit_code == 0
    assert (tmp_path / "windows.parquet").read_bytes()[:4] == b"PAR1"


def test_nadir_field_and_light_change_the_answer() -> None:
    count = document(*LOOKS)["windows"]
    geodetic = document(*LOOKS, "--nadir", "geodetic")
    assert geodetic["sensor"]["nadir"] == "geodetic"
    assert geodetic["rows"] != document(*LOOKS)["rows"]
    assert document(*LOOKS, "--min-sun-deg", 10)["windows"] < count
    aimed = ("--along-deg", 5, "--across-deg", 10, "--roll-deg", 20)
    frame = document(*LOOKS[:-2], *aimed)
    agile = document(*LOOKS[:-2], *aimed, "--agile-roll-deg", 30, "--agile-pitch-deg", 20)
    assert (
        frame["sensor"]["words"]
        == "field of 10° along by 20° across the motion, geocentric nadir, rolled 20° and pitched 0°"
    )
    assert agile["windows"] > frame["windows"]
    horizon = document(*LOOKS[:-2], "--min-elevation-deg", 10)
    assert horizon["windows"] > count


def test_the_published_workloads_have_their_windows(tmp_path: Path) -> None:
    # tatc 3.6.0 (code-lab-org/tatc) counts the same: tests/authority/test_coverage_peers.py holds edge against edge
    globe = document("access", ORBITS, "--grid", "fibonacci:10000", *SPAN, "--max-off-nadir-deg", 35)
    assert globe["place"]["points"] == 10_000
    assert globe["windows"] == globe["rows_left_out"] == 44_034
    assert globe["rows"] == []
    points = tmp_path / "points.csv"
    rows = [f"{33 + 10 * i / 39!r},{124 + 7 * j / 24!r}" for i in range(40) for j in range(25)]
    points.write_text("\n".join(["lat_deg,lon_deg", *rows]))
    week = ("--start", "2024-06-01T00:00Z", "--days", 7, "--max-off-nadir-deg", 35)
    assert document("access", ORBITS, "--points", points, *week)["windows"] == 25_222


def test_nothing_seen_is_an_answer() -> None:
    words = ("access", ORBITS, "--points", POINTS, "--start", "2024-06-01T00:00Z", "--days", 0.01)
    assert document(*words, "--max-off-nadir-deg", 1)["windows"] == 0
    assert "Nothing is seen" in run(*words, "--max-off-nadir-deg", 1).stdout
    answer = document("revisit", *words[1:], "--max-off-nadir-deg", 1)
    assert answer["any_time"]["share_never"]["value"] == 1.0
    assert answer["any_time"]["looks_pday"]["value"] == 0.0


def test_of_several_sets_of_one_object_the_nearest_is_taken_and_told(tmp_path: Path) -> None:
    sets = tmp_path / "history.tle"
    text = ORBITS.read_text(encoding="utf-8").splitlines()
    later = [text[0], text[1].replace("24153.", "24163.")[:-1] + "1", text[2]]  # ten days later, checksum one more
    sets.write_text("\n".join([*text[:3], *later]) + "\n")
    done = run("access", sets, *LOOKS[2:])
    assert "2 element sets; that of 2024-06-01T00:00:00Z is nearest to the span and is taken" in done.stderr
    assert "Windows of INVENTED 1 over" in done.stdout


def test_revisit_tells_three_columns_with_their_rules(tmp_path: Path) -> None:
    words = (*MALLIGYONG, "--satellites", 3, "--layout", "spread", "--max-off-nadir-deg", 35)
    words = (*words, "--stations", "pyongyang", "--cloud", "assumed-example", "--processing-min", 30)
    found = document(*words)
    wait = {part: found[part]["mean_wait_s"]["value"] for part in ("any_time", "by_day", "clear_by_day")}
    assert wait["any_time"] < wait["by_day"] < wait["clear_by_day"]
    assert wait["any_time"] / 3600.0 == pytest.approx(7.2, abs=0.3)  # the page's table, on other points
    assert found["known"]["any_time"]["know_mean_s"]["value"] > wait["any_time"] + 1800.0
    assert found["any_time"]["mean_wait_s"]["unit"] == "s"
    told = " ".join(run(*words).stdout.split())
    for line in ("looks a day at a point", "sun over 10°", "Gaps middle-to-middle, each window counts", "geocentric"):
        assert line in told
    bare = document(*MALLIGYONG, "--satellites", 1, "--days", 10, "--max-off-nadir-deg", 35)
    assert bare["known"]["by_day"] is None
    assert bare["clear_by_day"]["mean_wait_s"]["value"] is None  # no climatology: UNKNOWN
    assert "UNKNOWN" in run(*MALLIGYONG, "--satellites", 1, "--days", 10, "--max-off-nadir-deg", 35).stdout


def test_gaps_by_another_rule_are_shorter() -> None:
    words = (*MALLIGYONG, "--days", 10, "--max-off-nadir-deg", 35)
    middles = document(*words)
    empty = document(*words, "--gap", "end-to-start", "--overlap", "merged")
    assert (empty["gap"], empty["overlap"]) == ("end-to-start", "merged")
    assert empty["any_time"]["mean_wait_s"]["value"] < middles["any_time"]["mean_wait_s"]["value"]


def test_a_revisit_report_has_maps_waits_and_figures(tmp_path: Path) -> None:
    out = tmp_path / "report"
    done = run(*MALLIGYONG, "--satellites", 2, "--days", 5, "--max-off-nadir-deg", 40, "--out", out)
    assert done.exit_code == 0, done.output
    assert str(out / "report.html") in done.stderr
    there = {path.name for path in out.iterdir()}
    assert {"report.html", "map.png", "waits.png", "looks.png", "revisit.json", "revisit.csv"} <= there
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "How long a request waits" in page
    assert json.loads((out / "revisit.json").read_text())["out"] == str(out)
    assert "holds files" in paragraph(run(*MALLIGYONG, "--max-off-nadir-deg", 40, "--out", out))


def test_a_search_names_naive_and_best_and_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "found"
    words = ("design", "--spacing-km", 250, "--satellites", "2..3", "--days", 5, "--max-off-nadir-deg", 30)
    words = (*words, "--candidates", 24, "--workers", 1)
    told = " ".join(run(*words).stdout.split())
    for line in ("naive", "best", "repeats after", "front", "one sigma, assumed", "geocentric"):
        assert line in told
    done: list[int] = []
    begun = design_asked(
        DesignAsked(
            look=LookAsked(orbits="malligyong-1", spacing_km=250, days=5.0),
            sensor=SensorAsked(max_off_nadir_deg=30.0),
            satellites=(2, 3),
            candidates=24,
            workers=1,
        ),
        folder=folder,
        say=print,
        progress=lambda so_far, *_: done.append(so_far),
    )
    assert begun.found.resumed == 0
    assert done[-1] == len(begun.found.rows)
    assert "holds files" in paragraph(run(*words, "--out", folder))
    found = document(*words, "--out", folder, "--resume")
    assert found["resumed"] == found["layouts"] == len(begun.found.rows)
    assert [one["satellites"] for one in found["by_number"]] == [2, 3]
    for one in found["by_number"]:
        assert one["best"]["mean_wait_s"] <= one["naive"]["mean_wait_s"]
        assert (one["naive"]["naive"], one["best"]["naive"]) == (True, False)
    there = {path.name for path in folder.iterdir()}
    assert {"report.html", "pareto.png", "design.json", "results.jsonl"} <= there
    assert json.loads((folder / "design.json").read_text())["by_number"] == found["by_number"]
    assert "no search to resume" in paragraph(run(*words, "--out", tmp_path / "other", "--resume"))


def test_see_answers_in_one_table_and_three_claims() -> None:
    done = run(*SEE)
    assert done.exit_code == 0, done.output
    for line in (
        "WHAT a look shows",
        "HOW OFTEN",
        "HOW LATE",
        "Large ship: detect",
        "UNKNOWN",
        "geocentric",
        "assumed",
    ):
        assert line in done.stdout
    assert "NO: three to five satellites would give near-real-time surveillance" in done.stdout
    found = document(*SEE)
    assert [claim["holds"] for claim in found["claims"]] == ["no", "depends", "depends"]
    assert {row["satellites"] for row in found["rows"]} == {1, 3}
    assert found["cloud"] is None
    assert found["reach_deg"] == [10.0, 45.0]


def test_a_see_report_has_map_waits_and_front(tmp_path: Path) -> None:
    out = tmp_path / "seen"
    done = run(*SEE[:-1], 4, "--cloud", "assumed-example", "--out", out)
    assert done.exit_code == 0, done.output
    assert {"report.html", "map.png", "waits.png", "pareto.png", "see.json"} <= {path.name for path in out.iterdir()}
    assert json.loads((out / "see.json").read_text())["cloud"].startswith("assumed")


def test_a_camera_without_focal_length_leaves_unknown(tmp_path: Path) -> None:
    camera = tmp_path / "camera.toml"
    text = (EXAMPLES / "camera.toml").read_text(encoding="utf-8")
    camera.write_text(re.sub(r"focal_length_m = .*\n", "", text))
    found = document(*SEE, "--camera", camera)
    assert found["down"]["gsd_m"] is None
    assert found["down"]["resolution_m"][1] is None
    assert any("UNKNOWN" in note for note in found["notes"])
    ship = next(one for one in found["what"] if one["subject"] == "large-ship")
    assert ship["p_low"] is None
    assert ship["p_high"] > 0.9


def test_own_orbits_camera_and_region_are_seen() -> None:
    words = ("see", ORBITS, "--camera", EXAMPLES / "camera.toml", "--region", EXAMPLES / "region.geojson")
    found = document(*words, *SPAN, "--spacing-km", 150, "--satellites", 5)
    assert found["region"] == "A box in the Yellow Sea (invented)"
    assert found["rows"][0]["layout"] == "as they fly"
    assert found["reach_deg"] == [30.0, 30.0]


def test_a_region_over_the_180th_meridian_is_one_region(tmp_path: Path) -> None:
    region = tmp_path / "across.geojson"
    region.write_text(ACROSS)
    found = document("access", ORBITS, "--region", region, "--spacing-km", 300, *SPAN, "--max-off-nadir-deg", 45)
    assert found["windows"] > 0
    assert found["place"]["area_m2"] == pytest.approx(2.36e12, rel=0.02)  # 20 deg by 10 deg at 15 deg south


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (LOOKS[:2] + SPAN + LOOKS[-2:], "--points: missing"),
        ((*LOOKS, "--region", "korea"), "--points and --region: all of them given"),
        ((*LOOKS, "--spacing-km", 50), "--spacing-km: given without --region"),
        (LOOKS[:-2], "--max-off-nadir-deg: missing"),
        ((*LOOKS, "--along-deg", 5), "given beside a rectangle"),
        ((*LOOKS[:-2], "--along-deg", 5), "--across-deg: missing"),
        ((*LOOKS, "--nadir", "down"), "--nadir: 'down'. Give one of geocentric, geodetic"),
        ((*LOOKS[:4], *LOOKS[-2:]), "--start: missing"),
        ((*LOOKS[:4], "--start", "2025-01-01T00:00Z", *LOOKS[-2:]), "221 days from the span"),
        ((*LOOKS, "--out", "w.txt"), "the ending '.txt'"),
        ((*LOOKS, "--out", "none/w.csv"), "there is no such folder"),
        ((*LOOKS, "--out", ""), "--out: no name"),
        (("access", "none.tle", *LOOKS[2:]), "there is no such file and no such scenario"),
        (("access", ORBITS, "--grid", "hexagons:3", *SPAN, *LOOKS[-2:]), "--grid: 'hexagons:3'"),
        (("access", ORBITS, "--region", "corea", *SPAN, *LOOKS[-2:]), "there is no region 'corea'"),
        ((*MALLIGYONG, "--max-off-nadir-deg", 35, "--satellites", 0), "--satellites: 0. Give how many"),
        ((*MALLIGYONG, "--max-off-nadir-deg", 35, "--layout", "odd"), "--layout: 'odd'"),
        ((*MALLIGYONG, "--max-off-nadir-deg", 35, "--satellites", 9, "--layout", "found"), "no layout of 9"),
        ((*MALLIGYONG, "--max-off-nadir-deg", 35, "--gap", "none"), "--gap: 'none'"),
        ((*MALLIGYONG, "--max-off-nadir-deg", 35, "--out", ""), "--out: no name"),
        (("see", "--satellites", "0"), "--satellites: '0'"),
        (("see", "--satellites", "7"), "satellites"),
        (("see", "--camera", "pinhole"), "pinhole"),
        (("see", "--reach-deg", "95"), "--reach-deg: 95"),
        (("design", "--satellites", "3..1", "--max-off-nadir-deg", 20), "--satellites: '3..1'"),
        (("design", "--objective", "beauty", "--max-off-nadir-deg", 20), "--objective: 'beauty'"),
        (("design", "--resume", "--max-off-nadir-deg", 20), "--resume: given without --out"),
    ],
)
def test_what_cannot_be_is_explained_by_its_option(words: tuple[object, ...], told: str) -> None:
    assert told in paragraph(run(*words))


def test_bad_files_are_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = ORBITS.read_text(encoding="utf-8")
    Path("digit.tle").write_text(text.replace("97.4000   0.0000", "97.4010   0.0000"))
    Path("falling.tle").write_text(FALLING)
    Path("pole.geojson").write_text(PARALLEL)
    rest = LOOKS[2:]
    checksum = paragraph(run("access", "digit.tle", *rest))
    assert "digit.tle: line 3: the checksum" in checksum
    fallen = ("--points", POINTS, "--start", "2024-06-01T00:00Z", "--days", 20, "--max-off-nadir-deg", 35)
    assert "SGP4 stops at" in paragraph(run("access", "falling.tle", *fallen))
    assert "once round the Earth" in paragraph(run("access", ORBITS, "--region", "pole.geojson", *SPAN, *LOOKS[-2:]))


def transcript() -> list[tuple[str, str]]:
    """Return every command of the page with what the page says that it prints, "" where it says nothing."""
    page = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", page, flags=re.M | re.S)
    return [
        (command, printed.strip())
        for block in blocks
        for command, _, printed in (part.partition("\n") for part in block.split("$ ")[1:])
    ]


def test_what_the_page_shows_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLES, tmp_path / "examples" / "coverage")
    monkeypatch.chdir(tmp_path)
    told = transcript()
    assert len(told) >= 3
    alike = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    for command, printed in told:
        done = run(*shlex.split(command)[2:])
        refused = printed.startswith("downrange: ")
        assert done.exit_code == (2 if refused else 0), (command, done.output)
        seen = done.stderr.strip().splitlines()[-1] if refused else done.stdout
        # an ellipsis stands for what the page leaves out
        assert doctest.OutputChecker().check_output(printed + "\n", seen.strip() + "\n", alike), f"{command}\n{seen}"

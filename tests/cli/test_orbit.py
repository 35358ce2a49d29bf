"""The commands of the room `orbit` as people use them: check, passes, show, convert, propagate, decay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from downrange.cli import app
from downrange.orbit import read_elements, read_oem

# Malligyong-1, NORAD 58400, and, as decoys, one object each of Transporter-9 and Transporter-8: sets as published
MALLIGYONG = """1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
1 58400U 23179A   24189.90245992  .00005957  00000-0  26900-3 0  9999
2 58400  97.4012  76.4000 0003640 108.4471 251.7161 15.21338773 34872
"""
OTHERS = """1 58295U 23174AR  24059.48814215  .00002816  00000-0  15242-3 0  9993
2 58295  97.4674 135.5968 0009692 246.6806 113.3407 15.15425370 17069
1 57956U 23084BZ  23356.86776708  .00012856  00000+0  66259-3 0  9999
2 57956  97.5277 111.2278 0010377 268.2908  91.7136 15.16462747 15664
"""
LAUNCH = """
name = "Chollima-1, third flight"
t0 = 2023-11-21T13:42:28Z
t0_sigma_s = 16.0
source = "KCNA"
[injection]
lat_deg = 15.54
lon_deg = 125.48
alt_km = 494.0
t_s = 705.0
southbound = true
source = "end of the planned flight"
[orbit]
perigee_km = 493.0
apogee_km = 512.0
inclination_deg = 97.4
source = "thespacereview.com/article/4753/1"
"""
PULLED = ("--pulled", "2024-07-08T12:00Z")
PLACE = ("--lat-deg", 39.0425, "--lon-deg", 125.71)


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["orbit", *map(str, words)], env={"COLUMNS": "140"})


def document(*words: object) -> dict[str, Any]:
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def paragraph(done: Result) -> str:
    """The error alone: exit 2, nothing on standard output."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return done.stderr.strip().splitlines()[-1]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    ours, others = tmp_path / "ours.txt", tmp_path / "others.txt"
    ours.write_text(MALLIGYONG)
    others.write_text(OTHERS)
    return ours, others


def test_the_three_launches_of_2023_get_their_three_answers(files: tuple[Path, Path]) -> None:
    catalog = ("--catalog", files[0], "--catalog", files[1])
    november = document("check", *catalog, "--scenario", "2023-11-21", *PULLED)
    assert november["answer"] == "yes"
    assert [one["number"] for one in november["matched"]] == [58400]
    assert abs(november["matched"][0]["off_plane_deg"]) < 1.5  # five degrees at the pad
    assert november["launch"]["injection"]["t_s"] == pytest.approx(705.0, abs=1.0)
    for scenario in ("2023-05-31", "2023-08-24"):
        found = document("check", *catalog, "--scenario", scenario, *PULLED, "--whole")
        assert (found["answer"], found["matched"]) == ("no", [])
        assert (found["wait_h"], found["wait_source"]) == (72.0, "assumed")


def test_absence_waits_for_a_late_pull_of_the_whole_catalogue(files: tuple[Path, Path]) -> None:
    check = ("check", "--catalog", files[1], "--scenario", "2023-11-21")
    assert document(*check)["answer"] == "unknown"
    assert document(*check, "--pulled", "2023-11-22T09:00+09:00")["answer"] == "not catalogued yet"
    assert document(*check, *PULLED)["answer"] == "unknown"  # nobody says that a handful is all
    assert document(*check, *PULLED, "--whole")["answer"] == "no"
    assert document(*check, *PULLED, "--part")["answer"] == "unknown"
    assert document(*check, *PULLED, "--wait-h", 8000)["answer"] == "not catalogued yet"
    own = ("check", "--catalog", files[0], "--scenario", "2023-05-31", *PULLED)
    assert document(*own)["answer"] == "unknown"  # one satellite's own sets are no catalogue
    assert document(*own, "--whole")["answer"] == "no"


def test_the_table_tells_answer_rule_and_evidence(files: tuple[Path, Path]) -> None:
    told = run("check", "--catalog", files[0], "--scenario", "2023-11-21", *PULLED).stdout
    for words in (
        "Yes: an object of this launch is in the catalogue",
        "58400 fits with p above 0.999",
        "no 'no' before 2023-11-24T13:42:28Z, 72 h after lift-off (assumed)",
        "1.24 ±2.08",
        "2 sets agree to 0.02 deg",
        "For and against 58400",
    ):
        assert words in told
    assert max(map(len, told.splitlines())) <= 140


def test_a_track_joins_and_a_contradiction_is_told(files: tuple[Path, Path], tmp_path: Path) -> None:
    track = tmp_path / "replay.json"
    told = {"reached_orbit": "no", "decided_t_s": 410.0, "reached_orbit_rule": {"p": 0.0, "words": "it fell"}}
    track.write_text(json.dumps(told))
    check = ("check", "--scenario", "2023-11-21", *PULLED, "--track", track)
    found = document(*check, "--catalog", files[0])
    assert found["answer"] == "yes"
    assert found["joined"] == {
        "answer": "unknown",
        "p": None,
        "conflict": True,
        "words": "they contradict each other (catalogue: yes, track: no): somebody has to look",
    }
    assert "Unknown: they contradict each other" in run(*check, "--catalog", files[0]).stdout
    assert document(*check, "--catalog", files[1])["joined"]["answer"] == "no"


def test_first_seen_times_and_a_known_number_are_weighed(files: tuple[Path, Path], tmp_path: Path) -> None:
    seen = tmp_path / "seen.csv"
    seen.write_text("number,first_seen\n58295,2023-11-12T06:00:00Z\n")
    check = ("check", "--catalog", files[1], "--scenario", "2023-11-21", *PULLED)
    found = document(*check, "--first-seen", seen)
    evidence = {one["what"]: one for one in next(c for c in found["candidates"] if c["number"] == 58295)["evidence"]}
    assert "before lift-off" in evidence["first seen"]["seen"]
    assert evidence["first seen"]["ratio"] < 1e-3
    assert document(*check, "--designator", "2023-179")["launch"]["numbers"] == "2023-179"


def test_a_launch_without_a_scenario_is_described_in_a_file(files: tuple[Path, Path], tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(LAUNCH)
    check = ("check", "--catalog", files[0], "--launch", mine)
    found = document(*check)
    assert (found["launched"], found["answer"]) == ("Chollima-1, third flight", "yes")
    assert document(*check, "--designator", "2023-178")["answer"] == "unknown"
    assert "can have 2023-175 to 2023-179" in paragraph(run(*check, "--designator", "2023-150"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--scenario", "2023-11-20", *PULLED), "Did you mean 2023-11-21?"),
        (("--scenario", "2023-11-21", "--pulled", "2024-07-08 12:00"), "no time zone"),
        (("--scenario", "2023-11-21", "--first-seen", "none.csv"), "none.csv: cannot be read"),
        (("--scenario", "2023-11-21", "--designator", "179"), "Write it as 2023-179"),
        (("--scenario", "2023-11-21", "--track", "ours.txt"), "not JSON"),
        ((), "--scenario, --launch: neither of them"),
        (("--scenario", "2023-11-21", "--launch", "mine.toml"), "both of them"),
        (("--launch", "none.toml"), "none.toml: cannot be read"),
        (("--scenario", "2023-11-21", "--catalog", "none.txt"), "none.txt: cannot be read"),
    ],
)
def test_what_cannot_be_checked_is_explained(
    files: tuple[Path, Path], words: tuple[object, ...], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(files[0].parent)
    assert told in paragraph(run("check", "--catalog", "ours.txt", *words))


def test_an_orbit_that_is_down_is_told_with_its_name(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from downrange.orbit import element_set, tle_text

    low = tmp_path / "low.txt"
    low.write_text(
        tle_text(element_set("LOW", datetime(2024, 6, 8, tzinfo=UTC), 97.4, 0.0, 0.001, 0.0, 0.0, 17.2, number=7))
    )
    for words in (("propagate", low), ("decay", low), ("passes", low, *PLACE, "--start", "2024-06-08T00:00Z")):
        assert "LOW (7), element set of 2024-06-08T00:00:00Z: " in paragraph(run(*words))


def test_a_changed_digit_is_told_by_its_line(files: tuple[Path, Path]) -> None:
    files[0].write_text(MALLIGYONG.replace("97.4051", "97.4052"))
    told = paragraph(run("show", files[0]))
    assert "ours.txt" in told
    assert "line 2" in told
    assert "checksum" in told


def test_passes_of_several_satellites_come_in_order_with_their_light(tmp_path: Path) -> None:
    both = tmp_path / "both.txt"
    both.write_text("MALLIGYONG-1\n" + MALLIGYONG + "INVENTED\n" + _shifted())
    passes = ("passes", both, *PLACE, "--start", "2024-06-08T00:00Z", "--hours", 48)
    found = document(*passes)
    assert len(found["satellites"]) == 2
    rises = [one["rises"] for one in found["passes"]]
    assert rises == sorted(rises)
    assert {one["satellite"] for one in found["passes"]} == set(found["satellites"])
    for one in found["passes"]:
        assert one["visible"] == (one["sunlit"] and one["sun_elevation_deg"] < -6.0)
    alone = document(*passes, "--satellite", "malligyong-1")
    assert alone["passes"] == [one for one in found["passes"] if one["number"] == 58400]
    assert "could be seen by eye" in run(*passes).stdout
    assert "no 'nobody'" in paragraph(run(*passes, "--satellite", "nobody"))
    assert "573 days from the span" in paragraph(run("passes", both, *PLACE, "--start", "2026-01-01T00:00Z"))


def _shifted() -> str:
    """The same orbit an eighth of a turn ahead, under another number."""
    from downrange.orbit import element_set, read_tle, tle_text

    one = read_tle(MALLIGYONG)[0]
    numbers = (one.inclination_deg, one.raan_deg, one.e, one.argp_deg, one.mean_anomaly_deg + 45.0)
    return tle_text(element_set("", one.epoch, *numbers, one.mean_motion_revpday, number=99_001))


def test_every_form_reads_back_as_the_same_sets(files: tuple[Path, Path], tmp_path: Path) -> None:
    first = document("show", files[0], "--at", "2024-07-08T00:00Z")["sets"]
    assert [one["age_days"] for one in first] == pytest.approx([30.03, 0.1], abs=0.01)
    for form in ("tle", "omm-kvn", "omm-xml", "omm-json", "omm-csv"):
        text = run("convert", files[0], "--to", form).stdout
        assert [one.raan_deg for one in read_elements(text)] == pytest.approx([one["raan_deg"] for one in first])
        target = tmp_path / f"{form}.out"
        assert document("convert", files[0], "--to", form, "--out", target) == {
            "sets": 2,
            "form": form,
            "out": str(target),
        }
        again = document("show", target, "--at", "2024-07-08T00:00Z")["sets"]
        assert [one["perigee_alt_m"] for one in again] == [one["perigee_alt_m"] for one in first]
    assert "give one of tle, omm-kvn" in paragraph(run("convert", files[0], "--to", "omm")).replace("Give", "give")


def test_an_ephemeris_is_that_of_sgp4(files: tuple[Path, Path]) -> None:
    import numpy as np

    from downrange.base import geodetic_from_ecef, inertial_velocity

    words = ("convert", files[0], "--to", "oem", "--start", "2024-06-08T00:00Z", "--hours", 0.5, "--step-s", 30)
    (found,) = read_oem(run(*words).stdout)
    assert (found.object_id, found.t_s.size) == ("2023-179A", 61)
    assert 480e3 < geodetic_from_ecef(found.r_m)[2].min() < 530e3
    speed = np.linalg.norm(inertial_velocity(found.r_m, found.v_mps), axis=1)
    assert np.abs(speed - 7_612.0).max() < 20.0  # of a circle at 503 km
    assert found.v_mps[1:-1] == pytest.approx((found.r_m[2:] - found.r_m[:-2]) / 60.0, abs=2.0)
    far = run("convert", files[0], "--to", "oem", "--start", "2025-06-08T00:00Z")
    assert "58400" in paragraph(far)


def test_an_orbit_is_carried_on_and_written(files: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "path.oem"
    found = document("propagate", files[0], "--days", 0.5, "--step-s", 600, "--out", target)
    assert found["ending"] == "end of the span"
    assert found["beta_kgpm2"] == [25.0, 80.0, 250.0]
    assert found["states"][0]["perigee_alt_m"] == pytest.approx(492e3, abs=3e3)  # of the ellipse of that revolution
    assert found["states"][-1]["spread_m"] > found["states"][1]["spread_m"] > 0.0
    assert read_oem(target.read_text())[0].t_s[-1] == 43_200.0
    dry = document("propagate", files[0], "--days", 0.1, "--beta", "none")
    assert dry["beta_kgpm2"] is None
    assert "no drag" in run("propagate", files[0], "--days", 0.1, "--beta", "none").stdout
    assert "LOW,MIDDLE,HIGH" in paragraph(run("propagate", files[0], "--beta", "heavy"))
    assert "low, mean, high" in paragraph(run("propagate", files[0], "--activity", "wild"))
    assert "name one with --satellite" in paragraph(run("propagate", files[1])).replace("Name", "name")


def test_how_long_orbits_last_is_a_band_with_its_reasons(files: tuple[Path, Path]) -> None:
    (one,) = document("decay", files[0])["objects"]
    assert one["days_low"] < one["days_middle"] < one["days_high"]
    assert any("drag its element set shows" in reason for reason in one["reasons"])
    told = run("decay", files[0], "--beta", "80", "--activity", "high").stdout
    assert "solar activity high" in told
    assert " d " in told or " a " in told

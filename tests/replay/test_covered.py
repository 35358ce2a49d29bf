"""What is told of an orbit reached and of what can be seen from it: equal to the rooms' own answers, ranges, UNKNOWNs."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage import Cone, Sensor, accesses, inside, load_region
from downrange.orbit import Decay, Lasts, element_set
from downrange.replay import Done, load_scenario
from downrange.replay.chain import run
from downrange.replay.covered import Covered, covered
from downrange.replay.document_orbit import FIGURES, coverage_document, orbit_document
from downrange.replay.orbit_reached import catalogued
from downrange.replay.told_orbit import (
    catalogue_words,
    coverage_sentence,
    coverage_table,
    lasts_words,
    orbit_table,
    recognised_table,
    tracked_words,
)

START = datetime(2023, 11, 21, 14, tzinfo=UTC)
LONG = Decay(
    answer=Lasts.DECAYS,
    days_low=100.0,
    days_middle=1000.0,
    days_high=None,
    perigee_alt_m=490e3,
    apogee_alt_m=510e3,
    method="averaged",
    reasons=("a test",),
)


def satellite(inclination_deg: float = 97.4):
    return element_set("TEST", START, inclination_deg, 212.0, 0.001, 220.0, 300.0, 15.22)


@pytest.fixture(scope="module")
def brief() -> Covered:
    return covered(satellite(), START, LONG, days=4.0)


def test_a_replay_that_reaches_orbit_tells_the_orbit_and_what_is_seen_from_it(nominal: Done) -> None:
    document = nominal.document
    assert {"tracked", "lifetime", "catalogue", "passes", "tle"} <= set(document["orbit"])
    lifetime = document["orbit"]["lifetime"]
    assert 30.0 < lifetime["days_low"] < lifetime["days_middle"] < lifetime["days_high"]
    assert any("assumed" in reason for reason in lifetime["reasons"])
    # the simulated radars find the perigee that was flown
    tracked = document["orbit"]["tracked"]
    assert 0.0 < tracked["perigee_sigma_m"] < 5e3
    assert tracked["perigee_alt_m"] == pytest.approx(document["orbit"]["perigee_alt_m"], abs=5e3)
    assert document["orbit"]["catalogue"] is None  # this flight did not happen
    seen = document["coverage"]
    assert seen["days"] == 30.0
    assert seen["reach_deg"] == [10.0, 45.0]
    assert [one["reach_deg"] for one in seen["by_reach"]] == [10.0, 45.0]
    assert seen["cloud"] is None
    assert any("cloud UNKNOWN" in note for note in seen["notes"])
    assert "reach of the camera" in {row["what"] for row in document["sources"]}


def test_a_replay_that_reaches_none_tells_neither(august: Done, may) -> None:
    for document in (august.document, may.document):
        assert not {"orbit", "coverage"} & set(document)
    assert august.replay.coverage is None
    assert not any("look" in table.title for table in august.tables)


def test_a_replay_without_an_orbit_does_not_load_the_coverage_room() -> None:
    code = (
        "import sys; import downrange.replay.chain, downrange.replay.figures, downrange.replay.document, "
        "downrange.replay.job, downrange.replay.page, downrange.replay.told, downrange.replay.report; "
        "print([name for name in sys.modules if name.startswith('downrange.coverage')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_looks_are_those_of_the_coverage_room(brief: Covered) -> None:
    region = load_region("korea")
    points = inside(region, count=200)
    for reach in (brief.near, brief.far):
        sensor = Sensor(field=Cone(half_angle_deg=reach.angle_deg))
        again = accesses([satellite()], points, sensor, START, 4.0)
        assert np.array_equal(again.start_s, reach.looks.start_s)
        by_hand = np.bincount(again.point, minlength=len(points)) @ points.area_m2 / points.area_m2.sum() / 4.0
        assert reach.figure("looks_pday", by_day=False).value == pytest.approx(by_hand)
    assert brief.near.angle_deg == 10.0
    assert brief.far.angle_deg == 45.0
    assert len(brief.far.looks) > len(brief.near.looks) > 0


def test_figures_are_ranges_over_the_reach_that_agree_with_the_camera_s_answer(brief: Covered) -> None:
    (row,) = brief.seen.rows
    assert brief.ends("looks_pday", by_day=False) == pytest.approx(row.bounds("looks_pday"))
    assert brief.ends("mean_wait_s", by_day=True) == pytest.approx(row.bounds("daylit_mean_wait_s"))
    low, high = brief.ends("mean_gap_s", by_day=False) or (0.0, 0.0)
    assert 0.0 < low < high
    told = coverage_document(brief)
    for one in told["by_reach"]:
        for when in ("any_time", "by_day"):
            assert set(one[when]) == set(FIGURES)
            for figure in one[when].values():
                assert figure["unit"]
                assert figure["rule"]
    assert told["camera"]["name"] == "assumed-malligyong"
    assert told["down"]["gsd_m"][0] < told["down"]["gsd_m"][1]
    assert any("assumed" in source for source in told["sources"])
    assert any(source.startswith("orbit: ") for source in told["sources"])


def test_tables_write_ranges_with_units_and_name_what_is_unknown(brief: Covered) -> None:
    table = coverage_table(brief)
    rows = {row[0]: row[1:] for row in table.rows}
    assert " to " in rows["looks a day at a point"][0]
    assert {"mean gap [h]", "longest gap [h], at least", "mean wait of a request [h]"} <= set(rows)
    assert "UNKNOWN" in table.note
    assert "4 days" in table.note
    seen = recognised_table(brief)
    assert [column.name for column in seen.columns] == ["subject", "detect", "orient", "recognise", "identify"]
    assert all("%" in cell for row in seen.rows for cell in row[1:])
    assert "no measured figure" in seen.note


def test_a_region_that_is_never_seen_stays_unknown_where_nothing_can_be_said() -> None:
    found = covered(satellite(inclination_deg=5.0), START, LONG, days=2.0)
    assert len(found.far.looks) == 0
    assert found.ends("share_never", by_day=False) == (1.0, 1.0)
    assert found.ends("looks_pday", by_day=True) == (0.0, 0.0)
    rows = {row[0]: row[1:] for row in coverage_table(found).rows}
    assert rows["never seen [% of the area]"] == ("100.0", "100.0")
    assert "never" in coverage_sentence(found)
    text = str(coverage_document(found))
    assert "nan" not in text
    assert "inf" not in text.replace("information", "")


def test_nothing_is_told_beyond_the_time_that_the_orbit_surely_lasts() -> None:
    short = covered(satellite(), START, replace(LONG, days_low=2.7), days=30.0)
    assert short.seen.days == 2.0
    assert "may last only 2.7 days" in short.notes[0]
    unknown = replace(LONG, answer=Lasts.UNKNOWN, days_low=None, days_middle=None, days_high=None)
    assert lasts_words(unknown) == "UNKNOWN"
    assert lasts_words(LONG) == "100 days to longer than can be told, middle 2.7 years"


def test_the_element_sets_of_november_are_found_to_be_of_that_launch(nominal: Done) -> None:
    verdict = catalogued(load_scenario("2023-11-21"))
    words = catalogue_words(verdict)
    assert words.startswith("yes: MALLIGYONG-1 (58400) fits with p above 0.99")
    assert "2023-179" in words
    assert nominal.replay.orbit is not None
    told = orbit_document(replace(nominal.replay.orbit, catalogue=verdict))["catalogue"]
    assert told["answer"] == "yes"
    assert told["objects"][0]["number"] == 58400
    assert told["objects"][0]["matched"] is True
    assert math.isclose(told["p"], 1.0, abs_tol=0.01)


def test_element_sets_of_another_launch_are_not_taken_for_it() -> None:
    scenario = load_scenario("2023-11-21")
    months = timedelta(days=200)
    # the launch half a year later: its number is not 2023-179
    liftoff = msgspec.structs.replace(scenario.liftoff, t0=scenario.liftoff.t0 + months, claims=())
    verdict = catalogued(msgspec.structs.replace(scenario, liftoff=liftoff))
    assert verdict is not None
    assert str(verdict.answer) != "yes"
    assert not catalogue_words(verdict).startswith("yes")


def test_a_spoilt_element_set_is_told_with_its_place_before_any_work() -> None:
    scenario = load_scenario("2023-11-21")
    one = scenario.element_sets[0]
    spoilt = msgspec.structs.replace(one, lines=(one.lines[0].replace("58400U", "58401U"), one.lines[1]))
    said: list[str] = []
    with pytest.raises(InputError, match=r"element_sets\[0\]"):
        run(msgspec.structs.replace(scenario, element_sets=(spoilt,)), runs=100, seed=1, say=said.append)
    assert said == []


def test_without_a_reading_or_an_element_set_it_says_unknown(nominal: Done) -> None:
    assert tracked_words(None).startswith("UNKNOWN")
    assert catalogue_words(None).startswith("UNKNOWN")
    assert nominal.replay.orbit is not None
    bare = replace(nominal.replay.orbit, tracked=None, passes=())
    rows = {row[0]: row[1] for row in orbit_table(bare).rows}
    assert rows["as tracked"].startswith("UNKNOWN")
    assert rows["first in sight of Pyongyang"] == "not within 24 hours"
    assert orbit_document(bare)["tracked"] is None


def test_the_report_shows_map_waits_and_what_to_know(nominal: Done) -> None:
    page = (nominal.folder / "report.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="coverage">') : page.index('<section id="alerts">')]
    assert 'id="coverage-map"' in section
    assert 'id="coverage-waits"' in section
    assert "Cloud UNKNOWN" in section
    assert (nominal.folder / "coverage-map.png").stat().st_size > 10_000
    titles = [table.title for table in nominal.tables]
    assert "The orbit reached" in titles
    assert any(title.startswith("How often it can look") for title in titles)
    assert "What an assumed camera could tell in one look" in titles

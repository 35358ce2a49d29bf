"""Reports on coverage from records: the answer is that of the records, and every section has what it promises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.coverage import (
    Accesses,
    Cone,
    Limits,
    Objective,
    Rectangle,
    Sensor,
    claims,
    daylit,
    inside,
    light_of,
    load_coverage_scenario,
    load_region,
    points_at,
    revisit,
    search,
    see,
)
from downrange.replay.coverage_page import CoverageReport, coverage_files
from downrange.replay.coverage_page_reports import Asked, Case, case_of, design_report, revisit_report, see_report
from downrange.replay.coverage_page_words import sensor_words
from downrange.replay.tables import Table, columns

START = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def case() -> Case:
    points = inside(load_region("korea"), count=30)
    rng = np.random.default_rng(2)
    point = np.repeat(np.arange(len(points) - 1), 12).astype(np.int32)  # the last point is never seen
    start_s = np.sort(rng.uniform(0.0, 6.9 * 86_400.0, (len(points) - 1, 12)), axis=1).ravel()
    looks = Accesses(
        satellites=("ONE", "TWO <3>"),
        start=START,
        span_s=7.0 * 86_400.0,
        points=points,
        sensor=Sensor(field=Cone(half_angle_deg=35.0)),
        satellite=rng.integers(0, 2, len(point)).astype(np.int32),
        point=point,
        start_s=start_s,
        end_s=start_s + 60.0,
        open_start=np.zeros(len(point), bool),
        open_end=np.zeros(len(point), bool),
    )
    light = light_of(looks)
    return Case(
        satellites=2,
        layout="drawn by lot",
        looks=looks,
        by_day=light.by_day,
        min_sun_deg=10.0,
        always=revisit(looks),
        daylit=revisit(daylit(looks)),
    )


@pytest.fixture(scope="module")
def report(case: Case) -> CoverageReport:
    table = Table(title="Figures & such", columns=columns("figure", "value >"), rows=(("looks <a day>", "1.7"),))
    asked = Asked(
        title="Two over Korea",
        region=load_region("korea"),
        tables=(table,),
        sources=("orbits: a test",),
        unknowns=("Cloud is UNKNOWN.",),
    )
    return revisit_report(case, asked)


def test_a_revisit_tells_its_figures(report: CoverageReport, case: Case) -> None:
    mean = case.always.mean_wait_s.value
    assert mean is not None
    assert f"a request waits {mean / 3600.0:.1f} h on average" in report.answer
    assert report.answer.startswith("2 satellites (35° off nadir, geocentric nadir) look at a point")
    assert report.question == "how often and how late, 7 days from 2024-06-01T00:00:00Z"
    assert report.unknowns[0] == "Cloud is UNKNOWN."
    assert any("never seen in the span" in one for one in report.unknowns)
    assert any("both ends of the span count" in one for one in report.rules)
    assert any("typed in by hand along the Yalu" in one for one in report.sources)
    titles = [
        "Where",
        "How long a request waits",
        "When",
        "The figures",
        "What is UNKNOWN",
        "How it was counted",
        "Sources",
    ]
    assert [part.title for part in report.parts()] == titles
    assert {name: told for name, told, _ in report.facts}[
        "Never seen"
    ] == f"{100.0 * case.always.share_never.value:.1f} %"
    files = coverage_files(report, {})
    assert {"map.png", "map-by-day.png", "waits.png", "looks.svg"} <= files.keys()
    assert b"TWO &lt;3&gt;" in files["looks.svg"]


def test_a_case_is_counted_from_element_sets() -> None:
    from downrange.coverage import load_coverage_scenario

    scenario = load_coverage_scenario("malligyong-1")
    points = points_at([37.57, 39.03], [126.98, 125.75])
    made = case_of(
        "as it flies", scenario.satellites, points, Sensor(field=Cone(half_angle_deg=45.0)), scenario.start, 10.0
    )
    assert made.satellites == 1
    assert len(made.looks) > 10
    assert made.by_day.sum() == pytest.approx(made.daylit.looks_pday.value * 20.0)


def test_a_search_names_best_and_naive() -> None:
    scenario = load_coverage_scenario("malligyong-1")
    points = points_at([35.0, 38.0, 41.0], [127.0, 126.0, 128.0])
    limits, sensor = Limits(satellites=(1, 3)), Sensor(field=Cone(half_angle_deg=45.0))
    found = search(
        limits,
        points,
        sensor,
        Objective(),
        reference=scenario.satellites[0],
        start=scenario.start,
        days=5.0,
        candidates=30,
    )
    report = design_report(found, Asked(title="Up to three", region=None))
    assert report.answer == found.words()
    best = [found.best(n) for n in (1, 2, 3)]
    assert [value for _, value, _ in report.facts] == [
        f"{one.mean_wait_s / 3600.0:.1f} h mean wait" for one in best if one
    ]
    (figure,) = report.sections[0].figures
    assert b"naive: same plane" in coverage_files(report, {})[f"{figure.name}.svg"]


def test_see_answers_the_claims() -> None:
    scenario = replace(load_coverage_scenario("malligyong-1"), days=6.0)
    region = load_region("korea")
    seen = see(scenario, inside(region, count=12), satellites=(1, 3))
    answered = claims(seen)
    report = see_report(seen, answered, (), Asked(title="Over Korea", region=region, sources=scenario.sources))
    for one in answered:
        assert f"{one.holds.value.upper()}: {one.claim}." in report.answer
    assert [table.title.split(":")[0] for table in report.sections[0].tables] == [
        one.holds.value.upper() for one in answered
    ]
    assert any("cloud UNKNOWN" in one.replace("Cloud", "cloud") for one in report.unknowns)
    assert report.sources[0] == scenario.sources[0]
    assert "pareto.png" in coverage_files(report, {})


def test_sensors_in_words(case: Case) -> None:
    from dataclasses import replace

    framed = replace(case.looks, sensor=Sensor(field=Rectangle(along_deg=1.0, across_deg=10.0, roll_deg=-5.0)))
    assert sensor_words(framed) == "field of 2° by 20°, rolled -5°, pitched 0°, geocentric nadir"

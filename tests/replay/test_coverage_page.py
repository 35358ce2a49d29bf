"""Reports on coverage: one page that needs nothing else, with answer, figures, UNKNOWNs, rules and sources."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import numpy as np
import pytest

from downrange.base import ModelError
from downrange.coverage import Accesses, Cone, Rectangle, Sensor, points_at
from downrange.coverage.daylight import daylit, light_of
from downrange.coverage.grids import inside
from downrange.coverage.regions import load_region
from downrange.coverage.revisit import revisit
from downrange.orbit import sun_elevation
from downrange.replay.coverage_page import CoverageReport, coverage_files, coverage_html
from downrange.replay.coverage_page_pictures import night_spans, trace_of
from downrange.replay.coverage_page_reports import Asked, Case, case_of, revisit_report, sensor_words
from downrange.replay.page import Section
from downrange.replay.tables import Table, columns

START = datetime(2024, 6, 1, tzinfo=UTC)
VOID = {"meta", "br", "path", "use", "rect", "image", "link"}


class Tags(HTMLParser):
    """The tags of a page, with those that are not closed, and every address it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "href", "xlink:href"} and value and not value.startswith(("#", "data:")):
                self.loads.append(value)
            if name == "id" and value:
                self.ids.append(value)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def parsed(page: str) -> Tags:
    tags = Tags()
    tags.feed(page)
    return tags


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


def test_the_page_needs_nothing_else_and_is_well_formed(report: CoverageReport) -> None:
    tags = parsed(coverage_html(report))
    assert tags.open == []
    assert tags.loads == []
    assert "script" not in tags.seen
    assert len(set(tags.ids)) == len(tags.ids)
    assert tags.seen.count("svg") == 4


def test_it_says_answer_figures_unknowns_rules_and_sources(report: CoverageReport, case: Case) -> None:
    page = coverage_html(report)
    text = re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    mean = case.always.mean_wait_s.value
    assert mean is not None
    assert f"a request waits {mean / 3600.0:.1f} h on average" in text
    for said in (
        "2 satellites (35° off nadir, geocentric nadir)",
        "Cloud is UNKNOWN.",
        "never seen in the span",
        "looks &lt;a day&gt;",
        "Figures &amp; such",
    ):
        assert said in text, said
    for said in (
        "both ends of the span count",
        "orbits: a test",
        "typed in by hand along the Yalu",
        "7 days from 2024-06-01T00:00:00Z",
    ):
        assert said in text, said
    assert [part.title for part in report.parts()] == [
        "Where",
        "How long a request waits",
        "When",
        "The figures",
        "What is UNKNOWN",
        "How it was counted",
        "Sources",
    ]


def test_files_of_the_folder(report: CoverageReport) -> None:
    files = coverage_files(report, {"revisit.csv": b"1"})
    assert files["revisit.csv"] == b"1"
    assert {"report.html", "map.png", "map.svg", "map-by-day.png", "waits.png", "looks.svg"} <= files.keys()
    assert files["map.png"].startswith(b"\x89PNG")
    assert b"var(--" not in files["map.svg"]
    assert b"TWO &lt;3&gt;" in files["looks.svg"]
    assert files == coverage_files(report, {"revisit.csv": b"1"})
    with pytest.raises(ModelError, match=r"report\.html"):
        coverage_files(report, {"report.html": b""})


def test_empty_sections_and_sentences_are_left_out() -> None:
    empty = CoverageReport(
        title="T",
        question="q",
        answer="a",
        facts=(),
        sections=(Section(name="x", title="X"),),
        unknowns=(),
        rules=("r.",),
        sources=(),
    )
    assert [part.name for part in empty.parts()] == ["rules"]
    assert parsed(coverage_html(empty)).open == []


def test_a_case_is_counted_from_element_sets() -> None:
    from downrange.coverage.scenario import load_coverage_scenario

    scenario = load_coverage_scenario("malligyong-1")
    points = points_at([37.57, 39.03], [126.98, 125.75])
    made = case_of(
        "as it flies", scenario.satellites, points, Sensor(field=Cone(half_angle_deg=45.0)), scenario.start, 10.0
    )
    assert made.satellites == 1
    assert len(made.looks) > 10
    assert made.by_day.sum() == pytest.approx(made.daylit.looks_pday.value * 20.0)
    track = trace_of(scenario.satellites[0], scenario.start, 6_000.0, half_angle_deg=35.0)
    assert np.abs(track.lat_deg).max() == pytest.approx(82.6, abs=0.3)  # inclination 97.4
    assert len(track.swath) == 2
    middle = len(track.lat_deg) // 3
    up = [
        np.array(
            [
                np.cos(np.radians(a)) * np.cos(np.radians(o)),
                np.cos(np.radians(a)) * np.sin(np.radians(o)),
                np.sin(np.radians(a)),
            ]
        )
        for a, o in (
            (track.lat_deg[middle], track.lon_deg[middle]),
            *((lat[middle], lon[middle]) for lat, lon in track.swath),
        )
    ]
    away = [np.degrees(np.arccos(up[0] @ one)) for one in up[1:]]
    assert away == pytest.approx([3.2, 3.2], abs=0.3)  # 35 degrees off nadir from 500 km: some 360 km
    assert np.degrees(np.arccos(up[1] @ up[2])) == pytest.approx(sum(away), rel=0.01)


def test_nights_are_those_of_the_sun() -> None:
    spans = night_spans(38.0, 127.0, START, 3.0 * 86_400.0)
    assert len(spans) == 3
    for begin_s, end_s in spans:
        for edge_s in (begin_s, end_s):
            moment = datetime.fromtimestamp(START.timestamp() + edge_s, tz=UTC)
            assert sun_elevation(38.0, 127.0, moment) == pytest.approx(10.0, abs=0.02)
    assert night_spans(89.0, 0.0, START, 86_400.0) == ()
    assert night_spans(-89.0, 0.0, START, 86_400.0) == ((0.0, 86_400.0),)


def test_sensors_in_words(case: Case) -> None:
    from dataclasses import replace

    framed = replace(case.looks, sensor=Sensor(field=Rectangle(along_deg=1.0, across_deg=10.0, roll_deg=-5.0)))
    assert sensor_words(framed) == "field of 2° by 20°, rolled -5°, pitched 0°, geocentric nadir"

"""The page of a coverage report: it needs nothing else, says everything in order, and stands among its files."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from downrange.base import ModelError
from downrange.replay.coverage_page import CoverageReport, coverage_files, coverage_html
from downrange.replay.draw_coverage_charts import Waits, draw_waits
from downrange.replay.page import Section
from downrange.replay.pictures import drawn
from downrange.replay.tables import Table, columns

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
def report() -> CoverageReport:
    table = Table(title="Figures & such", columns=columns("figure", "value >"), rows=(("looks <a day>", "1.7"),))
    curve = Waits(satellites=2, wait_s=np.array([0.0, 3_600.0]), share=np.array([0.0, 1.0]))
    figure = drawn("waits", draw_waits("Waits of <TWO>", [curve]), "a caption")
    sections = (
        Section(name="waits", title="Waits", figures=(figure,), tables=(table,)),
        Section(name="nothing", title="Nothing"),
    )
    return CoverageReport(
        title="Two & more over Korea",
        question="how often",
        answer="They wait 0.5 h.",
        facts=(("Mean wait", "0.5 h", "small print"),),
        sections=sections,
        unknowns=("Cloud is UNKNOWN.",),
        rules=("Both ends of the span count.",),
        sources=("orbits: a test",),
    )


def test_the_page_needs_nothing_else_and_is_well_formed(report: CoverageReport) -> None:
    tags = parsed(coverage_html(report))
    assert tags.open == []
    assert tags.loads == []
    assert "script" not in tags.seen
    assert len(set(tags.ids)) == len(tags.ids)
    assert tags.seen.count("svg") == 1


def test_it_says_everything_in_order(report: CoverageReport) -> None:
    text = words_of(coverage_html(report))
    said = (
        "Two &amp; more over Korea",
        "They wait 0.5 h.",
        "small print",
        "Figures &amp; such",
        "looks &lt;a day&gt;",
        "Cloud is UNKNOWN.",
        "Both ends",
        "orbits: a test",
    )
    places = [text.rindex(one) for one in said]
    assert places == sorted(places)
    assert [part.title for part in report.parts()] == ["Waits", "What is UNKNOWN", "How it was counted", "Sources"]


def words_of(page: str) -> str:
    """Return what a page says outside its figures."""
    return re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<style.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))


def test_files_of_the_folder(report: CoverageReport) -> None:
    files = coverage_files(report, {"revisit.csv": b"1"})
    assert files.keys() == {"report.html", "waits.png", "waits.svg", "revisit.csv"}
    assert files["waits.png"].startswith(b"\x89PNG")
    assert b"var(--" not in files["waits.svg"]
    assert b"&lt;TWO&gt;" in files["waits.svg"]
    assert files == coverage_files(report, {"revisit.csv": b"1"})
    with pytest.raises(ModelError, match=r"report\.html"):
        coverage_files(report, {"report.html": b""})
    twice = replace(report, sections=(report.sections[0], replace(report.sections[0], name="again")))
    with pytest.raises(ModelError, match="one name"):
        coverage_files(twice, {})


def test_an_empty_report_is_a_page_too() -> None:
    empty = CoverageReport(
        title="T", question="q", answer="a", facts=(), sections=(), unknowns=(), rules=("r.",), sources=()
    )
    assert [part.name for part in empty.parts()] == ["rules"]
    assert parsed(coverage_html(empty)).open == []

"""The report of a coverage command: one HTML page that needs nothing else, its pictures, and the files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import jinja2

import downrange
from downrange.base import ModelError
from downrange.replay.page import Section
from downrange.replay.pictures import picture_files


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageReport:
    """What a report on coverage says, in the order in which it is read.

    title:    what was asked about, such as "Malligyong-1 over the Korean peninsula"
    question: what was asked, in a few words
    answer:   one or two sentences
    facts:    boxes under it: name, value, small print
    sections: maps, charts, tables
    unknowns: what the answer would have needed and nobody knows, a sentence each
    rules:    how the figures were counted, a sentence each
    sources:  where orbits, region, camera and figures came from
    """

    title: str
    question: str
    answer: str
    facts: tuple[tuple[str, str, str], ...]
    sections: tuple[Section, ...]
    unknowns: tuple[str, ...]
    rules: tuple[str, ...]
    sources: tuple[str, ...]

    def parts(self) -> tuple[Section, ...]:
        """Return the sections with those that every report ends with: UNKNOWN, rules, sources; empty ones are left out."""
        ends = (
            Section(name="unknown", title="What is UNKNOWN", items=self.unknowns),
            Section(name="rules", title="How it was counted", items=self.rules),
            Section(name="sources", title="Sources", items=self.sources),
        )
        return tuple(one for one in (*self.sections, *ends) if one.figures or one.tables or one.paragraphs or one.items)


def coverage_html(report: CoverageReport) -> str:
    """Return the report as one HTML page: no network, no script, figures inline."""
    made, css = _template()
    colophon = (
        f"Downrange {downrange.__version__}. Computed from orbits and assumptions that are named here; not a record of "
        "what was observed. Figures carry the rule they were counted by."
    )
    return made.render(report=report, css=css, version=downrange.__version__, colophon=colophon)


def coverage_files(report: CoverageReport, data: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return every file of the output folder by its name: report.html, the pictures as PNG and SVG, the data files.

    data: files beside the report, such as see.json or accesses.csv
    """
    pictures = [figure for section in report.sections for figure in section.figures]
    if len({one.name for one in pictures}) < len(pictures):
        raise ModelError("two pictures of a report bear one name")
    made = {"report.html": coverage_html(report).encode(), **picture_files(pictures)}
    if clash := made.keys() & data.keys():
        raise ModelError(f"a data file of a report is called {min(clash)}, as a file of the report itself")
    return made | dict(data)


@cache
def _template() -> tuple[jinja2.Template, str]:
    """Return the template of the page and the style sheet, which replay's report has too."""
    folder = files("downrange.replay") / "data"
    made = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text = (folder / "coverage.html.j2").read_text(encoding="utf-8")
    return made.from_string(text), (folder / "report.css").read_text(encoding="utf-8")

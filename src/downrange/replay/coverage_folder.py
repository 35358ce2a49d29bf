"""The folders that coverage commands write: the report, its pictures, the figures for other programs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from downrange.base import InputError
from downrange.coverage import Cone
from downrange.replay._json import json_text
from downrange.replay.coverage_answers import Revisited, SeenAnswer
from downrange.replay.coverage_design import Designed
from downrange.replay.folder import check_folder, write_folder
from downrange.replay.tables import Table

if TYPE_CHECKING:
    from downrange.replay.coverage_page_reports import Case
    from downrange.replay.draw_coverage import Trace

_TRACK_S = 86_400.0
_KEPT = {"search.json", "results.jsonl"}  # what the search keeps in its folder


def write_revisit_report(answer: Revisited, tables: tuple[Table, ...], document: dict[str, Any], folder: Path) -> None:
    """Write report.html with maps and waits, revisit.json, and the figures of each point by day and at any time."""
    from downrange.coverage import write_revisit
    from downrange.replay.coverage_page import coverage_files
    from downrange.replay.coverage_page_reports import Asked, Case, revisit_report

    place = answer.looking.place
    case = Case(
        satellites=len(answer.looking.satellites),
        layout=answer.looking.layout,
        looks=answer.looks,
        by_day=answer.by_day,
        min_sun_deg=answer.min_sun_deg,
        always=answer.always,
        daylit=answer.daylit,
    )
    asked = Asked(
        title=f"{answer.looking.who} over {place.words}",
        region=place.region,
        names=place.names,
        tables=tables,
        sources=(*answer.looking.sources, *(() if place.region else (place.source,)), *_station_sources(answer)),
        unknowns=_unknowns(answer),
        traces=_traces(case, answer),
    )
    source = "; ".join((*answer.looking.sources, place.source))
    data = {"revisit.json": json_text(document).encode()}
    for name, found in (("revisit.csv", case.always), ("revisit-by-day.csv", case.daylit)):
        write = partial(write_revisit, revisit=found, points=place.points, names=place.names, source=source)
        data[name] = _bytes_of(name, write)
    write_folder(folder, coverage_files(revisit_report(case, asked), data))


def write_see(
    answer: SeenAnswer, tables: tuple[Table, ...], document: dict[str, Any], folder: Path, *, max_age_days: float
) -> None:
    """Write report.html with the claims, maps, waits and what more satellites buy, and see.json."""
    from downrange.replay.coverage_page import coverage_files
    from downrange.replay.coverage_page_reports import Asked, see_report
    from downrange.replay.show_coverage_see import layouts_table

    seen = answer.seen
    asked = Asked(
        title=seen.scenario.title,
        region=answer.place.region,
        names=answer.place.names,
        tables=(tables[0], layouts_table(seen)),
        sources=answer.sources,
    )
    cases = _see_cases(answer, max_age_days)
    report = see_report(seen, answer.claims, cases, asked)
    write_folder(folder, coverage_files(report, {"see.json": json_text(document).encode()}))


def check_file(path: Path) -> None:
    """Refuse, before any work, a file of windows that cannot be written: its name, its form, its folder."""
    from downrange.coverage import check_form

    if not path.name:
        raise InputError(where="--out", seen="no name", cure="name a file that ends in .csv, .parquet or .nc")
    check_form(path)
    if not path.parent.is_dir():
        cure = "make the folder, or name another one"
        raise InputError(where="--out", key=str(path), seen="there is no such folder", cure=cure)
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        seen = "it is a folder" if path.is_dir() else f"you may not write to {path.parent}"
        raise InputError(where="--out", key=str(path), seen=seen, cure="name a file where you may write")


def check_report_folder(folder: Path) -> None:
    """Refuse, before any work, a folder that cannot be written, or that holds something else."""
    if not folder.name:
        raise InputError(where="--out", seen="no name", cure="name a new folder for the report")
    check_folder(folder)


def check_design_folder(folder: Path, *, resume: bool) -> None:
    """Refuse, before any work, a folder that cannot be written, or that holds something and was not to be resumed."""
    if not resume:
        check_report_folder(folder)
    elif not any((folder / name).is_file() for name in _KEPT):
        cure = "leave --resume out to begin there, or name the folder of the search that was broken off"
        raise InputError(where="--out", key=str(folder), seen="no search to resume lies there", cure=cure)


def write_design(designed: Designed, tables: tuple[Table, ...], document: dict[str, Any], folder: Path) -> None:
    """Write the report of a search beside the results that it kept: report.html, pictures, design.json."""
    from downrange.base import write_bytes
    from downrange.replay.coverage_page import coverage_files
    from downrange.replay.coverage_page_reports import Asked, design_report

    looking = designed.looking
    asked = Asked(
        title=f"Layouts for {looking.place.words}",
        region=looking.place.region,
        names=looking.place.names,
        tables=tables,
        sources=(*looking.sources, *(() if looking.place.region else (looking.place.source,))),
    )
    if designed.found.best() is None:
        write_bytes(folder / "design.json", json_text(document).encode())  # nothing is seen: there is nothing to draw
        return
    report = design_report(designed.found, asked, cases=_design_cases(designed))
    for name, content in coverage_files(report, {"design.json": json_text(document).encode()}).items():
        target = folder / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            cure = "choose a folder you may write to"
            raise InputError(where=str(target.parent), seen=problem.strerror or str(problem), cure=cure) from None
        write_bytes(target, content)


def _design_cases(designed: Designed) -> list[Case]:
    """Return the looks of the best layout of each number of satellites."""
    from downrange.coverage import element_sets
    from downrange.replay.coverage_page_reports import case_of

    question, looking = designed.found.question, designed.looking
    best = [designed.found.best(count) for count in question.room.counts]
    return [
        case_of(
            f"best by {question.objective.describe()}",
            element_sets(one.layout),
            question.points,
            question.sensor,
            question.start,
            question.days,
            min_sun_deg=10.0 if question.objective.min_sun_deg is None else question.objective.min_sun_deg,
            max_age_days=looking.max_age_days,
        )
        for one in best
        if one is not None
    ]


def _see_cases(answer: SeenAnswer, max_age_days: float) -> list[Case]:
    """Return the looks of the layout with the shortest wait by day of each number of satellites, at the greatest reach."""
    from downrange.coverage import Sensor
    from downrange.replay.coverage_page_reports import case_of

    seen = answer.seen
    sensor = Sensor(field=Cone(half_angle_deg=seen.reach_deg.high))
    cases = []
    for count in sorted({row.satellites for row in seen.rows}):
        best = min((row for row in seen.rows if row.satellites == count), key=lambda row: row.far.daylit_mean_wait_s)
        flown = next(one for one in seen.scenario.arrangements(count) if one.layout == best.layout)
        cases.append(
            case_of(
                best.layout,
                flown.satellites,
                answer.place.points,
                sensor,
                seen.start,
                seen.days,
                min_sun_deg=seen.min_sun_deg,
                max_age_days=max_age_days,
            )
        )
    return cases


def _traces(case: Case, answer: Revisited) -> tuple[Trace, ...]:
    """Return a day of the first satellite's track, with its swath where the field is round about nadir."""
    from downrange.replay.coverage_page_pictures import trace_of

    field = case.looks.sensor.field
    plain = isinstance(field, Cone) and field.about_nadir and field.half_angle_deg < 60.0
    half = field.half_angle_deg if plain and isinstance(field, Cone) and case.looks.sensor.agility is None else None
    span_s = min(_TRACK_S, answer.looking.days * _TRACK_S)
    return (trace_of(answer.looking.satellites[0], answer.looking.start, span_s, half_angle_deg=half),)


def _station_sources(answer: Revisited) -> tuple[str, ...]:
    """Return where stations and cloud came from."""
    stations = tuple(f"station {one.name}: {one.source}" for one in answer.stations)
    return (*stations, *((f"cloud: {answer.sky.source}",) if answer.sky.source else ()))


def _unknowns(answer: Revisited) -> tuple[str, ...]:
    """Return what nobody said."""
    told = []
    if answer.sky.why:
        told.append(f"Cloud: {answer.sky.why}.")
    if answer.late is None:
        told.append("How late it is known: no ground station was given.")
    return tuple(told)


def _bytes_of(name: str, write: Callable[[Path], object]) -> bytes:
    """Return what a writer of files writes."""
    with tempfile.TemporaryDirectory(prefix="downrange-") as folder:
        path = Path(folder) / name
        write(path)
        return path.read_bytes()

"""Reports on coverage from records: what a revisit, a search and `coverage see` found, told in one order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, iso
from downrange.coverage import Accesses, Points, Revisit, Sensor, accesses, daylit, light_of, revisit
from downrange.replay.coverage_page import CoverageReport
from downrange.replay.coverage_page_pictures import (
    looks_picture,
    map_picture,
    pareto_picture,
    rows_picture,
    waits_picture,
)
from downrange.replay.coverage_page_words import (
    claim_table,
    count,
    flags,
    found_facts,
    hours,
    revisit_facts,
    rules,
    seen_facts,
    sensor_words,
    sentence,
    value,
)
from downrange.replay.figures import Drawn
from downrange.replay.page import Section
from downrange.replay.tables import Table

if TYPE_CHECKING:
    from downrange.coverage import Claim, Found, Region, Seen
    from downrange.orbit import ElementSet
    from downrange.replay.draw_coverage import Trace

_HOUR_S: Final = 3_600.0
_DAY_S: Final = 86_400.0
_NOT_IN_IT: Final = (
    "A look is a chance to take a picture: tasking, power, memory and the width of a strip are no limits here."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One layout whose looks were counted: at any time of day, and by day alone; windows as they came, with their light.

    looks:  every window
    by_day: (k,) whether the Sun stands higher than min_sun_deg at the middle of each
    """

    satellites: int
    layout: str
    looks: Accesses
    by_day: NDArray[np.bool_]
    min_sun_deg: float
    always: Revisit
    daylit: Revisit


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every report needs besides its record.

    title:    such as "Malligyong-1 over the Korean peninsula"
    region:   None where points were given one by one; names: of those points
    tables:   those that the terminal shows
    sources:  of orbits, points, camera, cloud
    unknowns: what was not known, a sentence each
    """

    title: str
    region: Region | None
    names: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    sources: tuple[str, ...] = ()
    unknowns: tuple[str, ...] = ()
    traces: tuple[Trace, ...] = ()


def case_of(
    layout: str,
    satellites: Sequence[ElementSet],
    points: Points,
    sensor: Sensor,
    start: datetime,
    days: float,
    *,
    min_sun_deg: float = 10.0,
    max_age_days: float = 30.0,
) -> Case:
    """Return one layout with its looks counted, at any time of day and by day alone."""
    looks = accesses(satellites, points, sensor, start, days, max_age_days=max_age_days)
    light = light_of(looks, min_sun_deg=min_sun_deg)
    return Case(
        satellites=len(satellites),
        layout=layout,
        looks=looks,
        by_day=light.by_day,
        min_sun_deg=min_sun_deg,
        always=revisit(looks),
        daylit=revisit(daylit(looks, min_sun_deg)),
    )


def revisit_report(case: Case, asked: Asked) -> CoverageReport:
    """Return the report of one layout: how often, how late, where and when."""
    always, daylit = case.always, case.daylit
    sensor = sensor_words(case.looks)
    days = f"{always.span_s / _DAY_S:.3g} days from {iso(case.looks.start)}"
    answer = (
        f"{count(case.satellites)} ({sensor}) look{'s' * (case.satellites == 1)} at a point {value(always.looks_pday)} "
        f"times a day; a request waits {hours(always.mean_wait_s)} on average, {hours(daylit.mean_wait_s)} by day alone."
    )
    sections = (
        Section(name="where", title="Where", figures=_maps(case, asked)),
        Section(name="waits", title="How long a request waits", figures=(_waits([case], asked.title),)),
        Section(name="when", title="When", figures=(_timeline(case, asked),)),
        Section(name="figures", title="The figures", tables=asked.tables),
    )
    return CoverageReport(
        title=asked.title,
        question=f"how often and how late, {days}",
        answer=answer,
        facts=revisit_facts(always, daylit),
        sections=sections,
        unknowns=(*asked.unknowns, *flags(always, ""), *flags(daylit, "By day: ")),
        rules=(*rules(always), _NOT_IN_IT),
        sources=_sources(asked),
    )


def design_report(found: Found, asked: Asked, *, cases: Sequence[Case] = ()) -> CoverageReport:
    """Return the report of a search: what naive layouts give, what is better, and what more satellites buy.

    cases: the best layouts, each of its number, looked at once more
    """
    note = f"{len(found.rows)} layouts, seed {found.seed}."
    sections = [
        Section(
            name="front",
            title="What more satellites buy",
            figures=(pareto_picture(f"{asked.title}: satellites against waiting", found, note=note),),
            tables=asked.tables,
        )
    ]
    if cases:
        sections.append(Section(name="waits", title="How long a request waits", figures=(_waits(cases, asked.title),)))
        last = cases[-1]
        where = f"Where: {count(last.satellites)}, {last.layout}"
        sections.append(Section(name="where", title=where, figures=_maps(last, asked)))
    return CoverageReport(
        title=asked.title,
        question="which layout serves best",
        answer=found.words(),
        facts=found_facts(found),
        sections=tuple(sections),
        unknowns=asked.unknowns,
        rules=(
            f"Layouts are ranked by {found.question.objective.describe()}.",
            "Naive layouts are those that anybody would try first: all in one plane, or planes spread evenly.",
            "The front holds what no layout tried beats with as many satellites or fewer; another seed may find better.",
            *(rules(cases[-1].always) if cases else ()),
            _NOT_IN_IT,
        ),
        sources=_sources(asked),
    )


def see_report(seen: Seen, claims: Sequence[Claim], cases: Sequence[Case], asked: Asked) -> CoverageReport:
    """Return the report of `coverage see`: what, how often, how late, and what that makes of the claims."""
    reach = f"{seen.reach_deg.low:g} to {seen.reach_deg.high:g}° off nadir"
    sections = [
        Section(name="claims", title="The claims", tables=tuple(claim_table(one) for one in claims)),
        Section(name="answer", title="What, how often, how late", tables=asked.tables),
        Section(name="front", title="What more satellites buy", figures=(rows_picture(asked.title, seen),)),
    ]
    if cases:
        last = cases[-1]
        sections += [
            Section(name="waits", title="How long a request waits", figures=(_waits(cases, asked.title),)),
            Section(name="where", title=f"Where: {count(last.satellites)}, {last.layout}", figures=_maps(last, asked)),
            Section(name="when", title="When", figures=(_timeline(last, asked),)),
        ]
    parts = [sentence(part.rule) for one in claims for part in one.parts]
    return CoverageReport(
        title=asked.title,
        question=f"what, how often, how late; {seen.camera.title}, {reach}",
        answer=" ".join(f"{str(one.holds).upper()}: {one.claim}." for one in claims),
        facts=seen_facts(seen),
        sections=tuple(sections),
        unknowns=(*(sentence(note) for note in seen.notes), *asked.unknowns),
        rules=(*dict.fromkeys(parts), *(rules(cases[-1].always) if cases else ()), _NOT_IN_IT),
        sources=_sources(asked),
    )


# ------------------------------------------------------------------------------------------------- parts


def _maps(case: Case, asked: Asked) -> tuple[Drawn, ...]:
    """Return the maps, at any time and by day alone."""
    days = f"{case.always.span_s / _DAY_S:.3g} days"
    head = f"{asked.title}: {count(case.satellites)}, {sensor_words(case.looks)}, {days}"
    return tuple(
        map_picture(
            f"{head}{told}",
            case.looks.points,
            found,
            region=asked.region,
            names=asked.names,
            traces=traces,
            name=name,
            note="No cloud.",
        )
        for found, name, told, traces in (
            (case.always, "map", ", any time of day", asked.traces),
            (case.daylit, "map-by-day", ", by day alone", ()),
        )
    )


def _waits(cases: Sequence[Case], title: str) -> Drawn:
    """Return the distribution of waits."""
    sensor = sensor_words(cases[0].looks)
    return waits_picture(
        f"{title}: how long a request waits, {sensor}",
        [(case.satellites, case.always, case.daylit) for case in cases],
        note=f"Not in it: cloud, tasking, the way to the ground. {_layouts(cases)}",
    )


def _layouts(cases: Sequence[Case]) -> str:
    """Return which layout each number of satellites flies in."""
    named: dict[str, list[str]] = {}
    for case in cases:
        named.setdefault(case.layout, []).append(str(case.satellites))
    told = "; ".join(f"{', '.join(numbers)}: {layout}" for layout, numbers in named.items() if layout)
    return f"Layouts, by satellites: {told}." if told else ""


def _timeline(case: Case, asked: Asked) -> Drawn:
    """Return the looks at the point nearest to the middle of all, in the first three days."""
    points = case.looks.points
    weights = points.area_m2 / points.area_m2.sum()
    up = np.column_stack(_unit(points.lat_deg, points.lon_deg))
    point = int(np.argmax(up @ (weights @ up)))
    named = asked.names[point] if asked.names and asked.names[point] else "the middle of the region"
    title = f"{asked.title}: looks of {count(case.satellites)} at {named}"
    return looks_picture(title, case.looks, point, case.by_day, min_sun_deg=case.min_sun_deg)


def _unit(lat_deg: Array, lon_deg: Array) -> tuple[Array, Array, Array]:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    return np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)


def _sources(asked: Asked) -> tuple[str, ...]:
    """Return where everything came from."""
    about = () if asked.region is None else (f"Region {asked.region.title}: {asked.region.source}", *asked.region.notes)
    return (*asked.sources, *about, "Coast on the maps: Natural Earth.")

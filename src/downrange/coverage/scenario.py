"""Coverage scenarios: TOML that a person can copy and edit. Who flies, over what, with which camera, from when on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Final

import msgspec

from downrange.base import InputError, iso, read_toml, toml_names, toml_text, utc
from downrange.coverage.layouts import Pattern, element_sets, free, laid_out, orbit_of, same_plane, spread_planes
from downrange.orbit import ElementSet, read_tle

_SHIPPED = resources.files("downrange.coverage") / "data" / "scenarios"
_FORM = "compare the key and its value with data/scenarios/malligyong-1.toml"
_PATTERNS: Final = {"same plane": same_plane, "spread planes": spread_planes}
MOST: Final = 6  # satellites that a scenario's layouts are made for


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLayout:
    """A layout that a search found: where each satellite is put, ahead of the first one.

    name:      for people
    slots:     (node, mean anomaly) of each [deg]
    source:    how it was found
    """

    name: str
    slots: tuple[tuple[float, float], ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """So many satellites, and how they came to be where they are.

    layout:     in words
    satellites: their element sets
    source:     where the layout came from
    """

    layout: str
    satellites: tuple[ElementSet, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageScenario:
    """Everything that a question about coverage needs, by name.

    name, title, note: as typed, for people, and what a reader must know
    satellites:  that really fly; the first is the one around which others are supposed
    later_sets:  other element sets of the first, not flown, for comparison
    camera, subjects, region, stations: names of what ships, or paths
    points:      about how many points to lay in the region
    start, days: the span
    min_sun_deg: how high the sun must stand at the middle of a look for a picture
    patterns:    which simple layouts are tried for more than one satellite
    found:       layouts that a search found
    sources:     of the element sets
    """

    name: str
    title: str
    note: str
    satellites: tuple[ElementSet, ...]
    later_sets: tuple[ElementSet, ...]
    camera: str
    subjects: str
    region: str
    stations: str
    points: int
    start: datetime
    days: float
    min_sun_deg: float
    patterns: tuple[str, ...]
    found: tuple[FoundLayout, ...]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a scenario without a satellite, a span or a point, and patterns that are not known."""
        if not self.satellites:
            raise InputError(where=self.name, key="element_sets", seen="none", cure="give at least one element set")
        if not 0.0 < self.days <= 366.0:
            raise InputError(where=self.name, key="days", seen=f"{self.days:g}", cure="give more than 0, 366 at most")
        if not 1 <= self.points <= 1_000_000:
            raise InputError(where=self.name, key="points", seen=f"{self.points}", cure="give 1 to a million")
        if not -90.0 <= self.min_sun_deg <= 90.0:
            cure = "give degrees over the horizon, 10 for usable light"
            raise InputError(where=self.name, key="min_sun_deg", seen=f"{self.min_sun_deg:g}", cure=cure)
        for pattern in self.patterns:
            if pattern not in _PATTERNS:
                cure = f"choose among {', '.join(_PATTERNS)}"
                raise InputError(where=self.name, key="patterns", seen=repr(pattern), cure=cure)
        utc(self.start, where=self.name)

    def arrangements(self, satellites: int) -> tuple[Arrangement, ...]:
        """Return the ways in which so many satellites are looked at: as they fly where they do, else supposed ones."""
        if not 1 <= satellites <= MOST:
            seen, cure = f"{satellites}", f"give 1 to {MOST}; a search makes layouts of more"
            raise InputError(where=self.name, key="satellites", seen=seen, cure=cure)
        flying = Arrangement(
            layout="as it flies" if satellites == 1 else "as they fly",
            satellites=self.satellites[:satellites],
            source="; ".join(self.sources[:satellites]),
        )
        flown = (flying,) if satellites <= len(self.satellites) else ()
        return flown if satellites == 1 else (*flown, *self._supposed(satellites))

    def _supposed(self, satellites: int) -> tuple[Arrangement, ...]:
        """Return the layouts around the first satellite that do not fly."""
        orbit = orbit_of(self.satellites[0])
        patterns: list[Pattern] = [_PATTERNS[name](satellites) for name in self.patterns]
        simple = [
            Arrangement(
                layout=name,
                satellites=element_sets(laid_out(orbit, pattern)),
                source=f"assumed: {pattern.planes} plane(s) around the first satellite's orbit",
            )
            for name, pattern in zip(self.patterns, patterns, strict=True)
        ]
        searched = [
            Arrangement(
                layout=found.name,
                satellites=element_sets(free(orbit, found.slots, name=found.name)),
                source=found.source,
            )
            for found in self.found
            if len(found.slots) == satellites
        ]
        return (*simple, *searched)


class _Set(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One [[element_sets]] table."""

    name: str
    lines: Annotated[list[str], msgspec.Meta(min_length=2, max_length=2)]
    source: str


class _Layout(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One [[layouts]] table."""

    name: str
    slots: list[Annotated[list[float], msgspec.Meta(min_length=2, max_length=2)]]
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A coverage scenario."""

    name: str
    title: str
    camera: str
    region: str
    stations: str
    start: datetime
    days: float
    element_sets: list[_Set]
    note: str = ""
    subjects: str = "usual"
    points: int = 200
    min_sun_deg: float = 10.0
    patterns: list[str] = msgspec.field(default_factory=lambda: list(_PATTERNS))
    layouts: list[_Layout] = []


def coverage_scenario_names() -> tuple[str, ...]:
    """Return the names of the coverage scenarios that come with the program.

    >>> coverage_scenario_names()
    ('malligyong-1',)
    """
    return toml_names(_SHIPPED)


def load_coverage_scenario(name_or_path: str | Path) -> CoverageScenario:
    """Read a coverage scenario that comes with the program by its name, or a person's own TOML file by its path.

    >>> scenario = load_coverage_scenario("malligyong-1")
    >>> scenario.satellites[0].number, len(scenario.later_sets), scenario.region
    (58400, 2, 'korea')
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="coverage scenario")
    file = read_toml(where, text.removeprefix("\ufeff"), _File, missing=_FORM, wrong=_FORM)
    sets = [_element_set(where, i, table) for i, table in enumerate(file.element_sets)]
    firsts = [i for i, one in enumerate(sets) if one.number not in {other.number for other in sets[:i]}]
    try:
        return CoverageScenario(
            name=file.name,
            title=file.title,
            note=file.note,
            satellites=tuple(sets[i] for i in firsts),
            later_sets=tuple(one for i, one in enumerate(sets) if i not in firsts),
            camera=file.camera,
            subjects=file.subjects,
            region=file.region,
            stations=file.stations,
            points=file.points,
            start=utc(file.start, where=where),
            days=file.days,
            min_sun_deg=file.min_sun_deg,
            patterns=tuple(file.patterns),
            found=tuple(_found(where, i, table) for i, table in enumerate(file.layouts)),
            sources=tuple(file.element_sets[i].source for i in firsts),
        )
    except InputError as problem:  # the record knows its name, the person knows the file
        raise InputError(where=where, key=problem.key, seen=problem.seen, cure=problem.cure) from None


def scenario_of(
    satellites: Sequence[ElementSet], *, start: datetime, days: float, like: str | Path = "malligyong-1"
) -> CoverageScenario:
    """Return a scenario of a person's own element sets; camera, region, stations and the rest are those of another."""
    model = load_coverage_scenario(like)
    first = satellites[0].name or str(satellites[0].number) if satellites else "nothing"
    return CoverageScenario(
        name=first,
        title=f"{first} over {model.region}",
        note="",
        satellites=tuple(satellites),
        later_sets=(),
        camera=model.camera,
        subjects=model.subjects,
        region=model.region,
        stations=model.stations,
        points=model.points,
        start=utc(start, where="scenario"),
        days=days,
        min_sun_deg=model.min_sun_deg,
        patterns=model.patterns,
        found=(),
        sources=tuple(f"element set of {iso(one.epoch)}" for one in satellites),
    )


def _element_set(where: str, i: int, table: _Set) -> ElementSet:
    """Return the element set of one table."""
    if not table.source.strip():
        cure = "name one, or say 'assumed'"
        raise InputError(where=where, key=f"element_sets[{i}].source", seen="no source", cure=cure)
    (one,) = read_tle("\n".join([table.name, *table.lines]), where=f"{where}: element_sets[{i}]")
    return one


def _found(where: str, i: int, table: _Layout) -> FoundLayout:
    """Return the layout of one table."""
    if not table.source.strip():
        cure = "say how it was found, or 'assumed'"
        raise InputError(where=where, key=f"layouts[{i}].source", seen="no source", cure=cure)
    return FoundLayout(
        name=table.name, slots=tuple((node, anomaly) for node, anomaly in table.slots), source=table.source
    )

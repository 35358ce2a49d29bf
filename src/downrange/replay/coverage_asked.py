"""What a coverage command was asked, made into satellites, points, a sensor and a span."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from downrange.base import InputError, after, iso, since, units
from downrange.coverage import Agility, Cone, Nadir, Points, Rectangle, Sensor
from downrange.orbit import ElementSet, load_elements

if TYPE_CHECKING:
    from downrange.coverage import CoverageScenario, Region

DAYS: Final = 7.0  # where neither the person nor a scenario says
COUNT: Final = 200  # about so many points in a region where no spacing is given
_KM: Final = 1e3
_LAYOUTS: Final = ("same", "spread", "found")


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorAsked:
    """A sensor as typed; None where nothing was.

    max_off_nadir_deg:       half angle of a round field
    along_deg, across_deg:   half angles of a rectangle
    roll_deg, pitch_deg:     where its middle points
    agile_roll_deg, agile_pitch_deg: how far the satellite turns
    """

    max_off_nadir_deg: float | None = None
    along_deg: float | None = None
    across_deg: float | None = None
    roll_deg: float = 0.0
    pitch_deg: float = 0.0
    agile_roll_deg: float | None = None
    agile_pitch_deg: float | None = None
    nadir: str = Nadir.GEOCENTRIC
    min_elevation_deg: float | None = None
    min_sun_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAsked:
    """Who looks where and when, as typed; None where nothing was.

    orbits:       file of element sets, or the name or file of a coverage scenario
    points, region, grid: one of them; the scenario's region where there is none
    spacing_km, count: of points in a region
    satellites, layout: so many around the first element set instead of those that fly
    max_age_days: how far the span may be from an epoch
    """

    orbits: str
    points: Path | None = None
    region: str | None = None
    grid: str | None = None
    spacing_km: float | None = None
    count: int | None = None
    start: datetime | None = None
    days: float | None = None
    satellites: int | None = None
    layout: str | None = None
    max_age_days: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Points that are looked at.

    names:  one a point, or none at all
    region: what they lie in, if so
    words:  for a title
    source: where they came from
    """

    points: Points
    names: tuple[str, ...]
    region: Region | None
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Who looks where, from when on, for how long.

    who, layout: in words
    sources:     of the orbits
    notes:       what was chosen for the person, a sentence each
    """

    satellites: tuple[ElementSet, ...]
    who: str
    layout: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    place: Place
    start: datetime
    days: float
    max_age_days: float


def looking_of(asked: LookAsked) -> Looking:
    """Return who looks where and when."""
    scenario, flying = orbits_of(asked.orbits)
    start, days = span_of(asked, scenario)
    satellites, notes = (scenario.satellites, ()) if scenario else nearest_sets(flying, start, days)
    sources = scenario.sources if scenario else tuple(epoch_words(one, asked.orbits) for one in satellites)
    place = place_of(asked, scenario)
    who, layout = _named(satellites), "as it flies" if len(satellites) == 1 else "as they fly"
    if asked.satellites is not None or asked.layout is not None:
        first = satellites[0]
        satellites, layout, how = _laid_out(asked, satellites, scenario)
        if how:
            sources = (*sources[:1], how)
            who = f"{len(satellites)} like {first.name or first.number}"
    return Looking(
        satellites=tuple(satellites),
        who=who,
        layout=layout,
        sources=tuple(dict.fromkeys(sources)),
        notes=notes,
        place=place,
        start=start,
        days=days,
        max_age_days=asked.max_age_days,
    )


def sensor_of(asked: SensorAsked) -> Sensor:
    """Return the sensor; refuse one that was not said, or said twice."""
    rectangle = asked.along_deg is not None or asked.across_deg is not None
    if rectangle and asked.max_off_nadir_deg is not None:
        cure = "give either a cone, or a rectangle by --along-deg and --across-deg"
        raise InputError(where="--max-off-nadir-deg", seen="given beside a rectangle", cure=cure)
    if asked.nadir not in tuple(Nadir):
        raise InputError(where="--nadir", seen=repr(asked.nadir), cure=f"give one of {', '.join(Nadir)}")
    aimed = {"roll_deg": asked.roll_deg, "pitch_deg": asked.pitch_deg}
    field: Cone | Rectangle
    if rectangle:
        if asked.along_deg is None or asked.across_deg is None:
            which = "--along-deg" if asked.along_deg is None else "--across-deg"
            raise InputError(where=which, seen="missing", cure="give both half angles of a rectangle")
        field = Rectangle(along_deg=asked.along_deg, across_deg=asked.across_deg, **aimed)
    elif asked.max_off_nadir_deg is None and asked.min_elevation_deg is None:
        cure = "give how far off nadir it sees, or --along-deg with --across-deg, or --min-elevation-deg alone"
        raise InputError(where="--max-off-nadir-deg", seen="missing", cure=cure)
    else:
        field = Cone(half_angle_deg=90.0 if asked.max_off_nadir_deg is None else asked.max_off_nadir_deg, **aimed)
    turns = asked.agile_roll_deg, asked.agile_pitch_deg
    agility = None if turns == (None, None) else Agility(roll_deg=turns[0] or 0.0, pitch_deg=turns[1] or 0.0)
    return Sensor(
        field=field,
        nadir=Nadir(asked.nadir),
        agility=agility,
        min_elevation_deg=asked.min_elevation_deg or 0.0,
        min_sun_elevation_deg=asked.min_sun_deg,
    )


def place_of(asked: LookAsked, scenario: CoverageScenario | None = None) -> Place:
    """Return the points that are looked at."""
    given = [name for name in ("points", "region", "grid") if getattr(asked, name) is not None]
    if len(given) > 1:
        told = " and ".join(f"--{name}" for name in given)
        raise InputError(where=told, seen="all of them given", cure="give one: where the points lie can be said once")
    sized = asked.spacing_km is not None or asked.count is not None
    if asked.points is not None or asked.grid is not None:
        if sized:
            which = "--spacing-km" if asked.spacing_km is not None else "--count"
            raise InputError(where=which, seen="given without --region", cure="leave it out, or give a region")
        return _file_place(asked.points) if asked.points is not None else _grid_place(asked.grid or "")
    name = asked.region or (scenario.region if scenario else None)
    if name is None:
        cure = "give --points FILE, --region NAME or FILE, or --grid fibonacci:10000"
        raise InputError(where="--points", seen="missing", cure=cure)
    return _region_place(name, asked, COUNT if scenario is None else scenario.points)


def _region_place(name: str, asked: LookAsked, count: int) -> Place:
    """Return points inside a region."""
    from downrange.coverage import inside, load_region

    region = load_region(name)
    if asked.spacing_km is not None and asked.count is not None:
        raise InputError(where="--spacing-km", seen="given beside --count", cure="give one of the two")
    if asked.spacing_km is not None:
        points = inside(region, spacing_m=asked.spacing_km * _KM)
    else:
        points = inside(region, count=asked.count or count)
    return Place(
        points=points,
        names=(),
        region=region,
        words=region.title,
        source=f"region {region.title}: {region.source}",
    )


def _file_place(path: Path) -> Place:
    """Return the points of a file."""
    from downrange.coverage import read_points

    found = read_points(path)
    names = found.names if any(found.names) else ()
    words = f"{len(found.points)} point{'s' * (len(found.points) != 1)} of {path.name}"
    if len(found.points) == 1 and names:
        words = names[0]
    return Place(points=found.points, names=names, region=None, words=words, source=found.source)


def _grid_place(text: str) -> Place:
    """Return a grid over the whole Earth."""
    from downrange.coverage import every, fibonacci

    kind, _, size = text.partition(":")
    number = float(size) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", size) else 0.0
    if kind not in {"fibonacci", "latlon"} or number == 0.0 or (kind == "fibonacci" and number % 1.0):
        cure = "give fibonacci:NUMBER or latlon:DEGREES, as fibonacci:10000 or latlon:2"
        raise InputError(where="--grid", seen=repr(text), cure=cure)
    if kind == "fibonacci":
        points, words = fibonacci(int(number)), f"{int(number):,} Fibonacci points of the Earth"
    else:
        points, words = every(number), f"the Earth in cells of {number:g}°"
    return Place(points=points, names=(), region=None, words=words, source=f"grid {text}, WGS 84, height 0")


def orbits_of(orbits: str) -> tuple[CoverageScenario | None, tuple[ElementSet, ...]]:
    """Return the scenario, or the element sets of a file."""
    path = Path(orbits)
    if path.suffix.lower() != ".toml" and path.is_file():
        return None, load_elements(path)
    from downrange.coverage import coverage_scenario_names, load_coverage_scenario

    names = coverage_scenario_names()
    if orbits in names or path.suffix.lower() == ".toml":
        return load_coverage_scenario(orbits), ()
    cure = f"give a file of two-line element sets or OMM, or a coverage scenario: {', '.join(names)}"
    raise InputError(where=orbits or "ORBITS", seen="there is no such file and no such scenario", cure=cure)


def span_of(asked: LookAsked, scenario: CoverageScenario | None) -> tuple[datetime, float]:
    """Return when it starts and how many days it takes."""
    start = asked.start or (scenario.start if scenario else None)
    if start is None:
        raise InputError(where="--start", seen="missing", cure="give a moment near the epochs, as 2024-06-01T00:00Z")
    return start, asked.days if asked.days is not None else scenario.days if scenario else DAYS


def nearest_sets(
    flying: Sequence[ElementSet], start: datetime, days: float
) -> tuple[tuple[ElementSet, ...], tuple[str, ...]]:
    """Return of each object the set whose epoch is nearest to the middle of the span, and what was passed over."""
    middle = after(start, 0.5 * days * units.DAY)
    by_object: dict[int | str, list[ElementSet]] = {}
    for k, one in enumerate(flying):
        by_object.setdefault(one.number or one.name or f"#{k}", []).append(one)
    chosen = [min(sets, key=lambda one: abs(since(one.epoch, middle))) for sets in by_object.values()]
    notes = tuple(
        f"{one.label}: {len(sets)} element sets; that of {iso(one.epoch)} is nearest to the span and is taken"
        for one, sets in zip(chosen, by_object.values(), strict=True)
        if len(sets) > 1
    )
    return tuple(chosen), notes


def _laid_out(
    asked: LookAsked, flying: Sequence[ElementSet], scenario: CoverageScenario | None
) -> tuple[tuple[ElementSet, ...], str, str]:
    """Return so many satellites around the first one, their layout, and where it came from ("" where they fly)."""
    from downrange.coverage import element_sets, laid_out, orbit_of, same_plane, spread_planes

    count, layout = 1 if asked.satellites is None else asked.satellites, asked.layout or "same"
    if not 1 <= count <= 64:
        raise InputError(where="--satellites", seen=f"{count}", cure="give how many look, 1 to 64")
    if layout not in _LAYOUTS:
        raise InputError(where="--layout", seen=repr(layout), cure=f"give one of {', '.join(_LAYOUTS)}")
    if count == 1:
        return tuple(flying[:1]), "as it flies", ""
    if layout == "found":
        return _found(count, scenario)
    pattern = same_plane(count) if layout == "same" else spread_planes(count)
    sets = element_sets(laid_out(orbit_of(flying[0]), pattern))
    return sets, f"{layout} plane{'s' * (layout == 'spread')}", "layout: assumed, around the orbit of the first"


def _found(count: int, scenario: CoverageScenario | None) -> tuple[tuple[ElementSet, ...], str, str]:
    """Return the layout that a search found for the scenario."""
    known = {len(one.slots) for one in scenario.found} if scenario else set()
    if scenario is None or count not in known:
        told = ", ".join(map(str, sorted(known)))
        cure = f"it holds layouts of {told} satellites" if told else "run `coverage design`, or give same or spread"
        raise InputError(where="--layout", seen=f"no layout of {count} satellites was found", cure=cure)
    names = {one.name for one in scenario.found}
    one = next(one for one in scenario.arrangements(count) if one.layout in names)
    return one.satellites, one.layout, f"layout: {one.source}"


def epoch_words(one: ElementSet, orbits: str) -> str:
    """Return the source of an element set of a file."""
    return f"{one.label}: element set of {iso(one.epoch)}, {Path(orbits).name}"


def _named(satellites: Sequence[ElementSet]) -> str:
    """Return the satellites in a few words."""
    if len(satellites) == 1:
        return satellites[0].name or f"{satellites[0].number}"
    return f"{len(satellites)} satellites"

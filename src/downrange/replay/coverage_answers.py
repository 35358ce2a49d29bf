"""Coverage commands worked off: windows, revisit figures, a search, and what a camera sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import InputError
from downrange.coverage import Accesses, Sensor, accesses
from downrange.replay.coverage_asked import (
    LookAsked,
    Looking,
    Place,
    SensorAsked,
    epoch_words,
    looking_of,
    nearest_sets,
    orbits_of,
    place_of,
    sensor_of,
    span_of,
)

if TYPE_CHECKING:
    from downrange.coverage import (
        Bounds,
        Claim,
        Clouded,
        CoverageScenario,
        Gap,
        Latency,
        Overlap,
        Revisit,
        Seen,
        Station,
    )

_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Windows and who asked for them."""

    looking: Looking
    found: Accesses


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisitAsked:
    """What a revisit counts by, as typed.

    gap, overlap:   middle-to-middle or end-to-start; separate or merged
    min_sun_deg:    the sun at the middle of a look by day
    cloud, stations: names or files; None: UNKNOWN
    processing_min: from a picture on the ground until somebody knows
    """

    look: LookAsked
    sensor: SensorAsked
    gap: str = "middle-to-middle"
    overlap: str = "separate"
    min_sun_deg: float = 10.0
    cloud: str | None = None
    stations: str | None = None
    processing_min: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Revisited:
    """Revisit figures of one layout.

    looks:     every window
    min_sun_deg: the sun at the middle of a look by day
    by_day:    (k,) which windows are by day
    always, daylit: figures at any time, and by day alone
    sky:       what cloud leaves of the looks by day
    stations:  that hear the satellites; none: how late is UNKNOWN
    late, late_by_day: how late it is known, by looks at any time and by day
    """

    looking: Looking
    looks: Accesses
    min_sun_deg: float
    by_day: NDArray[np.bool_]
    always: Revisit
    daylit: Revisit
    sky: Clouded
    stations: tuple[Station, ...]
    late: Latency | None
    late_by_day: Latency | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAsked:
    """What is asked of a camera; None where the scenario says it."""

    look: LookAsked
    camera: str | None = None
    satellites: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    subjects: str | None = None
    stations: str | None = None
    cloud: str | None = None
    reach_deg: tuple[float, float] | None = None
    near_real_time_h: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeenAnswer:
    """What a camera sees, how often, how late, and what that makes of the claims."""

    seen: Seen
    place: Place
    claims: tuple[Claim, ...]
    sources: tuple[str, ...]


def accesses_asked(look: LookAsked, sensor: SensorAsked, *, say: Callable[[str], None]) -> Windows:
    """Return the windows in which satellites can see points."""
    field = sensor_of(sensor)
    looking = looking_of(look)
    _told(looking, say)
    return Windows(looking=looking, found=_accesses(looking, field))


def revisit_asked(asked: RevisitAsked, *, say: Callable[[str], None]) -> Revisited:
    """Return how often points are seen, how long a request waits, and how late it is known."""
    from downrange.coverage import (
        clouded,
        contacts,
        daylit,
        latency,
        light_of,
        load_climatology,
        load_stations,
        revisit,
    )

    gap, overlap = _gap_of(asked.gap), _overlap_of(asked.overlap)
    sensor = sensor_of(asked.sensor)
    climatology = None if asked.cloud is None else load_climatology(asked.cloud)
    looking = looking_of(asked.look)
    _told(looking, say)
    stations = () if asked.stations is None else load_stations(asked.stations)
    looks = _accesses(looking, sensor)
    by_day = daylit(looks, asked.min_sun_deg)
    passes = None
    if stations:
        span = looking.start, looking.days
        passes = contacts(looking.satellites, stations, *span, max_age_days=looking.max_age_days)
    late_s = asked.processing_min * _SECONDS
    return Revisited(
        looking=looking,
        looks=looks,
        min_sun_deg=asked.min_sun_deg,
        by_day=light_of(looks, min_sun_deg=asked.min_sun_deg).by_day,
        always=revisit(looks, gap=gap, overlap=overlap),
        daylit=revisit(by_day, gap=gap, overlap=overlap),
        sky=clouded(by_day, climatology, by_point=False),
        stations=stations,
        late=None if passes is None else latency(looks, passes, processing_s=late_s),
        late_by_day=None if passes is None else latency(by_day, passes, processing_s=late_s),
    )


def see_asked(asked: SeeAsked, *, say: Callable[[str], None], told: Callable[[int, int], None]) -> SeenAnswer:
    """Return what so many satellites with a camera see of a region, and what that makes of the claims."""
    from downrange.coverage import claims, load_camera, load_climatology, load_stations, load_subjects, see

    scenario, notes = scenario_asked(asked.look)
    for note in notes:
        say(note)
    place = place_of(asked.look, scenario)
    seen = see(
        scenario,
        place.points,
        region=place.words,
        satellites=asked.satellites,
        camera=None if asked.camera is None else load_camera(asked.camera),
        subjects=None if asked.subjects is None else load_subjects(asked.subjects),
        stations=None if asked.stations is None else load_stations(asked.stations),
        climatology=None if asked.cloud is None else load_climatology(asked.cloud),
        reach_deg=_reach(asked.reach_deg),
        max_age_days=asked.look.max_age_days,
        say=told,
    )
    return SeenAnswer(
        seen=seen,
        place=place,
        claims=claims(seen, near_real_time_s=asked.near_real_time_h * 3600.0),
        sources=_see_sources(seen, place),
    )


def scenario_asked(look: LookAsked) -> tuple[CoverageScenario, tuple[str, ...]]:
    """Return the coverage scenario of ORBITS with start, days and region as typed, and what was chosen on the way."""
    from downrange.coverage import scenario_of

    scenario, flying = orbits_of(look.orbits)
    start, days = span_of(look, scenario)
    if scenario is not None:
        return replace(scenario, start=start, days=days), ()
    satellites, notes = nearest_sets(flying, start, days)
    made = scenario_of(satellites, start=start, days=days)
    return replace(made, sources=tuple(epoch_words(one, look.orbits) for one in satellites)), notes


def _reach(ends_deg: tuple[float, float] | None) -> Bounds | None:
    """Return how far off nadir the satellites can look, as typed."""
    from downrange.coverage import Bounds

    if ends_deg is None:
        return None
    for angle_deg in ends_deg:
        if not 0.0 < angle_deg < 90.0:
            raise InputError(where="--reach-deg", seen=f"{angle_deg:g}", cure="give more than 0 and less than 90 deg")
    return Bounds(low=ends_deg[0], high=ends_deg[1], source="given on the command line")


def _see_sources(seen: Seen, place: Place) -> tuple[str, ...]:
    """Return where everything came from."""
    found = (
        *(f"orbit: {source}" for source in seen.scenario.sources),
        *(f"layout {row.layout} of {row.satellites}: {row.source}" for row in seen.rows if row.satellites > 1),
        *(f"station {one.name}: {one.source}" for one in seen.stations),
        *(() if place.region is not None else (place.source,)),
        *(f"camera, {source}" for source in seen.camera.sources),
        *dict.fromkeys(f"size of {one.subject.title}: {one.subject.source}" for one in seen.what),
        *((f"cloud: {seen.cloud}",) if seen.cloud else ()),
    )
    return tuple(dict.fromkeys(found))


def _accesses(looking: Looking, sensor: Sensor) -> Accesses:
    """Return the windows."""
    return accesses(
        looking.satellites,
        looking.place.points,
        sensor,
        looking.start,
        looking.days,
        max_age_days=looking.max_age_days,
    )


def _gap_of(text: str) -> Gap:
    """Return the rule of gaps as typed."""
    from downrange.coverage import Gap

    if text not in tuple(Gap):
        raise InputError(where="--gap", seen=repr(text), cure=f"give one of {', '.join(Gap)}")
    return Gap(text)


def _overlap_of(text: str) -> Overlap:
    """Return the rule of windows that overlap as typed."""
    from downrange.coverage import Overlap

    if text.upper() not in Overlap.__members__:
        known = ", ".join(name.lower() for name in Overlap.__members__)
        raise InputError(where="--overlap", seen=repr(text), cure=f"give one of {known}")
    return Overlap[text.upper()]


def _told(looking: Looking, say: Callable[[str], None]) -> None:
    """Tell a person what was chosen."""
    for note in looking.notes:
        say(note)

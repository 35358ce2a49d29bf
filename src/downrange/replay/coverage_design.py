"""A search for a layout, as asked on the command line, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from downrange.base import InputError
from downrange.replay.coverage_asked import LookAsked, Looking, SensorAsked, looking_of, sensor_of

if TYPE_CHECKING:
    from downrange.coverage import Found, Front, Limits, Objective, Resonance, Statistic, Steady, Tried

OBJECTIVES: Final = ("mean-wait", "longest-gap", "wait", "looks", "never-seen")
_KM: Final = 1e3

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignAsked:
    """What a search may choose and what it makes better, as typed; pairs are (lowest, highest).

    objective: one of OBJECTIVES; percent of requests for "wait"
    workers, cluster: who works; None: a process on each core
    """

    look: LookAsked
    sensor: SensorAsked
    satellites: tuple[int, int] = (1, 6)
    planes: tuple[int, int] = (1, 6)
    node_spacing_deg: Span = (0.0, 180.0)
    phase_deg: Span = (0.0, 360.0)
    spacing_deg: Span = (0.0, 360.0)
    alt_km: Span | None = None
    inclination_deg: Span | None = None
    sun_synchronous: bool = False
    node_local_h: Span | None = None
    free: bool = False
    objective: str = "mean-wait"
    percent: float = 90.0
    min_sun_deg: float | None = None
    cloud: str | None = None
    candidates: int = 10_000
    seed: int = 1
    workers: int | None = None
    cluster: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Designed:
    """What a search found.

    front:   of satellites against the mean wait
    lessons: for each number of satellites from two on, what even spacing in one plane gives, and why
    tracks:  the same as figures: the layout in one plane, then the best, and how their tracks repeat
    steady:  how the best layout bears satellites off their places; None where nothing was found
    """

    looking: Looking
    found: Found
    front: Front
    lessons: tuple[str, ...]
    tracks: tuple[tuple[Tried, Resonance], ...]
    steady: Steady | None


def design_asked(
    asked: DesignAsked,
    *,
    folder: Path | None = None,
    say: Callable[[str], None],
    progress: Callable[[int, int, float], None],
) -> Designed:
    """Return the best layouts within limits; in a folder, results are kept as they come."""
    from downrange.coverage import lesson, pareto, search, steadiness

    sensor, limits, objective = sensor_of(asked.sensor), _limits(asked), _objective(asked)
    looking = looking_of(asked.look)
    for note in looking.notes:
        say(note)
    try:
        found = search(
            limits,
            looking.place.points,
            sensor,
            objective,
            reference=looking.satellites[0],
            start=looking.start,
            days=looking.days,
            candidates=asked.candidates,
            seed=asked.seed,
            workers=asked.workers,
            cluster=asked.cluster,
            folder=folder,
            max_age_days=looking.max_age_days,
            say=progress,
        )
    except KeyboardInterrupt as problem:
        if folder is not None:
            problem.add_note("Give --resume with it.")
        raise
    best = found.best()
    return Designed(
        looking=looking,
        found=found,
        front=pareto(found),
        lessons=tuple(lesson(found, count) for count in found.question.room.counts if count > 1),
        tracks=_tracks(found),
        steady=None if best is None else steadiness(found, best),
    )


def _tracks(found: Found) -> tuple[tuple[Tried, Resonance], ...]:
    """Return how tracks repeat: of even spacing in one plane, and of the best layout, for each number of satellites."""
    from downrange.coverage import tracks_of

    chosen = []
    for count in found.question.room.counts:
        best = found.best(count)
        even = found.tried(found.names.index(f"same plane, {count}"))
        chosen += [even] if best is None or best.place == even.place else [even, best]
    return tuple((one, tracks_of(found, one)) for one in chosen)


def _limits(asked: DesignAsked) -> Limits:
    """Return the limits in SI."""
    from downrange.coverage import Limits

    return Limits(
        satellites=asked.satellites,
        planes=(asked.planes[0], min(asked.planes[1], asked.satellites[1])),
        node_spacing_deg=asked.node_spacing_deg,
        phase_deg=asked.phase_deg,
        spacing_deg=asked.spacing_deg,
        alt_m=None if asked.alt_km is None else (_KM * asked.alt_km[0], _KM * asked.alt_km[1]),
        inclination_deg=asked.inclination_deg,
        sun_synchronous=asked.sun_synchronous,
        node_local_h=asked.node_local_h,
        free_slots=asked.free,
    )


def _objective(asked: DesignAsked) -> Objective:
    """Return what is made better."""
    from downrange.coverage import Objective, load_climatology

    return Objective(
        statistic=statistic_of(asked.objective),
        percent=asked.percent,
        min_sun_deg=asked.min_sun_deg,
        cloud=None if asked.cloud is None else load_climatology(asked.cloud),
    )


def statistic_of(text: str) -> Statistic:
    """Return the statistic that a word of the command line stands for."""
    from downrange.coverage import STATISTICS

    if text not in OBJECTIVES:
        raise InputError(where="--objective", seen=repr(text), cure=f"give one of {', '.join(OBJECTIVES)}")
    return STATISTICS[OBJECTIVES.index(text)]

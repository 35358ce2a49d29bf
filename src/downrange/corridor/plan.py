"""The plan before a launch: whom to warn if it flies, with which lead; which sea and air it may need, and when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from downrange.base import Array, InputError, Window, after
from downrange.corridor.falling import rows_of
from downrange.corridor.fit_model import Record
from downrange.corridor.ground import Ground, grounds
from downrange.corridor.hazard import Hazards, launch_hazards
from downrange.corridor.minutes import SHARES, Minute, by_minute, holding
from downrange.corridor.model import Area
from downrange.corridor.reach import Reach, near, planned_weight, reaches, unseen
from downrange.corridor.tracks import Overflight, Strip, overflights, people_below, tracks
from downrange.fall import DebrisList, Falls
from downrange.flight import Failures

DETECT_S: Final = (60.0, 120.0)
MARGIN_M: Final = 50_000.0  # assumed: winds are not flown, and carry light pieces some tens of kilometres
WITHIN_M: Final = 100_000.0
_LATEST_S: Final = 3_600.0
GROUPS: Final = (
    (0.0, "too late"),
    (120.0, "under 2 min"),
    (300.0, "2 to 5 min"),
    (600.0, "5 to 10 min"),
    (np.inf, "over 10 min"),
)
"""Lead of a warning below so many seconds, and what it is called."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePlan:
    """Ground that something may fall on or near: warn it if the launch takes place.

    lead_s: from the warning to the earliest fall, when the launch is found late and when it is found early
    group:  of the shorter lead, one of GROUPS
    """

    ground: Ground
    reach: Reach
    lead_s: tuple[float, float]
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaPlan:
    """An announced area as the crowd sees it.

    reach: what may fall in it, None when nothing of the crowd does
    bodies: of what is let go as planned: name, and which share of its falls lies inside
    """

    label: str
    windows: tuple[Window, ...]
    region_lonlat: BaseGeometry
    reach: Reach | None
    bodies: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """What may come down in one part of a launch.

    kind: "planned" (a body let go as planned), "failure" (while one stage burns), "impaired" (it flies on with less)
    p: probability that something does; shares, regions_lonlat: as of `Minute`
    """

    kind: str
    name: str
    p: float
    shares: tuple[float, ...]
    regions_lonlat: tuple[MultiPolygon, ...]
    first_t_s: float
    last_t_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that can be said before a launch; times are seconds after lift-off.

    windows: in which it may take place, none when not known; detect_s: a warning goes out between these two moments
    margin_m: how near to a place a fall counts; within_m: how near the track counts as passing
    unseen_p: what the probability stays below at a place that is not in `places`, at 95 %, of the crowd's size alone
    below: people within within_m of the best fit's track, by minute, and last altogether
    places: in order of urgency; runs: planned flights of the crowd; sources: what the figures rest on
    """

    title: str
    site: str
    windows: tuple[Window, ...]
    detect_s: tuple[float, float]
    margin_m: float
    within_m: float
    runs: int
    seed: int
    p_failure: float
    unseen_p: float
    overflights: tuple[Overflight, ...]
    below: tuple[Strip, ...]
    minutes: tuple[Minute, ...]
    places: tuple[PlacePlan, ...]
    areas: tuple[AreaPlan, ...]
    phases: tuple[Phase, ...]
    sources: tuple[str, ...]


def plan(
    record: Record,
    fits: Array,
    areas: Sequence[Area] = (),
    *,
    windows: Sequence[Window] = (),
    runs: int = 2_000,
    seed: int = 1,
    detect_s: tuple[float, float] = DETECT_S,
    margin_m: float = MARGIN_M,
    within_m: float = WITHIN_M,
    failures: Failures | None = None,
    debris: DebrisList | None = None,
    say: Say = lambda _: None,
) -> Plan:
    """Return the plan before a launch of the vehicles of fits (F, 27), row 0 the best.

    areas: of a notice, or any with the same corners; those of a notice bring their windows
    windows: when it may take place; those of the areas when not given; detect_s: the earliest and the latest moment
    at which the launch is found and a warning goes out; say: called with a line now and then
    """
    if not 0.0 <= detect_s[0] <= detect_s[1] <= _LATEST_S:
        cure = f"give two moments after lift-off, the earlier first, 0 to {_LATEST_S:g} s"
        raise InputError(where="corridor", key="detect_s", seen=f"{detect_s[0]:g} to {detect_s[1]:g} s", cure=cure)
    say(f"{runs} planned flights and four times as many failing ones")
    hazards = launch_hazards(record, fits, runs=runs, seed=seed, failures=failures, debris=debris)
    known = grounds()
    say(f"{len(known)} places under {hazards.flights} flights")
    flown = tracks(record, fits, seed=seed)
    found = reaches(hazards, [ground.geometry_lonlat for ground in known], margin_m=margin_m)
    seen = [(ground, reach) for ground, reach in zip(known, found, strict=True) if reach is not None]
    places = [_place(ground, reach, detect_s) for ground, reach in seen]
    return Plan(
        title=record.title,
        site=record.site.title,
        windows=tuple(windows) or _windows_of(areas),
        detect_s=detect_s,
        margin_m=margin_m,
        within_m=within_m,
        runs=runs,
        seed=seed,
        p_failure=hazards.p_failure,
        unseen_p=unseen(hazards),
        overflights=overflights(flown, known, within_m=within_m),
        below=people_below(flown, within_m=within_m),
        minutes=by_minute(hazards, known, margin_m=margin_m),
        places=tuple(sorted(places, key=lambda one: (one.lead_s[0], -one.reach.p))),
        areas=tuple(_area(hazards, area) for area in areas),
        phases=_phases(hazards),
        sources=(hazards.planned.source, "falls without wind; what may go wrong and what a stack breaks into: assumed"),
    )


def group_of(lead_s: float) -> str:
    """Return what a lead is called.

    >>> group_of(-5.0), group_of(119.0), group_of(1e4)
    ('too late', 'under 2 min', 'over 10 min')
    """
    return next(name for below_s, name in GROUPS if lead_s < below_s)


def clock(windows: Sequence[Window], first_t_s: float, last_t_s: float) -> tuple[tuple[datetime, datetime], ...]:
    """Return, for each window of lift-off, from when until when something comes that comes so long after lift-off."""
    return tuple((after(one.opens, first_t_s), after(one.closes, last_t_s)) for one in windows)


def _windows_of(areas: Sequence[Area]) -> tuple[Window, ...]:
    """Return the windows of all areas, each once, in order."""
    every = {(one.opens, one.closes): one for area in areas for one in _own_windows(area)}
    return tuple(every[key] for key in sorted(every))


def _own_windows(area: Area) -> tuple[Window, ...]:
    """Return the windows of an area, none when it has none of its own."""
    return tuple(getattr(area, "windows", ()))


def _region(area: Area) -> BaseGeometry:
    """Return an area, longitude first, cut at 180 degrees; one of a notice knows how it is drawn."""
    from downrange.notice import Area as Drawn
    from downrange.notice import Shape

    drawn = Drawn(
        label=area.label,
        shape=Shape(area.shape),
        lat_deg=tuple(area.lat_deg),
        lon_deg=tuple(area.lon_deg),
        radius_m=area.radius_m,
        proposed_lat_deg=tuple(getattr(area, "proposed_lat_deg", ())),
        proposed_lon_deg=tuple(getattr(area, "proposed_lon_deg", ())),
    )
    return drawn.geometry_lonlat()


def _place(ground: Ground, reach: Reach, detect_s: tuple[float, float]) -> PlacePlan:
    """Return the plan of one place."""
    lead_s = (reach.first_t_s - detect_s[1], reach.first_t_s - detect_s[0])
    return PlacePlan(ground=ground, reach=reach, lead_s=lead_s, group=group_of(lead_s[0]))


def _area(hazards: Hazards, area: Area) -> AreaPlan:
    """Return an announced area as the crowd sees it."""
    region = _region(area)
    planned = hazards.planned
    inside = np.zeros(len(planned.p), dtype=bool)
    inside[near(planned, [region], 0.0)[0]] = True
    shares = []
    for i, body in enumerate(planned.bodies):
        own = (planned.body_index == i) & np.isfinite(planned.lat_deg)
        if inside[own].any():
            shares.append((body, float(inside[own].mean())))
    return AreaPlan(
        label=area.label,
        windows=_own_windows(area),
        region_lonlat=region,
        reach=reaches(hazards, [region], margin_m=0.0)[0],
        bodies=tuple(shares),
    )


def _phases(hazards: Hazards) -> tuple[Phase, ...]:
    """Return the planned bodies, then failures by the stage that burns, then flights that go on impaired."""
    planned, failing = hazards.planned, hazards.failing
    weight = planned_weight(hazards)
    made = []
    for i, body in enumerate(planned.bodies):
        own = planned.body_index == i
        down = own & np.isfinite(planned.lat_deg)
        made.append(_phase("planned", body, float(weight[down].sum()), rows_of(planned, own)))
    for stage in np.unique(hazards.case_stage):
        mine = (hazards.case_stage == stage) & ~hazards.case_flies_on
        name = f"thrust lost or broken up in stage {stage}"
        made.append(_phase("failure", name, _lands_p(hazards, mine), rows_of(failing, mine[hazards.case])))
    mine = hazards.case_flies_on
    rows = rows_of(failing, mine[hazards.case])
    made.append(_phase("impaired", "flies on with less thrust or too heavy", _lands_p(hazards, mine), rows))
    return tuple(one for one in made if np.isfinite(one.first_t_s))


def _lands_p(hazards: Hazards, mine: NDArray[np.bool_]) -> float:
    """Return the probability of those cases of which anything comes down."""
    down = np.unique(hazards.case[np.isfinite(hazards.failing.lat_deg)])
    lands = np.zeros(len(hazards.case_p), dtype=bool)
    lands[down] = True
    return float(hazards.case_p[lands & mine].sum())


def _phase(kind: str, name: str, p: float, falls: Falls) -> Phase:
    """Return the record of a phase; its times are NaN when nothing comes down."""
    t_s = falls.t_s[np.isfinite(falls.t_s)]
    return Phase(
        kind=kind,
        name=name,
        p=p,
        shares=SHARES,
        regions_lonlat=holding(falls, SHARES),
        first_t_s=float(t_s.min()) if len(t_s) else float("nan"),
        last_t_s=float(t_s.max()) if len(t_s) else float("nan"),
    )

"""What, how often, how late: one answer for a camera, a region and each number of satellites.

What is seen comes from the camera's ranges, how often from every look of the span, how late from the next pass over a
ground station. Where the satellite's agility is a range, both its ends are run, so each figure is a range as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from downrange.base import InputError, ecef_from_geodetic, units
from downrange.coverage.accesses import accesses
from downrange.coverage.camera import Bounds, Camera, load_camera
from downrange.coverage.climatology import Climatology
from downrange.coverage.cloud import clouded
from downrange.coverage.contacts import Contacts, contacts
from downrange.coverage.daylight import daylit
from downrange.coverage.gaps import Gaps, gaps_of, pooled, share_within
from downrange.coverage.latency import latency
from downrange.coverage.model import Accesses, Cone, Points, Sensor
from downrange.coverage.quality import Quality, quality
from downrange.coverage.recognise import Recognised, Subject, Task, load_subjects, recognise
from downrange.coverage.scenario import Arrangement, CoverageScenario
from downrange.coverage.stations import Station, load_stations

REACH_DEG: Final = Bounds(
    low=10.0, high=45.0, source="assumed: unknown agility; 45 deg is what documented satellites reach"
)
WITHIN_H: Final = (1.0, 3.0, 6.0, 12.0, 24.0)  # spans of hours for which the share of answered requests is told
PERCENTS: Final = (50.0, 90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Often:
    """How often one arrangement looks within one reach, all points together; None stands for UNKNOWN.

    reach_deg:   how far off nadir it can look
    looks_pday, mean_wait_s, max_gap_s, share_never: by day and night, geometry alone
    daylit_*:    the same of looks with the sun high enough
    within:      share of requests that a daylit look answers within each of WITHIN_H
    know_mean_s, know_s: wait of a request until a daylit look is known on the ground: mean, and one for each of PERCENTS
    know_least:  know_mean_s counts requests without an answer until the span ends only: the truth is longer
    clear_looks_pday, clear_mean_wait_s: daylit looks under a clear sky
    """

    reach_deg: float
    looks_pday: float
    mean_wait_s: float
    max_gap_s: float
    share_never: float
    daylit_looks_pday: float
    daylit_mean_wait_s: float
    daylit_max_gap_s: float
    daylit_share_never: float
    within: tuple[float, ...]
    know_mean_s: float | None
    know_s: tuple[float | None, ...]
    know_least: bool
    clear_looks_pday: float | None
    clear_mean_wait_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRow:
    """One number of satellites in one layout.

    satellites:  how many
    layout:      in words
    source:      where the layout came from
    near, far:   at the least and at the greatest reach
    """

    satellites: int
    layout: str
    source: str
    near: Often
    far: Often

    def bounds(self, figure: str) -> tuple[float, float] | None:
        """Return the ends of a figure of `Often` over the reach; None where either is UNKNOWN."""
        near, far = getattr(self.near, figure), getattr(self.far, figure)
        return None if near is None or far is None else (min(near, far), max(near, far))


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    """One task with one subject, over everything that is not known: camera, criterion, and angle of the look.

    down:  straight down
    aside: at the greatest reach
    """

    subject: Subject
    task: Task
    down: Recognised
    aside: Recognised

    @property
    def p_low(self) -> float | None:
        """Least probability; None where the camera's sampling is not known."""
        return self.aside.p_low

    @property
    def p_high(self) -> float | None:
        """Greatest probability; None where nothing of the camera is known."""
        return self.down.p_high


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The answer.

    scenario, camera, stations: what it was asked of
    region:      what the points lie in, in words
    points:      how many
    start, days, min_sun_deg: the span, and the daylight rule
    alt_m:       mean height over the region's ground
    reach_deg:   how far off nadir it can look
    down, aside: quality of a picture straight down and at the greatest reach
    what:        every task with every subject
    rows:        every number of satellites in every layout
    cloud:       where the chances of a clear sky came from; "" when none was given and cloud is UNKNOWN
    notes:       what to know before the figures are believed, a sentence each
    """

    scenario: CoverageScenario
    camera: Camera
    stations: tuple[Station, ...]
    region: str
    points: int
    start: datetime
    days: float
    min_sun_deg: float
    alt_m: float
    reach_deg: Bounds
    down: Quality
    aside: Quality
    what: tuple[What, ...]
    rows: tuple[SeenRow, ...]
    cloud: str
    notes: tuple[str, ...]


def see(
    scenario: CoverageScenario,
    points: Points,
    *,
    region: str = "",
    satellites: Sequence[int] = (1, 2, 3, 4, 5, 6),
    camera: Camera | None = None,
    subjects: Sequence[Subject] | None = None,
    stations: Sequence[Station] | None = None,
    climatology: Climatology | None = None,
    reach_deg: Bounds | None = None,
    max_age_days: float = 30.0,
    say: Callable[[int, int], None] | None = None,
) -> Seen:
    """Return what so many satellites see of points, how often, and how late it is known.

    points:      as of `inside(load_region(scenario.region), count=scenario.points)`
    region:      what they lie in, in words; the scenario's region where it is not said
    camera, subjects, stations: the scenario's where they are not given
    climatology: how often the sky is clear; without one, cloud is UNKNOWN
    reach_deg:   how far off nadir the satellite can look; the camera's where it is not given, else REACH_DEG
    say:         called with (done, of) after each layout
    """
    camera = load_camera(scenario.camera) if camera is None else camera
    stations = load_stations(scenario.stations) if stations is None else tuple(stations)
    reach_deg = reach_deg or camera.off_nadir_deg or REACH_DEG
    if not satellites:
        raise InputError(where="see", key="satellites", seen="none", cure="give numbers, as 1 2 3")
    arranged = [(n, one) for n in sorted(set(satellites)) for one in scenario.arrangements(n)]
    alt_m = _alt_over(scenario, points)
    down, aside = quality(camera, alt_m), quality(camera, alt_m, reach_deg.high)
    rows = []
    for done, (n, arrangement) in enumerate(arranged, 1):
        rows.append(_row(scenario, points, n, arrangement, reach_deg, stations, climatology, max_age_days))
        if say is not None:
            say(done, len(arranged))
    asked = load_subjects(scenario.subjects) if subjects is None else tuple(subjects)
    return Seen(
        scenario=scenario,
        camera=camera,
        stations=tuple(stations),
        region=region or scenario.region,
        points=int(points.lat_deg.size),
        start=scenario.start,
        days=scenario.days,
        min_sun_deg=scenario.min_sun_deg,
        alt_m=alt_m,
        reach_deg=reach_deg,
        down=down,
        aside=aside,
        what=tuple(
            What(subject=at_nadir.subject, task=at_nadir.task, down=at_nadir, aside=at_reach)
            for at_nadir, at_reach in zip(recognise(down, asked), recognise(aside, asked), strict=True)
        ),
        rows=tuple(rows),
        cloud="" if climatology is None else f"{climatology.kind.value}: {climatology.source}",
        notes=_notes(camera, down, reach_deg, climatology),
    )


def _alt_over(scenario: CoverageScenario, points: Points) -> float:
    """Return the mean height of the first satellite over the ground at the points' mean latitude [m]."""
    lat_deg = float(np.average(points.lat_deg, weights=points.area_m2))
    return scenario.satellites[0].a_m - float(np.linalg.norm(ecef_from_geodetic(lat_deg, 0.0)))


def _row(
    scenario: CoverageScenario,
    points: Points,
    satellites: int,
    arrangement: Arrangement,
    reach_deg: Bounds,
    stations: Sequence[Station],
    climatology: Climatology | None,
    max_age_days: float,
) -> SeenRow:
    """Return one number of satellites in one layout, at both ends of the reach."""
    start, days, flown = scenario.start, scenario.days, arrangement.satellites
    passes = contacts(flown, stations, start, days, max_age_days=max_age_days) if stations else None
    ends: list[Often] = []
    for angle_deg in (reach_deg.low, reach_deg.high):
        if ends and reach_deg.exact:
            break
        sensor = Sensor(field=Cone(half_angle_deg=angle_deg))
        looks = accesses(flown, points, sensor, start, days, max_age_days=max_age_days)
        ends.append(_often(looks, angle_deg, scenario.min_sun_deg, passes, climatology))
    return SeenRow(
        satellites=satellites, layout=arrangement.layout, source=arrangement.source, near=ends[0], far=ends[-1]
    )


def _often(
    looks: Accesses, angle_deg: float, min_sun_deg: float, passes: Contacts | None, climatology: Climatology | None
) -> Often:
    """Return the figures of one arrangement and reach."""
    by_day = daylit(looks, min_sun_deg)
    weights = np.ascontiguousarray(looks.points.area_m2, dtype=float)
    daylit_gaps = _gaps(by_day)
    always, light = pooled(_gaps(looks), weights=weights), pooled(daylit_gaps, weights=weights)
    sky = clouded(by_day, climatology, by_point=False)
    known = None if passes is None else latency(by_day, passes, percents=PERCENTS)
    return Often(
        reach_deg=angle_deg,
        looks_pday=always.looks_pday,
        mean_wait_s=always.mean_wait_s,
        max_gap_s=always.max_gap_s,
        share_never=always.share_never,
        daylit_looks_pday=light.looks_pday,
        daylit_mean_wait_s=light.mean_wait_s,
        daylit_max_gap_s=light.max_gap_s,
        daylit_share_never=light.share_never,
        within=tuple(share_within(daylit_gaps, [h * units.HOUR for h in WITHIN_H], weights=weights).tolist()),
        know_mean_s=None if known is None else known.know_mean_s.value,
        know_s=(None,) * len(PERCENTS) if known is None else tuple(figure.value for figure in known.know_s),
        know_least=known is not None and known.know_mean_s.high is None,
        clear_looks_pday=sky.looks_pday_all.value,
        clear_mean_wait_s=sky.mean_wait_all_s.value,
    )


def _gaps(looks: Accesses) -> Gaps:
    """Return the gaps between the middles of looks."""
    points = int(looks.points.lat_deg.size)
    return gaps_of(looks.point, looks.start_s, looks.end_s, points=points, span_s=looks.span_s)


def _notes(camera: Camera, down: Quality, reach_deg: Bounds, climatology: Climatology | None) -> tuple[str, ...]:
    """Return what to know before the figures are believed."""
    notes = [note for note in (camera.note,) if note]
    notes += down.unknown
    if reach_deg.assumed:
        notes.append(
            f"how far off nadir it can look is not known: {reach_deg.low:g} to {reach_deg.high:g} deg, {reach_deg.source}"
        )
    if climatology is None:
        notes.append("cloud UNKNOWN: no climatology was given; every look is counted as if the sky were clear")
    notes.append(
        "a look is a chance to take a picture: power, memory, tasking and the strip's width are not limits here"
    )
    return tuple(notes)

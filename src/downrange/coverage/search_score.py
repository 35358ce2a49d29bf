"""What a layout is worth: the accesses of its satellites, the statistics of a region, and which is better."""

from __future__ import annotations

import hashlib
import json
import math
from collections import OrderedDict
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from importlib.metadata import version

import numpy as np

from downrange.base import Array, InputError, ModelError, after, iso, units, utc
from downrange.coverage.climatology import Climatology
from downrange.coverage.cloud import Sky, clouded
from downrange.coverage.daylight import daylit
from downrange.coverage.gaps import gaps_of, pooled
from downrange.coverage.indexed import index_of
from downrange.coverage.layouts import element_sets, laid_out, same_plane
from downrange.coverage.model import Accesses, Points, Sensor
from downrange.coverage.paths import paths_of
from downrange.coverage.search_limits import Room, layout_of
from downrange.coverage.windows import needs_normal, windows
from downrange.orbit import ElementSet, refuse_old

KEPT_WINDOWS = 2_000_000
"""How many windows of single satellites a process keeps, which other layouts may share: some 50 MB."""

MOST_DAYS = 366.0
_Windows = tuple[np.ndarray, ...]  # point, start_s, end_s, open_start, open_end


class Statistic(StrEnum):
    """What a search makes better: looks a day grow, all the others shrink."""

    MEAN_WAIT = "mean wait"
    MAX_GAP = "longest gap"
    WAIT = "wait of a percentile"
    LOOKS = "looks a day"
    NEVER_SEEN = "share never seen"


STATISTICS = tuple(Statistic)
"""The columns of a search's values: s, s, s, 1/day, share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """The statistic to make better, and which looks count.

    percent:     of requests, for Statistic.WAIT
    min_sun_deg: only looks with the sun higher than this over the point at mid-window count; None: any time
    cloud:       climatology that hides some looks; None: a clear sky
    """

    statistic: Statistic = Statistic.MEAN_WAIT
    percent: float = 90.0
    min_sun_deg: float | None = None
    cloud: Climatology | None = None

    def __post_init__(self) -> None:
        """Refuse percentages that are none, and a longest gap that chance decides."""
        if self.cloud is not None and self.statistic is Statistic.MAX_GAP:
            cure = "take the mean wait, or the wait of a percentile"
            raise InputError(
                where="objective", key="cloud", seen="a longest gap under cloud is up to chance", cure=cure
            )
        if not 0.0 < self.percent < 100.0:
            cure = "give more than 0 and less than 100"
            raise InputError(where="objective", key="percent", seen=f"{self.percent:g}", cure=cure)

    def describe(self) -> str:
        """Return the objective in words."""
        wait = f"wait that {self.percent:g} % of requests do not exceed"
        what = wait if self.statistic is Statistic.WAIT else self.statistic.value
        light = "" if self.min_sun_deg is None else f", sun above {self.min_sun_deg:g} deg"
        return f"{what}{light}{'' if self.cloud is None else ', cloud by climatology'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that decides what a row of the search is worth. It is sent to other processes as it is."""

    room: Room
    points: Points
    sensor: Sensor
    objective: Objective
    start: datetime
    days: float

    def __post_init__(self) -> None:
        """Refuse spans that are none, and a region without a point."""
        utc(self.start, where="search")
        if not (math.isfinite(self.days) and 0.0 < self.days <= MOST_DAYS):
            cure = f"give more than 0 and at most {MOST_DAYS:g} days"
            raise InputError(where="search", key="days", seen=f"{self.days:g}", cure=cure)
        if len(self.points) == 0:
            raise InputError(where="search", key="points", seen="no point", cure="give a region with a point or more")

    def summary(self) -> dict[str, str]:
        """Return the question in words, name by name, so that a person can be told what differs."""
        limits = {field.name: str(getattr(self.room.limits, field.name)) for field in fields(self.room.limits)}
        points = hashlib.sha256()
        for column in (self.points.lat_deg, self.points.lon_deg, self.points.alt_m, self.points.area_m2):
            points.update(np.ascontiguousarray(column, dtype=np.float64).tobytes())
        return {
            **{f"limits: {name}": words for name, words in limits.items()},
            "reference": repr(self.room.reference),
            "points": f"{len(self.points)}, {points.hexdigest()[:16]}",
            "sensor": repr(self.sensor),
            "objective": f"{self.objective.describe()}, percent {self.objective.percent:g}",
            "cloud": _cloud_words(self.objective.cloud),
            "start": iso(self.start),
            "days": repr(self.days),
            "versions": ", ".join(f"{name} {version(name)}" for name in ("downrange", "sgp4", "numpy", "numba")),
        }

    def fingerprint(self) -> str:
        """Return a hash of all that decides a result."""
        return hashlib.sha256(json.dumps(self.summary(), sort_keys=True).encode()).hexdigest()

    def refuse_far(self, max_age_days: float) -> None:
        """Refuse a span so far from the reference's epoch that SGP4 only guesses."""
        (first,) = element_sets(laid_out(self.room.reference, same_plane(1)))
        refuse_old((first,), self.start, after(self.start, self.days * units.DAY), max_age_days, where="search")


class Bench:
    """A question being worked on in one process: what satellites of several layouts share is computed once."""

    __slots__ = ("_held", "_index", "_kept", "_normal", "_question")

    def __init__(self, question: Question) -> None:
        """Sort the points once; nothing is kept yet."""
        self._question = question
        self._index = index_of(question.points)
        self._normal = needs_normal(question.sensor)
        self._kept: OrderedDict[tuple[float, ...], _Windows] = OrderedDict()
        self._held = 0

    def run(self, rows: Array) -> Array:
        """Return the statistics of rows, (m, 5) in the order of STATISTICS; NaN where SGP4 says that they fall."""
        return np.array([self.one(row) for row in rows]).reshape(len(rows), len(STATISTICS))

    def one(self, row: Array) -> tuple[float, ...]:
        """Return the statistics of one row."""
        question = self._question
        try:
            found = self.accesses(row)
        except ModelError:
            return (math.nan,) * len(STATISTICS)
        if question.objective.cloud is not None:
            return self._through_cloud(found, question.objective.cloud)
        gaps = gaps_of(found.point, found.start_s, found.end_s, points=len(question.points), span_s=found.span_s)
        told = pooled(gaps, weights=question.points.area_m2, percents=(question.objective.percent,))
        return (told.mean_wait_s, told.max_gap_s, float(told.wait_s[0]), told.looks_pday, told.share_never)

    def accesses(self, row: Array) -> Accesses:
        """Return the looks of a row's layout that count, or raise ModelError where a satellite falls."""
        question = self._question
        parts = [self._windows(one) for one in element_sets(layout_of(row, question.room))]
        satellite = np.repeat(np.arange(len(parts), dtype=np.int32), [part[0].size for part in parts])
        point, start_s, end_s, open_start, open_end = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.lexsort((satellite, start_s, point))
        found = Accesses(
            satellites=tuple(f"#{k + 1}" for k in range(len(parts))),
            start=question.start,
            span_s=question.days * units.DAY,
            points=question.points,
            sensor=question.sensor,
            satellite=satellite[order],
            point=point[order],
            start_s=start_s[order],
            end_s=end_s[order],
            open_start=open_start[order],
            open_end=open_end[order],
        )
        least = question.objective.min_sun_deg
        return found if least is None else daylit(found, least)

    def _windows(self, one: ElementSet) -> _Windows:
        """Return the windows of one satellite, which other layouts may share: the first one stands where it stands."""
        key = (one.inclination_deg, one.raan_deg, one.e, one.argp_deg, one.mean_anomaly_deg, one.mean_motion_revpday)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        question = self._question
        paths = paths_of((one,), question.start, question.days * units.DAY, with_normal=self._normal)
        _, *found = windows(paths, self._index, question.sensor, threads=1)
        self._kept[key] = kept = tuple(found)
        self._held += kept[0].size
        while self._held > KEPT_WINDOWS:
            self._held -= self._kept.popitem(last=False)[1][0].size
        return kept

    def _through_cloud(self, found: Accesses, climatology: Climatology) -> tuple[float, ...]:
        """Return the statistics of looks that a cloud may hide; a longest gap has no value there."""
        told = clouded(found, climatology, percents=(self._question.objective.percent,), by_point=False)
        figures = (told.mean_wait_all_s, told.wait_all_s[0], told.looks_pday_all, told.p_never_all)
        if told.sky is not Sky.KNOWN or any(figure.value is None for figure in figures):
            cure = "give a climatology of the whole region and every month of the span, or none"
            raise InputError(where="search", key="cloud", seen=f"the sky is {told.sky.value}: {told.why}", cure=cure)
        wait_s, late_s, looks_pday, p_never = (float(figure.value or 0.0) for figure in figures)
        return (wait_s, math.nan, late_s, looks_pday, p_never)


def _cloud_words(cloud: Climatology | None) -> str:
    """Return a climatology's name and a hash of what is in it."""
    if cloud is None:
        return "none"
    content = hashlib.sha256()
    for field in fields(cloud):
        value = getattr(cloud, field.name)
        content.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return f"{cloud.name}, {content.hexdigest()[:16]}"


def ranks(values: Array, objective: Objective) -> Array:
    """Return the place of each row in the order of an objective, (m,), 0 the best; NaN where it falls or sees nothing.

    Where the statistic is the same, as a longest gap of the whole span often is, the mean wait decides, then who was
    first.
    """
    out = np.full(len(values), np.nan)
    never, wait_s = values[:, STATISTICS.index(Statistic.NEVER_SEEN)], values[:, STATISTICS.index(Statistic.MEAN_WAIT)]
    known = np.flatnonzero(never < 1.0)  # a NaN is not
    aim = values[known, STATISTICS.index(objective.statistic)]
    aim = -aim if objective.statistic is Statistic.LOOKS else aim
    out[known[np.lexsort((known, wait_s[known], aim))]] = np.arange(known.size)
    return out

"""How steady a layout found is, and what it has that the naive ones have not.

A search picks the luckiest of thousands over the days asked; satellites drift, and a launch does not hit its slot. So
the best is tried again with every satellite a little off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from downrange.base import InputError, normals, units
from downrange.coverage.model import Cone, Nadir
from downrange.coverage.resonance import Resonance, resonance_of
from downrange.coverage.search import Found, Tried
from downrange.coverage.search_limits import FREE, HEIGHT, PLANES
from downrange.coverage.search_score import STATISTICS, Bench, Statistic

_STREAM = 900_000_000  # draws that no search counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """A statistic of one layout when its satellites are not quite where they should be.

    value:       in place; low, high: 5th and 95th percentile of the tries
    sigma_deg:   how far each satellite's mean anomaly is off, normal, assumed
    sigma_alt_m: how far the height of all of them is off, normal, assumed
    tries:       how many could be flown
    """

    statistic: Statistic
    value: float
    low: float
    high: float
    sigma_deg: float
    sigma_alt_m: float
    tries: int


def steadiness(
    found: Found,
    tried: Tried,
    *,
    statistic: Statistic | None = None,
    sigma_deg: float = 2.0,
    sigma_alt_m: float = 500.0,
    tries: int = 40,
) -> Steady:
    """Return how a layout's statistic spreads when it is not flown quite as planned.

    sigma_deg:   of each satellite's place along the orbit; 2 deg are some 30 s of flight (assumed)
    sigma_alt_m: of the height that all share, which moves the ground tracks day by day (assumed)
    """
    if not (0.0 <= sigma_deg <= 180.0 and 0.0 <= sigma_alt_m <= 1e5 and 1 <= tries <= 10_000):
        seen = f"{sigma_deg:g} deg, {sigma_alt_m:g} m, {tries} tries"
        raise InputError(where="steadiness", seen=seen, cure="give 0 to 180 deg, 0 to 100,000 m, and 1 to 10,000 tries")
    which = statistic or found.question.objective.statistic
    row = found.rows[tried.place].copy()
    row[PLANES], row[FREE:] = 0.0, 0.0
    for k, slot in enumerate(tried.layout.slots):
        row[FREE + 2 * k : FREE + 2 * k + 2] = slot.raan_deg, slot.mean_anomaly_deg
    rows = np.tile(row, (tries, 1))
    count = len(tried.layout.slots)
    off = normals(found.seed, tries, count + 1, first=_STREAM)
    rows[:, FREE + 1 : FREE + 2 * count : 2] += sigma_deg * off[:, :count]
    rows[:, HEIGHT] += sigma_alt_m * off[:, count]
    values = Bench(found.question).run(rows)[:, STATISTICS.index(which)]
    flown = values[~np.isnan(values)]
    low, high = (float(x) for x in np.percentile(flown, [5.0, 95.0])) if flown.size else (math.nan, math.nan)
    return Steady(
        statistic=which,
        value=tried.value(which),
        low=low,
        high=high,
        sigma_deg=sigma_deg,
        sigma_alt_m=sigma_alt_m,
        tries=int(flown.size),
    )


def tracks_of(found: Found, tried: Tried) -> Resonance:
    """Return how the ground tracks of a layout repeat over the days of its search, at the latitude of its points."""
    question = found.question
    field = question.sensor.field
    round_field = isinstance(field, Cone) and field.about_nadir and question.sensor.agility is None
    known = round_field and question.sensor.nadir is Nadir.GEOCENTRIC and question.sensor.min_elevation_deg == 0.0
    return resonance_of(
        tried.layout,
        max(1.0, question.days),
        start=question.start,
        half_angle_deg=field.half_angle_deg if known and isinstance(field, Cone) else None,
        lat_deg=float(np.average(question.points.lat_deg, weights=question.points.area_m2)),
    )


def lesson(found: Found, satellites: int) -> str:
    """Return in words what the search found for so many satellites beside even spacing in one plane, and why."""
    best = found.best(satellites)
    even = found.tried(found.names.index(f"same plane, {satellites}")) if satellites in found.satellites else None
    if best is None or even is None:
        return f"{satellites} satellites: UNKNOWN, no layout of them sees a point."
    told = [even] if best.place == even.place else [even, best]
    return "\n".join(_told(found, one) for one in told)


def _told(found: Found, tried: Tried) -> str:
    """Return what a layout gives, and how its tracks lie."""
    if math.isnan(tried.mean_wait_s):
        return f"{tried.layout.name}: falls before the {found.question.days:g} days are over."
    return f"{tried.layout.name}: {_figures(tried)}. {tracks_of(found, tried).words}"


def _figures(tried: Tried) -> str:
    """Return the statistics of a layout in words."""
    waits = f"mean wait {tried.mean_wait_s / units.HOUR:.1f} h"
    gap = "" if math.isnan(tried.max_gap_s) else f", longest gap {tried.max_gap_s / units.HOUR:.1f} h"
    return f"{waits}{gap}, {tried.looks_pday:.2f} looks a day, {tried.share_never:.0%} never seen"

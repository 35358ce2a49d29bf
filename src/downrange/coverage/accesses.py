"""When satellites can see points: the door of the search."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from downrange.base import InputError, after, units, utc
from downrange.coverage.indexed import index_of
from downrange.coverage.model import Accesses, Points, Sensor
from downrange.coverage.paths import paths_of
from downrange.coverage.windows import needs_normal, windows
from downrange.orbit import ElementSet, refuse_old


def accesses(
    satellites: Sequence[ElementSet],
    points: Points,
    sensor: Sensor,
    start: datetime,
    days: float,
    *,
    max_age_days: float = 30.0,
    threads: int | None = None,
) -> Accesses:
    """Return when each satellite can see each point, between a UTC moment and so many days later.

    satellites:   element sets; SGP4 moves them, UT1 = UTC
    max_age_days: refuse a span farther than this from an element set's epoch, where SGP4 only guesses
    threads:      how many work; all cores when not given. The answer does not depend on it.
    Edges meet those of SGP4's own positions to 10 ms, and to 1 ms where a window does not graze its limit. On orbits of
    half a day or longer a window under a quarter of a second may come or go: 0.2 mm of path decide there.
    """
    start = utc(start, where="start")
    span_s = days * units.DAY
    if not 0.0 < days < 36_525.0:
        raise InputError(where="days", seen=f"{days:g}", cure="give how many days to look, more than 0")
    refuse_old(satellites, start, after(start, span_s), max_age_days)
    paths = paths_of(satellites, start, span_s, with_normal=needs_normal(sensor))
    satellite, point, start_s, end_s, open_start, open_end = windows(paths, index_of(points), sensor, threads=threads)
    return Accesses(
        satellites=paths.names,
        start=start,
        span_s=span_s,
        points=points,
        sensor=sensor,
        satellite=satellite,
        point=point,
        start_s=start_s,
        end_s=end_s,
        open_start=open_start,
        open_end=open_end,
    )

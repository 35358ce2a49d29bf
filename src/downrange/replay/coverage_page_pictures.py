"""Pictures of coverage made from records: maps and waits of revisit figures, fronts of a search, looks at one place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, ModelError, geodetic_from_ecef, julian_pair, wgs84
from downrange.earth import destination, range_azimuth
from downrange.orbit import positions, sun_direction
from downrange.replay.draw_coverage import Shade, Trace, draw_coverage
from downrange.replay.draw_coverage_charts import Looks, Waits, draw_looks, draw_waits
from downrange.replay.draw_coverage_front import Tried, draw_pareto
from downrange.replay.figures import Drawn
from downrange.replay.pictures import drawn
from downrange.replay.tables import place

if TYPE_CHECKING:
    from downrange.coverage import Accesses, Found, Points, Region, Revisit, Seen, SeenRow
    from downrange.orbit import ElementSet

_HOUR_S: Final = 3_600.0
_STEP_S: Final = 300.0
_TRACK_S: Final = 20.0
_MOST_DOTS: Final = 3_000  # of a search: more would only be ink


def map_picture(
    title: str,
    points: Points,
    found: Revisit,
    *,
    region: Region | None = None,
    names: Sequence[str] = (),
    traces: Sequence[Trace] = (),
    name: str = "map",
    note: str = "",
) -> Drawn:
    """Return the map of mean wait, longest gap and looks a day at each point."""
    each = found.each
    seen = ~np.asarray(each.never, dtype=bool)

    def known(values: Array, scale: float) -> Array:
        return np.where(seen, values / scale, np.nan)

    shades = (
        Shade(value=known(each.mean_wait_s, _HOUR_S), title="Mean wait", unit="h"),
        Shade(value=known(each.max_gap_s, _HOUR_S), title="Longest gap", unit="h"),
        Shade(value=known(each.looks_pday, 1.0), title="Looks", unit="1/day", higher_is_better=True),
    )
    about = "" if region is None else f" Region: {region.title}."
    figure = draw_coverage(
        title,
        points.lat_deg,
        points.lon_deg,
        shades,
        region_lonlat=None if region is None else region.geometry_lonlat,
        names=names,
        traces=traces,
        note=f"{note} Gaps {found.gap}.".strip(),
    )
    caption = (
        f"Mean wait of a request at a random moment, longest gap and looks a day, of {len(points.lat_deg)} points over "
        f"{found.span_s / 86_400.0:.3g} days.{about}"
    )
    return drawn(name, figure, caption)


def waits_picture(
    title: str, cases: Sequence[tuple[int, Revisit, Revisit | None]], *, name: str = "waits", note: str = ""
) -> Drawn:
    """Return the distribution of waits; cases: how many satellites, figures at any time, figures by day or None."""
    curves = []
    for satellites, always, by_day in cases:
        for found, day in ((always, False), (by_day, True)):
            if found is not None:
                curve = Waits(satellites=satellites, wait_s=found.cdf_wait_s, share=found.cdf_share, daylight=day)
                curves.append(curve)
    caption = (
        "Share of requests, each at a random moment and a random place by area, that are answered within a time. Hollow "
        "markers and dashes: looks by day alone. Cloud, tasking and the way to the ground are not in it."
    )
    return drawn(name, draw_waits(title, curves, note=note), caption)


def pareto_picture(title: str, found: Found, *, name: str = "pareto", note: str = "") -> Drawn:
    """Return satellites against mean wait and longest gap: what a search tried, naive layouts, the best of each number."""
    from downrange.coverage import STATISTICS, Statistic

    wait, gap = (found.values[:, STATISTICS.index(one)] for one in (Statistic.MEAN_WAIT, Statistic.MAX_GAP))
    count, naive = found.satellites, len(found.names)
    known = np.flatnonzero(np.isfinite(wait) & np.isfinite(gap) & np.isfinite(found.rank))
    if not len(known):
        raise ModelError("no layout of the search can be flown and sees a point: there is no front to draw")
    best = {
        int(n): int(known[count[known] == n][np.argmin(found.rank[known[count[known] == n]])])
        for n in np.unique(count[known])
    }
    tried = known[known >= naive]
    shown = tried[:: max(1, -(-len(tried) // _MOST_DOTS))]
    places: list[tuple[int, str, str]] = [(int(k), "tried", "") for k in shown if int(k) not in best.values()]
    simple: dict[tuple[str, int], int] = {}
    for k in sorted((int(k) for k in known if k < naive), key=lambda k: float(found.rank[k])):
        simple.setdefault((_rule(found.names[k]), int(count[k])), k)
    places += [(k, "naive", rule) for (rule, _), k in sorted(simple.items(), key=lambda item: item[1])]
    places += [(k, "best", "") for k in best.values()]
    layouts = [
        Tried(satellites=int(count[k]), mean_wait_s=float(wait[k]), max_gap_s=float(gap[k]), kind=kind, label=label)
        for k, kind, label in places
    ]
    thinned = f" A dot in {-(-len(tried) // _MOST_DOTS)} is drawn." if len(shown) < len(tried) else ""
    caption = (
        f"{len(found.rows)} layouts that were tried, by number of satellites; stars are the best of each number by "
        f"{found.question.objective.describe()}; of each naive rule the best of each number is shown.{thinned}"
    )
    told = f"best of that many by {found.question.objective.describe()}"
    return drawn(name, draw_pareto(title, layouts, best=told, note=note), caption)


def _rule(name: str) -> str:
    """Return the rule of a naive layout out of its name, which ends with its numbers.

    >>> _rule("same plane, 3"), _rule("Walker delta 4/2/1")
    ('same plane', 'Walker delta')
    """
    return name.rstrip("0123456789/ ,") or name


def looks_picture(
    title: str,
    accesses: Accesses,
    point: int,
    daylight: NDArray[np.bool_],
    *,
    days: float = 3.0,
    min_sun_deg: float = 10.0,
    name: str = "looks",
    note: str = "",
) -> Drawn:
    """Return when each satellite sees one point in the first days; daylight: (k,) for each window, whether the Sun is up."""
    if not 0 <= point < len(accesses.points.lat_deg):
        raise ModelError(f"point {point}: there are {len(accesses.points.lat_deg)} points, counted from 0")
    span_s = min(days * 86_400.0, accesses.span_s)
    mine = (accesses.point == point) & (accesses.start_s < span_s)
    rows = []
    for i, satellite in enumerate(accesses.satellites):
        pick = mine & (accesses.satellite == i)
        begin, end = accesses.start_s[pick], np.minimum(accesses.end_s[pick], span_s)
        rows.append(Looks(satellite=satellite, start_s=begin, end_s=end, daylight=np.asarray(daylight)[pick]))
    lat, lon = float(accesses.points.lat_deg[point]), float(accesses.points.lon_deg[point])
    night = night_spans(lat, lon, accesses.start, span_s, min_sun_deg=min_sun_deg)
    caption = (
        f"Looks at {place(lat, lon, 2)}, drawn at the middles of their windows; grey where the Sun stands below "
        f"{min_sun_deg:g}° there."
    )
    return drawn(name, draw_looks(title, accesses.start, span_s, rows, night_s=night, note=note), caption)


def night_spans(
    lat_deg: float, lon_deg: float, start: datetime, span_s: float, *, min_sun_deg: float = 10.0
) -> tuple[tuple[float, float], ...]:
    """Return when the Sun stands below an elevation, as seconds after the start, to a second or so."""
    t_s = np.linspace(0.0, span_s, max(int(span_s / _STEP_S) + 1, 2))
    jd, fraction = julian_pair(start)
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    low = np.sin(np.radians(min_sun_deg)) - sun_direction(jd, fraction + t_s / 86_400.0) @ up
    turns = np.flatnonzero((low[1:] > 0.0) != (low[:-1] > 0.0))
    at = t_s[turns] + (t_s[turns + 1] - t_s[turns]) * low[turns] / (low[turns] - low[turns + 1])
    edges = [*([0.0] if low[0] > 0.0 else []), *at.tolist(), *([span_s] if low[-1] > 0.0 else [])]
    return tuple(zip(edges[::2], edges[1::2], strict=True))


def rows_picture(title: str, seen: Seen, *, name: str = "pareto") -> Drawn:
    """Return satellites against mean wait and longest gap of the rows of `coverage see`: by day, at the greatest reach."""
    best: dict[int, SeenRow] = {}
    for row in seen.rows:
        if row.satellites not in best or row.far.daylit_mean_wait_s < best[row.satellites].far.daylit_mean_wait_s:
            best[row.satellites] = row
    named = [(row, "naive" if row.source.startswith("assumed") else "found", row.layout) for row in seen.rows]
    layouts = [
        Tried(
            satellites=row.satellites,
            mean_wait_s=row.far.daylit_mean_wait_s,
            max_gap_s=row.far.daylit_max_gap_s,
            kind=kind,
            label=label,
        )
        for row, kind, label in [*named, *((row, "best", "") for row in best.values())]
    ]
    reach = f"by day, {seen.reach_deg.high:g}° off nadir"
    caption = (
        f"Layouts that were looked at, {reach}; stars have the shortest mean wait of their number. No search was made "
        "for this figure: better layouts may exist."
    )
    told = "shortest mean wait of that many"
    return drawn(name, draw_pareto(f"{title}: satellites against waiting, {reach}", layouts, best=told), caption)


def trace_of(satellite: ElementSet, start: datetime, span_s: float, *, half_angle_deg: float | None = None) -> Trace:
    """Return a satellite's track over the ground, with the edges of a cone about nadir where its half angle is given."""
    t_s = np.arange(0.0, span_s + 0.5 * _TRACK_S, _TRACK_S)
    r_ecef_m = positions(satellite.satellite(), start, t_s)
    lat, lon, _ = geodetic_from_ecef(r_ecef_m)
    swath: tuple[tuple[Array, Array], ...] = ()
    if half_angle_deg is not None:
        radius_m = np.linalg.norm(r_ecef_m, axis=1)
        sine = np.clip(radius_m / wgs84.MEAN_RADIUS_M * np.sin(np.radians(half_angle_deg)), -1.0, 1.0)
        away_m = (np.arcsin(sine) - np.radians(half_angle_deg)) * wgs84.MEAN_RADIUS_M
        ahead = np.append(np.arange(1, len(t_s)), len(t_s) - 2)
        _, heading = range_azimuth(lat, lon, lat[ahead], lon[ahead])
        heading[-1] += 180.0
        swath = tuple(destination(lat, lon, heading + side, away_m) for side in (-90.0, 90.0))
    label = f"{satellite.name or satellite.number}, {span_s / 3_600.0:.0f} h from {start:%d %B %H:%M} UTC"
    return Trace(lat_deg=lat, lon_deg=lon, label=label, swath=swath)

"""Ground tracks of a crowd of fitted vehicles, and when they pass over which ground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from downrange.base import Array, InputError, geodetic_from_ecef
from downrange.corridor.below import LEAST_RADIUS_M, flat_shape, reach, unit
from downrange.corridor.fit_model import Record, crowd_from
from downrange.corridor.ground import Ground
from downrange.corridor.hazard import dispersed
from downrange.earth import People, buffered, east_north, people_in
from downrange.flight import KINDS, Crowd, FailureKind, Troubles, fly_crowd

STEP_S: Final = 5.0
_EACH: Final = 8  # states a burn that are flown; between them the path is a cubic that meets position and velocity
_COARSE_M: Final = 200.0  # outlines are drawn as coarsely as that for the crowd; the best fit sees them whole
_LOW, _HIGH = 0.05, 0.95
MOST_M: Final = 1_000_000.0
_SPACING_M: Final = 50_000.0  # more than a launcher goes between two moments of a track


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks:
    """Ground tracks from lift-off to the end of the last burn, all as planned; the first is that of the best fit.

    t_s: (T,) every few seconds after lift-off; lat_deg, lon_deg: (N, T), NaN once the flight's last burn is over
    end_s: (N,) when that is
    """

    t_s: Array
    lat_deg: Array
    lon_deg: Array
    end_s: Array

    def __len__(self) -> int:
        """How many flights."""
        return len(self.lat_deg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflight:
    """A piece of ground near the tracks; times are seconds after lift-off, distances to its edge, 0 when passed over.

    share: of the flights that come within the distance asked
    minute: whole minutes after lift-off at which the best fit, or where that stays away the middle flight, is nearest
    closest_t_s: when it is nearest; distance_m: how near
    earliest_t_s, latest_t_s: of the nearest moment, over all flights that come within the distance
    low_m, high_m: between them lie the distances of 90 % of all flights
    """

    ground: Ground
    share: float
    minute: int
    closest_t_s: float
    distance_m: float
    earliest_t_s: float
    latest_t_s: float
    low_m: float
    high_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The ground within a distance of the best fit's track in one minute, or in all of them.

    minute: whole minutes after lift-off; None: of the whole track, each person once
    """

    minute: int | None
    people: People


def tracks(record: Record, fits: Array, *, flights: int = 100, seed: int = 1) -> Tracks:
    """Return the track of the best fit (row 0 of fits, F x 27) and of so many flights of the others, all as planned.

    A flight takes a fit and a point of the pad's uncertainty; flight i of a seed is always the same.
    """
    if flights < 1:
        raise InputError(where="corridor", key="flights", seen=f"{flights}", cure="ask for one flight or more")
    best = crowd_from(record, fits[:1])
    states, ends = zip(*(_states(crowd) for crowd in (best, dispersed(record, fits, flights, seed))), strict=True)
    end_s = np.concatenate(ends)
    t_s = np.arange(0.0, float(end_s.max()) + STEP_S, STEP_S)
    lat, lon = (np.full((len(end_s), len(t_s)), np.nan) for _ in range(2))
    for i, path in enumerate(np.concatenate(states)):
        known = t_s <= end_s[i]
        lat[i, known], lon[i, known], _ = geodetic_from_ecef(_between(path, t_s[known]))
    return Tracks(t_s=t_s, lat_deg=lat, lon_deg=lon, end_s=end_s)


def _states(crowd: Crowd) -> tuple[Array, Array]:
    """Return states (N, K, 7), t first, from lift-off to the end of the last burn, and that moment (N,)."""
    n, stages = len(crowd), crowd.stages
    share = np.arange(1, _EACH + 1) / _EACH
    stage = np.repeat(np.arange(stages), _EACH + 1)
    part = np.tile(np.concatenate([[0.0], share]), stages)
    stage, part = stage[1:], part[1:]  # at the first ignition it stands on the pad
    rows = np.repeat(np.arange(n), len(part))
    all_stage = np.tile(stage, n)
    cut = Troubles(
        kind=np.full(len(rows), KINDS.index(FailureKind.EARLY_SHUTDOWN)),
        stage=all_stage,
        after_s=np.tile(part, n) * crowd.burn_s[rows, all_stage],
        size=np.zeros(len(rows)),
        clock_rad=np.zeros(len(rows)),
    )
    flown = fly_crowd(crowd.take(rows), cut)
    states = np.concatenate([flown.start.reshape(n, -1, 7)[:, :1], flown.last[:, :7].reshape(n, -1, 7)], axis=1)
    return states, states[:, -1, 0]


def _between(path: Array, t_s: Array) -> Array:
    """Return positions (T, 3) on the cubics through states (K, 7) that meet positions and velocities."""
    from scipy.interpolate import CubicHermiteSpline

    rising = np.concatenate([[True], np.diff(path[:, 0]) > 0.0])
    known = path[rising]
    positions: Array = CubicHermiteSpline(known[:, 0], known[:, 1:4], known[:, 4:7])(t_s)
    return positions


def overflights(found: Tracks, grounds: Sequence[Ground], *, within_m: float) -> tuple[Overflight, ...]:
    """Return the ground that any flight comes within a distance of, in the order in which it is passed.

    Between the moments of the tracks the ground track is taken as straight, which is right to 50 m; outlines are drawn
    as coarsely as 200 m. Distances hold in an azimuthal equidistant map around each ground, as in `below`.
    """
    refuse_distance(within_m)
    towards = np.nan_to_num(unit(found.lat_deg, found.lon_deg))  # at the Earth's centre, far from all ground
    rows = (_one(found, towards, ground, within_m) for ground in grounds)
    return tuple(sorted((row for row in rows if row is not None), key=lambda row: row.closest_t_s))


def people_below(found: Tracks, *, within_m: float) -> tuple[Strip, ...]:
    """Return the people who live within a distance of the best fit's track, minute by minute, and last altogether."""
    refuse_distance(within_m)
    flown = np.isfinite(found.lat_deg[0])
    t_s, lat, lon = found.t_s[flown], found.lat_deg[0, flown], np.unwrap(found.lon_deg[0, flown], period=360.0)
    areas = []
    for k in range(int(t_s[-1] // 60.0) + 1):
        mine = (t_s >= 60.0 * k) & (t_s <= 60.0 * (k + 1))
        if mine.sum() > 1:
            areas.append((k, buffered(shapely.LineString(np.column_stack([lon[mine], lat[mine]])), within_m)))
    whole = shapely.union_all([shapely.make_valid(area) for _, area in areas])
    return (
        *(Strip(minute=k, people=people_in(area)) for k, area in areas),
        Strip(minute=None, people=people_in(whole)),
    )


def refuse_distance(within_m: float) -> None:
    """Refuse a distance that is none, or so large that a flat map no longer serves."""
    if not 0.0 < within_m <= MOST_M:
        cure = f"give a distance above 0 and up to {MOST_M:g} metres"
        raise InputError(where="corridor", key="within_m", seen=f"{within_m:g}", cure=cure)


def _one(found: Tracks, towards: Array, ground: Ground, within_m: float) -> Overflight | None:
    """Return the row of one ground, None when every flight stays away."""
    here = unit(ground.lat_deg, ground.lon_deg)
    reach_m = 2.0 * within_m + reach(ground) + _SPACING_M
    cosine = towards @ here
    if cosine.max() < 1.0 - 0.5 * ((reach_m - within_m) / LEAST_RADIUS_M) ** 2:
        return None
    near = cosine >= 1.0 - 0.5 * (reach_m / LEAST_RADIUS_M) ** 2
    flights = np.flatnonzero(near.sum(axis=1) >= 2)
    if not len(flights):
        return None
    distance_m, closest_s = np.full(len(found), np.inf), np.full(len(found), np.nan)
    distance_m[flights], closest_s[flights] = _passes(found, near, flights, ground)
    inside = distance_m <= within_m
    if not inside.any():
        return None
    first = 0 if inside[0] else int(np.flatnonzero(inside)[np.argsort(closest_s[inside])[int(inside.sum()) // 2]])
    low_m, high_m = np.quantile(distance_m, (_LOW, _HIGH), method="inverted_cdf")
    return Overflight(
        ground=ground,
        share=float(inside.mean()),
        minute=int(closest_s[first] // 60.0),
        closest_t_s=float(closest_s[first]),
        distance_m=float(distance_m[first]),
        earliest_t_s=float(closest_s[inside].min()),
        latest_t_s=float(closest_s[inside].max()),
        low_m=float(low_m),
        high_m=float(high_m),
    )


def _passes(found: Tracks, near: NDArray[np.bool_], flights: NDArray[np.int64], ground: Ground) -> tuple[Array, Array]:
    """Return how near flights come to the edge of a ground [m], and when [s]."""
    first, last = near[flights].argmax(axis=1), near.shape[1] - near[flights, ::-1].argmax(axis=1)
    span = [np.arange(a, b) for a, b in zip(first, last, strict=True)]
    which, at = np.repeat(np.arange(len(flights)), last - first), np.concatenate(span)
    lat, lon = found.lat_deg[flights[which], at], found.lon_deg[flights[which], at]
    known = np.isfinite(lat)
    which, at, lat, lon = which[known], at[known], lat[known], lon[known]
    flat = np.column_stack([*east_north(ground.lat_deg, ground.lon_deg, lat, lon), found.t_s[at]])
    lines = shapely.linestrings(flat, indices=which)  # the time goes along as the third coordinate
    shape = shapely.simplify(flat_shape(ground), _COARSE_M)
    shapely.prepare(shape)
    shortest = shapely.shortest_line(lines, shape)
    distance_m, touch = shapely.length(shortest), shapely.get_point(shortest, 0)
    over = np.flatnonzero(distance_m == 0.0)
    touch[over] = shapely.centroid(shapely.intersection(lines[over], shape))
    closest = shapely.line_interpolate_point(lines, shapely.line_locate_point(lines, touch))
    return np.asarray(distance_m), np.asarray(shapely.get_z(closest))

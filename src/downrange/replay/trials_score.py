"""One simulated launch scored: what was struck, how long each place stayed under warning, when nature had decided."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import shapely

from downrange.alert import Action, AtRisk, Desk, Kind, Policy, Situation, assess, clearance_m, expiry_s
from downrange.base import Array, geodetic_from_ecef, wgs84
from downrange.earth import Place
from downrange.fall import Falls
from downrange.replay.outlook import Sight, reached
from downrange.replay.trials_fly import Flown
from downrange.replay.trials_model import Stay, Struck, Watchkeeping

Looks = Sequence[tuple[Situation, tuple[Action, ...], Desk]]
_POINTS: Final = 40  # of a place's ground, by which it is said how much of it lies inside a contour


class Ground:
    """The places by code, with what lies above each and points of its ground."""

    __slots__ = ("_points", "by_code", "leaves")

    def __init__(self, places: Iterable[Place], watched: Iterable[Place]) -> None:
        """Take all places, provinces among them, and those that are watched."""
        self.by_code = {place.code: place for place in places}
        self.leaves = tuple(watched)
        self._points: dict[str, Array] = {}

    def province(self, code: str) -> Place:
        """Return the province or prefecture of a place."""
        place = self.by_code[code]
        while place.parent_code:
            place = self.by_code[place.parent_code]
        return place

    def points_lonlat(self, code: str) -> Array:
        """Return points (n, 2) evenly on the ground of a place, one at least."""
        if code not in self._points:
            self._points[code] = _points(self.by_code[code].geometry_lonlat)
        return self._points[code]


def struck_by(flown: Flown, ground: Ground, policy: Policy) -> tuple[Struck, ...]:
    """Return the places near which something could come down, by what really flew, and where something did."""
    if not flown.likely.t_s.size:
        return ()
    near = reached(flown.likely, ground.leaves, policy)
    on_it = replace(policy, margin_m=0.0)
    there = _by_code(flown.likely, near, policy)
    hit = _by_code(flown.likely, near, on_it)
    fell, fell_on = _by_code(flown.fallen, near, policy), _by_code(flown.fallen, near, on_it)
    return tuple(
        Struck(
            code=code,
            people=ground.by_code[code].people_best,
            p_near=one.p,
            p_on=hit[code].p if code in hit else 0.0,
            near=code in fell,
            on=code in fell_on,
            first_s=min(one.first_arrival_s, fell[code].first_arrival_s) if code in fell else one.first_arrival_s,
            last_s=one.last_arrival_s,
        )
        for code, one in there.items()
    )


def watch_kept(
    looks: Looks, sight: Sight, flown: Flown, ground: Ground, struck: Sequence[Struck], variant: str, policy: Policy
) -> Watchkeeping:
    """Return the stays under warning that a desk brought about, in the order of their beginnings."""
    begun: dict[str, tuple[float, float]] = {}
    expires: dict[str, float] = {}
    free: dict[str, float] = {}
    stays: list[Stay] = []
    over_s = _overs(flown, ground, struck, looks, policy)
    messages = 0
    for seen, actions, desk in looks:
        for action in actions:
            messages += 1
            codes = [place.code for place in action.places]
            if action.kind is Kind.LIFT:
                stays += [
                    _stay(code, begun.pop(code), free, expires, over_s, ground, action.t_s, policy) for code in codes
                ]
                continue
            inside = _inside(sight, seen.t_s, [place.code for place in action.added], ground, policy)
            for code in codes:
                begun.setdefault(code, (seen.t_s, inside.get(code, 1.0)))
                expires[code] = expiry_s(action, policy)
        free = {one.place.code: one.quiet_s for one in desk.warned}
    stays += [_stay(code, start, {}, expires, over_s, ground, math.nan, policy) for code, start in begun.items()]
    return Watchkeeping(
        variant=variant, stays=tuple(sorted(stays, key=lambda one: (one.warned_s, one.code))), messages=messages
    )


def passes_s(flown: Flown, province: Place, clear_m: float) -> float:
    """Return when the vehicle had passed a province under power or in orbit; NaN when it never did."""
    t_s, clear = _clearances(flown, [province])
    past = np.flatnonzero(clear[0] >= clear_m)
    return float(t_s[past[0]]) if past.size else math.nan


def _by_code(falls: Falls, places: Sequence[Place], policy: Policy) -> dict[str, AtRisk]:
    """Return the places that rows of a crowd come near, by code."""
    return {one.place.code: one for one in assess(falls, places, policy, -math.inf) if one.rows}


def _stay(
    code: str,
    start: tuple[float, float],
    free: Mapping[str, float],
    expires: Mapping[str, float],
    over_s: Mapping[str, float],
    ground: Ground,
    t_s: float,
    policy: Policy,
) -> Stay:
    """Return a stay that ended by a lift at t_s, or by itself."""
    place, sent_s = ground.by_code[code], policy.decision_delay_s
    return Stay(
        code=code,
        country=place.country,
        province=ground.province(code).code,
        people=place.people_best,
        warned_s=start[0] + sent_s,
        lifted_s=t_s + sent_s,
        ends_s=expires[code] if math.isnan(t_s) else t_s + sent_s,
        free_s=math.nan if math.isnan(t_s) else min(free.get(code, t_s), t_s),
        over_s=over_s.get(code, math.nan),
        inside=start[1],
    )


def _overs(flown: Flown, ground: Ground, struck: Sequence[Struck], looks: Looks, policy: Policy) -> dict[str, float]:
    """Return, by place warned, when nature had decided about it.

    Where something could come down: its 99 % arrival. Elsewhere: the end of powered flight, or the moment at which the
    vehicle had passed the place, whichever is first.
    """
    last = {one.code: one.last_s for one in struck if one.p_near >= policy.p_lift}
    codes = sorted({place.code for _, actions, _ in looks for action in actions for place in action.places})
    if not codes:
        return {}
    t_s, clear = _clearances(flown, [ground.by_code[code] for code in codes])
    ended_s = float(flown.flight.t_s[-1])
    over = {}
    for code, own in zip(codes, clear, strict=True):
        past = t_s[own >= policy.margin_m]
        over[code] = last.get(code, min(ended_s, float(past[0]) if past.size else ended_s))
    return over


def _clearances(flown: Flown, places: Sequence[Place]) -> tuple[Array, Array]:
    """Return times and, by place, by how much the vehicle is farther than at its nearest."""
    every = slice(None, None, 3)
    lat, lon, _ = geodetic_from_ecef(flown.flight.r_ecef_m[every])
    return flown.flight.t_s[every], clearance_m(places, lat, lon)


def _inside(sight: Sight, t_s: float, codes: Sequence[str], ground: Ground, policy: Policy) -> dict[str, float]:
    """Return which share of the ground of some places lies inside the risk contour: where p reaches p_warn."""
    if not codes:
        return {}
    falls = sight.crowd(t_s)
    up = np.isfinite(falls.lat_deg) & (falls.t_s > t_s)
    shares = {}
    for code in codes:
        points = ground.points_lonlat(code)
        narrow = math.cos(math.radians(float(points[:, 1].mean())))
        scale = wgs84.METRES_PER_DEGREE * np.array([narrow, 1.0])
        reach_deg = 1.05 * policy.margin_m / scale
        west, south = points.min(axis=0) - reach_deg
        east, north = points.max(axis=0) + reach_deg
        rows = (
            up & (falls.lon_deg >= west) & (falls.lon_deg <= east) & (falls.lat_deg >= south) & (falls.lat_deg <= north)
        )
        off = (np.column_stack([falls.lon_deg[rows], falls.lat_deg[rows]])[None] - points[:, None]) * scale
        p = (np.hypot(off[..., 0], off[..., 1]) <= policy.margin_m) @ falls.p[rows]
        shares[code] = float((p >= policy.p_warn).mean())
    return shares


def _points(shape: shapely.Geometry) -> Array:
    """Return points evenly inside a shape, one at least."""
    west, south, east, north = shape.bounds
    n = 4
    while n < 400:
        lon, lat = np.meshgrid(
            west + (np.arange(n) + 0.5) * (east - west) / n, south + (np.arange(n) + 0.5) * (north - south) / n
        )
        points = np.column_stack([lon.ravel(), lat.ravel()])
        kept = points[shapely.contains_xy(shape, points[:, 0], points[:, 1])]
        if len(kept) >= _POINTS:
            return np.asarray(kept[:: max(len(kept) // _POINTS, 1)], dtype=float)
        n *= 2
    middle = shape.representative_point()
    return np.array([[middle.x, middle.y]])

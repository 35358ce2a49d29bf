"""What the desk sees, moment by moment: the crowd of falls that the track leaves possible, and the track's verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from downrange.alert import Action, Desk, Policy, decide, look, passed_by
from downrange.base import Array, geodetic_from_ecef, wgs84
from downrange.corridor import Hazards, joined, tracked_falls
from downrange.earth import Place
from downrange.fall import Falls
from downrange.replay.model import Watched
from downrange.track import Update, Verdict

TICK_S = 5.0
QUIET_TICK_S = 15.0  # once thrust is lost and nobody is warned
_RENEW_S = 60.0  # how often the falls of a body seen to coast are drawn anew from its track


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What coasts when thrust is lost, and what was planned before it.

    name, beta_kgpm2: of what is left in one piece
    releases:         (body, seconds after lift-off) of everything that is let go in a flight as planned
    runs, seed:       of the draws of its falls
    """

    name: str
    beta_kgpm2: float
    releases: tuple[tuple[str, float], ...]
    runs: int
    seed: int


def keep_watch(
    hazards: Hazards, watched: Watched, places: Sequence[Place], policy: Policy, stack: Stack
) -> tuple[Action, ...]:
    """Return what the desk does, looking every few seconds until all is down and nobody is warned.

    The desk knows of the launch from the first reading on; before it, and without any, nobody is warned.
    Before thrust is called lost the crowd is that of a vehicle that may still fail; afterwards it is what was let go
    as planned and the coasting stack as tracked. In orbit only what was let go is left. The verdict is the last one
    that rests on a reading: silence after it undoes nothing.
    """
    heard = [update for update in watched.updates if update.read_s == 0.0]
    lost_s = watched.detected.t_s if watched.detected is not None else np.inf
    orbit_s = next((update.t_s for update in heard if update.verdict is Verdict.IN_ORBIT), np.inf)
    if not heard:
        return ()
    falls = hazards.ahead(heard[0].t_s)
    near, track = _reached(falls, places, policy), _track(heard)
    desk = Desk(policy=policy)
    done: list[Action] = []
    drawn_s, t_s, end_s = -np.inf, heard[0].t_s, _end_s(hazards.planned, policy)
    while t_s <= end_s:
        last = next(update for update in reversed(heard) if update.t_s <= t_s)
        if t_s < min(lost_s, orbit_s):
            falls = hazards.ahead(t_s)
        elif t_s < lost_s:
            falls = hazards.planned
        elif last.t_s - drawn_s >= _RENEW_S:
            falls, drawn_s = _coasting(last, lost_s, hazards, stack), last.t_s
            near = tuple({place.code: place for place in (*near, *_reached(falls, places, policy))}.values())
            end_s = _end_s(falls, policy)
        behind = track[track[:, 0] <= t_s]
        gone = passed_by(near, behind[:, 1], behind[:, 2], clear_m=policy.margin_m)
        seen = look(falls, near, policy, t_s=t_s, verdict=str(last.verdict), p=last.p, passed=gone)
        desk, actions = decide(desk, seen)
        done += actions
        quiet = not desk.warned and t_s > min(lost_s, orbit_s) + _RENEW_S
        if quiet and t_s > heard[-1].t_s and not any(risk.p >= policy.p_lift for risk in seen.at_risk):
            break
        t_s += QUIET_TICK_S if quiet else TICK_S
    return tuple(done)


def _reached(falls: Falls, places: Sequence[Place], policy: Policy) -> tuple[Place, ...]:
    """Return the places within twice the margin of any row: all others have no row to be warned for.

    Looking at these alone gives the same actions as looking at every place, in a tenth of the time.
    """
    up = 2.0 * policy.margin_m / wgs84.METRES_PER_DEGREE
    down = np.isfinite(falls.lat_deg)
    tree = shapely.STRtree(shapely.points(falls.lon_deg[down], falls.lat_deg[down]))
    west, south, east, north = shapely.bounds([place.geometry_lonlat for place in places]).T
    aside = up / np.cos(np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)) + up, 85.0)))
    hit = np.unique(tree.query(shapely.box(west - aside, south - up, east + aside, north + up))[0])
    return tuple(places[int(i)] for i in hit)


def _coasting(last: Update, lost_s: float, hazards: Hazards, stack: Stack) -> Falls:
    """Return what the plan had let go when thrust was lost, and the stack as tracked."""
    state = np.concatenate([last.r_ecef_m, last.v_ecef_mps])
    spread = np.diag(np.concatenate([last.sigma_r_m, last.sigma_v_mps]) ** 2)
    falling = tracked_falls(
        last.t_s, state, spread, stack.beta_kgpm2, body=stack.name, runs=stack.runs, seed=stack.seed
    )
    gone = [body for body, release_s in stack.releases if release_s <= lost_s and body in hazards.planned.bodies]
    return joined(*(hazards.planned.of(body) for body in gone), falling)


def _track(heard: Sequence[Update]) -> Array:
    """Return the ground track as tracked, every few seconds: rows of time, latitude, longitude."""
    kept: list[Update] = []
    for update in heard:
        if not kept or update.t_s - kept[-1].t_s >= TICK_S:
            kept.append(update)
    lat, lon, _ = geodetic_from_ecef(np.array([update.r_ecef_m for update in kept]).reshape(-1, 3))
    return np.column_stack([[update.t_s for update in kept], lat, lon])


def _end_s(falls: Falls, policy: Policy) -> float:
    """Return when everything of a crowd is down and the desk settled."""
    last = float(np.nanmax(falls.t_s)) if np.isfinite(falls.t_s).any() else 0.0
    return last + policy.settle_s + 4.0 * TICK_S

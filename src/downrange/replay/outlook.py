"""What the desk can see at any moment of a launch: from what is known before it flies, and from what was heard since.

While the vehicle flies, the crowd is that of a vehicle that may still fail, or failed a few seconds ago unseen. Once a
verdict is worth falling it is what had been let go as planned, the stack as tracked, and the pieces of it: whether it
broke up is not known, so both are taken to come down, the pieces from any moment since it was last sure to fly. In orbit
only what was let go is left. What is falling goes on falling unheard, and what is in orbit stays there; but that a
vehicle flies on is no longer known once it was not heard for a while: silence frees nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from downrange.alert import AtRisk, PlaceLike, Policy, Prepared, Situation, Worth, clearance_m, last_arrival_s
from downrange.base import Array, geodetic_from_ecef, wgs84
from downrange.corridor import Hazards, joined, tracked_falls
from downrange.earth import Place, range_azimuth
from downrange.fall import DebrisList, Falls, draw_pieces, drop, load_debris
from downrange.track import Update

TICK_S: Final = 5.0
UNSEEN_S: Final = 10.0  # assumed: so long a failure may go unseen; the two of 2023 are found in 5.1 and 1.3 s
SILENCE_S: Final = 15.0  # assumed: a vehicle not heard for longer is not known to fly on
_RENEW_S: Final = 60.0  # how often the falls of a body seen to coast are drawn anew from its track,
_MOVED_M: Final = 10_000.0  # or as soon as its impact point has moved by so much
_DRAG_M: Final = 10_000.0  # assumed: a stage let go then falls no more than this short of the airless impact point
_SOONEST: Final = 0.05
_ABOUT_S: Final = 5.0  # a release planned so soon after the loss may have come before it
_PIECES: Final = "assumed-launcher"  # what the crowd before the flight breaks into
_CELL_DEG: Final = 0.1  # as coarsely are rows taken together to find the places they may come near
_READY: Final = 4  # crowds kept ready; one is some megabytes
_UNKNOWN: Final = "unknown"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the track said whenever it had heard something, in order of time; silence is not in it.

    t_s, p: (n,); verdict: n words; state_ecef, sigma: (n, 6) position [m] and velocity [m/s] with their sigmas
    impact_deg: (n, 2) latitude and longitude of the airless impact point, NaN where there is none
    """

    t_s: Array
    verdict: tuple[str, ...]
    p: Array
    state_ecef: Array
    sigma: Array
    impact_deg: Array

    def __len__(self) -> int:
        """How many."""
        return len(self.t_s)


def heard_of(updates: Iterable[Update]) -> Heard:
    """Return those updates that rest on a reading at their own time."""
    rows = [update for update in updates if update.read_s == 0.0]
    return Heard(
        t_s=np.array([u.t_s for u in rows]),
        verdict=tuple(str(u.verdict) for u in rows),
        p=np.array([u.p for u in rows]),
        state_ecef=np.array([(*u.r_ecef_m, *u.v_ecef_mps) for u in rows]).reshape(-1, 6),
        sigma=np.array([(*u.sigma_r_m, *u.sigma_v_mps) for u in rows]).reshape(-1, 6),
        impact_deg=np.array([(u.impact.lat_deg, u.impact.lon_deg) for u in rows]).reshape(-1, 2),
    )


_Look = tuple[tuple[AtRisk, ...], float]


class Outlook:
    """What is known of a launch before it flies: the crowd of what may come down, and the places it may come down on.

    Flights of one vehicle share it. What was looked at once while all went as planned is kept by the moment.
    """

    __slots__ = (
        "_kept",
        "_ready",
        "debris",
        "ends_s",
        "first_release_s",
        "hazards",
        "near",
        "places",
        "policy",
        "stack",
        "unimpaired",
    )  # fmt: skip

    def __init__(
        self, hazards: Hazards, places: Sequence[Place], policy: Policy, stack: Stack, *, from_s: float
    ) -> None:
        """Take the crowd, and those of the places that anything of it could reach from a moment on."""
        self.hazards, self.policy, self.stack = hazards, policy, stack
        self.places = tuple(places)
        self.near = reached(hazards.ahead(max(from_s - UNSEEN_S, 0.0)), self.places, policy)
        self.debris: DebrisList = load_debris(_PIECES)
        self.ends_s = _last_s(hazards.planned, hazards.failing)
        self.first_release_s = self._first_release_s()
        self.unimpaired = _without_impaired(hazards)
        self._kept: dict[tuple[float, float, bool], _Look] = {}
        self._ready: dict[tuple[float, bool], tuple[Prepared, float]] = {}

    def flying(self, seen_s: float, t_s: float, *, impaired: bool = True) -> _Look:
        """Return who is at risk at t_s of a vehicle last known to fly at seen_s.

        impaired: what flights that go on with less thrust, or too heavy, let go on their way counts too
        """
        return self._looked((seen_s, t_s, impaired))

    def in_orbit(self, t_s: float) -> _Look:
        """Return who is at risk at t_s of what was let go on the way to orbit."""
        return self._looked((math.inf, t_s, False))

    def let_go_impaired(self, since_s: float) -> Falls:
        """Return what flights that go on impaired let go, of those that had not ended by then."""
        falls, hazards = self.hazards.failing, self.hazards
        left = 1.0 - hazards.p_failed_by(since_s)
        let_go = [
            i for i, body in enumerate(falls.bodies) if any(body.startswith(name) for name, _ in self.stack.releases)
        ]
        keep = np.isin(falls.body_index, let_go) & (hazards.fails_s > since_s)
        part = {name: getattr(falls, name)[keep] for name in ("lat_deg", "lon_deg", "t_s", "p", "body_index")}
        return replace(falls, **{**part, "p": part["p"] / left})

    def _first_release_s(self) -> float:
        """When the first bodies are let go in a planned flight, in one of twenty sooner; infinity when none is."""
        rows = np.unique(self.hazards.planned.body_index)
        first = [np.quantile(self.hazards.let_go_s[self.hazards.planned.body_index == i], _SOONEST) for i in rows]
        return float(min(first, default=math.inf))

    def _looked(self, key: tuple[float, float, bool]) -> _Look:
        """Look once and keep it."""
        if key not in self._kept:
            seen_s, t_s, impaired = key
            ready, down_s = self._prepared(seen_s, impaired=impaired)
            self._kept[key] = ready.at(t_s), down_s
        return self._kept[key]

    def _prepared(self, seen_s: float, *, impaired: bool) -> tuple[Prepared, float]:
        """Return the crowd of a vehicle known to fly at seen_s, ready to be looked at, and when all of it is down."""
        key = seen_s, impaired
        if key not in self._ready:
            hazards = self.hazards if impaired else self.unimpaired
            falls = hazards.planned if math.isinf(seen_s) else hazards.ahead(seen_s)
            if len(self._ready) >= _READY:
                self._ready.clear()
            self._ready[key] = Prepared(falls, self.near, self.policy), last_arrival_s(falls)
        return self._ready[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """The falls of a vehicle seen to have lost its thrust, from one moment of its track on.

    behind, rest: ready to be looked at, for the places that were left behind before the first release, and for the rest
    """

    falls: Falls
    behind: Prepared
    rest: Prepared
    near: tuple[Place, ...]
    down_s: float
    ends_s: float


class Sight:
    """One launch as the desk sees it: what was known before, and what was heard up to the moment of each look."""

    __slots__ = (
        "_ahead_m", "_behind", "_drawn", "_evidence", "_lost", "_pieces", "_renewed", "_seen", "_track",
        "_worth", "heard", "outlook",
    )  # fmt: skip

    def __init__(self, outlook: Outlook, heard: Heard) -> None:
        """Take what was heard, one row or more, and judge each row by itself."""
        self.outlook, self.heard = outlook, heard
        self._worth = [outlook.policy.worth(word, p) for word, p in zip(heard.verdict, heard.p.tolist(), strict=True)]
        knows = np.array([worth is not Worth.NO_EVIDENCE for worth in self._worth])
        self._evidence = np.maximum.accumulate(np.where(knows, np.arange(len(heard)), -1))
        self._lost = _losses(self._worth, self._evidence)
        self._renewed = _renewals(heard, self._lost)
        lat, lon, _ = geodetic_from_ecef(heard.state_ecef[:, :3])
        kept = _spaced(heard.t_s, TICK_S)
        self._track = heard.t_s[kept], lat[kept], lon[kept]
        self._behind: dict[str, Array] = {}
        self._ahead_m: dict[str, float] = {}
        self._drawn: dict[int, _Drawn] = {}
        self._pieces: dict[tuple[int, int], Falls] = {}
        self._seen: dict[float, Situation] = {}

    def situation(self, t_s: float) -> Situation:
        """Return what is known at t_s, not before the first row; the same whatever was asked before."""
        if t_s not in self._seen:
            self._seen[t_s] = self._look(t_s)
        return self._seen[t_s]

    def state(self, t_s: float) -> tuple[Worth, float]:
        """Return what is known of the vehicle by then, and the time of the last row that says so; -inf: nothing yet."""
        row = self._evidence[self._row(t_s)]
        return (Worth.NO_EVIDENCE, -math.inf) if row < 0 else (self._worth[row], float(self.heard.t_s[row]))

    def since_s(self, t_s: float) -> float:
        """Return since when it is known to fall or to be in orbit; infinity while it is not."""
        row = self._evidence[self._row(t_s)]
        if row < 0 or self._worth[row] not in (Worth.FALLING, Worth.ORBIT):
            return math.inf
        same = np.flatnonzero(self._evidence[: row + 1] == np.arange(row + 1))
        other = [i for i in same if self._worth[i] is not self._worth[row]]
        return float(self.heard.t_s[int(same[same > other[-1]][0]) if other else int(same[0])])

    def ends_s(self, t_s: float) -> float:
        """Return when everything that may come down by what is known at t_s is down."""
        if self.state(t_s)[0] is Worth.FALLING:
            return self._falling(t_s).ends_s
        return self.outlook.ends_s

    def crowd(self, t_s: float) -> Falls:
        """Return the falls that were reckoned with at t_s, those that were down by then among them."""
        worth, _ = self.state(t_s)
        if worth is Worth.FALLING:
            return self._falling(t_s).falls
        hazards = self.outlook.hazards
        return hazards.planned if worth is Worth.ORBIT else hazards.ahead(self._known_s(t_s))

    def _known_s(self, t_s: float) -> float:
        """Return until when it is known to have flown as planned: on the clock, and a while before it was last heard."""
        last_s = max(self.state(t_s)[1], float(self.heard.t_s[0]))
        last_s = t_s if t_s - last_s < TICK_S else last_s
        return max(math.floor(last_s / TICK_S) * TICK_S - UNSEEN_S, 0.0)

    def _row(self, t_s: float) -> int:
        """Return the last row heard by then."""
        return max(int(np.searchsorted(self.heard.t_s, t_s, side="right")) - 1, 0)

    def _look(self, t_s: float) -> Situation:
        """Return who is at risk, and of what the verdict is worth."""
        row, outlook = self._row(t_s), self.outlook
        worth, _ = self.state(t_s)
        word, p = self.heard.verdict[row], float(self.heard.p[row])
        near = outlook.near
        if worth is Worth.FALLING:
            drawn = self._falling(t_s)
            near, down_s = drawn.near, drawn.down_s
            at_risk = self._fallen_on(drawn, t_s)
        elif worth is Worth.ORBIT:
            at_risk, down_s = outlook.in_orbit(t_s)
        else:
            if t_s - float(self.heard.t_s[row]) > SILENCE_S:
                word, p = _UNKNOWN, 1.0
            at_risk, down_s = self._flying(t_s)
        return Situation(t_s=t_s, verdict=word, p=p, at_risk=at_risk, down_s=down_s, passed=self._passed(near, t_s))

    def _flying(self, t_s: float) -> _Look:
        """Return who is at risk while it flies.

        Over a place that its impact point had left behind before anything could be let go, it was not impaired so far
        that what it lets go falls there: for such places only what fails and comes down itself counts.
        """
        known_s = self._known_s(t_s)
        at_risk, down_s = self.outlook.flying(known_s, t_s)
        behind = {one.place.code for one in at_risk if self._overflown(one.place, t_s)}
        if not behind:
            return at_risk, down_s
        rest, _ = self.outlook.flying(known_s, t_s, impaired=False)
        kept = [one for one in at_risk if one.place.code not in behind]
        kept += [one for one in rest if one.place.code in behind]
        return tuple(sorted(kept, key=_worst_first)), down_s

    def _fallen_on(self, drawn: _Drawn, t_s: float) -> tuple[AtRisk, ...]:
        """Return who is at risk of what falls."""
        return tuple(sorted((*drawn.behind.at(t_s), *drawn.rest.at(t_s)), key=_worst_first))

    def _overflown(self, place: PlaceLike, t_s: float) -> bool:
        """Say whether the impact point had left a place behind, as seen from the pad, before the first release."""
        before_s = self.outlook.first_release_s
        if not self.heard.t_s[0] <= before_s <= t_s:
            return False
        if place.code not in self._ahead_m:
            _, lat, lon = self._track
            west, south, east, north = place.geometry_lonlat.bounds
            impact = self.heard.impact_deg[self._row(before_s)]
            far_m, _ = range_azimuth(lat[0], lon[0], *impact) if np.isfinite(impact).all() else (math.inf, 0.0)
            place_m, _ = range_azimuth(lat[0], lon[0], (south + north) / 2.0, (west + east) / 2.0)
            self._ahead_m[place.code] = float(far_m) - float(place_m)
        return self._ahead_m[place.code] >= self.outlook.policy.margin_m + _DRAG_M

    def _passed(self, near: Sequence[Place], t_s: float) -> frozenset[str]:
        """Return the places that the vehicle has left behind by then."""
        times, lat, lon = self._track
        fresh = [place for place in near if place.code not in self._behind]
        if fresh:
            self._behind.update(zip((one.code for one in fresh), clearance_m(fresh, lat, lon), strict=True))
        now = max(int(np.searchsorted(times, t_s, side="right")) - 1, 0)
        margin_m = self.outlook.policy.margin_m
        return frozenset(place.code for place in near if self._behind[place.code][now] >= margin_m)

    def _falling(self, t_s: float) -> _Drawn:
        """Return the falls as drawn last."""
        row = int(self._evidence[self._row(t_s)])
        lost = int(self._lost[row])
        at = int(self._renewed[row])
        if at not in self._drawn:
            self._drawn[at] = self._draw(lost, at)
        return self._drawn[at]

    def _draw(self, lost: int, at: int) -> _Drawn:
        """Draw what was let go by the loss, the stack as tracked at a row, and the pieces from the loss on."""
        outlook, stack = self.outlook, self.outlook.stack
        lost_s = float(self.heard.t_s[lost])
        until = min(at, int(np.searchsorted(self.heard.t_s, lost_s + UNSEEN_S)))
        if (lost, until) not in self._pieces:
            self._pieces[lost, until] = self._broken(lost, until)
        planned = outlook.hazards.planned
        gone = [body for body, t_s in stack.releases if t_s <= lost_s + _ABOUT_S and body in planned.bodies]
        whole = tracked_falls(
            float(self.heard.t_s[at]),
            self.heard.state_ecef[at],
            np.diag(self.heard.sigma[at] ** 2),
            stack.beta_kgpm2,
            body=stack.name,
            runs=stack.runs,
            seed=stack.seed,
        )
        falls = joined(*(planned.of(body) for body in gone), whole, self._pieces[lost, until])
        found = {place.code: place for place in (*outlook.near, *reached(falls, outlook.places, outlook.policy))}
        near = tuple(found.values())
        since_s = float(self.heard.t_s[at])
        behind = [place for place in near if self._overflown(place, since_s)]
        rest = [place for place in near if not self._overflown(place, since_s)]
        impaired = joined(falls, outlook.let_go_impaired(lost_s))
        return _Drawn(
            falls=falls,
            behind=Prepared(falls, behind, outlook.policy),
            rest=Prepared(impaired, rest, outlook.policy),
            near=near,
            down_s=last_arrival_s(falls, (stack.name,)),
            ends_s=_last_s(falls),
        )

    def _broken(self, lost: int, until: int) -> Falls:
        """Return the falls of the pieces, had the stack broken up between when it was last sure to fly and a row."""
        outlook, stack, heard = self.outlook, self.outlook.stack, self.heard
        classes, runs = outlook.debris.classes, stack.runs
        _, dv_mps, beta = draw_pieces(outlook.debris, stack.seed, runs)
        flew = [i for i in range(lost) if self._worth[i] in (Worth.IN_FLIGHT, Worth.ORBIT)]
        sure_s = float(heard.t_s[flew[-1] if flew else 0]) - UNSEEN_S
        since = np.arange(int(np.searchsorted(heard.t_s, sure_s)), until + 1)
        row = np.repeat(since[np.arange(runs) * len(since) // runs], len(classes))
        hit = drop(
            heard.t_s[row], heard.state_ecef[row, :3], heard.state_ecef[row, 3:] + dv_mps.reshape(-1, 3), beta.ravel()
        )
        return Falls(
            lat_deg=hit.lat_deg,
            lon_deg=hit.lon_deg,
            t_s=hit.t_s,
            p=np.where(np.isfinite(hit.lat_deg), 1.0 / runs, 0.0),
            body_index=np.tile(np.arange(len(classes), dtype=np.int64), runs),
            bodies=tuple(kind.name for kind in classes),
            source="pieces of a stack seen to have lost its thrust; assumed",
        )


def reached(falls: Falls, places: Sequence[Place], policy: Policy) -> tuple[Place, ...]:
    """Return the places within twice the margin of any row, and some a little farther: all others have no row at all.

    Looking at these alone gives the same actions as looking at every place, in a tenth of the time.
    """
    down = np.isfinite(falls.lat_deg)
    cells = np.unique(np.rint(np.column_stack([falls.lon_deg[down], falls.lat_deg[down]]) / _CELL_DEG), axis=0)
    tree = shapely.STRtree(shapely.points(cells * _CELL_DEG))
    up = 2.0 * policy.margin_m / wgs84.METRES_PER_DEGREE + _CELL_DEG
    west, south, east, north = shapely.bounds([place.geometry_lonlat for place in places]).T
    aside = up / np.cos(np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)) + up, 85.0)))
    hit = np.unique(tree.query(shapely.box(west - aside, south - up, east + aside, north + up))[0])
    return tuple(places[int(i)] for i in hit)


def _worst_first(risk: AtRisk) -> tuple[float, float, str]:
    """Return the order in which places at risk are named."""
    return -risk.p, -risk.p_high, risk.place.code


def _without_impaired(hazards: Hazards) -> Hazards:
    """Return the crowd without the flights that go on impaired."""
    keep = ~hazards.case_flies_on[hazards.case]
    falls = hazards.failing
    part = {name: getattr(falls, name)[keep] for name in ("lat_deg", "lon_deg", "t_s", "p", "body_index")}
    return replace(hazards, failing=replace(falls, **part), case=hazards.case[keep])


def _losses(worth: Sequence[Worth], evidence: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, by row, the row at which the present stretch of falling began; -1 while it does not fall."""
    lost = np.full(len(worth), -1)
    current = -1
    for i, row in enumerate(evidence.tolist()):
        falls = row >= 0 and worth[row] is Worth.FALLING
        current = (row if current < 0 else current) if falls else -1
        lost[i] = current
    return lost


def _renewals(heard: Heard, lost: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return, by row, the row at which the falls are drawn that still hold: they do until old, or off by far."""
    lat, lon = heard.impact_deg.T
    narrow = np.cos(np.radians(np.where(np.isfinite(lat), lat, 0.0)))
    drawn = lost.copy()
    at = -1
    for i, first in enumerate(lost.tolist()):
        if first < 0:
            at = -1
            continue
        if at < 0:
            at = first
        moved_deg = math.hypot(lat[i] - lat[at], (lon[i] - lon[at]) * narrow[i])
        if heard.t_s[i] - heard.t_s[at] >= _RENEW_S or moved_deg * wgs84.METRES_PER_DEGREE > _MOVED_M:
            at = i
        drawn[i] = at
    return drawn


def _spaced(t_s: Array, step_s: float) -> list[int]:
    """Return the rows that are so far apart in time, the first among them."""
    kept: list[int] = []
    for i, t in enumerate(t_s.tolist()):
        if not kept or t - t_s[kept[-1]] >= step_s:
            kept.append(i)
    return kept


def _last_s(*crowds: Falls) -> float:
    """Return when the last row of some crowds is down."""
    return max((float(np.nanmax(one.t_s)) for one in crowds if np.isfinite(one.t_s).any()), default=0.0)

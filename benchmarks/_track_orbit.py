"""Does it reach orbit? Invented ascents around their cut-off, through readings and filter. Run by itself: nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from _report import digits, say

from downrange.base import geodetic_from_ecef, inertial_velocity, uniforms
from downrange.track.assess import assess
from downrange.track.families import FlightKind, Group, draw_family, radar_near
from downrange.track.filter import follow
from downrange.track.model import Verdict
from downrange.track.simulate import between, simulate
from downrange.track.verdict import Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from downrange.base import Array
    from downrange.track.families import Path
    from downrange.track.model import Sensor

T0 = datetime(2026, 1, 1, tzinfo=UTC)
SHARES = {FlightKind.ORBITAL: 0.3, FlightKind.NEAR_MISS: 0.5, FlightKind.FAILED: 0.2}
BEFORE_S, AFTER_S = 60.0, 40.0  # readings from so long before the end of thrust to so long after
BY_S = 30.0  # decided so long after it
EDGES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
_GM, _RE = 3.986004418e14, 6_378_137.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What was said of one flight, and the truth.

    p_orbit:   30 s after the end of thrust; NaN when there was no reading
    sigma_m:   one sigma of the perigee then
    perigee_m: true, at the same instant
    decided_s: from the end of thrust to the first verdict about the orbit that stood to the end; inf when none did
    claimed:   that verdict says orbit
    """

    kind: str
    vehicle: str
    number: int
    range_m: float
    p_orbit: float
    sigma_m: float
    perigee_m: float
    decided_s: float
    claimed: bool


def true_perigee_m(path: Path, t_s: float) -> float:
    """Return the two-body perigee of the true state, over the equatorial radius."""
    place, speed = between(np.array([t_s]), path.t_s, path.r_ecef_m, path.v_ecef_mps)
    r, v = place[0], inertial_velocity(place, speed)[0]
    radius = float(np.linalg.norm(r))
    energy = 0.5 * float(v @ v) - _GM / radius
    momentum = np.cross(r, v)
    sma = -0.5 * _GM / energy
    ecc = float(np.sqrt(max(0.0, 1.0 - float(momentum @ momentum) / (_GM * sma))))
    return sma * (1.0 - ecc) - _RE


def radar_for(path: Path, at_s: float, u: float, *, farthest_m: float) -> tuple[Sensor, float]:
    """Return a radar between 200 km and the farthest, and its distance; never so far that the Earth hides the flight."""
    i = min(int(np.searchsorted(path.t_s, at_s)), path.t_s.size - 1)
    alt_m = float(geodetic_from_ecef(path.r_ecef_m[i])[2])
    far = min(farthest_m, 0.7 * float(np.sqrt(2.0 * _RE * max(alt_m, 30e3))))
    range_m = 200e3 + max(far - 200e3, 0.0) * u
    return radar_near(path, range_m=range_m, at_s=at_s), range_m


def call_of(path: Path, u: Array, seed: int) -> Call:
    """Simulate the readings around the end of thrust, follow, assess."""
    cut = path.cutoff_s
    sensor, range_m = radar_for(path, cut, float(u[0]), farthest_m=1_200e3)
    rows = (path.t_s > cut - BEFORE_S) & (path.t_s < cut + AFTER_S)
    readings = simulate(path.t_s[rows], path.r_ecef_m[rows], path.v_ecef_mps[rows], [sensor], T0, seed)
    rules = Rules()
    updates = assess(follow(readings, [sensor], T0, burns=path.planned), path.planned, rules=rules)
    end = min(cut + BY_S, float(path.t_s[rows][-1]))
    there = [update for update in updates if update.t_s <= end + 0.05]
    p, sigma = (there[-1].p_orbit, there[-1].perigee_sigma_m) if there else (np.nan, np.nan)
    words = (Verdict.IN_ORBIT, Verdict.WILL_NOT_REACH_ORBIT)
    stood = next((i for i in range(len(updates), 0, -1) if updates[i - 1].verdict not in words), 0)
    said = updates[stood] if stood < len(updates) and updates[stood].t_s > cut else None
    return Call(
        kind=str(path.kind), vehicle=path.vehicle, number=path.number, range_m=range_m, p_orbit=p, sigma_m=sigma,
        perigee_m=true_perigee_m(path, end), decided_s=np.inf if said is None else said.t_s - cut,
        claimed=said is not None and said.verdict is Verdict.IN_ORBIT,
    )  # fmt: skip


def calls(count: int, seed: int) -> list[Call]:
    """Return what was said of so many flights of the test group."""
    found = []
    for k, (kind, share) in enumerate(SHARES.items()):
        paths = draw_family(kind, seed, 0, max(round(count * share), 2), group=Group.TEST, tail_s=AFTER_S + 2.0)
        u = uniforms(seed + 1, len(paths), 1, first=k << 20)
        found += [call_of(path, u[i], seed * 1_000_003 + 4 * i + k) for i, path in enumerate(paths)]
    return found


def reliability(p: Array, happened: Array) -> list[dict[str, float]]:
    """Return for each bin of probability: how many, the mean told, the share that came true."""
    table = []
    for low, high in pairwise(EDGES):
        there = (p >= low) & ((p < high) | (high == 1.0))
        if there.any():
            told, came = float(p[there].mean()), float(happened[there].mean())
            table.append(
                {"from": low, "to": high, "flights": int(there.sum()), "told": digits(told), "came": digits(came)}
            )
    return table


def orbit_table(count: int, seed: int, limit_m: float = 120_000.0) -> dict[str, object]:
    """Measure the orbit call on so many flights, and tell it in words."""
    found = [call for call in calls(count, seed) if np.isfinite(call.p_orbit)]
    p, low = np.array([c.p_orbit for c in found]), np.array([c.perigee_m for c in found])
    orbit = low > limit_m
    sure = (p >= 0.99) | (p <= 0.01)
    right = (p > 0.5) == orbit
    decided_s = np.array([c.decided_s for c in found])
    wrong = [
        {"kind": c.kind, "vehicle": c.vehicle, "number": c.number, "range_km": round(c.range_m / 1e3),
         "p_orbit": digits(c.p_orbit), "perigee_km": digits(c.perigee_m / 1e3, 4), "sigma_km": digits(c.sigma_m / 1e3)}
        for c, s, r in zip(found, sure, right, strict=True) if s and not r
    ]  # fmt: skip
    said = np.isfinite(decided_s)
    verdicts_right = np.array([c.claimed == bool(o) for c, o in zip(found, orbit, strict=True)])
    bands = {name: rows(np.abs(low - limit_m)) for name, rows in _BANDS.items()}
    result: dict[str, object] = {
        "flights": len(found),
        "not_seen": count - len(found),
        "orbits": int(orbit.sum()),
        "claims_99": int(sure.sum()),
        "right_of_claims_99": digits(float(right[sure].mean()), 5),
        "claims_within_30_s_share": digits(float(sure.mean()), 4),
        "verdict_within_30_s_share": digits(float((decided_s <= BY_S + 0.05).mean()), 4),
        "verdict_s_median": digits(float(np.median(decided_s[said]))) if said.any() else None,
        "verdict_s_p95": digits(float(np.percentile(decided_s[said], 95))) if said.any() else None,
        "verdicts_right": digits(float(verdicts_right[said].mean()), 5) if said.any() else None,
        "claimed_share_by_distance_to_limit": {
            name: [int(rows.sum()), digits(float(sure[rows].mean()))] for name, rows in bands.items() if rows.any()
        },
        "perigee_sigma_km_median": digits(float(np.median([c.sigma_m for c in found])) / 1e3),
        "reliability": reliability(p, orbit),
        "wrong": wrong[:30],
    }
    _tell(result)
    return result


_BANDS: dict[str, Callable[[Array], Array]] = {
    "under 5 km": lambda d: d < 5e3,
    "5 to 20 km": lambda d: (d >= 5e3) & (d < 20e3),
    "20 to 60 km": lambda d: (d >= 20e3) & (d < 60e3),
    "over 60 km": lambda d: d >= 60e3,
}


def _tell(result: dict[str, object]) -> None:
    """Say it in words."""
    say("Reaches orbit or not, radar 30 m, 1 mrad, 10 Hz, 200 to 1,200 km away; invented flights that tuning never saw")
    say(f"  {result['flights']} flights, {result['orbits']} of them orbits, limit of the perigee 120 km")
    say(
        f"  30 s after the end of thrust {result['claims_99']} are claimed with 99 % or more; "
        f"right: {result['right_of_claims_99']}"
    )
    say(f"  verdict {result['verdict_s_median']} s after it (median), {result['verdict_s_p95']} s (95 of 100)")
    say(f"  claimed by distance of the true perigee to the limit: {result['claimed_share_by_distance_to_limit']}")
    for row in result["reliability"]:  # type: ignore[attr-defined]
        say(
            f"  told {row['from']:.2f} to {row['to']:.2f}: {row['flights']} flights, mean {row['told']}, came {row['came']}"
        )

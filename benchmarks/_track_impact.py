"""Impact points of failing flights from simulated tracks: error before drag, and what the region with drag holds.

The truth falls with a ballistic coefficient and an air drawn from the prior that the regions are made with, from where
its thrust ended; the tracker knows neither. No peer makes such a region.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import digits, options, say
from _track_s1 import module, radar

from downrange.base import geodetic_from_ecef, normals, uniforms
from downrange.earth import range_azimuth
from downrange.fall import drop, fall_path, impact_point
from downrange.track import Sensor, follow, simulate
from downrange.track.families import FlightKind, Group, draw_family, radar_near
from downrange.track.impact import BetaPrior, impact_ensemble

if TYPE_CHECKING:
    from collections.abc import Iterator

    from downrange.base import Array
    from downrange.track import Track

T0 = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE_S, AFTER_S = 60.0, 31.0  # how long it is tracked before and after the loss
MOMENTS_S = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0)
LEVELS = (0.5, 0.9, 0.99)
CLEAR_M = 60_000.0  # above this the air does nothing to the track
MOST_RANGE_M = 1_200e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A flight whose thrust ends, with what it falls as.

    t_s, r_ecef_m, v_ecef_mps: from some time before the loss until some time after, or until the ground
    impact_lat_deg, impact_lon_deg: where it comes down
    """

    source: str
    lost_s: float
    lost_alt_m: float
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    sensor: Sensor
    impact_lat_deg: float
    impact_lon_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was said some seconds after a loss: error without air, and the content of the region at the true impact."""

    source: str
    after_s: float
    high: bool
    miss_m: float
    content: float
    area_m2: float
    stays_up: float


def falls(prior: BetaPrior, seed: int, count: int) -> Array:
    """Return the ballistic coefficients, in the air of the table, that the truths fall with."""
    luck = normals(seed, count, 2)
    return prior.draws(luck[:, 0]) * np.exp(-prior.air_sigma * luck[:, 1])


def failing(source: str, sensor: Sensor, powered: tuple[Array, Array, Array], lost_s: float, beta: float) -> Failing:
    """Return a flight that follows a powered one until its thrust ends, and falls from there."""
    t, r, v = powered
    i = int(np.argmin(np.abs(t - lost_s)))
    fall_t, fall_r, fall_v = fall_path(float(t[i]), r[i], v[i], beta, every_s=0.5, rows=int(2.0 * AFTER_S) + 2)
    early = slice(int(np.searchsorted(t, t[i] - BEFORE_S)), i)
    hit = drop([t[i]], r[i], v[i], [beta])
    return Failing(
        source=source,
        lost_s=float(t[i]),
        lost_alt_m=float(geodetic_from_ecef(r[i])[2]),
        t_s=np.concatenate([t[early], fall_t]),
        r_ecef_m=np.concatenate([r[early], fall_r]),
        v_ecef_mps=np.concatenate([v[early], fall_v]),
        sensor=sensor,
        impact_lat_deg=float(hit.lat_deg[0]),
        impact_lon_deg=float(hit.lon_deg[0]),
    )


def s1_flights(count: int, seed: int, prior: BetaPrior, lost_s: float | None = None) -> Iterator[Failing]:
    """Yield flights of scenario S1 that lose their thrust at a moment, or between T+130 and 300 s."""
    whole = module("conftest").truth(None)
    every = slice(0, None, 25)
    powered = (whole.t_s[every], whole.r_ecef_m[every], whole.v_ecef_mps[every])
    beta, when = falls(prior, seed, count), 130.0 + 170.0 * uniforms(seed + 1, count, 1)[:, 0]
    for i in range(count):
        yield failing("S1", radar(), powered, lost_s or float(when[i]), float(beta[i]))


def family_flights(count: int, seed: int, prior: BetaPrior) -> Iterator[Failing]:
    """Yield failing flights of invented vehicles, none of those that anything was tuned on."""
    beta = falls(prior, seed + 2, count)
    away_m = 100e3 + 400e3 * uniforms(seed + 3, count, 1)[:, 0]
    flights = draw_family(FlightKind.FAILED, seed, 0, count, group=Group.TEST, tail_s=1.0, step_s=0.5)
    for i, path in enumerate(flights):
        t, keep = np.unique(path.t_s, return_index=True)
        powered = (t, path.r_ecef_m[keep], path.v_ecef_mps[keep])
        sensor = radar_near(path, range_m=float(away_m[i]), at_s=path.cutoff_s)
        yield failing("family", sensor, powered, path.cutoff_s, float(beta[i]))


def looks(flight: Failing, seed: int, prior: BetaPrior, members: int) -> list[Looked]:
    """Return what is said of a flight after its loss, where it is tracked."""
    readings = simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, (flight.sensor,), T0, seed)
    track = follow(readings, (flight.sensor,), T0)
    out = []
    for after_s in MOMENTS_S:
        i = int(np.searchsorted(track.t_s, flight.lost_s + after_s))
        if i < track.t_s.size and track.t_s[i] < flight.lost_s + after_s + 0.5:
            out.append(look(flight, track, i, after_s, prior, seed, members))
    return out


def look(flight: Failing, track: Track, i: int, after_s: float, prior: BetaPrior, seed: int, members: int) -> Looked:
    """Return what is said at one row of a track."""
    true_r, true_v = (
        np.array([np.interp(track.t_s[i], flight.t_s, a[:, k]) for k in range(3)])
        for a in (flight.r_ecef_m, flight.v_ecef_mps)
    )
    j = int(np.searchsorted(flight.t_s, track.t_s[i], side="right")) - 1
    ahead = float(track.t_s[i] - flight.t_s[j])
    if j + 1 < flight.t_s.size:  # between rows half a second apart: a cubic is good to millimetres
        h = float(flight.t_s[j + 1] - flight.t_s[j])
        x = ahead / h
        r0, r1, v0, v1 = (*flight.r_ecef_m[j : j + 2], *flight.v_ecef_mps[j : j + 2])
        true_r = (
            (1 + 2 * x) * (1 - x) ** 2 * r0
            + x * (1 - x) ** 2 * h * v0
            + x * x * (3 - 2 * x) * r1
            - x * x * (1 - x) * h * v1
        )
    lat, lon, _ = impact_point(np.stack([track.r_ecef_m[i], true_r]), np.stack([track.v_ecef_mps[i], true_v]))
    region = impact_ensemble(
        track.r_ecef_m[i],
        track.v_ecef_mps[i],
        track.cov[i],
        t_s=float(track.t_s[i]),
        drag=prior,
        members=members,
        seed=seed,
    )
    there = np.isfinite([*lat, *lon]).all()
    miss_m = float(range_azimuth(lat[0], lon[0], lat[1], lon[1])[0]) if there else math.nan
    lands = math.isfinite(flight.impact_lat_deg)
    return Looked(
        source=flight.source,
        after_s=after_s,
        high=flight.lost_alt_m > CLEAR_M,
        miss_m=miss_m,
        content=float(region.content(flight.impact_lat_deg, flight.impact_lon_deg)) if lands else math.nan,
        area_m2=math.pi * 4.605 * region.sigma_major_m * region.sigma_minor_m,
        stays_up=region.p_stays_up,
    )


def row(looked: list[Looked]) -> dict[str, Any]:
    """Return the figures of some looks."""
    miss = np.array([one.miss_m for one in looked])
    content = np.array([one.content for one in looked])
    miss, content = miss[np.isfinite(miss)], content[np.isfinite(content)]
    if not miss.size or not content.size:
        return {"looks": len(looked)}
    return {
        "looks": len(looked),
        "vacuum_rms_m": digits(float(np.sqrt(np.mean(miss**2)))),
        "vacuum_median_m": digits(float(np.median(miss))),
        "vacuum_p95_m": digits(float(np.quantile(miss, 0.95))),
        **{f"inside_{level * 100:.0f}": digits(float((content <= level).mean())) for level in LEVELS},
    }


def cost_s(members: int) -> float:
    """Return the CPU seconds of one region of so many members, some 250 s into S1; the best of several."""
    whole = module("conftest").truth(None)
    i, cov = 12_500, np.diag([30.0**2] * 3 + [3.0**2] * 3)
    best = math.inf
    for _ in range(7):
        start = time.process_time()
        impact_ensemble(whole.r_ecef_m[i], whole.v_ecef_mps[i], cov, t_s=250.0, members=members)
        best = min(best, time.process_time() - start)
    return best


def table(count: int = 600, seed: int = 4400, members: int = 200) -> dict[str, Any]:
    """Return the figures: half of the flights are S1's, half of a family that nothing was tuned on."""
    prior = BetaPrior()
    flights = [*s1_flights(count // 2, seed, prior), *family_flights(count - count // 2, seed, prior)]
    looked = [one for i, flight in enumerate(flights) for one in looks(flight, seed + i, prior, members)]
    settled = [one for one in looked if one.after_s >= 10.0]
    defined = s1_flights(max(count // 10, 1), seed + 10, prior, lost_s=200.0)
    again = [one for i, flight in enumerate(defined) for one in looks(flight, seed + i, prior, members)]
    return {
        "seed": seed,
        "flights": len(flights),
        "members": members,
        "cost_ms": digits(1e3 * cost_s(members)),
        "10_to_30_s": row(settled),
        "5_s": row([one for one in looked if one.after_s < 10.0]),
        "S1_lost_at_200_s": row([one for one in again if one.after_s >= 10.0]),
        "S1": row([one for one in settled if one.source == "S1"]),
        "family_above_60_km": row([one for one in settled if one.source == "family" and one.high]),
        "family_below_60_km": row([one for one in settled if one.source == "family" and not one.high]),
    }


def main() -> None:
    """Print the figures as one line of JSON."""
    asked = options(__doc__ or "")
    figures = table(count=8 if asked.tiny else 600)
    for name, one in figures.items():
        say(f"{name}: {one}")
    print(json.dumps({"name": "track_impact", **figures}))


if __name__ == "__main__":
    main()

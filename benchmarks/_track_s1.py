"""Scenario S1 for the benchmark of the tracker: truth and readings of the tests, errors, the bound. Run by itself: nothing."""

from __future__ import annotations

import importlib.util
import math
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import digits

from downrange.base import ecef_from_geodetic, enu_axes
from downrange.track import Burn, Sensor, follow

if TYPE_CHECKING:
    from types import ModuleType

    from downrange.base import Array
    from downrange.track import Reading, Track

TESTS = Path(__file__).parents[1] / "tests" / "track"
BURNS = (Burn(0.0, 122.0, 1), Burn(126.0, 310.0, 2))
FAILS_AT_S = 200.0
FIRST_ROW = 10  # reading with which every filter starts: the eleventh
SETTLED = 300  # updates left out of the errors, as the scenario says
DOPPLER_MPS = 1.0
SEGMENTS = {
    "boost 160-200 s": (160.0, 200.0),
    "5-10 s after loss": (205.0, 210.0),
    "coast 230-340 s": (230.0, 340.0),
    "all": (40.0 + 0.1 * (FIRST_ROW + SETTLED), 345.0),
}
MUST = {"boost 160-200 s": (1.15, None), "coast 230-340 s": (1.3, 1.5)}
AIM = {"boost 160-200 s": (1.05, None), "coast 230-340 s": (1.1, 1.2)}
LEFT_RUNS = 10  # runs whose readings are looked at again
_INSIDE_90 = 10.6446  # chi2 of six numbers that nine in ten stay below


@cache
def module(name: str) -> ModuleType:
    """Load a file of tests/track, which is no package."""
    spec = importlib.util.spec_from_file_location(f"tests_track_{name}", TESTS / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded  # records with slots look their module up
    spec.loader.exec_module(loaded)
    return loaded


def radar(doppler_mps: float | None = None) -> Sensor:
    """Return S1's radar, with Doppler where asked."""
    s1 = module("conftest").S1
    lat, lon, alt = s1.RADAR
    return Sensor(
        name="radar", title="the radar of S1", lat_deg=lat, lon_deg=lon, alt_m=alt, sigma_range_m=s1.SIGMA[0],
        sigma_az_deg=math.degrees(s1.SIGMA[1]), sigma_el_deg=math.degrees(s1.SIGMA[2]),
        sigma_range_rate_mps=doppler_mps, max_range_m=1e7, period_s=0.1, start_s=40.0, source="S1",
    )  # fmt: skip


def rows(first: int = 0) -> Array:
    """Return the rows of the truth, 0.02 s apart, at which the radar looked."""
    return 2000 + 5 * np.arange(first, module("conftest").S1.SAMPLES)


def truth(fails_at_s: float | None = FAILS_AT_S, first: int = 0) -> tuple[Array, Array, Array]:
    """Return times, places and velocities at the readings from number `first` on."""
    flight, at = module("conftest").truth(fails_at_s), rows(first)
    return flight.t_s[at], flight.r_ecef_m[at], flight.v_ecef_mps[at]


def readings(seed: int, fails_at_s: float | None = FAILS_AT_S, doppler_mps: float | None = None) -> tuple[Reading, ...]:
    """Return S1's readings; the Doppler's noise has draws of its own, so that the other numbers stay as defined."""
    plain: tuple[Reading, ...] = module("conftest").s1_readings(seed, fails_at_s)
    if doppler_mps is None:
        return plain
    _, r, v = truth(fails_at_s)
    d = r - ecef_from_geodetic(*module("conftest").S1.RADAR)
    noise = np.random.default_rng([seed, 1]).normal(size=len(plain)) * doppler_mps
    rate = np.sum(d * v, axis=1) / np.linalg.norm(d, axis=1) + noise
    return tuple(replace(one, range_rate_mps=x) for one, x in zip(plain, rate.tolist(), strict=True))


def polar(seed: int, fails_at_s: float | None = FAILS_AT_S) -> Array:
    """Return the same readings as range [m], azimuth and elevation [rad], (3011, 3), for filters that take arrays."""
    s1 = module("conftest").S1
    noise = np.random.default_rng(seed).normal(size=(s1.SAMPLES, 3)) * np.array(s1.SIGMA)
    seen: Array = module("conftest").polar(truth(fails_at_s)[1]) + noise
    return seen


def burning(t_s: Array, fails_at_s: float | None = FAILS_AT_S) -> Array:
    """Say of each reading whether the engine burned since the one before."""
    before = t_s - 0.05
    lit = np.zeros(t_s.size, dtype=bool)
    for burn in BURNS:
        lit |= (before > burn.t_ignition_s) & (before < burn.t_cutoff_s)
    return lit & (before < (math.inf if fails_at_s is None else fails_at_s))


def oracle_radar(doppler_mps: float | None = None) -> Any:  # noqa: ANN401 - a record of the tests
    """Return S1's radar as the bound's oracle wants it."""
    s1 = module("conftest").S1
    lat, lon, alt = s1.RADAR
    return module("bound").Radar(
        place_ecef_m=ecef_from_geodetic(lat, lon, alt),
        axes=enu_axes(lat, lon),
        sigma=(*s1.SIGMA, *(() if doppler_mps is None else (doppler_mps,))),
    )


def bounds(q: float) -> dict[str, tuple[float, float]]:
    """Return the bound's RMS of position and velocity in each segment."""
    t, r, v = truth(first=FIRST_ROW)
    p = module("bound").bound(t, r, v, burning(t), oracle_radar(), q)
    return {
        name: (
            float(np.sqrt(np.trace(p[at, :3, :3], axis1=1, axis2=2).mean())),
            float(np.sqrt(np.trace(p[at, 3:, 3:], axis1=1, axis2=2).mean())),
        )
        for name, at in _segments(t).items()
    }


def _segments(t_s: Array) -> dict[str, Array]:
    """Return which readings lie in each segment."""
    return {name: (t_s >= low - 1e-6) & (t_s < high - 1e-6) for name, (low, high) in SEGMENTS.items()}


def misses(track: Track, fails_at_s: float | None = FAILS_AT_S) -> Array:
    """Return estimate minus truth, (n, 6)."""
    flight = module("conftest").truth(fails_at_s)
    at = np.round(track.t_s / 0.02).astype(int)
    return np.concatenate([track.r_ecef_m - flight.r_ecef_m[at], track.v_ecef_mps - flight.v_ecef_mps[at]], axis=1)


def accuracy(seeds: range) -> dict[str, Any]:
    """Return errors against the bound and against what the filter says of itself, over many seeds."""
    sensor = (radar(),)
    square: dict[str, list[tuple[float, float]]] = {name: [] for name in SEGMENTS}
    scores: dict[str, list[Array]] = {name: [] for name in SEGMENTS}
    left: dict[str, list[Array]] = {name: [] for name in SEGMENTS}
    for seed in seeds:
        track = follow(readings(seed), sensor, module("conftest").T0, burns=())
        miss = misses(track)
        spread = np.einsum("ni,nij,nj->n", miss, np.linalg.inv(track.cov), miss)
        for name, at in _segments(track.t_s).items():
            square[name].append(
                (float((miss[at, :3] ** 2).sum(axis=1).mean()), float((miss[at, 3:] ** 2).sum(axis=1).mean()))
            )
            scores[name].append(spread[at])
            if seed - seeds.start < LEFT_RUNS and name != "all":
                left[name].append(left_over(track, at, seed))
    least, loose = bounds(0.02), bounds(0.1)
    return {
        "seeds": f"{seeds.start}-{seeds.stop - 1}",
        "flight": f"S1, thrust lost at {FAILS_AT_S:g} s",
        "segments": {
            name: _row(name, square[name], (scores[name], left[name]), least[name], loose[name]) for name in SEGMENTS
        },
    }


def left_over(track: Track, at: Array, seed: int) -> Array:
    """Return what is left of the readings after each update, in units of what the filter says should be left, squared.

    Three numbers: 3 when noise and covariance are right. After an update their covariance is R - H P H'.
    """
    z, eye, out = polar(seed), oracle_radar(), []
    for i in np.flatnonzero(at):
        h = module("bound").slopes(track.r_ecef_m[i], track.v_ecef_mps[i], eye)[:, :6]
        gap = z[round((track.t_s[i] - 40.0) / 0.1)] - module("conftest").polar(track.r_ecef_m[i : i + 1])[0]
        gap[1] = (gap[1] + math.pi) % (2.0 * math.pi) - math.pi
        rest = np.diag(np.square(eye.sigma)) - h @ track.cov[i] @ h.T
        out.append(float(gap @ np.linalg.solve(rest, gap)))
    return np.array(out)


def _row(
    name: str, square: list[tuple[float, float]], scores: tuple[list[Array], list[Array]], least: tuple[float, float],
    loose: tuple[float, float],
) -> dict[str, Any]:  # fmt: skip
    """Return the entry of one segment."""
    position, velocity = np.sqrt(np.mean(square, axis=0)).tolist()
    runs = np.array(square)
    scatter = runs.std(axis=0, ddof=1) / np.sqrt(len(square)) / (2.0 * runs.mean(axis=0)) if len(square) > 1 else (0, 0)
    every = np.concatenate(scores[0])
    return {
        "rms_position_m": digits(position),
        "rms_velocity_mps": digits(velocity),
        "standard_error_of_them": [digits(float(x), 2) for x in scatter],
        "bound_q0.02": [digits(x) for x in least],
        "bound_q0.1": [digits(x) for x in loose],
        "ratio_position": digits(position / least[0]),
        "ratio_velocity": digits(velocity / least[1]),
        "ratio_q0.1": [digits(position / loose[0]), digits(velocity / loose[1])],
        "must": MUST.get(name),
        "aim": AIM.get(name),
        "nees_of_6": digits(float(every.mean())),
        "inside_90": digits(float((every < _INSIDE_90).mean())),
        **({"left_over_of_3": digits(float(np.concatenate(scores[1]).mean()))} if scores[1] else {}),
    }

"""The bound that judges the tracker: against published figures, and against sums made another way; then the tracker itself."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes
from downrange.track import follow

HERE = Path(__file__).parent


def load(path: Path):
    spec = importlib.util.spec_from_file_location(f"of_bound_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


oracle = load(HERE / "bound.py")
published = load(HERE.parent / "authority" / "track_bound.py")
FAILS_S, SEEDS = 200.0, range(1000, 1012)


@pytest.fixture(scope="module")
def eye(s1):
    return oracle.Radar(place_ecef_m=ecef_from_geodetic(*s1.RADAR), axes=enu_axes(*s1.RADAR[:2]), sigma=s1.SIGMA)


@pytest.fixture(scope="module")
def path(fly):
    """Return times, places, velocities and whether the engine burned, at the readings of the failing flight."""
    flight, rows = fly(FAILS_S), 2000 + 5 * np.arange(10, 3011)
    t = flight.t_s[rows]
    before = t - 0.05
    lit = (before < 122.0) | ((before > 126.0) & (before < FAILS_S))
    return t, flight.r_ecef_m[rows], flight.v_ecef_mps[rows], lit


@pytest.fixture(scope="module")
def bounds(path, eye):
    return {q: oracle.bound(*path, eye, q) for q in (0.02, 0.1)}


def rms(p: np.ndarray, first: int) -> float:
    return float(np.sqrt(np.trace(p[:, first : first + 3, first : first + 3], axis1=1, axis2=2).mean()))


@pytest.mark.parametrize(("low", "high", "q", "position_m", "velocity_mps"), published.RMS)
def test_the_bound_is_as_published(low, high, q, position_m, velocity_mps, path, bounds) -> None:
    at = (path[0] >= low) & (path[0] < high)
    assert rms(bounds[q][at], 0) == pytest.approx(position_m, rel=published.PRINTED)
    assert rms(bounds[q][at], 3) == pytest.approx(velocity_mps, rel=published.PRINTED)


def test_coasting_the_bound_is_a_least_squares_fit(path, eye) -> None:
    """Without noise of motion the recursion must give what one fit of all readings at once gives."""
    t, r, v, _ = (column[1700:1721] for column in path)
    assert t[0] > FAILS_S
    got = oracle.bound(t, r, v, np.zeros(t.size, dtype=bool), eye, 0.0)[-1]
    since, total = np.eye(6), np.linalg.inv(oracle.opening(r[0], eye)[:6, :6])
    for i in range(1, t.size):
        since = oracle.transition(r[i - 1], t[i] - t[i - 1], burning=False)[:6, :6] @ since
        h = oracle.slopes(r[i], v[i], eye)[:, :6] @ since
        total += h.T @ np.diag(1.0 / np.square(eye.sigma)) @ h
    assert got == pytest.approx(since @ np.linalg.inv(total) @ since.T, rel=1e-6)


def test_the_slopes_are_those_of_the_numbers(path, eye, s1) -> None:
    r, v = path[1][900], path[2][900]
    both = oracle.Radar(place_ecef_m=eye.place_ecef_m, axes=eye.axes, sigma=(*s1.SIGMA, 1.0))

    def numbers(x: np.ndarray) -> np.ndarray:
        d = x[:3] - eye.place_ecef_m
        e, n, u = eye.axes @ d
        return np.array(
            [np.linalg.norm(d), np.arctan2(e, n), np.arctan2(u, np.hypot(e, n)), d @ x[3:] / np.linalg.norm(d)]
        )

    x, steps = np.concatenate([r, v]), np.diag([10.0] * 3 + [1.0] * 3)
    want = np.array([(numbers(x + s) - numbers(x - s)) / (2.0 * s.sum()) for s in steps]).T
    assert oracle.slopes(r, v, both)[:, :6] == pytest.approx(want, rel=1e-6, abs=1e-12)


def test_the_energy_of_a_loss_is_that_of_all_readings_together(path, eye) -> None:
    """The sum of normalised innovations must be the squared distance of the whole record, with its whole covariance."""
    t, r, v, _ = (column[1300:1325] for column in path)
    lost, onset, q = np.array([3.0, -9.0, 5.0]), 8, 0.1
    got = oracle.loss_energy(t, r, v, lost, eye, q, onset)[-1]
    moves = [oracle.transition(r[i - 1], t[i] - t[i - 1], burning=True) for i in range(1, t.size)]
    states, cross = [oracle.opening(r[0], eye)], []
    for i, f in enumerate(moves):
        states.append(f @ states[-1] @ f.T + oracle.jerk_noise(q, t[i + 1] - t[i]))
    looks = [oracle.slopes(a, b, eye) for a, b in zip(r, v, strict=True)]
    k = 3 * (t.size - 1)
    whole, shift, miss = np.zeros((k, k)), np.zeros(k), np.zeros(9)
    for i in range(1, t.size):
        if i == onset + 1:
            miss[6:] -= lost
        miss = moves[i - 1] @ miss
        here = slice(3 * i - 3, 3 * i)
        shift[here], cross = looks[i] @ miss, states[i]
        for j in range(i, t.size):
            there = slice(3 * j - 3, 3 * j)
            whole[there, here] = looks[j] @ cross @ looks[i].T
            whole[here, there] = whole[there, here].T
            cross = moves[j] @ cross if j < t.size - 1 else cross
        whole[here, here] += np.diag(np.square(eye.sigma))
    assert got == pytest.approx(shift @ np.linalg.solve(whole, shift), rel=1e-6)


@pytest.mark.parametrize(("energy", "low_s", "high_s"), published.ENERGY_S)
def test_a_loss_shows_as_soon_as_published(energy, low_s, high_s, fly, eye) -> None:
    flight, rows = fly(None), 6300 + 5 * np.arange(900)
    t, r, v = flight.t_s[rows], flight.r_ecef_m[rows], flight.v_ecef_mps[rows]
    lost = (flight.v_ecef_mps[10_001] - fly(FAILS_S).v_ecef_mps[10_001]) / 0.02
    assert np.linalg.norm(lost) == pytest.approx(12.6, abs=0.1)
    onset = int(np.argmin(np.abs(t - FAILS_S)))
    when_s = np.interp(energy, oracle.loss_energy(t, r, v, lost, eye, 0.02, onset), t[onset:] - FAILS_S)
    assert low_s - published.SOONER_S <= when_s <= high_s


def test_the_tracker_comes_as_close_to_the_bound_as_wanted(fly, radar, readings_of, t0, path, bounds) -> None:
    flight, square = fly(FAILS_S), {"boost": [], "coast": []}
    for seed in SEEDS:
        track = follow(readings_of(seed, FAILS_S), (radar,), t0)
        rows = np.round(track.t_s / 0.02).astype(int)
        miss = np.concatenate(
            [track.r_ecef_m - flight.r_ecef_m[rows], track.v_ecef_mps - flight.v_ecef_mps[rows]], axis=1
        )
        for name, low, high in (("boost", 160.0, 200.0), ("coast", 230.0, 340.0)):
            at = (track.t_s >= low) & (track.t_s < high)
            square[name].append([(miss[at, :3] ** 2).sum(axis=1).mean(), (miss[at, 3:] ** 2).sum(axis=1).mean()])
    found = {name: np.sqrt(np.mean(rows, axis=0)) for name, rows in square.items()}
    least = {}
    for name, low, high in (("boost", 160.0, 200.0), ("coast", 230.0, 340.0)):
        at = (path[0] >= low) & (path[0] < high)
        least[name] = np.array([rms(bounds[0.02][at], 0), rms(bounds[0.02][at], 3)])
    assert 0.9 < (found["boost"] / least["boost"])[0] <= 1.15
    assert 0.8 < (found["coast"] / least["coast"])[0] <= 1.3
    assert 0.8 < (found["coast"] / least["coast"])[1] <= 1.5

"""What is known afterwards: every moment of a flight in the light of all its readings, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from downrange.base import Array
from downrange.track._kernel.measure import update
from downrange.track._kernel.motion import BOOST, COAST, ENTRY, JUMP, STEP_S, predict, transition
from downrange.track.consider import consider_cov
from downrange.track.filter import Tuning, follow
from downrange.track.model import Burn, Reading, Sensor, Track
from downrange.track.rows import Ints, Rows, rows_of

_UNSURE_S = 2.0  # an end of thrust is known to well within this
_SEEN_S = 6.0  # what makes thrust unclear has begun within this before
_UNCLEAR = 0.05  # chance that no engine burns from which thrust is unclear
_LATE_S = 10.0  # an ignition is noticed within this, most of the time
_THRUST_MPS2 = 30.0  # one sigma of a thrust of which nothing is known


class _Chain(NamedTuple):
    """The way forth: after each row x (n, 9), p (n, 9, 9); before it x_before, p_before, and f (n, 9, 9) from row to row."""

    x: Array
    p: Array
    x_before: Array
    p_before: Array
    f: Array


def smooth(
    readings: Sequence[Reading],
    sensors: Sequence[Sensor],
    t0: datetime,
    *,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    tuning: Tuning | None = None,
) -> Track:
    """Return the track after the fact: as `follow`, but each row rests on all readings, later ones too.

    When engines burned is taken from the filter, whose word is put back to the moment it speaks of; with that given the
    motion is one chain, filtered forth and smoothed back (Rauch, Tung and Striebel, AIAA J. 3(8), 1965, 1445-1450).
    Chances, used and duplicates are the filter's.
    """
    tune = tuning or Tuning()
    track = follow(readings, sensors, t0, burns=burns, tuning=tune)
    if track.t_s.size < 2:
        return track
    chain = _forth(rows_of(readings, sensors, t0), track, _modes(track), tune)
    x, p = _back(chain)
    cov = p[:, :6, :6] + consider_cov(track.t_s, x[:, :3], x[:, 3:6], x[:, 6:], track.sensor, sensors)
    return replace(
        track,
        r_ecef_m=x[:, :3],
        v_ecef_mps=x[:, 3:6],
        cov=cov,
        f_ecef_mps2=x[:, 6:],
        f_mps2=np.linalg.norm(x[:, 6:], axis=1),
    )


def _modes(track: Track) -> Ints:
    """Return which model holds in each row: coasting from when it began, and anything where that is not clear."""
    t, since = track.t_s, track.coast_since_s
    mode = np.where(track.p_entry > 0.5, ENTRY, BOOST)
    sure = np.isfinite(since)
    for i in np.flatnonzero((track.p_idle > _UNCLEAR) & ~sure & (mode == BOOST)):
        low, high = np.searchsorted(t, [t[i] - _SEEN_S, t[i] + _UNSURE_S])
        mode[low:high] = JUMP
    edges = np.flatnonzero(np.diff(np.concatenate([[False], sure, [False]]).astype(int)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        began, ended = since[first], t[last - 1]
        mode[(t >= began) & (t <= ended)] = COAST
        mode[np.abs(t - began) <= _UNSURE_S] = JUMP
        if last < t.size:
            mode[(t > ended - _LATE_S) & (t <= ended + _UNSURE_S) & (t > began + _UNSURE_S)] = JUMP
    return mode


def _forth(rows: Rows, track: Track, mode: Ints, tune: Tuning) -> _Chain:
    """Filter with the models given; the first row is the filter's own."""
    n = track.t_s.size
    skip = rows.t_s.size - n
    chain = _Chain(*(np.zeros((n, 9, 9)[: 1 + k]) for k in (1, 2, 1, 2, 2)))
    x = np.concatenate([track.r_ecef_m[0], track.v_ecef_mps[0], track.f_ecef_mps2[0]])
    p = np.diag(np.full(9, _THRUST_MPS2**2))
    p[:6, :6] = track.cov[0]
    quick = _noise(track, mode, tune)
    h, ph, f6, scratch = np.zeros(6), np.empty(9), np.empty((6, 6)), np.empty((9, 9))
    chain.x[0], chain.p[0] = x, p
    for i in range(1, n):
        m, whole = int(mode[i]), np.eye(9)
        if m != COAST and mode[i - 1] == COAST:
            p[6:, 6:] += np.eye(3) * _THRUST_MPS2**2
            chain.p[i - 1] = p
        gap = float(track.t_s[i] - track.t_s[i - 1])
        steps = max(1, int(np.ceil(gap / STEP_S - 1e-9)))
        for _ in range(steps if gap > 0.0 else 0):
            before = x[6:].copy()
            whole = _slope(x, gap / steps, m, f6) @ whole
            predict(x, p, gap / steps, quick[i], m, tune.j2, f6, scratch)
            if m == ENTRY and before @ before > 0.0:
                whole[6:] *= float(np.sqrt(x[6:] @ x[6:] / (before @ before)))
        chain.x_before[i], chain.p_before[i], chain.f[i - 1] = x, p, whole
        if track.used[i]:
            k = rows.place[skip + i]
            var = rows.var[rows.sensor[skip + i]]
            update(x, p, rows.z[skip + i], rows.sites[k], rows.axes[k], var, h, ph)
        chain.x[i], chain.p[i] = x, p
    return chain


def _noise(track: Track, mode: Ints, tune: Tuning) -> Array:
    """Return the noise density in each row: where thrust may end, enough for all of it to go."""
    out = np.array([*tune.q])[mode]
    out[mode == COAST] = tune.q_coasting
    edges = np.flatnonzero(np.diff(np.concatenate([[-1], mode, [-1]])))
    for first, last in pairwise(edges.tolist()):
        if mode[first] == JUMP and first > 0 and mode[first - 1] == BOOST:
            lost, lasts_s = float(track.f_mps2[first - 1]), float(track.t_s[last - 1] - track.t_s[first])
            out[first:last] = np.maximum(out[first:last], lost * lost / max(lasts_s, _UNSURE_S))
    return out


def _slope(x: Array, dt: float, mode: int, f6: Array) -> Array:
    """Return the 9x9 transition of one step; entry keeps its force here."""
    out = np.eye(9)
    transition(x, dt, f6)
    out[:6, :6] = f6
    if mode == COAST:
        out[6:, 6:] = 0.0
    else:
        out[:3, 6:], out[3:6, 6:] = 0.5 * dt * dt * np.eye(3), dt * np.eye(3)
    return out


def _back(chain: _Chain) -> tuple[Array, Array]:
    """Smooth back from the last row."""
    x, p = chain.x.copy(), chain.p.copy()
    for i in range(len(x) - 2, -1, -1):
        gain = np.linalg.solve(chain.p_before[i + 1], chain.f[i] @ chain.p[i]).T
        x[i] += gain @ (x[i + 1] - chain.x_before[i + 1])
        p[i] += gain @ (p[i + 1] - chain.p_before[i + 1]) @ gain.T
        p[i] = 0.5 * (p[i] + p[i].T)
    return x, p

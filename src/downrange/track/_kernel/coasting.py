"""The hand-over to a filter that knows there is no thrust, and knows since when.

The last readings are kept in a ring, each with the boost model's state after it and how likely that model found it.
When coasting is sure, each of a few instants in the ring is tried as the moment the engine stopped: the boost state
there, carried on without thrust over the readings since. What comes out is weighted by how likely all the readings are.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.earth._kernel import height_at
from downrange.track._kernel.measure import NUMBERS, update
from downrange.track._kernel.motion import STEP_S, predict_coast

Array = NDArray[np.float64]

RING = 256  # readings kept
_TRIALS = 32  # instants tried
_BACK_S = 20.0  # and how far back
_Z, _VAR, _SITE, _AXES, _X, _P, _LL = 1, 13, 25, 31, 40, 46, 82  # columns after the time
WIDTH = 83
# What a run remembers, in memo (11,); bank.py reads and writes it too.
NOW, REFUSED, SLACK, COUNT, COASTING, SINCE, DOUBT, DEPTH, AT, TOOK, SPREAD = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
_ONE_SAYS = 3.0  # most doubt that one reading adds: it may be wild
_AIR_KGPM3, _AIR_SCALE_M = 1.225, 7_200.0
_LIGHT_KGPM2 = 200.0  # assumed: drag that coasting may be blind to is that of a body this light
_MEMORY_S = 5.0  # and as long-lived as this


@numba.njit(cache=True)
def remember(ring: Array, memo: Array, t_s: float, z: Array, var: Array, site: Array, axes: Array, x: Array, p: Array, loglik: float) -> None:  # fmt: skip
    """Write a reading and the boost model after it into the ring."""
    size = ring.shape[0]
    row = ring[int(memo[COUNT]) % size]
    row[0], row[_LL] = t_s, loglik
    for i in range(NUMBERS):
        row[_Z + i], row[_VAR + i] = z[i], var[i]
    for i in range(6):
        row[_SITE + i], row[_X + i] = site[i], x[i]
        for j in range(6):
            row[_P + 6 * i + j] = p[i, j]
    for i in range(3):
        for j in range(3):
            row[_AXES + 3 * i + j] = axes[i, j]
    memo[COUNT] += 1.0
    memo[DEPTH] = min(memo[DEPTH] + 1.0, float(size))


@numba.njit(cache=True)
def _air_noise(x: Array) -> float:
    """Return the white acceleration [m2/s3] that drag on a light body would be."""
    alt = height_at(x[0], x[1], x[2])
    if alt > 150_000.0:
        return 0.0
    v2 = x[3] * x[3] + x[4] * x[4] + x[5] * x[5]
    drag = 0.5 * _AIR_KGPM3 * math.exp(-max(alt, 0.0) / _AIR_SCALE_M) * v2 / _LIGHT_KGPM2
    return float(drag * drag * _MEMORY_S)


@numba.njit(cache=True)
def _carry(x: Array, p: Array, gap: float, q: float, j2: float, f: Array, t: Array) -> None:
    """Carry a coasting state over a gap, in equal steps of at most a second."""
    if gap > 0.0:
        steps = max(1, math.ceil(gap / STEP_S - 1e-9))
        for _ in range(steps):
            predict_coast(x, p, gap / steps, q + _air_noise(x), j2, f, t)


@numba.njit(cache=True)
def _see(x: Array, p: Array, row: Array, axes: Array, h: Array, ph: Array) -> tuple[float, float]:
    """Take the reading of a ring row in: return (chi2, log-likelihood)."""
    for i in range(3):
        for j in range(3):
            axes[i, j] = row[_AXES + 3 * i + j]
    return update(x, p, row[_Z:_VAR], row[_SITE:_AXES], axes, row[_VAR:_SITE], h, ph)


@numba.njit(cache=True)
def coast_to(memo: Array, x: Array, p: Array, now: float, q: float, j2: float) -> None:
    """Carry the coasting filter to the time `now`."""
    f, t = np.empty((6, 6)), np.empty((6, 6))
    _carry(x, p, now - memo[AT], q, j2, f, t)
    memo[AT] = now


@numba.njit(cache=True)
def coast_on(ring: Array, memo: Array, x: Array, p: Array, gate: float, rival: float) -> None:
    """Take the newest reading of the ring into the coasting filter, unless it is beyond the gate, and count the doubt.

    rival: log-likelihood that the models with thrust and without found for it together. Doubt is Page's cumulative sum
    of what they explain better than coasting, never below zero; one reading adds a limited amount.
    """
    axes, h, ph = np.empty((3, 3)), np.empty(6), np.empty(9)
    keep_x, keep_p = x.copy(), p.copy()
    chi2, ll = _see(x, p, ring[(int(memo[COUNT]) - 1) % ring.shape[0]], axes, h, ph)
    if chi2 > gate:
        for i in range(6):
            x[i] = keep_x[i]
            for j in range(6):
                p[i, j] = keep_p[i, j]
    memo[DOUBT] = max(0.0, memo[DOUBT] + min(rival - ll, _ONE_SAYS))


@numba.njit(cache=True)
def hand_over(ring: Array, memo: Array, x: Array, p: Array, q: float, j2: float) -> None:
    """Start the coasting filter: fill x (6,), p (6, 6), and in memo since when it coasts."""
    f, t, axes, h, ph = np.empty((6, 6)), np.empty((6, 6)), np.empty((3, 3)), np.empty(6), np.empty(9)
    size, depth, newest = ring.shape[0], int(memo[DEPTH]), int(memo[COUNT]) - 1
    now = ring[newest % size, 0]
    while depth > 1 and now - ring[(newest - depth + 1) % size, 0] > _BACK_S:
        depth -= 1
    trials = min(_TRIALS, depth)
    xs, ps, score, when = np.empty((trials, 6)), np.empty((trials, 6, 6)), np.empty(trials), np.empty(trials)
    for n in range(trials):
        start = newest - (depth - 1) + (n * (depth - 1)) // max(trials - 1, 1)
        row = ring[start % size]
        when[n], score[n] = row[0], 0.0
        for i in range(newest - depth + 2, start + 1):
            score[n] += ring[i % size, _LL]
        for i in range(6):
            xs[n, i] = row[_X + i]
            for j in range(6):
                ps[n, i, j] = row[_P + 6 * i + j]
        for i in range(start + 1, newest + 1):
            now_row = ring[i % size]
            _carry(xs[n], ps[n], now_row[0] - ring[(i - 1) % size, 0], q, j2, f, t)
            _, ll = _see(xs[n], ps[n], now_row, axes, h, ph)
            score[n] += ll
    _merge(xs, ps, score, when, memo, x, p)
    memo[AT] = now


@numba.njit(cache=True)
def _merge(xs: Array, ps: Array, score: Array, when: Array, memo: Array, x: Array, p: Array) -> None:
    """Fill the weighted mean and covariance of the trials; in memo the mean instant and its spread."""
    top, total = score.max(), 0.0
    for n in range(score.size):
        score[n] = math.exp(score[n] - top)
        total += score[n]
    since, spread = 0.0, 0.0
    for i in range(6):
        x[i] = 0.0
        for j in range(6):
            p[i, j] = 0.0
    for n in range(score.size):
        score[n] /= total
        since += score[n] * when[n]
        spread += score[n] * when[n] * when[n]
        for i in range(6):
            x[i] += score[n] * xs[n, i]
    for n in range(score.size):
        for i in range(6):
            for j in range(6):
                p[i, j] += score[n] * (ps[n, i, j] + (xs[n, i] - x[i]) * (xs[n, j] - x[j]))
    apart = (when[-1] - when[0]) / max(when.size - 1, 1)  # the end of thrust lies anywhere between two trials
    memo[SPREAD] = math.sqrt(max(spread - since * since, 0.0) + apart * apart / 12.0)
    memo[COASTING], memo[SINCE], memo[DOUBT] = 1.0, since, 0.0

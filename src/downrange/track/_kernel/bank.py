"""Interacting multiple models (Blom and Bar-Shalom, IEEE T-AC 33(8), 1988, 780-783) over four extended Kalman filters.

Boost: thrust that changes slowly. Coast: none. Jump: thrust that may change at once (ignition, cut-off). Entry: drag.
The fourth takes part only below the height where air begins, on the way down.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.earth._kernel import height_at
from downrange.track._kernel.coasting import (
    COASTING,
    DEPTH,
    DOUBT,
    NOW,
    REFUSED,
    SINCE,
    SLACK,
    SPREAD,
    TOOK,
    coast_on,
    coast_to,
    hand_over,
    remember,
)
from downrange.track._kernel.measure import row, update
from downrange.track._kernel.motion import BOOST, COAST, ENTRY, JUMP, MODES, STEP_S, predict

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_AIR_M = 120_000.0  # assumed: no drag is felt above it
_LEAST_CHANCE = 1e-12
_DOUBTFUL = 7.0  # doubt at which coasting is given up; a thousandth is then left of what spoke for it
_UNEASY = 2.5  # doubt from which the models answer again
_DOUBTFUL_DUE = 3.0  # the same when an ignition is due
_RELOCK, _RELOCK_S = 5, 1.0  # after so many refused readings and so long without another the track is held to be wrong
_WIDEST = 1e4  # of slack
_APART = 16.0  # chi2 between two readings from which they are of two objects
_SAME_LOOK = 4.0  # gates within which a reading may be of the object after all: the model lags when thrust changes


class Bank(NamedTuple):
    """What a run leaves and the next one goes on from, changed in place.

    x (4, 9), p (4, 9, 9), mu (4,): the models and their chances
    ring (r, 83), memo (11,), x_coast (6,), p_coast (6, 6): the last readings, and the pure coasting filter (coasting.py)
    """

    x: Array
    p: Array
    mu: Array
    ring: Array
    memo: Array
    x_coast: Array
    p_coast: Array


class Model(NamedTuple):
    """What is assumed of the flight: rates (8, 4, 4) of switching [1/s]; q (5,) noise densities, the last of pure coasting.

    j2: 1, or 0 for a sphere; gate: chi2 from which a reading is refused; least: forward thrust [m/s2] below which no
    engine can be said to burn; sure: chance of coasting from which it is handed over.
    """

    rates: Array
    q: Array
    j2: float
    gate: float
    least: float
    sure: float


class Rows(NamedTuple):
    """Readings in order: t_s (n,), z (n, 12), kind (n,) of switching; place (n,) row of sites (k, 6), axes (k, 3, 3); sensor (n,) row of var (m, 12)."""

    t_s: Array
    z: Array
    kind: Ints
    place: Ints
    sensor: Ints
    sites: Array
    axes: Array
    var: Array


class Out(NamedTuple):
    """What is told after each reading: x (n, 9), p (n, 6, 6), mu (n, 4), idle (n,), since (n,) and its spread (n,), used (n,)."""

    x: Array
    p: Array
    mu: Array
    idle: Array
    since: Array
    spread: Array
    used: Bools


@numba.njit(cache=True)
def switching(rates: Array, dt: float, out: Array) -> None:
    """Fill out with exp(rates dt): the chance of being in model j after dt when it was i.

    Rows of rates sum to zero; the power series is good for steps of a few seconds.
    """
    size = rates.shape[0]
    term, new = np.empty((size, size)), np.empty((size, size))
    for i in range(size):
        for j in range(size):
            term[i, j] = 1.0 if i == j else 0.0
            out[i, j] = term[i, j]
    for n in range(1, 40):
        top = 0.0
        for i in range(size):
            for j in range(size):
                s = 0.0
                for k in range(size):
                    s += term[i, k] * rates[k, j]
                new[i, j] = s * dt / n
                top = max(top, abs(new[i, j]))
        for i in range(size):
            for j in range(size):
                term[i, j] = new[i, j]
                out[i, j] += new[i, j]
        if top < 1e-17:
            break


@numba.njit(cache=True)
def gather(x: Array, p: Array, w: Array, xm: Array, pm: Array) -> None:
    """Fill mean xm (9,) and covariance pm (9, 9) of models x (4, 9), p (4, 9, 9) weighted by w (4,)."""
    for a in range(9):
        xm[a] = w[0] * x[0, a] + w[1] * x[1, a] + w[2] * x[2, a] + w[3] * x[3, a]
        for b in range(a, 9):
            pm[a, b] = 0.0
    for i in range(MODES):
        if w[i] >= _LEAST_CHANCE:
            _add_spread(x[i], p[i], w[i], xm, pm)
    for a in range(9):
        for b in range(a):
            pm[a, b] = pm[b, a]


@numba.njit(cache=True)
def _add_spread(x: Array, p: Array, w: float, xm: Array, pm: Array) -> None:
    """Add a model's covariance and its distance from the mean, weighted, to the upper triangle of pm."""
    for a in range(9):
        d = x[a] - xm[a]
        for b in range(a, 9):
            pm[a, b] += w * (p[a, b] + d * (x[b] - xm[b]))


@numba.njit(cache=True)
def _copy(x: Array, p: Array, x_to: Array, p_to: Array) -> None:
    """Copy states and covariances by hand: array assignment costs seconds of compilation."""
    for j in range(MODES):
        for a in range(9):
            x_to[j, a] = x[j, a]
            for b in range(9):
                p_to[j, a, b] = p[j, a, b]


@numba.njit(cache=True)
def _mix(x: Array, p: Array, mu: Array, pi: Array, xm: Array, pm: Array) -> None:
    """Replace states, covariances and chances by their mixture over the switching pi; xm, pm are scratch."""
    c, w = np.zeros(MODES), np.empty(MODES)
    for j in range(MODES):
        for i in range(MODES):
            c[j] += pi[i, j] * mu[i]
        if c[j] < _LEAST_CHANCE:
            for a in range(9):
                xm[j, a] = x[j, a]
                for b in range(9):
                    pm[j, a, b] = p[j, a, b]
            continue
        for i in range(MODES):
            w[i] = pi[i, j] * mu[i] / c[j]
        gather(x, p, w, xm[j], pm[j])
    for j in range(MODES):
        mu[j] = c[j]
    _copy(xm, pm, x, p)


@numba.njit(cache=True)
def _weigh(mu: Array, loglik: Array, awake: int) -> float:
    """Turn prior chances and log-likelihoods of the models awake into posterior chances, floor 1e-12; return the log-likelihood of all."""
    top, total = -np.inf, 0.0
    for j in range(awake):
        top = max(top, loglik[j])
    for j in range(awake):
        mu[j] = max(mu[j] * math.exp(loglik[j] - top), _LEAST_CHANCE)
        total += mu[j]
    for j in range(awake):
        mu[j] /= total
    return top + math.log(total)


@numba.njit(cache=True)
def idle_chance(x: Array, p: Array, mu: Array, mean: Array, least: float) -> float:
    """Return the probability that the forward thrust is below `least`: coast, entry, or a burning model that says so."""
    speed = max(math.sqrt(mean[3] ** 2 + mean[4] ** 2 + mean[5] ** 2), 1e-3)
    chance = float(mu[COAST] + mu[ENTRY])
    for j in (BOOST, JUMP):
        m, s = 0.0, 0.0
        for a in range(3):
            m += x[j, 6 + a] * mean[3 + a] / speed
            for b in range(3):
                s += p[j, 6 + a, 6 + b] * mean[3 + a] * mean[3 + b] / speed**2
        chance += mu[j] * 0.5 * math.erfc((m - least) / math.sqrt(2.0 * max(s, 1e-12)))
    return min(chance, 1.0)


@numba.njit(cache=True)
def _awake(x: Array, mu: Array) -> int:
    """Return how many models take part: all four on the way down in the air, else three; the fourth hands its chance on."""
    r0, r1, r2 = x[COAST, 0], x[COAST, 1], x[COAST, 2]
    down = r0 * x[COAST, 3] + r1 * x[COAST, 4] + r2 * x[COAST, 5] < 0.0
    if down and height_at(r0, r1, r2) < _AIR_M:
        return MODES
    mu[COAST] += mu[ENTRY]
    mu[ENTRY] = 0.0
    return ENTRY


@numba.njit(cache=True)
def _advance(bank: Bank, model: Model, gap: float, kind: int, awake: int, pi: Array, pi_for: Array, f: Array, t: Array, xm: Array, pm: Array) -> None:  # fmt: skip
    """Walk the models over a gap in equal steps of at most a second, mixing before each."""
    steps = max(1, math.ceil(gap / STEP_S - 1e-9))
    dt = gap / steps
    micros = math.floor(dt * 1e6 + 0.5)  # whole microseconds: a run that is continued finds the same matrix
    which = kind + (4 if awake == MODES else 0)
    if which != pi_for[0] or micros != pi_for[1]:
        switching(model.rates[which], micros * 1e-6, pi)
        pi_for[0], pi_for[1] = which, micros
    for _ in range(steps):
        _mix(bank.x, bank.p, bank.mu, pi, xm, pm)
        for j in range(awake):
            predict(bank.x[j], bank.p[j], dt, model.q[j], j, model.j2, f, t)


@numba.njit(cache=True)
def _widen(p: Array, factor: float) -> None:
    """Own up to a lost lock: widen position by 200 m, velocity by 50 m/s, thrust by 30 m/s2, times factor."""
    for j in range(MODES):
        for i in range(3):
            p[j, i, i] += factor * 200.0 * 200.0
            p[j, 3 + i, 3 + i] += factor * 50.0 * 50.0
            p[j, 6 + i, 6 + i] += factor * 30.0 * 30.0


@numba.njit(cache=True)
def _try(bank: Bank, rows: Rows, n: int, awake: int, loglik: Array, h: Array, ph: Array) -> float:
    """Take reading n into every model awake: return the least chi2."""
    best, k, s = np.inf, rows.place[n], rows.sensor[n]
    for j in range(awake):
        chi2, loglik[j] = update(bank.x[j], bank.p[j], rows.z[n], rows.sites[k], rows.axes[k], rows.var[s], h, ph)
        best = min(best, chi2)
    return best


@numba.njit(cache=True)
def _likeliest(bank: Bank, rows: Rows, n: int, end: int, awake: int, keep_x: Array, keep_p: Array, loglik: Array, h: Array, ph: Array, gate: float) -> int:  # fmt: skip
    """Return which of readings n to end, said by one sensor at one instant, is of the object; the bank is left as it was.

    The likeliest; but of two that both may be it and lie clearly apart, the one ahead: thrust drives on, and what was
    let go stays behind.
    """
    best, found = -np.inf, n
    fits = np.zeros(end - n, dtype=np.bool_)
    for m in range(n, end):
        fits[m - n] = _try(bank, rows, m, awake, loglik, h, ph) <= _SAME_LOOK * gate
        _copy(keep_x, keep_p, bank.x, bank.p)
        top, chance = loglik[:awake].max(), 0.0
        for j in range(awake):
            chance += bank.mu[j] * math.exp(loglik[j] - top)
        if top + math.log(chance) > best:
            best, found = top + math.log(chance), m
    for m in range(n, end):
        if fits[m - n] and m != found and _ahead(bank, rows, found, m, h):
            found = m
    return found


@numba.njit(cache=True)
def _ahead(bank: Bank, rows: Rows, one: int, other: int, h: Array) -> bool:
    """Say whether the other reading is clearly apart from one, and ahead of it along the path."""
    apart, forward = 0.0, 0.0
    x, k, s = bank.x[BOOST], rows.place[one], rows.sensor[one]
    for what in range(10):
        off = rows.z[other, what] - rows.z[one, what]
        if math.isnan(off):
            continue
        if what == 1:
            off = (off + math.pi) % (2.0 * math.pi) - math.pi
        row(x, rows.sites[k], rows.axes[k], what, h)
        apart += off * off / (2.0 * rows.var[s, what])
        for i in range(3):
            forward += off * (h[i] + h[3 + i]) * x[3 + i] / rows.var[s, what]
    return apart > _APART and forward > 0.0


@numba.njit(cache=True)
def _doubtful(kind: int) -> float:
    """Return the doubt at which coasting is given up."""
    return _DOUBTFUL_DUE if kind & 1 else _DOUBTFUL


@numba.njit(cache=True)
def _tell(bank: Bank, model: Model, n: int, out: Out, w: Array, pm: Array) -> None:
    """Fill row n: the mixture, or the pure coasting filter from its hand-over until it is given up."""
    memo = bank.memo
    coasting = memo[COASTING] > 0.0 and memo[DOUBT] < _UNEASY
    for j in range(MODES):
        w[j] = bank.mu[j]
        if not coasting and bank.mu[COAST] > model.sure:  # the little that is left for an ignition only blurs
            w[j] = 1.0 if j == COAST else 0.0
        out.mu[n, j] = bank.mu[j]
    gather(bank.x, bank.p, w, out.x[n], pm)
    out.idle[n] = idle_chance(bank.x, bank.p, bank.mu, out.x[n], model.least)
    out.since[n] = memo[SINCE] if coasting else math.nan
    out.spread[n] = memo[SPREAD] if coasting else math.nan
    for a in range(6):
        if coasting:
            out.x[n, a] = bank.x_coast[a]
        for b in range(6):
            out.p[n, a, b] = bank.p_coast[a, b] if coasting else pm[a, b]


@numba.njit(cache=True)
def _group_end(rows: Rows, first: int) -> int:
    """Return where the readings that one sensor made at one instant end."""
    end = first + 1
    while end < rows.t_s.shape[0] and rows.t_s[end] == rows.t_s[first] and rows.sensor[end] == rows.sensor[first]:
        end += 1
    return end


@numba.njit(cache=True)
def _relock(bank: Bank) -> None:
    """Widen the covariance when only refused readings have come for a while, more each time; forget the coasting."""
    memo = bank.memo
    if memo[REFUSED] >= _RELOCK and memo[NOW] - memo[TOOK] >= _RELOCK_S:
        _widen(bank.p, memo[SLACK])
        memo[SLACK], memo[REFUSED] = min(4.0 * memo[SLACK], _WIDEST), 0.0
        memo[COASTING], memo[DEPTH] = 0.0, 0.0


@numba.njit(cache=True)
def _keep_coasting(bank: Bank, model: Model, rows: Rows, n: int, loglik: float, rival: float) -> None:
    """Remember reading n, and let the coasting filter learn from it, begin or end."""
    memo, k, s = bank.memo, rows.place[n], rows.sensor[n]
    remember(
        bank.ring, memo, rows.t_s[n], rows.z[n], rows.var[s], rows.sites[k], rows.axes[k], bank.x[BOOST],
        bank.p[BOOST], loglik,
    )  # fmt: skip
    if memo[COASTING] > 0.0:
        coast_on(bank.ring, memo, bank.x_coast, bank.p_coast, model.gate, rival)
        if memo[DOUBT] > _doubtful(rows.kind[n]):
            memo[COASTING] = 0.0
    elif bank.mu[COAST] > model.sure:
        hand_over(bank.ring, memo, bank.x_coast, bank.p_coast, model.q[MODES], model.j2)


@numba.njit(cache=True)
def run(rows: Rows, bank: Bank, model: Model, out: Out) -> None:
    """Filter n readings in order of time, going on from the bank; see the classes for the arrays.

    A reading beyond the gate in every model is refused; when nothing else comes the covariance is widened until one
    fits. Of the readings that one sensor makes at one instant only one is taken: the others saw something else.
    """
    f, t, pi = np.empty((6, 6)), np.empty((9, 9)), np.zeros((MODES, MODES))
    xm, pm, keep = np.empty((MODES, 9)), np.empty((MODES, 9, 9)), np.empty((MODES, 9, 9))
    pi_for, loglik, w = np.array([-1.0, -1.0]), np.empty(MODES), np.empty(MODES)
    h, ph, memo, first = np.zeros(6), np.empty(9), bank.memo, 0
    while first < rows.t_s.shape[0]:
        end, now, awake = _group_end(rows, first), rows.t_s[first], _awake(bank.x, bank.mu)
        if now > memo[NOW]:
            _advance(bank, model, now - memo[NOW], rows.kind[first], awake, pi, pi_for, f, t, xm, pm)
        memo[NOW] = now
        if memo[COASTING] > 0.0:
            coast_to(memo, bank.x_coast, bank.p_coast, now, model.q[MODES], model.j2)
        _relock(bank)
        n = first
        _copy(bank.x, bank.p, xm, keep)
        if end - first > 1:
            n = _likeliest(bank, rows, first, end, awake, xm, keep, loglik, h, ph, model.gate)
        best = _try(bank, rows, n, awake, loglik, h, ph)
        if best > model.gate:
            _copy(xm, keep, bank.x, bank.p)
            memo[REFUSED] += 1.0
        else:
            rival = _weigh(bank.mu, loglik, awake)
            out.used[n] = True
            memo[REFUSED], memo[SLACK], memo[TOOK] = 0.0, 1.0, now
            _keep_coasting(bank, model, rows, n, loglik[BOOST], rival)
        for m in range(first, end):
            _tell(bank, model, m, out, w, pm[0])
        first = end

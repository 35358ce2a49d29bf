"""Gauss and Newton's steps towards a flight and errors of sensors that agree with all readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

from downrange.base import Array
from downrange.track._arc import WIDTH, Arc, Band, by_span, states
from downrange.track._sight import ROWS, Log, expected, fixes

EACH = 5  # a sensor's errors: range, azimuth, elevation, range-rate, clock
_CLOCK = 4
_FREEDOM = 4.0  # of the Student t that weighs readings and jerks down as long as the wild ones are not known
_WILD = 1e-5  # a reading is wild where noise alone would be so far off in fewer cases than this
_ROUNDS, _MORE_ROUNDS = 8, 12  # of weighing down; of settling without the wild ones
_LAST_CHOICE = 12  # after so many rounds what is left out stays left out, and what gives way goes on giving way
_SUDDEN = 0.25  # a jerk that counts for less than this is a switch of an engine, where the arc cannot follow
_SETTLED = 1e-3  # of a sigma
_SLACK_M = 100.0  # what counts as a sigma of the flight itself when only that is sought


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One sensor's readings against the flight as it is: n readings, m of the 12 rows.

    span:    (n,) of the arc
    by_arc:  (n, m, WIDTH) how what should be said changes with the coefficients of its span
    by_own:  (n, m, EACH) and with the sensor's own errors
    miss:    (n, m) said less expected, 0 where nothing was said
    sigma:   (n, m) noise
    present: (n, m) where something was said
    """

    span: NDArray[np.int64]
    by_arc: Array
    by_own: Array
    miss: Array
    sigma: Array
    present: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Where the steps came to rest.

    parts, keeps: of each sensor; keeps (n,): which readings are not wild
    settled:      False where they did not
    """

    parts: tuple[Part, ...]
    keeps: tuple[NDArray[np.bool_], ...]
    settled: bool

    def rms(self, i: int, keep: NDArray[np.bool_]) -> float:
        """Return the root mean square of sensor i's residuals in sigmas; NaN where it said nothing that is kept."""
        part = self.parts[i]
        here = part.present & keep[:, None]
        return float(np.sqrt(np.mean((part.miss[here] / part.sigma[here]) ** 2))) if here.any() else float("nan")


class Agreeing:
    """A flight and the errors of the sensors that saw it, which are moved until they agree.

    wrong: (EACH S,) errors, SI and radians; cov: their covariance; asked: which of them are sought
    """

    def __init__(self, arc: Arc, logs: Sequence[Log], prior: Array, q_m2ps5: float) -> None:
        """Begin with sensors that are right; prior: (EACH S,) sigmas of their errors, 0 for what is known."""
        self.arc, self.logs, self._prior, self._q_m2ps5 = arc, logs, prior, q_m2ps5
        self.asked = np.flatnonzero(prior > 0.0)
        self.wrong, self.cov = np.zeros(prior.size), np.diag(prior**2)
        self.coefficients, self._share = np.zeros((arc.spans + 3, 3)), np.ones(arc.spans)

    def open(self) -> None:
        """Lay the flight through the readings that say by themselves where it is."""
        found = [fixes(log) for log in self.logs]
        t_s, place, spread = (np.concatenate([part[k] for part in found]) for k in range(3))
        order = np.argsort(t_s, kind="stable")
        t_s, place, spread = t_s[order], place[order], spread[order]
        sites, h = self.arc.sites_s, self.arc.step_s
        first, last = np.searchsorted(t_s, sites - h), np.searchsorted(t_s, sites + h)
        seen = np.flatnonzero(last > first)
        middle = np.array([np.median(place[first[i] : last[i]], axis=0) for i in seen])
        self.coefficients = np.stack([np.interp(sites, sites[seen], middle[:, k]) for k in range(3)], axis=1)
        span, weights = self.arc.basis(t_s)
        by_arc = np.einsum("nk,mj->nmkj", weights[0], np.eye(3)).reshape(t_s.size, 3, WIDTH)
        for _ in range(_ROUNDS):
            self._share = self._shares()
            miss = place - states(weights, span, self.coefficients)[0]
            off = np.sum((miss / spread[:, None]) ** 2, axis=1)
            weight = np.repeat((_less(off, 3.0) / spread**2)[:, None], 3, axis=1)
            band = self._smooth()
            _add(band, self.arc, span, by_arc, weight, miss)
            self.coefficients = self.coefficients + band.solve(band.right).reshape(-1, 3)

    def settle(self, *, free: bool) -> Rest:
        """Go on until it rests; free: let the sensors be wrong, else only the flight moves."""
        moved, parts = np.inf, self._parts()
        keeps = tuple(np.ones(log.t_s.size, dtype=np.bool_) for log in self.logs)
        for i in range(_ROUNDS + _MORE_ROUNDS):
            offs = [self._off(k, part) for k, part in enumerate(parts)]
            counts = [part.present.sum(axis=1) for part in parts]
            if i < _LAST_CHOICE:
                self._share = self._shares()
                calm = _calm(self._share)
                keeps = tuple(
                    (off <= chdtri(np.maximum(count, 1), _WILD)) & calm[part.span]
                    for off, count, part in zip(offs, counts, parts, strict=True)
                )
            if i >= _ROUNDS and moved < _SETTLED:
                break
            shares = [_less(off, count) for off, count in zip(offs, counts, strict=True)] if i < _ROUNDS else keeps
            moved = self._step(parts, shares, free=free)
            parts = self._parts()
        return Rest(parts=parts, keeps=keeps, settled=moved < _SETTLED)

    def _shares(self) -> Array:
        """Return how much the jerk of each span counts, (spans,)."""
        jerk = self.arc.jerks(self.coefficients)
        return _less(self.arc.step_s / self._q_m2ps5 * np.sum(jerk**2, axis=1), 3.0)

    def _parts(self) -> tuple[Part, ...]:
        """Set every reading against the flight and the errors as they are."""
        return tuple(self._part(log) for log in self.logs)

    def _part(self, log: Log) -> Part:
        """Set one sensor's readings against them."""
        rows = np.flatnonzero(~np.isnan(log.z).all(axis=0)).astype(np.int64)
        own = self.wrong[EACH * log.sensor : EACH * (log.sensor + 1)]
        span, weights = self.arc.basis(log.t_s - own[_CLOCK])
        state = states(weights, span, self.coefficients)
        at = log.places._replace(r_ecef_m=log.places.r_ecef_m - own[_CLOCK] * log.places.v_ecef_mps)
        said, by_place, by_velocity = expected(state, at, rows)
        wrong = np.zeros(ROWS)
        wrong[:_CLOCK] = own[:_CLOCK]
        miss = log.z[:, rows] - wrong[rows] - said
        turned = rows == 1
        miss[:, turned] = (miss[:, turned] + np.pi) % (2.0 * np.pi) - np.pi
        present = ~np.isnan(miss)
        by_arc = np.einsum("nk,nmj->nmkj", weights[0], by_place) + np.einsum("nk,nmj->nmkj", weights[1], by_velocity)
        by_own = np.zeros((log.t_s.size, rows.size, EACH))
        by_own[:, :, :_CLOCK] = rows[:, None] == np.arange(_CLOCK)
        by_own[:, :, _CLOCK] = -np.einsum("nmj,nj->nm", by_place, state[1] - at.v_ecef_mps)
        by_own[:, :, _CLOCK] -= np.einsum("nmj,nj->nm", by_velocity, state[2])
        return Part(
            span=span,
            by_arc=by_arc.reshape(*miss.shape, WIDTH),
            by_own=by_own,
            miss=np.where(present, miss, 0.0),
            sigma=log.sigma[:, rows],
            present=present,
        )

    def _variance(self, i: int, part: Part) -> Array:
        """Return the variance of a sensor's residuals from its noise and from what is not known of its errors, (n, m)."""
        mine = slice(EACH * i, EACH * (i + 1))
        unknown: Array = np.einsum("nma,ab,nmb->nm", part.by_own, self.cov[mine, mine], part.by_own)
        return part.sigma**2 + unknown

    def _off(self, i: int, part: Part) -> Array:
        """Return chi2 of each of a sensor's readings, (n,)."""
        off: Array = np.sum(np.where(part.present, part.miss**2 / self._variance(i, part), 0.0), axis=1)
        return off

    def _smooth(self) -> Band:
        """Return sums that hold only that the flight is smooth; where it cannot be, they give way."""
        band = Band(self.arc)
        band.add_smoothness(self.arc.step_s / self._q_m2ps5 * self._share, self.coefficients)
        return band

    def _step(self, parts: Sequence[Part], shares: Sequence[NDArray[np.generic]], *, free: bool) -> float:
        """Move the flight, and the errors when they are free; return how far, in sigmas."""
        band, size = self._smooth(), self._prior.size
        cross, own, pull = np.zeros((band.right.size, size)), np.zeros((size, size)), np.zeros(size)
        for i, (part, share) in enumerate(zip(parts, shares, strict=True)):
            variance = part.sigma**2 if free else self._variance(i, part)
            weight = np.where(part.present, np.asarray(share, dtype=float)[:, None] / variance, 0.0)
            _add(band, self.arc, part.span, part.by_arc, weight, part.miss)
            mine = slice(EACH * i, EACH * (i + 1))
            weighed = weight[:, :, None] * part.by_own
            both = part.by_arc.transpose(0, 2, 1) @ weighed
            cross[:, mine] = band.scattered(by_span(both, part.span, self.arc.spans))
            own[mine, mine] = np.einsum("nma,nmb->ab", weighed, part.by_own)
            pull[mine] = np.einsum("nma,nm->a", weighed, part.miss)
        if not free or not self.asked.size:
            move = band.solve(band.right)
            self.coefficients = self.coefficients + move.reshape(-1, 3)
            return float(np.abs(move).max()) / _SLACK_M
        return self._step_both(band, cross[:, self.asked], own[np.ix_(self.asked, self.asked)], pull[self.asked])

    def _step_both(self, band: Band, cross: Array, own: Array, pull: Array) -> float:
        """Move the flight and the errors sought by the sums for both; keep the errors' covariance."""
        confidence = self._prior[self.asked] ** -2.0
        pull = pull - confidence * self.wrong[self.asked]
        solved = band.solve(np.column_stack([cross, band.right]))
        lone, along = solved[:, :-1], solved[:, -1]
        cov = np.linalg.inv(own + np.diag(confidence) - cross.T @ lone)
        cov = 0.5 * (cov + cov.T)
        move = cov @ (pull - cross.T @ along)
        self.coefficients = self.coefficients + (along - lone @ move).reshape(-1, 3)
        self.wrong[self.asked] += move
        self.cov[np.ix_(self.asked, self.asked)] = cov
        return float(np.max(np.abs(move) / np.sqrt(np.diag(cov))))


def _calm(share: Array) -> NDArray[np.bool_]:
    """Say in which spans, and beside which, no engine was switched, (spans,)."""
    sudden = share < _SUDDEN
    beside = sudden.copy()
    beside[1:] |= sudden[:-1]
    beside[:-1] |= sudden[1:]
    return ~beside


def _less(off: Array, count: Array | float) -> Array:
    """Return how much a residual of that chi2 over so many numbers still counts: the weights of a Student t."""
    return (_FREEDOM + count) / (_FREEDOM + off)


def _add(band: Band, arc: Arc, span: NDArray[np.int64], by_arc: Array, weight: Array, miss: Array) -> None:
    """Add readings (n, m) to the sums for the flight."""
    weighed = by_arc.transpose(0, 2, 1) * weight[:, None, :]
    pulls = np.einsum("ncm,nm->nc", weighed, miss)
    band.add(by_span(weighed @ by_arc, span, arc.spans), by_span(pulls, span, arc.spans))

"""Weighted draws from a posterior by randomise-then-optimise, whatever the model is.

The posterior is exp(-|F(u)|^2 / 2), F being all residuals in sigmas, those of the prior (u itself) among them. At its
mode F has the slopes Q R. A draw solves Q'F(u) = xi for a standard normal xi; its density is known,
|det Q'F'(u)| exp(-|Q'F(u)|^2 / 2), so its weight is exact. Where F bends little all weights are equal. Where equations
have several solutions only the one found from the mode is drawn: parts of the posterior beyond a fold are not seen.
Method: Bardsley, Solonen, Haario and Laine 2014, SIAM J. Sci. Comput. 36(4), A1895-A1910.

Importance sampling from a Gaussian or a Student t around the mode was tried first: the posterior of a launch is a thin
bent sheet, and no draw in a thousand keeps a weight. Here about half of them do, at about 80 flights each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, ModelError

Values = Callable[[Array], Array]  # (N, n) -> (N, m)

STEP: Final = 1e-3  # of the forward differences, in prior sigmas: best of those tried for the fit (see fit.py)
SOLVED: Final = 1e-3  # largest residue of the equations [sigma]; weights take the true residue, so this costs nothing
_LONGEST_STEP: Final = 3.0
_HALVINGS: Final = 3
_SHORTER: Final = 0.35
_STEPS: Final = 8  # between fresh slopes
_ROUNDS: Final = 3
_STAGES: Final = (0.25, 0.5, 0.75, 1.0)  # of the way from the mode, for what did not come in straight


@dataclass(frozen=True, slots=True, kw_only=True)
class Tangent:
    """The model at its mode: F'(mode) = q r.

    mode: (n,); q: (m, n) with orthonormal columns; r: (n, n) upper triangular; at: (m,) residuals there
    """

    mode: Array
    q: Array
    r: Array
    at: Array

    @property
    def log_evidence(self) -> float:
        """Return what the evidence would be if the model were its tangent (Laplace's), as weights count it."""
        off = self.at @ self.q
        return float(-0.5 * (self.at @ self.at - off @ off) - np.log(np.abs(np.diag(self.r))).sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Draws with the logarithms of their weights.

    u:          (N, n)
    values:     (N, m) residuals there
    log_weight: (N,), -inf for what was not solved
    calls:      rows for which the model was computed
    """

    u: Array
    values: Array
    log_weight: Array
    calls: int

    @property
    def solved(self) -> NDArray[np.bool_]:
        """Return which draws solved their equations."""
        return np.isfinite(self.log_weight)


def tangent(values: Values, mode: Array) -> Tangent:
    """Return the model's tangent at its mode (n,)."""
    at = values(mode[None])
    q, r = np.linalg.qr(slopes(values, mode[None], at)[0])
    if not np.isfinite(r).all() or np.abs(np.diag(r)).min() <= 0.0:
        raise ModelError("the model has no slope at its mode: some parameter cannot be told from another")
    return Tangent(mode=mode, q=q, r=r, at=at[0])


def slopes(values: Values, u: Array, at: Array) -> Array:
    """Return F' by forward differences, (N, m, n), at rows u (N, n) whose residuals are known."""
    count, n = u.shape
    near = (u[:, None, :] + STEP * np.eye(n)).reshape(-1, n)
    moved = values(near).reshape(count, n, -1)
    return np.ascontiguousarray(((moved - at[:, None, :]) / STEP).transpose(0, 2, 1))


def draw(values: Values, line: Tangent, xi: Array) -> Draws:
    """Return one weighted draw for each row of standard normals xi (N, n)."""
    search = _Search(values, line, xi)
    search.straight()
    search.by_stages()
    return search.weighed()


class _Search:
    """The equations Q'F(u) = xi of many draws, side by side."""

    def __init__(self, values: Values, line: Tangent, xi: Array) -> None:
        self.calls = 0
        self._values, self._line, self._xi = values, line, xi
        self.u = line.mode + np.linalg.solve(line.r, (xi - line.at @ line.q).T).T
        self.f = self._compute(self.u)

    def _compute(self, u: Array) -> Array:
        self.calls += len(u)
        return self._values(u)

    def _slopes(self, rows: NDArray[np.intp]) -> Array:
        """Return the slopes of the equations, (k, n, n)."""
        self.calls += rows.size * self.u.shape[1]
        return self._line.q.T @ slopes(self._values, self.u[rows], self.f[rows])

    def _left(self) -> NDArray[np.intp]:
        return np.flatnonzero(~(np.abs(self.f @ self._line.q - self._xi).max(axis=1) <= SOLVED))  # NaN is not solved

    def straight(self) -> None:
        """Solve from the tangent's own guess, with fresh slopes in each round."""
        for _ in range(_ROUNDS):
            rows = self._left()
            if rows.size == 0:
                return
            self._newton(rows, self._slopes(rows), self._xi[rows])

    def by_stages(self) -> None:
        """Solve what is left from the mode, a part of the way at a time."""
        rows = self._left()
        if rows.size == 0:
            return
        line = self._line
        self.u[rows], self.f[rows] = line.mode, line.at
        start = line.at @ line.q
        for part in _STAGES:
            matrix = self._slopes(rows)
            self._newton(rows, matrix, start + part * (self._xi[rows] - start))
        self.straight()

    def _newton(self, rows: NDArray[np.intp], matrix: Array, aim: Array) -> None:
        """Take Newton's steps for some rows, the slopes kept up to date by Broyden's rule (a flight a step)."""
        q = self._line.q
        for _ in range(_STEPS):
            off = self.f[rows] @ q - aim
            open_ = ~(np.abs(off).max(axis=1) <= SOLVED)
            rows, matrix, aim, off = rows[open_], matrix[open_], aim[open_], off[open_]
            if rows.size == 0:
                return
            moved, f, after = self._step(rows, _steps(matrix, off), aim, off)
            taken = moved - self.u[rows]
            length = np.maximum((taken * taken).sum(axis=1), 1e-30)
            wrong = (after - off - np.einsum("kij,kj->ki", matrix, taken)) / length[:, None]
            matrix = matrix + wrong[:, :, None] * taken[:, None, :]
            better = _norm(after) < _norm(off)  # the others are stuck: slopes kept up to date no longer help them
            rows, matrix, aim = rows[better], matrix[better], aim[better]
            self.u[rows], self.f[rows] = moved[better], f[better]

    def _step(self, rows: NDArray[np.intp], step: Array, aim: Array, off: Array) -> tuple[Array, Array, Array]:
        """Return where steps lead, the residuals there and what is left of the equations; shorter where they fail."""
        q = self._line.q
        moved = self.u[rows] + step
        f = self._compute(moved)
        after = f @ q - aim
        share = np.ones(rows.size)
        for _ in range(_HALVINGS):
            worse = np.flatnonzero(~(_norm(after) <= _norm(off)))
            if worse.size == 0:
                break
            share[worse] *= _SHORTER
            moved[worse] = self.u[rows[worse]] + share[worse, None] * step[worse]
            f[worse] = self._compute(moved[worse])
            after[worse] = f[worse] @ q - aim[worse]
        return moved, f, after

    def weighed(self) -> Draws:
        """Return the draws with their weights."""
        log_weight = np.full(len(self.u), -np.inf)
        solved = np.setdiff1d(np.arange(len(self.u)), self._left())
        if solved.size:
            f, q = self.f[solved], self._line.q
            sign, log_det = np.linalg.slogdet(self._slopes(solved))
            log = -0.5 * (f * f).sum(axis=1) + 0.5 * ((f @ q) ** 2).sum(axis=1) - log_det
            log_weight[solved] = np.where(sign != 0.0, log, -np.inf)
        return Draws(u=self.u, values=self.f, log_weight=log_weight, calls=self.calls)


def _steps(matrix: Array, off: Array) -> Array:
    """Return Newton's steps, none longer than a few sigmas; where the slopes are singular, the least step."""
    try:
        step = np.asarray(np.linalg.solve(matrix, -off[..., None])[..., 0], dtype=float)
    except np.linalg.LinAlgError:
        step = np.asarray((np.linalg.pinv(matrix) @ -off[..., None])[..., 0], dtype=float)
    shorter: Array = np.minimum(1.0, _LONGEST_STEP / np.maximum(_norm(step), 1e-12))
    return step * shorter[:, None]


def _norm(rows: Array) -> Array:
    return np.asarray(np.linalg.norm(rows, axis=1))

"""A flight as a smooth arc: a cubic B-spline, the sums that fit it, and the band in which they are solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

from downrange.base import Array

WIDTH = 12  # a moment touches four coefficients of three axes
_THIRD = np.array([-1.0, 3.0, -3.0, 1.0])
_DAMPING = 1e-10  # of the largest term: keeps a long silence solvable, and moves no answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Arc:
    """Even spans of a cubic B-spline from start_s on; its coefficients are (spans + 3, 3), metres, Earth-fixed."""

    start_s: float
    step_s: float
    spans: int

    @property
    def sites_s(self) -> Array:
        """Moments around which the coefficients lie, (spans + 3,)."""
        return self.start_s + self.step_s * np.arange(-1.0, self.spans + 2.0)

    def basis(self, t_s: Array) -> tuple[NDArray[np.int64], Array]:
        """Return the span of each moment (n,) and the weights (3, n, 4) for place, velocity and acceleration."""
        u = (np.asarray(t_s, dtype=float) - self.start_s) / self.step_s
        span = np.clip(np.floor(u).astype(np.int64), 0, self.spans - 1)
        f, h = np.clip(u - span, 0.0, 1.0), self.step_s
        g = 1.0 - f
        place = (g**3, 3.0 * f**3 - 6.0 * f**2 + 4.0, 3.0 * g**3 - 6.0 * g**2 + 4.0, f**3)
        rate = (-(g**2), f * (3.0 * f - 4.0), g * (4.0 - 3.0 * g), f**2)
        bend = (g, 3.0 * f - 2.0, 3.0 * g - 2.0, f)
        return span, np.stack([np.stack(place, 1) / 6.0, np.stack(rate, 1) / (2.0 * h), np.stack(bend, 1) / h**2])

    def jerks(self, coefficients: Array) -> Array:
        """Return the jerk in each span [m/s3], (spans, 3)."""
        four = np.stack([coefficients[k : k + self.spans] for k in range(4)], axis=1)
        jerk: Array = np.einsum("k,skj->sj", _THIRD, four) / self.step_s**3
        return jerk


def states(weights: Array, span: NDArray[np.int64], coefficients: Array) -> Array:
    """Return places, velocities and accelerations, (3, n, 3)."""
    four = coefficients[span[:, None] + np.arange(4)]
    out: Array = np.einsum("dnk,nkj->dnj", weights, four)
    return out


def by_span(values: Array, span: NDArray[np.int64], spans: int) -> Array:
    """Add up values (n, ...) over the moments of each span, (spans, ...)."""
    out = np.zeros((spans, *values.shape[1:]))
    if span.size:
        order = np.argsort(span, kind="stable")
        found, first = np.unique(span[order], return_index=True)
        out[found] = np.add.reduceat(values[order], first, axis=0)
    return out


class Band:
    """Sums for the coefficients of an arc: a symmetric band matrix, lower half, and its right-hand side.

    rows: (WIDTH, size); right: (size,); size is 3 (spans + 3)
    """

    def __init__(self, arc: Arc) -> None:
        """Begin with nothing."""
        self._arc = arc
        size = 3 * (arc.spans + 3)
        self.rows, self.right = np.zeros((WIDTH, size)), np.zeros(size)

    def add(self, blocks: Array, pulls: Array) -> None:
        """Add blocks (spans, WIDTH, WIDTH) and pulls (spans, WIDTH), each where its span's coefficients stand."""
        for a in range(WIDTH):
            for b in range(a + 1):
                self.rows[a - b, b : b + 3 * self._arc.spans : 3] += blocks[:, a, b]
        self.right += self.scattered(pulls)

    def add_smoothness(self, weights: Array, coefficients: Array) -> None:
        """Add a penalty on the jerk squared, weights (spans,) [s6/m2], and its pull on the coefficients as they are."""
        row = np.kron(_THIRD, np.eye(3)).T / self._arc.step_s**3  # (WIDTH, 3): one column an axis
        pulls = -(weights[:, None] * self._arc.jerks(coefficients)) @ row.T
        self.add(weights[:, None, None] * (row @ row.T), pulls)

    def scattered(self, values: Array) -> Array:
        """Return values (spans, WIDTH, ...) added up where they stand, (size, ...)."""
        out = np.zeros((self.right.size, *values.shape[2:]))
        for a in range(WIDTH):
            out[a : a + 3 * self._arc.spans : 3] += values[:, a]
        return out

    def solve(self, right: Array) -> Array:
        """Return the solutions of right-hand sides (size, k)."""
        rows = self.rows.copy()
        rows[0] += _DAMPING * rows[0].max()
        out: Array = cho_solve_banded((cholesky_banded(rows, lower=True), True), right)
        return out

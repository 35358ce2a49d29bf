"""The first seconds of a track as one smooth curve: place, velocity and acceleration with covariance at any moment of it.

A filter's velocity and thrust take seconds to settle after its start, and say little of their own errors until then;
its positions are sound from the beginning. So only these are used, thinned out to one a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from downrange.base import Array

_POWERS = 4  # a cubic: thrust may change evenly
_EVERY_S = 1.0
_WINDOWS_S = (25.0, 15.0, 9.0)
_ROWS = 6
_FLOOR_M = 5.0
_PASSES, _WILD_CHI2 = 3, 9.0  # a place further off than this counts less, in some passes
_BAD_CHI2 = 2.5  # a degree of freedom: an engine stopped or lit within the window


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A cubic through the first positions of a track.

    t0_s, span_s: where it begins, and how long it is
    coefficients: (4, 3) of the powers of (time - t0_s) / span_s [m]
    cov:          (12, 12) their covariance, power by power
    """

    t0_s: float
    span_s: float
    coefficients: Array
    cov: Array

    def at(self, t_s: float) -> tuple[Array, Array]:
        """Return position, velocity and acceleration (9,), and their covariance (9, 9)."""
        rows = np.kron(_rows((t_s - self.t0_s) / self.span_s, self.span_s), np.eye(3))
        return rows @ self.coefficients.reshape(-1), rows @ self.cov @ rows.T


def curve_through(t_s: Array, r_ecef_m: Array, place_cov: Array) -> Curve | None:
    """Return the curve through the first seconds of positions (n, 3) with covariances (n, 3, 3); None if too few.

    The longest of several windows is taken through which a cubic goes; the shortest in any case.
    """
    best = None
    for window_s in _WINDOWS_S:
        rows = _thinned(t_s, t_s[0] + window_s)
        if rows.size < _ROWS or t_s[rows[-1]] - t_s[0] < _ROWS:
            continue
        best, chi2 = _fitted(t_s[rows], r_ecef_m[rows], place_cov[rows])
        if chi2 < _BAD_CHI2:
            break
    return best


def _thinned(t_s: Array, end_s: float) -> Array:
    """Return the rows up to a moment, none closer than a second to the one before."""
    last, rows = -np.inf, []
    for i, t in enumerate(t_s.tolist()):
        if t > end_s:
            break
        if t - last >= _EVERY_S - 1e-6:
            rows.append(i)
            last = t
    return np.array(rows, dtype=np.int64)


def _fitted(t_s: Array, r: Array, place_cov: Array) -> tuple[Curve, float]:
    """Return the weighted least-squares cubic, and chi-square over degrees of freedom."""
    span = float(t_s[-1] - t_s[0])
    powers = ((t_s - t_s[0]) / span)[:, None] ** np.arange(_POWERS)
    weight = np.asarray(np.linalg.inv(place_cov + np.eye(3) * _FLOOR_M**2), dtype=np.float64)
    found, cov, each = _solved(powers, weight, np.ones(len(t_s)), r - r[0])
    for _ in range(_PASSES):
        trust = np.minimum(1.0, _WILD_CHI2 / np.maximum(each, 1e-9))
        found, cov, each = _solved(powers, weight, trust, r - r[0])
    chi2 = float(np.minimum(each, _WILD_CHI2).sum()) / max(3 * len(t_s) - 12, 1)
    found[0] += r[0]
    return Curve(t0_s=float(t_s[0]), span_s=span, coefficients=found, cov=cov), chi2


def _solved(powers: Array, weight: Array, trust: Array, r: Array) -> tuple[Array, Array, Array]:
    """Return the coefficients (4, 3) of least squares, their covariance (12, 12), and the chi-square of each place."""
    normal = np.einsum("n,np,nij,nq->piqj", trust, powers, weight, powers).reshape(12, 12)
    right = np.einsum("n,np,nij,nj->pi", trust, powers, weight, r).reshape(12)
    cov: Array = np.linalg.inv(normal)
    found = (cov @ right).reshape(_POWERS, 3)
    miss = r - powers @ found
    return found, cov, np.einsum("ni,nij,nj->n", miss, weight, miss)


def _rows(x: float, span_s: float) -> Array:
    """Return (3, 4): what the powers add to position, velocity and acceleration."""
    return np.array(
        [
            [1.0, x, x * x, x**3],
            [0.0, 1.0 / span_s, 2.0 * x / span_s, 3.0 * x * x / span_s],
            [0.0, 0.0, 2.0 / span_s**2, 6.0 * x / span_s**2],
        ]
    )

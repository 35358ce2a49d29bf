"""Wind as kernels read it: cubics above knots at every kilometre, for the mean and for counted samples.

The knots take the values that come nearest to the straight lines of the profile (least squares over the height):
exactly the levels where these lie on whole kilometres; finer detail is averaged, never skipped. Through the knots
runs a C2 cubic spline.

A sample is the mean plus modes of the covariance times counted standard normal numbers. Coefficients of the cubics
are linear in the values, so each mode is turned into coefficients once.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from downrange.base import Array
from downrange.earth.wind import Wind

STREAM = 500
"""Wind draws of seed s are those of the counted generator with the key s ^ (STREAM << 32): no other draw has them."""

_KNOT_M = 1_000.0
_GROUP = 16


def no_wind() -> Array:
    """Return the table of still air, shape (0, 8)."""
    return np.zeros((0, 8))


def mean_wind_table(wind: Wind) -> Array:
    """Return the table of the mean wind, shape (K, 8): rows [e0 e1 e2 e3 n0 n1 n2 n3] of cubics above knot k [km].

    The wind at height h [m] over knot k is e0 + e1 d + e2 d^2 + e3 d^3 with d = h - 1000 k, north likewise; the last
    row holds the wind above its knot.
    """
    to_table = _to_table(tuple(wind.heights_m.tolist()))
    east, north = (to_table @ values for values in (wind.east_mps, wind.north_mps))
    return np.concatenate([east, north], axis=1)


def wind_tables(wind: Wind, seed: int, samples: int, *, first: int = 0) -> Array:
    """Return tables of sampled winds, shape (samples, K, 8); sample i of a seed is the same whatever the chunking.

    >>> from downrange.earth import load_wind
    >>> wind = load_wind("assumed-westerly-jet")
    >>> whole = wind_tables(wind, 7, 5)
    >>> bool((whole[3:] == wind_tables(wind, 7, 2, first=3)).all())
    True
    """
    from downrange.base import normals

    to_table, levels = _to_table(tuple(wind.heights_m.tolist())), len(wind.heights_m)
    modes = _modes(wind.covariance_m2ps2)
    east, north = ((to_table @ part).transpose(2, 0, 1) for part in (modes[:levels], modes[levels:]))
    shapes = np.concatenate([east, north], axis=2)
    draws = normals(seed ^ (STREAM << 32), samples, len(shapes), first=first)
    tables = np.repeat(mean_wind_table(wind)[None], samples, axis=0)
    # One mode after the other, because a product of matrices may round by how many samples there are.
    for start in range(0, samples, _GROUP):
        for m, shape in enumerate(shapes):
            tables[start : start + _GROUP] += draws[start : start + _GROUP, m, None, None] * shape
    return tables


def _modes(covariance_m2ps2: Array) -> Array:
    """Return modes (columns) whose products with themselves add up to the covariance, the weightiest first.

    Cholesky's method with pivots, in arithmetic that rounds alike everywhere; eigenvectors of equal values would turn
    with the library that finds them. What is left below a millionth of the greatest variance is let go.
    """
    left = covariance_m2ps2.copy()
    enough = 1e-6 * float(left.diagonal().max())
    modes = [np.zeros((len(left), 0))]
    for _ in range(len(left)):
        pivot = int(left.diagonal().argmax())
        if not left[pivot, pivot] > enough:
            break
        mode = left[:, pivot] / math.sqrt(left[pivot, pivot])
        left -= np.outer(mode, mode)
        modes.append(mode[:, None])
    return np.concatenate(modes, axis=1)


@lru_cache(maxsize=8)
def _to_table(levels_m: tuple[float, ...]) -> Array:
    """Return the array (K, 4, n) that turns values at the levels into coefficients of cubics above the knots."""
    from scipy.interpolate import CubicSpline

    heights_m = np.array(levels_m)
    last = max(math.ceil(heights_m[-1] / _KNOT_M), 1)
    knots_m = np.arange(last + 1) * _KNOT_M
    values = _nearest(knots_m, heights_m)
    # A straight start at the ground, a level end that joins the constant wind above.
    still = np.zeros(len(heights_m))
    spline = CubicSpline(knots_m, values, bc_type=((2, still), (1, still)))
    rows = np.zeros((last + 1, 4, len(heights_m)))
    rows[:-1] = np.moveaxis(spline.c[::-1], 0, 1)
    rows[-1, 0] = values[-1]
    rows.setflags(write=False)
    return rows


def _nearest(knots_m: Array, heights_m: Array) -> Array:
    """Return the matrix (K, n) from levels to knots: straight lines between knots nearest to those between levels."""
    ends_m = np.unique(np.concatenate([knots_m, heights_m]))
    foot_m, span_m = ends_m[:-1], np.diff(ends_m)
    # three points of Gauss a piece integrate the product of two straight lines exactly
    points, weights = np.polynomial.legendre.leggauss(3)
    at_m = (foot_m[:, None] + span_m[:, None] * (points + 1.0) / 2.0).ravel()
    weight = (span_m[:, None] * weights / 2.0).ravel()[:, None]
    of_knots = _hats(at_m, knots_m)
    mass = of_knots.T @ (weight * of_knots)
    return np.asarray(np.linalg.solve(mass, of_knots.T @ (weight * _hats(at_m, heights_m))))


def _hats(at_m: Array, nodes_m: Array) -> Array:
    """Return (points, nodes) shares of the nodes in straight lines between them, constant beyond the ends."""
    return np.stack([np.interp(at_m, nodes_m, unit) for unit in np.eye(len(nodes_m))], axis=1)

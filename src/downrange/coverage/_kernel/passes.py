"""All passes of low, nearly round orbits over many points: one window for each pass at most."""

from __future__ import annotations

import math

import numba
import numpy as np

from downrange.coverage._kernel.margin import CONE, SLANT, cone_terms, elevation_terms, nadir_terms
from downrange.coverage._kernel.near import across, candidates, middle
from downrange.coverage._kernel.path import TERMS, value_at
from downrange.coverage._kernel.solve import window

PIECES = 2  # of an arc; each is searched by itself
ROUND_NADIR, ELEVATION, TRUE_NADIR = 0, 1, 2  # limits: off the radius, over the horizon, off the ellipsoid's normal


@numba.njit(cache=True, nogil=True)
def limit_window(
    limit: int,
    arc: np.ndarray,
    point: np.ndarray,
    c: float,
    s2: float,
    u: float,
    rate: float,
    reach: float,
    first: np.ndarray,
    second: np.ndarray,
) -> tuple[float, float]:
    """Return from where to where (in u) a pass is inside one limit; (1, 0) where it never is.

    c, s2: cosine of the angle off nadir and its sine squared; for ELEVATION the sine of the lowest elevation
    first, second: (12,), room to work in
    """  # fmt: skip
    if limit == ROUND_NADIR:
        cone_terms(arc, point, first, second)
        bend = rate * rate * value_at(first, u)
        return window(CONE, first, second, c, s2, point[3], u, bend, rate, reach)
    if limit == ELEVATION:
        elevation_terms(arc, point, first, second)
        level = value_at(first, u) + point[7]
    else:
        nadir_terms(arc, point, first, second)
        level = value_at(first, u) - value_at(arc[7], u)
    d2 = value_at(second, u)
    rq = 0.5 * (value_at(arc[3], u) + point[3] - d2)
    bend = rate * rate * (level + c * rq / math.sqrt(d2))
    return window(SLANT, first, second, c, s2, point[3], u, bend, rate, reach)


@numba.njit(cache=True, nogil=True)
def _grown(spans: np.ndarray, whose: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the same windows in twice the room."""
    more_spans, more_whose = np.empty((2 * spans.shape[0], 2)), np.empty((2 * whose.shape[0], 2), np.int32)
    more_spans[: spans.shape[0]] = spans
    more_whose[: whose.shape[0]] = whose
    return more_spans, more_whose


@numba.njit(cache=True, nogil=True)
def _pass(
    arc: np.ndarray, point: np.ndarray, limits: np.ndarray, u: float, rate: float, reach: float, work: np.ndarray
) -> tuple[float, float]:
    """Return the window of one pass in u, where all its limits hold; empty where from is not before to."""
    left, right = -9.0, 9.0
    for k in range(limits.shape[0]):
        a, b = limit_window(
            int(limits[k, 0]), arc, point, limits[k, 1], limits[k, 2], u, rate, reach, work[0], work[1]
        )  # fmt: skip
        left, right = max(left, a), min(right, b)
        if left >= right:
            break
    return left, right


@numba.njit(cache=True, nogil=True)
def find_passes(
    low_s: float,
    high_s: float,
    span_s: float,
    satellites: np.ndarray,
    coef: np.ndarray,
    first_arc: np.ndarray,
    begin_s: np.ndarray,
    arc_s: np.ndarray,
    caps: np.ndarray,
    limits: np.ndarray,
    limit_count: np.ndarray,
    points: np.ndarray,
    xyz: np.ndarray,
    lon: np.ndarray,
    band_start: np.ndarray,
    band_trig: np.ndarray,
    p_max_m: float,
    region: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return windows (k, 2) [s] and whose they are (k, 2), (satellite, point), of pieces that begin in [low_s, high_s).

    satellites: (m,) numbers of those to look at; coef: (arcs, columns, 12) of all; first_arc: (all + 1,)
    begin_s, arc_s: (all,), when the first arc begins and how long each is; caps: (all,) [rad]
    limits: (all, 2, 3), kind, c and s2 of `limit_window`; limit_count: (all,) how many of them
    points: (n, 8), a row for `margin`; xyz, lon, band_start, band_trig: see `candidates`
    region: (4,), direction of a cap that holds all points, and its radius [rad]
    """  # fmt: skip
    spans, whose = np.empty((4096, 2)), np.empty((4096, 2), np.int32)
    picked = np.empty(points.shape[0] + 1, np.int64)
    w0, w1, mid, work = np.empty(3), np.empty(3), np.empty(6), np.empty((2, TERMS))
    found = 0
    for s in satellites:
        piece_s = arc_s[s] / PIECES
        pieces = PIECES * (first_arc[s + 1] - first_arc[s])
        j0 = max(0, math.ceil((low_s - begin_s[s]) / piece_s))
        j1 = min(pieces, math.ceil((high_s - begin_s[s]) / piece_s))
        for j in range(j0, j1):
            k = j // PIECES
            arc = coef[first_arc[s] + k]
            u0 = (j - k * PIECES) / PIECES - 0.5
            u1 = u0 + 1.0 / PIECES
            middle(arc, 0.5 * (u0 + u1), mid)
            half = 0.27  # more than any piece; made exact below
            near = mid[0] * region[0] + mid[1] * region[1] + mid[2] * region[2]
            if near < math.cos(min(math.pi, half + caps[s] + region[3])):
                continue
            rate0 = across(arc, u0, w0)
            rate1 = across(arc, u1, w1)
            rate = 0.5 * (rate0 + rate1)
            half = 0.51 * max(rate0, rate1) / PIECES
            count = candidates(xyz, lon, band_start, band_trig, p_max_m, w0, w1, mid, half, caps[s], picked)
            for m in range(count):
                i = picked[m]
                before = xyz[0, i] * w0[0] + xyz[1, i] * w0[1] + xyz[2, i] * w0[2]
                later = xyz[0, i] * w1[0] + xyz[1, i] * w1[1] + xyz[2, i] * w1[2]
                u = u0 + (u1 - u0) * before / (before - later)
                reach = 0.5 * math.pi / rate
                left, right = _pass(arc, points[i], limits[s, : limit_count[s]], u, rate, reach, work)
                t0 = begin_s[s] + (k + 0.5) * arc_s[s]
                a, b = t0 + left * arc_s[s], t0 + right * arc_s[s]
                if a < b and b > 0.0 and a < span_s:
                    if found == spans.shape[0]:
                        spans, whose = _grown(spans, whose)
                    spans[found, 0], spans[found, 1] = a, b
                    whose[found, 0], whose[found, 1] = s, i
                    found += 1
    return spans[:found], whose[:found]

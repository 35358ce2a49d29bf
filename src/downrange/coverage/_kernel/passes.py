"""All passes of low, nearly round orbits over many points: one window for each pass at most."""

from __future__ import annotations

import math

import numba
import numpy as np

from downrange.coverage._kernel.block import BLOCK, LANE_ROWS, LEFT, QN, RIGHT, U, limit_windows
from downrange.coverage._kernel.near import across, candidates, middle
from downrange.coverage._kernel.order import with_room
from downrange.coverage._kernel.path import TERMS

PIECES = 2  # of an arc; each is searched by itself
_LONGEST = 0.2  # [rad] more than half a piece of the longest kind


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _gather(
    points: np.ndarray,
    picked: np.ndarray,
    n: int,
    w0: np.ndarray,
    w1: np.ndarray,
    u0: float,
    u1: float,
    lane: np.ndarray,
) -> None:
    """Put n points into the columns of `lane`, and when their closest approach is, by the sine's chord."""
    for i in range(n):
        row = picked[i]
        for k in range(QN + 1):
            lane[k, i] = points[row, k]
        x, y, z = points[row, 0], points[row, 1], points[row, 2]
        before = x * w0[0] + y * w0[1] + z * w0[2]
        later = x * w1[0] + y * w1[1] + z * w1[2]
        lane[U, i] = u0 + (u1 - u0) * before / (before - later)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _all_limits(
    arc: np.ndarray,
    limits: np.ndarray,
    count: int,
    rate: float,
    reach: float,
    lane: np.ndarray,
    n: int,
    first: np.ndarray,
    second: np.ndarray,
    work: np.ndarray,
    ends: np.ndarray,
) -> None:
    """Write the windows (n, 2) in u in which all limits hold; empty where from is not before to."""  # fmt: skip
    for i in range(n):
        ends[i, 0], ends[i, 1] = -9.0, 9.0
    for k in range(count):
        limit_windows(
            int(limits[k, 0]), arc, limits[k, 1], limits[k, 2], rate, reach, lane, n, first, second, work
        )  # fmt: skip
        for i in range(n):
            ends[i, 0], ends[i, 1] = max(ends[i, 0], lane[LEFT, i]), min(ends[i, 1], lane[RIGHT, i])


@numba.njit(cache=True, nogil=True, error_model="numpy")
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
    limits: (all, 2, 3), kind, c and s2 of `limit_windows`; limit_count: (all,) how many of them
    points: (n, 8), a row for `margin`; xyz, lon, band_start, band_trig: see `candidates`
    region: (4,), direction of a cap that holds all points, and its radius [rad]
    """  # fmt: skip
    spans, whose = np.empty((4096, 2)), np.empty((4096, 2), np.int32)
    picked = np.empty(points.shape[0] + 1, np.int64)
    w0, w1, mid, work = np.empty(3), np.empty(3), np.empty(6), np.empty((2, TERMS))
    lane, ends = np.zeros((LANE_ROWS, BLOCK)), np.empty((BLOCK, 2))
    first, second = np.empty((TERMS, BLOCK)), np.empty((TERMS, BLOCK))
    found = 0
    for s in satellites:
        piece_s = arc_s[s] / PIECES
        j0 = max(0, math.ceil((low_s - begin_s[s]) / piece_s))
        j1 = min(PIECES * (first_arc[s + 1] - first_arc[s]), math.ceil((high_s - begin_s[s]) / piece_s))
        far = math.cos(min(math.pi, _LONGEST + caps[s] + region[3]))
        for j in range(j0, j1):
            k = j // PIECES
            arc = coef[first_arc[s] + k]
            u0 = (j - k * PIECES) / PIECES - 0.5
            u1 = u0 + 1.0 / PIECES
            middle(arc, 0.5 * (u0 + u1), mid)
            if mid[0] * region[0] + mid[1] * region[1] + mid[2] * region[2] < far:
                continue
            rate0, rate1 = across(arc, u0, w0), across(arc, u1, w1)
            rate = 0.5 * (rate0 + rate1)
            half = 0.51 * max(rate0, rate1) / PIECES
            count = candidates(xyz, lon, band_start, band_trig, p_max_m, w0, w1, mid, half, caps[s], picked)
            spans, whose = with_room(spans, whose, found + count)
            t0 = begin_s[s] + (k + 0.5) * arc_s[s]
            for done in range(0, count, BLOCK):
                n = min(BLOCK, count - done)
                rows = picked[done : done + n]
                _gather(points, rows, n, w0, w1, u0, u1, lane)
                _all_limits(
                    arc, limits[s], limit_count[s], rate, 0.5 * math.pi / rate, lane, n, first, second, work, ends
                )  # fmt: skip
                for i in range(n):
                    a, b = t0 + ends[i, 0] * arc_s[s], t0 + ends[i, 1] * arc_s[s]
                    if a < b and b > 0.0 and a < span_s:
                        spans[found, 0], spans[found, 1] = a, b
                        whose[found, 0], whose[found, 1] = s, rows[i]
                        found += 1
    return spans[:found], whose[:found]

"""All passes of low, nearly round orbits over many points: one window for each pass at most."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from downrange.coverage._kernel.block import BLOCK, FROM, LANE_ROWS, LEFT, QN, RIGHT, TO, U, limit_windows
from downrange.coverage._kernel.near import across, candidates, lune_width_m, middle
from downrange.coverage._kernel.order import with_room
from downrange.coverage._kernel.path import TERMS

PIECES = 2  # of an arc; each is searched by itself
_LONGEST = 0.2  # [rad] more than half a piece of the longest kind


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _gather(
    points: np.ndarray, picked: np.ndarray, n: int, piece: tuple[Any, ...], u0: float, lane: np.ndarray
) -> None:
    """Put n points into the columns of `lane`, and when their closest approach is, by the sine's chord."""
    w0, w1, _ = piece
    for i in range(n):
        row = picked[i]
        for k in range(QN + 1):
            lane[k, i] = points[row, k]
        x, y, z = points[row, 0], points[row, 1], points[row, 2]
        before = x * w0[0] + y * w0[1] + z * w0[2]
        later = x * w1[0] + y * w1[1] + z * w1[2]
        lane[U, i] = u0 + before / (before - later) / PIECES


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _all_limits(
    arc: np.ndarray, limits: np.ndarray, count: int, rate: float, lane: np.ndarray, n: int, room: tuple[Any, ...]
) -> None:
    """Write FROM and TO, in u, of n points: where all limits hold; empty where FROM is not before TO."""
    first, second, work = room
    for i in range(n):
        lane[FROM, i], lane[TO, i] = -9.0, 9.0
    for k in range(count):
        limit, c, s2 = int(limits[k, 0]), limits[k, 1], limits[k, 2]
        limit_windows(limit, arc, c, s2, rate, 0.5 * math.pi / rate, lane, n, first, second, work)
        for i in range(n):
            lane[FROM, i] = max(lane[FROM, i], lane[LEFT, i])
            lane[TO, i] = min(lane[TO, i], lane[RIGHT, i])


@numba.njit(cache=True, nogil=True, error_model="numpy")
def _prepared(arc: np.ndarray, u0: float, piece: tuple[Any, ...]) -> tuple[float, float]:
    """Work a piece of an arc out; return how fast the satellite goes round [rad per arc's time], in the mean and at most."""
    before, later = across(arc, u0, piece[0]), across(arc, u0 + 1.0 / PIECES, piece[1])
    return 0.5 * (before + later), max(before, later)


@numba.njit(cache=True, nogil=True, error_model="numpy")
def find_passes(
    low_s: float,
    high_s: float,
    span_s: float,
    satellites: np.ndarray,
    paths: tuple[Any, ...],
    plan: tuple[Any, ...],
    points: np.ndarray,
    place: tuple[Any, ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Return windows (k, 2) [s] and whose they are (k, 2), (satellite, point), of pieces that begin in [low_s, high_s).

    satellites: (m,) numbers of those to look at
    paths:  coef (arcs, columns, 13) of all, first_arc (all + 1,), begin_s and arc_s (all,): when the first arc begins and
            how long each is
    plan:   caps (all,) [rad]; limits (all, 2, 3), kind, c and s2 of `limit_windows`; limit_count (all,); the points'
            largest distance from the centre [m]; region (4,), direction of a cap that holds all points, and its radius
    points: (n, 8), a row for `margin`; place: see `candidates`
    """
    coef, first_arc, begin_s, arc_s = paths
    caps, limits, limit_count, p_max_m, region = plan
    spans, whose = np.empty((4096, 2)), np.empty((4096, 2), np.int32)
    picked = np.empty(points.shape[0] + 1, np.int64)
    piece = np.empty(3), np.empty(3), np.empty(6)
    room = np.empty((TERMS, BLOCK)), np.empty((TERMS, BLOCK)), np.empty((2, TERMS))
    lane, found = np.zeros((LANE_ROWS, BLOCK)), 0
    for s in satellites:
        piece_s = arc_s[s] / PIECES
        j0 = max(0, math.ceil((low_s - begin_s[s]) / piece_s))
        j1 = min(PIECES * (first_arc[s + 1] - first_arc[s]), math.ceil((high_s - begin_s[s]) / piece_s))
        far = math.cos(min(math.pi, _LONGEST + caps[s] + region[3]))
        limit_m = lune_width_m(caps[s], p_max_m)
        for j in range(j0, j1):
            k = j // PIECES
            arc, u0 = coef[first_arc[s] + k], (j - k * PIECES) / PIECES - 0.5
            middle(arc, u0 + 0.5 / PIECES, piece[2])
            if piece[2][0] * region[0] + piece[2][1] * region[1] + piece[2][2] * region[2] < far:
                continue
            rate, most = _prepared(arc, u0, piece)
            count = candidates(place, piece, 0.51 * most / PIECES, caps[s], limit_m, picked)
            spans, whose = with_room(spans, whose, found + count)
            t0 = begin_s[s] + (k + 0.5) * arc_s[s]
            for done in range(0, count, BLOCK):
                n = min(BLOCK, count - done)
                rows = picked[done : done + n]
                _gather(points, rows, n, piece, u0, lane)
                _all_limits(arc, limits[s], limit_count[s], rate, lane, n, room)
                for i in range(n):
                    a, b = t0 + lane[FROM, i] * arc_s[s], t0 + lane[TO, i] * arc_s[s]
                    if a < b and b > 0.0 and a < span_s:
                        spans[found, 0], spans[found, 1] = a, b
                        whose[found, 0], whose[found, 1] = s, rows[i]
                        found += 1
    return spans[:found], whose[:found]

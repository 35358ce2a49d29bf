"""Windows kept while they are found, then put in order: by point, then by when they begin."""

from __future__ import annotations

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def by_point(
    spans: np.ndarray, whose: np.ndarray, place: np.ndarray, span_s: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return satellite, point, start_s, end_s, open_start, open_end, sorted and cut to [0, span_s].

    spans: (k, 2), whose: (k, 2) with numbers of sorted points; place: (n,), the place of each among the points as given
    """
    k, n = spans.shape[0], place.size
    at = np.zeros(n + 1, np.int64)
    for i in range(k):
        at[place[whose[i, 1]] + 1] += 1
    for i in range(n):
        at[i + 1] += at[i]
    rows = np.empty((k, 3))
    for i in range(k):
        p = place[whose[i, 1]]
        rows[at[p], 0], rows[at[p], 1], rows[at[p], 2] = spans[i, 0], spans[i, 1], whose[i, 0]
        at[p] += 1
    satellite, point = np.empty(k, np.int32), np.empty(k, np.int32)
    start_s, end_s = np.empty(k), np.empty(k)
    first = 0
    for p in range(n):
        for i in range(first, at[p]):  # within a point insertion does: what comes in is nearly in order of time
            a, b, s = rows[i, 0], rows[i, 1], np.int32(rows[i, 2])
            j = i
            while j > first and (start_s[j - 1] > a or (start_s[j - 1] == a and satellite[j - 1] > s)):
                start_s[j], end_s[j], satellite[j] = start_s[j - 1], end_s[j - 1], satellite[j - 1]
                j -= 1
            start_s[j], end_s[j], satellite[j], point[i] = a, b, s, p
        first = at[p]
    open_start, open_end = np.empty(k, np.bool_), np.empty(k, np.bool_)
    for i in range(k):
        open_start[i], open_end[i] = start_s[i] <= 0.0, end_s[i] >= span_s
        start_s[i], end_s[i] = max(start_s[i], 0.0), min(end_s[i], span_s)
    return satellite, point, start_s, end_s, open_start, open_end


@numba.njit(cache=True, nogil=True)
def with_room(spans: np.ndarray, whose: np.ndarray, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the same windows with room for as many."""
    if wanted <= spans.shape[0]:
        return spans, whose
    size = max(wanted, 2 * spans.shape[0])
    more_spans, more_whose = np.empty((size, 2)), np.empty((size, 2), np.int32)
    more_spans[: spans.shape[0]] = spans
    more_whose[: whose.shape[0]] = whose
    return more_spans, more_whose

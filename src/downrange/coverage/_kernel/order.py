"""Windows put in order: by point, then by when they begin."""

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
    order = np.empty(k, np.int64)
    for i in range(k):  # within a point insertion does: what comes in is nearly in order of time
        p = place[whose[i, 1]]
        order[at[p]] = i
        at[p] += 1
    satellite, point = np.empty(k, np.int32), np.empty(k, np.int32)
    start_s, end_s = np.empty(k), np.empty(k)
    first = 0
    for i in range(k):
        row = order[i]
        p, s = place[whose[row, 1]], whose[row, 0]
        if i > 0 and p != point[i - 1]:
            first = i
        a, b = spans[row, 0], spans[row, 1]
        j = i
        while j > first and (start_s[j - 1] > a or (start_s[j - 1] == a and satellite[j - 1] > s)):
            start_s[j], end_s[j], satellite[j], point[j] = start_s[j - 1], end_s[j - 1], satellite[j - 1], p
            j -= 1
        start_s[j], end_s[j], satellite[j], point[j] = a, b, s, p
    open_start, open_end = np.empty(k, np.bool_), np.empty(k, np.bool_)
    for i in range(k):
        open_start[i], open_end[i] = start_s[i] <= 0.0, end_s[i] >= span_s
        start_s[i], end_s[i] = max(start_s[i], 0.0), min(end_s[i], span_s)
    return satellite, point, start_s, end_s, open_start, open_end

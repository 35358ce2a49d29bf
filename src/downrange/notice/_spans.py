"""Sets of moments: unions, intersections and lengths of windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from downrange.base import utc
from downrange.notice.model import NoticeWindow, Role

Spans = tuple[tuple[datetime, datetime], ...]


def spans(windows: Iterable[NoticeWindow]) -> Spans:
    """Return the moments that windows cover, as spans in order that neither meet nor touch."""
    return joined((utc(window.opens), utc(window.closes)) for window in windows)


def joined(row: Iterable[tuple[datetime, datetime]]) -> Spans:
    """Join spans that meet or touch."""
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(row):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(found)


def common(one: Spans, other: Spans) -> Spans:
    """Return the moments in both."""
    found: list[tuple[datetime, datetime]] = []
    first = second = 0
    while first < len(one) and second < len(other):
        opens = max(one[first][0], other[second][0])
        closes = min(one[first][1], other[second][1])
        if opens < closes:
            found.append((opens, closes))
        if one[first][1] <= other[second][1]:
            first += 1
        else:
            second += 1
    return tuple(found)


def without(one: Spans, other: Spans) -> Spans:
    """Return the moments of the first that are not in the second."""
    found: list[tuple[datetime, datetime]] = []
    for opens, closes in one:
        at = opens
        for taken_from, taken_to in common(((opens, closes),), other):
            if at < taken_from:
                found.append((at, taken_from))
            at = taken_to
        if at < closes:
            found.append((at, closes))
    return tuple(found)


def length(row: Spans) -> timedelta:
    """Return how long the spans are together."""
    return sum((closes - opens for opens, closes in row), timedelta(0))


def gap(one: Spans, other: Spans) -> timedelta:
    """Return how long lies between two sets, from the end of the earlier to the start of the later; 0 when mixed."""
    if one[-1][1] <= other[0][0]:
        return other[0][0] - one[-1][1]
    return max(one[0][0] - other[-1][1], timedelta(0))


def windows_of(row: Spans, among: Sequence[NoticeWindow] = ()) -> tuple[NoticeWindow, ...]:
    """Return spans as windows; alternate where every window among these that meets it is one."""
    found: list[NoticeWindow] = []
    for opens, closes in row:
        roles = {window.role for window in among if window.opens < closes and opens < window.closes}
        role = Role.ALTERNATE if roles == {Role.ALTERNATE} else Role.PRIMARY
        found.append(NoticeWindow(opens=opens, closes=closes, role=role))
    return tuple(found)


def together(
    rows: Sequence[Spans], printed: Sequence[NoticeWindow]
) -> tuple[tuple[NoticeWindow, ...], tuple[NoticeWindow, ...], tuple[NoticeWindow, ...]]:
    """Return union, intersection and their difference; who says nothing about time disagrees with nobody."""
    told = [row for row in rows if row]
    union = joined(span for row in told for span in row)
    shared = told[0] if told else ()
    for row in told[1:]:
        shared = common(shared, row)
    parts = (union, shared, without(union, shared))
    first, second, third = (windows_of(part, printed) for part in parts)
    return first, second, third

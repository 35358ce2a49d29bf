"""Launches that could be one: pairs for a person to decide. Nothing is joined by this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from downrange.notice import _spans
from downrange.notice._overlap import WINDOWS_MEET, flat, meeting, shares
from downrange.notice.merge import SAME_AREA, Launch
from downrange.notice.model import NoticeWindow

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

_SAME_WINDOWS: Final = 0.8
_NEAR_M: Final = 2_000_000.0
_LONGEST_GAP: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two launches that could be one; a person decides.

    first, second:  their names
    why:            in one sentence
    common_windows: when both say that something goes on
    disputed:       when only one of them says so
    """

    first: str
    second: str
    why: str
    common_windows: tuple[NoticeWindow, ...]
    disputed: tuple[NoticeWindow, ...]


class _Row:
    """A launch with what is asked of it again and again."""

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.spans = _spans.spans(launch.windows)
        self.length = _spans.length(self.spans)

    @cached_property
    def middles(self) -> list[tuple[float, float]]:
        """Return latitude and longitude of the middle of each area."""
        from downrange.notice._geometry import centre

        return [centre(area.drawn[0][1].lat_deg, area.drawn[0][1].lon_deg) for area in self.launch.areas]


def proposals(found: Sequence[Launch]) -> tuple[Proposal, ...]:
    """Return the pairs of launches that could be one: nothing is joined by this.

    The same area at another time, at most 30 days later: an amendment, or another attempt. Or other areas at the same
    time: windows that are alike, or that meet where the areas are within 2,000 km. All limits are assumed.
    """
    rows = sorted((_Row(launch) for launch in found if launch.windows), key=lambda row: row.spans[0][0])
    same = _same_places(rows)
    kept: list[Proposal] = []
    for place, one in enumerate(rows):
        for later in range(place + 1, len(rows)):
            other = rows[later]
            if other.spans[0][0] > one.spans[-1][1] + _LONGEST_GAP:
                break
            why = _why(one, other, same=(place, later) in same)
            if why:
                printed = (*one.launch.windows, *other.launch.windows)
                _, common, disputed = _spans.together([one.spans, other.spans], printed)
                kept.append(
                    Proposal(
                        first=one.launch.name,
                        second=other.launch.name,
                        why=why,
                        common_windows=common,
                        disputed=disputed,
                    )
                )
    return tuple(kept)


def _same_places(rows: Sequence[_Row]) -> frozenset[tuple[int, int]]:
    """Return which launches draw an area in the same place, as pairs of their places in the row."""
    from shapely import STRtree

    owners: list[int] = []
    drawn: list[BaseGeometry] = []
    for place, row in enumerate(rows):
        for area in row.launch.areas:
            owners.append(place)
            drawn.append(flat(area.drawn[0][1].geometry_lonlat()))
    if not drawn:
        return frozenset()
    pairs = STRtree(drawn).query(drawn, predicate="intersects").T.tolist()
    return frozenset(
        (owners[a], owners[b]) for a, b in pairs if owners[a] < owners[b] and shares(drawn[a], drawn[b])[0] >= SAME_AREA
    )


def _why(one: _Row, other: _Row, *, same: bool) -> str:
    """Say why two launches could be one, "" when nothing speaks for it."""
    both = _spans.length(_spans.common(one.spans, other.spans))
    if not both:
        days = _spans.gap(one.spans, other.spans) / timedelta(days=1)
        return f"the same area, {days:.0f} days later: an amendment or another attempt" if same else ""
    alike = both / (one.length + other.length - both)
    if alike >= _SAME_WINDOWS:
        return f"windows alike ({100 * alike:.0f} % in common), areas {_apart_m(one, other) / 1e3:,.0f} km apart"
    share = meeting(one.spans, other.spans)
    if share >= WINDOWS_MEET and _apart_m(one, other) <= _NEAR_M:
        return (
            f"the shorter windows lie in the longer ones ({100 * share:.0f} %), "
            f"areas {_apart_m(one, other) / 1e3:,.0f} km apart"
        )
    return ""


def _apart_m(one: _Row, other: _Row) -> float:
    """Return the distance between the nearest middles of areas."""
    from downrange.earth import range_azimuth

    return min((float(range_azimuth(*a, *b)[0]) for a in one.middles for b in other.middles), default=0.0)

"""One launch out of the notices of several agencies: by where and when, never by the words.

Two notices speak of one launch when an area of one and an area of the other are the same, or one lies in the other, and
their windows meet. Areas that are elsewhere are never joined, however alike the windows: `proposals` names such pairs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING, Final

from downrange.notice import _spans
from downrange.notice._overlap import Drawing, drawings, groups, pairs
from downrange.notice.life import State, life, normal_name
from downrange.notice.model import UNTOLD, About, Activity, Area, Notice, NoticeWindow
from downrange.notice.summary import told_activity, told_size, told_windows

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SAME_AREA: Final = 0.8  # intersection over union of two drawings of one area: a start value, to be tuned
MAY_BE: Final = 0.3  # probability of a launch or a re-entry, assumed: 275 ordinary texts stay below it
_SAME_EXTENT: Final = 0.98  # below it two drawings are said to differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """What the sources of a launch say differently.

    what: "window of area A", "extent of area A", "activity", "nation", "limits of height"
    says: the name of each notice, and what it says
    """

    what: str
    says: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedArea:
    """One area of a launch, as each notice draws it.

    label:          of the first drawing
    drawn:          the name of each notice and its own area, unchanged
    overlap:        the least intersection over union of two drawings, 1.0 for a single one
    windows:        when some notice says it is active: for caution
    common_windows: when all say so: the nominal time
    disputed:       when some say so and others do not
    """

    label: str
    drawn: tuple[tuple[str, Area], ...]
    overlap: float
    windows: tuple[NoticeWindow, ...]
    common_windows: tuple[NoticeWindow, ...]
    disputed: tuple[NoticeWindow, ...]

    def union_lonlat(self) -> BaseGeometry:
        """Return all that some notice draws."""
        from shapely.ops import unary_union

        return unary_union([area.geometry_lonlat() for _, area in self.drawn])

    def common_lonlat(self) -> BaseGeometry:
        """Return what every notice draws; empty where they have nothing in common."""
        from shapely import intersection_all
        from shapely.ops import unary_union

        names = dict.fromkeys(name for name, _ in self.drawn)
        return intersection_all(
            [unary_union([area.geometry_lonlat() for of, area in self.drawn if of == name]) for name in names]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One launch with every notice that speaks of it.

    notices:        its sources, in the order given
    former:         notices that these replaced or cancelled, where they are among those given
    areas:          in order of print
    windows:        union over the sources: for caution
    common_windows: intersection over the sources: the nominal time
    about:          of the source that is surest
    disagreements:  all that the sources say differently
    """

    notices: tuple[Notice, ...]
    former: tuple[Notice, ...]
    areas: tuple[MergedArea, ...]
    windows: tuple[NoticeWindow, ...]
    common_windows: tuple[NoticeWindow, ...]
    about: About
    disagreements: tuple[Disagreement, ...]

    @property
    def name(self) -> str:
        """The names of its sources, copies once."""
        return " + ".join(dict.fromkeys(_name(notice) for notice in self.notices))


def launches(
    notices: Iterable[Notice],
    *,
    at: datetime | None = None,
    overlap: float = SAME_AREA,
    p_least: float = MAY_BE,
) -> tuple[Launch, ...]:
    """Return the launches that notices announce, each with all its sources.

    at:      leave out what does not hold at this moment; without one, only what others replace or cancel
    overlap: intersection over union from which two drawings are one area
    p_least: a group is returned when one of its notices announces a launch or a re-entry with at least this probability

    >>> from downrange.notice import read
    >>> one = "141352Z APR 26 HYDROPAC {}/26(81). 1. ROCKET LAUNCHING 190631Z TO 19{}Z APR IN AREA BOUND BY {} 2. CANCEL"
    >>> ring = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-25.0N 175-30.0E, 14-06.0N 174-55.0E."
    >>> launch, = launches(read(one.format(7, "1437", ring)) + read(one.format(8, "1337", ring)))
    >>> launch.name, [what.what for what in launch.disagreements]
    ('HYDROPAC 7/26 + HYDROPAC 8/26', ['window of area 1'])
    """
    standings = life(notices, at)
    row = [one.notice for one in standings if one.state is State.IN_FORCE]
    former = [one.notice for one in standings if one.state in {State.REPLACED, State.CANCELLED}]
    sure = [_may_be_launch(notice, p_least) for notice in row]
    drawn = drawings(row)
    share = {(one, other): same for one, other, same in pairs(drawn, overlap, sure)}
    linked = groups(len(drawn), share)
    found = [
        _launch([row[place] for place in group], former, _areas(row, group, drawn, linked, share))
        for group in groups(len(row), [(drawn[one].place, drawn[other].place) for one, other in share])
        if any(sure[place] for place in group)
    ]
    return tuple(launch for launch in found if launch.areas or launch.windows)


def _name(notice: Notice) -> str:
    return notice.source_id or notice.source or str(notice.kind)


def _may_be_launch(notice: Notice, p_least: float) -> bool:
    """Say whether a notice may speak of a launch or of what comes down from space."""
    p = dict(zip(Activity, notice.about.p, strict=True))
    return p[Activity.LAUNCH] + p[Activity.REENTRY] >= p_least


# ------------------------------------------------------------------------------------------ one launch


def _areas(
    row: Sequence[Notice],
    group: Sequence[int],
    drawn: Sequence[Drawing],
    linked: Iterable[Sequence[int]],
    share: dict[tuple[int, int], float],
) -> tuple[MergedArea, ...]:
    """Return the areas of a group of notices, drawings of one area together."""
    inside = frozenset(group)
    found: list[MergedArea] = []
    for places in linked:
        if drawn[places[0]].place not in inside:
            continue
        overlap = min((share[pair] for pair in combinations(places, 2) if pair in share), default=1.0)
        merged = _merged(row, [drawn[place] for place in places], overlap)
        if merged.label in {area.label for area in found}:
            merged = replace(merged, label=f"{merged.label} of {merged.drawn[0][0]}")
        found.append(merged)
    return tuple(found)


def _merged(row: Sequence[Notice], drawings: Sequence[Drawing], overlap: float) -> MergedArea:
    """Return one area out of its drawings."""
    printed = [window for one in drawings for window in one.area.windows or row[one.place].windows]
    by_notice: dict[int, list[tuple[datetime, datetime]]] = {}
    for one in drawings:
        by_notice.setdefault(one.place, []).extend(one.spans)
    windows, common, disputed = _spans.together([_spans.joined(row) for row in by_notice.values()], printed)
    return MergedArea(
        label=drawings[0].area.label,
        drawn=tuple((_name(row[one.place]), one.area) for one in drawings),
        overlap=overlap,
        windows=windows,
        common_windows=common,
        disputed=disputed,
    )


def _launch(notices: Sequence[Notice], former: Iterable[Notice], areas: tuple[MergedArea, ...]) -> Launch:
    """Return the launch of a group of notices."""
    printed = [window for notice in notices for window in notice.windows]
    windows, common, _ = _spans.together([_spans.spans(notice.windows) for notice in notices], printed)
    return Launch(
        notices=tuple(notices),
        former=_former(notices, former),
        areas=areas,
        windows=windows,
        common_windows=common,
        about=max((notice.about for notice in notices), key=_surest),
        disagreements=tuple(_disagreements(notices, areas)),
    )


def _surest(about: About) -> tuple[bool, float]:
    return about.activity is not Activity.OTHER, about.confidence


def _former(notices: Iterable[Notice], former: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return the notices that these have replaced, and those that were replaced by those."""
    rest = list(former)
    names = {normal_name(name) for notice in notices for name in notice.cancels}
    found: list[Notice] = []
    while taken := [notice for notice in rest if normal_name(notice.source_id) in names]:
        found += taken
        rest = [notice for notice in rest if notice not in taken]
        names |= {normal_name(name) for notice in taken for name in notice.cancels}
    return tuple(found)


def _disagreements(notices: Sequence[Notice], areas: Iterable[MergedArea]) -> Iterable[Disagreement]:
    """Yield all that the sources of a launch say differently."""
    for area in areas:
        yield from _about_area(notices, area)
    said = {
        "activity": [(_name(one), told_activity(one.about)) for one in notices if one.about != UNTOLD],
        "nation": [(_name(one), one.about.nation) for one in notices if one.about.nation],
        "limits of height": [(_name(one), _heights(one)) for one in notices if one.ceiling_m is not None],
    }
    kinds = {one.about.activity for one in notices if one.about != UNTOLD}
    for what, says in said.items():
        if len(kinds) > 1 if what == "activity" else len({text for _, text in says}) > 1:
            yield Disagreement(what=what, says=tuple(says))


def _heights(notice: Notice) -> str:
    low, high = notice.floor_m or 0.0, notice.ceiling_m
    return f"{low:,.0f} m to {'unlimited' if high is None or math.isinf(high) else f'{high:,.0f} m'}"


def _about_area(notices: Sequence[Notice], area: MergedArea) -> Iterable[Disagreement]:
    """Yield what is said differently of one area."""
    names = dict.fromkeys(name for name, _ in area.drawn)
    silent = [(_name(one), "does not draw it") for one in notices if one.areas and _name(one) not in names]
    if silent:
        yield Disagreement(what=f"area {area.label}", says=(*((name, "draws it") for name in names), *silent))
    if area.overlap < _SAME_EXTENT:
        says = tuple((name, told_size(one)) for name, one in area.drawn)
        yield Disagreement(what=f"extent of area {area.label}", says=says)
    if area.disputed:
        windows = {_name(one): one.windows for one in notices}
        says = tuple((name, told_windows(one.windows or windows[name])) for name, one in area.drawn)
        yield Disagreement(what=f"window of area {area.label}", says=says)

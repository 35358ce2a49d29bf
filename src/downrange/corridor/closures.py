"""Closures for ships and aircraft: announced areas, what is let go, failures by phase, and by minute if one comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from shapely.geometry.base import BaseGeometry

from downrange.base import InputError, Window
from downrange.corridor.minutes import covering
from downrange.corridor.plan import Phase, Plan, clock

HOLDS: Final = 0.99
_STRAIGHT_DEG: Final = 0.05
_ANNOUNCED_NOTE: Final = "as announced; open from the window's start, closed until the last fall after its end"
_PHASE_NOTE: Final = "holds 99 % of the simulated impacts; falls without wind, so widen it by what the wind may carry"
_MINUTE_NOTE: Final = "needed only if thrust is lost in this minute; times count from lift-off"


class Unit(StrEnum):
    """Who has to keep away; ships from the surface, aircraft from the surface to any height."""

    SHIP = "ship"
    AIRCRAFT = "aircraft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One region to keep clear.

    kind: "announced", "planned", "failure", "impaired", or "minute": needed only once thrust is lost in that minute
    condition: when it is needed, in words, "" always
    p: probability that something falls in it in one launch; None: nothing of the crowd does, which is not zero
    p_given: of a conditional one, how likely the condition is; None for the others
    from_t_s, until_t_s: from when until when, seconds after lift-off; None when nothing of the crowd falls there
    times: the same on the clock, for each window of lift-off
    """

    unit: Unit
    kind: str
    name: str
    condition: str
    region_lonlat: BaseGeometry
    p: float | None
    p_given: float | None
    from_t_s: float | None
    until_t_s: float | None
    times: tuple[tuple[datetime, datetime], ...]
    note: str
    source: str


def closures(plan: Plan, *, units: Sequence[Unit] = tuple(Unit)) -> tuple[Closure, ...]:
    """Return the closures of a plan: for each unit the announced areas, then by phase, then by minute.

    An announced area and a phase are closed from the start of each window until the last of its falls after the end of
    it; a window of the area itself goes before those of the plan. What aircraft meet on the way down lies over the
    impact as far as a fall without wind goes, so both units get the same region.
    """
    if not units:
        raise InputError(where="closures", key="units", seen="none", cure="name ship, aircraft or both")
    return tuple(
        one for unit in units for one in (*_announced(plan, unit), *_phases(plan, unit), *_minutes(plan, unit))
    )


def _announced(plan: Plan, unit: Unit) -> Iterator[Closure]:
    """Yield the announced areas."""
    for area in plan.areas:
        reach = area.reach
        last_s = 0.0 if reach is None else reach.last_t_s
        yield Closure(
            unit=unit,
            kind="announced",
            name=area.label,
            condition="",
            region_lonlat=area.region_lonlat,
            p=None if reach is None else reach.p,
            p_given=None,
            from_t_s=None if reach is None else reach.first_t_s,
            until_t_s=None if reach is None else reach.last_t_s,
            times=_open(area.windows or plan.windows, last_s),
            note=_ANNOUNCED_NOTE,
            source="notice",
        )


def _phases(plan: Plan, unit: Unit) -> Iterator[Closure]:
    """Yield what is let go as planned, failures by stage, flights that go on impaired."""
    for phase in plan.phases:
        yield Closure(
            unit=unit,
            kind=phase.kind,
            name=phase.name,
            condition="",
            region_lonlat=_region(phase),
            p=phase.p * HOLDS,
            p_given=None,
            from_t_s=phase.first_t_s,
            until_t_s=phase.last_t_s,
            times=_open(plan.windows, phase.last_t_s),
            note=_PHASE_NOTE,
            source="; ".join(plan.sources),
        )


def _minutes(plan: Plan, unit: Unit) -> Iterator[Closure]:
    """Yield what to clear if thrust is lost in a minute."""
    for one in plan.minutes:
        if one.minute is None or one.regions_lonlat[-1].is_empty:
            continue
        begin_s = 60.0 * one.minute
        yield Closure(
            unit=unit,
            kind="minute",
            name=f"minute {one.minute}",
            condition=f"thrust is lost from T+{begin_s:.0f} s to T+{begin_s + 60.0:.0f} s",
            region_lonlat=covering(one.regions_lonlat[-1], _STRAIGHT_DEG),
            p=one.p * one.p_lands * HOLDS,
            p_given=one.p,
            from_t_s=begin_s,
            until_t_s=one.last_t_s,
            times=clock(plan.windows, begin_s, one.last_t_s),
            note=_MINUTE_NOTE,
            source="; ".join(plan.sources),
        )


def _region(phase: Phase) -> BaseGeometry:
    """Return the region that holds nearly all, with few corners."""
    return covering(phase.regions_lonlat[-1], _STRAIGHT_DEG)


def _open(windows: Sequence[Window], last_s: float) -> tuple[tuple[datetime, datetime], ...]:
    """Return when to keep away: from the start of each window until the last fall of a launch at its end."""
    return clock(windows, 0.0, last_s)

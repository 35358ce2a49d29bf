"""Figures of simulated launches: misses, early lifts, people warned and how long, for our policy and for two plain rules.

A place is struck when, by what really flew, a body or one piece of a class comes down within the margin of it with
probability `HIT` or more, once the failure has happened; all of these must have been warned by the 1 % arrival and not
be freed before the 99 % arrival. What fell on the place itself, piece by piece, is counted besides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from downrange.alert import quantile
from downrange.base import units
from downrange.earth import Place
from downrange.replay.trials_model import Stay, Struck, Trial

HIT: Final = 1e-3
_OKINAWA, _ISLANDS = "JP-47", ("KR-28720330", "KR-28720340")
# The alerts of 31 May and 24 August 2023, seconds after lift-off; sources stand in the scenarios of those names.
_JAPAN_S: Final = 180.0  # J-Alert at 06:30, launch at 06:27
_JAPAN_GONE_S: Final = 29.0 * 60.0  # lost at 06:35, lifted at 07:04
_JAPAN_PASSED_S: Final = 7.0 * 60.0  # overflight about 04:00, lifted at 04:07
_KOREA_S: Final = (120.0, 94.0 * 60.0)  # warned at 06:29, lifted at 08:01

Spells = Callable[[Trial], tuple["Covered", ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """An area under warning from when to when; codes of the places that it holds, people with a figure, share inside."""

    code: str
    codes: frozenset[str]
    people: float
    warned_s: float
    ends_s: float
    over_s: float
    inside: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How a rule did over all launches.

    launches, failed, warned: how many flew, failed, brought about any warning
    struck:      places struck, over all launches; struck_on: of them those on which something fell
    misses, early: places struck but not warned in time, or freed too soon: (launch, code)
    misses_on:   of the misses those on which something fell
    people:      warned, a launch with a warning; needless: of these, those of places that were not struck
    over_alert:  people warned over people inside the risk contour, sums over all launches
    person_minutes: a launch with a warning; avoidable: of these, after nature had decided
    lead_s:      10 % and 50 % quantile of the time from warning to the first arrival, places struck
    to_warn_s:   10 %, 50 % and 90 % quantile of the time from lift-off to a warning
    to_lift_s:   50 % and 90 % quantile from when nature had decided to the lift, by place and launch
    flaps:       places warned again within two minutes after a lift
    expired:     stays that nobody lifted: the vehicle was not heard to the end
    """

    rule: str
    launches: int
    failed: int
    warned: int
    struck: int
    struck_on: int
    misses: tuple[tuple[int, str], ...]
    misses_on: int
    early: tuple[tuple[int, str], ...]
    people: float
    needless: float
    over_alert: float
    person_minutes: float
    avoidable: float
    lead_s: tuple[float, float]
    to_warn_s: tuple[float, float, float]
    to_lift_s: tuple[float, float]
    flaps: int
    expired: int


def figures(rule: str, trials: Sequence[Trial], spells: Spells) -> Figures:
    """Return the figures of a rule, which says who is under warning in each launch."""
    covered = [(trial, spells(trial)) for trial in trials]
    some = [(trial, spells) for trial, spells in covered if spells]
    struck = [(trial, one, spells) for trial, spells in covered for one in trial.struck if one.p_near >= HIT]
    misses = [(trial, one) for trial, one, spells in struck if not _in_time(one, spells)]
    early = [(trial, one) for trial, one, spells in struck if _too_soon(one, spells)]
    leads = [lead for _, one, spells in struck if math.isfinite(lead := _lead_s(one, spells))]
    every = [spell for _, spells in some for spell in spells]
    lifted = [spell for spell in every if math.isfinite(spell.over_s)]
    people, inside, needless = _people(some)
    n = max(len(some), 1)
    return Figures(
        rule=rule,
        launches=len(trials),
        failed=sum(math.isfinite(trial.failed_s) for trial in trials),
        warned=len(some),
        struck=len(struck),
        struck_on=sum(one.on for _, one, _ in struck),
        misses=tuple((trial.number, one.code) for trial, one in misses),
        misses_on=sum(one.on for _, one in misses),
        early=tuple((trial.number, one.code) for trial, one in early),
        people=people / n,
        needless=needless / n,
        over_alert=people / inside if inside > 0.0 else math.nan,
        person_minutes=sum(map(_person_minutes, every)) / n,
        avoidable=sum(_person_minutes(spell, since_s=spell.over_s) for spell in lifted) / n,
        lead_s=(_quantile(leads, 0.1), _quantile(leads, 0.5)),
        to_warn_s=tuple(_quantile([s.warned_s for s in every], q) for q in (0.1, 0.5, 0.9)),  # type: ignore[arg-type]
        to_lift_s=tuple(_quantile([s.ends_s - s.over_s for s in lifted], q) for q in (0.5, 0.9)),  # type: ignore[arg-type]
        flaps=sum(_flaps(spells) for _, spells in some),
        expired=len(every) - len(lifted),
    )


def ours(variant: str) -> Spells:
    """Return the rule that is the desk under one policy."""

    def spells(trial: Trial) -> tuple[Covered, ...]:
        return tuple(_own(stay) for stay in trial.watch(variant).stays)

    return spells


def whole_provinces(variant: str, places: Mapping[str, Place]) -> Spells:
    """Return the rule that warns the whole province or prefecture of every place that the desk warns, as long."""

    def spells(trial: Trial) -> tuple[Covered, ...]:
        stays: dict[str, list[Stay]] = {}
        for stay in trial.watch(variant).stays:
            stays.setdefault(stay.province, []).append(stay)
        return tuple(_whole(code, held, places) for code, held in stays.items())

    return spells


def as_in_2023(places: Mapping[str, Place]) -> Spells:
    """Return the rule of 2023: all of Okinawa from the third minute, Baengnyeong and Daecheong from the second.

    Japan lifted 7 minutes after the vehicle had passed, or 29 after it was gone; Korea lifted after 94. The mistaken
    alert of Seoul is left out, and so are launches that nobody saw.
    """
    okinawa = _codes_in(_OKINAWA, places)

    def spells(trial: Trial) -> tuple[Covered, ...]:
        if math.isnan(trial.heard_s):
            return ()
        passed = math.isfinite(trial.passes_s)
        over_s = trial.passes_s if passed else trial.ended_s
        ends_s = max(over_s + (_JAPAN_PASSED_S if passed else _JAPAN_GONE_S), _JAPAN_S)
        japan = Covered(
            code=_OKINAWA,
            codes=okinawa,
            people=places[_OKINAWA].people_best or 0.0,
            warned_s=_JAPAN_S,
            ends_s=ends_s,
            over_s=over_s,
        )
        start_s, end_s = _KOREA_S
        korea = (
            Covered(
                code=code,
                codes=frozenset({code}),
                people=places[code].people_best or 0.0,
                warned_s=start_s,
                ends_s=end_s,
                over_s=min(trial.ended_s, end_s),
            )
            for code in _ISLANDS
        )
        return (japan, *korea)

    return spells


def _own(stay: Stay) -> Covered:
    """Return a stay as it is."""
    return Covered(
        code=stay.code,
        codes=frozenset({stay.code}),
        people=stay.people or 0.0,
        warned_s=stay.warned_s,
        ends_s=stay.ends_s,
        over_s=stay.over_s if math.isfinite(stay.lifted_s) else math.nan,
        inside=stay.inside,
    )


def _whole(code: str, stays: Sequence[Stay], places: Mapping[str, Place]) -> Covered:
    """Return the province over some stays, from the first to the last."""
    whole = places[code].people_best or 0.0
    within = sum((stay.people or 0.0) * stay.inside for stay in {stay.code: stay for stay in stays}.values())
    return Covered(
        code=code,
        codes=_codes_in(code, places),
        people=whole,
        warned_s=min(stay.warned_s for stay in stays),
        ends_s=max(stay.ends_s for stay in stays),
        over_s=max(stay.over_s for stay in stays),
        inside=within / whole if whole > 0.0 else 1.0,
    )


def _codes_in(code: str, places: Mapping[str, Place]) -> frozenset[str]:
    """Return the codes of a place and of everything it holds."""
    found, fresh = {code}, {code}
    while fresh:
        fresh = {one.code for one in places.values() if one.parent_code in fresh} - found
        found |= fresh
    return frozenset(found)


def _holding(one: Struck, spells: Iterable[Covered]) -> list[Covered]:
    """Return the stays that cover a place."""
    return [spell for spell in spells if one.code in spell.codes]


def _in_time(one: Struck, spells: Iterable[Covered]) -> bool:
    """Say whether a place was warned before the first of what struck it."""
    return any(spell.warned_s <= one.first_s for spell in _holding(one, spells))


def _too_soon(one: Struck, spells: Iterable[Covered]) -> bool:
    """Say whether a place was once freed, after its first warning, before the last of what struck it."""
    return any(spell.ends_s < one.last_s for spell in _holding(one, spells))


def _lead_s(one: Struck, spells: Iterable[Covered]) -> float:
    """Return the time from the first warning of a place to the first of what struck it; NaN when it had none."""
    return min(
        (one.first_s - spell.warned_s for spell in sorted(_holding(one, spells), key=_begins)[:1]), default=math.nan
    )


def _begins(spell: Covered) -> float:
    return spell.warned_s


def _people(some: Sequence[tuple[Trial, tuple[Covered, ...]]]) -> tuple[float, float, float]:
    """Return people warned, people inside the contour and people warned of places not struck, each place once a launch."""
    people = inside = needless = 0.0
    for trial, spells in some:
        struck = {one.code for one in trial.struck if one.p_near >= HIT}
        for spell in {spell.code: spell for spell in reversed(spells)}.values():
            people += spell.people
            inside += spell.people * spell.inside
            needless += 0.0 if spell.codes & struck else spell.people
    return people, inside, needless


def _person_minutes(spell: Covered, since_s: float = -math.inf) -> float:
    """Return people times minutes, of the time after a moment."""
    return spell.people * max(spell.ends_s - max(spell.warned_s, since_s), 0.0) / units.MINUTE


def _flaps(spells: Iterable[Covered]) -> int:
    """Count the places that were warned again within two minutes after a lift."""
    ends: dict[str, float] = {}
    count = 0
    for spell in sorted(spells, key=_begins):
        count += spell.warned_s - ends.get(spell.code, -math.inf) < 2.0 * units.MINUTE
        ends[spell.code] = spell.ends_s
    return count


def _quantile(values: Sequence[float], q: float) -> float:
    """Return a quantile; NaN without values."""
    return quantile(np.array(values), np.ones(len(values)), q) if values else math.nan

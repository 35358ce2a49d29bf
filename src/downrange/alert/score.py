"""How well people were served: person-minutes under warning, how many were avoidable, lead time, misses, early lifts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from downrange.alert.draft import Chain
from downrange.alert.exposure import FallsLike, assess, last_arrival_s, quantile
from downrange.alert.model import NOBODY, Band, Kind, PlaceLike
from downrange.alert.policy import Policy
from downrange.base import InputError, after, units, utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time that people spent under a warning, ours or one of history.

    area:    which people, by name; code: the place's code, "" for an area of history that is no place of ours
    people:  how many; None: UNKNOWN
    alerted, lifted: when; lifted None: never lifted
    source:  where this is known from
    """

    area: str
    code: str = ""
    people: Band | None
    alerted: datetime
    lifted: datetime | None
    source: str

    def __post_init__(self) -> None:
        """Refuse times without a zone or in the wrong order."""
        if self.lifted is not None and utc(self.lifted, where=self.area) < utc(self.alerted, where=self.area):
            raise InputError(
                where=self.area, key="lifted", seen="is before alerted", cure="check the date and the time zone"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMinutes:
    """Person-minutes under warning, and the part of them after the hazard had ended; unknown: spells not counted."""

    total: Band
    avoidable: Band
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Ours against history, and against what fell.

    saved:        share of history's person-minutes that ours spares, best figures; NaN when history has none
    misses:       places that something fell on that were not under our warning then
    early_lifts:  places lifted before the 99 % arrival of what fell there
    needless:     places warned that nothing fell on (the price of warning on a probability)
    lead_s:       by place that was hit, seconds from our warning to the first fall there; negative when too late
    lift_delay_s: by place, seconds from the end of the hazard to our lift
    """

    ours: PersonMinutes
    history: PersonMinutes
    saved: float
    misses: tuple[str, ...]
    early_lifts: tuple[str, ...]
    needless: tuple[str, ...]
    lead_s: Mapping[str, float]
    lift_delay_s: Mapping[str, float]


def spells(chains: Iterable[Chain]) -> tuple[Spell, ...]:
    """Return the time each place spent under our warning, from the messages that went out."""
    done: list[Spell] = []
    for chain in chains:
        since: dict[str, tuple[str, datetime]] = {}
        for released in chain.released:
            message = released.message
            for area in message.areas:
                if message.kind is Kind.LIFT:
                    name, alerted = since.pop(area.code)
                    done.append(_spell(chain, area.code, name, alerted, message.sent))
                else:
                    since.setdefault(area.code, (area.name["en"], message.sent))
        done += [_spell(chain, code, name, alerted, None) for code, (name, alerted) in since.items()]
    return tuple(done)


def person_minutes(rows: Iterable[Spell], hazard_end: datetime, *, until: datetime | None = None) -> PersonMinutes:
    """Add people times minutes; what lies after the end of the hazard is avoidable.

    until: when to stop counting warnings that were never lifted; without it they count up to the end of the hazard

    >>> from downrange.base import JST
    >>> at = lambda h, m: datetime(2023, 5, 31, h, m, tzinfo=JST)
    >>> row = Spell(area="Island", people=Band(low=90, best=100, high=110), alerted=at(6, 30), lifted=at(7, 4), source="x")
    >>> sums = person_minutes([row], at(6, 35))
    >>> sums.total.best, sums.avoidable.best
    (3400.0, 2900.0)
    """
    total, avoidable, unknown = NOBODY, NOBODY, 0
    for row in rows:
        if row.people is None:
            unknown += 1
            continue
        end = row.lifted or until or max(hazard_end, row.alerted)
        total += _times(row.people, _minutes(row.alerted, end))
        avoidable += _times(row.people, _minutes(max(row.alerted, hazard_end), end))
    return PersonMinutes(total=total, avoidable=avoidable, unknown=unknown)


def score(
    chains: Sequence[Chain],
    history: Sequence[Spell],
    fallen: FallsLike,
    places: Sequence[PlaceLike],
    policy: Policy,
    t0: datetime,
) -> Score:
    """Compare our warnings with history and with what fell.

    fallen: what came down in the end, as a crowd (the truth of a replay)
    places: all places watched; a place is hit when the crowd's probability for it is p_warn or more
    """
    ours = spells(chains)
    end_s = last_arrival_s(fallen)
    hazard_end = after(t0, end_s if math.isfinite(end_s) else 0.0)
    hits = {one.place.code: one for one in assess(fallen, places, policy, -math.inf) if one.p >= policy.p_warn}
    by_code: dict[str, list[Spell]] = {}
    for spell in ours:
        by_code.setdefault(spell.code, []).append(spell)
    lead_s = {
        code: (after(t0, one.first_arrival_s) - by_code[code][0].alerted).total_seconds()
        for code, one in hits.items()
        if code in by_code
    }
    sums, past = person_minutes(ours, hazard_end), person_minutes(history, hazard_end)
    return Score(
        ours=sums,
        history=past,
        saved=1.0 - sums.total.best / past.total.best if past.total.best > 0.0 else math.nan,
        misses=tuple(code for code in hits if lead_s.get(code, -1.0) < 0.0),
        early_lifts=tuple(
            code for code, one in hits.items() if _is_early(by_code.get(code, []), after(t0, one.last_arrival_s))
        ),
        needless=tuple(code for code in by_code if code not in hits),
        lead_s=lead_s,
        lift_delay_s={
            spell.code: (spell.lifted - hazard_end).total_seconds() for spell in ours if spell.lifted is not None
        },
    )


def tenth_and_median(values: Iterable[float]) -> tuple[float, float]:
    """Return the 10 % and the 50 % quantile; NaN when there is no value."""
    rows = np.array(list(values), dtype=float)
    if not rows.size:
        return math.nan, math.nan
    ones = np.ones(rows.size)
    return quantile(rows, ones, 0.1), quantile(rows, ones, 0.5)


def _spell(chain: Chain, code: str, name: str, alerted: datetime, lifted: datetime | None) -> Spell:
    """Return the spell of one place."""
    return Spell(
        area=name,
        code=code,
        people=chain.counted[code],
        alerted=alerted,
        lifted=lifted,
        source=f"messages {chain.event.code}.{chain.country}",
    )


def _is_early(rows: Sequence[Spell], last: datetime) -> bool:
    """Say whether the last lift of a place came before what fell there had arrived (99 %)."""
    return bool(rows) and rows[-1].lifted is not None and rows[-1].lifted < last


def _minutes(start: datetime, end: datetime) -> float:
    """Return the minutes from start to end, none when it is over before it begins."""
    return max((end - start).total_seconds(), 0.0) / units.MINUTE


def _times(band: Band, factor: float) -> Band:
    """Return the band times a number."""
    return Band(low=band.low * factor, best=band.best * factor, high=band.high * factor)

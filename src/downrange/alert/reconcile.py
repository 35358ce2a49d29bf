"""What must be said now: the desk's wish held against what people were really told and what still waits for consent.

The desk decides in an instant; people approve later, or not. So a new decision is never put beside an older one that
waits: that is withdrawn, and what is to be said is made anew from how the country stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from downrange.alert.book import Book, Case, Dispatch, Stage, others_at
from downrange.alert.desk import Desk
from downrange.alert.entries import Proposed
from downrange.alert.model import Action, Event, Kind, Reason
from downrange.base import since


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What to withdraw, by name, and what to propose, in order."""

    withdrawn: tuple[str, ...] = ()
    proposed: tuple[Proposed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a wish is made on: the event, the time, the channels configured, and the digest of the evidence."""

    event: Event
    now: datetime
    channels: tuple[str, ...]
    evidence: str


def wish(book: Book, country: str, desk: Desk, actions: Iterable[Action], ground: Ground) -> Wish:
    """Return what must be withdrawn and proposed for one country after the desk decided `actions`.

    What was told is freed or carried on over exactly the channels it went out on; a widening may use more.
    """
    own = [_of_action(one, country, ground) for one in actions if any(p.country == country for p in one.places)]
    case = book.case(ground.event.code, country)
    waiting = book.open_dispatches(ground.event.code, country)
    wanted = {place.code for place in desk.places(country)}
    told = set(case.warned) if case.expires is not None and case.expires > ground.now else set()
    if not own and not _stuck(book, waiting, case, ground.now) and not _lacks(book, case, waiting, wanted - told):
        return Wish()
    wishes = _lifts(own, waiting, told - wanted)
    freed = {code for one in wishes for code in one.codes}
    warning = _warning(own, waiting, told - freed, wanted, _carried(desk, country, ground))
    if warning is not None:
        wishes.append(warning)
    return Wish(
        withdrawn=tuple(one.name for one in waiting), proposed=tuple(_finished(book, case, wishes, told, ground))
    )


def _of_action(action: Action, country: str, ground: Ground) -> Proposed:
    """Return an action as a proposal to one country, still without name and number."""
    return Proposed(
        dispatch="",
        event=ground.event,
        country=country,
        based_on=0,
        kind=action.kind,
        lift=action.lift,
        reason=action.reason,
        codes=tuple(place.code for place in action.places if place.country == country),
        t_s=action.t_s,
        first_arrival_s=None if math.isnan(action.first_arrival_s) else action.first_arrival_s,
        last_arrival_s=None if math.isnan(action.last_arrival_s) else action.last_arrival_s,
        p=action.p,
        degraded=action.degraded,
        because=action.because,
        channels=(),
        evidence=ground.evidence,
    )


def _stuck(book: Book, waiting: Sequence[Dispatch], case: Case, now: datetime) -> bool:
    """Say whether something that waits can no longer be issued: its draft is too old, or others went out first."""
    if any(set(others_at(book, case.event, one.proposed.codes, now)) - set(one.proposed.beside) for one in waiting):
        return True
    numbers = [one.proposed.based_on for one in waiting]
    too_old = any(one.valid_until is not None and now > one.valid_until for one in waiting)
    return too_old or numbers != list(range(len(case.issued), len(case.issued) + len(numbers)))


def _lacks(book: Book, case: Case, waiting: Sequence[Dispatch], lacking: set[str]) -> bool:
    """Say whether places should be warned and are not, nothing is on its way to them, and no person refused it."""
    own = [one for one in book.dispatches.values() if _is_of(one, case)]
    return bool(lacking) and not waiting and not (own and own[-1].stage is Stage.REJECTED)


def _is_of(dispatch: Dispatch, case: Case) -> bool:
    """Say whether a dispatch belongs to a case."""
    return (dispatch.proposed.event.code, dispatch.proposed.country) == (case.event, case.country)


def _lifts(own: Sequence[Proposed], waiting: Sequence[Dispatch], free: set[str]) -> list[Proposed]:
    """Return the lifts to propose, new ones first, then those that wait: of places told and no longer wanted."""
    made: list[Proposed] = []
    for one in (*own, *(replace(old.proposed, carries=old.name) for old in waiting)):
        codes = tuple(code for code in one.codes if code in free)
        if one.kind is Kind.LIFT and codes:
            made.append(replace(one, codes=codes))
            free = free - set(codes)
    return made


def _carried(desk: Desk, country: str, ground: Ground) -> Proposed:
    """Return the warning of a country as the desk remembers it, for when no decision of this moment describes it."""
    t_s = since(ground.event.t0, ground.now)
    arrivals = [one.arrival_s for one in desk.warned if one.place.country == country]
    return Proposed(
        dispatch="",
        event=ground.event,
        country=country,
        based_on=0,
        kind=Kind.UPDATE,
        reason=Reason.RISK,
        codes=(),
        t_s=t_s,
        first_arrival_s=t_s,
        last_arrival_s=max((t_s, *arrivals)),
        because="the desk still wants it",
        channels=(),
        evidence=ground.evidence,
    )


def _warning(
    own: Sequence[Proposed], waiting: Sequence[Dispatch], told: set[str], wanted: set[str], carried: Proposed
) -> Proposed | None:
    """Return the one warning to propose for a country: all that was told and stays so, and all that is wanted."""
    codes = tuple(sorted(told | wanted))
    new = [one for one in own if one.kind in (Kind.ISSUE, Kind.UPDATE)]
    old = [replace(one.proposed, carries=one.name) for one in waiting if one.proposed.kind in (Kind.ISSUE, Kind.UPDATE)]
    if not codes or not (new or old or wanted - told):
        return None
    if new:
        return replace(new[-1], codes=codes)
    if not old:
        return replace(carried, codes=codes)
    kept = old[-1]
    first_s = max(carried.t_s, kept.first_arrival_s or carried.t_s)
    last_s = max(first_s, carried.last_arrival_s or first_s)
    return replace(kept, codes=codes, t_s=carried.t_s, first_arrival_s=first_s, last_arrival_s=last_s)


def _finished(book: Book, case: Case, wishes: Sequence[Proposed], told: set[str], ground: Ground) -> Iterable[Proposed]:
    """Yield the proposals with name, number, kind, places added and channels, each held against the ones before it."""
    for i, one in enumerate(wishes):
        ends = one.kind is Kind.LIFT
        channels = case.channels if told else ()
        yield replace(
            one,
            dispatch=next_name(book, case, i),
            based_on=len(case.issued) + i,
            kind=one.kind if ends else (Kind.UPDATE if told else Kind.ISSUE),
            reason=Reason.RISK if one.reason is Reason.WIDER and not told else one.reason,
            added=() if ends else tuple(code for code in one.codes if code not in told),
            channels=channels if ends else tuple(dict.fromkeys((*channels, *ground.channels))),
            beside=() if ends else others_at(book, case.event, one.codes, ground.now),
        )
        told = told - set(one.codes) if ends else set(one.codes)


def next_name(book: Book, case: Case, further: int = 0) -> str:
    """Return the name of the next dispatch of a case, or of one further on."""
    serial = 1 + further + sum(_is_of(one, case) for one in book.dispatches.values())
    return f"{case.event}.{case.country}.{serial:02d}"

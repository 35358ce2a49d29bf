"""Steps that belong together, planned on the book as it is when the journal's lock is held: a decision, a retraction, a notice."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from downrange.alert.book import Book, others_at
from downrange.alert.desk import Desk
from downrange.alert.draft import NOTICE
from downrange.alert.drafting import drafted, place_of
from downrange.alert.entries import Drafted, Dropped, Looked, Proposed, Step
from downrange.alert.journal import Plan
from downrange.alert.keep import desk_from_json, desk_to_json
from downrange.alert.model import Action, Event, Kind, Lift, PlaceLike, Reason, Status
from downrange.alert.policy import Policy
from downrange.alert.reconcile import Ground, next_name, wish
from downrange.base import InputError, Window, iso, since

Decided = Callable[[Desk], tuple[Desk, tuple[Action, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What an office plans with: its policy, whom it can warn by code, its channels by name, its status."""

    status: Status
    policy: Policy
    places: Mapping[str, PlaceLike]
    channels: tuple[str, ...]

    def desk(self, book: Book, event: Event, now: datetime) -> Desk:
        """Return the desk of an event, as its last look left it; times of a clock that ran ahead are taken back."""
        last = book.desks.get(event.code)
        if last is None:
            return Desk(policy=self.policy)
        desk = desk_from_json(last.desk, self.policy, self.places.values())
        t_s = since(event.t0, now)
        if not book.clock_set or desk.t_s <= t_s:
            return desk
        warned = tuple(replace(one, since_s=min(one.since_s, t_s), quiet_s=math.nan) for one in desk.warned)
        return replace(desk, t_s=t_s, warned=warned)

    def drafted(self, book: Book, proposed: Proposed, now: datetime) -> Drafted:
        """Return the messages of a proposal."""
        return drafted(book, proposed, status=self.status, policy=self.policy, places=self.places, now=now)


def decision(
    house: House, event: Event, decided: Decided, now: datetime, *, situation: Mapping[str, Any], evidence: str
) -> Callable[[Book], Plan]:
    """Plan a decision and all that follows from it: the look, what it overtakes, proposals, drafts.

    evidence: digest of what it rests on; named only where something is proposed
    """

    def steps(book: Book) -> Plan:
        desk, actions = decided(house.desk(book, event, now))
        ground = Ground(event=event, now=now, channels=house.channels, evidence=evidence)
        wishes = [wish(book, country, desk, actions, ground) for country in _countries(book, event, actions)]
        kept = evidence if any(one.proposed for one in wishes) else ""
        book = yield Step.LOOKED, Looked(event=event, situation=situation, desk=desk_to_json(desk), evidence=kept)
        for one in wishes:
            for name in one.withdrawn:
                book = yield Step.WITHDRAWN, Dropped(dispatch=name, because="overtaken by what is known now")
            for proposed in one.proposed:
                book = yield Step.PROPOSED, proposed
                book = yield Step.DRAFTED, house.drafted(book, proposed, now)

    return steps


def retraction(house: House, event: Event, country: str, now: datetime, *, because: str) -> Callable[[Book], Plan]:
    """Plan to take back, whole, a warning that was a mistake; the desk forgets it too."""

    def steps(book: Book) -> Plan:
        case = book.case(event.code, country)
        desk = house.desk(book, event, now)
        kept = tuple(one for one in desk.warned if one.place.country != country)
        desk = replace(desk, warned=kept, told=tuple(one for one in desk.told if one.country != country))
        looked = Looked(event=event, situation={"because": because}, desk=desk_to_json(desk), evidence="")
        book = yield Step.LOOKED, looked
        for one in book.open_dispatches(event.code, country):
            book = yield Step.WITHDRAWN, Dropped(dispatch=one.name, because="the warning was a mistake")
        proposed = Proposed(
            dispatch=next_name(book, case),
            event=event,
            country=country,
            based_on=len(case.issued),
            kind=Kind.RETRACT,
            lift=Lift.MISTAKEN,
            reason=Reason.MISTAKE,
            codes=case.warned,
            t_s=since(event.t0, now),
            because=because,
            channels=case.channels or house.channels,
        )
        book = yield Step.PROPOSED, proposed
        yield Step.DRAFTED, house.drafted(book, proposed, now)

    return steps


def advice(
    house: House, event: Event, codes: Sequence[str], window: Window, now: datetime, *, because: str
) -> Callable[[Book], Plan]:
    """Plan the notices before a launch window, one a country; they are about the event "<code>.notice"."""
    if window.closes <= now:
        raise InputError(
            where="launch window",
            seen=f"it closed at {iso(window.closes)}, and it is {iso(now)}",
            cure="give a window that is still ahead",
        )
    notice = replace(event, code=f"{event.code}{NOTICE}", t0=window.opens)
    places = [place_of(house.places, code) for code in codes]

    def steps(book: Book) -> Plan:
        for country in dict.fromkeys(place.country for place in places):
            own = tuple(place.code for place in places if place.country == country)
            case = book.case(notice.code, country)
            proposed = Proposed(
                dispatch=next_name(book, case),
                event=notice,
                country=country,
                based_on=len(case.issued),
                kind=Kind.ADVISE,
                reason=Reason.ANNOUNCED,
                codes=own,
                added=own,
                t_s=since(notice.t0, now),
                first_arrival_s=0.0,
                last_arrival_s=since(notice.t0, window.closes),
                because=because,
                channels=house.channels,
                beside=others_at(book, notice.code, own, now),
            )
            book = yield Step.PROPOSED, proposed
            book = yield Step.DRAFTED, house.drafted(book, proposed, now)

    return steps


def _countries(book: Book, event: Event, actions: Iterable[Action]) -> tuple[str, ...]:
    """Return the countries that an event concerns: by what was just decided, by what stands, by what waits."""
    concerned = [place.country for action in actions for place in action.places]
    concerned += [country for code, country in book.cases if code == event.code]
    concerned += [one.proposed.country for one in book.open_dispatches(event.code)]
    return tuple(dict.fromkeys(concerned))

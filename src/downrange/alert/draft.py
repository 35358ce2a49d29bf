"""From actions to messages: one chain of messages a country, where each names all that are still valid before it.

A lift of some places of a chain becomes two messages: an Update that says all clear to exactly these, then an Update
that carries the warning on for the rest. The lift of the last places is a Cancel. So the areas lifted are in the end
the areas alerted, and what a receiver counts as active is at every moment what the desk warns.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any, Final

from downrange.alert.cap import reference, when, write
from downrange.alert.desk import expiry_s
from downrange.alert.model import (
    NOBODY,
    Action,
    Area,
    Band,
    Event,
    Kind,
    Lift,
    Message,
    PlaceLike,
    Reason,
    Reference,
    Released,
    Status,
    people_of,
)
from downrange.alert.outline import Outline, outline
from downrange.alert.policy import Policy
from downrange.alert.texts import infos
from downrange.base import JST, KST, InputError, after, units

ZONES: Final[dict[str, tzinfo]] = {"KR": KST, "JP": JST, "PH": timezone(timedelta(hours=8), "PHT")}
_UTC: Final = timezone(timedelta(0), "UTC")
_LIKELY: Final = 0.5  # CAP 1.2: "Likely" is a probability above about 50 %
_IMMEDIATE_S: Final = 600.0  # assumed: less than ten minutes to the first arrival needs action at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The messages to one country about one event, oldest first.

    warned:  places that the last message leaves under warning
    counted: by place that was ever warned, who lives there; None: UNKNOWN
    """

    event: Event
    country: str
    status: Status
    policy: Policy
    released: tuple[Released, ...] = ()
    warned: tuple[PlaceLike, ...] = ()
    counted: Mapping[str, Band | None] = field(default_factory=dict)

    def references(self, moment: datetime) -> tuple[Reference, ...]:
        """Return what a message sent at a moment follows: all that has not expired, at least the last while some are warned."""
        valid = tuple(reference(one.message) for one in self.released if one.message.expires > moment)
        return valid or (tuple(reference(one.message) for one in self.released[-1:]) if self.warned else ())


def release(event: Event, actions: Iterable[Action], policy: Policy, status: Status) -> tuple[Chain, ...]:
    """Return the chains of a whole launch, one a country, in the order in which they began."""
    chains: dict[str, Chain] = {}
    for action in actions:
        for country in dict.fromkeys(place.country for place in action.places):
            chain = chains.get(country, Chain(event=event, country=country, status=status, policy=policy))
            chains[country] = follow(chain, action)
    return tuple(chains.values())


def follow(chain: Chain, action: Action) -> Chain:
    """Return the chain with the message or messages of one action; the places of other countries are left out."""
    places = tuple(place for place in action.places if place.country == chain.country)
    if not places:
        return chain
    if action.kind is not Kind.LIFT:
        return replace(_with(chain, action, places, "Alert"), warned=places)
    gone = {place.code for place in places}
    _refuse_unwarned(chain, gone)
    left = tuple(place for place in chain.warned if place.code not in gone)
    if not left:
        return replace(_with(chain, action, places, "Cancel"), warned=())
    chain = _with(chain, action, places, "Update")
    onward = _onward(chain, action, left)
    return replace(_with(chain, onward, left, "Update", lifted=places), warned=left)


def _refuse_unwarned(chain: Chain, gone: set[str]) -> None:
    """Stop before a place is lifted that was never warned."""
    strange = gone - {place.code for place in chain.warned}
    if strange:
        raise InputError(
            where="lift",
            key=", ".join(sorted(strange)),
            seen="not under warning",
            cure="lift exactly the places that were warned",
        )


def _onward(chain: Chain, lift: Action, left: tuple[PlaceLike, ...]) -> Action:
    """Return the action that keeps the rest under warning, with the times it was last told."""
    last = next(one.message for one in reversed(chain.released) if one.message.kind is not Kind.LIFT)
    until_s = lift.t_s if last.until is None else (last.until - chain.event.t0).total_seconds()
    return Action(
        kind=Kind.UPDATE,
        t_s=lift.t_s,
        places=left,
        reason=Reason.NARROWER,
        first_arrival_s=lift.t_s,
        last_arrival_s=max(until_s, lift.t_s),
        p=last.p,
        degraded=lift.degraded,
    )


def _with(
    chain: Chain, action: Action, places: tuple[PlaceLike, ...], msg_type: str, *, lifted: tuple[PlaceLike, ...] = ()
) -> Chain:
    """Return the chain with one more message, written."""
    message = _message(chain, action, places, msg_type, lifted)
    message = replace(message, infos=infos(message, chain.policy))
    counted = {**chain.counted, **{place.code: people_of(place) for place in places}}
    return replace(chain, released=(*chain.released, write(message)), counted=counted)


def _message(
    chain: Chain, action: Action, places: tuple[PlaceLike, ...], msg_type: str, lifted: tuple[PlaceLike, ...]
) -> Message:
    """Return the message of an action, still without words; an Alert that follows something is an Update."""
    policy, zone = chain.policy, ZONES.get(chain.country, _UTC)
    sent = _to_second(after(chain.event.t0, action.t_s + policy.decision_delay_s)).astimezone(zone)
    is_lift = action.kind is Kind.LIFT
    lift_s = action.t_s + policy.decision_delay_s + policy.expiry_minutes * units.MINUTE
    expires = _up(after(chain.event.t0, lift_s if is_lift else expiry_s(action, policy))).astimezone(zone)
    soon = action.first_arrival_s - action.t_s < _IMMEDIATE_S
    added = tuple(place for place in action.added if place.country == chain.country)
    counted = [people_of(place) for place in places]
    references = chain.references(sent)
    if msg_type == "Alert" and references:
        msg_type = "Update"
    return Message(
        identifier=_identifier(chain, action, places, sent, msg_type),
        sender=policy.sender,
        sent=sent,
        status=chain.status,
        msg_type=msg_type,
        kind=action.kind,
        lift=action.lift,
        reason=action.reason,
        degraded=action.degraded,
        event=chain.event,
        areas=tuple(_area(place, policy) for place in places),
        added=tuple(_area(place, policy) for place in added),
        lifted=tuple(_area(place, policy) for place in lifted),
        people=sum((band for band in counted if band is not None), start=NOBODY),
        people_unknown=sum(band is None for band in counted),
        zone=str(zone.tzname(None)),
        p=action.p,
        onset=None if is_lift else _down(after(chain.event.t0, action.first_arrival_s)).astimezone(zone),
        until=None if is_lift else _up(after(chain.event.t0, action.last_arrival_s)).astimezone(zone),
        expires=expires,
        next_update=None if is_lift else _next(sent, expires, policy),
        urgency="Past" if is_lift else ("Immediate" if soon else "Expected"),
        severity="Minor" if is_lift else "Extreme",
        certainty="Unlikely" if is_lift else ("Likely" if action.p > _LIKELY else "Possible"),
        response="AllClear" if is_lift else "Shelter",
        references=references,
    )


def _identifier(chain: Chain, action: Action, places: tuple[PlaceLike, ...], sent: datetime, msg_type: str) -> str:
    """Return a name that the same message always gets and no other one does."""
    phase = action.kind.value if action.lift is Lift.NONE else f"lift-{action.lift.value.replace(' ', '-')}"
    number = len(chain.released) + 1
    facts = "|".join(
        (
            *(chain.policy.sender, chain.event.code, chain.country, chain.status, msg_type, phase, action.reason),
            *(when(chain.event.t0), when(sent), *sorted(place.code for place in places)),
        )
    )
    digest = hashlib.sha256(facts.encode()).hexdigest()[:10]
    return f"{chain.event.code}.{chain.country}.{number:02d}.{phase}.{digest}"


def _area(place: PlaceLike, policy: Policy) -> Area:
    """Return the municipality as a message carries it."""
    made = _outline(place.geometry_lonlat, int(policy.max_points))
    return Area(
        code=place.code,
        country=place.country,
        level=str(place.level),
        name={"en": place.name_en, "ko": place.name_ko, "ja": place.name_ja},
        polygons=made.polygons,
        over_cover=made.over_cover,
    )


@functools.lru_cache(maxsize=2048)
def _outline(area_lonlat: Any, max_points: int) -> Outline:  # noqa: ANN401
    """Return the outline of a municipality, made once."""
    return outline(area_lonlat, max_points=max_points)


def _next(sent: datetime, expires: datetime, policy: Policy) -> datetime:
    """Return by when people are told more, on a whole minute, never after the expiry."""
    return min(_up(sent + timedelta(minutes=policy.next_update_minutes)), expires)


def _to_second(moment: datetime) -> datetime:
    """Return the whole second at or after the moment."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + timedelta(seconds=1)


def _up(moment: datetime) -> datetime:
    """Return the whole minute at or after the moment: an end is never told too early."""
    down = _down(moment)
    return down if down == moment else down + timedelta(minutes=1)


def _down(moment: datetime) -> datetime:
    """Return the whole minute at or before the moment: a beginning is never told too late."""
    return moment.replace(second=0, microsecond=0)

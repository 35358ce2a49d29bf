"""From actions to messages: one chain of messages a country, where each names all that are still valid before it.

A lift of some places of a chain becomes two messages: an Update that says all clear to exactly these, then an Update
that carries the warning on for the rest. The lift of the last places is a Cancel. So the areas lifted are in the end
the areas alerted, and what a receiver counts as active is at every moment what the desk warns. A retraction goes the
same way, in the words of a correction. A pre-launch notice is an event of its own, with a chain of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from downrange.alert.cap import reference, write
from downrange.alert.compose import ENDS, Sending, compose, to_second
from downrange.alert.model import (
    Action,
    Band,
    Event,
    Kind,
    Lift,
    PlaceLike,
    Reason,
    Reference,
    Released,
    Status,
    people_of,
)
from downrange.alert.policy import Policy
from downrange.alert.texts import infos
from downrange.alert.wording import NOTICE
from downrange.base import InputError, after, since, utc

__all__ = ["NOTICE", "Chain", "advise", "follow", "release", "retract"]


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


def follow(chain: Chain, action: Action, *, sent: datetime | None = None) -> Chain:
    """Return the chain with the message or messages of one action; the places of other countries are left out.

    sent: when the message goes out; without it, the policy's delay after the action
    """
    places = tuple(place for place in action.places if place.country == chain.country)
    if not places:
        return chain
    sent = _sent(chain, action, sent)
    if action.kind not in ENDS:
        return replace(_with(chain, action, places, "Alert", sent), warned=places)
    gone = {place.code for place in places}
    _refuse_unwarned(chain, gone, action.kind)
    left = tuple(place for place in chain.warned if place.code not in gone)
    if not left:
        return replace(_with(chain, action, places, "Cancel", sent), warned=())
    chain = _with(chain, action, places, "Update", sent)
    onward = _onward(chain, action, left)
    return replace(_with(chain, onward, left, "Update", sent, lifted=places), warned=left)


def advise(
    event: Event,
    places: Sequence[PlaceLike],
    opens: datetime,
    closes: datetime,
    policy: Policy,
    status: Status,
    *,
    sent: datetime,
) -> tuple[Chain, ...]:
    """Return the pre-launch notices of an announced window, one a country: be ready, nobody need shelter yet.

    Each is a chain of its own about the event "<code>.notice"; it ends by itself after the window.
    """
    opens, closes, sent = (utc(one, where="launch window") for one in (opens, closes, sent))
    if not opens < closes or closes <= sent:
        seen = f"opens {opens.isoformat()}, closes {closes.isoformat()}, and it is {sent.isoformat()}"
        raise InputError(
            where="launch window", seen=seen, cure="give a window that closes after it opens, and after now"
        )
    notice = replace(event, code=f"{event.code}{NOTICE}", t0=opens)
    action = Action(
        kind=Kind.ADVISE,
        t_s=since(opens, sent),
        places=tuple(places),
        added=tuple(places),
        reason=Reason.ANNOUNCED,
        first_arrival_s=0.0,
        last_arrival_s=since(opens, closes),
    )
    countries = dict.fromkeys(place.country for place in places)
    empty = (Chain(event=notice, country=country, status=status, policy=policy) for country in countries)
    return tuple(follow(chain, action, sent=sent) for chain in empty)


def retract(chain: Chain, at: datetime, because: str, places: Sequence[PlaceLike] | None = None) -> Chain:
    """Return the chain with the word that its warning was a mistake: one message that ends it and says so.

    at:      when the message goes out
    because: a person's reason, for the record and not for the public
    places:  those that were warned by mistake, also ones already lifted; None: all that are under warning
    """
    chosen = chain.warned if places is None else tuple(places)
    if not chosen:
        raise InputError(
            where="retraction", seen="nobody is under warning", cure="name the places that were warned by mistake"
        )
    if not because.strip():
        raise InputError(where="retraction", key="because", seen="empty", cure="say in a few words what went wrong")
    action = Action(
        kind=Kind.RETRACT,
        t_s=since(chain.event.t0, at),
        places=chosen,
        reason=Reason.MISTAKE,
        lift=Lift.MISTAKEN,
        because=because,
    )
    return follow(chain, action, sent=at)


def _sent(chain: Chain, action: Action, sent: datetime | None) -> datetime:
    """Return when a message is sent; whose clock is right is for the journal to say, not for a message."""
    if sent is None:
        return to_second(after(chain.event.t0, action.t_s + chain.policy.decision_delay_s))
    return to_second(utc(sent, where="message sent"))


def _refuse_unwarned(chain: Chain, gone: set[str], kind: Kind) -> None:
    """Stop before a place is lifted that is not warned, or one retracted that never was."""
    known = set(chain.counted) if kind is Kind.RETRACT else {place.code for place in chain.warned}
    if strange := gone - known:
        raise InputError(
            where=str(kind),
            key=", ".join(sorted(strange)),
            seen="not under warning",
            cure="lift exactly the places that were warned",
        )


def _onward(chain: Chain, lift: Action, left: tuple[PlaceLike, ...]) -> Action:
    """Return the action that keeps the rest under warning, with the times it was last told."""
    last = next(one.message for one in reversed(chain.released) if one.message.kind not in ENDS)
    t0, advice = chain.event.t0, last.kind is Kind.ADVISE
    onset_s = since(t0, last.onset) if advice and last.onset is not None else lift.t_s
    known = last.until is not None and last.until < last.expires  # else it was told to last until the warning ends
    until_s = since(t0, last.until) if known and last.until is not None else lift.t_s
    return Action(
        kind=Kind.ADVISE if advice else Kind.UPDATE,
        t_s=lift.t_s,
        places=left,
        reason=Reason.ANNOUNCED if advice else Reason.NARROWER,
        first_arrival_s=onset_s,
        last_arrival_s=max(until_s, lift.t_s),
        p=last.p,
        degraded=lift.degraded,
    )


def _with(
    chain: Chain,
    action: Action,
    places: tuple[PlaceLike, ...],
    msg_type: str,
    sent: datetime,
    *,
    lifted: tuple[PlaceLike, ...] = (),
) -> Chain:
    """Return the chain with one more message, written."""
    references = chain.references(sent)
    if msg_type != "Alert" and not references:
        references = tuple(reference(one.message) for one in chain.released[-1:])
    sending = Sending(
        event=chain.event,
        country=chain.country,
        status=chain.status,
        policy=chain.policy,
        number=len(chain.released) + 1,
        sent=sent,
        msg_type=msg_type,
        references=references,
        lifted=lifted,
    )
    message = compose(action, places, sending)
    message = replace(message, infos=infos(message, chain.policy))
    counted = {**chain.counted, **{place.code: people_of(place) for place in places}}
    return replace(chain, released=(*chain.released, write(message)), counted=counted)

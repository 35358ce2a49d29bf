"""From a proposal to messages ready to be signed: the chain rebuilt from the journal, carried on, and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from downrange.alert.book import Book, Dispatch, Stage
from downrange.alert.cap import reference
from downrange.alert.draft import Chain, follow, retract
from downrange.alert.entries import Drafted, DraftMessage, Proposed
from downrange.alert.lint import lint_message
from downrange.alert.model import Action, Kind, Message, PlaceLike, Problem, Released, Status, people_of
from downrange.alert.parcels import parcel_texts
from downrange.alert.policy import Policy
from downrange.alert.rules import Context, check
from downrange.base import DownrangeError, InputError


class DraftError(DownrangeError):
    """Messages that break a rule; nothing was drafted."""


def drafted(
    book: Book, proposed: Proposed, *, status: Status, policy: Policy, places: Mapping[str, PlaceLike], now: datetime
) -> Drafted:
    """Return the messages of a proposal, sent now, each held against the schema, the rules and the linter.

    places: by code, every place that may be named
    Raises DraftError with the first fault.
    """
    chain = rebuilt(book, proposed, status=status, policy=policy, places=places)
    grown = _grown(chain, proposed, places, now)
    new = grown.released[len(chain.released) :]
    problems = _problems(chain, new, places, clock_set=book.clock_set)
    if problems:
        raise DraftError(
            f"{proposed.dispatch}: {len(problems)} fault(s) in its messages, so nothing was drafted; the first is "
            f"{problems[0]}. Correct the policy or the texts, then draft again."
        )
    return Drafted(
        dispatch=proposed.dispatch,
        messages=tuple(_stored(one, policy) for one in new),
        valid_until=now + timedelta(minutes=policy.draft_minutes),
    )


def _grown(chain: Chain, proposed: Proposed, places: Mapping[str, PlaceLike], now: datetime) -> Chain:
    """Return the chain with the messages of a proposal."""
    if proposed.kind is Kind.RETRACT:
        return retract(chain, now, proposed.because)
    return follow(chain, action_of(proposed, places), sent=now)


def rebuilt(
    book: Book, proposed: Proposed, *, status: Status, policy: Policy, places: Mapping[str, PlaceLike]
) -> Chain:
    """Return the chain that a proposal carries on: what was issued, and what waits to go out before it."""
    case = book.case(proposed.event.code, proposed.country)
    before = [book.dispatches[name] for name in case.issued]
    ahead = [
        one
        for one in book.open_dispatches(case.event, case.country)
        if one.stage is not Stage.PROPOSED and len(case.issued) <= one.proposed.based_on < proposed.based_on
    ]
    ahead.sort(key=lambda one: one.proposed.based_on)
    chain = Chain(event=proposed.event, country=proposed.country, status=status, policy=policy)
    codes = set(case.warned)
    for one in ahead:
        ends = one.proposed.kind in (Kind.LIFT, Kind.RETRACT)
        codes = codes - set(one.proposed.codes) if ends else set(one.proposed.codes)
    counted = {code: people_of(places[code]) for one in before for code in one.proposed.codes if code in places}
    return replace(
        chain,
        released=tuple(_released(message) for one in (*before, *ahead) for message in one.messages),
        warned=tuple(place_of(places, code) for code in sorted(codes)),
        counted=counted,
    )


def action_of(proposed: Proposed, places: Mapping[str, PlaceLike]) -> Action:
    """Return the action that a proposal stands for."""
    return Action(
        kind=proposed.kind,
        t_s=proposed.t_s,
        places=tuple(place_of(places, code) for code in proposed.codes),
        added=tuple(place_of(places, code) for code in proposed.added),
        reason=proposed.reason,
        lift=proposed.lift,
        first_arrival_s=math.nan if proposed.first_arrival_s is None else proposed.first_arrival_s,
        last_arrival_s=math.nan if proposed.last_arrival_s is None else proposed.last_arrival_s,
        p=proposed.p,
        degraded=proposed.degraded,
        because=proposed.because,
    )


def messages_of(dispatch: Dispatch) -> tuple[Message, ...]:
    """Return the messages of a dispatch as records."""
    return tuple(_released(one).message for one in dispatch.messages)


def place_of(places: Mapping[str, PlaceLike], code: str) -> PlaceLike:
    """Return a place by its code; one that nobody has is refused."""
    if code not in places:
        raise InputError(where="place", key=code, seen="no place has this code", cure="use a code as KR-28720330")
    return places[code]


def _released(stored: DraftMessage) -> Released:
    """Return a stored message as it was made."""
    return Released(message=msgspec.json.decode(stored.record, type=Message), xml=stored.xml.encode())


def _stored(released: Released, policy: Policy) -> DraftMessage:
    """Return a message as the journal keeps it."""
    message = released.message
    texts, _ = parcel_texts(message, policy)  # what does not fit a short channel is told by the longer ones
    return DraftMessage(
        identifier=message.identifier,
        xml=released.xml.decode(),
        record=msgspec.json.encode(message).decode(),
        short=msgspec.json.encode(texts).decode(),
        sent=message.sent,
        until=message.until,
        expires=message.expires,
    )


def _problems(
    chain: Chain, new: tuple[Released, ...], places: Mapping[str, PlaceLike], *, clock_set: bool
) -> list[Problem]:
    """Return what is wrong with the new messages of a chain."""
    published = [reference(one.message) for one in chain.released]
    found: list[Problem] = []
    for released in new:
        codes = {area.code for area in released.message.areas}
        context = Context(
            status=chain.status,
            published=tuple(published),
            footprints={code: places[code].geometry_lonlat for code in codes},
            max_over_cover=chain.policy.max_over_cover,
            clock_set=clock_set,
        )
        found += check(released.xml, context)
        found += lint_message(released.message, chain.policy)
        published.append(reference(released.message))
    return found

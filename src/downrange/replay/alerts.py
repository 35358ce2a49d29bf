"""From the messages of a replay: which place was under warning from when to when, as the published times say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from downrange.alert import Kind, Message, PlaceLike, Released

if TYPE_CHECKING:
    from downrange.replay.model import Replay


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One stay of a place under warning.

    sent:   when the message that warned it was sent
    lifted: when the message that freed it was sent; None while it was not
    lift:   the kind of the lift in words, "" while there is none
    reason: why it was freed
    """

    place: PlaceLike
    sent: datetime
    lifted: datetime | None
    lift: str
    reason: str

    @property
    def minutes(self) -> float:
        """How long it lasted; infinite while it was not lifted."""
        return float("inf") if self.lifted is None else (self.lifted - self.sent).total_seconds() / 60.0


def messages(replay: Replay) -> tuple[Released, ...]:
    """Return the messages of all countries in the order in which they were sent."""
    every = [released for chain in replay.chains for released in chain.released]
    return tuple(sorted(every, key=lambda one: (one.message.sent, one.message.identifier)))


def spans(replay: Replay) -> tuple[Span, ...]:
    """Return every stay of a place under warning, in the order of the warnings."""
    by_code = {place.code: place for action in replay.actions for place in action.places}
    running: dict[str, datetime] = {}
    done: list[Span] = []
    for released in messages(replay):
        message = released.message
        codes = [area.code for area in message.areas]
        if message.kind is Kind.LIFT:
            done += [_closed(by_code[code], running.pop(code), message) for code in codes if code in running]
        else:
            for code in codes:
                running.setdefault(code, message.sent)
    done += [Span(place=by_code[code], sent=sent, lifted=None, lift="", reason="") for code, sent in running.items()]
    return tuple(sorted(done, key=lambda span: (span.sent, span.place.code)))


def _closed(place: PlaceLike, sent: datetime, message: Message) -> Span:
    """Return a stay that ended."""
    return Span(place=place, sent=sent, lifted=message.sent, lift=str(message.lift), reason=str(message.reason))

"""What a journal says, folded: how far each dispatch has come, and how each country stands in each event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from downrange.alert.entries import GENESIS, DraftMessage, Looked, Opened, Proposed, SignedMessage
from downrange.base import InputError


class LifeError(InputError):
    """A step that the rules do not allow; nothing was written."""


class Stage(StrEnum):
    """How far a dispatch has come."""

    PROPOSED = "proposed"
    DRAFTED = "drafted"
    APPROVED = "approved"
    ISSUED = "issued"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN_STAGES: Final = (Stage.PROPOSED, Stage.DRAFTED, Stage.APPROVED)


class Standing(StrEnum):
    """How a country stands in one event."""

    NONE = "none"
    ADVISED = "advised"
    WARNED = "warned"
    UPDATED = "updated"
    LIFTED = "lifted"
    EXPIRED = "expired"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch:
    """One thing to be said to one country, with the message or two that say it.

    consents:  the people who stand for it: who wrote it, if a person, and who approved it
    issued_by: who issued it, "" before; issued_seq: the number of that entry
    delivered: by (identifier, channel), what the channel answered
    troubles:  by (identifier, channel), the last reason why not, while it is not delivered
    """

    proposed: Proposed
    author: str
    stage: Stage
    messages: tuple[DraftMessage, ...] = ()
    digest: str = ""
    valid_until: datetime | None = None
    consents: tuple[str, ...] = ()
    preauthorisation: str = ""
    issued_by: str = ""
    issued_at: datetime | None = None
    issued_seq: int = 0
    signed: tuple[SignedMessage, ...] = field(default=(), repr=False)
    delivered: Mapping[tuple[str, str], str] = field(default_factory=dict)
    troubles: Mapping[tuple[str, str], str] = field(default_factory=dict)
    dropped: str = ""

    @property
    def name(self) -> str:
        """Its name in the journal."""
        return self.proposed.dispatch

    @property
    def undelivered(self) -> tuple[tuple[str, str], ...]:
        """The (identifier, channel) pairs that have no receipt yet, in the order of sending."""
        pairs = ((one.identifier, channel) for one in self.signed for channel in self.proposed.channels)
        return tuple(pair for pair in pairs if pair not in self.delivered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """How one country stands in one event.

    warned:   codes of the places under warning, and told: until when things were said to fall on them
    channels: every channel that was used since the warning began
    expires:  when the warning ends by itself
    issued:   names of the dispatches issued, in order
    """

    event: str
    country: str
    standing: Standing = Standing.NONE
    warned: tuple[str, ...] = ()
    told_until: datetime | None = None
    channels: tuple[str, ...] = ()
    expires: datetime | None = None
    issued: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Everything that the journal says, folded.

    desks:     by event code, the last look
    revoked:   pre-authorisations that were taken back, for ever
    clock_set: whether a person once said that the times before were wrong
    """

    opened: Opened | None = None
    at: datetime | None = None
    seq: int = 0
    head: str = GENESIS
    dispatches: Mapping[str, Dispatch] = field(default_factory=dict)
    cases: Mapping[tuple[str, str], Case] = field(default_factory=dict)
    desks: Mapping[str, Looked] = field(default_factory=dict)
    preauthorisations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    revoked: frozenset[str] = frozenset()
    clock_set: bool = False

    def dispatch(self, name: str) -> Dispatch:
        """Return a dispatch by its name, or say which there are."""
        if name in self.dispatches:
            return self.dispatches[name]
        waiting = [one.name for one in self.open_dispatches()]
        raise LifeError(
            where="journal",
            key=name,
            seen="there is no such dispatch",
            cure=f"use one of {', '.join(waiting)}" if waiting else "see `downrange alert list`; none is waiting",
        )

    def case(self, event: str, country: str) -> Case:
        """Return how a country stands in an event."""
        return self.cases.get((event, country), Case(event=event, country=country))

    def open_dispatches(self, event: str | None = None, country: str | None = None) -> tuple[Dispatch, ...]:
        """Return what was proposed and is neither issued nor dropped, oldest first."""
        return tuple(
            one
            for one in self.dispatches.values()
            if one.stage in OPEN_STAGES
            and event in (None, one.proposed.event.code)
            and country in (None, one.proposed.country)
        )

    def active(self, moment: datetime) -> tuple[Case, ...]:
        """Return the cases with a warning in force at a moment; nothing outlives its expiry."""
        return tuple(one for one in self.cases.values() if one.warned and expiry_of(one) > moment)

    def undelivered(self) -> tuple[tuple[Dispatch, str, str], ...]:
        """Return every (dispatch, identifier, channel) without a receipt, in the order of issue."""
        issued = sorted((one for one in self.dispatches.values() if one.issued_seq), key=lambda one: one.issued_seq)
        return tuple((one, *pair) for one in issued for pair in one.undelivered)


def expiry_of(case: Case) -> datetime:
    """Return when a case's warning ends; cases under warning always have it."""
    if case.expires is None:
        raise LifeError(
            where="warning",
            key=f"{case.event} {case.country}",
            seen="under warning without an expiry",
            cure="check the journal",
        )
    return case.expires


def others_at(book: Book, event: str, codes: Iterable[str], moment: datetime) -> tuple[str, ...]:
    """Return the other events whose warnings, not mere notices, stand for some of the places at a moment."""
    wanted = set(codes)
    return tuple(
        case.event
        for case in book.active(moment)
        if case.event != event and case.standing is not Standing.ADVISED and wanted & set(case.warned)
    )

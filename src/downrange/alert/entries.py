"""Entries of the journal: one step in the life of a warning each, chained by hash and signed by who took it.

An entry's hash is taken over its number, time, step, person, body and the hash before it, so that nothing can be
changed, moved or left out in the middle without breaking every later one; the signature says whose step it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from downrange.alert.model import Event, Kind, Lift, Reason, ShortText, Status
from downrange.base import InputError, utc

GENESIS: Final = "0" * 64
"""What stands before the first entry."""


class Step(StrEnum):
    """What may happen to a warning, and to the journal itself."""

    OPENED = "opened"
    CLOCK = "clock"
    LOOKED = "looked"
    PROPOSED = "proposed"
    DRAFTED = "drafted"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ISSUED = "issued"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    PREAUTHORISED = "preauthorised"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The first entry: what kind of messages this journal may ever hold, and whose they are."""

    status: Status
    agency: str
    sender: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSet:
    """A person's word that the time of the entry before was wrong, and this one is right."""

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One look of the desk at what falls: the situation in numbers, the desk's state after it, its evidence."""

    event: Event
    situation: Mapping[str, Any]
    desk: Mapping[str, Any]
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What is to be said: to whom, how urgent, until when, why.

    dispatch:  its name in this journal
    based_on:  how many dispatches of this event and country had been issued when it was made
    codes:     all places it is about; added: those that would be warned for the first time
    t_s:       seconds after lift-off; first_arrival_s, last_arrival_s the same, None for a lift
    because:   a person's reason, "" when the desk decided by itself
    channels:  where it must go; beside: other events whose standing warnings for the same places are known of
    evidence:  digest of what it rests on, "" when it rests on a person's word
    carries:   name of the dispatch that waited and that this one carries on unchanged in meaning; "" for a new one
    """

    dispatch: str
    event: Event
    country: str
    based_on: int
    kind: Kind
    lift: Lift = Lift.NONE
    reason: Reason
    codes: tuple[str, ...]
    added: tuple[str, ...] = ()
    t_s: float
    first_arrival_s: float | None = None
    last_arrival_s: float | None = None
    p: float = 0.0
    degraded: bool = False
    because: str = ""
    channels: tuple[str, ...]
    beside: tuple[str, ...] = ()
    evidence: str = ""
    carries: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftMessage:
    """A message ready to be signed: its bytes as text, its record, and the short texts.

    record: the `Message` as JSON text; sent, until, expires: as in it
    short:  the short texts as JSON text; `texts` reads them
    """

    identifier: str
    xml: str = field(repr=False)
    record: str = field(repr=False)
    short: str = field(default="[]", repr=False)
    sent: datetime
    until: datetime | None
    expires: datetime

    @property
    def texts(self) -> tuple[ShortText, ...]:
        """The short texts that go with it."""
        return msgspec.json.decode(self.short, type=tuple[ShortText, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """The messages of a dispatch, in the order of sending; valid_until: after it they must be drafted anew."""

    dispatch: str
    messages: tuple[DraftMessage, ...]
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    """A person's consent to exactly these bytes."""

    dispatch: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Why a dispatch will not be issued."""

    dispatch: str
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMessage:
    """A message as published."""

    identifier: str
    xml: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """The signed messages of a dispatch; from here on they are out. preauthorisation: its id, "" when people consented."""

    dispatch: str
    messages: tuple[SignedMessage, ...]
    preauthorisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a channel said of one message, or why it could not take it."""

    dispatch: str
    identifier: str
    channel: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A warning ended by itself."""

    event: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preauthorised:
    """A document, signed by two people, that stands for their consent."""

    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A pre-authorisation taken back."""

    preauthorisation: str
    because: str


Body = (
    Opened
    | ClockSet
    | Looked
    | Proposed
    | Drafted
    | Approved
    | Dropped
    | Issued
    | Delivery
    | Expired
    | Preauthorised
    | Revoked
)

BODIES: Final[Mapping[Step, type[Any]]] = {
    Step.OPENED: Opened,
    Step.CLOCK: ClockSet,
    Step.LOOKED: Looked,
    Step.PROPOSED: Proposed,
    Step.DRAFTED: Drafted,
    Step.APPROVED: Approved,
    Step.REJECTED: Dropped,
    Step.WITHDRAWN: Dropped,
    Step.ISSUED: Issued,
    Step.DELIVERED: Delivery,
    Step.UNDELIVERED: Delivery,
    Step.EXPIRED: Expired,
    Step.PREAUTHORISED: Preauthorised,
    Step.REVOKED: Revoked,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the journal, every field as it is stored.

    seq:  1, 2, 3 ...
    at:   ISO 8601 UTC with microseconds
    who:  name in the agency's list of people
    body: JSON text with sorted keys
    prev: hash of the entry before; hash: of this one; sig: of the hash, by `who`, base64
    """

    seq: int
    at: str
    step: Step
    who: str
    body: str = field(repr=False)
    prev: str
    hash: str
    sig: str = field(repr=False)

    @property
    def moment(self) -> datetime:
        """When, as an aware time."""
        return datetime.fromisoformat(self.at)


def body_text(body: Body) -> str:
    """Write a body as the journal stores it."""
    return json.dumps(msgspec.to_builtins(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def body_of(entry: Entry) -> Any:  # noqa: ANN401 - one of Body, by the entry's step
    """Read the body of an entry; one that does not fit its step is refused."""
    try:
        return msgspec.json.decode(entry.body, type=BODIES[entry.step])
    except (msgspec.DecodeError, InputError) as problem:
        raise InputError(
            where=f"journal entry {entry.seq}",
            seen=f"its body is not that of the step {entry.step!s}: {problem}",
            cure="check the journal; an entry is never repaired by hand",
        ) from None


def at_text(moment: datetime) -> str:
    """Write a moment as the journal stores it.

    >>> from datetime import UTC
    >>> at_text(datetime(2023, 5, 30, 21, 27, tzinfo=UTC))
    '2023-05-30T21:27:00.000000+00:00'
    """
    return utc(moment).isoformat(timespec="microseconds")


def entry_hash(*, seq: int, at: str, step: str, who: str, body: str, prev: str) -> str:
    """Return the SHA-256 of an entry, as hexadecimal digits."""
    return digest_of(json.dumps([seq, at, step, who, body, prev], ensure_ascii=False, separators=(",", ":")).encode())


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of bytes, as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()

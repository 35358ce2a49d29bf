"""Records of the alert room: bands, places at risk, actions, messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from downrange.base import InputError, utc

Ring = tuple[tuple[float, float], ...]
"""A closed ring of (lat_deg, lon_deg), first point repeated at the end, counter-clockwise."""


class PlaceLike(Protocol):
    """What the alert room needs of a municipality; `downrange.earth.Place` has it."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def country(self) -> str: ...  # noqa: D102
    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def name_en(self) -> str: ...  # noqa: D102
    @property
    def name_ko(self) -> str: ...  # noqa: D102
    @property
    def name_ja(self) -> str: ...  # noqa: D102
    @property
    def people_low(self) -> float | None: ...  # noqa: D102
    @property
    def people_best(self) -> float | None: ...  # noqa: D102
    @property
    def people_high(self) -> float | None: ...  # noqa: D102
    @property
    def geometry_lonlat(self) -> Any: ...  # noqa: D102, ANN401


class Kind(StrEnum):
    """What the desk does."""

    ISSUE = "issue"
    UPDATE = "update"
    LIFT = "lift"
    RETRACT = "retract"  # what was issued was a mistake: it never should have been
    ADVISE = "advise"  # before a window: be ready, nobody need shelter yet


class Lift(StrEnum):
    """The two kinds of all-clear, and the word that a warning was a mistake; NONE where nothing is lifted."""

    NONE = ""
    PASSED = "has passed"
    NOT_COMING = "will not come"
    MISTAKEN = "was sent in error"


class Reason(StrEnum):
    """Why the desk acts; each has a sentence in every language."""

    RISK = "risk"
    FALLING = "falling"
    WIDER = "wider"
    NARROWER = "narrower"
    EXTENDED = "extended"
    ARRIVED = "arrived"
    BEYOND = "beyond"
    OUT_OF_REACH = "out_of_reach"
    ANNOUNCED = "announced"
    BY_HAND = "by_hand"
    MISTAKE = "mistake"


class Status(StrEnum):
    """The run mode, which alone decides what a message is; the CAP word."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """How many people: low, best and high."""

    low: float
    best: float
    high: float

    def __post_init__(self) -> None:
        """Refuse a band that is out of order."""
        if not 0.0 <= self.low <= self.best <= self.high:
            raise InputError(
                where="people",
                seen=f"low {self.low:g}, best {self.best:g}, high {self.high:g} are not in order",
                cure="give 0 <= low <= best <= high",
            )

    def __add__(self, other: Band) -> Band:
        """Return the band of both groups together, ends added: the errors of one source go together."""
        return Band(low=self.low + other.low, best=self.best + other.best, high=self.high + other.high)


NOBODY = Band(low=0.0, best=0.0, high=0.0)


def people_of(place: PlaceLike) -> Band | None:
    """Return the people of a place; None: UNKNOWN."""
    if place.people_low is None or place.people_best is None or place.people_high is None:
        return None
    return Band(low=float(place.people_low), best=float(place.people_best), high=float(place.people_high))


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRisk:
    """A place that something may fall on, at one moment.

    place:           the municipality
    p:               probability that something still in flight falls within the margin of it
    p_high:          upper confidence bound of p, never zero while anything is in flight
    people:          who lives there; None: UNKNOWN, never to be read as zero
    first_arrival_s: when the first of it may fall, 1 % quantile, seconds after lift-off
    last_arrival_s:  when the last of it will have fallen, 99 % quantile, of landed and flying rows together
    rows:            how many rows of the crowd come within the margin
    """

    place: PlaceLike
    p: float
    p_high: float
    people: Band | None
    first_arrival_s: float
    last_arrival_s: float
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One decision of the desk.

    kind:     issue, update or lift
    t_s:      seconds after lift-off at which it is decided
    places:   the places it is about: all warned ones for issue and update, the freed ones for a lift
    added:    the places that this action warns for the first time
    reason:   why
    lift:     which all-clear, NONE unless kind is lift
    first_arrival_s, last_arrival_s: when things may fall on these places; NaN for a lift
    p:        greatest probability among the places
    degraded: the tracking did not support a verdict when this was decided
    because:  a person's reason, for the record and not for the public; "" when the desk decided by itself
    """

    kind: Kind
    t_s: float
    places: tuple[PlaceLike, ...]
    added: tuple[PlaceLike, ...] = ()
    reason: Reason
    lift: Lift = Lift.NONE
    first_arrival_s: float = float("nan")
    last_arrival_s: float = float("nan")
    p: float = 0.0
    degraded: bool = False
    because: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The launch that the messages are about.

    code:   short name, used in identifiers: letters, digits, "-" and "."
    t0:     lift-off
    origin: who launched, by language ("en", "ko", "ja"), as it stands in the middle of a sentence
    """

    code: str
    t0: datetime
    origin: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse codes that CAP cannot carry and times without a zone."""
        utc(self.t0, where="event t0")
        if not self.code or not all(c.isascii() and (c.isalnum() or c in "-.") for c in self.code):
            raise InputError(
                where="event",
                key="code",
                seen=f"{self.code!r} cannot stand in a CAP identifier",
                cure="use ASCII letters, digits, '-' and '.' only, as 2023-08-24",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A message that was published, as CAP refers to it; `sent` is the published text, byte for byte."""

    sender: str
    identifier: str
    sent: str
    expires: datetime

    def __str__(self) -> str:
        """Write the CAP triple."""
        return f"{self.sender},{self.identifier},{self.sent}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A municipality as a message carries it.

    name:       by language ("en", "ko", "ja")
    polygons:   rings that together cover the municipality
    over_cover: area of the polygons over the area of the municipality, minus one
    """

    code: str
    country: str
    level: str
    name: Mapping[str, str]
    polygons: tuple[Ring, ...]
    over_cover: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """The words of a message in one language (CAP tag such as ko-KR)."""

    language: str
    event: str
    sender_name: str
    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one country, complete: what CAP, the texts and the journal are written from.

    sent, onset, until, expires, next_update: aware datetimes in the zone of the people warned;
        onset to until is when things may fall (None for a lift); next_update None says that none follows
    msg_type: Alert, Update or Cancel
    added:    names the areas warned for the first time; lifted: those that an update no longer holds
    people:   who lives in the areas, without the people_unknown places for which there is no figure
    zone:     name of the time zone of all its times, as "KST"
    """

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: str
    kind: Kind
    lift: Lift
    reason: Reason
    degraded: bool
    event: Event
    areas: tuple[Area, ...]
    added: tuple[Area, ...] = ()
    lifted: tuple[Area, ...] = ()
    people: Band
    people_unknown: int = 0
    zone: str
    p: float
    onset: datetime | None
    until: datetime | None
    expires: datetime
    next_update: datetime | None
    urgency: str
    severity: str
    certainty: str
    response: str
    references: tuple[Reference, ...]
    infos: tuple[Info, ...] = ()

    def __post_init__(self) -> None:
        """Refuse naive times."""
        for moment in (self.sent, self.onset, self.until, self.expires, self.next_update):
            if moment is not None:
                utc(moment, where=f"message {self.identifier}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong with a message: the rule's id, where, and what was seen."""

    rule: str
    where: str
    seen: str

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.rule} {self.where}: {self.seen}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A message as published: the record and its bytes."""

    message: Message
    xml: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortText:
    """A text for one municipality in one language, ready for a channel that takes `budget` characters."""

    language: str
    budget: int
    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a channel is given: a signed message, byte for byte, and the short texts that belong to it.

    identifier: of the message; a channel that has taken it once takes it again without effect
    """

    identifier: str
    status: Status
    xml: bytes = field(repr=False)
    texts: tuple[ShortText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """That a channel took a message: which, when, and what it answered."""

    channel: str
    identifier: str
    at: datetime
    said: str

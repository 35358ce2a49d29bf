"""What a channel is, what it says when it cannot send, and what it reads off a parcel before it tries.

A channel takes only messages of its own status. It looks at the parcel's word and at the bytes themselves, because
the bytes are what will be published.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from downrange.alert.cap import NAMESPACE, parse
from downrange.alert.model import Parcel, Receipt, Ring, Status
from downrange.base import DownrangeError, InputError, utc

if TYPE_CHECKING:
    from lxml import etree

Clock = Callable[[], datetime]
"""Returns the moment it is, aware."""

_CAP: Final = f"{{{NAMESPACE}}}"


@runtime_checkable
class Channel(Protocol):
    """A way for messages of one status to leave the house.

    A channel that has taken an identifier takes it again without a second effect, and refuses it with other bytes.
    """

    @property
    def name(self) -> str:
        """The name that receipts and the journal know it by."""

    @property
    def status(self) -> Status:
        """The only status whose messages it takes."""

    def send(self, parcel: Parcel) -> Receipt:
        """Deliver a parcel, or raise ChannelDownError (try again) or ChannelRefusedError (that would not help)."""

    def close(self) -> None:
        """Let go of what is open."""


@runtime_checkable
class Tended(Protocol):
    """A channel that shows which messages are in force, and must be brought up to date as time passes."""

    def tend(self) -> None:
        """Bring what is shown up to date with the clock; raises ChannelDownError."""


class ChannelDownError(DownrangeError):
    """A channel could not be reached, or did not say that it took the message: try again.

    channel: its name
    tried:   what was tried
    seen:    what came back
    again_s: when to try again, seconds from now
    """

    def __init__(self, *, channel: str, tried: str, seen: str, again_s: float = 10.0) -> None:
        self.channel, self.tried, self.seen, self.again_s = channel, tried, seen, again_s
        super().__init__(f"channel {channel}: tried to {tried}: {seen.rstrip('.')}. Try again in {again_s:.0f} s.")


class ChannelRefusedError(DownrangeError):
    """A channel will not take this message, however often it is sent.

    channel: its name
    tried:   what was tried
    seen:    why not
    cure:    what to do about it, starting with a verb
    """

    def __init__(self, *, channel: str, tried: str, seen: str, cure: str) -> None:
        self.channel, self.tried, self.seen, self.cure = channel, tried, seen, cure
        super().__init__(
            f"channel {channel}: tried to {tried}: {seen.rstrip('.')}. Sending it again will not help. "
            f"{cure[:1].upper()}{cure[1:].rstrip('.')}."
        )


class WrongStatusError(ChannelRefusedError):
    """A message of one status was given to a channel of another; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What one info block of a message says, as far as a channel shows it."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """An area of a message: its name, its codes by the name of their list, its polygons."""

    name: str
    codes: tuple[tuple[str, str], ...]
    polygons: tuple[Ring, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the bytes of a message say of themselves.

    references: the identifiers of the messages it replaces or takes back
    expires:    the latest of its info blocks
    words:      one per info block; shapes are those of the first, because all blocks have the same areas
    """

    identifier: str
    sender: str
    sent: datetime
    status: Status
    msg_type: str
    references: tuple[str, ...]
    expires: datetime
    urgency: str
    severity: str
    certainty: str
    words: tuple[Words, ...] = field(repr=False)
    shapes: tuple[Shape, ...] = field(repr=False)


def utc_now() -> datetime:
    """Return the moment it is by this machine's clock."""
    return datetime.now(UTC)


def read_letter(xml: bytes) -> Letter:
    """Read what a channel needs of a CAP 1.2 message, or say what is missing; it does not judge the rest."""
    root = parse(xml)
    infos = root.findall(f"{_CAP}info")
    if not infos:
        raise _unreadable("info", "there is none")
    first = infos[0]
    return Letter(
        identifier=_one(root, "identifier"),
        sender=_one(root, "sender"),
        sent=_moment(_one(root, "sent"), "sent"),
        status=_status(_one(root, "status")),
        msg_type=_one(root, "msgType"),
        references=_referred(root.findtext(f"{_CAP}references") or ""),
        expires=max(_moment(_one(info, "expires"), "expires") for info in infos),
        urgency=_one(first, "urgency"),
        severity=_one(first, "severity"),
        certainty=_one(first, "certainty"),
        words=tuple(_words(info) for info in infos),
        shapes=tuple(_shape(area) for area in first.findall(f"{_CAP}area")),
    )


def opened(parcel: Parcel, *, channel: str, status: Status) -> Letter:
    """Return what a parcel's bytes say, after holding both the parcel and the bytes against the channel's status."""
    tried = f"send {parcel.identifier}"
    _refuse_status(parcel.status, "parcel", channel, status, tried)
    try:
        letter = read_letter(parcel.xml)
    except InputError as problem:
        raise ChannelRefusedError(
            channel=channel, tried=tried, seen=str(problem), cure="draft the message again and report this"
        ) from None
    _refuse_status(letter.status, "message itself", channel, status, tried)
    if letter.identifier != parcel.identifier:
        raise ChannelRefusedError(
            channel=channel,
            tried=tried,
            seen=f"the message calls itself {letter.identifier!r}",
            cure="give the parcel the identifier of its message",
        )
    return letter


def refuse_expired(letter: Letter, *, channel: str, now: datetime) -> None:
    """Stop a message whose time is over: what is pushed to people must not outlive its expiry."""
    if now >= letter.expires:
        raise ChannelRefusedError(
            channel=channel,
            tried=f"send {letter.identifier}",
            seen=f"it expired at {letter.expires:%Y-%m-%d %H:%M:%S %z}, and it is later than that",
            cure="issue a new message if the danger is still there; if it is not that late, set the clock",
        )


def _refuse_status(found: Status, what: str, channel: str, status: Status, tried: str) -> None:
    """Stop a message of another status than the channel's."""
    if found is not status:
        raise WrongStatusError(
            channel=channel,
            tried=tried,
            seen=f"the status of the {what} is {found.value} and this channel is for {status.value}; nothing was sent",
            cure=f"send it on a channel of status {found.value}",
        )


def _unreadable(key: str, seen: str) -> InputError:
    """Return the error for a message that lacks what a channel needs."""
    return InputError(where="CAP message", key=key, seen=seen, cure="give a whole CAP 1.2 message")


def _one(parent: etree._Element, name: str) -> str:
    """Return the text of the only child of a name."""
    found = parent.findall(f"{_CAP}{name}")
    if len(found) != 1 or not found[0].text:
        raise _unreadable(name, f"there are {len(found)}" if len(found) != 1 else "it is empty")
    return str(found[0].text)


def _status(text: str) -> Status:
    """Return the status that a message states, letter for letter."""
    try:
        return Status(text)
    except ValueError:
        raise _unreadable("status", f"{text!r} is none of {', '.join(Status)}") from None


def _moment(text: str, key: str) -> datetime:
    """Return a moment with its zone."""
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError:
        raise _unreadable(key, f"{text!r} is no time with a zone") from None


def _referred(text: str) -> tuple[str, ...]:
    """Return the identifiers among sender,identifier,sent triples."""
    triples = [triple.split(",") for triple in text.split()]
    if any(len(triple) != 3 for triple in triples):
        raise _unreadable("references", f"{text!r} is no list of sender,identifier,sent")
    return tuple(triple[1] for triple in triples)


def _words(info: etree._Element) -> Words:
    """Return the words of an info block."""
    return Words(
        language=info.findtext(f"{_CAP}language") or "en-US",  # what CAP 1.2 says of a block without one
        event=_one(info, "event"),
        headline=info.findtext(f"{_CAP}headline") or "",
        description=info.findtext(f"{_CAP}description") or "",
        instruction=info.findtext(f"{_CAP}instruction") or "",
    )


def _shape(area: etree._Element) -> Shape:
    """Return an area."""
    codes = area.findall(f"{_CAP}geocode")
    return Shape(
        name=_one(area, "areaDesc"),
        codes=tuple((_one(code, "valueName"), _one(code, "value")) for code in codes),
        polygons=tuple(_ring(polygon.text or "") for polygon in area.findall(f"{_CAP}polygon")),
    )


def _ring(text: str) -> Ring:
    """Return a ring of (lat_deg, lon_deg)."""
    points: list[Any] = []
    try:
        points += [tuple(float(number) for number in pair.split(",")) for pair in text.split()]
    except ValueError:
        points.append(())
    whole = len(points) >= 4 and points[0] == points[-1]
    if not whole or not all(len(point) == 2 and abs(point[0]) <= 90.0 and abs(point[1]) <= 180.0 for point in points):
        raise _unreadable("polygon", f"{text[:60]!r} is no closed ring of lat,lon")
    return tuple(points)

"""CAP 1.2 messages of anybody read into records: all languages, all areas, all polygons, times with their zone.

Reading is generous where the meaning is plain (white space, UTC written as Z, a ring left open) and notes what it
forgave. It stops where the meaning is not plain: an area that cannot be read is never left out in silence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from downrange.alert._document import CAP, FARTHEST_KM, circle_of, open_document, pairs, ring_of, text, texts, utc_fits
from downrange.alert._shape import DS
from downrange.alert.cap import CapError
from downrange.alert.model import Ring
from downrange.base.units import FOOT, KILOMETRE

if TYPE_CHECKING:
    from lxml import etree

_ROOTS: Final = (
    ("emergency:cap:1.1}", "CAP 1.1, which was replaced by 1.2 in 2010"),
    ("cap/1.0}", "CAP 1.0, which was replaced by 1.2 in 2010"),
    ("www.w3.org/2005/Atom}", "an Atom feed around messages"),
    ("rss", "an RSS feed around messages"),
    ("EDXLDistribution", "an EDXL envelope around messages"),
)
_LANGUAGE: Final = "en-US"  # what CAP 1.2 says an info without a language is in
_STATUSES: Final = ("Actual", "Exercise", "System", "Test", "Draft")
_TYPES: Final = ("Alert", "Update", "Cancel", "Ack", "Error")
_SCOPES: Final = ("Public", "Restricted", "Private")
_LISTED: Final = re.compile(r'"([^"]*)"|(\S+)')
_MANY: Final = frozenset(
    [
        "code",
        "info",
        "category",
        "responseType",
        "eventCode",
        "parameter",
        "resource",
        "area",
        "polygon",
        "circle",
        "geocode",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """A circle on the ground."""

    lat_deg: float
    lon_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedArea:
    """One area.

    polygons: closed rings of (lat_deg, lon_deg), in the order and sense in which they were written
    geocodes: (name of the system, code)
    altitude_m, ceiling_m: heights above mean sea level, which CAP gives in feet
    """

    description: str
    polygons: tuple[Ring, ...]
    circles: tuple[Circle, ...]
    geocodes: tuple[tuple[str, str], ...]
    altitude_m: float | None
    ceiling_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something that comes with a message."""

    description: str
    mime_type: str
    uri: str | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInfo:
    """One info block; texts that are not given are "".

    effective: when the message takes effect; onset: when the event is expected to begin; never one for the other
    """

    language: str
    categories: tuple[str, ...]
    event: str
    responses: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    event_codes: tuple[tuple[str, str], ...]
    effective: datetime | None
    onset: datetime | None
    expires: datetime | None
    sender_name: str
    headline: str
    description: str
    instruction: str
    web: str
    contact: str
    audience: str
    parameters: tuple[tuple[str, str], ...]
    resources: tuple[Resource, ...]
    areas: tuple[ReceivedArea, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as somebody published it.

    sent_text:  the time of sending byte for byte, as references name it
    references: (sender, identifier, sent), byte for byte
    signed:     it carries a signature; nothing is said about whether that holds
    notes:      what the reader had to forgive
    """

    identifier: str
    sender: str
    sent: datetime
    sent_text: str
    status: str
    msg_type: str
    scope: str
    source: str
    restriction: str
    addresses: tuple[str, ...]
    codes: tuple[str, ...]
    note: str
    references: tuple[tuple[str, str, str], ...]
    incidents: tuple[str, ...]
    infos: tuple[ReceivedInfo, ...]
    signed: bool
    notes: tuple[str, ...] = ()

    @property
    def expires(self) -> datetime | None:
        """When the last of its info blocks ends; None when one of them has no end."""
        ends = [info.expires for info in self.infos]
        return None if None in ends else max((end for end in ends if end is not None), default=None)


def read_cap(xml: bytes) -> Received:
    """Read a CAP 1.2 message, whoever wrote it, or say why it cannot be read."""
    root = open_document(xml)
    if root.tag != f"{CAP}alert":
        raise _not_cap(str(root.tag))
    return _Reader().alert(root)


def _not_cap(tag: str) -> CapError:
    """Say what a document is instead."""
    what = next((words for part, words in _ROOTS if part in tag), f"a document <{tag[:80]}>")
    return CapError(
        where="CAP file", seen=f"it is {what}, not a CAP 1.2 alert", cure="give the CAP 1.2 message itself, one a file"
    )


class _Reader:
    """Reads one message and remembers what it forgave."""

    __slots__ = ("notes",)

    def __init__(self) -> None:
        self.notes: list[str] = []

    def alert(self, root: etree._Element) -> Received:
        """Read the whole message."""
        where = "alert"
        self._no_child_twice(root, where)
        sent_text = self._must(root, where, "sent")
        infos = tuple(self._info(one, f"info[{i}]") for i, one in enumerate(root.findall(f"{CAP}info")))
        return Received(
            identifier=self._must(root, where, "identifier"),
            sender=self._must(root, where, "sender"),
            sent=self._moment("sent", sent_text),
            sent_text=sent_text,
            status=self._one_of(root, "status", _STATUSES),
            msg_type=self._one_of(root, "msgType", _TYPES),
            scope=self._one_of(root, "scope", _SCOPES),
            source=_word(root, "source"),
            restriction=_word(root, "restriction"),
            addresses=tuple(_listed(_word(root, "addresses"))),
            codes=tuple(one.strip() for one in texts(root, "code")),
            note=_word(root, "note"),
            references=tuple(self._references(_word(root, "references"))),
            incidents=tuple(_listed(_word(root, "incidents"))),
            infos=infos,
            signed=next(root.iter(f"{DS}Signature"), None) is not None,
            notes=tuple(self.notes),
        )

    def _info(self, block: etree._Element, where: str) -> ReceivedInfo:
        """Read one info block."""
        self._no_child_twice(block, where)
        return ReceivedInfo(
            language=_word(block, "language") or _LANGUAGE,
            categories=tuple(one.strip() for one in texts(block, "category")),
            event=self._must(block, where, "event"),
            responses=tuple(one.strip() for one in texts(block, "responseType")),
            urgency=self._must(block, where, "urgency"),
            severity=self._must(block, where, "severity"),
            certainty=self._must(block, where, "certainty"),
            event_codes=tuple(pairs(block, "eventCode")),
            effective=self._optional_moment(block, where, "effective"),
            onset=self._optional_moment(block, where, "onset"),
            expires=self._optional_moment(block, where, "expires"),
            sender_name=_word(block, "senderName"),
            headline=_word(block, "headline"),
            description=_word(block, "description"),
            instruction=_word(block, "instruction"),
            web=_word(block, "web"),
            contact=_word(block, "contact"),
            audience=_word(block, "audience"),
            parameters=tuple(pairs(block, "parameter")),
            resources=tuple(_resource(one) for one in block.findall(f"{CAP}resource")),
            areas=tuple(self._area(one, f"{where}/area[{i}]") for i, one in enumerate(block.findall(f"{CAP}area"))),
        )

    def _area(self, area: etree._Element, where: str) -> ReceivedArea:
        """Read one area with all its shapes."""
        self._no_child_twice(area, where)
        return ReceivedArea(
            description=_word(area, "areaDesc"),
            polygons=tuple(self._ring(f"{where}/polygon[{i}]", one) for i, one in enumerate(texts(area, "polygon"))),
            circles=tuple(_circle(f"{where}/circle[{i}]", one) for i, one in enumerate(texts(area, "circle"))),
            geocodes=tuple((name.strip(), code.strip()) for name, code in pairs(area, "geocode")),
            altitude_m=_height_m(area, where, "altitude"),
            ceiling_m=_height_m(area, where, "ceiling"),
        )

    def _no_child_twice(self, parent: etree._Element, where: str) -> None:
        """Refuse what may stand once and stands twice: one reader would take the first, another the last."""
        seen: set[str] = set()
        for child in parent.iterchildren(f"{CAP}*"):
            name = str(child.tag).removeprefix(CAP)
            if name in seen and name not in _MANY:
                raise _unreadable(where, f"<{name}> stands twice, and readers differ in which one they believe")
            seen.add(name)

    def _must(self, parent: etree._Element, where: str, name: str) -> str:
        """Return a text that must be there."""
        if not (found := _word(parent, name)):
            raise _unreadable(where, f"<{name}> is missing or empty")
        return found

    def _one_of(self, root: etree._Element, name: str, words: tuple[str, ...]) -> str:
        """Return one of the words of the standard: nobody may guess whether a message is an exercise."""
        found = self._must(root, "alert", name)
        if found not in words:
            raise _unreadable(name, f"{found!r} is none of {', '.join(words)}")
        return found

    def _moment(self, where: str, written: str) -> datetime:
        """Read a time; one without a zone is refused, UTC as Z is forgiven."""
        try:
            moment = datetime.fromisoformat(written)
        except ValueError:
            raise _unreadable(where, f"{written!r} is no time") from None
        if moment.tzinfo is None:
            raise _unreadable(where, f"{written!r} has no time zone, so nobody knows when that is")
        if not utc_fits(moment):
            raise _unreadable(where, f"{written!r} lies beyond all calendars")
        if written.endswith(("Z", "z")):
            self.notes.append(f"{where}: UTC is written as Z, which CAP 1.2 forbids")
        return moment

    def _optional_moment(self, block: etree._Element, where: str, name: str) -> datetime | None:
        """Read a time that may be left out."""
        written = _word(block, name)
        return self._moment(f"{where}/{name}", written) if written else None

    def _ring(self, where: str, written: str) -> Ring:
        """Read a polygon; one left open is closed."""
        ring = ring_of(re.sub(r"[ \t\r\n]*,[ \t\r\n]*", ",", written))
        if ring is None or len(set(ring)) < 3:
            raise _unreadable(where, f"{written[:60]!r} is no polygon of lat,lon pairs")
        _refuse_off_earth(where, ring)
        if ring[0] != ring[-1]:
            self.notes.append(f"{where}: the ring was open, and was closed")
            return (*ring, ring[0])
        return ring

    def _references(self, written: str) -> Iterator[tuple[str, str, str]]:
        """Yield the messages that are referred to; what names none is noted."""
        for entry in written.split():
            sender, *rest = entry.split(",")
            if sender and len(rest) == 2 and all(rest):
                yield sender, rest[0], rest[1]
            else:
                self.notes.append(f"references: {entry!r} names no message")


def _unreadable(where: str, seen: str) -> CapError:
    """Return the error for one place in a message."""
    return CapError(where="CAP file", key=where, seen=seen, cure="ask the sender for a sound message")


def _word(parent: etree._Element, name: str) -> str:
    """Return a text without blanks around it, "" when there is none."""
    return (text(parent, name) or "").strip()


def _listed(written: str) -> Iterator[str]:
    """Yield the entries of a list between blanks; one that holds a blank stands in quotation marks."""
    for found in _LISTED.finditer(written):
        yield found[1] if found[1] is not None else found[2]


def _resource(one: etree._Element) -> Resource:
    """Read one resource."""
    return Resource(
        description=_word(one, "resourceDesc"),
        mime_type=_word(one, "mimeType"),
        uri=_word(one, "uri") or None,
        digest=_word(one, "digest") or None,
    )


def _circle(where: str, written: str) -> Circle:
    """Read a circle; its radius is in kilometres there."""
    found = circle_of(re.sub(r"[ \t\r\n]*,[ \t\r\n]*", ",", written))
    if found is None or not 0.0 <= found[2] <= FARTHEST_KM:
        raise _unreadable(where, f"{written[:60]!r} is no circle of lat,lon and a radius in kilometres")
    lat_deg, lon_deg, radius_km = found
    _refuse_off_earth(where, ((lat_deg, lon_deg),))
    return Circle(lat_deg=lat_deg, lon_deg=lon_deg, radius_m=radius_km * KILOMETRE)


def _refuse_off_earth(where: str, ring: Ring) -> None:
    """Refuse places that are not on the Earth."""
    lats_deg, lons_deg = zip(*ring, strict=True)
    if min(lats_deg) >= -90.0 and max(lats_deg) <= 90.0 and min(lons_deg) >= -180.0 and max(lons_deg) <= 180.0:
        return
    lat_deg, lon_deg = next(pair for pair in ring if abs(pair[0]) > 90.0 or abs(pair[1]) > 180.0)
    raise _unreadable(where, f"{lat_deg:g},{lon_deg:g} is not on the Earth: are lat and lon swapped?")


def _height_m(area: etree._Element, where: str, name: str) -> float | None:
    """Read a height, which is in feet there."""
    written = _word(area, name)
    if not written:
        return None
    digits = re.fullmatch(r"[+-]?(?:[0-9]{1,9}(?:\.[0-9]*)?|\.[0-9]+)", written)
    if digits is None:
        raise _unreadable(f"{where}/{name}", f"{written[:60]!r} is no height in feet")
    return float(written) * FOOT

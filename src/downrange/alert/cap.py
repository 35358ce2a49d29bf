"""CAP 1.2: messages written as XML, and XML read without trust."""

from __future__ import annotations

import math
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from downrange.alert.model import Area, Info, Kind, Message, Reference, Released, Ring, Status
from downrange.alert.wording import wording_of
from downrange.base import InputError, utc

if TYPE_CHECKING:
    from lxml import etree

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
# "falling object", category Safety, SOURCE: OASIS Event Terms List for use with CAP 1.2, version 1.2, committee note 01
# (19 November 2020). "Space debris" (OET-184, category Other) is also there; ours need not have been in space.
EVENT_TERM: Final = ("OET:v1.2", "OET-077")
UNSAFE: Final = re.compile(r"[\s,&<]")


class CapError(InputError):
    """A document that is no CAP message, or that must not be opened."""


def when(moment: datetime) -> str:
    """Write a moment as CAP wants it: whole seconds, numeric offset, UTC as -00:00.

    >>> from downrange.base import KST
    >>> when(datetime(2023, 5, 31, 6, 29, tzinfo=KST))
    '2023-05-31T06:29:00+09:00'
    """
    utc(moment)
    text = moment.replace(microsecond=0).isoformat()
    return f"{text[:-6]}-00:00" if text.endswith("+00:00") else text


def reference(message: Message) -> Reference:
    """Return how later messages name this one."""
    return Reference(
        sender=message.sender, identifier=message.identifier, sent=when(message.sent), expires=message.expires
    )


def write(message: Message) -> Released:
    """Write a message as one flat line of CAP 1.2 XML; these very bytes are checked, signed and published."""
    from lxml import etree

    _refuse_unsafe(message)
    plain: dict[Any, str] = {None: NAMESPACE}
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=plain)
    _add(root, "identifier", message.identifier)
    _add(root, "sender", message.sender)
    _add(root, "sent", when(message.sent))
    _add(root, "status", message.status.value)
    _add(root, "msgType", message.msg_type)
    _add(root, "scope", "Public")
    if note := _note(message):
        _add(root, "note", note)
    if message.references:
        _add(root, "references", " ".join(str(one) for one in message.references))
    _add(root, "incidents", message.event.code)
    rings = [[polygon_text(ring) for ring in area.polygons] for area in message.areas]
    for info in message.infos:
        _info(root, message, info, rings)
    return Released(message=message, xml=etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def parse(xml: bytes) -> etree._Element:
    """Read an XML document with no network, no DTD and no entities; refuse whatever carries a DOCTYPE."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as problem:
        raise CapError(where="CAP file", seen=f"it is not XML ({problem})", cure="send the original file") from None
    document: Any = root.getroottree().docinfo  # the stubs do not know what it holds
    if document.doctype:
        raise CapError(
            where="CAP file",
            seen="it carries a DOCTYPE, through which a document can pull in files or grow without end",
            cure="remove it; CAP needs none",
        )
    return root


def _refuse_unsafe(message: Message) -> None:
    """Stop before anything is written whose name CAP cannot refer to."""
    for key, value in (("identifier", message.identifier), ("sender", message.sender)):
        if not value or UNSAFE.search(value):
            raise InputError(
                where="message",
                key=key,
                seen=f"{value!r} is empty or holds a blank, comma, '&' or '<'",
                cure="use letters, digits, '@', '-', '_' and '.'",
            )
    if not message.infos:
        raise InputError(where="message", key="infos", seen="there is no text", cure="render the texts first")


def _add(parent: etree._Element, name: str, text: str) -> etree._Element:
    """Append one element with a text."""
    from lxml import etree

    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    child.text = text
    return child


def _pair(parent: etree._Element, name: str, key: str, value: str) -> None:
    """Append a valueName and value."""
    from lxml import etree

    child = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    _add(child, "valueName", key)
    _add(child, "value", value)


def _info(root: etree._Element, message: Message, info: Info, rings: list[list[str]]) -> None:
    """Append the info block of one language; rings: by area, its polygons as text."""
    from lxml import etree

    block = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _add(block, "language", info.language)
    _add(block, "category", "Safety")
    _add(block, "event", info.event)
    _add(block, "responseType", message.response)
    _add(block, "urgency", message.urgency)
    _add(block, "severity", message.severity)
    _add(block, "certainty", message.certainty)
    _pair(block, "eventCode", "downrange:phase", _phase(message))
    _pair(block, "eventCode", *EVENT_TERM)
    _add(block, "effective", when(message.sent))
    if message.onset is not None:
        _add(block, "onset", when(message.onset))
    _add(block, "expires", when(message.expires))
    _add(block, "senderName", info.sender_name)
    _add(block, "headline", info.headline)
    _add(block, "description", info.description)
    _add(block, "instruction", info.instruction)
    for key, value in _parameters(message):
        _pair(block, "parameter", key, value)
    for area, polygons in zip(message.areas, rings, strict=True):
        _area(block, area, polygons, info.language)


def _note(message: Message) -> str:
    """Return what people who pass messages on must see first; "" when there is nothing.

    CAP 1.2 wants the name of the exercise here; a correction also says here, in every language, that it is one.
    """
    lines = [] if message.status is Status.ACTUAL else [f"{message.status.value} {message.event.code}"]
    if message.kind is Kind.RETRACT:
        lines += [info.headline for info in message.infos]
    return " / ".join(lines)


def _phase(message: Message) -> str:
    """Return the phase as one word."""
    return message.kind.value if message.kind is not Kind.LIFT else f"lift:{message.lift.value.replace(' ', '-')}"


def _parameters(message: Message) -> tuple[tuple[str, str], ...]:
    """Return the numbers behind the message, the same in every language."""
    people = message.people
    over_cover = max((area.over_cover for area in message.areas), default=0.0)
    rows = [
        ("downrange:reason", message.reason.value),
        ("downrange:people", f"{people.low:.0f} {people.best:.0f} {people.high:.0f}"),
        ("downrange:placesWithoutCount", str(message.people_unknown)),
        ("downrange:overCover", f"{_up(over_cover):.3f}"),
        ("downrange:degraded", "true" if message.degraded else "false"),
    ]
    if message.kind in (Kind.ISSUE, Kind.UPDATE):
        rows.append(("downrange:probability", f"{message.p:.2g}"))
        if message.until is not None:
            rows.append(("downrange:lastArrival99", when(message.until)))
    if message.kind is Kind.ADVISE and message.onset is not None and message.until is not None:
        rows += [("downrange:windowOpens", when(message.onset)), ("downrange:windowCloses", when(message.until))]
    if message.next_update is not None:
        rows.append(("downrange:nextUpdate", when(message.next_update)))
    return tuple(rows)


def _up(value: float) -> float:
    """Round up to three decimals, so that an over-cover is never understated."""
    return math.ceil(value * 1000.0) / 1000.0


def _area(block: etree._Element, area: Area, polygons: list[str], language: str) -> None:
    """Append one municipality."""
    from lxml import etree

    one = etree.SubElement(block, f"{{{NAMESPACE}}}area")
    _add(one, "areaDesc", wording_of(language).name(area))
    for polygon in polygons:
        _add(one, "polygon", polygon)
    _pair(one, "geocode", f"{area.country}:{area.level}", area.code)


def polygon_text(ring: Ring) -> str:
    """Write a ring as CAP does: lat,lon pairs between blanks.

    >>> polygon_text(((37.9, 124.6), (37.9, 124.7), (38.0, 124.7), (37.9, 124.6)))
    '37.9000,124.6000 37.9000,124.7000 38.0000,124.7000 37.9000,124.6000'
    """
    return " ".join(f"{lat_deg:.4f},{lon_deg:.4f}" for lat_deg, lon_deg in ring)

"""The rules about the message itself, R1 to R4 and R9 to R11: names, times, references, languages, addresses, status."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from downrange.alert._context import Context, Found
from downrange.alert._document import CAP, FARTHEST_KM, circle_of, pairs, text, texts, time_of
from downrange.alert._rules_area import areas, infos
from downrange.alert.cap import UNSAFE

if TYPE_CHECKING:
    from lxml import etree

_TIMES: Final = ("effective", "onset", "expires")
_ABSOLUTE: Final = re.compile(r"(?:https?|ftps?)://[^/\s?#]+\S*|(?:mailto|tel|urn):\S+", re.IGNORECASE)
_NAMING: Final = ("Update", "Cancel", "Ack", "Error")  # they are about other messages, which they must name
_REPLACING: Final = ("Update", "Cancel")


def r1(root: etree._Element, context: Context) -> Found:
    """Check that identifier and sender can be referred to, and that the identifier is new."""
    for name in ("identifier", "sender"):
        value = text(root, name)
        if not value or UNSAFE.search(value):
            yield name, f"{value!r} is empty or holds a blank, comma, '&' or '<'"
        elif not value.isprintable():
            yield name, f"{value!r} holds a character that cannot be seen"
    sender, identifier = text(root, "sender"), text(root, "identifier")
    if any((one.sender, one.identifier) == (sender, identifier) for one in context.published):
        yield "identifier", f"{identifier!r} was published before"


def r2(root: etree._Element, context: Context) -> Found:  # noqa: ARG001
    """All times carry a numeric offset; that of UTC is -00:00."""
    rows = [("sent", text(root, "sent") or "")]
    rows += [(f"{where}/{name}", one) for where, info in infos(root) for name in _TIMES for one in texts(info, name)]
    for where, written in rows:
        if time_of(written) is None:
            yield where, f"{written!r} is no time with a numeric offset, as 2023-05-31T06:29:00+09:00"
        elif written.endswith("+00:00"):
            yield where, f"{written!r}: CAP writes UTC as -00:00"


def r3(root: etree._Element, context: Context) -> Found:
    """Expiry is there, comes after everything else, and not too late."""
    sent = time_of(text(root, "sent"))
    for where, info in infos(root):
        expires = time_of(text(info, "expires"))
        if expires is None:
            yield f"{where}/expires", "missing or unreadable: every message must end by itself"
            continue
        for name, moment in (("sent", sent), *((n, time_of(text(info, n))) for n in ("effective", "onset"))):
            if moment is not None and moment > expires:
                yield f"{where}/expires", f"{expires.isoformat()} is before {name} {moment.isoformat()}"
        if sent is not None and (expires - sent).total_seconds() > context.max_valid_s:
            yield f"{where}/expires", f"it would be valid for more than {context.max_valid_s / 3600.0:g} h"


def r4(root: etree._Element, context: Context) -> Found:
    """Successors name all still valid predecessors, byte for byte; first messages name none."""
    entries = (text(root, "references") or "").split()
    kind = text(root, "msgType")
    if kind in _NAMING and not entries:
        yield "references", "missing: an Update, Cancel, Ack or Error must name what it is about"
    if kind not in _NAMING and entries:
        yield "references", "given in a message that follows nothing"
    yield from _entry_faults(root, entries, context)
    if not context.published:
        return
    known = {str(one) for one in context.published}
    for entry in entries:
        if entry not in known:
            yield "references", f"{entry!r} was never published in these bytes"
    if kind in _REPLACING:
        yield from _forgotten(root, frozenset(entries), context)


def _entry_faults(root: etree._Element, entries: list[str], context: Context) -> Found:
    """Yield what is wrong with single references."""
    sent, own = time_of(text(root, "sent")), (text(root, "sender"), text(root, "identifier"))
    for entry, times in Counter(entries).items():
        parts = entry.split(",")
        moment = time_of(parts[-1])
        if len(parts) != 3 or not all(parts) or moment is None:
            yield "references", f"{entry!r} is not sender,identifier,sent"
        elif (parts[0], parts[1]) == own:
            yield "references", f"{entry!r} is this message itself"
        elif sent is not None and moment > sent and not context.clock_set:
            yield "references", f"{entry!r} was sent after this message"
        if times > 1:
            yield "references", f"{entry!r} is named {times} times"


def _forgotten(root: etree._Element, entries: frozenset[str], context: Context) -> Found:
    """Yield the still valid predecessors that are not named."""
    sent = time_of(text(root, "sent"))
    for one in context.published:
        if str(one) not in entries and sent is not None and one.expires > sent:
            yield "references", f"{one} is still valid and is not named"


def r9(root: etree._Element, context: Context) -> Found:  # noqa: ARG001
    """One info block a language, the same in everything but words."""
    blocks = infos(root)
    if not blocks:
        yield "info", "no info block"
        return
    seen = [(text(info, "language") or "").strip() for _, info in blocks]
    times = Counter(language.casefold() for language in seen)
    for (where, _), language in zip(blocks, seen, strict=True):
        if not language:
            yield where, "no language"
        elif times[language.casefold()] > 1:
            yield where, f"language {language} stands more than once"
    first_where, first = blocks[0][0], _facts(blocks[0][1])
    for where, info in blocks[1:]:
        for name, fact in _facts(info).items():
            if fact != first[name]:
                yield f"{where}/{name}", f"differs from {first_where}"


_PLAIN: Final = ("category", "responseType", "urgency", "severity", "certainty")


def _facts(info: etree._Element) -> dict[str, object]:
    """Return what must be equal in all languages: moments as moments, lists without their order."""
    plain: dict[str, object] = {name: sorted(one.strip() for one in texts(info, name)) for name in _PLAIN}
    times = {name: [_moment(one) for one in texts(info, name)] for name in _TIMES}
    places = sorted(_place(area) for area in info.findall(f"{CAP}area"))
    lists = {name: sorted(pairs(info, name)) for name in ("eventCode", "parameter")}
    return {**plain, **times, "area": places, **lists}


def _moment(written: str) -> datetime | str:
    """Return a moment, or what stands there instead of one."""
    return time_of(written.strip()) or written


def _place(area: etree._Element) -> tuple[Any, ...]:
    """Return what an area says without words."""
    shapes = (sorted(" ".join(one.split()) for one in texts(area, name)) for name in ("polygon", "circle"))
    heights = ([one.strip() for one in texts(area, name)] for name in ("altitude", "ceiling"))
    return (*shapes, sorted(pairs(area, "geocode")), *heights)


def r10(root: etree._Element, context: Context) -> Found:  # noqa: ARG001
    """Heights in order, circles on the Earth, addresses absolute, restriction and addressees where they belong."""
    yield from _scope_faults(root)
    for where, area in areas(root):
        yield from _height_faults(where, area)
        for written in texts(area, "circle"):
            if fault := _circle_fault(written):
                yield f"{where}/circle", f"{written!r} {fault}"
    for where, info in infos(root):
        for written in _addresses(info):
            if not _ABSOLUTE.fullmatch(written.strip()):
                yield where, f"{written!r} is not an absolute address"


def _scope_faults(root: etree._Element) -> Found:
    """Yield what does not belong to the scope, or is missing for it."""
    scope = text(root, "scope")
    if text(root, "restriction") is not None and scope != "Restricted":
        yield "restriction", "given although the scope is not Restricted"
    for name, wanting in (("restriction", "Restricted"), ("addresses", "Private")):
        if scope == wanting and not (text(root, name) or "").strip():
            yield name, f"missing, and the scope is {wanting}"


def _addresses(info: etree._Element) -> list[str]:
    """Return the addresses that must stand alone; that of a resource which brings its content along need not."""
    resources = info.findall(f"{CAP}resource")
    return texts(info, "web") + [
        one for resource in resources if text(resource, "derefUri") is None for one in texts(resource, "uri")
    ]


def _height_faults(where: str, area: etree._Element) -> Found:
    """Yield what is wrong with altitude and ceiling."""
    altitude, ceiling = text(area, "altitude"), text(area, "ceiling")
    if ceiling is not None and altitude is None:
        yield f"{where}/ceiling", "given without an altitude"
    try:
        if ceiling is not None and altitude is not None and float(ceiling) < float(altitude):
            yield f"{where}/ceiling", f"{ceiling} is below the altitude {altitude}"
    except ValueError:
        yield f"{where}/ceiling", "is no number"


def _circle_fault(written: str) -> str:
    """Say what is wrong with a circle; "" when nothing is."""
    found = circle_of(written)
    if found is None or found[2] < 0.0:
        return "is not 'lat,lon radius' with a radius of 0 km or more"
    lat_deg, lon_deg, radius_km = found
    if abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0:
        return "is not on the Earth: is it lat,lon and not lon,lat?"
    return "" if radius_km <= FARTHEST_KM else "is wider than the Earth: the radius is in kilometres"


def r11(root: etree._Element, context: Context) -> Found:
    """Check that the status is that of the run mode."""
    status = text(root, "status")
    if context.status is not None and status != context.status.value:
        yield "status", f"{status!r}, but this run may only write {context.status.value}"

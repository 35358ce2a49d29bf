"""A CAP document opened without trust, and the texts, times and rings in it."""

from __future__ import annotations

import itertools
import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from downrange.alert.cap import NAMESPACE, CapError, parse
from downrange.alert.model import Ring

if TYPE_CHECKING:
    from lxml import etree

LARGEST_BYTES: Final = 8_000_000
"""More than all municipalities of a country take in five languages; a document without end must not fill the memory."""

CAP: Final = f"{{{NAMESPACE}}}"
_ENCODINGS: Final = frozenset({"UTF-8", "UTF8", "ASCII", "US-ASCII", "UTF-16", "UTF-16LE", "UTF-16BE", "ISO-8859-1"})
_DOCTYPE: Final = re.compile(rb"[^<]*(?:<\?[^<]*)*<!DOCTYPE")
_PROLOG_BYTES: Final = 4_096
_OFFSET: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")
_NUMBER: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)"
_RING: Final = re.compile(r"[-+0-9., \t\r\n]*")
_CIRCLE: Final = re.compile(rf"({_NUMBER}),({_NUMBER})[ \t\r\n]+({_NUMBER})")
FARTHEST_KM: Final = 20_038.0
"""Half the equator of WGS-84: a circle on the Earth cannot be wider."""
_BLANKS: Final = " \t\r\n"


def open_document(xml: bytes) -> etree._Element:
    """Return the root of a document that is small enough, in an encoding that all readers read alike, and no trap."""
    if len(xml) > LARGEST_BYTES:
        raise CapError(
            where="CAP file",
            seen=f"it has {len(xml):,} bytes; a warning has no more than {LARGEST_BYTES:,}",
            cure="look at what it is; take a warning of that size apart",
        )
    if _DOCTYPE.match(xml[:_PROLOG_BYTES].replace(b"\0", b"")):
        raise CapError(
            where="CAP file",
            seen="it carries a DOCTYPE, through which a document can pull in files or grow without end",
            cure="remove it; CAP needs none",
        )
    root = parse(xml)  # which refuses a DOCTYPE that hides in some other encoding
    document: Any = root.getroottree().docinfo  # the stubs do not know what it holds
    encoding = document.encoding or "UTF-8"
    if encoding.upper() not in _ENCODINGS:
        raise CapError(
            where="CAP file",
            seen=f"its encoding is {encoding}, which readers do not read alike",
            cure="ask for it in UTF-8",
        )
    return root


def whole_text(element: etree._Element) -> str:
    """Return all the text of an element: a comment inside must not hide what follows it."""
    if not len(element):  # neither children nor comments
        return element.text or ""
    return "".join(str(part) for part in element.itertext())


def texts(parent: etree._Element, name: str) -> list[str]:
    """Return the texts of all CAP children of that name."""
    return [whole_text(child) for child in parent.findall(CAP + name)]


def text(parent: etree._Element, name: str) -> str | None:
    """Return the text of the first CAP child of that name, None when there is none."""
    child = parent.find(CAP + name)
    return None if child is None else whole_text(child)


def pairs(parent: etree._Element, name: str) -> list[tuple[str, str]]:
    """Return the (valueName, value) of all CAP children of that name."""
    return [(text(one, "valueName") or "", text(one, "value") or "") for one in parent.findall(CAP + name)]


def time_of(written: str | None) -> datetime | None:
    """Read a CAP time; None for anything that is none with a numeric offset."""
    if written is None or not _OFFSET.fullmatch(written):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if utc_fits(moment) else None


def utc_fits(moment: datetime) -> bool:
    """Say whether a moment can be told in UTC: the first and the last day of the calendar cannot, everywhere."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        return False
    return True


def ring_of(written: str) -> Ring | None:
    """Read a polygon, whatever white space stands between its pairs; None when it is no list of lat,lon pairs."""
    if not _RING.fullmatch(written):  # float() takes more: low lines, digits of all scripts, infinity
        return None
    try:
        ring = tuple([(float(lat), float(lon)) for lat, lon in [pair.split(",") for pair in written.split()]])
    except ValueError:
        return None
    return ring if ring and all(map(math.isfinite, itertools.chain.from_iterable(ring))) else None


def circle_of(written: str) -> tuple[float, float, float] | None:
    """Read a circle as (lat_deg, lon_deg, radius in km); None when it is none."""
    found = _CIRCLE.fullmatch(written.strip(_BLANKS))
    if found is None:
        return None
    lat_deg, lon_deg, radius_km = float(found[1]), float(found[2]), float(found[3])
    return (lat_deg, lon_deg, radius_km) if all(map(math.isfinite, (lat_deg, lon_deg, radius_km))) else None

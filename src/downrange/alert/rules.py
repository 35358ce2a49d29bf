"""The rules that the CAP schema does not know, R1 to R12, each a function; `check` runs the schema and all of them."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import shapely

from downrange.alert.cap import UNSAFE, CapError, parse
from downrange.alert.model import Problem, Reference, Ring, Status
from downrange.alert.schema import schema_problems

if TYPE_CHECKING:
    from lxml import etree

_CAP: Final = "{urn:oasis:names:tc:emergency:cap:1.2}"
_TIMES: Final = ("effective", "onset", "expires")
_OFFSET: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")
_ABSOLUTE: Final = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+", re.IGNORECASE)
_SUCCESSORS: Final = ("Update", "Cancel", "Error")
_MAX_POINTS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the file cannot say of itself.

    status:          the run mode; None when nobody fixed one (a message of someone else)
    published:       every message that went out before, expired ones too
    footprints:      by geocode value, the area each polygon set must cover, as shapely geometry of (lon, lat)
    max_over_cover:  by how much polygons may exceed that area, as a fraction of it
    region_lonlat:   the region that the site's alerts belong to, None when unknown
    vague:           words that are no place ("areas that have not received ...")
    """

    status: Status | None = None
    published: tuple[Reference, ...] = ()
    footprints: Mapping[str, Any] = field(default_factory=dict)
    max_over_cover: float = math.inf
    region_lonlat: Any = None
    vague: tuple[str, ...] = ("not received", "other area", "미수신", "그 밖의", "その他の地域", "未受信")


_Found = Iterator[tuple[str, str]]


def check(xml: bytes, context: Context | None = None) -> tuple[Problem, ...]:
    """Return everything wrong with a message: XML, schema, then rules R1 to R12; empty when it may go out."""
    try:
        root = parse(xml)
    except CapError as problem:
        return (Problem(rule="XML", where="document", seen=str(problem)),)
    found = list(schema_problems(root))
    for name, rule in RULES.items():
        found += [Problem(rule=name, where=where, seen=seen) for where, seen in rule(root, context or Context())]
    return tuple(found)


def _texts(parent: etree._Element, name: str) -> list[str]:
    """Return the texts of all children of that name."""
    return [child.text or "" for child in parent.findall(_CAP + name)]


def _text(parent: etree._Element, name: str) -> str | None:
    """Return the text of the first child of that name, None when there is none."""
    return next(iter(_texts(parent, name)), None)


def _time(text: str | None) -> datetime | None:
    """Read a CAP time; None for anything that is none with an offset."""
    if text is None or not _OFFSET.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _infos(root: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the info blocks with a name each for the problem list."""
    return [(f"info[{i}]", info) for i, info in enumerate(root.findall(f"{_CAP}info"))]


def _areas(root: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the areas of all info blocks with a name each."""
    return [
        (f"{where}/area[{i}]", area)
        for where, info in _infos(root)
        for i, area in enumerate(info.findall(f"{_CAP}area"))
    ]


def _ring(text: str) -> Ring | None:
    """Read a polygon, whatever white space stands in it; None when it is no list of lat,lon pairs."""
    try:
        pairs = [tuple(float(number) for number in pair.split(",")) for pair in text.split()]
    except ValueError:
        return None
    if not pairs or any(len(pair) != 2 or not all(map(math.isfinite, pair)) for pair in pairs):
        return None
    return tuple((pair[0], pair[1]) for pair in pairs)


def _shape(ring: Ring) -> Any:  # noqa: ANN401
    """Return the ring as a shapely polygon of (lon, lat)."""
    return shapely.Polygon([(lon_deg, lat_deg) for lat_deg, lon_deg in ring])


def _shapes(area: etree._Element) -> Any | None:  # noqa: ANN401
    """Return the union of an area's polygons; None when it has none or one of them is broken."""
    rings = [_ring(text) for text in _texts(area, "polygon")]
    shapes = [_shape(ring) for ring in rings if ring is not None and len(ring) >= 4]
    if not shapes or len(shapes) < len(rings) or not all(shapely.is_valid(shapes)):
        return None
    return shapely.union_all(shapes)


def _codes(area: etree._Element) -> list[str]:
    """Return the geocode values of an area."""
    return [text for code in area.findall(f"{_CAP}geocode") for text in _texts(code, "value") if text]


def r1(root: etree._Element, context: Context) -> _Found:
    """Check that identifier and sender can be referred to, and that the identifier is new."""
    for name in ("identifier", "sender"):
        value = _text(root, name)
        if not value or UNSAFE.search(value):
            yield name, f"{value!r} is empty or holds a blank, comma, '&' or '<'"
    sender, identifier = _text(root, "sender"), _text(root, "identifier")
    if any((one.sender, one.identifier) == (sender, identifier) for one in context.published):
        yield "identifier", f"{identifier!r} was published before"


def r2(root: etree._Element, context: Context) -> _Found:  # noqa: ARG001
    """All times carry a numeric offset."""
    rows = [("sent", _text(root, "sent") or "")]
    rows += [
        (f"{where}/{name}", text) for where, info in _infos(root) for name in _TIMES for text in _texts(info, name)
    ]
    for where, text in rows:
        if _time(text) is None:
            yield where, f"{text!r} is no time with a numeric offset, as 2023-05-31T06:29:00+09:00"


def r3(root: etree._Element, context: Context) -> _Found:  # noqa: ARG001
    """Expiry is there and comes after everything else."""
    sent = _time(_text(root, "sent"))
    for where, info in _infos(root):
        expires = _time(_text(info, "expires"))
        if expires is None:
            yield f"{where}/expires", "missing or unreadable: every message must end by itself"
            continue
        for name, moment in (("sent", sent), *((n, _time(_text(info, n))) for n in ("effective", "onset"))):
            if moment is not None and moment > expires:
                yield f"{where}/expires", f"{expires.isoformat()} is before {name} {moment.isoformat()}"


def r4(root: etree._Element, context: Context) -> _Found:
    """Successors name all still valid predecessors, byte for byte; first messages name none."""
    entries = (_text(root, "references") or "").split()
    follows = _text(root, "msgType") in _SUCCESSORS
    if follows and not entries:
        yield "references", "missing: an Update, Cancel or Error must name what it follows"
    if not follows and entries:
        yield "references", "given in a message that follows nothing"
    for entry in entries:
        parts = entry.split(",")
        if len(parts) != 3 or not all(parts) or _time(parts[2]) is None:
            yield "references", f"{entry!r} is not sender,identifier,sent"
    if not context.published:
        return
    known = {str(one) for one in context.published}
    for entry in entries:
        if entry not in known:
            yield "references", f"{entry!r} was never published in these bytes"
    if follows:
        yield from _forgotten(root, entries, context)


def _forgotten(root: etree._Element, entries: list[str], context: Context) -> _Found:
    """Yield the still valid predecessors that are not named."""
    sent = _time(_text(root, "sent"))
    for one in context.published:
        if str(one) not in entries and sent is not None and one.expires > sent:
            yield "references", f"{one} is still valid and is not named"


def r5(root: etree._Element, context: Context) -> _Found:  # noqa: ARG001
    """Polygons are closed, simple, counter-clockwise, in range and short."""
    for where, area in _areas(root):
        for i, text in enumerate(_texts(area, "polygon")):
            for seen in _ring_faults(_ring(text), text):
                yield f"{where}/polygon[{i}]", seen


def _ring_faults(ring: Ring | None, text: str) -> Iterator[str]:
    """Yield what is wrong with one ring."""
    if ring is None:
        yield f"{text[:40]!r} is no list of lat,lon pairs"
        return
    if any(abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0 for lat_deg, lon_deg in ring):
        yield "latitude beyond 90 or longitude beyond 180: is it lat,lon and not lon,lat?"
    if len(ring) > _MAX_POINTS:
        yield f"{len(ring)} points, more than {_MAX_POINTS}"
    if len(ring) < 4:
        yield f"{len(ring)} points, a closed ring has at least 4"
    elif ring[0] != ring[-1]:
        yield "not closed: the last point is not the first"
    elif not shapely.is_valid(_shape(ring)):
        yield f"not simple: {shapely.is_valid_reason(_shape(ring))}"
    elif not shapely.is_ccw(_shape(ring).exterior):
        yield "clockwise"


def r6(root: etree._Element, context: Context) -> _Found:
    """Polygons cover the area they stand for, and not much more."""
    for where, area in _areas(root):
        for code in _codes(area):
            if code not in context.footprints:
                continue
            footprint, shape = context.footprints[code], _shapes(area)
            if shape is None or not shapely.covers(shape, footprint):
                yield where, f"the polygons do not cover the area of {code}"
            elif shape.area > (1.0 + context.max_over_cover) * footprint.area:
                yield where, f"the polygons exceed the area of {code} by {shape.area / footprint.area - 1.0:.0%}"


def r7(root: etree._Element, context: Context) -> _Found:  # noqa: ARG001
    """No ring crosses the 180th meridian."""
    for where, area in _areas(root):
        for i, text in enumerate(_texts(area, "polygon")):
            ring = _ring(text) or ()
            if any(abs(b[1] - a[1]) > 180.0 for a, b in itertools.pairwise(ring)):
                yield f"{where}/polygon[{i}]", "jumps across the 180th meridian: cut it in two polygons"


def r8(root: etree._Element, context: Context) -> _Found:
    """Areas name places and carry municipality codes."""
    for where, info in _infos(root):
        if info.find(f"{_CAP}area") is None:
            yield where, "no area"
    for where, area in _areas(root):
        named = (_text(area, "areaDesc") or "").strip()
        if not named or any(word in named.casefold() for word in context.vague):
            yield f"{where}/areaDesc", f"{named!r} names no place"
        if not _codes(area):
            yield where, "no geocode"


def r9(root: etree._Element, context: Context) -> _Found:  # noqa: ARG001
    """One info block a language, the same in everything but words."""
    infos = _infos(root)
    if not infos:
        yield "info", "no info block"
        return
    seen = [_text(info, "language") for _, info in infos]
    for (where, _), language in zip(infos, seen, strict=True):
        if not language:
            yield where, "no language"
        elif seen.count(language) > 1:
            yield where, f"language {language} stands more than once"
    first_where, first = infos[0]
    for where, info in infos[1:]:
        for name, a, b in zip(_SAME, _facts(first), _facts(info), strict=True):
            if a != b:
                yield f"{where}/{name}", f"differs from {first_where}"


_SAME: Final = ("responseType", "urgency", "severity", "certainty", *_TIMES, "area", "parameter")


def _facts(info: etree._Element) -> tuple[object, ...]:
    """Return what must be equal in all languages, in the order of _SAME."""
    plain = [tuple(_texts(info, name)) for name in _SAME[:-2]]
    areas = [
        (tuple(_texts(area, "polygon")), tuple(_texts(area, "circle")), tuple(sorted(_codes(area))))
        for area in info.findall(f"{_CAP}area")
    ]
    parameters = [(_text(one, "valueName"), _text(one, "value")) for one in info.findall(f"{_CAP}parameter")]
    return (*plain, sorted(areas), parameters)


def r10(root: etree._Element, context: Context) -> _Found:  # noqa: ARG001
    """Heights in order, circles with a radius, addresses absolute, restriction where it belongs."""
    if _text(root, "restriction") is not None and _text(root, "scope") != "Restricted":
        yield "restriction", "given although the scope is not Restricted"
    for where, area in _areas(root):
        yield from _height_faults(where, area)
        for text in _texts(area, "circle"):
            if not _is_circle(text):
                yield f"{where}/circle", f"{text!r} is not 'lat,lon radius' with a radius of 0 km or more"
    for where, info in _infos(root):
        addresses = _texts(info, "web") + [t for one in info.findall(f"{_CAP}resource") for t in _texts(one, "uri")]
        for text in addresses:
            if not _ABSOLUTE.match(text):
                yield where, f"{text!r} is not an absolute address"


def _height_faults(where: str, area: etree._Element) -> _Found:
    """Yield what is wrong with altitude and ceiling."""
    altitude, ceiling = _text(area, "altitude"), _text(area, "ceiling")
    if ceiling is not None and altitude is None:
        yield f"{where}/ceiling", "given without an altitude"
    try:
        if ceiling is not None and altitude is not None and float(ceiling) < float(altitude):
            yield f"{where}/ceiling", f"{ceiling} is below the altitude {altitude}"
    except ValueError:
        yield f"{where}/ceiling", "is no number"


def _is_circle(text: str) -> bool:
    """Say whether a text is a CAP circle."""
    centre, _, radius = text.strip().rpartition(" ")
    ring = _ring(centre)
    try:
        return ring is not None and len(ring) == 1 and float(radius) >= 0.0
    except ValueError:
        return False


def r11(root: etree._Element, context: Context) -> _Found:
    """Check that the status is that of the run mode."""
    status = _text(root, "status")
    if context.status is not None and status != context.status.value:
        yield "status", f"{status!r}, but this run may only write {context.status.value}"


def r12(root: etree._Element, context: Context) -> _Found:
    """Each polygon lies where this site's alerts belong: guards against swapped coordinates."""
    if context.region_lonlat is None:
        return
    for where, area in _areas(root):
        for i, text in enumerate(_texts(area, "polygon")):
            ring = _ring(text)
            if ring is None or len(ring) < 4:
                continue
            if not shapely.intersects(shapely.make_valid(_shape(ring)), context.region_lonlat):
                yield f"{where}/polygon[{i}]", "lies outside the alert region: were lat and lon swapped?"


RULES: Final[Mapping[str, Callable[[Any, Context], _Found]]] = {
    "R1": r1,
    "R2": r2,
    "R3": r3,
    "R4": r4,
    "R5": r5,
    "R6": r6,
    "R7": r7,
    "R8": r8,
    "R9": r9,
    "R10": r10,
    "R11": r11,
    "R12": r12,
}

"""The rules about places, R5 to R8 and R12: polygons, circles, codes and names."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from downrange.alert._context import Context, Found
from downrange.alert._document import CAP, circle_of, pairs, ring_of, text, texts
from downrange.alert.model import Ring

if TYPE_CHECKING:
    from lxml import etree

_MAX_POINTS: Final = 100
_LARGEST_RING: Final = 2_000  # points; with more, geometry could keep a checker busy for ever
_KNOWN: Final = 1_024  # polygons, and unions of them, that are kept in mind
_LONGEST_KNOWN: Final = 20_000  # characters; what is longer is measured anew, and fills no memory
_KM_PER_DEGREE: Final = 111.2  # mean length of a degree of latitude; a guard needs no better


def infos(root: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the info blocks with a name each for the problem list."""
    return [(f"info[{i}]", info) for i, info in enumerate(root.findall(f"{CAP}info"))]


def areas(root: etree._Element) -> list[tuple[str, etree._Element]]:
    """Return the areas of all info blocks with a name each."""
    return [
        (f"{where}/area[{i}]", area) for where, info in infos(root) for i, area in enumerate(info.findall(f"{CAP}area"))
    ]


def codes_of(area: etree._Element) -> list[str]:
    """Return the geocode values of an area."""
    return [value.strip() for _, value in pairs(area, "geocode") if value.strip()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outline:
    """A polygon as it is written, read and measured.

    shape:  shapely polygon of (lon, lat); None when there is no ring, or one that cannot be measured
    valid:  the shape is simple
    jumps:  it goes from one end of the map to the other
    faults: what is wrong with it
    """

    shape: Any
    valid: bool
    jumps: bool
    faults: tuple[str, ...]


def _outline(written: str) -> _Outline:
    """Read and measure a polygon, once: each stands in every language, and in the next message again."""
    return _known_outline(written) if len(written) <= _LONGEST_KNOWN else _measure(written)


def _measure(written: str) -> _Outline:
    """Read and measure a polygon."""
    ring = ring_of(written)
    if ring is None:
        faults = (f"{written[:40]!r} is no list of lat,lon pairs",)
        return _Outline(shape=None, valid=False, jumps=False, faults=faults)
    shape = None
    if 4 <= len(ring) <= _LARGEST_RING:
        shape = shapely.Polygon([(lon_deg, lat_deg) for lat_deg, lon_deg in ring])
    return _Outline(
        shape=shape,
        valid=shape is not None and bool(shapely.is_valid(shape)),
        jumps=any(abs(b[1] - a[1]) > 180.0 for a, b in itertools.pairwise(ring)),
        faults=tuple(_ring_faults(ring, shape)),
    )


_known_outline = functools.lru_cache(maxsize=_KNOWN)(_measure)


def _ring_faults(ring: Ring, shape: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield what is wrong with one ring."""
    if any(abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0 for lat_deg, lon_deg in ring):
        yield "latitude beyond 90 or longitude beyond 180: is it lat,lon and not lon,lat?"
    if len(ring) > _MAX_POINTS:
        yield f"{len(ring)} points, more than {_MAX_POINTS}"
    if len(ring) < 4:
        yield f"{len(ring)} points, a closed ring has at least 4"
    elif ring[0] != ring[-1]:
        yield "not closed: the last point is not the first"
    elif shape is not None and not shapely.is_valid(shape):
        yield f"not simple: {shapely.is_valid_reason(shape)}"
    elif shape is not None and not shapely.is_ccw(shape.exterior):
        yield "clockwise"


def _union(polygons: tuple[str, ...]) -> Any | None:  # noqa: ANN401
    """Return the union of some polygons; None when there are none or one of them is broken."""
    return (_known_union if sum(map(len, polygons)) <= _LONGEST_KNOWN else _join)(polygons)


def _join(polygons: tuple[str, ...]) -> Any | None:  # noqa: ANN401
    """Join some polygons."""
    outlines = [_outline(one) for one in polygons]
    if not outlines or not all(one.valid for one in outlines):
        return None
    shapes = [one.shape for one in outlines]
    return shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)


_known_union = functools.lru_cache(maxsize=_KNOWN)(_join)


def r5(root: etree._Element, context: Context) -> Found:  # noqa: ARG001
    """Polygons are closed, simple, counter-clockwise, in range and short."""
    for where, area in areas(root):
        for i, written in enumerate(texts(area, "polygon")):
            for seen in _outline(written).faults:
                yield f"{where}/polygon[{i}]", seen


def r6(root: etree._Element, context: Context) -> Found:
    """Polygons cover the area they stand for, and not much more."""
    if not context.footprints:
        return
    for where, area in areas(root):
        codes = codes_of(area)
        known = [context.footprints[code] for code in codes if code in context.footprints]
        if known:
            footprint = known[0] if len(known) == 1 else shapely.union_all(known)
            yield from _cover_faults(where, _cover(tuple(texts(area, "polygon")), footprint), codes, context)
        else:
            yield where, f"{', '.join(codes) or 'nothing'} is no code of a known municipality: what must be covered?"


def _cover_faults(where: str, cover: float | None, codes: list[str], context: Context) -> Found:
    """Yield what is wrong between the polygons of an area and what they stand for."""
    if cover is None:
        yield where, f"the polygons do not cover the area of {', '.join(codes)}"
    elif cover > 1.0 + context.max_over_cover:
        yield where, f"the polygons exceed the area of {', '.join(codes)} by {cover - 1.0:.0%}"


def _cover(polygons: tuple[str, ...], footprint: Any) -> float | None:  # noqa: ANN401
    """Return how many times an area its polygons are; None when they do not cover it."""
    return (_known_cover if sum(map(len, polygons)) <= _LONGEST_KNOWN else _held_against)(polygons, footprint)


def _held_against(polygons: tuple[str, ...], footprint: Any) -> float | None:  # noqa: ANN401
    """Hold polygons against what they stand for."""
    shape = _union(polygons)
    if shape is None or not shapely.covers(shape, footprint):
        return None
    return float(shape.area / footprint.area) if footprint.area > 0.0 else math.inf


_known_cover = functools.lru_cache(maxsize=_KNOWN)(_held_against)


def r7(root: etree._Element, context: Context) -> Found:  # noqa: ARG001
    """No ring crosses the 180th meridian."""
    for where, area in areas(root):
        for i, written in enumerate(texts(area, "polygon")):
            if _outline(written).jumps:
                yield f"{where}/polygon[{i}]", "jumps across the 180th meridian: cut it in two polygons"


def r8(root: etree._Element, context: Context) -> Found:
    """Areas name places and carry municipality codes."""
    vague = [word.casefold() for word in context.vague]
    for where, info in infos(root):
        if info.find(f"{CAP}area") is None:
            yield where, "no area"
    for where, area in areas(root):
        named = (text(area, "areaDesc") or "").strip()
        if not any(map(str.isalpha, named)) or any(word in named.casefold() for word in vague):
            yield f"{where}/areaDesc", f"{named!r} names no place"
        if not codes_of(area):
            yield where, "no geocode"
        if any(value.strip() and not name.strip() for name, value in pairs(area, "geocode")):
            yield where, "a geocode does not say of which system it is"


def r12(root: etree._Element, context: Context) -> Found:
    """Each polygon and circle lies where this site's alerts belong: guards against swapped coordinates."""
    if context.region_lonlat is None:
        return
    for where, area in areas(root):
        outlines = [(f"polygon[{i}]", _outline(one)) for i, one in enumerate(texts(area, "polygon"))]
        shapes = [(name, _extent(one)) for name, one in outlines if one.shape is not None]
        shapes += [(f"circle[{i}]", _round(one)) for i, one in enumerate(texts(area, "circle")) if circle_of(one)]
        for name, shape in shapes:
            if not shapely.intersects(shape, context.region_lonlat):
                yield f"{where}/{name}", "lies outside the alert region: were lat and lon swapped?"


def _extent(outline: _Outline) -> Any:  # noqa: ANN401
    """Return the shape, or what surrounds it when it crosses itself: to repair it could take for ever."""
    return outline.shape if outline.valid else shapely.convex_hull(outline.shape)


def _round(written: str) -> Any:  # noqa: ANN401
    """Return a circle as a shapely polygon of (lon, lat) that is at least as wide."""
    lat_deg, lon_deg, radius_km = circle_of(written) or (0.0, 0.0, 0.0)
    radius_deg = max(radius_km, 0.0) / _KM_PER_DEGREE
    wide_deg = radius_deg / max(0.01, math.cos(math.radians(min(90.0, abs(lat_deg) + radius_deg))))
    return shapely.box(lon_deg - wide_deg, lat_deg - radius_deg, lon_deg + wide_deg, lat_deg + radius_deg)

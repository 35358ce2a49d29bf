"""Is it plausible? Areas too large or of no size, degrees that may be minutes, positions on the wrong side of a sea."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from downrange.notice._drafts import Draft
from downrange.notice._phrases import Mark, Phrase, Sign
from downrange.notice._signs import REGIONS
from downrange.notice.model import FlagCode, Shape

_EARTH_M: Final = 6_371_008.8  # mean radius of WGS 84
# Areas of 1,538 notices of launches and re-entries, 2020-26: 5th, 50th and 95th percentile 800, 4,850 and 71,800 km2.
# The largest read right so far, debris over the Southern Ocean in 2026, has 1.5 million km2; this limit is 70 times the 95th
# percentile and more than three times that. The lower one is a square of 100 m: less than the last printed digit tells.
LARGEST_M2: Final = 5.0e12
SMALLEST_M2: Final = 1.0e4


def area_m2(area: Draft) -> float:
    """Return the area on a sphere, good to a per cent for sides of up to ten degrees: enough to see the impossible."""
    if area.shape is Shape.CIRCLE:
        return math.pi * (area.radius_m or 0.0) ** 2
    lat = [math.radians(vertex.lat_deg) for vertex in area.ring]
    lon = [math.radians(vertex.lon_deg) for vertex in area.ring]
    if area.shape is Shape.BAND:
        return _length_m(lat, lon) * 2.0 * (area.radius_m or 0.0)
    total = turned = 0.0
    for here in range(len(lat)):
        east = math.remainder(lon[here] - lon[here - 1], math.tau)
        total += east * (math.sin(lat[here]) + math.sin(lat[here - 1])) / 2.0
        turned += east
    if abs(turned) > math.pi:
        total = math.tau - abs(total)
    return abs(total) * _EARTH_M**2


def _length_m(lat: Sequence[float], lon: Sequence[float]) -> float:
    """Return the length of a line, each part flat at its middle latitude."""
    total = 0.0
    for here in range(1, len(lat)):
        east = math.remainder(lon[here] - lon[here - 1], math.tau) * math.cos((lat[here] + lat[here - 1]) / 2.0)
        total += math.hypot(lat[here] - lat[here - 1], east)
    return total * _EARTH_M


def check_sizes(drafts: Iterable[Draft]) -> None:
    """Flag areas larger than plausible, areas of no size, and degrees whose decimals may be minutes."""
    for area in drafts:
        if area.shape is Shape.POINT or (area.shape is Shape.BAND and not area.radius_m):
            continue
        size_m2 = area_m2(area)
        if size_m2 > LARGEST_M2:
            area.flag(FlagCode.AREA_IMPLAUSIBLE, f"{size_m2 / 1e6:,.0f} km2 is larger than any area known")
        elif size_m2 < SMALLEST_M2 and area.shape is Shape.POLYGON:
            area.flag(FlagCode.AREA_IMPLAUSIBLE, "the ring has no size to speak of")
        if len(area.ring) >= 3 and all(vertex.minutes_like for vertex in area.ring):
            message = "all decimals are below .60: they may be minutes printed behind a point"
            area.flag(FlagCode.DECIMAL_MINUTES, message)


def check_seas(row: Iterable[Phrase], drafts: Iterable[Draft]) -> None:
    """Flag an area that misses every sea the text names, and lies in one of them with a sign of its positions changed."""
    named = list(dict.fromkeys(item.text for item in row if type(item) is Mark and item.sign is Sign.REGION))
    if not named:
        return
    for area in drafts:
        if any(_inside(name, vertex.lat_deg, vertex.lon_deg) for name in named for vertex in area.ring):
            continue
        slips = [
            (name, where)
            for name in named
            for where, north, east in (("north or south", -1, 1), ("east or west", 1, -1))
            if all(_inside(name, north * vertex.lat_deg, east * vertex.lon_deg) for vertex in area.ring)
        ]
        if slips:
            message = f"the text names the {slips[0][0].title()}, which it misses: {slips[0][1]} may be exchanged"
            area.flag(FlagCode.HEMISPHERE_CONFLICT, message)


def _inside(name: str, lat_deg: float, lon_deg: float) -> bool:
    """Say whether a place lies within the generous limits of a sea."""
    south, north, west, east = REGIONS[name]
    across = west <= lon_deg <= east if west <= east else (lon_deg >= west or lon_deg <= east)
    return south <= lat_deg <= north and across

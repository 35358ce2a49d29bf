"""Cross-checks: each failure is a mistake in the notice or in our reading of it, and is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from downrange.base import iso, units
from downrange.notice._drafts import Draft
from downrange.notice._geometry import centre, convex_order, is_simple
from downrange.notice.model import Flag, FlagCode, NoticeWindow, Shape

_UNKNOWN_RADIUS_NM: Final = 999
_POLE_DEG: Final = 90.0
_SLACK: Final = 1.15
_SLACK_NM: Final = 3.0
_CANCEL_AFTER: Final = timedelta(hours=1)
_CANCEL_SLACK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QCircle:
    """Centre and radius of the Q line, the radius in nautical miles as printed."""

    lat_deg: float
    lon_deg: float
    radius_nm: int
    start: int
    stop: int


def check_ring(area: Draft) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Flag a ring that crosses itself; return another order of its vertices that does not, empty when none is sure."""
    lat = tuple(vertex.lat_deg for vertex in area.ring)
    lon = tuple(vertex.lon_deg for vertex in area.ring)
    if area.shape is not Shape.POLYGON or is_simple(lat, lon):
        return (), ()
    area.flag(FlagCode.SELF_INTERSECTING, "the ring crosses or touches itself in the printed order")
    order = convex_order(lat, lon)
    if order is None:
        return (), ()
    area.flag(FlagCode.REORDERED, "the order " + ", ".join(str(n + 1) for n in order) + " would not: ask the issuer")
    return tuple(lat[n] for n in order), tuple(lon[n] for n in order)


def check_q_circle(circle: QCircle, drafts: Sequence[Draft]) -> Flag | None:
    """Compare the circle of the Q line with rings, circles and bands: 15 % and 3 NM of slack, a middle inside."""
    areas = [draft for draft in drafts if draft.shape is not Shape.POINT]
    if circle.radius_nm == _UNKNOWN_RADIUS_NM or not areas:
        return None
    farthest_nm = max(_farthest_nm(circle, draft) for draft in areas)
    centre_nm = min(_distance_nm(circle, _centre(draft)) for draft in areas)
    if farthest_nm > _SLACK * circle.radius_nm + _SLACK_NM:
        problem = f"a vertex lies {farthest_nm:.0f} NM from the centre of Q), its radius is {circle.radius_nm} NM"
    elif centre_nm > circle.radius_nm:
        problem = f"the middle of the area lies {centre_nm:.0f} NM from the centre of Q), radius {circle.radius_nm} NM"
    else:
        return None
    return Flag(code=FlagCode.Q_CIRCLE_MISMATCH, start=circle.start, stop=circle.stop, message=problem)


def check_swapped(circle: QCircle, drafts: Sequence[Draft]) -> Flag | None:
    """Flag areas that lie outside the circle of the Q line, and inside it with latitude and longitude exchanged."""
    areas = [draft for draft in drafts if draft.shape is not Shape.POINT]
    if circle.radius_nm == _UNKNOWN_RADIUS_NM or not areas:
        return None
    limit_nm = _SLACK * circle.radius_nm + _SLACK_NM
    for area in areas:
        lat, lon = _centre(area)
        if abs(lon) <= _POLE_DEG and _distance_nm(circle, (lat, lon)) > limit_nm >= _distance_nm(circle, (lon, lat)):
            message = "with latitude and longitude exchanged the area lies in the circle of Q), as printed outside it"
            return Flag(code=FlagCode.SWAPPED_COORDINATES, start=area.start, stop=area.stop, message=message)
    return None


def _farthest_nm(circle: QCircle, area: Draft) -> float:
    """Return how far an area reaches from the centre of the Q line; of a band its line alone counts."""
    reach_nm = (area.radius_m or 0.0) / units.NAUTICAL_MILE if area.shape is Shape.CIRCLE else 0.0
    return reach_nm + max(_distance_nm(circle, vertex.place) for vertex in area.ring)


def _centre(area: Draft) -> tuple[float, float]:
    return centre([vertex.lat_deg for vertex in area.ring], [vertex.lon_deg for vertex in area.ring])


def _distance_nm(circle: QCircle, place: tuple[float, float]) -> float:
    """Return the flat distance that is good enough beside a radius in whole miles."""
    east_deg = (place[1] - circle.lon_deg + 180.0) % 360.0 - 180.0
    return 60.0 * math.hypot(place[0] - circle.lat_deg, east_deg * math.cos(math.radians(circle.lat_deg)))


def check_self_cancel(cancels: datetime, windows: Sequence[NoticeWindow], start: int, stop: int) -> Flag | None:
    """Compare the cancel line with the last window: one hour later, a minute more or less."""
    if not windows:
        return None
    last = max(window.closes for window in windows)
    if abs(cancels - last - _CANCEL_AFTER) <= _CANCEL_SLACK:
        return None
    message = f"the message cancels itself {iso(cancels)}, not one hour after its last window ends, {iso(last)}"
    return Flag(code=FlagCode.SELF_CANCEL_MISMATCH, start=start, stop=stop, message=message)

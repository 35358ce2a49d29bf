"""Notices as one JSON document: every field of every notice, beside the areas as GeoJSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from downrange.base import iso
from downrange.notice._io_geojson import to_geojson, told_about, told_levels
from downrange.notice.model import Area, Flag, Notice, NoticeWindow

_DECIMALS: Final = 9


def to_json(notices: Iterable[Notice]) -> dict[str, Any]:
    """Return a document with every field of every notice under `notices`.

    It is a GeoJSON FeatureCollection too, the same as `to_geojson` gives: RFC 7946, 6.1 lets others add members.
    """
    row = tuple(notices)
    return {**to_geojson(row), "notices": [notice_json(notice) for notice in row]}


def notice_json(notice: Notice) -> dict[str, Any]:
    """Return every field of one notice; what it does not say is null, or an empty list or text."""
    return {
        "source_id": notice.source_id,
        "kind": str(notice.kind),
        "source": notice.source,
        "issued": None if notice.issued is None else iso(notice.issued),
        "areas": [_area(area) for area in notice.areas],
        "windows": windows_json(notice.windows),
        "cancels": list(notice.cancels),
        "cancelled_by": notice.cancelled_by,
        "self_cancel": None if notice.self_cancel is None else iso(notice.self_cancel),
        "firs": list(notice.firs),
        "q_code": notice.q_code,
        **told_levels(notice),
        **told_about(notice.about),
        "nation_reason": notice.about.nation_reason,
        "reasons": [
            {
                "activity": str(reason.activity),
                "logodds": round(reason.logodds, 4),
                "message": reason.message,
                "start": reason.start,
                "stop": reason.stop,
            }
            for reason in notice.about.reasons
        ],
        "flags": [_flag(flag) for flag in notice.flags],
        "text": notice.text,
    }


def windows_json(windows: Iterable[NoticeWindow]) -> list[dict[str, str]]:
    """Return windows with their roles."""
    return [{"opens": iso(window.opens), "closes": iso(window.closes), "role": str(window.role)} for window in windows]


def _flag(flag: Flag) -> dict[str, Any]:
    """Return a flag with its place in the text."""
    return {"code": str(flag.code), "start": flag.start, "stop": flag.stop, "message": flag.message}


def _area(area: Area) -> dict[str, Any]:
    """Return an area as printed: latitudes and longitudes apart, as in the record."""
    return {
        "label": area.label,
        "shape": str(area.shape),
        "lat_deg": [round(lat, _DECIMALS) for lat in area.lat_deg],
        "lon_deg": [round(lon, _DECIMALS) for lon in area.lon_deg],
        "radius_m": area.radius_m,
        "windows": windows_json(area.windows),
        "flags": [_flag(flag) for flag in area.flags],
        "start": area.start,
        "stop": area.stop,
        "proposed_lat_deg": [round(lat, _DECIMALS) for lat in area.proposed_lat_deg],
        "proposed_lon_deg": [round(lon, _DECIMALS) for lon in area.proposed_lon_deg],
    }

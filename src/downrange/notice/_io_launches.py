"""Merged launches as GeoJSON and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from downrange.base import iso
from downrange.notice._io_geojson import polygons_geojson, told_about
from downrange.notice._io_json import notice_json, windows_json
from downrange.notice.merge import Launch, MergedArea
from downrange.notice.proposals import Proposal

if TYPE_CHECKING:
    from downrange.notice.model import NoticeWindow


def launches_geojson(found: Iterable[Launch]) -> dict[str, Any]:
    """Return a FeatureCollection: what some notice draws of each area, and what all draw where that is less.

    `extent` is "union" or "common"; windows are those of caution for the one, the nominal ones for the other.
    """
    features: list[dict[str, Any]] = []
    for launch in found:
        for area in launch.areas:
            features.append(_feature(launch, area, "union"))
            if len(area.drawn) > 1 and area.overlap < 1.0 - 1e-9:
                features.append(_feature(launch, area, "common"))
    return {"type": "FeatureCollection", "features": features}


def _feature(launch: Launch, area: MergedArea, extent: str) -> dict[str, Any]:
    """Return one feature."""
    geometry = area.union_lonlat() if extent == "union" else area.common_lonlat()
    windows = area.windows if extent == "union" else area.common_windows
    properties = {
        "label": area.label,
        "extent": extent,
        "launch": launch.name,
        "sources": [name for name, _ in area.drawn],
        "kind": "merged",
        "source_id": launch.name,
        "windows": _pairs(windows),
        "window_roles": [str(window.role) for window in windows],
        "disputed": _pairs(area.disputed),
        "overlap": round(area.overlap, 4),
        "flags": sorted({str(flag.code) for _, one in area.drawn for flag in one.flags}),
        **told_about(launch.about),
    }
    shape = polygons_geojson(geometry)
    return {"type": "Feature", "geometry": shape if shape["coordinates"] else None, "properties": properties}


def _pairs(windows: Iterable[NoticeWindow]) -> list[list[str]]:
    return [[iso(window.opens), iso(window.closes)] for window in windows]


def launches_json(found: Sequence[Launch], proposed: Iterable[Proposal] = ()) -> dict[str, Any]:
    """Return launches with their sources and disagreements, and the pairs that could be one; GeoJSON members beside."""
    return {
        **launches_geojson(found),
        "launches": [_launch(launch) for launch in found],
        "proposals": [
            {
                "first": one.first,
                "second": one.second,
                "why": one.why,
                "common_windows": windows_json(one.common_windows),
                "disputed": windows_json(one.disputed),
            }
            for one in proposed
        ],
    }


def _launch(launch: Launch) -> dict[str, Any]:
    """Return one launch."""
    return {
        "name": launch.name,
        **told_about(launch.about),
        "windows": windows_json(launch.windows),
        "common_windows": windows_json(launch.common_windows),
        "areas": [
            {
                "label": area.label,
                "drawn": [{"source_id": name, "label": one.label} for name, one in area.drawn],
                "overlap": round(area.overlap, 4),
                "windows": windows_json(area.windows),
                "common_windows": windows_json(area.common_windows),
                "disputed": windows_json(area.disputed),
            }
            for area in launch.areas
        ],
        "disagreements": [
            {"what": one.what, "says": [{"source_id": name, "says": said} for name, said in one.says]}
            for one in launch.disagreements
        ],
        "notices": [notice_json(notice) for notice in launch.notices],
        "former": [notice_json(notice) for notice in launch.former],
    }

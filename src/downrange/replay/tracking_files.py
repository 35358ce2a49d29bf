"""The files of a track: every update a line, the document, and what can be drawn on a map."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import Any

from shapely.geometry import mapping

from downrange.base import after, iso
from downrange.replay._json import json_text
from downrange.replay.tracking import Tracked
from downrange.track import Update, update_row

_MORE = (
    ("inclination_deg", 4),
    ("inclination_sigma_deg", 4),
    ("p_ballistic", 6),
    ("p_outside", 6),
    ("outside_m", 1),
    ("p_broken", 6),
    ("allowed_s", 2),
)  # fields of an update and the decimals that are written


def told_row(update: Update, t0: datetime) -> dict[str, Any]:
    """Return one update for programs, with the readings that decided it."""
    deciders = [
        {"sensor": one.sensor, "first_seq": one.first_seq, "last_seq": one.last_seq, "count": one.count}
        for one in update.decided_by
    ]
    more = {key: finite(getattr(update, key), digits) for key, digits in _MORE}
    return {**more, **update_row(update, t0), "decided_by": deciders}


def finite(value: float, digits: int = 3) -> float | None:
    """Round for JSON; what is not a number is null."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None


def changes(updates: tuple[Update, ...]) -> tuple[Update, ...]:
    """Return the updates at which the verdict changes, the first among them."""
    return tuple(u for i, u in enumerate(updates) if i == 0 or u.verdict is not updates[i - 1].verdict)


def track_files(done: Tracked, document: dict[str, Any]) -> dict[str, bytes]:
    """Return the files that --out writes: every update a line, the document, and what can be drawn on a map."""
    lines = (json.dumps(told_row(update, done.t0), ensure_ascii=False, allow_nan=False) for update in done.updates)
    return {
        "track.jsonl": "".join(line + "\n" for line in lines).encode(),
        "track.json": json_text(document).encode(),
        "impact.geojson": json_text(impact_geojson(done)).encode(),
    }


def impact_geojson(done: Tracked) -> dict[str, Any]:
    """Return impact points where the verdict changes, the regions at the end, and the launch point, as GeoJSON."""
    features = [
        _feature(
            {"type": "Point", "coordinates": [finite(u.impact.lon_deg, 6), finite(u.impact.lat_deg, 6)]},
            kind="impact point",
            verdict=u.verdict.name,
            p=finite(u.p, 6),
            t=iso(after(done.t0, u.t_s), decimals=3),
            sigma_major_m=finite(u.impact.sigma_major_m),
            sigma_minor_m=finite(u.impact.sigma_minor_m),
            axis_deg=finite(u.impact.axis_deg),
        )
        for u in changes(done.updates)
        if math.isfinite(u.impact.lat_deg)
    ]
    features += [
        _feature(mapping(shape), kind="impact region", p=p) for p, shape in done.outlines if not shape.is_empty
    ]
    if done.launch is not None and done.launch.known:
        place = {"type": "Point", "coordinates": [done.launch.lon_deg, done.launch.lat_deg]}
        features.append(_feature(place, kind="launch point", site=done.launch.site))
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: dict[str, Any], **properties: object) -> dict[str, Any]:
    """Return one feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}

"""A plan for other people's programs: one JSON document, places as CSV, closures as GeoJSON (RFC 7946)."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import iso
from downrange.corridor.closures import Closure, Unit
from downrange.corridor.ground import Ground
from downrange.corridor.minutes import Minute
from downrange.corridor.plan import AreaPlan, Phase, PlacePlan, Plan, clock
from downrange.corridor.reach import Reach
from downrange.corridor.tracks import Overflight
from downrange.earth import People

PLACES: Final = (
    "kind,code,name,within,country,lat_deg,lon_deg,people_low,people_best,people_high,p,p_low,p_high,p_planned,p_failing,"
    "first_t_s,last_t_s,lead_late_s,lead_early_s,group,until_t_s,until_lost_t_s,minutes,first_utc,last_utc"
)
_DECIMALS: Final = 5


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return all of a plan but its regions; what is not known is null."""
    return {
        "title": plan.title,
        "site": plan.site,
        "windows": [[iso(one.opens), iso(one.closes)] for one in plan.windows],
        "detect_s": list(plan.detect_s),
        "margin_m": plan.margin_m,
        "within_m": plan.within_m,
        "runs": plan.runs,
        "seed": plan.seed,
        "p_failure": plan.p_failure,
        "unseen_p_below": _r(plan.unseen_p, 7),
        "areas": [_area(area) for area in plan.areas],
        "places": [_place(plan, one) for one in plan.places],
        "below": [_overflight(plan, one) for one in plan.overflights],
        "people_below": [{"minute": one.minute, "people": _people(one.people)} for one in plan.below],
        "minutes": [_minute(plan, one) for one in plan.minutes],
        "phases": [_phase(plan, one) for one in plan.phases],
        "people_method": next((people.method for one in plan.minutes for people in one.people), None),
        "sources": list(plan.sources),
    }


def places_csv(plan: Plan) -> str:
    """Return a line for each place to warn, in order of urgency: columns as in PLACES, empty where not known.

    Several minutes, or times of several windows, stand in one cell, divided by blanks.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(PLACES.split(","))
    for one in plan.places:
        ground, reach = one.ground, one.reach
        times = clock(plan.windows, reach.first_t_s, reach.last_t_s)
        figures: list[float | None] = [ground.lat_deg, ground.lon_deg, ground.low, ground.best, ground.high]
        chances = (reach.p, reach.low, reach.high, reach.p_planned, reach.p_failing)
        ends = (reach.until_t_s, reach.until_lost_t_s)
        write.writerow(
            [ground.kind, ground.code, ground.name_en, ground.within, ground.country]
            + [_cell(_r(figure, 4)) for figure in figures]
            + [_cell(_r(chance, 7)) for chance in chances]
            + [_cell(_r(t_s, 1)) for t_s in (reach.first_t_s, reach.last_t_s, *one.lead_s)]
            + [one.group, *(_cell(_r(t_s, 1)) for t_s in ends)]
            + [" ".join(str(minute) for minute in reach.minutes)]
            + [" ".join(iso(pair[i]) for pair in times) for i in (0, 1)]
        )
    return out.getvalue()


def closures_geojson(found: Iterable[Closure]) -> dict[str, Any]:
    """Return a FeatureCollection: outer rings counter-clockwise, cut at 180 degrees, longitude first."""
    return {"type": "FeatureCollection", "features": [_feature(one) for one in found]}


def _feature(one: Closure) -> dict[str, Any]:
    """Return one closure."""
    return {
        "type": "Feature",
        "geometry": _geometry(one.region_lonlat),
        "properties": {
            "unit": str(one.unit),
            "kind": one.kind,
            "name": one.name,
            "condition": one.condition or None,
            "lower": "surface",
            "upper": "surface" if one.unit is Unit.SHIP else "unlimited",
            "times": _times(one.times),
            "from_t_s": _r(one.from_t_s, 1),
            "until_t_s": _r(one.until_t_s, 1),
            "probability": _r(one.p, 6),
            "probability_of_condition": _r(one.p_given, 6),
            "note": one.note,
            "source": one.source,
        },
    }


def _geometry(region: BaseGeometry) -> dict[str, Any] | None:
    """Return polygons as GeoJSON, to a metre; a point as a point; None for nothing."""
    if region.geom_type == "Point" and not region.is_empty:
        return {"type": "Point", "coordinates": [round(region.x, _DECIMALS), round(region.y, _DECIMALS)]}
    parts = [part for part in shapely.get_parts(region) if part.geom_type == "Polygon" and not part.is_empty]
    polygons = [
        [
            [[round(x, _DECIMALS), round(y, _DECIMALS)] for x, y in ring.coords]
            for ring in (one.exterior, *one.interiors)
        ]
        for one in (shapely.orient_polygons(part) for part in parts)
    ]
    if not polygons:
        return None
    return (
        {"type": "Polygon", "coordinates": polygons[0]}
        if len(polygons) == 1
        else {"type": "MultiPolygon", "coordinates": polygons}
    )


def _area(area: AreaPlan) -> dict[str, Any]:
    """Return an announced area."""
    return {
        "label": area.label,
        "windows": [[iso(one.opens), iso(one.closes)] for one in area.windows],
        "planned_inside": {body: _r(share, 4) for body, share in area.bodies},
        "reach": None if area.reach is None else _reach(area.reach),
    }


def _place(plan: Plan, one: PlacePlan) -> dict[str, Any]:
    """Return a place to warn."""
    times = _times(clock(plan.windows, one.reach.first_t_s, one.reach.last_t_s))
    return {
        **_ground(one.ground),
        **_reach(one.reach),
        "lead_late_s": _r(one.lead_s[0], 1),
        "lead_early_s": _r(one.lead_s[1], 1),
        "group": one.group,
        "times": times,
    }


def _reach(reach: Reach) -> dict[str, Any]:
    """Return what may fall somewhere."""
    return {
        "p": _r(reach.p, 7),
        "p_interval_95": [_r(reach.low, 7), _r(reach.high, 7)],
        "p_planned": _r(reach.p_planned, 7),
        "p_failing": _r(reach.p_failing, 7),
        "flights": reach.hits,
        "first_t_s": _r(reach.first_t_s, 1),
        "last_t_s": _r(reach.last_t_s, 1),
        "free_if_as_planned_t_s": _r(reach.until_t_s, 1),
        "free_if_as_planned_unless_impaired_t_s": _r(reach.until_lost_t_s, 1),
        "minutes": list(reach.minutes),
    }


def _overflight(plan: Plan, one: Overflight) -> dict[str, Any]:
    """Return ground that is passed."""
    return {
        **_ground(one.ground),
        "share": _r(one.share, 4),
        "minute": one.minute,
        "closest_t_s": _r(one.closest_t_s, 1),
        "distance_m": _r(one.distance_m, 0),
        "distance_90_m": [_r(one.low_m, 0), _r(one.high_m, 0)],
        "earliest_t_s": _r(one.earliest_t_s, 1),
        "latest_t_s": _r(one.latest_t_s, 1),
        "times": _times(clock(plan.windows, one.earliest_t_s, one.latest_t_s)),
    }


def _minute(plan: Plan, one: Minute) -> dict[str, Any]:
    """Return one minute of failure."""
    return {
        "minute": one.minute,
        "flies_on_impaired": one.minute is None,
        "p": _r(one.p, 7),
        "p_lands": _r(one.p_lands, 4),
        "flights": one.cases,
        "first_t_s": _r(one.first_t_s, 1),
        "last_t_s": _r(one.last_t_s, 1),
        "regions": [
            {"share": share, "people": _people(people)} for share, people in zip(one.shares, one.people, strict=True)
        ],
        "hits": [
            {
                **_ground(hit.ground),
                "p_if_so": _r(hit.p, 6),
                "first_t_s": _r(hit.first_t_s, 1),
                "last_t_s": _r(hit.last_t_s, 1),
            }
            for hit in one.hits
        ],
        "times": _times(clock(plan.windows, one.first_t_s, one.last_t_s)) if math.isfinite(one.last_t_s) else [],
    }


def _phase(plan: Plan, one: Phase) -> dict[str, Any]:
    """Return one part of a launch."""
    return {
        "kind": one.kind,
        "name": one.name,
        "p": _r(one.p, 6),
        "first_t_s": _r(one.first_t_s, 1),
        "last_t_s": _r(one.last_t_s, 1),
        "times": _times(clock(plan.windows, one.first_t_s, one.last_t_s)),
    }


def _ground(ground: Ground) -> dict[str, Any]:
    """Return a piece of ground."""
    return {
        "kind": ground.kind,
        "code": ground.code or None,
        "name": ground.name_en,
        "within": ground.within or None,
        "country": ground.country or None,
        "lat_deg": _r(ground.lat_deg, 4),
        "lon_deg": _r(ground.lon_deg, 4),
        "people": None
        if ground.best is None
        else {"low": _r(ground.low, 0), "best": _r(ground.best, 0), "high": _r(ground.high, 0)},
    }


def _people(people: People) -> dict[str, Any]:
    """Return a count with its band, and the land that it leaves out; null in it: not known."""
    return {
        "low": _r(people.low, 0),
        "best": _r(people.best, 0),
        "high": _r(people.high, 0),
        "land_without_figures_m2": _r(people.land_uncovered_m2, 0),
    }


def _times(times: Sequence[tuple[datetime, datetime]]) -> list[list[str]]:
    """Return pairs of moments as text."""
    return [[iso(first), iso(last)] for first, last in times]


def _cell(value: float | None) -> str:
    """Return a figure for a cell; empty when not known."""
    return "" if value is None else f"{value:.10g}"


def _r(value: float | None, digits: int) -> float | None:
    """Round for a document; what is not a finite number is null."""
    return None if value is None or not math.isfinite(value) else round(float(value), digits) + 0.0

"""Predicted falls beside the reported ones: how far apart in space and time, inside an area or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from downrange.base import since
from downrange.earth import buffered, destination
from downrange.fall import Footprint, holds
from downrange.replay.areas import Announced, distance_to_m, edge_points
from downrange.replay.scenario import FallRegion, ReportedFall, Scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A fall as we predict it.

    footprint:    centre, ellipse, times
    inside_area:  label of the announced area that holds the centre, or None
    own_area:     label of the area announced for this body, or None
    own_area_m:   distance from the centre to that area, 0 inside; NaN without one
    """

    footprint: Footprint
    inside_area: str | None
    own_area: str | None
    own_area_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A fall as somebody reported it, beside ours.

    label, body, note, source: from the scenario
    geometry_lonlat: the region that fits the report (a circle of its uncertainty for a point)
    point:           (lat_deg, lon_deg) where the report is a point, else None
    at:              reported time, or None
    distance_m:      from the centre of our footprint of that body to the point, or to the region (0 inside);
                     NaN when we predict no such body
    inside_p:        probability of the smallest ellipse of ours that reaches the report; NaN likewise
    late_s:          our time minus the reported one; NaN when one is not known
    outside_areas:   what the report says, or None
    """

    label: str
    body: str
    geometry_lonlat: BaseGeometry
    point: tuple[float, float] | None
    at: datetime | None
    distance_m: float
    inside_p: float
    late_s: float
    outside_areas: bool | None
    note: str
    source: str


def predicted(footprints: tuple[Footprint, ...], areas: tuple[Announced, ...]) -> tuple[Predicted, ...]:
    """Set each footprint beside the announced areas."""
    rows = []
    for foot in footprints:
        inside = next((area.label for area in areas if area.holds(foot.lat_deg, foot.lon_deg)), None)
        own = next((area for area in areas if area.body == foot.body), None)
        far_m = float("nan") if own is None else distance_to_m(own.geometry_lonlat, foot.lat_deg, foot.lon_deg)
        rows.append(
            Predicted(footprint=foot, inside_area=inside, own_area=own.label if own else None, own_area_m=far_m)
        )
    return tuple(rows)


def reported(scenario: Scenario, footprints: tuple[Footprint, ...]) -> tuple[Reported, ...]:
    """Set each reported fall beside our footprint of the same body."""
    by_body = {foot.body: foot for foot in footprints}
    return tuple(_one(fall, scenario, by_body.get(fall.body)) for fall in scenario.reported_falls)


def _one(fall: ReportedFall, scenario: Scenario, foot: Footprint | None) -> Reported:
    """Return one row."""
    point = None if fall.lat_deg is None or fall.lon_deg is None else (fall.lat_deg, fall.lon_deg)
    if fall.region is not None:
        shape = region_lonlat(fall.region)
    else:
        shape = buffered(shapely.Point(fall.lon_deg, fall.lat_deg), (fall.uncertainty_km or 1.0) * 1e3)
    distance_m = inside_p = late_s = float("nan")
    if foot is not None:
        target = shape if point is None else shapely.Point(point[1], point[0])
        distance_m = distance_to_m(target, foot.lat_deg, foot.lon_deg)
        inside_p = _nearest_p(foot, target)
        if fall.at is not None:
            late_s = foot.t_s - since(scenario.liftoff.t0, fall.at)
    return Reported(
        label=fall.label,
        body=fall.body,
        geometry_lonlat=shape,
        point=point,
        at=fall.at,
        distance_m=distance_m,
        inside_p=inside_p,
        late_s=late_s,
        outside_areas=fall.outside_areas,
        note=fall.note,
        source=fall.source,
    )


def region_lonlat(region: FallRegion) -> BaseGeometry:
    """Return all points at the told distance and direction from any anchor: a union of ring sectors.

    The sector of an anchor spans one sigma of the distance to either side and the width of the direction word.
    """
    near_m, far_m = (region.distance_km - region.sigma_km) * 1e3, (region.distance_km + region.sigma_km) * 1e3
    sweep = region.bearing_deg + region.half_width_deg * np.linspace(-1.0, 1.0, 25)
    sectors = []
    for lat_deg, lon_deg in region.anchors:
        far = destination(np.full(25, lat_deg), np.full(25, lon_deg), sweep, np.full(25, far_m))
        near = destination(np.full(25, lat_deg), np.full(25, lon_deg), sweep[::-1], np.full(25, max(near_m, 0.0)))
        lat, lon = np.concatenate([far[0], near[0]]), np.concatenate([far[1], near[1]])
        sectors.append(shapely.Polygon(np.column_stack([lon, lat])))
    return shapely.union_all(sectors)


def _nearest_p(foot: Footprint, shape: BaseGeometry) -> float:
    """Return the probability of the smallest ellipse of a footprint that touches a shape; 0 when it holds the centre."""
    if shapely.intersects_xy(shape, foot.lon_deg, foot.lat_deg):
        return 0.0
    return min(holds(foot, float(lat), float(lon)) for lon, lat in edge_points(shape)[::5])

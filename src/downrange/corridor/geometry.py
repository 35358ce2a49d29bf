"""Announced areas as seen from the pad: how far, in which direction, how long and how wide."""

from __future__ import annotations

from collections.abc import Sequence

from downrange.corridor.model import Area, AreaRange, Pad
from downrange.corridor.shapes import Outline, axis, centre_of, outlines
from downrange.earth import range_azimuth


def ranges(site: Pad, areas: Sequence[Area]) -> tuple[AreaRange, ...]:
    """Return how far and in what direction each area lies from the pad, in the order given."""
    return tuple(_range_of(site, one) for one in outlines(site, areas))


def _range_of(site: Pad, one: Outline) -> AreaRange:
    """Return one area as seen from the pad."""
    lat0, lon0 = centre_of(one.lat_deg, one.lon_deg)
    centre_m, azimuth_deg = (float(x) for x in range_azimuth(site.lat_deg, site.lon_deg, lat0, lon0))
    edge_m, edge_deg = range_azimuth(site.lat_deg, site.lon_deg, *one.edge())
    off = (edge_deg - azimuth_deg + 180.0) % 360.0 - 180.0
    _, back_deg = range_azimuth(lat0, lon0, site.lat_deg, site.lon_deg)
    course_deg = (float(back_deg) + 180.0) % 360.0
    circle = one.lat_deg.size == 1
    axis_deg, length_m, width_m = axis(one, lat0, lon0, course_deg)
    return AreaRange(
        label=one.label,
        near_m=float(edge_m.min()),
        centre_m=centre_m,
        far_m=float(edge_m.max()),
        lat_deg=lat0,
        lon_deg=lon0,
        azimuth_deg=azimuth_deg,
        left_deg=(azimuth_deg + float(off.min())) % 360.0,
        right_deg=(azimuth_deg + float(off.max())) % 360.0,
        course_deg=course_deg,
        axis_deg=None if circle else axis_deg,
        length_m=2.0 * one.radius_m if circle else length_m,
        width_m=2.0 * one.radius_m if circle else width_m,
    )

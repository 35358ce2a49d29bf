"""Planes and dog-legs: which single course, if any, leads from the pad through all announced areas.

A plane here is a great circle fixed to the turning Earth, which is how areas are drawn. The deflection of a free
flight by the Earth's turning, to the west of a southbound course, is not in it. Whether a vehicle could fly it is for the fit, not for geometry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from downrange.base import Array, InputError, east_of, wgs84
from downrange.corridor.ascent import ORBIT_SPEED_MPS, inclination_at
from downrange.corridor.model import Area, AreaRange, Pad, PlaneFit
from downrange.earth import destination, east_north, range_azimuth

_EDGE_POINTS = 24
_GRID_DEG = 0.5


def ranges(site: Pad, areas: Sequence[Area]) -> tuple[AreaRange, ...]:
    """Return how far and in what direction each area lies from the pad, in the order given."""
    return tuple(_range_of(site, area) for area in areas)


def one_plane(site: Pad, areas: Sequence[Area], *, speed_mps: float = ORBIT_SPEED_MPS) -> PlaneFit:
    """Find the one earth-fixed great circle from the pad through all areas, or show that there is none.

    The circle found is the one whose worst area is missed by least, in units of that area's own half-width; so
    'refused' means that no circle whatever passes through all of them. Cross distances are those of a sphere at
    the true geodesic range and azimuth of each corner: 0.3 % of the distance itself, and nothing at the circle.
    speed_mps: inertial speed at insertion, for the inclination only
    """
    if not areas:
        raise InputError(where="corridor", seen="no areas", cure="give at least one area with coordinates")
    seen = sorted((_corners(site, area) for area in areas), key=lambda view: float(view.range_m.mean()))
    grid = np.arange(0.0, 360.0, _GRID_DEG)
    start = float(grid[np.argmin(_worst(seen, grid, site.sigma_m))])
    found = minimize_scalar(
        lambda azimuth: float(_worst(seen, np.array([azimuth]), site.sigma_m)[0]),
        bounds=(start - 1.5 * _GRID_DEG, start + 1.5 * _GRID_DEG),
        method="bounded",
        options={"xatol": 1e-6},
    )
    azimuth, worst = float(found.x) % 360.0, float(found.fun)
    misses = [_miss_of(view, azimuth, site.sigma_m) for view in seen]
    accepted = worst <= 1.0
    low, high = _limits(seen, azimuth, site.sigma_m) if accepted else (azimuth, azimuth)
    inclination = inclination_at(site.lat_deg, azimuth, speed_mps=speed_mps)
    labels = tuple(view.label for view in seen)
    return PlaneFit(
        accepted=accepted,
        azimuth_deg=azimuth,
        labels=labels,
        residual_m=tuple(middle for middle, _ in misses),
        tolerance_m=tuple(half for _, half in misses),
        low_deg=low,
        high_deg=high,
        inclination_deg=inclination,
        sentence=_plane_sentence(site, labels, misses, azimuth, inclination, accepted=accepted),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """Corners of one area as (range, azimuth) from the pad, and a radius around them."""

    label: str
    range_m: Array
    azimuth_deg: Array
    radius_m: float

    def holds_pad(self) -> bool:
        """Say whether the pad lies inside, so that every course starts in the area."""
        around = np.sort(self.azimuth_deg)
        gaps = np.diff(np.append(around, around[0] + 360.0))
        return bool(self.range_m.min() <= self.radius_m or (around.size > 2 and gaps.max() < 180.0))

    def cross_m(self, azimuth_deg: Array) -> tuple[Array, Array]:
        """Return how far right of each course the outline begins and ends [m]; behind the pad counts its full range."""
        off = np.radians((self.azimuth_deg - azimuth_deg[:, None] + 180.0) % 360.0 - 180.0)
        cross_m = wgs84.MEAN_RADIUS_M * np.arcsin(np.sin(self.range_m / wgs84.MEAN_RADIUS_M) * np.sin(off))
        away_m = np.copysign(self.range_m.max(), off[:, 0])
        behind = (np.cos(off) <= 0.0).any(axis=1)
        low_m, high_m = np.where(behind, away_m, cross_m.min(axis=1)), np.where(behind, away_m, cross_m.max(axis=1))
        return low_m - self.radius_m, high_m + self.radius_m


def _corners(site: Pad, area: Area) -> _View:
    """Return the view of an area from the pad."""
    lat, lon, radius_m = outline(area)
    range_m, azimuth_deg = range_azimuth(site.lat_deg, site.lon_deg, lat, lon)
    return _View(label=area.label, range_m=range_m, azimuth_deg=azimuth_deg, radius_m=radius_m)


def outline(area: Area) -> tuple[Array, Array, float]:
    """Return corners and radius of an area, or say why it has no outline."""
    lat, lon = np.asarray(area.lat_deg, dtype=float), np.asarray(area.lon_deg, dtype=float)
    radius_m = area.radius_m or 0.0
    if lat.size == 0 or (lat.size < 3 and radius_m <= 0.0):
        raise InputError(
            where="area",
            key=area.label,
            seen=f"a {area.shape} of {lat.size} positions without a size",
            cure="give three corners or more, or a radius that says how large or how uncertain it is",
        )
    return lat, lon, radius_m


def _miss(view: _View, azimuth_deg: Array, sigma_m: float) -> tuple[Array, Array]:
    """Return (cross distance of the area's middle, half the width it shows with the pad's sigma) [m] per course."""
    if view.holds_pad():
        return np.zeros_like(azimuth_deg), np.full_like(azimuth_deg, view.range_m.max() + view.radius_m)
    low_m, high_m = view.cross_m(azimuth_deg)
    return 0.5 * (low_m + high_m), np.maximum(np.hypot(0.5 * (high_m - low_m), sigma_m), 1.0)


def _miss_of(view: _View, azimuth_deg: float, sigma_m: float) -> tuple[float, float]:
    """Return the same for one course."""
    middle_m, half_m = _miss(view, np.array([azimuth_deg]), sigma_m)
    return float(middle_m[0]), float(half_m[0])


def _worst(seen: Sequence[_View], azimuth_deg: Array, sigma_m: float) -> Array:
    """Return the largest miss in units of the half-width, for each course."""
    misses = [_miss(view, azimuth_deg, sigma_m) for view in seen]
    return np.asarray(np.max([np.abs(middle) / half for middle, half in misses], axis=0))


def _limits(seen: Sequence[_View], azimuth_deg: float, sigma_m: float) -> tuple[float, float]:
    """Return the least and greatest azimuth around a good one that still pass through every area; by zooming in."""
    limits = []
    for sign in (-1.0, 1.0):
        inside, outside = 0.0, 90.0
        for _ in range(5):
            steps = np.linspace(inside, outside, 65)
            bad = np.flatnonzero(_worst(seen, azimuth_deg + sign * steps[1:], sigma_m) > 1.0)
            first = int(bad[0]) if bad.size else 63
            inside, outside = float(steps[first]), float(steps[first + 1])
        limits.append((azimuth_deg + sign * inside) % 360.0)
    return limits[0], limits[1]


def _plane_sentence(
    site: Pad,
    labels: Sequence[str],
    misses: Sequence[tuple[float, float]],
    azimuth_deg: float,
    inclination_deg: float,
    *,
    accepted: bool,
) -> str:
    """Write the finding for a person."""
    each = "; ".join(
        f"{label} {abs(middle) / 1e3:.0f} km {'right' if middle > 0 else 'left'} of it, half-width {half / 1e3:.0f} km"
        for label, (middle, half) in zip(labels, misses, strict=True)
    )
    if accepted:
        return (
            f"One great circle fixed to the Earth leads from {site.name} at azimuth {azimuth_deg:.1f} deg through "
            f"{'the area' if len(labels) == 1 else f'all {len(labels)} areas'} ({each}). A direct ascent along it "
            f"gives an inclination of {inclination_deg:.1f} deg."
        )
    return (
        f"No single great circle fixed to the Earth leads from {site.name} through all {len(labels)} areas. The best, "
        f"at azimuth {azimuth_deg:.1f} deg, misses ({each}): the announced flight turns on the way."
    )


def _range_of(site: Pad, area: Area) -> AreaRange:
    """Return one area as seen from the pad."""
    lat, lon, radius_m = outline(area)
    lat0, lon0 = centre_of(lat, lon)
    centre_m, azimuth_deg = (float(x) for x in range_azimuth(site.lat_deg, site.lon_deg, lat0, lon0))
    edge_lat, edge_lon = _edge(lat, lon, radius_m)
    edge_m, edge_deg = range_azimuth(site.lat_deg, site.lon_deg, edge_lat, edge_lon)
    off = (edge_deg - azimuth_deg + 180.0) % 360.0 - 180.0
    _, back_deg = range_azimuth(lat0, lon0, site.lat_deg, site.lon_deg)
    course_deg = (float(back_deg) + 180.0) % 360.0
    axis_deg, length_m, width_m = _axis(lat, lon, lat0, lon0, course_deg)
    circle = lat.size == 1
    return AreaRange(
        label=area.label,
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
        length_m=2.0 * radius_m if circle else length_m,
        width_m=2.0 * radius_m if circle else width_m,
    )


def centre_of(lat: Array, lon: Array) -> tuple[float, float]:
    """Return the centroid of the corners' convex hull, whatever order they are printed in."""
    east = np.array([east_of(float(lon[0]), float(x)) for x in lon])
    middle = shapely.MultiPoint(np.column_stack([east, lat])).convex_hull.centroid
    return float(middle.y), (float(lon[0]) + float(middle.x) + 180.0) % 360.0 - 180.0


def _edge(lat: Array, lon: Array, radius_m: float) -> tuple[Array, Array]:
    """Return points along the outline: geodesic edges of a ring, or a circle."""
    if lat.size == 1:
        round_lat, round_lon = destination(lat[0], lon[0], np.arange(0.0, 360.0, 5.0), radius_m)
        return round_lat, round_lon
    order = _ring_order(lat, lon)
    lat1, lon1 = lat[order], lon[order]
    lat2, lon2 = np.roll(lat1, -1), np.roll(lon1, -1)
    range_m, azimuth_deg = range_azimuth(lat1, lon1, lat2, lon2)
    part = np.linspace(0.0, 1.0, _EDGE_POINTS, endpoint=False)[:, None]
    edge_lat, edge_lon = destination(lat1[None, :], lon1[None, :], azimuth_deg[None, :], part * range_m[None, :])
    return edge_lat.ravel(), edge_lon.ravel()


def _ring_order(lat: Array, lon: Array) -> NDArray[np.intp]:
    """Return the corners' order; when the ring as printed crosses itself, their order around the centre."""
    east = np.array([east_of(float(lon[0]), float(x)) for x in lon])
    if shapely.Polygon(np.column_stack([east, lat])).is_valid:
        return np.arange(lat.size)
    angle = np.arctan2(lat - lat.mean(), (east - east.mean()) * np.cos(np.radians(lat.mean())))
    return np.argsort(angle)


def _axis(lat: Array, lon: Array, lat0: float, lon0: float, course_deg: float) -> tuple[float, float, float]:
    """Return direction, length and width of the tightest rectangle around the corners."""
    flat = np.column_stack(east_north(lat0, lon0, lat, lon))
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.MultiPoint(flat)))
    if box.shape[0] < 4:
        return course_deg, float(2.0 * np.hypot(flat[:, 0], flat[:, 1]).max()), 0.0
    sides = np.diff(box[:3], axis=0)
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    longest = sides[np.argmax(lengths)]
    axis = float(np.degrees(np.arctan2(longest[0], longest[1]))) % 360.0
    if abs(east_of(axis, course_deg)) > 90.0:
        axis = (axis + 180.0) % 360.0
    return axis, float(lengths.max()), float(lengths.min())

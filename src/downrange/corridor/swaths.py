"""Areas as the pad sees them, on the map and on the turning Earth, and the course that misses them by least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from downrange.base import Array, wgs84
from downrange.corridor.model import Area, CourseFit, Pad
from downrange.corridor.shapes import Outline, outlines
from downrange.corridor.turning import heading_at, throws, tops_m
from downrange.earth import range_azimuth

_GRID_DEG = 1.0
_STRIP_DEG = 90.0
_AT_PAD = 0.1
_MOST_FAR = 60
_LEAST_HALF_M = 1.0
_QUARTER_M = 0.5 * np.pi * wgs84.MEAN_RADIUS_M


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Points of an area from the pad, as drawn on the map or as thrown to on the turning Earth.

    angle_rad, heading_rad: how far, and in which direction at the pad; against the stars when thrown
    course_deg:             direction at the pad over the ground
    ground_mps:             horizontal speed over the ground at the start; None as drawn
    reach_m:                range of the farthest
    informs:                False where every course leads there
    """

    angle_rad: Array
    heading_rad: Array
    course_deg: Array
    ground_mps: Array | None
    reach_m: float
    informs: bool

    def cross_m(self, site: Pad, course_deg: Array) -> tuple[Array, Array]:
        """Return how far right of each course the area begins and ends [m]; behind the pad counts its full range."""
        courses = course_deg[:, None]
        heading = np.radians(courses) if self.ground_mps is None else heading_at(site, courses, self.ground_mps)
        off = self.heading_rad - heading
        cross_m = wgs84.MEAN_RADIUS_M * np.arcsin(np.sin(self.angle_rad) * np.sin(off))
        away_m = np.copysign(self.reach_m, np.sin(off[:, 0]))
        behind = ((np.cos(off) <= 0.0) & (np.cos(self.angle_rad) > 0.0)).any(axis=1)
        return np.where(behind, away_m, cross_m.min(axis=1)), np.where(behind, away_m, cross_m.max(axis=1))

    def miss_m(self, site: Pad, course_deg: Array) -> tuple[Array, Array]:
        """Return (cross distance of the area's middle, half the width it shows with the pad's sigma) per course.

        A course that passes outside sees the area at a slant, and by that wider: there the distance beyond its edge is
        put on top of half the width that it shows to the course through its own middle.
        """
        if not self.informs:
            return np.zeros_like(course_deg), np.full_like(course_deg, self.reach_m)
        turn = np.exp(1j * np.radians(self.course_deg)).mean()
        own_deg = np.degrees(np.arctan2(turn.imag, turn.real))
        low_m, high_m = self.cross_m(site, np.append(course_deg, own_deg))
        middle_m = 0.5 * (low_m + high_m)[:-1]
        half_m = np.maximum(np.hypot(0.5 * (high_m - low_m), site.sigma_m), _LEAST_HALF_M)
        beyond_m = np.abs(middle_m) - half_m[:-1]
        outside = np.copysign(half_m[-1] + beyond_m, middle_m)
        return np.where(beyond_m > 0.0, outside, middle_m), np.where(beyond_m > 0.0, half_m[-1], half_m[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Swath:
    """An area as the pad sees it: as drawn, and as thrown to.

    outline:    as announced
    range_m:    of its middle; near_m: of its nearest corner
    around_pad: the pad lies inside, or just outside: a strip is then taken by its farther half
    """

    outline: Outline
    range_m: float
    near_m: float
    around_pad: bool
    drawn: Spread
    thrown: Spread

    @property
    def label(self) -> str:
        """Name for people."""
        return self.outline.label


def swaths(site: Pad, areas: Sequence[Area]) -> tuple[Swath, ...]:
    """Return the areas as the pad sees them, in order of range."""
    return tuple(sorted((swath_of(site, one) for one in outlines(site, areas)), key=lambda swath: swath.range_m))


def fit_course(site: Pad, seen: Sequence[Spread]) -> CourseFit:
    """Return the course that misses its worst area by least, in half-widths."""
    grid = np.arange(0.0, 360.0, _GRID_DEG)
    start = float(grid[np.argmin(_worst(site, seen, grid))])
    found = minimize_scalar(
        lambda azimuth: float(_worst(site, seen, np.array([azimuth]))[0]),
        bounds=(start - 1.5 * _GRID_DEG, start + 1.5 * _GRID_DEG),
        method="bounded",
        options={"xatol": 1e-5},
    )
    azimuth, accepted = float(found.x) % 360.0, bool(found.fun <= 1.0)
    misses = [spread.miss_m(site, np.array([azimuth])) for spread in seen]
    low, high = _limits(site, seen, azimuth) if accepted else (azimuth, azimuth)
    return CourseFit(
        accepted=accepted,
        azimuth_deg=azimuth,
        low_deg=low,
        high_deg=high,
        residual_m=tuple(float(middle[0]) for middle, _ in misses),
        tolerance_m=tuple(float(half[0]) for _, half in misses),
    )


def swath_of(site: Pad, one: Outline) -> Swath:
    """Return an area as the pad sees it."""
    lat, lon = one.rim()
    range_m, azimuth_deg = range_azimuth(site.lat_deg, site.lon_deg, lat, lon)
    home = _surrounded(azimuth_deg)
    around_pad = _begins_at_pad(site, one, range_m, home=home)
    if around_pad:
        lat, lon, home = _far_half(site, one)
        range_m, azimuth_deg = range_azimuth(site.lat_deg, site.lon_deg, lat, lon)
    reach_m = float(range_m.max())
    thrown = throws(site, lat, lon, tops_m(range_m))
    return Swath(
        outline=one,
        range_m=float(range_m.mean()),
        near_m=float(range_m.min()),
        around_pad=around_pad,
        drawn=Spread(
            angle_rad=range_m / wgs84.MEAN_RADIUS_M,
            heading_rad=np.radians(azimuth_deg),
            course_deg=azimuth_deg,
            ground_mps=None,
            reach_m=reach_m,
            informs=not home,
        ),
        thrown=Spread(
            angle_rad=thrown.angle_rad.ravel(),
            heading_rad=thrown.heading_rad.ravel(),
            course_deg=thrown.course_deg.ravel(),
            ground_mps=thrown.ground_mps.ravel(),
            reach_m=reach_m,
            informs=not home and not _surrounded(np.degrees(thrown.heading_rad[1])),
        ),
    )


def _surrounded(azimuth_deg: Array) -> bool:
    """Say whether directions lie all around: the pad, or its antipode, is inside."""
    around = np.sort(azimuth_deg % 360.0)
    return bool(around.size > 2 and np.diff(np.append(around, around[0] + 360.0)).max() < 180.0)


def _begins_at_pad(site: Pad, one: Outline, range_m: Array, *, home: bool) -> bool:
    """Say whether the pad lies in an area, or so near its edge that nobody can tell."""
    least_m, reach_m = float(range_m.min()), float(range_m.max())
    if reach_m > _QUARTER_M or (least_m > 0.5 * reach_m and not home):
        return False
    if not home:
        least_m = float(range_azimuth(site.lat_deg, site.lon_deg, *one.edge())[0].min())
    return home or least_m < max(_AT_PAD * reach_m, 3.0 * site.sigma_m)


def _far_half(site: Pad, one: Outline) -> tuple[Array, Array, bool]:
    """Return the farther half of the edge of an area around the pad, and whether it shows no direction.

    A long strip that starts at the pad, as the hazard area of an ascent, leads one way; a round area leads nowhere.
    """
    lat, lon = one.edge()
    range_m, azimuth_deg = range_azimuth(site.lat_deg, site.lon_deg, lat, lon)
    far = np.flatnonzero(range_m > 0.5 * range_m.max())
    far = far[:: max(1, far.size // _MOST_FAR)]
    middle_deg = float(azimuth_deg[np.argmax(range_m)])
    off = (azimuth_deg[far] - middle_deg + 180.0) % 360.0 - 180.0
    return lat[far], lon[far], bool(np.ptp(off) > _STRIP_DEG)


def _worst(site: Pad, seen: Sequence[Spread], course_deg: Array) -> Array:
    """Return the largest miss in units of the half-width, for each course."""
    misses = [spread.miss_m(site, course_deg) for spread in seen]
    return np.asarray(np.max([np.abs(middle) / half for middle, half in misses], axis=0))


def _limits(site: Pad, seen: Sequence[Spread], course_deg: float) -> tuple[float, float]:
    """Return the least and greatest course around a good one that still pass through every area; by zooming in."""
    limits = []
    for sign in (-1.0, 1.0):
        inside, outside = 0.0, 90.0
        for _ in range(5):
            steps = np.linspace(inside, outside, 65)
            bad = np.flatnonzero(_worst(site, seen, course_deg + sign * steps[1:]) > 1.0)
            first = int(bad[0]) if bad.size else 63
            inside, outside = float(steps[first]), float(steps[first + 1])
        limits.append((course_deg + sign * inside) % 360.0)
    return limits[0], limits[1]

"""The geometry of one look: range, elevation at the point, and how a pixel grows with them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import InputError, enu_axes, geodetic_from_ecef, wgs84


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look from a satellite at a point of the ground.

    alt_m:         height of the satellite over the ground below it
    off_nadir_deg: angle at the satellite between its nadir and the point
    range_m:       straight to the point
    elevation_deg: of the satellite over the point's horizon
    """

    alt_m: float
    off_nadir_deg: float
    range_m: float
    elevation_deg: float

    @property
    def across(self) -> float:
        """How much wider a pixel is than straight down, across the direction of the look."""
        return self.range_m / self.alt_m

    @property
    def along(self) -> float:
        """How much longer a pixel is than straight down, along the direction of the look on the ground."""
        return self.across / math.sin(math.radians(self.elevation_deg))

    @property
    def growth(self) -> float:
        """The geometric mean of the two."""
        return math.sqrt(self.across * self.along)


def look_down(alt_m: float, off_nadir_deg: float, *, radius_m: float = wgs84.MEAN_RADIUS_M) -> Look:
    """Return the look at an angle off nadir over a sphere.

    >>> look = look_down(500e3, 35.0)
    >>> f"{look.range_m / 1e3:.0f} km, {look.elevation_deg:.1f} deg, x{look.across:.2f}, x{look.along:.2f}"
    '623 km, 51.8 deg, x1.25, x1.58'
    """
    if alt_m <= 0.0:
        raise InputError(where="look", key="alt_m", seen=f"{alt_m:g}", cure="give a height in metres over the ground")
    angle = math.radians(off_nadir_deg)
    sine = math.sin(angle) * (1.0 + alt_m / radius_m)
    if not 0.0 <= off_nadir_deg < 90.0 or sine >= 1.0:
        limb_deg = math.degrees(math.asin(radius_m / (radius_m + alt_m)))
        seen = f"{off_nadir_deg:g} degrees from {alt_m / 1e3:g} km does not meet the ground"
        raise InputError(where="look", key="off_nadir_deg", seen=seen, cure=f"stay below {limb_deg:.1f}, the horizon")
    elevation = math.acos(sine)
    if off_nadir_deg == 0.0:
        range_m = alt_m
    else:
        range_m = radius_m * math.sin(math.pi / 2.0 - elevation - angle) / math.sin(angle)
    return Look(alt_m=alt_m, off_nadir_deg=off_nadir_deg, range_m=range_m, elevation_deg=math.degrees(elevation))


def look_between(satellite_ecef_m: ArrayLike, point_ecef_m: ArrayLike) -> Look:
    """Return the look from a satellite to a point, both Earth-fixed [m], over the WGS84 ellipsoid (geodetic nadir)."""
    satellite, point = np.asarray(satellite_ecef_m, dtype=float), np.asarray(point_ecef_m, dtype=float)
    d = satellite - point
    range_m = float(np.linalg.norm(d))
    lat_deg, lon_deg, alt_m = geodetic_from_ecef(satellite)
    down = -enu_axes(lat_deg, lon_deg)[2]
    at_lat_deg, at_lon_deg, at_alt_m = geodetic_from_ecef(point)
    up = enu_axes(at_lat_deg, at_lon_deg)[2]
    elevation_deg = math.degrees(math.asin(float(np.clip(d @ up / range_m, -1.0, 1.0))))
    if elevation_deg <= 0.0:
        seen = f"the satellite stands {-elevation_deg:.2f} degrees below the point's horizon"
        raise InputError(
            where="look", seen=seen, cure="ask for a moment of an access, or check the frame (Earth-fixed, metres)"
        )
    off_nadir_deg = math.degrees(math.acos(float(np.clip(-d @ down / range_m, -1.0, 1.0))))
    return Look(
        alt_m=float(alt_m) - float(at_alt_m),
        off_nadir_deg=off_nadir_deg,
        range_m=range_m,
        elevation_deg=elevation_deg,
    )

"""Azimuth and inclination, with the Earth's own speed taken in."""

from __future__ import annotations

from typing import Final

import numpy as np

from downrange.base import ModelError, wgs84
from downrange.corridor.model import Pad

# Circular speed 500 km over the equatorial radius: what all launches of the record aimed at.
ORBIT_SPEED_MPS: Final = (wgs84.GM_M3PS2 / (wgs84.RE_M + 500e3)) ** 0.5


def inclination_of(
    site: Pad, azimuth_deg: float, *, speed_mps: float = ORBIT_SPEED_MPS, rotating: bool = True
) -> float:
    """Return the inclination [deg] of an orbit entered by a direct ascent on an azimuth at the site.

    rotating:  the azimuth is over the ground (True), or against the stars (False)
    speed_mps: inertial speed at insertion
    """
    return inclination_at(site.lat_deg, azimuth_deg, speed_mps=speed_mps, rotating=rotating)


def inclination_at(
    lat_deg: float, azimuth_deg: float, *, speed_mps: float = ORBIT_SPEED_MPS, rotating: bool = True
) -> float:
    """Return the inclination [deg] of a horizontal flight at a latitude and azimuth.

    The Earth is a sphere here, as in the figures that others publish; the geocentric latitude would change the
    azimuth of a near-polar launch by 0.03 deg.
    """
    lat, azimuth = np.radians(lat_deg), np.radians(azimuth_deg)
    east = np.sin(azimuth)
    if rotating:
        ground_mps = _ground_speed(lat, azimuth, speed_mps)
        east = (ground_mps * np.sin(azimuth) + _earth_speed(lat)) / speed_mps
    return float(np.degrees(np.arccos(np.clip(np.cos(lat) * east, -1.0, 1.0))))


def azimuth_for(
    site: Pad,
    inclination_deg: float,
    *,
    speed_mps: float = ORBIT_SPEED_MPS,
    rotating: bool = True,
    southbound: bool = True,
) -> float:
    """Return the azimuth [deg, 0 to 360) of a direct ascent from the site to an inclination.

    rotating:   return it over the ground (True), or against the stars (False)
    southbound: of the two azimuths that give one inclination, the one toward the south
    """
    return azimuth_at(site.lat_deg, inclination_deg, speed_mps=speed_mps, rotating=rotating, southbound=southbound)


def azimuth_at(
    lat_deg: float,
    inclination_deg: float,
    *,
    speed_mps: float = ORBIT_SPEED_MPS,
    rotating: bool = True,
    southbound: bool = True,
) -> float:
    """Return the azimuth [deg, 0 to 360) that a horizontal flight at a latitude needs for an inclination."""
    lat = np.radians(lat_deg)
    east = np.cos(np.radians(inclination_deg)) / np.cos(lat)
    if abs(east) > 1.0:
        raise ModelError(
            f"no direct ascent from latitude {lat_deg:.2f} deg reaches an inclination of {inclination_deg:.2f} deg; "
            f"it must lie between {abs(lat_deg):.2f} and {180.0 - abs(lat_deg):.2f}, or the orbit must be turned later"
        )
    north = np.sqrt(1.0 - east * east) * (-1.0 if southbound else 1.0)
    if rotating:
        east -= _earth_speed(lat) / speed_mps
    return float(np.degrees(np.arctan2(east, north)) % 360.0)


def _earth_speed(lat_rad: float) -> float:
    """Return the eastward speed [m/s] of the ground at a latitude."""
    return float(wgs84.OMEGA_RADPS * wgs84.RE_M * np.cos(lat_rad))


def _ground_speed(lat_rad: float, azimuth_rad: float, speed_mps: float) -> float:
    """Return the speed over the ground [m/s] on an azimuth over the ground, of a given inertial speed."""
    turning = _earth_speed(lat_rad)
    across, along = turning * np.cos(azimuth_rad), turning * np.sin(azimuth_rad)
    return float(np.sqrt(speed_mps**2 - across**2) - along)

"""Where the sun stands, by the low-precision formula of the Astronomical Almanac (page C5): 0.01 deg, 1950 to 2050."""

from __future__ import annotations

from datetime import datetime

import erfa
import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, julian_pair, wgs84


def sun_direction(jd: ArrayLike, fraction: ArrayLike) -> Array:
    """Return unit vectors from the Earth's centre to the sun, Earth-fixed axes, shape (..., 3).

    jd, fraction: UTC Julian date in two parts; UT1 = UTC. Parallax at the surface (0.002 deg) is left out.
    """
    whole, part = np.asarray(jd, dtype=float), np.asarray(fraction, dtype=float)
    days = (whole - 2_451_545.0) + part
    anomaly = np.radians(357.528 + 0.985_600_3 * days)
    longitude = np.radians(280.460 + 0.985_647_4 * days + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    tilt = np.radians(23.439 - 4e-7 * days)
    x, y = np.cos(longitude), np.cos(tilt) * np.sin(longitude)
    turned = erfa.gmst82(whole, part)
    c, s = np.cos(turned), np.sin(turned)
    return np.stack([c * x + s * y, c * y - s * x, np.sin(tilt) * np.sin(longitude)], axis=-1)


def sun_elevation(lat_deg: float, lon_deg: float, moment: datetime) -> float:
    """Return the elevation [deg] of the sun's centre over a place's horizon, without refraction."""
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return float(np.degrees(np.arcsin(np.clip(sun_direction(*julian_pair(moment)) @ up, -1.0, 1.0))))


def in_sunlight(r_ecef_m: ArrayLike, jd: ArrayLike, fraction: ArrayLike) -> np.ndarray:
    """Say for each position, shape (..., 3), whether it is outside the Earth's shadow, taken as a cylinder."""
    r, sun = np.asarray(r_ecef_m, dtype=float), sun_direction(jd, fraction)
    toward = np.einsum("...i,...i->...", r, sun)
    aside = np.linalg.norm(r - toward[..., None] * sun, axis=-1)
    return np.asarray((toward > 0.0) | (aside > wgs84.RE_M))

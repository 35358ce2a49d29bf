"""Frames: geodetic, Earth-fixed (ecef), local (enu) and inertial (gcrf, teme). Arrays end in an axis of 3."""

from __future__ import annotations

from datetime import datetime

import erfa
import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import wgs84
from downrange.base.clock import julian_pair
from downrange.base.errors import InputError

Array = NDArray[np.float64]
_OMEGA_ECEF_RADPS = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])


def east_of(lon_from_deg: float, lon_to_deg: float) -> float:
    """Return how far east [deg] the second meridian lies, in [-180, 180).

    >>> east_of(179.0, -179.0), east_of(-179.0, 179.0)
    (2.0, -2.0)
    """
    return (lon_to_deg - lon_from_deg + 180.0) % 360.0 - 180.0


def ecef_from_geodetic(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike = 0.0) -> Array:
    """Return Earth-fixed positions [m], shape (..., 3), of WGS84 latitude, longitude and height."""
    lat, lon, alt = np.radians(lat_deg), np.radians(lon_deg), np.asarray(alt_m, dtype=float)
    n = wgs84.RE_M / np.sqrt(1.0 - wgs84.E2 * np.sin(lat) ** 2)
    x, y = (n + alt) * np.cos(lat) * np.cos(lon), (n + alt) * np.cos(lat) * np.sin(lon)
    return np.stack(np.broadcast_arrays(x, y, (n * (1.0 - wgs84.E2) + alt) * np.sin(lat)), axis=-1)


def geodetic_from_ecef(r_ecef_m: ArrayLike) -> tuple[Array, Array, Array]:
    """Return latitude [deg], longitude [deg] in [-180, 180) and height [m]; Bowring, three passes.

    >>> lat, lon, alt = geodetic_from_ecef(ecef_from_geodetic(-33.0, 151.0, 1000.0))
    >>> f"{lat:.6f} {lon:.6f} {alt:.3f}"
    '-33.000000 151.000000 1000.000'
    """
    r = np.asarray(r_ecef_m, dtype=float)
    x, y, z = r[..., 0], r[..., 1], r[..., 2]
    p = np.hypot(x, y)
    u = np.arctan2(z * wgs84.RE_M, p * wgs84.RP_M)
    lat = u
    for _ in range(3):
        top = z + wgs84.EP2 * wgs84.RP_M * np.sin(u) ** 3
        lat = np.arctan2(top, p - wgs84.E2 * wgs84.RE_M * np.cos(u) ** 3)
        u = np.arctan2((1.0 - wgs84.FLATTENING) * np.sin(lat), np.cos(lat))
    alt = p * np.cos(lat) + z * np.sin(lat) - wgs84.RE_M * np.sqrt(1.0 - wgs84.E2 * np.sin(lat) ** 2)
    lon = (np.degrees(np.arctan2(y, x)) + 180.0) % 360.0 - 180.0
    return np.degrees(lat), lon, alt


def enu_axes(lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Return the rotation from Earth-fixed to local axes, shape (..., 3, 3): rows east, north, up."""
    lat, lon = np.broadcast_arrays(np.radians(lat_deg), np.radians(lon_deg))
    sp, cp, sl, cl = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    zero = np.zeros_like(sl)
    rows = [[-sl, cl, zero], [-sp * cl, -sp * sl, cp], [cp * cl, cp * sl, sp]]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def v_ecef_from_enu(v_enu_mps: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Turn local velocities (east, north, up), relative to the Earth, into Earth-fixed axes."""
    axes = enu_axes(lat_deg, lon_deg)
    turned: Array = np.einsum("...ji,...j->...i", axes, np.asarray(v_enu_mps, dtype=float))
    return turned


def v_enu_from_ecef(v_ecef_mps: ArrayLike, lat_deg: ArrayLike, lon_deg: ArrayLike) -> Array:
    """Turn velocities relative to the Earth into local axes (east, north, up)."""
    axes = enu_axes(lat_deg, lon_deg)
    turned: Array = np.einsum("...ij,...j->...i", axes, np.asarray(v_ecef_mps, dtype=float))
    return turned


def inertial_velocity(r_ecef_m: ArrayLike, v_ecef_mps: ArrayLike) -> Array:
    """Return the velocity against the stars [m/s], written in the Earth-fixed axes of the same instant."""
    r, v = np.asarray(r_ecef_m, dtype=float), np.asarray(v_ecef_mps, dtype=float)
    return v + np.cross(_OMEGA_ECEF_RADPS, r)


def gcrf_from_ecef(moment: datetime) -> Array:
    """Return the rotation Earth-fixed to GCRF at a UTC moment (IAU 2006/2000A, UT1 = UTC, no polar motion).

    Leaving out UT1 - UTC (below 0.9 s) turns the Earth by up to 0.004 deg, 0.4 km at the equator.
    """
    utc1, utc2 = julian_pair(moment)
    tt1, tt2 = erfa.taitt(*_tai_from_utc(utc1, utc2))
    rotation: Array = erfa.c2t06a(tt1, tt2, utc1, utc2, 0.0, 0.0).T
    return rotation


def _tai_from_utc(utc1: float, utc2: float) -> tuple[float, float]:
    """Return TAI without erfa's "dubious year", which erfa.utctai warns of some five years after its own release.

    It means that a leap second may have come that erfa has not heard of. One second of TAI moves precession and nutation
    by a few millionths of an arc second, so here it is nothing to tell anybody; the bare function says it in a number
    instead of a warning, and other threads' filters stay as they are. Status 1 is the dubious year, -1 no date at all.
    """
    tai1, tai2, status = erfa.ufunc.utctai(utc1, utc2)
    if status < 0:
        raise InputError(where="time", seen=f"Julian date {utc1 + utc2:g}", cure="give a date after 4800 BC")
    return float(tai1), float(tai2)


def teme_from_ecef(moment: datetime) -> Array:
    """Return the rotation Earth-fixed to TEME, the frame of SGP4: mean sidereal time of 1982, UT1 = UTC."""
    angle = erfa.gmst82(*julian_pair(moment))
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

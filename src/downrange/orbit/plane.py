"""The plane of an element set, carried to another moment by SGP4's own node rate, and how far a point lies off it.

TEME throughout, turned to the Earth by the mean sidereal time of 1982 (UT1 = UTC). Only the secular rate is used: the
periodic terms move a low orbit's node by some 0.01 deg.
"""

from __future__ import annotations

import math
from datetime import datetime

import erfa
import numpy as np

from downrange.base import Array, ecef_from_geodetic, julian_pair, since, units, wgs84
from downrange.orbit.model import ElementSet

_A_SIGMA_M = 5e3  # assumed: burns and drag between the launch and the epoch move the mean height by some kilometres
_I_SIGMA_DEG = 0.01  # assumed, for the same reason
_PERIODIC_DEG = 0.02  # what the secular rate leaves out
_MINUTES_PDAY = 1_440.0


def node_rate_degpday(found: ElementSet) -> float:
    """Return the secular rate of the node [deg/day] as SGP4 computes it for this set.

    >>> from downrange.orbit import element_set
    >>> from datetime import UTC
    >>> sso = element_set("sso", datetime(2024, 6, 1, tzinfo=UTC), 97.4, 0.0, 0.001, 0.0, 0.0, 15.21)
    >>> f"{node_rate_degpday(sso):.3f}"  # the sun's own is 0.986
    '0.982'
    """
    return math.degrees(float(found.satellite().nodedot)) * _MINUTES_PDAY


def node_deg(found: ElementSet, moment: datetime) -> float:
    """Return the right ascension of the ascending node [deg, 0 to 360) at a moment."""
    days = since(found.epoch, moment) / units.DAY
    return (found.raan_deg + node_rate_degpday(found) * days) % 360.0


def plane_sigma_deg(found: ElementSet, moment: datetime) -> float:
    """Return one standard deviation [deg] of the plane so carried; it grows with the days between.

    A rate of the node goes with a to the power -3.5 and with cos i, and neither was what it is now all the time.
    """
    days = abs(since(found.epoch, moment)) / units.DAY
    turned = abs(node_rate_degpday(found)) * days
    by_height = 3.5 * _A_SIGMA_M / found.a_m
    by_tilt = abs(math.tan(math.radians(found.inclination_deg))) * math.radians(_I_SIGMA_DEG)
    across = math.sin(math.radians(found.inclination_deg))
    return math.hypot(_PERIODIC_DEG, across * turned * math.hypot(by_height, by_tilt))


def off_plane_deg(found: ElementSet, lat_deg: float, lon_deg: float, moment: datetime, *, alt_m: float = 0.0) -> float:
    """Return the angle [deg, -90 to 90] of a point out of the set's plane at a moment, seen from the Earth's centre.

    Positive on the side of the orbit's angular momentum, to the left of the motion.
    """
    sine = float(_normal(found, moment) @ _direction(lat_deg, lon_deg, alt_m, moment))
    return math.degrees(math.asin(min(1.0, max(-1.0, sine))))


def southbound(found: ElementSet, lat_deg: float, lon_deg: float, moment: datetime, *, alt_m: float = 0.0) -> bool:
    """Say whether a satellite of that plane moves south where it passes nearest to a point at that moment."""
    along = np.cross(_normal(found, moment), _direction(lat_deg, lon_deg, alt_m, moment))
    return bool(along[2] < 0.0)


def ahead_deg(
    found: ElementSet, lat_deg: float, lon_deg: float, moment: datetime, *, alt_m: float = 0.0
) -> float | None:
    """Return how far [deg, -180 to 180) along its orbit the object is ahead of a point at a moment, by SGP4.

    None where SGP4 gives no position.
    """
    error, r_km, v_kmps = found.satellite().sgp4(*julian_pair(moment))
    if error:
        return None
    r, normal = np.array(r_km), np.cross(r_km, v_kmps)
    point = _direction(lat_deg, lon_deg, alt_m, moment)
    sine = float(normal @ np.cross(point, r)) / float(np.linalg.norm(normal))
    flat = normal / np.linalg.norm(normal)
    cosine = float((point - (point @ flat) * flat) @ r)
    return math.degrees(math.atan2(sine, cosine))


def share_of_planes(low_deg: float, high_deg: float, lat_deg: float, inclination_deg: float) -> float:
    """Return the share of planes of one inclination, nodes at random, that a point lies between two angles off.

    lat_deg: geocentric

    >>> f"{share_of_planes(-6.0, 6.0, 39.66, 97.4):.3f}"  # a random near-polar plane passes a pad by 6 deg so often
    '0.088'
    """
    tilt, lat = math.radians(inclination_deg), math.radians(lat_deg)
    swing, middle = abs(math.sin(tilt) * math.cos(lat)), math.cos(tilt) * math.sin(lat)
    if swing < 1e-12:
        return float(low_deg <= math.degrees(math.asin(middle)) <= high_deg)
    low, high = (
        math.asin(min(1.0, max(-1.0, (math.sin(math.radians(x)) - middle) / swing))) for x in (low_deg, high_deg)
    )
    return max(0.0, high - low) / math.pi


def geocentric_lat_deg(lat_deg: float, alt_m: float = 0.0) -> float:
    """Return the geocentric latitude [deg] of a geodetic one at a height."""
    x, y, z = ecef_from_geodetic(lat_deg, 0.0, alt_m)
    return math.degrees(math.atan2(float(z), math.hypot(float(x), float(y))))


def drift_degps(lat_deg: float, inclination_deg: float) -> float:
    """Return the most [deg/s] by which the turning Earth carries a point across a plane; lat_deg geocentric."""
    turn = math.degrees(wgs84.OMEGA_RADPS)
    return turn * abs(math.sin(math.radians(inclination_deg)) * math.cos(math.radians(lat_deg)))


def _normal(found: ElementSet, moment: datetime) -> Array:
    """Return the unit vector (3,) of the orbit's angular momentum in TEME."""
    node, tilt = math.radians(node_deg(found, moment)), math.radians(found.inclination_deg)
    return np.array([math.sin(node) * math.sin(tilt), -math.cos(node) * math.sin(tilt), math.cos(tilt)])


def _direction(lat_deg: float, lon_deg: float, alt_m: float, moment: datetime) -> Array:
    """Return the unit vector (3,) of a point in TEME."""
    r = np.asarray(ecef_from_geodetic(lat_deg, lon_deg, alt_m), dtype=float)
    angle = float(erfa.gmst82(*julian_pair(moment)))
    c, s = math.cos(angle), math.sin(angle)
    turned = np.array([c * r[0] - s * r[1], s * r[0] + c * r[1], r[2]])
    return np.asarray(turned / np.linalg.norm(turned))

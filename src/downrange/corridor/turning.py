"""Free falls on the turning Earth: the course at the pad that ends in a place which moves on while a body is in the air.

A body let go falls in a plane fixed against the stars, while the pad and the announced area turn east below it. Drawn on
a map its path bends: to the west on the way north or south from a middle latitude, to the south on the way east. How
much depends on how long it is in the air, which nobody announces: so every answer here is for several heights of flight.

A powered ascent followed by a fall is taken as one throw from the pad with the same top. Against falls flown by this
package's own engine from stages let go 40 to 440 km down the range, the course over the ground at which a body is let
go comes out to 0.1 deg at its best height and 0.4 deg at the usual one, where the drawn azimuth is off by up to 2 deg
(tests/corridor/test_turning.py). The Earth is a sphere at geocentric latitudes: azimuths agree with geodesics to 0.1 deg.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, wgs84
from downrange.corridor.model import Pad

# Tops of the throw: assumed. The first stage of Saturn V topped at 115 km; a fall of 27 deg that takes 885 s, as the
# second stages of 2023, tops at 150 to 300 km. The tops are of the whole throw, so below those of the true path.
TOPS_M: Final = (50e3, 100e3, 250e3)
TOP_PER_RANGE: Final = (0.1, 0.2, 0.4)  # a stage is not thrown steeper than that: 45 deg tops at a quarter of its range
_ROUNDS = 6  # course to 1e-7 deg even half-way round the Earth


@dataclass(frozen=True, slots=True, kw_only=True)
class Throws:
    """Throws from a pad to places; every array has the same shape.

    flight_s:    in the air
    angle_rad:   how far round the Earth's centre, against the stars
    heading_rad: azimuth at the pad against the stars, clockwise from north
    course_deg:  azimuth at the pad over the ground, [0, 360)
    ground_mps:  horizontal speed over the ground that the throw starts with
    """

    flight_s: Array
    angle_rad: Array
    heading_rad: Array
    course_deg: Array
    ground_mps: Array


def tops_m(range_m: ArrayLike) -> Array:
    """Return the lowest, usual and highest top [m] of a throw to a range, (3, ...)."""
    away_m = np.asarray(range_m, dtype=float)
    shape = (3,) + (1,) * away_m.ndim
    limit_m = np.reshape(TOP_PER_RANGE, shape) * away_m
    return np.asarray(np.maximum(np.minimum(np.reshape(TOPS_M, shape), limit_m), 100.0))


def throws(site: Pad, lat_deg: ArrayLike, lon_deg: ArrayLike, top_m: ArrayLike) -> Throws:
    """Return the throw from the pad that tops at a height and comes down in a place, for arrays that broadcast.

    The place is where it lies on the map when the body lands; by then it has turned on by the time of flight.
    """
    lat0, lat = _geocentric(site.lat_deg), _geocentric(lat_deg)
    east = np.radians((np.asarray(lon_deg, dtype=float) - site.lon_deg + 180.0) % 360.0 - 180.0)
    top, lat, east = np.broadcast_arrays(np.asarray(top_m, dtype=float), lat, east)
    high_m = wgs84.MEAN_RADIUS_M + top
    angle, heading = _towards(lat0, lat, east)
    level_mps, flight_s = _throw(angle, high_m)
    for _ in range(_ROUNDS):
        angle, heading = _towards(lat0, lat, east + wgs84.OMEGA_RADPS * flight_s)
        level_mps, flight_s = _throw(angle, high_m)
    east_mps = level_mps * np.sin(heading) - pad_mps(site)
    north_mps = level_mps * np.cos(heading)
    return Throws(
        flight_s=flight_s,
        angle_rad=angle,
        heading_rad=heading,
        course_deg=np.degrees(np.arctan2(east_mps, north_mps)) % 360.0,
        ground_mps=np.hypot(east_mps, north_mps),
    )


def heading_at(site: Pad, course_deg: ArrayLike, ground_mps: ArrayLike) -> Array:
    """Return the azimuth [rad] against the stars of a throw with a course and a horizontal speed over the ground."""
    course = np.radians(np.asarray(course_deg, dtype=float))
    ground = np.asarray(ground_mps, dtype=float)
    return np.asarray(np.arctan2(ground * np.sin(course) + pad_mps(site), ground * np.cos(course)))


def pad_mps(site: Pad) -> float:
    """Return the speed [m/s] at which the pad itself turns east."""
    return float(wgs84.OMEGA_RADPS * wgs84.MEAN_RADIUS_M * np.cos(_geocentric(site.lat_deg)))


def _geocentric(lat_deg: ArrayLike) -> Array:
    """Return the geocentric latitude [rad] of a geodetic one."""
    return np.asarray(np.arctan((1.0 - wgs84.E2) * np.tan(np.radians(np.asarray(lat_deg, dtype=float)))))


def _towards(lat0: Array, lat: Array, east: Array) -> tuple[Array, Array]:
    """Return (angle, azimuth at the first point) [rad] between two points of a sphere, the second so far east."""
    across = np.cos(lat) * np.sin(east)
    ahead = np.cos(lat0) * np.sin(lat) - np.sin(lat0) * np.cos(lat) * np.cos(east)
    along = np.sin(lat0) * np.sin(lat) + np.cos(lat0) * np.cos(lat) * np.cos(east)
    return np.arctan2(np.hypot(across, ahead), along), np.arctan2(across, ahead)


def _throw(angle: Array, high_m: Array) -> tuple[Array, Array]:
    """Return (horizontal speed at the start [m/s], time in the air [s]) of an ellipse that tops at a radius.

    The ellipse meets the sphere half the angle on either side of its top: r (1 - e cos) = top (1 - e).
    """
    half = np.cos(0.5 * angle)
    eccentric = (high_m - wgs84.MEAN_RADIUS_M) / (high_m - wgs84.MEAN_RADIUS_M * half)
    axis_m = high_m / (1.0 + eccentric)
    level_mps = np.sqrt(wgs84.GM_M3PS2 * high_m * (1.0 - eccentric)) / wgs84.MEAN_RADIUS_M
    start = np.pi - 0.5 * angle  # true anomaly at the start, from the perigee
    anomaly = 2.0 * np.arctan2(
        np.sqrt(1.0 - eccentric) * np.sin(0.5 * start), np.sqrt(1.0 + eccentric) * np.cos(0.5 * start)
    )
    mean = anomaly - eccentric * np.sin(anomaly)
    return level_mps, 2.0 * (np.pi - mean) * np.sqrt(axis_m**3 / wgs84.GM_M3PS2)

"""Where a sensor stands: still on the Earth, or on a ship that keeps its course."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, ecef_from_geodetic, enu_axes
from downrange.earth import destination
from downrange.track.model import Sensor

_STEP_S = 1.0  # a ship's velocity is the difference of two places this far to either side: exact to 1e-8 m/s


class Places(NamedTuple):
    """A sensor at n moments, Earth-fixed.

    r_ecef_m:   (n, 3) its place
    v_ecef_mps: (n, 3) its velocity relative to the Earth
    axes:       (n, 3, 3) its local axes, rows east, north, up
    """

    r_ecef_m: Array
    v_ecef_mps: Array
    axes: Array


def place_at(sensor: Sensor, t_s: float) -> tuple[float, float, float]:
    """Return latitude, longitude [deg] and height [m] of a sensor t_s seconds after lift-off.

    A ship keeps to the geodesic that leaves its place at lift-off on its course; its speed is over the ground.

    >>> ship = Sensor(name="s", title="S", lat_deg=0.0, lon_deg=179.9, alt_m=20.0, course_deg=90.0, speed_mps=10.0,
    ...               sigma_range_m=20.0, source="doctest")
    >>> f"{place_at(ship, 3600.0)[1]:.4f}"
    '-179.7766'
    """
    lat, lon = _on_course(sensor, np.array([t_s]))
    return float(lat[0]), float(lon[0]), sensor.alt_m


def places(sensor: Sensor, t_s: ArrayLike) -> Places:
    """Return a sensor's places, velocities and axes at moments t_s (n,) after lift-off."""
    t = np.asarray(t_s, dtype=float)
    if sensor.speed_mps == 0.0:
        r = ecef_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
        axes = enu_axes(sensor.lat_deg, sensor.lon_deg)
        return Places(
            r_ecef_m=np.tile(r, (t.size, 1)), v_ecef_mps=np.zeros((t.size, 3)), axes=np.tile(axes, (t.size, 1, 1))
        )
    lat, lon = _on_course(sensor, np.concatenate([t, t - _STEP_S, t + _STEP_S]))
    now, before, later = ecef_from_geodetic(lat, lon, sensor.alt_m).reshape(3, t.size, 3)
    return Places(
        r_ecef_m=now, v_ecef_mps=(later - before) / (2.0 * _STEP_S), axes=enu_axes(lat[: t.size], lon[: t.size])
    )


def places_ecef_m(sensor: Sensor, t_s: ArrayLike) -> tuple[Array, Array]:
    """Return a sensor's places (n, 3) and local axes (n, 3, 3) at moments t_s (n,) after lift-off."""
    r, _, axes = places(sensor, t_s)
    return r, axes


def _on_course(sensor: Sensor, t_s: Array) -> tuple[Array, Array]:
    """Return latitude and longitude [deg] (n,); at rest, exactly what the sensor says."""
    if sensor.speed_mps == 0.0:
        return np.full(t_s.shape, sensor.lat_deg), np.full(t_s.shape, sensor.lon_deg)
    return destination(sensor.lat_deg, sensor.lon_deg, sensor.course_deg, sensor.speed_mps * t_s)

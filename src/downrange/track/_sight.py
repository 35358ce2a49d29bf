"""What a sensor should say of a place and a velocity, and how that changes with both: rows as the filter numbers them.

0 range, 1 azimuth, 2 elevation, 3 range-rate, 4-6 place, 7-9 velocity, 10 height, 11 speed; SI and radians.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, enu_axes, geodetic_from_ecef, since
from downrange.track.model import Reading, Sensor
from downrange.track.places import Places, places

ROWS = 12
_STEEPEST = np.radians(87.0)  # closer to the zenith an azimuth says next to nothing and bends too much
_NONE = (None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """All that one sensor said, n times; what is known to be wrong with it is taken off.

    t_s:    (n,) by its own clock, less what is known of its offset
    z:      (n, 12) numbers, NaN where it said none
    sigma:  (n, 12) their noise
    places: where it stood then
    """

    sensor: int
    t_s: Array
    z: Array
    sigma: Array
    places: Places


def log_of(sensor: Sensor, number: int, readings: Sequence[Reading], t0: datetime) -> Log:
    """Gather the readings of one sensor, exact doubles dropped; what it has no noise for is left out."""
    known = (sensor.bias_range_m, sensor.bias_az_deg, sensor.bias_el_deg, sensor.bias_range_rate_mps)
    rows = sorted({(since(t0, r.t) - sensor.clock_offset_s, *_numbers(r)) for r in readings})
    table = np.array(rows, dtype=float).reshape(len(rows), 1 + ROWS)
    t_s, z = table[:, 0], table[:, 1:]
    z[~np.isfinite(z)] = np.nan
    z[:, :4] -= known
    z[:, 1:3] = np.radians(z[:, 1:3])
    z[z[:, 2] > _STEEPEST, 1] = np.nan
    noise = sigmas(sensor)
    z[:, np.isnan(noise)] = np.nan
    return Log(sensor=number, t_s=t_s, z=z, sigma=np.tile(noise, (len(rows), 1)), places=places(sensor, t_s))


def _numbers(reading: Reading) -> tuple[float, ...]:
    """Return a reading's numbers in the order of the rows, infinity where there is none: equal to itself, unlike NaN."""
    said = (
        reading.range_m, reading.az_deg, reading.el_deg, reading.range_rate_mps,
        *(reading.r_ecef_m or _NONE), *(reading.v_ecef_mps or _NONE), reading.alt_m, reading.speed_mps,
    )  # fmt: skip
    return tuple(np.inf if value is None or not np.isfinite(value) else value for value in said)


def sigmas(sensor: Sensor) -> Array:
    """Return the noise of each row, NaN for what the sensor does not give."""
    turn = np.pi / 180.0
    given = (
        (sensor.sigma_range_m, 1.0, 1), (sensor.sigma_az_deg, turn, 1), (sensor.sigma_el_deg, turn, 1),
        (sensor.sigma_range_rate_mps, 1.0, 1), (sensor.sigma_position_m, 1.0, 3), (sensor.sigma_velocity_mps, 1.0, 3),
        (sensor.sigma_alt_m, 1.0, 1), (sensor.sigma_speed_mps, 1.0, 1),
    )  # fmt: skip
    return np.concatenate([np.full(n, np.nan if sigma is None else sigma * unit) for sigma, unit, n in given])


def fixes(log: Log) -> tuple[Array, Array, Array]:
    """Return times (k,), places (k, 3) and their spread [m] (k,) of the readings that say where it is, alone."""
    placed = ~np.isnan(log.z[:, 4:7]).any(axis=1)
    full = ~np.isnan(log.z[:, :3]).any(axis=1) & ~placed
    rho, az, el = log.z[full, :3].T
    enu = np.stack([rho * np.sin(az) * np.cos(el), rho * np.cos(az) * np.cos(el), rho * np.sin(el)], axis=1)
    seen = log.places.r_ecef_m[full] + np.einsum("nji,nj->ni", log.places.axes[full], enu)
    spread = np.hypot(log.sigma[full, 0], rho * log.sigma[full, 1:3].max(axis=1))
    return (
        np.concatenate([log.t_s[placed], log.t_s[full]]),
        np.concatenate([log.z[placed, 4:7], seen]),
        np.concatenate([log.sigma[placed, 4], spread]),
    )


def expected(state: Array, at: Places, rows: NDArray[np.int64]) -> tuple[Array, Array, Array]:
    """Return what should be said (n, m), and how it changes with place and with velocity, (n, m, 3) each.

    state: (3, n, 3) place, velocity, acceleration; rows: which m of the 12
    """
    n = state.shape[1]
    h, by_place, by_velocity = np.zeros((n, ROWS)), np.zeros((n, ROWS, 3)), np.zeros((n, ROWS, 3))
    if (rows < 4).any():
        _directed(state, at, h, by_place, by_velocity)
    h[:, 4:7], h[:, 7:10] = state[0], state[1]
    by_place[:, 4:7], by_velocity[:, 7:10] = np.eye(3), np.eye(3)
    if (rows >= 10).any():
        lat, lon, h[:, 10] = geodetic_from_ecef(state[0])
        by_place[:, 10] = enu_axes(lat, lon)[:, 2]
        h[:, 11] = np.linalg.norm(state[1], axis=1)
        by_velocity[:, 11] = state[1] / np.maximum(h[:, 11], 1e-3)[:, None]
    return h[:, rows], by_place[:, rows], by_velocity[:, rows]


def _directed(state: Array, at: Places, h: Array, by_place: Array, by_velocity: Array) -> None:
    """Fill in range, azimuth, elevation and range-rate."""
    d, v = state[0] - at.r_ecef_m, state[1] - at.v_ecef_mps
    e, n, u = np.einsum("nij,nj->in", at.axes, d)
    flat = np.maximum(np.hypot(e, n), 1e-3)
    rho = np.maximum(np.hypot(flat, u), 1e-3)
    east, north, up = at.axes[:, 0], at.axes[:, 1], at.axes[:, 2]
    toward = d / rho[:, None]
    h[:, 0], h[:, 1], h[:, 2] = rho, np.arctan2(e, n), np.arctan2(u, flat)
    h[:, 3] = np.sum(toward * v, axis=1)
    by_place[:, 0] = toward
    by_place[:, 1] = (n[:, None] * east - e[:, None] * north) / (flat**2)[:, None]
    outward = (e[:, None] * east + n[:, None] * north) / flat[:, None]
    by_place[:, 2] = (flat[:, None] * up - u[:, None] * outward) / (rho**2)[:, None]
    by_place[:, 3] = (v - h[:, 3:4] * toward) / rho[:, None]
    by_velocity[:, 3] = toward

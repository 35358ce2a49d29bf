"""Readings that invented sensors would have made of a flight: seeded, so that they can be made again."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, InputError, after, ecef_from_geodetic, enu_axes, normals, utc, wgs84
from downrange.track.model import Reading, Sensor

_SAMPLES_A_SENSOR = 1 << 24  # room for counted draws: each sensor's samples have their own numbers


def simulate(
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    sensors: Sequence[Sensor],
    t0: datetime,
    seed: int = 0,
) -> tuple[Reading, ...]:
    """Return what the sensors say of a flight, in order of time.

    t_s (n,), r_ecef_m (n, 3), v_ecef_mps (n, 3): the flight, at any spacing fine enough for cubic interpolation.
    Only what is above min_elevation_deg and within max_range_m is seen; the Earth hides what is below the horizon.
    The noise of a reading depends on the seed, the sensor's name and the count of its looks alone. No refraction,
    bias, clock error or missed look is simulated.
    """
    t, r, v = (np.asarray(a, dtype=float) for a in (t_s, r_ecef_m, v_ecef_mps))
    if t.ndim != 1 or t.size < 2 or r.shape != (t.size, 3) or v.shape != (t.size, 3):
        raise InputError(
            where="simulate",
            seen=f"shapes {t.shape}, {r.shape}, {v.shape}",
            cure="give times (n,), positions (n, 3) and velocities (n, 3) with n of 2 or more",
        )
    if not (np.isfinite(t).all() and np.isfinite(r).all() and np.isfinite(v).all() and (np.diff(t) >= 0.0).all()):
        raise InputError(where="simulate", seen="NaN or time going backwards", cure="give a flight in order of time")
    seen = [reading for sensor in sensors for reading in _looks(sensor, t, r, v, utc(t0), seed)]
    return tuple(sorted(seen, key=lambda reading: (reading.t, reading.sensor)))


def _looks(sensor: Sensor, t: Array, r: Array, v: Array, t0: datetime, seed: int) -> list[Reading]:
    """Return one sensor's readings."""
    first = max(0, int(np.ceil((t[0] - sensor.start_s) / sensor.period_s - 1e-9)))
    last = int(np.floor((t[-1] - sensor.start_s) / sensor.period_s + 1e-9))
    if last < first:
        return []
    when = np.clip(sensor.start_s + sensor.period_s * np.arange(first, last + 1), t[0], t[-1])
    range_m, az_deg, el_deg, rate_mps = seen_from(sensor, *between(when, t, r, v))
    number = zlib.crc32(sensor.name.encode()) * _SAMPLES_A_SENSOR + first
    noise = normals(seed, when.size, 4, first=number)
    range_out = range_m + (sensor.sigma_range_m or 0.0) * noise[:, 0]
    az_out = (az_deg + (sensor.sigma_az_deg or 0.0) * noise[:, 1]) % 360.0
    el_out = el_deg + (sensor.sigma_el_deg or 0.0) * noise[:, 2]
    doppler = sensor.sigma_range_rate_mps
    rate_out = rate_mps + (doppler or 0.0) * noise[:, 3]
    visible = (el_deg >= sensor.min_elevation_deg) & (range_m <= sensor.max_range_m) & _above_horizon(el_deg, sensor)
    return [
        Reading(
            t=after(t0, when[i]),
            sensor=sensor.name,
            range_m=None if sensor.sigma_range_m is None else float(range_out[i]),
            az_deg=None if sensor.sigma_az_deg is None else float(az_out[i]),
            el_deg=None if sensor.sigma_el_deg is None else float(el_out[i]),
            range_rate_mps=None if doppler is None else float(rate_out[i]),
        )
        for i in np.flatnonzero(visible)
    ]


def _above_horizon(el_deg: Array, sensor: Sensor) -> NDArray[np.bool_]:
    """Say where the Earth does not hide it: above the dip of the horizon of a sphere, no refraction."""
    dip = np.degrees(np.arccos(wgs84.MEAN_RADIUS_M / (wgs84.MEAN_RADIUS_M + max(sensor.alt_m, 0.0))))
    return el_deg >= -float(dip)


def seen_from(sensor: Sensor, r_ecef_m: Array, v_ecef_mps: Array) -> tuple[Array, Array, Array, Array]:
    """Return range [m], azimuth [deg] in [0, 360), elevation [deg] and range-rate [m/s], without noise, (n,) each."""
    d = r_ecef_m - ecef_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    enu = d @ enu_axes(sensor.lat_deg, sensor.lon_deg).T
    range_m = np.linalg.norm(d, axis=-1)
    az_deg = np.degrees(np.arctan2(enu[..., 0], enu[..., 1])) % 360.0
    el_deg = np.degrees(np.arctan2(enu[..., 2], np.hypot(enu[..., 0], enu[..., 1])))
    return range_m, az_deg, el_deg, np.sum(d * v_ecef_mps, axis=-1) / range_m


def between(when: Array, t: Array, r: Array, v: Array) -> tuple[Array, Array]:
    """Return positions and velocities (k, 3) at times `when` by cubic Hermite interpolation in the flight."""
    i = np.clip(np.searchsorted(t, when, side="right") - 1, 0, t.size - 2)
    h = t[i + 1] - t[i]
    step = np.where(h > 0.0, h, 1.0)[:, None]
    u = np.where(h > 0.0, when - t[i], 0.0)[:, None] / step
    r0, r1, v0, v1 = r[i], r[i + 1], v[i] * step, v[i + 1] * step
    chord = r1 - r0
    place = r0 + u * (v0 + u * (3.0 * chord - 2.0 * v0 - v1 + u * (v0 + v1 - 2.0 * chord)))
    rate = (v0 + u * (2.0 * (3.0 * chord - 2.0 * v0 - v1) + 3.0 * u * (v0 + v1 - 2.0 * chord))) / step
    return place, rate

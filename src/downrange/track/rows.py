"""Readings as arrays: biases and clock offsets taken off, in order of time, exact doubles dropped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, since
from downrange.track.checks import check_reading
from downrange.track.model import Reading, Sensor, SensorKind
from downrange.track.places import places

_CLOCK_S = 0.1  # assumed: a screen's clock known worse than this says nothing beside other sensors
_STEEPEST_DEG = 87.0  # closer to the zenith an azimuth says next to nothing and bends too much to be taken in
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """N readings of M sensors, in order of time.

    t_s:     (n,) seconds after lift-off, by a right clock
    z:       (n, 12) range [m], azimuth, elevation [rad], range-rate [m/s], position [m], velocity [m/s] (Earth-fixed),
             height [m], speed [m/s]; NaN where not given
    sensor:  (n,) row in the sensors, and of var (m, 12): noise variances in the same units
    place:   (n,) row of sites (k, 6): where the sensor was and how it moved, and of axes (k, 3, 3): its east, north, up
    seq:     (n,) number of the reading in its log
    doubles: readings dropped because another said exactly the same
    """

    t_s: Array
    z: Array
    sensor: Ints
    var: Array
    place: Ints
    sites: Array
    axes: Array
    seq: Ints
    doubles: int


def rows_of(readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime) -> Rows:
    """Arrange readings for the filter. Raises InputError for a reading of no known sensor or with impossible numbers.

    Screens whose clocks are badly known are left out (`too_late`).
    """
    names = {sensor.name: i for i, sensor in enumerate(sensors)}
    late = too_late(sensors)
    raw = [
        row_of(reading, names, sensors, t0, number=i)
        for i, reading in enumerate(readings, start=1)
        if reading.sensor not in late
    ]
    raw.sort(key=comparable)
    kept = [row for i, row in enumerate(raw) if i == 0 or comparable(row)[:14] != comparable(raw[i - 1])[:14]]
    return arranged(kept, sensors, doubles=len(raw) - len(kept))


def too_late(sensors: Sequence[Sensor]) -> frozenset[str]:
    """Return the screens whose clocks are too badly known to stand beside sensors that place the object.

    Half a second off is kilometres of path. A screen alone is for `webcast_updates`.
    """
    screens = [s for s in sensors if s.kind is SensorKind.WEBCAST]
    if len(screens) == len(sensors):
        return frozenset()
    return frozenset(s.name for s in screens if s.sigma_clock_s > _CLOCK_S)


def arranged(raw: Sequence[tuple[float, ...]], sensors: Sequence[Sensor], *, doubles: int = 0) -> Rows:
    """Return rows of `row_of`, in order and without doubles, as arrays."""
    table = np.array(raw, dtype=float).reshape(len(raw), 15)
    t_s, sensor = table[:, 0].copy(), table[:, 1].astype(np.int64)
    z, var = np.ascontiguousarray(table[:, 2:14]), variances(sensors)
    z[np.isinf(var[sensor])] = np.nan
    place, sites, axes = _stands(t_s, sensor, sensors)
    return Rows(
        t_s=t_s,
        z=z,
        sensor=sensor,
        var=var,
        place=place,
        sites=sites,
        axes=axes,
        seq=table[:, 14].astype(np.int64),
        doubles=doubles,
    )


def comparable(row: tuple[float, ...]) -> tuple[float, ...]:
    """Return a row in which missing numbers are equal, and come last."""
    return tuple(math.inf if math.isnan(number) else number for number in row)


def row_of(
    reading: Reading, names: dict[str, int], sensors: Sequence[Sensor], t0: datetime, *, number: int = 0
) -> tuple[float, ...]:
    """Return one reading as time, sensor, twelve numbers, number in the log; number names it in errors when it has none."""
    if reading.sensor not in names:
        raise InputError(
            where=f"reading {reading.seq or number}",
            key="sensor",
            seen=f"{reading.sensor!r} is not in the sensor file",
            cure=f"add it there, or name one of {', '.join(names)}",
        )
    check_reading(reading, where=f"reading {reading.seq or number}")
    sensor = sensors[names[reading.sensor]]
    nan = float("nan")

    def less(value: float | None, bias: float) -> float:
        return nan if value is None else value - bias

    el_deg = less(reading.el_deg, sensor.bias_el_deg)
    az_deg = nan if el_deg > _STEEPEST_DEG else less(reading.az_deg, sensor.bias_az_deg)
    none = (nan, nan, nan)
    return (
        since(t0, reading.t) - sensor.clock_offset_s,
        names[reading.sensor],
        less(reading.range_m, sensor.bias_range_m),
        float(np.radians(az_deg)),
        float(np.radians(el_deg)),
        less(reading.range_rate_mps, sensor.bias_range_rate_mps),
        *(reading.r_ecef_m or none),
        *(reading.v_ecef_mps or none),
        less(reading.alt_m, 0.0),
        less(reading.speed_mps, 0.0),
        reading.seq,
    )


def _stands(t_s: Array, sensor: Ints, sensors: Sequence[Sensor]) -> tuple[Ints, Array, Array]:
    """Return each reading's row of sites (k, 6) and axes (k, 3, 3): one for a sensor on land, one a reading for a ship."""
    place = np.zeros(t_s.size, dtype=np.int64)
    sites, axes = [], []
    used = 0
    for i, one in enumerate(sensors):
        mine = np.flatnonzero(sensor == i)
        when = t_s[mine] if one.speed_mps > 0.0 else np.zeros(1)
        stand = places(one, when)
        place[mine] = used + (np.arange(mine.size) if one.speed_mps > 0.0 else 0)
        sites.append(np.concatenate([stand.r_ecef_m, stand.v_ecef_mps], axis=1))
        axes.append(stand.axes)
        used += when.size
    return place, np.concatenate(sites), np.ascontiguousarray(np.concatenate(axes))


def variances(sensors: Sequence[Sensor]) -> Array:
    """Return noise variances (m, 12) in SI and radians; infinite where a sensor gives no such number."""

    def sigmas(s: Sensor) -> tuple[float, ...]:
        inf = float("inf")
        position, velocity = s.sigma_position_m or inf, s.sigma_velocity_mps or inf
        az_rad, el_rad = np.radians(s.sigma_az_deg or inf), np.radians(s.sigma_el_deg or inf)
        polar = (s.sigma_range_m or inf, float(az_rad), float(el_rad), s.sigma_range_rate_mps or inf)
        return (*polar, *[position] * 3, *[velocity] * 3, s.sigma_alt_m or inf, s.sigma_speed_mps or inf)

    return np.array([sigmas(s) for s in sensors]) ** 2


def bias_variances(sensors: Sequence[Sensor]) -> Array:
    """Return what is not known of biases as variances (m, 12), in the same units; zero where a sensor has none."""
    none = (0.0,) * 8

    def sigmas(s: Sensor) -> tuple[float, ...]:
        az_rad, el_rad = np.radians(s.sigma_bias_az_deg), np.radians(s.sigma_bias_el_deg)
        return (s.sigma_bias_range_m, float(az_rad), float(el_rad), s.sigma_bias_range_rate_mps, *none)

    return np.array([sigmas(s) for s in sensors]) ** 2

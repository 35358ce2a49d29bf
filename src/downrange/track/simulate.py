"""Readings that invented sensors would have made of a flight: seeded, so that they can be made again."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import (
    Array,
    InputError,
    after,
    ecef_from_geodetic,
    enu_axes,
    geodetic_from_ecef,
    normals,
    uniforms,
    utc,
    wgs84,
)
from downrange.fall import fall_path
from downrange.flight import Body, Flight
from downrange.track.model import Reading, Sensor, SensorKind
from downrange.track.places import places

ERRORS: Final = (
    ("bias_range_m", "sigma_bias_range_m"),
    ("bias_az_deg", "sigma_bias_az_deg"),
    ("bias_el_deg", "sigma_bias_el_deg"),
    ("bias_range_rate_mps", "sigma_bias_range_rate_mps"),
    ("clock_offset_s", "sigma_clock_s"),
)  # what may be wrong with a sensor for a whole flight, and the field that says how wrong

_SAMPLES_A_SENSOR = 1 << 24  # room for counted draws: each sensor's samples have their own numbers
_MISSED, _DOUBLED, _WILD, _DELAY, _SECOND_DELAY, _NONSENSE = 0, 1, 2, 3, 4, 5  # what each uniform draw of a look is for
_DRAWS = _NONSENSE + 6
_FARTHEST_M = 5e6  # nonsense lies no farther out than this, or it would be too easily seen through
_BOX_M, _BOX_MPS = 5e5, 2e3  # nonsense of a position report: within this of the truth, on each axis
_HIGHEST_M, _FASTEST_MPS = 1e6, 8e3  # nonsense on a screen, and of a range-rate either way


def simulate(
    t_s: ArrayLike,
    r_ecef_m: ArrayLike,
    v_ecef_mps: ArrayLike,
    sensors: Sequence[Sensor],
    t0: datetime,
    seed: int = 0,
    *,
    object_id: str | None = None,
) -> tuple[Reading, ...]:
    """Return what the sensors say of a flight, in the order in which it comes in.

    t_s (n,), r_ecef_m (n, 3), v_ecef_mps (n, 3): the flight, at any spacing fine enough for cubic interpolation.
    object_id: the name under which the sensors report it, for the readings of several objects

    A radar or a camera sees only what is above min_elevation_deg and within max_range_m; the Earth hides what is below
    the horizon. Position reports and the screen of a broadcast never break off by themselves.
    The noise of a reading depends on the seed, the names of sensor and object, and the count of the sensor's looks
    alone. On top of it come what is known to be wrong with the sensor and one draw, for the whole flight and every
    object, of what remains (see `actual_errors`). Looks are missed, doubled and wild as often as the sensor says;
    nothing marks a wild reading. No refraction, no cloud, no clutter where there is nothing to see.
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
    return by_arrival(reading for sensor in sensors for reading in _looks(sensor, t, r, v, utc(t0), seed, object_id))


def readings_of_flight(flight: Flight, sensors: Sequence[Sensor], t0: datetime, seed: int = 0) -> tuple[Reading, ...]:
    """Return what the sensors say of a flight up to the end of its rows."""
    return simulate(flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, sensors, t0, seed)


def readings_of_body(
    body: Body, sensors: Sequence[Sensor], t0: datetime, seed: int = 0, *, every_s: float = 1.0
) -> tuple[Reading, ...]:
    """Return what the sensors say of a body's fall through still air to the ground, under the body's name.

    every_s: spacing of the path between whose rows is interpolated
    """
    path = fall_path(body.t_s, body.r_ecef_m, body.v_ecef_mps, body.beta_kgpm2, every_s=every_s)
    return simulate(*path, sensors, t0, seed, object_id=body.name)


def by_arrival(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return readings in the order in which they came in: by `received`, by their own time where nobody noted it."""
    return tuple(sorted(readings, key=lambda reading: (reading.received or reading.t, reading.t, reading.sensor)))


def actual_errors(sensor: Sensor, seed: int) -> dict[str, float]:
    """Return what is really wrong with a simulated sensor: what is known, and one draw of what remains.

    >>> from downrange.track.model import Sensor
    >>> radar = Sensor(name="a", title="A", sigma_range_m=10.0, bias_range_m=40.0, clock_offset_s=0.5, source="doctest")
    >>> actual_errors(radar, 1)["bias_range_m"], actual_errors(radar, 1)["clock_offset_s"]
    (40.0, 0.5)
    """
    own = normals(seed, 1, len(ERRORS), first=_number(f"{sensor.name}: biases"))[0]
    return {
        known: float(getattr(sensor, known) + getattr(sensor, sigma) * own[i])
        for i, (known, sigma) in enumerate(ERRORS)
    }


def _number(key: str) -> int:
    """Return the first of the counted samples that belong to a name."""
    return zlib.crc32(key.encode()) * _SAMPLES_A_SENSOR


def _looks(
    sensor: Sensor, t: Array, r: Array, v: Array, t0: datetime, seed: int, object_id: str | None
) -> list[Reading]:
    """Return one sensor's readings of one object."""
    first = max(0, int(np.ceil((t[0] - sensor.start_s) / sensor.period_s - 1e-9)))
    last = int(np.floor((t[-1] - sensor.start_s) / sensor.period_s + 1e-9))
    if last < first:
        return []
    when = np.clip(sensor.start_s + sensor.period_s * np.arange(first, last + 1), t[0], t[-1])
    number = _number(sensor.name if object_id is None else f"{sensor.name}/{object_id}") + first
    place, rate = between(when, t, r, v)
    noise, chance = normals(seed, when.size, 6, first=number), uniforms(seed, when.size, _DRAWS, first=number)
    looks = _Series(
        sensor=sensor, t_s=when, r_ecef_m=place, v_ecef_mps=rate, noise=noise, chance=chance,
        wrong=actual_errors(sensor, seed),
    )  # fmt: skip
    seen, fields = _SAYS[sensor.kind](looks)
    seen &= chance[:, _MISSED] >= sensor.p_missed
    late = -sensor.delay_s * np.log(chance[:, _DELAY])
    later = late - (sensor.delay_s or sensor.period_s) * np.log(chance[:, _SECOND_DELAY])
    out: list[Reading] = []
    for i in np.flatnonzero(seen):
        said = {key: _plain(column[i]) for key, column in fields.items() if column is not None}
        stamp = after(t0, when[i] + looks.wrong["clock_offset_s"])
        arrivals = [after(t0, when[i] + late[i]) if sensor.delay_s > 0.0 else None]
        if chance[i, _DOUBLED] < sensor.p_doubled:
            arrivals.append(after(t0, when[i] + later[i]))
        out.extend(
            Reading(t=stamp, sensor=sensor.name, received=arrival, object_id=object_id, **said)  # type: ignore[arg-type]
            for arrival in arrivals
        )
    return out


def _plain(value: Array) -> float | tuple[float, ...]:
    """Return a number or a vector as a reading holds it."""
    return tuple(value.tolist()) if value.ndim else float(value)


_Said = tuple[NDArray[np.bool_], dict[str, Array | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Series:
    """One sensor's n looks: when, where the object really is, and what chance adds.

    noise: (n, 6) standard normal; chance: (n, _DRAWS) between 0 and 1; wrong: the same for all looks
    """

    sensor: Sensor
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    noise: Array
    chance: Array
    wrong: Mapping[str, float]

    @property
    def wild(self) -> NDArray[np.bool_]:
        """Which looks say nonsense, (n,)."""
        return self.chance[:, _WILD] < self.sensor.p_wild

    @property
    def nonsense(self) -> Array:
        """What they say instead, (6, n), each from 0 to 1."""
        return self.chance[:, _NONSENSE:].T


def _directed(looks: _Series) -> _Said:
    """Return where a radar or a camera sees something, and what it then says."""
    sensor, noise, wrong, wild, u = looks.sensor, looks.noise, looks.wrong, looks.wild, looks.nonsense
    range_m, az_deg, el_deg, rate_mps = seen_from(sensor, looks.r_ecef_m, looks.v_ecef_mps, looks.t_s)
    visible = (el_deg >= sensor.min_elevation_deg) & (range_m <= sensor.max_range_m)
    visible &= _above_horizon(el_deg, range_m, sensor)
    given = (sensor.sigma_range_m, sensor.sigma_az_deg, sensor.sigma_el_deg, sensor.sigma_range_rate_mps)
    spread = [sigma or 0.0 for sigma in given]
    range_out = range_m + spread[0] * noise[:, 0] + wrong["bias_range_m"]
    az_out = az_deg + spread[1] * noise[:, 1] + wrong["bias_az_deg"]
    el_out = el_deg + spread[2] * noise[:, 2] + wrong["bias_el_deg"]
    rate_out = rate_mps + spread[3] * noise[:, 3] + wrong["bias_range_rate_mps"]
    # An elevation carried over the zenith is seen on the other side.
    over = el_out > 90.0
    az_out, el_out = np.where(over, az_out + 180.0, az_out), np.where(over, 180.0 - el_out, el_out)
    lowest = sensor.min_elevation_deg
    fields = {
        "range_m": np.where(wild, min(sensor.max_range_m, _FARTHEST_M) * u[0], range_out),
        "az_deg": np.where(wild, 360.0 * u[1], az_out % 360.0),
        "el_deg": np.where(wild, lowest + (90.0 - lowest) * u[2], np.maximum(el_out, -90.0)),
        "range_rate_mps": np.where(wild, _FASTEST_MPS * (2.0 * u[3] - 1.0), rate_out),
    }
    fields["range_m"] = np.maximum(fields["range_m"], 1.0)
    return visible, {key: fields[key] if sigma is not None else None for key, sigma in zip(fields, given, strict=True)}


def _reported(looks: _Series) -> _Said:
    """Return what a position report says: always something."""
    sensor, wild, u = looks.sensor, looks.wild[:, None], 2.0 * looks.nonsense.T - 1.0
    off_m = (sensor.sigma_position_m or 0.0) * looks.noise[:, :3]
    off_mps = (sensor.sigma_velocity_mps or 0.0) * looks.noise[:, 3:]
    place = looks.r_ecef_m + np.where(wild, _BOX_M * u[:, :3], off_m)
    rate = looks.v_ecef_mps + np.where(wild, _BOX_MPS * u[:, 3:], off_mps)
    velocity = None if sensor.sigma_velocity_mps is None else rate
    return np.ones(looks.t_s.size, dtype=np.bool_), {"r_ecef_m": place, "v_ecef_mps": velocity}


def _shown(looks: _Series) -> _Said:
    """Return what a broadcast shows: always something, and never a speed below zero."""
    sensor, wild, u = looks.sensor, looks.wild, looks.nonsense
    alt = geodetic_from_ecef(looks.r_ecef_m)[2] + (sensor.sigma_alt_m or 0.0) * looks.noise[:, 0]
    speed = np.linalg.norm(looks.v_ecef_mps, axis=1) + (sensor.sigma_speed_mps or 0.0) * looks.noise[:, 1]
    return np.ones(looks.t_s.size, dtype=np.bool_), {
        "alt_m": np.where(wild, _HIGHEST_M * u[0], alt),
        "speed_mps": np.where(wild, _FASTEST_MPS * u[1], np.abs(speed)),
    }


_SAYS: Final[dict[SensorKind, Callable[[_Series], _Said]]] = {
    SensorKind.RADAR: _directed,
    SensorKind.OPTICAL: _directed,
    SensorKind.POSITION: _reported,
    SensorKind.WEBCAST: _shown,
}


def _above_horizon(el_deg: Array, range_m: Array, sensor: Sensor) -> NDArray[np.bool_]:
    """Say where the Earth does not hide it: above the horizon of a sphere or nearer than it, no refraction."""
    height, radius = max(sensor.alt_m, 0.0), wgs84.MEAN_RADIUS_M
    dip = np.degrees(np.arccos(radius / (radius + height)))
    return (el_deg >= -float(dip)) | (range_m <= float(np.sqrt(height * (2.0 * radius + height))))


def seen_from(
    sensor: Sensor, r_ecef_m: Array, v_ecef_mps: Array, t_s: Array | None = None
) -> tuple[Array, Array, Array, Array]:
    """Return range [m], azimuth [deg] in [0, 360), elevation [deg] and range-rate [m/s], without noise, (n,) each.

    t_s: (n,) when, seconds after lift-off: a ship is by then somewhere else, and the range-rate is relative to it;
         none for the sensor as it stands at lift-off
    """
    if t_s is None or sensor.speed_mps == 0.0:
        d = r_ecef_m - ecef_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
        enu, v = d @ enu_axes(sensor.lat_deg, sensor.lon_deg).T, v_ecef_mps
    else:
        place, own, axes = places(sensor, t_s)
        d, v = r_ecef_m - place, v_ecef_mps - own
        enu = np.einsum("nij,nj->ni", axes, d)
    range_m = np.linalg.norm(d, axis=-1)
    az_deg = np.degrees(np.arctan2(enu[..., 0], enu[..., 1])) % 360.0
    el_deg = np.degrees(np.arctan2(enu[..., 2], np.hypot(enu[..., 0], enu[..., 1])))
    return range_m, az_deg, el_deg, np.sum(d * v, axis=-1) / range_m


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

"""Records of the track room: sensors, readings, the track, and what is said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One radar that stands still on the Earth.

    name:                  short name, as readings carry it
    title:                 what a person calls it
    lat_deg, lon_deg, alt_m: its place, height over the ellipsoid
    sigma_range_m, sigma_az_deg, sigma_el_deg: one standard deviation of each number
    sigma_range_rate_mps:  the same for range-rate; None when it measures none
    max_range_m:           beyond this it sees nothing
    min_elevation_deg:     below this it sees nothing
    period_s, start_s:     it looks every period_s seconds, first at start_s after lift-off
    source:                where the figures come from, or "assumed"
    """

    name: str
    title: str
    lat_deg: float
    lon_deg: float
    alt_m: float
    sigma_range_m: float
    sigma_az_deg: float
    sigma_el_deg: float
    sigma_range_rate_mps: float | None = None
    max_range_m: float
    min_elevation_deg: float
    period_s: float
    start_s: float = 0.0
    source: str

    def __post_init__(self) -> None:
        """Refuse a radar that cannot be."""
        for key, low, high in (
            ("lat_deg", -90.0, 90.0),
            ("lon_deg", -180.0, 180.0),
            ("alt_m", -500.0, 50_000.0),
            ("sigma_range_m", 1e-3, 1e6),
            ("sigma_az_deg", 1e-6, 30.0),
            ("sigma_el_deg", 1e-6, 30.0),
            ("max_range_m", 1.0, 1e8),
            ("min_elevation_deg", -5.0, 90.0),
            ("period_s", 1e-3, 3600.0),
            ("start_s", -86_400.0, 86_400.0),
        ):
            _within(self.name, key, getattr(self, key), low, high)
        if self.sigma_range_rate_mps is not None:
            _within(self.name, "sigma_range_rate_mps", self.sigma_range_rate_mps, 1e-6, 1e4)
        if not self.source.strip():
            raise InputError(
                where=f"sensor {self.name!r}", key="source", seen="empty", cure="name one, or say 'assumed'"
            )


def _within(name: str, key: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside the bounds, NaN included."""
    if not low <= value <= high:
        raise InputError(
            where=f"sensor {name!r}", key=key, seen=f"{value:g}", cure=f"give a value from {low:g} to {high:g}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one sensor said at one instant; None where it said nothing.

    t:              when it was measured, UTC
    sensor:         name of the sensor
    range_m:        slant range
    az_deg, el_deg: azimuth clockwise from true north, elevation over the ellipsoid's horizon, no refraction
    range_rate_mps: rate of the slant range, positive when receding
    """

    t: datetime
    sensor: str
    range_m: float | None = None
    az_deg: float | None = None
    el_deg: float | None = None
    range_rate_mps: float | None = None


class Burn(NamedTuple):
    """When thrust is expected: seconds after lift-off, and the number of the stage."""

    t_ignition_s: float
    t_cutoff_s: float
    stage: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The filter's answer after each reading, n of them in order of time.

    t0:           lift-off, UTC
    t_s:          (n,) seconds after lift-off
    r_ecef_m, v_ecef_mps: (n, 3) position, velocity relative to the Earth
    cov:          (n, 6, 6) covariance of position and velocity [m2, m2/s, m2/s2], Earth-fixed axes
    f_ecef_mps2:  (n, 3) specific force from thrust (and from drag, where there is air)
    f_mps2:       (n,) its size
    p_coast:      (n,) probability of the coasting model, in which there is no thrust at all
    p_idle:       (n,) probability that no engine burns: coasting, or a forward thrust below Tuning.least_mps2
    used:         (n,) False where a reading was refused as wild
    sensor:       (n,) row in sensors
    sensors:      names of the sensors
    duplicates:   readings dropped because the same sensor had already spoken at the same instant
    """

    t0: datetime
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    cov: Array
    f_ecef_mps2: Array
    f_mps2: Array
    p_coast: Array
    p_idle: Array
    used: NDArray[np.bool_]
    sensor: NDArray[np.int64]
    sensors: tuple[str, ...]
    duplicates: int


class Verdict(StrEnum):
    """What can be said of a flight. BROKEN_UP and BALLISTIC are for later rooms to claim: nothing here decides them."""

    NOMINAL = "nominal"
    OFF_NOMINAL = "off nominal"
    THRUST_LOST = "thrust lost"
    BROKEN_UP = "broken up"
    WILL_REACH_ORBIT = "will reach orbit"
    WILL_NOT_REACH_ORBIT = "will not reach orbit"
    IN_ORBIT = "in orbit"
    BALLISTIC = "ballistic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Where it would come down if all thrust ended now and there were no air; NaN when it would not.

    lat_deg, lon_deg, t_s: place, and seconds after lift-off
    sigma_major_m, sigma_minor_m: one-sigma ellipse from the covariance of the state alone
    axis_deg:   azimuth of the major axis, in [0, 180)
    t_sigma_s:  one sigma of the time
    """

    lat_deg: float
    lon_deg: float
    t_s: float
    sigma_major_m: float
    sigma_minor_m: float
    axis_deg: float
    t_sigma_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What is known and said at one instant.

    t_s:        seconds after lift-off
    read_s:     age of the newest reading behind it [s]: above zero when nothing is heard
    r_ecef_m, v_ecef_mps: state, Earth-fixed axes
    sigma_r_m, sigma_v_mps: one sigma along each axis
    impact:     impact point now
    perigee_m, perigee_sigma_m, apogee_m, apogee_sigma_m: heights over the equatorial radius, mean and sigma
    p_orbit:    probability that the perigee is above the limit
    p_idle:     probability that no engine burns
    verdict, p: what is said, and the probability of what the reason names
    reason:     the same in words
    """

    t_s: float
    read_s: float
    r_ecef_m: tuple[float, float, float]
    v_ecef_mps: tuple[float, float, float]
    sigma_r_m: tuple[float, float, float]
    sigma_v_mps: tuple[float, float, float]
    impact: Impact
    perigee_m: float
    perigee_sigma_m: float
    apogee_m: float
    apogee_sigma_m: float
    p_orbit: float
    p_idle: float
    verdict: Verdict
    p: float
    reason: str

"""Records of the track room: sensors, readings, the track, and what is said about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError


class SensorKind(StrEnum):
    """What a sensor says.

    RADAR:    range, azimuth, elevation, range-rate; any of them
    OPTICAL:  azimuth and elevation of a line of sight (visible or infra-red)
    POSITION: places and velocities, as a telemetry link or another tracker reports them
    WEBCAST:  height and speed, as the screen of a broadcast shows them
    """

    RADAR = "radar"
    OPTICAL = "optical"
    POSITION = "position"
    WEBCAST = "webcast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One sensor, standing still on the Earth or on a ship that keeps its course. No field is NaN.

    name:                  short name, as readings carry it
    title:                 what a person calls it
    kind:                  what it says
    lat_deg, lon_deg, alt_m: its place (at lift-off, for a ship), height over the ellipsoid; of no use to POSITION and
                           WEBCAST
    course_deg, speed_mps: of the ship that carries it, clockwise from true north; 0 for a sensor on land
    sigma_*:               one standard deviation of each number's noise; None where it gives no such number.
                           sigma_position_m and sigma_velocity_mps hold for each axis
    bias_*, clock_offset_s: what is known to be wrong with it: reading minus truth, and its clock minus UTC. Taken off
                           before a reading is used.
    sigma_bias_*, sigma_clock_s: one standard deviation of what remains of them, the same in every reading of a flight
    max_range_m:           beyond this it sees nothing
    min_elevation_deg:     below this it sees nothing
    period_s, start_s:     it looks every period_s seconds, first at start_s after lift-off
    delay_s:               mean time from a look to its arrival (exponential)
    p_missed, p_doubled, p_wild: chance that a look yields nothing, arrives twice, or says nonsense
    source:                where the figures come from, or "assumed"
    """

    name: str
    title: str
    kind: SensorKind = SensorKind.RADAR
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    alt_m: float = 0.0
    course_deg: float = 0.0
    speed_mps: float = 0.0
    sigma_range_m: float | None = None
    sigma_az_deg: float | None = None
    sigma_el_deg: float | None = None
    sigma_range_rate_mps: float | None = None
    sigma_position_m: float | None = None
    sigma_velocity_mps: float | None = None
    sigma_alt_m: float | None = None
    sigma_speed_mps: float | None = None
    bias_range_m: float = 0.0
    bias_az_deg: float = 0.0
    bias_el_deg: float = 0.0
    bias_range_rate_mps: float = 0.0
    clock_offset_s: float = 0.0
    sigma_bias_range_m: float = 0.0
    sigma_bias_az_deg: float = 0.0
    sigma_bias_el_deg: float = 0.0
    sigma_bias_range_rate_mps: float = 0.0
    sigma_clock_s: float = 0.0
    max_range_m: float = 1e8
    min_elevation_deg: float = 0.0
    period_s: float = 1.0
    start_s: float = 0.0
    delay_s: float = 0.0
    p_missed: float = 0.0
    p_doubled: float = 0.0
    p_wild: float = 0.0
    source: str

    def __post_init__(self) -> None:
        """Refuse a sensor that cannot be."""
        for key, low, high in _LIMITS:
            value = getattr(self, key)
            if value is not None:
                _within(self.name, key, value, low, high)
        for key in _GIVEN[self.kind]:
            if getattr(self, key) is None:
                cure = f"a {self.kind} sensor needs {' and '.join(_GIVEN[self.kind])}"
                raise InputError(where=f"sensor {self.name!r}", key=key, seen="missing", cure=cure)
        if not self.source.strip():
            raise InputError(
                where=f"sensor {self.name!r}", key="source", seen="empty", cure="name one, or say 'assumed'"
            )


_GIVEN: Final = {
    SensorKind.RADAR: ("sigma_range_m",),
    SensorKind.OPTICAL: ("sigma_az_deg", "sigma_el_deg"),
    SensorKind.POSITION: ("sigma_position_m",),
    SensorKind.WEBCAST: ("sigma_alt_m", "sigma_speed_mps"),
}
_LIMITS: Final = (
    ("lat_deg", -90.0, 90.0),
    ("lon_deg", -180.0, 180.0),
    ("alt_m", -500.0, 50_000.0),
    ("course_deg", 0.0, 360.0),
    ("speed_mps", 0.0, 50.0),
    ("sigma_range_m", 1e-3, 1e6),
    ("sigma_az_deg", 1e-6, 30.0),
    ("sigma_el_deg", 1e-6, 30.0),
    ("sigma_range_rate_mps", 1e-6, 1e4),
    ("sigma_position_m", 1e-3, 1e6),
    ("sigma_velocity_mps", 1e-6, 1e4),
    ("sigma_alt_m", 1e-3, 1e6),
    ("sigma_speed_mps", 1e-6, 1e4),
    ("bias_range_m", -1e6, 1e6),
    ("bias_az_deg", -30.0, 30.0),
    ("bias_el_deg", -30.0, 30.0),
    ("bias_range_rate_mps", -1e4, 1e4),
    ("clock_offset_s", -3600.0, 3600.0),
    ("sigma_bias_range_m", 0.0, 1e6),
    ("sigma_bias_az_deg", 0.0, 30.0),
    ("sigma_bias_el_deg", 0.0, 30.0),
    ("sigma_bias_range_rate_mps", 0.0, 1e4),
    ("sigma_clock_s", 0.0, 60.0),
    ("max_range_m", 1.0, 1e8),
    ("min_elevation_deg", -5.0, 90.0),
    ("period_s", 1e-3, 3600.0),
    ("start_s", -86_400.0, 86_400.0),
    ("delay_s", 0.0, 3600.0),
    ("p_missed", 0.0, 1.0),
    ("p_doubled", 0.0, 1.0),
    ("p_wild", 0.0, 1.0),
)


def _within(name: str, key: str, value: float, low: float, high: float) -> None:
    """Refuse a value outside the bounds, NaN included."""
    if not low <= value <= high:
        raise InputError(
            where=f"sensor {name!r}", key=key, seen=f"{value:g}", cure=f"give a value from {low:g} to {high:g}"
        )


Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one sensor said at one instant; None where it said nothing.

    t:              when it was measured, UTC by the sensor's own clock
    sensor:         name of the sensor
    seq:            its number in the log or the line in its file, from 1; 0 when nobody counted
    received:       when it came in, UTC; None when nobody noted it
    object_id:      the sensor's own name for what it saw, where it tells objects apart
    range_m:        slant range
    az_deg, el_deg: azimuth clockwise from true north, elevation over the ellipsoid's horizon, no refraction
    range_rate_mps: rate of the slant range, positive when receding
    r_ecef_m, v_ecef_mps: place and velocity, Earth-fixed axes, velocity relative to the Earth
    alt_m:          height over the ellipsoid
    speed_mps:      speed relative to the Earth
    """

    t: datetime
    sensor: str
    seq: int = 0
    received: datetime | None = None
    object_id: str | None = None
    range_m: float | None = None
    az_deg: float | None = None
    el_deg: float | None = None
    range_rate_mps: float | None = None
    r_ecef_m: Vector | None = None
    v_ecef_mps: Vector | None = None
    alt_m: float | None = None
    speed_mps: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line of a stream that could not be used: where it stands, what was seen, what to do about it."""

    where: str
    key: str
    seen: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a stream of readings gave.

    readings: what could be used, in the order of the stream
    faults:   what could not, in the same order
    lines:    how many lines carried something
    """

    readings: tuple[Reading, ...]
    faults: tuple[Fault, ...]
    lines: int


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
    p_entry:      (n,) probability of the model of a fall through air
    p_idle:       (n,) probability that no engine burns: coasting, falling, or a forward thrust below Tuning.least_mps2
    coast_since_s, coast_sigma_s: (n,) since when it coasts, and one sigma of that, where it is sure; else NaN
    used:         (n,) False where a reading was refused: wild, or of another object
    sensor:       (n,) row in sensors
    seq:          (n,) number of the reading in its log
    sensors:      names of the sensors
    duplicates:   readings dropped because another said exactly the same
    """

    t0: datetime
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    cov: Array
    f_ecef_mps2: Array
    f_mps2: Array
    p_coast: Array
    p_entry: Array
    p_idle: Array
    coast_since_s: Array
    coast_sigma_s: Array
    used: NDArray[np.bool_]
    sensor: NDArray[np.int64]
    seq: NDArray[np.int64]
    sensors: tuple[str, ...]
    duplicates: int


class Verdict(StrEnum):
    """What can be said of a flight."""

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
class Decider:
    """Readings of one sensor that a verdict rests on: the first and the last of them by their numbers, and how many."""

    sensor: str
    first_seq: int
    last_seq: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What is known and said at one instant; NaN where nothing is.

    t_s:        seconds after lift-off
    read_s:     age of the newest reading behind it [s]: above zero when nothing is heard
    r_ecef_m, v_ecef_mps: state, Earth-fixed axes
    sigma_r_m, sigma_v_mps: one sigma along each axis
    impact:     impact point now
    perigee_m, perigee_sigma_m, apogee_m, apogee_sigma_m: heights over the equatorial radius, mean and sigma
    inclination_deg, inclination_sigma_deg: of the orbit it would stay in
    p_orbit:    probability that the perigee is above the limit
    p_idle:     probability that no engine burns
    p_ballistic: probability that this is no space launch
    p_outside, outside_m: probability that the impact point is outside the announced corridor, and how far (negative inside)
    p_broken:   probability that the vehicle has broken up
    allowed_s:  so long may readings stay away before nothing is known any more
    verdict, p: what is said, and the probability of what the reason names
    reason:     the same in words
    decided_by: the readings that decided it
    """

    t_s: float
    read_s: float
    r_ecef_m: Vector
    v_ecef_mps: Vector
    sigma_r_m: Vector
    sigma_v_mps: Vector
    impact: Impact
    perigee_m: float
    perigee_sigma_m: float
    apogee_m: float
    apogee_sigma_m: float
    inclination_deg: float = math.nan
    inclination_sigma_deg: float = math.nan
    p_orbit: float
    p_idle: float
    p_ballistic: float = math.nan
    p_outside: float = math.nan
    outside_m: float = math.nan
    p_broken: float = math.nan
    allowed_s: float = math.nan
    verdict: Verdict
    p: float
    reason: str
    decided_by: tuple[Decider, ...] = ()

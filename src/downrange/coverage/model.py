"""Records of the coverage room: what a sensor reaches, the points asked about, when they are seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError, after

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
Bools = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


class Nadir(StrEnum):
    """Which way is straight down: toward the Earth's centre, or along the ellipsoid's normal under the satellite."""

    GEOCENTRIC = "geocentric"
    GEODETIC = "geodetic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cone:
    """A round field about nadir, or about a line of sight that is rolled and then pitched off nadir.

    half_angle_deg: 0 to 90, both ends left out; 90 is allowed about nadir and leaves the horizon alone
    roll_deg:       about the direction of flight, positive to the right of it
    pitch_deg:      then about the axis across it, positive ahead
    """

    half_angle_deg: float
    roll_deg: float = 0.0
    pitch_deg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a field that is no cone."""
        _within("half_angle_deg", self.half_angle_deg, 0.0, 90.0)
        _within_turn(self.roll_deg, self.pitch_deg)

    @property
    def about_nadir(self) -> bool:
        """Whether its axis points straight down."""
        return self.roll_deg == 0.0 == self.pitch_deg


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle:
    """A four-sided field, as of a frame camera; its faces are planes through the satellite.

    along_deg, across_deg: half angles along the motion and across it, 0 to 90 without the ends
    roll_deg, pitch_deg:   as of a `Cone`
    """

    along_deg: float
    across_deg: float
    roll_deg: float = 0.0
    pitch_deg: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a field that is no rectangle."""
        for name, angle in (("along_deg", self.along_deg), ("across_deg", self.across_deg)):
            _within(name, angle, 0.0, 89.9)
        _within_turn(self.roll_deg, self.pitch_deg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agility:
    """How far the satellite can turn either way from where its sensor points by itself, one axis after the other.

    The field of regard is then every direction whose angle of roll and angle of pitch lie within the turn plus the
    field's half angle; where both turns are at their ends a round field's corner is taken as square.
    """

    roll_deg: float
    pitch_deg: float

    def __post_init__(self) -> None:
        """Refuse a turn that is none."""
        for name, angle in (("roll_deg", self.roll_deg), ("pitch_deg", self.pitch_deg)):
            if not 0.0 <= angle < 90.0:
                raise InputError(
                    where="agility", key=name, seen=f"{angle:g}", cure="give how far it turns, 0 to less than 90 deg"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """What a satellite can see of the ground. The Earth itself is always in the way: nothing below the horizon is seen.

    field:                 of view, or of regard
    nadir:                 which way the field hangs
    agility:               widens the field to what the satellite can turn it to; None: it does not turn
    min_elevation_deg:     of the satellite over the ellipsoid's horizon at the point, without refraction
    min_sun_elevation_deg: of the sun's centre over that horizon, without refraction; None: by day and by night
    """

    field: Cone | Rectangle
    nadir: Nadir = Nadir.GEOCENTRIC
    agility: Agility | None = None
    min_elevation_deg: float = 0.0
    min_sun_elevation_deg: float | None = None

    def __post_init__(self) -> None:
        """Refuse angles that leave nothing to see, or are none."""
        if not 0.0 <= self.min_elevation_deg < 90.0:
            cure = "give 0 (the horizon) to less than 90 deg; the Earth cannot be seen through"
            raise InputError(where="sensor", key="min_elevation_deg", seen=f"{self.min_elevation_deg:g}", cure=cure)
        sun = self.min_sun_elevation_deg
        if sun is not None and not -90.0 <= sun < 90.0:
            cure = "give -90 to less than 90 deg; 10 is usual for pictures by daylight"
            raise InputError(where="sensor", key="min_sun_elevation_deg", seen=f"{sun:g}", cure=cure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points on the ground, as arrays of one length n. Make them with `points_at`, which checks.

    lat_deg, lon_deg: geodetic, WGS 84, east positive
    alt_m:            over the ellipsoid
    area_m2:          what each stands for: the weight in every mean over points
    """

    lat_deg: Array
    lon_deg: Array
    alt_m: Array
    area_m2: Array

    def __len__(self) -> int:
        """Return how many there are."""
        return int(self.lat_deg.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accesses:
    """When which satellite can see which point: k windows, sorted by point, then by start.

    satellites:           their names; `satellite` counts into them
    start:                of the span, UTC; times are seconds after it
    span_s:               how long was looked
    points, sensor:       as asked
    satellite, point:     (k,) whose window it is
    start_s, end_s:       (k,), from 0 to span_s
    open_start, open_end: (k,) whether the span's own end cut the window there
    """

    satellites: tuple[str, ...]
    start: datetime
    span_s: float
    points: Points
    sensor: Sensor
    satellite: Ints
    point: Ints
    start_s: Array
    end_s: Array
    open_start: Bools
    open_end: Bools

    def __len__(self) -> int:
        """Return how many windows there are."""
        return int(self.point.size)

    @property
    def stop(self) -> datetime:
        """The end of the span."""
        return after(self.start, self.span_s)


def points_at(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike = 0.0, area_m2: ArrayLike = 1.0) -> Points:
    """Return points from latitudes and longitudes [deg], heights [m] and areas [m^2] that fit each other in shape.

    >>> len(points_at([39.0, 37.6], [125.7, 127.0]))
    2
    """
    given = (np.asarray(x, dtype=float).ravel() for x in (lat_deg, lon_deg, alt_m, area_m2))
    try:
        lat, lon, alt, area = (np.ascontiguousarray(x) for x in np.broadcast_arrays(*given))
    except ValueError:
        shapes = " and ".join(str(np.shape(x)) for x in (lat_deg, lon_deg, alt_m, area_m2))
        raise InputError(where="points", seen=f"arrays of shapes {shapes}", cure="give as many of each") from None
    if lat.size == 0:
        raise InputError(where="points", seen="none", cure="give at least one latitude and longitude")
    for name, values, low, high in (
        ("lat_deg", lat, -90.0, 90.0),
        ("lon_deg", lon, -180.0, 360.0),
        ("alt_m", alt, -12_000.0, 100_000.0),
        ("area_m2", area, 0.0, 1e15),
    ):
        bad = np.flatnonzero(~((values >= low) & (values <= high)))
        if bad.size:
            seen = f"{values[bad[0]]:g} at point {bad[0]}"
            cure = f"give {low:g} to {high:g}; were latitude and longitude exchanged?"
            raise InputError(where="points", key=name, seen=seen, cure=cure)
    return Points(lat_deg=lat, lon_deg=lon, alt_m=alt, area_m2=area)


def _within(name: str, angle_deg: float, low_deg: float, high_deg: float) -> None:
    if not low_deg < angle_deg <= high_deg:
        cure = f"give the half angle, more than {low_deg:g} and at most {high_deg:g} deg"
        raise InputError(where="field", key=name, seen=f"{angle_deg:g}", cure=cure)


def _within_turn(roll_deg: float, pitch_deg: float) -> None:
    for name, angle in (("roll_deg", roll_deg), ("pitch_deg", pitch_deg)):
        if not -90.0 < angle < 90.0:
            cure = "give the angle off nadir, between -90 and 90 deg"
            raise InputError(where="field", key=name, seen=f"{angle:g}", cure=cure)

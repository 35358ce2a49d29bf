"""Records of the corridor room: areas seen from the pad, planes, dog-legs, places under the track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from downrange.base import InputError


class Area(Protocol):
    """What geometry needs to know of an announced area; the areas of a notice have it all."""

    @property
    def label(self) -> str:
        """Name for people."""

    @property
    def shape(self) -> str:
        """Kind of outline: polygon, circle or point."""

    @property
    def lat_deg(self) -> Sequence[float]:
        """Latitudes of the corners, or of the centre."""

    @property
    def lon_deg(self) -> Sequence[float]:
        """Longitudes of the corners, or of the centre."""

    @property
    def radius_m(self) -> float | None:
        """Radius of a circle, or the uncertainty of a point; None for a polygon."""


class Pad(Protocol):
    """What geometry needs to know of a launch site."""

    @property
    def name(self) -> str:
        """Short name."""

    @property
    def lat_deg(self) -> float:
        """Geodetic latitude [deg]."""

    @property
    def lon_deg(self) -> float:
        """Longitude [deg]."""

    @property
    def sigma_m(self) -> float:
        """One standard deviation of the position [m]."""


class Named(Protocol):
    """A place with a name and a point; one with a geometry_lonlat besides is measured to its edge."""

    @property
    def name_en(self) -> str:
        """Name in English."""

    @property
    def lat_deg(self) -> float:
        """Latitude [deg]."""

    @property
    def lon_deg(self) -> float:
        """Longitude [deg]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An area made by hand: a ring of corners, or one point with a radius (its size or its uncertainty).

    label:    name for people
    lat_deg:  corners, or one centre
    lon_deg:  the same
    radius_m: for one centre; None for a ring
    """

    label: str
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    radius_m: float | None = None

    def __post_init__(self) -> None:
        """Refuse an outline that encloses nothing."""
        if len(self.lat_deg) != len(self.lon_deg):
            seen = f"{len(self.lat_deg)} latitudes and {len(self.lon_deg)} longitudes"
            raise InputError(where="area", key=self.label, seen=seen, cure="give one longitude for each latitude")
        if len(self.lat_deg) != 1 and len(self.lat_deg) < 3:
            seen = f"{len(self.lat_deg)} corners"
            raise InputError(where="area", key=self.label, seen=seen, cure="give three corners or more, or one centre")
        if len(self.lat_deg) == 1 and not (self.radius_m is not None and self.radius_m > 0.0):
            seen = "one centre without a radius"
            raise InputError(where="area", key=self.label, seen=seen, cure="say how large it is, or how uncertain")

    @property
    def shape(self) -> str:
        """Kind of outline: polygon or circle."""
        return "circle" if len(self.lat_deg) == 1 else "polygon"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRange:
    """An area as seen from the pad, along geodesics of the ellipsoid.

    near_m, far_m:    nearest and farthest point of the outline
    centre_m:         distance of the centre (centroid of the convex hull)
    lat_deg, lon_deg: the centre
    azimuth_deg:      at the pad, toward the centre
    left_deg:         azimuth of the outline's leftmost point as seen from the pad
    right_deg:        azimuth of its rightmost point
    course_deg:       course over the ground of the pad's geodesic where it reaches the centre
    axis_deg:         direction of the outline's long axis, the end nearer to course_deg; None for a circle
    length_m:         along the long axis
    width_m:          across it
    """

    label: str
    near_m: float
    centre_m: float
    far_m: float
    lat_deg: float
    lon_deg: float
    azimuth_deg: float
    left_deg: float
    right_deg: float
    course_deg: float
    axis_deg: float | None
    length_m: float
    width_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFit:
    """The one great circle, fixed to the Earth, from the pad that misses its worst area by least.

    accepted:        it passes through every area
    azimuth_deg:     at the pad
    labels:          the areas, in order of range
    residual_m:      how far the middle of each area lies to the right of the circle, negative to the left
    tolerance_m:     half the width that the area shows to the circle, with the pad's own uncertainty
    low_deg:         the least azimuth that still passes through all areas; equals azimuth_deg when refused
    high_deg:        the greatest
    inclination_deg: of a direct ascent along it
    sentence:        the finding in words
    """

    accepted: bool
    azimuth_deg: float
    labels: tuple[str, ...]
    residual_m: tuple[float, ...]
    tolerance_m: tuple[float, ...]
    low_deg: float
    high_deg: float
    inclination_deg: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One piece of a dog-leg, a geodesic between the centres of two areas (the first starts at the pad).

    range_m:         length
    course_deg:      course at its start
    arrival_deg:     course at its end
    turn_deg:        from the previous leg's arrival to this course, positive to the right; 0 for the first
    turn_spread_deg: how far the areas' own sizes could change that turn, as a bound
    inclination_deg: of an orbit entered along this leg's start, the Earth's turning included
    """

    start: str
    end: str
    range_m: float
    course_deg: float
    arrival_deg: float
    turn_deg: float
    turn_spread_deg: float
    inclination_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DogLeg:
    """The courses from the pad through the areas, in order of range.

    first_plane:     the one plane from the pad through as many of the nearest areas as one plane can hold
    legs:            one for each area
    last_turn_deg:   turn that the rest of the vehicle still needs at the last area for inclination_deg,
                     positive to the right; None when no inclination was asked
    inclination_deg: the one asked, or None
    sentence:        the finding in words
    """

    first_plane: PlaneFit
    legs: tuple[Leg, ...]
    last_turn_deg: float | None
    inclination_deg: float | None
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A place near the ground track, and when.

    place:       the record that was given
    name:        its English name
    minute:      whole minutes after lift-off at the closest point
    first_t_s:   when the track first comes within the distance asked
    closest_t_s: when it is nearest
    last_t_s:    when it is last within that distance
    distance_m:  from the track to the place's edge, 0 when it passes over
    """

    place: Named
    name: str
    minute: int
    first_t_s: float
    closest_t_s: float
    last_t_s: float
    distance_m: float

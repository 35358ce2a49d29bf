"""Records of the corridor room: areas seen from the pad, planes, dog-legs, places under the track."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from downrange.base import InputError


class Area(Protocol):
    """What geometry needs to know of an announced area; the areas of a notice have it all."""

    @property
    def label(self) -> str:
        """Name for people."""

    @property
    def shape(self) -> str:
        """Kind of outline: polygon, circle, band (a line with a half-width) or point."""

    @property
    def lat_deg(self) -> Sequence[float]:
        """Latitudes of the corners, of the line, or of the centre."""

    @property
    def lon_deg(self) -> Sequence[float]:
        """Longitudes of the corners, or of the centre."""

    @property
    def radius_m(self) -> float | None:
        """Radius of a circle, half-width of a band, or the uncertainty of a point; None for a polygon."""


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
class AreaPlane:
    """What one area alone says of the flight's plane: each figure low, middle and high.

    They differ by the area's width, and by how long the body was in the air, which nobody announces.

    informs:             False where it lies around the pad or the pad's antipode: every course leads there
    azimuth_*_deg:       at the pad, as drawn on the map: the great circle fixed to the Earth
    course_*_deg:        at the pad, over the ground, of a flight whose fall on the turning Earth ends in the area. High
                         may be above 360, so that low <= mid <= high
    flight_*_s:          in the air, taken as one throw from the pad: less than from lift-off to the fall
    inclination_*_deg:   of the orbit entered by a vehicle that keeps that course
    own_inclination_*_deg: of the plane, fixed against the stars, in which the body itself flew and fell
    """

    label: str
    informs: bool
    azimuth_low_deg: float
    azimuth_mid_deg: float
    azimuth_high_deg: float
    course_low_deg: float
    course_mid_deg: float
    course_high_deg: float
    flight_low_s: float
    flight_mid_s: float
    flight_high_s: float
    inclination_low_deg: float
    inclination_mid_deg: float
    inclination_high_deg: float
    own_inclination_low_deg: float
    own_inclination_mid_deg: float
    own_inclination_high_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseFit:
    """One course from the pad through areas, and by how much it misses each.

    accepted:    it passes through every area
    azimuth_deg: the course that misses its worst area by least, in half-widths
    low_deg:     the least that still passes through all areas; equals azimuth_deg when refused
    high_deg:    the greatest
    residual_m:  how far the middle of each area lies to the right of the course, negative to the left; of an area that is
                 missed, the distance beyond its edge and tolerance_m
    tolerance_m: half the width that the area shows to the course, with the pad's own uncertainty; of an area that is
                 missed, to the course through its own middle
    """

    accepted: bool
    azimuth_deg: float
    low_deg: float
    high_deg: float
    residual_m: tuple[float, ...]
    tolerance_m: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFit:
    """The one plane through the pad and all areas, or by how much there is none.

    accepted:             one flight that does not turn, falling on the turning Earth, ends in every area
    labels:               the areas, in order of range
    turning:              that flight's course over the ground at the pad
    azimuth_deg:          of the great circle fixed to the Earth, as drawn on the map, that misses its worst area by least
    low_deg, high_deg:    the least and greatest that still pass through all areas; equal azimuth_deg where none does
    residual_m:           of the drawn circle; as of CourseFit
    tolerance_m:          the same
    inclination_deg:      of an orbit entered along the turning course
    inclination_low_deg:  the least over the courses that pass through all areas; equals inclination_deg when refused
    inclination_high_deg: the greatest
    sentence:             the finding in words
    """

    accepted: bool
    labels: tuple[str, ...]
    turning: CourseFit
    azimuth_deg: float
    low_deg: float
    high_deg: float
    residual_m: tuple[float, ...]
    tolerance_m: tuple[float, ...]
    inclination_deg: float
    inclination_low_deg: float
    inclination_high_deg: float
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
                     positive to the right; None when no inclination was asked, or none such reaches that latitude
    inclination_deg: the one asked, or None
    sentence:        the finding in words
    """

    first_plane: PlaneFit
    legs: tuple[Leg, ...]
    last_turn_deg: float | None
    inclination_deg: float | None
    sentence: str


class Verdict(StrEnum):
    """Which flight explains announced areas."""

    ONE_PLANE = "one plane"
    DOG_LEG = "dog-leg"
    NONE = "no single flight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """Announced areas explained by geometry.

    verdict:  one plane if it fits, else the dog-leg that does, else neither
    planes:   what each area says alone, in order of range
    plane:    the one plane or its residuals, without areas half an orbit away where there are nearer ones
    dog_leg:  the legs, likewise
    sentence: the finding in words
    """

    verdict: Verdict
    planes: tuple[AreaPlane, ...]
    plane: PlaneFit
    dog_leg: DogLeg
    sentence: str


class Basis(StrEnum):
    """What a hidden area's direction is predicted from."""

    ONE_PLANE = "one plane"
    DOG_LEG = "dog-leg"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """One area hidden, and where the others say that it lies, across its own range.

    basis:           one plane of the others, their dog-leg, or nothing where there are none; then every figure is NaN
    course_low_deg:  the least course over the ground at the pad that the others allow
    course_deg:      the middle one
    course_high_deg: the greatest; may be above 360, so that low <= middle <= high
    miss_m:          from the predicted course to the hidden area's middle, positive when it lies to the right
    half_m:          half the width that the area shows
    spread_m:        how far the others let the course swing at that range, either way
    inside:          the hidden area and what is predicted overlap
    """

    label: str
    basis: Basis
    course_low_deg: float
    course_deg: float
    course_high_deg: float
    miss_m: float
    half_m: float
    spread_m: float
    inside: bool


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

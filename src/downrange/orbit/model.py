"""Records of the orbit room: elements, fitted element sets, passes, the answer to 'did it get there?'."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sgp4.api import WGS72, Satrec

from downrange.base import InputError, ModelError, after, julian_pair, units, utc, wgs84
from downrange.orbit._io_columns import figures_of
from downrange.orbit.engine import warn_when_plain

LARGEST_NUMBER = 339_999  # alpha-5; SGP4 and two lines hold no more
GM_WGS72_M3PS2 = 3.986008e14  # Hoots and Roehrich, Spacetrack Report No. 3, 1980, as SGP4 uses it
_JD_2000 = 2_451_544.5  # 2000 January 1, 00:00 UTC
_EPOCH_ZERO_JD = 2_433_281.5  # 1949 December 31 00:00 UT, from which sgp4init counts days
_REVPDAY = 720.0 / math.pi  # revolutions a day in one radian a minute
_DOT = _REVPDAY * 1_440.0
_DDOT = _DOT * 1_440.0
_LARGEST_E = math.nextafter(1.0, 0.0)
_ANGLE = "give degrees, 0 to 360"
_LIMITS = (
    ("inclination_deg", 0.0, 180.0, "give degrees, 0 to 180"),
    ("raan_deg", 0.0, 360.0, _ANGLE),
    ("e", 0.0, _LARGEST_E, "give the eccentricity of an ellipse, 0 <= e < 1, with its decimal point"),
    ("argp_deg", 0.0, 360.0, _ANGLE),
    ("mean_anomaly_deg", 0.0, 360.0, _ANGLE),
    ("mean_motion_revpday", 0.01, 18.0, "give revolutions a day, 0.01 to 18; not radians a minute"),
    ("bstar", -1e9, 1e9, "give a drag term in 1/Earth radii, 0 when it is not known"),
    ("mean_motion_dot", -1e9, 1e9, "give rev/day^2, 0 when it is not known"),
    ("mean_motion_ddot", -1e9, 1e9, "give rev/day^3, 0 when it is not known"),
    ("number", 0, 999_999_999, "give a catalogue number of up to nine digits, 0 when there is none"),
)


class Frame(StrEnum):
    """The inertial frame that elements are counted in."""

    TEME = "teme"
    GCRF = "gcrf"


class Reached(StrEnum):
    """Whether anything reached orbit."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """Osculating Kepler elements of one instant.

    a_m:              semi-major axis [m]
    e:                eccentricity, 0 <= e < 1
    inclination_deg:  0 to 180
    raan_deg:         right ascension of the ascending node, 0 to 360
    argp_deg:         argument of perigee, 0 to 360; 0 by convention for a circle
    mean_anomaly_deg: 0 to 360
    epoch:            the instant, UTC
    frame:            inertial frame of the node and the inclination
    """

    a_m: float
    e: float
    inclination_deg: float
    raan_deg: float
    argp_deg: float
    mean_anomaly_deg: float
    epoch: datetime
    frame: Frame

    def __post_init__(self) -> None:
        """Refuse what is no ellipse, and a moment without a zone."""
        if not (self.a_m > 0.0 and 0.0 <= self.e < 1.0):
            raise ModelError(
                f"a_m={self.a_m:g} and e={self.e:g} are no ellipse; was the semi-major axis given in km, "
                "or the eccentricity with its decimal point left out as in a TLE?"
            )
        if self.epoch.tzinfo is None:
            raise InputError(
                where="elements",
                key="epoch",
                seen=f"{self.epoch.isoformat()} has no time zone",
                cure="say which, UTC for element sets",
            )

    @property
    def perigee_alt_m(self) -> float:
        """Height of the perigee over the equatorial radius [m], as catalogues print it; not over the ellipsoid."""
        return self.a_m * (1.0 - self.e) - wgs84.RE_M

    @property
    def apogee_alt_m(self) -> float:
        """Height of the apogee over the equatorial radius [m], as catalogues print it."""
        return self.a_m * (1.0 + self.e) - wgs84.RE_M

    @property
    def period_s(self) -> float:
        """Kepler period [s]."""
        return float(2.0 * math.pi * (self.a_m**3 / wgs84.GM_M3PS2) ** 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementSet:
    """Mean elements for SGP4 (TEME, WGS72) and nothing else, with their two lines or without.

    name:                 as the catalogue has it, or ""
    lines:                the two lines, checksums verified; None where the set came in another form or was made here
    number:               catalogue number; 0 when there is none
    designator:           international designator as printed in two lines, as 23179A; "" when there is none
    epoch:                UTC
    inclination_deg:      mean, and so on for the rest
    mean_motion_revpday:  revolutions a day as printed (Kozai)
    bstar:                drag term [1/Earth radii]
    classification:       U for unclassified
    element_set_number:   how many sets of this object came before
    revolution:           at the epoch
    mean_motion_dot:      as printed: half the first rate [rev/day^2]; SGP4 does not use it
    mean_motion_ddot:     as printed: a sixth of the second rate [rev/day^3]; SGP4 does not use it
    """

    name: str
    lines: tuple[str, str] | None
    number: int
    designator: str
    epoch: datetime
    inclination_deg: float
    raan_deg: float
    e: float
    argp_deg: float
    mean_anomaly_deg: float
    mean_motion_revpday: float
    bstar: float
    classification: str = "U"
    element_set_number: int = 0
    revolution: int = 0
    mean_motion_dot: float = 0.0
    mean_motion_ddot: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no orbit, a moment without a zone, and lines that say something else than the elements."""
        if not self._plausible():
            for key, low, high, cure in _LIMITS:
                value = getattr(self, key)
                if not low <= value <= high:
                    raise InputError(where=self.label, key=key, seen=f"{value}", cure=cure)
        utc(self.epoch, where=f"{self.label}: epoch")
        if self.lines is not None and not self._same_as(*self.lines):
            raise ModelError(
                f"{self.label}: the two lines say something else than the elements. "
                "Were elements changed in a set that was read? Give lines=None with them."
            )

    @property
    def label(self) -> str:
        """What a person calls it: the name and the number, or what there is of them."""
        number = f"{self.number}" if self.number else ""
        return f"{self.name} ({number})" if self.name and number else self.name or number or "element set"

    @property
    def a_m(self) -> float:
        """Semi-major axis [m] by Kepler's third law from the printed mean motion, as catalogues do."""
        rate = self.mean_motion_revpday * 2.0 * math.pi / units.DAY
        return float((GM_WGS72_M3PS2 / rate**2) ** (1.0 / 3.0))

    @property
    def perigee_alt_m(self) -> float:
        """Mean height of the perigee over the equatorial radius [m]."""
        return self.a_m * (1.0 - self.e) - wgs84.RE_M

    @property
    def apogee_alt_m(self) -> float:
        """Mean height of the apogee over the equatorial radius [m]."""
        return self.a_m * (1.0 + self.e) - wgs84.RE_M

    def satellite(self) -> Satrec:
        """Return the SGP4 propagator of this set; its own number is 0 where SGP4 has no room for it (over 339999)."""
        warn_when_plain()
        if self.lines is not None:
            return Satrec.twoline2rv(*self.lines)
        day, fraction = julian_pair(self.epoch)
        found = Satrec()
        found.sgp4init(
            WGS72,
            "i",
            self.number if self.number <= LARGEST_NUMBER else 0,
            day - _EPOCH_ZERO_JD + fraction,
            self.bstar,
            self.mean_motion_dot / _DOT,
            self.mean_motion_ddot / _DDOT,
            self.e,
            math.radians(self.argp_deg),
            math.radians(self.inclination_deg),
            math.radians(self.mean_anomaly_deg),
            self.mean_motion_revpday / _REVPDAY,
            math.radians(self.raan_deg),
        )
        found.classification, found.elnum, found.revnum = self.classification, self.element_set_number, self.revolution
        found.intldesg = self.designator[:8]
        return found

    def _plausible(self) -> bool:
        """Say whether all numbers lie within their limits; a NaN does not."""
        return (
            0.0 <= self.inclination_deg <= 180.0
            and 0.0 <= self.raan_deg <= 360.0
            and 0.0 <= self.e <= _LARGEST_E
            and 0.0 <= self.argp_deg <= 360.0
            and 0.0 <= self.mean_anomaly_deg <= 360.0
            and 0.01 <= self.mean_motion_revpday <= 18.0
            and math.isfinite(self.bstar + self.mean_motion_dot + self.mean_motion_ddot)
            and 0 <= self.number <= 999_999_999
        )

    def _same_as(self, line1: str, line2: str) -> bool:
        """Say whether two lines hold these elements."""
        try:
            found = figures_of(line1, line2)
        except (ValueError, IndexError):
            return False
        return found[:10] == (
            self.number,
            self.designator,
            self.epoch,
            self.inclination_deg,
            self.raan_deg,
            self.e,
            self.argp_deg,
            self.mean_anomaly_deg,
            self.mean_motion_revpday,
            self.bstar,
        )


def epoch_of(satellite: Satrec) -> datetime:
    """Return the epoch of an SGP4 satellite, UTC."""
    days = satellite.jdsatepoch - _JD_2000 + satellite.jdsatepochF
    return after(datetime(2000, 1, 1, tzinfo=UTC), days * units.DAY)


def sgp4_problem(error: int) -> str:
    """Return what an error number of SGP4 means."""
    words = {
        1: "the mean eccentricity left 0 to 1",
        2: "the mean motion became negative",
        3: "the eccentricity with its perturbations left 0 to 1",
        4: "the orbit's parameter became negative",
        6: "the orbit has decayed to the surface",
    }
    return words.get(error, f"error {error}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TleFit:
    """Mean elements (SGP4, TEME, WGS72) found for one osculating state.

    lines:           the two lines of the element set
    residual_m:      distance of SGP4's position at the epoch from the state, with unrounded elements
    residual_mps:    the same for velocity
    rounded_m:       the same distance after rounding to the digits that two lines can hold
    steps:           fixed-point steps taken
    """

    lines: tuple[str, str]
    residual_m: float
    residual_mps: float
    rounded_m: float
    steps: int

    def satellite(self) -> Satrec:
        """Return the SGP4 propagator of the two lines."""
        return Satrec.twoline2rv(*self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One stay of a satellite above the horizon (or the asked elevation) of a place. No refraction.

    rises, culminates, sets:  UTC; the span's own end where open_start or open_end says so
    *_azimuth_deg:            from true north, clockwise
    max_elevation_deg:        over the ellipsoid's horizon at the place
    range_m:                  slant range at culmination
    sunlit:                   the satellite is outside the Earth's shadow (a cylinder) at culmination
    sun_elevation_deg:        of the sun's centre at the place at culmination
    """

    rises: datetime
    culminates: datetime
    sets: datetime
    rise_azimuth_deg: float
    culmination_azimuth_deg: float
    set_azimuth_deg: float
    max_elevation_deg: float
    range_m: float
    sunlit: bool
    sun_elevation_deg: float
    open_start: bool
    open_end: bool

    @property
    def daylight(self) -> bool:
        """The sun's upper rim is above the place's horizon, by the usual 50 minutes of arc."""
        return self.sun_elevation_deg > -50.0 / 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Whether anything reached orbit, from a track alone.

    answer:      yes, no or unknown
    decided_t_s: seconds after lift-off at which the rule was first met; None while unknown
    p:           probability of an orbit at that time, or at the end of the track while unknown; NaN without a track
    rule:        the rule that decided, in words with its figures
    """

    answer: Reached
    decided_t_s: float | None
    p: float
    rule: str

"""Records of a check: the launch asked about, the rule with its assumed figures, the evidence and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from downrange.base import InputError, after, utc
from downrange.orbit.catalogue import CatalogueObject
from downrange.orbit.model import Reached
from downrange.orbit.sequence import Numbers


class Listed(StrEnum):
    """Whether a catalogue holds an object of a launch."""

    YES = "yes"
    NOT_YET = "not catalogued yet"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Injection:
    """Where and when a flight is predicted to enter its orbit.

    lat_deg, lon_deg: geodetic
    alt_m:            over the ellipsoid
    t_s:              seconds after lift-off
    southbound:       whether it flies south there; None where not known
    sigma_deg:        one standard deviation of its distance across the plane, as an angle at the Earth's centre
    source:           from where
    """

    lat_deg: float
    lon_deg: float
    alt_m: float
    t_s: float
    southbound: bool | None
    sigma_deg: float
    source: str

    def __post_init__(self) -> None:
        """Refuse a place off the Earth, or one that is said to be known perfectly."""
        if not (-90.0 <= self.lat_deg <= 90.0 and -360.0 <= self.lon_deg <= 360.0):
            seen = f"{self.lat_deg:g}, {self.lon_deg:g}"
            raise InputError(
                where="injection", key="lat_deg, lon_deg", seen=seen, cure="exchange latitude and longitude"
            )
        if not self.sigma_deg > 0.0:
            cure = "give one standard deviation above 0"
            raise InputError(where="injection", key="sigma_deg", seen=f"{self.sigma_deg:g}", cure=cure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A launch as a catalogue check needs it.

    t0, t0_sigma_s:                  lift-off, UTC, and how well it is known
    injection:                       where it was to enter its orbit
    inclination_deg, inclination_sigma_deg: planned, or from the corridor's azimuth
    perigee_alt_m, apogee_alt_m:     planned, over the equatorial radius; alt_sigma_m of their middle
    numbers:                         which international numbers it can have
    p_reach:                         probability that it reached orbit before any catalogue was looked at
    source:                          where all this comes from
    """

    name: str
    t0: datetime
    t0_sigma_s: float
    injection: Injection
    inclination_deg: float
    inclination_sigma_deg: float
    perigee_alt_m: float
    apogee_alt_m: float
    alt_sigma_m: float
    numbers: Numbers
    p_reach: float = 0.5
    source: str

    def __post_init__(self) -> None:
        """Refuse a moment without a zone, a height the wrong way round, a certainty that nothing could change."""
        utc(self.t0, where=f"{self.name}: t0")
        if not 0.0 < self.p_reach < 1.0:
            cure = "give a probability above 0 and below 1"
            raise InputError(where=self.name, key="p_reach", seen=f"{self.p_reach:g}", cure=cure)
        if not self.perigee_alt_m <= self.apogee_alt_m:
            seen = f"{self.apogee_alt_m:g} m lies below the perigee {self.perigee_alt_m:g} m"
            raise InputError(where=self.name, key="apogee_alt_m", seen=seen, cure="exchange the two")
        if not (self.inclination_sigma_deg > 0.0 and self.alt_sigma_m > 0.0 and self.t0_sigma_s >= 0.0):
            cure = "give standard deviations above 0"
            raise InputError(where=self.name, key="sigma", seen="one that is not above 0", cure=cure)

    @property
    def injected(self) -> datetime:
        """The moment it was to enter its orbit, UTC."""
        return after(self.t0, self.injection.t_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """When to believe a match, or that there is none. All figures are assumed, not sourced.

    wait_h:            no 'no' from a pull earlier than this after lift-off. Malligyong-1 was listed on the second day
                       (japannews.yomiuri.co.jp/world/us-canada/20231125-151743)
    listed_median_h, listed_ln_sigma: how long a catalogue takes to list a new object: log-normal
    p_yes, p_no:       probability above which it is a match, and of having reached orbit below which it is none
    p_look:            probability of a launch in the catalogue above which somebody has to look before anybody says no
    whole_objects:     a file of which nobody says whether it is whole counts as such from so many objects on; fewer are
                       somebody's choice
    epoch_slack_h:     an element set may be dated back to the node before the first sighting
    past_launches, past_h: background: so many launches, their numbers and first sightings evenly over ten years; any
                       of them is as likely as the next before its evidence, however few a file holds
    sso_share, sso_deg, sso_sigma_deg, most_deg: background of inclinations: so many normal about sso_deg, the rest even
    crowd_share, crowd_m, crowd_sigma_m, low_m, high_m: background of mean heights, likewise
    phase_days:        how far from the injection an element set may be to tell where the object was then
    phase_sigma_deg, phase_growth_degpday: how well the point is known along the orbit, and by how much a set loses a day
    surprise_phase:    chance that the object is elsewhere along its orbit, as after a burn in the first days
    surprise_plane:    chance that the plane of the true object is off altogether
    surprise_shape:    the same for its inclination, and for its height
    surprise_order:    the same for its number and for its first sighting
    """

    wait_h: float = 72.0
    listed_median_h: float = 12.0
    listed_ln_sigma: float = 0.9
    p_yes: float = 0.95
    p_no: float = 0.05
    p_look: float = 0.2
    whole_objects: int = 100
    epoch_slack_h: float = 2.0
    past_launches: float = 1_500.0
    past_h: float = 87_660.0
    sso_share: float = 0.3
    sso_deg: float = 98.0
    sso_sigma_deg: float = 1.0
    most_deg: float = 110.0
    crowd_share: float = 0.5
    crowd_m: float = 550e3
    crowd_sigma_m: float = 60e3
    low_m: float = 200e3
    high_m: float = 2_000e3
    phase_days: float = 3.0
    phase_sigma_deg: float = 2.0
    phase_growth_degpday: float = 2.0
    surprise_phase: float = 0.05
    surprise_plane: float = 1e-4
    surprise_shape: float = 0.01
    surprise_order: float = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that speaks for an object or against it.

    what:     plane, along track, inclination, height, epoch, designator or first seen
    seen:     what the catalogue says
    expected: what the launch would lead to
    ratio:    how many times likelier that is for an object of this launch than for any other; 1 says nothing
    """

    what: str
    seen: str
    expected: str
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An object of the catalogue, and how well it fits.

    p:                    probability that its launch is the one asked about
    ratio:                product of its evidence
    off_plane_deg:        how far the predicted injection point lies off its plane; NaN where older evidence rules it out
    off_plane_sigma_deg:  one standard deviation of that
    """

    object: CatalogueObject
    p: float
    ratio: float
    off_plane_deg: float
    off_plane_sigma_deg: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueVerdict:
    """Which object of a catalogue came from a launch.

    answer:      yes, not catalogued yet, no, unknown
    p:           probability that something of this launch is in orbit, after this catalogue
    matched:     the objects of the launch that fits, best first; none unless the answer is yes
    candidates:  the objects that fit best, matched or not, best first
    considered:  how many objects were looked at
    ruled_out:   how many of them were in orbit before the launch
    waited_h:    hours from lift-off to the pull; None where the pull's time is not known
    decides:     from when a pull can say no, UTC
    chance:      share of planes of this inclination, nodes at random, that pass within two sigma of the injection point
                 in its direction: how often the plane alone would fit by chance
    words:       the rule that decided, with its figures
    notes:       what else a person must know, as a pull older than what it holds
    """

    answer: Listed
    p: float
    launch: Launch
    matched: tuple[Candidate, ...]
    candidates: tuple[Candidate, ...]
    considered: int
    ruled_out: int
    pulled: datetime | None
    waited_h: float | None
    wait_h: float
    decides: datetime
    chance: float
    words: str
    notes: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """One answer from a catalogue and from a track.

    conflict: they contradict each other, so the answer is unknown until a person has looked
    """

    answer: Reached
    p: float
    conflict: bool
    words: str

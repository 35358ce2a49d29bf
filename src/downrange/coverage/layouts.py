"""Layouts: how so many satellites share an orbit, and their element sets for SGP4.

A height here is what catalogues print: the semi-major axis by Kepler's third law from the (Kozai) mean motion, less
the equatorial radius. The real satellite of a round 500 km orbit flies some 490 to 520 km over the ellipsoid.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from downrange.base import InputError, julian_pair, units, utc, wgs84
from downrange.orbit import ElementSet, element_set, mean_motion_revpday_of

SUN_RATE_RADPS = 2.0 * math.pi / (365.2421897 * units.DAY)  # a turn in a tropical year
LOWEST_ALT_M = 150e3  # assumed: below it a satellite is down within a day or two
HIGHEST_PERIOD_S = 225.0 * units.MINUTE  # from here on SGP4 is its deep-space branch: Hoots and Roehrich 1980
MOST_SATELLITES = 1_000
_TURN_DEG = 360.0
_WHERE = "layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOrbit:
    """The mean elements (SGP4, TEME) that the satellites of a layout share; the node and anomaly are the first one's.

    epoch:            UTC
    alt_m:            mean height: semi-major axis (Kepler, from the Kozai mean motion) less the equatorial radius
    node, anomalies:  raan_deg, argp_deg, mean_anomaly_deg at the epoch
    bstar:            drag term [1/Earth radii]; 0 holds the height, as a satellite with an engine does
    source:           where the numbers came from
    """

    epoch: datetime
    alt_m: float
    inclination_deg: float
    e: float = 0.0
    raan_deg: float = 0.0
    argp_deg: float = 0.0
    mean_anomaly_deg: float = 0.0
    bstar: float = 0.0
    source: str = "assumed"

    def __post_init__(self) -> None:
        """Refuse what lies in the Earth, falls at once, or is too far out for the near-Earth branch of SGP4."""
        utc(self.epoch, where=_WHERE)
        numbers = (self.alt_m, self.inclination_deg, self.e, self.raan_deg, self.argp_deg, self.mean_anomaly_deg)
        if not all(math.isfinite(x) for x in (*numbers, self.bstar)):
            raise InputError(where=_WHERE, seen="an element that is no finite number", cure="give numbers")
        if not 0.0 <= self.e < 1.0:
            raise InputError(where=_WHERE, key="e", seen=f"{self.e:g}", cure="give an ellipse: 0 to below 1")
        if not 0.0 <= self.inclination_deg <= 180.0:
            seen = f"{self.inclination_deg:g} deg"
            raise InputError(where=_WHERE, key="inclination_deg", seen=seen, cure="give 0 to 180 deg")
        self._refuse_height()

    def _refuse_height(self) -> None:
        """Refuse a height at which SGP4's near-Earth branch has nothing to say."""
        perigee_alt_m = (wgs84.RE_M + self.alt_m) * (1.0 - self.e) - wgs84.RE_M
        if perigee_alt_m < LOWEST_ALT_M:
            inside = "inside the Earth" if perigee_alt_m < 0.0 else "so low that it falls within days"
            raise InputError(
                where=_WHERE,
                key="alt_m",
                seen=f"{self.alt_m:g} m, a perigee of {perigee_alt_m / 1e3:,.0f} km, {inside}",
                cure=f"give {LOWEST_ALT_M:,.0f} m or more, in metres (500 km is 500e3)",
            )
        if self.period_s >= HIGHEST_PERIOD_S:
            raise InputError(
                where=_WHERE,
                key="alt_m",
                seen=f"{self.alt_m:g} m, a revolution of {self.period_s / units.MINUTE:.0f} minutes",
                cure="give a low orbit, less than 225 minutes a revolution (below some 5,870 km)",
            )

    @property
    def a_m(self) -> float:
        """Semi-major axis [m]."""
        return wgs84.RE_M + self.alt_m

    @property
    def mean_motion_revpday(self) -> float:
        """Revolutions a day as element sets print them (Kozai)."""
        return mean_motion_revpday_of(self.a_m)

    @property
    def period_s(self) -> float:
        """One revolution by that mean motion [s]."""
        return units.DAY / self.mean_motion_revpday


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Where one satellite is put: how far its node and mean anomaly are ahead of the orbit's own."""

    raan_deg: float
    mean_anomaly_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Satellites dealt out to planes in turn: the first to the first plane, the next to the next one.

    node_spacing_deg: between the nodes of neighbouring planes
    phase_deg:        how much farther the first satellite of each plane is than that of the plane before
    spacing_deg:      between neighbours in one plane
    """

    name: str
    satellites: int
    planes: int
    node_spacing_deg: float
    phase_deg: float
    spacing_deg: float

    def __post_init__(self) -> None:
        """Refuse nothing at all, crowds, and planes without a satellite."""
        _count(self.satellites)
        if not 1 <= self.planes <= self.satellites:
            seen = f"{self.planes} for {self.satellites} satellites"
            raise InputError(
                where=_WHERE, key="planes", seen=seen, cure="give one plane or more, each with a satellite"
            )
        if not all(math.isfinite(x) for x in (self.node_spacing_deg, self.phase_deg, self.spacing_deg)):
            raise InputError(where=_WHERE, key=self.name, seen="an angle that is no finite number", cure="give degrees")

    def slots(self) -> tuple[Slot, ...]:
        """Return where each satellite is put."""
        return tuple(
            Slot(
                raan_deg=(k % self.planes) * self.node_spacing_deg,
                mean_anomaly_deg=(k % self.planes) * self.phase_deg + (k // self.planes) * self.spacing_deg,
            )
            for k in range(self.satellites)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Satellites that share the shape of an orbit, each in its slot; `pattern` says how they were dealt out, if so."""

    name: str
    orbit: MeanOrbit
    slots: tuple[Slot, ...]
    pattern: Pattern | None = None

    def __post_init__(self) -> None:
        """Refuse nothing at all, and crowds."""
        _count(len(self.slots))

    @property
    def planes(self) -> int:
        """Number of orbital planes, to a ten-thousandth of a degree."""
        return len({round(slot.raan_deg % _TURN_DEG, 4) % _TURN_DEG for slot in self.slots})


def orbit_of(reference: ElementSet) -> MeanOrbit:
    """Return the orbit of an element set, as the one around which others are laid out."""
    return MeanOrbit(
        epoch=reference.epoch,
        alt_m=reference.a_m - wgs84.RE_M,
        inclination_deg=reference.inclination_deg,
        e=reference.e,
        raan_deg=reference.raan_deg,
        argp_deg=reference.argp_deg,
        mean_anomaly_deg=reference.mean_anomaly_deg,
        bstar=reference.bstar,
        source=f"element set of {reference.name or reference.number}, epoch {reference.epoch:%Y-%m-%dT%H:%MZ}",
    )


def sun_synchronous_inclination_deg(alt_m: float, e: float = 0.0) -> float:
    """Return the inclination [deg] at which J2 turns the node once a tropical year.

    cos i = -2 p^2 (node rate) / (3 n J2 RE^2), p = a (1 - e^2): the first-order node rate of J2, as in Vallado,
    "Fundamentals of Astrodynamics and Applications", 4th edition 2013, chapter 9, and in the article "Sun-synchronous
    orbit" of Wikipedia (which takes a sidereal year). J2 squared and J4 would change it by some 0.01 deg.

    >>> f"{sun_synchronous_inclination_deg(567e3):.1f}"
    '97.7'
    """
    a_m = wgs84.RE_M + alt_m
    if not (alt_m > 0.0 and 0.0 <= e < 1.0):
        seen = f"alt_m {alt_m:g}, e {e:g}"
        raise InputError(where=_WHERE, key="alt_m", seen=seen, cure="give a height over the ground and an ellipse")
    p_m = a_m * (1.0 - e * e)
    rate_radps = math.sqrt(wgs84.GM_M3PS2 / a_m**3)
    cosine = -2.0 * SUN_RATE_RADPS * p_m**2 / (3.0 * rate_radps * wgs84.J2 * wgs84.RE_M**2)
    if cosine < -1.0:
        seen = f"{alt_m:g} m, where no inclination is sun-synchronous"
        raise InputError(where=_WHERE, key="alt_m", seen=seen, cure="give a height below some 5,970 km")
    return math.degrees(math.acos(cosine))


def sun_synchronous(
    alt_m: float, node_local_h: float, epoch: datetime, *, e: float = 0.0, mean_anomaly_deg: float = 0.0
) -> MeanOrbit:
    """Return a sun-synchronous orbit whose ascending node is crossed at a mean local time [h].

    The mean sun's right ascension is its mean longitude, 280.460 deg + 36000.771 deg a century: Vallado, algorithm 29.
    """
    if not 0.0 <= node_local_h <= 24.0:
        seen = f"{node_local_h:g} h"
        raise InputError(where=_WHERE, key="node_local_h", seen=seen, cure="give a local time, 0 to 24 h")
    return MeanOrbit(
        epoch=epoch,
        alt_m=alt_m,
        inclination_deg=sun_synchronous_inclination_deg(alt_m, e),
        e=e,
        raan_deg=node_at_local_time_deg(node_local_h, epoch),
        mean_anomaly_deg=mean_anomaly_deg,
        source=f"sun-synchronous by J2, node at {node_local_h:g} h mean local time",
    )


def node_at_local_time_deg(node_local_h: float, epoch: datetime) -> float:
    """Return the right ascension of a node [deg, 0 to 360) that passes over a place at a mean local time [h]."""
    centuries = (sum(julian_pair(epoch)) - 2_451_545.0) / 36_525.0
    mean_sun_deg = 280.460 + 36_000.771 * centuries
    return (mean_sun_deg + 15.0 * (node_local_h - 12.0)) % _TURN_DEG


def laid_out(orbit: MeanOrbit, pattern: Pattern) -> Layout:
    """Return the layout of a pattern round an orbit."""
    return Layout(name=pattern.name, orbit=orbit, slots=pattern.slots(), pattern=pattern)


def same_plane(satellites: int) -> Pattern:
    """Return satellites evenly spaced in one plane.

    >>> [slot.mean_anomaly_deg for slot in same_plane(3).slots()]
    [0.0, 120.0, 240.0]
    """
    _count(satellites)
    return Pattern(
        name=f"same plane, {satellites}",
        satellites=satellites,
        planes=1,
        node_spacing_deg=0.0,
        phase_deg=0.0,
        spacing_deg=_TURN_DEG / satellites,
    )


def spread_planes(satellites: int) -> Pattern:
    """Return each satellite in a plane of its own: nodes 180/n apart, mean anomalies 180/n farther each."""
    _count(satellites)
    return Pattern(
        name=f"spread planes, {satellites}",
        satellites=satellites,
        planes=satellites,
        node_spacing_deg=180.0 / satellites,
        phase_deg=180.0 / satellites,
        spacing_deg=0.0,
    )


def walker_delta(satellites: int, planes: int, phasing: int) -> Pattern:
    """Return Walker's delta pattern t/p/f: nodes over 360 deg, and f units of 360/t deg between planes.

    Walker, "Satellite constellations", Journal of the British Interplanetary Society 37, 1984, 559-571.
    """
    return _walker(satellites, planes, phasing, 360.0, "delta")


def walker_star(satellites: int, planes: int, phasing: int) -> Pattern:
    """Return Walker's star pattern t/p/f: as the delta, with the nodes over 180 deg."""
    return _walker(satellites, planes, phasing, 180.0, "star")


def free(orbit: MeanOrbit, slots: tuple[tuple[float, float], ...], *, name: str = "") -> Layout:
    """Return a layout from a list of (node, mean anomaly) offsets [deg]."""
    made = tuple(Slot(raan_deg=float(node), mean_anomaly_deg=float(anomaly)) for node, anomaly in slots)
    if not all(math.isfinite(x) for slot in made for x in (slot.raan_deg, slot.mean_anomaly_deg)):
        raise InputError(where=_WHERE, key="slots", seen="an angle that is no finite number", cure="give degrees")
    return Layout(name=name or f"free, {len(made)}", orbit=orbit, slots=made)


def naive_patterns(satellites: int) -> tuple[Pattern, ...]:
    """Return what anybody would try first: one plane, spread planes, and every Walker pattern."""
    found = [same_plane(satellites)]
    if satellites > 1:
        found.append(spread_planes(satellites))
        for planes in range(2, satellites + 1):
            if satellites % planes == 0:
                found += [walker_delta(satellites, planes, f) for f in range(planes)]
                found += [walker_star(satellites, planes, f) for f in range(planes)]
    return tuple(found)


def element_sets(layout: Layout) -> tuple[ElementSet, ...]:
    """Return the element set of each satellite, at the orbit's epoch."""
    orbit = layout.orbit
    motion_revpday = orbit.mean_motion_revpday
    return tuple(
        element_set(
            f"{layout.name} #{k}",
            orbit.epoch,
            orbit.inclination_deg,
            orbit.raan_deg + slot.raan_deg,
            orbit.e,
            orbit.argp_deg,
            orbit.mean_anomaly_deg + slot.mean_anomaly_deg,
            motion_revpday,
            orbit.bstar,
        )
        for k, slot in enumerate(layout.slots, 1)
    )


def _walker(satellites: int, planes: int, phasing: int, arc_deg: float, kind: str) -> Pattern:
    """Return a Walker pattern."""
    _count(satellites)
    if not 1 <= planes <= satellites or satellites % planes or not 0 <= phasing < planes:
        raise InputError(
            where=_WHERE,
            key=f"Walker {kind}",
            seen=f"{satellites}/{planes}/{phasing}",
            cure="give t/p/f where p divides t and f is 0 to p - 1",
        )
    return Pattern(
        name=f"Walker {kind} {satellites}/{planes}/{phasing}",
        satellites=satellites,
        planes=planes,
        node_spacing_deg=arc_deg / planes,
        phase_deg=phasing * _TURN_DEG / satellites,
        spacing_deg=_TURN_DEG * planes / satellites,
    )


def _count(satellites: int) -> None:
    """Refuse no satellite, and crowds."""
    if not 1 <= satellites <= MOST_SATELLITES:
        cure = f"give 1 to {MOST_SATELLITES:,} satellites"
        raise InputError(where=_WHERE, key="satellites", seen=f"{satellites}", cure=cure)

"""Ground tracks that repeat: which a layout flies over and over, and which gaps it leaves for ever.

Counted from the mean motion of SGP4 (node, mean argument of latitude, drag included), without its short periods: good
to some 0.02 deg of longitude. It explains a layout; accesses decide.

Satellites at even steps in one plane fly tracks at even steps of 1/n of a revolution's shift. If one satellite repeats
after q days and p revolutions, its tracks lie 360/p deg apart; and where n times the revolutions a day come close to
a whole number, the others fly over these same tracks: n satellites see what one sees, only sooner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import erfa
import numpy as np

from downrange.base import Array, InputError, ModelError, julian_pair, units, wgs84
from downrange.coverage.layouts import Layout, element_sets
from downrange.orbit import ElementSet, sgp4_problem

_STEP_S = 6.0 * units.HOUR
_TURN_DEG = 360.0
_SAME = 0.05  # share of the spacing within which two tracks count as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Resonance:
    """How the ground tracks of a layout repeat within so many days.

    revpnodalday:      revolutions from node to node while the Earth turns once under the orbit's plane
    revolutions, turns: the repeat: so many revolutions in so many of these turns (days but for minutes); 0, 0 where
                       none holds for the days asked
    drift_deg:         how far east the tracks have moved at the repeat [deg of longitude]
    track_spacing_deg: between neighbouring tracks of one satellite at the equator after the repeat; NaN without one
    distinct:          how many of the satellites fly tracks of their own, the rest fly over those of others
    largest_gap_deg:   widest strip of the equator that no northbound track crosses within the days asked
    hole_deg:          widest strip at lat_deg that the field of view never meets, north- and southbound; NaN where no
                       field was given or the tracks do not reach that latitude
    unseen_share:      share of that parallel that is never seen; NaN likewise
    resonant:          the satellites repeat each other's tracks, or leave the same strips unseen for ever
    words:             all this for a person
    """

    revpnodalday: float
    revolutions: int
    turns: int
    drift_deg: float
    track_spacing_deg: float
    distinct: int
    largest_gap_deg: float
    lat_deg: float
    hole_deg: float
    unseen_share: float
    resonant: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Motion:
    """Mean motion of the first satellite: rising argument of latitude and longitude of the node, at times."""

    t_s: Array
    latitude_deg: Array
    node_deg: Array

    @property
    def revpnodalday(self) -> float:
        """Revolutions while the Earth turns once against the node."""
        turned = self.node_deg[0] - self.node_deg[-1]
        return float((self.latitude_deg[-1] - self.latitude_deg[0]) / turned)


def resonance_of(
    layout: Layout,
    days: float = 30.0,
    *,
    start: datetime | None = None,
    half_angle_deg: float | None = None,
    lat_deg: float = 0.0,
) -> Resonance:
    """Return how the tracks of a layout repeat, and the gaps that they leave within so many days.

    start:          UTC; the orbit's epoch where not given
    half_angle_deg: of a cone about the geocentric nadir, for the strips that are never seen
    lat_deg:        geodetic latitude of these strips
    """
    if not (math.isfinite(days) and 1.0 <= days <= 366.0):
        raise InputError(where="resonance", key="days", seen=f"{days:g}", cure="give 1 to 366 days")
    if not -90.0 <= lat_deg <= 90.0:
        raise InputError(where="resonance", key="lat_deg", seen=f"{lat_deg:g}", cure="give -90 to 90 deg")
    motion = _motion(element_sets(layout)[0], start or layout.orbit.epoch, days)
    frequency = motion.revpnodalday
    revolutions, turns = _repeat(frequency, days)
    drift_deg = _TURN_DEG * (turns * frequency - revolutions) / frequency
    spacing_deg = _TURN_DEG / revolutions if turns else math.nan
    offsets = np.array([slot.raan_deg + slot.mean_anomaly_deg / frequency for slot in layout.slots])
    distinct = _distinct(offsets, spacing_deg)
    gap_deg, _ = _uncovered([_crossings(motion, layout, 0.0, northbound=True)], 0.0)
    hole_deg, unseen = _unseen(motion, layout, lat_deg, half_angle_deg)
    resonant = bool(turns) and distinct < len(layout.slots)
    words = _words(layout, (revolutions, turns, drift_deg), distinct, gap_deg, (frequency, days))
    return Resonance(
        revpnodalday=frequency,
        revolutions=revolutions,
        turns=turns,
        drift_deg=drift_deg,
        track_spacing_deg=spacing_deg,
        distinct=distinct,
        largest_gap_deg=gap_deg,
        lat_deg=lat_deg,
        hole_deg=hole_deg,
        unseen_share=unseen,
        resonant=resonant,
        words=words + _strips(hole_deg, unseen, lat_deg, half_angle_deg),
    )


def half_swath_deg(alt_m: float, half_angle_deg: float, lat_deg: float = 0.0) -> float:
    """Return how far from the track a nadir cone sees, as an angle at the Earth's centre [deg]; at most to the horizon."""
    if not 0.0 < half_angle_deg < 90.0:
        cure = "give more than 0 and less than 90 deg"
        raise InputError(where="resonance", key="half_angle_deg", seen=f"{half_angle_deg:g}", cure=cure)
    ratio = (wgs84.RE_M + alt_m) / _radius_m(lat_deg)
    sine = ratio * math.sin(math.radians(half_angle_deg))
    if sine >= 1.0:
        return math.degrees(math.acos(1.0 / ratio))
    return math.degrees(math.asin(sine)) - half_angle_deg


def _radius_m(lat_deg: float) -> float:
    """Return the distance of the ellipsoid from the Earth's centre at a geodetic latitude [m]."""
    lat = math.radians(lat_deg)
    x, y = math.cos(lat), (1.0 - wgs84.E2) * math.sin(lat)
    return wgs84.RE_M * math.hypot(x, y) / math.sqrt(1.0 - wgs84.E2 * math.sin(lat) ** 2)


def _motion(found: ElementSet, start: datetime, days: float) -> _Motion:
    """Return the mean motion over some days: SGP4's own mean elements, whole turns counted."""
    satellite = found.satellite()
    t_s: Array = np.linspace(0.0, days * units.DAY, math.ceil(days * units.DAY / _STEP_S) + 1)
    jd, fraction = julian_pair(start)
    first_min = ((jd - satellite.jdsatepoch) + (fraction - satellite.jdsatepochF)) * units.DAY / units.MINUTE
    latitude, node = np.empty(t_s.size), np.empty(t_s.size)
    for k, t in enumerate(t_s):
        error, *_ = satellite.sgp4_tsince(first_min + t / units.MINUTE)
        if error:
            raise ModelError(
                f"{found.name}: {sgp4_problem(error)} {t / units.DAY:.1f} days into the span. Is its height too low, "
                "or its epoch far from the span?"
            )
        latitude[k], node[k] = satellite.mm + satellite.om, satellite.Om
    sidereal = erfa.gmst82(np.full(t_s.size, jd), fraction + t_s / units.DAY)
    per_s = 1.0 / units.MINUTE
    return _Motion(
        t_s=t_s,
        latitude_deg=_unrolled(latitude, (satellite.mdot + satellite.argpdot) * per_s, t_s),
        node_deg=_unrolled(node, satellite.nodedot * per_s, t_s) - _unrolled(sidereal, wgs84.OMEGA_RADPS, t_s),
    )


def _unrolled(angle: Array, rate_radps: float, t_s: Array) -> Array:
    """Return angles [rad], known but for whole turns, as degrees that go on, near a steady rate."""
    steady = rate_radps * t_s
    return np.degrees(steady + np.unwrap(angle - steady))


def _repeat(frequency: float, days: float) -> tuple[int, int]:
    """Return the first (revolutions, turns) that the tracks hold for the days asked, (0, 0) where there is none.

    It holds when the tracks drift through less than half their spacing in that time, and come round twice.
    """
    for turns in range(1, int(days // 2) + 1):
        revolutions = round(turns * frequency)
        drift_deg = abs(_TURN_DEG * (turns * frequency - revolutions) / frequency) * days / turns
        if drift_deg < 0.5 * _TURN_DEG / revolutions:
            return revolutions, turns
    return 0, 0


def _distinct(offsets_deg: Array, spacing_deg: float) -> int:
    """Return how many satellites fly tracks that no other one flies; all of them where nothing repeats."""
    if not spacing_deg > 0.0:
        return offsets_deg.size
    part = np.sort(offsets_deg / spacing_deg % 1.0)
    apart = np.diff(np.concatenate([part, [part[0] + 1.0]])) > _SAME
    return max(int(apart.sum()), 1)


def _crossings(motion: _Motion, layout: Layout, lat_deg: float, *, northbound: bool) -> Array:
    """Return the longitudes [deg] at which satellites of a layout cross a geocentric latitude, all in one array."""
    tilt = math.radians(layout.orbit.inclination_deg)
    height = math.sin(math.radians(lat_deg)) / max(math.sin(tilt), 1e-12)
    u = math.asin(max(-1.0, min(1.0, height)))
    u = u if northbound else math.pi - u
    east_deg = math.degrees(math.atan2(math.cos(tilt) * math.sin(u), math.cos(u)))
    found = []
    for slot in layout.slots:
        ahead_deg = slot.mean_anomaly_deg - math.degrees(u)
        low, high = motion.latitude_deg[0] + ahead_deg, motion.latitude_deg[-1] + ahead_deg
        turns = np.arange(math.ceil(low / _TURN_DEG), math.floor(high / _TURN_DEG) + 1)
        t_s = np.interp(turns * _TURN_DEG - ahead_deg, motion.latitude_deg, motion.t_s)
        found.append(np.interp(t_s, motion.t_s, motion.node_deg) + slot.raan_deg + east_deg)
    return np.concatenate(found) % _TURN_DEG


def _uncovered(groups: list[Array], half_width_deg: float) -> tuple[float, float]:
    """Return the widest strip of a parallel [deg] that no swath meets, and the share of it that none meets."""
    tracks = np.sort(np.concatenate(groups))
    if tracks.size == 0:
        return _TURN_DEG, 1.0
    free_deg = np.diff(np.concatenate([tracks, [tracks[0] + _TURN_DEG]])) - 2.0 * half_width_deg
    free_deg = np.maximum(free_deg, 0.0)
    return float(free_deg.max()), float(free_deg.sum() / _TURN_DEG)


def _unseen(motion: _Motion, layout: Layout, lat_deg: float, half_angle_deg: float | None) -> tuple[float, float]:
    """Return the widest strip that is never seen at a latitude [deg], and the share; NaN where it cannot be said."""
    if half_angle_deg is None:
        return math.nan, math.nan
    lat = math.atan((1.0 - wgs84.E2) * math.tan(math.radians(lat_deg)))  # geocentric, as the tracks are counted
    tilt = math.radians(layout.orbit.inclination_deg)
    north = math.cos(lat) ** 2 - math.cos(tilt) ** 2
    if north <= 0.0:
        return math.nan, math.nan
    # heading of the track over the turning Earth at the parallel, from the north
    east = abs(math.cos(tilt) - math.cos(lat) ** 2 / motion.revpnodalday)
    heading = math.atan2(east, math.sqrt(north))
    swath_deg = half_swath_deg(layout.orbit.alt_m, half_angle_deg, lat_deg)
    half_width_deg = swath_deg / (math.cos(lat) * math.cos(heading))
    both = [_crossings(motion, layout, math.degrees(lat), northbound=way) for way in (True, False)]
    return _uncovered(both, half_width_deg)


def _words(
    layout: Layout,
    repeat: tuple[int, int, float],
    distinct: int,
    gap_deg: float,
    over: tuple[float, float],
) -> str:
    """Return in words how the tracks repeat."""
    (revolutions, turns, drift_deg), (frequency, days) = repeat, over
    count = len(layout.slots)
    gap = f"The widest strip of the equator between their northbound tracks is {_wide(gap_deg)}."
    if not turns:
        return (
            f"{frequency:.3f} revolutions a day: the tracks do not repeat within {days:g} days, they move on and fill "
            f"the gaps. {gap}"
        )
    spacing_deg = _TURN_DEG / revolutions
    told = (
        f"{frequency:.3f} revolutions a day: after {turns} {'day' if turns == 1 else 'days'} and {revolutions} revolutions each satellite flies over "
        f"its old tracks, {abs(drift_deg):.2f} deg off, and these lie {_wide(spacing_deg)} apart at the equator. "
    )
    if count == 1:
        return f"{told}{gap}"
    if distinct == count:
        return f"{told}The {count} satellites all fly tracks of their own, {count} times as dense. {gap}"
    whose = "the same tracks" if distinct == 1 else f"only {distinct} different sets of tracks"
    return f"{told}The {count} satellites fly over {whose}: they see no more than {distinct} would, only sooner. {gap}"


def _strips(hole_deg: float, unseen: float, lat_deg: float, half_angle_deg: float | None) -> str:
    """Return in words what is never seen."""
    if half_angle_deg is None:
        return ""
    if math.isnan(hole_deg):
        return f" The tracks do not reach latitude {lat_deg:.1f} deg: nothing is said about strips there."
    if hole_deg == 0.0:
        return f" Within {half_angle_deg:g} deg of nadir all of latitude {lat_deg:.1f} deg is seen."
    return (
        f" Within {half_angle_deg:g} deg of nadir {unseen:.0%} of latitude {lat_deg:.1f} deg is never seen, in strips up "
        f"to {_wide(hole_deg, lat_deg)}."
    )


def _wide(gap_deg: float, lat_deg: float = 0.0) -> str:
    """Return a difference of longitude with its length."""
    length_m = math.radians(gap_deg) * wgs84.RE_M * math.cos(math.radians(lat_deg))
    return f"{gap_deg:.2f} deg ({length_m / 1e3:,.0f} km)"

"""How long an orbit lasts: days low, middle and high, and why the band is as wide as it is.

Method: the orbit's shape is averaged over one revolution flown with the zonals; the drag on it is averaged over the
revolution and all directions of perigee (King-Hele, Satellite Orbits in an Atmosphere, 1987), and the averages are
integrated until the body is down. What lasts less than three weeks is flown out numerically instead.

What decides the answer is not the sum but the air and the body. The air: three levels of solar activity, as constants
for weeks and as an eleven-year cycle of unknown phase for years; on top of it the 15 to 20 % (1 sigma) by which every
model of the upper air misses (Bowman and others, AIAA 2008-6438). The body: a range of ballistic coefficients, or the
drag that an element set shows. Where the answer would be a guess it is UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, assert_never

import numpy as np

from downrange.base import Array, InputError, units
from downrange.orbit import _kernel
from downrange.orbit.activity import Activity, activity_air
from downrange.orbit.mean_orbit import AveragedOrbit, mean_orbit
from downrange.orbit.model import ElementSet
from downrange.orbit.propagate import (
    Beta,
    Start,
    as_beta,
    fixed,
    follow,
    frozen_state,
    state_at,
)

AIR_FACTOR: Final = 1.2
"""How far the upper air lies from its models, either way: 15 to 20 %, 1 sigma (Bowman and others, AIAA 2008-6438)."""
BSTAR_FACTOR: Final = 1.3
"""How far the drag of an element set lies from what comes, either way, air and fit together (assumed)."""
HIGHEST_PERIGEE_M: Final = 750e3
"""Above it an orbit lasts for decades or centuries, through cycles that nobody can foresee (assumed limit)."""
LONGEST_PERIOD_S: Final = 225.0 * 60.0
"""From here on Moon and Sun move the perigee more than the air does: SGP4's own border to deep space."""
HORIZON_DAYS: Final = 50.0 * 365.25
"""What lasts longer is not told (assumed limit)."""
CYCLE_DAYS: Final = 11.0 * 365.25
"""The mean length of the solar cycle, 11 years."""

_FLOWN_DAYS = 21.0
_EIGHTH = np.pi / 4.0
_LEVEL = {Activity.LOW: -1.0, Activity.MEAN: 0.0, Activity.HIGH: 1.0}


class Lasts(StrEnum):
    """Whether it can be said how long an orbit lasts."""

    DECAYS = "decays"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decay:
    """How long an orbit lasts from its epoch.

    answer:      decays, or unknown
    days_low, days_middle, days_high: the band; None while unknown; days_high alone is None when the far end is beyond
                 what can be told
    perigee_alt_m, apogee_alt_m: averaged over a revolution, over the equatorial radius
    method:      numerical, averaged, or none
    reasons:     what the band is made of, or why there is no answer
    """

    answer: Lasts
    days_low: float | None
    days_middle: float | None
    days_high: float | None
    perigee_alt_m: float
    apogee_alt_m: float
    method: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """One course of the sun's activity: steady at a level, or a cycle that is highest where its phase is nought."""

    level: float = 0.0
    phase_rad: float = 0.0
    cycle: bool = False

    @property
    def now(self) -> float:
        """The level at the epoch, from -1 to 1."""
        return float(np.cos(self.phase_rad)) if self.cycle else self.level


def decay_of(
    orbit: Start,
    *,
    beta: Beta | float | None = None,
    activity: Activity | None = None,
    air: Array | None = None,
) -> Decay:
    """Return how long an orbit lasts from its epoch, without manoeuvres.

    orbit:    an element set, elements or an inertial state with its frame
    beta:     ballistic coefficient [kg/m^2], as a range where it is not known; without one the drag term of an element
              set is taken, which has the air of its days in it
    activity: how active the sun is at the epoch; None where nobody says
    air:      a table as of `earth.msis_table`, held for the whole time; then activity means nothing and is refused

    >>> from datetime import UTC, datetime
    >>> from downrange.orbit.model import Elements, Frame
    >>> low = Elements(a_m=6578137.0, e=0.001, inclination_deg=97.4, raan_deg=0, argp_deg=0, mean_anomaly_deg=0,
    ...     epoch=datetime(2023, 11, 21, 14, tzinfo=UTC), frame=Frame.TEME)
    >>> found = decay_of(low, beta=100.0, activity=Activity.MEAN)
    >>> f"{found.days_low:.1f} to {found.days_high:.1f} days, {found.method}"
    '1.8 to 3.4 days, numerical'
    """
    if air is not None and activity is not None:
        cure = "give the one or the other: a table holds its own activity"
        raise InputError(where="decay", key="activity", seen="a table of air and a level of activity", cure=cure)
    start = state_at(orbit)
    shape = mean_orbit(frozen_state(start))
    rate_mps = _shown_rate(orbit) if beta is None and isinstance(orbit, ElementSet) else None
    why = _why_unknown(orbit, shape, beta, rate_mps)
    if why:
        return _unknown(shape, why)
    return _band(shape, as_beta(beta), rate_mps, activity, air)


@cache
def levels() -> Array:
    """Return the tables of the three levels, (3, K, 5)."""
    return fixed(np.stack([activity_air(level) for level in Activity]))


def _shown_rate(found: ElementSet) -> float:
    """Return the rate of the semi-major axis [m/s] that SGP4 gives an element set at its epoch."""
    satellite = found.satellite()
    sizes = []
    span_minutes = 30.0
    for minutes in (0.0, span_minutes):
        error, _, _ = satellite.sgp4_tsince(minutes)
        if error:
            return float("nan")
        sizes.append(float(satellite.am))
    return (sizes[1] - sizes[0]) * float(satellite.radiusearthkm) * units.KILOMETRE / (span_minutes * 60.0)


def _why_unknown(orbit: Start, shape: AveragedOrbit, beta: Beta | float | None, rate_mps: float | None) -> str:
    """Say why an answer would be a guess; "" when it would not."""
    if shape.perigee_alt_m > HIGHEST_PERIGEE_M:
        return (
            f"the perigee is {shape.perigee_alt_m / 1e3:.0f} km, above {HIGHEST_PERIGEE_M / 1e3:.0f} km: decades or "
            "centuries, through solar cycles that nobody can foresee"
        )
    if shape.period_s > LONGEST_PERIOD_S:
        return f"the period is {shape.period_s / 60.0:.0f} min: Moon and Sun move such a perigee, and are left out here"
    if beta is not None:
        return ""
    if rate_mps is None:
        return "no ballistic coefficient is known, and no drag term; give a range, ASSUMED_BETA where nothing is known"
    if isinstance(orbit, ElementSet) and orbit.bstar <= 0.0:
        return f"the drag term B* is {orbit.bstar:g}: none was fitted, or the satellite was being raised"
    return "" if rate_mps < 0.0 else "SGP4 does not let this orbit sink; its drag term means nothing"


def _unknown(shape: AveragedOrbit, why: str) -> Decay:
    return Decay(
        answer=Lasts.UNKNOWN,
        days_low=None,
        days_middle=None,
        days_high=None,
        perigee_alt_m=shape.perigee_alt_m,
        apogee_alt_m=shape.apogee_alt_m,
        method="none",
        reasons=(why,),
    )


def _courses(activity: Activity | None) -> tuple[Sun, tuple[Sun, ...]]:
    """Return the middle course of the sun and those that bound it."""
    middle = Sun(level=0.0 if activity is None else _LEVEL[activity])
    match activity:
        case None:
            phases = np.arange(8) * _EIGHTH
            return middle, tuple(Sun(phase_rad=float(p), cycle=True) for p in phases)
        case Activity.MEAN:
            phases = np.array([1.5, 2.0, 2.5, 5.5, 6.0, 6.5]) * _EIGHTH
            return middle, (middle, *(Sun(phase_rad=float(p), cycle=True) for p in phases))
        case Activity.LOW | Activity.HIGH:
            peak = 0.0 if activity is Activity.HIGH else np.pi
            phases = peak + np.array([-1.0, 0.0, 1.0]) * _EIGHTH
            middle = Sun(phase_rad=peak, cycle=True)
            return middle, tuple(Sun(phase_rad=float(p), cycle=True) for p in phases)
        case _:
            assert_never(activity)


def days_of(shape: AveragedOrbit, airs: Array, beta: float, sun: Sun) -> float:
    """Return how many days the averaged orbit lasts."""
    cycle_s = CYCLE_DAYS * units.DAY if sun.cycle else 0.0
    longest_s = HORIZON_DAYS * units.DAY
    args = (shape.a_m, shape.x_m, shape.cos_i, shape.raise_m, airs, beta, sun.phase_rad, cycle_s, sun.level, longest_s)
    return float(_kernel.decay_s(*args)) / units.DAY


def _shown_beta(shape: AveragedOrbit, airs: Array, rate_mps: float, sun: Sun) -> float:
    """Return the ballistic coefficient at which this air lets the orbit sink as its element set shows."""
    rates = np.empty((len(airs), 2))
    _kernel.mean_rates(shape.a_m, shape.x_m, shape.cos_i, shape.raise_m, airs, rates)
    unit_mps, _ = _kernel.mixed(sun.now, rates)
    return float(unit_mps / rate_mps)


def _band(
    shape: AveragedOrbit, body: Beta | None, rate_mps: float | None, activity: Activity | None, air: Array | None
) -> Decay:
    """Return the band over bodies, courses of the sun and what the model of the air misses."""
    airs = levels() if air is None else fixed(np.asarray(air)[None])
    middle_sun, suns = _courses(activity) if air is None else (Sun(), (Sun(),))
    factor = AIR_FACTOR if rate_mps is None else BSTAR_FACTOR
    cases: list[tuple[float, Sun]] = []
    for sun in (middle_sun, *suns):
        if body is None:
            low = middle = high = _shown_beta(shape, airs, rate_mps or -1.0, sun)
        else:
            low, middle, high = body.low_kgpm2, body.middle_kgpm2, body.high_kgpm2
        cases.append((middle, sun))
        cases += [(low / factor, sun), (high * factor, sun)]
    days = np.array([days_of(shape, airs, beta, sun) for beta, sun in cases])
    method = "averaged"
    if days[0] < _FLOWN_DAYS:
        days, method = _flown(shape, airs, cases, days), "numerical"
    reasons = _reasons(body, rate_mps, activity, air is not None, days)
    return _told(shape, days, method, reasons)


def _flown(shape: AveragedOrbit, airs: Array, cases: list[tuple[float, Sun]], days: Array) -> Array:
    """Return the days of the middle case and of the ends flown numerically, each in the air of its beginning."""
    told = days[[0, int(np.argmin(days)), int(np.argmax(days))]].copy()
    chosen = [cases[0], cases[int(np.argmin(days))], cases[int(np.argmax(days))]]
    for k, (beta, sun) in enumerate(chosen):
        if told[k] > 4.0 * _FLOWN_DAYS:
            continue
        run = follow(shape.frozen, np.array([5.0 * _FLOWN_DAYS * units.DAY]), beta, _air_at(airs, sun.now))
        if run.why == _kernel.LOW:
            told[k] = run.end_s / units.DAY
    return told


def _air_at(airs: Array, level: float) -> Array:
    """Return one table at a level of activity: its rows mixed as the averaged rates are, in the logarithm."""
    if len(airs) < 3:
        return np.asarray(airs[0])
    nearest = int(np.argmin(np.abs(level - np.array([-1.0, 0.0, 1.0]))))
    if abs(level - (nearest - 1.0)) < 1e-9:
        return np.asarray(airs[nearest])
    low, mid, high = (np.log(air[:, 0]) for air in airs)
    half, bend = 0.5 * (high - low), 0.5 * (high + low) - mid
    ratio = np.exp(mid + level * (half + level * bend)) / airs[nearest, :, 0]
    table = np.array(airs[nearest])
    table[:-1, :4] *= 0.5 * (ratio[:-1] + ratio[1:])[:, None]
    return table


def _reasons(
    body: Beta | None, rate_mps: float | None, activity: Activity | None, own_air: bool, days: Array
) -> tuple[str, ...]:
    """Say what the band is made of."""
    if body is None:
        sink_mpday = -(rate_mps or 0.0) * units.DAY
        what = f"the drag its element set shows, {sink_mpday:.1f} m a day, times or over {BSTAR_FACTOR:g} (assumed)"
    else:
        what = (
            f"ballistic coefficient {body.low_kgpm2:g} to {body.high_kgpm2:g} kg/m^2 ({body.source}), and the air "
            f"times or over {AIR_FACTOR:g} (1 sigma of every model, AIAA 2008-6438)"
        )
    if own_air:
        sun = "the air of the table given, all the time"
    elif activity is None:
        sun = "solar activity not told: every phase of an 11-year cycle between F10.7 of 65 and 250"
    else:
        known_years = 0.7 if activity is Activity.MEAN else 1.4
        sun = (
            f"solar activity {activity} at the epoch, within {known_years:g} years of an 11-year cycle, then that cycle"
        )
    far = ("the far end lies beyond 50 years",) if float(days.max()) >= HORIZON_DAYS else ()
    return (what, sun, *far, "no manoeuvre; no wind but the Earth's turn; day and night averaged")


def _told(shape: AveragedOrbit, days: Array, method: str, reasons: tuple[str, ...]) -> Decay:
    """Return the record of a band whose middle comes first."""
    if days[0] >= HORIZON_DAYS:
        return _unknown(shape, f"it lasts longer than {HORIZON_DAYS / 365.25:.0f} years in the middle of the band")
    longest = float(days.max())
    return Decay(
        answer=Lasts.DECAYS,
        days_low=float(days.min()),
        days_middle=float(days[0]),
        days_high=longest if longest < HORIZON_DAYS else None,
        perigee_alt_m=shape.perigee_alt_m,
        apogee_alt_m=shape.apogee_alt_m,
        method=method,
        reasons=reasons,
    )

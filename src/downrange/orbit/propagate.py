"""Numerical propagation: zonal gravity J2 to J4 and drag, for the days after an insertion.

The motion is computed in the Earth-fixed axes of the start held still, whose z axis is the pole of that day. A state in
GCRF is therefore taken through precession and nutation to the date before the zonals act, and one in TEME is turned by sidereal time; a
state whose frame is not named is refused. The pole itself is held still, though it drifts by some 20 seconds of arc a
year: that costs 0.5 m after three days in a low orbit, 10 m after ten, 240 m after sixty, by restarting each day. What
is told at each moment is turned back with the Earth's orientation of that moment, pole and all.

Left out: tesserals, Moon, Sun, tides, light. For a low orbit they move a satellite by some kilometres a day along its
track (assumed from their size; not measured here), drag with an unknown body by far more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import (
    Array,
    InputError,
    ModelError,
    after,
    geodetic_from_ecef,
    inertial_velocity,
    iso,
    units,
    utc,
    wgs84,
)
from downrange.earth import ZONALS, air_table
from downrange.orbit import _kernel
from downrange.orbit.axes import earth_fixed, inertial
from downrange.orbit.elements import ecef_state, elements_from_inertial, state_of
from downrange.orbit.fit import osculating_of
from downrange.orbit.model import Elements, ElementSet, Frame

INTERFACE_ALT_M: Final = 120e3
"""Entry interface: the height from which re-entries are usually reckoned; a convention, here 120 km (assumed)."""
BREAKUP_ALT_M: Final = 80e3
"""Below it a satellite is no longer one body: codes of re-entry break it up near 78 km by rule; rounded up (assumed)."""

_TOLERANCE = 1e-12  # of distance and speed a step; 3 days at 500 km come out within 2 mm of a hundred times finer
_LEVELS_M = np.array([INTERFACE_ALT_M, BREAKUP_ALT_M])
_FASTEST_REV_S = 4_800.0  # no revolution is shorter
_MAX_DAYS = 4_000.0


class Ending(StrEnum):
    """Why a propagation ends."""

    SPAN = "end of the span"
    REENTRY = "re-entry"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A position and a velocity against the stars, at a moment.

    r_m, v_mps: (3,) in the frame
    epoch:      the moment, UTC
    frame:      the inertial frame; there is no default, because nobody can guess it from the numbers
    """

    r_m: tuple[float, float, float]
    v_mps: tuple[float, float, float]
    epoch: datetime
    frame: Frame

    def __post_init__(self) -> None:
        """Refuse a state without a named frame, and a moment without a zone."""
        named(self.frame, where="state")
        utc(self.epoch, where="state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beta:
    """The ballistic coefficient, mass over drag coefficient and area [kg/m^2], as a range.

    low_kgpm2, middle_kgpm2, high_kgpm2: rising; a low one falls soonest
    source:                              where they are from, or 'assumed'
    """

    low_kgpm2: float
    middle_kgpm2: float
    high_kgpm2: float
    source: str

    def __post_init__(self) -> None:
        """Refuse what is no range, and numbers without a parent."""
        if not 0.0 < self.low_kgpm2 <= self.middle_kgpm2 <= self.high_kgpm2 < np.inf:
            seen = f"{self.low_kgpm2:g}, {self.middle_kgpm2:g}, {self.high_kgpm2:g} kg/m^2"
            cure = "give low, middle and high, rising from above zero; satellites have some 20 to 300 kg/m^2"
            raise InputError(where="ballistic coefficient", seen=seen, cure=cure)
        if not self.source.strip():
            raise InputError(where="ballistic coefficient", seen="no source", cure="say where it is from, or 'assumed'")


ASSUMED_BETA: Final = Beta(
    low_kgpm2=25.0,
    middle_kgpm2=80.0,
    high_kgpm2=250.0,
    source="assumed: satellites between a hollow box and a full one, drag coefficient 2.2",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """Where and when a body passed a height downwards.

    t_s: seconds after the start's epoch
    """

    t_s: float
    moment: datetime
    lat_deg: float
    lon_deg: float
    alt_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Propagated:
    """A path round the Earth.

    epoch:           that of the start, UTC, from which t_s counts
    frame:           inertial frame of r_m and v_mps, at each moment that of the moment where the frame moves (TEME)
    t_s:             (n,) the times asked for, as far as the body lived
    r_m, v_mps:      (n, 3) against the stars
    r_ecef_m, v_ecef_mps: (n, 3) Earth-fixed, velocity relative to the Earth
    spread_m:        (n,) how far the ends of the range of beta lie from the middle, the farther one; inf once one is
                     down; None when there is no range
    rev_t_s:         (k,) end of each revolution since the start
    perigee_alt_m, apogee_alt_m: (k,) lowest and highest in it, over the equatorial radius, as catalogues print them
    revolutions:     how many were completed, with the part of the last
    ending, end_t_s: why and when it ends
    interface, breakup: where it passed 120 km for the last time and 80 km; None when it did not come down, the first
                     also when it started lower
    beta:            the ballistic coefficient; None without drag
    air:             the air, in words
    """

    epoch: datetime
    frame: Frame
    t_s: Array
    r_m: Array
    v_mps: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    spread_m: Array | None
    rev_t_s: Array
    perigee_alt_m: Array
    apogee_alt_m: Array
    revolutions: float
    ending: Ending
    end_t_s: float
    interface: Crossing | None
    breakup: Crossing | None
    beta: Beta | None
    air: str

    def elements(self, k: int) -> Elements:
        """Return the osculating elements at the k-th time, in the path's frame."""
        return elements_from_inertial(
            self.r_m[k], self.v_mps[k], after(self.epoch, float(self.t_s[k])), frame=self.frame
        )


Start = State | Elements | ElementSet


def propagate(
    start: Start,
    t_s: ArrayLike,
    *,
    beta: Beta | float | None = None,
    air: Array | None = None,
    frame: Frame | None = None,
) -> Propagated:
    """Return the path of a body at times after its start, until it comes down.

    start: an inertial state, osculating elements, or an element set, whose SGP4 state at its epoch is taken
    t_s:   (n,) seconds after the start's epoch, rising; negative ones are before it
    beta:  ballistic coefficient [kg/m^2] or a range of it; None for no drag at all
    air:   a table as of `earth.air_table` (the default), `earth.msis_table` or `activity_air`
    frame: of the states told; the start's own when not given

    >>> from datetime import UTC
    >>> start = Elements(a_m=6878137.0, e=0.001, inclination_deg=97.4, raan_deg=0, argp_deg=0, mean_anomaly_deg=0,
    ...     epoch=datetime(2023, 11, 21, 14, tzinfo=UTC), frame=Frame.TEME)
    >>> path = propagate(start, [0.0, 86400.0], beta=80.0)
    >>> f"{path.revolutions:.2f} revolutions, {path.ending}"
    '15.23 revolutions, end of the span'
    """
    times, state = _times(t_s), state_at(start)
    told = named(frame, where="propagate") if frame is not None else state.frame
    table = air_table() if air is None else air
    body = as_beta(beta)
    path = _path(state, times, body.middle_kgpm2 if body else None, table, told)
    path = replace(path, beta=body, air="none" if body is None else _air_name(air))
    if isinstance(beta, Beta):
        ends = (_path(state, times, value, table, told) for value in (beta.low_kgpm2, beta.high_kgpm2))
        path = replace(path, spread_m=np.maximum(*(_apart(path, end) for end in ends)))
    return path


def named(frame: Frame | str, *, where: str) -> Frame:
    """Return the frame, or refuse what is none."""
    if isinstance(frame, Frame):
        return frame
    seen = f"the frame {frame!r}" if frame else "no frame"
    raise InputError(where=where, key="frame", seen=seen, cure="say Frame.TEME (SGP4's) or Frame.GCRF (J2000, ICRF)")


def as_beta(beta: Beta | float | None) -> Beta | None:
    """Return a ballistic coefficient as a range, which a bare number is the middle of."""
    if beta is None or isinstance(beta, Beta):
        return beta
    value = float(beta)
    return Beta(low_kgpm2=value, middle_kgpm2=value, high_kgpm2=value, source="given as one number")


def state_at(start: Start) -> State:
    """Return the inertial state of a start."""
    match start:
        case State():
            return start
        case ElementSet():
            return state_at(osculating_of(start.satellite()))
        case Elements():
            r, v = state_of(start)
            return state(r, v, start.epoch, frame=start.frame)
        case _:
            raise InputError(
                where="propagate",
                key="start",
                seen=f"a {type(start).__name__}",
                cure="give a State with its frame, Elements or an ElementSet",
            )


def state(r_m: ArrayLike, v_mps: ArrayLike, epoch: datetime, *, frame: Frame) -> State:
    """Return the record of an inertial state given as arrays (3,)."""
    r, v = np.asarray(r_m, dtype=float), np.asarray(v_mps, dtype=float)
    if r.shape != (3,) or v.shape != (3,) or not (np.isfinite(r).all() and np.isfinite(v).all()):
        seen = f"arrays of shape {r.shape} and {v.shape}, or numbers that are not finite"
        raise InputError(where="state", seen=seen, cure="give one position (3,) in metres and one velocity (3,) in m/s")
    return State(
        r_m=(float(r[0]), float(r[1]), float(r[2])),
        v_mps=(float(v[0]), float(v[1]), float(v[2])),
        epoch=epoch,
        frame=frame,
    )


def frozen_state(start: State) -> Array:
    """Return the state (6,) in the Earth-fixed axes of its epoch, held still; refuse one that flies no orbit."""
    r, v_ecef_mps = ecef_state(start.r_m, start.v_mps, start.epoch, frame=start.frame)
    v = inertial_velocity(r, v_ecef_mps)
    alt_m = float(geodetic_from_ecef(r)[2])
    if alt_m < BREAKUP_ALT_M:
        raise InputError(
            where="propagate",
            key="start",
            seen=f"a start {alt_m / units.KILOMETRE:.0f} km high",
            cure=f"start above {BREAKUP_ALT_M / units.KILOMETRE:.0f} km, or let it fall with drop(); were km given for m?",
        )
    if 0.5 * float(v @ v) >= wgs84.GM_M3PS2 / float(np.linalg.norm(r)):
        raise ModelError(
            f"the state is not bound to the Earth ({np.linalg.norm(v):.0f} m/s at {alt_m / 1e3:.0f} km); "
            "was a velocity in km/s, or relative to another body, given?"
        )
    return np.concatenate([r, v])


def _times(t_s: ArrayLike) -> Array:
    """Return the times, or say what is wrong with them."""
    times = np.atleast_1d(np.asarray(t_s, dtype=float))
    if times.ndim != 1 or times.size == 0 or not np.isfinite(times).all() or (np.diff(times) <= 0.0).any():
        cure = "give seconds after the start's epoch, each later than the one before"
        raise InputError(where="propagate", key="t_s", seen=f"times of shape {times.shape} that do not rise", cure=cure)
    if max(abs(times[0]), abs(times[-1])) > _MAX_DAYS * units.DAY:
        cure = "ask decay_of() for what happens in years; here the pole of the start is taken to hold"
        raise InputError(where="propagate", key="t_s", seen=f"more than {_MAX_DAYS:g} days", cure=cure)
    return times


def _air_name(air: Array | None) -> str:
    return "US Standard Atmosphere 1976, turning with the Earth" if air is None else "a table given, turning with it"


def _apart(path: Propagated, other: Propagated) -> Array:
    """Return how far another path lies from this one [m], (n,); inf where the other is down."""
    apart = np.full(path.t_s.shape, np.inf)
    n = min(len(apart), len(other.t_s))
    apart[:n] = np.linalg.norm(path.r_m[:n] - other.r_m[:n], axis=1)
    return apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What the kernel gives back, in the frozen axes."""

    why: int
    out: Array
    revs: Array
    marks: Array
    end_s: float
    turned_rad: float


def follow(start: Array, t_s: Array, beta_kgpm2: float | None, air: Array) -> Run:
    """Run the kernel one way from a frozen state (6,) over times that all lie on one side of 0."""
    out, marks = np.zeros((len(t_s), 6)), np.full((2, 7), np.nan)
    revs = np.zeros((int(abs(t_s[-1]) / _FASTEST_REV_S) + 2, _kernel.PEAKS))
    drag = 0.0 if beta_kgpm2 is None else 0.5 / beta_kgpm2
    why, count, rounds, end_s, turned = _kernel.run(
        start, t_s, drag, fixed(air), ZONALS, _TOLERANCE, _LEVELS_M, out, revs, marks
    )
    if why == _kernel.STUCK:
        raise ModelError(f"the propagation cannot go on {end_s:.0f} s after its start; is the air table broken?")
    return Run(
        why=why, out=out[:count], revs=revs[: min(rounds, len(revs))], marks=marks, end_s=end_s, turned_rad=turned
    )


def fixed(table: Array) -> Array:
    """Return a table as one that cannot be written: the kernel is compiled for such, and only once."""
    view = np.ascontiguousarray(table, dtype=float).view()
    view.setflags(write=False)
    return view


def _path(start: State, t_s: Array, beta_kgpm2: float | None, air: Array, told: Frame) -> Propagated:
    """Return one path without range."""
    frozen = frozen_state(start)
    epoch = utc(start.epoch)
    before, later = t_s[t_s < 0.0], t_s[t_s >= 0.0]
    rows = []
    if before.size:
        back = follow(frozen, before[::-1].copy(), beta_kgpm2, air)
        if back.why == _kernel.LOW:
            raise ModelError(
                f"{-back.end_s:.0f} s before {iso(epoch)} this path is below {BREAKUP_ALT_M / 1e3:.0f} km: "
                "the body was still being launched then"
            )
        rows.append(back.out[::-1])
    run = follow(frozen, later if later.size else np.zeros(1), beta_kgpm2, air)
    rows.append(run.out[: later.size])
    states = np.concatenate(rows)
    t = t_s[: len(states)]
    down = run.why == _kernel.LOW
    r_ecef_m, v_ecef_mps = earth_fixed(epoch, t, states)
    r_m, v_mps = inertial(epoch, t, states, told)
    return Propagated(
        epoch=epoch,
        frame=told,
        t_s=t,
        r_m=r_m,
        v_mps=v_mps,
        r_ecef_m=r_ecef_m,
        v_ecef_mps=v_ecef_mps,
        spread_m=None,
        rev_t_s=run.revs[:, 0],
        perigee_alt_m=run.revs[:, 1] - wgs84.RE_M,
        apogee_alt_m=run.revs[:, 2] - wgs84.RE_M,
        revolutions=run.turned_rad / (2.0 * np.pi),
        ending=Ending.REENTRY if down else Ending.SPAN,
        end_t_s=run.end_s if later.size else float(t_s[-1]),
        interface=_crossing(epoch, run.marks[0]) if down else None,
        breakup=_crossing(epoch, run.marks[1]) if down else None,
        beta=None,
        air="",
    )


def _crossing(epoch: datetime, mark: Array) -> Crossing | None:
    """Return the record of a mark; None where there is none, as for a start below the height."""
    if not np.isfinite(mark[0]):
        return None
    r_ecef_m, _ = earth_fixed(epoch, mark[:1], mark[None, 1:])
    lat, lon, alt = geodetic_from_ecef(r_ecef_m[0])
    return Crossing(
        t_s=float(mark[0]),
        moment=after(epoch, float(mark[0])),
        lat_deg=float(lat),
        lon_deg=float(lon),
        alt_m=float(alt),
    )

"""Find the programme that takes a vehicle to an orbit with as much left in its last stage as can be."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

import numpy as np

from downrange.base import Array, InputError, inertial_velocity, wgs84
from downrange.base.units import STANDARD_GRAVITY
from downrange.earth import Site
from downrange.flight.crowd import Crowd, crowd_of
from downrange.flight.fly import fly_crowd
from downrange.flight.insertion import orbit_of
from downrange.flight.model import Plan, Steering, Vehicle

_YEAR_S = 365.2422 * 86_400.0
_Q_LIMIT_PA = 60_000.0
_STEP = 1e-4
_LOWEST_M, _HIGHEST_M = 100e3, 1e9
_SHORT_MPS = 5.0  # the orbit counts as reached when no more than this is missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Orbit:
    """An orbit to aim at; heights over the equatorial radius 6378.137 km, inserted at perigee."""

    perigee_alt_m: float
    apogee_alt_m: float
    inclination_deg: float

    @property
    def sma_m(self) -> float:
        """Semi-major axis."""
        return wgs84.RE_M + 0.5 * (self.perigee_alt_m + self.apogee_alt_m)

    @classmethod
    def parse(cls, text: str) -> Orbit:
        """Read an orbit as typed: sso:500km, or perigee x apogee @ inclination as 493x512km@97.4.

        >>> f"{Orbit.parse('sso:500km').inclination_deg:.2f}"
        '97.40'
        """
        sso = re.fullmatch(r"sso:(\d+(?:\.\d+)?)km", text)
        if sso:
            alt_m = _orbital_m(text, float(sso[1]) * 1e3)
            return cls(perigee_alt_m=alt_m, apogee_alt_m=alt_m, inclination_deg=sun_synchronous_deg(alt_m))
        ring = re.fullmatch(r"(\d+(?:\.\d+)?)(?:x(\d+(?:\.\d+)?))?km@(\d+(?:\.\d+)?)", text)
        if not ring:
            raise InputError(
                where="--to", seen=f"{text!r} is not an orbit", cure="write sso:500km, 500km@97.4 or 493x512km@97.4"
            )
        low, high = sorted(_orbital_m(text, float(km) * 1e3) for km in (ring[1], ring[2] or ring[1]))
        if float(ring[3]) > 180.0:
            raise InputError(
                where="--to", seen=f"{text!r}: {ring[3]} deg", cure="give an inclination from 0 to 180 deg"
            )
        return cls(perigee_alt_m=low, apogee_alt_m=high, inclination_deg=float(ring[3]))


def _orbital_m(text: str, alt_m: float) -> float:
    """Return a height in which something can stay, or refuse it."""
    if not _LOWEST_M <= alt_m <= _HIGHEST_M:
        cure = f"aim between {_LOWEST_M / 1e3:.0f} and {_HIGHEST_M / 1e3:.0f} km; below, the air takes it down at once"
        raise InputError(where="--to", seen=f"{text!r}: a height of {alt_m / 1e3:g} km", cure=cure)
    return alt_m


def sun_synchronous_deg(alt_m: float) -> float:
    """Return the inclination of a circular orbit whose plane follows the mean Sun (J2 only)."""
    sma_m = wgs84.RE_M + alt_m
    rate = 2.0 * math.pi / _YEAR_S
    motion = math.sqrt(wgs84.GM_M3PS2 / sma_m**3)
    cosine = -rate / (1.5 * wgs84.J2 * motion * (wgs84.RE_M / sma_m) ** 2)
    if cosine < -1.0:
        raise InputError(
            where="orbit", seen=f"no plane follows the Sun at {alt_m / 1e3:.0f} km", cure="aim below 5900 km"
        )
    return math.degrees(math.acos(cosine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A programme and what it reaches.

    spare_mps: velocity that the propellant left in the last stage could still give
    t_s: insertion after lift-off; the rest is the orbit at cut-off, two-body
    """

    plan: Plan
    spare_mps: float
    t_s: float
    perigee_alt_m: float
    apogee_alt_m: float
    inclination_deg: float


def target(vehicle: Vehicle, site: Site, orbit: Orbit, guess: Plan, *, southbound: bool = True) -> Aim:
    """Solve the programme that reaches an orbit at its perigee with the most left over.

    guess: gives the lengths of the vertical rise and the kick, the first coast, the fairing and the throttles; the rest
        is solved: one burn a stage, in the place of its tables of steering and of several burns.
    InputError says by how much the vehicle misses an orbit that it cannot reach.
    """
    guess = replace(guess, programmes=(), burns=())
    base = crowd_of(vehicle, guess, site)
    base = replace(base, stop_sma_m=np.array([orbit.sma_m]))
    u = _solve(base, orbit, _first_guess(base, orbit, southbound))
    crowd = _steered(base, u[None])
    state = fly_crowd(crowd).last
    aim = _aim(guess, crowd, state[0], orbit.sma_m)
    short = _shortfall_mps(state, orbit)[0]
    misses = (abs(aim.perigee_alt_m - orbit.perigee_alt_m), abs(aim.apogee_alt_m - orbit.apogee_alt_m))
    if short > _SHORT_MPS or max(misses) > 10e3 or abs(aim.inclination_deg - orbit.inclination_deg) > 0.1:
        raise InputError(
            where=vehicle.name,
            key="orbit",
            seen=f"{orbit.perigee_alt_m / 1e3:.0f} x {orbit.apogee_alt_m / 1e3:.0f} km at {orbit.inclination_deg:.2f} deg is out "
            f"of reach: the best flight ends at {aim.perigee_alt_m / 1e3:.0f} x {aim.apogee_alt_m / 1e3:.0f} km, "
            f"{aim.inclination_deg:.2f} deg, {max(short, 0.0):.0f} m/s short",
            cure=_reachable(orbit, site),
        )
    return aim


def _reachable(orbit: Orbit, site: Site) -> str:
    """Say what to aim at instead."""
    low = abs(site.lat_deg)
    if not low <= orbit.inclination_deg <= 180.0 - low:
        return f"aim at an inclination from {low:.1f} to {180.0 - low:.1f} deg: {site.name} lies at latitude {site.lat_deg:.1f}"
    return "aim lower, or give the vehicle less payload or more propellant"


def _first_guess(base: Crowd, orbit: Orbit, southbound: bool) -> Array:
    """Return the steering to start from: a gentle kick, pitch falling evenly, the azimuth of a direct ascent."""
    sine = math.cos(math.radians(orbit.inclination_deg)) / math.cos(math.radians(float(base.lat_deg[0])))
    inertial = math.asin(min(1.0, max(-1.0, sine)))
    azimuth = math.pi - inertial if southbound else inertial
    speed = 7_600.0
    turn = wgs84.OMEGA_RADPS * wgs84.RE_M * math.cos(math.radians(float(base.lat_deg[0])))
    azimuth = math.atan2(speed * math.sin(azimuth) - turn, speed * math.cos(azimuth))
    azimuth_deg = math.degrees(azimuth) % 360.0
    stages = base.propellant_kg.shape[1]
    uppers = []
    for s in range(1, stages):
        high = 40.0 * (1.0 - (s - 1) / max(stages - 1, 1)) - 5.0
        uppers += [high, high - 20.0, azimuth_deg, azimuth_deg]
    return np.array([3.0, azimuth_deg, 10.0, *uppers])


def _steered(base: Crowd, u: Array) -> Crowd:
    """Return N crowds steered by rows u (N, 3 + 4 (S - 1)): kick, azimuth, last coast, then pitch and azimuth a stage."""
    n, stages = len(u), base.propellant_kg.shape[1]
    crowd = base.take(np.zeros(n, dtype=np.int64))
    angles = u[:, 3:].reshape(n, stages - 1, 4)
    coast = crowd.coast_s.copy()
    coast[:, -1] = np.maximum(u[:, 2], 0.0)

    def upper(column: int) -> Array:
        return np.hstack([np.zeros((n, 1)), angles[:, :, column]])

    return replace(
        crowd,
        kick_deg=u[:, 0],
        azimuth_deg=u[:, 1],
        coast_s=coast,
        pitch0_deg=upper(0),
        pitch1_deg=upper(1),
        azimuth0_deg=upper(2),
        azimuth1_deg=upper(3),
    )


def _misses(base: Crowd, orbit: Orbit, u: Array) -> Array:
    """Return what is wrong with steering rows u, (N, R): the orbit, what was burnt, the soft rules."""
    crowd = _steered(base, u)
    flown = fly_crowd(crowd, ground=False)
    state, q_max_pa = flown.last, flown.q_max_pa
    r, v = state[:, 1:4], inertial_velocity(state[:, 1:4], state[:, 4:7])
    radius = np.linalg.norm(r, axis=1)
    momentum = np.cross(r, v)
    inclination = np.degrees(np.arccos(momentum[:, 2] / np.linalg.norm(momentum, axis=1)))
    burnt_mps = crowd.isp_vac_s[:, -1] * STANDARD_GRAVITY * np.log(_full_kg(crowd) / state[:, 7])
    soft = [(u[:, 0] - 3.0) / 10.0, np.minimum(u[:, 2], 0.0) * 10.0, u[:, 2] / 300.0]
    soft += [(crowd.pitch0_deg[:, s] - crowd.pitch1_deg[:, s]) / 100.0 for s in range(1, crowd.stages)]
    soft += [(crowd.azimuth1_deg[:, s] - u[:, 1]) / 100.0 for s in range(1, crowd.stages)]
    soft += [(crowd.azimuth0_deg[:, s] - u[:, 1]) / 100.0 for s in range(1, crowd.stages)]
    columns = [
        (radius - wgs84.RE_M - orbit.perigee_alt_m) / 500.0,
        (r * v).sum(axis=1) / radius / 2.0,
        (inclination - orbit.inclination_deg) / 0.01,
        np.maximum(_shortfall_mps(state, orbit), 0.0) / 2.0,
        burnt_mps / 200.0,
        np.maximum(q_max_pa - _Q_LIMIT_PA, 0.0) / 5_000.0,
        *soft,
    ]
    misses: Array = np.nan_to_num(np.stack(columns, axis=1), nan=1e4, posinf=1e4, neginf=-1e4)
    return misses


def _solve(base: Crowd, orbit: Orbit, u: Array) -> Array:
    """Return the best steering: once with the orbit a thousand times softer, then in earnest."""
    from scipy.optimize import least_squares

    scale = np.concatenate([[3.0, 10.0, 30.0], np.tile([20.0, 20.0, 20.0, 20.0], (len(u) - 3) // 4)])

    count = _misses(base, orbit, u[None]).shape[1]
    w = u / scale
    weight = np.ones(count)
    low = np.full(len(w), -np.inf)
    low[0] = 0.1
    high = np.full(len(w), np.inf)

    kept: list[Array] = []

    def around(w: Array) -> Array:
        """Fly w with a step along each axis; kept, for slopes are asked for where values just were."""
        if not kept or not np.array_equal(kept[0], w):
            kept[:] = [w.copy(), _misses(base, orbit, np.vstack([w, w + _STEP * np.eye(len(w))]) * scale)]
        return kept[1]

    def values(w: Array) -> Array:
        weighted: Array = weight * around(w)[0]
        return weighted

    def slopes(w: Array) -> Array:
        rows = around(w)
        weighted: Array = weight[:, None] * ((rows[1:] - rows[0]) / _STEP).T
        return weighted

    for soften, tries in ((1e-3, 60), (0.05, 60), (1.0, 200)):
        weight[:4] = soften
        w = least_squares(values, w, jac=slopes, bounds=(low, high), max_nfev=tries, xtol=1e-9, ftol=1e-9).x
    best: Array = w * scale
    return best


def _full_kg(crowd: Crowd) -> Array:
    """Return the mass at the last ignition."""
    fairing = crowd.fairing_kg if crowd.stages < 2 else 0.0
    full: Array = crowd.payload_kg + crowd.dry_kg[:, -1] + crowd.propellant_kg[:, -1] + fairing
    return full


def _shortfall_mps(state: Array, orbit: Orbit) -> Array:
    """Return the velocity missing to the energy of the orbit at the radius reached, (N,)."""
    v = np.linalg.norm(inertial_velocity(state[:, 1:4], state[:, 4:7]), axis=1)
    radius = np.linalg.norm(state[:, 1:4], axis=1)
    missing: Array = np.sqrt(np.maximum(wgs84.GM_M3PS2 * (2.0 / radius - 1.0 / orbit.sma_m), 0.0)) - v
    return missing


def _aim(guess: Plan, crowd: Crowd, state: Array, stop_sma_m: float) -> Aim:
    """Return the record of a solved crowd of one."""
    perigee_m, apogee_m, inclination_deg = orbit_of(state[None])
    dry = float(crowd.payload_kg[0] + crowd.dry_kg[0, -1])
    uppers = tuple(
        Steering(
            coast_s=float(crowd.coast_s[0, s]),
            pitch_deg=(float(crowd.pitch0_deg[0, s]), float(crowd.pitch1_deg[0, s])),
            azimuth_deg=(float(crowd.azimuth0_deg[0, s]), float(crowd.azimuth1_deg[0, s])),
        )
        for s in range(1, crowd.stages)
    )
    plan = replace(
        guess,
        kick_deg=float(crowd.kick_deg[0]),
        azimuth_deg=float(crowd.azimuth_deg[0]),
        uppers=uppers,
        stop_sma_m=stop_sma_m,
    )
    return Aim(
        plan=plan,
        spare_mps=float(crowd.isp_vac_s[0, -1]) * STANDARD_GRAVITY * math.log(max(float(state[7]) / dry, 1.0)),
        t_s=float(state[0]),
        perigee_alt_m=float(perigee_m[0]),
        apogee_alt_m=float(apogee_m[0]),
        inclination_deg=float(inclination_deg[0]),
    )

"""Fit an outlined launcher to its public record: residuals in sigmas, trust-region least squares, many starts.

The steps of the Jacobian matter most: forward differences of 1e-3 of a prior's sigma. The first pass frees the orbit
(its sigmas times 1000), because far from it the orbit's residuals are so steep that steering gets stuck: with the
pass 40 of 40 random starts reach the same minimum, without it 35.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from downrange.base import Array, geodetic_from_ecef, inertial_velocity, v_enu_from_ecef, wgs84
from downrange.corridor.fit_model import Fact, Record, crowd_from
from downrange.earth import range_azimuth
from downrange.fall import states_at
from downrange.flight import Crowd, Device, Flown, fly_crowd

STEP_SIGMA = 1e-3
LIMIT_SIGMA = 5.0
FIRST_SOFTER = 1_000.0
FIRST_TRIES, SECOND_TRIES = 40, 150
_FARTHEST = 1e6  # sigmas: squares of more would overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What a crowd of N parameter rows leads to.

    place: (lat_deg, lon_deg, t_s) of the fall of each body, each (N,)
    """

    crowd: Crowd
    flown: Flown
    place: dict[str, tuple[Array, Array, Array]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One solution.

    x: (n,) in the order of the record's names; chi2: facts, soft rules and priors together; simulations: how many it took
    """

    x: Array
    chi2: float
    simulations: int


def predict(record: Record, x: Array, *, device: Device = Device.THREADS) -> Prediction:
    """Fly parameter rows x (N, n) and drop the fairing and every stage but the last.

    A body that never comes down is said to fall where it was let go, so that the solver sees a slope, not a cliff.
    """
    crowd = crowd_from(record, x)
    flown = fly_crowd(crowd, ground=False, device=device)
    place = {}
    wanted = [("fairing", flown.fairing(), crowd.fairing_beta_kgpm2)]
    wanted += [(f"stage {n}", flown.parted(n), crowd.beta_kgpm2[:, n - 1]) for n in range(1, record.stages)]
    for body, state, beta in wanted:
        down = states_at(state[:, 1:4], state[:, 4:7], beta, device=device)
        up = np.isnan(down[:, 0])
        lat, lon, _ = geodetic_from_ecef(np.where(up[:, None], state[:, 1:4], down[:, 1:4]))
        place[body] = (lat, lon, state[:, 0] + np.where(up, 0.0, down[:, 0]))
    return Prediction(crowd=crowd, flown=flown, place=place)


def residuals(record: Record, x: Array, shift: Array | None = None, *, device: Device = Device.THREADS) -> Array:
    """Return facts and soft rules in sigmas, (N, R), of parameter rows x (N, n).

    shift: (R,) moves every fact by so many of its sigmas; a randomised fit uses it
    """
    return facts_in_sigmas(record, predict(record, x, device=device), shift)


def facts_in_sigmas(record: Record, p: Prediction, shift: Array | None = None) -> Array:
    """Return facts and soft rules in sigmas, (N, R), of flights that have been flown."""
    columns = [c for fact in record.facts for c in _fact(fact, p)] + _soft(record, p)
    out = np.stack(columns, axis=1)
    if shift is not None:
        out = out - shift
    return np.clip(np.nan_to_num(out, nan=1e3, posinf=1e3, neginf=-1e3), -_FARTHEST, _FARTHEST)


def orbit_columns(record: Record) -> Array:
    """Return which residual columns belong to the insertion, (R,) of bool."""
    kinds = [fact.kind for fact in record.facts for _ in range(_COLUMNS[fact.kind])]
    return np.array([kind == "insertion" for kind in kinds] + [False] * soft_columns(record))


def residual_columns(fact: Fact) -> int:
    """Return how many columns of the residuals a fact has."""
    return _COLUMNS[fact.kind]


def soft_columns(record: Record) -> int:
    """Return how many columns of the residuals are rules of thumb, not data: the last ones."""
    return 2 * (record.stages - 1) + 1


_COLUMNS = {"place": 2, "axis": 2, "time": 1, "insertion": 5}


def _fact(fact: Fact, p: Prediction) -> list[Array]:
    """Return the residual columns of one fact."""
    if fact.kind == "insertion":
        return _insertion(fact, p.flown.last)
    if fact.kind == "time":
        return [(p.place[fact.body][2] - fact.t_s) / fact.sigma_s]
    along, across = offsets_m(fact, p)
    if fact.kind == "place":
        return [across / fact.sigma_m, along / fact.sigma_m]
    return [along / fact.sigma_along_m, across / fact.sigma_across_m]


def offsets_m(fact: Fact, p: Prediction) -> tuple[Array, Array]:
    """Return how far a body falls from the fact's point, along its course (0: north) and to the right of it, each (N,)."""
    lat, lon, _ = p.place[fact.body]
    distance, azimuth = range_azimuth(np.full_like(lat, fact.lat_deg), np.full_like(lon, fact.lon_deg), lat, lon)
    turn = np.radians(azimuth - fact.course_deg)
    return distance * np.cos(turn), distance * np.sin(turn)


def _insertion(fact: Fact, state: Array) -> list[Array]:
    """Return time, energy, radius, radial speed and inclination against the published orbit, taken at perigee.

    Never perigee and apogee themselves: near a circle they have a square-root singularity.
    """
    r, v = state[:, 1:4], inertial_velocity(state[:, 1:4], state[:, 4:7])
    radius = np.linalg.norm(r, axis=1)
    r_aim = wgs84.RE_M + fact.perigee_alt_m
    sma_aim = wgs84.RE_M + 0.5 * (fact.perigee_alt_m + fact.apogee_alt_m)
    energy_miss = 0.5 * (v * v).sum(axis=1) - wgs84.GM_M3PS2 / radius + 0.5 * wgs84.GM_M3PS2 / sma_aim
    momentum = np.cross(r, v)
    inclination = np.degrees(np.arccos(momentum[:, 2] / np.linalg.norm(momentum, axis=1)))
    return [
        (state[:, 0] - fact.t_s) / fact.sigma_s,
        energy_miss / (0.5 * wgs84.GM_M3PS2 / sma_aim**2 * fact.sigma_sma_m),
        (radius - r_aim) / fact.sigma_r_m,
        (r * v).sum(axis=1) / radius / fact.sigma_radial_mps,
        (inclination - fact.inclination_deg) / fact.sigma_inclination_deg,
    ]


def _soft(record: Record, p: Prediction) -> list[Array]:
    """Return attitude jumps at the ignitions aloft, and the excess of dynamic pressure."""
    soft, crowd, burnout = record.soft, p.crowd, p.flown.out(1)
    lat, lon, _ = geodetic_from_ecef(burnout[:, 1:4])
    east, north, up = v_enu_from_ecef(burnout[:, 4:7], lat, lon).T
    climb = np.degrees(np.arctan2(up, np.hypot(east, north)))
    course = np.degrees(np.arctan2(east, north)) % 360.0
    columns = [
        (crowd.pitch0_deg[:, 1] - climb) / soft.jump_stage2_pitch_deg,
        ((crowd.azimuth0_deg[:, 1] - course + 180.0) % 360.0 - 180.0) / soft.jump_stage2_azimuth_deg,
    ]
    for s in range(2, record.stages):
        columns += [
            (crowd.pitch0_deg[:, s] - crowd.pitch1_deg[:, s - 1]) / soft.jump_stage3_pitch_deg,
            (crowd.azimuth0_deg[:, s] - crowd.azimuth1_deg[:, s - 1]) / soft.jump_stage3_azimuth_deg,
        ]
    return [*columns, np.maximum(p.flown.q_max_pa - soft.q_limit_pa, 0.0) / soft.q_scale_pa]


def bounds(record: Record) -> tuple[Array, Array]:
    """Return the lowest and highest parameters, in prior sigmas from the prior means."""
    low, high = np.full(len(record.names), -LIMIT_SIGMA), np.full(len(record.names), LIMIT_SIGMA)
    for name, least in (("coast_s", 0.0), ("kick_deg", 0.4)):
        if name in record.names:
            i = record.names.index(name)
            low[i] = max(low[i], record.u_of(np.where(np.arange(len(low)) == i, least, record.mean))[i])
    return low, high


def solve(
    record: Record,
    start: Array | None = None,
    shift: Array | None = None,
    prior_shift: Array | None = None,
    *,
    first_softer: float = FIRST_SOFTER,
) -> Fit:
    """Fit the record from a start (n,) in prior sigmas (default the prior means).

    shift, prior_shift: move the facts (R,) and the prior means (n,) by so many sigmas, for a randomised fit
    first_softer: by how much the sigmas of the orbit grow in the first pass; 1 from a start that is nearly in orbit
    """
    from scipy.optimize import least_squares

    low, high = bounds(record)
    centre = np.zeros(len(record.names)) if prior_shift is None else prior_shift
    count = 0

    def values(u: Array) -> Array:
        nonlocal count
        count += 1
        return np.concatenate([residuals(record, record.x_of(u)[None], shift)[0], u - centre])

    def softly(u: Array) -> Array:
        return weight * values(u)

    def soft_slopes(u: Array) -> Array:
        return weight[:, None] * slopes(u)

    def slopes(u: Array) -> Array:
        nonlocal count
        count += len(u) + 1
        rows = record.x_of(np.vstack([u, u + STEP_SIGMA * np.eye(len(u))]))
        got = residuals(record, rows, shift)
        return np.vstack([((got[1:] - got[0]) / STEP_SIGMA).T, np.eye(len(u))])

    u = np.clip(np.zeros(len(record.names)) if start is None else start, low + 0.05, high - 0.05)
    weight = np.concatenate([np.where(orbit_columns(record), 1.0 / first_softer, 1.0), np.ones(len(record.names))])
    first = least_squares(
        softly, u, jac=soft_slopes, bounds=(low, high), max_nfev=FIRST_TRIES, ftol=1e-3, xtol=1e-3, gtol=1e-3
    )
    last = least_squares(
        values, first.x, jac=slopes, bounds=(low, high), max_nfev=SECOND_TRIES, ftol=1e-7, xtol=1e-6, gtol=1e-6
    )
    return Fit(x=record.x_of(last.x), chi2=float(2.0 * last.cost), simulations=count)

"""What a state just reached means: its perigee, whether it goes round once, how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from downrange.base import Array, InputError, normals, wgs84
from downrange.orbit.activity import Activity, activity_air
from downrange.orbit.decay import Decay, Sun, days_of, decay_of, levels
from downrange.orbit.elements import ecef_state, elements_from_inertial
from downrange.orbit.mean_orbit import elements_in, mean_orbit
from downrange.orbit.propagate import Beta, State, as_beta, follow


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """What a state just reached means.

    perigee_alt_m, perigee_sigma_m: osculating, over the equatorial radius; mean and 1 sigma of the drawn states
    apogee_alt_m, apogee_sigma_m:   the same
    p_revolution:                   probability that it goes round once before it is below 80 km
    decay:                          how long it lasts, the spread of the state included
    samples, seed:                  states drawn
    """

    perigee_alt_m: float
    perigee_sigma_m: float
    apogee_alt_m: float
    apogee_sigma_m: float
    p_revolution: float
    decay: Decay
    samples: int
    seed: int


def after_insertion(
    start: State,
    *,
    sigma_m: float | None = None,
    sigma_mps: float | None = None,
    covariance: Array | None = None,
    beta: Beta | float | None,
    activity: Activity | None = None,
    samples: int = 200,
    seed: int = 1,
) -> Insertion:
    """Return what a state just reached means: its perigee, whether it goes round once, how long it lasts.

    sigma_m, sigma_mps: 1 sigma of each coordinate, or
    covariance:         (6, 6) of position [m] and velocity [m/s] in the state's frame
    beta:               ballistic coefficient [kg/m^2] or its range; None when nobody knows: then the time is UNKNOWN
    """
    root = _root(sigma_m, sigma_mps, covariance)
    middle = np.concatenate([start.r_m, start.v_mps])
    drawn = middle + normals(seed, samples, 6) @ root.T
    frozen = _frozen_many(start, drawn)
    ends = np.array([_ends(start, row) for row in drawn])
    body = as_beta(beta)
    drag = body.middle_kgpm2 if body else None
    once = float(np.mean([_goes_round(row, drag) for row in frozen]))
    found = decay_of(start, beta=beta, activity=activity)
    if found.days_middle is not None and body is not None:
        found = _widened(found, frozen[:: max(1, samples // 48)], body.middle_kgpm2)
    return Insertion(
        perigee_alt_m=float(ends[:, 0].mean()),
        perigee_sigma_m=float(ends[:, 0].std()),
        apogee_alt_m=float(ends[:, 1].mean()),
        apogee_sigma_m=float(ends[:, 1].std()),
        p_revolution=once,
        decay=found,
        samples=samples,
        seed=seed,
    )


def _root(sigma_m: float | None, sigma_mps: float | None, covariance: Array | None) -> Array:
    """Return a root (6, 6) of the covariance, or say what is missing."""
    if covariance is not None and sigma_m is None and sigma_mps is None:
        given = np.asarray(covariance, dtype=float)
        values = (
            np.linalg.eigvalsh(given) if given.shape == (6, 6) and np.allclose(given, given.T) else np.array([-1.0])
        )
        if values.min() >= -1e-9 * abs(values.max()):
            weights, axes = np.linalg.eigh(given)
            return np.asarray(axes * np.sqrt(np.maximum(weights, 0.0)))
    elif covariance is None and sigma_m is not None and sigma_mps is not None and min(sigma_m, sigma_mps) >= 0.0:
        return np.diag([sigma_m] * 3 + [sigma_mps] * 3)
    cure = "give sigma_m and sigma_mps, or a covariance (6, 6), symmetric, in m and m/s"
    raise InputError(where="insertion", key="sigma", seen="no spread of the state that can be read", cure=cure)


def _frozen_many(start: State, drawn: Array) -> Array:
    """Return drawn states (n, 6) in the Earth-fixed axes of the epoch, held still."""
    turn = np.stack([ecef_state(axis, np.zeros(3), start.epoch, frame=start.frame)[0] for axis in np.eye(3)], axis=-1)
    return np.column_stack([drawn[:, :3] @ turn.T, drawn[:, 3:] @ turn.T])


def _ends(start: State, row: Array) -> tuple[float, float]:
    """Return heights of perigee and apogee [m] of one drawn state."""
    found = elements_from_inertial(row[:3], row[3:], start.epoch, frame=start.frame)
    return found.perigee_alt_m, found.apogee_alt_m


def _goes_round(frozen: Array, beta_kgpm2: float | None) -> bool:
    """Say whether a state completes a revolution, in the mean air."""
    period_s = 2.0 * np.pi * np.sqrt(abs(elements_in(frozen[None])[0, 0]) ** 3 / wgs84.GM_M3PS2)
    run = follow(frozen, np.array([1.2 * period_s]), beta_kgpm2, activity_air(Activity.MEAN))
    return run.turned_rad >= 2.0 * np.pi


def _widened(found: Decay, frozen: Array, beta_kgpm2: float) -> Decay:
    """Return a decay whose ends take in the 1-sigma spread of the state."""
    days = np.array([days_of(mean_orbit(row), levels()[1:2], beta_kgpm2, Sun()) for row in frozen])
    low, middle, high = np.quantile(days, [0.16, 0.5, 0.84])
    ends = (found.days_low or 0.0, found.days_middle or 0.0, found.days_high)
    down, up = (low / middle, high / middle) if middle > 0.0 else (1.0, 1.0)
    return replace(
        found,
        days_low=ends[0] * down,
        days_high=None if ends[2] is None else ends[2] * up,
        reasons=(*found.reasons, f"the state's spread, 1 sigma: times {down:.2f} to {up:.2f}"),
    )

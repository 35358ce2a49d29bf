"""Other people's filters on scenario S1, each as it would be used: Stone Soup's and filterpy's. Run by itself: nothing.

All start from the same two fixes with the same covariance, all work in east-north-up axes of the radar. A side returns its
states and the CPU seconds of each update (prediction and reading together).
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from _report import version
from _track_s1 import FIRST_ROW, module, polar

from downrange.base import ecef_from_geodetic, enu_axes

if TYPE_CHECKING:
    from collections.abc import Callable

    from downrange.base import Array

DT_S = 0.1
_GM, _OMEGA = 3.986004418e14, 7.2921159e-5
SINGLE_Q = 1.0  # best of seven densities for one filter alone, seeds 0-9
MODE_Q = (0.1, 1e-3, 30.0)  # boost, coast, jump
SWITCHING = np.array([[0.9999, 0.8e-4, 0.2e-4], [0.5e-4, 0.9999, 0.5e-4], [0.05, 0.01, 0.94]])  # a step, row: from
_ALMOST_ALL = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """What a filter made of the readings: states (n, 6) Earth-fixed, seconds of each update, whether it broke down."""

    x: Array
    update_s: Array
    broke: str = ""


def readings_enu(seed: int, count: int) -> tuple[Array, Array, Array]:
    """Return the start (9,), its covariance (9, 9) and the readings (count, 3) that follow."""
    z = polar(seed)
    fix = [_cartesian(z[0]), _cartesian(z[FIRST_ROW])]
    spread = (z[FIRST_ROW, 0] * 1e-3) ** 2 + 900.0
    x = np.concatenate([fix[1], (fix[1] - fix[0]) / (FIRST_ROW * DT_S), np.zeros(3)])
    return x, np.diag([spread] * 3 + [2.0 * spread + 100.0] * 3 + [900.0] * 3), z[FIRST_ROW + 1 :][:count]


def _cartesian(z: Array) -> Array:
    """Return a fix in east, north, up."""
    return z[0] * np.array([np.sin(z[1]) * np.cos(z[2]), np.cos(z[1]) * np.cos(z[2]), np.sin(z[2])])


def earth_fixed(x: Array) -> Array:
    """Return states (n, 6) in Earth-fixed axes."""
    lat, lon, alt = module("conftest").S1.RADAR
    axes = enu_axes(lat, lon)
    return np.concatenate([ecef_from_geodetic(lat, lon, alt) + x[:, :3] @ axes, x[:, 3:6] @ axes], axis=1)


def _timed(step: Callable[[int], Array], count: int) -> Drive:
    """Step a filter through the readings one by one; a numerical collapse ends it."""
    states, seconds = np.full((count, 9), np.nan), np.full(count, np.nan)
    broke = ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(count):
            since = time.process_time()
            try:
                states[i] = step(i)
            except (np.linalg.LinAlgError, ValueError, FloatingPointError) as error:
                broke = f"update {i + 1}: {error}"
                break
            seconds[i] = time.process_time() - since
    return Drive(x=earth_fixed(states), update_s=seconds, broke=broke)


@numba.njit
def _force(x: Array, rho: Array, w: Array) -> Array:
    """Return gravity of a sphere and the forces of rotation in axes of the site; x[6:] is the thrust."""
    r = x[:3] + rho
    v = x[3:6]
    spin = np.cross(w, r)
    pull: Array = -_GM * r / np.linalg.norm(r) ** 3 - 2.0 * np.cross(w, v) - np.cross(w, spin)
    return pull


@numba.njit
def _move(x: Array, dt: float, rho: Array, w: Array, burns: float) -> Array:
    """Move a state over a step; burns is 0 for a coast, else 1."""
    f = _force(x, rho, w) + burns * x[6:]
    out = np.empty(9)
    out[:3] = x[:3] + x[3:6] * dt + 0.5 * dt * dt * f
    out[3:6] = x[3:6] + dt * f
    out[6:] = burns * x[6:]
    return out


@numba.njit
def _look(x: Array) -> Array:
    """Return range, azimuth and elevation."""
    level = np.hypot(x[0], x[1])
    return np.array([np.hypot(level, x[2]), np.arctan2(x[0], x[1]), np.arctan2(x[2], level)])


def site() -> tuple[Array, Array]:
    """Return Earth's centre to the site, and the Earth's rate, in axes of the site."""
    lat, lon, alt = module("conftest").S1.RADAR
    axes = enu_axes(lat, lon)
    return axes @ ecef_from_geodetic(lat, lon, alt), axes @ np.array([0.0, 0.0, _OMEGA])


def _jerk(q: float, dt: float) -> Array:
    """Return the 9x9 noise of white jerk."""
    noise: Array = module("bound").jerk_noise(q, dt)
    return noise


def stone_soup(kind: str, *, joseph: bool, own_model: bool, seed: int, count: int) -> Drive:
    """Run Stone Soup's "extended" or "unscented" filter: constant acceleration, or gravity and rotation written for it."""
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantAcceleration
    from stonesoup.predictor import kalman as predictors
    from stonesoup.types.detection import Detection
    from stonesoup.types.hypothesis import SingleHypothesis
    from stonesoup.types.state import GaussianState
    from stonesoup.updater import kalman as updaters

    x0, p0, z = readings_enu(seed, count)
    start = module("conftest").T0
    # Its state is x, vx, ax, y, ...; its bearing counts from x (east) towards y (north).
    order = np.array([0, 3, 6, 1, 4, 7, 2, 5, 8])
    back = np.argsort(order)
    if own_model:
        model = _gravity_model(order, back)
    else:
        model = CombinedLinearGaussianTransitionModel([ConstantAcceleration(SINGLE_Q)] * 3)
    look = CartesianToElevationBearingRange(
        ndim_state=9, mapping=(0, 3, 6), noise_covar=np.diag(np.square([1e-3, 1e-3, 30.0]))
    )
    names = {"extended": "ExtendedKalman", "unscented": "UnscentedKalman"}
    predictor = getattr(predictors, f"{names[kind]}Predictor")(model)
    options = {"use_joseph_cov": True} if joseph else {}
    updater = getattr(updaters, f"{names[kind]}Updater")(look, **options)
    seen = [
        Detection(
            np.array([[el], [np.pi / 2.0 - az], [rho]]),
            timestamp=start + timedelta(seconds=DT_S * (i + 1)),
            measurement_model=look,
        )
        for i, (rho, az, el) in enumerate(z.tolist())
    ]
    state: list[Any] = [GaussianState(x0[order][:, None], p0[np.ix_(order, order)], timestamp=start)]

    def step(i: int) -> Array:
        prior = predictor.predict(state[0], timestamp=seen[i].timestamp)
        state[0] = updater.update(SingleHypothesis(prior, seen[i]))
        mean = np.asarray(state[0].state_vector, dtype=float)[:, 0]
        if not np.isfinite(mean).all():
            raise FloatingPointError("not a number")
        return mean[back]

    return _timed(step, count)


def _gravity_model(order: Array, back: Array) -> Any:  # noqa: ANN401 - the peer's model
    """Return a model of motion for Stone Soup with gravity and rotation, its slopes in closed form."""
    from stonesoup.models.base import TimeVariantModel
    from stonesoup.models.transition.nonlinear import GaussianTransitionModel
    from stonesoup.types.array import CovarianceMatrix, StateVector

    rho, w = site()
    lat, lon, _ = module("conftest").S1.RADAR
    axes = enu_axes(lat, lon)
    turn = np.kron(np.eye(3), axes)
    to_site = module("bound").transition

    class Gravity(GaussianTransitionModel, TimeVariantModel):  # type: ignore[misc]
        @property
        def ndim_state(self) -> int:
            return 9

        def function(self, state: Any, noise: Any = False, *, time_interval: timedelta, **_: Any) -> Any:  # noqa: ANN401, ARG002 - its signature
            x = np.asarray(state.state_vector, dtype=float)[:, 0][back]
            return StateVector(_move(x, time_interval.total_seconds(), rho, w, 1.0)[order])

        def jacobian(self, state: Any, *, time_interval: timedelta, **_: Any) -> Array:  # noqa: ANN401
            x = np.asarray(state.state_vector, dtype=float)[:, 0][back]
            f = to_site((x[:3] + rho) @ axes, time_interval.total_seconds(), burning=True)
            slopes: Array = (turn @ f @ turn.T)[np.ix_(order, order)]
            return slopes

        def covar(self, *, time_interval: timedelta, **_: Any) -> Any:  # noqa: ANN401
            return CovarianceMatrix(_jerk(SINGLE_Q, time_interval.total_seconds())[np.ix_(order, order)])

    return Gravity()


def filterpy_imm(seed: int, count: int) -> Drive:
    """Run filterpy's interacting models over three of its unscented filters, its inner functions compiled by numba."""
    from filterpy.kalman import IMMEstimator, MerweScaledSigmaPoints, UnscentedKalmanFilter

    x0, p0, z = readings_enu(seed, count)
    rho, w = site()

    def apart(a: Array, b: Array) -> Array:
        d = a - b
        d[1] = (d[1] + np.pi) % (2.0 * np.pi) - np.pi
        return d

    def one(q: float, burns: float) -> Any:  # noqa: ANN401 - the peer's filter
        points = MerweScaledSigmaPoints(9, alpha=1.0, beta=2.0, kappa=0.0)
        f = UnscentedKalmanFilter(
            dim_x=9, dim_z=3, dt=DT_S, hx=_look, fx=lambda x, dt: _move(x, dt, rho, w, burns), points=points,
            residual_z=apart,
        )  # fmt: skip
        f.x, f.P, f.R = x0.copy(), p0.copy(), np.diag(np.square([30.0, 1e-3, 1e-3]))
        f.Q = _jerk(q, DT_S)
        if not burns:
            a = np.array([[DT_S**3 / 3.0, DT_S**2 / 2.0, 0.0], [DT_S**2 / 2.0, DT_S, 0.0], [0.0, 0.0, 1.0 / q]])
            f.Q = q * np.kron(a, np.eye(3))
        return f

    _move(x0, DT_S, rho, w, 1.0)  # compiled before the clock runs
    _look(x0)
    models = [one(MODE_Q[0], 1.0), one(MODE_Q[1], 0.0), one(MODE_Q[2], 1.0)]
    imm = IMMEstimator(models, np.full(3, 1.0 / 3.0), SWITCHING)

    def step(i: int) -> Array:
        imm.predict()
        imm.update(z[i])
        mean: Array = np.asarray(imm.x, dtype=float).copy()
        return mean

    return _timed(step, count)


def peers(seed: int, count: int) -> dict[str, Drive | str]:
    """Return every peer's run by name; a sentence in place of it where it is not installed."""
    out: dict[str, Drive | str] = {}
    soup = version("stonesoup")
    if soup is None:
        out["Stone Soup"] = "absent: not installed"
    else:
        sides = {
            "EKF, constant acceleration, use_joseph_cov": ("extended", True, False),
            "EKF, constant acceleration, defaults": ("extended", False, False),
            "EKF, gravity and rotation, use_joseph_cov": ("extended", True, True),
            "UKF, constant acceleration": ("unscented", False, False),
        }
        for name, (kind, joseph, own) in sides.items():
            side = stone_soup(kind, joseph=joseph, own_model=own, seed=seed, count=count)
            out[f"Stone Soup {soup} {name}"] = side
    if version("filterpy") is None:
        out["filterpy"] = "absent: not installed"
    else:
        out[f"filterpy {version('filterpy')} IMM of 3 UKF"] = filterpy_imm(seed, count)
    return out

"""A rise flown backwards: from a state under thrust to where it stood still, many guesses side by side.

Each guess is all but a gravity turn: thrust along the velocity, its acceleration that of a constant thrust on a mass
which was larger before (rocket equation), less what the air around a nozzle takes, with drag of an exponential
atmosphere. What pushes across the velocity at the state fades towards the ground, first slowly. Flown backwards such a turn
stands up by itself, so that little of how it was steered need be known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, wgs84

_SCALE_M, _SEA_KGPM3 = 7_300.0, 1.225  # exponential air that keeps within 15 % of the standard one below 40 km
_STILL_MPS = 6.0  # slower than this the rest is one even deceleration
_LEAST_CLIMB_MPS, _LEAST_MPS2 = 3.0, 0.05
_DEEP_M, _LONG_S = -30_000.0, 500.0
_SHARE, _SHORTEST_S, _LONGEST_S = 0.2, 0.05, 2.0  # a step changes the speed by no more than this share
_NEVER_M = -1e5


@dataclass(frozen=True, slots=True, kw_only=True)
class Guesses:
    """What is assumed of each of n rises.

    r_ecef_m, v_ecef_mps: (n, 3) state at which the flight backwards begins
    f_mps2:       (n,) specific force along the velocity there, drag taken off it
    lift_mps2, lift_s: (n,) specific force across it, upward; and how long ago there was none yet
    exhaust_mps:  (n,) thrust over what it burns a second: how fast the thrust acceleration fell away in the past
    beta_kgpm2:   (n,) mass over drag area
    nozzle:       (n,) share of its thrust in vacuum that it lacks at sea level
    throttle:     (n,) thrust in the past over thrust now
    """

    r_ecef_m: Array
    v_ecef_mps: Array
    f_mps2: Array
    lift_mps2: Array
    lift_s: Array
    exhaust_mps: Array
    beta_kgpm2: Array
    nozzle: Array
    throttle: Array

    def of(self, rows: NDArray[np.int64]) -> Guesses:
        """Return some of them."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Where each of n rises stood still.

    ago_s:       (n,) how long before the state; NaN where it never stood still
    alt_m:       (n,) at what height; far below the ground where it never did
    r_ecef_m:    (n, 3)
    thrust_mps2: (n,) thrust acceleration there
    """

    ago_s: Array
    alt_m: Array
    r_ecef_m: Array
    thrust_mps2: Array


def flown_back(guesses: Guesses) -> Starts:
    """Fly every guess backwards until it stands still."""
    n = len(guesses.f_mps2)
    alt_m, _ = height_and_up(guesses.r_ecef_m)
    speed = np.linalg.norm(guesses.v_ecef_mps, axis=1)
    vacuum = (guesses.f_mps2 + _drag(alt_m, speed, guesses.beta_kgpm2)) / (1.0 - guesses.nozzle * _air(alt_m))
    out = Starts(
        ago_s=np.full(n, np.nan),
        alt_m=np.full(n, _NEVER_M),
        r_ecef_m=np.full((n, 3), np.nan),
        thrust_mps2=np.full(n, np.nan),
    )
    rows, one = np.arange(n), guesses
    r, v, ago = guesses.r_ecef_m, guesses.v_ecef_mps, np.zeros(n)
    while rows.size:
        a, alt_m, climb, speed, thrust = _rates(r, v, ago, vacuum, one)
        slower = np.einsum("ni,ni->n", a, v) / speed
        still = (speed < _STILL_MPS) | (climb < _LEAST_CLIMB_MPS)
        over = still | (alt_m < _DEEP_M) | (ago > _LONG_S) | (slower < _LEAST_MPS2)
        if over.any():
            last = np.where(still, speed / np.maximum(slower, 1.0), 0.0)
            _end(out, rows[still], (r[still], v[still], ago[still], alt_m[still], thrust[still]), last[still])
            on = np.flatnonzero(~over)
            rows, one, r, v, ago, vacuum = rows[on], one.of(on), r[on], v[on], ago[on], vacuum[on]
            a, slower, speed = a[on], slower[on], speed[on]
        step = np.clip(_SHARE * speed / slower, _SHORTEST_S, _LONGEST_S)
        half = 0.5 * step[:, None]
        middle_v = v - half * a
        a, *_ = _rates(r - half * v, middle_v, ago + 0.5 * step, vacuum, one)
        r, v, ago = r - 2.0 * half * middle_v, v - 2.0 * half * a, ago + step
    return out


def _end(out: Starts, rows: NDArray[np.int64], state: tuple[Array, Array, Array, Array, Array], last_s: Array) -> None:
    """Note where rises stood still, after a last even deceleration."""
    r, v, ago, alt_m, thrust = state
    out.ago_s[rows] = ago + last_s
    out.alt_m[rows] = alt_m - 0.5 * np.linalg.norm(v, axis=1) * last_s
    out.r_ecef_m[rows] = r - 0.5 * last_s[:, None] * v
    out.thrust_mps2[rows] = thrust


def _rates(r: Array, v: Array, ago_s: Array, vacuum: Array, one: Guesses) -> tuple[Array, Array, Array, Array, Array]:
    """Return acceleration (n, 3), height, climb, speed and thrust acceleration."""
    alt_m, up = height_and_up(r)
    speed = np.linalg.norm(v, axis=1)
    thrust = vacuum * one.throttle / (1.0 + vacuum * one.throttle * ago_s / one.exhaust_mps)
    thrust = thrust * (1.0 - one.nozzle * _air(alt_m))
    along = (thrust - _drag(alt_m, speed, one.beta_kgpm2)) / np.maximum(speed, 1e-3)
    climb = np.einsum("ni,ni->n", v, up)
    across = across_of(v, up)
    lift = one.lift_mps2 * np.clip(1.0 - (ago_s / one.lift_s) ** 2, 0.0, None)
    return pull(r, v) + along[:, None] * v + lift[:, None] * across, alt_m, climb, speed, thrust


def across_of(v_ecef_mps: Array, up: Array) -> Array:
    """Return the unit vectors (n, 3) across velocities, in their vertical planes, upward; none for a vertical one."""
    forward = v_ecef_mps / np.maximum(np.linalg.norm(v_ecef_mps, axis=1), 1e-3)[:, None]
    across = up - np.einsum("ni,ni->n", up, forward)[:, None] * forward
    size = np.linalg.norm(across, axis=1)
    return np.asarray(across / np.maximum(size, 1e-2)[:, None])


def _air(alt_m: Array) -> Array:
    """Return the density of the air over that at sea level."""
    return np.asarray(np.exp(-np.maximum(alt_m, -5_000.0) / _SCALE_M))


def _drag(alt_m: Array, speed: Array, beta_kgpm2: Array) -> Array:
    """Return the deceleration by the air."""
    return np.asarray(0.5 * _SEA_KGPM3 * _air(alt_m) * speed * speed / beta_kgpm2)


def pull(r_ecef_m: Array, v_ecef_mps: Array) -> Array:
    """Return gravity with J2 plus Coriolis and centrifugal acceleration (n, 3) in Earth-fixed axes."""
    x, y, z = r_ecef_m.T
    r2 = x * x + y * y + z * z
    k = wgs84.GM_M3PS2 / (r2 * np.sqrt(r2))
    b, s, w = 1.5 * wgs84.J2 * wgs84.RE_M**2 / r2, 5.0 * z * z / r2, wgs84.OMEGA_RADPS
    flat = k * (1.0 + b * (1.0 - s)) - w * w
    vx, vy = v_ecef_mps[:, 0], v_ecef_mps[:, 1]
    return np.stack([2.0 * w * vy - flat * x, -2.0 * w * vx - flat * y, -k * (1.0 + b * (3.0 - s)) * z], axis=1)


def height_and_up(r_ecef_m: Array) -> tuple[Array, Array]:
    """Return heights over the ellipsoid (n,), good to a millimetre near it, and the local vertical (n, 3)."""
    x, y, z = r_ecef_m.T
    p = np.maximum(np.hypot(x, y), 1e-6)
    u = np.arctan2(z * wgs84.RE_M, p * wgs84.RP_M)
    lat = np.arctan2(
        z + wgs84.EP2 * wgs84.RP_M * np.sin(u) ** 3,
        p - wgs84.E2 * wgs84.RE_M * np.cos(u) ** 3,
    )
    c, s = np.cos(lat), np.sin(lat)
    alt_m = p * c + z * s - wgs84.RE_M * np.sqrt(1.0 - wgs84.E2 * s * s)
    return alt_m, np.stack([c * x / p, c * y / p, s], axis=1)

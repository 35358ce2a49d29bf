"""Crowds of falls: many bodies side by side in lanes, each with its own step, the next in its place when one is down.

A lane does with its body what `downrange.fall._kernel.fall` does, operation by operation, whoever is beside it: the
same bits in any crowd, in any order, on any threads.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.fall import _kernel as k
from downrange.fall._lanes import LANES, load, numbers_of, store, where

# Rows of what is kept of each lane: place and velocity (0 to 5), acceleration (6 to 8), and these.
_DRAG, _T, _H, _ALT, _LANDING, _STEPS, _LOW, _F_LOW, _HIGH, _F_HIGH, _ROWS = range(9, 20)


@numba.njit(cache=True, error_model="numpy")
def _seat(
    s: NDArray[np.float64],
    lane: int,
    state: NDArray[np.float64],
    beta: float,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    which: int,
) -> None:
    """Put a body at its start into a lane."""
    x, y, z, vx, vy, vz = state[0], state[1], state[2], state[3], state[4], state[5]
    drag = 0.5 / beta
    ax, ay, az, alt_m = k.acceleration(x, y, z, vx, vy, vz, drag, air, zonals, winds, which)
    s[:, lane] = 0.0
    s[0, lane], s[1, lane], s[2, lane], s[3, lane], s[4, lane], s[5, lane] = x, y, z, vx, vy, vz
    s[6, lane], s[7, lane], s[8, lane] = ax, ay, az
    s[_DRAG, lane], s[_H, lane], s[_ALT, lane] = drag, 1.0, alt_m


@numba.njit(cache=True, error_model="numpy")
def _turn(
    s: NDArray[np.float64],
    new: NDArray[np.float64],
    which: NDArray[np.int64],
    flying: int,
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    per_m2: float,
    per_mps2: float,
    ground_m: float,
    limit_s: float,
) -> int:
    """Try one step in every lane; return the lanes that are done, as bits, their seconds and state in new (7, LANES)."""
    x, y, z, vx, vy, vz = load(s, 0), load(s, 1), load(s, 2), load(s, 3), load(s, 4), load(s, 5)
    ax, ay, az, drag = load(s, 6), load(s, 7), load(s, 8), load(s, _DRAG)
    t, wish, alt_m, steps = load(s, _T), load(s, _H), load(s, _ALT), load(s, _STEPS) + 1.0
    landing = load(s, _LANDING) > 0.0
    h = where(landing, wish, k.fine(wish, x, y, z, vx, vy, vz, ax, ay, az, alt_m))
    nx, ny, nz, ux, uy, uz, bx, by, bz, new_alt_m, e_m2, e_mps2 = k.step(
        h, x, y, z, vx, vy, vz, ax, ay, az, drag, air, zonals, winds, load(which, 0)
    )
    e2 = max(e_m2 * per_m2, e_mps2 * per_mps2)
    fits, f = e2 <= 1.0, new_alt_m - ground_m
    crossing = fits & ~landing & (f <= 0.0) & (alt_m > ground_m)
    down, moves = crossing | landing, fits & ~crossing & ~landing
    # Regula falsi (Illinois) on the height, between the last two trial steps on either side of the ground.
    low, f_low, high, f_high = load(s, _LOW), load(s, _F_LOW), load(s, _HIGH), load(s, _F_HIGH)
    beyond = f * f_high < 0.0
    low = where(crossing, 0.0, where(beyond, high, low))
    f_low = where(crossing, alt_m - ground_m, where(beyond, f_high, 0.5 * f_low))
    grown = k.factor(e2)
    wished = where(fits, max(h * grown, where(h < wish, wish, 0.0)), h * min(0.9, grown))
    next_h = where(down, h - f * (h - low) / (f - f_low), wished)
    met = landing & ((f * f < k.NEAR_M2) | (steps > k.MAX_LANDING - 1.0))
    lost = moves & ((t + h > limit_s) | (f < 0.0))
    done = numbers_of(met | lost | (~landing & (steps > k.MAX_STEPS - 1.0))) & flying
    if done:
        store(new, 0, where(met, t + h, math.nan))
        store(new, 1, nx), store(new, 2, ny), store(new, 3, nz)
        store(new, 4, ux), store(new, 5, uy), store(new, 6, uz)
    store(s, 0, where(moves, nx, x)), store(s, 1, where(moves, ny, y)), store(s, 2, where(moves, nz, z))
    store(s, 3, where(moves, ux, vx)), store(s, 4, where(moves, uy, vy)), store(s, 5, where(moves, uz, vz))
    store(s, 6, where(moves, bx, ax)), store(s, 7, where(moves, by, ay)), store(s, 8, where(moves, bz, az))
    store(s, _T, where(moves, t + h, t)), store(s, _H, next_h), store(s, _ALT, where(moves, new_alt_m, alt_m))
    store(s, _LANDING, where(down, 1.0, 0.0)), store(s, _STEPS, where(crossing, 0.0, steps))
    store(s, _LOW, low), store(s, _F_LOW, f_low), store(s, _HIGH, h), store(s, _F_HIGH, f)
    return int(done)


@numba.njit(cache=True, error_model="numpy", nogil=True)
def fall_few(
    states: NDArray[np.float64],
    beta: NDArray[np.float64],
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    wind_of: NDArray[np.int64],
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
    out: NDArray[np.float64],
    first: int | np.int64 = 0,
    stride: int = 1,
) -> None:
    """Drop (N, 6) states on this thread; fill out (N, 7): seconds, then the state at ground_m.

    winds: (M, K, 8) tables of the wind, of which body i falls through number wind_of[i]; with M or K of zero, none.
    first, stride: only every so many bodies, from which.
    """
    s, new = np.zeros((_ROWS, LANES)), np.empty((7, LANES))
    body, which = np.full(LANES, -1), np.zeros((1, LANES), dtype=np.int64)
    per_m2, per_mps2 = 1.0 / (tol_m * tol_m), 1.0 / (tol_mps * tol_mps)
    flying, done, next_body = 0, (1 << LANES) - 1, first
    while done or flying:
        for lane in range(LANES):
            if not done >> lane & 1:
                continue
            flying &= ~(1 << lane)
            if body[lane] >= 0:
                out[body[lane]] = new[:, lane]
            if next_body < states.shape[0]:
                body[lane], which[0, lane] = next_body, wind_of[next_body] if winds.shape[0] > 0 else 0
                _seat(s, lane, states[next_body], beta[next_body], air, zonals, winds, which[0, lane])
                flying |= 1 << lane
                next_body += stride
        done = _turn(s, new, which, flying, air, zonals, winds, per_m2, per_mps2, ground_m, limit_s) if flying else 0


@numba.njit(cache=True, parallel=True, nogil=True, error_model="numpy")
def fall_many(
    states: NDArray[np.float64],
    beta: NDArray[np.float64],
    air: NDArray[np.float64],
    zonals: NDArray[np.float64],
    winds: NDArray[np.float64],
    wind_of: NDArray[np.int64],
    tol_m: float,
    tol_mps: float,
    ground_m: float,
    limit_s: float,
    out: NDArray[np.float64],
) -> None:
    """Do what fall_few does, on all threads. Neighbours go to different ones: light bodies, which take long, come in rows."""
    strands = 2
    while strands < 64 and states.shape[0] > 1_024 * strands:
        strands *= 2
    for strand in numba.prange(strands):
        first = np.int64(strand)
        fall_few(states, beta, air, zonals, winds, wind_of, tol_m, tol_mps, ground_m, limit_s, out, first, strands)

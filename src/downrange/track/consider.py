"""What the errors that nobody knows do to a track: a filter that takes noise for all there is believes itself too much.

The noise of readings averages out, a bias and a clock that is off do not. So they are left out of the filter and their
share is added to its covariance afterwards, as if each sensor's errors had moved the track as they move a fit of the
last seconds: sensors share it by how much they say, and the velocity is moved as fast as the displacement changes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, wgs84
from downrange.track._sight import expected, sigmas
from downrange.track.model import Sensor
from downrange.track.places import places

_MEMORY_S = 5.0  # a sensor's say fades with its silence
_SLACK_M, _SLACK_MPS = 1e5, 1e2  # what is known without any reading: keeps the sums solvable, and moves nothing
_STEP_S = 0.5  # the displacement's rate of change is taken over this much to either side
_OMEGA_RADPS = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])
_CLOCK = 4  # of a sensor's five errors: range, azimuth, elevation, range-rate, clock
_PLACED, _MOVING = (0, 1, 2, 4, 5, 6, 10), (3, 7, 8, 9, 11)  # rows that tell a place, rows that tell a velocity


def consider_cov(
    t_s: Array,
    r_ecef_m: Array,
    v_ecef_mps: Array,
    f_ecef_mps2: Array,
    row: NDArray[np.int64],
    sensors: Sequence[Sensor],
    *,
    at: NDArray[np.int64] | slice | None = None,
) -> Array:
    """Return what sigma_bias_* and sigma_clock_s add to the covariance of place and velocity, (n, 6, 6).

    t_s (n,), r_ecef_m, v_ecef_mps, f_ecef_mps2 (n, 3): the track, in order of time, f the force on it but for gravity
    row: (n,) which of the sensors spoke then
    at: for which rows of the track the answer is wanted, all when not given
    """
    asked = slice(None) if at is None else at
    out = np.zeros((t_s[asked].size, 6, 6))
    unknown = np.array([_unknown(sensor) for sensor in sensors]).reshape(len(sensors), 5)
    if not out.size or not unknown.any():
        return out
    says = _says(t_s, row, len(sensors))[:, asked]
    t_s, r_ecef_m, v_ecef_mps, f_ecef_mps2 = (part[asked] for part in (t_s, r_ecef_m, v_ecef_mps, f_ecef_mps2))
    a = f_ecef_mps2 + _falling(r_ecef_m, v_ecef_mps)
    now, before, later = (
        _displacements(t_s + h, r_ecef_m + (v_ecef_mps + 0.5 * a * h) * h, v_ecef_mps + a * h, a, says, sensors)
        for h in (0.0, -_STEP_S, _STEP_S)
    )
    for k, sigma in enumerate(unknown):
        rate = (later[k][0] - before[k][0]) / (2.0 * _STEP_S)
        moved = np.concatenate([now[k][0], rate + now[k][1]], axis=1) * sigma
        out += moved @ moved.transpose(0, 2, 1)
    return out


def _unknown(sensor: Sensor) -> tuple[float, ...]:
    """Return the sigmas of a sensor's errors: range, azimuth, elevation, range-rate, clock; SI and radians."""
    az_rad, el_rad = np.radians(sensor.sigma_bias_az_deg), np.radians(sensor.sigma_bias_el_deg)
    return sensor.sigma_bias_range_m, az_rad, el_rad, sensor.sigma_bias_range_rate_mps, sensor.sigma_clock_s


def _falling(r: Array, v: Array) -> Array:
    """Return the acceleration of what falls freely, (n, 3)."""
    size = np.linalg.norm(r, axis=1, keepdims=True)
    out: Array = (
        -wgs84.GM_M3PS2 * r / size**3
        - 2.0 * np.cross(_OMEGA_RADPS, v)
        - np.cross(_OMEGA_RADPS, np.cross(_OMEGA_RADPS, r))
    )
    return out


def _says(t_s: Array, row: NDArray[np.int64], count: int) -> Array:
    """Return how much each sensor's readings still count at each moment, (count, n): 1 just now, 0 before its first."""
    out = np.zeros((count, t_s.size))
    for k in range(count):
        heard = np.flatnonzero(row == k)
        if heard.size:
            last = np.searchsorted(heard, np.arange(t_s.size), side="right") - 1
            silence = t_s - t_s[heard[np.maximum(last, 0)]]
            out[k] = np.where(last >= 0, np.exp(-np.maximum(silence, 0.0) / _MEMORY_S), 0.0)
    # When all are silent the track goes on as the last of them left it.
    loudest: Array = np.maximum(out.max(axis=0), 1e-300)
    return out / loudest


def _displacements(
    t_s: Array, r: Array, v: Array, a: Array, says: Array, sensors: Sequence[Sensor]
) -> list[tuple[Array, Array]]:
    """Return for each sensor how a unit of each of its errors moves the place and, by range-rates, the velocity (n, 3, 5)."""
    n = t_s.size
    state = np.stack([r, v, a])
    known = np.tile(np.eye(3), (n, 1, 1))
    place, rate, pulls = known / _SLACK_M**2, known / _SLACK_MPS**2, []
    for k, sensor in enumerate(sensors):
        said, moving = (_rows_of(sensor, which) for which in (_PLACED, _MOVING))
        at = places(sensor, t_s)
        _, by_place, _ = expected(state, at, said)
        _, _, by_velocity = expected(state, at, moving)
        push, nudge = _weighed(by_place, sensor, said, says[k]), _weighed(by_velocity, sensor, moving, says[k])
        place, rate = place + push @ by_place, rate + nudge @ by_velocity
        wrong_place, wrong_rate = (np.tile(rows[:, None] == np.arange(5), (n, 1, 1)) * 1.0 for rows in (said, moving))
        wrong_place[:, :, _CLOCK] = -np.einsum("nmj,nj->nm", by_place, v - at.v_ecef_mps)
        wrong_rate[:, :, _CLOCK] = 0.0
        pulls.append((push @ wrong_place, nudge @ wrong_rate))
    return [(_solved(place, far), _solved(rate, fast)) for far, fast in pulls]


def _solved(matrices: Array, right: Array) -> Array:
    """Return the solutions (n, 3, k) of n sets of equations."""
    return np.asarray(np.linalg.solve(matrices, right), dtype=float)


def _rows_of(sensor: Sensor, which: Sequence[int]) -> NDArray[np.int64]:
    """Return those of the rows that the sensor gives."""
    given = sigmas(sensor)
    return np.array([row for row in which if not np.isnan(given[row])], dtype=np.int64)


def _weighed(slopes: Array, sensor: Sensor, rows: NDArray[np.int64], says: Array) -> Array:
    """Return the slopes (n, m, 3) turned, and weighed by what a second of such readings says, (n, 3, m)."""
    weight = 1.0 / (sigmas(sensor)[rows] ** 2 * sensor.period_s)
    out: Array = slopes.transpose(0, 2, 1) * (weight * says[:, None])[:, None, :]
    return out

"""Arithmetic of other objects: fixes in Earth-fixed axes, a crowd of coasting states, matching, looking back.

Everything is done for a crowd at once (k states, m fixes); SI and Earth-fixed axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, since, wgs84
from downrange.earth import air_table
from downrange.track.model import Reading, Sensor, SensorKind
from downrange.track.places import places

_BETA_KGPM2 = 300.0  # assumed: between a panel and a spent stage; the noise below covers the rest
_Q_COAST = 1e-2  # [m2/s3] assumed: no air, no engine
_Q_DRAG_S = 4.0  # [s] assumed: drag is as uncertain as it is large, anew every few seconds
_STEP_S = 2.0  # longest single prediction
_AIR_STEP_M, _AIR_FOOT_M, _AIR_TOP_M = 250.0, -5_000.0, 85_750.0
_SCALE_HEIGHT_M = 6_000.0  # above the table's even part; there drag is next to nothing
_EYE6 = np.eye(6)
_INT = np.int64


class Fixes(NamedTuple):
    """Places that sensors gave, n of them in order of time; known biases and clock offsets are taken off.

    t_s, sensor: (n,) seconds after lift-off, row in sensors
    r_ecef_m:    (n, 3)
    cov:         (n, 3, 3) of noise and of what remains of the biases
    site_ecef_m, v_site_mps: (n, 3) where the sensor was and how it moved
    rate_mps, rate_var: (n,) range-rate and its variance, NaN for none
    reading:     (n,) which reading it was
    """

    t_s: Array
    sensor: NDArray[np.int64]
    r_ecef_m: Array
    cov: Array
    site_ecef_m: Array
    v_site_mps: Array
    rate_mps: Array
    rate_var: Array
    reading: NDArray[np.int64]

    def rows(self, which: NDArray[np.int64]) -> Fixes:
        """Return some of them."""
        columns: list[Any] = [column[which] for column in self]
        return Fixes(*columns)


def fixes_of(readings: Sequence[Reading], sensors: Sequence[Sensor], t0: datetime) -> Fixes:
    """Return every reading that says a place: range, azimuth and elevation together, or a position report."""
    parts = []
    for row, sensor in enumerate(sensors):
        mine = [i for i, reading in enumerate(readings) if reading.sensor == sensor.name and _is_fix(reading)]
        if mine:
            t_s = np.array([since(t0, readings[i].t) for i in mine]) - sensor.clock_offset_s
            make = _reported if sensor.kind is SensorKind.POSITION else _polar
            parts.append(make([readings[i] for i in mine], sensor, row, t_s, np.array(mine, dtype=_INT)))
    if not parts:
        none = np.empty(0)
        whole = np.empty(0, dtype=_INT)
        nowhere = np.empty((0, 3))
        return Fixes(none, whole, nowhere, np.empty((0, 3, 3)), nowhere, nowhere, none, none, whole)
    return sorted_fixes(parts)


def sorted_fixes(parts: list[Fixes]) -> Fixes:
    """Return several lots of fixes as one, in order of time, sensor and place, without exact doubles."""
    columns: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
    every = Fixes(*columns)
    key = (every.reading, np.nan_to_num(every.rate_mps, nan=np.inf), *every.r_ecef_m.T, every.sensor, every.t_s)
    order = np.lexsort(key)
    same = np.all([np.diff(column[order]) == 0.0 for column in (*every.r_ecef_m.T, every.sensor, every.t_s)], axis=0)
    rate = every.rate_mps[order]
    same &= (rate[1:] == rate[:-1]) | (np.isnan(rate[1:]) & np.isnan(rate[:-1]))
    return every.rows(order[np.concatenate([[True], ~same])] if order.size else order)


def _is_fix(reading: Reading) -> bool:
    """Say whether it says a place."""
    polar = (reading.range_m, reading.az_deg, reading.el_deg)
    return reading.r_ecef_m is not None or not any(number is None for number in polar)


def _reported(mine: list[Reading], sensor: Sensor, row: int, t_s: Array, reading: NDArray[np.int64]) -> Fixes:
    """Return position reports as fixes."""
    n = len(mine)
    r = np.array([one.r_ecef_m for one in mine], dtype=float)
    cov = np.tile(np.eye(3) * (sensor.sigma_position_m or 1.0) ** 2, (n, 1, 1))
    nan = np.full(n, np.nan)
    return Fixes(t_s, np.full(n, row, dtype=_INT), r, cov, np.zeros((n, 3)), np.zeros((n, 3)), nan, nan, reading)


def _polar(mine: list[Reading], sensor: Sensor, row: int, t_s: Array, reading: NDArray[np.int64]) -> Fixes:
    """Return ranges with two angles as fixes."""
    n = len(mine)
    rho = np.array([one.range_m for one in mine], dtype=float) - sensor.bias_range_m
    az = np.radians(np.array([one.az_deg for one in mine], dtype=float) - sensor.bias_az_deg)
    el = np.radians(np.array([one.el_deg for one in mine], dtype=float) - sensor.bias_el_deg)
    site, v_site, axes = places(sensor, t_s)
    sa, ca, se, ce = np.sin(az), np.cos(az), np.sin(el), np.cos(el)
    zero = np.zeros(n)
    # rows: along the line of sight, to the right, up across it
    frame = np.stack([sa * ce, ca * ce, se, ca, -sa, zero, -sa * se, -ca * se, ce], axis=1).reshape(n, 3, 3) @ axes
    range_var = (sensor.sigma_range_m or 1.0) ** 2 + sensor.sigma_bias_range_m**2
    az_var = np.radians(np.hypot(sensor.sigma_az_deg or 0.0, sensor.sigma_bias_az_deg)) ** 2
    el_var = np.radians(np.hypot(sensor.sigma_el_deg or 0.0, sensor.sigma_bias_el_deg)) ** 2
    var = np.stack([np.full(n, range_var), (rho * ce) ** 2 * az_var + 1.0, rho**2 * el_var + 1.0], axis=1)
    rate = np.array([np.nan if one.range_rate_mps is None else one.range_rate_mps for one in mine], dtype=float)
    rate_sigma = np.hypot(sensor.sigma_range_rate_mps or np.nan, sensor.sigma_bias_range_rate_mps)
    return Fixes(
        t_s=t_s,
        sensor=np.full(n, row, dtype=_INT),
        r_ecef_m=site + rho[:, None] * frame[:, 0],
        cov=np.einsum("nki,nk,nkj->nij", frame, var, frame),
        site_ecef_m=site,
        v_site_mps=v_site,
        rate_mps=rate - sensor.bias_range_rate_mps,
        rate_var=np.full(n, rate_sigma**2),
        reading=reading,
    )


def drag_mps2(x: Array) -> Array:
    """Return the deceleration (k,) that a body of middling weight feels in states x (k, 6)."""
    size = np.sqrt(np.sum(x[:, :3] ** 2, axis=1))
    alt = size - wgs84.RE_M * (1.0 - wgs84.FLATTENING * (x[:, 2] / size) ** 2)
    table = air_table()
    knot = (np.clip(alt, _AIR_FOOT_M, _AIR_TOP_M) - _AIR_FOOT_M) / _AIR_STEP_M
    density = table[knot.astype(_INT), 0] * np.exp(-np.maximum(alt - _AIR_TOP_M, 0.0) / _SCALE_HEIGHT_M)
    drag: Array = 0.5 * density * np.sum(x[:, 3:] ** 2, axis=1) / _BETA_KGPM2
    return drag


def coasted(x: Array, p: Array, dt: float, scale: Array) -> tuple[Array, Array]:
    """Return states (k, 6) and covariances (k, 6, 6) dt seconds on, or back when dt is negative.

    scale: (k,) by how much each one's noise is above that of a body that only coasts
    """
    steps = max(1, int(np.ceil(abs(dt) / _STEP_S - 1e-9)))
    for _ in range(steps):
        x, p = _step(x, p, dt / steps, scale)
    return x, p


def _step(x: Array, p: Array, dt: float, scale: Array) -> tuple[Array, Array]:
    """Move a crowd by one step: the mean by the midpoint rule, the covariance by the linear motion about it."""
    r, v = x[:, :3], x[:, 3:]
    drag = drag_mps2(x)
    middle = np.concatenate([r + 0.5 * dt * v, v + 0.5 * dt * _pull(x, drag)], axis=1)
    out = x + dt * np.concatenate([middle[:, 3:], _pull(middle, drag)], axis=1)
    f = np.empty_like(p)
    f[:] = _EYE6
    r2 = np.sum(r * r, axis=1)[:, None, None]
    slope = wgs84.GM_M3PS2 / (r2 * np.sqrt(r2)) * (3.0 * r[:, :, None] * r[:, None, :] / r2 - np.eye(3))
    turn = 2.0 * wgs84.OMEGA_RADPS
    f[:, :3, :3] += 0.5 * dt * dt * slope
    f[:, 3:, :3] += dt * slope
    f[:, :3, 3:] += dt * np.eye(3)
    f[:, 3, 4] += dt * turn
    f[:, 4, 3] -= dt * turn
    out_p = f @ p @ f.swapaxes(1, 2)
    q = (_Q_COAST + _Q_DRAG_S * drag * drag) * scale
    a = abs(dt)
    for i in range(3):
        out_p[:, i, i] += q * a**3 / 3.0
        out_p[:, 3 + i, 3 + i] += q * a
        out_p[:, i, 3 + i] += q * a * dt / 2.0
        out_p[:, 3 + i, i] += q * a * dt / 2.0
    return out, out_p


def _pull(x: Array, drag: Array) -> Array:
    """Return gravity with J2, rotation and drag [m/s2] (k, 3)."""
    r2 = np.sum(x[:, :3] ** 2, axis=1)
    k = wgs84.GM_M3PS2 / (r2 * np.sqrt(r2))
    b = 1.5 * wgs84.J2 * wgs84.RE_M**2 / r2
    s = 5.0 * x[:, 2] ** 2 / r2
    w = wgs84.OMEGA_RADPS
    flat = k * (1.0 + b * (1.0 - s)) - w * w
    speed = np.sqrt(np.sum(x[:, 3:] ** 2, axis=1))
    slow = drag / np.maximum(speed, 1.0)
    return np.stack(
        [
            -flat * x[:, 0] + 2.0 * w * x[:, 4] - slow * x[:, 3],
            -flat * x[:, 1] - 2.0 * w * x[:, 3] - slow * x[:, 4],
            -k * (1.0 + b * (3.0 - s)) * x[:, 2] - slow * x[:, 5],
        ],
        axis=1,
    )


def distances(x: Array, p: Array, fixes: Fixes) -> tuple[Array, Array]:
    """Return how far each fix is from each state: chi2 (k, m), and chi2 plus the logarithm of the spread's volume.

    chi2 has three degrees of freedom, four with a range-rate.
    """
    off = fixes.r_ecef_m[None] - x[:, None, :3]
    spread = p[:, None, :3, :3] + fixes.cov[None]
    chi2 = _form(off, spread)
    volume = np.log(np.linalg.det(spread))
    has = ~np.isnan(fixes.rate_mps + fixes.rate_var)
    if has.any():
        rate, row = _rate_of(x[:, None], fixes)
        var = np.einsum("kmi,kij,kmj->km", row, p, row) + fixes.rate_var
        chi2 += np.where(has, (fixes.rate_mps - rate) ** 2 / var, 0.0)
        volume += np.where(has, np.log(var), 0.0)
    return chi2, chi2 + volume


def _form(off: Array, spread: Array) -> Array:
    """Return the quadratic forms off' spread^-1 off (...)."""
    form: Array = np.sum(off * np.linalg.solve(spread, off[..., None])[..., 0], axis=-1)
    return form


def _rate_of(x: Array, fixes: Fixes) -> tuple[Array, Array]:
    """Return the range-rate of states x (..., 6) seen from the fixes' sites and its row (..., 6)."""
    d = x[..., :3] - fixes.site_ecef_m
    rho = np.sqrt(np.sum(d * d, axis=-1, keepdims=True))
    d = d / rho
    w = x[..., 3:] - fixes.v_site_mps
    rate = np.sum(d * w, axis=-1, keepdims=True)
    return rate[..., 0], np.concatenate([(w - rate * d) / rho, d], axis=-1)


def taken_in(x: Array, p: Array, fixes: Fixes) -> tuple[Array, Array, Array]:
    """Return states and covariances after each of k states took in its fix, and chi2 over degrees of freedom (k,)."""
    gain = np.linalg.solve(p[:, :3, :3] + fixes.cov, p[:, :3, :]).swapaxes(1, 2)
    off = fixes.r_ecef_m - x[:, :3]
    chi2 = _form(off, p[:, :3, :3] + fixes.cov)
    x = x + (gain @ off[..., None])[..., 0]
    keep = np.tile(_EYE6, (len(x), 1, 1))
    keep[:, :, :3] -= gain
    p = keep @ p @ keep.swapaxes(1, 2) + gain @ fixes.cov @ gain.swapaxes(1, 2)  # Joseph's form: stays a covariance
    has = ~np.isnan(fixes.rate_mps + fixes.rate_var)
    if has.any():
        rate, row = _rate_of(x, fixes)
        ph = (p @ row[..., None])[..., 0]
        weight = np.where(has, 1.0 / (np.sum(row * ph, axis=1) + np.where(has, fixes.rate_var, 1.0)), 0.0)
        miss = np.where(has, fixes.rate_mps, rate) - rate
        x = x + ph * (weight * miss)[:, None]
        p = p - ph[:, :, None] * ph[:, None, :] * weight[:, None, None]
        chi2 = chi2 + weight * miss**2
    return x, 0.5 * (p + p.swapaxes(1, 2)), chi2 / np.where(has, 4.0, 3.0)


def matched(chi2: Array, cost: Array, gate: float) -> list[tuple[int, int]]:
    """Return pairs (state, fix), each at most once: as many as lie within the gate, at the least sum of costs."""
    within = chi2 <= gate
    if not within.any():
        return []
    if chi2.shape == (1, 1):
        return [(0, 0)]
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.where(within, cost - 1e4, 0.0))
    return [(int(i), int(j)) for i, j in zip(rows, columns, strict=True) if within[i, j]]

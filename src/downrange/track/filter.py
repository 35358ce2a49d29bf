"""From readings to a track: sort, drop doubles, start, filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, ModelError, ecef_from_geodetic, enu_axes, since
from downrange.track import _kernel
from downrange.track.model import Burn, Reading, Sensor, Track

_BASELINE_S = 1.0  # the two fixes that start the filter lie at least this far apart
_PATIENCE_S = 60.0  # and not further than this
_STEEPEST_DEG = 87.0  # closer to the zenith an azimuth says next to nothing and bends too much to be taken in
_INT = np.int64


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What the filter is told about the flight before it looks. Modes in the order boost, coast, jump.

    q:            noise densities: white jerk [m2/s5] for boost and jump, white acceleration [m2/s3] for coast
    rates_1ps:    (3, 3) rates of leaving a mode (row) for another (column) [1/s]; rows sum to zero
    hurry_1ps:    extra rate towards jump around an expected ignition, towards coast around an expected cut-off [1/s]
    hurry_s:      half-width of that window [s]
    j2:           1 for an oblate Earth, 0 for a sphere
    least_mps2:   forward thrust below which no engine burns
    gate:         chi2 beyond which, in every mode, a reading is wild
    source:       where the figures come from
    """

    q: tuple[float, float, float] = (0.1, 1e-3, 30.0)
    rates_1ps: tuple[tuple[float, float, float], ...] = (
        (-1e-3, 8e-4, 2e-4),
        (5e-4, -1e-3, 5e-4),
        (0.5, 0.1, -0.6),
    )
    hurry_1ps: float = 0.1
    hurry_s: float = 2.0
    j2: float = 1.0
    least_mps2: float = 2.0
    gate: float = 60.0
    source: str = "fitted: 17 settings on the synthetic scenario S1, radar 30 m and 1 mrad at 10 Hz; hurry, least and gate assumed"


def follow(
    readings: Sequence[Reading],
    sensors: Sequence[Sensor],
    t0: datetime,
    *,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    tuning: Tuning | None = None,
) -> Track:
    """Filter readings of any number of sensors into one track of one object.

    Readings may come in any order: they are sorted by time, and of two with the same sensor and time the first in
    the sorted order stays. burns, where expected thrust is known, makes the filter quicker to believe a change at the
    times it is due; it never forces one. The track starts with the second of two full fixes (range, azimuth,
    elevation) of one sensor at least a second apart; without such a pair it is empty.

    The filter: interacting boost, coast and jump models in Earth-fixed axes with J2 and rotation (see _kernel.run).
    """
    tune = tuning or Tuning()
    names = {sensor.name: i for i, sensor in enumerate(sensors)}
    t_s, z, site, doubles = _arrays(readings, names, t0)
    places = ecef_from_geodetic([s.lat_deg for s in sensors], [s.lon_deg for s in sensors], [s.alt_m for s in sensors])
    axes = enu_axes([s.lat_deg for s in sensors], [s.lon_deg for s in sensors])
    start = _first_pair(t_s, z, site)
    # The radar's other readings between the two fixes are spent on the start; the filter goes on after it.
    rest = slice(t_s.size if start is None else start[1] + 1, None)
    n = len(range(t_s.size)[rest])
    out_x, out_p, out_mu, idle = np.empty((n, 9)), np.empty((n, 6, 6)), np.empty((n, 3)), np.empty(n)
    used = np.zeros(n, dtype=np.bool_)
    if start is not None:
        pair = list(start)
        x, p = _opening(t_s[pair], z[pair], sensors[site[pair[0]]])
        _kernel.run(
            t_s[rest], z[rest], site[rest], _kinds(t_s[rest], burns, tune), places, axes, _variances(sensors),
            _rates(tune), np.array(tune.q), x, p, np.full(3, 1.0 / 3.0), t_s[pair[1]], tune.j2, tune.gate,
            tune.least_mps2, out_x, out_p, out_mu, idle, used,
        )  # fmt: skip
    _sound(t_s[rest], out_x)
    return Track(
        t0=t0,
        t_s=t_s[rest],
        r_ecef_m=out_x[:, :3],
        v_ecef_mps=out_x[:, 3:6],
        cov=out_p,
        f_ecef_mps2=out_x[:, 6:],
        f_mps2=np.linalg.norm(out_x[:, 6:], axis=1),
        p_coast=out_mu[:, 1],
        p_idle=idle,
        used=used,
        sensor=site[rest],
        sensors=tuple(names),
        duplicates=doubles,
    )


def _arrays(
    readings: Sequence[Reading], names: dict[str, int], t0: datetime
) -> tuple[Array, Array, NDArray[np.int64], int]:
    """Return times (n,), numbers (n, 4) in SI and radians with NaN for none, sensor rows (n,), doubles dropped."""
    rows: list[tuple[float, int, float, float, float, float]] = []
    for line, reading in enumerate(readings, start=1):
        if reading.sensor not in names:
            raise InputError(
                where=f"reading {line}",
                key="sensor",
                seen=f"{reading.sensor!r} is not in the sensor file",
                cure=f"add it there, or name one of {', '.join(names)}",
            )
        values = (reading.range_m, reading.az_deg, reading.el_deg, reading.range_rate_mps)
        check(values, where=f"reading {line}")
        numbers = tuple(np.nan if value is None else value for value in values)
        rows.append((since(t0, reading.t), names[reading.sensor], *numbers))  # type: ignore[arg-type]
    rows.sort(key=lambda row: tuple(np.inf if np.isnan(number) else number for number in row))
    kept = [row for i, row in enumerate(rows) if i == 0 or row[:2] != rows[i - 1][:2]]
    table = np.array(kept, dtype=float).reshape(len(kept), 6)
    z = table[:, 2:].copy()
    z[z[:, 2] > _STEEPEST_DEG, 1] = np.nan
    z[:, 1:3] = np.radians(z[:, 1:3])
    return table[:, 0].copy(), z, table[:, 1].astype(_INT), len(rows) - len(kept)


def check(values: tuple[float | None, ...], *, where: str) -> None:
    """Refuse numbers (range, azimuth, elevation, range-rate) that no radar can mean."""
    names = ("range_m", "az_deg", "el_deg", "range_rate_mps")
    limits = ((1.0, 1e9), (-180.0, 360.0), (-90.0, 90.0), (-2e4, 2e4))
    if all(value is None for value in values):
        raise InputError(where=where, seen="no number at all", cure="give at least one of " + ", ".join(names))
    for name, value, (low, high) in zip(names, values, limits, strict=True):
        if value is not None and not low <= value <= high:
            raise InputError(
                where=where,
                key=name,
                seen=f"{value:g}",
                cure=f"give a number from {low:g} to {high:g}, or leave the field out",
            )


def _first_pair(t_s: Array, z: Array, site: NDArray[np.int64]) -> tuple[int, int] | None:
    """Return the rows of the earliest two full fixes of one sensor, between one and sixty seconds apart."""
    full = np.flatnonzero(~np.isnan(z[:, :3]).any(axis=1))
    best: tuple[int, int] | None = None
    for s in np.unique(site[full]):
        mine = full[site[full] == s]
        later = np.searchsorted(t_s[mine], t_s[mine] + _BASELINE_S - 1e-6)
        for a, b in enumerate(later):
            if b < mine.size and t_s[mine[b]] - t_s[mine[a]] <= _PATIENCE_S:
                if best is None or mine[b] < best[1]:
                    best = int(mine[a]), int(mine[b])
                break
    return best


def _opening(t_s: Array, z: Array, sensor: Sensor) -> tuple[Array, Array]:
    """Return the three models' first states (3, 9) and covariances (3, 9, 9) from two fixes of one sensor."""
    rho, az, el = z[:, 0], z[:, 1], z[:, 2]
    enu = np.stack([rho * np.sin(az) * np.cos(el), rho * np.cos(az) * np.cos(el), rho * np.sin(el)], axis=1)
    place = ecef_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    fixes = place + enu @ enu_axes(sensor.lat_deg, sensor.lon_deg)
    dt = t_s[1] - t_s[0]
    angle = np.radians(max(sensor.sigma_az_deg or 0.0, sensor.sigma_el_deg or 0.0))
    spread = (rho[1] * angle) ** 2 + (sensor.sigma_range_m or 0.0) ** 2
    x = np.tile(np.concatenate([fixes[1], (fixes[1] - fixes[0]) / dt, np.zeros(3)]), (3, 1))
    # The mean velocity over the baseline lags the last one: by half of up to 30 m/s2 for every second beyond the first.
    rate = 2.0 * spread / dt**2 + 100.0 + (15.0 * (dt - _BASELINE_S)) ** 2
    p = np.tile(np.diag([spread] * 3 + [rate] * 3 + [900.0] * 3), (3, 1, 1))
    return x, p


def _variances(sensors: Sequence[Sensor]) -> Array:
    """Return the noise variances (m, 4) in SI and radians; a number that a sensor does not give is never used."""

    def sigmas(s: Sensor) -> tuple[float, float, float, float]:
        az_deg, el_deg = s.sigma_az_deg or np.inf, s.sigma_el_deg or np.inf
        return s.sigma_range_m or np.inf, np.radians(az_deg), np.radians(el_deg), s.sigma_range_rate_mps or np.inf

    return np.array([sigmas(s) for s in sensors]) ** 2


def _rates(tune: Tuning) -> Array:
    """Return the switching rates (4, 3, 3): off schedule, near an ignition, near a cut-off, near both."""
    plain = np.array(tune.rates_1ps)
    light, dark = np.zeros((3, 3)), np.zeros((3, 3))
    light[1, 2], light[1, 1] = tune.hurry_1ps, -tune.hurry_1ps
    dark[0, 1], dark[0, 0] = tune.hurry_1ps, -tune.hurry_1ps
    dark[2, 1], dark[2, 2] = tune.hurry_1ps, -tune.hurry_1ps
    return np.stack([plain, plain + light, plain + dark, plain + light + dark])


def _kinds(t_s: Array, burns: Sequence[Burn | tuple[float, float, int]], tune: Tuning) -> NDArray[np.int64]:
    """Return for each time the row of _rates that holds there."""
    kind = np.zeros(t_s.size, dtype=_INT)
    for t_ignition_s, t_cutoff_s, _ in burns:
        kind |= np.where(np.abs(t_s - t_ignition_s) <= tune.hurry_s, 1, 0)
        kind |= np.where(np.abs(t_s - t_cutoff_s) <= tune.hurry_s, 2, 0)
    return kind


def _sound(t_s: Array, x: Array) -> None:
    """Refuse states that stopped being numbers: a defect, not an answer."""
    bad = t_s[~np.isfinite(x).all(axis=1)]
    if bad.size:
        raise ModelError(
            f"readings: T+{bad[0]:.1f} s: the filter broke down. "
            "Look at the readings just before, and at the sensors' places and sigmas."
        )

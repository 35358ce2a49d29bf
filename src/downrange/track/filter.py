"""From readings to a track: arrange, start, filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from downrange.base import Array, ModelError
from downrange.track._kernel import bank as _bank
from downrange.track._kernel.coasting import NOW, RING, SLACK, TOOK, WIDTH
from downrange.track._kernel.motion import COAST, ENTRY, MODES
from downrange.track.consider import consider_cov
from downrange.track.initiate import initiate
from downrange.track.model import Burn, Reading, Sensor, Track
from downrange.track.rows import Ints, Rows, bias_variances, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What the filter is told about the flight before it looks. Modes in the order boost, coast, jump, entry.

    q:            noise densities: white jerk [m2/s5] for boost, jump and entry, white acceleration [m2/s3] for coast
    q_coasting:   white acceleration [m2/s3] of the filter that takes over when coasting is sure
    rates_1ps:    (4, 4) rates of leaving a mode (row) for another (column) [1/s]; rows sum to zero. Entry takes part
                  below 120 km on the way down alone
    light_1ps:    extra rate towards jump around an expected ignition [1/s]: over the window, three in four light
    dark_1ps:     extra rate towards coast around an expected cut-off [1/s]
    early_s, late_s: the window begins and ends so long before and after the time expected
    j2:           1 for an oblate Earth, 0 for a sphere
    least_mps2:   forward thrust below which no engine burns
    gate:         chi2 beyond which, in every mode, a reading is wild
    sure:         probability of coasting from which the coasting filter answers
    source:       where the figures come from
    """

    q: tuple[float, float, float, float] = (0.1, 1e-3, 30.0, 0.05)
    q_coasting: float = 1e-6
    rates_1ps: tuple[tuple[float, float, float, float], ...] = (
        (-2.2e-3, 2e-3, 2e-4, 0.0),
        (5e-4, -1e-3, 5e-4, 0.0),
        (0.5, 0.1, -0.6, 0.0),
        (1e-3, 1e-2, 1e-3, -1.2e-2),
    )
    entry_1ps: float = 0.05
    light_1ps: float = 0.3
    dark_1ps: float = 0.1
    early_s: float = 2.0
    late_s: float = 3.0
    j2: float = 1.0
    least_mps2: float = 2.0
    gate: float = 60.0
    sure: float = 0.99
    source: str = "fitted: 17 settings on the synthetic scenario S1, radar 30 m and 1 mrad at 10 Hz; boost to coast on the tuning families of benchmarks/track.py; the rest assumed"


def follow(
    readings: Sequence[Reading],
    sensors: Sequence[Sensor],
    t0: datetime,
    *,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    tuning: Tuning | None = None,
) -> Track:
    """Filter readings of any number of sensors into one track of one object.

    Readings may come in any order: they are sorted by time, and exact doubles are dropped. burns, where expected
    thrust is known, makes the filter quicker to believe a change at the times it is due; it never forces one. The
    track starts as soon as the readings fix position and velocity; without that it is empty.

    The filter: interacting boost, coast, jump and entry models in Earth-fixed axes with J2 and rotation, and a pure
    coasting filter that takes over when coasting is sure (see _kernel).
    """
    tune = tuning or Tuning()
    rows = rows_of(readings, sensors, t0)
    start = initiate(
        rows.t_s, rows.z, rows.sensor, rows.sites[rows.place, :3], rows.axes[rows.place], rows.var,
        bias_variances=bias_variances(sensors),
    )  # fmt: skip
    # The readings before are spent on the start; the filter goes on after it.
    rest = slice(rows.t_s.size if start is None else start.row + 1, None)
    kind = kinds(rows.t_s[rest], burns, tune)
    out = blank(kind.size)
    if start is not None:
        _bank.run(part(rows, rest, kind), new_bank(start.x, start.cov, start.t_s), model(tune), out)
    return track_of(rows, rest, out, t0, sensors)


def part(rows: Rows, rest: slice, kind: Ints) -> _bank.Rows:
    """Return a slice of the readings as the kernel takes them."""
    return _bank.Rows(
        t_s=rows.t_s[rest], z=rows.z[rest], kind=kind, place=rows.place[rest], sensor=rows.sensor[rest],
        sites=rows.sites, axes=rows.axes, var=rows.var,
    )  # fmt: skip


def new_bank(x: Array, p: Array, t_s: float) -> _bank.Bank:
    """Return four models that all begin with one state x (9,), p (9, 9) at t_s, three of them equally likely."""
    memo = np.zeros(11)
    memo[NOW], memo[TOOK], memo[SLACK] = t_s, t_s, 1.0
    mu = np.full(MODES, 1.0 / 3.0)
    mu[ENTRY] = 0.0
    return _bank.Bank(
        x=np.tile(x, (MODES, 1)), p=np.tile(p, (MODES, 1, 1)), mu=mu, ring=np.zeros((RING, WIDTH)), memo=memo,
        x_coast=np.zeros(6), p_coast=np.zeros((6, 6)),
    )  # fmt: skip


def model(tune: Tuning) -> _bank.Model:
    """Return the tuning as the kernel takes it."""
    return _bank.Model(
        rates=_rates(tune), q=np.array([*tune.q, tune.q_coasting]), j2=tune.j2, gate=tune.gate, least=tune.least_mps2,
        sure=tune.sure,
    )  # fmt: skip


def blank(n: int) -> _bank.Out:
    """Return room for n answers."""
    return _bank.Out(
        x=np.zeros((n, 9)), p=np.zeros((n, 6, 6)), mu=np.zeros((n, MODES)), idle=np.zeros(n), since=np.full(n, np.nan),
        spread=np.full(n, np.nan),
        used=np.zeros(n, dtype=np.bool_),
    )  # fmt: skip


def track_of(rows: Rows, rest: slice, out: _bank.Out, t0: datetime, sensors: Sequence[Sensor]) -> Track:
    """Return the kernel's answers to a slice of the readings as a Track.

    What remains of biases and clock offsets (sigma_bias_*, sigma_clock_s) is added to the covariance here: the filter
    takes noise for all there is.
    """
    t_s, sensor = rows.t_s[rest], rows.sensor[rest]
    sound(t_s, out.x)
    cov = out.p + consider_cov(t_s, out.x[:, :3], out.x[:, 3:6], out.x[:, 6:], sensor, sensors)
    return as_track(t_s, sensor, rows.seq[rest], out, cov, t0, sensors, doubles=rows.doubles)


def sound(t_s: Array, x: Array) -> None:
    """Refuse states that stopped being numbers: a defect, not an answer. Raises ModelError."""
    bad = t_s[~np.isfinite(x).all(axis=1)]
    if bad.size:
        raise ModelError(
            f"readings: T+{bad[0]:.1f} s: the filter broke down. "
            "Look at the readings just before, and at the sensors' places and sigmas."
        )


def as_track(
    t_s: Array, sensor: Ints, seq: Ints, out: _bank.Out, cov: Array, t0: datetime, sensors: Sequence[Sensor], *,
    doubles: int,
) -> Track:  # fmt: skip
    """Return arrays, row by row of the kernel's answers, as a Track."""
    return Track(
        t0=t0,
        t_s=t_s,
        r_ecef_m=out.x[:, :3],
        v_ecef_mps=out.x[:, 3:6],
        cov=cov,
        f_ecef_mps2=out.x[:, 6:],
        f_mps2=np.linalg.norm(out.x[:, 6:], axis=1),
        p_coast=out.mu[:, COAST],
        p_entry=out.mu[:, ENTRY],
        p_idle=out.idle,
        coast_since_s=out.since,
        coast_sigma_s=out.spread,
        used=out.used,
        sensor=sensor,
        seq=seq,
        sensors=tuple(one.name for one in sensors),
        duplicates=doubles,
    )


def _rates(tune: Tuning) -> Array:
    """Return the switching rates (8, 4, 4): off schedule, near an ignition, a cut-off, both; the same low in the air."""
    out = np.zeros((8, MODES, MODES))
    for which in range(8):
        rates = np.array(tune.rates_1ps)
        if which & 1:
            rates[1, 2] += tune.light_1ps
        if which & 2:
            rates[0, 1] += tune.dark_1ps
            rates[2, 1] += tune.dark_1ps
        if which & 4:
            rates[1, 3] += tune.entry_1ps
        np.fill_diagonal(rates, 0.0)
        out[which] = rates - np.diag(rates.sum(axis=1))
    return out


def kinds(t_s: Array, burns: Sequence[Burn | tuple[float, float, int]], tune: Tuning) -> Ints:
    """Return for each time the row of the switching rates that holds there."""
    kind = np.zeros(t_s.size, dtype=np.int64)
    for t_ignition_s, t_cutoff_s, _ in burns:
        for bit, due_s in ((1, t_ignition_s), (2, t_cutoff_s)):
            kind |= np.where((t_s >= due_s - tune.early_s) & (t_s <= due_s + tune.late_s), bit, 0)
    return kind

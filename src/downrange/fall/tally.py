"""What many flights leave on the ground, counted: exact integers in bounded memory, the same bits for any division of work.

A tally holds no row of its own. Impacts are counted by (mode, body, cell) and by (mode, body, second); places, times and
speeds are summed as whole numbers of a fine unit in two limbs, so that adding tallies never rounds and never overflows.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from downrange.base import Array, ModelError, units
from downrange.fall.grid import Cells, Grid

Counts = NDArray[np.int64]

HARMFUL_J = 11.0 * units.FOOT * units.POUND * units.STANDARD_GRAVITY
"""A piece that strikes with less hurts nobody: 11 ft lbf = 14.9 J (14 CFR 417.107(c)); NASA-STD-8719.14C, 4.7, says 15 J."""

VECTOR_UNIT = 1.0 / 2**24  # of the unit vector upwards, 0.38 m on the ground
TIME_UNIT_S = 1e-3
SPEED_UNIT_MPS = 1e-3
SLOWNESS_UNIT = 1e-6  # seconds per metre
SECONDS = 1 << 20  # of the histogram of time: twelve days
PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))  # products of the vector that are summed
SUMS = 3 + len(PAIRS) + 4  # vector, products, time, its square, speed, slowness
_SLOWEST_MPS = 1e-3
_LIMB_BITS = 32
_LIMB = (1 << _LIMB_BITS) - 1
_SLICE = 1 << 16  # rows taken at once


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tally:
    """Counted impacts of flights that went M ways and let go B kinds of body.

    flights:  (M,) flights that went each way
    rows:     (M, B) simulated bodies let go; landed: (M, B) those that came down
    keys:     (k,) sorted, (mode * B + body) * grid.cells + cell; counts: (k,) impacts, harmful: (k,) those over HARMFUL_J
    times:    (j,) sorted, (mode * B + body) * SECONDS + second after lift-off; times_counts: (j,)
    sums:     (M, B, SUMS, 2) sums over the landed rows in the units of this module, limbs of 32 bits, high one first
    latest:   (M, B) time of the last impact in TIME_UNIT_S, -1 where none
    """

    grid: Grid
    modes: tuple[str, ...]
    bodies: tuple[str, ...]
    flights: Counts
    rows: Counts
    landed: Counts
    keys: Counts
    counts: Counts
    harmful: Counts
    times: Counts
    times_counts: Counts
    sums: Counts
    latest: Counts

    def of(self, mode: int, body: int) -> tuple[Cells, Counts, Counts]:
        """Return (cells, impacts, harmful impacts) of one body in one mode, cells ascending."""
        start = (mode * len(self.bodies) + body) * self.grid.cells
        low, high = np.searchsorted(self.keys, [start, start + self.grid.cells])
        return self.keys[low:high] - start, self.counts[low:high], self.harmful[low:high]

    def seconds_of(self, mode: int, body: int) -> tuple[Counts, Counts]:
        """Return (seconds after lift-off, impacts within that second) of one body in one mode."""
        start = (mode * len(self.bodies) + body) * SECONDS
        low, high = np.searchsorted(self.times, [start, start + SECONDS])
        return self.times[low:high] - start, self.times_counts[low:high]

    def sum_of(self, modes: list[int], body: int, which: int) -> int:
        """Return one exact sum over some modes, of any size."""
        high, low = (sum(int(self.sums[m, body, which, limb]) for m in modes) for limb in (0, 1))
        return (high << _LIMB_BITS) + low


def empty_tally(grid: Grid, modes: tuple[str, ...], bodies: tuple[str, ...]) -> Tally:
    """Return the tally of no flight."""
    for what, names in (("mode", modes), ("body", bodies)):
        if not names or len(set(names)) < len(names) or not all(names):
            raise ModelError(f"the names {names} of each {what}: give at least one, each its own")
    if len(modes) * len(bodies) * max(grid.cells, SECONDS) >= 2**63:
        raise ModelError(
            f"{len(modes)} modes of {len(bodies)} bodies on {grid.cells} cells are too many to count. Take larger cells."
        )
    shape = (len(modes), len(bodies))
    return Tally(
        grid=grid,
        modes=modes,
        bodies=bodies,
        flights=np.zeros(len(modes), np.int64),
        rows=np.zeros(shape, np.int64),
        landed=np.zeros(shape, np.int64),
        keys=np.empty(0, np.int64),
        counts=np.empty(0, np.int64),
        harmful=np.empty(0, np.int64),
        times=np.empty(0, np.int64),
        times_counts=np.empty(0, np.int64),
        sums=np.zeros((*shape, SUMS, 2), np.int64),
        latest=np.full(shape, -1, np.int64),
    )


def tally_of(
    grid: Grid,
    modes: tuple[str, ...],
    bodies: tuple[str, ...],
    flights_by_mode: ArrayLike,
    *,
    mode: ArrayLike,
    body: ArrayLike,
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    t_s: ArrayLike,
    speed_mps: ArrayLike,
    harmful: ArrayLike,
) -> Tally:
    """Count the impacts of some flights.

    flights_by_mode: (M,) how many flights went each way, those that dropped nothing too
    mode, body: (n,) which of the names each row is; lat_deg, lon_deg, t_s (after lift-off), speed_mps: (n,), NaN where
    the body never comes down; harmful: (n,) whether it strikes with HARMFUL_J or more
    """
    tally = empty_tally(grid, modes, bodies)
    flights = np.asarray(flights_by_mode, dtype=np.int64)
    if flights.shape != (len(modes),) or np.any(flights < 0):
        raise ModelError(f"flights by mode {flights.tolist()}: give {len(modes)} counts")
    tally.flights[:] = flights
    columns = [np.atleast_1d(np.asarray(column)) for column in (mode, body, lat_deg, lon_deg, t_s, speed_mps, harmful)]
    if len({column.shape for column in columns}) != 1 or columns[0].ndim != 1:
        raise ModelError(f"columns of {[column.shape for column in columns]} rows: give all of one length")
    for first in range(0, len(columns[0]), _SLICE):
        part = _slice_tally(tally, *(column[first : first + _SLICE] for column in columns))
        tally = merged(tally, part)
    return tally


def merged(first: Tally, second: Tally) -> Tally:
    """Return the tally of the flights of both: exact, so the order and grouping of many merges do not matter."""
    if (first.grid, first.modes, first.bodies) != (second.grid, second.modes, second.bodies):
        raise ModelError(
            "tallies of different grids, modes or bodies cannot be added. Were they made by different ensembles?"
        )
    keys, (counts, harmful) = _added(
        first.keys, (first.counts, first.harmful), second.keys, (second.counts, second.harmful)
    )
    times, (times_counts,) = _added(first.times, (first.times_counts,), second.times, (second.times_counts,))
    return Tally(
        grid=first.grid,
        modes=first.modes,
        bodies=first.bodies,
        flights=first.flights + second.flights,
        rows=first.rows + second.rows,
        landed=first.landed + second.landed,
        keys=keys,
        counts=counts,
        harmful=harmful,
        times=times,
        times_counts=times_counts,
        sums=_carried(first.sums + second.sums),
        latest=np.maximum(first.latest, second.latest),
    )


def same_tally(first: Tally, second: Tally) -> bool:
    """Tell whether two tallies agree in every bit."""
    return all(np.array_equal(getattr(first, field.name), getattr(second, field.name)) for field in fields(Tally))


def _slice_tally(
    whole: Tally,
    mode: Counts,
    body: Counts,
    lat_deg: Array,
    lon_deg: Array,
    t_s: Array,
    speed_mps: Array,
    harmful: NDArray[np.bool_],
) -> Tally:
    """Count one slice of rows into a tally without flights."""
    tally = empty_tally(whole.grid, whole.modes, whole.bodies)
    m, b = len(whole.modes), len(whole.bodies)
    if np.any((mode < 0) | (mode >= m)) or np.any((body < 0) | (body >= b)):
        raise ModelError(f"a row of a mode or body that has no name: there are {m} modes and {b} bodies")
    group = mode.astype(np.int64) * b + body
    cells = whole.grid.cell_of(lat_deg, lon_deg)
    down = (cells >= 0) & np.isfinite(t_s) & np.isfinite(speed_mps)
    tally.rows[:] = np.bincount(group, minlength=m * b).reshape(m, b)
    if not down.any():
        return tally
    group, cells, harmful = group[down], cells[down], harmful[down].astype(bool)
    t_s = t_s[down]
    if np.any((t_s < 0.0) | (t_s >= SECONDS)):
        raise ModelError(f"an impact {t_s.min():g} to {t_s.max():g} s after lift-off: give 0 to {SECONDS} s")
    values = _values(lat_deg[down], lon_deg[down], t_s, speed_mps[down])
    order = np.argsort(group, kind="stable")
    present, starts = np.unique(group[order], return_index=True)
    tally.landed.reshape(-1)[present] = np.diff([*starts, len(group)])
    limbs = np.stack([values >> _LIMB_BITS, values & _LIMB], axis=-1)[order]
    tally.sums.reshape(m * b, SUMS, 2)[present] = np.add.reduceat(limbs, starts, axis=0)
    tally.latest.reshape(-1)[present] = np.maximum.reduceat(values[order, 9], starts)
    keys, inverse = np.unique(group * whole.grid.cells + cells, return_inverse=True)
    times, times_counts = np.unique(group * SECONDS + t_s.astype(np.int64), return_counts=True)
    return Tally(
        grid=whole.grid,
        modes=whole.modes,
        bodies=whole.bodies,
        flights=tally.flights,
        rows=tally.rows,
        landed=tally.landed,
        keys=keys,
        counts=np.bincount(inverse, minlength=len(keys)),
        harmful=np.bincount(inverse[harmful], minlength=len(keys)),
        times=times,
        times_counts=times_counts,
        sums=_carried(tally.sums),
        latest=tally.latest,
    )


def _values(lat_deg: Array, lon_deg: Array, t_s: Array, speed_mps: Array) -> Counts:
    """Return (n, SUMS) whole numbers to be summed; the products stay below 2^49."""
    phi, lam = np.radians(lat_deg), np.radians(lon_deg)
    up = np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
    vector = np.rint(up / VECTOR_UNIT).astype(np.int64)
    products = np.stack([vector[:, i] * vector[:, j] for i, j in PAIRS], axis=-1)
    t = np.rint(t_s / TIME_UNIT_S).astype(np.int64)
    speed = np.rint(speed_mps / SPEED_UNIT_MPS).astype(np.int64)
    slowness = np.rint(1.0 / np.maximum(speed_mps, _SLOWEST_MPS) / SLOWNESS_UNIT).astype(np.int64)
    return np.column_stack([vector, products, t, t * t, speed, slowness])


def _carried(sums: Counts) -> Counts:
    """Return sums whose low limbs lie in 0 to 2^32 again."""
    return np.stack([sums[..., 0] + (sums[..., 1] >> _LIMB_BITS), sums[..., 1] & _LIMB], axis=-1)


def _added(
    keys: Counts, values: tuple[Counts, ...], new_keys: Counts, new_values: tuple[Counts, ...]
) -> tuple[Counts, tuple[Counts, ...]]:
    """Add counts on sorted unique keys; a few new keys cost one pass over the old ones."""
    if len(new_keys) > len(keys):
        keys, values, new_keys, new_values = new_keys, new_values, keys, values
    at = np.searchsorted(keys, new_keys)
    known = at < len(keys)
    known[known] = keys[at[known]] == new_keys[known]
    out = []
    for old, new in zip(values, new_values, strict=True):
        total = old.copy()
        total[at[known]] += new[known]
        out.append(np.insert(total, at[~known], new[~known]) if not known.all() else total)
    grown = keys if known.all() else np.insert(keys, at[~known], new_keys[~known])
    return grown, tuple(out)

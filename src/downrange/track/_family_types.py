"""The invented vehicle types of the families, and how one flight of each is drawn from counted numbers.

Nothing here is a real vehicle. Every range is assumed, wide enough to hold what text books print of their kind. The
types for tuning cover all first accelerations with both kinds of flight, so that how hard a vehicle accelerates says
little by itself. Types for testing are others: other mixes of stages and propellants, with exhaust speeds or slopes of
thrust that tuning does not have.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, wgs84
from downrange.track._family_flight import DIRECT, KICK, TABLE, Design

Pair = tuple[float, float]
STAGES: Final = 4
DRAWS: Final = 48  # counted numbers a flight takes


class Kit(NamedTuple):
    """One invented type: per stage the share of the whole speed gain, exhaust speed and first acceleration, as ranges.

    slope: fall of thrust through a burn; gap_s: between stages; pitch1_deg: at the first burn-out
    """

    name: str
    mode: int
    share: tuple[Pair, ...]
    exhaust_mps: tuple[Pair, ...]
    first_mps2: tuple[Pair, ...]
    slope: Pair
    gap_s: Pair
    pitch1_deg: Pair


ORBITAL_TUNING: Final = (
    Kit("two stages, kerosene", DIRECT, ((0.35, 0.41), (0.6, 0.6)), ((2850.0, 2980.0), (3320.0, 3430.0)),
        ((12.2, 13.5), (6.2, 8.7)), (0.0, 0.05), (3.0, 9.0), (28.0, 40.0)),
    Kit("two stages, hydrogen", DIRECT, ((0.44, 0.5), (0.5, 0.55)), ((3850.0, 4050.0), (4330.0, 4450.0)),
        ((11.9, 12.6), (5.0, 6.6)), (0.0, 0.05), (4.0, 12.0), (30.0, 40.0)),
    Kit("two stages, storable, heavy on the pad", DIRECT, ((0.36, 0.42), (0.6, 0.62)),
        ((2640.0, 2700.0), (2890.0, 2980.0)), ((11.3, 12.1), (7.0, 10.0)), (0.0, 0.05), (2.0, 8.0), (30.0, 42.0)),
    Kit("three stages, storable", DIRECT, ((0.3, 0.36), (0.32, 0.38), (0.3, 0.36)),
        ((2520.0, 2640.0), (2740.0, 2830.0), (2830.0, 2960.0)), ((13.2, 15.2), (9.5, 13.0), (6.0, 9.0)),
        (0.0, 0.06), (1.0, 6.0), (34.0, 48.0)),
    Kit("solid below, hydrogen above", DIRECT, ((0.36, 0.42), (0.58, 0.62)), ((2700.0, 2800.0), (4300.0, 4450.0)),
        ((15.0, 20.0), (6.5, 9.0)), (0.1, 0.3), (3.0, 12.0), (30.0, 42.0)),
    Kit("three fast solid stages", DIRECT, ((0.28, 0.33), (0.32, 0.37), (0.34, 0.37)),
        ((2640.0, 2690.0), (2760.0, 2820.0), (2790.0, 2850.0)), ((16.0, 24.0), (15.0, 21.0), (10.0, 16.0)),
        (0.1, 0.35), (2.0, 14.0), (36.0, 50.0)),
    Kit("four solid stages", DIRECT, ((0.24, 0.28), (0.25, 0.29), (0.25, 0.29), (0.2, 0.24)),
        ((2630.0, 2690.0), (2760.0, 2810.0), (2800.0, 2850.0), (2800.0, 2850.0)),
        ((17.0, 25.0), (17.0, 25.0), (14.0, 20.0), (9.0, 13.0)), (0.1, 0.35), (2.0, 10.0), (36.0, 50.0)),
    Kit("three solid stages and a kick", KICK, ((0.26, 0.3), (0.27, 0.31), (0.2, 0.24), (0.25, 0.29)),
        ((2640.0, 2740.0), (2760.0, 2820.0), (2790.0, 2840.0), (2840.0, 2900.0)),
        ((15.5, 22.0), (15.0, 22.0), (13.0, 17.0), (9.0, 14.0)), (0.15, 0.35), (3.0, 12.0), (28.0, 42.0)),
    Kit("two solid stages and a storable kick", KICK, ((0.33, 0.38), (0.36, 0.41), (0.24, 0.29)),
        ((2640.0, 2720.0), (2770.0, 2830.0), (3080.0, 3160.0)), ((16.0, 24.0), (15.0, 25.0), (5.0, 9.0)),
        (0.1, 0.35), (3.0, 12.0), (28.0, 44.0)),
    Kit("two stages and a low-thrust kick", KICK, ((0.3, 0.34), (0.44, 0.5), (0.24, 0.28)),
        ((2880.0, 3000.0), (3280.0, 3380.0), (3080.0, 3180.0)), ((12.6, 13.6), (8.5, 11.0), (4.0, 5.3)),
        (0.0, 0.05), (3.0, 8.0), (32.0, 44.0)),
)  # fmt: skip
ORBITAL_TEST: Final = (
    Kit("two stages, methane", DIRECT, ((0.38, 0.44), (0.58, 0.6)), ((3150.0, 3300.0), (3560.0, 3700.0)),
        ((13.6, 14.6), (8.8, 11.0)), (0.0, 0.05), (4.0, 10.0), (26.0, 38.0)),
    Kit("two small stages, pumps on batteries", DIRECT, ((0.34, 0.39), (0.6, 0.62)),
        ((2720.0, 2830.0), (3140.0, 3260.0)), ((11.5, 12.1), (7.0, 9.5)), (0.0, 0.03), (3.0, 7.0), (30.0, 42.0)),
    Kit("three stages, kerosene", DIRECT, ((0.28, 0.34), (0.36, 0.42), (0.28, 0.34)),
        ((2660.0, 2790.0), (2990.0, 3130.0), (3180.0, 3290.0)), ((12.2, 13.1), (8.0, 9.4), (4.9, 5.9)),
        (0.0, 0.04), (2.0, 8.0), (34.0, 48.0)),
    Kit("three solid stages, straight to orbit", DIRECT, ((0.3, 0.34), (0.32, 0.36), (0.34, 0.36)),
        ((2560.0, 2630.0), (2690.0, 2750.0), (2860.0, 2920.0)), ((18.5, 22.0), (14.0, 14.9), (9.5, 12.5)),
        (0.36, 0.5), (8.0, 20.0), (40.0, 52.0)),
    Kit("two solid stages and a liquid kick", KICK, ((0.34, 0.38), (0.36, 0.4), (0.24, 0.28)),
        ((2570.0, 2630.0), (2840.0, 2880.0), (3000.0, 3070.0)), ((18.5, 21.0), (19.5, 23.0), (5.5, 7.5)),
        (0.36, 0.5), (5.0, 15.0), (30.0, 44.0)),
)  # fmt: skip
BALLISTIC_TUNING: Final = (
    Kit("one liquid stage", TABLE, ((1.0, 1.0),), ((2250.0, 2450.0),), ((13.0, 20.0),), (0.0, 0.05), (0.0, 0.0), (0.0, 0.0)),
    Kit("one long solid stage", TABLE, ((1.0, 1.0),), ((2450.0, 2560.0),), ((18.0, 34.0),), (0.1, 0.3), (0.0, 0.0), (0.0, 0.0)),
    Kit("two solid stages", TABLE, ((0.45, 0.55), (0.45, 0.55)), ((2450.0, 2560.0), (2640.0, 2720.0)),
        ((16.0, 34.0), (16.0, 38.0)), (0.1, 0.3), (0.5, 6.0), (0.0, 0.0)),
    Kit("two liquid stages", TABLE, ((0.5, 0.6), (0.4, 0.5)), ((2500.0, 2620.0), (2820.0, 2900.0)),
        ((11.5, 15.5), (8.0, 14.0)), (0.0, 0.05), (1.0, 8.0), (0.0, 0.0)),
    Kit("solid below, storable above", TABLE, ((0.45, 0.55), (0.45, 0.55)), ((2570.0, 2680.0), (3000.0, 3080.0)),
        ((15.0, 28.0), (6.0, 13.0)), (0.1, 0.3), (1.0, 10.0), (0.0, 0.0)),
    Kit("three solid stages", TABLE, ((0.32, 0.38), (0.32, 0.36), (0.28, 0.34)),
        ((2500.0, 2600.0), (2700.0, 2760.0), (2760.0, 2820.0)), ((15.0, 28.0), (15.0, 28.0), (14.0, 26.0)),
        (0.1, 0.3), (0.5, 6.0), (0.0, 0.0)),
    Kit("three slow liquid stages", TABLE, ((0.34, 0.4), (0.32, 0.36), (0.26, 0.32)),
        ((2500.0, 2620.0), (2740.0, 2820.0), (2820.0, 2900.0)), ((11.4, 14.5), (8.0, 13.0), (5.5, 10.0)),
        (0.0, 0.05), (1.0, 8.0), (0.0, 0.0)),
    Kit("two liquid stages, hydrogen above", TABLE, ((0.4, 0.5), (0.5, 0.6)), ((2850.0, 2980.0), (4330.0, 4450.0)),
        ((11.6, 14.0), (5.0, 9.0)), (0.0, 0.05), (2.0, 9.0), (0.0, 0.0)),
)  # fmt: skip
BALLISTIC_TEST: Final = (
    Kit("one solid stage", TABLE, ((1.0, 1.0),), ((2300.0, 2440.0),), ((24.0, 32.0),), (0.3, 0.45), (0.0, 0.0), (0.0, 0.0)),
    Kit("two fast solid stages", TABLE, ((0.5, 0.6), (0.4, 0.5)), ((2570.0, 2630.0), (2730.0, 2790.0)),
        ((25.0, 32.0), (28.5, 36.0)), (0.3, 0.45), (2.0, 8.0), (0.0, 0.0)),
    Kit("solid below, liquid above", TABLE, ((0.5, 0.6), (0.4, 0.5)), ((2450.0, 2560.0), (2910.0, 2990.0)),
        ((16.0, 17.9), (8.0, 9.9)), (0.1, 0.3), (3.0, 10.0), (0.0, 0.0)),
    Kit("three liquid stages", TABLE, ((0.34, 0.4), (0.32, 0.36), (0.26, 0.32)),
        ((2630.0, 2720.0), (2910.0, 3000.0), (2910.0, 3000.0)), ((12.0, 12.9), (9.0, 12.0), (6.0, 9.0)),
        (0.0, 0.05), (1.0, 6.0), (0.0, 0.0)),
)  # fmt: skip


def pick(kits: tuple[Kit, ...], u: Array) -> NDArray[np.int64]:
    """Return which type each flight is, (N,), from its first counted number."""
    return np.minimum((u[:, 0] * len(kits)).astype(np.int64), len(kits) - 1)


def within(u: Array, pairs: Array) -> Array:
    """Return values between the two columns of pairs (N, ..., 2)."""
    value: Array = pairs[..., 0] + u * (pairs[..., 1] - pairs[..., 0])
    return value


def _stages(kits: tuple[Kit, ...], row: NDArray[np.int64], name: str, u: Array, empty: float) -> Array:
    """Return one quantity a stage (N, STAGES), `empty` where a type has no such stage."""
    table = np.full((len(kits), STAGES, 2), empty)
    for i, kit in enumerate(kits):
        pairs = getattr(kit, name)
        table[i, : len(pairs)] = pairs
    return within(u, table[row])


def _one(kits: tuple[Kit, ...], row: NDArray[np.int64], name: str, u: Array) -> Array:
    """Return one quantity a flight (N,)."""
    return within(u, np.array([getattr(kit, name) for kit in kits])[row])


def design_of(kits: tuple[Kit, ...], u: Array) -> Design:
    """Return one vehicle and plan for each row of counted numbers (N, DRAWS), all aimed as an orbital flight is.

    Types steered by a table get a speed gain below orbit and a pitch about that of the farthest reach: 60 % of them
    near it, 25 % steeper, 15 % flatter.
    """
    row = pick(kits, u)
    mode = np.array([kit.mode for kit in kits])[row]
    share = _stages(kits, row, "share", u[:, 1:5], 0.0)
    lat_deg = np.degrees(np.arcsin(within(u[:, 5], np.array([-0.87, 0.87]))))
    azimuth_deg = 360.0 * u[:, 6]
    spin = wgs84.OMEGA_RADPS * wgs84.RE_M * np.cos(np.radians(lat_deg)) * np.sin(np.radians(azimuth_deg))
    alt_m = np.where(mode == KICK, 250e3 + 330e3 * u[:, 7], 180e3 + 170e3 * u[:, 7])
    whole = np.where(mode == TABLE, 1_900.0 + 5_300.0 * u[:, 8], 10_050.0 + 450.0 * u[:, 8] - spin)
    pitch1, pitch2 = _pitches(mode, u, whole, np.radians(_one(kits, row, "pitch1_deg", u[:, 9])), share)
    gap = _one(kits, row, "gap_s", u[:, 10])[:, None] * np.where(np.arange(STAGES) > 0, share > 0.0, 0.0)
    slope = _one(kits, row, "slope", u[:, 11])[:, None] * np.ones(STAGES)
    n = len(u)
    return Design(
        mode=mode,
        gain_mps=whole[:, None] * share / share.sum(axis=1)[:, None],
        exhaust_mps=_stages(kits, row, "exhaust_mps", u[:, 12:16], 3_000.0),
        first_mps2=_stages(kits, row, "first_mps2", u[:, 16:20], 10.0),
        slope=slope,
        gap_s=gap,
        vertical_s=5.0 + 9.0 * u[:, 20],
        pitch1=pitch1,
        bend=0.55 + 0.4 * u[:, 21],
        pitch2=pitch2,
        beta_kgpm2=6e3 + 14e3 * u[:, 22],
        lat_deg=lat_deg,
        lon_deg=360.0 * u[:, 23] - 180.0,
        azimuth_deg=azimuth_deg,
        alt_m=alt_m,
        climb_mps=np.zeros(n),
        sma_m=wgs84.RE_M + alt_m + 0.5 * _rise_m(u),
        stop_perigee_m=np.full(n, np.inf),
        fails_s=np.full(n, np.inf),
    )


def _rise_m(u: Array) -> Array:
    """Return how far the apogee aimed at lies above the perigee: little for two thirds, up to 600 km for the rest."""
    rise: Array = np.where(u[:, 24] < 0.67, 30e3 * u[:, 25], 600e3 * u[:, 25])
    return rise


def _pitches(mode: NDArray[np.int64], u: Array, whole: Array, guided: Array, share: Array) -> tuple[Array, Array]:
    """Return the pitch at the first burn-out, and at the last of those steered by a table [rad]."""
    # What weight and air take, roughly; the farthest reach for a speed has the pitch of a half-range angle.
    v = np.maximum(whole - 1_300.0, 800.0)
    q = np.minimum(v**2 / (wgs84.GM_M3PS2 / wgs84.RE_M), 0.98)
    best = 0.25 * (np.pi - 2.0 * np.arcsin(q / (2.0 - q)))
    near = 12.0 * (u[:, 27] - 0.5)
    steep, flat = 8.0 + 40.0 * u[:, 27], -6.0 - 16.0 * u[:, 27]
    off = np.where(u[:, 26] < 0.6, near, np.where(u[:, 26] < 0.85, steep, flat))
    pitch2 = np.clip(best + np.radians(off), np.radians(5.0), np.radians(87.0))
    single = (share > 0.0).sum(axis=1) == 1
    pitch1 = np.where(single, pitch2, pitch2 + (0.15 + 0.4 * u[:, 28]) * (0.5 * np.pi - pitch2))
    table = mode == TABLE
    return np.where(table, pitch1, guided), np.where(table, pitch2, 0.0)

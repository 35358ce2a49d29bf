"""Workload W1e: 1,000 fragments through an exponential atmosphere to the ground, beside SciPy's DOP853.

W1e, whole: numpy.random.default_rng(1), n = 1000, drawn in this order, each one vector of n: height uniform(60e3, 200e3) m,
geodetic latitude uniform(30, 42) deg, longitude uniform(118, 128) deg, Earth-fixed speed uniform(2000, 4000) m/s,
flight-path angle uniform(-5, 45) deg, azimuth uniform(150, 220) deg, beta 10^uniform(1, log10 2000) kg/m2. Density
1.225 exp(-h/7200) with h not below -5000 m, gravity with J2 = 1.08262668e-3, WGS84, no wind; ends at height 0.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from _report import cpu_s, digits, in_turns, options, say, tell, wall_s

from downrange.base import Array, ecef_from_geodetic, v_ecef_from_enu
from downrange.earth.atmosphere import spline_table
from downrange.fall import _crowd

if TYPE_CHECKING:
    from collections.abc import Callable

GM, RE, F, J2, OMEGA = 3.986004418e14, 6378137.0, 1.0 / 298.257223563, 1.08262668e-3, 7.292115e-5
RP, E2 = RE * (1.0 - F), F * (2.0 - F)
EP2 = E2 / (1.0 - E2)
ZONALS = np.array([J2, 0.0, 0.0])
STILL = np.zeros((0, 0, 8))
REFERENCE_TOL_M = 1e-9
TOLERANCES_M = {"crowd": 1e-2, "drop": 3e-4}  # what the crowds of falls use, and what `downrange.fall.drop` uses
SCIPY = {"crowd": (1e-7, 1e-3), "drop": (1e-9, 1e-6)}  # rtol and atol whose worst errors come near ours
# SOURCE: heyoka 7.13.2 (a Taylor method) and Orekit 13.1.9 agree with these to 1 mm; seconds, then metres Earth-fixed.
KNOWN = {
    0: (676.777, -3024786.351, 4529844.802, 3307278.032),
    999: (1525.769, -2720518.144, 5256421.915, 2368886.187),
}


def workload() -> tuple[Array, Array]:
    """Return the states (1000, 6) and ballistic coefficients (1000,) of W1."""
    r, n = np.random.default_rng(1), 1000
    alt_m, lat_deg, lon_deg = r.uniform(60e3, 200e3, n), r.uniform(30, 42, n), r.uniform(118, 128, n)
    speed_mps = r.uniform(2000, 4000, n)
    climb, azimuth = np.radians(r.uniform(-5, 45, n)), np.radians(r.uniform(150, 220, n))
    beta_kgpm2 = 10.0 ** r.uniform(math.log10(10), math.log10(2000), n)
    enu = np.stack([np.cos(climb) * np.sin(azimuth), np.cos(climb) * np.cos(azimuth), np.sin(climb)], axis=1)
    v_ecef_mps = v_ecef_from_enu(enu * speed_mps[:, None], lat_deg, lon_deg)
    return np.hstack([ecef_from_geodetic(lat_deg, lon_deg, alt_m), v_ecef_mps]), beta_kgpm2


def exponential_air() -> Array:
    """Return 1.225 exp(-h/7200) as the table that the kernels read."""
    knots_m = np.concatenate([np.arange(-5_000.0, 86_000.0, 250.0), np.arange(86_000.0, 1_000_001.0, 1_000.0)])
    return spline_table(knots_m, math.log(1.225) - knots_m / 7200.0)


def ours(states: Array, beta: Array, air: Array, tol_m: float) -> Array:
    """Return seconds and impact state (n, 7) by the kernel of the fall room."""
    out = np.empty((len(states), 7))
    _crowd.fall_many(
        states, beta, air, ZONALS, STILL, np.zeros(len(beta), dtype=np.int64), tol_m, tol_m / 10.0, 0.0, 7_200.0, out
    )
    return out


def rates(_t: float, s: Array, beta: float) -> tuple[float, float, float, float, float, float]:
    """Return the right-hand side, written apart from ours: Python as it stands, or compiled by numba."""
    x, y, z, vx, vy, vz = s[0], s[1], s[2], s[3], s[4], s[5]
    p = math.sqrt(x * x + y * y)
    tu = z * RE / (p * RP)
    cu = 1.0 / math.sqrt(1.0 + tu * tu)
    tl = (z + EP2 * RP * (tu * cu) ** 3) / (p - E2 * RE * cu**3)
    cl = 1.0 / math.sqrt(1.0 + tl * tl)
    sl = tl * cl
    h = max(p * cl + z * sl - RE * math.sqrt(1.0 - E2 * sl * sl), -5000.0)
    r2 = x * x + y * y + z * z
    g = -GM / (r2 * math.sqrt(r2))
    q = 1.5 * J2 * RE * RE / r2
    w = 5.0 * z * z / r2
    d = -0.5 * 1.225 * math.exp(-h / 7200.0) * math.sqrt(vx * vx + vy * vy + vz * vz) / beta
    level = g * (1.0 + q * (1.0 - w)) + OMEGA * OMEGA
    return (
        vx,
        vy,
        vz,
        level * x + 2.0 * OMEGA * vy + d * vx,
        level * y - 2.0 * OMEGA * vx + d * vy,
        g * (1.0 + q * (3.0 - w)) * z + d * vz,
    )


def height(_t: float, s: Array, _beta: float) -> float:
    """Return the height over the ellipsoid, whose zero ends the flight."""
    x, y, z = s[0], s[1], s[2]
    p = math.sqrt(x * x + y * y)
    tu = z * RE / (p * RP)
    cu = 1.0 / math.sqrt(1.0 + tu * tu)
    tl = (z + EP2 * RP * (tu * cu) ** 3) / (p - E2 * RE * cu**3)
    cl = 1.0 / math.sqrt(1.0 + tl * tl)
    return p * cl + z * tl * cl - RE * math.sqrt(1.0 - E2 * (tl * cl) ** 2)


class Ground:
    """The event that ends a flight of `solve_ivp`."""

    terminal = True
    direction = -1.0

    def __init__(self, function: Callable[..., float]) -> None:
        self.function = function

    def __call__(self, t: float, s: Array, beta: float) -> float:
        """Return the height."""
        return self.function(t, s, beta)


def scipy_falls(
    states: Array, beta: Array, right_hand_side: Callable[..., Any], ground: Ground, tolerance: tuple[float, float]
) -> Array:
    """Return seconds and impact state (n, 7) by SciPy's DOP853; tolerance: its rtol and atol."""
    from scipy.integrate import solve_ivp

    rtol, atol = tolerance
    out = np.empty((len(states), 7))
    for i, (state, b) in enumerate(zip(states, beta, strict=True)):
        done = solve_ivp(
            right_hand_side, (0.0, 7_200.0), state, "DOP853", events=ground, args=(b,), rtol=rtol, atol=atol
        )
        out[i, 0], out[i, 1:] = done.t[-1], done.y[:, -1]
    return out


def miss(down: Array, reference: Array) -> dict[str, float]:
    """Return how far impacts are from the reference, in metres."""
    m = np.linalg.norm(down[:, 1:4] - reference[: len(down), 1:4], axis=1)
    return {"max_error_m": digits(float(m.max()), 2), "median_error_m": digits(float(np.median(m)), 2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One way to run SciPy, on the first so many fragments, beside ours of about the same worst error."""

    name: str
    beside: str
    count: int
    tolerance: tuple[float, float]
    run: Callable[[], Array]


def peers(states: Array, beta: Array, *, tiny: bool) -> list[Peer]:
    """Return the sides of SciPy, compiled and warm."""
    compiled, ground = numba.njit(error_model="numpy")(rates), numba.njit(error_model="numpy")(height)
    found = []
    for beside, tolerance in SCIPY.items():
        for kind, count, sides in (
            ("numba", 4 if tiny else 200, (compiled, Ground(ground))),
            ("Python", 2 if tiny else 100, (rates, Ground(height))),
        ):
            run = partial(scipy_falls, states[:count], beta[:count], *sides, tolerance)
            name = f"DOP853 in place of {beside}, {kind} right-hand side"
            found.append(Peer(name=name, beside=beside, count=count, tolerance=tolerance, run=run))
    scipy_falls(states[:1], beta[:1], compiled, Ground(ground), (1e-3, 1e-3))
    return found


def two_threads(states: Array, beta: Array, air: Array, *, tiny: bool) -> dict[str, Any]:
    """Return how much faster two threads are by the clock, and whether they give the same bits."""
    if numba.config.NUMBA_NUM_THREADS < 2:
        return {"absent": "one core"}
    times, rounds = (1, 1) if tiny else (20, 8)
    many, many_beta = np.tile(states, (times, 1)), np.tile(beta, times)

    def run(threads: int) -> Array:
        numba.set_num_threads(threads)
        return ours(many, many_beta, air, TOLERANCES_M["crowd"])

    same = bool(np.array_equal(run(1), run(2)))
    one_s, two_s, cores = [], [], []
    for _ in range(rounds):
        one_s.append(wall_s(partial(run, 1)))
        start_s = time.process_time()
        two_s.append(wall_s(partial(run, 2)))
        cores.append((time.process_time() - start_s) / two_s[-1])
    numba.set_num_threads(1)
    quickest = int(np.argmin(two_s))
    return {
        "wall_ratio": digits(min(one_s) / two_s[quickest]),
        "cores_had": digits(cores[quickest]),  # below 2: other work kept the second thread waiting
        "same_bits": same,
    }


def beside(peer: Peer, seconds: dict[str, float], mine: Array, reference: Array) -> dict[str, Any]:
    """Return the entry of one peer; mine: (1000, 7) impacts by ours that it is set beside."""
    rtol, atol = peer.tolerance
    return {
        "fragments": peer.count,
        "rtol": rtol,
        "atol": atol,
        "fragments_per_cpu_s": digits(peer.count / seconds[peer.name]),
        **miss(peer.run(), reference),
        "ratio": digits(seconds[peer.name] / seconds[f"ours beside {peer.name}"]),
        "our_max_error_m": miss(mine[: peer.count], reference)["max_error_m"],
    }


def measure(*, tiny: bool, with_peers: bool) -> dict[str, Any]:
    """Run all sides in turns and return the result."""
    states, beta = workload()
    air = exponential_air()
    numba.set_num_threads(1)
    reference = ours(states, beta, air, REFERENCE_TOL_M)
    repeats, rounds = (1, 1) if tiny else (5, 3)

    def side(tol_m: float, count: int = len(states)) -> Callable[[], float]:
        return partial(cpu_s, partial(ours, states[:count], beta[:count], air, tol_m), repeats)

    timed = {name: side(tol_m) for name, tol_m in TOLERANCES_M.items()}
    them = peers(states, beta, tiny=tiny) if with_peers else []
    for peer in them:
        timed[f"ours beside {peer.name}"] = side(TOLERANCES_M[peer.beside], peer.count)
        timed[peer.name] = partial(cpu_s, peer.run)
    seconds = {name: min(s) for name, s in in_turns(timed, rounds).items()}
    down = {name: ours(states, beta, air, tol_m) for name, tol_m in TOLERANCES_M.items()}
    known = max(float(np.linalg.norm(reference[i, 1:4] - row[1:])) for i, row in KNOWN.items())
    return {
        "fragments": len(states),
        "reference": f"the same kernel at {REFERENCE_TOL_M:g} m a step",
        "reference_from_known_mm": digits(1e3 * known, 2),
        "ours": {
            name: {
                "tolerance_m": tol_m,
                "fragments_per_cpu_s": digits(len(states) / seconds[name]),
                **miss(down[name], reference),
            }
            for name, tol_m in TOLERANCES_M.items()
        },
        "peers": {peer.name: beside(peer, seconds, down[peer.beside], reference) for peer in them}
        or {"absent": "switched off"},
        "two_threads": two_threads(states, beta, air, tiny=tiny),
        "not_measured": "heyoka, Orekit, JAX, C++, a GPU, the US 1976 air",
    }


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    result = measure(tiny=args.tiny, with_peers=args.peers)
    say(f"Fall of {result['fragments']} fragments (W1e), CPU time of one thread, compilation excluded")
    for name, mine in result["ours"].items():
        rate, worst_m = mine["fragments_per_cpu_s"], mine["max_error_m"]
        say(f"  Downrange, tolerance of {name}: {rate:g} fragments/CPU-s, worst error {worst_m:g} m")
    for name, peer in result["peers"].items():
        if isinstance(peer, str):
            say(f"  peer absent: {peer}")
            continue
        say(f"  SciPy {name}, {peer['fragments']} fragments:")
        say(f"    {peer['fragments_per_cpu_s']:g} fragments/CPU-s, worst error {peer['max_error_m']:g} m")
        say(f"    Downrange on the same ones: {peer['ratio']:g} times as fast, {peer['our_max_error_m']:g} m")
    two = result["two_threads"]
    if "absent" in two:
        say(f"  two threads: absent, {two['absent']}")
    else:
        bits = "the same bits" if two["same_bits"] else "OTHER BITS"
        say(
            f"  two threads: {two['wall_ratio']:g} times as fast by the clock, having had {two['cores_had']:g} cores; {bits}"
        )
    say(f"  reference: {result['reference']}, {result['reference_from_known_mm']:g} mm from independent programs")
    say(f"  not measured here: {result['not_measured']}")
    tell("fall_w1e", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

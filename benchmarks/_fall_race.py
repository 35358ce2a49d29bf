"""The race of the benchmarks of falls: our side and theirs in turns, ratios, two threads. Run by itself: nothing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from _fall import REFERENCE_TOL_M, Heyoka, miss, ours, right_hand_side, scipy_falls, workload
from _report import cpu_s, digits, in_turns, say, wall_s

from downrange.fall.drop import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Callable

    from downrange.base import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """One workload.

    air:     table of the air that our kernels read
    ln:      coefficients of the logarithm that SciPy's side reads, none for the exponential
    tol_m:   our tolerances by name; "drop" is what `downrange.fall.drop` uses
    scipy:   rows of SciPy: ours beside it, rtol and atol of about the same worst error, whether compiled
    heyoka:  ours beside heyoka, None where heyoka cannot run the workload
    known:   impacts that independent programs found: row of the workload, seconds, metres Earth-fixed
    """

    air: Array
    ln: Array
    tol_m: dict[str, float]
    scipy: list[tuple[str, tuple[float, float], bool]]
    heyoka: str | None
    known: dict[int, tuple[float, float, float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One way to run another system, on the first so many fragments, beside ours of about the same worst error."""

    name: str
    beside: str
    count: int
    run: Callable[[], Array]
    tolerance: dict[str, float]


def peers(race: Race, *, tiny: bool) -> list[Peer]:
    """Return the sides of others, compiled and warm."""
    states, beta = workload()
    found = []
    for beside, (rtol, atol), compiled in race.scipy:
        sides = right_hand_side(compiled=compiled)
        scipy_falls(states[:1], beta[:1], race.ln, sides, (1e-3, 1e-3))
        count = (4 if tiny else 200) if compiled else (2 if tiny else 50)
        run = partial(scipy_falls, states[:count], beta[:count], race.ln, sides, (rtol, atol))
        name = f"SciPy DOP853 in place of {beside}, {'numba' if compiled else 'Python'} right-hand side"
        found.append(Peer(name=name, beside=beside, count=count, run=run, tolerance={"rtol": rtol, "atol": atol}))
    if race.heyoka:
        try:
            sides = Heyoka()
        except ImportError:
            return found
        count = 4 if tiny else 1000
        sides.falls(states[:1], beta[:1])
        run = partial(sides.falls, states[:count], beta[:count])
        found.append(Peer(name="heyoka", beside=race.heyoka, count=count, run=run, tolerance={"tol": 1e-15}))
    return found


def two_threads(race: Race, *, tiny: bool) -> dict[str, Any]:
    """Return how much faster two threads are by the clock, and whether they give the same bits."""
    if numba.config.NUMBA_NUM_THREADS < 2:
        return {"absent": "one core"}
    states, beta = workload()
    times, rounds = (1, 1) if tiny else (100, 8)
    many, many_beta = np.tile(states, (times, 1)), np.tile(beta, times)

    def run(threads: int) -> Array:
        numba.set_num_threads(threads)
        return ours(many, many_beta, race.air, race.tol_m["drop"])

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


def _beside(peer: Peer, seconds: dict[str, float], mine: Array, reference: Array) -> dict[str, Any]:
    """Return the entry of one peer; mine: (1000, 7) impacts by ours that it is set beside."""
    return {
        "fragments": peer.count,
        **peer.tolerance,
        "fragments_per_cpu_s": digits(peer.count / seconds[peer.name]),
        **miss(peer.run(), reference),
        "beside": peer.beside,
        "ratio": digits(seconds[peer.name] / peer.count / (seconds[peer.beside] / 1000)),
        "our_max_error_m": miss(mine[: peer.count], reference)["max_error_m"],
    }


def measure(race: Race, *, tiny: bool, with_peers: bool) -> dict[str, Any]:
    """Run all sides in turns and return the result."""
    states, beta = workload()
    numba.set_num_threads(1)
    reference = ours(states, beta, race.air, REFERENCE_TOL_M)
    repeats, rounds = (1, 1) if tiny else (40, 5)
    timed = {
        name: partial(cpu_s, partial(ours, states, beta, race.air, tol_m), repeats)
        for name, tol_m in race.tol_m.items()
    }
    down = {name: ours(states, beta, race.air, tol_m) for name, tol_m in race.tol_m.items()}
    them = peers(race, tiny=tiny) if with_peers else []
    timed |= {peer.name: partial(cpu_s, peer.run) for peer in them}
    seconds = {name: min(s) for name, s in in_turns(timed, rounds).items()}
    known = max(float(np.linalg.norm(reference[i, 1:4] - row[1:])) for i, row in race.known.items())
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
            for name, tol_m in race.tol_m.items()
        },
        "peers": {peer.name: _beside(peer, seconds, down[peer.beside], reference) for peer in them}
        or {"absent": "switched off"},
        "two_threads": two_threads(race, tiny=tiny),
    }


def tolerances(metre_m: float, **more: float) -> dict[str, float]:
    """Return our tolerances: that of a metre at worst, others, and that of `downrange.fall.drop`."""
    return {"metre": metre_m, **more, "drop": TOLERANCE_M}


def tell_people(result: dict[str, Any]) -> None:
    """Print the result as prose."""
    for name, mine in result["ours"].items():
        rate, worst_m = mine["fragments_per_cpu_s"], mine["max_error_m"]
        say(f"  Downrange, tolerance of {name}: {rate:g} fragments/CPU-s, worst error {worst_m:g} m")
    for name, peer in result["peers"].items():
        if isinstance(peer, str):
            say(f"  peer absent: {peer}")
            continue
        say(f"  {name}, {peer['fragments']} fragments:")
        say(f"    {peer['fragments_per_cpu_s']:g} fragments/CPU-s, worst error {peer['max_error_m']:g} m")
        say(
            f"    Downrange ({peer['beside']}) is {peer['ratio']:g} times as fast, {peer['our_max_error_m']:g} m on the same"
        )
    two = result["two_threads"]
    if "absent" in two:
        say(f"  two threads: absent, {two['absent']}")
    else:
        bits = "the same bits" if two["same_bits"] else "OTHER BITS"
        say(
            f"  two threads: {two['wall_ratio']:g} times as fast by the clock, having had {two['cores_had']:g} cores; {bits}"
        )
    say(f"  reference: {result['reference']}, {result['reference_from_known_mm']:g} mm from known impacts")
    say(f"  not measured here: {result['not_measured']}")

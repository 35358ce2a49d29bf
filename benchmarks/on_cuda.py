"""Flights and falls a second on a CUDA device, beside two threads of the processor: by the clock, copies included.

Falls: the fragments of W1 (fall_w1e.py) again and again, in the US 1976 air and a wind, at the tolerance of `drop`.
Flights: Chollima-1 with another azimuth and another impulse each, in the same wind. Compilation is excluded.
Not named cuda.py: that would hide NVIDIA's package `cuda` from programs in this folder.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from _fall import workload
from _report import digits, in_turns, options, say, tell, version, wall_s

from downrange.base import Array, InputError
from downrange.base import cuda as device
from downrange.earth import ZONALS, air_table, load_site, load_wind, wind_tables
from downrange.fall.drop import LIMIT_S, TOLERANCE_M
from downrange.fall.drop import _kernel_of as fall_kernel
from downrange.flight import Device, crowd_of, load_vehicle_and_plan, timeline
from downrange.flight._kernel import STATE
from downrange.flight.crowd import starts_of
from downrange.flight.fly import _kernel_of as flight_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = min(2, numba.config.NUMBA_NUM_THREADS)
COUNTS = {
    "falls": {Device.THREADS: 20_000, Device.CUDA: 1_000_000},
    "flights": {Device.THREADS: 2_000, Device.CUDA: 200_000},
}
TINY = {Device.THREADS: 64, Device.CUDA: 64}


def falls(side: Device, count: int) -> Callable[[], Array]:
    """Return what drops so many fragments and returns seconds and impact states (count, 7)."""
    states, beta = (np.resize(a, (count, *a.shape[1:])) for a in workload())
    winds, which, out = wind(), np.zeros(count, dtype=np.int64), np.empty((count, 7))
    kernel, rest = fall_kernel(side, count), (TOLERANCE_M, TOLERANCE_M / 10.0, 0.0, LIMIT_S, out)

    def run() -> Array:
        kernel(states, beta, air_table(), ZONALS, winds, which, *rest)
        return out

    return run


def flights(side: Device, count: int) -> Callable[[], Array]:
    """Return what flies so many flights and returns their last states (count, 8)."""
    crowd = crowd_of(*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal"), count)
    turn = np.random.default_rng(1).uniform(-1.0, 1.0, (2, count))
    crowd = replace(
        crowd,
        azimuth_deg=crowd.azimuth_deg + 5.0 * turn[0],
        isp_vac_s=crowd.isp_vac_s * (1.0 + 0.05 * turn[1, :, None]),
    )
    table, starts, winds = timeline(crowd).table, starts_of(crowd), wind()
    kernel, ends, q_max_pa = flight_kernel(side, count), np.empty((*table.shape[:2], STATE)), np.empty(count)

    def run() -> Array:
        kernel(table, starts, air_table(), crowd.drag, winds, ZONALS, ends, q_max_pa)
        return ends[:, -1]

    return run


def wind() -> Array:
    """Return one table of wind."""
    return wind_tables(load_wind("assumed-westerly-jet"), 1, 1)


TASKS = {"falls": falls, "flights": flights}


def measure(task: str, *, tiny: bool, absent: str) -> dict[str, Any]:
    """Run both sides in turns; absent: why there is no device, or nothing."""
    counts = TINY if tiny else COUNTS[task]
    sides = [Device.THREADS] if absent else list(counts)
    runs = {side: TASKS[task](side, counts[side]) for side in sides}
    results = {side: run() for side, run in runs.items()}  # compiles
    timed = {side.value: partial(wall_s, run) for side, run in runs.items()}
    seconds = {side: min(s) for side, s in in_turns(timed, 1 if tiny else 3).items()}
    rates = {side: counts[side] / seconds[side.value] for side in sides}
    told: dict[str, Any] = {side.value: {"count": counts[side], "per_s": digits(rates[side])} for side in sides}
    if absent:
        return {**told, "cuda": {"absent": absent}}
    few = TASKS[task](Device.CUDA, counts[Device.THREADS])()
    apart_m = np.linalg.norm(few[:, 1:4] - results[Device.THREADS][:, 1:4], axis=1)
    told["cuda"] |= {
        "times_the_threads": digits(rates[Device.CUDA] / rates[Device.THREADS]),
        "worst_difference_m": digits(float(np.nanmax(apart_m)), 2),
    }
    return told


def absence() -> str:
    """Return why there is no device, nothing where there is one."""
    try:
        device.need()
    except InputError as error:
        return error.seen
    return ""


def name_of_device() -> str:
    """Return the name of the device."""
    from numba import cuda

    name = cuda.get_current_device().name
    return name.decode() if isinstance(name, bytes) else str(name)


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    numba.set_num_threads(THREADS)
    absent = absence()
    result = {
        "threads": THREADS,
        "cuda": "absent, so nothing was measured of it" if absent else name_of_device(),
        "numba_cuda": version("numba-cuda"),
        **{task: measure(task, tiny=args.tiny, absent=absent) for task in TASKS},
        "peer": {"absent": "our own two sides are beside each other"},
    }
    say(f"Kernels on {THREADS} threads of the processor and on a CUDA device: {result['cuda']}")
    for task in TASKS:
        ours, theirs = result[task]["threads"], result[task]["cuda"]
        say(f"  {task}: {ours['per_s']:g} a second on the threads")
        if absent:
            say(f"    on a device: not measured, {absent}")
        else:
            say(f"    on the device: {theirs['per_s']:g} a second, {theirs['times_the_threads']:g} times as many;")
            say(f"    the same ones end up to {theirs['worst_difference_m']:g} m apart")
    tell("on_cuda", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

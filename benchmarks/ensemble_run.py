"""A whole ensemble as the command runs it: do two threads help, are the bits the same, how does memory grow? No peer.

Each run is a process of its own, so that the peak of its memory is its own; half of the flights fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _report import digits, options, say, tell

from downrange.earth import load_site
from downrange.fall import Launch, Launches, campaign, grid_of, load_debris
from downrange.flight import load_failures, load_spread, load_vehicle_and_plan

MEGABYTE = 1e6


def work() -> Launches:
    """Return the ensemble that is run."""
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    site = load_site("sohae-coastal")
    launch = Launch(
        vehicle=vehicle,
        plan=plan,
        site=site,
        failures=load_failures("assumed", len(vehicle.stages)),
        debris=load_debris("assumed-launcher"),
        spread=load_spread("assumed"),
        seed=1,
    )
    return Launches(launch=launch, grid=grid_of(5e3, site.lat_deg))


def child(flights: int, threads: int) -> None:
    """Run one ensemble and print what it took, as JSON."""
    one = work()
    one.run(0, 1_000)  # compiles, or loads what was compiled
    with tempfile.TemporaryDirectory() as folder:
        since, cpu_s = time.perf_counter(), time.process_time()
        done = campaign(one, flights=flights, folder=folder, threads=threads)
        wall_s, cpu_s = time.perf_counter() - since, time.process_time() - cpu_s
        one.save(done.state, Path(folder) / "tally.npz")
        bits = hashlib.sha256((Path(folder) / "tally.npz").read_bytes()).hexdigest()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    bodies = int(done.state.landed.sum())
    print(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak, "bodies": bodies, "bits": bits}))


def run(flights: int, threads: int) -> dict[str, Any]:
    """Return what a child process says of one ensemble."""
    done = subprocess.run(  # noqa: S603
        [sys.executable, __file__, "--child", str(flights), str(threads)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"an ensemble ended with {done.returncode}:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and print one line of JSON."""
    if sys.argv[1:2] == ["--child"]:
        child(int(sys.argv[2]), int(sys.argv[3]))
        return
    args = options(__doc__)
    flights, rounds = (1_000, 1) if args.tiny else (40_000, 3)
    sizes = [1_000, 2_000] if args.tiny else [10_000, 100_000, 1_000_000]
    cores = len(os.sched_getaffinity(0))
    ones, twos = [], []
    for _ in range(rounds):
        ones.append(run(flights, 1))
        twos.append(run(flights, 2))
    best_one, best_two = (min(side, key=lambda r: r["wall_s"]) for side in (ones, twos))
    grown = {size: run(size, min(2, cores)) for size in sizes}
    result = {
        "flights": flights,
        "two_threads": {
            "wall_ratio": digits(best_one["wall_s"] / best_two["wall_s"]),
            "cores_had": digits(best_two["cpu_s"] / best_two["wall_s"]),
            "same_bits": best_one["bits"] == best_two["bits"],
        },
        "sizes": {
            str(size): {
                "bodies_to_the_ground": r["bodies"],
                "peak_mb": digits(r["peak_mb"]),
                "cpu_us_a_body": digits(1e6 * r["cpu_s"] / r["bodies"]),
            }
            for size, r in grown.items()
        },
        "peer": {"absent": "none is known that flies, fails and counts to the ground"},
    }
    two = result["two_threads"]
    bits = "the same bits" if two["same_bits"] else "OTHER BITS"
    say(f"Ensemble of {flights} flights, whole campaign with its checkpoints")
    say(
        f"  two threads: {two['wall_ratio']:g} times as fast by the clock, having had {two['cores_had']:g} cores; {bits}"
    )
    for size, row in result["sizes"].items():
        say(
            f"  {size} flights, {row['bodies_to_the_ground']} bodies: peak {row['peak_mb']:g} MB, "
            f"{row['cpu_us_a_body']:g} CPU-us a body"
        )
    tell("ensemble_run", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

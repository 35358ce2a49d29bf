"""Memory and cost of 10,000, 100,000 and 1,000,000 fragments falling into a tally and its footprint, each a process."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import numba
import numpy as np
from _fall import workload
from _report import cpu_s, digits, options, say, tell

from downrange.base import normals
from downrange.fall import drop, grid_of, merged, tally_footprint, tally_of

CHUNK = 10_000
SIZES = (10_000, 100_000, 1_000_000)


def peak_mb() -> float:
    """Return the largest memory that this process has held [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def chunk_of(first: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return W1's states over and over, each time thrown a little differently, and ballistic coefficients."""
    states, beta = workload()
    row = np.arange(first, first + count) % len(states)
    thrown = states[row]
    thrown[:, 3:] += 10.0 * normals(1, count, 3, first=first)
    return thrown, beta[row]


def fall_all(count: int) -> object:
    """Drop so many fragments, a chunk at a time, and return the footprint."""
    grid, tally = grid_of(5_000.0, 30.0), None
    for first in range(0, count, CHUNK):
        size = min(CHUNK, count - first)
        states, beta = chunk_of(first, size)
        hits = drop(np.zeros(size), states[:, :3], states[:, 3:], beta)
        one = tally_of(
            grid,
            ("break-up",),
            ("fragment",),
            [size],
            mode=np.zeros(size, dtype=int),
            body=np.zeros(size, dtype=int),
            lat_deg=hits.lat_deg,
            lon_deg=hits.lon_deg,
            t_s=hits.t_s,
            speed_mps=hits.speed_mps,
            harmful=np.ones(size, dtype=bool),
        )
        tally = one if tally is None else merged(tally, one)
    return tally_footprint(tally, "fragment")


def alone(count: int) -> None:
    """Measure one size in this process and print it."""
    numba.set_num_threads(1)
    fall_all(CHUNK)
    before_mb = peak_mb()
    seconds = cpu_s(lambda: fall_all(count))
    print(json.dumps({"cpu_us_per_fragment": 1e6 * seconds / count, "peak_mb": peak_mb(), "first_chunk_mb": before_mb}))


def main() -> None:
    """Measure, and print one line of JSON."""
    if sys.argv[1:2] == ["--alone"]:
        alone(int(sys.argv[2]))
        return
    args = options(__doc__)
    sizes = {}
    for count in (200, 400) if args.tiny else SIZES:
        done = subprocess.run(  # noqa: S603 - this very file
            [sys.executable, __file__, "--alone", str(count)], capture_output=True, text=True, check=True
        )
        sizes[count] = {name: digits(value) for name, value in json.loads(done.stdout).items()}
    costs = [size["cpu_us_per_fragment"] for size in sizes.values()]
    result = {
        "chunk": CHUNK,
        "sizes": sizes,
        "dearest_over_cheapest": digits(max(costs) / min(costs)),
        "peers": {"absent": "none has falls of fragments into a footprint"},
        "not_measured": "a GPU",
    }
    say(f"Fall of many fragments into a tally and a footprint, {CHUNK} at a time, CPU time of one thread")
    for count, size in sizes.items():
        cost_us, mb = size["cpu_us_per_fragment"], size["peak_mb"]
        say(f"  {count}: {cost_us:g} us each, peak memory {mb:g} MB ({size['first_chunk_mb']:g} MB with {CHUNK})")
    say(f"  dearest over cheapest: {result['dearest_over_cheapest']:g}")
    tell("fall_memory", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

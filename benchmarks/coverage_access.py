"""How fast and how exactly accesses are found: beside tatc, Orekit and brute force; a hundred satellites; the command line.

Six parts. c2 and c3: five satellites over 1,000 points for seven days, and over 10,000 points for one, beside tatc in turns.
orekit: 20 points of C2. brute: 28 points of C2 every second. hundred: what twenty times the satellites cost, and the memory.
start: what a person waits for the first answer of the command line.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from _coverage import C2_COUNT, C3_COUNT, Work, alike, brute_force, c2, c3, likeness, mixed, ours
from _coverage_peers import LOOKS_EVERY_S, orekit_found, tatc_found, tatc_side
from _report import cpu_s, digits, in_turns, say, tell, version, wall_s

if TYPE_CHECKING:
    from collections.abc import Callable

    from _coverage import Found

WANTED = {"c2": (110.0, 500.0), "c3": (180.0, 800.0)}  # times tatc: must, aim
COUNTS = {"c2": C2_COUNT, "c3": C3_COUNT}
WANTED_COST, WANTED_MB, WANTED_START_S = 20.0, 1_000.0, 1.5
OREKIT_POINTS = 20
KINDS = {"mixed": mixed, "alike": alike}


def asked() -> argparse.Namespace:
    """Return the options: those of every benchmark, and which parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="counts too small to mean anything: does it run at all")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="our own side only")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some of the parts")
    parser.add_argument("--rounds", type=int, default=5, help="how often the sides take turns")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    return parser.parse_args()


def both_s(work: Callable[[], object]) -> Callable[[], tuple[float, float]]:
    """Return what measures one call: CPU seconds of all threads, and seconds by the clock."""

    def measured() -> tuple[float, float]:
        spent: list[float] = []
        clock = wall_s(lambda: spent.append(cpu_s(work)))
        return spent[0], clock

    return measured


def times(seconds: list[tuple[float, float]]) -> dict[str, float]:
    """Return the best and the middle round, CPU and clock."""
    cpu, clock = np.array(seconds).T
    told = {"cpu_min_s": cpu.min(), "cpu_median_s": np.median(cpu), "wall_min_s": clock.min()}
    return {name: digits(float(value)) for name, value in {**told, "wall_median_s": np.median(clock)}.items()}


def beside_tatc(work: Work, args: argparse.Namespace) -> dict[str, Any]:
    """Measure a workload, one thread and all, in turns with tatc."""
    peer = tatc_side(work) if args.peers else None
    sides: dict[str, Any] = {
        "one_thread": both_s(lambda: ours(work, threads=1)),
        "all_threads": both_s(lambda: ours(work)),
    }
    if peer is not None:
        sides["tatc"] = both_s(peer)
    found, rounds = ours(work), 1 if args.tiny else args.rounds
    seconds: dict[str, Any] = in_turns(sides, rounds)
    result: dict[str, Any] = {
        "windows": int(found.point.size),
        "summed_s": digits(float(np.sum(found.end_s - found.start_s)), 9),
    }
    result |= {name: times(rows) for name, rows in seconds.items() if name != "tatc"}
    if peer is not None:
        told = {"version": version("tatc"), **times(seconds["tatc"]), **likeness(found, tatc_found(work, peer()))}
        for side in ("one_thread", "all_threads"):
            told[f"ratio_to_{side}"] = ratios(seconds["tatc"], seconds[side])
        result["tatc"] = told | {"wanted": dict(zip(("must", "aim"), WANTED[work.name], strict=True))}
    return result


def ratios(theirs: list[tuple[float, float]], mine: list[tuple[float, float]]) -> dict[str, float]:
    """Return how many times as long they take: by the best and the middle round, CPU and clock."""
    told = {}
    for k, name in enumerate(("cpu", "wall")):
        a, b = np.array(theirs)[:, k], np.array(mine)[:, k]
        told[f"{name}_min"], told[f"{name}_median"] = (
            digits(float(a.min() / b.min())),
            digits(float(np.median(a) / np.median(b))),
        )
    return told


def some_of(found: Found, chosen: np.ndarray) -> Found:
    """Return the windows of some points."""
    keep = np.isin(found.point, chosen)
    return type(found)(**{name: getattr(found, name)[keep] for name in ("point", "satellite", "start_s", "end_s")})


def beside_orekit(args: argparse.Namespace) -> dict[str, Any]:
    """Compare the edges on some points of C2."""
    work = c2(0.5 if args.tiny else 7.0)
    chosen = np.round(np.linspace(0, work.lat_deg.size - 1, 2 if args.tiny else OREKIT_POINTS)).astype(int)
    mine = some_of(ours(work), chosen)
    result: dict[str, Any] = {"points": int(chosen.size), "windows": int(mine.point.size)}
    since = time.perf_counter()
    theirs = orekit_found(work, chosen) if args.peers else None
    if theirs is not None:
        told = {
            "version": version("orekit-jpype"),
            "looks_every_s": LOOKS_EVERY_S,
            "wall_s": digits(time.perf_counter() - since),
        }
        result["orekit"] = told | likeness(mine, theirs)
    elif args.peers:
        result["orekit"] = {"absent": "orekit-jpype or a Java is not installed"}
    return result


def beside_brute_force(args: argparse.Namespace) -> dict[str, Any]:
    """Compare every 37th point of C2 with a look every second."""
    every = 250 if args.tiny else 37
    work = c2(0.1 if args.tiny else 7.0).some(every)
    mine, since = ours(work), time.process_time()
    theirs = brute_force(work)
    return {"points": int(work.lat_deg.size), "cpu_s": digits(time.process_time() - since), **likeness(mine, theirs)}


def peak_mb() -> float:
    """Return the largest memory that this process has held [MB]; not what its parent held, as getrusage would on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        (told,) = (line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(told.split()[1]) * 1024 / 1e6
    told_b = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told_b / (1e6 if sys.platform == "darwin" else 1e3)


def alone(kind: str, *, tiny: bool) -> None:
    """Measure C3 and a hundred satellites of a kind in this process, in turns, and print it."""
    small = c3(100 if tiny else 10_000)
    count = 6 if tiny else 100
    big = Work(name=kind, text=KINDS[kind](count), lat_deg=small.lat_deg, lon_deg=small.lon_deg, days=small.days)
    ours(small)
    before_mb = peak_mb()
    windows = {name: int(ours(work).point.size) for name, work in (("c3", small), (kind, big))}
    after_mb = peak_mb()
    seconds: dict[str, Any] = in_turns(
        {"c3": both_s(lambda: ours(small, threads=1)), kind: both_s(lambda: ours(big, threads=1))}, 1 if tiny else 5
    )
    print(
        json.dumps(
            {
                "satellites": count,
                "windows": windows[kind],
                "windows_over_c3": digits(windows[kind] / windows["c3"]),
                "one_thread": times(seconds[kind]),
                "cost_over_c3": ratios(seconds[kind], seconds["c3"]),
                "peak_mb": digits(after_mb),
                "c3_peak_mb": digits(before_mb),
            }
        )
    )


def hundred(args: argparse.Namespace) -> dict[str, Any]:
    """Measure a hundred satellites of both kinds, each in a process of its own."""
    result: dict[str, Any] = {"wanted": {"cost_over_c3": WANTED_COST, "peak_mb": WANTED_MB}}
    for kind in KINDS:
        command = [sys.executable, __file__, "--alone", kind, *(["--tiny"] if args.tiny else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this very file
        if done.returncode:
            sys.exit(f"a hundred satellites ended with {done.returncode}:\n{done.stderr}")
        result[kind] = json.loads(done.stdout)
    return result


def first_answer(args: argparse.Namespace) -> dict[str, Any]:
    """Measure whole processes of the command line by the clock: one place, and C2; nothing compiled, then compiled."""
    work, result = c2(0.2 if args.tiny else 7.0), {}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sets.tle").write_text(work.text, encoding="utf-8")
        for name, every in (("one_place", 1_000), ("c2", 1))[: 1 if args.tiny else 2]:
            some = work.some(every)
            rows = [f"{lat},{lon}" for lat, lon in zip(some.lat_deg, some.lon_deg, strict=True)]
            (Path(folder) / f"{name}.csv").write_text("\n".join(["lat_deg,lon_deg", *rows]) + "\n", encoding="utf-8")
            compiled = os.environ.get("NUMBA_CACHE_DIR", "") if args.tiny else str(Path(folder) / "compiled")
            seconds = [_command(folder, name, work.days, compiled) for _ in range(2 if args.tiny else 8)]
            cpu, clock = np.array(seconds[1:]).T
            told = {
                "first_wall_s": seconds[0][1],
                "later_wall_best_s": clock.min(),
                "later_wall_median_s": np.median(clock),
            }
            result[name] = {key: digits(float(value)) for key, value in {**told, "later_cpu_best_s": cpu.min()}.items()}
    return {**result, "wanted": {"later_wall_s": WANTED_START_S}}


def _children_s() -> float:
    """Return the CPU seconds of all processes that were started and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _command(folder: str, name: str, days: float, compiled: str) -> tuple[float, float]:
    """Return the seconds, CPU and clock, of one `downrange coverage access` whose compiled kernels lie in a folder, or the usual one."""
    command = [
        "-c",
        "from downrange.cli import main; main()",
        "coverage",
        "access",
        "sets.tle",
        "--points",
        f"{name}.csv",
    ]
    command += [
        "--start",
        "2024-06-01T00:00:00Z",
        "--days",
        f"{days:g}",
        "--max-off-nadir-deg",
        "35",
        "--nadir",
        "geocentric",
    ]
    since, before = time.perf_counter(), _children_s()
    done = subprocess.run(  # noqa: S603
        [sys.executable, *command, "--out", f"{name}.out.csv"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **({"NUMBA_CACHE_DIR": compiled} if compiled else {})},
    )
    if done.returncode:
        sys.exit(f"the command ended with {done.returncode}:\n{done.stderr}")
    return _children_s() - before, time.perf_counter() - since


PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "c2": lambda args: beside_tatc(c2(0.2).some(100) if args.tiny else c2(), args),
    "c3": lambda args: beside_tatc(c3(100 if args.tiny else 10_000), args),
    "orekit": beside_orekit,
    "brute": beside_brute_force,
    "hundred": hundred,
    "start": first_answer,
}


def words(name: str, result: dict[str, Any]) -> None:
    """Say one part in words."""
    if name in WANTED:
        one, every = result["one_thread"], result["all_threads"]
        say(
            f"{name.upper()}: {result['windows']:,} windows; {one['cpu_min_s']} s CPU on one thread, {every['wall_min_s']} s by the clock"
        )
    else:
        say(f"{name}: {json.dumps({key: value for key, value in result.items() if not isinstance(value, dict)})}")
    for key, value in result.items():
        if isinstance(value, dict) and key not in {"one_thread", "all_threads"}:
            say(f"  {key}: {json.dumps(value)}")


def main() -> None:
    """Measure, and print one line of JSON."""
    args = asked()
    if args.alone:
        alone(args.alone, tiny=args.tiny)
        return
    result: dict[str, Any] = {"wanted_windows": COUNTS}
    for name, measure in PARTS.items():
        if not args.only or name in args.only:
            result[name] = measure(args)
            words(name, result[name])
    names = [name for name in ("tatc", "orekit-jpype") if args.peers and version(name)]
    peer: dict[str, Any] = {"what": names} if names else {"absent": "not installed" if args.peers else "switched off"}
    tell("coverage_access", {**result, "peer": peer}, tiny=args.tiny)


if __name__ == "__main__":
    main()

"""What a second `downrange replay 2023-08-24` takes on this machine, and which room spends it. No peer does this."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _report import digits, options, say, tell

LIMIT_S = 10.0  # what we want of the second run, on two cores
SPENT = re.compile(r"^(\S.*?)\s+(\d+\.\d+) s\b", re.MULTILINE)


def children_cpu_s() -> float:
    """Return the CPU seconds of the processes that ended so far, all their threads."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def replay(folder: Path, more: list[str]) -> tuple[float, float, dict[str, float]]:
    """Return seconds by the clock, CPU seconds, and the seconds that the command says each room took."""
    command = [sys.executable, "-c", "from downrange.cli import main; main()", "replay", "2023-08-24"]
    since, before_s = time.perf_counter(), children_cpu_s()
    done = subprocess.run([*command, "--out", folder, *more], capture_output=True, text=True, check=False)  # noqa: S603
    clock_s, spent_s = time.perf_counter() - since, children_cpu_s() - before_s
    if done.returncode:
        sys.exit(f"the replay ended with {done.returncode}:\n{done.stderr}")
    return clock_s, spent_s, {room: float(seconds) for room, seconds in SPENT.findall(done.stderr)}


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    more = ["--runs", "100"] if args.tiny else []
    times = 1 if args.tiny else 4
    with tempfile.TemporaryDirectory() as parent:
        runs = [replay(Path(parent) / "report", more) for _ in range(times)]
    first, later = runs[0], runs[1:] or runs
    clock_s, spent_s, rooms = min(later, key=lambda run: run[0])
    result = {
        "scenario": "2023-08-24",
        "first_wall_s": digits(first[0]),
        "second_wall_s": digits(clock_s),
        "second_cpu_s": digits(spent_s),
        "later_wall_s": [digits(run[0]) for run in later],
        "rooms_s": rooms,
        "outside_the_rooms_s": digits(clock_s - rooms["in all"]),
        "limit_s": LIMIT_S,
        "peer": {"absent": "none is known that goes from the notice to the all-clear"},
    }
    say("Replay of 24 August 2023, whole command with its report, by the clock")
    say(f"  first run here {first[0]:.1f} s, later ones {', '.join(f'{run[0]:.1f}' for run in later)} s")
    say(f"  the quickest of those: {spent_s:.1f} CPU-s, of which the command says (by the clock)")
    for room, seconds in rooms.items():
        say(f"    {room:<10}{seconds:6.2f} s")
    say(f"    and {result['outside_the_rooms_s']:g} s outside the rooms: the interpreter, imports, the tables")
    tell("replay", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

"""What the first `downrange flight fly` of a fresh installation takes, which compiles, and what later ones take. No peer."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from _report import digits, options, say, tell

FIRST_LIMIT_S, LATER_LIMIT_S = 10.0, 1.0
COMMAND = ["-c", "from downrange.cli import main; main()", "flight", "fly", "chollima-1", "--site", "sohae-coastal"]


def once(cache: str) -> float:
    """Return the seconds by the clock of one run whose compiled kernels lie in a folder."""
    since = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, *COMMAND],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
    )
    if done.returncode:
        sys.exit(f"the flight ended with {done.returncode}:\n{done.stderr}")
    return time.perf_counter() - since


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    with tempfile.TemporaryDirectory() as cache:
        first_s = once(cache)
        later_s = [once(cache) for _ in range(1 if args.tiny else 7)]
    result = {
        "command": " ".join(COMMAND[2:]),
        "first_wall_s": digits(first_s),
        "later_wall_s": [digits(s) for s in later_s],
        "later_wall_best_s": digits(min(later_s)),
        "limits_s": {"first": FIRST_LIMIT_S, "later": LATER_LIMIT_S},
        "peer": {"absent": "a start has none"},
    }
    say("Start of `downrange flight fly`, whole process, by the clock")
    say(f"  first run, nothing compiled: {first_s:.1f} s; later ones: best {min(later_s):.2f} s")
    tell("start", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

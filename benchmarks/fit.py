"""What a fit of Chollima-1 to its public record costs, and how many of ten random starts agree. No peer does this."""

from __future__ import annotations

import numba
import numpy as np
from _report import cpu_s, digits, options, say, tell

from downrange.base import Array, normals
from downrange.corridor import Fit, Starts, load_record, solve

LIMITS = {"starts_agreeing_of_10": 9, "simulations": 6_000, "cpu_s": 10.0}  # what we want of it


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    numba.set_num_threads(1)
    record = load_record("chollima-1")
    fits: list[Fit] = []
    best = solve(record)  # from the prior means; compiles, or loads what was compiled
    count = 1 if args.tiny else 10

    def fit(start: Array) -> None:
        fits.append(solve(record, start))

    # The very starts of downrange.corridor.from_starts(record, seed=1).
    seconds = [cpu_s(lambda start=start: fit(start)) for start in normals(1, count, len(record.mean))]
    simulations = np.array([f.simulations for f in fits])
    starts = Starts(
        best=min([best, *fits], key=lambda f: f.chi2),
        chi2=np.array([f.chi2 for f in fits]),
        simulations=simulations,
    )
    result = {
        "threads": 1,
        "starts": count,
        "starts_agreeing": starts.agreeing,
        "best_chi2": digits(starts.best.chi2, 5),
        "simulations": {"mean": digits(float(simulations.mean())), "max": int(simulations.max())},
        "cpu_s": {"mean": digits(float(np.mean(seconds))), "max": digits(max(seconds))},
        "limits": LIMITS,
        "peer": {"absent": "none is known that fits a launcher to a public record"},
    }
    say("Fit of Chollima-1 to its public record, CPU time of one thread, compilation excluded")
    say(f"  {starts.agreeing} of {count} random starts within 0.1 of the best chi2, {starts.best.chi2:.3f}")
    say(f"  simulations a fit: mean {simulations.mean():.0f}, largest {simulations.max()}")
    say(f"  CPU seconds a fit: mean {np.mean(seconds):.2f}, largest {max(seconds):.2f}")
    tell("fit", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

"""Workload W1u: 1,000 fragments through the layers of the US 1976 air to the ground, beside SciPy's DOP853."""

from __future__ import annotations

from _fall import layered_air, ln_layered
from _fall_race import Race, measure, tell_people, tolerances
from _report import options, say, tell

# SOURCE: Downrange design notes, workload W1u: Dormand-Prince 5(4) at 1e-9 m a step, the logarithm as its own spline.
KNOWN = {
    0: (707.338, -3024982.957, 4529901.331, 3307022.500),
    999: (1600.220, -2720631.048, 5256742.114, 2368051.472),
}


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    race = Race(
        air=layered_air(),
        ln=ln_layered().c,
        tol_m=tolerances(1e-3, decimetre=3e-5),
        scipy=[("metre", (1e-9, 1e-5), True), ("decimetre", (1e-10, 1e-6), True)],
        heyoka=None,
        known=KNOWN,
    )
    result = measure(race, tiny=args.tiny, with_peers=args.peers)
    result["not_measured"] = "heyoka in this air, Orekit, JAX, C++, a GPU"
    say(f"Fall of {result['fragments']} fragments (W1u), CPU time of one thread, compilation excluded")
    tell_people(result)
    tell("fall_w1u", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

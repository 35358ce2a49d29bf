"""Workload W1e: 1,000 fragments through an exponential atmosphere to the ground, beside SciPy's DOP853 and heyoka."""

from __future__ import annotations

from _fall import NO_TABLE, exponential_air
from _fall_race import Race, measure, tell_people, tolerances
from _report import options, say, tell

# SOURCE: heyoka 7.13.2 (a Taylor method) and Orekit 13.1.9 agree with these to 1 mm; seconds, then metres Earth-fixed.
KNOWN = {
    0: (676.777, -3024786.351, 4529844.802, 3307278.032),
    999: (1525.769, -2720518.144, 5256421.915, 2368886.187),
}


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    race = Race(
        air=exponential_air(),
        ln=NO_TABLE,
        tol_m=tolerances(1e-1, centimetre=3e-4),
        scipy=[
            ("metre", (1e-7, 1e-2), True),
            ("metre", (1e-7, 1e-2), False),
            ("centimetre", (1e-9, 1e-6), True),
        ],
        heyoka="drop",
        known=KNOWN,
    )
    result = measure(race, tiny=args.tiny, with_peers=args.peers)
    result["not_measured"] = "Orekit, JAX, C++, a GPU"
    say(f"Fall of {result['fragments']} fragments (W1e), CPU time of one thread, compilation excluded")
    tell_people(result)
    tell("fall_w1e", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

"""What a search for a constellation costs: thousands of layouts of up to six satellites over 30 days. No peer searches."""

from __future__ import annotations

from datetime import UTC, datetime
from os import cpu_count, times

import numpy as np
from _report import digits, options, say, tell, wall_s

from downrange.coverage import Cone, Found, Limits, Objective, Sensor, Statistic, points_at, search
from downrange.orbit import read_tle

START = datetime(2024, 6, 1, tzinfo=UTC)
MALLIGYONG = """1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991
2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329
"""
LIMITS = Limits(satellites=(1, 6), planes=(1, 6), alt_m=(480e3, 540e3), sun_synchronous=True)
LIMIT_S = 600.0


def searched(candidates: int, *, days: float, points: int, workers: int) -> Found:
    """Search over every fifth point of workload C2, within 10 degrees of nadir."""
    lat_deg, lon_deg = (
        x.ravel()[::5][:points] for x in np.meshgrid(np.linspace(33, 43, 40), np.linspace(124, 131, 25), indexing="ij")
    )
    return search(
        LIMITS,
        points_at(lat_deg, lon_deg),
        Sensor(field=Cone(half_angle_deg=10.0)),
        Objective(statistic=Statistic.MEAN_WAIT),
        reference=read_tle(MALLIGYONG)[0],
        start=START,
        days=days,
        candidates=candidates,
        workers=workers,
    )


def cpu_s() -> float:
    """Return the CPU seconds of this process and of those that ended for it."""
    spent = times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    workers = 1 if args.tiny else cpu_count() or 1
    days, points, counts = (2.0, 10, (6, 24)) if args.tiny else (30.0, 200, (1_000, 10_000))
    searched(4, days=1.0, points=4, workers=1)  # compiles
    kept: dict[int, Found] = {}
    sizes = {}
    for count in counts:
        begun_s = cpu_s()
        took_s = wall_s(
            lambda count=count: kept.update({count: searched(count, days=days, points=points, workers=workers)})
        )
        spent_s, tried = cpu_s() - begun_s, len(kept[count].rows)
        sizes[count] = {
            "tried": tried,
            "wall_s": digits(took_s),
            "cpu_s": digits(spent_s),
            "each_cpu_ms": digits(1e3 * spent_s / tried),
        }
        say(
            f"{tried:,} layouts in {took_s:.1f} s by the clock, {1e3 * spent_s / tried:.1f} ms CPU each, {workers} processes"
        )
    few, many = (sizes[count]["each_cpu_ms"] for count in counts)
    best = kept[counts[1]].best(5)
    naive = kept[counts[1]].best(5, naive=True)
    if best is not None and naive is not None:
        say(f"Five satellites: mean wait {best.mean_wait_s / 3600:.1f} h, naive {naive.mean_wait_s / 3600:.1f} h")
    result = {
        "satellites": list(LIMITS.satellites),
        "days": days,
        "points": points,
        "workers": workers,
        "runs": list(sizes.values()),
        "each_many_over_few": digits(many / few, 2),
        "limit_s": LIMIT_S,
        "peer": {
            "absent": "none is known that searches for a constellation: tatc 3.6 and Orekit generate patterns only"
        },
    }
    tell("coverage_search", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

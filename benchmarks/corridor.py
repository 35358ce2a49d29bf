"""What announced areas cost: their geometry after start-up, and the inference of the flight. No peer does this."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from _report import cpu_s, digits, options, say, tell

from downrange.corridor import (
    Target,
    explain,
    infer,
    launch_case,
    launch_names,
    leave_one_out,
    load_launch,
    load_outline,
    ranges,
)
from downrange.earth import destination, load_site

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from downrange.corridor import Area, Pad

LIMIT_S = 0.2
INFERENCE_LIMIT_S = 180.0


def fitted(site: Pad, areas: Sequence[Area]) -> None:
    """Do what `downrange corridor fit` does once it has read the notice."""
    ranges(site, areas)
    explain(site, areas, inclination_deg=97.4)


def ten_areas(site: Pad) -> list[Target]:
    """Return ten areas of 25 km that turn a little, 300 to 3,450 km from the pad."""
    found = []
    for i in range(10):
        lat, lon = destination(site.lat_deg, site.lon_deg, 185.0 - 1.5 * i, (300 + 350 * i) * 1e3)
        found.append(Target(label=str(i), lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=25e3))
    return found


def many_corners(site: Pad, count: int) -> Target:
    """Return a ragged area of so many corners, 900 km from the pad."""
    lat0, lon0 = destination(site.lat_deg, site.lon_deg, 180.0, 900e3)
    away_m = 60e3 * (1.0 - 0.2 * np.random.default_rng(1).random(count))
    round_deg = np.linspace(0.0, 360.0, count, endpoint=False)
    lat, lon = destination(np.full(count, lat0), np.full(count, lon0), round_deg, away_m)
    return Target(label="ragged", lat_deg=tuple(lat), lon_deg=tuple(lon))


def geometry(*, tiny: bool) -> dict[str, object]:
    """Measure the geometric part, in CPU seconds: the best of several rounds."""
    site = load_site("sohae-coastal")
    record = [(load_site(one.site), one.areas) for one in map(load_launch, launch_names())]
    ten, ragged = ten_areas(site), many_corners(site, 10_000)
    fitted(site, ten[:3])  # loads what is loaded late
    work: dict[str, Callable[[], object]] = {
        "ten_areas_s": lambda: fitted(site, ten),
        "ten_thousand_corners_s": lambda: fitted(site, [ragged]),
        "leave_one_out_of_ten_s": lambda: leave_one_out(site, ten),
        "all_launches_on_record_s": lambda: [fitted(pad, areas) for pad, areas in record],
    }
    rounds = 1 if tiny else 7
    best = {name: digits(min(cpu_s(one) for _ in range(rounds)), 2) for name, one in work.items()}
    return {**best, "launches_on_record": len(record), "limit_s": LIMIT_S}


def inference(*, tiny: bool) -> dict[str, object]:
    """Measure the inference of the launch of November 2023, wall time on all cores, compilation excluded."""
    flights = 2_000 if tiny else 100_000
    case = launch_case(load_launch("2023-11-21"), load_outline("chollima-1"))
    record = case.record(case.known)
    infer(record, flights=1_000)
    begun_s = time.perf_counter()
    found = infer(record, flights=flights)
    wall_s = time.perf_counter() - begun_s
    return {
        "flights": found.flights,
        "wall_s": digits(wall_s),
        "flights_per_s": digits(found.flights / wall_s),
        "draws": len(found.weight),
        "effective_draws": digits(found.effective),
        "limit_s": INFERENCE_LIMIT_S,
    }


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    found = SimpleNamespace(**geometry(tiny=args.tiny))
    say("Geometry of announced areas, CPU time, start-up excluded")
    say(f"  ranges, planes, dog-leg and verdict of 10 areas: {found.ten_areas_s:.2f} s (limit {LIMIT_S})")
    say(f"  of one area with 10,000 corners: {found.ten_thousand_corners_s:.2f} s")
    say(f"  leave one out of 10 areas: {found.leave_one_out_of_ten_s:.2f} s")
    say(f"  all {found.launches_on_record} launches on record: {found.all_launches_on_record_s:.2f} s")
    flown = SimpleNamespace(**inference(tiny=args.tiny))
    say("Inference of the launch of November 2023, wall time on all cores, compilation excluded")
    say(
        f"  {flown.flights} flights in {flown.wall_s} s (limit {INFERENCE_LIMIT_S:.0f}), {flown.flights_per_s} a second"
    )
    say(f"  {flown.draws} draws, worth {flown.effective_draws} equal ones")
    result = {
        "geometry": vars(found),
        "inference": vars(flown),
        "peer": {"absent": "none is known that turns announced areas into a flight"},
    }
    tell("corridor", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

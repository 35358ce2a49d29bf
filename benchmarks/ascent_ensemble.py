"""Flights a CPU-second of the ensemble, beside RocketPy's own example in the same process.

Ours: Chollima-1 from lift-off, half of the flights failing at a random moment, every body followed to the ground; one
thread, compiled beforehand. Theirs: Calisto to impact, from the getting-started page of RocketPy.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from statistics import median
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
from _report import cpu_s, digits, in_turns, options, say, tell, version

from downrange.corridor import case_falls, launch_hazards, load_fits, load_record
from downrange.flight import Failure, FailureKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from downrange.corridor import Record
    from downrange.fall import Falls

CAVEAT = (
    "Different work: ours is 3-DOF (a point mass whose steering is given), RocketPy integrates 6-DOF with attitude, fins "
    "and parachutes; a three-stage launcher to orbital speed in steps of 1 and 3 s against a sounding rocket to 3 km whose "
    "parachute triggers are asked 105 times a second. The ratio says what a thousand flights cost in each, not which "
    "code is the better one."
)
CHANGED = (
    "RocketPy's thrust curve, drag tables and airfoil are not in its package, and its forecast needs a network: instead "
    "a thrust outline of the same impulse, constant drag, flat-plate fins, its standard atmosphere without wind"
)


def calisto() -> Callable[[], Any]:
    """Return a function that flies RocketPy's Calisto once.

    SOURCE of the numbers: docs.rocketpy.org, "First Simulation with RocketPy" (getting_started.ipynb), as of 1.13.0.
    Thrust: 6026 N s, the impulse of a Cesaroni M1670, over the example's 3.9 s; the outline of the curve (up in 0.1 s,
    level to 3 s, down) and the drag coefficient 0.45 are assumed.
    """
    from rocketpy import Environment, Flight, Rocket, SolidMotor

    site = Environment(latitude=32.990254, longitude=-106.974998, elevation=1400)
    motor = SolidMotor(
        thrust_source=[[0.0, 0.0], [0.1, 6026.0 / 3.4], [3.0, 6026.0 / 3.4], [3.9, 0.0]],
        burn_time=3.9,
        dry_mass=1.815,
        dry_inertia=(0.125, 0.125, 0.002),
        nozzle_radius=0.033,
        throat_radius=0.011,
        grain_number=5,
        grain_density=1815,
        grain_outer_radius=0.033,
        grain_initial_inner_radius=0.015,
        grain_initial_height=0.120,
        grain_separation=0.005,
        grains_center_of_mass_position=0.397,
        center_of_dry_mass_position=0.317,
        nozzle_position=0,
        coordinate_system_orientation="nozzle_to_combustion_chamber",
    )
    rocket = Rocket(
        radius=0.0635,
        mass=14.426,
        inertia=(6.321, 6.321, 0.034),
        power_off_drag=0.45,
        power_on_drag=0.45,
        center_of_mass_without_motor=0,
        coordinate_system_orientation="tail_to_nose",
    )
    rocket.add_motor(motor, position=-1.255)
    rocket.set_rail_buttons(upper_button_position=0.0818, lower_button_position=-0.6182, angular_position=45)
    rocket.add_nose(length=0.55829, kind="von karman", position=1.278)
    rocket.add_trapezoidal_fins(n=4, root_chord=0.120, tip_chord=0.060, span=0.110, position=-1.04956, cant_angle=0.5)
    rocket.add_tail(top_radius=0.0635, bottom_radius=0.0435, length=0.060, position=-1.194656)
    for name, area, trigger in (("main", 10.0, 800), ("drogue", 1.0, "apogee")):
        rocket.add_parachute(name=name, cd_s=area, trigger=trigger, sampling_rate=105, lag=1.5)
    return lambda: Flight(rocket=rocket, environment=site, rail_length=5.2, inclination=85, heading=0)


def landed(*falls: Falls) -> int:
    """Return how many bodies came down."""
    return sum(int(np.isfinite(f.lat_deg).sum()) for f in falls)


def shut_down(record: Record, runs: int) -> int:
    """Fly each stage's early shutdown at a random moment, all bodies to the ground; return how many bodies fell."""
    fits = load_fits(record.name)
    burns_s = (90.0, 110.0, 310.0)  # the shortest burns of the crowd, so that every flight fails
    return sum(
        landed(
            case_falls(
                record,
                fits,
                runs=runs,
                seed=stage,
                failure=Failure(kind=FailureKind.EARLY_SHUTDOWN, stage=stage, after_ignition_s=0.0),
                after_s=(5.0, burn_s),
            )
        )
        for stage, burn_s in enumerate(burns_s, start=1)
    )


def peer_side(*, wanted: bool) -> tuple[dict[str, Any], Callable[[], Any] | None]:
    """Return what is to be told of RocketPy, and its flight; None where it is absent."""
    peer: dict[str, Any] = {"name": "RocketPy", "version": version("rocketpy"), "example": "Calisto, getting started"}
    if not wanted:
        return {**peer, "absent": "switched off"}, None
    if peer["version"] is None:
        return {**peer, "absent": "not installed here: make bench-venv"}, None
    fly = calisto()
    once = fly()  # its tables are made at the first flight
    peer |= {"apogee_m": round(float(once.apogee - 1400)), "flight_s": round(float(once.t_final), 1)}
    return {**peer, "changed": CHANGED}, fly


@contextlib.contextmanager
def aside() -> Iterator[None]:
    """Send what a peer prints to stderr, and its arithmetic warnings nowhere."""
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def main() -> None:
    """Measure, and print one line of JSON."""
    args = options(__doc__)
    runs, rounds = (20, 1) if args.tiny else (2_000, 5)
    flights = {"planned and failing": 2 * runs, "shut down early": 3 * (runs // 4)}
    numba.set_num_threads(1)
    record = load_record("chollima-1")
    fits = load_fits(record.name)
    hazards = launch_hazards(record, fits, runs=runs, seed=1)  # compiles, or loads what was compiled
    bodies = {
        "planned and failing": landed(hazards.planned, hazards.failing),
        "shut down early": shut_down(record, runs // 4),
    }
    sides: dict[str, Callable[[], float]] = {
        "planned and failing": lambda: cpu_s(lambda: launch_hazards(record, fits, runs=runs, seed=1)),
        "shut down early": lambda: cpu_s(lambda: shut_down(record, runs // 4)),
    }
    with aside():
        peer, fly = peer_side(wanted=args.peers)
        if fly is not None:
            sides["RocketPy"] = lambda: cpu_s(fly, 2)
        seconds = in_turns(sides, rounds)
    if fly is not None:
        peer |= rate(1, seconds["RocketPy"])
    result = {
        "threads": 1,
        "ours": {
            name: {
                "flights": flights[name],
                "bodies_to_the_ground": bodies[name],
                **rate(flights[name], seconds[name]),
                **({} if fly is None else ratio(flights[name], seconds[name], seconds["RocketPy"])),
            }
            for name in flights
        },
        "peer": peer,
        "caveat": CAVEAT,
    }
    say_it(result)
    tell("ascent_ensemble", result, tiny=args.tiny)


def rate(flights: int, seconds: list[float]) -> dict[str, float]:
    """Return flights a CPU-second: of the best round, and of the middle one."""
    return {
        "flights_per_cpu_s": digits(flights / min(seconds)),
        "flights_per_cpu_s_median": digits(flights / median(seconds)),
    }


def ratio(flights: int, ours_s: list[float], theirs_s: list[float]) -> dict[str, float]:
    """Return how many flights are ours for one of theirs: of the best rounds, and of the middle ones."""
    return {
        "ratio": digits(flights * min(theirs_s) / min(ours_s)),
        "ratio_median": digits(flights * median(theirs_s) / median(ours_s)),
    }


def say_it(result: dict[str, Any]) -> None:
    """Say the result in words."""
    peer = result["peer"]
    say("Ascent ensemble, CPU time of one thread, compilation excluded")
    for name, mine in result["ours"].items():
        each = mine["bodies_to_the_ground"] / mine["flights"]
        say(f"  Downrange, {name}: {mine['flights_per_cpu_s']:g} flights/CPU-s, {each:.1f} bodies each to the ground")
    if "absent" in peer:
        say(f"  RocketPy: peer absent, {peer['absent']}")
    else:
        flown = f"Calisto, apogee {peer['apogee_m']} m above the pad, {peer['flight_s']} s"
        say(f"  RocketPy {peer['version']}: {peer['flights_per_cpu_s']:g} flights/CPU-s ({flown})")
        for name, mine in result["ours"].items():
            say(f"  ratio, {name}: {mine['ratio']:g}")
        say(f"  changed: {peer['changed']}")
    say(f"  caveat: {result['caveat']}")


if __name__ == "__main__":
    main()

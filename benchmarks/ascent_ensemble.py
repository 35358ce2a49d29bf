"""Flights a CPU-second of the ensemble, beside RocketPy's own example in the same process.

Ours: `flight ensemble` of Chollima-1, three stages from lift-off, every other flight failing in one of twenty ways, every
stage, fairing, stack and class of debris followed to the ground, counted on a grid of 5 km; one thread, compiled beforehand. Theirs: Calisto to impact, from the getting-started page of RocketPy.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import cpu_s, digits, in_turns, options, say, tell, version

from downrange.earth import load_site, load_wind
from downrange.fall import Launch, Launches, grid_of, load_debris
from downrange.flight import load_failures, load_spread, load_vehicle_and_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def work(*, wind: str | None) -> Launches:
    """Return the ensemble that is measured."""
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    site = load_site("sohae-coastal")
    launch = Launch(
        vehicle=vehicle,
        plan=plan,
        site=site,
        failures=load_failures("assumed", len(vehicle.stages)),
        debris=load_debris("assumed-launcher"),
        spread=load_spread("assumed"),
        seed=1,
        wind=None if wind is None else load_wind(wind),
    )
    return Launches(launch=launch, grid=grid_of(5e3, site.lat_deg))


def landed(one: Launches, flights: int) -> int:
    """Fly and count; return how many bodies came down."""
    return int(sum(np.sum(tally.landed) for tally in one.run(0, flights)))


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
    flights, rounds = (40, 1) if args.tiny else (4_000, 5)
    works = {"still air": work(wind=None), "a wind for each flight": work(wind="assumed-westerly-jet")}
    bodies = {name: landed(one, flights) for name, one in works.items()}  # compiles, or loads what was compiled
    sides: dict[str, Callable[[], float]] = {
        name: partial(cpu_s, partial(landed, one, flights)) for name, one in works.items()
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
                "flights": flights,
                "bodies_to_the_ground": bodies[name],
                **rate(flights, seconds[name]),
                **({} if fly is None else ratio(flights, seconds[name], seconds["RocketPy"])),
            }
            for name in works
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

"""One flight from words to pictures: vehicle, site, orbit, failure, wind and air as a person names them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from downrange.base import Array, InputError
from downrange.earth import Site, load_air, load_site, load_wind, mean_wind_table, no_wind
from downrange.fall import Impacts, apogee, drop
from downrange.flight import Failure, Flight, Orbit, Outcome, Vehicle, fly, load_vehicle_and_plan, target
from downrange.replay.folder import write_folder

PATH_HEADER = (
    "t_s,x_ecef_m,y_ecef_m,z_ecef_m,vx_ecef_mps,vy_ecef_mps,vz_ecef_mps,mass_kg,q_pa,"
    "thrust_x_mps2,thrust_y_mps2,thrust_z_mps2,drag_x_mps2,drag_y_mps2,drag_z_mps2"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One flight as a person asks for it: names of shipped files, or files of one's own."""

    vehicle: str
    site: str
    to: str | None = None
    fail: str | None = None
    wind: str | None = None
    air: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleFlown:
    """One flight with the falls of its bodies, in their order; wind (K, 8) and air are the tables it flew through.

    apogees: (seconds after lift-off, altitude [m]) of the highest point of each body's fall
    """

    vehicle: Vehicle
    site: Site
    flight: Flight
    falls: Impacts
    apogees: tuple[tuple[float, float], ...]
    wind: Array
    air: Array | None


def fly_single(asked: Single, *, say: Callable[[str], None] = lambda _: None) -> SingleFlown:
    """Fly one vehicle and drop what it lets go; the wind blows at its mean."""
    vehicle, plan = load_vehicle_and_plan(asked.vehicle)
    site = load_site(asked.site)
    failure = None if asked.fail is None else Failure.parse(asked.fail)
    wind = no_wind() if asked.wind is None else mean_wind_table(load_wind(asked.wind))
    air = None if asked.air is None else load_air(asked.air)
    if asked.to is not None:
        aim = Orbit.parse(asked.to)
        say(f"solving the programme of {vehicle.name} for {asked.to}")
        plan = target(vehicle, site, aim, plan).plan
    flight = fly(vehicle, site, plan, failure, air=air, wind=wind)
    if failure is not None and flight.outcome is Outcome.BURNED_OUT:
        seen = f"{asked.fail}, which never comes: the last stage is cut off at T+{flight.t_s[-1]:.0f} s, as planned"
        raise InputError(
            where="--fail", seen=seen, cure="name an earlier moment, and a fairing only where there is one"
        )
    blows = wind if len(wind) else None
    falls = drop_bodies(flight, air=air, wind=blows)
    apogees = tuple(
        apogee(body.t_s, body.r_ecef_m, body.v_ecef_mps, body.beta_kgpm2, air=air, wind=blows) for body in flight.bodies
    )
    return SingleFlown(vehicle=vehicle, site=site, flight=flight, falls=falls, apogees=apogees, wind=wind, air=air)


def drop_bodies(flight: Flight, *, air: Array | None = None, wind: Array | None = None) -> Impacts:
    """Drop every body that a flight let go, in its order; times count from lift-off. Air and wind (K, 8) as `fall_path`."""
    t_s = np.array([body.t_s for body in flight.bodies])
    r_ecef_m = np.array([body.r_ecef_m for body in flight.bodies]).reshape(-1, 3)
    v_ecef_mps = np.array([body.v_ecef_mps for body in flight.bodies]).reshape(-1, 3)
    beta = np.array([body.beta_kgpm2 for body in flight.bodies])
    return drop(t_s, r_ecef_m, v_ecef_mps, beta, air=air, winds=None if wind is None else wind[None])


def write_single(single: SingleFlown, folder: Path) -> None:
    """Write the path as CSV and the pictures as PNG and SVG into a new folder, whole or not at all."""
    from downrange.replay.flight_pictures import downs_of, flight_pictures
    from downrange.replay.pictures import picture_files

    flight = single.flight
    drawn = flight_pictures(
        flight,
        title=launch_title(single.vehicle, single.site),
        site_name=plain(single.site.title),
        downs=downs_of(flight, air=single.air, wind=single.wind if len(single.wind) else None),
        drag_ecef_mps2=flight.drag_ecef_mps2,
    )
    write_folder(folder, {"path.csv": path_csv(flight).encode()} | picture_files(drawn))


def path_csv(flight: Flight) -> str:
    """Return the path of a flight as CSV: time, Earth-fixed state, mass, dynamic pressure, thrust and drag per mass."""
    columns = [flight.t_s[:, None], flight.r_ecef_m, flight.v_ecef_mps, flight.mass_kg[:, None], flight.q_pa[:, None]]
    rows = np.hstack([*columns, flight.f_ecef_mps2, flight.drag_ecef_mps2])
    lines = [",".join(f"{value:.10g}" for value in row) for row in rows]
    return "\n".join([PATH_HEADER, *lines]) + "\n"


def launch_title(vehicle: Vehicle, site: Site) -> str:
    """Return who flies from where, as a picture is headed."""
    return f"{plain(vehicle.title)} from {plain(site.title)}"


def plain(title: str) -> str:
    """Return a title without what stands after it in brackets or behind a comma.

    >>> plain("Sohae, coastal pad (position not published)")
    'Sohae'
    """
    return title.partition(" (")[0].partition(",")[0]

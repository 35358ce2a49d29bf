"""Pictures of one flight: altitude, speed, dynamic pressure and acceleration over time, and the track on the ground."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from downrange.base import Array, geodetic_from_ecef, inertial_velocity
from downrange.base.units import STANDARD_GRAVITY
from downrange.fall import drop, fall_path, impact_point
from downrange.flight import Flight
from downrange.replay.draw_graph import Curve, Graph, Stop, draw_graphs
from downrange.replay.draw_track import Spot, Trace, draw_track
from downrange.replay.figures import Drawn
from downrange.replay.pictures import drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """Where one body came down, t_s seconds after lift-off, and its way there over the ground (k,)."""

    body: str
    t_s: float
    lat_deg: float
    lon_deg: float
    path_lat_deg: Array
    path_lon_deg: Array


def downs_of(flight: Flight, *, air: Array | None = None, wind: Array | None = None) -> tuple[Down, ...]:
    """Return where the bodies of a flight come down; one in orbit is left out. Air and wind are as of `fall_path`."""
    found = []
    for body in flight.bodies:
        winds = None if wind is None else wind[None]
        hit = drop([body.t_s], body.r_ecef_m[None], body.v_ecef_mps[None], [body.beta_kgpm2], air=air, winds=winds)
        if np.isfinite(hit.lat_deg[0]):
            _, r_ecef_m, _ = fall_path(body.t_s, body.r_ecef_m, body.v_ecef_mps, body.beta_kgpm2, air=air, wind=wind)
            lat, lon, _ = geodetic_from_ecef(r_ecef_m)
            found.append(
                Down(
                    body=body.name,
                    t_s=float(hit.t_s[0]),
                    lat_deg=float(hit.lat_deg[0]),
                    lon_deg=float(hit.lon_deg[0]),
                    path_lat_deg=lat,
                    path_lon_deg=lon,
                )
            )
    return tuple(found)


def flight_pictures(
    flight: Flight,
    *,
    title: str,
    site_name: str = "launch site",
    downs: tuple[Down, ...] | None = None,
    drag_ecef_mps2: Array | None = None,
) -> tuple[Drawn, Drawn]:
    """Return the pictures "flight" (strips over time) and "ground-track" (map).

    title:          names vehicle, site and case
    downs:          where the bodies fell; None drops them in still air
    drag_ecef_mps2: (n, 3) drag per mass; None leaves it out of the acceleration and says so
    """
    fallen = downs_of(flight) if downs is None else downs
    felt = "acceleration is thrust alone" if drag_ecef_mps2 is None else "acceleration is what is felt: thrust and drag"
    strips = (
        f"{title}: altitude over the ellipsoid, speed relative to the Earth and to the stars, dynamic pressure; {felt}. "
        "Dotted lines: events, with their seconds after lift-off."
    )
    ground = (
        f"{title}: track on the ground, events, falls of {_list([down.body for down in fallen])}; dotted, the "
        "instantaneous impact point."
    )
    return (
        drawn("flight", strips_figure(flight, title=title, drag_ecef_mps2=drag_ecef_mps2), strips),
        drawn("ground-track", track_figure(flight, fallen, title=title, site_name=site_name), ground),
    )


def strips_figure(flight: Flight, *, title: str, drag_ecef_mps2: Array | None = None) -> Figure:
    """Draw altitude, both speeds, dynamic pressure and acceleration over the time of powered flight."""
    t_s = flight.t_s
    lat_alt = geodetic_from_ecef(flight.r_ecef_m)[2]
    speed = np.linalg.norm(flight.v_ecef_mps, axis=1)
    inertial = np.linalg.norm(inertial_velocity(flight.r_ecef_m, flight.v_ecef_mps), axis=1)
    thrust = np.linalg.norm(flight.f_ecef_mps2, axis=1)
    if drag_ecef_mps2 is None:
        pulls: tuple[Curve, ...] = (Curve(t_s=t_s, value=thrust),)
        name = "thrust per mass"
    else:
        felt = np.linalg.norm(flight.f_ecef_mps2 + drag_ecef_mps2, axis=1)
        drag = np.linalg.norm(drag_ecef_mps2, axis=1)
        pulls = (
            Curve(t_s=t_s, value=felt, label="felt: thrust and drag"),
            Curve(t_s=t_s, value=thrust, label="thrust alone"),
            Curve(t_s=t_s, value=drag, label="drag alone"),
        )
        name = "acceleration"
    graphs = (
        Graph(name="altitude", unit="km", curves=(Curve(t_s=t_s, value=np.maximum(lat_alt, 0.0) / 1e3),)),
        Graph(
            name="speed",
            unit="km/s",
            curves=(
                Curve(t_s=t_s, value=speed / 1e3, label="relative to the Earth"),
                Curve(t_s=t_s, value=inertial / 1e3, label="inertial"),
            ),
        ),
        Graph(name="dynamic pressure", unit="kPa", curves=(Curve(t_s=t_s, value=flight.q_pa / 1e3),)),
        Graph(name=name, unit="m/s²", curves=pulls, right=("g", STANDARD_GRAVITY)),
    )
    end = float(t_s[-1]) + 1e-6
    stops = tuple(Stop(t_s=e.t_s, label=f"{e.name}, {e.t_s:.0f} s") for e in flight.events if e.t_s <= end)
    return draw_graphs(f"{title}: the flight", graphs, stops)


def track_figure(flight: Flight, downs: tuple[Down, ...], *, title: str, site_name: str = "launch site") -> Figure:
    """Draw the map of the track, the events, the falls and the trace of the instantaneous impact point."""
    lat, lon, _ = geodetic_from_ecef(flight.r_ecef_m)
    impact_lat, impact_lon, _ = impact_point(flight.r_ecef_m, flight.v_ecef_mps)
    traces = [
        Trace(kind="track", lat_deg=lat, lon_deg=lon),
        Trace(kind="impact", lat_deg=impact_lat, lon_deg=impact_lon),
    ]
    traces += [Trace(kind="descent", lat_deg=down.path_lat_deg, lon_deg=down.path_lon_deg) for down in downs]
    end = float(flight.t_s[-1]) + 1e-6
    spots = [Spot(kind="pad", lat_deg=float(lat[0]), lon_deg=float(lon[0]), label=site_name)]
    spots += [
        Spot(kind="down", lat_deg=d.lat_deg, lon_deg=d.lon_deg, label=f"{d.body}, {d.t_s:.0f}\N{NO-BREAK SPACE}s")
        for d in downs
    ]
    spots += [
        Spot(kind="event", lat_deg=e.lat_deg, lon_deg=e.lon_deg, label=f"{e.name}, {e.t_s:.0f}\N{NO-BREAK SPACE}s")
        for e in flight.events
        if 0.0 < e.t_s <= end
    ]
    note = "Mercator. Coast: Natural Earth. Times are seconds after lift-off."
    return draw_track(f"{title}: track on the ground", tuple(traces), tuple(spots), note)


def _list(names: list[str]) -> str:
    """Return names as a person lists them."""
    if not names:
        return "nothing"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

"""Fly the published ascents that the package ships vehicles for and print how far off it comes.

The published figures are typed into tests/authority; nothing is downloaded. The tables stand in docs/accuracy.md between
two markers. Run: .venv/bin/python tools/accuracy.py, or with --write to put them there.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from downrange.base import Array, enu_axes, geodetic_from_ecef, inertial_velocity
from downrange.earth import ZONALS, Site, air_table, load_site, range_azimuth
from downrange.earth import _kernel as earth
from downrange.flight import Flight, fly, load_vehicle_and_plan

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "accuracy.md"
BEGIN, END = "<!-- tables of tools/accuracy.py -->\n", "<!-- end of tables -->\n"
RELEASE_S = 0.3  # AS-506: the hold-down arms let go so long after range zero (flight evaluation report, table 2-2)
FALCONS = {"falcon-9-echostar-23": ("lc-39a", "ECHOSTAR_23"), "falcon-9-crs-8": ("slc-40", "CRS_8")}


def published(name: str) -> SimpleNamespace:
    """Return the typed-in figures of a file of tests/authority."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tests" / "authority" / f"{name}.py")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What a flight does at moments t_s (n,); v_enu_mps (n, 3) relative to the Earth.

    way_m: length of the way over the ground at the height flown, from lift-off; range_m: along the surface
    """

    t_s: Array
    alt_m: Array
    lon_deg: Array
    v_enu_mps: Array
    v_inertial_mps: Array
    way_m: Array
    range_m: Array

    @property
    def speed_mps(self) -> Array:
        """Speed relative to the Earth."""
        speed: Array = np.linalg.norm(self.v_enu_mps, axis=-1)
        return speed

    @property
    def climb_deg(self) -> Array:
        """Flight-path angle above the local horizontal, relative to the Earth."""
        level = np.hypot(self.v_enu_mps[:, 0], self.v_enu_mps[:, 1])
        return np.degrees(np.arctan2(self.v_enu_mps[:, 2], level))


@cache
def flown(vehicle_name: str, site_name: str) -> tuple[Flight, Site]:
    """Fly a shipped vehicle from a shipped site."""
    vehicle, plan = load_vehicle_and_plan(vehicle_name)
    site = load_site(site_name)
    return fly(vehicle, site, plan), site


def moments(flight: Flight, site: Site, t_s: Sequence[float]) -> Moments:
    """Return a flight at given moments; after the last burn it coasts without drag."""
    r, v = np.transpose([_state(flight, t) for t in t_s], (1, 0, 2))
    lat, lon, alt = geodetic_from_ecef(r)
    v_enu = np.einsum("nij,nj->ni", enu_axes(lat, lon), v)
    axes = enu_axes(*geodetic_from_ecef(flight.r_ecef_m)[:2])
    v_path = np.einsum("nij,nj->ni", axes, flight.v_ecef_mps)
    level = np.hypot(v_path[:, 0], v_path[:, 1])
    steps = np.diff(flight.t_s) * 0.5 * (level[1:] + level[:-1])
    way = np.interp(t_s, flight.t_s, np.concatenate([[0.0], np.cumsum(steps)]))
    return Moments(
        t_s=np.asarray(t_s, dtype=float),
        alt_m=alt,
        lon_deg=lon,
        v_enu_mps=v_enu,
        v_inertial_mps=np.linalg.norm(inertial_velocity(r, v), axis=-1),
        way_m=way,
        range_m=np.asarray(range_azimuth(site.lat_deg, site.lon_deg, lat, lon)[0]),
    )


def _state(flight: Flight, t_s: float) -> tuple[Array, Array]:
    """Return position and velocity, cubic between the rows of the path, coasting behind the last one."""
    times, r, v = flight.t_s, flight.r_ecef_m, flight.v_ecef_mps
    if t_s >= times[-1]:
        return _coasted(r[-1], v[-1], t_s - float(times[-1]))
    i = int(np.searchsorted(times, t_s, side="right")) - 1
    h = times[i + 1] - times[i]
    s = (t_s - times[i]) / h
    rise = (r[i + 1] - r[i]) / h
    bend, twist = 3.0 * rise - 2.0 * v[i] - v[i + 1], v[i] + v[i + 1] - 2.0 * rise
    return r[i] + h * s * (v[i] + s * (bend + s * twist)), v[i] + s * (2.0 * bend + 3.0 * s * twist)


def _coasted(r_m: Array, v_mps: Array, span_s: float, step_s: float = 0.5) -> tuple[Array, Array]:
    """Return position and velocity after a coast outside the air."""

    def pull(r: Array, v: Array) -> Array:
        return np.array([*earth.pull(r[0], r[1], r[2], v[0], v[1], ZONALS[0], ZONALS[1], ZONALS[2])])

    count = int(np.ceil(span_s / step_s))
    h = span_s / max(count, 1)
    for _ in range(count):
        a1 = pull(r_m, v_mps)
        a2 = pull(r_m + 0.5 * h * v_mps, v_mps + 0.5 * h * a1)
        a3 = pull(r_m + 0.5 * h * (v_mps + 0.5 * h * a1), v_mps + 0.5 * h * a2)
        a4 = pull(r_m + h * (v_mps + 0.5 * h * a2), v_mps + h * a3)
        r_m = r_m + h * v_mps + h * h / 6.0 * (a1 + a2 + a3)
        v_mps = v_mps + h / 6.0 * (a1 + 2.0 * (a2 + a3) + a4)
    return r_m, v_mps


def table(head: str, rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown; head: column titles with bars between them."""
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"


def nesc_errors(rows: Iterable[Sequence[float]] | None = None) -> Array:
    """Return time [s], height [m] and speed [m/s] published, then ours less published: height, speed, eastward [m].

    rows: as in tests/authority/flight_nesc17.py, which are taken when none are given
    """
    told = published("flight_nesc17")
    t_s, alt_ft, east_fps, down_fps, lon_deg = np.array(told.ROWS if rows is None else list(rows)).T
    seen = moments(*flown("nesc-17", "equator"), t_s)
    alt, speed = alt_ft * told.FOOT_M, np.hypot(east_fps, down_fps) * told.FOOT_M
    east = np.radians(seen.lon_deg - lon_deg) * 6_378_137.0
    return np.stack([t_s, alt, speed, seen.alt_m - alt, seen.speed_mps - speed, east], axis=1)


def nesc_table() -> str:
    """Return the table of NESC check case 17."""
    rows = [
        (f"{t:.0f}", f"{alt / 1e3:.3f}", f"{d_alt:+z.0f}", f"{speed:.1f}", f"{d_speed:+z.1f}", f"{east:+z.0f}")
        for t, alt, speed, d_alt, d_speed, east in nesc_errors()
    ]
    return table("t s | height km | off m | speed m/s | off m/s | eastward off m", rows)


def saturn_errors() -> list[tuple[str, float, float, float, float, float]]:
    """Return event, time [s], height and range published [km], and ours less published [km]."""
    events = published("flight_as506").EVENTS
    seen = moments(*flown("saturn-v-as506", "lc-39a"), [event[1] - RELEASE_S for event in events])
    return [
        (name, t_s, alt_km, range_km, alt_m / 1e3 - alt_km, range_m / 1e3 - range_km)
        for (name, t_s, alt_km, range_km), alt_m, range_m in zip(events, seen.alt_m, seen.range_m, strict=True)
    ]


def saturn_times() -> list[tuple[str, float, float]]:
    """Return event, time published and time here [s] of what the flight decides by itself."""
    flight, _ = flown("saturn-v-as506", "lc-39a")
    here = {event.name.removesuffix(" and insertion"): event.t_s + RELEASE_S for event in flight.events}
    told = {name: t_s for name, t_s, _, _ in published("flight_as506").EVENTS}
    ours = {
        "Mach 1": _mach_1_s(flight) + RELEASE_S,
        "max q": here["largest dynamic pressure"],
        "S-II OECO": here["stage 2 burn-out"],
        "S-IVB 1st cutoff": here["last burn-out"],
    }
    return [(name, told[name], t_s) for name, t_s in ours.items()]


def _mach_1_s(flight: Flight) -> float:
    """Return when the speed first is that of sound."""
    alt = geodetic_from_ecef(flight.r_ecef_m)[2]
    sound = np.array([earth.sound_speed(a, air_table()) for a in alt])
    mach = np.linalg.norm(flight.v_ecef_mps, axis=-1) / sound
    i = int(np.argmax(mach > 1.0))
    return float(np.interp(1.0, mach[i - 1 : i + 1], flight.t_s[i - 1 : i + 1]))


def saturn_speeds() -> list[tuple[str, float, float]]:
    """Return event, speed against the stars published and here [m/s], at the published times."""
    told = published("flight_as506")
    times = {name: t_s for name, t_s, _, _ in told.EVENTS}
    seen = moments(*flown("saturn-v-as506", "lc-39a"), [times[name] - RELEASE_S for name, _ in told.SPEEDS])
    return [(name, v, float(here)) for (name, v), here in zip(told.SPEEDS, seen.v_inertial_mps, strict=True)]


def saturn_tables() -> str:
    """Return the three tables of AS-506."""
    places = [
        (name, f"{t:.2f}", f"{alt:.2f}", f"{d_alt:+z.2f}", f"{way:.1f}", f"{d_way:+z.1f}")
        for name, t, alt, way, d_alt, d_way in saturn_errors()
    ]
    times = [(name, f"{told:.2f}", f"{here:.2f}", f"{here - told:+z.2f}") for name, told, here in saturn_times()]
    speeds = [(name, f"{told:.1f}", f"{here:.1f}", f"{here - told:+z.1f}") for name, told, here in saturn_speeds()]
    return "\n".join(
        [
            table("event | t s | height km | off km | range km | off km", places),
            table("event | published s | here s | off s", times),
            table("event | speed against the stars m/s | here m/s | off m/s", speeds),
        ]
    )


def falcon_errors(vehicle_name: str, rows: Iterable[Sequence[float]] | None = None) -> Array:
    """Return what a webcast shows and how far off we are.

    Time [s], speed [m/s], height [km], way [km]; then speed off [share], height off [km], way off [km], angle off [deg].
    rows: as in tests/authority/flight_falcon9.py, which are taken when none are given
    """
    site_name, excerpt = FALCONS[vehicle_name]
    told = np.array(getattr(published("flight_falcon9"), excerpt) if rows is None else list(rows))
    t_s, speed, alt_km, way_km, climb_deg = told.T
    seen = moments(*flown(vehicle_name, site_name), t_s)
    off = [
        seen.speed_mps / speed - 1.0,
        seen.alt_m / 1e3 - alt_km,
        seen.way_m / 1e3 - way_km,
        seen.climb_deg - climb_deg,
    ]
    return np.stack([t_s, speed, alt_km, way_km, *off], axis=1)


def falcon_table(vehicle_name: str) -> str:
    """Return the table of one Falcon 9."""
    rows = [
        (
            f"{t:.0f}",
            f"{v:.0f}",
            f"{100.0 * dv:+z.1f}",
            f"{alt:.1f}",
            f"{da:+z.1f}",
            f"{way:.1f}",
            f"{dw:+z.1f}",
            f"{dc:+z.1f}",
        )
        for t, v, alt, way, dv, da, dw, dc in falcon_errors(vehicle_name)
    ]
    return table("t s | speed m/s | off % | height km | off km | downrange km | off km | angle off deg", rows)


def tables() -> str:
    """Return all tables with their headings."""
    parts = ["## NESC check case 17\n", nesc_table(), "## Saturn V AS-506\n", saturn_tables()]
    for name in FALCONS:
        parts += [f"## {name}\n", falcon_table(name)]
    return "\n".join(parts)


def main(arguments: Sequence[str]) -> None:
    """Print the tables, or put them into the page."""
    if "--write" not in arguments:
        print(tables())
        return
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{tables()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

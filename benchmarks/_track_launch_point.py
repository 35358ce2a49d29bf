"""Where and when it left the ground, found from simulated tracks that begin at several heights. No peer does this.

Two sets of flights: the shipped vehicles with other thrust, loading and kick each (the shares of the height that the
estimate adds to its spread were set on seed 4100 of these, and on flights of the tuning group of `draw_family`), and
flights of invented vehicles that nothing was set on.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import digits, options, say

from downrange.base import geodetic_from_ecef, uniforms
from downrange.earth import Site, destination, load_site, range_azimuth
from downrange.flight import fly, load_vehicle_and_plan
from downrange.track import Sensor, follow, simulate
from downrange.track.families import FlightKind, Group, draw_family
from downrange.track.launch_point import LaunchEstimate, launch_point

if TYPE_CHECKING:
    from typing import Protocol

    from downrange.base import Array

    class Place(Protocol):
        """Where it really left from."""

        @property
        def lat_deg(self) -> float:
            """Latitude of the pad."""

        @property
        def lon_deg(self) -> float:
            """Longitude of the pad."""

    class Rise(Protocol):
        """How it really flew."""

        @property
        def t_s(self) -> Array:
            """Times."""

        @property
        def r_ecef_m(self) -> Array:
            """Places."""

        @property
        def v_ecef_mps(self) -> Array:
            """Velocities."""


T0 = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS = (
    ("chollima-1", "sohae"),
    ("falcon-9-crs-8", "slc-40"),
    ("falcon-9-echostar-23", "lc-39a"),
    ("nesc-17", "equator"),
    ("saturn-v-as506", "lc-39a"),
)
HEIGHTS_M = (5e3, 10e3, 20e3, 30e3, 45e3, 60e3, 80e3, 100e3)
SEEN_S = 30.0  # so much of the track is known when the question is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One estimate beside the truth: along and across the course and in time, and in units of its own sigma."""

    vehicle: str
    height_m: float
    known: bool
    miss_m: float
    along_sigmas: float
    across_sigmas: float
    chi2: float
    t_miss_s: float
    t_sigmas: float
    site_known: bool
    site_right: bool


def family(members: int, seed: int) -> list[tuple[str, Place, Rise]]:
    """Return flights of the shipped vehicles with other thrust, other loading and another kick each."""
    out = []
    for vehicle_name, site_name in PAIRS:
        vehicle, plan = load_vehicle_and_plan(vehicle_name)
        site = load_site(site_name)
        for thrust, load, kick in 2.0 * uniforms(seed, members, 3) - 1.0:
            first = vehicle.stages[0]
            first = replace(
                first,
                thrust_vac_n=first.thrust_vac_n * (1.0 + 0.06 * thrust),
                propellant_kg=first.propellant_kg * (1.0 + 0.03 * load),
            )
            other = replace(vehicle, stages=(first, *vehicle.stages[1:]))
            flight = fly(other, site, replace(plan, kick_deg=plan.kick_deg * (1.0 + 0.15 * kick)))
            out.append((vehicle_name, site, flight))
    return out


def sensor_beside(site: Place, azimuth_deg: float) -> Sensor:
    """Return an invented radar 150 km from the site, to the right of the course."""
    lat, lon = destination(site.lat_deg, site.lon_deg, azimuth_deg + 60.0, 150e3)
    return Sensor(
        name="radar", title="an invented radar", lat_deg=float(lat), lon_deg=float(lon), sigma_range_m=30.0,
        sigma_az_deg=math.degrees(1e-3), sigma_el_deg=math.degrees(1e-3), min_elevation_deg=-5.0, period_s=0.1,
        source="assumed: the noise of scenario S1",
    )  # fmt: skip


def estimate(site: Place, flight: Rise, height_m: float, seed: int) -> tuple[LaunchEstimate, float] | None:
    """Return the estimate from a track that begins at a height, and the course there; None when it never came so high."""
    alt_m = geodetic_from_ecef(flight.r_ecef_m)[2]
    first = int(np.argmax(alt_m > height_m))
    if alt_m[first] <= height_m or flight.t_s[-1] < flight.t_s[first] + SEEN_S:
        return None
    part = slice(first, int(np.searchsorted(flight.t_s, flight.t_s[first] + SEEN_S)))
    t, keep = np.unique(flight.t_s[part], return_index=True)
    r, v = flight.r_ecef_m[part][keep], flight.v_ecef_mps[part][keep]
    lat, lon, _ = geodetic_from_ecef(r[-1])
    course_deg = float(range_azimuth(site.lat_deg, site.lon_deg, lat, lon)[1])
    sensor = sensor_beside(site, course_deg)
    track = follow(simulate(t, r, v, (sensor,), T0, seed), (sensor,), T0)
    return launch_point(track.t_s, track.r_ecef_m, track.cov), course_deg


def compared(name: str, height_m: float, site: Place, answer: tuple[LaunchEstimate, float]) -> Found:
    """Return an estimate beside the truth."""
    found, course_deg = answer
    nan = math.nan
    if not found.known:
        return Found(
            vehicle=name, height_m=height_m, known=False, miss_m=nan, along_sigmas=nan, across_sigmas=nan, chi2=nan,
            t_miss_s=nan, t_sigmas=nan, site_known=False, site_right=False,
        )  # fmt: skip
    miss_m, toward_deg = range_azimuth(site.lat_deg, site.lon_deg, found.lat_deg, found.lon_deg)
    turn = math.radians(toward_deg - found.axis_deg)
    major, minor = miss_m * math.cos(turn) / found.sigma_major_m, miss_m * math.sin(turn) / found.sigma_minor_m
    if math.cos(math.radians(found.axis_deg - course_deg)) < 0.0:
        major = -major
    return Found(
        vehicle=name, height_m=height_m, known=True, miss_m=float(miss_m), along_sigmas=float(major),
        across_sigmas=float(minor), chi2=float(major**2 + minor**2), t_miss_s=found.t_s,
        t_sigmas=found.t_s / found.t_sigma_s, site_known=bool(name_of(site)),
        site_right=any(fit.name == name_of(site) for fit in found.sites),
    )  # fmt: skip


def name_of(site: Place) -> str:
    """Return the name of a known site, or nothing."""
    return site.name if isinstance(site, Site) else ""


def shipped(members: int, seed: int) -> list[Found]:
    """Return what was found on flights of the shipped vehicles, each from every height."""
    out = []
    for i, (name, site, flight) in enumerate(family(members, seed)):
        for height_m in HEIGHTS_M:
            answer = estimate(site, flight, height_m, seed + i)
            if answer is not None:
                out.append(compared(name, height_m, site, answer))
    return out


def invented(count: int, seed: int, group: Group = Group.TEST) -> list[Found]:
    """Return what was found on flights of invented vehicles, each from one height in turn."""
    out = []
    for kind in (FlightKind.ORBITAL, FlightKind.BALLISTIC):
        for i, path in enumerate(draw_family(kind, seed, 0, count, group=group, tail_s=1.0, step_s=0.5)):
            height_m = HEIGHTS_M[i % len(HEIGHTS_M)]
            answer = estimate(path, path, height_m, seed + i)
            if answer is not None:
                out.append(compared(kind.value, height_m, path, answer))
    return out


def row(found: list[Found]) -> dict[str, Any]:
    """Return the figures of some estimates."""
    known = [one for one in found if one.known]
    if not known:
        return {"tracks": len(found), "known": 0}
    miss, late = np.array([one.miss_m for one in known]), np.array([one.t_miss_s for one in known])
    sigmas = np.array([[one.along_sigmas, one.across_sigmas, one.t_sigmas] for one in known])
    named = [one.site_right for one in known if one.site_known]
    figures = {
        "tracks": len(found),
        "known": len(known),
        "median_m": digits(float(np.median(miss))),
        "p90_m": digits(float(np.quantile(miss, 0.9))),
        "t_rms_s": digits(float(np.sqrt(np.mean(late**2)))),
        "t_mean_s": digits(float(late.mean()), 2),
        "along_mean_sigmas": digits(float(sigmas[:, 0].mean()), 2),
        "inside_1_sigma_along": digits(float((np.abs(sigmas[:, 0]) < 1.0).mean())),
        "inside_1_sigma_across": digits(float((np.abs(sigmas[:, 1]) < 1.0).mean())),
        "inside_1_sigma_time": digits(float((np.abs(sigmas[:, 2]) < 1.0).mean())),
        "inside_90": digits(float((np.array([one.chi2 for one in known]) < -2.0 * math.log(0.1)).mean())),
    }
    return {**figures, "site_found": digits(float(np.mean(named)))} if named else figures


def by_height(found: list[Found]) -> dict[str, Any]:
    """Return the figures by height of the first detection, and of all."""
    heights = {f"{h / 1e3:.0f} km": row([one for one in found if one.height_m == h]) for h in HEIGHTS_M}
    return {"all": row(found), **heights}


def table(members: int = 8, count: int = 160, seed: int = 4200) -> dict[str, Any]:
    """Return the figures: `members` flights of each shipped vehicle, `count` of each kind of invented ones."""
    return {
        "seed": seed,
        "shipped": by_height(shipped(members, seed)),
        "invented": by_height(invented(count, seed)),
    }


def main() -> None:
    """Print the figures as one line of JSON."""
    asked = options(__doc__ or "")
    figures = table(members=1, count=8) if asked.tiny else table()
    for name in ("shipped", "invented"):
        for height, one in figures[name].items():
            say(f"{name}, {height}: {one}")
    print(json.dumps({"name": "track_launch_point", **figures}))


if __name__ == "__main__":
    main()

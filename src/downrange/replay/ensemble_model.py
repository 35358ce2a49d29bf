"""Records of an ensemble as a person asks for it, and as it has flown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from downrange.base import Array, geodetic_from_ecef
from downrange.earth import mean_wind_table, no_wind
from downrange.fall import BLOCK_FLIGHTS, Launch, Look, Rule
from downrange.flight import Device, Flight
from downrange.replay.risk import LaunchRisk


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asked an ensemble for; names are of shipped files or of files of one's own."""

    vehicle: str
    site: str
    flights: int
    seed: int
    to: str | None = None
    failures: str = "assumed"
    p_failure: float | None = None
    record: tuple[int, int] | None = None
    debris: str = "assumed-launcher"
    spread: str = "assumed"
    wind: str | None = None
    air: str | None = None
    without: tuple[str, ...] = ()
    cell_m: float = 5_000.0
    people: Path | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """Who does it: threads (None: all cores), flights in memory at once, a Dask scheduler, a device."""

    threads: int | None = None
    chunk: int = BLOCK_FLIGHTS
    cluster: str | None = None
    device: Device = Device.ALONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """An ensemble that has flown: its nominal flight, its risk, how its number settled, why it ended."""

    launch: Launch
    flight: Flight
    risk: LaunchRisk
    rule: Rule
    looks: tuple[Look, ...]
    flights: int
    stopped_because: str
    resumed_from: int
    folder: Path


def mean_wind(launch: Launch) -> Array:
    """Return the wind of the planned flight, (K, 8): the mean of the profile."""
    return no_wind() if launch.wind is None else mean_wind_table(launch.wind)


def ground_track(flight: Flight) -> tuple[Array, Array]:
    """Return latitude and longitude (n,) below the planned flight."""
    lat, lon, _ = geodetic_from_ecef(flight.r_ecef_m)
    return lat, lon

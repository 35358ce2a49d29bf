"""Ground stations: TOML files that a person can copy and edit, every number with its source."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from downrange.base import InputError, read_toml, toml_names, toml_text

_SHIPPED = resources.files("downrange.coverage") / "data" / "stations"
_FORM = "write a number as { value = 39.04, source = 'where it was read' }, a name as 'text'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A place on the ground that hears satellites.

    name:              name for people
    lat_deg:           geodetic latitude [deg], north positive
    lon_deg:           longitude [deg], east positive
    alt_m:             height over the WGS-84 ellipsoid [m]
    min_elevation_deg: what a satellite must stand above the horizon to be heard [deg]
    source:            where the numbers came from
    """

    name: str
    lat_deg: float
    lon_deg: float
    alt_m: float = 0.0
    min_elevation_deg: float = 5.0
    source: str

    def __post_init__(self) -> None:
        """Refuse a place that is not on the Earth, a mask that hears nothing, and numbers without a parent."""
        if not -90.0 <= self.lat_deg <= 90.0:
            cure = "give a latitude between -90 and 90; the usual cause is latitude and longitude exchanged"
            raise InputError(where=self.name, key="lat_deg", seen=f"{self.lat_deg:g} degrees", cure=cure)
        if not -360.0 <= self.lon_deg <= 360.0:
            raise InputError(where=self.name, key="lon_deg", seen=f"{self.lon_deg:g} degrees", cure="give degrees east")
        if not -1e3 <= self.alt_m <= 9e3:
            raise InputError(where=self.name, key="alt_m", seen=f"{self.alt_m:g} m", cure="give metres over the sea")
        if not 0.0 <= self.min_elevation_deg < 90.0:
            seen, cure = f"{self.min_elevation_deg:g} degrees", "give 0 to below 90 degrees"
            raise InputError(where=self.name, key="min_elevation_deg", seen=seen, cure=cure)
        if not self.source.strip():
            raise InputError(where=self.name, key="source", seen="no source", cure="name one, or say 'assumed'")


class _Number(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    value: float
    source: str


class _Station(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    lat_deg: _Number
    lon_deg: _Number
    alt_m: _Number
    min_elevation_deg: _Number


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    stations: list[_Station]


def station_names() -> tuple[str, ...]:
    """Return the names of the station files that come with the package."""
    return toml_names(_SHIPPED)


def load_stations(name_or_path: str | Path) -> tuple[Station, ...]:
    """Read the stations of a file that comes with the package by its name, or of a person's own TOML file by its path.

    >>> [station.name for station in load_stations("pyongyang")]
    ['Pyongyang control centre']
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="station file")
    file = read_toml(where, text.removeprefix("\ufeff"), _File, missing=_FORM, wrong=_FORM)
    if not file.stations:
        raise InputError(where=where, key="stations", seen="no station", cure="add a [[stations]] table")
    return tuple(_station(where, i, found) for i, found in enumerate(file.stations))


def _station(where: str, i: int, found: _Station) -> Station:
    """Return the record of one table; an error names the file and the table."""
    keys = ("lat_deg", "lon_deg", "alt_m", "min_elevation_deg")
    for key in keys:
        if not getattr(found, key).source.strip():
            at = f"stations[{i}].{key}.source"
            raise InputError(where=where, key=at, seen="no source", cure="name one, or say 'assumed'")
    sources = "; ".join(f"{key}: {getattr(found, key).source}" for key in keys)
    try:
        return Station(name=found.name, source=sources, **{key: getattr(found, key).value for key in keys})
    except InputError as problem:  # the record knows its name, the person knows the file
        raise InputError(
            where=where, key=f"stations[{i}].{problem.key}", seen=problem.seen, cure=problem.cure
        ) from None

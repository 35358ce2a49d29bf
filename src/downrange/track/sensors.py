"""Sensor files: TOML that a person can copy and edit."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import msgspec

from downrange.base import InputError, read_toml, toml_names, toml_text
from downrange.track.model import Sensor

_SHIPPED = resources.files("downrange.track") / "data" / "sensors"
_FORM = "compare the key and its value with data/sensors/2023-invented.toml"


class _Radar(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One [[radar]] table; the fields of Sensor under the same names."""

    name: str
    title: str
    lat_deg: float
    lon_deg: float
    alt_m: float
    sigma_range_m: float
    sigma_az_deg: float
    sigma_el_deg: float
    sigma_range_rate_mps: float | None = None
    max_range_m: float
    min_elevation_deg: float
    period_s: float
    start_s: float = 0.0
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A sensor file: a title, and one [[radar]] table for each radar."""

    title: str
    radar: list[_Radar]


def sensor_files() -> tuple[str, ...]:
    """Return the names of the sensor files that come with the package.

    >>> "2023-invented" in sensor_files()
    True
    """
    return toml_names(_SHIPPED)


def load_sensors(name_or_path: str | Path) -> tuple[Sensor, ...]:
    """Read a sensor file, one of the package by its name or any other by its path.

    >>> [s.name for s in load_sensors("2023-invented")][:2]
    ['yellow-sea-ship', 'west-coast']
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="sensor file")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    if not file.radar:
        raise InputError(where=where, key="radar", seen="no radar", cure="add a [[radar]] table")
    sensors = tuple(Sensor(**msgspec.structs.asdict(radar)) for radar in file.radar)
    names = [sensor.name for sensor in sensors]
    for name in names:
        if names.count(name) > 1:
            raise InputError(where=where, key="name", seen=f"{name!r} stands twice", cure="rename one of them")
    return sensors

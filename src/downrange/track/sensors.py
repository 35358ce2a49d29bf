"""Sensor files: TOML that a person can copy and edit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from importlib import resources
from pathlib import Path
from typing import Final

import msgspec

from downrange.base import InputError, read_toml, toml_names, toml_text
from downrange.track.model import Sensor, SensorKind

_SHIPPED = resources.files("downrange.track") / "data" / "sensors"
_FORM = "compare the key and its value with data/sensors/generic.toml"


class _Any(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What every table may say; the fields of Sensor under the same names."""

    name: str
    title: str
    clock_offset_s: float = 0.0
    sigma_clock_s: float = 0.0
    period_s: float
    start_s: float = 0.0
    delay_s: float = 0.0
    p_missed: float = 0.0
    p_doubled: float = 0.0
    p_wild: float = 0.0
    source: str


class _Directed(_Any, frozen=True, kw_only=True):
    """What looks from a place."""

    lat_deg: float
    lon_deg: float
    alt_m: float
    course_deg: float = 0.0
    speed_mps: float = 0.0
    bias_az_deg: float = 0.0
    bias_el_deg: float = 0.0
    sigma_bias_az_deg: float = 0.0
    sigma_bias_el_deg: float = 0.0
    min_elevation_deg: float


class _Radar(_Directed, frozen=True, kw_only=True):
    """One [[radar]] table."""

    sigma_range_m: float
    sigma_az_deg: float | None = None
    sigma_el_deg: float | None = None
    sigma_range_rate_mps: float | None = None
    bias_range_m: float = 0.0
    bias_range_rate_mps: float = 0.0
    sigma_bias_range_m: float = 0.0
    sigma_bias_range_rate_mps: float = 0.0
    max_range_m: float


class _Optical(_Directed, frozen=True, kw_only=True):
    """One [[optical]] table."""

    sigma_az_deg: float
    sigma_el_deg: float
    max_range_m: float = 1e8


class _Position(_Any, frozen=True, kw_only=True):
    """One [[position]] table: it reports places, whoever found them and from where."""

    sigma_position_m: float
    sigma_velocity_mps: float | None = None


class _Webcast(_Any, frozen=True, kw_only=True):
    """One [[webcast]] table."""

    sigma_alt_m: float
    sigma_speed_mps: float


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A sensor file: a title, and one table for each sensor."""

    title: str
    radar: list[_Radar] = []
    optical: list[_Optical] = []
    position: list[_Position] = []
    webcast: list[_Webcast] = []


_TABLES: Final[dict[SensorKind, type[_Any]]] = {
    SensorKind.RADAR: _Radar,
    SensorKind.OPTICAL: _Optical,
    SensorKind.POSITION: _Position,
    SensorKind.WEBCAST: _Webcast,
}


def sensor_files() -> tuple[str, ...]:
    """Return the names of the sensor files that come with the package.

    >>> "2023-invented" in sensor_files()
    True
    """
    return toml_names(_SHIPPED)


def load_sensors(name_or_path: str | Path) -> tuple[Sensor, ...]:
    """Read a sensor file, one of the package by its name or any other by its path.

    It holds [[radar]], [[optical]], [[position]] and [[webcast]] tables, whose keys are the fields of Sensor that mean
    something for that kind. Sensors come in the order radars, cameras, position reports, broadcasts.

    >>> [s.name for s in load_sensors("2023-invented")][:2]
    ['yellow-sea-ship', 'west-coast']
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="sensor file")
    file = read_toml(where, text, _File, missing=_FORM, wrong=_FORM)
    sensors = tuple(_sensor(where, kind, table) for kind in _TABLES for table in getattr(file, kind))
    if not sensors:
        cure = f"add a {', '.join(f'[[{kind}]]' for kind in _TABLES)} table"
        raise InputError(where=where, seen="no sensor", cure=cure)
    names = [sensor.name for sensor in sensors]
    for name in names:
        if not name.strip():
            raise InputError(where=where, key="name", seen="empty", cure="give it the name that readings carry")
        if names.count(name) > 1:
            raise InputError(where=where, key="name", seen=f"{name!r} stands twice", cure="rename one of them")
    return sensors


def _sensor(where: str, kind: SensorKind, table: _Any) -> Sensor:
    """Make a sensor of a table; what is wrong with it is told with the name of the file."""
    try:
        return Sensor(kind=kind, **msgspec.structs.asdict(table))
    except InputError as problem:
        raise InputError(
            where=f"{where}: {problem.where}", key=problem.key, seen=problem.seen, cure=problem.cure
        ) from None


def as_toml(sensors: Iterable[Sensor], *, title: str) -> str:
    """Write sensors as the text of a sensor file; what still has its default is left out.

    Fields that mean nothing for a sensor's kind are not written. `load_sensors` gives back the rest to the last digit,
    sorted by kind.
    """
    parts = [f"title = {_toml(title)}\n"]
    for sensor in sensors:
        known = {field.name: field.default for field in msgspec.structs.fields(_TABLES[sensor.kind])}
        said = {field.name: getattr(sensor, field.name) for field in fields(sensor) if field.name in known}
        lines = [f"[[{sensor.kind}]]"]
        lines.extend(f"{key} = {_toml(value)}" for key, value in said.items() if value != known[key])
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _toml(value: str | float) -> str:
    """Write one value: TOML takes the strings of JSON, DEL apart, and the shortest exact form of a number."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(float(value))

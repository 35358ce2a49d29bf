"""Sensor files: TOML that a person can copy and edit."""

from __future__ import annotations

from pathlib import Path

import msgspec

from downrange.base import InputError
from downrange.track.model import Sensor

_FOLDER = Path(__file__).parent / "data" / "sensors"


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
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def load_sensors(name_or_path: str | Path) -> tuple[Sensor, ...]:
    """Read a sensor file, one of the package by its name or any other by its path.

    >>> [s.name for s in load_sensors("2023-invented")][:2]
    ['yellow-sea-ship', 'west-coast']
    """
    path = _find(name_or_path)
    try:
        file = msgspec.toml.decode(path.read_bytes(), type=_File)
    except msgspec.ValidationError as error:
        what, _, key = str(error).partition(" - at ")
        raise InputError(
            where=path.name,
            key=key.strip("`"),
            seen=what,
            cure="compare the key and its value with data/sensors/2023-invented.toml",
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(where=path.name, seen=f"not TOML: {error}", cure="mend the line named") from None
    if not file.radar:
        raise InputError(where=path.name, key="radar", seen="no radar", cure="add a [[radar]] table")
    sensors = tuple(Sensor(**msgspec.structs.asdict(radar)) for radar in file.radar)
    names = [sensor.name for sensor in sensors]
    for name in names:
        if names.count(name) > 1:
            raise InputError(where=path.name, key="name", seen=f"{name!r} stands twice", cure="rename one of them")
    return sensors


def _find(name_or_path: str | Path) -> Path:
    """Return the file meant, or say what there is."""
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if path.is_file():
            return path
        raise InputError(where=str(path), seen="no such file", cure="check the path of the sensor file")
    packaged = _FOLDER / f"{name_or_path}.toml"
    if packaged.is_file():
        return packaged
    raise InputError(
        where=f"sensors {str(name_or_path)!r}",
        seen="not a sensor file of the package",
        cure=f"take one of {', '.join(sensor_files())}, or give the path of a .toml file",
    )

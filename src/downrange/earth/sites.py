"""Launch sites: TOML files that a person can copy and edit, every number with its source."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from downrange.base import InputError

_SHIPPED = resources.files("downrange.earth") / "data" / "sites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place that rockets leave from.

    name:    short name, as typed on the command line
    title:   name for people
    lat_deg: geodetic latitude [deg], north positive
    lon_deg: longitude [deg], east positive, [-180, 180)
    alt_m:   height over the WGS-84 ellipsoid [m]
    sigma_m: one standard deviation of the horizontal position, each axis [m]
    source:  where the numbers came from; a person must be able to look
    """

    name: str
    title: str
    lat_deg: float
    lon_deg: float
    alt_m: float
    sigma_m: float
    source: str

    def __post_init__(self) -> None:
        """Refuse a place that is not on the Earth, or has no source."""
        if not -90.0 <= self.lat_deg <= 90.0:
            raise InputError(where=self.name, key="lat_deg", seen=f"{self.lat_deg:g} degrees", cure=_SWAPPED)
        if not -180.0 <= self.lon_deg < 180.0:
            raise InputError(where=self.name, key="lon_deg", seen=f"{self.lon_deg:g} degrees", cure=_EAST)
        if self.sigma_m < 0.0:
            raise InputError(where=self.name, key="sigma_m", seen=f"{self.sigma_m:g}", cure="give metres, 0 or more")
        if not self.source.strip():
            raise InputError(where=self.name, key="source", seen="no source", cure="name one, or say 'assumed'")


_SWAPPED = "give a latitude between -90 and 90; the usual cause is latitude and longitude exchanged"
_EAST = "give a longitude from -180 to below 180, east positive"


class _Number(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    value: float
    source: str


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    title: str
    lat_deg: _Number
    lon_deg: _Number
    alt_m: _Number
    sigma_m: _Number


def site_names() -> tuple[str, ...]:
    """Return the names of the sites that come with the program."""
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in _SHIPPED.iterdir() if _is_toml(entry.name)))


def load_site(name_or_path: str | Path) -> Site:
    """Read a site that comes with the program by its name, or a person's own TOML file by its path.

    >>> site = load_site("sohae")
    >>> f"{site.lat_deg:.3f} N {site.lon_deg:.3f} E"
    '39.660 N 124.705 E'
    """
    name = str(name_or_path)
    if not _is_toml(name):
        if name not in site_names():
            raise InputError(
                where="site",
                seen=f"there is no site {name!r}",
                cure=f"choose one of {', '.join(site_names())}, or give the path of a .toml file",
            )
        return _read(f"{name}.toml", (_SHIPPED / f"{name}.toml").read_bytes())
    path = Path(name)
    if not path.is_file():
        raise InputError(where=name, seen="there is no such file", cure="check the path; it is relative to here")
    return _read(name, path.read_bytes())


def _read(where: str, data: bytes) -> Site:
    try:
        file = msgspec.toml.decode(data, type=_File)
    except msgspec.ValidationError as problem:
        what, _, key = str(problem).partition(" - at `$")
        raise InputError(where=where, key=key.strip("`.") or "file", seen=what, cure=_cure(what)) from problem
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise InputError(where=where, seen=str(problem), cure="correct the TOML there") from problem
    numbers = {key: getattr(file, key).value for key in ("lat_deg", "lon_deg", "alt_m", "sigma_m")}
    sources = [f"{key}: {getattr(file, key).source}" for key in numbers]
    return Site(name=file.name, title=file.title, source="; ".join(sources), **numbers)


def _cure(what: str) -> str:
    if "unknown field" in what:
        return f"remove or correct it; the keys are {', '.join(_File.__struct_fields__)}, each with value and source"
    if "missing required" in what:
        return "add it; every number is written { value = ..., source = '...' }"
    return "write a number as { value = 39.66, source = 'where it was read' }, a name as 'text'"


def _is_toml(name: str) -> bool:
    return name.lower().endswith(".toml")

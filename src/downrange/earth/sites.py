"""Launch sites: TOML files that a person can copy and edit, every number with its source."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from downrange.base import InputError, read_toml, toml_names, toml_text

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


_FORM = "write a number as { value = 39.66, source = 'where it was read' }, a name as 'text'"


def site_names() -> tuple[str, ...]:
    """Return the names of the sites that come with the program."""
    return toml_names(_SHIPPED)


def load_site(name_or_path: str | Path) -> Site:
    """Read a site that comes with the program by its name, or a person's own TOML file by its path.

    >>> site = load_site("sohae")
    >>> f"{site.lat_deg:.3f} N {site.lon_deg:.3f} E"
    '39.660 N 124.705 E'
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="site")
    file = read_toml(where, text.removeprefix("\ufeff"), _File, missing=_FORM, wrong=_FORM)
    numbers = {key: getattr(file, key).value for key in ("lat_deg", "lon_deg", "alt_m", "sigma_m")}
    sources = [f"{key}: {getattr(file, key).source}" for key in numbers]
    try:
        return Site(name=file.name, title=file.title, source="; ".join(sources), **numbers)
    except InputError as problem:  # the record knows its name, the person knows the file
        raise InputError(where=where, key=problem.key, seen=problem.seen, cure=problem.cure) from None

"""Launches as a person describes them for a catalogue check: a TOML file, every part with its source; kilometres."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import msgspec

from downrange.base import InputError, read_text, read_toml, units, utc
from downrange.orbit.launched import Injection, Launch
from downrange.orbit.sequence import Anchor, known_number, launch_number, load_anchors, numbers_at

_FORM = "see docs/orbit.md for a file to copy"


class _Table(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A table of the file; unknown keys are refused."""


class _Point(_Table, frozen=True, kw_only=True):
    lat_deg: float
    lon_deg: float
    alt_km: float
    t_s: float
    southbound: bool | None = None
    sigma_deg: float = 2.0
    source: str


class _Aim(_Table, frozen=True, kw_only=True):
    perigee_km: float
    apogee_km: float
    inclination_deg: float
    inclination_sigma_deg: float = 0.2
    alt_sigma_km: float = 30.0
    source: str


class _Known(_Table, frozen=True, kw_only=True):
    number: str
    at: datetime
    what: str
    source: str


class _File(_Table, frozen=True, kw_only=True):
    name: str
    t0: datetime
    t0_sigma_s: float
    source: str
    injection: _Point
    orbit: _Aim
    designator: str | None = None
    p_reach: float = 0.5
    known: tuple[_Known, ...] = ()


def load_launch(path: str | Path) -> Launch:
    """Read the description of a launch from a TOML file; every fault is told with its key and a cure."""
    return read_launch(read_text(path), where=Path(path).name)


def read_launch(text: str, *, where: str = "launch") -> Launch:
    """Read the description of a launch from TOML.

    injection.sigma_deg, orbit.inclination_sigma_deg and orbit.alt_sigma_km are 2, 0.2 and 30 where not given (assumed).
    known: other launches of that year whose number and time are known, beside those that come with the program
    """
    found = read_toml(where, text, _File, missing=_FORM)
    t0 = utc(found.t0, where=f"{where}: t0")
    point, aim = found.injection, found.orbit
    for key, source in (("source", found.source), ("injection.source", point.source), ("orbit.source", aim.source)):
        if not source.strip():
            raise InputError(where=where, key=key, seen="no source", cure="name one, or say 'assumed'")
    anchors = (*load_anchors(), *(_anchor(one, where) for one in found.known))
    told, possible = found.designator, numbers_at(t0, anchors)
    return Launch(
        name=found.name,
        t0=t0,
        t0_sigma_s=found.t0_sigma_s,
        injection=Injection(
            lat_deg=point.lat_deg,
            lon_deg=point.lon_deg,
            alt_m=point.alt_km * units.KILOMETRE,
            t_s=point.t_s,
            southbound=point.southbound,
            sigma_deg=point.sigma_deg,
            source=point.source,
        ),
        inclination_deg=aim.inclination_deg,
        inclination_sigma_deg=aim.inclination_sigma_deg,
        perigee_alt_m=aim.perigee_km * units.KILOMETRE,
        apogee_alt_m=aim.apogee_km * units.KILOMETRE,
        alt_sigma_m=aim.alt_sigma_km * units.KILOMETRE,
        numbers=possible if told is None else known_number(told, f"told in {where}", possible=possible),
        p_reach=found.p_reach,
        source=f"orbit: {aim.source}; lift-off: {found.source}",
    )


def _anchor(one: _Known, where: str) -> Anchor:
    """Return a known launch."""
    launch = launch_number(one.number)
    if launch is None:
        raise InputError(where=where, key="known.number", seen=repr(one.number), cure="write it as 2023-179")
    return Anchor(launch=launch, at=utc(one.at, where=f"{where}: known.at"), what=one.what, source=one.source)

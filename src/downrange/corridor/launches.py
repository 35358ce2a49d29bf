"""Announced areas of real launches: TOML files with typed-in numbers, each with where it was published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib import resources
from pathlib import Path

import msgspec
import numpy as np

from downrange.base import InputError, Window, read_toml, toml_names, toml_text
from downrange.corridor.model import Target
from downrange.corridor.shapes import outline
from downrange.earth import load_site, range_azimuth

_SHIPPED = resources.files("downrange.corridor") / "data" / "launches"
_FORM = "compare with the shipped 2009-04-05.toml"


class AreaKind(StrEnum):
    """What an area is, for whoever looks for the flight behind it."""

    ANNOUNCED = "announced"
    DERIVED = "derived"
    NEAR_PAD = "near-pad"
    DISPOSAL = "disposal"


class FallsThere(StrEnum):
    """What is meant to fall in an area, when somebody said it."""

    BOOSTERS = "boosters"
    STAGE_1 = "stage 1"
    STAGE_2 = "stage 2"
    STAGE_3 = "stage 3"
    FAIRING = "fairing"
    DEBRIS = "debris"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedArea:
    """One area of a launch.

    label:            as announced, or as counted here
    what:             what falls there
    kind:             announced with corners; derived, a point from published distances with a radius of doubt; near-pad, a
                      hazard area that holds the pad or begins within 60 km; disposal, after most of an orbit or more
    lat_deg, lon_deg: corners, or one point
    radius_m:         of a circle, or the doubt of a derived point; None for corners
    source:           where from, with the number of the notice
    """

    label: str
    what: FallsThere
    kind: AreaKind
    lat_deg: tuple[float, ...]
    lon_deg: tuple[float, ...]
    radius_m: float | None
    source: str

    @property
    def shape(self) -> str:
        """Kind of outline: polygon or circle."""
        return "polygon" if self.radius_m is None else "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTime:
    """When something happened, seconds after lift-off.

    event: in words ("stage 1 falls", "insertion")
    body:  what it happened to; unknown for the vehicle as a whole
    """

    event: str
    body: FallsThere
    t_s: float
    sigma_s: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrbit:
    """The orbit reached, or aimed at; None for what nobody published."""

    perigee_alt_m: float | None
    apogee_alt_m: float | None
    inclination_deg: float | None
    reached: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A real launch as it was announced.

    name, title: as typed on the command line; for people
    site:        name of a shipped site
    lift_off:    None when it is not known here, or never came
    outcome:     in words
    windows:     as announced, every day of a daily one
    areas:       in order of range from the pad
    times:       what is known of the flight
    orbit:       reached or aimed at; None when unknown
    sources:     where all this is from
    """

    name: str
    title: str
    site: str
    lift_off: datetime | None
    outcome: str
    windows: tuple[Window, ...]
    areas: tuple[AnnouncedArea, ...]
    times: tuple[KnownTime, ...]
    orbit: KnownOrbit | None
    sources: tuple[str, ...]

    @property
    def drops(self) -> tuple[AnnouncedArea, ...]:
        """The areas where something falls on the way up: announced or derived, in order of range."""
        return tuple(area for area in self.areas if area.kind in (AreaKind.ANNOUNCED, AreaKind.DERIVED))


class _AreaRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    label: str
    what: FallsThere
    kind: AreaKind
    source: str
    corners: list[tuple[float, float]] = []
    centre: tuple[float, float] | None = None
    radius_m: float | None = None


class _TimeRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    event: str
    t_s: float
    sigma_s: float
    source: str
    body: FallsThere = FallsThere.UNKNOWN


class _WindowRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    opens: datetime
    closes: datetime
    source: str
    days: int = 1


class _OrbitRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    reached: bool
    source: str
    perigee_alt_m: float | None = None
    apogee_alt_m: float | None = None
    inclination_deg: float | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    name: str
    title: str
    site: str
    outcome: str
    areas: list[_AreaRow]
    windows: list[_WindowRow] = []
    times: list[_TimeRow] = []
    orbit: _OrbitRow | None = None
    lift_off: datetime | None = None
    lift_off_source: str = ""


def launch_names() -> tuple[str, ...]:
    """Return the names of the launches that come with the program."""
    return toml_names(_SHIPPED)


def load_launch(name_or_path: str | Path) -> Announced:
    """Read the announced areas of a shipped launch by its name, or of a person's own TOML file by its path.

    >>> launch = load_launch("2009-04-05")
    >>> [str(area.what) for area in launch.drops]
    ['stage 1', 'stage 2']
    """
    where, text = toml_text(name_or_path, folder=_SHIPPED, what="launch")
    file = read_toml(where, text.removeprefix("\ufeff"), _File, missing=_FORM, wrong=_FORM)
    site = load_site(file.site)
    areas = [_area(where, row) for row in file.areas]
    if not areas:
        raise InputError(where=where, key="areas", seen="no areas", cure="give at least one with its corners")
    near_m = [float(range_azimuth(site.lat_deg, site.lon_deg, *outline(area).rim())[0].mean()) for area in areas]
    sources = [area.source for area in file.areas] + [row.source for row in file.windows]
    sources += [row.source for row in file.times] + [file.orbit.source if file.orbit else "", file.lift_off_source]
    return Announced(
        name=file.name,
        title=file.title,
        site=file.site,
        lift_off=file.lift_off,
        outcome=file.outcome,
        windows=tuple(window for row in file.windows for window in _windows(row)),
        areas=tuple(areas[i] for i in np.argsort(near_m)),
        times=tuple(
            KnownTime(event=row.event, body=row.body, t_s=row.t_s, sigma_s=row.sigma_s, source=row.source)
            for row in file.times
        ),
        orbit=None if file.orbit is None else _orbit(file.orbit),
        sources=tuple(dict.fromkeys(source for source in sources if source)),
    )


def _area(where: str, row: _AreaRow) -> AnnouncedArea:
    """Return one area; refuse one without an outline, or with two."""
    if bool(row.corners) == (row.centre is not None):
        raise InputError(
            where=where,
            key=f"areas.{row.label}",
            seen="corners and a centre" if row.corners else "neither corners nor a centre",
            cure="give corners = [[lat, lon], ...], or centre = [lat, lon] with radius_m",
        )
    points = row.corners or [point for point in (row.centre,) if point]
    found = AnnouncedArea(
        label=row.label,
        what=row.what,
        kind=row.kind,
        lat_deg=tuple(lat for lat, _ in points),
        lon_deg=tuple(lon for _, lon in points),
        radius_m=row.radius_m,
        source=row.source,
    )
    Target(label=found.label, lat_deg=found.lat_deg, lon_deg=found.lon_deg, radius_m=found.radius_m)
    return found


def _windows(row: _WindowRow) -> list[Window]:
    """Return a window, once a day for so many days."""
    return [
        Window(opens=row.opens + timedelta(days=day), closes=row.closes + timedelta(days=day))
        for day in range(row.days)
    ]


def _orbit(row: _OrbitRow) -> KnownOrbit:
    """Return the orbit of a file."""
    return KnownOrbit(
        perigee_alt_m=row.perigee_alt_m,
        apogee_alt_m=row.apogee_alt_m,
        inclination_deg=row.inclination_deg,
        reached=row.reached,
        source=row.source,
    )

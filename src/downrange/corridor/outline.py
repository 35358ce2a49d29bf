"""Outlined vehicles, and the record that announced areas make of them: what `infer` weighs.

An area is announced around the place where a body is planned to fall. It says nothing of where in it: we take a
normal spread with half the area's half-length along its long axis, and half its half-width across.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Final, Protocol

import msgspec

from downrange.base import InputError
from downrange.corridor.fit_model import Fact, Prior, Record, RecordFile, read_record_file, record_of
from downrange.corridor.geometry import ranges
from downrange.corridor.model import Area
from downrange.earth import Site

AREA_SIGMAS: Final = 2.0  # an area reaches so many of our sigmas from its middle (assumed)
LEAST_SIGMA_M: Final = 1_000.0
FREE: Final = 1e6  # a sigma so wide that the datum says nothing


class Timed(Protocol):
    """A published time of a body's fall, or of the insertion."""

    @property
    def event(self) -> str:
        """What happens: "stage 1 falls", "insertion"."""

    @property
    def t_s(self) -> float:
        """Seconds after lift-off."""

    @property
    def sigma_s(self) -> float:
        """One standard deviation [s]."""

    @property
    def source(self) -> str:
        """Who says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """The orbit that the vehicle is thought to enter, at its perigee.

    inclination_deg: None when nobody said
    sigma_alt_m:     of the heights; sigma_radial_mps: of the climb at insertion
    """

    perigee_alt_m: float
    apogee_alt_m: float
    inclination_deg: float | None
    sigma_alt_m: float
    sigma_inclination_deg: float
    sigma_radial_mps: float
    source: str


SOME_LOW_ORBIT: Final = Aim(
    perigee_alt_m=450e3,
    apogee_alt_m=450e3,
    inclination_deg=None,
    sigma_alt_m=150e3,
    sigma_inclination_deg=FREE,
    sigma_radial_mps=100.0,
    source="assumed: a satellite launcher enters some low orbit, 150 to 750 km",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """An outlined vehicle: what is known of it, with spread, before any notice.

    where: its file, for messages
    """

    file: RecordFile
    where: str

    @property
    def stages(self) -> int:
        """How many stages it has."""
        return sum(key.startswith("propellant") for key in (*self.file.priors, *self.file.fixed)) + 1

    @property
    def bodies(self) -> tuple[str, ...]:
        """What it lets fall, in the order of range in which launchers do."""
        return ("stage 1", "fairing", *(f"stage {n}" for n in range(2, self.stages)))


def outline_names() -> tuple[str, ...]:
    """Return the names of the shipped outlines."""
    folder = resources.files("downrange.corridor") / "data"
    return tuple(sorted(file.name[:-5] for file in folder.iterdir() if file.name.endswith(".toml")))


def load_outline(name_or_path: str | Path) -> Outline:
    """Return a shipped outline, or that of a TOML file; the facts of a public record are left out."""
    where, file = read_record_file(name_or_path)
    return Outline(file=file, where=where)


def bodies_for(outline: Outline, known: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Return every way in which areas, in order of range, can belong to the bodies of a vehicle.

    known: the body of each area where that is said, else ""

    >>> bodies_for(load_outline("chollima-1"), ["", "stage 2"])
    (('stage 1', 'stage 2'), ('fairing', 'stage 2'))
    """
    ways = [
        way
        for way in combinations(outline.bodies, len(known))
        if all(said in {"", body} for said, body in zip(known, way, strict=True))
    ]
    if not ways:
        said = ", ".join(body or "?" for body in known)
        raise InputError(
            where="areas",
            seen=f"{len(known)} areas ({said}) for a vehicle that lets {', '.join(outline.bodies)} fall",
            cure="leave out areas that are none of these, join those that touch, or name another outline",
        )
    return tuple(ways)


def area_fact(site: Site, area: Area, body: str) -> Fact:
    """Return what an area says of the fall of a body."""
    seen = ranges(site, [area])[0]
    source = f"announced area {area.label}"
    if seen.axis_deg is None:
        sigma_m = _sigma(0.5 * seen.length_m, site)
        return Fact(
            name=f"{body} in {area.label}",
            kind="place",
            limit=f"1 sigma {sigma_m / 1e3:.0f} km",
            source=source,
            body=body,
            lat_deg=seen.lat_deg,
            lon_deg=seen.lon_deg,
            sigma_m=sigma_m,
        )
    along_m, across_m = _sigma(0.5 * seen.length_m, site), _sigma(0.5 * seen.width_m, site)
    return Fact(
        name=f"{body} in {area.label}",
        kind="axis",
        limit=f"1 sigma {along_m / 1e3:.0f} km along, {across_m / 1e3:.0f} km across",
        source=source,
        body=body,
        lat_deg=seen.lat_deg,
        lon_deg=seen.lon_deg,
        course_deg=seen.axis_deg,
        sigma_along_m=along_m,
        sigma_across_m=across_m,
    )


def _sigma(half_m: float, site: Site) -> float:
    """Return the spread of a body over half an area, the pad's own uncertainty taken in."""
    return max(math.hypot(half_m / AREA_SIGMAS, site.sigma_m), LEAST_SIGMA_M)


def outlined(
    outline: Outline,
    site: Site,
    areas: Sequence[Area],
    bodies: Sequence[str],
    *,
    aim: Aim = SOME_LOW_ORBIT,
    times: Sequence[Timed] = (),
) -> Record:
    """Return the record that areas, the orbit aimed at and published times make of an outline.

    bodies: which body falls in each area
    """
    facts = [area_fact(site, area, body) for area, body in zip(areas, bodies, strict=True)]
    insertion = next((time for time in times if time.event == "insertion"), None)
    facts += [
        Fact(name=time.event, kind="time", limit="", source=time.source, body=body, t_s=time.t_s, sigma_s=time.sigma_s)
        for time in times
        for body in outline.bodies
        if time.event == f"{body} falls"
    ]
    facts.append(_aimed(aim, insertion))
    file = outline.file
    priors = dict(_priors(outline, site, areas))
    return record_of(
        name=file.name,
        title=file.title,
        site=site,
        fixed=file.fixed,
        drag=file.drag,
        facts=tuple(facts),
        soft=file.soft,
        priors=priors,
        where=outline.where,
    )


def _aimed(aim: Aim, insertion: Timed | None) -> Fact:
    """Return the fact that an orbit is reached, and when where that was published."""
    return Fact(
        name="insertion",
        kind="insertion",
        limit="",
        source=aim.source,
        t_s=insertion.t_s if insertion else 0.0,
        sigma_s=insertion.sigma_s if insertion else FREE,
        perigee_alt_m=aim.perigee_alt_m,
        apogee_alt_m=aim.apogee_alt_m,
        inclination_deg=90.0 if aim.inclination_deg is None else aim.inclination_deg,
        sigma_sma_m=aim.sigma_alt_m,
        sigma_r_m=aim.sigma_alt_m,
        sigma_radial_mps=aim.sigma_radial_mps,
        sigma_inclination_deg=FREE if aim.inclination_deg is None else aim.sigma_inclination_deg,
    )


def _priors(outline: Outline, site: Site, areas: Sequence[Area]) -> Iterator[tuple[str, Prior]]:
    """Yield the priors, azimuths turned toward the nearest area where the outline counts them from there."""
    toward_deg = 0.0
    if outline.file.azimuths == "from areas":
        if not areas:
            cure = "give at least one area, or an outline with azimuths of its own"
            raise InputError(where=outline.where, key="azimuths", seen="no area to count from", cure=cure)
        toward_deg = min(ranges(site, areas), key=lambda seen: seen.centre_m).azimuth_deg
    for key, prior in outline.file.priors.items():
        turned = "azimuth" in key
        yield key, msgspec.structs.replace(prior, mean=prior.mean + toward_deg) if turned else prior

"""Families of simulated flights: ascents to orbit, those that nearly reach it or fail, and sub-orbital flights.

They exist to tune what is said of a flight and to test it on others: the vehicle types of one group are never in the
other. All are invented and generic. A sub-orbital flight here is any rising vehicle with a cut-off below orbital
speed; where it comes down is of no interest to this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, ModelError, geodetic_from_ecef, inertial_velocity, uniforms, wgs84
from downrange.track._family_flight import (
    DIRECT,
    Design,
    Paths,
    apogee_m,
    axes_of,
    fly_designs,
    perigee_m,
)
from downrange.track._family_types import (
    BALLISTIC_TEST,
    BALLISTIC_TUNING,
    DRAWS,
    ORBITAL_TEST,
    ORBITAL_TUNING,
    Kit,
    design_of,
    pick,
)
from downrange.track.model import Burn, Sensor


class FlightKind(StrEnum):
    """What a flight is.

    ORBITAL:   reaches its orbit, perigee above 140 km
    NEAR_MISS: an ascent cut off so that its perigee lies from -500 to 300 km, on both sides of any limit between
    FAILED:    an ascent whose thrust ends at some moment, perigee below the ground
    BALLISTIC: sub-orbital by plan; the other three are space launches
    """

    ORBITAL = "orbital"
    NEAR_MISS = "near miss"
    FAILED = "failed"
    BALLISTIC = "ballistic"


class Group(StrEnum):
    """Which vehicle types: those for tuning, or those for testing, which tuning never sees."""

    TUNING = "tuning"
    TEST = "test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One flight. Rows at most one step apart, with a row at every ignition and cut-off.

    number:    its count in the family
    vehicle:   name of the invented type
    t_s (k,), r_ecef_m (k, 3), v_ecef_mps (k, 3): Earth-fixed; f_mps2 (k,): thrust acceleration from the row on
    burns:     as flown; planned: as they would have been without the failure
    cutoff_s:  when all thrust ended
    perigee_m: true perigee at that instant, height over the equatorial radius, two-body
    """

    number: int
    kind: FlightKind
    vehicle: str
    t_s: Array
    r_ecef_m: Array
    v_ecef_mps: Array
    f_mps2: Array
    burns: tuple[Burn, ...]
    planned: tuple[Burn, ...]
    cutoff_s: float
    perigee_m: float
    lat_deg: float
    lon_deg: float
    azimuth_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flights:
    """Flights of one family, in order of their numbers."""

    kind: FlightKind
    group: Group
    seed: int
    paths: tuple[Path, ...]

    def __len__(self) -> int:
        """How many."""
        return len(self.paths)

    def __getitem__(self, i: int) -> Path:
        """Return the flight in place i."""
        return self.paths[i]

    def __iter__(self) -> Iterator[Path]:
        """Go through the flights."""
        return iter(self.paths)


_KITS: Final = {
    (False, Group.TUNING): ORBITAL_TUNING,
    (False, Group.TEST): ORBITAL_TEST,
    (True, Group.TUNING): BALLISTIC_TUNING,
    (True, Group.TEST): BALLISTIC_TEST,
}
_TRIES = 12  # draws of one flight until it is of its kind
_BATCH = 500  # flights flown at once
_ROOM = 1 << 40  # counted numbers of one kind and group


def draw_family(
    kind: FlightKind,
    seed: int,
    first: int,
    count: int,
    *,
    group: Group = Group.TUNING,
    tail_s: float = 120.0,
    step_s: float = 1.0,
) -> Flights:
    """Return the flights first, first + 1, ... of a family; number i of a seed is the same whatever the chunking.

    tail_s: how long each goes on after the end of thrust, or until it comes down to 20 km
    step_s: the longest step; the rows fit cubic Hermite interpolation

    A draw that is not of its kind (an ascent that does not reach its orbit) is drawn again, from numbers of its own.
    """
    if count < 0 or first < 0 or not 0.0 < step_s <= 2.0 or tail_s < 0.0:
        raise InputError(
            where="draw_family",
            seen=f"first {first}, count {count}, step_s {step_s:g}, tail_s {tail_s:g}",
            cure="give counts of 0 or more, a step above 0 and up to 2 s, a tail of 0 s or more",
        )
    kind, group = FlightKind(kind), Group(group)
    paths: list[Path] = []
    for start in range(first, first + count, _BATCH):
        paths += _batch(kind, group, seed, start, min(_BATCH, first + count - start), step_s, tail_s)
    return Flights(kind=kind, group=group, seed=seed, paths=tuple(paths))


def _batch(
    kind: FlightKind, group: Group, seed: int, first: int, count: int, step_s: float, tail_s: float
) -> list[Path]:
    """Return some flights, drawn until each is of its kind."""
    kits = _KITS[kind is FlightKind.BALLISTIC, group]
    room = (list(FlightKind).index(kind) * 2 + list(Group).index(group)) * _ROOM
    draws = uniforms(seed, count, DRAWS * _TRIES, first=room + first)
    found: dict[int, Path] = {}
    missing = np.arange(count)
    for trial in range(_TRIES):
        u = draws[missing, trial * DRAWS : (trial + 1) * DRAWS]
        for i, path in zip(missing.tolist(), _flown(kind, kits, u, step_s, tail_s), strict=True):
            if path is not None:
                found[i] = replace(path, number=first + i)
        missing = np.array([i for i in missing.tolist() if i not in found], dtype=np.int64)
        if not missing.size:
            return [found[i] for i in range(count)]
    raise ModelError(f"family {kind}, seed {seed}: {missing.size} flights are not of their kind after {_TRIES} draws")


def _flown(kind: FlightKind, kits: tuple[Kit, ...], u: Array, step_s: float, tail_s: float) -> list[Path | None]:
    """Return a flight for each row of counted numbers, None where it did not become one of its kind."""
    plain = design_of(kits, u)
    design = _missing_by_little(plain, u) if kind is FlightKind.NEAR_MISS else plain
    planned = (
        fly_designs(plain, step_s=step_s, tail_s=0.0) if kind in (FlightKind.NEAR_MISS, FlightKind.FAILED) else None
    )
    if kind is FlightKind.FAILED and planned is not None:
        design = replace(plain, fails_s=_moments(planned, u))
    flown = fly_designs(design, step_s=step_s, tail_s=tail_s)
    names = [kits[i].name for i in pick(kits, u)]
    return [
        _path(
            kind,
            names[i],
            flown,
            planned if planned is not None and _keeps_plan(plain, design, i) else flown,
            design,
            i,
        )
        for i in range(len(u))
    ]


def _keeps_plan(plain: Design, design: Design, i: int) -> bool:
    """Say whether a flight aims where the undisturbed one does, so that the plan is that one's."""
    return bool(plain.alt_m[i] == design.alt_m[i] and plain.sma_m[i] == design.sma_m[i])


def _missing_by_little(design: Design, u: Array) -> Design:
    """Return designs that end near the limit: cut off early at a drawn perigee, or aimed low, climbing and too fast."""
    early = u[:, 30] < 0.7
    low = ~early & (design.mode == DIRECT)
    alt_m = np.where(low, 95e3 + 90e3 * u[:, 31], design.alt_m)
    over = np.where(low, 120e3 * u[:, 32], 0.0)
    return replace(
        design,
        alt_m=alt_m,
        sma_m=np.where(low, wgs84.RE_M + alt_m + over, design.sma_m),
        climb_mps=np.where(low, 160.0 * (u[:, 33] - 0.5), 0.0),
        stop_perigee_m=np.where(low, np.inf, -500e3 + 800e3 * _toward_limit(u[:, 31])),
    )


def _toward_limit(u: Array) -> Array:
    """Return shares of the span from -500 to 300 km: half even, half within 60 km of 120 km."""
    even, middle = np.minimum(2.0 * u, 1.0), 0.775 + 0.15 * (2.0 * u - 1.5)
    share: Array = np.where(u < 0.5, even, middle)
    return share


def _moments(planned: Paths, u: Array) -> Array:
    """Return a moment of failure for each flight: even over its time under thrust, from 25 s on."""
    moments = np.empty(len(u))
    for i, burns in enumerate(planned.burns):
        lengths = np.array([b - a for a, b, _ in burns])
        into = 25.0 + (lengths.sum() - 27.0) * u[i, 30]
        for (a, b, _), length in zip(burns, lengths, strict=True):
            moments[i] = min(a + into, b)
            if into <= length:
                break
            into -= length
    return moments


def _path(kind: FlightKind, vehicle: str, flown: Paths, planned: Paths, design: Design, i: int) -> Path | None:
    """Return one flight, None when it is not of its kind."""
    t = flown.t_s[:, i]
    keep = np.isfinite(t)
    keep[1:] &= ~(np.diff(t) < 1e-6)  # nothing happens in a step of no length
    t_s, out_s = t[keep], float(flown.out_s[i])
    r, v = flown.r_ecef_m[keep, i], flown.v_ecef_mps[keep, i]
    if not np.isfinite(out_s):
        return None
    at = int(np.argmin(np.abs(t_s - out_s)))
    inertial = inertial_velocity(r[at : at + 1], v[at : at + 1])
    low_m = float(perigee_m(r[at : at + 1], inertial)[0])
    if not _fits(kind, low_m, r[at : at + 1], inertial):
        return None
    return Path(
        number=0, kind=kind, vehicle=vehicle, t_s=t_s, r_ecef_m=r, v_ecef_mps=v, f_mps2=_force(flown, keep, i),
        burns=tuple(Burn(*burn) for burn in flown.burns[i]), planned=tuple(Burn(*burn) for burn in planned.burns[i]),
        cutoff_s=out_s, perigee_m=low_m, lat_deg=float(design.lat_deg[i]), lon_deg=float(design.lon_deg[i]),
        azimuth_deg=float(design.azimuth_deg[i]),
    )  # fmt: skip


def _force(flown: Paths, keep: NDArray[np.bool_], i: int) -> Array:
    """Return the thrust acceleration of the rows kept; of two rows of one instant the later tells what follows."""
    f = flown.f_mps2[:, i]
    t = flown.t_s[:, i]
    last = np.searchsorted(t[np.isfinite(t)], t[keep] + 1e-6) - 1
    force: Array = f[np.isfinite(t)][last]
    return force


def _fits(kind: FlightKind, low_m: float, r: Array, v: Array) -> bool:
    """Say whether a flight with this perigee and this state at the end of thrust is of its kind."""
    radius, _, climb, level, _ = axes_of(r, v)
    if kind is FlightKind.ORBITAL:
        return 140e3 <= low_m <= 1_500e3
    if kind is FlightKind.NEAR_MISS:
        return -500e3 <= low_m <= 300e3
    if kind is FlightKind.FAILED:
        return low_m < 0.0
    alt_m = float(geodetic_from_ecef(r)[2][0])
    top_m = float(apogee_m(radius, climb, level)[0]) - wgs84.RE_M
    return low_m < -300e3 and 20e3 < alt_m and 60e3 < top_m < 6_000e3


def radar_near(path: Path, *, range_m: float, at_s: float, side_deg: float = 90.0, name: str = "radar") -> Sensor:
    """Return an invented radar (30 m, 1 mrad, 10 Hz) that sees a flight at about range_m at an instant.

    It stands on the ground below, side_deg clockwise off the course there. A range shorter than the height puts it
    straight below.
    """
    i = int(np.searchsorted(path.t_s, at_s).clip(0, path.t_s.size - 1))
    r, v = path.r_ecef_m[i : i + 1], inertial_velocity(path.r_ecef_m[i : i + 1], path.v_ecef_mps[i : i + 1])
    radius, up, _, _, ahead = axes_of(r, v)
    ground = wgs84.MEAN_RADIUS_M
    cosine = (ground**2 + radius[0] ** 2 - range_m**2) / (2.0 * ground * radius[0])
    away = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
    side = np.radians(side_deg)
    toward = np.cos(side) * ahead[0] - np.sin(side) * np.cross(up[0], ahead[0])
    lat_deg, lon_deg, _ = geodetic_from_ecef(ground * (np.cos(away) * up[0] + np.sin(away) * toward))
    return Sensor(
        name=name, title="invented radar", lat_deg=float(lat_deg), lon_deg=float(lon_deg), alt_m=0.0,
        sigma_range_m=30.0, sigma_az_deg=float(np.degrees(1e-3)), sigma_el_deg=float(np.degrees(1e-3)),
        max_range_m=1e7, min_elevation_deg=0.0, period_s=0.1, source="assumed: noise and rate of scenario S1",
    )  # fmt: skip

"""Many flights of one launch, planned and failing, with everything that they let go down to the ground.

What flight i of a seed does is always the same: whatever the number of flights, of threads, of machines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, InputError, geodetic_from_ecef
from downrange.earth import Site, Wind, wind_tables
from downrange.fall.debris import DebrisList, draw_pieces
from downrange.fall.drop import drop
from downrange.fall.grid import Grid
from downrange.fall.tally import HARMFUL_J
from downrange.fall.weights import Body, Ensemble, Mode
from downrange.flight import (
    IN_ORBIT_M,
    NEVER_S,
    PLANNED,
    Crowd,
    Device,
    Failures,
    Flown,
    Plan,
    Spread,
    Vehicle,
    air_factors,
    crowd_of,
    dispersed,
    draw_troubles,
    fly_crowd,
    orbit_of,
    stack_name,
)

FAIRING = "fairing"
FAIRING_HALVES = 2
STILL = np.zeros((1, 0, 8))
_DRAG = 1.0  # assumed: drag coefficient behind the projected area of a whole body
_ON_GROUND_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Everything that decides what the flights of an ensemble do.

    wind: None for still air; air: table of the air, None for US 1976
    without: groups of `downrange.flight.GROUPS`, or "wind", that are left as they are; wind then blows at its mean
    """

    vehicle: Vehicle
    plan: Plan
    site: Site
    failures: Failures
    debris: DebrisList
    spread: Spread
    seed: int
    wind: Wind | None = None
    air: Array | None = None
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two bodies of one name: what comes down is told by it."""
        names = self._names
        twice = next((name for i, name in enumerate(names) if name in names[:i]), None)
        if twice is not None:
            seen = f"{twice!r} names two kinds of body, of the vehicle or of the debris list {self.debris.name}"
            raise InputError(where=self.vehicle.name, key="name", seen=seen, cure="rename one of them")

    @property
    def last(self) -> str:
        """Name of what flies to the end."""
        return f"{self.vehicle.stages[-1].name} and payload"

    @property
    def stacks(self) -> tuple[str, ...]:
        """Names of what is left together after a failure, by its lowest stage."""
        count = len(self.vehicle.stages)
        return tuple(f"failed {stack_name(count, lowest)}" for lowest in range(1, count + 1))

    @property
    def bodies(self) -> tuple[str, ...]:
        """Names of everything that may come down, in the order of the tally."""
        return tuple(self._names)

    @property
    def _names(self) -> list[str]:
        stages = [stage.name for stage in self.vehicle.stages[:-1]]
        boosters = [booster.name for booster in self.vehicle.boosters]
        pieces = [kind.name for kind in self.debris.classes]
        return [*stages, *boosters, FAIRING, self.last, *self.stacks, *pieces]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landings:
    """What some flights brought down, one row a simulated body; NaN where it stayed up.

    mode: (N,) of each flight; flight: (n,) which flight let it go, rising from 0 within each body
    body: (n,) index into `Launch.bodies`; harmful: (n,) strikes with HARMFUL_J or more
    """

    mode: NDArray[np.int64]
    flight: NDArray[np.int64]
    body: NDArray[np.int64]
    lat_deg: Array
    lon_deg: Array
    t_s: Array
    speed_mps: Array
    harmful: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class _LetGo:
    """Bodies of one kind let go: which flights', states (n, 7), ballistic coefficients, mass of each."""

    body: str
    flight: NDArray[np.int64]
    state: Array
    beta_kgpm2: Array
    mass_kg: Array


def land(launch: Launch, first: int, flights: int, *, device: Device = Device.ALONE) -> Landings:
    """Fly `flights` flights from number `first` on, and bring everything down that they let go."""
    crowd = crowd_of(launch.vehicle, launch.plan, launch.site, flights)
    crowd = dispersed(crowd, launch.spread, launch.seed, first=first, without=launch.without)
    mode, troubles = draw_troubles(launch.failures, crowd, launch.seed, first=first)
    winds = _winds(launch, first, flights)
    flown = fly_crowd(crowd, troubles, air=launch.air, winds=winds, device=device)
    let_go = [*_planned(launch, crowd, flown), *_left(launch, crowd, flown, mode, first)]
    flight = np.concatenate([one.flight for one in let_go])
    state = np.concatenate([one.state for one in let_go])
    mass_kg = np.concatenate([one.mass_kg for one in let_go])
    body = np.concatenate([np.full(len(one.flight), launch.bodies.index(one.body)) for one in let_go])
    hit = drop(
        state[:, 0],
        state[:, 1:4],
        state[:, 4:7],
        np.concatenate([one.beta_kgpm2 for one in let_go]),
        air=launch.air,
        winds=winds if winds.shape[1] else None,
        wind_of=flight if len(winds) > 1 else None,
        device=device,
    )
    lat, lon, alt = geodetic_from_ecef(state[:, 1:4])
    down = (alt < _ON_GROUND_M) & np.isnan(hit.t_s)  # it flew into the ground
    speed = np.where(down, np.linalg.norm(state[:, 4:7], axis=1), hit.speed_mps)
    return Landings(
        mode=mode,
        flight=flight,
        body=body,
        lat_deg=np.where(down, lat, hit.lat_deg),
        lon_deg=np.where(down, lon, hit.lon_deg),
        t_s=np.where(down, state[:, 0], hit.t_s),
        speed_mps=speed,
        harmful=0.5 * mass_kg * np.nan_to_num(speed) ** 2 >= HARMFUL_J,
    )


def _winds(launch: Launch, first: int, flights: int) -> Array:
    """Return one wind for all, or one each."""
    from downrange.earth import mean_wind_table

    if launch.wind is None:
        return STILL
    if "wind" in launch.without:
        return mean_wind_table(launch.wind)[None]
    return wind_tables(launch.wind, launch.seed, flights, first=first)


def _planned(launch: Launch, crowd: Crowd, flown: Flown) -> list[_LetGo]:
    """Return the stages, strap-ons and fairing that were let go."""
    times = flown.line.times
    unburnt_kg = crowd.propellant_kg - times.burnt_s * crowd.mdot_kgps
    found = []
    for s, stage in enumerate(launch.vehicle.stages[:-1]):
        mass = crowd.dry_kg[:, s] + unburnt_kg[:, s]
        found.append(_gone(stage.name, flown, times.parted[:, s], crowd.beta_kgpm2[:, s], mass))
    for b, booster in enumerate(launch.vehicle.boosters):
        beta, mass = crowd.booster_beta_kgpm2[:, b], crowd.booster_dry_kg[:, b]
        found.append(_gone(booster.name, flown, times.booster_parted[:, b], beta, mass))
    if launch.vehicle.fairing_kg > 0.0:
        mass = crowd.fairing_kg / FAIRING_HALVES
        found.append(_gone(FAIRING, flown, times.fairing, crowd.fairing_beta_kgpm2, mass))
    return found


def _gone(body: str, flown: Flown, t_s: Array, beta: Array, mass_kg: Array) -> _LetGo:
    """Return the flights that let a body go, at t_s (N,), and its state then."""
    rows = np.flatnonzero(t_s < NEVER_S)
    state = flown.at(np.minimum(t_s, NEVER_S))[rows]
    return _LetGo(body=body, flight=rows, state=state, beta_kgpm2=beta[rows], mass_kg=mass_kg[rows])


def _left(launch: Launch, crowd: Crowd, flown: Flown, mode: NDArray[np.int64], first: int) -> list[_LetGo]:
    """Return what is left together at the end of each flight, whole or in pieces, but for what stays in orbit."""
    modes = launch.failures.modes
    failed = flown.line.times.failed < NEVER_S  # not where the flight was over before
    ends = failed & np.array([False, *(m.kind.ends_flight for m in modes)])[mode]
    breaks = failed & np.array([False, *(m.leaves_pieces for m in modes)])[mode]
    last = flown.last
    up = orbit_of(last)[0] > IN_ORBIT_M
    lowest = (flown.line.times.parted < NEVER_S).sum(axis=1)
    whole = ends | (lowest < crowd.stages - 1)  # or it flew into the ground with a stage
    stacks = [(name, whole & ~breaks & ~(up & ~ends) & (lowest == s)) for s, name in enumerate(launch.stacks)]
    found = []
    for body, mine in ((launch.last, ~whole & ~breaks & ~up), *stacks):
        rows = np.flatnonzero(mine)
        found.append(
            _LetGo(
                body=body,
                flight=rows,
                state=last[rows],
                beta_kgpm2=crowd.beta_stack_kgpm2[rows],
                mass_kg=last[rows, 7],
            )
        )
    rows = np.flatnonzero(breaks)
    if len(rows):
        _, dv_mps, beta = draw_pieces(launch.debris, launch.seed, len(crowd), first=first)
        beta = beta / air_factors(launch.spread, launch.seed, len(crowd), first=first, without=launch.without)[:, None]
        for i, kind in enumerate(launch.debris.classes):
            state = last[rows].copy()
            state[:, 4:7] += dv_mps[rows, i]
            mass = np.full(len(rows), kind.mass_kg)
            found.append(_LetGo(body=kind.name, flight=rows, state=state, beta_kgpm2=beta[rows, i], mass_kg=mass))
    return found


def _stacks_kg(vehicle: Vehicle) -> list[float]:
    """Return the mass of what flies from each stage upwards, tanks full."""
    full_kg = [stage.propellant_kg + stage.dry_kg for stage in vehicle.stages]
    top_kg = [vehicle.payload_kg + (vehicle.fairing_kg if s < 2 else 0.0) for s in range(len(full_kg))]
    return [vehicle.liftoff_kg, *(sum(full_kg[s:]) + top_kg[s] for s in range(1, len(full_kg)))]


def described(launch: Launch, grid: Grid, flights: int) -> Ensemble:
    """Return what the tally of so many flights is weighed by: probabilities of the modes, pieces and areas of the bodies.

    The projected area of a whole body is that of its ballistic coefficient at a drag coefficient of 1, which is assumed;
    a stack is taken with full tanks and with its strap-ons and fairing, so at the most.
    """
    vehicle, debris, p = launch.vehicle, launch.debris, launch.failures.p
    known = {
        stage.name: Body(name=stage.name, pieces=1.0, area_m2=stage.dry_kg / stage.beta_kgpm2 / _DRAG)
        for stage in vehicle.stages[:-1]
    }
    for one in vehicle.boosters:
        known[one.name] = Body(name=one.name, pieces=float(one.count), area_m2=one.dry_kg / one.beta_kgpm2 / _DRAG)
    half_kg = vehicle.fairing_kg / FAIRING_HALVES
    known[FAIRING] = Body(
        name=FAIRING, pieces=float(FAIRING_HALVES), area_m2=half_kg / vehicle.fairing_beta_kgpm2 / _DRAG
    )
    last_kg = vehicle.stages[-1].dry_kg + vehicle.payload_kg
    stacks = zip(launch.stacks, _stacks_kg(vehicle), strict=True)
    for name, mass_kg in ((launch.last, last_kg), *stacks):
        known[name] = Body(name=name, pieces=1.0, area_m2=mass_kg / vehicle.beta_stack_kgpm2 / _DRAG)
    for kind in debris.classes:
        known[kind.name] = Body(name=kind.name, pieces=kind.count, area_m2=kind.area_m2)
    modes = zip(launch.failures.names, launch.failures.probabilities, strict=True)
    return Ensemble(
        modes=tuple(Mode(name=name, p=chance, planned=name == PLANNED) for name, chance in modes),
        bodies=tuple(known[name] for name in launch.bodies),
        grid=grid,
        flights=flights,
        seed=launch.seed,
        source=f"{vehicle.title} from {launch.site.title}; failures {launch.failures.name}, p = {p.value:.3g} "
        f"({p.kind}: {p.source}); debris {debris.name}; spread {launch.spread.name}",
    )

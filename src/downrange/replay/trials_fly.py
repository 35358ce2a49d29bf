"""Simulated launches: a fitted vehicle, what goes wrong with it, what falls of it, and what the sensors say.

Launch i of a seed is the same whatever the number of launches: every draw is counted by it. The vehicle is one of the
randomised fits from its own point of the pad's uncertainty; what goes wrong is drawn from the catalogue "assumed", as
the crowd that the desk reckons with was; every other launch fails, which is also the catalogue's probability. The track
room knows the burns of the best fit, not those of the vehicle that flies, and it is told of no corridor: whether the
vehicle leaves one changes nothing for the desk, and to know costs half of all time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from downrange.base import Array, normals, uniforms
from downrange.corridor import Record, load_fits, load_record, vehicle_toml
from downrange.earth import destination
from downrange.fall import DebrisList, Falls, draw_pieces, drop, fall_path, load_debris
from downrange.flight import (
    KINDS,
    Failure,
    Failures,
    Flight,
    Plan,
    Vehicle,
    crowd_of,
    draw_troubles,
    fly,
    load_failures,
    orbit_of,
    read_vehicle,
)
from downrange.replay.outlook import Heard, heard_of
from downrange.track import Sensor, Update, assess, follow, load_sensors, simulate

T0: Final = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)  # any will do: nothing in a trial depends on the date
_LN_BETA: Final = 0.6  # spread of a stack's ballistic coefficient, as the corridor room assumes it
_STAYS_UP_M: Final = 120_000.0  # perigee above which nothing comes down within the hours of a watch
_COAST_S: Final = 120  # how long the sensors follow what reached orbit
_WEIGHTLESS: Final = 1e9  # so heavy for its area that no air is felt
_DRAWS: Final = 2000  # of the truth of a stack, and of a piece of each class
_FIRST_S: Final = 0.5  # a first stage that fails sooner has not left the pad
_DEBRIS: Final = "assumed-launcher"
_FAILURES: Final = "assumed"
_STREAM: Final = 11 << 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """One simulated launch.

    flight:   of the vehicle as drawn; mode: what went wrong; failed_s: when, NaN when nothing did
    orbit:    whether it stays up
    likely:   what came down in many versions, each body's rows adding up to 1: what was known once it had failed
    fallen:   what came down, each body and piece once
    heard:    what the track room said
    """

    number: int
    flight: Flight
    mode: str
    failed_s: float
    orbit: bool
    likely: Falls
    fallen: Falls
    heard: Heard
    updates: tuple[Update, ...]


class Range:
    """Where launches are simulated: the vehicle's fits, the pad, what may go wrong, the sensors."""

    __slots__ = (
        "_burns", "_cached", "debris", "failures", "fits", "plan", "record", "seed", "sensors", "vehicle",
    )  # fmt: skip

    def __init__(self, vehicle: str, sensors: str, *, seed: int, period_s: float) -> None:
        """Load everything once."""
        self.record: Record = load_record(vehicle)
        self.fits: Array = load_fits(vehicle)
        self.seed = seed
        self.vehicle, self.plan = self._best()
        self.failures: Failures = load_failures(_FAILURES, len(self.vehicle.stages))
        self.debris: DebrisList = load_debris(_DEBRIS)
        self.sensors: tuple[Sensor, ...] = tuple(
            replace(one, period_s=max(one.period_s, period_s)) for one in load_sensors(sensors)
        )
        planned = fly(self.vehicle, self.record.site, self.plan)
        self._burns = planned.burns
        self._cached: dict[int, tuple[Vehicle, Plan]] = {}

    @property
    def releases(self) -> tuple[tuple[str, float], ...]:
        """What the best fit lets go as planned, and when."""
        planned = fly(self.vehicle, self.record.site, self.plan)
        return tuple((body.name, float(body.t_s)) for body in planned.bodies)

    def fly(self, number: int) -> Flown:
        """Fly one launch, and follow it with the sensors."""
        pick = float(uniforms(self.seed ^ _STREAM, 1, 1, first=number)[0, 0])
        vehicle, plan = self._vehicle(1 + int(pick * (len(self.fits) - 1)))
        off = normals(self.seed ^ _STREAM, 1, 2, first=number)[0] * self.record.site.sigma_m
        site = self.record.site
        lat, lon = destination(site.lat_deg, site.lon_deg, float(np.degrees(np.arctan2(*off))), float(np.hypot(*off)))
        site = replace(site, lat_deg=float(lat), lon_deg=float(lon))
        mode, failure = self._failure(vehicle, plan, number)
        flight = fly(vehicle, site, plan, failure)
        orbit = _stays_up(flight)
        pieces = failure is not None and not orbit and self.failures.modes[mode - 1].leaves_pieces
        likely, fallen = self._falls(flight, orbit=orbit, pieces=pieces, number=number)
        updates = self._followed(flight, vehicle, orbit=orbit, number=number)
        failed = np.nan if failure is None else _failed_s(flight)
        return Flown(
            number=number,
            flight=flight,
            mode=self.failures.names[mode] if np.isfinite(failed) else self.failures.names[0],
            failed_s=failed,
            orbit=orbit,
            likely=likely,
            fallen=fallen,
            heard=heard_of(updates),
            updates=updates,
        )

    def _best(self) -> tuple[Vehicle, Plan]:
        return read_vehicle(vehicle_toml(self.record, self.fits[[0, 0]]), where=self.record.name)

    def _vehicle(self, fit: int) -> tuple[Vehicle, Plan]:
        """Return the vehicle and plan of one fit."""
        if fit not in self._cached:
            text = vehicle_toml(self.record, self.fits[[fit, fit]])
            self._cached[fit] = read_vehicle(text, where=f"{self.record.name}, fit {fit}")
        return self._cached[fit]

    def _failure(self, vehicle: Vehicle, plan: Plan, number: int) -> tuple[int, Failure | None]:
        """Return the mode that a launch meets, and the failure as it is flown; 0 and None as planned."""
        crowd = crowd_of(vehicle, plan, self.record.site)
        modes, troubles = draw_troubles(self.failures, crowd, self.seed ^ _STREAM, first=number)
        mode = int(modes[0])
        if mode == 0:
            return 0, None
        stage, after_s = int(troubles.stage[0]) + 1, float(troubles.after_s[0])
        return mode, Failure(
            kind=KINDS[int(troubles.kind[0])],
            stage=stage,
            after_ignition_s=max(after_s, _FIRST_S) if stage == 1 else after_s,
            size=float(troubles.size[0]),
            clock_deg=float(np.degrees(troubles.clock_rad[0])),
        )

    def _falls(self, flight: Flight, *, orbit: bool, pieces: bool, number: int) -> tuple[Falls, Falls]:
        """Return what came down, in many versions and as it did: what was let go, and the stack or its pieces."""
        names, states, beta, share = [], [], [], []
        for body in flight.bodies[:-1] if _has_stack(flight) else flight.bodies:
            names.append((body.name, 1, 1))
            states.append(np.array([[body.t_s, *body.r_ecef_m, *body.v_ecef_mps]]))
            beta.append(np.array([body.beta_kgpm2]))
            share.append(1)
        if _has_stack(flight) and not orbit:
            stack = flight.bodies[-1]
            state = np.array([stack.t_s, *stack.r_ecef_m, *stack.v_ecef_mps])
            if pieces:
                _, dv, betas = draw_pieces(self.debris, self.seed ^ _STREAM, 1, first=number, per_class=_DRAWS)
                for i, kind in enumerate(self.debris.classes):
                    rows = np.tile(state, (_DRAWS, 1))
                    rows[:, 4:7] += dv[0, i :: len(self.debris.classes)]
                    names.append((kind.name, _DRAWS, int(kind.count)))
                    states.append(rows)
                    beta.append(betas[0, i :: len(self.debris.classes)])
            else:
                names.append((stack.name, _DRAWS, 1))
                states.append(np.tile(state, (_DRAWS, 1)))
                spread = normals(self.seed ^ _STREAM ^ 1, _DRAWS, 1, first=number * _DRAWS)[:, 0]
                beta.append(stack.beta_kgpm2 * np.exp(_LN_BETA * spread))
        return _fallen(names, states, beta)

    def _followed(self, flight: Flight, vehicle: Vehicle, *, orbit: bool, number: int) -> tuple[Update, ...]:
        """Return what the track room says of a launch."""
        path = _path(flight, vehicle, orbit=orbit)
        readings = simulate(*path, self.sensors, T0, (self.seed << 20) + number)
        if not readings:
            return ()
        track = follow(readings, self.sensors, T0)
        return tuple(assess(track, self._burns, seed=number)) if len(track.t_s) else ()


def _has_stack(flight: Flight) -> bool:
    """Say whether the last body is what was left together."""
    return bool(flight.bodies) and flight.bodies[-1].name.endswith("payload")


def _stays_up(flight: Flight) -> bool:
    """Say whether what is left together goes round the Earth."""
    state = np.concatenate([flight.t_s[-1:], flight.r_ecef_m[-1], flight.v_ecef_mps[-1], flight.mass_kg[-1:]])
    return float(np.ravel(orbit_of(state[None])[0])[0]) > _STAYS_UP_M


def _failed_s(flight: Flight) -> float:
    """Return when a flight failed; NaN when what was to fail never came."""
    moments = [event.t_s for event in flight.events if event.name in ("failure", "end of thrust", "impact")]
    return float(min(moments)) if moments else float("nan")


def _fallen(names: list[tuple[str, int, int]], states: list[Array], beta: list[Array]) -> tuple[Falls, Falls]:
    """Drop all rows at once; return them all with their shares, and those that really fell."""
    if not names:
        empty = np.empty(0)
        none = Falls(
            lat_deg=empty, lon_deg=empty, t_s=empty, p=empty, body_index=np.empty(0, np.int64), bodies=(), source=""
        )
        return none, none
    rows = np.concatenate(states)
    hit = drop(rows[:, 0], rows[:, 1:4], rows[:, 4:7], np.concatenate(beta))
    body = np.repeat(np.arange(len(names), dtype=np.int64), [n for _, n, _ in names])
    order = np.concatenate([np.arange(n) for _, n, _ in names])
    count = np.array([n for _, n, _ in names])[body]
    real = np.array([k for _, _, k in names])[body]
    every = Falls(
        lat_deg=hit.lat_deg,
        lon_deg=hit.lon_deg,
        t_s=hit.t_s,
        p=np.where(np.isfinite(hit.lat_deg), 1.0 / count, 0.0),
        body_index=body,
        bodies=tuple(name for name, _, _ in names),
        source="a simulated launch; vehicle, failure and pieces assumed",
    )
    keep = order < real
    fell = replace(
        every,
        **{name: getattr(every, name)[keep] for name in ("lat_deg", "lon_deg", "t_s", "body_index")},
        p=np.where(np.isfinite(hit.lat_deg), 1.0 / real, 0.0)[keep],
    )
    return every, fell


def _path(flight: Flight, vehicle: Vehicle, *, orbit: bool) -> tuple[Array, Array, Array]:
    """Return what the sensors follow: the flight, then the fall of what is left, or the coast in orbit."""
    beta, rows = (_WEIGHTLESS, _COAST_S) if orbit else (vehicle.beta_stack_kgpm2, 7_200)
    t_s, r, v = fall_path(flight.t_s[-1], flight.r_ecef_m[-1], flight.v_ecef_mps[-1], beta, rows=rows)
    every = np.concatenate([flight.t_s, t_s])
    keep = np.concatenate([[True], every[1:] > np.maximum.accumulate(every)[:-1]])
    return every[keep], np.concatenate([flight.r_ecef_m, r])[keep], np.concatenate([flight.v_ecef_mps, v])[keep]

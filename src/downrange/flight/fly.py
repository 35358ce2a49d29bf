"""Fly a crowd, or one vehicle on one plan, with or without a failure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array, geodetic_from_ecef, inertial_velocity
from downrange.earth import ZONALS, Site, air_table
from downrange.flight import _kernel as k
from downrange.flight.crowd import Crowd, Troubles, crowd_of, starts_of, troubles_of
from downrange.flight.insertion import IN_ORBIT_M, orbit_of
from downrange.flight.model import Body, Device, Event, Failure, Flight, Outcome, Plan, Vehicle
from downrange.flight.timeline import NEVER_S, Timeline, timeline

FEW = 64  # fewer flights than this are flown on one thread
STILL = np.zeros((1, 0, 8))
_GROUND_M = 1.0  # no higher than this a flight that ended early is down
_SAME_S = 1e-6
_GOLDEN, _PEAK_STEPS = 0.6180339887498949, 30  # 30 narrow two steps to a microsecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Flown:
    """A crowd that has flown. A state is t, x, y, z, vx, vy, vz, mass: Earth-fixed, SI.

    start: (N, 7) at lift-off; ends: (N, P, 8) at the end of each phase of the timeline; q_max_pa: (N,) largest dynamic pressure
    line: as flown: where a flight ends early, on the ground or in its orbit, what was to come later never comes
    """

    line: Timeline
    start: Array
    ends: Array
    q_max_pa: Array

    @property
    def last(self) -> Array:
        """States at the end of powered flight, (N, 8), with the mass of what is left together."""
        last: Array = self.ends[:, -1]
        return last

    @property
    def down(self) -> NDArray[np.bool_]:
        """Which flights came back to the ground under power, (N,)."""
        return self.line.early & (geodetic_from_ecef(self.last[:, 1:4])[2] < _GROUND_M)

    def at(self, t_s: Array) -> Array:
        """Return the states (N, 8) at moments of the timeline (N,); meaningless for a moment that never comes."""
        state: Array = self.ends[np.arange(len(t_s)), self.line.phase_ending(np.minimum(t_s, self.line.times.end))]
        return state

    def out(self, stage: int) -> Array:
        """Return the states (N, 8) at the last burn-out of a stage (1 is the lowest)."""
        return self.at(self.line.times.out[:, stage - 1])

    def parted(self, stage: int) -> Array:
        """Return the states (N, 8) at which a stage (1 is the lowest) is let go."""
        return self.at(self.line.times.parted[:, stage - 1])

    def fairing(self) -> Array:
        """Return the states (N, 8) at which the fairing is let go."""
        return self.at(self.line.times.fairing)


def fly_crowd(
    crowd: Crowd,
    troubles: Troubles | None = None,
    *,
    air: Array | None = None,
    winds: Array = STILL,
    device: Device = Device.THREADS,
    ground: bool = True,
) -> Flown:
    """Fly a crowd, whatever goes wrong with each.

    air: table as of `downrange.earth.air_table`, which is taken when none is given
    winds: (1, K, 8) for all or (N, K, 8) one each, as of `downrange.earth.wind_tables`
    device: who computes; callers that run threads of their own want this one alone
    ground: as of `timeline`
    """
    line = timeline(crowd, troubles, ground=ground)
    ends = np.empty((*line.table.shape[:2], k.STATE))
    q_max_pa = np.empty(len(crowd))
    kernel = _kernel_of(device, len(crowd))
    start, air = starts_of(crowd), air_table() if air is None else air
    kernel(line.table, start, air, crowd.drag, winds, ZONALS, ends, q_max_pa)
    return _flown(line, start, ends, q_max_pa)


def _flown(line: Timeline, start: Array, ends: Array, q_max_pa: Array) -> Flown:
    """Return what has flown, with the mass of what is left together at the end, and its timeline as it came about."""
    line = line.ended(ends[:, -1, 0])
    ends[:, -1, 7] = np.where(line.early, ends[:, -1, 7], line.end_kg)
    return Flown(line=line, start=start, ends=ends, q_max_pa=q_max_pa)


def _kernel_of(device: Device, flights: int) -> Callable[..., None]:
    """Return the kernel that flies so many."""
    if device is Device.CUDA:
        from downrange.flight.cuda import fly_many

        return fly_many
    kernel: Callable[..., None] = k.fly_few if device is Device.ALONE or flights < FEW else k.fly_many
    return kernel


def fly(
    vehicle: Vehicle,
    site: Site,
    plan: Plan,
    failure: Failure | None = None,
    *,
    air: Array | None = None,
    wind: Array = STILL[0],
) -> Flight:
    """Fly a vehicle from a site until its last stage is out, or until the failure; bodies let go are in the result.

    A failure that would come after the orbit is reached, or of a fairing that is not there, never comes.
    air, wind: tables of `downrange.earth`; US 1976 and still air when not given. The path is Runge-Kutta at 1 s in
    the first stage and 3 s above: up to 30 m and 0.06 m/s at insertion against 0.05 s over fifty fitted vehicles
    (benchmarks/README.md).
    """
    crowd = crowd_of(vehicle, plan, site)
    line = timeline(crowd, troubles_of(crowd, failure))
    table, air = line.table[0], air_table() if air is None else air
    path = np.empty((int(table[:, k.STEPS].sum()) + len(table), k.PATH))
    ends = np.empty((1, len(table), k.STATE))
    start = starts_of(crowd)
    used, q_max = k.fly(table, start[0], air, crowd.drag, wind, ZONALS, ends[0], path)
    path = path[:used]
    flown = _flown(line, start, ends, np.array([q_max]))
    if flown.line.times.failed[0] >= NEVER_S:
        failure = None  # the flight was over before
    return Flight(
        t_s=path[:, 0],
        r_ecef_m=path[:, 1:4],
        v_ecef_mps=path[:, 4:7],
        mass_kg=path[:, 7],
        f_ecef_mps2=path[:, 8:11],
        q_pa=path[:, 11],
        drag_ecef_mps2=path[:, 12:15],
        events=_events(vehicle, flown, failure, _peak(flown.line, path, crowd, air, wind)),
        bodies=_bodies(vehicle, flown, failure),
        burns=_burns(crowd),
        outcome=_outcome(flown, failure),
    )


def _outcome(flown: Flown, failure: Failure | None) -> Outcome:
    """Return how powered flight ends."""
    if flown.down[0] or (failure is not None and failure.kind.ends_flight):
        return Outcome.FAILED
    return Outcome.BURNED_OUT if failure is None else Outcome.IMPAIRED


def failed_stack(stages: int, failure: Failure) -> str:
    """Return the name of what is left in one piece when a stage fails.

    >>> failed_stack(3, Failure.parse("stage2:no-ignition"))
    'stages 2-3 and payload'
    """
    return stack_name(stages, failure.stage)


def stack_name(stages: int, lowest: int) -> str:
    """Return the name of the stages from the lowest up with the payload.

    >>> stack_name(3, 3)
    'stage 3 and payload'
    """
    upper = f"stages {lowest}-{stages}" if lowest < stages else f"stage {stages}"
    return f"{upper} and payload"


def _bodies(vehicle: Vehicle, flown: Flown, failure: Failure | None) -> tuple[Body, ...]:
    """Return what was let go, in order of time: strap-ons, stages, fairing, and the stack after a failure."""
    times, end_s = flown.line.times, flown.line.times.end[0]
    rows: list[tuple[str, float, float, float]] = []
    for b, one in enumerate(vehicle.boosters):
        parted_s = float(times.booster_parted[0, b])
        mass_kg = one.dry_kg + one.propellant_kg * max(0.0, 1.0 - parted_s / float(times.booster_out[0, b]))
        rows += [(f"{one.name} {i}", parted_s, one.beta_kgpm2, mass_kg) for i in range(1, one.count + 1)]
    unburnt = _unburnt_kg(vehicle, flown)
    for s, stage in enumerate(vehicle.stages):
        rows.append((stage.name, times.parted[0, s], stage.beta_kgpm2, stage.dry_kg + unburnt[s]))
        if s == 0:
            rows.append(("fairing", times.fairing[0], vehicle.fairing_beta_kgpm2, vehicle.fairing_kg))
    rows = sorted((row for row in rows if row[1] <= end_s), key=lambda row: row[1])
    found = [_body(name, flown.at(np.array([t_s]))[0], beta, kg) for name, t_s, beta, kg in rows]
    if failure or flown.down[0]:
        lowest = 1 + int((times.parted[0] < NEVER_S).sum())
        state = flown.last[0]
        found.append(_body(stack_name(len(vehicle.stages), lowest), state, vehicle.beta_stack_kgpm2, float(state[7])))
    return tuple(found)


def _unburnt_kg(vehicle: Vehicle, flown: Flown) -> list[float]:
    """Return the propellant that is left in each stage after its last burn, of a crowd of one."""
    burnt_s = flown.line.times.burnt_s[0]
    shares = [s / stage.burn_s for s, stage in zip(burnt_s, vehicle.stages, strict=True)]
    return [
        stage.propellant_kg * (1.0 - share) if share < 1.0 - 1e-9 else 0.0
        for stage, share in zip(vehicle.stages, shares, strict=True)
    ]


def _body(name: str, state: Array, beta_kgpm2: float, mass_kg: float) -> Body:
    """Return the record of a body let go at a state (t, x, y, z, vx, vy, vz, ...)."""
    return Body(
        name=name,
        t_s=float(state[0]),
        r_ecef_m=state[1:4],
        v_ecef_mps=state[4:7],
        beta_kgpm2=beta_kgpm2,
        mass_kg=mass_kg,
    )


def _burns(crowd: Crowd) -> tuple[tuple[float, float, int], ...]:
    """Return the planned burns."""
    found = []
    for s, profile in enumerate(crowd.profiles):
        start, last = float(crowd.ignition_s[0, s]), float(crowd.burn_s[0, s])
        for a, b in profile.lit_s(last):
            found.append((start + a, start + b, s + 1))
    return tuple(found)


def _moments(vehicle: Vehicle, flown: Flown, failure: Failure | None) -> list[tuple[str, float]]:
    """Return what happens before the end of powered flight, and when; what never happens comes after it."""
    times, last = flown.line.times, len(vehicle.stages)
    moments = [("fairing off", float(times.fairing[0]))]
    for b, one in enumerate(vehicle.boosters):
        moments += [(f"{one.name} burn-out", times.booster_out[0, b])]
        moments += [(f"{one.name} separation", times.booster_parted[0, b])]
    for number in range(1, last + 1):
        s = number - 1
        out, parted = times.out[0, s], times.parted[0, s]
        if s > 0:
            moments.append((f"stage {number} ignition", times.ignition[0, s]))
        if number == last or (failure is not None and failure.kind.ends_flight and failure.stage <= number):
            continue
        if parted == out:
            moments.append((f"stage {number} burn-out and separation", out))
        else:
            moments += [(f"stage {number} burn-out", out), (f"stage {number} separation", parted)]
    return moments


def _events(vehicle: Vehicle, flown: Flown, failure: Failure | None, peak: Array) -> tuple[Event, ...]:
    """Return the events of a flight in order of time; peak: the state of the largest dynamic pressure."""
    times, end = flown.line.times, flown.last[0, :7]
    rows = [("lift-off", flown.start[0]), ("largest dynamic pressure", peak)]
    for name, t_s in _moments(vehicle, flown, failure):
        ignites = name.endswith("ignition")
        if t_s < end[0] or (t_s <= times.end[0] and not ignites):
            rows.append((name, flown.at(np.array([t_s]))[0, :7]))
    if failure is not None and times.failed[0] < times.end[0]:
        rows.append(("failure", flown.at(times.failed)[0, :7]))
    rows.append((_ending(flown, failure), end))
    rows.sort(key=lambda row: float(row[1][0]))
    return tuple(event_at(name, state) for name, state in rows)


def _ending(flown: Flown, failure: Failure | None) -> str:
    """Return the name of the event that ends powered flight."""
    if flown.down[0]:
        return "impact"
    if failure is None or not failure.kind.ends_flight:
        in_orbit = orbit_of(flown.last)[0][0] > IN_ORBIT_M
        return "last burn-out and insertion" if in_orbit else "last burn-out"
    times = flown.line.times
    return "failure" if times.failed[0] >= times.end[0] else "end of thrust"


def _peak(line: Timeline, path: Array, crowd: Crowd, air: Array, wind: Array) -> Array:
    """Return the state of the largest dynamic pressure: golden section between the rows about the largest one."""
    top, t_s = int(path[:, 11].argmax()), path[:, 0]
    low = float(t_s[t_s < t_s[top]].max(initial=0.0))
    high = float(t_s[t_s > t_s[top]].min(initial=t_s[-1]))

    def ahead(t: float) -> tuple[float, Array]:
        base = int(np.searchsorted(t_s, t, side="right")) - 1
        p = min(int((line.knot_s[0] <= t_s[base] + _SAME_S).sum()), line.knot_s.shape[1] - 1)
        row = line.table[0, p]
        into = t_s[base] - line.knot_s[0, p] + row[k.DURATION_S]
        state = k.advance(row, into, t - t_s[base], path[base, 1:7], air, crowd.drag, wind, ZONALS)
        q_pa = k.specific_force(row, into + t - t_s[base], *state, air, crowd.drag, wind)[6]
        return q_pa, np.array([t, *state])

    for _ in range(_PEAK_STEPS):
        a, b = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if ahead(a)[0] < ahead(b)[0]:
            low = a
        else:
            high = b
    return ahead(0.5 * (low + high))[1]


def event_at(name: str, state: Array) -> Event:
    """Return the event of a state (t, x, y, z, vx, vy, vz), Earth-fixed."""
    lat, lon, alt = geodetic_from_ecef(state[1:4])
    return Event(
        name=name,
        t_s=float(state[0]),
        lat_deg=float(lat),
        lon_deg=float(lon),
        alt_m=float(alt),
        speed_mps=float(np.linalg.norm(state[4:7])),
        v_inertial_mps=float(np.linalg.norm(inertial_velocity(state[1:4], state[4:7]))),
    )

"""The chain: every room once, in order, each fed by the ones before. No arithmetic that belongs to a room is done here."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from downrange.alert import (
    Action,
    Band,
    Chain,
    Event,
    Score,
    Spell,
    Status,
    load_policy,
    release,
    score,
    verify,
)
from downrange.base import InputError, ModelError, geodetic_from_ecef
from downrange.corridor import (
    Check,
    Hazards,
    Parameter,
    below,
    case_falls,
    checks,
    dog_leg,
    launch_hazards,
    load_fits,
    load_record,
    one_plane,
    parameters,
    ranges,
)
from downrange.earth import Place, Site, alert_places, cities, islands, load_site, people_of, places
from downrange.fall import Falls, Footprint, fall_path, footprint, impact_point
from downrange.flight import (
    Failure,
    FailureKind,
    Flight,
    Outcome,
    Plan,
    Vehicle,
    fly,
    load_vehicle_and_plan,
    orbit_of,
    target,
)
from downrange.flight import Orbit as OrbitAim
from downrange.notice import Notice, read
from downrange.orbit import Answer, Rule, reached_orbit
from downrange.replay.areas import Announced, announced_areas
from downrange.replay.compare import predicted, reported
from downrange.replay.model import Corridor, Orbit, Remembered, Replay, Trajectory, Watched
from downrange.replay.scenario import HistoricAlert, Scenario
from downrange.replay.situations import Stack, keep_watch
from downrange.track import Bounds, Rules, Update, Verdict, assess, bounds_of, decided, follow, load_sensors, simulate

if TYPE_CHECKING:
    from downrange.replay.covered import Covered

Say = Callable[[str], None]
_BELOW_M = 100_000.0  # how far from the track a place is still named
_ORBIT_M, _ORBIT_DEG = 20e3, 0.1  # how far from the scenario's orbit the vehicle's programme may end
_COAST_S = 120  # how long the sensors follow what reached orbit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    """Times the rooms and says a line for each."""

    say: Say
    spent_s: list[tuple[str, float]] = field(default_factory=list)

    @contextmanager
    def room(self, name: str) -> Iterator[list[str]]:
        """Time a room; the words put into the list are said with its seconds when it is done."""
        told: list[str] = []
        start = time.perf_counter()
        yield told
        self.spent_s.append((name, time.perf_counter() - start))
        self.say(f"{name:<9}{self.spent_s[-1][1]:6.2f} s  {' '.join(told)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flown:
    """What the flight room gives: the flight shown, its bodies' ways down, what the sensors follow."""

    vehicle: Vehicle
    plan: Plan
    flight: Flight
    planned: Flight
    descents: tuple[Trajectory, ...]
    path: Trajectory


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fallen:
    """What the crowds give: what may come down at every moment, what came down as it went, with footprints."""

    hazards: Hazards
    crowd: Falls
    footprints: tuple[Footprint, ...]
    fit: tuple[Check, ...]
    parameters: tuple[Parameter, ...]
    runs: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Warned:
    """What the alert room gives."""

    actions: tuple[Action, ...]
    chains: tuple[Chain, ...]
    history: tuple[Remembered, ...]
    score: Score


def run(scenario: Scenario, *, runs: int, seed: int, say: Say) -> Replay:
    """Take one launch through every room; a line a room is said with its seconds."""
    clock = _Clock(say=say)
    site, watched_places = _earth(clock, scenario)
    notices, areas = _notice(clock, scenario)
    flown = _flight(clock, scenario, site)
    corridor = _corridor(clock, scenario, site, areas, flown)
    fallen = _fall(clock, scenario, runs, seed)
    watched = _track(clock, scenario, site, areas, flown)
    reached, orbit = _orbit(clock, scenario, flown, watched)
    coverage = _coverage(clock, orbit)
    warned = _alert(clock, scenario, flown, fallen, watched, watched_places)
    return Replay(
        scenario=scenario,
        site=site,
        notices=notices,
        areas=areas,
        corridor=corridor,
        vehicle=flown.vehicle,
        flight=flown.flight,
        planned=flown.planned,
        path=flown.path,
        descents=flown.descents,
        crowd=fallen.crowd,
        falls=predicted(fallen.footprints, areas),
        reported=reported(scenario, fallen.footprints),
        watched=watched,
        reached=reached,
        actions=warned.actions,
        chains=warned.chains,
        history=warned.history,
        score=warned.score,
        fit=fallen.fit,
        parameters=fallen.parameters,
        orbit=orbit,
        coverage=coverage,
        runs=runs,
        seed=seed,
        spent_s=tuple(clock.spent_s),
    )


def _earth(clock: _Clock, scenario: Scenario) -> tuple[Site, tuple[Place, ...]]:
    """Load the site and the places that can be warned."""
    with clock.room("earth") as told:
        site = load_site(scenario.site)
        if scenario.element_sets:  # a spoilt one is told before any work
            from downrange.replay.orbit_reached import sets_of

            sets_of(scenario)
        watched = alert_places(("KR", "JP"))  # a Philippine province is too large to be warned whole
        told.append(f"{site.title}; {len(watched)} places")
    return site, watched


def _notice(clock: _Clock, scenario: Scenario) -> tuple[tuple[Notice, ...], tuple[Announced, ...]]:
    """Read the notices; each restated text is one notice."""
    with clock.room("notice") as told:
        notices: list[Notice] = []
        for i, restated in enumerate(scenario.notices):
            found = read(restated.text, source=restated.source)
            if len(found) != 1:
                raise InputError(
                    where=f"{scenario.name}.toml",
                    key=f"notices[{i}].text",
                    seen=f"{len(found)} notices in one text",
                    cure="give each notice its own [[notices]] table",
                )
            notices += found
        areas = announced_areas(scenario, tuple(notices))
        told.append(
            f"{len(notices)} notice{'s' * (len(notices) != 1)}, areas {', '.join(area.label for area in areas)}"
        )
    return tuple(notices), areas


def _flight(clock: _Clock, scenario: Scenario, site: Site) -> _Flown:
    """Fly the scenario's flight with nominal parameters, and follow every body of it down."""
    with clock.room("flight") as told:
        vehicle, plan = load_vehicle_and_plan(scenario.vehicle)
        failure = _failure(scenario)
        planned = fly(vehicle, site, plan)
        _check_orbit(scenario, vehicle, site, plan, planned)
        flight = fly(vehicle, site, plan, failure) if failure is not None else planned
        descents = tuple(
            Trajectory(body=b.name, t_s=t_s, r_ecef_m=r, v_ecef_mps=v)
            for b in flight.bodies
            for t_s, r, v in [fall_path(b.t_s, b.r_ecef_m, b.v_ecef_mps, b.beta_kgpm2)]
        )
        told.append(f"{flight.outcome} at T+{flight.t_s[-1]:.1f} s; {len(descents)} bodies come down")
    path = _followed(flight, descents)
    return _Flown(vehicle=vehicle, plan=plan, flight=flight, planned=planned, descents=descents, path=path)


def _check_orbit(scenario: Scenario, vehicle: Vehicle, site: Site, plan: Plan, planned: Flight) -> None:
    """Refuse an orbit that the vehicle cannot reach, or that its programme and its fits were not made for."""
    aim = OrbitAim(
        perigee_alt_m=scenario.orbit.perigee_km * 1e3,
        apogee_alt_m=scenario.orbit.apogee_km * 1e3,
        inclination_deg=scenario.orbit.inclination_deg,
    )
    state = np.concatenate([planned.t_s[-1:], planned.r_ecef_m[-1], planned.v_ecef_mps[-1], planned.mass_kg[-1:]])
    perigee_m, apogee_m, inclination_deg = (float(np.ravel(part)[0]) for part in orbit_of(state[None]))
    off_m = max(abs(perigee_m - aim.perigee_alt_m), abs(apogee_m - aim.apogee_alt_m))
    if off_m <= _ORBIT_M and abs(inclination_deg - aim.inclination_deg) <= _ORBIT_DEG:
        return
    target(vehicle, site, aim, plan)  # says so when it is out of reach
    raise InputError(
        where=f"{scenario.name}.toml",
        key="orbit",
        seen=f"{vehicle.name} is programmed for {perigee_m / 1e3:.0f} x {apogee_m / 1e3:.0f} km at {inclination_deg:.2f} deg",
        cure="write that orbit, or fit the vehicle to a record with this one",
    )


def _followed(flight: Flight, descents: tuple[Trajectory, ...]) -> Trajectory:
    """Return the path that the sensors follow: the flight, then the fall of what failed, or the coast in orbit."""
    if flight.outcome is Outcome.FAILED:
        rest = descents[-1]
    else:
        weightless = 1e9  # so heavy for its area that no air is felt
        t_s, r, v = fall_path(flight.t_s[-1], flight.r_ecef_m[-1], flight.v_ecef_mps[-1], weightless, rows=_COAST_S)
        rest = Trajectory(body="", t_s=t_s, r_ecef_m=r, v_ecef_mps=v)
    t_s = np.concatenate([flight.t_s, rest.t_s])
    keep = np.concatenate([[True], t_s[1:] > np.maximum.accumulate(t_s)[:-1]])
    return Trajectory(
        body="vehicle",
        t_s=t_s[keep],
        r_ecef_m=np.concatenate([flight.r_ecef_m, rest.r_ecef_m])[keep],
        v_ecef_mps=np.concatenate([flight.v_ecef_mps, rest.v_ecef_mps])[keep],
    )


def _corridor(clock: _Clock, scenario: Scenario, site: Site, areas: tuple[Announced, ...], flown: _Flown) -> Corridor:
    """See the areas from the pad; name who lives near the track."""
    with clock.room("corridor") as told:
        lat, lon, _ = geodetic_from_ecef(flown.planned.r_ecef_m)
        t_s = flown.planned.t_s
        moving = np.concatenate([[True], np.diff(t_s) > 0.0])
        corridor = Corridor(
            ranges=ranges(site, areas),
            plane=one_plane(site, areas),
            dog_leg=dog_leg(site, areas, inclination_deg=scenario.orbit.inclination_deg),
            below=below(t_s[moving], lat[moving], lon[moving], (*islands(), *cities()), within_m=_BELOW_M),
        )
        told.append(_one_clause(corridor))
    return corridor


def _one_clause(corridor: Corridor) -> str:
    """Say in one clause whether one plane leads through the areas."""
    plane = corridor.plane
    areas = ", ".join(plane.labels)
    if plane.accepted:
        return f"one plane through {areas}: inclination {plane.inclination_deg:.1f} deg"
    return f"one plane through {areas}: refused; dog-leg"


def _bounds(site: Site, areas: tuple[Announced, ...], planned: Flight) -> Bounds:
    """Return the corridor that pad, announced areas and the plan's own impact point draw."""
    lat, lon, _ = impact_point(planned.r_ecef_m, planned.v_ecef_mps)
    comes_down = np.isfinite(lat)
    trace = lat[comes_down], lon[comes_down]
    return bounds_of(site.lat_deg, site.lon_deg, [area.geometry_lonlat for area in areas], trace=trace)


def _track(clock: _Clock, scenario: Scenario, site: Site, areas: tuple[Announced, ...], flown: _Flown) -> Watched:
    """Simulate what the sensors say, follow it, judge it."""
    with clock.room("track") as told:
        sensors = load_sensors(scenario.sensors.name)
        path, t0 = flown.path, scenario.liftoff.t0
        readings = simulate(path.t_s, path.r_ecef_m, path.v_ecef_mps, sensors, t0, scenario.sensors.seed)
        track = follow(readings, sensors, t0)
        bounds = _bounds(site, areas, flown.planned)
        updates = assess(track, flown.flight.burns, bounds=bounds, seed=scenario.sensors.seed)
        failed = flown.flight.t_s[-1] if scenario.failure is not None else None
        watched = Watched(
            readings=len(readings),
            sensors=tuple(sensor.name for sensor in sensors),
            track=track,
            updates=updates,
            failed_t_s=None if failed is None else float(failed),
            detected=None if failed is None else _detected(updates, float(failed)),
            decided=decided(updates),
        )
        last = watched.decided
        told.append(f"{len(readings)} readings; {'no verdict' if last is None else last.verdict}")
        if watched.delay_s is not None:
            told.append(f"(found {watched.delay_s:.1f} s after the failure)")
    return watched


def _detected(updates: tuple[Update, ...], failed_t_s: float) -> Update | None:
    """Return the first update that calls the thrust lost."""
    lost = (u for u in updates if u.verdict is Verdict.THRUST_LOST and u.t_s >= failed_t_s)
    return next(lost, None)


def _orbit(clock: _Clock, scenario: Scenario, flown: _Flown, watched: Watched) -> tuple[Answer, Orbit | None]:
    """Answer whether anything reached orbit, from the track alone; then what orbit that is."""
    with clock.room("orbit") as told:
        heard = [u for u in watched.updates if u.read_s == 0.0]
        lost = watched.detected.t_s if watched.detected is not None else None
        t_s, p_orbit, p_idle = np.array([(u.t_s, u.p_orbit, u.p_idle) for u in heard]).reshape(-1, 3).T
        reached = reached_orbit(
            t_s, p_orbit, np.clip(p_idle, 0.0, 1.0), thrust_lost_t_s=lost, rule=Rule(floor_alt_m=Rules().perigee_m)
        )
        orbit = None
        if reached.answer == "yes":
            from downrange.replay.orbit_reached import orbit_reached

            orbit = orbit_reached(scenario, flown.flight, watched)
        told.append(f"reached orbit: {reached.answer}")
    return reached, orbit


def _coverage(clock: _Clock, orbit: Orbit | None) -> Covered | None:
    """Return what can be seen from the orbit reached; nothing is loaded for it when there is none."""
    if orbit is None:
        return None
    with clock.room("coverage") as told:
        from downrange.replay.covered import covered

        found = covered(orbit.element_set, orbit.starts, orbit.lasts)
        told.append(f"{len(found.points)} points of {found.region.title}, {found.seen.days:g} days")
    return found


def _fall(clock: _Clock, scenario: Scenario, runs: int, seed: int) -> _Fallen:
    """Fly the crowd of what may go wrong, and the crowd of this flight as it went; take the footprints of the latter."""
    with clock.room("fall") as told:
        record, fits = load_record(scenario.fit), load_fits(scenario.fit)
        hazards = launch_hazards(record, fits, runs=runs, seed=seed)
        case = scenario.failure
        between = None
        if case is not None and case.after_ignition_high_s > case.after_ignition_low_s:
            between = (case.after_ignition_low_s, case.after_ignition_high_s)
        crowd = case_falls(record, fits, runs=runs, seed=seed, failure=_failure(scenario), after_s=between)
        prints = []
        for body in crowd.bodies:
            own = crowd.of(body)
            prints.append(footprint(own.lat_deg, own.lon_deg, own.t_s, body))
        told.append(f"{runs} flights of {len(fits) - 1} fitted vehicles; {', '.join(crowd.bodies)}")
    with clock.room("fit") as told:
        rows = checks(record, fits)
        told.append(f"{sum(row.holds for row in rows)} of {len(rows)} public facts within their limits")
    return _Fallen(
        hazards=hazards,
        crowd=crowd,
        footprints=tuple(prints),
        fit=rows,
        parameters=parameters(record, fits),
        runs=runs,
        seed=seed,
    )


def _failure(scenario: Scenario) -> Failure | None:
    """Return the scenario's failure as the flight room takes it."""
    case = scenario.failure
    if case is None:
        return None
    return Failure(kind=FailureKind(case.kind), stage=case.stage, after_ignition_s=case.after_ignition_s)


def _alert(
    clock: _Clock, scenario: Scenario, flown: _Flown, fallen: _Fallen, watched: Watched, places_: tuple[Place, ...]
) -> _Warned:
    """Let the desk look at every moment, write the messages, score them against history."""
    with clock.room("alert") as told:
        policy = load_policy(scenario.policy)
        stack = Stack(
            name=flown.flight.bodies[-1].name,
            beta_kgpm2=flown.vehicle.beta_stack_kgpm2,
            releases=tuple((body.name, float(body.t_s)) for body in flown.planned.bodies),
            runs=fallen.runs,
            seed=fallen.seed,
        )
        actions = keep_watch(fallen.hazards, watched, places_, policy, stack)
        origin = {"en": scenario.origin.en, "ko": scenario.origin.ko, "ja": scenario.origin.ja}
        event = Event(code=scenario.name, t0=scenario.liftoff.t0, origin=origin)
        chains = release(event, actions, policy, Status.EXERCISE)
        _refuse_faulty(chains, actions)
        history = tuple(_remembered(alert) for alert in scenario.history)
        spells = [_spell(one) for one in history if one.alert.places]
        found = score(chains, spells, fallen.crowd, places_, policy, scenario.liftoff.t0)
        told.append(f"{sum(len(chain.released) for chain in chains)} messages to {len(chains)} countries")
    return _Warned(actions=actions, chains=chains, history=history, score=found)


def _refuse_faulty(chains: tuple[Chain, ...], actions: tuple[Action, ...]) -> None:
    """Stop where a message breaks the schema or a rule: nothing goes out unchecked, not even in an exercise."""
    told = {place.code: place for action in actions for place in action.places}
    problems = [problem for chain in chains for problem in verify(chain, told.values())]
    if problems:
        raise ModelError(f"{len(problems)} fault(s) in the messages, so none is written; the first is {problems[0]}")


def _remembered(alert: HistoricAlert) -> Remembered:
    """Return an alert of history with its people; one to nobody in particular (ships) has none."""
    if not alert.places:
        return Remembered(alert=alert, people=None)
    by_code = {place.code: place for place in places()}
    for code in alert.places:
        if code not in by_code:
            raise InputError(
                where="history", key=alert.area, seen=f"no place has the code {code!r}", cure="use a code as KR-11"
            )
    counted = people_of(by_code[code] for code in alert.places)
    if counted.low is None or counted.best is None or counted.high is None:
        return Remembered(alert=alert, people=None)
    return Remembered(alert=alert, people=Band(low=counted.low, best=counted.best, high=counted.high))


def _spell(one: Remembered) -> Spell:
    """Return an alert of history as the score counts it."""
    return Spell(
        area=one.alert.area,
        people=one.people,
        alerted=one.alert.issued,
        lifted=one.alert.lifted,
        source="; ".join(one.alert.sources),
    )

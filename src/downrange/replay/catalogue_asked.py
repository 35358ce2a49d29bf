"""A catalogue check as a command asks it: files, a scenario's launch, what a track said."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from downrange.base import InputError, geodetic_from_ecef, read_text, since
from downrange.earth import load_site
from downrange.flight import fly, load_vehicle_and_plan
from downrange.orbit import (
    Answer,
    CatalogueVerdict,
    CheckRule,
    Injection,
    Joined,
    Launch,
    Numbers,
    Reached,
    catalogue_of,
    check,
    joined,
    known_number,
    load_elements,
    load_launch,
    numbers_at,
    read_first_seen,
)
from downrange.replay.scenario import Scenario, load_scenario

_POINT_SIGMA_DEG = 2.0  # assumed: where a dog-leg ends is not announced; the fits of Chollima-1 spread by 0.5 deg
_TILT_SIGMA_DEG = 0.2  # assumed: misses of the insertion, and a plan that nobody announced to a tenth
_HEIGHT_SIGMA_M = 30e3  # assumed, likewise
_CLOCK_SIGMA_S = 15.0  # assumed: official times are told to the minute
_SAID = {"IN_ORBIT": Reached.YES, "WILL_NOT_REACH_ORBIT": Reached.NO}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAsked:
    """What a catalogue check is asked.

    catalog:    files of element sets
    scenario:   name or TOML file
    launch:     TOML file that describes the launch, where there is no scenario
    pulled:     when the catalogue was asked for the last time
    first_seen: file with the times objects were first listed
    designator: the launch's international number where it is known already, as 2023-179
    whole:      the files hold the whole catalogue, or all that is new in it; False for a part; None where nobody says
    track:      file with what a track said: JSON of `replay` or `track run`
    """

    catalog: tuple[Path, ...]
    scenario: str | None = None
    launch: Path | None = None
    pulled: datetime | None = None
    first_seen: Path | None = None
    designator: str | None = None
    whole: bool | None = None
    track: Path | None = None
    wait_h: float = 72.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of it; track and both are None where no track was given."""

    verdict: CatalogueVerdict
    track: Answer | None
    both: Joined | None


def check_asked(asked: CheckAsked) -> Checked:
    """Look in a catalogue for the object of a scenario's launch."""
    launch = _launch_asked(asked)
    sets = tuple(one for path in asked.catalog for one in load_elements(path))
    seen = read_first_seen(read_text(asked.first_seen), where=asked.first_seen.name) if asked.first_seen else None
    catalogue = catalogue_of(
        sets,
        source=", ".join(path.name for path in asked.catalog),
        pulled=asked.pulled,
        first_seen=seen,
        whole=asked.whole,
    )
    track = None if asked.track is None else track_answer(asked.track)
    verdict = check(catalogue, launch, rule=CheckRule(wait_h=asked.wait_h))
    both = None if track is None else joined(verdict, track)
    return Checked(verdict=verdict, track=track, both=both)


def _launch_asked(asked: CheckAsked) -> Launch:
    """Return the launch asked about, from a scenario or from its own file."""
    if (asked.scenario is None) == (asked.launch is None):
        seen = "neither of them" if asked.scenario is None else "both of them"
        raise InputError(where="--scenario, --launch", seen=seen, cure="give one: a scenario, or a file of a launch")
    if asked.scenario is not None:
        return launch_of(load_scenario(asked.scenario), asked.designator)
    found = load_launch(str(asked.launch))
    return found if asked.designator is None else replace(found, numbers=_numbers(found.t0, asked.designator))


def _numbers(t0: datetime, designator: str | None) -> Numbers:
    """Return the numbers a launch can have; one that is told and cannot be is refused."""
    possible = numbers_at(t0)
    return possible if designator is None else known_number(designator, "told on the command line", possible=possible)


def launch_of(scenario: Scenario, designator: str | None = None) -> Launch:
    """Return a scenario's launch as a catalogue check needs it; the orbit is entered where its planned flight ends."""
    vehicle, plan = load_vehicle_and_plan(scenario.vehicle)
    flight = fly(vehicle, load_site(scenario.site), plan)
    lat, lon, alt = (float(x) for x in geodetic_from_ecef(flight.r_ecef_m[-1]))
    first, last = scenario.liftoff.interval()
    t0 = scenario.liftoff.t0
    numbers = _numbers(t0, designator)
    return Launch(
        name=scenario.name,
        t0=t0,
        t0_sigma_s=max(_CLOCK_SIGMA_S, since(first, last) / 2.0),
        injection=Injection(
            lat_deg=lat,
            lon_deg=lon,
            alt_m=alt,
            t_s=float(flight.t_s[-1]),
            southbound=bool(flight.v_ecef_mps[-1][2] < 0.0),
            sigma_deg=_POINT_SIGMA_DEG,
            source=f"end of the planned flight of {vehicle.name} from {scenario.site}; sigma assumed",
        ),
        inclination_deg=scenario.orbit.inclination_deg,
        inclination_sigma_deg=_TILT_SIGMA_DEG,
        perigee_alt_m=scenario.orbit.perigee_km * 1e3,
        apogee_alt_m=scenario.orbit.apogee_km * 1e3,
        alt_sigma_m=_HEIGHT_SIGMA_M,
        numbers=numbers,
        source=f"orbit: {scenario.orbit.source}; lift-off: {scenario.liftoff.source}; spreads assumed",
    )


def track_answer(path: Path) -> Answer:
    """Return what a track says of an orbit: from the document of a replay, or from updates of `track run`."""
    cure = "give what `downrange replay --json` or `downrange track run --json` prints, or its track.jsonl"
    text = read_text(path)
    try:
        found: Any = json.loads(text)
    except ValueError:
        found = {"updates": _lines(text, path.name, cure)}
    if isinstance(found, dict) and found.get("reached_orbit") in tuple(Reached):
        rule = found.get("reached_orbit_rule") or {}
        return _answer(Reached(found["reached_orbit"]), found.get("decided_t_s"), rule.get("p"), str(rule.get("words")))
    updates = [found] if isinstance(found, dict) and "verdict" in found else _updates(found)
    if not updates:
        raise InputError(where=path.name, seen="neither an answer about an orbit nor updates of a track", cure=cure)
    last = updates[-1]
    said = _SAID.get(str(last.get("verdict")), Reached.UNKNOWN)
    p = last.get("p")
    p_orbit = 1.0 - p if said is Reached.NO and isinstance(p, float) else p if said is Reached.YES else None
    return _answer(said, last.get("t_s"), p_orbit, str(last.get("reason", last.get("verdict"))))


def _updates(found: object) -> list[dict[str, Any]]:
    """Return the updates of a document; none where it holds none."""
    updates = found.get("updates") if isinstance(found, dict) else None
    good = isinstance(updates, list) and all(isinstance(one, dict) and "verdict" in one for one in updates)
    return list(updates) if good and updates else []


def _lines(text: str, where: str, cure: str) -> list[Any]:
    """Return the documents of JSON lines."""
    rows = []
    for n, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except ValueError as problem:
                raise InputError(where=where, key=f"line {n}", seen=f"not JSON: {problem}", cure=cure) from None
    return rows


def _answer(said: Reached, t_s: object, p: object, rule: str) -> Answer:
    """Return an answer; numbers that are not there stay unknown."""
    decided = float(t_s) if isinstance(t_s, int | float) else None
    return Answer(
        answer=said, decided_t_s=decided, p=float(p) if isinstance(p, int | float) else float("nan"), rule=rule
    )

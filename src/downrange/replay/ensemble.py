"""The ensemble of a launch: from words to a campaign, and its folder of tallies, maps, tables and pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from downrange.base import InputError, cuda, read_text, write_bytes, write_text
from downrange.earth import load_air, load_site, load_wind
from downrange.fall import (
    BLOCK_FLIGHTS,
    Grid,
    Launch,
    Launches,
    Look,
    Population,
    Rule,
    Tally,
    Wanted,
    campaign,
    described,
    dwell_cells,
    ensemble_text,
    grid_of,
    impact_point,
    is_look,
    load_debris,
    look,
    read_people,
    save_tally,
    verdict,
)
from downrange.flight import (
    GROUPS,
    Device,
    Orbit,
    failure_probability,
    fly,
    load_failures,
    load_spread,
    load_vehicle_and_plan,
    of_record,
    target,
)
from downrange.replay.ensemble_model import Asked, Flown, Hands, mean_wind
from downrange.replay.risk import ENSEMBLE, TALLY, launch_risk, risk_files

CONVERGENCE = "convergence.csv"
_LEAST_FLIGHTS = 200  # fewer, and some way to fail may not have been flown
_HEADER = "flights,value,low,high"
_LOOK = 4  # numbers in a row below it
_CUDA_CHUNK = 50_000
_ROOM_BYTES = 200_000_000  # the most that a state needs on the disk, at a million flights on cells of 5 km


def hands_of(*, threads: int | None, chunk: int, cluster: str | None, cuda: bool) -> Hands:
    """Return who does it, as typed; on a CUDA device a million flights a chunk would not fit, a few ten thousand do."""
    if cuda and cluster is not None:
        raise InputError(where="--device", seen="cuda with --cluster", cure="use one of the two")
    if cuda:
        return Hands(threads=1, chunk=max(chunk, _CUDA_CHUNK), device=Device.CUDA)
    return Hands(threads=threads, chunk=chunk, cluster=cluster)


def launch_of(asked: Asked) -> Launch:
    """Read everything that an ensemble needs; InputError names file, key and cure."""
    vehicle, plan = load_vehicle_and_plan(asked.vehicle)
    site = load_site(asked.site)
    if asked.to is not None:
        plan = target(vehicle, site, Orbit.parse(asked.to), plan).plan
    failures = load_failures(asked.failures, len(vehicle.stages))
    if asked.record is not None:
        failures = of_record(failures, failure_probability(*asked.record))
    if asked.p_failure is not None:
        if asked.record is not None:
            cure = "give one of the two"
            raise InputError(where="--p-failure", seen="a probability and a record", cure=cure)
        if not 0.0 <= asked.p_failure <= 1.0:
            raise InputError(where="--p-failure", seen=f"{asked.p_failure:g}", cure="give a probability, 0 to 1")
        failures = replace(failures, p=replace(failures.p, value=asked.p_failure, source="given by --p-failure"))
    strangers = set(asked.without) - {*GROUPS, "wind"}
    if strangers:
        cure = f"name any of {', '.join((*GROUPS, 'wind'))}"
        raise InputError(where="--without", seen=", ".join(sorted(strangers)), cure=cure)
    return Launch(
        vehicle=vehicle,
        plan=plan,
        site=site,
        failures=failures,
        debris=load_debris(asked.debris),
        spread=load_spread(asked.spread),
        seed=asked.seed,
        wind=None if asked.wind is None else load_wind(asked.wind),
        air=None if asked.air is None else load_air(asked.air),
        without=tuple(sorted(asked.without)),
    )


def fly_ensemble(
    asked: Asked,
    folder: Path,
    *,
    hands: Hands,
    resume: bool = False,
    created: datetime,
    progress: Callable[[int, int, str], None] = lambda *_: None,
) -> Flown:
    """Fly an ensemble into a folder: checkpoints while it flies, then tally, maps and pictures.

    progress: told (flights done, flights wanted, how well the number is known) a few times a second
    """
    if not 100.0 <= asked.cell_m <= 500e3:
        raise InputError(where="--cell-km", seen=f"{asked.cell_m / 1e3:g}", cure="give 0.1 to 500 km")
    launch = launch_of(asked)
    least = max(_LEAST_FLIGHTS, launch.failures.flights_for_all)
    if asked.flights < least:
        cure = f"give {least} or more, so that every way to fail is flown"
        raise InputError(where="--runs", seen=f"{asked.flights}", cure=cure)
    grid = grid_of(asked.cell_m, launch.site.lat_deg)
    people = _population(asked.people, grid)
    rule = Rule.parse(asked.until) if asked.until else Rule(wanted=_usual(people), target=None)
    if rule.wanted is Wanted.CASUALTIES and people is None:
        cure = "say where people are with --people, or wait for footprint"
        raise InputError(where="--until", seen="casualties, and nobody said where people are", cure=cure)
    if hands.device is Device.CUDA:
        cuda.need()
    flight = fly(launch.vehicle, launch.site, launch.plan, air=launch.air, wind=mean_wind(launch))
    work = Launches(launch=launch, grid=grid, chunk=hands.chunk, device=hands.device)
    watch = _Watch(work, rule, people, folder, resume=resume)
    done = campaign(
        work,
        flights=asked.flights,
        folder=folder,
        threads=hands.threads,
        cluster=hands.cluster,
        resume=resume,
        stop=watch.stop,
        progress=lambda now, wanted, _: progress(now, wanted, watch.told),
        span_blocks=max(1, hands.chunk // BLOCK_FLIGHTS),
        room_bytes=_ROOM_BYTES,
    )
    ensemble = described(launch, grid, done.flights)
    save_tally(folder / TALLY, done.state)
    write_text(folder / ENSEMBLE, ensemble_text(ensemble))
    flown = Flown(
        launch=launch,
        flight=flight,
        risk=launch_risk(folder, asked.people),
        rule=rule,
        looks=tuple(watch.looks),
        flights=done.flights,
        stopped_because=done.stopped_because,
        resumed_from=done.resumed_from,
        folder=folder,
    )
    for name, content in ensemble_files(flown, created).items():
        write_bytes(folder / name, content)
    return flown


def ensemble_files(flown: Flown, created: datetime) -> dict[str, bytes]:
    """Return maps, dwell times and pictures, by file name."""
    from downrange.replay.ensemble_figures import ensemble_drawn
    from downrange.replay.pictures import picture_files

    title = f"{flown.launch.vehicle.title} from {flown.launch.site.title}"
    files = risk_files(flown.risk, title=title, created=created)
    files["dwell.csv"] = _dwell_csv(flown).encode()
    return files | picture_files(ensemble_drawn(flown))


class _Watch:
    """Looks at the tally while it grows, says when to stop, and keeps what it saw."""

    def __init__(self, work: Launches, rule: Rule, people: Population | None, folder: Path, *, resume: bool) -> None:
        self._rule, self._people, self._path = rule, people, folder / CONVERGENCE
        self._work = work
        self._of = f"# {rule.wanted}" if people is None or rule.wanted is Wanted.FOOTPRINT else f"# {_named(people)}"
        self.looks: list[Look] = _read_looks(self._path, self._of) if resume else []
        self.told = ""

    def stop(self, tally: Tally, flights: int) -> str | None:
        """Return why to stop after so many flights."""
        if not is_look(flights, BLOCK_FLIGHTS):
            return None
        seen = look(self._rule, tally, described(self._work.launch, self._work.grid, flights), self._people)
        self.looks = [*(one for one in self.looks if one.flights < flights), seen]
        self.told = f"{self._rule.wanted} ±{seen.relative:.1%}" if np.isfinite(seen.relative) else ""
        rows = [f"{one.flights},{one.value!r},{one.low!r},{one.high!r}" for one in self.looks]
        write_text(self._path, "\n".join([self._of, _HEADER, *rows]) + "\n")
        return verdict(self._rule, seen)


def _read_looks(path: Path, of: str) -> list[Look]:
    """Return what an interrupted run saw of the same number; nothing where it saw nothing, or the file was edited."""
    if not path.exists():
        return []
    first, *lines = [*read_text(path).splitlines(), ""]
    rows = [line.split(",") for line in lines[1:] if line]
    if first != of or any(len(row) != _LOOK for row in rows):
        return []
    try:
        return [Look(flights=int(n), value=float(v), low=float(a), high=float(b)) for n, v, a, b in rows]
    except ValueError:
        return []


def _named(people: Population) -> str:
    """Return whose casualties are counted, so that those of other people are told from them."""
    digest = hashlib.sha256(people.cells.tobytes() + people.people.tobytes()).hexdigest()[:12]
    return f"{Wanted.CASUALTIES} among the people of {people.source}, {digest}"


def _population(path: Path | None, grid: Grid) -> Population | None:
    """Return where people are, when somebody said."""
    return None if path is None else read_people(path.name, read_text(path), grid)


def _usual(people: Population | None) -> Wanted:
    """Return the number to look at when nobody asked for one."""
    return Wanted.FOOTPRINT if people is None else Wanted.CASUALTIES


def _dwell_csv(flown: Flown) -> str:
    """Return how long the instantaneous impact point of the planned flight stays in each cell."""
    flight = flown.flight
    once = np.append(np.diff(flight.t_s) > 0.0, True)  # a moment at which something changes stands twice
    lat, lon, _ = impact_point(flight.r_ecef_m[once], flight.v_ecef_mps[once])
    grid = flown.risk.ensemble.grid
    cells, seconds = dwell_cells(grid, flight.t_s[once], lat, lon)
    lat, lon = grid.centre(cells)
    rows = [f"{a:.5f},{b:.5f},{s:.4f}" for a, b, s in zip(lat, lon, seconds, strict=True)]
    return "\n".join(["lat_deg,lon_deg,dwell_s", *rows]) + "\n"

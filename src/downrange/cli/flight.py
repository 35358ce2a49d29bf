"""Commands of the room `flight`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import LAST_SEED, AsJson, explained, part, progress_bar, say, show

app = part("Flights of a launch vehicle.")

Vehicle = Annotated[str, typer.Argument(help="Name of a vehicle, or a TOML file.", show_default=False)]
Site = Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)]
To = Annotated[str | None, typer.Option(help="Orbit to aim at: sso:500km, 493x512km@97.4.")]
WindOf = Annotated[
    str | None, typer.Option("--wind", help="Wind profile, by name or TOML file; still air if not given.")
]
AirOf = Annotated[
    Path | None, typer.Option("--air", help="TOML file with day, place and indices for NRLMSIS; US 1976 if not given.")
]


class Processor(StrEnum):
    """What computes."""

    CPU = "cpu"
    CUDA = "cuda"


@app.command("fly")
def flight_fly(
    vehicle: Vehicle,
    site: Site,
    to: To = None,
    fail: Annotated[
        str | None, typer.Option(help="What fails: stage2:no-ignition, stage3:break-up@10, stage1:thrust-decay@60/10.")
    ] = None,
    wind: WindOf = None,
    air: AirOf = None,
    out: Annotated[Path | None, typer.Option(help="New folder for pictures and tables.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """Fly one vehicle, on its own programme or to an orbit, with or without a failure.

    Example: downrange flight fly chollima-1 --site sohae-coastal --to sso:500km --fail stage2:no-ignition
    """
    with explained():
        from downrange.replay import Single, check_folder, flight_shown, fly_single, write_single

        if out is not None:
            check_folder(out)
        asked = Single(vehicle=vehicle, site=site, to=to, fail=fail, wind=wind, air=None if air is None else str(air))
        single = fly_single(asked, say=say)
        if out is not None:
            write_single(single, out)
        show(flight_shown(single.flight, single.falls, single.apogees), as_json=as_json)
    if out is not None:
        say(f"Pictures and tables are in {out}")


@app.command("ensemble")
def flight_ensemble(
    vehicle: Vehicle,
    site: Site,
    runs: Annotated[int, typer.Option(help="Flights, or the most of them with --until.", min=1)] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of everything that is drawn.", min=0, max=LAST_SEED)] = 1,
    to: To = None,
    failures: Annotated[str, typer.Option(help="What may fail, by name or TOML file.")] = "assumed",
    p_failure: Annotated[float | None, typer.Option(help="Probability that a flight fails.")] = None,
    flown: Annotated[int | None, typer.Option(help="Flights on record; with --failed gives the probability.")] = None,
    failed: Annotated[int | None, typer.Option(help="How many of them failed.")] = None,
    debris: Annotated[str, typer.Option(help="What a stack breaks into, by name or TOML file.")] = "assumed-launcher",
    spread: Annotated[str, typer.Option(help="How flights differ, by name or TOML file.")] = "assumed",
    wind: WindOf = None,
    air: AirOf = None,
    without: Annotated[
        str, typer.Option(help="Spreads to switch off: vehicle, aerodynamics, guidance, air, wind; commas between.")
    ] = "",
    cell_km: Annotated[float, typer.Option(help="Side of a cell of the map.")] = 5.0,
    people: Annotated[
        Path | None, typer.Option(help="CSV lat_deg,lon_deg,people for expected casualties.", show_default=False)
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Stop when known well enough: casualties:5%, footprint:2%.", show_default=False)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder; out/ensemble-VEHICLE if not given.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in the folder.")] = False,
    threads: Annotated[int | None, typer.Option(help="Threads; all cores if not given.")] = None,
    chunk: Annotated[int, typer.Option(help="Flights in memory at once; changes no result.", min=1)] = 1_000,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, as tcp://host:8786.")] = None,
    device: Annotated[Processor, typer.Option(help="What computes.")] = Processor.CPU,
    as_json: AsJson = False,
) -> None:
    """Fly a launch many times, planned and failing, with everything down to the ground: footprints, hazard areas, risk.

    Example: downrange flight ensemble chollima-1 --site sohae-coastal --runs 20000 --seed 1 --out ensemble
    """
    with explained():
        from datetime import UTC, datetime

        from downrange.replay import Asked, ensemble_shown, fly_ensemble, hands_of

        asked = Asked(
            vehicle=vehicle,
            site=site,
            flights=runs,
            seed=seed,
            to=to,
            failures=failures,
            p_failure=p_failure,
            record=_record(flown, failed),
            debris=debris,
            spread=spread,
            wind=wind,
            air=None if air is None else str(air),
            without=tuple(filter(None, without.replace(" ", "").split(","))),
            cell_m=1e3 * cell_km,
            people=people,
            until=until,
        )
        hands = hands_of(threads=threads, chunk=chunk, cluster=cluster, cuda=device is Processor.CUDA)
        folder = out if out is not None else Path("out") / f"ensemble-{Path(vehicle).stem}"
        with progress_bar() as progress:
            done = fly_ensemble(asked, folder, hands=hands, resume=resume, created=datetime.now(UTC), progress=progress)
        show(ensemble_shown(done), as_json=as_json)
    say(f"Maps, tables and pictures are in {folder}")


def _record(flown: int | None, failed: int | None) -> tuple[int, int] | None:
    """Return the flight record, where one is given whole."""
    from downrange.base import InputError

    if (flown is None) != (failed is None):
        raise InputError(where="--flown", seen="half a record", cure="give both --flown and --failed, or neither")
    return None if flown is None or failed is None else (flown, failed)

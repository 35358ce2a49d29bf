"""Commands of the room `corridor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import LAST_SEED, AsJson, explained, part, progress_bar, say, show

app = part("The corridor that announced areas allow.")


@app.command("fit")
def corridor_fit(
    notice: Annotated[
        list[Path] | None, typer.Option(help="Text file with the notice; again for each other one.", show_default=False)
    ] = None,
    site: Annotated[str | None, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)] = None,
    launch: Annotated[
        str | None, typer.Option(help="Instead of notice and site: a real launch, as 2009-04-05, or a TOML file.")
    ] = None,
    vehicle: Annotated[
        str | None, typer.Option(help="Outlined vehicle to infer the flight with, as three-stages, or a TOML file.")
    ] = None,
    inclination_deg: Annotated[float | None, typer.Option(help="Of the orbit aimed at.", min=0.0, max=180.0)] = None,
    without: Annotated[list[str] | None, typer.Option(help="Label of an area to leave aside.")] = None,
    body: Annotated[
        list[str] | None, typer.Option(help='What falls in an area, where it is known: "A=stage 1".')
    ] = None,
    runs: Annotated[int, typer.Option(help="Flights of the inference.", min=1_000, max=10_000_000)] = 100_000,
    seed: Annotated[int, typer.Option(help="Seed of the inference.", min=0, max=LAST_SEED)] = 1,
    hide_each: Annotated[
        bool, typer.Option("--hide-each", help="Also hide each area and predict it from the others.")
    ] = False,
    threads: Annotated[int | None, typer.Option(help="Threads; all cores if not given.", min=1, max=1024)] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler, as tcp://host:8786.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the inference: document, draws, falls, vehicle, map.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See announced areas from a pad: ranges, one plane or its residuals, the dog-leg; with a vehicle, infer the flight.

    Example: downrange corridor fit --notice navarea.txt --site sohae-coastal --vehicle three-stages --out flight
    """
    with explained():
        from downrange.corridor import explain, ranges
        from downrange.replay import areas_asked, check_folder, corridor_shown

        pad, areas = areas_asked(notice or [], site, launch, without or [])
        found = corridor_shown(ranges(pad, areas), explain(pad, areas, inclination_deg=inclination_deg))
        if vehicle is None:
            show(found, as_json=as_json)
            return
        from downrange.replay import case_asked, infer_case, inferred_shown, write_inferred

        if out is not None:
            check_folder(out)
        case = case_asked(
            vehicle=vehicle, pad=pad, areas=areas, launch=launch, inclination_deg=inclination_deg, bodies=body or []
        )
        with progress_bar() as progress:
            made = infer_case(
                case,
                flights=runs,
                seed=seed,
                hide_each=hide_each,
                threads=threads,
                cluster=cluster,
                progress=lambda done, wanted: progress(done, wanted, ""),
                say=say,
            )
        tables, document = inferred_shown(made)
        show(((*found[0], *tables), {**found[1], "inferred": document}), as_json=as_json)
        if out is not None:
            write_inferred(made, out)
            say(f"The files are in {out}")


@app.command("rehearse")
def corridor_rehearse(
    vehicle: Annotated[str, typer.Argument(help="Outlined vehicle, as three-stages, or a TOML file.")],
    site: Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)],
    launches: Annotated[int, typer.Option(help="Invented launches.", min=2, max=10_000)] = 200,
    runs: Annotated[int, typer.Option(help="Flights of each inference.", min=1_000, max=1_000_000)] = 12_000,
    seed: Annotated[int, typer.Option(help="Seed of the launches.", min=0, max=LAST_SEED)] = 1,
    as_json: AsJson = False,
) -> None:
    """Invent launches of a vehicle, infer them from their areas, and count how often 90 % intervals hold the truth.

    Example: downrange corridor rehearse three-stages --site lc-39a --launches 20
    """
    with explained():
        from downrange.corridor import load_outline, rehearse
        from downrange.earth import load_site
        from downrange.replay import rehearsal_shown

        done = rehearse(load_outline(vehicle), load_site(site), launches=launches, flights=runs, seed=seed, say=say)
        show(rehearsal_shown(done), as_json=as_json)


@app.command("refit")
def corridor_refit(
    record: Annotated[str, typer.Argument(help="Name of a public record, or a TOML file.", show_default=False)],
    out: Annotated[Path, typer.Option(help="New folder for the vehicle file and the fits.", show_default=False)],
    starts: Annotated[int, typer.Option(help="Random starts of the best fit.", min=1, max=1000)] = 10,
    fits: Annotated[
        int, typer.Option(help="Fits to randomised facts, about a CPU-second each.", min=20, max=100_000)
    ] = 128,
    seed: Annotated[int, typer.Option(help="Seed of the randomised facts.", min=0, max=LAST_SEED)] = 2023,
    as_json: AsJson = False,
) -> None:
    """Fit an outlined vehicle to its public record anew, and write the vehicle file and the fits.

    Example: downrange corridor refit chollima-1 --out refit
    """
    with explained():
        from downrange.corridor import load_record
        from downrange.replay import refit_record, refit_shown

        found = load_record(record)
        show(
            refit_shown(found, refit_record(found, out, starts=starts, fits=fits, seed=seed, say=say)), as_json=as_json
        )
    say(f"The files are in {out}")


@app.command("plan")
def corridor_plan(
    notice: Annotated[Path, typer.Option(help="Text file with the notice.", show_default=False)],
    site: Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)],
    vehicle: Annotated[
        str,
        typer.Option(
            help="A fitted record, as chollima-1, or an outline to infer, as three-stages.", show_default=False
        ),
    ],
    window: Annotated[
        str | None, typer.Option(help="Of lift-off, as 2023-08-23T15:00Z/2023-08-30T15:00Z; else the notice's own.")
    ] = None,
    detect_s: Annotated[
        tuple[float, float], typer.Option(help="A warning goes out between these seconds after lift-off.")
    ] = (60.0, 120.0),
    runs: Annotated[int, typer.Option(help="Planned flights; four times as many fail.", min=200, max=20_000)] = 2_000,
    seed: Annotated[int, typer.Option(help="Seed of the crowd.", min=0, max=LAST_SEED)] = 1,
    out: Annotated[
        Path | None, typer.Option(help="New folder for plan.json, closures.geojson, places.csv and the map.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Plan before a launch: who is below, what a failure in each minute may hit, whom to warn, what to close.

    Example: downrange corridor plan --notice navarea.txt --site sohae-coastal --vehicle chollima-1 --out plan
    """
    with explained():
        from downrange.replay import check_folder, plan_launch, plan_shown, write_plan

        if out is not None:
            check_folder(out)
        made = plan_launch(
            notice=notice,
            site=site,
            vehicle=vehicle,
            window=window,
            detect_s=detect_s,
            runs=runs,
            seed=seed,
            say=say,
        )
        show(plan_shown(made), as_json=as_json)
        if out is not None:
            write_plan(made, out)
            say(f"The files are in {out}")

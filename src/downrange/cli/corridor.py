"""Commands of the room `corridor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import LAST_SEED, AsJson, explained, part, say, show

app = part("The corridor that announced areas allow.")


@app.command("fit")
def corridor_fit(
    notice: Annotated[Path, typer.Option(help="Text file with the notice.", show_default=False)],
    site: Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)],
    inclination_deg: Annotated[float | None, typer.Option(help="Of the orbit aimed at.", min=0.0, max=180.0)] = None,
    as_json: AsJson = False,
) -> None:
    """See announced areas from a pad: ranges, one plane or its residuals, the dog-leg.

    Example: downrange corridor fit --notice navarea.txt --site sohae-coastal --inclination-deg 97.4
    """
    with explained():
        from downrange.corridor import explain, ranges
        from downrange.earth import load_site
        from downrange.notice import read_file, require_areas
        from downrange.replay import corridor_shown

        pad = load_site(site)
        areas = [area for one in read_file(notice) for area in require_areas(one).areas]
        found = explain(pad, areas, inclination_deg=inclination_deg)
        show(corridor_shown(ranges(pad, areas), found), as_json=as_json)


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
        str, typer.Option(help="Name of a public record with its fits, as chollima-1.", show_default=False)
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

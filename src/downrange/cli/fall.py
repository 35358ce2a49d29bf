"""Commands of the room `fall`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import AsJson, explained, part, show

app = part("Everything that comes down.")


class ImpactForm(StrEnum):
    """How impacts are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@app.command("drop")
def fall_drop(
    fragments: Annotated[
        Path, typer.Argument(help="CSV of fragments, velocity relative to the Earth.", show_default=False)
    ],
    form: Annotated[ImpactForm, typer.Option("--format", help="How to print them.")] = ImpactForm.TABLE,
    as_json: AsJson = False,
) -> None:
    """Let fragments fall, with air, and tell where each comes down.

    The file begins with lat_deg,lon_deg,alt_m,v_east_mps,v_north_mps,v_up_mps,beta_kgpm2.

    Example: downrange fall drop fragments.csv --format csv
    """
    with explained():
        from downrange.fall import impacts_csv
        from downrange.replay import drop_fragments, impacts_shown

        impacts = drop_fragments(fragments)
        if form is ImpactForm.CSV:
            typer.echo(impacts_csv(impacts), nl=False)
        else:
            show(impacts_shown(impacts), as_json=as_json or form is ImpactForm.JSON)


@app.command("risk")
def fall_risk(
    folder: Annotated[Path, typer.Argument(help="Folder of a flight ensemble.", show_default=False)],
    people: Annotated[
        Path | None, typer.Option(help="CSV lat_deg,lon_deg,people for expected casualties.", show_default=False)
    ] = None,
    p_failure: Annotated[float | None, typer.Option(help="Probability of failure, if not the ensemble's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell hazard areas and expected casualties from the folder of an ensemble.

    Example: downrange fall risk ensemble --people people.csv --p-failure 0.1
    """
    with explained():
        from downrange.replay import launch_risk, risk_shown

        show(risk_shown(launch_risk(folder, people, p_failure=p_failure)), as_json=as_json)

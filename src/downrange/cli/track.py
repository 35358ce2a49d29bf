"""Commands of the room `track`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import AsJson, explained, moment_of, part, show

app = part("What sensors say, and what can be said of it.")


@app.command("run")
def track_run(
    readings: Annotated[Path, typer.Argument(help="JSON lines, one reading each.", show_default=False)],
    sensors: Annotated[str, typer.Option(help="Name of a sensor set, or a TOML file.", show_default=False)],
    t0: Annotated[str, typer.Option(help="Lift-off, ISO 8601 with its zone.", show_default=False)],
    vehicle: Annotated[str | None, typer.Option(help="Whose burns to expect; needs --site.")] = None,
    site: Annotated[str | None, typer.Option(help="Where it flies from.")] = None,
    as_json: AsJson = False,
) -> None:
    """Follow readings: state, impact point and verdict.

    Example: downrange track run readings.jsonl --sensors 2023-invented --t0 2023-08-23T18:50:00Z
    """
    with explained():
        from downrange.replay import planned_burns, readings_about, track_shown
        from downrange.track import assess, follow, load_sensors

        moment = moment_of(t0, "--t0")
        radars = load_sensors(sensors)
        track = follow(readings_about(readings, radars, moment), radars, moment)
        show(track_shown(assess(track, planned_burns(vehicle, site)), moment), as_json=as_json)

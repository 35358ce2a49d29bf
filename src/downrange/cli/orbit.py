"""Commands of the room `orbit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.terminal import AsJson, explained, moment_of, part, show

app = part("Orbits and passes.")


@app.command("passes")
def orbit_passes(
    elements: Annotated[Path, typer.Argument(help="File with two-line element sets.", show_default=False)],
    lat_deg: Annotated[float, typer.Option(help="Latitude of the place.", min=-90.0, max=90.0, show_default=False)],
    lon_deg: Annotated[
        float, typer.Option(help="Longitude, east positive.", min=-180.0, max=360.0, show_default=False)
    ],
    start: Annotated[str, typer.Option(help="ISO 8601 with its zone.", show_default=False)],
    hours: Annotated[float, typer.Option(help="How long.", min=0.1, max=8784.0)] = 24.0,
    min_elevation_deg: Annotated[float, typer.Option(help="A pass is the time above this.", min=0.0, max=90.0)] = 10.0,
    as_json: AsJson = False,
) -> None:
    """List the passes of a satellite over a place.

    Example: downrange orbit passes tle.txt --lat-deg 39.04 --lon-deg 125.71 --start 2024-06-08T00:00Z
    """
    with explained():
        from downrange.base import after
        from downrange.orbit import passes
        from downrange.replay import first_elements, passes_shown

        begin = moment_of(start, "--start")
        found = first_elements(elements)
        seen = passes(
            found.satellite(),
            lat_deg,
            lon_deg,
            begin,
            after(begin, hours * 3600.0),
            min_elevation_deg=min_elevation_deg,
        )
        show(passes_shown(found.name or str(found.number), seen), as_json=as_json)

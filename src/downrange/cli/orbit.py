"""Commands of the room `orbit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from downrange.cli.terminal import AsJson, explained, moment_of, part, say, show

if TYPE_CHECKING:
    from datetime import datetime

app = part("Orbits, passes, and whether anything reached orbit.")

Sets = Annotated[
    Path, typer.Argument(metavar="FILE", help="Two-line element sets, or OMM in any form.", show_default=False)
]
Satellite = Annotated[str | None, typer.Option(help="One object of the file, by number, designator or name.")]
Activity = Annotated[str | None, typer.Option(help="Solar activity at the epoch: low, mean or high.")]


@app.command("check")
def orbit_check(
    catalog: Annotated[
        list[Path], typer.Option(help="Element sets of the catalogue; again for more files.", show_default=False)
    ],
    scenario: Annotated[
        str | None, typer.Option(help="The launch: a scenario's name such as 2023-11-21, or its TOML file.")
    ] = None,
    launch: Annotated[Path | None, typer.Option(help="Or a TOML file that describes the launch alone.")] = None,
    pulled: Annotated[
        str, typer.Option(help="When the catalogue was asked for; without it absence proves nothing.")
    ] = "",
    first_seen: Annotated[
        Path | None, typer.Option(help="CSV (number,first_seen) or JSON: when objects were first listed.")
    ] = None,
    designator: Annotated[
        str | None, typer.Option(help="The launch's international number if known, as 2023-179.")
    ] = None,
    whole: Annotated[
        bool | None,
        typer.Option("--whole/--part", help="The files hold all that was listed, or only some; else their size tells."),
    ] = None,
    track: Annotated[
        Path | None, typer.Option(help="What a track said: JSON of `replay` or `track run`; both are joined.")
    ] = None,
    wait_h: Annotated[
        float, typer.Option(help="Hours after lift-off before a pull can say no (assumed).", min=1.0, max=8784.0)
    ] = 72.0,
    as_json: AsJson = False,
) -> None:
    """Say which object of a catalogue came from a launch: yes, not catalogued yet, no, or unknown.

    Example: downrange orbit check --catalog new.txt --scenario 2023-11-21 --pulled 2024-07-08T12:00Z
    """
    with explained():
        from downrange.replay import CheckAsked, check_asked, check_shown

        asked = CheckAsked(
            catalog=tuple(catalog),
            scenario=scenario,
            launch=launch,
            pulled=_moment(pulled, "--pulled"),
            first_seen=first_seen,
            designator=designator,
            whole=whole,
            track=track,
            wait_h=wait_h,
        )
        show(check_shown(check_asked(asked)), as_json=as_json)


@app.command("passes")
def orbit_passes(
    elements: Sets,
    lat_deg: Annotated[float, typer.Option(help="Latitude of the place.", min=-90.0, max=90.0, show_default=False)],
    lon_deg: Annotated[
        float, typer.Option(help="Longitude, east positive.", min=-180.0, max=360.0, show_default=False)
    ],
    start: Annotated[str, typer.Option(help="ISO 8601 with its zone.", show_default=False)],
    hours: Annotated[float, typer.Option(help="How long.", min=0.1, max=8784.0)] = 24.0,
    min_elevation_deg: Annotated[float, typer.Option(help="A pass is the time above this.", min=0.0, max=90.0)] = 10.0,
    satellite: Satellite = None,
    as_json: AsJson = False,
) -> None:
    """List the passes of satellites over a place, with the light there and up there.

    Example: downrange orbit passes tle.txt --lat-deg 39.04 --lon-deg 125.71 --start 2024-06-08T00:00Z
    """
    with explained():
        from downrange.base import after
        from downrange.replay import passes_asked, passes_shown, sets_about

        begin = moment_of(start, "--start")
        sets = sets_about(elements, begin, satellite)
        span = begin, after(begin, hours * 3600.0)
        found = passes_asked(sets, (lat_deg, lon_deg), span, min_elevation_deg)
        show(passes_shown(sets, found), as_json=as_json)


@app.command("show")
def orbit_show(
    elements: Sets,
    at: Annotated[str, typer.Option(help="Moment that ages count to; now if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show every element set of a file: heights, period, node, age, designator.

    Example: downrange orbit show tle.txt --at 2024-06-08T00:00Z
    """
    with explained():
        from datetime import UTC, datetime

        from downrange.replay import elements_shown, sets_of

        show(elements_shown(sets_of(elements), _moment(at, "--at") or datetime.now(UTC)), as_json=as_json)


@app.command("convert")
def orbit_convert(
    elements: Sets,
    to: Annotated[
        str, typer.Option(help="tle, omm-kvn, omm-xml, omm-json, omm-csv, or oem (ephemeris).", show_default=False)
    ],
    out: Annotated[Path | None, typer.Option(help="File to write; standard output if not given.")] = None,
    start: Annotated[str, typer.Option(help="Where an ephemeris begins; the epoch if not given.")] = "",
    hours: Annotated[float, typer.Option(help="How long an ephemeris is.", min=0.01, max=720.0)] = 24.0,
    step_s: Annotated[float, typer.Option(help="Its step.", min=1.0, max=86_400.0)] = 60.0,
    satellite: Satellite = None,
    as_json: AsJson = False,
) -> None:
    """Turn element sets into another form, or one of them into an ephemeris by SGP4.

    Example: downrange orbit convert tle.txt --to omm-xml --out omm.xml
    """
    with explained():
        from downrange.base import write_text
        from downrange.replay import converted, sets_converted_shown

        count, text = converted(
            elements, to, start=_moment(start, "--start"), hours=hours, step_s=step_s, satellite=satellite
        )
        if out is not None:
            write_text(out, text)
        if as_json or out is not None:
            show(sets_converted_shown(count, to, text, str(out) if out else None), as_json=as_json)
        else:
            typer.echo(text.encode(), nl=False)


@app.command("propagate")
def orbit_propagate(
    elements: Sets,
    days: Annotated[float, typer.Option(help="How far from the epoch.", min=0.01, max=366.0)] = 3.0,
    step_s: Annotated[float, typer.Option(help="Step of the path.", min=1.0, max=86_400.0)] = 60.0,
    beta: Annotated[
        str, typer.Option(help="Mass over drag area [kg/m2]: a number, LOW,MIDDLE,HIGH, assumed, or none.")
    ] = "assumed",
    activity: Activity = None,
    satellite: Satellite = None,
    out: Annotated[Path | None, typer.Option(help="File for the path, as CCSDS OEM.")] = None,
    as_json: AsJson = False,
) -> None:
    """Carry one orbit on numerically, with J2 to J4 and drag, until it ends or comes down.

    Example: downrange orbit propagate tle.txt --days 10 --beta 25,80,250 --activity high
    """
    with explained():
        from datetime import UTC, datetime

        from downrange.base import write_text
        from downrange.replay import one_set, path_shown, path_text, propagated_asked

        found = one_set(elements, datetime.now(UTC), satellite)
        path = propagated_asked(found, days=days, step_s=step_s, beta=beta, activity=activity)
        if out is not None:
            write_text(out, path_text(found, path))
        show(path_shown(found, path), as_json=as_json)
    if out is not None:
        say(f"The path is in {out}")


@app.command("decay")
def orbit_decay(
    elements: Sets,
    beta: Annotated[
        str | None,
        typer.Option(
            help="Mass over drag area [kg/m2]: a number, LOW,MIDDLE,HIGH, or assumed; else the sets' own drag."
        ),
    ] = None,
    activity: Activity = None,
    satellite: Satellite = None,
    as_json: AsJson = False,
) -> None:
    """Say how long orbits last without manoeuvres, from low to high.

    Example: downrange orbit decay tle.txt --activity high
    """
    with explained():
        from datetime import UTC, datetime

        from downrange.replay import decays_asked, decays_shown, sets_about

        sets = sets_about(elements, datetime.now(UTC), satellite)
        show(decays_shown(decays_asked(sets, beta=beta, activity=activity)), as_json=as_json)


def _moment(text: str, option: str) -> datetime | None:
    """Return the time typed for an option, None where none was."""
    return moment_of(text, option) if text else None

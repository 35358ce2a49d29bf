"""Commands of the room `track`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from downrange.cli.terminal import LAST_SEED, AsJson, explained, moment_of, part, say, show

if TYPE_CHECKING:
    from datetime import datetime

app = part("What sensors say, and what can be said of it.")

Readings = Annotated[Path, typer.Argument(help="JSON lines, CSV or a tracking data message (TDM).", show_default=False)]
Sensors = Annotated[str, typer.Option(help="Name of a sensor set, or a TOML file.", show_default=False)]
LiftOff = Annotated[str, typer.Option(help="Lift-off, ISO 8601 with its zone.", show_default=False)]
RoundTrip = Annotated[
    list[str] | None, typer.Option(help="Sensor of a TDM whose ranges count the way there and back; again for others.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a file with any line that cannot be used.")]


@app.command("run")
def track_run(
    readings: Readings,
    sensors: Annotated[
        str | None, typer.Option(help="Name of a sensor set, or a TOML file; not needed for what a screen showed.")
    ] = None,
    t0: Annotated[str, typer.Option(help="Lift-off, ISO 8601 with its zone; else from the first reading.")] = "",
    vehicle: Annotated[str | None, typer.Option(help="Whose burns to expect; needs --site and --t0.")] = None,
    site: Annotated[str | None, typer.Option(help="Where it flies from, by name or TOML file.")] = None,
    notice: Annotated[Path | None, typer.Option(help="Text with the announced areas; needs --site.")] = None,
    now: Annotated[str, typer.Option(help="The time now: what came in later is left out, silence counts.")] = "",
    objects: Annotated[bool, typer.Option("--objects", help="Look for other objects, and for a break-up.")] = False,
    round_trip: RoundTrip = None,
    strict: Strict = False,
    out: Annotated[Path | None, typer.Option(help="New folder for track.jsonl, track.json, impact.geojson.")] = None,
    as_json: AsJson = False,
) -> None:
    """Follow readings: verdict with its probability, impact point, orbit figures, launch point, where it comes down.

    Example: downrange track run readings.jsonl --sensors 2023-invented --t0 2023-08-23T18:50:00Z
    """
    with explained():
        from downrange.replay import TrackAsked, check_folder, track_files, track_shown, tracked, write_folder

        if out is not None:
            check_folder(out)
        asked = TrackAsked(
            readings=readings,
            sensors=sensors,
            t0=_moment(t0, "--t0"),
            vehicle=vehicle,
            site=site,
            notice=notice,
            now=_moment(now, "--now"),
            objects=objects,
            round_trip=tuple(round_trip or ()),
            strict=strict,
        )
        done = tracked(asked, say=say)
        shown = track_shown(done)
        show(shown, as_json=as_json)
        if out is not None:
            write_folder(out, track_files(done, shown[1]))
    if out is not None:
        say(f"The files are in {out}")


@app.command("simulate")
def track_simulate(
    vehicle: Annotated[str, typer.Argument(help="Name of a vehicle, or a TOML file.", show_default=False)],
    site: Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)],
    sensors: Sensors,
    t0: LiftOff,
    out: Annotated[Path, typer.Option(help="File of readings: .jsonl, .csv or .tdm.", show_default=False)],
    to: Annotated[str | None, typer.Option(help="Orbit to aim at: sso:500km, 493x512km@97.4.")] = None,
    fail: Annotated[str | None, typer.Option(help="What fails: stage2:no-ignition, stage1:thrust-decay@60/10.")] = None,
    bodies: Annotated[bool, typer.Option("--bodies", help="The sensors also see what it lets go.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of all noise.", min=0, max=LAST_SEED)] = 1,
    as_json: AsJson = False,
) -> None:
    """Make the readings that sensors would have made of a flight, as planned or with a failure.

    Example: downrange track simulate chollima-1 --site sohae-coastal --fail stage2:no-ignition --sensors 2023-invented
    --t0 2023-08-23T18:50:00Z --out readings.jsonl
    """
    with explained():
        from downrange.replay import Single, check_form, sense, sensed_shown, write_as

        check_form(out)
        moment = moment_of(t0, "--t0")
        asked = Single(vehicle=vehicle, site=site, to=to, fail=fail)
        made = sense(asked, sensors=sensors, t0=moment, seed=seed, bodies=bodies, say=say)
        write_as(out, made.readings)
        show(sensed_shown(made, moment), as_json=as_json)
    say(f"The readings are in {out}")


@app.command("convert")
def track_convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="JSON lines, CSV or TDM.", show_default=False)],
    target: Annotated[
        Path, typer.Argument(metavar="OUT", help="File to write: .jsonl, .csv or .tdm.", show_default=False)
    ],
    sensors: Annotated[
        str | None, typer.Option(help="Who may speak, by name or TOML file; anybody if left out.")
    ] = None,
    t0: Annotated[str, typer.Option(help="Lift-off, for lines that give seconds after it.")] = "",
    round_trip: RoundTrip = None,
    strict: Strict = False,
    as_json: AsJson = False,
) -> None:
    """Turn a file of readings into another form; what cannot be used is told and left out.

    Example: downrange track convert readings.tdm readings.jsonl --sensors 2023-invented
    """
    with explained():
        from downrange.replay import convert, converted_shown

        intake = convert(
            source,
            target,
            sensors=sensors,
            t0=_moment(t0, "--t0"),
            round_trip=tuple(round_trip or ()),
            strict=strict,
            say=say,
        )
        show(converted_shown(intake, str(target)), as_json=as_json)


@app.command("calibrate")
def track_calibrate(
    readings: Readings,
    sensors: Sensors,
    t0: LiftOff,
    out: Annotated[Path | None, typer.Option(help="Sensor file to write, with the estimates put in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Find from one flight by how much each sensor is off: bias and clock, and how well that is known.

    Example: downrange track calibrate readings.jsonl --sensors generic --t0 2023-08-23T18:50:00Z --out mine.toml
    """
    with explained():
        from downrange.replay import calibrate_file, calibration_shown

        found = calibrate_file(readings, sensors=sensors, t0=moment_of(t0, "--t0"), out=out, say=say)
        show(calibration_shown(*found), as_json=as_json)
    if out is not None:
        say(f"The sensors are in {out}")


@app.command("inside")
def track_inside(
    traffic: Annotated[
        list[Path],
        typer.Argument(help="AIS sentences, or aircraft state vectors as JSON or CSV.", show_default=False),
    ],
    notice: Annotated[
        list[Path], typer.Option(help="Text with announced areas; again for others.", show_default=False)
    ],
    at: Annotated[str, typer.Option(help="The moment asked about, ISO 8601 with its zone; now if not given.")] = "",
    ahead_s: Annotated[
        float, typer.Option(help="Also who enters within so many seconds on the present course.", min=0.0, max=86_400.0)
    ] = 0.0,
    received: Annotated[str, typer.Option(help="When AIS sentences without a time came in.")] = "",
    as_json: AsJson = False,
) -> None:
    """Say which ships and aircraft are inside the announced areas, which will be, and of which nobody can say.

    Example: downrange track inside ships.txt aircraft.json --notice navarea.txt --at 2023-08-23T18:45:00Z
    """
    with explained():
        from datetime import UTC, datetime

        from downrange.replay import traffic_inside, traffic_shown

        found = traffic_inside(
            traffic,
            notice,
            at=_moment(at, "--at") or datetime.now(UTC),
            horizon_s=ahead_s,
            received=_moment(received, "--received"),
            say=say,
        )
        show(traffic_shown(found), as_json=as_json)


def _moment(text: str, option: str) -> datetime | None:
    """Return the time typed for an option, None where none was."""
    return moment_of(text, option) if text else None

"""The command line: words in, one call into one room, tables for people or one JSON document for programs.

Rooms are imported inside the commands, so that help and completion answer at once.
"""

from __future__ import annotations

import _thread
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from downrange.replay import Table

app = typer.Typer(
    name="downrange",
    help="Space-launch watch: from the notice that announces a launch to the all-clear that ends it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_notice = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Launch notices: areas and windows.")
_corridor = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The corridor that announced areas allow.")
_flight = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Flights of a launch vehicle.")
_fall = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Everything that comes down.")
_track = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What sensors say, and what can be said of it.")
_orbit = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Orbits and passes.")
for _name, _part in (
    ("notice", _notice),
    ("corridor", _corridor),
    ("flight", _flight),
    ("fall", _fall),
    ("track", _track),
    ("orbit", _orbit),
):
    app.add_typer(_part, name=_name)

_YEARS = (1950, 2100)
_LAST_SEED = 2**63 - 1
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


class Form(StrEnum):
    """How areas are printed."""

    TABLE = "table"
    GEOJSON = "geojson"
    KML = "kml"
    JSON = "json"


class ImpactForm(StrEnum):
    """How impacts are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@contextmanager
def _explained() -> Iterator[None]:
    """Turn an expected error into one paragraph on standard error and exit 2."""
    from downrange.base import DownrangeError

    try:
        yield
    except DownrangeError as problem:
        typer.echo(f"downrange: {problem}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("downrange: interrupted; nothing was left half written.", err=True)
        raise typer.Exit(130) from None


def _moment(text: str, option: str) -> datetime:
    """Return the time typed for an option, in UTC."""
    from downrange.base import InputError, parse_utc

    try:
        moment = parse_utc(text, where=option)
    except OverflowError:
        moment = None
    if moment is None or not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise InputError(where=option, seen=text, cure=f"give a year from {_YEARS[0]} to {_YEARS[1]}")
    return moment


def _print_tables(tables: tuple[Table, ...]) -> None:
    """Print tables for people; plain and without colour where the output is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    terminal = sys.stdout.isatty()
    console = Console(no_color=not terminal, highlight=False, width=None if terminal else 140)
    for table in tables:
        shown = RichTable(
            title=Text(table.title), title_justify="left", box=box.SIMPLE_HEAD, title_style="bold", pad_edge=False
        )
        for column in table.columns:
            shown.add_column(Text(column.name), justify="right" if column.number else "left")
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        console.print(shown)
        if table.note:
            console.print(table.note, style="dim" if terminal else "", markup=False)


def _print_json(document: object) -> None:
    """Print one JSON document."""
    from downrange.replay import json_text

    typer.echo(json_text(document).encode(), nl=False)  # JSON is UTF-8 wherever it is read


def _say(text: str) -> None:
    """Print progress or prose to standard error."""
    typer.echo(text, err=True)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from downrange import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def replay(
    scenario: Annotated[str, typer.Argument(help="A name such as 2023-08-24, or a TOML file.", show_default=False)],
    as_json: AsJson = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the report; out/<scenario> if not given.")] = None,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the dispersed flights; the scenario's if not given.")
    ] = None,
    runs: Annotated[int | None, typer.Option(help="Dispersed flights behind each footprint.")] = None,
) -> None:
    """Replay a launch through the whole chain, from the notice to the all-clear, and write its report.

    Example: downrange replay 2023-08-24
    """
    from downrange.replay import replay_scenario

    with _explained():
        done = replay_scenario(scenario, folder=out, seed=seed, runs=runs, say=_say)
        if as_json:
            _print_json(done.document)
        else:
            _print_tables(done.tables)
    _say(f"The report is {done.folder / 'report.html'}")


@app.command()
def doctor() -> None:
    """Look whether everything is there that a replay needs.

    Example: downrange doctor
    """
    from downrange.replay import examine

    well, table = examine()
    _print_tables((table,))
    if not well:
        raise typer.Exit(2)


@_notice.command("read")
def notice_read(
    files: Annotated[list[Path], typer.Argument(help="Text files with notices.", show_default=False)],
    form: Annotated[Form, typer.Option("--format", help="How to print them.")] = Form.TABLE,
    as_json: AsJson = False,
) -> None:
    """Read launch notices: areas, windows, and what is wrong with them.

    Example: downrange notice read navarea.txt --format geojson
    """
    with _explained():
        from downrange.notice import read_file, to_kml
        from downrange.replay import notices_shown

        notices = tuple(notice for file in files for notice in read_file(file))
        if form is Form.KML:
            typer.echo(to_kml(notices).encode(), nl=False)
        else:
            _show(notices_shown(notices), as_json=as_json or form is not Form.TABLE)


@_corridor.command("fit")
def corridor_fit(
    notice: Annotated[Path, typer.Option(help="Text file with the notice.", show_default=False)],
    site: Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)],
    inclination_deg: Annotated[float | None, typer.Option(help="Of the orbit aimed at.", min=0.0, max=180.0)] = None,
    as_json: AsJson = False,
) -> None:
    """See announced areas from a pad: ranges, one plane or its residuals, the dog-leg.

    Example: downrange corridor fit --notice navarea.txt --site sohae-coastal --inclination-deg 97.4
    """
    with _explained():
        from downrange.corridor import dog_leg, one_plane, ranges
        from downrange.earth import load_site
        from downrange.notice import read_file, require_areas
        from downrange.replay import corridor_shown

        pad = load_site(site)
        areas = [area for one in read_file(notice) for area in require_areas(one).areas]
        legs = dog_leg(pad, areas, inclination_deg=inclination_deg)
        _show(corridor_shown(ranges(pad, areas), one_plane(pad, areas), legs), as_json=as_json)


@_corridor.command("refit")
def corridor_refit(
    record: Annotated[str, typer.Argument(help="Name of a public record, or a TOML file.", show_default=False)],
    out: Annotated[Path, typer.Option(help="New folder for the vehicle file and the fits.", show_default=False)],
    starts: Annotated[int, typer.Option(help="Random starts of the best fit.", min=1, max=1000)] = 10,
    fits: Annotated[
        int, typer.Option(help="Fits to randomised facts, about a CPU-second each.", min=20, max=100_000)
    ] = 128,
    seed: Annotated[int, typer.Option(help="Seed of the randomised facts.", min=0, max=_LAST_SEED)] = 2023,
    as_json: AsJson = False,
) -> None:
    """Fit an outlined vehicle to its public record anew, and write the vehicle file and the fits.

    Example: downrange corridor refit chollima-1 --out refit
    """
    with _explained():
        from downrange.corridor import load_record
        from downrange.replay import refit_record, refit_shown

        found = load_record(record)
        _show(
            refit_shown(found, refit_record(found, out, starts=starts, fits=fits, seed=seed, say=_say)), as_json=as_json
        )
    _say(f"The files are in {out}")


@_flight.command("fly")
def flight_fly(
    vehicle: Annotated[str, typer.Argument(help="Name of a vehicle, or a TOML file.", show_default=False)],
    site: Annotated[str, typer.Option(help="Name of a launch site, or a TOML file.", show_default=False)],
    to: Annotated[str | None, typer.Option(help="Orbit to aim at: sso:500km, 493x512km@97.4.")] = None,
    fail: Annotated[str | None, typer.Option(help="What fails: stage2:no-ignition, stage3:break-up@10.")] = None,
    as_json: AsJson = False,
) -> None:
    """Fly one vehicle, on its own programme or to an orbit, with or without a failure.

    Example: downrange flight fly chollima-1 --site sohae-coastal --to sso:500km --fail stage2:no-ignition
    """
    with _explained():
        from downrange.earth import load_site
        from downrange.flight import Failure, Orbit, fly, load_vehicle_and_plan, target
        from downrange.replay import drop_bodies, flight_shown

        machine, plan = load_vehicle_and_plan(vehicle)
        pad = load_site(site)
        if to is not None:
            aim = Orbit.parse(to)
            _say(f"solving the programme of {machine.name} for {to}")
            plan = target(machine, pad, aim, plan).plan
        flight = fly(machine, pad, plan, None if fail is None else Failure.parse(fail))
        _show(flight_shown(flight, drop_bodies(flight)), as_json=as_json)


@_fall.command("drop")
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
    with _explained():
        from downrange.fall import impacts_csv
        from downrange.replay import drop_fragments, impacts_shown

        impacts = drop_fragments(fragments)
        if form is ImpactForm.CSV:
            typer.echo(impacts_csv(impacts), nl=False)
        else:
            _show(impacts_shown(impacts), as_json=as_json or form is ImpactForm.JSON)


@_track.command("run")
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
    with _explained():
        from downrange.replay import planned_burns, readings_about, track_shown
        from downrange.track import assess, follow, load_sensors

        moment = _moment(t0, "--t0")
        radars = load_sensors(sensors)
        track = follow(readings_about(readings, radars, moment), radars, moment)
        _show(track_shown(assess(track, planned_burns(vehicle, site)), moment), as_json=as_json)


@_orbit.command("passes")
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
    with _explained():
        from downrange.base import after
        from downrange.orbit import passes
        from downrange.replay import first_elements, passes_shown

        begin = _moment(start, "--start")
        found = first_elements(elements)
        seen = passes(
            found.satellite(),
            lat_deg,
            lon_deg,
            begin,
            after(begin, hours * 3600.0),
            min_elevation_deg=min_elevation_deg,
        )
        _show(passes_shown(found.name or str(found.number), seen), as_json=as_json)


def _show(shown: tuple[tuple[Table, ...], dict[str, Any]], *, as_json: bool) -> None:
    """Print what a room told: tables, or its document."""
    tables, document = shown
    if as_json:
        _print_json(document)
    else:
        _print_tables(tables)


def main() -> None:
    """Run the command line: letters that the terminal cannot show become question marks, and a kill cleans up."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _stop)
    sys.unraisablehook = _unheard
    try:
        app()
    except OSError as problem:
        if problem.filename is not None or problem.errno not in _NO_ROOM:
            raise
        typer.echo(f"downrange: output: cannot be written: {problem.strerror}. Make room where it goes.", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or leaving would fail on the rest of it
        sys.exit(2)


def _stop(number: int, _frame: object) -> None:
    """Leave as an exception does, so that what is half written is removed."""
    raise SystemExit(128 + number)


def _unheard(lost: sys.UnraisableHookArgs) -> None:
    """Interrupt again where an interrupt fell into a place that may not raise, as a clean-up inside a library."""
    again = {KeyboardInterrupt: signal.SIGINT, SystemExit: signal.SIGTERM}.get(lost.exc_type)
    if again is not None:  # a moment later: here it would be lost once more
        threading.Timer(0.01, _thread.interrupt_main, (again,)).start()
    else:
        sys.__unraisablehook__(lost)

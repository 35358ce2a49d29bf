"""The command line: words in, one call into one room, tables for people or one JSON document for programs.

Rooms are imported inside the commands, so that help and completion answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
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

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


class Form(StrEnum):
    """How areas are printed."""

    TABLE = "table"
    GEOJSON = "geojson"
    KML = "kml"
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


def _print_tables(tables: tuple[Table, ...]) -> None:
    """Print tables for people; plain and without colour where the output is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable

    terminal = sys.stdout.isatty()
    console = Console(no_color=not terminal, highlight=False, width=None if terminal else 140)
    for table in tables:
        shown = RichTable(
            title=table.title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold", pad_edge=False
        )
        for column in table.columns:
            shown.add_column(column.name, justify="right" if column.number else "left")
        for row in table.rows:
            shown.add_row(*(cell.replace("[", r"\[") for cell in row))
        console.print(shown)
        if table.note:
            console.print(table.note, style="dim" if terminal else "", markup=False)


def _print_json(document: object) -> None:
    """Print one JSON document."""
    from downrange.replay import json_text

    typer.echo(json_text(document), nl=False)


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
    runs: Annotated[int | None, typer.Option(help="Dispersed flights behind each footprint.", min=2)] = None,
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
        from downrange import replay as room

        notices = room.read_notice_files(files)
        chosen = Form.JSON if as_json else form
        if chosen is Form.TABLE:
            _print_tables(room.notice_tables(notices))
        elif chosen is Form.KML:
            from downrange.notice import to_kml

            typer.echo(to_kml(notices))
        else:
            from downrange.notice import to_geojson

            _print_json(to_geojson(notices))

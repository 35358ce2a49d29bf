"""What all commands share: errors in one paragraph, tables and JSON on the terminal, times as typed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from datetime import datetime

    from downrange.replay import Table

YEARS = (1950, 2100)
LAST_SEED = 2**63 - 1
_TELL_S = 60.0  # the longest silence of a long run

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of tables.")]


def part(about: str) -> typer.Typer:
    """Return the commands of one room."""
    return typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=about)


@contextmanager
def explained() -> Iterator[None]:
    """Turn an expected error into one paragraph on standard error and exit 2."""
    from downrange.base import DownrangeError

    try:
        yield
    except DownrangeError as problem:
        typer.echo(f"downrange: {problem}{_noted(problem)}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt as problem:
        typer.echo(f"downrange: interrupted; nothing was left half written.{_noted(problem)}", err=True)
        raise typer.Exit(130) from None


def _noted(problem: BaseException) -> str:
    """Return what was noted on a problem on its way, as what is kept of a long run."""
    return "".join(f" {note}" for note in getattr(problem, "__notes__", ()))


@contextmanager
def progress_bar(what: str = "flights") -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on a terminal; elsewhere a line for every tenth of the way, and every minute; what: is counted."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    if not sys.stderr.isatty():
        told = [0, time.monotonic()]

        def tell(done: int, wanted: int, known: str) -> None:
            tenth, now_s = 10 * done // wanted, time.monotonic()
            if tenth > told[0] or now_s - told[1] > _TELL_S:
                told[:] = tenth, now_s
                say(f"{done} of {wanted} {what}{', ' + known if known else ''}")

        yield tell
        return
    parts = (
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[known]}"),
    )
    with Progress(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None, known="")
        yield lambda done, wanted, known: bar.update(task, completed=done, total=wanted, known=known)


def moment_of(text: str, option: str) -> datetime:
    """Return the time typed for an option, in UTC."""
    from downrange.base import InputError, parse_utc

    try:
        moment = parse_utc(text, where=option)
    except OverflowError:
        moment = None
    if moment is None or not YEARS[0] <= moment.year <= YEARS[1]:
        raise InputError(where=option, seen=text, cure=f"give a year from {YEARS[0]} to {YEARS[1]}")
    return moment


def print_tables(tables: tuple[Table, ...]) -> None:
    """Print tables for people; plain and without colour where the output is not a terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    terminal = sys.stdout.isatty()
    console = Console(no_color=not terminal, highlight=False, width=None if terminal else 140)
    for table in tables:
        console.print(
            Text(table.title, style="bold")
        )  # a line of its own: a table's own title is as narrow as the table
        shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in table.columns:
            side: Literal["right", "left"] = "right" if column.number else "left"
            shown.add_column(Text(column.name), justify=side, overflow="fold", no_wrap=column.whole)
        for row in table.rows:
            shown.add_row(*(Text(cell) for cell in row))
        if table.columns:
            console.print(shown)
        if table.note:
            console.print(table.note, style="dim" if terminal else "", markup=False)


def print_json(document: object) -> None:
    """Print one JSON document."""
    from downrange.replay import json_text

    typer.echo(json_text(document).encode(), nl=False)  # JSON is UTF-8 wherever it is read


def say(text: str) -> None:
    """Print progress or prose to standard error."""
    typer.echo(text, err=True)


def show(shown: tuple[tuple[Table, ...], dict[str, Any]], *, as_json: bool) -> None:
    """Print what a room told: tables, or its document."""
    tables, document = shown
    if as_json:
        print_json(document)
    else:
        print_tables(tables)

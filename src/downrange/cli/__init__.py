"""The command line: one file of commands a room.

In: words.
Out: one call into one room; tables for people, or one JSON document for programs.
Start here: `main`.

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
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli import alert, corridor, coverage, fall, flight, notice, orbit, track
from downrange.cli.terminal import AsJson, explained, print_json, print_tables, say

app = typer.Typer(
    name="downrange",
    help="Space-launch watch: from the notice that announces a launch to the all-clear that ends it.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _room in (notice, corridor, flight, fall, track, orbit, coverage, alert):
    app.add_typer(_room.app, name=_room.__name__.rsplit(".", 1)[-1])

__all__ = ["app", "main"]

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG})


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

    with explained():
        done = replay_scenario(scenario, folder=out, seed=seed, runs=runs, say=say)
        if as_json:
            print_json(done.document)
        else:
            print_tables(done.tables)
    say(f"The report is {done.folder / 'report.html'}")


@app.command()
def doctor() -> None:
    """Look whether everything is there that a replay needs.

    Example: downrange doctor
    """
    from downrange.replay import examine

    well, table = examine()
    print_tables((table,))
    if not well:
        raise typer.Exit(2)


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

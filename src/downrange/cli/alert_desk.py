"""What the commands of the room `alert` share: the office, the person, the heading, and what must be typed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from downrange.cli.terminal import explained, moment_of, part

if TYPE_CHECKING:
    from datetime import datetime

    from downrange.alert import Signer
    from downrange.replay import Seat

app = part("Whom to warn, with whose consent, and when they may be let go.")

OfficeFolder = Annotated[
    Path | None,
    typer.Option("--office", envvar="DOWNRANGE_OFFICE", help="Folder of the office.", show_default=False),
]
At = Annotated[str, typer.Option("--at", help="Exercise and Test only: what time it is there, ISO 8601 with its zone.")]
As = Annotated[Path, typer.Option("--as", help="Your key file, NAME.key.", show_default=False)]
PhraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="File with the key's passphrase; else it is asked for.")
]
Because = Annotated[str, typer.Option(help="Why: who saw what. It stays in the journal.", show_default=False)]
EventWord = Annotated[
    str | None, typer.Option("--event", help="Code or TOML file of the launch; the one that warns now.")
]
EventFile = Annotated[str, typer.Option("--event", help="TOML file of the launch, or its code.", show_default=False)]
DispatchName = Annotated[str, typer.Argument(metavar="DISPATCH", help="Its name in the list.", show_default=False)]


class Mode(StrEnum):
    """What an office's messages are."""

    EXERCISE = "exercise"
    TEST = "test"
    ACTUAL = "actual"


_COLOURS = {"Actual": typer.colors.RED, "Exercise": typer.colors.CYAN, "Test": typer.colors.YELLOW}


def moment_at(text: str) -> datetime | None:
    """Return the time typed for --at, None where none was."""
    return moment_of(text, "--at") if text else None


@contextmanager
def at_desk(folder: Path | None, at: str = "", *, at_is_told: bool = False) -> Iterator[Seat]:
    """Open the office for one command, under a heading that nobody can take for another status."""
    with explained():
        from downrange.replay import heading, seated

        with seated(folder, moment_at(at), at_is_told=at_is_told) as seat:
            headline(heading(seat), seat.status.value)
            yield seat


def headline(text: str, status: str) -> None:
    """Print the line above everything, in the colour of its status."""
    typer.secho(text, fg=_COLOURS[status], bold=True, err=True)


def signer(seat: Seat, path: Path, phrase_file: Path | None) -> Signer:
    """Return who signs; a passphrase is asked for on a terminal, or read from a file, and never an argument."""
    from downrange.base import InputError
    from downrange.replay import locked, phrase_in, signer_of

    phrase: str | None = None
    if phrase_file is not None:
        phrase = phrase_in(phrase_file)
    elif locked(path):
        if not sys.stdin.isatty():
            cure = "run this on a terminal, or give --passphrase-file FILE"
            raise InputError(
                where=str(path), seen="it asks for a passphrase, and there is nobody to type it", cure=cure
            )
        phrase = typer.prompt(f"Passphrase of {path.name}", hide_input=True, err=True)
    return signer_of(seat, path, phrase)


def new_phrase(*, wanted: bool, phrase_file: Path | None) -> str | None:
    """Return the passphrase of a new key, None where none is wanted."""
    from downrange.base import InputError
    from downrange.replay import phrase_in

    if phrase_file is not None:
        return phrase_in(phrase_file)
    if not wanted:
        return None
    if not sys.stdin.isatty():
        cure = "run this on a terminal, or give --passphrase-file FILE"
        raise InputError(where="--passphrase", seen="there is nobody to type it", cure=cure)
    phrase: str = typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return phrase


def confirm_issue(seat: Seat, name: str, confirm: str | None) -> None:
    """Let whoever issues an Actual dispatch type its name; in exercises and tests there is nothing to type."""
    from downrange.base import InputError
    from downrange.replay import about_to

    about = about_to(seat, name)
    if seat.status.value != "Actual":
        if confirm is not None:
            cure = "leave it out; for the public, take the Actual office with --office"
            seen = (
                f"this is an {seat.status.value} office" if seat.status.value == "Exercise" else "this is a Test office"
            )
            raise InputError(where="--confirm", seen=f"{seen}: nobody is warned from here", cure=cure)
        return
    typer.secho(f"THIS WARNS PEOPLE. {about}", fg=_COLOURS["Actual"], bold=True, err=True)
    if confirm is None:
        if not sys.stdin.isatty():
            cure = f"give --confirm {name}, or run this on a terminal"
            raise InputError(
                where="--confirm", seen="an Actual message goes out only when its name is typed", cure=cure
            )
        confirm = typer.prompt("Type the name of the dispatch to issue it", err=True)
    if confirm != name:
        raise InputError(where="--confirm", seen=f"{confirm!r} is not {name!r}", cure="nothing went out; type it again")

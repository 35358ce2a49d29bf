"""Commands of the room `alert` that set an office up: open, keys, authorise, revoke, clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.alert_desk import (
    As,
    At,
    Because,
    Mode,
    OfficeFolder,
    PhraseFile,
    app,
    at_desk,
    moment_at,
    new_phrase,
    signer,
)
from downrange.cli.terminal import AsJson, explained, print_json, say, show


@app.command("open")
def alert_open(
    folder: Annotated[Path, typer.Argument(help="New folder for the office.", show_default=False)],
    mode: Annotated[Mode, typer.Option(help="What its messages are; fixed for this folder for ever.")] = Mode.EXERCISE,
    policy: Annotated[str, typer.Option(help="Name of a policy, or your own TOML file.")] = "founding",
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Make an office: its journal, channels, the agency's key and certificate; and say what to do next.

    Example: downrange alert open office --mode exercise
    """
    with explained():
        from downrange.replay import made_shown, open_new, status_of

        status = status_of(mode.value)
        written, fingerprint = open_new(folder, status, policy, moment_at(at))
        show(made_shown(folder, status, written, fingerprint), as_json=as_json)


@app.command("keys")
def alert_keys(
    name: Annotated[str, typer.Argument(help="Whose: letters, digits, '-', '_', '.'.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for NAME.key, which only its owner may read.", show_default=False)],
    passphrase: Annotated[bool, typer.Option("--passphrase", help="Ask for a passphrase and lock the key.")] = False,
    phrase_file: PhraseFile = None,
    as_json: AsJson = False,
) -> None:
    """Make a person's pair of keys, and print the lines for the office's people.toml.

    Example: downrange alert keys kim --out ~/keys --passphrase
    """
    with explained():
        from downrange.replay import new_keys

        key, lines = new_keys(out, name, new_phrase(wanted=passphrase, phrase_file=phrase_file))
        if as_json:
            print_json({"name": name, "key": str(key), "people_toml": lines})
        else:
            typer.echo(lines, nl=False)
    say(f"The key is {key}; give it to nobody. Paste the lines above into the office's people.toml.")


@app.command("authorise")
def alert_authorise(
    terms: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The terms.", show_default=False)],
    who: As,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Sign a pre-authorisation; once two different people have, what matches it goes out without waiting.

    Example: downrange alert authorise authority.toml --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import authorise, authority_shown

        signed, in_force = authorise(seat, terms, signer(seat, who, phrase_file))
        show(authority_shown(seat, signed, in_force=in_force), as_json=as_json)


@app.command("revoke")
def alert_revoke(
    name: Annotated[str, typer.Argument(help="The pre-authorisation's id.", show_default=False)],
    because: Because,
    who: As,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Take a pre-authorisation back; one person, at once.

    Example: downrange alert revoke yellow-sea-2023 --because "the window is closed" --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import list_shown

        seat.office.revoke(signer(seat, who, phrase_file), name, because=because)
        show(list_shown(seat), as_json=as_json)


@app.command("clock")
def alert_clock(
    because: Because,
    who: As,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Say that the last entry's time was wrong and this machine's is right.

    Example: downrange alert clock --because "the spare machine ran an hour ahead" --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import list_shown

        seat.office.set_clock(signer(seat, who, phrase_file), because=because)
        show(list_shown(seat), as_json=as_json)

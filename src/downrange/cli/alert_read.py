"""Commands of the room `alert` that only read: list, show, places, journal, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.alert_desk import At, DispatchName, OfficeFolder, app, at_desk, headline
from downrange.cli.terminal import AsJson, explained, moment_of, show


@app.command("list")
def alert_list(office: OfficeFolder = None, at: At = "", as_json: AsJson = False) -> None:
    """Say who is under warning, what waits for whom, and which channels owe a receipt.

    Example: downrange alert list --office office
    """
    with at_desk(office, at) as seat:
        from downrange.replay import list_shown

        show(list_shown(seat), as_json=as_json)


@app.command("show")
def alert_show(
    dispatch: DispatchName,
    office: OfficeFolder = None,
    xml: Annotated[bool, typer.Option("--xml", help="Print its CAP messages, byte for byte.")] = False,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Show a dispatch whole, as whoever approves it must read it: texts, places, people, evidence, digest.

    Example: downrange alert show 2023-05-31.KR.01
    """
    with at_desk(office, at) as seat:
        from downrange.replay import dispatch_shown, xml_of

        if xml:
            for one in xml_of(seat, dispatch):
                typer.echo(one.encode())
        else:
            show(dispatch_shown(seat, dispatch), as_json=as_json)


@app.command("places")
def alert_places(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Names in any language, or codes.")
    ] = None,
    area: Annotated[Path | None, typer.Option(help="GeoJSON: which municipalities does it meet?")] = None,
    as_json: AsJson = False,
) -> None:
    """Look municipalities up by name or area: their codes, and how many people live there. Nobody is warned.

    Example: downrange alert places Baengnyeong
    """
    with explained():
        from downrange.replay import find_places, places_shown

        show(places_shown(find_places(words or [], area)), as_json=as_json)


@app.command("journal")
def alert_journal(
    office: OfficeFolder = None,
    check: Annotated[
        bool, typer.Option("--check", help="Check the signatures of all messages, too, and tell the result.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print the journal, one entry a line; exit 2 when its numbers, hashes, signatures, rules or evidence do not hold.

    Example: downrange alert journal --check
    """
    with explained():
        from downrange.replay import journal_read, journal_shown

        read = journal_read(office, signatures=check)
        headline(read.heading, read.status.value)
        show(journal_shown(read, checked=check), as_json=as_json)
        if read.problems:
            raise typer.Exit(2)


@app.command("verify")
def alert_verify(
    messages: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="CAP 1.2 files of anybody.", show_default=False)
    ],
    pin: Annotated[
        list[str] | None, typer.Option(help="Certificate (PEM) or its sha256 to believe; again for others.")
    ] = None,
    at: Annotated[str, typer.Option("--at", help="The moment to judge by; now if not given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Hold CAP messages against schema, rules and a pinned signature; exit 2 when one is not right.

    Example: downrange alert verify message.xml --pin office/keys/agency.pem
    """
    with explained():
        from datetime import UTC, datetime

        from downrange.replay import verified_shown, verify_files

        reports = verify_files(messages, pin or [], moment_of(at, "--at") if at else datetime.now(UTC))
        show(verified_shown(reports), as_json=as_json)
        if any(report.problems for _, report in reports):
            raise typer.Exit(2)

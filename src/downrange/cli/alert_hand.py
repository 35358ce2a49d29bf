"""Commands of the room `alert` by which a person decides: draft, advise, lift, retract."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.alert_desk import (
    As,
    At,
    Because,
    EventFile,
    EventWord,
    OfficeFolder,
    PhraseFile,
    app,
    at_desk,
    signer,
)
from downrange.cli.terminal import AsJson, explained, moment_of, say, show

Codes = Annotated[list[str] | None, typer.Option("--place", help="Code of a municipality; again for others.")]


class AllClear(StrEnum):
    """The two kinds of lift."""

    PASSED = "passed"
    NOT_COMING = "not-coming"


@app.command("draft")
def alert_draft(
    event: EventFile = "",
    place: Codes = None,
    until: Annotated[str, typer.Option(help="Until when something may fall there, ISO 8601 with its zone.")] = "",
    because: Annotated[str, typer.Option(help="Why: who saw what. It stays in the journal.")] = "",
    who: Annotated[Path | None, typer.Option("--as", help="Your key file, NAME.key.")] = None,
    area: Annotated[Path | None, typer.Option(help="GeoJSON: only list the municipalities that it meets.")] = None,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Warn municipalities by hand, each named by its code; beside a warning that stands this widens it.

    Example: downrange alert draft --place KR-28720330 --until 2023-05-30T21:50:00Z --because "a ship saw it turn east"
    --event event.toml --as kim.key
    """
    if area is not None and not place:
        with explained():
            from downrange.replay import find_places, places_shown

            show(places_shown(find_places((), area)), as_json=as_json)
        say("Nobody was warned: give those meant by their codes.")
        return
    with at_desk(office, at) as seat:
        from downrange.replay import Wanted, draft_by_hand, proposed_shown

        wanted = Wanted(event=event, codes=tuple(place or ()), until=until, because=because, area=area, key=who)
        made = draft_by_hand(
            seat, wanted, lambda key: signer(seat, key, phrase_file), lambda text: moment_of(text, "--until")
        )
        show(proposed_shown(seat, made), as_json=as_json)


@app.command("advise")
def alert_advise(
    event: EventFile,
    place: Annotated[
        list[str], typer.Option("--place", help="Code of a municipality; again for others.", show_default=False)
    ],
    opens: Annotated[
        str, typer.Option(help="When the launch window opens, ISO 8601 with its zone.", show_default=False)
    ],
    closes: Annotated[str, typer.Option(help="When it closes.", show_default=False)],
    because: Because,
    who: As,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Tell municipalities before a launch window: be ready, nobody need shelter yet.

    Example: downrange alert advise --event event.toml --place KR-28720330 --opens 2023-05-30T15:00:00Z --closes
    2023-06-10T15:00:00Z --because "the notice of 29 May" --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.base import Window
        from downrange.replay import advise_by_hand, event_at, proposed_shown

        window = Window(opens=moment_of(opens, "--opens"), closes=moment_of(closes, "--closes"))
        known = event_at(seat, event)
        made = advise_by_hand(seat, signer(seat, who, phrase_file), known, place, window=window, because=because)
        show(proposed_shown(seat, made), as_json=as_json)


@app.command("lift")
def alert_lift(
    because: Because,
    kind: Annotated[AllClear, typer.Option(help="It has passed, or it will not come.", show_default=False)],
    who: As,
    place: Codes = None,
    every: Annotated[bool, typer.Option("--all", help="All places that the event holds under warning.")] = False,
    seen: Annotated[Path | None, typer.Option(help="What shows it: a report, a picture, a track; kept whole.")] = None,
    event: EventWord = None,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Let people go: draft the all-clear, on evidence or once the time told is over. One person may issue it.

    Example: downrange alert lift --all --kind not-coming --because "seen in the sea by two ships" --seen report.txt
    --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import Freed, lift_by_hand, proposed_shown

        freed = Freed(event=event, codes=tuple(place or ()), every=every, kind=kind.value, because=because, seen=seen)
        made = lift_by_hand(seat, freed, signer(seat, who, phrase_file))
        show(proposed_shown(seat, made), as_json=as_json)


@app.command("retract")
def alert_retract(
    country: Annotated[str, typer.Argument(help="Whose warning: KR, JP, PH.", show_default=False)],
    because: Because,
    who: As,
    event: EventWord = None,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Take back a warning that was a mistake: one person, at once, to all who had it. Nothing more is asked.

    Example: downrange alert retract KR --because "it was sent for the whole city by mistake" --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import proposed_shown, retract_by_hand

        one = retract_by_hand(seat, signer(seat, who, phrase_file), event, country, because=because)
        show(proposed_shown(seat, (one,), "Taken back"), as_json=as_json)

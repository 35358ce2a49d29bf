"""Commands of the room `alert`: from what falls to a warning, and to its end."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli import alert_hand, alert_read, alert_score, alert_setup
from downrange.cli.alert_desk import (
    As,
    At,
    Because,
    DispatchName,
    EventFile,
    OfficeFolder,
    PhraseFile,
    app,
    at_desk,
    confirm_issue,
    moment_at,
    signer,
)
from downrange.cli.terminal import AsJson, print_json, say, show

__all__ = ["alert_hand", "alert_read", "alert_score", "alert_setup", "app"]


@app.command("look")
def alert_look(
    falls: Annotated[
        Path, typer.Argument(metavar="FALLS.csv", help="What may come down, a row each.", show_default=False)
    ],
    event: EventFile,
    verdict: Annotated[str, typer.Option(help="What the track says: nominal, 'thrust lost', ...", show_default=False)],
    p: Annotated[float, typer.Option("--p", help="Probability of the verdict.", min=0.0, max=1.0, show_default=False)],
    office: OfficeFolder = None,
    passed: Annotated[
        list[str] | None, typer.Option(help="Code of a place that it has passed; again for others.")
    ] = None,
    let_go_s: Annotated[
        float | None, typer.Option(help="When the pieces were let go, s after lift-off, where times count from there.")
    ] = None,
    at: Annotated[
        str,
        typer.Option("--at", help="Of when the falls are; now if not given. In an exercise: what time it is there."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let the desk look at what may fall, and say whom to warn, to keep warned, or to let go.

    Example: downrange alert look falls.csv --event event.toml --verdict "thrust lost" --p 0.97
    """
    with at_desk(office, at, at_is_told=True) as seat:
        from downrange.replay import event_at, look_at_falls, proposed_shown

        made, remarks = look_at_falls(
            seat,
            falls,
            event_at(seat, event),
            verdict=verdict,
            p=p,
            passed=tuple(passed or ()),
            let_go_s=let_go_s,
            at=moment_at(at),
        )
        for remark in remarks:
            say(remark)
        show(proposed_shown(seat, made), as_json=as_json)


@app.command("update")
def alert_update(
    dispatch: DispatchName,
    who: As,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Draft a dispatch again with the times of now, when it waited too long; approvals of the old draft are void.

    To warn more places, use `downrange alert draft`.

    Example: downrange alert update 2023-05-31.KR.01 --as kim.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import proposed_shown

        made = seat.office.redraft(signer(seat, who, phrase_file), dispatch)
        show(proposed_shown(seat, (made,), "Drafted again"), as_json=as_json)


@app.command("approve")
def alert_approve(
    dispatch: DispatchName,
    who: As,
    digest: Annotated[
        str, typer.Option(help="First characters of the digest that `show` printed: approve only that.")
    ] = "",
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Stand for a draft that you have read. An Actual warning needs two different people.

    Example: downrange alert approve 2023-05-31.KR.01 --digest 3f9a12bc --as lee.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import proposed_shown, read_again

        whole = read_again(seat, dispatch, digest) if digest else None
        one = seat.office.approve(dispatch, signer(seat, who, phrase_file), digest=whole)
        show(proposed_shown(seat, (one,), "Approved"), as_json=as_json)


@app.command("reject")
def alert_reject(
    dispatch: DispatchName,
    because: Because,
    who: As,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Say no to a draft; what the desk wants is proposed again only when it decides anew.

    Example: downrange alert reject 2023-05-31.KR.01 --because "the radar was on a test target" --as lee.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import proposed_shown

        one = seat.office.reject(dispatch, signer(seat, who, phrase_file), because=because)
        show(proposed_shown(seat, (one,), "Rejected"), as_json=as_json)


@app.command("issue")
def alert_issue(
    dispatch: DispatchName,
    who: As,
    confirm: Annotated[str | None, typer.Option(help="Actual only: the dispatch's name, typed again.")] = None,
    office: OfficeFolder = None,
    phrase_file: PhraseFile = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Sign, publish and send a dispatch. In an Actual office its name must be typed.

    Example: downrange alert issue 2023-05-31.KR.01 --as lee.key
    """
    with at_desk(office, at) as seat:
        from downrange.replay import proposed_shown

        person = signer(seat, who, phrase_file)
        confirm_issue(seat, dispatch, confirm)
        one = seat.office.issue(dispatch, person)
        show(proposed_shown(seat, (one,), "Issued"), as_json=as_json)


@app.command("deliver")
def alert_deliver(
    office: OfficeFolder = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Send again what a channel has not taken yet. Who has it already takes it again without effect.

    Example: downrange alert deliver
    """
    with at_desk(office, at) as seat:
        from downrange.replay import list_shown

        seat.office.deliver()
        show(list_shown(seat), as_json=as_json)


@app.command("tick")
def alert_tick(
    office: OfficeFolder = None,
    every: Annotated[float | None, typer.Option(help="Go on, once in so many seconds, until Ctrl-C.", min=1.0)] = None,
    at: At = "",
    as_json: AsJson = False,
) -> None:
    """Do what time asks for: end what has expired, send what is owed, say what ends soon.

    Example: downrange alert tick --every 10
    """
    with at_desk(office, at) as seat:
        from downrange.replay import refuse_standing_clock, tick_shown, tick_told

        refuse_standing_clock(every, at)
        while True:
            told = tick_told(seat)
            if as_json:
                print_json(told)
            else:
                show(tick_shown(seat, told), as_json=False)
            if every is None:
                return
            time.sleep(every)

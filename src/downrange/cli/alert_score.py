"""The command of the room `alert` that tries a policy: score."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from downrange.cli.alert_desk import app
from downrange.cli.terminal import LAST_SEED, AsJson, explained, say, show


@app.command("score")
def alert_score(
    scenario: Annotated[list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="Launches to replay.")] = None,
    runs: Annotated[int | None, typer.Option(help="Instead: so many simulated launches.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of all draws.", min=0, max=LAST_SEED)] = 1,
    policy: Annotated[str | None, typer.Option(help="With --runs: policy to try, by name or TOML file.")] = None,
    vary: Annotated[bool, typer.Option(help="With --runs: try it with other thresholds and margins, too.")] = True,
    workers: Annotated[int, typer.Option(help="With --runs: processes.", min=1)] = os.cpu_count() or 1,
    keep: Annotated[
        Path | None, typer.Option(help="With --runs: file of launches flown, to go on with after a stop.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="New folder for score.json, and the picture of --runs.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try a policy: on the launches of 2023, or others, against history; or on simulated ones against plain rules.

    Example: downrange alert score 2023-05-31 2023-08-24
    """
    with explained():
        from downrange.replay import ScoreAsked, check_folder, score_asked, score_files, write_folder

        if out is not None:
            check_folder(out)
        asked = ScoreAsked(
            scenarios=tuple(scenario or ()),
            runs=runs,
            seed=seed,
            policy=policy,
            vary=vary,
            workers=workers,
            keep=keep,
        )
        scored = score_asked(asked, say=say)
        show((scored.tables, scored.document), as_json=as_json)
        if out is not None:
            write_folder(out, score_files(scored))

"""The main job: a scenario in, the folder with its report out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from downrange import __version__
from downrange.base import InputError, iso
from downrange.replay.chain import run
from downrange.replay.document import document
from downrange.replay.folder import check_folder, write_folder
from downrange.replay.model import Done, Replay
from downrange.replay.scenario import LAST_SEED, MOST_RUNS, Scenario, load_scenario

if TYPE_CHECKING:
    from downrange.replay.figures import Drawn

_LEAST_RUNS = 100


def replay_scenario(
    name_or_path: str,
    *,
    folder: Path | None = None,
    seed: int | None = None,
    runs: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Done:
    """Replay a scenario and write its folder, whole or not at all.

    folder:     where to; out/<name of the scenario> when not given; an earlier replay there is replaced
    seed, runs: of the dispersed flights; the scenario's own when not given
    say:        called with one line a room
    """
    scenario = load_scenario(name_or_path)
    _check_numbers(runs, seed)
    target = folder if folder is not None else Path("out") / scenario.name
    check_folder(target)
    start = time.perf_counter()
    with _in_file(name_or_path, scenario):
        replay = run(
            scenario,
            runs=scenario.ensemble.runs if runs is None else runs,
            seed=scenario.ensemble.seed if seed is None else seed,
            say=say,
        )
    return _written(replay, target, say, start)


def _check_numbers(runs: int | None, seed: int | None) -> None:
    """Refuse numbers that would give no ellipse, or take the machine down."""
    if runs is not None and runs < _LEAST_RUNS:
        raise InputError(where="--runs", seen=f"{runs}", cure=f"give {_LEAST_RUNS} or more, or no ellipse can be drawn")
    if runs is not None and runs > MOST_RUNS:
        cure = f"give {MOST_RUNS} or fewer; 2000 already place an ellipse, and time and memory grow with them"
        raise InputError(where="--runs", seen=f"{runs}", cure=cure)
    if seed is not None and not 0 <= seed <= LAST_SEED:
        raise InputError(where="--seed", seen=f"{seed}", cure=f"give a whole number from 0 to {LAST_SEED}")


@contextmanager
def _in_file(name_or_path: str, scenario: Scenario) -> Iterator[None]:
    """Name the scenario's file in every error about something that it names: the site, the orbit, the failure."""
    file = Path(name_or_path).name.removesuffix(".toml") + ".toml"
    try:
        yield
    except InputError as problem:
        if problem.where == f"{scenario.name}.toml":
            where = file
        elif problem.where.endswith(".toml"):
            raise
        else:
            where = f"{file}: {problem.where}"
        raise InputError(where=where, key=problem.key, seen=problem.seen, cure=problem.cure) from None


def _written(replay: Replay, folder: Path, say: Callable[[str], None], start: float) -> Done:
    """Draw, write, and return what was made."""
    from downrange.replay.figures import draw
    from downrange.replay.page import verdict
    from downrange.replay.report import output_files
    from downrange.replay.told import console_tables

    since = time.perf_counter()
    figures = (*draw(replay), *_seen(replay))
    made: dict[str, Any] = {"at": iso(datetime.now(UTC)), "by": f"downrange {__version__}"}
    made["spent_s"] = {room: round(spent, 2) for room, spent in replay.spent_s}
    found = document(replay, made)
    files = output_files(replay, figures, found, __version__)
    write_folder(folder, files)
    now = time.perf_counter()
    say(f"{'report':<9}{now - since:6.2f} s  {len(files)} files in {folder}")
    say(f"{'in all':<9}{now - start:6.2f} s")
    return Done(replay=replay, document=found, tables=console_tables(replay, verdict(replay)), folder=folder)


def _seen(replay: Replay) -> tuple[Drawn, ...]:
    """Draw what is seen from an orbit; nothing, and nothing loaded for it, where none was reached."""
    if replay.coverage is None:
        return ()
    from downrange.replay.covered_pictures import coverage_pictures

    return coverage_pictures(replay.coverage)

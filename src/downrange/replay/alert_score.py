"""What was typed to try a policy, turned into one call: real launches against history, or simulated ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from downrange.alert import load_policy
from downrange.base import InputError
from downrange.replay._json import json_text
from downrange.replay.score_alerts import FOUNDING, Scored, score_scenarios, score_trials


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreAsked:
    """What to score: scenarios by name or file (the two of 2023 when none is named), or `runs` simulated launches.

    policy: name or TOML file, for simulated launches; a scenario names its own
    vary:   try other thresholds and margins beside it; keep: file of launches flown
    """

    scenarios: tuple[str, ...] = ()
    runs: int | None = None
    seed: int = 1
    policy: str | None = None
    vary: bool = True
    workers: int = 1
    keep: Path | None = None


def score_asked(asked: ScoreAsked, say: Callable[[str], None] = lambda _: None) -> Scored:
    """Return the score that was asked for."""
    if asked.runs is None:
        if asked.policy is not None or asked.keep is not None:
            cure = "a scenario names its policy: write that into a copy of it; or give --runs N"
            raise InputError(where="--keep" if asked.policy is None else "--policy", seen="without --runs", cure=cure)
        return score_scenarios(asked.scenarios or FOUNDING, seed=asked.seed, say=say)
    if asked.scenarios:
        cure = "name scenarios, or give --runs N for simulated launches; one of the two"
        raise InputError(where="score", seen="scenarios and --runs", cure=cure)
    policy = load_policy(asked.policy or "founding")
    return score_trials(
        asked.runs, policy, seed=asked.seed, workers=asked.workers, keep=asked.keep, vary=asked.vary, say=say
    )


def score_files(scored: Scored) -> Mapping[str, bytes]:
    """Return the files of a score: its document, and its pictures."""
    return {"score.json": json_text(scored.document).encode(), **scored.files}

"""Score a policy: over the launches of 2023 as they went, or over simulated ones; tables, a document, a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.alert import Kind, Policy, tenth_and_median
from downrange.base import InputError
from downrange.earth import places
from downrange.replay.alerts import spans
from downrange.replay.tables import Table, columns, number
from downrange.replay.trials_figures import Figures, as_in_2023, figures, ours, whole_provinces
from downrange.replay.trials_model import Setup, Trial, Variant, trial_from_json, trial_to_json
from downrange.replay.trials_tables import trials_shown

if TYPE_CHECKING:
    from downrange.replay.model import Replay

FOUNDING: Final = ("2023-05-31", "2023-08-24")
THRESHOLDS: Final = (3e-4, 3e-3, 1e-2)
_OWN: Final = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What a score shows: tables, the document, and pictures by file name."""

    tables: tuple[Table, ...]
    document: dict[str, Any]
    files: dict[str, bytes]


def score_scenarios(
    names: Sequence[str] = FOUNDING, *, runs: int = 2000, seed: int = 1, say: Callable[[str], None] = lambda _: None
) -> Scored:
    """Replay some scenarios, each under its own policy, and score them against history."""
    from downrange.replay.chain import run
    from downrange.replay.scenario import load_scenario

    replays = [(name, run(load_scenario(name), runs=runs, seed=seed, say=say)) for name in names]
    if not replays:
        raise InputError(where="alert score", seen="no scenario", cure=f"name some of {', '.join(FOUNDING)}")
    rows = [_scenario(name, replay) for name, replay in replays]
    return Scored(tables=(_scenarios_table(rows), _stays_table(replays)), document={"scenarios": rows}, files={})


def score_trials(
    runs: int,
    policy: Policy,
    *,
    seed: int = 1,
    workers: int = 1,
    keep: Path | None = None,
    vary: bool = True,
    say: Callable[[str], None] = lambda _: None,
) -> Scored:
    """Try a policy over simulated launches.

    keep: a file of JSON lines to which each launch is added as it is done; what stands in it is not flown again
    vary: also under other thresholds, a longer wait before a lift and lifts place by place, with a picture
    """
    from downrange.replay.trials import fly_trials

    setup = Setup(variants=_variants(policy, vary=vary), seed=seed)
    kept = {} if keep is None else _read(keep)

    def tell(trial: Trial) -> None:
        if keep is not None:
            with keep.open("a", encoding="utf-8") as file:
                file.write(json.dumps(trial_to_json(trial)) + "\n")
        if (trial.number + 1) % 50 == 0:
            say(f"{trial.number + 1} of {runs} launches")

    trials = fly_trials(setup, runs, workers=workers, kept=kept, tell=tell)
    return trials_scored(setup, trials)


def trials_scored(setup: Setup, trials: Sequence[Trial]) -> Scored:
    """Score launches that were flown."""
    by_code = {place.code: place for place in places()}
    own = setup.variants[0]
    rules = (
        figures(own.name, trials, ours(own.name)),
        figures("as in 2023", trials, as_in_2023(by_code)),
        figures("whole provinces", trials, whole_provinces(own.name, by_code)),
    )
    others = tuple(figures(one.name, trials, ours(one.name)) for one in setup.variants[1:])
    tables, document = trials_shown(setup, trials, rules, others)
    files = _picture(setup, (rules[0], *others))
    return Scored(tables=tables, document=document, files=files)


def _variants(policy: Policy, *, vary: bool) -> tuple[Variant, ...]:
    """Return the policy, and the ones it is held against."""
    own = Variant(name=_OWN, policy=policy)
    if not vary:
        return (own,)
    share = policy.p_lift / policy.p_warn
    waits = "place" if policy.lift_waits_for == "all down" else "all down"
    return (
        own,
        *(
            Variant(name=f"p_warn={p:g}", policy=replace(policy, p_warn=p, p_lift=p * share))
            for p in THRESHOLDS
            if p != policy.p_warn
        ),
        Variant(name="settle_s=60", policy=replace(policy, settle_s=60.0)),
        Variant(name=f"lift_waits_for={waits}", policy=replace(policy, lift_waits_for=waits)),
    )


def _picture(setup: Setup, found: Sequence[Figures]) -> dict[str, bytes]:
    """Return the picture of the thresholds; none where only one was tried."""
    from downrange.replay import ink
    from downrange.replay.draw_trials import Point, draw_sensitivity

    own = setup.variants[0].policy
    points = [
        Point(p_warn=one.policy.p_warn, figures=figure)
        for one, figure in zip(setup.variants, found, strict=True)
        if replace(one.policy, p_warn=own.p_warn, p_lift=own.p_lift) == own
    ]
    if len(points) < 2:
        return {}
    title = f"What the threshold changes: {found[0].launches} simulated launches"
    return {"sensitivity.png": ink.png(draw_sensitivity(title, points, chosen=own.p_warn))}


def _read(path: Path) -> dict[int, Trial]:
    """Return the launches kept in a file; an unfinished last line is dropped."""
    kept: dict[int, Trial] = {}
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    for i, line in enumerate(lines[:-1], start=1):
        try:
            trial = trial_from_json(json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                where=str(path), key=f"line {i}", seen=f"no launch: {error}", cure="remove the file to fly all anew"
            ) from error
        kept[trial.number] = trial
    return kept


def _scenario(name: str, replay: Replay) -> dict[str, Any]:
    """Return the figures of one scenario."""
    found = replay.score
    lead = tenth_and_median(found.lead_s.values())
    issued = [action for action in replay.actions if action.kind is Kind.ISSUE]
    return {
        "name": name,
        "warned": sorted({place.code for action in replay.actions for place in action.added}),
        "first_warning_s": min((action.t_s for action in issued), default=None),
        "last_lift_s": max((action.t_s for action in replay.actions if action.kind is Kind.LIFT), default=None),
        "person_minutes": found.ours.total.best,
        "person_minutes_history": found.history.total.best,
        "saved": found.saved,
        "misses": list(found.misses),
        "early_lifts": list(found.early_lifts),
        "needless": list(found.needless),
        "lead_s_p10": None if lead[0] != lead[0] else lead[0],
        "lead_s_p50": None if lead[1] != lead[1] else lead[1],
    }


def _scenarios_table(rows: Sequence[dict[str, Any]]) -> Table:
    """Return a row a scenario."""
    return Table(
        title="Policy against history",
        columns=columns(
            "launch", "places warned >", "first warning [s] >", "last lift [s] >", "person-minutes >", "in history >",
            "spared >", "missed >", "freed too soon >",
        ),
        rows=tuple(
            (
                row["name"],
                number(len(row["warned"])),
                number(row["first_warning_s"]),
                number(row["last_lift_s"]),
                number(row["person_minutes"]),
                number(row["person_minutes_history"]),
                f"{row['saved']:.1%}",
                number(len(row["misses"])),
                number(len(row["early_lifts"])),
            )
            for row in rows
        ),
        note="Seconds after lift-off. History counts the alert of Seoul, which was an error.",
    )  # fmt: skip


def _stays_table(replays: Sequence[tuple[str, Replay]]) -> Table:
    """Return a row a place warned."""
    rows = [
        (name, span.place.name_en, number(span.minutes, 1), span.lift or "not lifted", span.reason)
        for name, replay in replays
        for span in spans(replay)
    ]
    return Table(
        title="Places under warning",
        columns=columns("launch", "place", "minutes >", "all-clear", "reason"),
        rows=tuple(rows),
        note="From message to message.",
    )

"""What simulated launches say of a policy: tables for people, one document for programs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from downrange.alert import Policy
from downrange.replay.tables import Table, columns, number
from downrange.replay.trials_figures import HIT, Figures
from downrange.replay.trials_model import Setup, Trial

if TYPE_CHECKING:
    from downrange.replay.show import Shown

_NOTE = (
    "Every number is of simulated launches: vehicle fitted to the public record, failures, pieces and sensors assumed."
)


def trials_shown(setup: Setup, trials: Sequence[Trial], rules: Sequence[Figures], others: Sequence[Figures]) -> Shown:
    """Return the tables and the document: the policy beside plain rules, its variants, and what went wrong how often.

    rules: the policy itself first, then the rules it is held against; others: the variants of the policy
    """
    tables = [_rules(rules), _modes(trials)]
    if others:
        tables.insert(1, _sensitivity([rules[0], *others]))
    document = {
        "launches": len(trials),
        "seed": setup.seed,
        "vehicle": setup.vehicle,
        "sensors": setup.sensors,
        "reading_period_s": setup.period_s,
        "runs": setup.runs,
        "hit_p": HIT,
        "rules": [_plain(asdict(one)) for one in rules],
        "variants": [_plain({**asdict(one), **_numbers(setup, one.rule)}) for one in others],
        "calls": _plain(_calls(trials)),
        "note": _NOTE,
    }
    return tuple(tables), document


def _rules(rules: Sequence[Figures]) -> Table:
    """Return a column a rule."""
    rows = [
        ("launches with a warning", [number(one.warned) for one in rules]),
        ("places struck", [number(one.struck) for one in rules]),
        ("missed", [number(len(one.misses)) for one in rules]),
        ("missed, and something fell on them", [number(one.misses_on) for one in rules]),
        ("freed too soon", [number(len(one.early)) for one in rules]),
        ("people warned, a launch", [number(one.people) for one in rules]),
        ("of these where nothing came near", [number(one.needless) for one in rules]),
        ("people warned over people inside the contour", [number(one.over_alert, 2) for one in rules]),
        ("person-minutes, a launch", [number(one.person_minutes) for one in rules]),
        ("of these after nature had decided", [number(one.avoidable) for one in rules]),
        ("lift-off to warning, 10 / 50 / 90 % [s]", [_seconds(one.to_warn_s) for one in rules]),
        ("warning to first arrival, 10 / 50 % [s]", [_seconds(one.lead_s) for one in rules]),
        ("decided to lifted, 50 / 90 % [s]", [_seconds(one.to_lift_s) for one in rules]),
        ("warned again within 2 min", [number(one.flaps) for one in rules]),
        ("never lifted, only expired", [number(one.expired) for one in rules]),
    ]
    return Table(
        title=f"Policy over {rules[0].launches} simulated launches, {rules[0].failed} of which failed",
        columns=columns("figure", *(f"{one.rule} >" for one in rules)),
        rows=tuple((name, *values) for name, values in rows),
        note=_NOTE,
    )


def _sensitivity(variants: Sequence[Figures]) -> Table:
    """Return a row a variant."""
    return Table(
        title="How the figures hang on the policy",
        columns=columns(
            "policy", "missed >", "freed too soon >", "people, a launch >", "over contour >", "person-minutes >",
            "decided to lifted, 50 / 90 % [s] >", "warned again >",
        ),
        rows=tuple(
            (
                one.rule,
                number(len(one.misses)),
                number(len(one.early)),
                number(one.people),
                number(one.over_alert, 2),
                number(one.person_minutes),
                _seconds(one.to_lift_s),
                number(one.flaps),
            )
            for one in variants
        ),
        note="The same launches, tracks and crowds; only the desk differs.",
    )  # fmt: skip


def _modes(trials: Sequence[Trial]) -> Table:
    """Return what went wrong how often, and how soon it was seen."""
    counts = Counter(trial.mode for trial in trials)
    rows = []
    for mode, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        own = [trial for trial in trials if trial.mode == mode]
        late = sorted(one.called_s - one.ended_s for one in own if math.isfinite(one.called_s))
        rows.append(
            (
                mode,
                number(count),
                number(sum(math.isfinite(one.heard_s) for one in own)),
                number(len(late)),
                number(late[len(late) // 2] if late else math.nan, 1),
                number(sum(math.isfinite(one.false_s) for one in own)),
                number(sum(any(place.p_near >= HIT for place in one.struck) for one in own)),
            )
        )
    return Table(
        title="What went wrong, and what the track room said",
        columns=columns(
            "flight",
            "launches >",
            "seen >",
            "called lost >",
            "after, median [s] >",
            "called lost in vain >",
            "strike a place >",
        ),
        rows=tuple(rows),
        note="The track room knows the burns of the best fit only, so it often takes the gap between two burns for a loss.",
    )


def _calls(trials: Sequence[Trial]) -> dict[str, Any]:
    """Return how well losses were called."""
    lost = [one for one in trials if math.isfinite(one.failed_s) and not one.orbit]
    late = sorted(one.called_s - one.ended_s for one in lost if math.isfinite(one.called_s))
    return {
        "lost": len(lost),
        "heard": sum(math.isfinite(one.heard_s) for one in trials),
        "called": len(late),
        "called_after_s_median": late[len(late) // 2] if late else math.nan,
        "called_in_vain": sum(math.isfinite(one.false_s) for one in trials),
    }


def _numbers(setup: Setup, variant: str) -> dict[str, Any]:
    """Return the numbers of a variant that trials vary."""
    policy: Policy = next(one.policy for one in setup.variants if one.name == variant)
    return {
        "p_warn": policy.p_warn,
        "p_lift": policy.p_lift,
        "margin_m": policy.margin_m,
        "settle_s": policy.settle_s,
        "lift_waits_for": policy.lift_waits_for,
    }


def _seconds(values: Sequence[float]) -> str:
    """Write some seconds."""
    return " / ".join(number(value) for value in values)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a document
    """Return a value for JSON: seven digits, null for what is not a number."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.7g}") if math.isfinite(value) else None
    return value

"""A policy over 1,000 simulated launches, half of which fail: misses, early lifts, people, times, and launches a second.

Each launch is flown, followed by simulated sensors, watched by the desk and scored against what fell of it. Misses and
early lifts are places near which something came down by then; see src/downrange/replay/trials_figures.py for what each
figure means. About 0.8 CPU-seconds a launch for one policy, on two processes; each variant beside it adds to that.
"""

from __future__ import annotations

import os
import time
from typing import Any

from _report import digits, options, say, tell

from downrange.alert import load_policy
from downrange.replay.score_alerts import score_trials

LAUNCHES, FEW = 1_000, 4
WORKERS = 2
WANTED = {"misses": 0, "early": 0, "over_alert_at_most": 1.5}


def figures(rule: dict[str, Any]) -> dict[str, Any]:
    """Return what one rule did, short."""
    return {
        "misses": len(rule["misses"]),
        "misses_on": rule["misses_on"],
        "early_lifts": len(rule["early"]),
        "struck": rule["struck"],
        "over_alert": rule["over_alert"],
        "people_warned_a_launch": rule["people"],
        "person_minutes_a_launch": rule["person_minutes"],
        "avoidable_a_launch": rule["avoidable"],
        "lead_s_p10_p50": rule["lead_s"],
        "to_warn_s_p10_p50_p90": rule["to_warn_s"],
        "to_lift_s_p50_p90": rule["to_lift_s"],
        "warned_again_within_2_min": rule["flaps"],
        "expired": rule["expired"],
    }


def main() -> None:
    """Fly, score and tell."""
    asked = options(__doc__)
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    launches = FEW if asked.tiny else LAUNCHES
    start = time.perf_counter()
    scored = score_trials(launches, load_policy(), workers=1 if asked.tiny else WORKERS, vary=not asked.tiny, say=say)
    spent_s = time.perf_counter() - start
    for table in scored.tables:
        say(table.title)
        for row in table.rows:
            say("  " + "  ".join(row))
    result = {
        "launches": launches,
        "failed": scored.document["rules"][0]["failed"],
        "launches_a_second": digits(launches / spent_s),
        "rules": {rule["rule"]: figures(rule) for rule in scored.document["rules"]},
        "variants": {rule["rule"]: figures(rule) for rule in scored.document["variants"]},
        "calls": scored.document["calls"],
        "wanted": WANTED,
        "peer": {"absent": "none is known: no alerting system found counts people or lifts by itself"},
    }
    tell("alert_trials", result, tiny=asked.tiny)


if __name__ == "__main__":
    main()

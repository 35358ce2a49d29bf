"""The desk at its watch: it looks when the launch is first heard and then every few seconds, until all is down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from downrange.alert import Action, Desk, Policy, Situation, decide
from downrange.corridor import Hazards
from downrange.earth import Place
from downrange.replay.model import Watched
from downrange.replay.outlook import TICK_S, Heard, Outlook, Sight, Stack, heard_of

QUIET_TICK_S: Final = 15.0  # once it is known what comes down, and nobody is warned
_SURE_S: Final = 60.0  # and this was known for so long

__all__ = ["QUIET_TICK_S", "TICK_S", "Heard", "Outlook", "Sight", "Stack", "heard_of", "keep_watch", "watch_over"]


def keep_watch(
    hazards: Hazards, watched: Watched, places: Sequence[Place], policy: Policy, stack: Stack
) -> tuple[Action, ...]:
    """Return what the desk does, looking every few seconds until all is down and nobody is warned.

    The desk knows of the launch from the first reading on; before it, and without any, nobody is warned.
    """
    heard = heard_of(watched.updates)
    if not len(heard):
        return ()
    outlook = Outlook(hazards, places, policy, stack, from_s=float(heard.t_s[0]))
    return tuple(action for _, actions, _ in watch_over(Sight(outlook, heard), policy) for action in actions)


def watch_over(sight: Sight, policy: Policy) -> list[tuple[Situation, tuple[Action, ...], Desk]]:
    """Return every look with what the desk does and how it stands then: at the first reading, then on the clock.

    policy: may differ from the one with which the sight was made in p_warn, p_lift (no lower), settle_s, lift_waits_for
    and whatever comes after the desk.
    """
    desk = Desk(policy=policy)
    looks: list[tuple[Situation, tuple[Action, ...], Desk]] = []
    t_s, last_s = float(sight.heard.t_s[0]), float(sight.heard.t_s[-1])
    while t_s <= sight.ends_s(t_s) + policy.settle_s + 4.0 * TICK_S:
        seen = sight.situation(t_s)
        desk, actions = decide(desk, seen)
        looks.append((seen, actions, desk))
        quiet = not desk.warned and t_s > sight.since_s(t_s) + _SURE_S
        if quiet and t_s > last_s and not any(risk.p >= policy.p_lift for risk in seen.at_risk):
            break
        step_s = QUIET_TICK_S if quiet else TICK_S
        t_s = (math.floor(t_s / step_s) + 1.0) * step_s
    return looks

"""Has it broken up? What new pieces beside the main object mean: a staging, a fairing, or the end of the vehicle.

Pieces that left at about one time are weighed under four explanations: staging, fairing, nothing real, break-up. Each
says how many pieces it makes and whether the main object goes on under power. The figures are assumed; on simulated
flights they gave no false call and the delays of tests/track/test_break_up.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from downrange.track.model import Burn, Track
from downrange.track.pieces import Leaving, Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Odds:
    """What each explanation makes likely. All figures are assumed.

    broken, fairing, ghost: how often pieces away from any staging are of a break-up, a fairing, or not there at all;
                staging: how often pieces at a staging are of it
    off_plan:   share of stagings that come when none is due
    many:       chance of each number of pieces in a break-up, the same for any number
    extra:      chance of each piece more than a staging, or a fairing of two halves, should make
    ghosts:     chance of each further piece that is not there
    together_s: pieces that left within this are of one event
    grace_s:    a staging may be this much off its time
    ignition_s: so long after a due ignition thrust must be back
    unplanned_s: without a plan, so long after a staging thrust must be back; with one, so long after the last cut-off
                something may still be let go
    late_s:     so long after the event the filter has noticed that thrust goes on
    lost:       chance that thrust is lost just then though nothing broke
    not_lit:    chance that an ignition fails, or thrust ends early, though nothing broke
    goes_on:    chance that thrust goes on though the vehicle broke up
    """

    broken: float = 0.05
    staging: float = 1.0
    fairing: float = 0.5
    ghost: float = 0.02
    off_plan: float = 0.05
    many: float = 0.1
    extra: float = 0.07
    ghosts: float = 0.02
    together_s: float = 5.0
    grace_s: float = 6.0
    ignition_s: float = 6.0
    late_s: float = 6.0
    unplanned_s: float = 25.0
    lost: float = 0.005
    not_lit: float = 0.03
    goes_on: float = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakUp:
    """What the pieces say.

    p:      probability that the vehicle has broken up
    t_s:    when the pieces left, seconds after lift-off; NaN without pieces
    pieces: their numbers
    reason: the same in words
    """

    p: float
    t_s: float
    pieces: tuple[int, ...]
    reason: str


_NONE: Final = BreakUp(p=0.0, t_s=float("nan"), pieces=(), reason="no new piece beside the main object")
_BURNS, _SPAN_S = 0.1, 1.0  # thrust is sure when p_idle was below this for so long
_SURE_S = 5.0  # a time of leaving less sure than this is not yet counted, unless the piece appeared before our eyes


def p_broken_up(
    pieces: Sequence[Piece],
    track: Track,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    *,
    t_s: float,
    expected: Sequence[tuple[float, int]] = (),
    odds: Odds | None = None,
) -> BreakUp:
    """Return the probability that the vehicle has broken up, from what was known just before t_s.

    burns:    expected burns; after each cut-off one body is left behind
    expected: further planned separations: seconds after lift-off, how many bodies leave. Once any is given, a fairing
              is looked for at these times only.
    """
    chances = odds or Odds()
    plan = sorted(Burn(*burn) for burn in burns)
    found = _NONE
    for members in _events(_known(pieces, t_s), chances):
        now = _weighed(members, track, plan, t_s, expected, chances)
        found = now if now.p > found.p or found is _NONE else found
    return found


def _known(pieces: Sequence[Piece], t_s: float) -> list[tuple[Leaving, Piece]]:
    """Return the pieces of the main object that were sure before t_s, with what was then known of their leaving."""
    out = []
    for piece in pieces:
        if piece.powered_t_s is not None and piece.powered_t_s < t_s:
            continue
        told = [leaving for leaving in piece.leavings if leaving.known_t_s < t_s]
        if told and told[-1].parent == 0 and (piece.appeared or told[-1].sigma_s <= _SURE_S):
            out.append((told[-1], piece))
    return sorted(out, key=lambda one: (one[0].t_s, one[1].number))


def _events(known: list[tuple[Leaving, Piece]], odds: Odds) -> list[list[tuple[Leaving, Piece]]]:
    """Return the pieces that left together."""
    out: list[list[tuple[Leaving, Piece]]] = []
    for one in known:
        if out and one[0].t_s - out[-1][0][0].t_s <= odds.together_s:
            out[-1].append(one)
        else:
            out.append([one])
    return out


def _weighed(
    members: list[tuple[Leaving, Piece]],
    track: Track,
    plan: list[Burn],
    t_s: float,
    expected: Sequence[tuple[float, int]],
    odds: Odds,
) -> BreakUp:
    """Return the probability that one event was a break-up."""
    n, when = len(members), float(np.median([leaving.t_s for leaving, _ in members]))
    goes_on, idle = _thrust(track, when, t_s, odds)
    due = _due(plan, expected, when, odds)
    must_burn = any(burn.t_ignition_s + odds.ignition_s < t_s < burn.t_cutoff_s for burn in plan)
    if not plan:
        must_burn = t_s > when + odds.unplanned_s
    lost = odds.not_lit if must_burn else 1.0
    off_plan = odds.off_plan if plan else 1.0
    ways = (
        (odds.broken * odds.many, 1.0, odds.goes_on),
        ((odds.staging if due else off_plan) * odds.extra ** max(0, n - max(due, 1)), lost, 1.0),
        (0.0 if expected else odds.fairing * _halves(n, odds), odds.lost, 1.0),
        (odds.ghost * odds.ghosts ** (n - 1), odds.lost, 1.0),
    )
    weights = [chance * (under if goes_on else idle * spent + 1.0 - idle) for chance, spent, under in ways]
    return BreakUp(
        p=weights[0] / sum(weights),
        t_s=when,
        pieces=tuple(sorted(piece.number for _, piece in members)),
        reason=_reason(n, when, due, goes_on, idle),
    )


def _halves(n: int, odds: Odds) -> float:
    """Return the chance that n pieces are what a fairing makes: two, or one where the other was not seen."""
    return 0.3 if n == 1 else 0.7 * odds.extra ** (2 * (n - 2))


def _thrust(track: Track, when_s: float, t_s: float, odds: Odds) -> tuple[bool, float]:
    """Return whether thrust was sure for a second at any time after an event, and how likely there is none now."""
    low, late, high = np.searchsorted(track.t_s, [t_s - _SPAN_S, when_s + odds.late_s, t_s + 1e-6])
    idle = float(np.median(track.p_idle[low:high])) if high > low and t_s > when_s + _SPAN_S else 0.0
    burns = track.p_idle[late:high] < _BURNS
    edges = np.flatnonzero(np.diff(np.concatenate([[False], burns, [False]])))
    t = track.t_s[late:high]
    goes_on = any(t[last - 1] - t[first] >= _SPAN_S for first, last in edges.reshape(-1, 2))
    return goes_on, idle


def _due(plan: list[Burn], expected: Sequence[tuple[float, int]], when_s: float, odds: Odds) -> int:
    """Return how many bodies a planned separation about that time leaves behind."""
    due = [int(n) for t_s, n in expected if abs(when_s - t_s) <= odds.grace_s]
    for i, burn in enumerate(plan):
        end = plan[i + 1].t_ignition_s if i + 1 < len(plan) else burn.t_cutoff_s + odds.unplanned_s
        if burn.t_cutoff_s - odds.grace_s <= when_s <= end + odds.grace_s:
            due.append(1)
    return max(due, default=0)


def _reason(n: int, when_s: float, due: int, goes_on: bool, idle: float) -> str:
    """Return what was seen, in words."""
    what = f"{n} piece{'s' * (n > 1)} left the main object about T+{when_s:.1f} s"
    where = f"where {due} {'were' if due > 1 else 'was'} due" if due else "away from any planned separation"
    power = "thrust goes on" if goes_on else f"no thrust now with p={idle:.2f}"
    return f"{what}, {where}; {power}"

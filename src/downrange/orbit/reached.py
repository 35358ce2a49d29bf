"""Did it reach orbit? Answered from a track alone: perigee against the atmosphere, with a waiting rule.

The room of tracking is a sibling, so arrays come in. Yes and no both need more than 99 % held for a stated time;
between them the answer is 'unknown', which lifts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from downrange.base import Array, InputError
from downrange.orbit.model import Answer, Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When to believe an orbit, or its absence. All figures are assumed, not sourced.

    floor_alt_m: a perigee below this brings the body down within a revolution or two (assumed)
    p_decide:    probability that must be exceeded, either way (assumed)
    p_coast:     probability above which the thrust counts as off (assumed)
    confirm_s:   for how long without a break (assumed)
    gap_s:       a hole in the track longer than this is a break (assumed)
    """

    floor_alt_m: float = 120e3
    p_decide: float = 0.99
    p_coast: float = 0.95
    confirm_s: float = 20.0
    gap_s: float = 5.0


def p_perigee_above(perigee_alt_m: ArrayLike, sigma_m: ArrayLike, floor_alt_m: float = 120e3) -> Array:
    """Return the probability, shape (n,), that a perigee lies above a floor, for normal errors; NaN where unknown.

    >>> [f"{p:.3f}" for p in p_perigee_above([120e3, 140e3, 100e3], [5e3, 10e3, 10e3])]
    ['0.500', '0.977', '0.023']
    """
    from scipy.special import ndtr  # loading it takes longer than most commands

    height, sigma = np.asarray(perigee_alt_m, dtype=float), np.asarray(sigma_m, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        p: Array = ndtr((height - floor_alt_m) / sigma)
    return p


def reached_orbit(
    t_s: ArrayLike,
    p_orbit: ArrayLike,
    p_coast: ArrayLike,
    *,
    thrust_lost_t_s: float | None = None,
    impact_t_s: float | None = None,
    rule: Rule | None = None,
) -> Answer:
    """Return yes, no or unknown, and when it could first be said.

    t_s:             (n,) seconds after lift-off, rising
    p_orbit:         (n,) probability that the perigee is above rule.floor_alt_m, as from `p_perigee_above`; NaN unknown
    p_coast:         (n,) probability that no engine burns
    thrust_lost_t_s: when the thrust was found lost for good; None while another stage may still ignite
    impact_t_s:      when the fall of what should have reached orbit was confirmed; settles the matter

    Coasting between stages decides nothing: with thrust_lost_t_s None there is no 'no' before an impact.
    """
    rule = rule or Rule()
    t, orbit, coast = _track(t_s, p_orbit, p_coast)
    last_p = float(orbit[-1]) if t.size else float("nan")
    if impact_t_s is not None:
        return Answer(answer=Reached.NO, decided_t_s=float(impact_t_s), p=0.0, rule="its fall was confirmed")
    off = coast > rule.p_coast
    yes_at = _held(t, off & (orbit > rule.p_decide), rule)
    lost = np.zeros(t.shape, dtype=bool) if thrust_lost_t_s is None else t >= thrust_lost_t_s
    no_at = _held(t, lost & off & (orbit < 1.0 - rule.p_decide), rule)
    held = f"for {rule.confirm_s:g} s with the thrust off"
    floor = f"a perigee above {rule.floor_alt_m / 1e3:g} km"
    if yes_at is not None and (no_at is None or yes_at <= no_at):
        words = f"{floor} more than {rule.p_decide:.0%} probable {held}"
        return Answer(answer=Reached.YES, decided_t_s=float(t[yes_at]), p=float(orbit[yes_at]), rule=words)
    if no_at is not None:
        words = f"thrust lost for good, and {floor} less than {1.0 - rule.p_decide:.0%} probable {held}"
        return Answer(answer=Reached.NO, decided_t_s=float(t[no_at]), p=float(orbit[no_at]), rule=words)
    return Answer(answer=Reached.UNKNOWN, decided_t_s=None, p=last_p, rule=_why_unknown(t, off, orbit, rule))


def _track(t_s: ArrayLike, p_orbit: ArrayLike, p_coast: ArrayLike) -> tuple[Array, Array, Array]:
    """Return the three arrays, or say what is wrong with them."""
    t, orbit, coast = (np.atleast_1d(np.asarray(x, dtype=float)) for x in (t_s, p_orbit, p_coast))
    if not (t.ndim == 1 and t.shape == orbit.shape == coast.shape) or (np.diff(t) <= 0.0).any():
        raise InputError(
            where="reached orbit",
            key="track",
            seen=f"times {t.shape}, probabilities {orbit.shape} and {coast.shape}",
            cure="give arrays of one length with rising times",
        )
    for name, p in (("p_orbit", orbit), ("p_coast", coast)):
        if ((p < 0.0) | (p > 1.0)).any():
            raise InputError(where="reached orbit", key=name, seen="values outside 0 to 1", cure="give fractions of 1")
    return t, orbit, coast


def _held(t: Array, good: np.ndarray, rule: Rule) -> int | None:
    """Return the first index at which a condition has held long enough without a break."""
    since = None
    for k in range(t.size):
        if not good[k]:
            since = None
        elif since is None or t[k] - t[k - 1] > rule.gap_s:
            since = float(t[k])
        if since is not None and t[k] - since >= rule.confirm_s:
            return k
    return None


def _why_unknown(t: Array, off: np.ndarray, orbit: Array, rule: Rule) -> str:
    """Say what is missing."""
    if t.size == 0:
        return "there is no track"
    if not off[-1]:
        return f"the track ends at T+{t[-1]:.0f} s with the thrust still on, or in doubt"
    if np.isnan(orbit[-1]):
        return f"the track ends at T+{t[-1]:.0f} s without an orbit to judge"
    if orbit[-1] > rule.p_decide:
        return f"an orbit is probable at T+{t[-1]:.0f} s, but not yet for {rule.confirm_s:g} s"
    if orbit[-1] < 1.0 - rule.p_decide:
        return (
            f"no orbit at T+{t[-1]:.0f} s, but another ignition was still possible, or not yet for {rule.confirm_s:g} s"
        )
    return f"the perigee at T+{t[-1]:.0f} s is too uncertain"

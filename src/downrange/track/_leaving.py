"""Looking back along the path of a piece: what it left, when, and how fast."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from downrange.base import Array
from downrange.track._pieces import coasted
from downrange.track.pieces import Leaving, ObjectRules

_P_PIECE = 0.05  # assumed: how much likelier the main object lets something go than a piece does, turned over
_MEET_M = 20.0  # assumed: one sigma of each component of what lies between their centres
_FINE_S, _COARSE_S = 0.5, 2.0


class Past(NamedTuple):
    """Where the main object was: times (n,), states (n, 6), covariances (n, 6, 6)."""

    t_s: Array
    x: Array
    p: Array

    def at(self, t_s: float) -> tuple[Array, Array]:
        """Return the state and covariance at a moment, from the row just before it."""
        i = max(0, int(np.searchsorted(self.t_s, t_s, side="right")) - 1)
        x = self.x[i].copy()
        x[:3] += x[3:] * (t_s - self.t_s[i])
        return x, self.p[i]


def left(
    t_s: float, x: Array, p: Array, numbers: list[int], since_s: float, first_t_s: float, past: Past, rules: ObjectRules
) -> Leaving | None:
    """Return what is known at t_s of the first of several pieces' leaving, or None where the main track is too short.

    x (k, 6), p (k, 6, 6): the piece, then the other pieces that it may have come off; numbers (k,) theirs
    since_s, first_t_s: it left between these
    """
    lowest = max(since_s, float(past.t_s[0]))
    if lowest >= first_t_s:
        return None
    step = _FINE_S if first_t_s - lowest < 50.0 else _COARSE_S
    when = np.arange(first_t_s, lowest - 1e-9, -step)
    weigh = np.empty((when.size, len(x)))
    apart, fuzzy = np.empty((when.size, len(x), 2)), np.empty((when.size, len(x)))
    slack = np.diag([_MEET_M**2] * 3 + [rules.eject_mps**2] * 3)
    prior = np.log(np.concatenate([[1.0], np.full(len(x) - 1, _P_PIECE)]))
    now, one = t_s, np.ones(len(x))
    for i, t in enumerate(when):
        x, p = coasted(x, p, t - now, one)
        now = t
        main_x, main_p = past.at(t)
        off = x[0] - np.concatenate([main_x[None], x[1:]])
        spread = p[0] + np.concatenate([main_p[None], p[1:]]) + slack
        form = np.sum(off * np.linalg.solve(spread, off[..., None])[..., 0], axis=-1)
        weigh[i] = prior - 0.5 * (form + np.linalg.slogdet(spread)[1])
        apart[i, :, 0] = np.linalg.norm(off[:, 3:], axis=1)
        apart[i, :, 1] = np.linalg.norm(off[:, :3], axis=1)
        fuzzy[i] = np.sqrt(np.trace((spread - slack)[:, 3:, 3:], axis1=1, axis2=2))
    share = np.exp(weigh - weigh.max())
    parent = int(np.argmax(share.sum(axis=0)))
    mine = share[:, parent] / share[:, parent].sum()
    mean = float(mine @ when)
    best = int(np.argmax(mine))
    return Leaving(
        known_t_s=t_s,
        parent=0 if parent == 0 else numbers[parent],
        t_s=mean,
        sigma_s=float(np.sqrt(mine @ (when - mean) ** 2 + step**2 / 12.0)),
        speed_mps=float(apart[best, parent, 0]),
        speed_sigma_mps=float(fuzzy[best, parent]),
        distance_m=float(apart[best, parent, 1]),
    )

"""Cut-offs and ignitions along a webcast track: when they were sure, and when they must have happened."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.track._webcast_model import F, H, V, W, WebcastTuning, gravity_mps2, steepness

_BEFORE_S = 1.0  # the thrust before a cut-off is read so long before it was last sure


@dataclass(frozen=True, slots=True, kw_only=True)
class WebcastEvent:
    """An engine that stopped or started.

    kind:      "cut-off" or "ignition"
    t_s:       when it must have happened, had thrust changed at once: from the speed gained or not gained since
    sigma_s:   one standard deviation of t_s
    decided_s: when it was sure, from what had been shown until then
    p:         chance that it has happened, at that time
    """

    kind: str
    t_s: float
    sigma_s: float
    decided_s: float
    p: float


def events_along(
    t: Array, x: Array, sigma: Array, idle: Array, used: NDArray[np.bool_], tune: WebcastTuning
) -> tuple[WebcastEvent, ...]:
    """Return what happened. x, sigma (n, 5): states and their sigmas; idle (n,): chance that no engine burns.

    A change counts from the used row at which it is sure; between sure and sure the other way nothing is said.
    """
    kept = np.flatnonzero(used)
    t, x, sigma, idle = t[kept], x[kept], sigma[kept], idle[kept]
    pull = gravity_mps2(x[:, H]) * steepness(x[:, V], x[:, W])
    lost = np.concatenate([[0.0], np.cumsum(0.5 * (pull[1:] + pull[:-1]) * np.diff(t))])[: t.size]
    gained = x[:, V] + lost  # speed from thrust alone
    out: list[WebcastEvent] = []
    burns: bool | None = None
    sure_at = 0  # last row at which the state before was sure
    for i, p in enumerate(idle.tolist()):
        if p > tune.sure:
            if burns:
                out.append(_cut_off(t, x, sigma, gained, sure_at, i, p, tune))
            burns, sure_at = False, i
        elif p < 1.0 - tune.sure:
            if burns is False:
                out.append(_ignition(t, x, sigma, gained, sure_at, i, p, tune))
            burns, sure_at = True, i
    return tuple(out)


def _cut_off(
    t: Array, x: Array, sigma: Array, gained: Array, sure_at: int, i: int, p: float, tune: WebcastTuning
) -> WebcastEvent:
    """Return the end of a burn that was last sure at row sure_at and surely over at row i."""
    b = max(int(np.searchsorted(t, t[sure_at] - _BEFORE_S, side="right")) - 1, 0)
    level = max(float(x[b, F]), tune.least_mps2)
    impulse = float(gained[i] - gained[b]) + max(float(x[i, F]), 0.0) * tune.tail_s
    lasted = min(max(impulse / level, 0.0), float(t[i] - t[b]))
    doubt = math.hypot(float(sigma[i, V]), float(sigma[b, V]), float(sigma[b, F]) * lasted) / level
    return WebcastEvent(
        kind="cut-off", t_s=float(t[b]) + lasted, sigma_s=math.hypot(doubt, tune.jitter_s), decided_s=float(t[i]), p=p
    )


def _ignition(
    t: Array, x: Array, sigma: Array, gained: Array, sure_at: int, i: int, p: float, tune: WebcastTuning
) -> WebcastEvent:
    """Return the start of a burn that surely had not begun at row sure_at and surely had at row i."""
    level = max(float(x[i, F]), 0.1)
    lasted = min(max(float(gained[i] - gained[sure_at]) / level, 0.0), float(t[i] - t[sure_at]))
    doubt = math.hypot(float(sigma[i, V]), float(sigma[sure_at, V]), float(sigma[i, F]) * lasted) / level
    return WebcastEvent(
        kind="ignition",
        t_s=float(t[i]) - lasted,
        sigma_s=math.hypot(doubt, tune.jitter_s),
        decided_s=float(t[i]),
        p=1.0 - p,
    )

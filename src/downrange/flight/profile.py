"""How hard a stage burns at any moment after its ignition: its throttle within its burns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.flight.model import Burns, Plan, Throttle


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Share of full thrust in pieces: piece k runs from t_s[k] to the next, its level linear from low to high.

    t_s: (M,), the first is 0; level0, level1: (M,) at both ends of a piece; the last piece has no end and is constant
    full_s: (M,) seconds at full thrust that would burn as much as was burnt until the piece begins
    last_s: the last burn ends here at the latest
    """

    t_s: Array
    level0: Array
    level1: Array
    full_s: Array
    last_s: float

    @property
    def nodes_s(self) -> list[float]:
        """Return the moments at which something changes, but the ignition."""
        return [float(t) for t in self.t_s[1:]]

    def level(self, t_s: Array) -> Array:
        """Return the share of full thrust."""
        k = self._piece(t_s)
        level: Array = self.level0[k] + self._slope(k) * (t_s - self.t_s[k])
        return level

    def burnt_s(self, t_s: Array) -> Array:
        """Return the seconds at full thrust that would have burnt as much by then."""
        k = self._piece(t_s)
        into = t_s - self.t_s[k]
        burnt: Array = self.full_s[k] + into * (self.level0[k] + 0.5 * self._slope(k) * into)
        return burnt

    def until_s(self, burnt_s: Array) -> Array:
        """Return when so much is burnt; the end of the last burn when it never is."""
        k = np.clip(np.searchsorted(self.full_s, burnt_s, side="left") - 1, 0, None)
        left, level, slope = burnt_s - self.full_s[k], self.level0[k], self._slope(k)
        root = np.sqrt(np.maximum(level * level + 2.0 * slope * left, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            into = 2.0 * left / (level + root)
        moment: Array = np.minimum(self.t_s[k] + np.where(left > 0.0, into, 0.0), self.last_s)
        return moment

    def lit_s(self, end_s: float) -> list[tuple[float, float]]:
        """Return when each burn begins and ends, none after end_s."""
        ends = np.append(self.t_s[1:], np.inf)
        burns: list[tuple[float, float]] = []
        for a, b, level in zip(self.t_s, np.minimum(ends, end_s), self.level0 + self.level1, strict=True):
            if level <= 0.0 or a >= b:
                continue
            joins = bool(burns) and burns[-1][1] == a
            burns[-1:] = [(burns[-1][0], float(b))] if joins else [*burns[-1:], (float(a), float(b))]
        return burns

    def _piece(self, t_s: Array) -> NDArray[np.intp]:
        return np.clip(np.searchsorted(self.t_s, t_s, side="right") - 1, 0, None)

    def _slope(self, k: NDArray[np.intp]) -> Array:
        length = np.append(np.diff(self.t_s), np.inf)
        slope: Array = ((self.level1 - self.level0) / length)[k]
        return slope


def profile_of(throttle: Throttle | None, burns: Burns | None) -> Profile:
    """Return the profile of one stage; full thrust from ignition to depletion when nothing else is said.

    >>> one = profile_of(Throttle(stage=1, t_s=(0.0, 10.0, 10.0), level=(1.0, 1.0, 0.5)), None)
    >>> one.burnt_s(np.array([20.0])).tolist(), one.until_s(np.array([15.0])).tolist()
    ([15.0], [20.0])
    """
    rows = [(0.0, 1.0)] if throttle is None else list(zip(throttle.t_s, throttle.level, strict=True))
    windows = [(0.0, np.inf)]
    if burns is not None:
        windows = [(a, a + length) for a, length in zip(burns.start_s, burns.length_s, strict=True)]
    inner = {t for t, _ in rows if t > 0.0} | {t for window in windows for t in window if 0.0 < t < np.inf}
    t_s = np.array([0.0, *sorted(inner)])
    ends = np.append(t_s[1:], np.inf)
    within = np.array([any(a <= t < b for a, b in windows) for t in t_s])
    level0 = np.array([_level(rows, t, later=True) for t in t_s]) * within
    level1 = np.array([_level(rows, t, later=False) for t in ends]) * within
    level1[-1] = level0[-1]
    pieces = 0.5 * (level0 + level1)[:-1] * np.diff(t_s)
    full_s = np.concatenate([[0.0], np.cumsum(pieces)])
    return Profile(t_s=t_s, level0=level0, level1=level1, full_s=full_s, last_s=float(windows[-1][1]))


def profiles_of(plan: Plan, stages: int) -> tuple[Profile, ...]:
    """Return the profile of each stage by a plan."""
    throttles, burns = {t.stage: t for t in plan.throttles}, {b.stage: b for b in plan.burns}
    return tuple(profile_of(throttles.get(s), burns.get(s)) for s in range(1, stages + 1))


def _level(rows: list[tuple[float, float]], t_s: float, *, later: bool) -> float:
    """Return the throttle at a moment: of two rows of one time the later one, or the earlier."""
    times = np.array([t for t, _ in rows])
    levels = np.array([level for _, level in rows])
    k = int(np.searchsorted(times, t_s, side="right" if later else "left"))
    if k == 0:
        return float(levels[0])
    if k == len(rows):
        return float(levels[-1])
    part = (t_s - times[k - 1]) / (times[k] - times[k - 1])
    return float(levels[k - 1] + part * (levels[k] - levels[k - 1]))

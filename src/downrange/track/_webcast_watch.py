"""The loop of the webcast reader: start, carry on, take in what is new on the screen, start anew when lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.track._webcast_model import (
    Belief,
    F,
    H,
    V,
    W,
    WebcastTuning,
    absorb,
    carry,
    gravity_mps2,
    opening,
    steepness,
    straight_up,
)
from downrange.track.model import Burn

_MOST_MPS2 = 80.0  # assumed: nothing that carries a payload speeds up or slows down faster
_APART_S = 5.0  # the two readings that start it lie no further apart
_LEFT_S = 60.0  # the same where the screen stood still between them
_LOW_M, _UPRIGHT_MPS = 1000.0, 30.0  # assumed: lower and slower than this a rocket goes straight up, or stands
_EARLY_S = 2.0  # assumed: a cut-off comes no earlier than this before its planned time
_STILL = 2.0  # a screen that should have moved by so many sigmas and did not stands still


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What was shown, (n,) each, in order of time; NaN for none."""

    t_s: Array
    speed_mps: Array
    alt_m: Array
    sigma_speed_mps: Array
    sigma_alt_m: Array


_Row = tuple[float, Array, Array, float, bool]
Beliefs = tuple[Array, Array, Array, Array, NDArray[np.bool_]]


def beliefs(screen: Screen, tune: WebcastTuning, east: tuple[float, float], burns: tuple[Burn, ...]) -> Beliefs:
    """Return times (k,), states (k, 5), covariances (k, 5, 5), chance that no engine burns, and if the row was used.

    The first row is the second of two readings that agree with each other. Row i rests on readings up to t_s[i] alone.
    """
    watch = _Watch(screen, tune, east, burns)
    rows = [row for i in range(screen.t_s.size) if (row := watch.look(i)) is not None]
    if not rows:
        return np.empty(0), np.empty((0, 5)), np.empty((0, 5, 5)), np.empty(0), np.empty(0, dtype=np.bool_)
    t, x, cov, idle, used = zip(*rows, strict=True)
    return np.array(t), np.array(x), np.array(cov), np.array(idle), np.array(used, dtype=np.bool_)


class _Watch:
    """Looks at one row of the screen after the other and remembers what it believes."""

    __slots__ = (
        "_believed_s",
        "_burns",
        "_east",
        "_hangs",
        "_heard_s",
        "_height",
        "_moved_s",
        "_now",
        "_rises",
        "_screen",
        "_shown",
        "_stale",
        "_tune",
    )

    def __init__(self, screen: Screen, tune: WebcastTuning, east: tuple[float, float], burns: tuple[Burn, ...]) -> None:
        self._screen, self._tune, self._east, self._burns = screen, tune, east, burns
        self._now: Belief | None = None
        self._heard_s = -math.inf  # when something new and believable was last shown
        self._shown = -1  # the row before that had a speed
        self._height = -1  # the row before that had a height
        self._hangs = False  # the screen stands still and must not
        self._stale = False  # the row before showed what the one before it had shown
        self._moved_s = -math.inf  # when it last showed something new
        self._rises = False  # it has just left its pad, or stands on it
        self._believed_s = -math.inf  # when a height was last believed

    def look(self, i: int) -> _Row | None:
        """Take in row i; None while nothing is known."""
        t_s = float(self._screen.t_s[i])
        height_s = self._screen.t_s[self._height]
        if self._now is not None and t_s - min(self._heard_s, height_s) > self._tune.lost_s:
            self._now = None
        same = self._same(i)
        used = self._start(i, same=same) if self._now is None else self._go_on(self._now, i, same=same)
        self._stale = same
        if not same:
            self._hangs, self._moved_s = False, t_s
        if used:
            self._heard_s = t_s
        if math.isfinite(self._screen.speed_mps[i]):
            self._shown = i
        if math.isfinite(self._screen.alt_m[i]):
            self._height = i
        if self._now is None:
            return None
        now = self._now
        return t_s, now.mean(), now.cov(), now.p_idle(self._tune.least_mps2), used

    def _same(self, i: int) -> bool:
        """Say whether row i shows what was shown before."""
        screen, j = self._screen, self._shown
        alt = screen.alt_m[i]
        return bool(j >= 0 and screen.speed_mps[i] == screen.speed_mps[j] and (alt == screen.alt_m[j] or np.isnan(alt)))

    def _start(self, i: int, *, same: bool) -> bool:
        """Start from row i and the ones before it with a speed and a height, if they agree."""
        t, v, h = self._screen.t_s, self._screen.speed_mps, self._screen.alt_m
        j, k = self._shown, self._height
        if j < 0 or k < 0 or not math.isfinite(v[i] + h[i]) or (same and v[i] > _UPRIGHT_MPS):
            return False
        left = self._stale and v[j] > _UPRIGHT_MPS  # left standing: true only when it was first shown
        since_s = (self._moved_s, self._moved_s) if left else (t[j], t[k])
        dt, dt_h, rise, climb = (float(a) for a in (t[i] - since_s[0], t[i] - since_s[1], v[i] - v[j], h[i] - h[k]))
        sv, sh = float(self._screen.sigma_speed_mps[i]), float(self._screen.sigma_alt_m[i])
        late = max(dt, dt_h) > (_LEFT_S if left else _APART_S)
        if late or abs(rise) > _MOST_MPS2 * dt + 5.0 * sv or abs(climb) > max(v[i], v[j]) * dt_h + 5.0 * sh:
            return False
        speed, up, sigma_up = float(v[i]), climb / dt_h, 1.5 * sh / dt_h
        if sigma_up > 0.5 * speed:
            up, sigma_up = 0.5 * speed, 0.5 * speed + 1.0
        self._rises = bool(h[i] < _LOW_M) and speed < _UPRIGHT_MPS
        if self._rises:
            up, sigma_up = speed, 0.05 * speed + 0.2
        up = min(max(up, -speed), speed)
        pull = float(gravity_mps2(h[i]) * steepness(v[i], np.array(up)))
        x = np.array([h[i], speed, up, rise / dt + pull, 0.0])
        self._now = opening(
            float(t[i]), x, np.array([sh, sv + 0.5, sigma_up, 1.5 * sv / dt + (20.0 if left else 5.0), 8.0])
        )
        self._believed_s = float(t[i])
        return True

    def _go_on(self, now: Belief, i: int, *, same: bool) -> bool:
        """Carry the belief on to row i and take in what is new there; say whether it was believed."""
        screen, tune = self._screen, self._tune
        gap = float(screen.t_s[i]) - now.t_s
        carry(now, float(screen.t_s[i]), tune, self._east)
        if same and self._stands_still(now, i):
            return False
        x = now.mean()
        more = max(1.0, tune.memory_s / gap)  # errors that repeat from frame to frame must not average out
        trust = 0.0
        if math.isfinite(screen.alt_m[i]):
            variance = more * float(screen.sigma_alt_m[i] ** 2 + (x[W] * tune.jitter_s) ** 2)
            trust = absorb(now, H, float(screen.alt_m[i]), variance, tune.p_wild, tune.wild_m)
            self._mind_height(now, i, trust > 0.5)
        if math.isfinite(screen.speed_mps[i]):
            variance = more * float(screen.sigma_speed_mps[i] ** 2 + (x[F] * tune.jitter_s) ** 2)
            trust = absorb(now, V, float(screen.speed_mps[i]), variance, tune.p_wild, tune.wild_mps)
        self._rises = self._rises and float(now.mean()[V]) < _UPRIGHT_MPS
        if self._rises:
            straight_up(now, 0.05 * float(now.mean()[V]) + 0.2)
        return trust > 0.5

    def _mind_height(self, now: Belief, i: int, believed: bool) -> None:
        """Start the height anew when for a while the screen has agreed with itself but not with what is believed.

        Screens hang and are misread for seconds, and then come back hundreds of metres from where one looked for them.
        """
        t, h, k = self._screen.t_s, self._screen.alt_m, self._height
        dt, climb, sigma = float(t[i] - t[k]), float(h[i] - h[k]), float(self._screen.sigma_alt_m[i])
        speed = float(now.mean()[V])
        astray = t[i] - self._believed_s >= self._tune.astray_s and abs(climb) <= speed * dt + 5.0 * sigma
        if believed or astray:
            self._believed_s = float(t[i])
        if not astray or believed:
            return
        for state, value, spread in (
            (H, float(h[i]), 3.0 * sigma),
            (W, min(max(climb / dt, -speed), speed), 1.5 * sigma / dt + 0.1 * speed),
        ):
            now.x[:, state] = value
            now.p[:, state, :] = now.p[:, :, state] = 0.0
            now.p[:, state, state] = spread**2

    def _stands_still(self, now: Belief, i: int) -> bool:
        """Say whether the screen hangs: it shows what it showed before though the flight must have moved on.

        A flight that coasts level shows the same numbers again and again, too. That is believed only where no burn
        is due, and only as long as its climb would not have changed them.
        """
        screen, t_s, v = self._screen, float(self._screen.t_s[i]), float(self._screen.speed_mps[i])
        x, least = now.mean(), _STILL * float(screen.sigma_speed_mps[i])
        if not self._hangs and abs(float(x[V]) - v) > least:
            stood_s = t_s - self._moved_s
            slows = float(gravity_mps2(x[H]) * abs(steepness(x[V], x[W]))) * stood_s > least
            climb = abs(float(x[W])) - _STILL * math.sqrt(float(now.cov()[W, W]))
            self._hangs = self._due(t_s) or slows or climb * stood_s > _STILL * float(screen.sigma_alt_m[i])
        return self._hangs

    def _due(self, t_s: float) -> bool:
        """Say whether an engine must be burning; without a plan, always."""
        return not self._burns or any(b.t_ignition_s <= t_s < b.t_cutoff_s - _EARLY_S for b in self._burns)

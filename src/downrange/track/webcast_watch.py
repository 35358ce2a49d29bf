"""The loop of the webcast reader: start, carry on, take in what is new on the screen, start anew when lost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from downrange.base import Array
from downrange.track.webcast_model import (
    F,
    H,
    V,
    W,
    Belief,
    WebcastTuning,
    absorb,
    carry,
    gravity_mps2,
    opening,
    steepness,
)

_MOST_MPS2 = 80.0  # assumed: nothing that carries a payload speeds up or slows down faster
_APART_S = 5.0  # the two readings that start it lie no further apart
_STANDING_MPS = 20.0  # slower than this a rocket may stand on its pad
_HEIGHT_M = 60_000.0  # assumed, give or take as much, while no height is shown
_LOW_M, _SLOW_MPS = 1000.0, 100.0  # lower and slower than this it has just left its pad, or stands on it
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


def beliefs(screen: Screen, tune: WebcastTuning, east: tuple[float, float]) -> Beliefs:
    """Return times (k,), states (k, 5), covariances (k, 5, 5), chance that no engine burns, and if the row was used.

    The first row is the second of two readings that agree with each other. Row i rests on readings up to t_s[i] alone.
    """
    watch = _Watch(screen, tune, east)
    rows = [row for i in range(screen.t_s.size) if (row := watch.look(i)) is not None]
    if not rows:
        return np.empty(0), np.empty((0, 5)), np.empty((0, 5, 5)), np.empty(0), np.empty(0, dtype=np.bool_)
    t, x, cov, idle, used = zip(*rows, strict=True)
    return np.array(t), np.array(x), np.array(cov), np.array(idle), np.array(used, dtype=np.bool_)


class _Watch:
    """Looks at one row of the screen after the other and remembers what it believes."""

    __slots__ = ("_east", "_heard_s", "_height", "_height_s", "_now", "_screen", "_shown", "_tune")

    def __init__(self, screen: Screen, tune: WebcastTuning, east: tuple[float, float]) -> None:
        self._screen, self._tune, self._east = screen, tune, east
        self._now: Belief | None = None
        self._heard_s = -math.inf  # when something new and believable was last shown
        self._shown = -1  # the row before that had a speed
        self._height = -1  # the row before that had a height
        self._height_s = -math.inf  # when a height was last believed

    def look(self, i: int) -> _Row | None:
        """Take in row i; None while nothing is known."""
        t_s = float(self._screen.t_s[i])
        if self._now is not None and t_s - self._heard_s > self._tune.lost_s:
            self._now = None
        used = self._start(i) if self._now is None else self._go_on(self._now, i)
        if used:
            self._heard_s = t_s
        if math.isfinite(self._screen.speed_mps[i]):
            self._shown = i
        if self._now is None:
            return None
        now = self._now
        return t_s, now.mean(), now.cov(), now.p_idle(self._tune.least_mps2), used

    def _start(self, i: int) -> bool:
        """Start from rows i and the one before it with a speed, if they agree."""
        t, v, h = self._screen.t_s, self._screen.speed_mps, self._screen.alt_m
        j = self._shown
        if j < 0 or not math.isfinite(v[i]) or not 0.0 < t[i] - t[j] <= _APART_S:
            return False
        dt, rise, climb = float(t[i] - t[j]), float(v[i] - v[j]), float(h[i] - h[j])
        sv, sh = float(self._screen.sigma_speed_mps[i]), float(self._screen.sigma_alt_m[i])
        stands = rise == 0.0 and climb == 0.0 and v[i] > _STANDING_MPS
        if stands or abs(rise) > _MOST_MPS2 * dt + 5.0 * sv or abs(climb) > max(v[i], v[j]) * dt + 5.0 * sh:
            return False
        speed = float(v[i])
        alt, sigma_alt = (float(h[i]), sh) if math.isfinite(h[i]) else (_HEIGHT_M, _HEIGHT_M)
        up, sigma_up = climb / dt, 1.5 * sh / dt
        if not sigma_up < 0.5 * speed:  # also when there is no height
            up, sigma_up = 0.5 * speed, 0.5 * speed + 1.0
        if alt < _LOW_M and speed < _SLOW_MPS:  # a rocket that leaves its pad goes straight up
            up, sigma_up = speed, 0.1 * speed + 1.0
        up = min(max(up, -speed), speed)
        pull = float(gravity_mps2(np.array(alt)) * steepness(np.array(speed), np.array(up)))
        x = np.array([alt, speed, up, rise / dt + pull, 0.0])
        self._height, self._height_s = i if math.isfinite(h[i]) else -1, float(t[i])
        self._now = opening(float(t[i]), x, np.array([sigma_alt, sv + 0.5, sigma_up, 1.5 * sv / dt + 5.0, 8.0]))
        return True

    def _go_on(self, now: Belief, i: int) -> bool:
        """Carry the belief on to row i and take in what is new there; say whether it was believed."""
        screen, tune = self._screen, self._tune
        gap = float(screen.t_s[i]) - now.t_s
        carry(now, float(screen.t_s[i]), tune, self._east)
        if self._stands_still(now, i):
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
        return trust > 0.5

    def _mind_height(self, now: Belief, i: int, believed: bool) -> None:
        """Start the height anew when for a while the screen has agreed with itself but not with what is believed.

        Screens hang and are misread for seconds, and then come back hundreds of metres from where one looked for them.
        """
        t, h, before = self._screen.t_s, self._screen.alt_m, self._height
        self._height = i
        if believed or before < 0:
            self._height_s = float(t[i])
            return
        dt, climb, sigma = float(t[i] - t[before]), float(h[i] - h[before]), float(self._screen.sigma_alt_m[i])
        speed = float(now.mean()[V])
        if t[i] - self._height_s < self._tune.astray_s or abs(climb) > speed * dt + 5.0 * sigma:
            return
        self._height_s = float(t[i])
        for state, value, spread in (
            (H, float(h[i]), 3.0 * sigma),
            (W, min(max(climb / dt, -speed), speed), 1.5 * sigma / dt + 0.1 * speed),
        ):
            now.x[:, state] = value
            now.p[:, state, :] = now.p[:, :, state] = 0.0
            now.p[:, state, state] = spread**2

    def _stands_still(self, now: Belief, i: int) -> bool:
        """Say whether the screen shows what it showed before though the flight must have moved on."""
        screen, j = self._screen, self._shown
        v, h = float(screen.speed_mps[i]), float(screen.alt_m[i])
        if j < 0 or v != screen.speed_mps[j] or not (h == screen.alt_m[j] or math.isnan(h)):
            return False
        return abs(float(now.mean()[V]) - v) > _STILL * float(screen.sigma_speed_mps[i])

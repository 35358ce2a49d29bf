"""Filter behind the webcast reader: height, speed, climb and thrust from two numbers on a screen, in plain numpy.

State (5): height, speed relative to the Earth, vertical speed, specific force along the path, and specific force across
it in the vertical plane (thrust, lift, and what the rotating Earth adds). Two models of it live side by side: in the
first an engine burns and the force walks at random; in the second none burns and what is left of the force dies away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, wgs84

H, V, W, F, N = range(5)
BURN, IDLE = range(2)
_CALM_MPS = 2.0  # below this speed the path has no direction worth the name
_MOST_MPS2 = 500.0  # no force on a body that still flies is larger
_LEAST_LEVEL = 0.05  # cosine of the path's angle below which its derivative would say nothing any more
_CENTRIFUGAL_MPS2 = 0.02  # of the rotating Earth, half its value at the equator


@dataclass(frozen=True, slots=True, kw_only=True)
class WebcastTuning:
    """What the filter is told about ascents and screens before it looks.

    q_burn, q_idle:   noise density of the force along the path [m2/s5] while an engine burns, and while none does
    q_across:         the same across the path [m2/s5]
    tilt:             share of the speed by which a climb close to the vertical may change in a second: there the force
                      across the path bends it without changing its vertical speed at first
    tail_s:           an engine's thrust dies away with this time constant
    switch_mps2:      one sigma of the change of force when an engine starts or stops
    stop_1ps, start_1ps: rates at which engines stop and start [1/s]
    least_mps2:       forward thrust below which no engine burns
    jitter_s:         one sigma of the time of a frame
    memory_s:         errors of readings closer together than this are one and the same error
    p_wild:           chance that a number on the screen is nonsense; a sensor may say more
    wild_mps, wild_m: nonsense lies within this of the truth
    astray_s:         after so long without a believable height the height is started anew from the screen
    lost_s:           after so long without a believable reading the filter starts anew
    sure:             chance from which an engine is said to have started or stopped
    prior_lat_deg:    launch latitudes thought equally likely when none is given: the sites of space launches, rounded
    sigma_lat_deg, sigma_azimuth_deg: of the latitude and course that are given; a path bends on its way
    sigma_zero_m:     one sigma of what the screen counts heights from, the same in a whole flight
    sigma_gauge_mps:  one sigma of what all speeds on the screen have in common
    draws:            draws for the orbit figures
    source:           where the figures come from
    """

    q_burn: float = 0.5
    q_idle: float = 0.05
    q_across: float = 0.1
    tilt: float = 0.02
    tail_s: float = 0.6
    switch_mps2: float = 15.0
    stop_1ps: float = 0.005
    start_1ps: float = 0.02
    least_mps2: float = 2.0
    jitter_s: float = 0.05
    memory_s: float = 0.5
    p_wild: float = 0.05
    wild_mps: float = 4000.0
    wild_m: float = 100_000.0
    astray_s: float = 3.0
    lost_s: float = 10.0
    sure: float = 0.99
    prior_lat_deg: tuple[float, ...] = (
        5.2,
        13.7,
        19.6,
        28.5,
        30.4,
        34.4,
        34.7,
        37.9,
        39.7,
        41.0,
        46.0,
        51.9,
        57.4,
        62.9,
    )
    sigma_lat_deg: float = 0.1
    sigma_azimuth_deg: float = 3.0
    sigma_zero_m: float = 2000.0
    sigma_gauge_mps: float = 0.3
    draws: int = 400
    source: str = (
        "q_burn, q_idle, jitter_s, tail_s, least_mps2, p_wild: looked at on 8 of 24 Falcon webcasts "
        "(shahar603/Telemetry-Data); the rest assumed"
    )


class Belief:
    """What is believed at t_s: chance of each model (2), its state (2, 5) and covariance (2, 5, 5). Changed in place."""

    __slots__ = ("mu", "p", "t_s", "x")

    def __init__(self, t_s: float, mu: Array, x: Array, p: Array) -> None:
        self.t_s, self.mu, self.x, self.p = t_s, mu, x, p

    def mean(self) -> Array:
        """Return the state over both models (5)."""
        return self.mu @ self.x

    def cov(self) -> Array:
        """Return its covariance (5, 5)."""
        d = self.x - self.mean()
        return np.asarray(np.einsum("i,iab->ab", self.mu, self.p) + np.einsum("i,ia,ib->ab", self.mu, d, d))

    def p_idle(self, least_mps2: float) -> float:
        """Return the chance that the forward thrust is below least_mps2."""
        z = (least_mps2 - self.x[:, F]) / np.sqrt(np.maximum(self.p[:, F, F], 1e-12))
        below = [0.5 * math.erfc(-value / math.sqrt(2.0)) for value in z.tolist()]
        return float(self.mu @ below)


def opening(t_s: float, x: Array, sigma: Array) -> Belief:
    """Return the first belief: both models alike."""
    p = np.diag(sigma**2)
    return Belief(t_s=t_s, mu=np.array([0.5, 0.5]), x=np.stack([x, x]), p=np.stack([p, p]))


def gravity_mps2(alt_m: Array) -> Array:
    """Return gravity less the centrifugal force on a sphere."""
    return wgs84.GM_M3PS2 / (wgs84.MEAN_RADIUS_M + alt_m) ** 2 - _CENTRIFUGAL_MPS2


def steepness(speed_mps: Array, climb_mps: Array) -> Array:
    """Return the sine of the path's angle over the horizon; it fades where it hardly moves and has no direction."""
    return np.clip(climb_mps / np.maximum(speed_mps, _CALM_MPS), -1.0, 1.0)


def carry(now: Belief, t_s: float, tune: WebcastTuning, east: tuple[float, float]) -> None:
    """Carry a belief on to t_s. Once a second engines may start or stop; between, each model runs.

    east: mean and sigma of the eastward share of the course, cos(latitude) sin(azimuth), which stays what it was at
    the launch site; with it the turning Earth bends the path.
    """
    gap = t_s - now.t_s
    steps = min(math.ceil(gap - 1e-9), 600)
    for _ in range(steps):
        _mix(now, gap / steps, tune, east)
        _step(now, gap / steps, tune)
    now.t_s = t_s


def _mix(now: Belief, gap: float, tune: WebcastTuning, east: tuple[float, float]) -> None:
    """Let the models exchange what they believe."""
    stop, start = -math.expm1(-tune.stop_1ps * gap), -math.expm1(-tune.start_1ps * gap)
    joint = np.array([[1.0 - stop, stop], [start, 1.0 - start]]) * now.mu[:, None]  # from, to
    to = joint.sum(axis=0)
    share = joint / to
    x, mixed = np.empty_like(now.x), np.empty_like(now.p)
    for j in range(2):
        come, spread = now.x.copy(), now.p.copy()
        _switched(come[1 - j], spread[1 - j], j, tune, east)
        x[j] = share[:, j] @ come
        d = come - x[j]
        mixed[j] = np.einsum("i,iab->ab", share[:, j], spread) + np.einsum("i,ia,ib->ab", share[:, j], d, d)
    now.mu, now.x, now.p = to, x, mixed


def _switched(x: Array, p: Array, to: int, tune: WebcastTuning, east: tuple[float, float]) -> None:
    """Change one state into what it is once an engine has started or stopped."""
    p[F, F] += tune.switch_mps2**2
    if to == BURN:
        p[N, N] += (0.5 * tune.switch_mps2) ** 2
        return
    turning = 2.0 * wgs84.OMEGA_RADPS * math.sqrt(max(x[V] ** 2 - x[W] ** 2, 0.0))
    p[N, :] = p[:, N] = 0.0
    x[N] = turning * east[0]
    p[N, N] = (turning * east[1]) ** 2 + 0.01


def _step(now: Belief, dt: float, tune: WebcastTuning) -> None:
    """Run both models for dt: state, covariance, noise of the forces, a little noise of everything else."""
    x = now.x
    v, w, f, n = x[:, V], x[:, W], x[:, F], x[:, N]
    s, k = steepness(v, w), np.minimum(np.maximum(v, 0.0) / _CALM_MPS, 1.0)
    c = np.sqrt(np.maximum(1.0 - s * s, _LEAST_LEVEL**2))
    g = gravity_mps2(x[:, H])
    fall = g - v * v / (wgs84.MEAN_RADIUS_M + x[:, H])
    decay = np.array([1.0, math.exp(-dt / tune.tail_s)])
    reach = np.array([dt, tune.tail_s * (1.0 - decay[IDLE])])  # how long the force of now acts within dt
    phi = _transition(x, (s, k, c, g, fall), dt, reach, decay)
    climb = (-g * s * s + k * (n * c - fall * c * c)) * dt + f * reach * s
    after = x.copy()
    after[:, V] = np.maximum(v - g * s * dt + f * reach, 0.0)
    after[:, W] = w + climb
    after[:, H] = x[:, H] + (w + 0.5 * climb) * dt
    after[:, F] = f * decay
    p = phi @ now.p @ phi.transpose(0, 2, 1) + _noise(dt, s, k * c, tune)
    p[BURN, W, W] += (tune.tilt * v[BURN] * s[BURN] ** 8) ** 2 * dt
    now.x, now.p = after, p
    _bound(now)


def _transition(
    x: Array, path: tuple[Array, Array, Array, Array, Array], dt: float, reach: Array, decay: Array
) -> Array:
    """Return the derivative (2, 5, 5) of the state after dt by the state before.

    path: sine of the path's angle, 0 on the pad to 1 in flight, cosine, gravity, and what is left of it at this speed
    """
    s, k, c, g, fall = path
    v, f, n = x[:, V], x[:, F], x[:, N]
    vm = np.maximum(v, _CALM_MPS)
    free = np.abs(s) < 1.0
    s_v, s_w = np.where(free & (v > _CALM_MPS), -s / vm, 0.0), np.where(free, 1.0 / vm, 0.0)
    up_s = f - 2.0 * g * s + k * (-n * s / c + 2.0 * s * fall)
    phi = np.zeros((2, 5, 5))
    phi[:] = np.eye(5)
    phi[:, V, V] += -g * s_v * dt
    phi[:, V, W] = -g * s_w * dt
    phi[:, V, F] = reach
    phi[:, W, V] = (up_s * s_v + k * 2.0 * v / (wgs84.MEAN_RADIUS_M + x[:, H]) * c * c) * dt
    phi[:, W, W] += up_s * s_w * dt
    phi[:, W, F] = s * reach
    phi[:, W, N] = k * c * dt
    phi[:, H, :] += 0.5 * dt * phi[:, W, :]
    phi[:, H, W] += 0.5 * dt
    phi[:, F, F] = decay
    return phi


def _bound(now: Belief) -> None:
    """Keep what nothing is said about within what can be: no climb beyond the speed, no force beyond any engine's."""
    speed = np.maximum(now.x[:, V], 1.0)
    now.x[:, H] = np.clip(now.x[:, H], -1e4, 1e7)
    now.x[:, W] = np.clip(now.x[:, W], -speed, speed)
    now.x[:, F:] = np.clip(now.x[:, F:], -_MOST_MPS2, _MOST_MPS2)
    for m in range(2):
        most = np.array([1e6, 1e4, speed[m], _MOST_MPS2, _MOST_MPS2])
        shrink = np.minimum(most / np.sqrt(np.maximum(np.diag(now.p[m]), 1e-12)), 1.0)
        now.p[m] *= np.outer(shrink, shrink)


def _noise(dt: float, s: Array, across: Array, tune: WebcastTuning) -> Array:
    """Return the process noise (2, 5, 5)."""
    q = np.zeros((2, 5, 5))
    for m, (along, n) in enumerate(((tune.q_burn, tune.q_across), (tune.q_idle, 1e-4))):
        for gain, to, density in (((1.0, s[m]), F, along), ((0.0, across[m]), N, n)):
            load = np.zeros(5)
            load[V], load[W] = gain
            q[m] += density * dt**3 / 3.0 * np.outer(load, load)
            q[m, to, :] += 0.5 * density * dt**2 * load
            q[m, :, to] += 0.5 * density * dt**2 * load
            q[m, to, to] += density * dt
        q[m, H, H] += 0.1 * dt
        q[m, V, V] += 0.001 * dt
        q[m, W, W] += 0.01 * dt
    return q


def absorb(now: Belief, i: int, z: float, variance: float, p_wild: float, width: float) -> float:
    """Take in one number of the screen: state i was seen as z. Return the chance that it was no nonsense.

    Each model weighs the number by how well it fits against nonsense spread over width on either side.
    """
    nu = z - now.x[:, i]
    s = now.p[:, i, i] + variance
    fit = (1.0 - p_wild) * np.exp(-0.5 * nu * nu / s) / np.sqrt(2.0 * math.pi * s)
    both = fit + 0.5 * p_wild / width
    trust = fit / both
    gain = now.p[:, :, i] / s[:, None]
    now.x = now.x + (trust * nu)[:, None] * gain
    shrink = trust * s - trust * (1.0 - trust) * nu * nu
    now.p = now.p - shrink[:, None, None] * gain[:, :, None] * gain[:, None, :]
    now.p = 0.5 * (now.p + now.p.transpose(0, 2, 1))
    mu = np.maximum(now.mu * both, 1e-300)
    now.mu = np.maximum(mu / mu.sum(), 1e-9)
    now.mu /= now.mu.sum()
    return float(now.mu @ trust)


def straight_up(now: Belief, sigma_mps: float) -> None:
    """Let the vertical speed be the speed, give or take sigma_mps: so it is just over the pad."""
    over = now.x[:, W] - now.x[:, V]
    load = now.p[:, :, W] - now.p[:, :, V]
    s = load[:, W] - load[:, V] + sigma_mps**2
    gain = load / s[:, None]
    now.x = now.x - over[:, None] * gain
    now.p = now.p - s[:, None, None] * gain[:, :, None] * gain[:, None, :]

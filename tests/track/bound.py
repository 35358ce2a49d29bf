"""How well a radar can know a flight at all: the posterior Cramer-Rao bound, and how soon a lost thrust can show.

Plain numpy, dense matrices, written for the reader; it knows nothing of the filter it judges. State: position, velocity
and specific force of the thrust, Earth-fixed axes. Sphere of gravity and rotation, linearised on the true path, with the
true instants of ignition and cut-off.

Method: P. Tichavsky, C. Muravchik, A. Nehorai, "Posterior Cramer-Rao bounds for discrete-time nonlinear filtering",
IEEE Trans. Signal Processing 46(5), 1998, 1386-1396; for additive Gaussian noise it is the Riccati recursion of an
extended Kalman filter that linearises at the truth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GM_M3PS2, OMEGA_RADPS = 3.986004418e14, 7.2921159e-5
FRESH_MPS2 = 30.0  # what is known of the thrust when an engine starts: one sigma along each axis


@dataclass(frozen=True, slots=True, kw_only=True)
class Radar:
    """A radar that stands still: place (3,), rows east, north, up (3, 3), one sigma in SI and radians.

    sigma: range, azimuth, elevation and, where it has Doppler, range-rate
    """

    place_ecef_m: np.ndarray
    axes: np.ndarray
    sigma: tuple[float, ...]


def transition(r_ecef_m: np.ndarray, dt_s: float, *, burning: bool) -> np.ndarray:
    """Return the 9x9 slope of the motion over a step."""
    r = float(np.linalg.norm(r_ecef_m))
    w = np.array([[0.0, -OMEGA_RADPS, 0.0], [OMEGA_RADPS, 0.0, 0.0], [0.0, 0.0, 0.0]])
    pull = GM_M3PS2 / r**3 * (3.0 * np.outer(r_ecef_m, r_ecef_m) / r**2 - np.eye(3)) - w @ w
    turn, one, half = -2.0 * w, np.eye(3), 0.5 * dt_s**2
    f = np.zeros((9, 9))
    f[:3, :3], f[:3, 3:6] = one + half * pull, dt_s * one + half * turn
    f[3:6, :3], f[3:6, 3:6] = dt_s * pull, one + dt_s * turn
    if burning:
        f[:3, 6:], f[3:6, 6:], f[6:, 6:] = half * one, dt_s * one, one
    return f


def jerk_noise(q: float, dt_s: float) -> np.ndarray:
    """Return the 9x9 covariance that white jerk of density q [m2/s5] adds in a step."""
    a = np.array(
        [
            [dt_s**5 / 20.0, dt_s**4 / 8.0, dt_s**3 / 6.0],
            [dt_s**4 / 8.0, dt_s**3 / 3.0, dt_s**2 / 2.0],
            [dt_s**3 / 6.0, dt_s**2 / 2.0, dt_s],
        ]
    )
    return q * np.kron(a, np.eye(3))


def slopes(r_ecef_m: np.ndarray, v_ecef_mps: np.ndarray, radar: Radar) -> np.ndarray:
    """Return the slopes (k, 9) of range, azimuth, elevation and, where measured, range-rate."""
    d = r_ecef_m - radar.place_ecef_m
    e, n, u = radar.axes @ d
    rho, level = float(np.linalg.norm(d)), float(np.hypot(e, n))
    h = np.zeros((4, 9))
    h[0, :3] = d / rho
    h[1, :3] = np.array([n, -e, 0.0]) / level**2 @ radar.axes
    h[2, :3] = np.array([-e * u / level, -n * u / level, level]) / rho**2 @ radar.axes
    h[3, :3] = (v_ecef_mps - (d @ v_ecef_mps) / rho * d / rho) / rho
    h[3, 3:6] = d / rho
    return h[: len(radar.sigma)]


def opening(r_ecef_m: np.ndarray, radar: Radar) -> np.ndarray:
    """Return the covariance (9, 9) after two fixes a second apart."""
    spread = (float(np.linalg.norm(r_ecef_m - radar.place_ecef_m)) * radar.sigma[1]) ** 2 + radar.sigma[0] ** 2
    return np.diag([spread] * 3 + [2.0 * spread + 100.0] * 3 + [FRESH_MPS2**2] * 3)


def taken_in(p: np.ndarray, h: np.ndarray, sigma: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the covariance after a reading (Joseph's form), the gain, and the innovation's covariance."""
    noise = np.diag(np.square(sigma))
    s = h @ p @ h.T + noise
    gain = np.linalg.solve(s, h @ p).T
    rest = np.eye(9) - gain @ h
    return rest @ p @ rest.T + gain @ noise @ gain.T, gain, s


def bound(
    t_s: np.ndarray, r_ecef_m: np.ndarray, v_ecef_mps: np.ndarray, burning: np.ndarray, radar: Radar, q: float
) -> np.ndarray:
    """Return the least covariance (n, 6, 6) of position and velocity that any filter can reach; row 0 is the opening.

    burning (n,): whether the engine burns between the reading before and this one; q: density of the white jerk
    [m2/s5] that the thrust is granted while it burns. Coasting is exact: no noise, no thrust.
    """
    p = opening(r_ecef_m[0], radar)
    out = [p[:6, :6]]
    for i in range(1, t_s.size):
        dt = float(t_s[i] - t_s[i - 1])
        f = transition(r_ecef_m[i - 1], dt, burning=bool(burning[i]))
        p = f @ p @ f.T
        if burning[i]:
            lit = not burning[i - 1]
            p += jerk_noise(FRESH_MPS2**2 / dt if lit else q, dt)
        p, _, _ = taken_in(p, slopes(r_ecef_m[i], v_ecef_mps[i], radar), radar.sigma)
        out.append(p[:6, :6])
    return np.array(out)


def loss_energy(
    t_s: np.ndarray, r_ecef_m: np.ndarray, v_ecef_mps: np.ndarray, lost_mps2: np.ndarray, radar: Radar, q: float,
    onset: int,
) -> np.ndarray:  # fmt: skip
    """Return d2 (n - onset,): how far, in sigma squared, the readings have moved since thrust was lost at row `onset`.

    A filter that still believes in the thrust it knew (white jerk q) is fed without noise; lost_mps2 (3,) is what is
    gone. d2 sums its normalised innovations: the energy on which the best possible test of "lost at just that instant"
    against "still burning" can draw. No detector can be surer sooner.
    """
    p = opening(r_ecef_m[0], radar)
    miss = np.zeros(9)
    energy, out = 0.0, []
    for i in range(1, t_s.size):
        dt = float(t_s[i] - t_s[i - 1])
        f = transition(r_ecef_m[i - 1], dt, burning=True)
        if i == onset + 1:
            miss[6:] -= lost_mps2
        p, miss = f @ p @ f.T + jerk_noise(q, dt), f @ miss
        h = slopes(r_ecef_m[i], v_ecef_mps[i], radar)
        p, gain, s = taken_in(p, h, radar.sigma)
        seen = h @ miss
        energy += float(seen @ np.linalg.solve(s, seen))
        miss = miss - gain @ seen
        if i > onset:
            out.append(energy)
    return np.array([0.0, *out])

"""The bank of models against a slow one written from the textbook: matrices, Joseph's form, Runge-Kutta, matrix exponential."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from scipy.linalg import block_diag, expm

from downrange.base import ecef_from_geodetic, enu_axes, normals, wgs84
from downrange.track._kernel import bank as kernel
from downrange.track._kernel.motion import BOOST, COAST, JUMP
from downrange.track.filter import Tuning, blank, model, new_bank

MODELS = (BOOST, COAST, JUMP)  # on the way up; the fourth, entry, sleeps
OMEGA = np.array([0.0, 0.0, wgs84.OMEGA_RADPS])
FIRST_S, COUNT = 195.0, 160  # thrust ends at 200 s
SIGMA = np.array([30.0, 1e-3, 1e-3, 2.0])
GAP = slice(105, 125)  # readings that are missing: a gap longer than one step


def pull(r: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return gravity with J2 and the forces of rotation."""
    d = np.linalg.norm(r)
    flat = 1.5 * wgs84.J2 * (wgs84.RE_M / d) ** 2
    bulge = np.array([1.0, 1.0, 3.0]) - 5.0 * (r[2] / d) ** 2
    return (
        -wgs84.GM_M3PS2 / d**3 * r * (1.0 + flat * bulge)
        - 2.0 * np.cross(OMEGA, v)
        - np.cross(OMEGA, np.cross(OMEGA, r))
    )


def moved(x: np.ndarray, dt: float) -> np.ndarray:
    """Move a state by the classical Runge-Kutta step; the force stays as it is."""

    def rate(y: np.ndarray) -> np.ndarray:
        return np.concatenate([y[3:6], pull(y[:3], y[3:6]) + y[6:], np.zeros(3)])

    k1 = rate(x)
    k2 = rate(x + 0.5 * dt * k1)
    k3 = rate(x + 0.5 * dt * k2)
    return x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + rate(x + dt * k3))


def slope_of_motion(x: np.ndarray, dt: float, *, burns: bool) -> np.ndarray:
    """Return the 9x9 transition, second order in dt, gravity of a sphere."""
    d, one, zero = np.linalg.norm(x[:3]), np.eye(3), np.zeros((3, 3))
    spin = np.cross(OMEGA, one).T  # spin @ v is the cross product of the Earth's rate and v
    g = wgs84.GM_M3PS2 / d**3 * (3.0 * np.outer(x[:3], x[:3]) / d**2 - one) - spin @ spin
    force = one if burns else zero
    return np.block(
        [
            [one + 0.5 * dt**2 * g, dt * one - dt**2 * spin, 0.5 * dt**2 * force],
            [dt * g, one - 2.0 * dt * spin, dt * force],
            [zero, zero, force],
        ]
    )


def noise(q: float, dt: float, *, burns: bool) -> np.ndarray:
    """Return the 9x9 noise: white jerk, or white acceleration and a nominal spread of a force that is not there."""
    if burns:
        a = [[dt**5 / 20, dt**4 / 8, dt**3 / 6], [dt**4 / 8, dt**3 / 3, dt**2 / 2], [dt**3 / 6, dt**2 / 2, dt]]
        return np.kron(q * np.array(a), np.eye(3))
    a = [[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]
    return block_diag(np.kron(q * np.array(a), np.eye(3)), np.eye(3))


def seen(x: np.ndarray, place: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Return range, azimuth, elevation, range-rate."""
    d = x[:3] - place
    e, n, u = axes @ d
    rho = np.linalg.norm(d)
    return np.array([rho, math.atan2(e, n), math.asin(u / rho), d @ x[3:6] / rho])


def slope_of_look(x: np.ndarray, place: np.ndarray, axes: np.ndarray) -> np.ndarray:
    """Return the 4x9 slopes by central differences."""
    h = np.zeros((4, 9))
    for i in range(6):
        step = np.zeros(9)
        step[i] = 10.0 if i < 3 else 1.0
        ends = seen(x + step, place, axes), seen(x - step, place, axes)
        h[:, i] = (ends[0] - ends[1]) / (2.0 * step[i])
    return h


def taken_in(x: np.ndarray, p: np.ndarray, z: np.ndarray, place: np.ndarray, axes: np.ndarray):
    """Return state, covariance and log-likelihood after a reading: angles, range, range-rate, one after the other."""
    total = 0.0
    for what in (1, 2, 0, 3):
        if np.isnan(z[what]):
            continue
        h, r = slope_of_look(x, place, axes)[what : what + 1], SIGMA[what] ** 2
        miss = z[what] - seen(x, place, axes)[what]
        s = (h @ p @ h.T).item() + r
        gain = p @ h.T / s
        rest = np.eye(9) - gain @ h
        x, p = x + gain[:, 0] * miss, rest @ p @ rest.T + gain @ gain.T * r
        total -= 0.5 * (miss**2 / s + math.log(2.0 * math.pi * s))
    return x, p, total


def slow(t_s: np.ndarray, z: np.ndarray, start, tune: Tuning, place: np.ndarray, axes: np.ndarray):
    """Return chances (n, 3), means (n, 9) and covariances (n, 6, 6) of interacting models, step by step as in the book."""
    x0, p0, now = start
    xs, ps, mu = [x0] * 3, [p0] * 3, np.full(3, 1.0 / 3.0)
    rates, out = np.array(tune.rates_1ps)[:3, :3], []
    over = cache(lambda micros: expm(rates * micros * 1e-6))
    for t, numbers in zip(t_s, z, strict=True):
        steps = max(1, math.ceil(t - now - 1e-9))
        dt = (t - now) / steps
        for _ in range(steps):
            joint = mu[:, None] * over(round(dt * 1e6))
            mu = joint.sum(axis=0)
            w = joint / mu
            means = [sum(w[i, j] * xs[i] for i in range(3)) for j in range(3)]
            ps = [
                sum(w[i, j] * (ps[i] + np.outer(xs[i] - means[j], xs[i] - means[j])) for i in range(3))
                for j in range(3)
            ]
            for j, which in enumerate(MODELS):
                burns = which != COAST
                f = slope_of_motion(means[j], dt, burns=burns)
                xs[j] = moved(np.concatenate([means[j][:6], means[j][6:] if burns else np.zeros(3)]), dt)
                ps[j] = f @ ps[j] @ f.T + noise(tune.q[which], dt, burns=burns)
        now, loglik = t, np.empty(3)
        for j in range(3):
            xs[j], ps[j], loglik[j] = taken_in(xs[j], ps[j], numbers, place, axes)
        mu = np.maximum(mu * np.exp(loglik - loglik.max()), 1e-12)
        mu /= mu.sum()
        mean = sum(m * x for m, x in zip(mu, xs, strict=True))
        spread = sum(m * (p + np.outer(x - mean, x - mean)) for m, x, p in zip(mu, xs, ps, strict=True))
        out.append((mu, mean, spread[:6, :6]))
    return tuple(np.array(column) for column in zip(*out, strict=True))


@pytest.fixture(scope="module")
def both(s1, fly, polar_of):
    """Return the slow filter's answers and the kernel's, on the same readings of a flight that loses its thrust."""
    flight = fly(200.0)
    rows = round(FIRST_S / 0.02) + 5 * np.arange(COUNT)
    keep = np.delete(np.arange(1, COUNT), GAP)
    place, axes = ecef_from_geodetic(*s1.RADAR), enu_axes(*s1.RADAR[:2])
    d = flight.r_ecef_m[rows] - place
    rate = np.sum(d * flight.v_ecef_mps[rows], axis=1) / np.linalg.norm(d, axis=1)
    z = np.column_stack([polar_of(flight.r_ecef_m[rows]), rate]) + SIGMA * normals(3, COUNT, 4)
    z[::3, 3] = np.nan  # Doppler in two of three
    z[::7, 1] = np.nan
    z[5::11, :2] = np.nan
    t_s, tune = flight.t_s[rows], Tuning()
    x0 = np.concatenate([flight.r_ecef_m[rows[0]] + 40.0, flight.v_ecef_mps[rows[0]] - 5.0, [-2.0, -6.0, -9.0]])
    p0 = np.diag([100.0**2] * 3 + [10.0**2] * 3 + [10.0**2] * 3)
    want = slow(t_s[keep], z[keep], (x0, p0, t_s[0]), tune, place, axes)
    full, var, out = np.full((keep.size, 12), np.nan), np.full((1, 12), np.nan), blank(keep.size)
    full[:, :4], var[0, :4] = z[keep], SIGMA**2
    none = np.zeros(keep.size, dtype=np.int64)
    site = np.concatenate([place, np.zeros(3)])[None]
    given = kernel.Rows(t_s=t_s[keep], z=full, kind=none, place=none, sensor=none, sites=site, axes=axes[None], var=var)
    bank = new_bank(x0, p0, float(t_s[0]))
    bank.mu[:] = [1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0, 0.0]
    never_sure = model(tune)._replace(sure=2.0)  # so that the mixture answers throughout
    kernel.run(given, bank, never_sure, out)
    return want, out


def test_the_kernel_weighs_its_models_as_the_book_does(both) -> None:
    (mu, _, _), out = both
    assert out.used.all()
    assert mu[:, 1].max() > 0.99  # the loss is noticed on the way
    assert out.mu[:, :3] == pytest.approx(mu, abs=1e-6)


def test_the_kernel_answers_as_the_book_does(both) -> None:
    (_, x, p), out = both
    assert out.x[:, :6] == pytest.approx(x[:, :6], abs=1e-3)  # a millimetre, a millimetre a second
    assert out.x[:, 6:] == pytest.approx(x[:, 6:], abs=1e-3)
    size = np.sqrt(np.einsum("ni,nj->nij", p.diagonal(axis1=1, axis2=2), p.diagonal(axis1=1, axis2=2)))
    assert (np.abs(out.p - p) / size).max() < 1e-5  # the slow one takes its slopes from differences

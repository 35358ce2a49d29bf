"""Bare arithmetic of the tracker: interacting-model filter, impact point, orbit figures. SI and radians, Earth-fixed axes.

Filter: interacting multiple models (Blom and Bar-Shalom, IEEE T-AC 33(8), 1988, 780-783) over three extended Kalman
filters (boost, coast, jump) on x = position, velocity, thrust specific force. Readings are taken in one number at a
time, angles before range and each about the newest state: with independent noises this is the joint update, needs no
inverse, takes missing fields, and keeps range honest when the cross-range is still wide.
Impact point: the closed form of the fall room. Constants: NIMA TR8350.2, EGM96.
"""

from __future__ import annotations

import math

import numba
import numpy as np
from numpy.typing import NDArray

from downrange.fall._kernel import impact_point

Array = NDArray[np.float64]

_GM = 3.986004418e14
_RE_M = 6_378_137.0
_F = 1.0 / 298.257223563
_E2 = _F * (2.0 - _F)
_OMEGA = 7.292115e-5
_J2 = 1.08262668355e-3
_MODES = 3
_COAST = 1
_SURE = 0.99  # from here on coast answers alone
_STEP_S = 1.0  # longest single prediction; longer gaps are walked in equal steps
_RELOCK = 5  # after so many refused readings in a row the track, not the sensor, is held to be wrong


@numba.njit(cache=True)
def field(px: float, py: float, pz: float, vx: float, vy: float, j2: float) -> tuple[float, float, float]:
    """Return gravity plus Coriolis and centrifugal acceleration [m/s2] in Earth-fixed axes; j2 = 1, or 0 for a sphere."""
    r2 = px * px + py * py + pz * pz
    k = _GM / (r2 * math.sqrt(r2))
    b = 1.5 * j2 * _J2 * _RE_M * _RE_M / r2
    s = 5.0 * pz * pz / r2
    flat = k * (1.0 + b * (1.0 - s)) - _OMEGA * _OMEGA
    return (
        -flat * px + 2.0 * _OMEGA * vy,
        -flat * py - 2.0 * _OMEGA * vx,
        -k * (1.0 + b * (3.0 - s)) * pz,
    )


@numba.njit(cache=True)
def _move_mean(x: Array, dt: float, e: float, j2: float) -> None:
    """Move position and velocity over dt by two evaluations of the field (error of third order in dt)."""
    a0, a1, a2 = e * x[6], e * x[7], e * x[8]
    g0, g1, g2 = field(x[0], x[1], x[2], x[3], x[4], j2)
    f0, f1, f2 = g0 + a0, g1 + a1, g2 + a2
    h = 0.5 * dt * dt
    n0, n1, n2 = field(
        x[0] + x[3] * dt + f0 * h,
        x[1] + x[4] * dt + f1 * h,
        x[2] + x[5] * dt + f2 * h,
        x[3] + f0 * dt,
        x[4] + f1 * dt,
        j2,
    )
    s = dt * dt / 6.0
    x[0] += x[3] * dt + (3.0 * a0 + 2.0 * g0 + n0) * s
    x[1] += x[4] * dt + (3.0 * a1 + 2.0 * g1 + n1) * s
    x[2] += x[5] * dt + (3.0 * a2 + 2.0 * g2 + n2) * s
    x[3] += (a0 + 0.5 * (g0 + n0)) * dt
    x[4] += (a1 + 0.5 * (g1 + n1)) * dt
    x[5] += (a2 + 0.5 * (g2 + n2)) * dt
    x[6], x[7], x[8] = a0, a1, a2


@numba.njit(cache=True)
def _transition(x: Array, dt: float, f: Array) -> None:
    """Fill the 6x6 transition of position and velocity: I + G dt2/2, I dt + C dt2/2; G dt, I + C dt."""
    r2 = x[0] * x[0] + x[1] * x[1] + x[2] * x[2]
    k = _GM / (r2 * math.sqrt(r2))
    h = 0.5 * dt * dt
    for i in range(3):
        for j in range(3):
            g = 3.0 * k * x[i] * x[j] / r2
            if i == j:
                g -= k
                if i < 2:
                    g += _OMEGA * _OMEGA
            f[i, j] = g * h
            f[3 + i, j] = g * dt
            f[i, 3 + j] = 0.0
            f[3 + i, 3 + j] = 0.0
        f[i, i] += 1.0
        f[i, 3 + i] = dt
        f[3 + i, 3 + i] = 1.0
    c = 2.0 * _OMEGA
    f[0, 4], f[1, 3] = c * h, -c * h
    f[3, 4], f[4, 3] = c * dt, -c * dt


@numba.njit(cache=True)
def _move_cov(p: Array, f: Array, dt: float, e: float, t: Array) -> None:
    """Replace P by F P F' with F = [f6, (e dt2/2, e dt); 0, e]; one triangle is computed and mirrored."""
    c, d = 0.5 * dt * dt * e, dt * e
    for i in range(6):
        g = c if i < 3 else d
        for j in range(9):
            s = g * p[6 + i % 3, j]
            for k in range(6):
                s += f[i, k] * p[k, j]
            t[i, j] = s
    for i in range(6, 9):
        for j in range(9):
            t[i, j] = e * p[i, j]
    for i in range(9):
        for j in range(i, 9):
            if j < 6:
                s = (c if j < 3 else d) * t[i, 6 + j % 3]
                for k in range(6):
                    s += t[i, k] * f[j, k]
            else:
                s = e * t[i, j]
            p[i, j] = s
            p[j, i] = s


@numba.njit(cache=True)
def _add_noise(p: Array, dt: float, q: float, coast: bool) -> None:
    """Add white jerk q [m2/s5] or, when coasting, white acceleration q [m2/s3] and a nominal 1 (m/s2)2 of thrust."""
    d2, d3 = dt * dt, dt * dt * dt
    if coast:
        pp, pv, vv, pa, va, aa = q * d3 / 3.0, q * d2 / 2.0, q * dt, 0.0, 0.0, 1.0
    else:
        pp, pv, vv = q * d3 * d2 / 20.0, q * d2 * d2 / 8.0, q * d3 / 3.0
        pa, va, aa = q * d3 / 6.0, q * d2 / 2.0, q * dt
    for i in range(3):
        p[i, i] += pp
        p[3 + i, 3 + i] += vv
        p[6 + i, 6 + i] += aa
        p[i, 3 + i] += pv
        p[3 + i, i] += pv
        p[i, 6 + i] += pa
        p[6 + i, i] += pa
        p[3 + i, 6 + i] += va
        p[6 + i, 3 + i] += va


@numba.njit(cache=True)
def predict(x: Array, p: Array, dt: float, q: float, coast: bool, j2: float, f: Array, t: Array) -> None:
    """Move one model's state and covariance over dt, in place; f (6, 6) and t (9, 9) are scratch."""
    e = 0.0 if coast else 1.0
    _transition(x, dt, f)
    _move_mean(x, dt, e, j2)
    _move_cov(p, f, dt, e, t)
    _add_noise(p, dt, q, coast)


@numba.njit(cache=True)
def _take_in(x: Array, p: Array, h: Array, innovation: float, var: float, ph: Array) -> tuple[float, float]:
    """Take in one number with row h (first six of nine): return (chi2, log-likelihood)."""
    s = var
    for i in range(9):
        ph[i] = 0.0
        for k in range(6):
            ph[i] += p[i, k] * h[k]
    for k in range(6):
        s += h[k] * ph[k]
    gain = 1.0 / s
    for i in range(9):
        x[i] += ph[i] * innovation * gain
        for j in range(i, 9):
            p[i, j] -= ph[i] * ph[j] * gain
            p[j, i] = p[i, j]
    chi2 = innovation * innovation * gain
    return chi2, -0.5 * (chi2 + math.log(2.0 * math.pi * s))


@numba.njit(cache=True)
def look(x: Array, site: Array, axes: Array) -> tuple[float, float, float, float]:
    """Return range [m], azimuth [rad], elevation [rad] and range-rate [m/s] of a state seen from a fixed site."""
    d0, d1, d2 = x[0] - site[0], x[1] - site[1], x[2] - site[2]
    e = axes[0, 0] * d0 + axes[0, 1] * d1 + axes[0, 2] * d2
    n = axes[1, 0] * d0 + axes[1, 1] * d1 + axes[1, 2] * d2
    u = axes[2, 0] * d0 + axes[2, 1] * d1 + axes[2, 2] * d2
    rho = math.sqrt(d0 * d0 + d1 * d1 + d2 * d2)
    rate = (d0 * x[3] + d1 * x[4] + d2 * x[5]) / rho
    return rho, math.atan2(e, n), math.atan2(u, math.hypot(e, n)), rate


@numba.njit(cache=True)
def _row(x: Array, site: Array, axes: Array, what: int, h: Array) -> float:
    """Fill the row of number `what` (0 range, 1 azimuth, 2 elevation, 3 range-rate) and return its expected value."""
    rho, az, el, rate = look(x, site, axes)
    d = np.empty(3)
    for i in range(3):
        d[i] = (x[i] - site[i]) / rho
        h[i], h[3 + i] = 0.0, 0.0
    if what == 0:
        for i in range(3):
            h[i] = d[i]
        return rho
    if what == 3:
        for i in range(3):
            h[i] = (x[3 + i] - rate * d[i]) / rho
            h[3 + i] = d[i]
        return rate
    sa, ca, se, ce = math.sin(az), math.cos(az), math.sin(el), math.cos(el)
    for i in range(3):
        if what == 1:
            h[i] = (ca * axes[0, i] - sa * axes[1, i]) / (rho * max(ce, 1e-6))
        else:
            h[i] = (-se * (sa * axes[0, i] + ca * axes[1, i]) + ce * axes[2, i]) / rho
    return az if what == 1 else el


@numba.njit(cache=True)
def update(x: Array, p: Array, z: Array, site: Array, axes: Array, var: Array) -> tuple[float, float]:
    """Take in one reading z (range, azimuth, elevation, range-rate; NaN = not given): return (chi2, log-likelihood)."""
    h, ph = np.zeros(6), np.empty(9)
    chi2, loglik = 0.0, 0.0
    for turn in range(4):
        what = turn + 1 if turn < 2 else (0 if turn == 2 else 3)
        if math.isnan(z[what]):
            continue
        innovation = z[what] - _row(x, site, axes, what, h)
        if what == 1:
            innovation = (innovation + math.pi) % (2.0 * math.pi) - math.pi
        c, ll = _take_in(x, p, h, innovation, var[what], ph)
        chi2 += c
        loglik += ll
    return chi2, loglik


@numba.njit(cache=True)
def switching(rates: Array, dt: float, out: Array) -> None:
    """Fill out with exp(rates dt): the chance of being in model j after dt when it was i.

    Rows of rates sum to zero; the power series is good for steps of a few seconds.
    """
    term, new = np.empty((_MODES, _MODES)), np.empty((_MODES, _MODES))
    for i in range(_MODES):
        for j in range(_MODES):
            term[i, j] = 1.0 if i == j else 0.0
            out[i, j] = term[i, j]
    for n in range(1, 40):
        size = 0.0
        for i in range(_MODES):
            for j in range(_MODES):
                s = 0.0
                for k in range(_MODES):
                    s += term[i, k] * rates[k, j]
                new[i, j] = s * dt / n
                size = max(size, abs(new[i, j]))
        for i in range(_MODES):
            for j in range(_MODES):
                term[i, j] = new[i, j]
                out[i, j] += new[i, j]
        if size < 1e-17:
            break


@numba.njit(cache=True)
def _gather(x: Array, p: Array, w: Array, xm: Array, pm: Array) -> None:
    """Fill mean xm (9,) and covariance pm (9, 9) of models x (3, 9), p (3, 9, 9) weighted by w (3,)."""
    d = np.empty(9)
    for a in range(9):
        xm[a] = w[0] * x[0, a] + w[1] * x[1, a] + w[2] * x[2, a]
        for b in range(9):
            pm[a, b] = 0.0
    for i in range(_MODES):
        if w[i] < 1e-12:
            continue
        for a in range(9):
            d[a] = x[i, a] - xm[a]
        for a in range(9):
            for b in range(a, 9):
                pm[a, b] += w[i] * (p[i, a, b] + d[a] * d[b])
    for a in range(9):
        for b in range(a):
            pm[a, b] = pm[b, a]


@numba.njit(cache=True)
def _answer(x: Array, p: Array, mu: Array, out_x: Array, out_p: Array) -> None:
    """Fill the state (9,) and covariance (9, 9) to publish: the mixture, or coast alone once it is sure.

    The few thousandths that then remain for a new ignition are said by the probability of coast; left in the mixture
    they widen the velocity by up to two thirds (scenario S1). What coast takes over from the others at each mixing
    stays in, so its impact ellipse is still too wide there: the 90 % region held 99.5 % of S1's coast.
    """
    w = np.zeros(_MODES)
    for j in range(_MODES):
        w[j] = mu[j]
        if mu[_COAST] > _SURE:
            w[j] = 1.0 if j == _COAST else 0.0
    _gather(x, p, w, out_x, out_p)


@numba.njit(cache=True)
def _copy(x: Array, p: Array, x_to: Array, p_to: Array) -> None:
    """Copy states and covariances by hand: array assignment costs seconds of compilation."""
    for j in range(_MODES):
        for a in range(9):
            x_to[j, a] = x[j, a]
            for b in range(9):
                p_to[j, a, b] = p[j, a, b]


@numba.njit(cache=True)
def _mix(x: Array, p: Array, mu: Array, pi: Array, xm: Array, pm: Array) -> None:
    """Replace states, covariances and chances by their mixture over the switching pi; xm, pm are scratch."""
    c, w = np.zeros(_MODES), np.empty(_MODES)
    for j in range(_MODES):
        for i in range(_MODES):
            c[j] += pi[i, j] * mu[i]
        for i in range(_MODES):
            w[i] = pi[i, j] * mu[i] / c[j]
        _gather(x, p, w, xm[j], pm[j])
    for j in range(_MODES):
        mu[j] = c[j]
    _copy(xm, pm, x, p)


@numba.njit(cache=True)
def _weigh(mu: Array, loglik: Array) -> None:
    """Turn prior chances and log-likelihoods into posterior chances, floor 1e-12."""
    top = max(loglik[0], loglik[1], loglik[2])
    total = 0.0
    for j in range(_MODES):
        mu[j] = max(mu[j] * math.exp(loglik[j] - top), 1e-12)
        total += mu[j]
    for j in range(_MODES):
        mu[j] /= total


@numba.njit(cache=True)
def _idle(x: Array, p: Array, mu: Array, mean: Array, least: float) -> float:
    """Return the probability that the forward thrust is below `least`: coast, or a burning model that says so."""
    speed = math.sqrt(mean[3] ** 2 + mean[4] ** 2 + mean[5] ** 2)
    chance = float(mu[_COAST])
    for j in range(_MODES):
        if j == _COAST:
            continue
        m, s = 0.0, 0.0
        for a in range(3):
            m += x[j, 6 + a] * mean[3 + a] / speed
            for b in range(3):
                s += p[j, 6 + a, 6 + b] * mean[3 + a] * mean[3 + b] / speed**2
        chance += mu[j] * 0.5 * math.erfc((m - least) / math.sqrt(2.0 * max(s, 1e-12)))
    return chance


@numba.njit(cache=True)
def _advance(
    x: Array, p: Array, mu: Array, gap: float, rates: Array, q: Array, j2: float, pi: Array, f: Array, t: Array,
    xm: Array, pm: Array, pi_for: Array, kind: int,
) -> None:  # fmt: skip
    """Walk all models over a gap in equal steps of at most a second, mixing before each."""
    steps = max(1, math.ceil(gap / _STEP_S - 1e-9))
    dt = gap / steps
    micros = math.floor(dt * 1e6 + 0.5)  # whole microseconds: a run that is continued finds the same matrix
    if kind != pi_for[0] or micros != pi_for[1]:
        switching(rates, micros * 1e-6, pi)
        pi_for[0], pi_for[1] = kind, micros
    for _ in range(steps):
        _mix(x, p, mu, pi, xm, pm)
        for j in range(_MODES):
            predict(x[j], p[j], dt, q[j], j == _COAST, j2, f, t)


@numba.njit(cache=True)
def _widen(p: Array, factor: float) -> None:
    """Own up to a lost lock: widen position by 200 m, velocity by 50 m/s, thrust by 30 m/s2, times factor."""
    for j in range(_MODES):
        for i in range(3):
            p[j, i, i] += factor * 200.0 * 200.0
            p[j, 3 + i, 3 + i] += factor * 50.0 * 50.0
            p[j, 6 + i, 6 + i] += factor * 30.0 * 30.0


@numba.njit(cache=True)
def run(
    t_s: Array, z: Array, site: NDArray[np.int64], kind: NDArray[np.int64], sites: Array, axes: Array, var: Array,
    rates: Array, q: Array, x: Array, p: Array, mu: Array, t_start_s: float, j2: float, gate: float, least: float,
    out_x: Array, out_p: Array, out_mu: Array, out_idle: Array, used: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Filter n readings in order of time.

    t_s (n,), z (n, 4), site (n,) row of sites (m, 3), axes (m, 3, 3) and var (m, 4), kind (n,) row of rates (k, 3, 3);
    q (3,), x (3, 9), p (3, 9, 9), mu (3,): the models, changed in place so that a run can be continued from t_start_s.
    gate: a reading beyond this chi2 in every model is refused; after five in a row the covariance is widened instead.
    least: forward thrust [m/s2] below which no engine can be said to burn.
    out_x (n, 9), out_p (n, 6, 6), out_mu (n, 3), out_idle (n,), used (n,): results after each reading.
    """
    f, t, pi = np.empty((6, 6)), np.empty((9, 9)), np.empty((_MODES, _MODES))
    xm, pm, keep = np.empty((_MODES, 9)), np.empty((_MODES, 9, 9)), np.empty((_MODES, 9, 9))
    pi_for = np.array([-1.0, -1.0])
    loglik = np.empty(_MODES)
    refused, slack, now = 0, 1.0, t_start_s
    for n in range(t_s.shape[0]):
        gap, k = t_s[n] - now, kind[n]
        if gap > 0.0:
            _advance(x, p, mu, gap, rates[k], q, j2, pi, f, t, xm, pm, pi_for, k)
        now = t_s[n]
        if refused >= _RELOCK:
            _widen(p, slack)
            slack, refused = 4.0 * slack, 0
            force = True
        else:
            force = False
        _copy(x, p, xm, keep)
        best = np.inf
        s = site[n]
        for j in range(_MODES):
            chi2, loglik[j] = update(x[j], p[j], z[n], sites[s], axes[s], var[s])
            best = min(best, chi2)
        if best > gate and not force:
            _copy(xm, keep, x, p)
            refused += 1
        else:
            _weigh(mu, loglik)
            used[n] = True
            if best <= gate:
                refused, slack = 0, 1.0
        _answer(x, p, mu, out_x[n], pm[0])
        for a in range(6):
            for b in range(6):
                out_p[n, a, b] = pm[0, a, b]
        for j in range(_MODES):
            out_mu[n, j] = mu[j]
        out_idle[n] = _idle(x, p, mu, out_x[n], least)


@numba.njit(cache=True)
def apsides(px: float, py: float, pz: float, vx: float, vy: float, vz: float) -> tuple[float, float]:
    """Return perigee and apogee heights [m] over the equatorial radius; apogee infinite when it escapes."""
    wx, wy = vx - _OMEGA * py, vy + _OMEGA * px
    r = math.sqrt(px * px + py * py + pz * pz)
    v2 = wx * wx + wy * wy + vz * vz
    h0, h1, h2 = py * vz - pz * wy, pz * wx - px * vz, px * wy - py * wx
    pp = (h0 * h0 + h1 * h1 + h2 * h2) / _GM
    inv_a = 2.0 / r - v2 / _GM
    e = math.sqrt(max(0.0, 1.0 - pp * inv_a))
    return pp / (1.0 + e) - _RE_M, (pp / (1.0 - e) - _RE_M if inv_a > 0.0 else math.inf)


@numba.njit(cache=True)
def root(p: Array, low: Array) -> None:
    """Fill the lower Cholesky factor of a 6x6 covariance; a pivot at or below zero counts as zero spread."""
    for i in range(6):
        for j in range(i + 1, 6):
            low[i, j] = 0.0
        for j in range(i + 1):
            s = p[i, j]
            for k in range(j):
                s -= low[i, k] * low[j, k]
            if i == j:
                low[i, i] = math.sqrt(max(s, 0.0))
            elif low[j, j] > 0.0:
                low[i, j] = s / low[j, j]


@numba.njit(cache=True)
def _apsides_over(x: Array, low: Array, points: Array, perigee_m: float, out: Array) -> None:
    """Fill out (5,) as orbit_spread does, from points (k, 6) in units of sigma."""
    y, count = np.empty(6), points.shape[0]
    above, m1, s1, m2, s2 = 0, 0.0, 0.0, 0.0, 0.0
    base1, base2 = apsides(x[0], x[1], x[2], x[3], x[4], x[5])
    for d in range(count):
        for i in range(6):
            y[i] = x[i]
            for k in range(i + 1):
                y[i] += low[i, k] * points[d, k]
        lo, hi = apsides(y[0], y[1], y[2], y[3], y[4], y[5])
        above += lo > perigee_m
        m1 += lo - base1
        s1 += (lo - base1) ** 2
        m2 += hi - base2
        s2 += (hi - base2) ** 2
    m1, m2 = m1 / count, m2 / count
    out[0] = above / count
    out[1], out[2] = base1 + m1, math.sqrt(max(0.0, s1 / count - m1 * m1))
    out[3], out[4] = base2 + m2, math.sqrt(max(0.0, s2 / count - m2 * m2))


@numba.njit(cache=True)
def orbit_spread(x: Array, p: Array, draws: Array, perigee_m: float, out: Array) -> None:
    """Fill out (n, 5): P(perigee height above perigee_m), perigee mean and sigma, apogee mean and sigma [m].

    x (n, 6), p (n, 6, 6), draws (k, 6) standard normal numbers, the same for every row. Twelve points at sqrt(6) sigma
    (unscented transform without a centre) come first; only where the limit is within eight sigma are draws worth it.
    """
    low, star = np.empty((6, 6)), np.zeros((12, 6))
    for d in range(12):
        star[d, d // 2] = math.sqrt(6.0) if d % 2 == 0 else -math.sqrt(6.0)
    for n in range(x.shape[0]):
        root(p[n], low)
        _apsides_over(x[n], low, star, perigee_m, out[n])
        if not abs(out[n, 1] - perigee_m) > 8.0 * out[n, 2]:
            _apsides_over(x[n], low, draws, perigee_m, out[n])


@numba.njit(cache=True)
def _root_of(variance: float) -> float:
    """Return the square root; a rounding below zero is zero, NaN stays NaN."""
    return 0.0 if variance < 0.0 else math.sqrt(variance)


@numba.njit(cache=True)
def impact_spread(x: Array, p: Array, out: Array) -> None:
    """Fill out (n, 7): latitude, longitude [rad], time to go [s], sigma major and minor [m], axis [rad], sigma of time.

    x (n, 6), p (n, 6, 6). Twelve points at sqrt(6) sigma along the covariance's root (unscented transform without a
    centre). Spread is NaN as soon as one point stays in orbit: then there is no ellipse to speak of.
    """
    low, y = np.empty((6, 6)), np.empty(6)
    far = math.sqrt(6.0)
    for n in range(x.shape[0]):
        lat, lon, t = impact_point(x[n, 0], x[n, 1], x[n, 2], x[n, 3], x[n, 4], x[n, 5])
        root(p[n], low)
        s = 1.0 - _E2 * math.sin(lat) ** 2
        per_lat, per_lon = _RE_M * (1.0 - _E2) / s**1.5, _RE_M * math.cos(lat) / math.sqrt(s)
        ee, en, nn, tt, me, mn, mt = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for d in range(12):
            sign = far if d % 2 == 0 else -far
            for i in range(6):
                y[i] = x[n, i] + sign * low[i, d // 2]
            la, lo, ti = impact_point(y[0], y[1], y[2], y[3], y[4], y[5])
            east = ((lo - lon + math.pi) % (2.0 * math.pi) - math.pi) * per_lon
            north, late = (la - lat) * per_lat, ti - t
            me, mn, mt = me + east / 12.0, mn + north / 12.0, mt + late / 12.0
            ee, en, nn = ee + east * east / 12.0, en + east * north / 12.0, nn + north * north / 12.0
            tt += late * late / 12.0
        ee, en, nn = ee - me * me, en - me * mn, nn - mn * mn
        half, off = 0.5 * (ee + nn), math.hypot(0.5 * (ee - nn), en)
        out[n, 0], out[n, 1], out[n, 2] = lat, lon, t
        out[n, 3], out[n, 4] = _root_of(half + off), _root_of(half - off)
        out[n, 5] = 0.5 * math.atan2(2.0 * en, nn - ee) % math.pi
        out[n, 6] = _root_of(tt - mt * mt)


@numba.njit(cache=True)
def carry(x: Array, p: Array, gap: float, q: float, coast: bool, j2: float) -> None:
    """Carry one state x (9,) and covariance p (9, 9) over a gap without readings, in place."""
    f, t = np.empty((6, 6)), np.empty((9, 9))
    steps = max(1, math.ceil(gap / _STEP_S - 1e-9))
    for _ in range(steps):
        predict(x, p, gap / steps, q, coast, j2, f, t)

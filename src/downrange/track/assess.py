"""From a track to what is said about it: impact point, orbit figures, verdict, and the clock that runs in silence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from downrange.base import Array, InputError, normals
from downrange.track._kernel import spread as _kernel
from downrange.track._kernel.motion import carry
from downrange.track.model import Burn, Impact, Track, Update, Verdict
from downrange.track.verdict import Evidence, Judge, Rules, Said, schedule

_THRUST_UNSEEN_MPS2 = 10.0  # assumed: how far thrust may have moved, one sigma, when readings stop under power
_Q_POWERED, _Q_COAST = 30.0, 1e-3  # as the filter's jump and coast models


def assess(
    track: Track,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    *,
    rules: Rules | None = None,
    until_t_s: float | None = None,
    seed: int = 0,
) -> tuple[Update, ...]:
    """Return what can be said along a track, in order of time.

    burns:     expected burns (ignition, cut-off [s after lift-off], stage); without them thrust cannot be called lost
    until_t_s: the time now; after the last reading the state is carried on and, once rules.silence_s have passed,
               the verdict is UNKNOWN. None: the record simply ends with the last reading.
    seed:      of the draws from the covariance

    A silence between readings longer than rules.silence_s gives an UNKNOWN at the moment the clock runs out. What was
    lost before a silence stays remembered after it. BROKEN_UP and BALLISTIC are never said here.
    """
    rule, plan = rules or Rules(), schedule(burns)
    n = track.t_s.size
    if until_t_s is not None and n and until_t_s < track.t_s[-1]:
        raise InputError(
            where="until_t_s",
            seen=f"{until_t_s:g} s, before the last reading",
            cure="give a time after the last reading",
        )
    if n == 0:
        return () if until_t_s is None else (_nothing(until_t_s),)
    x = np.concatenate([track.r_ecef_m, track.v_ecef_mps], axis=1)
    orbit = _orbit(x, track.cov, rule, seed)
    said, keep = _judge(track, orbit[:, 0], plan, rule)
    impact = _impact(x[keep], track.cov[keep])
    updates = [
        _update(track.t_s[i], 0.0, x[i], track.cov[i], impact[k], orbit[i], track.p_idle[i], said[i])
        for k, i in enumerate(keep)
    ]
    updates += _silences(track, said, rule, until_t_s, seed)
    return tuple(sorted(updates, key=lambda update: update.t_s))


def decided(updates: Sequence[Update]) -> Update | None:
    """Return the last update that rests on a reading and says something: what silence afterwards does not undo."""
    for update in reversed(updates):
        if update.read_s == 0.0 and update.verdict is not Verdict.UNKNOWN:
            return update
    return None


def first(updates: Sequence[Update], verdict: Verdict) -> Update | None:
    """Return the first update with this verdict."""
    return next((update for update in updates if update.verdict is verdict), None)


def _orbit(x: Array, cov: Array, rule: Rules, seed: int) -> Array:
    """Return (n, 5): p_orbit, perigee mean and sigma, apogee mean and sigma."""
    out = np.empty((len(x), 5))
    _kernel.orbit_spread(x, cov, normals(seed, rule.draws, 6), rule.perigee_m, out)
    return out


def _impact(x: Array, cov: Array) -> Array:
    """Return (n, 7) as the kernel's impact_spread gives it."""
    out = np.empty((len(x), 7))
    _kernel.impact_spread(x, cov, out)
    return out


def _judge(track: Track, p_orbit: Array, plan: tuple[Burn, ...], rule: Rules) -> tuple[list[Said], list[int]]:
    """Return what is said after every reading, and the rows worth an update: the first, the last, changes, a beat."""
    judge = Judge(plan, rule)
    said: list[Said] = []
    keep: list[int] = []
    rows = zip(track.t_s.tolist(), track.p_idle.tolist(), p_orbit.tolist(), strict=True)
    last_s, told_s = -np.inf, -np.inf
    for i, (t_s, p_idle, orbit) in enumerate(rows):
        if t_s - last_s > rule.silence_s:
            judge.deaf()
        said.append(judge.say(Evidence(t_s=t_s, p_idle=p_idle, p_orbit=orbit)))
        changed = i == 0 or said[i][0] is not said[i - 1][0]
        if changed or t_s - told_s >= rule.every_s - 1e-6 or i == track.t_s.size - 1:
            keep.append(i)
            told_s = t_s
        last_s = t_s
    return said, keep


def _silences(track: Track, said: list[Said], rule: Rules, until_t_s: float | None, seed: int) -> list[Update]:
    """Return an UNKNOWN for each silence, when its clock runs out, and one at the end when nothing more was heard."""
    quiet = np.flatnonzero(np.diff(track.t_s) > rule.silence_s)
    out = [_carried(track, int(i), track.t_s[i] + rule.silence_s, said[i], rule, seed) for i in quiet]
    end = track.t_s.size - 1
    if until_t_s is not None:
        out += [
            _carried(track, end, t_s, said[end], rule, seed)
            for t_s in sorted({min(track.t_s[end] + rule.silence_s, until_t_s), until_t_s})
            if t_s > track.t_s[end]
        ]
    return out


def _carried(track: Track, i: int, t_s: float, said: Said, rule: Rules, seed: int) -> Update:
    """Return the update at t_s that rests on reading i alone."""
    gap, coast = float(t_s - track.t_s[i]), bool(track.p_idle[i] > rule.sure)
    x = np.concatenate([track.r_ecef_m[i], track.v_ecef_mps[i], track.f_ecef_mps2[i]])
    p = np.zeros((9, 9))
    p[:6, :6] = track.cov[i]
    p[6:, 6:] = np.eye(3) * _THRUST_UNSEEN_MPS2**2
    carry(x, p, gap, _Q_COAST if coast else _Q_POWERED, coast, 1.0)
    cov = np.ascontiguousarray(p[:6, :6])
    orbit = _orbit(x[None, :6], cov[None], rule, seed)[0]
    if gap >= rule.silence_s - 1e-9:
        reason = f"no reading for {gap:.1f} s; the last one said: {said[0]} ({said[2]})"
        said = (Verdict.UNKNOWN, 1.0, reason)
    return _update(t_s, gap, x[:6], cov, _impact(x[None, :6], cov[None])[0], orbit, float(track.p_idle[i]), said)


def _update(
    t_s: float, read_s: float, x: Array, cov: Array, impact: Array, orbit: Array, p_idle: float, said: Said
) -> Update:
    """Return the record."""
    sigma = np.sqrt(np.maximum(np.diag(cov), 0.0)).tolist()
    lat, lon, togo, major, minor, axis, late = impact.tolist()
    state = x.tolist()
    return Update(
        t_s=float(t_s),
        read_s=read_s,
        r_ecef_m=(state[0], state[1], state[2]),
        v_ecef_mps=(state[3], state[4], state[5]),
        sigma_r_m=(sigma[0], sigma[1], sigma[2]),
        sigma_v_mps=(sigma[3], sigma[4], sigma[5]),
        impact=Impact(
            lat_deg=float(np.degrees(lat)),
            lon_deg=float((np.degrees(lon) + 180.0) % 360.0 - 180.0),
            t_s=float(t_s) + togo,
            sigma_major_m=major,
            sigma_minor_m=minor,
            axis_deg=float(np.degrees(axis)),
            t_sigma_s=late,
        ),
        perigee_m=float(orbit[1]),
        perigee_sigma_m=float(orbit[2]),
        apogee_m=float(orbit[3]),
        apogee_sigma_m=float(orbit[4]),
        p_orbit=float(orbit[0]),
        p_idle=float(p_idle),
        verdict=said[0],
        p=float(said[1]),
        reason=said[2],
    )


def _nothing(t_s: float) -> Update:
    """Return the update of a flight that no sensor ever fixed."""
    nan = float("nan")
    nan3 = (nan, nan, nan)
    nowhere = Impact(
        lat_deg=nan, lon_deg=nan, t_s=nan, sigma_major_m=nan, sigma_minor_m=nan, axis_deg=nan, t_sigma_s=nan
    )
    return Update(
        t_s=t_s, read_s=float("inf"), r_ecef_m=nan3, v_ecef_mps=nan3, sigma_r_m=nan3, sigma_v_mps=nan3, impact=nowhere,
        perigee_m=nan, perigee_sigma_m=nan, apogee_m=nan, apogee_sigma_m=nan, p_orbit=nan, p_idle=nan,
        verdict=Verdict.UNKNOWN, p=1.0, reason="no sensor ever gave two fixes to start from",
    )  # fmt: skip

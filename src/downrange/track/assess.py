"""From a track to what is said about it: impact point, orbit figures, verdict, and the clock that runs in silence."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

import numpy as np

from downrange.base import Array, InputError, normals
from downrange.track._kernel.motion import carry
from downrange.track._kernel.spread import impact_spread, orbit_spread
from downrange.track.bounds import Bounds
from downrange.track.evidence import Beat, beats_of, first_of_seconds
from downrange.track.model import Burn, Decider, Impact, Track, Update, Verdict
from downrange.track.pieces import Piece
from downrange.track.verdict import Evidence, Judge, Rules, Said, schedule

_THRUST_UNSEEN_MPS2 = 10.0  # assumed: how far thrust may have moved, one sigma, when readings stop under power
_Q_POWERED, _Q_COAST = 30.0, 1e-3  # as the filter's jump and coast models


def assess(
    track: Track,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    *,
    rules: Rules | None = None,
    until_t_s: float | None = None,
    bounds: Bounds | None = None,
    pieces: Sequence[Piece] = (),
    expected: Sequence[tuple[float, int]] = (),
    seed: int = 0,
) -> tuple[Update, ...]:
    """Return what can be said along a track, in order of time.

    burns:     expected burns (ignition, cut-off [s after lift-off], stage); without them thrust cannot be called lost
    until_t_s: the time now; after the last reading the state is carried on and, once the clock has run out, the
               verdict is UNKNOWN. None: the record simply ends with the last reading.
    bounds:    the announced corridor: the impact point outside it is off nominal, and the clock of silence runs as
               long as the impact point needs to leave it, rules.silence_s at most
    pieces:    other objects that sensors saw, for break-up; expected: planned separations (time, how many bodies)
    seed:      of the draws from the covariance

    A silence between readings longer than its clock gives an UNKNOWN at the moment the clock runs out. What was lost
    before a silence stays remembered after it.
    """
    assessor = Assessor(burns, rules=rules, bounds=bounds, expected=expected, seed=seed)
    n = track.t_s.size
    if until_t_s is not None and n and until_t_s < track.t_s[-1]:
        raise InputError(
            where="until_t_s",
            seen=f"{until_t_s:g} s, before the last reading",
            cure="give a time after the last reading",
        )
    if n == 0:
        return () if until_t_s is None else (nothing_known(until_t_s),)
    assessor.advance(track, pieces)
    updates = [*assessor.updates, *assessor.newest(track)]
    if until_t_s is not None:
        updates += assessor.silence(track, until_t_s)
    return tuple(updates)


def decided(updates: Sequence[Update]) -> Update | None:
    """Return the last update that rests on a reading and says something: what silence afterwards does not undo."""
    for update in reversed(updates):
        if update.read_s == 0.0 and update.verdict is not Verdict.UNKNOWN:
            return update
    return None


def first(updates: Sequence[Update], verdict: Verdict) -> Update | None:
    """Return the first update with this verdict."""
    return next((update for update in updates if update.verdict is verdict), None)


class Assessor:
    """Goes along a growing track and says what can be said of it; `assess` with the track still being made.

    updates: what was worth saying so far: the first row, changes of verdict, a beat, and silences
    """

    __slots__ = ("_beat", "_bounds", "_draws", "_expected", "_heard", "_judge", "_plan", "_rows", "_rule", "_said", "_silent", "_told_s", "done", "updates")  # fmt: skip

    def __init__(
        self,
        burns: Sequence[Burn | tuple[float, float, int]] = (),
        *,
        rules: Rules | None = None,
        bounds: Bounds | None = None,
        expected: Sequence[tuple[float, int]] = (),
        seed: int = 0,
    ) -> None:
        self._rule, self._plan = rules or Rules(), schedule(burns)
        self._bounds, self._expected = bounds, tuple(expected)
        self._draws = normals(seed, self._rule.draws, 6)
        self._judge = Judge(self._plan, self._rule)
        self._rows: list[int] = []  # rows that began a second
        self._beat: Beat | None = None
        self._said: Said | None = None
        self._heard = 0  # the last row that was not refused
        self._silent = False  # nothing was heard for longer than allowed
        self._told_s = -np.inf
        self.done = 0
        self.updates: list[Update] = []

    def copy(self) -> Assessor:
        """Return one that goes its own way from here."""
        other = copy(self)
        for name, own in (
            ("_judge", copy(self._judge)),
            ("_rows", self._rows.copy()),
            ("updates", self.updates.copy()),
        ):
            setattr(other, name, own)
        return other

    def advance(self, track: Track, pieces: Sequence[Piece] = ()) -> None:
        """Go on to the end of the track."""
        start = self.done
        new = slice(start, None)
        orbit = self._orbit(_states(track, new), track.cov[new])
        second = int(np.floor(track.t_s[start - 1])) if start else None
        begun = [start + i for i in first_of_seconds(track.t_s[new], second)]
        self._rows += begun
        beats = {}
        if begun:
            found = beats_of(
                track, self._rows, len(begun), _impact(_states(track, begun), track.cov[begun]),
                orbit[[i - start for i in begun], 0], self._rule, plan=self._plan, bounds=self._bounds, pieces=pieces,
                expected=self._expected,
            )  # fmt: skip
            beats = {beat.row: beat for beat in found}
        for i in range(start, track.t_s.size):
            self._step(track, i, orbit[i - start], beats.get(i))
        self.done = track.t_s.size

    def newest(self, track: Track) -> list[Update]:
        """Return the update of the last row, unless it was told already."""
        last = self.done - 1
        if last < 0 or self._said is None or self._told_s == track.t_s[last]:
            return []
        if self._silent:
            return [self._carried(track, self._heard, float(track.t_s[last]))]
        orbit = self._orbit(_states(track, slice(last, None)), track.cov[last:])[0]
        return [self._update(track, last, orbit, self._said)]

    def silence(self, track: Track, until_t_s: float) -> list[Update]:
        """Return what is to be said at until_t_s though nothing more was heard."""
        end_s, heard_s = float(track.t_s[self.done - 1]), float(track.t_s[self._heard])
        out_s = heard_s + self._allowed_s()
        return [self._carried(track, self._heard, t) for t in sorted({min(out_s, until_t_s), until_t_s}) if t > end_s]

    def _allowed_s(self) -> float:
        """Return how long readings may stay away."""
        return self._rule.silence_s if self._beat is None else self._beat.allowed_s

    def _step(self, track: Track, i: int, orbit: Array, beat: Beat | None) -> None:
        """Judge row i; keep an update where it is worth one. A reading that was refused is not heard."""
        t_s = float(track.t_s[i])
        if i == 0:
            self._heard = 0
        heard_s = float(track.t_s[self._heard])
        if t_s - heard_s > self._allowed_s() and not self._silent:
            self.updates.append(self._carried(track, self._heard, heard_s + self._allowed_s()))
            self._judge.deaf()
            self._silent = True
        if self._silent and not track.used[i]:
            return
        if track.used[i]:
            self._heard = i
        self._beat = beat or self._beat
        said = self._judge.say(_evidence(track, i, float(orbit[0]), self._beat))
        changed = self._said is None or self._silent or said[0] is not self._said[0]
        self._said, self._silent = said, False
        if changed or t_s - self._told_s >= self._rule.every_s - 1e-6:
            self.updates.append(self._update(track, i, orbit, said))
            self._told_s = t_s

    def _orbit(self, x: Array, cov: Array) -> Array:
        """Return (n, 7): p_orbit; mean and sigma of perigee, apogee [m] and inclination [rad]."""
        out = np.empty((len(x), 7))
        orbit_spread(x, cov, self._draws, self._rule.perigee_m, out)
        return out

    def _carried(self, track: Track, i: int, t_s: float) -> Update:
        """Return the update at t_s that rests on row i alone."""
        gap = t_s - float(track.t_s[i])
        coast = bool(track.p_idle[i] > self._rule.sure)
        x = np.concatenate([track.r_ecef_m[i], track.v_ecef_mps[i], track.f_ecef_mps2[i]])
        p = np.zeros((9, 9))
        p[:6, :6] = track.cov[i]
        p[6:, 6:] = np.eye(3) * _THRUST_UNSEEN_MPS2**2
        carry(x, p, gap, _Q_COAST if coast else _Q_POWERED, coast, 1.0)
        cov = np.ascontiguousarray(p[:6, :6])
        said = self._said or (Verdict.UNKNOWN, 1.0, "nothing")
        if gap >= self._allowed_s() - 1e-9:
            said = (Verdict.UNKNOWN, 1.0, f"no reading for {gap:.1f} s; the last one said: {said[0]} ({said[2]})")
        orbit = self._orbit(x[None, :6], cov[None])[0]
        return self._record(track, i, gap, x[:6], cov, orbit, said)

    def _update(self, track: Track, i: int, orbit: Array, said: Said) -> Update:
        """Return the update of row i."""
        x = np.concatenate([track.r_ecef_m[i], track.v_ecef_mps[i]])
        return self._record(track, i, 0.0, x, track.cov[i], orbit, said)

    def _record(self, track: Track, i: int, gap: float, x: Array, cov: Array, orbit: Array, said: Said) -> Update:
        """Return the record."""
        t_s, state = float(track.t_s[i]) + gap, x.tolist()
        sigma = np.sqrt(np.maximum(np.diag(cov), 0.0)).tolist()
        beat, allowed_s = self._beat, self._allowed_s()
        nan = float("nan")
        return Update(
            t_s=t_s,
            read_s=gap,
            r_ecef_m=(state[0], state[1], state[2]),
            v_ecef_mps=(state[3], state[4], state[5]),
            sigma_r_m=(sigma[0], sigma[1], sigma[2]),
            sigma_v_mps=(sigma[3], sigma[4], sigma[5]),
            impact=_fall(t_s, _impact(x[None], cov[None])[0]),
            perigee_m=float(orbit[1]),
            perigee_sigma_m=float(orbit[2]),
            apogee_m=float(orbit[3]),
            apogee_sigma_m=float(orbit[4]),
            inclination_deg=float(np.degrees(orbit[5])),
            inclination_sigma_deg=float(np.degrees(orbit[6])),
            p_orbit=float(orbit[0]),
            p_idle=float(track.p_idle[i]),
            p_ballistic=nan if beat is None else beat.p_ballistic,
            p_outside=nan if beat is None else beat.p_outside,
            outside_m=nan if beat is None else beat.outside_m,
            p_broken=nan if beat is None else beat.p_broken,
            allowed_s=max(allowed_s - gap, 0.0),
            verdict=said[0],
            p=float(said[1]),
            reason=said[2],
            decided_by=_deciders(track, i, self._judge.span_s),
        )


def _states(track: Track, rows: slice | list[int]) -> Array:
    """Return position and velocity (n, 6) of some rows."""
    return np.concatenate([track.r_ecef_m[rows], track.v_ecef_mps[rows]], axis=1)


def _impact(x: Array, cov: Array) -> Array:
    """Return (n, 7) as the kernel's impact_spread gives it."""
    out = np.empty((len(x), 7))
    impact_spread(x, cov, out)
    return out


def _fall(t_s: float, impact: Array) -> Impact:
    """Return the impact point as a record."""
    lat, lon, togo, major, minor, axis, late = impact.tolist()
    return Impact(
        lat_deg=float(np.degrees(lat)),
        lon_deg=float((np.degrees(lon) + 180.0) % 360.0 - 180.0),
        t_s=t_s + togo,
        sigma_major_m=major,
        sigma_minor_m=minor,
        axis_deg=float(np.degrees(axis)),
        t_sigma_s=late,
    )


def _evidence(track: Track, i: int, p_orbit: float, beat: Beat | None) -> Evidence:
    """Return what is known after row i."""
    now = Evidence(
        t_s=float(track.t_s[i]), p_idle=float(track.p_idle[i]), p_orbit=p_orbit,
        coast_since_s=float(track.coast_since_s[i]),
    )  # fmt: skip
    if beat is None:
        return now
    return replace(
        now, p_ballistic=beat.p_ballistic, p_outside=beat.p_outside, outside_m=beat.outside_m, p_broken=beat.p_broken,
        broken_why=beat.broken_why, p_down=beat.p_down, sinking=beat.sinking, beside=beat.beside,
    )  # fmt: skip


def _deciders(track: Track, last: int, span_s: tuple[float, float]) -> tuple[Decider, ...]:
    """Return the used readings up to row `last` that lie in a span, sensor by sensor; the last one when none does."""
    low, high = np.searchsorted(track.t_s[: last + 1], [span_s[0] - 1e-6, span_s[1] + 1e-6])
    rows = np.arange(low, high)[track.used[low:high]] if high > low else np.array([last])
    out = []
    for sensor in np.unique(track.sensor[rows]).tolist():
        seq = track.seq[rows[track.sensor[rows] == sensor]]
        out.append(
            Decider(
                sensor=track.sensors[sensor], first_seq=int(seq.min()), last_seq=int(seq.max()), count=int(seq.size)
            )
        )
    return tuple(out)


def nothing_known(t_s: float) -> Update:
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

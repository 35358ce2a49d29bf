"""From a webcast track to what is said about it, and the clock that runs while the screen shows nothing new."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from downrange.base import InputError
from downrange.track._webcast_track import WebcastTrack
from downrange.track.model import Burn, Decider, Impact, Update, Verdict
from downrange.track.verdict import Evidence, Judge, Rules, Said, schedule

_BRIDGED_S = 2.0  # assumed: so long a prediction stands for a reading
_NAN = float("nan")
_NAN3 = (_NAN, _NAN, _NAN)
_NOWHERE = Impact(
    lat_deg=_NAN, lon_deg=_NAN, t_s=_NAN, sigma_major_m=_NAN, sigma_minor_m=_NAN, axis_deg=_NAN, t_sigma_s=_NAN
)
Numbers = Sequence[tuple[str, int]]


def assess_webcast(
    track: WebcastTrack,
    burns: Sequence[Burn | tuple[float, float, int]] = (),
    *,
    rules: Rules | None = None,
    until_t_s: float | None = None,
    numbers: Numbers = (),
) -> tuple[Update, ...]:
    """Return what can be said along a track of `watch_webcast`, in order of time; arguments as in `assess`.

    numbers: sensor and number of the reading behind each row, for the record of what decided; may be left out
    """
    rule, plan = rules or Rules(), schedule(burns)
    rule = replace(rule, lost=max(rule.lost, rule.sure))  # what radars may call sooner was not tried on screens
    end_s = track.end_s if until_t_s is None else float(until_t_s)
    if end_s < track.end_s:
        seen = f"{end_s:g} s, before the last reading"
        raise InputError(where="until_t_s", seen=seen, cure="give a time after the last reading")
    if not track.used.any():
        return () if until_t_s is None else (_nothing(end_s),)
    return tuple(_Teller(track, plan, rule, numbers).tell(end_s, quiet=until_t_s is None))


class _Teller:
    """Goes along the rows of a track and keeps what is worth an update."""

    __slots__ = ("_judge", "_numbers", "_rule", "_since_s", "_track")

    def __init__(self, track: WebcastTrack, plan: tuple[Burn, ...], rule: Rules, numbers: Numbers) -> None:
        self._track, self._rule, self._numbers = track, rule, numbers
        self._judge = Judge(plan, rule)
        self._since_s = _coasting_since(track)

    def tell(self, end_s: float, *, quiet: bool) -> list[Update]:
        """Return the first used row, changes of verdict, a beat, silences, the last row, and the end unless quiet.

        The first rows that were not used are judged as predictions, so that a number missed does not look like a break;
        nothing is told of them: they are no reading.
        """
        t, rule = self._track.t_s, self._rule
        rows = np.flatnonzero(self._track.used).tolist()
        first, last = rows[0], rows[-1]
        out: list[Update] = []
        heard, told_s, before = first, -math.inf, ""
        newest: tuple[Said, tuple[Decider, ...]] = ((Verdict.UNKNOWN, 1.0, ""), ())
        for i in range(first, last + 1):
            if self._track.used[i] and t[i] - t[heard] > rule.silence_s:
                out.append(self._deaf(heard, rule.silence_s, *newest))
                self._judge.deaf()
                before = ""
            if t[i] - t[heard] > _BRIDGED_S and not self._track.used[i]:
                continue
            said = self._judge.say(self._evidence(i))
            if not self._track.used[i]:
                continue
            heard, newest = i, (said, self._deciders(i))
            if said[0] != before or t[i] - told_s >= rule.every_s - 1e-6 or i == last:
                out.append(self._update(i, 0.0, *newest))
                told_s, before = float(t[i]), said[0]
        gap = end_s - float(t[last])
        gaps = {rule.silence_s} if gap > rule.silence_s else set()
        if not quiet and gap > 0.0:
            gaps.add(gap)
        return out + [self._deaf(last, gap_s, *newest) for gap_s in sorted(gaps)]

    def _evidence(self, i: int) -> Evidence:
        """Return what is known after row i."""
        track, air_m = self._track, self._rule.air_m
        low = track.alt_m[i] + 2.0 * track.alt_sigma_m[i] < air_m
        return Evidence(
            t_s=float(track.t_s[i]),
            p_idle=float(track.p_idle[i]),
            p_orbit=float(track.p_orbit[i]),
            coast_since_s=self._since_s[i],
            sinking=bool(low and track.climb_mps[i] + 2.0 * track.climb_sigma_mps[i] < 0.0),
        )

    def _deciders(self, i: int) -> tuple[Decider, ...]:
        """Return the used readings up to row i that lie in the span that decides; row i when none does."""
        if not self._numbers:
            return ()
        t, (low_s, high_s) = self._track.t_s, self._judge.span_s
        low, high = np.searchsorted(t[: i + 1], [low_s - 1e-6, high_s + 1e-6]).tolist()
        rows = [k for k in range(low, high) if self._track.used[k]] or [i]
        out = []
        for name in sorted({self._numbers[k][0] for k in rows}):
            seq = [self._numbers[k][1] for k in rows if self._numbers[k][0] == name]
            out.append(Decider(sensor=name, first_seq=min(seq), last_seq=max(seq), count=len(seq)))
        return tuple(out)

    def _deaf(self, i: int, gap_s: float, said: Said, deciders: tuple[Decider, ...]) -> Update:
        """Return the update gap_s after row i, on which alone it rests."""
        if gap_s >= self._rule.silence_s - 1e-9:
            said = Verdict.UNKNOWN, 1.0, f"no reading for {gap_s:.1f} s; the last one said: {said[0]} ({said[2]})"
        return self._update(i, gap_s, said, deciders)

    def _update(self, i: int, gap_s: float, said: Said, deciders: tuple[Decider, ...]) -> Update:
        """Return the record. Under power nothing is known of the orbit once readings stop."""
        track = self._track
        blind = gap_s > 0.0 and float(track.p_idle[i]) <= self._rule.sure
        orbit = (track.perigee_m, track.perigee_sigma_m, track.apogee_m, track.apogee_sigma_m, track.p_orbit)
        perigee, perigee_sigma, apogee, apogee_sigma, p_orbit = (_NAN if blind else float(a[i]) for a in orbit)
        return Update(
            t_s=float(track.t_s[i]) + gap_s, read_s=gap_s,
            r_ecef_m=_NAN3, v_ecef_mps=_NAN3, sigma_r_m=_NAN3, sigma_v_mps=_NAN3, impact=_NOWHERE,
            perigee_m=perigee, perigee_sigma_m=perigee_sigma, apogee_m=apogee, apogee_sigma_m=apogee_sigma,
            p_orbit=p_orbit, p_idle=float(track.p_idle[i]), allowed_s=max(self._rule.silence_s - gap_s, 0.0),
            verdict=said[0], p=float(said[1]), reason=said[2], decided_by=deciders,
        )  # fmt: skip


def _coasting_since(track: WebcastTrack) -> list[float]:
    """Return for each row since when it coasts, from the events known by then; NaN where it does not."""
    out = [_NAN] * track.t_s.size
    for event in track.events:
        since_s = event.t_s if event.kind == "cut-off" else _NAN
        for i in range(int(np.searchsorted(track.t_s, event.decided_s)), len(out)):
            out[i] = since_s
    return out


def _nothing(t_s: float) -> Update:
    """Return the update of a flight of which no screen ever showed anything believable."""
    return Update(
        t_s=t_s, read_s=float("inf"),
        r_ecef_m=_NAN3, v_ecef_mps=_NAN3, sigma_r_m=_NAN3, sigma_v_mps=_NAN3, impact=_NOWHERE,
        perigee_m=_NAN, perigee_sigma_m=_NAN, apogee_m=_NAN, apogee_sigma_m=_NAN, p_orbit=_NAN, p_idle=_NAN,
        verdict=Verdict.UNKNOWN, p=1.0, reason="no screen ever showed two believable speeds and heights",
    )  # fmt: skip

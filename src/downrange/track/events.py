"""What happened along a track: engines, separations, the end. Each with when it happened and when that was noticed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from downrange.base import Array, geodetic_from_ecef
from downrange.track.break_up import p_broken_up
from downrange.track.landing import landed
from downrange.track.model import Burn, Track
from downrange.track.pieces import Piece

_IDLE, _BURNING = 0.9, 0.1  # chance that no engine burns beyond which one thing or the other is noticed
_HELD_S = 0.5  # for so long
_SURE = 0.99
_BEAT_S = 1.0
_YOUNG_S = 20.0  # a track must be so old before thrust, or its want, is believed
_STALE_S = 6.0  # so long the filter may still have been sure of what had ended
_AFTER_S = 10.0  # the coasting filter knows the moment of a burn-out better, within so long


class EventKind(StrEnum):
    """What can be noticed."""

    IGNITION = "ignition"
    BURN_OUT = "burn-out"
    SEPARATION = "separation"
    BREAK_UP = "break-up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackEvent:
    """One thing that happened.

    t_s, sigma_s: when, seconds after lift-off, and one standard deviation
    noticed_t_s:  when it was sure
    p:            probability, when it was noticed
    alt_m, speed_mps: height over the ellipsoid, and speed relative to the Earth, when it happened
    what:         the same in words
    """

    kind: EventKind
    t_s: float
    sigma_s: float
    noticed_t_s: float
    p: float
    alt_m: float
    speed_mps: float
    what: str


def events_of(
    track: Track, *, pieces: Sequence[Piece] = (), burns: Sequence[Burn | tuple[float, float, int]] = ()
) -> tuple[TrackEvent, ...]:
    """Return what happened along a track, in order of when it happened.

    A burn-out is an end of thrust, planned or not: whether it was lost is the verdict's to say. burns: expected ones,
    for the break-up alone.
    """
    if not track.t_s.size:
        return ()
    found = [*_engines(track), *_separations(track, pieces), *_broken(track, pieces, burns), *_down(track)]
    return tuple(sorted(found, key=lambda event: (event.t_s, event.noticed_t_s)))


def _at(track: Track, kind: EventKind, t_s: float, sigma_s: float, noticed_t_s: float, p: float, what: str) -> TrackEvent:  # fmt: skip
    """Return an event with the state of the row nearest to it."""
    i = int(np.argmin(np.abs(track.t_s - t_s)))
    return TrackEvent(
        kind=kind,
        t_s=t_s,
        sigma_s=sigma_s,
        noticed_t_s=noticed_t_s,
        p=p,
        alt_m=float(geodetic_from_ecef(track.r_ecef_m[i])[2]),
        speed_mps=float(np.linalg.norm(track.v_ecef_mps[i])),
        what=what,
    )


def _engines(track: Track) -> list[TrackEvent]:
    """Return ignitions and burn-outs: each time the chance that no engine burns goes from one side to the other."""
    t, idle = track.t_s, track.p_idle
    out: list[TrackEvent] = []
    burning: bool | None = None
    since = {True: math.nan, False: math.nan}  # since when it burns, since when it does not
    last = {True: math.nan, False: math.nan}  # when that was last probable
    for i, p in enumerate(idle.tolist()):
        side = True if p < _BURNING else False if p > _IDLE else None
        if side is None:
            continue
        since[not side] = math.nan
        since[side] = since[side] if math.isfinite(since[side]) else float(t[i])
        if t[i] - since[side] >= _HELD_S and burning is not side:
            if burning is not None and t[i] - t[0] >= _YOUNG_S:
                out.append(_switch(track, i, last[burning], since[side], lights=side))
            burning = side
        if burning is side:
            last[side] = float(t[i])
    return out


def _switch(track: Track, i: int, before_s: float, after_s: float, *, lights: bool) -> TrackEvent:
    """Return the event between the last moment of one thing and the first of the other, noticed at row i."""
    first_s = max(before_s - _STALE_S, float(track.t_s[0]))
    t_s, sigma_s = 0.5 * (first_s + after_s), (after_s - first_s) / math.sqrt(12.0)
    noticed, p = float(track.t_s[i]), float(track.p_idle[i])
    if lights:
        return _at(track, EventKind.IGNITION, t_s, sigma_s, noticed, 1.0 - p, "an engine was lit")
    soon = (track.coast_since_s[i:] <= noticed) & (track.t_s[i:] < noticed + _AFTER_S)  # NaN is not below
    known = np.flatnonzero(soon)
    if known.size:
        k = i + int(known[0])
        t_s, sigma_s = float(track.coast_since_s[k]), float(track.coast_sigma_s[k])
    return _at(track, EventKind.BURN_OUT, t_s, sigma_s, noticed, p, "thrust ended")


def _separations(track: Track, pieces: Sequence[Piece]) -> list[TrackEvent]:
    """Return when other objects left the main one."""
    out = []
    for piece in pieces:
        if not piece.leavings:
            continue
        leaving = piece.leavings[-1]
        whose = "the main object" if leaving.parent == 0 else f"object {leaving.parent}"
        what = f"object {piece.number} left {whose}"
        if leaving.speed_mps > leaving.speed_sigma_mps:
            what += f" at {leaving.speed_mps:.0f} m/s (sigma {leaving.speed_sigma_mps:.0f})"
        out.append(_at(track, EventKind.SEPARATION, leaving.t_s, leaving.sigma_s, leaving.known_t_s, _SURE, what))
    return out


def _broken(track: Track, pieces: Sequence[Piece], burns: Sequence[Burn | tuple[float, float, int]]) -> list[TrackEvent]:  # fmt: skip
    """Return the break-up, when it was first sure."""
    if not pieces:
        return []
    for t_s in np.arange(math.ceil(track.t_s[0]), track.t_s[-1] + _BEAT_S, _BEAT_S).tolist():
        said = p_broken_up(pieces, track, burns, t_s=t_s)
        if said.p > _SURE:
            return [_at(track, EventKind.BREAK_UP, said.t_s, _BEAT_S / math.sqrt(12.0), t_s, said.p, said.reason)]
    return []


def _down(track: Track) -> list[TrackEvent]:
    """Return when it was down."""
    beat = _beats(track.t_s)
    p = landed(track.t_s[beat], track.r_ecef_m[beat], track.v_ecef_mps[beat], track.cov[beat])
    sure = np.flatnonzero(p > _SURE)
    if not sure.size:
        return []
    k = int(sure[0])
    before = float(track.t_s[beat[max(k - 1, 0)]])
    noticed = float(track.t_s[beat[k]])
    t_s, sigma_s = 0.5 * (before + noticed), (noticed - before) / math.sqrt(12.0)
    return [_at(track, EventKind.DOWN, t_s, sigma_s, noticed, float(p[k]), "it is down")]


def _beats(t_s: Array) -> list[int]:
    """Return the first row of each second."""
    return [int(i) for i in np.unique(np.floor(t_s), return_index=True)[1]]

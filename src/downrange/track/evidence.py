"""What a second's beat adds to the filter's word: corridor, ballistic or not, broken up, down, and how long silence may last."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from downrange.base import Array, geodetic_from_ecef
from downrange.fall import impact_point
from downrange.track.bounds import Bounds
from downrange.track.break_up import p_broken_up
from downrange.track.discriminate import p_ballistic
from downrange.track.landing import landed
from downrange.track.model import Burn, Track
from downrange.track.pieces import Piece
from downrange.track.verdict import Rules

_LEAST_S = 1.0  # no clock is shorter: readings come in looks
_NUDGE_MPS = 10.0
_NEAR_S = 15.0  # assumed: so long after they parted two objects may be taken for one another
_RECENT_S, _OTHERS = 10.0, 2.0 / 3.0  # assumed: less of the last readings taken than this share means other objects


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What is known since one row of a track; NaN where nothing is. The names are those of Evidence and Update."""

    row: int
    p_ballistic: float
    p_outside: float
    outside_m: float
    p_broken: float
    broken_why: str
    p_down: float
    sinking: bool
    beside: bool
    allowed_s: float


def first_of_seconds(t_s: Array, after: int | None = None) -> list[int]:
    """Return the rows that are the first of a whole second; after: the row before t_s, if there is one, as its second."""
    seconds = np.floor(t_s).astype(np.int64)
    before = np.concatenate([[seconds[0] - 1 if after is None else after], seconds[:-1]]) if t_s.size else seconds
    return np.flatnonzero(seconds != before).tolist()


def beats_of(
    track: Track,
    rows: Sequence[int],
    new: int,
    impact: Array,
    p_orbit: Array,
    rule: Rules,
    *,
    plan: Sequence[Burn],
    bounds: Bounds | None,
    pieces: Sequence[Piece],
    expected: Sequence[tuple[float, int]],
) -> list[Beat]:
    """Return the beats of the last `new` of the rows; those before are only history.

    rows: all rows so far that began a second; impact (new, 7) and p_orbit (new,): of the new ones, as the kernel gives
    """
    at = np.array(rows, dtype=np.int64)
    shot = p_ballistic(
        track.t_s[at], track.r_ecef_m[at], track.v_ecef_mps[at], track.f_mps2[at], track.p_idle[at], track.cov[at]
    )
    down = landed(track.t_s[at], track.r_ecef_m[at], track.v_ecef_mps[at], track.cov[at])
    out = []
    for k in range(new):
        n = len(rows) - new + k
        i = rows[n]
        burning, old = bool(track.p_idle[i] < 0.5), bool(track.t_s[i] - track.t_s[0] >= rule.young_s)
        p_out, out_m, allowed_s = _corridor(track, i, impact[k], bounds, rule, onward=burning or bool(p_orbit[k] > 0.5))
        broken = p_broken_up(pieces, track, plan, t_s=float(track.t_s[i]), expected=expected) if pieces else None
        out.append(
            Beat(
                row=i,
                p_ballistic=round(float(shot[n]), 9),
                p_outside=p_out,
                outside_m=out_m,
                p_broken=math.nan if broken is None else broken.p,
                broken_why="" if broken is None else broken.reason,
                p_down=round(float(down[n]), 9),
                sinking=not burning and old and _sinking(track.r_ecef_m[i], track.v_ecef_mps[i], rule.air_m),
                beside=_beside(track, i, pieces),
                allowed_s=allowed_s,
            )
        )
    return out


def _beside(track: Track, i: int, pieces: Sequence[Piece]) -> bool:
    """Say whether other objects are about: one has just appeared, or many of the last readings were not of this one."""
    t_s = float(track.t_s[i])
    if any(piece.appeared and piece.confirmed_t_s <= t_s < piece.first_t_s + _NEAR_S for piece in pieces):
        return True
    recent = track.used[int(np.searchsorted(track.t_s, t_s - _RECENT_S)) : i + 1]
    return bool(np.count_nonzero(recent) < _OTHERS * recent.size)


def _sinking(r_ecef_m: Array, v_ecef_mps: Array, air_m: float) -> bool:
    """Say whether it comes down through the air."""
    return bool(r_ecef_m @ v_ecef_mps < 0.0 and geodetic_from_ecef(r_ecef_m)[2] < air_m)


def _corridor(
    track: Track, i: int, impact: Array, bounds: Bounds | None, rule: Rules, *, onward: bool
) -> tuple[float, float, float]:
    """Return the chance that the impact point is outside, how far it is outside, and how long silence may last."""
    if bounds is None or not np.isfinite(impact[:2]).all():
        return math.nan, math.nan, rule.silence_s
    lat_deg, lon_deg = (float(np.degrees(angle)) for angle in impact[:2])
    p = bounds.p_outside(
        lat_deg, lon_deg, sigma_major_m=float(impact[3]), sigma_minor_m=float(impact[4]),
        axis_deg=float(np.degrees(impact[5])), onward=onward,
    )  # fmt: skip
    outside_m = float(bounds.distance_m(lat_deg, lon_deg, onward=onward))
    if not math.isfinite(outside_m):  # farther than the corridor's line reaches
        return math.nan, math.nan, rule.silence_s
    if track.p_idle[i] > 0.5:  # nothing burns: it goes nowhere else
        return p, outside_m, rule.silence_s
    clock_s = data_loss_s(track.r_ecef_m[i], track.v_ecef_mps[i], float(track.f_mps2[i]), -outside_m)
    return p, outside_m, min(rule.silence_s, max(clock_s, _LEAST_S))


def data_loss_s(r_ecef_m: Array, v_ecef_mps: Array, f_mps2: float, inside_m: float) -> float:
    """Return the shortest time [s] in which the impact point can leave the corridor under the thrust it has now.

    The data-loss flight time of 14 CFR 417.219, to first order: all thrust turned the worst way, no debris spread.
    inside_m: how far the impact point is inside; infinite time when nothing burns, zero when it is outside

    >>> round(data_loss_s(np.array([6.5e6, 0, 0]), np.array([500.0, 2000.0, 0.0]), 20.0, 50e3), 1)
    6.1
    """
    if inside_m <= 0.0:
        return 0.0
    if f_mps2 <= 0.0:
        return math.inf
    nudges = np.concatenate([np.zeros((1, 3)), _NUDGE_MPS * np.eye(3)])
    lat, lon, _ = impact_point(np.broadcast_to(r_ecef_m, (4, 3)), v_ecef_mps + nudges)
    here = np.radians(lat[0])
    metres_per_deg = np.radians(1.0) * float(np.linalg.norm(r_ecef_m)) * np.array([1.0, np.cos(here)])
    moved = np.stack([lat[1:] - lat[0], (lon[1:] - lon[0] + 180.0) % 360.0 - 180.0]) * metres_per_deg[:, None]
    if not np.isfinite(moved).all():
        return 0.0
    reach = float(np.linalg.norm(moved / _NUDGE_MPS, 2))  # metres on the ground for each m/s, the worst way
    return inside_m / max(reach * f_mps2, 1e-9)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from downrange.base import uniforms
from downrange.fall import draw_pieces, fall_path, load_debris
from downrange.track import Reading, Sensor, Track, Verdict, assess, first, follow, simulate
from downrange.track.break_up import BreakUp, p_broken_up
from downrange.track.objects import other_objects
from downrange.track.pieces import Leaving, Piece, State

BURNS = ((0.0, 122.0, 1), (126.0, 310.0, 2))
_NOWHERE = State(t_s=0.0, r_ecef_m=np.zeros(3), v_ecef_mps=np.zeros(3), cov=np.eye(6))


def piece(number: int, left_s: float, *, known_s: float | None = None, parent: int = 0, **more: Any) -> Piece:
    """Return a piece that left at left_s, known one second later unless told otherwise."""
    known = left_s + 1.0 if known_s is None else known_s
    leaving = Leaving(
        known_t_s=known, parent=parent, t_s=left_s, sigma_s=0.5, speed_mps=10.0, speed_sigma_mps=5.0, distance_m=50.0
    )
    whole: dict[str, Any] = {
        "number": number, "first_t_s": left_s, "confirmed_t_s": known, "last_t_s": known, "looks": 9, "confirmed": _NOWHERE, "last": _NOWHERE,
        "leavings": (leaving,), "appeared": True, "powered_t_s": None, "ended": False, "sensors": ("radar",), "labels": (), "readings": (),
        "lat_deg": 35.0, "lon_deg": 124.0, "impact_t_s": 500.0,
    }  # fmt: skip
    return Piece(**(whole | more))


@pytest.fixture(scope="module")
def track(readings_of: Callable[..., tuple[Reading, ...]], radar: Sensor, t0: datetime) -> Track:
    return follow(readings_of(5)[:400], (radar,), t0)


def powered(track: Track, off_s: float = np.inf) -> Track:
    """Return a track from T+100 to T+250 s whose engine burns from T+126 s on until off_s."""
    t = np.arange(100.0, 250.0, 0.1)
    idle = np.where((t > 122.0) & (t < 126.0) | (t > off_s), 0.999, 0.001)
    return replace(track, t_s=t, p_idle=idle)


def say(pieces: list[Piece], track: Track, t_s: float, **more: Any) -> BreakUp:
    return p_broken_up(pieces, track, BURNS, t_s=t_s, **more)


def test_without_pieces_nothing_broke(track: Track) -> None:
    found = say([], powered(track, 200.0), 220.0)
    assert found.p == 0.0
    assert found.pieces == ()
    assert "no new piece" in found.reason


def test_a_spent_stage_and_two_halves_under_power_are_a_normal_flight(track: Track) -> None:
    normal = [piece(1, 122.5), piece(2, 165.0), piece(3, 165.5)]
    goes = powered(track)
    assert max(say(normal, goes, t).p for t in np.arange(120.0, 240.0, 0.5)) < 0.05


def test_three_pieces_in_a_burn_and_no_thrust_are_a_break_up(track: Track) -> None:
    crowd = [piece(n, 180.0 + 0.5 * n) for n in range(1, 4)]
    found = say(crowd, powered(track, 180.0), 184.0)
    assert found.p > 0.99
    assert found.pieces == (1, 2, 3)
    assert found.t_s == pytest.approx(181.0)
    assert found.reason.startswith("3 pieces left the main object about T+181.0 s, away from any planned separation")
    assert say(crowd, powered(track), 195.0).p < 0.1  # thrust went on


def test_more_pieces_are_never_better_news(track: Track) -> None:
    for off_s in (180.0, np.inf):
        flown = powered(track, off_s)
        p = [say([piece(k, 180.0) for k in range(1, n + 1)], flown, 183.0).p for n in range(2, 9)]
        assert p == sorted(p)
        assert p[-1] > 0.99


def test_a_staging_may_leave_what_was_announced(track: Track) -> None:
    four = [piece(n, 122.0) for n in range(1, 5)]
    assert say(four, powered(track), 124.0).p > 0.5
    assert say(four, powered(track), 124.0, expected=((122.0, 4),)).p < 0.01


def test_no_ignition_alone_is_no_break_up_but_with_three_pieces_it_is(track: Track) -> None:
    dead = powered(track, 122.0)
    assert say([piece(1, 122.0)], dead, 140.0).p < 0.2
    assert say([piece(n, 122.0) for n in range(1, 5)], dead, 140.0).p > 0.99


def test_only_what_is_known_counts(track: Track) -> None:
    crowd = [piece(n, 180.0, known_s=190.0) for n in range(1, 6)]
    dead = powered(track, 180.0)
    assert say(crowd, dead, 189.0).p == 0.0
    assert say(crowd, dead, 191.0).p > 0.99
    assert say([replace(one, powered_t_s=190.5) for one in crowd], dead, 191.0).p == 0.0
    assert say([piece(n, 180.0, parent=7) for n in range(1, 6)], dead, 191.0).p == 0.0


def test_without_a_plan_it_takes_more_pieces_or_more_time(track: Track) -> None:
    dead = powered(track, 180.0)
    three, six = ([piece(k, 180.0) for k in range(1, n)] for n in (4, 7))
    assert p_broken_up(three, dead, t_s=184.0).p < 0.9
    assert p_broken_up(three, dead, t_s=210.0).p > 0.9
    assert p_broken_up(six, dead, t_s=184.0).p > 0.99


@pytest.mark.parametrize("wild", [0.0, 0.1])
def test_a_vehicle_in_pieces_is_called_within_seconds(
    wild: float, fly: Callable[[float | None], Any], radar: Sensor, t0: datetime
) -> None:
    flight, slow = fly(None), replace(radar, period_s=0.2)
    keep = flight.t_s <= 180.0
    t, r, v = flight.t_s[keep], flight.r_ecef_m[keep], flight.v_ecef_mps[keep]
    _, dv, beta = draw_pieces(load_debris("assumed-launcher"), 3, 1)
    falls = [fall_path(t[-1], r[-1], v[-1] + d, b, rows=16) for d, b in zip(dv[0], beta[0], strict=True)]
    rest = fall_path(t[-1], r[-1], v[-1], 1_500.0, rows=16)
    t, r, v = (np.concatenate([a, b[1:]]) for a, b in zip((t, r, v), rest, strict=True))
    main = simulate(t, r, v, (slow,), t0, seed=1)
    crowd = [one for n, fall in enumerate(falls) for one in simulate(*fall, (slow,), t0, seed=2 + n)]
    draws = uniforms(4, len(main) + len(crowd), 4)
    spoilt = [
        replace(one, range_m=1e3 + 5e5 * d[1], az_deg=360.0 * d[2], el_deg=90.0 * d[3]) if d[0] < wild else one
        for one, d in zip([*main, *crowd], draws, strict=True)
    ]
    track = follow(spoilt[: len(main)], (slow,), t0)
    pieces = other_objects(spoilt, (slow,), t0, track)
    p = {s: p_broken_up(pieces, track, BURNS, t_s=s).p for s in np.arange(130.0, 195.0, 0.5)}
    assert max(p[s] for s in p if s < 180.0) < 0.01
    assert min(s for s in p if p[s] > 0.99) < 188.0
    assert p[194.5] > 0.99
    told = assess(track, BURNS, pieces=pieces)
    broken = first(told, Verdict.BROKEN_UP)
    assert broken is not None
    assert 180.0 < broken.t_s < 189.0
    assert broken.reason.split(" left")[0].endswith("pieces")
    assert told[-1].verdict is Verdict.BROKEN_UP

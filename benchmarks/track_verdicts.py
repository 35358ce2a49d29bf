"""Verdicts on invented flights that tuning never saw: does it reach orbit, is it a space launch at all? No peer does this."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from _report import digits, say, tell
from _track_orbit import T0, orbit_table, radar_for, reliability

from downrange.base import uniforms
from downrange.track.discriminate import p_ballistic
from downrange.track.families import FlightKind, Group, draw_family
from downrange.track.filter import follow
from downrange.track.simulate import simulate

if TYPE_CHECKING:
    from downrange.base import Array
    from downrange.track.families import Path

SHARES = {FlightKind.ORBITAL: 0.25, FlightKind.NEAR_MISS: 0.10, FlightKind.FAILED: 0.15, FlightKind.BALLISTIC: 0.50}
ORBIT_SEED, BALLISTIC_SEED = 901, 902
SURE = 0.95
BEAT_S = 20.0  # one entry of the reliability table a flight and so many seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One flight as judged: (k,) probabilities at whole seconds, the first claim of 95 % (NaN for none), when first seen."""

    kind: FlightKind
    vehicle: str
    number: int
    cutoff_s: float
    t_s: Array
    p: Array
    claim_s: float
    says: bool


def seen_of(path: Path, u: Array, seed: int) -> Seen | None:
    """Simulate the readings of a whole ascent, follow, judge; None when it is seen for less than 20 s."""
    sensor, _ = radar_for(path, (0.35 + 0.65 * u[1]) * path.cutoff_s, float(u[0]), farthest_m=900e3)
    readings = simulate(path.t_s, path.r_ecef_m, path.v_ecef_mps, [sensor], T0, seed)
    track = follow(readings, [sensor], T0)
    if track.t_s.size < 200:
        return None
    p = p_ballistic(track.t_s, track.r_ecef_m, track.v_ecef_mps, track.f_mps2, track.p_idle, track.cov)
    sure = np.flatnonzero((p >= SURE) | (p <= 1.0 - SURE))
    claim_s = float(track.t_s[sure[0]]) if sure.size else np.nan
    return Seen(
        kind=path.kind, vehicle=path.vehicle, number=path.number, cutoff_s=path.cutoff_s, t_s=track.t_s[::10],
        p=p[::10], claim_s=claim_s, says=bool(sure.size and p[sure[0]] > 0.5),
    )  # fmt: skip


def judged(count: int, seed: int) -> list[Seen]:
    """Return so many flights of the test group as judged."""
    found = []
    for k, (kind, share) in enumerate(SHARES.items()):
        paths = draw_family(kind, seed, 0, max(round(count * share), 2), group=Group.TEST, tail_s=100.0)
        u = uniforms(seed + 1, len(paths), 2, first=k << 20)
        every = (seen_of(path, u[i], seed * 1_000_003 + 4 * i + k) for i, path in enumerate(paths))
        found += [one for one in every if one is not None]
    return found


def ballistic_table(count: int, seed: int) -> dict[str, object]:
    """Measure the call "not a space launch" on so many flights, and tell it in words."""
    found = judged(count, seed)
    p = np.concatenate([one.p[:: int(BEAT_S)] for one in found])
    is_so = np.concatenate([np.full(one.p[:: int(BEAT_S)].size, one.kind is FlightKind.BALLISTIC) for one in found])
    claimed = [one for one in found if np.isfinite(one.claim_s)]
    wrong = [one for one in claimed if one.says != (one.kind is FlightKind.BALLISTIC)]
    result = {
        "flights": len(found),
        "not_seen": count - len(found),
        "claimed_95_share": digits(len(claimed) / len(found), 4),
        "wrong_of_claimed": digits(len(wrong) / max(len(claimed), 1), 3),
        "by_kind": {str(kind): _kind_row([one for one in found if one.kind is kind]) for kind in FlightKind},
        "reliability": reliability(p, is_so),
        "wrong": [
            {"kind": str(one.kind), "vehicle": one.vehicle, "number": one.number, "claimed_at_s": round(one.claim_s),
             "cutoff_s": round(one.cutoff_s), "last_p": digits(float(one.p[-1]))}
            for one in wrong[:30]
        ],
    }  # fmt: skip
    say(
        "Space launch or sub-orbital flight, the same radar 200 to 900 km away, whole ascents; 0.5 before anything is seen"
    )
    say(
        f"  {result['flights']} flights, {result['claimed_95_share']} of them claimed with 95 %, wrong: {result['wrong_of_claimed']}"
    )
    for kind, row in result["by_kind"].items():  # type: ignore[attr-defined]
        say(f"  {kind}: {row}")
    for row in result["reliability"]:  # type: ignore[attr-defined]
        say(
            f"  told {row['from']:.2f} to {row['to']:.2f}: {row['flights']} looks, mean {row['told']}, came {row['came']}"
        )
    return result


def _kind_row(found: list[Seen]) -> dict[str, object]:
    """Return how soon the flights of one kind are claimed, and how many wrongly."""
    claimed = [one for one in found if np.isfinite(one.claim_s)]
    truth = bool(found) and found[0].kind is FlightKind.BALLISTIC
    row: dict[str, object] = {"flights": len(found), "claimed": len(claimed)}
    row["wrong"] = sum(one.says != truth for one in claimed)
    row["last_word_wrong_side"] = sum(bool(one.p[-1] > 0.5) != truth for one in found)
    if claimed:
        seen_s = np.array([one.claim_s - one.t_s[0] for one in claimed])
        cut_s = np.array([one.claim_s - one.cutoff_s for one in claimed])
        row["after_first_seen_s"] = [round(float(s)) for s in np.percentile(seen_s, [50, 90])]
        row["after_end_of_thrust_s"] = [round(float(s)) for s in np.percentile(cut_s, [50, 90])]
    return row


def main() -> None:
    """Measure, and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="counts too small to mean anything: does it run at all")
    parser.add_argument("--no-peers", action="store_true", help="without effect: there is no peer")
    parser.add_argument("--orbit-flights", type=int, default=2_100)
    parser.add_argument("--ballistic-flights", type=int, default=1_000)
    args = parser.parse_args()
    orbit_flights, ballistic_flights = (20, 20) if args.tiny else (args.orbit_flights, args.ballistic_flights)
    result = {
        "orbit": {"seed": ORBIT_SEED, **orbit_table(orbit_flights, ORBIT_SEED)},
        "ballistic": {"seed": BALLISTIC_SEED, **ballistic_table(ballistic_flights, BALLISTIC_SEED)},
        "tuning": "discriminator: families seed 20, other vehicle types; filter: see benchmarks/track.py",
        "peer": {"absent": "none is known that turns readings into these verdicts"},
    }
    tell("track_verdicts", result, tiny=args.tiny)


if __name__ == "__main__":
    main()

"""How fast, how exact and how prompt the tracker is: beside Stone Soup and filterpy, beside the bound, over families.

Four parts: speed with peers on the same readings; errors against the posterior Cramer-Rao bound; how soon a lost thrust
is called, and how often falsely; where it comes down. Nothing was tuned on the seeds and vehicles used here.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from _report import say, tell
from _track_impact import table
from _track_loss import false_alarms, s1_losses
from _track_s1 import accuracy
from _track_speed import speed

if TYPE_CHECKING:
    from collections.abc import Callable

FAILURES = ((200.0, 1000, 100), (140.0, 9000, 60), (260.0, 9000, 60))  # seconds, first seed, seeds


def asked() -> argparse.Namespace:
    """Return the options: those of every benchmark, quick, and which parts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tiny", action="store_true", help="counts too small to mean anything: does it run at all")
    parser.add_argument("--quick", action="store_true", help="a tenth of the runs, a fifth of the peers' updates")
    parser.add_argument("--no-peers", dest="peers", action="store_false", help="our own side only")
    parser.add_argument("--only", nargs="+", choices=("speed", "accuracy", "loss", "impact"), help="some of the parts")
    return parser.parse_args()


def losses(scale: float) -> dict[str, Any]:
    """Return the delays on S1 and the calls over families, at a share of the full counts."""
    s1 = [
        s1_losses(at_s, range(first, first + round(count * scale)))
        for at_s, first, count in FAILURES
        if count * scale >= 2.0
    ]
    return {"s1": s1, "families": false_alarms(scale)}


def tell_speed(result: dict[str, Any]) -> None:
    """Say the speeds in words."""
    ours = result["ours"]
    say(f"Updates, scenario S1 with thrust lost at 200 s, seed {result['seed']}, {result['updates']} of them, one core")
    say(
        f"  Downrange: {ours['updates_per_s_a_core']:,.0f} a second; from records {ours['records_to_track_per_s']:,.0f}"
    )
    for name, words in (
        ("one_a_call", "called for each reading"),
        ("live_with_verdict", "through the live door, verdict included"),
    ):
        one = ours[name]
        say(f"  {words}: p50 {one['p50_us']} us, p90 {one['p90_us']}, p99 {one['p99_us']}")
    say(f"  errors {ours['rms_position_m']} m, {ours['rms_velocity_mps']} m/s")
    for name, one in result["peers"].items():
        if isinstance(one, str):  # absent, and why
            say(f"  {name}: {one}")
            continue
        say(
            f"  {name}: p50 {one['p50_us']} us, p99 {one['p99_us']} us, {one['rms_position_m']} m, {one['rms_velocity_mps']} m/s; "
            f"{one['ratio_to_live']} times ours live, {one['ratio_to_one_a_call']} times the filter called for each, {one['ratio_to_filter']} times it over a record"
        )


def tell_accuracy(result: dict[str, Any]) -> None:
    """Say the errors in words."""
    say(f"Errors on {result['flight']}, seeds {result['seeds']}, against the bound with q 0.02")
    for name, one in result["segments"].items():
        say(
            f"  {name}: {one['rms_position_m']} m ({one['ratio_position']} times), {one['rms_velocity_mps']} m/s "
            f"({one['ratio_velocity']} times); NEES {one['nees_of_6']} of 6, {one['inside_90']:.1%} inside 90 %"
        )


def tell_losses(result: dict[str, Any]) -> None:
    """Say the calls in words."""
    for one in result["s1"]:
        say(f"Thrust lost at {one['fails_at_s']:g} s on S1, seeds {one['seeds']}")
        for kind in ("range and angles", "with Doppler"):
            row = one[kind]
            said, bare = row["verdict"], row["bare_probability"]
            say(
                f"  {kind}: verdict {said['median_s']} / {said['p90_s']} s (median, p90), bare probability {bare['median_s']} s, "
                f"false {row['false_verdicts']} and {row['false_bare']}; bound {row['bound_s']['q0.02']}"
            )
    for row in result["families"]:
        say(
            f"{row['family']}: {row['flights']} flights, {row['burn_watched_s']:,.0f} s of burn, "
            f"{row['false_verdicts']} false verdicts, {row['false_bare']} of the bare probability"
        )
        for line in [*row["false_verdict_list"], *row.get("slower_than_20_s", ())]:
            say(f"    {line}")
        if "delays" in row:
            say(f"    delays: {row['delays']}")


def tell_impact(result: dict[str, Any]) -> None:
    """Say where it comes down in words."""
    for name, one in result.items():
        say(f"{name}: {one}")


def main() -> None:
    """Measure, and print one line of JSON."""
    args = asked()
    scale = 0.02 if args.tiny else 0.1 if args.quick else 1.0
    runs = max(2, round(100 * scale))
    updates = 400 if args.tiny else 600 if args.quick else 3000
    parts: dict[str, tuple[Callable[[], dict[str, Any]], Callable[[dict[str, Any]], None]]] = {
        "speed": (lambda: speed(count=updates, with_peers=args.peers), tell_speed),
        "accuracy": (lambda: accuracy(range(1000, 1000 + runs)), tell_accuracy),
        "loss": (lambda: losses(scale), tell_losses),
        "impact": (lambda: table(count=max(4, round(600 * scale))), tell_impact),
    }
    result: dict[str, Any] = {}
    for name, (measure, words) in parts.items():
        if not args.only or name in args.only:
            result[name] = measure()
            words(result[name])
    others = result.get("speed", {}).pop("peers", {"absent": "switched off"})
    tell("track", {**result, "peers": others}, tiny=args.tiny or args.quick)


if __name__ == "__main__":
    main()

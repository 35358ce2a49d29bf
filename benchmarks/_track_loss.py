"""How soon a lost thrust is called, and how often one is called that was not lost. Run by itself: nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from _report import digits
from _track_family import T0, Case, cases, product_cases
from _track_s1 import BURNS, DOPPLER_MPS, burning, module, oracle_radar, radar, readings, truth

from downrange.track import Rules, Verdict, assess, follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from downrange.base import Array
    from downrange.track import Burn, Track

WANTED_S = {"range and angles": 4.5, "with Doppler": 1.5}
SETTLED_S = 10.0  # after an ignition, before the bare statistic counts: until then the filter is still learning of it
SEEN_S = 15.0  # a loss counts as watched when readings go on for so long
DUE_S = 10.0  # a loss so soon before a planned cut-off is not told from it, nor asked for
NEVER_S = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """When thrust was called lost in one flight.

    verdict_s: first THRUST_LOST after the loss, less the loss; infinite when none; NaN when nothing was lost or seen
    bare_s:    the same for the filter's probability alone, p_idle > Rules.lost
    false_s:   times of THRUST_LOST while the engine burned
    bare_false_s: times at which the bare probability rose above while it burned, SETTLED_S after ignition
    burned_s:  seconds of burn that were watched; bare_burned_s: those of them in which the bare probability counts
    """

    verdict_s: float
    bare_s: float
    false_s: tuple[float, ...]
    bare_false_s: tuple[float, ...]
    burned_s: float
    bare_burned_s: float


def calls(track: Track, burns: Sequence[Burn], fails_at_s: float | None) -> Calls:
    """Return what was called along a track."""
    t, end = track.t_s, math.inf if fails_at_s is None else fails_at_s
    said = assess(track, burns)
    lost = [one.t_s for one in said if one.verdict is Verdict.THRUST_LOST]
    starts = [
        one.t_s
        for before, one in zip((None, *said), said, strict=False)
        if one.verdict is Verdict.THRUST_LOST and (before is None or before.verdict is not Verdict.THRUST_LOST)
    ]
    sure = track.p_idle > Rules().lost
    rises = t[sure & ~np.concatenate([[False], sure[:-1]])]
    lit, learned = _lit(t, burns, end, 0.0), _lit(t, burns, end, SETTLED_S)
    step = np.diff(t, prepend=t[0])
    step[step > 1.0] = 0.0  # silence is not watching
    watched = fails_at_s is not None and _watched(t, burns, end)
    return Calls(
        verdict_s=_after(np.array(lost), end) if watched else math.nan,
        bare_s=_after(t[sure], end) if watched else math.nan,
        false_s=tuple(x for x in starts if _lit(np.array([x]), burns, end, 0.0)[0]),
        bare_false_s=tuple(x for x in rises.tolist() if _lit(np.array([x]), burns, end, SETTLED_S)[0]),
        burned_s=float(step[lit].sum()),
        bare_burned_s=float(step[learned].sum()),
    )


def _lit(t_s: Array, burns: Sequence[Burn], end_s: float, after_s: float) -> Array:
    """Say where an engine burns, so many seconds after its ignition or later."""
    out = np.zeros(t_s.size, dtype=bool)
    for burn in burns:
        out |= (t_s > burn.t_ignition_s + after_s) & (t_s <= burn.t_cutoff_s)
    return out & (t_s < end_s)


def _watched(t_s: Array, burns: Sequence[Burn], loss_s: float) -> bool:
    """Say whether a loss lies among readings, and is not all but a planned cut-off."""
    due = any(0.0 <= burn.t_cutoff_s - loss_s < DUE_S for burn in burns)
    before, behind = t_s[t_s < loss_s], t_s[t_s > loss_s]
    return (
        not due
        and before.size > 0
        and behind.size > 0
        and bool(behind[0] - before[-1] < 1.0 and behind[-1] > loss_s + SEEN_S)
    )


def _after(times_s: Array, loss_s: float) -> float:
    """Return the delay of the first time at or after the loss."""
    late = times_s[times_s >= loss_s]
    return float(late[0] - loss_s) if late.size else NEVER_S


def _delays(values: Sequence[float]) -> dict[str, Any]:
    """Return median, nine tenths and largest of delays, and how many never came."""
    seen = np.array([x for x in values if not math.isnan(x)])
    if not seen.size:
        return {"count": 0}
    median, most = np.quantile(seen, (0.5, 0.9), method="inverted_cdf")  # exact where some are infinite
    never = int(np.isinf(seen).sum())
    return {
        "count": int(seen.size),
        "median_s": digits(float(median)) if math.isfinite(median) else None,
        "p90_s": digits(float(most)) if math.isfinite(most) else None,
        "max_s": digits(float(seen[np.isfinite(seen)].max())) if never < seen.size else None,
        "never": never,
    }


def s1_losses(fails_at_s: float, seeds: range) -> dict[str, Any]:
    """Return delays on S1, with and without Doppler, beside what the readings can tell at all."""
    out: dict[str, Any] = {"fails_at_s": fails_at_s, "seeds": f"{seeds.start}-{seeds.stop - 1}"}
    for name, doppler in (("range and angles", None), ("with Doppler", DOPPLER_MPS)):
        found = [
            calls(follow(readings(seed, fails_at_s, doppler), (radar(doppler),), module("conftest").T0, burns=BURNS),
                  BURNS, fails_at_s)
            for seed in seeds
        ]  # fmt: skip
        out[name] = {
            "verdict": _delays([x.verdict_s for x in found]),
            "bare_probability": _delays([x.bare_s for x in found]),
            "false_verdicts": sum(len(x.false_s) for x in found),
            "false_bare": sum(len(x.bare_false_s) for x in found),
            "burned_s": digits(sum(x.burned_s for x in found), 5),
            "median_wanted_s": WANTED_S[name],
            "bound_s": {f"q{q:g}": energy_times(fails_at_s, doppler, q) for q in (0.02, 0.1)},
        }
    return out


def energy_times(fails_at_s: float, doppler_mps: float | None, q: float) -> dict[str, float]:
    """Return when the readings hold d2 = 9 and 25 for the loss, its instant known: seconds after it."""
    t, r, v = truth(None)
    lit = np.flatnonzero(burning(t, None) & (t > BURNS[-1].t_ignition_s))
    t, r, v = t[lit], r[lit], v[lit]
    flights = [module("conftest").truth(x).v_ecef_mps for x in (None, fails_at_s)]
    row = round(fails_at_s / 0.02)
    lost = (flights[0][row + 1] - flights[1][row + 1]) / 0.02
    onset = int(np.argmin(np.abs(t - fails_at_s)))
    energy = module("bound").loss_energy(t, r, v, lost, oracle_radar(doppler_mps), q, onset)
    return {f"d2={k}": digits(float(np.interp(k, energy, t[onset:] - t[onset]))) for k in (9, 25)}


def over(family: Sequence[Case]) -> list[tuple[Case, Calls]]:
    """Return what was called in each flight of a family."""
    out = []
    for case in family:
        seen = case.readings()
        if not seen:
            continue
        track = follow(seen, (case.radar,), T0, burns=case.burns)
        if track.t_s.size:
            out.append((case, calls(track, case.burns, case.fails_at_s)))
    return out


def family_result(name: str, family: Sequence[Case]) -> dict[str, Any]:
    """Return false alarms, each with its circumstances, and delays of one family."""
    found = over(family)
    rows = [f"{case.circumstances()}: T+{x:.1f} s" for case, one in found for x in one.false_s]
    bare = [f"{case.circumstances()}: T+{x:.1f} s" for case, one in found for x in one.bare_false_s]
    doppler = [case.radar.sigma_range_rate_mps is not None for case, _ in found]
    losses = {
        label: _delays([one.verdict_s for (_, one), has in zip(found, doppler, strict=True) if has is wanted])
        for label, wanted in (("range and angles", False), ("with Doppler", True))
    }
    slow = [
        f"{case.circumstances()}: lost T+{case.fails_at_s:.1f} s, "
        + ("never called" if math.isinf(one.verdict_s) else f"called {one.verdict_s:.1f} s later")
        for case, one in found
        if one.verdict_s > 20.0
    ]
    return {
        "family": name,
        "flights": len(found),
        "burn_watched_s": digits(sum(one.burned_s for _, one in found), 5),
        "false_verdicts": len(rows),
        "false_verdict_list": rows,
        "bare_burn_watched_s": digits(sum(one.bare_burned_s for _, one in found), 5),
        "false_bare": len(bare),
        "false_bare_list": bare[:20],
        **({"delays": losses, "slower_than_20_s": slow} if any(x["count"] for x in losses.values()) else {}),
    }


def false_alarms(scale: float) -> list[dict[str, Any]]:
    """Return the families: nominal and failing, of vehicles and radars that nothing was tuned on."""
    a, b = max(1, round(90 * scale)), max(1, round(60 * scale))
    failing = [
        family_result("failing product's test vehicles", product_cases(312, 0, b, failing=True)),
        family_result("failing drawn vehicles", cases(32, b, failing=True)),
    ]
    if b < 3:  # to see whether it runs, these will do
        return failing
    nominal = [
        family_result("ascents of the product's test vehicles, drawn radars", product_cases(311, 0, a)),
        family_result("ascents of drawn vehicles, drawn radars", cases(31, a)),
    ]
    return nominal + failing

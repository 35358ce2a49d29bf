"""What can be said of a flight, reading by reading: thrust against what was expected, perigee against the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from downrange.base import InputError
from downrange.track.model import Burn, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When something may be said. All figures are assumed, not sourced, unless said otherwise.

    sure:        probability from which a thing is said
    perigee_m:   a perigee above this height (over the equatorial radius) is an orbit
    grace_s:     an engine may start or stop this much off its time before it is missed
    lost, hold_s: thrust is called lost when its absence is this probable for so long; set with the next four on the
                 tuning families of benchmarks/track.py, see design/track.md
    unlit, settle_s: the same before thrust was sure in a burn: a weak engine that has just been lit shows late
    beside_s:    the same while other objects are seen beside it: the filter may ride on what the stage left behind
    young_s:     a track must be so old, or so long past a break in the readings, before thrust can be called lost
    coast_s:     with no thrust being sure for so long it coasts
    for_good_s:  so long after thrust ended, or should have begun, the loss is for good
    overrun_s:   thrust so long after an expected cut-off is off nominal
    ballistic:   probability from which a flight without a plan is called ballistic; `sure` holds where there is a plan
    outside_s:   the impact point must be outside the announced corridor for so long
    silence_s:   so long without a reading nothing is known any more, unless the corridor asks for less
    air_m:       coasting down through this height is the end of it
    draws:       draws from the covariance for the orbit figures
    every_s:     an update is given at least this often while readings come, and at each change of verdict
    """

    sure: float = 0.99
    perigee_m: float = 120_000.0
    grace_s: float = 5.0
    lost: float = 0.97
    hold_s: float = 0.0
    unlit: float = 0.99
    settle_s: float = 0.5
    beside_s: float = 8.0
    young_s: float = 20.0
    coast_s: float = 0.5
    for_good_s: float = 20.0
    overrun_s: float = 12.0
    ballistic: float = 0.95
    outside_s: float = 2.0
    silence_s: float = 10.0
    air_m: float = 100_000.0
    draws: int = 400
    every_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known at one instant; NaN where nothing is.

    t_s:         seconds after lift-off
    p_idle:      probability that no engine burns
    p_orbit:     probability that the perigee is above the limit
    coast_since_s: since when it coasts, where that is sure
    p_ballistic: probability that this is no space launch
    p_outside, outside_m: probability that the impact point is outside the announced corridor, and how far it is
    p_broken, broken_why: probability that the vehicle has broken up, and what says so
    p_down:      probability that it is on the ground
    sinking:     it comes down through the air
    beside:      other objects are seen beside it: which of them burns is not clear yet
    """

    t_s: float
    p_idle: float
    p_orbit: float
    coast_since_s: float = math.nan
    p_ballistic: float = math.nan
    p_outside: float = math.nan
    outside_m: float = math.nan
    p_broken: float = math.nan
    broken_why: str = ""
    p_down: float = math.nan
    sinking: bool = False
    beside: bool = False


Said = tuple[Verdict, float, str]
_LONGEST_S = 60.0  # a longer gap says nothing of the usual one
_BREAK_S, _BREAK_GAPS = 2.0, 3.0  # assumed: after so long, and so many usual gaps, the filter has to find thrust again


def schedule(burns: Sequence[Burn | tuple[float, float, int]]) -> tuple[Burn, ...]:
    """Return the burns in order, or say what is wrong with them."""
    out = tuple(sorted(Burn(*burn) for burn in burns))
    end = -float("inf")
    for burn in out:
        if not end <= burn.t_ignition_s < burn.t_cutoff_s:
            raise InputError(
                where="burns",
                key=f"stage {burn.stage}",
                seen=f"T+{burn.t_ignition_s:g} s to T+{burn.t_cutoff_s:g} s, the one before ends T+{end:g} s",
                cure="give burns that end after they begin and do not overlap",
            )
        end = burn.t_cutoff_s
    return out


def _since(since_s: float | None, t_s: float, p: float, sure: float) -> float | None:
    """Return since when a thing is sure; once it is, only less than a half ends it."""
    if p > sure and since_s is None:
        return t_s
    return since_s if p >= 0.5 else None


class Judge:
    """Goes through the evidence in order of time and says what it means; remembers what was lost and what came back.

    span_s: after each `say`, the seconds after lift-off from when to when the evidence came that decides what is said
    """

    __slots__ = (
        "_back_s", "_began_s", "_broken", "_burns", "_coast_s", "_doubt", "_ended_s", "_first_s", "_gap_s", "_high", "_last_s",
        "_lost", "_lost_span_s", "_off", "_orbits", "_out_s", "_p_lost", "_rules", "_shot_s", "_thrust_s", "span_s",
    )  # fmt: skip

    def __init__(self, burns: tuple[Burn, ...], rules: Rules) -> None:
        self._burns, self._rules = burns, rules
        self._began_s = math.inf  # when the track began
        self._gap_s = 0.0  # usual between rows
        self._first_s = self._last_s = -math.inf  # when the track began, or went on after a break; the time before
        self._coast_s: float | None = None  # since when coasting is probable enough
        self._thrust_s: float | None = None  # since when thrust is sure
        self._back_s = -math.inf  # when thrust was last sure
        self._lost: tuple[float, Burn, str] | None = None
        self._p_lost, self._lost_span_s = 0.0, (-math.inf, -math.inf)
        self._ended_s = math.inf  # when what was lost ended, or should have begun
        self._off = ""
        self._broken: tuple[float, str] | None = None
        self._out_s: float | None = None  # since when the impact point is outside
        self._shot_s: float | None = None  # since when it looks ballistic
        self._orbits = False  # it was called in orbit, and nothing burns since
        self._high = False  # the perigee was called above the limit
        self._doubt = True  # thrust was more likely missing than not
        self.span_s = (-math.inf, math.inf)

    def deaf(self) -> None:
        """Forget what was being timed: readings stopped for a while."""
        self._coast_s = self._thrust_s = self._out_s = self._shot_s = None

    def say(self, now: Evidence) -> Said:
        """Return verdict, probability of what the reason names, and the reason."""
        self._began_s = min(self._began_s, now.t_s)
        gap_s = now.t_s - self._last_s
        if gap_s > max(_BREAK_S, _BREAK_GAPS * self._gap_s):
            self._first_s = now.t_s
        self._last_s, self._gap_s = now.t_s, max(min(gap_s, _LONGEST_S), 0.8 * self._gap_s)
        self._time(now)
        self.span_s = (now.t_s, now.t_s)
        burn = self._due(now.t_s)
        idle_s = -math.inf if self._coast_s is None else now.t_s - self._coast_s + 1e-6
        if burn is not None and self._lost is None and now.t_s - self._first_s >= self._rules.young_s:
            self._miss(now, burn, idle_s)
        self._find_again(now)
        self._break(now)
        coasting = idle_s >= self._rules.coast_s and now.p_idle > self._rules.sure
        if self._high and self._broken is None:
            return self._above(now, coasting)
        return self._worst(now, coasting) or self._plain(now, coasting, burn)

    def _worst(self, now: Evidence, coasting: bool) -> Said | None:
        """Say what is worse than off nominal, if anything is."""
        if self._broken is not None:
            t_s, why = self._broken
            self.span_s = (t_s - self._rules.hold_s, t_s)
            return Verdict.BROKEN_UP, now.p_broken, f"{why}, called at T+{t_s:.1f} s"
        if self._lost is not None:
            return self._fallen(now)
        old = now.t_s - self._first_s >= self._rules.young_s
        if old and now.p_down > self._rules.sure:
            return Verdict.WILL_NOT_REACH_ORBIT, now.p_down, "it is down"
        if old and coasting and now.sinking and now.p_orbit < 1.0 - self._rules.sure:
            reason = f"it comes down through {self._rules.air_m / 1e3:.0f} km without thrust"
            self._span_coast(now)
            return Verdict.WILL_NOT_REACH_ORBIT, 1.0 - now.p_orbit, reason
        if self._shot_s is not None and now.t_s - self._shot_s >= self._rules.hold_s - 1e-6:
            self.span_s = (self._shot_s, now.t_s)
            return Verdict.BALLISTIC, now.p_ballistic, "it rises like no launch to orbit does"
        return None

    def _plain(self, now: Evidence, coasting: bool, burn: Burn | None) -> Said:
        """Say what holds while nothing is lost."""
        if self._out_s is not None and now.t_s - self._out_s >= self._rules.outside_s - 1e-6:
            self.span_s = (self._out_s, now.t_s)
            where = f"the impact point is {now.outside_m / 1e3:.0f} km outside the announced corridor"
            return Verdict.OFF_NOMINAL, now.p_outside, where
        if not self._burns:
            reason = "no expected burns to compare with; perigee not above the limit"
            if coasting:
                reason = f"coasting since T+{self._coast_from(now):.1f} s; {reason}"
            return Verdict.UNKNOWN, 1.0, reason
        if now.t_s > self._burns[-1].t_cutoff_s - self._rules.grace_s:
            return self._spent(now, coasting)
        return self._underway(now, burn)

    def _coast_from(self, now: Evidence) -> float:
        """Return since when it coasts."""
        if math.isfinite(now.coast_since_s):
            return now.coast_since_s
        return now.t_s if self._coast_s is None else self._coast_s

    def _span_coast(self, now: Evidence) -> None:
        """Let what is said rest on the readings since it coasts."""
        self.span_s = (self._coast_from(now), now.t_s)

    def _time(self, now: Evidence) -> None:
        """Keep count of what is sure. What was once called ends only on clear evidence, so that verdicts do not flicker."""
        rule = self._rules
        self._high = now.p_orbit > (0.9 if self._high else rule.sure)
        self._doubt = now.p_idle > (0.2 if self._doubt else 0.5)
        if now.p_idle > rule.lost and self._coast_s is None:
            self._coast_s = now.t_s
        elif now.p_idle < 0.5:
            self._coast_s = None
        if now.p_idle < 1.0 - rule.sure:
            self._thrust_s = now.t_s if self._thrust_s is None else self._thrust_s
            self._back_s = now.t_s
        else:
            self._thrust_s = None
        self._out_s = _since(self._out_s, now.t_s, now.p_outside, rule.sure)
        self._shot_s = _since(self._shot_s, now.t_s, now.p_ballistic, rule.sure if self._burns else rule.ballistic)

    def _due(self, t_s: float) -> Burn | None:
        """Return the burn that must be under way, if any."""
        grace = self._rules.grace_s
        for burn in self._burns:
            if burn.t_ignition_s + grace <= t_s <= burn.t_cutoff_s - grace:
                return burn
        return None

    def _miss(self, now: Evidence, burn: Burn, idle_s: float) -> None:
        """Note a loss, once thrust is missed surely and long enough: no ignition when it was not seen in this burn."""
        rule, lit = self._rules, self._back_s > burn.t_ignition_s + 1.0
        if now.p_idle <= (rule.lost if lit else rule.unlit):
            return
        if idle_s < (rule.hold_s if lit else rule.beside_s if now.beside else rule.settle_s):
            return
        watched = self._began_s <= burn.t_ignition_s + rule.grace_s
        how = "stopped early" if lit else "did not ignite" if watched else "was never seen to burn"
        self._lost, self._p_lost = (now.t_s, burn, how), now.p_idle
        self._ended_s = max(self._coast_from(now), burn.t_ignition_s, self._began_s)
        self._lost_span_s = max(self._back_s, burn.t_ignition_s), now.t_s

    def _break(self, now: Evidence) -> None:
        """Note a break-up, and take it back when the pieces turn out to be none."""
        if now.p_broken > self._rules.sure and self._broken is None:
            self._broken = (now.t_s, now.broken_why)
        elif now.p_broken < 0.1 and self._broken is not None:
            self._off = f"it looked broken up at T+{self._broken[0]:.1f} s, and was not"
            self._broken = None

    def _find_again(self, now: Evidence) -> None:
        """Let thrust that is sure for two seconds undo the loss; the flight stays off nominal."""
        if self._lost is not None and self._thrust_s is not None and now.t_s - self._thrust_s >= 2.0:
            t_lost_s, burn, how = self._lost
            self._off = f"stage {burn.stage} {how} (T+{t_lost_s:.1f} s), thrust came back by T+{now.t_s:.1f} s"
            self._lost = None

    def _above(self, now: Evidence, coasting: bool) -> Said:
        """Say what a perigee above the limit means."""
        limit = f"perigee above {self._rules.perigee_m / 1e3:.0f} km with p={now.p_orbit:.3f}"
        self._span_coast(now)
        self._orbits = coasting or (self._orbits and now.p_idle > 0.5)
        if self._orbits:
            return Verdict.IN_ORBIT, now.p_orbit, f"{limit}, no thrust since T+{self._coast_from(now):.1f} s"
        return Verdict.WILL_REACH_ORBIT, now.p_orbit, f"{limit}, cut-off not yet sure (p={now.p_idle:.2f})"

    def _fallen(self, now: Evidence) -> Said:
        """Say what lost thrust means: first the loss, then, when it is for good, no orbit."""
        assert self._lost is not None  # noqa: S101  # for the type checker
        t_lost_s, burn, how = self._lost
        p = now.p_idle if now.p_idle > self._rules.sure else self._p_lost
        what = f"stage {burn.stage} {how}: no thrust with p={p:.3f}, called at T+{t_lost_s:.1f} s"
        if math.isfinite(now.coast_since_s):
            self._ended_s = min(self._ended_s, max(now.coast_since_s, burn.t_ignition_s, self._began_s))
        for_good = now.t_s - self._ended_s >= self._rules.for_good_s or now.t_s > self._burns[-1].t_cutoff_s
        if for_good and now.p_orbit < 1.0 - self._rules.sure:
            limit = f"perigee above {self._rules.perigee_m / 1e3:.0f} km only with p={now.p_orbit:.3f}"
            self._span_coast(now)
            return Verdict.WILL_NOT_REACH_ORBIT, 1.0 - now.p_orbit, f"{what}; {limit}"
        self.span_s = self._lost_span_s
        return Verdict.THRUST_LOST, p, what

    def _spent(self, now: Evidence, coasting: bool) -> Said:
        """Say what holds around and after the last expected cut-off while the perigee is not above the limit."""
        late = now.t_s - self._burns[-1].t_cutoff_s
        if coasting and now.p_orbit < 1.0 - self._rules.sure and late > self._rules.grace_s:
            limit = f"{self._rules.perigee_m / 1e3:.0f} km"
            reason = f"last cut-off passed, coasting, perigee above {limit} only with p={now.p_orbit:.3f}"
            self._span_coast(now)
            return Verdict.WILL_NOT_REACH_ORBIT, 1.0 - now.p_orbit, reason
        if self._thrust_s is not None and late > self._rules.overrun_s:
            return Verdict.OFF_NOMINAL, 1.0 - now.p_idle, f"thrust {late:.0f} s after the last expected cut-off"
        if late < 0.0:
            return self._due_about_now(now, "last cut-off due")
        return Verdict.UNKNOWN, 1.0 - now.p_orbit, f"last cut-off due, orbit not decided (p={now.p_orbit:.3f})"

    def _underway(self, now: Evidence, burn: Burn | None) -> Said:
        """Say what holds before the last cut-off while nothing is lost."""
        if burn is not None:
            if not self._doubt:
                return self._calm(1.0 - now.p_idle, f"stage {burn.stage} burns as expected")
            return Verdict.UNKNOWN, now.p_idle, f"stage {burn.stage} should burn; no thrust with p={now.p_idle:.2f}"
        grace = self._rules.grace_s
        done = [b for b in self._burns if b.t_cutoff_s + grace < now.t_s]
        ahead = [b for b in self._burns if b.t_ignition_s - grace > now.t_s]
        if len(done) + len(ahead) == len(self._burns) and done and ahead:
            return self._resting(now, done[-1], ahead[0])
        return self._due_about_now(now, "an ignition or cut-off is due")

    def _resting(self, now: Evidence, before: Burn, after: Burn) -> Said:
        """Say what holds in a planned coast."""
        late = now.t_s - before.t_cutoff_s
        if self._thrust_s is not None and late > self._rules.overrun_s:
            reason = f"thrust {late:.0f} s after stage {before.stage} should have stopped"
            return Verdict.OFF_NOMINAL, 1.0 - now.p_idle, reason
        if self._back_s < before.t_ignition_s:
            return Verdict.UNKNOWN, now.p_idle, f"stage {before.stage} was never seen to burn"
        if self._coast_s is not None and self._coast_s < before.t_cutoff_s - self._rules.grace_s:
            reason = f"no thrust since T+{self._coast_from(now):.1f} s, before stage {before.stage} was to end"
            return Verdict.UNKNOWN, now.p_idle, reason
        return self._calm(max(now.p_idle, 0.5), f"planned coast before stage {after.stage}")

    def _due_about_now(self, now: Evidence, what: str) -> Said:
        """Say what holds while an ignition or a cut-off may come any moment, unless thrust ended well before."""
        grace = self._rules.grace_s
        burn = next((b for b in self._burns if b.t_cutoff_s - grace <= now.t_s <= b.t_cutoff_s + grace), None)
        if burn is not None:
            if self._back_s < burn.t_ignition_s:
                return Verdict.UNKNOWN, now.p_idle, f"{what}; stage {burn.stage} was never seen to burn"
            if self._coast_s is not None and self._coast_s < burn.t_cutoff_s - grace:
                return Verdict.UNKNOWN, now.p_idle, f"{what}; no thrust since T+{self._coast_from(now):.1f} s"
        return self._calm(max(now.p_idle, 1.0 - now.p_idle), what)

    def _calm(self, p: float, reason: str) -> Said:
        """Say nominal, unless the flight was off nominal before."""
        if self._off:
            return Verdict.OFF_NOMINAL, p, f"{self._off}; now: {reason}"
        return Verdict.NOMINAL, p, reason

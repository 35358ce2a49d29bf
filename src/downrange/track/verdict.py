"""What can be said of a flight, reading by reading: thrust against what was expected, perigee against the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from downrange.base import InputError
from downrange.track.model import Burn, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When something may be said. All figures are assumed, not sourced.

    sure:        probability from which a thing is said
    perigee_m:   a perigee above this height (over the equatorial radius) is an orbit
    grace_s:     an engine may start or stop this much off its time before it is missed
    hold_s:      coasting must be sure for so long before thrust is called lost
    for_good_s:  so long after the loss, without thrust, the loss is for good
    overrun_s:   thrust so long after an expected cut-off is off nominal
    silence_s:   so long without a reading nothing is known any more
    draws:       draws from the covariance for the orbit figures
    every_s:     an update is given at least this often while readings come, and at each change of verdict
    """

    sure: float = 0.99
    perigee_m: float = 120_000.0
    grace_s: float = 5.0
    hold_s: float = 0.5
    for_good_s: float = 20.0
    overrun_s: float = 12.0
    silence_s: float = 10.0
    draws: int = 400
    every_s: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the filter says at one instant.

    t_s:     seconds after lift-off
    p_idle:  probability that no engine burns
    p_orbit: probability that the perigee is above the limit
    """

    t_s: float
    p_idle: float
    p_orbit: float


Said = tuple[Verdict, float, str]


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


class Judge:
    """Goes through the evidence in order of time and says what it means; remembers what was lost and what came back."""

    __slots__ = ("_back_s", "_burns", "_coast_s", "_doubt", "_high", "_lost", "_off", "_p_lost", "_rules", "_thrust_s")

    def __init__(self, burns: tuple[Burn, ...], rules: Rules) -> None:
        self._burns, self._rules = burns, rules
        self._coast_s: float | None = None  # since when coasting is sure
        self._thrust_s: float | None = None  # since when thrust is sure
        self._back_s = -float("inf")  # when thrust was last sure
        self._lost: tuple[float, Burn, str] | None = None
        self._p_lost = 0.0
        self._off = ""
        self._high = False  # the perigee was called above the limit
        self._doubt = True  # thrust was more likely missing than not

    def deaf(self) -> None:
        """Forget what was being timed: readings stopped for a while."""
        self._coast_s = self._thrust_s = None

    def say(self, now: Evidence) -> Said:
        """Return verdict, probability of what the reason names, and the reason."""
        self._time(now)
        coasting = self._coast_s is not None and now.t_s - self._coast_s >= self._rules.hold_s
        burn = self._due(now.t_s)
        if burn is not None and coasting and now.p_idle > self._rules.sure and self._lost is None:
            self._lose(now, burn)
        self._find_again(now)
        if self._high:
            return self._above(now, coasting)
        if self._lost is not None:
            return self._fallen(now)
        if not self._burns:
            return Verdict.UNKNOWN, 1.0, "no expected burns to compare with; perigee not above the limit"
        if now.t_s > self._burns[-1].t_cutoff_s - self._rules.grace_s:
            return self._spent(now, coasting)
        return self._underway(now, burn)

    def _time(self, now: Evidence) -> None:
        """Keep count of what is sure. What was once called ends only on clear evidence, so that verdicts do not flicker."""
        self._high = now.p_orbit > (0.9 if self._high else self._rules.sure)
        self._doubt = now.p_idle > (0.2 if self._doubt else 0.5)
        if now.p_idle > self._rules.sure and self._coast_s is None:
            self._coast_s = now.t_s
        elif now.p_idle < 0.5:
            self._coast_s = None
        if now.p_idle < 1.0 - self._rules.sure:
            self._thrust_s = now.t_s if self._thrust_s is None else self._thrust_s
            self._back_s = now.t_s
        else:
            self._thrust_s = None

    def _due(self, t_s: float) -> Burn | None:
        """Return the burn that must be under way, if any."""
        grace = self._rules.grace_s
        for burn in self._burns:
            if burn.t_ignition_s + grace <= t_s <= burn.t_cutoff_s - grace:
                return burn
        return None

    def _lose(self, now: Evidence, burn: Burn) -> None:
        """Note the loss: no ignition when thrust was not seen since the burn should have begun."""
        started = self._back_s > burn.t_ignition_s + 1.0
        how = "stopped early" if started else "did not ignite"
        self._lost, self._p_lost = (now.t_s, burn, how), now.p_idle

    def _find_again(self, now: Evidence) -> None:
        """Let thrust that is sure for two seconds undo the loss; the flight stays off nominal."""
        if self._lost is not None and self._thrust_s is not None and now.t_s - self._thrust_s >= 2.0:
            t_lost_s, burn, how = self._lost
            self._off = f"stage {burn.stage} {how} (T+{t_lost_s:.1f} s), thrust came back by T+{now.t_s:.1f} s"
            self._lost = None

    def _above(self, now: Evidence, coasting: bool) -> Said:
        """Say what a perigee above the limit means."""
        limit = f"perigee above {self._rules.perigee_m / 1e3:.0f} km with p={now.p_orbit:.3f}"
        if coasting:
            return Verdict.IN_ORBIT, now.p_orbit, f"{limit}, no thrust since T+{self._coast_s or now.t_s:.1f} s"
        return Verdict.WILL_REACH_ORBIT, now.p_orbit, f"{limit}, cut-off not yet sure (p={now.p_idle:.2f})"

    def _fallen(self, now: Evidence) -> Said:
        """Say what lost thrust means: first the loss, then, when it is for good, no orbit."""
        assert self._lost is not None  # noqa: S101  # for the type checker
        t_lost_s, burn, how = self._lost
        p = now.p_idle if now.p_idle > self._rules.sure else self._p_lost
        what = f"stage {burn.stage} {how}: no thrust with p={p:.3f}, called at T+{t_lost_s:.1f} s"
        for_good = now.t_s - t_lost_s >= self._rules.for_good_s or now.t_s > self._burns[-1].t_cutoff_s
        if for_good and now.p_orbit < 1.0 - self._rules.sure:
            limit = f"perigee above {self._rules.perigee_m / 1e3:.0f} km only with p={now.p_orbit:.3f}"
            return Verdict.WILL_NOT_REACH_ORBIT, 1.0 - now.p_orbit, f"{what}; {limit}"
        return Verdict.THRUST_LOST, p, what

    def _spent(self, now: Evidence, coasting: bool) -> Said:
        """Say what holds around and after the last expected cut-off while the perigee is not above the limit."""
        late = now.t_s - self._burns[-1].t_cutoff_s
        if coasting and now.p_orbit < 1.0 - self._rules.sure and late > self._rules.grace_s:
            limit = f"{self._rules.perigee_m / 1e3:.0f} km"
            reason = f"last cut-off passed, coasting, perigee above {limit} only with p={now.p_orbit:.3f}"
            return Verdict.WILL_NOT_REACH_ORBIT, 1.0 - now.p_orbit, reason
        if self._thrust_s is not None and late > self._rules.overrun_s:
            return Verdict.OFF_NOMINAL, 1.0 - now.p_idle, f"thrust {late:.0f} s after the last expected cut-off"
        if late < 0.0:
            return self._calm(max(now.p_idle, 1.0 - now.p_idle), "last cut-off due")
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
            if self._thrust_s is not None and now.t_s - done[-1].t_cutoff_s > self._rules.overrun_s:
                reason = (
                    f"thrust {now.t_s - done[-1].t_cutoff_s:.0f} s after stage {done[-1].stage} should have stopped"
                )
                return Verdict.OFF_NOMINAL, 1.0 - now.p_idle, reason
            return self._calm(max(now.p_idle, 0.5), f"planned coast before stage {ahead[0].stage}")
        return self._calm(max(now.p_idle, 1.0 - now.p_idle), "an ignition or cut-off is due")

    def _calm(self, p: float, reason: str) -> Said:
        """Say nominal, unless the flight was off nominal before."""
        if self._off:
            return Verdict.OFF_NOMINAL, p, f"{self._off}; now: {reason}"
        return Verdict.NOMINAL, p, reason

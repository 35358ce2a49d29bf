"""The life of warnings through one launch: situations in, actions out; a fold over states that never change.

Warn: a place is warned as soon as its probability reaches p_warn, whatever the verdict is worth; not knowing is no
reason to wait. Lift: only on evidence, place by place, when one of these has stood for settle_s:

* something could fall there (p_high was p_lift or more), and its 99 % arrival has passed with less than p_lift to come;
* nothing that still flies can reach it (p_high below p_lift), and the vehicle has passed it, or is in orbit, or the
  time last predicted for it is over though the vehicle still flies;
* nothing that still flies can reach it, the vehicle is falling, and by default (lift_waits_for = "all down") the 99 %
  arrival of everything that may hold an engine has passed: one thought dead may start late. Pieces cannot.

A reason counts from the look that first found it. A verdict of no worth frees nobody, and forgets how long a reason has
stood; so does silence, which calls nothing. A place may be warned again after a lift.

A person may warn more places, with a reason, and free any: see `downrange.alert.by_hand`. What a person warned is freed
by itself only once all that was predicted for it, and all that may hold an engine, is down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from downrange.alert.exposure import FallsLike, assess, last_arrival_s
from downrange.alert.model import Action, AtRisk, Kind, Lift, PlaceLike, Reason
from downrange.alert.policy import Policy, Worth
from downrange.base import InputError, units


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known at one moment.

    t_s:     seconds after lift-off
    verdict: the word of the track, and p its probability
    at_risk: what `assess` said of all places watched, the warned ones among them
    down_s:  99 % arrival of the last body that may still hold an engine, wherever it falls; minus infinity without any
    passed:  codes of the places that the vehicle has left behind
    """

    t_s: float
    verdict: str
    p: float
    at_risk: tuple[AtRisk, ...]
    down_s: float
    passed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """A place under warning.

    since_s:    when it was warned
    arrival_s:  99 % arrival of what was last predicted to reach it
    quiet_s:    since when the reason to lift stands; NaN while there is none
    by_hand:    a person warned it, for a reason the crowd does not know
    """

    place: PlaceLike
    since_s: float
    arrival_s: float
    quiet_s: float = math.nan
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a country was last told: when its warning ends by itself, and whether the vehicle was said to be falling."""

    country: str
    expires_s: float
    falling: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The state of the desk: who is warned, what each country was last told, and the time of the last situation."""

    policy: Policy
    warned: tuple[Warned, ...] = ()
    told: tuple[Told, ...] = ()
    t_s: float = -math.inf

    def places(self, country: str | None = None) -> tuple[PlaceLike, ...]:
        """Return the places under warning, those of one country if one is named."""
        return tuple(one.place for one in self.warned if country in (None, one.place.country))


def look(
    falls: FallsLike,
    places: Sequence[PlaceLike],
    policy: Policy,
    *,
    t_s: float,
    verdict: str,
    p: float,
    passed: Iterable[str] = (),
    engines: Iterable[str] | None = None,
) -> Situation:
    """Return the situation at one moment, from the crowd of falls ahead and the track's verdict.

    engines: the bodies of the crowd that may hold an engine thought dead; any of them may when not given
    """
    return Situation(
        t_s=t_s,
        verdict=str(verdict),
        p=p,
        at_risk=assess(falls, places, policy, t_s),
        down_s=last_arrival_s(falls, engines),
        passed=frozenset(passed),
    )


def decide(desk: Desk, situation: Situation) -> tuple[Desk, tuple[Action, ...]]:
    """Return the desk after a situation, and what it does about it: lifts first, then warnings, then renewals."""
    if not situation.t_s >= desk.t_s:
        raise InputError(
            where="desk",
            key="t_s",
            seen=f"{situation.t_s:g} s comes after {desk.t_s:g} s",
            cure="give the situations in the order of time",
        )
    worth = desk.policy.worth(situation.verdict, situation.p)
    risks = {one.place.code: one for one in situation.at_risk}
    warned = tuple(_seen(one, risks, situation, worth, desk.policy) for one in desk.warned)
    desk = replace(desk, t_s=situation.t_s, warned=warned)
    desk, lifts = _lift(desk, risks, situation, worth)
    desk, warnings = _warn(desk, situation, worth)
    desk, renewals = _renew(desk, situation, worth)
    return desk, (*lifts, *warnings, *renewals)


def watch(policy: Policy, situations: Iterable[Situation]) -> tuple[Desk, tuple[Action, ...]]:
    """Return the last state and all actions of a whole launch."""
    desk = Desk(policy=policy)
    done: list[Action] = []
    for situation in situations:
        desk, actions = decide(desk, situation)
        done += actions
    return desk, tuple(done)


def _seen(warned: Warned, risks: dict[str, AtRisk], situation: Situation, worth: Worth, policy: Policy) -> Warned:
    """Return a warned place with its latest arrival, and since when it could be freed."""
    risk = risks.get(warned.place.code)
    arrival_s = warned.arrival_s
    if risk is not None and risk.rows:
        told_s = risk.last_arrival_s
        arrival_s = told_s if worth is not Worth.NO_EVIDENCE else max(arrival_s, told_s)
    warned = replace(warned, arrival_s=arrival_s)
    if not _free(warned, risk, situation, worth, policy):
        return replace(warned, quiet_s=math.nan)
    if not math.isnan(warned.quiet_s):
        return warned
    return replace(warned, quiet_s=situation.t_s)


def _free(warned: Warned, risk: AtRisk | None, situation: Situation, worth: Worth, policy: Policy) -> bool:
    """Say whether there is, at this moment, a reason to free a place."""
    if worth is Worth.NO_EVIDENCE:
        return False
    reachable = risk is not None and risk.p_high >= policy.p_lift
    if risk is not None and reachable and (situation.t_s < risk.last_arrival_s or risk.p >= policy.p_lift):
        return False
    if warned.by_hand and situation.t_s < max(warned.arrival_s, situation.down_s):
        return False
    if warned.place.code in situation.passed or worth is Worth.ORBIT:
        return True
    if worth is Worth.IN_FLIGHT:
        return situation.t_s >= warned.arrival_s
    return policy.lift_waits_for == "place" or situation.t_s >= situation.down_s


def _lift(desk: Desk, risks: dict[str, AtRisk], situation: Situation, worth: Worth) -> tuple[Desk, tuple[Action, ...]]:
    """Free the places whose reason has stood long enough, by country and kind."""
    freed: dict[tuple[str, Lift, Reason], list[Warned]] = {}
    for one in desk.warned:
        if situation.t_s - one.quiet_s >= desk.policy.settle_s:
            lift, reason = _kind(one, risks.get(one.place.code), situation)
            freed.setdefault((one.place.country, lift, reason), []).append(one)
    actions = tuple(
        Action(
            kind=Kind.LIFT,
            t_s=situation.t_s,
            places=tuple(one.place for one in group),
            reason=reason,
            lift=lift,
            degraded=worth is Worth.NO_EVIDENCE,
        )
        for (_, lift, reason), group in freed.items()
    )
    gone = {one.place.code for group in freed.values() for one in group}
    left = tuple(one for one in desk.warned if one.place.code not in gone)
    countries = {one.place.country for one in left}
    told = tuple(one for one in desk.told if one.country in countries)
    return replace(desk, warned=left, told=told), actions


def _kind(warned: Warned, risk: AtRisk | None, situation: Situation) -> tuple[Lift, Reason]:
    """Return which all-clear a place gets, and why."""
    if warned.place.code in situation.passed:
        return Lift.PASSED, Reason.BEYOND
    came = risk is not None and risk.rows and situation.t_s >= risk.last_arrival_s
    if came or situation.t_s >= warned.arrival_s:
        return Lift.PASSED, Reason.ARRIVED
    return Lift.NOT_COMING, Reason.OUT_OF_REACH


def _warn(desk: Desk, situation: Situation, worth: Worth) -> tuple[Desk, tuple[Action, ...]]:
    """Warn the places whose probability has come up to the threshold: issue in a new country, else update."""
    known = {one.place.code for one in desk.warned}
    hot: dict[str, list[AtRisk]] = {}
    for risk in situation.at_risk:
        if risk.p >= desk.policy.p_warn and risk.place.code not in known:
            hot.setdefault(risk.place.country, []).append(risk)
    actions = []
    for country, risks in hot.items():
        before = desk.places(country)
        added = tuple(Warned(place=risk.place, since_s=situation.t_s, arrival_s=risk.last_arrival_s) for risk in risks)
        desk = replace(desk, warned=desk.warned + added)
        falling = Reason.FALLING if worth is Worth.FALLING else Reason.RISK
        kind, reason = (Kind.UPDATE, Reason.WIDER) if before else (Kind.ISSUE, falling)
        places = tuple(one.place for one in added)
        desk, action = _tell(desk, country, situation, worth, kind=kind, reason=reason, added=places)
        actions.append(action)
    return desk, tuple(actions)


def _renew(desk: Desk, situation: Situation, worth: Worth) -> tuple[Desk, tuple[Action, ...]]:
    """Say that what was only a risk is now falling, and extend the warnings that would expire before they can be lifted."""
    actions = []
    hot = {risk.place.code for risk in situation.at_risk if risk.p >= desk.policy.p_warn}
    for told in desk.told:
        falls_here = any(place.code in hot for place in desk.places(told.country))
        if worth is Worth.FALLING and falls_here and not told.falling:
            reason = Reason.FALLING
        elif situation.t_s >= told.expires_s - desk.policy.renew_minutes * units.MINUTE:
            reason = Reason.EXTENDED
        else:
            continue
        desk, action = _tell(desk, told.country, situation, worth, kind=Kind.UPDATE, reason=reason, added=())
        actions.append(action)
    return desk, tuple(actions)


def _tell(
    desk: Desk,
    country: str,
    situation: Situation,
    worth: Worth,
    *,
    kind: Kind,
    reason: Reason,
    added: tuple[PlaceLike, ...],
) -> tuple[Desk, Action]:
    """Return the action for all warned places of a country, and the desk with their new expiry."""
    codes = {place.code for place in desk.places(country)}
    risks = [one for one in situation.at_risk if one.place.code in codes]
    own = [one for one in desk.warned if one.place.country == country]
    last_s = max(one.arrival_s for one in own)
    action = Action(
        kind=kind,
        t_s=situation.t_s,
        places=desk.places(country),
        added=added,
        reason=reason,
        first_arrival_s=max(situation.t_s, min((one.first_arrival_s for one in risks), default=situation.t_s)),
        last_arrival_s=max(situation.t_s, last_s),
        p=max((one.p for one in risks), default=0.0),
        degraded=worth is Worth.NO_EVIDENCE,
    )
    said = any(one.falling for one in desk.told if one.country == country)
    told = Told(country=country, expires_s=expiry_s(action, desk.policy), falling=said or worth is Worth.FALLING)
    others = tuple(one for one in desk.told if one.country != country)
    return replace(desk, told=(*others, told)), action


def expiry_s(action: Action, policy: Policy) -> float:
    """Return when a warning ends by itself: the policy's span after the decision or after the last arrival."""
    return max(action.t_s, action.last_arrival_s) + policy.expiry_minutes * units.MINUTE

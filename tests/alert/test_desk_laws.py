"""Laws of the desk under any input: no flapping on what does not change, no end without a lift or an expiry, no dawdling."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.alert import AtRisk, Desk, Kind, Situation, Worth, decide, load_policy

POLICY = load_policy()
FREEING = ["nominal", "off nominal", "thrust lost", "broken up", "in orbit", "unknown"]
P = st.sampled_from([0.0, 1e-5, 4.9e-4, 5e-4, 9.9e-4, 1e-3, 0.02, 1.0])


@st.composite
def at_risk(draw, places):
    """Risks of some places: p_high is never below p, the last arrival never before the first."""
    found = []
    for place in draw(st.lists(st.sampled_from(places), unique_by=lambda one: one.code)):
        p = draw(P)
        first_s = draw(st.floats(0.0, 900.0))
        found.append(
            AtRisk(
                place=place,
                p=p,
                p_high=min(max(p, draw(P)), 1.0),
                people=None,
                first_arrival_s=first_s,
                last_arrival_s=first_s + draw(st.floats(0.0, 600.0)),
                rows=draw(st.integers(0, 5)) if p == 0.0 else draw(st.integers(1, 5)),
            )
        )
    return tuple(found)


def islets(place):
    return [place("N", 37.0, 125.0), place("S", 33.0, 125.5), place("J", 24.8, 125.3, country="JP")]


def situation(draw, places, t_s):
    return Situation(
        t_s=t_s,
        verdict=draw(st.sampled_from(FREEING)),
        p=draw(st.sampled_from([0.5, 0.95, math.nan])),
        at_risk=draw(at_risk(places)),
        down_s=draw(st.sampled_from([-math.inf, 200.0, 700.0])),
        passed=draw(st.frozensets(st.sampled_from("NSJ"))),
    )


@settings(max_examples=80, deadline=None)
@given(data=st.data(), settle_s=st.sampled_from([0.0, 10.0, 60.0]), step_s=st.sampled_from([1.0, 5.0, 15.0]))
def test_what_does_not_change_is_warned_once_and_lifted_once(place, data, settle_s, step_s):
    """The same situation seen again and again: no place is warned, freed and warned, whatever the numbers."""
    places = islets(place)
    seen = situation(data.draw, places, 0.0)
    desk = Desk(policy=replace(POLICY, settle_s=settle_s))
    history: dict[str, list[Kind]] = {}
    for k in range(60):
        desk, actions = decide(desk, replace(seen, t_s=k * step_s))
        for action in actions:
            for one in action.added or (action.places if action.kind is Kind.LIFT else ()):
                history.setdefault(one.code, []).append(action.kind)
    assert all(len(kinds) <= 2 for kinds in history.values())
    assert all(kinds[1:] in ([], [Kind.LIFT]) for kinds in history.values())


@settings(max_examples=80, deadline=None)
@given(data=st.data(), steps=st.integers(1, 25))
def test_every_warned_place_has_an_expiry_ahead_and_a_lift_waits_no_longer_than_it_must(place, data, steps):
    """Whatever comes: a country is told an expiry exactly while places of it are warned; a reason that stands frees."""
    places = islets(place)
    desk, t_s, since = Desk(policy=POLICY), 0.0, {}
    for _ in range(steps):
        t_s += data.draw(st.floats(0.5, 120.0))
        seen = situation(data.draw, places, t_s)
        before = {one.place.code: one for one in desk.warned}
        desk, actions = decide(desk, seen)
        assert {one.country for one in desk.told} == {one.place.country for one in desk.warned}
        assert all(one.expires_s > t_s for one in desk.told)
        assert all(t_s - one.quiet_s < POLICY.settle_s for one in desk.warned if not math.isnan(one.quiet_s))
        lifted = {one.code for action in actions if action.kind is Kind.LIFT for one in action.places}
        assert lifted <= before.keys()
        if POLICY.worth(seen.verdict, seen.p) is Worth.NO_EVIDENCE:
            assert not lifted
            assert all(math.isnan(one.quiet_s) for one in desk.warned)
        for code in lifted:
            assert code in since
            assert t_s - since[code] >= POLICY.settle_s
        since = {one.place.code: one.quiet_s for one in desk.warned if not math.isnan(one.quiet_s)}
        risks = {one.place.code: one for one in seen.at_risk}
        for code in lifted & risks.keys():
            assert risks[code].p < POLICY.p_lift
            assert risks[code].p_high < POLICY.p_lift or t_s >= risks[code].last_arrival_s
        assert {code for code, one in risks.items() if one.p >= POLICY.p_warn} <= {one.code for one in desk.places()}


@settings(max_examples=40, deadline=None)
@given(data=st.data(), gaps=st.lists(st.floats(1.0, 900.0), min_size=1, max_size=12))
def test_silence_never_lifts_and_every_warning_is_renewed_before_it_ends(place, data, gaps):
    """Nothing but not knowing, however long: nobody is freed, and no look finds a warning that ended unseen."""
    places = islets(place)
    desk = Desk(policy=POLICY)
    hot = data.draw(at_risk(places))
    desk, _ = decide(desk, Situation(t_s=0.0, verdict="nominal", p=0.99, at_risk=hot, down_s=900.0))
    warned = {one.code for one in desk.places()}
    t_s, limit_s = 0.0, 60.0 * POLICY.renew_minutes
    for gap_s in gaps:
        t_s += min(gap_s, limit_s)
        ends = {one.country: one.expires_s for one in desk.told}
        desk, actions = decide(desk, Situation(t_s=t_s, verdict="unknown", p=1.0, at_risk=(), down_s=-math.inf))
        assert not [action for action in actions if action.kind is Kind.LIFT]
        assert all(t_s <= end_s for end_s in ends.values())
    assert {one.code for one in desk.places()} == warned

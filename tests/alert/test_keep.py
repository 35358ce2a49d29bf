"""What the journal keeps of the desk comes back to the same bits, through JSON, whatever the numbers."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.alert.desk import Desk, Situation, Told, Warned, decide, look
from downrange.alert.keep import desk_from_json, desk_to_json, situation_from_json, situation_to_json
from downrange.alert.model import AtRisk, people_of
from downrange.alert.policy import load_policy
from downrange.base import InputError

POLICY = load_policy()
ANY = st.floats(allow_nan=True, allow_infinity=True)


@pytest.fixture(scope="module")
def islets(place):
    return [place("N", 37.0, 125.0), place("J", 24.8, 125.3, country="JP", people=(None, None, None))]


def through(document):
    return json.loads(json.dumps(document, allow_nan=False))


@settings(max_examples=60, deadline=None)
@given(numbers=st.lists(ANY, min_size=6, max_size=6), flags=st.tuples(st.booleans(), st.booleans()))
def test_a_desk_comes_back_to_the_same_bits(islets, numbers, flags):
    t_s, since_s, arrival_s, quiet_s, expires_s, other_s = numbers
    desk = Desk(
        policy=POLICY,
        t_s=t_s,
        warned=(
            Warned(place=islets[1], since_s=since_s, arrival_s=arrival_s, quiet_s=quiet_s, by_hand=flags[0]),
            Warned(place=islets[0], since_s=other_s, arrival_s=quiet_s),
        ),
        told=(Told(country="JP", expires_s=expires_s, falling=flags[1]),),
    )
    back = desk_from_json(through(desk_to_json(desk)), POLICY, islets)
    assert repr(back) == repr(desk)  # NaN is not equal to itself, its repr is
    assert math.copysign(1.0, back.t_s) == math.copysign(1.0, t_s) or math.isnan(t_s)


@settings(max_examples=60, deadline=None)
@given(numbers=st.lists(ANY, min_size=7, max_size=7), passed=st.sets(st.sampled_from("NJ")))
def test_a_situation_comes_back_to_the_same_bits(islets, numbers, passed):
    t_s, p, p_high, first_s, last_s, down_s, sure = numbers
    risk = AtRisk(place=islets[1], p=p, p_high=p_high, people=people_of(islets[1]), first_arrival_s=first_s,
                  last_arrival_s=last_s, rows=7)  # fmt: skip
    seen = Situation(t_s=t_s, verdict="nominal", p=sure, at_risk=(risk,), down_s=down_s, passed=frozenset(passed))
    back = situation_from_json(through(situation_to_json(seen)), islets)
    assert repr(replace(back, passed=frozenset())) == repr(replace(seen, passed=frozenset()))
    assert back.passed == seen.passed


def test_a_desk_that_was_kept_decides_as_one_that_was_not(islets, crowd):
    falls = crowd((37.0, 125.0, 300.0, 0.5), (24.8, 125.3, 800.0, 0.3))
    kept = whole = Desk(policy=POLICY)
    for t_s in range(60, 900, 20):
        seen = look(falls, islets, POLICY, t_s=float(t_s), verdict="thrust lost", p=0.99)
        whole, expected = decide(whole, seen)
        kept, found = decide(desk_from_json(through(desk_to_json(kept)), POLICY, islets),
                             situation_from_json(through(situation_to_json(seen)), islets))  # fmt: skip
        assert repr(found) == repr(expected)
    assert not whole.warned


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda d: d.pop("t_s"), r"desk: t_s: missing"),
        (lambda d: d.update(t_s="soon"), r"desk: t_s: 'soon' is no number"),
        (lambda d: d["warned"][0].update(code="X"), r"no place has the code 'X'"),
        (lambda d: d["warned"][0].pop("by_hand"), r"by_hand: missing"),
    ],
)
def test_a_document_that_was_changed_is_refused(islets, spoil, words):
    desk = Desk(policy=POLICY, t_s=1.0, warned=(Warned(place=islets[0], since_s=1.0, arrival_s=2.0),))
    document = desk_to_json(desk)
    spoil(document)
    with pytest.raises(InputError, match=words):
        desk_from_json(document, POLICY, islets)

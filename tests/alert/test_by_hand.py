"""A person may warn more and free some: with a reason, by code, and the desk goes on from there."""

import math

import numpy as np
import pytest

from downrange.alert.by_hand import free, widen
from downrange.alert.desk import Desk, decide, look
from downrange.alert.model import Kind, Lift, Reason
from downrange.alert.policy import load_policy
from downrange.base import InputError

POLICY = load_policy()
WHY = "the ferry heard it overhead"


@pytest.fixture(scope="module")
def islets(place):
    return [place("N", 37.0, 125.0), place("S", 33.0, 125.5), place("J", 24.8, 125.3, country="JP")]


@pytest.fixture
def warned(islets, crowd):
    """A desk that has warned N by itself."""
    seen = look(crowd((37.0, 125.0, 300.0, 0.5)), islets, POLICY, t_s=60.0, verdict="nominal", p=0.99)
    return decide(Desk(policy=POLICY), seen)[0]


def test_a_person_warns_more_places_by_country_and_the_reason_is_kept(islets, warned):
    desk, actions = widen(warned, islets, t_s=70.0, because=f"  {WHY} ", arrival_s=500.0)
    assert [(a.kind, a.reason, a.because, [p.code for p in a.places], [p.code for p in a.added]) for a in actions] == [
        (Kind.UPDATE, Reason.BY_HAND, WHY, ["N", "S"], ["S"]),
        (Kind.ISSUE, Reason.BY_HAND, WHY, ["J"], ["J"]),
    ]
    assert [action.last_arrival_s for action in actions] == [500.0, 500.0]
    assert [(one.place.code, one.by_hand) for one in desk.warned] == [("N", False), ("S", True), ("J", True)]
    assert {one.country: one.expires_s for one in desk.told} == {"KR": 500.0 + 3600.0, "JP": 500.0 + 3600.0}
    assert widen(desk, islets, t_s=80.0, because=WHY) == (desk, ())


@pytest.mark.parametrize("because", ["", "   ", "why not", "         x"])
def test_without_a_reason_nobody_is_warned_or_freed(islets, warned, because):
    with pytest.raises(InputError, match=r"because.*[Ss]ay why in 10 characters"):
        widen(warned, islets, t_s=70.0, because=because)
    with pytest.raises(InputError, match="because"):
        free(warned, ["N"], t_s=70.0, because=because)


def test_only_places_with_codes_can_be_warned(place, islets, warned):
    with pytest.raises(InputError, match="no code"):
        widen(warned, [*islets, place("", 36.0, 125.0)], t_s=70.0, because=WHY)
    with pytest.raises(InputError, match="no place"):
        widen(warned, [], t_s=70.0, because=WHY)


def test_only_places_under_warning_can_be_freed(warned):
    with pytest.raises(InputError, match="S: is not under warning"):
        free(warned, ["N", "S"], t_s=70.0, because=WHY)
    with pytest.raises(InputError, match="no place"):
        free(warned, [], t_s=70.0, because=WHY)
    with pytest.raises(InputError, match="has passed"):
        free(warned, ["N"], t_s=70.0, because=WHY, lift=Lift.MISTAKEN)


def test_a_person_frees_what_was_warned_and_the_desk_forgets_it(islets, warned):
    desk, (action,) = free(warned, ["N", "N"], t_s=70.0, because=WHY, lift=Lift.PASSED)
    assert (action.kind, action.lift, action.reason, [p.code for p in action.places]) == (
        Kind.LIFT, Lift.PASSED, Reason.BY_HAND, ["N"])  # fmt: skip
    assert math.isnan(action.last_arrival_s)
    assert not desk.warned
    assert not desk.told
    assert desk.t_s == 70.0


def test_nobody_decides_on_a_desk_of_later(islets, warned):
    for act in (
        lambda: widen(warned, islets, t_s=59.0, because=WHY),
        lambda: free(warned, ["N"], t_s=59.0, because=WHY),
    ):
        with pytest.raises(InputError, match="as it is now"):
            act()


def test_what_a_person_warned_is_not_freed_while_anything_that_may_hold_an_engine_is_up(islets, warned, crowd):
    desk, _ = widen(warned, islets[1:2], t_s=70.0, because=WHY)
    wreck = crowd((np.full(400, 36.1), 123.76, 500.0, 1.0 / 400))
    lifts = []
    for t_s in range(100, 600, 5):
        seen = look(wreck, islets, POLICY, t_s=float(t_s), verdict="thrust lost", p=0.99, passed=("N", "S"))
        desk, actions = decide(desk, seen)
        lifts += [(a.t_s, [p.code for p in a.places]) for a in actions if a.kind is Kind.LIFT]
    assert lifts == [(110.0, ["N"]), (510.0, ["S"])]

"""What is proposed, held against what people were told and what still waits."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from downrange.alert.book import Book, Case, Dispatch, Stage, Standing
from downrange.alert.desk import Desk, Warned
from downrange.alert.model import Action, Event, Kind, Lift, Reason
from downrange.alert.policy import load_policy
from downrange.alert.reconcile import Ground, wish

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
NOW = T0 + timedelta(seconds=100)
EVENT = Event(code="x", t0=T0, origin={"en": "the north"})
GROUND = Ground(event=EVENT, now=NOW, channels=("files", "feed"), evidence="e" * 64)
A, B, C = (SimpleNamespace(code=code, country="KR") for code in "ABC")


def desk(*places):
    warned = tuple(Warned(place=place, since_s=60.0, arrival_s=400.0) for place in places)
    return replace(Desk(policy=load_policy()), warned=warned)


def warn(*places, added=(), reason=Reason.RISK):
    return Action(
        kind=Kind.UPDATE if reason is Reason.WIDER else Kind.ISSUE,
        t_s=100.0,
        places=places,
        added=added or places,
        reason=reason,
        first_arrival_s=300.0,
        last_arrival_s=400.0,
        p=0.1,
    )


def lift(*places, kind=Lift.PASSED):
    return Action(kind=Kind.LIFT, t_s=100.0, places=places, reason=Reason.ARRIVED, lift=kind)


def told(*codes, issued=("x.KR.01",), channels=("files",)):
    case = Case(
        event="x",
        country="KR",
        standing=Standing.WARNED,
        warned=codes,
        channels=channels,
        expires=NOW + timedelta(hours=1),
        issued=issued,
    )
    return Book(cases={("x", "KR"): case})


def waits(book, proposed, *, stage=Stage.DRAFTED, good_for_s=300.0):
    one = Dispatch(proposed=proposed, author="m", stage=stage, valid_until=NOW + timedelta(seconds=good_for_s))
    return replace(book, dispatches={**book.dispatches, proposed.dispatch: one})


def test_a_first_warning_is_an_issue_on_every_channel():
    (one,) = wish(Book(), "KR", desk(A, B), [warn(A, B)], GROUND).proposed
    assert (one.dispatch, one.based_on, one.kind, one.codes, one.added) == (
        "x.KR.01",
        0,
        Kind.ISSUE,
        ("A", "B"),
        ("A", "B"),
    )
    assert one.channels == ("files", "feed")


def test_nothing_new_is_proposed_while_a_good_draft_waits():
    first = wish(Book(), "KR", desk(A), [warn(A)], GROUND).proposed[0]
    found = wish(waits(Book(), first), "KR", desk(A), [], GROUND)
    assert (found.withdrawn, found.proposed) == ((), ())


def test_a_widening_that_comes_before_consent_takes_the_place_of_the_first_warning():
    first = wish(Book(), "KR", desk(A), [warn(A)], GROUND).proposed[0]
    wider = warn(A, B, added=(B,), reason=Reason.WIDER)
    found = wish(waits(Book(), first), "KR", desk(A, B), [wider], GROUND)
    assert found.withdrawn == ("x.KR.01",)
    (one,) = found.proposed
    assert (one.kind, one.reason, one.added) == (Kind.ISSUE, Reason.RISK, ("A", "B"))  # nobody was told anything yet


def test_a_lift_before_anybody_was_told_withdraws_and_says_nothing():
    first = wish(Book(), "KR", desk(A), [warn(A)], GROUND).proposed[0]
    found = wish(waits(Book(), first), "KR", desk(), [lift(A)], GROUND)
    assert (found.withdrawn, found.proposed) == (("x.KR.01",), ())


def test_a_lift_goes_to_the_channels_that_were_used_and_an_update_may_use_more():
    found = wish(told("A", "B"), "KR", desk(B, C), [lift(A), warn(B, C, added=(C,), reason=Reason.WIDER)], GROUND)
    freed, wider = found.proposed
    assert (freed.kind, freed.codes, freed.channels, freed.based_on) == (Kind.LIFT, ("A",), ("files",), 1)
    assert (wider.kind, wider.codes, wider.added, wider.based_on) == (Kind.UPDATE, ("B", "C"), ("C",), 2)
    assert wider.channels == ("files", "feed")


def test_a_lift_that_waits_is_kept_when_another_decision_comes():
    book = told("A", "B")
    first = wish(book, "KR", desk(B), [lift(A)], GROUND).proposed[0]
    found = wish(waits(book, first), "KR", desk(), [lift(B, kind=Lift.NOT_COMING)], GROUND)
    assert [(one.codes, one.lift) for one in found.proposed] == [(("B",), Lift.NOT_COMING), (("A",), Lift.PASSED)]
    assert found.withdrawn == (first.dispatch,)


def test_a_place_warned_again_is_not_lifted_by_what_waited():
    book = told("A")
    first = wish(book, "KR", desk(), [lift(A)], GROUND).proposed[0]
    found = wish(waits(book, first), "KR", desk(A), [warn(A)], GROUND)
    (one,) = found.proposed
    assert (one.kind, one.added, found.withdrawn) == (Kind.UPDATE, (), (first.dispatch,))


def test_a_stale_draft_is_proposed_again_with_the_times_of_now():
    first = wish(Book(), "KR", desk(A), [warn(A)], GROUND).proposed[0]
    later = replace(GROUND, now=NOW + timedelta(seconds=301))
    found = wish(waits(Book(), first), "KR", desk(A), [], later)
    (one,) = found.proposed
    assert (one.t_s, one.first_arrival_s, one.last_arrival_s) == (401.0, 401.0, 401.0)
    assert one.p == first.p


@pytest.mark.parametrize("stage", [Stage.REJECTED, Stage.WITHDRAWN])
def test_what_a_person_refused_is_not_proposed_again_and_what_was_lost_is(stage):
    first = wish(Book(), "KR", desk(A), [warn(A)], GROUND).proposed[0]
    found = wish(waits(Book(), first, stage=stage), "KR", desk(A), [], GROUND)
    assert len(found.proposed) == (0 if stage is Stage.REJECTED else 1)


def test_places_added_by_hand_stay_under_warning_when_the_desk_speaks():
    (one,) = wish(told("A", "B"), "KR", desk(A), [warn(A, reason=Reason.FALLING)], GROUND).proposed
    assert (one.kind, one.codes, one.reason) == (Kind.UPDATE, ("A", "B"), Reason.FALLING)
    assert not math.isnan(one.last_arrival_s)

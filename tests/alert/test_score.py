"""Person-minutes, lead times, misses and early lifts, worked out by hand."""

import math
from datetime import datetime, timedelta

import pytest

from downrange.alert import (
    Action,
    Band,
    Kind,
    Lift,
    Reason,
    Spell,
    Status,
    load_policy,
    person_minutes,
    release,
    score,
    spells,
    tenth_and_median,
)
from downrange.base import KST, InputError

POLICY = load_policy()
T0 = datetime(2023, 5, 31, 6, 27, tzinfo=KST)
HUNDRED = Band(low=90.0, best=100.0, high=110.0)


def minutes(n):
    return T0 + timedelta(minutes=n)


def spell(alerted, lifted, people=HUNDRED):
    return Spell(area="Island", people=people, alerted=alerted, lifted=lifted, source="made up")


def test_person_minutes_split_at_the_end_of_the_hazard():
    sums = person_minutes([spell(minutes(3), minutes(13)), spell(minutes(10), minutes(12))], minutes(8))
    assert (sums.total.low, sums.total.best, sums.total.high) == (1080.0, 1200.0, 1320.0)
    assert sums.avoidable.best == 500.0 + 200.0


def test_unknown_people_are_counted_as_unknown():
    sums = person_minutes([spell(minutes(3), minutes(13), None), spell(minutes(3), minutes(4))], minutes(8))
    assert (sums.total.best, sums.unknown) == (100.0, 1)


def test_a_warning_never_lifted_counts_as_long_as_asked():
    assert person_minutes([spell(minutes(3), None)], minutes(8)).total.best == 500.0
    assert person_minutes([spell(minutes(3), None)], minutes(8), until=minutes(63)).avoidable.best == 5500.0


def test_a_lift_before_the_alert_is_refused():
    with pytest.raises(InputError, match="before alerted"):
        spell(minutes(3), minutes(2))


@pytest.fixture
def islets(place):
    return [place("H", 37.0, 125.0), place("N", 35.0, 125.0), place("M", 33.0, 125.0)]


def warned(islets, *, lifted_s):
    """Warn H and N at T+50 s (sent T+60 s), lift both at a time (sent 10 s later)."""
    both = tuple(islets[:2])
    first = Action(kind=Kind.ISSUE, t_s=50.0, places=both, added=both, reason=Reason.RISK,
                   first_arrival_s=300.0, last_arrival_s=310.0, p=0.5)  # fmt: skip
    last = Action(kind=Kind.LIFT, t_s=lifted_s - 10.0, places=both, reason=Reason.ARRIVED, lift=Lift.PASSED)
    return [first, last]


def test_ours_against_history_and_against_what_fell(islets, event, crowd):
    """Fall on H at T+300 s; H and N (100 people each) are under warning from T+60 s to T+360 s: 1,000 person-minutes."""
    chains = release(event, warned(islets, lifted_s=360.0), POLICY, Status.EXERCISE)
    history = [spell(minutes(3), minutes(103))]
    found = score(chains, history, crowd((37.0, 125.0, 300.0, 1.0)), islets, POLICY, T0)
    assert found.ours.total.best == 1000.0
    assert found.ours.avoidable.best == 200.0
    assert found.history.total.best == 10_000.0
    assert found.saved == pytest.approx(0.9)
    assert (found.misses, found.early_lifts, found.needless) == ((), (), ("N",))
    assert found.lead_s == {"H": 240.0}
    assert found.lift_delay_s == {"H": 60.0, "N": 60.0}


def test_misses_and_early_lifts_are_named(islets, event, crowd):
    chains = release(event, warned(islets, lifted_s=200.0), POLICY, Status.EXERCISE)
    fallen = crowd((37.0, 125.0, 300.0, 1.0), (33.0, 125.0, 300.0, 1.0))
    found = score(chains, [], fallen, islets, POLICY, T0)
    assert found.early_lifts == ("H",)
    assert found.misses == ("M",)
    late = score(chains, [], crowd((37.0, 125.0, 30.0, 1.0)), islets, POLICY, T0)
    assert late.misses == ("H",)
    assert late.lead_s == {"H": -30.0}


def test_spells_follow_a_place_through_warning_lift_and_warning(islets, event):
    (chain,) = release(event, warned(islets, lifted_s=360.0), POLICY, Status.EXERCISE)
    rows = spells([chain])
    assert {(row.code, (row.lifted - row.alerted).total_seconds()) for row in rows} == {("H", 300.0), ("N", 300.0)}
    assert all(row.people == HUNDRED for row in rows)


def test_quantiles_of_lead_times():
    assert tenth_and_median(range(1, 11)) == (1.0, 5.0)
    assert all(math.isnan(value) for value in tenth_and_median([]))

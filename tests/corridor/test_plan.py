"""The plan before a launch: whom to warn, in which order, with which lead; areas as the crowd sees them."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest

from downrange.base import InputError, Window
from downrange.corridor import Plan, load_fits, load_record, plan
from downrange.corridor.plan import GROUPS, clock, group_of

ISLANDS = ("Baengnyeongdo", "Daecheongdo", "Miyako")
PLACES = ("Baengnyeong-myeon", "Daecheong-myeon", "Miyakojima")


def test_the_islands_and_places_of_the_founding_cases_are_to_be_warned(before: Plan) -> None:
    names = {(one.ground.kind, one.ground.name_en) for one in before.places}
    assert {("island", name) for name in ISLANDS} <= names
    assert {("municipality", name) for name in PLACES} <= names
    assert ("city", "Seoul") not in names
    assert ("city", "Tokyo") not in names


def test_urgency_is_the_lead_and_its_group(before: Plan) -> None:
    leads = [one.lead_s[0] for one in before.places]
    assert leads == sorted(leads)
    order = [name for _, name in GROUPS]
    ranks = [order.index(one.group) for one in before.places]
    assert ranks == sorted(ranks)
    for one in before.places:
        assert one.lead_s == (one.reach.first_t_s - 120.0, one.reach.first_t_s - 60.0)
        assert one.group == group_of(one.lead_s[0])
    korea = next(one for one in before.places if one.ground.name_en == "Baengnyeong-myeon")
    japan = next(one for one in before.places if one.ground.name_en == "Miyakojima")
    assert korea.lead_s[0] < 240.0 < japan.lead_s[0]  # T+3.5 min, and not before T+10 min


def test_a_later_warning_leaves_less(before: Plan) -> None:
    late = plan(load_record("chollima-1"), load_fits("chollima-1"), runs=500, seed=4, detect_s=(180.0, 240.0))
    same = {one.ground: one for one in late.places}
    for one in before.places:
        assert same[one.ground].lead_s == pytest.approx((one.lead_s[0] - 120.0, one.lead_s[1] - 120.0))
    assert late.windows == ()
    assert late.areas == ()


@pytest.mark.parametrize(("lead_s", "name"), [(-0.1, GROUPS[0][1]), (0.0, GROUPS[1][1]), (600.0, GROUPS[4][1])])
def test_a_lead_at_the_edge_of_a_group_is_in_the_longer_one(lead_s: float, name: str) -> None:
    assert group_of(lead_s) == name


def test_announced_areas_hold_the_bodies_they_are_for(before: Plan) -> None:
    first, second = before.areas
    assert (first.label, second.label) == ("A", "1")
    for area, body in ((first, "stage 1"), (second, "stage 2")):
        assert [name for name, _ in area.bodies] == [body]
        assert area.bodies[0][1] > 0.8
        assert area.reach is not None
        assert area.reach.p_planned > 0.6
        assert area.reach.p == pytest.approx(area.reach.p_planned + area.reach.p_failing)
    assert first.reach is not None
    assert second.reach is not None
    assert first.reach.first_t_s < second.reach.first_t_s


def test_the_windows_are_those_of_the_areas(before: Plan, window: Window) -> None:
    assert [(one.opens, one.closes) for one in before.windows] == [(window.opens, window.closes)]
    assert before.areas[0].windows == ()


def test_phases_share_out_the_probability_of_a_failure(before: Plan) -> None:
    kinds = [phase.kind for phase in before.phases]
    assert kinds == ["planned"] * 3 + ["failure"] * 3 + ["impaired"]
    assert [phase.name for phase in before.phases[:3]] == ["stage 1", "fairing", "stage 2"]
    failing = math.fsum(phase.p for phase in before.phases[3:])
    assert 0.9 * before.p_failure < failing <= before.p_failure
    planned = [phase.p for phase in before.phases[:3]]
    assert planned == sorted(planned, reverse=True)  # the later it is let go, the more may have failed before
    for phase in before.phases:
        assert phase.first_t_s < phase.last_t_s
        assert not phase.regions_lonlat[1].is_empty


def test_a_place_is_likelier_the_more_failures_reach_it(before: Plan) -> None:
    for one in before.places:
        by_minute = math.fsum(
            minute.p * hit.p for minute in before.minutes for hit in minute.hits if hit.ground is one.ground
        )
        assert one.reach.p_failing == pytest.approx(by_minute, rel=1e-6)
        if one.reach.p_failing > 0.0:
            lost = {minute.minute for minute in before.minutes for hit in minute.hits if hit.ground is one.ground}
            assert set(one.reach.minutes) == lost - {None}


def test_the_clock_spans_a_launch_at_either_end_of_the_window(window: Window) -> None:
    ((first, last),) = clock([window], 186.0, 1_399.0)
    assert first == window.opens + timedelta(seconds=186)
    assert last == window.closes + timedelta(seconds=1_399)
    assert clock([], 1.0, 2.0) == ()


def test_it_says_what_it_is_doing_and_is_the_same_again(before: Plan) -> None:
    said: list[str] = []
    again = plan(load_record("chollima-1"), load_fits("chollima-1"), runs=500, seed=4, say=said.append)
    assert said[0].startswith("500 planned flights")
    assert [one.reach for one in again.places] == [one.reach for one in before.places]


@pytest.mark.parametrize("detect_s", [(120.0, 60.0), (-1.0, 60.0), (0.0, 1e5), (float("nan"), 60.0)])
def test_a_warning_before_the_launch_or_after_the_fact_is_refused(detect_s: tuple[float, float]) -> None:
    with pytest.raises(InputError, match="two moments after lift-off"):
        plan(load_record("chollima-1"), load_fits("chollima-1"), runs=10, detect_s=detect_s)

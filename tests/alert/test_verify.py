"""The room from falls to score on the real places: a launch like that of 31 May 2023, with falls made up around its facts.

The failure rows lie along the ground track that the launch had to take; the wreck falls around 36.1 N 123.76 E,
SOURCE: 200 km west of Eocheongdo (sirens.kr No=2832823), eight minutes after lift-off (06:35, Japan's Ministry of Defence).
"""

import dataclasses
import json
import runpy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from downrange.alert import (
    Band,
    Kind,
    Lift,
    Spell,
    Status,
    assess,
    load_policy,
    look,
    release,
    score,
    verify,
    watch,
)
from downrange.alert.sign import load_agency_key, make_agency_key, sign_xml
from downrange.alert.verify import verify_file
from downrange.base import JST, KST, normals, uniforms
from downrange.earth import places

POLICY = load_policy()
REGION = shapely.box(118.0, 5.0, 150.0, 45.0)


@pytest.fixture(scope="module")
def watched():
    parents = {one.parent_code for one in places()}
    return [one for one in places() if one.code not in parents]


def ascent(crowd):
    """Rows of a vehicle that may fail at any moment (probability one half in all), and of its first stage."""
    n = 3000
    along, off = uniforms(1, n, 1)[:, 0], normals(1, n, 3)
    east = np.interp(along, [0.0, 0.35, 0.82, 1.0], [124.55, 124.3, 125.5, 126.6])
    failing = (39.66 - 18.0 * along, east + 0.15 * off[:, 0], 200.0 + 700.0 * along, 0.5 / n)
    return crowd(failing, (36.9 + 0.05 * off[:, 1], 124.1 + 0.05 * off[:, 2], 470.0, 1.0 / n))


def wreck(crowd):
    off = normals(2, 3000, 3)
    return crowd((36.1 + 0.08 * off[:, 0], 123.76 + 0.08 * off[:, 1], 490.0 + 6.0 * off[:, 2], 1.0 / 3000.0))


@pytest.fixture(scope="module")
def actions(watched, crowd):
    up, down = ascent(crowd), wreck(crowd)
    steps = [look(up, watched, POLICY, t_s=t_s, verdict="nominal", p=0.99) for t_s in (60.0, 100.0, 140.0)]
    steps += [look(down, watched, POLICY, t_s=float(t_s), verdict="thrust lost", p=0.99) for t_s in range(150, 600, 2)]
    return watch(POLICY, steps)[1]


def test_the_islands_are_named_and_seoul_is_not(actions, watched):
    named = {place.name_en for action in actions for place in action.places}
    assert {"Baengnyeong-myeon", "Daecheong-myeon", "Miyakojima"} <= named
    assert not any(place.parent_en == "Seoul" for action in actions for place in action.places)
    assert len(named) <= 6


def test_all_are_freed_within_half_a_minute_of_the_last_fall_and_never_before(actions, crowd):
    end_s = float(np.quantile(wreck(crowd).t_s, 0.99))
    lifts = [action for action in actions if action.kind is Kind.LIFT]
    assert all(end_s <= lift.t_s <= end_s + 30.0 for lift in lifts)
    assert {lift.lift for lift in lifts if lift.places[0].country == "JP"} == {Lift.NOT_COMING}
    freed = {place.code for lift in lifts for place in lift.places}
    assert freed == {place.code for action in actions if action.kind is not Kind.LIFT for place in action.places}


def test_every_message_may_go_out(actions, watched, event):
    chains = release(event, actions, POLICY, Status.EXERCISE)
    assert {chain.country for chain in chains} == {"KR", "JP"}
    assert [verify(chain, watched, REGION) for chain in chains] == [(), ()]
    assert all(chain.warned == () for chain in chains)


def test_a_broken_chain_does_not_verify(actions, watched, event):
    korea = release(event, actions, POLICY, Status.EXERCISE)[0]
    found = {problem.rule for problem in verify(dataclasses.replace(korea, status=Status.TEST), watched, REGION)}
    assert found == {"R11"}
    assert {p.rule for p in verify(korea, watched, shapely.box(-10.0, 40.0, 10.0, 50.0))} == {"R12"}
    twice = dataclasses.replace(korea, released=(*korea.released, korea.released[-1]))
    assert "R1" in {problem.rule for problem in verify(twice, watched)}
    forgetful = dataclasses.replace(korea, released=(korea.released[0], korea.released[0], korea.released[-1]))
    assert "R1" in {problem.rule for problem in verify(forgetful, watched)}


def test_far_fewer_person_minutes_than_history(actions, watched, event, crowd):
    """Okinawa Prefecture, 1,467,480 people (census 2020), 06:30 to 07:04; the islands 06:29 to 08:01 (KBS)."""

    def past(area, people, start, end, zone):
        at = [datetime(2023, 5, 31, *clock, tzinfo=zone) for clock in (start, end)]
        band = Band(low=people, best=people, high=people)
        return Spell(area=area, people=band, alerted=at[0], lifted=at[1], source="see above")

    history = [past("Okinawa Prefecture", 1_467_480.0, (6, 30), (7, 4), JST)]
    history += [past("Baengnyeong, Daecheong", 6_803.0, (6, 29), (8, 1), KST)]
    found = score(release(event, actions, POLICY, Status.EXERCISE), history, wreck(crowd), watched, POLICY, event.t0)
    assert found.saved >= 0.8
    assert (found.misses, found.early_lifts) == ((), ())
    assert found.history.total.best == pytest.approx(1_467_480.0 * 34.0 + 6_803.0 * 92.0)
    assert all(0.0 <= delay_s <= 60.0 for delay_s in found.lift_delay_s.values())


def test_from_the_decision_to_files_that_hold(actions, watched, event, crowd):
    assert assess(ascent(crowd), watched, POLICY, 60.0)
    chains = release(event, actions, POLICY, Status.EXERCISE)
    assert verify(chains[0], watched, REGION) == ()


def test_the_record_of_an_action_can_go_into_json(actions):
    rows = [{"kind": a.kind, "t_s": a.t_s, "places": [p.code for p in a.places], "reason": a.reason} for a in actions]
    assert json.loads(json.dumps(rows))[0]["kind"] == "issue"


CHAINS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "cap_chains.py")))
DRAFT, AT = CHAINS.GOOD.xml, CHAINS.AT


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    files = make_agency_key(tmp_path_factory.mktemp("agency"), "Exercise desk", now=AT)
    return load_agency_key(files.key, files.certificate)


def test_of_a_sound_file_all_is_known_that_can_be(key):
    report = verify_file(sign_xml(DRAFT, key, now=AT), key.pins, AT, CHAINS.CONTEXT)
    assert report.problems == ()
    assert report.checked[:2] == ("the schema of CAP 1.2", "the rules R1 to R12")
    assert "by the key of a pinned certificate" in report.checked
    assert len(report.unchecked) == 1  # what the words must hold
    assert report.notes == ("it is no warning: its status is Exercise",)
    assert report.received is not None
    assert report.received.identifier == CHAINS.GOOD.message.identifier


@pytest.mark.parametrize(
    ("signed", "words"), [(False, "the signature: it is not signed"), (True, "proves nothing")], ids=["no", "yes"]
)
def test_a_signature_that_nobody_is_pinned_for_is_not_checked(signed, words, key):
    report = verify_file(sign_xml(DRAFT, key, now=AT) if signed else DRAFT, None, AT)
    assert report.problems == ()
    assert report.verified is None
    assert words in report.unchecked[0]
    assert [row.partition(":")[0] for row in report.unchecked[1:]] == ["R1, R4", "R6", "R11", "R12", "the words"]
    assert not any("pinned" in row for row in report.checked)


def test_an_unsigned_file_is_a_problem_where_somebody_is_pinned(key):
    (problem,) = verify_file(DRAFT, key.pins, AT).problems
    assert problem.rule == "SIGNATURE"
    assert "it is not signed" in problem.seen
    assert "do not pass on what nobody signed" in problem.seen


def test_a_message_that_is_over_or_yet_to_come_is_noted():
    past, early = AT + timedelta(days=1), AT - timedelta(hours=1)
    assert any("it expired at 2023-05-30T22:37:00Z" in note for note in verify_file(DRAFT, None, past).notes)
    assert any("is a clock wrong?" in note for note in verify_file(DRAFT, None, early).notes)
    assert len(verify_file(DRAFT, None, AT).notes) == 1


def test_what_cannot_be_opened_is_not_called_checked(key):
    report = verify_file(b"<alert", key.pins, datetime(2026, 1, 1, tzinfo=UTC))
    assert [problem.rule for problem in report.problems] == ["XML"]
    assert report.unchecked == ("everything else: it cannot be opened",)


def test_what_only_the_reader_refuses_is_told():
    """The schema lets an event be without a word, and no rule asks; but then nobody knows what the warning is about."""
    event = CHAINS.changed(DRAFT, CHAINS.put("info/event", " ", only=1))
    report = verify_file(event, None, AT, CHAINS.CONTEXT)
    assert [(problem.rule, problem.where) for problem in report.problems] == [("READ", "info[0]")]
    assert report.received is None


def test_a_signed_file_that_cannot_be_read_is_not_called_unsigned(key):
    broken = CHAINS.changed(sign_xml(DRAFT, key, now=AT), CHAINS.put("status", "Drill"))
    report = verify_file(broken, None, AT)
    assert report.received is None
    assert "proves nothing" in report.unchecked[0]

"""The office through a launch: what each verb writes, who may, and that it goes on after an interruption."""

import runpy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from downrange.alert.book import LifeError, Stage, Standing
from downrange.alert.entries import Step, body_of
from downrange.alert.evidence import read_snapshot
from downrange.alert.model import Kind, Lift, Status
from downrange.alert.preauth import PreAuthorisation, sign_preauthorisation
from downrange.base import InputError, Window

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("office_kit.py"))))
EVENT = kit.EVENT


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return kit.make(tmp_path_factory.mktemp("office") / "actual")


@pytest.fixture
def clock():
    made = kit.Clock()
    made.go(60)
    return made


@pytest.fixture
def office(template, tmp_path, clock):
    made = kit.enter(kit.copy(template, tmp_path / "office"), clock)
    yield made
    made.close()


@pytest.fixture(scope="module")
def people(template):
    return {name: kit.signer(template, name) for name in kit.PEOPLE}


def warned(office, clock, people, codes=("KR-01",)):
    """Warn places with two people's consent; return the dispatch."""
    (one,) = kit.look(office, clock, codes)
    office.approve(one.name, people["kim"])
    office.approve(one.name, people["lee"])
    return office.issue(one.name)


def test_a_warning_needs_two_people_and_then_reaches_every_channel(office, clock, people):
    (one,) = kit.look(office, clock, ("KR-01", "KR-02"))
    assert (one.stage, one.proposed.kind, one.proposed.codes) == (Stage.DRAFTED, Kind.ISSUE, ("KR-01", "KR-02"))
    with pytest.raises(LifeError, match="0 of 2 people"):
        office.issue(one.name)
    office.approve(one.name, people["kim"])
    with pytest.raises(LifeError, match="1 of 2 people"):
        office.issue(one.name, people["lee"])  # whoever issues does not thereby approve
    with pytest.raises(LifeError, match="stands for it already"):
        office.approve(one.name, people["kim"])
    office.approve(one.name, people["lee"], digest=one.digest)
    sent = office.issue(one.name)
    assert sent.undelivered == ()
    assert {channel for _, channel in sent.delivered} == {"files", "feed"}
    assert office.book.case(EVENT.code, "KR").standing is Standing.WARNED
    assert office.check() == ()


def test_what_a_person_approves_is_what_goes_out(office, clock, people):
    (one,) = kit.look(office, clock, ("KR-01",))
    office.approve(one.name, people["kim"], digest=one.digest)
    clock.go(10)
    again = office.redraft(people["park"], one.name)
    assert again.consents == ()
    assert again.digest != one.digest
    with pytest.raises(LifeError, match="not the one that was read"):
        office.approve(one.name, people["kim"], digest=one.digest)


def test_a_draft_grows_stale_and_is_made_again_by_the_next_look(office, clock, people):
    (one,) = kit.look(office, clock, ("KR-01",), arrival_s=900.0)
    clock.go(301)
    with pytest.raises(LifeError, match="draft was good until"):
        office.approve(one.name, people["kim"])
    (two,) = kit.look(office, clock, ("KR-01",), arrival_s=900.0)
    assert office.book.dispatch(one.name).stage is Stage.WITHDRAWN
    assert two.name != one.name


def test_a_lift_needs_one_person_and_frees_all_that_was_told(office, clock, people):
    warned(office, clock, people, ("KR-01", "KR-02"))
    clock.go(400)
    lifts = []
    for _ in range(4):
        lifts += kit.look(office, clock, (), verdict="thrust lost", arrival_s=100.0)
        clock.go(5)
    (lift,) = lifts
    assert (lift.proposed.kind, lift.proposed.codes) == (Kind.LIFT, ("KR-01", "KR-02"))
    sent = office.issue(lift.name, people["park"])
    assert set(sent.proposed.channels) == {"files", "feed"}
    case = office.book.case(EVENT.code, "KR")
    assert (case.standing, case.warned) == (Standing.LIFTED, ())
    assert office.check() == ()


def test_a_machine_alone_lifts_nothing(office, clock, people):
    warned(office, clock, people)
    clock.go(400)
    for _ in range(4):
        lifts = kit.look(office, clock, (), verdict="thrust lost", arrival_s=100.0)
        clock.go(5)
        if lifts:
            break
    with pytest.raises(LifeError, match="0 of 1 people"):
        office.issue(lifts[0].name)


def test_one_person_takes_a_mistake_back_at_once(office, clock, people):
    warned(office, clock, people, ("KR-01", "KR-02"))
    clock.go(40)
    done = office.retract(people["park"], EVENT, "KR", because="a drill went out as real")
    assert done.undelivered == ()
    assert done.proposed.kind is Kind.RETRACT
    assert office.book.case(EVENT.code, "KR").standing is Standing.RETRACTED
    assert office.desk(EVENT).warned == ()
    with pytest.raises(LifeError, match="names no place"):
        office.retract(people["park"], EVENT, "KR", because="once more")


def test_a_person_widens_with_a_reason_and_another_consents(office, clock, people):
    warned(office, clock, people)
    until = kit.T0 + timedelta(seconds=600)
    with pytest.raises(InputError, match="Say why"):
        office.draft(people["kim"], EVENT, ["KR-03"], because="x", last_arrival=until)
    (one,) = office.draft(people["kim"], EVENT, ["KR-03"], because="a ship saw it turn east", last_arrival=until)
    assert (one.proposed.kind, one.proposed.added, one.consents) == (Kind.UPDATE, ("KR-03",), ("kim",))
    with pytest.raises(LifeError, match="1 of 2"):
        office.issue(one.name, people["kim"])
    office.approve(one.name, people["lee"])
    office.issue(one.name, people["kim"])
    assert office.book.case(EVENT.code, "KR").warned == ("KR-01", "KR-03")


def test_a_person_lifts_early_only_with_what_was_seen(office, clock, people):
    warned(office, clock, people)
    clock.go(30)
    with pytest.raises(LifeError, match="pieces were said to fall until"):
        office.lift(people["kim"], EVENT, ["KR-01"], lift=Lift.NOT_COMING, because="I think it is over")
    (one,) = office.lift(
        people["kim"],
        EVENT,
        ["KR-01"],
        lift=Lift.NOT_COMING,
        because="a destroyer saw it hit the sea",
        seen=b"position 36.1 N 123.8 E, 06:35",
    )
    office.issue(one.name, people["kim"])
    assert office.book.case(EVENT.code, "KR").standing is Standing.LIFTED
    assert office.journal.evidence(one.proposed.evidence).startswith(b"position")


def test_a_rejected_lift_can_still_be_made_by_hand(office, clock, people):
    warned(office, clock, people)
    clock.go(400)
    lifts = []
    while not lifts:
        clock.go(5)
        lifts = kit.look(office, clock, (), verdict="thrust lost", arrival_s=100.0)
    office.reject(lifts[0].name, people["kim"], because="I want to hear from the ship first")
    assert kit.look(office, clock, (), verdict="thrust lost", arrival_s=100.0) == ()
    (one,) = office.lift(people["kim"], EVENT, ["KR-01"], lift=Lift.PASSED, because="the ship has reported")
    office.issue(one.name, people["kim"])
    assert office.book.active(clock()) == ()
    with pytest.raises(InputError, match="Nobody is under warning"):
        office.lift(people["kim"], EVENT, ["KR-01"], lift=Lift.PASSED, because="once more, to be sure")


def test_a_pre_authorisation_lets_the_machine_warn_and_lift_by_itself(office, clock, people):
    authority = PreAuthorisation(
        id="may-window",
        status=Status.ACTUAL,
        event="2023-05-*",
        country="KR",
        codes=("KR-01", "KR-02"),
        p_at_least=1e-3,
        kinds=(Kind.ISSUE, Kind.UPDATE, Kind.LIFT),
        starts=kit.T0 - timedelta(days=1),
        ends=kit.T0 + timedelta(days=10),
        by=(),
    )
    for name in ("kim", "lee"):
        authority = sign_preauthorisation(authority, people[name])
    office.preauthorise(people["park"], authority)
    (one,) = kit.look(office, clock, ("KR-01",))
    assert (one.stage, one.preauthorisation, one.issued_by) == (Stage.ISSUED, "may-window", "downrange")
    clock.go(10)
    (wider,) = kit.look(office, clock, ("KR-01", "KR-03"))  # beyond what was authorised
    assert wider.stage is Stage.DRAFTED
    office.revoke(people["kim"], "may-window", because="the window was cancelled")
    office.tick()
    assert office.book.dispatch(wider.name).stage is Stage.DRAFTED
    with pytest.raises(LifeError, match="it was taken back"):
        office.preauthorise(people["park"], authority)
    drill = replace(authority, id="drill", status=Status.EXERCISE, by=())
    for name in ("kim", "lee"):
        drill = sign_preauthorisation(drill, people[name])
    with pytest.raises(LifeError, match="signed for Exercise"):
        office.preauthorise(people["park"], drill)


def test_a_warning_ends_by_itself_and_is_proposed_anew_where_still_needed(office, clock, people):
    warned(office, clock, people)
    case = office.book.case(EVENT.code, "KR")
    clock.now = case.expires - timedelta(seconds=100)
    assert [one.country for one in office.tick()] == ["KR"]
    clock.now = case.expires
    assert office.book.active(clock()) == ()
    office.tick()
    assert office.book.case(EVENT.code, "KR").standing is Standing.EXPIRED
    (again,) = kit.look(office, clock, ("KR-01",), arrival_s=clock.t_s + 300.0)
    assert again.proposed.kind is Kind.ISSUE


def test_a_look_at_another_time_is_refused(office, clock):
    office_time = clock.now
    clock.go(3600)
    with pytest.raises(LifeError, match="60 min before that"):
        office.look(EVENT, kit.crowd(("KR-01",), 400.0), kit.PLACES, t_s=60.0, verdict="nominal", p=0.99)
    clock.now = office_time
    assert office.book.seq == 1


def test_a_second_event_at_the_same_place_is_for_people_who_know_of_the_first(office, clock, people):
    other = replace(EVENT, code="another")
    (early,) = kit.look(office, clock, ("KR-01",), event=other)
    warned(office, clock, people)
    for name in ("kim", "lee"):
        office.approve(early.name, people[name])
    with pytest.raises(LifeError, match="under the warning of 2023-05-31, which it does not know of"):
        office.issue(early.name)
    (anew,) = kit.look(office, clock, ("KR-01",), event=other)
    assert anew.proposed.beside == ("2023-05-31",)
    for name in ("kim", "lee"):
        office.approve(anew.name, people[name])
    assert office.issue(anew.name).stage is Stage.ISSUED


def test_a_notice_before_the_window_stands_beside_the_warning(office, clock, people):
    window = Window(opens=kit.T0 + timedelta(hours=1), closes=kit.T0 + timedelta(hours=20))
    (one,) = office.advise(people["kim"], EVENT, ["KR-01"], window=window, because="notice of 29 May")
    office.approve(one.name, people["lee"])
    office.issue(one.name)
    assert office.book.case("2023-05-31.notice", "KR").standing is Standing.ADVISED
    warned(office, clock, people)
    assert {case.standing for case in office.book.active(clock())} == {Standing.ADVISED, Standing.WARNED}


def test_a_window_that_is_over_is_no_notice(office, clock, people):
    window = Window(opens=kit.T0 - timedelta(hours=2), closes=kit.T0)
    with pytest.raises(InputError, match="it closed at"):
        office.advise(people["kim"], EVENT, ["KR-01"], window=window, because="notice of 29 May")


def test_the_evidence_of_a_proposal_is_kept_and_that_of_a_quiet_look_is_not(office, clock):
    kit.look(office, clock, ())
    (one,) = kit.look(office, clock, ("KR-01",))
    kept = read_snapshot(office.journal.evidence(one.proposed.evidence))
    assert kept["situation"]["verdict"] == "nominal"
    assert kept["lat_deg"].size == kit.ROWS
    looks = [body_of(entry) for entry in office.journal.entries() if entry.step is Step.LOOKED]
    assert [bool(look.evidence) for look in looks] == [False, True]


def test_an_office_keeps_to_its_status(template, tmp_path, clock):
    folder = kit.copy(template, tmp_path / "office")
    kit.enter(folder, clock).close()
    path = folder / "office.toml"
    path.write_text(path.read_text().replace('status = "Actual"', 'status = "Test"'))
    with pytest.raises(InputError, match="journal of its own"):
        kit.enter(folder, clock)


def test_an_exercise_needs_one_person(tmp_path, clock):
    folder = kit.make(tmp_path / "exercise", status=Status.EXERCISE, people=("kim",))
    office = kit.enter(folder, clock)
    (one,) = kit.look(office, clock, ("KR-01",))
    sent = office.issue(one.name, kit.signer(folder, "kim"))
    assert sent.consents == ("kim",)
    assert "<status>Exercise</status>" in sent.signed[0].xml
    office.close()


def test_after_a_clock_that_ran_ahead_people_are_freed_and_warned_again(office, clock, people):
    clock.go(3600)
    ahead = replace(EVENT, t0=kit.T0 + timedelta(hours=1))  # all that this machine knows is an hour ahead
    (one,) = kit.look(office, SimpleNamespace(t_s=60.0), ("KR-01",), event=ahead)
    for name in ("kim", "lee"):
        office.approve(one.name, people[name])
    office.issue(one.name)
    clock.go(-3540)
    with pytest.raises(LifeError, match="59 min before the last entry"):
        kit.look(office, clock, ("KR-02",), event=EVENT)
    office.set_clock(people["kim"], because="this clock ran an hour ahead")
    (wider,) = kit.look(office, clock, ("KR-01", "KR-02"), event=EVENT)
    assert wider.proposed.added == ("KR-02",)
    freed = office.retract(people["kim"], EVENT, "KR", because="sent with the wrong hour")
    assert freed.undelivered == ()
    assert office.check() == ()


def test_a_person_who_warns_does_not_thereby_stand_for_a_lift_that_waits(office, clock, people):
    warned(office, clock, people, ("KR-01", "KR-02"))
    clock.go(400)
    lifts = ()
    while not lifts:
        clock.go(5)
        lifts = kit.look(office, clock, (), verdict="thrust lost", arrival_s=100.0)
    made = office.draft(
        people["kim"],
        EVENT,
        ["KR-01"],
        because="a ship saw a piece come down",
        last_arrival=clock() + timedelta(minutes=30),
    )
    lift, warning = made
    assert (lift.proposed.kind, lift.proposed.codes, lift.consents) == (Kind.LIFT, ("KR-02",), ())
    assert lift.proposed.carries == lifts[0].name
    assert (warning.proposed.kind, warning.proposed.codes, warning.proposed.added) == (Kind.UPDATE, ("KR-01",), ())
    assert warning.consents == ("kim",)
    office.issue(lift.name, people["lee"])
    office.issue(warning.name, people["kim"])
    assert office.book.case(EVENT.code, "KR").warned == ("KR-01",)


def test_a_certificate_that_is_over_is_told_before_anybody_approves(office, clock):
    clock.go(86_400 * 690)  # certificates are good for 730 days, this one was made 30 days before
    office.tick()
    assert any("make a new one in time" in one for one in office.troubles)
    clock.go(86_400 * 20)
    event = replace(EVENT, t0=clock.now - timedelta(seconds=60))
    with pytest.raises(InputError, match="agency's certificate was good until"):
        kit.look(office, SimpleNamespace(t_s=60.0), ("KR-01",), event=event)


def test_an_office_without_a_channel_does_not_open(template, tmp_path, clock):
    folder = kit.copy(template, tmp_path / "office")
    (folder / "channels.toml").write_text("")
    with pytest.raises(InputError, match="nobody could be told"):
        kit.enter(folder, clock)


def test_warming_up_writes_nothing(office):
    before = office.book
    office.warm(kit.PLACES)
    assert office.journal.refresh() == before

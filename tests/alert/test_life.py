"""The rules of a warning's life, step by step, without keys or a database: each refusal by its reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from downrange.alert.book import Book, LifeError, Stage, Standing, expiry_of
from downrange.alert.entries import (
    Approved,
    ClockSet,
    Delivery,
    Drafted,
    DraftMessage,
    Dropped,
    Entry,
    Expired,
    Issued,
    Opened,
    Proposed,
    Revoked,
    SignedMessage,
    Step,
    at_text,
    body_text,
)
from downrange.alert.life import apply, bytes_digest, consents_needed, fold, unsigned
from downrange.alert.model import Event, Kind, Lift, Reason, Status

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
EVENT = Event(code="x", t0=T0, origin={"en": "the north"})


class Roster:
    def find(self, name):
        return SimpleNamespace(machine=name == "machine")


class Story:
    """A journal in memory: steps are taken at a clock that moves a second with each."""

    def __init__(self, status=Status.ACTUAL):
        self.book, self.entries, self.now = Book(), [], T0
        self.take(Step.OPENED, Opened(status=status, agency="Desk", sender="a@b"))

    def take(self, step, body, who="machine"):
        self.now += timedelta(seconds=1)
        seq = self.book.seq + 1
        entry = Entry(
            seq=seq,
            at=at_text(self.now),
            step=step,
            who=who,
            body=body_text(body),
            prev=self.book.head,
            hash=f"{seq:064d}",
            sig="",
        )
        self.book = apply(self.book, entry, Roster())
        self.entries.append(entry)

    def propose(self, name="d1", who="machine", draft=True, **changes):
        case = self.book.case("x", "KR")
        fields = {
            "kind": Kind.ISSUE,
            "reason": Reason.RISK,
            "codes": ("A", "B"),
            "added": ("A", "B"),
            "channels": ("files",),
            "because": "" if who == "machine" else "a ship saw it",
            "based_on": len(case.issued),
            "evidence": "e",
        } | changes
        proposed = Proposed(dispatch=name, event=EVENT, country="KR", t_s=60.0, **fields)
        self.take(Step.PROPOSED, proposed, who)
        if draft:
            self.draft(name)

    def lift(self, name, codes=("A", "B"), **changes):
        ends = {"kind": Kind.LIFT, "lift": Lift.PASSED, "reason": Reason.ARRIVED, "codes": codes, "added": ()}
        self.propose(name, **(ends | changes))

    def draft(self, name, good_for_s=300.0, until_s=600.0):
        message = DraftMessage(
            identifier=f"{name}-1",
            xml=f"<alert>{name} {self.book.seq}</alert>",
            record="",
            sent=self.now,
            until=T0 + timedelta(seconds=until_s),
            expires=T0 + timedelta(hours=1),
        )
        good = self.now + timedelta(seconds=good_for_s)
        self.take(Step.DRAFTED, Drafted(dispatch=name, messages=(message,), valid_until=good))

    def approve(self, name, who, digest=None):
        body = Approved(dispatch=name, digest=digest or self.book.dispatch(name).digest)
        self.take(Step.APPROVED, body, who)

    def issue(self, name, who="machine", xml=None, **changes):
        signed = tuple(
            SignedMessage(
                identifier=one.identifier,
                xml=xml or one.xml.replace("</alert>", "<ds:Signature>s</ds:Signature></alert>"),
            )
            for one in self.book.dispatch(name).messages
        )
        self.take(Step.ISSUED, Issued(dispatch=name, messages=signed, **changes), who)

    def warn(self, name="d1", **changes):
        self.propose(name, **changes)
        for who in ("kim", "lee"):
            self.approve(name, who)
        self.issue(name)


@pytest.fixture
def story():
    return Story()


@pytest.fixture
def told():
    made = Story()
    made.warn()
    return made


def test_a_life_from_proposal_to_lift(story):
    story.propose()
    assert story.book.dispatch("d1").stage is Stage.DRAFTED
    story.approve("d1", "kim")
    assert story.book.dispatch("d1").stage is Stage.DRAFTED
    story.approve("d1", "lee")
    assert story.book.dispatch("d1").stage is Stage.APPROVED
    story.issue("d1")
    case = story.book.case("x", "KR")
    assert (case.standing, case.warned, case.channels) == (Standing.WARNED, ("A", "B"), ("files",))
    assert expiry_of(case) == T0 + timedelta(hours=1)
    story.take(Step.DELIVERED, Delivery(dispatch="d1", identifier="d1-1", channel="files", said="ok"))
    assert story.book.undelivered() == ()
    story.lift("d2", codes=("A",))
    story.issue("d2", "kim")
    assert story.book.case("x", "KR").warned == ("B",)
    story.lift("d3", codes=("B",))
    story.issue("d3", "park")
    assert story.book.case("x", "KR").standing is Standing.LIFTED
    assert fold(story.entries, Roster()) == story.book


@pytest.mark.parametrize("status", [Status.EXERCISE, Status.TEST])
def test_exercises_and_tests_need_one_person(status):
    story = Story(status)
    story.propose()
    with pytest.raises(LifeError, match="0 of 1"):
        story.issue("d1")
    story.issue("d1", "kim")


def test_the_author_is_one_of_the_two(story):
    story.propose(who="kim")
    with pytest.raises(LifeError, match="stands for it already"):
        story.approve("d1", "kim")
    story.approve("d1", "lee")
    story.issue("d1")
    assert story.book.dispatch("d1").consents == ("kim", "lee")


def test_an_update_needs_two_only_where_it_widens(told):
    told.propose("d2", kind=Kind.UPDATE, codes=("A", "B"), added=(), reason=Reason.EXTENDED)
    told.issue("d2", "kim")
    told.propose("d3", kind=Kind.UPDATE, codes=("A", "B", "C"), added=("C",), reason=Reason.WIDER)
    assert consents_needed(Status.ACTUAL, told.book.dispatch("d3").proposed) == 2
    with pytest.raises(LifeError, match="0 of 2"):
        told.issue("d3", "kim")


REFUSED_PROPOSALS = {
    "names no place": {"codes": (), "added": ()},
    "no place or no channel": {"channels": ()},
    "no warning to update": {"kind": Kind.UPDATE},
    "places added are not those": {"added": ("A",)},
    "not under warning": {"kind": Kind.LIFT, "lift": Lift.PASSED, "added": ()},
}


@pytest.mark.parametrize("reason", REFUSED_PROPOSALS)
def test_proposals_that_are_none_are_refused(story, reason):
    before = story.book
    with pytest.raises(LifeError, match=reason):
        story.propose(**REFUSED_PROPOSALS[reason])
    assert story.book is before


REFUSED_WHEN_TOLD = {
    "already under warning": {"kind": Kind.ISSUE},
    "leaves out places": {"kind": Kind.UPDATE, "codes": ("A",), "added": ()},
    "leaves out channels": {"kind": Kind.UPDATE, "added": (), "channels": ("feed",)},
    "takes back a part": {"kind": Kind.RETRACT, "lift": Lift.MISTAKEN, "codes": ("A",), "added": ()},
    "other channels than the warning": {
        "kind": Kind.LIFT,
        "lift": Lift.PASSED,
        "added": (),
        "channels": ("a", "files"),
    },
    "pieces were said to fall until": {"kind": Kind.LIFT, "lift": Lift.PASSED, "added": (), "evidence": ""},
    "C not under warning": {"kind": Kind.LIFT, "lift": Lift.PASSED, "added": (), "codes": ("A", "C")},
}


@pytest.mark.parametrize("reason", REFUSED_WHEN_TOLD)
def test_what_does_not_fit_what_was_told_is_refused(told, reason):
    with pytest.raises(LifeError, match=reason):
        told.propose("d2", **REFUSED_WHEN_TOLD[reason])


def test_a_person_gives_a_reason_and_a_machine_does_not_approve(story):
    with pytest.raises(LifeError, match="without a reason"):
        story.propose(who="kim", because=" ")
    story.propose()
    with pytest.raises(LifeError, match="is a machine"):
        story.approve("d1", "machine")
    with pytest.raises(LifeError, match="rejected by a machine"):
        story.take(Step.REJECTED, Dropped(dispatch="d1", because="no"))
    with pytest.raises(LifeError, match="without a reason"):
        story.take(Step.REJECTED, Dropped(dispatch="d1", because=""), "kim")
    with pytest.raises(LifeError, match="not the one that was read"):
        story.approve("d1", "kim", digest="0" * 64)


def test_nothing_is_issued_twice_changed_stale_or_out_of_turn(story):
    story.warn()
    with pytest.raises(LifeError, match="it is issued"):
        story.issue("d1")
    with pytest.raises(LifeError, match="it is issued"):
        story.take(Step.REJECTED, Dropped(dispatch="d1", because="late"), "kim")
    with pytest.raises(LifeError, match="it is issued"):
        story.draft("d1")
    story.propose("d2", kind=Kind.UPDATE, added=(), reason=Reason.EXTENDED)
    with pytest.raises(LifeError, match="not those drafted"):
        story.issue("d2", "kim", xml="<alert>other<ds:Signature>s</ds:Signature></alert>")
    story.lift("d3")
    story.issue("d3", "kim")
    with pytest.raises(LifeError, match="something else was issued"):
        story.issue("d2", "kim")


def test_a_stale_draft_is_neither_approved_nor_issued(story):
    story.propose()
    story.approve("d1", "kim")
    story.now += timedelta(seconds=301)
    for step in (lambda: story.approve("d1", "lee"), lambda: story.issue("d1", "lee")):
        with pytest.raises(LifeError, match="draft was good until"):
            step()
    story.draft("d1")
    assert story.book.dispatch("d1").consents == ()  # what kim approved was the old one


def test_the_same_proposal_twice_is_one(story):
    story.propose("d1")
    with pytest.raises(LifeError, match="already proposed"):
        story.propose("d2")
    with pytest.raises(LifeError, match="used before"):
        story.propose("d1", codes=("A",), added=("A",))


def test_a_warning_that_has_expired_is_not_updated_or_lifted(told):
    told.lift("d2")
    told.propose("d3", kind=Kind.UPDATE, added=(), reason=Reason.EXTENDED)
    told.now = T0 + timedelta(hours=1)
    told.draft("d2"), told.draft("d3")
    with pytest.raises(LifeError, match="not under warning"):
        told.issue("d2", "kim")
    with pytest.raises(LifeError, match="no warning to update"):
        told.issue("d3", "kim")
    assert told.book.active(told.now) == ()
    told.take(Step.EXPIRED, Expired(event="x", country="KR"))
    assert told.book.case("x", "KR").standing is Standing.EXPIRED


def test_nothing_expires_before_its_time(told):
    with pytest.raises(LifeError, match="nothing there has expired"):
        told.take(Step.EXPIRED, Expired(event="x", country="KR"))


def test_receipts_are_kept_once_and_troubles_until_then(told):
    trouble = Delivery(dispatch="d1", identifier="d1-1", channel="files", said="disk full")
    told.take(Step.UNDELIVERED, trouble)
    assert told.book.dispatch("d1").troubles == {("d1-1", "files"): "disk full"}
    told.take(Step.DELIVERED, replace(trouble, said="ok"))
    assert told.book.dispatch("d1").troubles == {}
    for step in (Step.DELIVERED, Step.UNDELIVERED):
        with pytest.raises(LifeError, match="owes no receipt"):
            told.take(step, trouble)


def test_the_clock_goes_back_only_on_a_persons_word(story):
    story.now = T0 - timedelta(hours=1)
    with pytest.raises(LifeError, match="before the last entry"):
        story.propose()
    with pytest.raises(LifeError, match="without a person's reason"):
        story.take(Step.CLOCK, ClockSet(because="it ran ahead"))
    story.take(Step.CLOCK, ClockSet(because="it ran an hour ahead"), "kim")
    story.propose()


def test_a_journal_is_opened_once_and_its_lines_stay_in_order(story):
    with pytest.raises(LifeError, match="as entry 2"):
        story.take(Step.OPENED, Opened(status=Status.TEST, agency="Desk", sender="a@b"))
    with pytest.raises(LifeError, match="as entry 1"):
        apply(Book(), replace(story.entries[0], step=Step.CLOCK, body=body_text(ClockSet(because="x"))), Roster())
    for changed in ({"seq": 3}, {"prev": "f" * 64}):
        entry = replace(story.entries[0], **({"seq": 2, "prev": story.book.head} | changed))
        with pytest.raises(LifeError, match="does not follow"):
            apply(story.book, entry, Roster())


def test_only_what_is_in_force_is_taken_back(story):
    with pytest.raises(LifeError, match="no person can take that back"):
        story.take(Step.REVOKED, Revoked(preauthorisation="none", because="x"), "kim")
    with pytest.raises(LifeError, match="there is no such dispatch"):
        story.approve("d9", "kim", digest="x")


def test_the_digest_of_a_draft_covers_every_message(story):
    story.propose()
    (one,) = story.book.dispatch("d1").messages
    assert bytes_digest((one, one)) != bytes_digest((one,))
    assert unsigned("<a>1</a>") == "<a>1</a>"

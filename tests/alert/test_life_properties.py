"""Random lives of warnings, watched by a witness that shares no code with what it watches.

Two offices on one journal, three people, a machine, strangers with forged keys, channels that fail, clocks that jump:
whatever is tried, in whatever order, what the rules forbid does not happen, and nothing that happened is lost.
"""

import hashlib
import runpy
import tempfile
import tomllib
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from downrange.alert import Event, Kind, Lift, Status
from downrange.alert.book import Stage
from downrange.alert.keys import load_roster, load_signer, make_keys
from downrange.alert.life import fold
from downrange.alert.preauth import PreAuthorisation, sign_preauthorisation
from downrange.alert.sign import load_pins, verify_xml
from downrange.base import InputError, Window

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("office_kit.py"))))
Witness = runpy.run_path(str(Path(__file__).with_name("life_witness.py")))["Witness"]

EVENTS = (kit.EVENT, Event(code="2023-06-01", t0=kit.T0, origin=kit.EVENT.origin))
CODES = tuple(kit.BY_CODE)
STATUSES = (Status.ACTUAL, Status.ACTUAL, Status.EXERCISE)
STRANGERS = ("forged kim", "forged lee", "eve")
HANDS = (*kit.PEOPLE, "downrange", *STRANGERS)
RAM = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the disk's patience is not under test here

some_codes = st.lists(st.sampled_from(CODES), max_size=3, unique=True)
ahead = st.sampled_from([20, 300, 900])
warm_codes = st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True)
launch = st.integers(0, 1)  # which event
anybody = st.sampled_from([*kit.PEOPLE * 4, *HANDS])
either = st.integers(0, 1)
which = st.integers(0, 7)
words = st.sampled_from(
    ["", "no", *["the radar at Incheon lost it", "a duty officer saw it fall", "<&> 서울 \u200b"] * 2]
)
ids = st.sampled_from(["night", "day", "eve", "dawn"])
pairs = st.one_of(st.sampled_from([("kim", "lee"), ("park", "kim")]), st.lists(anybody, max_size=3, unique=True))
verdicts = st.sampled_from(["nominal", "nominal", "thrust lost", "in orbit", "unknown", "off nominal"])


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """Offices never opened, by status, each with a channel of its own status and one of another; and forged keys."""
    base = tmp_path_factory.mktemp("templates")
    kit.plug_in(base)
    made = {}
    for status, other in ((Status.ACTUAL, Status.EXERCISE), (Status.EXERCISE, Status.ACTUAL)):
        tables = [
            kit.channel_table("files", "directory", status, folder="out"),
            kit.channel_table("tale", "tale", status, folder="tale"),
            kit.channel_table("elsewhere", "tale", other, folder="elsewhere"),
        ]
        made[status] = kit.make(base / status.value, status=status, channels="\n".join(tables), clock_tolerance_s=60)
        (made[status] / "forged").mkdir()
        for name in ("kim", "lee", "eve"):
            make_keys(made[status] / "forged", name)
    return made


class Life(RuleBasedStateMachine):
    """One journal through anything that may happen to it."""

    def __init__(self, template, status):
        super().__init__()
        self.status, self.base = status, tempfile.TemporaryDirectory(prefix="dr-life-", dir=RAM)
        self.folder = kit.copy(template, Path(self.base.name) / "office")
        self.clock = kit.Clock()
        self.roster = load_roster(self.folder / "people.toml")
        self.people = {name: kit.signer(self.folder, name) for name in (*kit.PEOPLE, "downrange")}
        self.people |= {who: load_signer(self.folder / "forged" / f"{who.split()[-1]}.key") for who in STRANGERS}
        self.pins = load_pins([self.folder / "keys" / "agency.pem"])
        self.offices = [kit.enter(self.folder, self.clock) for _ in range(2)]
        rows = tomllib.loads((self.folder / "people.toml").read_text(encoding="utf-8"))["person"]
        self.documents = []
        self.well = True  # nothing failed so far: then the end is judged too
        self.witness, self.seen = Witness(rows, status.value), []
        self.receiver, self.heard = kit.Receiver(), []

    # ---- what may happen

    def attempt(self, office, step, *more, **named):
        """Try a step; refused, it must have written nothing."""
        before = self.offices[office].journal.entries()
        try:
            return getattr(self.offices[office], step)(*more, **named)
        except InputError:
            if step not in ("retract", "look"):  # these take more than one entry of the journal, each whole
                assert self.offices[office].journal.entries() == before
            return None
        except BaseException:
            self.well = False
            raise

    def dispatch(self, office, number, *, waiting=True):
        """Return the name of one of the dispatches, or of none."""
        book = self.offices[office].book
        names = [one.name for one in (book.open_dispatches() if waiting else book.dispatches.values())]
        return names[number % len(names)] if names else "2023-05-31.KR.99"

    @rule(office=either, codes=some_codes, launch=launch, verdict=verdicts, ahead_s=st.sampled_from([20, 300, 900]),
          p=st.sampled_from([0.99, 0.99, 0.5]), passed=some_codes)  # fmt: skip
    def look(self, office, codes, launch, verdict, ahead_s, p, passed):
        t_s = self.clock.t_s
        falls = kit.crowd(codes, t_s + ahead_s)
        self.attempt(office, "look", EVENTS[launch], falls, kit.PLACES, t_s=t_s, verdict=verdict, p=p, passed=passed)

    @rule(office=either, codes=warm_codes, launch=launch, ahead_s=ahead)
    def tell(self, office, codes, launch, ahead_s):
        """Look, and let two people consent to all that is proposed, and issue it."""
        self.look(office, codes, launch, "nominal", ahead_s, 0.99, ())
        for one in self.offices[office].book.open_dispatches(EVENTS[launch].code):
            self.attempt(office, "approve", one.name, self.people["kim"])
            self.attempt(office, "approve", one.name, self.people["lee"])
            self.attempt(office, "issue", one.name)

    @rule(office=either, codes=warm_codes, launch=launch, ahead_s=ahead)
    def tell_more(self, office, codes, launch, ahead_s):
        """The same under another name: in each life some rules are left out, and without warnings there is little to see."""
        self.tell(office, codes, launch, ahead_s)

    @rule(office=either, codes=warm_codes, launch=launch, ahead_s=ahead)
    def tell_and_free(self, office, codes, launch, ahead_s):
        """A whole short life."""
        self.tell(office, codes, launch, ahead_s)
        self.all_clear(office, launch, [], "thrust lost", ahead_s + 10)

    @rule(office=either, launch=launch, codes=some_codes, verdict=st.sampled_from(["thrust lost", "thrust lost", "in orbit", "nominal"]),
          lasts_s=st.sampled_from([0, 320, 930]))  # fmt: skip
    def all_clear(self, office, launch, codes, verdict, lasts_s):
        """Nothing falls any more, or the places named were passed: look until that has stood, and lift what is proposed."""
        self.clock.go(lasts_s)
        for _ in range(3):
            self.clock.go(12)
            self.look(office, [], launch, verdict, -60, 0.99, codes)
        for one in self.offices[office].book.open_dispatches(EVENTS[launch].code):
            self.attempt(office, "issue", one.name, self.people["kim"])

    @rule(
        office=either,
        who=anybody,
        codes=some_codes,
        launch=launch,
        because=words,
        ahead_s=st.sampled_from([-60, 20, 600]),
    )
    def draft(self, office, who, codes, launch, because, ahead_s):
        until = self.clock() + timedelta(seconds=ahead_s)
        self.attempt(office, "draft", self.people[who], EVENTS[launch], codes, because=because, last_arrival=until)

    @rule(office=either, who=anybody, codes=some_codes, launch=launch, because=words, seen=st.sampled_from([b"", b"a picture"]),
          lift=st.sampled_from([*[Lift.PASSED, Lift.NOT_COMING] * 2, *Lift]))  # fmt: skip
    def lift(self, office, who, codes, launch, because, seen, lift):
        """Free places by hand: those named, or, where none is, one that is warned."""
        warned = [code for case in self.offices[office].book.cases.values() for code in case.warned]
        named = codes or warned[:1]
        made = self.attempt(
            office, "lift", self.people[who], EVENTS[launch], named, lift=lift, because=because, seen=seen
        )
        for one in made or ():
            self.attempt(office, "issue", one.name, self.people[who])

    @rule(office=either, who=anybody, number=which, because=words)
    def retract(self, office, who, number, because):
        """Take back one of the warnings in force, or one where there is none."""
        active = [(case.event, case.country) for case in self.offices[office].book.active(self.clock())]
        code, country = (active or [(EVENTS[0].code, "PH")])[number % max(1, len(active))]
        event = next((one for one in EVENTS if one.code == code), EVENTS[0])
        self.attempt(office, "retract", self.people[who], event, country, because=because)

    @rule(office=either, who=anybody, number=which, waiting=st.booleans(), old=st.booleans())
    def approve(self, office, who, number, waiting, old):
        name = self.dispatch(office, number, waiting=waiting)
        self.attempt(office, "approve", name, self.people[who], digest="0" * 64 if old else None)

    @rule(office=either, who=anybody, number=which, because=words)
    def reject(self, office, who, number, because):
        self.attempt(office, "reject", self.dispatch(office, number), self.people[who], because=because)

    @rule(office=either, who=anybody, number=which)
    def redraft(self, office, who, number):
        self.attempt(office, "redraft", self.people[who], self.dispatch(office, number))

    @rule(office=either, who=st.sampled_from([*kit.PEOPLE * 2, *HANDS, None]), number=which, waiting=st.booleans(),
          authority=st.sampled_from(["", "", "", "night", "day"]))  # fmt: skip
    def issue(self, office, who, number, waiting, authority):
        name = self.dispatch(office, number, waiting=waiting)
        self.attempt(office, "issue", name, who and self.people[who], preauthorisation=authority)

    @rule(
        office=either,
        who=anybody,
        codes=some_codes,
        launch=launch,
        because=words,
        hours=st.sampled_from([-3, 0, 1, 30]),
    )
    def advise(self, office, who, codes, launch, because, hours):
        opens = self.clock() + timedelta(hours=hours)
        window = Window(opens=opens, closes=opens + timedelta(hours=2))
        self.attempt(office, "advise", self.people[who], EVENTS[launch], codes, window=window, because=because)

    @rule(office=either, who=anybody, by=pairs, id=ids, status=st.sampled_from(STATUSES),
          codes=st.sampled_from([CODES[:4], CODES[:1]]), event=st.sampled_from(["2023-05-*", "2023-*"]),
          kinds=st.sampled_from([(Kind.ISSUE,), (Kind.ISSUE, Kind.UPDATE, Kind.LIFT)]), hours=st.sampled_from([0, 0, 0, -2, 1]))  # fmt: skip
    def preauthorise(self, office, who, by, id, status, codes, event, kinds, hours):  # noqa: A002 - its name
        starts = (self.clock() + timedelta(hours=hours)).replace(microsecond=0)
        try:
            document = PreAuthorisation(id=id, status=status, event=event, country="KR", codes=codes, p_at_least=0.1,
                                        kinds=kinds, starts=starts, ends=starts + timedelta(hours=1))  # fmt: skip
            for name in by:
                document = sign_preauthorisation(document, self.people[name])
        except InputError:
            return  # the same name twice
        self.documents.append(document)
        self.attempt(office, "preauthorise", self.people[who], document)

    @rule(office=either, who=anybody, number=which)
    def preauthorise_again(self, office, who, number):
        if self.documents:
            document = self.documents[number % len(self.documents)]
            self.attempt(office, "preauthorise", self.people[who], document)

    @rule(office=either, who=anybody, id=ids, because=words)
    def revoke(self, office, who, id, because):  # noqa: A002 - its name
        self.attempt(office, "revoke", self.people[who], id, because=because)

    @rule(office=either, who=anybody, because=words)
    def set_clock(self, office, who, because):
        self.attempt(office, "set_clock", self.people[who], because=because)

    @rule(office=either)
    def tick(self, office):
        self.attempt(office, "tick")

    @rule(seconds=st.sampled_from([1, 7, 15, 60, 301, 301, 700, 3600, 3600, -1, -30, -3600]))
    def time_passes(self, seconds):
        self.clock.go(seconds)

    @rule(word=st.sampled_from(["", "down", "deaf"]))
    def tale_has_trouble(self, word):
        kit.trouble(self.folder / "tale", word)

    @rule(back=st.booleans())
    def disk_goes_away_or_comes_back(self, back):
        here, there = self.folder / "out", self.folder / "away"
        if back and there.exists():
            there.rename(here)
        elif not back and here.exists():
            here.rename(there)

    @rule(office=either)
    def reopen(self, office):
        self.disk_goes_away_or_comes_back(back=True)  # a channel makes its folder when it is opened
        self.offices[office].close()
        self.offices[office] = kit.enter(self.folder, self.clock)

    # ---- what must be so after every step

    @invariant()
    def all_is_as_it_must_be(self):
        self.well = False
        self.nothing_forbidden_stands_in_the_journal()
        self.both_offices_know_all_that_happened()
        self.nothing_is_in_force_that_should_not_be()
        self.channels_took_what_was_issued_once_and_in_order()
        self.a_receiver_counts_as_warned_whom_the_office_does()
        self.well = True

    def nothing_forbidden_stands_in_the_journal(self):
        entries = self.offices[0].journal.entries()
        assert list(entries[: len(self.seen)]) == self.seen, "an entry was changed or lost"
        for entry in entries[len(self.seen) :]:
            self.witness.read(entry)
        self.seen = list(entries)

    def both_offices_know_all_that_happened(self):
        book = fold(self.seen, self.roster)
        assert all(office.journal.refresh() == book for office in self.offices)
        signed = {m.identifier: m.xml.encode() for one in book.dispatches.values() for m in one.signed}
        assert signed == self.witness.published, "an issued message changed"

    def nothing_is_in_force_that_should_not_be(self):
        now, book = self.clock(), self.offices[0].book
        for case in book.active(now):
            key = (case.event, case.country)
            assert case.expires == self.witness.expires[key] > now
            assert set(case.warned) == self.witness.warned[key]
        told = {(case.event, case.country) for case in book.active(now)}
        assert told == {key for key in self.witness.warned if self.witness.in_force(key, now)}

    def channels_took_what_was_issued_once_and_in_order(self):
        taken = kit.taken(self.folder / "tale")
        assert taken[: len(self.heard)] == self.heard
        digests = {name: hashlib.sha256(xml).hexdigest() for name, xml in self.witness.published.items()}
        assert taken == list(digests.items())[: len(taken)], "doubled, changed, out of order, or never issued"
        for name, _ in taken[len(self.heard) :]:
            self.receiver.read(self.witness.published[name])
        self.heard = taken
        out = next(one for one in (self.folder / "out", self.folder / "away") if one.exists())
        for file in out.glob("*.xml"):
            assert file.read_bytes() == self.witness.published[file.stem]
        assert not kit.taken(self.folder / "elsewhere"), "a message reached a channel of another status"

    def a_receiver_counts_as_warned_whom_the_office_does(self):
        if len(self.heard) == len(self.witness.published):
            now = self.clock()
            warned = {code for key in self.witness.warned for code in self.witness.in_force(key, now)}
            assert self.receiver.warned(now) == warned

    # ---- and at the end

    def teardown(self):
        try:
            if self.well:
                self.settle()
        finally:
            for office in self.offices:
                office.close()
            self.base.cleanup()

    def settle(self):
        """Whatever happened, once all is well again everything that is owed arrives, and people can be warned and freed."""
        kit.trouble(self.folder / "tale", "")
        self.disk_goes_away_or_comes_back(back=True)
        office = self.offices[1]
        office.set_clock(self.people["park"], because="the end of a random life")
        office.tick()
        assert office.deliver() == ()
        for one in EVENTS:
            office.look(one, kit.crowd([], 0.0), kit.PLACES, t_s=self.clock.t_s, verdict="unknown", p=0.0)
        for case in office.book.active(self.clock()):
            for one in EVENTS:
                if one.code == case.event:  # a notice ends by itself
                    office.retract(self.people["park"], one, case.country, because="the end of a random life")
        self.warn_and_free(office)
        self.all_is_as_it_must_be()
        assert [name for name, _ in self.heard] == list(self.witness.published)
        assert {file.stem for file in (self.folder / "out").glob("*.xml")} == set(self.witness.published)
        assert office.journal.check() == ()
        for xml in self.witness.published.values():
            verify_xml(xml, self.pins, kit.T0)

    def warn_and_free(self, office):
        """Warn one more place of a new event by the desk, and take it back."""
        fresh = Event(code="2023-07-01", t0=self.clock() - timedelta(seconds=60), origin=kit.EVENT.origin)
        falls = kit.crowd(["KR-04"], 400.0)
        for one in office.look(fresh, falls, kit.PLACES, t_s=60.0, verdict="nominal", p=0.99):
            if one.stage is Stage.ISSUED:
                continue  # pre-authorised
            office.approve(one.name, self.people["kim"])
            if self.status is Status.ACTUAL:
                office.approve(one.name, self.people["lee"])
            office.issue(one.name)
        assert office.book.case(fresh.code, "KR").warned == ("KR-04",)
        office.retract(self.people["lee"], fresh, "KR", because="it was only a trial of the office")
        assert office.book.case(fresh.code, "KR").warned == ()


@pytest.mark.parametrize(("status", "examples", "steps"), [(Status.ACTUAL, 25, 40), (Status.EXERCISE, 5, 40)])
def test_no_life_breaks_a_rule_or_loses_a_step(templates, status, examples, steps):
    run_state_machine_as_test(
        lambda: Life(templates[status], status),
        settings=settings(max_examples=examples, stateful_step_count=steps, phases=[Phase.generate], print_blob=True),
    )

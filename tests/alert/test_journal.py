"""The journal in both databases: what it takes, what it refuses, and what it says when the database will not."""

from datetime import UTC, datetime, timedelta

import pytest

from downrange.alert._database import REVISION, JournalError
from downrange.alert.entries import Opened, Proposed, Step
from downrange.alert.journal import Journal
from downrange.alert.keys import load_roster, load_signer, make_keys
from downrange.alert.life import LifeError
from downrange.alert.model import Event, Kind, Reason, Status
from downrange.base import InputError

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)
EVENT = Event(code="2023-05-31", t0=T0, origin={"en": "the north", "ko": "북쪽", "ja": "北"})


def one(step, body):
    def steps(book):
        yield step, body

    return steps


def opening(book):
    if book.opened is None:
        yield Step.OPENED, Opened(status=Status.EXERCISE, agency="Desk", sender="desk@downrange.invalid")


def proposal(name, codes=("KR-1",), because="", evidence=""):
    return Proposed(
        dispatch=name,
        event=EVENT,
        country="KR",
        based_on=0,
        kind=Kind.ISSUE,
        reason=Reason.RISK,
        codes=codes,
        added=codes,
        t_s=60.0,
        because=because,
        channels=("files",),
        evidence=evidence,
    )


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    files = [make_keys(folder, "machine", machine=True), make_keys(folder, "kim")]
    (folder / "people.toml").write_text("\n".join(one.public.read_text() for one in files))
    return load_roster(folder / "people.toml"), load_signer(files[0].private), load_signer(files[1].private)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    return request.getfixturevalue("postgres_database")


@pytest.fixture
def journal(url, people):
    made = Journal.open(url, people[0])
    made.append(people[1], T0, opening)
    yield made
    made.close()


def test_what_is_written_is_read_back_by_another(journal, url, people):
    roster, machine, _ = people
    journal.append(machine, T0, one(Step.PROPOSED, proposal("a")))
    other = Journal.open(url, roster)
    assert other.book == journal.book
    assert [entry.step for entry in other.entries()] == [Step.OPENED, Step.PROPOSED]
    assert other.book.dispatch("a").author == "machine"
    other.append(machine, T0, one(Step.PROPOSED, proposal("b", codes=("KR-2",))))
    journal.append(machine, T0, one(Step.PROPOSED, proposal("c", codes=("KR-3",))))  # reads b first, on its own
    assert list(journal.book.dispatches) == ["a", "b", "c"]
    assert journal.check() == ()
    other.close()


def test_steps_are_written_all_or_none(journal, people):
    def steps(book):
        book = yield Step.PROPOSED, proposal("a")
        assert "a" in book.dispatches
        yield Step.PROPOSED, proposal("a")

    before = journal.book
    with pytest.raises(LifeError, match="used before"):
        journal.append(people[1], T0, steps)
    assert journal.refresh() == before
    assert len(journal.entries()) == 1


def test_evidence_is_kept_when_a_step_names_it_and_only_then(journal, people):
    from downrange.alert.entries import digest_of

    data = b"what was seen"
    journal.append(people[1], T0, one(Step.PROPOSED, proposal("a", evidence=digest_of(data))), (data, b"not named"))
    assert journal.evidence(digest_of(data)) == data
    with pytest.raises(JournalError, match="no evidence"):
        journal.evidence(digest_of(b"not named"))
    assert journal.check() == ()


def test_evidence_that_is_missing_is_found(journal, people):
    journal.append(people[1], T0, one(Step.PROPOSED, proposal("a", evidence="0" * 64)))
    assert [problem.rule for problem in journal.check()] == ["EVIDENCE"]


def test_clocks_may_differ_a_little_and_not_by_an_hour(journal, people):
    _, machine, kim = people
    journal.append(machine, T0 + timedelta(seconds=40), one(Step.PROPOSED, proposal("a")))
    journal.append(machine, T0, one(Step.PROPOSED, proposal("b", codes=("KR-2",))))
    assert [entry.moment for entry in journal.entries()][1:] == [T0 + timedelta(seconds=40)] * 2
    with pytest.raises(LifeError, match="59 min before the last entry"):
        journal.append(machine, T0 - timedelta(minutes=58), one(Step.PROPOSED, proposal("c", codes=("KR-3",))))
    assert len(journal.entries()) == 3
    assert kim.name == "kim"


def test_a_witness_notices_an_old_copy(tmp_path, people):
    roster, machine, _ = people
    witness, file = tmp_path / "journal.head", tmp_path / "journal.db"
    journal = Journal.open(f"sqlite:///{file}", roster, witness=witness)
    journal.append(machine, T0, opening)
    journal.close()
    old = file.read_bytes()
    journal = Journal.open(f"sqlite:///{file}", roster, witness=witness)
    journal.append(machine, T0, one(Step.PROPOSED, proposal("a")))
    assert journal.check(head=journal.witnessed()) == ()
    journal.close()
    file.write_bytes(old)
    for rest in tmp_path.glob("journal.db-*"):
        rest.unlink()
    with pytest.raises(JournalError, match="old copy"):
        Journal.open(f"sqlite:///{file}", roster, witness=witness)
    journal = Journal.open(f"sqlite:///{file}", roster)
    assert [problem.rule for problem in journal.check(head=(2, "0" * 64))] == ["HEAD"]
    journal.close()


def test_the_migrations_make_the_tables_that_the_code_writes(journal, url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    from downrange.alert.tables import METADATA

    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == REVISION
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_a_journal_of_a_newer_version_is_left_alone(journal, url, people):
    from sqlalchemy import create_engine, text

    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(JournalError, match="newer Downrange"):
        Journal.open(url, people[0])


@pytest.mark.parametrize("url", ["", "mysql://x/y", "not an address"])
def test_addresses_that_are_none_are_told(url, people):
    with pytest.raises(InputError, match="address"):
        Journal.open(url, people[0])


def test_a_database_that_cannot_be_reached_is_told_without_its_password(people):
    with pytest.raises(JournalError, match="does not answer") as told:
        Journal.open("postgresql://desk:secret@127.0.0.1:1/none", people[0])
    assert "secret" not in str(told.value)

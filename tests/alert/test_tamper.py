"""A journal that somebody got their hands on: whatever they change, take out, put in or cut off is noticed."""

import base64
import runpy
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.alert import Status
from downrange.alert.entries import GENESIS, entry_hash
from downrange.alert.journal import Journal, JournalError
from downrange.alert.keys import load_roster, make_keys
from downrange.base import DownrangeError

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("office_kit.py"))))

COLUMNS = ("at", "step", "who", "body", "prev", "hash", "sig")
SAMPLES = 250  # of the bytes of all rows
FLIPS = 80  # of the bytes of the database file


def live(office, folder, clock):
    """Warn two islets, widen the warning to a third, and lift it."""
    kim, lee = kit.signer(folder, "kim"), kit.signer(folder, "lee")
    for t_s, codes, verdict in (
        (60, ["KR-01"], "nominal"),
        (90, ["KR-01", "KR-02"], "nominal"),
        (420, [], "thrust lost"),
        (432, [], "thrust lost"),
    ):
        clock.now = kit.T0
        clock.go(t_s)
        for one in kit.look(office, clock, codes, verdict=verdict):
            for person in (kim, lee) if one.proposed.added else (kim,):
                office.approve(one.name, person)
            office.issue(one.name)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """An office with a whole life in its journal, closed."""
    folder = tmp_path_factory.mktemp("tamper") / "office"
    table = kit.channel_table("files", "directory", Status.ACTUAL, folder="out")
    kit.make(folder, channels=table, languages=["en"])
    clock = kit.Clock()
    office = kit.enter(folder, clock)
    live(office, folder, clock)
    assert [str(case.standing) for case in office.book.cases.values()] == ["lifted"]
    assert office.check() == ()
    office.close()
    with closing(sqlite3.connect(folder / "journal.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder


class Hands:
    """Somebody with the database open and its triggers gone, beside the office that checks it."""

    def __init__(self, path, roster):
        self.path, self.roster = path, roster
        self.journal = Journal.open(f"sqlite:///{path}", roster)
        self.database = sqlite3.connect(path, isolation_level=None)
        for (name,) in self.database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.database.execute(f"DROP TRIGGER {name}")

    def close(self):
        self.database.close()
        self.journal.close()

    def do(self, sql, *values):
        return self.database.execute(sql, values).fetchall()

    def last(self):
        return self.do("SELECT max(seq) FROM entries")[0][0]

    def row(self, seq):
        return dict(
            zip(
                ("seq", *COLUMNS),
                self.do("SELECT seq, at, step, who, body, prev, hash, sig FROM entries WHERE seq = ?", seq)[0],
                strict=True,
            )
        )

    def put(self, row):
        self.do(
            "INSERT INTO entries (seq, at, step, who, body, prev, hash, sig) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(row[name] for name in ("seq", *COLUMNS)),
        )

    def found(self):
        return self.journal.check()


@pytest.fixture
def hands(lived, tmp_path):
    path = tmp_path / "journal.db"
    shutil.copy(lived / "journal.db", path)
    made = Hands(path, load_roster(lived / "people.toml"))
    assert made.found() == ()
    yield made
    made.close()


def bytes_of(value):
    return value if isinstance(value, bytes) else value.encode()


def change_byte(hands, seq, column, at, by):
    """Change one byte of one column, see whether that is noticed, and put it back."""
    was = hands.row(seq)[column]
    data = bytearray(bytes_of(was))
    data[at] ^= by
    hands.do(f"UPDATE entries SET {column} = CAST(? AS TEXT) WHERE seq = ?", bytes(data), seq)  # noqa: S608 - our own
    noticed = hands.found()
    hands.do(f"UPDATE entries SET {column} = ? WHERE seq = ?", was, seq)  # noqa: S608 - the same
    return noticed


def test_every_byte_of_a_person_s_consent_is_held(hands):
    ((seq,), *_) = hands.do("SELECT seq FROM entries WHERE step = 'approved'")
    row = hands.row(seq)
    for column in COLUMNS:
        for at in range(len(bytes_of(row[column]))):
            assert change_byte(hands, seq, column, at, 1), f"byte {at} of {column}"
    assert hands.found() == ()


def test_bytes_of_all_rows_are_held(hands):
    rng = np.random.default_rng(6)
    for _ in range(SAMPLES):
        seq, column = int(rng.integers(1, hands.last() + 1)), str(rng.choice(COLUMNS))
        at, by = int(rng.integers(len(bytes_of(hands.row(seq)[column])))), 1 << int(rng.integers(8))
        assert change_byte(hands, seq, column, at, by), f"byte {at} of {column} of entry {seq}, by {by}"
    assert hands.found() == ()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_another_type_is_noticed(hands, column):
    hands.do(f"UPDATE entries SET {column} = CAST({column} AS BLOB) WHERE seq = 3")  # noqa: S608 - our own
    assert hands.found()


@pytest.mark.parametrize("seq", [1, 2, 7])
def test_a_row_taken_out_is_noticed(hands, seq):
    hands.do("DELETE FROM entries WHERE seq = ?", seq)
    assert hands.found()
    hands.do("UPDATE entries SET seq = seq - 1 WHERE seq > ?", seq)  # and the gap closed
    assert hands.found()


def test_two_rows_that_changed_places_are_noticed(hands):
    for seq, new in ((3, -1), (4, 3), (-1, 4)):
        hands.do("UPDATE entries SET seq = ? WHERE seq = ?", new, seq)
    assert hands.found()


def test_a_row_put_in_twice_is_noticed(hands):
    row, last = hands.row(4), hands.last()
    row |= {"seq": last + 1, "prev": hands.row(last)["hash"], "hash": "0" * 64}
    hands.put(row)
    assert hands.found()


def forged(hands, signer, step, body, who=None):
    """Return a next entry that hangs on the chain as it should, signed by whoever forges it."""
    last = (
        hands.row(hands.last())
        if hands.last()
        else {"seq": 0, "hash": GENESIS, "at": "2023-05-30T21:00:00.000000+00:00"}
    )
    row = {
        "seq": last["seq"] + 1,
        "at": last["at"],
        "step": step,
        "who": who or signer.name,
        "body": body,
        "prev": last["hash"],
    }
    digest = entry_hash(**row)
    return row | {"hash": digest, "sig": base64.b64encode(signer.sign(digest.encode())).decode()}


def test_a_row_that_hangs_on_the_chain_but_not_on_a_person_s_key_is_noticed(hands, tmp_path):
    make_keys(tmp_path, "kim")
    stranger = kit.load_signer(tmp_path / "kim.key")
    hands.put(forged(hands, stranger, "clock", '{"because":"it ran ahead"}'))
    (problem,) = hands.found()
    assert "signature of kim" in problem.seen


def test_a_chain_written_anew_from_the_middle_is_noticed(hands, tmp_path):
    """Somebody changes a body and computes every hash after it again; they have nobody's key."""
    make_keys(tmp_path, "kim")
    stranger = kit.load_signer(tmp_path / "kim.key")
    rows = [hands.row(seq) for seq in range(1, hands.last() + 1)]
    hands.do("DELETE FROM entries WHERE seq > 4")
    for row in rows[4:]:
        hands.put(forged(hands, stranger, row["step"], row["body"].replace("KR-01", "KR-03"), who=row["who"]))
    assert hands.found()


def test_the_machine_s_key_in_strange_hands_warns_nobody(hands, lived):
    """A chain that is whole and well signed, by the machine alone, breaks the rules of consent."""
    machine = kit.load_signer(lived / "keys" / "downrange.key")
    rows = [hands.row(seq) for seq in range(1, hands.last() + 1)]
    hands.do("DELETE FROM entries")
    for row in rows:
        hands.put(forged(hands, machine, row["step"], row["body"]))
    (problem,) = hands.found()
    assert "machine" in problem.seen


def test_a_tail_cut_off_is_noticed_by_who_remembers_it(hands, lived, tmp_path):
    last = hands.last()
    head = (last, hands.row(last)["hash"])
    hands.do("DELETE FROM entries WHERE seq > ?", last - 2)
    assert hands.found() == ()  # what is left is whole in itself
    (problem,) = hands.journal.check(head=head)
    assert problem.rule == "HEAD"
    assert "old copy" in problem.seen
    office = shutil.copytree(lived, tmp_path / "office")
    hands.do("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(hands.path, office / "journal.db")
    with pytest.raises(JournalError, match="the end was cut off"):
        kit.enter(office, kit.Clock())


def test_an_old_copy_put_back_under_a_running_office_is_noticed(lived, tmp_path):
    folder = shutil.copytree(lived, tmp_path / "office")
    clock = kit.Clock()
    clock.go(500)
    office = kit.enter(folder, clock)
    with closing(sqlite3.connect(folder / "journal.db", isolation_level=None)) as database:
        database.execute("DROP TRIGGER entries_no_DELETE")
        before = database.execute("SELECT max(seq) FROM entries").fetchone()
        database.execute("DELETE FROM entries WHERE seq = ?", before)
        for step in (office.tick, lambda: kit.look(office, clock, ["KR-03"], arrival_s=900.0)):
            with pytest.raises(JournalError, match="old copy"):
                step()
        assert database.execute("SELECT max(seq) FROM entries").fetchone()[0] == before[0] - 1
    office.close()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE evidence SET data = substr(data, 1, length(data) - 1) || X'00'", "was changed"),
        ("UPDATE evidence SET data = zeroblob(length(data))", "was changed"),
        ("UPDATE evidence SET digest = replace(digest, 'a', 'b')", "is gone"),
        ("DELETE FROM evidence", "is gone"),
        ("INSERT INTO evidence (digest, data) VALUES ('00', X'00')", "was changed"),
    ],
)
def test_evidence_changed_is_noticed(hands, sql, said):
    hands.do(sql)
    assert said in {problem.seen for problem in hands.found() if problem.rule == "EVIDENCE"}


def test_a_byte_of_the_file_is_held_or_does_not_matter(lived, tmp_path):
    """Whatever byte of the file is not what it was, it is noticed, or all that is read is as it was."""
    whole = (lived / "journal.db").read_bytes()
    roster, path = load_roster(lived / "people.toml"), tmp_path / "journal.db"
    rng = np.random.default_rng(66)
    noticed, entries = 0, None
    for at in [None, *rng.integers(len(whole), size=FLIPS).tolist()]:
        data = bytearray(whole)
        if at is not None:
            data[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(data)
        for beside in ("journal.db-wal", "journal.db-shm"):
            (tmp_path / beside).unlink(missing_ok=True)
        try:
            with closing(Journal.open(f"sqlite:///{path}", roster)) as journal:
                if journal.check():
                    noticed += 1
                    continue
                entries = entries or journal.entries()
                assert journal.entries() == entries, f"byte {at}"
        except DownrangeError:
            noticed += 1
    assert noticed > FLIPS // 2


# ---- what the database itself refuses

OVERWRITE = (
    "INSERT INTO entries SELECT seq, at, step, 'kim', body, prev, hash, sig FROM entries WHERE seq = 1 "
    "ON CONFLICT (seq) DO UPDATE SET who = 'kim'"
)
WRITES = (
    "UPDATE entries SET who = 'kim' WHERE seq = 1",
    "DELETE FROM entries WHERE seq = 1",
    "DELETE FROM entries",
    "UPDATE evidence SET digest = '00'",
    "DELETE FROM evidence",
)


@pytest.mark.parametrize(
    "sql",
    [
        *WRITES,
        OVERWRITE,
        "INSERT OR REPLACE INTO entries SELECT seq, at, step, 'kim', body, prev, hash, sig FROM entries WHERE seq = 1",
        "REPLACE INTO evidence SELECT digest, X'00' FROM evidence",
    ],
)
def test_sqlite_refuses_to_change_what_stands(lived, tmp_path, sql):
    path = tmp_path / "journal.db"
    shutil.copy(lived / "journal.db", path)
    with closing(sqlite3.connect(path)) as database:
        before = list(database.iterdump())
        with pytest.raises(sqlite3.Error, match="append-only"):
            database.execute(sql)
        database.rollback()
        assert list(database.iterdump()) == before


@pytest.mark.parametrize("sql", [*WRITES, OVERWRITE, "TRUNCATE entries", "TRUNCATE evidence"])
def test_postgresql_refuses_to_change_what_stands(lived_on_postgres, sql):
    import psycopg

    with psycopg.connect(lived_on_postgres.replace("+psycopg", ""), autocommit=True) as database:
        with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
            database.execute(sql)
        assert database.execute("SELECT count(*) FROM entries WHERE seq = 1 AND who = 'downrange'").fetchone() == (1,)
        assert database.execute("SELECT count(*) > 0 FROM evidence WHERE digest <> '00'").fetchone() == (True,)


@pytest.fixture(scope="module")
def lived_on_postgres(_cluster, tmp_path_factory):
    """The address of a database with a life in it."""
    _cluster.start()
    url = _cluster.new_database()
    folder = tmp_path_factory.mktemp("postgres") / "office"
    kit.make(
        folder,
        database=url,
        channels=kit.channel_table("files", "directory", Status.ACTUAL, folder="out"),
        languages=["en"],
    )
    clock = kit.Clock()
    office = kit.enter(folder, clock)
    live(office, folder, clock)
    assert office.check() == ()
    office.close()
    return url

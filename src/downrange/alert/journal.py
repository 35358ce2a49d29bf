"""The journal of warnings: append-only, hash-chained, each entry signed; in an SQLite file or in PostgreSQL.

Many processes may write to one journal. Each append takes the database's write lock, reads what others wrote, folds it,
checks its own steps against the rules, and commits them together or not at all. What is read back is checked as it was
when written: numbers, hashes, signatures, rules; a journal that fails is not used.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from downrange.alert._database import JournalError, engine_of, lock, migrate, told
from downrange.alert.book import Book, LifeError
from downrange.alert.entries import Body, Entry, Step, at_text, body_of, body_text, digest_of, entry_hash
from downrange.alert.keys import Roster, Signer, check_signature
from downrange.alert.life import apply
from downrange.alert.model import Problem
from downrange.base import DownrangeError, InputError, iso, read_text, write_text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

Plan = Generator[tuple[Step, Body], Book, None]
"""Steps to write, one by one: each yield gives back the book as it is after that step."""


class Journal:
    """An open journal and what it says."""

    __slots__ = ("_engine", "_tolerance_s", "_witness", "book", "roster", "url")

    def __init__(self, engine: Engine, roster: Roster, tolerance_s: float, witness: Path | None) -> None:
        self._engine = engine
        self._tolerance_s = tolerance_s
        self._witness = witness
        self.roster = roster
        self.url: str = engine.url.render_as_string(hide_password=True)
        self.book = Book()

    @classmethod
    def open(cls, url: str, roster: Roster, *, clock_tolerance_s: float = 60.0, witness: Path | None = None) -> Self:
        """Open a journal, making its tables where there are none, and read it.

        url:               "sqlite:///warnings.db" or "postgresql+psycopg://user@host/database"
        clock_tolerance_s: by how much the clocks of several machines may differ
        witness:           a file that remembers the last entry seen, so that an old copy put back is noticed
        """
        journal = cls(engine_of(url), roster, clock_tolerance_s, witness)
        try:
            with told(journal.url):
                migrate(journal._engine, journal.url)
            journal.refresh()
            journal._hear_witness()
        except BaseException:
            journal.close()
            raise
        return journal

    @classmethod
    def unread(cls, url: str, roster: Roster, *, witness: Path | None = None) -> Self:
        """Return a journal for looking into, whole or broken: nothing of it is believed, made or changed.

        `entries` and `check` work; `append` and `refresh` are for one that was opened.
        """
        from sqlalchemy import inspect
        from sqlalchemy.engine import make_url

        engine = engine_of(url)
        file = make_url(url).database
        if engine.dialect.name == "sqlite" and not (file and Path(file).is_file()):
            raise InputError(where=url, seen="there is no journal", cure="check the office's folder")
        journal = cls(engine, roster, 0.0, witness)
        with told(journal.url):
            known = inspect(engine).has_table("entries")
        if not known:
            journal.close()
            raise InputError(where=journal.url, seen="there is no journal in it", cure="check office.toml")
        return journal

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()

    def refresh(self) -> Book:
        """Read what others wrote since, and return the book."""
        with told(self.url), self._engine.connect() as connection:
            self.book = self._caught_up(connection)
        return self.book

    def append(
        self,
        signer: Signer,
        now: datetime,
        steps: Callable[[Book], Plan],
        evidence: Sequence[bytes] = (),
        *,
        sets_clock: bool = False,
    ) -> tuple[Body, ...]:
        """Write steps, all or none, and return their bodies.

        steps:    called with the book as it is when the lock is held
        evidence: what they may rest on; kept where a step names its digest
        sets_clock: the time of the last entry is known to be wrong, and `now` right
        Raises LifeError where a rule forbids a step, JournalError where the database cannot take them.
        """
        with told(self.url), self._engine.execution_options(write=True).connect() as connection:
            lock(connection)
            book = self.book = self._caught_up(connection)
            moment = now if sets_clock else self._moment(book, now)
            entries: list[Entry] = []
            bodies: list[Body] = []
            plan = steps(book)
            wanted = next(plan, None)
            while wanted is not None:
                step, body = wanted
                entry = _signed(book, signer, moment, step, body)
                self._refuse_stranger(entry)
                book = apply(book, entry, self.roster)
                entries.append(entry)
                bodies.append(body)
                try:
                    wanted = plan.send(book)
                except StopIteration:
                    wanted = None
            self._insert(connection, entries, evidence)
            connection.commit()
        self.book = book
        self._tell_witness()
        return tuple(bodies)

    def entries(self) -> tuple[Entry, ...]:
        """Return all entries as they are stored, unchecked."""
        with told(self.url), self._engine.connect() as connection:
            return tuple(_read(connection, 0))

    def evidence(self, digest: str) -> bytes:
        """Return what is kept under a digest, found unchanged."""
        from sqlalchemy import LargeBinary, cast, select

        from downrange.alert.tables import EVIDENCE

        wanted = select(cast(EVIDENCE.c.data, LargeBinary)).where(EVIDENCE.c.digest == digest)
        with told(self.url), self._engine.connect() as connection:
            data = connection.execute(wanted).scalar()
        if data is None:
            raise JournalError(f"{self.url}: no evidence {digest[:12]} is kept there. Run `downrange alert journal`.")
        if digest_of(bytes(data)) != digest:
            raise JournalError(f"{self.url}: evidence {digest[:12]} was changed. {_CURE}")
        return bytes(data)

    def check(self, *, head: tuple[int, str] | None = None) -> tuple[Problem, ...]:
        """Return everything wrong with the journal as it is stored now; empty when it is whole.

        head: number and hash of an entry known to have been there, so that a cut-off tail is seen
        """
        from sqlalchemy import LargeBinary, cast, func, literal, select

        from downrange.alert.tables import EVIDENCE

        found: list[Problem] = []
        try:
            entries = self.entries()
        except JournalError as problem:
            return (Problem(rule="JOURNAL", where="entries", seen=str(problem)),)
        book = Book()
        for entry in entries:
            try:
                book = self._taken(book, entry)
            except DownrangeError as problem:
                found.append(Problem(rule="JOURNAL", where=f"entry {entry.seq}", seen=str(problem)))
                break
        if head is not None and (head[0] > len(entries) or entries[head[0] - 1].hash != head[1]):
            seen = f"entry {head[0]} was once {head[1][:12]}, and is not there: was an old copy put back?"
            found.append(Problem(rule="HEAD", where=f"entry {head[0]}", seen=seen))
        wanted = {one for entry in entries for one in _evidence_of(entry)}
        with told(self.url), self._engine.connect() as connection:
            on_sqlite = connection.dialect.name == "sqlite"  # where a value may have another type than its column
            form = func.typeof(EVIDENCE.c.data) if on_sqlite else literal("blob")
            rows = connection.execute(select(EVIDENCE.c.digest, cast(EVIDENCE.c.data, LargeBinary), form)).all()
        kept = {str(digest): digest_of(bytes(data)) if form == "blob" else "" for digest, data, form in rows}
        for digest in sorted(wanted | kept.keys()):
            if digest not in kept:
                found.append(Problem(rule="EVIDENCE", where=digest, seen="is gone"))
            elif kept[digest] != digest:
                found.append(Problem(rule="EVIDENCE", where=digest, seen="was changed"))
            elif digest not in wanted:
                found.append(Problem(rule="EVIDENCE", where=digest, seen="belongs to no entry"))
        return tuple(found)

    def _tell_witness(self) -> None:
        """Remember the last entry outside the database; an older memory is still true, so no trouble here is one."""
        if self._witness is not None:
            with suppress(InputError):
                write_text(self._witness, f"{self.book.seq} {self.book.head}\n")

    def _hear_witness(self) -> None:
        """Refuse a journal that lacks an entry it once had."""
        head = self.witnessed()
        if head is None:
            return
        with told(self.url), self._engine.connect() as connection:
            found = next(_read(connection, head[0] - 1), None)
        if found is None or (found.seq, found.hash) != head:
            raise JournalError(
                f"{self.url}: entry {head[0]} was once {head[1][:12]}, says {self._witness}, and is not there: an old "
                f"copy was put back, or the end was cut off. {_CURE}"
            )

    def witnessed(self) -> tuple[int, str] | None:
        """Return number and hash of the last entry that the witness remembers, None without one."""
        if self._witness is None or not self._witness.exists():
            return None
        number, _, digest = read_text(self._witness).strip().partition(" ")
        if not number.isdigit() or int(number) < 1:
            raise JournalError(f"{self._witness}: does not name an entry. Remove it once the journal has been checked.")
        return int(number), digest

    def _moment(self, book: Book, now: datetime) -> datetime:
        """Return the time of new entries: never before the last; a clock that is far behind is refused."""
        if book.at is None or now >= book.at:
            return now
        behind_s = (book.at - now).total_seconds()
        if behind_s <= self._tolerance_s:
            return book.at
        raise LifeError(
            where="clock",
            seen=f"this machine says {iso(now)}, {behind_s / 60.0:.0f} min before the last entry ({iso(book.at)})",
            cure="set the clock of this machine; if the last entry was written by a wrong one, say so with "
            "`downrange alert clock`",
        )

    def _caught_up(self, connection: Connection) -> Book:
        """Return the book with what was written since it was last read, once its last entry is found unchanged."""
        book = self.book
        rows = _read(connection, book.seq - 1)
        if book.seq:
            last = next(rows, None)
            if last is None or (last.seq, last.hash) != (book.seq, book.head):
                raise JournalError(
                    f"{self.url}: entry {book.seq} is no longer there or not what it was: an old copy was put back, or "
                    f"the end was cut off, while this program ran. {_CURE}"
                )
        for entry in rows:
            book = self._taken(book, entry)
        return book

    def _taken(self, book: Book, entry: Entry) -> Book:
        """Return the book after a stored entry, once its hash, signature and rules hold."""
        digest = entry_hash(
            seq=entry.seq, at=entry.at, step=str(entry.step), who=entry.who, body=entry.body, prev=entry.prev
        )
        if digest != entry.hash:
            raise JournalError(f"{self.url}: entry {entry.seq} is not what was written: its hash does not fit. {_CURE}")
        try:
            self._refuse_stranger(entry)
            return apply(book, entry, self.roster)
        except ValueError as problem:
            raise JournalError(f"{self.url}: entry {entry.seq}: {problem} {_CURE}") from None

    def _refuse_stranger(self, entry: Entry) -> None:
        """Stop where an entry is not signed by who it says, or by one who may no longer sign."""
        signature = base64.b64decode(entry.sig, validate=True)
        if base64.b64encode(signature).decode() != entry.sig:
            raise ValueError("its signature is not written as it was")
        check_signature(self.roster, entry.who, entry.hash.encode(), signature, at=entry.moment)

    def _insert(self, connection: Connection, made: Sequence[Entry], evidence: Sequence[bytes]) -> None:
        """Add rows."""
        from sqlalchemy import select

        from downrange.alert.tables import ENTRIES, EVIDENCE

        named = {digest for entry in made for digest in _evidence_of(entry)}
        for data in evidence:
            digest = digest_of(data)
            if (
                digest in named
                and connection.execute(select(EVIDENCE.c.digest).where(EVIDENCE.c.digest == digest)).first() is None
            ):
                connection.execute(EVIDENCE.insert().values(digest=digest, data=data))
        for entry in made:
            row = {name: getattr(entry, name) for name in ("seq", "at", "who", "body", "prev", "hash", "sig")}
            connection.execute(ENTRIES.insert().values(step=str(entry.step), **row))


_CURE: Final = "Do not use this journal: keep a copy for those who look into it, and put a good copy back."


def _read(connection: Connection, after: int) -> Iterator[Entry]:
    """Yield the stored entries after a number, in order."""
    from downrange.alert.tables import ENTRIES

    for row in connection.execute(ENTRIES.select().where(ENTRIES.c.seq > after).order_by(ENTRIES.c.seq)):
        texts = (row.at, row.step, row.who, row.body, row.prev, row.hash, row.sig)
        if not all(isinstance(text, str) for text in texts) or row.step not in tuple(Step):
            raise JournalError(f"journal: entry {row.seq} is not of the form in which entries are written. {_CURE}")
        yield Entry(
            seq=row.seq,
            at=row.at,
            step=Step(row.step),
            who=row.who,
            body=row.body,
            prev=row.prev,
            hash=row.hash,
            sig=row.sig,
        )


def _signed(book: Book, signer: Signer, moment: datetime, step: Step, body: Body) -> Entry:
    """Return a new entry."""
    row: dict[str, Any] = {"seq": book.seq + 1, "at": at_text(moment), "who": signer.name, "body": body_text(body)}
    digest = entry_hash(**row, step=str(step), prev=book.head)
    sig = base64.b64encode(signer.sign(digest.encode())).decode()
    return Entry(**row, step=step, prev=book.head, hash=digest, sig=sig)


def _evidence_of(entry: Entry) -> tuple[str, ...]:
    """Return the digests that an entry names."""
    if entry.step not in (Step.LOOKED, Step.PROPOSED):
        return ()
    try:
        digest = body_of(entry).evidence
    except InputError:
        return ()
    return (digest,) if digest else ()

"""A seat in the office of a warning agency: the office opened from its folder, and what a person does from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from downrange.alert import Event, Office, Status, open_office, read_office
from downrange.base import InputError
from downrange.earth import Place, places
from downrange.replay.alert_files import event_file

if TYPE_CHECKING:
    from downrange.alert import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An open office, what time it is there, and the places by their codes."""

    folder: Path
    office: Office
    now: Callable[[], datetime]
    places: Mapping[str, Place]

    @property
    def status(self) -> Status:
        """What kind of messages go out from here."""
        return self.office.status

    @property
    def agency(self) -> str:
        """Who speaks, in English where the policy has it."""
        policy = self.office.policy
        return policy.agency.get("en", policy.title)


def status_in(folder: Path | None) -> Status:
    """Return what the messages of an office are; no folder at all is told as such."""
    if folder is None:
        cure = "give --office FOLDER, or set DOWNRANGE_OFFICE"
        raise InputError(where="--office", seen="no office is named", cure=cure)
    return read_office(folder).status


@contextmanager
def seated(folder: Path | None, at: datetime | None = None, *, at_is_told: bool = False) -> Iterator[Seat]:
    """Open an office for one command, and close it.

    at:         what time it is in an exercise or a test; an Actual office goes by this machine's clock
    at_is_told: `at` says of when the thing shown is, so an Actual office lets it pass and goes by its clock all the same
    """
    actual = status_in(folder) is Status.ACTUAL
    if actual and at is not None and not at_is_told:
        cure = "leave --at out; it belongs to exercises and tests"
        raise InputError(where="--at", seen="an Actual office goes by the clock of this machine", cure=cure)
    fixed = None if actual else at
    where = folder or Path()

    def now() -> datetime:
        return datetime.now(UTC) if fixed is None else fixed

    office = open_office(where, places=places(), now=now)
    try:
        yield Seat(folder=where, office=office, now=now, places={place.code: place for place in places()})
    finally:
        office.close()


def event_at(seat: Seat, word: str | None) -> Event:
    """Return an event by its TOML file, by the code that the journal knows, or the only one with a warning in force."""
    if word and word.endswith(".toml"):
        return event_file(Path(word))
    book = seat.office.book
    known = {looked.event.code: looked.event for looked in book.desks.values()}
    if word:
        if word not in known:
            cure = f"name some of {', '.join(known)}, or give its TOML file" if known else "give its TOML file"
            raise InputError(where="--event", seen=f"the journal knows no {word!r}", cure=cure)
        return known[word]
    active = sorted({case.event for case in book.active(seat.now())})
    if len(active) != 1:
        seen = f"warnings of {', '.join(active)} are in force" if active else "no warning is in force"
        cure = "name one with --event" if active else "see `downrange alert list`"
        raise InputError(where="--event", seen=seen, cure=cure)
    return known[active[0]]


def place_of(seat: Seat, code: str, option: str) -> Place:
    """Return a place by its code."""
    if code not in seat.places:
        cure = "look codes up with `downrange alert places NAME`; one is KR-28720330"
        raise InputError(where=option, key=code, seen="no place has this code", cure=cure)
    return seat.places[code]


def locked(path: Path) -> bool:
    """Say whether a key file asks for a passphrase."""
    try:
        return b"ENCRYPTED PRIVATE KEY" in path.read_bytes()[:100]
    except OSError:
        return False


def signer_of(seat: Seat, path: Path, phrase: str | None) -> Signer:
    """Return who signs with a key file; a key that is not the one of a person of the office is refused at once."""
    from downrange.alert import check_signer, load_signer

    signer = load_signer(path, phrase)
    check_signer(seat.office.journal.roster, signer, at=seat.now())
    return signer


def phrase_in(path: Path) -> str:
    """Return the passphrase that a file holds on its first line."""
    from downrange.base import read_text

    phrase = read_text(path).partition("\n")[0]
    if not phrase:
        raise InputError(where=str(path), seen="its first line is empty", cure="put the passphrase there")
    return phrase


def open_new(folder: Path, status: Status, policy: str, at: datetime | None) -> tuple[tuple[Path, ...], str]:
    """Make an office; return the files written and the fingerprint of its certificate.

    at: when the certificate's life begins, for an exercise in the past
    """
    from downrange.alert import load_agency_key, make_office, policy_names

    if status is Status.ACTUAL and policy in policy_names():
        raise InputError(
            where="--policy",
            seen=f"{policy!r} speaks for an exercise desk",
            cure="copy it, put your agency's own name and numbers in, and give that file",
        )
    if status is Status.ACTUAL and at is not None:
        cure = "leave --at out; it belongs to exercises and tests"
        raise InputError(where="--at", seen="an Actual office goes by the clock of this machine", cure=cure)
    named = str(Path(policy).resolve()) if policy.endswith(".toml") else policy
    written = make_office(folder, status=status, policy=named, now=lambda: at or datetime.now(UTC))
    keys = folder / "keys"
    return written, load_agency_key(keys / "agency.key", keys / "agency.pem").fingerprint


def status_of(word: str) -> Status:
    """Return the status that a word of the command line names.

    >>> status_of("actual").value
    'Actual'
    """
    return Status(word.capitalize())


def new_keys(folder: Path, name: str, phrase: str | None) -> tuple[Path, str]:
    """Make a person's keys, and their folder where there is none; return the private file, and the lines for people.toml."""
    from downrange.alert import make_keys
    from downrange.base import read_text

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(
            where="--out", key=str(folder), seen=f"cannot be made ({problem.strerror})", cure="choose another folder"
        ) from None
    files = make_keys(folder, name, phrase)
    return files.private, read_text(files.public)

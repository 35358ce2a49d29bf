"""An office as a folder: office.toml with the status, the database, the policy, people, channels and keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from downrange.alert.entries import Entry
from downrange.alert.journal import Journal
from downrange.alert.model import PlaceLike, Problem, Status
from downrange.alert.office import Clock, Office, no_channels, utc_now
from downrange.alert.policy import load_policy
from downrange.base import InputError, iso, read_text, read_toml, write_text

if TYPE_CHECKING:
    from downrange.alert.keys import Roster
    from downrange.alert.sign import AgencyKey

OFFICE_FILE: Final = "office.toml"
WITNESS: Final = "journal.head"
MACHINE: Final = "downrange"
"""The name under which the software itself signs its steps."""

_TEMPLATE: Final = """# An office of a warning agency. Paths are relative to this folder.
# status: Exercise, Test or Actual; it is fixed for this folder, its journal and its channels.
status = "{status}"
# database: an SQLite file, or postgresql+psycopg://USER@HOST/DATABASE (the password in PGPASSWORD or ~/.pgpass)
database = "sqlite:///journal.db"
# policy: a name that comes with the package, or your own TOML file
policy = "{policy}"
# people: who may take steps; add each person's lines, as `downrange alert keys NAME` prints them
people = "people.toml"
channels = "channels.toml"
# keys: the machine's, the agency's, and the certificate that receivers pin
machine_key = "keys/downrange.key"
agency_key = "keys/agency.key"
agency_certificate = "keys/agency.pem"
"""

_CHANNELS: Final = """# Where messages go; docs/alert.md shows all kinds.
[[channel]]
name = "files"
kind = "directory"
status = "{status}"
folder = "out"

[[channel]]
name = "feed"
kind = "atom"
status = "{status}"
folder = "feed"
title = "Warnings of falling rocket debris"
"""


class OfficeFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What office.toml holds."""

    status: Status
    database: str
    policy: str
    people: str
    channels: str
    machine_key: str
    agency_key: str
    agency_certificate: str


def make_office(folder: Path, *, status: Status, policy: str = "founding", now: Clock = utc_now) -> tuple[Path, ...]:
    """Make a new office: its files, the machine's key and the agency's key and certificate; return what was written.

    People's keys are made apart, by each person: an office starts with nobody who may approve.
    now: when the certificate's life begins; an office for a replay of the past gives a time before it
    """
    from downrange.alert.keys import make_keys
    from downrange.alert.sign import make_agency_key

    if (folder / OFFICE_FILE).exists():
        raise InputError(where=str(folder), seen="there is an office here already", cure="choose another folder")
    known = load_policy(policy)
    keys = folder / "keys"
    try:
        keys.mkdir(parents=True, exist_ok=True)
        keys.chmod(0o700)
    except OSError as problem:
        raise InputError(
            where=str(folder), seen=f"cannot be made ({problem.strerror})", cure="choose a folder you may write to"
        ) from None
    machine = make_keys(keys, MACHINE, machine=True)
    agency = make_agency_key(keys, known.agency.get("en", known.title), now=now())
    written = [machine.private, machine.public, agency.key, agency.certificate]
    written.append(write_text(folder / "people.toml", read_text(machine.public)))
    written.append(write_text(folder / "channels.toml", _CHANNELS.format(status=status.value)))
    written.append(write_text(folder / OFFICE_FILE, _TEMPLATE.format(status=status.value, policy=policy)))
    return tuple(written)


def open_office(folder: Path, *, places: tuple[PlaceLike, ...] | None = None, now: Clock = utc_now) -> Office:
    """Open an office; its journal is made when there is none, and read and checked when there is.

    places: who can be warned; None: those of the earth room
    """
    from downrange.alert.channels import load_channels
    from downrange.alert.keys import load_roster, load_signer
    from downrange.alert.sign import load_agency_key

    found = read_office(folder)
    policy = load_policy(str(_inside(folder, found.policy)) if found.policy.endswith(".toml") else found.policy)
    roster = load_roster(_inside(folder, found.people))
    machine = load_signer(_inside(folder, found.machine_key))
    agency = load_agency_key(_inside(folder, found.agency_key), _inside(folder, found.agency_certificate))
    channels = load_channels(_inside(folder, found.channels), found.status, now=now)
    _refuse_key(agency, found, now)
    url = _database(folder, found.database)
    if not channels and not _has_journal(url, roster):
        raise no_channels(found.status)
    journal = Journal.open(
        url,
        roster,
        clock_tolerance_s=policy.clock_tolerance_s,
        witness=folder / WITNESS,
    )
    office = Office(
        journal=journal,
        policy=policy,
        places=_places() if places is None else places,
        machine=machine,
        agency=agency,
        channels=channels,
        now=now,
    )
    try:
        return office.open(found.status)
    except BaseException:
        office.close()
        raise


def _refuse_key(agency: AgencyKey, found: OfficeFile, now: Clock) -> None:
    """Stop where nothing could be signed, before a night in which something must be."""
    moment = now()
    if not agency.valid_from <= moment <= agency.valid_until:
        state = "has expired" if moment > agency.valid_until else "is not good yet"
        raise InputError(
            where=found.agency_certificate,
            seen=f"the agency's certificate {state}: good from {iso(agency.valid_from)} until {iso(agency.valid_until)}, "
            f"and this machine says {iso(moment)}",
            cure="set the clock, if that is wrong; else make a new key and certificate, and have the receivers pin it",
        )


def _has_journal(url: str, roster: Roster) -> bool:
    """Say whether there is a journal already."""
    try:
        Journal.unread(url, roster).close()
    except InputError:
        return False
    return True


def read_journal(folder: Path) -> tuple[tuple[Entry, ...], tuple[Problem, ...]]:
    """Return the entries of an office's journal as they are stored, and everything wrong with it; it may be broken."""
    from downrange.alert.keys import load_roster

    found = read_office(folder)
    roster = load_roster(_inside(folder, found.people))
    journal = Journal.unread(_database(folder, found.database), roster, witness=folder / WITNESS)
    try:
        problems = journal.check(head=journal.witnessed())
        return (() if any(one.where == "entries" for one in problems) else journal.entries()), problems
    finally:
        journal.close()


def read_office(folder: Path) -> OfficeFile:
    """Read office.toml of a folder."""
    path = folder / OFFICE_FILE
    if not path.is_file():
        raise InputError(
            where=str(folder), seen=f"there is no {OFFICE_FILE}", cure="make an office: downrange alert open FOLDER"
        )
    return read_toml(str(path), read_text(path), OfficeFile, missing="write it as `downrange alert open` does")


def _inside(folder: Path, path: str) -> Path:
    """Return a path as seen from the office's folder."""
    return folder / path


def _database(folder: Path, url: str) -> str:
    """Return a database address with an SQLite file seen from the office's folder."""
    prefix = "sqlite:///"
    return f"{prefix}{folder.resolve() / url[len(prefix) :]}" if url.startswith(prefix) else url


def _places() -> tuple[PlaceLike, ...]:
    """Return every place of the earth room."""
    from downrange.earth import places

    return places()

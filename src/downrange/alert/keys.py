"""People's keys: who may sign a step in the life of a warning, and with what.

A person holds a private key file and tells nobody its passphrase; the agency owns a roster, `people.toml`, of names and
public keys. The software itself has a key too, marked as a machine: it never counts as a person.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from downrange.alert._secrets import KeyRefusedError, pem_of, read_private, write_new
from downrange.base import InputError, iso, read_text, read_toml, utc

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = [
    "KeyFiles",
    "KeyRefusedError",
    "Person",
    "Roster",
    "Signer",
    "check_name",
    "check_signature",
    "check_signer",
    "load_roster",
    "load_signer",
    "make_keys",
    "roster_entry",
]
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PUBLIC_BYTES: Final = 32
_PRIME: Final = 2**255 - 19
_WEAK: Final = frozenset(
    {
        0,
        1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        _PRIME - 1,
    }
)
"""The y of the eight points of small order on the curve of RFC 8032: a signature under such a "key" fits many texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who may sign, or the software.

    public_key: 32 bytes, Ed25519
    machine:    the software itself; its signature is never that of a person
    until:      last day (UTC) on which the key is good; None: no end
    """

    name: str
    public_key: bytes
    machine: bool = False
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse names that cannot be told apart and keys under which anything is signed."""
        check_name(self.name)
        y = int.from_bytes(self.public_key, "little") % 2**255
        if len(self.public_key) != _PUBLIC_BYTES or y >= _PRIME or y in _WEAK:
            raise KeyRefusedError(
                where=f"person {self.name}",
                key="public_key",
                seen=f"{len(self.public_key)} bytes that are no sound Ed25519 key",
                cure="copy it from the .person.toml file that `downrange alert keys` wrote",
            )

    def valid_at(self, at: datetime) -> bool:
        """Say whether the key is still good at a moment."""
        return self.until is None or utc(at).date() <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Everybody whose signature counts; no name and no key stands in it twice, so that two names are two people."""

    people: tuple[Person, ...]

    def __post_init__(self) -> None:
        """Refuse one person under two names, and two people under one."""
        for what, seen in (
            ("name", [person.name.casefold() for person in self.people]),
            ("public_key", [person.public_key.hex() for person in self.people]),
        ):
            for i, one in enumerate(seen):
                if one in seen[:i]:
                    first, again = self.people[seen.index(one)].name, self.people[i].name
                    raise KeyRefusedError(
                        where="people",
                        key=f"person[{i}].{what}",
                        seen=f"{again} has the same {what.replace('_', ' ')} as {first}",
                        cure="give every person a name and a key of their own; remove the one that left",
                    )

    def find(self, name: str) -> Person:
        """Return the person of that name, spelled exactly so."""
        for person in self.people:
            if person.name == name:
                return person
        raise KeyRefusedError(
            where="people",
            seen=f"there is no {name!r} in the roster",
            cure=f"spell it as there ({', '.join(person.name for person in self.people)}), or add them to people.toml",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFiles:
    """Where a new pair of keys lies.

    private: the secret half; it never leaves the machine of its owner
    public:  the lines for people.toml
    """

    private: Path
    public: Path


class Signer:
    """A person (or the software) with the private key in hand."""

    __slots__ = ("_private", "name")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name, self._private = check_name(name), private

    def __repr__(self) -> str:
        """Tell the name, never the key."""
        return f"Signer({self.name!r})"

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that stand in the roster."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """Return the signature of some bytes, 64 bytes."""
        return self._private.sign(data)


def check_name(name: str) -> str:
    """Return a name that can stand in a file name and a signature; names are told apart by eye, so ASCII only.

    >>> check_name("kim.min-ji_2")
    'kim.min-ji_2'
    """
    if not _NAME.fullmatch(name):
        raise KeyRefusedError(
            where="name",
            seen=f"{name!r}",
            cure="use up to 64 of A-Z, a-z, 0-9, '-', '_' and '.', beginning with a letter or a digit",
        )
    return name


class _Row(Struct, frozen=True):
    """One person as people.toml has them."""

    name: str
    public_key: str
    machine: bool = False
    until: Any = None


class _File(Struct, frozen=True):
    """The whole of people.toml."""

    person: list[_Row]


def load_roster(path: str | Path) -> Roster:
    """Read people.toml; every fault is told with file, key and cure."""
    where = Path(path).name
    file = read_toml(where, read_text(path), _File, missing="write one [[person]] for each, with name and public_key")
    try:
        return Roster(people=tuple(_person(i, row) for i, row in enumerate(file.person)))
    except InputError as problem:
        raise KeyRefusedError(where=where, key=problem.key, seen=problem.seen, cure=problem.cure) from None


def _person(i: int, row: _Row) -> Person:
    """Build one person; `until` is a day, not a moment."""
    if row.until is not None and (not isinstance(row.until, date) or isinstance(row.until, datetime)):
        raise KeyRefusedError(
            where="people",
            key=f"person[{i}].until",
            seen=f"{row.until!r} is no date",
            cure="write the last day without quotation marks, as until = 2027-03-31",
        )
    try:
        public_key = base64.b64decode(row.public_key, validate=True)
        return Person(name=row.name, public_key=public_key, machine=row.machine, until=row.until)
    except binascii.Error:
        seen, cure = f"{row.public_key!r} is not base64", "copy it from the .person.toml file of that person"
        raise KeyRefusedError(where="people", key=f"person[{i}].public_key", seen=seen, cure=cure) from None
    except KeyRefusedError as problem:
        key = f"person[{i}].{problem.key or 'name'}"
        raise KeyRefusedError(where="people", key=key, seen=problem.seen, cure=problem.cure) from None


def roster_entry(person: Person) -> str:
    """Write the lines of people.toml for one person."""
    lines = [
        "[[person]]",
        f'name = "{person.name}"',
        f'public_key = "{base64.b64encode(person.public_key).decode("ascii")}"',
    ]
    if person.machine:
        lines.append("machine = true")
    if person.until is not None:
        lines.append(f"until = {person.until.isoformat()}")
    return "\n".join(lines) + "\n"


def make_keys(folder: str | Path, name: str, passphrase: str | None = None, *, machine: bool = False) -> KeyFiles:
    """Make a pair of keys: NAME.key, which only its owner may read, and NAME.person.toml to paste into people.toml.

    Nothing that lies there already is touched.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    check_name(name)
    private = Ed25519PrivateKey.generate()
    person = Person(name=name, public_key=private.public_key().public_bytes_raw(), machine=machine)
    files = KeyFiles(private=Path(folder) / f"{name}.key", public=Path(folder) / f"{name}.person.toml")
    write_new(
        {files.private: (pem_of(private, passphrase), 0o600), files.public: (roster_entry(person).encode(), 0o644)}
    )
    return files


def load_signer(path: str | Path, passphrase: str | None = None) -> Signer:
    """Read a person's private key; the name is that of the file without `.key`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = read_private(path, passphrase)
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyRefusedError(
            where=str(path),
            seen="it holds a key of another kind, not Ed25519: is it the agency's?",
            cure="give the .key file that `downrange alert keys` wrote for this person",
        )
    return Signer(Path(path).name.removesuffix(".key"), private)


def check_signer(roster: Roster, signer: Signer, *, at: datetime | None = None) -> Person:
    """Return who a signer is; one whose key is not the one in the roster is refused before anything is signed."""
    person = _at(roster.find(signer.name), at)
    if person.public_key != signer.public_key:
        raise KeyRefusedError(
            where=f"{signer.name}.key",
            seen="its key is not the one in the roster: was a new one made, or the file renamed?",
            cure="paste the new .person.toml into people.toml, or sign with the right file",
        )
    return person


def check_signature(roster: Roster, name: str, data: bytes, sig: bytes, *, at: datetime | None = None) -> Person:
    """Return who signed, or refuse: not in the roster, not their signature, or (with `at`) not their time any more."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    person = _at(roster.find(name), at)
    try:
        Ed25519PublicKey.from_public_bytes(person.public_key).verify(sig, data)
    except InvalidSignature:
        raise KeyRefusedError(
            where=f"signature of {name}",
            seen="it does not fit: something was changed after signing, or another key signed",
            cure="trust nothing of it; have it signed again, and find out who changed it",
        ) from None
    return person


def _at(person: Person, at: datetime | None) -> Person:
    """Refuse a person whose time is over."""
    if at is not None and not person.valid_at(at):
        raise KeyRefusedError(
            where="people",
            key=person.name,
            seen=f"the key of {person.name} was good until {person.until}, not at {iso(at)}",
            cure="let somebody else sign, or give them a new key and date in people.toml",
        )
    return person

"""Private key files: written once, for their owner alone; read only when nobody else could have."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from downrange.base import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_LARGEST_BYTES: Final = 100_000
_PUBLIC_WORDS: Final = (b"BEGIN CERTIFICATE", b"BEGIN PUBLIC KEY", b"public_key")


class KeyRefusedError(InputError):
    """A key file, a name or a signature of a person that must not be trusted."""


def _phrase(passphrase: str) -> bytes:
    """Return the bytes of a passphrase, the same from every keyboard: some send a Korean syllable in parts."""
    return unicodedata.normalize("NFC", passphrase).encode()


def pem_of(private: Any, passphrase: str | None) -> bytes:  # noqa: ANN401 - any private key of the cryptography package
    """Write a private key as PKCS8 PEM, under a passphrase when there is one."""
    from cryptography.hazmat.primitives import serialization

    if passphrase is not None and not passphrase:
        raise KeyRefusedError(where="passphrase", seen="it is empty", cure="give one, or ask for none at all")
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        lock = serialization.BestAvailableEncryption(_phrase(passphrase))
    pem: bytes = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return pem


def write_new(files: Mapping[Path, tuple[bytes, int]]) -> None:
    """Write files that must not exist yet, each with its mode from the first byte on: all of them or none."""
    written: list[Path] = []
    try:
        for path, (content, mode) in files.items():
            _write_one(path, content, mode, written)
    except FileExistsError as problem:
        _unlink(written)
        raise KeyRefusedError(
            where=str(problem.filename),
            seen="it is there already, and a key that is lost cannot be made again",
            cure="choose another folder or name, or move the old file away yourself",
        ) from None
    except OSError as problem:
        _unlink(written)
        raise KeyRefusedError(
            where=str(next(iter(files)).parent),
            seen=f"keys cannot be written there ({problem.strerror})",
            cure="make the folder, or choose one that you may write to",
        ) from None


def _write_one(path: Path, content: bytes, mode: int, written: list[Path]) -> None:
    """Write one file that must not exist, and see it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    written.append(path)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _unlink(written: list[Path]) -> None:
    """Take away what was written before something went wrong."""
    for path in written:
        path.unlink(missing_ok=True)


def read_private(path: str | Path, passphrase: str | None) -> PrivateKeyTypes:
    """Read a private key of any kind; refuse files that others can read, wrong passphrases and files that hold no key."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _own_bytes(path)
    try:
        return load_pem_private_key(content, password=_phrase(passphrase) if passphrase else None)
    except TypeError:  # the package's way to say that a passphrase is missing, or given and not needed
        seen, cure = (
            ("its key is not under a passphrase, and one was given", "give none, or make a key that has one")
            if passphrase
            else ("its key is under a passphrase, and none was given", "give the passphrase")
        )
    except (ValueError, UnsupportedAlgorithm):
        seen, cure = _no_key(content, passphrase)
    raise KeyRefusedError(where=str(path), seen=seen, cure=cure)


def _no_key(content: bytes, passphrase: str | None) -> tuple[str, str]:
    """Say why a file gave no private key."""
    if any(word in content for word in _PUBLIC_WORDS):
        return "it holds the public half or a certificate, not the private key", "give the .key file"
    if b"ENCRYPTED PRIVATE KEY" in content and passphrase:
        return "the passphrase does not open it", "type it again; nobody can open the key without it"
    return "it holds no private key that can be read", "give the .key file that `downrange alert keys` wrote"


def _own_bytes(path: str | Path) -> bytes:
    """Return the content of a file that nobody but its owner may read; what is read is what was looked at."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(_LARGEST_BYTES) if stat.S_ISREG(mode) else b""
    except OSError as problem:
        raise KeyRefusedError(
            where=str(path), seen=f"cannot be read: {problem.strerror}", cure="check the path and its owner"
        ) from None
    if os.name == "posix" and b"PRIVATE KEY" in content and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyRefusedError(
            where=str(path),
            seen=f"others than its owner may read or write it (mode {stat.S_IMODE(mode):04o}), so the key may be known",
            cure="run `chmod 600` on it, and make a new key when somebody else could have taken it",
        )
    return content

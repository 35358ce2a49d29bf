"""Files that other programs read while we write them: whole and on the disk, or not there at all."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from downrange.alert.channels.model import ChannelDownError, ChannelRefusedError
from downrange.alert.model import Status
from downrange.base import InputError

try:
    import fcntl
except ImportError:  # not on every system
    fcntl = None  # type: ignore[assignment]

LEFT_OVER_S: Final = 600.0
LOCK: Final = ".downrange-lock"
MARK: Final = ".downrange-status"
"""Names the one status whose messages a folder holds."""

_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@~=-]{0,199}")


def file_stem(identifier: str, *, channel: str) -> str:
    """Return an identifier as the name of a file, or refuse one that could leave its folder."""
    if not _SAFE.fullmatch(identifier):
        raise ChannelRefusedError(
            channel=channel,
            tried=f"name a file after {identifier!r}",
            seen="only letters, digits and . _ @ ~ = - are safe in file names and topics, 200 at most, a letter or digit first",
            cure="choose event codes and senders of those",
        )
    return identifier


def claim(folder: Path, status: Status, *, where: str, key: str = "folder", parent: bool = False) -> None:
    """Make a folder if its parent is there, and mark it for one status; refuse one that is marked for another.

    parent: make the folder above it too
    """
    mark = folder / MARK
    try:
        if parent:
            folder.parent.mkdir(exist_ok=True)
        folder.mkdir(exist_ok=True)
        if not mark.exists():
            write_whole(mark, f"{status.value}\n".encode())
        found = mark.read_text(encoding="utf-8").strip()
        _clear(folder)
    except OSError as problem:
        raise InputError(
            where=where,
            key=key,
            seen=f"{folder} cannot be used ({problem.strerror})",
            cure="make it, and let this user write there",
        ) from None
    if found != status.value:
        raise InputError(
            where=where,
            key=key,
            seen=f"{folder} holds messages of status {found} and this channel is for {status.value}",
            cure="give every status folders of its own",
        )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder, where the system can do that; a holder that is killed lets go."""
    with (folder / LOCK).open("ab") as file:
        if fcntl is not None:
            with suppress(OSError):  # some network drives have no locks
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_new(path: Path, content: bytes, *, channel: str) -> bool:
    """Write a file that must never change, and return True; False when it is there with these very bytes.

    Refuses a file that is there with others, even one that another process writes at the same moment.
    """
    try:
        found = path.read_bytes() if path.exists() else None
        if found is None:
            found = _linked(path, content)
    except OSError as problem:
        raise down(channel, f"write {path}", problem) from None
    if found is not None and found != content:
        raise other_bytes(channel, path.stem)
    return found is None


def other_bytes(channel: str, identifier: str) -> ChannelRefusedError:
    """Return the error for an identifier that was taken with other bytes."""
    return ChannelRefusedError(
        channel=channel,
        tried=f"send {identifier}",
        seen="this identifier was sent before with other bytes; a message is never changed after it was published",
        cure="issue an update or a correction under a new identifier",
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a passing name, bring it to the disk, rename it, and bring the folder to the disk."""
    partial = _partial(path)
    try:
        _write_through(partial, content)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write_folder(path: Path, contents: Mapping[str, bytes]) -> None:
    """Write a folder of files under a passing name and rename it: all of them appear together, or none."""
    partial = _partial(path)
    try:
        shutil.rmtree(partial, ignore_errors=True)  # of a process of this number that was killed
        partial.mkdir()
        for name, content in contents.items():
            _write_through(partial / name, content)
        _sync_folder(partial)
        partial.rename(path)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    _sync_folder(path.parent)


def down(channel: str, tried: str, problem: OSError) -> ChannelDownError:
    """Return the error for a disk that did not take what it was given."""
    return ChannelDownError(
        channel=channel, tried=tried, seen=f"{problem.strerror or problem}; nothing half-written was left", again_s=10.0
    )


def _linked(path: Path, content: bytes) -> bytes | None:
    """Write a file and give it its name only if nobody has it; return what is there if somebody does."""
    partial = _partial(path)
    try:
        _write_through(partial, content)
        try:
            path.hardlink_to(partial)
        except FileExistsError:
            return path.read_bytes()
        except OSError:  # a drive without links
            partial.replace(path)
        _sync_folder(path.parent)
        return None
    finally:
        partial.unlink(missing_ok=True)


def _partial(path: Path) -> Path:
    """Return the passing name of a file: each thread of each process has its own, so that two may write it at once."""
    return path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")


def _clear(folder: Path) -> None:
    """Remove what kills left half-written; what is younger may be somebody's at work."""
    for path in folder.glob(".*.part"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_OVER_S:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _write_through(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk, where the system can do that."""
    if os.name != "posix":  # elsewhere a folder cannot be opened, and the rename is all there is
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""What a search has found so far, in a folder: the question, and results appended block by block.

A process may be killed at any moment. Half a line at the end is what such a kill leaves; it is cut off and done again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from downrange.base import Array, InputError, write_text

if sys.platform != "win32":
    import fcntl

QUESTION = "search.json"
RESULTS = "results.jsonl"
_ELSEWHERE = "name another folder, or ask the question that it was begun with"


class State:
    """Blocks of results by (stage, first row), in memory and, where there is a folder, on the disk."""

    __slots__ = ("_done", "_file", "folder", "resumed")

    def __init__(self, folder: Path | None, done: dict[tuple[int, int], Array], file: int) -> None:
        """Take up what is there; use `opened`."""
        self.folder = folder
        self.resumed = sum(len(block) for block in done.values())
        self._done = done
        self._file = file

    def block(self, stage: int, first: int) -> Array | None:
        """Return the values of a block, (rows, statistics), None where it is not done."""
        return self._done.get((stage, first))

    def add(self, stage: int, first: int, values: Array) -> None:
        """Keep the values of a block, on the disk itself."""
        self._done[stage, first] = values
        if self._file < 0:
            return
        line = _line(stage, first, values)
        try:
            left = os.write(self._file, line) < len(line)
            os.fsync(self._file)
        except OSError as problem:
            raise self._unwritten(problem.strerror or str(problem)) from None
        if left:
            raise self._unwritten("only half a line was taken")

    def _unwritten(self, why: str) -> InputError:
        """Return the error of a disk that takes no more."""
        cure = "make room there, then run the same search again: what is kept is not done twice"
        return InputError(where=str(self.folder), seen=f"results cannot be written ({why})", cure=cure)

    @property
    def rows(self) -> int:
        """How many rows are done."""
        return sum(len(block) for block in self._done.values())


@contextmanager
def opened(folder: str | Path | None, summary: Mapping[str, str]) -> Iterator[State]:
    """Hold the folder of one search, made if need be; refuse one that is in use or holds the results of another."""
    if folder is None:
        yield State(None, {}, -1)
        return
    place = Path(folder)
    with _locked(place):
        _admit(place, summary)
        path = place / RESULTS
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as problem:
            raise _unusable(path, problem) from None
        try:
            yield State(place, _taken_up(path, file), file)
        finally:
            os.close(file)


def fingerprint(summary: Mapping[str, str]) -> str:
    """Return a hash of a question."""
    return hashlib.sha256(json.dumps(dict(summary), sort_keys=True).encode()).hexdigest()


def _admit(place: Path, summary: Mapping[str, str]) -> None:
    """Write the question into an empty folder, or compare it with the one that is there."""
    path = place / QUESTION
    if not path.exists():
        if (place / RESULTS).exists():
            cure = "bring it back from a copy, or name another folder"
            raise InputError(where=str(place), seen=f"{RESULTS} without its {QUESTION}", cure=cure)
        write_text(path, json.dumps({"fingerprint": fingerprint(summary), "question": dict(summary)}, indent=2) + "\n")
        return
    try:
        there = msgspec.json.decode(path.read_bytes(), type=_Question)
    except OSError as problem:
        raise _unusable(path, problem) from None
    except msgspec.DecodeError as problem:
        raise InputError(where=str(path), seen=f"it is no question of a search ({problem})", cure=_ELSEWHERE) from None
    if there.fingerprint != fingerprint(summary):
        raise InputError(
            where=str(path),
            seen=f"the search that lies here is another: {_difference(there.question, summary)}",
            cure=_ELSEWHERE,
        )


class _Question(msgspec.Struct, frozen=True):
    """What the file of a question holds."""

    fingerprint: str
    question: dict[str, str]


class _Block(msgspec.Struct, frozen=True):
    """What a line of results holds; the hash shows a damaged one."""

    stage: int
    first: int
    values: list[list[float | None]]
    sha: str


def _line(stage: int, first: int, values: Array) -> bytes:
    """Return a block as a line; NaN is null, numbers come back to the last bit."""
    rows = [[None if x != x else x for x in row] for row in values.tolist()]  # noqa: PLR0124 - NaN
    return msgspec.json.encode(_Block(stage, first, rows, _sha(stage, first, values))) + b"\n"


def _sha(stage: int, first: int, values: Array) -> str:
    """Return a short hash of a block."""
    return hashlib.sha256(f"{stage} {first} ".encode() + values.tobytes()).hexdigest()[:16]


def _taken_up(path: Path, file: int) -> dict[tuple[int, int], Array]:
    """Return the blocks of a file, and cut off what a kill left half written."""
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    done: dict[tuple[int, int], Array] = {}
    for number, line in enumerate(content[:whole].splitlines(), 1):
        try:
            block = msgspec.json.decode(line, type=_Block)
            values = np.array([[np.nan if x is None else x for x in row] for row in block.values], dtype=np.float64)
        except (msgspec.DecodeError, ValueError):
            raise _damaged(path, number) from None
        if _sha(block.stage, block.first, values) != block.sha:
            raise _damaged(path, number)
        done[block.stage, block.first] = values
    if whole < len(content):
        os.ftruncate(file, whole)
    return done


def _damaged(path: Path, number: int) -> InputError:
    """Return the error of a line that no search wrote."""
    return InputError(
        where=str(path),
        key=f"line {number}",
        seen="it is damaged",
        cure="cut the file off before this line: the rest is done again; or begin anew in another folder",
    )


def _difference(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Return in words what differs between two questions."""
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    told = [f"{name} is {there.get(name, 'not given')} there and {here.get(name, 'not given')} here" for name in names]
    return "; ".join(told[:3]) + (f"; and {len(told) - 3} more" if len(told) > 3 else "")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other searches out of a folder; the lock dies with the process that holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY) if sys.platform != "win32" else -1
    except OSError as problem:
        raise _unusable(folder, problem) from None
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                cure = "wait for it or stop it, or name another folder"
                raise InputError(where=str(folder), seen="another search is at work here", cure=cure) from None
            except OSError:  # a file system without locks: the question still decides
                pass
        yield
    finally:
        if held >= 0:
            os.close(held)


def _unusable(path: Path, problem: OSError) -> InputError:
    """Return the error of a place that cannot be used."""
    cure = "check the path and its permissions, or name another folder"
    return InputError(where=str(path), seen=f"it cannot be used ({problem.strerror or problem})", cure=cure)

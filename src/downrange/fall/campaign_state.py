"""Checkpoints of a campaign: a state file and a small manifest that names it, replaced together or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

import msgspec

from downrange.base import InputError
from downrange.fall.campaign_work import BLOCK_FLIGHTS, S, Work

if sys.platform != "win32":
    import fcntl

MANIFEST = "campaign.json"
_STATE = re.compile(r"state-\d+\.npz")
_OTHER_FOLDER = "begin anew in another folder"


class UnwrittenError(InputError):
    """A checkpoint that could not be written; the one before it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What the manifest of a campaign says.

    flights_done: whole blocks in the state file; flights_wanted: what was asked for last
    finished: why the campaign ended, "" where it has not
    state_name, state_sha256: the state file beside the manifest, "" where no block is done
    """

    fingerprint: str
    summary: Mapping[str, str]
    flights_done: int
    flights_wanted: int
    finished: str
    state_name: str
    state_sha256: str


def read_checkpoint(folder: str | Path) -> Checkpoint | None:
    """Return what the manifest in a folder says, None where there is none."""
    path = Path(folder) / MANIFEST
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Checkpoint)
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise InputError(
            where=str(path), seen=f"it cannot be read ({_reason(problem)})", cure="check the path and its permissions"
        ) from None
    except msgspec.DecodeError as problem:
        raise InputError(
            where=str(path),
            seen=f"it is no manifest of a campaign ({problem})",
            cure=f"bring it back from a copy, or {_OTHER_FOLDER}",
        ) from None
    done = found.flights_done
    named = _STATE.fullmatch(found.state_name) if done else not found.state_name
    if done < 0 or done % BLOCK_FLIGHTS or not named:
        raise InputError(
            where=str(path),
            seen=f"flights_done is {done} and state_name is {found.state_name!r}: no campaign writes that",
            cure=f"bring it back from a copy, or {_OTHER_FOLDER}",
        )
    return found


class Store(Generic[S]):
    """The folder of one campaign, ours alone while it is open."""

    def __init__(self, folder: Path, work: Work[S], fingerprint: str, standing: Checkpoint | None) -> None:
        self.folder = folder
        self.standing = standing
        self._work = work
        self._fingerprint = fingerprint

    def loaded(self) -> tuple[S | None, int]:
        """Return the state of the checkpoint and how many flights are in it."""
        if self.standing is None or not self.standing.state_name:
            return None, 0
        path = self.folder / self.standing.state_name
        try:
            whole = _sha256(path) == self.standing.state_sha256
        except OSError as problem:
            raise InputError(
                where=str(path),
                seen=f"it cannot be read ({_reason(problem)})",
                cure=f"bring it back from a copy, or {_OTHER_FOLDER}",
            ) from None
        if not whole:
            raise InputError(
                where=str(path),
                seen=f"it is damaged: not the file that {MANIFEST} describes",
                cure=f"bring it back from a copy, or {_OTHER_FOLDER}",
            )
        return self._work.load(path), self.standing.flights_done

    def save(self, state: S | None, flights_done: int, flights_wanted: int, finished: str = "") -> None:
        """Make this the checkpoint, or leave the one before it and say what could not be written."""
        before = self.standing
        name = "" if state is None else f"state-{flights_done}.npz"
        written = before is None or name != before.state_name
        path = self.folder / name
        digest = "" if before is None else before.state_sha256
        try:
            if written:
                digest = self._state_written(state, path)
            after = Checkpoint(
                fingerprint=self._fingerprint,
                summary=dict(self._work.summary()),
                flights_done=flights_done,
                flights_wanted=flights_wanted,
                finished=finished,
                state_name=name,
                state_sha256=digest,
            )
            _replace(self.folder / MANIFEST, msgspec.json.format(msgspec.json.encode(after), indent=2) + b"\n")
        except (OSError, InputError) as problem:
            if written and name:
                path.unlink(missing_ok=True)
            raise self._unwritten(flights_done, problem) from None
        self.standing = after
        self._sweep()

    def _state_written(self, state: S | None, path: Path) -> str:
        """Write a state, if there is one, so that a power cut cannot take it, and return its hash."""
        if state is None:
            return ""
        self._work.save(state, path)
        with path.open("rb+") as file:
            os.fsync(file.fileno())
        return _sha256(path)

    def _unwritten(self, flights: int, problem: OSError | InputError) -> UnwrittenError:
        """Return the error that says what is kept."""
        kept = 0 if self.standing is None else self.standing.flights_done
        what = f"the state after {flights:,} flights" if flights else "the first checkpoint"
        return UnwrittenError(
            where=str(self.folder),
            seen=f"{what} cannot be written ({_reason(problem)}); "
            + (f"{kept:,} flights are kept" if kept else "no flights are kept"),
            cure="make room there, then "
            + ("go on with --resume" if self.standing else "run it again, or choose a folder you may write to"),
        )

    def _sweep(self) -> None:
        """Remove states that the manifest no longer names, and what a kill left half written."""
        standing = self.standing.state_name if self.standing else ""
        with suppress(OSError):  # what stays does no harm, and the next checkpoint tries again
            for path in list(self.folder.iterdir()):
                stale = _STATE.fullmatch(path.name) and path.name != standing
                if stale or (path.name.startswith((".state-", f".{MANIFEST}.")) and path.suffix == ".part"):
                    path.unlink()


@contextmanager
def opened(folder: str | Path, work: Work[S], flights: int, *, resume: bool, room_bytes: int = 0) -> Iterator[Store[S]]:
    """Hold the folder of a campaign: refuse one that is in use, that holds another run, or that lacks room."""
    place = Path(folder)
    with _locked(place):
        standing, fingerprint = read_checkpoint(place), work.fingerprint()
        _admit(place, standing, flights, resume=resume)
        if standing is not None and resume and standing.fingerprint != fingerprint:
            raise InputError(
                where=str(place / MANIFEST),
                seen=f"the run that lies here is another: {_difference(standing.summary, work.summary())}",
                cure=f"resume with the inputs it was begun with, or {_OTHER_FOLDER}",
            )
        free_bytes = shutil.disk_usage(place).free
        if free_bytes < 2 * room_bytes:
            raise InputError(
                where=str(place),
                seen=f"{free_bytes / 1e6:,.0f} MB are free, and two checkpoints may need {2 * room_bytes / 1e6:,.0f} MB",
                cure="make room there, choose another folder, or ask for a coarser grid",
            )
        yield Store(place, work, fingerprint, standing if resume else None)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other campaigns out of a folder, made if need be; the lock dies with the process that holds it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = os.open(folder, os.O_RDONLY) if sys.platform != "win32" else -1
    except OSError as problem:
        raise InputError(
            where=str(folder), seen=f"no such folder can be used ({_reason(problem)})", cure="choose another folder"
        ) from None
    try:
        if sys.platform != "win32":
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InputError(
                    where=str(folder),
                    seen="another campaign is at work in this folder",
                    cure="wait for it or stop it, or choose another folder",
                ) from None
            except OSError:  # a file system without locks, as some network drives: the manifest still decides
                pass
        yield
    finally:
        if held >= 0:
            os.close(held)


def _admit(folder: Path, standing: Checkpoint | None, flights: int, *, resume: bool) -> None:
    """Refuse to begin over a run that is kept, and to resume one that is not there or is longer than asked for."""
    if standing is None:
        if resume:
            raise InputError(
                where=str(folder),
                key="--resume",
                seen="no campaign was begun in this folder",
                cure="name the folder of the run to go on with, or leave --resume out",
            )
        return
    done = standing.flights_done
    if not resume and done:
        kind = (
            "a finished run" if standing.finished else f"an unfinished run ({standing.flights_wanted:,} were asked for)"
        )
        raise InputError(
            where=str(folder),
            seen=f"{kind} lies here with {done:,} flights",
            cure="go on with it by --resume, or choose another folder",
        )
    if resume and flights < done:
        raise InputError(
            where="--runs",
            seen=f"{flights:,}, and {done:,} flights are done already in {folder}",
            cure=f"ask for {done:,} or more, or choose another folder",
        )


def _difference(there: Mapping[str, str], here: Mapping[str, str]) -> str:
    """Return in words what differs between two summaries."""
    names = [name for name in {**there, **here} if there.get(name) != here.get(name)]
    if not names:
        return "its inputs have the same names but other contents, or another version of the program began it"
    told = [
        f"{name} is {there.get(name, 'not given')} there and {here.get(name, 'not given')} here" for name in names[:4]
    ]
    return "; ".join(told) + (f"; and {len(names) - 4} more" if len(names) > 4 else "")


def _replace(path: Path, content: bytes) -> None:
    """Write a file under a passing name, to the disk itself, then rename it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def _sha256(path: Path) -> str:
    """Return the hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _reason(problem: OSError | InputError) -> str:
    """Return why, in few words."""
    if isinstance(problem, InputError):
        return problem.seen
    return problem.strerror or str(problem)

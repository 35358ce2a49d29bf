"""The output folder: checked before the work, written under another name, then renamed; never half there."""

from __future__ import annotations

import errno
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from downrange.base import InputError

MARK = "replay.json"
"""A folder that holds this file was written by us and may be replaced."""

_SWAPS = 20  # another replay may put its folder there between our two renamings; so often we try again
_TAKEN = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT})


def check_folder(folder: Path) -> None:
    """Refuse, before any work is done, a folder that cannot be written or that holds something else."""
    try:
        place = folder.resolve()
        if _is_other(place):
            raise _error(folder, "it is a file, and a folder is needed", "give the name of a new folder")
        if place.is_dir() and any(place.iterdir()) and not (place / MARK).is_file():
            raise _error(
                folder, "it holds files that no replay wrote, and would be replaced", "give a new or an empty folder"
            )
        here = Path.cwd()
        if place == here or place in here.parents:
            raise _error(folder, "you stand in it, and it would be replaced", "give a folder below or elsewhere")
        missing = _missing(place)
        with tempfile.TemporaryDirectory(prefix=".downrange-", dir=(missing or [place])[-1].parent) as probe:
            for part in {step.name for step in missing}:
                (Path(probe) / part).mkdir()
    except (OSError, RuntimeError, ValueError) as problem:
        if isinstance(problem, InputError):
            raise
        raise _refused(folder, problem) from None


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files (relative names) as one new folder; on any failure the old one stays as it was."""
    check_folder(folder)
    place = folder.resolve()
    made = _missing(place)[1:]
    staging = None
    done = False
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".downrange-", dir=place.parent))
        for name, content in files.items():
            target = staging / "new" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        _swap(staging, place)
        done = True
    except OSError as problem:
        raise _refused(folder, problem) from None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        if not done:
            _remove(made)


def _swap(staging: Path, place: Path) -> None:
    """Put staging/new in its place and what stood there into staging; on a failure or an interrupt, put it back."""
    for attempt in range(_SWAPS):
        old = staging / f"old{attempt}"
        try:
            if place.exists():
                place.rename(old)
            (staging / "new").rename(place)
        except BaseException as problem:
            if old.exists() and not place.exists():
                old.rename(place)
            if isinstance(problem, OSError) and problem.errno in _TAKEN and attempt < _SWAPS - 1:
                continue
            raise
        return


def _is_other(place: Path) -> bool:
    """Say whether there is something there that is no folder, asked once: another writer may be moving it."""
    try:
        return not stat.S_ISDIR(place.stat().st_mode)
    except FileNotFoundError:
        return False


def _missing(place: Path) -> list[Path]:
    """Return the folder and those above it that are not there yet, the deepest first."""
    steps = []
    while not place.exists():
        steps.append(place)
        place = place.parent
    return steps


def _remove(made: list[Path]) -> None:
    """Remove the folders made on the way, as far as they are empty."""
    for folder in made:
        try:
            folder.rmdir()
        except OSError:
            return


def _refused(folder: Path, problem: Exception) -> InputError:
    """Return what to tell when the system says no."""
    reason = (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
    full = isinstance(problem, OSError) and problem.errno in {errno.ENOSPC, errno.EDQUOT}
    cure = "make room there, or give" if full else "give"
    return _error(folder, f"it cannot be written: {reason}", f"{cure} a folder that you may write to with --out")


def _error(folder: Path, seen: str, cure: str) -> InputError:
    """Return the error about the folder."""
    return InputError(where="--out", key=str(folder), seen=seen, cure=cure)

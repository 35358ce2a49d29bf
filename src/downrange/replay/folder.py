"""The output folder: checked before the work, written under another name, then renamed; never half there."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from downrange.base import InputError

MARK = "replay.json"
"""A folder that holds this file was written by us and may be replaced."""


def check_folder(folder: Path) -> None:
    """Refuse, before any work is done, a folder that cannot be written or that holds something else."""
    if folder.exists() and not folder.is_dir():
        raise _error(folder, "it is a file, and a folder is needed", "give the name of a new folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise _error(
            folder, "it holds files that no replay wrote, and would be replaced", "give a new or an empty folder"
        )
    parent = folder.absolute().parent
    while not parent.exists():
        parent = parent.parent
    try:
        with tempfile.TemporaryDirectory(prefix=".downrange-", dir=parent):
            pass
    except OSError as problem:
        raise _refused(folder, problem) from None


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files (relative names) as one new folder; on any failure the old one stays as it was."""
    check_folder(folder)
    staging = None
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".downrange-", dir=folder.absolute().parent))
        new, old = staging / "new", staging / "old"
        for name, content in files.items():
            target = new / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as problem:
        raise _refused(folder, problem) from None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def _refused(folder: Path, problem: OSError) -> InputError:
    """Return what to tell when the system says no."""
    return _error(folder, f"it cannot be written: {problem.strerror}", "give a folder that you may write to with --out")


def _error(folder: Path, seen: str, cure: str) -> InputError:
    """Return the error about the folder."""
    return InputError(where="--out", key=str(folder), seen=seen, cure=cure)

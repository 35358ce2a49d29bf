"""Files of windows and figures: which form an ending asks for, and a file that is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, Final

from downrange.base import InputError

FORMS: Final = (".csv", ".parquet", ".nc")


def check_form(path: str | Path) -> str:
    """Return the form that a file's ending asks for: .csv, .parquet or .nc; InputError before any work where it cannot be.

    >>> check_form("windows.CSV")
    '.csv'
    """
    form = Path(path).suffix.lower()
    if form not in FORMS:
        seen = f"the ending {form!r}" if form else "a name without an ending"
        raise InputError(where=str(path), seen=seen, cure=f"choose the form by the ending: {', '.join(FORMS)}")
    if form == ".parquet" and find_spec("pyarrow") is None:
        seen = "writing Parquet needs pyarrow, which is not installed here"
        cure = "install it with pip install 'downrange[parquet]', or write .csv or .nc"
        raise InputError(where=str(path), seen=seen, cure=cure)
    return form


def written(path: str | Path, write: Callable[[BinaryIO], None]) -> Path:
    """Let `write` fill a file under a passing name, bring it to the disk, rename it; return its path."""
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        reason = problem.strerror or str(problem)
        cure = "choose a folder you may write to, with room on its disk; nothing was left half-written"
        raise InputError(where=str(path), seen=f"it cannot be written ({reason})", cure=cure) from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return target

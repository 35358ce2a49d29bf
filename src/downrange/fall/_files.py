"""Binary files written whole or not at all, and on the disk before they bear their name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from downrange.base import InputError


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
        raise InputError(
            where=str(path),
            seen=f"it cannot be written ({reason})",
            cure="choose a folder you may write to, with room on its disk; nothing was left half-written",
        ) from None
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return target


def write_bytes(path: str | Path, content: bytes) -> Path:
    """Write a file whole or not at all; InputError where it cannot be."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    return written(path, write)

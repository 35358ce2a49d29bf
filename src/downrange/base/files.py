"""Files: texts read with an error that says why not; all written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from downrange.base.errors import InputError

LARGEST_BYTES = 64_000_000
"""Nothing that a person or a sensor writes in a launch is larger; an endless file must not fill the memory."""


def read_text(path: str | Path) -> str:
    """Return the UTF-8 text of a file (a byte-order mark is dropped), or say why it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            raise InputError(
                where=str(path),
                seen=f"larger than {LARGEST_BYTES // 1_000_000} MB",
                cure="give the text file itself, or a part",
            )
        return content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, UnicodeDecodeError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise InputError(
            where=str(path), seen=f"cannot be read: {reason}", cure="check the path and its permissions"
        ) from None


def write_text(path: str | Path, text: str) -> Path:
    """Write a UTF-8 text with plain line ends under a passing name, then rename it; return its path."""
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(target)
    except OSError as problem:
        partial.unlink(missing_ok=True)
        raise InputError(
            where=str(path), seen=f"it cannot be written ({problem.strerror})", cure="choose a folder you may write to"
        ) from None
    return target


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

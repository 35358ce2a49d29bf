"""Text files of a person: read with an error that says why not, written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from downrange.base.errors import InputError


def read_text(path: str | Path) -> str:
    """Return the UTF-8 text of a file, or say why it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
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

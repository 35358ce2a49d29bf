"""Binary files: whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from downrange.base import InputError
from downrange.fall._files import written


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def half(file: BinaryIO) -> None:
        file.write(b"ne")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written(target, half)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
    assert written(target, lambda file: file.write(b"new") and None) == target
    assert target.read_bytes() == b"new"


def test_a_full_disk_is_told(tmp_path: Path) -> None:
    def full(file: BinaryIO) -> None:
        file.write(b"ne")
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match="No space left"):
        written(tmp_path / "a.bin", full)
    assert list(tmp_path.iterdir()) == []

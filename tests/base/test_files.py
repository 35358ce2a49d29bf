"""Text files: why one cannot be read, and that nothing half-written is left."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest

from downrange.base import InputError, read_text, write_text, written


def test_what_is_written_is_read_with_plain_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "islands.txt"
    assert write_text(str(path), "백령면\n대청면\n") == path
    assert path.read_bytes() == "백령면\n대청면\n".encode()
    assert read_text(path) == read_text(str(path)) == "백령면\n대청면\n"
    write_text(path, "shorter")
    assert [file.name for file in tmp_path.iterdir()] == ["islands.txt"]
    assert read_text(path) == "shorter"


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"\xe9")
    for name, reason in (("gone.txt", "No such file"), ("latin.txt", "not UTF-8"), (".", "Is a directory")):
        with pytest.raises(InputError, match=f"cannot be read: .*{reason}") as caught:
            read_text(tmp_path / name)
        assert caught.value.where == str(tmp_path / name)


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path in (tmp_path / "gone" / "file.txt", tmp_path / "folder"):
        with pytest.raises(InputError, match="it cannot be written") as caught:
            write_text(path, "text")
        assert caught.value.where == str(path)
    assert [file.name for file in tmp_path.rglob("*")] == ["folder"]


def test_a_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    (tmp_path / "notepad.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n")
    assert read_text(tmp_path / "notepad.txt") == "one\ntwo\n"


def test_an_endless_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("downrange.base.files.LARGEST_BYTES", 10)
    (tmp_path / "long.txt").write_text("12345678901", encoding="utf-8")
    with pytest.raises(InputError, match=r"long\.txt.*larger than"):
        read_text(tmp_path / "long.txt")


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

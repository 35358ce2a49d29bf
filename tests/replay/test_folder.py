"""The output folder is whole or not there, and nobody's files are replaced."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.replay.folder import check_folder, write_folder

FILES = {"replay.json": b"{}\n", "cap/one.xml": b"<a/>"}


def test_files_arrive_whole_with_their_subfolders(tmp_path: Path) -> None:
    write_folder(tmp_path / "a" / "b", FILES)
    assert (tmp_path / "a" / "b" / "cap" / "one.xml").read_bytes() == b"<a/>"
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]


def test_an_earlier_replay_is_replaced_whole(tmp_path: Path) -> None:
    write_folder(tmp_path / "b", FILES)
    write_folder(tmp_path / "b", {"replay.json": b"[]"})
    assert sorted(p.name for p in (tmp_path / "b").rglob("*")) == ["replay.json"]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="no replay wrote"):
        write_folder(tmp_path / "mine", FILES)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="it is a file"):
        check_folder(tmp_path / "out")


def unwritable(tmp_path: Path) -> Path:
    """A folder that refuses even us: the superuser may write anywhere but in the kernel's own tree."""
    if os.geteuid() == 0:
        return Path("/proc/self/fdinfo")
    (tmp_path / "locked").mkdir(mode=0o555)
    return tmp_path / "locked"


def test_a_read_only_folder_is_told_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        check_folder(unwritable(tmp_path) / "out")


def test_a_failure_in_the_middle_leaves_the_old_folder_and_no_trace(tmp_path: Path) -> None:
    write_folder(tmp_path / "b", FILES)
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(tmp_path / "b", {"replay.json": b"new", "replay.json/x": b"a file cannot be a folder"})
    assert (tmp_path / "b" / "replay.json").read_bytes() == b"{}\n"
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_folders_made_on_the_way_go_again_when_writing_fails(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_folder(tmp_path / "a" / "b" / "c", {"one": b"", "one/two": b"a file cannot be a folder"})
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_between_the_renamings_leaves_the_old_folder(tmp_path: Path) -> None:
    class Interrupting(dict[str, bytes]):
        def items(self):  # the last moment at which our own code runs before the folders are exchanged
            yield from super().items()
            raise KeyboardInterrupt

    write_folder(tmp_path / "b", FILES)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "b", Interrupting({"replay.json": b"new"}))
    assert (tmp_path / "b" / "replay.json").read_bytes() == b"{}\n"
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_many_writers_of_one_folder_all_end_and_one_of_them_is_there_whole(tmp_path: Path) -> None:
    many = [{"replay.json": bytes([48 + i]), "cap/one.xml": bytes([48 + i])} for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda files: write_folder(tmp_path / "b", files), many))
    assert (tmp_path / "b" / "replay.json").read_bytes() == (tmp_path / "b" / "cap" / "one.xml").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


def test_a_link_keeps_pointing_and_its_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_folder(tmp_path / "link", FILES)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "replay.json").is_file()


def test_a_name_too_long_is_told_and_so_is_the_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="cannot be written: File name too long"):
        check_folder(tmp_path / ("a" * 300))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="you stand in it"):
        check_folder(Path())

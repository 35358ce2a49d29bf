"""The folder of a search: what a kill leaves is taken up again, and another question is refused."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage.search_state import QUESTION, RESULTS, opened

ASKED = {"satellites": "1 to 6", "seed": "1"}
FIRST = np.array([[1.0 / 3.0, np.nan, 5e300], [0.1, 0.2, -0.0]])
SECOND = np.array([[np.nan, np.nan, np.nan]])


def begun(folder: Path) -> Path:
    with opened(folder, ASKED) as state:
        state.add(0, 0, FIRST)
        state.add(1, 16, SECOND)
    return folder / RESULTS


def test_results_come_back_to_the_last_bit(tmp_path):
    begun(tmp_path)
    with opened(tmp_path, ASKED) as state:
        assert state.resumed == state.rows == 3
        assert state.block(0, 0).tobytes() == FIRST.tobytes()
        assert np.isnan(state.block(1, 16)).all()
        assert state.block(1, 0) is None


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with opened(None, ASKED) as state:
        state.add(0, 0, FIRST)
        assert state.rows == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lost", [1, 20, 60])
def test_half_a_line_at_the_end_is_cut_off_and_done_again(tmp_path, lost):
    path = begun(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-lost])
    with opened(tmp_path, ASKED) as state:
        assert state.rows == 2
        state.add(1, 16, SECOND)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("damage", [(b"0.1", b"0.7"), (b'"stage":1', b'"stage":2'), (b"{", b"["), (b"5e300", b"none")])
def test_a_damaged_line_is_told_and_nothing_is_cut(tmp_path, damage):
    path = begun(tmp_path)
    path.write_bytes(path.read_bytes().replace(*damage))
    there = path.read_bytes()
    with pytest.raises(InputError, match=r"results.jsonl: line [12]: it is damaged. Cut the file off before this line"):
        opened(tmp_path, ASKED).__enter__()
    assert path.read_bytes() == there


def test_another_question_is_refused_by_what_differs(tmp_path):
    begun(tmp_path)
    words = r"search.json: the search that lies here is another: seed is 1 there and 2 here. Name another folder"
    with pytest.raises(InputError, match=words):
        opened(tmp_path, ASKED | {"seed": "2"}).__enter__()
    with pytest.raises(InputError, match="cloud is not given there and none here"):
        opened(tmp_path, ASKED | {"cloud": "none"}).__enter__()


def test_results_without_their_question_are_refused(tmp_path):
    begun(tmp_path)
    (tmp_path / QUESTION).unlink()
    with pytest.raises(InputError, match=r"results.jsonl without its search.json"):
        opened(tmp_path, ASKED).__enter__()


@pytest.mark.parametrize("content", ["", "{}", "nonsense", '{"fingerprint": 3, "question": {}}'])
def test_a_file_that_is_no_question_is_refused(tmp_path, content):
    (tmp_path / QUESTION).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="it is no question of a search"):
        opened(tmp_path, ASKED).__enter__()


def test_two_searches_do_not_share_a_folder(tmp_path):
    code = (
        "import sys; from downrange.coverage.search_state import opened\n"
        "with opened(sys.argv[1], {}): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(InputError, match="another search is at work here"):
            opened(tmp_path, {}).__enter__()
        other.kill()
    with opened(tmp_path, {}) as state:  # the lock died with it
        assert state.rows == 0


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="it cannot be used"):
        opened(tmp_path / "file" / "folder", ASKED).__enter__()


def test_a_disk_that_takes_no_more_is_told(tmp_path):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(tmp_path, ASKED) as state:
        state.add(0, 0, FIRST)
        resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / RESULTS).stat().st_size, limits[1]))
        try:
            with pytest.raises(InputError, match=r"results cannot be written \(File too large\). Make room there"):
                state.add(1, 0, SECOND)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    with opened(tmp_path, ASKED) as state:
        assert state.rows == 2

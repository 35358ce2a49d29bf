"""Where CI is set, a skip is a failure, whatever way it comes about; only files beside the project may be missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = """
import pytest

def test_runs(): ...
def test_skips_itself(): pytest.skip("no browser")
@pytest.mark.skipif(True, reason="too slow")
def test_is_skipped_by_a_mark(): ...
@pytest.mark.parametrize("nothing", [])
def test_has_nothing_to_do(nothing): ...
@pytest.mark.skipif(True, reason="no ../shared/facts")
def test_reads_what_lies_beside(): ...
@pytest.mark.xfail(reason="known", strict=True)
def test_fails_as_expected(): assert False
"""
WHOLE_FILE = 'import pytest\npytest.importorskip("there_is_no_such_library")\n'


REFUSED = "1 failed, 1 passed, 1 skipped, 1 xfailed, 3 errors"


@pytest.mark.parametrize(
    ("ci", "workers", "closing"),
    [("true", 0, REFUSED), ("true", 2, REFUSED), ("", 0, "1 passed, 5 skipped, 1 xfailed")],
)
def test_skips_are_failures_where_ci_is_set(tmp_path, ci, workers, closing):
    shutil.copy(Path(__file__).parents[1] / "conftest.py", tmp_path)
    (tmp_path / "test_cases.py").write_text(CASES, encoding="utf-8")
    (tmp_path / "test_whole_file.py").write_text(WHOLE_FILE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
        "--rootdir=.",
        *([f"--numprocesses={workers}"] if workers else []),
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"CI": ci}, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip().splitlines()[-1].startswith(closing), done.stdout
    assert done.returncode == (1 if ci else 0)
    assert ("skipped where CI is set, so a part is missing: no browser" in done.stdout) == bool(ci)

"""Replays that many tests look at: made once. The first by the command itself, the others in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from downrange.replay import Done, replay_scenario

COMMAND = [sys.executable, "-c", "from downrange.cli import main; main()"]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A replay by the command: its document as printed, its folder, what it said on standard error."""

    document: dict[str, Any]
    folder: Path
    said: str


def run_command(*words: str, threads: int = 2, where: Path | None = None) -> subprocess.CompletedProcess[str]:
    env = os.environ | {"NUMBA_NUM_THREADS": str(threads)}
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, env=env, cwd=where)


@pytest.fixture(scope="session")
def may(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("may") / "out"
    done = run_command("replay", "2023-05-31", "--json", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    return Ran(document=json.loads(done.stdout), folder=folder, said=done.stderr)


@pytest.fixture(scope="session")
def august(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return replay_scenario("2023-08-24", folder=tmp_path_factory.mktemp("august") / "out", runs=600)


@pytest.fixture(scope="session")
def nominal(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return replay_scenario("2023-08-24-nominal", folder=tmp_path_factory.mktemp("nominal") / "out", runs=600)


@pytest.fixture(scope="session")
def command() -> Any:
    """The command line in a process of its own: command("replay", ..., threads=1)."""
    return run_command

"""Every benchmark runs, with counts too small to mean anything and without its peers. Nothing here is timed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
BENCHMARKS = sorted(file.stem for file in FOLDER.glob("[!_]*.py"))


@pytest.fixture(scope="module", params=BENCHMARKS)
def line(request):
    """Return the one line of JSON that a benchmark prints."""
    done = subprocess.run(
        [sys.executable, FOLDER / f"{request.param}.py", "--tiny", "--no-peers"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr, "a person is told nothing"
    (only,) = done.stdout.splitlines()
    result = json.loads(only)
    assert result["benchmark"] == request.param
    return result


def test_there_are_benchmarks():
    assert {"ascent_ensemble", "fall_memory", "fall_w1e", "fall_w1u", "fit", "replay"} <= set(BENCHMARKS)


def test_a_tiny_run_says_that_it_means_nothing(line):
    assert "too small" in line["tiny"]


def test_a_peer_that_did_not_run_is_said_to_be_absent(line):
    peer = line.get("peer", line.get("peers"))
    assert peer["absent"]
    assert "ratio" not in json.dumps(peer)


def test_versions_and_machine_are_told(line):
    assert {"downrange", "numba", "numpy", "python"} <= set(line["versions"])
    assert "cores" in line["machine"]


def test_the_caveat_goes_with_the_figures(line):
    if line["benchmark"] == "ascent_ensemble":
        assert "3-DOF" in line["caveat"]
        assert "6-DOF" in line["caveat"]
    else:
        assert "caveat" not in line


def test_the_fall_of_fragments_meets_the_known_impacts(line):
    if line["benchmark"] in {"fall_w1e", "fall_w1u"}:
        assert line["reference_from_known_mm"] <= 1.0
        assert line["ours"]["metre"]["max_error_m"] <= 1.0
        assert line["ours"]["drop"]["max_error_m"] <= 1.0  # what `drop` promises
        assert line["two_threads"].get("same_bits", True)
    else:
        assert "reference_from_known_mm" not in line

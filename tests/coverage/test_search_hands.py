"""A search on a Dask cluster: the same bits, and what happens when there is none."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import distributed
import pytest

from downrange.base import InputError
from downrange.fall import campaign_cluster

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # processes load it by its name
toy = importlib.import_module("search_toy").toy
PATIENT_S = 60.0  # for processes to start; no test waits so long unless it fails


@contextmanager
def cluster(folder: Path):
    """Yield the address of a scheduler with a worker of its own, both processes."""
    file = folder / "scheduler.json"
    running: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(file)]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running.append(
            subprocess.Popen([*command, "--host", "127.0.0.1", *options], cwd=folder, env=dict(os.environ), **quiet)
        )
        return running[-1]

    def wait_until(met, what: str) -> None:
        end_s = time.monotonic() + PATIENT_S
        while not met():
            assert time.monotonic() < end_s, what
            time.sleep(0.05)

    try:
        start("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        wait_until(file.exists, "the scheduler did not start")
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        worker = start("worker", "--no-nanny", "--nthreads", "2", "--no-dashboard", "--local-directory", str(folder))
        with distributed.Client(address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == 1, "the worker did not come")
        yield address, worker
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_a_cluster_changes_no_bit_and_one_that_goes_is_gone_on_without(tmp_path, monkeypatch):
    whole = toy(candidates=100)
    with cluster(tmp_path) as (address, worker):
        there = toy(candidates=100, cluster=address)
        assert there.values.tobytes() == whole.values.tobytes()

        def kill_it(done, _wanted, _best):
            if done >= 40:
                worker.kill()

        monkeypatch.setattr(campaign_cluster.Cluster.__init__, "__kwdefaults__", {"patience_s": 0.5})
        monkeypatch.setattr(campaign_cluster, "CONNECT_S", 0.5)
        with pytest.raises(InputError, match=r"the scheduler has (had )?no worker") as gone:
            toy(candidates=100, cluster=address, folder=tmp_path / "kept", say=kill_it)
    assert "layouts are kept in" in gone.value.__notes__[0]
    resumed = toy(candidates=100, folder=tmp_path / "kept")
    assert 40 <= resumed.resumed < len(whole.rows)
    assert resumed.values.tobytes() == whole.values.tobytes()


def test_an_address_where_nobody_answers_is_told(monkeypatch):
    monkeypatch.setattr(campaign_cluster, "CONNECT_S", 0.3)
    with pytest.raises(InputError, match=r"--cluster: tcp://127.0.0.1:1: no Dask scheduler answers there"):
        toy(cluster="tcp://127.0.0.1:1")

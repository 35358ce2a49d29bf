"""Campaigns on a real Dask cluster, processes that are killed at bad moments included."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import distributed
import pytest

from downrange.base import InputError
from downrange.fall import campaign_cluster
from downrange.fall.campaign import campaign, read_checkpoint
from downrange.fall.campaign_cluster import Cluster

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # workers load it by its name
toy = importlib.import_module("campaign_toy")

WORK = toy.Fragments(seed=7)
PATIENT_S = 60.0  # for processes to start; no test waits so long unless it fails


class Processes:
    """A scheduler of its own, and workers as they are asked for."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.file = folder / "scheduler.json"
        self.running: list[subprocess.Popen[bytes]] = []
        self.scheduler = self.start("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0", **environment)
        end_s = time.monotonic() + PATIENT_S
        while not self.file.exists():
            assert time.monotonic() < end_s, "the scheduler did not start"
            time.sleep(0.05)
        self.address = json.loads(self.file.read_text(encoding="utf-8"))["address"]

    def start(self, kind: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(self.file)]
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", *arguments],
            cwd=self.file.parent,
            env=os.environ | {"PYTHONPATH": str(HERE)} | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def workers(self, count: int, **environment: str) -> list[subprocess.Popen[bytes]]:
        """Start so many workers and see them arrive."""
        options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(self.file.parent))
        started = [self.start("worker", *options, **environment) for _ in range(count)]
        self.wait_for(count)
        return started

    def wait_for(self, count: int) -> None:
        end_s = time.monotonic() + PATIENT_S
        with distributed.Client(self.address, set_as_default=False) as client:
            while len(client.nthreads()) != count:
                assert time.monotonic() < end_s, f"there are not {count} workers"
                time.sleep(0.05)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


@contextmanager
def processes(folder: Path, **environment: str):
    here = Processes(folder, **environment)
    try:
        yield here
    finally:
        for process in here.running:
            kill(process)


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A scheduler that gives a block up with the first worker that dies over it."""
    name = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"
    with processes(tmp_path_factory.mktemp("strict"), **{name: "0"}) as here:
        yield here


@pytest.fixture
def one_worker(strict):
    (process,) = strict.workers(1)
    yield process
    kill(process)
    strict.wait_for(0)


def test_a_worker_killed_half_way_loses_and_repeats_nothing(tmp_path):
    log = tmp_path / "log"
    log.mkdir()
    work = toy.Fragments(seed=7, slow_s=0.005, log=str(log))
    with processes(tmp_path) as cluster:
        doomed, survivor = cluster.workers(2)

        def half_way(_state, flights):
            if flights >= 5_000 and doomed.returncode is None and (log / str(doomed.pid)).exists():
                kill(doomed)

        done = campaign(work, flights=12_500, folder=tmp_path / "a", cluster=cluster.address, stop=half_way)
    assert doomed.returncode is not None
    begun = {int(path.name): {int(first) for first in path.read_text("ascii").split()} for path in log.iterdir()}
    assert set(begun) == {doomed.pid, survivor.pid}
    assert begun[doomed.pid] | begun[survivor.pid] == set(range(0, 12_001, 1_000))
    assert done.state.digest() == campaign(WORK, flights=12_500, folder=tmp_path / "b", threads=2).state.digest()


def test_a_scheduler_that_dies_leaves_a_run_that_goes_on_without_it(tmp_path):
    with processes(tmp_path) as cluster:
        cluster.workers(1)

        def kill_it(_state, flights):
            if flights == 3_000:
                kill(cluster.scheduler)

        with pytest.raises(
            InputError, match=r"^--cluster: tcp://.*: the connection to the scheduler was lost."
        ) as lost:
            campaign(WORK, flights=90_500, folder=tmp_path / "a", cluster=cluster.address, stop=kill_it)
    kept = read_checkpoint(tmp_path / "a").flights_done
    assert 3_000 <= kept < 90_000
    assert lost.value.__notes__ == [f"{kept:,} flights are kept in {tmp_path / 'a'}; go on with --resume."]
    done = campaign(WORK, flights=kept + 500, folder=tmp_path / "a", resume=True)
    assert done.state.digest() == campaign(WORK, flights=kept + 500, folder=tmp_path / "b").state.digest()


def test_an_interrupted_run_leaves_the_cluster_and_goes_on_without_it(tmp_path, strict, one_worker):
    command = [sys.executable, str(HERE / "campaign_toy.py"), str(tmp_path / "a"), "1000000000"]
    process = subprocess.Popen(
        [*command, "--cluster", strict.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while int(process.stdout.readline()) < 3_000:
        pass
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    kept = read_checkpoint(tmp_path / "a").flights_done
    assert kept >= 3_000
    assert (
        err == f"KeyboardInterrupt \n{kept:,} flights are kept in {tmp_path / 'a'}; go on with --resume.\n1 threads\n"
    )
    assert one_worker.poll() is None
    done = campaign(WORK, flights=kept + 500, folder=tmp_path / "a", cluster=strict.address, resume=True)
    assert done.state.digest() == campaign(WORK, flights=kept + 500, folder=tmp_path / "b").state.digest()


def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "127.0.0.1:{port}", "no address", "ftp://127.0.0.1:1"])
def test_an_address_where_nobody_answers_costs_seconds_and_no_finished_work(tmp_path, monkeypatch, address):
    assert campaign_cluster.CONNECT_S <= 5.0
    monkeypatch.setattr(campaign_cluster, "CONNECT_S", 0.3)
    campaign(WORK, flights=1_000, folder=tmp_path)
    address = address.format(port=closed_port())
    message = rf"^--cluster: {address}: no Dask scheduler answers there \(.*\). Start one \(dask scheduler\) and give"
    with pytest.raises(InputError, match=message):
        campaign(WORK, flights=2_000, folder=tmp_path, cluster=address, resume=True)
    assert read_checkpoint(tmp_path).flights_done == 1_000
    assert campaign(WORK, flights=2_000, folder=tmp_path, resume=True).resumed_from == 1_000


def test_a_scheduler_without_workers_is_told(tmp_path, monkeypatch, strict):
    monkeypatch.setattr(campaign_cluster, "CONNECT_S", 0.3)
    with pytest.raises(InputError, match=rf"^--cluster: {strict.address}: the scheduler has no worker. Start some"):
        campaign(WORK, flights=1, folder=tmp_path, cluster=strict.address)


def test_a_cluster_whose_last_worker_went_is_not_waited_for_without_end(strict, one_worker):
    def ask_until_refused(hands, span):
        while not hands.ready(span, 0.1):
            pass

    with Cluster(WORK, strict.address, patience_s=0.5) as hands:
        assert len(hands.take(hands.begin(0, 2_000))) == 2
        kill(one_worker)
        strict.wait_for(0)
        span = hands.begin(0, 1_000)
        with pytest.raises(
            InputError, match=r"the scheduler has had no worker for 0.5 s. Start some \(dask worker tcp"
        ):
            ask_until_refused(hands, span)


def test_flights_that_kill_their_worker_are_given_up(tmp_path, strict, one_worker):
    with pytest.raises(InputError, match=r"every worker that took the same flights died \(1 in all\). Read their logs"):
        campaign(toy.Fragments(seed=7, deadly_from=0), flights=1_000, folder=tmp_path, cluster=strict.address)
    assert one_worker.wait() != 0


def test_an_error_on_a_worker_arrives_in_its_words(tmp_path, strict, one_worker):
    broken = toy.Fragments(seed=7, fails_from=2_500)
    with pytest.raises(InputError, match=r"^toy.toml: fails_from: flight 2500. Mend the toy.\n2,000 flights are kept"):
        campaign(broken, flights=4_000, folder=tmp_path / "a", cluster=strict.address)

    class Local(toy.Fragments):
        """Known to this process alone, and pickled by name."""

    Local.__module__, Local.__qualname__ = "campaign_elsewhere", "Local"
    sys.modules["campaign_elsewhere"] = type(sys)("campaign_elsewhere")
    sys.modules["campaign_elsewhere"].Local = Local
    try:
        with pytest.raises(InputError, match=r"a worker cannot load the work \(No module named 'campaign_elsewhere'\)"):
            campaign(Local(seed=7), flights=1_000, folder=tmp_path / "b", cluster=strict.address)
    finally:
        del sys.modules["campaign_elsewhere"]


def test_a_worker_that_would_compute_something_else_is_refused(tmp_path, monkeypatch, strict, one_worker):
    monkeypatch.setenv("TOY_VERSION", "2")
    with pytest.raises(
        InputError, match=r"^--cluster: a worker has another version of downrange or of its data. Install"
    ):
        campaign(WORK, flights=1_000, folder=tmp_path, cluster=strict.address)


def test_dask_that_is_missing_is_named_with_its_cure(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        InputError, match=r"^--cluster: Dask is not installed here. Install it: pip install 'downrange\[cluster\]'.$"
    ):
        campaign(WORK, flights=1, folder=tmp_path, cluster="tcp://127.0.0.1:8786")

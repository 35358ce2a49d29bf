"""Draws as work for a campaign: the same bits on any number of threads or workers, and after an interrupt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import distributed
import msgspec
import numpy as np
import pytest

from downrange.base import InputError, normals
from downrange.corridor import Target, case_of, load_outline
from downrange.corridor.draws import DRAW_FLIGHTS, TENTHS, Inferring, Sample, tenths_for, values_of
from downrange.corridor.fit import bounds, residuals, solve
from downrange.corridor.fit_model import Record
from downrange.corridor.rto import tangent
from downrange.earth import load_site
from downrange.fall import campaign
from downrange.fall.campaign import read_checkpoint
from downrange.flight import Device

PATIENT_S = 60.0  # for processes to start; the test waits so long only if it fails
DRAWS = 107  # a whole block and a part of one


def record_of_two_stages() -> Record:
    """Return an outline with one area: the fewest parameters, so that draws cost few flights."""
    area = Target(label="1", lat_deg=(28.0,), lon_deg=(-72.0,), radius_m=60e3)
    return case_of(load_outline("two-stages"), load_site("lc-39a"), [area]).record(["stage 1"])


@pytest.fixture(scope="module")
def work() -> Inferring:
    record = record_of_two_stages()
    mode = record.u_of(solve(record, first_softer=1.0).x)
    return Inferring(record=record, line=tangent(lambda u: values_of(record, u), mode), seed=5)


@pytest.fixture(scope="module")
def whole(work: Inferring, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """What one thread draws when nothing happens to it."""
    return campaign(work, flights=TENTHS * DRAWS, folder=tmp_path_factory.mktemp("whole"), threads=1).state


def same(one: Sample, other: Sample) -> bool:
    bits = all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ("u", "log_weight"))
    return bits and (one.outside, one.flights) == (other.outside, other.flights)


def test_the_draws_are_weighed_and_counted(work: Inferring, whole: Sample) -> None:
    assert whole.u.shape == (DRAWS, len(work.record.names))
    solved = np.isfinite(whole.log_weight)
    assert solved.mean() > 0.7
    assert whole.flights > DRAWS * len(work.record.names)  # slopes at each solution at least
    low, high = bounds(work.record)
    assert ((whole.u[solved] >= low) & (whole.u[solved] <= high)).all()
    assert whole.outside <= (~solved).sum()
    # each draw solves its own equations: those of its counted normal numbers
    off = values_of(work.record, whole.u[solved]) @ work.line.q - normals(5, DRAWS, whole.u.shape[1])[solved]
    assert np.abs(off).max() < 2e-3


def test_two_threads_an_interrupt_and_a_resumed_run_change_no_bit(
    work: Inferring, whole: Sample, tmp_path: Path
) -> None:
    def leave(_state: Sample, _done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        campaign(work, flights=TENTHS * DRAWS, folder=tmp_path, threads=2, stop=leave)
    assert "go on with --resume" in caught.value.__notes__[0]
    assert read_checkpoint(tmp_path).flights_done == 1_000
    done = campaign(work, flights=TENTHS * DRAWS, folder=tmp_path, threads=2, resume=True)
    assert (done.resumed_from, done.flights) == (1_000, TENTHS * DRAWS)
    assert same(done.state, whole)


def test_another_seed_is_not_resumed_from(work: Inferring, tmp_path: Path) -> None:
    campaign(replace(work, seed=6), flights=10, folder=tmp_path, threads=1)
    with pytest.raises(InputError, match="seed"):
        campaign(work, flights=20, folder=tmp_path, threads=1, resume=True)


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[str]:
    """Run a scheduler and its workers as processes of this machine."""
    file = folder / "scheduler.json"
    running: list[subprocess.Popen[bytes]] = []

    def start(kind: str, *options: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(file)]
        command += ["--host", "127.0.0.1", *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running.append(subprocess.Popen(command, cwd=folder, env=dict(os.environ), **quiet))

    def wait_until(met, what: str) -> None:
        end_s = time.monotonic() + PATIENT_S
        while not met():
            assert time.monotonic() < end_s, what
            time.sleep(0.05)

    try:
        start("scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0")
        wait_until(file.exists, "the scheduler did not start")
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        for _ in range(workers):
            start("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
        with distributed.Client(address, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == workers, "the workers did not come")
        yield address
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_two_workers_of_a_cluster_change_no_bit(work: Inferring, whole: Sample, tmp_path: Path) -> None:
    with cluster(tmp_path, 2) as address:
        done = campaign(work, flights=TENTHS * DRAWS, folder=tmp_path / "kept", cluster=address)
    assert same(done.state, whole)


def test_blocks_come_one_by_one_and_together_alike(work: Inferring, whole: Sample) -> None:
    (part,) = work.run(1_000, TENTHS * DRAWS - 1_000)
    assert part.u.tobytes() == whole.u[100:].tobytes()
    assert part.log_weight.tobytes() == whole.log_weight[100:].tobytes()
    first = Sample(u=whole.u[:100], log_weight=whole.log_weight[:100], outside=4, flights=whole.flights - part.flights)
    together = work.merged(first, part)
    assert together.u.tobytes() == whole.u.tobytes()
    assert together.log_weight.tobytes() == whole.log_weight.tobytes()
    assert (together.outside, together.flights) == (4 + part.outside, whole.flights)
    assert len(first.u) == 100


def test_what_is_saved_is_loaded_bit_for_bit(work: Inferring, tmp_path: Path) -> None:
    state = Sample(
        u=normals(1, 5, 3) * [1.0, 1e-300, 1e300],
        log_weight=np.array([-np.inf, -0.0, 1.0 / 3.0, np.nextafter(1.0, 2.0), -1e308]),
        outside=3,
        flights=123_456_789,
    )
    work.save(state, tmp_path / "state.npz")
    assert same(work.load(tmp_path / "state.npz"), state)


def changed(record: Record, what: str) -> Record:
    """Return a record in which one thing differs."""
    fact, soft, fixed = record.facts[0], record.soft, dict(record.fixed)
    fixed["fairing_kg"] = msgspec.structs.replace(fixed["fairing_kg"], value=501.0)
    one_more = np.arange(len(record.names)) == 3
    return {
        "fact": lambda: replace(record, facts=(msgspec.structs.replace(fact, lat_deg=28.1), *record.facts[1:])),
        "soft": lambda: replace(record, soft=msgspec.structs.replace(soft, q_limit_pa=56e3)),
        "fixed": lambda: replace(record, fixed=fixed),
        "mean": lambda: replace(record, mean=record.mean * (1.0 + 1e-15 * one_more)),
        "sigma": lambda: replace(record, sigma=record.sigma * (1.0 + 1e-9 * one_more)),
        "latitude": lambda: replace(record, site=replace(record.site, lat_deg=28.5)),
        "height": lambda: replace(record, site=replace(record.site, alt_m=99.0)),
    }[what]()


@pytest.mark.parametrize("what", ["fact", "soft", "fixed", "mean", "sigma", "latitude", "height"])
def test_the_fingerprint_changes_with_all_that_decides(work: Inferring, what: str) -> None:
    assert replace(work, record=changed(work.record, what)).fingerprint() != work.fingerprint()


def test_the_fingerprint_knows_seed_and_mode_and_nothing_else(work: Inferring) -> None:
    assert replace(work, seed=6).fingerprint() != work.fingerprint()
    moved = replace(work.line, mode=work.line.mode + 1e-9)
    assert replace(work, line=moved).fingerprint() != work.fingerprint()
    again = Inferring(record=record_of_two_stages(), line=work.line, seed=5)
    assert again.fingerprint() == work.fingerprint()
    assert work.summary()["facts"] == "stage 1 in 1; insertion"


@pytest.mark.parametrize("flights", [1, DRAW_FLIGHTS, 6_000, 100_000])
def test_tenths_are_of_draws_for_about_so_many_flights(flights: int) -> None:
    tenths = tenths_for(flights)
    assert tenths % TENTHS == 0
    assert tenths >= TENTHS
    assert abs(tenths / TENTHS - max(1.0, flights / DRAW_FLIGHTS)) <= 0.5


def test_values_are_facts_rules_and_priors_on_any_device() -> None:
    record = record_of_two_stages()
    u = 0.5 * normals(3, 20, len(record.names))
    values = values_of(record, u)
    assert values[:, -len(record.names) :].tolist() == u.tolist()
    assert values.tobytes() == values_of(record, u, device=Device.ALONE).tobytes()
    assert values[:, : -len(record.names)].tolist() == residuals(record, record.x_of(u)).tolist()

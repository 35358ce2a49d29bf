"""Ensembles by the command, in processes of their own: the same bits however they are run, and what stops them is told."""

from __future__ import annotations

import json
import os
import re
import resource
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from downrange.cli import app
from downrange.fall import load_tally, same_tally
from downrange.fall.campaign import read_checkpoint

COMMAND = [sys.executable, "-c", "from downrange.cli import main; main()"]
ENSEMBLE = ["flight", "ensemble", "chollima-1", "--site", "sohae-coastal"]
RUNS, CELL_KM = 4_300, 50
SAME = [*ENSEMBLE, "--runs", str(RUNS), "--cell-km", str(CELL_KM), "--wind", "assumed-westerly-jet"]
CLUSTER = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "fall" / "test_campaign_cluster.py")))
PATIENT_S = 120.0  # for a process to get somewhere; no test waits so long unless it fails

SLOW = ("--chunk", "20")  # so that there is a half-way, however quick the machine


def run(*words: str, where: Path | None = None, largest: int | None = None) -> subprocess.CompletedProcess[str]:
    """largest: no file may grow over so many bytes, as if the disk were full then."""

    def limited() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    env = os.environ | {"COLUMNS": "100", "TERM": "dumb"}
    return subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, check=False, cwd=where, env=env, preexec_fn=limited
    )


def begun(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(process: subprocess.Popen[str], happened: Callable[[], bool]) -> None:
    end_s = time.monotonic() + PATIENT_S
    while not happened():
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < end_s, "it did not come about"
        time.sleep(0.01)


def looked(folder: Path) -> int:
    """After how many flights a run looked at its number last."""
    try:
        return int((folder / "convergence.csv").read_text().splitlines()[-1].partition(",")[0])
    except (FileNotFoundError, ValueError):
        return 0


def mistaken(done: subprocess.CompletedProcess[str]) -> str:
    paragraph = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert paragraph.startswith("downrange: ")
    return paragraph


def check_same(folder: Path, other: Path) -> None:
    assert same_tally(load_tally(folder / "tally.npz"), load_tally(other / "tally.npz"))
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in other.iterdir()}
    assert len(names) > 10
    for name in sorted(names - {"density.nc", "campaign.json"}):  # these say when they were made
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ensemble on one thread."""
    folder = tmp_path_factory.mktemp("reference") / "out"
    done = run(*SAME, "--threads", "1", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    assert load_tally(folder / "tally.npz").flights.sum() == RUNS
    return folder


@pytest.mark.parametrize(("threads", "chunk"), [(2, 333), (1, 2_500)])
def test_threads_and_chunks_change_no_bit(reference: Path, tmp_path: Path, threads: int, chunk: int) -> None:
    done = run(*SAME, "--threads", str(threads), "--chunk", str(chunk), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    check_same(reference, tmp_path / "out")


def test_an_interrupt_half_way_and_a_resume_change_no_bit(reference: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = begun(*SAME, *SLOW, "--threads", "1", "--out", str(folder))
    until(process, lambda: looked(folder) >= 2_000)
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=PATIENT_S)
    assert process.returncode == 130
    assert printed == ""
    assert "Traceback" not in said
    kept = read_checkpoint(folder)
    assert kept is not None
    assert 2_000 <= kept.flights_done < RUNS
    assert not kept.finished
    assert f"{kept.flights_done:,} flights are kept in {folder}; go on with --resume." in said
    done = run(*SAME, "--threads", "2", "--chunk", "700", "--resume", "--json", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["resumed_from"] == kept.flights_done
    check_same(reference, folder)


def test_a_kill_half_way_and_a_resume_change_no_bit(reference: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    process = begun(*SAME, *SLOW, "--threads", "1", "--out", str(folder))
    until(process, lambda: looked(folder) >= 2_000)
    process.kill()
    process.communicate()
    done = run(*SAME, "--resume", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    check_same(reference, folder)


def test_a_cluster_that_loses_a_worker_half_way_changes_no_bit(reference: Path, tmp_path: Path) -> None:
    import distributed

    folder = tmp_path / "out"
    path = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    with CLUSTER.processes(tmp_path, **path) as cluster:
        workers = cluster.workers(2, **path)
        with distributed.Client(cluster.address, set_as_default=False) as client:
            assert len(client.nthreads()) == 2
            pids = client.run(os.getpid)
            process = begun(*SAME, *SLOW, "--cluster", cluster.address, "--out", str(folder))
            until(process, lambda: looked(folder) >= 1_000 and any(client.processing().values()))
            busy = next(pids[address] for address, tasks in client.processing().items() if tasks)
            doomed = next(worker for worker in workers if worker.pid == busy)
            CLUSTER.kill(doomed)
            assert looked(folder) < RUNS
        printed, said = process.communicate(timeout=PATIENT_S)
    assert process.returncode == 0, said
    assert "How well it is known" in printed
    assert [worker.returncode is None for worker in workers].count(True) <= 1
    check_same(reference, folder)


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """10^9 flights under way."""
    folder = tmp_path_factory.mktemp("endless") / "out"
    process = begun(*ENSEMBLE, "--runs", "1000000000", "--threads", "1", "--out", str(folder))
    until(process, lambda: looked(folder) >= 1_000)
    yield process, folder
    process.kill()
    process.communicate()


def test_a_folder_in_use_is_refused(endless: tuple[subprocess.Popen[str], Path]) -> None:
    _, folder = endless
    told = mistaken(run(*SAME, "--out", str(folder)))
    assert f"{folder}: another campaign is at work in this folder." in told


def test_a_thousand_million_flights_begin_in_bounded_memory_and_leave_when_asked(
    endless: tuple[subprocess.Popen[str], Path],
) -> None:
    process, folder = endless
    until(process, lambda: looked(folder) >= 3_000)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
    assert peak is not None
    assert int(peak[1]) < 1_000_000  # 1 GB
    process.send_signal(signal.SIGINT)
    printed, said = process.communicate(timeout=PATIENT_S)
    assert process.returncode == 130
    assert printed == ""
    assert re.search(r"interrupted; nothing was left half written. [\d,]+ flights are kept in .*; go on with", said)
    kept = read_checkpoint(folder)
    assert kept is not None
    assert kept.flights_wanted == 10**9
    assert kept.flights_done >= 3_000
    assert not list(folder.glob(".*"))


def test_a_disk_that_fills_up_keeps_what_is_finished(reference: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    short = [*SAME]
    short[short.index(str(RUNS))] = "1000"
    assert run(*short, "--out", str(folder)).returncode == 0
    (state,) = folder.glob("state-*.npz")
    told = mistaken(run(*SAME, "--resume", "--out", str(folder), largest=state.stat().st_size + 2_000))
    assert re.search(
        r"the state after [\d,]+ flights cannot be written \(.*File too large.*\); 1,000 flights are kept", told
    )
    assert "Make room there, then go on with --resume." in told
    assert not list(folder.glob(".*"))
    done = run(*SAME, "--resume", "--out", str(folder))
    assert done.returncode == 0, done.stderr
    check_same(reference, folder)


def test_a_disk_without_room_for_the_maps_keeps_the_flights(tmp_path: Path) -> None:
    words = [*ENSEMBLE, "--runs", "1000", "--cell-km", "20", "--out", str(tmp_path / "out")]
    told = mistaken(run(*words, largest=100_000))
    assert "cannot be written (File too large)" in told
    assert read_checkpoint(tmp_path / "out").flights_done == 1_000
    assert not list((tmp_path / "out").glob(".*"))
    done = run(*words, "--resume")
    assert done.returncode == 0, done.stderr
    assert "1 000 of them were kept from before" in done.stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert (tmp_path / "out" / "density.nc").stat().st_size > 100_000


def test_a_cluster_that_is_not_there_is_told_in_seconds(tmp_path: Path) -> None:
    begin_s = time.monotonic()
    told = mistaken(run(*SAME, "--cluster", "tcp://127.0.0.1:1", "--out", str(tmp_path / "out")))
    assert time.monotonic() - begin_s < 60.0  # 5 s, and what a busy machine takes to start
    assert told.startswith("downrange: --cluster: tcp://127.0.0.1:1: no Dask scheduler answers there")
    assert "dask scheduler" in told


def test_one_document_on_the_output_and_prose_beside_it(tmp_path: Path) -> None:
    done = run(*ENSEMBLE, "--runs", "400", "--cell-km", "50", "--json", "--out", "here", where=tmp_path)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["flights"] == 400
    assert document["folder"] == "here"
    assert "400 of 400 flights" in done.stderr
    assert "Maps, tables and pictures are in here" in done.stderr


def test_a_single_flight_writes_its_folder_whole_or_not_at_all(tmp_path: Path) -> None:
    words = ["flight", "fly", "chollima-1", "--site", "sohae-coastal"]
    done = run(*words, "--json", "--out", "here", where=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["events"]
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [
        *("flight.png", "flight.svg", "ground-track.png", "ground-track.svg", "path.csv")
    ]
    (tmp_path / "file").write_text("mine")
    assert "it is a file, and a folder is needed" in mistaken(run(*words, "--out", "file", where=tmp_path))
    assert "--out: full" in mistaken(run(*words, "--out", "full", where=tmp_path, largest=20_000))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "here"]


# What is refused before anything flies; each in this process, which is quick.

VEHICLE = (files("downrange.flight") / "data" / "chollima-1.toml").read_text(encoding="utf-8")
WIND = (files("downrange.earth") / "data" / "winds" / "assumed-westerly-jet.toml").read_text(encoding="utf-8")
FILES = {
    "negative.toml": re.sub(r"dry_kg = \{ value = ", "dry_kg = { value = -", VEHICLE, count=1),
    "weak.toml": re.sub(r"thrust_vac_n = \{ value = 1", "thrust_vac_n = { value = ", VEHICLE, count=1),
    "dry.toml": re.sub(r"propellant_kg = .*\n", "", VEHICLE, count=1),
    "empty-tank.toml": re.sub(r"propellant_kg = \{ value = [0-9.]+", "propellant_kg = { value = 0", VEHICLE, count=1),
    "nan-wind.toml": WIND.replace("east_mps = [3, 7,", "east_mps = [3, nan,", 1),
    "no-debris.toml": 'name = "none"\ntitle = "Nothing"\nclasses = []\n',
    "letters.csv": "lat_deg,lon_deg,people\n39,125,many\n",
    "no-head.csv": "39,125,1000\n",
    "nowhere.csv": "lat_deg,lon_deg,people\n125,39,1000\n",
    "no-source.toml": 'moment = "2023-08-24T03:50:00+09:00"\nlat_deg = 39\nlon_deg = 124\nf107 = 150\nf107a = 150\nap = 9\nsource = ""\n',
}
REFUSED = {
    "a mass below nothing": ("negative.toml --runs 1000", "negative.toml: stages[0].dry_kg: value -"),
    "a thrust that does not lift": ("weak.toml --runs 1000", "weak.toml: stages[0].thrust_vac_n: thrust"),
    "a stage without propellant": ("dry.toml --runs 1000", "dry.toml: stages[0].propellant_kg: missing"),
    "an empty tank": ("empty-tank.toml --runs 1000", "empty-tank.toml: stages[0].propellant_kg: value 0 is not"),
    "a wind that is no number": ("chollima-1 --wind nan-wind.toml", "nan-wind.toml: mean.east_mps[1]: nan"),
    "a debris list of nothing": ("chollima-1 --debris no-debris.toml", "no-debris.toml: classes: an empty debris list"),
    "people that are letters": ("chollima-1 --people letters.csv", "letters.csv: line 2: '39,125,many'"),
    "people without a head": ("chollima-1 --people no-head.csv", "no-head.csv: line 1: '39,125,1000'"),
    "people off the Earth": ("chollima-1 --people nowhere.csv", "nowhere.csv: line 2: lat_deg: 125"),
    "people who are not there": ("chollima-1 --people none.csv", "none.csv: cannot be read"),
    "air without a source": ("chollima-1 --air no-source.toml", "no-source.toml: source: no source"),
    "too few flights": ("chollima-1 --runs 199", "--runs: 199. Give 200 or more"),
    "a rule that is none": ("chollima-1 --until nonsense", "--until: 'nonsense'. Write casualties:5%"),
    "a rule of nothing": ("chollima-1 --until footprint:0%", "--until: 'footprint:0%'. Give a share above 0"),
    "casualties of nobody": ("chollima-1 --until casualties:5%", "--until: casualties, and nobody said where people"),
    "an unknown group": ("chollima-1 --without air,sails", "--without: sails. Name any of vehicle"),
    "half a record": ("chollima-1 --flown 3", "--flown: half a record. Give both --flown and --failed"),
    "the other half": ("chollima-1 --failed 3", "--flown: half a record. Give both --flown and --failed"),
    "more failures than flights": ("chollima-1 --flown 3 --failed 5", "5 failures in 3 flights"),
    "a probability of 2": ("chollima-1 --p-failure 2", "--p-failure: 2. Give a probability, 0 to 1"),
    "no probability": ("chollima-1 --p-failure nan", "--p-failure: nan. Give a probability, 0 to 1"),
    "two probabilities": ("chollima-1 --p-failure 0.1 --flown 3 --failed 1", "--p-failure: a probability and a record"),
    "cells of nothing": ("chollima-1 --cell-km 0", "--cell-km: 0. Give 0.1 to 500 km"),
    "cells of no size": ("chollima-1 --cell-km nan", "--cell-km: nan. Give 0.1 to 500 km"),
    "no thread": ("chollima-1 --threads 0", "--threads: 0. Give 1 or more"),
    "nothing to resume": ("chollima-1 --resume", "--resume: no campaign was begun in this folder"),
    "an orbit that is none": ("chollima-1 --to moon", "--to: 'moon' is not an orbit"),
    "a device and a cluster": ("chollima-1 --device cuda --cluster tcp://x:1", "--device: cuda with --cluster"),
    "an unknown vehicle": ("chollima-9", "there is no vehicle 'chollima-9'"),
    "unknown failures": ("chollima-1 --failures none", "there is no failures 'none'"),
    "a vehicle for a spread": ("chollima-1 --spread dry.toml", "dry.toml: body: unknown key"),
    "a file for a folder": ("chollima-1 --out dry.toml", "dry.toml: no such folder can be used"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_by_file_or_option_key_and_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    words, told = REFUSED[case]
    for name, text in FILES.items():
        assert text not in (VEHICLE, WIND)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["flight", "ensemble", *words.split(), "--site", "sohae-coastal"])
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("downrange: ")
    assert told in done.stderr
    assert re.search(r"\. [A-Z]\w+ .{3}", done.stderr)  # and then the cure
    left = {path.name for path in tmp_path.iterdir()} - set(FILES)
    assert left <= {"out"}
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []


def test_a_resume_with_other_inputs_says_which(reference: Path) -> None:
    before = {path.name: path.read_bytes() for path in reference.iterdir()}
    for words, told in (
        (["--seed", "5"], "seed is 1 there and 5 here"),
        (["--p-failure", "0.2"], "failures is assumed, p 0.5 there and assumed, p 0.2 here"),
        (["--without", "air"], "without is nothing there and air here"),
        (["--cell-km", "25"], "cells is"),
    ):
        done = CliRunner().invoke(app, [*SAME, *words, "--resume", "--out", str(reference)])
        assert done.exit_code == 2
        assert f"the run that lies here is another: {told}" in done.stderr
    done = CliRunner().invoke(app, [*SAME, "--out", str(reference)])
    assert done.exit_code == 2
    assert "a finished run lies here with 4,000 flights. Go on with it by --resume" in done.stderr
    fewer = [word if word != str(RUNS) else "300" for word in SAME]
    done = CliRunner().invoke(app, [*fewer, "--resume", "--out", str(reference)])
    assert "--runs: 300, and 4,000 flights are done already" in done.stderr
    assert {path.name: path.read_bytes() for path in reference.iterdir()} == before

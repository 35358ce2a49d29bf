"""Campaigns give the same bits whatever runs them, stop by rule, keep what is done, and hold little at a time."""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys
import threading
from itertools import permutations
from pathlib import Path

import pytest

from downrange.base import InputError, ModelError
from downrange.fall.campaign import COUNT_REACHED, blocks_of, campaign, read_checkpoint

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # processes of their own load it by its name
toy = importlib.import_module("campaign_toy")

WORK = toy.Fragments(seed=7)
FLIGHTS = 5_500
BILLION = 10**9


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The bits that a run to 5,500 flights has when nothing happens to it."""
    return campaign(WORK, flights=FLIGHTS, folder=tmp_path_factory.mktemp("whole"), threads=1).state.digest()


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def started(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "campaign_toy.py"), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(*arguments: object) -> tuple[int, list[str], str]:
    process = started(*arguments)
    out, err = process.communicate()
    return process.returncode, out.split(), err


def test_blocks_are_of_1000_flights_and_the_last_has_what_is_left():
    assert list(blocks_of(0, 2_001)) == [(0, 1_000), (1_000, 1_000), (2_000, 1)]
    assert list(blocks_of(4_000, 1_000)) == [(4_000, 1_000)]


@pytest.mark.parametrize(("threads", "span_blocks"), [(2, 1), (3, 2), (1, 100)])
def test_threads_and_spans_change_no_bit(tmp_path, whole, threads, span_blocks):
    work = toy.Fragments(seed=7, slow_s=0.01)  # so that blocks come back out of order
    done = campaign(work, flights=FLIGHTS, folder=tmp_path, threads=threads, span_blocks=span_blocks)
    assert (done.state.digest(), done.flights, done.stopped_because) == (whole, FLIGHTS, COUNT_REACHED)
    assert int(done.state.cells.sum()) > 0.99 * FLIGHTS


def test_order_of_adding_is_something_that_the_digest_sees(whole):
    digests = set()
    for order in permutations(WORK.run(0, FLIGHTS)):  # some orders round to the same sums
        first, *rest = order
        for block in rest:
            first = WORK.merged(first, block)
        digests.add(first.digest())
    assert whole in digests
    assert len(digests) > 1


def test_another_seed_gives_other_bits(tmp_path, whole):
    assert campaign(toy.Fragments(seed=8), flights=FLIGHTS, folder=tmp_path).state.digest() != whole


def test_a_rule_stops_at_the_same_flight_on_any_number_of_threads(tmp_path):
    rule = toy.mean_known_within(0.3)
    ends = [
        campaign(WORK, flights=BILLION, folder=tmp_path / str(n), threads=n, span_blocks=n, stop=rule) for n in (1, 3)
    ]
    assert ends[0].stopped_because == "the mean time is known within 0.3 s"
    assert 1_000 < ends[0].flights < 50_000
    assert ends[0].flights == ends[1].flights
    assert ends[0].state.digest() == ends[1].state.digest()


def test_a_rule_that_is_met_stops_a_resumed_run_before_it_begins(tmp_path):
    rule = toy.mean_known_within(0.3)
    first = campaign(WORK, flights=BILLION, folder=tmp_path, stop=rule)
    broken = toy.Fragments(seed=7, fails_from=0)  # a single block more would fail
    again = campaign(broken, flights=BILLION, folder=tmp_path, stop=rule, resume=True)
    assert again.resumed_from == again.flights == first.flights
    assert (again.state.digest(), again.stopped_because) == (first.state.digest(), first.stopped_because)


@pytest.mark.parametrize(("first", "second"), [(2_000, FLIGHTS), (2_700, FLIGHTS), (400, FLIGHTS), (FLIGHTS, FLIGHTS)])
def test_a_finished_run_goes_on_to_a_larger_count(tmp_path, whole, first, second):
    campaign(WORK, flights=first, folder=tmp_path)
    assert read_checkpoint(tmp_path).finished == COUNT_REACHED
    done = campaign(WORK, flights=second, folder=tmp_path, resume=True)
    assert (done.state.digest(), done.resumed_from) == (whole, first // 1_000 * 1_000)
    assert names_in(tmp_path) == ["campaign.json", "state-5000.npz"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_run_goes_on_without_losing_or_repeating_a_flight(tmp_path, how):
    every_s = 0 if how == signal.SIGKILL else 600  # a kill leaves no time to save, an interrupt does
    process = started(tmp_path / "a", BILLION, "--every-s", every_s)
    while int(process.stdout.readline()) < 3_000:
        pass
    process.send_signal(how)
    _, err = process.communicate()
    kept = read_checkpoint(tmp_path / "a")
    assert kept.finished == ""
    assert kept.flights_done >= (2_000 if how == signal.SIGKILL else 3_000)
    if how != signal.SIGKILL:
        assert f"{kept.flights_done:,} flights are kept in {tmp_path / 'a'}; go on with --resume." in err
        assert err.endswith("\n1 threads\n")
    wanted = kept.flights_done + 1_500
    done = campaign(WORK, flights=wanted, folder=tmp_path / "a", resume=True)
    assert done.resumed_from == kept.flights_done
    assert done.state.digest() == campaign(WORK, flights=wanted, folder=tmp_path / "b").state.digest()


def test_a_full_disk_keeps_the_last_checkpoint_and_says_how_to_go_on(tmp_path, whole):
    campaign(WORK, flights=2_000, folder=tmp_path)
    before = names_in(tmp_path)
    code, flown, err = finished(tmp_path, FLIGHTS, "--resume", "--every-s", 0, "--largest-file", 2_000)
    assert (code, flown[0]) == (2, "2000")
    said = "the state after 3,000 flights cannot be written (File too large); 2,000 flights are kept."
    assert f"UnwrittenError {tmp_path}: {said} Make room there, then go on with --resume." in err
    assert names_in(tmp_path) == before
    assert campaign(WORK, flights=FLIGHTS, folder=tmp_path, resume=True).state.digest() == whole


def test_a_disk_that_is_full_from_the_start_is_found_before_any_flight(tmp_path):
    code, flown, err = finished(tmp_path, BILLION, "--largest-file", 10)
    assert (code, flown) == (2, [])
    assert "the first checkpoint cannot be written (File too large); no flights are kept. Make room there" in err
    assert names_in(tmp_path) == []


def test_a_state_that_cannot_fit_is_refused_at_once(tmp_path):
    with pytest.raises(InputError, match=r"MB are free, and two checkpoints may need 2,000,000,000,000 MB. Make room"):
        campaign(toy.Fragments(seed=7, fails_from=0), flights=1, folder=tmp_path, room_bytes=10**18)


def test_what_waits_to_be_added_is_bounded(tmp_path):
    begun, added, most = 0, 0, 0
    lock, four_begun = threading.Lock(), threading.Event()

    class Counted(toy.Fragments):
        def block(self, first, flights):
            nonlocal begun, most
            with lock:
                begun += 1
                most = max(most, begun - added)
                if begun == 4:
                    four_begun.set()
            if first == 0:  # the first block comes back when all that may be under way has begun
                assert four_begun.wait(60.0)
            return toy.Sums(moments=toy.np.full(4, flights), cells=toy.np.zeros((2, 2), dtype=int))

    def stop(_state, flights):
        nonlocal added
        with lock:
            added += 1
        return "enough" if flights == 50_000 else None

    done = campaign(Counted(seed=7), flights=BILLION, folder=tmp_path, threads=2, stop=stop)
    assert (done.flights, done.stopped_because, done.state.moments[0]) == (50_000, "enough", 50_000)
    assert most == 4
    assert begun <= 54


def test_progress_rises_to_the_end_and_shows_the_state(tmp_path):
    told = []
    campaign(WORK, flights=2_000, folder=tmp_path)
    campaign(WORK, flights=FLIGHTS, folder=tmp_path, resume=True, progress=lambda *now: told.append(now))
    done = [flights for flights, _, _ in told]
    assert (done[0], done[-1], done) == (2_000, FLIGHTS, sorted(done))
    assert {wanted for _, wanted, _ in told} == {FLIGHTS}
    assert told[-1][2].moments[2] > told[0][2].moments[2] > 0.0


def test_an_error_in_a_block_keeps_the_blocks_before_it(tmp_path, whole):
    with pytest.raises(InputError, match=r"^toy.toml: fails_from: flight 3500. Mend the toy.\n") as caught:
        campaign(toy.Fragments(seed=7, fails_from=3_500), flights=FLIGHTS, folder=tmp_path, threads=2)
    assert caught.value.__notes__ == [f"3,000 flights are kept in {tmp_path}; go on with --resume."]
    done = campaign(WORK, flights=FLIGHTS, folder=tmp_path, resume=True)
    assert (done.resumed_from, done.state.digest()) == (3_000, whole)


def test_work_that_loses_a_block_is_not_believed(tmp_path):
    class Short(toy.Fragments):
        def run(self, first_flight, flights):
            return super().run(first_flight, flights)[1:]

    with pytest.raises(ModelError, match=r"^2 states for 3 blocks from flight 0: one each is needed\n") as caught:
        campaign(Short(seed=7), flights=3_000, folder=tmp_path, span_blocks=3)
    assert caught.value.__notes__ == [f"no flight is kept in {tmp_path}; go on with --resume."]


@pytest.mark.parametrize(("option", "given"), [("--runs", "flights"), ("--threads", "threads")])
def test_counts_below_one_are_refused(tmp_path, option, given):
    with pytest.raises(InputError, match=rf"^{option}: 0. Give 1 or more.$"):
        campaign(WORK, **({"flights": 1, "folder": tmp_path / "new"} | {given: 0}))
    assert not (tmp_path / "new").exists()

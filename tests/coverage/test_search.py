"""The search: the page's table found again, better phasings, the same bits however it is worked off, and resuming."""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError, units
from downrange.coverage import Cone, Sensor, accesses, points_at
from downrange.coverage.climatology import load_climatology
from downrange.coverage.daylight import daylit
from downrange.coverage.gaps import gaps_of, pooled
from downrange.coverage.layouts import element_sets
from downrange.coverage.search import search
from downrange.coverage.search_hands import BLOCK_ROWS
from downrange.coverage.search_limits import PLANES, SPACING, Limits
from downrange.coverage.search_score import STATISTICS, Bench, Objective, Statistic, ranks
from downrange.coverage.search_state import RESULTS
from downrange.coverage.search_steady import lesson, steadiness, tracks_of
from downrange.orbit import read_tle

HERE = Path(__file__).parent
sys.path.append(str(HERE))  # processes load it by its name
toys = importlib.import_module("search_toy")
toy = toys.toy

JD0 = datetime(2024, 6, 1, tzinfo=UTC)
MALLIGYONG = read_tle(
    "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991\n"
    "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329\n"
)[0]


def same(one, other):
    return one.rows.tobytes() == other.rows.tobytes() and one.values.tobytes() == other.values.tobytes()


@pytest.fixture(scope="module")
def whole():
    return toy()


@pytest.fixture(scope="module")
def narrow():
    """Return the search of the knowledge page: every fifth point of C2, 30 days, 10 degrees."""
    lat, lon = (x.ravel()[::5] for x in np.meshgrid(np.linspace(33, 43, 40), np.linspace(124, 131, 25), indexing="ij"))
    return search(
        Limits(satellites=(1, 5), planes=(1, 1)),
        points_at(lat, lon),
        Sensor(field=Cone(half_angle_deg=10.0)),
        Objective(),
        reference=MALLIGYONG,
        start=JD0,
        candidates=60,
        workers=1,
    )


# SOURCE: knowledge page "orbit-and-coverage", section 5, row of 10 degrees: looks a day, max gap h, mean wait h
@pytest.mark.parametrize(
    ("name", "looks_pday", "gap_h", "wait_h"),
    [
        ("same plane, 1", 0.20, 720, 115),
        ("same plane, 3", 0.54, 109, 28),
        ("spread planes, 3", 0.55, 526, 34),
        ("same plane, 5", 0.98, 720, 80),
        ("spread planes, 5", 0.98, 624, 25),
    ],
)
def test_naive_layouts_come_out_as_on_the_page(narrow, name, looks_pday, gap_h, wait_h):
    found = narrow.tried(narrow.names.index(name))
    assert (found.naive, found.layout.name) == (True, name)
    assert found.looks_pday == pytest.approx(looks_pday, abs=0.005)
    assert found.max_gap_s / units.HOUR == pytest.approx(gap_h, abs=0.5)
    assert found.mean_wait_s / units.HOUR == pytest.approx(wait_h, abs=0.5)


# SOURCE: the same, by day
@pytest.mark.parametrize(
    ("name", "looks_pday", "gap_h", "wait_h"),
    [
        ("same plane, 1", 0.10, 720, 200),
        ("same plane, 3", 0.27, 120, 47),
        ("spread planes, 3", 0.37, 609, 53),
        ("same plane, 5", 0.49, 720, 173),
        ("spread planes, 5", 0.52, 720, 57),
    ],
)
def test_naive_layouts_by_day_come_out_as_on_the_page(narrow, name, looks_pday, gap_h, wait_h):
    bench = Bench(replace(narrow.question, objective=Objective(min_sun_deg=10.0)))
    mean_wait_s, max_gap_s, _, looks, _ = bench.one(narrow.rows[narrow.names.index(name)])
    assert looks == pytest.approx(looks_pday, abs=0.006)
    assert max_gap_s / units.HOUR == pytest.approx(gap_h, abs=0.6)
    assert mean_wait_s / units.HOUR == pytest.approx(wait_h, abs=0.6)


def test_a_better_phasing_than_even_steps_is_found_in_the_same_plane(narrow):
    even, best = narrow.tried(narrow.names.index("same plane, 5")), narrow.best(5)
    assert best.layout.planes == 1 or best.naive
    in_plane = min(
        (narrow.tried(k) for k in np.flatnonzero((narrow.satellites == 5) & (narrow.rows[:, 1] == 1))),
        key=lambda one: one.mean_wait_s,
    )
    assert in_plane.mean_wait_s < 0.25 * even.mean_wait_s
    assert in_plane.max_gap_s < 0.25 * even.max_gap_s
    assert (tracks_of(narrow, even).distinct, tracks_of(narrow, in_plane).resonant) == (1, False)
    told = lesson(narrow, 5)
    assert "same plane, 5: mean wait 79.9 h, longest gap 720.0 h" in told
    assert "they see no more than 1 would, only sooner" in told


def test_a_value_is_that_of_the_accesses_themselves(whole):
    best = whole.best()
    seen = accesses(element_sets(best.layout), toys.POINTS, toys.SENSOR, toys.START, 3.0)
    gaps = gaps_of(seen.point, seen.start_s, seen.end_s, points=len(toys.POINTS), span_s=seen.span_s)
    told = pooled(gaps, percents=[90.0])
    # paths are fitted satellite by satellite here as there
    assert best.mean_wait_s == pytest.approx(told.mean_wait_s, rel=1e-9)
    assert best.max_gap_s == pytest.approx(told.max_gap_s, abs=1e-3)
    assert best.wait_s == pytest.approx(told.wait_s[0], rel=1e-9)
    assert best.looks_pday == pytest.approx(told.looks_pday)


def test_the_best_is_the_best(whole):
    waits = whole.values[:, 0]
    assert whole.best().mean_wait_s == waits.min()
    assert whole.best(2).mean_wait_s == waits[whole.satellites == 2].min()
    naive = whole.best(naive=True)
    assert naive.place < len(whole.names)
    assert whole.best().mean_wait_s <= naive.mean_wait_s
    assert whole.best().layout.name in whole.words()
    assert whole.best(7) is None


def test_closer_looks_pay():
    found = toy(candidates=400)
    drawn = len(found.names) + 240
    assert np.nanmin(found.rank[drawn:]) < np.nanmin(found.rank[:drawn])


def test_daylight_and_cloud_count_only_looks_that_are_clear_and_lit(whole):
    lit = toy(Objective(min_sun_deg=10.0), candidates=1)
    seen = accesses(element_sets(lit.tried(0).layout), toys.POINTS, toys.SENSOR, toys.START, 3.0)
    by_day = daylit(seen, 10.0)
    assert 0 < len(by_day) < len(seen)
    assert lit.values[0, 3] == pytest.approx(len(by_day) / 9 / 3.0)
    assert (lit.values[: len(lit.names), 0] > whole.values[: len(whole.names), 0]).all()
    climate = load_climatology("assumed-example")
    cloudy = toy(Objective(cloud=climate, statistic=Statistic.WAIT, percent=80.0), candidates=1)
    assert (cloudy.values[: len(cloudy.names), 3] < whole.values[: len(whole.names), 3]).all()
    assert np.isnan(cloudy.values[:, 1]).all()
    assert cloudy.best() is not None


@pytest.mark.parametrize("statistic", list(Statistic))
def test_every_statistic_can_be_the_objective(statistic):
    column = {s: k for k, s in enumerate(STATISTICS)}[statistic]
    values = np.random.default_rng(1).random((50, 5))
    values[7] = np.nan
    rank = ranks(values, Objective(statistic=statistic))
    ordered = values[np.argsort(rank)[:49], column]
    assert np.isnan(rank[7])
    assert (np.diff(ordered) <= 0).all() if statistic is Statistic.LOOKS else (np.diff(ordered) >= 0).all()


def test_the_best_of_a_fine_scan_is_found_by_fewer_tries():
    limits = Limits(satellites=(2, 2), planes=(1, 1))
    found = toy(limits=limits, candidates=150, days=5.0)
    row = found.rows[found.names.index("same plane, 2")]
    scan = np.tile(row, (720, 1))
    scan[:, SPACING] = np.arange(720) / 2.0
    waits = Bench(found.question).run(scan)[:, 0]
    in_plane = found.values[found.rows[:, PLANES] == 1, 0]
    # between steps of the scan the wait still changes a little
    assert waits.min() < 0.97 * waits[360]
    assert in_plane.min() < waits.min() + 0.01 * (waits.max() - waits.min())


@pytest.mark.parametrize("rows", [1, 7, 1_000])
def test_the_size_of_a_block_changes_no_bit(whole, monkeypatch, rows):
    monkeypatch.setattr(sys.modules[search.__module__], "BLOCK_ROWS", rows)
    assert same(toy(), whole)


def test_two_processes_change_no_bit(whole):
    assert same(toy(workers=2), whole)


def test_a_folder_changes_no_bit_and_is_taken_up_again(whole, tmp_path):
    first = toy(folder=tmp_path)
    again = toy(folder=tmp_path)
    assert same(first, whole)
    assert same(again, whole)
    assert (first.resumed, again.resumed) == (0, len(whole.rows))


def test_another_question_in_the_same_folder_is_refused(tmp_path):
    toy(folder=tmp_path, candidates=1)
    for change, words in (
        ({"seed": 2}, "seed is 1 there and 2 here"),
        ({"days": 4.0}, r"days is 3.0 there and 4.0 here"),
        ({"candidates": 2}, "candidates is 1 there and 2 here"),
        ({"points": points_at([34.0], [125.0])}, "points is 9, .* there and 1, "),
        ({"sensor": Sensor(field=Cone(half_angle_deg=21.0))}, "sensor is .*20.0.* here"),
    ):
        with pytest.raises(InputError, match=words):
            toy(**({"folder": tmp_path, "candidates": 1} | change))


def begun(folder, workers):
    """Return a search in a process of its own, under way, and the processes that work for it."""
    command = [sys.executable, str(HERE / "search_toy.py"), str(folder), str(workers)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while int(process.stdout.readline()) < 60:
        pass
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    return process, children


def test_a_killed_search_leaves_nobody_behind_goes_on_and_ends_alike(tmp_path):
    process, children = begun(tmp_path, 2)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(children) >= 2
    end_s = time.monotonic() + 20.0
    while any(alive(child) for child in children):
        assert time.monotonic() < end_s, "a process at work stayed behind"
        time.sleep(0.05)
    kept = (tmp_path / RESULTS).read_bytes()
    with (tmp_path / RESULTS).open("ab") as file:  # and half a line, had it come a moment later
        file.write(kept[: len(kept) // 20])
    resumed = toy(folder=tmp_path, candidates=300)
    assert BLOCK_ROWS < resumed.resumed < len(resumed.rows)
    assert same(resumed, toy(candidates=300))


def test_an_interrupted_search_says_what_is_kept(tmp_path):
    process, _ = begun(tmp_path, 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert err.rstrip().endswith(f"layouts are kept in {tmp_path}; the same search there goes on with them.")
    kept = sum(len(json.loads(line)["values"]) for line in (tmp_path / RESULTS).read_text("ascii").splitlines())
    assert f"\n{kept:,} layouts are kept" in err
    assert kept >= 60


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def test_progress_is_told_to_the_end(whole):
    told = []
    toy(say=lambda done, wanted, best: told.append((done, wanted, best)))
    assert [wanted for _, wanted, _ in told] == [len(whole.rows)] * len(told)
    assert [done for done, _, _ in told] == sorted({done for done, _, _ in told})
    assert told[-1] == (len(whole.rows), len(whole.rows), whole.best().mean_wait_s)
    assert all(later[2] <= sooner[2] for sooner, later in pairwise(told))


def test_satellites_that_fall_are_no_answer():
    falling = toys.ORBIT.__class__(
        epoch=toys.START, alt_m=250e3, inclination_deg=96.5, bstar=0.1, source="a very light body"
    )
    found = toy(reference=falling, limits=Limits(satellites=(2, 2)), days=20.0, candidates=4)
    assert found.fallen == len(found.rows)
    assert found.best() is None
    assert "UNKNOWN which is best" in found.words()
    assert "fall too soon" in found.words()
    higher = toy(
        reference=falling, limits=Limits(satellites=(2, 2), alt_m=(250e3, 2_000e3)), days=20.0, candidates=20, seed=3
    )
    assert 0 < higher.fallen < len(higher.rows)
    assert lesson(higher, 2).startswith("same plane, 2: falls before the 20 days are over.\n2 in ")


def test_a_region_that_is_never_lit_is_unknown():
    winter = toys.ORBIT.__class__(epoch=datetime(2024, 12, 20, tzinfo=UTC), alt_m=500e3, inclination_deg=97.4)
    found = toy(
        Objective(min_sun_deg=10.0), points=points_at([80.0], [0.0]), reference=winter, start=winter.epoch, candidates=4
    )
    assert found.best() is None
    assert (found.values[:, STATISTICS.index(Statistic.NEVER_SEEN)] == 1.0).all()
    assert "UNKNOWN" in found.words()
    assert lesson(found, 2) == "2 satellites: UNKNOWN, no layout of them sees a point."


def test_a_layout_off_its_place_spreads(whole):
    best = whole.best(3)
    steady = steadiness(whole, best, sigma_deg=0.0, sigma_alt_m=0.0, tries=3)
    assert steady.low == steady.high == pytest.approx(best.mean_wait_s, rel=1e-9)
    for off in ({"sigma_alt_m": 0.0}, {"sigma_deg": 0.0}):
        loose = steadiness(whole, best, **({"sigma_deg": 20.0, "sigma_alt_m": 5e3, "tries": 20} | off))
        assert loose.low < loose.high
        assert loose.high > best.mean_wait_s
    assert loose == steadiness(whole, best, sigma_deg=0.0, sigma_alt_m=5e3, tries=20)
    with pytest.raises(InputError, match="0 tries"):
        steadiness(whole, best, tries=0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"candidates": 0}, "candidates: 0"),
        ({"workers": 0}, "workers: 0"),
        ({"seed": -1}, "seed: -1"),
        ({"days": 0.0}, "days: 0"),
        ({"days": float("nan")}, "days: nan"),
        ({"start": datetime(2024, 6, 1)}, "time zone"),  # noqa: DTZ001
        ({"start": toys.START + timedelta(days=60)}, "days from the span"),
        ({"limits": Limits(alt_m=(500.0, 600.0))}, "in metres"),
        ({"limits": Limits(alt_m=(500e3, 7_000e3))}, "225 minutes"),
    ],
)
def test_questions_without_an_answer_are_refused(change, words):
    with pytest.raises(InputError, match=f"(?i){words}"):
        toy(**change)


@pytest.mark.parametrize(
    ("objective", "words"),
    [({"percent": 0.0}, "percent: 0"), ({"percent": 100.0}, "percent: 100")],
)
def test_objectives_that_are_none_are_refused(objective, words):
    with pytest.raises(InputError, match=words):
        Objective(**objective)


def test_a_longest_gap_under_cloud_is_refused():
    with pytest.raises(InputError, match="up to chance"):
        Objective(statistic=Statistic.MAX_GAP, cloud=load_climatology("assumed-example"))


def test_a_climatology_of_elsewhere_is_unknown_not_clear(tmp_path):
    path = tmp_path / "away.csv"
    rows = "\n".join(f"-40,20,{month},0.5" for month in range(1, 13))
    head = "# name = away\n# kind = assumed\n# source = assumed\nlat_deg,lon_deg,month,p_clear\n"
    path.write_text(f"{head}{rows}\n", encoding="utf-8")
    with pytest.raises(InputError, match="cloud: the sky is unknown"):
        toy(Objective(cloud=load_climatology(str(path))), candidates=1)

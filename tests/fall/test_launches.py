"""Flights as work for a campaign: the same tallies whatever the chunk, and a fingerprint of all that decides them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from typing import Any

import cloudpickle
import numpy as np
import pytest

from downrange.earth import air_table, load_site, load_wind
from downrange.fall import (
    Launch,
    Launches,
    Tally,
    grid_of,
    load_debris,
    load_tally,
    merged,
    same_tally,
    save_tally,
)
from downrange.fall.campaign import blocks_of
from downrange.fall.ensemble import land
from downrange.flight import Device, load_failures, load_spread, load_vehicle_and_plan

VEHICLE, PLAN = load_vehicle_and_plan("chollima-1")
LAUNCH = Launch(
    vehicle=VEHICLE,
    plan=PLAN,
    site=load_site("sohae-coastal"),
    failures=load_failures("assumed", 3),
    debris=load_debris("assumed-launcher"),
    spread=load_spread("assumed"),
    seed=1,
    wind=load_wind("assumed-westerly-jet"),
)
GRID = grid_of(10e3, LAUNCH.site.lat_deg)
WORK = Launches(launch=LAUNCH, grid=GRID)
FLIGHTS = 2_300


@cache
def tallies() -> tuple[Tally, ...]:
    return tuple(WORK.run(0, FLIGHTS))


@pytest.mark.parametrize("chunk", [333, 2_500, 1_000_000])
def test_any_chunk_gives_the_same_tallies(chunk: int) -> None:
    found = replace(WORK, chunk=chunk).run(0, FLIGHTS)
    assert len(found) == len(tallies()) == 3
    assert all(same_tally(a, b) for a, b in zip(found, tallies(), strict=True))


def test_each_block_is_its_own_flights_whoever_flies_it() -> None:
    spans = [(0, 1_000), (1_000, 1_000), (2_000, 300)]
    with ThreadPoolExecutor(2) as pool:
        apart = list(pool.map(lambda span: WORK.run(*span)[0], spans))
    assert all(same_tally(a, b) for a, b in zip(apart, tallies(), strict=True))
    assert [list(blocks_of(0, FLIGHTS))[i] for i in range(3)] == spans
    assert [int(tally.flights.sum()) for tally in apart] == [1_000, 1_000, 300]


def test_the_tally_counts_what_landed() -> None:
    total = tallies()[0]
    for tally in tallies()[1:]:
        total = WORK.merged(total, tally)
    whole = land(LAUNCH, 0, FLIGHTS)
    down = np.isfinite(whole.t_s)
    shape = (len(total.modes), len(total.bodies))
    for counts, rows in ((total.rows, np.full(len(down), fill_value=True)), (total.landed, down)):
        expected = np.zeros(shape, dtype=int)
        np.add.at(expected, (whole.mode[whole.flight[rows]], whole.body[rows]), 1)
        assert np.array_equal(counts, expected)
    assert np.array_equal(total.flights, np.bincount(whole.mode, minlength=shape[0]))
    assert total.harmful.sum() == whole.harmful.sum()
    assert same_tally(total, merged(merged(tallies()[2], tallies()[0]), tallies()[1]))


def test_a_state_comes_back_from_its_file_and_the_work_from_a_pickle(tmp_path) -> None:
    WORK.save(tallies()[0], tmp_path / "state.npz")
    assert same_tally(WORK.load(tmp_path / "state.npz"), tallies()[0])
    save_tally(tmp_path / "other.npz", tallies()[0])
    assert same_tally(load_tally(tmp_path / "other.npz"), tallies()[0])
    sent = cloudpickle.loads(cloudpickle.dumps(WORK))
    assert sent.fingerprint() == WORK.fingerprint()
    assert same_tally(sent.run(2_000, 300)[0], tallies()[2])


CHANGES: dict[str, dict[str, Any]] = {
    "seed": {"seed": 2},
    "vehicle": {"vehicle": replace(VEHICLE, payload_kg=VEHICLE.payload_kg + 1e-9)},
    "plan": {"plan": replace(PLAN, kick_deg=PLAN.kick_deg + 1e-12)},
    "site": {"site": load_site("sohae")},
    "failures": {"failures": replace(LAUNCH.failures, p=replace(LAUNCH.failures.p, value=0.4))},
    "debris": {"debris": replace(LAUNCH.debris, classes=LAUNCH.debris.classes[:-1])},
    "spread": {"spread": replace(LAUNCH.spread, thrust=0.011)},
    "wind": {"wind": None},
    "air": {"air": air_table() * 1.0},
    "without": {"without": ("wind",)},
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_decides_the_result_is_in_the_fingerprint(what: str) -> None:
    other = replace(WORK, launch=replace(LAUNCH, **CHANGES[what]))
    assert other.fingerprint() != WORK.fingerprint()
    named = {key for key, value in other.summary().items() if value != WORK.summary()[key]}
    assert named <= {what}
    if what not in {"vehicle", "debris", "spread"}:  # known by their names alone
        assert named == {what}


def test_grid_and_processor_are_in_the_fingerprint_and_chunks_are_not() -> None:
    coarse, device = replace(WORK, grid=grid_of(20e3, 39.0)), replace(WORK, device=Device.CUDA)
    assert len({WORK.fingerprint(), coarse.fingerprint(), device.fingerprint()}) == 3
    assert coarse.summary()["cells"] != WORK.summary()["cells"]
    assert device.summary()["processor"] != WORK.summary()["processor"]
    assert replace(WORK, chunk=7, device=Device.THREADS).fingerprint() == WORK.fingerprint()


def test_the_version_is_in_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = WORK.fingerprint()
    monkeypatch.setattr("downrange.__version__", "0.0.0")
    assert WORK.fingerprint() != before


def test_a_wind_of_another_spread_and_the_same_name_is_another_run() -> None:
    assert LAUNCH.wind is not None
    other = replace(LAUNCH.wind, covariance_m2ps2=LAUNCH.wind.covariance_m2ps2 * 1.01)
    assert replace(WORK, launch=replace(LAUNCH, wind=other)).fingerprint() != WORK.fingerprint()

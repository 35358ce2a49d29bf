"""Tallies: what is counted, and that dividing the work changes no bit."""

from __future__ import annotations

import pickle
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import ModelError
from downrange.fall import HARMFUL_J, Tally, empty_tally, grid_of, merged, same_tally, tally_of

GRID = grid_of(5_000.0, 34.0)
MODES, BODIES = ("nominal", "break-up"), ("stage 1", "fairing", "pieces")
ROWS = 600
FLIGHTS = 150


def rows(seed: int = 5, count: int = ROWS) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    lat = rng.normal(34.0, 1.0, count)
    lat[rng.random(count) < 0.1] = np.nan
    return {
        "mode": rng.integers(0, 2, count),
        "body": rng.integers(0, 3, count),
        "lat_deg": lat,
        "lon_deg": rng.normal(179.8, 1.0, count),
        "t_s": rng.uniform(0.0, 900.0, count),
        "speed_mps": rng.uniform(10.0, 300.0, count),
        "harmful": rng.random(count) < 0.5,
    }


def part(table: dict[str, Any], first: int, last: int) -> dict[str, Any]:
    return {name: column[first:last] for name, column in table.items()}


def whole() -> Tally:
    return tally_of(GRID, MODES, BODIES, [100, 50], **rows())


def test_each_impact_is_counted_once_where_it_lies() -> None:
    table, tally = rows(), whole()
    down = np.isfinite(table["lat_deg"])
    for m in range(2):
        for b in range(3):
            mine = (table["mode"] == m) & (table["body"] == b)
            cells, counts, harmful = tally.of(m, b)
            seen = GRID.cell_of(table["lat_deg"], table["lon_deg"])[mine & down]
            assert dict(zip(cells.tolist(), counts.tolist(), strict=True)) == {
                int(cell): int((seen == cell).sum()) for cell in np.unique(seen)
            }
            assert harmful.sum() == (table["harmful"] & mine & down).sum()
            assert tally.rows[m, b] == mine.sum()
            assert tally.landed[m, b] == (mine & down).sum()
            seconds, impacts = tally.seconds_of(m, b)
            assert np.repeat(seconds, impacts).tolist() == sorted(table["t_s"][mine & down].astype(int).tolist())
    assert tally.flights.tolist() == [100, 50]


@settings(max_examples=60)
@given(cuts=st.lists(st.integers(0, ROWS), max_size=8), backwards=st.booleans())
def test_any_division_into_blocks_gives_the_same_bits(cuts: list[int], *, backwards: bool) -> None:
    table, edges = rows(), [0, *sorted(cuts), ROWS]
    blocks = [
        tally_of(GRID, MODES, BODIES, [100, 50] if i == 0 else [0, 0], **part(table, first, last))
        for i, (first, last) in enumerate(pairwise(edges))
    ]
    total = empty_tally(GRID, MODES, BODIES)
    for block in reversed(blocks) if backwards else blocks:
        total = merged(total, block)
    assert same_tally(total, whole())


def test_grouping_of_merges_does_not_matter() -> None:
    a, b, c = (tally_of(GRID, MODES, BODIES, [1, 2], **rows(seed)) for seed in (1, 2, 3))
    assert same_tally(merged(merged(a, b), c), merged(a, merged(b, c)))


def test_a_tally_that_differs_anywhere_is_not_the_same() -> None:
    for change in ({"t_s": 1.0}, {"speed_mps": 1.0}, {"lat_deg": 1e-5}):
        table = rows()
        for name, by in change.items():
            table[name] = table[name] + by
        assert not same_tally(tally_of(GRID, MODES, BODIES, [100, 50], **table), whole())


def test_sums_stay_exact_far_beyond_63_bits() -> None:
    table = {name: np.repeat(column[:1], 1) for name, column in rows().items()} | {"lat_deg": np.array([1.0])}
    one = tally_of(GRID, MODES, BODIES, [1, 0], **table)
    m, b = int(table["mode"][0]), int(table["body"][0])
    many, times = one, 1
    for _ in range(30):
        many, times = merged(many, many), times * 2
    for which in range(one.sums.shape[2]):
        assert many.sum_of([m], b, which) == times * one.sum_of([m], b, which)
    assert many.sum_of([m], b, 3) > 2**63


def test_the_empty_block_changes_nothing() -> None:
    nothing = {name: column[:0] for name, column in rows().items()}
    assert same_tally(merged(whole(), tally_of(GRID, MODES, BODIES, [0, 0], **nothing)), whole())


def test_flights_that_drop_nothing_count_as_flights() -> None:
    never = {name: column[:3] for name, column in rows().items()} | {"lat_deg": np.full(3, np.nan)}
    tally = tally_of(GRID, MODES, BODIES, [7, 3], **never)
    assert tally.flights.tolist() == [7, 3]
    assert (tally.rows.sum(), tally.landed.sum(), len(tally.keys)) == (3, 0, 0)


def test_a_million_flights_of_eight_bodies_stay_small() -> None:
    # 1,000 blocks are alike in size; what grows is the number of occupied cells, at most those of the corridor:
    # 1,500 km by 300 km of 25 km2 cells, 18,000, for each of 16 pairs of mode and body; 24 bytes a cell.
    rng = np.random.default_rng(3)
    tally = empty_tally(GRID, MODES, tuple("abcdefgh"))
    for _ in range(20):
        count = 8_000
        block = rows(int(rng.integers(1 << 30)), count) | {
            "body": np.tile(np.arange(8), count // 8),
            "lat_deg": rng.uniform(20.0, 33.5, count),
            "lon_deg": rng.uniform(122.0, 125.0, count),
        }
        tally = merged(tally, tally_of(GRID, MODES, tuple("abcdefgh"), [500, 500], **block))
    sizes = sum(getattr(tally, name).nbytes for name in ("keys", "counts", "harmful", "times", "times_counts", "sums"))
    assert sizes < 24 * 16 * 18_000 + 16 * 16 * 900 + 100_000
    assert tally.landed.sum() == 160_000


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mode": 2}, "no name"),
        ({"body": -1}, "no name"),
        ({"t_s": -1.0}, "after lift-off"),
        ({"t_s": 1e9}, "after lift-off"),
        ({"lat_deg": 123.0}, "Is it a longitude"),
    ],
)
def test_rows_that_cannot_be_are_refused(change: dict[str, float], says: str) -> None:
    table = rows()
    for name, value in change.items():
        table[name] = table[name].copy()
        table[name][np.flatnonzero(np.isfinite(table["lat_deg"]))[0]] = value
    with pytest.raises(ModelError, match=says):
        tally_of(GRID, MODES, BODIES, [100, 50], **table)


@pytest.mark.parametrize("flights", [[1], [1, 2, 3], [1, -1]])
def test_flights_are_one_count_a_mode(flights: list[int]) -> None:
    with pytest.raises(ModelError, match="give 2 counts"):
        tally_of(GRID, MODES, BODIES, flights, **rows())


def test_columns_of_unlike_length_are_refused() -> None:
    with pytest.raises(ModelError, match="all of one length"):
        tally_of(GRID, MODES, BODIES, [1, 1], **rows() | {"t_s": np.zeros(3)})


def test_tallies_of_different_ensembles_do_not_add_up() -> None:
    for other in (
        empty_tally(grid_of(4_000.0), MODES, BODIES),
        empty_tally(GRID, MODES[::-1], BODIES),
        empty_tally(GRID, MODES, (*BODIES, "x")),
    ):
        with pytest.raises(ModelError, match="cannot be added"):
            merged(whole(), other)


@pytest.mark.parametrize("modes", [(), ("a", "a"), ("",)])
def test_names_are_needed_and_differ(modes: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match="each its own"):
        empty_tally(GRID, modes, BODIES)


def test_keys_never_overflow() -> None:
    with pytest.raises(ModelError, match="larger cells"):
        empty_tally(grid_of(30.0), tuple(f"m{i}" for i in range(4000)), tuple(f"b{i}" for i in range(4000)))


def test_the_least_harm_is_eleven_foot_pounds() -> None:
    # 14 CFR 417.107(c): 11 ft lbf; 1 ft lbf = 1.3558179483314004 J (NIST SP 811, appendix B.8)
    assert pytest.approx(11 * 1.3558179483314004) == HARMFUL_J


def test_a_tally_travels_between_processes() -> None:
    assert same_tally(pickle.loads(pickle.dumps(whole())), whole())  # noqa: S301 - our own bytes

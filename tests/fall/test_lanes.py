"""Lanes: many floats at once do what floats one by one do, bit for bit."""

from __future__ import annotations

import math
import operator

import numba
import numpy as np
import pytest

from downrange.base import Array
from downrange.fall._lanes import LANES, load, numbers_of, store, where

ODD = [0.0, -0.0, 1.5, -2.25, math.inf, -math.inf, math.nan, 1e-310]


def values(seed: int) -> Array:
    """Return a row of lanes, odd ones among them, in an order of their own."""
    rng = np.random.default_rng(seed)
    return rng.permutation(np.concatenate([ODD, rng.normal(0.0, 1e3, LANES - len(ODD))]))


TWO = {
    "add": numba.njit(lambda x, y: x + y, error_model="numpy"),
    "sub": numba.njit(lambda x, y: x - y, error_model="numpy"),
    "mul": numba.njit(lambda x, y: x * y, error_model="numpy"),
    "truediv": numba.njit(lambda x, y: x / y, error_model="numpy"),
    "min": numba.njit(lambda x, y: min(y, x), error_model="numpy"),
    "max": numba.njit(lambda x, y: max(y, x), error_model="numpy"),
    "number first": numba.njit(lambda x, _y: 2.5 - x, error_model="numpy"),
    "number last": numba.njit(lambda x, _y: x / 3, error_model="numpy"),
    "bound first": numba.njit(lambda x, _y: min(7.0, max(0.5, x)), error_model="numpy"),
    "neg": numba.njit(lambda x, _y: -x, error_model="numpy"),
    "sqrt": numba.njit(lambda x, _y: math.sqrt(x * x), error_model="numpy"),
    "whole": numba.njit(lambda x, _y: x - int(min(9.0, max(0.0, x))), error_model="numpy"),
}


@pytest.mark.parametrize("name", TWO)
def test_a_function_of_lanes_is_that_of_floats(name: str) -> None:
    function = TWO[name]

    @numba.njit(error_model="numpy")
    def many(rows: Array) -> None:
        store(rows, 2, function(load(rows, 0), load(rows, 1)))

    rows = np.stack([values(1), values(2), np.zeros(LANES)])
    many(rows)
    alone = np.array([function(x, y) for x, y in rows[:2].T])
    assert np.array_equal(rows[2], alone, equal_nan=True)
    assert np.array_equal(np.signbit(rows[2]), np.signbit(alone)) or name == "sub"
    assert not np.array_equal(rows[2], rows[0])


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt])
def test_a_comparison_answers_for_each_lane(compare: object) -> None:
    sign = {operator.lt: "<", operator.le: "<=", operator.gt: ">"}[compare]
    less = numba.njit({"<": lambda x, y: x < y, "<=": lambda x, y: x <= y, ">": lambda x, y: x > y}[sign])

    @numba.njit
    def many(rows: Array) -> int:
        bits = less(load(rows, 0), load(rows, 1))
        store(rows, 2, where(bits, 1.0, load(rows, 1)))
        return numbers_of(bits), numbers_of(~bits), numbers_of(bits & ~bits), numbers_of(bits | ~bits)

    rows = np.stack([values(1), values(2), np.zeros(LANES)])
    rows[1, 3] = rows[0, 3]
    yes, no, neither, either = many(rows)
    expected = [bool(less(x, y)) for x, y in rows[:2].T]
    assert [bool(yes >> lane & 1) for lane in range(LANES)] == expected
    assert (yes ^ no, neither, either) == ((1 << LANES) - 1, 0, (1 << LANES) - 1)
    assert np.array_equal(rows[2], np.where(expected, 1.0, rows[1]), equal_nan=True)
    assert any(expected)
    assert not all(expected)


def test_each_lane_reads_its_own_row_of_a_table() -> None:
    @numba.njit
    def many(rows: Array, table: Array, tables: Array, which: Array) -> None:
        i = int(load(rows, 0))
        store(rows, 1, table[i, 2])
        store(rows, 2, tables[load(which, 0), i, 1])
        store(rows, 3, tables[1, i, 3])

    rng = np.random.default_rng(3)
    table, tables = rng.normal(size=(40, 5)), rng.normal(size=(3, 40, 8))
    row, which = rng.integers(0, 40, LANES), rng.integers(0, 3, (1, LANES))
    rows = np.zeros((4, LANES))
    rows[0] = row + rng.uniform(0.0, 0.999, LANES)
    many(rows, table, tables, which)
    assert np.array_equal(rows[1], table[row, 2])
    assert np.array_equal(rows[2], tables[which[0], row, 1])
    assert np.array_equal(rows[3], tables[1, row, 3])

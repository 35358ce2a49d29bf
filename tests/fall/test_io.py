"""Fragments in and impacts out, as CSV: what cannot be is named by its line, as an editor counts."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.base import InputError
from downrange.fall import FRAGMENTS, IMPACTS, Impacts, impacts_csv, read_fragments

GOOD = "36.1,123.5,1000,0,0,0,200"
ROW = [36.1, 123.5, 1000.0, 0.0, 0.0, 0.0, 200.0]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "line 1"),
        ("lon_deg,lat_deg\n", "line 1"),
        (f"# a remark\n\n{FRAGMENTS.replace(',', ';')}\n", "line 3"),
        (f"{FRAGMENTS}\n", ""),
        (f"{FRAGMENTS}\n36.1,123.5,1000,0,0,0\n", "line 2"),
        (f"{FRAGMENTS}\n{GOOD},\n", "line 2"),
        (f"{FRAGMENTS}\n36.1,123.5,1000,0,0,0,heavy\n", "line 2"),
        (f"{FRAGMENTS}\n\n# a remark\n{GOOD}\n36.1,123.5,1000,0,0,0,-5\n", "line 5: beta_kgpm2"),
        (f"{FRAGMENTS}\n136.1,23.5,1000,0,0,0,200\n", "line 2: lat_deg"),
        (f"{FRAGMENTS}\n36.1,1e9,1000,0,0,0,200\n", "line 2: lon_deg"),
        (f"{FRAGMENTS}\n36.1,123.5,nan,0,0,0,200\n", "line 2: alt_m"),
        (f"{FRAGMENTS}\n36.1,123.5,-400,0,0,0,200\n", "line 2: alt_m"),
        (f"{FRAGMENTS}\n36.1,123.5,1000,0,inf,0,200\n", "line 2: v_north_mps"),
        (f"{FRAGMENTS}\n36.1,123.5,1000,0,0,1e300,200\n", "line 2: v_up_mps"),
    ],
)
def test_a_fragment_that_cannot_be_is_named_by_its_line(text: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read_fragments("mine.csv", text)
    assert (caught.value.where, caught.value.key) == ("mine.csv", key)


@pytest.mark.parametrize(
    "text",
    [
        f"{FRAGMENTS}\n{GOOD}",
        f"\ufeff{FRAGMENTS}\r\n{GOOD}\r\n",
        f"# remark\n{FRAGMENTS.replace(',', ', ')}\n\n  36.1 , 123.5,1000,0,0,0,200\n",
        '"' + FRAGMENTS.replace(",", '","') + f'"\n{GOOD}\n',
    ],
    ids=["plain", "as Windows writes it", "blanks", "quoted header"],
)
def test_a_table_is_read_as_people_save_it(text: str) -> None:
    assert read_fragments("mine.csv", text) == [ROW]


def test_a_long_wrong_line_is_not_repeated_whole() -> None:
    with pytest.raises(InputError) as caught:
        read_fragments("mine.csv", "x" * 100_000)
    assert len(str(caught.value)) < 400


def test_what_never_lands_is_an_empty_row() -> None:
    where, when = np.array([-33.5, np.nan]), np.array([12.345, np.nan])
    text = impacts_csv(Impacts(lat_deg=where, lon_deg=where, t_s=when, speed_mps=when))
    assert text == f"{IMPACTS}\n-33.500000,-33.500000,12.35,12.35\n,,,\n"

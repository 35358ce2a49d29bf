"""Wind files: the shipped one, a person's own, and what goes wrong in one."""

from __future__ import annotations

import math
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError, Kind
from downrange.earth import load_wind, wind_names

TEXT = (resources.files("downrange.earth") / "data" / "winds" / "assumed-westerly-jet.toml").read_text(encoding="utf-8")
MINE = """
name = "mine"
title = "Two levels"
[mean]
kind = "measured"
source = "sounding of the day"
heights_m = [0, 2000]
east_mps = [5, 10.5]
north_mps = [0, -3]
[spread]
kind = "derived"
source = "spread of the forecasts"
sigma_east_mps = [1, 2]
sigma_north_mps = [3, 4]
correlation_length_m = 2000
"""
SHORT = MINE[MINE.index("sigma_east_mps") :]
FULL = "covariance_m2ps2 = [[1, 1, 0, 0], [1, 4, 0, 0.5], [0, 0, 9, 2], [0, 0.5, 2, 16]]"


def written(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_shipped_wind_loads_under_its_own_name_and_says_that_it_is_assumed() -> None:
    assert "assumed-westerly-jet" in wind_names()
    for name in wind_names():
        wind = load_wind(name)
        assert wind.name == name
        assert wind.source.strip()
        assert wind.spread_source.strip()
        assert (wind.kind is Kind.ASSUMED) == name.startswith("assumed")


def test_the_assumed_jet_is_a_westerly_of_a_winter() -> None:
    wind = load_wind("assumed-westerly-jet")
    jet = wind.heights_m[(wind.east_mps == wind.east_mps[wind.heights_m < 20e3].max()).argmax()]
    assert 8e3 <= jet <= 14e3
    assert 30.0 <= wind.east_mps[wind.heights_m == jet][0] <= 70.0
    assert np.abs(wind.north_mps).max() < 10.0
    assert np.linalg.eigvalsh(wind.covariance_m2ps2)[0] > -1e-9


def test_a_persons_own_file(tmp_path: Path) -> None:
    wind = load_wind(written(tmp_path, MINE))
    assert (wind.name, wind.title, wind.kind, wind.spread_kind) == ("mine", "Two levels", Kind.MEASURED, Kind.DERIVED)
    assert (wind.source, wind.spread_source) == ("sounding of the day", "spread of the forecasts")
    assert wind.heights_m.tolist() == [0.0, 2000.0]
    assert (wind.east_mps.tolist(), wind.north_mps.tolist()) == ([5.0, 10.5], [0.0, -3.0])
    e = math.exp(-1.0)
    expected = [[1, 2 * e, 0, 0], [2 * e, 4, 0, 0], [0, 0, 9, 12 * e], [0, 0, 12 * e, 16]]
    assert wind.covariance_m2ps2 == pytest.approx(np.array(expected))


def test_a_covariance_may_be_given_in_full(tmp_path: Path) -> None:
    wind = load_wind(written(tmp_path, MINE.replace(SHORT, FULL)))
    assert wind.covariance_m2ps2.tolist() == [[1, 1, 0, 0], [1, 4, 0, 0.5], [0, 0, 9, 2], [0, 0.5, 2, 16]]


def test_a_wind_cannot_be_changed(tmp_path: Path) -> None:
    wind = load_wind(written(tmp_path, MINE))
    for values in (wind.heights_m, wind.east_mps, wind.north_mps, wind.covariance_m2ps2):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


def test_an_unknown_wind_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match=r"no wind 'jet'.*assumed-westerly-jet"):
        load_wind("jet")


@pytest.mark.parametrize(
    ("old", "new", "key", "told"),
    [
        ("east_mps = [5, 10.5]", "east_mps = [5, nan]", "mean.east_mps[1]", "a mark for missing data"),
        ("north_mps = [0, -3]", "north_mps = [0, -151]", "mean.north_mps[1]", "-151. Give m/s, at most 150"),
        ("north_mps = [0, -3]", "north_mps = [0, -inf]", "mean.north_mps[1]", "at most 150"),
        ("[0, 2000]", "[0, 0]", "mean.heights_m[1]", "rising heights in metres"),
        ("[0, 2000]", "[2000, 0]", "mean.heights_m[1]", "rising heights in metres"),
        ("[0, 2000]", "[-10, 2000]", "mean.heights_m[0]", "from 0 to 200000"),
        ("[0, 2000]", "[0, nan]", "mean.heights_m[1]", "rising"),
        ("[0, 2000]", "[0, 300000]", "mean.heights_m[1]", "from 0 to 200000"),
        ("[0, 2000]", "[]", "mean.heights_m", "at least one height"),
        ("[0, 2000]", "['ground', 2000]", "mean.heights_m[0]", "Expected float"),
        (
            "east_mps = [5, 10.5]",
            "east_mps = [5]",
            "mean.east_mps",
            "1 numbers for 2 heights. Give one number a height",
        ),
        ("north_mps = [0, -3]", "north_mps = [0, 1, 2]", "mean.north_mps", "3 numbers for 2 heights"),
        ("sigma_east_mps = [1, 2]", "sigma_east_mps = [1]", "spread.sigma_east_mps", "1 numbers for 2 heights"),
        ("[3, 4]", "[3, -4]", "spread.sigma_north_mps[1]", "one standard deviation in m/s"),
        ("[3, 4]", "[3, nan]", "spread.sigma_north_mps[1]", "one standard deviation"),
        ("length_m = 2000", "length_m = 0", "spread.correlation_length_m", "metres above 0"),
        ("length_m = 2000", "length_m = nan", "spread.correlation_length_m", "metres above 0"),
        ("length_m = 2000", "lenght_m = 2000", "spread.correlation_lenght_m", "Write correlation_length_m"),
        ("correlation_length_m = 2000", "", "spread", "zeros when it is sure"),
        ("correlation_length_m = 2000", FULL, "spread.covariance_m2ps2", "not both"),
        (SHORT, "covariance_m2ps2 = [[1, 0], [0, 1]]", "spread.covariance_m2ps2", "4 rows of 4 numbers"),
        (SHORT, FULL.replace("[1, 4,", "[0, 4,"), "spread.covariance_m2ps2", "not symmetric, by 1"),
        (SHORT, FULL.replace("[[1, 1", "[[0.1, 1"), "spread.covariance_m2ps2", "positive semi-definite"),
        (SHORT, FULL.replace("16]", "nan]"), "spread.covariance_m2ps2", "m^2/s^2, at most 150 squared"),
        ('source = "sounding of the day"', 'source = " "', "mean.source", "say 'assumed'"),
        ('kind = "derived"', 'kind = "guess"', "spread.kind", "guess"),
        ("[mean]", "[means]", "means", "Write mean"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_and_cure(tmp_path: Path, old: str, new: str, key: str, told: str) -> None:
    assert old in MINE
    with pytest.raises(InputError) as caught:
        load_wind(written(tmp_path, MINE.replace(old, new)))
    assert (caught.value.where, caught.value.key) == ("mine.toml", key)
    assert told in str(caught.value)


def test_the_shipped_file_shows_every_key(tmp_path: Path) -> None:
    for key in ("heights_m", "east_mps", "north_mps", "sigma_east_mps", "correlation_length_m", "covariance_m2ps2"):
        assert key in TEXT
    assert load_wind(written(tmp_path, TEXT)).heights_m.tolist() == load_wind("assumed-westerly-jet").heights_m.tolist()

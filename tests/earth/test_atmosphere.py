"""The air that kernels breathe against the standard it comes from."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import Array
from downrange.earth import _kernel as k
from downrange.earth import air_table, us76_below_86km
from downrange.earth.atmosphere import spline_table

US76 = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "authority" / "atmosphere_us76.py")))
WHOLE = Path(__file__).parents[2] / "../shared/verification/us76_1km.csv"


def densities(alt_m: Array) -> Array:
    return np.array([k.density(h, air_table()) for h in alt_m])


@pytest.mark.parametrize(("alt_m", "published"), US76.DENSITY)
def test_density_is_the_published_one(alt_m: float, published: float) -> None:
    assert k.density(alt_m, air_table()) == pytest.approx(published, rel=1e-4)


@pytest.mark.parametrize(("alt_m", "published"), US76.SOUND_MPS)
def test_sound_is_as_fast_as_published(alt_m: float, published: float) -> None:
    assert k.sound_speed(alt_m, air_table()) == pytest.approx(published, abs=1e-3)


def test_closed_form_and_table_join_at_86_km() -> None:
    _, _, closed = us76_below_86km(86e3)
    assert float(closed) == pytest.approx(k.density(86e3, air_table()), rel=1e-4)


def test_between_knots_the_spline_is_the_closed_form() -> None:
    alt_m = np.arange(-4_900.0, 85_500.0, 37.0)
    _, _, closed = us76_below_86km(alt_m)
    miss = np.abs(densities(alt_m) / closed - 1.0)
    assert miss.max() < 1e-3  # beside the breaks of the lapse rate, where the standard itself has a kink
    assert np.quantile(miss, 0.9) < 1e-5


def test_the_closed_form_takes_many_heights_as_one() -> None:
    alt_m = np.array([[-5e3, 0.0, 11e3], [20e3, 47.35e3, 86e3]])
    many = us76_below_86km(alt_m)
    for i in np.ndindex(alt_m.shape):
        assert [a[i] for a in many] == [float(a) for a in us76_below_86km(alt_m[i])]


def test_the_table_is_one_and_cannot_be_changed() -> None:
    assert air_table() is air_table()
    assert air_table().shape == (1279, 5)
    with pytest.raises(ValueError, match="read-only"):
        air_table()[0, 0] = 0.0


def test_a_straight_line_is_kept_by_the_spline() -> None:
    knots = np.concatenate([np.arange(-5e3, 86e3, 250.0), np.arange(86e3, 1_000_001.0, 1e3)])
    table = spline_table(knots, -knots / 7_200.0)
    assert [k.density(h, table) for h in (-5e3, 1.0, 85_999.0, 86_500.0, 1e6)] == pytest.approx(
        [np.exp(-h / 7_200.0) for h in (-5e3, 1.0, 85_999.0, 86_500.0, 1e6)], rel=1e-9
    )


@pytest.mark.skipif(not WHOLE.is_file(), reason="no ../shared/verification/us76_1km.csv")
def test_every_kilometre_of_the_standard() -> None:
    rows = np.loadtxt(WHOLE, delimiter=",", skiprows=1)
    assert len(rows) == 1001
    assert densities(rows[:, 0]) == pytest.approx(rows[:, 1], rel=1e-4)

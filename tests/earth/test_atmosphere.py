"""The air that kernels breathe against the standard it comes from."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

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
    breaks_m = 6_356_766.0 * np.array([11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
    breaks_m /= 6_356_766.0 - np.array([11e3, 20e3, 32e3, 47e3, 51e3, 71e3])
    away = (np.abs(alt_m[:, None] - breaks_m).min(axis=1) > 2_000.0) & (np.abs(alt_m) > 2_000.0) & (alt_m < 84e3)
    assert miss[away].max() < 1e-7


def test_density_is_positive_and_falls_with_height_everywhere() -> None:
    rho = densities(np.arange(-5_000.0, 1_000_000.0, 41.0))
    assert (rho > 0.0).all()
    assert (np.diff(rho) < 0.0).all()


def test_above_86_km_the_cubic_follows_the_logarithm() -> None:
    knots_m = np.arange(86e3, 1_000_001.0, 1e3)
    between_m = knots_m[5:-5] + 500.0  # away from 86 km, where 1 km and 250 m meet
    smooth = np.exp(CubicSpline(knots_m, np.log(densities(knots_m)))(between_m))
    miss = np.abs(densities(between_m) / smooth - 1.0)
    assert miss[between_m > 150e3].max() < 1e-5  # five digits are published
    assert miss.max() < 1e-4  # where the standard bends, 91 to 115 km


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


def test_an_exponential_is_kept_by_the_spline() -> None:
    knots = np.concatenate([np.arange(-5e3, 86e3, 250.0), np.arange(86e3, 1_000_001.0, 1e3)])
    table = spline_table(knots, -knots / 7_200.0)
    assert [k.density(h, table) for h in (-5e3, 1.0, 40_100.0, 85_500.0)] == pytest.approx(
        [np.exp(-h / 7_200.0) for h in (-5e3, 1.0, 40_100.0, 85_500.0)], rel=1e-8
    )
    assert [k.density(h, table) for h in (86_500.0, 200_300.0, 1e6)] == pytest.approx(
        [np.exp(-h / 7_200.0) for h in (86_500.0, 200_300.0, 1e6)], rel=3e-6
    )


@pytest.mark.skipif(not WHOLE.is_file(), reason="no ../shared/verification/us76_1km.csv")
def test_every_kilometre_of_the_standard() -> None:
    rows = np.loadtxt(WHOLE, delimiter=",", skiprows=1)
    assert len(rows) == 1001
    assert densities(rows[:, 0]) == pytest.approx(rows[:, 1], rel=1e-4)

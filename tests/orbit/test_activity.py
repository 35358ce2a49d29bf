import numpy as np
import pytest

from downrange.earth import air_table, us76_below_86km
from downrange.orbit.activity import DENSITIES, INDICES, Activity, activity_air

HEIGHTS_M = np.array([row[0] for row in DENSITIES])


def at(table, alt_m):
    return table[364 + (np.asarray(alt_m, dtype=int) - 86_000) // 1_000, 0]


@pytest.mark.parametrize("level", list(Activity))
def test_it_has_the_form_of_the_standard_table(level):
    table = activity_air(level)
    assert table.shape == air_table().shape
    assert not table.flags.writeable
    assert (table[:, 0] > 0.0).all()
    assert (np.diff(table[:, 0]) < 0.0).all()
    # rows join: value and slope at the end of one are those of the next
    ends = table[:-1, :4].sum(axis=1)
    assert ends == pytest.approx(table[1:, 0], rel=1e-9)
    assert table[100, 0] == pytest.approx(float(us76_below_86km(-5_000.0 + 100 * 250.0)[2]), rel=1e-12)


def test_it_passes_through_its_figures():
    for k, level in enumerate(Activity):
        assert at(activity_air(level), HEIGHTS_M) == pytest.approx([row[1 + k] for row in DENSITIES], rel=1e-9)


def test_the_standard_atmosphere_is_one_of_mean_activity():
    ratio = at(activity_air(Activity.MEAN), HEIGHTS_M) / at(air_table(), HEIGHTS_M)
    assert ratio.min() > 0.85
    assert ratio.max() < 1.6
    low, high = (at(activity_air(a), HEIGHTS_M) for a in (Activity.LOW, Activity.HIGH))
    above = HEIGHTS_M >= 120e3
    assert (low[above] < at(air_table(), HEIGHTS_M)[above]).all()
    assert (high[HEIGHTS_M >= 150e3] > at(air_table(), HEIGHTS_M)[HEIGHTS_M >= 150e3]).all()


@pytest.mark.parametrize("level", list(Activity))
def test_the_figures_are_those_of_the_model_averaged_over_globe_and_year(level):
    import pymsis

    rounding = 6e-4  # four digits are kept
    f107, ap = INDICES[level]
    chosen = slice(None, None, 7)
    months = np.array([f"2001-{month:02d}-15T12:00" for month in range(1, 13)], dtype="datetime64[m]")
    lat_deg = np.degrees(np.arcsin((np.arange(24) + 0.5) / 12.0 - 1.0))  # bands of equal area
    out = pymsis.calculate(
        months,
        np.arange(0.0, 360.0, 15.0),
        lat_deg,
        HEIGHTS_M[chosen] / 1e3,
        [f107] * 12,
        [f107] * 12,
        [[ap] * 7] * 12,
        version=0,
    )
    column = 1 + list(Activity).index(level)
    expected = [row[column] for row in DENSITIES][chosen]
    assert out[..., 0].astype(float).mean(axis=(0, 1, 2)) == pytest.approx(expected, rel=rounding)

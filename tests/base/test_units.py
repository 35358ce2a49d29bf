"""Units work one way: multiply to come in, divide to go out. Their values are in tests/authority/test_units.py."""

import math

import pytest

from downrange.base import units


@pytest.mark.parametrize(
    ("outside", "unit", "inside"),
    [
        (35_000.0, units.FOOT, 10_668.0),  # flight level 350
        (60.0, units.NAUTICAL_MILE, 111_120.0),  # a degree of latitude, nearly
        (180.0, units.DEGREE, math.pi),
        (1.0, units.KNOT * units.HOUR, 1_852.0),  # a knot is a nautical mile an hour
        (1.0, units.TONNE * units.STANDARD_GRAVITY / units.KILONEWTON, 9.80665),
        (24.0, units.HOUR, units.DAY),
        (60.0, units.MINUTE, units.HOUR),
    ],
)
def test_multiply_to_come_in_divide_to_go_out(outside, unit, inside):
    assert outside * unit == pytest.approx(inside, rel=1e-15)
    assert inside / unit == pytest.approx(outside, rel=1e-15)

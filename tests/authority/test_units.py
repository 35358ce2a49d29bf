"""Units against what their definers publish. A unit without a row here is an error."""

import math

import pytest

from downrange.base import units

SI8 = "SI Brochure, 8th edition (BIPM 2006)"
SP811 = "NIST Special Publication 811 (2008)"

PUBLISHED = [
    ("MINUTE", 60.0, f"{SI8}, table 6: 1 min = 60 s"),
    ("HOUR", 3600.0, f"{SI8}, table 6: 1 h = 3600 s"),
    ("DAY", 86400.0, f"{SI8}, table 6: 1 d = 86 400 s"),
    ("DEGREE", math.pi / 180.0, f"{SI8}, table 6: 1 degree = (pi/180) rad"),
    ("KILOMETRE", 1e3, f"{SI8}, table 5: kilo = 10^3"),
    ("NAUTICAL_MILE", 1852.0, f"{SI8}, table 8: 1852 m"),
    ("FOOT", 3.048e-1, f"{SP811}, appendix B.8: foot = 3.048 E-01 m, exact"),
    ("KNOT", 0.514444, f"{SP811}, appendix B.8: knot = 5.144444 E-01 m/s"),
    (
        "POUND",
        4.5359237e-1,
        f"{SP811}, appendix B.8: pound (avoirdupois) = 4.535 924 E-01 kg; exact value in its footnote",
    ),
    ("TONNE", 1e3, f"{SI8}, table 6: 1 t = 10^3 kg"),
    ("KILONEWTON", 1e3, f"{SI8}, table 5: kilo = 10^3"),
    ("STANDARD_GRAVITY", 9.80665, "3rd CGPM (1901), in appendix 1 of the SI Brochure: 980.665 cm/s2"),
]


@pytest.mark.parametrize(("name", "value", "source"), PUBLISHED, ids=[row[0] for row in PUBLISHED])
def test_a_unit_is_worth_what_is_published(name, value, source):
    digits = 1e-6 if name == "KNOT" else 1e-15  # the knot is published with seven digits, the others are exact
    assert getattr(units, name) == pytest.approx(value, rel=digits), source


def test_no_unit_arrives_without_a_source():
    assert {name for name in vars(units) if name.isupper()} == {name for name, _, _ in PUBLISHED}

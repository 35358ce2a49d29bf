"""Frames and sidereal time against the worked examples of a textbook.

SOURCE: Vallado, Fundamentals of Astrodynamics and Applications, 3rd edition: example 3-4 (Julian date), example 3-5
(sidereal time), example 3-14 and 3-15 with table 3-6 (6 April 2004, UT1 - UTC = -0.4399619 s, pole -0.140682", 0.333309").
TEME position: Vallado, Crawford, Hujsak, Kelso, AIAA 2006-6753, revision 2, appendix C.
"""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.base import gcrf_from_ecef, julian_pair, teme_from_ecef, wgs84

EXAMPLE = datetime(2004, 4, 6, 7, 51, 28, 386_009, tzinfo=UTC)
R_ECEF_M = np.array([-1033.4793830e3, 7901.2952754e3, 6380.3565958e3])
R_GCRF_M = np.array([5102.5089579e3, 6123.0114007e3, 6378.1369282e3])
R_TEME_M = np.array([5094.18016210e3, 6127.64465950e3, 6380.34453270e3])
UT1_MINUS_UTC_S = -0.4399619
POLE_X_RAD, POLE_Y_RAD = (math.radians(arcsec / 3600.0) for arcsec in (-0.140682, 0.333309))
TEXTBOOK_M = 0.5  # the example uses corrections of the pole that we leave out: 0.0002", 1 cm, and printed decimals


def with_earth_orientation(r_ecef_m: np.ndarray) -> np.ndarray:
    """Move a position to where our frame, without polar motion and with UT1 = UTC, has to see it."""
    polar = np.array([[1.0, 0.0, -POLE_X_RAD], [0.0, 1.0, POLE_Y_RAD], [POLE_X_RAD, -POLE_Y_RAD, 1.0]])
    turn = 1.002737811911354 * 2.0 * math.pi * UT1_MINUS_UTC_S / 86_400.0
    spin = np.array([[math.cos(turn), -math.sin(turn), 0.0], [math.sin(turn), math.cos(turn), 0.0], [0.0, 0.0, 1.0]])
    return spin @ polar @ r_ecef_m


def test_julian_date_of_a_published_moment():
    assert sum(julian_pair(datetime(1996, 10, 26, 14, 20, tzinfo=UTC))) == pytest.approx(2450383.09722222, abs=5e-9)


def test_sidereal_time_of_a_published_moment():
    rotation = teme_from_ecef(datetime(1992, 8, 20, 12, 14, tzinfo=UTC))
    angle_deg = math.degrees(math.atan2(rotation[1, 0], rotation[0, 0])) % 360.0
    assert angle_deg == pytest.approx(152.578787886, abs=1e-7)  # one double for the date is good for 1e-8 days of turn


@pytest.mark.parametrize(
    ("rotation", "expected"), [(gcrf_from_ecef, R_GCRF_M), (teme_from_ecef, R_TEME_M)], ids=["gcrf", "teme"]
)
def test_a_published_position(rotation, expected):
    seen = rotation(EXAMPLE) @ with_earth_orientation(R_ECEF_M)
    assert seen == pytest.approx(expected, abs=TEXTBOOK_M)


def test_leaving_out_earth_orientation_costs_what_the_docstring_says():
    error_m = float(np.linalg.norm(gcrf_from_ecef(EXAMPLE) @ R_ECEF_M - R_GCRF_M))
    spin_m = abs(UT1_MINUS_UTC_S) * wgs84.OMEGA_RADPS * math.hypot(*R_ECEF_M[:2])
    assert error_m == pytest.approx(spin_m, abs=20.0)  # the pole moves it by up to 17 m more
    assert spin_m < 420.0

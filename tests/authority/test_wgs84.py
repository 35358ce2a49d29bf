"""The Earth's constants against the documents that define them.

SOURCE: NIMA TR8350.2, 3rd edition (2000): table 3.1 (defining parameters), table 3.3 (derived geometric constants).
SOURCE: EGM96, NASA/TP-1998-206861: fully normalised zonal coefficients, tide-free.
"""

import math

import pytest

from downrange.base import wgs84
from downrange.earth import _kernel as earth_kernel
from downrange.fall import _kernel as fall_kernel
from downrange.flight import _kernel as flight_kernel
from downrange.track import _kernel as track_kernel

DEFINING = {"RE_M": 6378137.0, "FLATTENING": 1 / 298.257223563, "OMEGA_RADPS": 7292115.0e-11, "GM_M3PS2": 3986004.418e8}
DERIVED = {  # value and half a unit of the last digit printed
    "RP_M": (6356752.3142, 5e-5),
    "MEAN_RADIUS_M": (6371008.7714, 5e-5),
    "E2": (6.69437999014e-3, 5e-15),
    "EP2": (6.73949674228e-3, 5e-15),
}
EGM96 = {2: -0.484165371736e-3, 3: 0.957254173792e-6, 4: 0.539873863789e-6}


@pytest.mark.parametrize("name", DEFINING)
def test_defining_parameters_are_exact(name):
    assert getattr(wgs84, name) == DEFINING[name]


@pytest.mark.parametrize("name", DERIVED)
def test_derived_constants_have_every_printed_digit(name):
    value, half_digit = DERIVED[name]
    assert getattr(wgs84, name) == pytest.approx(value, abs=half_digit)


@pytest.mark.parametrize("degree", EGM96)
def test_zonal_harmonics_are_the_unnormalised_coefficients(degree):
    expected = -math.sqrt(2 * degree + 1) * EGM96[degree]
    assert getattr(wgs84, f"J{degree}") == pytest.approx(expected, rel=1e-11)  # twelve digits are published


def test_a_degree_is_that_of_the_mean_radius_to_the_metre():
    assert round(math.radians(wgs84.MEAN_RADIUS_M)) == wgs84.METRES_PER_DEGREE


def test_no_constant_arrives_without_a_source():
    names = {name for name in vars(wgs84) if name.isupper() and name != "TYPE_CHECKING"}
    assert names == DEFINING.keys() | DERIVED.keys() | {f"J{degree}" for degree in EGM96} | {"METRES_PER_DEGREE"}


KERNELS = {"earth": earth_kernel, "fall": fall_kernel, "flight": flight_kernel, "track": track_kernel}
COPIES = {"_RE_M": "RE_M", "_F": "FLATTENING", "_RP_M": "RP_M", "_E2": "E2", "_EP2": "EP2"}
COPIES |= {
    "_GM_M3PS2": "GM_M3PS2",
    "_GM": "GM_M3PS2",
    "_OMEGA_RADPS": "OMEGA_RADPS",
    "_OMEGA": "OMEGA_RADPS",
    "_J2": "J2",
}


@pytest.mark.parametrize(
    ("room", "private"), [(room, name) for room, kernel in KERNELS.items() for name in COPIES if hasattr(kernel, name)]
)
def test_kernels_carry_the_same_earth(room, private):
    assert getattr(KERNELS[room], private) == getattr(wgs84, COPIES[private])


@pytest.mark.parametrize("room", ["earth", "fall", "flight"])
def test_the_kernels_do_carry_them(room):
    assert hasattr(KERNELS[room], "_GM_M3PS2")

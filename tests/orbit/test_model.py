import dataclasses

import pytest

from downrange.base import InputError, ModelError
from downrange.orbit import read_tle
from downrange.orbit.model import sgp4_problem

FOUND = read_tle(
    "MALLIGYONG-1\n"
    "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991\n"
    "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329\n"
)[0]


@pytest.mark.parametrize(
    "change",
    [{"raan_deg": 47.0}, {"bstar": 0.0}, {"number": 58401}, {"epoch": FOUND.epoch.replace(hour=1)}, {"e": 0.0}],
)
def test_elements_changed_under_their_two_lines_are_refused(change):
    with pytest.raises(ModelError, match=r"MALLIGYONG-1 \(5840[01]\): the two lines say something else"):
        dataclasses.replace(FOUND, **change)
    changed, same = dataclasses.replace(FOUND, lines=None, **change).satellite(), FOUND.satellite()
    assert (changed.satnum, changed.sgp4(2_460_470.5, 0.0)[1]) != (same.satnum, same.sgp4(2_460_470.5, 0.0)[1])


def test_lines_that_are_none_are_refused_as_well():
    with pytest.raises(ModelError, match="the two lines say something else"):
        dataclasses.replace(FOUND, lines=("1", "2"))


def test_a_set_goes_by_its_name_and_number():
    assert FOUND.label == "MALLIGYONG-1 (58400)"
    bare = dataclasses.replace(FOUND, lines=None)
    assert dataclasses.replace(bare, name="").label == "58400"
    assert dataclasses.replace(bare, number=0).label == "MALLIGYONG-1"
    assert dataclasses.replace(bare, number=0, name="").label == "element set"


def test_the_propagator_carries_the_names_with_and_without_lines():
    for found in (FOUND, dataclasses.replace(FOUND, lines=None)):
        satellite = found.satellite()
        assert (satellite.satnum, satellite.intldesg, satellite.classification) == (58400, "23179A", "U")
        assert (satellite.elnum, satellite.revnum) == (999, 3032)
        assert satellite.ndot == pytest.approx(1.9940992721136603e-10, rel=1e-12)
        assert (satellite.jdsatepoch, satellite.jdsatepochF) == (2460468.5, pytest.approx(0.97159215, abs=1e-11))


def test_heights_are_those_that_catalogues_print():
    assert FOUND.a_m == pytest.approx(6_881.1e3, abs=300.0)
    assert FOUND.perigee_alt_m == pytest.approx(501.9e3, abs=300.0)
    assert FOUND.apogee_alt_m - FOUND.perigee_alt_m == pytest.approx(2.0 * FOUND.a_m * 0.0001572, rel=1e-6)


def test_every_error_of_sgp4_has_its_sentence():
    assert len({sgp4_problem(number) for number in (1, 2, 3, 4, 6)}) == 5
    assert sgp4_problem(9) == "error 9"


def test_a_number_out_of_range_is_refused_before_the_lines_are_looked_at():
    with pytest.raises(InputError, match=r"inclination_deg: 197\.4"):
        dataclasses.replace(FOUND, inclination_deg=197.4)

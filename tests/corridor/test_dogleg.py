from types import SimpleNamespace

import pytest

from downrange.base import InputError
from downrange.corridor import Target, dog_leg
from downrange.earth import destination


def circle(label, lat, lon, radius_m=10e3):
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


@pytest.mark.parametrize("lat", [-39.0, 39.0])
@pytest.mark.parametrize("lon", [-178.0, 124.0, 178.0])
@pytest.mark.parametrize("turn", [-40.0, 25.0])
def test_a_turn_that_was_flown_is_found_with_its_side(lat, lon, turn):
    pad = SimpleNamespace(name="pad", lat_deg=lat, lon_deg=lon, sigma_m=1_000.0)
    first = destination(lat, lon, 100.0, 600e3)
    straight = dog_leg(pad, [circle("one", *first)])
    second = destination(*first, straight.legs[0].arrival_deg + turn, 900e3)
    found = dog_leg(pad, [circle("two", *second), circle("one", *first)])
    assert [(leg.start, leg.end) for leg in found.legs] == [("pad", "one"), ("one", "two")]
    assert found.legs[0].course_deg == pytest.approx(100.0, abs=1e-6)
    assert found.legs[1].turn_deg == pytest.approx(turn, abs=1e-6)
    assert found.legs[1].turn_spread_deg == pytest.approx(2.3, abs=0.2)  # 11 km in 600 and 20 km in 900
    assert found.first_plane.labels == ("one",)
    assert ("left" if turn < 0 else "right") in found.sentence
    assert found.last_turn_deg is None


def test_a_turn_that_remains_brings_the_last_course_to_the_inclination():
    pad = SimpleNamespace(name="pad", lat_deg=34.0, lon_deg=-120.0, sigma_m=0.0)
    found = dog_leg(pad, [circle("one", 30.0, -119.0)], inclination_deg=97.4)
    # by hand: cos 97.4 / cos 30 = -0.1487, 7613 m/s of it less 403 m/s of the Earth: 1535 west, 7528 south, 191.53 deg
    assert found.last_turn_deg == pytest.approx(191.53 - found.legs[0].arrival_deg, abs=0.02)
    assert "must turn" in found.sentence


def test_the_same_area_twice_is_refused():
    pad = SimpleNamespace(name="pad", lat_deg=34.0, lon_deg=-120.0, sigma_m=0.0)
    with pytest.raises(InputError, match="same centre"):
        dog_leg(pad, [circle("one", 30.0, -119.0), circle("again", 30.0, -119.0)])
    with pytest.raises(InputError, match="no areas"):
        dog_leg(pad, [])


def test_areas_around_the_pad_are_no_legs():
    pad = SimpleNamespace(name="pad", lat_deg=34.0, lon_deg=-120.0, sigma_m=0.0)
    found = dog_leg(pad, [circle("home", 34.05, -120.0, 30e3), circle("one", 30.0, -119.0)])
    assert [(leg.start, leg.end) for leg in found.legs] == [("pad", "one")]


def test_an_orbit_that_stays_below_the_last_area_is_said_so():
    pad = SimpleNamespace(name="pad", lat_deg=34.0, lon_deg=-120.0, sigma_m=0.0)
    found = dog_leg(pad, [circle("one", 30.0, -119.0)], inclination_deg=20.0)
    assert found.last_turn_deg is None
    assert "an orbit of 20.0 deg never comes to the latitude of one" in found.sentence

"""Records refuse what cannot be."""

import dataclasses
from datetime import datetime

import pytest

from downrange.alert import NOBODY, Band, Event, Reference, people_of
from downrange.base import KST, InputError


def test_bands_add_end_by_end():
    assert Band(low=1.0, best=2.0, high=4.0) + Band(low=10.0, best=20.0, high=40.0) == Band(
        low=11.0, best=22.0, high=44.0
    )
    assert NOBODY + NOBODY == NOBODY


@pytest.mark.parametrize(("low", "best", "high"), [(2, 1, 3), (1, 3, 2), (-1, 0, 1), (float("nan"), 1, 2)])
def test_a_band_out_of_order_is_refused(low, best, high):
    with pytest.raises(InputError, match="not in order"):
        Band(low=low, best=best, high=high)


def test_a_lift_off_without_zone_is_refused():
    with pytest.raises(InputError, match="no time zone"):
        Event(code="x", t0=datetime(2023, 5, 31, 6, 27), origin={})  # noqa: DTZ001


def test_a_place_with_half_a_band_is_unknown(place):
    assert people_of(place("1", 37.0, 125.0, people=(90, 100, None))) is None
    assert people_of(place("1", 37.0, 125.0)) == Band(low=90.0, best=100.0, high=110.0)


def test_a_reference_is_the_cap_triple():
    one = Reference(sender="a@b", identifier="x.1", sent="2023-05-31T06:28:10+09:00", expires=datetime.now(KST))
    assert str(one) == "a@b,x.1,2023-05-31T06:28:10+09:00"
    assert str(dataclasses.replace(one, identifier="x.2")).split(",")[1] == "x.2"

"""Places behind the vehicle, on meridians where a degree is 111 km."""

import numpy as np
import pytest

from downrange.alert import passed_by
from downrange.base import InputError


def test_a_place_is_passed_when_the_vehicle_is_clear_of_it_on_the_far_side(place):
    islet = place("1", 38.0, 125.0)
    track = np.linspace(39.7, 34.0, 200)
    seen = [bool(passed_by([islet], track[:n], np.full(n, 124.6), clear_m=30e3)) for n in range(1, 201)]
    first = seen.index(True)
    assert seen == [False] * first + [True] * (200 - first)
    # 35 km aside and s metres beyond: sqrt(35^2 + s^2) - 35 = 30 km gives s = 54.8 km, or 0.494 deg
    assert track[first] == pytest.approx(38.0 - 0.494, abs=0.04)


def test_only_what_lies_behind_counts(place):
    islets = [place("N", 38.0, 125.0), place("S", 25.0, 125.3)]
    assert passed_by(islets, np.linspace(39.7, 30.0, 100), np.full(100, 124.6), clear_m=30e3) == {"N"}


def test_no_track_is_no_passage(place):
    assert passed_by([place("N", 38.0, 125.0)], [], [], clear_m=30e3) == frozenset()
    with pytest.raises(InputError, match="ground track"):
        passed_by([], [1.0], [1.0, 2.0], clear_m=30e3)
    with pytest.raises(InputError, match="finite"):
        passed_by([], [np.nan], [1.0], clear_m=30e3)

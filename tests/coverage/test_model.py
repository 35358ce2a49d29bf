"""What is refused at the door of coverage, and how it is said."""

import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage import Agility, Cone, Rectangle, Sensor, points_at

WRONG = {
    "no angle": (lambda: Cone(half_angle_deg=0.0), "half_angle_deg: 0. Give the half angle"),
    "more than half the sky": (lambda: Cone(half_angle_deg=91.0), "half_angle_deg: 91"),
    "not a number": (lambda: Cone(half_angle_deg=float("nan")), "half_angle_deg: nan"),
    "aimed up": (lambda: Cone(half_angle_deg=5.0, roll_deg=120.0), "roll_deg: 120"),
    "a flat rectangle": (lambda: Rectangle(along_deg=0.0, across_deg=3.0), "along_deg: 0"),
    "a turn backwards": (lambda: Agility(roll_deg=-3.0, pitch_deg=0.0), "agility: roll_deg: -3"),
    "through the Earth": (
        lambda: Sensor(field=Cone(half_angle_deg=35.0), min_elevation_deg=-5.0),
        "cannot be seen through",
    ),
    "a sun over the zenith": (
        lambda: Sensor(field=Cone(half_angle_deg=35.0), min_sun_elevation_deg=95.0),
        "min_sun_elevation_deg: 95",
    ),
    "no points": (lambda: points_at([], []), "points: none"),
    "latitude and longitude exchanged": (lambda: points_at([125.7], [39.0]), "lat_deg: 125.7 at point 0"),
    "a point without a number": (lambda: points_at([39.0, np.nan], [125.0, 126.0]), "lat_deg: nan at point 1"),
    "arrays that do not fit": (lambda: points_at([39.0, 40.0], [125.0, 126.0, 127.0]), "arrays of shapes"),
    "a negative area": (lambda: points_at([39.0], [125.0], area_m2=-1.0), "area_m2: -1"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_makes_no_sense_is_refused_in_words(what):
    make, words = WRONG[what]
    with pytest.raises(InputError) as told:
        make()
    assert words in str(told.value)


def test_points_take_one_height_for_all():
    points = points_at([1.0, 2.0], [3.0, 4.0], alt_m=50.0)
    assert points.alt_m.tolist() == [50.0, 50.0]
    assert points.area_m2.tolist() == [1.0, 1.0]
    assert len(points) == 2

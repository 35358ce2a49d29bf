from __future__ import annotations

import math
from types import SimpleNamespace

import pytest

from downrange.corridor import AreaKind, Basis, Target, launch_names, leave_one_out, load_launch
from downrange.earth import destination, load_site

PAD = SimpleNamespace(name="pad", lat_deg=34.0, lon_deg=-120.0, sigma_m=0.0)


def at(label, azimuth_deg, range_m, radius_m=20e3):
    lat, lon = destination(PAD.lat_deg, PAD.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def test_areas_in_line_predict_each_other():
    found = leave_one_out(PAD, [at("b", 178.0, 1_000e3), at("c", 178.5, 2_000e3, 40e3), at("a", 177.5, 500e3)])
    assert [one.label for one in found] == ["a", "b", "c"]
    for one in found:
        assert one.basis is Basis.ONE_PLANE
        assert one.course_low_deg <= one.course_deg <= one.course_high_deg
        assert one.inside
        assert abs(one.miss_m) < one.half_m + one.spread_m


def test_an_area_off_the_course_of_the_others_is_missed_with_its_side():
    found = leave_one_out(PAD, [at("a", 178.0, 500e3), at("b", 178.0, 1_000e3), at("c", 195.0, 2_500e3, 40e3)])
    last = found[2]
    assert last.basis is Basis.ONE_PLANE
    assert not last.inside
    assert last.miss_m > last.half_m + last.spread_m  # to the right
    assert last.miss_m == pytest.approx(2_500e3 * math.radians(17.0), rel=0.15)
    assert found[0].basis is Basis.DOG_LEG  # the two that are left turn


def test_one_area_is_predicted_by_nothing():
    (only,) = leave_one_out(PAD, [at("a", 178.0, 500e3)])
    assert only.basis is Basis.NOTHING
    assert math.isnan(only.miss_m)
    assert not only.inside


def test_an_area_between_two_courses_is_looked_for_between_them():
    areas = [at("a", 195.0, 400e3, 10e3), at("b", 185.0, 1_200e3, 10e3), at("c", 170.0, 2_500e3, 20e3)]
    middle = leave_one_out(PAD, areas)[1]
    assert middle.basis is Basis.DOG_LEG
    assert 167.0 < middle.course_low_deg < 172.0
    assert 180.0 < middle.course_deg < 190.0
    assert 193.0 < middle.course_high_deg < 197.0
    assert middle.inside


@pytest.mark.parametrize("name", launch_names())
def test_hidden_areas_of_real_launches_lie_where_the_others_say_unless_the_flight_turned(name):
    launch = load_launch(name)
    areas = [area for area in launch.areas if area.kind is not AreaKind.DISPOSAL]
    found = leave_one_out(load_site(launch.site), areas)
    assert len(found) >= 2
    turned = {one.label for one in found if not one.inside}
    # area C of 2023 and 2024 lies 1,100 km east of the plane that areas A and B show
    assert turned == ({"C"} if launch.site == "sohae-coastal" else set())

"""Planes and dog-legs behind the areas of real launches, and what is known of those flights from elsewhere.

SOURCE areas: the files in src/downrange/corridor/data/launches, each corner with its source; the printed figures of
some are repeated here in degrees, minutes and seconds and must agree to a second of arc.
SOURCE Saturn V AS-506 (Apollo 11): flight azimuth 72.058 deg, S-IC down at 30.212 N 74.038 W, S-II at 31.535 N 34.844 W,
NASA SP-2000-4029; from memory, and consistent with its ranges of 357.1 and 2371.8 nautical miles from the pad.
SOURCE inclinations: Malligyong-1 97.4 deg (The Space Review 4753); sun-synchronous orbits at 300 to 800 km 96.7 to 98.6
deg (any textbook); Unha-2 claimed 40.6 deg (KCNA); orbits of Plesetsk launches to the east 62.8 deg (Molniya, GCAT).
"""

from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import east_of
from downrange.corridor import Target, Verdict, azimuth_for, explain, load_launch, one_plane, planes
from downrange.earth import load_site, range_azimuth

A_SECOND_DEG = 1.0 / 3600.0
NAUTICAL_MILE_M = 1_852.0


def explained(name, *, inclination_deg=None, kinds=("announced", "derived")):
    launch = load_launch(name)
    areas = [area for area in launch.areas if area.kind in kinds]
    return explain(load_site(launch.site), areas, inclination_deg=inclination_deg)


@pytest.mark.parametrize(
    ("name", "label", "printed"),
    [
        ("2009-04-05", "1", [(40, 41, 44, 135, 34, 45), (40, 27, 22, 138, 30, 40)]),
        ("2009-04-05", "2", [(34, 35, 42, 164, 40, 42), (31, 22, 22, 172, 18, 36)]),
        ("2012-12-12", "1", [(35, 44, 6, 124, 30, 30), (35, 44, 7, 124, 54, 23)]),
        ("2016-02-07", "1", [(36, 4, 0, 124, 30, 0)]),
        ("2023-11-21", "C", [(14, 54, 10, 128, 40, 6), (15, 1, 42, 129, 24, 3)]),
        ("plesetsk-2026-04", "G", [(76, 22, 0, 21, 55, 0), (75, 24, 0, 24, 43, 0)]),
        ("plesetsk-2026-07", "1", [(62, 55, 0, 47, 0, 0), (62, 50, 0, 48, 50, 0)]),
    ],
)
def test_the_corners_of_the_files_are_those_printed(name, label, printed):
    area = next(area for area in load_launch(name).areas if area.label == label)
    for i, (lat_d, lat_m, lat_s, lon_d, lon_m, lon_s) in enumerate(printed):
        assert area.lat_deg[i] == pytest.approx(lat_d + lat_m / 60 + lat_s / 3600, abs=A_SECOND_DEG / 2)
        assert area.lon_deg[i] == pytest.approx(lon_d + lon_m / 60 + lon_s / 3600, abs=A_SECOND_DEG / 2)


def test_2009_is_one_plane_near_azimuth_92_and_due_east_once_the_earth_turns():
    found = explained("2009-04-05")
    assert found.verdict is Verdict.ONE_PLANE
    assert found.plane.azimuth_deg == pytest.approx(92.0, abs=0.5)
    one, two = found.planes
    # the two areas lie 1.6 deg apart on the map; the flight's own course differs by less, and is due east within its doubt
    assert abs(east_of(one.course_mid_deg, two.course_mid_deg)) < abs(east_of(one.azimuth_mid_deg, two.azimuth_mid_deg))
    assert found.plane.turning.low_deg < 90.5 < found.plane.turning.high_deg
    assert found.plane.inclination_deg == pytest.approx(40.6, abs=0.4)


def test_2023_is_no_single_plane_but_a_dog_leg_and_97_4_deg_needs_a_last_turn():
    found = explained("2023-11-21", inclination_deg=97.4)
    assert found.verdict is Verdict.DOG_LEG
    assert not found.plane.accepted
    assert min(np.abs(found.plane.turning.residual_m) / found.plane.turning.tolerance_m) > 2.0
    assert found.dog_leg.first_plane.labels == ("A", "B")
    a, b, c = found.planes
    direct = azimuth_for(load_site("sohae-coastal"), 97.4)
    assert a.course_low_deg < direct < a.course_high_deg  # A lies on the way to the orbit
    assert b.course_low_deg - 0.5 < direct < b.course_high_deg + 0.5  # B but for half a degree
    assert c.inclination_high_deg < 82.0  # C alone would be an orbit of 79.5 deg
    assert found.dog_leg.last_turn_deg is not None
    assert 18.0 < found.dog_leg.last_turn_deg < 30.0
    assert "what flies on from there must turn about 23 deg to the right" in found.sentence


def test_the_first_area_of_december_2012_gives_a_direction_and_no_more():
    launch = load_launch("2012-12-12")
    first = [area for area in launch.areas if area.label == "1"]
    fit = one_plane(load_site(launch.site), first)
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(179.9, abs=0.3)
    assert 5.0 < east_of(fit.turning.low_deg, fit.turning.high_deg) < 8.0
    assert fit.inclination_low_deg < 85.0
    assert fit.inclination_high_deg > 89.0
    assert fit.inclination_high_deg < 97.4  # the orbit reached: what the one area says of inclination is wrong
    assert "One area gives a direction and no more" in fit.sentence


@pytest.mark.parametrize("name", ["2012-12-12", "2016-02-07"])
def test_the_flights_of_2012_and_2016_flew_south_and_turned_late(name):
    found = explained(name, inclination_deg=97.4)
    assert found.verdict is Verdict.ONE_PLANE
    assert found.plane.inclination_high_deg < 97.4
    assert "must turn about 11 deg to the right" in found.sentence


def test_the_stages_of_apollo_11_fell_on_one_plane_near_the_flight_azimuth():
    pad = load_site("lc-39a")
    fell = [("S-IC", 30.212, -74.038, 357.1), ("S-II", 31.535, -34.844, 2371.8)]
    areas = []
    for name, lat, lon, published in fell:
        assert range_azimuth(pad.lat_deg, pad.lon_deg, lat, lon)[0] / NAUTICAL_MILE_M == pytest.approx(
            published, abs=0.5
        )
        areas.append(Target(label=name, lat_deg=(lat,), lon_deg=(lon,), radius_m=2e3))
    for one, drawn_off in zip(planes(pad, areas), (0.76, 2.02), strict=True):
        assert one.azimuth_mid_deg - 72.058 == pytest.approx(drawn_off, abs=0.02)
        assert abs(one.course_mid_deg - 72.058) < 0.6  # the second stage steered for a plane of its own
        assert abs(one.course_mid_deg - 72.058) < 0.35 * drawn_off
    assert one_plane(pad, areas).accepted
    assert one_plane(pad, areas).inclination_deg == pytest.approx(32.5, abs=0.3)


def test_the_norwegian_areas_of_april_2026_are_a_sun_synchronous_launch_only_when_the_earth_turns():
    found = explained("plesetsk-2026-04")
    assert found.verdict is Verdict.ONE_PLANE
    assert found.plane.low_deg == found.plane.high_deg  # no great circle of the map holds all three
    assert 96.7 < found.plane.inclination_deg < 98.6


def test_the_russian_area_of_the_same_days_belongs_to_another_launch():
    launch = load_launch("plesetsk-2026-04")
    other = Target(
        label="Q3528/26",
        lat_deg=(65.8, 65.75, 65.783333, 65.916667, 66.116667, 66.316667, 66.383333, 66.383333, 66.25),
        lon_deg=(43.166667, 42.5, 42.416667, 42.216667, 42.25, 42.5, 42.916667, 43.166667, 43.466667),
    )
    site = load_site(launch.site)
    (alone,) = planes(site, [other])
    assert alone.inclination_high_deg < 85.0  # a launch toward 82 deg
    assert not one_plane(site, [*launch.areas, other]).accepted


def test_the_areas_of_july_2026_are_an_eastward_launch_and_the_far_one_says_nothing():
    found = explained("plesetsk-2026-07")
    assert found.verdict is Verdict.ONE_PLANE
    assert [one.informs for one in found.planes] == [True, True, False]
    assert found.plane.labels == ("1", "2")
    assert found.plane.inclination_deg == pytest.approx(62.8, abs=0.3)


def test_the_pacific_area_of_andoya_is_left_out_and_the_others_are_a_polar_launch():
    found = explained("andoya-2026-01", kinds=("announced", "near-pad", "disposal"))
    assert found.verdict is Verdict.ONE_PLANE
    assert found.plane.labels == ("B", "C")
    assert found.plane.inclination_low_deg < 97.4 < found.plane.inclination_high_deg


def test_the_wrong_site_is_no_flight_or_refused():
    areas = load_launch("2023-11-21").areas
    assert explain(load_site("tanegashima"), areas).verdict is Verdict.NONE
    pad = SimpleNamespace(name="x", lat_deg=-39.26, lon_deg=177.86, sigma_m=0.0)
    assert range_azimuth(pad.lat_deg, pad.lon_deg, 13.2, 129.3)[0] > 7_000e3

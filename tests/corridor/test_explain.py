from __future__ import annotations

from types import SimpleNamespace

import pytest

from downrange.corridor import Target, Verdict, explain
from downrange.corridor.explain import MOST_TURN_DEG
from downrange.earth import destination

PAD = SimpleNamespace(name="pad", lat_deg=34.0, lon_deg=-120.0, sigma_m=0.0)


def at(label, azimuth_deg, range_m, radius_m=20e3):
    lat, lon = destination(PAD.lat_deg, PAD.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def test_areas_in_line_are_one_plane_in_whatever_order():
    found = explain(PAD, [at("far", 178.0, 1_500e3, 40e3), at("near", 178.0, 500e3)])
    assert found.verdict is Verdict.ONE_PLANE
    assert [one.label for one in found.planes] == ["near", "far"]
    assert found.sentence == found.plane.sentence


@pytest.mark.parametrize(("azimuth", "side"), [(205.0, "right"), (150.0, "left")])
def test_a_turn_a_launcher_can_fly_is_a_dog_leg(azimuth, side):
    found = explain(PAD, [at("near", 178.0, 500e3), at("far", azimuth, 2_500e3, 40e3)], inclination_deg=97.4)
    assert found.verdict is Verdict.DOG_LEG
    assert "A dog-leg does" in found.sentence
    assert f"to the {side}" in found.dog_leg.sentence
    assert "must turn" in found.sentence
    assert found.dog_leg.last_turn_deg is not None


@pytest.mark.parametrize("azimuth", [60.0, 300.0, 358.0])
def test_areas_in_directions_that_contradict_are_no_flight(azimuth):
    found = explain(PAD, [at("near", 178.0, 500e3), at("far", azimuth, 1_500e3, 40e3)])
    assert found.verdict is Verdict.NONE
    assert found.sentence.startswith("No single flight explains these areas.")
    assert "half-widths" in found.sentence
    assert f"more than about {MOST_TURN_DEG:.0f}" in found.sentence


def test_an_orbit_that_no_direct_ascent_reaches_is_said_so():
    found = explain(PAD, [at("one", 95.0, 500e3), at("two", 96.0, 2_500e3, 90e3)], inclination_deg=20.0)
    assert found.verdict is Verdict.ONE_PLANE
    assert "No direct ascent from pad reaches 20.0 deg" in found.sentence


def test_an_orbit_along_the_areas_needs_no_turn():
    found = explain(PAD, [at("one", 178.0, 500e3)], inclination_deg=87.0)
    assert found.sentence.endswith("as the areas say.")


def test_an_area_most_of_an_orbit_away_is_left_out_and_said_to_be():
    near, far = at("near", 178.0, 500e3), at("far", 200.0, 11_000e3, 300e3)
    found = explain(PAD, [far, near])
    assert found.verdict is Verdict.ONE_PLANE
    assert found.plane.labels == ("near",)
    assert [one.label for one in found.planes] == ["near", "far"]
    assert "far begins 10,7" in found.sentence
    assert "left out" in found.sentence

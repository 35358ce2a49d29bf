"""Announced areas: drawn ones and reference points, each label once, distances along the ellipsoid."""

from __future__ import annotations

import msgspec
import pytest
import shapely

from downrange.base import InputError
from downrange.notice import Notice, read
from downrange.replay import load_scenario
from downrange.replay.areas import announced_areas, distance_to_m, edge_points


def notices_of(name: str) -> tuple[Notice, ...]:
    scenario = load_scenario(name)
    return tuple(one for restated in scenario.notices for one in read(restated.text, source=restated.source))


def test_two_notices_of_one_area_give_it_once() -> None:
    notices = notices_of("2023-08-24")
    assert len(notices) == 2
    assert [area.label for area in announced_areas(load_scenario("2023-08-24"), notices)] == ["A", "B", "C"]


def test_how_an_area_is_known_is_part_of_it() -> None:
    a, b, c = announced_areas(load_scenario("2023-05-31"), notices_of("2023-05-31"))
    assert (a.known_by, b.known_by, c.known_by) == ("reference point", "reference point", "polygon")
    assert "not announced vertices" in a.derivation
    assert (a.shape, c.shape) == ("circle", "polygon")
    assert c.radius_m is None
    assert c.holds(13.1751, 129.2903)  # its centre
    assert a.holds(*a.centre())


def test_a_notice_without_coordinates_is_refused_with_its_key() -> None:
    scenario = load_scenario("2023-05-31")
    empty = msgspec.structs.replace(
        scenario.notices[0], text="NAVAREA XI.\n1. ROCKET LAUNCHING\n301500Z MAY TO 101500Z JUN 23."
    )
    bare = msgspec.structs.replace(scenario, notices=(empty,))
    with pytest.raises(InputError) as caught:
        announced_areas(bare, read(empty.text, source="test"))
    assert caught.value.key == "notices[0]"
    assert "Write the corners" in str(caught.value)


def test_distance_is_zero_inside_and_geodesic_outside() -> None:
    square = shapely.box(124.0, 36.0, 125.0, 37.0)
    assert distance_to_m(square, 36.5, 124.5) == 0.0
    # one degree of latitude on WGS 84 near 37.5 N: 110.99 km (meridian arc, e.g. NGA TR8350.2)
    assert distance_to_m(square, 38.0, 124.5) == pytest.approx(110_990.0, rel=2e-3)


def test_a_point_is_its_own_edge() -> None:
    assert edge_points(shapely.Point(124.0, 36.0)).tolist() == [[124.0, 36.0]]

"""What is known of a launch, put together: areas sorted, joined, named, and the far ones left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely

from downrange.base import InputError
from downrange.corridor import (
    FallsThere,
    KnownOrbit,
    Target,
    case_of,
    launch_case,
    launch_names,
    load_launch,
    load_outline,
    ranges,
)
from downrange.corridor.cases import ON_THE_WAY_UP_M, TOUCHING_M
from downrange.corridor.launches import Announced, AnnouncedArea, AreaKind
from downrange.corridor.outline import SOME_LOW_ORBIT
from downrange.earth import destination, load_site

SITE = load_site("lc-39a")
THREE, TWO = load_outline("three-stages"), load_outline("two-stages")


def at(azimuth_deg: float, range_m: float) -> tuple[float, float]:
    lat, lon = destination(SITE.lat_deg, SITE.lon_deg, azimuth_deg, range_m)
    return float(lat), float(lon)


def circle(label: str, azimuth_deg: float, range_m: float, radius_m: float = 40e3) -> Target:
    lat, lon = at(azimuth_deg, range_m)
    return Target(label=label, lat_deg=(lat,), lon_deg=(lon,), radius_m=radius_m)


def slice_of(label: str, what: FallsThere, near_m: float, far_m: float, azimuth_deg: float = 95.0) -> AnnouncedArea:
    """Return an area between two ranges, four degrees wide."""
    corners = [
        at(azimuth_deg + side, range_m) for side, range_m in ((-2, near_m), (-2, far_m), (2, far_m), (2, near_m))
    ]
    return AnnouncedArea(
        label=label,
        what=what,
        kind=AreaKind.ANNOUNCED,
        lat_deg=tuple(lat for lat, _ in corners),
        lon_deg=tuple(lon for _, lon in corners),
        radius_m=None,
        source="test",
    )


def launch(*areas: AnnouncedArea, orbit: KnownOrbit | None = None) -> Announced:
    return Announced(
        name="test",
        title="test",
        site="lc-39a",
        lift_off=None,
        outcome="",
        windows=(),
        areas=areas,
        times=(),
        orbit=orbit,
        sources=(),
    )


def test_areas_are_sorted_by_range_with_what_is_known_of_them() -> None:
    areas = [circle("far", 95.0, 2_500e3), circle("near", 95.0, 500e3), circle("middle", 95.0, 900e3)]
    case = case_of(THREE, SITE, areas, known=["stage 2", "", "fairing"])
    assert [area.label for area in case.areas] == ["near", "middle", "far"]
    assert case.known == ("", "fairing", "stage 2")
    assert case_of(THREE, SITE, areas).known == ("", "", "")
    record = case.record(["stage 1", "fairing", "stage 2"])
    assert [fact.name for fact in record.facts] == [
        "stage 1 in near",
        "fairing in middle",
        "stage 2 in far",
        "insertion",
    ]


def test_no_areas_are_refused() -> None:
    with pytest.raises(InputError, match=r"^areas: none\. Give at least one area with coordinates"):
        case_of(THREE, SITE, [])


def test_pieces_of_one_area_are_joined_and_others_are_not() -> None:
    pieces = [
        slice_of("1", FallsThere.STAGE_1, 500e3, 600e3),
        slice_of("2", FallsThere.STAGE_1, 600e3 + 0.8 * TOUCHING_M, 700e3),
        slice_of("3", FallsThere.STAGE_2, 2_000e3, 2_100e3),
        slice_of("4", FallsThere.STAGE_2, 2_100e3 + 2.0 * TOUCHING_M, 2_300e3),
    ]
    case = launch_case(launch(*pieces), THREE)
    assert [area.label for area in case.areas] == ["1+2", "3", "4"]
    assert case.known == ("stage 1", "stage 2", "stage 2")
    seen = ranges(SITE, case.areas)[0]
    assert (seen.near_m, seen.far_m) == pytest.approx((500e3, 700e3), abs=2e3)
    ring = shapely.Polygon(np.column_stack([case.areas[0].lon_deg, case.areas[0].lat_deg]))
    for piece in pieces[:2]:
        assert ring.buffer(1e-3).covers(shapely.Polygon(np.column_stack([piece.lon_deg, piece.lat_deg])))


def test_three_pieces_are_joined_whatever_their_order_and_not_with_what_another_body_does() -> None:
    first, second, third = (slice_of(str(n), FallsThere.STAGE_1, 500e3 + 1e5 * n, 600e3 + 1e5 * n) for n in range(3))
    fairing = slice_of("f", FallsThere.FAIRING, 800e3, 900e3)
    for order in ([first, third, second, fairing], [third, fairing, first, second]):
        case = launch_case(launch(*order), THREE)
        assert {frozenset(area.label.split("+")) for area in case.areas} == {frozenset("012"), frozenset("f")}
        assert case.known == ("stage 1", "fairing")


def test_what_comes_down_from_an_orbit_is_left_out() -> None:
    near = slice_of("1", FallsThere.STAGE_1, 500e3, 600e3)
    far = slice_of("2", FallsThere.STAGE_2, ON_THE_WAY_UP_M + 1e5, ON_THE_WAY_UP_M + 5e5)
    pad = replace(slice_of("3", FallsThere.UNKNOWN, 10e3, 50e3), kind=AreaKind.NEAR_PAD)
    case = launch_case(launch(near, far, pad), THREE)
    assert [area.label for area in case.areas] == ["1"]


def test_boosters_are_a_first_stage_and_the_core_a_second() -> None:
    areas = [slice_of("b", FallsThere.BOOSTERS, 500e3, 600e3), slice_of("c", FallsThere.STAGE_1, 3_000e3, 3_300e3)]
    assert launch_case(launch(*areas), THREE).known == ("stage 1", "stage 2")
    assert launch_case(launch(*areas), TWO).known == ("stage 1", "")
    assert launch_case(launch(areas[1]), THREE).known == ("stage 1",)
    assert launch_case(launch(replace(areas[0], what=FallsThere.UNKNOWN)), THREE).known == ("",)
    assert launch_case(launch(replace(areas[0], what=FallsThere.DEBRIS)), THREE).known == ("",)


def orbit(**known: float | bool | None) -> KnownOrbit:
    plain = {"perigee_alt_m": None, "apogee_alt_m": None, "inclination_deg": None, "reached": False, "source": "paper"}
    return KnownOrbit(**(plain | known))


def test_the_aim_is_what_is_known_of_the_orbit() -> None:
    area = slice_of("1", FallsThere.STAGE_1, 500e3, 600e3)
    assert launch_case(launch(area), THREE).aim == SOME_LOW_ORBIT
    plane = launch_case(launch(area, orbit=orbit(inclination_deg=51.6)), THREE).aim
    assert plane == replace(SOME_LOW_ORBIT, inclination_deg=51.6, sigma_inclination_deg=0.2, source="paper")
    heights = {"perigee_alt_m": 500e3, "apogee_alt_m": 520e3}
    planned = launch_case(launch(area, orbit=orbit(**heights)), THREE).aim
    reached = launch_case(launch(area, orbit=orbit(**heights, reached=True)), THREE).aim
    assert (planned.perigee_alt_m, planned.apogee_alt_m, planned.inclination_deg) == (500e3, 520e3, None)
    assert reached.sigma_alt_m < planned.sigma_alt_m < SOME_LOW_ORBIT.sigma_alt_m
    assert launch_case(launch(area, orbit=orbit(perigee_alt_m=500e3)), THREE).aim.perigee_alt_m == 450e3


def test_every_shipped_launch_with_areas_makes_a_case() -> None:
    for name in launch_names():
        found = load_launch(name)
        if not found.drops:  # only pad areas, or what comes down from an orbit
            with pytest.raises(InputError, match="areas: none"):
                launch_case(found, THREE)
            continue
        case = launch_case(found, THREE)
        assert 1 <= len(case.areas) <= len(found.drops)
        assert len(case.known) == len(case.areas)
        middle_m = [seen.centre_m for seen in ranges(case.site, case.areas)]
        assert middle_m == sorted(middle_m)
    kourou = launch_case(load_launch("kourou-2023-04"), THREE)
    assert set(kourou.known) == {"stage 1", "fairing", "stage 2"}

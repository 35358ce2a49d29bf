"""Reported falls as regions, and predicted falls beside them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from downrange.earth import destination
from downrange.fall import Footprint
from downrange.replay import load_scenario
from downrange.replay.compare import predicted, region_lonlat, reported
from downrange.replay.scenario import FallRegion


def print_at(lat_deg: float, lon_deg: float, body: str = "stage 1") -> Footprint:
    return Footprint(
        body=body,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        sigma_major_m=10e3,
        sigma_minor_m=5e3,
        axis_deg=0.0,
        t_s=470.0,
        t_sigma_s=20.0,
        t_q99_s=520.0,
        p_lands=1.0,
        samples=2000,
    )


@given(
    lat=st.floats(-60.0, 60.0),
    lon=st.floats(-170.0, 170.0),
    bearing=st.floats(0.0, 359.9),
    far=st.floats(-0.95, 0.95),
    aside=st.floats(-0.95, 0.95),
)
def test_a_region_holds_what_its_words_say_and_not_the_other_side(
    lat: float, lon: float, bearing: float, far: float, aside: float
) -> None:
    region = FallRegion(
        anchors=((lat, lon),), distance_km=300.0, sigma_km=50.0, bearing_deg=bearing, half_width_deg=22.5
    )
    shape = region_lonlat(region)
    if shape.bounds[2] - shape.bounds[0] > 180.0:
        return  # over the 180th meridian; no launch of ours goes there
    inside = destination(lat, lon, bearing + aside * 22.5, (300.0 + far * 49.0) * 1e3)
    behind = destination(lat, lon, bearing + 180.0, 300e3)
    assert shapely.intersects_xy(shape, float(inside[1]), float(inside[0]))
    assert not shapely.intersects_xy(shape, float(behind[1]), float(behind[0]))


def test_several_anchors_make_one_region() -> None:
    one = FallRegion(anchors=((36.0, 126.0),), distance_km=300.0, sigma_km=50.0, bearing_deg=270.0, half_width_deg=22.5)
    two = FallRegion(
        anchors=((36.0, 126.0), (35.0, 126.0)), distance_km=300.0, sigma_km=50.0, bearing_deg=270.0, half_width_deg=22.5
    )
    assert region_lonlat(two).contains(region_lonlat(one).buffer(-1e-6))
    assert region_lonlat(two).area > region_lonlat(one).area


def test_a_point_report_is_measured_to_the_point() -> None:
    scenario = load_scenario("2023-05-31")
    foot = print_at(36.096, 123.757, "stages 2-3 and payload")
    first, second = reported(scenario, (foot,))
    assert first.distance_m == pytest.approx(0.0, abs=1.0)
    assert first.inside_p == pytest.approx(0.0, abs=1e-6)
    # the two published estimates lie about 29 km apart
    assert second.distance_m == pytest.approx(29e3, abs=1e3)
    assert 0.9 < second.inside_p <= 1.0


def test_a_report_of_a_body_that_we_do_not_predict_has_no_distance() -> None:
    rows = reported(load_scenario("2023-05-31"), (print_at(36.1, 123.5, "stage 1"),))
    assert all(math.isnan(row.distance_m) and math.isnan(row.inside_p) for row in rows)


def test_times_are_compared_from_lift_off() -> None:
    rows = reported(load_scenario("2023-08-24"), (print_at(36.1, 123.0, "stage 1"),))
    first = next(row for row in rows if row.body == "stage 1")
    assert first.late_s == pytest.approx(470.0 - 480.0)  # 03:58 JST is 8 minutes after 03:50
    assert np.isnan(next(row for row in rows if row.body == "fairing").late_s)


def test_a_fall_knows_its_own_area_and_the_one_it_lies_in() -> None:
    areas = load_areas()
    inside, outside = predicted((print_at(36.10, 123.54), print_at(36.10, 124.50)), areas)
    assert (inside.inside_area, inside.own_area, inside.own_area_m) == ("A", "A", 0.0)
    assert outside.inside_area is None
    # 0.96 degrees of longitude at 36.1 N are 86 km, less the 25 km of the reference point's uncertainty
    assert outside.own_area_m == pytest.approx(61.4e3, abs=1e3)


def load_areas():
    from downrange.notice import read
    from downrange.replay.areas import announced_areas

    scenario = load_scenario("2023-05-31")
    notices = tuple(one for restated in scenario.notices for one in read(restated.text, source=restated.source))
    return announced_areas(scenario, notices)

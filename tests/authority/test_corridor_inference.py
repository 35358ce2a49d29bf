"""Real notices inferred: what was published about these launches lies where the weighted flights put it.

SOURCE areas of 2009 and the azimuth near 92 deg of their one plane: busan.fnnews.com 200903130938538007.
SOURCE areas of 2023: Manila FIR (RPHI) notice B4525/23 and m.mt.co.kr 2023053106581851671.
SOURCE inclination 97.4 deg of Malligyong-1: thespacereview.com/article/4753/1.
SOURCE first area of December 2012: allthingsnuclear.org; the orbit reached then had 97.4 deg as well (defzone.net), and
an azimuth of 180.2 deg of the first leg is what the area's corners give from Sohae.
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from downrange.corridor import (
    Inference,
    Quantity,
    case_of,
    infer,
    launch_case,
    load_launch,
    load_outline,
    ranges,
)
from downrange.corridor.model import Area
from downrange.earth import load_site, range_azimuth

FLIGHTS = 6_000


def named(found: Inference) -> dict[str, Quantity]:
    return {one.name: one for one in found.quantities()}


def share_inside(found: Inference, body: str, area: Area, margin_m: float) -> float:
    """Return the weight of the falls inside an area and a margin around it."""
    middle = np.mean(area.lat_deg), np.mean(area.lon_deg)

    def flat(lat, lon):
        away_m, azimuth = range_azimuth(*middle, np.asarray(lat), np.asarray(lon))
        return np.column_stack([away_m * np.sin(np.radians(azimuth)), away_m * np.cos(np.radians(azimuth))])

    ring = shapely.Polygon(flat(area.lat_deg, area.lon_deg)).buffer(margin_m)
    lat, lon, _ = found.after.place[body]
    return float(found.weight @ shapely.contains_xy(ring, *flat(lat, lon).T))


def test_the_areas_of_2009_are_explained_on_one_azimuth_near_92() -> None:
    case = launch_case(load_launch("2009-04-05"), load_outline("three-stages"))
    found = infer(case.record(case.known), flights=FLIGHTS)
    assert case.known == ("stage 1", "stage 2")
    assert found.explained
    assert found.p > 0.05
    assert found.effective > 15.0
    quantity = named(found)
    for body in case.known:
        low, middle, high = quantity[f"{body} fall: azimuth"].posterior
        assert middle == pytest.approx(92.0, abs=2.0)
        assert 0.5 < high - low < 6.0
    for body, area in zip(case.known, case.areas, strict=True):
        # 2 sigma along and across: 0.91 of a normal crowd inside
        assert share_inside(found, body, area, margin_m=0.0) > 0.7
        assert share_inside(found, body, area, margin_m=100e3) > 0.9
    claimed = 40.6  # KCNA, given as the aim
    assert quantity["inclination"].posterior[0] < claimed < quantity["inclination"].posterior[2]


def test_the_areas_of_2023_are_explained_with_97_4_deg_by_turning_east_and_back() -> None:
    case = launch_case(load_launch("2023-11-21"), load_outline("chollima-1"))
    found = infer(case.record(case.known), flights=FLIGHTS)
    assert case.known == ("stage 1", "fairing", "stage 2")
    assert found.explained
    assert found.p > 0.05
    assert all(0.05 < check.p < 0.95 for check in found.checks)
    quantity = named(found)
    low, middle, high = quantity["inclination"].posterior
    assert low < 97.4 < high
    assert (middle, high - low) == (pytest.approx(97.4, abs=0.2), pytest.approx(0.66, abs=0.35))
    # the dog-leg: the second stage thrusts more and more to the east of the first, the third turns back to the west
    first, second, third = (quantity[name].posterior for name in ("azimuth1", "azimuth2 end", "azimuth3 end"))
    assert second[2] < first[0]
    assert second[2] < third[0]
    a, b, c = (quantity[f"{body} fall: azimuth"].posterior for body in case.known)
    assert c[2] < b[0] < b[2] < a[2]
    assert c[1] == pytest.approx(170.06, abs=1.0)  # published azimuth of the centre of area C


def test_the_first_area_of_2012_alone_tells_a_direction_and_not_more() -> None:
    launch = load_launch("2012-12-12")
    site = load_site("sohae")
    case = case_of(load_outline("three-stages"), site, launch.drops[:1], known=["stage 1"])
    found = infer(case.record(case.known), flights=FLIGHTS)
    assert found.explained
    quantity = named(found)
    towards = ranges(site, case.areas)[0].azimuth_deg
    low, middle, high = quantity["stage 1 fall: azimuth"].posterior
    assert middle == pytest.approx(towards, abs=1.0)
    assert low < towards < high
    assert 2.0 < high - low < 7.0
    # not more: the second stage could fall anywhere over a thousand kilometres, and hardly an inclination is excluded
    inclination = quantity["inclination"].posterior
    assert inclination[2] - inclination[0] > 15.0
    assert inclination[0] < 97.4 < inclination[2]
    second = quantity["stage 2 fall: range"].posterior
    assert second[2] - second[0] > 1_000e3
    sideways = quantity["stage 2 fall: azimuth"].posterior
    assert sideways[2] - sideways[0] > 2.0 * (high - low)

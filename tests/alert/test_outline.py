"""Outlines never uncover, stay short, and say by how much they exceed."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.alert import outline
from downrange.base import InputError


def shape_of(made):
    return shapely.union_all([shapely.Polygon([(lon, lat) for lat, lon in ring]) for ring in made.polygons])


def star(lon_deg, lat_deg, radii_deg):
    angles = np.linspace(0.0, 2.0 * math.pi, len(radii_deg), endpoint=False)
    radii = np.asarray(radii_deg)
    return shapely.Polygon(np.column_stack((lon_deg + radii * np.cos(angles), lat_deg + radii * np.sin(angles))))


@settings(max_examples=40, deadline=None)
@given(
    lat_deg=st.sampled_from([-60.0, -12.3, 0.0, 24.7, 38.0, 70.0]),
    lon_deg=st.sampled_from([-179.0, -70.0, 0.0, 124.7, 178.5]),
    radii_deg=st.lists(st.floats(0.01, 0.5), min_size=5, max_size=400),
)
def test_it_covers_with_short_simple_counter_clockwise_rings(lat_deg, lon_deg, radii_deg):
    area_lonlat = star(lon_deg, lat_deg, radii_deg)
    made = outline(area_lonlat)
    assert shapely.covers(shape_of(made), area_lonlat)
    assert made.over_cover >= 0.0
    for ring in made.polygons:
        assert 4 <= len(ring) <= 100
        assert ring[0] == ring[-1]
        polygon = shapely.Polygon([(lon, lat) for lat, lon in ring])
        assert shapely.is_valid(polygon)
        assert shapely.is_ccw(polygon.exterior)
        assert all(lat == round(lat, 4) and lon == round(lon, 4) for lat, lon in ring)


def test_over_cover_of_a_square_by_hand():
    """A square of 10 km at the equator grown by 40 m has at most (10.08 / 10)^2 - 1 = 1.6 % more, rounding aside."""
    side_deg = 10_000.0 / 111_195.0
    made = outline(shapely.box(125.0, 0.0, 125.0 + side_deg, side_deg))
    assert made.grown_m == 40.0
    assert 0.0 < made.over_cover < 0.0161 + 4.0 * 1e-4 / side_deg


def test_many_islets_are_joined_into_few_polygons():
    islets = shapely.union_all(
        [shapely.Point(125.0 + 0.03 * i, 34.0 + 0.03 * j).buffer(0.005) for i in range(8) for j in range(8)]
    )
    made = outline(islets, max_polygons=10)
    assert len(made.polygons) <= 10
    assert shapely.covers(shape_of(made), islets)
    assert made.over_cover > 0.5


def test_an_area_on_both_sides_of_the_dateline_is_cut_in_two():
    area_lonlat = shapely.union_all([shapely.box(179.5, 0.0, 180.0, 1.0), shapely.box(-180.0, 0.0, -179.5, 1.0)])
    made = outline(area_lonlat)
    assert len(made.polygons) == 2
    assert shapely.covers(shape_of(made), area_lonlat)
    assert made.over_cover < 0.01
    for ring in made.polygons:
        lon_deg = [lon for _, lon in ring]
        assert max(lon_deg) - min(lon_deg) < 1.0


def test_a_broken_area_is_refused_with_the_cure():
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    with pytest.raises(InputError, match=r"Self-intersection.*make_valid"):
        outline(bow_tie)

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.earth._overlap import PATTERN, Edges, depths, edges_of, overlaps_m2, sampled, signed_edges


def known(area: shapely.Geometry) -> Edges:
    edges = edges_of(area)
    assert edges is not None
    return edges


NUMBERS = st.floats(-50.0, 50.0, allow_nan=False).map(lambda x: round(x, 3))


@st.composite
def shapes(draw: st.DrawFn) -> shapely.MultiPolygon:
    """Any valid polygons, with holes and several pieces: what a repair makes of a random ring."""
    corners = draw(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=12, unique=True))
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shapely.Polygon(corners))))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 1e-3])


@settings(max_examples=150, deadline=None)
@given(shapes(), shapes())
def test_the_overlap_is_that_of_geos(first: shapely.MultiPolygon, second: shapely.MultiPolygon) -> None:
    if first.is_empty or second.is_empty:
        return
    edges, begin = signed_edges(np.array([second], dtype=object))
    (found_m2,) = overlaps_m2(known(first), edges, begin, np.array([0]))
    assert found_m2 == pytest.approx(first.intersection(second).area, abs=1e-4)


@settings(max_examples=100, deadline=None)
@given(shapes(), NUMBERS, NUMBERS, st.floats(0.5, 30.0))
def test_the_depth_is_the_distance_to_the_edge(area: shapely.MultiPolygon, x: float, y: float, reach_m: float) -> None:
    if area.is_empty:
        return
    point = shapely.Point(x, y)
    away = point.distance(area.boundary)
    if away < 1e-9:
        return
    (deep,) = depths(known(area), np.array([x]), np.array([y]), np.array([1.0]), np.array([reach_m]))
    assert abs(deep) == pytest.approx(min(reach_m, away))
    assert (deep > 0.0) == area.contains(point)


def test_a_squeezed_map_gives_true_distances() -> None:
    box = shapely.box(0.0, 0.0, 100.0, 100.0)
    found = depths(
        known(box), np.array([10.0, 50.0]), np.array([50.0, 10.0]), np.array([0.5, 0.5]), np.array([99.0, 99.0])
    )
    assert found == pytest.approx([5.0, 20.0])


def test_many_shapes_at_once() -> None:
    shapes = np.array([shapely.box(i, 0.0, i + 1.0, 2.0) for i in range(10)], dtype=object)
    edges, begin = signed_edges(shapes)
    area = shapely.Point(5.0, 1.0).buffer(2.5, quad_segs=64)
    found = overlaps_m2(known(area), edges, begin, np.arange(10))
    assert found == pytest.approx(shapely.area(shapely.intersection(shapes, area)), abs=1e-9)
    assert found.sum() == pytest.approx(area.intersection(shapely.box(0.0, 0.0, 10.0, 2.0)).area)
    assert math.isclose(found[0], 0.0, abs_tol=1e-12)


def test_an_area_without_ground_has_no_edges() -> None:
    assert edges_of(shapely.Point(1.0, 2.0)) is None
    assert edges_of(shapely.Polygon()) is None


def test_half_the_points_of_a_disc_lie_beyond_a_line_through_its_middle() -> None:
    box = shapely.box(0.0, -10.0, 20.0, 10.0)
    east = np.array([1.0, 0.5, 1.0])
    found = sampled(known(box), np.array([0.0, 0.0, 10.0]), np.zeros(3), east, np.array([1.0, 2.0, 3.0]))
    assert found.sum(axis=1).tolist() == pytest.approx([12, 12, 24], abs=1)
    assert (np.hypot(*PATTERN) < 1.0).all()

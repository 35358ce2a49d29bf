"""Outlines never uncover, stay short, and say by how much they exceed."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from downrange.alert import outline
from downrange.base import InputError, normals
from downrange.earth import finest_places


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


def assert_sound(made, area_lonlat, *, max_points=100, max_polygons=60):
    """Covers, and every ring is one that rules R5 and R7 let through."""
    assert 1 <= len(made.polygons) <= max_polygons
    whole = shape_of(made)
    turned = shapely.transform(whole, lambda xy: xy + np.array([360.0, 0.0]))
    assert shapely.covers(shapely.union(whole, turned) if area_lonlat.bounds[2] > 180.0 else whole, area_lonlat)
    assert 0.0 <= made.over_cover < math.inf
    for ring in made.polygons:
        assert 4 <= len(ring) <= max_points
        assert ring[0] == ring[-1]
        polygon = shapely.Polygon([(lon, lat) for lat, lon in ring])
        assert shapely.is_valid(polygon)
        assert shapely.is_ccw(polygon.exterior)
        assert all(abs(lat) <= 90.0 and abs(lon) <= 180.0 for lat, lon in ring)
        assert all(abs(b[1] - a[1]) <= 180.0 for a, b in itertools.pairwise(ring))


@settings(max_examples=60, deadline=None)
@given(
    south_deg=st.one_of(st.floats(-90.0, 89.0), st.sampled_from([-90.0, 89.99])),
    west_deg=st.one_of(st.floats(-180.0, 179.0), st.sampled_from([-180.0, 179.9999, -179.9999])),
    high_deg=st.floats(1e-5, 1.0),
    wide_deg=st.floats(1e-5, 1.0),
    corner=st.sampled_from([0.0, 0.3, 0.999]),
)
def test_no_corner_of_the_world_and_no_sliver_breaks_it(south_deg, west_deg, high_deg, wide_deg, corner):
    """Boxes with a corner cut off, down to needles, from pole to pole and up to the 180th meridian from both sides."""
    north_deg, east_deg = min(90.0, south_deg + high_deg), min(180.0, west_deg + wide_deg)
    rows = [(west_deg, south_deg), (east_deg, south_deg), (east_deg, north_deg - corner * (north_deg - south_deg))]
    area_lonlat = shapely.Polygon([*rows, (west_deg + (1.0 - corner) * (east_deg - west_deg), north_deg)])
    assume(area_lonlat.area > 0.0 and shapely.is_valid(area_lonlat))
    assert_sound(outline(area_lonlat), area_lonlat)


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 200),
    spread_deg=st.floats(0.01, 1.5),
    size_deg=st.floats(5e-5, 0.05),
    lon_deg=st.sampled_from([126.0, 179.9, -179.9]),
)
def test_clouds_of_islets_are_covered(seed, count, spread_deg, size_deg, lon_deg):
    rng = np.random.default_rng(seed)
    centres = rng.normal([lon_deg, 34.3], spread_deg / 3.0, (count, 2))
    discs = shapely.buffer(shapely.points(centres), size_deg * rng.uniform(0.2, 1.0, count), quad_segs=3)
    world = shapely.box(-180.0, -90.0, 180.0, 90.0)
    islets = shapely.union_all([
        shapely.intersection(shapely.transform(shapely.union_all(discs), lambda xy, k=k: xy + np.array([k, 0.0])), world)
        for k in (-360.0, 0.0, 360.0)
    ])  # fmt: skip
    assert_sound(outline(islets), islets)


def test_fjords_stay_open_where_they_are_wide():
    """A comb of ten arms of 2 km with arms of water of 8 km between: little more than the land is covered."""
    arms = [shapely.box(7.0, 60.0 + 0.1 * i, 8.0, 60.018 + 0.1 * i) for i in range(10)]
    land = shapely.union_all([*arms, shapely.box(8.0, 60.0, 8.2, 61.0)])
    made = outline(land)
    assert_sound(made, land)
    assert made.over_cover < 0.15


def test_a_coast_of_6208_vertices_is_told_in_a_hundred_points_a_ring():
    """As many as in the thread of an editor that broke on them (cap-composer #122)."""
    radii = 0.3 + 0.05 * np.sin(37.0 * np.linspace(0.0, 2.0 * math.pi, 6208)) + normals(1, 6208, 1)[:, 0] * 1e-4
    coast = shapely.make_valid(star(126.5, 33.4, radii))
    made = outline(coast)
    assert_sound(made, coast)
    assert made.over_cover < 0.15


def test_people_in_a_large_hole_are_left_in_peace():
    """A county around a city: the city is not covered, though CAP polygons can have no holes."""
    city = shapely.box(127.0, 35.7, 127.2, 35.9)
    county = shapely.difference(shapely.box(126.8, 35.5, 127.4, 36.1), city)
    made = outline(county)
    assert_sound(made, county)
    assert shapely.intersection(shape_of(made), city).area < 0.05 * city.area
    assert made.over_cover < 0.03


def test_a_bay_whose_mouth_closes_is_still_water():
    """A ring of land with a mouth of 50 m, which growing by 40 m shuts."""
    ring = shapely.difference(shapely.box(126.0, 34.0, 126.4, 34.4), shapely.box(126.05, 34.05, 126.35, 34.35))
    bay = shapely.difference(ring, shapely.box(126.19975, 33.9, 126.20025, 34.1))
    made = outline(bay)
    assert_sound(made, bay)
    assert made.over_cover < 0.05


def test_a_speck_at_a_pole_has_an_over_cover_that_can_be_written_down():
    speck = shapely.box(0.0, -90.0, 1e-5, -89.99999)
    assert_sound(outline(speck), speck)


def test_small_holes_are_filled():
    area_lonlat = shapely.difference(shapely.box(126.0, 34.0, 126.4, 34.4), shapely.box(126.1, 34.1, 126.102, 34.102))
    assert len(outline(area_lonlat).polygons) == 1


@pytest.mark.parametrize(
    ("area_lonlat", "seen"),
    [
        (shapely.Point(126.0, 34.0), "grow a point"),
        (shapely.LineString([(126.0, 34.0), (127.0, 35.0)]), "grow a point"),
        (shapely.box(500.0, 0.0, 501.0, 1.0), "longitudes 500 to 501"),
        (shapely.box(34.0, 126.0, 34.1, 126.1), "latitudes 126"),
        (shapely.Polygon(), "Valid Geometry"),
    ],
)
def test_what_is_no_area_is_refused(area_lonlat, seen):
    with pytest.raises(InputError, match=seen):
        outline(area_lonlat)


def test_what_cannot_be_told_in_so_few_is_refused():
    far = shapely.union_all([shapely.box(10.0 * i, 0.0, 10.0 * i + 0.01, 0.01) for i in range(12)])
    with pytest.raises(InputError, match="2 polygons of 5 points"):
        outline(far, max_points=5, max_polygons=2)


def test_real_places_are_covered_with_little_more():
    """Every twelfth of the smallest places, and those with the most pieces; figures of all of them are in docs/alert.md."""
    finest = sorted(finest_places(), key=lambda place: -len(shapely.get_parts(place.geometry_lonlat)))
    excess = []
    for place in [*finest[:8], *finest[8::12]]:
        made = outline(place.geometry_lonlat)
        assert_sound(made, place.geometry_lonlat)
        excess.append(made.over_cover)
    assert max(excess) < 0.8
    assert np.median(excess) < 0.1

import math

import pytest
from pyproj import Geod
from shapely.geometry import Point

from downrange.notice._geometry import (
    arc_points,
    area_m2,
    band_lonlat,
    centre,
    circle_lonlat,
    convex_order,
    is_simple,
    polygon_lonlat,
    sector_points,
    unwrap,
)

NAUTICAL_MILE_M = 1852.0
LONG_M = 100e3
SHORT_M = 20e3


def test_longitudes_run_on_over_the_dateline() -> None:
    assert unwrap([179.0, -179.0, -178.0, 179.0]) == [179.0, 181.0, 182.0, 179.0]


def test_a_bow_tie_is_seen_and_unknotted() -> None:
    lat, lon = [1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]
    assert not is_simple(lat, lon)
    assert convex_order(lat, lon) == [0, 1, 3, 2]


def test_a_bow_tie_over_the_dateline_too() -> None:
    lat, lon = [1.0, 1.0, 0.0, 0.0], [179.5, -179.5, 179.5, -179.5]
    assert not is_simple(lat, lon)
    assert convex_order(lat, lon) == [0, 1, 3, 2]


def test_a_ring_with_a_dent_has_no_sure_order() -> None:
    assert convex_order([0.0, 2.0, 0.0, 0.5], [0.0, 1.0, 2.0, 1.0]) is None


def test_the_cut_at_the_dateline_keeps_the_area() -> None:
    lat, lon = [10.0, 10.0, 0.0, 0.0], [175.0, -175.0, -175.0, 175.0]
    cut = polygon_lonlat(lat, lon, SHORT_M)
    shifted = polygon_lonlat(lat, [x - 175.0 if x > 0 else x + 185.0 for x in lon], SHORT_M)
    assert cut.geom_type == "MultiPolygon"
    assert all(-180.0 <= edge <= 180.0 for edge in cut.bounds[::2])
    assert area_m2(cut) == pytest.approx(area_m2(shifted), rel=1e-6)


def test_long_sides_are_geodesics() -> None:
    straight = polygon_lonlat([50.0, 50.0, 40.0], [0.0, 40.0, 20.0], math.inf)
    curved = polygon_lonlat([50.0, 50.0, 40.0], [0.0, 40.0, 20.0], LONG_M)
    assert curved.bounds[3] > 51.0 > straight.bounds[3]


def test_a_ring_around_the_pole_holds_the_pole() -> None:
    cap = polygon_lonlat([80.0] * 4, [0.0, 90.0, 180.0, -90.0], LONG_M)
    assert cap.is_valid
    assert any(part.covers(Point(45.0, 89.0)) for part in getattr(cap, "geoms", [cap]))
    assert cap.bounds[3] == 90.0


def test_a_circle_has_its_area() -> None:
    radius_m = 15 * NAUTICAL_MILE_M
    for lon_deg in (0.0, 179.99, -180.0):
        circle = circle_lonlat(40.0, lon_deg, radius_m)
        assert circle.is_valid
        assert area_m2(circle) == pytest.approx(math.pi * radius_m**2, rel=3e-4)


def test_an_arc_turns_the_way_it_says() -> None:
    north, east, middle = (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)
    short = arc_points(north, east, middle, clockwise=True)
    long = arc_points(north, east, middle, clockwise=False)
    assert (len(short), len(long)) == (89, 269)
    assert all(lat > 0.0 and lon > 0.0 for lat, lon in short)
    assert any(lat < -0.9 for lat, _ in long)


def test_the_centre_of_a_ring_over_the_dateline_lies_on_it() -> None:
    lat, lon = centre([1.0, 1.0, -1.0, -1.0], [179.0, -179.0, -179.0, 179.0])
    assert (lat, abs(lon)) == pytest.approx((0.0, 180.0))


@pytest.mark.parametrize("lon_deg", [0.0, 20.0, 179.5, -180.0])
@pytest.mark.parametrize("lat_deg", [0.0, 60.0, -75.0])
def test_a_band_has_its_length_times_its_width_and_two_round_ends(lat_deg, lon_deg) -> None:
    there = (lat_deg + 1.0, (lon_deg + 2.0 + 180.0) % 360.0 - 180.0)
    band = band_lonlat([lat_deg, there[0]], [lon_deg, there[1]], 10e3)
    _, _, length_m = Geod(ellps="WGS84").inv(lon_deg, lat_deg, there[1], there[0])
    assert band.is_valid
    assert area_m2(band) == pytest.approx(length_m * 20e3 + math.pi * 1e8, rel=2e-3)
    assert all(-180.0 <= edge <= 180.0 for edge in band.bounds[::2])


def test_every_place_of_a_bent_band_lies_within_its_half_width() -> None:
    lat, lon = [10.0, 11.0, 10.0], [178.0, 180.0, -178.0]
    band = band_lonlat(lat, lon, 25e3)
    geod = Geod(ellps="WGS84")
    for azimuth in range(0, 360, 45):
        x, y, _ = geod.fwd(-180.0, 11.0, azimuth, 24.9e3)
        assert band.covers(Point(x, y))
        x, y, _ = geod.fwd(178.0, 10.0, azimuth, 25.2e3)
        assert band.covers(Point(x, y)) == (azimuth <= 135)  # the first leg runs to azimuth 63


def test_a_line_is_cut_at_the_dateline() -> None:
    line = band_lonlat([10.0, 12.0], [179.0, -179.0], 0.0)
    assert (line.geom_type, line.is_valid) == ("MultiLineString", True)
    assert band_lonlat([10.0, 10.0], [20.0, 20.0], 0.0).geom_type == "Point"
    assert band_lonlat([10.0, 10.0], [20.0, 20.0], 5e3).is_valid


def test_a_vertex_at_the_pole_takes_the_longitudes_of_its_neighbours() -> None:
    wedge = polygon_lonlat([80.0, 90.0, 80.0], [10.0, 0.0, 100.0], LONG_M)
    cap = polygon_lonlat([80.0] * 4, [0.0, 90.0, 180.0, -90.0], LONG_M)
    assert wedge.is_valid
    assert area_m2(wedge) == pytest.approx(area_m2(cap) / 4.0, rel=1e-3)
    assert is_simple([80.0, 90.0, 80.0], [10.0, 0.0, 100.0])


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_only_a_ring_that_goes_round_once_is_simple(turns) -> None:
    angles = [2.0 * math.pi * turns * n / 7 for n in range(7)]
    assert is_simple([math.sin(a) for a in angles], [math.cos(a) for a in angles]) == (turns == 1)


def test_an_arc_without_a_way_goes_the_shorter_way() -> None:
    assert len(arc_points((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), clockwise=None)) == 89
    assert len(arc_points((0.0, 1.0), (1.0, 0.0), (0.0, 0.0), clockwise=None)) == 89


def test_a_sector_runs_clockwise_between_its_bearings() -> None:
    points = sector_points((10.0, 20.0), 10e3, 350.0, 10.0)
    assert len(points) == 21
    assert all(lat > 10.08 for lat, _ in points)
    assert points[0][1] < 20.0 < points[-1][1]

from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.corridor import below
from downrange.earth import destination, range_azimuth


def place(name, lat, lon, geometry=None):
    return SimpleNamespace(name_en=name, lat_deg=lat, lon_deg=lon, geometry_lonlat=geometry)


def southbound(lat0, lon0, speed_mps=5_000.0, step_s=10.0, n=60):
    t = np.arange(n) * step_s
    lat, lon = destination(lat0, lon0, 190.0, t * speed_mps)
    return t, lat, lon


@settings(max_examples=40, deadline=None)
@given(
    lat0=st.floats(-40, 60),
    lon0=st.floats(-180, 179.9),
    ahead_m=st.floats(100e3, 2_800e3),
    aside_m=st.floats(1e3, 240e3),
    side=st.sampled_from([-90.0, 90.0]),
)
def test_distance_and_time_of_a_point_are_those_of_the_geodesic(lat0, lon0, ahead_m, aside_m, side):
    t, lat, lon = southbound(lat0, lon0)
    foot = destination(lat0, lon0, 190.0, ahead_m)
    course = (range_azimuth(*foot, lat0, lon0)[1] + 180.0) % 360.0
    spot = destination(*foot, course + side, aside_m)
    rows = below(t, lat, lon, [place("spot", *(float(x) for x in spot))], within_m=250e3)
    assert len(rows) == 1
    assert rows[0].distance_m == pytest.approx(aside_m, rel=1e-3, abs=1.0)
    assert rows[0].closest_t_s == pytest.approx(ahead_m / 5_000.0, abs=1.0)
    assert rows[0].minute == int(rows[0].closest_t_s // 60)
    half_s = np.sqrt(250e3**2 - aside_m**2) / 5_000.0
    assert rows[0].first_t_s == pytest.approx(max(rows[0].closest_t_s - half_s, 0.0), abs=2.0)
    assert rows[0].last_t_s == pytest.approx(min(rows[0].closest_t_s + half_s, t[-1]), abs=2.0)


def test_an_island_is_measured_to_its_edge_and_one_under_the_track_is_at_zero():
    t, lat, lon = southbound(30.0, 125.0)
    at_lat, at_lon = (float(x) for x in destination(30.0, 125.0, 190.0, 1_000e3))
    under = place("under", at_lat, at_lon, shapely.box(at_lon - 0.2, at_lat - 0.2, at_lon + 0.2, at_lat + 0.2))
    west = place("west", at_lat, at_lon - 1.0, shapely.box(at_lon - 1.2, at_lat - 0.2, at_lon - 0.8, at_lat + 0.2))
    rows = {row.name: row for row in below(t, lat, lon, [west, under], within_m=120e3)}
    assert rows["under"].distance_m == 0.0
    assert rows["under"].closest_t_s == pytest.approx(200.0, abs=1.0)
    to_point = below(t, lat, lon, [place("point", at_lat, at_lon - 1.0)], within_m=120e3)[0].distance_m
    edge_m = 0.2 * 111_320 * np.cos(np.radians(at_lat)) * np.cos(np.radians(10.0))
    assert to_point - rows["west"].distance_m == pytest.approx(
        edge_m, rel=0.25
    )  # the corner comes nearer than the side
    assert rows["west"].distance_m < to_point - edge_m


def test_what_is_far_is_left_out_and_rows_come_in_order_of_flight():
    t, lat, lon = southbound(30.0, 125.0)
    spots = [place(str(km), *(float(x) for x in destination(30.0, 125.0, 190.0, km * 1e3))) for km in (2000, 300, 1300)]
    away = place("away", -30.0, -60.0)
    rows = below(t, lat, lon, [*spots, away], within_m=20e3)
    assert [row.name for row in rows] == ["300", "1300", "2000"]
    assert [row.minute for row in rows] == [1, 4, 6]


def test_a_small_island_between_two_coarse_points_is_not_missed():
    lat, lon = destination(30.0, 125.0, 190.0, np.array([0.0, 3_000e3]))
    spot = place("spot", *(float(x) for x in destination(30.0, 125.0, 190.0, 1_234_567.0)))
    rows = below([0.0, 600.0], lat, lon, [spot], within_m=500.0)
    assert rows[0].distance_m < 5.0
    assert rows[0].closest_t_s == pytest.approx(1_234_567.0 / 5_000.0, abs=0.2)


@pytest.mark.parametrize(
    ("t", "lat", "lon", "within_m"),
    [
        ([0.0], [1.0], [1.0], 1e3),
        ([0.0, 0.0], [1.0, 2.0], [1.0, 2.0], 1e3),
        ([0.0, 1.0], [1.0, np.nan], [1.0, 2.0], 1e3),
    ],
)
def test_a_track_that_is_none_is_refused(t, lat, lon, within_m):
    with pytest.raises(InputError, match="the times rising"):
        below(t, lat, lon, [], within_m=within_m)
    with pytest.raises(InputError, match="above 0 metres"):
        below([0.0, 1.0], [1.0, 2.0], [1.0, 2.0], [], within_m=0.0)

"""The fast search against samples of the same paths, two programs that share no line of solving."""

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.coverage import (
    Agility,
    Cone,
    Nadir,
    Rectangle,
    Sensor,
    index_of,
    needs_normal,
    paths_of,
    points_at,
    windows,
)
from downrange.orbit import element_set

START = datetime(2024, 6, 1, tzinfo=UTC)
DAY_S = 86_400.0
GRAZING_S, PLAIN_S = 1e-2, 1e-3


def satellite(k=0, **changes):
    asked = {
        "epoch": START,
        "inclination_deg": 97.4,
        "raan_deg": 36.0 * k,
        "argp_deg": 90.0,
        "mean_anomaly_deg": 72.0 * k,
        "mean_motion_revpday": 15.219,
        "e": 0.001,
    }
    return element_set(f"s{k}", **(asked | changes))


def some_points(count, seed=1):
    rng = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, count)))
    return points_at([*lat, 90.0, -90.0, 0.0, 12.0], [*rng.uniform(-180.0, 180.0, count), 0.0, 7.0, 180.0, -180.0])


def both_ways(sets, points, sensor, span_s=DAY_S):
    paths = paths_of(sets, START, span_s, with_normal=needs_normal(sensor))
    index = index_of(points)
    sampled = dataclasses.replace(paths, simple=np.zeros(len(paths), dtype=bool))
    return windows(paths, index, sensor), windows(sampled, index, sensor)


def assert_the_same(fast, slow):
    for k in (0, 1, 4, 5):
        assert np.array_equal(fast[k], slow[k])
    length = slow[3] - slow[2]
    limit = np.where(length < 5.0, GRAZING_S, PLAIN_S)
    assert (np.abs(fast[2] - slow[2]) < limit).all()
    assert (np.abs(fast[3] - slow[3]) < limit).all()


SENSORS = {
    "cone": Sensor(field=Cone(half_angle_deg=35.0)),
    "cone on the ellipsoid's normal": Sensor(field=Cone(half_angle_deg=35.0), nadir=Nadir.GEODETIC),
    "horizon": Sensor(field=Cone(half_angle_deg=90.0)),
    "elevation": Sensor(field=Cone(half_angle_deg=90.0), min_elevation_deg=25.0),
    "cone and elevation, either may bind": Sensor(field=Cone(half_angle_deg=52.0), min_elevation_deg=30.0),
    "narrow cone": Sensor(field=Cone(half_angle_deg=2.0)),
    "by day": Sensor(field=Cone(half_angle_deg=35.0), min_sun_elevation_deg=10.0),
    "aimed": Sensor(field=Cone(half_angle_deg=5.0, roll_deg=-30.0, pitch_deg=15.0)),
    "oblong, aimed": Sensor(field=Rectangle(along_deg=0.5, across_deg=8.0, roll_deg=20.0), nadir=Nadir.GEODETIC),
    "agile": Sensor(field=Cone(half_angle_deg=1.0), agility=Agility(roll_deg=30.0, pitch_deg=10.0)),
}


@pytest.mark.parametrize("name", SENSORS)
def test_the_fast_search_finds_what_samples_find(name):
    fast, slow = both_ways([satellite(k) for k in range(3)], some_points(60), SENSORS[name])
    assert fast[0].size > 5
    assert_the_same(fast, slow)


@settings(max_examples=40)
@given(
    revpday=st.floats(12.5, 16.0),
    e=st.floats(0.0, 0.01),
    inclination_deg=st.floats(1.0, 179.0),
    half_angle_deg=st.floats(1.0, 55.0),
    min_elevation_deg=st.floats(0.0, 60.0),
    seed=st.integers(0, 1000),
)
def test_no_low_orbit_and_no_latitude_makes_a_difference(
    revpday, e, inclination_deg, half_angle_deg, min_elevation_deg, seed
):
    asked = satellite(
        0, mean_motion_revpday=revpday, e=e, inclination_deg=inclination_deg, mean_anomaly_deg=float(seed)
    )
    sensor = Sensor(field=Cone(half_angle_deg=half_angle_deg), min_elevation_deg=min_elevation_deg)
    fast, slow = both_ways([asked], some_points(20, seed), sensor, span_s=20_000.0)
    assert_the_same(fast, slow)


@pytest.mark.parametrize("name", ["cone", "by day", "aimed"])
def test_threads_change_nothing(name):
    sets = [*(satellite(k) for k in range(4)), satellite(4, mean_motion_revpday=2.006, e=0.7, inclination_deg=63.4)]
    paths, index = paths_of(sets, START, DAY_S), index_of(some_points(700))
    one = windows(paths, index, SENSORS[name], threads=1)
    for threads in (2, 5):
        for a, b in zip(one, windows(paths, index, SENSORS[name], threads=threads), strict=True):
            assert np.array_equal(a, b)


def test_windows_are_sorted_and_inside_the_span():
    sets = [satellite(k) for k in range(5)]
    points = some_points(300)
    _, point, start_s, end_s, open_start, open_end = windows(
        paths_of(sets, START, 7_200.0), index_of(points), SENSORS["horizon"]
    )
    assert (np.diff(point) >= 0).all()
    assert (np.diff(start_s)[np.diff(point) == 0] >= 0.0).all()
    assert (start_s >= 0.0).all()
    assert (end_s <= 7_200.0).all()
    assert (start_s < end_s).all()
    assert open_start.sum() > 10  # the sky is never empty of five satellites everywhere
    assert open_end.sum() > 10
    assert np.array_equal(open_start, start_s == 0.0)
    assert np.array_equal(open_end, end_s == 7_200.0)


def test_a_shorter_span_cuts_the_windows_of_a_longer_one_and_changes_nothing_else():
    sets, index = [satellite(k) for k in range(3)], index_of(some_points(200))
    long = windows(paths_of(sets, START, DAY_S), index, SENSORS["cone"])
    short = windows(paths_of(sets, START, 30_000.0), index, SENSORS["cone"])
    kept = long[2] < 30_000.0
    assert np.array_equal(long[1][kept], short[1])
    assert np.allclose(long[2][kept], short[2], atol=2e-5)
    assert np.allclose(np.minimum(long[3][kept], 30_000.0), short[3], atol=2e-5)


def test_a_geostationary_satellite_is_seen_all_the_time_or_never():
    over_180 = satellite(0, mean_motion_revpday=1.002_737_9, e=0.0, inclination_deg=0.01)
    points = points_at(np.zeros(36), np.arange(-180.0, 180.0, 10.0))
    _, point, start_s, end_s, open_start, open_end = windows(
        paths_of([over_180], START, DAY_S), index_of(points), SENSORS["horizon"]
    )
    assert 15 <= point.size <= 18  # half angle 81.3 deg of longitude
    assert open_start.all()
    assert open_end.all()
    assert (start_s == 0.0).all()
    assert (end_s == DAY_S).all()


def test_a_higher_point_is_seen_shorter():
    # nearer to the satellite's height, less of its path lies over the level plane through the point
    total_s = []
    for alt_m in (0.0, 8_000.0):
        points = points_at(np.full(40, 39.0), np.linspace(-180.0, 179.0, 40), alt_m)
        found = windows(paths_of([satellite()], START, DAY_S), index_of(points), SENSORS["horizon"])
        total_s.append((found[3] - found[2]).sum())
    assert 0.9 * total_s[0] < total_s[1] < total_s[0]


def test_a_cone_as_wide_as_the_earth_is_the_horizon():
    sets, index = [satellite(k) for k in range(2)], index_of(some_points(80))
    paths = paths_of(sets, START, DAY_S)
    wide = windows(paths, index, Sensor(field=Cone(half_angle_deg=75.0)))
    horizon = windows(paths, index, SENSORS["horizon"])
    for a, b in zip(wide, horizon, strict=True):
        assert np.array_equal(a, b)

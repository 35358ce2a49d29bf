from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError, east_of, wgs84
from downrange.corridor import Target, one_plane, planes
from downrange.corridor.turning import pad_mps
from downrange.earth import destination
from downrange.notice import read


def pad_at(lat_deg, lon_deg, sigma_m=0.0):
    return SimpleNamespace(name="pad", lat_deg=lat_deg, lon_deg=lon_deg, sigma_m=sigma_m)


def circle(label, pad, azimuth_deg, range_m, radius_m):
    lat, lon = destination(pad.lat_deg, pad.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


def landing(pad, course_deg, angle_deg, top_m):
    """Return where a throw on a course comes down that goes so far round and so high: forwards, by the sine rule."""
    high_m, half = wgs84.MEAN_RADIUS_M + top_m, np.cos(np.radians(0.5 * angle_deg))
    eccentric = top_m / (high_m - wgs84.MEAN_RADIUS_M * half)
    level_mps = np.sqrt(wgs84.GM_M3PS2 * high_m * (1.0 - eccentric)) / wgs84.MEAN_RADIUS_M
    axis_m = high_m / (1.0 + eccentric)
    e_anomaly = np.arccos((1.0 - wgs84.MEAN_RADIUS_M / axis_m) / eccentric)
    flight_s = 2.0 * (np.pi - e_anomaly + eccentric * np.sin(e_anomaly)) * np.sqrt(axis_m**3 / wgs84.GM_M3PS2)
    course = np.radians(course_deg)
    heading = course + np.arcsin(pad_mps(pad) * np.cos(course) / level_mps)
    lat0, angle = np.arctan((1.0 - wgs84.E2) * np.tan(np.radians(pad.lat_deg))), np.radians(angle_deg)
    lat = np.arcsin(np.sin(lat0) * np.cos(angle) + np.cos(lat0) * np.sin(angle) * np.cos(heading))
    east = np.arctan2(np.sin(heading) * np.sin(angle) * np.cos(lat0), np.cos(angle) - np.sin(lat0) * np.sin(lat)) - (
        wgs84.OMEGA_RADPS * flight_s
    )
    lat_deg = np.degrees(np.arctan(np.tan(lat) / (1.0 - wgs84.E2)))
    return float(lat_deg), float((pad.lon_deg + np.degrees(east) + 180.0) % 360.0 - 180.0)


def thrown(label, pad, course_deg, angle_deg, top_m, radius_m):
    lat, lon = landing(pad, course_deg, angle_deg, top_m)
    return Target(label=label, lat_deg=(lat,), lon_deg=(lon,), radius_m=radius_m)


@settings(max_examples=60, deadline=None)
@given(
    lat=st.floats(-75, 75),
    lon=st.floats(-180, 179.99),
    course=st.floats(0, 359.99),
    near=st.floats(3.0, 9.0),
    far=st.floats(12.0, 60.0),
    low=st.floats(0.0, 1.0),
    high=st.floats(0.0, 1.0),
)
def test_falls_on_one_course_are_one_plane_wherever_and_however_high(lat, lon, course, near, far, low, high):
    pad = pad_at(lat, lon)
    areas = [
        thrown("far", pad, course, far, 55e3 + high * 180e3, 30e3),
        thrown("near", pad, course, near, 40e3 + low * 60e3, 20e3),
    ]
    fit = one_plane(pad, areas)
    assert fit.accepted
    assert fit.labels == ("near", "far")
    assert fit.turning.accepted
    assert east_of(fit.turning.low_deg, course) >= -0.05
    assert east_of(course, fit.turning.high_deg) >= -0.05
    assert fit.inclination_low_deg <= fit.inclination_deg <= fit.inclination_high_deg
    for one in planes(pad, areas):
        assert one.course_low_deg <= one.course_mid_deg <= one.course_high_deg
        assert (course - one.course_low_deg) % 360.0 <= one.course_high_deg - one.course_low_deg + 0.1


def test_far_areas_drawn_on_one_great_circle_need_not_be_one_plane():
    pad = pad_at(40.0, 0.0)
    fit = one_plane(pad, [circle("near", pad, 0.0, 600e3, 10e3), circle("far", pad, 0.0, 5_000e3, 20e3)])
    assert not fit.accepted  # the far fall is carried degrees to the side, the near one is not
    assert fit.turning.residual_m[0] > 0.0 > fit.turning.residual_m[1]
    assert 0.0 < east_of(fit.low_deg, fit.high_deg) < 1.0  # on the map one circle holds both
    assert "On the map one great circle" in fit.sentence


@settings(max_examples=40, deadline=None)
@given(lat=st.floats(-80, 80), lon=st.floats(-180, 179.99), azimuth=st.floats(0, 359.99), turn=st.floats(20, 60))
def test_areas_on_two_courses_are_refused_with_both_residuals(lat, lon, azimuth, turn):
    pad = pad_at(lat, lon, sigma_m=3e3)
    areas = [circle("near", pad, azimuth, 500e3, 20e3), circle("far", pad, azimuth + turn, 2_000e3, 40e3)]
    fit = one_plane(pad, areas)
    assert not fit.accepted
    for course in (fit.turning, fit):
        near_m, far_m = course.residual_m
        assert near_m < 0.0 < far_m  # the best course runs between the two
        assert abs(near_m) / course.tolerance_m[0] == pytest.approx(abs(far_m) / course.tolerance_m[1], rel=1e-2)
    assert fit.turning.low_deg == fit.turning.high_deg == fit.turning.azimuth_deg
    assert fit.inclination_low_deg == pytest.approx(fit.inclination_high_deg)
    assert "half-widths" in fit.sentence


@pytest.mark.parametrize("turn", [90.0, 120.0, 180.0, 270.0])
def test_opposite_directions_are_refused(turn):
    pad = pad_at(40.0, 125.0)
    fit = one_plane(pad, [circle("south", pad, 180.0, 500e3, 20e3), circle("other", pad, 180.0 + turn, 900e3, 20e3)])
    assert not fit.accepted


def test_an_area_around_the_pad_fits_every_course():
    pad = pad_at(40.0, 125.0)
    home = Target(label="pad", lat_deg=(40.02,), lon_deg=(125.0,), radius_m=20e3)
    ring = Target(label="ring", lat_deg=(40.2, 40.2, 39.8, 39.8), lon_deg=(124.8, 125.2, 125.2, 124.8))
    far = circle("far", pad, 100.0, 2_000e3, 40e3)
    fit = one_plane(pad, [home, ring, far])
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(100.0, abs=0.01)
    assert [one.informs for one in planes(pad, [home, ring, far])] == [False, False, True]
    with pytest.raises(InputError, match="lie around pad"):
        one_plane(pad, [home, ring])


@pytest.mark.parametrize("start_km", [-10.0, 5.0])
def test_a_strip_that_starts_at_the_pad_shows_its_direction(start_km):
    pad = pad_at(26.0, -97.0)
    lat, lon = [], []
    for off_km, along_km in ((-15, start_km), (15, start_km), (25, 400), (-25, 400)):
        azimuth = 93.0 + np.degrees(np.arctan2(off_km, along_km))
        point = destination(pad.lat_deg, pad.lon_deg, azimuth, 1e3 * np.hypot(off_km, along_km))
        lat.append(float(point[0]))
        lon.append(float(point[1]))
    strip = Target(label="strip", lat_deg=tuple(lat), lon_deg=tuple(lon))
    fit = one_plane(pad, [strip])
    assert fit.azimuth_deg == pytest.approx(93.0, abs=0.2)
    assert 85.0 < fit.low_deg < fit.high_deg < 101.0


def test_an_area_around_the_antipode_says_nothing_and_breaks_nothing():
    pad = pad_at(62.9, 40.5)
    away = Target(label="away", lat_deg=(-60.0, -58.0, -60.4, -64.0), lon_deg=(166.0, -126.0, -122.0, 165.0))
    near = circle("near", pad, 90.0, 400e3, 20e3)
    fit = one_plane(pad, [away, near])
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(90.0, abs=0.1)
    assert [one.informs for one in planes(pad, [away, near])] == [False, True]


def test_one_area_gives_a_direction_and_says_that_it_gives_no_more():
    pad = pad_at(40.0, 125.0)
    fit = one_plane(pad, [circle("only", pad, 180.0, 500e3, 30e3)])
    assert fit.accepted
    assert "One area gives a direction and no more" in fit.sentence
    assert "turns neither before nor after" in fit.sentence


def test_the_areas_of_a_notice_go_in_as_they_were_read():
    text = (
        "X0001/23 NOTAMN\nQ) RPHI/QRALW/IV/NBO/W/000/999/1311N12917E114\nA) RPHI B) 2311220000 C) 2311302359\n"
        "E) WI 145410N 1284006E - 150142N 1292403E - 112649N 1295408E - 111918N 1291050E - 145410N 1284006E."
    )
    areas = [area for notice in read(text) for area in notice.areas]
    fit = one_plane(pad_at(39.66, 124.705), areas)
    assert fit.accepted
    assert fit.azimuth_deg == pytest.approx(170.01, abs=0.01)


def test_bands_circles_and_polygons_go_together_across_180_degrees_in_any_order():
    pad = pad_at(-10.0, 178.0)
    line = [destination(pad.lat_deg, pad.lon_deg, 88.0, along_m) for along_m in (900e3, 1_200e3)]
    band = SimpleNamespace(
        label="band",
        shape="band",
        lat_deg=tuple(float(lat) for lat, _ in line),
        lon_deg=tuple(float(lon) for _, lon in line),
        radius_m=25e3,
    )
    corners = [destination(pad.lat_deg, pad.lon_deg, az, r) for az, r in ((86, 4e5), (90, 4e5), (90, 5e5), (86, 5e5))]
    ring = Target(label="ring", lat_deg=tuple(c[0] for c in corners), lon_deg=tuple(c[1] for c in corners))
    fit = one_plane(pad, [circle("far", pad, 88.5, 2_500e3, 60e3), band, ring])
    assert fit.accepted
    assert fit.labels == ("ring", "band", "far")
    assert fit.azimuth_deg == pytest.approx(88.2, abs=0.5)
    assert band.lon_deg[0] < 0.0 < pad.lon_deg

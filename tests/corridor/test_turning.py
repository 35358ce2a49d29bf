"""Throws on the turning Earth, against integrated falls and against the engine's own flights."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import east_of, ecef_from_geodetic, geodetic_from_ecef, v_ecef_from_enu, v_enu_from_ecef, wgs84
from downrange.corridor.turning import heading_at, pad_mps, throws, tops_m
from downrange.earth import load_site, range_azimuth
from downrange.fall import drop
from downrange.flight import fly, load_vehicle_and_plan

# A sphere stands in for the ellipsoid: 0.2 deg of latitude at most, of which azimuths keep 0.1.
ON_A_SPHERE_DEG = 0.1
# Where the engine lets stages go 40 to 440 km from the pad; what one throw from the pad makes of it.
AS_ONE_THROW_DEG = 0.45


def pad_at(lat_deg: float, lon_deg: float = 0.0) -> SimpleNamespace:
    return SimpleNamespace(name="pad", lat_deg=lat_deg, lon_deg=lon_deg, sigma_m=0.0)


def fallen(lat_deg: float, course_deg: float, up_mps: float, level_mps: float) -> tuple[float, float, float]:
    """Throw a body off the ellipsoid in vacuum on the sphere's gravity; return where and when it lands, by small steps."""
    r = np.asarray(ecef_from_geodetic(lat_deg, 0.0, 0.0), dtype=float)
    enu = [level_mps * np.sin(np.radians(course_deg)), level_mps * np.cos(np.radians(course_deg)), up_mps]
    v = np.asarray(v_ecef_from_enu(enu, lat_deg, 0.0), dtype=float) + np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r)
    r0, step, t = float(np.linalg.norm(r)), 0.5, 0.0
    while True:
        pulled = -wgs84.GM_M3PS2 * r / np.linalg.norm(r) ** 3
        r_next = r + v * step + 0.5 * pulled * step**2
        v = v + 0.5 * (pulled - wgs84.GM_M3PS2 * r_next / np.linalg.norm(r_next) ** 3) * step
        t += step
        if float(np.linalg.norm(r_next)) < r0:
            turned = wgs84.OMEGA_RADPS * t
            spin = np.array([[np.cos(turned), np.sin(turned), 0], [-np.sin(turned), np.cos(turned), 0], [0, 0, 1.0]])
            lat, lon, _ = geodetic_from_ecef(spin @ r_next)
            return float(lat), float(lon), t
        r = r_next


@settings(max_examples=25, deadline=None)
@given(
    lat=st.floats(-70, 70), course=st.floats(0, 359.9), up=st.floats(900.0, 1_800.0), level=st.floats(1_000.0, 5_000.0)
)
def test_the_course_of_a_throw_is_found_from_where_it_lands(lat, course, up, level):
    land_lat, land_lon, flight_s = fallen(lat, course, up, level)
    pad = pad_at(lat)
    tops = np.linspace(20e3, 900e3, 500)
    all_of_them = throws(pad, land_lat, land_lon, tops)
    found = throws(pad, land_lat, land_lon, np.interp(flight_s, all_of_them.flight_s, tops))
    assert abs(east_of(float(found.course_deg), course)) < 0.3
    assert float(found.ground_mps) == pytest.approx(level, rel=0.01)
    assert float(np.cos(found.heading_rad - heading_at(pad, course, level))) > np.cos(np.radians(0.3))


def test_on_the_equator_due_east_and_at_the_pole_nothing_bends_sideways():
    east = throws(pad_at(0.0), 0.0, 20.0, tops_m(2_200e3))
    np.testing.assert_allclose(east.course_deg, 90.0, atol=1e-9)
    assert pad_mps(pad_at(90.0)) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(("lat", "side"), [(40.0, -1.0), (-40.0, 1.0)])
def test_a_fall_toward_the_equator_lands_west_of_its_course(lat, side):
    pad = pad_at(lat, 100.0)
    towards = throws(pad, 0.5 * lat, 100.0, tops_m(2_200e3))  # due equatorward on the map
    off = np.array([east_of(180.0 if lat > 0.0 else 0.0, float(course)) for course in towards.course_deg])
    assert (side * off > 0.3).all()  # so it left east of that
    assert np.all(np.diff(side * off) > 0.0)  # and the more the longer it was in the air


def test_a_higher_top_is_longer_in_the_air_and_slower_over_the_ground():
    one = throws(pad_at(39.7, 124.7), 36.1, 123.5, [40e3, 80e3, 160e3])
    assert (np.diff(one.flight_s) > 0.0).all()
    assert (np.diff(one.ground_mps) < 0.0).all()
    np.testing.assert_allclose(one.flight_s[1], np.sqrt(8.0 * 80e3 / 9.8), rtol=0.1)  # a flat Earth's


def test_tops_stay_below_what_a_steep_throw_of_that_range_reaches():
    low, usual, high = tops_m([100e3, 400e3, 3_000e3])
    np.testing.assert_allclose(low, [10e3, 40e3, 50e3])
    np.testing.assert_allclose(usual, [20e3, 80e3, 100e3])
    np.testing.assert_allclose(high, [40e3, 160e3, 250e3])


@pytest.mark.parametrize("lat", [5.2, 39.66, -39.3])
@pytest.mark.parametrize(
    ("azimuth", "body"),
    [(0.0, "stage 1"), (90.0, "stage 1"), (192.0, "stage 1"), (270.0, "stage 1"), (0.0, "stage 2"), (180.0, "stage 2")],
)
def test_stages_of_the_engine_were_let_go_on_the_course_found(lat, azimuth, body):
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    site = dataclasses.replace(load_site("sohae"), lat_deg=lat)
    straight = tuple(dataclasses.replace(upper, azimuth_deg=(azimuth, azimuth)) for upper in plan.uppers)
    flight = fly(vehicle, site, dataclasses.replace(plan, azimuth_deg=azimuth, uppers=straight))
    stage = next(one for one in flight.bodies if one.name == body)
    hit = drop([stage.t_s], [stage.r_ecef_m], [stage.v_ecef_mps], [stage.beta_kgpm2])
    range_m, drawn_deg = range_azimuth(lat, site.lon_deg, hit.lat_deg[0], hit.lon_deg[0])
    found = throws(site, hit.lat_deg[0], hit.lon_deg[0], tops_m(range_m))
    let_go_deg = course_at_pad(site, stage.r_ecef_m, stage.v_ecef_mps)
    off = [east_of(let_go_deg, float(course)) for course in found.course_deg]
    assert abs(off[1]) < AS_ONE_THROW_DEG
    assert min(off) - ON_A_SPHERE_DEG <= 0.0 <= max(off) + ON_A_SPHERE_DEG
    assert abs(off[1]) <= abs(east_of(let_go_deg, float(drawn_deg))) + ON_A_SPHERE_DEG  # no worse than the map


def course_at_pad(site, r_ecef_m, v_ecef_mps) -> float:
    """Carry the direction of flight at a place back to the pad along the great circle between them."""
    lat, lon, _ = (float(x) for x in geodetic_from_ecef(r_ecef_m))
    east, north, _ = v_enu_from_ecef(v_ecef_mps, lat, lon)
    _, there_deg = range_azimuth(site.lat_deg, site.lon_deg, lat, lon)
    _, back_deg = range_azimuth(lat, lon, site.lat_deg, site.lon_deg)
    return float((np.degrees(np.arctan2(east, north)) + float(there_deg) - float(back_deg) - 180.0) % 360.0)

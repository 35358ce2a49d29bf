"""Places of sensors: ships go where their course leads, everything else stays."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from downrange.base import ecef_from_geodetic, enu_axes, geodetic_from_ecef
from downrange.earth import range_azimuth
from downrange.track.places import place_at, places, places_ecef_m


def test_what_stands_on_land_stays_to_the_last_bit(radar) -> None:
    r, v, axes = places(radar, [0.0, 500.0])
    place = ecef_from_geodetic(radar.lat_deg, radar.lon_deg, radar.alt_m)
    assert (r == place).all()
    assert (v == 0.0).all()
    assert (axes == enu_axes(radar.lat_deg, radar.lon_deg)).all()
    assert place_at(radar, 500.0) == (radar.lat_deg, radar.lon_deg, radar.alt_m)


@pytest.mark.parametrize(
    ("lat", "lon", "course", "want_lat", "want_lon"),
    [
        # On the equator a degree of longitude is 111,319.49 m; around it a degree of latitude is 110,574.4 m.
        (0.0, 179.9, 90.0, 0.0, 179.9 + 36_000.0 / 111_319.49 - 360.0),
        (0.0, -179.9, 270.0, 0.0, -179.9 - 36_000.0 / 111_319.49 + 360.0),
        (0.0, 20.0, 0.0, 36_000.0 / 110_574.4, 20.0),
        (0.0, 20.0, 180.0, -36_000.0 / 110_574.4, 20.0),
    ],
)
def test_an_hour_at_ten_metres_a_second(lat, lon, course, want_lat, want_lon, radar) -> None:
    ship = dataclasses.replace(radar, lat_deg=lat, lon_deg=lon, course_deg=course, speed_mps=10.0)
    assert place_at(ship, 3600.0) == pytest.approx((want_lat, want_lon, radar.alt_m), abs=1e-5)


@pytest.mark.parametrize(("lat", "lon"), [(60.0, 120.0), (-60.0, -120.0), (0.5, 179.99), (-33.0, 18.0)])
def test_a_ship_keeps_its_speed_and_its_geodesic(lat, lon, radar) -> None:
    ship = dataclasses.replace(radar, lat_deg=lat, lon_deg=lon, alt_m=0.0, course_deg=65.0, speed_mps=12.0)
    t = np.array([-300.0, 0.0, 300.0, 4000.0])
    r, v, axes = places(ship, t)
    gone_m, _ = range_azimuth(lat, lon, *geodetic_from_ecef(r)[:2])
    assert gone_m == pytest.approx(12.0 * np.abs(t), abs=1e-6)
    enu = np.einsum("nij,nj->ni", axes, v)
    assert np.hypot(enu[:, 0], enu[:, 1]) == pytest.approx(12.0, abs=1e-6)
    assert np.abs(enu[:, 2]).max() < 1e-6
    assert enu[1] == pytest.approx([12.0 * np.sin(np.radians(65.0)), 12.0 * np.cos(np.radians(65.0)), 0.0], abs=1e-5)
    same, turned = places_ecef_m(ship, t)
    assert (same == r).all()
    assert (turned == axes).all()

"""Geodesics published by others.

SOURCE flinders: Geoscience Australia, GDA Technical Manual v2.4, chapter 4, Vincenty's inverse between Flinders Peak and
       Buninyong on GRS80. WGS84's semi-minor axis differs by 0.1 mm: nothing at this length.
SOURCE jfk: GeographicLib, examples/example-Geodesic-small.cpp, JFK to LHR on WGS84, printed with six digits.
SOURCE zone c: Manila FIR notice text of November 2023 (corners); ranges and azimuth from the old Sohae pad were worked
       on a sphere of 6371.0088 km.
"""

from __future__ import annotations

import numpy as np
import pytest

from downrange.earth import along_cross, destination, load_site, range_azimuth

FLINDERS_PEAK = (-(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600)
BUNINYONG = (-(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600)
FLINDERS_M = 54_972.271
MILLIMETRE = 1e-3
HUNDREDTH_OF_A_SECOND_DEG = 0.01 / 3600

ZONE_C = [(14.902778, 128.668333), (15.028333, 129.400833), (11.446944, 129.902222), (11.321667, 129.180556)]
SPHERE_TO_ELLIPSOID = 0.004  # meridian arcs at 10 to 40 N are up to 0.4 % shorter than on that sphere


def test_flinders_peak_to_buninyong() -> None:
    range_m, azimuth_deg = range_azimuth(*FLINDERS_PEAK, *BUNINYONG)
    _, back_deg = range_azimuth(*BUNINYONG, *FLINDERS_PEAK)
    assert range_m == pytest.approx(FLINDERS_M, abs=MILLIMETRE)
    assert azimuth_deg == pytest.approx(306 + 52 / 60 + 5.37 / 3600, abs=HUNDREDTH_OF_A_SECOND_DEG)
    assert back_deg == pytest.approx(127 + 10 / 60 + 25.07 / 3600, abs=HUNDREDTH_OF_A_SECOND_DEG)


def test_flinders_peak_to_buninyong_the_other_way_round() -> None:
    lat_deg, lon_deg = destination(*FLINDERS_PEAK, 306 + 52 / 60 + 5.37 / 3600, FLINDERS_M)
    assert (lat_deg, lon_deg) == pytest.approx(BUNINYONG, abs=HUNDREDTH_OF_A_SECOND_DEG)


def test_jfk_to_lhr() -> None:
    range_m, _ = range_azimuth(40.6, -73.8, 51.6, -0.5)
    assert range_m / 1e3 == pytest.approx(5551.76, abs=0.005)


def test_zone_c_from_the_old_pad() -> None:
    pad = load_site("sohae")
    lat_deg, lon_deg = np.array(ZONE_C).T
    centre_m, azimuth_deg = range_azimuth(pad.lat_deg, pad.lon_deg, lat_deg.mean(), lon_deg.mean())
    along_m, cross_m = along_cross(lat_deg, lon_deg, pad.lat_deg, pad.lon_deg, float(azimuth_deg))
    assert azimuth_deg == pytest.approx(170.06, abs=0.1)
    assert centre_m == pytest.approx(2_979e3, rel=SPHERE_TO_ELLIPSOID)
    near_m, far_m = np.sort(along_m)[:2].mean(), np.sort(along_m)[2:].mean()
    assert near_m == pytest.approx(2_778e3, rel=SPHERE_TO_ELLIPSOID)
    assert far_m == pytest.approx(3_180e3, rel=SPHERE_TO_ELLIPSOID)
    assert np.abs(cross_m) == pytest.approx(40e3, abs=3e3)


def test_an_ellipsoid_is_not_a_sphere() -> None:
    """The same line on the sphere of the source is longer by several kilometres: the tolerance above is needed."""
    pad = load_site("sohae")
    lat_deg, lon_deg = np.array(ZONE_C).mean(axis=0)
    range_m, _ = range_azimuth(pad.lat_deg, pad.lon_deg, lat_deg, lon_deg)
    assert 5e3 < abs(2_979e3 - range_m) < 12e3

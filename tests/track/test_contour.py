"""Edges of regions on the ground: their size anywhere on the Earth, holes, the half-way meridian, poles."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from downrange.earth import area_m2, destination
from downrange.track.contour import on_earth, outline_lonlat

PLACES = [(0.0, 0.0), (39.7, 124.7), (-52.0, -179.99), (10.0, 179.95), (-33.9, 151.2), (89.95, 40.0), (-89.99, -120.0)]


def disc(distance_m=30e3):
    return shapely.Point(0.0, 0.0).buffer(distance_m, quad_segs=32)


@pytest.mark.parametrize("centre", PLACES)
def test_a_disc_has_its_area_everywhere(centre):
    region = on_earth(disc(), centre)
    assert region.is_valid
    assert area_m2(region) == pytest.approx(math.pi * 30e3**2, rel=2e-3)
    west, _, east, _ = region.bounds
    assert -180.0 <= west < east <= 180.0
    lat, lon = destination(*centre, np.arange(0.0, 360.0, 30.0), 29.5e3)
    assert shapely.contains_xy(region, lon, lat).all()
    lat, lon = destination(*centre, np.arange(0.0, 360.0, 30.0), 30.5e3)
    assert not shapely.contains_xy(region, lon, lat).any()


@pytest.mark.parametrize("centre", PLACES[:5])
def test_a_hole_stays_a_hole(centre):
    region = on_earth(shapely.difference(disc(), disc(10e3)), centre)
    assert area_m2(region) == pytest.approx(math.pi * (30e3**2 - 10e3**2), rel=3e-3)
    assert not shapely.contains_xy(region, centre[1], centre[0])


def test_the_contour_of_a_hill_is_where_it_has_that_height():
    def hill(xy):
        return np.exp(-0.5 * ((xy[:, 0] / 5e3) ** 2 + (xy[:, 1] / 1e3) ** 2))

    points = np.random.default_rng(1).normal(size=(200, 2)) * [5e3, 1e3]
    region = outline_lonlat(hill, math.exp(-2.0), points, 2e3, (20.0, 30.0))  # two sigma
    assert area_m2(region) == pytest.approx(math.pi * 10e3 * 2e3, rel=0.02)
    lat, lon = destination(20.0, 30.0, 90.0, np.array([9.7e3, 10.3e3]))
    assert shapely.contains_xy(region, lon, lat).tolist() == [True, False]


def test_two_hills_are_two_parts():
    def hills(xy):
        return sum(np.exp(-0.5 * (((xy[:, 0] - x) / 3e3) ** 2 + (xy[:, 1] / 3e3) ** 2)) for x in (-30e3, 30e3))

    points = np.array([[-30e3, 0.0], [-30e3, 2e3], [30e3, 0.0], [30e3, -2e3]])
    assert len(outline_lonlat(hills, 0.5, points, 3e3, (0.0, 179.73)).geoms) == 3  # one of them lies across 180

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest

from downrange.base import InputError
from downrange.corridor import Target, dog_leg, explain, one_plane, planes, ranges
from downrange.corridor.shapes import MOST_CORNERS, outline, outlines
from downrange.earth import destination, range_azimuth

PAD = SimpleNamespace(name="pad", lat_deg=40.0, lon_deg=125.0, sigma_m=0.0)


def round_area(corners, radius_m=60e3, rough=0.0, seed=1):
    lat0, lon0 = (float(x) for x in destination(PAD.lat_deg, PAD.lon_deg, 180.0, 900e3))
    azimuth = np.linspace(0.0, 360.0, corners, endpoint=False)
    away_m = radius_m * (1.0 - rough * np.random.default_rng(seed).random(corners))
    lat, lon = destination(np.full(corners, lat0), np.full(corners, lon0), azimuth, away_m)
    return Target(label="big", lat_deg=tuple(lat), lon_deg=tuple(lon))


def bare(**kw):
    return SimpleNamespace(**({"label": "C", "shape": "polygon", "radius_m": None} | kw))


def test_what_has_no_outline_is_refused():
    with pytest.raises(InputError, match="no areas"):
        one_plane(PAD, [])
    point = bare(shape="point", lat_deg=(12.0,), lon_deg=(129.0,))
    for ask in (one_plane, dog_leg, ranges, planes, explain):
        with pytest.raises(InputError, match="C: a point of 1 positions without a size"):
            ask(PAD, [point])
    with pytest.raises(InputError, match="C: a polygon of 0 positions"):
        outline(bare(lat_deg=(), lon_deg=()))
    with pytest.raises(InputError, match="on one line, which enclose nothing"):
        outline(bare(lat_deg=(1.0, 2.0, 3.0), lon_deg=(5.0, 5.0, 5.0)))
    with pytest.raises(InputError, match="no place on the Earth"):
        outline(bare(lat_deg=(124.0, 125.0, 124.0), lon_deg=(36.0, 36.0, 37.0)))
    with pytest.raises(InputError, match="2 corners"):
        Target(label="x", lat_deg=(1.0, 2.0), lon_deg=(1.0, 2.0))
    with pytest.raises(InputError, match="without a radius"):
        Target(label="x", lat_deg=(1.0,), lon_deg=(1.0,))
    with pytest.raises(InputError, match="one longitude for each"):
        Target(label="x", lat_deg=(1.0, 2.0, 3.0), lon_deg=(1.0,))


@pytest.mark.parametrize("ask", [one_plane, dog_leg, ranges, planes, explain])
def test_areas_on_another_side_of_the_world_are_refused(ask):
    far = SimpleNamespace(name="far pad", lat_deg=-39.3, lon_deg=177.9, sigma_m=0.0)
    area = round_area(12)
    with pytest.raises(InputError, match="the area big lies 9,531 km or more from far pad, on another side") as caught:
        ask(far, [area])
    assert "another site" in caught.value.cure


def test_a_far_area_beside_near_ones_is_no_mistake():
    lat, lon = destination(PAD.lat_deg, PAD.lon_deg, 182.0, 12_000e3)
    far = Target(label="far", lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=300e3)
    assert [one.label for one in outlines(PAD, [far, round_area(12)])] == ["far", "big"]


@pytest.mark.parametrize("rough", [0.0, 0.2])
def test_ten_thousand_corners_are_simplified_and_give_the_same_answer(rough):
    many = round_area(10_000, rough=rough)
    one = outline(many)
    assert one.lat_deg.size <= MOST_CORNERS
    assert 0.0 < one.simplified_m < 0.3 * 60e3
    assert outline(round_area(100)).simplified_m == 0.0
    seen, plain = ranges(PAD, [many])[0], ranges(PAD, [round_area(360)])[0]
    assert abs(seen.near_m - plain.near_m) <= one.simplified_m + rough * 60e3 + 50.0
    assert abs(seen.far_m - plain.far_m) <= one.simplified_m + rough * 60e3 + 50.0
    best = one_plane(PAD, [many]).turning.azimuth_deg
    assert best == pytest.approx(one_plane(PAD, [round_area(360)]).turning.azimuth_deg, abs=0.3 + rough)


def test_ten_thousand_corners_take_no_time():
    many = round_area(10_000, rough=0.2)
    start = time.process_time()
    one_plane(PAD, [many])
    assert time.process_time() - start < 1.0  # 0.2 s on a quiet machine: benchmarks/corridor.py


def test_the_rim_of_a_circle_and_of_a_band_lies_its_radius_away():
    ring = Target(label="c", lat_deg=(10.0,), lon_deg=(179.9,), radius_m=30e3)
    lat, lon = outline(ring).rim()
    np.testing.assert_allclose(range_azimuth(10.0, 179.9, lat, lon)[0], 30e3, rtol=1e-6)
    band = bare(shape="band", lat_deg=(0.0, 0.0), lon_deg=(5.0, 6.0), radius_m=10e3)
    lat, lon = outline(band).edge()
    assert np.abs(lat).max() == pytest.approx(10e3 / 110_574.0, rel=1e-3)
    assert lon.max() - lon.min() == pytest.approx(1.0 + 20e3 / 111_319.5, rel=1e-3)

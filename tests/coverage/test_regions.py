"""Regions: what comes with the package, GeoJSON of a person over land, the 180th meridian and the poles, and its faults."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.coverage._areas import areas_m2
from downrange.coverage._io_geojson import read_geojson
from downrange.coverage.regions import Region, load_region, region_names, region_of
from downrange.earth import area_m2, is_land

BOX = [[124.0, 37.0], [125.0, 37.0], [125.0, 38.0], [124.0, 38.0], [124.0, 37.0]]
LISTED_KM2 = 219_155.0  # area of the peninsula with its islands in encyclopaedias; the islands are some 6,000 of them


def polygon(*rings: list[list[float]]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": rings})


def read(*rings: list[list[float]]) -> Region:
    return region_of(polygon(*rings), where="mine.geojson")


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        region_of(text, where="mine.geojson")
    assert caught.value.where == "mine.geojson"
    return caught.value


# ----------------------------------------------------------------------------------------------- shipped


def test_the_peninsula_is_where_it_is() -> None:
    korea = load_region("korea")
    places = {
        "Seoul": (37.57, 126.98),
        "Pyongyang": (39.03, 125.75),
        "Busan": (35.18, 129.05),
        "Chongjin": (41.80, 129.75),
    }
    outside = {
        "Jeju": (33.50, 126.53),
        "Fukuoka": (33.59, 130.40),
        "Shenyang": (41.80, 123.40),
        "Seoul's meridian south": (-37.57, 126.98),
    }
    assert all(korea.contains(*at) for at in places.values())
    assert not any(korea.contains(*at) for at in outside.values())
    assert 0.96 < korea.area_m2 / 1e6 / LISTED_KM2 < 1.0
    assert korea.source.startswith("assumed")
    assert korea.notes == ()


def test_the_peninsula_is_land() -> None:
    korea = load_region("korea")
    rng = np.random.default_rng(5)
    lat, lon = rng.uniform(34.0, 43.0, 4_000), rng.uniform(124.0, 131.0, 4_000)
    held = korea.contains(lat, lon)
    assert held.sum() > 1_000
    assert is_land(lat[held], lon[held]).mean() > 0.98


def test_every_shipped_region_loads() -> None:
    assert "korea" in region_names()
    assert all(load_region(name).area_m2 > 0.0 for name in region_names())


def test_a_wrong_name_is_answered_with_the_right_ones() -> None:
    with pytest.raises(InputError, match=r"no region 'corea'.*korea.*\.geojson"):
        load_region("corea")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_region(tmp_path / "none.geojson")


# ------------------------------------------------------------------------------------------ what is taken


def test_forms_that_hold_the_same_area_give_the_same_region(tmp_path: Path) -> None:
    one = {"type": "Polygon", "coordinates": [BOX]}
    feature = {"type": "Feature", "properties": {"name": "square", "source": "a test"}, "geometry": one}
    empty = {"type": "Feature", "properties": None, "geometry": None}
    forms = [
        one,
        {"type": "MultiPolygon", "coordinates": [[BOX]]},
        feature,
        {"type": "FeatureCollection", "features": [feature, empty]},
        {"type": "GeometryCollection", "geometries": [one]},
    ]
    for i, form in enumerate(forms):
        path = tmp_path / f"form{i}.json"
        path.write_text(json.dumps(form), encoding="utf-8")
        region = load_region(path)
        assert region.geometry_lonlat.equals(shapely.box(124, 37, 125, 38))
        assert region.area_m2 == pytest.approx(9_814.0e6, rel=1e-4)
    named = load_region(tmp_path / "form2.json")
    assert (named.name, named.title, named.source) == ("square", "square", "a test")
    assert load_region(tmp_path / "form0.json").name == "form0"


def test_holes_and_heights() -> None:
    outer = [[*corner, 12.0] for corner in box(123, 36, 126, 39)]
    region = read(outer, BOX)
    assert not region.contains(37.5, 124.5)
    assert region.contains(36.5, 124.5)
    whole, hole = areas_m2([shapely.box(123, 36, 126, 39), shapely.box(124, 37, 125, 38)])
    assert region.area_m2 == pytest.approx(whole - hole, rel=1e-12)


def test_either_turn_of_the_outline_and_an_open_end_are_taken() -> None:
    assert read(BOX[::-1]).area_m2 == pytest.approx(read(BOX).area_m2, rel=1e-12)
    unclosed = read(BOX[:-1])
    assert unclosed.area_m2 == pytest.approx(read(BOX).area_m2, rel=1e-12)
    assert any("closed" in note for note in unclosed.notes)


def test_what_polygons_share_counts_once() -> None:
    text = json.dumps({"type": "MultiPolygon", "coordinates": [[box(124, 37, 126, 38)], [box(125, 37, 127, 38)]]})
    region = region_of(text, where="two.geojson")
    assert region.area_m2 == pytest.approx(read(box(124, 37, 127, 38)).area_m2, rel=1e-9)
    assert any("overlap" in note for note in region.notes)


# ------------------------------------------------------------------- the 180th meridian and the poles


FIJI_M2 = read(box(10, -20, 14, -15)).area_m2  # as large as the four degrees across 180 below


@pytest.mark.parametrize(
    "rings",
    [
        [box(178, -20, 182, -15)],
        [box(-182, -20, -178, -15)],
        [[[178, -20], [-178, -20], [-178, -15], [178, -15], [178, -20]]],
        [[[-178, -20], [-178, -15], [178, -15], [178, -20], [-178, -20]]],
    ],
    ids=["past 180", "past -180", "jumping east", "jumping west"],
)
def test_a_region_across_180_is_recognised_however_it_is_written(rings: list[list[list[float]]]) -> None:
    region = read(*rings)
    assert region.area_m2 == pytest.approx(FIJI_M2, rel=1e-12)
    assert region.contains([-17, -17, -17, -17, -17], [179.0, -179.0, 180.0, -180.0, 539.0]).all()
    assert not region.contains([-17, -17, -21], [177.0, -177.0, 180.0]).any()
    west, _, east, _ = region.geometry_lonlat.bounds
    assert (west, east) == (-180.0, 180.0)


def test_a_region_cut_at_180_as_the_standard_asks() -> None:
    text = json.dumps({"type": "MultiPolygon", "coordinates": [[box(178, -20, 180, -15)], [box(-180, -20, -178, -15)]]})
    region = region_of(text, where="fiji.geojson")
    assert region.area_m2 == pytest.approx(FIJI_M2, rel=1e-12)
    assert region.notes == ()


def test_a_hole_across_180() -> None:
    region = read(box(170, -20, 190, -10), [[179, -16], [179, -14], [-179, -14], [-179, -16], [179, -16]])
    assert not region.contains([-15, -15], [179.5, -179.5]).any()
    assert region.contains([-15, -15], [178.5, -178.5]).all()


def test_a_jump_across_180_is_told() -> None:
    (note,) = read([[178, -20], [-178, -20], [-178, -15], [178, -15], [178, -20]]).notes
    assert "across the 180th meridian, 4 degrees wide" in note


def test_a_cap_over_the_pole_written_with_its_corners() -> None:
    for sign in (1.0, -1.0):
        cap = read(box(-180, 60, 180, 90) if sign > 0 else box(-180, -90, 180, -60))
        assert cap.contains([sign * 90, sign * 75, sign * 75], [0, 179.9, -90]).all()
        assert not cap.contains(-sign * 75, 0)
        assert cap.area_m2 == pytest.approx(34_475_735e6, rel=2e-3)  # 2 pi R^2 (1 - sin 60) on the sphere, R 6371 km


def test_a_ring_round_the_pole_is_refused_because_it_has_two_sides() -> None:
    ring = [[lon, 70.0] for lon in range(-180, 180, 30)]
    problem = refused(polygon([*ring, ring[0]]))
    assert "either side" in problem.seen
    assert "[180, 90]" in problem.cure
    antarctica = [[lon, 70.0] for lon in range(-180, 181, 30)] + [[180.0, 90.0], [-180.0, 90.0], [-180.0, 70.0]]
    assert read(antarctica).contains(85.0, 12.0)


@pytest.mark.parametrize("north_deg", [70.0, 75.0])
def test_a_ring_from_180_to_180_without_the_pole_is_refused_too(north_deg: float) -> None:
    ring = [[-180.0, 70.0], [-90.0, north_deg], [0.0, 70.0], [90.0, north_deg], [180.0, 70.0]]
    for closed in (ring, [*ring, ring[0]]):
        assert "either side" in refused(polygon(closed)).seen


def test_a_belt_round_the_earth_with_its_sides_at_180_is_taken() -> None:
    south = [[float(lon), -20.0] for lon in range(-180, 181, 30)]
    belt = read([*south, [180.0, 20.0], [-180.0, 20.0], [-180.0, -20.0]])
    assert belt.contains([0.0, 0.0, 19.0], [0.0, 180.0, -100.0]).all()
    assert not belt.contains(21.0, 0.0)


@pytest.mark.parametrize(
    "ring", [box(-90, -10, 90, 10), [[100, 0], [-170, 0], [-60, 0], [-60, 20], [-170, 20], [100, 20], [100, 0]]]
)
def test_an_edge_that_could_run_either_way_is_refused(ring: list[list[float]]) -> None:
    problem = refused(polygon(ring))
    assert "either way round the Earth" in problem.seen
    assert "3.1.9" in problem.cure


def test_a_wide_region_with_corners_on_the_way_is_taken() -> None:
    ring = [[-170, -10], [-60, -10], [60, -10], [170, -10], [170, 10], [60, 10], [-60, 10], [-170, 10], [-170, -10]]
    region = read([[float(x), float(y)] for x, y in ring])
    assert region.contains(0.0, 0.0)
    assert not region.contains(0.0, 180.0)


@settings(max_examples=60, deadline=None)
@given(
    west=st.floats(-180, 179), width=st.floats(0.1, 60), south=st.floats(-85, 80), height=st.floats(0.1, 5), x=st.floats(0.01, 0.99), y=st.floats(0.01, 0.99)
)  # fmt: skip
def test_any_box_holds_what_is_in_it(
    west: float, width: float, south: float, height: float, x: float, y: float
) -> None:
    turned = [[(lon + 180.0) % 360.0 - 180.0, lat] for lon, lat in box(west, south, west + width, south + height)]
    for ring in (box(west, south, west + width, south + height), turned):
        region = read(ring)
        assert region.contains(south + y * height, west + x * width)
        assert not region.contains(south + y * height, west - 0.1 - 0.1 * x)
        assert region.area_m2 == pytest.approx(areas_m2(shapely.box(0.0, south, width, south + height))[0], rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**31), lat=st.floats(-70, 70), corners=st.integers(3, 12))
def test_areas_agree_with_those_of_geodesics(seed: int, lat: float, corners: int) -> None:
    rng = np.random.default_rng(seed)
    turn = np.sort(rng.uniform(0.0, 2.0 * np.pi, corners))
    reach = rng.uniform(0.5, 4.0, corners)
    shape = shapely.convex_hull(
        shapely.MultiPoint(np.column_stack([30.0 + reach * np.cos(turn), lat + reach * np.sin(turn)]))
    )
    if shape.area > 0.1:
        fine = shapely.segmentize(shape, 0.005)
        assert areas_m2(shape)[0] == pytest.approx(area_m2(fine), rel=2e-6)


# ------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("text", "seen", "cure"),
    [
        ('{"type": "Polygon",\n "coordinates": [[', "not JSON", "GeoJSON"),
        ("[" * 100_000, "nested", "plain"),
        ("[1, 2]", "no type", "Feature"),
        ('{"type": "FeatureCollection", "features": []}', "no polygon", "Polygon"),
        ('{"type": "Feature", "properties": {}, "geometry": null}', "no polygon", "Polygon"),
        ('{"type": "Topology"}', "Topology has no area", "Polygon"),
        ('{"type": "Point", "coordinates": [1, 2]}', "Point has no area", "--points"),
        ('{"type": "Polygon"}', "not there", "coordinates"),
        ('{"type": "Polygon", "coordinates": []}', "without an outline", "corners"),
        (polygon([]), "0 corners", "three corners"),
        (polygon([[1, 1], [2, 2], [1, 1]]), "2 corners", "three corners"),
        (polygon([[1, 1], [2, 2], [3, 3], [1, 1]]), "no area", "three corners"),
        (polygon([["a", 1], [2, 2], [3, 1], [1, 1]]), "corner 1 is", "numbers"),
        (polygon([[1], [2, 2], [3, 1], [1, 1]]), "corner 1 is", "numbers"),
        (polygon([[1, 1], [2, float("nan")], [3, 1], [1, 1]]), "corner 2 is no finite", "degrees"),
        (polygon([[lat, lon] for lon, lat in BOX]), "beyond 90 degrees", "exchange latitude and longitude"),
        (polygon([[x * 1e5, y * 1e5] for x, y in BOX]), "no degrees", "WGS 84"),
        (polygon([[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]), "crosses itself at latitude 1.0000, longitude 1.0000", "Fix geometries"),
        (polygon(box(0, 0, 2, 2), box(5, 5, 6, 6)), "hole lies outside", "Fix geometries"),
        (polygon(box(0, 0, 9, 9), box(1, 1, 8, 8), box(2, 2, 3, 3)), "hole lies within", "Fix geometries"),
        ('{"type": "Polygon", "crs": {"type": "name", "properties": {"name": "EPSG:5179"}}, "coordinates": []}', "EPSG:5179", "EPSG:4326"),
    ],
)  # fmt: skip
def test_faults_are_explained(text: str, seen: str, cure: str) -> None:
    problem = refused(text)
    assert seen in problem.seen
    assert cure in problem.cure


def test_a_fault_names_its_place_in_the_file() -> None:
    good = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [BOX]}}
    bow = {"type": "MultiPolygon", "coordinates": [[BOX], [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]]}
    text = json.dumps({"type": "FeatureCollection", "features": [good, {**good, "geometry": bow}]})
    assert refused(text).key == "features[1].geometry.coordinates[1]"
    assert refused('{"type":\n "Polygon" "x"}').key == "line 2"


def test_frames_that_are_wgs84_are_taken() -> None:
    for name in ("urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"):
        crs = {"type": "name", "properties": {"name": name}}
        text = json.dumps({"type": "Polygon", "crs": crs, "coordinates": [BOX]})
        assert read_geojson(text, where="x").geometry_lonlat.area == pytest.approx(1.0)

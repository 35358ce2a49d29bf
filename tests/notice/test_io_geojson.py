import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import pi

import pytest
from pyproj import Geod
from shapely.geometry import shape

from downrange.notice import Area, Notice, NoticeKind, NoticeWindow, Shape, read, to_geojson

START = datetime(2026, 12, 30, 22, tzinfo=UTC)


def polygon(*places, label="1"):
    return Area(
        label=label,
        shape=Shape.POLYGON,
        lat_deg=tuple(lat for lat, _ in places),
        lon_deg=tuple(lon for _, lon in places),
    )


def windows_at(*hours):
    return tuple(
        NoticeWindow(opens=START + timedelta(hours=hour), closes=START + timedelta(hours=hour + 3)) for hour in hours
    )


def notice_of(*areas, **rest):
    return Notice(source_id="B1/26", kind=NoticeKind.NOTAM, areas=areas, source="x.txt", **rest)


def feature(*areas, **rest):
    (found,) = to_geojson([notice_of(*areas, **rest)])["features"]
    return found


def signed_area(ring):
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring)) / 2


CLOCKWISE = ((1.0, 10.0), (1.0, 11.0), (0.0, 11.0), (0.0, 10.0))


@pytest.mark.parametrize("places", [CLOCKWISE, CLOCKWISE[::-1]])
def test_outer_rings_run_counter_clockwise_and_close(places) -> None:
    (ring,) = feature(polygon(*places))["geometry"]["coordinates"]
    assert signed_area(ring) > 0.0
    assert ring[0] == ring[-1]


def test_longitude_comes_first() -> None:
    (ring,) = feature(polygon(*CLOCKWISE))["geometry"]["coordinates"]
    assert all(10.0 <= lon <= 11.0 and 0.0 <= lat <= 1.0 + 1e-3 for lon, lat in ring)


def test_an_area_over_the_dateline_is_cut() -> None:
    geometry = feature(polygon((1.0, 179.0), (1.0, -178.0), (0.0, -178.0), (0.0, 179.0)))["geometry"]
    assert geometry["type"] == "MultiPolygon"
    for (ring,) in geometry["coordinates"]:
        assert signed_area(ring) > 0.0
        assert max(lon for lon, _ in ring) - min(lon for lon, _ in ring) <= 2.0 + 1e-6


def test_properties_name_what_the_reader_needs() -> None:
    (notice,) = read(
        "B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 "
        "E) AREA1: 1000N02000E-1000N02100E-0900N02000E-0900N02100E. AREA2: 1000N03000E-1000N03100E-0900N03100E."
    )
    knotted, plain = (found["properties"] for found in to_geojson([notice])["features"])
    assert (plain["label"], plain["kind"], plain["source_id"], plain["flags"]) == ("2", "notam", "B1/26", [])
    assert plain["windows"] == [["2026-04-01T00:00:00Z", "2026-04-02T23:59:00Z"]]
    assert {"self-intersecting", "reordered"} <= set(knotted["flags"])
    assert knotted["printed"] == [[20.0, 10.0], [21.0, 10.0], [20.0, 9.0], [21.0, 9.0]]
    assert json.loads(json.dumps(knotted)) == knotted


def test_a_notice_without_areas_is_a_feature_without_geometry() -> None:
    found = feature(windows=windows_at(0))
    assert found["geometry"] is None
    assert found["properties"]["windows"] == [["2026-12-30T22:00:00Z", "2026-12-31T01:00:00Z"]]


def test_points_and_circles_in_geojson() -> None:
    point = Area(label="1", shape=Shape.POINT, lat_deg=(1.0,), lon_deg=(2.0,))
    circle = Area(label="1", shape=Shape.CIRCLE, lat_deg=(1.0,), lon_deg=(2.0,), radius_m=5e3)
    assert feature(point)["geometry"] == {"type": "Point", "coordinates": [2.0, 1.0]}
    assert (feature(circle)["properties"]["centre"], feature(circle)["properties"]["radius_m"]) == ([2.0, 1.0], 5e3)


def extent(geometry):
    """Area on the ellipsoid [m2]; every ring must be closed, in range and, outside, counter-clockwise."""
    pieces = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for outer, *_ in pieces:
        assert outer[0] == outer[-1]
        assert signed_area(outer) > 0.0
        assert all(-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0 for lon, lat in outer)
        assert all(abs(lon - before) < 180.0 or abs(lat) == 90.0 for (before, _), (lon, lat) in pairwise(outer))
    assert shape(geometry).is_valid
    return abs(Geod(ellps="WGS84").geometry_area_perimeter(shape(geometry))[0])


@pytest.mark.parametrize("place", [(90.0, 0.0), (89.0, 10.0), (-89.5, 179.0), (-90.0, -30.0)])
def test_a_circle_over_a_pole_is_whole(place) -> None:
    lat, lon = place
    circle = Area(label="1", shape=Shape.CIRCLE, lat_deg=(lat,), lon_deg=(lon,), radius_m=300e3)
    assert extent(feature(circle)["geometry"]) == pytest.approx(
        pi * 300e3**2, rel=2e-3
    )  # 180 sides; the Earth is round


@pytest.mark.parametrize("lon", [179.9, -179.9, -180.0])
def test_a_circle_over_the_dateline_is_cut(lon) -> None:
    circle = Area(label="1", shape=Shape.CIRCLE, lat_deg=(10.0,), lon_deg=(lon,), radius_m=300e3)
    geometry = feature(circle)["geometry"]
    assert geometry["type"] == "MultiPolygon"
    assert extent(geometry) == pytest.approx(pi * 300e3**2, rel=2e-3)


def test_a_band_over_the_dateline_is_cut_and_its_line_is_kept() -> None:
    band = Area(label="1", shape=Shape.BAND, lat_deg=(0.0, 0.0), lon_deg=(179.0, -179.0), radius_m=20e3)
    found = feature(band)
    assert found["geometry"]["type"] == "MultiPolygon"
    # 2 degrees of the equator are 222,639 m; a half circle at either end
    assert extent(found["geometry"]) == pytest.approx(222_639 * 40e3 + pi * 20e3**2, rel=5e-3)
    assert (found["properties"]["line"], found["properties"]["half_width_m"]) == ([[179.0, 0.0], [-179.0, 0.0]], 20e3)


@pytest.mark.parametrize("lat", [80.0, -80.0])
def test_a_ring_round_a_pole_holds_it(lat) -> None:
    ring = polygon((lat, 0.0), (lat, 90.0), (lat, -180.0), (lat, -90.0))
    geometry = feature(ring)["geometry"]
    assert extent(geometry) == pytest.approx(2.507e12, rel=1e-3)  # a square of geodesics, sides of 1,574 km
    assert any(abs(y) == 90.0 for _, y in geometry["coordinates"][0])


def test_what_it_is_about_and_how_high_stand_in_the_properties() -> None:
    properties = feature(polygon(*CLOCKWISE), floor_m=0.0, ceiling_m=float("inf"))["properties"]
    assert (properties["floor_m"], properties["ceiling_m"]) == (0.0, "unlimited")
    assert (properties["activity"], sum(properties["p"].values())) == ("other", 1.0)
    json.dumps(properties, allow_nan=False)

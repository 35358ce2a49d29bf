import json
import math
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from downrange.base import InputError
from downrange.notice import (
    Area,
    FlagCode,
    Notice,
    NoticeKind,
    NoticeWindow,
    Role,
    Shape,
    read,
    to_geojson,
    to_kml,
    to_navarea,
    to_notam,
)

NAUTICAL_MILE_M = 1852.0
EXACT_DEG = 1e-9
START = datetime(2026, 12, 30, 22, tzinfo=UTC)
PER_SECOND, PER_HUNDREDTH = 3600, 6000  # printed steps a degree: DDMMSS, DD-MM.mm


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


def wrapped(lon_deg):
    return (lon_deg + 180.0) % 360.0 - 180.0


@st.composite
def rings(draw, per_degree):
    """Convex rings anywhere on the Earth, their vertices on the steps of the printed form."""
    lat_mid = draw(st.integers(-84 * per_degree, 84 * per_degree))
    lon_mid = draw(st.one_of(st.integers(-180 * per_degree, 180 * per_degree), st.sampled_from([0, 180 * per_degree])))
    size = draw(st.floats(0.5, 5.0)) * per_degree
    turns = sorted(draw(st.lists(st.integers(0, 35), min_size=3, max_size=9, unique=True)))
    if max((b - a) % 36 for a, b in zip(turns, [*turns[1:], turns[0]], strict=True)) >= 18:
        turns = [0, 9, 18, 27]
    places = []
    for turn in turns:
        lat = lat_mid + round(size * math.sin(turn * math.pi / 18))
        lon = lon_mid + round(size * math.cos(turn * math.pi / 18))
        places.append((lat / per_degree, wrapped(lon / per_degree)))
    return tuple(places)


def same(area, places):
    assert len(area.lat_deg) == len(places)
    for lat, lon, (lat_in, lon_in) in zip(area.lat_deg, area.lon_deg, places, strict=True):
        assert lat == pytest.approx(lat_in, abs=EXACT_DEG)
        assert wrapped(lon - lon_in) == pytest.approx(0.0, abs=EXACT_DEG)


@settings(deadline=None)
@given(
    st.lists(rings(PER_SECOND), min_size=1, max_size=4),
    st.lists(st.sampled_from([0, 24, 48, 72]), min_size=1, unique=True),
)
def test_notam_written_and_read_is_the_same(shapes, hours) -> None:
    windows = windows_at(*sorted(hours))
    text = to_notam([polygon(*places) for places in shapes], windows, name="B12/26", fir="RPHI")
    (notice,) = read(text)
    assert (notice.source_id, notice.flags, notice.windows) == ("B12/26", (), windows)
    for area, places in zip(notice.areas, shapes, strict=True):
        same(area, places)


@settings(deadline=None)
@given(
    st.lists(rings(PER_HUNDREDTH), min_size=1, max_size=4),
    st.lists(st.sampled_from([0, 24, 48, 72]), min_size=1, unique=True),
    st.integers(0, 3),
)
def test_warning_written_and_read_is_the_same(shapes, hours, spares) -> None:
    plain = windows_at(*sorted(hours))
    cut = max(1, len(plain) - spares)
    windows = (*plain[:cut], *(NoticeWindow(opens=w.opens, closes=w.closes, role=Role.ALTERNATE) for w in plain[cut:]))
    text = to_navarea(
        [polygon(*places) for places in shapes], windows, name="HYDROPAC 7/26", issued=START - timedelta(days=2)
    )
    (notice,) = read(text)
    assert (notice.source_id, notice.windows) == ("HYDROPAC 7/26", windows)
    assert {flag.code for flag in notice.flags} == {FlagCode.YEAR_INFERRED}
    for area, places in zip(notice.areas, shapes, strict=True):
        same(area, places)


@settings(deadline=None, max_examples=60)
@given(rings(PER_SECOND), st.data())
def test_a_line_break_anywhere_among_the_coordinates_changes_nothing(places, data) -> None:
    text = to_notam([polygon(*places)], windows_at(0), name="B12/26", fir="RPHI")
    begin, end = text.index("WI:") + 3, text.index("F) SFC") - 2
    place = data.draw(st.integers(begin, end))
    (notice,) = read(text[:place] + "\n" + text[place:])
    assert notice.flags == ()
    same(notice.areas[0], places)


def test_a_circle_is_written_and_read_in_both_forms() -> None:
    circle = Area(label="1", shape=Shape.CIRCLE, lat_deg=(-0.5,), lon_deg=(-180.0,), radius_m=12.5 * NAUTICAL_MILE_M)
    for text in (
        to_notam([circle], windows_at(0), name="B1/26", fir="RPHI"),
        to_navarea([circle, circle], windows_at(0), name="HYDROPAC 7/26", issued=START),
    ):
        area = read(text)[0].areas[-1]
        assert (area.lat_deg, area.lon_deg) == ((-0.5,), (-180.0,))
        assert area.radius_m == pytest.approx(circle.radius_m)


def test_nothing_is_written_without_a_window() -> None:
    with pytest.raises(InputError, match="B1/26: windows: no window to write"):
        to_notam([], (), name="B1/26", fir="RPHI")


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
    assert knotted["flags"] == ["self-intersecting", "reordered"]
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


def test_kml_is_well_formed_and_holds_every_piece() -> None:
    over = polygon((1.0, 179.0), (1.0, -178.0), (0.0, -178.0), (0.0, 179.0))
    point = Area(label="2 & 3", shape=Shape.POINT, lat_deg=(1.0,), lon_deg=(2.0,), windows=windows_at(0))
    root = etree.fromstring(to_kml([notice_of(over, point)]).encode())
    space = {"k": "http://www.opengis.net/kml/2.2"}
    assert len(root.findall(".//k:Polygon", space)) == 2
    assert root.findtext(".//k:Point/k:coordinates", namespaces=space) == "2.0000000,1.0000000"
    assert root.findtext(".//k:TimeSpan/k:begin", namespaces=space) == "2026-12-30T22:00:00Z"
    assert [name.text for name in root.findall(".//k:Placemark/k:name", space)] == ["B1/26 1", "B1/26 2 & 3"]

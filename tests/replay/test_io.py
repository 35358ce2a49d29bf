"""Files for other programs: read back by their own rules."""

from __future__ import annotations

import csv
import io
import json

import pytest
import shapely
import shapely.geometry
from lxml import etree

from downrange.alert import check, schema_path

KML = {"k": "http://www.opengis.net/kml/2.2"}


@pytest.fixture(scope="module")
def features(may) -> list[dict]:
    return json.loads((may.folder / "launch.geojson").read_text(encoding="utf-8"))["features"]


def test_geojson_puts_longitude_first_and_turns_rings_left(features: list[dict]) -> None:
    kinds = {feature["properties"]["kind"] for feature in features}
    assert kinds == {"track", "event", "area", "fall", "footprint", "reported", "warned"}
    for feature in features:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid, feature["properties"]
        west, south, east, north = shape.bounds
        assert 115.0 < west <= east < 135.0
        assert 5.0 < south <= north < 45.0
        for part in shapely.get_parts(shape):
            if part.geom_type == "Polygon":
                assert part.exterior.is_ccw
                assert part.exterior.coords[0] == part.exterior.coords[-1]


def test_the_announced_polygon_has_the_published_corners(features: list[dict]) -> None:
    # corners of area C, Manila FIR notice of November 2023: 145410N 1284006E, 150142N 1292403E, 112649N 1295408E, 111918N 1291050E
    area = next(f for f in features if f["properties"]["kind"] == "area" and f["properties"]["name"] == "C")
    shape = shapely.geometry.shape(area["geometry"])
    for lat, lon in (
        (14.902778, 128.668333),
        (15.028333, 129.400833),
        (11.446944, 129.902222),
        (11.321667, 129.180556),
    ):
        assert shape.exterior.distance(shapely.Point(lon, lat)) < 1.0 / 3600.0


def test_kml_is_well_formed_and_closes_its_rings(may) -> None:
    root = etree.fromstring((may.folder / "launch.kml").read_bytes())
    rings = root.xpath("//k:LinearRing/k:coordinates/text()", namespaces=KML)
    assert len(rings) >= 8
    for ring in rings:
        points = ring.split()
        assert points[0] == points[-1]
        assert 115.0 < float(points[0].split(",")[0]) < 135.0
    assert root.xpath("count(//k:TimeSpan)", namespaces=KML) == len(may.document["warned"])


def test_czml_begins_with_its_document_and_moves_in_time(may) -> None:
    packets = json.loads((may.folder / "launch.czml").read_text(encoding="utf-8"))
    assert packets[0]["id"] == "document"
    assert packets[0]["version"] == "1.0"
    assert len({packet["id"] for packet in packets}) == len(packets)
    moving = [packet for packet in packets if "position" in packet]
    assert len(moving) == 3  # the vehicle, stage 1, the stack
    for packet in moving:
        rows = packet["position"]["cartesian"]
        assert len(rows) % 4 == 0
        times = rows[::4]
        assert times == sorted(times)
        assert all(
            6.3e6 < (x * x + y * y + z * z) ** 0.5 < 7.0e6
            for x, y, z in zip(rows[1::4], rows[2::4], rows[3::4], strict=True)
        )


def test_csv_has_units_in_its_heads_and_a_row_for_each_run(may) -> None:
    track = list(csv.DictReader(io.StringIO((may.folder / "trajectory.csv").read_text())))
    assert list(track[0])[:5] == ["t_s", "utc", "lat_deg", "lon_deg", "alt_m"]
    assert float(track[0]["lat_deg"]) == pytest.approx(39.660, abs=1e-3)
    falls = list(csv.DictReader(io.StringIO((may.folder / "impacts.csv").read_text())))
    assert list(falls[0])[:3] == ["lat_deg", "lon_deg", "t_s"]
    stack = [float(row["p"]) for row in falls if row["body"] == "stages 2-3 and payload"]
    assert len(stack) == 2000
    assert sum(stack) == pytest.approx(1.0, abs=1e-4)


def test_oem_is_in_utc_and_starts_at_lift_off(nominal) -> None:
    text = (nominal.folder / "trajectory.oem").read_text(encoding="ascii")
    assert text.startswith("CCSDS_OEM_VERS")
    assert "START_TIME = 2023-08-23T18:50:00.000000" in text
    assert "TIME_SYSTEM = UTC" in text


def test_the_track_is_one_json_line_an_update(may) -> None:
    rows = [json.loads(line) for line in (may.folder / "track.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 100
    assert {"t", "r_ecef_m", "impact", "perigee_m", "verdict", "p"} <= set(rows[0])


def test_every_cap_file_is_valid_by_the_oasis_schema_and_our_rules(may, august, nominal) -> None:
    schema = etree.XMLSchema(etree.parse(schema_path()))
    files = [path for ran in (may, august, nominal) for path in (ran.folder / "cap").glob("*.xml")]
    assert len(files) >= 8
    for path in files:
        data = path.read_bytes()
        assert schema.validate(etree.fromstring(data)), (path.name, schema.error_log)
        assert [problem for problem in check(data) if problem.rule != "R4"] == [], (
            path.name
        )  # R4 asks for the files before
        assert b"<status>Exercise</status>" in data

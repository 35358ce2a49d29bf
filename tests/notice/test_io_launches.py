import json

import pytest
from shapely.geometry import shape

from downrange.notice import launches, launches_geojson, launches_json, proposals, read

RING = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-25.0N 175-30.0E, 14-06.0N 174-55.0E"
HALF = "14-31.0N 174-41.0E, 14-50.0N 175-16.0E, 14-06.0N 174-55.0E"


def warning(number, ring=RING, end="1337"):
    return read(
        f"14135{number}Z APR 26 HYDROPAC {number}/26(81). 1. ROCKET LAUNCHING 0631Z TO {end}Z DAILY 19 AND 20 APR IN AREA BOUND BY {ring}."
    )


def test_what_some_draw_and_what_all_draw_are_two_features() -> None:
    union, common = launches_geojson(launches((*warning(7), *warning(8, HALF, "1437"))))["features"]
    assert (union["properties"]["extent"], common["properties"]["extent"]) == ("union", "common")
    assert shape(union["geometry"]).area > shape(common["geometry"]).area > 0.0
    assert union["properties"]["windows"][0] == ["2026-04-19T06:31:00Z", "2026-04-19T14:37:00Z"]
    assert common["properties"]["windows"][0] == ["2026-04-19T06:31:00Z", "2026-04-19T13:37:00Z"]
    assert union["properties"]["disputed"][0] == ["2026-04-19T13:37:00Z", "2026-04-19T14:37:00Z"]
    assert union["properties"]["sources"] == ["HYDROPAC 7/26", "HYDROPAC 8/26"]


@pytest.mark.parametrize("rows", [warning(7), (*warning(7), *warning(8))])
def test_one_drawing_is_one_feature(rows) -> None:
    (feature,) = launches_geojson(launches(rows))["features"]
    assert feature["geometry"]["type"] == "Polygon"


def test_the_document_names_every_source_and_is_strict_json() -> None:
    found = launches((*warning(7), *warning(8, end="1437"), *warning(9, RING.replace("14-", "20-"))))
    document = json.loads(json.dumps(launches_json(found, proposals(found)), allow_nan=False))
    first, second = document["launches"]
    assert [notice["source_id"] for notice in first["notices"]] == ["HYDROPAC 7/26", "HYDROPAC 8/26"]
    assert first["areas"][0]["drawn"][1] == {"source_id": "HYDROPAC 8/26", "label": "1"}
    assert first["disagreements"][0]["what"] == "window of area 1"
    assert (second["name"], second["former"]) == ("HYDROPAC 9/26", [])
    assert document["proposals"][0]["second"] == "HYDROPAC 9/26"
    assert len(document["features"]) == 2

"""A plan as a document, as a table of places, and as GeoJSON over the date line."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import shapely

from downrange.corridor import Plan, closures, closures_geojson, places_csv, plan_document
from downrange.corridor._io_plan import PLACES


def test_the_document_is_json_without_holes(before: Plan) -> None:
    document = plan_document(before)
    text = json.dumps(document, allow_nan=False)
    assert json.loads(text) == document
    assert document["windows"] == [["2023-08-23T15:00:00Z", "2023-08-30T15:00:00Z"]]
    assert [area["label"] for area in document["areas"]] == ["A", "1"]
    assert 0.8 < document["areas"][1]["planned_inside"]["stage 2"] <= 1.0
    assert [one["minute"] for one in document["minutes"]] == [*range(12), None]
    assert sum(one["p"] for one in document["minutes"]) <= 0.5 + 1e-6
    assert document["people_method"]
    baengnyeong = next(one for one in document["places"] if one["name"] == "Baengnyeong-myeon")
    assert baengnyeong["code"] == "KR-28720330"
    assert baengnyeong["p_interval_95"][0] < baengnyeong["p"] < baengnyeong["p_interval_95"][1]
    assert baengnyeong["times"][0][0].startswith("2023-08-23T15:0")
    assert baengnyeong["people"]["low"] <= baengnyeong["people"]["best"] <= baengnyeong["people"]["high"]


def test_what_is_not_known_is_null_and_an_empty_cell(before: Plan) -> None:
    document = plan_document(replace(before, windows=()))
    assert all(one["times"] == [] for one in document["places"])
    cities = [one for one in document["places"] if one["kind"] == "city"]
    assert cities
    assert all(one["people"] is None for one in cities)
    rows = list(csv.DictReader(io.StringIO(places_csv(before))))
    assert all(row["people_best"] == "" for row in rows if row["kind"] == "city")


def test_the_table_has_every_place_in_the_order_of_the_plan(before: Plan) -> None:
    rows = list(csv.DictReader(io.StringIO(places_csv(before))))
    assert ",".join(rows[0]) == PLACES
    assert [row["name"] for row in rows] == [one.ground.name_en for one in before.places]
    for row, one in zip(rows, before.places, strict=True):
        assert float(row["p"]) == round(one.reach.p, 7)
        assert row["minutes"] == " ".join(str(k) for k in one.reach.minutes)
        assert row["first_utc"] <= row["last_utc"]
    assert places_csv(before) == places_csv(before)


def test_regions_over_the_date_line_stay_cut(before: Plan) -> None:
    closure = closures(before)[0]
    cut = shapely.MultiPolygon([shapely.box(179.0, 0.0, 180.0, 1.0), shapely.box(-180.0, 0.0, -179.0, 1.0)])
    clockwise = shapely.MultiPolygon([part.reverse() for part in cut.geoms])
    geometries = [cut, clockwise, shapely.box(1.0, 1.0, 2.0, 2.0), shapely.Point(3.0, 4.0), shapely.Polygon()]
    features = closures_geojson([replace(closure, region_lonlat=geometry) for geometry in geometries])["features"]
    kinds = [None if one["geometry"] is None else one["geometry"]["type"] for one in features]
    assert kinds == ["MultiPolygon", "MultiPolygon", "Polygon", "Point", None]
    for feature in features[:2]:
        assert all(part.exterior.is_ccw for part in shapely.geometry.shape(feature["geometry"]).geoms)
    assert features[3]["geometry"]["coordinates"] == [3.0, 4.0]

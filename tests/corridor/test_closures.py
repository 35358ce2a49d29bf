"""Closures: the announced areas are in them, times span the window, regions are valid and counter-clockwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import shapely

from downrange.base import InputError, Window
from downrange.corridor import (
    Closure,
    Plan,
    Target,
    Unit,
    closures,
    closures_geojson,
    load_fits,
    load_record,
    plan,
)
from downrange.earth import area_m2


@pytest.fixture(scope="module")
def found(before: Plan) -> tuple[Closure, ...]:
    return closures(before)


def kinds(found: tuple[Closure, ...], unit: Unit, kind: str) -> list[Closure]:
    return [one for one in found if (one.unit, one.kind) == (unit, kind)]


def test_both_units_get_the_same_regions_at_the_same_times(before: Plan, found: tuple[Closure, ...]) -> None:
    ships = [one for one in found if one.unit is Unit.SHIP]
    aircraft = [one for one in found if one.unit is Unit.AIRCRAFT]
    assert len(ships) == len(aircraft) == len(found) // 2
    for ship, plane in zip(ships, aircraft, strict=True):
        assert (ship.kind, ship.name, ship.times) == (plane.kind, plane.name, plane.times)
        assert ship.region_lonlat.equals(plane.region_lonlat)
    assert closures(before, units=(Unit.SHIP,)) == tuple(ships)
    with pytest.raises(InputError, match="Name ship, aircraft or both"):
        closures(before, units=())


def test_announced_areas_are_closed_as_announced(before: Plan, found: tuple[Closure, ...]) -> None:
    announced = kinds(found, Unit.SHIP, "announced")
    assert [one.name for one in announced] == ["A", "1"]
    corners = [(128.668333, 14.902778), (129.400833, 15.028333), (129.902222, 11.446944), (129.180556, 11.321667)]
    second = announced[1].region_lonlat
    assert all(second.distance(shapely.Point(corner)) < 1e-4 for corner in corners)
    assert second.equals(before.areas[1].region_lonlat)
    assert 0.6 < (announced[1].p or 0.0) < 0.9


def test_they_open_with_the_window_and_close_with_the_last_fall_after_it(
    before: Plan, found: tuple[Closure, ...], window: Window
) -> None:
    for one in (*kinds(found, Unit.SHIP, "planned"), *kinds(found, Unit.SHIP, "failure")):
        assert one.until_t_s is not None
        assert one.times == ((window.opens, window.closes + timedelta(seconds=one.until_t_s)),)
    area = kinds(found, Unit.AIRCRAFT, "announced")[1]
    assert before.areas[1].reach is not None
    assert area.times[0][1] == window.closes + timedelta(seconds=before.areas[1].reach.last_t_s)


def test_conditional_ones_say_their_condition_and_come_minute_by_minute(
    before: Plan, found: tuple[Closure, ...], window: Window
) -> None:
    minutes = kinds(found, Unit.SHIP, "minute")
    assert [one.name for one in minutes] == [f"minute {k}" for k in range(len(minutes))]
    assert minutes[1].condition == "thrust is lost from T+60 s to T+120 s"
    for one, minute in zip(minutes, before.minutes, strict=False):
        assert one.p_given == minute.p
        assert one.p is not None
        assert one.p <= minute.p
        assert one.from_t_s == 60.0 * (minute.minute or 0)
        assert one.times[0][0] == window.opens + timedelta(seconds=one.from_t_s)
        assert shapely.covers(one.region_lonlat, minute.regions_lonlat[1])
    assert all(one.condition == "" and one.p_given is None for one in found if one.kind != "minute")


def test_the_geojson_is_that_of_rfc_7946(found: tuple[Closure, ...]) -> None:
    document = closures_geojson(found)
    assert document["type"] == "FeatureCollection"
    assert len(document["features"]) == len(found)
    for feature, one in zip(document["features"], found, strict=True):
        told = feature["properties"]
        assert (told["unit"], told["kind"], told["lower"]) == (str(one.unit), one.kind, "surface")
        assert told["upper"] == ("surface" if one.unit is Unit.SHIP else "unlimited")
        assert told["source"]
        assert 0.0 < told["probability"] <= 1.0
        assert len(told["times"]) == 1
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert shape.geom_type in {"Polygon", "MultiPolygon"}
        for part in shapely.get_parts(shape):
            assert part.exterior.is_ccw
            assert not any(hole.is_ccw for hole in part.interiors)
            assert -180.0 <= part.bounds[0] <= part.bounds[2] <= 180.0


def test_over_the_date_line_everything_is_the_same_and_cut() -> None:
    """The Earth is as round at 180 degrees as elsewhere: a pad 52 degrees farther east gives the same plan, moved.

    Planned falls are the same; pieces are thrown off in axes that do not turn with the pad, so theirs are only alike.
    """
    record, fits = load_record("chollima-1"), load_fits("chollima-1")
    plans = []
    for east_deg in (0.0, 52.0):
        lon = [(lon + east_deg + 180.0) % 360.0 - 180.0 for lon in (record.site.lon_deg, 127.2, 129.9, 129.6, 126.9)]
        area = Target(label="C", lat_deg=(15.0, 15.0, 11.3, 11.3), lon_deg=tuple(lon[1:]))
        pad = replace(record.site, lon_deg=lon[0])
        plans.append(plan(replace(record, site=pad), fits, [area], runs=200, seed=4))
    here, there = (closures(one, units=(Unit.SHIP,)) for one in plans)
    assert plans[1].areas[0].bodies == plans[0].areas[0].bodies
    crossing = 0
    for one, other in zip(here, there, strict=True):
        assert (one.kind, one.name) == (other.kind, other.name)
        same = one.kind == "planned"
        assert other.p == pytest.approx(one.p, rel=1e-6 if same else 0.05)
        if same:
            assert other.until_t_s == pytest.approx(one.until_t_s, abs=0.1)
        if one.kind in {"planned", "announced"}:
            assert area_m2(other.region_lonlat) == pytest.approx(area_m2(one.region_lonlat), rel=0.05)
        west, _, east, _ = other.region_lonlat.bounds
        assert -180.0 <= west <= east <= 180.0
        crossing += west < -179.0 and east > 179.0
    assert crossing > 5

"""Who is inside: outlines, times, heights, old positions, and the 180th meridian."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.notice import Area, Notice, NoticeKind, NoticeWindow, Shape
from downrange.track.traffic import Craft, CraftKind, Zone, who_is_inside, zones_of

AT = datetime(2023, 5, 30, 21, 30, tzinfo=UTC)
ALWAYS = (NoticeWindow(opens=AT - timedelta(hours=1), closes=AT + timedelta(hours=1)),)


def box(south, west, north, east, windows=ALWAYS, label="A"):
    return Area(
        label=label, shape=Shape.POLYGON, lat_deg=(south, south, north, north), lon_deg=(west, east, east, west),
        windows=windows,
    )  # fmt: skip


BOX = box(37.0, 124.0, 38.0, 125.0)


def ship(lat, lon, *, age_s=30.0, speed_mps=0.0, course_deg=0.0, **more):
    t = AT - timedelta(seconds=age_s)
    return Craft(**{
        "id": "440000001", "kind": CraftKind.SHIP, "t": t, "lat_deg": lat, "lon_deg": lon, "speed_mps": speed_mps,
        "course_deg": course_deg, "source": "test", **more,
    })  # fmt: skip


def plane(lat, lon, alt_m, *, age_s=5.0, **more):
    return ship(lat, lon, age_s=age_s, alt_m=alt_m, kind=CraftKind.AIRCRAFT, **more)


def one(craft, area=BOX, horizon_s=0.0):
    (row,) = who_is_inside([craft], [area], at=AT, horizon_s=horizon_s)
    return row


def none(craft, area=BOX, horizon_s=0.0):
    return who_is_inside([craft], [area], at=AT, horizon_s=horizon_s) == ()


def test_inside_is_inside_and_outside_is_no_row() -> None:
    row = one(ship(37.5, 124.5))
    assert (row.presence, row.active, row.distance_m, row.enters_s) == ("inside", True, 0.0, 0.0)
    assert none(ship(36.9, 124.5))


def test_the_way_in_is_timed_along_the_course() -> None:
    # One minute of latitude at 37 N is 1850 m (WGS 84 meridian): from 36.9 the edge is 6 minutes = 11.1 km away.
    # The edge is a geodesic between its corners, some 200 m further north in the middle.
    row = one(ship(36.9, 124.5, speed_mps=10.0, course_deg=0.0, age_s=0.0), horizon_s=1800.0)
    assert row.presence == "entering"
    assert row.distance_m == pytest.approx(11_100.0, abs=300.0)
    assert row.enters_s == pytest.approx(row.distance_m / 10.0, rel=1e-3)
    assert none(ship(36.9, 124.5, speed_mps=10.0, course_deg=180.0), horizon_s=1800.0)
    assert none(ship(36.9, 124.5, speed_mps=10.0, course_deg=0.0), horizon_s=600.0)


def test_the_age_of_a_position_is_walked_on() -> None:
    old = one(ship(36.9, 124.5, speed_mps=10.0, age_s=300.0), horizon_s=1800.0)
    new = one(ship(36.9, 124.5, speed_mps=10.0, age_s=0.0), horizon_s=1800.0)
    assert old.enters_s == pytest.approx(new.enters_s - 300.0, abs=0.1)
    assert old.distance_m == pytest.approx(new.distance_m - 3000.0, abs=5.0)
    assert one(ship(36.95, 124.5, speed_mps=25.0, age_s=400.0)).presence == "inside"


@pytest.mark.parametrize(
    ("craft", "words"),
    [
        (ship(37.5, 124.5, age_s=601.0), "601 s old"),
        (plane(37.5, 124.5, 9000.0, age_s=61.0), "61 s old"),
        (ship(36.9, 124.5, age_s=900.0), "900 s old"),
        (ship(None, None), "no position"),
        (ship(37.5, 124.5, t=None), "no time"),
        (ship(37.5, 124.5, age_s=-3600.0), "wrong clock"),
        (ship(36.999, 124.5, speed_mps=None), "no course or no speed"),
    ],
)
def test_what_is_not_known_is_never_clear(craft, words) -> None:
    row = one(craft, horizon_s=60.0)
    assert (row.presence, row.enters_s) == ("unknown", None)
    assert words in row.reason


def test_an_old_height_clears_nobody() -> None:
    zone = Zone(name="Z", area=BOX, floor_m=0.0, ceiling_m=3000.0)
    (row,) = who_is_inside([plane(37.5, 124.5, 12_000.0, age_s=300.0)], [zone], at=AT)
    assert row.presence == "unknown"
    assert who_is_inside([plane(37.5, 124.5, 12_000.0, age_s=5.0)], [zone], at=AT) == ()


@given(
    lat=st.floats(36.5, 38.5), lon=st.floats(123.5, 125.5), age_s=st.floats(0.0, 2000.0), speed_mps=st.floats(0.0, 20.0)
)
def test_nobody_known_or_unknown_is_missed(lat, lon, age_s, speed_mps) -> None:
    craft = ship(lat, lon, age_s=age_s, speed_mps=speed_mps, course_deg=90.0)
    rows = who_is_inside([craft], [BOX], at=AT)
    within = 37.003 < lat < 37.997 and 124.0 < lon < 125.0
    if age_s > 600.0:
        assert not within or rows[0].presence == "unknown"
    elif within:
        assert rows[0].presence == "inside"
    elif not (36.997 < lat < 38.003 and lon < 125.001):
        assert rows == ()


def test_an_old_position_too_far_away_to_matter_is_no_row() -> None:
    assert none(ship(30.0, 124.5, age_s=900.0), horizon_s=600.0)


def test_an_area_counts_when_it_is_active() -> None:
    opens = AT + timedelta(minutes=10)
    later = box(37.0, 124.0, 38.0, 125.0, (NoticeWindow(opens=opens, closes=opens + timedelta(hours=1)),))
    assert none(ship(37.5, 124.5), later)
    row = one(ship(37.5, 124.5), later, horizon_s=900.0)
    assert (row.presence, row.active, row.enters_s) == ("entering", False, 600.0)
    past = box(37.0, 124.0, 38.0, 125.0, (NoticeWindow(opens=AT - timedelta(hours=2), closes=AT),))
    assert none(ship(37.5, 124.5), past, horizon_s=3600.0)
    untimed = one(ship(37.5, 124.5), box(37.0, 124.0, 38.0, 125.0, ()))
    assert untimed.active
    assert "no time" in untimed.reason


def test_who_has_left_before_it_opens_is_no_row() -> None:
    opens = AT + timedelta(minutes=50)
    later = box(37.0, 124.0, 37.05, 125.0, (NoticeWindow(opens=opens, closes=opens + timedelta(hours=1)),))
    crossing = ship(36.97, 124.5, speed_mps=20.0, course_deg=0.0)
    assert none(crossing, later, horizon_s=3600.0)
    assert one(crossing, box(37.0, 124.0, 37.05, 125.0), horizon_s=3600.0).presence == "entering"


@pytest.mark.parametrize(
    ("craft", "floor_m", "ceiling_m", "presence"),
    [
        (plane(37.5, 124.5, 9000.0), 0.0, 3000.0, None),
        (plane(37.5, 124.5, 3200.0), 0.0, 3000.0, "inside"),  # within 300 m of the limit
        (plane(37.5, 124.5, 9000.0), 0.0, None, "inside"),
        (plane(37.5, 124.5, 9000.0), None, float("inf"), "inside"),
        (plane(37.5, 124.5, None), 0.0, 3000.0, "unknown"),
        (plane(37.5, 124.5, None), None, None, "inside"),
        (plane(37.5, 124.5, None, on_ground=True), 0.0, 3000.0, "inside"),
        (ship(37.5, 124.5), 3000.0, None, None),
        (plane(37.5, 124.5, 4300.0, climb_mps=-10.0), 0.0, 3000.0, "entering"),
        (plane(37.5, 124.5, 4300.0, climb_mps=10.0), 0.0, 3000.0, None),
    ],
)
def test_heights_count(craft, floor_m, ceiling_m, presence) -> None:
    zone = Zone(name="Z", area=BOX, floor_m=floor_m, ceiling_m=ceiling_m)
    rows = who_is_inside([craft], [zone], at=AT, horizon_s=300.0)
    assert [row.presence for row in rows] == ([presence] if presence else [])
    if presence == "entering":
        assert rows[0].enters_s == pytest.approx(100.0)


@pytest.mark.parametrize("lon", [179.9, -179.9, 180.0 - 1e-9, -180.0])
def test_the_180th_meridian_is_no_border(lon) -> None:
    far = box(10.0, 179.0, 11.0, -179.0)
    assert one(ship(10.5, lon), far).presence == "inside"
    row = one(ship(10.5, 178.95, speed_mps=10.0, course_deg=90.0, age_s=0.0), far, horizon_s=3600.0)
    assert row.enters_s == pytest.approx(5476.0 / 10.0, rel=0.01)  # 0.05 degrees at 10.5 N


def test_a_circle_and_a_point_are_areas_too() -> None:
    circle = Area(label="C", shape=Shape.CIRCLE, lat_deg=(37.0,), lon_deg=(124.0,), radius_m=10_000.0, windows=ALWAYS)
    assert one(ship(37.08, 124.0), circle).presence == "inside"
    row = one(ship(37.2, 124.0, speed_mps=10.0, course_deg=180.0, age_s=0.0), circle, horizon_s=3600.0)
    assert row.distance_m == pytest.approx(0.2 * 110_990.0 - 10_000.0, abs=30.0)
    point = Area(label="P", shape=Shape.POINT, lat_deg=(37.0,), lon_deg=(124.0,), windows=ALWAYS)
    assert none(ship(37.01, 124.0), point)


def test_rows_come_in_order_and_a_notice_gives_its_heights() -> None:
    notice = Notice(
        source_id="X 1/23", kind=NoticeKind.NOTAM, areas=(BOX, box(36.0, 124.0, 36.8, 125.0, label="B")), floor_m=0.0,
        ceiling_m=3000.0,
    )  # fmt: skip
    zones = zones_of(notice)
    assert [(zone.name, zone.ceiling_m) for zone in zones] == [("X 1/23 A", 3000.0), ("X 1/23 B", 3000.0)]
    crafts = [
        ship(36.9, 124.5, age_s=1200.0, id="3"), ship(36.9, 124.5, speed_mps=15.0, id="2"), ship(37.5, 124.5, id="1"),
    ]  # fmt: skip
    rows = who_is_inside(crafts, zones, at=AT, horizon_s=1800.0)
    assert [(row.craft.id, row.presence) for row in rows[:2]] == [("1", "inside"), ("2", "entering")]
    assert {row.craft.id for row in rows[2:]} == {"3"}
    assert who_is_inside(reversed(crafts), zones, at=AT, horizon_s=1800.0) == rows


def test_a_horizon_that_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="horizon_s"):
        who_is_inside([], [BOX], at=AT, horizon_s=-1.0)

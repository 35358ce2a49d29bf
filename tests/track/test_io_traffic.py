"""Reading ships and aircraft: what is not available, what is damaged, what is newest."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyais import encode_dict

from downrange.base import InputError
from downrange.track._io_ais import from_ais
from downrange.track._io_traffic import read_traffic

NOW = datetime(2023, 5, 30, 21, 27, 30, tzinfo=UTC)


def said(kind=1, **more):
    """Return one sentence that pyais encodes."""
    fields = {
        "type": kind,
        "msg_type": kind,
        "mmsi": 440000001,
        "lat": 37.5,
        "lon": 124.5,
        "speed": 10.0,
        "course": 200.0,
        "second": 20,
    }
    return encode_dict({**fields, **more}, radio_channel="A")


def crafts_of(*sentences):
    crafts, faults = from_ais(sentences, "here", untimed=NOW)
    assert not faults
    return crafts


@pytest.mark.parametrize("kind", [1, 2, 3, 18, 19, 27])
def test_every_kind_of_position_is_read(kind) -> None:
    (craft,) = crafts_of(*said(kind))
    assert (craft.id, craft.kind) == ("440000001", "ship")
    assert (craft.lat_deg, craft.lon_deg) == pytest.approx((37.5, 124.5), abs=1e-3)
    assert craft.speed_mps == pytest.approx(10.0 * 1852.0 / 3600.0, abs=1e-9)
    assert craft.course_deg == 200.0
    assert craft.t == (NOW if kind == 27 else NOW.replace(second=20))  # message 27 does not say the second
    assert f"message {kind}" in craft.source


def test_what_is_not_available_is_none_and_not_a_number() -> None:
    (craft,) = crafts_of(*said(lat=91.0, lon=181.0, speed=102.3, course=360.0, second=60))
    assert (craft.lat_deg, craft.lon_deg, craft.speed_mps, craft.course_deg) == (None, None, None, None)
    assert craft.t == NOW
    (craft,) = crafts_of(*said(9, alt=4095, speed=1023, course=360.0))
    assert (craft.kind, craft.alt_m, craft.speed_mps) == ("aircraft", None, None)
    (craft,) = crafts_of(*said(27, speed=63, course=511))
    assert (craft.speed_mps, craft.course_deg) == (None, None)


def test_a_search_aircraft_has_its_height_and_whole_knots() -> None:
    (craft,) = crafts_of(*said(9, alt=303, speed=142))
    assert (craft.kind, craft.alt_m) == ("aircraft", 303.0)
    assert craft.speed_mps == pytest.approx(142 * 1852.0 / 3600.0)


@pytest.mark.parametrize(
    "line",
    [
        "\\s:station,c:1685482050*5B\\{}",
        "\\g:1-1-7,c:1685482050000*5B\\{}",
        "2023-05-30T21:27:30Z {}",
        "2023-05-31T06:27:30+09:00,{}",
        "1685482050.0 {}",
        "{},r003669930,1685482050",
        "{},d-077,S1832,t212730.00,T48.85,r07RPAL1,1685482050",
    ],
)
def test_the_time_of_receipt_is_read_wherever_it_stands(line) -> None:
    crafts, faults = from_ais([line.format(said(second=60)[0])], "here")
    assert not faults
    assert crafts[0].t == NOW


def test_without_a_time_a_position_has_none() -> None:
    crafts, _ = from_ais(said(), "here")
    assert crafts[0].t is None


def test_damage_is_counted_with_its_line_and_the_rest_is_read(tmp_path) -> None:
    good, two = said()[0], said(5, mmsi=440000002, shipname="TWO PARTS", callsign="X", destination="NOWHERE AT ALL")
    assert len(two) == 2
    path = tmp_path / "mixed.nmea"
    lines = ["# a remark", "", good, "hello", good.replace("*", "0*", 1), "$GPGGA,1*00", two[0], "!AIVDM,1,1,,A,,0*26"]
    path.write_text("\n".join(lines))
    crafts, faults = read_traffic(path, now=NOW, untimed=NOW)
    assert [craft.id for craft in crafts] == ["440000001"]
    assert sorted(fault.where.rsplit(" ", 1)[1] for fault in faults) == ["4", "5", "6", "7", "8"]
    assert all(fault.cure for fault in faults)


def test_parts_of_two_messages_may_be_mixed() -> None:
    first = said(5, mmsi=440000002, shipname="FIRST", destination="SOMEWHERE")
    second = encode_dict({"type": 5, "mmsi": 440000003, "shipname": "SECOND"}, radio_channel="B")
    places = [*said(1, mmsi=440000002), *said(1, mmsi=440000003)]
    crafts = crafts_of(first[0], second[0], first[1], second[1], *places)
    assert [craft.name for craft in crafts] == ["FIRST", "SECOND"]


def test_the_newest_position_of_each_craft_stays_and_the_future_is_a_fault(tmp_path) -> None:
    path = tmp_path / "ais.nmea"
    lines = [
        f"{NOW - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ} {said(lat=lat, second=60)[0]}"
        for minutes, lat in ((2, 37.2), (1, 37.1), (5, 37.5), (-10, 38.0))
    ]
    path.write_text("\n".join(lines))
    (craft,), (fault,) = read_traffic(path, now=NOW)
    assert craft.lat_deg == pytest.approx(37.1)
    assert "clock" in fault.cure


def test_without_the_extra_the_cure_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyais", None)
    with pytest.raises(InputError, match=r"pip install 'downrange\[ais\]'"):
        from_ais(["x"], "here")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_no_line_breaks_the_reader(text) -> None:
    crafts, faults = from_ais([text, f"!AIVDM,1,1,,A,{text},0*00", said()[0]], "here", untimed=NOW)
    assert crafts[-1].id == "440000001"
    assert len(faults) <= 2


HEAD = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,squawk,baroaltitude,geoaltitude,lastposupdate"


def test_columns_of_the_history_are_read_by_name(tmp_path) -> None:
    path = tmp_path / "states.csv"
    rows = (
        "1685482050,71be01,37.5,124.5,230.5,181.0,-2.5,KAL123 ,False,1200,10058.4,10363.2,1685482048.5",
        "1685482050,71be02,,,,,,,True,,,,",
        "1685482050,71be03,95.0,124.5,230.5,181.0,0,X,False,,,,1685482048",
        "1685482050,71be04,37.0,124.0,100,90,0,Y,False,,1000,,1685482048",
    )
    path.write_text("\n".join((HEAD, *rows)))
    crafts, faults = read_traffic(path, now=NOW)
    one, two, four = crafts
    assert (one.name, one.alt_m, one.climb_mps, one.course_deg) == ("KAL123", 10363.2, -2.5, 181.0)
    assert one.t == NOW - timedelta(seconds=1.5)
    assert (two.lat_deg, two.t, two.on_ground) == (None, None, True)
    assert four.alt_m == 1000.0
    assert "height by pressure" in four.source
    assert [(fault.where.rsplit(" ", 1)[1], fault.key) for fault in faults] == [("4", "latitude")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"time": 1', "not JSON"),
        ('{"time": 1}', "states: missing"),
        ('{"states": {"a": 1}}', "states: no list"),
        ("icao24,lat\n71be01,37", "longitude, time_position: no such column"),
    ],
)
def test_a_file_of_another_form_is_refused(text, words, tmp_path) -> None:
    path = tmp_path / "x"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        read_traffic(path, now=NOW)


def test_no_states_are_no_aircraft_and_a_bad_one_is_a_fault(tmp_path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"time": 1685482050, "states": null}')
    assert read_traffic(path, now=NOW) == ((), ())
    bad = '[["71be01", null, "K", 1685482040, 1685482040, "124.5", "north", null, false, null, null, null], 7, [null,0,0,0,0,0,0,0,0,0,0]]'
    path.write_text(f'{{"states": {bad}}}')
    crafts, faults = read_traffic(path, now=NOW)
    assert not crafts
    assert [fault.key for fault in faults] == ["latitude", "state", "icao24"]

"""One reading as a JSON line: fields, units, places in two forms, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.track import Reading
from downrange.track._io_json import reading_line, reading_of

LINE = '{"t": "2023-05-30T21:28:00.1Z", "sensor": "a", "range_m": 191000.5, "az_deg": 190.25, "el_deg": 30.5}'
T = '"t": "2023-05-30T21:28:00.1Z", "sensor": "a"'
AT = datetime(2023, 5, 30, 21, 28, 0, 100_000, tzinfo=UTC)


def test_a_line_is_read_field_by_field() -> None:
    assert reading_of(LINE, where="here") == Reading(t=AT, sensor="a", range_m=191000.5, az_deg=190.25, el_deg=30.5)


def test_local_time_with_its_zone_is_the_same_moment() -> None:
    assert reading_of(LINE.replace("30T21:28:00.1Z", "31T06:28:00.1+09:00"), where="here") == reading_of(
        LINE, where="here"
    )


def test_who_heard_it_when_and_of_what() -> None:
    more = ', "received": "2023-05-30T21:28:02Z", "object": "stage 2", "seq": 12}'
    reading = reading_of(LINE[:-1] + more, where="here", seq=3)
    assert (reading.received, reading.object_id, reading.seq) == (AT + timedelta(seconds=1.9), "stage 2", 12)
    assert reading_of(LINE[:-1] + more.replace('"object"', '"object_id"'), where="here") == reading
    assert reading_of(LINE, where="here", seq=3).seq == 3


@pytest.mark.parametrize(
    ("place", "r_ecef_m", "v_ecef_mps"),
    [
        # On the equator at the Greenwich meridian east is y, north is z, up is x; the radius there is 6,378,137 m (WGS 84).
        ('"lat_deg": 0, "lon_deg": 0, "alt_m": 1000', (6_379_137.0, 0.0, 0.0), None),
        (
            '"lat_deg": 0, "lon_deg": 0, "alt_m": 1000, "v_east_mps": 1, "v_north_mps": 2, "v_up_mps": 3',
            (6_379_137.0, 0.0, 0.0),
            (3.0, 1.0, 2.0),
        ),
        # At 90 E up is y and east is -x.
        (
            '"lat_deg": 0, "lon_deg": 90, "alt_m": 0, "v_east_mps": 1, "v_north_mps": 2, "v_up_mps": 3',
            (0.0, 6_378_137.0, 0.0),
            (-1.0, 3.0, 2.0),
        ),
        # South pole: down is +z; the polar radius is 6,356,752.3142 m.
        (
            '"lat_deg": -90, "lon_deg": 0, "alt_m": 0, "v_east_mps": 1, "v_north_mps": 2, "v_up_mps": 3',
            (0.0, 0.0, -6_356_752.3142),
            (2.0, 1.0, -3.0),
        ),
        ('"r_ecef_m": [1, -7000000, 2.5], "v_ecef_mps": [1, 2, 3]', (1.0, -7_000_000.0, 2.5), (1.0, 2.0, 3.0)),
    ],
)
def test_places_by_hand(place, r_ecef_m, v_ecef_mps) -> None:
    reading = reading_of(f"{{{T}, {place}}}", where="here")
    assert reading.r_ecef_m == pytest.approx(r_ecef_m, abs=1e-4)
    assert reading.v_ecef_mps == (v_ecef_mps if v_ecef_mps is None else pytest.approx(v_ecef_mps, abs=1e-9))
    assert (reading.alt_m, reading.speed_mps) == (None, None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("", "no number at all. Give at least one of range_m"),
        ('"lat_deg": 1, "lon_deg": 2', "lat_deg: not a whole place. Give all of lat_deg, lon_deg, alt_m"),
        ('"lat_deg": 91, "lon_deg": 2, "alt_m": 3', "lat_deg: 91. Give degrees from -90 to 90"),
        ('"lat_deg": 1, "lon_deg": 2, "alt_m": -6e6', "alt_m: -6e[+]06. Give metres over the ellipsoid"),
        ('"lat_deg": 1, "lon_deg": 2, "alt_m": 3, "v_up_mps": 4', "v_east_mps: not a whole velocity"),
        ('"range_m": 1e5, "v_up_mps": 4', "v_east_mps: a velocity without a place"),
        ('"lat_deg": 1, "lon_deg": 2, "alt_m": 3, "r_ecef_m": [7e6, 0, 0]', "lat_deg: two places"),
        ('"r_ecef_m": [7e6, 0]', "r_ecef_m.*length 3"),
        ('"r_ecef_m": [7000, 0, 0]', "r_ecef_m: 7000 m from the Earth's centre.*kilometres times 1000"),
        ('"v_ecef_mps": [7000, 0, 0]', "v_ecef_mps: a velocity without a place"),
        ('"r_ecef_m": [7e6, 0, 0], "v_ecef_mps": [3e4, 0, 0]', "v_ecef_mps: 30000 m/s. Give metres a second"),
        ('"t_s": 5, "range_m": 1e5', "t_s: both t and t_s"),
        ('"range_m": 1e5, "seq": -1', "seq: -1. Count from 1"),
        ('"range_m": 1e5, "object": "b", "object_id": "c"', "object: 'b' and 'c'"),
        ('"range_m": 1e5, "received": "later"', "received: 'later' is not a time"),
    ],
)
def test_what_cannot_be_meant_is_said(fields, told) -> None:
    with pytest.raises(InputError, match=f"^here: .*{told}"):
        reading_of(f"{{{T}{', ' if fields else ''}{fields}}}", where="here")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"t_s": 1, "alt_m": 5}', "t_s: seconds after a lift-off that nobody told"),
        ('{"alt_m": 5}', "t: missing. Give t"),
        ('{"t_s": 1, "lat_deg": 1, "lon_deg": 2, "alt_m": 5}', "sensor: missing"),
    ],
)
def test_a_line_says_when_and_who(line, told) -> None:
    with pytest.raises(InputError, match=told):
        reading_of(line, where="here", t0=AT if "lat" in line else None)
    with pytest.raises(InputError, match=r"t_s: 1e\+09"):
        reading_of('{"t_s": 1e9, "alt_m": 5}', where="here", t0=AT)


@settings(max_examples=50)
@given(
    range_m=st.none() | st.floats(1.0, 1e9),
    az_deg=st.none() | st.floats(-180.0, 360.0),
    el_deg=st.floats(-90.0, 90.0),
    range_rate_mps=st.none() | st.floats(-2e4, 2e4),
    place=st.none() | st.tuples(st.floats(6.3e6, 5e8), st.floats(-5e8, 5e8), st.floats(-5e8, 5e8)),
    alt_m=st.none() | st.floats(-500.0, 1e8),
    us=st.integers(0, 10**12),
    seq=st.integers(0, 10**6),
    name=st.none() | st.text(),
)
def test_what_is_written_is_read_back_to_the_last_bit(
    range_m, az_deg, el_deg, range_rate_mps, place, alt_m, us, seq, name
) -> None:
    reading = Reading(
        t=datetime(2023, 5, 30, tzinfo=UTC) + timedelta(microseconds=us), sensor="서해", range_m=range_m, seq=seq,
        az_deg=az_deg, el_deg=el_deg, range_rate_mps=range_rate_mps, r_ecef_m=place, alt_m=alt_m,
        v_ecef_mps=None if place is None else (1.5, range_rate_mps or 0.0, el_deg), object_id=name,
    )  # fmt: skip
    assert reading_of(reading_line(reading), where="here") == reading

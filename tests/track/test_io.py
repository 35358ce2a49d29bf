"""Readings and updates as JSON lines."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.track import (
    Reading,
    assess,
    follow,
    read_readings,
    reading_line,
    reading_of,
    write_readings,
    write_updates,
)

LINE = '{"t": "2023-05-30T21:28:00.1Z", "sensor": "a", "range_m": 191000.5, "az_deg": 190.25, "el_deg": 30.5}'


def test_a_line_is_read_field_by_field() -> None:
    assert reading_of(LINE, where="here") == Reading(
        t=datetime(2023, 5, 30, 21, 28, 0, 100_000, tzinfo=UTC),
        sensor="a",
        range_m=191000.5,
        az_deg=190.25,
        el_deg=30.5,
    )


def test_local_time_with_its_zone_is_the_same_moment() -> None:
    assert reading_of(LINE.replace("30T21:28:00.1Z", "31T06:28:00.1+09:00"), where="here") == reading_of(
        LINE, where="here"
    )


@given(
    range_m=st.none() | st.floats(1.0, 1e8),
    az_deg=st.none() | st.floats(0.0, 360.0),
    el_deg=st.floats(-90.0, 90.0),
    range_rate_mps=st.none() | st.floats(-2e4, 2e4),
    us=st.integers(0, 10**12),
)
def test_what_is_written_is_read_back(range_m, az_deg, el_deg, range_rate_mps, us) -> None:
    reading = Reading(
        t=datetime(2023, 5, 30, tzinfo=UTC) + timedelta(microseconds=us), sensor="서해", range_m=range_m,
        az_deg=az_deg, el_deg=el_deg, range_rate_mps=range_rate_mps,
    )  # fmt: skip
    back = reading_of(reading_line(reading), where="here")
    assert (back.t, back.sensor) == (reading.t, reading.sensor)
    for name, step in (("range_m", 1e-3), ("az_deg", 1e-6), ("el_deg", 1e-6), ("range_rate_mps", 1e-3)):
        value = getattr(reading, name)
        assert getattr(back, name) == (value if value is None else pytest.approx(value, abs=step))


def test_a_file_of_readings_follows_the_same_track(tmp_path, radar, readings_of, t0) -> None:
    path = tmp_path / "readings.jsonl"
    write_readings(path, readings_of(0)[:200])
    path.write_text("# from a simulation\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    back = follow(read_readings(path), (radar,), t0)
    straight = follow(readings_of(0)[:200], (radar,), t0)
    assert back.r_ecef_m[-1] == pytest.approx(straight.r_ecef_m[-1], abs=0.01)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (LINE.replace("191000.5", "NaN"), r"r.jsonl: line 2: .*NaN is not JSON: leave the field out"),
        (LINE.replace("191000.5", '"far"'), r"r.jsonl: line 2: \$.range_m: Expected `float \| null`, got `str`"),
        (LINE.replace("191000.5", "-5"), r"r.jsonl: line 2: range_m: -5. Give a number from 1"),
        (LINE.replace('"sensor": "a", ', ""), r"r.jsonl: line 2: .*missing required field `sensor`"),
        (LINE.replace("range_m", "range_km"), r"r.jsonl: line 2: .*unknown field `range_km`"),
        (LINE.replace("00.1Z", "00.1"), r"r.jsonl: line 2: t: .*has no time zone"),
        (LINE.replace("05-30T", "05-29T"), r"r.jsonl: line 2: t: 2023-05-29.*Check the date and the time zone"),
        ("range 191 km", r"r.jsonl: line 2: .*one JSON object on each line"),
    ],
)
def test_a_bad_line_is_named_with_its_cure(bad, words, tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(f"{LINE}\n{bad}\n", encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_readings(path)


def test_a_file_that_cannot_be_read_is_said(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read: No such file"):
        read_readings(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(LINE.replace('"a"', '"\xe9"').encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.jsonl: cannot be read: it is not UTF-8 text"):
        read_readings(tmp_path / "latin.jsonl")


def test_updates_are_json_with_null_for_what_is_not(tmp_path, climb, climb_burns, radar, readings_of, t0) -> None:
    updates = assess(follow(readings_of(0, 200.0), (radar,), t0)) + assess(follow((), (radar,), t0), until_t_s=900.0)
    write_updates(tmp_path / "u.jsonl", updates, t0)
    rows = [json.loads(line) for line in (tmp_path / "u.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) == len(updates)
    assert rows[0]["t"] == "2023-05-30T21:27:41.100Z"
    assert rows[100]["impact"]["lat_deg"] == pytest.approx(updates[100].impact.lat_deg, abs=1e-6)
    assert rows[100]["verdict"] == updates[100].verdict.name
    assert rows[-1]["impact"] is None
    assert rows[-1]["perigee_m"] is None
    assert {"r_ecef_m", "v_ecef_mps", "perigee_m", "p", "reason"} <= rows[0].keys()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LINE.replace("2023-05-30T21:28:00.1Z", "0001-01-01T00:00:00+14:00"), "line 1: t: .*Check the year"),
        (LINE.replace('"a"', '"moon"'), "line 1: sensor: 'moon' is not in the sensor file"),
    ],
)
def test_a_line_that_cannot_be_followed_is_named(tmp_path, text: str, told: str) -> None:
    (tmp_path / "mine.jsonl").write_text(text)
    with pytest.raises(InputError, match=told):
        read_readings(tmp_path / "mine.jsonl", sensors=("a", "b"))


def test_readings_as_windows_saves_them_are_read(tmp_path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(b"\xef\xbb\xbf" + LINE.encode() + b"\r\n")
    assert read_readings(tmp_path / "mine.jsonl") == (reading_of(LINE, where="here"),)

"""Files of readings in their three forms: told apart, read on past what is wrong, written and read back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.track import Reading, Sensor, assess, follow
from downrange.track._io import read_readings, reading_of, write_csv, write_readings, write_tdm, write_updates
from downrange.track._io_tdm_write import tdm_text
from downrange.track.model import SensorKind

LINE = '{"t": "2023-05-30T21:28:00.1Z", "sensor": "a", "range_m": 191000.5, "az_deg": 190.25, "el_deg": 30.5}'
AT = datetime(2023, 5, 30, 21, 28, 0, 100_000, tzinfo=UTC)
FIX = Reading(t=AT, sensor="a", range_m=191000.5, az_deg=190.25, el_deg=30.5)


def sensor(name: str) -> Sensor:
    return Sensor(name=name, title=name, sigma_range_m=30.0, source="assumed")


def stream(tmp_path, *lines: str, name: str = "r.jsonl", **options):
    """Write lines and read them."""
    (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_readings(tmp_path / name, **options)


def at(second: float, **changes: object) -> str:
    """Return the line at so many seconds after the first."""
    moment = (AT + timedelta(seconds=second)).isoformat()
    return json.dumps(json.loads(LINE) | {"t": moment} | changes)


def test_a_file_of_readings_follows_the_same_track(tmp_path, radar, readings_of, t0) -> None:
    path = tmp_path / "readings.jsonl"
    write_readings(path, readings_of(0)[:200])
    path.write_text("# from a simulation\n\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    intake = read_readings(path)
    assert (len(intake.readings), intake.faults, intake.lines) == (200, (), 200)
    assert intake.readings[0].seq == 3
    back = follow(intake.readings, (radar,), t0)
    straight = follow(readings_of(0)[:200], (radar,), t0)
    assert (back.r_ecef_m == straight.r_ecef_m).all()


BAD = [
    (LINE.replace("191000.5", "NaN"), "", "malformed", "NaN is not JSON: leave the field out"),
    (LINE.replace("191000.5", '"far"'), "$.range_m", "Expected `float | null`, got `str`", "numbers as numbers"),
    (LINE.replace("191000.5", "-5"), "range_m", "-5", "give a number from 1 "),
    (LINE.replace("191000.5", "1e400"), "$.range_m", "out of range", "numbers as numbers"),
    (LINE.replace('"sensor": "a", ', ""), "sensor", "missing", "name the sensor"),
    (LINE.replace("range_m", "range_km"), "", "unknown field `range_km`", "range_m"),
    (LINE.replace("00.1Z", "00.1"), "", "has no time zone", "say which"),
    (LINE.replace("05-30T", "05-29T"), "t", "24.0 hours before the other readings", "check the date and the time zone"),
    (LINE.replace("05-30T", "05-31T"), "t", "24.0 hours after the other readings", "check the date and the time zone"),
    (LINE.replace("2023-05-30T21:28:00.1Z", "0001-01-01T00:00:00+14:00"), "", "0001-01-01", "check the year"),
    (LINE.replace("2023-05-30T21:28:00.1Z", "9999-12-31T23:59:59.9999999Z"), "", "9999-12-31", "check the year"),
    (LINE.replace('"a"', '"moon"'), "sensor", "'moon' is not in the sensor file", "name one of a, b"),
    (LINE.partition('"az_deg"')[0], "", "Input data was truncated", "one JSON object on each line"),
    ("range 191 km", "", "malformed", "one JSON object on each line"),
]


@pytest.mark.parametrize(("bad", "key", "seen", "cure"), BAD)
def test_a_bad_line_is_named_with_its_cure_and_the_rest_is_read(tmp_path, bad, key, seen, cure) -> None:
    intake = stream(tmp_path, at(0), at(1), bad, at(2), sensors=(sensor("a"), sensor("b")))
    assert [reading.seq for reading in intake.readings] == [1, 2, 4]
    assert intake.lines == 4
    (fault,) = intake.faults
    assert fault.where.startswith("r.jsonl: line 3")
    assert fault.key == key
    assert seen in fault.seen
    assert cure in fault.cure


def test_all_bad_lines_together_leave_the_good_ones(tmp_path) -> None:
    lines = [line for i, (bad, *_) in enumerate(BAD) for line in (at(i), bad)]
    intake = stream(tmp_path, *lines, sensors=(sensor("a"), sensor("b")))
    assert len(intake.readings) == len(intake.faults) == len(BAD)
    assert [fault.where.split(":")[1] for fault in intake.faults] == [f" line {2 * i + 2}" for i in range(len(BAD))]


def test_bytes_that_are_no_text_cost_their_line(tmp_path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(LINE.encode() + b"\n" + LINE.replace('"a"', '"\xe9"').encode("latin-1") + b"\n" + at(1).encode())
    intake = read_readings(path)
    assert len(intake.readings) == 2
    assert (intake.faults[0].where, intake.faults[0].cure) == ("r.jsonl: line 2", "save the file as UTF-8")


def test_one_wild_stamp_does_not_make_the_later_lines_wrong(tmp_path) -> None:
    wild = LINE.replace("05-30T", "05-29T")
    for lines in ((wild, at(0), at(1), at(2)), (at(0), wild, at(1), at(2)), (at(0), at(1), wild, wild, at(2))):
        intake = stream(tmp_path, *lines)
        assert [reading.t for reading in intake.readings] == [AT + timedelta(seconds=i) for i in range(3)]
        assert len(intake.faults) == lines.count(wild)


def test_late_readings_and_gaps_are_no_faults(tmp_path) -> None:
    intake = stream(tmp_path, at(0), at(1800), at(1), at(5000))
    assert [reading.seq for reading in intake.readings] == [1, 2, 3, 4]
    assert len(stream(tmp_path, at(0), at(1), at(4000)).faults) == 1
    assert stream(tmp_path, at(0), at(1), at(4000), max_gap_s=4000.0).faults == ()


def test_a_number_of_its_own_does_not_hide_the_line_of_a_fault(tmp_path) -> None:
    intake = stream(tmp_path, at(0, seq=71), at(1, seq=72), at(-90_000, seq=70))
    assert [reading.seq for reading in intake.readings] == [71, 72]
    assert intake.faults[0].where == "r.jsonl: line 3"


def test_a_file_of_which_nothing_can_be_used_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read: No such file"):
        read_readings(tmp_path / "none.jsonl")
    (tmp_path / "latin.jsonl").write_bytes(LINE.replace('"a"', '"\xe9"').encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.jsonl: line 1: it is not UTF-8 text"):
        read_readings(tmp_path / "latin.jsonl")
    with pytest.raises(InputError, match=r"r\.jsonl: no reading\. Give one JSON object on each line"):
        stream(tmp_path, "", "# nothing")
    with pytest.raises(
        InputError, match=r"r\.jsonl: line 1: range_m: -5 \(nothing in the file can be used; 1 more fault"
    ):
        stream(tmp_path, at(0, range_m=-5), at(0, range_m=-6))
    with pytest.raises(InputError, match=r"x\.txt: an XML file\. Ask for its keyword form"):
        stream(tmp_path, '<?xml version="1.0"?>', "<tdm>", name="x.txt")
    with pytest.raises(InputError, match=r"x\.txt: line 1: no column t or t_s in 'range 191 km'"):
        stream(tmp_path, "range 191 km", name="x.txt")


def test_the_form_is_told_by_the_content(tmp_path) -> None:
    write_csv(tmp_path / "r.csv", [FIX])
    write_tdm(tmp_path / "r.tdm", [FIX])
    for form in ("csv", "tdm"):
        text = (tmp_path / f"r.{form}").read_text(encoding="utf-8")
        (got,) = stream(tmp_path, *text.splitlines(), name="r.txt").readings
        assert (got.t, got.sensor, got.range_m) == (FIX.t, FIX.sensor, pytest.approx(FIX.range_m, abs=1e-6))
    assert stream(tmp_path, "range 191 km", LINE, name="r.txt").readings[0].range_m == FIX.range_m
    headless = text.partition("META_START")[2]
    intake = stream(tmp_path, "", "META_START", headless, name="r.txt")
    assert len(intake.readings) == 1
    assert [fault.key for fault in intake.faults] == ["CCSDS_TDM_VERS", "CREATION_DATE", "ORIGINATOR"]


def test_readings_as_windows_and_old_macs_save_them_are_read(tmp_path) -> None:
    for end in (b"\r\n", b"\r", b"\n\r", b"\n"):
        (tmp_path / "mine.jsonl").write_bytes(b"\xef\xbb\xbf" + LINE.encode() + end + at(1).encode() + end)
        intake = read_readings(tmp_path / "mine.jsonl")
        assert intake.readings[0] == reading_of(LINE, where="here", seq=1)
        assert (len(intake.readings), intake.faults) == (2, ())


def test_what_a_broadcast_shows_is_read_with_the_time_of_liftoff(tmp_path, t0) -> None:
    lines = ('{"t_s": 0.5, "speed_mps": 12.5, "alt_m": 30.0}', '{"t_s": 1.5, "speed_mps": 14.0}')
    intake = stream(tmp_path, *lines, t0=t0)
    assert intake.readings == (
        Reading(t=t0 + timedelta(seconds=0.5), sensor="webcast", seq=1, speed_mps=12.5, alt_m=30.0),
        Reading(t=t0 + timedelta(seconds=1.5), sensor="webcast", seq=2, speed_mps=14.0),
    )
    table = stream(tmp_path, "t_s,speed_mps,alt_m", "0.5,12.5,30.0", "1.5,14.0,", name="w.csv", t0=t0)
    assert [(got.t, got.speed_mps, got.alt_m) for got in table.readings] == [
        (got.t, got.speed_mps, got.alt_m) for got in intake.readings
    ]
    with pytest.raises(InputError, match=r"line 1: t_s: .*Give the time of lift-off \(--t0\)"):
        stream(tmp_path, *lines)


TABLE = "t,sensor,range_m,az_deg\n2023-05-30T21:28:00Z,a,191000.5,190.25\n2023-05-30T21:28:01Z,a,191000.5,\n"
MESSAGE = tdm_text([FIX, FIX], created=AT, originator="TEST")
SPOIL = (
    b"NaN",
    b"1e400",
    b"\n",
    b",",
    b"=",
    b"\xff",
    b'"',
    b"9999-12-31T23:59:59.9999999999",
    b"META_START\n",
    b"GPS",
    b"RADEC",
)


@settings(max_examples=60)
@given(
    text=st.sampled_from((LINE + "\n" + LINE, TABLE, MESSAGE)),
    edits=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(SPOIL) | st.binary(max_size=4))),
)
def test_whatever_is_done_to_a_file_it_is_read_or_refused_in_words(tmp_path_factory, text, edits) -> None:
    content = text.encode()
    for start, length, new in edits:
        content = content[:start] + new + content[start + length :]
    path = tmp_path_factory.mktemp("spoilt") / "r.txt"
    path.write_bytes(content)
    try:
        intake = read_readings(path)
    except InputError:
        assert edits
    else:
        assert 0 < len(intake.readings) <= intake.lines
        assert edits or not intake.faults


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


def test_places_and_broadcasts_are_kept_by_json_and_csv(tmp_path) -> None:
    readings = (
        Reading(t=AT, sensor="link", seq=7, received=AT + timedelta(seconds=2), object_id="stage 2",
                r_ecef_m=(-2918000.1, 4144000.2, 3861000.3), v_ecef_mps=(1.5, -2.25, 7000.125)),
        Reading(t=AT, sensor="link", seq=8, r_ecef_m=(-2918000.1, 4144000.2, 3861000.3)),
        Reading(t=AT, sensor="webcast", seq=9, alt_m=61000.0, speed_mps=1900.0),
    )  # fmt: skip
    write_readings(tmp_path / "r.jsonl", readings)
    write_csv(tmp_path / "r.csv", readings)
    assert read_readings(tmp_path / "r.jsonl").readings == readings
    assert read_readings(tmp_path / "r.csv").readings == readings
    for reading in readings[1:]:
        with pytest.raises(InputError, match=r"no keyword for it"):
            write_tdm(tmp_path / "r.tdm", [reading])
    assert not (tmp_path / "r.tdm").exists()


def test_a_sensor_file_of_any_kind_names_who_may_speak(tmp_path, t0) -> None:
    shown = Sensor(
        name="webcast", title="x", kind=SensorKind.WEBCAST, sigma_alt_m=50.0, sigma_speed_mps=1.0, source="x"
    )
    lines = ('{"t_s": 1, "speed_mps": 12.5}', at(0), at(0, sensor="b"))
    intake = stream(tmp_path, *lines, sensors=(shown, sensor("a")), t0=t0)
    assert [got.sensor for got in intake.readings] == ["webcast", "a"]
    assert [fault.seen for fault in intake.faults] == ["'b' is not in the sensor file"]

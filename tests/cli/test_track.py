"""The commands of the room `track` as people use them: simulate, turn into another form, follow, calibrate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from downrange.cli import app

T0 = "2023-08-23T18:50:00Z"
# Two radars at two readings a second, so that nothing takes long; places as the invented ones of the 2023 launches.
SENSORS = 'title = "Two radars"\n' + "".join(
    f'[[radar]]\nname = "{name}"\ntitle = "{name}"\nlat_deg = {lat}\nlon_deg = {lon}\n'
    "alt_m = 50.0\nmax_range_m = 900000.0\nsigma_range_m = 20.0\n"
    "sigma_az_deg = 0.05\nsigma_el_deg = 0.05\nmin_elevation_deg = 1.0\nperiod_s = 0.5\nsigma_bias_range_m = 15.0\n"
    f'{more}source = "assumed"\n'
    for name, lat, lon, more in (("coast", 37.97, 124.72, ""), ("ship", 36.6, 124.9, "sigma_range_rate_mps = 1.0\n"))
)
NOTICE = """NAVAREA XI 477/23. YELLOW SEA. EAST CHINA SEA.
1. HAZARDOUS OPERATIONS, ROCKET LAUNCHING 231500Z TO 301500Z AUG 23 IN AREAS BOUND BY:
   A. 36-18N 123-20E, 36-18N 123-50E, 35-50N 123-50E, 35-50N 123-20E.
   B. 34-05N 123-00E, 34-05N 123-40E, 33-20N 123-40E, 33-20N 123-00E.
2. CANCEL THIS MSG 301600Z AUG 23.
"""
FAULTS = {
    '{"t": "2023-08-23T18:51:00Z", "sensor": "moon", "range_m": 1000}': "'moon' is not in the sensor file",
    '{"t": "2023-08-22T18:51:00Z", "sensor": "coast", "range_m": 200000}': "before the other readings",
    '{"t": "2023-08-23T18:51:00Z", "sensor": "coast", "range_m": NaN}': "NaN is not JSON",
    '{"t": "2023-08-23T18:51:00Z", "sensor": "coast", "range_m": -5}': "range_m: -5",
    '{"sensor": "coast", "range_m": 200000}': "t: missing",
}


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["track", *map(str, words)], env={"COLUMNS": "140"})


def paragraph(done: Result) -> str:
    """The error alone: exit 2, nothing on standard output."""
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return done.stderr.strip().splitlines()[-1]


def ranges(folder: Path) -> int:
    """How many ranges stand in the tracking data message, one of each reading."""
    return (folder / "readings.tdm").read_text().count("\nRANGE = ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sensors, a notice, and the readings of a flight whose second stage does not ignite."""
    where = tmp_path_factory.mktemp("track")
    (where / "two.toml").write_text(SENSORS)
    (where / "notice.txt").write_text(NOTICE)
    done = run(
        "simulate", "chollima-1", "--site", "sohae-coastal", "--fail", "stage2:no-ignition", "--sensors",
        where / "two.toml", "--t0", T0, "--seed", 3, "--out", where / "readings.tdm", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["outcome"] == "failed"
    assert found["failed_t_s"] == pytest.approx(113.3, abs=0.5)
    return where


def test_a_tracking_data_message_is_followed_to_the_verdict(folder: Path) -> None:
    done = run(
        "run", folder / "readings.tdm", "--sensors", folder / "two.toml", "--t0", T0, "--vehicle", "chollima-1",
        "--site", "sohae-coastal", "--notice", folder / "notice.txt", "--objects", "--out", folder / "out", "--json",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    counts = found["readings"]
    assert counts["faults"] == 0
    assert counts["used"] + counts["refused"] + counts["duplicates"] == ranges(folder)
    first = {}
    for update in found["updates"]:
        first.setdefault(update["verdict"], update)
    assert 113.0 < first["THRUST_LOST"]["t_s"] < 125.0  # the engine should light at T+113 s
    assert {one["sensor"] for one in first["THRUST_LOST"]["decided_by"]} == {"coast", "ship"}
    assert found["updates"][-1]["verdict"] == "WILL_NOT_REACH_ORBIT"
    assert found["launch_point"]["site"].startswith("sohae")
    assert found["objects"] == []
    region = found["impact_region"]
    assert 35.9 < region["mean_lat_deg"] < 36.2
    assert region["outlines"][0]["p"] == 0.5
    written = {path.name: path.read_text() for path in (folder / "out").iterdir()}
    assert sorted(written) == ["impact.geojson", "track.json", "track.jsonl"]
    assert len(written["track.jsonl"].splitlines()) == len(found["updates"])
    kinds = [feature["properties"]["kind"] for feature in json.loads(written["impact.geojson"])["features"]]
    assert kinds.count("impact region") == 2


def test_tables_say_who_decided_and_how_far_from_the_corridor(folder: Path) -> None:
    done = run(
        "run", folder / "readings.tdm", "--sensors", folder / "two.toml", "--t0", T0, "--site", "sohae-coastal",
        "--notice", folder / "notice.txt", "--now", "2023-08-23T18:52:00Z",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "later than now" in done.stdout
    assert "km inside, outside with p=0.000" in done.stdout
    assert "No expected burns to compare with" in done.stdout
    assert "coast" in done.stdout.partition("decided by readings")[2]


def test_silence_until_now_ends_in_unknown(folder: Path) -> None:
    done = run(
        "run", folder / "readings.tdm", "--sensors", folder / "two.toml", "--t0", T0, "--now", "2023-08-23T19:10:00Z",
        "--json",
    )  # fmt: skip
    last = json.loads(done.stdout)["updates"][-1]
    assert (last["verdict"], last["age_s"] > 600.0) == ("UNKNOWN", True)
    assert last["reason"].startswith("no reading for")
    early = run("run", folder / "readings.tdm", "--sensors", folder / "two.toml", "--now", "2023-08-23T18:50:00Z")
    assert "--now: 2023-08-23T18:50:00Z, before every reading" in paragraph(early)


def test_lines_with_a_fault_are_told_and_counted_and_the_rest_is_used(folder: Path) -> None:
    sensors = ("--sensors", folder / "two.toml")
    assert run("convert", folder / "readings.tdm", folder / "readings.jsonl", *sensors).exit_code == 0
    lines = (folder / "readings.jsonl").read_text().splitlines()
    for i, fault in enumerate(FAULTS):
        lines.insert(100 * (i + 1), fault)
    (folder / "bad.jsonl").write_text("\n".join(lines) + "\n")
    done = run("run", folder / "bad.jsonl", *sensors, "--t0", T0, "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["readings"]["lines"], found["readings"]["faults"]) == (len(lines), len(FAULTS))
    told = done.stderr.splitlines()
    for i, (line, why) in enumerate(zip(told, FAULTS.values(), strict=True)):
        assert line.startswith(f"bad.jsonl: line {100 * (i + 1) + 1}: ")
        assert why in line
    clean = json.loads(run("run", folder / "readings.jsonl", *sensors, "--t0", T0, "--json").stdout)
    assert clean["launch_point"] == found["launch_point"]
    assert "5 faults in" in paragraph(run("run", folder / "bad.jsonl", *sensors, "--t0", T0, "--strict", "--json"))


def test_forms_are_turned_into_each_other_without_loss(folder: Path) -> None:
    sensors = ("--sensors", folder / "two.toml")
    assert run("convert", folder / "readings.tdm", folder / "a.csv", *sensors).exit_code == 0
    assert run("convert", folder / "a.csv", folder / "a.jsonl", *sensors).exit_code == 0
    assert run("convert", folder / "a.jsonl", folder / "b.csv", *sensors).exit_code == 0
    assert len((folder / "a.csv").read_text().splitlines()) == 1 + ranges(folder)
    from downrange.track import read_readings

    one, two = (read_readings(folder / name).readings for name in ("a.csv", "b.csv"))
    plain = [(r.t, r.sensor, r.range_m, r.az_deg, r.el_deg, r.range_rate_mps) for r in one]
    assert plain == [(r.t, r.sensor, r.range_m, r.az_deg, r.el_deg, r.range_rate_mps) for r in two]
    assert "says no form" in paragraph(run("convert", folder / "a.csv", folder / "a.txt"))
    assert "the same file as IN" in paragraph(run("convert", folder / "a.csv", folder / "a.csv"))


def test_sensors_are_calibrated_and_kept(folder: Path) -> None:
    words = ("calibrate", folder / "readings.tdm", "--sensors", folder / "two.toml", "--t0", T0)
    found = json.loads(run(*words, "--out", folder / "mine.toml", "--json").stdout)
    assert found["settled"] is True
    assert {one["key"] for one in found["estimates"]} == {"bias_range_m"}
    from downrange.track import load_sensors

    mine = {sensor.name: sensor for sensor in load_sensors(folder / "mine.toml")}
    for one in found["estimates"]:
        assert mine[one["sensor"]].bias_range_m == pytest.approx(one["value"], abs=1e-5)
        assert one["sigma"] < one["prior_sigma"]
    assert "Misfit" in run(*words).stdout
    plain = SENSORS.replace("sigma_bias_range_m = 15.0\n", "")
    (folder / "plain.toml").write_text(plain)
    assert "taken at its word" in paragraph(run(*words[:3], folder / "plain.toml", *words[4:]))


def test_what_a_screen_showed_needs_no_sensor_file(tmp_path: Path) -> None:
    rows = "".join(f"{t},{20.0 * t:.1f},{10.0 * t * t:.0f}\n" for t in range(1, 120))
    (tmp_path / "screen.csv").write_text(f"t_s,speed_mps,alt_m\n{rows}")
    done = run("run", tmp_path / "screen.csv", "--t0", T0, "--site", "lc-39a", "--json")
    found = json.loads(done.stdout)
    assert found["readings"]["lines"] == 119
    assert found["updates"][-1]["impact"] is None
    assert "launch_point" not in found
    assert "give the time of lift-off" in paragraph(run("run", tmp_path / "screen.csv")).lower()


def test_what_is_missing_is_named(folder: Path) -> None:
    run("convert", folder / "readings.tdm", folder / "c.jsonl", "--sensors", folder / "two.toml")
    assert "--sensors: missing" in paragraph(run("run", folder / "c.jsonl", "--t0", T0))
    both = ("run", folder / "c.jsonl", "--sensors", folder / "two.toml")
    assert "--t0: missing" in paragraph(run(*both, "--vehicle", "chollima-1", "--site", "sohae-coastal"))
    assert "--site: missing" in paragraph(run(*both, "--t0", T0, "--notice", folder / "notice.txt"))
    blind = run(
        "simulate", "chollima-1", "--site", "andoya", "--sensors", folder / "two.toml", "--t0", T0, "--out",
        folder / "blind.csv",
    )  # fmt: skip
    assert "no sensor ever sees the flight" in paragraph(blind)
    assert not (folder / "blind.csv").exists()


def test_ships_and_aircraft_are_held_against_the_areas(folder: Path) -> None:
    from pyais import encode_dict

    noted = 1692816270  # 2023-08-23T18:44:30Z
    ships = ((440000001, 36.0, 123.5), (440000002, 36.32, 123.5), (440000003, 30.0, 130.0))
    sentences = [
        f"{noted} {sentence}"
        for mmsi, lat, lon in ships
        for sentence in encode_dict(
            {"msg_type": 1, "mmsi": mmsi, "lat": lat, "lon": lon, "speed": 12.0, "course": 180.0, "second": 20}
        )
    ]
    (folder / "ships.txt").write_text("\n".join([*sentences, "!AIVDM,1,1,,A,damaged,0*00"]) + "\n")
    old = [
        "abc123",
        "",
        None,
        noted - 3000,
        noted,
        123.5,
        36.1,
        9000.0,
        False,
        230.0,
        180.0,
        0.0,
        None,
        9200.0,
        "",
        False,
        0,
    ]
    (folder / "air.json").write_text(json.dumps({"time": noted, "states": [old]}))
    words = ("inside", folder / "ships.txt", folder / "air.json", "--notice", folder / "notice.txt", "--at")
    done = run(*words, "2023-08-23T18:45:00Z", "--ahead-s", 1800, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["areas"], found["active"], found["crafts"], len(found["faults"])) == (2, 2, 4, 1)
    who = {(row["id"], row["presence"]) for row in found["rows"]}
    assert {("440000001", "inside"), ("440000002", "entering"), ("abc123", "unknown")} <= who
    assert "440000003" not in {row["id"] for row in found["rows"]}
    assert "line 4" in done.stderr
    table = run(*words, "2023-08-23T18:45:00Z").stdout
    assert "2 of 2 areas active" in table
    # before anything was sent: the clock is told, not an empty sea
    assert "no craft at all" in paragraph(run(*words, "2023-08-20T18:45:00Z"))


def test_a_screen_with_a_loose_clock_does_not_spoil_what_others_place(folder: Path) -> None:
    screen = '[[webcast]]\nname = "screen"\ntitle = "screen"\nsigma_alt_m = 100.0\nsigma_speed_mps = 1.0\n'
    late = 'sigma_clock_s = 2.0\nperiod_s = 1.0\nsource = "assumed"\n'
    (folder / "three.toml").write_text(SENSORS + screen + late)
    simulated = run(
        "simulate", "chollima-1", "--site", "sohae-coastal", "--sensors", folder / "three.toml", "--t0", T0, "--bodies",
        "--out", folder / "three.jsonl",
    )  # fmt: skip
    assert simulated.exit_code == 0, simulated.output
    assert "last stage burned out or cut off as planned" in simulated.stdout
    words = ("run", folder / "three.jsonl", "--sensors", folder / "three.toml", "--t0", T0, "--vehicle", "chollima-1")
    done = run(*words, "--site", "sohae-coastal", "--objects", "--json")
    found = json.loads(done.stdout)
    assert found["readings"]["of_a_loose_clock"] > 800
    assert {update["verdict"] for update in found["updates"]} <= {"NOMINAL", "UNKNOWN"}
    stage = next(piece for piece in found["objects"] if "stage 1" in piece["labels"])
    assert stage["appeared"] is True
    # they see the fairing on after the vehicle has left them: nothing heard of it is silence
    assert found["updates"][-1]["reason"].startswith("no reading for")
    table = run(*words, "--site", "sohae-coastal", "--objects").stdout
    assert "Other objects" in table
    assert "its clock is too unsure" in " ".join(table.split())

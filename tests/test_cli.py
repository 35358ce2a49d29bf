"""The command line as people use it: in a process of its own, except where many mistakes are told apart."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import chdir
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from downrange.cli import app

FIRST = (files("downrange.replay") / "data" / "scenarios" / "2023-05-31.toml").read_text(encoding="utf-8")
VEHICLE = (files("downrange.flight") / "data" / "chollima-1.toml").read_text(encoding="utf-8")
# area C of the 2023 notices as Manila FIR printed it: B4525/23
NOTAM = """B4525/23 NOTAMN
Q) RPHI/QRALW/IV/NBO/W/000/999/1311N12917E114
A) RPHI B) 2311220000 C) 2311302359
E) AEROSPACE FLT ACT WILL TAKE PLACE WI:
145410N 1284006E - 150142N 1292403E - 112649N 1295408E - 111918N 1291050E - 145410N 1284006E.
F) SFC G) UNL
"""


def run(*words: str, where: Path | None = None) -> subprocess.CompletedProcess[str]:
    code = "from downrange.cli import main; main()"
    env = os.environ | {"COLUMNS": "100", "TERM": "dumb"}
    return subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False, cwd=where, env=env
    )


def run_here(*words: str, where: Path) -> subprocess.CompletedProcess[str]:
    """The same in this process, which has everything imported already."""
    with chdir(where):
        done = CliRunner(env={"COLUMNS": "100", "TERM": "dumb"}).invoke(app, [*words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, done.stderr)


def mistaken(done: subprocess.CompletedProcess[str]) -> str:
    """One paragraph on standard error, exit 2, nothing on standard output, no traceback."""
    paragraph = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert paragraph.startswith("downrange: ")
    return paragraph


SCENARIO_FAULTS = {
    "a typo in a key": (
        'vehicle = "chollima-1"',
        'vehicel = "chollima-1"',
        "mine.toml: vehicel: unknown key. Write vehicle.",
    ),
    "an area without coordinates": ("lat_deg = 36.10\n", "", "mine.toml: areas[0].lat_deg: missing. Give lat_deg"),
    "a notice without coordinates": ("14-54-10N 128-40-06E, 15-01-42N 129-24-03E,", "SEE CHART,", "notices[0]"),
    "an unknown site": (
        'site = "sohae-coastal"',
        'site = "sohei"',
        "mine.toml: site: there is no site 'sohei'. Choose one of",
    ),
    "an orbit out of reach": (
        "perigee_km = 493.0\napogee_km = 512.0",
        "perigee_km = 1500.0\napogee_km = 1500.0",
        "mine.toml: chollima-1: orbit: 1500 x 1500 km at 97.40 deg is out of reach",
    ),
    "an unknown vehicle": ('vehicle = "chollima-1"', 'vehicle = "chollima-9"', "chollima-9"),
}


@pytest.mark.parametrize("fault", SCENARIO_FAULTS)
def test_a_scenario_with_a_fault_is_explained_and_leaves_nothing(tmp_path: Path, fault: str) -> None:
    old, new, told = SCENARIO_FAULTS[fault]
    assert old in FIRST
    (tmp_path / "mine.toml").write_text(FIRST.replace(old, new, 1), encoding="utf-8")
    done = run_here("replay", "mine.toml", where=tmp_path)
    assert told in mistaken(done)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize(
    ("pattern", "new", "key"),
    [
        (r"dry_kg = .*\n", "", "dry_kg"),
        (r"propellant_kg = \{ value = ", "propellant_kg = { value = -", "propellant_kg"),
    ],
    ids=["missing", "negative"],
)
def test_a_stage_mass_that_cannot_be_is_explained(tmp_path: Path, pattern: str, new: str, key: str) -> None:
    altered = re.sub(pattern, new, VEHICLE, count=1)
    assert altered != VEHICLE
    (tmp_path / "own.toml").write_text(altered, encoding="utf-8")
    scenario = FIRST.replace('vehicle = "chollima-1"', 'vehicle = "own.toml"', 1)
    (tmp_path / "mine.toml").write_text(scenario, encoding="utf-8")
    told = mistaken(run_here("replay", "mine.toml", where=tmp_path))
    assert "own.toml" in told
    assert key in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.toml", "own.toml"]


def test_a_folder_that_cannot_be_written_is_explained_before_the_work(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        target = "/proc/self/fdinfo/out"  # refuses even the superuser
    else:
        (tmp_path / "locked").mkdir(mode=0o555)
        target = str(tmp_path / "locked" / "out")
    done = run("replay", "2023-05-31", "--out", target)
    told = mistaken(done)
    assert target in told
    assert "--out" in told
    assert "earth " not in done.stderr  # no room had begun


def test_a_file_in_the_place_of_the_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    assert "it is a file" in mistaken(run("replay", "2023-05-31", "--out", str(tmp_path / "out")))
    assert (tmp_path / "out").read_text() == "mine"


def test_a_scenario_that_is_not_there_is_explained() -> None:
    assert "Did you mean 2023-08-24?" in mistaken(run("replay", "2023-08-23"))


EXAMPLES = [
    "alert advise",
    "alert approve",
    "alert authorise",
    "alert clock",
    "alert deliver",
    "alert draft",
    "alert issue",
    "alert journal",
    "alert keys",
    "alert lift",
    "alert list",
    "alert look",
    "alert open",
    "alert places",
    "alert reject",
    "alert retract",
    "alert revoke",
    "alert score",
    "alert show",
    "alert tick",
    "alert update",
    "alert verify",
    "replay",
    "doctor",
    "notice merge",
    "notice read",
    "corridor fit",
    "corridor plan",
    "corridor refit",
    "corridor rehearse",
    "fall risk",
    "flight ensemble",
    "flight fly",
    "fall drop",
    "track calibrate",
    "track convert",
    "track inside",
    "track run",
    "track simulate",
    "coverage access",
    "coverage design",
    "coverage revisit",
    "coverage see",
    "orbit check",
    "orbit convert",
    "orbit decay",
    "orbit passes",
    "orbit propagate",
    "orbit show",
]


@pytest.mark.parametrize("command", EXAMPLES)
def test_every_command_has_help_with_an_example(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert f"Example: downrange {command}" in " ".join(done.stdout.split())


def test_the_list_of_commands_is_the_one_tested_here() -> None:
    found = [info.name or info.callback.__name__ for info in app.registered_commands]
    for group in app.registered_groups:
        found += [f"{group.name} {info.name}" for info in group.typer_instance.registered_commands]
    assert sorted(found) == sorted(EXAMPLES)


def test_the_version_is_that_of_the_package() -> None:
    import downrange

    assert run("--version").stdout.strip() == downrange.__version__


def test_notices_come_as_table_geojson_and_kml(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(NOTAM)
    table = run("notice", "read", "one.txt", where=tmp_path)
    assert "B4525/23" in table.stdout
    assert "\x1b[" not in table.stdout
    features = json.loads(run("notice", "read", "one.txt", "--format", "geojson", where=tmp_path).stdout)["features"]
    assert len(features) == 1
    assert features == json.loads(run_here("notice", "read", "one.txt", "--json", where=tmp_path).stdout)["features"]
    assert "<kml" in run_here("notice", "read", "one.txt", "--format", "kml", where=tmp_path).stdout
    assert "no such file" in mistaken(run_here("notice", "read", "none.txt", where=tmp_path))


def test_a_corridor_through_one_area_is_one_plane(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(NOTAM)
    done = run("corridor", "fit", "--notice", "one.txt", "--site", "sohae", "--json", where=tmp_path)
    found = json.loads(done.stdout)
    assert found["single_plane"] is True
    # 170.06 deg on a sphere from the old pad to the middle of the area
    assert found["azimuth_deg"] == pytest.approx(170.06, abs=0.1)
    assert "no site" in mistaken(
        run_here("corridor", "fit", "--notice", "one.txt", "--site", "nowhere", where=tmp_path)
    )


def test_a_flight_that_fails_is_flown_and_told(tmp_path: Path) -> None:
    done = run("flight", "fly", "chollima-1", "--site", "sohae-coastal", "--fail", "stage2:no-ignition", "--json")
    found = json.loads(done.stdout)
    assert found["outcome"] == "failed"
    assert [fall["body"] for fall in found["falls"]] == ["stage 1", "stages 2-3 and payload"]
    misspelt = ("flight", "fly", "chollima-1", "--site", "sohae-coastal", "--fail", "stage2:no-ignitoin")
    assert "is not a failure" in mistaken(run_here(*misspelt, where=tmp_path))


def test_fragments_fall_in_their_order(tmp_path: Path) -> None:
    head = "lat_deg,lon_deg,alt_m,v_east_mps,v_north_mps,v_up_mps,beta_kgpm2"
    (tmp_path / "some.csv").write_text(f"{head}\n36.1,123.5,50000,0,-1500,300,200\n36.1,123.5,50000,0,-1500,300,2000\n")
    lines = run("fall", "drop", "some.csv", "--format", "csv", where=tmp_path).stdout.splitlines()
    assert lines[0] == "lat_deg,lon_deg,t_s,speed_mps"
    light, heavy = (list(map(float, line.split(","))) for line in lines[1:])
    assert heavy[0] < light[0] < 36.1  # the heavy one flies farther south
    assert heavy[2] < light[2]
    table = run_here("fall", "drop", "some.csv", where=tmp_path).stdout
    assert "° N 123." in table


def test_readings_are_followed_to_a_verdict(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from downrange.earth import load_site
    from downrange.flight import fly, load_vehicle_and_plan
    from downrange.track import load_sensors, simulate, write_readings

    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan)
    t0 = datetime(2023, 8, 23, 18, 50, tzinfo=UTC)
    early = flight.t_s < 100.0
    readings = simulate(
        flight.t_s[early], flight.r_ecef_m[early], flight.v_ecef_mps[early], load_sensors("2023-invented"), t0, 1
    )
    write_readings(tmp_path / "readings.jsonl", readings)
    words = ("track", "run", "readings.jsonl", "--sensors", "2023-invented", "--t0", "2023-08-24T03:50:00+09:00")
    planned = ("--vehicle", "chollima-1", "--site", "sohae-coastal", "--json")
    updates = json.loads(run(*words, *planned, where=tmp_path).stdout)["updates"]
    assert updates[-1]["verdict"] == "NOMINAL"
    assert "--site: missing" in mistaken(run_here(*words, "--vehicle", "chollima-1", where=tmp_path))


def test_passes_are_listed_over_a_place(tmp_path: Path) -> None:
    # Malligyong-1, epoch 2024-06-07; it passes its control centre about 10:00 and 22:00 local (thespacereview.com/article/4772/1)
    (tmp_path / "one.tle").write_text(
        "1 58400U 23179A   24159.97159215  .00006581  00000+0  30025-3 0  9991\n"
        "2 58400  97.4051  46.9797 0001572 158.6830 201.4471 15.20948569 30329\n"
    )
    words = ("--lat-deg", "39.0425", "--lon-deg", "125.71", "--start", "2024-06-08T00:00Z", "--json")
    found = json.loads(run("orbit", "passes", "one.tle", *words, where=tmp_path).stdout)
    assert [one["culminates"][11:13] for one in found["passes"]] == ["01", "14"]  # 10 and 23 KST
    assert "no time zone" in mistaken(
        run_here("orbit", "passes", "one.tle", *words[:5], "2024-06-08T00:00", where=tmp_path)
    )


def test_the_doctor_is_content() -> None:
    done = run("doctor")
    assert done.returncode == 0
    assert "not well" not in done.stdout


def test_the_manual_names_every_command_and_no_other() -> None:
    manual = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `downrange ([a-z ]+)` \|", manual, flags=re.M)) == sorted(EXAMPLES)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
def test_a_replay_that_is_stopped_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    code = "from downrange.cli import main; main()"
    words = ("replay", "2023-05-31", "--runs", "200", "--out", "a/out")
    replay = subprocess.Popen([sys.executable, "-c", code, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert replay.stderr is not None
    assert "earth" in replay.stderr.readline()  # at work
    replay.send_signal(number)
    told = replay.communicate(timeout=60)[1]
    assert replay.returncode == 128 + number
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_that_falls_where_nothing_may_be_raised_still_ends_the_run() -> None:
    code = """
import sys, time
import downrange.cli as cli
class Thing:
    def __del__(self):
        raise KeyboardInterrupt
def work():
    thing = Thing()
    del thing
    for _ in range(600):
        time.sleep(0.1)
cli.app = work  # the command line's own main around a job that loses its interrupt
cli.main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=50)
    assert "KeyboardInterrupt" in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode != 0


FLIGHT = ("flight", "fly", "chollima-1", "--site", "sohae")  # its table has degree signs


@pytest.mark.parametrize("encoding", ["ascii", "cp949"])
def test_a_terminal_that_lacks_letters_gets_question_marks_and_json_stays_utf8(encoding: str) -> None:
    env = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    code = "from downrange.cli import main; main()"
    for words in (FLIGHT, (*FLIGHT, "--json")):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=False, env=env)
        assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["falls"]


def test_a_closed_pipe_and_a_full_disk_end_without_a_traceback() -> None:
    code = "from downrange.cli import main; main()"
    for where, rc in (("/dev/full", 2), (None, 1)):
        if where is None:
            reader, target = os.pipe()
            os.close(reader)
        else:
            target = os.open(where, os.O_WRONLY)
        words = [sys.executable, "-c", code, *FLIGHT, "--json"]
        done = subprocess.run(words, stdout=target, stderr=subprocess.PIPE, check=False)
        os.close(target)
        assert done.returncode == rc
        assert b"Traceback" not in done.stderr
        assert b"Exception ignored" not in done.stderr


PASSES = ("orbit", "passes", "one.tle", "--lat-deg", "39", "--lon-deg", "125")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*PASSES, "--start", "0001-01-01T00:00+14:00"), "--start: 0001-01-01T00:00+14:00. Give a year"),
        ((*PASSES, "--start", "9999-12-31T23:00Z"), "--start: 9999-12-31T23:00Z. Give a year"),
        ((*FLIGHT, "--to", "sso:0km"), "--to: 'sso:0km': a height of 0 km"),
        (("track", "run", "x", "--sensors", "2023-invented", "--t0", "0001-01-01T00:00+14:00"), "--t0: 0001"),
        (("track", "run", "none.jsonl", "--sensors", "2023-invented", "--t0", "2023-05-30T21:27Z"), "none.jsonl"),
    ],
)
def test_a_word_that_cannot_be_is_explained_by_its_option(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    assert told in mistaken(run_here(*words, where=tmp_path))


@pytest.mark.parametrize(
    ("option", "value"),
    [("--hours", "inf"), ("--lon-deg", "1e9"), ("--lon-deg", "nan"), ("--min-elevation-deg", "200")],
)
def test_numbers_out_of_range_are_refused_by_their_option(tmp_path: Path, option: str, value: str) -> None:
    done = run_here(*PASSES, "--start", "2024-06-08T00:00Z", option, value, where=tmp_path)
    assert done.returncode == 2
    assert option in done.stderr
    assert "Traceback" not in done.stderr

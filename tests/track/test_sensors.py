"""Sensor files: what comes with the package, and what a slip of the pen is told."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.track import load_sensors, sensor_files
from downrange.track.model import SensorKind
from downrange.track.sensors import as_toml

GOOD = """
title = "one radar"
[[radar]]
name = "a"
title = "A"
lat_deg = 37.0
lon_deg = 124.0
alt_m = 10.0
sigma_range_m = 30.0
sigma_az_deg = 0.06
sigma_el_deg = 0.06
max_range_m = 1e6
min_elevation_deg = 1.0
period_s = 0.1
source = "assumed"
"""


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", sensor_files())
def test_every_packaged_sensor_owns_up_to_being_assumed(name) -> None:
    sensors = load_sensors(name)
    assert sensors
    assert all(sensor.source.startswith("assumed") for sensor in sensors)


def test_a_file_of_ones_own_is_read(file) -> None:
    (sensor,) = load_sensors(file(GOOD))
    assert (sensor.name, sensor.lat_deg, sensor.sigma_range_rate_mps, sensor.start_s) == ("a", 37.0, None, 0.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("lat_deg = 37.0", "lat_dge = 37.0", r"mine.toml: radar\[0\].lat_dge: unknown key. Write lat_deg"),
        ("lat_deg = 37.0", "", r"mine.toml: radar\[0\].lat_deg: missing. Compare the key"),
        (
            "lat_deg = 37.0",
            'lat_deg = "37N"',
            r"mine.toml: radar\[0\].lat_deg: Expected float, got str. Compare the key",
        ),
        ("lat_deg = 37.0", "lat_deg = 97.0", r"sensor 'a': lat_deg: 97. Give a value from -90 to 90"),
        ("period_s = 0.1", "period_s = 0.0", r"sensor 'a': period_s: 0. Give a value from 0.001 to 3600"),
        ("period_s = 0.1", "period_s = nan", r"sensor 'a': period_s: nan"),
        ('source = "assumed"', 'source = ""', r"sensor 'a': source: empty. Name one, or say 'assumed'"),
        ("alt_m = 10.0", "alt_m = ", r"mine.toml: not TOML: .*line 8"),
        ("period_s = 0.1", "period_s = 0.1\nsigma_range_rate_mps = 0.0", r"sigma_range_rate_mps: 0. Give a value"),
    ],
)
def test_a_slip_is_named_with_its_cure(old, new, words, file) -> None:
    with pytest.raises(InputError, match=words):
        load_sensors(file(GOOD.replace(old, new)))


def test_two_radars_of_one_name_are_refused(file) -> None:
    twice = GOOD + GOOD.split('"one radar"')[1]
    with pytest.raises(InputError, match=r"'a' stands twice\. Rename one of them"):
        load_sensors(file(twice))


def test_a_file_without_sensors_is_refused(file) -> None:
    with pytest.raises(InputError, match=r"mine.toml: no sensor\. Add a \[\[radar\]\], \[\[optical\]\]"):
        load_sensors(file('title = "empty"\nradar = []\n'))


ALL_KINDS = """
title = "one of each"
[[webcast]]
name = "screen"
title = "Screen"
sigma_alt_m = 100
sigma_speed_mps = 1.0
clock_offset_s = 6.0
period_s = 1.0
source = "assumed"
[[position]]
name = "link"
title = "Link"
sigma_position_m = 15.0
period_s = 0.5
p_wild = 0.1
source = "assumed"
[[optical]]
name = "eye"
title = "Eye"
lat_deg = 36.1
lon_deg = 126.5
alt_m = 600.0
sigma_az_deg = 0.006
sigma_el_deg = 0.007
sigma_bias_el_deg = 0.005
min_elevation_deg = 3.0
period_s = 0.04
source = "assumed"
[[radar]]
name = "ship"
title = "Ship"
lat_deg = 33.0
lon_deg = 124.3
alt_m = 20.0
course_deg = 200.0
speed_mps = 8.0
sigma_range_m = 20.0
sigma_range_rate_mps = 2.0
bias_range_m = -12.0
sigma_bias_range_rate_mps = 0.5
sigma_clock_s = 0.02
max_range_m = 1_200_000.0
min_elevation_deg = 2.0
period_s = 0.2
delay_s = 0.5
p_missed = 0.05
p_doubled = 0.01
source = "assumed"
"""


def test_every_kind_is_read_and_radars_come_first(file) -> None:
    ship, eye, link, screen = load_sensors(file(ALL_KINDS))
    assert [s.kind for s in (ship, eye, link, screen)] == ["radar", "optical", "position", "webcast"]
    assert (ship.course_deg, ship.speed_mps, ship.bias_range_m, ship.sigma_az_deg) == (200.0, 8.0, -12.0, None)
    assert (ship.sigma_bias_range_rate_mps, ship.sigma_clock_s, ship.delay_s) == (0.5, 0.02, 0.5)
    assert (ship.p_missed, ship.p_doubled, ship.p_wild) == (0.05, 0.01, 0.0)
    assert (eye.sigma_range_m, eye.sigma_az_deg, eye.sigma_bias_el_deg, eye.max_range_m) == (None, 0.006, 0.005, 1e8)
    assert (link.sigma_position_m, link.sigma_velocity_mps, link.p_wild) == (15.0, None, 0.1)
    assert (screen.sigma_alt_m, screen.sigma_speed_mps, screen.clock_offset_s) == (100.0, 1.0, 6.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("sigma_alt_m = 100\n", "", r"webcast\[0\].sigma_alt_m: missing. Compare the key"),
        ("sigma_position_m = 15.0", "sigma_position_m = 0.0", r"mine.toml: sensor 'link': sigma_position_m: 0. Give"),
        ("sigma_el_deg = 0.007", "sigma_range_m = 5.0", r"optical\[0\].sigma_range_m: unknown key"),
        ("sigma_position_m = 15.0", "lat_deg = 1.0", r"position\[0\].lat_deg: unknown key. "),
        ("p_wild = 0.1", "p_wild = 1.1", r"sensor 'link': p_wild: 1.1. Give a value from 0 to 1"),
        ("[[webcast]]", "[[webcasts]]", r"webcasts: unknown key. Write webcast"),
        ('name = "eye"', 'name = " "', r"mine.toml: name: empty. Give it the name that readings carry"),
        ("period_s = 0.5", "period_s = true", r"position\[0\].period_s: Expected float, got bool"),
        ("course_deg = 200.0", "course_deg = 361.0", r"course_deg: 361. Give a value from 0 to 360"),
    ],
)
def test_each_kind_asks_for_what_it_needs(old, new, words, file) -> None:
    assert old in ALL_KINDS
    with pytest.raises(InputError, match=words):
        load_sensors(file(ALL_KINDS.replace(old, new, 1)))


@pytest.mark.parametrize("name", sensor_files())
def test_what_is_written_is_read_back(name, file) -> None:
    sensors = load_sensors(name)
    assert load_sensors(file(as_toml(sensors, title="again"))) == sensors


def test_odd_texts_and_numbers_survive_writing(file) -> None:
    (radar,) = load_sensors(file(GOOD))
    odd = dataclasses.replace(
        radar,
        title='a "\\ \x7f\t\n\u2028 z',
        sigma_range_m=1.0 / 3.0,
        sigma_az_deg=1e-6,
        lon_deg=-0.1,
        bias_range_m=-1e5,
    )
    assert load_sensors(file(as_toml((odd,), title="\u00e9"))) == (odd,)


def test_the_shipped_files_show_every_kind_and_every_trouble() -> None:
    sensors = load_sensors("generic")
    assert {s.kind for s in sensors} == set(SensorKind)
    assert any(s.speed_mps > 0.0 for s in sensors)
    assert any(s.sigma_range_rate_mps == 1.0 for s in sensors)
    assert all(s.p_wild == 0.1 and s.p_missed > 0.0 and s.p_doubled > 0.0 for s in load_sensors("troubled"))


def test_unknown_names_are_answered_with_the_known_ones(tmp_path) -> None:
    with pytest.raises(InputError, match=r"Choose one of .*2023-invented"):
        load_sensors("2024-invented")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_sensors(tmp_path / "nothing.toml")

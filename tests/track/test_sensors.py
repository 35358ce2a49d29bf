"""Sensor files: what comes with the package, and what a slip of the pen is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.track import load_sensors, sensor_files

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


def test_a_file_without_radars_is_refused(file) -> None:
    with pytest.raises(InputError, match="no radar"):
        load_sensors(file('title = "empty"\nradar = []\n'))


def test_unknown_names_are_answered_with_the_known_ones(tmp_path) -> None:
    with pytest.raises(InputError, match=r"Choose one of .*2023-invented"):
        load_sensors("2024-invented")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_sensors(tmp_path / "nothing.toml")

"""Station files: the one that comes with the package, and what is refused."""

import pytest

from downrange.base import InputError
from downrange.coverage.stations import load_stations, station_names

GOOD = """
[[stations]]
name = "here"
lat_deg = { value = -34.0, source = "a map" }
lon_deg = { value = -70.0, source = "a map" }
alt_m = { value = 0.0, source = "assumed" }
min_elevation_deg = { value = 10.0, source = "its manual" }
"""


def test_the_control_centre_stands_where_it_was_reported():
    # SOURCE thespacereview.com/article/4772/1: 39.0425 N 125.71 E
    (station,) = load_stations("pyongyang")
    assert (station.lat_deg, station.lon_deg) == (39.0425, 125.71)
    assert "thespacereview.com" in station.source
    assert "min_elevation_deg: assumed" in station.source
    assert station_names() == ("pyongyang",)


def test_a_file_of_the_users_is_read(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + GOOD.replace("here", "there"), encoding="utf-8")
    found = load_stations(path)
    assert [station.name for station in found] == ["here", "there"]
    assert (found[0].lat_deg, found[0].min_elevation_deg) == (-34.0, 10.0)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("-34.0", "-134.0", r"mine.toml: stations\[0\].lat_deg: -134 degrees"),
        ("-70.0", "-700.0", "lon_deg"),
        ("value = 0.0", "value = 90e3", "alt_m: 90000 m"),
        ("value = 10.0", "value = 90.0", "give 0 to below 90|Give 0 to below 90"),
        ('"its manual"', '" "', r"min_elevation_deg.source: no source"),
        ("alt_m = {", "height_m = {", "unknown key"),
        ("[[stations]]", "stations = []\n[[x]]", "unknown key"),
    ],
)
def test_a_file_that_is_wrong_is_refused(tmp_path, old, new, words):
    assert old in GOOD
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        load_stations(path)


def test_a_file_without_stations_is_refused(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("stations = []\n", encoding="utf-8")
    with pytest.raises(InputError, match="no station"):
        load_stations(path)

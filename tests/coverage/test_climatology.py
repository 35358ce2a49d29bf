"""Climatology files: what is read, and what is refused with which words."""

import numpy as np
import pytest

from downrange.base import InputError, Kind
from downrange.coverage.climatology import climatology_names, load_climatology

TOML = """
name = "two"
kind = "published"
source = "a paper"
[[cells]]
name = "west Pacific, across 180"
south_deg = -10.0
north_deg = 10.0
west_deg = 170.0
east_deg = -170.0
p_clear = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
[[cells]]
name = "the rest of the north"
south_deg = 0.0
p_clear = [0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, nan]
p_low = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
"""

HEAD = "# source = a grid of mine\n# kind = measured\n# correlation_s = 7200\n# correlation_source = the same\n"
ROWS = "lat_deg,lon_deg,month,p_clear\n38,125,1,0.7\n38,125,2,0.6\n38,127,1,0.5\n40,125,1,0.4\n"


def written(tmp_path, text, name="sky.toml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_cells_hold_points_also_across_the_date_line(tmp_path):
    found = load_climatology(written(tmp_path, TOML))
    lat, lon = [5.0, 5.0, 5.0, -5.0, -50.0, 38.0], [175.0, -175.0, 0.0, 180.0, 0.0, 125.0]
    assert found.cells(lat, lon).tolist() == [0, 0, 1, 0, -1, 1]
    assert (found.kind, found.source, found.ranged, found.correlation_s) == (Kind.PUBLISHED, "a paper", True, 0.0)
    assert np.isnan(found.p_clear[1, 11])
    assert (found.p_low[1, 0], found.p_high[1, 0], found.p_low[0, 0]) == (0.5, 0.6, 0.1)


def test_the_only_file_that_comes_with_the_package_says_that_it_is_assumed():
    assert climatology_names() == ("assumed-example",)
    found = load_climatology("assumed-example")
    assert found.kind is Kind.ASSUMED
    assert found.source.startswith("assumed")
    assert found.correlation_source.startswith("assumed")
    assert found.cells([-90.0, 90.0, 0.0], [180.0, -180.0, 0.0]).tolist() == [0, 0, 0]
    assert (found.p_low < found.p_clear).all()
    assert (found.p_clear < found.p_high).all()


def test_nodes_of_a_csv_speak_for_half_a_step_around_them(tmp_path):
    found = load_climatology(written(tmp_path, HEAD + ROWS, "sky.csv"))
    assert (found.kind, found.source, found.correlation_s) == (Kind.MEASURED, "a grid of mine", 7200.0)
    assert found.cells([38.9, 37.0, 38.0, 40.0, 40.0], [125.9, 124.0, 127.5, 127.0, 129.0]).tolist() == [
        0,
        0,
        1,
        -1,
        -1,
    ]
    assert found.p_clear[0, :2].tolist() == [0.7, 0.6]
    assert np.isnan(found.p_clear[1, 1])
    assert not found.ranged


def test_a_csv_may_tell_low_and_high(tmp_path):
    rows = "lat_deg,lon_deg,month,p_low,p_clear,p_high\n38,125,1,0.6,0.7,0.9\n"
    found = load_climatology(written(tmp_path, HEAD + rows, "sky.csv"))
    assert found.ranged
    assert (found.p_low[0, 0], found.p_clear[0, 0], found.p_high[0, 0]) == (0.6, 0.7, 0.9)
    assert found.cells([38.4, 38.6], [125.0, 125.0]).tolist() == [0, -1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('source = "a paper"', 'source = " "', "source: no source"),
        ('kind = "published"', 'kind = "true"', "kind"),
        ("south_deg = -10.0", "south_deg = 20.0", "south below north"),
        ("west_deg = 170.0", "west_deg = -170.0", "west and east apart"),
        ("[0.1, 0.1,", "[10.0, 0.1,", "usual cause is percent"),
        ("p_low = [0.5,", "p_low = [0.7,", "month 1: 0.7, 0.6, 0.6"),
        ("[0.1, 0.1,", "[0.1,", "11 numbers. Give one chance a month"),
        ("p_clear = [0.1", "p_cler = [0.1", "Write p_clear"),
        ('name = "two"', 'name = "two"\ncorrelation_s = -1.0\ncorrelation_source = "x"', "correlation_s: -1"),
        ('name = "two"', 'name = "two"\ncorrelation_s = 60.0', "correlation_source: no source"),
    ],
)
def test_a_toml_that_is_wrong_is_refused(tmp_path, old, new, words):
    assert old in TOML
    with pytest.raises(InputError, match=words):
        load_climatology(written(tmp_path, TOML.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ROWS, "source: missing. Write a first line"),
        (HEAD.replace("measured", "seen") + ROWS, "Invalid enum value"),
        (HEAD + "lat,lon,month,p\n1,1,1,1\n", "header: lat, lon, month, p"),
        (HEAD, "header: nothing"),
        (HEAD + ROWS + "38,125,1,0.7\n", "line 10: month 1 of 38, 125"),
        (HEAD + ROWS + "38,125,13,0.7\n", "month 13"),
        (HEAD + ROWS + "38,125,3,70\n", "usual cause is percent"),
        (HEAD + ROWS + "38,125,3,cloudy\n", "line 10: 'cloudy'. Write a number"),
        (HEAD + ROWS + "38,125\n", "line 10: ''"),
        (HEAD + ROWS + "125,38,3,0.7\n", "latitude"),
        (HEAD + "lat_deg,lon_deg,month,p_clear\n", "0 cells"),
        (HEAD.replace("7200", "soon") + ROWS, "correlation_s: 'soon'"),
    ],
)
def test_a_csv_that_is_wrong_is_refused(tmp_path, text, words):
    with pytest.raises(InputError, match=words):
        load_climatology(written(tmp_path, text, "sky.csv"))


def test_a_name_that_is_none_is_told_with_those_that_are():
    with pytest.raises(InputError, match="assumed-example"):
        load_climatology("korea")

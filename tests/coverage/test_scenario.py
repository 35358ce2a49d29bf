"""Coverage scenarios: who flies, over what, and the layouts of those that are supposed."""

from datetime import UTC, datetime
from importlib import resources

import pytest

from downrange.base import InputError
from downrange.coverage.camera import camera_names
from downrange.coverage.recognise import subject_files
from downrange.coverage.regions import region_names
from downrange.coverage.scenario import MOST, coverage_scenario_names, load_coverage_scenario, scenario_of
from downrange.coverage.stations import station_names

TEXT = (resources.files("downrange.coverage") / "data" / "scenarios" / "malligyong-1.toml").read_text(encoding="utf-8")


def changed(tmp_path, old, new):
    assert old in TEXT
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    return load_coverage_scenario(path)


@pytest.mark.parametrize("name", coverage_scenario_names())
def test_every_shipped_scenario_names_only_what_ships(name):
    scenario = load_coverage_scenario(name)
    assert scenario.name == name
    assert scenario.camera in camera_names()
    assert scenario.region in region_names()
    assert scenario.subjects in subject_files()
    assert scenario.stations in station_names()
    for found in scenario.found:
        assert 1 < len(found.slots) <= MOST
        assert found.source


def test_malligyong_flies_its_first_element_set():
    scenario = load_coverage_scenario("malligyong-1")
    (flown,) = scenario.satellites
    assert (flown.number, flown.designator, flown.raan_deg) == (58400, "23179A", 46.9797)
    assert [one.raan_deg for one in scenario.later_sets] == [51.1823, 76.4]
    assert scenario.start == datetime(2024, 6, 1, tzinfo=UTC)
    (alone,) = scenario.arrangements(1)
    assert alone.satellites == (flown,)
    assert alone.layout == "as it flies"


@pytest.mark.parametrize("satellites", [2, 3, 6])
def test_more_than_one_are_supposed_around_the_first(satellites):
    scenario = load_coverage_scenario("malligyong-1")
    arranged = scenario.arrangements(satellites)
    assert [one.layout for one in arranged][:2] == ["same plane", "spread planes"]
    same, spread = arranged[:2]
    assert len({round(one.raan_deg, 6) for one in same.satellites}) == 1
    assert len({round(one.raan_deg, 6) for one in spread.satellites}) == satellites
    for one in arranged:
        assert len(one.satellites) == satellites
        assert one.satellites[0].mean_anomaly_deg == pytest.approx(201.4471)
        assert {each.inclination_deg for each in one.satellites} == {97.4051}


@pytest.mark.parametrize("satellites", [0, -1, MOST + 1])
def test_no_satellite_and_a_crowd_are_refused(satellites):
    with pytest.raises(InputError, match=f"Give 1 to {MOST}"):
        load_coverage_scenario("malligyong-1").arrangements(satellites)


def test_a_searched_layout_is_one_more(tmp_path):
    layout = '\n[[layouts]]\nname = "searched"\nslots = [[0, 0], [40, 100]]\nsource = "search, seed 1"\n'
    path = tmp_path / "mine.toml"
    path.write_text(TEXT + layout, encoding="utf-8")
    scenario = load_coverage_scenario(path)
    found = next(one for one in scenario.arrangements(2) if one.layout == "searched")
    assert found.source == "search, seed 1"
    first, second = found.satellites
    assert (second.raan_deg - first.raan_deg) % 360.0 == pytest.approx(40.0)
    assert (second.mean_anomaly_deg - first.mean_anomaly_deg) % 360.0 == pytest.approx(100.0)
    assert "searched" not in [one.layout for one in scenario.arrangements(3)]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("days = 30.0", "days = 0.0", "days: 0"),
        ("points = 200 ", "points = 0 ", "points: 0"),
        ("min_sun_deg = 10.0", "min_sun_deg = 100.0", "min_sun_deg: 100"),
        ('"same plane", "spread', '"same plan", "spread', "Choose among same plane"),
        ("start = 2024-06-01T00:00:00Z", "start = 2024-06-01T00:00:00", "time zone"),
        ("15.20948569 30329", "15.20948569 30328", "checksum"),
        ('region = "korea"', 'reguon = "korea"', "Write region"),
        ('region = "korea"\n', "", "malligyong-1.toml"),
        ('source = "public catalogue, NORAD 58400, COSPAR 2023-179A, epoch 2024-06-07"', 'source = ""', "no source"),
    ],
)
def test_files_that_are_refused_name_the_file_and_the_key(tmp_path, old, new, words):
    with pytest.raises(InputError, match=words) as caught:
        changed(tmp_path, old, new)
    assert "mine.toml" in str(caught.value)


def test_a_file_without_element_sets(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TEXT.split("# The first set")[0] + "element_sets = []\n", encoding="utf-8")
    with pytest.raises(InputError, match="at least one element set"):
        load_coverage_scenario(path)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(InputError, match="malligyong-1"):
        load_coverage_scenario("malligyong-2")


def test_a_persons_own_element_sets():
    model = load_coverage_scenario("malligyong-1")
    sets = (model.satellites[0], model.later_sets[0])
    mine = scenario_of(sets, start=datetime(2024, 6, 10, tzinfo=UTC), days=2.0)
    assert (mine.region, mine.camera, mine.days) == (model.region, model.camera, 2.0)
    assert [one.layout for one in mine.arrangements(2)] == ["as they fly", "same plane", "spread planes"]
    assert mine.arrangements(2)[0].satellites == sets
    with pytest.raises(InputError, match="at least one element set"):
        scenario_of((), start=datetime(2024, 6, 10, tzinfo=UTC), days=2.0)
    with pytest.raises(InputError, match="time zone"):
        scenario_of(sets, start=datetime(2024, 6, 10), days=2.0)  # noqa: DTZ001 - the point of the test

"""Scenario files are strict: every fault names file, key and cure."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest

from downrange.base import InputError, table_type
from downrange.notice import read
from downrange.replay.scenario import Scenario, load_scenario, scenario_names

FIRST = (files("downrange.replay") / "data" / "scenarios" / "2023-05-31.toml").read_text(encoding="utf-8")


def altered(tmp_path: Path, old: str, new: str) -> str:
    assert old in FIRST
    path = tmp_path / "mine.toml"
    path.write_text(FIRST.replace(old, new, 1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", ["2023-05-31", "2023-08-24", "2023-08-24-nominal", "2023-11-21"])
def test_every_shipped_scenario_loads_and_bears_its_own_name(name: str) -> None:
    assert load_scenario(name).name == name


@pytest.mark.parametrize("name", scenario_names())
def test_every_restated_notice_is_one_notice_with_a_window_and_its_areas(name: str) -> None:
    scenario = load_scenario(name)
    for restated in scenario.notices:
        (found,) = read(restated.text, source=restated.source)
        assert len(found.areas) == len(restated.areas)
        assert found.windows


def test_the_flight_of_november_left_before_its_window_opened() -> None:
    # launched 77.5 minutes before (KCNA against the sea warning's 211500Z)
    scenario = load_scenario("2023-11-21")
    (notice,) = read(scenario.notices[0].text, source="test")
    early = (notice.windows[0].opens - scenario.liftoff.t0).total_seconds() / 60.0
    assert early == pytest.approx(77.5, abs=0.1)
    assert [alert.lift for alert in scenario.history] == ["passed-over"]


def test_official_times_are_an_interval_with_a_source_for_each_end() -> None:
    # KCNA 06:27, Japan MOD 06:28, ROK JCS 06:29 KST (sources beside the numbers in the scenario file)
    liftoff = load_scenario("2023-05-31").liftoff
    assert liftoff.interval() == (datetime(2023, 5, 30, 21, 27, tzinfo=UTC), datetime(2023, 5, 30, 21, 29, tzinfo=UTC))
    assert all(claim.source for claim in liftoff.claims)


def test_every_ensemble_is_large_enough_for_a_footprint() -> None:
    assert all(load_scenario(name).ensemble.runs >= 2000 for name in scenario_names())


@pytest.mark.parametrize(
    ("old", "new", "key", "cure"),
    [
        ('vehicle = "chollima-1"', 'vehicel = "chollima-1"', "vehicel", "Write vehicle"),
        ("uncertainty_km = 25.0", "uncertanty_km = 25.0", "areas[0].uncertanty_km", "Write uncertainty_km"),
        ("lat_deg = 36.10\n", "", "areas[0].lat_deg", "coordinates"),
        ('source = "sirens.kr/View.aspx?No=2832823"', "", "liftoff.claims[2].source", "where the numbers came from"),
        ("t0 = 2023-05-30T21:27:00Z", "t0 = 2023-05-30T21:27:00", "liftoff.t0", "time zone"),
        ('name = "2023-05-31"', 'name = "../mine"', "name", "Use letters, digits"),
        ("runs = 2000", "runs = 20", "ensemble.runs", "Correct the value"),
        ("lat_deg = 36.10\n", "lat_deg = 136.10\n", "areas[0].lat_deg", "Correct the value"),
        ('kind = "no-ignition"', 'kind = "no-ignitoin"', "failure.kind", "Correct the value"),
        ("lifted = 2023-05-30T22:04:00Z", "lifted = 2023-05-30T13:04:00Z", "history[0].lifted", "UTC+9"),
        ("lat_deg = 36.096\n", "", "reported_falls[0]", "Give lat_deg"),
    ],
)
def test_a_fault_names_file_key_and_cure(tmp_path: Path, old: str, new: str, key: str, cure: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(altered(tmp_path, old, new))
    assert caught.value.where == "mine.toml"
    assert caught.value.key == key
    assert cure in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_scenario_without_a_notice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    head, rest = FIRST.split("[[notices]]")
    path.write_text(
        head.replace('policy = "founding"', 'policy = "founding"\nnotices = []') + rest[rest.index("[[areas]]") :]
    )
    with pytest.raises(InputError, match=r"notices: there is none"):
        load_scenario(str(path))


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(InputError, match=r"Did you mean 2023-05-31\?.*2023-08-24-nominal"):
        load_scenario("2023-05-30")


def test_a_file_that_is_not_there_or_not_toml_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        load_scenario(str(tmp_path / "none.toml"))
    broken = tmp_path / "broken.toml"
    broken.write_text("name = \n")
    with pytest.raises(InputError, match="not TOML"):
        load_scenario(str(broken))


def test_every_table_of_the_format_refuses_unknown_keys() -> None:
    seen: set[type] = set()

    def walk(struct: type[msgspec.Struct]) -> None:
        seen.add(struct)
        assert struct.__struct_config__.forbid_unknown_fields, struct
        assert struct.__struct_config__.frozen, struct
        for inner in _structs(struct):
            if inner not in seen:
                walk(inner)

    walk(Scenario)
    assert len(seen) >= 12


def _structs(struct: type[msgspec.Struct]) -> list[type[msgspec.Struct]]:
    found = [table_type(field.type) for field in msgspec.structs.fields(struct)]
    return [one for one in found if isinstance(one, type)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("t0 = 2023-05-30T21:27:00Z", "t0 = 0001-01-01T00:00:00+14:00", "liftoff.t0: the year 1"),
        ("issued = 2023-05-30T21:30:00Z", "issued = 1023-05-30T21:30:00Z", "history[0].issued: the year 1023"),
        ("runs = 2000", "runs = 1000000000", "ensemble.runs"),
        ("seed = 531", "seed = 99999999999999999999999", "ensemble.seed"),
        ("uncertainty_km = 25.0", "uncertainty_km = inf", "areas[0].uncertainty_km"),
        ('label = "A"', 'label = "C"', "areas[0].label: 'C' is taken"),
        ("perigee_km = 493.0", "perigee_km = 613.0", "orbit.apogee_km: 512 lies below the perigee"),
        ('kind = "no-ignition"', 'kind = "no-ignition"\nafter_ignition_s = 30.0', "failure.after_ignition_s"),
        ('name = "2023-05-31"', f'name = "{"a" * 300}"', "name: Expected str of length"),
        ('name = "2023-05-31"', 'name = "../out"', "name: cannot name a folder"),
        ('summary = "', 'summary = "\\u0007', "summary: holds control characters"),
    ],
)
def test_what_would_break_a_room_later_is_refused_at_once(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(altered(tmp_path, old, new))
    assert f"mine.toml: {told}" in str(caught.value)


def test_a_file_as_windows_saves_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xef\xbb\xbf" + FIRST.replace("\n", "\r\n").encode())
    assert load_scenario(str(tmp_path / "mine.toml")).site == load_scenario("2023-05-31").site

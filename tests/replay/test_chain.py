"""The chain: what one room gives the next, and what stops it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from downrange.base import DownrangeError, InputError
from downrange.replay import load_scenario, run
from downrange.replay.chain import _remembered
from downrange.replay.scenario import HistoricAlert


def silent(_: str) -> None: ...


def start(scenario: object, **more: int) -> object:
    return run(scenario, runs=more.get("runs", 100), seed=1, say=silent)


def test_an_orbit_that_the_vehicle_cannot_reach_is_told_with_what_is_missing() -> None:
    scenario = load_scenario("2023-08-24")
    high = msgspec.structs.replace(
        scenario, orbit=msgspec.structs.replace(scenario.orbit, perigee_km=2000.0, apogee_km=2000.0)
    )
    with pytest.raises(InputError, match=r"out of reach.*short") as caught:
        start(high)
    assert caught.value.key == "orbit"


def test_an_orbit_that_the_fit_was_not_made_for_is_told_too() -> None:
    scenario = load_scenario("2023-08-24")
    low = msgspec.structs.replace(
        scenario, orbit=msgspec.structs.replace(scenario.orbit, perigee_km=300.0, apogee_km=300.0)
    )
    with pytest.raises(InputError, match="is programmed for 493 x 512 km"):
        start(low)


def test_two_notices_in_one_text_are_refused() -> None:
    scenario = load_scenario("2023-08-24")
    both = msgspec.structs.replace(
        scenario.notices[0], text=scenario.notices[1].text + "\n\n" + scenario.notices[1].text.replace("A0000", "A0001")
    )
    with pytest.raises(InputError, match=r"notices\[0\].text: 2 notices"):
        start(msgspec.structs.replace(scenario, notices=(both,)))


def test_an_unknown_place_of_history_is_told() -> None:
    alert = load_scenario("2023-05-31").history[0]
    strange = HistoricAlert(
        authority="x",
        area="nowhere",
        places=("KR-0",),
        issued=alert.issued,
        lifted=alert.lifted,
        verdict="right",
        lift="none",
        sources=("test",),
    )
    with pytest.raises(InputError, match="no place has the code 'KR-0'"):
        _remembered(strange)


def test_people_of_history_are_those_of_the_gazetteer() -> None:
    seoul = next(one for one in load_scenario("2023-05-31").history if one.area.startswith("Seoul"))
    people = _remembered(seoul).people
    assert people is not None
    assert 9.0e6 < people.low < people.best < people.high < 10.5e6  # 9.59 million, census of 1 November 2020
    ships = next(one for one in load_scenario("2023-05-31").history if one.area == "ships")
    assert _remembered(ships).people is None


@pytest.mark.parametrize("key", ["site", "vehicle", "fit", "policy"])
def test_an_unknown_name_is_told_with_the_known_ones(key: str) -> None:
    with pytest.raises(DownrangeError) as caught:
        start(msgspec.structs.replace(load_scenario("2023-05-31"), **{key: "nobody"}))
    assert "nobody" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_sensors_follow_one_path_without_steps_back(august, nominal) -> None:
    for done in (august, nominal):
        path = done.replay.path
        assert (np.diff(path.t_s) > 0.0).all()
        steps = np.linalg.norm(np.diff(path.r_ecef_m, axis=0), axis=1)
        speeds = np.linalg.norm(path.v_ecef_mps[1:], axis=1)
        assert (steps <= 1.2 * (speeds + 60.0) * np.diff(path.t_s) + 1.0).all()


def test_what_fails_falls_and_what_works_coasts(august, nominal) -> None:
    assert august.replay.descents[-1].body == "stage 3 and payload"
    assert {path.body for path in nominal.replay.descents} == {"stage 1", "fairing", "stage 2"}
    assert nominal.replay.path.t_s[-1] > nominal.replay.flight.t_s[-1] + 60.0


def test_the_corridor_is_that_of_the_planned_flight_even_when_it_fails_early(may) -> None:
    names = {row["name"] for row in may.document["corridor"]["below"]}
    assert {"Baengnyeongdo", "Kumejima"} <= names


def test_a_vehicle_file_of_ones_own_is_flown(tmp_path: Path) -> None:
    from importlib.resources import files

    own = tmp_path / "own.toml"
    own.write_text((files("downrange.flight") / "data" / "chollima-1.toml").read_text(encoding="utf-8"))
    replay = start(msgspec.structs.replace(load_scenario("2023-05-31"), vehicle=str(own)))
    assert replay.vehicle.name == "chollima-1"

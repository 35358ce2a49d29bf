"""The main job on the two launches and the one that might have been: what must come out, and that it comes out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from downrange.base import InputError
from downrange.earth import load_site, range_azimuth
from downrange.replay import Done, replay_scenario


def names(document: dict[str, Any]) -> set[str]:
    return {span["name"] for span in document["warned"]}


def fall_of(document: dict[str, Any], body: str) -> dict[str, Any]:
    return next(fall for fall in document["falls"] if fall["body"] == body)


def test_31_may_the_stack_falls_where_two_estimates_put_it(may) -> None:
    # 36.096 N 123.757 E: 200 km W of Eocheongdo (sirens.kr No=2832823); range 380 to 445 km, T+6.5 to 8.5 min
    stack = fall_of(may.document, "stages 2-3 and payload")
    off_m, _ = range_azimuth(36.096, 123.757, stack["lat_deg"], stack["lon_deg"])
    pad = load_site("sohae-coastal")
    range_m, _ = range_azimuth(pad.lat_deg, pad.lon_deg, stack["lat_deg"], stack["lon_deg"])
    assert off_m < 50e3
    assert 380e3 < range_m < 445e3
    assert 6.5 * 60.0 < stack["t_s"] < 8.5 * 60.0
    assert len(may.document["reported_falls"]) == 2


def test_31_may_is_found_lost_within_ten_seconds_and_reaches_no_orbit(may) -> None:
    track = may.document["track"]
    assert 0.0 <= track["detection_delay_s"] <= 10.0
    assert "THRUST_LOST" in {row["verdict"] for row in track["verdicts"]}
    assert may.document["reached_orbit"] == "no"
    assert "orbit" not in may.document


def test_31_may_warns_the_islands_and_not_seoul(may) -> None:
    warned = names(may.document)
    assert {"Baengnyeong-myeon", "Daecheong-myeon"} <= warned
    assert not any("Seoul" in name for name in warned)
    assert "Okinawa Prefecture" not in warned


def test_31_may_lifts_everything_and_spares_most_of_the_person_minutes(may) -> None:
    assert all(span["lifted"] for span in may.document["warned"])
    score = may.document["score"]
    assert score["early_lifts"] == []
    assert score["misses"] == []
    assert score["saved"] > 0.8
    lifted = {span["code"][:2]: span["lifted"] for span in may.document["warned"]}
    assert lifted["JP"] < "2023-05-30T21:37:00Z"  # within a minute of 06:36 JST, instead of 07:04
    # Whether the wreck broke up cannot be seen, and the lightest pieces of it would fall near these islands for as long
    # as 23 minutes: history lifted at 08:01 KST, an hour and more after that.
    assert lifted["KR"] < "2023-05-30T21:53:00Z"


def test_24_august_falls_lie_beside_the_reported_ones(august: Done) -> None:
    document = august.document
    bodies = {fall["body"] for fall in document["falls"]}
    assert {"stage 1", "fairing", "stage 2"} < bodies  # and what the break-up leaves
    assert len(document["reported_falls"]) == 3
    assert all(row["distance_m"] is not None for row in document["reported_falls"])
    assert document["reached_orbit"] == "no"


def test_the_flight_that_works_is_in_orbit_within_a_minute_of_cut_off(nominal: Done) -> None:
    document = nominal.document
    cut_off = document["flight"]["events"][-1]
    assert document["reached_orbit"] == "yes"
    assert 0.0 <= document["decided_t_s"] - cut_off["t_s"] <= 60.0
    # 493 x 512 km, 97.4 deg: thespacereview.com/article/4753/1; insertion 705 s after lift-off: KCNA, 21 November 2023
    assert document["orbit"]["perigee_alt_m"] == pytest.approx(493e3, abs=2e3)
    assert document["orbit"]["apogee_alt_m"] == pytest.approx(512e3, abs=2e3)
    assert document["orbit"]["inclination_deg"] == pytest.approx(97.4, abs=0.02)
    assert cut_off["t_s"] == pytest.approx(705.0, abs=1.0)
    assert document["orbit"]["passes"]["list"]


def test_no_plane_holds_all_three_areas_and_the_replay_says_so(may) -> None:
    corridor = may.document["corridor"]
    assert corridor["single_plane"] is False
    assert len(corridor["plane"]["residual_m"]) == 3
    assert "turns on the way" in corridor["plane"]["sentence"]


def test_every_alert_is_an_exercise_that_names_municipalities(may, august: Done, nominal: Done) -> None:
    for document in (may.document, august.document, nominal.document):
        assert document["alerts"]
        for alert in document["alerts"]:
            assert alert["status"] == "Exercise"
            assert alert["areas"]
            assert alert["people"]["low"] <= alert["people"]["best"] <= alert["people"]["high"]
        assert document["score"]["early_lifts"] == []


def test_one_line_a_room_is_said_with_its_seconds(may) -> None:
    said = [line.split()[0] for line in may.said.splitlines()]
    assert said[:5] == ["earth", "notice", "flight", "corridor", "fall"]
    assert {"track", "orbit", "alert", "report"} <= set(said)
    assert str(may.folder / "report.html") in may.said


def test_the_same_seed_gives_the_same_bytes_on_one_thread(may, command, tmp_path: Path) -> None:
    again = command("replay", "2023-05-31", "--json", "--out", str(tmp_path / "out"), threads=1)
    assert again.returncode == 0, again.stderr
    other = json.loads(again.stdout)
    first = may.document | {"made": None}
    assert json.dumps(other | {"made": None}, ensure_ascii=False) == json.dumps(first, ensure_ascii=False)
    for name in ("launch.geojson", "launch.kml", "launch.czml", "impacts.csv", "trajectory.csv", "report.html"):
        assert (tmp_path / "out" / name).read_bytes() == (may.folder / name).read_bytes(), name


def test_another_seed_gives_another_crowd(may, tmp_path: Path) -> None:
    other = replay_scenario("2023-05-31", folder=tmp_path / "out", seed=7, runs=200)
    assert other.document["scenario"]["seed"] == 7
    assert other.document["falls"] != may.document["falls"]


def test_too_few_runs_are_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--runs: 20"):
        replay_scenario("2023-05-31", folder=tmp_path / "out", runs=20)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [({"runs": 10**9}, "--runs: 1000000000"), ({"seed": -1}, "--seed: -1"), ({"seed": 2**63}, "--seed: 92")],
)
def test_numbers_that_no_machine_bears_are_refused_before_any_work(
    tmp_path: Path, words: dict[str, int], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        replay_scenario("2023-05-31", folder=tmp_path / "out", **words)
    assert not (tmp_path / "out").exists()

"""One flight as a person asks for it: every word changes it, and its folder holds it whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from downrange.base import InputError
from downrange.earth import load_site, load_wind, mean_wind_table
from downrange.flight import fly, load_vehicle_and_plan
from downrange.replay import Single, fly_single, write_single
from downrange.replay.single import PATH_HEADER, SingleFlown, path_csv

ASKED = Single(vehicle="chollima-1", site="sohae-coastal")
AIR = """moment = "2023-08-24T03:50:00+09:00"
lat_deg = 39
lon_deg = 124.7
f107 = 150
f107a = 150
ap = 9
source = "assumed"
"""


@pytest.fixture(scope="module")
def plain() -> SingleFlown:
    return fly_single(ASKED)


def same_path(a: SingleFlown, b: SingleFlown) -> bool:
    return np.array_equal(a.flight.r_ecef_m, b.flight.r_ecef_m)


def test_it_is_the_flight_of_the_flight_room(plain: SingleFlown) -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan)
    assert np.array_equal(plain.flight.r_ecef_m, flight.r_ecef_m)
    assert len(plain.falls.t_s) == len(plain.apogees) == len(flight.bodies) == 3
    for body, (t_s, alt_m), down_s in zip(flight.bodies, plain.apogees, plain.falls.t_s, strict=True):
        assert body.t_s <= t_s < down_s
        assert alt_m > 100e3
    assert plain.air is None
    assert len(plain.wind) == 0


def test_the_same_words_are_the_same_flight(plain: SingleFlown) -> None:
    again = fly_single(ASKED)
    assert same_path(plain, again)
    assert np.array_equal(plain.falls.lat_deg, again.falls.lat_deg)


def test_wind_blows_at_its_mean_on_the_flight_and_on_what_falls(plain: SingleFlown) -> None:
    windy = fly_single(Single(vehicle="chollima-1", site="sohae-coastal", wind="assumed-westerly-jet"))
    assert np.array_equal(windy.wind, mean_wind_table(load_wind("assumed-westerly-jet")))
    assert not same_path(plain, windy)
    fairing = [body.name for body in plain.flight.bodies].index("fairing")
    assert windy.falls.lon_deg[fairing] > plain.falls.lon_deg[fairing] + 0.01  # a jet from the west carries it east


def test_the_air_of_a_day_changes_both(plain: SingleFlown, tmp_path: Path) -> None:
    (tmp_path / "air.toml").write_text(AIR, encoding="utf-8")
    day = fly_single(Single(vehicle="chollima-1", site="sohae-coastal", air=str(tmp_path / "air.toml")))
    assert day.air is not None
    assert not same_path(plain, day)
    assert (np.abs(day.falls.t_s - plain.falls.t_s) > 0.1).any()


def test_an_orbit_is_solved_for_and_said(plain: SingleFlown) -> None:
    said: list[str] = []
    aimed = fly_single(Single(vehicle="chollima-1", site="sohae-coastal", to="sso:480km"), say=said.append)
    assert said == ["solving the programme of chollima-1 for sso:480km"]
    assert not same_path(plain, aimed)
    assert aimed.flight.events[-1].alt_m == pytest.approx(480e3, abs=15e3)


def test_a_failure_leaves_a_stack(plain: SingleFlown) -> None:
    failed = fly_single(Single(vehicle="chollima-1", site="sohae-coastal", fail="stage2:no-ignition"))
    assert [body.name for body in failed.flight.bodies] == ["stage 1", "stages 2-3 and payload"]
    assert np.isfinite(failed.falls.t_s).all()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"vehicle": "chollima-9"}, "there is no vehicle"),
        ({"site": "atlantis"}, "there is no site"),
        ({"fail": "stage2:bad-luck"}, "--fail"),
        ({"fail": "stage7:break-up@1"}, "stage 7 of 3"),
        ({"to": "moon"}, "--to"),
        ({"to": "sso:3000km"}, "out of reach"),
        ({"wind": "zephyr"}, "there is no wind"),
        ({"air": "none.toml"}, "none.toml"),
    ],
)
def test_words_that_cannot_be_are_refused(words: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        fly_single(Single(**({"vehicle": "chollima-1", "site": "sohae-coastal"} | words)))
    assert caught.value.cure


def test_the_path_is_read_back(plain: SingleFlown) -> None:
    head, *rows = path_csv(plain.flight).splitlines()
    assert head == PATH_HEADER
    values = np.array([[float(cell) for cell in row.split(",")] for row in rows])
    assert values.shape == (len(plain.flight.t_s), len(PATH_HEADER.split(",")))
    np.testing.assert_allclose(values[:, 0], plain.flight.t_s, atol=1e-6)
    np.testing.assert_allclose(values[:, 1:4], plain.flight.r_ecef_m, atol=1e-3)
    np.testing.assert_allclose(values[:, 4:7], plain.flight.v_ecef_mps, atol=1e-6)
    np.testing.assert_allclose(values[:, 7], plain.flight.mass_kg, rtol=1e-9)


def test_the_folder_is_new_and_whole(plain: SingleFlown, tmp_path: Path) -> None:
    write_single(plain, tmp_path / "a" / "out")
    names = sorted(path.name for path in (tmp_path / "a" / "out").iterdir())
    assert names == ["flight.png", "flight.svg", "ground-track.png", "ground-track.svg", "path.csv"]
    assert (tmp_path / "a" / "out" / "path.csv").read_text(encoding="utf-8") == path_csv(plain.flight)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    with pytest.raises(InputError, match="Give a new or an empty folder"):
        write_single(plain, tmp_path / "full")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def test_a_failure_that_never_comes_is_said() -> None:
    late = Single(vehicle="chollima-1", site="sohae-coastal", to="sso:300km", fail="stage3:break-up@350")
    with pytest.raises(InputError, match=r"break-up@350, which never comes: the last stage is cut off at T\+615 s"):
        fly_single(late)

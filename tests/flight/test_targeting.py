"""Orbits as typed, and programmes that reach them."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from downrange.base import InputError, wgs84
from downrange.earth import Site, load_site
from downrange.flight import Aim, Orbit, Plan, Vehicle, crowd_of, fly_crowd, load_vehicle_and_plan, orbit_of, target
from downrange.flight.targeting import sun_synchronous_deg


@pytest.fixture(scope="module")
def chollima() -> tuple[Vehicle, Plan, Site]:
    return (*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal"))


@pytest.fixture(scope="module")
def sso(chollima: tuple[Vehicle, Plan, Site]) -> Aim:
    vehicle, plan, site = chollima
    return target(vehicle, site, Orbit.parse("sso:500km"), plan)


@pytest.mark.parametrize(
    ("text", "low_m", "high_m", "inclination_deg"),
    [
        ("500km@97.4", 500e3, 500e3, 97.4),
        ("493x512km@97.4", 493e3, 512e3, 97.4),
        ("512x493km@97.4", 493e3, 512e3, 97.4),
        ("350.5km@41", 350.5e3, 350.5e3, 41.0),
    ],
)
def test_an_orbit_is_read_as_typed(text: str, low_m: float, high_m: float, inclination_deg: float) -> None:
    orbit = Orbit.parse(text)
    assert (orbit.perigee_alt_m, orbit.apogee_alt_m, orbit.inclination_deg) == (low_m, high_m, inclination_deg)
    assert orbit.sma_m == wgs84.RE_M + 0.5 * (low_m + high_m)


@pytest.mark.parametrize(
    "text", ["", "500", "500km", "sso", "sso:500", "sso:km", "500kmx512km@97", "-500km@97", "500km@"]
)
def test_what_is_no_orbit_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="sso:500km") as caught:
        Orbit.parse(text)
    assert caught.value.where == "--to"


@pytest.mark.parametrize(
    ("alt_m", "published_deg", "digits_deg"),
    [  # heights are means, printed to the kilometre; the first row is the announced orbit of the shipped launcher
        (500e3, 97.4, 0.01),
        (705e3, 98.2, 0.05),  # SOURCE: USGS, Landsat 8 mission page: Sun-synchronous, 705 km, 98.2 degrees
        (786e3, 98.62, 0.1),  # SOURCE: ESA, Sentinel-2 orbit page: Sun-synchronous, 786 km, 98.62 degrees
    ],
)
def test_the_plane_that_follows_the_sun(alt_m: float, published_deg: float, digits_deg: float) -> None:
    assert sun_synchronous_deg(alt_m) == pytest.approx(published_deg, abs=digits_deg)
    assert Orbit.parse(f"sso:{alt_m / 1e3:.0f}km").inclination_deg == sun_synchronous_deg(alt_m)


def test_the_node_of_that_plane_goes_round_once_a_year() -> None:
    sma, inclination = wgs84.RE_M + 700e3, math.radians(sun_synchronous_deg(700e3))
    rate = -1.5 * wgs84.J2 * math.sqrt(wgs84.GM_M3PS2 / sma**3) * (wgs84.RE_M / sma) ** 2 * math.cos(inclination)
    assert rate * 365.2422 * 86_400.0 == pytest.approx(2.0 * math.pi)


def test_too_high_no_plane_follows_the_sun() -> None:
    with pytest.raises(InputError, match="no plane follows the Sun at 7000 km"):
        Orbit.parse("sso:7000km")


def test_the_orbit_of_a_state() -> None:
    perigee, ecc, inclination = wgs84.RE_M + 400e3, 0.1, math.radians(63.4)
    speed = math.sqrt(wgs84.GM_M3PS2 * (1.0 + ecc) / perigee)
    r = np.array([perigee, 0.0, 0.0])
    v = speed * np.array([0.0, math.cos(inclination), math.sin(inclination)])
    state = np.concatenate([[0.0], r, v - np.cross([0.0, 0.0, wgs84.OMEGA_RADPS], r), [1.0]])[None]
    apogee_alt_m = perigee * (1.0 + ecc) / (1.0 - ecc) - wgs84.RE_M
    assert [a[0] for a in orbit_of(state)] == pytest.approx([400e3, apogee_alt_m, 63.4], rel=1e-9)


def test_a_sun_synchronous_orbit_is_reached(sso: Aim) -> None:
    assert (sso.perigee_alt_m, sso.apogee_alt_m) == pytest.approx((500e3, 500e3), abs=1e3)
    assert sso.inclination_deg == pytest.approx(sun_synchronous_deg(500e3), abs=0.02)
    assert sso.spare_mps > 0.0


def test_the_programme_found_flies_there(sso: Aim, chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    flown = fly_crowd(crowd_of(vehicle, sso.plan, site))
    ends, q_pa = flown.ends, flown.q_max_pa
    perigee, apogee, inclination = orbit_of(flown.last)
    assert (perigee[0], apogee[0], inclination[0]) == pytest.approx(
        (sso.perigee_alt_m, sso.apogee_alt_m, sso.inclination_deg), rel=1e-9
    )
    assert ends[0, -1, 0] == pytest.approx(sso.t_s)
    assert q_pa[0] < 65e3
    left_kg = ends[0, -1, 7] - vehicle.payload_kg - vehicle.stages[2].dry_kg
    assert left_kg > 0.0
    assert sso.spare_mps == pytest.approx(
        vehicle.stages[2].isp_vac_s * 9.80665 * math.log(1.0 + left_kg / (ends[0, -1, 7] - left_kg))
    )
    assert (sso.plan.vertical_s, sso.plan.kick_s, sso.plan.fairing_s) == (plan.vertical_s, plan.kick_s, plan.fairing_s)
    assert sso.plan.uppers[0].coast_s == plan.uppers[0].coast_s


def test_an_ellipse_is_entered_at_its_perigee(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    aim = target(vehicle, site, Orbit.parse("400x600km@97.4"), plan)
    assert (aim.perigee_alt_m, aim.apogee_alt_m) == pytest.approx((400e3, 600e3), abs=1e3)
    assert aim.inclination_deg == pytest.approx(97.4, abs=0.02)


def test_an_orbit_out_of_reach_is_refused_by_how_much(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    with pytest.raises(InputError) as caught:
        target(vehicle, site, Orbit.parse("1500km@97.4"), plan)
    assert caught.value.where == "chollima-1"
    short = re.search(r"(\d+) m/s short", caught.value.seen)
    assert short is not None
    assert int(short[1]) > 100
    assert "1500 x 1500 km at 97.40 deg is out of reach" in caught.value.seen


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sso:0km", "height of 0 km"),
        ("1x500km@97", "height of 1 km"),
        ("500x9999999km@97", "height of 1e\\+07 km"),
        ("300km@200", "from 0 to 180 deg"),
    ],
)
def test_what_is_no_orbit_is_refused_before_it_is_solved_for(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        Orbit.parse(text)
    assert caught.value.where == "--to"

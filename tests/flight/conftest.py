"""A launcher that has everything: two kinds of strap-ons, throttling, tables of steering, two burns of one stage."""

from __future__ import annotations

import numpy as np
import pytest

from downrange.base import Array
from downrange.earth import Site, load_site
from downrange.flight import Booster, Burns, Plan, Programme, Stage, Steering, Throttle, Vehicle, load_vehicle_and_plan

Case = tuple[Vehicle, Plan, Site]


def stage(
    name: str, masses_kg: tuple[float, float], thrust_n: float, isp_s: float, ratio: float, sep_s: float
) -> Stage:
    return Stage(
        name=name,
        propellant_kg=masses_kg[0],
        dry_kg=masses_kg[1],
        thrust_vac_n=thrust_n,
        isp_vac_s=isp_s,
        thrust_sl_over_vac=ratio,
        beta_kgpm2=900.0,
        separation_s=sep_s,
    )


def strap(
    name: str, count: int, masses_kg: tuple[float, float], thrust_n: float, sep_s: float, area_m2: float
) -> Booster:
    return Booster(
        name=name,
        count=count,
        propellant_kg=masses_kg[0],
        dry_kg=masses_kg[1],
        thrust_vac_n=thrust_n,
        isp_vac_s=262.0,
        thrust_sl_over_vac=0.88,
        beta_kgpm2=400.0,
        separation_s=sep_s,
        area_m2=area_m2,
    )


VEHICLE = Vehicle(
    name="everything",
    title="Everything (invented for these tests)",
    stages=(
        stage("stage 1", (80e3, 8e3), 1.6e6, 290.0, 0.9, 2.0),
        stage("stage 2", (20e3, 2e3), 350e3, 310.0, 0.6, 1.0),
        stage("stage 3", (4.5e3, 600.0), 30e3, 330.0, 1.0, 0.0),
    ),
    fairing_kg=500.0,
    fairing_beta_kgpm2=80.0,
    payload_kg=800.0,
    reference_area_m2=5.0,
    drag=((0.0, 0.3), (0.8, 0.3), (1.1, 0.55), (2.0, 0.4), (4.0, 0.25)),
    beta_stack_kgpm2=3_000.0,
    figures=(),
    boosters=(
        strap("large strap-on", 2, (12e3, 1.5e3), 600e3, 1.5, 0.8),
        strap("small strap-on", 2, (6e3, 700.0), 200e3, 3.0, 0.5),
    ),
)
PLAN = Plan(
    vertical_s=8.0,
    kick_s=6.0,
    kick_deg=3.0,
    azimuth_deg=185.0,
    fairing_s=35.0,
    uppers=(
        Steering(coast_s=3.0, pitch_deg=(30.0, 12.0), azimuth_deg=(178.0, 172.0)),
        Steering(coast_s=12.0, pitch_deg=(10.0, -4.0), azimuth_deg=(172.0, 170.0)),
    ),
    programmes=(
        Programme(
            stage=1,
            t_s=(0.0, 10.0, 25.0, 60.0, 100.0, 140.0),
            pitch_deg=(90.0, 90.0, 80.0, 60.0, 42.0, 30.0),
            azimuth_deg=(185.0, 185.0, 185.0, 185.0, 185.0, 172.0),
        ),
        Programme(
            stage=3,
            t_s=(0.0, 190.0, 400.0, 700.0),
            pitch_deg=(14.0, 0.0, 0.0, -5.0),
            azimuth_deg=(172.0, 178.0, 178.0, 176.0),
        ),
    ),
    throttles=(
        Throttle(stage=1, t_s=(0.0, 38.0, 44.0, 62.0, 62.0, 110.0, 120.0), level=(1.0, 1.0, 0.65, 0.65, 1.0, 1.0, 0.6)),
    ),
    burns=(Burns(stage=3, start_s=(0.0, 420.0), length_s=(200.0, np.inf)),),
)


@pytest.fixture(scope="session")
def everything() -> Case:
    return VEHICLE, PLAN, load_site("sohae-coastal")


@pytest.fixture(scope="session")
def chollima() -> Case:
    return (*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal"))


@pytest.fixture(scope="session")
def windy() -> Array:
    """Return a table of wind: 60 m/s of westerlies at 11 km, less above and below, and some from the south."""
    from scipy.interpolate import CubicSpline

    knots_m = np.arange(0.0, 40e3 + 1.0, 1e3)
    east = 60.0 * np.exp(-(((knots_m - 11e3) / 5e3) ** 2))
    north = 10.0 * np.sin(knots_m / 8e3)
    table = np.zeros((len(knots_m), 8))
    for column, values in ((0, east), (4, north)):
        table[:-1, column : column + 4] = CubicSpline(knots_m, values).c[::-1].T
        table[-1, column] = values[-1]
    return table

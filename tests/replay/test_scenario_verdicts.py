"""The flights of 31 May and 24 August 2023 as simulated sensors tell them: what is called, when, and where it falls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from downrange.earth import load_site
from downrange.fall import Impacts, drop, fall_path
from downrange.flight import Failure, FailureKind, Flight, Vehicle, fly, load_vehicle_and_plan
from downrange.replay import load_scenario
from downrange.track import Sensor, Track, Update, Verdict, assess, first, follow, load_sensors, simulate
from downrange.track.impact import BetaPrior, impact_ensemble

ALARMS = {Verdict.THRUST_LOST, Verdict.BROKEN_UP, Verdict.OFF_NOMINAL, Verdict.WILL_NOT_REACH_ORBIT}
SEEDS = (0, 1, 2)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A flight as it went, and what was made of the readings."""

    vehicle: Vehicle
    flight: Flight
    down: Impacts
    track: Track
    updates: tuple[Update, ...]


Hear = Callable[..., Heard]


def troubled(sensors: Sequence[Sensor], wild: float) -> tuple[Sensor, ...]:
    """Return the sensors at two looks a second, with missed, doubled and wild ones."""
    share = 0.05 if wild else 0.0
    return tuple(replace(s, period_s=0.5, p_missed=share, p_doubled=share, p_wild=wild) for s in sensors)


@pytest.fixture(scope="module")
def hear() -> Hear:
    """Fly a scenario, let its sensors look, follow and judge."""

    @cache
    def go(name: str, seed: int, wild: float = 0.0) -> Heard:
        scenario = load_scenario(name)
        vehicle, plan = load_vehicle_and_plan(scenario.vehicle)
        case = scenario.failure
        assert case is not None
        failure = Failure(kind=FailureKind(case.kind), stage=case.stage, after_ignition_s=case.after_ignition_s)
        flight = fly(vehicle, load_site(scenario.site), plan, failure)
        body = flight.bodies[-1]
        fall = fall_path(body.t_s, body.r_ecef_m, body.v_ecef_mps, body.beta_kgpm2)
        t, r, v = (
            np.concatenate([up, rest])
            for up, rest in zip((flight.t_s, flight.r_ecef_m, flight.v_ecef_mps), fall, strict=True)
        )
        new = np.concatenate([[True], t[1:] > np.maximum.accumulate(t)[:-1]])
        sensors, t0 = troubled(load_sensors(scenario.sensors.name), wild), scenario.liftoff.t0
        readings = simulate(t[new], r[new], v[new], sensors, t0, seed)
        track = follow(readings, sensors, t0, burns=flight.burns)
        return Heard(
            vehicle=vehicle,
            flight=flight,
            down=drop([body.t_s], body.r_ecef_m[None], body.v_ecef_mps[None], [body.beta_kgpm2]),
            track=track,
            updates=assess(track, flight.burns),
        )

    return go


@pytest.mark.parametrize("wild", [0.0, 0.1])
@pytest.mark.parametrize("seed", SEEDS)
def test_in_may_the_second_stage_is_said_not_to_have_lit(seed: int, wild: float, hear: Hear) -> None:
    heard = hear("2023-05-31", seed, wild)
    ignition = heard.flight.burns[1][0]
    lost, never = first(heard.updates, Verdict.THRUST_LOST), first(heard.updates, Verdict.WILL_NOT_REACH_ORBIT)
    assert lost is not None
    assert never is not None
    assert ignition < lost.t_s < ignition + 12.0  # five seconds of grace, two looks a second
    assert lost.t_s < never.t_s < ignition + 35.0
    assert lost.reason.startswith("stage 2 did not ignite")
    assert lost.p > 0.99
    assert heard.updates[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT
    assert not [update for update in heard.updates if update.verdict in ALARMS and update.t_s < ignition]


@pytest.mark.parametrize("wild", [0.0, 0.1])
@pytest.mark.parametrize("seed", SEEDS)
def test_in_august_the_third_stage_is_said_to_have_stopped(seed: int, wild: float, hear: Hear) -> None:
    heard = hear("2023-08-24", seed, wild)
    stopped_s = float(heard.flight.t_s[-1])
    lost, never = first(heard.updates, Verdict.THRUST_LOST), first(heard.updates, Verdict.WILL_NOT_REACH_ORBIT)
    assert lost is not None
    assert never is not None
    assert stopped_s < lost.t_s < stopped_s + 6.0
    assert lost.t_s < never.t_s < stopped_s + 40.0
    assert lost.reason.startswith("stage 3 stopped early")
    assert heard.updates[-1].verdict is Verdict.WILL_NOT_REACH_ORBIT
    assert not [update for update in heard.updates if update.verdict in ALARMS and update.t_s < stopped_s]


@pytest.mark.parametrize("name", ["2023-05-31", "2023-08-24"])
def test_the_impact_region_holds_where_it_really_falls(name: str, hear: Hear) -> None:
    contents = []
    for seed in SEEDS:
        heard = hear(name, seed)
        beta = heard.vehicle.beta_stack_kgpm2
        drag = BetaPrior(low_kgpm2=beta / 2.0, high_kgpm2=2.0 * beta, source="the whole stack, to a factor of two")
        for late_s in (10.0, 20.0, 30.0, 60.0):
            i = int(np.searchsorted(heard.track.t_s, heard.flight.t_s[-1] + late_s)) - 1
            state = heard.track.r_ecef_m[i], heard.track.v_ecef_mps[i], heard.track.cov[i]
            region = impact_ensemble(*state, t_s=float(heard.track.t_s[i]), drag=drag)
            contents.append(float(region.content(heard.down.lat_deg[0], heard.down.lon_deg[0])))
            assert region.early_s - 5.0 < heard.down.t_s[0] < region.late_s + 5.0
    assert sum(content <= 0.9 for content in contents) >= 9  # of 12
    assert max(contents) < 0.999

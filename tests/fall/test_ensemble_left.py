"""What is left of a flight that fails: in the air of its day, and in pieces only where it really failed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from downrange.earth import air_table, load_site
from downrange.fall import Launch, drop, load_debris
from downrange.fall.ensemble import Landings, land
from downrange.flight import (
    GROUPS,
    Crowd,
    FailureKind,
    Failures,
    Flown,
    Troubles,
    air_factors,
    crowd_of,
    dispersed,
    draw_troubles,
    fly_crowd,
    load_failures,
    load_spread,
    load_vehicle_and_plan,
)

FLIGHTS = 40
VEHICLE, PLAN = load_vehicle_and_plan("chollima-1")


def breaking_up(stage: int) -> Failures:
    """A catalogue of one way to fail: a stage breaks up."""
    all_modes = load_failures("assumed", 3)
    kept = [mode for mode in all_modes.modes if (mode.kind, mode.stage) == (FailureKind.BREAK_UP, stage)]
    return replace(all_modes, modes=(replace(kept[0], share=1.0),))


LAUNCH = Launch(
    vehicle=VEHICLE,
    plan=PLAN,
    site=load_site("sohae-coastal"),
    failures=breaking_up(2),
    debris=load_debris("assumed-launcher"),
    spread=replace(load_spread("assumed"), density=0.3),
    seed=5,
    without=tuple(group for group in GROUPS if group != "air"),
)


def flown_as(launch: Launch) -> tuple[Crowd, Troubles, Flown]:
    crowd = crowd_of(launch.vehicle, launch.plan, launch.site, FLIGHTS)
    crowd = dispersed(crowd, launch.spread, launch.seed, without=launch.without)
    _, troubles = draw_troubles(launch.failures, crowd, launch.seed)
    return crowd, troubles, fly_crowd(crowd, troubles)


def flights_of(found: Landings, launch: Launch, body: str) -> set[int]:
    return set(found.flight[found.body == launch.bodies.index(body)].tolist())


def test_pieces_fall_through_the_air_of_their_flight() -> None:
    """A denser air is an air table times the factor of the flight: dropped through that, a piece lands on the same spot."""
    kind = LAUNCH.debris.classes[0]
    exact = replace(kind, imparted_mps=0.0, log10_width=0.0)
    launch = replace(LAUNCH, debris=replace(LAUNCH.debris, classes=(exact,)))
    found = land(launch, 0, FLIGHTS)
    mine = found.body == launch.bodies.index(kind.name)
    factors = air_factors(launch.spread, launch.seed, FLIGHTS, without=launch.without)[found.flight[mine]]
    assert factors.min() < 0.8
    assert factors.max() > 1.2
    last = flown_as(launch)[2].last[found.flight[mine]]
    for i, factor in enumerate(factors):
        air = air_table() * np.array([factor, factor, factor, factor, 1.0])
        hit = drop(last[i, :1], last[i : i + 1, 1:4], last[i : i + 1, 4:7], kind.beta_kgpm2, air=air)
        assert abs(hit.t_s[0] - found.t_s[mine][i]) < 0.1
        assert abs(hit.lat_deg[0] - found.lat_deg[mine][i]) < 1e-4


def test_a_failure_that_comes_too_late_never_happens() -> None:
    """A last stage that is cut off on reaching its orbit half-way through its burn cannot break up after that."""
    halfway = replace(
        LAUNCH, failures=breaking_up(3), spread=replace(LAUNCH.spread, density=0.0), plan=replace(PLAN, stop_sma_m=5e6)
    )
    crowd, troubles, flown = flown_as(halfway)
    out_s = flown.last[troubles.kind < 0, 0].max()
    fails_s = crowd.ignition_s[:, 2] + troubles.after_s
    late = set(np.flatnonzero((troubles.kind >= 0) & (fails_s > out_s)).tolist())
    early = set(np.flatnonzero((troubles.kind >= 0) & (fails_s < out_s)).tolist())
    assert min(len(late), len(early)) > 3
    found = land(halfway, 0, FLIGHTS)
    pieces = [flights_of(found, halfway, kind.name) for kind in halfway.debris.classes]
    assert set().union(*pieces) == early
    assert flights_of(found, halfway, halfway.last) == set(range(FLIGHTS)) - early

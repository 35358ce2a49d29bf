"""One flight: its events in order, what it lets go, and what is left after a failure."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from downrange.base import Array, InputError, geodetic_from_ecef, inertial_velocity
from downrange.earth import ZONALS, Site, air_table, load_site
from downrange.flight import (
    Failure,
    FailureKind,
    Flight,
    Outcome,
    Plan,
    Throttle,
    Vehicle,
    crowd_of,
    event_at,
    failed_stack,
    fly,
    fly_crowd,
    load_vehicle_and_plan,
    timeline,
    troubles_of,
)
from downrange.flight import _kernel as k
from downrange.flight.crowd import starts_of

NOMINAL = [
    "lift-off",
    "largest dynamic pressure",
    "stage 1 burn-out and separation",
    "stage 2 ignition",
    "fairing off",
    "stage 2 burn-out and separation",
    "stage 3 ignition",
    "last burn-out and insertion",
]


@pytest.fixture(scope="module")
def chollima() -> tuple[Vehicle, Site, Plan]:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    return vehicle, load_site("sohae-coastal"), plan


@pytest.fixture(scope="module")
def nominal(chollima: tuple[Vehicle, Site, Plan]) -> Flight:
    return fly(*chollima)


def failed(chollima: tuple[Vehicle, Site, Plan], text: str) -> Flight:
    return fly(*chollima, Failure.parse(text))


def test_the_planned_flight_has_every_event_in_order_of_time(
    nominal: Flight, chollima: tuple[Vehicle, Site, Plan]
) -> None:
    assert [event.name for event in nominal.events] == NOMINAL
    times = [event.t_s for event in nominal.events]
    assert times == sorted(times)
    assert nominal.outcome is Outcome.BURNED_OUT
    lift_off = nominal.event("lift-off")
    assert (lift_off.t_s, lift_off.speed_mps) == (0.0, 0.0)
    assert (lift_off.lat_deg, lift_off.lon_deg) == pytest.approx((chollima[1].lat_deg, chollima[1].lon_deg))
    assert [round(b - a, 9) for a, b, _ in nominal.burns] == [round(s.burn_s, 9) for s in chollima[0].stages]
    assert nominal.event("stage 2 ignition").t_s == pytest.approx(nominal.burns[1][0])


def test_the_planned_flight_lets_go_two_stages_and_the_fairing(
    nominal: Flight, chollima: tuple[Vehicle, Site, Plan]
) -> None:
    vehicle = chollima[0]
    assert [(b.name, b.mass_kg, b.beta_kgpm2) for b in nominal.bodies] == [
        ("stage 1", vehicle.stages[0].dry_kg, vehicle.stages[0].beta_kgpm2),
        ("fairing", vehicle.fairing_kg, vehicle.fairing_beta_kgpm2),
        ("stage 2", vehicle.stages[1].dry_kg, vehicle.stages[1].beta_kgpm2),
    ]
    for body, event in zip(nominal.bodies, (NOMINAL[2], NOMINAL[4], NOMINAL[5]), strict=True):
        at = nominal.event(event)
        assert body.t_s == at.t_s
        assert geodetic_from_ecef(body.r_ecef_m)[2] == pytest.approx(at.alt_m)
        assert np.linalg.norm(body.v_ecef_mps) == pytest.approx(at.speed_mps)


def test_the_path_is_the_flight_of_the_crowd(nominal: Flight, chollima: tuple[Vehicle, Site, Plan]) -> None:
    vehicle, site, plan = chollima
    flown = fly_crowd(crowd_of(vehicle, plan, site))
    last = np.concatenate([[nominal.t_s[-1]], nominal.r_ecef_m[-1], nominal.v_ecef_mps[-1], [nominal.mass_kg[-1]]])
    assert np.array_equal(last[:7], flown.last[0, :7])
    assert last[7] == pytest.approx(flown.last[0, 7], rel=1e-12)
    assert nominal.q_pa.max() == flown.q_max_pa[0]
    assert nominal.mass_kg[0] == pytest.approx(vehicle.liftoff_kg)
    assert nominal.mass_kg[-1] == pytest.approx(vehicle.payload_kg + vehicle.stages[2].dry_kg)
    assert (np.diff(nominal.mass_kg) < 1e-6).all()
    coasting = (nominal.t_s > nominal.burns[1][1] + 0.1) & (nominal.t_s < nominal.burns[2][0] - 0.1)
    thrust = np.linalg.norm(nominal.f_ecef_mps2, axis=1)
    assert coasting.any()
    assert (thrust[coasting] == 0.0).all()
    vehicle_thrust = vehicle.stages[2].thrust_vac_n / nominal.mass_kg[-1]
    assert thrust[-1] == pytest.approx(vehicle_thrust, rel=1e-9)


def test_the_largest_dynamic_pressure_lies_between_the_rows_about_it(nominal: Flight) -> None:
    i = int(nominal.q_pa.argmax())
    peak = nominal.event("largest dynamic pressure")
    assert nominal.t_s[i - 1] < peak.t_s < nominal.t_s[i + 1]
    assert 10e3 < peak.alt_m < 14e3


def test_a_second_stage_that_never_lights_falls_with_all_above_it(chollima: tuple[Vehicle, Site, Plan]) -> None:
    vehicle = chollima[0]
    flight = failed(chollima, "stage2:no-ignition")
    assert [e.name for e in flight.events] == [*NOMINAL[:3], "failure"]
    assert flight.outcome is Outcome.FAILED
    stage, stack = flight.bodies
    assert (stage.name, stack.name) == ("stage 1", "stages 2-3 and payload")
    assert stack.t_s == pytest.approx(flight.burns[1][0])
    above = vehicle.liftoff_kg - vehicle.stages[0].propellant_kg - vehicle.stages[0].dry_kg
    assert stack.mass_kg == pytest.approx(above)
    assert stack.beta_kgpm2 == vehicle.beta_stack_kgpm2


@pytest.mark.parametrize(
    ("text", "bodies", "events"),
    [
        ("stage1:early-shutdown@40", ["stages 1-3 and payload"], ["lift-off", "largest dynamic pressure", "failure"]),
        ("stage1:break-up@80", ["stages 1-3 and payload"], [*NOMINAL[:2], "failure"]),
        ("stage2:break-up@20", ["stage 1", "stages 2-3 and payload"], [*NOMINAL[:4], "failure"]),
        ("stage2:early-shutdown@60", ["stage 1", "fairing", "stages 2-3 and payload"], [*NOMINAL[:5], "failure"]),
        ("stage3:no-ignition", ["stage 1", "fairing", "stage 2", "stage 3 and payload"], [*NOMINAL[:6], "failure"]),
        ("stage3:break-up@100", ["stage 1", "fairing", "stage 2", "stage 3 and payload"], [*NOMINAL[:7], "failure"]),
    ],
)
def test_what_each_failure_leaves(
    chollima: tuple[Vehicle, Site, Plan], text: str, bodies: list[str], events: list[str]
) -> None:
    flight = failed(chollima, text)
    assert [b.name for b in flight.bodies] == bodies
    assert sorted(e.name for e in flight.events) == sorted(events)
    assert flight.events[-1].t_s == flight.event("failure").t_s == flight.t_s[-1] == flight.bodies[-1].t_s
    failure = Failure.parse(text)
    assert flight.t_s[-1] == pytest.approx(flight.burns[failure.stage - 1][0] + failure.after_ignition_s)


def test_until_it_fails_the_flight_is_the_planned_one(nominal: Flight, chollima: tuple[Vehicle, Site, Plan]) -> None:
    flight = failed(chollima, "stage3:early-shutdown@90")
    planned = nominal.t_s <= nominal.event("stage 3 ignition").t_s
    assert np.array_equal(flight.r_ecef_m[: planned.sum()], nominal.r_ecef_m[planned])
    assert flight.bodies[0].t_s == nominal.bodies[0].t_s
    burnt = 90.0 * chollima[0].stages[2].propellant_kg / chollima[0].stages[2].burn_s
    assert flight.mass_kg[-1] == pytest.approx(nominal.mass_kg[planned][-1] - burnt)


def test_a_failure_just_after_lift_off_still_has_its_events(chollima: tuple[Vehicle, Site, Plan]) -> None:
    flight = failed(chollima, "stage1:early-shutdown@0.5")
    assert {e.name for e in flight.events} == {"lift-off", "largest dynamic pressure", "failure"}
    assert flight.events[-1].t_s == 0.5


@pytest.mark.parametrize(
    ("failure", "key", "seen"),
    [
        (Failure(kind=FailureKind.BREAK_UP, stage=4), "stage", "stage 4 of 3"),
        (Failure(kind=FailureKind.BREAK_UP, stage=0), "stage", "stage 0 of 3"),
        (Failure(kind=FailureKind.BREAK_UP, stage=1, after_ignition_s=500.0), "after_ignition_s", "which burns 111 s"),
        (Failure(kind=FailureKind.BREAK_UP, stage=1, after_ignition_s=-1.0), "after_ignition_s", "-1 s after"),
        (Failure(kind=FailureKind.NO_IGNITION, stage=1), "after_ignition_s", "never burns"),
    ],
)
def test_a_failure_that_cannot_be_is_refused(
    chollima: tuple[Vehicle, Site, Plan], failure: Failure, key: str, seen: str
) -> None:
    with pytest.raises(InputError) as caught:
        fly(*chollima, failure)
    assert (caught.value.where, caught.value.key) == ("failure", key)
    assert seen in caught.value.seen


@pytest.mark.parametrize(
    ("stages", "stage", "name"),
    [
        (3, 1, "stages 1-3 and payload"),
        (3, 2, "stages 2-3 and payload"),
        (3, 3, "stage 3 and payload"),
        (2, 2, "stage 2 and payload"),
    ],
)
def test_the_stack_is_named_by_what_it_holds(stages: int, stage: int, name: str) -> None:
    assert failed_stack(stages, Failure(kind=FailureKind.BREAK_UP, stage=stage)) == name


def test_an_event_knows_both_speeds(nominal: Flight) -> None:
    state = np.concatenate([[12.5], nominal.r_ecef_m[200], nominal.v_ecef_mps[200]])
    event = event_at("here", state)
    assert (event.name, event.t_s) == ("here", 12.5)
    assert event.speed_mps == pytest.approx(np.linalg.norm(state[4:7]))
    assert event.v_inertial_mps == pytest.approx(np.linalg.norm(inertial_velocity(state[1:4], state[4:7])))


def test_a_flight_with_everything_tells_of_everything(everything: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = everything
    flight = fly(vehicle, site, plan)
    assert [e.name for e in flight.events] == [
        "lift-off",
        "largest dynamic pressure",
        "large strap-on burn-out",
        "large strap-on separation",
        "small strap-on burn-out",
        "small strap-on separation",
        "stage 1 burn-out",
        "stage 1 separation",
        "stage 2 ignition",
        "fairing off",
        "stage 2 burn-out",
        "stage 2 separation",
        "stage 3 ignition",
        "last burn-out and insertion",
    ]
    assert flight.event("stage 1 separation").t_s == pytest.approx(flight.event("stage 1 burn-out").t_s + 2.0)
    straps = [f"{kind} strap-on {i}" for kind in ("large", "small") for i in (1, 2)]
    assert [b.name for b in flight.bodies] == [*straps, "stage 1", "fairing", "stage 2"]
    assert [stage for _, _, stage in flight.burns] == [1, 2, 3, 3]  # two burns of the last
    assert flight.burns[3][0] - flight.burns[2][0] == pytest.approx(420.0)
    quiet = (flight.t_s > flight.burns[2][1] + 0.1) & (flight.t_s < flight.burns[3][0] - 0.1)
    assert quiet.sum() > 50
    assert (flight.f_ecef_mps2[quiet] == 0.0).all()


def test_a_stage_that_hangs_on_is_told_as_it_comes_off(everything: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = everything
    flight = fly(vehicle, site, plan, Failure.parse("stage1:failed-separation"))
    assert flight.event("stage 1 separation").t_s == flight.event("stage 2 separation").t_s
    assert flight.event("failure").t_s == pytest.approx(flight.event("stage 1 burn-out").t_s + 2.0)
    quick = replace(vehicle, stages=tuple(replace(s, separation_s=0.0) for s in vehicle.stages))
    flight = fly(quick, site, plan, Failure.parse("stage1:failed-separation"))
    assert "stage 1 burn-out and separation" not in [e.name for e in flight.events]
    assert flight.event("stage 1 separation").t_s > flight.event("stage 1 burn-out").t_s + 100.0


@pytest.mark.parametrize(
    ("text", "outcome", "last"),
    [
        ("stage1:thrust-decay@60/10", Outcome.FAILED, "end of thrust"),
        ("stage1:malfunction-turn@60/30", Outcome.FAILED, "end of thrust"),
        ("stage3:partial-thrust@60/0.9", Outcome.IMPAIRED, "last burn-out"),
        ("stage2:failed-separation", Outcome.IMPAIRED, "last burn-out"),
        ("stage2:fairing-stuck", Outcome.IMPAIRED, "last burn-out"),
    ],
)
def test_a_failure_that_takes_its_time_is_told_at_its_start_and_at_its_end(
    chollima: tuple[Vehicle, Site, Plan], text: str, outcome: Outcome, last: str
) -> None:
    flight = failed(chollima, text)
    assert flight.outcome is outcome
    assert flight.events[-1].name.startswith(last)
    assert flight.event("failure").t_s < flight.events[-1].t_s
    assert flight.bodies[-1].name.endswith("and payload")
    assert flight.bodies[-1].mass_kg == pytest.approx(flight.mass_kg[-1])


@pytest.mark.parametrize(
    "text",
    [
        "stage1:partial-thrust@1/0.4",
        "stage1:partial-thrust@60/0.05",
        "stage1:failed-separation",
        "stage2:failed-separation",
    ],
)
def test_what_falls_back_under_power_ends_on_the_ground(chollima: tuple[Vehicle, Site, Plan], text: str) -> None:
    """The shipped vehicle with a second and third stage too weak to carry more than themselves."""
    vehicle, site, plan = chollima
    weak = tuple(
        replace(s, thrust_vac_n=s.thrust_vac_n * share)
        for s, share in zip(vehicle.stages, (1.0, 0.25, 0.3), strict=True)
    )
    vehicle = replace(vehicle, stages=weak)
    failure = Failure.parse(text)
    flight = fly(vehicle, site, plan, failure)
    end = flight.events[-1]
    assert (end.name, flight.outcome) == ("impact", Outcome.FAILED)
    assert abs(end.alt_m) < 1e-3
    assert end.t_s == flight.t_s[-1] == flight.bodies[-1].t_s
    assert flight.mass_kg[-1] == flight.bodies[-1].mass_kg
    lit = [stage for start, stop, stage in flight.burns if start < end.t_s < stop or stage == failure.stage]
    assert lit  # still thrusting, or as good as
    flown = fly_crowd(crowd_of(vehicle, plan, site, 2), troubles_of(crowd_of(vehicle, plan, site, 2), failure))
    assert flown.down.tolist() == [True, True]
    assert flown.line.times.end[0] == flown.last[0, 0] == end.t_s
    assert np.array_equal(flown.last[1], flown.last[0])
    assert len(flight.bodies) - 1 == (flown.line.times.parted[0] <= end.t_s).sum() + (
        flown.line.times.fairing[0] <= end.t_s
    )


def densest(vehicle: Vehicle, site: Site, plan: Plan, air: Array, wind: Array) -> tuple[float, float]:
    """Return when dynamic pressure is largest in steps of 0.2 ms about the largest of a fine flight, and how large."""
    crowd = crowd_of(vehicle, plan, site)
    line = timeline(crowd)
    line.table[:, :, k.STEPS] = np.ceil(line.table[:, :, k.DURATION_S] / 0.05)
    path = np.empty((int(line.table[0, :, k.STEPS].sum()) + line.table.shape[1], k.PATH))
    ends = np.empty((line.table.shape[1], k.STATE))
    used, _ = k.fly(line.table[0], starts_of(crowd)[0], air, crowd.drag, wind, ZONALS, ends, path)
    path = path[:used]
    top = int(path[:, 11].argmax())
    best = (0.0, 0.0)
    for row, after in pairwise(path[max(0, top - 2) : top + 4]):
        p = min(int((line.knot_s[0] <= row[0] + 1e-9).sum()), line.knot_s.shape[1] - 1)
        phase, into = line.table[0, p], row[0] - line.knot_s[0, p] + line.table[0, p, k.DURATION_S]
        for h in np.arange(0.0, after[0] - row[0], 2e-4):
            state = k.advance(phase, into, h, row[1:7], air, crowd.drag, wind, ZONALS)
            q_pa = k.specific_force(phase, into + h, *state, air, crowd.drag, wind)[6]
            best = max(best, (q_pa, row[0] + h))
    return best[1], best[0]


@pytest.mark.parametrize("name", ["chollima", "everything", "stepped"])
def test_the_largest_dynamic_pressure_is_found_to_a_millisecond(
    chollima: tuple[Vehicle, Site, Plan], everything: tuple[Vehicle, Plan, Site], windy: Array, name: str
) -> None:
    vehicle, plan, site = everything
    wind = windy
    if name == "chollima":
        (vehicle, site, plan), wind = chollima, windy[:0]
    elif name == "stepped":  # throttled down hard while pressure rises: the peak is a corner
        step = Throttle(stage=1, t_s=(0.0, 40.25, 40.25, 70.0, 70.0), level=(1.0, 1.0, 0.1, 0.1, 1.0))
        plan, wind = replace(plan, throttles=(step,)), windy[:0]
    t_s, q_pa = densest(vehicle, site, plan, air_table(), wind)
    flight = fly(vehicle, site, plan, wind=wind)
    assert flight.event("largest dynamic pressure").t_s == pytest.approx(t_s, abs=1e-3)
    assert flight.q_pa.max() <= q_pa * (1.0 + 1e-5)
    if name == "stepped":
        assert t_s == pytest.approx(40.25, abs=1e-3)


def test_a_failure_after_the_end_of_the_flight_never_comes(chollima: tuple[Vehicle, Site, Plan]) -> None:
    """The last stage is cut off at an orbit before it is empty; and a fairing that is not there cannot get stuck."""
    vehicle, site, plan = chollima
    aimed = replace(plan, stop_sma_m=5e6)
    planned = fly(vehicle, site, aimed)
    burnt_s = planned.t_s[-1] - planned.event("stage 3 ignition").t_s
    assert burnt_s < vehicle.stages[2].burn_s - 2.0
    late = fly(vehicle, site, aimed, Failure.parse(f"stage3:break-up@{burnt_s + 1.0}"))
    assert late.outcome is Outcome.BURNED_OUT
    assert [event.name for event in late.events] == [event.name for event in planned.events]
    assert late.events[-1].t_s == pytest.approx(planned.events[-1].t_s, abs=1e-3)
    assert [body.name for body in late.bodies] == [body.name for body in planned.bodies]
    soon = fly(vehicle, site, aimed, Failure.parse(f"stage3:break-up@{burnt_s - 1.0}"))
    assert (soon.outcome, soon.events[-1].name) == (Outcome.FAILED, "failure")
    bare = replace(vehicle, fairing_kg=0.0)
    assert fly(bare, site, plan, Failure.parse("stage2:fairing-stuck")).outcome is Outcome.BURNED_OUT

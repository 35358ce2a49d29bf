"""Timelines: the budget of mass and time in the phases, whatever goes wrong with whatever flies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import Array
from downrange.earth import Site, load_site
from downrange.flight import (
    KINDS,
    NEVER_S,
    Booster,
    Burns,
    Failure,
    FailureKind,
    Outcome,
    Plan,
    Stage,
    Steering,
    Throttle,
    Vehicle,
    crowd_of,
    fly,
    fly_crowd,
    timeline,
    troubles_of,
)
from downrange.flight import _kernel as k
from downrange.flight.model import SIZES

Case = tuple[Vehicle, Plan, Site]


def flown_rows(case: Case, failure: str | None = None) -> Array:
    """Return the phases of a case that last."""
    crowd = crowd_of(*case)
    rows = timeline(crowd, troubles_of(crowd, None if failure is None else Failure.parse(failure))).table[0]
    lasting: Array = rows[rows[:, k.DURATION_S] > 0.0]
    return lasting


def test_masses_of_the_phases_are_the_budget(chollima: Case) -> None:
    vehicle = chollima[0]
    rows = flown_rows(chollima)
    burnt = rows[:, k.MDOT_KGPS] * rows[:, k.DURATION_S]
    one, two, three = vehicle.stages
    assert rows[:, k.STAGE].tolist() == [1, 1, 1, 2, 2, 2, 3, 3]  # a coast belongs to the stage that it waits for
    assert [burnt[rows[:, k.STAGE] == s].sum() for s in (1, 2, 3)] == pytest.approx(
        [one.propellant_kg, two.propellant_kg, three.propellant_kg]
    )
    after = rows[:, k.MASS_KG] - burnt
    assert rows[0, k.MASS_KG] == pytest.approx(vehicle.liftoff_kg)
    lost = np.append(after[:-1] - rows[1:, k.MASS_KG], after[-1] - three.dry_kg)
    assert lost == pytest.approx(
        [0.0, 0.0, one.dry_kg, 0.0, vehicle.fairing_kg, two.dry_kg, 0.0, vehicle.payload_kg], abs=1e-6
    )


def test_times_of_the_phases_are_the_plan(chollima: Case) -> None:
    vehicle, plan, _ = chollima
    crowd = crowd_of(*chollima)
    rows = flown_rows(chollima)
    starts = np.cumsum(rows[:, k.DURATION_S]) - rows[:, k.DURATION_S]
    assert (starts[1], starts[2]) == (plan.vertical_s, plan.vertical_s + plan.kick_s)
    assert crowd.ignition_s[0] == pytest.approx([0.0, starts[4], starts[7]])
    assert starts[5] - starts[4] == pytest.approx(plan.fairing_s)
    assert crowd.burn_s[0] == pytest.approx([s.burn_s for s in vehicle.stages])
    steps_s = rows[:, k.DURATION_S] / rows[:, k.STEPS]
    assert (steps_s <= np.where(rows[:, k.STAGE] == 1, 1.0, 3.0) + 1e-9).all()


def test_a_thrust_that_turns_away_is_followed_in_quarter_seconds(chollima: Case) -> None:
    rows = flown_rows(chollima, "stage2:malfunction-turn@30/9")
    turns = rows[rows[:, k.TURN_RADPS] != 0.0]
    assert turns[:, k.DURATION_S].sum() == pytest.approx(10.0)  # until 90 degrees
    assert (turns[:, k.DURATION_S] / turns[:, k.STEPS] <= 0.25 + 1e-9).all()


def test_a_first_burn_shorter_than_its_programme_burns_no_more_than_there_is(chollima: Case) -> None:
    vehicle, plan, site = chollima
    case = vehicle, replace(plan, vertical_s=100.0, kick_s=60.0), site
    crowd, rows = crowd_of(*case), flown_rows(case)
    first = rows[(rows[:, k.STAGE] == 1) & (rows[:, k.STEER] != k.COAST)]
    assert len(first) == 2
    assert first[:, k.DURATION_S].sum() == pytest.approx(crowd.burn_s[0, 0])
    assert (first[:, k.MDOT_KGPS] * first[:, k.DURATION_S]).sum() == pytest.approx(crowd.propellant_kg[0, 0])


@pytest.mark.parametrize(
    ("stage", "after_s"),
    [(1, 0.5), (1, 5.0), (1, 11.0), (1, 90.0), (2, 0.0), (2, 40.0), (2, 90.0), (3, 0.0), (3, 12.0), (3, 400.0)],
)
def test_after_the_failure_nothing_has_any_length(chollima: Case, stage: int, after_s: float) -> None:
    crowd = crowd_of(*chollima)
    failure = Failure(kind=FailureKind.EARLY_SHUTDOWN, stage=stage, after_ignition_s=after_s)
    whole, part = timeline(crowd), timeline(crowd, troubles_of(crowd, failure))
    cut_s = whole.times.ignition[0, stage - 1] + after_s
    assert whole.times.ignition == pytest.approx(crowd.ignition_s)
    lengths = part.table[0, :, k.DURATION_S]
    assert lengths.sum() == pytest.approx(cut_s)
    assert part.knot_s.max() == part.times.end[0] == cut_s
    before = whole.knot_s[0] < cut_s
    assert set(whole.knot_s[0, before]) <= set(part.knot_s[0])
    assert fly_crowd(crowd, troubles_of(crowd, failure)).last[0, 0] == pytest.approx(cut_s)


def test_a_weakened_stage_steers_to_its_plan_and_no_further(chollima: Case) -> None:
    """Half the thrust burns twice as long; the linear tangent ends when it was planned to, then holds."""
    crowd = crowd_of(*chollima)
    line = timeline(crowd, troubles_of(crowd, Failure.parse("stage3:partial-thrust@0/0.5")))
    begin = np.concatenate([[0.0], line.knot_s[0, :-1]])
    rows = (line.table[0, :, k.STAGE] == 3) & (line.table[0, :, k.STEER] == k.LINEAR_TANGENT)
    planned_s = crowd.ignition_s[0, 2] + crowd.burn_s[0, 2]
    assert line.times.out[0, 2] - crowd.ignition_s[0, 2] == pytest.approx(2.0 * crowd.burn_s[0, 2])
    held = rows & (begin > planned_s - 1e-9) & (line.table[0, :, k.DURATION_S] > 0.0)
    assert held.sum() == 1
    assert line.table[0, held, k.PITCH0_RAD] == line.table[0, held, k.PITCH1_RAD]
    assert np.degrees(line.table[0, held, k.PITCH0_RAD]) == pytest.approx(crowd.pitch1_deg[:, 2])


def test_what_hangs_on_goes_with_the_stage_that_it_hangs_on(everything: Case) -> None:
    vehicle, _, _ = everything
    crowd = crowd_of(*everything, 2)
    troubles = troubles_of(crowd, Failure.parse("stage1:failed-separation"))
    line, planned = timeline(crowd, troubles), timeline(crowd)
    assert line.times.failed[0] == planned.times.parted[0, 0]
    assert line.times.parted[0, 0] == line.times.parted[0, 1] == planned.times.parted[0, 1]
    lit = planned.times.ignition[0, 1]
    at = [np.interp(lit + 1.0, one.knot_s[0], np.arange(one.knot_s.shape[1])) for one in (line, planned)]
    heavier = line.table[0, int(at[0]) + 1, k.MASS_KG] - planned.table[0, int(at[1]) + 1, k.MASS_KG]
    assert heavier == pytest.approx(vehicle.stages[0].dry_kg)
    last = timeline(crowd, troubles_of(crowd, Failure.parse("stage2:failed-separation")))
    assert (last.times.parted[:, 1] == NEVER_S).all()
    assert last.end_kg == pytest.approx(planned.end_kg + vehicle.stages[1].dry_kg)


def test_a_stuck_fairing_is_carried_to_the_end(everything: Case) -> None:
    crowd = crowd_of(*everything)
    line = timeline(crowd, troubles_of(crowd, Failure.parse("stage2:fairing-stuck")))
    assert line.times.fairing[0] == NEVER_S
    assert line.times.failed[0] == timeline(crowd).times.fairing[0]
    assert line.end_kg == pytest.approx(timeline(crowd).end_kg + everything[0].fairing_kg)


@st.composite
def flights(draw: Callable[..., float]) -> tuple[Vehicle, Plan, Failure | None]:
    """Return a plausible vehicle of one to three stages with anything on it, its plan, and anything that goes wrong."""
    part = st.floats(0.0, 1.0)
    count = draw(st.integers(1, 3))
    stages, above = [], 500.0 + 1_500.0 * draw(part)
    payload = above
    for n in range(count, 0, -1):
        propellant, dry = above * (1.0 + 3.0 * draw(part)), above * (0.08 + 0.3 * draw(part))
        above += propellant + dry
        ratio = 1.35 + draw(part) if n == 1 else 0.5 + draw(part)
        stages.append(
            Stage(
                name=f"stage {n}",
                propellant_kg=propellant,
                dry_kg=dry,
                thrust_vac_n=ratio * above * 9.80665 / 0.9,
                isp_vac_s=250.0 + 100.0 * draw(part),
                thrust_sl_over_vac=0.9 if n == 1 else 0.5 + 0.5 * draw(part),
                beta_kgpm2=900.0,
                separation_s=draw(st.sampled_from([0.0, 2.5])),
            )
        )
    boosters = tuple(
        Booster(
            name=f"strap {b}",
            count=draw(st.integers(1, 4)),
            propellant_kg=above * (0.02 + 0.1 * draw(part)),
            dry_kg=above * 0.01,
            thrust_vac_n=above * (1.0 + 4.0 * draw(part)),
            isp_vac_s=260.0,
            thrust_sl_over_vac=0.9,
            beta_kgpm2=500.0,
            separation_s=draw(st.sampled_from([0.0, 3.0])),
            area_m2=1.0,
        )
        for b in range(draw(st.integers(0, 2)))
    )
    fairing = draw(st.sampled_from([0.0, 80.0]))
    vehicle = Vehicle(
        name="drawn",
        title="drawn",
        stages=tuple(stages[::-1]),
        fairing_kg=fairing,
        fairing_beta_kgpm2=60.0,
        payload_kg=payload - fairing,
        reference_area_m2=4.0,
        drag=((0.0, 0.3), (1.1, 0.5), (4.0, 0.25)),
        beta_stack_kgpm2=2_000.0,
        figures=(),
        boosters=boosters,
    )
    low, step = 0.5 + 0.5 * draw(part), 5.0 + 40.0 * draw(part)
    throttle = Throttle(
        stage=count, t_s=(0.0, step, step + 3.0, step + 20.0, step + 20.0), level=(1.0, 1.0, low, low, 1.0)
    )
    burns = Burns(
        stage=count, start_s=(0.0, 60.0), length_s=(20.0 + 30.0 * draw(part), draw(st.sampled_from([np.inf, 25.0])))
    )
    plan = Plan(
        vertical_s=draw(st.sampled_from([0.0, 8.0])),
        kick_s=draw(st.sampled_from([0.0, 5.0])),
        kick_deg=4.0 * draw(part),
        azimuth_deg=190.0,
        fairing_s=draw(st.sampled_from([0.0, 30.0, 900.0])),
        uppers=tuple(
            Steering(coast_s=20.0 * draw(part), pitch_deg=(35.0, 5.0), azimuth_deg=(190.0, 180.0))
            for _ in range(count - 1)
        ),
        throttles=(throttle,) if draw(st.booleans()) else (),
        burns=(burns,) if count > 1 and draw(st.booleans()) else (),
    )
    kind = draw(st.sampled_from([None, *KINDS]))
    if kind is None or (count == 1 and kind in (FailureKind.FAILED_SEPARATION, FailureKind.FAIRING_STUCK)):
        return vehicle, plan, None
    lowest, highest = {
        FailureKind.FAILED_SEPARATION: (1, count - 1),
        FailureKind.FAIRING_STUCK: (2, 2),
        FailureKind.NO_IGNITION: (2, count),
    }.get(kind, (1, count))
    if lowest > highest:
        return vehicle, plan, None
    stage = draw(st.integers(lowest, highest))
    burn_s = crowd_of(vehicle, plan, load_site("sohae")).burn_s[0, stage - 1]
    size = 0.0
    if kind in SIZES:
        _, (least, most), _ = SIZES[kind]
        size = least * (most / least) ** draw(part)
    return (
        vehicle,
        plan,
        Failure(
            kind=kind,
            stage=stage,
            after_ignition_s=burn_s * (0.001 + 0.999 * draw(part)) if kind.has_moment else 0.0,
            size=size,
            clock_deg=360.0 * draw(part),
        ),
    )


@settings(max_examples=200)
@given(flights())
def test_whatever_flies_and_fails_every_kilogram_is_burnt_let_go_or_left(
    drawn: tuple[Vehicle, Plan, Failure | None],
) -> None:
    vehicle, plan, failure = drawn
    flight = fly(vehicle, load_site("sohae"), plan, failure)
    for values in (flight.t_s, flight.r_ecef_m, flight.v_ecef_mps, flight.mass_kg, flight.f_ecef_mps2, flight.q_pa):
        assert np.isfinite(values).all()
    dt, dm = np.diff(flight.t_s), np.diff(flight.mass_kg)
    assert (dt >= 0.0).all()
    assert (dm <= 1e-6).all()
    assert (flight.mass_kg > 0.0).all()
    times = [event.t_s for event in flight.events]
    assert times == sorted(times)
    assert times[-1] == flight.t_s[-1]
    burnt = -dm[dt > 0.0].sum()
    crowd = crowd_of(vehicle, plan, load_site("sohae"))
    flown = fly_crowd(crowd, troubles_of(crowd, failure))
    left = flown.last[0, 7] if flight.outcome is Outcome.BURNED_OUT else 0.0
    let_go = sum(body.mass_kg for body in flight.bodies)
    assert burnt + let_go + left == pytest.approx(vehicle.liftoff_kg, rel=1e-9)
    assert all(body.mass_kg >= 0.0 and body.t_s <= flight.t_s[-1] for body in flight.bodies)
    assert np.array_equal(flown.last[0, 1:7], np.concatenate([flight.r_ecef_m[-1], flight.v_ecef_mps[-1]]))

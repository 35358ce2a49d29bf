"""Records of the flight room."""

from __future__ import annotations

import pytest

from downrange.base import InputError
from downrange.earth import load_site
from downrange.flight import Failure, FailureKind, fly, load_vehicle_and_plan


@pytest.mark.parametrize(
    ("text", "kind", "stage", "after_s"),
    [
        ("stage2:no-ignition", FailureKind.NO_IGNITION, 2, 0.0),
        ("stage1:early-shutdown@60", FailureKind.EARLY_SHUTDOWN, 1, 60.0),
        ("stage3:break-up@12.5", FailureKind.BREAK_UP, 3, 12.5),
    ],
)
def test_a_failure_is_read_as_typed(text: str, kind: FailureKind, stage: int, after_s: float) -> None:
    assert Failure.parse(text) == Failure(kind=kind, stage=stage, after_ignition_s=after_s)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stage2",
        "stage2:",
        "2:explode@3",
        "stagetwo:no-ignition",
        "stage1:break-up@soon",
        "stage1 break-up@3",
        "stage2:no-ignition@10",
    ],
)
def test_what_is_no_failure_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="stage2:no-ignition") as caught:
        Failure.parse(text)
    assert caught.value.where == "--fail"
    assert repr(text) in str(caught.value)


def test_a_stage_burns_as_long_as_its_propellant_lasts() -> None:
    vehicle, _ = load_vehicle_and_plan("chollima-1")
    stage = vehicle.stages[1]
    impulse_ns = stage.thrust_vac_n * stage.burn_s
    assert impulse_ns == pytest.approx(stage.propellant_kg * stage.isp_vac_s * 9.80665)


def test_the_mass_on_the_pad_is_the_sum_of_the_parts() -> None:
    vehicle, _ = load_vehicle_and_plan("chollima-1")
    parts = [vehicle.payload_kg, vehicle.fairing_kg, *(s.propellant_kg for s in vehicle.stages)]
    assert vehicle.liftoff_kg == pytest.approx(sum(parts) + sum(s.dry_kg for s in vehicle.stages))


def test_an_event_is_found_by_name_or_is_missing() -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan, Failure.parse("stage1:break-up@30"))
    assert flight.event("failure").t_s == pytest.approx(30.0)
    with pytest.raises(KeyError, match="stage 2 ignition"):
        flight.event("stage 2 ignition")

"""Records of the flight room."""

from __future__ import annotations

import pytest

from downrange.base import InputError
from downrange.earth import load_site
from downrange.flight import Failure, FailureKind, fly, load_vehicle_and_plan
from downrange.flight.model import SIZES


@pytest.mark.parametrize(
    ("text", "kind", "stage", "after_s"),
    [
        ("stage2:no-ignition", FailureKind.NO_IGNITION, 2, 0.0),
        ("stage1:early-shutdown@60", FailureKind.EARLY_SHUTDOWN, 1, 60.0),
        ("stage3:break-up@12.5", FailureKind.BREAK_UP, 3, 12.5),
        ("stage2:failed-separation", FailureKind.FAILED_SEPARATION, 2, 0.0),
        ("stage2:fairing-stuck", FailureKind.FAIRING_STUCK, 2, 0.0),
    ],
)
def test_a_failure_is_read_as_typed(text: str, kind: FailureKind, stage: int, after_s: float) -> None:
    assert Failure.parse(text) == Failure(kind=kind, stage=stage, after_ignition_s=after_s)


@pytest.mark.parametrize(
    ("text", "kind", "after_s", "size"),
    [
        ("stage1:thrust-decay@60/10", FailureKind.THRUST_DECAY, 60.0, 10.0),
        ("stage1:thrust-decay@60/0.01", FailureKind.THRUST_DECAY, 60.0, 0.01),
        ("stage1:thrust-decay@60", FailureKind.THRUST_DECAY, 60.0, SIZES[FailureKind.THRUST_DECAY][2]),
        ("stage1:partial-thrust@30/0.6", FailureKind.PARTIAL_THRUST, 30.0, 0.6),
        ("stage1:partial-thrust@30/1", FailureKind.PARTIAL_THRUST, 30.0, 1.0),
        ("stage1:partial-thrust@30", FailureKind.PARTIAL_THRUST, 30.0, SIZES[FailureKind.PARTIAL_THRUST][2]),
        ("stage1:malfunction-turn@40/15", FailureKind.MALFUNCTION_TURN, 40.0, 15.0),
        ("stage1:malfunction-turn@40", FailureKind.MALFUNCTION_TURN, 40.0, SIZES[FailureKind.MALFUNCTION_TURN][2]),
    ],
)
def test_a_failure_with_a_size_has_the_typed_one_or_the_assumed_one(
    text: str, kind: FailureKind, after_s: float, size: float
) -> None:
    assert Failure.parse(text) == Failure(kind=kind, stage=1, after_ignition_s=after_s, size=size)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("stage1:thrust-decay@60/0", "seconds until no thrust is left, 0.01 to 1000"),
        ("stage1:thrust-decay@60/1001", "seconds until no thrust is left"),
        ("stage1:partial-thrust@30/1.1", "share of thrust that is left, 0.01 to 1"),
        ("stage1:partial-thrust@30/-0.5", "share of thrust that is left"),
        ("stage1:partial-thrust@30/nan", "share of thrust that is left"),
        ("stage1:malfunction-turn@40/0", "degrees a second that the thrust turns away, 0.1 to 180"),
        ("stage1:malfunction-turn@40/inf", "degrees a second that the thrust turns away"),
    ],
)
def test_a_size_out_of_its_bounds_is_told_what_it_is(text: str, meaning: str) -> None:
    with pytest.raises(InputError) as caught:
        Failure.parse(text)
    assert (caught.value.where, caught.value.key) == ("--fail", "size")
    assert caught.value.seen == f"{float(text.partition('/')[2]):g}"
    assert meaning in caught.value.cure


def test_every_kind_can_be_typed_and_says_what_it_needs() -> None:
    for kind in FailureKind:
        text = f"stage2:{kind}" + ("@5" if kind.has_moment else "")
        assert Failure.parse(text).kind is kind
        if kind in SIZES:
            _, (low, high), assumed = SIZES[kind]
            assert low <= assumed <= high
        else:
            with pytest.raises(InputError, match="is not a failure"):
                Failure.parse(f"{text}/3")
        if not kind.has_moment:
            with pytest.raises(InputError, match="is not a failure"):
                Failure.parse(f"{text}@3")
    ends = {kind for kind in FailureKind if kind.ends_flight}
    assert set(FailureKind) - ends == {
        FailureKind.PARTIAL_THRUST,
        FailureKind.FAILED_SEPARATION,
        FailureKind.FAIRING_STUCK,
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "stage1:break-up@nan",
        "stage1:break-up@inf",
        "stage1:thrust-decay@60/much",
        "stage2:fairing-stuck/3",
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

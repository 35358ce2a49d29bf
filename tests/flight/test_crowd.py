"""Crowds: that one is so many single flights, whatever goes wrong with each, on any number of threads."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from downrange.base import Array, InputError, ModelError, geodetic_from_ecef, normals
from downrange.earth import ZONALS, Site, air_table, range_azimuth
from downrange.fall import drop
from downrange.flight import (
    KINDS,
    Crowd,
    Failure,
    FailureKind,
    Plan,
    Troubles,
    Vehicle,
    crowd_of,
    fly_crowd,
    no_troubles,
    timeline,
    troubles_of,
)
from downrange.flight import _kernel as k
from downrange.flight.crowd import starts_of
from downrange.flight.fly import FEW, Flown

MANY = FEW + 20  # enough for more than one thread


def scattered(crowd: Crowd, seed: int) -> Crowd:
    """Return a crowd whose members all differ."""
    draws = normals(seed, len(crowd), 8)
    factor = 1.0 + 0.02 * draws
    return replace(
        crowd,
        propellant_kg=crowd.propellant_kg * factor[:, :3],
        isp_vac_s=crowd.isp_vac_s * factor[:, 3:4],
        kick_deg=crowd.kick_deg * factor[:, 4],
        azimuth_deg=crowd.azimuth_deg + draws[:, 5],
        fairing_s=crowd.fairing_s * factor[:, 6],
        lat_deg=crowd.lat_deg + 0.1 * draws[:, 7],
    )


def all_sorts(count: int) -> Troubles:
    """Return every kind of failure in turn, and none, in stages and at moments that differ."""
    i = np.arange(count)
    kind = i % (len(KINDS) + 1) - 1
    stage = np.select(
        [kind == KINDS.index(FailureKind.FAIRING_STUCK), kind == KINDS.index(FailureKind.FAILED_SEPARATION)],
        [1, i // 9 % 2],
        i // 9 % 3,
    )
    moment = np.array([one.has_moment for one in KINDS])[kind]
    size = {FailureKind.THRUST_DECAY: 8.0, FailureKind.PARTIAL_THRUST: 0.7, FailureKind.MALFUNCTION_TURN: 12.0}
    return Troubles(
        kind=kind,
        stage=stage,
        after_s=np.where(moment, 1.0 + 7.3 * i % 90.0, 0.0),
        size=np.array([size.get(one, 0.0) for one in KINDS])[kind],
        clock_rad=0.1 * i,
    )


def row_of(troubles: Troubles, i: int) -> Troubles:
    return Troubles(**{f.name: getattr(troubles, f.name)[i : i + 1] for f in fields(Troubles)})


@pytest.mark.parametrize("name", ["chollima", "everything"])
def test_a_crowd_is_so_many_single_flights(name: str, request: pytest.FixtureRequest) -> None:
    vehicle, plan, site = request.getfixturevalue(name)
    crowd = scattered(crowd_of(vehicle, plan, site, MANY), seed=4)
    troubles = all_sorts(MANY)
    flown = fly_crowd(crowd, troubles)
    assert (np.bincount(troubles.kind + 1) >= 9).all()
    for i in range(MANY):
        one = fly_crowd(crowd.take(np.array([i])), row_of(troubles, i))
        assert np.array_equal(one.last[0], flown.last[i]), i
        assert one.q_max_pa[0] == flown.q_max_pa[i]
        for n in range(1, 4):
            gone = one.line.times.parted[0, n - 1]
            assert gone == flown.line.times.parted[i, n - 1]
            if gone < one.line.times.end[0]:
                assert np.array_equal(one.parted(n)[0], flown.parted(n)[i]), (i, n)
    assert len({*flown.last[:, 1]}) == MANY


def test_taking_rows_takes_them_of_everything_that_flights_do_not_share(everything: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = everything
    crowd = scattered(crowd_of(vehicle, plan, site, 6), seed=1)
    some = crowd.take(np.array([4, 1]))
    assert len(some) == 2
    shared = ("drag", "profiles", "programmes", "booster_count")
    for field in fields(crowd):
        if field.name in shared:
            assert getattr(some, field.name) is getattr(crowd, field.name)
        else:
            assert np.array_equal(getattr(some, field.name), getattr(crowd, field.name)[[4, 1]])


def test_a_plan_that_does_not_fit_the_vehicle_is_refused(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    with pytest.raises(ModelError, match="steers 1 upper stages, chollima-1 has 2"):
        crowd_of(vehicle, replace(plan, uppers=plan.uppers[:1]), site)


def test_everybody_starts_at_rest_on_the_pad(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    starts = starts_of(crowd_of(vehicle, plan, site, 3))
    assert starts[:, [0, 4, 5, 6]].tolist() == [[0.0] * 4] * 3
    lat, lon, alt = geodetic_from_ecef(starts[:, 1:4])
    assert (lat[2], lon[2], alt[2]) == pytest.approx((site.lat_deg, site.lon_deg, site.alt_m), abs=1e-6)


def test_stage_1_falls_within_ten_metres_of_a_flight_in_steps_of_a_twentieth_of_a_second(
    chollima: tuple[Vehicle, Plan, Site],
) -> None:
    vehicle, plan, site = chollima
    crowd = crowd_of(vehicle, plan, site)
    fine = timeline(crowd)
    fine.table[:, :, k.STEPS] = np.ceil(fine.table[:, :, k.DURATION_S] / 0.05)
    ends = np.empty((*fine.table.shape[:2], k.STATE))
    q_pa, still = np.empty(1), np.empty((1, 0, 8))
    k.fly_many(fine.table, starts_of(crowd), air_table(), crowd.drag, still, ZONALS, ends, q_pa)

    def impact(state: Array) -> tuple[float, float]:
        hit = drop(state[:, 0], state[:, 1:4], state[:, 4:7], crowd.beta_kgpm2[:, 0])
        return float(hit.lat_deg[0]), float(hit.lon_deg[0])

    exact = Flown(line=fine, start=starts_of(crowd), ends=ends, q_max_pa=q_pa)
    assert range_azimuth(*impact(fly_crowd(crowd).parted(1)), *impact(exact.parted(1)))[0] < 10.0


@pytest.mark.parametrize("sma_m", [6_700e3, 6_860e3])
def test_the_last_stage_is_cut_at_its_semi_major_axis(chollima: tuple[Vehicle, Plan, Site], sma_m: float) -> None:
    vehicle, plan, site = chollima
    flown = fly_crowd(crowd_of(vehicle, replace(plan, stop_sma_m=sma_m), site))
    whole = fly_crowd(crowd_of(vehicle, plan, site))
    assert k.semi_major_axis(*flown.last[0, 1:7]) == pytest.approx(sma_m, abs=1.0)
    assert flown.last[0, 0] < whole.last[0, 0]
    for n in (1, 2):
        assert np.array_equal(flown.parted(n), whole.parted(n))  # only the last stage listens to it
    left_s = whole.last[0, 0] - flown.last[0, 0]
    burnt = vehicle.stages[2].propellant_kg * (1.0 - left_s / vehicle.stages[2].burn_s)
    before = vehicle.payload_kg + vehicle.stages[2].dry_kg + vehicle.stages[2].propellant_kg
    assert flown.last[0, 7] == pytest.approx(before - burnt)


@pytest.mark.parametrize("sma_m", [5_500e3, 6_000e3, 6_400e3])
def test_once_in_its_orbit_a_stage_of_many_phases_burns_no_more(
    everything: tuple[Vehicle, Plan, Site], sma_m: float
) -> None:
    """Rows of a steering table cut a burn into phases; none after the cut-off may burn or coast."""
    vehicle, plan, site = everything
    crowd = crowd_of(vehicle, replace(plan, stop_sma_m=sma_m), site)
    flown, whole = fly_crowd(crowd), fly_crowd(crowd_of(vehicle, plan, site))
    assert k.semi_major_axis(*flown.last[0, 1:7]) == pytest.approx(sma_m, abs=1.0)
    t_s, ignition_s = flown.last[0, 0], crowd.ignition_s[0, 2]
    assert flown.line.times.end[0] == t_s < whole.last[0, 0]
    burnt = crowd.mdot_kgps[0, 2] * crowd.profiles[2].burnt_s(np.array([t_s - ignition_s]))[0]
    before = vehicle.payload_kg + vehicle.stages[2].dry_kg + vehicle.stages[2].propellant_kg
    assert flown.last[0, 7] == pytest.approx(before - burnt)


@pytest.mark.parametrize(
    ("failure", "seen"),
    [
        ("stage3:failed-separation", "stage 3 of 3"),
        ("stage1:fairing-stuck", "stage 1 of 3"),
        ("stage4:break-up@1", "stage 4 of 3"),
        ("stage0:no-ignition", "stage 0 of 3"),
    ],
)
def test_a_failure_of_a_stage_that_cannot_have_it_is_refused(
    chollima: tuple[Vehicle, Plan, Site], failure: str, seen: str
) -> None:
    vehicle, plan, site = chollima
    with pytest.raises(InputError) as caught:
        troubles_of(crowd_of(vehicle, plan, site), Failure.parse(failure))
    assert (caught.value.key, caught.value.seen) == ("stage", seen)


def test_a_vehicle_of_one_stage_has_nothing_to_let_go(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    single = crowd_of(replace(vehicle, stages=vehicle.stages[:1]), replace(plan, uppers=()), site)
    for failure in ("stage1:failed-separation", "stage1:fairing-stuck"):
        with pytest.raises(InputError, match="too few stages"):
            troubles_of(single, Failure.parse(failure))


def test_no_failure_is_no_trouble_and_one_is_the_trouble_of_all(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    crowd = crowd_of(vehicle, plan, site, 4)
    for none in (troubles_of(crowd, None), no_troubles(4)):
        assert none.kind.tolist() == [-1] * 4
        assert not none.ends.any()
    one = troubles_of(crowd, Failure.parse("stage2:early-shutdown@7"))
    assert one.kind.tolist() == [KINDS.index(FailureKind.EARLY_SHUTDOWN)] * 4
    assert (one.stage.tolist(), one.after_s.tolist()) == ([1] * 4, [7.0] * 4)
    assert one.ends.all()
    assert timeline(crowd, one).times.end.tolist() == (timeline(crowd).times.ignition[:, 1] + 7.0).tolist()


BYTES = """
import hashlib, numpy as np
from downrange.earth import load_site
from downrange.flight import KINDS, Troubles, crowd_of, fly_crowd, load_vehicle_and_plan
n = 600
crowd, i = crowd_of(*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal"), n), np.arange(n)
kind = np.where(i % 5 == 0, -1, i % len(KINDS))
troubles = Troubles(kind=kind, stage=1 - i % 2, after_s=np.linspace(5.0, 100.0, n), size=np.full(n, 0.6), clock_rad=0.01 * i)
flown = fly_crowd(crowd, troubles)
print(hashlib.sha256(flown.ends.tobytes() + flown.q_max_pa.tobytes()).hexdigest())
"""


def test_one_thread_and_two_make_the_same_bytes() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-c", BYTES],
            env=os.environ | {"NUMBA_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert len(said[0]) == 65
    assert said[0] == said[1]

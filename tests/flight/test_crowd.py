"""Crowds: the budget of mass and time in the phases, and that a crowd is so many single flights."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest

from downrange.base import Array, ModelError, geodetic_from_ecef, normals
from downrange.earth import ZONALS, Site, air_table, load_site, range_azimuth
from downrange.fall import drop
from downrange.flight import Crowd, Plan, Vehicle, crowd_of, fly_crowd, load_vehicle_and_plan, phase_table
from downrange.flight import _kernel as k
from downrange.flight.crowd import FEW, starts_of

MANY = FEW + 20  # enough for more than one thread


@pytest.fixture(scope="module")
def chollima() -> tuple[Vehicle, Plan, Site]:
    return (*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal"))


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


def test_masses_of_the_phases_are_the_budget(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    rows = phase_table(crowd_of(vehicle, plan, site))[0]
    burnt = rows[:, k.MDOT_KGPS] * rows[:, k.DURATION_S]
    one, two, three = vehicle.stages
    assert [burnt[3 * s : 3 * s + 3].sum() for s in range(3)] == pytest.approx(
        [one.propellant_kg, two.propellant_kg, three.propellant_kg]
    )
    after = rows[:, k.MASS_KG] - burnt
    assert rows[0, k.MASS_KG] == pytest.approx(vehicle.liftoff_kg)
    lost = np.append(after[:-1] - rows[1:, k.MASS_KG], after[-1] - three.dry_kg)
    assert lost == pytest.approx(
        [0.0, 0.0, one.dry_kg, 0.0, vehicle.fairing_kg, two.dry_kg, 0.0, 0.0, vehicle.payload_kg], abs=1e-6
    )
    assert rows[:, k.STAGE].tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_times_of_the_phases_are_the_plan(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    crowd = crowd_of(vehicle, plan, site)
    rows = phase_table(crowd)[0]
    starts = np.cumsum(rows[:, k.DURATION_S]) - rows[:, k.DURATION_S]
    assert (starts[1], starts[2]) == (plan.vertical_s, plan.vertical_s + plan.kick_s)
    assert crowd.ignition_s[0] == pytest.approx([0.0, starts[4], starts[7]])
    assert starts[5] - starts[4] == pytest.approx(plan.fairing_s)
    assert crowd.burn_s[0] == pytest.approx([s.burn_s for s in vehicle.stages])
    flown = rows[rows[:, k.STEPS] > 0]
    steps_s = flown[:, k.DURATION_S] / flown[:, k.STEPS]
    assert (steps_s <= np.where(flown[:, k.STAGE] == 1, 1.0, 3.0) + 1e-9).all()


def test_a_first_burn_shorter_than_its_programme_burns_no_more_than_there_is(
    chollima: tuple[Vehicle, Plan, Site],
) -> None:
    vehicle, plan, site = chollima
    crowd = crowd_of(vehicle, replace(plan, vertical_s=100.0, kick_s=60.0), site)
    rows = phase_table(crowd)[0, :3]
    assert rows[:, k.DURATION_S].sum() == pytest.approx(crowd.burn_s[0, 0])
    assert (rows[:, k.MDOT_KGPS] * rows[:, k.DURATION_S]).sum() == pytest.approx(crowd.propellant_kg[0, 0])


@pytest.mark.parametrize("cut_s", [0.0, 5.0, 11.0, 90.0, 112.0, 150.0, 200.0, 300.0, 2_000.0])
def test_after_the_cut_nothing_has_any_length(chollima: tuple[Vehicle, Plan, Site], cut_s: float) -> None:
    crowd = crowd_of(*chollima)
    whole, part = phase_table(crowd)[0, :, k.DURATION_S], phase_table(crowd, np.array([cut_s]))[0, :, k.DURATION_S]
    assert part.sum() == pytest.approx(min(cut_s, whole.sum()))
    flown = part > 0.0
    assert np.array_equal(np.sort(flown)[::-1], flown) or part[7] == whole[7] == 0.0
    assert (part <= whole).all()
    ends, _ = fly_crowd(crowd, np.array([cut_s]))
    assert ends[0, -1, 0] == pytest.approx(part.sum())


def test_a_crowd_is_so_many_single_flights(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    crowd = scattered(crowd_of(vehicle, plan, site, MANY), seed=4)
    cut = np.where(np.arange(MANY) % 2 == 0, np.inf, 8.0 * np.arange(MANY))
    ends, q_pa = fly_crowd(crowd, cut)
    for i in range(MANY):
        one, q_one = fly_crowd(crowd.take(np.array([i])), cut[i : i + 1])
        assert np.array_equal(one[0], ends[i])
        assert q_one[0] == q_pa[i]
    assert len({*ends[:, -1, 1]}) == MANY


def test_taking_rows_takes_them_of_everything_but_the_drag(chollima: tuple[Vehicle, Plan, Site]) -> None:
    vehicle, plan, site = chollima
    crowd = scattered(crowd_of(vehicle, plan, site, 6), seed=1)
    some = crowd.take(np.array([4, 1]))
    assert len(some) == 2
    assert some.drag is crowd.drag
    for field in fields(crowd):
        if field.name != "drag":
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
    crowd = crowd_of(*chollima)
    fine = phase_table(crowd)
    fine[:, :, k.STEPS] = np.ceil(fine[:, :, k.DURATION_S] / 0.05)
    exact = np.empty((1, fine.shape[1], k.STATE))
    k.fly_many(fine, starts_of(crowd), air_table(), crowd.drag, ZONALS, exact, np.empty(1))

    def impact(ends: Array) -> tuple[float, float]:
        state = ends[:, 2]
        hit = drop(state[:, 0], state[:, 1:4], state[:, 4:7], crowd.beta_kgpm2[:, 0])
        return float(hit.lat_deg[0]), float(hit.lon_deg[0])

    assert range_azimuth(*impact(fly_crowd(crowd)[0]), *impact(exact))[0] < 10.0


@pytest.mark.parametrize("sma_m", [6_700e3, 6_860e3])
def test_the_last_stage_is_cut_at_its_semi_major_axis(chollima: tuple[Vehicle, Plan, Site], sma_m: float) -> None:
    vehicle, plan, site = chollima
    ends, _ = fly_crowd(crowd_of(vehicle, replace(plan, stop_sma_m=sma_m), site))
    whole, _ = fly_crowd(crowd_of(vehicle, plan, site))
    assert k.semi_major_axis(*ends[0, -1, 1:7]) == pytest.approx(sma_m, abs=1.0)
    assert ends[0, -1, 0] < whole[0, -1, 0]
    assert np.array_equal(ends[0, :6], whole[0, :6])  # only the last stage listens to it


BYTES = """
import hashlib, numpy as np
from downrange.earth import load_site
from downrange.flight import crowd_of, fly_crowd, load_vehicle_and_plan
crowd = crowd_of(*load_vehicle_and_plan("chollima-1"), load_site("sohae-coastal"), 600)
ends, q = fly_crowd(crowd, np.linspace(5.0, 800.0, 600))
print(hashlib.sha256(ends.tobytes() + q.tobytes()).hexdigest())
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

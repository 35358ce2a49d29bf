"""Every physics option changes the answer, also in a fresh process that finds its kernels compiled.

Compiled kernels are kept on disk; a kernel that took an option as anything but data could be found there and answer
for another one. Each row changes one thing of a launcher that has everything; the end of the flight has to move by
more than the floor that stands beside it, which is a fraction of what was seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from downrange.base import Array
from downrange.earth import ZONALS, Site, air_table
from downrange.flight import Failure, FailureKind, Plan, Vehicle, crowd_of, fly_crowd, timeline, troubles_of
from downrange.flight import _kernel as k
from downrange.flight.crowd import starts_of

Case = tuple[Vehicle, Plan, Site]
STILL = np.zeros((0, 8))


def end_of(case: Case, *, air: Array | None = None, wind: Array = STILL, failure: Failure | None = None) -> Array:
    """Return time, position and mass at the end of powered flight, (5,)."""
    crowd = crowd_of(*case)
    last = fly_crowd(crowd, troubles_of(crowd, failure), air=air, winds=wind[None]).last[0]
    return last[[0, 1, 2, 3, 7]]


def moved_m(one: Array, other: Array) -> float:
    """Return how far apart two ends are."""
    return float(np.linalg.norm(one[1:4] - other[1:4]))


def with_stage(case: Case, n: int, **changes: float) -> Case:
    """Return a case with another stage n."""
    vehicle, plan, site = case
    stages = tuple(replace(s, **changes) if i == n else s for i, s in enumerate(vehicle.stages, start=1))
    return replace(vehicle, stages=stages), plan, site


def with_booster(case: Case, **changes: float) -> Case:
    """Return a case with other strap-ons of the first kind."""
    vehicle, plan, site = case
    return replace(vehicle, boosters=(replace(vehicle.boosters[0], **changes), *vehicle.boosters[1:])), plan, site


def with_vehicle(case: Case, **changes: object) -> Case:
    """Return a case with another vehicle."""
    return replace(case[0], **changes), case[1], case[2]


def with_plan(case: Case, **changes: object) -> Case:
    """Return a case with another plan."""
    return case[0], replace(case[1], **changes), case[2]


def with_upper(case: Case, n: int, **changes: object) -> Case:
    """Return a case with another steering of stage n."""
    uppers = tuple(replace(u, **changes) if i == n else u for i, u in enumerate(case[1].uppers, start=2))
    return with_plan(case, uppers=uppers)


def programme(case: Case, field: str) -> Case:
    """Return a case whose first table of steering has its last angle 2 degrees off."""
    first, *others = case[1].programmes
    angles = getattr(first, field)
    return with_plan(case, programmes=(replace(first, **{field: (*angles[:-1], angles[-1] + 2.0)}), *others))


def gravity_turn(case: Case) -> Case:
    """Return a case without a table for its first stage."""
    return with_plan(case, programmes=case[1].programmes[1:])


# name: what is changed, and by how many metres the end has to move at least (2 to 50 % of what was measured)
OPTIONS: dict[str, tuple[Callable[[Case], Case], float]] = {
    "no strap-ons": (lambda c: with_vehicle(c, boosters=()), 1e5),
    "one strap-on more": (lambda c: with_booster(c, count=3), 1e4),
    "strap-on propellant": (lambda c: with_booster(c, propellant_kg=12.1e3), 1e3),
    "strap-on dry mass": (lambda c: with_booster(c, dry_kg=1.6e3), 300.0),
    "strap-on thrust": (lambda c: with_booster(c, thrust_vac_n=606e3), 300.0),
    "strap-on impulse": (lambda c: with_booster(c, isp_vac_s=263.0), 300.0),
    "strap-on back-pressure": (lambda c: with_booster(c, thrust_sl_over_vac=0.89), 100.0),
    "strap-on separation": (lambda c: with_booster(c, separation_s=2.5), 100.0),
    "strap-on area": (lambda c: with_booster(c, area_m2=1.0), 100.0),
    "no throttle": (lambda c: with_plan(c, throttles=()), 1e3),
    "one burn of stage 3": (lambda c: with_plan(c, burns=()), 1e5),
    "a longer first burn": (lambda c: with_plan(c, burns=(replace(c[1].burns[0], length_s=(201.0, np.inf)),)), 300.0),
    "a later second burn": (lambda c: with_plan(c, burns=(replace(c[1].burns[0], start_s=(0.0, 421.0)),)), 1e3),
    "no table of steering": (gravity_turn, 1e4),
    "pitch by table": (lambda c: programme(c, "pitch_deg"), 1e3),
    "azimuth by table": (lambda c: programme(c, "azimuth_deg"), 1e3),
    "pitch of an upper stage": (lambda c: with_upper(c, 2, pitch_deg=(30.0, 12.5)), 300.0),
    "azimuth of an upper stage": (lambda c: with_upper(c, 2, azimuth_deg=(178.0, 173.0)), 300.0),
    "separation of stage 1": (lambda c: with_stage(c, 1, separation_s=2.5), 300.0),
    "separation of stage 2": (lambda c: with_stage(c, 2, separation_s=1.5), 300.0),
    "coast": (lambda c: with_upper(c, 2, coast_s=3.5), 300.0),
    "fairing time": (lambda c: with_plan(c, fairing_s=36.0), 30.0),
    "fairing mass": (lambda c: with_vehicle(c, fairing_kg=510.0), 100.0),
    "payload": (lambda c: with_vehicle(c, payload_kg=801.0), 100.0),
    "propellant": (lambda c: with_stage(c, 2, propellant_kg=20.1e3), 1e3),
    "dry mass": (lambda c: with_stage(c, 1, dry_kg=8.1e3), 1e3),
    "thrust": (lambda c: with_stage(c, 3, thrust_vac_n=30.1e3), 100.0),
    "impulse": (lambda c: with_stage(c, 3, isp_vac_s=331.0), 1e3),
    "back-pressure": (lambda c: with_stage(c, 1, thrust_sl_over_vac=0.91), 300.0),
    "drag table": (lambda c: with_vehicle(c, drag=(*c[0].drag[:-1], (4.0, 0.3))), 100.0),
    "drag area": (lambda c: with_vehicle(c, reference_area_m2=5.1), 100.0),
    "site": (lambda c: (c[0], c[1], replace(c[2], lat_deg=c[2].lat_deg + 0.01)), 300.0),
    "cut-off": (lambda c: with_plan(c, stop_sma_m=6_000e3), 1e3),
}
TURNING = {
    "vertical rise": (lambda c: with_plan(c, vertical_s=8.5), 300.0),
    "length of the kick": (lambda c: with_plan(c, kick_s=6.5), 300.0),
    "kick": (lambda c: with_plan(c, kick_deg=3.05), 300.0),
    "azimuth": (lambda c: with_plan(c, azimuth_deg=185.5), 300.0),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_each_figure_of_vehicle_and_plan_changes_the_end(everything: Case, name: str) -> None:
    change, floor_m = OPTIONS[name]
    assert moved_m(end_of(change(everything)), end_of(everything)) > floor_m


@pytest.mark.parametrize("name", TURNING)
def test_each_figure_of_the_gravity_turn_changes_the_end(everything: Case, name: str) -> None:
    (change, floor_m), case = TURNING[name], gravity_turn(everything)
    assert moved_m(end_of(change(case)), end_of(case)) > floor_m


def test_wind_and_air_change_the_end(everything: Case, windy: Array) -> None:
    planned = end_of(everything)
    thicker = air_table().copy()
    thicker[:, :4] *= 1.01
    assert moved_m(end_of(everything, air=thicker), planned) > 100.0
    assert moved_m(end_of(everything, wind=windy), planned) > 300.0
    from_the_south = windy.copy()
    from_the_south[:, :4] = 0.0
    assert moved_m(end_of(everything, wind=from_the_south), planned) > 30.0
    assert moved_m(end_of(everything, wind=from_the_south), end_of(everything, wind=windy)) > 100.0
    quicker = air_table().copy()
    quicker[:, 4] *= 1.01  # the speed of sound: Mach number and pressure
    assert moved_m(end_of(everything, air=quicker), planned) > 30.0


@pytest.mark.parametrize(("n", "floor_m"), [(0, 1e3), (1, 1.0), (2, 1.0)])
def test_each_zonal_harmonic_changes_the_end(everything: Case, n: int, floor_m: float) -> None:
    crowd = crowd_of(*everything)
    line, zonals = timeline(crowd), ZONALS.copy()
    zonals[n] = 0.0
    ends = np.empty((*line.table.shape[:2], k.STATE))
    k.fly_few(line.table, starts_of(crowd), air_table(), crowd.drag, STILL[None], zonals, ends, np.empty(1))
    assert moved_m(ends[0, -1, [0, 1, 2, 3, 7]], end_of(everything)) > floor_m


def failing(text: str, clock_deg: float = 0.0) -> Failure:
    return replace(Failure.parse(text), clock_deg=clock_deg)


FAILURES = [
    "stage2:no-ignition",
    "stage1:early-shutdown@60",
    "stage1:thrust-decay@60/10",
    "stage1:partial-thrust@60/0.9",
    "stage1:failed-separation",
    "stage2:fairing-stuck",
    "stage1:malfunction-turn@60/10",
    "stage1:break-up@60",
]


def test_every_kind_of_failure_changes_the_end(everything: Case) -> None:
    assert {Failure.parse(text).kind for text in FAILURES} == set(FailureKind)
    planned = end_of(everything)
    for text in FAILURES:
        assert moved_m(end_of(everything, failure=failing(text)), planned) > 1e4, text


@pytest.mark.parametrize(
    ("one", "other", "floor_m"),
    [
        (failing("stage1:early-shutdown@60"), failing("stage1:early-shutdown@61"), 100.0),
        (failing("stage1:early-shutdown@60"), failing("stage2:early-shutdown@60"), 1e4),
        (failing("stage1:thrust-decay@60/10"), failing("stage1:thrust-decay@60/11"), 100.0),
        (failing("stage1:thrust-decay@60/10"), failing("stage1:early-shutdown@70"), 100.0),
        (failing("stage1:partial-thrust@60/0.9"), failing("stage1:partial-thrust@60/0.91"), 1e3),
        (failing("stage1:malfunction-turn@60/10"), failing("stage1:malfunction-turn@60/11"), 10.0),
        (failing("stage1:malfunction-turn@60/10"), failing("stage1:malfunction-turn@60/10", 90.0), 100.0),
        (failing("stage1:failed-separation"), failing("stage2:failed-separation"), 1e4),
    ],
)
def test_moment_size_stage_and_side_of_a_failure_change_the_end(
    everything: Case, one: Failure, other: Failure, floor_m: float
) -> None:
    ends = [end_of(everything, failure=failure) for failure in (one, other)]
    assert moved_m(*ends) > floor_m


FRESH = """
import json, sys
sys.path[:0] = [{folder!r}]
from test_options import OPTIONS, end_of
from conftest import PLAN, VEHICLE
from downrange.earth import load_site
case = VEHICLE, PLAN, load_site("sohae-coastal")
change = {{"planned": lambda c: c}} | {{name: pair[0] for name, pair in OPTIONS.items()}}
from downrange.flight import _kernel as k
end = end_of(change[{name!r}](case)).tolist()
print(json.dumps([end, sum(k.fly_few.stats.cache_hits.values())]))
"""


def test_a_fresh_process_that_finds_its_kernels_compiled_is_no_less_told(everything: Case, tmp_path: Path) -> None:
    """The first process compiles for the plan; the next find that and must still answer for what they are asked."""

    def fresh(what: str) -> tuple[Array, int]:
        said = subprocess.run(
            [sys.executable, "-c", FRESH.format(folder=str(Path(__file__).parent), name=what)],
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        end, hits = json.loads(said.stdout)
        return np.array(end), hits

    planned, found = fresh("planned")
    assert found == 0
    assert np.array_equal(planned, end_of(everything))
    for name in ("no throttle", "drag table", "no strap-ons"):
        changed, found = fresh(name)
        assert found > 0
        change, floor_m = OPTIONS[name]
        assert moved_m(changed, planned) > floor_m, name
        assert np.array_equal(changed, end_of(change(everything))), name

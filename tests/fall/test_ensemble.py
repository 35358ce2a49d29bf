"""Many flights with everything down to the ground: what each lets go, where it lands, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from downrange.base import Array, InputError
from downrange.earth import Wind, air_table, load_site, load_wind, mean_wind_table, range_azimuth
from downrange.fall import (
    HARMFUL_J,
    Launch,
    described,
    drop,
    grid_of,
    load_debris,
)
from downrange.fall.ensemble import FAIRING, Landings, land
from downrange.flight import (
    GROUPS,
    IN_ORBIT_M,
    PLANNED,
    Flight,
    crowd_of,
    dispersed,
    draw_troubles,
    fly,
    fly_crowd,
    load_failures,
    load_spread,
    load_vehicle_and_plan,
    orbit_of,
)

FLIGHTS = 600
VEHICLE, PLAN = load_vehicle_and_plan("chollima-1")
LAUNCH = Launch(
    vehicle=VEHICLE,
    plan=PLAN,
    site=load_site("sohae-coastal"),
    failures=load_failures("assumed", 3),
    debris=load_debris("assumed-launcher"),
    spread=load_spread("assumed"),
    seed=1,
)
WIND = load_wind("assumed-westerly-jet")
PIECES = [kind.name for kind in LAUNCH.debris.classes]
COLUMNS = ("body", "lat_deg", "lon_deg", "t_s", "speed_mps", "harmful")


@cache
def landed() -> Landings:
    return land(LAUNCH, 0, FLIGHTS)


def let_go(found: Landings) -> Array:
    """How often each flight lets each body go, (N, B)."""
    counts = np.zeros((len(found.mode), len(LAUNCH.bodies)), dtype=int)
    np.add.at(counts, (found.flight, found.body), 1)
    return counts


def of(found: Landings, body: str) -> np.ndarray:
    return np.flatnonzero(found.body == LAUNCH.bodies.index(body))


def went(found: Landings, part: str) -> np.ndarray:
    """Which flights went a way whose name ends so, (N,)."""
    return np.array([name.endswith(part) for name in LAUNCH.failures.names])[found.mode]


def same(a: Landings, b: Landings) -> bool:
    names = ("mode", "flight", *COLUMNS)
    return all(np.array_equal(getattr(a, n), getattr(b, n), equal_nan=n.endswith(("deg", "_s", "mps"))) for n in names)


def off_m(found: Landings, row: int, lat_deg: float, lon_deg: float) -> float:
    return float(range_azimuth(lat_deg, lon_deg, found.lat_deg[row], found.lon_deg[row])[0])


@pytest.mark.parametrize("wind", [None, WIND], ids=["still", "windy"])
def test_without_spread_the_planned_flights_land_as_the_single_one(wind: Wind | None) -> None:
    found = land(replace(LAUNCH, wind=wind, without=(*GROUPS, "wind")), 0, 20)
    blows = np.zeros((0, 8)) if wind is None else mean_wind_table(wind)
    flight: Flight = fly(VEHICLE, LAUNCH.site, PLAN, wind=blows)
    assert [body.name for body in flight.bodies] == ["stage 1", "fairing", "stage 2"]
    for body in flight.bodies:
        fall = drop(
            np.array([body.t_s]),
            body.r_ecef_m[None],
            body.v_ecef_mps[None],
            np.array([body.beta_kgpm2]),
            winds=blows[None] if len(blows) else None,
        )
        rows = [row for row in of(found, body.name) if found.mode[found.flight[row]] == 0]
        assert len(rows) == 10
        for row in rows:
            assert off_m(found, row, float(fall.lat_deg[0]), float(fall.lon_deg[0])) < 1.0
            assert found.t_s[row] == pytest.approx(float(fall.t_s[0]), abs=0.01)
            assert found.speed_mps[row] == pytest.approx(float(fall.speed_mps[0]), abs=0.01)


def test_as_planned_every_part_is_let_go_once_and_the_last_stage_only_where_it_misses_the_orbit() -> None:
    found = landed()
    counts, planned = let_go(found), found.mode == 0
    index = LAUNCH.bodies.index
    assert planned.sum() == FLIGHTS // 2
    for body in ("stage 1", "stage 2", FAIRING):
        assert (counts[planned, index(body)] == 1).all()
    assert not counts[planned][:, [index(name) for name in (*LAUNCH.stacks, *PIECES)]].any()
    missed = counts[planned, index(LAUNCH.last)] == 1
    assert 0.02 < missed.mean() < 0.3
    assert np.array_equal(missed, perigee_m(0, FLIGHTS)[planned] <= IN_ORBIT_M)


def perigee_m(first: int, flights: int, launch: Launch = LAUNCH) -> Array:
    crowd = dispersed(crowd_of(VEHICLE, PLAN, launch.site, flights), launch.spread, launch.seed, first=first)
    _, troubles = draw_troubles(launch.failures, crowd, launch.seed, first=first)
    perigee: Array = orbit_of(fly_crowd(crowd, troubles).last)[0]
    return perigee


def test_no_flight_lets_anything_go_twice_and_what_stays_together_is_accounted_for() -> None:
    found = landed()
    counts = let_go(found)
    assert counts.max() == 1
    names = list(LAUNCH.bodies)
    whole = counts[:, [names.index(name) for name in LAUNCH.stacks]].sum(axis=1) == 1
    pieces = counts[:, [names.index(name) for name in PIECES]]
    broken = pieces.any(axis=1)
    assert np.array_equal(broken, pieces.all(axis=1))  # every class or none
    last = counts[:, names.index(LAUNCH.last)] == 1
    up = perigee_m(0, FLIGHTS) > IN_ORBIT_M
    kept = whole.astype(int) + broken + last
    assert (kept <= 1).all()
    assert (up[kept == 0]).all()  # the rest is in orbit
    for stage in ("stage 1", "stage 2"):
        stayed = counts[:, names.index(stage)] == 0
        assert (whole | broken)[stayed].all()  # a stage that was never let go is in the stack or in its pieces


def test_each_way_to_fail_leaves_what_it_must() -> None:
    found = landed()
    counts = let_go(found)
    column = {name: counts[:, i] for i, name in enumerate(LAUNCH.bodies)}
    for name, mode in zip(LAUNCH.failures.names[1:], LAUNCH.failures.modes, strict=True):
        mine = went(found, name)
        assert mine.sum() >= 3, name
        assert (column["engine cores"][mine] == mode.leaves_pieces).all(), name
        if mode.kind.ends_flight:
            left = [bool(column[stack][mine].any()) for stack in LAUNCH.stacks]
            assert left == [s == mode.stage and not mode.leaves_pieces for s in (1, 2, 3)], name
            assert (column[LAUNCH.stacks[mode.stage - 1]][mine] == (not mode.leaves_pieces)).all(), name
            assert not column[LAUNCH.last][mine].any(), name
            assert (column["stage 1"][mine] == (mode.stage > 1)).all(), name
            assert (column["stage 2"][mine] == (mode.stage > 2)).all(), name
    assert not column[FAIRING][went(found, "fairing-stuck")].any()
    assert not column[FAIRING][went(found, "stage 2 no-ignition")].any()
    assert column[FAIRING][went(found, "stage 3 no-ignition")].all()
    hung = went(found, "stage 1 failed-separation")
    one, two = (
        of(found, name)[np.isin(found.flight[of(found, name)], np.flatnonzero(hung))] for name in LAUNCH.bodies[:2]
    )
    both = np.intersect1d(found.flight[one], found.flight[two])
    assert len(both) == len(one) == len(two)  # what hangs on goes with the stage that it hangs on


def test_a_first_stage_that_flies_into_the_ground_is_there_at_once_with_the_speed_of_the_flight() -> None:
    found = land(replace(LAUNCH, seed=3), 0, 4_000)
    weak = np.flatnonzero(went(found, "stage 1 partial-thrust"))
    mine = [row for row in of(found, LAUNCH.stacks[0]) if found.flight[row] in weak]
    assert len(mine) >= 1
    down_s = found.t_s[mine]
    assert np.isfinite(down_s).all()
    assert (found.speed_mps[mine] > 0.0).all()
    assert found.harmful[mine].all()
    for row in mine:
        assert off_m(found, row, LAUNCH.site.lat_deg, LAUNCH.site.lon_deg) < 500e3


def test_only_what_is_in_orbit_never_comes_down() -> None:
    launch = replace(LAUNCH, seed=9)
    found = land(launch, 0, 3_000)
    aloft = np.isnan(found.t_s)
    for column in COLUMNS[1:5]:
        assert np.array_equal(np.isnan(getattr(found, column)), aloft), column
    assert aloft.any()
    assert {launch.bodies[b] for b in found.body[aloft]} <= {launch.last, *launch.stacks, *PIECES}
    perigee = perigee_m(0, 3_000, launch)
    pieces = aloft & np.isin(found.body, [launch.bodies.index(name) for name in PIECES])
    assert (perigee[found.flight[aloft & ~pieces]] > 75e3).all()  # below IN_ORBIT_M some go round, and come down later
    assert (perigee[found.flight[pieces]] > -1_000e3).all()  # up to 100 m/s, thrown off forward, raise it so far
    assert not found.harmful[aloft].any()


@pytest.mark.parametrize("first", [0, 1, 400, 10**6])
def test_a_flight_lands_the_same_whatever_flies_beside_it(first: int) -> None:
    launch = replace(LAUNCH, wind=WIND)
    whole = land(launch, first, 40)
    for at, count in ((0, 13), (13, 26), (39, 1)):
        part = land(launch, first + at, count)
        assert np.array_equal(part.mode, whole.mode[at : at + count])
        for b in range(len(launch.bodies)):
            mine = (whole.body == b) & (whole.flight >= at) & (whole.flight < at + count)
            assert np.array_equal(whole.flight[mine] - at, part.flight[part.body == b])
            for column in COLUMNS[1:]:
                here, there = getattr(part, column)[part.body == b], getattr(whole, column)[mine]
                assert np.array_equal(here, there, equal_nan=column != "harmful"), column


def shifted_m(changes: dict[str, Any], body: str) -> float:
    """How far the mean place of a body moves, flights as planned."""
    base, other = landed(), land(replace(LAUNCH, **changes), 0, FLIGHTS)
    lat, lon = ([getattr(f, c)[of(f, body)][:200].mean() for f in (base, other)] for c in ("lat_deg", "lon_deg"))
    return float(range_azimuth(lat[0], lon[0], lat[1], lon[1])[0])


def test_wind_and_air_move_what_falls() -> None:
    thick = air_table().copy()
    thick[:, :4] *= 1.2
    assert shifted_m({"wind": WIND}, FAIRING) > 3e3
    assert shifted_m({"air": thick}, FAIRING) > 300.0
    assert shifted_m({"air": air_table()}, FAIRING) == 0.0


def test_wind_without_its_spread_blows_at_its_mean_for_all() -> None:
    sure, drawn = (land(replace(LAUNCH, wind=WIND, without=w), 0, 400) for w in ((*GROUPS, "wind"), GROUPS))
    rows = [r for r in of(sure, FAIRING) if sure.mode[sure.flight[r]] == 0]
    assert np.ptp(sure.lon_deg[rows]) < 1e-9
    assert np.std(drawn.lon_deg[rows]) > 0.005


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_of_the_spread_widens_the_footprint(group: str) -> None:
    others = tuple(one for one in GROUPS if one != group)
    found = land(replace(LAUNCH, without=others), 0, 200)
    rows = [r for r in of(found, "stage 2") if found.mode[found.flight[r]] == 0]
    assert np.std(found.lat_deg[rows]) > 1e-3
    assert not same(land(replace(LAUNCH, without=(group,)), 0, 20), land(LAUNCH, 0, 20))


def test_a_piece_harms_by_its_energy() -> None:
    light = replace(LAUNCH.debris, classes=tuple(replace(kind, mass_kg=0.05) for kind in LAUNCH.debris.classes))
    found = land(replace(LAUNCH, debris=light), 0, 400)
    rows = np.isin(found.body, [LAUNCH.bodies.index(name) for name in PIECES]) & np.isfinite(found.t_s)
    energy_j = 0.5 * 0.05 * found.speed_mps[rows] ** 2
    assert np.array_equal(found.harmful[rows], energy_j >= HARMFUL_J)
    assert found.harmful[rows].any()
    assert not found.harmful[rows].all()
    assert landed().harmful[np.isfinite(landed().t_s)].all()  # the shipped pieces are heavy enough, the lightest too


def test_the_record_of_an_ensemble_weighs_its_tally() -> None:
    grid = grid_of(5e3, LAUNCH.site.lat_deg)
    record = described(LAUNCH, grid, 5_000)
    assert tuple(mode.name for mode in record.modes) == LAUNCH.failures.names
    assert tuple(body.name for body in record.bodies) == LAUNCH.bodies
    assert sum(mode.p for mode in record.modes) == pytest.approx(1.0)
    assert [mode.name for mode in record.modes if mode.planned] == [PLANNED]
    pieces = {body.name: body.pieces for body in record.bodies}
    assert pieces[FAIRING] == 2.0
    assert {name: pieces[name] for name in PIECES} == {kind.name: kind.count for kind in LAUNCH.debris.classes}
    area = {body.name: body.area_m2 for body in record.bodies}
    assert area["stage 1"] == pytest.approx(VEHICLE.stages[0].dry_kg / VEHICLE.stages[0].beta_kgpm2)
    three, two, one = (area[name] * VEHICLE.beta_stack_kgpm2 for name in LAUNCH.stacks)
    assert three == pytest.approx(VEHICLE.liftoff_kg)
    assert two == pytest.approx(three - VEHICLE.stages[0].propellant_kg - VEHICLE.stages[0].dry_kg)
    assert one == pytest.approx(VEHICLE.stages[2].propellant_kg + VEHICLE.stages[2].dry_kg + VEHICLE.payload_kg)
    assert 0.0 < area[LAUNCH.last] < area[LAUNCH.stacks[2]]
    assert (record.flights, record.seed, record.grid) == (5_000, 1, grid)
    for part in ("sohae", "assumed", "0.5"):
        assert part in record.source.lower()


def test_two_bodies_of_one_name_are_refused() -> None:
    kinds = LAUNCH.debris.classes
    mixed = replace(LAUNCH.debris, classes=(replace(kinds[0], name="stage 1"), *kinds[1:]))
    with pytest.raises(InputError, match=r"'stage 1' names two kinds of body.* Rename one of them"):
        replace(LAUNCH, debris=mixed)


def test_a_vehicle_of_one_stage_has_its_ensemble_too() -> None:
    alone = replace(VEHICLE, stages=VEHICLE.stages[:1])
    launch = replace(LAUNCH, vehicle=alone, plan=replace(PLAN, uppers=()), failures=load_failures("assumed", 1))
    assert launch.bodies[:3] == (FAIRING, "stage 1 and payload", "failed stage 1 and payload")
    found = land(launch, 0, 60)
    counts = np.bincount(found.body, minlength=len(launch.bodies))
    assert counts[1] >= 30
    assert np.isfinite(found.t_s).all()

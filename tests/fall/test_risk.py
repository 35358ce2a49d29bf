"""Risk arithmetic against cases worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from downrange.base import ModelError
from downrange.fall import (
    AIRCRAFT_LIMIT,
    CONDITIONAL_EC_LIMIT,
    EC_LIMIT,
    LIMITS,
    PEOPLE,
    PERSON_LIMIT,
    SHIP_LIMIT,
    AreaRule,
    Body,
    Ensemble,
    Exposed,
    Grid,
    Mode,
    Population,
    Tally,
    Target,
    casualties,
    casualty_area_m2,
    hit_probability,
    read_people,
    tally_of,
    with_p_failure,
)

GRID = Grid(lat_rows=1800, lon_columns=3600)
HOME, SEA, FARM = (int(GRID.cell_of(lat, 120.05)) for lat in (30.05, 30.15, 30.25))
HOME_M2 = float(GRID.area_m2(HOME))
FARM_M2 = float(GRID.area_m2(FARM))
PEOPLE_HERE = read_people("p.csv", f"{PEOPLE}\n30.05,120.05,5000\n30.25,120.05,100\n", GRID)
NAMES = ("nominal", "break-up"), ("stage", "pieces")


def ensemble(p_failure: float = 0.1, pieces: float = 50.0) -> Ensemble:
    return Ensemble(
        modes=(Mode(name="nominal", p=1.0 - p_failure, planned=True), Mode(name="break-up", p=p_failure)),
        bodies=(Body(name="stage", pieces=1.0, area_m2=16.0), Body(name="pieces", pieces=pieces, area_m2=0.64)),
        grid=GRID,
        flights=0,
        seed=0,
        source="by hand",
    )


def tally(impacts: list[tuple[int, int, int, bool]], flights: tuple[int, int], speed: float = 50.0) -> Tally:
    """Return the tally of impacts (mode, body, cell, harmful)."""
    lat, lon = GRID.centre([cell for _, _, cell, _ in impacts])
    return tally_of(
        GRID,
        *NAMES,
        flights,
        mode=[row[0] for row in impacts],
        body=[row[1] for row in impacts],
        lat_deg=lat,
        lon_deg=lon,
        t_s=np.full(len(impacts), 300.0),
        speed_mps=np.full(len(impacts), speed),
        harmful=[row[3] for row in impacts],
    )


def test_the_limits_are_those_of_the_rules() -> None:
    # 14 CFR 450.101(a), (c); 79 FR 42241
    assert (EC_LIMIT, CONDITIONAL_EC_LIMIT, PERSON_LIMIT, AIRCRAFT_LIMIT, SHIP_LIMIT) == (1e-4, 1e-3, 1e-6, 1e-6, 1e-5)
    assert LIMITS == {Target.PERSON: 1e-6, Target.AIRCRAFT: 1e-6, Target.SHIP: 1e-5}


def test_casualty_areas_by_hand() -> None:
    # (0.6 + 0.8)^2 = 1.96; (0.6 + 4)^2 = 21.16; a point still hits a person of 0.36 m2
    assert casualty_area_m2(np.array([0.64, 16.0, 0.0])) == pytest.approx([1.96, 21.16, 0.36])
    assert casualty_area_m2(np.array([0.64, 0.0]), AreaRule.SEVEN) == pytest.approx([4.48, 0.0])


def test_one_piece_one_cell_one_flight() -> None:
    # One harmful stage in a cell of 5000 people: 21.16 m2 times 5000 over the cell's area.
    got = casualties(tally([(0, 0, HOME, True)], (1, 0)), with_p_failure(ensemble(), 0.0), PEOPLE_HERE)
    ec = 21.16 * 5000.0 / HOME_M2
    assert got.ec == pytest.approx(ec)
    assert got.p_at_least_one == pytest.approx(1.0 - math.exp(-ec))
    assert got.worst_p == pytest.approx(1.0 - math.exp(-21.16 / HOME_M2))
    assert (got.worst_lat_deg, got.worst_lon_deg) == pytest.approx((30.05, 120.05))
    assert got.people == 5100.0
    assert got.by_body == (("stage", pytest.approx(ec)), ("pieces", 0.0))


def test_two_modes_two_bodies_two_cells() -> None:
    # Nominal, 10 flights: the stage falls on the farm once, into the sea nine times.
    # Break-up, 4 flights, a row of pieces each: home (harmful), home (harmless), farm (harmful), sea (harmful); 50 pieces.
    rows = [(0, 0, FARM, True)] + [(0, 0, SEA, True)] * 9
    rows += [(1, 1, HOME, True), (1, 1, HOME, False), (1, 1, FARM, True), (1, 1, SEA, True)]
    got = casualties(tally(rows, (10, 4)), ensemble(0.1), PEOPLE_HERE)
    nominal = 0.1 * 21.16 * 100.0 / FARM_M2
    broken = 50.0 * 1.96 * (5000.0 / HOME_M2 + 100.0 / FARM_M2) / 4.0
    assert [mode.ec for mode in got.modes] == pytest.approx([nominal, broken])
    assert [mode.weighted for mode in got.modes] == pytest.approx([0.9 * nominal, 0.1 * broken])
    assert got.ec == pytest.approx(0.9 * nominal + 0.1 * broken)
    assert dict(got.by_body) == pytest.approx({"stage": 0.9 * nominal, "pieces": 0.1 * broken})
    assert [mode.hits for mode in got.modes] == [1, 2]
    at_least_one = 0.9 * (1.0 - math.exp(-nominal)) + 0.1 * (1.0 - math.exp(-broken))
    assert got.p_at_least_one == pytest.approx(at_least_one)
    # One person is worst off on the farm, where the stage may fall too: 0.9 of 2.116 m2 against 0.1 of 24.5 m2 at home.
    farm = 0.9 * (1.0 - math.exp(-2.116 / FARM_M2)) + 0.1 * (1.0 - math.exp(-24.5 / FARM_M2))
    assert got.worst_p == pytest.approx(farm, rel=1e-9)
    assert got.worst_lat_deg == pytest.approx(30.25)


def test_the_rule_of_seven_is_another_number() -> None:
    case = tally([(0, 0, HOME, True)], (1, 0)), with_p_failure(ensemble(), 0.0), PEOPLE_HERE
    ratio = casualties(*case, rule=AreaRule.SEVEN).ec / casualties(*case).ec
    assert ratio == pytest.approx(7.0 * 16.0 / 21.16)


def test_ten_times_the_failures_is_ten_times_their_share() -> None:
    case = tally([(0, 0, SEA, True), (1, 1, HOME, True)], (1, 1))
    few, many = (casualties(case, ensemble(p), PEOPLE_HERE).ec for p in (0.01, 0.1))
    assert many == pytest.approx(10.0 * few)


def test_harmless_pieces_hurt_nobody_but_an_aircraft() -> None:
    case = tally([(1, 1, HOME, False)], (1, 1)), ensemble()
    assert casualties(*case, PEOPLE_HERE).ec == 0.0
    for target, count in ((Target.PERSON, 0), (Target.SHIP, 0), (Target.AIRCRAFT, 1)):
        assert len(hit_probability(*case, target)[0]) == count


def test_nobody_there_is_nobody_hurt() -> None:
    got = casualties(tally([(0, 0, SEA, True)], (1, 1)), ensemble(), PEOPLE_HERE)
    assert (got.ec, got.worst_p) == (0.0, 0.0)
    assert math.isnan(got.worst_lat_deg)
    empty = Population(grid=GRID, cells=np.empty(0, np.int64), people=np.empty(0), source="none")
    none = casualties(tally([(0, 0, HOME, True)], (1, 1)), ensemble(), empty)
    assert (none.ec, none.high, none.people) == (0.0, 0.0, 0.0)


def hits_of(target: Target, exposed: Exposed, speed: float = 50.0) -> dict[int, float]:
    case = tally([(0, 0, SEA, True), (1, 1, SEA, True), (1, 1, HOME, False)], (1, 2), speed)
    return dict(zip(*(part.tolist() for part in hit_probability(case, ensemble(0.1), target, exposed)), strict=True))


def test_ships_by_hand() -> None:
    # A ship of 10,000 m2: (100 + 4)^2 for the stage, 50 (100 + 0.8)^2 / 2 for the pieces of one in two break-ups.
    sea_m2 = float(GRID.area_m2(SEA))
    want = 0.9 * (1.0 - math.exp(-(104.0**2) / sea_m2)) + 0.1 * (1.0 - math.exp(-25.0 * 100.8**2 / sea_m2))
    assert hits_of(Target.SHIP, Exposed(ship_m2=10_000.0)) == {SEA: pytest.approx(want)}


def test_aircraft_by_hand() -> None:
    # Top 500 m2, front 100 m2 at 250 m/s against pieces that fall at 50 m/s: 500 + 100 * 5 = 1000 m2.
    exposed = Exposed(aircraft_top_m2=500.0, aircraft_front_m2=100.0, aircraft_mps=250.0)
    sea_m2 = float(GRID.area_m2(SEA))
    sea = 0.9 * (1.0 - math.exp(-1000.0 / sea_m2)) + 0.1 * (1.0 - math.exp(-25.0 * 1000.0 / sea_m2))
    home = 0.1 * (1.0 - math.exp(-25.0 * 1000.0 / HOME_M2))
    got = hits_of(Target.AIRCRAFT, exposed)
    assert got == {HOME: pytest.approx(home), SEA: pytest.approx(sea)}
    slower = hits_of(Target.AIRCRAFT, exposed, speed=25.0)
    assert slower[SEA] > got[SEA]


def test_every_size_changes_the_answer() -> None:
    base = Exposed()
    for target, change in (
        (Target.SHIP, {"ship_m2": 5_000.0}),
        (Target.AIRCRAFT, {"aircraft_top_m2": 100.0}),
        (Target.AIRCRAFT, {"aircraft_front_m2": 100.0}),
        (Target.AIRCRAFT, {"aircraft_mps": 200.0}),
        (Target.PERSON, {"rule": AreaRule.SEVEN}),
    ):
        changes: dict[str, Any] = change
        assert hits_of(target, replace(base, **changes))[SEA] != hits_of(target, base)[SEA]


def test_certain_hits_never_exceed_one() -> None:
    case = tally([(1, 1, SEA, True)], (1, 1))
    _, p = hit_probability(case, ensemble(1.0, pieces=1e9), Target.SHIP)
    assert p.tolist() == [1.0]


def test_the_standard_error_is_that_of_the_mean_over_flights() -> None:
    # 400 flights, one row of pieces each, a quarter lands at home: binomial, p = 1/4.
    rows = [(1, 1, HOME if i % 4 == 0 else SEA, True) for i in range(400)]
    got = casualties(tally(rows, (1, 400)), ensemble(), PEOPLE_HERE).modes[1]
    each = 50.0 * 1.96 * 5000.0 / HOME_M2
    assert got.ec == pytest.approx(each / 4.0)
    assert got.standard_error == pytest.approx(each * math.sqrt(0.25 * 0.75 / 400.0))
    assert (got.low, got.high) == pytest.approx(
        (got.ec - 1.959964 * got.standard_error, got.ec + 1.959964 * got.standard_error)
    )


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, truth, held = np.random.default_rng(11), 0.2, 0
    each = 50.0 * 1.96 * 5000.0 / HOME_M2
    for _ in range(300):
        count = int(rng.binomial(300, truth))
        rows = [(1, 1, HOME, True)] * count + [(1, 1, SEA, True)] * (300 - count)
        got = casualties(tally(rows, (1, 300)), ensemble(), PEOPLE_HERE).modes[1]
        held += got.low <= truth * each <= got.high
    assert held >= 0.92 * 300  # 95 % of 300, less three standard deviations


def test_no_hit_is_not_no_danger() -> None:
    # 1,000 flights of the nominal mode and no hit: at most beta(0.975; 1, 2000) of 2,000 rows (both bodies) would hit,
    # each at most as bad as the 50 pieces of the larger body in the most crowded cell.
    rows = [(0, 0, SEA, True)] * 1000
    got = casualties(tally(rows, (1000, 1)), ensemble(), PEOPLE_HERE).modes[0]
    assert (got.ec, got.standard_error, got.hits, got.low) == (0.0, 0.0, 0, 0.0)
    worst = max(21.16, 50.0 * 1.96) * 5000.0 / HOME_M2
    assert got.high == pytest.approx(float(beta.ppf(0.975, 1, 2000)) * 2.0 * worst)


def test_a_mode_that_never_flew_and_cannot_happen_is_unknown_and_counts_nothing() -> None:
    got = casualties(tally([(0, 0, HOME, True)], (1, 0)), with_p_failure(ensemble(), 0.0), PEOPLE_HERE)
    assert math.isnan(got.modes[1].ec)
    assert got.modes[1].weighted == 0.0
    assert math.isfinite(got.ec)
    assert math.isfinite(got.high)


def test_more_rows_than_flights_add_up() -> None:
    # Two rows of 25 pieces a flight are as good as one of 50.
    two = casualties(tally([(1, 1, HOME, True)] * 8, (1, 4)), ensemble(pieces=25.0), PEOPLE_HERE)
    one = casualties(tally([(1, 1, HOME, True)] * 4, (1, 4)), ensemble(pieces=50.0), PEOPLE_HERE)
    assert two.ec == pytest.approx(one.ec)


@pytest.mark.parametrize("name", ["ship_m2", "aircraft_top_m2", "aircraft_front_m2", "aircraft_mps"])
def test_sizes_below_nothing_are_refused(name: str) -> None:
    with pytest.raises(ModelError, match=name):
        Exposed(**{name: -1.0})  # type: ignore[arg-type]


def test_people_of_another_grid_are_refused() -> None:
    other = read_people("p.csv", f"{PEOPLE}\n30,120,1\n", Grid(lat_rows=10, lon_columns=20))
    with pytest.raises(ModelError, match="another grid"):
        casualties(tally([(0, 0, HOME, True)], (1, 1)), ensemble(), other)

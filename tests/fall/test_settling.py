"""When an ensemble has flown enough: rules as typed, looks that follow from the count, intervals that hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import InputError, normals
from downrange.earth import destination
from downrange.fall import (
    BLOCK_FLIGHTS,
    Body,
    Ensemble,
    Look,
    Mode,
    Population,
    Rule,
    Tally,
    Wanted,
    casualties,
    grid_of,
    is_look,
    look,
    merged,
    read_people,
    tally_of,
    verdict,
)

GRID = grid_of(20e3, 33.5)
MAJOR_M, MINOR_M = 60e3, 20e3
AREA_M2 = math.pi * MAJOR_M * MINOR_M
FOOTPRINT = Rule(wanted=Wanted.FOOTPRINT, target=None)
ENSEMBLE = Ensemble(
    modes=(Mode(name="as planned", p=0.5, planned=True), Mode(name="break-up", p=0.5)),
    bodies=(Body(name="stage 1", pieces=1.0, area_m2=8.0), Body(name="pieces", pieces=10.0, area_m2=0.5)),
    grid=GRID,
    flights=0,
    seed=0,
    source="test",
)


def counted(count: int, seed: int, *, mode: int = 0, body: int = 0, share: float = 1.0) -> Tally:
    """So many flights of one mode, of which a share lets a body come down in a normal cloud."""
    n = round(share * count)
    draw = normals(seed, n, 2)
    east, north = MINOR_M * draw[:, 0], MAJOR_M * draw[:, 1]
    azimuth = 35.0 + np.degrees(np.arctan2(east, north))
    lat, lon = destination(np.full(n, 33.5), np.full(n, 123.5), azimuth, np.hypot(east, north))
    flights = [0, 0]
    flights[mode] = count
    return tally_of(
        GRID,
        tuple(one.name for one in ENSEMBLE.modes),
        tuple(one.name for one in ENSEMBLE.bodies),
        flights,
        mode=np.full(n, mode),
        body=np.full(n, body),
        lat_deg=lat,
        lon_deg=lon,
        t_s=np.full(n, 500.0),
        speed_mps=np.full(n, 100.0),
        harmful=np.ones(n, dtype=bool),
    )


def people() -> Population:
    return read_people("p.csv", "lat_deg,lon_deg,people\n33.5,123.5,100000\n34.0,123.9,50000\n", GRID)


@pytest.mark.parametrize(
    ("text", "wanted", "target"),
    [
        ("casualties:5%", Wanted.CASUALTIES, 0.05),
        ("footprint:2%", Wanted.FOOTPRINT, 0.02),
        ("footprint:0.02", Wanted.FOOTPRINT, 0.02),
        ("footprint: 2.5%", Wanted.FOOTPRINT, 0.025),
    ],
)
def test_a_rule_is_read_as_typed(text: str, wanted: Wanted, target: float) -> None:
    assert Rule.parse(text) == Rule(wanted=wanted, target=pytest.approx(target))


@pytest.mark.parametrize(
    "text",
    [
        *("", "footprint", "footprint:", "2%", "area:2%", "footprint:two", "footprint:%", "footprint:0%"),
        *("footprint:100%", "footprint:-5%", "footprint:nan%", "footprint:inf", "casualties:5%%", "Footprint 5%"),
        "footprint:2%:3%",
    ],
)
def test_what_is_no_rule_is_refused_with_its_option(text: str) -> None:
    with pytest.raises(InputError) as caught:
        Rule.parse(text)
    assert caught.value.where == "--until"
    assert caught.value.cure


def test_looks_follow_from_the_count_alone_and_grow_apart() -> None:
    looks = [n for n in range(BLOCK_FLIGHTS, 1_000_001, BLOCK_FLIGHTS) if is_look(n, BLOCK_FLIGHTS)]
    assert looks[:10] == list(range(1_000, 10_001, 1_000))
    assert 60 < len(looks) < 200
    gaps = np.diff(looks) / np.array(looks[1:])
    assert gaps[20:].max() < 0.08  # never late by more than a part of what is flown
    assert [n for n in range(500_000, 1_000_001, 1_000) if is_look(n, 1_000)] == [n for n in looks if n >= 500_000]


def test_a_last_block_that_is_short_can_be_a_look() -> None:
    assert is_look(500, BLOCK_FLIGHTS)
    assert is_look(1_500, BLOCK_FLIGHTS)


def test_the_area_is_that_of_the_ellipse_the_flights_were_drawn_from() -> None:
    seen = look(FOOTPRINT, counted(40_000, 1), ENSEMBLE, None)
    assert seen.flights == 40_000
    assert seen.value == pytest.approx(AREA_M2, rel=0.02)
    assert seen.relative == pytest.approx(1.96 / math.sqrt(39_999), rel=1e-3)
    assert seen.low < AREA_M2 < seen.high


@pytest.mark.parametrize("count", [60, 400])
def test_the_interval_of_the_area_holds_the_truth_nineteen_times_in_twenty(count: int) -> None:
    trials = 300
    seen = [look(FOOTPRINT, counted(count, 100 + i), ENSEMBLE, None) for i in range(trials)]
    held = sum(one.low <= AREA_M2 <= one.high for one in seen) / trials
    assert 0.90 <= held <= 0.99
    values = np.array([one.value for one in seen])
    half = np.mean([0.5 * (one.high - one.low) for one in seen])
    assert half == pytest.approx(1.96 * values.std(), rel=0.12)


def test_a_body_that_few_planned_flights_let_come_down_is_not_waited_for() -> None:
    tally = merged(counted(1_000, 1), counted(1_000, 2, body=1, share=0.09))
    assert look(FOOTPRINT, tally, ENSEMBLE, None).value == look(FOOTPRINT, counted(1_000, 1), ENSEMBLE, None).value
    alone = look(FOOTPRINT, counted(1_000, 2, body=1, share=0.09), ENSEMBLE, None)
    assert (alone.value, alone.high) == (0.0, math.inf)
    assert math.isinf(alone.relative)
    failed = look(FOOTPRINT, counted(1_000, 2, mode=1), ENSEMBLE, None)
    assert failed.value == 0.0


def test_casualties_are_those_of_the_risk_and_need_people() -> None:
    tally, rule = merged(counted(2_000, 1), counted(2_000, 2, mode=1, body=1)), Rule.parse("casualties:5%")
    seen, hurt = look(rule, tally, ENSEMBLE, people()), casualties(tally, ENSEMBLE, people())
    assert (seen.value, seen.low, seen.high) == (hurt.ec, hurt.low, hurt.high)
    assert 0.0 < seen.relative < 1.0
    with pytest.raises(InputError, match="--people") as caught:
        look(rule, tally, ENSEMBLE, None)
    assert caught.value.where == "--until"


def test_the_interval_of_the_casualties_of_a_mode_holds_the_truth() -> None:
    rest = counted(10, 1, mode=1, body=1)
    truth = casualties(merged(counted(200_000, 1), rest), ENSEMBLE, people()).modes[0]
    assert truth.standard_error < 0.02 * truth.ec
    held = 0
    for i in range(200):
        seen = casualties(merged(counted(2_000, 1_000 + i), rest), ENSEMBLE, people()).modes[0]
        held += seen.low <= truth.ec <= seen.high
    assert 180 <= held <= 198


def test_casualties_are_unknown_while_a_way_to_fail_has_not_been_flown() -> None:
    seen = look(Rule.parse("casualties:5%"), counted(1_000, 1), ENSEMBLE, people())
    assert (seen.flights, seen.value, seen.high) == (1_000, 0.0, math.inf)


def test_a_rule_is_kept_at_once_but_not_by_a_few_flights() -> None:
    rule = Rule.parse("footprint:2%")
    good = Look(flights=5_000, value=100.0, low=98.0, high=102.0)
    assert verdict(rule, good) == "footprint known to ±2.00% (95 %), wanted ±2.00%"
    assert verdict(rule, Look(flights=4_999, value=100.0, low=98.0, high=102.0)) is None
    assert verdict(rule, Look(flights=9_000, value=100.0, low=97.9, high=102.0)) is None
    assert verdict(FOOTPRINT, good) is None
    assert verdict(rule, Look(flights=9_000, value=0.0, low=0.0, high=math.inf)) is None
    assert verdict(rule, Look(flights=9_000, value=0.0, low=0.0, high=0.0)) is None

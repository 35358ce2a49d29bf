"""Expected casualties of the break-up of Columbia, 1 February 2003: is our arithmetic of the right size?

SOURCE: Associated Press, "Study Examines Chance of Debris Injury", 27 August 2003, on the report of the Columbia Accident
Investigation Board (chapter 10.1; volume II, appendix D.16): nearly 84,000 pieces, nearly 85,000 pounds, over more than
1 million acres with 85 people per square mile on average; the chance of at least one serious injury was 9 to 24 percent.

What follows: the stated range is an expectation of 0.09 to 0.27, so the 84,000 pieces had an effective casualty area of
0.034 to 0.10 m2 each, on average and after shelter. A person alone takes up 0.36 m2. So nine pieces of ten or more cannot
have counted, and with our casualty area of a piece of 0.05 m2, 0.68 m2, the range is met when 5 to 14 % of the pieces
strike an unsheltered person with 15 J or more.

What does not follow: that share. It was not published in what was read; 10 % is assumed below, and any share from 5 to
14 % would pass. Nor does it say anything about shelter, which the board's study took into account and this program does not.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from downrange.base import units
from downrange.fall import (
    Body,
    Casualties,
    Ensemble,
    Grid,
    Mode,
    Population,
    casualties,
    casualty_area_m2,
    tally_of,
)

PIECES = 84_000
MASS_KG = 85_000 * units.POUND
PEOPLE_PM2 = 85.0 / 1_609.344**2  # one statute mile is 1,609.344 m
FIELD_M2 = 1e6 * 4_046.8564224  # one acre
P_LOW, P_HIGH = 0.09, 0.24
EC_LOW, EC_HIGH = (-math.log1p(-p) for p in (P_LOW, P_HIGH))

PIECE_M2 = 0.05  # assumed: a piece of 20 cm by 25 cm
SHARE = 0.10  # assumed: pieces that strike with 15 J or more
ROWS = 1_000


def of_share(share: float) -> Casualties:
    """Send the pieces down evenly over a field of the stated size and density of people."""
    grid = Grid(lat_rows=18_000, lon_columns=36_000)
    side = round(math.sqrt(FIELD_M2 / float(grid.area_m2(grid.cell_of(31.5, -95.0)))))
    lat, lon = (low + 0.01 * np.arange(side) + 0.005 for low in (31.0, -95.0))
    cells = np.unique(grid.cell_of(*np.meshgrid(lat, lon)))
    people = Population(grid=grid, cells=cells, people=PEOPLE_PM2 * grid.area_m2(cells), source="evenly")
    rng = np.random.default_rng(2003)
    landed = grid.centre(rng.choice(cells, ROWS))
    tally = tally_of(
        grid,
        ("break-up",),
        ("pieces",),
        [1],
        mode=np.zeros(ROWS, int),
        body=np.zeros(ROWS, int),
        lat_deg=landed[0],
        lon_deg=landed[1],
        t_s=np.full(ROWS, 600.0),
        speed_mps=np.full(ROWS, 30.0),
        harmful=np.arange(ROWS) < share * ROWS,
    )
    ensemble = Ensemble(
        modes=(Mode(name="break-up", p=1.0),),
        bodies=(Body(name="pieces", pieces=PIECES / ROWS, area_m2=PIECE_M2),),
        grid=grid,
        flights=1,
        seed=2003,
        source="Columbia",
    )
    return casualties(tally, ensemble, people)


def test_the_stated_chance_is_an_expectation_of_this_size() -> None:
    assert (EC_LOW, EC_HIGH) == pytest.approx((0.0943, 0.2744), abs=1e-4)


def test_the_range_asks_for_this_effective_area_a_piece() -> None:
    area = [ec / (PIECES * PEOPLE_PM2) for ec in (EC_LOW, EC_HIGH)]
    assert area == pytest.approx([0.0342, 0.0995], abs=1e-4)
    # Less than a person takes up: whatever our formula says of a piece, most pieces cannot have counted.
    assert area[1] < 0.3 * float(casualty_area_m2(0.0))


def test_with_a_tenth_of_the_pieces_harmful_the_chance_lies_in_the_range() -> None:
    got = of_share(SHARE)
    assert got.ec == pytest.approx(SHARE * PIECES * PEOPLE_PM2 * (0.6 + math.sqrt(PIECE_M2)) ** 2, rel=1e-9)
    assert P_LOW <= got.p_at_least_one <= P_HIGH


def test_the_shares_that_meet_the_range() -> None:
    each = PIECES * PEOPLE_PM2 * float(casualty_area_m2(PIECE_M2))
    assert (EC_LOW / each, EC_HIGH / each) == pytest.approx((0.050, 0.147), abs=2e-3)
    # Such pieces would be heavy enough to do harm: the mean of all the mass over a tenth of the pieces is 4.6 kg, and a
    # piece at its final speed strikes with m beta g / rho.
    beta_kgpm2 = MASS_KG / (SHARE * PIECES) / PIECE_M2
    assert MASS_KG / (SHARE * PIECES) * beta_kgpm2 * 9.81 / 1.225 > 15.0


def test_counting_every_piece_would_be_far_out_of_the_range() -> None:
    assert of_share(1.0).p_at_least_one > 0.8

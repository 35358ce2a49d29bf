"""What a search tries: within its limits, spread evenly, the same however it is cut."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.coverage.layouts import (
    MeanOrbit,
    naive_patterns,
    node_at_local_time_deg,
    sun_synchronous,
    sun_synchronous_inclination_deg,
)
from downrange.coverage.search_limits import (
    HEIGHT,
    NODES,
    PHASE,
    PLANES,
    SATELLITES,
    SPACING,
    Limits,
    closer_rows,
    drawn_rows,
    layout_of,
    naive_rows,
    room_of,
    rounds,
)

EPOCH = datetime(2024, 6, 1, tzinfo=UTC)
ORBIT = sun_synchronous(500e3, 10.5, EPOCH)
NARROW = Limits(
    satellites=(2, 5), planes=(1, 3), node_spacing_deg=(5.0, 40.0), phase_deg=(-30.0, 30.0), alt_m=(480e3, 520e3)
)


def inside(rows, limits):
    return bool(
        (rows[:, SATELLITES] >= limits.satellites[0]).all()
        and (rows[:, SATELLITES] <= limits.satellites[1]).all()
        and (rows[:, PLANES] <= np.minimum(limits.planes[1], rows[:, SATELLITES])).all()
        and all(
            ((rows[:, column] >= low) & (rows[:, column] <= high)).all()
            for column, (low, high) in (
                (NODES, limits.node_spacing_deg),
                (PHASE, limits.phase_deg),
                (SPACING, limits.spacing_deg),
                (HEIGHT, limits.alt_m),
            )
        )
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**40), candidates=st.integers(1, 300), number=st.integers(0, 3))
def test_whatever_is_drawn_lies_within_the_limits(seed, candidates, number):
    room = room_of(NARROW, ORBIT)
    drawn = drawn_rows(room, candidates, seed)
    assert inside(drawn, NARROW)
    naive, _ = naive_rows(room)
    known = np.concatenate([naive, drawn])
    closer = closer_rows(room, known, np.arange(len(known), dtype=float), 50, seed, number)
    assert inside(closer, NARROW)
    for row in closer[:5]:
        layout = layout_of(row, room)
        assert layout.pattern.planes <= 3
        assert (layout.slots[0].raan_deg, layout.slots[0].mean_anomaly_deg) == (0.0, 0.0)


def test_a_draw_does_not_depend_on_how_many_there_are():
    room = room_of(NARROW, ORBIT)
    few = drawn_rows(room, 100, 3)
    assert np.array_equal(drawn_rows(room, 500, 3)[:100], few, equal_nan=True)
    assert not np.array_equal(drawn_rows(room, 100, 4), few, equal_nan=True)


def test_draws_are_spread_more_evenly_than_by_chance():
    room = room_of(Limits(satellites=(3, 3), planes=(3, 3)), ORBIT)
    rows = drawn_rows(room, 400, 1)
    cells, *_ = np.histogram2d(rows[:, NODES], rows[:, PHASE], 10, ((0.0, 180.0), (0.0, 360.0)))
    assert cells.var() < 0.5 * cells.mean()  # Poisson's would be the mean
    assert cells.min() >= 1


def test_every_number_of_satellites_has_its_share_and_one_where_it_has_a_choice():
    fixed = drawn_rows(room_of(Limits(satellites=(1, 4)), ORBIT), 300, 1)[:, SATELLITES]
    assert [int((fixed == n).sum()) for n in (1, 2, 3, 4)] == [0, 100, 100, 100]
    height = drawn_rows(room_of(Limits(satellites=(1, 4), alt_m=(400e3, 500e3)), ORBIT), 300, 1)[:, SATELLITES]
    assert [int((height == n).sum()) for n in (1, 2, 3, 4)] == [75, 75, 75, 75]


def test_naive_layouts_are_all_there_outside_the_limits_too():
    rows, names = naive_rows(room_of(NARROW, ORBIT))
    assert list(names) == [pattern.name for n in range(2, 6) for pattern in naive_patterns(n)]
    layout = layout_of(rows[names.index("spread planes, 5")], room_of(NARROW, ORBIT))
    assert [slot.raan_deg for slot in layout.slots] == [0.0, 36.0, 72.0, 108.0, 144.0]
    assert layout.orbit == ORBIT


def test_closer_looks_lie_round_the_best_and_come_closer():
    room = room_of(Limits(satellites=(3, 3), planes=(3, 3), node_spacing_deg=(0.0, 180.0)), ORBIT)
    known = drawn_rows(room, 200, 1)
    score = np.abs(known[:, NODES] - 77.0)
    away = [np.abs(closer_rows(room, known, score, 400, 1, n)[:, NODES] - 77.0).mean() for n in range(4)]
    assert away[0] > away[1] > away[3]
    assert away[3] < 5.0


def test_free_slots_give_each_satellite_its_own():
    room = room_of(Limits(satellites=(3, 3), free_slots=True), ORBIT)
    rows = drawn_rows(room, 200, 1)
    assert 60 < (rows[:, PLANES] == 0).sum() < 140
    free = layout_of(rows[rows[:, PLANES] == 0][0], room)
    assert free.pattern is None
    assert len(set(free.slots)) == 3
    assert (free.slots[0].raan_deg, free.slots[0].mean_anomaly_deg) == (0.0, 0.0)
    closer = closer_rows(room, rows, np.where(rows[:, PLANES] == 0, 0.0, 1.0), 20, 1, 3)
    assert (closer[:, PLANES] == 0).all()


def test_a_sun_synchronous_room_ties_the_inclination_to_the_height_and_the_node_to_the_hour():
    limits = Limits(sun_synchronous=True, alt_m=(400e3, 700e3), node_local_h=(9.0, 12.0))
    room = room_of(limits, ORBIT)
    for row in drawn_rows(room, 20, 5):
        orbit = layout_of(row, room).orbit
        assert orbit.inclination_deg == sun_synchronous_inclination_deg(orbit.alt_m)
        hour = 9.0 + (orbit.raan_deg - node_at_local_time_deg(9.0, EPOCH)) % 360.0 / 15.0
        assert 9.0 <= hour <= 12.0


@pytest.mark.parametrize("candidates", [1, 7, 100, 9_999])
def test_rounds_add_up_to_what_was_asked(candidates):
    assert sum(rounds(room_of(NARROW, ORBIT), candidates)) == candidates


def test_where_nothing_is_to_choose_nothing_is_drawn():
    assert rounds(room_of(Limits(satellites=(1, 1)), ORBIT), 1_000) == (0,)
    assert sum(rounds(room_of(Limits(satellites=(1, 1), alt_m=(400e3, 500e3)), ORBIT), 1_000)) == 1_000


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"satellites": (0, 3)}, "satellites: 0 to 3"),
        ({"satellites": (4, 3)}, "satellites: 4 to 3"),
        ({"satellites": (1, 65)}, "satellites: 1 to 65"),
        ({"satellites": (1.5, 3)}, "satellites: 1.5 to 3"),
        ({"planes": (4, 5), "satellites": (1, 3)}, "allow as many satellites"),
        ({"node_spacing_deg": (50.0, 20.0)}, "node_spacing_deg: 50 to 20"),
        ({"phase_deg": (0.0, math.inf)}, "phase_deg: 0 to inf"),
        ({"alt_m": (-5.0, 500e3)}, "alt_m: -5 to"),
        ({"inclination_deg": (97.0, 98.0), "sun_synchronous": True}, "leave one out"),
        ({"node_local_h": (9.0, 12.0)}, "without sun_synchronous"),
    ],
)
def test_limits_that_hold_nothing_are_refused(limits, words):
    with pytest.raises(InputError, match=f"(?i){words}"):
        Limits(**limits)


@pytest.mark.parametrize("alt_m", [(0.0, 500e3), (500.0, 600.0), (500e3, 6_000e3), (400e3, 1e8)])
def test_heights_that_cannot_be_flown_are_refused(alt_m):
    with pytest.raises(InputError, match="alt_m"):
        room_of(Limits(alt_m=alt_m), MeanOrbit(epoch=EPOCH, alt_m=500e3, inclination_deg=97.0))

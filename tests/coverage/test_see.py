"""What, how often, how late: one answer, held against its pieces."""

import dataclasses
from datetime import timedelta

import numpy as np
import pytest

from downrange.base import InputError
from downrange.coverage.accesses import accesses
from downrange.coverage.camera import Bounds, Camera, load_camera
from downrange.coverage.climatology import load_climatology
from downrange.coverage.grids import inside
from downrange.coverage.model import Cone, Sensor
from downrange.coverage.recognise import Task
from downrange.coverage.regions import load_region
from downrange.coverage.revisit import revisit
from downrange.coverage.scenario import load_coverage_scenario
from downrange.coverage.see import REACH_DEG, WITHIN_H, see


@pytest.fixture(scope="module")
def scenario():
    return dataclasses.replace(load_coverage_scenario("malligyong-1"), days=6.0)


@pytest.fixture(scope="module")
def points(scenario):
    return inside(load_region(scenario.region), count=12)


@pytest.fixture(scope="module")
def seen(scenario, points):
    return see(scenario, points, satellites=(3, 1))


def test_rows_are_every_layout_of_every_number_in_order(seen):
    assert [(row.satellites, row.layout) for row in seen.rows][:3] == [
        (1, "as it flies"),
        (3, "same plane"),
        (3, "spread planes"),
    ]
    assert all((row.near.reach_deg, row.far.reach_deg) == (10.0, 45.0) for row in seen.rows)


def test_a_row_equals_the_statistics_of_its_own_accesses(scenario, points, seen):
    flown = scenario.arrangements(3)[1].satellites
    looks = accesses(flown, points, Sensor(field=Cone(half_angle_deg=45.0)), scenario.start, scenario.days)
    alone = revisit(looks)
    row = next(row for row in seen.rows if (row.satellites, row.layout) == (3, "spread planes"))
    assert row.far.looks_pday == pytest.approx(alone.looks_pday.value)
    assert row.far.mean_wait_s == pytest.approx(alone.mean_wait_s.value)
    assert row.far.max_gap_s == pytest.approx(alone.max_gap_s.value)


def test_day_is_part_of_always_and_reach_only_helps(seen):
    for row in seen.rows:
        for often in (row.near, row.far):
            assert often.daylit_looks_pday <= often.looks_pday
            assert often.daylit_mean_wait_s >= often.mean_wait_s
            assert often.daylit_max_gap_s >= often.max_gap_s
            assert often.know_mean_s >= often.daylit_mean_wait_s
            assert len(often.within) == len(WITHIN_H)
            assert list(often.within) == sorted(often.within)
        assert row.far.looks_pday > row.near.looks_pday
        assert row.far.mean_wait_s < row.near.mean_wait_s
        low, high = row.bounds("mean_wait_s")
        assert (low, high) == (row.far.mean_wait_s, row.near.mean_wait_s)


def test_what_is_seen_spans_straight_down_to_the_greatest_reach(seen):
    assert seen.aside.look.off_nadir_deg == 45.0
    assert seen.alt_m == pytest.approx(511e3, abs=3e3)
    for what in seen.what:
        assert what.p_low <= what.p_high
        assert what.p_low == what.aside.p_low
        assert what.p_high == what.down.p_high
    assert {what.task for what in seen.what} == set(Task)


def test_without_cloud_or_station_the_figures_are_unknown_and_it_says_so(scenario, points, seen):
    assert all(row.bounds("clear_mean_wait_s") is None for row in seen.rows)
    assert seen.cloud == ""
    assert any("cloud UNKNOWN" in note for note in seen.notes)
    deaf = see(scenario, points, satellites=(1,), stations=(), reach_deg=Bounds(low=30.0, high=30.0, source="told"))
    (row,) = deaf.rows
    assert row.near == row.far
    assert row.bounds("know_mean_s") is None
    assert row.near.know_s == (None, None)
    assert not any("how far off nadir" in note for note in deaf.notes)


def test_cloud_takes_looks_away(scenario, points):
    sky = load_climatology("assumed-example")
    (row,) = see(scenario, points, satellites=(1,), climatology=sky).rows
    assert 0.0 < row.far.clear_looks_pday < row.far.daylit_looks_pday
    assert row.far.clear_mean_wait_s > row.far.daylit_mean_wait_s


def test_a_camera_of_ones_own_brings_its_reach_and_its_unknowns(scenario, points):
    figure = Bounds(low=0.2, high=0.2, source="told")
    bare = Camera(name="bare", title="Bare", note="", aperture_m=figure)
    answer = see(scenario, points, satellites=(1,), camera=bare)
    assert answer.reach_deg == REACH_DEG
    assert any("focal_length_m" in note for note in answer.notes)
    assert all(what.p_low is None and what.p_high is None for what in answer.what)
    known = see(scenario, points, satellites=(1,), camera=load_camera("ikonos-2"))
    assert (known.rows[0].near.reach_deg, known.rows[0].far.reach_deg) == (45.0, 52.0)


def test_it_tells_how_far_it_is(scenario, points):
    told = []
    see(scenario, points, satellites=(1, 2), say=lambda done, of: told.append((done, of)))
    assert [done for done, _ in told] == list(range(1, told[-1][1] + 1))


@pytest.mark.parametrize("satellites", [(), (0,), (7,)])
def test_no_satellites_are_refused(scenario, points, satellites):
    with pytest.raises(InputError, match="satellites"):
        see(scenario, points, satellites=satellites)


def test_a_start_months_from_the_element_set_is_refused(scenario, points):
    late = dataclasses.replace(scenario, start=scenario.start + timedelta(days=120))
    with pytest.raises(InputError, match="58400"):
        see(late, points, satellites=(1,))


def test_points_weigh_by_their_area(scenario, points, seen):
    heavy = dataclasses.replace(points, area_m2=np.where(np.arange(points.lat_deg.size) == 0, 1.0, 1e-9))
    (row,) = see(scenario, heavy, satellites=(1,)).rows
    assert row.far.looks_pday != pytest.approx(seen.rows[0].far.looks_pday)


def test_the_searched_layout_beats_the_simple_ones_where_it_was_sought():
    # equal spacing repeats the ground track: five in one plane leave a hole of weeks within 20 degrees off nadir
    whole = load_coverage_scenario("malligyong-1")
    region = inside(load_region(whole.region), count=60)
    reach = Bounds(low=20.0, high=20.0, source="of the search")
    rows = {row.layout: row.near for row in see(whole, region, satellites=(5,), reach_deg=reach).rows}
    found = rows.pop("found by search")
    assert set(rows) == {"same plane", "spread planes"}
    assert rows["same plane"].daylit_max_gap_s > 20 * 86_400.0 > 5 * found.daylit_max_gap_s
    assert all(found.daylit_mean_wait_s < 0.8 * other.daylit_mean_wait_s for other in rows.values())

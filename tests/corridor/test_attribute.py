"""Which body falls in which area, and what each area was worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from downrange.corridor import (
    Attribution,
    Target,
    attribute,
    case_of,
    launch_case,
    leave_each_out,
    load_launch,
    load_outline,
)
from downrange.corridor.attribute import HOPELESS_CHI2
from downrange.earth import destination, load_site

SITE = load_site("lc-39a")
THREE, TWO = load_outline("three-stages"), load_outline("two-stages")


def circle(label: str, azimuth_deg: float, range_m: float, radius_m: float = 50e3) -> Target:
    lat, lon = destination(SITE.lat_deg, SITE.lon_deg, azimuth_deg, range_m)
    return Target(label=label, lat_deg=(float(lat),), lon_deg=(float(lon),), radius_m=radius_m)


@pytest.fixture(scope="module")
def open_case() -> Attribution:
    """Two areas, of which nobody said what falls there."""
    case = case_of(THREE, SITE, [circle("near", 95.0, 450e3), circle("far", 95.0, 2_600e3)])
    return attribute(case, flights=3_000, starts=1)


def test_probabilities_of_assignments_add_up_to_one(open_case: Attribution) -> None:
    assert {one.bodies for one in open_case.assignments} == {
        ("stage 1", "fairing"),
        ("stage 1", "stage 2"),
        ("fairing", "stage 2"),
    }
    p = [one.p for one in open_case.assignments]
    assert sum(p) == pytest.approx(1.0)
    assert p == sorted(p, reverse=True)
    assert open_case.best is open_case.assignments[0].inference
    flown = [one for one in open_case.assignments if one.inference]
    before = {"stage 1": 0.9, "fairing": 0.5, "stage 2": 0.9}  # how often each is announced: assumed
    odds = [
        np.exp(one.inference.log_evidence) * np.prod([p if b in one.bodies else 1.0 - p for b, p in before.items()])
        for one in flown
    ]
    assert [one.p for one in flown] == pytest.approx(np.array(odds) / np.sum(odds), rel=1e-6)


def test_hopeless_assignments_are_not_flown_and_have_no_probability(open_case: Attribution) -> None:
    best = min(one.chi2 for one in open_case.assignments)
    for one in open_case.assignments:
        assert (one.inference is None) == (one.chi2 > best + HOPELESS_CHI2)
        assert one.inference is not None or one.p == 0.0


def test_an_assignment_without_any_hope_is_named_and_costs_no_draws() -> None:
    """Two areas in opposite directions: nothing that fits, and the sentence says what misfits most."""
    case = case_of(TWO, SITE, [circle("near", 95.0, 600e3), circle("behind", 275.0, 900e3)])
    found = attribute(case, flights=1_000, starts=1)
    (only,) = found.assignments
    assert only.p == 1.0  # among one
    assert not found.best.explained
    assert "cannot explain these areas" in found.sentence
    assert "two-stages from lc-39a" in found.sentence
    assert "in behind" in found.sentence or "in near" in found.sentence


def test_an_explained_notice_is_told_with_its_bodies(open_case: Attribution) -> None:
    first = open_case.assignments[0]
    assert open_case.best.explained
    assert f"{first.bodies[0]} in near, {first.bodies[1]} in far" in open_case.sentence
    assert f"probability {first.p:.2f} among 3 assignments" in open_case.sentence
    assert "effective draws: take its intervals as rough" in open_case.sentence


def test_what_is_known_of_an_area_is_kept() -> None:
    areas = [circle("near", 95.0, 600e3), circle("far", 95.0, 1_100e3)]
    found = attribute(case_of(THREE, SITE, areas, known=["", "fairing"]), flights=1_000, starts=1)
    assert [one.bodies for one in found.assignments] == [("stage 1", "fairing")]
    assert found.assignments[0].p == 1.0


def test_the_evidence_of_the_hopeless_does_not_beat_that_of_a_fit() -> None:
    """What has no draws counts as its tangent, far below; it once counted as certain."""
    near, behind = circle("near", 95.0, 600e3), circle("behind", 275.0, 900e3)
    good = attribute(case_of(TWO, SITE, [near], known=["stage 1"]), flights=1_000, starts=1).best
    bad = attribute(case_of(TWO, SITE, [near, behind]), flights=1_000, starts=1).best
    assert bad.log_evidence < good.log_evidence - 100.0


@pytest.mark.parametrize(
    ("name", "outline", "farthest_m"),
    [
        ("2009-04-05", "three-stages", {"stage 1": 150e3, "stage 2": 1_000e3}),
        ("2023-11-21", "chollima-1", {"stage 1": 250e3, "fairing": 250e3, "stage 2": 1_000e3}),
    ],
)
def test_hidden_areas_are_predicted_from_the_others(name: str, outline: str, farthest_m: dict[str, float]) -> None:
    case = launch_case(load_launch(name), load_outline(outline))
    rows = leave_each_out(case, case.known, flights=1_500, starts=2)
    assert [row.label for row in rows] == [area.label for area in case.areas]
    assert [row.body for row in rows] == list(farthest_m)
    for row in rows:
        assert row.distance_m < farthest_m[row.body]
        assert 0.0 <= row.level <= 1.0
        assert 1e3 < row.across_m <= row.along_m
        assert row.effective > 2.0
        # farther off means less likely: what lies within one sigma of the narrow side cannot be far out
        if row.distance_m < 0.5 * row.across_m:
            assert row.level < 0.5


def test_one_area_cannot_be_hidden() -> None:
    assert leave_each_out(case_of(TWO, SITE, [circle("1", 95.0, 600e3)]), ["stage 1"]) == ()


def test_hiding_an_area_hides_its_time_too() -> None:
    """Else the time of fall would give the hidden place away."""
    case = launch_case(load_launch("2009-04-05"), THREE)
    assert [time.event for time in case.times] == ["stage 1 falls"]
    lied = replace(case, times=(replace(case.times[0], t_s=900.0),))
    rows, lies = (leave_each_out(one, one.known, flights=1_000, starts=1)[0] for one in (case, lied))
    assert (rows.lat_deg, rows.lon_deg, rows.level) == (lies.lat_deg, lies.lon_deg, lies.level)

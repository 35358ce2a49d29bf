"""The verdicts and their rules."""

import dataclasses

import pytest

from downrange.base import InputError, units
from downrange.coverage.camera import Bounds, Camera
from downrange.coverage.claims import NEAR_REAL_TIME_S, Holds, Part, claims, together
from downrange.coverage.grids import inside
from downrange.coverage.quality import quality
from downrange.coverage.recognise import load_subjects, recognise
from downrange.coverage.regions import load_region
from downrange.coverage.scenario import load_coverage_scenario
from downrange.coverage.see import What, see


@pytest.fixture(scope="module")
def seen():
    """The scenario as it ships, with fewer points."""
    scenario = load_coverage_scenario("malligyong-1")
    return see(scenario, inside(load_region(scenario.region), count=50))


def answers(seen):
    return {claim.name: claim for claim in claims(seen)}


def with_waits(seen, wait_s):
    """The same with every wait of every row another."""
    changed = dict.fromkeys(("mean_wait_s", "daylit_mean_wait_s", "know_mean_s", "clear_mean_wait_s"), wait_s)
    rows = [
        dataclasses.replace(
            row, near=dataclasses.replace(row.near, **changed), far=dataclasses.replace(row.far, **changed)
        )
        for row in seen.rows
    ]
    return dataclasses.replace(seen, rows=tuple(rows))


def with_camera(seen, **figures):
    """The same through another camera."""
    camera = Camera(
        name="c", title="C", note="", **{key: Bounds(low=v, high=v, source="told") for key, v in figures.items()}
    )
    down, aside = quality(camera, seen.alt_m), quality(camera, seen.alt_m, seen.reach_deg.high)
    pairs = zip(recognise(down, load_subjects()), recognise(aside, load_subjects()), strict=True)
    what = tuple(What(subject=one.subject, task=one.task, down=one, aside=other) for one, other in pairs)
    return dataclasses.replace(seen, camera=camera, down=down, aside=aside, what=what)


def test_three_to_five_give_hours_and_never_near_real_time(seen):
    claim = answers(seen)["near-real-time"]
    assert claim.holds is Holds.NO
    look, day, known, cloud = claim.parts
    assert (look.holds, day.holds, known.holds) == (Holds.NO,) * 3
    assert cloud.holds is Holds.UNKNOWN
    assert not cloud.essential
    best_s = min(row.far.mean_wait_s for row in seen.rows if row.satellites in (3, 4, 5))
    assert best_s > NEAR_REAL_TIME_S
    assert look.figures.startswith(f"{best_s / units.HOUR:.3g} h")


def test_ships_yes_aircraft_it_depends_on_the_camera(seen):
    claim = answers(seen)["warships-and-aircraft"]
    assert claim.holds is Holds.DEPENDS
    ship, plane = claim.parts[:2]
    assert (ship.holds, plane.holds) == (Holds.YES, Holds.DEPENDS)
    assert "needs 26 m" in ship.figures
    assert "needs 6.1 m" in plane.figures


def test_a_column_is_seen_but_its_movement_is_not(seen):
    claim = answers(seen)["troop-movements"]
    assert claim.holds is Holds.DEPENDS
    column, caught, moves, _ = claim.parts
    assert column.holds is Holds.YES
    assert caught.holds is Holds.NO
    assert moves.holds is Holds.UNKNOWN


@pytest.mark.parametrize(
    ("wait_s", "holds"), [(0.5 * NEAR_REAL_TIME_S, Holds.DEPENDS), (1.01 * NEAR_REAL_TIME_S, Holds.NO)]
)
def test_short_waits_without_a_climatology_only_ever_depend(seen, wait_s, holds):
    assert answers(with_waits(seen, wait_s))["near-real-time"].holds is holds


def test_short_waits_under_a_known_sky_are_a_yes(seen):
    known = dataclasses.replace(with_waits(seen, 0.5 * NEAR_REAL_TIME_S), cloud="assumed: a test")
    assert answers(known)["near-real-time"].holds is Holds.YES


def test_waits_on_both_sides_of_the_hour_depend(seen):
    short = with_waits(seen, 0.5 * NEAR_REAL_TIME_S)
    mixed = dataclasses.replace(short, rows=(*short.rows[:-4], *seen.rows[-4:]))
    assert any(row.satellites in (3, 4, 5) for row in seen.rows[-4:])
    assert answers(mixed)["near-real-time"].holds is Holds.DEPENDS


def test_one_or_two_satellites_do_not_answer_for_three_to_five(seen):
    few = dataclasses.replace(seen, rows=tuple(row for row in seen.rows if row.satellites < 3))
    claim = answers(few)["near-real-time"]
    assert claim.holds is Holds.UNKNOWN
    assert "not asked for" in claim.parts[0].figures


def test_the_limit_is_the_askers(seen):
    (claim, *_) = claims(seen, near_real_time_s=30 * 86_400.0)
    assert [part.holds for part in claim.parts] == [Holds.YES, Holds.YES, Holds.YES, Holds.UNKNOWN]
    assert "within 720 h" in claim.parts[0].question
    with pytest.raises(InputError, match="above 0"):
        claims(seen, near_real_time_s=0.0)


def test_cloud_delays_a_sighting_and_does_not_forbid_it(seen):
    cloudy = dataclasses.replace(with_waits(seen, 50 * 3600.0), cloud="assumed: a test")
    claim = answers(cloudy)["warships-and-aircraft"]
    assert claim.parts[-1].holds is Holds.NO
    assert not claim.parts[-1].essential
    assert claim.holds is Holds.DEPENDS


def test_a_layout_without_a_figure_forbids_a_yes(seen):
    short = with_waits(seen, 60.0)
    far = dataclasses.replace(short.rows[-1].far, know_mean_s=None)
    rows = [dataclasses.replace(row, far=far) if row.satellites == 5 else row for row in short.rows]
    claim = answers(dataclasses.replace(short, rows=tuple(rows), cloud="assumed: a test"))["near-real-time"]
    assert claim.parts[2].holds is Holds.DEPENDS


@pytest.mark.parametrize(
    ("gsd_m", "ship", "plane", "holds"),
    [
        (0.3, Holds.YES, Holds.YES, Holds.DEPENDS),
        (20.0, Holds.DEPENDS, Holds.NO, Holds.NO),
        (90.0, Holds.NO, Holds.NO, Holds.NO),
    ],
)
def test_the_verdict_follows_the_pixel(seen, gsd_m, ship, plane, holds):
    claim = answers(with_camera(seen, gsd_m=gsd_m, gsd_alt_m=500e3))["warships-and-aircraft"]
    assert (claim.parts[0].holds, claim.parts[1].holds) == (ship, plane)
    assert claim.holds is holds


def test_without_sampling_a_small_opening_can_still_say_no(seen):
    tiny = answers(with_camera(seen, aperture_m=0.004, wavelength_m=0.55e-6))["warships-and-aircraft"]
    assert tiny.parts[1].holds is Holds.NO
    assert tiny.parts[1].figures.startswith("at most")
    wide = answers(with_camera(seen, aperture_m=0.5, wavelength_m=0.55e-6))["warships-and-aircraft"]
    assert wide.parts[0].holds is Holds.UNKNOWN
    assert wide.holds is Holds.UNKNOWN
    nothing = answers(with_camera(seen))["warships-and-aircraft"]
    assert nothing.parts[0].figures.startswith("UNKNOWN")
    assert nothing.holds is Holds.UNKNOWN


def test_subjects_that_are_not_there_are_unknown(seen):
    only = dataclasses.replace(seen, what=tuple(one for one in seen.what if one.subject.name == "truck"))
    claim = answers(only)["warships-and-aircraft"]
    assert claim.holds is Holds.UNKNOWN
    assert "'large-ship'" in claim.parts[0].figures


def test_every_part_has_its_rule_and_figures(seen):
    for claim in claims(seen):
        assert claim.parts
        for part in claim.parts:
            assert part.question
            assert part.figures
            assert part.rule


def part(holds, *, essential=True):
    return Part(question="q", holds=holds, figures="f", rule="r", essential=essential)


@pytest.mark.parametrize(
    ("parts", "holds"),
    [
        ([part(Holds.YES), part(Holds.YES)], Holds.YES),
        ([part(Holds.YES), part(Holds.NO)], Holds.NO),
        ([part(Holds.YES), part(Holds.NO, essential=False)], Holds.DEPENDS),
        ([part(Holds.UNKNOWN), part(Holds.YES, essential=False)], Holds.UNKNOWN),
        ([part(Holds.UNKNOWN), part(Holds.YES)], Holds.DEPENDS),
        ([part(Holds.UNKNOWN), part(Holds.NO)], Holds.NO),
        ([part(Holds.DEPENDS)], Holds.DEPENDS),
    ],
)
def test_parts_together(parts, holds):
    assert together(parts) is holds

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from downrange.base import InputError
from downrange.corridor import AreaKind, FallsThere, launch_names, load_launch, ranges
from downrange.earth import load_site

MINE = """
name = "mine"
title = "My launch"
site = "sohae"
outcome = "planned"

[[areas]]
label = "far"
what = "stage 1"
kind = "announced"
corners = [[36.0, 124.0], [36.0, 124.5], [35.0, 124.5], [35.0, 124.0]]
source = "me"

[[areas]]
label = "home"
what = "unknown"
kind = "near-pad"
centre = [39.6, 124.7]
radius_m = 20000
source = "me"
"""


def test_the_launches_of_the_record_are_there():
    assert {
        "2009-04-05",
        "2012-12-12",
        "2016-02-07",
        "2023-05-31",
        "2023-08-24",
        "2023-11-21",
        "kourou-2023-04",
        "canaveral-2022-11",
        "starbase-2023-04",
        "andoya-2026-01",
        "plesetsk-2026-04",
        "plesetsk-2026-07",
    } <= set(launch_names())


@pytest.mark.parametrize("name", launch_names())
def test_every_launch_has_sources_windows_and_two_areas_in_order_of_range(name):
    launch = load_launch(name)
    site = load_site(launch.site)
    assert launch.name == name
    assert len(launch.areas) >= 2
    assert launch.windows
    assert all(area.source.strip() for area in launch.areas)
    assert all(area.source in launch.sources for area in launch.areas)
    assert all(window.closes > window.opens for window in launch.windows)
    assert len({area.label for area in launch.areas}) == len(launch.areas)
    seen = ranges(site, launch.areas)
    assert [view.centre_m for view in seen] == sorted(view.centre_m for view in seen)
    for area, view in zip(launch.areas, seen, strict=True):
        assert (area.kind is AreaKind.NEAR_PAD) == (view.near_m < 60e3), area.label
        assert (area.kind is AreaKind.DERIVED) == (area.radius_m is not None)
        assert area.shape == ("circle" if area.radius_m else "polygon")


@pytest.mark.parametrize("name", launch_names())
def test_a_launch_went_up_in_a_window_or_an_hour_before_it(name):
    launch = load_launch(name)
    if launch.lift_off is None:
        assert "unknown" in launch.outcome
        return
    early_s = [(window.opens - launch.lift_off).total_seconds() for window in launch.windows]
    late_s = [(launch.lift_off - window.closes).total_seconds() for window in launch.windows]
    assert any(early <= 4_700.0 and late <= 0.0 for early, late in zip(early_s, late_s, strict=True))


def test_what_falls_is_in_order_and_near_pad_and_disposal_areas_are_no_drops():
    launch = load_launch("2023-11-21")
    assert [area.what for area in launch.drops] == [FallsThere.STAGE_1, FallsThere.FAIRING, FallsThere.STAGE_2]
    assert launch.lift_off == datetime(2023, 11, 21, 13, 42, 28, tzinfo=UTC)
    assert launch.orbit is not None
    assert launch.orbit.inclination_deg == 97.4
    assert [time.t_s for time in launch.times] == [705.0]
    north = load_launch("andoya-2026-01")
    assert [area.kind for area in north.areas] == [AreaKind.NEAR_PAD, AreaKind.ANNOUNCED, AreaKind.DISPOSAL]
    assert [area.label for area in north.drops] == ["C"]
    assert load_launch("starbase-2023-04").drops == ()


def test_daily_windows_are_told_one_by_one():
    days = [window.opens.day for window in load_launch("2009-04-05").windows]
    assert days == [4, 5, 6, 7, 8]


def test_a_persons_own_file(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(MINE, encoding="utf-8")
    launch = load_launch(path)
    assert [area.label for area in launch.areas] == ["home", "far"]
    assert launch.orbit is None
    assert launch.times == launch.windows == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('site = "sohae"', 'site = "sohea"', "no site 'sohea'"),
        ('what = "stage 1"', 'what = "stage 7"', "stage 7"),
        ("corners = [[36.0, 124.0], [36.0, 124.5], [35.0, 124.5], [35.0, 124.0]]", "", "neither corners nor a centre"),
        ("radius_m = 20000\n", "", "without a radius"),
        ("centre = [39.6, 124.7]", "centre = [39.6, 124.7]\ncorners = [[1.0, 2.0]]", "corners and a centre"),
        ("[[36.0, 124.0], [36.0, 124.5], [35.0, 124.5], [35.0, 124.0]]", "[[36.0, 124.0], [36.0, 124.5]]", "2 corners"),
        ("title =", "titl =", "titl"),
    ],
)
def test_a_slip_is_named(tmp_path: Path, old: str, new: str, expected: str):
    path = tmp_path / "mine.toml"
    path.write_text(MINE.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_launch(path)
    assert expected in str(caught.value)


def test_an_unknown_launch_is_answered_with_those_there_are():
    with pytest.raises(InputError, match=r"no launch '2009'.*2009-04-05"):
        load_launch("2009")

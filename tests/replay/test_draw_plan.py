"""The map of a plan: what it names, where its small maps lie, and that it is drawn without places to warn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.text import Text

from downrange.corridor import Plan, Target, Tracks, load_fits, load_record, plan, tracks
from downrange.replay.draw_plan import PlanMap, draw_plan, plan_picture


@pytest.fixture(scope="module")
def found() -> Plan:
    corners = {"lat_deg": (14.9, 15.03, 11.45, 11.32), "lon_deg": (128.67, 129.4, 129.9, 129.18)}
    return plan(load_record("chollima-1"), load_fits("chollima-1"), [Target(label="C", **corners)], runs=300, seed=4)


@pytest.fixture(scope="module")
def shown() -> PlanMap:
    one: Tracks = tracks(load_record("chollima-1"), load_fits("chollima-1"), flights=1)
    best = np.isfinite(one.lat_deg[0])
    return PlanMap(
        pad_name="Sohae",
        t_s=one.t_s[best],
        lat_deg=one.lat_deg[0, best],
        lon_deg=one.lon_deg[0, best],
        least_p=1e-4,
    )


def texts(figure: object) -> str:
    return " ".join(one.get_text() for one in figure.findobj(Text))  # type: ignore[attr-defined]


def test_the_map_names_site_area_minutes_and_places(found: Plan, shown: PlanMap) -> None:
    figure = draw_plan(found, shown)
    said = texts(figure)
    for name in ("Chollima-1 before the launch", "Sohae", "area C", "5 min", "lost in minute 2", "Baengnyeong-myeon"):
        assert name in said
    assert len(figure.axes) == 3  # the whole way, the Yellow Sea, Okinawa's islands
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[1:] == ["A", "B"]


def test_a_small_map_shows_the_places_that_are_named_there(found: Plan, shown: PlanMap) -> None:
    korea = draw_plan(found, shown).axes[1]
    west, east = korea.get_xlim()
    assert west < 124.67 < east
    assert east - west < 5.0


def test_without_places_and_areas_there_is_one_map(found: Plan, shown: PlanMap) -> None:
    figure = draw_plan(replace(found, places=(), areas=()), shown)
    assert len(figure.axes) == 1
    assert "area C" not in texts(figure)


def test_the_picture_is_the_same_each_time(found: Plan, shown: PlanMap, tmp_path: Path) -> None:
    first, again = plan_picture(found, shown), plan_picture(found, shown)
    assert first.png == again.png
    assert first.svg == again.svg
    assert first.svg.startswith("<svg")
    (tmp_path / "plan.png").write_bytes(first.png)
    assert (tmp_path / "plan.png").stat().st_size > 50_000

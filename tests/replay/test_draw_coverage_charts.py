"""Charts of coverage: the curves, fronts and looks that were given, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from downrange.base import ModelError
from downrange.replay import ink
from downrange.replay.draw_coverage_charts import Looks, Waits, draw_looks, draw_waits

HOUR = 3_600.0
START = datetime(2024, 6, 1, tzinfo=UTC)


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    return " ".join(one.get_text() for one in figure.findobj(Text))


def waits(satellites: int, longest_h: float, *, daylight: bool = False) -> Waits:
    share = np.linspace(0.0, 1.0, 101)
    return Waits(satellites=satellites, wait_s=longest_h * HOUR * share, share=share, daylight=daylight)


def test_waits_carry_their_medians() -> None:
    figure = draw_waits("Waits", [waits(1, 40.0), waits(1, 90.0, daylight=True), waits(3, 12.0)], note="no cloud")
    said = texts(figure)
    assert "1 satellite: half within\n20.0 h, by day 45.0 h" in said
    assert "3 satellites: half within\n6.0 h" in said
    assert "by day alone" in said
    assert "no cloud" in said
    curves = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 101]
    assert [line.get_linestyle() == "--" for line in curves] == [False, True, False]
    assert curves[0].get_color() == curves[1].get_color() != curves[2].get_color()
    assert np.asarray(curves[2].get_ydata())[-1] == 100.0


def test_a_wait_that_is_never_over_is_unknown() -> None:
    curve = Waits(satellites=1, wait_s=np.array([0.0, HOUR, 2 * HOUR]), share=np.array([0.0, 0.1, 0.3]))
    assert "half within\nunknown" in texts(draw_waits("Waits", [curve]))


def test_looks_and_the_gaps_between_them() -> None:
    one = Looks(
        satellite="ONE",
        start_s=np.array([3.0, 20.0]) * HOUR,
        end_s=np.array([3.0, 20.0]) * HOUR + 60.0,
        daylight=np.array([True, False]),
    )
    two = Looks(
        satellite="A satellite with a very long name",
        start_s=np.array([9.0 * HOUR]),
        end_s=np.array([9.0 * HOUR]) + 60.0,
        daylight=np.array([True]),
    )
    figure = draw_looks("Looks", START, 24.0 * HOUR, [one, two], night_s=[(9.5 * HOUR, 21.0 * HOUR)], note="a note")
    said = texts(figure)
    for name in (
        "ONE",
        "A satellite with a ve…",
        "11.0 h",
        "6.0 h",
        "UTC, 01 June 2024 to 02 June",
        "KST and JST",
        "a note",
        "1 Jun",
    ):
        assert name in said, name
    drawn = [line for line in figure.axes[0].lines if line.get_marker() in {"o", "D"}]
    assert sorted(len(line.get_xdata()) for line in drawn) == [0, 1, 1, 1]


def test_no_look_is_one_gap() -> None:
    none = Looks(satellite="ONE", start_s=np.empty(0), end_s=np.empty(0), daylight=np.empty(0, bool))
    assert "24.0 h" in texts(draw_looks("Looks", START, 24.0 * HOUR, [none]))


def test_nothing_is_nothing_to_draw() -> None:
    for draw in (lambda: draw_waits("x", []), lambda: draw_looks("x", START, 1.0, [])):
        with pytest.raises(ModelError, match="nothing to draw"):
            draw()


def test_the_pictures_are_the_same_each_time() -> None:
    assert ink.png(draw_waits("Waits", [waits(2, 9.0)])) == ink.png(draw_waits("Waits", [waits(2, 9.0)]))

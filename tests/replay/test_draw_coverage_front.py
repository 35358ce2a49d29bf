"""The front of a search: it passes the least, and every mark is a layout that was given."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from downrange.base import ModelError
from downrange.replay.draw_coverage_front import Tried, draw_pareto

HOUR = 3_600.0


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    return " ".join(one.get_text() for one in figure.findobj(Text))


def front_of(figure: Figure, panel: int) -> np.ndarray:
    line = next(one for one in figure.axes[panel].lines if one.get_drawstyle() == "steps-post")
    return np.asarray(line.get_ydata())


def test_the_front_never_rises_and_passes_the_least() -> None:
    layouts = [
        Tried(satellites=n, mean_wait_s=wait * HOUR, max_gap_s=gap * HOUR, kind=kind, label=label)
        for n, wait, gap, kind, label in (
            (1, 20.0, 80.0, "naive", "one plane"),
            (2, 9.0, 50.0, "naive", "one plane"),
            (2, 8.0, 60.0, "naive", "planes apart"),
            (2, 7.0, 30.0, "tried", ""),
            (2, 7.0, 30.0, "best", "90° apart"),
            (3, 12.0, 20.0, "tried", ""),
        )
    ]
    figure = draw_pareto("Front", layouts, best="the stars")
    assert front_of(figure, 0).tolist() == [20.0, 7.0, 7.0, 7.0]
    assert front_of(figure, 1).tolist() == [80.0, 30.0, 20.0, 20.0]
    said = texts(figure)
    for name in (
        "naive: one plane",
        "naive: planes apart",
        "the stars",
        "layout that was tried",
        "90° apart",
        "longest gap [h]",
    ):
        assert name in said
    star = next(one for one in figure.axes[0].lines if one.get_marker() == "*")
    assert (np.asarray(star.get_xdata()).tolist(), np.asarray(star.get_ydata()).tolist()) == ([2.0], [7.0])


def test_many_layouts_are_dots_beside_each_other() -> None:
    layouts = [
        Tried(satellites=2, mean_wait_s=HOUR * (5 + i), max_gap_s=HOUR * (9 + i), kind="tried") for i in range(100)
    ]
    dots = next(one for one in draw_pareto("Front", layouts).axes[0].lines if one.get_marker() == ".")
    x = np.asarray(dots.get_xdata())
    assert len(np.unique(x)) > 90
    assert np.abs(x - 2.0).max() < 0.2


def test_naive_and_found_layouts_have_marks_of_their_own() -> None:
    layouts = [
        Tried(satellites=n, mean_wait_s=HOUR * (9 - n), max_gap_s=HOUR * 20, kind=kind, label=label)
        for n, kind, label in (
            (1, "naive", "one plane"),
            (2, "naive", "one plane"),
            (2, "found", "by search"),
            (2, "tried", ""),
        )
    ]
    figure = draw_pareto("Front", layouts)
    marks = {
        one.get_marker(): len(one.get_xdata()) for one in figure.axes[0].lines if one.get_marker() not in {"None", ""}
    }
    assert marks == {".": 1, "*": 0, "s": 2, "^": 1}
    assert "by search" in texts(figure)
    with pytest.raises(ModelError, match="nothing to draw"):
        draw_pareto("Front", [])

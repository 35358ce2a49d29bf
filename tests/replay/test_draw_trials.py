"""The picture of the thresholds: drawn for what was tried, refused for nothing."""

from __future__ import annotations

import pytest

from downrange.base import ModelError
from downrange.replay import ink
from downrange.replay.draw_trials import Point, draw_sensitivity
from downrange.replay.trials_figures import Figures


def point(p_warn, misses, ratio, minutes):
    found = Figures(
        rule=f"p_warn={p_warn:g}", launches=10, failed=5, warned=8, struck=3, struck_on=0,
        misses=tuple((i, "A") for i in range(misses)), misses_on=0, early=(), people=1e4, needless=9e3, over_alert=ratio,
        person_minutes=minutes, avoidable=minutes / 2.0, lead_s=(100.0, 200.0), to_warn_s=(50.0, 60.0, 70.0),
        to_lift_s=(20.0, 300.0), flaps=0, expired=0,
    )  # fmt: skip
    return Point(p_warn=p_warn, figures=found)


def test_every_threshold_is_drawn_and_the_policy_is_marked() -> None:
    points = [point(1e-2, 3, 1.1, 1e5), point(1e-4, 0, 1.8, 9e5), point(1e-3, 0, 1.3, 4e5)]
    figure = draw_sensitivity("What the threshold changes", points, chosen=1e-3)
    missed, ratio, minutes = (axes.lines[0] for axes in figure.axes)
    assert missed.get_xdata().tolist() == [1e-4, 1e-3, 1e-2]
    assert missed.get_ydata().tolist() == [0.0, 0.0, 3.0]
    assert ratio.get_ydata().tolist() == [1.8, 1.3, 1.1]
    assert minutes.get_ydata().tolist() == [0.9, 0.4, 0.1]
    assert all(line.get_ydata() is not None for line in figure.axes[0].lines)
    assert ink.png(figure) == ink.png(draw_sensitivity("What the threshold changes", points, chosen=1e-3))


def test_nothing_tried_is_nothing_to_draw() -> None:
    with pytest.raises(ModelError, match="nothing to draw"):
        draw_sensitivity("x", [], chosen=1e-3)

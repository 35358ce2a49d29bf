"""Labels never lie on each other, and stay in the frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Annotation

from downrange.replay import ink
from downrange.replay.labels import Label, place

POINT = st.tuples(st.floats(0.5, 9.5), st.floats(0.5, 9.5))


def drawn(points: list[tuple[float, float]], clear: np.ndarray) -> tuple[list, list[str], object]:
    with ink.style():
        figure = ink.new_figure(4.0, 4.0)
        axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set_xlim(0.0, 10.0)
        axes.set_ylim(0.0, 10.0)
        labels = [
            Label(x=x, y=y, text=f"place {i}", colour=ink.INK, must=i % 2 == 0) for i, (x, y) in enumerate(points)
        ]
        left_out = place(axes, labels, clear)
    renderer = figure.canvas.get_renderer()
    texts = [child for child in axes.get_children() if isinstance(child, Annotation) and child.get_text()]
    return [text.get_window_extent(renderer) for text in texts], left_out, axes.get_window_extent(renderer)


@settings(max_examples=20)
@given(points=st.lists(POINT, min_size=1, max_size=14))
def test_no_label_lies_on_another_or_leaves_the_frame(points: list[tuple[float, float]]) -> None:
    boxes, left_out, frame = drawn(points, np.empty((0, 2)))
    assert len(boxes) + len(left_out) == len(points)
    for i, box in enumerate(boxes):
        assert frame.x0 <= box.x0 <= box.x1 <= frame.x1
        assert frame.y0 <= box.y0 <= box.y1 <= frame.y1
        assert not any(box.overlaps(other) for other in boxes[i + 1 :])


def test_a_lonely_label_stands_beside_its_point() -> None:
    (box,), left_out, frame = drawn([(5.0, 5.0)], np.empty((0, 2)))
    assert left_out == []
    assert 0.0 < box.x0 - 0.5 * (frame.x0 + frame.x1) < 10.0


def test_a_label_keeps_off_a_line_when_it_can() -> None:
    line = np.column_stack([np.linspace(5.1, 9.0, 60), np.full(60, 5.0)])
    (box,), _, frame = drawn([(5.0, 5.0)], line)
    middle = 0.5 * (frame.y0 + frame.y1)
    assert box.x1 < 0.5 * (frame.x0 + frame.x1) or box.y0 > middle or box.y1 < middle


def test_a_point_outside_the_frame_gets_no_label() -> None:
    boxes, left_out, _ = drawn([(50.0, 5.0)], np.empty((0, 2)))
    assert (boxes, left_out) == ([], ["place 0"])


def test_labels_ask_for_a_canvas_that_can_measure() -> None:
    from matplotlib.backend_bases import FigureCanvasBase

    figure = ink.new_figure(1.0, 1.0)
    FigureCanvasBase(figure)
    with pytest.raises(TypeError, match="Agg"):
        place(figure.add_axes((0, 0, 1, 1)), [], np.empty((0, 2)))

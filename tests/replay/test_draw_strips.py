"""Strip charts: names of moments stand in rows so that no line runs through a text."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.text import Annotation

from downrange.replay.draw_strips import Moment, Strip, _rows, _wide_s, draw_strips

MOMENTS = st.lists(
    st.tuples(st.floats(0.0, 700.0), st.text("abcdefgh ", min_size=3, max_size=25)), min_size=1, max_size=12
)


@given(MOMENTS)
def test_the_line_of_a_later_name_never_crosses_an_earlier_one(found: list[tuple[float, str]]) -> None:
    moments = tuple(Moment(t_s=t, label=label) for t, label in found)
    placed = _rows(moments, 700.0)
    assert len(placed) == len(moments)
    for row, moment in placed:
        for above, later in placed:
            if later is not moment and moment.t_s < later.t_s <= moment.t_s + _wide_s(moment, 700.0):
                assert above < row


@settings(max_examples=8)
@given(MOMENTS)
def test_names_are_drawn_apart_and_inside_the_figure(found: list[tuple[float, str]]) -> None:
    t_s = np.linspace(0.0, 705.0, 50)
    strip = Strip(name="height", unit="km", t_s=t_s, value=t_s)
    figure = draw_strips("test", (strip, strip), tuple(Moment(t_s=t, label=f"x{label}x") for t, label in found))
    renderer = figure.canvas.get_renderer()
    texts = [c for c in figure.axes[0].get_children() if isinstance(c, Annotation) and c.get_text()]
    boxes = [text.get_window_extent(renderer) for text in texts]
    assert len(boxes) == len(found)
    for i, box in enumerate(boxes):
        assert box.x1 <= figure.bbox.x1 + 1.0
        assert box.y1 <= figure.bbox.y1
        for other in boxes[i + 1 :]:
            assert (
                min(box.x1, other.x1) - max(box.x0, other.x0) < 1.0
                or min(box.y1, other.y1) - max(box.y0, other.y0) < 1.0
            )


def test_units_stand_on_every_axis() -> None:
    t_s = np.linspace(0.0, 10.0, 20)
    figure = draw_strips(
        "test", (Strip(name="speed", unit="km/s", t_s=t_s, value=t_s, other=("as tracked", t_s, t_s)),), ()
    )
    assert figure.axes[0].get_ylabel() == "speed\n[km/s]"
    assert figure.axes[-1].get_xlabel() == "time since lift-off [s]"
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["recomputed", "as tracked"]

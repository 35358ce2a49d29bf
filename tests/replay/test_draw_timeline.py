"""The timeline: bars where they belong, both clocks, nothing outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from matplotlib.dates import date2num

from downrange.replay.draw_timeline import Bar, draw_timeline

T0 = datetime(2023, 5, 30, 21, 27, tzinfo=UTC)


def bar(start_min: float, end_min: float | None, note: str, kind: str = "ours") -> Bar:
    end = None if end_min is None else T0 + timedelta(minutes=end_min)
    return Bar(start=T0 + timedelta(minutes=start_min), end=end, label=f"row {note}", note=note, kind=kind)


GROUPS = (
    ("Flight", (bar(0, None, "lift-off", "flight"), bar(8, None, "fall", "flight"))),
    ("Ours", (bar(1, 9, "lifted after 8 min"),)),
    (
        "History",
        (
            bar(3, 37, "an authority with a long name", "history"),
            bar(5, 58, "in error", "error"),
            bar(95, None, "late", "flight"),
        ),
    ),
)


def test_bars_span_their_times() -> None:
    figure = draw_timeline("test", GROUPS)
    bars = [p for p in figure.axes[0].patches if p.get_alpha() == 0.30]
    spans = np.array(sorted((p.get_x(), p.get_x() + p.get_width()) for p in bars))
    wanted = np.array(sorted((date2num(b.start), date2num(b.end)) for _, rows in GROUPS for b in rows if b.end))
    assert spans == pytest.approx(wanted, abs=1e-9)


def test_every_note_is_drawn_inside_the_picture() -> None:
    figure = draw_timeline("test", GROUPS)
    renderer = figure.canvas.get_renderer()
    notes = {text.get_text(): text.get_window_extent(renderer) for text in figure.axes[0].texts}
    for _, rows in GROUPS:
        for row in rows:
            assert figure.bbox.x0 <= notes[row.note].x0 <= notes[row.note].x1 <= figure.bbox.x1, row.note
            assert notes[row.label].x1 < figure.axes[0].get_window_extent(renderer).x0


def test_both_clocks_are_named_with_their_date() -> None:
    figure = draw_timeline("test", GROUPS)
    assert figure.axes[0].get_xlabel() == "UTC, 30 May 2023"
    assert figure.axes[0].child_axes[0].get_xlabel() == "KST and JST, 31 May 2023"


def test_what_went_wrong_looks_different_from_what_was_meant() -> None:
    figure = draw_timeline("test", GROUPS)
    assert {p.get_hatch() for p in figure.axes[0].patches} == {None, "////", "xxxx"}

"""The map: a projection that keeps angles, ticks with room, and everything asked for in its legend."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from downrange.replay import ink
from downrange.replay.draw_map import Line, MapContent, Mark, Panel, Ring, _ticks, draw_map, mercator


@given(lat=st.floats(-80.0, 80.0))
def test_the_projection_keeps_angles(lat: float) -> None:
    # scale along the meridian equals scale along the parallel, 1 / cos(latitude): Snyder 1987, Map Projections, eq. 7-4
    north = (float(mercator(lat + 1e-5, 0.0)[1]) - float(mercator(lat - 1e-5, 0.0)[1])) / 2e-5
    assert north == pytest.approx(1.0 / math.cos(math.radians(lat)), rel=1e-6)


@given(low=st.floats(-60.0, 50.0), span=st.floats(0.5, 60.0), length=st.floats(150.0, 900.0))
def test_ticks_lie_inside_with_room_for_their_labels(low: float, span: float, length: float) -> None:
    ticks = _ticks(low, low + span, length, 75.0)
    assert np.all((ticks >= low - 1e-3) & (ticks <= low + span + 1e-3))
    if span / (length / 75.0) <= 10.0:
        assert np.all(np.diff(ticks) / span * length >= 75.0 - 1.0)


def content(**more: object) -> MapContent:
    land = shapely.box(100.0, 20.0, 120.0, 45.0)
    names = frozenset({"pad", "fall"})
    panels = tuple(
        Panel(south_deg=s, north_deg=n, west_deg=w, east_deg=e, title=t, land_lonlat=land, names=names)
        for t, s, n, w, e in (("all", 10.0, 40.0, 115.0, 135.0), ("near", 32.0, 40.0, 120.0, 128.0))
    )
    return MapContent(title="a map", panels=panels, **more)


def test_the_legend_names_what_is_drawn_and_nothing_else() -> None:
    figure = draw_map(
        content(
            lines=(Line(lat_deg=np.array([39.0, 30.0]), lon_deg=np.array([124.0, 125.0]), kind="track"),),
            rings=(
                Ring(lat_deg=np.array([35.0, 36.0, 36.0]), lon_deg=np.array([123.0, 123.0, 124.0]), kind="footprint"),
            ),
            marks=(Mark(lat_deg=39.66, lon_deg=124.7, kind="pad", label="pad here"),),
        )
    )
    told = {text.get_text() for text in figure.legends[0].get_texts()}
    assert told == {"flight over the ground", "predicted fall, 90 % ellipse", "pad"}


def test_both_panels_name_the_pad() -> None:
    figure = draw_map(content(marks=(Mark(lat_deg=39.0, lon_deg=124.7, kind="pad", label="pad here"),)))
    for axes in figure.axes:
        assert "pad here" in {text.get_text() for text in axes.texts}


def test_a_frame_is_filled_without_stretching() -> None:
    figure = draw_map(content())
    for axes in figure.axes:
        box = axes.get_window_extent()
        wide, tall = np.diff(axes.get_xlim())[0], np.diff(axes.get_ylim())[0]
        assert tall / wide == pytest.approx(box.height / box.width, rel=1e-6)


def test_svg_and_png_come_out_the_same_each_time() -> None:
    one, two = (draw_map(content(marks=(Mark(lat_deg=39.0, lon_deg=124.7, kind="pad", label="x"),))) for _ in range(2))
    assert ink.png(one) == ink.png(two)
    assert ink.svg(one, "t", "m") == ink.svg(two, "t", "m")


def test_an_outline_beyond_the_frame_is_drawn_only_where_it_shows() -> None:
    far = Ring(lat_deg=np.array([12.0, 13.0, 13.0]), lon_deg=np.array([128.0, 128.0, 129.0]), kind="alerted")
    whole, near = draw_map(content(rings=(far,))).axes
    assert len(whole.lines) == 1
    assert len(near.lines) == 0

"""No text of a picture lies on another or leaves the picture."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.text import Text

from downrange.base import geodetic_from_ecef
from downrange.earth import load_site
from downrange.flight import Failure, fly, load_vehicle_and_plan
from downrange.replay import ink
from downrange.replay.draw_charts import Convergence, TimeBins, draw_convergence, draw_times
from downrange.replay.draw_footprint import draw_footprint
from downrange.replay.draw_track import Spot, Trace, draw_track
from downrange.replay.flight_pictures import downs_of, strips_figure, track_figure
from downrange.replay.footprint_content import Cells, FootprintContent, LaunchPoint, Zone
from downrange.replay.pictures import _PAGE_COLOURS

CASES = ("", "stage1:early-shutdown@60", "stage2:no-ignition", "stage3:break-up@40")


def texts_of(figure: Figure) -> list[Text]:
    """Return every text that is drawn."""
    with ink.style():
        figure.canvas.draw()
    found = [*figure.texts, *([figure._suptitle] if figure._suptitle else [])]
    for legend in figure.legends:
        found += legend.get_texts()
    axes = [one for outer in figure.axes for one in (outer, *outer.child_axes)]
    for one in axes:
        found += [*one.texts, one.title, one._left_title]
        found += one.get_legend().get_texts() if one.get_legend() else []
        for axis in (one.xaxis, one.yaxis):
            low, high = sorted(axis.get_view_interval())
            found.append(axis.label)
            ticks = [tick for tick in axis.get_major_ticks() if low - 1e-9 <= tick.get_loc() <= high + 1e-9]
            found += [label for tick in ticks for label in (tick.label1, tick.label2) if label.get_visible()]
    return list({id(text): text for text in found if text.get_text().strip() and text.get_visible()}.values())


def crossed(figure: Figure) -> list[str]:
    """Return what lies on each other by more than a pixel, or outside."""
    renderer = figure.canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts_of(figure)]
    wrong = [
        f"{a!r} on {b!r}"
        for (a, one), (b, two) in itertools.combinations(boxes, 2)
        if min(one.x1, two.x1) - max(one.x0, two.x0) > 1.0 and min(one.y1, two.y1) - max(one.y0, two.y0) > 1.0
    ]
    whole = figure.bbox.padded(0.5)
    wrong += [
        f"{a!r} outside" for a, one in boxes if not (whole.contains(one.x0, one.y0) and whole.contains(one.x1, one.y1))
    ]
    return wrong


@pytest.mark.parametrize("case", CASES)
def test_the_texts_of_a_flight_stand_apart(case: str) -> None:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan, Failure.parse(case) if case else None)
    figure = strips_figure(flight, title="Chollima-1 from Sohae")
    assert len(texts_of(figure)) > 15
    assert crossed(figure) == []
    figure = track_figure(flight, downs_of(flight), title="Chollima-1 from Sohae", site_name="Sohae")
    assert len(texts_of(figure)) > 15
    assert crossed(figure) == []


def eastward(events: int) -> tuple[Figure, list[str]]:
    """A track along the lines of text, the worst for names, with its names."""
    lon = np.linspace(-80.6, -20.0, 90)
    lat = 28.6 - 10.0 * np.linspace(0.0, 1.0, 90) ** 2
    spots = [Spot(kind="pad", lat_deg=28.6, lon_deg=-80.6, label="Cape Canaveral")]
    spots += [
        Spot(kind="event", lat_deg=28.6, lon_deg=-80.5 + 13.0 * (k / events) ** 2, label=f"event {k}, {10 * k} s")
        for k in range(1, events + 1)
    ]
    spots.append(Spot(kind="down", lat_deg=22.0, lon_deg=-40.0, label="fairing, 900 s"))
    figure = draw_track("East", (Trace(kind="track", lat_deg=lat, lon_deg=lon),), tuple(spots), "A note.")
    return figure, [spot.label for spot in spots]


@pytest.mark.parametrize("events", [2, 12, 30, 45])
def test_no_name_is_lost_even_where_they_crowd(events: int) -> None:
    figure, names = eastward(events)
    assert crossed(figure) == []
    told = " ".join(text.get_text() for text in texts_of(figure)).replace("\n", " ")
    assert [name for name in names if name not in told] == []
    assert ("Not named for want of room" in told) == (events == 45)


def footprint() -> Figure:
    vehicle, plan = load_vehicle_and_plan("chollima-1")
    flight = fly(vehicle, load_site("sohae-coastal"), plan)
    track_lat, track_lon, _ = geodetic_from_ecef(flight.r_ecef_m)
    downs = downs_of(flight)
    step = np.arange(-12, 13) * 0.05
    lat, lon, density = [], [], []
    for down in downs:
        one_lat, one_lon = (axis.ravel() for axis in np.meshgrid(step, step, indexing="ij"))
        lat.append(one_lat + down.lat_deg)
        lon.append(one_lon + down.lon_deg)
        density.append(1e-3 * np.exp(-0.5 * (np.hypot(one_lat, one_lon) / 0.2) ** 2))
    cells = Cells(
        lat_deg=np.concatenate(lat),
        lon_deg=np.concatenate(lon),
        density_pkm2=np.concatenate(density),
        cell_lat_deg=0.05,
        cell_lon_deg=0.05,
    )
    middles = shapely.MultiPoint([(down.lon_deg, down.lat_deg) for down in downs])
    zones = (
        Zone(kind="containment", label="97 % of the impacts", geometry_lonlat=middles.buffer(0.55)),
        Zone(kind="ships", label="ships, 1 in 100 000", geometry_lonlat=middles.buffer(0.3)),
        Zone(kind="aircraft", label="aircraft, 1 in 1 000 000", geometry_lonlat=middles.buffer(0.8)),
    )
    pad = LaunchPoint(name="Sohae", lat_deg=39.66, lon_deg=124.70)
    title = "Chollima-1 from Sohae: what is let go as planned"
    return draw_footprint(
        FootprintContent(title=title, cells=cells, zones=zones, pad=pad, track=(track_lat, track_lon), note="A note.")
    )


def convergence() -> Figure:
    flights = np.arange(1, 41) * 1_000
    value = 3e-5 * (1.0 + 0.3 * np.sin(flights / 4e3) / np.sqrt(flights / 1e3))
    half = 2e-5 / np.sqrt(flights / 1e3)
    run = Convergence(
        flights=flights,
        value=value,
        low=value - half,
        high=value + half,
        quantity="expected casualties",
        unit="persons a launch",
        target=0.1,
        stopped=40_000,
    )
    return draw_convergence("Chollima-1 from Sohae: expected casualties", run)


def times() -> Figure:
    edges = np.arange(400.0, 3_000.0, 20.0)
    rows = [np.exp(-0.5 * ((edges[:-1] - 500.0 - 300.0 * k) / (40.0 + 60.0 * k)) ** 2) * 10.0**-k for k in range(6)]
    bodies = tuple(TimeBins(body=f"body {k}", edges_s=edges, expected=row) for k, row in enumerate(rows))
    return draw_times("Chollima-1 from Sohae: when bodies come down", bodies)


@pytest.mark.parametrize("make", [footprint, convergence, times], ids=lambda make: make.__name__)
def test_the_texts_of_an_ensemble_stand_apart(make: Callable[[], Figure]) -> None:
    figure = make()
    assert len(texts_of(figure)) > 15
    assert crossed(figure) == []


def test_the_checker_sees_a_text_on_another_and_one_outside() -> None:
    with ink.style():
        figure = ink.new_figure(3.0, 2.0)
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.text(0.5, 0.5, "first")
        axes.text(0.5, 0.5, "second")
        axes.text(1.3, 0.5, "third")
    wrong = crossed(figure)
    assert "'first' on 'second'" in wrong
    assert "'third' outside" in wrong


def test_every_colour_of_a_page_has_one_for_a_picture_alone() -> None:
    assert {f"var(--{name})": colour for name, colour in _PAGE_COLOURS.items()} == {
        themed: colour for colour, themed in ink._THEMED.items()
    }

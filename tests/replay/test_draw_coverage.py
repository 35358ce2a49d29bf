"""Maps of coverage: what they colour, where they lie, what is told apart, and that they are drawn the same each time."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from downrange.base import ModelError
from downrange.coverage import inside, region_of
from downrange.replay import ink
from downrange.replay.draw_coverage import Shade, Trace, draw_coverage

LAT, LON = (axis.ravel() for axis in np.meshgrid(np.arange(35.0, 38.0), np.arange(126.0, 129.0), indexing="ij"))
REGION = shapely.box(125.6, 34.6, 128.4, 37.4)


def shade(value: np.ndarray, **more: object) -> Shade:
    return Shade(value=value, title="Mean wait", unit="h", **more)


def texts(figure: Figure) -> str:
    figure.canvas.draw()
    return " ".join(one.get_text() for one in figure.findobj(Text))


def colours_at(figure: Figure, lat_deg: float, lon_deg: float) -> list[tuple[float, ...]]:
    """Return the colours of the patches over a point of the first map, the land left out."""
    y = np.degrees(np.arcsinh(np.tan(np.radians(lat_deg))))
    patches = [one for one in figure.axes[0].patches if isinstance(one, PathPatch) and one.get_zorder() == 3]
    return [one.get_facecolor() for one in patches if one.get_path().contains_point((lon_deg, y))]


def test_each_point_colours_what_is_nearest_to_it() -> None:
    value = np.arange(9.0)
    figure = draw_coverage("Waits", LAT, LON, [shade(value)], region_lonlat=REGION)
    found = [colours_at(figure, lat, lon) for lat, lon in zip(LAT, LON, strict=True)]
    assert all(len(one) == 1 for one in found)
    assert len({one[0] for one in found}) >= 5
    assert colours_at(figure, 35.4, 126.4) == colours_at(figure, 35.0, 126.0)
    assert colours_at(figure, 34.3, 126.0) == []
    light, dark = (sum(found[i][0][:3]) for i in (0, 8))
    assert light > dark  # a short wait is the light end
    turned = draw_coverage("Looks", LAT, LON, [shade(value, higher_is_better=True)], region_lonlat=REGION)
    assert sum(colours_at(turned, 35.0, 126.0)[0][:3]) < sum(colours_at(turned, 37.0, 128.0)[0][:3])


def test_what_is_never_seen_is_told_apart() -> None:
    value = np.arange(9.0)
    value[4] = np.nan
    figure = draw_coverage("Waits", LAT, LON, [shade(value)], region_lonlat=REGION)
    assert "never seen in the span" in texts(figure)
    assert any(one.get_hatch() for one in figure.axes[0].patches)
    assert "never seen" not in texts(draw_coverage("Waits", LAT, LON, [shade(np.arange(9.0))], region_lonlat=REGION))


def test_three_maps_have_their_own_scales() -> None:
    shades = [Shade(value=np.arange(9.0) * k, title=name, unit="h") for k, name in ((1, "A"), (10, "B"), (100, "C"))]
    figure = draw_coverage("Waits", LAT, LON, shades, region_lonlat=REGION, note="a note")
    assert len(figure.axes) == 6
    said = texts(figure)
    assert all(f"{name} [h]" in said for name in "ABC")
    assert "800" in said
    assert "a note" in said


def test_few_places_are_dots_with_names_and_many_are_filled() -> None:
    places = draw_coverage(
        "Waits", LAT[:3], LON[:3], [shade(np.array([1.0, 2.0, np.nan]))], names=["Mokpo", "", "Busan"]
    )
    assert {"Mokpo", "Busan"} <= set(texts(places).split())
    assert sum(len(one.get_offsets()) for one in places.axes[0].collections) == 3
    lat, lon = (
        axis.ravel() for axis in np.meshgrid(np.linspace(-80, 80, 12), np.linspace(-180, 150, 12), indexing="ij")
    )
    globe = draw_coverage("Waits", lat, lon, [shade(np.abs(lat))])
    assert colours_at(globe, 0.0, float(lon[5]) % 360.0) or colours_at(globe, 0.0, float(lon[5]))


def test_a_region_over_180_degrees_is_one_piece() -> None:
    region = shapely.MultiPolygon([shapely.box(177, -20, 180, -15), shapely.box(-180, -20, -178, -15)])
    lat, lon = np.full(5, -17.0), np.array([177.5, 178.5, 179.5, -179.5, -178.5])
    figure = draw_coverage("Waits", lat, lon, [shade(np.arange(5.0))], region_lonlat=region)
    west, east = figure.axes[0].get_xlim()
    assert east - west < 12.0
    assert colours_at(figure, -17.0, 181.5) != colours_at(figure, -17.0, 177.5) != []


@pytest.mark.parametrize("south_deg", [60.0, 70.0])
def test_a_cap_over_the_pole_and_points_in_one_place_are_drawn(south_deg: float) -> None:
    cap = region_of(json.dumps(shapely.geometry.mapping(shapely.box(-180, south_deg, 180, 90))), where="cap.geojson")
    points = inside(cap, count=200)
    figure = draw_coverage(
        "Cap", points.lat_deg, points.lon_deg, [shade(points.lat_deg)], region_lonlat=cap.geometry_lonlat
    )
    assert colours_at(figure, south_deg + 5.0, 200.0)
    twice = draw_coverage("Twice", LAT[[0, 0, 4]], LON[[0, 0, 4]], [shade(np.arange(3.0))], region_lonlat=REGION)
    assert colours_at(twice, 36.0, 127.0)


def test_a_track_over_the_map_is_named_and_one_elsewhere_is_not() -> None:
    over = Trace(
        lat_deg=np.array([33.0, 36.0, 39.0]), lon_deg=np.array([127.5, 127.0, 126.5]), label="ONE", swath=((LAT, LON),)
    )
    away = Trace(lat_deg=np.array([-10.0, 10.0]), lon_deg=np.array([0.0, 0.0]), label="TWO")
    said = texts(draw_coverage("Waits", LAT, LON, [shade(np.arange(9.0))], region_lonlat=REGION, traces=[over, away]))
    assert "ONE" in said
    assert "edge of what is seen" in said
    assert "TWO" not in said


def test_alike_values_and_one_point_are_drawn_and_nothing_is_refused() -> None:
    alike = draw_coverage("Waits", LAT, LON, [shade(np.full(9, 6.0))], region_lonlat=REGION)
    assert len(colours_at(alike, 35.0, 126.0)) == 1
    one = draw_coverage("Waits", LAT[:1], LON[:1], [shade(np.array([6.0]))], region_lonlat=REGION)
    assert len(colours_at(one, 37.0, 128.0)) == 1  # all of the region is nearest to the only point
    unseen = draw_coverage("Waits", LAT, LON, [shade(np.full(9, np.nan))], region_lonlat=REGION)
    assert "never seen" in texts(unseen)
    for lat, shades in ((LAT[:0], [shade(LAT[:0])]), (LAT, []), (LAT, [shade(LAT)] * 4)):
        with pytest.raises(ModelError):
            draw_coverage("Waits", lat, lat, shades)


def test_the_picture_is_the_same_each_time() -> None:
    pair = [ink.png(draw_coverage("Waits", LAT, LON, [shade(np.arange(9.0))], region_lonlat=REGION)) for _ in range(2)]
    assert pair[0] == pair[1]
    assert len(pair[0]) > 20_000

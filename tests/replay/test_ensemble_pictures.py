"""Pictures of an ensemble: footprint, convergence, times; what they show, with units, and the same each time."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from matplotlib.collections import PolyCollection
from matplotlib.patches import PathPatch

from downrange.base import ModelError
from downrange.replay import ink
from downrange.replay.draw_charts import draw_convergence, draw_times
from downrange.replay.draw_footprint import OUTLINES, density_levels, draw_footprint
from downrange.replay.draw_ground import Frame
from downrange.replay.ensemble_pictures import (
    Cells,
    Convergence,
    LaunchPoint,
    TimeBins,
    Zone,
    convergence_picture,
    footprint_picture,
    times_picture,
)
from downrange.replay.footprint_content import FootprintContent, main_frame, readable, small_parts
from downrange.replay.pictures import picture_files

PAD = LaunchPoint(name="Sohae", lat_deg=39.66, lon_deg=124.70)
CELL_DEG = 0.05


def crowd(lat_deg: float, lon_deg: float, *, spread_deg: float = 0.25, peak: float = 1e-3) -> Cells:
    """A round footprint that thins out like a normal distribution."""
    step = np.arange(-20, 21) * CELL_DEG
    lat, lon = (axis.ravel() for axis in np.meshgrid(lat_deg + step, lon_deg + step, indexing="ij"))
    away = np.hypot(lat - lat_deg, lon - lon_deg) / spread_deg
    return Cells(
        lat_deg=lat,
        lon_deg=(lon + 180.0) % 360.0 - 180.0,
        density_pkm2=np.where(away < 3.5, peak * np.exp(-0.5 * away**2), 0.0),
        cell_lat_deg=CELL_DEG,
        cell_lon_deg=CELL_DEG,
    )


def rings(lat_deg: float, lon_deg: float) -> tuple[Zone, ...]:
    middle = shapely.Point(lon_deg, lat_deg)
    return (
        Zone(kind="containment", label="97 % of the impacts", geometry_lonlat=middle.buffer(0.66)),
        Zone(kind="ships", label="ships, 1 in 100 000", geometry_lonlat=middle.buffer(0.3)),
        Zone(kind="aircraft", label="aircraft, 1 in 1 000 000", geometry_lonlat=middle.buffer(0.9)),
        Zone(kind="person", label="one person, 1 in 1 000 000", geometry_lonlat=middle.buffer(0.48)),
    )


def content(**more: object) -> FootprintContent:
    given = {"title": "fall of stage 1", "cells": crowd(36.1, 123.6), "zones": rings(36.1, 123.6)} | more
    return FootprintContent(**given)


def run(**more: object) -> Convergence:
    flights = np.array([1_000, 2_000, 5_000, 10_000, 20_000, 50_000])
    half = 4e-6 / np.sqrt(flights / 1_000)
    value = np.full(6, 1.2e-5)
    given = {"flights": flights, "value": value, "low": value - half, "high": value + half} | more
    return Convergence(quantity="expected casualties", unit="persons a launch", target=0.05, stopped=50_000, **given)


BINS = (
    TimeBins(body="stage 1", edges_s=np.arange(440.0, 501.0, 10.0), expected=np.array([0.0, 0.1, 0.4, 0.4, 0.1, 0.0])),
    TimeBins(body="fairing", edges_s=np.array([700.0, 760.0, 900.0]), expected=np.array([0.5, 0.5])),
)


def test_each_cell_is_drawn_where_it_lies_in_the_colour_of_its_density() -> None:
    cells = Cells(
        lat_deg=np.array([36.0, 36.5]),
        lon_deg=np.array([123.0, 123.5]),
        density_pkm2=np.array([1e-6, 2e-4]),
        cell_lat_deg=0.05,
        cell_lon_deg=np.array([0.06, 0.07]),
    )
    axes = draw_footprint(content(cells=cells, zones=rings(36.2, 123.2))).axes[0]
    (found,) = [child for child in axes.collections if isinstance(child, PolyCollection)]
    boxes = [path.get_extents() for path in found.get_paths()]
    assert [box.width for box in boxes] == pytest.approx([0.06, 0.07])
    assert [0.5 * (box.x0 + box.x1) for box in boxes] == pytest.approx([123.0, 123.5])
    north = [float(np.degrees(np.arctan(np.sinh(np.radians(box.y1))))) for box in boxes]
    assert north == pytest.approx([36.025, 36.525])
    assert found.get_array().tolist() == [1e-6, 2e-4]


def test_cells_too_small_to_be_seen_are_drawn_in_blocks_of_the_same_pieces() -> None:
    frame = Frame(south_deg=30.0, north_deg=40.0, west_deg=120.0, east_deg=130.0)
    cells = crowd(35.0, 125.0)
    assert len(readable(cells, frame, 1_000.0).lat_deg) == int((cells.density_pkm2 > 0.0).sum())
    blocks = readable(cells, frame, 100.0)
    assert np.all(np.asarray(blocks.cell_lat_deg) == pytest.approx(0.2))
    pieces = (blocks.density_pkm2 * np.asarray(blocks.cell_lat_deg) * np.asarray(blocks.cell_lon_deg)).sum()
    assert pieces == pytest.approx(cells.density_pkm2.sum() * CELL_DEG**2)
    assert np.average(blocks.lat_deg, weights=blocks.density_pkm2) == pytest.approx(35.0, abs=0.005)
    assert np.average(blocks.lon_deg, weights=blocks.density_pkm2) == pytest.approx(125.0, abs=0.005)


def test_denser_is_darker_so_that_a_grey_print_says_the_same() -> None:
    figure = draw_footprint(content())
    (found,) = [child for child in figure.axes[0].collections if isinstance(child, PolyCollection)]
    levels = density_levels(content().cells.density_pkm2)
    middle = np.sqrt(levels[1:] * levels[:-1])
    grey = found.get_cmap()(found.norm(middle))[:, :3] @ np.array([0.2126, 0.7152, 0.0722])
    assert len(grey) >= 4
    assert np.all(np.diff(grey) < -0.03)


def test_the_scale_says_pieces_per_square_kilometre_in_powers_of_ten() -> None:
    bar = draw_footprint(content()).axes[1]
    assert bar.get_xlabel() == "expected pieces [1/km²]"
    assert [text.get_text() for text in bar.get_xticklabels()] == ["10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³"]


def test_no_decade_is_made_up_for_a_thin_footprint_and_a_deep_one_is_cut() -> None:
    assert len(density_levels(np.zeros(3))) == 0
    assert density_levels(np.array([2e-5]))[[0, -1]] == pytest.approx([1e-5, 1e-4])
    assert density_levels(np.array([1e-14, 2e-3]))[[0, -1]] == pytest.approx([1e-8, 1e-2])


def test_outlines_have_their_own_styles_and_their_names_on_the_map_and_in_the_legend() -> None:
    styles = [look["ls"] for look in OUTLINES.values()]
    assert len({str(style) for style in styles}) == len(OUTLINES)
    figure = draw_footprint(content())
    drawn = [patch for patch in figure.axes[0].patches if isinstance(patch, PathPatch) and patch.get_zorder() == 10]
    assert len(drawn) == 4
    on_map = {text.get_text() for text in figure.axes[0].texts}
    in_legend = {text.get_text() for text in figure.legends[0].get_texts()}
    for zone in content().zones:
        assert zone.label in on_map
        assert zone.label in in_legend


def test_an_outline_that_is_nowhere_is_said_to_be() -> None:
    zones = (*rings(36.1, 123.6)[:1], Zone(kind="ships", label="ships", geometry_lonlat=shapely.Polygon()))
    told = [text.get_text() for text in draw_footprint(content(zones=zones)).legends[0].get_texts()]
    assert told == ["97 % of the impacts", "ships: nowhere"]


def test_the_map_takes_in_every_outline_and_the_launch_site_only_when_it_is_near() -> None:
    frame = main_frame(content(pad=PAD))
    assert (frame.south_deg, frame.north_deg) == pytest.approx((35.2, 37.0), abs=0.35)
    assert not frame.holds(PAD.lat_deg, PAD.lon_deg)
    near = LaunchPoint(name="near", lat_deg=37.4, lon_deg=123.6)
    assert main_frame(content(pad=near)).holds(37.4, 123.6)
    assert "near" in {text.get_text() for text in draw_footprint(content(pad=near)).axes[0].texts}


def test_crumbs_do_not_stretch_the_map() -> None:
    zones = rings(36.1, 123.6)
    crumbed = shapely.union(zones[0].geometry_lonlat, shapely.Point(123.6, -30.0).buffer(0.02))
    crumbs = (Zone(kind="containment", label="97 % of the impacts", geometry_lonlat=crumbed), *zones[1:])
    assert main_frame(content(zones=crumbs)) == main_frame(content())


def test_parts_lost_on_the_large_map_get_maps_of_their_own() -> None:
    one, two = crowd(36.1, 123.6), crowd(14.0, 129.0, peak=1e-4)
    both = Cells(
        lat_deg=np.append(one.lat_deg, two.lat_deg),
        lon_deg=np.append(one.lon_deg, two.lon_deg),
        density_pkm2=np.append(one.density_pkm2, two.density_pkm2),
        cell_lat_deg=CELL_DEG,
        cell_lon_deg=CELL_DEG,
    )
    zones = tuple(
        Zone(kind=a.kind, label=a.label, geometry_lonlat=shapely.union(a.geometry_lonlat, b.geometry_lonlat))
        for a, b in zip(rings(36.1, 123.6), rings(14.0, 129.0), strict=True)
    )
    figure = draw_footprint(content(cells=both, zones=zones))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["", "", "A", "B"]
    for small in figure.axes[2:]:
        told = {" ".join(text.get_text().split()) for text in small.texts}
        assert {zone.label for zone in zones} <= told
    letters = [text.get_text() for text in figure.axes[0].texts]
    assert {"A", "B"} <= set(letters)
    north, south = (np.degrees(np.arctan(np.sinh(np.radians(axes.get_ylim())))) for axes in figure.axes[2:])
    assert north[0] < 35.2
    assert north[1] > 37.0
    assert south[0] < 13.1
    assert south[1] > 14.9


def test_a_footprint_across_the_date_line_is_drawn_in_one_piece() -> None:
    east = shapely.box(179.0, -20.0, 180.0, -18.5)
    west = shapely.box(-180.0, -20.0, -179.2, -18.5)
    zone = Zone(kind="containment", label="97 %", geometry_lonlat=shapely.MultiPolygon([east, west]))
    frame = main_frame(content(cells=crowd(-19.2, 179.9), zones=(zone,)))
    assert frame.east_deg - frame.west_deg < 3.0
    assert frame.holds(-19.0, 179.5)
    assert frame.holds(-19.0, -179.5)
    axes = draw_footprint(content(cells=crowd(-19.2, 179.9), zones=(zone,))).axes[0]
    (found,) = [child for child in axes.collections if isinstance(child, PolyCollection)]
    assert len(found.get_paths()) == int((crowd(-19.2, 179.9).density_pkm2 > 0.0).sum())


def test_nothing_to_draw_is_an_error_that_says_so() -> None:
    empty = Cells(
        lat_deg=np.empty(0), lon_deg=np.empty(0), density_pkm2=np.empty(0), cell_lat_deg=0.1, cell_lon_deg=0.1
    )
    with pytest.raises(ModelError, match="nothing to draw"):
        footprint_picture(empty, (), title="nothing")
    with pytest.raises(ModelError, match="no times"):
        times_picture((), title="nothing")
    with pytest.raises(ModelError, match="no convergence"):
        convergence_picture(run(value=np.full(6, np.nan)), title="nothing")


def test_convergence_shows_estimate_band_rule_and_where_it_stopped() -> None:
    top, under = draw_convergence("Ec", run()).axes
    assert top.get_ylabel() == "expected casualties\n[10⁻⁶ persons a launch]"
    assert under.get_xlabel() == "flights [count]"
    assert under.get_xscale() == "log"
    assert under.get_yscale() == "log"
    assert top.get_ylim()[0] > 0.0
    (estimate,) = [line for line in top.lines if line.get_label() == "estimate"]
    assert estimate.get_ydata() == pytest.approx(np.full(6, 12.0))
    told = [text.get_text() for axes in (top, under) for text in axes.get_legend().get_texts()]
    assert "95 % confidence band" in told
    assert "rule to stop, ±5 %" in told
    assert "stopped after 50\N{THIN SPACE}000 flights" in told
    (half,) = [line for line in under.lines if line.get_label() == "half the band"]
    assert half.get_ydata()[0] == pytest.approx(4e-6 / 1.2e-5)
    (rule,) = [line for line in under.lines if str(line.get_label()).startswith("rule")]
    assert set(rule.get_ydata()) == {0.05}


def test_a_wide_band_keeps_the_nought_in_sight() -> None:
    top, _ = draw_convergence("Ec", run(low=np.full(6, 1e-6))).axes
    assert top.get_ylim()[0] == 0.0


def test_convergence_of_a_number_that_is_nought_so_far_can_be_drawn() -> None:
    nought = np.zeros(6)
    top, under = draw_convergence("Ec", run(value=nought, low=nought, high=nought + 1e-3)).axes
    assert [line.get_label() for line in under.lines if len(line.get_xdata()) == 6] == []
    assert top.get_ylabel().endswith("[persons a launch]")


def test_times_stand_on_one_axis_with_the_moments_by_which_they_are_over() -> None:
    figure = draw_times("times", BINS)
    assert len(figure.axes) == 2
    assert len({axes.get_xlim() for axes in figure.axes}) == 1
    assert figure.axes[-1].get_xlabel() == "time since lift-off [s]"
    assert "expected impacts a launch [1/min]" in {text.get_text() for text in figure.texts}
    told = [axes.texts[0].get_text() for axes in figure.axes]
    assert told[0] == "stage 1: 1 a launch; half are down by 470 s, 99 % by 489 s"
    assert told[1] == "fairing: 1 a launch; half are down by 760 s, 99 % by 897 s"


def test_bins_of_any_width_show_impacts_a_minute() -> None:
    stairs = draw_times("times", BINS).axes[1].patches[0]
    values, edges, _ = stairs.get_data()
    assert values == pytest.approx([0.5, 0.5 / 140.0 * 60.0])
    assert float((values * np.diff(edges) / 60.0).sum()) == pytest.approx(1.0)


def test_every_picture_is_png_and_svg_with_a_title_and_the_same_each_time() -> None:
    def made() -> tuple:
        return (
            footprint_picture(content().cells, content().zones, title="fall", pad=PAD, note="10 flights & <more>."),
            convergence_picture(run(), title="Ec"),
            times_picture(BINS, title="times"),
        )

    pictures = made()
    assert pictures == made()
    files = picture_files(pictures)
    assert sorted(files) == sorted(
        f"{name}.{kind}" for name in ("convergence", "footprint", "times") for kind in ("png", "svg")
    )
    for picture in pictures:
        assert picture.png.startswith(b"\x89PNG\r\n\x1a\n")
        assert int.from_bytes(picture.png[16:20], "big") > 900
        root = ET.fromstring(files[f"{picture.name}.svg"])  # noqa: S314 # our own
        assert root.find("{http://www.w3.org/2000/svg}title").text == f"{picture.name}: {picture.caption}"


def test_an_svg_of_its_own_needs_no_page() -> None:
    (picture,) = pictures = (times_picture(BINS, title="times"),)
    alone = picture_files(pictures)["times.svg"].decode()
    assert "var(--" in picture.svg
    assert "var(--" not in alone
    assert ink.BLUE in alone
    assert alone.startswith("<?xml")


def test_two_hazard_areas_in_one_cluster_share_a_small_map() -> None:
    cells = Cells(
        lat_deg=np.array([10.0, 30.0]),
        lon_deg=np.array([120.0, 130.0]),
        density_pkm2=np.array([1.0, 1.0]),
        cell_lat_deg=0.05,
        cell_lon_deg=0.05,
    )
    wide = shapely.union_all([shapely.box(120.0, 10.0, 120.9, 10.9), shapely.box(129.5, 29.5, 130.0, 30.0)])
    near = shapely.union_all([shapely.box(120.0, 10.0, 120.05, 10.05), shapely.box(120.85, 10.85, 120.9, 10.9)])
    zones = (
        Zone(kind="containment", label="97% of one", geometry_lonlat=wide),
        Zone(kind="ships", label="ships", geometry_lonlat=near),
    )
    content = FootprintContent(title="two in one", cells=cells, zones=zones, pad=None, track=None, note="")
    parts = small_parts(content, main_frame(content))
    assert parts
    assert len({part.wkt for part in parts}) == len(parts)

"""Ink: colours that survive grey print, SVG that shares a page."""

from __future__ import annotations

import itertools
import re

from downrange.replay import ink


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_is_legible_on_sea_and_land() -> None:
    for back in (ink.SEA, ink.LAND, "#ffffff"):
        for front, least in ((ink.INK, 7.0), (ink.FAINT, 3.5)):
            contrast = (luminance(back) + 0.05) / (luminance(front) + 0.05)
            assert contrast >= least, (front, back, contrast)


def test_an_svg_takes_its_colours_from_the_page_and_prefixes_its_ids() -> None:
    with ink.style():
        figure = ink.new_figure(2.0, 1.0)
        axes = figure.add_axes((0.2, 0.2, 0.7, 0.7))
        axes.plot([0, 1], [0, 1], color=ink.BLUE)
    text = ink.svg(figure, "a line", "first")
    assert text.startswith("<svg")
    assert 'aria-label="a line"' in text
    assert "var(--blue)" in text
    assert ink.BLUE not in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert ids
    assert all(name.startswith("first-") for name in ids)
    used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)
    assert {name for pair in used for name in pair if name} <= set(ids)


def test_every_colour_of_the_palette_has_a_place_in_both_themes() -> None:
    from importlib.resources import files

    css = (files("downrange.replay") / "data" / "report.css").read_text(encoding="utf-8")
    for name in set(re.findall(r"var\(--(\w+)\)", " ".join(ink._THEMED.values()))):
        assert len(re.findall(rf"--{name}:", css)) == 3, name  # light, dark, print


def test_lines_of_one_figure_differ_in_more_than_colour() -> None:
    from downrange.replay.draw_map import _LINES, _RINGS

    for looks in (_LINES, _RINGS):
        for one, two in itertools.combinations(looks.values(), 2):
            assert (one["ls"], one.get("hatch"), one["lw"], one.get("fc") == "none") != (
                two["ls"],
                two.get("hatch"),
                two["lw"],
                two.get("fc") == "none",
            )

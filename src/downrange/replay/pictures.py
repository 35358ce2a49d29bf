"""Pictures as files: a figure becomes PNG and SVG, the SVG good for a page or, with its own colours, alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

from matplotlib.figure import Figure

from downrange.replay import ink
from downrange.replay.figures import Drawn

_PAGE_COLOURS = {
    "ink": ink.INK,
    "faint": ink.FAINT,
    "grid": ink.GRID,
    "land": ink.LAND,
    "shore": ink.SHORE,
    "sea": ink.SEA,
    "blue": ink.BLUE,
    "sky": ink.SKY,
    "green": ink.GREEN,
    "orange": ink.ORANGE,
    "amber": ink.AMBER,
    "honey": ink.AMBER_TEXT,
    "purple": ink.PURPLE,
    "paper": "#ffffff",
}


def drawn(name: str, figure: Figure, caption: str) -> Drawn:
    """Return a figure in both forms; the caption, which may hold any character, becomes the title of the SVG."""
    with ink.style():  # ticks are chosen while drawing
        image = ink.png(figure)
    return Drawn(name=name, png=image, svg=ink.svg(figure, escape(f"{name}: {caption}"), name), caption=caption)


def picture_files(pictures: Iterable[Drawn]) -> dict[str, bytes]:
    """Return the files of pictures by name: name.png, and name.svg that needs no page around it.

    The SVG of a picture takes its colours from the page it stands in; alone it gets the light ones of the PNG.
    """
    files = {}
    for picture in pictures:
        text = re.sub(r"var\(--(\w+)\)", lambda found: _PAGE_COLOURS[found[1]], picture.svg)
        files[f"{picture.name}.png"] = picture.png
        files[f"{picture.name}.svg"] = ('<?xml version="1.0" encoding="utf-8"?>\n' + text).encode()
    return files

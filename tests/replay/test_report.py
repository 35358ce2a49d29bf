"""The report is one page that needs nothing else, and the folder is complete."""

from __future__ import annotations

import re
import struct

import lxml.html
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex


@pytest.fixture(scope="module")
def pages(may, august, nominal) -> dict[str, str]:
    folders = {"may": may.folder, "august": august.folder, "nominal": nominal.folder}
    return {name: (folder / "report.html").read_text(encoding="utf-8") for name, folder in folders.items()}


@pytest.mark.parametrize("name", ["may", "august", "nominal"])
def test_a_report_loads_nothing_and_runs_nothing(pages: dict[str, str], name: str) -> None:
    page = lxml.html.fromstring(pages[name])
    assert not page.xpath(
        "//script | //link | //iframe | //object | //embed | //base | //img[not(starts-with(@src,'data:'))]"
    )
    loaded = list(page.xpath("//@src | //@href | //@xlink:href", namespaces={"xlink": "http://www.w3.org/1999/xlink"}))
    assert all(value.startswith(("#", "data:")) for value in loaded), loaded
    style = " ".join(page.xpath("//style/text()"))
    assert "@import" not in style
    assert not re.search(r"url\((?!#)", style + pages[name])
    assert not page.xpath("//@*[starts-with(name(), 'on')]")


@pytest.mark.parametrize("name", ["may", "august", "nominal"])
def test_a_report_has_all_its_parts_once(pages: dict[str, str], name: str) -> None:
    page = lxml.html.fromstring(pages[name])
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    wanted = {"where", "when", "falls", "flight", "corridor", "alerts", "score", "vehicle", "notice", "sources"}
    assert wanted <= set(page.xpath("//section/@id"))
    for part in ("orbit", "coverage"):
        assert (part in page.xpath("//section/@id")) == (name == "nominal")
    assert {link.lstrip("#") for link in page.xpath("//nav//a/@href")} == set(page.xpath("//section/@id"))
    assert len(page.xpath("//figure//svg[@role='img'][@aria-label]")) == (5 if name == "nominal" else 3)
    assert {"ko-KR", "ja-JP", "en-US"} & set(page.xpath("//@lang")) == {"ko-KR", "ja-JP", "en-US"}
    assert page.xpath("count(//caption)") == page.xpath("count(//table)")


def test_reference_points_are_never_called_corners(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert "not announced vertices" in page
        assert "reference point" in page


def test_the_report_admits_what_the_record_cannot_be(pages: dict[str, str]) -> None:
    assert "impossible" in pages["august"]  # the fairing's published 8 to 10 minutes to the sea
    assert "assumed" in pages["august"]


def test_colours_follow_the_theme_and_none_is_left_fixed(pages: dict[str, str]) -> None:
    scales = {to_hex(colormaps[name](i)) for name in ("cividis", "viridis") for i in range(256)}
    for page in pages.values():
        for name, drawn in re.findall(r'<figure id="([\w-]+)">.*?(<svg.*?</svg>)', page, flags=re.DOTALL):
            assert "var(--ink)" in drawn
            fixed = set(re.findall(r"(?:fill|stroke): ?(#[0-9a-f]{6})", drawn))
            # the shades of a scale of values are the same in both themes, as its legend is
            assert fixed <= (scales if name.startswith("coverage-") else set()), name


@pytest.mark.parametrize("figure", ["map", "timeline", "ascent"])
def test_figures_are_png_files_of_a_size_to_print(may, figure: str) -> None:
    data = (may.folder / f"{figure}.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    assert width == 1530  # 10.2 inches at 150 dots an inch
    assert 500 < height < 2500


def test_the_folder_is_complete(may) -> None:
    found = {path.name for path in may.folder.iterdir()}
    wanted = "report.html replay.json launch.geojson launch.kml launch.czml notice.geojson trajectory.csv impacts.csv"
    assert set(wanted.split()) <= found
    assert {"trajectory.oem", "track.jsonl", "map.png", "timeline.png", "ascent.png", "cap"} <= found
    assert len(list((may.folder / "cap").glob("*.xml"))) == len(may.document["alerts"])

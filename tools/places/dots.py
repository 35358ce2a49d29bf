"""Dots: where the people of a province live, as discs."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """People around a point: the disc has the area that they live on, known or assumed."""

    code: str
    name: str
    lat_deg: float
    lon_deg: float
    radius_m: float
    people: int


def packed_dots(dots: list[Dot], codes: list[str]) -> bytes:
    """Return the dots by the row of their place, column after column, gzipped without a date."""
    row = {code: index for index, code in enumerate(codes)}
    ordered = sorted(dots, key=lambda dot: (row[dot.code], dot.lat_deg, dot.lon_deg, dot.people))
    columns = [
        np.array([row[dot.code] for dot in ordered], dtype="<u2"),
        np.array([dot.people for dot in ordered], dtype="<u4"),
        np.rint([dot.radius_m for dot in ordered]).astype("<u2"),
        np.rint([dot.lat_deg * 1e4 for dot in ordered]).astype("<i4"),
        np.rint([dot.lon_deg * 1e4 for dot in ordered]).astype("<i4"),
    ]
    data = np.array([len(ordered)], dtype="<u4").tobytes() + b"".join(column.tobytes() for column in columns)
    return gzip.compress(data, compresslevel=9, mtime=0)

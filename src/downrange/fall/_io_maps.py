"""Maps for other people's programs: impact density as CF NetCDF, regions as GeoJSON and KML. Longitude first, km2."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import numpy as np
import shapely

import downrange
from downrange.base import Array, ModelError, iso, units, wgs84, write_bytes
from downrange.fall.contour import CONTAINMENT, Region
from downrange.fall.tally import Tally
from downrange.fall.weights import Ensemble, expected_pieces
from downrange.fall.window import Window, window_of

MOST_VALUES = 20_000_000
"""Numbers in one map (80 MB): beyond that its cells are taken together."""

_DECIMALS: Final = 6
_KML: Final = "http://www.opengis.net/kml/2.2"
_KM2: Final = units.KILOMETRE**2
_TOTALS = ("all bodies", "all bodies, harmful pieces")


def write_density(
    path: str | Path, tally: Tally, ensemble: Ensemble, *, title: str, created: datetime, most_values: int = MOST_VALUES
) -> Path:
    """Write the map of `density_netcdf` to a file, whole or not at all."""
    content = density_netcdf(tally, ensemble, title=title, created=created, most_values=most_values)
    return write_bytes(path, content)


def density_netcdf(
    tally: Tally, ensemble: Ensemble, *, title: str, created: datetime, most_values: int = MOST_VALUES
) -> bytes:
    """Return the expected pieces per km2, over all modes by their probability, of each body and of all: CF-1.8 NetCDF.

    The counts are not smoothed. Larger than `most_values` numbers, cells are taken together, and a note says so.
    """
    from scipy.io import netcdf_file

    layers = [(name, expected_pieces(tally, ensemble, body=name)) for name in tally.bodies]
    layers += [
        (name, expected_pieces(tally, ensemble, harmful=hard))
        for name, hard in zip(_TOTALS, (False, True), strict=True)
    ]
    cells = np.unique(np.concatenate([cells for _, (cells, _) in layers]))
    if not len(cells):
        raise ModelError("no body came down, so there is no map of impacts to write")
    window = window_of(tally.grid, cells, margin=1, most_cells=max(most_values // len(layers), 1))
    memory = BytesIO()
    nc: Any = netcdf_file(memory, "w", version=2)
    for name, value in _about(tally, ensemble, title, created, window).items():
        setattr(nc, name, value.encode("utf-8"))
    _axes(nc, window)
    _layers(nc, window, layers)
    nc.flush()
    return memory.getvalue()


def _about(tally: Tally, ensemble: Ensemble, title: str, created: datetime, window: Window) -> dict[str, str]:
    """Return the attributes of the file."""
    return {
        "Conventions": "CF-1.8",
        "title": title,
        "source": f"{ensemble.source}; {int(tally.flights.sum())} flights, seed {ensemble.seed}",
        "history": f"{iso(created)} written by downrange {downrange.__version__}",
        "comment": "Expected pieces per area in one launch: a count of simulated impacts, not smoothed; "
        + (window.note or "cells are those of the simulation"),
    }


def _axes(nc: Any, window: Window) -> None:  # noqa: ANN401 - scipy's file has no types
    """Write latitude, longitude, their bounds and the datum."""
    nc.createDimension("bounds", 2)
    for name, unit, centres, edges in (
        ("latitude", "degrees_north", window.lat_deg, window.lat_edges_deg),
        ("longitude", "degrees_east", window.lon_deg, window.lon_edges_deg),
    ):
        short = name[:3]
        nc.createDimension(short, len(centres))
        axis = nc.createVariable(short, "d", (short,))
        axis[:] = centres
        axis.standard_name, axis.long_name, axis.units = name, name, unit
        axis.axis, axis.bounds = ("Y" if short == "lat" else "X"), f"{short}_bounds"
        nc.createVariable(f"{short}_bounds", "d", (short, "bounds"))[:] = np.column_stack([edges[:-1], edges[1:]])
    crs = nc.createVariable("crs", "i", ())
    crs.grid_mapping_name = "latitude_longitude"
    crs.semi_major_axis, crs.inverse_flattening = wgs84.RE_M, 1.0 / wgs84.FLATTENING
    crs.longitude_of_prime_meridian = 0.0
    crs.long_name = "WGS 84"


def _layers(nc: Any, window: Window, layers: list[tuple[str, tuple[Any, Array]]]) -> None:  # noqa: ANN401 - as above
    """Write one density a body, then the totals."""
    bodies = [layer for layer in layers if layer[0] not in _TOTALS]
    width = max(len(name.encode()) for name, _ in bodies)
    nc.createDimension("body", len(bodies))
    nc.createDimension("letters", width)
    names = nc.createVariable("body_name", "c", ("body", "letters"))
    names[:] = np.array([list(name.encode().ljust(width)) for name, _ in bodies], np.uint8).view("S1")
    names.long_name = "name of the body"
    density = nc.createVariable("density", "f", ("body", "lat", "lon"))
    area_km2 = window.area_m2 / _KM2
    for b, (_, (cells, pieces)) in enumerate(bodies):
        density[b] = window.dense(cells, pieces) / area_km2
    _told(density, "expected pieces of each body per area")
    density.coordinates = "body_name"
    for (name, (cells, pieces)), short in zip(layers[len(bodies) :], ("total", "total_harmful"), strict=True):
        total = nc.createVariable(short, "f", ("lat", "lon"))
        total[:] = window.dense(cells, pieces) / area_km2
        _told(total, f"expected pieces per area, {name}")


def _told(variable: Any, long_name: str) -> None:  # noqa: ANN401 - as above
    """Say what a density is."""
    variable.long_name, variable.units, variable.grid_mapping = long_name, "km-2", "crs"
    variable.cell_methods = "lat: lon: mean"
    variable.valid_min = np.float32(0.0)


# ------------------------------------------------------------------------------------------ GeoJSON and KML


def regions_geojson(regions: Sequence[Region], source: str) -> dict[str, Any]:
    """Return a FeatureCollection of regions (RFC 7946: outer rings counter-clockwise, cut at 180 degrees)."""
    features = [
        {
            "type": "Feature",
            "geometry": None if region.region_lonlat.is_empty else _geometry(region),
            "properties": {
                "kind": region.kind,
                "body": region.body,
                "level": region.p,
                "reached": round(region.reached, 12),
                "meaning": region_title(region),
                "area_km2": round(region.area_m2 / _KM2, 3),
                "note": region.note,
                "source": source,
            },
        }
        for region in regions
    ]
    return {"type": "FeatureCollection", "features": features}


def regions_kml(regions: Sequence[Region], *, title: str, source: str) -> str:
    """Return regions as KML 2.2; one that is nowhere reached is a placemark without a shape."""
    root = ET.Element("kml", xmlns=_KML)
    document = ET.SubElement(root, "Document")
    ET.SubElement(document, "name").text = title
    for region in regions:
        mark = ET.SubElement(document, "Placemark")
        ET.SubElement(mark, "name").text = region_title(region)
        told = (f"{region.area_m2 / _KM2:,.0f} km2".replace(",", " "), region.note, source)
        ET.SubElement(mark, "description").text = ". ".join(filter(None, told))
        parts = shapely.get_parts(region.region_lonlat)
        shapes = ET.SubElement(mark, "MultiGeometry") if len(parts) > 1 else mark
        for polygon in parts:
            shape = ET.SubElement(shapes, "Polygon")
            ET.SubElement(shape, "tessellate").text = "1"
            for tag, rings in (("outerBoundaryIs", [polygon.exterior]), ("innerBoundaryIs", polygon.interiors)):
                for ring in rings:
                    line = ET.SubElement(ET.SubElement(shape, tag), "LinearRing")
                    row = " ".join(f"{lon:.{_DECIMALS}f},{lat:.{_DECIMALS}f}" for lon, lat in ring.coords)
                    ET.SubElement(line, "coordinates").text = row
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def region_title(region: Region) -> str:
    """Say in words what a region is."""
    if region.kind == CONTAINMENT:
        return f"{region.p:.0%} of the planned impacts of {region.body}"
    article = "an" if region.kind[0] in "aeiou" else "a"
    return f"probability of hitting {article} {region.kind} above {region.p:g}"


def _geometry(region: Region) -> dict[str, Any]:
    """Return the coordinates of a region to a tenth of a metre."""
    polygons = [
        [
            [[round(lon, _DECIMALS), round(lat, _DECIMALS)] for lon, lat in ring.coords]
            for ring in (one.exterior, *one.interiors)
        ]
        for one in shapely.get_parts(region.region_lonlat)
    ]
    return {"type": "MultiPolygon", "coordinates": polygons}

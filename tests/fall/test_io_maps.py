"""Maps for other programs: what they hold, and that they are sound."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from scipy.io import netcdf_file
from shapely import MultiPolygon

from downrange.base import InputError, ModelError
from downrange.fall import (
    Body,
    Ensemble,
    Grid,
    Mode,
    Region,
    Tally,
    density_netcdf,
    expected_pieces,
    grid_of,
    region_title,
    regions_geojson,
    regions_kml,
    regions_of,
    tally_of,
    write_density,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GRID = grid_of(10_000.0, 30.0)
BODIES = ("stage 1", "조각")
COUNT = 400


def tally(lon: float = 179.9, grid: Grid = GRID) -> Tally:
    rng = np.random.default_rng(4)
    return tally_of(
        grid,
        ("nominal", "break-up"),
        BODIES,
        [COUNT, COUNT],
        mode=np.repeat([0, 1], COUNT),
        body=np.repeat([0, 1], COUNT),
        lat_deg=rng.normal(30.0, 0.3, 2 * COUNT),
        lon_deg=rng.normal(lon, 0.3, 2 * COUNT),
        t_s=np.full(2 * COUNT, 400.0),
        speed_mps=np.full(2 * COUNT, 80.0),
        harmful=np.arange(2 * COUNT) % 2 == 0,
    )


def ensemble(grid: Grid = GRID) -> Ensemble:
    return Ensemble(
        modes=(Mode(name="nominal", p=0.9, planned=True), Mode(name="break-up", p=0.1)),
        bodies=(Body(name=BODIES[0], pieces=1.0, area_m2=30.0), Body(name=BODIES[1], pieces=500.0, area_m2=0.5)),
        grid=grid,
        flights=2 * COUNT,
        seed=4,
        source="by hand",
    )


def opened(content: bytes) -> Any:
    return netcdf_file(BytesIO(content), mmap=False)


def read(content: bytes) -> tuple[dict[str, np.ndarray], Any]:
    file = opened(content)
    return {name: variable[...].copy() for name, variable in file.variables.items()}, file


def areas_km2(values: dict[str, np.ndarray]) -> np.ndarray:
    """Return cell areas from the bounds in the file by the sphere of equal area: 0.4 % or better."""
    lat, lon = np.radians(values["lat_bounds"]), np.radians(values["lon_bounds"])
    return 6371.0072**2 * np.outer(np.diff(np.sin(lat), axis=1), np.diff(lon, axis=1))


def test_the_map_holds_every_piece_once() -> None:
    values, _ = read(density_netcdf(tally(), ensemble(), title="t", created=NOW))
    held = (values["density"] * areas_km2(values)).sum(axis=(1, 2))
    assert held == pytest.approx([0.9, 50.0], rel=5e-3)
    assert (values["total"] * areas_km2(values)).sum() == pytest.approx(50.9, rel=5e-3)
    assert (values["total_harmful"] * areas_km2(values)).sum() == pytest.approx(25.45, rel=5e-3)
    assert np.allclose(values["density"].sum(axis=0), values["total"])
    names = [b"".join(row).decode().strip() for row in values["body_name"]]
    assert tuple(names) == BODIES


def test_each_cell_lies_where_its_pieces_fell() -> None:
    values, _ = read(density_netcdf(tally(), ensemble(), title="t", created=NOW))
    cells, pieces = expected_pieces(tally(), ensemble(), body="stage 1")
    lat, lon = GRID.centre(cells)
    row = np.abs(values["lat"][:, None] - lat).argmin(axis=0)
    column = np.abs((values["lon"][:, None] - lon + 180.0) % 360.0 - 180.0).argmin(axis=0)
    assert values["lat"][row] == pytest.approx(lat)
    assert values["density"][0, row, column] == pytest.approx(pieces / (GRID.area_m2(cells) / 1e6), rel=1e-6)
    assert np.all(np.diff(values["lon"]) > 0.0)  # one run of columns over 180 degrees
    assert values["lon"][-1] > 180.0


def test_the_attributes_say_what_it_is() -> None:
    values, file = read(density_netcdf(tally(), ensemble(), title="Trial", created=NOW))
    assert file.version_byte == 2  # 64-bit offsets
    assert (file.Conventions, file.title) == (b"CF-1.8", b"Trial")
    assert file.source == b"by hand; 800 flights, seed 4"
    assert file.history.startswith(b"2026-01-02T03:04:05Z written by downrange")
    for name in ("density", "total", "total_harmful"):
        variable = file.variables[name]
        assert (variable.units, variable.grid_mapping, variable.valid_min) == (b"km-2", b"crs", 0.0)
        assert variable.dimensions[-2:] == ("lat", "lon")
        assert values[name].min() >= 0.0
    crs = file.variables["crs"]
    assert crs.grid_mapping_name == b"latitude_longitude"
    assert (crs.semi_major_axis, crs.inverse_flattening) == pytest.approx((6378137.0, 298.257223563))
    for name, unit in (("lat", b"degrees_north"), ("lon", b"degrees_east")):
        assert file.variables[name].units == unit
        assert file.variables[name].bounds.decode() in values


def test_a_large_map_is_made_coarser_and_says_so() -> None:
    content = density_netcdf(tally(), ensemble(), title="t", created=NOW, most_values=300)
    values, file = read(content)
    assert values["density"][0].size * 4 <= 300
    assert b"taken together" in file.comment
    assert (values["total"] * areas_km2(values)).sum() == pytest.approx(50.9, rel=5e-3)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write_density(tmp_path / "a.nc", tally(), ensemble(), title="t", created=NOW)
    assert path.read_bytes() == density_netcdf(tally(), ensemble(), title="t", created=NOW)
    with pytest.raises(InputError, match="cannot be written"):
        write_density(tmp_path / "no" / "a.nc", tally(), ensemble(), title="t", created=NOW)
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.nc"]


def test_no_impact_no_map() -> None:
    nothing = tally_of(
        GRID, ("nominal", "break-up"), BODIES, [1, 1], mode=[0], body=[0], lat_deg=[np.nan], lon_deg=[0.0], t_s=[0.0],
        speed_mps=[1.0], harmful=[False],
    )  # fmt: skip
    with pytest.raises(ModelError, match="no body came down"):
        density_netcdf(nothing, ensemble(), title="t", created=NOW)


def test_geojson_keeps_shapes_and_says_what_they_are() -> None:
    regions = regions_of(tally(), ensemble())
    document = json.loads(json.dumps(regions_geojson(regions, "by hand"), allow_nan=False))
    assert len(document["features"]) == len(regions)
    for feature, region in zip(document["features"], regions, strict=True):
        told = feature["properties"]
        assert (told["kind"], told["level"], told["source"]) == (region.kind, region.p, "by hand")
        assert told["area_km2"] == pytest.approx(region.area_m2 / 1e6, abs=1e-3)
        if region.region_lonlat.is_empty:
            assert feature["geometry"] is None
            continue
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert shape.symmetric_difference(region.region_lonlat).area < 1e-4
        assert all(polygon.exterior.is_ccw for polygon in shape.geoms)  # RFC 7946, 3.1.6
        assert -180.0 <= shape.bounds[0] <= shape.bounds[2] <= 180.0  # and 3.1.9


def region(shape: MultiPolygon) -> Region:
    return Region(kind="ship", body="", p=1e-5, reached=2e-5, area_m2=3e9, region_lonlat=shape, note="a note")


def test_kml_draws_parts_and_holes() -> None:
    ring = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))
    text = regions_kml([region(MultiPolygon([ring, shapely.box(10, 0, 11, 1)]))], title="A & B", source="by hand")
    root = ET.fromstring(text)  # noqa: S314 - our own text
    space = {"k": "http://www.opengis.net/kml/2.2"}
    assert root.findtext("k:Document/k:name", namespaces=space) == "A & B"
    assert len(root.findall(".//k:MultiGeometry/k:Polygon", space)) == 2
    assert len(root.findall(".//k:innerBoundaryIs", space)) == 1
    corners = (root.findtext(".//k:outerBoundaryIs//k:coordinates", namespaces=space) or "").split()
    assert corners[0] == corners[-1]
    assert root.findtext(".//k:Placemark/k:description", namespaces=space) == "3 000 km2. a note. by hand"


def test_kml_of_a_limit_that_is_nowhere_reached_has_no_shape() -> None:
    text = regions_kml([region(MultiPolygon())], title="t", source="s")
    assert "<Placemark>" in text
    assert "Polygon" not in text


@pytest.mark.parametrize(
    ("kind", "p", "words"),
    [
        ("containment", 0.97, "97% of the planned impacts of stage 1"),
        ("ship", 1e-5, "probability of hitting a ship above 1e-05"),
        ("aircraft", 1e-6, "probability of hitting an aircraft above 1e-06"),
    ],
)
def test_titles_are_words(kind: str, p: float, words: str) -> None:
    one = Region(kind=kind, body="stage 1", p=p, reached=p, area_m2=1.0, region_lonlat=MultiPolygon(), note="")
    assert region_title(one) == words

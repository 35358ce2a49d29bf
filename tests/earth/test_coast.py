from __future__ import annotations

import numpy as np
import pytest
import shapely

from downrange.base import InputError
from downrange.earth import area_m2, buffered, coast, is_land, islands

MISSING = {"Gapado", "Tonaki", "Zamami"}  # Natural Earth 10m has no polygon for them
DISPLACED_M = {"Uotsuri": 7e3}  # drawn 6 km east-north-east of its place
BY_NAME = {island.name_en: island for island in islands()}
# Islands that coarser sets lose (people-and-places table): name, area of the Natural Earth polygon [km2].
TABLE = [
    ("Miyako", 155), ("Ishigaki", 210), ("Yonaguni", 25), ("Tarama", 16), ("Hateruma", 10), ("Hongdo", 8),
    ("Eocheongdo", 2), ("Dokdo", None), ("Uotsuri", 4), ("Minamidaito", None), ("Kumejima", None), ("Heuksando", None),
    ("Gageodo", None), ("Lanyu", None), ("Ulleungdo", None), ("Baengnyeongdo", None), ("Batan", None), ("Itbayat", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "km2"), TABLE)
def test_the_islands_survive_the_build(name: str, km2: float | None) -> None:
    island = BY_NAME[name]
    around = buffered(shapely.Point(island.lon_deg, island.lat_deg), DISPLACED_M.get(name, 2e3))
    ground = [part for part in coast("10m").geoms if part.intersects(around)]
    assert ground
    if km2 is not None:
        assert max(area_m2(part) for part in ground) / 1e6 == pytest.approx(km2, abs=1.0)


def test_every_named_island_is_on_the_coast_or_named_as_missing() -> None:
    for island in islands():
        around = buffered(shapely.Point(island.lon_deg, island.lat_deg), DISPLACED_M.get(island.name_en, 2e3))
        assert any(part.intersects(around) for part in coast("10m").geoms) == island.on_coast, island.name_en
    assert {island.name_en for island in islands() if not island.on_coast} == MISSING


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "land"),
    [
        (37.566, 126.978, True),  # Seoul
        (37.5, 125.2, False),  # Yellow Sea
        (24.78, 125.32, True),  # Miyako
        (14.0, 129.0, False),  # zone C
        (40.7, -74.5, True),  # New Jersey
        (-33.45, -70.67, True),  # Santiago
        (-30.0, 80.0, False),  # Indian Ocean
        (-25.0, 135.0, True),  # Australia
    ],
)
def test_land_and_sea_in_all_four_quarters(lat_deg: float, lon_deg: float, land: bool) -> None:
    assert bool(is_land(lat_deg, lon_deg)) is land


def test_many_points_give_what_one_at_a_time_gives() -> None:
    rng = np.random.default_rng(7)
    lat_deg, lon_deg = rng.uniform(20.0, 55.0, 200), rng.uniform(100.0, 155.0, 200)
    together = is_land(lat_deg, lon_deg)
    assert 0 < together.sum() < 200
    assert together.tolist() == [bool(is_land(lat, lon)) for lat, lon in zip(lat_deg, lon_deg, strict=True)]


@pytest.mark.parametrize("detail", ["50m", "10m"])
def test_polygons_are_valid_counter_clockwise_and_never_the_whole_globe(detail: str) -> None:
    parts = shapely.get_parts(coast(detail))  # type: ignore[arg-type]
    assert shapely.is_valid(parts).all()
    assert all(part.exterior.is_ccw for part in parts)
    assert max(area_m2(part) for part in parts) < 255e12  # half of the Earth
    for part in parts:
        lonlat = shapely.get_coordinates(part.exterior)
        jumps = np.abs(np.diff(lonlat[:, 0]))[lonlat[1:, 1] > -89.0]  # Antarctica's edge runs along the pole
        assert jumps.max() < 40.0  # no stray line across the map


def test_the_clip_has_as_many_polygons_as_were_counted() -> None:
    """SOURCE: the recipe (box 110-150 E, 5-50 N, 3 decimals) gave 974 polygons and 37 thousand vertices."""
    land = coast("10m")
    assert len(land.geoms) == pytest.approx(974, abs=30)
    assert shapely.get_num_coordinates(land) == pytest.approx(37_000, rel=0.03)


def test_the_same_object_comes_back() -> None:
    assert coast("10m") is coast("10m")


def test_an_unknown_detail_is_refused() -> None:
    with pytest.raises(InputError, match="110m"):
        coast("110m")  # type: ignore[arg-type]

"""Ground with a name: kinds, outlines and people, against what is known of a few islands."""

from __future__ import annotations

import pytest
import shapely

from downrange.corridor import Ground, grounds
from downrange.earth import area_m2, finest_places, islands


def named(name: str, kind: str) -> Ground:
    return next(one for one in grounds() if (one.name_en, one.kind) == (name, kind))


def test_every_municipality_and_island_is_there_once() -> None:
    kinds = [one.kind for one in grounds()]
    assert kinds.count("municipality") == len(finest_places())
    assert kinds.count("island") == len(islands())
    assert len({one.code for one in grounds() if one.code}) == len(finest_places())


# Area of the islands: Geospatial Information Authority of Japan and Ongjin County, rounded; Natural Earth is coarser.
@pytest.mark.parametrize(
    ("name", "km2"), [("Miyako", 159), ("Ishigaki", 222), ("Tarama", 20), ("Baengnyeongdo", 51), ("Daecheongdo", 13)]
)
def test_an_island_has_the_outline_of_its_own_ground(name: str, km2: float) -> None:
    island = named(name, "island")
    assert area_m2(island.geometry_lonlat) / 1e6 == pytest.approx(km2, rel=0.3)
    assert island.geometry_lonlat.distance(shapely.Point(island.lon_deg, island.lat_deg)) < 0.02


def test_an_island_that_the_coast_lacks_is_a_disc_of_a_kilometre() -> None:
    assert area_m2(named("Gapado", "island").geometry_lonlat) / 1e6 == pytest.approx(3.14, rel=0.01)
    assert area_m2(named("Naha", "city").geometry_lonlat) / 1e6 == pytest.approx(3.14, rel=0.01)


def test_people_come_with_their_band_and_unknown_stays_unknown() -> None:
    for one in grounds():
        if one.best is None:
            assert one.low is None
            assert one.high is None
        else:
            assert one.low is not None
            assert one.high is not None
            assert one.low <= one.best <= one.high
    assert named("Lanyu", "island").best is None
    assert named("Naha", "city").best is None
    myeon = named("Baengnyeong-myeon", "municipality")
    assert (myeon.within, myeon.country) == ("Ongjin-gun", "KR")
    assert 4_000 < (myeon.best or 0) < 7_000

"""Label points of islands held against points that others published; good to a kilometre is all they claim.

SOURCE miyako: German Wikipedia, "Miyako-Inseln", table of islands (degrees, minutes, seconds).
SOURCE hateruma: German Wikipedia, "Hateruma" and "Yaeyama-Inseln".
SOURCE okinawa: German Wikipedia, "Tonaki-jima", "Aguni-jima"; "Kerama-Inseln" for Zamami and Tokashiki.
SOURCE yeonpyeong: Korean Wikipedia, the island's page (Daeyeonpyeongdo).
"""

from __future__ import annotations

import pytest

from downrange.earth import islands, range_azimuth

PUBLISHED_LATLON_DMS = {
    "Irabu": ((24, 50, 10), (125, 11, 20)),
    "Tarama": ((24, 39, 26), (124, 41, 58)),
    "Ikema": ((24, 55, 50), (125, 14, 38)),
    "Minna": ((24, 45, 11), (124, 41, 48)),
    "Hateruma": ((24, 3, 31), (123, 46, 50)),
    "Yonaguni": ((24, 27, 0), (122, 59, 0)),
    "Tonaki": ((26, 22, 0), (127, 8, 50)),
    "Aguni": ((26, 35, 18), (127, 13, 36)),
    "Zamami": ((26, 14, 4), (127, 18, 27)),
    "Tokashiki": ((26, 11, 12), (127, 21, 20)),
    "Miyako": ((24, 47, 0), (125, 19, 0)),
    "Yeonpyeongdo": ((37, 40, 0), (125, 41, 47)),
}
BY_NAME = {island.name_en: island for island in islands()}


def degrees(degree: int, minute: int, second: int) -> float:
    return degree + minute / 60.0 + second / 3600.0


@pytest.mark.parametrize("name", PUBLISHED_LATLON_DMS)
def test_the_label_of_an_island_is_within_a_kilometre_of_its_published_point(name: str) -> None:
    lat_dms, lon_dms = PUBLISHED_LATLON_DMS[name]
    island = BY_NAME[name]
    range_m, _ = range_azimuth(island.lat_deg, island.lon_deg, degrees(*lat_dms), degrees(*lon_dms))
    assert range_m < 1_000.0

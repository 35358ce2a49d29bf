import math

import pytest

from downrange.notice._drafts import Draft, Segment
from downrange.notice._geometry import area_m2 as on_the_ellipsoid
from downrange.notice._geometry import polygon_lonlat
from downrange.notice._sizes import LARGEST_M2, area_m2, check_seas, check_sizes
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.coordinates import Vertex
from downrange.notice.model import FlagCode
from downrange.notice.phrases import phrases

PER_CENT = 0.01


def ring(*places, radius_m=None, band=False, minutes_like=False):
    vertices = [Vertex(lat_deg=lat, lon_deg=lon, minutes_like=minutes_like) for lat, lon in places]
    return Draft(Segment(), vertices, radius_m, band=band)


@pytest.mark.parametrize(
    "places",
    [
        ((10.0, 20.0), (10.0, 21.0), (9.0, 21.0), (9.0, 20.0)),
        ((60.0, 179.0), (60.0, -179.0), (58.0, -178.0)),
        tuple((80.0, lon - 180.0) for lon in range(0, 360, 10)),
    ],
)
def test_areas_agree_with_the_ellipsoid_to_a_per_cent(places) -> None:
    lat, lon = zip(*places, strict=True)
    true_m2 = on_the_ellipsoid(polygon_lonlat(lat, lon, math.inf))
    assert area_m2(ring(*places)) == pytest.approx(true_m2, rel=PER_CENT)


def test_circles_and_bands_have_an_area_too() -> None:
    assert area_m2(ring((0.0, 0.0), radius_m=1000.0)) == pytest.approx(math.pi * 1e6)
    assert area_m2(ring((0.0, 0.0), (0.0, 1.0), radius_m=1000.0, band=True)) == pytest.approx(
        2000 * 111195, rel=PER_CENT
    )


@pytest.mark.parametrize(
    ("area", "codes"),
    [
        (ring((10.0, 20.0), (10.0, 21.0), (9.0, 21.0)), set()),
        (ring((50.0, 20.0), (50.0, 80.0), (-30.0, 50.0)), {FlagCode.AREA_IMPLAUSIBLE}),
        (ring((10.0, 20.0), (10.0, 20.0005), (10.0, 20.001)), {FlagCode.AREA_IMPLAUSIBLE}),
        (ring((10.0, 20.0), radius_m=math.sqrt(LARGEST_M2)), {FlagCode.AREA_IMPLAUSIBLE}),
        (ring((10.0, 20.0), radius_m=50.0), set()),
        (ring((10.0, 20.0)), set()),
        (ring((36.04, 24.3), (36.04, 25.1), (35.0, 25.1), minutes_like=True), {FlagCode.DECIMAL_MINUTES}),
    ],
)
def test_sizes_and_decimals(area, codes) -> None:
    check_sizes([area])
    assert {flag.code for flag in area.flags} == codes


@pytest.mark.parametrize(
    ("text", "place", "slips"),
    [
        ("NORTH PACIFIC.", (12.0, 160.0), False),
        ("NORTH PACIFIC.", (-12.0, 160.0), True),
        ("EASTERN NORTH PACIFIC.", (30.0, -130.0), False),
        ("NORTH ATLANTIC.", (28.0, -70.0), False),
        ("NORTH ATLANTIC.", (28.0, 70.0), True),
        ("INDIAN OCEAN.", (-25.0, 90.0), False),
        ("INDIAN OCEAN.", (-25.0, -90.0), True),
        ("SOUTHERN OCEAN", (-60.0, 165.0), False),
        ("SOUTHERN OCEAN", (60.0, 165.0), True),
        ("NORTH PACIFIC. NORTH ATLANTIC.", (28.0, -70.0), False),
        ("BAY OF BISCAY.", (-45.0, -5.0), False),
        ("NORTH PACIFIC.", (55.0, 5.0), False),
    ],
)
def test_a_slip_of_sign_is_seen_by_the_name_of_the_sea(text, place, slips) -> None:
    lat, lon = place
    area = ring((lat, lon), (lat + 1.0, lon), (lat, lon + 1.0))
    check_seas(phrases(Cursor(tokens(text))), [area])
    assert {flag.code for flag in area.flags} == ({FlagCode.HEMISPHERE_CONFLICT} if slips else set())

"""Launch sites against the positions that an encyclopaedia gives for the places they belong to.

SOURCE: Wikipedia's coordinates of the spaceports, as collected in github.com/wohaco/despace, spaceport.md. They are of the
whole place, so a pad may lie as far from them as the place is large: the distance allowed is given beside each.
"""

import pytest

from downrange.earth import load_site, range_azimuth

PUBLISHED = [
    ("kourou", (5, 14, 14), (-52, 45, 38), 2e3),
    ("kourou-ela-4", (5, 14, 14), (-52, 45, 38), 5e3),
    ("jiuquan", (40, 58, 3), (100, 16, 43), 3e3),
    ("taiyuan", (38, 50, 56.71), (111, 36, 30.59), 0.5e3),
    ("wenchang", (19, 36, 52.17), (110, 57, 4.08), 0.5e3),
    ("xichang", (28, 14, 45.66), (102, 1, 35.60), 0.5e3),
    ("sriharikota", (13, 43, 12), (80, 13, 49), 2e3),
    ("semnan", (35, 14, 4.56), (53, 55, 19.56), 3e3),
    ("tanegashima", (30, 24, 0), (130, 58, 12), 1e3),
    ("uchinoura", (31, 15, 7), (131, 4, 55), 0.3e3),
    ("naro", (34, 25, 54.72), (127, 32, 6.25), 0.1e3),
    ("baikonur", (45, 57, 54), (63, 18, 18), 25e3),
    ("plesetsk", (62, 55, 32), (40, 34, 40), 8e3),
    ("vostochny", (51, 53, 4.39), (128, 20, 5.2), 0.2e3),
    ("mahia", (-39, 15, 41.4), (177, 51, 53.6), 0.3e3),
    ("starbase", (25, 59, 45.6), (-97, 9, 14.4), 0.3e3),
    ("vandenberg", (34, 43, 58), (-120, 34, 5), 13e3),
    ("wallops", (37, 56, 24.7), (-75, 27, 59.0), 13e3),
    ("slc-40", (28, 29, 20), (-80, 34, 40), 9e3),
    ("sohae", (39, 39, 36), (124, 42, 18), 0.1e3),
    ("tonghae", (40, 51, 0), (129, 40, 0), 0.1e3),
]


@pytest.mark.parametrize(("name", "lat", "lon", "near_m"), PUBLISHED)
def test_a_pad_stands_in_the_place_it_belongs_to(name, lat, lon, near_m):
    site = load_site(name)
    published = [abs(degrees) + minutes / 60 + seconds / 3600 for degrees, minutes, seconds in (lat, lon)]
    published = [-value if whole[0] < 0 else value for value, whole in zip(published, (lat, lon), strict=True)]
    assert range_azimuth(site.lat_deg, site.lon_deg, *published)[0] < near_m

"""Every notice of the collection beside the project, where there is one: vertices, windows and flags counted by hand.

SOURCE: the texts themselves; vertices counted line by line in print, the repeated closing one not counted, "c" for a
circle. The two rings with an arc have 9 and 4 printed vertices and 130 points on the arc.
"""

from collections import defaultdict
from pathlib import Path

import pytest

from downrange.notice import read_file, require_areas, to_geojson, to_kml

NOTICES = Path(__file__).parents[2] / "../shared/notices"
HERE = pytest.mark.skipif(
    not NOTICES.is_dir(), reason="no ../shared/notices beside the checkout: whole texts are not ours"
)

# file | vertices of each area | windows | flags
EXPECTED = """
au_E2700_26_starship | 18 | 7 | -
dprk_2012_12_imo_first_stage | 4 | 0 | press-copy reordered self-intersecting window-open
dprk_2023_11_B4525_23 | 4 | 1 | -
in_A2696_balloon_negative | 4 | 1 | -
nga_HYDROARC_206_2025 | 4 4 4 5 | 15 | year-inferred
nga_HYDROARC_34_2026 | 5 4 | 10 | year-inferred
nga_HYDROARC_3_2026 | 7 4 10 | 7 | year-inferred
nga_HYDROARC_50_2023 | 5 | 8 | year-inferred
nga_HYDROARC_51_2023 | 7 | 8 | year-inferred
nga_HYDROARC_52_2023 | 4 | 3 | year-inferred
nga_HYDROLANT_11_2023 | 7 c c | 208 | window-from-sun year-inferred
nga_HYDROLANT_752_2023 | 4 4 | 1 | year-inferred
nga_HYDROLANT_756_2023 | 4 | 18 | year-inferred
nga_HYDROLANT_759_2023 | 5 4 4 4 4 | 24 | year-inferred
nga_HYDROLANT_763_2023 | 5 4 4 4 4 | 24 | possibly-incomplete year-inferred
nga_HYDROPAC_1243_2023 | 4 | 2 | year-inferred
nga_HYDROPAC_1264_2023 | 6 | 3 | year-inferred
nga_NAVAREA_IV_1177_2022 | 4 6 | 7 | possibly-incomplete year-inferred
nga_NAVAREA_IV_207_2026 | 4 | 7 | year-inferred
nga_NAVAREA_IV_387_2023 | 11 19 | 10 | year-inferred
nga_NAVAREA_IV_396_2023 | c | 24 | year-inferred
nga_NAVAREA_IV_418_2023 | 6 6 | 7 | year-inferred
nga_NAVAREA_XII_001_2026_circles | c c c 4 5 | 0 | year-unknown
nga_NAVAREA_XII_191_2023 | 4 21 | 10 | year-inferred
nga_NAVAREA_XII_210_2023 | 6 4 4 | 2 | year-inferred
nga_NAVAREA_XII_372_2023 | 4 | 7 | year-inferred
nga_NAVAREA_XII_384_2021 | 4 4 4 4 | 2 | year-inferred
nga_NAVAREA_XII_656_2019 | 4 4 | 2 | cancelled year-inferred
nga_NAVAREA_XII_93_2023 | 16 | 0 | window-open
nga_merged_HYDROLANT_237_NAVAREA_IV_207_2026 | 4 | 138 | merged-records reordered self-intersecting typo-month window-from-sun year-inferred
nga_merged_HYDROLANT_237_NAVAREA_IV_207_2026 | 4 | 7 | merged-records year-inferred
notam_AU_F2572_26 | 3 | 10 | -
notam_CN_4456_26 | 4 | 1 | -
notam_JP_P3539_25 | 4 | 1 | window-open
notam_JP_P3998_26 | 4 | 0 | window-open
notam_MU_A0096_26 | 4 | 0 | window-open
notam_NAVAREA_XIV_189_26 | 4 | 1 | -
notam_NO_A2410_26 | 3 7 6 | 17 | q-circle-mismatch
notam_NO_A2411_26 | 4 | 17 | -
notam_NZ_B3661_26 | 5 | 9 | -
notam_RU_Q3528_26 | 9 | 5 | -
notam_RU_X1926_26 | 4 4 | 1 | -
notam_US_CARF_09_199 | 4 | 0 | reordered self-intersecting window-open
notam_US_FDC_6_2736 | c | 0 | window-open
us_A3622_searchlight_negative | c | 0 | window-open
us_starship_ascent_AHA_A2_2026 | 7 | 1 | -
us_tfr_1_4530_2021 | 139 | 1 | arc-stepped
us_tfr_1_8002_2021 | 12 | 1 | -
us_tfr_6_5192_2026_html | 134 | 1 | arc-stepped
"""


def expected():
    found = defaultdict(list)
    for line in EXPECTED.strip().splitlines():
        name, areas, windows, codes = (part.strip() for part in line.split("|"))
        found[name].append((areas.split(), int(windows), set() if codes == "-" else set(codes.split())))
    return found


def told(notice):
    areas = ["c" if area.radius_m is not None else str(len(area.lat_deg)) for area in notice.areas]
    return areas, len(notice.windows), {str(flag.code) for flag in notice.flags}


@HERE
@pytest.mark.parametrize("name", sorted(expected()))
def test_areas_windows_and_flags_are_those_in_print(name) -> None:
    assert [told(notice) for notice in read_file(NOTICES / f"{name}.txt")] == expected()[name]


@HERE
def test_no_file_is_left_out_and_every_area_can_be_drawn() -> None:
    files = sorted(NOTICES.glob("*.txt"))
    assert {path.stem for path in files} == set(expected())
    notices = [require_areas(notice) for path in files for notice in read_file(path)]
    assert all(area.geometry_lonlat().is_valid for notice in notices for area in notice.areas)
    assert len(to_geojson(notices)["features"]) == sum(len(notice.areas) for notice in notices)
    assert to_kml(notices).count("<Placemark>") == sum(len(notice.areas) for notice in notices)

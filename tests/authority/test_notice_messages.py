"""Navigational warnings: areas, windows and cancel lines typed by hand from the messages as broadcast.

SOURCE: NGA Maritime Safety Information broadcast warnings (public), as kept in ngageoint/marlin-ios@0e290c1
(MarlinTests/Mocks/Data/navwarnings.json); NAVAREA XII 384/21 from sattrackcam.blogspot.com, Aug 2021; NAVAREA XII 656/2019 from
satobs.org/seesat/Aug-2021/0031.html; NAVAREA XIV 189/26 from Aureleid/notam-parser (test_app.py). The texts are cut
down to the numbers and the words of the form.
"""

from datetime import UTC, datetime

import numpy as np
import pytest

from downrange.notice import FlagCode, Role, Shape, read

EXACT_DEG = 1e-9
NAUTICAL_MILE_M = 1852.0


def dm(degrees, minutes, seconds=0.0):
    """Degrees from degrees, minutes and seconds; the sign of the degrees holds for all."""
    size = abs(degrees) + minutes / 60 + seconds / 3600
    return -size if str(degrees).startswith("-") else size


def at(year, month, day, clock):
    return datetime(year, month, day, clock // 100, clock % 100, tzinfo=UTC)


def one(text):
    (notice,) = read(text)
    return notice


def ring(area):
    return np.column_stack([area.lat_deg, area.lon_deg])


def spans(windows, role=None):
    return [(window.opens, window.closes) for window in windows if role in {None, window.role}]


def codes(flags):
    return {flag.code for flag in flags}


def test_hydropac_1243_of_2023_cancels_its_predecessor() -> None:
    notice = one(
        "141352Z APR 2023\nHYDROPAC 1243/23(81).\nNORTH PACIFIC.\nDNC 12.\n1. ROCKET LAUNCHING\n"
        "   0631Z TO 1437Z DAILY 19 AND 20 APR\n   IN AREA BOUND BY\n"
        "   14-31.00N 174-41.00E, 14-50.00N 175-16.00E,\n   14-25.00N 175-30.00E, 14-06.00N 174-55.00E.\n"
        "2. CANCEL HYDROPAC 1234/23.\n3. CANCEL THIS MSG 201537Z APR 23.\n\nWESTERN RANGE 0/23 141315Z APR 23."
    )
    assert notice.source_id == "HYDROPAC 1243/23"
    assert notice.issued == at(2023, 4, 14, 1352)
    assert notice.cancels == ("HYDROPAC 1234/23",)
    assert notice.self_cancel == at(2023, 4, 20, 1537)
    assert spans(notice.windows) == [
        (at(2023, 4, 19, 631), at(2023, 4, 19, 1437)),
        (at(2023, 4, 20, 631), at(2023, 4, 20, 1437)),
    ]
    assert ring(notice.areas[0]) == pytest.approx(
        np.array(
            [(dm(14, 31), dm(174, 41)), (dm(14, 50), dm(175, 16)), (dm(14, 25), dm(175, 30)), (dm(14, 6), dm(174, 55))]
        ),
        abs=EXACT_DEG,
    )
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED}


def test_hydroarc_50_of_2023_has_three_groups_of_windows() -> None:
    notice = one(
        "150759Z APR 2023\nHYDROARC 50/23(41).\n1. ROCKET LAUNCHING\n   201100Z TO 201500Z APR, 0500Z TO 0900Z DAILY\n"
        "   21 AND 22 APR AND 0500Z TO 1500Z DAILY\n   25 THRU 29 APR IN AREA BOUND BY\n"
        "   77-25.62N 155-33.30E, 76-48.75N 150-51.52E,\n   74-12.50N 157-26.45E, 73-53.42N 161-19.82E,\n"
        "   74-58.35N 161-59.62E.\n2. CANCEL THIS MSG 291600Z APR 23."
    )
    assert spans(notice.windows) == [
        (at(2023, 4, 20, 1100), at(2023, 4, 20, 1500)),
        (at(2023, 4, 21, 500), at(2023, 4, 21, 900)),
        (at(2023, 4, 22, 500), at(2023, 4, 22, 900)),
        *((at(2023, 4, day, 500), at(2023, 4, day, 1500)) for day in range(25, 30)),
    ]
    assert ring(notice.areas[0])[0] == pytest.approx((77.427, 155.555), abs=EXACT_DEG)
    assert ring(notice.areas[0])[4] == pytest.approx((dm(74, 58.35), dm(161, 59.62)), abs=EXACT_DEG)
    assert len(notice.areas[0].lat_deg) == 5
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED}


def test_hydroarc_52_of_2023_lists_days_and_cancels_a_minute_late() -> None:
    notice = one(
        "151014Z APR 2023\nHYDROARC 52/23(42).\n1. ROCKET LAUNCHING\n   1200Z TO 2300Z DAILY 19, 21 AND 24 APR\n"
        "   IN AREA BOUND BY\n   70-34.00N 038-00.00E, 70-34.00N 035-30.00E,\n   69-45.00N 035-30.00E, 69-45.00N 038-00.00E.\n"
        "2. CANCEL THIS MSG 250001Z APR 23."
    )
    assert spans(notice.windows) == [(at(2023, 4, day, 1200), at(2023, 4, day, 2300)) for day in (19, 21, 24)]
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED}


def test_hydroarc_34_of_2026_ends_on_the_sixteenth() -> None:
    notice = one(
        "HYDROARC 34/26(43).\n1. ROCKET LAUNCHING\n   1930Z TO 0100Z DAILY 06 THRU 15 MAR\n   IN AREAS BOUND BY:\n"
        "   A. 71-01.00N 011-54.00E, 69-45.00N 014-19.00E,\n      70-10.00N 016-21.00E, 70-40.00N 016-53.00E,\n"
        "      71-21.00N 016-05.00E.\n   B. 69-24.00N 015-47.00E, 69-16.00N 015-56.00E,\n"
        "      69-17.00N 016-06.00E, 69-25.00N 016-05.00E.\n2. CANCEL THIS MSG 160200Z MAR 26."
    )
    assert len(notice.windows) == 10
    assert spans(notice.windows)[0] == (at(2026, 3, 6, 1930), at(2026, 3, 7, 100))
    assert spans(notice.windows)[-1] == (at(2026, 3, 15, 1930), at(2026, 3, 16, 100))
    assert [(area.label, len(area.lat_deg)) for area in notice.areas] == [("A", 5), ("B", 4)]
    assert ring(notice.areas[0])[4] == pytest.approx((dm(71, 21), dm(16, 5)), abs=EXACT_DEG)
    assert ring(notice.areas[1])[3] == pytest.approx((dm(69, 25), dm(16, 5)), abs=EXACT_DEG)
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED}


def test_hydroarc_3_of_2026_crosses_greenwich() -> None:
    notice = one(
        "HYDROARC 3/26(GEN).\n1. ROCKET LAUNCHING\n   2005Z TO 2020Z DAILY 19 THRU 25 JAN\n   IN AREAS BOUND BY:\n"
        "   A. 27-28.71N 171-24.34W, 13-38.98N 174-00.45W,\n      01-35.98N 175-48.45W, 00-54.72N 172-43.89W.\n"
        "   C. 71-03.42N 015-12.97E, 76-50.36N 003-23.81E,\n      79-11.76N 006-04.25W, 76-01.02N 002-00.03E.\n"
        "2. CANCEL THIS MSG 252120Z JAN 26."
    )
    west = ring(notice.areas[-1])
    assert west[1][1] > 0.0 > west[2][1]
    assert west[2] == pytest.approx((dm(79, 11.76), dm(-6, 4.25)), abs=EXACT_DEG)
    assert spans(notice.windows)[-1] == (at(2026, 1, 25, 2005), at(2026, 1, 25, 2020))


def test_hydrolant_763_of_2023_ends_area_e_with_a_comma() -> None:
    notice = one(
        "091725Z APR 2023\nHYDROLANT 763/23(36,37,38).\n1. ROCKET LAUNCHING\n   0030Z TO 1000Z DAILY 14 APR THRU 07 MAY\n"
        "   IN AREAS BOUND BY:\n   A. 47-44.0N 005-23.0W, 47-48.0N 004-31.0W,\n      47-39.0N 004-01.0W, 47-24.0N 004-11.0W,\n"
        "      47-16.0N 005-17.0W.\n   B. 44-55.0N 027-03.0W, 45-25.0N 025-00.0W,\n      44-12.0N 024-27.0W, 43-42.0N 026-27.0W,\n"
        "2. CANCEL THIS MSG 071100Z MAY 23."
    )
    assert len(notice.windows) == 24
    assert spans(notice.windows)[-1] == (at(2023, 5, 7, 30), at(2023, 5, 7, 1000))
    whole, cut = notice.areas
    assert codes(whole.flags) == set()
    assert codes(cut.flags) == {FlagCode.POSSIBLY_INCOMPLETE}
    assert ring(cut)[3] == pytest.approx((dm(43, 42), dm(-26, 27)), abs=EXACT_DEG)


def test_navarea_iv_1177_of_2022_has_alternates_and_an_area_without_full_stop() -> None:
    notice = one(
        "072239Z NOV 2022\nNAVAREA IV 1177/22(11,26).\n1. ROCKET LAUNCHING\n   121606Z TO 121854Z NOV, ALTERNATE\n"
        "   131606Z TO 131854Z AND 1607Z TO 1854Z DAILY\n   14 THRU 18 NOV IN AREAS BOUND BY:\n"
        "   A. 28-39.92N 080-38.33W, 28-40.00N 079-44.00W,\n      28-28.00N 079-40.00W, 28-29.97N 080-32.29W\n"
        "   B. 27-51.00N 073-56.00W, 28-37.00N 073-55.00W,\n      28-40.00N 071-21.00W, 28-13.00N 069-58.00W.\n"
        "2. CANCEL NAVAREA IV 1165/22.\n3. CANCEL THIS MSG 181954Z NOV 22."
    )
    assert spans(notice.windows, Role.PRIMARY) == [(at(2022, 11, 12, 1606), at(2022, 11, 12, 1854))]
    assert spans(notice.windows, Role.ALTERNATE) == [
        (at(2022, 11, 13, 1606), at(2022, 11, 13, 1854)),
        *((at(2022, 11, day, 1607), at(2022, 11, day, 1854)) for day in range(14, 19)),
    ]
    assert codes(notice.areas[0].flags) == {FlagCode.POSSIBLY_INCOMPLETE}
    assert ring(notice.areas[0])[3] == pytest.approx((dm(28, 29.97), dm(-80, 32.29)), abs=EXACT_DEG)
    assert notice.cancels == ("NAVAREA IV 1165/22",)


def test_navarea_iv_396_of_2023_is_a_circle_of_150_miles() -> None:
    notice = one(
        "090315Z APR 2023\nNAVAREA IV 396/23(14,51).\n1. ROCKET LAUNCHING\n   0030Z TO 1000Z DAILY 14 APR THRU 07 MAY\n"
        "   IN AREA WITHIN 150 MILES OF 37-35.15N 045-40.37W.\n2. CANCEL THIS MSG 071100Z MAY 23."
    )
    (area,) = notice.areas
    assert area.shape is Shape.CIRCLE
    assert area.radius_m == 150 * NAUTICAL_MILE_M
    assert ring(area) == pytest.approx(np.array([(dm(37, 35.15), dm(-45, 40.37))]), abs=EXACT_DEG)


def test_navarea_iv_418_of_2023_lists_six_irregular_alternates() -> None:
    notice = one(
        "150429Z APR 2023\nNAVAREA IV 418/23(11,26).\n1. ROCKET LAUNCHING\n   191218Z TO 191647Z APR, ALTERNATE\n"
        "   201153Z TO 201622Z, 211128Z TO 211556Z,\n   221102Z TO 221531Z, 231037Z TO 231506Z,\n"
        "   241012Z TO 241441Z AND 250947Z TO 251416Z APR\n   IN AREAS BOUND BY:\n"
        "   A. 28-38.47N 080-37.31W, 28-20.00N 079-55.00W,\n      28-31.21N 080-33.38W.\n3. CANCEL THIS MSG 251516Z APR 23."
    )
    assert spans(notice.windows, Role.ALTERNATE) == [
        (at(2023, 4, 20, 1153), at(2023, 4, 20, 1622)),
        (at(2023, 4, 21, 1128), at(2023, 4, 21, 1556)),
        (at(2023, 4, 22, 1102), at(2023, 4, 22, 1531)),
        (at(2023, 4, 23, 1037), at(2023, 4, 23, 1506)),
        (at(2023, 4, 24, 1012), at(2023, 4, 24, 1441)),
        (at(2023, 4, 25, 947), at(2023, 4, 25, 1416)),
    ]
    assert spans(notice.windows, Role.PRIMARY) == [(at(2023, 4, 19, 1218), at(2023, 4, 19, 1647))]
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED}


def test_navarea_iv_387_of_2023_has_a_window_for_each_paragraph() -> None:
    notice = one(
        "070735Z APR 2023\nNAVAREA IV 387/23(11,28).\n1. ROCKET LAUNCHING\n   1025Z TO 1610Z DAILY 17 THRU 21 APR\n"
        "   IN AREA BOUND BY\n   25-57.00N 093-13.00W, 26-05.00N 095-44.00W,\n   25-43.00N 092-44.00W.\n2. SPACE DEBRIS\n"
        "   1155Z TO 1610Z DAILY 17 THRU 21 APR\n   IN AREA BOUND BY\n   26-08.00N 091-05.00W, 26-42.00N 092-53.00W,\n"
        "   25-32.00N 090-24.00W.\n3. CANCEL THIS MSG 211710Z APR 23."
    )
    launch, debris = notice.areas
    assert (launch.label, debris.label) == ("1", "2")
    assert spans(launch.windows)[0] == (at(2023, 4, 17, 1025), at(2023, 4, 17, 1610))
    assert spans(debris.windows)[0] == (at(2023, 4, 17, 1155), at(2023, 4, 17, 1610))
    assert len(notice.windows) == 10


def test_navarea_xii_372_of_2023_crosses_the_dateline() -> None:
    notice = one(
        "210124Z JUN 2023\nNAVAREA XII 372/23(19,97).\n1. SPACE DEBRIS\n   0554Z TO 0912Z DAILY 22 THRU 28 JUN\n"
        "   IN AREA BOUND BY\n   34-54.00N 152-00.00W, 36-53.00N 151-00.00W,\n   44-04.00N 165-00.00E, 42-05.00N 165-00.00E.\n"
        "2. CANCEL THIS MSG 281012Z JUN 23."
    )
    area = notice.areas[0].geometry_lonlat()
    assert area.geom_type == "MultiPolygon"
    assert {round(edge) for part in area.geoms for edge in part.bounds[::2]} == {-180, -151, 165, 180}


def test_navarea_xii_384_of_2021_is_in_dashed_seconds_and_crosses_the_equator() -> None:
    notice = one(
        "060929Z AUG 21\nNAVAREA XII 384/21\n   091627Z TO 091729Z AUG, ALTERNATE\n   101716Z TO 101817Z AUG\n"
        "   A. 22-52-40N 137-34-57W, 20-12-47N 134-02-08W,\n      04-25-05N 146-28-48W, 06-54-48N 149-55-52W.\n"
        "   B. 12-58-15N 130-00-21W, 10-52-28N 127-06-04W,\n      05-17-31S 138-47-34W, 03-13-54S 141-40-25W.\n"
        "2. CANCEL THIS MSG 101917Z AUG 21."
    )
    assert ring(notice.areas[0])[0] == pytest.approx((dm(22, 52, 40), dm(-137, 34, 57)), abs=EXACT_DEG)
    assert ring(notice.areas[1])[2] == pytest.approx((dm(-5, 17, 31), dm(-138, 47, 34)), abs=EXACT_DEG)
    assert spans(notice.windows, Role.ALTERNATE) == [(at(2021, 8, 10, 1716), at(2021, 8, 10, 1817))]


def test_navarea_xii_656_of_2019_has_a_window_for_each_area_and_was_cancelled() -> None:
    notice = one(
        "NAVAREA XII 656/2019 (17,83)\n\n(Cancelled by NAVAREA XII 657/2019)\n\n"
        "   A. 221223Z TO 221312Z DEC IN AREA BOUND BY\n      08-10.42N 126-49.22W, 14-39.10N 122-02.28W,\n"
        "      16-43.41N 124-59.39W, 10-12.18N 129-44.25W.\n   B. ALTERNATE 222012Z TO 222258Z DEC\n"
        "      49-18.12N 145-12.23W, 47-02.48N 133-53.14W,\n      48-44.00N 132-43.20W, 51-35.22N 144-23.29W.\n"
        "2. CANCEL THIS MSG 222358Z DEC 19.\n\n220821Z DEC 2019 NASA 220222Z DEC 19."
    )
    first, second = notice.areas
    assert spans(first.windows, Role.PRIMARY) == [(at(2019, 12, 22, 1223), at(2019, 12, 22, 1312))]
    assert spans(second.windows, Role.ALTERNATE) == [(at(2019, 12, 22, 2012), at(2019, 12, 22, 2258))]
    assert ring(second)[0] == pytest.approx((dm(49, 18.12), dm(-145, 12.23)), abs=EXACT_DEG)
    assert notice.cancelled_by == "NAVAREA XII 657/2019"
    assert notice.issued == at(2019, 12, 22, 821)
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED, FlagCode.CANCELLED}


def test_navarea_xii_of_january_2026_spells_nine_miles_and_needs_the_day_of_receipt() -> None:
    text = (
        "NAVAREA: XII\nSPACE DEBRIS:\nA. 150825Z TO 150855Z JAN, ALTERNATE\n170001Z TO 222210Z JAN IN AREA\n"
        "WITHIN NINE MILES OF 33-40.72N 119-09.16W.\nD. 150825Z TO 150855Z JAN, ALTERNATE\n162350Z TO 222210Z JAN IN AREA BOUND BY\n"
        "19-48.00N 134-48.00W, 17-06.00N 131-48.00W,\n28-18.00N 121-54.00W, 29-54.00N 124-24.00W."
    )
    assert codes(one(text).flags) == {FlagCode.YEAR_UNKNOWN}
    (notice,) = read(text, received=at(2026, 1, 14, 0))
    assert notice.areas[0].radius_m == 9 * NAUTICAL_MILE_M
    assert spans(notice.areas[0].windows) == [
        (at(2026, 1, 15, 825), at(2026, 1, 15, 855)),
        (at(2026, 1, 17, 1), at(2026, 1, 22, 2210)),
    ]
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED}


def test_navarea_xiv_189_of_2026_letters_vertices_not_areas() -> None:
    notice = one(
        "NAVAREA XIV WARNING 189/26\nSOUTHERN OCEAN\n1. SPACE DEBRIS FROM 142100 UTC TO 232100 UTC JUL 2026 IN AREA BOUNDED BY:\n"
        "A. 59-42.60S 165-49.20E\nB. 57-28.80S 126-01.20W\nC. 60-23.40S 122-04.80W\nD. 62-33.00S 162-33.60E\n"
        "2. CANCEL THIS MESSAGE 232200 UTC JUL 2026\nNNNN"
    )
    (area,) = notice.areas
    assert ring(area) == pytest.approx(
        np.array([(-59.71, 165.82), (-57.48, -126.02), (-60.39, -122.08), (-62.55, 162.56)]), abs=EXACT_DEG
    )
    assert spans(area.windows) == [(at(2026, 7, 14, 2100), at(2026, 7, 23, 2100))]
    assert notice.flags == ()


def test_hydrolant_11_of_2023_ends_at_sunset_on_days_of_the_week() -> None:
    notice = one(
        "021020Z JAN 2023\nHYDROLANT 11/23(54).\n1. MISSILE OPERATIONS\n   0530Z TO SUNSET WEDNESDAY THRU SATURDAY UNTIL\n   31 DEC:\n"
        "   A. IN AREA BOUND BY\n      35-36.00N 024-07.00E, 36-18.00N 024-07.00E,\n      36-18.00N 025-59.00E.\n"
        "   B. IN AREA WITHIN 1000 METERS OF 35-32.00N 024-13.00E.\n2. CANCEL THIS MSG 010001Z JAN 24."
    )
    assert [area.shape for area in notice.areas] == [Shape.POLYGON, Shape.CIRCLE]
    assert notice.areas[1].radius_m == 1000.0
    assert len(notice.windows) == 52 * 4  # Wednesday 4 January to Saturday 30 December
    assert {window.opens.weekday() for window in notice.windows} == {2, 3, 4, 5}
    first, last = spans(notice.windows)[0], spans(notice.windows)[-1]
    assert (first[0], last[0]) == (at(2023, 1, 4, 530), at(2023, 12, 30, 530))
    assert at(2023, 1, 4, 1510) < first[1] < at(2023, 1, 4, 1530)  # winter in Crete
    assert codes(notice.flags) == {FlagCode.YEAR_INFERRED, FlagCode.WINDOW_FROM_SUN}

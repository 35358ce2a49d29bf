"""NOTAM and a press copy: areas, schedules and checks typed by hand from the texts as published.

SOURCE: Manila FIR B4525/23 (Nov 2023, public text); A2410/26, A2411/26, B3661/26, F2572/26, Q3528/26, X1926/26, 4456/26 and
A3622/26 from Aureleid/notam-parser (test_app.py); P3539/25 from AIS-ADSB/Notam_decode@81feea5; the zone of December 2012
from allthingsnuclear.org ("North Korea gives location of splashdown zones"). The texts are cut down to the numbers and
the words of the form. Manila to the first corner of zone C: "about 820 km" in the
Philippine press of November 2023.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pyproj import Geod

from downrange.notice import FlagCode, NoticeKind, Shape, read

EXACT_DEG = 1e-9
PRINTED_DEG = 5e-7  # six decimals
ABOUT_M = 10e3  # "about 820 km"
MANILA_LONLAT = (120.9842, 14.5995)  # city hall

ZONE_C = """B4525/23 NOTAMN
Q) RPHI/QRALW/IV/NBO/W /000/999/1311N12917E114
A) RPHI B) 2311220000 C) 2311302359
E) AEROSPACE FLT ACT WI:
145410N 1284006E -
150142N 1292403E -
112649N 1295408E -
111918N 1291050E -
145410N 1284006E.
F) SFC G) UNL
"""


def dms(degrees, minutes, seconds=0.0):
    return degrees + minutes / 60 + seconds / 3600


def at(year, month, day, clock):
    return datetime(year, month, day, clock // 100, clock % 100, tzinfo=UTC)


def notam(name, q_line, firs, opens, closes, schedule, text):
    field_d = f"D) {schedule}\n" if schedule else ""
    return f"{name} NOTAMN\nQ) {q_line}\nA) {firs} B) {opens} C) {closes}\n{field_d}E) {text}\nF) SFC G) UNL\n"


def one(text):
    (notice,) = read(text)
    return notice


def ring(area):
    return np.column_stack([area.lat_deg, area.lon_deg])


def spans(windows):
    return [(window.opens, window.closes) for window in windows]


def codes(notice):
    return {flag.code for flag in notice.flags}


def test_zone_c_of_the_chollima_launches() -> None:
    notice = one(ZONE_C)
    assert (notice.source_id, notice.kind, notice.firs, notice.q_code) == (
        "B4525/23",
        NoticeKind.NOTAM,
        ("RPHI",),
        "QRALW",
    )
    assert ring(notice.areas[0]) == pytest.approx(
        np.array([(14.902778, 128.668333), (15.028333, 129.400833), (11.446944, 129.902222), (11.321667, 129.180556)]),
        abs=PRINTED_DEG,
    )
    assert spans(notice.windows) == [(at(2023, 11, 22, 0), at(2023, 11, 30, 2359))]
    assert notice.areas[0].windows == notice.windows
    assert notice.flags == ()


def test_zone_c_begins_about_820_km_from_manila() -> None:
    area = one(ZONE_C).areas[0]
    _, _, range_m = Geod(ellps="WGS84").inv(*MANILA_LONLAT, area.lon_deg[0], area.lat_deg[0])
    assert range_m == pytest.approx(820e3, abs=ABOUT_M)


def test_norway_a2410_has_three_areas_two_daily_pieces_and_a_circle_too_small() -> None:
    notice = one(
        notam(
            "A2410/26",
            "ENOB/QRDCA/IV/BO /W /000/999/7241N03000E012",
            "ENOB",
            "2604132100",
            "2604301600",
            "13 2100-2359, 14-29 0000-1600 2100-2359, 30 0000-1600",
            "TEMPO DANGER AREA &apos;V&apos; PSN 724711N 0292753E - 725238N 0300000E - 722911N 0300000E - (724711N\n"
            "0292753E). IMPACT AREA.\nSIMILAR ACTIVITIES PSN 725238N 0300000E - 730132N 0305414E -\n"
            "722300N 0320500E - 714500N 0320500E - 713933N 0312513E - 721330N\n0302700E - 722911N 0300000E - (725238N 0300000E)\n"
            "AND 705600N 0320500E - 701000N 0320500E - 700928N 0320152E - 701500N 0315000E -\n"
            "703007N 0315000E - 703622N 0314318E - (705600N 0320500E)",
        )
    )
    assert [len(area.lat_deg) for area in notice.areas] == [3, 7, 6]
    assert ring(notice.areas[0])[0] == pytest.approx((dms(72, 47, 11), dms(29, 27, 53)), abs=EXACT_DEG)
    assert ring(notice.areas[1])[5] == pytest.approx((dms(72, 13, 30), dms(30, 27)), abs=EXACT_DEG)
    assert ring(notice.areas[2])[5] == pytest.approx((dms(70, 36, 22), dms(31, 43, 18)), abs=EXACT_DEG)
    first = at(2026, 4, 13, 2100)
    nights = [(first + timedelta(days=n), first + timedelta(days=n, hours=19)) for n in range(17)]
    assert spans(notice.windows) == nights
    assert codes(notice) == {FlagCode.Q_CIRCLE_MISMATCH}


def test_norway_a2411_repeats_its_closing_point_twice() -> None:
    notice = one(
        notam(
            "A2411/26",
            "ENOB/QRDCA/IV/BO /W /000/999/7537N02147E047",
            "ENOB",
            "2604132100",
            "2604301600",
            "",
            "PSN\n762200N 0215500E - 752400N 0244300E - 745100N 0214500E - 755000N\n0185000E - 762200N 0215500E - "
            "(762200N 0215500E). IMPACT AREA",
        )
    )
    assert ring(notice.areas[0]) == pytest.approx(
        np.array(
            [
                (dms(76, 22), dms(21, 55)),
                (dms(75, 24), dms(24, 43)),
                (dms(74, 51), dms(21, 45)),
                (dms(75, 50), dms(18, 50)),
            ]
        ),
        abs=EXACT_DEG,
    )
    assert notice.flags == ()


def test_new_zealand_b3661_crosses_the_dateline_in_spaced_seconds() -> None:
    notice = one(
        notam(
            "B3661/26",
            "NZZO/QRDCA/IV/BO /W /000/999/6106S16123W999",
            "NZZO",
            "2607150900",
            "2607232100",
            "DAILY 0900-2100",
            "AREA NZD095 BOUNDED BY A LINE JOINING:\n59 03 00 S 131 00 00 W\n63 09 00 S 131 00 00 W\n62 41 00 S 163 00 00 E\n"
            "62 12 00 S 163 00 00 E\n59 42 36 S 165 49 12 E\n59 03 00 S 131 00 00 W\nACTIVITY: DEBRIS",
        )
    )
    assert len(notice.areas) == 1
    assert ring(notice.areas[0])[4] == pytest.approx((-59.71, 165.82), abs=EXACT_DEG)
    assert notice.areas[0].geometry_lonlat().geom_type == "MultiPolygon"
    assert spans(notice.windows) == [(at(2026, 7, day, 900), at(2026, 7, day, 2100)) for day in range(15, 24)]
    assert notice.flags == ()


def test_australia_e2700_opens_at_night_and_ends_with_to_beginning() -> None:
    notice = one(
        notam(
            "E2700/26",
            "YMMM/QRDCA/IV/BO/W/000/999/2139S09259E999",
            "YMMM",
            "2607232334",
            "2607300259",
            "DAILY 2334-0259",
            "WI THE FOLLOWING AREAS: 2338S 07500E, 2139S 08258E, 1517S 10438E, 1714S 11000E, 2447S 07930E, 2530S 07500E TO BEGINNING.",
        )
    )
    assert spans(notice.windows) == [(at(2026, 7, 23 + n, 2334), at(2026, 7, 24 + n, 259)) for n in range(7)]
    assert ring(notice.areas[0])[3] == pytest.approx((-dms(17, 14), 110.0), abs=EXACT_DEG)
    assert len(notice.areas[0].lat_deg) == 6
    assert notice.flags == ()


def test_australia_f2572_lists_vertices_by_line() -> None:
    notice = one(
        notam(
            "F2572/26",
            "YMMM/QWMLW/IV/BO/W/000/999/6230S16247E020",
            "YMMM",
            "2607140900",
            "2607232100",
            "DAILY 0900-2100",
            "IMPACT AREA:\n621200S 1630000E\n624100S 1630000E\n623300S 1623336E\n621200S 1630000E",
        )
    )
    assert ring(notice.areas[0]) == pytest.approx(
        np.array([(-62.2, 163.0), (-dms(62, 41), 163.0), (-62.55, 162.56)]), abs=EXACT_DEG
    )
    assert len(notice.windows) == 10
    assert notice.flags == ()


def test_russia_q3528_is_active_on_five_days() -> None:
    notice = one(
        notam(
            "Q3528/26",
            "ULLL/QRTCA/IV/BO/W/000/999/6604N04250E021",
            "ULLL",
            "2604241100",
            "2604282100",
            "24-28 1100-2100",
            "AIRSPACE CLSD WI AREA:\n654800N0431000E-654500N0423000E-654700N0422500E-655500N0421300E-\n"
            "660700N0421500E-661900N0423000E-662300N0425500E-662300N0431000E-\n661500N0432800E-654800N0431000E",
        )
    )
    assert spans(notice.windows) == [(at(2026, 4, day, 1100), at(2026, 4, day, 2100)) for day in range(24, 29)]
    assert len(notice.areas[0].lat_deg) == 9
    assert ring(notice.areas[0])[8] == pytest.approx((dms(66, 15), dms(43, 28)), abs=EXACT_DEG)
    assert notice.flags == ()


def test_russia_x1926_numbers_two_areas_on_one_line() -> None:
    notice = one(
        "X1926/26 NOTAMN Q)ULLL/QRTCA/IV/BO/W/000/999/6241N04952E082 A)ULLL B)2607140900 C)2607182059 E)AIRSPACE CLSD WI AREA: "
        "1. 625500N0470000E-625000N0485000E-622500N0484500E- 623000N0470000E-625500N0470000E. "
        "2. 621200N0510400E-615900N0522100E-622400N0524100E- 623700N0512400E-621200N0510400E. F)GND G)UNL"
    )
    assert [(area.label, len(area.lat_deg)) for area in notice.areas] == [("1", 4), ("2", 4)]
    assert ring(notice.areas[1])[1] == pytest.approx((dms(61, 59), dms(52, 21)), abs=EXACT_DEG)
    assert spans(notice.windows) == [(at(2026, 7, 14, 900), at(2026, 7, 18, 2059))]
    assert notice.flags == ()


def test_china_4456_has_no_series_letter_and_two_regions() -> None:
    notice = one(
        "4456/26 NOTAMN\nQ)ZXXX/QRDCA/IV/BO/W/000/999/3322N11036E013\nA)ZLHW ZHWH B)2609191043 C)2609191106\n"
        "E) DANGER AREA BOUNDED BY:\nN333400E1103100-N333200E1104400-N331000E1104100-N331100E1102700,\nBACK TO START.VERTICAL LIMITS:SFC-UNL.\n"
        "F)SFC G)UNL"
    )
    assert notice.source_id == "4456/26"
    assert notice.firs == ("ZLHW", "ZHWH")
    assert ring(notice.areas[0]) == pytest.approx(
        np.array(
            [
                (dms(33, 34), dms(110, 31)),
                (dms(33, 32), dms(110, 44)),
                (dms(33, 10), dms(110, 41)),
                (dms(33, 11), dms(110, 27)),
            ]
        ),
        abs=EXACT_DEG,
    )
    assert spans(notice.windows) == [(at(2026, 9, 19, 1043), at(2026, 9, 19, 1106))]
    assert notice.flags == ()


def test_japan_p3539_leaves_its_hours_open() -> None:
    notice = one(
        notam(
            "P3539/25",
            "RJJJ/QXXXX/IV/NBO/E/000/999/2306N12435E029",
            "RJJJ",
            "2509050000",
            "2509102359",
            "",
            "AEROSPACE FLIGHT THRU SEP 05-10 2025,\nDLY TIME TO BE DETERMINED\n\n"
            "AREA:\n2307N12506E-2324N12411E-2309N12405E-2251N12501E-2307N12506E\n\nRMK/1.ATC WILL NOT CLEAR\n    2.THE EXACT TIME",
        )
    )
    assert ring(notice.areas[0]) == pytest.approx(
        np.array(
            [
                (dms(23, 7), dms(125, 6)),
                (dms(23, 24), dms(124, 11)),
                (dms(23, 9), dms(124, 5)),
                (dms(22, 51), dms(125, 1)),
            ]
        ),
        abs=EXACT_DEG,
    )
    assert spans(notice.windows) == [(at(2025, 9, 5, 0), at(2025, 9, 10, 2359))]
    assert codes(notice) == {FlagCode.WINDOW_OPEN}


def test_searchlight_a3622_is_a_circle_without_times() -> None:
    notice = one(
        "A3622/26 Q) EGTT/QXXLW/IV/BO/AW/000/999 A) EGLL E) SEARCHLIGHT DISPLAY WI 0.5NM RADIUS OF 512846N 0001745W (KEW). F) SFC G) UNL"
    )
    assert notice.areas[0].shape is Shape.CIRCLE
    assert notice.areas[0].radius_m == pytest.approx(926.0)
    assert ring(notice.areas[0]) == pytest.approx(np.array([(dms(51, 28, 46), -dms(0, 17, 45))]), abs=EXACT_DEG)
    assert codes(notice) == {FlagCode.WINDOW_OPEN}


def test_first_stage_of_december_2012_as_the_press_printed_it() -> None:
    notice = one(
        "First stage:\n35° 44’06 “/ 124° 30’30”\n35° 44’07 “/ 124° 54’23”\n34° 58’36 “/ 124° 32’32 ”\n34° 58’43” / 124° 56’11 ”\n"
    )
    nw, ne, sw, se = (
        (dms(35, 44, 6), dms(124, 30, 30)),
        (dms(35, 44, 7), dms(124, 54, 23)),
        (dms(34, 58, 36), dms(124, 32, 32)),
        (dms(34, 58, 43), dms(124, 56, 11)),
    )
    (area,) = notice.areas
    assert notice.kind is NoticeKind.PRESS
    assert ring(area) == pytest.approx(np.array([nw, ne, sw, se]), abs=EXACT_DEG)
    assert np.column_stack([area.proposed_lat_deg, area.proposed_lon_deg]) == pytest.approx(
        np.array([nw, ne, se, sw]), abs=EXACT_DEG
    )
    assert area.geometry_lonlat().is_valid
    assert codes(notice) == {
        FlagCode.PRESS_COPY,
        FlagCode.SELF_INTERSECTING,
        FlagCode.REORDERED,
        FlagCode.WINDOW_OPEN,
    }

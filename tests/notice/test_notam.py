from datetime import UTC, datetime

import pytest

from downrange.notice import FlagCode, read

RING = "1000N02000E-1000N02100E-0900N02100E-1000N02000E"


def notam(
    *,
    name="B1/26 NOTAMN",
    q="RPHI/QRALW/IV/NBO/W/000/999/0940N02040E060",
    a="RPHI",
    b="2604010000",
    c="2604022359",
    d="",
    e=RING,
):
    field_d = f" D) {d}" if d else ""
    (notice,) = read(f"{name} Q) {q} A) {a} B) {b} C) {c}{field_d} E) {e} F) SFC G) UNL")
    return notice


def codes(notice):
    return {flag.code for flag in notice.flags}


@pytest.mark.parametrize(
    ("q", "firs", "q_code"),
    [
        ("RPHI/QRALW/IV/NBO/W /000/999/0940N02040E060", ("RPHI",), "QRALW"),
        ("KZAK/QWMLW//////", ("RPHI",), "QWMLW"),
        ("ZXXX/QRDCA/IV/BO/W/000/999", ("RPHI",), "QRDCA"),
        ("", ("RPHI",), ""),
    ],
)
def test_the_q_line_is_never_a_condition(q, firs, q_code) -> None:
    notice = notam(q=q)
    assert (notice.firs, notice.q_code, len(notice.areas)) == (firs, q_code, 1)
    assert codes(notice) == set()


def test_the_region_of_the_q_line_stands_in_for_a_missing_field_a() -> None:
    (notice,) = read(f"A1/26 NOTAMN Q) ENOB/QRDCA/IV/BO/W/000/999/ B) 2604010000 C) 2604020000 E) {RING}")
    assert notice.firs == ("ENOB",)


def test_a_replacement_names_its_predecessor() -> None:
    assert notam(name="B7/26 NOTAMR B6/26").cancels == ("B6/26",)
    assert notam(name="B7/26 NOTAMC B6/26").cancels == ("B6/26",)
    assert notam(name="B7/26 NOTAMR B6/26").source_id == "B7/26"


@pytest.mark.parametrize(
    ("b", "c", "code"),
    [
        ("2604010000", "PERM", FlagCode.WINDOW_OPEN),
        ("2604010000", "2604022359 EST", FlagCode.WINDOW_OPEN),
        ("2604010000", "26040223", FlagCode.WINDOW_UNREAD),
        ("2604310000", "2605022359", FlagCode.WINDOW_UNREAD),
        ("2604022359", "2604010000", FlagCode.WINDOW_CONFLICT),
    ],
)
def test_fields_b_and_c_that_give_no_window_give_a_flag(b, c, code) -> None:
    assert codes(notam(b=b, c=c)) == {code}


def test_a_moment_may_break_over_a_line() -> None:
    assert notam(b="26040\n10000").windows[0].opens == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_schedule_that_is_not_understood_leaves_the_envelope() -> None:
    notice = notam(d="DLY 9N")
    assert codes(notice) == {FlagCode.WINDOW_UNREAD}
    assert len(notice.windows) == 1


def test_hours_in_the_text_narrow_each_area() -> None:
    notice = notam(
        e="AREA1:FM 0900 TO 1100 1000N02000E-1000N02100E-0900N02100E AREA2:FM 2300 TO 0100 0900N02000E-0900N02100E-0800N02100E"
    )
    first, second = notice.areas
    assert [window.opens.hour for window in first.windows] == [9, 9]
    assert [(window.opens.hour, window.closes.hour) for window in second.windows] == [(0, 1), (23, 1), (23, 23)]
    assert len(notice.windows) == 5


def test_times_in_the_text_outside_the_fields_are_a_conflict_and_both_stay() -> None:
    notice = notam(e=f"FROM 100100Z TO 100200Z APR WI {RING}")
    assert FlagCode.WINDOW_CONFLICT in codes(notice)
    assert {window.opens.day for window in notice.windows} == {1, 10}


def test_letters_inside_the_text_are_no_fields() -> None:
    notice = notam(e=f"CREW A) B) READY WI {RING}")
    assert len(notice.areas) == 1
    assert notice.firs == ("RPHI",)


def test_a_notice_of_reroutes_only_has_no_area_and_says_so() -> None:
    notice = notam(e="ALTN RTE: 1000N02000E DCT 1000N02100E DCT 0900N02100E")
    assert notice.areas == ()
    assert codes(notice) == {FlagCode.REROUTE_CUT, FlagCode.NO_AREA}


def test_parts_that_are_missing_are_named() -> None:
    assert FlagCode.MULTI_PART_MISSING in codes(notam(e=f"PART 1 OF 3 WI {RING}"))


def test_a_circle_of_the_q_line_that_is_too_small_is_flagged_where_it_stands() -> None:
    notice = notam(q="RPHI/QRALW/IV/NBO/W/000/999/0940N02040E005")
    (flag,) = notice.flagged(FlagCode.Q_CIRCLE_MISMATCH)
    assert "0940N02040E005" in ("B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/0940N02040E005")[flag.start :]


def test_flags_of_fields_point_at_the_fields() -> None:
    text = f"B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 D) SR-SS E) {RING}"
    (flag,) = read(text)[0].flags
    assert text[flag.start : flag.stop] == "D) SR-SS"
    (flag,) = read(text.replace("2604022359 D) SR-SS", "PERM"))[0].flags
    assert text[flag.start :].startswith("B) 2604010000 C) ")

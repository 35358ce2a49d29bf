"""Fields B), C) and D) in the spellings of many offices."""

from datetime import UTC, datetime

import pytest

from downrange.notice import FlagCode, read

RING = "1000N02000E-1000N02100E-0900N02100E-1000N02000E"
OPENS, CLOSES = datetime(2026, 4, 24, tzinfo=UTC), datetime(2026, 5, 3, 23, 59, tzinfo=UTC)


def notam(b="2604240000", c="2605032359", d="", e=f"WI {RING}"):
    fields = f"B) {b} " + (f"C) {c} " if c else "") + (f"D) {d} " if d else "")
    (notice,) = read(f"B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI {fields}E) {e} F) SFC G) UNL")
    return notice, {flag.code for flag in notice.flags}


@pytest.mark.parametrize(
    ("b", "c"),
    [
        ("26 04 24 0000", "2605 032359"), ("202604240000", "202605032359"), ("26/04/24 00:00", "26/05/03 23:59"),
        ("24 APR 2026 00:00", "03 MAY 2026 23:59"), ("2026 Apr 24 00:00", "2026 May 03 23:59"), ("2604240000-2605032359", ""),
        ("2604240000 UTC", "2605032359 UTC"), ("FROM: 26/04/24 00:00", "TO: 26/05/03 23:59"),
    ],
)  # fmt: skip
def test_spellings_of_moments(b, c) -> None:
    notice, codes = notam(b, c)
    assert [(window.opens, window.closes) for window in notice.windows] == [(OPENS, CLOSES)]
    assert codes == set()


def test_letters_for_digits_are_flagged() -> None:
    notice, codes = notam(b="26O4240000")
    assert notice.windows[0].opens == OPENS
    assert codes == {FlagCode.TEXT_DAMAGED}


@pytest.mark.parametrize(("b", "c"), [("2604240000", "PERM"), ("2604240000", "UFN"), ("WIE", "2605032359")])
def test_open_ends_give_no_window(b, c) -> None:
    notice, codes = notam(b, c)
    assert (notice.windows, codes) == ((), {FlagCode.WINDOW_OPEN})


def test_fields_may_touch_each_other() -> None:
    (notice,) = read(f"B1/26 NOTAMN A) RPHI B)2604240000C)2605032359EST D)0900-1100E) WI {RING} F) SFC G) UNL")
    assert len(notice.windows) == 10
    assert {flag.code for flag in notice.flags} == {FlagCode.WINDOW_OPEN}


def test_a_notice_that_only_cancels_needs_no_end() -> None:
    (notice,) = read("B2/26 NOTAMC B1/26 Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604240000 E) CANCELLED")
    assert notice.cancels == ("B1/26",)
    assert FlagCode.WINDOW_OPEN in {flag.code for flag in notice.flags}


def test_lists_of_each_area_in_the_text() -> None:
    other = "0500N02000E-0500N02100E-0400N02100E-0500N02000E"
    notice, codes = notam(e=f"AREA A: APR 24 0900-1100, 26 1000-1200 {RING} AREA B: 25 APR 0900-1100 {other}")
    assert [[window.opens.day for window in area.windows] for area in notice.areas] == [[24, 26], [25]]
    assert codes == {FlagCode.YEAR_INFERRED}


def test_times_that_reach_beyond_the_fields_are_cut_and_flagged() -> None:
    notice, codes = notam(e=f"FROM 2604230000 TO 2604250000 WI {RING}")
    assert [(window.opens.day, window.closes.day) for window in notice.windows] == [(24, 25)]
    assert codes == {FlagCode.WINDOW_CONFLICT}


def test_a_text_received_after_the_last_window_is_flagged() -> None:
    text = f"B1/26 NOTAMN A) RPHI B) 2604240000 C) 2605032359 E) WI {RING}"
    late, early = (read(text, received=datetime(2026, month, 1, tzinfo=UTC))[0] for month in (6, 4))
    assert late.flagged(FlagCode.WINDOW_PAST)
    assert not early.flagged(FlagCode.WINDOW_PAST)


@pytest.mark.parametrize(
    ("words", "days"),
    [("PRI 24 0900-1100 BKUP 25-27 0900-1100", [24, 25, 26, 27]), ("ACT 24, 26 0900-1100", [24, 26])],
)
def test_bare_days_before_times_in_the_text(words, days) -> None:
    notice, _ = notam(e=f"{words} WI {RING}")
    assert [window.opens.day for window in notice.windows] == days


def test_the_sun_in_the_text() -> None:
    notice, codes = notam(e=f"ACT SR-SS WI {RING}")
    assert len(notice.windows) == 10
    assert FlagCode.WINDOW_FROM_SUN in codes

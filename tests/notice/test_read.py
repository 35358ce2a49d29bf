from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from downrange.base import InputError
from downrange.notice import FlagCode, NoticeError, NoticeKind, read, read_file, require_areas
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.read import read_tokens

NOTAM = "B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 E) WI 1000N02000E-1000N02100E-0900N02100E-1000N02000E F) SFC G) UNL"
WARNING = "011200Z APR 26 HYDROPAC 12/26(81). 1. ROCKET LAUNCHING 1200Z TO 1300Z DAILY 06 THRU 08 APR IN AREA BOUND BY 10-00.0N 020-00.0W, 10-00.0N 021-00.0W, 09-00.0N 021-00.0W. 2. CANCEL HYDROPAC 11/26. 3. CANCEL THIS MSG 081400Z APR 26."
WORDS = (
    "N123456E1234507 123456N 1234507E 12-34.56N 123-45.67W 35° 44’07 “/ 124° 30’30” 59 03 00 S 131 00 00 W A. B. 1. 2. AREA1: AND "
    "TO BEGINNING BACK START 201100Z 1930Z DAILY 06 THRU 15 MAR SEB JAN , . - ( ) ALTERNATE CANCEL THIS MSG 291600Z APR 23 NAVAREA IV "
    "1165/22 HYDROPAC 12/23(81). B4525/23 NOTAMN Q) A) B) C) D) E) F) 2311220000 2311302359 2334-0259 13 WITHIN 150 MILES OF CLOCKWISE "
    "ON A 30 NM ARC CENTERED RADIUS FOUR-POINT IN AREA BOUND BY RMK DCT VOR -FIXXX- PART OF SUNSET WEDNESDAY UNTIL UTC FROM !FDC 1/4530 "
    "&apos; # º 28º51'16\"N H24 EST PERM 310000Z FEB 9999999999 0000Z ½ ２３ É"
)
PIECES = WORDS.split()


def test_two_messages_on_one_line_are_split_and_flagged() -> None:
    first, second = read(f"{WARNING} {WARNING.replace('HYDROPAC 12/26', 'HYDROLANT 13/26')}")
    assert (first.source_id, second.source_id) == ("HYDROPAC 12/26", "HYDROLANT 13/26")
    assert first.cancels == second.cancels == ("HYDROPAC 11/26",)
    assert first.flagged(FlagCode.MERGED_RECORDS)
    assert second.flagged(FlagCode.MERGED_RECORDS)
    assert second.text.startswith("011200Z APR 26 HYDROLANT")


def test_two_messages_on_their_own_lines_are_no_damage() -> None:
    first, second = read(f"{WARNING}\n\n{NOTAM}\n")
    assert (first.kind, second.kind) == (NoticeKind.HYDROPAC, NoticeKind.NOTAM)
    assert not second.flags
    assert second.text == NOTAM


def test_a_replaced_name_begins_no_record() -> None:
    (notice,) = read(NOTAM.replace("NOTAMN", "NOTAMR B0/26"))
    assert notice.cancels == ("B0/26",)


def test_a_message_in_round_brackets() -> None:
    (notice,) = read(f"({NOTAM})")
    assert (notice.source_id, notice.flags) == ("B1/26", ())


def test_flags_of_a_second_record_point_into_the_whole_text() -> None:
    text = f"{NOTAM}\n{WARNING}"
    (flag,) = read(text)[1].flagged(FlagCode.YEAR_INFERRED)
    assert text[flag.start : flag.stop] == "1200Z TO 1300Z DAILY 06 THRU 08 APR"


@pytest.mark.parametrize(
    ("text", "seen"),
    [("", "empty"), (" \n\t", "empty"), ("%PDF\0\1\2", "no text"), ("# only\n# remarks", "only remarks")],
)
def test_what_is_no_notice_is_refused_in_one_paragraph(text, seen) -> None:
    with pytest.raises(NoticeError, match=seen) as caught:
        read(text, "page.pdf")
    assert str(caught.value).startswith("page.pdf: ")
    assert "\n" not in str(caught.value)


def test_the_time_of_receipt_needs_a_zone() -> None:
    with pytest.raises(InputError, match="has no time zone"):
        read(NOTAM, received=datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_the_time_of_receipt_dates_a_text_without_a_year() -> None:
    text = WARNING.replace("011200Z APR 26 HYDROPAC 12/26(81).", "").replace("3. CANCEL THIS MSG 081400Z APR 26.", "")
    assert read(text)[0].flagged(FlagCode.YEAR_UNKNOWN)
    assert read(text, received=datetime(2031, 4, 1, tzinfo=UTC))[0].windows[0].opens.year == 2031


def test_files(tmp_path: Path) -> None:
    good, empty, other = tmp_path / "good.txt", tmp_path / "empty.txt", tmp_path / "other.txt"
    good.write_bytes(b"\xef\xbb\xbf# source: x\n" + NOTAM.encode())
    empty.write_text("")
    other.write_bytes("é35° 44’".encode("cp1252"))
    assert read_file(good)[0].source == str(good)
    for path, seen in (
        (empty, "is empty"),
        (other, "not UTF-8"),
        (tmp_path / "none.txt", "no such file"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(NoticeError, match=seen) as caught:
            read_file(path)
        assert str(path) in str(caught.value)


def test_a_notice_with_an_area_passes_the_strict_door() -> None:
    (notice,) = read(NOTAM)
    assert require_areas(notice) is notice


@pytest.mark.parametrize(
    "ending",
    [
        "WI:",
        "AREA BOUNDED BY",
        "NOTHING AT ALL",
        "1000N02000E",
        "1000N02000E TO 1000N02100E",
        "WI 1075N02000E-1000N02100E-0900N02100E",
    ],
)
def test_a_notice_without_one_does_not(ending) -> None:
    text = f"B1/26 NOTAMN Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359 E) {ending} F) SFC"
    (notice,) = read(text, "zone.txt")
    with pytest.raises(NoticeError, match="no polygon and no circle") as caught:
        require_areas(notice)
    assert str(caught.value).startswith("zone.txt: area of B1/26: ")
    assert "145410N 1284006E" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.stop > caught.value.start


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=40), st.sampled_from([" ", "\n", ""]))
def test_any_text_is_read_without_an_exception_and_never_in_silence(pieces, joint) -> None:
    text = joint.join(pieces)
    if not tokens(text)[0].text:
        return
    for notice in read(text):
        assert notice.areas or notice.flagged(FlagCode.NO_AREA)
        assert notice.windows or notice.flags
        assert all(0 <= flag.start < flag.stop <= len(text) for flag in notice.flags)
        assert all(area.geometry_lonlat().is_valid for area in notice.areas)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([NOTAM, WARNING]), st.integers(0, 400), st.sampled_from(["", "\n", " ", "9", "N", ".", "Z"]))
def test_one_damaged_character_never_breaks_the_reader(text, place, damage) -> None:
    place %= len(text)
    for notice in read(text[:place] + damage + text[place + 1 :]):
        assert notice.areas or notice.flagged(FlagCode.NO_AREA)


def steps(text):
    cur = Cursor(tokens(text))
    read_tokens(cur, text, "", None)
    return cur.steps, len(tokens(text))


ENDLESS = ["AND ", "ALTERNATE ", "1 ", "12\n", "1\n", "12 34 ", "12-", "RADIUS ", "WITHIN ", "HYDROPAC 1/23( ", "CANCEL ", "(", "NAVAREA IV ", "A. ",
           "FROM ", "B1/26 ", "201100Z TO ", "1200Z TO 1300Z DAILY 1 ", "N12", "! ", "E) ", "TWENTY-", "12-34.5N 123-45.6W, ", "JAN "]  # fmt: skip


@pytest.mark.parametrize("piece", ENDLESS)
def test_the_number_of_steps_grows_with_the_text_and_not_faster(piece) -> None:
    (few, short), (many, long) = steps(piece * 50), steps(piece * 400)
    assert many / few <= 1.2 * long / short
    assert many <= 400 * long


def test_a_file_that_never_ends_is_refused_and_not_read_whole() -> None:
    with pytest.raises(NoticeError, match="larger than 8 MB"):
        read_file("/dev/zero")


def test_a_domestic_notice_without_its_mark_keeps_its_name() -> None:
    text = "FDC 1/4530 ZJX FL..TEMPORARY FLIGHT RESTRICTION WITHIN 5 NM OF 285116N0804219W EFFECTIVE 2604010000 UTC UNTIL 2604010100 UTC."
    first, second = read(f"{text}\n\n{text.replace('4530', '4531')}")
    assert (first.source_id, first.kind) == ("FDC 1/4530", NoticeKind.FDC)
    assert (second.source_id, len(second.areas), len(second.windows)) == ("FDC 1/4531", 1, 1)

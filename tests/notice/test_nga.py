from datetime import UTC, datetime

import pytest

from downrange.notice import FlagCode, NoticeKind, read

BODY = "1. ROCKET LAUNCHING\n   1200Z TO 1300Z DAILY 06 THRU 08 APR\n   IN AREA BOUND BY\n   10-00.0N 020-00.0W, 10-00.0N 021-00.0W,\n   09-00.0N 021-00.0W.\n"


def one(text):
    (notice,) = read(text)
    return notice


@pytest.mark.parametrize(
    ("header", "name", "kind", "issued"),
    [
        ("011200Z APR 26\nHYDROPAC 12/26(81).", "HYDROPAC 12/26", NoticeKind.HYDROPAC, True),
        ("011200Z APR 2026 HYDROLANT 12/26(24,51).", "HYDROLANT 12/26", NoticeKind.HYDROLANT, True),
        ("HYDROARC 12/26(GEN).", "HYDROARC 12/26", NoticeKind.HYDROARC, False),
        ("NAVAREA XI 12/26", "NAVAREA XI 12/26", NoticeKind.NAVAREA, False),
        ("NAVAREA XIV WARNING 12/26", "NAVAREA XIV 12/26", NoticeKind.NAVAREA, False),
        ("NAVAREA XII 12/2026 (17,83)", "NAVAREA XII 12/2026", NoticeKind.NAVAREA, False),
    ],
)
def test_headers(header, name, kind, issued) -> None:
    notice = one(f"{header}\nNORTH PACIFIC.\nDNC 12.\n{BODY}")
    assert (notice.source_id, notice.kind) == (name, kind)
    assert notice.issued == (datetime(2026, 4, 1, 12, tzinfo=UTC) if issued else None)
    assert notice.windows[0].opens == datetime(2026, 4, 6, 12, tzinfo=UTC)
    assert [len(area.lat_deg) for area in notice.areas] == [3]


def test_the_trailer_of_the_authority_is_no_second_message() -> None:
    notice = one(
        f"011200Z APR 26\nHYDROPAC 12/26(81).\n{BODY}2. CANCEL THIS MSG 081400Z APR 26.\n\nNAVAREA XI 45/26 011100Z APR 26."
    )
    assert notice.source_id == "HYDROPAC 12/26"
    assert notice.issued == datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert {flag.code for flag in notice.flags} == {FlagCode.YEAR_INFERRED}


def test_a_cancel_line_that_does_not_fit_is_flagged() -> None:
    notice = one(f"HYDROPAC 12/26(81).\n{BODY}2. CANCEL THIS MSG 091400Z APR 26.")
    assert notice.flagged(FlagCode.SELF_CANCEL_MISMATCH)


def test_intermittent_firing_has_an_open_window() -> None:
    notice = one(
        "HYDROPAC 12/26(81).\n1. INTERMITTENT FIRING IN AREA BOUND BY\n10-00.0N 020-00.0W, 10-00.0N 021-00.0W,\n09-00.0N 021-00.0W."
    )
    assert {flag.code for flag in notice.flags} == {FlagCode.WINDOW_OPEN}


def test_an_announcement_without_coordinates() -> None:
    text = "HYDROPAC 12/26(81).\n1. ROCKET LAUNCHING\n1200Z TO 1300Z DAILY 06 THRU 08 APR\n   IN AREA BOUND BY\n2. CANCEL THIS MSG 081400Z APR 26."
    (flag,) = one(text).flagged(FlagCode.NO_AREA)
    assert "IN AREA" in text[flag.start : flag.stop]


def test_a_restriction_of_the_united_states_is_named() -> None:
    notice = one(
        "!FDC 1/4530 ZJX FL..AIRSPACE WI AN AREA DEFINED AS 15NM RADIUS OF 405242N1190233W SFC-UNL 2104071500-2104071724"
    )
    assert (notice.source_id, notice.kind) == ("FDC 1/4530", NoticeKind.FDC)
    assert notice.windows[0].closes == datetime(2021, 4, 7, 17, 24, tzinfo=UTC)


def test_prose_without_anything_is_flagged_twice() -> None:
    notice = one("The launch will take place next week.")
    assert {flag.code for flag in notice.flags} == {FlagCode.NO_AREA, FlagCode.WINDOW_OPEN}

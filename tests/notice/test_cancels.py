from datetime import UTC, datetime

import pytest

from downrange.notice import FlagCode, NoticeKind, read
from downrange.notice._cancels import series_name, warning_name
from downrange.notice._phrases import Cancel
from downrange.notice._tokens import Cursor, tokens
from downrange.notice.phrases import phrases


def first(text):
    return next(item for item in phrases(Cursor(tokens(text))) if isinstance(item, Cancel))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("NAVAREA XI 23-0123", "NAVAREA XI 23-0123"),
        ("NAVAREA XI WARNING NR 0123/23", "NAVAREA XI 0123/23"),
        ("NAVAREA XIV 189/26", "NAVAREA XIV 189/26"),
        ("NAVAREA ONE 045/26", "NAVAREA I 045/26"),
        ("NAVAREA 11 045/26", "NAVAREA XI 045/26"),
        ("HYDROPAC 1234/23(81)", "HYDROPAC 1234/23"),
        ("COASTAL WARNING 12/26", "COASTAL WARNING 12/26"),
        ("COASTAL WARNING ARKHANGELSK 123/26", "COASTAL WARNING ARKHANGELSK 123/26"),
        ("NAVTEX N.W. NR 1234/2023", "NAVTEX 1234/2023"),
        ("NAVAREA XI, NORTH PACIFIC", "NAVAREA XI"),
    ],
)
def test_names_of_warnings(text, name) -> None:
    assert series_name(Cursor(tokens(text))) == name


def test_the_year_of_a_number() -> None:
    years = [warning_name(Cursor(tokens(text))).year for text in ("NAVAREA XI 23-0123", "HYDROPAC 12/98", "NAVAREA I")]
    assert years == [2023, 1998, None]


@pytest.mark.parametrize(
    "text",
    [
        "CANCEL THIS MSG 031200Z JAN 26.", "CANCEL THIS MESSAGE 031200 UTC JAN 2026", "CANCEL THIS WARNING AT 031200Z JAN 26",
        "CNL THIS MSG 031200Z JAN 26", "CANCEL 031200Z JAN 26", "SELF CANCELLING 031200Z JAN 26", "SELF-CANCELS 031200 UTC JAN 26",
        "THIS WARNING IS CANCELLED AT 031200 UTC JAN 26", "CANCEL THIS MESSAGE 03 JAN 2026 1200 UTC",
    ],
)  # fmt: skip
def test_a_warning_that_cancels_itself(text) -> None:
    assert first(text).moment == datetime(2026, 1, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CANCEL NAVAREA XI 123/26.", ("NAVAREA XI 123/26",)),
        ("CANCEL NAVAREA XI 23-0456, 23-0457.", ("NAVAREA XI 23-0456", "NAVAREA XI 23-0457")),
        ("CANCEL HYDROPAC 12/23(81), 13/23 AND 14/23.", ("HYDROPAC 12/23", "HYDROPAC 13/23", "HYDROPAC 14/23")),
        ("THIS MESSAGE CANCELS NAVAREA I 034/26", ("NAVAREA I 034/26",)),
        ("CNL 034/26", ("034/26",)),
    ],
)
def test_a_warning_that_cancels_others(text, names) -> None:
    assert first(text).names == names


@pytest.mark.parametrize("text", ["CANCEL THE RACE", "CANCELLED DUE TO WEATHER", "CANCEL 12 BUOYS", "THIS CANCELS ALL"])
def test_other_words_are_no_cancel_line(text) -> None:
    assert not [item for item in phrases(Cursor(tokens(text))) if isinstance(item, Cancel)]


def test_a_misspelt_month_in_a_cancel_line_is_flagged() -> None:
    text = "CANCEL THIS MSG 031200Z JAM 26"
    assert first(text).moment is None or first(text).notes
    (note,) = first("CANCEL THIS MSG 031200Z DEK 26").notes
    assert note.code is FlagCode.TYPO_MONTH


RING = "14-54.00N 128-40.00E, 15-01.00N 129-24.00E, 11-26.00N 129-54.00E."


@pytest.mark.parametrize(
    ("header", "name", "kind", "issued"),
    [
        (
            "NAVAREA XI WARNING\nNAVAREA XI 26-0456\nDATE:2026/11/20 05 UTC",
            "NAVAREA XI 26-0456",
            NoticeKind.NAVAREA,
            20,
        ),
        ("ZCZC FA12\n201200 UTC NOV 26\nJAPAN NAVTEX N.W. NR 1234/2026", "NAVTEX 1234/2026", NoticeKind.OTHER, 20),
        ("SECURITE SECURITE SECURITE\nNAVAREA ONE 45/26", "NAVAREA I 45/26", NoticeKind.NAVAREA, None),
        ("COASTAL WARNING 123/26", "COASTAL WARNING 123/26", NoticeKind.OTHER, None),
    ],
)
def test_headers_of_other_coordinators(header, name, kind, issued) -> None:
    (notice,) = read(f"{header}\n1. ROCKET LAUNCHING 221500Z TO 232100Z NOV IN AREA BOUND BY {RING}\nCANCEL 044/26.")
    assert (notice.source_id, notice.kind) == (name, kind)
    assert (notice.issued.day if notice.issued else None) == issued
    assert [window.opens for window in notice.windows] == [datetime(2026, 11, 22, 15, tzinfo=UTC)]
    assert notice.cancels[0].endswith(" 044/26")


def test_a_cancel_time_without_a_year_takes_it_from_the_issue() -> None:
    (notice,) = read(
        f"201200Z DEC 2026\nHYDROPAC 7/26(81).\n1. 021500Z TO 022100Z JAN IN AREA BOUND BY {RING}\n2. CANCEL THIS MSG 022200Z JAN."
    )
    assert notice.self_cancel == datetime(2027, 1, 2, 22, tzinfo=UTC)
    assert {flag.code for flag in notice.flags} == {FlagCode.YEAR_INFERRED}

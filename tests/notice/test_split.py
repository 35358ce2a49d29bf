import pytest

from downrange.notice import FlagCode, read
from downrange.notice._split import split
from downrange.notice._tokens import Cursor, tokens

FIELDS = (
    "Q) RPHI/QRALW/IV/NBO/W/000/999/ A) RPHI B) 2604010000 C) 2604022359\nE) WI 1000N02000E-1000N02100E-0900N02100E"
)
PLAIN = """NAVAREA XI 12/26.
YELLOW SEA.
1. ROCKET LAUNCHING 011200Z TO 011300Z APR 26
IN AREA BOUND BY 35-00N 124-00E, 35-00N 125-00E, 34-00N 125-00E.
"""
ASKED = "2. CANCEL THIS MSG 011400Z APR 26.\n\nNAVAREA XX 44/23 141953Z APR 23.\n"


def names(text):
    return [notice.source_id for notice in read(text)]


@pytest.mark.parametrize("joint", ["\n\n", "\n \t\n", "\r\n\r\n", "\nNNNN\nZCZC AB12\n", "\nNNNN\n\n"])
def test_hundreds_of_notices_come_apart_however_they_are_joined(joint) -> None:
    wanted = [f"B{number}/26" for number in range(1, 301)]
    assert names(joint.join(f"{name} NOTAMN\n{FIELDS}" for name in wanted)) == wanted


def test_a_blank_line_makes_short_headers_enough() -> None:
    text = f"{PLAIN}\n{PLAIN.replace('12/26', '13/26')}\nA7/26\nA) RPHI B) 2604010000 C) 2604022359 E) WI 1000N02000E"
    assert names(text)[:2] == ["NAVAREA XI 12/26", "NAVAREA XI 13/26"]
    assert len(names(text)) == 3


def test_notices_that_lost_their_headers_come_apart_at_field_q() -> None:
    assert len(read(f"{FIELDS}\n\n{FIELDS}\n\n{FIELDS}")) == 3
    assert len(read(FIELDS.replace("\nE)", "\n\nE)"))) == 1


def test_who_asked_for_a_warning_is_no_warning() -> None:
    assert names(PLAIN + ASKED) == ["NAVAREA XI 12/26"]
    assert names(PLAIN + ASKED + "\n" + PLAIN.replace("12/26", "13/26")) == ["NAVAREA XI 12/26", "NAVAREA XI 13/26"]


def test_what_the_wire_and_a_page_put_before_a_notice_is_dropped() -> None:
    text = f"Notices of today\n\nZCZC LFA123 130924\nGG RPHIYNYX\n(B1/26 NOTAMN\n{FIELDS})\nNNNN\n"
    (notice,) = read(text)
    assert (notice.source_id, notice.flags) == ("B1/26", ())
    assert notice.text.startswith("B1/26")


def test_a_position_without_a_header_is_never_dropped() -> None:
    loose, headed = read(f"WITHIN 5 NM OF 1000N02000E\n\nB1/26 NOTAMN\n{FIELDS}")
    assert len(loose.areas) == len(headed.areas) == 1


def test_a_message_between_wire_marks_needs_no_header() -> None:
    words = "GALE WARNING FOR ALL SHIPS IN THE WEST OF THE AREA, " * 3
    first, second = read(f"{words}\nNNNN\n{words}\nNNNN\n")
    assert first.flagged(FlagCode.NO_AREA)
    assert second.text.startswith("GALE")


def test_the_name_of_another_message_begins_none() -> None:
    text = (
        PLAIN + "2. CANCEL NAVAREA XI 11/26(95).\n3. CANCEL THIS MSG 011400Z APR 26\nNAVAREA XX 44/23 141953Z APR 23."
    )
    assert names(text) == ["NAVAREA XI 12/26"]


def test_a_text_of_nothing_but_a_title_is_still_one_notice() -> None:
    row = tokens("Nothing to see here.")
    assert [(record.start, record.stop) for record in split(Cursor(row), "Nothing to see here.")] == [(0, len(row) - 1)]


@pytest.mark.parametrize("rule", ["# source: another page", "----------", "=====", "  ****  "])
def test_texts_without_headers_come_apart_at_remarks_and_ruled_lines(rule) -> None:
    text = f"{rule}\nFIRST: WITHIN 5 NM OF 1000N02000E\n{rule}\n\nSECOND: WITHIN 5 NM OF 1000N03000E\n{rule}\n"
    first, second = read(text)
    assert (first.areas[0].lon_deg, second.areas[0].lon_deg) == ((20.0,), (30.0,))


def test_what_stands_behind_a_remark_and_says_nothing_belongs_to_the_message_before() -> None:
    text = PLAIN + "# a remark in the middle\n2. CANCEL THIS MSG 011400Z APR 26."
    (notice,) = read(text)
    assert notice.self_cancel is not None
    assert notice.text.endswith("APR 26.")


def test_a_ruled_line_under_its_heading_parts_nothing() -> None:
    heading, body = PLAIN.split("\n", 1)
    (notice,) = read(f"{heading}\n=====\n{body}")
    assert (notice.source_id, len(notice.areas), len(notice.windows)) == ("NAVAREA XI 12/26", 1, 1)


def test_coastal_warnings_come_apart_at_blank_lines() -> None:
    one = "AUSCOAST WARNING 123/26\nGUNNERY 011200Z TO 011300Z APR 26 IN AREA BOUNDED BY 35-00S 124-00E, 35-00S 125-00E, 34-00S 125-00E.\n"
    assert names(f"{one}\n{one.replace('123', '124')}") == ["AUSCOAST WARNING 123/26", "AUSCOAST WARNING 124/26"]


@pytest.mark.parametrize("form", ["({}{}/26 NOTAMN\n{})\n", "{}. A{}/26 NOTAMN\n{}\n", '{},"A{}/26 NOTAMN\n{}"\n'])
def test_a_list_of_notices_is_no_merged_record(form) -> None:
    text = "".join(form.format("A" if form[0] == "(" else number, number, FIELDS) for number in (1, 2, 3))
    found = read(text)
    assert [notice.source_id for notice in found] == ["A1/26", "A2/26", "A3/26"]
    assert not any(notice.flags for notice in found)


@pytest.mark.parametrize("short_message", ["CANCEL HYDROPAC 12/26.", "ALL WARNINGS REMAIN IN FORCE."])
def test_a_short_message_between_wire_marks_is_never_dropped(short_message) -> None:
    first, second = read(f"ZCZC LA71\n{PLAIN}NNNN\nZCZC\n{short_message}\nNNNN\n")
    assert first.source_id == "NAVAREA XI 12/26"
    assert second.text == short_message
    assert second.flags


def test_a_cancel_line_before_a_header_is_never_dropped() -> None:
    first, second = read(f"CANCEL HYDROPAC 12/26.\n\n{PLAIN}")
    assert (first.cancels, second.source_id) == (("HYDROPAC 12/26",), "NAVAREA XI 12/26")


@pytest.mark.parametrize(
    "heading",
    [
        "NAVAREA XI 01{}/26",
        "NAVAREA XI WARNING NR 26-01{}",
        "SECURITE NAVAREA XI 01{}/26",
        "SECURITE\nNAVAREA XI 01{}/26",
        "GREEK NAVTEX 1{}/26",
        "JAPAN NAVAREA XI 26-01{}",
        "COASTAL WARNING ARKHANGELSK 1{}/26",
    ],
)
def test_warnings_come_apart_however_their_headings_are_written(heading) -> None:
    body = PLAIN.split("\n", 1)[1]
    found = names(f"{heading.format(11)}\n{body}\n{heading.format(12)}\n{body}")
    assert [name[-2:] if "-" in name else name.partition("/")[0][-2:] for name in found] == ["11", "12"]

import json

import pytest

from downrange.notice import FlagCode, NoticeError, NoticeKind, read_bytes
from downrange.notice._input import is_page, pieces, plain_text

NOTAM = "B1/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) WITHIN 5 NM OF 1000N02000E"
PAGE = (
    "<!DOCTYPE html><html><head><title>Notices</title><script>if (1<2) x='<p>9999N';</script></head>"
    "<body><!-- 1000N03000E --><table><tr><td>B1/26 NOTAMN A) RPHI</td><td>B) 2604010000 C) 2604022359</td></tr></table>"
    "<p>E) WITHIN 5&nbsp;NM<br>OF 1000N02000E &lt;NIL&gt;</p>\n<p>B2/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) 1000N0X</p></body></html>"
)
WARNING = {
    "msgYear": 2026,
    "msgNumber": 12,
    "navArea": "P",
    "subregion": "81",
    "text": "NORTH PACIFIC.\n1. ROCKET LAUNCHING\n   1200Z TO 1300Z DAILY 06 THRU 08 APR\n   IN AREA BOUND BY 10-00.0N 020-00.0W, 10-00.0N 021-00.0W, 09-00.0N 021-00.0W.\n2. CANCEL THIS MSG 081400Z APR 26.",
    "issueDate": "011200Z APR 2026",
    "authority": "WESTERN RANGE 0/26 011100Z APR 26.",
}


def test_a_page_is_read_and_flags_point_into_it() -> None:
    first, second = read_bytes(PAGE.encode(), "page.html")
    assert (first.source_id, second.source_id) == ("B1/26", "B2/26")
    assert (first.areas[0].lat_deg, first.areas[0].radius_m) == ((10.0,), 5 * 1852.0)
    assert len(first.areas) == 1
    assert PAGE[first.areas[0].start : first.areas[0].stop].endswith("1000N02000E")
    (flag,) = second.flagged(FlagCode.NO_AREA)
    assert PAGE.index("B2/26") <= flag.start < flag.stop <= PAGE.index("</body>")


def test_blanking_keeps_every_place() -> None:
    plain = plain_text(PAGE)
    assert len(plain) == len(PAGE)
    assert all(new in {old, " ", "\n"} for old, new in zip(PAGE, plain, strict=True))
    assert "9999N" not in plain
    assert "03000E" not in plain


@pytest.mark.parametrize("text", [NOTAM, "ALT <5000FT AND >100FT", "a < b </b", "DATA <C WI>"])
def test_a_notice_with_angle_brackets_is_no_page(text) -> None:
    assert not is_page(text)
    assert plain_text(text) == text


@pytest.mark.parametrize("piece", ["<", "<a", "<!--", "<script>", "<p", "</", "<a>"])
def test_broken_pages_take_time_in_step_with_their_length(piece) -> None:
    text = "<html>" + piece * 100_000
    assert len(plain_text(text)) == len(text)


@pytest.mark.parametrize("wrap", [lambda rows: {"broadcast-warn": rows}, list])
def test_warnings_out_of_a_dump_get_their_header_back(wrap) -> None:
    areas = ("P", "A", "C", "4", "12")
    rows = [WARNING | {"navArea": area} for area in areas]
    found = read_bytes(json.dumps(wrap(rows)).encode(), "dump.json")
    assert [notice.source_id for notice in found] == [
        "HYDROPAC 12/26",
        "HYDROLANT 12/26",
        "HYDROARC 12/26",
        "NAVAREA IV 12/26",
        "NAVAREA XII 12/26",
    ]
    for number, notice in enumerate(found):
        assert len(notice.windows) == 3
        assert len(notice.areas) == 1
        assert notice.issued is not None
        assert notice.source == f"dump.json[{number}]"


def test_a_warning_that_was_cancelled_says_so() -> None:
    row = WARNING | {"cancelNavArea": "P", "cancelMsgNumber": 14, "cancelMsgYear": 2026}
    (notice,) = read_bytes(json.dumps([row]).encode())
    assert notice.cancelled_by == "HYDROPAC 14/26"


@pytest.mark.parametrize(
    "document",
    [
        {"notams": [{"text": NOTAM}]},
        {"notams": [NOTAM]},
        [NOTAM],
        {"notamList": [{"traditionalMessage": " ", "icaoMessage": NOTAM}]},
        {"items": [{"properties": {"coreNOTAMData": {"notam": {"number": "B1/26", "text": NOTAM}}}}]},
        {"data": {"notams": [{"notam": {"rawText": NOTAM}}]}},
    ],
)
def test_notams_out_of_a_dump(document) -> None:
    (notice,) = read_bytes(json.dumps(document).encode())
    assert (notice.source_id, notice.kind, len(notice.areas)) == ("B1/26", NoticeKind.NOTAM, 1)


def test_a_record_without_a_text_is_seen() -> None:
    first, second = read_bytes(json.dumps({"notams": [{"text": NOTAM}, {"number": "B2/26"}]}).encode())
    assert first.areas
    assert second.flagged(FlagCode.NO_AREA)
    assert "B2/26" in second.text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('{"a": [1, 2', "begins as JSON but is none"),
        ('{"rows": 3, "b": {}}', r"no notice was found \(keys: rows, b\)"),
        ("[]", "no notice was found"),
        ('[{"x": 1}]', r"keys: x"),
    ],
)
def test_json_without_notices_is_refused(text, seen) -> None:
    with pytest.raises(NoticeError, match=seen):
        pieces(text, "x")


@pytest.mark.parametrize("text", [f"[{NOTAM}]", "[" * 100_000])
def test_a_bracket_does_not_make_json(text) -> None:
    assert pieces(text, "x") == ((text, ""),)


def test_records_that_stand_one_a_line() -> None:
    lines = "\n".join(json.dumps({"text": NOTAM.replace("B1", f"B{number}")}) for number in (1, 2, 3))
    assert [notice.source_id for notice in read_bytes(lines.encode())] == ["B1/26", "B2/26", "B3/26"]
    with pytest.raises(NoticeError, match="begins as JSON but is none"):
        pieces(lines + "\n{", "x")

import codecs

import pytest

from downrange.notice import FlagCode, NoticeError, read_bytes
from downrange.notice._encoding import decode

TEXT = "B1/26 NOTAMN A) RPHI B) 2604010000 C) 2604022359 E) WITHIN 5 NM OF 10°00’00”N 020°00’00”E"
KOREAN = "북한 위성 발사 통보: 2023년 5월 31일 - 6월 11일"


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_says_its_encoding_is_read_as_it_says(name) -> None:
    assert decode(TEXT.encode(name), "x") == (TEXT, -1)


def test_both_orders_of_utf_16() -> None:
    assert decode(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "x").text == TEXT
    assert decode(codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "x").text == TEXT


def test_lone_signs_of_windows_are_read_and_flagged_where_they_stand() -> None:
    raw = TEXT.encode("cp1252")
    assert decode(raw, "x") == (TEXT, TEXT.index("°"))
    (notice,) = read_bytes(raw, "x")
    (flag,) = notice.flagged(FlagCode.TEXT_DAMAGED)
    assert TEXT[flag.start : flag.stop] == "°"
    assert "0xB0" in flag.message
    assert len(notice.areas) == 1


@pytest.mark.parametrize(
    ("text", "name", "guess"),
    [
        (KOREAN, "cp949", "EUC-KR"),
        ("ロケット打上げ 10°00’00”N", "cp932", "Shift-JIS"),
        ("запуск ракеты", "cp1251", "Cyrillic"),
        ("lancement d'une fusée", "cp1252", "Windows-1252"),
        ("火箭发射", "gb18030", "GB 18030"),
    ],
)
def test_letters_of_an_unknown_alphabet_are_refused_with_the_byte_and_the_cure(text, name, guess) -> None:
    raw = b"NAVAREA XI 12/26. " + text.encode(name)
    first = next(place for place, byte in enumerate(raw) if byte > 127)
    with pytest.raises(NoticeError, match=f"byte {first} is 0x{raw[first]:02X}") as caught:
        decode(raw, "page.txt")
    assert guess in str(caught.value)
    assert "iconv -f" in str(caught.value)
    assert caught.value.start == first
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sign", ["°", "’", "º"])
def test_a_sign_beside_a_letter_or_another_sign_is_not_certain(sign) -> None:
    with pytest.raises(NoticeError, match="is not UTF-8 text"):
        decode(f"B{sign}C 10{sign}{sign}00".encode("cp1252"), "x")


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"PK\x03\x04...", "packed"),
        (TEXT.encode("utf-16-le"), "UTF-16 without its mark"),
        (b"B1/26 " * 50 + b"\0", "byte 300 is 0x00"),
        (codecs.BOM_UTF16_LE + b"B", "mark of UTF-16-LE, but byte 2"),
        (b"\xef\xbb\xbfB1\xff", "mark of UTF-8, but byte 5"),
    ],
)
def test_what_is_no_text_is_refused(raw, seen) -> None:
    with pytest.raises(NoticeError, match=seen):
        decode(raw, "x")

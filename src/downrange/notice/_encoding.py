"""From bytes to text: UTF-8, what a byte-order mark names, and Windows-1252 where nothing else is possible."""

from __future__ import annotations

import codecs
from typing import Final, NamedTuple

from downrange.notice.model import NoticeError

_MARKED: Final = (  # the longer marks first: that of UTF-32 begins as that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The signs of Windows-1252 that notices carry: dots, quotes, dashes, hard blanks, degrees, accents as minutes, ordinals.
_SIGNS: Final = frozenset(b"\x85\x91\x92\x93\x94\x96\x97\xa0\xb0\xb4\xba")
_OTHERS: Final = ("cp932", "cp949", "gb18030", "big5", "cp1251", "koi8_r", "cp1252")
_NAMES: Final = {
    "cp932": "Shift-JIS",
    "cp949": "EUC-KR",
    "gb18030": "GB 18030",
    "big5": "Big5",
    "cp1251": "Windows-1251 (Cyrillic)",
    "koi8_r": "KOI8-R (Cyrillic)",
    "cp1252": "Windows-1252 or Latin-1",
}
_BINARY: Final = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a packed document (docx, odt, zip)",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a packed file (gzip)",
    b"\xd0\xcf\x11\xe0": "an old office document",
    b"{\\rtf": "a rich-text document",
}
_SAMPLE: Final = 4_000


class Decoded(NamedTuple):
    """A text, and the first byte that is not UTF-8 where it was read as Windows-1252 (else -1)."""

    text: str
    foreign: int


def decode(raw: bytes, where: str) -> Decoded:
    """Return the text of some bytes, or explain which byte fits no encoding that is certain, and how to cure it."""
    for start, what in _BINARY.items():
        if raw.startswith(start):
            raise NoticeError(where=where, seen=f"is {what}, not a text", cure="copy the text out of it")
    for mark, name in _MARKED:
        if raw.startswith(mark):
            return Decoded(_strictly(raw[len(mark) :], name, len(mark), where), -1)
    if 0 in raw:
        raise _with_zeros(raw, where)
    try:
        return Decoded(raw.decode("utf-8"), -1)
    except UnicodeDecodeError as trouble:
        place = trouble.start
    if _only_signs(raw):
        return Decoded(raw.decode("cp1252"), place)
    raise _foreign(raw, place, where)


def _strictly(raw: bytes, name: str, before: int, where: str) -> str:
    """Decode what a mark names."""
    try:
        return raw.decode(name)
    except UnicodeDecodeError as trouble:
        place = trouble.start + before
        seen = f"begins with the mark of {name.upper()}, but byte {place} (0x{raw[trouble.start]:02X}) breaks it"
        raise NoticeError(where=where, seen=seen, cure="save it as UTF-8 text", start=place) from None


def _only_signs(raw: bytes) -> bool:
    """Say whether every byte above 127 stands alone and is a sign: two-byte alphabets have no such text.

    In Shift-JIS, EUC-KR, GBK and Big5 the first byte of a letter takes the next one with it, and that one is no digit,
    blank or stop; in Cyrillic and Latin alphabets of one byte these places hold letters, which never stand alone.
    """
    before = after = 0x20
    for place, byte in enumerate(raw):
        if byte > 0x7F:
            after = raw[place + 1] if place + 1 < len(raw) else 0x20
            if byte not in _SIGNS or before > 0x7F or _is_letter(before) or _is_letter(after) or after > 0x7F:
                return False
        elif byte < 0x20 and byte not in b"\t\n\v\f\r":
            return False
        before = byte
    return True


def _is_letter(byte: int) -> bool:
    return chr(byte).isalpha() and byte not in b"NSEWnsew"


def _with_zeros(raw: bytes, where: str) -> NoticeError:
    """Return the error for bytes with zeros among them: no text, or UTF-16 whose mark was lost."""
    sample, place = raw[:_SAMPLE], raw.find(0)
    if sample.count(0) > len(sample) // 4:
        seen = f"is not UTF-8 text: byte {place} is 0x00; it looks like UTF-16 without its mark"
        return NoticeError(where=where, seen=seen, cure="save it as UTF-8 text", start=place)
    seen = f"is no text: byte {place} is 0x00"
    return NoticeError(where=where, seen=seen, cure="give plain text, not a document", start=place)


def _foreign(raw: bytes, place: int, where: str) -> NoticeError:
    """Return the error for bytes that are in some other alphabet."""
    seen = f"is not UTF-8 text: byte {place} is 0x{raw[place]:02X}"
    fits = [name for name in _OTHERS if _fits(raw, name)]
    maybe = f"; it could be {', '.join(_NAMES[name] for name in fits)}" if fits else ""
    example = fits[0].upper() if fits else "CP1252"
    cure = f"say which by saving it as UTF-8, for example with: iconv -f {example} -t UTF-8 FILE > NEW"
    return NoticeError(where=where, seen=seen + maybe, cure=cure, start=place)


def _fits(raw: bytes, name: str) -> bool:
    """Say whether the bytes are a text in some encoding, without control characters of its own."""
    try:
        text = raw.decode(name)
    except UnicodeDecodeError:
        return False
    return not any("\x80" <= letter <= "\x9f" for letter in text[:_SAMPLE])

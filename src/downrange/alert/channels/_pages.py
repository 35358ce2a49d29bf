"""Texts as pages of the cell broadcast service: coded, counted, padded; never cut.

SOURCE: 3GPP TS 23.041, 9.3.19 and 9.4.1.2 (a message has 1 to 15 pages of 82 octets); 3GPP TS 23.038, 5 (data coding
scheme), 6.1.2.2 (93 characters of 7 bits in 82 octets, filled up with CR), 6.2.1 and 6.2.1.1 (the default alphabet
and its extension, whose characters take an escape before them).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

PAGE_OCTETS: Final = 82
MOST_PAGES: Final = 15
SEPTETS_A_PAGE: Final = 93
UNITS_A_PAGE: Final = PAGE_OCTETS // 2

_ALPHABET: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE: Final = 0x1B
_EXTENSION: Final = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_SEPTETS: Final = {sign: (code,) for code, sign in enumerate(_ALPHABET) if code != _ESCAPE} | {
    sign: (_ESCAPE, code) for sign, code in _EXTENSION.items()
}
_CR: Final = 0x0D
_LANGUAGE_DCS: Final = {"de": 0, "en": 1, "it": 2, "fr": 3, "es": 4, "nl": 5, "sv": 6, "da": 7, "pt": 8, "fi": 9}
_GSM7_UNSPECIFIED: Final = 0x0F
_UCS2: Final = 0x48
"""General data coding, not compressed, no class, UCS-2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page: its text, how many septets or UCS-2 units that takes, and the 82 octets as they go out."""

    text: str
    units: int
    octets: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A text in pages.

    alphabet: "GSM 7 bit" or "UCS-2"
    scheme:   the data coding scheme octet
    units:    septets or UCS-2 units of the whole text; limit: how many fifteen pages hold
    """

    alphabet: str
    scheme: int
    units: int
    limit: int
    pages: tuple[Page, ...]

    @property
    def fits(self) -> bool:
        """Whether fifteen pages hold it."""
        return len(self.pages) <= MOST_PAGES


def paged(text: str, language: str) -> Pages:
    """Return a text in pages: in the GSM alphabet if that has every sign, else in UCS-2.

    >>> made = paged("Go inside now. [TEST]", "en-US")
    >>> made.alphabet, made.units, len(made.pages), len(made.pages[0].octets)
    ('GSM 7 bit', 23, 1, 82)
    """
    if all(sign in _SEPTETS for sign in text):
        parts = _split([(sign, len(_SEPTETS[sign])) for sign in text], SEPTETS_A_PAGE)
        pages = tuple(Page(text=part, units=units, octets=_packed(part)) for part, units in parts)
        scheme = _LANGUAGE_DCS.get(language[:2], _GSM7_UNSPECIFIED)
        return _whole("GSM 7 bit", scheme, pages, SEPTETS_A_PAGE)
    parts = _split([(sign, len(sign.encode("utf-16-be")) // 2) for sign in text], UNITS_A_PAGE)
    pages = tuple(Page(text=part, units=units, octets=_wide(part, units)) for part, units in parts)
    return _whole("UCS-2", _UCS2, pages, UNITS_A_PAGE)


def packed(septets: Iterable[int]) -> bytes:
    """Pack septets into octets, least significant bit first.

    >>> packed(b"hellohello").hex()
    'e8329bfd4697d9ec37'
    """
    bits, count, octets = 0, 0, bytearray()
    for septet in septets:
        bits |= septet << count
        count += 7
        while count >= 8:
            octets.append(bits & 0xFF)
            bits, count = bits >> 8, count - 8
    if count:
        octets.append(bits)
    return bytes(octets)


def _whole(alphabet: str, scheme: int, pages: tuple[Page, ...], a_page: int) -> Pages:
    """Return the pages with their totals."""
    return Pages(
        alphabet=alphabet,
        scheme=scheme,
        units=sum(page.units for page in pages),
        limit=MOST_PAGES * a_page,
        pages=pages,
    )


def _split(signs: Sequence[tuple[str, int]], a_page: int) -> list[tuple[str, int]]:
    """Return the text of each page and its units; no sign is torn apart."""
    parts: list[tuple[str, int]] = []
    text, units = "", 0
    for sign, size in signs:
        if units + size > a_page:
            parts.append((text, units))
            text, units = "", 0
        text, units = text + sign, units + size
    return [*parts, (text, units)]


def _packed(text: str) -> bytes:
    """Return a page of the GSM alphabet, filled up with CR."""
    septets = [code for sign in text for code in _SEPTETS[sign]]
    return packed(septets + [_CR] * (SEPTETS_A_PAGE - len(septets)))


def _wide(text: str, units: int) -> bytes:
    """Return a page of UCS-2, filled up with CR."""
    return text.encode("utf-16-be") + bytes([0, _CR]) * (UNITS_A_PAGE - units)

"""How long a text is for a mobile network: septets of the GSM alphabet, or else units of UCS-2.

SOURCE: 3GPP TS 23.038, 6.2.1 (default alphabet) and 6.2.1.1 (extension table, two septets a character).
"""

from __future__ import annotations

from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")


def gsm7_septets(text: str) -> int | None:
    """Return how many septets a text takes in the GSM default alphabet; None when it holds a character that it lacks.

    >>> gsm7_septets("Go in"), gsm7_septets("[Go in]"), gsm7_septets("대피")
    (5, 9, None)
    """
    septets = 0
    for character in text:
        if character in _BASIC:
            septets += 1
        elif character in _EXTENDED:
            septets += 2
        else:
            return None
    return septets


def ucs2_units(text: str) -> int:
    """Return how many 16-bit units a text takes; a character beyond the basic plane takes two.

    >>> ucs2_units("대피"), ucs2_units("𠮷")
    (2, 2)
    """
    return len(text.encode("utf-16-be")) // 2


def size(text: str) -> int:
    """Return the length that a channel counts: septets where the GSM alphabet holds the text, else UCS-2 units."""
    septets = gsm7_septets(text)
    return ucs2_units(text) if septets is None else septets

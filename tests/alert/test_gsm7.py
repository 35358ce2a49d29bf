"""Lengths as mobile networks count them.

SOURCE: 3GPP TS 23.038 6.2.1: 128 places of seven bits, of which one is the escape to the extension table; 6.2.1.1: form
feed, ^ { } \\ [ ~ ] | and the euro sign, two septets each.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from downrange.alert import gsm7
from downrange.alert.gsm7 import gsm7_septets, size, ucs2_units


def test_the_alphabet_has_as_many_characters_as_the_standard():
    assert len(gsm7._BASIC) == 127
    assert len(gsm7._EXTENDED) == 10
    assert not gsm7._BASIC & gsm7._EXTENDED


@pytest.mark.parametrize(
    ("text", "septets"),
    [
        ("", 0),
        ("06:31-06:33 KST", 15),
        ("[TEST]", 8),
        ("€", 2),
        ("a~b", 4),
        ("ñ", 1),
        ("é", 1),
        ("ç", None),
        ("’", None),
    ],
)
def test_septets_of_known_texts(text, septets):
    assert gsm7_septets(text) == septets


@given(st.text())
def test_a_text_has_septets_only_where_each_of_its_characters_has(text):
    parts = [gsm7_septets(character) for character in text]
    whole = gsm7_septets(text)
    assert whole == (None if None in parts else sum(part or 0 for part in parts))
    assert size(text) == (ucs2_units(text) if whole is None else whole)
    assert len(text) <= ucs2_units(text) <= 2 * len(text)

"""Pages: the alphabet as 3GPP has it, packed bits that unpack, nothing cut, nothing torn."""

from hypothesis import given
from hypothesis import strategies as st

from downrange.alert.channels._pages import MOST_PAGES, paged
from downrange.alert.gsm7 import gsm7_septets

GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡AZÄÖÑÜ§¿azäöñüà\f^{}\\[~]|€"


def unpacked(octets, count):
    """Take septets out of octets bit by bit, unlike the way they were put in."""
    bits = "".join(f"{octet:08b}"[::-1] for octet in octets)
    return [int(bits[7 * i : 7 * i + 7][::-1], 2) for i in range(count)]


def test_ninety_three_characters_are_a_page_and_fifteen_pages_are_the_most():
    assert [len(paged("x" * n, "en").pages) for n in (1, 93, 94, 1395, 1396)] == [1, 1, 2, 15, 16]
    assert paged("x" * 1395, "en").fits
    assert not paged("x" * 1396, "en").fits
    assert [len(paged("대" * n, "ko").pages) for n in (1, 41, 42, 615, 616)] == [1, 1, 2, 15, 16]
    assert paged("x", "en").limit == 1395
    assert paged("대", "ko").limit == 615


@given(text=st.text(alphabet=GSM, max_size=600))
def test_in_the_gsm_alphabet_nothing_is_lost_and_no_escape_is_torn_off(text):
    made = paged(text, "en")
    assert made.alphabet == "GSM 7 bit"
    assert "".join(page.text for page in made.pages) == text
    assert made.units == gsm7_septets(text)
    for page in made.pages:
        septets = unpacked(page.octets, 93)
        assert len(page.octets) == 82
        assert septets[page.units :] == [13] * (93 - page.units)
        assert septets[page.units - 1] != 27 or page.units == 0


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_any_text_can_be_read_back(text):
    made = paged(text, "ko")
    assert "".join(page.text for page in made.pages) == text
    assert {len(page.octets) for page in made.pages} == {82}
    if made.alphabet == "UCS-2":
        parts = [page.octets[: 2 * page.units].decode("utf-16-be") for page in made.pages]  # fails on half a pair
        assert "".join(parts) == text


def test_a_sign_outside_the_alphabet_takes_the_whole_text_to_ucs_2():
    made = paged("Baengnyeong 백령", "ko-KR")
    assert (made.alphabet, made.scheme, made.units) == ("UCS-2", 0x48, 14)
    assert made.pages[0].octets[-2:] == b"\x00\r"


def test_the_language_is_told_where_the_scheme_has_it():
    assert [paged("x", tag).scheme for tag in ("en-US", "tl-PH", "ko")] == [0x01, 0x0F, 0x0F]
    assert MOST_PAGES == 15
